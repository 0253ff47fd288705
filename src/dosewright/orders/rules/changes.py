"""Changes of the dose: by or to how much of what, whether the figures agree, and whether a proposal was answered."""

from __future__ import annotations

from typing import Any, Final

from .rule import rule
from .values import Condition, above, differ, missing, no
from .view import ARITHMETIC, LineView

WHOLE: Final = 100.0  # percent
POINTS: Final = 0.05 + 1e-9  # percentage points: what a share is printed to; an engineering tolerance


def _per_area(due: Any) -> bool:
    return due.dose is not None and due.dose.basis == "per m²"


@rule(
    "change-base",
    "blocks-release",
    of="line",
    where="changed_of",
    measured="{changed_by} {changed_to}",
    allowed="of the protocol dose, or of the last ordered dose",
    source="by definition",
    hazards="H37",
    even_absent=True,
)
def change_base(line: LineView) -> Condition:
    """The dose is changed by or to a percentage, and nothing says of what.

    Write of which dose: after an earlier reduction, 20 % of the protocol's dose and of the last one are not the same.
    """
    return no(line.lacks("changed_by") & line.lacks("changed_to")) & line.lacks("changed_of")


@rule(
    "change-both-ways",
    "blocks-release",
    of="line",
    where="changed_to",
    measured="by {changed_by} and to {changed_to}",
    allowed="by or to",
    source="by definition",
    hazards="H37",
    even_absent=True,
)
def change_both_ways(line: LineView) -> Condition:
    """By how much and to how much the dose is changed do not agree.

    By 20 % leaves 80 %, to 20 % leaves 20 %: ask whoever wrote it which was meant.
    """
    return abs(line.changed_by + line.changed_to - WHOLE) > POINTS


@rule(
    "change-last-unknown",
    "blocks-release",
    of="line",
    where="last_share",
    measured="unknown",
    allowed="the share that was ordered last",
    source="by definition",
    hazards="H37",
    even_absent=True,
)
def change_last_unknown(line: LineView) -> Condition:
    """The dose is changed from the last ordered one, and that is unknown.

    Write which share of the protocol's dose was ordered in the cycle before.
    """
    return line.of_last & line.lacks("last_share")


@rule(
    "change-product",
    "blocks-release",
    of="line",
    where="share",
    measured="{share}",
    allowed="{left}",
    source="by definition",
    hazards="H37",
    even_absent=True,
)
def change_product(line: LineView) -> Condition:
    """The share of the protocol's dose is not what the change leaves.

    Multiply: 20 % off the last ordered dose, after 20 % off before, leaves 64 % and not 60 %.
    """
    return abs(line.left - line.share_or_all) > POINTS


@rule(
    "change-per-area",
    "blocks-release",
    of="line",
    where="changed_per",
    measured="{changed_per}",
    allowed="{left_per} for {share}",
    source="{due.dose_source}",
    hazards="H37",
    applies=_per_area,
)
def change_per_area(line: LineView) -> Condition:
    """The dose per m² after the change is not that share of the protocol's.

    Find out which of the two was meant: the percentage or the dose per m².
    """
    return differ(line.changed_per, line.left_per, ARITHMETIC)


@rule(
    "drug-omitted",
    "warning",
    of="line",
    where="share",
    measured="left out{why}",
    allowed="{due.dose}",
    source="{due.dose_source}",
    hazards="H37 H47",
    applies=lambda due: due.dose is not None,
    even_absent=True,
)
def drug_omitted(line: LineView) -> Condition:
    """A drug of the protocol is left out on purpose.

    Make sure that it is meant for this cycle too.
    """
    return (line.share <= 0.0) & missing(line.dose)


@rule(
    "omitted-and-dosed",
    "refuse",
    of="line",
    where="dose",
    measured="{dose}",
    allowed="nothing",
    source="by definition",
    hazards="H37",
)
def omitted_and_dosed(line: LineView) -> Condition:
    """The drug is left out, and a dose of it is ordered.

    Find out which of the two was meant.
    """
    return (line.share <= 0.0) & no(missing(line.dose))


@rule(
    "re-escalation",
    "blocks-release",
    of="line",
    where="raised",
    measured="{share_or_all} after {last_share}",
    allowed="a reason to raise it again",
    source="by definition",
    hazards="H37",
)
def re_escalation(line: LineView) -> Condition:
    """The dose is raised over the last ordered one, and no reason is given.

    Write why it is raised again; a reduction that is forgotten looks the same.
    """
    return above(line.share_or_all, line.last_share) & line.lacks("raised")


@rule(
    "proposal-unanswered",
    "blocks-release",
    of="line",
    where="proposed",
    measured="{share_or_all}",
    allowed="at most {proposed}, or a named person who declines it",
    source="site policy",
    hazards="H37",
)
def proposal_unanswered(line: LineView) -> Condition:
    """A rule of the site proposes a lower dose, and nobody has answered.

    Follow it, or write who declines it and why.
    """
    return above(line.share_or_all, line.proposed) & line.lacks("declined")


@rule(
    "re-escalated",
    "warning",
    of="line",
    where="raised",
    measured="{share_or_all} after {last_share}: {raised}",
    allowed="{last_share}",
    source="by definition",
    hazards="H37",
)
def re_escalated(line: LineView) -> Condition:
    """The dose is raised over the last ordered one, with a reason.

    See that the reason holds today.
    """
    return above(line.share_or_all, line.last_share) & no(line.lacks("raised"))


@rule(
    "proposal-declined",
    "warning",
    of="line",
    where="declined",
    measured="{share_or_all}; declined by {declined}",
    allowed="at most {proposed}",
    source="site policy",
    hazards="H37",
)
def proposal_declined(line: LineView) -> Condition:
    """A rule of the site proposes a lower dose, and somebody has declined it.

    See that whoever declined it may, and that the reason holds today.
    """
    return above(line.share_or_all, line.proposed) & no(line.lacks("declined"))
