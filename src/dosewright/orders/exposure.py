"""Cumulative exposure per drug and per class over a course, across vein, artery and beads; unknown is never zero."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .. import wording
from ..protocol.drugs import COUNTED_NOWHERE, drug, drugs
from ..protocol.site import Cumulative, Site
from ..units import DOSE_PER_AREA, quantity
from .dose_changes import BEADS, Omitted, per_area
from .finding import Finding, Severity
from .lines import Line
from .patient import Given, Patient

if TYPE_CHECKING:
    from .course import Cycle

Adds = Mapping[str, float | None]


@dataclass(frozen=True)
class Exposure:
    """What one drug or class adds up to: before the course, after each cycle in turn, and the limit that counts.

    `least` is what is known of it: the same, where everything is known.
    """

    name: str
    of: Literal["drug", "class"]
    before: float | None
    added: tuple[float | None, ...]
    after: tuple[float | None, ...]
    least: tuple[float, ...]
    limit: float | None
    source: str

    def data(self) -> dict[str, Any]:
        """The same for programs, in mg/m²."""
        return {
            "name": self.name,
            "of": self.of,
            "before": _as_data(self.before),
            "after": [_as_data(value) for value in self.after],
            "limit": _as_data(self.limit),
            "from": self.source,
        }


def _as_data(value: float | None) -> dict[str, Any] | None:
    return None if value is None else wording.as_data(quantity(value, "mg/m²"), places=2)


def per_cycle(
    lines: Sequence[Line], surface: float, *, bead_drug: str | None = None, bead_mg: float | None = None
) -> dict[str, float | None]:
    """What one full cycle adds of each drug, in mg/m² of today's body: by vein, by artery and on beads.

    An embolisation counts with what is offered to the beads over all its sessions; if that is unknown, so is the sum.
    """
    adds: dict[str, float | None] = {}
    amounts: list[tuple[str, float | None]] = [(line.drug, line.total_of_cycle.m_as("mg")) for line in lines]
    if bead_drug is not None:
        amounts.append((bead_drug, bead_mg))
    for name, mg in amounts:
        adds[name] = _sum([adds.get(name, 0.0), None if mg is None else mg / surface])
    return adds


def _sum(amounts: Iterable[float | None]) -> float | None:
    """A sum, unknown where a part of it is."""
    total = 0.0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


class Full(NamedTuple):
    """What one line of a cycle gives by the protocol, in mg/m², without any change of its dose; None where unknown.

    `doses` is how many it gives, and `names` under which of them the milligrams of one stand on record.
    """

    key: str
    drug: str
    per_area: float | None
    doses: int
    names: tuple[str, ...]


def in_full(lines: Iterable[Line], surface: float, left_out: Iterable[Omitted] = ()) -> list[Full]:
    """What each line gives in a whole cycle by the protocol.

    Of a dose per m² the protocol's figure: cap, rounding and body of today are not those of an earlier cycle, and a cap
    of today would hide what was given above it.
    """
    whole: list[Line | Omitted] = [*lines, *left_out]
    return [
        Full(one.key, one.drug, _per_area(one, surface) * len(one.days), len(one.days), (one.key, one.drug))
        for one in whole
    ]


def on_beads(name: str, lines: Iterable[Full]) -> Full:
    """What beads carry of a drug. How much of it that was, only the record of a cycle can tell: each has its own plan.

    Where the drug is given by a line as well, its name alone does not say which of the two is meant.
    """
    names = (BEADS,) if any(one.drug == name for one in lines) else (BEADS, name)
    return Full(BEADS, name, None, 1, names)


def _per_area(line: Line | Omitted, surface: float) -> float:
    if DOSE_PER_AREA.holds(line.dose_per):
        return float(line.dose_per.m_as("mg/m²"))
    return float(line.calculated.m_as("mg")) / surface


def adds_given(full: Iterable[Full], cycle: Given, ordered: Mapping[str, float]) -> dict[str, float | None]:
    """What a cycle that was given has added of each drug, in mg/m²: the share of each line that its record tells.

    It is a share of the milligrams that were ordered, on the surface of that day, where both are on record; else of the
    protocol's dose. `ordered` is the share of the protocol's dose at which each line was ordered then.
    """
    adds: dict[str, float | None] = {}
    for one in full:
        share, whole = cycle.share_of(one.key, one.drug), ordered.get(one.key, 1.0)
        recorded = per_area(cycle.recorded(one.names), cycle.surface)
        part = _part(share, one.per_area)
        if recorded is not None and share and whole:
            part = one.doses * recorded.m_as("mg/m²") * share / whole
        adds[one.drug] = _sum([adds.get(one.drug, 0.0), part])
    return adds


class Taken(NamedTuple):
    """A cycle as it counts toward a sum: its day 1, and the share of its full dose; None where that is unknown.

    What is not given yet (`due`) cannot be part of what was given before, whatever day that names.
    """

    number: int
    on: dt.date
    share: float | None
    due: bool


def over_course(
    cycles: Sequence[Cycle],
    adds: Sequence[Adds],
    patient: Patient,
    site: Site,
    *,
    ordered: Collection[int] = (),
    unclear: Collection[int] = (),
) -> tuple[tuple[Exposure, ...], tuple[Finding, ...]]:
    """The running totals of a course and where a planned cycle crosses a limit; `adds` is what each cycle adds in full.

    Given cycles count with the share that was given, planned ones in full, omitted and stopped ones not at all. Of the
    cycles in `ordered`, `adds` is what their changed doses add; of those in `unclear` nobody knows what was given.
    """
    taken = []
    for one in cycles:
        share = None if one.number in unclear else 1.0 if one.number in ordered and _share(one) else _share(one)
        taken.append(Taken(one.number, one.actual or one.planned, share, one.actual is None))
    return _totals(taken, adds, patient, site)


def with_order(
    patient: Patient,
    site: Site,
    adds: Adds,
    *,
    full: Sequence[Full],
    ordered: Mapping[int, Mapping[str, float]],
    cycle: int,
    on: dt.date,
    unclear: Collection[int] = (),
) -> tuple[tuple[Exposure, ...], tuple[Finding, ...]]:
    """The totals with this order: after each cycle that the patient's file records, and after this one.

    This order counts with what it adds; an earlier cycle with what was given of each line (`adds_given`), which was
    `ordered` there at a share of its `full` dose. It is not known where the record of its cycle is `unclear`.
    """
    earlier = [one for one in patient.given if one.on < on]
    taken = [Taken(one.cycle, one.on, None if one.cycle in unclear else 1.0, False) for one in earlier]
    taken.append(Taken(cycle, on, 1.0, True))
    return _totals(taken, [*(adds_given(full, one, ordered[one.cycle]) for one in earlier), adds], patient, site)


def _totals(
    cycles: Sequence[Taken], adds: Sequence[Adds], patient: Patient, site: Site
) -> tuple[tuple[Exposure, ...], tuple[Finding, ...]]:
    """Rows per drug and per class, and what is to be remarked on them.

    What was given before is the patient's prior exposure of each drug until the day it names: a cycle given on or
    before that day is in it already, and does not count again.
    """
    before = _before(patient)
    until = _until(patient)
    names = sorted({*(name for one in adds for name in one), *(before or {})})
    unnamed = [name for name in names if name not in drugs()]
    rows = [_exposure(name, "drug", {name}, cycles, adds, before, until, site) for name in names]
    for one in sorted({drug(name).drug_class for name in names if name in drugs()}):
        members = {name for name in names if name in drugs() and drug(name).drug_class == one}
        rows.append(_exposure(one, "class", members, cycles, adds, before, until, site))
    return tuple(rows), (*_unknowns(rows, cycles, before is None, unnamed, site), *_crossings(rows, cycles))


def no_body(why: str) -> Finding:
    """What is to be said where height or weight is unknown."""
    message = f"cumulative doses cannot be told: {why}"
    return Finding("exposure-unknown", "blocks-release", message, "unknown", where="exposure")


def _before(patient: Patient) -> dict[str, float] | None:
    if isinstance(patient.prior_exposure, str):
        return {} if patient.prior_exposure == "none" else None
    total: dict[str, float] = {}
    for one in patient.prior_exposure:
        total[one.drug] = total.get(one.drug, 0.0) + one.total.m_as("mg/m²")
    return total


def _until(patient: Patient) -> dict[str, dt.date]:
    """The last day that the prior exposure of each drug covers."""
    if isinstance(patient.prior_exposure, str):
        return {}
    rows = sorted((one.until, one.drug) for one in patient.prior_exposure)
    return {name: day for day, name in rows}


def _exposure(
    name: str,
    of: Literal["drug", "class"],
    members: set[str],
    cycles: Sequence[Taken],
    adds: Sequence[Adds],
    before: Mapping[str, float] | None,
    until: Mapping[str, dt.date],
    site: Site,
) -> Exposure:
    start = None if before is None else sum(before.get(member, 0.0) for member in members)
    total, known = start, start or 0.0
    each, after, least = [], [], []
    for cycle, full in zip(cycles, adds, strict=True):
        counted = (one for one in members if cycle.due or one not in until or until[one] < cycle.on)
        added = [_part(cycle.share, full.get(one, 0.0)) for one in counted]
        each.append(_sum(added))
        total = _sum([total, *added])
        known += sum(amount or 0.0 for amount in added)
        after.append(total)
        least.append(known if total is None else total)
    limit, source = limit_of(name, site)
    return Exposure(name, of, start, tuple(each), tuple(after), tuple(least), limit, source)


def _part(share: float | None, amount: float | None) -> float | None:
    """A share of an amount; nothing of anything is nothing, and else what is unknown stays so."""
    if share == 0 or amount == 0:
        return 0.0
    return None if share is None or amount is None else share * amount


def _share(cycle: Cycle) -> float:
    """The part of its full dose with which a cycle counts."""
    if cycle.status in {"omitted", "stopped"}:
        return 0.0
    return 1.0 if cycle.share is None else cycle.share / 100


def limit_of(name: str, site: Site) -> tuple[float | None, str]:
    """The most of a drug or class over a lifetime, in mg/m²: the site's limit, or else the label's; one that was only
    recalled is no limit."""
    stated: Sequence[Cumulative] = () if site.cumulative == "undecided" else site.cumulative
    for one in stated:
        if one.of == name:
            return one.at_most.m_as("mg/m²"), one.source
    facts = drugs().get(name)
    said = facts.cumulative if facts else None
    if said is not None and said.confidence == "SEEN":
        return said.value.m_as("mg/m²"), said.source
    return None, ""


def _unknowns(
    rows: Sequence[Exposure], cycles: Sequence[Taken], prior_unknown: bool, unnamed: Sequence[str], site: Site
) -> Iterator[Finding]:
    """What keeps a sum from being told: it is asked for, and never taken for zero."""
    if prior_unknown:
        message = "what was given before this course is unknown: cumulative doses cannot be told until it is asked"
        gravity: Severity = "blocks-release" if site.prior_exposure == "required" else "warning"
        yield Finding("prior-exposure-unknown", gravity, message, "unknown", where="prior_exposure")
    for name in unnamed:
        message = f"{name}, given before this course, is no drug that is known here: check which limit it counts toward"
        severity: Severity = "blocks-release" if may_count(name) else "warning"
        yield Finding("prior-exposure-unnamed", severity, message, name, where="prior_exposure")
    for row in rows:
        if row.before is not None and None in row.after and (row.of == "drug" or row.limit is not None):
            which = wording.listed(
                (str(one.number) for one, mg in zip(cycles, row.added, strict=True) if mg is None), "and"
            )
            message = f"{row.name}: how much cycle {which} adds is unknown, so the cumulative dose cannot be told"
            # what counts toward no limit need not hold anybody up
            told: Severity = "info" if row.limit is None else "blocks-release"
            yield Finding("exposure-unknown", told, message, "unknown", where="exposure")


def may_count(name: str) -> bool:
    """Whether an unknown name may be one that counts: any may that is not listed as one that never does.

    Doxil and THP are anthracyclines, and mitoxantrone counts with them in many a hospital.
    """
    return name.casefold() not in COUNTED_NOWHERE


def _crossings(rows: Sequence[Exposure], cycles: Sequence[Taken]) -> Iterator[Finding]:
    """The first cycle, given or planned, that takes a sum past its limit; what is known of the sum suffices."""
    for row in rows:
        if row.limit is None:
            continue
        so_far = row.before or 0.0
        for cycle, known, total in zip(cycles, row.least, row.after, strict=True):
            if known > so_far and known > row.limit * (1 + 1e-12):
                message = f"{row.name}: the cumulative dose passes its limit in cycle {cycle.number}"
                said = f"{'at least ' if total is None else ''}{wording.number(known, places=1)} mg/m²"
                allowed, where = f"at most {wording.number(row.limit)} mg/m²", f"cycle {cycle.number}"
                yield Finding("cumulative-limit", "blocks-release", message, said, allowed, row.source, where)
                break
            so_far = known
