"""What the pump is told: volume, concentration and rate, closing with the dose."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dosewright.calculators.body import bsa_mosteller
from dosewright.calculators.dose import dose_flat, dose_per_area
from dosewright.calculators.infusion import (
    concentration,
    concentration_window,
    final_volume,
    infusion,
    rate,
    volume_of_drug,
)
from dosewright.errors import Refusal
from dosewright.units import DOSE, HEIGHT, WEIGHT, quantity

from .tables import golden, printed

LINES = [
    pytest.param(case["given"], line, id=f"{line['dose']}, {case['case']}")
    for case in golden("doses")
    for line in case["gives"]
    if "dose_rate" in line
]
BAGS = [
    pytest.param(case["given"], line, bag, id=f"{line['dose']} in {bag} mL, {case['case']}")
    for case in golden("doses")
    for line in case["gives"]
    for bag in (250, 500)
    if f"c{bag}" in line
]


def made(person, line, bag: float, drug_volume: str = "added"):
    """The infusion of a golden line from a concentrate of 5 mg/mL."""
    surface = bsa_mosteller(height=HEIGHT.read(person["height"]), weight=WEIGHT.read(person["weight"]))
    dose = quantity(line["dose"])
    return infusion(
        dose=dose_flat(dose=dose) if DOSE.holds(dose) else dose_per_area(dose=dose, surface=surface),
        diluent=quantity(bag, "mL"),
        stock=quantity("5 mg/mL"),
        drug_volume=drug_volume,
        over=quantity(line["over"]),
    )


@pytest.mark.parametrize(("person", "line"), LINES)
def test_milligrams_per_hour_are_what_an_outsider_computes(person, line):
    dose_rate = made(person, line, 500).dose_rate
    assert f"{printed(dose_rate.m_as('mg/h'), line['dose_rate'])} mg/h" == line["dose_rate"]


@pytest.mark.parametrize(("person", "line", "bag"), BAGS)
def test_the_concentration_without_the_drug_s_own_volume_is_the_outsider_s(person, line, bag):
    weak = made(person, line, bag).concentration_without_drug_volume
    assert f"{printed(weak.m_as('mg/mL'), line[f'c{bag}'])} mg/mL" == line[f"c{bag}"]


@pytest.mark.parametrize(("person", "line", "bag"), BAGS)
def test_the_concentration_with_the_drug_s_own_volume_is_the_outsider_s(person, line, bag):
    strong = made(person, line, bag).concentration
    assert f"{printed(strong.m_as('mg/mL'), line[f'c{bag}_with_drug'])} mg/mL" == line[f"c{bag}_with_drug"]


# ----------------------------------------------------------------------------------------------------------- it closes

tenths = st.integers(10, 60_000).map(lambda n: n / 10)
bags = st.one_of(st.sampled_from([50.0, 100.0, 250.0, 500.0, 1000.0]), st.integers(200, 3000).map(float))
stocks = st.sampled_from([0.4, 5.0, 10.0, 25.0, 50.0])
hours = st.sampled_from(["15 min", "30 min", "2 h", "4 h", "20 h", "46 h", "2.5 h"])
ways = st.sampled_from(["added", "exchanged"])


def infused(mg: float, ml: float, stock: float, way: str, over: str):
    return infusion(
        dose=quantity(mg, "mg"),
        diluent=quantity(ml, "mL"),
        stock=quantity(stock, "mg/mL"),
        drug_volume=way,
        over=quantity(over),
    )


@given(tenths, bags, stocks, hours)
@example(141.0, 500.0, 5.0, "4 h")
def test_concentration_times_rate_times_time_is_the_dose(mg, ml, stock, over):
    bag = infused(mg, ml, stock, "added", over)
    given_in_all = bag.concentration.m_as("mg/mL") * bag.rate.m_as("mL/h") * bag.over.m_as("h")
    assert given_in_all == pytest.approx(mg, rel=1e-14)


@given(tenths, bags, stocks, hours)
def test_it_closes_with_the_drug_s_volume_exchanged_too(mg, ml, stock, over):
    if mg / stock > ml:
        with pytest.raises(Refusal, match="more than the bag"):
            infused(mg, ml, stock, "exchanged", over)
    else:
        bag = infused(mg, ml, stock, "exchanged", over)
        assert bag.concentration.magnitude * bag.rate.magnitude * bag.over.m_as("h") == pytest.approx(mg, rel=1e-14)


@given(tenths, bags, stocks, hours)
def test_the_bag_runs_empty_when_the_time_is_up(mg, ml, stock, over):
    bag = infused(mg, ml, stock, "added", over)
    assert bag.rate.m_as("mL/h") * bag.over.m_as("h") == pytest.approx(bag.volume.m_as("mL"), rel=1e-14)


@given(tenths, bags, stocks)
def test_what_is_drawn_up_holds_the_dose(mg, ml, stock):
    drawn = volume_of_drug(dose=quantity(mg, "mg"), stock=quantity(stock, "mg/mL"))
    assert drawn.m_as("mL") * stock == pytest.approx(mg, rel=1e-14)


@given(tenths, bags, stocks)
def test_the_drug_s_own_volume_makes_the_bag_weaker(mg, ml, stock):
    bag = infused(mg, ml, stock, "added", "4 h")
    assert bag.concentration.magnitude < bag.concentration_without_drug_volume.magnitude


def test_a_bag_with_the_drug_s_volume_exchanged_holds_what_it_held():
    bag = {"dose": quantity("141 mg"), "diluent": quantity("500 mL"), "stock": quantity("5 mg/mL")}
    assert final_volume(**bag, drug_volume="exchanged").m_as("mL") == 500


def test_a_drug_that_fills_the_whole_bag_is_the_bag():
    bag = {"dose": quantity("500 mg"), "diluent": quantity("100 mL"), "stock": quantity("5 mg/mL")}
    assert final_volume(**bag, drug_volume="exchanged").m_as("mL") == 100


def test_an_infusion_keeps_the_dose_and_the_time_it_was_made_for():
    made = infusion(
        dose=quantity("141 mg"),
        diluent=quantity("500 mL"),
        stock=quantity("5 mg/mL"),
        drug_volume="added",
        over=quantity("4 h"),
    )
    assert (made.dose, made.over) == (quantity("141 mg"), quantity("4 h"))


def test_a_rate_is_per_hour_whatever_the_unit_of_the_duration():
    assert rate(volume=quantity("500 mL"), over=quantity("30 min")).m_as("mL/h") == pytest.approx(1000, rel=1e-15)


# ------------------------------------------------------------------------------------------------------------- windows


def window(value: str) -> str:
    return concentration_window(concentration=quantity(value), least=quantity("0.2 mg/mL"), most=quantity("0.7 mg/mL"))


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ("0.199999 mg/mL", "below"),
        ("0.2 mg/mL", "within"),
        ("0.200001 mg/mL", "within"),
        ("0.699999 mg/mL", "within"),
        ("0.7 mg/mL", "within"),
        ("0.700001 mg/mL", "above"),
        ("200 mcg/mL", "within"),
        ("700 mcg/mL", "within"),
        ("199.999 mcg/mL", "below"),
        ("0.7 g/L", "within"),
    ],
)
def test_both_ends_of_a_window_belong_to_it(value, where):
    assert window(value) == where


# At 60 mg/m² the floor bites, not the ceiling: in 500 mL every dose under 100 mg falls below 0.2 mg/mL.
@pytest.mark.parametrize(
    ("dose", "where"), [("99.99 mg", "below"), ("100 mg", "within"), ("350 mg", "within"), ("350.1 mg", "above")]
)
def test_a_dose_at_the_edge_of_the_window_of_its_bag(dose, where):
    assert window_of(concentration(dose=quantity(dose), volume=quantity("500 mL"))) == where


def window_of(value):
    return concentration_window(concentration=value, least=quantity("0.2 mg/mL"), most=quantity("0.7 mg/mL"))


@given(st.integers(20, 3000))
@example(250)
def test_a_dose_made_for_the_lower_edge_is_within_it(ml):
    # 0.2 × 250 is exact, 0.2 × 287 is not; neither may fall out of its window by binary dust.
    assert window_of(concentration(dose=quantity(0.2 * ml, "mg"), volume=quantity(float(ml), "mL"))) == "within"


def test_a_column_of_concentrations_has_a_column_of_verdicts():
    column = quantity(numpy.array([0.19, 0.2, 0.5, 0.7, 0.71]), "mg/mL")
    assert window_of(column).tolist() == ["below", "within", "within", "within", "above"]
