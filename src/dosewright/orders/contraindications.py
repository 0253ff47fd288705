"""What speaks against a drug in this patient today, by the facts of the drug: labels and papers that were read.

A fact that was only recalled, or that was said of a route by which the drug does not run here, asks and stops nothing.
A laboratory limit that the site has signed goes before a label's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from .. import wording
from ..calculators import laboratory, toxicity
from ..calculators.columns import above, below
from ..errors import Mistake
from ..protocol.drugs import Bounds, Contraindication, Reached, drug
from ..protocol.site import Gate, Interaction, Site
from ..units import quantity
from . import organs, toxicity_today
from .criterion import UNKNOWN, Criterion, Day, Measured, Verdict, of_clearance, of_values
from .fitness import same_analyte
from .organs import ChildPughToday, ClearanceToday
from .patient import Patient
from .rules.due import interactions
from .toxicity_today import ToxicityToday


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a contraindication came to: whether its condition holds (None: not known), by what, and whether for good."""

    holds: bool | None
    measured: Measured
    allowed: str
    reason: str
    never: bool = False
    then: str = ""


def contraindications(day: Day, grades: Sequence[ToxicityToday], clearance: ClearanceToday) -> Iterator[Criterion]:
    """Every contraindication of every drug that is given, answered; those of first or of later cycles only then."""
    listed = interactions(day.site, list(day.given))
    for name, routes in sorted(day.given.items()):
        for one in drug(name).contraindications:
            if one.cycles == "any" or (one.cycles == "first") == (not day.patient.given):
                yield from _contraindication(day, name, routes, one, grades, clearance, listed)


def _contraindication(
    day: Day,
    name: str,
    routes: Collection[str],
    one: Contraindication,
    grades: Sequence[ToxicityToday],
    clearance: ClearanceToday,
    listed: Sequence[Interaction],
) -> Iterator[Criterion]:
    if one.medicines and all(_listed(word, one, listed) for word in one.medicines):
        return  # the site's own list stops it as gravely
    gate = _own_gate(day.site, one)
    if gate is not None and one.laboratory is not None and _as_strict(gate, one.laboratory):
        return  # the site's own limit stops whatever this one would
    seen = _seen(day, one, grades, clearance)
    remarks = [seen.reason]
    counts = True
    if one.confidence != "SEEN":
        counts, remark = False, "recalled, not read: for information"
        remarks.append(remark)
    elif not one.testable:
        counts = False
    elif one.routes and not set(one.routes) & set(routes):
        counts = False
        remarks.append(f"said of the {wording.listed(one.routes)} route, and given {wording.listed(sorted(routes))}")
    elif gate is not None and one.laboratory is not None:
        counts = False
        remarks.append(f"the site's own limit of {_end(gate, one.laboratory)} {gate.unit} counts")
    stops: Verdict = "refuse" if seen.never else one.answer
    answer: Verdict = "proceed" if seen.holds is False else stops if seen.holds and counts else "unknown"
    next_ = {
        "proceed": seen.then,
        "refuse": f"Do not give {name}; a physician decides how to go on.",
        "hold": f"Hold {name} until it is settled, or have the departure decided by name.",
    }.get(answer, "Find out, and write it down." if counts else "A person asks, and judges.")
    yield Criterion(
        group="contraindications",
        name=f"{name}.{one.id}",
        what=f"{name}: {one.value}",
        answer=answer,
        counts=counts,
        measured=seen.measured,
        allowed=seen.allowed,
        source=one.source,
        reason="; ".join(remarks),
        next=next_,
    )


def _listed(word: str, one: Contraindication, listed: Sequence[Interaction]) -> bool:
    """Whether the site's own list names a medicine, and is no milder about it than a fact that was read."""
    enough = {"refuse"} if one.answer == "refuse" else {"refuse", "blocks-release"}
    if one.confidence != "SEEN":
        enough = {"refuse", "blocks-release", "warning"}
    return any(of.other.casefold() == word.casefold() and of.severity in enough for of in listed)


def _own_gate(site: Site, one: Contraindication) -> Gate | None:
    """The site's own limit of the same laboratory value, on the same side; a signed limit goes before a label's."""
    if one.laboratory is None or site.gates == "undecided":
        return None
    of_analyte = (gate for gate in site.gates if same_analyte(gate.analyte, one.laboratory.analyte))
    return next((gate for gate in of_analyte if _end(gate, one.laboratory) is not None), None)


def _end(gate: Gate, limit: Bounds) -> str | None:
    """The end of a site's limit on that side on which the label has one."""
    return gate.at_least if limit.at_least is not None else gate.at_most


def _as_strict(gate: Gate, limit: Bounds) -> bool:
    """Whether the site's limit lets through nothing that the label's stops."""
    try:
        own = laboratory.converted(quantity(float(_end(gate, limit) or "nan"), gate.unit), limit.unit, of=limit.analyte)
    except Mistake:
        return False  # in a unit that nobody knows, so that the two cannot be compared
    least, most = limit.at_least, limit.at_most
    return own >= float(least) if least is not None else own <= float(most or "nan")


def _seen(day: Day, one: Contraindication, grades: Sequence[ToxicityToday], clearance: ClearanceToday) -> _Seen:
    if one.laboratory is not None:
        return _by_value(day, one.laboratory)
    if one.clearance_at_least is not None:
        least = one.clearance_at_least.m_as("mL/min")
        allowed = f"at least {wording.say(one.clearance_at_least)}"
        measured = of_clearance(clearance)
        if clearance.clearance is None:
            return _Seen(None, measured, allowed, clearance.says)
        return _Seen(bool(below(clearance.clearance.magnitude, least)), measured, allowed, clearance.says)
    if one.child_pugh:
        return _by_class(day.child_pugh, one.child_pugh)
    if one.toxicity is not None:
        return _by_grade(day, one.toxicity, grades)
    if one.medicines:
        return _by_medicine(day.patient, one.medicines)
    return _Seen(None, Measured("nothing"), "none of it", "the patient's file has no entry for it")


def _by_value(day: Day, limit: Bounds) -> _Seen:
    least, most = limit.at_least, limit.at_most
    allowed = f"at least {least} {limit.unit}" if least is not None else f"at most {most} {limit.unit}"
    found = organs.usable(day.site, day.patient, limit.analyte, day.on)
    if found.value is None:
        return _Seen(None, Measured(UNKNOWN), allowed, found.wrong)
    measured = Measured(found.value.value, found.value.unit, found.value.on, found.age(day.on))
    if found.read is None or found.wrong:
        return _Seen(None, measured, allowed, found.wrong or "in no unit that is known")
    value = laboratory.converted(found.read, limit.unit, of=limit.analyte)
    outside = (least is not None and bool(below(value, float(least)))) or (
        most is not None and bool(above(value, float(most)))
    )
    return _Seen(outside, measured, allowed, "outside the limit" if outside else "within the limit")


def _by_class(found: ChildPughToday, classes: Collection[str]) -> _Seen:
    allowed = f"not {wording.listed(classes, 'or')}"
    open_ = {found.counts} if found.counts != UNKNOWN else found.open
    measured = of_values(found.counts, "", found.used)
    holds = True if open_ <= set(classes) else None if (open_ | found.open) & set(classes) else False
    return _Seen(holds, measured, allowed, found.remark or f"stated {found.stated}")


def _by_grade(day: Day, reached: Reached, grades: Sequence[ToxicityToday]) -> _Seen:
    """Whether a toxicity is at the grade, or was since the last cycle and has not gone back as far as it should."""
    name = toxicity.named(reached.term).name
    found = next((one for one in grades if one.term == name), None)
    now = found.now if found is not None else toxicity_today.unrecorded(day.patient, name)
    worst = found.worst if found is not None else now
    from_, back = int(reached.grade), int(reached.grade) - 1 if reached.until is None else reached.until
    surely = now.at_least >= from_ or (worst.at_least >= from_ and now.at_least > back)
    perhaps = now.at_most >= from_ or (worst.at_most >= from_ and now.at_most > back)
    allowed = f"below grade {from_}"
    if back < from_ - 1:
        allowed += f", and back to grade {back} after it"
    said = f"grade {now.said}" if found is not None or now.at_most == 0 else "not recorded"
    measured = Measured(said, "", now.on, day.age(now.on))
    reason = now.why if worst.said == now.said else f"grade {worst.said} at its worst; {now.why}"
    never = reached.never is not None and worst.at_least >= int(reached.never)
    holds = True if surely or never else None if perhaps else False
    then = f"By the label: {reached.then}." if worst.at_least >= from_ and reached.then else ""
    return _Seen(holds, measured, allowed, reason, never, then)


def _by_medicine(patient: Patient, words: Collection[str]) -> _Seen:
    allowed = f"not with {wording.listed(words, 'or')}"
    if patient.medicines == UNKNOWN:
        return _Seen(None, Measured(UNKNOWN), allowed, "what else the patient takes is unknown")
    taken = [] if isinstance(patient.medicines, str) else list(patient.medicines)
    hits = [one for one in taken if any(word.casefold() in one.casefold() for word in words)]
    if not hits:
        return _Seen(False, Measured("not taken"), allowed, f"not among the medicines ({', '.join(taken) or 'none'})")
    return _Seen(True, Measured("; ".join(hits)), allowed, "the patient takes it")
