"""Eligibility by the protocol and the site's gates before treatment: yes, no or unknown, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from .. import wording
from ..dates import age_on
from ..protocol.model import Criterion, Protocol
from ..protocol.site import Gate, Site
from .finding import Finding
from .patient import Laboratory, Patient

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


def eligibility(protocol: Protocol, patient: Patient, on: dt.date) -> tuple[Answer, ...]:
    """Every criterion of the protocol, answered."""
    return tuple(_answer(criterion, patient, on) for criterion in protocol.eligibility)


def _answer(criterion: Criterion, patient: Patient, on: dt.date) -> Answer:
    by_birth = criterion.measures == "age"
    found = str(age_on(patient.birth_date, on)) if by_birth else getattr(patient, criterion.measures)
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


def plain_name(written: str) -> str:
    """An analyte by its plain name: capitals and an addition in brackets are of no account."""
    return written.casefold().partition("(")[0].strip()


def _gate(gate: Gate, patient: Patient, on: dt.date) -> GateAnswer:
    limits = [f"at least {gate.at_least}"] if gate.at_least else []
    limits += [f"at most {gate.at_most}"] if gate.at_most else []
    limit = f"{' and '.join(limits)} {gate.unit}"
    values: tuple[Laboratory, ...] = () if patient.laboratory == "unknown" else patient.laboratory
    found = [one for one in values if plain_name(one.analyte) == gate.analyte.casefold() and one.on <= on]
    if not found:
        return GateAnswer(gate.analyte, limit, "unknown", None, "unknown", "no value is known", gate.source)
    latest = max(found, key=lambda one: one.on)
    of_the_day = {(one.value, one.unit) for one in found if one.on == latest.on}
    said, verdict, reason = f"{latest.value} {latest.unit}", "proceed", "within the limit"
    value = float(latest.value)
    if len(of_the_day) > 1:
        verdict, reason = "unknown", "several values of the same day, and nothing says which counts"
    elif latest.unit != gate.unit:
        verdict, reason = "unknown", f"the value is in {latest.unit}, the limit in {gate.unit}"
    elif (on - latest.on).days > gate.within.m_as("d"):
        verdict, reason = "unknown", f"older than {wording.say(gate.within)}"
    elif (gate.at_least and value < float(gate.at_least)) or (gate.at_most and value > float(gate.at_most)):
        verdict, reason = "hold", "outside the limit"
    return GateAnswer(gate.analyte, limit, said, latest.on, verdict, reason, gate.source)  # type: ignore[arg-type]


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
