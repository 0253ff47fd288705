"""Bead loading: which vials hold a dose, for how long, in what volume; offered, loaded and injected kept apart."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dosewright.calculators.loading import Doses, Vials, bead_loading, bead_vials, sum_of_stages
from dosewright.errors import Mistake, Refusal
from dosewright.units import quantity


def vials(mg: float, least: float = 40, most: float = 60):
    return bead_vials(dose=quantity(mg, "mg"), least=quantity(least, "mg/vial"), most=quantity(most, "mg/vial"))


# -------------------------------------------------------------------------------------- which vials hold a dose at all


@pytest.mark.parametrize(
    ("mg", "counts"),
    [
        (39.999999, ()),
        (40, (1,)),
        (50, (1,)),
        (60, (1,)),
        (60.000001, ()),
        (61, ()),
        (70, ()),
        (79, ()),
        (79.999999, ()),
        (80, (2,)),
        (119.999999, (2,)),
        (120, (2, 3)),
        (120.000001, (3,)),
        (150, (3,)),
        (160, (3, 4)),
        (240, (4, 5, 6)),
    ],
)
def test_a_dose_fits_so_many_vials_of_40_to_60_mg(mg, counts):
    assert vials(mg).counts == counts


@given(st.integers(1, 1000), st.integers(1, 100), st.integers(0, 100))
@example(60, 40, 20)
@example(61, 40, 20)
@example(79, 40, 20)
@example(80, 40, 20)
@example(120, 40, 20)
def test_every_whole_number_of_vials_that_holds_the_dose_is_found_and_no_other(mg, least, more):
    most = least + more
    by_counting = tuple(n for n in range(1, 100) if least * n <= mg <= most * n)
    assert found(mg, least, most) == by_counting


def found(mg: float, least: float, most: float) -> tuple[int, ...]:
    try:
        return vials(mg, least, most).counts
    except Refusal:
        return ()  # more than 99


@given(st.integers(1, 99), st.integers(1, 600), st.sampled_from([0.1, 0.01]))
def test_full_vials_are_full_whatever_the_binary_dust(count, tenths, scale):
    # Three vials of 0.1 mg hold 0.30000000000000004 mg in binary.
    most = tenths * scale
    assert count in vials(most * count, most / 2, most).counts


@pytest.mark.parametrize(
    ("mg", "below", "above"),
    [(61, 60, 80), (70, 60, 80), (79, 60, 80), (79.999999, 60, 80)],
)
def test_where_no_number_fits_the_nearest_doses_are_named(mg, below, above):
    choice = vials(mg)
    assert (choice.nearest_below.magnitude, choice.nearest_above.magnitude) == (below, above)


def test_under_the_least_loading_only_a_larger_dose_is_near():
    choice = vials(39)
    assert (choice.nearest_below, choice.nearest_above.magnitude) == (None, 40)


@given(st.integers(1, 1000), st.integers(20, 100), st.integers(0, 30))
def test_the_nearest_doses_do_fit(mg, least, more):
    choice = vials(mg, least, least + more)
    near = [one.magnitude for one in (choice.nearest_below, choice.nearest_above) if one is not None]
    assert [one for one in near if not vials(one, least, least + more).counts] == []


@pytest.mark.parametrize("mg", [50, 70])
def test_a_choice_of_vials_keeps_the_dose_that_it_is_for(mg):
    assert vials(mg).dose == quantity(mg, "mg")


def test_a_capacity_turned_round_is_refused():
    with pytest.raises(Refusal, match="least loading is above the most"):
        vials(50, least=60, most=40)


def test_more_vials_than_a_treatment_can_need_are_refused():
    # A slip of the pen in the capacity asks for a thousand million vials, and must not fill the memory.
    with pytest.raises(Refusal, match="more than 99 vials"):
        vials(1_000_000, least=0.001, most=0.002)


def test_a_capacity_almost_without_a_floor_stops_at_99_vials():
    assert vials(1000, least=0.001, most=60).counts == tuple(range(17, 100))


# ------------------------------------------------------------------------------------------------------- step by step


def plan(**changed):
    usual = {
        "dose": "100 mg",
        "vials": "2",
        "least": "40 mg/vial",
        "most": "60 mg/vial",
        "contact": "20 min",
        "contact_at_least": "20 min",
        "uptake_over": "90 %",
        "loading_fluid": "6 mL",
        "final_volume": "20 mL",
    }
    return bead_loading(
        **{name: (Vials.read if name == "vials" else quantity)(text) for name, text in (usual | changed).items()}
    )


def test_a_loading_keeps_what_it_was_worked_from():
    made = plan(dose="100 mg", vials="2", contact_at_least="0.5 h", final_volume="20 mL")
    assert (made.offered, made.vials, made.contact_at_least, made.final_volume) == (
        quantity("100 mg"),
        2,
        quantity("0.5 h"),
        quantity("20 mL"),
    )


def test_where_the_fluid_is_not_known_nothing_is_said_of_what_to_add():
    made = bead_loading(
        dose=quantity("50 mg"),
        vials=Vials(1),
        least=quantity("40 mg/vial"),
        most=quantity("60 mg/vial"),
        contact_at_least=quantity("20 min"),
        uptake_over=quantity("90 %"),
        final_volume=quantity("20 mL"),
    )
    assert (made.add_per_vial_if_per_vial, made.add_per_treatment_if_per_treatment) == (None, None)


def test_to_fluid_that_is_the_final_volume_nothing_is_to_be_added():
    assert plan(loading_fluid="20 mL").add_per_vial_if_per_vial.m_as("mL") == 0


def test_what_is_offered_is_shared_by_the_vials():
    assert plan().offered_per_vial.m_as("mg/vial") == 50


def test_what_is_loaded_is_more_than_the_stated_part_of_what_was_offered():
    assert plan().loaded_more_than.m_as("mg") == 90


@given(st.integers(1, 3000), st.integers(0, 100))
def test_no_more_is_loaded_than_was_offered(tenths, percent):
    loaded = plan(dose=f"{tenths / 10} mg", uptake_over=f"{percent} %").loaded_more_than
    assert loaded.m_as("mg") <= tenths / 10


@pytest.mark.parametrize(
    ("contact", "enough"),
    [("20 min", True), ("19.9 min", False), ("0.5 h", True), ("20.1 min", True), ("19.999999 min", False)],
)
def test_the_least_contact_time_is_enough(contact, enough):
    assert plan(contact=contact).contact_long_enough is enough


@pytest.mark.parametrize(
    ("dose", "count", "fits"),
    [("60 mg", "1", True), ("61 mg", "1", False), ("61 mg", "2", False), ("120 mg", "3", True)],
)
def test_a_chosen_number_of_vials_is_held_against_their_capacity(dose, count, fits):
    assert plan(dose=dose, vials=count).within_capacity is fits


# The paper leaves open whether the 20 mL are per vial or per treatment: both are worked, neither is chosen.


def test_a_final_volume_per_vial_is_as_many_times_as_there_are_vials():
    assert plan().volume_of_treatment_if_per_vial.m_as("mL") == 40


def test_a_final_volume_per_treatment_is_there_once():
    assert plan().volume_of_treatment_if_per_treatment.m_as("mL") == 20


def test_per_vial_each_vial_is_filled_up():
    assert plan().add_per_vial_if_per_vial.m_as("mL") == 14


def test_per_treatment_the_fluid_of_all_vials_counts():
    assert plan().add_per_treatment_if_per_treatment.m_as("mL") == 8


def test_where_the_fluid_of_all_vials_is_more_nothing_can_be_added():
    assert plan(loading_fluid="10.1 mL").add_per_treatment_if_per_treatment is None


@pytest.mark.parametrize(
    ("fluid", "count", "final"), [("10 mL", "2", "20 mL"), ("2.2 mL", "3", "6.6 mL"), ("0.1 mL", "3", "0.3 mL")]
)
def test_where_the_fluid_of_all_vials_is_just_the_final_volume_nothing_is_to_be_added(fluid, count, final):
    # 3 × 2.2 is 6.6000000000000005 in binary.
    made = plan(dose="150 mg", vials=count, loading_fluid=fluid, final_volume=final)
    assert made.add_per_treatment_if_per_treatment.m_as("mL") == 0


def test_more_fluid_than_the_final_volume_is_refused():
    with pytest.raises(Refusal, match="more than the final volume"):
        plan(loading_fluid="20.1 mL")


@pytest.mark.parametrize(("text", "count"), [("1", 1), ("9", 9), ("10", 10), ("99", 99)])
def test_a_number_of_vials_is_a_whole_number_up_to_99(text, count):
    assert Vials.read(text).count == count


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "02", "100", "two", "", "２"])
def test_a_wrong_number_of_vials_is_refused(text):
    with pytest.raises(Mistake):
        Vials.read(text)


# -------------------------------------------------------------------------------------------- an embolisation in stages


def test_stages_are_summed():
    assert sum_of_stages(injected=Doses.read("50 mg, 30 mg")).m_as("mg") == 80


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=6))
@example([1, 2])  # 0.1 + 0.2
def test_the_sum_of_stages_is_exact(tenths):
    injected = Doses.read(", ".join(f"{n / 10} mg" for n in tenths))
    assert sum_of_stages(injected=injected).m_as("mg") == sum(tenths) / 10


@pytest.mark.parametrize("text", ["", "50 mg,", "50, 30", "50 mg and 30 mg", "50 mg, 1 mL", "50 mg, 25 mg/m²"])
def test_a_stage_without_milligrams_is_refused(text):
    with pytest.raises(Mistake):
        Doses.read(text)
