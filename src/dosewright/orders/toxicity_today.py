"""Toxicity today: what was recorded and what the laboratory shows, at its worst since the last cycle and now.

A grade that is left open is a span: the lowest and the highest that it can be. Whatever nobody recorded is not grade 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .. import wording
from ..calculators import laboratory, toxicity
from ..errors import Mistake, Refusal, together
from ..protocol.site import ANY, HoldFrom, Site
from ..reading import Document
from . import limits
from .fitness import latest, valid_for
from .patient import Laboratory, Patient, Toxicity

AS_RECORDED: Final = "grade "  # how a value begins that a person gave, and not the laboratory
AS_BEFORE: Final = "above its range as before treatment"


@dataclass(frozen=True, slots=True)
class Graded:
    """One grade of one term: the lowest and the highest it can be, its day, and the value or the record behind it."""

    at_least: int
    at_most: int
    on: dt.date | None
    value: str
    why: str

    @property
    def said(self) -> str:
        """'3', or '0 to 3' where it is left open."""
        return str(self.at_least) if self.at_least == self.at_most else f"{self.at_least} to {self.at_most}"

    def data(self) -> dict[str, Any]:
        """The same for programs."""
        return {name: getattr(self, name) for name in ("said", "at_least", "at_most", "on", "value", "why")}


@dataclass(frozen=True, slots=True)
class ToxicityToday:
    """One term: at its worst since the last cycle, and now. `measured` says that the laboratory grades it."""

    term: str
    version: str
    measured: bool
    baseline: str
    worst: Graded
    now: Graded

    def data(self) -> dict[str, Any]:
        """The same for programs."""
        told = {name: getattr(self, name) for name in ("term", "version", "measured", "baseline")}
        return told | {"worst": self.worst.data(), "now": self.now.data()}


def grades(site: Site, patient: Patient, on: dt.date) -> tuple[ToxicityToday, ...]:
    """Every term that is recorded or measured, by its name; what lies after the day does not count."""
    measured = _measured(patient, on)
    recorded = _recorded(patient, on)
    return tuple(
        _today(site, patient, on, name, measured.get(name), recorded.get(name, []))
        for name in sorted({*measured, *recorded})
    )


def start_of_last(patient: Patient, on: dt.date) -> dt.date | None:
    """Day 1 of the last cycle given before a day."""
    return max((one.on for one in patient.given if one.on < on), default=None)


def last_cycle(patient: Patient, on: dt.date) -> int:
    """The number of the last cycle given before a day; 0, before the first."""
    return max((one.cycle for one in patient.given if one.on < on), default=0)


def known(patient: Patient, on: dt.date) -> bool:
    """Whether anybody has recorded how the last cycle was borne; before the first, what was there already."""
    if patient.toxicities == "none":
        return True
    last = last_cycle(patient, on)
    return any(one.after_cycle == last and one.on <= on for _, one in patient.recorded)


def unrecorded(patient: Patient, name: str) -> Graded:
    """A term that stands nowhere: of grade 0 where somebody looked and wrote 'none', unless only blood can tell."""
    measured = any(term.name == name for term in toxicity.terms().values())
    if patient.toxicities == "none" and not measured:
        return Graded(0, 0, None, "none", "recorded: none")
    return Graded(0, max(toxicity.named(name).grades), None, "unknown", "neither recorded nor measured")


def _recorded(patient: Patient, on: dt.date) -> dict[str, list[Toxicity]]:
    """The records up to a day by the name of their term, the oldest first."""
    found: dict[str, list[Toxicity]] = {}
    for _, one in sorted(patient.recorded, key=lambda entry: (entry[1].on, entry[1].grade, str(entry[1].ended))):
        if one.on <= on:
            found.setdefault(one.named.name, []).append(one)
    return found


def _measured(patient: Patient, on: dt.date) -> dict[str, str]:
    """The analytes of the laboratory that CTCAE grades, by the name of the term."""
    found: dict[str, str] = {}
    for one in patient.measured:
        try:
            term = toxicity.find(one.analyte)
        except Mistake:
            continue  # what CTCAE does not grade
        if one.on <= on:
            found[term.name] = term.analyte
    return found


def _today(
    site: Site, patient: Patient, on: dt.date, name: str, analyte: str | None, records: Sequence[Toxicity]
) -> ToxicityToday:
    since = start_of_last(patient, on)
    base = _baseline(patient, analyte, on) if analyte else None
    by_value = _of_laboratory(patient, analyte, base, on, since) if analyte else []
    by_record = [_as_recorded(one) for one in records if since is None or one.on >= since]
    present = [_present(records, on)] if records else []
    if analyte:
        present.append(_latest(site, analyte, by_value, on, since))
    now = _newest(present)
    told = "not known" if base is None else f"{base.value} {base.unit} on {base.on}"
    return ToxicityToday(
        term=name,
        version=f"CTCAE {toxicity.USUAL_VERSION if analyte else records[-1].ctcae}",
        measured=analyte is not None,
        baseline=told if analyte else "not applicable",
        worst=max([*by_value, *by_record, now], key=_gravity),
        now=now,
    )


def _gravity(one: Graded) -> tuple[int, int]:
    return one.at_least, one.at_most


def _newest(candidates: Sequence[Graded]) -> Graded:
    """Of what is known of one term the newest; of what is of one day, the gravest. What has no day is the oldest."""
    day = max(one.on or dt.date.min for one in candidates)
    return max((one for one in candidates if (one.on or dt.date.min) == day), key=_gravity)


def _as_recorded(one: Toxicity) -> Graded:
    """A record at its worst."""
    low, high = (0, max(one.named.grades)) if one.grade == "unknown" else (int(one.grade), int(one.grade))
    ended = f"ended {one.ended}" if isinstance(one.ended, dt.date) else "whether it has ended is not known"
    state = "recorded as present" if one.ended == "present" else ended
    return Graded(low, high, one.on, f"{AS_RECORDED}{one.grade}", state)


def _present(records: Sequence[Toxicity], on: dt.date) -> Graded:
    """What the records of one term say of today: the newest day counts, and what is not over is there at its worst."""
    return max((_still(one, on) for one in records if one.on == records[-1].on), key=_gravity)


def _still(one: Toxicity, on: dt.date) -> Graded:
    whole = _as_recorded(one)
    if isinstance(one.ended, dt.date) and one.ended <= on:
        return Graded(0, 0, one.ended, whole.value, whole.why)
    if one.ended == "unknown":
        return Graded(0, whole.at_most, one.on, whole.value, whole.why)
    return whole


def _of_laboratory(
    patient: Patient, analyte: str, base: Laboratory | None, on: dt.date, since: dt.date | None
) -> list[Graded]:
    """The grades of every value since the last cycle, the oldest first; that of its day 1 was taken before it."""
    rows = [
        one
        for one in patient.measured
        if _graded_as(one, analyte) and one.on <= on and (since is None or one.on > since)
    ]
    return [_grade(one, analyte, base) for one in sorted(rows, key=lambda one: (one.on, one.value, one.unit))]


def _latest(site: Site, analyte: str, by_value: Sequence[Graded], on: dt.date, since: dt.date | None) -> Graded:
    """The grade of the newest value; of one that is older than the site lets it be, at least that."""
    most = max(toxicity.named(analyte).grades)
    if not by_value:
        return Graded(0, most, None, "unknown", f"no value since the cycle of {since}")
    newest = _newest(by_value)
    within, age = valid_for(site, analyte), (on - (newest.on or on)).days
    if within is None or age <= within.m_as("d"):
        return newest
    why = f"{newest.why}; {age} days old, and the site takes it for {wording.say(within)}"
    return Graded(newest.at_least, most, newest.on, newest.value, why)


def _graded_as(one: Laboratory, analyte: str) -> bool:
    try:
        return toxicity.find(one.analyte).analyte == analyte
    except Mistake:
        return False


def _baseline(patient: Patient, analyte: str, on: dt.date) -> Laboratory | None:
    """The value before the first cycle: the latest before its day 1, or else of that day itself.

    Where no cycle was given yet, it is the value before the newest; a single one is what the patient begins with.
    """
    first = next((one.on for one in patient.given if one.cycle == 1), None)
    if first is None and start_of_last(patient, on) is not None:
        return None
    newest = latest(patient, analyte, on).value if first is None else None
    begins = first or (newest.on if newest is not None else on)
    days = (begins - dt.timedelta(days=1), begins)
    for day in days:
        found = latest(patient, analyte, min(day, on))
        if found.value is not None:
            return None if found.wrong else found.value
    return None


def _grade(one: Laboratory, analyte: str, base: Laboratory | None) -> Graded:
    """The grade of one value; any that its term has where the value cannot be read."""
    measured = toxicity.find(analyte).measured
    try:
        value = measured.read(one.value, one.unit).magnitude
        lln, uln = (None if limit is None else float(limit) for limit in (one.lower, one.upper))
        read = None if base is None else measured.read(base.value, base.unit)
        baseline = None if read is None else laboratory.converted(read, one.unit, of=measured.name)
        found = toxicity.grade(analyte=analyte, value=value, unit=one.unit, lln=lln, uln=uln, baseline=baseline)
    except Mistake as mistake:
        return Graded(0, max(toxicity.named(analyte).grades), one.on, f"{one.value} {one.unit}", str(mistake))
    above = uln is not None and value > uln and baseline is not None and baseline > uln
    as_before = above and found.at_most == 0 and "× baseline" in found.why  # of what is graded by its fall, not
    why = f"{found.why}; {AS_BEFORE}" if as_before else found.why
    return Graded(found.at_least, found.at_most, one.on, f"{one.value} {one.unit}", why)


# ----------------------------------------------------------------------------------------------- what the site holds at


def held_from(site: Site, term: str) -> HoldFrom | None:
    """From which grade on the site holds for a term: by its own entry, or else by that of `any`; None: undecided."""
    if site.toxicity_holds == "undecided":
        return None
    own = [one for one in site.toxicity_holds if one.term != ANY and toxicity.named(one.term).name == term]
    return next(iter([*own, *(one for one in site.toxicity_holds if one.term == ANY)]), None)


def named_by(site: Site) -> Iterator[str]:
    """The terms that the site names, and which must therefore be known before each cycle."""
    if site.toxicity_holds != "undecided":
        yield from (toxicity.named(one.term).name for one in site.toxicity_holds if one.term != ANY)


def check_holds(site: Site, document: Document) -> None:
    """Hold what a site holds at against what there is: its terms and grades against CTCAE, its gates against values."""
    found = []
    for mistake in (*_mistakes_of_terms(site), *_mistakes_of_gates(site)):
        mistake.where = document.where(mistake.within)
        found.append(mistake)
    if found:
        raise together(found)


def _mistakes_of_terms(site: Site) -> Iterator[Mistake]:
    """Terms and grades that CTCAE does not have, and terms that are held twice, by whichever of their names."""
    before: dict[str, str] = {}
    for index, one in enumerate(() if site.toxicity_holds == "undecided" else site.toxicity_holds):
        if one.term == ANY:
            continue
        place = ("toxicity_holds", index)
        try:
            name, grades = toxicity.named(one.term)
        except Mistake as mistake:
            mistake.within = (*place, "term")
            yield mistake
            continue
        if name in before:
            words = f"a second grade for {name}, which stands before it as {before[name]}"
            yield Refusal(words, within=(*place, "term"), got=one.term)
        before.setdefault(name, one.term)
        if int(one.grade) > max(grades):
            needs = f"a grade that {one.term} has ({wording.listed(map(str, grades))})"
            yield Mistake(needs, within=(*place, "grade"), example=str(max(grades)), got=one.grade)


def _mistakes_of_gates(site: Site) -> Iterator[Mistake]:
    """Limits of gates that no value can be at, or whose unit was mixed up; of an analyte that we know."""
    for index, gate in enumerate(() if site.gates == "undecided" else site.gates):
        known = laboratory.find(gate.analyte)
        if known is None:
            continue
        for name in ("at_least", "at_most"):
            limit, place = getattr(gate, name), ("gates", index, name)
            if limit is not None:
                wrong = limits.refused(known, limit, gate.unit, within=place)
                wrong = wrong or limits.of_another_unit(known, limit, gate.unit, within=place)
                if wrong is not None:
                    yield wrong
