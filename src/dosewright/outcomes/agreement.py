"""How far two readers agree, beyond what chance would bring about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from ..errors import Mistake
from .distributions import normal_quantile
from .proportions import Interval, Proportion


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cohen's kappa of two readers over the same cases; None where it does not exist."""

    agreed: Proportion
    expected: float
    kappa: float | None
    interval: Interval | None

    def data(self) -> dict[str, Any]:
        return {
            "agreed": self.agreed.count,
            "of": self.agreed.of,
            "expected": self.expected,
            "kappa": self.kappa,
            "interval": self.interval.data() if self.interval else None,
        }


def kappa(pairs: Sequence[tuple[Hashable, Hashable]], *, level: float = 0.95) -> Agreement:
    """Cohen's kappa, unweighted, with its large-sample interval.

    Formula:  κ = (pₒ − pₑ) ÷ (1 − pₑ)
    Limits:   at least one case. Where both readers say one and the same word throughout, pₑ is 1 and κ does not exist.
              The interval is not kept within −1 and 1, since it is an approximation and should look like one.
    Raises:   Mistake, where there is no case.
    Source:   Cohen 1960, Educ Psychol Meas 20:37; Fleiss, Cohen and Everitt 1969, Psychol Bull 72:323

    >>> found = kappa([("PR", "PR")] * 20 + [("PR", "SD")] * 5 + [("SD", "PR")] * 10 + [("SD", "SD")] * 15)
    >>> f"{found.kappa:.2f}, {found.agreed.count} of {found.agreed.of}"
    '0.40, 35 of 50'
    """
    if not pairs:
        raise Mistake("at least one case that both have read")
    n = len(pairs)
    cells = Counter(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    agreed = sum(1 for one, two in pairs if one == two)
    expected = sum(first[word] * second[word] for word in first) / (n * n)
    seen = agreed / n
    if expected == 1:
        return Agreement(Proportion(agreed, n), expected, None, None)
    found = (seen - expected) / (1 - expected)
    spread = 0.0
    for (one, two), count in cells.items():
        if one == two:
            spread += count / n * (1 - (first[one] + second[two]) / n * (1 - found)) ** 2
        else:
            spread += count / n * (1 - found) ** 2 * ((second[one] + first[two]) / n) ** 2
    variance = (spread - (found - expected * (1 - found)) ** 2) / (n * (1 - expected) ** 2)
    # A variance of 0, where all agree, may come out a hair below it.
    half = normal_quantile(level) * sqrt(variance) if variance > 0 else 0.0
    interval = Interval(found - half, found + half, "Fleiss, Cohen and Everitt", level)
    return Agreement(Proportion(agreed, n), expected, found, interval)
