"""One warm dose, from text to text, beside the same with pint's own parser and default registry throughout."""

from __future__ import annotations

from collections.abc import Iterator

import pint

from dosewright import wording
from dosewright.calculators.body import bsa_mosteller
from dosewright.calculators.dose import dose_per_area
from dosewright.calculators.rounding import round_to_step
from dosewright.units import DOSE, DOSE_PER_AREA, HEIGHT, WEIGHT

from .measure import Result, at_least, in_process


def ours() -> str:
    surface = bsa_mosteller(height=HEIGHT.read("165 cm"), weight=WEIGHT.read("60 kg"))
    dose = dose_per_area(dose=DOSE_PER_AREA.read("85 mg/m**2"), surface=surface)
    return wording.say(round_to_step(dose=dose, step=DOSE.read("1 mg")).ordered)


registry = pint.UnitRegistry()


def theirs() -> str:
    height, weight = registry("165 cm"), registry("60 kg")
    per_area, step = registry("85 mg/m**2"), registry("1 mg")
    if not (height.check("[length]") and weight.check("[mass]") and step.check("[mass]")):
        raise ValueError
    surface = registry.Quantity((height.m_as("cm") * weight.m_as("kg") / 3600) ** 0.5, "m**2")
    dose = (per_area * surface).to("mg")
    return f"{round(dose.magnitude / step.m_as('mg')) * step:,~}"


def run() -> Iterator[Result]:
    if (ours(), theirs()) != ("141 mg", "141 mg"):
        raise AssertionError(f"not the same work: {ours()}, {theirs()}")
    yield at_least(
        "one warm dose, beside pint's parser and registry",
        in_process(ours, times=300),
        in_process(theirs, times=100),
        3,
        rounds=10,
    )
