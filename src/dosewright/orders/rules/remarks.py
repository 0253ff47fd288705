"""Free words that contradict what stands in the fields: a comment is read by a nurse, and by no program but this."""

from __future__ import annotations

import functools
import re
from typing import Any, Final

from .rule import rule
from .values import Condition, Number, alike, missing, no, numbered, only, settled
from .view import ARITHMETIC, LineView

_NUMBER: Final = r"(?<![\w.,])(?:([1-9]\d{0,2}(?:,\d{3})+)(\.\d+)?|(\d+(?:[.,]\d+)?))\s*"
_HOUR: Final = r"h(?:(?:ou)?r)?(?!\w)"
_AMOUNT: Final = re.compile(  # without regard to case either micro sign is the other
    rf"{_NUMBER}(mg|g|mcg|[µu]g|hours?|hrs?|h|min(?:ute)?s?)"
    rf"(?![\w^*]|\s*/|\s*per\s+(?:{_HOUR}|(?:m(?:²|2|L|in(?:ute)?)?|sq|square|kg)(?!\w)))",
    re.IGNORECASE,
)
_RATE: Final = re.compile(rf"{_NUMBER}mL\s*(?:/|per\s)\s*{_HOUR}", re.IGNORECASE)
_MG: Final = {"mg": 1.0, "g": 1000.0, "mcg": 0.001, "µg": 0.001, "μg": 0.001, "ug": 0.001}
_HOURS: Final = {"h": 1.0, "m": 1 / 60}  # by the first letter


def _number(match: re.Match[str]) -> float:
    """The number of a remark, in which a comma that is no sign between thousands is a decimal one."""
    thousands, rest, plain = match[1], match[2] or "", match[3]
    return float(thousands.replace(",", "") + rest if thousands else plain.replace(",", "."))


@functools.lru_cache(maxsize=4096)
def amounts(text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The amounts of drug in mg, and the times in hours, that a remark names."""
    mg, hours = [], []
    for match in _AMOUNT.finditer(text):
        number, unit = _number(match), match[4].lower()
        if unit in _MG:
            mg.append(number * _MG[unit])
        else:
            hours.append(number * _HOURS[unit[0]])
    return tuple(mg), tuple(hours)


@functools.lru_cache(maxsize=4096)
def rates(text: str) -> tuple[float, ...]:
    """The rates in mL per hour that a remark names."""
    return tuple(map(_number, _RATE.finditer(text)))


def _other(text: Any, read: Any, *known: Number) -> Condition:
    """Where a remark names a number of a kind that is none of those known."""
    counts = numbered(text, lambda words: float(len(read(words))))
    names = settled(counts > 0.0)
    if names is False:
        return False
    found: Condition = False
    for place in range(_most(counts)):
        named = numbered(text, lambda words, place=place: _nth(read(words), place))  # type: ignore[misc]
        found = found | only(names, _like_none, named, *known)
    return found


def _like_none(named: Number, *known: Number) -> Condition:
    fits: Condition = missing(named)
    for value in known:
        fits = fits | alike(named, value, ARITHMETIC)
    return no(fits)


def _nth(values: tuple[float, ...], place: int) -> float:
    return values[place] if place < len(values) else float("nan")


def _most(counts: Number) -> int:
    """The most of some counts, of which one at least is known."""
    if isinstance(counts, float):
        return int(counts)
    import numpy

    return int(numpy.fmax.reduce(counts))


@rule(
    "remark-and-dose",
    "blocks-release",
    of="line",
    needs="dose",
    when="comment",
    where="comment",
    measured="{comment}",
    allowed="{dose}",
    source="by definition",
    hazards="H56",
)
def remark_and_dose(line: LineView) -> Condition:
    """A remark names another amount than the ordered dose.

    Strike one of the two; whoever gives the drug reads both.
    """
    return _other(line.comment, lambda text: amounts(text)[0], line.dose, line.calculated, line.expected) & no(
        line.lacks("dose")
    )


@rule(
    "written-and-dose",
    "blocks-release",
    of="line",
    needs="dose",
    when="written",
    where="written",
    measured="{written}",
    allowed="{dose}",
    source="by definition",
    hazards="H56",
)
def written_and_dose(line: LineView) -> Condition:
    """The line as it is written names amounts, and none of them is the ordered dose.

    Find out which of the two is meant, and write the other anew; the nurse gives what is written.
    """
    counts = numbered(line.written, lambda words: float(len(amounts(words)[0])))
    names = settled(counts > 0.0)
    if names is False:
        return False
    is_named: Condition = False
    for place in range(_most(counts)):
        named = numbered(line.written, lambda words, place=place: _nth(amounts(words)[0], place))  # type: ignore[misc]
        is_named = is_named | alike(named, line.dose, ARITHMETIC)
    return names & no(is_named | line.lacks("dose"))


@rule(
    "remark-and-duration",
    "blocks-release",
    of="line",
    needs="over",
    when="comment",
    where="comment",
    measured="{comment}",
    allowed="{over}",
    source="by definition",
    hazards="H31 H56",
)
def remark_and_duration(line: LineView) -> Condition:
    """A remark names another time than the duration.

    Strike one of the two.
    """
    return _other(line.comment, lambda text: amounts(text)[1], line.over) & no(line.lacks("over"))


@rule(
    "remark-and-rate",
    "blocks-release",
    of="line",
    needs="rate",
    when="comment",
    where="comment",
    measured="{comment}",
    allowed="{rate}",
    source="by definition",
    hazards="H30 H56",
)
def remark_and_rate(line: LineView) -> Condition:
    """A remark names another rate than the pump's.

    Strike one of the two.
    """
    return _other(line.comment, rates, line.rate) & no(line.lacks("rate"))


@rule(
    "remark-on-order",
    "blocks-release",
    of="line",
    needs="dose",
    when="comment_of_order",
    where="comment_of_order",
    measured="{comment_of_order}",
    allowed="{dose}",
    source="by definition",
    hazards="H56",
)
def remark_on_order(line: LineView) -> Condition:
    """A remark on the order names this drug with another amount than is ordered.

    Strike one of the two.
    """
    name = line.due.drug
    return _other(
        line.comment_of_order, lambda text: _of_drug(text, name), line.dose, line.calculated, line.expected
    ) & no(line.lacks("dose"))


@functools.lru_cache(maxsize=4096)
def _of_drug(text: str, name: str) -> tuple[float, ...]:
    """The first amount after a drug's name in a remark."""
    _, _, after = text.casefold().partition(name)
    return amounts(after)[0][:1]
