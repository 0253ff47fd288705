"""What an answer of a fit is made of: one criterion, what it was measured by, and the day from which all is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from .. import wording
from ..errors import Refusal
from ..protocol.model import Protocol
from ..protocol.site import Site
from ..units import quantity
from .basis import Basis
from .decisions import Choices
from .finding import Finding
from .fitness import Answer, GateAnswer
from .organs import ChildPughToday, ClearanceToday, Used
from .patient import Patient
from .rules import RULES

Verdict = Literal["proceed", "hold", "refuse", "unknown"]
VERDICTS: Final[tuple[Verdict, ...]] = ("refuse", "hold", "unknown", "proceed")  # the gravest first
UNKNOWN: Final = "unknown"
ON_BEADS: Final = "on beads"  # how a drug is given that is no route of an infusion

Group = Literal[
    "eligibility",
    "liver and kidneys",
    "laboratory",
    "toxicity",
    "contraindications",
    "genotype",
    "allergies and medicines",
    "course",
    "body",
    "cumulative dose",
    "dose rules",
]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found: a number with its unit, or words without one; the day, and how many days ago that was."""

    value: str
    unit: str = ""
    on: dt.date | None = None
    age_days: int | None = None

    def data(self) -> dict[str, Any]:
        """The same for programs."""
        age = None if self.age_days is None else wording.as_data(quantity(self.age_days, "d"))
        return {"value": self.value, "unit": self.unit, "on": self.on, "age": age}

    @property
    def said(self) -> str:
        """'3.4 10^9/L', or the words."""
        return f"{self.value} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question and its answer; `next` says what to do about it. `counts` is False where it only asks."""

    group: Group
    name: str
    what: str
    answer: Verdict
    measured: Measured
    allowed: str
    source: str
    reason: str
    next: str = ""
    counts: bool = True

    @property
    def id(self) -> str:
        """Its group and its name: 'laboratory.neutrophils'; no two of a fit have the same."""
        return f"{self.group.replace(' ', '-')}.{self.name}"

    def data(self) -> dict[str, Any]:
        """The same for programs."""
        names = ("id", "group", "what", "answer", "counts", "shown", "allowed", "source", "reason", "next")
        return {name: getattr(self, name) for name in names} | {"measured": self.measured.data()}

    @property
    def shown(self) -> str:
        """The answer as people read it: what only asks never says that it stops."""
        return self.answer if self.counts or self.answer == "proceed" else "asks"


@dataclass(frozen=True, slots=True)
class Day:
    """What a fit is told from: the order's inputs, and what the order has found out of them already.

    `given` names every drug with the routes by which it runs, `findings` are the order's own, `basis` is None where
    height or weight allows none, with the reason in `no_body`, and `exposure` are the rows of its cumulative doses.
    """

    protocol: Protocol
    site: Site
    patient: Patient
    choices: Choices
    cycle: int
    on: dt.date
    start: dt.date
    given: Mapping[str, frozenset[str]]
    eligibility: Sequence[Answer]
    gates: Sequence[GateAnswer]
    child_pugh: ChildPughToday
    findings: Sequence[Finding]
    basis: Basis | None
    exposure: Sequence[Mapping[str, Any]] = ()
    no_body: Refusal | None = None

    def age(self, day: dt.date | None) -> int | None:
        """How many days before the day of treatment."""
        return None if day is None else (self.on - day).days

    def of(self, *rules: str) -> list[Finding]:
        """The order's findings of some rules, in the order of the rules."""
        return [one for rule in rules for one in self.findings if one.rule == rule]


def of_values(said: str, unit: str, used: Sequence[Used]) -> Measured:
    """What was computed from laboratory values: as old as the oldest of them."""
    oldest = min(used, key=lambda one: one.on, default=None)
    return Measured(said, unit) if oldest is None else Measured(said, unit, oldest.on, oldest.age_days)


def of_clearance(found: ClearanceToday) -> Measured:
    """The creatinine clearance as it is told, with the age of the creatinine."""
    value = found.clearance
    said, unit = (UNKNOWN, "") if value is None else (wording.number(value.magnitude, places=1), "mL/min")
    return of_values(said, unit, found.used)


def gravest(criteria: Iterable[Criterion]) -> Verdict:
    """The gravest answer of those that count: refuse, hold, unknown, proceed."""
    found = {one.answer for one in criteria if one.counts}
    return next((name for name in VERDICTS if name in found), "unknown")


# What to do next, of findings of which no rule of the check speaks, or otherwise.
_NEXT: Final = {
    "allergies-unknown": "Ask, and record 'none known' only where somebody said so.",
    "reference-weight-unknown": "Record the weight against which changes are measured: that of cycle 1.",
    "ascites-unknown": "Examine, and record it.",
    "ascites": "Judge whether the weight on which the site doses is right.",
    "unusual-body": "Measure again; where it is right, have it confirmed by name.",
    "exchanged-body": "Look whether height and weight were exchanged.",
    "surface-capped": "Nothing, where the cap is meant.",
    "exposure-later": "Mend the day until which it was given, or the day of treatment.",
}


def advice(rule: str) -> str:
    """What to do about a finding: in the words of the check's rule of that name, unless the order means otherwise."""
    if rule in _NEXT:
        return _NEXT[rule]
    return RULES[rule].advice if rule in RULES else "See the findings of the order."
