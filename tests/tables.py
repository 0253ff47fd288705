"""The tables of outside numbers, and the comparison digit by digit that a pharmacist with a pencil would make."""

from __future__ import annotations

import csv
import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

HERE = Path(__file__).parent


def golden(name: str) -> list[dict[str, Any]]:
    """The cases of one golden table; every value is the text that stands there."""
    # The base loader leaves '1.716100 m²' and '65' as they were printed: nothing becomes a number on the way.
    return yaml.load((HERE / "golden" / f"{name}.yaml").read_text("utf-8"), yaml.BaseLoader)


def printed(value: float, like: str) -> str:
    """A number in as many decimals as the number at the head of `like` was printed with.

    >>> printed(1.7161, "1.716100 m²"), printed(62.5, "62 kg")
    ('1.716100', '63')
    """
    return str(Decimal(repr(float(value))).quantize(Decimal(number_of(like)), ROUND_HALF_UP))


def number_of(text: str) -> str:
    """The number at the head of a quantity: '165' of '165 cm'."""
    return text.partition(" ")[0]


def unit_of(text: str) -> str:
    """The unit after the number: 'cm' of '165 cm'."""
    return text.partition(" ")[2]


# Here we know better than the table, which was written for fields of bare numbers: a unit that is said is read, and
# the centimetres and kilograms shown (DESIGN.md); and our protocols write durations so.
DEPARTURES = {"G08": "accept:172.72 cm", "W02": "accept:69.85322498 kg", "D40": "accept:4 h"}


class BadInput(NamedTuple):
    """One wrong, or wrong-looking, entry and what is to become of it.

    `expected` is `reject`, `accept:X` (read as X), `reject_or:X` (either), or `confirm:X` (read, and a person asked).
    """

    id: str
    group: str
    level: str
    kind: str
    entry: Any
    note: str
    expected: str
    hazard: str

    @property
    def verdict(self) -> str:
        return self.expected.partition(":")[0]

    @property
    def read_as(self) -> str:
        return self.expected.partition(":")[2]


def bad_inputs(level: str) -> list[BadInput]:
    """The rows that one part of the program must answer for: units, dates, yaml or order."""
    with (HERE / "bad_inputs.csv").open(encoding="utf-8", newline="") as file:
        rows = [BadInput(**{**row, "entry": json.loads(row["entry"])}) for row in csv.DictReader(file)]
    return [row._replace(expected=DEPARTURES.get(row.id, row.expected)) for row in rows if row.level == level]
