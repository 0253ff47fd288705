"""Numbers as a paper prints them: what they say, and how far the truth may lie from what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import PlainValidator, WithJsonSchema

from ..errors import Mistake

_P: Final = re.compile(r"([<>=]?) ?([01](?:\.[0-9]{1,6})?)", re.ASCII)
_CELL: Final = re.compile(r"(0|[1-9][0-9]{0,6})(?: ?/ ?([1-9][0-9]{0,6}))?(?: ?\(([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%?\))?")
_SHARE: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%?", re.ASCII)
_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{1,6})?"
_RATIO: Final = re.compile(rf"({_NUMBER}) ?\(({_NUMBER}) ?(?:–|-|—|to|,) ?({_NUMBER})\)")
NOT_PRINTED: Final = "not printed"


def last_place(value: Decimal) -> Decimal:
    """One unit in the last printed place: 0.1 of '62.2'."""
    return Decimal(1).scaleb(int(value.as_tuple().exponent))


def _exact(value: Fraction, places: Decimal, rounding: str) -> Decimal:
    """A fraction at so many places; the division carries far more digits than any paper prints."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(places, rounding=rounding)


@dataclass(frozen=True, slots=True)
class PValue:
    """A p-value as printed: equal to a number, or below or above one."""

    text: str
    sign: str
    value: Decimal

    def is_from(self, p: float) -> bool:
        """Whether a computed p may be printed so: rounded either way at a tie, or cut off.

        >>> p_value("0.703").is_from(0.70351), p_value("<0.001").is_from(0.00109), p_value("0.81").is_from(0.8204)
        (True, False, False)
        """
        if self.sign == "<":
            return p < self.value
        if self.sign == ">":
            return p > self.value
        found, place = Decimal(f"{p:.12g}"), last_place(self.value)  # 0.045 is a tie, though no binary number is
        return self.value in {found.quantize(place, one) for one in (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN)}

    def significant(self, alpha: Decimal) -> bool | None:
        """What the printed value says at this level; None where it says nothing."""
        if self.sign == "<":
            return True if self.value <= alpha else None
        return False if self.value >= alpha else True if self.sign != ">" else None

    def reaches(self) -> tuple[float, float]:
        """The least and the most that p may be."""
        if self.sign == "<":
            return 0.0, float(self.value)
        if self.sign == ">":
            return float(self.value), 1.0
        half = last_place(self.value) / 2
        return float(max(self.value - half, Decimal(0))), float(min(self.value + half, Decimal(1)))


def p_value(text: object) -> PValue:
    """A p-value from print: '0.691', '<0.001', '1.00'."""
    match = _P.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or Decimal(match[2]) > 1:
        raise Mistake("a p-value as printed", example="<0.001", got=text)
    return PValue(str(text).strip(), match[1] if match[1] != "=" else "", Decimal(match[2]))


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage as printed."""

    text: str
    value: Decimal

    def of(self, count: int, n: int) -> str:
        """How it stands to a count: 'right', 'rounding' where it is off in the last place only, or 'wrong'.

        >>> [share("36.5").of(27, 74), share("4.0").of(3, 74), share("63.5").of(27, 74)]
        ['right', 'rounding', 'wrong']
        """
        exact = Fraction(100 * count, n)
        place = last_place(self.value)
        if self.value == _exact(exact, place, ROUND_HALF_UP):
            return "right"
        return "rounding" if abs(Fraction(self.value) - exact) < Fraction(place) else "wrong"


def share(text: object) -> Share:
    """A percentage from print: '62.2', '62.2 %'."""
    match = _SHARE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or Decimal(match[1]) > 100:
        raise Mistake("a percentage as printed", example="62.2", got=text)
    return Share(match[1], Decimal(match[1]))


def percent(count: int, n: int, *, like: Share | None = None) -> str:
    """A proportion in percent, to as many places as a printed one, halves up; one place without one.

    >>> percent(27, 74), percent(3, 48)
    ('36.5', '6.3')
    """
    place = last_place(like.value) if like is not None else Decimal("0.1")
    return str(_exact(Fraction(100 * count, n), place, ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table of counts: a count, perhaps with a denominator of its own, and its percentage."""

    text: str
    count: int | None
    of: int | None
    share: Share | None


def cell(text: object) -> Cell:
    """A cell from print: '46 (62.2)', '46/74 (62.2 %)', '46', or 'not printed'."""
    if text == NOT_PRINTED:
        return Cell(NOT_PRINTED, None, None, None)
    match = _CELL.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise Mistake(f"a count with its percentage, or '{NOT_PRINTED}'", example="46 (62.2)", got=text)
    count, of = int(match[1]), int(match[2]) if match[2] else None
    if of is not None and count > of:
        raise Mistake("a count no greater than its denominator", example="46/74 (62.2)", got=text)
    return Cell(str(text).strip(), count, of, share(match[3]) if match[3] else None)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A hazard ratio with its interval as printed; `half` is half a unit of the last place that means something."""

    text: str
    estimate: Decimal
    lower: Decimal
    upper: Decimal
    half: Decimal

    def reaches(self, value: Decimal) -> tuple[float, float]:
        """Between what the number may lie that was rounded to this one."""
        return float(value - self.half), float(value + self.half)


def ratio(text: object) -> Ratio:
    """A hazard ratio from print: '0.560 (0.332–0.946)'.

    Where all three end in 0 they were rounded one place earlier and filled up: '1.300 (0.760–2.210)' says 1.30.

    >>> ratio("1.300 (0.760–2.210)").half, ratio("0.560 (0.332–0.946)").half
    (Decimal('0.005'), Decimal('0.0005'))
    """
    match = _RATIO.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise Mistake("a ratio with its interval, as printed", example="0.560 (0.332–0.946)", got=text)
    found = [Decimal(one) for one in match.groups()]
    place = max(last_place(one) for one in found)
    if all(one.endswith("0") and "." in one for one in match.groups()):
        place *= 10
    half = place / 2
    if not half < found[1] < found[2] or not half < found[0]:
        needs = "a ratio above 0 with an interval whose lower end comes first"
        raise Mistake(needs, example="0.560 (0.332–0.946)", got=text)
    return Ratio(str(text).strip(), found[0], found[1], found[2], half)


def _kind(read: Any, example: str) -> tuple[Any, ...]:
    return PlainValidator(read), WithJsonSchema({"type": "string", "examples": [example]})


PrintedP = Annotated[PValue, *_kind(p_value, "<0.001")]
PrintedShare = Annotated[Share, *_kind(share, "62.2")]
PrintedCell = Annotated[Cell, *_kind(cell, "46 (62.2)")]
PrintedRatio = Annotated[Ratio, *_kind(ratio, "0.560 (0.332–0.946)")]
