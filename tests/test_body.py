"""Body size: what outsiders compute, to the last digit they print, and what holds for every body."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dosewright.calculators import body
from dosewright.calculators.checked import catalogue
from dosewright.errors import Refusal
from dosewright.units import quantity

from .tables import golden, number_of, printed, unit_of

OF_OTHERS = {"boyd_in_kilograms"}  # no calculator of ours, but one of ours is measured by it
CASES = [
    pytest.param(calculator, case["given"], gives.partition(",")[0], id=f"{calculator}, {case['case']}")
    for case in golden("body")
    for calculator, gives in case["gives"].items()
    if calculator not in OF_OTHERS
]
OF_HEIGHT_AND_WEIGHT = (
    "bsa_mosteller bsa_du_bois bsa_haycock bsa_gehan_george bsa_boyd bsa_fujimoto bsa_takahira bsa_shuter_aslani "
    "bsa_stevenson"
).split()
OF_SEX_TOO = "bsa_schlich bsa_zhao".split()


def compute(calculator: str, person: dict[str, str], like: str, module: ModuleType = body) -> str:
    """What a calculator says of a person, in the unit and with the decimals of `like`; or 'refused'."""
    arguments = catalogue()[calculator].arguments
    try:
        result = getattr(module, calculator)(**{name: of.read(person[name]) for name, of in arguments.items()})
    except Refusal:
        return "refused"
    return f"{printed(result.m_as(unit_of(like)), like)} {unit_of(like)}" if unit_of(like) else str(result)


@pytest.mark.parametrize(("calculator", "person", "gives"), CASES)
def test_a_body_is_computed_to_the_digits_an_outsider_prints(calculator, person, gives):
    # An outsider carries Devine on below 60 in and James beyond its peak; we refuse, and the table says so.
    assert compute(calculator, person, gives) == gives


def test_every_calculator_of_the_body_has_outside_numbers():
    ours = {name for name, one in catalogue().items() if one.function.__module__ == body.__name__}
    assert {case.values[0] for case in CASES} == ours


# ------------------------------------------------------------------------------- every digit of every constant is held


def mutants() -> Iterator[tuple[str, str]]:
    """The source of `body`, once for each number in its code, with the last digit of that number another."""
    source = Path(body.__file__).read_text("utf-8")
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            line, start, end = node.lineno - 1, node.col_offset, node.end_col_offset
            bytes_ = lines[line].encode()
            text = bytes_[start:end].decode()
            other = text[:-1] + str((int(text[-1]) + 1) % 10)
            changed = bytes_[:start] + other.encode() + bytes_[end:]
            label = f"{text} made {other} in: {lines[line].strip()}"
            yield label, "".join([*lines[:line], changed.decode(), *lines[line + 1 :]])


def as_module(source: str) -> ModuleType:
    module = ModuleType("dosewright.calculators.mutant")
    module.__package__ = "dosewright.calculators"
    exec(compile(source, "mutant", "exec", dont_inherit=True), module.__dict__)
    return module


def peak_named_in_the_refusal(module: ModuleType) -> list[str]:
    """The body mass index at which James's parabola is said to turn, for a man and for a woman."""
    peaks = []
    for sex in ("male", "female"):
        try:
            module.lean_body_weight_james(height=quantity("170 cm"), weight=quantity("200 kg"), sex=sex)
        except Refusal as refusal:
            peaks += re.findall(r"[\d.]+ kg/m²", str(refusal))
    return peaks


def holds(module: ModuleType) -> bool:
    """Whether a module gives every golden number, and names the peaks that are worked out by hand."""
    # 1.10 ÷ (2 × 128) × 10,000 = 42.97 and 1.07 ÷ (2 × 148) × 10,000 = 36.15
    return peak_named_in_the_refusal(module) == ["43.0 kg/m²", "36.1 kg/m²"] and all(
        compute(*case.values, module=module) == case.values[2] for case in CASES
    )


def test_the_unchanged_source_gives_every_golden_number():
    assert holds(as_module(Path(body.__file__).read_text("utf-8"))) is True


# A public library carried a wrong lean-weight coefficient for eight years, because no test held an outside number.
@pytest.mark.parametrize(("label", "source"), [pytest.param(*one, id=one[0]) for one in mutants()])
def test_a_constant_with_another_last_digit_is_noticed(label, source):
    assert holds(as_module(source)) is False


# --------------------------------------------------------------------------------------------------- laws of all bodies

centimetres = st.integers(1000, 2300).map(lambda tenths: tenths / 10)
kilograms = st.integers(2500, 25000).map(lambda hundredths: hundredths / 100)
sexes = st.sampled_from(["male", "female"])


def size(calculator: str, cm: float, kg: float, **more: str) -> float:
    result = getattr(body, calculator)(height=quantity(cm, "cm"), weight=quantity(kg, "kg"), **more)
    return result.magnitude


@given(centimetres, kilograms)
def test_four_times_the_weight_is_twice_the_surface_after_mosteller(cm, kg):
    assert size("bsa_mosteller", cm, 4 * kg) == pytest.approx(2 * size("bsa_mosteller", cm, kg), rel=1e-14)


@given(centimetres, kilograms)
def test_height_and_weight_weigh_the_same_after_mosteller(cm, kg):
    assert size("bsa_mosteller", cm, kg) == size("bsa_mosteller", kg, cm)


@pytest.mark.parametrize("calculator", OF_HEIGHT_AND_WEIGHT)
@given(cm=centimetres, kg=kilograms)
def test_the_heavier_body_has_the_larger_surface(calculator, cm, kg):
    assert size(calculator, cm, kg + 0.01) > size(calculator, cm, kg)


@pytest.mark.parametrize("calculator", OF_HEIGHT_AND_WEIGHT)
@given(cm=centimetres, kg=kilograms)
def test_the_taller_body_has_the_larger_surface(calculator, cm, kg):
    assert size(calculator, cm + 0.1, kg) > size(calculator, cm, kg)


@pytest.mark.parametrize("calculator", OF_SEX_TOO)
@given(cm=centimetres, kg=kilograms, sex=sexes)
def test_the_larger_body_has_the_larger_surface_in_both_sexes(calculator, cm, kg, sex):
    assert size(calculator, cm + 0.1, kg + 0.01, sex=sex) > size(calculator, cm, kg, sex=sex)


def test_schlich_gives_the_smaller_surface_to_the_man():
    # Public code exists with the sexes exchanged.
    assert size("bsa_schlich", 170, 65, sex="male") < size("bsa_schlich", 170, 65, sex="female")


@pytest.mark.parametrize(
    "case", [one for one in golden("body") if OF_OTHERS & one["gives"].keys()], ids=lambda c: c["case"]
)
def test_boyd_in_grams_and_in_kilograms_agree_to_one_part_in_5000(case):
    kilogram_form = float(number_of(case["gives"]["boyd_in_kilograms"]))
    gram_form = size("bsa_boyd", *(float(number_of(case["given"][one])) for one in ("height", "weight")))
    assert gram_form == pytest.approx(kilogram_form, rel=2e-4)


@given(centimetres, kilograms, st.sampled_from(["cm", "m", "in"]), st.sampled_from(["kg", "g", "lb"]))
def test_the_unit_of_a_height_or_a_weight_does_not_matter(cm, kg, length, mass):
    height, weight = quantity(cm, "cm"), quantity(kg, "kg")
    same = body.bsa_mosteller(height=height.to(length), weight=weight.to(mass)).magnitude
    assert same == pytest.approx(body.bsa_mosteller(height=height, weight=weight).magnitude, rel=1e-14)


@given(centimetres, kilograms)
def test_the_mass_index_times_the_square_of_the_height_is_the_weight(cm, kg):
    assert size("body_mass_index", cm, kg) * (cm / 100) ** 2 == pytest.approx(kg, rel=1e-14)


@given(st.integers(1524, 2300).map(lambda tenths: tenths / 10), kilograms, sexes)
@example(152.4, 50.0, "male")
@example(152.4, 45.5, "female")
def test_adjusted_weight_lies_between_ideal_and_actual_weight(cm, kg, sex):
    ideal = body.ideal_body_weight_devine(height=quantity(cm, "cm"), sex=sex).magnitude
    assert min(ideal, kg) - 1e-9 <= size("adjusted_body_weight", cm, kg, sex=sex) <= max(ideal, kg) + 1e-9


@given(centimetres, kilograms, sexes)
def test_james_rises_with_weight_as_far_as_it_is_defined(cm, kg, sex):
    try:
        assert size("lean_body_weight_james", cm, kg, sex=sex) > size("lean_body_weight_james", cm, kg - 0.01, sex=sex)
    except Refusal:
        assert kg / (cm / 100) ** 2 > (42.9 if sex == "male" else 36.1)


@given(centimetres, kilograms)
def test_no_surface_is_capped_or_clamped(cm, kg):
    # Elsewhere a surface is held between 0.3 and 3.5 m² without a word.
    assert size("bsa_mosteller", cm, kg) == pytest.approx(math.sqrt(cm * kg / 3600), rel=1e-14)


def test_james_is_defined_at_its_very_peak():
    # by hand: 1.1·w − 128·(w ÷ h)² turns where w ÷ h² = 1.1 ÷ 256, at 160 cm that is 110 kg: 121 − 60.5
    assert size("lean_body_weight_james", 160, 110, sex="male") == pytest.approx(60.5, rel=1e-12)
