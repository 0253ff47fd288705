"""A column of a million laboratory values graded at once, beside the same values one by one; and the same answers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy

from dosewright.calculators.toxicity import UNKNOWN, grade, grades

from .measure import Result, at_least, in_process

VALUES = 1_000_000
ONE_BY_ONE = 5_000  # graded singly, and counted up to a million: the whole would take minutes
ULN = 40.0


def column() -> tuple[numpy.ndarray, numpy.ndarray]:
    """Values of ALT from normal to grade 4, many of them at an edge, and baselines of which a fifth is not known."""
    chance = numpy.random.default_rng(2026)
    value = numpy.round(ULN * numpy.exp(chance.uniform(-1, 3.5, VALUES)), 1)
    at_an_edge = chance.random(VALUES) < 0.2
    value[at_an_edge] = ULN * chance.choice([1.0, 1.5, 3.0, 5.0, 20.0], int(at_an_edge.sum()))
    baseline = chance.choice([20.0, 35.0, 40.0, 60.0, 97.3], VALUES)
    baseline[chance.random(VALUES) < 0.2] = UNKNOWN
    return value, baseline


def run() -> Iterator[Result]:
    value, baseline = column()

    def together(count: int = VALUES) -> object:
        return grades(analyte="ALT", unit="U/L", value=value[:count], uln=ULN, baseline=baseline[:count])

    singles = [(v, None if math.isnan(b) else b) for v, b in zip(value.tolist(), baseline.tolist(), strict=True)]

    def one_by_one() -> list[int]:
        found = (grade(analyte="ALT", unit="U/L", value=v, uln=ULN, baseline=b) for v, b in singles[:ONE_BY_ONE])
        return [-1 if one.grade is None else one.grade for one in found]

    of_all = in_process(together)
    of_some = in_process(one_by_one)
    yield at_least(
        "a million laboratory values graded as a column",
        of_all,
        lambda: of_some() * (VALUES / ONE_BY_ONE),
        100,
        rounds=3,
    )
    of_column = grades(analyte="ALT", unit="U/L", value=value, uln=ULN, baseline=baseline).grade.tolist()
    differ = 0
    for at, (v, b) in enumerate(singles):
        found = grade(analyte="ALT", unit="U/L", value=v, uln=ULN, baseline=b).grade
        differ += of_column[at] != (-1 if found is None else found)
    yield Result("the same, one by one", f"{differ} of {VALUES:,} differ", "0", differ == 0)
