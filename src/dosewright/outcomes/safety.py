"""Adverse events: the worst grade of each patient, tables by arm, rates over time at risk, deaths by treatment.

Every table counts patients, not events, and each patient once in a row: by the worst grade of that row. A patient with
any event of grade 3 or 4 is one in 'any grade 3–4', so that row is never below its parts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from ..dates import DAYS_A_MONTH
from ..errors import Mistake
from ..orders.finding import Finding
from . import contingency
from .proportions import Difference, Proportion, Rate, rate

Relation = Literal["unrelated", "unlikely", "possible", "probable", "definite", "unknown"]
RELATED: Final = frozenset({"possible", "probable", "definite"})
WORST: Final = 5


@dataclass(frozen=True, slots=True)
class Event:
    """One adverse event of one patient; a grade of None is one that was not recorded, and never grade 0."""

    patient: str
    term: str
    grade: int | None
    ctcae: str
    relation: Relation
    start: dt.date | None = None
    end: dt.date | None = None
    group: str = ""

    def __post_init__(self) -> None:
        if self.grade is not None and not 1 <= self.grade <= WORST:
            raise Mistake("a grade from 1 to 5", where=self.term, example="3", got=self.grade)
        if self.start is not None and self.end is not None and self.end < self.start:
            raise Mistake("an end that is not before the start", where=self.term, got=f"{self.start} to {self.end}")


@dataclass(frozen=True, slots=True)
class Treated:
    """A patient whose events are counted: the arm, from when, and until when he or she was watched."""

    patient: str
    arm: str
    start: dt.date | None
    until: dt.date | None


class Band(NamedTuple):
    """A range of grades that stands in one row."""

    name: str
    least: int
    most: int


ANY: Final = Band("any grade", 1, 5)
BANDS: Final = (Band("grade 1–2", 1, 2), Band("grade 3–4", 3, 4), Band("grade 5", 5, 5))
SEVERE: Final = BANDS[1]


def worst_grades(events: Iterable[Event]) -> dict[str, dict[str, int]]:
    """The worst known grade of each patient for each term: {term: {patient: grade}}.

    >>> told = [Event("P1", "Fever", 2, "5.0", "possible"), Event("P1", "Fever", 1, "5.0", "possible")]
    >>> worst_grades(told)
    {'Fever': {'P1': 2}}
    """
    found: dict[str, dict[str, int]] = {}
    for one in events:
        if one.grade is None:
            continue
        patients = found.setdefault(one.term, {})
        if one.grade > patients.get(one.patient, 0):
            patients[one.patient] = one.grade
    return found


def ungraded(events: Iterable[Event]) -> dict[str, set[str]]:
    """Patients with an event of a term whose grade was not recorded, and none of that term whose grade was."""
    graded, without = set(), []
    for one in events:
        if one.grade is None:
            without.append((one.term, one.patient))
        else:
            graded.add((one.term, one.patient))
    found: dict[str, set[str]] = {}
    for term, patient in without:
        if (term, patient) not in graded:
            found.setdefault(term, set()).add(patient)
    return found


# ------------------------------------------------------------------------------------------------------------ the table


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a safety table: patients of each arm whose worst grade lies in a band."""

    term: str
    group: str
    band: str
    arms: Mapping[str, Proportion]
    difference: Difference | None
    tests: contingency.Tests | None

    def data(self) -> dict[str, Any]:
        return {
            "term": self.term,
            "group": self.group or None,
            "band": self.band,
            "arms": {name: one.data() for name, one in self.arms.items()},
            "difference": self.difference.data() if self.difference else None,
            "p": self.tests.named() if self.tests else None,
        }


@dataclass(frozen=True, slots=True)
class Safety:
    """What happened to the treated patients of a cohort."""

    denominators: Mapping[str, int]
    any: tuple[Row, ...]
    rows: tuple[Row, ...]
    rates: Mapping[str, Mapping[str, Rate | None]]
    related_deaths: Mapping[str, Proportion]
    deaths_of_unknown_relation: tuple[str, ...]
    without_grade: Mapping[str, int]
    findings: tuple[Finding, ...]

    def data(self) -> dict[str, Any]:
        return {
            "denominators": dict(self.denominators),
            "any": [one.data() for one in self.any],
            "rows": [one.data() for one in self.rows],
            "rates": {
                band: {arm: one.data() if one else None for arm, one in arms.items()}
                for band, arms in self.rates.items()
            },
            "related_deaths": {arm: one.data() for arm, one in self.related_deaths.items()},
            "deaths_of_unknown_relation": list(self.deaths_of_unknown_relation),
            "without_grade": dict(self.without_grade),
        }


def safety(treated: Sequence[Treated], events: Sequence[Event], arms: Sequence[str]) -> Safety:
    """The safety tables of a cohort.

    Formula:  a patient stands in the row of the band in which the worst grade of that term lies; 'any' rows take every
              patient with at least one event of the band; rates are patients with a first event per time until it
    Limits:   all treated patients of an arm are its denominator. Where a grade was not recorded it is counted as such
              and in no band, so that every band is 'at least'.
    Raises:   Mistake, where a patient is listed twice, or an event belongs to nobody.
    Source:   CTCAE for grades, in the version each event names; see `proportions` and `contingency` for the rest
    """
    of = _by_patient(treated, events)
    patients = {arm: [one for one in treated if one.arm == arm] for arm in arms}
    numbers = {arm: len(them) for arm, them in patients.items()}
    worst = worst_grades(events)
    groups = _groups(events)
    rows = [
        _row(term, groups[term], band, (name for name, grade in worst[term].items() if _in(band, grade)), of, numbers)
        for term in groups
        if term in worst
        for band in BANDS
        if band.least < WORST or any(grade == WORST for grade in worst[term].values())
    ]
    anything = [
        _row("any event", "", band, {one.patient for one in events if _in(band, one.grade)}, of, numbers)
        for band in (ANY, *BANDS)
    ]
    missing = dict.fromkeys(arms, 0)
    for them in ungraded(events).values():
        for name in them:
            missing[of[name].arm] += 1
    fatal = [one for one in events if one.grade == WORST]
    related = {one.patient for one in fatal if one.relation in RELATED}
    unknown = sorted({one.patient for one in fatal if one.relation == "unknown"} - related)
    return Safety(
        denominators=numbers,
        any=tuple(anything),
        rows=tuple(rows),
        rates={band.name: {arm: _rate(band, patients[arm], events) for arm in arms} for band in (ANY, SEVERE)},
        related_deaths={
            arm: Proportion(sum(one.patient in related for one in them), len(them)) for arm, them in patients.items()
        },
        deaths_of_unknown_relation=tuple(unknown),
        without_grade=missing,
        findings=tuple(_findings(of, events, missing, unknown)),
    )


def _by_patient(treated: Sequence[Treated], events: Sequence[Event]) -> dict[str, Treated]:
    of = {one.patient: one for one in treated}
    if len(of) < len(treated):
        raise Mistake("each patient once")
    strangers = sorted({one.patient for one in events} - of.keys())
    if strangers:
        raise Mistake("events of treated patients only", got=strangers[0])
    return of


def _groups(events: Iterable[Event]) -> dict[str, str]:
    """Every term with its group, the groups together, in the order in which they were met."""
    groups: dict[str, str] = {}
    for one in events:
        groups.setdefault(one.term, one.group)
    order = list(dict.fromkeys(groups.values()))
    return dict(sorted(groups.items(), key=lambda item: order.index(item[1])))


def _in(band: Band, grade: int | None) -> bool:
    return grade is not None and band.least <= grade <= band.most


def _row(
    term: str, group: str, band: Band, who: Iterable[str], of: Mapping[str, Treated], numbers: Mapping[str, int]
) -> Row:
    counts = dict.fromkeys(numbers, 0)
    for name in who:
        counts[of[name].arm] += 1
    arms = {arm: Proportion(counts[arm], n) for arm, n in numbers.items()}
    return Row(term, group, band.name, arms, *contingency.compared(list(arms.values())))


def _rate(band: Band, patients: Sequence[Treated], events: Sequence[Event]) -> Rate | None:
    """Patients with a first event of a band per patient-month until it.

    None where a day that is needed is not known, or an event lies outside the time in which its patient was watched.
    """
    first: dict[str, dt.date] = {}
    for one in events:
        if _in(band, one.grade):
            if one.start is None:
                return None
            first[one.patient] = min(one.start, first.get(one.patient, one.start))
    days, count = 0, 0
    for who in patients:
        if who.start is None or who.until is None:
            return None
        until = who.until
        if who.patient in first:
            count += 1
            until = first[who.patient]
        if not who.start <= until <= who.until:
            return None
        days += (until - who.start).days + 1  # a day on which somebody was watched is a day at risk, the first one too
    return rate(count, days / DAYS_A_MONTH, unit="patient-months") if days else None


def _outside(who: Treated, event: Event) -> bool:
    """Whether an event lies outside the time in which its patient was watched, as far as that is known."""
    if event.start is None:
        return False
    early = who.start is not None and event.start < who.start
    return early or (who.until is not None and event.start > who.until)


def _findings(
    of: Mapping[str, Treated], events: Sequence[Event], missing: Mapping[str, int], unknown: Sequence[str]
) -> Iterator[Finding]:
    outside = sorted({one.patient for one in events if _outside(of[one.patient], one)})
    if outside:
        yield Finding(
            "event-outside-treatment",
            "warning",
            "events began before treatment did or after the patient was last seen; they are in the tables, and no rate "
            "over time is told",
            measured=", ".join(outside),
        )
    versions = sorted({one.ctcae for one in events})
    if len(versions) > 1:
        yield Finding(
            "ctcae-versions",
            "blocks-release",
            "events were graded by several versions of CTCAE, whose grades are not the same",
            measured=", ".join(versions),
            allowed="one version",
        )
    if any(missing.values()):
        yield Finding(
            "grade-missing",
            "warning",
            "the grade of some events was not recorded, so every count of a grade is 'at least'",
            measured="; ".join(f"{arm}: {count}" for arm, count in missing.items()),
        )
    if unknown:
        yield Finding(
            "relation-unknown",
            "warning",
            "whether treatment caused these deaths was not recorded; they are not among those it caused, and may be",
            measured=", ".join(unknown),
        )
