"""The kidneys: creatinine clearance after Cockcroft and Gault, and filtration after CKD-EPI.

Clearance, indexed filtration and filtration of this body are three things: mL/min, mL/min/1.73m² and mL/min again. None
may stand for another, so each has a kind and a name of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..errors import Refusal
from ..units import (
    CREATININE_CLEARANCE,
    FILTRATION,
    INDEXED_FILTRATION,
    Age,
    BodySurface,
    CreatinineClearance,
    Filtration,
    IndexedFiltration,
    Kind,
    Quantity,
    Weight,
    quantity,
)
from . import laboratory
from .checked import checked
from .columns import anywhere, choose
from .laboratory import Creatinine

Sex = Literal["male", "female"]
WeightBasis = Literal["actual", "dry", "ideal", "adjusted"]

ADULT = 18  # years
STANDARD_SURFACE = 1.73  # m²


@dataclass(frozen=True, slots=True)
class Clearance:
    """An estimated creatinine clearance, and the basis of the weight it rests on."""

    clearance: CreatinineClearance
    weight_basis: str


@checked
def creatinine_clearance_cockcroft_gault(
    *, age: Age, weight: Weight, weight_basis: WeightBasis, creatinine: Creatinine, sex: Sex
) -> Clearance:
    """Creatinine clearance after Cockcroft and Gault, in mL/min: an estimate, indexed to no body surface.

    Formula:  male: clearance [mL/min] = (140 − age [years]) × weight [kg] ÷ (72 × creatinine [mg/dL])
              female: clearance [mL/min] = 0.85 × (140 − age [years]) × weight [kg] ÷ (72 × creatinine [mg/dL])
    Limits:   adults, creatinine that neither rises nor falls. Which weight to take (actual, dry, ideal, adjusted) is
              local policy; the calculator computes with the weight it is given and repeats what it was called. With
              ascites the actual weight is too high.
    Raises:   UnitMistake for a wrong unit; Refusal below 18 years, and for a clearance that no patient has.
    Source:   Cockcroft DW, Gault MH. Nephron 1976;16:31-41

    >>> from dosewright import wording
    >>> found = creatinine_clearance_cockcroft_gault(age=quantity("60 years"), weight=quantity("65 kg"), sex="male",
    ...     weight_basis="actual", creatinine=quantity("0.8 mg/dL"))
    >>> wording.say(found.clearance, places=4), found.weight_basis
    ('90.2778 mL/min', 'actual')
    """
    years = _of_an_adult(age)
    mg = laboratory.CREATININE.magnitude(creatinine, "mg/dL")
    of_a_man = (140 - years) * weight.m_as("kg") / (72 * mg)
    return Clearance(_credible(of_a_man if sex == "male" else 0.85 * of_a_man, CREATININE_CLEARANCE), weight_basis)


@checked
def egfr_ckd_epi_2021(*, age: Age, creatinine: Creatinine, sex: Sex) -> IndexedFiltration:
    """Estimated glomerular filtration after CKD-EPI 2021, indexed to 1.73 m²; no clearance, and not this body's own.

    Formula:  male: 142 × min(creatinine ÷ 0.9, 1)^−0.302 × max(creatinine ÷ 0.9, 1)^−1.2 × 0.9938^age
              female: 142 × min(creatinine ÷ 0.7, 1)^−0.241 × max(creatinine ÷ 0.7, 1)^−1.2 × 0.9938^age × 1.012
              creatinine in mg/dL, age in years; the result in mL/min/1.73m²
    Limits:   adults, creatinine that neither rises nor falls. Drug labels in mL/min ask for egfr-de-indexed or for a
              clearance.
    Raises:   UnitMistake for a wrong unit; Refusal below 18 years, and for a filtration that no patient has.
    Source:   Inker LA. N Engl J Med 2021;385:1737-1749

    >>> from dosewright import wording
    >>> found = egfr_ckd_epi_2021(age=quantity("60 years"), creatinine=quantity("0.8 mg/dL"), sex="male")
    >>> wording.say(found, places=4)
    '101.3155 mL/min/1.73m²'
    """
    years = _of_an_adult(age)
    usual, low_power, factor = (0.9, -0.302, 1.0) if sex == "male" else (0.7, -0.241, 1.012)
    ratio = laboratory.CREATININE.magnitude(creatinine, "mg/dL") / usual
    found = 142 * ratio ** choose(ratio < 1, low_power, -1.2) * 0.9938**years * factor
    return _credible(found, INDEXED_FILTRATION)


@checked
def egfr_de_indexed(*, egfr: IndexedFiltration, surface: BodySurface) -> Filtration:
    """Filtration of this body in mL/min, from filtration indexed to 1.73 m².

    Formula:  filtration [mL/min] = egfr [mL/min/1.73m²] × surface [m²] ÷ 1.73
    Limits:   the body surface area by the formula that the site names.
    Raises:   UnitMistake for a wrong unit; Refusal for a filtration that no patient has.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(egfr_de_indexed(egfr=quantity("90 mL/min/1.73m²"), surface=quantity("1.73 m²")))
    '90 mL/min'
    """
    return _credible(egfr.magnitude * surface.m_as("m²") / STANDARD_SURFACE, FILTRATION)


def _of_an_adult(age: Quantity) -> Any:
    years = age.magnitude
    if anywhere(years < ADULT):
        raise Refusal(f"the formula was made for adults, from {ADULT} years", where="age", example="60 years")
    return years


def _credible(magnitude: Any, kind: Kind) -> Quantity:
    """A result as a quantity of its kind; 5,040 mL/min is no clearance, whatever was entered."""
    if anywhere((magnitude < kind.least) | (magnitude > kind.most)):
        bounds = f"{kind.least:g} and {kind.most:g} {kind.units[0]}"
        got = f"{magnitude:,.6g} {kind.units[0]}" if isinstance(magnitude, float) else "a row beyond"
        raise Refusal(f"a {kind.name} must come out between {bounds}: look at what was entered", got=got)
    return quantity(magnitude, kind.unit)
