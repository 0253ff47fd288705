"""Limits of laboratory values in a site's policy: those that no value of a patient would reach are slips of the pen.

A gate that nobody fails, and a table that never begins, look like care and are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..calculators.laboratory import Analyte
from ..errors import Mistake, Refusal
from ..units import UNITS

FAR: Final = 5.0
"""How many times a limit may pass what a laboratory's own limits are, before the digits are looked at in another unit.

An engineering tolerance: the usual gates lie well within it (three times a bilirubin of 50 µmol/L), and the two units
of an analyte that are mixed up lie further apart.
"""


def read(known: Analyte, limit: str, unit: str) -> float:
    """A limit in the first unit of its analyte; refused where no value of a patient can be at it."""
    known.known(unit, f"{limit} {unit}".strip())
    return float(known.kind.magnitude(known.kind.read(f"{limit} {unit}"), known.kind.unit))


def refused(known: Analyte, limit: str, unit: str, *, within: Sequence[str | int] = ()) -> Mistake | None:
    """What is wrong with a limit that no value can be at; None where nothing is."""
    try:
        read(known, limit, unit)
    except Mistake as mistake:
        mistake.within = tuple(within)
        return mistake
    return None


def of_another_unit(known: Analyte, limit: str, unit: str, *, within: Sequence[str | int] = ()) -> Mistake | None:
    """A limit far from where the limits of a laboratory lie, whose digits are at home there in another unit.

    30 mg/dL of bilirubin are 513 µmol/L, and nobody would be held; 30 µmol/L is a usual gate.

    >>> from dosewright.calculators.laboratory import analyte
    >>> print(of_another_unit(analyte("bilirubin"), "30", "mg/dL"))
    a limit of bilirubin far from every usual one; got '30 mg/dL' (in µmol/L it could be: 30 µmol/L)
    >>> of_another_unit(analyte("bilirubin"), "3", "mg/dL")
    """
    if known.limits is None:
        return None
    least, most = known.limits
    if least / FAR <= read(known, limit, unit) <= most * FAR:
        return None
    units = zip(known.kind.units, known.kind.makes, strict=True)
    elsewhere = [text for text, makes in units if UNITS[text] != UNITS[unit] and least <= float(limit) * makes <= most]
    if not elsewhere:
        return None
    said = "; ".join(f"in {text} it could be: {limit} {text}" for text in elsewhere)
    words = f"a limit of {known.name} far from every usual one"
    return Refusal(words, within=within, got=f"{limit} {unit}", hint=said)
