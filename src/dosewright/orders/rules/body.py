"""Height and weight: whether they can be right, in the right unit and the right place, and fresh."""

from __future__ import annotations

from typing import Any, Final

from ... import wording
from ...units import UNITS
from .rule import remembered, rule
from .values import Condition, above, below, each, either_way, missing, no
from .view import OrderView

POUNDS: Final = 1 / float((1.0 * UNITS["lb"]).m_as("kg"))  # in a kilogram
CENTIMETRES: Final = float((1.0 * UNITS["in"]).m_as("cm"))  # in an inch
ABOUT: Final = 0.1  # within which a ratio of two weights may be that of pound and kilogram; an engineering guard


def _outside(value: Any, least: Any, most: Any) -> Condition:
    return below(value, least) | above(value, most)


def _other_units(row: Any) -> str:
    """What the height would be, had it been measured otherwise."""
    if row.due.height_least <= row.height * CENTIMETRES <= row.due.height_most:
        return f"{wording.number(row.height)} in would be {wording.number(row.height * CENTIMETRES, places=1)} cm"
    return ""


@rule(
    "height-impossible",
    "refuse",
    needs="height",
    measured="{height}",
    hazards="H03",
    allowed="{due.height_least} to {due.height_most}",
    source="site policy",
    explain=_other_units,
)
def height_impossible(o: OrderView) -> Condition:
    """The height cannot be right.

    Measure again, in centimetres; look for inches or metres, and for height and weight exchanged.
    """
    return _outside(o.height, o.due.height_least, o.due.height_most)


@rule(
    "height-unusual",
    "blocks-release",
    needs="height",
    measured="{height}",
    hazards="H03",
    allowed="{due.height_usual_least} to {due.height_usual_most}",
    source="site policy",
    explain=_other_units,
)
def height_unusual(o: OrderView) -> Condition:
    """The height is out of the ordinary.

    Measure again and have it confirmed by name.
    """
    unusual = _outside(o.height, o.due.height_usual_least, o.due.height_usual_most)
    return unusual & no(_outside(o.height, o.due.height_least, o.due.height_most)) & o.lacks("height_confirmed_by")


@rule(
    "weight-impossible",
    "refuse",
    needs="weight",
    measured="{weight}",
    hazards="H01",
    allowed="{due.weight_least} to {due.weight_most}",
    source="site policy",
)
def weight_impossible(o: OrderView) -> Condition:
    """The weight cannot be right.

    Weigh again, in kilograms; look for pounds, and for height and weight exchanged.
    """
    return _outside(o.weight, o.due.weight_least, o.due.weight_most)


@rule(
    "weight-unusual",
    "blocks-release",
    needs="weight",
    measured="{weight}",
    hazards="H01",
    allowed="{due.weight_usual_least} to {due.weight_usual_most}",
    source="site policy",
)
def weight_unusual(o: OrderView) -> Condition:
    """The weight is out of the ordinary.

    Weigh again and have it confirmed by name.
    """
    unusual = _outside(o.weight, o.due.weight_usual_least, o.due.weight_usual_most)
    return unusual & no(_outside(o.weight, o.due.weight_least, o.due.weight_most)) & o.lacks("weight_confirmed_by")


@rule(
    "body-exchanged",
    "refuse",
    needs="height weight",
    measured="{height}, {weight}",
    hazards="H04",
    allowed="a height in cm above the weight in kg",
    source="plausibility",
)
def body_exchanged(o: OrderView) -> Condition:
    """The height in cm is less than the weight in kg: they may have been exchanged.

    Compare both with the record. After Mosteller the dose would be the same either way; all else would not.
    """
    return o.height < o.weight


def _in_pounds(row: Any) -> str:
    pounds = row.weight > row.reference_weight
    kg = row.weight / POUNDS if pounds else row.weight * POUNDS
    first, second = ("lb", "kg") if pounds else ("kg", "lb")
    return f"{wording.number(row.weight)} {first} would be {wording.number(kg, places=1)} {second}"


@rule(
    "weight-in-pounds",
    "refuse",
    needs="weight reference_weight",
    measured="{weight}",
    hazards="H01 H02",
    allowed="near {reference_weight}",
    source="1 kg is 2.2046 lb",
    explain=_in_pounds,
)
@remembered
def weight_in_pounds(o: OrderView) -> Condition:
    """Against the reference weight the weight looks like pounds taken as kilograms, or the other way round.

    Weigh again, in kilograms.
    """
    return either_way(o.weight, POUNDS, o.reference_weight, ABOUT)


@rule(
    "mass-index",
    "blocks-release",
    needs="height weight",
    where="weight",
    measured="{mass_index}",
    hazards="H01 H02 H03",
    allowed="{due.mass_index_least} to {due.mass_index_most}",
    source="site policy",
    applies=lambda due: due.mass_index_least is not None,
)
def mass_index(o: OrderView) -> Condition:
    """Height and weight do not go together: the body mass index is out of the ordinary.

    Measure both again; look for pounds and inches.
    """
    unusual = _outside(o.mass_index, o.due.mass_index_least, o.due.mass_index_most)
    return unusual & o.lacks("weight_confirmed_by")


@rule(
    "weight-later",
    "refuse",
    needs="weight_on on",
    where="weight_on",
    measured="{weight_on}",
    allowed="by {on}",
    source="by definition",
    hazards="H05",
)
def weight_later(o: OrderView) -> Condition:
    """The weight was measured after the day of treatment.

    One of the two dates is wrong.
    """
    return o.weight_on > o.on


@rule(
    "height-later",
    "blocks-release",
    needs="height_on on",
    where="height_on",
    measured="{height_on}",
    allowed="by {on}",
    source="by definition",
    hazards="H05",
)
def height_later(o: OrderView) -> Condition:
    """The height was measured after the day of treatment.

    One of the two dates is wrong.
    """
    return o.height_on > o.on


@rule(
    "weight-too-old",
    "blocks-release",
    needs="weight_age",
    where="weight_on",
    measured="{weight_age} old",
    allowed="at most {due.weight_too_old}",
    source="site policy",
    hazards="H05 H36",
)
def weight_too_old(o: OrderView) -> Condition:
    """The weight is too old to dose on.

    Weigh again, and compute the doses anew.
    """
    return o.weight_age > o.due.weight_too_old


@rule(
    "weight-old",
    "warning",
    needs="weight_age",
    where="weight_on",
    measured="{weight_age} old",
    allowed="at most {due.weight_valid}",
    source="site policy",
    hazards="H05 H36",
)
def weight_old(o: OrderView) -> Condition:
    """The weight is older than the site allows without a second look.

    Weigh again, or accept it by name.
    """
    return (o.weight_age > o.due.weight_valid) & (o.weight_age <= o.due.weight_too_old)


@rule(
    "weight-changed",
    "blocks-release",
    needs="weight reference_weight",
    measured="{weight_change}",
    allowed="less than {due.weight_change}",
    source="site policy",
    hazards="H05",
)
def weight_changed(o: OrderView) -> Condition:
    """The weight has changed against the reference weight.

    Compute the doses anew and have them confirmed; then take the new weight as the reference.
    """
    change = abs(o.weight_change)
    return no(below(change, o.due.weight_change) | missing(change)) & no(weight_in_pounds(o))


@rule(
    "weight-basis",
    "blocks-release",
    needs="weight_basis",
    measured="{weight_basis}",
    allowed="{due.weight_basis}",
    source="site policy",
    hazards="H10",
)
def weight_basis(o: OrderView) -> Condition:
    """The doses were computed on another kind of weight than the site doses on.

    Compute them on the weight that the site names, or have the departure signed.
    """
    return each(o.weight_basis, lambda word: word != o.due.weight_basis)


@rule(
    "ascites-basis",
    "refuse",
    needs="ascites",
    where="weight_basis",
    measured="ascites {ascites}, basis not stated",
    allowed="the basis of the weight",
    source="site policy",
    hazards="H10",
)
def ascites_basis(o: OrderView) -> Condition:
    """There is ascites, and the order does not say with or without it the patient was weighed.

    Say on which weight the doses were computed: actual or dry.
    """
    return each(o.ascites, _some) & o.lacks("weight_basis")


@rule(
    "ascites",
    "warning",
    needs="ascites",
    measured="ascites {ascites}, {weight_basis} weight",
    allowed="no ascites, or a weight judged by name",
    source="site policy",
    hazards="H10",
)
def ascites(o: OrderView) -> Condition:
    """There is ascites, so that the weight misleads.

    Judge whether the weight on which the doses were computed is right for this patient.
    """
    return each(o.ascites, _some) & no(o.lacks("weight_basis"))


def _some(word: str) -> bool:
    return word != "none"
