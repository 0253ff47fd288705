"""Competing risks: how many had the event by a time, where another event, such as death, ends the chance of it.

One minus a Kaplan–Meier curve counts those who died as if they could still progress; this does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy

from ..errors import CannotCompute, Mistake, together
from .cox import ChiSquared
from .distributions import chi_squared_tail
from .kaplan_meier import At, Conf, Estimate, band, known
from .observations import MOST_TOLD, observations, row_place

if TYPE_CHECKING:
    from .observations import Flags, Floats, Whole

CENSORED: Final = 0
EVENT: Final = 1
COMPETING: Final = 2


@dataclass(frozen=True, slots=True)
class Causes:
    """Times, and how each ended: 0 censored, 1 by the event, 2 by an event that competes with it."""

    time: Floats
    cause: Whole

    def __len__(self) -> int:
        return len(self.time)

    def of(self, chosen: Any) -> Causes:
        """Some of them: those of a group, by a mask or by their numbers."""
        return Causes(self.time[chosen], self.cause[chosen])


def causes(time: Any, cause: Any, *, place: Callable[[int], str] = row_place) -> Causes:
    """Times and causes from two columns; a cause is 0, 1 or 2.

    Raises:   Mistake, with row and column, for a time or a cause that is none.

    >>> causes([5, 3, 4], [1, 0, 2]).cause.tolist()
    [1, 0, 2]
    >>> causes([5], [3])
    Traceback (most recent call last):
    dosewright.errors.Mistake: row 1, event: needs 0 for censored, 1 for the event or 2 for one that competes; got '3'
    """
    codes = numpy.asarray(cause)
    wrong = numpy.flatnonzero(~numpy.isin(codes, (CENSORED, EVENT, COMPETING)))
    if len(wrong):
        needs = "0 for censored, 1 for the event or 2 for one that competes"
        told = [Mistake(needs, where=f"{place(i)}, event", got=codes[i]) for i in wrong[:MOST_TOLD].tolist()]
        raise together(told)
    observed = observations(time, codes > CENSORED, place=place)
    return Causes(observed.time, codes.astype(numpy.intp))


@dataclass(frozen=True)
class Incidence:
    """A cumulative incidence: at each moment at which the event came, its probability by then, and the variance."""

    n: int
    events: int
    competing: int
    times: Floats
    incidence: Floats
    variance: Floats
    moments: Floats
    conf: Conf
    level: float

    @property
    def limits(self) -> tuple[Floats, Floats]:
        """The limits of the incidence, on the named scale."""
        with numpy.errstate(divide="ignore", invalid="ignore"):
            relative = self.variance / self.incidence**2
        return band(self.incidence, relative, conf=self.conf, level=self.level)

    def at(self, time: float) -> At:
        """The incidence by a time (in the place of survival); unknown where observation had ended before."""
        if not 0 <= time < numpy.inf:
            raise Mistake("a time of 0 or more", where="at", example="12", got=time)
        at_risk = self.n - int(numpy.searchsorted(self.moments, time, side="left"))
        place = int(numpy.searchsorted(self.times, time, side="right")) - 1
        if not at_risk:
            return At(time, None, None, None, 0)
        if place < 0:
            return At(time, 0.0, None, None, at_risk)
        lower, upper = self.limits
        return At(time, float(self.incidence[place]), known(lower[place]), known(upper[place]), at_risk)

    @property
    def at_end(self) -> Estimate:
        """The incidence after the last event, with its limits."""
        if not len(self.times):
            return Estimate(0.0, None, None)
        lower, upper = self.limits
        return Estimate(float(self.incidence[-1]), known(lower[-1]), known(upper[-1]))


def cumulative_incidence(observed: Causes, *, conf: Conf = "log-log", level: float = 0.95) -> Incidence:
    """The cumulative incidence of the event after Aalen and Johansen.

    Formula:  F(t) = Σ S(s−) × d₁ ÷ n over the moments up to t, with S the survival free of either event
    Limits:   the variance is that of Aalen, with ties as drawn without replacement.
    Source:   Aalen and Johansen, Scand J Statist 1978;5:141-150; variance as in R's cmprsk::cuminc

    >>> made = cumulative_incidence(causes([1, 2, 3, 4], [1, 2, 1, 0]))  # ¼ + ½ × ½
    >>> made.incidence.tolist()
    [0.25, 0.5]
    """
    table = _table(observed, numpy.zeros(len(observed), dtype=numpy.intp), 1)
    n, d1, d2 = table.at_risk[0], table.events[0], table.competing[0]
    before, after, f = table.before[0], table.after[0], table.incidence[0]
    with numpy.errstate(divide="ignore", invalid="ignore"):
        inverse = numpy.where(after > 0, 1 / after, 0.0)
        parts = []
        for d, own in ((d1, 1.0), (d2, 0.0)):
            drawn = numpy.where(d > 1, 1 - (d - 1) / (n - 1), 1.0)
            spread = numpy.where((after > 0) | (own > 0), before**2 * drawn * d / n**2, 0.0)
            lift = own + f * inverse
            parts.append((lift**2 * spread, inverse * lift * spread, inverse**2 * spread))
    v1, v2, v3 = (numpy.cumsum(sum(part)) for part in zip(*parts, strict=True))
    came = d1 > 0
    variance = (v1 + f**2 * v3 - 2 * f * v2)[came]
    return Incidence(
        n=len(observed),
        events=int(d1.sum()),
        competing=int(d2.sum()),
        times=table.times[came],
        incidence=f[came],
        variance=numpy.where(variance > 0, variance, 0.0),
        moments=numpy.sort(observed.time),
        conf=conf,
        level=level,
    )


def gray(observed: Causes, group: Any) -> ChiSquared:
    """Gray's test whether the cumulative incidence of the event differs between groups.

    Formula:  the weighted log-rank test on the hazard of the subdistribution, rho = 0; groups − 1 degrees of freedom
    Raises:   CannotCompute where there is one group only, or no event.
    Source:   Gray, Annals of Statistics 1988;16:1141-1154; as in R's cmprsk::cuminc
    """
    names, codes = numpy.unique(numpy.asarray(group), return_inverse=True)
    count = len(names)
    if count < 2:
        raise CannotCompute("there is one group only", got=", ".join(str(name) for name in names))
    table = _table(observed, codes, count)
    nd1 = table.events.sum(axis=0)
    if not nd1.any():
        raise CannotCompute("there is no event, so no incidence to compare")
    score, variance = _gray_parts(table, nd1)
    kept = slice(0, count - 1)
    chi2 = float(score[kept] @ numpy.linalg.lstsq(variance[kept, kept], score[kept], rcond=None)[0])
    return ChiSquared("Gray", chi2, count - 1, chi_squared_tail(max(chi2, 0.0), count - 1))


def _gray_parts(table: _Table, nd1: Floats) -> tuple[Floats, Floats]:
    """The score of each group and its covariance, summed over the moments; group × group × moment."""
    n, d1, d2, before, after = table.at_risk, table.events, table.competing, table.before, table.after
    earlier = _one_earlier(table.incidence)
    there = n > 0
    with numpy.errstate(divide="ignore", invalid="ignore"):
        reach = numpy.where(there, n / before, 0.0)
        total = reach.sum(axis=0)
        weighted = reach * (1 - earlier)
        score = (d1 - nd1 * weighted / weighted.sum(axis=0)).sum(axis=1)
        pooled = numpy.cumsum(nd1 / total)
        left = 1 - (pooled - nd1 / total)
        a = -reach[:, None] * reach[None, :] / total
        a[numpy.arange(len(n)), numpy.arange(len(n))] += reach
        c = numpy.cumsum(a * nd1 / (total * left), axis=2)
        # what the events add
        lift = numpy.where(after > 0, 1 - (1 - pooled) / after, 1.0)
        drawn = numpy.where(nd1 > 1, 1 - (nd1 - 1) / (total * before - 1), 1.0)
        spread = numpy.where(there & (nd1 > 0), drawn * before * nd1 / (total * n), 0.0)
        bent = a - lift * c
        v3 = (lift**2 * spread).sum(axis=1)
        v2 = (bent * (lift * spread)).sum(axis=2)
        v = numpy.einsum("ikt,jkt,kt->ij", bent, bent, spread)
        # what the events that compete add
        lift = numpy.where(after > 0, (1 - pooled) / after, 0.0)
        drawn = numpy.where(d2 > 1, 1 - (d2 - 1) / (n - 1), 1.0)
        spread = numpy.where((after > 0) & (d2 > 0), drawn * before**2 * d2 / n**2, 0.0)
        bent = lift * c
        v3 += (lift**2 * spread).sum(axis=1)
        v2 -= (bent * (lift * spread)).sum(axis=2)
        v += numpy.einsum("ikt,jkt,kt->ij", bent, bent, spread)
    end = c[:, :, -1]
    return score, v + (end * v3) @ end.T + end @ v2.T + v2 @ end.T


# ------------------------------------------------------------------------------------------------------- the moments


@dataclass(frozen=True, slots=True)
class _Table:
    """By group and moment at which anything came: at risk, events, competing events, and what follows from them."""

    times: Floats
    at_risk: Floats
    events: Floats
    competing: Floats
    before: Floats  # survival free of either event, just before the moment
    after: Floats
    incidence: Floats


def _one_earlier(values: Floats) -> Floats:
    """The values one moment earlier; nothing before the first."""
    earlier = numpy.zeros_like(values)
    earlier[..., 1:] = values[..., :-1]
    return earlier


def _table(observed: Causes, codes: Any, count: int) -> _Table:
    came: Flags = observed.cause > CENSORED
    times = numpy.unique(observed.time[came])
    place = numpy.searchsorted(times, observed.time)
    shape = (count, len(times))
    tables = []
    for cause in (EVENT, COMPETING):
        chosen = observed.cause == cause
        flat = numpy.bincount(codes[chosen] * len(times) + place[chosen], minlength=count * len(times))
        tables.append(flat.reshape(shape).astype(float))
    at_risk = numpy.empty(shape)
    for one in range(count):
        moments = numpy.sort(observed.time[codes == one])
        at_risk[one] = len(moments) - numpy.searchsorted(moments, times, side="left")
    events, competing = tables
    with numpy.errstate(divide="ignore", invalid="ignore"):
        stay = numpy.where(at_risk > 0, 1 - (events + competing) / at_risk, 1.0)
        after = numpy.cumprod(stay, axis=1, dtype=float)
        before = numpy.concatenate((numpy.ones((count, 1)), after[:, :-1]), axis=1)
        incidence = numpy.cumsum(numpy.where(at_risk > 0, before * events / at_risk, 0.0), axis=1)
    return _Table(times, at_risk, events, competing, before, after, incidence)
