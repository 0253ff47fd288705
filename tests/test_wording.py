"""How a number, a quantity and a date may stand on a sheet: the rules of safe medication writing."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dosewright import wording
from dosewright.units import DOSE_PER_AREA, INTERVAL, KINDS, LOADING, UNITS, code, quantity, read_range

# Of any magnitude that can be written: 0.000001 to 999,999,999.
magnitudes = st.builds(lambda digits, power: float(f"{digits}e{power}"), st.integers(1, 9_999_999), st.integers(-6, 2))
written = st.decimals("0.000001", 999_999_999, places=6)
SAFE = re.compile(r"(0|[1-9]\d{0,2}(,\d{3})*)(\.\d*[1-9])?", re.ASCII)


@given(magnitudes, st.one_of(st.none(), st.integers(0, 6)))
@example(0.000001, None)
@example(1e9, None)
@example(1000.0, None)
@example(0.5, None)
@example(140.0, 2)
@example(99999999.5, None)
def test_a_number_has_its_leading_zero_its_thousands_and_no_trailing_zero_or_exponent(value, places):
    assert SAFE.fullmatch(wording.number(value, places=places))


@given(written)
@example(Decimal("99999999.5"))
@example(Decimal("999999999.999999"))
@example(Decimal("1000000"))
def test_a_number_that_was_written_is_said_in_its_own_digits(value):
    assert Decimal(wording.number(float(value)).replace(",", "")) == value


@given(written, st.integers(0, 5))
@example(Decimal("142.5"), 0)
@example(Decimal("0.285"), 2)
@example(Decimal("999.5"), 0)
@example(Decimal("0.0005"), 3)
def test_a_number_is_said_to_so_many_places_halves_up(value, places):
    said = Decimal(wording.number(float(value), places=places).replace(",", ""))
    assert said == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("value", "said"),
    [(1000, "1,000"), (999, "999"), (1234567.5, "1,234,567.5"), (0, "0"), (-0.0, "0"), (-1234.5, "−1,234.5")],
)
def test_thousands_begin_at_one_thousand(value, said):
    assert wording.number(value) == said


def test_what_rounds_to_nothing_has_no_sign():
    assert wording.number(-0.4, places=0) == "0"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_never_printed(value):
    with pytest.raises((ValueError, OverflowError)):
        wording.number(value)


@given(magnitudes, st.sampled_from(sorted(set(UNITS.values()), key=str)))
def test_a_quantity_is_a_number_one_space_and_its_unit(value, unit):
    number, space, symbol = wording.say(quantity(value, unit)).partition(" ")
    assert (number, space, " " in symbol) == (wording.number(value), " ", False)


FORBIDDEN = re.compile(r"µg|μg|\bug\b|\bU\b|\bIU\b|\bcc\b|\bml\b|/d\b|\bgm\b|\*|\^")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_no_unit_of_a_kind_is_one_that_has_been_misread(kind):
    # µg was read as mg, U as 0, cc as 00; ISMP's list of error-prone abbreviations.
    assert [unit for unit in kind.units if FORBIDDEN.search(wording.say(quantity(5.0, unit)))] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3980 mg", "3,980 mg"),
        ("5.0 mg", "5 mg"),
        ("100 mcg", "100 mcg"),
        ("5000 units", "5,000 units"),
        ("2.4 g/m^2", "2.4 g/m²"),
        ("85 mg/m2", "85 mg/m²"),
        ("1 vial", "1 vial"),
        ("2 vial", "2 vials"),
        ("100 µm", "100 µm"),
        ("4 hours", "4 h"),
        ("3 weeks", "3 wk"),
        ("0.50 mL/h", "0.5 mL/h"),
        ("20 %", "20 %"),
    ],
)
def test_a_quantity_is_said_as_a_ward_writes_it(text, said):
    assert wording.say(quantity(text)) == said


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("40 to 60 mg/vial", LOADING, "40 to 60 mg/vial"),
        ("28 d", INTERVAL, "28 d"),
        ("4–6 wk", INTERVAL, "4 to 6 wk"),
        ("1000 to 1500 mg/m2", DOSE_PER_AREA, "1,000 to 1,500 mg/m²"),
    ],
)
def test_a_range_has_its_unit_once(text, kind, said):
    assert wording.say_range(read_range(text, kind)) == said


@pytest.mark.parametrize(
    ("fraction", "said"),
    [(0.000293, "+0.03 %"), (-0.05, "−5 %"), (0.0, "0 %"), (0.00001, "0 %"), (-0.00001, "0 %"), (0.1005, "+10.05 %")],
)
def test_a_deviation_has_its_sign_and_nothing_has_none(fraction, said):
    assert wording.signed_percent(fraction) == said


# ------------------------------------------------------------------------------- what is printed closes to the digit


@given(
    st.sampled_from(["60 mg/m²", "85 mg/m²", "200 mg/m²", "1.2 g/m²", "2.4 g/m²", "1500 mg/m²", "400 mcg/m²"]),
    st.integers(1000, 2300),
    st.integers(2500, 25000),
    st.integers(0, 2),
)
@example("2.4 g/m²", 1650, 6000, 2)  # 2,400 × 1.6583 is 3,979.92, not the 3,979.95 mg that stands beside it
def test_whoever_checks_a_working_by_hand_finds_it_true(dose, tenths, hundredths, places):
    factor, surface = quantity(dose), quantity((tenths / 10 * hundredths / 100 / 3600) ** 0.5, "m²")
    product = quantity(factor.m_as("mg/m²") * surface.magnitude, "mg")
    line = wording.closing_product(factor, surface, product, places=places)
    left, right = line.replace(",", "").split(" = ")
    per_m2, m2 = (Decimal(part.split(" ")[0]) for part in left.split(" × "))
    scale = {"mg/m²": 1, "g/m²": 1000, "mcg/m²": Decimal("0.001")}[dose.split(" ")[1]]
    by_hand = (per_m2 * scale * m2).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert by_hand == Decimal(right.split(" ")[0])


@pytest.mark.parametrize(
    ("m2", "dose", "places", "said"),
    [
        (1.6583123951777, "85 mg/m²", 2, "85 mg/m² × 1.6583 m² = 140.96 mg"),
        (1.6583123951777, "2.4 g/m²", 2, "2.4 g/m² × 1.658312 m² = 3,979.95 mg"),
        (1.6583123951777, "2.4 g/m²", 0, "2.4 g/m² × 1.6583 m² = 3,980 mg"),
        (2.0, "85 mg/m²", 2, "85 mg/m² × 2 m² = 170 mg"),
    ],
)
def test_a_working_prints_four_decimals_and_more_only_where_they_are_needed(m2, dose, places, said):
    factor, surface = quantity(dose), quantity(m2, "m²")
    product = quantity(factor.m_as("mg/m²") * m2, "mg")
    assert wording.closing_product(factor, surface, product, places=places) == said


# -------------------------------------------------------------------------------------------------- words for programs


@pytest.mark.parametrize(
    ("unit", "ucum"),
    [
        ("m²", "m2"),
        ("mg/m²", "mg/m2"),
        ("g/m²", "g/m2"),
        ("kg/m²", "kg/m2"),
        ("mg/mL", "mg/mL"),
        ("mL/h", "mL/h"),
        ("h", "h"),
        ("min", "min"),
        ("d", "d"),
        ("wk", "wk"),
        ("%", "%"),
        ("µm", "um"),
        ("cm", "cm"),
        ("kg", "kg"),
    ],
)
def test_a_program_is_told_a_unit_in_ucum(unit, ucum):
    assert code(UNITS[unit]) == ucum


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("141 mg", {"value": 141, "unit": "mg"}),
        ("140.96 mg", {"value": 140.96, "unit": "mg"}),
        ("1.6583 m2", {"value": 1.6583, "unit": "m2"}),
    ],
)
def test_a_program_is_told_a_number_and_a_unit(text, data):
    assert wording.as_data(quantity(text)) == data


def test_a_program_is_told_so_many_places_halves_up():
    assert wording.as_data(quantity("140.965 mg"), places=2) == {"value": 140.97, "unit": "mg"}


def test_a_program_is_told_a_whole_number_without_a_point():
    assert repr(wording.as_data(quantity(141.0, "mg"))["value"]) == "141"


@given(st.decimals("0.000001", 99_999_999, places=6))  # fourteen digits, which no dose has
def test_a_program_is_told_the_digits_that_were_written(value):
    assert Decimal(repr(wording.as_data(quantity(float(value), "mg"))["value"])) == value


# ------------------------------------------------------------------------------------------------- dates and sentences


def test_a_date_is_said_with_its_weekday():
    assert wording.day(dt.date(2026, 11, 23)) == "2026-11-23 (Mon)"


def test_a_time_after_midnight_says_which_day_it_is():
    nine = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
    assert wording.clock(nine, since=dt.date(2026, 11, 23)) == "09:00 day 2"


def test_a_time_on_the_first_day_stands_alone():
    nine = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
    assert wording.clock(nine, since=dt.date(2026, 11, 23)) == "09:00"


def test_a_time_without_a_first_day_stands_alone():
    assert wording.clock(dt.datetime(2026, 11, 23, 9, 5, tzinfo=dt.UTC)) == "09:05"


@pytest.mark.parametrize(
    ("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_in_a_row_are_joined_as_in_a_sentence(words, said):
    assert wording.listed(words) == said
