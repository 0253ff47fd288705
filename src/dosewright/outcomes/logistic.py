"""Logistic regression: the chance of one of two groups from some covariates, by Newton's steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy

from ..errors import CannotCompute

if TYPE_CHECKING:
    from .observations import Floats

MOST_STEPS: Final = 60
_THERE: Final = 1e-8
_FAR: Final = 30.0  # standard deviations of a covariate: nobody's odds reach e^30


@dataclass(frozen=True, slots=True)
class Logistic:
    """Coefficients by name, the intercept first; and for each row the logit and the chance."""

    names: tuple[str, ...]
    coef: Floats
    se: Floats
    loglik: float
    logit: Floats
    chance: Floats


def logistic(covariates: Any, names: Sequence[str], yes: Any) -> Logistic:
    """A logistic model of being one of those marked.

    Formula:  ln(p ÷ (1 − p)) = α + β′x; α and β make the likelihood greatest
    Raises:   CannotCompute where a covariate is constant, follows from others, or tells the groups fully apart.
    Source:   by definition; as R's glm with family binomial

    >>> made = logistic([[0], [0], [0], [1], [1], [1]], ["x"], [0, 0, 1, 0, 1, 1])
    >>> [f"{one:.6f}" for one in made.coef]  # ln ½ and ln 4: the odds are 1 to 2 and 2 to 1
    ['-0.693147', '1.386294']
    """
    raw, marked = numpy.asarray(covariates, dtype=float), numpy.asarray(yes, dtype=float)
    count = int(marked.sum())
    if not 0 < count < len(marked):
        raise CannotCompute("there is one group only", got=f"{count} of {len(marked)} rows")
    centre, spread = raw.mean(axis=0), raw.std(axis=0)
    for name, one in zip(names, spread, strict=True):
        if not one > 0:
            raise CannotCompute("a covariate is the same for all", where=name)
    x = numpy.column_stack((numpy.ones(len(marked)), (raw - centre) / spread))
    _require_rank(x, names)
    beta = numpy.zeros(x.shape[1])
    for _ in range(MOST_STEPS):
        chance = 1 / (1 + numpy.exp(-(x @ beta)))
        information = (x * (chance * (1 - chance))[:, None]).T @ x
        try:
            step = numpy.linalg.solve(information, x.T @ (marked - chance))
        except numpy.linalg.LinAlgError:
            step = numpy.full(len(beta), numpy.inf)
        beta = beta + step
        if not numpy.abs(beta).max() < _FAR:
            break
        if numpy.abs(step).max() < _THERE:
            return _told(x, beta, information, marked, names, centre, spread)
    most = int(numpy.nan_to_num(numpy.abs(beta[1:]), posinf=numpy.inf).argmax())
    raise CannotCompute(
        "the covariates tell the groups fully apart, so that there is no chance to estimate",
        where=names[most],
        hint="leave out what only one group has, or match exactly on it",
    )


def _require_rank(x: Floats, names: Sequence[str]) -> None:
    """Refuse a covariate that follows from those before it."""
    diagonal = numpy.abs(numpy.diag(numpy.linalg.qr(x, mode="r")))
    for name, one in zip(names, diagonal[1:], strict=True):
        if one < 1e-9 * numpy.sqrt(len(x)):
            raise CannotCompute("a covariate follows from those before it", where=name)


def _told(
    x: Floats, beta: Floats, information: Floats, marked: Floats, names: Sequence[str], centre: Floats, spread: Floats
) -> Logistic:
    """The model in the units of the covariates."""
    logit = x @ beta
    back = numpy.diag(numpy.concatenate(([1.0], 1 / spread)))
    back[0, 1:] = -centre / spread
    covariance = back @ numpy.linalg.inv(information) @ back.T
    loglik = float((marked * logit - numpy.logaddexp(0, logit)).sum())
    return Logistic(
        ("(intercept)", *names),
        back @ beta,
        numpy.sqrt(numpy.diag(covariance)),
        loglik,
        logit,
        1 / (1 + numpy.exp(-logit)),
    )
