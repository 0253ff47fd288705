"""Effects in subgroups: a hazard ratio in each, and a test whether they differ more than chance would have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

from ..errors import CannotCompute
from .cox import ChiSquared, Ties, cox
from .distributions import chi_squared_tail

if TYPE_CHECKING:
    from .columns import Column
    from .observations import Observations


class Row(NamedTuple):
    """The effect in one subgroup; None where there is no estimate, and then why."""

    subgroup: str
    level: str
    n: int
    events: int
    hr: float | None
    lower: float | None
    upper: float | None
    p: float | None
    why: str


class Forest(NamedTuple):
    """The effect in all, in each level of each subgroup, and a test of interaction for each subgroup."""

    rows: tuple[Row, ...]
    interactions: tuple[ChiSquared, ...]
    untested: tuple[tuple[str, str], ...]  # a subgroup without a test, and why


def forest(
    observed: Observations,
    effect: Any,
    subgroups: Sequence[Column],
    *,
    strata: Any = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> Forest:
    """The hazard ratio of one covariate, such as 1 for treated and 0 for not, in all and in each subgroup.

    Formula:  by Cox within each level; interaction by the ratio of likelihoods of effect × subgroup against
              effect + subgroup
    Limits:   a subgroup's interval that crosses 1 says nothing of itself: only the interaction compares levels.
    Source:   Wang et al., NEJM 2007;357:2189-2194
    """
    x = numpy.asarray(effect, dtype=float)
    layers = None if strata is None else numpy.asarray(strata)
    rows = [_row("all", "", observed, x, layers, ties, level)]
    tests, untested = [], []
    for column in subgroups:
        for number, name in enumerate(column.levels):
            chosen = column.codes == number
            part = None if layers is None else layers[chosen]
            rows.append(_row(column.name, name, observed.of(chosen), x[chosen], part, ties, level))
        try:
            tests.append(interaction(observed, x, column, strata=layers, ties=ties))
        except CannotCompute as error:
            untested.append((column.name, str(error)))
    return Forest(tuple(rows), tuple(tests), tuple(untested))


def _row(subgroup: str, name: str, observed: Observations, x: Any, strata: Any, ties: Ties, level: float) -> Row:
    n, events = len(observed), int(observed.event.sum())
    try:
        term = cox(observed, x[:, None], ["effect"], strata=strata, ties=ties, level=level).terms[0]
    except CannotCompute as error:
        return Row(subgroup, name, n, events, None, None, None, None, str(error))
    why = "" if term.runs_away is None else f"the estimate runs away {term.runs_away}: a group without events"
    return Row(subgroup, name, n, events, term.hr, term.lower, term.upper, term.p, why)


def interaction(
    observed: Observations, effect: Any, column: Column, *, strata: Any = None, ties: Ties = "efron"
) -> ChiSquared:
    """Whether an effect differs between the levels of a column, by the ratio of likelihoods.

    Limits:   a level in which nobody differs in the covariate says nothing of the effect, and takes no part.
    Raises:   CannotCompute where fewer than two levels take part, or a model has no estimate.
    """
    known = column.codes >= 0
    part, x = column.of(known), numpy.asarray(effect, dtype=float)[known][:, None]
    layers = None if strata is None else numpy.asarray(strata)[known]
    names, levels = part.design()
    telling = [index for index in range(len(part.levels)) if len(numpy.unique(x[part.codes == index])) > 1]
    if len(telling) < 2:
        raise CannotCompute("there are no two levels in which the effect can be told", where=column.name)
    some = observed.of(known)
    products = numpy.hstack([x * (part.codes == index)[:, None] for index in telling[1:]])
    crossed = [f"effect × {part.levels[index]}" for index in telling[1:]]
    main = cox(some, numpy.hstack((x, levels)), ["effect", *names], strata=layers, ties=ties)
    both = cox(some, numpy.hstack((x, levels, products)), ["effect", *names, *crossed], strata=layers, ties=ties)
    away = [name for name, one in zip(both.names, both.runs_away, strict=True) if one]
    if away:
        raise CannotCompute("a level has a group without events, so that there is no test", where=column.name)
    chi2 = max(0.0, 2 * (both.loglik - main.loglik))
    return ChiSquared(column.name, chi2, len(crossed), chi_squared_tail(chi2, len(crossed)))
