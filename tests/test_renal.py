"""The kidneys: what outsiders compute, ten thousand patients against an independent calculation, and what is refused."""

from __future__ import annotations

import random
from decimal import Decimal

import numpy
import pytest

from dosewright.calculators import body, renal
from dosewright.errors import Refusal, UnitMistake
from dosewright.units import CREATININE_CLEARANCE, INDEXED_FILTRATION, quantity

from . import score_oracle as oracle
from .tables import golden, printed

CASES = [pytest.param(one["given"], one["gives"], id=one["case"]) for one in golden("renal")]


def clearance(given: dict, weight, basis: str) -> float:
    return renal.creatinine_clearance_cockcroft_gault(
        age=quantity(given["age"]),
        weight=weight,
        weight_basis=basis,
        creatinine=quantity(given["creatinine"]),
        sex=given["sex"],
    )


@pytest.mark.parametrize(("given", "gives"), CASES)
@pytest.mark.parametrize("basis", ["actual", "ideal", "adjusted"])
def test_a_clearance_is_what_an_outsider_computes_on_each_weight(given, gives, basis):
    height, weight, sex = quantity(given["height"]), quantity(given["weight"]), given["sex"]
    if height.m_as("in") < 60 and basis != "actual":
        pytest.skip("Devine's weight is refused below 60 in")
    weights = {
        "actual": lambda: weight,
        "ideal": lambda: body.ideal_body_weight_devine(height=height, sex=sex),
        "adjusted": lambda: body.adjusted_body_weight(height=height, weight=weight, sex=sex),
    }
    found = clearance(given, weights[basis](), basis)
    assert (printed(found.clearance.magnitude, gives[basis]), found.weight_basis) == (gives[basis], basis)


@pytest.mark.parametrize(("given", "gives"), CASES)
def test_a_filtration_is_what_an_outsider_computes(given, gives):
    found = renal.egfr_ckd_epi_2021(
        age=quantity(given["age"]), creatinine=quantity(given["creatinine"]), sex=given["sex"]
    )
    assert printed(found.magnitude, gives["ckd_epi"]) == gives["ckd_epi"]


def drawn(count: int):
    chance = random.Random(20261122)
    for _ in range(count):
        yield (
            str(chance.choice([18, 65, chance.randrange(18, 96)])),
            str(Decimal(chance.randrange(350, 1150)) / 10),
            str(Decimal(chance.choice([70, 90, chance.randrange(40, 600)])) / 100),
            chance.random() < 0.5,
        )


PATIENTS = list(drawn(12_000))


def close(ours: float, theirs: Decimal) -> bool:
    return ours == pytest.approx(float(theirs), rel=1e-13)


def test_the_clearance_of_12000_patients_is_what_the_oracle_says():
    wrong = []
    for age, kg, mg, female in PATIENTS:
        given = {"age": f"{age} years", "creatinine": f"{mg} mg/dL", "sex": "female" if female else "male"}
        found = clearance(given, quantity(f"{kg} kg"), "dry").clearance.magnitude
        if not close(found, oracle.cockcroft_gault(age, kg, mg, female)):
            wrong.append((age, kg, mg, female))
    assert wrong == []


def test_the_filtration_of_12000_patients_is_what_the_oracle_says():
    wrong = []
    for age, _, mg, female in PATIENTS:
        found = renal.egfr_ckd_epi_2021(
            age=quantity(f"{age} years"), creatinine=quantity(f"{mg} mg/dL"), sex="female" if female else "male"
        )
        if not close(found.magnitude, oracle.ckd_epi_2021(age, mg, female)):
            wrong.append((age, mg, female))
    assert wrong == []


def test_a_column_of_filtrations_is_computed_row_by_row():
    mg = numpy.array([0.5, 0.7, 0.9, 3.0])
    found = renal.egfr_ckd_epi_2021(
        age=quantity(numpy.full(4, 60.0), "years"), creatinine=quantity(mg, "mg/dL"), sex="female"
    )
    expected = [float(oracle.ckd_epi_2021("60", str(one), True)) for one in mg]
    assert found.magnitude.tolist() == pytest.approx(expected, rel=1e-13)


def test_clearance_and_indexed_filtration_are_two_kinds():
    found = renal.egfr_ckd_epi_2021(age=quantity("60 years"), creatinine=quantity("1 mg/dL"), sex="male")
    assert (INDEXED_FILTRATION.holds(found), CREATININE_CLEARANCE.holds(found)) == (True, False)


def test_a_filtration_of_this_body_is_not_de_indexed_again():
    once = renal.egfr_de_indexed(egfr=quantity("90 mL/min/1.73m²"), surface=quantity("2 m²"))
    with pytest.raises(UnitMistake):
        renal.egfr_de_indexed(egfr=once, surface=quantity("2 m²"))


def test_a_de_indexed_filtration_is_worked_by_hand():
    # 90 × 2 ÷ 1.73 = 104.0462
    found = renal.egfr_de_indexed(egfr=quantity("90 mL/min/1.73m²"), surface=quantity("2 m²"))
    assert f"{found.magnitude:.4f}" == "104.0462"


@pytest.mark.parametrize("age", ["17", "0"])
def test_children_are_refused(age):
    given = {"age": f"{age} years", "creatinine": "0.5 mg/dL", "sex": "male"}
    with pytest.raises(Refusal, match="made for adults, from 18 years") as refused:
        clearance(given, quantity("60 kg"), "actual")
    assert refused.value.where == "age"
    with pytest.raises(Refusal):
        renal.egfr_ckd_epi_2021(age=quantity(given["age"]), creatinine=quantity("0.5 mg/dL"), sex="male")


def test_an_adult_of_18_is_computed():
    given = {"age": "18 years", "creatinine": "1 mg/dL", "sex": "male"}
    assert clearance(given, quantity("72 kg"), "actual").clearance.magnitude == 122


def test_a_clearance_that_no_patient_has_is_refused():
    # Row 6 of what was seen elsewhere: a formula turned round gave 5,040 mL/min, and nobody looked.
    given = {"age": "18 years", "creatinine": "0.12 mg/dL", "sex": "male"}
    with pytest.raises(Refusal, match="must come out between 1 and 500 mL/min") as refused:
        clearance(given, quantity("250 kg"), "actual")
    assert refused.value.got == "3,530.09 mL/min"


@pytest.mark.parametrize(
    ("magnitude", "read"), [(1.0, True), (500.0, True), (0.999, False), (500.1, False), (float("nan"), True)]
)
def test_both_ends_of_what_a_clearance_can_be_belong(magnitude, read):
    try:
        renal._credible(magnitude, CREATININE_CLEARANCE)
    except Refusal:
        assert read is False
    else:
        assert read is True


def test_a_column_with_one_impossible_row_is_refused():
    with pytest.raises(Refusal, match="a row beyond"):
        renal.egfr_de_indexed(
            egfr=quantity(numpy.array([90.0, 249.0]), "mL/min/1.73m²"), surface=quantity(numpy.array([2.0, 4.9]), "m²")
        )


def test_the_ratio_of_cockcroft_and_gault_is_the_right_way_up():
    # Trap: (140 − age) × 72 ÷ creatinine.
    given = {"age": "60 years", "creatinine": "2 mg/dL", "sex": "male"}
    assert clearance(given, quantity("72 kg"), "actual").clearance.magnitude == 40
