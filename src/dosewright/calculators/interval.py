"""Intervals between cycles: a window counted from day 1 to day 1, never one number."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

from ..errors import Refusal
from ..units import Interval, Percent, quantity
from .checked import checked_one_by_one

Target = Literal["earliest", "middle", "latest"]
LAST_DAY: Final = dt.date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which day 1 of the next cycle may fall, both ends included, and the one to aim at."""

    earliest: dt.date
    target: dt.date
    latest: dt.date


def window(day_1: dt.date, least: int, most: int, target: Target) -> Window:
    """The window of the next cycle, in whole days from day 1 of this one. Plain numbers, for a plan of thousands."""
    aim = {"earliest": least, "middle": (least + most) // 2, "latest": most}[target]
    day = dt.timedelta(days=1)
    return Window(day_1 + least * day, day_1 + aim * day, day_1 + most * day)


@checked_one_by_one
def interval_window(*, day_1: dt.date, least: Interval, most: Interval, target: Target) -> Window:
    """The window of the next cycle, counted from day 1 to day 1.

    Formula:  earliest = day 1 + least; latest = day 1 + most; target = the one of them, or the day half way between
    Limits:   whole days and weeks only; months have no fixed length and are not read.
    Raises:   UnitMistake for a wrong unit; Refusal where least is above most.
    Source:   counting from day 1 to day 1 is the convention of the field (RECALLED) and the site's to decide

    >>> interval_window(day_1=dt.date(2026, 1, 31), least=quantity("3 wk"), most=quantity("4 wk"), target="middle")
    Window(earliest=datetime.date(2026, 2, 21), target=datetime.date(2026, 2, 24), latest=datetime.date(2026, 2, 28))
    """
    low, high = round_days(least.m_as("d")), round_days(most.m_as("d"))
    if low > high:
        raise Refusal("the least interval is above the most", where="least", got=f"{low} above {high} days")
    if (LAST_DAY - day_1).days < high:
        raise Refusal(f"the window would reach beyond {LAST_DAY}", where="day_1", got=day_1)
    return window(day_1, low, high, target)


def round_days(days: float) -> int:
    """A number of days that is whole but for binary dust.

    Raises `Refusal` where it is not whole.
    """
    whole = int(days + 0.5)
    if abs(days - whole) > 1e-9:
        raise Refusal("an interval is counted in whole days", where="interval", example="21 d", got=f"{days:g} d")
    return whole


def intensity(given: float, planned: float, actual: float) -> float:
    """The share of a dose that was given, times planned over actual time; plain numbers, for a plan of thousands."""
    return given * planned / actual


@checked_one_by_one
def relative_dose_intensity(*, given: Percent, planned: Interval, actual: Interval) -> Percent:
    """How much of the planned dose per time was given: the share of the dose, times planned over actual interval.

    Formula:  intensity [%] = given [%] × planned [d] ÷ actual [d]
    Limits:   of one cycle, or of a course with the mean share given and the sums of the intervals.
    Raises:   UnitMistake for a wrong unit.
    Source:   by definition

    >>> from dosewright import wording
    >>> share = {"given": quantity("80 %"), "planned": quantity("21 d"), "actual": quantity("28 d")}
    >>> wording.say(relative_dose_intensity(**share))
    '60 %'
    """
    return quantity(intensity(given.magnitude, planned.m_as("d"), actual.m_as("d")), "%")
