"""Competing risks by hand and by law; the figures of R stand in test_survival_r."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright.errors import CannotCompute, Mistake
from dosewright.outcomes.competing_risks import causes, cumulative_incidence, gray
from dosewright.outcomes.kaplan_meier import kaplan_meier
from dosewright.outcomes.logrank import logrank
from dosewright.outcomes.observations import observations

# Seven patients: t = 1: event, 1/7. t = 2: competing, S = 5/7. t = 3: censored. t = 4: event, + 5/7 × 1/4 = 5/28.
# t = 5: event, S(4) = 15/28, + 5/28. t = 6: competing. t = 7: censored.
SEVEN = causes(range(1, 8), [1, 2, 0, 1, 1, 2, 0])


def test_the_incidence_of_seven_is_that_of_the_hand():
    exact = [Fraction(1, 7), Fraction(1, 7) + Fraction(5, 28), Fraction(1, 2)]
    assert [float(one) for one in exact] == pytest.approx(cumulative_incidence(SEVEN).incidence.tolist())


def test_the_variance_of_a_first_event_is_that_of_the_hand():
    # Aalen: S² × d ÷ n² = 1 ÷ 7²
    assert float(Fraction(1, 49)) == pytest.approx(cumulative_incidence(SEVEN).variance[0])


def test_what_was_counted_is_told():
    made = cumulative_incidence(SEVEN)
    assert (made.n, made.events, made.competing, made.times.tolist()) == (7, 3, 2, [1.0, 4.0, 5.0])


def test_the_incidence_at_a_time_counts_the_event_at_it():
    at = cumulative_incidence(SEVEN).at(4)
    assert (pytest.approx(9 / 28), 4) == (at.survival, at.at_risk)


def test_the_incidence_before_the_first_event_is_nothing_without_limits():
    assert cumulative_incidence(SEVEN).at(0.5) == (0.5, 0.0, None, None, 7)


def test_the_incidence_after_the_last_observation_is_unknown():
    assert cumulative_incidence(SEVEN).at(8) == (8, None, None, None, 0)


def test_the_incidence_at_the_end_has_limits_by_log_log():
    made = cumulative_incidence(SEVEN)
    value, lower, upper = made.at_end
    power = math.exp(1.959963984540054 * math.sqrt(made.variance[-1]) / 0.5 / math.log(0.5))
    assert (0.5, 0.5 ** (1 / power), 0.5**power) == pytest.approx((value, lower, upper))


def test_without_events_the_incidence_at_the_end_is_nothing():
    assert cumulative_incidence(causes([1, 2], [0, 2])).at_end == (0.0, None, None)


@pytest.mark.parametrize("time", [-1, math.nan, math.inf])
def test_the_incidence_at_no_time_is_refused(time):
    with pytest.raises(Mistake, match="a time of 0 or more"):
        cumulative_incidence(SEVEN).at(time)


@pytest.mark.parametrize("cause", [3, -1, math.nan])
def test_a_cause_that_is_none_is_refused_with_row_and_column(cause):
    with pytest.raises(Mistake, match="row 2, event: needs 0 for censored, 1 for the event or 2"):
        causes([1, 2], [1, cause])


def test_a_time_that_is_none_is_refused():
    with pytest.raises(Mistake, match="row 1, time"):
        causes([-1, 2], [1, 2])


def test_one_group_cannot_be_compared():
    with pytest.raises(CannotCompute, match="one group only"):
        gray(SEVEN, ["a"] * 7)


def test_without_events_there_is_no_incidence_to_compare():
    with pytest.raises(CannotCompute, match="no event"):
        gray(causes([1, 2], [2, 0]), ["a", "b"])


PATIENTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), min_size=2, max_size=30)


@given(PATIENTS)
def test_event_competing_event_and_neither_add_up_to_all(patients):
    time, cause = zip(*patients, strict=True)
    one = cumulative_incidence(causes(time, cause))
    other = cumulative_incidence(causes(time, [(0, 2, 1)[one] for one in cause]))
    free = kaplan_meier(observations(time, [int(one > 0) for one in cause]))
    if len(free.survival):
        ends = [float(curve.incidence[-1]) if len(curve.times) else 0.0 for curve in (one, other)]
        assert sum(ends) + free.survival[-1] == pytest.approx(1)


@given(PATIENTS)
def test_with_nothing_that_competes_the_incidence_is_one_minus_kaplan_meier(patients):
    time, cause = zip(*[(t, int(c == 1)) for t, c in patients], strict=True)
    made, curve = cumulative_incidence(causes(time, cause)), kaplan_meier(observations(time, cause))
    assert made.incidence == pytest.approx(1 - curve.survival)


@given(st.permutations(range(1, 25)), st.lists(st.booleans(), min_size=24, max_size=24))
def test_with_nothing_that_competes_grays_score_is_that_of_the_log_rank_test(time, event):
    # the variance is another, so that the test is near and not the same
    group = numpy.arange(24) % 2
    if sum(event) > 4:
        one, two = gray(causes(time, [int(e) for e in event]), group), logrank(observations(time, event), group)
        assert abs(math.sqrt(one.chi2) - math.sqrt(two.chi2)) < 0.6


def test_a_time_of_0_is_a_time():
    assert cumulative_incidence(SEVEN).at(0) == (0, 0.0, None, None, 7)


def test_the_test_has_its_name():
    assert gray(SEVEN, list("aabbaab")).term == "Gray"


def test_the_moments_of_an_incidence_are_all_times_in_order():
    assert cumulative_incidence(causes([3, 1, 2], [0, 1, 2])).moments.tolist() == [1, 2, 3]


def test_limits_take_their_scale_and_level():
    made = cumulative_incidence(SEVEN, conf="plain", level=0.9)
    lower, upper = made.limits
    reach = 1.6448536269514722 * math.sqrt(made.variance[-1])
    assert (0.5 - reach, 0.5 + reach) == pytest.approx((lower[-1], upper[-1]))


def test_the_incidence_at_a_time_has_the_limits_of_its_moment():
    made = cumulative_incidence(SEVEN)
    lower, upper = made.limits
    assert made.at(4.5)[2:4] == (lower[1], upper[1])


def test_an_incidence_that_nothing_could_change_does_not_vary():
    assert cumulative_incidence(causes([1, 1], [1, 1])).variance.tolist() == [0]
