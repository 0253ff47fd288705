"""Vials shared between the doses of a day: nothing better can be found by trying everything, and no dose is short."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dosewright.calculators import vials
from dosewright.calculators.rounding import VialSizes, vials_for
from dosewright.calculators.vials import Need, SharedPlan, shared
from dosewright.errors import Mistake, Refusal
from dosewright.units import quantity

HOUR = 3600


def plan(doses: Sequence[tuple[float, float]], sizes: Sequence[float], hours: float = 8.0, **more: int) -> SharedPlan:
    """The plan of doses given as milligrams and hours of the day."""
    needs = [Need(chr(65 + n), mg, round(at * HOUR)) for n, (mg, at) in enumerate(doses)]
    return shared(needs, VialSizes(tuple(sizes)), within=round(hours * HOUR), **more)


def drawn(one: SharedPlan) -> list[tuple[float, list[tuple[str, float]]]]:
    return [(vial.mg, [(use.key, use.mg) for use in vial.uses]) for vial in one.vials]


# --------------------------------------------------------------------------------------------------------- golden cases


def test_what_one_patient_leaves_the_next_one_gets():
    # by hand: 141 + 109 = 250 = 100 + 100 + 50, with nothing left; alone 9 mg and 41 mg are left
    one = plan([(141, 9), (109, 10)], [50, 100])
    assert (one.waste, drawn(one)) == (
        0.0,
        [(100, [("A", 100)]), (50, [("A", 41), ("B", 9)]), (100, [("B", 100)])],
    )


def test_a_vial_may_be_used_until_its_time_is_over_and_no_longer():
    # by hand: 8 h apart they may share; one second more, and each leaves what it leaves alone
    within = shared([Need("A", 30, 0), Need("B", 20, 8 * HOUR)], VialSizes((50,)), within=8 * HOUR)
    beyond = shared([Need("A", 30, 0), Need("B", 20, 8 * HOUR + 1)], VialSizes((50,)), within=8 * HOUR)
    assert (within.waste, beyond.waste) == (0.0, 50.0)


def test_time_counts_from_the_first_opening_and_not_from_the_last_use():
    # by hand: 20 at 0 h, 20 at 5 h, 10 at 10 h of one vial of 50 mg that lasts 8 h: the last needs a vial of its own
    assert plan([(20, 0), (20, 5), (10, 10)], [50]).waste == 50.0


def test_less_waste_counts_before_fewer_vials():
    # by hand: 90 mg as 50 + 40 leaves nothing, as one vial of 100 mg it leaves 10 mg
    assert drawn(plan([(90, 9)], [40, 50, 100])) == [(50, [("A", 50)]), (40, [("A", 40)])]


def test_of_two_plans_with_as_little_waste_the_one_with_fewer_vials_is_taken():
    assert drawn(plan([(100, 9)], [50, 100])) == [(100, [("A", 100)])]


def test_nothing_is_shared_where_that_saves_nothing():
    # by hand: the 10 mg that A leaves would save B nothing: 100 mg are one vial
    assert not any(vial.shared for vial in plan([(90, 9), (100, 10)], [100]).vials)


def test_what_is_left_may_wait_for_the_dose_after_the_next():
    # by hand: A leaves 40 of 100, B takes a whole one, C takes the 40
    assert drawn(plan([(60, 9), (100, 10), (40, 11)], [100])) == [(100, [("A", 60), ("C", 40)]), (100, [("B", 100)])]


def test_a_larger_vial_is_opened_where_the_next_patient_needs_its_rest():
    # by hand: 30 mg alone are one vial of 40 (10 left); with 70 mg to follow, one of 100 leaves nothing
    assert drawn(plan([(30, 9), (70, 10)], [40, 100])) == [(100, [("A", 30), ("B", 70)])]


def test_of_doses_of_one_moment_the_largest_is_drawn_first():
    assert drawn(plan([(30, 9), (70, 9)], [100])) == [(100, [("B", 70), ("A", 30)])]


def test_doses_of_one_moment_share_as_well():
    assert plan([(50, 9), (50, 9)], [100]).waste == 0.0


def test_of_no_doses_nothing_is_opened():
    assert plan([], [50]) == SharedPlan((), 0.0, 0.0, exact=True)


def test_decimals_of_a_milligram_are_exact():
    # by hand: 0.1 + 0.2 = 0.3, which no two doubles make
    one = plan([(0.1, 9), (0.2, 10)], [0.3])
    assert (one.waste, len(one.vials)) == (0.0, 1)


# ------------------------------------------------------------------------------------------------ against trying all


def by_trying_all(doses: list[tuple[int, int]], sizes: list[int], within: int) -> tuple[int, int]:
    """The least that vials can hold together, and the fewest of them, for doses as (amount, time).

    Every collection of vials is tried, the least first, and for each vial every moment at which it may be opened. Whether
    they serve all doses is told by the theorem of Hall and Rado: no group of doses may ask more than the vials hold that
    reach it.
    """
    kinds = [(size, moment) for size in sizes for moment in sorted({at for _, at in doses})]
    groups = [[d for n, d in enumerate(doses) if chosen >> n & 1] for chosen in range(1, 2 ** len(doses))]
    asks = [sum(amount for amount, _ in group) for group in groups]
    gives = {
        (size, opened): [size if any(0 <= at - opened <= within for _, at in group) else 0 for group in groups]
        for size, opened in kinds
    }
    alone = [min(cover(amount, sizes)) for amount, _ in doses]
    best = (sum(held for held, _ in alone), sum(count for _, count in alone))
    reached = {tuple([0] * len(groups)): (0, 0)}  # what a collection gives to each group, at most what the group asks
    waiting = [*reached]
    while waiting:
        given = waiting.pop()
        held, count = reached[given]
        if all(g >= a for g, a in zip(given, asks, strict=True)):
            best = min(best, (held, count))
            continue
        for kind in kinds:
            cost = (held + kind[0], count + 1)
            if cost <= best:
                more = tuple(min(g + v, a) for g, v, a in zip(given, gives[kind], asks, strict=True))
                if more not in reached or cost < reached[more]:
                    reached[more] = cost
                    waiting.append(more)
    return best


def cover(amount: int, sizes: list[int]) -> list[tuple[int, int]]:
    ranges = [range(-(-amount // size) + 1) for size in sizes]
    sums = [(sum(n * s for n, s in zip(c, sizes, strict=True)), sum(c)) for c in itertools.product(*ranges)]
    return [one for one in sums if one[0] >= amount]


small = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 6)), min_size=1, max_size=3)
stocks = st.sets(st.integers(2, 9), min_size=1, max_size=3).map(sorted)


@given(small, stocks, st.integers(0, 6))
@example([(3, 0), (7, 1)], [4, 10], 6)
@example([(6, 0), (10, 1), (4, 2)], [10], 2)
@example([(6, 0), (10, 1), (4, 2)], [10], 1)
@example([(2, 0), (2, 1), (2, 2), (2, 3)], [4], 1)
@example([(5, 0), (5, 0), (5, 0), (5, 0)], [3, 7], 0)
def test_nothing_better_is_found_by_trying_all(doses, sizes, within):
    found = shared([Need(str(n), mg, at) for n, (mg, at) in enumerate(doses)], VialSizes(tuple(sizes)), within=within)
    assert (found.opened, len(found.vials)) == by_trying_all(doses, sizes, within)


# ------------------------------------------------------------------------------------------------------------ the laws

days = st.lists(
    st.tuples(st.integers(1, 4000).map(lambda n: n / 4), st.integers(0, 60).map(lambda n: n / 4)),
    min_size=1,
    max_size=8,
)
shelves = st.sampled_from([(50, 100), (50, 100, 200), (100,), (500, 1000, 2500), (12.5, 30), (350, 500)])


@given(days, shelves, st.sampled_from([0.0, 1.0, 6.0, 24.0]))
def test_every_dose_is_drawn_in_full_and_no_vial_gives_more_than_it_holds(doses, sizes, hours):
    one = plan(doses, sizes, hours)
    got: dict[str, Fraction] = {}
    for vial in one.vials:
        assert sum(Fraction(str(use.mg)) for use in vial.uses) <= Fraction(str(vial.mg))
        for use in vial.uses:
            got[use.key] = got.get(use.key, Fraction(0)) + Fraction(str(use.mg))
    assert got == {chr(65 + n): Fraction(str(mg)) for n, (mg, _) in enumerate(doses)}


@given(days, shelves, st.sampled_from([0.0, 1.0, 6.0, 24.0]))
def test_no_vial_is_used_after_its_time(doses, sizes, hours):
    at = {chr(65 + n): time * HOUR for n, (_, time) in enumerate(doses)}
    for vial in plan(doses, sizes, hours).vials:
        moments = [at[use.key] for use in vial.uses]
        assert (min(moments), max(moments)) == (vial.first, vial.last)
        assert vial.last - vial.first <= hours * HOUR


@given(days, shelves, st.sampled_from([1.0, 6.0, 24.0]))
def test_sharing_never_wastes_more_than_each_dose_alone(doses, sizes, hours):
    alone = [vials_for(dose=quantity(mg, "mg"), sizes=VialSizes(tuple(sizes))).waste.m_as("mg") for mg, _ in doses]
    assert plan(doses, sizes, hours).waste <= sum(alone) + 1e-9


@given(days, shelves)
def test_more_time_never_wastes_more(doses, sizes):
    wastes = [plan(doses, sizes, hours).waste for hours in (0.0, 2.0, 8.0, 24.0)]
    assert wastes == sorted(wastes, reverse=True)


@given(days, shelves, st.sampled_from([1.0, 24.0]))
def test_waste_is_what_is_left_in_the_vials(doses, sizes, hours):
    one = plan(doses, sizes, hours)
    assert one.waste == pytest.approx(sum(vial.left for vial in one.vials), abs=1e-9)


@given(days, shelves, st.sampled_from([1.0, 24.0]))
def test_no_plan_wastes_less_than_its_bound(doses, sizes, hours):
    one = plan(doses, sizes, hours)
    assert 0 <= one.bound <= one.waste


@given(days, shelves, st.randoms())
def test_the_order_of_the_list_does_not_matter(doses, sizes, chance):
    needs = [Need(chr(65 + n), mg, round(at * HOUR)) for n, (mg, at) in enumerate(doses)]
    mixed = needs[:]
    chance.shuffle(mixed)
    stock = VialSizes(tuple(sizes))
    assert shared(mixed, stock, within=6 * HOUR) == shared(needs, stock, within=6 * HOUR)


@given(days, shelves)
def test_alone_a_dose_gets_the_vials_that_its_order_has(doses, sizes):
    mg = doses[0][0]
    ordered = vials_for(dose=quantity(mg, "mg"), sizes=VialSizes(tuple(sizes)))
    one = plan(doses[:1], sizes)
    assert (one.waste, len(one.vials)) == (ordered.waste.m_as("mg"), sum(vial.number for vial in ordered.vials))


# ---------------------------------------------------------------------------------------------------------- large lists


def test_a_long_list_of_usual_doses_is_still_exact():
    doses = [(100.0 + 7 * n % 90, 8 + n % 40 / 4) for n in range(200)]
    assert plan(doses, [50, 100, 200]).exact


def test_of_an_exact_plan_nothing_could_be_saved_whatever_its_bound():
    # by hand: 50 mg are 40 + 40 (30 left); whole twenties, which is all that the bound knows, would be 60 (10 left)
    one = plan([(50, 9)], [40, 100])
    assert (one.exact, one.waste, one.bound, one.gap) == (True, 30.0, 10.0, 0.0)


def test_the_gap_of_a_plan_is_what_its_waste_is_above_its_bound():
    assert SharedPlan((), waste=30.0, bound=10.0, exact=False).gap == 20.0


def test_a_search_that_was_cut_short_says_how_much_could_be_saved_at_most():
    # With one state kept the best is not sought: the plan stands, and the gap to the bound is told.
    doses = [(30, 9), (70, 10), (45, 11), (61, 12), (83, 13)]
    one, best = plan(doses, [40, 100], most_states=1), plan(doses, [40, 100])
    assert best.exact
    assert one.waste - one.gap <= best.waste <= one.waste


@given(days, shelves, st.integers(1, 5))
def test_a_search_that_was_cut_short_still_draws_every_dose(doses, sizes, most):
    one = plan(doses, sizes, most_states=most)
    assert sum(Fraction(str(use.mg)) for vial in one.vials for use in vial.uses) == sum(
        Fraction(str(mg)) for mg, _ in doses
    )


@given(days, shelves, st.integers(1, 5))
def test_a_plan_that_is_called_exact_is(doses, sizes, most):
    one, best = plan(doses, sizes, most_states=most), plan(doses, sizes)
    assert not one.exact or (one.waste, len(one.vials)) == (best.waste, len(best.vials))


def test_a_search_that_may_keep_one_state_keeps_no_more():
    # by hand: the vial of 40 is kept, for less was opened; 70 mg are then its 10 and two of 40, where one of 100 would do
    one = plan([(30, 9), (70, 10)], [40, 100], most_states=1)
    assert (one.opened, one.exact) == (120.0, False)


def test_the_best_plan_is_found_where_a_quick_look_does_not_see_it(monkeypatch):
    # by hand: 30 mg alone are best of a vial of 40; with 70 mg to follow, one of 100 leaves nothing
    monkeypatch.setattr(vials, "FIRST_LOOK", 1)
    one = plan([(30, 9), (70, 10)], [40, 100])
    assert (one.waste, one.exact) == (0.0, True)


def test_a_plan_of_a_quick_look_stands_where_the_search_that_follows_finds_none(monkeypatch):
    # by hand: the vials hold whole tens, and the doses are 290 mg together
    monkeypatch.setattr(vials, "FIRST_LOOK", 2)
    one = plan([(80, 2), (20, 2), (100, 1), (35, 3), (55, 3)], [50, 70, 100], most_states=3)
    assert (one.opened - one.waste, one.exact) == (290.0, False)


@pytest.mark.parametrize(
    ("doses", "sizes", "within", "kept", "look", "draws"),
    [
        # each shows one wrong in the search; draws by hand, where what is left is used before another vial is opened
        ([(8, 1), (10, 1)], [2, 10], 9, 1, 20, 5),
        ([(2, 0), (2, 1), (11, 2)], [2, 10], 2, 3, 20, 4),
        ([(9, 2), (1, 1)], [4, 5], 9, 2, 1, 3),
        ([(2, 1), (7, 3), (2, 3)], [4, 10], 9, 2, 1, 5),
        ([(3, 0), (2, 3), (11, 1)], [2, 4], 1, 2, 20, 6),
        ([(3, 9), (7, 10)], [4, 10], 8, 2, 20, 2),
        ([(5, 2), (2, 2)], [3, 10], 2, 2, 2, 3),
        ([(2, 2), (1, 0)], [2, 4], 2, 2, 20, 2),
        ([(7, 3), (10, 3)], [5, 10], 2, 1, 20, 2),
        ([(12, 0), (6, 3), (4, 2)], [2, 3], 2, 3, 20, 8),
        ([(10, 3), (5, 1), (8, 2)], [2, 7], 2, 3, 20, 6),
        ([(3, 3), (10, 3), (9, 0)], [2, 4], 9, 4, 20, 7),
        ([(12, 2), (5, 0), (1, 1), (11, 0)], [3, 4], 2, 4, 1, 9),
        ([(6, 2), (4, 3), (9, 0)], [2, 5], 2, 3, 20, 6),
    ],
)
def test_a_search_that_keeps_few_states_finds_the_best_where_no_other_can_be(
    doses, sizes, within, kept, look, draws, monkeypatch
):
    monkeypatch.setattr(vials, "FIRST_LOOK", look)
    one = plan(doses, sizes, within, most_states=kept)
    assert (one.opened, len(one.vials)) == by_trying_all(doses, sizes, within)
    assert (one.exact, sum(len(vial.uses) for vial in one.vials)) == (True, draws)


def test_sums_of_vials_that_are_left_out_are_not_called_exact():
    # five sizes with nothing but 0.1 mg in common: more sums of vials cover a dose than are followed
    one = plan([(400.3, 9), (381.9, 10)], [31.1, 33.7, 35.3, 37.9, 40.1])
    assert (one.exact, one.gap <= one.waste) == (False, True)


# ------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("doses", "sizes", "kind"),
    [
        ([(0, 9)], [50], Mistake),
        ([(-5, 9)], [50], Mistake),
        ([(5, 9)], [], Mistake),
        ([(5, 9)], [0], Mistake),
        ([(5, 9)], [50, -1], Mistake),
        ([(6101, 9)], [100], Refusal),  # 62 vials
        ([(1000, 9)], [0.001, 100], Refusal),  # a measure that nobody can search
        ([(1.0, 9)] * 1001, [50], Refusal),
    ],
)
def test_what_cannot_be_planned_is_refused(doses, sizes, kind):
    with pytest.raises(kind):
        plan(doses, sizes)


def test_a_dose_twice_is_refused():
    with pytest.raises(Mistake, match="each dose once"):
        shared([Need("A", 5, 0), Need("A", 6, 0)], VialSizes((50,)), within=HOUR)


@pytest.mark.parametrize(
    ("doses", "sizes", "words"),
    [
        ([(5, 9)], [], "sizes: needs vial sizes above nothing, for example '50 mg, 100 mg'"),
        ([(5, 9)], [50, 0], "sizes: needs vial sizes above nothing, for example '50 mg, 100 mg'"),
        ([(5, 9), (-2.5, 9)], [50], "B: needs a dose above nothing; got '-2.5 mg'"),
        ([(6001, 9)], [100], "dose: more than 60 vials would be needed for one dose"),
        ([(1000, 9)], [0.001, 100], "sizes: the vial sizes are too many or too odd to be searched"),
        ([(1.0, 9)] * 1001, [50], "needs: more than 1,000 doses of one drug on one day; got '1001'"),
    ],
)
def test_what_cannot_be_planned_is_refused_word_for_word(doses, sizes, words):
    with pytest.raises(Mistake) as refused:
        plan(doses, sizes)
    assert str(refused.value) == words


def test_a_search_that_would_keep_nothing_is_refused():
    with pytest.raises(Mistake) as refused:
        plan([(5, 9)], [50], most_states=0)
    assert str(refused.value) == "most_states: needs one state at least that is kept; got '0'"


def test_a_dose_twice_is_refused_word_for_word():
    with pytest.raises(Mistake) as refused:
        shared([Need("A", 5, 0), Need("A", 6, 0)], VialSizes((50,)), within=HOUR)
    assert str(refused.value) == "needs: needs each dose once"


def test_a_dose_of_sixty_vials_is_planned():
    assert len(plan([(6000, 9)], [100]).vials) == 60


@pytest.mark.parametrize(("most", "exact"), [(2, True), (1, False)])
def test_a_search_that_follows_every_sum_of_vials_is_exact(most, exact, monkeypatch):
    # by hand: of 40 and 100 mg there are two sums for 30 mg of which every vial is needed, 40 and 100
    monkeypatch.setattr(vials, "MOST_SUMS", most)
    assert plan([(30, 9)], [40, 100]).exact is exact


def test_a_thousand_doses_of_one_day_are_planned():
    assert plan([(50.0, 9)] * 1000, [50]).waste == 0


@pytest.mark.parametrize(("most", "is_planned"), [(10, True), (9, False)])
def test_sizes_are_searched_up_to_so_many_of_their_common_measure(most, is_planned, monkeypatch):
    # by hand: 95 mg and one vial more are 105 mg, that is ten whole tens
    monkeypatch.setattr(vials, "MOST_UNITS", most)
    try:
        found = plan([(95, 9)], [10]).waste == 5
    except Refusal:
        found = False
    assert found is is_planned
