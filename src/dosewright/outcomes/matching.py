"""Matching on the propensity score: to each treated the nearest control, greedily, in a stated order.

Greedy matching depends on who chooses first and on what breaks a tie, so both are said: the order is named, and where
two controls are equally near, the one that stands first in the table is taken. The same table gives the same pairs.
"""

from __future__ import annotations

import bisect
import math
import random
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy

from ..errors import CannotCompute, Mistake

if TYPE_CHECKING:
    from .observations import Floats

Order = Literal["largest", "smallest", "data", "random"]
ORDERS: Final[tuple[Order, ...]] = get_args(Order)
AUSTIN: Final = 0.2  # standard deviations of the logit; Austin, Pharmaceutical Statistics 2011;10:150-161


@dataclass(frozen=True, slots=True)
class Matching:
    """Who was matched with whom, by row from 0; who found nobody; and how far apart a pair may be, in logits."""

    pairs: tuple[tuple[int, int], ...]
    unmatched: tuple[int, ...]
    width: float | None

    def weights(self, rows: int) -> Floats:
        """How much each row counts among the matched: a treated 1, each of its controls a share of 1."""
        made = numpy.zeros(rows)
        partners: dict[int, int] = {}
        for treated, _ in self.pairs:
            partners[treated] = partners.get(treated, 0) + 1
        for treated, control in self.pairs:
            made[treated] = 1.0
            made[control] += 1 / partners[treated]
        return made


def width_of(logit: Any, treated: Any, *, caliper: float = AUSTIN) -> float:
    """A caliper in logits from one in standard deviations.

    Formula:  width = caliper × √((s₁² + s₀²) ÷ 2), with the variances of the logit among treated and controls
    Raises:   Mistake for a caliper that is not above 0.
    Source:   Austin, Pharmaceutical Statistics 2011;10:150-161

    >>> width_of([1, 2, 3, 2, 3, 4], [1, 1, 1, 0, 0, 0])
    0.2
    """
    if not 0 < caliper < math.inf:
        raise Mistake("a caliper above 0, in standard deviations of the logit", example="0.2", got=caliper)
    logits, marked = numpy.asarray(logit, dtype=float), numpy.asarray(treated).astype(bool)
    variances = [float(numpy.var(logits[group], ddof=1)) if group.sum() > 1 else 0.0 for group in (marked, ~marked)]
    return caliper * math.sqrt(sum(variances) / 2)


def match(
    logit: Any,
    treated: Any,
    *,
    width: float | None = None,
    ratio: int = 1,
    replacement: bool = False,
    exact: Sequence[Hashable] | None = None,
    order: Order = "largest",
    seed: int = 1,
) -> Matching:
    """To each treated the nearest controls, at most a width away and, where that is asked, alike in exact variables.

    Formula:  distance = |logit of the treated − logit of the control|
    Limits:   greedy, not optimal. The treated choose in the named order: by logit, the largest or the smallest first;
              as they stand in the data; or at random by a seed. Among equals the first row. With a ratio above 1
              everybody chooses once before anybody chooses twice. Without replacement a control serves once.
    Raises:   Mistake for an order or ratio nobody knows; CannotCompute where a group is empty.
    Source:   Austin, Multivariate Behavioral Research 2011;46:399-424

    >>> match([0.1, 0.9, 0.2, 1.0, 5.0], [1, 1, 0, 0, 0], width=0.5).pairs
    ((1, 3), (0, 2))
    """
    if order not in ORDERS:
        raise Mistake(f"an order ({', '.join(ORDERS)})", where="order", example="largest", got=order)
    if ratio < 1:
        raise Mistake("a ratio of 1 or more", where="ratio", example="1", got=ratio)
    logits, marked = numpy.asarray(logit, dtype=float).tolist(), numpy.asarray(treated).astype(bool).tolist()
    choosing = [row for row, one in enumerate(marked) if one]
    if not choosing or len(choosing) == len(marked):
        raise CannotCompute("there is one group only, so nobody to match")
    keys = exact if exact is not None else [None] * len(marked)
    members: dict[Hashable, list[int]] = {}
    for row, one in enumerate(marked):
        if not one:
            members.setdefault(keys[row], []).append(row)
    pools = {key: _Pool(rows, logits) for key, rows in members.items()}
    if order == "random":
        random.Random(seed).shuffle(choosing)
    elif order != "data":
        choosing.sort(key=lambda row: (-logits[row] if order == "largest" else logits[row], row))
    pairs: list[tuple[int, int]] = []
    found: dict[int, list[int]] = {}
    for _ in range(ratio):
        for row in choosing:
            pool = pools.get(keys[row])
            own = found.setdefault(row, [])
            control = None if pool is None else pool.nearest(logits[row], own if replacement else (), width)
            if pool is None or control is None:
                continue
            own.append(control)
            pairs.append((row, control))
            if not replacement:
                pool.take(control)
    unmatched = tuple(row for row, one in enumerate(marked) if one and not found[row])
    return Matching(tuple(pairs), unmatched, width)


class _Pool:
    """The controls that are still free, by logit and then by row, with links past those that were taken."""

    def __init__(self, rows: Sequence[int], logits: Sequence[float]) -> None:
        self.rows = sorted(rows, key=lambda row: (logits[row], row))
        self.scores = [logits[row] for row in self.rows]
        self.place = {row: index for index, row in enumerate(self.rows)}
        self.up = list(range(len(self.rows) + 1))  # the first free place at or above; one past the end is none
        self.down = list(range(len(self.rows) + 1))  # one more than the first free place below; 0 is none

    def nearest(self, score: float, besides: Sequence[int], width: float | None) -> int | None:
        """The nearest free row but for some, at most a width away; None where there is none."""
        taken = {self.place[row] for row in besides}
        start = bisect.bisect_left(self.scores, score)
        above = self._above(start, taken)
        below = self._below(start, taken)
        if below is not None:  # of those with the same score the first row
            below = self._above(bisect.bisect_left(self.scores, self.scores[below]), taken)
        reach = [
            (abs(self.scores[one] - score), self.rows[one]) for one in (above, below) if one is not None
        ]  # the nearer; at the same distance the first row
        best = min(reach, default=None)
        return None if best is None or (width is not None and best[0] > width) else best[1]

    def take(self, row: int) -> None:
        """A control that serves no further."""
        index = self.place[row]
        self.up[index] = index + 1
        self.down[index + 1] = index

    def _above(self, index: int, taken: set[int]) -> int | None:
        found = _followed(self.up, index)
        while found < len(self.rows) and found in taken:
            found = _followed(self.up, found + 1)
        return found if found < len(self.rows) else None

    def _below(self, index: int, taken: set[int]) -> int | None:
        found = _followed(self.down, index)
        while found > 0 and found - 1 in taken:
            found = _followed(self.down, found - 1)
        return found - 1 if found > 0 else None


def _followed(links: list[int], index: int) -> int:
    """Where a chain of links ends; every link on the way is shortened."""
    end = index
    while links[end] != end:
        end = links[end]
    while links[index] != end:
        links[index], index = end, links[index]
    return end
