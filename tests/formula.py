"""A reader of the Formula line of a docstring, as a pharmacist with a pencil would read it; in thirty digits.

It knows + − × ÷ ^ √ log10, brackets, numbers, and names with a unit in square brackets; and nothing of our code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import NamedTuple

EXACT = Context(prec=30)

OF_ONE = {
    # How many of this unit are one of the unit that values are given in (cm, kg, mg, mL, h and their ratios).
    "m": Decimal("0.01"),
    "in": EXACT.divide(Decimal(1), Decimal("2.54")),
    "g": Decimal(1000),
} | dict.fromkeys(
    "cm kg m² mg mg/m² mg/kg kg/m² mL mg/mL mL/h mg/h h d % years µmol/L g/L U/L 10^9/L mL/min/1.73m²".split(),
    Decimal(1),
)
OF_ONE_ANALYTE = {
    # As many of this unit as one of the first unit of this analyte makes.
    ("bilirubin", "mg/dL"): EXACT.divide(Decimal(1), Decimal("17.104")),
    ("creatinine", "mg/dL"): EXACT.divide(Decimal(1), Decimal("88.4")),
    ("albumin", "g/dL"): Decimal("0.1"),
}

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([a-z_]+) \[([^\]]+)\]|(log10|[-+−×÷^√()]))")
_LINE = re.compile(r"(?:(?P<label>[^=]+): )?(?P<name>[^=\[]+) \[(?P<unit>[^\]]+)\] = (?P<body>[^;=]+)")


class Unreadable(ValueError):
    """A formula told in words."""


class Token(NamedTuple):
    number: str
    name: str
    unit: str
    sign: str


@dataclass(frozen=True)
class Formula:
    """One line: for whom it holds, what it gives in which unit, and how."""

    label: str
    name: str
    unit: str
    tokens: tuple[Token, ...]

    @classmethod
    def read(cls, line: str) -> Formula:
        """A formula from its line.

        >>> Formula.read("male: BSA [m²] = 0.00607 × height [cm] − 0.0698").label
        'male'
        """
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise Unreadable(line)
        tokens, body = [], match["body"].strip()
        while body:
            found = _TOKEN.match(body)
            if found is None:
                raise Unreadable(line)
            tokens.append(Token(*(group or "" for group in found.groups())))
            body = body[found.end() :]
        return cls(match["label"] or "", match["name"], match["unit"], tuple(tokens))

    def holds_for(self, values: Mapping[str, object]) -> bool:
        """Whether the label before the colon names this case: a word of an argument, or a bound on one."""
        if not self.label:
            return True
        bound = re.fullmatch(r"(\w+) ([<≥]) ([\d.]+) (\w+)", self.label)
        if bound is None:
            return self.label in values.values()
        value = EXACT.multiply(values[bound[1]], OF_ONE[bound[4]])
        return (value < Decimal(bound[3])) == (bound[2] == "<")

    def value(self, values: Mapping[str, object]) -> Decimal:
        """What the formula gives.

        >>> Formula.read("BSA [m²] = √(height [cm] × weight [kg] ÷ 3600)").value({"height": 160, "weight": 90})
        Decimal('2')
        >>> Formula.read("x [kg] = 2 + 3 × 2^3 ÷ 4 − 1").value({})
        Decimal('7')
        """
        result, rest = _sum(self.tokens, values)
        if rest:
            raise Unreadable(rest[0].sign)
        return result


Tokens = tuple[Token, ...]
Values = Mapping[str, object]


def _sum(tokens: Tokens, values: Values) -> tuple[Decimal, Tokens]:
    left, tokens = _product(tokens, values)
    while tokens and tokens[0].sign in {"+", "−"}:
        sign = tokens[0].sign
        right, tokens = _product(tokens[1:], values)
        left = EXACT.add(left, right) if sign == "+" else EXACT.subtract(left, right)
    return left, tokens


def _product(tokens: Tokens, values: Values) -> tuple[Decimal, Tokens]:
    left, tokens = _power(tokens, values)
    while tokens and tokens[0].sign in {"×", "÷"}:
        sign = tokens[0].sign
        right, tokens = _power(tokens[1:], values)
        left = EXACT.multiply(left, right) if sign == "×" else EXACT.divide(left, right)
    return left, tokens


def _power(tokens: Tokens, values: Values) -> tuple[Decimal, Tokens]:
    base, tokens = _atom(tokens, values)
    if tokens and tokens[0].sign == "^":
        exponent, tokens = _power(tokens[1:], values)
        base = EXACT.power(base, exponent)
    return base, tokens


def _atom(tokens: Tokens, values: Values) -> tuple[Decimal, Tokens]:
    if not tokens:
        raise Unreadable("a formula that ends too soon")
    (number, name, unit, sign), rest = tokens[0], tokens[1:]
    if number:
        return Decimal(number), rest
    if name:
        factor = OF_ONE_ANALYTE.get((name, unit), OF_ONE.get(unit))
        if name not in values or factor is None:
            raise Unreadable(f"{name} [{unit}]")
        return EXACT.multiply(Decimal(values[name]), factor), rest
    if sign == "√":
        inner, rest = _atom(rest, values)
        return EXACT.sqrt(inner), rest
    if sign == "log10":
        inner, rest = _atom(rest, values)
        return EXACT.log10(inner), rest
    if sign == "(":
        inner, rest = _sum(rest, values)
        if not rest or rest[0].sign != ")":
            raise Unreadable("a bracket that does not close")
        return inner, rest[1:]
    raise Unreadable(sign)
