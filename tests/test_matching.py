"""Matching and balance: the paper's own table, brute force, laws, and what cannot be matched."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright.errors import CannotCompute, Mistake
from dosewright.outcomes.balance import balance, smd, smd_numbers, smd_shares
from dosewright.outcomes.columns import numbers, words
from dosewright.outcomes.logistic import logistic
from dosewright.outcomes.matching import ORDERS, match, width_of

PAPER = Path(__file__).parent / "golden" / "paper_balance.csv"

# -------------------------------------------------------------------------------------------------------------- balance


def paper():
    """Each covariate of the source paper's tables 1 and 2: its counts by level, and its standardised difference."""
    with PAPER.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return [(row["cohort"], row["covariate"], row["counts"], row["smd"]) for row in rows]


@pytest.mark.parametrize(("cohort", "covariate", "counts", "expected"), paper())
def test_the_balance_of_the_source_paper_is_as_recomputed(cohort, covariate, counts, expected):
    pairs = [[int(one) for one in pair.split(":")] for pair in counts.split()]
    totals = [sum(pair[side] for pair in pairs) for side in (0, 1)]
    shares = [[pair[side] / totals[side] for pair in pairs] for side in (0, 1)]
    assert expected == f"{smd_shares(*shares):.3f}"


def test_after_its_matching_8_of_11_covariates_of_the_paper_differ_by_more_than_a_tenth():
    after = [float(expected) for cohort, _, _, expected in paper() if cohort == "after"]
    assert (sum(one > 0.1 for one in after), len(after)) == (8, 11)


def test_the_difference_of_two_means_is_that_of_the_hand():
    # means 2 and 4, variances 1 and 4: 2 ÷ √2.5
    assert pytest.approx(smd_numbers([1, 2, 3], [2, 4, 6])) == 2 / 2.5**0.5


def test_weights_that_are_all_one_change_nothing():
    ones = [1.0, 1.0, 1.0]
    assert smd_numbers([1, 2, 3], [2, 4, 6]) == pytest.approx(smd_numbers([1, 2, 3], [2, 4, 6], weights=(ones, ones)))


def test_a_weight_of_nothing_leaves_out():
    assert smd_numbers([1, 2, 3], [2, 4, 6]) == pytest.approx(
        smd_numbers([1, 2, 3, 99], [2, 4, 6], weights=([1, 1, 1, 0], [1, 1, 1]))
    )


def test_equal_means_without_spread_differ_by_nothing():
    assert smd_numbers([1, 1], [1, 1]) == 0


def test_different_means_without_spread_have_no_standard():
    assert smd_numbers([1, 1], [2, 2]) is None


def test_a_category_that_tells_the_groups_apart_has_no_standard():
    assert smd_shares([1, 0], [0, 1]) is None


def test_a_category_nobody_has_is_none():
    assert smd_shares([0.5, 0.5, 0], [0.4, 0.6, 0]) == pytest.approx(smd_shares([0.5, 0.5], [0.4, 0.6]))


def test_two_numbers_are_compared_as_shares():
    column = numbers("x", ["0", "1", "1", "0", "0", "1"])
    assert smd(column, numpy.array([1, 1, 1, 0, 0, 0], dtype=bool)) == pytest.approx(
        smd_shares([1 / 3, 2 / 3], [2 / 3, 1 / 3])
    )


def test_more_numbers_are_compared_as_means():
    column = numbers("x", ["1", "2", "3", "2", "4", "6"])
    assert smd(column, numpy.array([1, 1, 1, 0, 0, 0], dtype=bool)) == pytest.approx(2 / 2.5**0.5)


def test_words_are_compared_as_shares_by_weight():
    column = words("x", ["a", "b", "a", "b"])
    first, weights = numpy.array([1, 1, 0, 0], dtype=bool), numpy.array([1.0, 1.0, 3.0, 1.0])
    assert [("x", pytest.approx(smd_shares([0.5, 0.5], [0.75, 0.25])))] == balance([column], first, weights=weights)


def test_an_empty_group_has_no_balance():
    with pytest.raises(CannotCompute, match="x: a group is empty"):
        smd(words("x", ["a", "b"]), numpy.array([True, True]))


# ------------------------------------------------------------------------------------------------------------- logistic


def test_a_logistic_model_is_what_statsmodels_says():
    import statsmodels.api

    chance = numpy.random.default_rng(3)
    x = chance.normal(size=(80, 3)) * [1, 10, 0.1] + [0, 50, 3]
    yes = chance.random(80) < 1 / (1 + numpy.exp(-x[:, 0]))
    made = logistic(x, ["a", "b", "c"], yes)
    theirs = statsmodels.api.Logit(yes.astype(float), statsmodels.api.add_constant(x)).fit(disp=0, tol=1e-12)
    assert theirs.params == pytest.approx(made.coef, abs=1e-7)
    assert theirs.bse == pytest.approx(made.se, rel=1e-6)
    assert (theirs.llf, ("(intercept)", "a", "b", "c")) == (pytest.approx(made.loglik), made.names)
    assert theirs.predict() == pytest.approx(made.chance)


def test_the_chances_of_a_model_add_up_to_those_marked():
    made = logistic([[1], [2], [3], [4]], ["x"], [0, 1, 0, 1])
    assert pytest.approx(made.chance.sum()) == 2


def test_the_logit_is_that_of_the_chance():
    made = logistic([[1], [2], [3], [4]], ["x"], [0, 1, 0, 1])
    assert numpy.log(made.chance / (1 - made.chance)) == pytest.approx(made.logit)


@pytest.mark.parametrize(
    ("x", "names", "told"),
    [
        ([[0], [0], [1], [1]], ["x"], "x: the covariates tell the groups fully apart"),
        ([[3], [3], [3], [3]], ["x"], "x: a covariate is the same for all"),
        ([[0, 0], [1, 2], [0, 0], [2, 4]], ["x", "y"], "y: a covariate follows from those before it"),
    ],
)
def test_a_model_without_an_answer_is_refused_by_name(x, names, told):
    with pytest.raises(CannotCompute, match=told):
        logistic(x, names, [0, 0, 1, 1])


def test_one_group_has_no_chance_to_estimate():
    with pytest.raises(CannotCompute, match="one group only"):
        logistic([[0], [1]], ["x"], [1, 1])


# ------------------------------------------------------------------------------------------------------------- matching

LOGITS = [0.1, 0.9, 0.2, 1.0, 5.0]
TREATED = [1, 1, 0, 0, 0]


def test_the_largest_logit_chooses_first():
    assert match(LOGITS, TREATED).pairs == ((1, 3), (0, 2))


def test_the_smallest_logit_may_choose_first():
    assert match(LOGITS, TREATED, order="smallest").pairs == ((0, 2), (1, 3))


def test_who_chooses_first_may_leave_the_other_without():
    logits, treated = [0.5, 0.6, 0.55], [1, 1, 0]
    assert [
        (made.pairs[0][0], made.unmatched)
        for made in (match(logits, treated, order=order) for order in ("largest", "smallest", "data"))
    ] == [(1, (0,)), (0, (1,)), (0, (1,))]


def test_a_random_order_is_the_same_for_the_same_seed():
    chance = numpy.random.default_rng(5)
    logits, treated = chance.normal(size=60), numpy.arange(60) < 25
    made = {seed: match(logits, treated, order="random", seed=seed).pairs for seed in (1, 2)}
    assert made[1] == match(logits, treated, order="random", seed=1).pairs
    assert made[1] != made[2]


def test_a_pair_may_be_a_caliper_apart_and_no_more():
    assert (match([0.0, 0.25], [1, 0], width=0.25).pairs, match([0.0, 0.25], [1, 0], width=0.2499).pairs) == (
        ((0, 1),),
        (),
    )


def test_whoever_finds_nobody_is_told():
    made = match([0.0, 9.0, 0.1], [1, 1, 0], width=0.5)
    assert (made.unmatched, made.width) == ((1,), 0.5)


def test_of_equal_scores_the_first_row_is_taken():
    assert match([0.0, 1.0, 1.0, 1.0], [1, 0, 0, 0]).pairs == ((0, 1),)


def test_of_equal_scores_below_the_first_row_is_taken():
    assert match([1.0, 1.0, 1.0, 2.0], [0, 0, 0, 1]).pairs == ((3, 0),)


def test_of_equal_distances_the_first_row_is_taken():
    assert [match(one, [0, 1, 0]).pairs for one in ([0.0, 1.0, 2.0], [2.0, 1.0, 0.0])] == [((1, 0),), ((1, 0),)]


def test_with_replacement_a_control_serves_several():
    assert match([0.0, 0.1, 0.1, 9.0], [1, 1, 0, 0], replacement=True).pairs == ((1, 2), (0, 2))


def test_with_replacement_nobody_has_the_same_control_twice():
    assert match([0.0, 0.1, 9.0], [1, 0, 0], replacement=True, ratio=2).pairs == ((0, 1), (0, 2))


def test_with_a_ratio_everybody_chooses_once_before_anybody_chooses_twice():
    assert match([0.0, 0.1, 0.2, 0.1, 0.3], [1, 1, 0, 0, 0], ratio=2).pairs == ((1, 3), (0, 2), (1, 4))


def test_exact_variables_are_alike_in_every_pair():
    made = match([0.0, 0.1, 0.0, 0.1], [1, 1, 0, 0], exact=["f", "m", "m", "f"])
    assert made.pairs == ((1, 2), (0, 3))


def test_without_anybody_alike_there_is_no_pair():
    assert match([0.0, 0.0], [1, 0], exact=["f", "m"]).unmatched == (0,)


def test_the_controls_of_one_treated_share_a_weight():
    made = match([0.0, 0.1, 0.2, 5.0, 5.0], [1, 0, 0, 1, 0], ratio=2, width=1.0)
    assert made.weights(5).tolist() == [1, 0.5, 0.5, 1, 1]


def test_a_control_that_serves_twice_weighs_twice():
    assert match([0.0, 0.1, 0.1, 9.0], [1, 1, 0, 0], replacement=True).weights(4).tolist() == [1, 1, 2, 0]


def test_a_caliper_is_counted_in_the_pooled_deviation_of_the_logit():
    # variances 1 and 4
    assert pytest.approx(width_of([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0])) == 0.2 * 2.5**0.5


@pytest.mark.parametrize("caliper", [0, -0.2, float("nan"), float("inf")])
def test_a_caliper_that_is_none_is_refused(caliper):
    with pytest.raises(Mistake, match="a caliper above 0"):
        width_of([1, 2, 3], [1, 0, 0], caliper=caliper)


def test_an_order_nobody_knows_is_refused():
    with pytest.raises(Mistake, match=r"an order \(largest, smallest, data, random\)"):
        match(LOGITS, TREATED, order="best")


def test_a_ratio_of_nothing_is_refused():
    with pytest.raises(Mistake, match="a ratio of 1 or more"):
        match(LOGITS, TREATED, ratio=0)


@pytest.mark.parametrize("treated", [[0, 0, 0, 0, 0], [1, 1, 1, 1, 1]])
def test_one_group_has_nobody_to_match(treated):
    with pytest.raises(CannotCompute, match="one group only"):
        match(LOGITS, treated)


def plainly(logits, treated, *, width, ratio, replacement, exact, order):
    """The same matching by looking at every control each time."""
    rows = range(len(logits))
    choosing = [row for row in rows if treated[row]]
    if order != "data":
        choosing.sort(key=lambda row: (-logits[row] if order == "largest" else logits[row], row))
    free, pairs = {row for row in rows if not treated[row]}, []
    for _ in range(ratio):
        for row in choosing:
            own = {control for one, control in pairs if one == row}
            near = [
                (abs(logits[control] - logits[row]), control)
                for control in free - own
                if exact[control] == exact[row] and (width is None or abs(logits[control] - logits[row]) <= width)
            ]
            if near:
                pairs.append((row, min(near)[1]))
                if not replacement:
                    free.remove(min(near)[1])
    return tuple(pairs)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.sampled_from("ab")), min_size=2, max_size=30),
    st.sampled_from([None, 0, 1, 3]),
    st.integers(1, 3),
    st.booleans(),
    st.sampled_from([one for one in ORDERS if one != "random"]),
)
def test_matching_is_what_looking_at_everybody_gives(patients, width, ratio, replacement, order):
    logits, treated, exact = (list(column) for column in zip(*patients, strict=True))
    if len(set(treated)) == 2:
        how = {"width": width, "ratio": ratio, "replacement": replacement, "exact": exact, "order": order}
        assert plainly(logits, treated, **how) == match(logits, treated, **how).pairs


def test_a_group_of_one_has_no_spread_in_a_caliper():
    assert width_of([1, 2, 4], [1, 0, 0]) == pytest.approx(0.2 * (2 / 2) ** 0.5)


def test_a_caliper_is_a_fifth_of_a_deviation_unless_it_is_said():
    assert width_of([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0], caliper=0.4) == pytest.approx(
        2 * width_of([1, 2, 3, 2, 4, 6], [1, 1, 1, 0, 0, 0])
    )


def test_rows_without_weight_do_not_count_in_a_balance():
    column = numbers("x", ["1", "2", "3", "2", "4", "6", "99", "-99"])
    first = numpy.array([1, 1, 1, 0, 0, 0, 1, 0], dtype=bool)
    weights = numpy.array([1.0] * 6 + [0.0, 0.0])
    assert smd(column, first, weights=weights) == pytest.approx(smd_numbers([1, 2, 3], [2, 4, 6]))


def test_a_last_category_that_one_group_lacks_counts_as_nothing_there():
    column = words("x", ["a", "b", "c", "a", "b", "b"])
    first = numpy.array([1, 1, 1, 0, 0, 0], dtype=bool)
    assert smd(column, first) == pytest.approx(smd_shares([1 / 3, 1 / 3, 1 / 3], [1 / 3, 2 / 3, 0]))


def test_a_group_of_one_has_no_variance_of_its_own():
    # means 1 and 3, variances 0 and 2
    assert smd_numbers([1], [2, 4]) == 2


def test_a_number_of_three_values_is_no_share():
    # means 2 and 4/3, variances 1 and 1/3
    first = numpy.array([1, 1, 1, 0, 0, 0], dtype=bool)
    assert smd(numbers("x", ["1", "2", "3", "1", "1", "2"]), first) == pytest.approx((2 / 3) / (2 / 3) ** 0.5)


def test_the_balance_of_a_number_counts_each_row_by_its_weight():
    # means 11/4 and 4, variances 6.75 ÷ (4 − 6/4) and 4
    first = numpy.array([1, 1, 1, 0, 0, 0], dtype=bool)
    weights = numpy.array([1.0, 1.0, 2.0, 1.0, 1.0, 1.0])
    assert smd(numbers("x", ["1", "2", "4", "2", "4", "6"]), first, weights=weights) == pytest.approx(1.25 / 3.35**0.5)


def test_the_balance_of_a_category_counts_each_row_by_its_weight():
    # three quarters and a half
    first = numpy.array([1, 1, 0, 0], dtype=bool)
    weights = numpy.array([3.0, 1.0, 1.0, 1.0])
    expected = 0.25 / ((3 / 16 + 1 / 4) / 2) ** 0.5
    assert smd(words("x", ["a", "b", "a", "b"]), first, weights=weights) == pytest.approx(expected)


@pytest.mark.parametrize("group", [True, False])
def test_a_value_without_weight_makes_no_share_a_number(group):
    column = numbers("x", ["0", "1", "1", "0", "0", "1", "7"])
    first = numpy.array([True, True, True, False, False, False, group])
    expected = smd_shares([1 / 3, 2 / 3], [2 / 3, 1 / 3])
    assert smd(column, first, weights=numpy.array([1.0] * 6 + [0.0])) == pytest.approx(expected)
