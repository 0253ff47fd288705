"""The calculators against an independent oracle, at ties, caps and limits; `./dev bench` runs a million of these."""

from __future__ import annotations

import ast
import itertools
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy
import pytest

from dosewright import wording
from dosewright.calculators import body, infusion
from dosewright.calculators.checked import catalogue
from dosewright.calculators.dose import dose_per_area
from dosewright.calculators.rounding import round_to_step
from dosewright.units import quantity

from . import agreement, oracle

SEED = 20261122
CASES = list(oracle.cases(SEED, 5000))


def test_5000_doses_are_what_the_oracle_says():
    assert list(agreement.mismatches(CASES)) == []


def at_a_tie(case: oracle.Case) -> bool:
    """Whether a dose, before any cap, lies exactly halfway between two steps."""
    surface_squared = Fraction(case.height) * Fraction(case.weight) / 3600
    squared = (Fraction(case.dose) * Fraction(case.left or 100) / 100) ** 2 * (1 if case.flat else surface_squared)
    doubled = 4 * squared / Fraction(case.step) ** 2
    root = Fraction(oracle._root(doubled))
    return root**2 == doubled and root % 2 == 1


@pytest.mark.parametrize(
    ("what", "least"),
    [
        (lambda case, said: at_a_tie(case), 500),
        (lambda case, said: said.surface_capped, 300),
        (lambda case, said: said.dose_capped, 300),
        (lambda case, said: said.rounded_down, 500),
        (lambda case, said: said.mg is not None and case.dose_cap and said.mg == Fraction(case.dose_cap), 300),
        (lambda case, said: said.mg is None, 100),
    ],
    ids=["ties", "capped surfaces", "capped doses", "rounded down", "exactly at the cap", "to nothing"],
)
def test_the_cases_lie_where_mistakes_are_made(what, least):
    assert sum(bool(what(case, oracle.ordered_dose(case))) for case in CASES) >= least


def test_the_oracle_imports_nothing_of_dosewright():
    tree = ast.parse(Path(oracle.__file__).read_text("utf-8"))
    sources = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert sources == {"__future__", "collections.abc", "decimal", "fractions", "functools", "math", "random", "typing"}


@pytest.mark.parametrize("dose", ["60", "85", "200", "2400", "95", "75.5"])
@pytest.mark.parametrize("step", ["1", "0.1", "5", "10"])
def test_a_column_of_bodies_at_ties_is_what_the_oracle_says(dose, step):
    cases = [
        oracle.Case(str(Decimal(tenths) / 10), str(Decimal(hundredths) / 100), dose, False, step, "", "", "")
        for tenths, hundredths, _ in oracle.EVEN
    ]
    surface = body.bsa_mosteller(
        height=quantity(numpy.array([float(case.height) for case in cases]), "cm"),
        weight=quantity(numpy.array([float(case.weight) for case in cases]), "kg"),
    )
    mg = dose_per_area(dose=quantity(float(dose), "mg/m²"), surface=surface)
    ours = round_to_step(dose=mg, step=quantity(float(step), "mg")).ordered.magnitude
    assert ours.tolist() == [float(oracle.ordered_dose(case).mg) for case in cases]


# --------------------------------------------------------------------------------------------------------------- bags


def bags(count: int):
    chance = random.Random(SEED)
    for _ in range(count):
        mg = Decimal(chance.choice((chance.randrange(1, 6000), chance.randrange(1, 60_000) / 10))).quantize(
            Decimal("0.1")
        )
        yield (
            str(mg),
            str(chance.choice((50, 100, 250, 500, 1000, chance.randrange(20, 2000)))),
            chance.choice(("0.5", "2", "5", "10", "20", "25", "50")),
            chance.choice(("added", "exchanged")),
            chance.choice((15, 30, 90, 120, 240, 1200, 2760, chance.randrange(1, 3000))),
        )


def our_bag(mg: str, diluent: str, stock: str, way: str, minutes: int) -> list[str]:
    made = infusion.infusion(
        dose=quantity(f"{mg} mg"),
        diluent=quantity(f"{diluent} mL"),
        stock=quantity(f"{stock} mg/mL"),
        drug_volume=way,
        over=quantity(f"{minutes} min"),
    )
    values = (made.drug_volume, made.volume, made.concentration, made.rate)
    return [wording.number(value.magnitude, places=places) for value, places in zip(values, PLACES, strict=True)]


PLACES = (2, 1, 3, 1)  # as a sheet prints mL drawn up, mL, mg/mL and mL/h; at these the ties are


def test_3000_bags_are_printed_as_the_oracle_works_them():
    wrong = []
    for mg, diluent, stock, way, minutes in bags(3000):
        theirs = oracle.bag(Fraction(mg), diluent, stock, way == "added", minutes)
        if way == "exchanged" and theirs.drawn > theirs.volume:
            continue  # refused, as its own test says
        printed = [Decimal(text.replace(",", "")) for text in our_bag(mg, diluent, stock, way, minutes)]
        if printed != [oracle.digits(value, places) for value, places in zip(theirs, PLACES, strict=True)]:
            wrong.append(((mg, diluent, stock, way, minutes), printed, theirs))
    assert wrong == []


# ----------------------------------------------------------------------------------------------------------- surfaces


def bodies(count: int) -> list[dict[str, str]]:
    chance = random.Random(SEED)
    return [
        {
            "height": f"{chance.randrange(1000, 2300) / 10}",
            "weight": f"{chance.randrange(250, 25000) / 100}",
            "sex": chance.choice(("male", "female")),
        }
        for _ in range(count)
    ]


BODIES = [(person, oracle.surfaces(**person)) for person in bodies(400)]
SURFACES = sorted(BODIES[0][1])


def surface(formula: str, person: dict[str, str]) -> float:
    calculator = catalogue()[f"bsa_{formula}"]
    read = person | {"height": f"{person['height']} cm", "weight": f"{person['weight']} kg"}
    return calculator.function(**{name: of.read(read[name]) for name, of in calculator.arguments.items()}).magnitude


@pytest.mark.parametrize("formula", SURFACES)
def test_400_surfaces_agree_with_fifty_digits(formula):
    wrong = [
        person
        for person, exact in BODIES
        if surface(formula, person) != pytest.approx(float(exact[formula]), rel=2e-15, abs=1e-15)
    ]
    assert wrong == []


def test_every_formula_of_a_surface_has_its_oracle():
    assert [f"bsa_{name}" for name in SURFACES] == sorted(name for name in vars(body) if name.startswith("bsa_"))


def test_a_hundredth_of_a_kilogram_can_decide_a_tie():
    # 162 cm and 50 kg have 1.5 m²; 95 mg/m² are 142.5 mg, and one hundredth of a kilogram less is under it.
    mg = [
        agreement.ordered_dose(oracle.Case("162", kg, "95", False, "1", "", "", "")).mg
        for kg in ("50", "49.99", "50.01")
    ]
    assert mg == [143, 142, 143]


def test_seeds_give_the_same_cases_in_every_run():
    assert list(itertools.islice(oracle.cases(SEED, 10), 3)) == CASES[:3]
