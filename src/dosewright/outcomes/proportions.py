"""Counts of patients as proportions and rates, with the intervals that belong to them, each by its name.

No Wald interval is among them: at 0 of 48 it says that nothing can ever happen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, fsum, lgamma, log, log1p, sqrt
from typing import Any

from ..errors import Mistake
from .distributions import chi_squared_tail, normal_quantile


@dataclass(frozen=True, slots=True)
class Interval:
    """The values that are compatible with what was seen, by a named method at a level of confidence."""

    lower: float
    upper: float
    method: str
    level: float = 0.95

    def data(self) -> dict[str, Any]:
        return {"lower": self.lower, "upper": self.upper, "method": self.method, "level": self.level}


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many of so many: the count and its denominator, never apart."""

    count: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.of:
            raise Mistake("a count from 0 to its denominator", example="36 of 48", got=f"{self.count} of {self.of}")

    @property
    def value(self) -> float | None:
        """The proportion; None of nobody."""
        return self.count / self.of if self.of else None

    def data(self) -> dict[str, Any]:
        """Count, denominator and both intervals, for programs."""
        told = {"count": self.count, "of": self.of, "value": self.value}
        if not self.of:
            return told | {"wilson": None, "clopper_pearson": None}
        return told | {"wilson": wilson(self).data(), "clopper_pearson": clopper_pearson(self).data()}


@dataclass(frozen=True, slots=True)
class Difference:
    """The first proportion less the second, with its interval."""

    first: Proportion
    second: Proportion
    value: float
    interval: Interval

    def data(self) -> dict[str, Any]:
        return {"value": self.value, **self.interval.data()}


def _somebody(found: Proportion) -> None:
    if not found.of:
        raise Mistake("a denominator of at least 1", got="0 of 0")


def wilson(found: Proportion, *, level: float = 0.95) -> Interval:
    """The score interval of a proportion after Wilson, without a correction for continuity.

    Formula:  (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) ÷ (1 + z²/n)
    Limits:   a denominator of at least 1.
    Raises:   Mistake, where the denominator is 0 or the level is none.
    Source:   Wilson 1927, J Am Stat Assoc 22:209

    >>> found = wilson(Proportion(36, 48))
    >>> f"{found.lower:.4f} to {found.upper:.4f}"
    '0.6122 to 0.8508'
    """
    _somebody(found)
    n, p, z = found.of, found.count / found.of, normal_quantile(level)
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At none and at all the bound is 0 and 1 by algebra; the square root leaves dust there.
    lower = 0.0 if found.count == 0 else (middle - half) / (1 + z * z / n)
    upper = 1.0 if found.count == n else (middle + half) / (1 + z * z / n)
    return Interval(lower, upper, "Wilson", level)


def clopper_pearson(found: Proportion, *, level: float = 0.95) -> Interval:
    """The exact interval of a proportion after Clopper and Pearson.

    Formula:  p at which k or more, and p at which k or fewer of n have the probability α/2
    Limits:   a denominator of at least 1; at 0 and n the bound is 0 and 1.
    Raises:   Mistake, where the denominator is 0 or the level is none.
    Source:   Clopper and Pearson 1934, Biometrika 26:404

    >>> found = clopper_pearson(Proportion(45, 48))
    >>> f"{found.lower:.4f} to {found.upper:.4f}"
    '0.8280 to 0.9869'
    """
    _somebody(found)
    k, n, tail = found.count, found.of, _tail(level)
    # At none and at all there is no room between 0 and k/n, so that the bound is 0 and 1.
    lower = _crossing(lambda p: _at_least(k, n, p), tail, 0.0, k / n)
    upper = 1 - _crossing(lambda q: _at_least(n - k, n, q), tail, 0.0, 1 - k / n)
    return Interval(lower, upper, "Clopper–Pearson", level)


def _tail(level: float) -> float:
    """What an interval leaves out on each side; refused where the level is none."""
    normal_quantile(level)
    return (1 - level) / 2


def _at_least(k: int, n: int, p: float) -> float:
    """How likely k or more of n are, each with probability p above 0 and below 1."""
    ways = lgamma(n + 1)
    return fsum(
        exp(ways - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log1p(-p)) for i in range(k, n + 1)
    )


def _crossing(rising: Callable[[float], float], value: float, low: float, high: float) -> float:
    """Where a rising function reaches a value between two places: halved until no number lies between them."""
    while True:
        middle = (low + high) / 2
        if middle in {low, high}:
            return middle
        low, high = (middle, high) if rising(middle) < value else (low, middle)


def newcombe(first: Proportion, second: Proportion, *, level: float = 0.95) -> Difference:
    """The difference of two independent proportions, with Newcombe's interval from two Wilson intervals.

    Formula:  d − √((p₁ − l₁)² + (u₂ − p₂)²) to d + √((u₁ − p₁)² + (p₂ − l₂)²)
    Limits:   independent groups; matched pairs are not.
    Raises:   Mistake, where a denominator is 0 or the level is none.
    Source:   Newcombe 1998, Stat Med 17:873, method 10

    >>> found = newcombe(Proportion(56, 70), Proportion(48, 80))
    >>> f"{found.value:.4f}, {found.interval.lower:.4f} to {found.interval.upper:.4f}"
    '0.2000, 0.0524 to 0.3339'
    """
    one, two = wilson(first, level=level), wilson(second, level=level)
    p, q = first.count / first.of, second.count / second.of
    below = sqrt((p - one.lower) ** 2 + (two.upper - q) ** 2)
    above = sqrt((one.upper - p) ** 2 + (q - two.lower) ** 2)
    return Difference(first, second, p - q, Interval(p - q - below, p - q + above, "Newcombe", level))


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per time at risk."""

    count: int
    time: float
    unit: str
    interval: Interval

    @property
    def value(self) -> float:
        return self.count / self.time

    def data(self) -> Mapping[str, Any]:
        return {"count": self.count, "time": self.time, "unit": self.unit, "value": self.value, **self.interval.data()}


def rate(count: int, time: float, *, unit: str, level: float = 0.95) -> Rate:
    """A rate of events per time at risk, with the exact Poisson interval.

    Formula:  half the quantiles α/2 of χ² with 2k and 1 − α/2 with 2k + 2 degrees of freedom, ÷ time
    Limits:   a time above 0.
    Raises:   Mistake, where the time is 0 or the count is negative.
    Source:   Garwood 1936, Biometrika 28:437

    >>> found = rate(10, 100, unit="patient-months")
    >>> f"{found.value:.3f}, {found.interval.lower:.4f} to {found.interval.upper:.4f}"
    '0.100, 0.0480 to 0.1839'
    """
    if count < 0 or not time > 0:
        raise Mistake("a count from 0 and a time above 0", got=f"{count} in {time}")
    tail = _tail(level)
    # k or more of a mean m are as likely as χ² with 2k degrees of freedom below 2m.
    lower = _crossing(lambda m: 1 - chi_squared_tail(2 * m, 2 * count), tail, 0.0, float(count))
    most = 10.0 + 3 * count + 10 * log(1 / tail)
    upper = _crossing(lambda m: 1 - chi_squared_tail(2 * m, 2 * count + 2), 1 - tail, float(count), most)
    return Rate(count, time, unit, Interval(lower / time, upper / time, "exact Poisson (Garwood)", level))
