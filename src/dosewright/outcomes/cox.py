"""Cox's proportional hazards: partial likelihood by Efron or Breslow, within strata, with Wald and profile intervals.

Newton's steps on sums over risk sets. The sum over moments of what everybody at risk adds is turned into a sum over
people of the hazard each has gone through, so that one step costs a few passes over the rows and a matrix product.
A coefficient that runs away, since a covariate separates those with the event from those without, has no estimate: it
is reported as such, never as a huge number.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

import numpy

from ..errors import CannotCompute, Mistake
from .distributions import chi_squared_tail, normal_quantile, normal_tails

if TYPE_CHECKING:
    from .observations import Flags, Floats, Observations, Whole

Ties = Literal["efron", "breslow"]
TIES: Final[tuple[Ties, ...]] = get_args(Ties)
MOST_STEPS: Final = 60
_CLOSE: Final = 1e-9  # of the likelihood: a step that adds less has arrived, or runs away
_THERE: Final = 1e-6  # of a standard deviation: after a step so short, the next is its square
_STILL: Final = 1e-5  # of a standard deviation: a step that is longer, though it adds nothing, runs away
_RANK: Final = 1e-9
NO_TOP: Final = "the likelihood has no top that can be found: there are too many covariates for so few events"


class Term(NamedTuple):
    """One row of a table of hazard ratios; what has no estimate is None, and `runs_away` says up or down."""

    term: str
    coef: float | None
    se: float | None
    hr: float | None
    lower: float | None
    upper: float | None
    z: float | None
    p: float | None
    runs_away: Literal["up", "down"] | None = None


class ChiSquared(NamedTuple):
    """A test of one thing: its chi-squared, degrees of freedom and p."""

    term: str
    chi2: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model: coefficients by name, their covariance, and the logarithms of the partial likelihood."""

    names: tuple[str, ...]
    coef: Floats
    covariance: Floats
    runs_away: Flags
    loglik: float
    loglik_null: float
    score: float
    n: int
    events: int
    ties: Ties
    level: float
    risk: RiskSets

    @property
    def terms(self) -> tuple[Term, ...]:
        """The table: coefficient, hazard ratio with the interval of Wald, z and p."""
        reach = normal_quantile(self.level)
        return tuple(self._term(index, reach) for index in range(len(self.names)))

    def _term(self, index: int, reach: float) -> Term:
        name, coef = self.names[index], float(self.coef[index])
        if self.runs_away[index]:
            return Term(name, None, None, None, None, None, None, None, "up" if coef > 0 else "down")
        se = math.sqrt(float(self.covariance[index, index]))
        z = coef / se
        lower, upper = _exp(coef - reach * se), _exp(coef + reach * se)
        return Term(name, coef, se, _exp(coef), lower, upper, z, normal_tails(z))

    @property
    def likelihood_ratio(self) -> ChiSquared:
        """The test of the whole model against none, by the ratio of likelihoods."""
        chi2, df = max(0.0, 2 * (self.loglik - self.loglik_null)), len(self.names)
        return ChiSquared("model", chi2, df, chi_squared_tail(chi2, df))


def _exp(value: float) -> float | None:
    """e to a power; None where that is beyond all numbers."""
    return math.exp(value) if value < 700 else None


def cox(
    observed: Observations,
    covariates: Any,
    names: Sequence[str],
    *,
    strata: Any = None,
    ties: Ties = "efron",
    level: float = 0.95,
    offset: Any = None,
) -> Fit:
    """A proportional hazards model of some covariates, one column each.

    Formula:  hazard(t) = h₀(t) × e^(β′x), with h₀ of its own in each stratum; β makes the partial likelihood greatest
    Limits:   ties by Efron (as R) or Breslow (as SPSS). A covariate that runs away is marked, its coefficient None.
    Raises:   CannotCompute where there is no event, or a covariate is constant or follows from the others.
    Source:   Cox, JRSS B 1972;34:187-220; Efron, JASA 1977;72:557-565; Breslow, Biometrics 1974;30:89-99

    >>> from .observations import observations
    >>> made = cox(observations([1, 2, 3, 4], [1, 1, 0, 1]), [[0], [1], [1], [0]], ["x"])
    >>> f"{made.terms[0].hr:.6f}"  # by hand: 2 θ² = 1
    '0.707107'
    """
    if ties not in TIES:
        raise Mistake(f"a way with ties ({', '.join(TIES)})", where="ties", example="efron", got=ties)
    columns = _columns(observed, covariates, names)
    if not observed.event.any():
        raise CannotCompute("there is no event, so no hazard to compare")
    risk = RiskSets.of(observed, columns, strata=strata, ties=ties, offset=offset)
    null = risk.at(numpy.zeros(len(names)))
    _require_rank(null.information, risk.n, names)
    return _fitted(risk, null, tuple(names), ties, level)


def _columns(observed: Observations, covariates: Any, names: Sequence[str]) -> Floats:
    columns: Floats = numpy.asarray(covariates, dtype=float)
    if columns.shape != (len(observed), len(names)):
        raise Mistake(f"{len(observed)} rows of {len(names)} covariates", got=columns.shape)
    if not len(names):
        raise CannotCompute("there is no covariate")
    if not numpy.isfinite(columns).all():
        row, column = (int(one) for one in numpy.argwhere(~numpy.isfinite(columns))[0])
        raise Mistake("a number", where=f"row {row + 1}, {names[column]}", got=columns[row, column])
    return columns


def _require_rank(information: Floats, n: int, names: Sequence[str]) -> None:
    """Refuse a covariate that is constant, or follows from those before it, among those who are ever compared."""
    scale = numpy.diag(information).copy()
    for index, name in enumerate(names):
        if not scale[index] > _RANK * n:
            raise CannotCompute("a covariate is the same for all who are compared", where=name)
        before, here = information[:index, :index], information[:index, index]
        rest = scale[index] - (here @ numpy.linalg.solve(before, here) if index else 0.0)
        if rest < _RANK * scale[index]:
            raise CannotCompute("a covariate follows from those before it", where=name)


def _fitted(risk: RiskSets, null: Likelihood, names: tuple[str, ...], ties: Ties, level: float) -> Fit:
    score = float(null.score @ numpy.linalg.solve(null.information, null.score))
    beta, here, away = _climbed(risk, numpy.zeros(len(names)), null, numpy.arange(len(names)))
    covariance = numpy.linalg.inv(here.information)
    if not (numpy.diag(covariance)[~away] > 0).all():
        raise CannotCompute(NO_TOP)
    return Fit(
        names=names,
        coef=beta / risk.scale,
        covariance=covariance / numpy.outer(risk.scale, risk.scale),
        runs_away=away,
        loglik=here.loglik,
        loglik_null=null.loglik,
        score=score,
        n=risk.n,
        events=len(risk.dead),
        ties=ties,
        level=level,
        risk=risk,
    )


def _climbed(risk: RiskSets, beta: Floats, here: Likelihood, free: Whole) -> tuple[Floats, Likelihood, Flags]:
    """The top of the likelihood over the free coefficients, by Newton's steps; and which of all run away."""
    still = numpy.zeros(len(beta), dtype=bool)
    if not len(free):
        return beta, here, still
    for _ in range(MOST_STEPS):
        step = _step(here, free)
        there = risk.at(beta + step)
        for _ in range(MOST_STEPS):  # too far: go half the way
            if there.loglik >= here.loglik - _CLOSE * (1 + abs(here.loglik)):
                break
            step = step / 2
            there = risk.at(beta + step)
        else:
            raise CannotCompute(NO_TOP)
        gain = there.loglik - here.loglik
        beta, here = beta + step, there
        longest = numpy.abs(step).max()
        if longest < _THERE:
            return beta, here, still
        if gain < _CLOSE * (1 + abs(here.loglik)) and longest > _STILL:
            again = numpy.abs(_step(here, free))  # once arrived, a step shrinks to its square
            if again.max() > longest / 10:
                return beta, here, again > again.max() / 100
    raise CannotCompute(NO_TOP)


def _step(here: Likelihood, free: Whole) -> Floats:
    step = numpy.zeros(len(here.score))
    try:
        step[free] = numpy.linalg.solve(here.information[numpy.ix_(free, free)], here.score[free])
    except numpy.linalg.LinAlgError:
        raise CannotCompute(NO_TOP) from None
    return step


# ----------------------------------------------------------------------------------------------------------- risk sets


class Likelihood(NamedTuple):
    """The logarithm of the partial likelihood at some coefficients, its slope and its curvature."""

    loglik: float
    score: Floats
    information: Floats


@dataclass(frozen=True, slots=True)
class RiskSets:
    """Everything about who was at risk when that does not depend on the coefficients.

    Rows go stratum by stratum, in each from the last time to the first, so that a risk set is all rows of the stratum
    so far. A *moment* is a time of a stratum at which events came; a *turn* is one of its events.
    """

    n: int
    x: Floats  # covariates × rows, centred and scaled
    scale: Floats
    offset: Floats | None
    blocks: Whole  # where each time of each stratum begins
    sizes: Whole
    layers: tuple[slice, ...]  # the blocks of each stratum
    row_layers: tuple[slice, ...]  # and its rows
    row_ends: Whole  # the last row of each moment
    dead: Whole  # the rows with the event, moment by moment
    moments: Whole  # the block of each moment
    first: Whole  # where the events of each moment begin among `dead`
    deaths: Whole
    turn: Whole | None  # the moment of each turn; None where no moment has two
    share: Floats  # of the tied that has left before each turn: by Efron l ÷ d, by Breslow none
    times: Floats  # of each moment
    score_of_dead: Floats  # the covariates of those with the event, added up

    @classmethod
    def of(cls, observed: Observations, columns: Floats, *, strata: Any, ties: Ties, offset: Any) -> RiskSets:
        """The risk sets of some observations, with their covariates."""
        time, n = observed.time, len(observed)
        if strata is None:
            order, layer = numpy.argsort(-time), numpy.zeros(n, dtype=numpy.intp)
        else:
            _, codes = numpy.unique(numpy.asarray(strata), return_inverse=True)
            order = numpy.lexsort((-time, codes))
            layer = codes[order]
        when, event = time[order], observed.event[order]
        centre = columns.mean(axis=0)
        x = numpy.ascontiguousarray((columns - centre)[order].T)
        spread = numpy.sqrt((x * x).mean(axis=1))
        scale = numpy.where(spread > 0, spread, 1.0)
        x /= scale[:, None]
        fresh = numpy.concatenate(([True], (when[1:] != when[:-1]) | (layer[1:] != layer[:-1])))
        blocks = numpy.flatnonzero(fresh)
        ends = numpy.flatnonzero(numpy.diff(layer[blocks])) + 1
        edges = [0, *ends.tolist(), len(blocks)]
        counts = numpy.add.reduceat(event.astype(numpy.intp), blocks)
        moments = numpy.flatnonzero(counts)
        deaths = counts[moments]
        first = numpy.cumsum(deaths) - deaths
        turn = None
        share = numpy.zeros(len(moments))
        if len(deaths) and deaths.max() > 1:
            turn = numpy.repeat(numpy.arange(len(moments)), deaths)
            left = numpy.arange(len(turn)) - first[turn]
            share = left / deaths[turn] if ties == "efron" else numpy.zeros(len(turn))
        dead = numpy.flatnonzero(event)
        sizes = numpy.diff(blocks, append=n)
        row_edges = [int(blocks[edge]) for edge in edges[:-1]] + [n]
        return cls(
            n=n,
            x=x,
            scale=scale,
            offset=None if offset is None else numpy.asarray(offset, dtype=float)[order],
            blocks=blocks,
            sizes=sizes,
            layers=tuple(slice(*edge) for edge in itertools.pairwise(edges)),
            row_layers=tuple(slice(*edge) for edge in itertools.pairwise(row_edges)),
            row_ends=(blocks + sizes - 1)[moments],
            dead=dead,
            moments=moments,
            first=first,
            deaths=deaths,
            turn=turn,
            share=share,
            times=when[blocks[moments]],
            score_of_dead=x[:, dead].sum(axis=1),
        )

    def at(self, beta: Floats, weight: Floats | None = None) -> Likelihood:
        """The likelihood at some coefficients (of the scaled covariates).

        With a weight for each moment, slope and curvature are sums of what each moment adds times its weight.
        """
        eta = beta @ self.x
        if self.offset is not None:
            eta = eta + self.offset
        top = float(eta.max())
        with numpy.errstate(all="ignore"):  # a step that goes too far is seen by its likelihood, and taken back
            return self._at(eta, numpy.exp(eta - top), top, weight)

    def _at(self, eta: Floats, risk: Floats, top: float, weight: Floats | None) -> Likelihood:
        weighted = self.x * risk
        total, sums = self._gathered(risk), self._gathered(weighted)
        if self.turn is not None:
            total, sums = total[self.turn], sums[:, self.turn]
            if self.share.any():
                tied = numpy.add.reduceat(risk[self.dead], self.first)
                tied_sums = numpy.add.reduceat(weighted[:, self.dead], self.first, axis=1)
                total = total - self.share * tied[self.turn]
                sums = sums - self.share * tied_sums[:, self.turn]
        loglik = float(eta[self.dead].sum() - numpy.log(total).sum() - top * len(self.dead))
        rise, mean = 1 / total, sums / total
        score, around = self.score_of_dead, mean
        if weight is not None:
            at_turn = weight if self.turn is None else weight[self.turn]
            rise, around = rise * at_turn, mean * at_turn
            score = self.x[:, self.dead] @ numpy.repeat(weight, self.deaths)
        passed = self._passed(rise) * risk
        numpy.multiply(self.x, passed, out=weighted)
        score = score - weighted.sum(axis=1)
        return Likelihood(loglik, score, weighted @ self.x.T - around @ mean.T)

    def _gathered(self, values: Floats) -> Floats:
        """Sums over the risk set of each moment."""
        if len(self.blocks) * 4 < self.n:  # many share a time: their sums first
            sums, layers, ends = numpy.add.reduceat(values, self.blocks, axis=-1), self.layers, self.moments
        else:
            sums, layers, ends = numpy.empty_like(values), self.row_layers, self.row_ends
        source = sums if len(self.blocks) * 4 < self.n else values
        for layer in layers:
            numpy.cumsum(source[..., layer], axis=-1, out=sums[..., layer])
        return sums[..., ends]

    def _passed(self, rise: Floats) -> Floats:
        """For each row, what the rises of all turns up to its own time come to; of its own moment, Efron's part."""
        own = rise
        if self.turn is not None:
            own = numpy.add.reduceat(rise, self.first)
        by_block = numpy.zeros(len(self.blocks))
        by_block[self.moments] = own
        for layer in self.layers:
            by_block[layer] = numpy.cumsum(by_block[layer][::-1])[::-1]
        passed: Floats = numpy.repeat(by_block, self.sizes)
        if self.share.any():
            spared = numpy.add.reduceat(rise * self.share, self.first)
            passed[self.dead] -= numpy.repeat(spared, self.deaths)
        return passed


# ------------------------------------------------------------------------------------------------- profile likelihoods


def profile_interval(fit: Fit, term: str) -> tuple[float | None, float | None]:
    """The interval of a hazard ratio by the profile of the likelihood; an end that does not exist is None.

    Formula:  all β for which 2 × (greatest loglik − greatest loglik with this β held) ≤ z²
    Limits:   unlike that of Wald it need not be symmetric on the log scale, and it has one end where a covariate
              runs away.
    Raises:   Mistake where the model has no such term.
    Source:   Venzon and Moolgavkar, Applied Statistics 1988;37:87-94
    """
    if term not in fit.names:
        raise Mistake(f"a term of the model ({', '.join(fit.names)})", where="profile", got=term)
    index = fit.names.index(term)
    away = bool(fit.runs_away[index])
    centre = float(fit.coef[index] * fit.risk.scale[index])
    se = 1.0 if away else math.sqrt(float(fit.covariance[index, index])) * float(fit.risk.scale[index])
    ends: list[float | None] = []
    for side in (-1, 1):
        if away and side == (1 if centre > 0 else -1):
            ends.append(None)
            continue
        found = _profile_end(fit, index, centre, side * se)
        ends.append(None if found is None else _exp(found / float(fit.risk.scale[index])))
    return ends[0], ends[1]


def _profile_end(fit: Fit, index: int, centre: float, se: float) -> float | None:
    """Where the root of twice the fall of the profile is z, looked for from a centre in units of a standard error."""
    z = normal_quantile(fit.level)
    others = numpy.arange(len(fit.names)) != index
    start = (fit.coef * fit.risk.scale)[others]

    def height(value: float) -> float:
        return math.sqrt(max(0.0, 2 * (fit.loglik - _held(fit.risk, index, value, others, start)))) - z

    near, low = centre, -z
    far = centre + z * se
    high = height(far)
    for _ in range(40):
        if high >= 0:
            break
        near, low = far, high
        far = centre + 1.6 * (far - centre)
        high = height(far)
    else:
        return None
    for _ in range(60):  # between the two, by false position after Illinois
        middle = far - high * (far - near) / (high - low)
        value = height(middle)
        if abs(value) < 1e-10 or abs(far - near) < 1e-12 * (1 + abs(far)):
            return middle
        if value * high < 0:
            near, low = far, high
        else:
            low /= 2
        far, high = middle, value
    return far


def _held(risk: RiskSets, index: int, value: float, others: Flags, start: Floats) -> float:
    """The greatest likelihood with one coefficient held."""
    beta = numpy.zeros(len(others))
    beta[index] = value
    beta[others] = start
    _, top, _ = _climbed(risk, beta, risk.at(beta), numpy.flatnonzero(others))
    return top.loglik
