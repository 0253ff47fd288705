"""The one closed registry of units, the number grammar, and the kinds of quantity.

Text never reaches pint's parser, which reads `1,75 m` as 175 m and `1 000 mg` as 0 mg: an own grammar reads the number,
a closed table the unit, and pint does dimensions and conversion. A *kind* is narrower than a dimension: mg/kg is
dimensionless and a dose is a mass, yet neither may stand for the other.
"""

from __future__ import annotations

import functools
import math
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import pint
from pint.facets.plain import PlainQuantity, PlainUnit, ScaleConverter, UnitDefinition
from pint.util import UnitsContainer

from .errors import Mistake, Refusal, UnitMistake, with_article

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

    Quantity = PlainQuantity[Any]
else:
    Quantity = PlainQuantity

DEFINITIONS: Final = (
    "meter = [length] = m",
    "centimeter = 0.01 * meter = cm",
    "millimeter = 0.001 * meter = mm",
    "micrometer = 0.000001 * meter = um",
    "inch = 0.0254 * meter = in",
    "gram = [mass] = g",
    "kilogram = 1000 * gram = kg",
    "milligram = 0.001 * gram = mg",
    "microgram = 0.000001 * gram = mcg",
    "pound = 453.59237 * gram = lb",
    "hour = [time] = h",
    "minute = hour / 60 = min",
    "day = 24 * hour = d",
    "week = 168 * hour = wk",
    "liter = 0.001 * meter ** 3 = L",
    "milliliter = 0.001 * liter = mL",
    "unit = [activity] = units",
    "vial = [vial]",
    "percent = 0.01",
    "second = hour / 3600 = s",
    "millisecond = 0.001 * second = ms",
    "deciliter = 0.1 * liter = dL",
    "microliter = 0.000001 * liter = uL",
    "micromole = [substance] = umol",
    "millimole = 1000 * micromole = mmol",
    "milliequivalent = [charge] = mEq",
    "enzyme_unit = [catalysis] = U",
    "microkatal = 60 * enzyme_unit = ukat",
    "cell = [cells]",
    "kilocell = 1000 * cell",
    "gigacell = 1000000000 * cell",
    "normalized_ratio = [clotting] = INR",
    "celsius = [temperature] = degC",
    "year = [age] = years",
    "point = [score] = points",
    "standard_surface = [standard_surface]",
)


def _closed_registry() -> pint.UnitRegistry[Any]:
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, on_redefinition="raise")
    for definition in DEFINITIONS:
        registry.define(_definition(definition))  # type: ignore[arg-type]  # it takes definitions too, as its text says
    return registry


def _definition(text: str) -> UnitDefinition:
    """A definition as pint would read it; its parser takes longer than all else that a dose needs from this module."""
    name, value, *symbol = (part.strip() for part in text.split("="))
    scale, of = 1.0, {}
    before = ""
    for sign, token in zip(["*", *value.split()[1::2]], value.split()[::2], strict=True):
        if sign == "**":
            of[before] = int(token)
        elif token[0].isdigit():
            scale = scale / float(token) if sign == "/" else scale * float(token)
        else:
            of[token], before = 1, token
    return UnitDefinition(name, symbol[0] if symbol else None, (), ScaleConverter(scale), UnitsContainer(of))


registry: Final = _closed_registry()
pint.set_application_registry(registry)  # type: ignore[no-untyped-call]
# so that a pickled quantity comes back to this registry, never to the default


# ------------------------------------------------------------------------------------------------ the table of units

_SQUARE_METRE_SPELLINGS: Final = ("m²", "m^2", "m**2", "m2")


_PARTS_ONLY: Final = "dL uL umol mmol mEq U ukat cell kilocell gigacell standard_surface degC".split()
"""What laboratories write within a unit and never alone: 5 U might be five units of anything."""

_LABORATORY: Final = {
    "mL/min": "mL/min", "mL/min/1.73m²": "mL/min/standard_surface", "g/dL": "g/dL", "mg/dL": "mg/dL",
    "µmol/L": "umol/L", "mmol/L": "mmol/L", "mEq/L": "mEq/L", "U/L": "U/L", "µkat/L": "ukat/L",
    "10^9/L": "gigacell/L", "10^3/µL": "kilocell/uL", "/µL": "cell/uL", "°C": "degC",
}  # fmt: skip
_LABORATORY_SPELLINGS: Final = {
    "umol/L": "µmol/L", "μmol/L": "µmol/L", "IU/L": "U/L", "ukat/L": "µkat/L", "μkat/L": "µkat/L",
    "10⁹/L": "10^9/L", "10*9/L": "10^9/L", "10^3/uL": "10^3/µL", "10^3/μL": "10^3/µL", "10³/µL": "10^3/µL",
    "10*3/uL": "10^3/µL", "K/µL": "10^3/µL", "K/uL": "10^3/µL", "/uL": "/µL", "/μL": "/µL", "/mm3": "/µL",
    "/mm³": "/µL",
}  # fmt: skip
"""Beside each spelling the one that we write: the micro sign has two code points, and the figure nine a small one."""


def _table() -> dict[str, PlainUnit]:
    """Every unit text that is understood, in every spelling that is; nothing else is."""
    plain = "m cm mm in kg g mg mcg lb h min d wk L mL units vial percent um s ms INR years points".split()
    parts: dict[str, PlainUnit] = {text: registry.Unit(text) for text in (*plain, *_PARTS_ONLY)}
    table = {text: parts[text] for text in plain}
    table["m²"] = table["m"] ** 2
    for text in (
        "mg/kg g/kg mcg/kg units/kg kg/m² mg/m² g/m² mcg/m² units/m² mg/mL mcg/mL g/L mL/h mg/h mg/min mg/vial".split()
    ):
        over, under = text.split("/")
        table[text] = table[over] / table[under]
    for text, written in _LABORATORY.items():
        first, *rest = written.split("/")
        table[text] = functools.reduce(operator.truediv, (parts[part] for part in rest), parts[first])
    for text, unit in tuple(table.items()):
        table |= {text.replace("m²", spelling): unit for spelling in _SQUARE_METRE_SPELLINGS if "m²" in text}
    table["%"], table["µm"] = table.pop("percent"), table.pop("um")
    table |= {spelling: table[text] for spelling, text in _LABORATORY_SPELLINGS.items()}
    return table | {"hours": table["h"], "days": table["d"], "weeks": table["wk"]}


UNITS: Final[Mapping[str, PlainUnit]] = _table()


def _without_detour(registry: pint.UnitRegistry[Any]) -> None:
    """Let a quantity tell its number at once in the unit that it has; pint would read the unit anew each time."""
    as_written = {text: unit._units for text, unit in UNITS.items()}
    convert = registry.Quantity.m_as

    def m_as(self: Quantity, units: Any) -> Any:
        return self._magnitude if type(units) is str and as_written.get(units) == self._units else convert(self, units)

    registry.Quantity.m_as = m_as  # type: ignore[method-assign]  # of this registry's own class


_without_detour(registry)

_OTHER_SPELLINGS: Final = re.compile(r"weeks|days|hours|m\^2|m\*\*2|m2")
SYMBOLS: Final[Mapping[PlainUnit, str]] = {
    unit: text
    for text, unit in UNITS.items()
    if text not in _LABORATORY_SPELLINGS and not _OTHER_SPELLINGS.search(text)
}
"""The one way each unit is written for people."""


def symbol(unit: PlainUnit) -> str:
    """A unit as people write it: 'mg/m²'."""
    return SYMBOLS[unit]


_UCUM: Final = {
    "mcg": "ug",
    "in": "[in_i]",
    "lb": "[lb_av]",
    "units": "[arb'U]",
    "vial": "{vial}",
    "m²": "m2",
    "µm": "um",
    "1.73m²": "{1.73_m2}",
    "µmol": "umol",
    "mEq": "meq",
    "µkat": "ukat",
    "10^9": "10*9",
    "10^3": "10*3",
    "µL": "uL",
    "°C": "Cel",
    "INR": "{INR}",
    "years": "a",
    "points": "{score}",
}


def code(unit: PlainUnit) -> str:
    """A unit as programs write it (UCUM): 'mg/m2'."""
    return "/".join(_UCUM.get(part, part) for part in SYMBOLS[unit].split("/"))


# --------------------------------------------------------------------------------------------------- the number grammar

_NUMBER = r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?"
_NUMBER_ALONE: Final = re.compile(_NUMBER, re.ASCII)
# No unit begins with a figure but a power of ten of cells, which therefore needs a space before it.
_UNIT = r"(?: *(?=[^ 0-9])| +(?=10[\^*⁹³]))([^ ]+)"
_QUANTITY: Final = re.compile(rf"({_NUMBER}){_UNIT}", re.ASCII)
_FEET_AND_INCHES: Final = re.compile(r"([1-9]) ?ft (0|[1-9]|1[01])(\.[0-9]{1,2})? ?in", re.ASCII)
_RANGE: Final = re.compile(rf"({_NUMBER})(?: to |-|–)({_NUMBER}) *([^ 0-9][^ ]*)", re.ASCII)
_ISO_DURATION: Final = re.compile(r"P(?:([1-9][0-9]{0,3})D|T([0-9]{1,4})H|T([0-9]{1,4})M)", re.ASCII)
LONGEST_TEXT: Final = 60


def number(text: str) -> float:
    """A plain decimal number: ASCII digits, a point, at most six decimals, no sign, exponent or separator.

    >>> number("70.10")
    70.1
    >>> number("1,75")
    Traceback (most recent call last):
    dosewright.errors.Mistake: needs a plain decimal number, for example '1.75'; got '1,75' (write a decimal point, ...)
    """
    if not isinstance(text, str) or not _NUMBER_ALONE.fullmatch(text):
        raise Mistake("a plain decimal number", example="1.75", got=text, hint=_number_hint(str(text)))
    return float(text)


def _number_hint(text: str) -> str:
    """What probably went wrong with a number; said, never repaired."""
    if len(text) > LONGEST_TEXT:
        return "too long for a number"
    if "," in text or "'" in text:
        return "write a decimal point, and no sign between thousands"
    if any(not c.isascii() and (c.isdigit() or c.isspace() or not c.isprintable()) for c in text):
        return "only the plain digits 0 to 9 and plain spaces are read"
    if re.search(r"\d\s+\d", text):
        return "no space inside a number"
    if re.match(r"0\d", text):
        return "no leading zero"
    if text.startswith("."):
        return "a zero before the decimal point"
    if re.search(r"\.\d{7,}", text):
        return "at most six decimals"
    if re.search(r"\d\.(?!\d)", text):
        return "a digit after the decimal point, or no point"
    if re.match(r"[-+−]", text):
        return "no sign"
    if re.search(r"\d[eE][-+]?\d|_|0x|nan|inf", text, re.IGNORECASE):
        return "no exponent, no underscore, and a number that is one"
    return ""


def _unit_hint(text: str, unit: str) -> str:
    """What probably went wrong with a unit."""
    slips = {
        "ug": "write 'mcg'", "µg": "write 'mcg'", "μg": "write 'mcg'", "U": "write 'units'", "IU": "write 'units'",
        "[IU]": "write 'units'", "unit": "write 'units'", "cc": "write 'mL'", "ml": "write 'mL'", "Kg": "write 'kg'",
        "KG": "write 'kg'", "gm": "write 'g'", "gr": "write 'g' or 'mg'", "lbs": "write 'lb'", "hr": "write 'h'",
        "斤": "0.5 kg; write kilograms", "公斤": "write 'kg'",
    }  # fmt: skip
    if unit in slips:
        return slips[unit]
    if unit.endswith("l") and f"{unit[:-1]}L" in UNITS:
        return f"write '{unit[:-1]}L'"
    if ("'" in text or '"' in text) and not re.match(r"\d+'\d{3}", text):  # which is how Switzerland writes thousands
        return "write feet and inches as '5 ft 8 in'"
    return _number_hint(text)


def quantity(value: Any, unit: str | PlainUnit | None = None, *, kind: Kind | None = None) -> Quantity:
    """A number with its unit.

    From text, `quantity("165 cm")`, or from a number or an array and a unit of the table, `quantity(1.6583, "m²")`.
    With `kind`, the quantity must be of that kind.

    Raises `UnitMistake` where the text is no number with a unit, the unit is unknown or it is not of the kind.

    >>> quantity("5 ft 8 in").m_as("cm")
    172.72
    >>> quantity("165")
    Traceback (most recent call last):
    dosewright.errors.UnitMistake: needs a number with its unit, for example '165 cm'; got '165' (the unit is missing)
    """
    if unit is not None:
        found = UNITS.get(unit) if isinstance(unit, str) else unit
        if found is None:
            raise UnitMistake("a unit of the table", example="mg/m²", got=unit)
        made: Quantity = registry.Quantity(value, found)
        return made if kind is None else kind.check(made)
    if kind is not None:
        return kind.read(value)
    magnitude, found = _parse(value, "a number with its unit", "165 cm")
    return registry.Quantity(magnitude, found)


def _parse(text: object, needs: str, example: str) -> tuple[float, PlainUnit]:
    if not isinstance(text, str):
        raise UnitMistake(needs, example=example, got=text, hint="write the number with its unit, as text")
    text = text.strip(" ")
    match = _QUANTITY.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if match is not None:
        unit = UNITS.get(match[2])
        if unit is not None:
            return float(match[1]), unit
    if match is None:
        feet = _FEET_AND_INCHES.fullmatch(text)
        if feet:
            inches = int(feet[1]) * 12 + float(feet[2] + (feet[3] or ""))
            return inches, UNITS["in"]
        if _NUMBER_ALONE.fullmatch(text):
            raise UnitMistake(needs, example=example, got=text, hint="the unit is missing")
    raise UnitMistake(needs, example=example, got=text, hint=_unit_hint(text, match[2] if match else ""))


# ------------------------------------------------------------------------------------------------ the kinds of quantity


@dataclass(frozen=True, slots=True)
class Kind:
    """A nominal kind of quantity: its name, the units it may be written in, and what no value of it can be.

    `least` and `most` are guards against slips of the pen, in the first unit; they are no clinical limits. As the
    metadata of an `Annotated` type a kind is a Pydantic type: it reads text and refuses everything that is not of it.

    The units of a laboratory value may be of different dimensions: `makes` then says how many of the first unit one of
    each makes, which is true of this analyte and of no other.
    """

    name: str
    units: tuple[str, ...]
    example: str
    least: float
    most: float
    makes: tuple[float, ...] = ()

    @property
    def needs(self) -> str:
        if self.makes:
            return f"{self.name} with the unit ({', '.join(self.units)})"
        return f"{with_article(self.name)} with its unit ({', '.join(self.units)})"

    @property
    def unit(self) -> PlainUnit:
        """The unit in which this kind is kept and shown."""
        return UNITS[self.units[0]]

    @property
    def written_in(self) -> frozenset[PlainUnit]:
        """The units in which a quantity of this kind may be written."""
        return _units_of(self.units)

    def holds(self, value: Quantity) -> bool:
        """Whether a quantity is written in a unit of this kind; the dimension alone would not tell."""
        return value.units in _units_of(self.units)

    def magnitude(self, value: Quantity, unit: str | PlainUnit) -> Any:
        """The number of a quantity of this kind in one of its units."""
        wanted = UNITS[unit] if isinstance(unit, str) else unit
        if value.units == wanted:
            return value.magnitude
        if not self.makes:
            return value.m_as(wanted)
        in_first = value.magnitude * self._makes(value.units)
        return in_first if wanted == self.unit else in_first / self._makes(wanted)

    def _makes(self, unit: PlainUnit) -> float:
        return next(makes for text, makes in zip(self.units, self.makes, strict=True) if UNITS[text] == unit)

    def read(self, value: object) -> Quantity:
        """A quantity of this kind from text (or one that already is a quantity)."""
        if isinstance(value, PlainQuantity):
            return self.check(value)
        if self.name in {"duration", "interval"} and isinstance(value, str) and value.startswith("P"):
            magnitude, unit = _iso_duration(value, self)
        else:
            magnitude, unit = _parse(value, self.needs, self.example)
        if unit not in _units_of(self.units):
            raise UnitMistake(self.needs, example=self.example, got=value)
        return self._within(registry.Quantity(magnitude, unit), value)

    def check(self, value: Quantity) -> Quantity:
        """The quantity itself, if it is of this kind."""
        if not self.holds(value):
            raise UnitMistake(self.needs, example=self.example, got=f"{value.magnitude} {value.units}")
        return value

    def _within(self, value: Quantity, got: object) -> Quantity:
        # Most texts are in the first unit, and to ask is quicker than to convert.
        magnitude = value.magnitude if value.units == self.unit else self.magnitude(value, self.unit)
        if not self.least <= magnitude <= self.most:
            low, high = f"{self.least:,.10g}", f"{self.most:,.10g} {self.units[0]}"
            hint = self._other_readings(value)
            raise Refusal(f"{self.name} must lie between {low} and {high}", example=self.example, got=got, hint=hint)
        return value

    def _other_readings(self, value: Quantity) -> str:
        """What the same digits would say in this analyte's other units, where that can be: said, never taken."""
        readings = []
        for text, makes in zip(self.units, self.makes, strict=False):
            in_first = value.magnitude * makes
            if UNITS[text] != value.units and self.least <= in_first <= self.most:
                same = f", that is {in_first:,.6g} {self.units[0]}" if text != self.units[0] else ""
                readings.append(f"in {text} it could be: {value.magnitude:,.10g} {text}{same}")
        return "; ".join(readings)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        units = "|".join(re.escape(text) for text in UNITS if UNITS[text] in _units_of(self.units))
        more = {
            "height": _FEET_AND_INCHES.pattern,
            "duration": _ISO_DURATION.pattern,
            "interval": _ISO_DURATION.pattern,
        }
        ways = [f"{_NUMBER} *({units})", *([more[self.name]] if self.name in more else [])]
        return {"type": "string", "pattern": f"^({'|'.join(ways)})$", "description": self.needs}


def _iso_duration(text: str, kind: Kind) -> tuple[float, PlainUnit]:
    match = _ISO_DURATION.fullmatch(text)
    if match is None:
        raise Mistake(
            kind.needs, example=kind.example, got=text, hint="of ISO 8601 only days, hours or minutes are read"
        )
    days, hours, minutes = match.groups()
    number_, unit = (days, "d") if days else (hours, "h") if hours else (minutes, "min")
    return float(number_), UNITS[unit]


HEIGHT: Final = Kind("height", ("cm", "m", "in"), "165 cm", 20, 280)
WEIGHT: Final = Kind("weight", ("kg", "g", "lb"), "60 kg", 0.3, 700)
BODY_SURFACE: Final = Kind("body surface area", ("m²",), "1.66 m²", 0.05, 5)
BODY_MASS_INDEX: Final = Kind("body mass index", ("kg/m²",), "22.5 kg/m²", 5, 200)
DOSE: Final = Kind("dose", ("mg", "g", "mcg"), "141 mg", 0.0001, 1_000_000)
ACTIVITY: Final = Kind("dose in units", ("units",), "5000 units", 0.001, 999_999_999)
DOSE_PER_AREA: Final = Kind("dose per m²", ("mg/m²", "g/m²", "mcg/m²"), "85 mg/m²", 0.001, 100_000)
DOSE_PER_WEIGHT: Final = Kind("dose per kg", ("mg/kg", "g/kg", "mcg/kg"), "5 mg/kg", 0.0001, 10_000)
VOLUME: Final = Kind("volume", ("mL", "L"), "500 mL", 0.001, 10_000)
CONCENTRATION: Final = Kind("concentration", ("mg/mL", "mcg/mL", "g/L"), "5 mg/mL", 0.000001, 1000)
RATE: Final = Kind("rate", ("mL/h",), "25 mL/h", 0.001, 10_000)
DOSE_RATE: Final = Kind("dose rate", ("mg/h", "mg/min"), "35 mg/h", 0.0001, 1_000_000)
DURATION: Final = Kind("duration", ("h", "min"), "4 h", 1 / 60, 168)
INTERVAL: Final = Kind("interval", ("d", "wk"), "21 d", 1, 366)
LOADING: Final = Kind("loading per vial", ("mg/vial",), "50 mg/vial", 0.001, 10_000)
VIALS: Final = Kind("number of vials", ("vial",), "2 vial", 1, 100)
PERCENT: Final = Kind("percentage", ("%",), "10 %", 0, 1000)
BEAD_SIZE: Final = Kind("bead size", ("µm",), "100 µm", 1, 5000)
AGE: Final = Kind("age", ("years",), "60 years", 0, 120)
TUMOUR_SIZE: Final = Kind("tumour size", ("cm", "mm"), "4.5 cm", 0.1, 40)
SCORE: Final = Kind("score", ("points",), "13 points", 0, 1000)  # a score below nothing is computed, never read
CREATININE_CLEARANCE: Final = Kind("creatinine clearance", ("mL/min",), "90 mL/min", 1, 500)
FILTRATION: Final = Kind("filtration", ("mL/min",), "90 mL/min", 1, 400)
INDEXED_FILTRATION: Final = Kind("filtration per 1.73 m²", ("mL/min/1.73m²",), "90 mL/min/1.73m²", 1, 250)

KINDS: Final = (
    HEIGHT, WEIGHT, BODY_SURFACE, BODY_MASS_INDEX, DOSE, ACTIVITY, DOSE_PER_AREA, DOSE_PER_WEIGHT, VOLUME,
    CONCENTRATION, RATE, DOSE_RATE, DURATION, INTERVAL, LOADING, VIALS, PERCENT, BEAD_SIZE, AGE, TUMOUR_SIZE, SCORE,
    CREATININE_CLEARANCE, FILTRATION, INDEXED_FILTRATION,
)  # fmt: skip


@functools.cache
def _units_of(texts: tuple[str, ...]) -> frozenset[PlainUnit]:
    return frozenset(UNITS[text] for text in texts)


Height = Annotated[Quantity, HEIGHT]
Weight = Annotated[Quantity, WEIGHT]
BodySurface = Annotated[Quantity, BODY_SURFACE]
BodyMassIndex = Annotated[Quantity, BODY_MASS_INDEX]
Dose = Annotated[Quantity, DOSE]
DosePerArea = Annotated[Quantity, DOSE_PER_AREA]
DosePerWeight = Annotated[Quantity, DOSE_PER_WEIGHT]
Volume = Annotated[Quantity, VOLUME]
Concentration = Annotated[Quantity, CONCENTRATION]
Rate = Annotated[Quantity, RATE]
DoseRate = Annotated[Quantity, DOSE_RATE]
Duration = Annotated[Quantity, DURATION]
Interval = Annotated[Quantity, INTERVAL]
Loading = Annotated[Quantity, LOADING]
Percent = Annotated[Quantity, PERCENT]
Age = Annotated[Quantity, AGE]
TumourSize = Annotated[Quantity, TUMOUR_SIZE]
Score = Annotated[Quantity, SCORE]
CreatinineClearance = Annotated[Quantity, CREATININE_CLEARANCE]
Filtration = Annotated[Quantity, FILTRATION]
IndexedFiltration = Annotated[Quantity, INDEXED_FILTRATION]


class Range(NamedTuple):
    """From one quantity to another of the same unit, both ends included; a single value is a range of one."""

    low: Quantity
    high: Quantity


def read_range(text: object, kind: Kind) -> Range:
    """A range such as '40 to 60 mg/vial' or '6 wk'.

    >>> read_range("3 to 4 wk", INTERVAL).high.m_as("d")
    28.0
    """
    match = _RANGE.fullmatch(text.strip(" ")) if isinstance(text, str) and len(text) <= LONGEST_TEXT else None
    if match is None:
        one = kind.read(text)
        return Range(one, one)
    low, high = (kind.read(f"{end} {match[3]}") for end in (match[1], match[2]))
    if low.magnitude >= high.magnitude:
        raise Refusal("a range must rise", got=text)
    return Range(low, high)


@dataclass(frozen=True, slots=True)
class RangeOf:
    """As the metadata of `Annotated[Range, …]`: the Pydantic type of a range of one kind."""

    kind: Kind

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(lambda text: read_range(text, self.kind))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "description": f"one value or a range of a {self.kind.name}"}


# ------------------------------------------------------------------------------------------------------ settled numbers

NOISE: Final = 1e-14  # relative; a few dozen units in the last place of a double, far below any digit anybody writes
MOST_NOISE: Final = 0.1  # of a step: where digits are so many that noise would reach further, it may not decide


def half_up(value: Any, step: float) -> Any:
    """The nearest multiple of `step`, halves away from zero: the one place where this project rounds.

    Binary noise is settled first: 142.49999999999997, which is 142.5 to anybody who writes decimals, goes up.

    >>> half_up(142.5, 1), half_up(0.285, 0.01), half_up(-0.5, 1), round(142.5)
    (143.0, 0.29, -1.0, 142)
    """
    whole, parts = _ratio(step) if isinstance(step, float | int) else _ratios(step)
    if isinstance(value, float | int):
        exact = abs(value) * parts / whole
        steps = math.floor(exact + min(exact * NOISE, MOST_NOISE) + 0.5)
        return math.copysign(steps * whole / parts, value) if steps else 0.0
    import numpy

    exact = numpy.abs(value) * parts / whole
    steps = numpy.floor(exact + numpy.minimum(exact * NOISE, MOST_NOISE) + 0.5)
    return numpy.copysign(steps * whole / parts, value)


@functools.cache
def _ratio(step: float) -> tuple[int, int]:
    """A step as a ratio of whole numbers: three steps of 1/10 are exactly 0.3, three times 0.1 are not."""
    return Fraction(repr(settled(step))).as_integer_ratio()


def _ratios(steps: Any) -> tuple[Any, Any]:
    import numpy

    wholes, parts = zip(*map(_ratio, steps.tolist()), strict=True)
    return numpy.array(wholes), numpy.array(parts)


def settled(value: float) -> float:
    """A number without its binary dust: what fourteen significant digits can say.

    >>> settled(0.1 * 3)
    0.3
    """
    return float(f"{value:.14g}")
