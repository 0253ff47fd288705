"""When it is given: the interval since the last cycle, the number of the cycle, and whether the site treats."""

from __future__ import annotations

from typing import Any

from .fields import day_of
from .rule import rule
from .values import Condition, above, below, no, of_days
from .view import OrderView


def _bounded(due: Any) -> bool:
    return due.interval_least is not None


@rule(
    "too-early",
    "refuse",
    needs="interval",
    where="on",
    measured="{since_last} after the last cycle",
    allowed="at least {due.interval_least}",
    source="{due.interval_source}",
    hazards="H32",
    applies=_bounded,
)
def too_early(o: OrderView) -> Condition:
    """The interval since the last cycle is shorter than the protocol's.

    Move the treatment, or release the early day by two people and with a reason.
    """
    return below(o.interval, o.due.interval_least)


@rule(
    "late",
    "warning",
    needs="interval",
    where="on",
    measured="{since_last} after the last cycle",
    allowed="at most {due.interval_most}",
    source="{due.interval_source}",
    hazards="H32",
    applies=_bounded,
)
def late(o: OrderView) -> Condition:
    """The interval since the last cycle is longer than the protocol's.

    Look why, and whether the patient is still fit for the full dose.
    """
    return no(o.last_cycle < 1) & above(o.interval, o.due.interval_most)


@rule(
    "cycle-number",
    "blocks-release",
    needs="cycle last_cycle",
    measured="cycle {cycle}",
    allowed="cycle {next_cycle}",
    source="by definition",
    hazards="H32 H36",
)
def cycle_number(o: OrderView) -> Condition:
    """The cycle does not follow the last one given.

    Compare with what was given: a cycle may stand twice, or be missing.
    """
    return (o.cycle != o.next_cycle) & no(o.lacks("cycle") | o.lacks("next_cycle"))


@rule(
    "last-cycle-undated",
    "blocks-release",
    needs="last_cycle",
    where="last_on",
    measured="unknown",
    allowed="day 1 of the cycle before",
    source="protocol",
    hazards="H32",
)
def last_cycle_undated(o: OrderView) -> Condition:
    """A cycle was given before, and its day is not known: the interval cannot be told.

    Write down day 1 of the last cycle.
    """
    return (o.last_cycle >= 1) & o.lacks("last_on")


@rule(
    "last-cycle-contradicts",
    "blocks-release",
    needs="last_cycle",
    when="last_on",
    where="last_on",
    measured="{last_on}",
    allowed="no day where no cycle was given",
    source="by definition",
    hazards="H32",
)
def last_cycle_contradicts(o: OrderView) -> Condition:
    """No cycle was given before, and yet there is a day on which one was.

    Find out whether this is the first cycle: the interval and what was given in all hang on it.
    """
    return (o.last_cycle < 1) & no(o.lacks("last_on"))


@rule(
    "closed-day",
    "warning",
    needs="on",
    measured="{on}",
    allowed="a day on which the site treats",
    source="site calendar",
    hazards="H32",
)
def closed_day(o: OrderView) -> Condition:
    """The site does not treat on this day.

    Move the treatment to an open day inside the window.
    """
    return of_days(o.on, lambda day: bool(o.due.calendar.closed(day_of(day), procedure=True)))
