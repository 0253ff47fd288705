"""The site's calendar: on which days it can treat, why not on others, and where a date goes that falls on one."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from ..protocol.site import Calendar

Move = Literal["later first", "earlier first", "nearest"]
DAY: Final = dt.timedelta(days=1)
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FARTHEST: Final = 60  # days to look for an open day beyond a window; a site closed for longer is no site


class Fit(NamedTuple):
    """Where a date went: the day, why it is not the one aimed at; and where none fits, the nearest open days around."""

    day: dt.date | None
    why: str
    before: dt.date | None = None
    after: dt.date | None = None


@dataclass(frozen=True)
class Days:
    """The days of one site, for procedures and for visits."""

    policy: Calendar

    @functools.cached_property
    def _for_everything(self) -> dict[dt.date, str]:
        return self._named(procedures=False)

    @functools.cached_property
    def _for_procedures(self) -> dict[dt.date, str]:
        return self._named(procedures=True)

    def _named(self, *, procedures: bool) -> dict[dt.date, str]:
        """Why a day is closed, for the days that are named: a closure counts before a holiday."""
        named: dict[dt.date, str] = {}
        spans = [(h, "holiday") for h in self.policy.holidays] + [(c, "closed") for c in self.policy.closures]
        for span, word in spans:
            if span.of == "procedures" and not procedures:
                continue
            day = span.first
            while day <= span.last:
                named[day] = f"{word}: {span.name}"
                day += DAY
        return named

    @functools.cached_property
    def _make_up(self) -> frozenset[dt.date]:
        return frozenset(self.policy.make_up_days)

    def closed(self, day: dt.date, *, procedure: bool) -> str:
        """Why a day is closed; '' where it is open. A make-up working day is no weekend, if the site works on it."""
        special = (self._for_procedures if procedure else self._for_everything).get(day)
        if special:
            return special
        weekday = WEEKDAYS[day.weekday()]
        if day in self._make_up and self.policy.works_on_make_up_days == "yes":
            return ""
        if weekday in self.policy.weekend:
            return f"weekend ({weekday})"
        if procedure and weekday not in self.policy.procedure_days:
            return f"no procedures on {weekday}"
        return ""

    def fit(self, aim: dt.date, first: dt.date, last: dt.date, *, procedure: bool, move: Move | None = None) -> Fit:
        """The open day for a date, moved inside its window only, by the site's rule or by one that the matter asks."""
        reason = self.closed(aim, procedure=procedure)
        if not reason:
            return Fit(aim, "")
        for day in _others(aim, first, last, move or self.policy.move):
            if not self.closed(day, procedure=procedure):
                return Fit(day, f"moved from {aim}, {reason}")
        return Fit(
            None,
            f"no open day from {first} to {last}",
            before=self._nearest(first, -1, procedure=procedure),
            after=self._nearest(last, 1, procedure=procedure),
        )

    def _nearest(self, edge: dt.date, step: int, *, procedure: bool) -> dt.date | None:
        days = (edge + step * n * DAY for n in range(1, FARTHEST + 1))
        return next((day for day in days if not self.closed(day, procedure=procedure)), None)


def _others(aim: dt.date, first: dt.date, last: dt.date, move: Move) -> Iterator[dt.date]:
    """The other days of a window, in the order in which the rule tries them."""
    later = [aim + n * DAY for n in range(1, (last - aim).days + 1)]
    earlier = [aim - n * DAY for n in range(1, (aim - first).days + 1)]
    if move == "nearest":
        return iter(sorted([*later, *earlier], key=lambda day: (abs((day - aim).days), day < aim)))
    return itertools.chain(later, earlier) if move == "later first" else itertools.chain(earlier, later)
