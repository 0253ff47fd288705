"""Dosewright and the oracle side by side, on the same cases; what differs is returned, never explained away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from dosewright.calculators import body, dose, rounding
from dosewright.errors import Refusal
from dosewright.units import BODY_SURFACE, DOSE, DOSE_PER_AREA, HEIGHT, PERCENT, WEIGHT, Quantity

from . import oracle
from .oracle import Case, Ordered


def ordered_dose(case: Case) -> Ordered:
    """A case through the calculators, from its text to the ordered dose, as an order would do it."""
    surface, surface_capped = None, False
    if not case.flat:
        surface = body.bsa_mosteller(height=HEIGHT.read(f"{case.height} cm"), weight=WEIGHT.read(f"{case.weight} kg"))
        if case.surface_cap:
            capped = dose.capped_surface(surface=surface, cap=BODY_SURFACE.read(f"{case.surface_cap} m²"))
            surface, surface_capped = capped.value, capped.applied
        mg = dose.dose_per_area(dose=DOSE_PER_AREA.read(f"{case.dose} mg/m²"), surface=surface)
    else:
        mg = dose.dose_flat(dose=DOSE.read(f"{case.dose} mg"))
    rounded, dose_capped = _settle(case, mg)
    if rounded is None:
        return Ordered(None, surface_capped, dose_capped, False)
    return Ordered(Fraction(str(rounded.ordered.m_as("mg"))), surface_capped, dose_capped, bool(rounded.rounded_down))


def _settle(case: Case, mg: Quantity) -> tuple[Any, Any]:
    """Reduction, cap and step, for one dose or a column of doses."""
    if case.left:
        mg = dose.reduced_to(dose=mg, to=PERCENT.read(f"{case.left} %"), base="protocol dose").value
    cap, dose_capped = None, False
    if case.dose_cap:
        cap = DOSE.read(f"{case.dose_cap} mg")
        capped = dose.capped_dose(dose=mg, cap=cap)
        mg, dose_capped = capped.value, capped.applied
    step, reduced = DOSE.read(f"{case.step} mg"), "yes" if case.left else "no"
    try:
        return rounding.round_to_step(dose=mg, step=step, cap=cap, reduced=reduced), dose_capped
    except Refusal:
        return None, dose_capped


def mismatches(cases: Iterable[Case]) -> Iterator[tuple[Case, Ordered, Ordered]]:
    """The cases of which the calculators, one dose at a time, and the oracle say different things."""
    for case in cases:
        ours, theirs = ordered_dose(case), oracle.ordered_dose(case)
        if ours != theirs:
            yield case, ours, theirs
