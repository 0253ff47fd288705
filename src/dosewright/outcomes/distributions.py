"""The two distributions that survival statistics asks: normal, and chi-squared with whole degrees of freedom.

Both have closed forms where they are asked, so that no library of a hundred megabytes is needed for a p-value.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from ..errors import Mistake

_NORMAL = NormalDist()


def normal_quantile(level: float) -> float:
    """How many standard errors a two-sided interval of a level reaches to each side: 1.96 for 0.95.

    Raises:   Mistake, where the level is not between 0 and 1.
    Source:   by definition; the inverse is that of Python's statistics module (Wichura, AS 241)

    >>> f"{normal_quantile(0.95):.6f}"
    '1.959964'
    """
    if not 0 < level < 1:
        raise Mistake("a level between 0 and 1", where="level", example="0.95", got=level)
    return _NORMAL.inv_cdf(0.5 + level / 2)


def normal_tails(z: float) -> float:
    """The share of a normal distribution further from the middle than z, on both sides.

    Formula:  p = erfc(|z| ÷ √2)

    >>> f"{normal_tails(1.959964):.6f}"
    '0.050000'
    """
    return math.erfc(abs(z) / math.sqrt(2))


def chi_squared_tail(x: float, df: int) -> float:
    """The share of a chi-squared distribution above x.

    Formula:  Q(x, df) = Q(x, df − 2) + (x ÷ 2)^(df ÷ 2 − 1) × e^(−x ÷ 2) ÷ Γ(df ÷ 2),
              from Q(x, 1) = erfc(√(x ÷ 2)) or Q(x, 2) = e^(−x ÷ 2)
    Limits:   whole degrees of freedom from 1; x from 0.
    Source:   by partial integration; Abramowitz and Stegun 26.4.4 and 26.4.5

    >>> f"{chi_squared_tail(3.841459, 1):.6f}", f"{chi_squared_tail(7.814728, 3):.6f}", chi_squared_tail(0.0, 2)
    ('0.050000', '0.050000', 1.0)
    """
    if df < 1 or not x >= 0:
        raise Mistake("degrees of freedom from 1 and a value from 0", where="chi-squared", got=f"{x} on {df}")
    half = x / 2
    total = math.erfc(math.sqrt(half)) if df % 2 else math.exp(-half)
    for lower in range(1 if df % 2 else 2, df, 2):
        if half > 0:
            total += math.exp(lower / 2 * math.log(half) - half - math.lgamma(lower / 2 + 1))
    return total
