"""The treatment day on the clock: when each line starts and ends, as far as that is decided."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..dates import after
from ..errors import CannotCompute
from ..protocol.model import Start

MOST_READINGS = 200
OR = " or "  # between the choices that come to the same times


@dataclass(frozen=True, slots=True)
class Times:
    """Start and end of one line; `reading` says under which choice, where an open question moves the clock."""

    start: dt.datetime
    end: dt.datetime
    reading: str = ""

    @property
    def readings(self) -> frozenset[str]:
        """The choices under which these are the times."""
        return frozenset(self.reading.split(OR))


@dataclass(frozen=True, slots=True)
class Part:
    """One line as the clock sees it: its name, the ways in which it may start, and its duration in hours."""

    key: str
    starts: Sequence[Start]
    hours: float | None


def placed(parts: Sequence[Part], begin: dt.datetime) -> Mapping[str, tuple[Times, ...]]:
    """Start and end of each part: one pair where all is decided, one for each reading where not, none where unknown.

    Raises `CannotCompute` where the parts wait for each other in a ring.
    """
    undecided = [part.key for part in parts if len(part.starts) > 1]
    if math.prod(len(part.starts) for part in parts) > MOST_READINGS:
        raise CannotCompute("too many starts are undecided for the clock to be told", where="start")
    found: dict[str, dict[tuple[dt.datetime, dt.datetime], list[str]]] = {part.key: {} for part in parts}
    for choice in itertools.product(*(part.starts for part in parts)):
        reading = ", ".join(
            f"{key} {start}" for part, start in zip(parts, choice, strict=True) if (key := part.key) in undecided
        )
        spans = _one_reading(parts, choice)
        for key, span in spans.items():
            if span is None:
                continue
            found[key].setdefault((after(begin, span[0]), after(begin, span[1])), []).append(reading)
    return {
        key: tuple(Times(*span, OR.join(words) if len(spans) > 1 else "") for span, words in spans.items())
        for key, spans in found.items()
    }


def _one_reading(parts: Sequence[Part], starts: Sequence[Start]) -> dict[str, tuple[float, float] | None]:
    """Hours from the beginning at which each part starts and ends; None where a duration before it is unknown."""
    rules = {part.key: start for part, start in zip(parts, starts, strict=True)}
    hours = {part.key: part.hours for part in parts}
    held_up = {key: [other for other, rule in rules.items() if rule.then == key] for key in rules}
    spans: dict[str, tuple[float, float] | None] = {}
    visiting: set[str] = set()

    def span(key: str) -> tuple[float, float] | None:
        if key in spans:
            return spans[key]
        if key in visiting:
            raise CannotCompute(f"the components wait for each other in a ring at {key}", where="start")
        visiting.add(key)
        begin: float | None = 0.0
        rule = rules[key]
        if rule.other in rules:  # on another day of the cycle than its own there is nothing to wait for
            other = span(rule.other)
            begin = None if other is None else other[0] if rule.rule == "with" else other[1]
        for between in map(span, held_up[key]):
            begin = None if between is None or begin is None else between[1] if between[1] > begin else begin
        duration = hours[key]
        spans[key] = None if begin is None or duration is None else (begin, begin + duration)
        return spans[key]

    for part in parts:
        span(part.key)
    return spans
