"""From a dose per m², per kg or flat to milligrams; caps and reductions."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dosewright.calculators.body import bsa_mosteller
from dosewright.calculators.dose import (
    capped_dose,
    capped_surface,
    dose_flat,
    dose_per_area,
    dose_per_weight,
    reduced_by,
    reduced_to,
)
from dosewright.errors import Refusal, UnitMistake
from dosewright.units import DOSE, HEIGHT, WEIGHT, quantity

from .tables import golden, printed

LINES = [
    pytest.param(case["given"], line, id=f"{line['dose']}, {case['case']}")
    for case in golden("doses")
    for line in case["gives"]
]


def surface_of(person):
    return bsa_mosteller(height=HEIGHT.read(person["height"]), weight=WEIGHT.read(person["weight"]))


def calculated(person, line):
    dose = quantity(line["dose"])
    return dose_flat(dose=dose) if DOSE.holds(dose) else dose_per_area(dose=dose, surface=surface_of(person))


@pytest.mark.parametrize(("person", "line"), LINES)
def test_a_dose_of_the_paper_is_what_an_outsider_computes(person, line):
    assert f"{printed(calculated(person, line).m_as('mg'), line['calculated'])} mg" == line["calculated"]


@pytest.mark.parametrize("case", golden("doses"), ids=lambda case: case["case"])
def test_the_surface_it_rests_on_is_the_outsider_s_too(case):
    assert f"{printed(surface_of(case['given']).m_as('m²'), case['surface'])} m²" == case["surface"]


# ------------------------------------------------------------------------------------------------------------ the laws

per_m2 = st.one_of(
    st.sampled_from([60.0, 85.0, 200.0, 1200.0, 2400.0]),
    st.integers(1, 500_000).map(lambda hundredths: hundredths / 100),
)
square_metres = st.one_of(st.sampled_from([1.0, 1.5, 2.0, 2.2]), st.integers(500, 3500).map(lambda m2: m2 / 1000))
milligrams = st.one_of(
    st.sampled_from([0.5, 100.0, 140.96, 142.5, 3979.95]),
    st.integers(1, 1_000_000).map(lambda hundredths: hundredths / 100),
)
percents = st.one_of(
    st.sampled_from([0.0, 20.0, 25.0, 50.0, 100.0]), st.integers(0, 1000).map(lambda tenths: tenths / 10)
)


def mg_per_area(dose: float, m2: float, unit: str = "mg/m²") -> float:
    return dose_per_area(dose=quantity(dose, unit), surface=quantity(m2, "m²")).m_as("mg")


@given(per_m2, square_metres)
def test_twice_the_dose_per_area_is_twice_the_dose(dose, m2):
    assert mg_per_area(2 * dose, m2) == 2 * mg_per_area(dose, m2)


@given(per_m2, square_metres)
def test_twice_the_surface_is_twice_the_dose(dose, m2):
    assert mg_per_area(dose, 2 * m2) == 2 * mg_per_area(dose, m2)


@given(per_m2, square_metres)
@example(2.4, 1.6583)
def test_a_dose_in_grams_per_area_is_the_same_dose(dose, m2):
    assert mg_per_area(dose, m2, "g/m²") == pytest.approx(mg_per_area(dose * 1000, m2), rel=1e-14)


@given(per_m2, st.integers(250, 2500).map(lambda tenths: tenths / 10))
def test_twice_the_weight_is_twice_the_dose(dose, kg):
    once, twice = (
        dose_per_weight(dose=quantity(dose, "mg/kg"), weight=quantity(n * kg, "kg")).magnitude for n in (1, 2)
    )
    assert twice == 2 * once


def test_a_flat_dose_is_the_dose_itself_in_milligrams():
    assert dose_flat(dose=quantity("1.2 g")).m_as("mg") == 1200


# ---------------------------------------------------------------------------------------------------------------- caps


@given(milligrams, milligrams)
@example(100.0, 100.0)
def test_a_capped_dose_is_the_smaller_of_dose_and_cap(dose, cap):
    assert capped_dose(dose=quantity(dose, "mg"), cap=quantity(cap, "mg")).value.magnitude == min(dose, cap)


@given(milligrams, milligrams)
@example(100.0, 100.0)
def test_a_cap_counts_as_applied_only_where_it_takes_something_away(dose, cap):
    capped = capped_dose(dose=quantity(dose, "mg"), cap=quantity(cap, "mg"))
    assert capped.applied == (dose > cap)


@given(milligrams, milligrams)
def test_what_a_dose_would_have_been_stays_beside_it(dose, cap):
    assert capped_dose(dose=quantity(dose, "mg"), cap=quantity(cap, "mg")).uncapped == quantity(dose, "mg")


@given(square_metres, square_metres)
@example(2.2, 2.2)
def test_a_capped_surface_is_the_smaller_of_surface_and_cap(m2, cap):
    assert capped_surface(surface=quantity(m2, "m²"), cap=quantity(cap, "m²")).value.magnitude == min(m2, cap)


@given(st.integers(1, 10_000))
@example(1001)
def test_a_dose_equal_to_its_cap_is_not_capped_whatever_the_units(mg):
    # 1.001 g is 1000.9999999999999 mg in binary.
    assert capped_dose(dose=quantity(float(mg), "mg"), cap=quantity(mg / 1000, "g")).applied is False


# A public checker compares 60 mg/m² × 1.7 m² = 102 mg with a limit of 75 mg/m², and so fires on everybody.
@pytest.mark.parametrize(("dose", "cap"), [("102 mg", "75 mg/m²"), ("60 mg/m²", "75 mg"), ("102 mg", "2 m²")])
def test_milligrams_are_never_compared_with_milligrams_per_area(dose, cap):
    with pytest.raises(UnitMistake):
        capped_dose(dose=quantity(dose), cap=quantity(cap))


def test_a_cap_in_milligrams_is_no_cap_on_the_surface():
    with pytest.raises(UnitMistake):
        capped_surface(surface=quantity("2.31 m²"), cap=quantity("2.2 mg"))


# ---------------------------------------------------------------------------------------------------------- reductions


def left_after(dose: float, by: float) -> float:
    return reduced_by(dose=quantity(dose, "mg"), by=quantity(by, "%"), base="protocol dose").value.magnitude


@given(milligrams, percents)
@example(100.0, 20.0)
def test_reduced_by_a_part_is_reduced_to_the_rest(dose, percent):
    to = reduced_to(dose=quantity(dose, "mg"), to=quantity(100 - percent, "%"), base="protocol dose")
    assert left_after(dose, percent) == to.value.magnitude


@given(milligrams, percents)
def test_no_reduction_raises_a_dose(dose, percent):
    assert left_after(dose, percent) <= dose * (1 + 1e-15)


@given(milligrams, percents, percents)
def test_two_reductions_multiply(dose, one, other):
    assert left_after(left_after(dose, one), other) == pytest.approx(
        dose * (1 - one / 100) * (1 - other / 100), rel=1e-12, abs=1e-9
    )


def test_twenty_percent_twice_leaves_sixty_four():
    assert left_after(left_after(100, 20), 20) == 64


def test_a_reduction_says_of_what_it_is_one():
    reduced = reduced_by(dose=quantity("100 mg"), by=quantity("20 %"), base="last ordered dose")
    assert (reduced.base, reduced.of, reduced.left) == ("last ordered dose", quantity("100 mg"), quantity("80 %"))


@pytest.mark.parametrize("percent", [100.1, 120, 1000])
def test_nothing_is_reduced_by_more_than_all_of_it(percent):
    with pytest.raises(Refusal):
        left_after(100, percent)


@pytest.mark.parametrize("percent", [100.1, 120, 1000])
def test_a_reduction_to_more_than_all_is_none(percent):
    with pytest.raises(Refusal):
        reduced_to(dose=quantity("100 mg"), to=quantity(percent, "%"), base="protocol dose")


def test_a_change_of_more_than_the_whole_says_which_of_the_two_was_wrong():
    with pytest.raises(Refusal) as by:
        reduced_by(dose=quantity("100 mg"), by=quantity("120 %"), base="protocol dose")
    assert str(by.value) == "by: a dose cannot be reduced by more than 100 %, for example '20 %'"
    with pytest.raises(Refusal) as to:
        reduced_to(dose=quantity("100 mg"), to=quantity("120 %"), base="protocol dose")
    assert str(to.value) == "to: a dose reduced to more than 100 % is no reduction, for example '80 %'"


def test_a_cap_and_whether_it_acted_stay_beside_the_value():
    surface, dose, cap = quantity("2.1 m2"), quantity("180 mg"), quantity("150 mg")
    capped = capped_surface(surface=surface, cap=quantity("2 m2"))
    assert (capped.uncapped, capped.cap, capped.applied) == (surface, quantity("2 m2"), True)
    assert (capped_dose(dose=dose, cap=cap).uncapped, capped_dose(dose=dose, cap=cap).cap) == (dose, cap)
