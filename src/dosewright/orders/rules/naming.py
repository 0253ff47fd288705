"""Which drugs: those of the protocol and no others, each once, each by its own name."""

from __future__ import annotations

from typing import Any

from ...errors import did_you_mean
from ...protocol.drugs import generic
from ...protocol.lookalikes import look_alikes
from .rule import rule
from .values import Condition, each, no
from .view import LineView


@rule(
    "drug-missing",
    "blocks-release",
    of="line",
    even_absent=True,
    needs="day_of_order",
    asks="dose unit route",
    where="drug",
    measured="not ordered",
    allowed="{due.drug}",
    source="protocol",
    hazards="H20 H47 H49",
)
def drug_missing(line: LineView) -> Condition:
    """A drug of the protocol is not ordered.

    Order it, or write that it is left out and why.
    """
    return line.due_today & no(line.present) & no(line.share <= 0.0)


@rule(
    "drug-of-other-day",
    "refuse",
    of="line",
    needs="day_of_order",
    where="drug",
    measured="on this day",
    allowed="day {due.days}",
    source="protocol",
    hazards="H29 H32",
)
def drug_of_other_day(line: LineView) -> Condition:
    """The protocol gives this drug on another day of the cycle.

    Compare the day with the protocol's calendar.
    """
    return no(line.due_today | line.lacks("day_of_order"))


def _mistaken(row: Any) -> str:
    """For which drug of the protocol it may have been taken."""
    name = (row.drug or row.key).casefold()
    like = [one for one in sorted(row.order.due.drugs) if one in look_alikes().get(name, ())]
    return f"its name looks like {like[0]}" if like else did_you_mean(name, sorted(row.order.due.drugs))


@rule(
    "drug-look-alike",
    "refuse",
    of="line",
    needs="drug",
    measured="{drug}",
    allowed="{due.drug}",
    source="list of look-alike names",
    hazards="H41 H51",
)
def drug_look_alike(line: LineView) -> Condition:
    """This is another drug, whose name looks or sounds like that of the protocol's.

    Compare order, label and vial with the protocol, letter by letter.
    """
    return each(line.drug, lambda word: word.casefold() in look_alikes().get(line.due.drug, ()))


def _called(line: LineView, word: str) -> bool:
    """Whether a word means the drug of the line, though it is not its plain generic name."""
    return generic(word) == line.due.drug != word.strip().casefold()


@rule(
    "drug-otherwise",
    "blocks-release",
    of="line",
    needs="drug",
    measured="{drug}",
    allowed="{due.drug}",
    source="protocol",
    hazards="H41",
)
def drug_otherwise(line: LineView) -> Condition:
    """The drug is not called by its generic name.

    Write the generic name in full and alone: no abbreviation, no brand, no form.
    """
    return each(line.drug, lambda word: _called(line, word))


@rule(
    "drug-other",
    "refuse",
    of="line",
    needs="drug",
    measured="{drug}",
    allowed="{due.drug}",
    source="protocol",
    hazards="H41 H47 H51",
)
def drug_other(line: LineView) -> Condition:
    """This is another drug than the protocol's.

    Compare order, label and vial with the protocol; nothing is given until somebody has found out.
    """
    other = each(line.drug, lambda word: word.strip().casefold() != line.due.drug and not _called(line, word))
    return other & no(drug_look_alike(line))


@rule(
    "drug-of-no-protocol",
    "refuse",
    of="stranger",
    asks="drug dose unit route",
    where="drug",
    measured="{drug} {dose}",
    allowed="{order_drugs}",
    source="protocol",
    hazards="H41 H47 H49",
    explain=_mistaken,
)
def drug_of_no_protocol(line: LineView) -> Condition:
    """The protocol does not give this drug.

    Look for a name that looks like it, or for another protocol.
    """
    return line.present if line.key not in line.order.due.drugs else False


@rule(
    "line-unplaced",
    "refuse",
    of="stranger",
    asks="drug dose unit route",
    where="drug",
    measured="{drug} {dose}",
    allowed="{order_lines}",
    source="protocol",
    hazards="H29 H49",
)
def line_unplaced(line: LineView) -> Condition:
    """The protocol has several lines of this drug, or none by this name, and the order does not say which this is.

    Name the line as the protocol names it.
    """
    return line.present if line.key in line.order.due.drugs else False


@rule(
    "drug-twice",
    "refuse",
    of="line",
    where="drug",
    measured="{lines} lines",
    allowed="one",
    source="protocol",
    hazards="H29 H39",
)
def drug_twice(line: LineView) -> Condition:
    """The drug stands in the order more than once.

    Find out which of the lines counts; the doses add up.
    """
    return line.lines > 1.0
