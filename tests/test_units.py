"""Quantities from text, the kinds they are of, and the one place that rounds."""

from __future__ import annotations

import inspect
import math
import pickle
import random
import re
from decimal import ROUND_HALF_UP, Decimal

import numpy
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from dosewright import units
from dosewright.errors import Mistake, Refusal, UnitMistake
from dosewright.units import (
    DOSE_PER_AREA,
    DURATION,
    HEIGHT,
    INTERVAL,
    KINDS,
    LOADING,
    PERCENT,
    SYMBOLS,
    UNITS,
    VIALS,
    Dose,
    Height,
    Kind,
    Weight,
    half_up,
    quantity,
    read_range,
    settled,
)

from .refusals import is_read
from .tables import golden, number_of, unit_of

# ------------------------------------------------------------------------------------------------- numbers from text

whole = st.integers(0, 999_999_999)
decimals = st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=6).map(".{}".format))
numbers = st.builds("{}{}".format, whole, decimals)


@given(numbers)
@example("0")
@example("0.000001")
@example("999999999.999999")
def test_a_plain_decimal_number_is_read_as_the_number_it_is(text):
    assert units.number(text) == float(Decimal(text))


@given(st.text())
@example("1,75")
@example("1 000")
@example("１７５")
@example("1e2")
@example("1_75")
@example("nan")
@example("0175")
@example(".5")
@example("5.")
@example("-5")
@example("1.2345678")
@example("1234567890")
@example("1\n")
def test_no_other_text_is_a_number(text):
    # Said here once more in other words than the grammar: ASCII digits, at most one point, digits on both its sides.
    before, point, after = text.partition(".")
    plain = all(one in "0123456789" for one in before + after) and before != "" and (after != "" or not point)
    short = len(before) <= 9 and len(after) <= 6 and not (len(before) > 1 and before[0] == "0")
    assert is_read(units.number, text) == (plain and short)


# ---------------------------------------------------------------------------------------------- quantities from text


FIGURES_FIRST = sorted(unit for unit in UNITS if unit[0].isdigit())  # '10^9/L', which needs a space before it


@given(numbers, st.sampled_from(sorted(UNITS.keys() - set(FIGURES_FIRST))), st.sampled_from(["", " ", "  "]))
def test_a_number_and_a_unit_of_the_table_are_read_with_or_without_a_space(number, unit, space):
    read = quantity(f"{number}{space}{unit}")
    assert (read.magnitude, read.units) == (float(number), UNITS[unit])


@given(numbers, st.sampled_from(FIGURES_FIRST))
def test_a_power_of_ten_is_a_unit_only_after_a_space(number, unit):
    read = quantity(f"{number} {unit}")
    assert (read.magnitude, read.units, is_read(quantity, f"{number}{unit}")) == (float(number), UNITS[unit], False)


@pytest.mark.parametrize("unit", [unit for unit in UNITS if "m²" in unit])
@pytest.mark.parametrize("spelling", ["m^2", "m**2", "m2"])
def test_a_square_metre_has_four_spellings(unit, spelling):
    assert quantity(f"85 {unit.replace('m²', spelling)}").units == quantity(f"85 {unit}").units


@given(st.text(max_size=70))
@example("85 mg/m")
@example("85 mg m2")
@example("85 Mg/m2")
@example("2 400 mg/m2")
@example("5 U")
@example("500 units per day")
@example("85 mg/m2\n")
@example("1 ft 12 in")
@example("5ft8in")
@example("")
def test_text_is_read_only_as_a_number_with_a_unit_of_the_table_or_as_feet_and_inches(text):
    form = re.fullmatch(r" *([0-9.]+) *(\S+?) *", text)
    plain = form is not None and form[2] in UNITS and is_read(units.number, form[1])
    feet = re.fullmatch(r" *[1-9] ft (\d|1[01])(\.\d\d?)? ?in *", text, re.ASCII)
    assert is_read(quantity, text) == (plain or feet is not None)


@given(st.text(max_size=70), st.sampled_from(KINDS))
def test_whatever_the_text_a_kind_reads_it_or_says_what_it_needs(text, kind):
    assert is_read(kind.read, text) in {True, False}


HINTS = [
    ("165", "the unit is missing"),
    ("1,75 m", "write a decimal point, and no sign between thousands"),
    ("2'400 mg", "write a decimal point, and no sign between thousands"),
    ("5' 8\"", "write feet and inches as '5 ft 8 in'"),
    ('68" tall', "write feet and inches as '5 ft 8 in'"),
    ("１７５ cm", "only the plain digits 0 to 9 and plain spaces are read"),
    ("70\u00a0kg", "only the plain digits 0 to 9 and plain spaces are read"),
    ("1 000 mg", "no space inside a number"),
    ("0175 cm", "no leading zero"),
    (".5 mg", "a zero before the decimal point"),
    ("5. mg", "a digit after the decimal point, or no point"),
    ("1.2345678 mg", "at most six decimals"),
    ("-5 mg", "no sign"),
    ("+5 mg", "no sign"),
    ("1e3 mg", "no exponent, no underscore, and a number that is one"),
    ("1_000 mg", "no exponent, no underscore, and a number that is one"),
    ("nan mg", "no exponent, no underscore, and a number that is one"),
    ("100 ug", "write 'mcg'"),
    ("100 µg", "write 'mcg'"),
    ("5 IU", "write 'units'"),
    ("5 cc", "write 'mL'"),
    ("70 Kg", "write 'kg'"),
    ("154 lbs", "write 'lb'"),
    ("2.4 gr", "write 'g' or 'mg'"),
    ("140斤", "0.5 kg; write kilograms"),
    ("1.2 mg/dl", "write 'mg/dL'"),
    ("5 U", "write 'units'"),
    ("1" * 61 + " mg", "too long for a number"),
]


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_a_refused_text_is_told_what_probably_went_wrong(text, hint):
    with pytest.raises(UnitMistake) as refused:
        quantity(text)
    assert refused.value.hint == hint


def test_a_text_as_long_as_a_text_may_be_is_read():
    text = "1".ljust(58) + "mg"
    assert (len(text), quantity(text).m_as("mg")) == (60, 1)


@pytest.mark.parametrize("value", [None, 165, 165.0, True, [165], {"value": 165}, b"165 cm", ("165", "cm")])
def test_what_is_no_text_is_no_quantity(value):
    with pytest.raises(UnitMistake):
        HEIGHT.read(value)


CONVERSIONS = [
    pytest.param(one["given"], one["gives"], id=one["case"])
    for one in golden("units")
    if "waits" not in one and "analyte" not in one
]


@pytest.mark.parametrize(("text", "gives"), CONVERSIONS)
def test_a_unit_is_of_another_what_it_is_by_definition(text, gives):
    assert quantity(text).m_as(UNITS.get(unit_of(gives), unit_of(gives))) == pytest.approx(
        float(number_of(gives)), rel=1e-15
    )


@pytest.mark.parametrize("one", [one for one in golden("units") if "waits" in one], ids=lambda one: one["case"])
def test_a_laboratory_unit_is_refused_until_its_calculator_comes(one):
    assert (is_read(quantity, one["given"]) and is_read(quantity, one["gives"])) is False


def test_each_definition_is_read_as_pint_reads_it():
    theirs = units.pint.UnitRegistry(None)
    for one in units.DEFINITIONS:
        theirs.define(one)
    names = [one.partition(" ")[0] for one in units.DEFINITIONS]
    symbols = [one.rpartition("= ")[2] for one in units.DEFINITIONS if one.count("=") == 2]
    wrong = [
        name
        for name in (*names, *symbols)
        if units.registry.Quantity(1, name).to_base_units().magnitude
        != pytest.approx(theirs.Quantity(1, name).to_base_units().magnitude, rel=1e-15)
        or dict(units.registry.Unit(name).dimensionality) != dict(theirs.Unit(name).dimensionality)
    ]
    assert wrong == []


def test_every_number_in_the_registry_is_held_by_a_conversion():
    # Each definition, with the last digit of its number another, breaks at least one outside number.
    unnoticed = [definition for definition in units.DEFINITIONS if not noticed(definition)]
    assert unnoticed == []


def noticed(definition: str) -> bool:
    number = re.search(r"\d[\d.]*", definition.partition("=")[2])
    if number is None:
        return True  # a base unit has none
    other = f"{number[0][:-1]}{(int(number[0][-1]) + 1) % 10 or 1}"
    before, _, after = definition.partition("=")
    registry = units.pint.UnitRegistry(None)
    for one in units.DEFINITIONS:
        registry.define(f"{before}={after.replace(number[0], other, 1)}" if one == definition else one)
    for text, gives in (case.values for case in CONVERSIONS):
        read = quantity(text)
        changed = registry.Quantity(read.magnitude, str(read.units)).m_as(str(unit_called(gives)))
        if changed != pytest.approx(float(number_of(gives)), rel=1e-15):
            return True
    return False


def unit_called(gives: str):
    return UNITS.get(unit_of(gives), unit_of(gives))


def test_a_pickled_quantity_comes_back_to_the_closed_registry():
    # On the way to a second worker; the default registry would know 'mcg' otherwise, or not at all.
    assert pickle.loads(pickle.dumps(quantity("100 mcg"))).m_as("mg") == 0.1


def test_the_registry_knows_nothing_but_its_own_definitions():
    with pytest.raises(units.pint.UndefinedUnitError):
        units.registry.Unit("MG")  # megagauss to an open registry


# -------------------------------------------------------------------------------------------------- kinds of quantity

OF_TWO_KINDS = {
    # Where two kinds share a unit, the name of the argument tells them apart.
    ("weight", "g"),
    ("dose", "g"),
    ("height", "cm"),
    ("tumour size", "cm"),
    ("creatinine clearance", "mL/min"),
    ("filtration", "mL/min"),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("other", KINDS, ids=lambda kind: kind.name)
def test_no_kind_stands_for_another(kind, other):
    taken = [unit for unit in other.units if kind is not other and kind.holds(quantity(1.0, unit))]
    assert [unit for unit in taken if (kind.name, unit) not in OF_TWO_KINDS] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_reads_its_own_example(kind):
    assert kind.holds(kind.read(kind.example)) is True


@given(
    st.sampled_from(KINDS), st.one_of(st.sampled_from(["PT46H", "P21D", "P2D", "PT504H", "PT90M"]), st.text(max_size=8))
)
@example(INTERVAL, "PT504H")
@example(DURATION, "P2D")
def test_what_a_kind_reads_it_also_holds(kind, text):
    # An interval in hours would be read here and refused by the first calculator.
    try:
        read = kind.read(text)
    except Mistake:
        return
    assert kind.holds(read) is True


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("edge", ["least", "most"])
def test_the_ends_of_what_can_be_belong_to_it(kind, edge):
    value = getattr(kind, edge)
    assert kind._within(quantity(value, kind.unit), "the edge").magnitude == value


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (HEIGHT, ["20 cm", "280 cm", "0.2 m", "2.8 m"]),
        (DURATION, ["1 min", "10080 min", "168 h", "PT168H"]),
        (INTERVAL, ["1 d", "366 d", "52 wk", "P366D"]),
        (PERCENT, ["0 %", "100 %"]),
        (VIALS, ["1 vial", "100 vial"]),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_the_ends_belong_in_every_unit(kind, texts):
    assert [text for text in texts if not is_read(kind.read, text)] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("factor", [0.999, 1.001])
def test_what_lies_beyond_the_ends_is_refused(kind, factor):
    beyond = kind.least * factor - 1e-9 if factor < 1 else kind.most * factor
    with pytest.raises(Refusal):
        kind._within(quantity(beyond, kind.unit), "beyond")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_no_number_is_refused_by_every_kind(kind):
    with pytest.raises(Refusal):
        kind._within(quantity(math.nan, kind.unit), "nan")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_quantity_that_is_one_already_is_itself_if_it_is_of_the_kind(kind):
    made = quantity(1.5, kind.unit)
    assert [kind.read(made), quantity(1.5, kind.unit, kind=kind)] == [made, made]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_quantity_that_is_one_already_is_refused_if_it_is_of_another_kind(kind):
    other = quantity(1.5, "kg" if kind.holds(quantity(1.5, "cm")) else "cm")
    with pytest.raises(UnitMistake):
        kind.read(other)


def test_a_unit_that_is_in_no_table_is_refused_beside_a_number_too():
    with pytest.raises(UnitMistake):
        quantity(1.5, "furlong")


def test_a_dose_in_the_wrong_kind_is_refused_with_an_example():
    with pytest.raises(UnitMistake) as refused:
        DOSE_PER_AREA.read("85 mg")
    assert str(refused.value) == (
        "needs a dose per m² with its unit (mg/m², g/m², mcg/m²), for example '85 mg/m²'; got '85 mg'"
    )


class Patient(BaseModel):
    height: Height
    weight: Weight
    dose: Dose


def test_a_model_tells_every_wrong_quantity_at_once():
    with pytest.raises(ValidationError) as refused:
        Patient.model_validate({"height": "165", "weight": "60 cm", "dose": "85 mg/m²"})
    assert [error["loc"] for error in refused.value.errors()] == [("height",), ("weight",), ("dose",)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_editor_lets_every_unit_of_a_kind_pass(kind):
    pattern = kind.__get_pydantic_json_schema__({"type": "any"}, None)["pattern"]
    spelled = [text for text, unit in UNITS.items() if unit in {UNITS[own] for own in kind.units}]
    assert [text for text in spelled if not re.fullmatch(pattern, f"1.5 {text}")] == []


# ------------------------------------------------------------------------------------------------------------- ranges


def test_a_range_has_its_unit_once():
    assert [end.magnitude for end in read_range("40 to 60 mg/vial", LOADING)] == [40, 60]


@pytest.mark.parametrize("text", ["40-60 mg/vial", "40–60 mg/vial", "40 to 60mg/vial"])
def test_a_range_may_have_a_dash(text):
    assert read_range(text, LOADING) == read_range("40 to 60 mg/vial", LOADING)


def test_a_single_value_is_a_range_of_one():
    assert read_range("6 wk", INTERVAL).low == read_range("6 wk", INTERVAL).high


@pytest.mark.parametrize(
    "text", ["60 to 40 mg/vial", "40 to 40 mg/vial", "40 to 60 mg", "to 60 mg/vial", "40 60 mg/vial"]
)
def test_a_range_that_does_not_rise_or_is_of_another_kind_is_refused(text):
    with pytest.raises(Mistake):
        read_range(text, LOADING)


@pytest.mark.parametrize("value", [None, 50, ["40 mg/vial", "60 mg/vial"], "40 to 60 mg/vial".ljust(200, "l")])
def test_what_is_no_text_or_too_long_is_no_range(value):
    with pytest.raises(Mistake):
        read_range(value, LOADING)


# ----------------------------------------------------------------------------------------------- rounding, halves up

STEPS = ["1", "0.1", "0.01", "0.001", "0.000001", "0.5", "0.25", "2.5", "5", "10", "25", "50", "100", "250", "0.3", "7"]


def tie_seeded(count: int) -> list[tuple[Decimal, Decimal]]:
    """Values at a tie, a hair beside one, and at a multiple, each with its step; the same in every run."""
    chance = random.Random(2026)
    cases = []
    for _ in range(count):
        step = Decimal(chance.choice(STEPS))
        steps = chance.choice([chance.randrange(20), chance.randrange(1000), chance.randrange(1_000_000)])
        beside = Decimal(chance.choice(["0.5", "0.5", "0.5", "0.499999", "0.500001", "0", "0.4", "0.9999"]))
        cases.append(((steps + beside) * step, step))
    return cases


def by_decimal(value: Decimal, step: Decimal) -> float:
    return float((value / step).quantize(Decimal(1), ROUND_HALF_UP) * step)


def test_100_000_values_at_ties_are_rounded_as_decimal_rounds_them():
    cases = tie_seeded(100_000)
    wrong = [(v, s) for v, s in cases if half_up(float(v), float(s)) != by_decimal(v, s)]
    assert wrong == []


@pytest.mark.parametrize("step", STEPS)
def test_a_column_is_rounded_as_its_numbers_are(step):
    # To the last bit: 0.30000000000000004 mg would pass a cap of 0.3 mg.
    values = [float(value) for value, of in tie_seeded(20_000) if of == Decimal(step)]
    rounded = half_up(numpy.array(values), float(step)).tolist()
    assert rounded == [half_up(value, float(step)) for value in values]


def test_a_column_may_have_a_step_in_each_row():
    values, steps = numpy.array([142.5, 0.25, 7.5]), numpy.array([1, 0.1, 5])
    assert half_up(values, steps).tolist() == [143, 0.3, 10]


@given(st.decimals(0, 999_999_999, places=6))
@example(Decimal("99999999.5"))
@example(Decimal("999999999.999999"))
def test_rounding_to_the_last_digit_that_can_be_written_changes_nothing(value):
    assert half_up(float(value), 1e-6) == float(value)


@given(st.decimals("0.01", 100_000, places=4), st.sampled_from(STEPS))
def test_rounding_moves_a_value_by_half_a_step_at_most(value, step):
    assert abs(half_up(float(value), float(step)) - float(value)) <= float(step) / 2 * (1 + 1e-9)


@given(st.decimals("0.01", 100_000, places=4), st.sampled_from(STEPS))
def test_rounding_twice_is_rounding_once(value, step):
    once = half_up(float(value), float(step))
    assert half_up(once, float(step)) == once


@given(st.decimals("0.01", 100_000, places=4), st.sampled_from(STEPS))
def test_halves_go_away_from_zero_on_both_sides(value, step):
    assert half_up(-float(value), float(step)) == -half_up(float(value), float(step))


@pytest.mark.parametrize(
    ("product", "rounded"),
    [
        (0.285 * 1000, 285),  # 284.99999999999994 in binary
        (1.15 * 10 + 1, 13),  # 12.5
        (85 * 1.7 - 2, 143),  # 142.5
        (2.675 * 100, 268),  # 267.49999999999994 in binary, 267.5 to anybody who writes decimals
        (1.005 * 1000 - 0.5, 1005),  # 1004.4999999999999 in binary, 1004.5 to anybody who writes decimals
    ],
)
def test_binary_noise_does_not_decide_a_tie(product, rounded):
    assert half_up(product, 1) == rounded


@given(st.decimals("0.001", 999_999, places=6))
def test_settling_keeps_every_digit_that_can_be_written(value):
    assert settled(float(value)) == float(value)


# ---------------------------------------------------------------------------------------------- units become text again


@pytest.mark.parametrize("unit", sorted(SYMBOLS.values()))
def test_what_is_written_for_a_unit_is_read_as_that_unit(unit):
    assert SYMBOLS[UNITS[unit]] == unit


def test_a_unit_is_written_in_one_way_only():
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)


def test_kinds_are_told_apart_by_name():
    assert len({kind.name for kind in KINDS}) == len(KINDS)


def test_every_kind_is_in_the_list_of_kinds():
    assert [one for _, one in inspect.getmembers(units) if isinstance(one, Kind) and one not in KINDS] == []
