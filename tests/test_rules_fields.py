"""What an order may state: each field read from text as the rules compare it, refused in words, and put into words."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from dosewright import dates
from dosewright.errors import Mistake, Refusal
from dosewright.orders.rules import fields
from dosewright.orders.rules.fields import FIELDS, Field, line_key, say_field, say_quantity
from dosewright.units import DOSE, DURATION, HEIGHT

ORDER, LINE, BEADS, LAB = (FIELDS[part] for part in ("order", "line", "beads", "lab"))


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (ORDER["height"], "1.65 m", 165.0), (ORDER["weight"], " 60 kg ", 60.0), (LINE["dose"], "1.2 g", 1200.0),
        (LINE["over"], "30 min", 0.5), (LINE["rate"], "69.5 mL/h", 69.5), (LINE["share"], "80 %", 80.0),
        (ORDER["on"], "1970-01-02", 1.0), (ORDER["birth_date"], "1964-03-09", -2124.0),
        (LINE["start"], "1970-01-01T09:00+08:00", 1.0), (LINE["start"], "1970-01-01T09:30Z", 9.5),
        (ORDER["cycle"], "12", 12.0), (ORDER["last_cycle"], "0", 0.0), (LAB["value"], "3.4", 3.4),
        (ORDER["sex"], "female", "female"), (ORDER["sex"], "Female", "female"), (ORDER["consent"], "YES", "yes"), (LINE["unit"], "mg/m²", "mg/m²"), (ORDER["allergies"], "none known", "none known"), (ORDER["id"], "D5", "D5"),
    ],
)  # fmt: skip
def test_a_value_is_read_as_the_rules_compare_it(field, text, value):
    found = field.read(text)
    assert (found, type(found)) == (pytest.approx(value) if isinstance(value, float) else value, type(value))


@pytest.mark.parametrize(
    "text",
    ["", " ", "unknown", "Unknown", "?", "-", "–", "N/A", "na", "TBD", "todo", "xxx", "not asked", "Not known"],
)
def test_a_blank_is_not_known_and_never_a_value(text):
    assert ORDER["comment"].read(text) is None
    assert ORDER["id"].read(text) is None
    for field in (ORDER["height"], ORDER["on"], LINE["start"], ORDER["cycle"], LAB["value"]):
        assert math.isnan(field.read(text))


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        (ORDER["cycle"], "0", "cycle: must lie between 1 and 99, for example '1'; got '0'"),
        (ORDER["cycle"], "100", "cycle: must lie between 1 and 99, for example '1'; got '100'"),
        (ORDER["cycle"], "100000", "cycle: must lie between 1 and 99, for example '1'; got '100000'"),
        (ORDER["ecog"], "6", "ecog: must lie between 0 and 5, for example '1'; got '6'"),
        (LINE["share"], "101 %", "share: must lie between 0 and 100, for example '80 %'; got '101 %'"),
        (ORDER["cycle"], "1.0", "cycle: needs a whole number, for example '1'; got '1.0'"),
        (ORDER["cycle"], "01", "cycle: needs a whole number, for example '1'; got '01'"),
        (ORDER["cycle"], "1000000", "cycle: needs a whole number, for example '1'; got '1000000'"),
        (ORDER["cycle"], "٣", "cycle: needs a whole number, for example '1'; got '٣'"),
        (ORDER["sex"], "Man", "sex: needs one of male or female, for example 'male'; got 'Man'"),
        (ORDER["comment"], "a\u202eb", "comment: needs plain text; got 'a\\u202eb' (there stands an invisible character)"),
        (LINE["unit"], "MG", "unit: needs one of mg, mg/m² or mg/kg, for example 'mg'; got 'MG'"),
        (ORDER["height"], "165", "height: needs a height with its unit (cm, m, in), for example '165 cm'; got '165' (the unit is missing)"),
        (ORDER["on"], "23.11.2026", "on: needs a date as year-month-day, for example '2026-11-23'; got '23.11.2026'"),
        (LAB["value"], "3,4",
         "value: needs a plain decimal number, for example '1.75'; got '3,4' (write a decimal point, and no sign between thousands)"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_with_what_is_needed(field, text, told):
    with pytest.raises(Mistake) as caught:
        field.read(text)
    assert str(caught.value) == told


def test_ends_of_a_range_belong_to_it():
    assert [ORDER["cycle"].read(text) for text in ("1", "99")] == [1, 99]
    assert [ORDER["ecog"].read(text) for text in ("0", "5")] == [0, 5]
    assert [LINE["share"].read(text) for text in ("1 %", "100 %")] == [1, 100]
    assert ORDER["cycle"].read("99") == 99
    assert FIELDS["line"]["lines"].read("999999") == 999_999


def test_a_number_out_of_its_range_is_a_refusal():
    with pytest.raises(Refusal):
        ORDER["cycle"].read("0")


def test_a_text_is_at_most_two_thousand_characters():
    assert ORDER["comment"].read("x" * 2000) == "x" * 2000
    with pytest.raises(Mistake) as caught:
        ORDER["comment"].read("x" * 2001)
    assert str(caught.value).startswith("comment: needs at most 2,000 characters; got 'xxx")


@pytest.mark.parametrize(
    ("field", "needs"),
    [
        (ORDER["height"], HEIGHT.needs), (ORDER["sex"], "one of male or female"), (ORDER["on"], "a date as year-month-day"),
        (LINE["start"], "a date and time with its offset from UTC"), (ORDER["cycle"], "a whole number"),
        (LAB["value"], "a plain decimal number"), (ORDER["comment"], "some text"), (ORDER["id"], "some text"),
        (ORDER["weight_basis"], "one of actual, dry, ideal or adjusted"),
    ],
)  # fmt: skip
def test_a_field_says_what_it_needs(field, needs):
    assert field.needs == needs


def test_fields_that_the_tool_fills_in_are_noted_and_no_others():
    noted = {(part, name) for part, known in FIELDS.items() for name, one in known.items() if one.noted}
    assert noted == {
        ("order", "unreadable"), ("order", "repeats"), ("order", "unchanged"), ("order", "protocol_hash"), ("line", "lines"),
        ("line", "unit"), ("before", "unknown"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (ORDER["sex"], {"male", "female"}), (ORDER["weight_basis"], {"actual", "dry", "ideal", "adjusted"}),
        (ORDER["ascites"], {"none", "mild", "massive"}), (ORDER["consent"], {"yes", "no"}), (ORDER["released"], {"yes", "no"}),
        (ORDER["unchanged"], {"yes", "no", "not compared"}), (ORDER["child_pugh_class"], {"A", "B", "C"}),
        (ORDER["child_pugh_stated"], {"A", "B", "C"}), (ORDER["child_pugh_computed"], {"A", "B", "C"}),
        (ORDER["prior_exposure"], {"none", "listed"}), (LINE["changed_of"], {"protocol dose", "last ordered dose"}),
        (LINE["unit"], {"mg", "mg/m²", "mg/kg"}), (FIELDS["before"]["unknown"], {"yes", "no"}), (ORDER["formula"], set()),
    ],
    ids=lambda one: getattr(one, "name", None),
)  # fmt: skip
def test_a_word_is_one_of_these(field, words):
    assert set(field.words) == words


def test_words_of_ones_own_may_be_several():
    assert [ORDER[name].listed for name in ("allergies", "sex", "id", "height")] == [True, False, False, False]


def test_a_field_knows_its_part_its_form_and_its_limits():
    assert BEADS["vials"] == Field("vials", "vials of beads", "1", "beads", "count", None, (), 1, 99)
    assert LINE["over"] == Field(
        "over", "over how long it runs", "4 h", "line", "quantity", DURATION, (), 0.0, math.inf
    )
    assert LINE["unit"].words == ("mg", "mg/m²", "mg/kg")
    assert (LAB["value"].least, LAB["value"].most, LAB["value"].words) == (0.0, math.inf, ())


@pytest.mark.parametrize(
    ("name", "key"),
    [(" Oxaliplatin ", "oxaliplatin"), ("a.b", "a·b"), ("Beads", "beads (line)"), ("lab", "lab (line)"), ("before", "before (line)"),
     ("", " (line)"), ("5-FU", "5-fu")],
)  # fmt: skip
def test_a_line_has_a_name_that_can_stand_in_a_path(name, key):
    assert line_key(name) == key


def test_a_day_and_a_moment_may_lie_before_the_first_of_1970():
    assert (ORDER["on"].read("1969-12-31"), LINE["start"].read("1969-12-31T09:00Z")) == (-1, -15)


def test_days_begin_on_the_first_of_the_first_year_and_end_on_the_last_of_the_last():
    ends = dt.date(dates.FIRST_YEAR, 1, 1), dt.date(dates.LAST_YEAR, 12, 31)
    assert (fields.day_of(fields.FIRST_DAY), fields.day_of(fields.LAST_DAY)) == ends


def test_days_are_numbers_and_numbers_are_days():
    for day in (dt.date(1900, 1, 1), dt.date(1969, 12, 31), dt.date(2024, 2, 29), dt.date(2099, 12, 31)):
        assert fields.day_of(fields.day_number(day)) == day
    assert fields.day_number(dt.date(1969, 12, 31)) == -1


def test_digits_of_a_column_are_those_of_each_day():
    import numpy

    days = [fields.FIRST_DAY, -1.0, 0.0, 58.0, 59.0, 364.0, 20_780.0, fields.LAST_DAY]
    assert fields.date_digits(numpy.array(days)).tolist() == [fields.date_digits(day) for day in days]
    assert fields.date_digits(58.0) == 19_700_228


def test_values_become_text_by_their_form():
    told = [
        (ORDER["height"], 165.0, "165 cm"), (LINE["dose"], 1200.0, "1,200 mg"), (ORDER["on"], 1.0, "1970-01-02"),
        (LINE["start"], 9.5, "1970-01-01 09:30+00:00"), (ORDER["cycle"], 3.0, "3"), (LAB["value"], 3.4, "3.4"),
        (LAB["value"], 3400.0, "3,400"), (LINE["share"], 200 / 3, "66.67 %"), (LINE["share"], 80.0, "80 %"),
        (LINE["rate"], 200 / 3, "66.6667 mL/h"),
        (ORDER["comment"], "slowly", "slowly"), (ORDER["id"], "D5", "D5"),
    ]  # fmt: skip
    assert [plain(say_field(field)(value)) for field, value, _ in told] == [words for *_, words in told]


def test_a_quantity_is_told_to_so_many_places():
    assert [plain(say_quantity(DOSE, places=places)(140.95655)) for places in (0, 2, 4)] == [
        "141 mg",
        "140.96 mg",
        "140.9566 mg",
    ]
    assert plain(say_quantity(DOSE)(140.95655)) == "140.9566 mg"


def test_a_share_of_one_is_told_with_its_sign():
    assert [plain(fields.say_percent(value)) for value in (0.05, -0.123)] == ["+5 %", "−12.3 %"]


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [
        (ORDER["cycle"], 1, 99), (ORDER["day"], 1, 99), (ORDER["last_cycle"], 0, 99), (ORDER["ecog"], 0, 5),
        (LINE["share"], 0, 100), (BEADS["vials"], 1, 99), (LINE["changed_by"], 0, 100), (LINE["last_share"], 0, 100),
        (LINE["proposed"], 0, 100),
    ],
    ids=lambda one: getattr(one, "name", None),
)  # fmt: skip
def test_a_count_lies_between_these(field, least, most):
    assert (field.least, field.most) == (least, most)


@pytest.mark.parametrize("field", [ORDER["identifier"], ORDER["height_confirmed_by"], LINE["reason"], LINE["declined"]])
def test_nobody_and_nothing_name_neither_a_person_nor_a_reason(field):
    assert [field.read(words) for words in ("none", "nobody", "no")] == [None] * 3
    assert [ORDER["allergies"].read(words) for words in ("none", "nobody", "no")] == ["none", "nobody", "no"]
