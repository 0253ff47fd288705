"""From the calculated to the ordered dose: to a step, to a band, to whole vials; never past a cap, never up again."""

from __future__ import annotations

import itertools
import time
from fractions import Fraction

import numpy
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dosewright.calculators import rounding
from dosewright.calculators.bands import Band, BandTable
from dosewright.calculators.rounding import (
    VialSizes,
    deviation,
    round_to_band,
    round_to_step,
    vials_for,
)
from dosewright.errors import Mistake, Refusal
from dosewright.units import quantity

# Doses at ties, at multiples, a hair beside them, and any dose a ward may meet.
steps = st.sampled_from([0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0])
beside = st.sampled_from([0.5, 0.5, 0.0, 0.4999999, 0.5000001, 0.9999999, 0.0000001])


@st.composite
def doses_and_steps(draw) -> tuple[float, float]:
    step = draw(steps)
    dose = float((draw(st.integers(1, 1000)) + Fraction(str(draw(beside)))) * Fraction(str(step)))
    return dose, step


def ordered(dose: float, step: float, cap: float | None = None, reduced: str = "no") -> float:
    top = None if cap is None else quantity(cap, "mg")
    rounded = round_to_step(dose=quantity(dose, "mg"), step=quantity(step, "mg"), cap=top, reduced=reduced)
    return rounded.ordered.magnitude


# -------------------------------------------------------------------------------------------------------------- a step


@pytest.mark.parametrize(
    ("dose", "step", "mg"),
    [
        (140.96, 1, 141),
        (142.5, 1, 143),
        (142.49, 1, 142),
        (3979.95, 10, 3980),
        (2487.47, 10, 2490),
        (2485, 10, 2490),
        (99.5, 1, 100),
        (0.25, 0.1, 0.3),
        (0.3, 0.1, 0.3),
        (85 * 1.7 - 2, 1, 143),
        (62.5, 25, 75),
    ],
)
def test_a_dose_is_rounded_to_the_nearest_step_halves_up(dose, step, mg):
    assert ordered(dose, step) == mg


@given(doses_and_steps())
def test_an_ordered_dose_is_a_whole_number_of_steps(case):
    dose, step = case
    assert Fraction(str(ordered(dose, step))) % Fraction(str(step)) == 0


@given(doses_and_steps())
def test_no_dose_is_moved_by_more_than_half_a_step(case):
    dose, step = case
    assert abs(ordered(dose, step) - dose) <= step / 2 * (1 + 1e-9)


@given(doses_and_steps())
def test_rounding_an_ordered_dose_again_changes_nothing(case):
    dose, step = case
    once = ordered(dose, step)
    assert ordered(once, step) == once


@given(doses_and_steps(), st.sampled_from([0.0, 0.0000001, 0.3, 0.5, 1.0, 7.0]))
@example((0.3, 0.1), 0.0)
@example((142.5, 1.0), 0.0)
@example((142.5, 1.0), 0.5)
def test_no_dose_is_rounded_past_its_cap(case, room):
    dose, step = case
    cap = dose + room * step
    assert ordered(dose, step, cap=cap) <= cap * (1 + 1e-12)  # 36.55 + 0.05 is 36.599999999999994


@given(doses_and_steps(), st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_under_its_cap_a_dose_is_still_as_near_as_can_be(case, room):
    dose, step = case
    cap = dose + room * step
    free = ordered(dose, step)
    assert ordered(dose, step, cap=cap) == (free if free <= cap else pytest.approx(free - step))


@given(doses_and_steps())
@example((142.5, 1.0))
@example((142.9999999, 1.0))
def test_a_dose_just_reduced_is_never_rounded_up(case):
    dose, step = case
    assert ordered(dose, step, reduced="yes") <= dose * (1 + 1e-12)


def test_a_dose_just_reduced_to_a_multiple_stays_there():
    # 300 mg reduced to 55 % is 165.00000000000003 mg in binary, and 290 to 30 % is 87 mg.
    assert [ordered(300 * 55 / 100, 5, reduced="yes"), ordered(290 * 0.3, 1, reduced="yes")] == [165, 87]


@pytest.mark.parametrize(
    ("dose", "cap", "reduced", "down"),
    [(142.5, None, "no", False), (142.5, 142.7, "no", True), (142.5, 143, "no", False), (142.5, None, "yes", True)],
)
def test_a_dose_rounded_down_for_a_reason_says_so(dose, cap, reduced, down):
    top = None if cap is None else quantity(cap, "mg")
    rounded = round_to_step(dose=quantity(dose, "mg"), step=quantity("1 mg"), cap=top, reduced=reduced)
    assert rounded.rounded_down is down


@given(st.integers(1, 10_000))
@example(1001)
def test_a_cap_in_grams_is_the_same_cap(mg):
    # 1.001 g is 1000.9999999999999 mg in binary: without care the last milligram would be lost.
    rounded = round_to_step(dose=quantity(float(mg), "mg"), step=quantity("1 mg"), cap=quantity(mg / 1000, "g"))
    assert rounded.ordered.magnitude == mg


def test_a_dose_above_its_cap_is_refused_and_not_cut_in_silence():
    # One step down from 150 mg is 140 mg, and still past a cap of 100 mg.
    with pytest.raises(Refusal, match="above its cap"):
        ordered(150, 10, cap=100)


@pytest.mark.parametrize(("dose", "step"), [(0.4, 1), (24.9, 50), (4, 10)])
def test_a_dose_that_would_round_to_nothing_is_refused(dose, step):
    with pytest.raises(Refusal, match="round to nothing"):
        ordered(dose, step)


def test_a_reduced_dose_that_would_round_to_nothing_is_refused():
    with pytest.raises(Refusal, match="round to nothing"):
        ordered(0.9, 1, reduced="yes")


def test_a_column_keeps_a_dose_that_is_exactly_at_its_cap():
    # In binary three tenths are more than 0.3; the column must not lose a step by it.
    rounded = round_to_step(
        dose=quantity(numpy.array([0.3, 0.31, 0.7]), "mg"), step=quantity("0.1 mg"), cap=quantity("0.7 mg")
    )
    assert rounded.ordered.magnitude.tolist() == [0.3, 0.3, 0.7]


def test_a_rounded_dose_keeps_the_one_that_was_calculated():
    assert round_to_step(dose=quantity("142.5 mg"), step=quantity("1 mg")).calculated == quantity("142.5 mg")


# ----------------------------------------------------------------------------------------------------------- deviation


@pytest.mark.parametrize(
    ("dose", "of", "percent"), [(141, 140.96, 0.028377), (95, 100, -5), (100, 100, 0), (110, 105, 4.761905)]
)
def test_a_deviation_is_counted_from_the_calculated_dose(dose, of, percent):
    off = deviation(ordered=quantity(dose, "mg"), calculated=quantity(of, "mg"))
    assert off.magnitude == pytest.approx(percent, abs=5e-7)


@given(doses_and_steps())
def test_the_deviation_leads_back_to_the_ordered_dose(case):
    dose, step = case
    rounded = round_to_step(dose=quantity(dose, "mg"), step=quantity(step, "mg"))
    assert dose * (1 + rounded.deviation.magnitude / 100) == pytest.approx(rounded.ordered.magnitude, rel=1e-12)


# --------------------------------------------------------------------------------------------------------------- bands

TABLE = BandTable.read("95 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; 116 mg to 128 mg: 120 mg; limit 6.25 %")


def banded(dose: float, cap: float | None = None, reduced: str = "no") -> float:
    top = None if cap is None else quantity(cap, "mg")
    return round_to_band(dose=quantity(dose, "mg"), bands=TABLE, cap=top, reduced=reduced).ordered.magnitude


@pytest.mark.parametrize(
    ("dose", "mg"),
    [(95, 100), (104.999999, 100), (105, 110), (105.000001, 110), (115.999999, 110), (116, 120), (127.999999, 120)],
)
def test_the_lower_edge_belongs_to_its_band(dose, mg):
    assert banded(dose) == mg


@pytest.mark.parametrize("dose", [94.999999, 128, 128.000001, 1000])
def test_a_dose_outside_the_table_is_refused(dose):
    with pytest.raises(Refusal, match="outside the table"):
        banded(dose)


bandable = st.one_of(
    st.sampled_from([95.0, 100.0, 105.0, 110.0, 116.0, 120.0]), st.integers(9500, 12799).map(lambda x: x / 100)
)


@given(bandable, st.sampled_from([0.0, 1.0, 4.0, 5.0, 10.0]))
@example(105.0, 3.0)
def test_no_band_passes_a_cap(dose, room):
    assume(dose >= 100 or room >= 100 - dose)
    assert banded(dose, cap=dose + room) <= dose + room


@given(bandable)
def test_no_band_raises_a_dose_just_reduced(dose):
    assume(dose >= 100)
    assert banded(dose, reduced="yes") <= dose


def test_where_no_lower_band_is_left_a_reduced_dose_is_refused():
    with pytest.raises(Refusal, match="no band lies below"):
        banded(96, reduced="yes")


def test_where_no_lower_band_is_left_a_cap_is_not_passed():
    with pytest.raises(Refusal, match="no band lies below"):
        banded(96, cap=98)


def test_a_dose_above_its_cap_gets_no_band():
    # The band below 120 mg is 110 mg, and still past a cap of 105 mg.
    with pytest.raises(Refusal, match="above its cap"):
        banded(120, cap=105)


def test_a_banded_dose_keeps_the_one_that_was_calculated_and_how_far_it_was_moved():
    # by hand: (110 − 105) ÷ 105 = 4.7619 %
    one = round_to_band(dose=quantity("105 mg"), bands=TABLE)
    assert (one.calculated, one.deviation.m_as("%")) == (quantity("105 mg"), pytest.approx(4.761905, abs=5e-7))


@pytest.mark.parametrize(
    ("cap", "reduced", "down"), [(None, "no", False), (108, "no", True), (110, "no", False), (None, "yes", True)]
)
def test_a_dose_put_into_a_lower_band_for_a_reason_says_so(cap, reduced, down):
    top = None if cap is None else quantity(cap, "mg")
    assert round_to_band(dose=quantity("105 mg"), bands=TABLE, cap=top, reduced=reduced).rounded_down is down


def test_a_dose_outside_the_table_is_told_what_the_table_holds():
    with pytest.raises(Refusal, match=r"outside the table of bands \(95 to 128 mg\)"):
        banded(94)


def test_a_band_may_give_its_own_lower_edge():
    assert BandTable.read("100 mg to 106 mg: 100 mg; limit 6 %").bands == (Band(100, 106, 100),)


@pytest.mark.parametrize("band", [Band(100, 107, 106), Band(90, 100, 94)])
def test_a_band_at_just_the_limit_keeps_it(band):
    # (106 − 100) ÷ 100 and (100 − 94) ÷ 100 are 6 %, the second with binary dust.
    assert BandTable((band,), limit=6).exceptions == ()


@pytest.mark.parametrize("band", [Band(100, 107.1, 106.01), Band(93.99, 100, 93.99)])
def test_a_band_is_held_to_its_limit_at_both_edges(band):
    assert BandTable((band,), limit=6).exceptions == (band,)


def test_a_table_that_breaks_its_own_limit_names_the_bands():
    # (110 − 105) ÷ 105 = 4.8 % and (116 − 110) ÷ 116 = 5.2 %, but (100 − 90) ÷ 90 = 11.1 %.
    table = BandTable((Band(90, 105, 100), Band(105, 116, 110)), limit=6)
    assert table.exceptions == (Band(90, 105, 100),)


@pytest.mark.parametrize(
    "text",
    [
        "95 mg to 105 mg: 100 mg; 106 mg to 116 mg: 110 mg; limit 6 %",  # a gap
        "95 mg to 105 mg: 100 mg; 104 mg to 116 mg: 110 mg; limit 6 %",  # an overlap
        "105 mg to 116 mg: 110 mg; 95 mg to 105 mg: 100 mg; limit 6 %",  # falling
        "95 mg to 105 mg: 106 mg; limit 6 %",  # a dose beside its band
        "95 mg to 105 mg: 105 mg; limit 6 %",  # the upper edge belongs to the next
        "105 mg to 95 mg: 100 mg; limit 6 %",
        "95 mg to 105 mg: 100 mg",  # no limit
        "95 mg to 105 mg: 100 mg; limit 6",
        "95 mg to 105 mg: 100 mg; limit 6 mg",
        "95 mg to 105 mg: 100 mg; limit 6 cm",
        "95 to 105 mg: 100 mg; limit 6 %",
        "95 mg/m² to 105 mg/m²: 100 mg/m²; limit 6 %",
        "95 mg - 105 mg: 100 mg; limit 6 %",
        "limit 6 %",
        "",
    ],
)
def test_a_wrong_table_of_bands_is_refused(text):
    with pytest.raises(Mistake):
        BandTable.read(text)


# --------------------------------------------------------------------------------------------------------------- vials


def by_trying_all(dose: Fraction, sizes: list[Fraction]) -> tuple[Fraction, int]:
    """The least that whole vials can hold of at least the dose, and the fewest vials that hold it."""
    ranges = [range(-(-dose // size) + 1) for size in sizes]
    covers = (
        (sum(n * size for n, size in zip(counts, sizes, strict=True)), sum(counts))
        for counts in itertools.product(*ranges)
    )
    return min(cover for cover in covers if cover[0] >= dose)


stocks = st.lists(
    st.sampled_from(["2.5", "5", "12.5", "20", "30", "50", "100", "150", "200", "250", "0.3"]),
    min_size=1,
    max_size=3,
    unique=True,
)


@given(st.decimals("0.5", 400, places=1), stocks)
def test_vials_hold_the_dose_with_the_least_waste_and_then_are_the_fewest(dose, sizes):
    fractions = [Fraction(size) for size in sizes]
    assume(Fraction(dose) / max(fractions) <= 60 and Fraction(dose) / min(fractions) <= 80)
    plan = vials_for(dose=quantity(float(dose), "mg"), sizes=VialSizes(tuple(sorted(map(float, sizes)))))
    holds, count = by_trying_all(Fraction(dose), fractions)
    assert (plan.holds.magnitude, sum(n for n, _ in plan.vials)) == (float(holds), count)


@given(st.integers(1, 5000).map(lambda tenths: tenths / 10), stocks)
def test_what_vials_hold_is_the_dose_and_the_waste(dose, sizes):
    assume(dose / max(map(float, sizes)) <= 60)
    plan = vials_for(dose=quantity(dose, "mg"), sizes=VialSizes(tuple(sorted(map(float, sizes)))))
    assert plan.holds.magnitude == pytest.approx(dose + plan.waste.magnitude, rel=1e-12)


@pytest.mark.parametrize(
    ("dose", "sizes", "vials"),
    [
        ("141 mg", "50 mg, 100 mg", ((1, 100), (1, 50))),
        ("100 mg", "50 mg, 100 mg", ((1, 100),)),
        ("100.1 mg", "50 mg, 100 mg", ((1, 100), (1, 50))),
        ("3980 mg", "500 mg, 1000 mg, 2500 mg, 5000 mg", ((1, 2500), (1, 1000), (1, 500))),
        ("60 mg", "50 mg, 20 mg", ((3, 20),)),
        ("0.9 mg", "0.3 mg", ((3, 0.3),)),
    ],
)
def test_vials_of_a_stock(dose, sizes, vials):
    assert vials_for(dose=quantity(dose), sizes=VialSizes.read(sizes)).vials == vials


def test_more_vials_than_anybody_opens_are_refused():
    with pytest.raises(Refusal, match="more than 60 vials"):
        vials_for(dose=quantity("3980 mg"), sizes=VialSizes.read("50 mg"))


@pytest.mark.parametrize("text", ["", "50", "50 mg,", "50 mg; 100 mg", "0 mg", "50 mL"])
def test_a_wrong_stock_is_refused(text):
    with pytest.raises(Mistake):
        VialSizes.read(text)


def test_an_odd_stock_is_answered_at_once():
    # Trying all combinations of these would take minutes; the sum of 60 vials of 50 mg is found in milliseconds.
    began = time.process_time()
    plan = vials_for(dose=quantity("3000 mg"), sizes=VialSizes.read("50 mg, 10 mg, 5 mg, 2 mg, 1 mg"))
    assert (plan.vials, time.process_time() - began < 1) == (((60, 50),), True)


def test_a_plan_keeps_the_dose_that_it_is_for():
    assert vials_for(dose=quantity("141 mg"), sizes=VialSizes.read("50 mg, 100 mg")).dose == quantity("141 mg")


def test_too_many_vials_and_too_many_sums_are_refused_word_for_word(monkeypatch):
    with pytest.raises(Refusal) as many:
        vials_for(dose=quantity("3980 mg"), sizes=VialSizes.read("50 mg"))
    assert str(many.value) == "dose: more than 60 vials would be needed; got '3980 mg'"
    monkeypatch.setattr(rounding, "MOST_WAYS", 3)
    with pytest.raises(Refusal) as odd:
        vials_for(dose=quantity("97 mg"), sizes=VialSizes.read("7 mg, 11 mg, 13 mg"))
    assert str(odd.value) == "sizes: the vial sizes are too many or too odd to be searched"


def test_as_many_sums_of_vials_as_are_allowed_are_compared(monkeypatch):
    # by hand: of 50 and 100 mg for 90 mg there are three, nothing, 50 and 100
    monkeypatch.setattr(rounding, "MOST_WAYS", 3)
    plan = vials_for(dose=quantity("90 mg"), sizes=VialSizes.read("50 mg, 100 mg"))
    assert plan.holds == quantity("100 mg")
