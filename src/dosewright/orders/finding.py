"""A remark on an order, as data: which rule, how grave, what was measured and what is allowed, and who says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "blocks-release", "refuse"]
SEVERITIES: tuple[Severity, ...] = ("refuse", "blocks-release", "warning", "info")  # the gravest first
STOPPING: frozenset[Severity] = frozenset({"blocks-release", "refuse"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark. `message` is a sentence; the other fields are what it rests on, each possibly empty."""

    rule: str
    severity: Severity
    message: str
    measured: str = ""
    allowed: str = ""
    source: str = ""
    where: str = ""


def gravity(finding: Finding) -> int:
    """The place of a finding among others, the gravest first."""
    return SEVERITIES.index(finding.severity)


def stops(findings: Iterable[Finding]) -> bool:
    """Whether any of the findings keeps an order from being released."""
    return any(finding.severity in STOPPING for finding in findings)
