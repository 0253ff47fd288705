"""What holds for every calculator, and for those to come: found, described, checked, and true to its formula."""

from __future__ import annotations

import dataclasses
import inspect
import random
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import pytest

from dosewright.calculators.checked import Argument, Calculator, catalogue
from dosewright.errors import Mistake, Refusal, UnitMistake
from dosewright.units import Kind, Quantity, quantity

from . import refusals
from .formula import Formula, Unreadable

ROOT = Path(__file__).parents[1]
CALCULATORS = [pytest.param(one, id=name) for name, one in catalogue().items()]
COLUMNS = [pytest.param(one, id=name) for name, one in catalogue().items() if one.columns]
ARGUMENTS = [
    pytest.param(one, argument, id=f"{name}, {argument.name}")
    for name, one in catalogue().items()
    for argument in one.arguments.values()
]

# Told in words, since a choice or a search is no arithmetic; each has its own tests.
IN_WORDS = set(
    "capped_surface capped_dose round_to_step round_to_band vials_for concentration_window infusion bead_vials "
    "bead_loading sum_of_stages interval_window child_pugh meld meld_na meld_3 bclc_stage up_to_seven "
    "portal_vein_thrombus ecog egfr_ckd_epi_2021".split()
)


def readable(calculator: Calculator) -> list[Formula]:
    try:
        return [Formula.read(line) for line in calculator.formula]
    except Unreadable:
        return []


# ------------------------------------------------------------------------------------------------ found and described


@pytest.mark.parametrize("calculator", CALCULATORS)
@pytest.mark.parametrize("section", ["formula", "limits", "raises", "source", "title"])
def test_a_calculator_says_its_formula_limits_errors_and_source(calculator, section):
    assert any(getattr(calculator, section)) is True


@pytest.mark.parametrize("calculator", CALCULATORS)
def test_a_calculator_shows_an_example_that_is_run(calculator):
    assert ">>> " in calculator.function.__doc__


def test_a_calculator_is_entitled_by_the_first_line_of_its_text():
    assert catalogue()["bsa_mosteller"].title == "Body surface area after Mosteller."


@pytest.mark.parametrize(
    ("calculator", "argument"),
    [
        one
        for one in ARGUMENTS
        if one.values[1].kind and not one.values[1].required
        if refusals.ONE_OF_TWO.get(one.values[0].name) != one.values[1].name
    ],
)
def test_a_quantity_that_may_be_left_out_may_be_nothing(calculator, argument):
    usual = refusals.usual(calculator)
    assert calculator.function(**usual, **{argument.name: None}) == calculator.function(**usual)


@pytest.mark.parametrize(("calculator", "argument"), [one for one in ARGUMENTS if one.values[1].words])
def test_a_word_that_is_taken_where_none_is_said_is_one_of_the_words(calculator, argument):
    usual = inspect.signature(calculator.function).parameters[argument.name].default
    assert usual is inspect.Parameter.empty or usual is None or usual in argument.words


def test_an_argument_that_is_not_there_is_a_mistake_of_the_caller():
    with pytest.raises(TypeError, match="unexpected keyword argument 'hight'"):
        catalogue()["bsa_mosteller"].function(hight=quantity("165 cm"), weight=quantity("60 kg"))


@pytest.mark.parametrize("calculator", CALCULATORS)
def test_a_calculator_takes_its_arguments_by_name_only(calculator):
    # Mosteller cannot tell height from weight, so the call must.
    with pytest.raises(TypeError):
        calculator.function(*refusals.usual(calculator).values())


@pytest.mark.parametrize("calculator", CALCULATORS)
def test_a_calculator_answers_a_usual_call(calculator):
    assert calculator.function(**refusals.usual(calculator)) is not None


@pytest.mark.parametrize(("calculator", "argument"), ARGUMENTS)
def test_every_argument_is_read_from_text(calculator, argument):
    # A string of words, a kind of quantity or a type of its own; nothing else could come from a command line.
    assert (argument.kind is not None) + bool(argument.words) + (argument.type is not None) == 1


@pytest.mark.parametrize(("calculator", "argument"), ARGUMENTS)
def test_a_wrong_text_is_told_with_the_name_of_the_argument(calculator, argument):
    with pytest.raises(Mistake) as refused:
        argument.read("1,75 m")
    assert refused.value.where == argument.name


# ---------------------------------------------------------------------------------------------------------- the formula


def test_every_formula_is_arithmetic_or_is_known_to_be_told_in_words():
    assert {name for name, one in catalogue().items() if not readable(one)} == IN_WORDS


def plausible(argument: Argument, chance: random.Random) -> Any:
    """A value in the first unit of the argument's kind, as a decimal; or a word."""
    if argument.words:
        return chance.choice(argument.words)
    least, most = {
        "height": (100, 230),
        "weight": (3, 250),
        "percentage": (0, 100),
        "interval": (1, 366),
        "duration": (1, 48),
        "concentration": (1, 50),
        "volume": (100, 1000),
        "age": (18, 100),
        "albumin": (10, 60),
        "creatinine": (30, 900),
        "bilirubin": (2, 900),
        "body surface area": (1, 3),
        "filtration per 1.73 m²": (5, 150),
    }.get(argument.kind.name, (1, 3000))
    return Decimal(chance.randrange(least * 100, most * 100)) / 100


def as_called(calculator: Calculator, values: dict[str, Any]) -> dict[str, Any]:
    kinds = {name: argument.kind for name, argument in calculator.arguments.items()}
    return {name: quantity(float(value), kinds[name].unit) if kinds[name] else value for name, value in values.items()}


def answers(calculator: Calculator, count: int) -> Iterator[tuple[dict[str, Any], Any]]:
    """Random calls and what the calculator answers; where it refuses, another is drawn."""
    chance = random.Random(calculator.name)
    while count:
        given = refusals.given(calculator)
        values = {n: plausible(argument, chance) for n, argument in calculator.arguments.items() if n in given}
        try:
            result = calculator.function(**as_called(calculator, values))
        except Refusal:
            continue
        yield values, result
        count -= 1


@pytest.mark.parametrize("calculator", [one for one in CALCULATORS if one.values[0].name not in IN_WORDS])
def test_the_formula_that_is_shown_is_the_formula_that_is_computed(calculator):
    # The line people read is worked in decimals for a thousand cases and held against the code.
    formulas = readable(calculator)
    wrong = []
    for values, result in answers(calculator, 1000):
        (formula,) = (one for one in formulas if one.holds_for(values))
        computed = (result if isinstance(result, Quantity) else getattr(result, formula.name)).m_as(formula.unit)
        shown = float(formula.value(values))
        if computed != pytest.approx(shown, rel=1e-12, abs=1e-12):
            wrong.append((values, computed, shown))
    assert wrong == []


# ---------------------------------------------------------------------------------------------------------- wrong kinds


@pytest.mark.parametrize(("calculator", "argument"), ARGUMENTS)
def test_an_argument_of_every_other_kind_is_refused(calculator, argument):
    answered = []
    for label, wrong in refusals.wrong_values(argument):
        try:
            calculator.function(**refusals.usual(calculator) | {argument.name: wrong})
        except Mistake:
            continue
        answered.append(label)
    assert answered == []


@pytest.mark.parametrize(("calculator", "argument"), [one for one in ARGUMENTS if one.values[1].kind is not None])
def test_a_quantity_of_the_wrong_kind_is_told_with_the_name_of_the_argument(calculator, argument):
    wrong = quantity(1.0, "wk" if "wk" not in argument.kind.units else "cm")
    with pytest.raises(UnitMistake) as refused:
        calculator.function(**refusals.usual(calculator) | {argument.name: wrong})
    assert (refused.value.where, refused.value.needs) == (argument.name, argument.kind.needs)


def test_optimised_python_refuses_the_same():
    # `python -O` strips assertions; none of the checks may be one.
    run = [sys.executable, "-O", "-m", "tests.refusals"]
    optimised = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    assert optimised.splitlines() == list(refusals.told())


def test_nothing_that_must_be_refused_is_answered():
    assert [line for line in refusals.told() if line.endswith("ANSWERED")] == []


# -------------------------------------------------------------------------------------------------------------- columns


def parts(result: Any) -> Iterator[tuple[str, Any]]:
    """The numbers and words of a result, each by its name, for a column or for a single case."""
    if isinstance(result, Quantity):
        yield f"[{result.units}]", result.magnitude
    elif dataclasses.is_dataclass(result):
        for field in dataclasses.fields(result):
            yield from ((f"{field.name} {name}", part) for name, part in parts(getattr(result, field.name)))
    else:
        yield "", result


def column_of(kind: Kind, rows: list[dict[str, Any]], name: str) -> Quantity:
    return quantity(numpy.array([float(row[name]) for row in rows]), kind.unit)


@pytest.mark.parametrize("calculator", COLUMNS)
def test_a_column_of_cases_is_computed_as_each_case_is(calculator):
    wrong = []
    words = [name for name, argument in calculator.arguments.items() if argument.words]
    cases = list(answers(calculator, 200))
    for said in {tuple(values.get(name) for name in words) for values, _ in cases}:
        same = [(values, result) for values, result in cases if tuple(values.get(name) for name in words) == said]
        rows = [values for values, _ in same]
        call = {
            name: column_of(argument.kind, rows, name) if argument.kind else rows[0][name]
            for name, argument in calculator.arguments.items()
            if name in rows[0]
        }
        together = dict(parts(calculator.function(**call)))
        for at, (values, result) in enumerate(same):
            for name, part in parts(result):
                of_column = numpy.broadcast_to(together[name], len(rows))[at]
                # NumPy's power may differ from Python's in the last bit; words and flags may not differ at all.
                if part != (pytest.approx(float(of_column), rel=1e-15) if isinstance(part, float) else of_column):
                    wrong.append((values, name, part, of_column))
    assert wrong == []


def heights(*centimetres: float) -> Quantity:
    return quantity(numpy.array(centimetres), "cm")


def test_a_column_with_one_refused_row_is_refused():
    with pytest.raises(Refusal):
        catalogue()["ideal_body_weight_devine"].function(height=heights(170.0, 152.3), sex="male")


def test_the_calculators_of_the_manual_are_all_there():
    promised = (
        "bsa_mosteller bsa_du_bois bsa_haycock bsa_gehan_george bsa_boyd bsa_fujimoto bsa_takahira bsa_shuter_aslani "
        "bsa_schlich bsa_livingston_lee bsa_stevenson bsa_zhao body_mass_index ideal_body_weight_devine "
        "adjusted_body_weight lean_body_weight_janmahasatian lean_body_weight_james lean_body_weight_boer"
    )
    assert [name for name in promised.split() if name not in catalogue()] == []
