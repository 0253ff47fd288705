"""Endpoints as data: an origin, the records that are its event, and rules for where observation ended, in order.

Every row keeps why it ended and by which record, so that a curve can be followed back to a line of a table.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple, get_args

from pydantic import Field

from ..dates import DAYS_A_MONTH, read_day
from ..errors import Mistake, Refusal, together
from ..reading import Name, Strict, Text, at_least_one, read, validate
from .competing_risks import CENSORED, COMPETING, EVENT
from .observations import MOST_TOLD, row_place

FILE: Final = Path(__file__).with_name("endpoints.yaml")

Kind = Literal[
    "diagnosis",
    "randomisation",
    "treatment-start",
    "response",
    "progression",
    "death",
    "new-therapy",
    "assessment",
    "last-contact",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Event(Strict):
    """A kind of record that is the event, or competes with it."""

    record: Kind
    why: Text


class Censoring(Strict):
    """Where observation ended: at the last record of a kind; with `before`, where such a one came before the event."""

    at: Kind
    why: Text
    before: Kind | None = None


class Endpoint(Strict):
    """One endpoint. The earliest event counts; without one, the first rule of censoring that finds a record."""

    id: Name
    title: Text
    printed_as: Text | None = None  # the name it goes by in a paper that calls it something else
    origin: Kind
    events: Annotated[tuple[Event, ...], Field(min_length=1)]
    competing: tuple[Event, ...] = ()
    censoring: tuple[Censoring, ...]
    source: Text = Field(alias="from")
    confidence: Literal["SEEN", "RECALLED"]
    note: Text | None = None


class _Endpoints(Strict):
    dosewright: Literal["1"] = Field(alias="schema")
    sources: dict[Text, Text]
    endpoints: tuple[Endpoint, ...]


@functools.cache
def _file() -> _Endpoints:
    found = validate(read(FILE.read_bytes(), FILE.name), _Endpoints)
    at_least_one(found.endpoints)
    return found


def endpoints() -> Mapping[str, Endpoint]:
    """Every endpoint that is known, by its name."""
    return {one.id: one for one in _file().endpoints}


def source(endpoint: Endpoint) -> str:
    """Where an endpoint's definition was read."""
    return _file().sources[endpoint.source]


def endpoint(name: str) -> Endpoint:
    """An endpoint by its name.

    >>> endpoint("ttp").printed_as  # the source paper's PFS, under its true name
    'PFS'
    """
    found = endpoints().get(name)
    if found is None:
        raise Mistake(f"an endpoint ({', '.join(endpoints())})", example="os", got=name)
    return found


# ------------------------------------------------------------------------------------------------- from records to rows


class Record(NamedTuple):
    """Something that happened to a patient, when, and where that is written."""

    kind: Kind
    on: dt.date
    where: str


class Ended(NamedTuple):
    """How one patient's time ended: days from the origin; 0 censored, 1 the event, 2 a competing one; why; by what."""

    patient: str
    days: int
    cause: int
    why: str
    origin: Record
    record: Record


class Lacking(NamedTuple):
    """A patient without a time, and why."""

    patient: str
    why: str


def ended(
    endpoint: Endpoint, patient: str, records: Iterable[Record], *, until: dt.date | None = None
) -> Ended | Lacking:
    """How a patient's time to an endpoint ended.

    Limits:   what happened after `until`, the cut-off of the data, is not known yet. Of records of one day the event
              counts before the competing one, and an event before a rule that would censor at that day.
    Raises:   Refusal where an event lies before the origin.
    Source:   the endpoint's own

    >>> day = lambda number: dt.date(2026, 1, number)
    >>> history = [Record("treatment-start", day(1), "a:2"), Record("death", day(31), "a:3")]
    >>> ended(endpoint("os"), "P1", history)[:4]
    ('P1', 30, 1, 'died')
    >>> ended(endpoint("os"), "P1", history, until=day(20))
    Lacking(patient='P1', why='no last-contact')
    """
    known = sorted((one for one in records if until is None or one.on <= until), key=lambda one: one.on)
    origin = next((one for one in known if one.kind == endpoint.origin), None)
    if origin is None:
        return Lacking(patient, f"no {endpoint.origin}")
    found = _first_event(endpoint, patient, known, origin)
    for rule in endpoint.censoring:
        censored = _censored(rule, known, origin, found[0].on if found else None)
        if censored is not None:
            return Ended(patient, (censored.on - origin.on).days, CENSORED, rule.why, origin, censored)
    if found is None:
        return Lacking(patient, f"no {endpoint.censoring[-1].at}" if endpoint.censoring else "no event")
    record, cause, why = found
    return Ended(patient, (record.on - origin.on).days, cause, why, origin, record)


def _first_event(
    endpoint: Endpoint, patient: str, known: Sequence[Record], origin: Record
) -> tuple[Record, int, str] | None:
    """The earliest event, or competing event, and what it is."""
    sources = [(one, EVENT) for one in endpoint.events] + [(one, COMPETING) for one in endpoint.competing]
    found = []
    for rank, (event, cause) in enumerate(sources):
        record = next((one for one in known if one.kind == event.record), None)
        if record is not None:
            if record.on < origin.on:
                told = f"{record.kind} on {record.on} comes before {origin.kind} on {origin.on}"
                raise Refusal(told, where=f"{record.where}, patient {patient}", hint=f"see {origin.where}")
            found.append((record.on, rank, record, cause, event.why))
    if not found:
        return None
    _, _, record, cause, why = min(found)
    return record, cause, why


def _censored(rule: Censoring, known: Sequence[Record], origin: Record, event: dt.date | None) -> Record | None:
    """The record at which a rule ends observation, where it does."""
    if rule.before is None:
        limit = dt.date.max if event is None else None
    else:
        stop = next((one.on for one in known if one.kind == rule.before and one.on >= origin.on), None)
        limit = stop if stop is not None and (event is None or stop < event) else None
    if limit is None:
        return None
    found = [one for one in known if one.kind == rule.at and origin.on <= one.on <= limit]
    if found:
        return found[-1]
    return origin if rule.before is not None else None


def histories(
    patients: Sequence[str], kinds: Sequence[str], days: Sequence[str], *, place: Callable[[int], str] = row_place
) -> dict[str, list[Record]]:
    """The records of each patient, from three columns as text.

    Raises:   Mistake, with row and column, for a kind or a date that is none, or a row without a patient.

    >>> histories(["P1"], ["death"], ["2026-01-31"])["P1"][0].kind
    'death'
    """
    found: dict[str, list[Record]] = {}
    mistakes: list[Mistake] = []
    for index, (patient, kind, day) in enumerate(zip(patients, kinds, days, strict=True)):
        where = place(index)
        if not patient:
            mistakes.append(Mistake("a patient", where=f"{where}, patient", example="P001", got=patient))
        if kind not in KINDS:
            mistakes.append(Mistake(f"a kind of record ({', '.join(KINDS)})", where=f"{where}, record", got=kind))
            continue
        try:
            found.setdefault(patient, []).append(Record(kind, read_day(day), where))
        except Mistake as mistake:
            mistakes.append(mistake.at(f"{where}, date"))
    if mistakes:
        raise together(mistakes[:MOST_TOLD])
    return found


def months(days: float) -> float:
    """Days as months of 30.4375 days.

    >>> months(365.25)
    12.0
    """
    return days / DAYS_A_MONTH
