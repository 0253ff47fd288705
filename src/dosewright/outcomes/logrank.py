"""The log-rank test: events observed in each group against those expected if the groups did not differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy

from ..errors import CannotCompute, Mistake
from .distributions import chi_squared_tail

if TYPE_CHECKING:
    from .observations import Floats, Observations

NEVER_TOGETHER: Final = "the groups cannot be compared: never were two of them at risk when an event came"
_SINGULAR: Final = 1e-10  # of the largest variance: less is none


@dataclass(frozen=True, slots=True)
class LogRank:
    """Observed and expected events by group, and what the difference comes to."""

    groups: tuple[str, ...]
    n: tuple[int, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    chi2: float
    df: int
    p: float


def _codes(values: Any) -> tuple[tuple[str, ...], Any]:
    """The names of groups, in order, and the number of each row's group."""
    array = numpy.asarray(values)
    if array.dtype.kind in "iu" and len(array) and array.min() >= 0 and array.max() < len(array):
        counts = numpy.bincount(array)  # numbers in reach need no sorting
        present = numpy.flatnonzero(counts)
        return tuple(str(name) for name in present.tolist()), (numpy.cumsum(counts > 0) - 1)[array]
    names, codes = numpy.unique(array, return_inverse=True)
    return tuple(str(name) for name in names.tolist()), codes


def logrank(observed: Observations, group: Any, *, strata: Any = None) -> LogRank:
    """The log-rank test between groups, within strata where these are given.

    Formula:  chi² = (O − E)′ V⁻¹ (O − E), with E = Σ d × nₖ ÷ n and V by the hypergeometric distribution, summed over
              moments and strata; groups − 1 degrees of freedom
    Limits:   at least two groups and one event at which more than one group is at risk.
    Raises:   CannotCompute where the groups cannot be compared.
    Source:   Mantel, Cancer Chemother Rep 1966;50:163-170; as R's survdiff with rho = 0

    >>> from .observations import observations
    >>> made = logrank(observations([1, 2, 3, 4], [1, 1, 1, 1]), ["a", "a", "b", "b"])
    >>> f"{made.chi2:.4f}", made.observed, [f"{one:.4f}" for one in made.expected]
    ('2.8824', (2, 2), ['0.8333', '3.1667'])
    """
    names, n, events, expected, variance = _compared(observed, group, strata)
    sizes, directions = numpy.linalg.eigh(variance)
    known = sizes > _SINGULAR * sizes[-1]  # one direction is always none: all groups together differ from nothing
    df = int(known.sum()) if sizes[-1] > 0 else 0
    if not df:
        raise CannotCompute(NEVER_TOGETHER)
    chi2 = float(((directions.T @ (events - expected))[known] ** 2 / sizes[known]).sum())
    return LogRank(
        names, n, tuple(int(one) for one in events), tuple(expected.tolist()), chi2, df, chi_squared_tail(chi2, df)
    )


def trend(observed: Observations, group: Any, *, strata: Any = None, scores: Any = None) -> LogRank:
    """The log-rank test for a trend over ordered groups, scored 1, 2, 3 … unless scores are given.

    Formula:  chi² = (s′ (O − E))² ÷ (s′ V s), one degree of freedom
    Raises:   CannotCompute where the groups cannot be compared.
    Source:   Tarone, Biometrika 1975;62:679-682

    >>> from .observations import observations
    >>> made = trend(observations([1, 2, 3, 4], [1, 1, 1, 1]), ["a", "a", "b", "b"])
    >>> f"{made.chi2:.4f}", made.df
    ('2.8824', 1)
    """
    names, n, events, expected, variance = _compared(observed, group, strata)
    weights = numpy.arange(1.0, len(names) + 1) if scores is None else numpy.asarray(scores, dtype=float)
    if weights.shape != (len(names),) or not numpy.isfinite(weights).all():
        raise Mistake(f"one score for each of {len(names)} groups", where="scores", got=scores)
    spread = float(weights @ variance @ weights)
    if spread <= _SINGULAR * float(weights @ weights):
        raise CannotCompute(NEVER_TOGETHER)
    chi2 = float(weights @ (events - expected)) ** 2 / spread
    counted = tuple(int(one) for one in events)
    return LogRank(names, n, counted, tuple(expected.tolist()), chi2, 1, chi_squared_tail(chi2, 1))


def _compared(
    observed: Observations, group: Any, strata: Any
) -> tuple[tuple[str, ...], tuple[int, ...], Floats, Floats, Floats]:
    """By group: how many, observed and expected events; and the variance of their difference."""
    names, codes = _codes(group)
    if codes.shape != observed.time.shape:
        raise Mistake("one group a row", got=f"{len(codes)} groups for {len(observed)} rows")
    if len(names) < 2:
        raise CannotCompute("there is one group only", got=", ".join(names))
    expected, variance = numpy.zeros(len(names)), numpy.zeros((len(names), len(names)))
    if strata is None:
        _add(observed, codes, expected, variance)
    else:
        _, layers = _codes(strata)
        order = numpy.argsort(layers, kind="stable")
        for chosen in numpy.split(order, numpy.flatnonzero(numpy.diff(layers[order])) + 1):
            _add(observed.of(chosen), codes[chosen], expected, variance)
    count = len(names)
    n = numpy.bincount(codes, minlength=count)
    events = numpy.bincount(codes, weights=observed.event, minlength=count).astype(float)
    return names, tuple(n.tolist()), events, expected, variance


def _add(observed: Observations, codes: Any, expected: Floats, variance: Floats) -> None:
    """What the moments of one stratum add to the expected events and to the variance."""
    if not observed.event.any():
        return
    falls = numpy.sort(observed.time[observed.event])
    starts = numpy.flatnonzero(numpy.concatenate(([True], falls[1:] != falls[:-1])))
    times, d = falls[starts], numpy.diff(starts, append=len(falls)).astype(float)
    n = (len(observed) - numpy.searchsorted(observed.moments, times, side="left")).astype(float)
    at_risk = numpy.empty((len(expected), len(times)))
    for one in range(len(expected) - 1):
        moments = numpy.sort(observed.time[codes == one])
        at_risk[one] = len(moments) - numpy.searchsorted(moments, times, side="left")
    at_risk[-1] = n - at_risk[:-1].sum(axis=0)
    share = at_risk / n
    expected += share @ d
    with numpy.errstate(invalid="ignore", divide="ignore"):
        weight = numpy.where(n > 1, d * (n - d) / (n - 1), 0.0)
    variance += numpy.diag(share @ weight) - (share * weight) @ share.T
