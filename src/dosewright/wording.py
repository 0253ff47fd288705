"""The only place where a quantity, a date or a drug becomes text.

Notation follows the rules of safe medication writing: no trailing zero, always a leading zero, a thousands separator
from 1,000, a space before the unit, "mcg" and "units" in full, and only mL per hour for a pump.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from pint.facets.plain import PlainQuantity

from .units import Quantity, Range, code, half_up, settled, symbol

NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
MOST_PLACES: Final = 6
PLACES: Final = {"%": 2}  # of what is told to no more decimals, wherever nobody says how many


def number(value: float, *, places: int | None = None) -> str:
    """A number as it may stand on a sheet: at most `places` decimals, halves up, no trailing zero.

    >>> number(3979.949738), number(3979.949738, places=2), number(0.5), number(140.0)
    ('3,979.949738', '3,979.95', '0.5', '140')
    """
    decimals = MOST_PLACES if places is None else places
    text = f"{half_up(value, 10.0**-decimals):,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")


def say(value: Quantity, *, places: int | None = None) -> str:
    """A quantity as it may stand on a sheet.

    >>> from dosewright.units import quantity
    >>> say(quantity(3979.949738, "mg"), places=2), say(quantity("0.50 mg/m2"))
    ('3,979.95 mg', '0.5 mg/m²')
    """
    return in_unit(value.magnitude, symbol(value.units), places=places)


def in_unit(value: float, unit: str, *, places: int | None = None) -> str:
    """A number with the symbol of its unit.

    >>> in_unit(2.0, "vial"), in_unit(3979.949738, "mg", places=2)
    ('2 vials', '3,979.95 mg')
    >>> in_unit(200 / 3, "%")
    '66.67 %'
    """
    spoken = plural(unit, value) if unit == "vial" else unit
    return f"{number(value, places=PLACES.get(unit) if places is None else places)} {spoken}"


TALL_MAN: Final = {"doxorubicin": "DOXOrubicin", "daunorubicin": "DAUNOrubicin"}


def drug(name: str) -> str:
    """A drug as it may stand on a sheet: its generic name, with the letters tall in which it differs from its like.

    >>> drug("doxorubicin"), drug("oxaliplatin")
    ('DOXOrubicin', 'oxaliplatin')
    """
    return TALL_MAN.get(name, name)


def plural(noun: str, count: float) -> str:
    """A noun for one or several: 'vial', 'vials'."""
    return noun if count == 1 else f"{noun}s"


def say_range(value: Range, *, places: int | None = None) -> str:
    """A range with its unit once: '40 to 60 mg/vial'."""
    if value.low.magnitude == value.high.magnitude and value.low.units == value.high.units:
        return say(value.low, places=places)
    return f"{number(value.low.magnitude, places=places)} to {say(value.high, places=places)}"


def told(value: object) -> str | None:
    """Any value of a protocol as text; None stays None."""
    if value is None:
        return None
    if isinstance(value, Range):
        return say_range(value)
    return say(value) if isinstance(value, PlainQuantity) else str(value)


def signed_percent(fraction: float) -> str:
    """A deviation in percent, with its sign: '+0.03 %'.

    >>> signed_percent(0.000293), signed_percent(0.0), signed_percent(-0.05)
    ('+0.03 %', '0 %', '−5 %')
    """
    text = number(abs(fraction) * 100, places=2)
    sign = "" if text == "0" else "+" if fraction > 0 else "−"
    return f"{sign}{text} %"


def closing_product(factor: Quantity, surface: Quantity, product: Quantity, *, places: int) -> str:
    """`factor × surface = product` in just as many digits as make the printed line true for whoever checks it.

    2,400 × 1.6583 is 3,979.92, not the 3,979.95 mg that 1.6583124 m² gives; so that line prints more of the surface.

    >>> from dosewright.units import quantity
    >>> surface, dose = quantity(1.6583123951777, "m²"), quantity(3979.94974842648, "mg")
    >>> closing_product(quantity("2.4 g/m2"), surface, dose, places=2)
    '2.4 g/m² × 1.658312 m² = 3,979.95 mg'
    """
    scale = product.magnitude / (factor.magnitude * surface.magnitude)
    wanted = half_up(product.magnitude, 10.0**-places)
    digits = 4
    while digits < 10:
        shown = half_up(surface.magnitude, 10.0**-digits)
        if half_up(factor.magnitude * shown * scale, 10.0**-places) == wanted:
            break
        digits += 1
    return f"{say(factor)} × {say(surface, places=digits)} = {say(product, places=places)}"


def as_data(value: Quantity, *, places: int | None = None) -> dict[str, float | str]:
    """A quantity for programs: a number and a UCUM unit."""
    magnitude = settled(value.magnitude) if places is None else half_up(value.magnitude, 10.0**-places)
    return {"value": int(magnitude) if magnitude == int(magnitude) else magnitude, "unit": code(value.units)}


def day(date: dt.date) -> str:
    """A date as it may stand on a sheet: 2026-11-23, with its weekday."""
    return f"{date.isoformat()} ({date:%a})"


def clock(moment: dt.datetime, *, since: dt.date | None = None) -> str:
    """A clock time, and the day where it is not the first: '09:00 day 2'. The offset from UTC is said once a sheet."""
    days = (moment.date() - since).days if since else 0
    return f"{moment:%H:%M}" + (f" day {days + 1}" if days else "")


def listed(words: Iterable[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""
