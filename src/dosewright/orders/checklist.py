"""Checklists of verification: what each step asks, what the rules have seen of it, and what is left to a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from .check import Checked
from .finding import STOPPING, Finding
from .rules import RULES

Confidence = Literal["SEEN", "RECALLED"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a list: what it is called, the rules that look at it, and what no rule can see."""

    title: str
    rules: frozenset[str]
    by_hand: str
    confidence: Confidence = "SEEN"


@dataclass(frozen=True, slots=True)
class Checklist:
    """A list of steps as somebody published it."""

    id: str
    title: str
    source: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Ticked:
    """One step with what came of it."""

    number: int
    step: Step
    verdict: Literal["stopped", "warned", "nothing found", "not checked", "by hand"]
    findings: tuple[Finding, ...]
    not_checked: int


def _rules(*words: str) -> frozenset[str]:
    """Rules by their names, or all of a chapter by its own."""
    chapters = {rule.module for rule in RULES.values()}
    unknown = {word for word in words if word not in chapters and word not in RULES}
    if unknown:
        raise KeyError(f"no such rule: {', '.join(sorted(unknown))}")
    return frozenset(id for id, rule in RULES.items() if id in words or rule.module in words)


_IDENTITY = ("missing-name", "missing-identifier", "identifiers-equal", "unborn", "order-repeated")
_WRITTEN = (
    "unreadable",
    "altered",
    "not-released",
    "page-not-compared",
    "written-later",
    "missing-date-written",
    "notation",
    "remarks",
)
_PRESCRIPTION = ("completeness", *_WRITTEN)
_LIFETIME = (
    "cumulative-limit",
    "exposure-unknown",
    "prior-exposure-unknown",
    "prior-exposure-contradicts",
    "prior-exposure-unnamed",
)
_HISTORY = ("allergy", "allergy-recorded", "missing-allergies", "interaction", "medicines-unknown", *_LIFETIME)
_DELIVERY = (
    "administration", "preparation", "beads", "missing-route", "missing-rate", "missing-sequence", "diluent-unknown",
    "volume-unknown", "form-unknown", "bead-contact-unknown", "bead-volume-unknown",
)  # fmt: skip
_ELIGIBLE = ("not-eligible", "eligibility-unknown", "child-pugh-differs", "child-pugh-graver")
_TIMING = (
    "interval",
    "last-cycle-unknown",
    "missing-cycle",
    "missing-date",
    "missing-validity",
    "expired",
    "valid-too-long",
    "day-of-cycle",
)
_BODY = (
    "body",
    "surface",
    "missing-calculation",
    "weight-undated",
    "weight-basis-unknown",
    "reference-unknown",
    "ascites-unknown",
)
_PROTOCOL = ("protocol-unknown", "protocol-other", "protocol-version", "protocol-content", "missing-protocol", "naming")
_LABORATORY = (
    "laboratory", "laboratory-unknown", "laboratory-unit", "laboratory-old", "laboratory-undated", "laboratory-later",
    "laboratory-implausible", "laboratory-unitless",
    "genotype", "genotype-unknown", "genotype-unreadable", "missing-hold",
)  # fmt: skip

LISTS: Final = (
    Checklist(
        "bopa",
        "Seven steps of verification (BOPA)",
        "BOPA, standards for pharmacy verification; steps 1 to 4 were read, 5 to 7 are general knowledge",
        (
            Step(
                "prescription",
                _rules(*_PRESCRIPTION),
                "legible and signed by a prescriber who may",
            ),
            Step("protocol", _rules(*_PROTOCOL), "the right protocol for this disease and line"),
            Step(
                "patient details",
                _rules(*_IDENTITY, "fitness", *_LIFETIME),
                "history, and what the patient says",
            ),
            Step(
                "administration details",
                _rules("administration", "preparation", "beads", *_TIMING),
                "access, and who will give it",
            ),
            Step(
                "calculations",
                _rules(*_BODY, "dose", "changes"),
                "computed once more by a second person",
                "RECALLED",
            ),
            Step(
                "laboratory results and fitness",
                _rules(*_LABORATORY, *_ELIGIBLE),
                "trend, and the patient today",
                "RECALLED",
            ),
            Step("endorsement", frozenset(), "sign, date and time", "RECALLED"),
        ),
    ),
    Checklist(
        "bc-cancer",
        "Ten steps of order checking (BC Cancer)",
        "BC Cancer, ten-step order check; a copy was read",
        (
            Step("identity, by two identifiers", _rules(*_IDENTITY), "wristband or record"),
            Step(
                "protocol and indication",
                _rules(*_PROTOCOL, *_ELIGIBLE, *_WRITTEN),
                "indication and approval",
            ),
            Step(
                "history",
                _rules(
                    "allergy",
                    "allergy-recorded",
                    "interaction",
                    "medicines-unknown",
                    "cumulative-limit",
                    "prior-exposure-unknown",
                    "missing-allergies",
                ),
                "earlier treatment and its effects",
            ),
            Step("timing", _rules(*_TIMING), "appointments"),
            Step("body surface area", _rules(*_BODY), "height and weight measured, not asked"),
            Step(
                "dose",
                _rules("dose", "changes", "missing-dose", "missing-drug-name"),
                "reductions meant by the prescriber",
            ),
            Step("laboratory values", _rules(*_LABORATORY), "trend since the last cycle"),
            Step("delivery", _rules(*_DELIVERY), "lines and pumps at the bedside"),
            Step("toxicity", frozenset(), "what the last cycle caused, and what follows from it"),
            Step("supportive care", _rules("missing-care", "consent", "consent-unknown"), "ordered and at hand"),
        ),
    ),
)


def ticked(checklist: Checklist, checked: Checked) -> Sequence[Ticked]:
    """Each step of a list with what the rules found and could not tell."""
    return [_ticked(number, step, checked) for number, step in enumerate(checklist.steps, 1)]


def _ticked(number: int, step: Step, checked: Checked) -> Ticked:
    found = tuple(one for one in checked.findings if one.rule in step.rules)
    unknown = len({one.rule for one in checked.not_checked if one.rule in step.rules})
    return Ticked(number, step, _verdict(step, found, checked.asked), found, unknown)


def _verdict(
    step: Step, found: Iterable[Finding], asked: frozenset[str]
) -> Literal["stopped", "warned", "nothing found", "not checked", "by hand"]:
    severities = {one.severity for one in found}
    if severities & STOPPING:
        return "stopped"
    if severities:
        return "warned"
    if not step.rules:
        return "by hand"
    return "nothing found" if step.rules & asked else "not checked"
