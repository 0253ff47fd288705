"""An independent oracle: the doses of a patient from the formulas alone, in whole numbers and fractions.

It imports nothing of Dosewright. A surface after Mosteller is the root of a fraction, so whether a dose lies above or
below a tie, a cap or a whole number of steps is decided exactly, by comparing squares of whole numbers; what no float
can do. The other formulas are worked in fifty decimal digits.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from decimal import Context, Decimal
from fractions import Fraction
from math import isqrt
from typing import NamedTuple

FIFTY = Context(prec=50)


class Case(NamedTuple):
    """One dose as a ward would write it, each number in text."""

    height: str  # cm
    weight: str  # kg
    dose: str  # mg/m², or mg where flat
    flat: bool
    step: str  # mg
    surface_cap: str  # m², or "" for none
    dose_cap: str  # mg, or "" for none
    left: str  # percent of the dose that a reduction leaves; "" where nothing is reduced


class Ordered(NamedTuple):
    """What the oracle says of a case; `mg` is None where the dose would round to nothing."""

    mg: Fraction | None
    surface_capped: bool
    dose_capped: bool
    rounded_down: bool


def ordered_dose(case: Case) -> Ordered:
    """The ordered dose: surface, its cap, dose, reduction, cap, step, halves up; never past a cap or up again.

    >>> ordered_dose(Case("165", "60", "85", False, "1", "", "", "")).mg
    Fraction(141, 1)
    >>> ordered_dose(Case("162", "50", "95", False, "1", "", "", "")).mg  # 95 × 1.5 = 142.5
    Fraction(143, 1)
    >>> ordered_dose(Case("162", "50", "95", False, "1", "", "142.7", "")).mg
    Fraction(142, 1)
    """
    surface_squared = Fraction(case.height) * Fraction(case.weight) / 3600
    surface_capped = bool(case.surface_cap) and not case.flat and surface_squared > Fraction(case.surface_cap) ** 2
    if surface_capped:
        surface_squared = Fraction(case.surface_cap) ** 2
    squared = Fraction(case.dose) ** 2 * (1 if case.flat else surface_squared)
    if case.left:
        squared *= (Fraction(case.left) / 100) ** 2
    dose_capped = bool(case.dose_cap) and squared > Fraction(case.dose_cap) ** 2
    if dose_capped:
        squared = Fraction(case.dose_cap) ** 2
    step = Fraction(case.step)
    in_steps = squared / step**2  # the square of the number of steps, an exact fraction
    nearest = (_root(4 * in_steps) + 1) // 2  # floor(√x + ½) = floor((floor(√(4 x)) + 1) ÷ 2)
    most = nearest
    if case.left:
        most = min(most, _root(in_steps))
    if case.dose_cap:
        most = min(most, Fraction(case.dose_cap) // step)
    if not most:
        return Ordered(None, surface_capped, dose_capped, False)
    return Ordered(most * step, surface_capped, dose_capped, most < nearest)


def _root(square: Fraction) -> int:
    """The whole part of a square root, exactly."""
    return isqrt(square.numerator // square.denominator)


class Bag(NamedTuple):
    """What a dose comes to in a bag, exactly."""

    drawn: Fraction  # mL
    volume: Fraction  # mL
    concentration: Fraction  # mg/mL
    rate: Fraction  # mL/h


def bag(mg: Fraction, diluent: str, stock: str, added: bool, minutes: int) -> Bag:
    """Volume, concentration and rate of an infusion.

    >>> bag(Fraction(141), "500", "5", True, 240).rate
    Fraction(2641, 20)
    """
    drawn = mg / Fraction(stock)
    volume = Fraction(diluent) + (drawn if added else 0)
    return Bag(drawn, volume, mg / volume, volume * 60 / minutes)


def digits(value: Fraction, places: int) -> Decimal:
    """A fraction to so many decimals, halves up, exactly.

    >>> digits(Fraction(2641, 20), 1)
    Decimal('132.1')
    """
    scaled = value * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-places)


# ------------------------------------------------------------------------------------------ surfaces, in fifty digits


def _power(base: Decimal, exponent: str) -> Decimal:
    return FIFTY.power(base, Decimal(exponent))


def surfaces(height: str, weight: str, sex: str) -> dict[str, Decimal]:
    """The surface area of a body by every formula, from height in cm and weight in kg.

    >>> surfaces("160", "90", "male")["mosteller"]
    Decimal('2')
    """
    cm, kg, g = Decimal(height), Decimal(weight), Decimal(weight) * 1000
    boyd = FIFTY.subtract(Decimal("0.7285"), FIFTY.multiply(Decimal("0.0188"), FIFTY.log10(g)))
    male = sex == "male"
    exact = {
        "stevenson": Decimal("0.0061") * cm + Decimal("0.0128") * kg - Decimal("0.1529"),
        "zhao": Decimal("0.00607") * cm + Decimal("0.0127") * kg - Decimal("0.0698")
        if male
        else Decimal("0.00586") * cm + Decimal("0.0126") * kg - Decimal("0.0461"),
        "mosteller": FIFTY.sqrt(FIFTY.divide(cm * kg, Decimal(3600))),
    }
    factors = {
        "du_bois": ("0.007184", _power(kg, "0.425"), _power(cm, "0.725")),
        "haycock": ("0.024265", _power(kg, "0.5378"), _power(cm, "0.3964")),
        "gehan_george": ("0.0235", _power(kg, "0.51456"), _power(cm, "0.42246")),
        "boyd": ("0.0003207", FIFTY.power(g, boyd), _power(cm, "0.3")),
        "fujimoto": ("0.008883", _power(kg, "0.444"), _power(cm, "0.663")),
        "takahira": ("0.007241", _power(kg, "0.425"), _power(cm, "0.725")),
        "shuter_aslani": ("0.00949", _power(kg, "0.441"), _power(cm, "0.655")),
        "schlich": ("0.000579479", _power(kg, "0.38"), _power(cm, "1.24"))
        if male
        else ("0.000975482", _power(kg, "0.46"), _power(cm, "1.08")),
        "livingston_lee": ("0.1037", _power(kg, "0.6724"), Decimal(1))
        if kg < 10
        else ("0.1173", _power(kg, "0.6466"), Decimal(1)),
    }
    products = {name: FIFTY.multiply(FIFTY.multiply(Decimal(a), b), c) for name, (a, b, c) in factors.items()}
    return exact | products


# -------------------------------------------------------------------------------- cases at ties, caps and their limits

DOSES = "85 60 200 2400 1200 1000 1500 130 400 100 95 25 75.5 0.4 1.4 12.5".split()
FLAT = "1200 50 150 142.5 62.5 0.25 1000.5".split()
STEPS = "1 1 1 0.1 0.5 2.5 5 10 25 50 0.01".split()
LEFT = "80 75 50 64 37.5 100 66.6".split()


def _even_bodies() -> list[tuple[int, int, int]]:
    """Bodies whose surface is a round number of hundredths: tenths of a cm, hundredths of a kg, hundredths of a m².

    Only these put a dose exactly at a tie, at a cap or at a whole number of steps.
    """
    return [
        (tenths, 360 * m2 * m2 // tenths, m2)
        for m2 in range(80, 281)
        for tenths in range(1200, 2200)
        if 360 * m2 * m2 % tenths == 0 and 2500 <= 360 * m2 * m2 // tenths <= 25000
    ]


EVEN = _even_bodies()


@functools.cache
def _at_a_tie(dose: str, step: str, left: str) -> list[tuple[int, int, int]]:
    """The even bodies, as many as there are, whose dose lies exactly halfway between two steps."""
    half_steps = Fraction(dose) * Fraction(left or "100") / 100 / Fraction(step) * 2
    tied = {m2 for m2 in range(80, 281) if (half_steps * m2 / 100) % 2 == 1}
    return [body for body in EVEN if body[2] in tied] or EVEN


def cases(seed: int, count: int) -> Iterator[Case]:
    """Doses of which most lie exactly at, or a hair beside, a tie, a cap or a whole number of steps."""
    chance = random.Random(seed)
    for _ in range(count):
        flat = chance.random() < 0.1
        dose, step = chance.choice(FLAT if flat else DOSES), chance.choice(STEPS)
        left = chance.choice(LEFT) if chance.random() < 0.3 else ""
        tenths, hundredths, m2 = chance.choice(_at_a_tie(dose, step, left) if chance.random() < 0.6 else EVEN)
        kind = chance.random()
        if kind < 0.25:  # a hair beside: a hundredth of a kilogram, a tenth of a centimetre
            hundredths += chance.choice((-1, 1))
        elif kind < 0.35:
            tenths += chance.choice((-1, 1))
        elif kind < 0.45:
            tenths, hundredths = chance.randrange(1200, 2200), chance.randrange(2500, 25000)
        surface_cap = _text(Decimal(m2 + chance.choice((-20, -1, 0, 0, 1))) / 100) if chance.random() < 0.25 else ""
        cap = ""
        if chance.random() < 0.4:  # the dose of an even body, moved by nothing, half a step, a step, or almost nothing
            about = Decimal(dose) * (1 if flat else Decimal(m2) / 100) * Decimal(left or 100) / 100
            moved = about + Decimal(step) * Decimal(chance.choice(("0", "0", "0.5", "-0.5", "1", "-1", "0.4999", "7")))
            cap = _text(max(moved, Decimal(step)).quantize(Decimal("0.0001")))
        yield Case(
            _text(Decimal(tenths) / 10), _text(Decimal(hundredths) / 100), dose, flat, step, surface_cap, cap, left
        )


def _text(value: Decimal) -> str:
    """A decimal as a person writes it: no exponent, no trailing zero."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
