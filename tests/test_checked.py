"""The mark of a calculator: what it reads from annotations and from a docstring, and what it refuses in which words."""

from __future__ import annotations

import datetime as dt
import math
from typing import Literal, Optional

import numpy
import pytest

from dosewright.calculators import checked as marks
from dosewright.calculators.bands import BandTable
from dosewright.calculators.checked import Argument, Calculator, catalogue, checked, checked_one_by_one
from dosewright.errors import Mistake, UnitMistake
from dosewright.units import DOSE, HEIGHT, Dose, Height, Quantity, quantity

Way = Literal["up", "down"]


# Each test has a calculator of its own, marked anew: what marks it is what is tested.


@pytest.fixture
def moved():
    @checked
    def moved(
        *,
        dose: Dose,
        height: Height | None = None,
        cap: Optional[Dose] = None,  # noqa: UP045, since an annotation may be written so too
        way: Way = "up",
        day: dt.date | None = None,
        bands: BandTable | None = None,
    ) -> Dose:
        """What a test calculates.

        Formula:  moved [mg] = dose [mg]
                  or less, told in
                  three lines
        Limits:   the first line
                  and the second
        Raises:   UnitMistake, where dose
                  is none
        Source:   a test,
                  of 2026
        """
        return dose

    return moved


@pytest.fixture
def planned():
    @checked_one_by_one
    def planned(*, dose: Dose) -> tuple[Dose, ...]:
        return (dose,)

    return planned


@pytest.fixture
def bare():
    @checked
    def bare(*, dose: Dose) -> Dose:
        return dose

    return bare


def refused(call, *given, **named) -> Mistake:
    with pytest.raises(Mistake) as caught:
        call(*given, **named)
    return caught.value


# ------------------------------------------------------------------------------------------------------- what is asked


def test_the_annotations_of_a_calculator_are_its_arguments(moved):
    assert marks._arguments(moved) == {
        "dose": Argument("dose", DOSE, (), None, True),
        "height": Argument("height", HEIGHT, (), None, False),
        "cap": Argument("cap", DOSE, (), None, False),
        "way": Argument("way", None, ("up", "down"), None, False),
        "day": Argument("day", None, (), dt.date, False),
        "bands": Argument("bands", None, (), BandTable, False),
    }


def test_a_calculator_checks_from_its_first_call_on():
    # Its annotations are read at the first call, which must be held to them as every later one is.
    @checked
    def doubled(*, dose: Dose) -> Dose:
        return dose * 2

    found = [refused(doubled, dose=quantity("165 cm")).where for _ in range(2)]
    assert (found, doubled(dose=quantity("2 mg"))) == (["dose", "dose"], quantity("4 mg"))


def test_what_may_be_left_out_may_be_nothing(moved):
    assert moved(dose=quantity("5 mg"), height=None, cap=None, day=None) == quantity("5 mg")


def test_what_may_be_left_out_is_checked_where_it_is_there(moved):
    assert refused(moved, dose=quantity("5 mg"), cap=quantity("165 cm")).where == "cap"


def test_what_must_be_there_may_not_be_nothing(moved):
    assert str(refused(moved, dose=None)) == (
        "dose: needs a dose with its unit (mg, g, mcg), for example '141 mg'; got nothing"
    )


def test_an_argument_that_nobody_asked_for_is_a_mistake_of_the_caller(moved):
    with pytest.raises(TypeError, match="unexpected keyword argument 'weight'"):
        moved(dose=quantity("5 mg"), weight=quantity("60 kg"))


def test_an_argument_without_its_name_is_a_mistake_of_the_caller(moved):
    with pytest.raises(TypeError, match="takes 0 positional arguments but 1"):
        moved(quantity("5 mg"), dose=quantity("5 mg"))


# -------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("argument", "value", "words"),
    [
        ("dose", 5.0, "dose: needs a dose with its unit (mg, g, mcg), for example '141 mg'; got '5.0'"),
        ("dose", quantity("165 cm"), "dose: needs a dose with its unit (mg, g, mcg), for example '141 mg'; got '165.0 cm'"),
        ("dose", quantity(math.nan, "mg"), "dose: needs a dose with its unit (mg, g, mcg), for example '141 mg'; got 'no finite number'"),
        ("dose", quantity(math.inf, "mg"), "dose: needs a dose with its unit (mg, g, mcg), for example '141 mg'; got 'no finite number'"),
        ("dose", quantity(numpy.array([1.0, math.nan]), "mg"), "dose: needs a dose with its unit (mg, g, mcg), for example '141 mg'; got 'no finite number'"),
        ("way", "sideways", "way: needs one of up, down, for example 'up'; got 'sideways'"),
        ("day", "2026-01-31", "day: needs a date; got '2026-01-31'"),
        ("bands", quantity("5 mg"), "bands: needs a BandTable; got '5.0 milligram'"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_refused_word_for_word(argument, value, words, moved):
    assert str(refused(moved, **{"dose": quantity("5 mg"), argument: value})) == words


@pytest.mark.parametrize("value", [5.0, quantity(math.nan, "mg"), quantity("165 cm")])
def test_a_wrong_quantity_is_a_mistake_of_units(value, moved):
    assert type(refused(moved, dose=value)) is UnitMistake


@pytest.mark.parametrize("way", ["up", "down"])
def test_each_of_the_words_is_taken(way, moved):
    assert moved(dose=quantity("5 mg"), way=way) == quantity("5 mg")


# ----------------------------------------------------------------------------------------------------------- from text


@pytest.mark.parametrize(
    ("argument", "text", "value"),
    [
        ("dose", "1.2 g", quantity("1.2 g")),
        ("way", "down", "down"),
        ("day", "2026-01-31", dt.date(2026, 1, 31)),
        ("bands", "95 mg to 105 mg: 100 mg; limit 6 %", BandTable.read("95 mg to 105 mg: 100 mg; limit 6 %")),
    ],
)
def test_an_argument_is_read_from_text(argument, text, value, moved):
    assert marks._arguments(moved)[argument].read(text) == value


@pytest.mark.parametrize(
    ("argument", "text", "words"),
    [
        ("dose", "5", "dose: needs a dose with its unit (mg, g, mcg), for example '141 mg'; got '5' (the unit is missing)"),
        ("way", "sideways", "way: needs one of up, down, for example 'up'; got 'sideways'"),
        ("bands", "95 to 105 mg: 100 mg; limit 6 %", "bands: needs a dose with its unit (mg, g, mcg), for example '141 mg'; got '95' (the unit is missing)"),
    ],
)  # fmt: skip
def test_a_wrong_text_is_refused_with_the_name_of_its_argument(argument, text, words, moved):
    assert str(refused(marks._arguments(moved)[argument].read, text)) == words


def test_a_place_within_a_text_is_told_instead_of_the_name_of_its_argument(moved):
    text = "95 mg to 105 mg: 110 mg; limit 6 %"
    assert refused(marks._arguments(moved)["bands"].read, text).where == "band 95 to 105 mg"


# ------------------------------------------------------------------------------------------------------- how it is found


def test_a_calculator_is_described_by_its_docstring(moved):
    one = marks._described("moved", moved)
    assert one == Calculator(
        name="moved",
        function=moved,
        arguments=marks._arguments(moved),
        title="What a test calculates.",
        formula=("moved [mg] = dose [mg]", "or less, told in", "three lines"),
        limits="the first line and the second",
        raises="UnitMistake, where dose is none",
        source="a test, of 2026",
        columns=True,
    )


def test_of_a_calculator_without_a_text_nothing_is_said(bare):
    one = marks._described("bare", bare)
    assert (one.title, one.formula, one.limits, one.raises, one.source) == ("", ("",), "", "", "")


def test_a_calculator_takes_a_case_or_a_column_and_one_of_plans_a_case(moved, planned):
    assert (moved.__checked__, planned.__checked__) == ("column", "one")


def test_a_calculator_of_plans_takes_no_column(planned):
    assert (marks._described("planned", planned).columns, planned(dose=quantity("5 mg"))) == (
        False,
        (quantity("5 mg"),),
    )


def test_a_calculator_keeps_its_own_name_and_text(moved):
    assert (moved.__name__, moved.__doc__.partition("\n")[0]) == ("moved", "What a test calculates.")


def test_on_a_command_line_words_are_joined_by_hyphens():
    assert catalogue()["ideal_body_weight_devine"].command == "ideal-body-weight-devine"


def test_the_calculators_stand_in_the_order_of_their_modules():
    modules = [one.function.__module__.rpartition(".")[2] for one in catalogue().values()]
    assert list(dict.fromkeys(modules)) == list(marks.MODULES)


def test_the_catalogue_holds_calculators_and_nothing_beside_them():
    # a helper such as `quantity`, or a calculator that a module only uses, belongs to no module but its own
    assert [name for name, one in catalogue().items() if one.name != name or one.function.__name__ != name] == []


def test_an_answer_is_what_the_function_answers(moved):
    assert isinstance(moved(dose=quantity("5 mg")), Quantity)
