"""Who was treated: the characteristics of each arm, and how patients came to be in the analyses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import Any, Final

from . import contingency
from .cohort import Cohort, Covariate, Patient
from .proportions import Proportion

MISSING: Final = "missing"


@dataclass(frozen=True, slots=True)
class Spread:
    """A number over the patients of an arm of whom it is known."""

    n: int
    mean: float | None
    deviation: float | None
    median: float | None
    least: float | None
    most: float | None

    def data(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "mean": self.mean,
            "standard_deviation": self.deviation,
            "median": self.median,
            "least": self.least,
            "most": self.most,
        }


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One characteristic by arm: how many patients of each level, of whom it is missing, and how alike the arms are.

    The denominator of a level is the patients of whom the characteristic is known; who it is missing of stands apart.
    """

    name: str
    unit: str
    levels: Mapping[str, Mapping[str, Proportion]]
    missing: Mapping[str, Proportion]
    spread: Mapping[str, Spread] | None
    tests: contingency.Tests | None

    def data(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit or None,
            "levels": {
                level: {arm: {"count": one.count, "of": one.of, "value": one.value} for arm, one in arms.items()}
                for level, arms in self.levels.items()
            },
            "missing": {arm: {"count": one.count, "of": one.of} for arm, one in self.missing.items()},
            "spread": {arm: one.data() for arm, one in self.spread.items()} if self.spread else None,
            "p": self.tests.named() if self.tests else None,
        }


def characteristics(found: Cohort, patients: Sequence[Patient] | None = None) -> list[Characteristic]:
    """The table of characteristics of a cohort's included patients, or of some of them.

    Limits:   a p-value says nothing about balance in a matched cohort; there is one where all levels can be tested.
    Source:   see `contingency`
    """
    chosen = found.included if patients is None else patients
    arms = [one.id for one in found.settings.arms]
    return [_characteristic(each, chosen, arms) for each in found.settings.covariates]


def _characteristic(each: Covariate, patients: Sequence[Patient], arms: Sequence[str]) -> Characteristic:
    values = {arm: [one.covariates[each.column] for one in patients if one.arm == arm] for arm in arms}
    known = {arm: [value for value in these if value is not None] for arm, these in values.items()}
    names = _levels(each, [value for these in known.values() for value in these])
    counted = {arm: Counter(level(each, value) for value in these) for arm, these in known.items()}
    levels = {name: {arm: Proportion(counted[arm][name], len(these)) for arm, these in known.items()} for name in names}
    missing = {arm: Proportion(len(these) - len(known[arm]), len(these)) for arm, these in values.items()}
    met = [name for name in names if any(counted[arm][name] for arm in arms)]
    table = [[counted[arm][name] for name in met] for arm in arms]
    tests = contingency.p_values(table) if len(met) > 1 and len(arms) > 1 and all(known.values()) else None
    spread = {arm: _spread([float(value) for value in these]) for arm, these in known.items()} if each.cut else None
    return Characteristic(each.name, each.unit or "", levels, missing, spread, tests)


def level(each: Covariate, value: str) -> str:
    """The level in which a value of a covariate lies."""
    if each.cut is None:
        return value
    return f"≤{each.cut}" if float(value) <= float(each.cut) else f">{each.cut}"


def _levels(each: Covariate, values: Sequence[str]) -> list[str]:
    """The levels in their order: those of the file, the two of a cut, or as they come in the alphabet."""
    if each.order:
        return list(each.order)
    if each.cut is not None:
        return [f"≤{each.cut}", f">{each.cut}"]
    return sorted(set(values))


def _spread(values: Sequence[float]) -> Spread:
    if not values:
        return Spread(0, None, None, None, None, None)
    deviation = stdev(values) if len(values) > 1 else None
    return Spread(len(values), fmean(values), deviation, median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Flow:
    """How patients came to be in the analyses: all there are, why some are in none, and how many each arm has."""

    all: int
    excluded: Mapping[str, int]
    arms: Mapping[str, int]
    treated: Mapping[str, int]

    def data(self) -> dict[str, Any]:
        return {
            "all": self.all,
            "excluded": dict(self.excluded),
            "arms": dict(self.arms),
            "treated": dict(self.treated),
        }


def flow(found: Cohort) -> Flow:
    """The flow of a cohort's patients, as its first figure draws it."""
    arms = [one.id for one in found.settings.arms]
    excluded = Counter(one.excluded for one in found.patients if one.excluded is not None)
    included = Counter(one.arm for one in found.included)
    given = Counter(one.arm for one in found.included if not found.cycles or one.id in found.cycles)
    return Flow(
        len(found.patients),
        dict(sorted(excluded.items())),
        {arm: included[arm] for arm in arms},
        {arm: given[arm] for arm in arms},
    )
