"""Times from an origin, each with how it ended: by the event, or censored because observation ended before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy

from ..errors import CannotCompute, Mistake, together

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float64]
    Flags = NDArray[numpy.bool_]
    Whole = NDArray[numpy.intp]

MOST_TOLD: Final = 20  # mistakes of one column that are worth listing
SAME: Final = 1.5e-8  # of the mean time: moments nearer than this are one, as binary noise in a subtraction makes them


@dataclass(frozen=True, slots=True)
class Observations:
    """Times, and whether the event came at each; where it did not, the time is censored."""

    time: Floats
    event: Flags
    sorted_times: Floats | None = None  # where they were sorted already

    @property
    def moments(self) -> Floats:
        """The times in order."""
        return numpy.sort(self.time) if self.sorted_times is None else self.sorted_times

    def __len__(self) -> int:
        return len(self.time)

    def of(self, chosen: Any) -> Observations:
        """Some of them: those of a group, by a mask or by their numbers."""
        return Observations(self.time[chosen], self.event[chosen])


def row_place(index: int) -> str:
    """Where a row stands that comes from no file: 'row 1' is the first."""
    return f"row {index + 1}"


def observations(time: Any, event: Any, *, place: Callable[[int], str] = row_place) -> Observations:
    """Observations from a column of times and one of events, 1 where the event came and 0 where it was censored.

    Limits:   a time is finite and not negative; nothing but 0 and 1 is an event. Times that differ by binary noise
              alone, less than 1.5e-8 of their mean, become the same moment.
    Raises:   Mistake, with row and column, where a value is neither; CannotCompute where there is no row.
    Source:   by definition

    >>> observations([5, 3], [1, 0]).event.tolist()
    [True, False]
    >>> observations([5, -3], [1, 2])
    Traceback (most recent call last):
    dosewright.errors.Mistakes: row 2, time: needs a time of 0 or more, for example '12.5'; got '-3'
    row 2, event: needs 1 for the event or 0 for censored; got '2'
    """
    times, events = numpy.asarray(time, dtype=float), numpy.asarray(event)
    if times.shape != events.shape or times.ndim != 1:
        raise Mistake("one time and one event a row", got=f"{times.shape} and {events.shape}")
    if not len(times):
        raise CannotCompute("there is no row to compute from")
    good_time = (times >= 0) & (times < numpy.inf)  # neither holds for NaN
    good_event = events if events.dtype == bool else (events == 0) | (events == 1)
    if not good_time.all() or not (events.dtype == bool or good_event.all()):
        found = _mistakes(good_time, "time", "a time of 0 or more", "12.5", time, place)
        if events.dtype != bool:
            found += _mistakes(good_event, "event", "1 for the event or 0 for censored", "", event, place)
        raise together(found)
    return Observations(*_settled(times, events == 1))


def _mistakes(
    good: Any, column: str, needs: str, example: str, values: Sequence[Any], place: Callable[[int], str]
) -> list[Mistake]:
    wrong = numpy.flatnonzero(~good).tolist()
    told = [
        Mistake(needs, where=f"{place(index)}, {column}", example=example, got=values[index])
        for index in wrong[:MOST_TOLD]
    ]
    if len(wrong) > MOST_TOLD:
        told.append(Mistake(needs, where=f"{column}, {len(wrong) - MOST_TOLD:,} more rows"))
    return told


def _settled(times: Floats, event: Flags) -> tuple[Floats, Flags, Floats]:
    """Times of which those that differ by binary noise alone are one moment; nearly always just as they were."""
    ordered = numpy.sort(times)
    noise = SAME * float(numpy.mean(ordered))
    gaps = ordered[1:] - ordered[:-1]
    if ((gaps > 0) & (gaps <= noise)).any():
        order = numpy.argsort(times)
        ordered[1:][gaps <= noise] = 0.0
        ordered = numpy.maximum.accumulate(ordered)
        times = numpy.empty_like(times)
        times[order] = ordered
    return times, event, ordered
