"""From a dose per m², per kg or flat to this patient's milligrams; caps and reductions, each visible in its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..errors import Refusal
from ..units import BodySurface, Dose, DosePerArea, DosePerWeight, Percent, Weight, quantity
from .checked import checked
from .columns import above, anywhere, choose

Base = Literal["protocol dose", "last ordered dose"]
WHOLE = 100.0  # percent


@checked
def dose_per_area(*, dose: DosePerArea, surface: BodySurface) -> Dose:
    """The calculated dose from a dose per m².

    Formula:  calculated dose [mg] = dose [mg/m²] × surface [m²]
    Limits:   none; caps and rounding are policy and come after.
    Raises:   UnitMistake, where dose is no dose per m² or surface no body surface area.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(dose_per_area(dose=quantity("85 mg/m²"), surface=quantity("1.6583 m²")), places=2)
    '140.96 mg'
    """
    return quantity(dose.m_as("mg/m²") * surface.m_as("m²"), "mg")


@checked
def dose_per_weight(*, dose: DosePerWeight, weight: Weight) -> Dose:
    """The calculated dose from a dose per kg.

    Formula:  calculated dose [mg] = dose [mg/kg] × weight [kg]
    Limits:   none; caps and rounding are policy and come after.
    Raises:   UnitMistake, where dose is no dose per kg or weight no body weight.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(dose_per_weight(dose=quantity("5 mg/kg"), weight=quantity("60 kg")))
    '300 mg'
    """
    return quantity(dose.m_as("mg/kg") * weight.m_as("kg"), "mg")


@checked
def dose_flat(*, dose: Dose) -> Dose:
    """The calculated dose where it does not depend on the body: the dose itself, in milligrams.

    Formula:  calculated dose [mg] = dose [mg]
    Limits:   none.
    Raises:   UnitMistake, where dose is no mass of drug.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(dose_flat(dose=quantity("1.2 g")))
    '1,200 mg'
    """
    return quantity(dose.m_as("mg"), "mg")


@dataclass(frozen=True, slots=True)
class CappedSurface:
    """A body surface area with its cap: what counts, what it would have been, and whether the cap decided."""

    value: BodySurface
    uncapped: BodySurface
    cap: BodySurface
    applied: Any


@dataclass(frozen=True, slots=True)
class CappedDose:
    """A dose with its cap: what counts, what it would have been, and whether the cap decided."""

    value: Dose
    uncapped: Dose
    cap: Dose
    applied: Any


@checked
def capped_surface(*, surface: BodySurface, cap: BodySurface) -> CappedSurface:
    """Body surface area under a cap in m²; never silent: the uncapped value stays beside it.

    Formula:  value [m²] = the smaller of surface [m²] and cap [m²]
    Limits:   a cap is a site's policy; none is a property of any formula.
    Raises:   UnitMistake, where surface or cap is no body surface area.
    Source:   site policy

    >>> from dosewright import wording
    >>> capped = capped_surface(surface=quantity("2.31 m²"), cap=quantity("2.2 m²"))
    >>> wording.say(capped.value), wording.say(capped.uncapped), capped.applied
    ('2.2 m²', '2.31 m²', True)
    """
    m2, top = surface.m_as("m²"), cap.m_as("m²")
    applied = above(m2, top)
    return CappedSurface(quantity(choose(applied, top, m2), "m²"), surface, cap, applied)


@checked
def capped_dose(*, dose: Dose, cap: Dose) -> CappedDose:
    """A dose under a cap in milligrams of that dose; a cap per m² is another thing and is refused.

    Formula:  value [mg] = the smaller of dose [mg] and cap [mg]
    Limits:   a cap is a protocol's or a site's.
    Raises:   UnitMistake, where dose or cap is no mass of drug (mg against mg/m² is refused).
    Source:   protocol or site policy

    >>> capped_dose(dose=quantity("141 mg"), cap=quantity("75 mg/m²"))
    Traceback (most recent call last):
    dosewright.errors.UnitMistake: cap: needs a dose with its unit (mg, g, mcg), for example '141 mg'; got '75.0 mg ...
    """
    mg, top = dose.m_as("mg"), cap.m_as("mg")
    applied = above(mg, top)
    return CappedDose(quantity(choose(applied, top, mg), "mg"), dose, cap, applied)


@dataclass(frozen=True, slots=True)
class Reduced:
    """A dose after a reduction: what is left, of what, and the part of it that is left."""

    value: Dose
    of: Dose
    base: Base
    left: Percent


@checked
def reduced_by(*, dose: Dose, by: Percent, base: Base) -> Reduced:
    """A dose reduced *by* a percentage of a named base: 20 % off 100 mg leaves 80 mg.

    Formula:  value [mg] = dose [mg] × (100 − by [%]) ÷ 100
    Limits:   by 0 to 100 %. Two reductions in a row multiply: 20 % and 20 % leave 64 %.
    Raises:   UnitMistake for a wrong unit; Refusal above 100 %.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(reduced_by(dose=quantity("100 mg"), by=quantity("20 %"), base="protocol dose").value)
    '80 mg'
    """
    percent = by.magnitude
    if anywhere(percent > WHOLE):
        raise Refusal("a dose cannot be reduced by more than 100 %", where="by", example="20 %")
    return reduced_to(dose=dose, to=quantity(WHOLE - percent, "%"), base=base)


@checked
def reduced_to(*, dose: Dose, to: Percent, base: Base) -> Reduced:
    """A dose reduced *to* a percentage of a named base: to 80 % of 100 mg leaves 80 mg.

    Formula:  value [mg] = dose [mg] × to [%] ÷ 100
    Limits:   to 0 to 100 %; above it is no reduction.
    Raises:   UnitMistake for a wrong unit; Refusal above 100 %.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(reduced_to(dose=quantity("100 mg"), to=quantity("75 %"), base="last ordered dose").value)
    '75 mg'
    """
    percent = to.magnitude
    if anywhere(percent > WHOLE):
        raise Refusal("a dose reduced to more than 100 % is no reduction", where="to", example="80 %")
    return Reduced(quantity(dose.m_as("mg") * percent / WHOLE, "mg"), dose, base, to)
