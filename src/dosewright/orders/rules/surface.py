"""The body surface area: computed anew, by the formula that the site names, capped as the site caps it."""

from __future__ import annotations

from typing import Any, Final

from ...units import half_up
from .. import basis
from .rule import rule
from .values import Condition, alike, differ, each
from .view import ARITHMETIC, OrderView, surface

AVERAGE: Final = (
    1.73  # m², the surface that estimates of kidney function are indexed to, and a default of other programs
)


def formula_of(words: str) -> str:
    """The name of a formula as the site writes it, from what an order calls it: 'Mosteller', 'DuBois'."""
    folded = "".join(sign for sign in words.casefold() if sign.isalnum())
    for name in basis.FORMULAS:
        if folded.removeprefix("bsa") == name.removeprefix("bsa_").replace("_", ""):
            return name
    return words


def _fits(row: Any) -> str:
    """What the stated surface would be right for."""
    sex = row.sex
    if row.uncapped > row.surface and alike(row.bsa, row.uncapped, ARITHMETIC):
        return f"it follows, and the site doses on no more than {row.say('surface', None)}"
    for name in basis.FORMULAS:
        if name != row.due.formula and alike(row.bsa, surface(name, row.height, row.weight, sex), ARITHMETIC / 10):
            return f"it is right by the formula of {basis.formula_name(name)}"
    if row.bsa == AVERAGE:
        return f"{AVERAGE} m² is the average that kidney function is indexed to, not this patient's"
    if row.bsa < row.uncapped and half_up(row.bsa, 0.1) == row.bsa:  # caps are written so: 2 m², 2.2 m²
        return "it may have been capped, and the site has no such cap"
    return ""


@rule(
    "bsa-wrong",
    "blocks-release",
    needs="bsa surface",
    measured="{bsa}",
    allowed="{surface}",
    source="{due.formula}",
    hazards="H07 H08 H09",
    explain=_fits,
)
def bsa_wrong(o: OrderView) -> Condition:
    """The body surface area does not follow from height and weight.

    Compute it anew; round only the ordered dose.
    """
    return differ(o.bsa, o.surface, ARITHMETIC)


@rule(
    "bsa-formula",
    "blocks-release",
    needs="formula",
    measured="{formula}",
    allowed="{due.formula}",
    source="site policy",
    hazards="H07",
)
def bsa_formula(o: OrderView) -> Condition:
    """The body surface area was computed by another formula than the site's.

    Compute it by the site's formula: formulas differ by more than any rounding.
    """
    return each(o.formula, lambda word: formula_of(word) != o.due.formula)


@rule(
    "bsa-capped",
    "warning",
    needs="uncapped",
    where="bsa",
    measured="{uncapped}",
    allowed="at most {due.surface_cap}",
    source="site policy",
    hazards="H08",
    applies=lambda due: due.surface_cap is not None,
)
def bsa_capped(o: OrderView) -> Condition:
    """The body surface area is above the site's cap: the doses that follow are those of the cap.

    Nothing, where the cap is meant for this patient.
    """
    return o.uncapped > o.due.surface_cap
