"""Kaplan–Meier curves: survival by a named interval, numbers at risk, quantiles, restricted mean, follow-up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

import numpy

from ..errors import Mistake
from .distributions import normal_quantile
from .observations import Observations

if TYPE_CHECKING:
    from .observations import Floats, Whole

Conf = Literal["log", "log-log", "plain"]
CONFS: Final[tuple[Conf, ...]] = get_args(Conf)
_TIE: Final = 1.5e-8  # a curve this near to a quantile stands on it


class At(NamedTuple):
    """A curve at one time: survival with its limits, and how many are at risk just before; None where unknown."""

    time: float
    survival: float | None
    lower: float | None
    upper: float | None
    at_risk: int


class Estimate(NamedTuple):
    """A number with its limits; None where the curve does not say."""

    value: float | None
    lower: float | None
    upper: float | None


class Area(NamedTuple):
    """A restricted mean with its standard error and limits; None where observation ended before the time."""

    until: float
    value: float | None
    se: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Curve:
    """A product-limit estimate: at each moment at which events came, how many were at risk and how many had it.

    `relative_variance` is Greenwood's sum, the variance of survival over its square.
    """

    n: int
    times: Floats
    at_risk: Whole
    events: Whole
    survival: Floats
    relative_variance: Floats
    moments: Floats  # every time, in order; the last ends the curve
    conf: Conf
    level: float

    @property
    def event_count(self) -> int:
        """How many events there were."""
        return int(self.events.sum())

    @property
    def last(self) -> float:
        """The last time anybody was observed."""
        return float(self.moments[-1])

    @cached_property
    def censored(self) -> Floats:
        """The moments at which somebody was censored, each once."""
        moments, counts = numpy.unique(self.moments, return_counts=True)
        place = numpy.searchsorted(moments, self.times)
        counts[place] -= self.events
        return moments[counts > 0]

    @cached_property
    def limits(self) -> tuple[Floats, Floats]:
        """The lower and the upper limit of survival at each moment with events; NaN where there is none."""
        return band(self.survival, self.relative_variance, conf=self.conf, level=self.level)

    def at(self, time: float) -> At:
        """Survival just after a time; unknown once observation has ended while some still lived."""
        if not 0 <= time < math.inf:
            raise Mistake("a time of 0 or more", where="at", example="12", got=time)
        at_risk = self.n - int(numpy.searchsorted(self.moments, time, side="left"))
        place = int(numpy.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            seen = at_risk > 0
            limit = 1.0 if seen and self.conf != "log-log" else None
            return At(time, 1.0 if seen else None, limit, limit, at_risk)
        survival = float(self.survival[place])
        if not at_risk and survival > 0:
            return At(time, None, None, None, 0)
        return At(time, survival, known(self.limits[0][place]), known(self.limits[1][place]), at_risk)

    def quantile(self, share: float = 0.5) -> Estimate:
        """The time by which a share has had the event, with the interval of Brookmeyer and Crowley.

        Formula:  the first time at which survival is at or below 1 − share; halfway to the next fall where survival
                  stands just on it. The limits are where the limits of the curve do the same.
        Limits:   None where the curve, or its limit, never comes down so far; a limit depends on the kind of interval.
        Source:   Brookmeyer and Crowley, Biometrics 1982;38:29-41; as R's survfit prints it
        """
        if not 0 < share < 1:
            raise Mistake("a share between 0 and 1", where="quantile", example="0.5", got=share)
        lower, upper = self.limits
        return Estimate(*(self._crossing(height, 1 - share) for height in (self.survival, lower, upper)))

    @property
    def median(self) -> Estimate:
        """The median time to the event."""
        return self.quantile(0.5)

    def _crossing(self, heights: Floats, level: float) -> float | None:
        below = numpy.flatnonzero(heights < level + _TIE)  # NaN is below nothing
        if not len(below):
            return None
        first = int(below[0])
        if abs(heights[first] - level) < _TIE:
            further = below[heights[below] < heights[first] - _TIE]
            if len(further):
                return float(self.times[first] + self.times[further[0]]) / 2
        return float(self.times[first])

    def restricted_mean(self, until: float) -> Area:
        """The mean time up to a time: the area below the curve, with its standard error.

        Formula:  μ = ∫ S(t) dt from 0 to until; var μ = Σ area(t to until)² × d ÷ (n × (n − d)) over the events
        Limits:   unknown where observation ended before that time while some still lived.
        Source:   Klein and Moeschberger, Survival Analysis, 2nd ed., 4.5; as R's survfit prints it
        """
        if not 0 < until < math.inf:
            raise Mistake("a time above 0", where="restricted mean", example="24", got=until)
        if until > self.last and self.survival_at_end > 0:
            return Area(until, None, None, None, None)
        within = self.times < until
        times = self.times[within]
        heights = numpy.concatenate(([1.0], self.survival[within]))
        areas = heights * numpy.diff(numpy.concatenate(([0.0], times, [until])))
        after = numpy.cumsum(areas[::-1])[::-1][1:]  # the area to the right of each fall
        n, d = self.at_risk[within], self.events[within]
        alive = n > d
        variance = float(numpy.sum(after[alive] ** 2 * d[alive] / (n[alive] * (n[alive] - d[alive]))))
        mean, se = float(areas.sum()), math.sqrt(variance)
        reach = normal_quantile(self.level) * se
        return Area(until, mean, se, mean - reach, mean + reach)

    @property
    def survival_at_end(self) -> float:
        """Survival after the last event."""
        return float(self.survival[-1]) if len(self.survival) else 1.0


def known(value: float) -> float | None:
    """A number, or None where there is none."""
    return None if math.isnan(value) else float(value)


def kaplan_meier(observed: Observations, *, conf: Conf = "log", level: float = 0.95) -> Curve:
    """The product-limit estimate of survival; at a tie events come before censorings.

    Formula:  S(t) = Π (n − d) ÷ n over the moments up to t; Greenwood's sum Σ d ÷ (n × (n − d))
    Limits:   the last fall to 0 has no interval.
    Raises:   Mistake for a kind of interval nobody knows.
    Source:   Kaplan and Meier, JASA 1958;53:457-481

    >>> from .observations import observations
    >>> curve = kaplan_meier(observations([1, 2, 2, 3, 4], [1, 1, 0, 0, 1]))
    >>> [f"{one:.2f}" for one in curve.survival], curve.median.value
    (['0.80', '0.60', '0.00'], 4.0)
    """
    _checked(conf)
    moments = observed.moments
    falls = numpy.sort(observed.time[observed.event])
    first = numpy.empty(len(falls), dtype=bool)
    first[:1] = True
    numpy.not_equal(falls[1:], falls[:-1], out=first[1:])
    starts = numpy.flatnonzero(first)
    times = falls[starts]
    events = numpy.diff(starts, append=len(falls))
    at_risk = len(moments) - numpy.searchsorted(moments, times, side="left")
    left = at_risk - events
    with numpy.errstate(divide="ignore"):
        relative_variance = numpy.cumsum(events / (at_risk * left.astype(float)))
    survival = numpy.cumprod(left / at_risk, dtype=float)
    return Curve(len(moments), times, at_risk, events, survival, relative_variance, moments, conf, level)


def follow_up(observed: Observations, *, conf: Conf = "log", level: float = 0.95) -> Curve:
    """The curve of follow-up, reversed: who was censored is the event, who had the event was censored.

    Its median says how long those were followed who had not had the event yet.

    Source:   Schemper and Smith, Controlled Clinical Trials 1996;17:343-346

    >>> from .observations import observations
    >>> follow_up(observations([5, 6, 7], [1, 0, 0])).median.value
    6.5
    """
    reversed_ = Observations(observed.time, ~observed.event, observed.sorted_times)
    return kaplan_meier(reversed_, conf=conf, level=level)


def band(share: Any, relative_variance: Any, *, conf: Conf, level: float) -> tuple[Floats, Floats]:
    """The limits of a probability, by the scale on which its error is taken as normal.

    Formula:  plain: S ± z × S × σ; log: S × e^(± z × σ); log-log: S ^ e^(± z × σ ÷ ln S), with σ² the relative variance
    Limits:   a limit outside 0 to 1 is that end of it, as no probability lies beyond. NaN at 0, and for log-log at 1.
    Source:   Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., 1.4; as in R's survfit
    """
    _checked(conf)
    share, sigma = numpy.asarray(share, dtype=float), numpy.sqrt(numpy.asarray(relative_variance, dtype=float))
    reach = normal_quantile(level) * sigma
    with numpy.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if conf == "plain":
            lower, upper = share - share * reach, share + share * reach
        elif conf == "log":
            lower, upper = share * numpy.exp(-reach), share * numpy.exp(reach)
        else:
            power = numpy.exp(reach / numpy.log(share))
            lower, upper = share ** (1 / power), share**power
            lower, upper = numpy.where(share == 1, numpy.nan, lower), numpy.where(share == 1, numpy.nan, upper)
        lower, upper = numpy.where(lower < 0, 0.0, lower), numpy.where(upper > 1, 1.0, upper)
    none = ~(share > 0)
    return numpy.where(none, numpy.nan, lower), numpy.where(none, numpy.nan, upper)


def _checked(conf: str) -> None:
    if conf not in CONFS:
        raise Mistake(f"a kind of interval ({', '.join(CONFS)})", where="conf", example="log-log", got=conf)
