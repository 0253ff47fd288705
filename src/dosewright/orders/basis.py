"""What doses are computed from: height, weight and body surface area, with their dates, spread and plausibility."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import wording
from ..calculators import body, dose
from ..errors import CannotCompute, Refusal
from ..protocol.site import Body, Plausible
from ..units import Quantity, Range, quantity
from .finding import Finding, Severity

if TYPE_CHECKING:
    from .patient import Measured, Patient, WeightMeasured


@dataclass(frozen=True, slots=True)
class Spread:
    """What another formula makes of the same body, and how far it lies from the formula in use."""

    formula: str
    value: Quantity
    difference: Quantity


@dataclass(frozen=True, slots=True)
class Basis:
    """Height, weight and body surface area as used, and how they came about."""

    height: Quantity
    height_on: dt.date | None
    weight: Quantity
    weight_on: dt.date | None
    weight_basis: str
    weight_change: Quantity | None
    reference_weight: Quantity | None
    formula: str
    formula_name: str
    formula_source: str
    working: str
    uncapped: Quantity
    cap: Quantity | None
    cap_applied: bool
    surface: Quantity
    spread: tuple[Spread, ...]


FORMULAS: dict[str, Callable[..., Quantity]] = {
    name: function for name, function in vars(body).items() if name.startswith("bsa_")
}


def needs_sex(formula: str) -> bool:
    """Whether a formula is not the same for both sexes."""
    code = FORMULAS[formula].__wrapped__.__code__  # type: ignore[attr-defined]
    return "sex" in code.co_varnames


def _surface(formula: str, height: Quantity, weight: Quantity, sex: str | None) -> Quantity:
    function = FORMULAS[formula]
    if formula == "bsa_livingston_lee":
        return function(weight=weight)
    if needs_sex(formula):
        return function(height=height, weight=weight, sex=sex)
    return function(height=height, weight=weight)


@functools.cache
def formula_name(formula: str) -> str:
    """The name of a formula as people say it, from the first line of its calculator: 'Du Bois and Du Bois'."""
    first = (FORMULAS[formula].__doc__ or "").split("\n", 1)[0]
    return first.split(" after ")[-1].split(",")[0].split(" (")[0].rstrip(".")


def formula_stated(formula: str) -> str:
    """A formula as its calculator states it: 'BSA [m²] = √(height [cm] × weight [kg] ÷ 3600)'."""
    return _described(formula)[0]


@functools.cache
def _described(formula: str) -> tuple[str, str]:
    doc = FORMULAS[formula].__doc__ or ""
    lines = [line.strip() for line in doc.split("\n")]
    source = next(line.removeprefix("Source:").strip() for line in lines if line.startswith("Source:"))
    stated = next(line.removeprefix("Formula:").strip() for line in lines if line.startswith("Formula:"))
    return stated, source


def basis(
    policy: Body,
    *,
    height: Quantity,
    weight: Quantity,
    sex: str | None,
    height_on: dt.date | None = None,
    weight_on: dt.date | None = None,
    weight_basis: str = "as given",
    reference_weight: Quantity | None = None,
) -> Basis:
    """The basis of all doses of one order, by the site's formula and cap.

    Raises `CannotCompute` where the formula needs a sex that is unknown.
    """
    formula = policy.formula
    if sex is None and needs_sex(formula):
        raise CannotCompute(f"the formula of {formula_name(formula)} needs the sex, which is unknown", where="sex")
    uncapped = _surface(formula, height, weight, sex)
    cap = None if policy.cap == "none" else policy.cap
    capped = dose.capped_surface(surface=uncapped, cap=cap) if cap is not None else None
    stated, source = _described(formula)
    m2 = uncapped.magnitude
    spread = tuple(
        Spread(formula_name(other), value, quantity((value.magnitude / m2 - 1) * 100, "%"))
        for other in FORMULAS
        if other != formula and (sex is not None or not needs_sex(other))
        for value in [_surface(other, height, weight, sex)]
    )
    change = None
    if reference_weight is not None:
        change = quantity((weight.m_as("kg") / reference_weight.m_as("kg") - 1) * 100, "%")
    return Basis(
        height=quantity(height.m_as("cm"), "cm"),
        height_on=height_on,
        weight=quantity(weight.m_as("kg"), "kg"),
        weight_on=weight_on,
        weight_basis=weight_basis,
        weight_change=change,
        reference_weight=reference_weight,
        formula=formula,
        formula_name=formula_name(formula),
        formula_source=source,
        working=stated,
        uncapped=uncapped,
        cap=cap,
        cap_applied=bool(capped and capped.applied),
        surface=capped.value if capped else uncapped,
        spread=spread,
    )


def of_patient(policy: Body, patient: Patient, on: dt.date) -> Basis:
    """The basis from a patient's measurements: the latest weight of the kind that the site doses on.

    Raises `CannotCompute` where height or weight is unknown, `Refusal` where one was measured after the treatment.
    """
    if patient.height == "unknown":
        raise CannotCompute("the height is unknown", where="height", example="{value: 165 cm, on: 2026-11-20}")
    weight = dosing_weight(policy, patient)
    dated: list[tuple[str, Measured]] = [("height", patient.height), ("weight", weight)]
    for name, measured in dated:
        if measured.on > on:
            raise Refusal(f"the {name} was measured after the day of treatment", where=name, got=measured.on)
    reference = patient.reference_weight
    return basis(
        policy,
        height=patient.height.value,
        weight=weight.value,
        sex=None if patient.sex == "unknown" else patient.sex,
        height_on=patient.height.on,
        weight_on=weight.on,
        weight_basis=weight.basis,
        reference_weight=reference.value if reference != "unknown" and _comparable(reference, weight, on) else None,
    )


def _comparable(reference: WeightMeasured, weight: WeightMeasured, on: dt.date) -> bool:
    """Whether a change can be seen: between weights of one kind, the reference known before the treatment."""
    return reference.basis == weight.basis and reference.on <= on


def dosing_weight(policy: Body, patient: Patient) -> WeightMeasured:
    """The latest weight of the kind the site doses on; another kind never stands in for it in silence."""
    of_kind = [one for one in patient.weights if one.basis == policy.weight]
    if not of_kind:
        raise CannotCompute(
            f"the {policy.weight} weight is unknown, and this site doses on it",
            where="weights",
            example=f"{{value: 60 kg, on: 2026-11-20, basis: {policy.weight}}}",
        )
    return max(of_kind, key=lambda one: one.on)


def plausibility(policy: Body, made: Basis, patient: Patient | None = None) -> Iterator[Finding]:
    """Findings on height and weight that a person must confirm.

    Raises `Refusal` where a value cannot be right: no dose is computed on it, so that none can be read by mistake.
    """
    height = patient.height if patient and patient.height != "unknown" else None
    weight = dosing_weight(policy, patient) if patient else None
    values: tuple[tuple[str, Quantity, Plausible, str, Measured | None], ...] = (
        ("height", made.height, policy.height, "cm", height),
        ("weight", made.weight, policy.weight_range, "kg", weight),
    )
    for name, value, span, unit, measured in values:
        said = wording.say(value, places=3)
        if not _inside(value, span.refuse, unit):
            raise Refusal(
                f"a {name} outside {wording.say_range(span.refuse)} is refused",
                where=name,
                got=said,
                hint="perhaps another unit, or height and weight exchanged",
            )
        if not _inside(value, span.confirm, unit):
            confirmed = measured.confirmed_by if measured else None
            gravity: Severity = "info" if confirmed else "blocks-release"
            ask = f"confirmed by {confirmed}" if confirmed else "measure again and have it confirmed by name"
            message = f"the {name} of {said} is out of the ordinary: {ask}"
            yield Finding("unusual-body", gravity, message, said, wording.say_range(span.confirm), "site policy", name)
    index = quantity(made.weight.m_as("kg") / made.height.m_as("m") ** 2, "kg/m²")
    if policy.mass_index != "undecided" and not _inside(index, policy.mass_index, "kg/m²"):
        by = weight.confirmed_by if weight else None
        severe: Severity = "info" if by else "blocks-release"
        message = "height and weight do not go together: the body mass index is out of the ordinary"
        message += f"; confirmed by {by}" if by else ""
        said, span_said = wording.say(index, places=2), wording.say_range(policy.mass_index)
        yield Finding("mass-index", severe, message, said, span_said, "site policy", "weight")
    if made.height.m_as("cm") < made.weight.m_as("kg"):
        message = "the height in cm is less than the weight in kg: they may have been exchanged"
        both = f"{wording.say(made.height, places=3)}, {wording.say(made.weight, places=3)}"
        yield Finding("exchanged-body", "blocks-release", message, both, source="plausibility", where="height")
    if made.cap_applied and made.cap is not None:
        message = "the body surface area is capped by site policy"
        uncapped, cap = wording.say(made.uncapped, places=4), wording.say(made.cap)
        yield Finding("surface-capped", "warning", message, uncapped, cap, "site policy", "body surface area")


def _inside(value: Quantity, span: Range, unit: str) -> bool:
    return bool(span.low.m_as(unit) <= value.m_as(unit) <= span.high.m_as(unit))


def change_of_weight(policy: Body, made: Basis, patient: Patient, on: dt.date) -> Iterator[Finding]:
    """Findings on the age of the weight and its change against the reference weight, not against the last cycle."""
    if made.weight_on is not None:
        days = (on - made.weight_on).days
        said = f"{days} {wording.plural('day', days)} old"
        if days > policy.weight_too_old.m_as("d"):
            message = "the weight is too old to dose on"
            limit = f"at most {wording.say(policy.weight_too_old)}"
            yield Finding("weight-too-old", "blocks-release", message, said, limit, "site policy", "weight")
        elif days > policy.weight_valid.m_as("d"):
            message = "the weight is older than the site allows without a second look"
            limit = f"at most {wording.say(policy.weight_valid)}"
            yield Finding("weight-old", "warning", message, said, limit, "site policy", "weight")
    if made.weight_change is None:
        gravity: Severity = "warning" if patient.given else "info"
        message = "no earlier reference weight of the same basis is known, so a change of weight cannot be seen"
        yield Finding("reference-weight-unknown", gravity, message, source="site policy", where="weight")
    elif abs(made.weight_change.magnitude) >= policy.weight_change.magnitude - 1e-9:
        message = "the weight has changed against the reference weight: recalculate, and have the doses confirmed"
        said = wording.signed_percent(made.weight_change.magnitude / 100)
        limit = f"less than {wording.say(policy.weight_change)}"
        yield Finding("weight-changed", "blocks-release", message, said, limit, "site policy", "weight")
    others = [one for one in patient.weights if one.basis != policy.weight and one.on <= on]
    other = max(others, key=lambda one: one.on, default=None)
    if patient.ascites in {"mild", "massive"}:
        known = (
            f"{other.basis} weight {wording.say(other.value)} of {other.on}" if other else "no other weight is known"
        )
        message = f"ascites is {patient.ascites}: the site doses on the {policy.weight} weight; {known}"
        said, allowed = f"{patient.ascites}, on {wording.say(made.weight)}", "none, or a weight that was judged"
        yield Finding("ascites", "warning", message, said, allowed, "site policy", "weight")
    elif patient.ascites == "unknown":
        message = "whether there is ascites is unknown, so the basis of the weight is not certain"
        yield Finding("ascites-unknown", "warning", message, "unknown", source="site policy", where="ascites")
