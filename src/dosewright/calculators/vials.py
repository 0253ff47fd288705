"""Vials of one drug shared between the doses of a day: which to open, who gets how much from which, what is left over.

A vial may be drawn from while no more time has passed since its first use than the site allows. What is left after
that, and at the end, is waste. The search is exact: no plan opens less drug, and none of those that open as little
opens fewer vials. Three observations make it short. What is left in an open vial may as well be used before another is
opened, since the other lasts longer. A vial may as well be opened only when it is needed. So at any time one opened
vial at most holds anything, and all that the past leaves behind is how much, and since when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import gcd, inf, lcm
from typing import Final, NamedTuple

from ..errors import Mistake, Refusal
from ..units import settled
from .bands import exact
from .rounding import MOST_VIALS, VialSizes

MOST_STATES: Final = 400  # ways to stand between two doses; beyond them the best are kept, and the search is not exact
MOST_SUMS: Final = 60  # sums of vials for one dose; beyond them those that leave the least are kept, and likewise
FIRST_LOOK: Final = 20  # states of a quick search, which tells how good a plan must be to be worth following
MOST_UNITS: Final = 50_000  # of the sizes' common measure in the largest dose; more is a slip of the pen
MOST_NEEDS: Final = 1000  # doses of one drug on one day


class Need(NamedTuple):
    """A dose that is to be drawn from vials: whose, how much, and when, in seconds since any fixed moment."""

    key: str
    mg: float
    at: int


class Use(NamedTuple):
    """What one dose gets out of one vial."""

    key: str
    mg: float


@dataclass(frozen=True, slots=True)
class Opened:
    """A vial with all that is drawn from it, in this order; what is left of it is thrown away."""

    mg: float
    first: int  # when it is opened, that is for its first use
    last: int
    uses: tuple[Use, ...]

    @property
    def left(self) -> float:
        """What is thrown away of it."""
        return settled(float(exact(self.mg) - sum(exact(use.mg) for use in self.uses)))

    @property
    def shared(self) -> bool:
        """Whether it serves more than one dose."""
        return len({use.key for use in self.uses}) > 1


@dataclass(frozen=True, slots=True)
class SharedPlan:
    """Every vial of a day, and how good the plan is: no plan wastes less than `bound`.

    Where it is `exact`, no plan wastes less than this one, and none that wastes as little opens fewer vials.
    """

    vials: tuple[Opened, ...]
    waste: float
    bound: float
    exact: bool

    @property
    def opened(self) -> float:
        """What the vials hold together, in mg."""
        return settled(float(sum(exact(one.mg) for one in self.vials)))

    @property
    def gap(self) -> float:
        """By how much, in mg, the waste might be less at most: nothing where the search was exact, or met its bound."""
        return 0.0 if self.exact else settled(float(exact(self.waste) - exact(self.bound)))


def shared(needs: Sequence[Need], sizes: VialSizes, *, within: int, most_states: int = MOST_STATES) -> SharedPlan:
    """Vials for several doses of one product, of which an opened one may serve the next dose for `within` seconds.

    The least waste first, then the fewest vials; among such plans one that draws from few vials is preferred. `within`
    belongs to what is allowed. The same doses in any order give the same plan.

    Raises `Mistake` for a dose that is nothing or stands twice, and `Refusal` where sizes and doses have no common
    measure that can be searched.

    >>> doses = [Need("A", 141, 0), Need("B", 109, 3600)]
    >>> plan = shared(doses, VialSizes((50, 100)), within=4 * 3600)
    >>> [(one.mg, one.uses) for one in plan.vials if one.shared]
    [(50.0, (Use(key='A', mg=41.0), Use(key='B', mg=9.0)))]
    >>> plan.waste, shared(doses, VialSizes((50, 100)), within=3599).waste
    (0.0, 50.0)
    """
    _check(needs, sizes)
    if most_states < 1:
        raise Mistake("one state at least that is kept", where="most_states", got=most_states)
    ordered = sorted(needs, key=lambda one: (one.at, -one.mg, one.key))
    if not ordered:
        return SharedPlan((), 0.0, 0.0, exact=True)
    doses, stock = [exact(one.mg) for one in ordered], [exact(size) for size in sizes.mg]
    scale = lcm(*(one.denominator for one in (*doses, *stock)))
    amounts = [int(one * scale) for one in doses]
    search = _Search([int(one * scale) for one in stock], amounts, ordered, within, most_states)
    steps, complete = search.best()
    vials = tuple(_opened(ordered, steps, scale))
    held, asked = sum(exact(one.mg) for one in vials), sum(doses)
    bound = Fraction(search.least(), scale) - asked
    return SharedPlan(vials, settled(float(held - asked)), settled(float(bound)), complete)


def _check(needs: Sequence[Need], sizes: VialSizes) -> None:
    if not sizes.mg or any(size <= 0 for size in sizes.mg):
        raise Mistake("vial sizes above nothing", where="sizes", example="50 mg, 100 mg")
    if len(needs) > MOST_NEEDS:
        raise Refusal(f"more than {MOST_NEEDS:,} doses of one drug on one day", where="needs", got=len(needs))
    if len({one.key for one in needs}) < len(needs):
        raise Mistake("each dose once", where="needs")
    for one in needs:
        if one.mg <= 0:
            raise Mistake("a dose above nothing", where=one.key, got=f"{one.mg:g} mg")


class _State(NamedTuple):
    """What the past leaves behind: how much is left in the one open vial, and since when it is open."""

    left: int
    since: int


class _Cost(NamedTuple):
    """How good a plan is so far, the least first: what was opened, in how many vials, with how many draws."""

    opened: int
    vials: int
    draws: int


class _Step(NamedTuple):
    """What one dose takes: so much of the open vial, and the vials that are opened for it, largest first."""

    taken: int
    opened: tuple[int, ...]


class _Way(NamedTuple):
    """What a state has cost, by which step it was reached and from which way; none before the first dose."""

    cost: _Cost
    step: _Step
    before: _Way | None


NOTHING_OPEN: Final = _State(0, 0)
BEGINNING: Final = _Way(_Cost(0, 0, 0), _Step(0, ()), None)


def _open(left: int, since: int) -> _State:
    """The state in which so much is left of the open vial: of an empty one nobody asks how long it is open."""
    return _State(left, since) if left else NOTHING_OPEN


class _Search:
    """From dose to dose in the order of their times, every state that is worth keeping with the best way to it."""

    def __init__(self, sizes: list[int], doses: list[int], needs: Sequence[Need], within: int, most: int) -> None:
        self.sizes = sorted(set(sizes))
        self.doses, self.needs, self.within, self.most = doses, needs, within, most
        self.measure = gcd(*self.sizes)
        if (sorted(doses)[-1] + self.sizes[-1]) // self.measure > MOST_UNITS:
            raise Refusal("the vial sizes are too many or too odd to be searched", where="sizes")
        self.fewest = [_fewest(self.sizes[place:], self._units()) for place in range(len(self.sizes))]
        self.covers: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
        self.cut = False  # whether a sum of vials was left out that might have been the best
        rests = accumulate(reversed(doses), initial=0)
        self.rests = list(rests)[-2::-1]  # behind each dose, what is still to be drawn

    def _units(self) -> list[int]:
        top = sorted(self.doses)[-1] + self.sizes[-1]
        return list(range(0, top + 1, self.measure))

    def best(self) -> tuple[list[_Step], bool]:
        """The steps of the best plan that was found, and whether none is better.

        A quick look comes first, then all ways that can still be as good as what it found.
        """
        (quick,), _ = self._searched(sorted((FIRST_LOOK, self.most))[0], inf)
        found, complete = self._searched(self.most, quick.cost.opened)
        here = sorted((*found, quick), key=lambda way: way.cost)[0]
        steps = []
        while here.before is not None:
            steps.append(here.step)
            here = here.before
        return steps[::-1], complete and not self.cut

    def _searched(self, most: int, enough: float) -> tuple[list[_Way], bool]:
        """The best way to the end, keeping so many states, and whether all were kept that may lead to the best.

        None is followed on which more than `enough` must be opened: there may then be no way that is left.
        """
        ways = {NOTHING_OPEN: BEGINNING}
        complete = True
        for dose, need, rest in zip(self.doses, self.needs, self.rests, strict=True):
            reached: dict[_State, _Way] = {}
            for state, way in ways.items():
                for after, step, cost in self._steps(state, dose, need.at):
                    opened = way.cost.opened + cost.opened
                    if opened + self._whole(rest - after.left) > enough:
                        continue
                    total = _Cost(opened, way.cost.vials + cost.vials, way.cost.draws + cost.draws)
                    if after not in reached or total < reached[after].cost:
                        reached[after] = _Way(total, step, way)
            ways = self._kept(reached)
            if len(ways) > most:
                complete = False
                ranked = sorted(ways, key=lambda one: (reached[one].cost.opened - one.left, reached[one].cost, one))
                ways = {state: ways[state] for state in ranked[:most]}
        ends = sorted(ways, key=lambda state: (ways[state].cost, state))
        return [ways[state] for state in ends[:1]], complete

    def _whole(self, asked: int) -> int:
        """What must be opened at least for so much: whole common measures of the sizes."""
        return -(-asked // self.measure) * self.measure if asked > 0 else 0

    def _kept(self, reached: dict[_State, _Way]) -> dict[_State, _Way]:
        """The states worth keeping: with as much left, a vial opened later that has cost no more is as good."""
        kept: dict[_State, _Way] = {}
        before = None
        for state, way in sorted(reached.items(), key=lambda one: (one[0].left, -one[0].since)):
            if before is None or before[0] != state.left or way.cost < before[1]:
                kept[state] = way
                before = (state.left, way.cost)
        return kept

    def _steps(self, state: _State, dose: int, at: int) -> Iterator[tuple[_State, _Step, _Cost]]:
        """What one dose may take in a state, and where that leads."""
        left = state.left if at - state.since <= self.within else 0
        if left >= dose:
            yield _open(left - dose, state.since), _Step(dose, ()), _Cost(0, 0, 1)
        elif left:
            for over, vials in self._covering(dose - left):
                yield _open(over, at), _Step(left, vials), _Cost(sum(vials), len(vials), len(vials) + 1)
        for over, vials in self._covering(dose):
            after = _open(over, at) if over else _open(left, state.since)
            yield after, _Step(0, vials), _Cost(sum(vials), len(vials), len(vials))

    def _covering(self, dose: int) -> list[tuple[int, tuple[int, ...]]]:
        """Vials that hold a dose and of which each is needed, the fewest for each sum; and what each sum leaves."""
        if dose not in self.covers:
            found = []
            first = -(-dose // self.measure) * self.measure
            for held in range(first, dose + self.sizes[-1], self.measure):
                over = held - dose
                place = next(place for place, size in enumerate(self.sizes) if size > over)  # each vial is needed
                vials = self.fewest[place].get(held)
                if vials is not None:
                    found.append((over, vials))
            if not found:
                raise Refusal(f"more than {MOST_VIALS} vials would be needed for one dose", where="dose")
            self.cut = self.cut or len(found) > MOST_SUMS
            self.covers[dose] = found[:MOST_SUMS]
        return self.covers[dose]

    def least(self) -> int:
        """What must be opened at least: doses too far apart to share anything, each group in whole common measures."""
        groups = [0]
        for before, dose, need in zip([None, *self.needs], self.doses, self.needs, strict=False):
            if before is not None and need.at - before.at > self.within:
                groups.append(0)
            groups[-1] += dose
        return sum(map(self._whole, groups))


def _fewest(sizes: list[int], sums: list[int]) -> dict[int, tuple[int, ...]]:
    """For each sum that whole vials of these sizes can have the fewest of them, largest first."""
    found: dict[int, tuple[int, ...]] = {0: ()}
    for held in sums[1:]:
        ways = [(len(found[held - size]), -size) for size in sizes if held - size in found]
        ways = [way for way in ways if way[0] < MOST_VIALS]
        if ways:
            size = -sorted(ways)[0][1]
            found[held] = tuple(sorted((*found[held - size], size), reverse=True))
    return found


def _opened(needs: Sequence[Need], steps: Sequence[_Step], scale: int) -> Iterator[Opened]:
    """The vials of a plan, in the order in which they are opened; what is left over is in the last of each step."""
    vials: list[tuple[int, int, int, list[Use]]] = []
    holding = -1  # the place of the vial in which something is left
    for need, step in zip(needs, steps, strict=True):
        wanted = int(exact(need.mg) * scale) - step.taken
        if step.taken:
            size, first, _, uses = vials[holding]
            vials[holding] = (size, first, need.at, [*uses, Use(need.key, _mg(step.taken, scale))])
        for size in step.opened:
            drawn = size if size < wanted else wanted
            vials.append((size, need.at, need.at, [Use(need.key, _mg(drawn, scale))]))
            wanted -= drawn
            if drawn < size:
                holding = len(vials) - 1
    for size, first, last, uses in vials:
        yield Opened(_mg(size, scale), first, last, tuple(uses))


def _mg(units: int, scale: int) -> float:
    return settled(float(Fraction(units, scale)))
