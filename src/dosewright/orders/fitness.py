"""Eligibility by the protocol and the site's gates before treatment: yes, no or unknown, each with its reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from .. import wording
from ..calculators import laboratory
from ..dates import age_on
from ..errors import Mistake
from ..protocol.model import Criterion, Protocol
from ..protocol.site import Gate, Site
from ..units import UNITS, Quantity
from .finding import Finding
from .patient import Laboratory, Patient

if TYPE_CHECKING:
    from .organs import ChildPughToday

Verdict = Literal["yes", "no", "unknown"]
FULL_ACTIVITY: Final = "activity score 2"
ACTIVITIES: Final = tuple(f"activity score {score}" for score in ("0", "0.5", "1", "1.5", "2"))


@dataclass(frozen=True, slots=True)
class Answer:
    """One criterion, what was found, and whether it is met."""

    id: str
    measures: str
    criterion: str
    found: str
    verdict: Verdict
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """One laboratory gate: limit, value with its date, and whether treatment may proceed."""

    analyte: str
    limit: str
    value: str
    on: dt.date | None
    verdict: Literal["proceed", "hold", "unknown"]
    reason: str
    source: str


def eligibility(
    protocol: Protocol, patient: Patient, on: dt.date, child_pugh: ChildPughToday | None = None
) -> tuple[Answer, ...]:
    """Every criterion of the protocol, answered; the class of Child-Pugh as it is computed, where that is graver."""
    return tuple(_answer(criterion, patient, on, child_pugh) for criterion in protocol.eligibility)


def _answer(criterion: Criterion, patient: Patient, on: dt.date, child_pugh: ChildPughToday | None) -> Answer:
    if criterion.measures == "age":
        found = str(age_on(patient.birth_date, on))
    elif criterion.measures == "child_pugh_class" and child_pugh is not None:
        found = child_pugh.counts
    else:
        found = getattr(patient, criterion.measures)
    verdict: Verdict
    if found == "unknown":
        verdict, reason = "unknown", "not known: to be answered before treatment"
    elif criterion.one_of:
        verdict = "yes" if found in criterion.one_of else "no"
        reason = f"found {found}, required {wording.listed(criterion.one_of, 'or')}"
    else:
        low, high = criterion.at_least, criterion.at_most
        value = int(found)
        verdict = "yes" if (low is None or value >= low) and (high is None or value <= high) else "no"
        span = (
            f"{low} to {high}"
            if low is not None and high is not None
            else f"at most {high}"
            if low is None
            else f"at least {low}"
        )
        reason = f"found {found}, required {span}"
    if criterion.measures == "child_pugh_class" and child_pugh is not None and child_pugh.remark:
        reason = f"{child_pugh.remark}; {reason}"
    return Answer(criterion.id, criterion.measures, criterion.text, found, verdict, reason, criterion.source)


def eligibility_findings(answers: tuple[Answer, ...]) -> Iterator[Finding]:
    """A finding for each criterion that is not met or not known; unknown is never taken for met."""
    for answer in answers:
        if answer.verdict == "no":
            message, required = f"not eligible: {answer.criterion}", answer.reason.rpartition("required ")[2]
            yield Finding("not-eligible", "blocks-release", message, answer.found, required, answer.source, answer.id)
        elif answer.verdict == "unknown":
            message = f"not known whether met: {answer.criterion}"
            yield Finding(
                "eligibility-unknown", "blocks-release", message, "unknown", source=answer.source, where=answer.id
            )


def gates(site: Site, patient: Patient, on: dt.date) -> tuple[GateAnswer, ...]:
    """Every laboratory gate of the site, answered from the latest value of its analyte."""
    if site.gates == "undecided":
        return ()
    return tuple(_gate(gate, patient, on) for gate in site.gates)


ALIKE: Final = 0.75  # how near a name must come to be taken for a slip of another: found by trial
SOMETHING_ELSE: Final = frozenset(
    "% percent direct conjugated indirect unconjugated urine urinary pleural ascitic ascites csf ratio fraction mean "
    "volume width distribution prealbumin microalbumin clearance".split()
)
"""Words that make of the name of an analyte that of another: direct bilirubin, mean platelet volume."""


def plain_name(written: str) -> str:
    """An analyte by the first of its names; one that is not known here by the name that is written."""
    known = laboratory.find(written)
    return laboratory.plain(written) if known is None else known.name.casefold()


def same_analyte(one: str, other: str) -> bool:
    """Whether two names are of one analyte: ANC is neutrophils."""
    return plain_name(one) == plain_name(other)


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest value of an analyte up to a day, and why nobody can rely on it, if so; '' in `wrong` where one can."""

    value: Laboratory | None
    wrong: str = ""
    read: Quantity | None = None

    def age(self, on: dt.date) -> int | None:
        """How many days old it is."""
        return None if self.value is None else (on - self.value.on).days


def latest(patient: Patient, analyte: str, on: dt.date) -> Latest:
    """The latest value of an analyte up to a day; where two of that day differ, nobody can rely on either.

    A value that no patient can have is none that anybody can rely on: it tells in which unit it could be one.
    """
    named = [one for one in patient.measured if same_analyte(one.analyte, analyte)]
    found = [one for one in named if one.on <= on]
    if not found:
        later = min((one.on for one in named if one.on > on), default=None)
        return Latest(None, "no value is known" + (f"; one of {later} lies after this day" if later else ""))
    day = max(one.on for one in found)
    of_the_day = [one for one in found if one.on == day]
    chosen = min(of_the_day, key=lambda one: (one.value, one.unit))
    if len({(one.value, one.unit) for one in of_the_day}) > 1:
        return Latest(chosen, "several values of the same day, and nothing says which counts")
    known = laboratory.find(chosen.analyte)
    if known is None:
        return Latest(chosen)
    try:
        return Latest(chosen, read=known.read(chosen.value, chosen.unit))
    except Mistake as mistake:
        return Latest(chosen, str(mistake))


def valid_for(site: Site, analyte: str) -> Quantity | None:
    """How old a value of an analyte may be: as its own gate says, or else as the most patient of the site's gates does.

    None where the site has decided no gates.
    """
    if site.gates == "undecided":
        return None
    own = [gate.within for gate in site.gates if same_analyte(gate.analyte, analyte)]
    return max(own or [gate.within for gate in site.gates], key=lambda within: within.m_as("d"))


def _gate(gate: Gate, patient: Patient, on: dt.date) -> GateAnswer:
    limits = [f"at least {gate.at_least}"] if gate.at_least else []
    limits += [f"at most {gate.at_most}"] if gate.at_most else []
    limit = f"{' and '.join(limits)} {gate.unit}"
    found = latest(patient, gate.analyte, on)
    if found.value is None:
        return GateAnswer(gate.analyte, limit, "unknown", None, "unknown", found.wrong, gate.source)
    one = found.value
    said, verdict, reason = f"{one.value} {one.unit}", "proceed", "within the limit"
    value = float(one.value)
    if not _same_unit(one.unit, gate.unit):
        verdict, reason = "unknown", f"the value is in {one.unit}, the limit in {gate.unit}"
    elif found.wrong:
        verdict, reason = "unknown", found.wrong
    elif (other := _may_be(patient, gate.analyte, one.on, on)) is not None:
        verdict, reason = "unknown", f"'{other}' is no name that is known here, and may be a newer value of it"
    elif (on - one.on).days > gate.within.m_as("d"):
        verdict, reason = "unknown", f"older than {wording.say(gate.within)}"
    elif (gate.at_least and value < float(gate.at_least)) or (gate.at_most and value > float(gate.at_most)):
        verdict, reason = "hold", "outside the limit"
    return GateAnswer(gate.analyte, limit, said, one.on, verdict, reason, gate.source)  # type: ignore[arg-type]


def _may_be(patient: Patient, analyte: str, since: dt.date, on: dt.date) -> str | None:
    """The name of a value from a day on that nobody knows here, and that may be of this analyte, written otherwise."""
    import difflib

    names = laboratory.names_of(analyte)
    for one in patient.measured:
        if since <= one.on <= on and laboratory.find(one.analyte) is None:
            said = laboratory.plain(one.analyte)
            within = any(re.search(rf"\b{re.escape(name)}\b", said) for name in names)
            near = within or bool(difflib.get_close_matches(said, names, 1, ALIKE))
            if near and not SOMETHING_ELSE.intersection(re.findall(r"[\w%]+", said)):
                return one.analyte
    return None


def _same_unit(one: str, other: str) -> bool:
    """Whether two spellings are of one unit."""
    return one == other or (one in UNITS and UNITS[one] == UNITS.get(other))


def gate_findings(site: Site, answers: tuple[GateAnswer, ...]) -> Iterator[Finding]:
    """A finding for each gate that holds or cannot be answered, and one where the site has decided no gates at all."""
    if site.gates == "undecided":
        message = "the site has decided no laboratory limits; the source states none"
        yield Finding("gates-undecided", "blocks-release", message, "undecided", source="site policy", where="gates")
    for answer in answers:
        if answer.verdict != "proceed":
            words = "hold" if answer.verdict == "hold" else "not known"
            message = f"{answer.analyte}: {words}, {answer.reason}"
            yield Finding(
                "laboratory", "blocks-release", message, answer.value, answer.limit, answer.source, answer.analyte
            )
