"""Whether hazards are proportional: the score test by scaled Schoenfeld residuals, for each term and for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy

from ..errors import Mistake
from .cox import ChiSquared, Fit
from .distributions import chi_squared_tail
from .kaplan_meier import kaplan_meier

if TYPE_CHECKING:
    from .observations import Floats, Observations

Transform = Literal["km", "identity"]
TRANSFORMS: Final[tuple[Transform, ...]] = get_args(Transform)
ALL: Final = "GLOBAL"


def proportionality(
    fit: Fit, observed: Observations, *, transform: Transform = "km", of: Sequence[str] = ()
) -> list[ChiSquared]:
    """Test whether each coefficient changes with time; `of` names the covariate each coefficient belongs to.

    Formula:  the score test of adding x × g(t) to the model, g(t) = 1 − S(t−) of all (km), or t itself
    Limits:   one row a covariate, and one for all together; none where a coefficient runs away.
    Raises:   Mistake for a transform nobody knows.
    Source:   Grambsch and Therneau, Biometrika 1994;81:515-526; as R's cox.zph since survival 3.0
    """
    if transform not in TRANSFORMS:
        raise Mistake(f"a transform of time ({', '.join(TRANSFORMS)})", where="transform", example="km", got=transform)
    if fit.runs_away.any():
        return []
    beta, risk = fit.coef * fit.risk.scale, fit.risk
    when = _transformed(risk.times, observed, transform)
    spread = when.max() - when.min()
    when = (when - when.mean()) / (spread if spread > 0 else 1.0)  # the test does not mind, the arithmetic does
    plain, once, twice = risk.at(beta), risk.at(beta, when), risk.at(beta, when * when)
    count = len(fit.names)
    labels = numpy.array(list(of) or list(fit.names), dtype=object)
    tests = []
    for label in [*dict.fromkeys(labels.tolist()), ALL]:
        chosen = numpy.arange(count) if label == ALL else numpy.flatnonzero(labels == label)
        information = numpy.block(
            [
                [plain.information, once.information[:, chosen]],
                [once.information[chosen], twice.information[numpy.ix_(chosen, chosen)]],
            ]
        )
        score = numpy.concatenate((numpy.zeros(count), once.score[chosen]))
        chi2 = float(score @ numpy.linalg.lstsq(information, score, rcond=None)[0])
        tests.append(ChiSquared(str(label), chi2, len(chosen), chi_squared_tail(max(chi2, 0.0), len(chosen))))
    return tests


def _transformed(times: Floats, observed: Observations, transform: Transform) -> Floats:
    """The transformed time of each moment."""
    if transform == "identity":
        return times
    curve = kaplan_meier(observed)
    place = numpy.searchsorted(curve.times, times)
    before: Floats = 1 - numpy.concatenate(([1.0], curve.survival))[place]
    return before
