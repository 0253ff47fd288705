"""The log-rank test by hand, by law, and beside statsmodels."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright.errors import CannotCompute, Mistake
from dosewright.outcomes.logrank import logrank, trend
from dosewright.outcomes.observations import observations

# The seven of the page on Kaplan–Meier, four in a and three in b:
#   t = 2: 7 at risk, 4 in a: E = 4/7, V = 4/7 × 3/7.   t = 3: 6, 3 in a, 2 die: E = 1, V = 2 × (4/5) × 1/2 × 1/2 = 2/5.
#   t = 5: 4, 2 in a: E = 1/2, V = 1/4.                  t = 8: 1, none in a: nothing.
SEVEN = observations((2, 3, 3, 5, 5, 7, 8), (1, 1, 1, 0, 1, 0, 1))
GROUPS = ["a", "a", "b", "a", "b", "a", "b"]
EXPECTED = Fraction(4, 7) + 1 + Fraction(1, 2)
VARIANCE = Fraction(12, 49) + Fraction(2, 5) + Fraction(1, 4)


def test_expected_events_of_seven_are_those_of_the_hand():
    made = logrank(SEVEN, GROUPS)
    assert (float(EXPECTED), float(5 - EXPECTED)) == pytest.approx(made.expected)


def test_chi_squared_of_seven_is_that_of_the_hand():
    assert Fraction(5, 877) == (2 - EXPECTED) ** 2 / VARIANCE
    assert pytest.approx(logrank(SEVEN, GROUPS).chi2) == 5 / 877


def test_what_is_counted_is_told_by_group():
    made = logrank(SEVEN, GROUPS)
    assert (made.groups, made.n, made.observed, made.df) == (("a", "b"), (4, 3), (2, 3), 1)


def test_two_equal_strata_double_the_chi_squared():
    twice = observations((2, 3, 3, 5, 5, 7, 8) * 2, (1, 1, 1, 0, 1, 0, 1) * 2)
    assert pytest.approx(logrank(twice, GROUPS * 2, strata=[1] * 7 + [2] * 7).chi2) == 2 * 5 / 877


def test_groups_that_are_numbers_stand_in_their_order():
    assert logrank(SEVEN, [10, 2, 10, 2, 10, 2, 10]).groups == ("2", "10")


def test_numbers_that_are_left_out_are_no_groups():
    assert logrank(SEVEN, numpy.array([1, 1, 4, 1, 4, 1, 4])).groups == ("1", "4")


def test_one_group_cannot_be_compared():
    with pytest.raises(CannotCompute, match="one group only"):
        logrank(SEVEN, ["a"] * 7)


def test_groups_that_never_met_cannot_be_compared():
    with pytest.raises(CannotCompute, match="never were two of them at risk"):
        logrank(observations([1, 2, 3, 4], [0, 0, 1, 1]), ["a", "a", "b", "b"])


def test_a_trend_between_groups_that_never_met_cannot_be_told():
    with pytest.raises(CannotCompute, match="never were two of them at risk"):
        trend(observations([1, 2, 3, 4], [0, 0, 1, 1]), ["a", "a", "b", "b"])


def test_without_events_there_is_nothing_to_compare():
    with pytest.raises(CannotCompute, match="never were two of them at risk"):
        logrank(observations([1, 2], [0, 0]), ["a", "b"])


def test_a_group_that_was_never_at_risk_costs_a_degree_of_freedom():
    observed = observations([1, 2, 3, 4, 0.5], [1, 1, 1, 1, 0])
    made = logrank(observed, ["a", "b", "a", "b", "c"])
    assert (1, pytest.approx(logrank(observed.of(slice(0, 4)), ["a", "b", "a", "b"]).chi2)) == (made.df, made.chi2)


def test_a_group_a_row_is_needed():
    with pytest.raises(Mistake, match="one group a row"):
        logrank(SEVEN, ["a", "b"])


def test_the_trend_over_two_groups_is_the_test_itself():
    assert pytest.approx(trend(SEVEN, GROUPS).chi2) == 5 / 877


def test_a_trend_takes_scores_and_not_their_unit():
    observed = observations(range(1, 10), [1] * 9)
    groups = ["a", "b", "c"] * 3
    assert trend(observed, groups).chi2 == pytest.approx(trend(observed, groups, scores=[10, 20, 30]).chi2)


def test_scores_that_are_not_one_a_group_are_refused():
    with pytest.raises(Mistake, match="one score for each of 2 groups"):
        trend(SEVEN, GROUPS, scores=[1, 2, 3])


PATIENTS = st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from("abc")), min_size=6, max_size=40)


@given(PATIENTS)
def test_expected_events_add_up_to_the_observed(patients):
    made = _made(patients)
    if made is not None:
        assert sum(made.observed) == pytest.approx(sum(made.expected))


@given(PATIENTS)
def test_the_names_of_the_groups_do_not_matter(patients):
    one = _made(patients)
    two = _made([(time, event, {"a": "z", "b": "y", "c": "x"}[group]) for time, event, group in patients])
    if one is not None:
        assert one.chi2 == pytest.approx(two.chi2, abs=1e-9)


@given(PATIENTS.filter(lambda patients: len({group for *_, group in patients}) == 3))
def test_the_test_is_what_statsmodels_says(patients):
    from statsmodels.duration.survfunc import survdiff

    made = _made(patients)
    if made is not None and made.df == 2 and made.p > 1e-9:
        time, event, group = (numpy.array(column) for column in zip(*patients, strict=True))
        chi2, p = survdiff(time, event.astype(int), group)
        assert (chi2, p) == pytest.approx((made.chi2, made.p), abs=1e-6)


def _made(patients):
    try:
        return logrank(
            observations([time for time, *_ in patients], [event for _, event, _ in patients]),
            [group for *_, group in patients],
        )
    except CannotCompute:
        return None


def test_a_trend_over_two_groups_tells_what_the_test_tells():
    told, test = trend(SEVEN, GROUPS), logrank(SEVEN, GROUPS)
    assert (told.groups, told.n, told.observed, told.df) == (test.groups, test.n, test.observed, test.df)
    assert (told.expected, told.p) == (pytest.approx(test.expected), pytest.approx(test.p))
