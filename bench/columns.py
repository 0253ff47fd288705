"""The calculator of one patient on a column of a million bodies, beside the bare formula in NumPy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy

from dosewright.calculators.body import bsa_mosteller
from dosewright.units import quantity

from .measure import Result, at_most, in_process

BODIES = 1_000_000


def run() -> Iterator[Result]:
    chance = numpy.random.default_rng(2026)
    cm, kg = chance.uniform(140, 200, BODIES), chance.uniform(35, 150, BODIES)
    height, weight = quantity(cm, "cm"), quantity(kg, "kg")
    yield at_most(
        "a million bodies, beside bare NumPy",
        in_process(lambda: bsa_mosteller(height=height, weight=weight), times=5),
        in_process(lambda: numpy.sqrt(cm * kg / 3600), times=5),
        2,
        rounds=10,
    )
