"""Tests of a table of counts, each by its name: Pearson, Yates, Fisher, likelihood ratio."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import factorial, log, prod
from typing import Final, NamedTuple

from ..errors import Mistake
from .distributions import chi_squared_tail
from .proportions import Difference, Proportion, newcombe

Counts = Sequence[Sequence[int]]
MOST_TABLES: Final = 200_000  # that Fisher's test looks at, one by one
MOST_PATIENTS: Final = 10_000  # of whom it takes; beyond, the χ² tests say the same


class Tests(NamedTuple):
    """The p-values of one table; None where a test does not exist for it."""

    pearson: float | None
    yates: float | None
    fisher: float | None
    likelihood_ratio: float | None
    least_expected: float | None

    def named(self) -> dict[str, float]:
        """The p-values there are, by name."""
        found = {
            "Pearson": self.pearson,
            "Yates": self.yates,
            "Fisher": self.fisher,
            "likelihood ratio": self.likelihood_ratio,
        }
        return {name: p for name, p in found.items() if p is not None}


def p_values(table: Counts) -> Tests:
    """Every test of a table of counts, rows by columns.

    Limits:   whole counts from 0, at least 2 × 2. Where a row or a column is empty, the χ² tests do not exist and the
              exact one is told of the rest. Yates's correction belongs to 2 × 2. The exact test is left out where it
              would look at more than 200,000 tables, or at more than 10,000 patients.
    Raises:   Mistake, where the table is none.
    Source:   Pearson 1900; Yates 1934; Fisher 1934, Freeman and Halton 1951; Wilks 1938

    >>> found = p_values([[36, 12], [18, 30]])
    >>> [f"{p:.7f}" for p in found[:4]]
    ['0.0002128', '0.0004696', '0.0004068', '0.0001746']
    """
    _checked(table)
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    exact = _fisher(table, rows, columns) if sum(rows) <= MOST_PATIENTS else None
    if not all(rows) or not all(columns):
        return Tests(None, None, exact, None, None)
    n = sum(rows)
    pairs = [
        (seen, Fraction(r * c, n))
        for r, row in zip(rows, table, strict=True)
        for c, seen in zip(columns, row, strict=True)
    ]
    freedom = (len(rows) - 1) * (len(columns) - 1)
    pearson = sum((seen - due) ** 2 / due for seen, due in pairs)
    yates = None
    if freedom == 1:
        half = Fraction(1, 2)
        corrected = sum((abs(seen - due) - half) ** 2 / due if abs(seen - due) > half else 0 for seen, due in pairs)
        yates = chi_squared_tail(float(corrected), 1)
    ratio = 2 * sum(seen * log(seen / due) for seen, due in pairs if seen)
    return Tests(
        chi_squared_tail(float(pearson), freedom),
        yates,
        exact,
        chi_squared_tail(ratio if ratio > 0 else 0.0, freedom),
        float(min(due for _, due in pairs)),
    )


def compared(arms: Sequence[Proportion]) -> tuple[Difference | None, Tests | None]:
    """How two arms differ in a proportion, the first less the second, and every test of it; nothing of other numbers.

    >>> difference, found = compared([Proportion(36, 48), Proportion(18, 48)])
    >>> f"{difference.value:.3f}", f"{found.fisher:.6f}"
    ('0.375', '0.000407')
    """
    if len(arms) != 2 or not all(one.of for one in arms):
        return None, None
    return newcombe(*arms), p_values([[one.count, one.of - one.count] for one in arms])


def _checked(table: Counts) -> None:
    widths = {len(row) for row in table}
    if len(table) < 2 or len(widths) != 1 or widths.pop() < 2:
        raise Mistake("a table of at least two rows and two columns, all of one length", example="[[36, 12], [18, 30]]")
    if any(cell < 0 for row in table for cell in row):
        raise Mistake("counts from 0")


def _fisher(table: Counts, rows: Sequence[int], columns: Sequence[int]) -> float | None:
    """The exact test of Fisher, Freeman and Halton: all tables of these margins that are no likelier than this one.

    In whole numbers throughout, so that a table just as likely is never lost to the last digit; None where there are
    more tables than it looks at.
    """
    seen = prod(_ways(row) for row in table)
    likely = 0
    if len(rows) == 2 < len(columns):  # the same test turned round, with two columns
        return _fisher(list(zip(*table, strict=True)), columns, rows)
    weights = _weights_of_two(rows, columns[0]) if len(columns) == 2 else _weights(list(rows), list(columns))
    for looked, weight in enumerate(weights):
        if looked >= MOST_TABLES:
            return None
        if weight <= seen:
            likely += weight
    return float(Fraction(likely, _ways(columns)))


def _weights_of_two(rows: Sequence[int], first: int) -> Iterator[int]:
    """The weight of every table of two columns with these margins: each row's binomial coefficients, computed once."""
    ways = [_binomials(total) for total in rows]
    room = [sum(rows[place:]) for place in range(1, len(rows) + 1)]  # in the rows after this one

    def from_row(place: int, left: int, weight: int) -> Iterator[int]:
        if place == len(rows) - 1:
            yield weight * ways[place][left]
            return
        for cell in range(max(0, left - room[place]), min(left, rows[place]) + 1):
            yield from from_row(place + 1, left - cell, weight * ways[place][cell])

    return from_row(0, first, 1)


def _binomials(total: int) -> list[int]:
    """In how many ways none, one, two … of so many can be chosen, each from the one before.

    >>> _binomials(4)
    [1, 4, 6, 4, 1]
    """
    found = [1]
    for cell in range(total):
        found.append(found[-1] * (total - cell) // (cell + 1))
    return found


def _ways(cells: Sequence[int]) -> int:
    """In how many ways a row's patients can lie in its cells so: the multinomial coefficient."""
    found = factorial(sum(cells))
    for cell in cells:
        found //= factorial(cell)
    return found


def _weights(rows: list[int], columns: list[int]) -> Iterator[int]:
    """The weight of every table with these margins."""
    if len(rows) == 1:
        yield _ways(columns)
        return
    for cells in _filled(rows[0], columns):
        weight = _ways(cells)
        left = [column - cell for column, cell in zip(columns, cells, strict=True)]
        for rest in _weights(rows[1:], left):
            yield weight * rest


def _filled(total: int, most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every way to spread a total over cells that hold so many at most."""
    if len(most) == 1:
        if total <= most[0]:
            yield (total,)
        return
    room = sum(most[1:])
    for here in range(max(0, total - room), min(total, most[0]) + 1):
        for rest in _filled(total - here, most[1:]):
            yield (here, *rest)
