"""How alike two groups are: standardised mean differences, which do not grow with the number of patients as p does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy

from ..errors import CannotCompute

if TYPE_CHECKING:
    from .columns import Column
    from .observations import Flags, Floats

FLAG: Final = 0.1  # above this a difference is worth a word; a convention, not a test


class Balance(NamedTuple):
    """A covariate's standardised mean difference, without its sign; None where a spread is lacking."""

    covariate: str
    smd: float | None


def smd_numbers(first: Any, second: Any, *, weights: tuple[Any, Any] | None = None) -> float | None:
    """The standardised difference of two means.

    Formula:  |x̄₁ − x̄₂| ÷ √((s₁² + s₂²) ÷ 2), each group with its own variance
    Limits:   0 where the means are equal; none where they differ and nobody varies.
    Source:   Austin, Statistics in Medicine 2009;28:3083-3107

    >>> smd_numbers([1, 2, 3], [2, 3, 4])
    1.0
    """
    (m1, v1), (m2, v2) = (
        _moments(numpy.asarray(group, dtype=float), None if weights is None else weights[i])
        for i, group in enumerate((first, second))
    )
    return _over(abs(m1 - m2), math.sqrt((v1 + v2) / 2))


def _moments(values: Floats, weight: Any) -> tuple[float, float]:
    w = numpy.ones(len(values)) if weight is None else numpy.asarray(weight, dtype=float)
    total = float(w.sum())
    if not total > 0:
        raise CannotCompute("a group is empty")
    mean = float((w * values).sum()) / total
    free = total - float((w * w).sum()) / total
    return mean, float((w * (values - mean) ** 2).sum()) / free if free > 0 else 0.0


def smd_shares(first: Sequence[float], second: Sequence[float]) -> float | None:
    """The standardised difference between two groups of the shares of some categories, which add up to 1.

    Formula:  two categories: |p₁ − p₂| ÷ √((p₁q₁ + p₂q₂) ÷ 2); more: √((T − C)′ S⁻¹ (T − C)) over all but the first,
              S with (TₖTₖ′ + CₖCₖ′ terms) (Tₖ(1 − Tₖ) + Cₖ(1 − Cₖ)) ÷ 2 on and −(TₖTₗ + CₖCₗ) ÷ 2 off its diagonal
    Limits:   0 where the shares are equal; none where a category tells the groups fully apart.
    Source:   Yang and Dalton, SAS Global Forum 2012, paper 335

    >>> f"{smd_shares([64 / 74, 10 / 74], [85 / 93, 8 / 93]):.3f}"  # sex in the source paper, before matching
    '0.157'
    """
    t, c = (numpy.asarray(share, dtype=float) for share in (first, second))
    used = (t + c) > 0
    t, c = t[used][1:], c[used][1:]
    if not len(t) or numpy.array_equal(t, c):
        return 0.0
    spread = -(numpy.outer(t, t) + numpy.outer(c, c)) / 2
    spread[numpy.diag_indices(len(t))] = (t * (1 - t) + c * (1 - c)) / 2
    if numpy.linalg.matrix_rank(spread) < len(t):
        return None
    return math.sqrt(float((t - c) @ numpy.linalg.solve(spread, t - c)))


def _over(difference: float, spread: float) -> float | None:
    if spread > 0:
        return difference / spread
    return 0.0 if difference == 0 else None


def smd(column: Column, first: Flags, *, weights: Floats | None = None) -> float | None:
    """The standardised difference of a covariate between those marked and the others, each row by its weight.

    A number with two values is a share, such as 0 and 1 for no and yes.
    """
    w = numpy.ones(len(first)) if weights is None else weights
    one, other = first & (w > 0), ~first & (w > 0)
    if not one.any() or not other.any():
        raise CannotCompute("a group is empty", where=column.name)
    if column.numbers is not None:
        levels = numpy.unique(column.numbers[one | other])
        if len(levels) > 2:
            values = column.numbers
            return smd_numbers(values[one], values[other], weights=(w[one], w[other]))
        codes, count = numpy.searchsorted(levels, column.numbers), len(levels)
    else:
        codes, count = column.codes, len(column.levels)
    shares = [
        numpy.bincount(codes[group], weights=w[group], minlength=count)[:count] / w[group].sum()
        for group in (one, other)
    ]
    return smd_shares(shares[0].tolist(), shares[1].tolist())


def balance(columns: Sequence[Column], first: Flags, *, weights: Floats | None = None) -> list[Balance]:
    """The standardised differences of all covariates; whether they are small enough is for a person to say."""
    return [Balance(column.name, smd(column, first, weights=weights)) for column in columns]
