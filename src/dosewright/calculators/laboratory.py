"""Laboratory values: what is measured, in which units it may be written, and what one unit makes of another.

A milligram per decilitre is 17.1 µmol/L of bilirubin and 88.4 of creatinine: the conversion belongs to the analyte. The
table beside this module holds every analyte with its units and their sources. The ranges in it are guards against
slips of the pen; no clinical decision rests on them.
"""

from __future__ import annotations

import csv
import functools
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from ..errors import Mistake, Refusal, UnitMistake, did_you_mean
from ..units import UNITS, Kind, Quantity, number, quantity

TABLE: Final = Path(__file__).with_name("laboratory.csv")
SEEN: Final = "SEEN"
USUAL: Final = frozenset({"total", "serum", "plasma", "blood", "whole blood", "absolute", "count", "总"})
"""Additions in brackets to a name that say no more than the name alone."""


@dataclass(frozen=True, slots=True)
class Analyte:
    """One thing that is measured: its names, the kind of its values, and the bounds of a reference limit of it."""

    kind: Kind
    also: tuple[str, ...]
    zero: bool  # whether a laboratory reports a zero: no cell was seen
    limits: tuple[float, float] | None  # between which a limit of a reference range lies, in the first unit

    @property
    def name(self) -> str:
        return self.kind.name

    def read(self, value: str, unit: str) -> Quantity:
        """A value from the texts of its number and its unit.

        >>> analyte("ANC").read("1500", "/µL").magnitude
        1500.0
        >>> analyte("ANC").read("1500", "10^9/L")
        Traceback (most recent call last):
        dosewright.errors.Refusal: neutrophils must lie between 0.01 and 200 10^9/L, for example '1.5 10^9/L'; got ...
        """
        self.known(unit, f"{value} {unit}".strip())
        if self.zero and number(value) == 0:
            return quantity(0.0, unit)
        return self.kind.read(f"{value} {unit}")

    def read_limit(self, value: str, unit: str) -> Quantity:
        """A limit of a laboratory's reference range, which lies in narrower bounds than a patient's value may.

        An upper limit of bilirubin of 1.2 is one in mg/dL, whatever unit stands beside it.
        """
        read = self.read(value, unit)
        if self.limits is None:
            return read
        least, most = self.limits
        first = self.kind.magnitude(read, self.kind.unit)
        if not least <= first <= most:
            bounds = f"{least:,.10g} and {most:,.10g} {self.kind.units[0]}"
            readings = [
                f"in {text} it could be: {read.magnitude:,.10g} {text}"
                for text, makes in zip(self.kind.units, self.kind.makes, strict=True)
                if least <= read.magnitude * makes <= most
            ]
            raise Refusal(
                f"a limit of the range of {self.name} must lie between {bounds}",
                got=f"{value} {unit}",
                hint="; ".join(readings),
            )
        return read

    def writes(self, unit: str) -> bool:
        """Whether a value of this analyte is written in a unit."""
        return UNITS.get(unit) in self.kind.written_in

    def known(self, unit: str, got: str) -> None:
        """Refuse a unit that no value of this analyte is written in."""
        if not self.writes(unit):
            hint = "the unit is missing" if not unit else ""
            raise UnitMistake(self.kind.needs, example=self.kind.example, got=got, hint=hint)


@functools.cache
def analytes() -> Mapping[str, Analyte]:
    """Every analyte by its first name."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(TABLE.read_text("utf-8").splitlines()):
        rows.setdefault(row["analyte"], []).append(row)
    return {name: _analyte(name, of_one) for name, of_one in rows.items()}


def _analyte(name: str, rows: list[dict[str, str]]) -> Analyte:
    for row in rows:
        if row["confidence"] != SEEN:
            raise Mistake("a conversion that was read, since grades rest on it", where=name, got=row["confidence"])
    first = rows[0]
    least, most = float(first["least"]), float(first["most"])
    kind = Kind(
        name=name,
        units=tuple(row["unit"] for row in rows),
        example=f"{first['example']} {first['unit']}",
        least=least,
        most=most,
        makes=tuple(_makes(row["makes"]) for row in rows),
    )
    return Analyte(
        kind=kind,
        also=tuple(text.strip() for text in first["also"].split(";") if text.strip()),
        zero=first["zero"] == "yes",
        limits=(float(first["range_least"]), float(first["range_most"])) if first["range_least"] else None,
    )


def _makes(text: str) -> float:
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


@functools.cache
def _names() -> Mapping[str, Analyte]:
    found = {}
    for one in analytes().values():
        for name in (one.name, *one.also):
            found[name.casefold()] = one
    return found


def plain(name: str) -> str:
    """A name as names are compared: capitals are of no account, nor is an addition in brackets that says no more.

    Direct bilirubin is not bilirubin, and what is in urine is not what is in blood.

    >>> plain("Bilirubin (total)"), plain("ALT (GPT)"), plain("Bilirubin (direct)")
    ('bilirubin', 'alt', 'bilirubin (direct)')
    """
    words = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    before, bracket, rest = words.partition("(")
    before, addition = before.strip(), rest.removesuffix(")").strip()
    another = _names().get(addition)
    says_no_more = addition in USUAL or (another is not None and _names().get(before) is another)
    return before if before and bracket and says_no_more else words


def find(name: str) -> Analyte | None:
    """An analyte by any of its names, if it is one that we know."""
    return _names().get(plain(name))


def names_of(name: str) -> tuple[str, ...]:
    """Every name of an analyte in small letters; of one that is not known here its own alone.

    >>> names_of("platelets")[:3]
    ('platelets', 'platelet count', 'thrombocytes')
    """
    found = find(name)
    return (plain(name),) if found is None else tuple(one.casefold() for one in (found.name, *found.also))


def analyte(name: str) -> Analyte:
    """An analyte by any of its names; one that nobody knows is refused with the nearest that somebody does.

    >>> analyte("ALT").name
    'alanine aminotransferase'
    """
    found = find(name)
    if found is None:
        hint = did_you_mean(plain(name), _names(), f"known: {', '.join(analytes())}")
        raise Mistake("a laboratory value that is known", example="platelets", got=name, hint=hint)
    return found


def converted(value: Quantity, unit: str, *, of: str) -> float:
    """The number of a laboratory value in another unit of the same analyte.

    >>> round(converted(quantity("2 mg/dL"), "µmol/L", of="bilirubin"), 3)
    34.208
    """
    found = analyte(of)
    found.known(unit, unit)
    magnitude: float = found.kind.magnitude(found.kind.check(value), unit)
    return magnitude


BILIRUBIN: Final = analyte("bilirubin").kind
ALBUMIN: Final = analyte("albumin").kind
CREATININE: Final = analyte("creatinine").kind
SODIUM: Final = analyte("sodium").kind
INR: Final = analyte("INR").kind
PROTHROMBIN_TIME_ABOVE_CONTROL: Final = analyte("prothrombin time above control").kind
ALT: Final = analyte("ALT").kind
AST: Final = analyte("AST").kind
PLATELETS: Final = analyte("platelets").kind

Bilirubin = Annotated[Quantity, BILIRUBIN]
Albumin = Annotated[Quantity, ALBUMIN]
Creatinine = Annotated[Quantity, CREATININE]
Sodium = Annotated[Quantity, SODIUM]
Ratio = Annotated[Quantity, INR]
ProthrombinTimeAboveControl = Annotated[Quantity, PROTHROMBIN_TIME_ABOVE_CONTROL]
AlanineAminotransferase = Annotated[Quantity, ALT]
AspartateAminotransferase = Annotated[Quantity, AST]
Platelets = Annotated[Quantity, PLATELETS]
