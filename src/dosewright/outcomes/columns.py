"""Columns of a table as statistics need them: numbers or words throughout, and what is missing counted.

A cell is missing where it is empty or says NA. A column of numbers in which one cell is a word is refused, since a slip
of the pen would else turn every number into a category.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy

from ..errors import Mistake, together
from .observations import MOST_TOLD, row_place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .observations import Flags, Floats, Whole

MISSING: Final = frozenset({"", "NA"})
MOST_LEVELS: Final = 50  # more words than that are names, not categories
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its numbers, NaN where missing; or, of words, the number of each cell's level, −1 where missing."""

    name: str
    numbers: Floats | None
    levels: tuple[str, ...]
    codes: Whole

    @property
    def missing(self) -> Flags:
        """Which rows lack it."""
        return self.codes < 0 if self.numbers is None else numpy.isnan(self.numbers)

    def of(self, chosen: Any) -> Column:
        """The same column for some rows; levels that no row has any more are gone."""
        if self.numbers is not None:
            return Column(self.name, self.numbers[chosen], (), self.codes[:0])
        codes = self.codes[chosen]
        left = numpy.unique(codes[codes >= 0])
        renumbered = numpy.full(len(self.levels) + 1, -1)
        renumbered[left] = numpy.arange(len(left))
        return Column(self.name, None, tuple(self.levels[i] for i in left.tolist()), renumbered[codes])

    def design(self, reference: str | None = None) -> tuple[list[str], NDArray[numpy.float64]]:
        """The names and columns of its coefficients: itself, or one for each level but the reference.

        >>> words("arm", ["b", "a", "c"]).design()[0]
        ['arm=b', 'arm=c']
        """
        if self.numbers is not None:
            if reference is not None:
                raise Mistake("a column of words", where=f"reference, {self.name}", got="a column of numbers")
            return [self.name], self.numbers[:, None]
        base = self.levels[0] if reference is None and self.levels else reference
        if base not in self.levels:
            raise Mistake(f"a level of {self.name} ({', '.join(self.levels)})", where="reference", got=reference)
        others = [index for index, level in enumerate(self.levels) if level != base]
        made = (self.codes[:, None] == numpy.array(others, dtype=int)[None, :]).astype(float)
        return [f"{self.name}={self.levels[index]}" for index in others], made


def numbers(name: str, cells: Sequence[str], *, place: Callable[[int], str] = row_place) -> Column:
    """A column of numbers; NaN where a cell is missing.

    Raises:   Mistake, with row and column, for a cell that is neither a number nor missing.

    >>> numbers("age", ["61", "NA", "58.5"]).missing.tolist()
    [False, True, False]
    >>> numbers("age", ["61", "NaN"])
    Traceback (most recent call last):
    dosewright.errors.Mistake: row 2, age: needs a plain decimal number, for example '12.5'; got 'NaN'
    """
    wrong = [i for i, cell in enumerate(cells) if not _NUMBER.fullmatch(cell) and cell not in MISSING]
    if wrong:
        needs, example = "a plain decimal number", "12.5"
        told = [
            Mistake(needs, where=f"{place(i)}, {name}", example=example, got=cells[i], hint=_hint(cells[i]))
            for i in wrong[:MOST_TOLD]
        ]
        if len(wrong) > MOST_TOLD:
            told.append(Mistake(needs, where=f"{name}, {len(wrong) - MOST_TOLD:,} more rows"))
        raise together(told)
    values = numpy.array([cell if cell not in MISSING else "nan" for cell in cells], dtype=object).astype(float)
    return Column(name, values, (), numpy.empty(0, dtype=numpy.intp))


def _hint(cell: str) -> str:
    if re.fullmatch(r"-?[0-9]+,[0-9]+", cell):
        return "write a decimal point"
    return "leave the cell empty where the value is missing" if cell in {".", "-", "?", "unknown", "n/a"} else ""


def words(
    name: str, cells: Sequence[str], *, place: Callable[[int], str] = row_place, most: int | None = MOST_LEVELS
) -> Column:
    """A column of categories; levels in order, by their number where all are numbers.

    Raises:   Mistake where there are more levels than anybody compares; strata, such as pairs, may be any number.

    >>> words("stage", ["10", "2", "2", ""]).levels
    ('2', '10')
    """
    found = sorted(set(cells) - MISSING)
    if most is not None and len(found) > most:
        raise Mistake(f"at most {most} categories", where=name, got=f"{len(found):,} different words")
    if all(_NUMBER.fullmatch(level) for level in found):
        found.sort(key=float)
    number = {level: index for index, level in enumerate(found)}
    codes = numpy.array([number.get(cell, -1) for cell in cells], dtype=numpy.intp)
    return Column(name, None, tuple(found), codes)


def column(name: str, cells: Sequence[str], *, place: Callable[[int], str] = row_place) -> Column:
    """A column of numbers where every cell is one, of words where none is.

    Raises:   Mistake, with row and column, where both stand in one column.

    >>> column("arm", ["a", "b", ""]).levels, column("age", ["61", "58"]).levels
    (('a', 'b'), ())
    >>> column("age", ["61", "6O", "58"])
    Traceback (most recent call last):
    dosewright.errors.Mistake: row 2, age: needs a plain decimal number, for example '12.5'; got '6O'
    """
    stands = [bool(_NUMBER.fullmatch(cell)) for cell in cells if cell not in MISSING]
    return numbers(name, cells, place=place) if any(stands) else words(name, cells, place=place)
