"""Kaplan–Meier by hand, by law, and beside statsmodels."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright.errors import CannotCompute, Mistake
from dosewright.outcomes.kaplan_meier import CONFS, band, follow_up, kaplan_meier
from dosewright.outcomes.observations import Observations, observations

# Seven patients, two deaths on one day, a censoring on the day of a death, and the last who dies:
#   t = 2: 7 at risk, 1 dies: 6/7.  t = 3: 6, 2 die: 6/7 × 4/6 = 4/7.  t = 5: 4, 1 dies, 1 censored: 4/7 × 3/4 = 3/7.
#   t = 7: censored.  t = 8: 1 at risk, 1 dies: 0.
TIME = (2, 3, 3, 5, 5, 7, 8)
EVENT = (1, 1, 1, 0, 1, 0, 1)
SEVEN = observations(TIME, EVENT)


def test_survival_of_seven_is_that_of_the_hand():
    exact = [Fraction(6, 7), Fraction(4, 7), Fraction(3, 7), Fraction(0)]
    assert [float(one) for one in exact] == pytest.approx(kaplan_meier(SEVEN).survival.tolist(), abs=1e-15)


def test_those_at_risk_of_seven_are_those_of_the_hand():
    curve = kaplan_meier(SEVEN)
    assert (curve.at_risk.tolist(), curve.events.tolist()) == ([7, 6, 4, 1], [1, 2, 1, 1])


def test_greenwoods_sum_of_seven_is_that_of_the_hand():
    # 1/(7×6) + 2/(6×4) + 1/(4×3) = 1/42 + 1/12 + 1/12
    exact = [Fraction(1, 42), Fraction(1, 42) + Fraction(1, 12), Fraction(1, 42) + Fraction(1, 6)]
    assert [float(one) for one in exact] == pytest.approx(kaplan_meier(SEVEN).relative_variance[:3].tolist())


def test_the_restricted_mean_of_seven_is_that_of_the_hand():
    # 2 × 1 + 1 × 6/7 + 2 × 4/7 + 1 × 3/7 up to 6
    assert float(2 + Fraction(6, 7) + Fraction(8, 7) + Fraction(3, 7)) == pytest.approx(
        kaplan_meier(SEVEN).restricted_mean(6).value
    )


def test_the_variance_of_a_restricted_mean_of_seven_is_that_of_the_hand():
    # the areas to the right of 2, 3 and 5 up to 6: 17/7, 11/7, 3/7; times 1/42, 1/12 and 1/12
    exact = Fraction(17, 7) ** 2 / 42 + (Fraction(11, 7) ** 2 + Fraction(3, 7) ** 2) / 12
    assert math.sqrt(exact) == pytest.approx(kaplan_meier(SEVEN).restricted_mean(6).se)


def test_the_limits_of_a_restricted_mean_lie_as_far_on_each_side():
    area = kaplan_meier(SEVEN).restricted_mean(6)
    assert (area.value - 1.959963984540054 * area.se, area.value + 1.959963984540054 * area.se) == pytest.approx(
        (area.lower, area.upper)
    )


def test_a_restricted_mean_may_reach_beyond_a_curve_that_came_to_nothing():
    curve = kaplan_meier(observations([1, 3], [1, 1]))
    assert (curve.restricted_mean(3).value, curve.restricted_mean(9).value) == (2.0, 2.0)


def test_a_restricted_mean_beyond_the_last_observation_is_unknown():
    assert kaplan_meier(observations([1, 3], [1, 0])).restricted_mean(4).value is None


def test_a_restricted_mean_up_to_the_last_observation_is_known():
    assert kaplan_meier(observations([1, 3], [1, 0])).restricted_mean(3).value == 2.0


def test_a_restricted_mean_without_events_is_the_time_itself():
    assert kaplan_meier(observations([5, 6], [0, 0])).restricted_mean(4)[1:3] == (4.0, 0.0)


@pytest.mark.parametrize("until", [0, -1, math.inf, math.nan])
def test_a_restricted_mean_up_to_no_time_is_refused(until):
    with pytest.raises(Mistake, match="a time above 0"):
        kaplan_meier(SEVEN).restricted_mean(until)


def test_the_median_is_the_first_time_at_or_below_a_half():
    assert kaplan_meier(SEVEN).median.value == 5


def test_a_curve_that_stands_on_a_half_has_its_median_halfway_to_the_next_fall():
    assert kaplan_meier(observations([1, 2, 3, 4], [1, 1, 1, 1])).median.value == 2.5


def test_a_curve_that_ends_on_a_half_has_its_median_there():
    assert kaplan_meier(observations([1, 2, 3, 4], [1, 1, 0, 0])).median.value == 2


def test_a_half_that_arithmetic_misses_by_a_hair_is_a_half():
    # 9/10 × 8/9 × … × 5/6 is a half, but for the last bit
    assert kaplan_meier(observations(range(1, 11), [1] * 10)).median.value == 5.5


def test_a_median_that_was_not_reached_is_none():
    assert kaplan_meier(observations([1, 2, 3], [1, 0, 0])).median.value is None


def test_a_quantile_is_asked_as_the_share_that_had_the_event():
    assert (kaplan_meier(SEVEN).quantile(0.25).value, kaplan_meier(SEVEN).quantile(0.75).value) == (3, 8)


@pytest.mark.parametrize("share", [0, 1, -0.5, 1.5, math.nan])
def test_a_quantile_outside_0_and_1_is_refused(share):
    with pytest.raises(Mistake, match="between 0 and 1"):
        kaplan_meier(SEVEN).quantile(share)


def test_survival_before_the_first_event_is_1_with_everybody_at_risk():
    assert kaplan_meier(SEVEN).at(0) == (0, 1.0, 1.0, 1.0, 7)


def test_log_log_has_no_limits_before_the_first_event():
    assert kaplan_meier(SEVEN, conf="log-log").at(1) == (1, 1.0, None, None, 7)


def test_survival_at_the_time_of_a_death_counts_it():
    at = kaplan_meier(SEVEN).at(3)
    assert (pytest.approx(4 / 7), 6) == (at.survival, at.at_risk)


def test_survival_once_all_have_died_is_0_without_limits():
    assert kaplan_meier(SEVEN).at(9) == (9, 0.0, None, None, 0)


def test_survival_after_the_last_censoring_is_unknown():
    assert kaplan_meier(observations([1, 3], [1, 0])).at(3.5) == (3.5, None, None, None, 0)


def test_survival_after_the_last_censoring_without_any_event_is_unknown():
    assert kaplan_meier(observations([1, 3], [0, 0])).at(4) == (4, None, None, None, 0)


@pytest.mark.parametrize("time", [-1, math.inf, math.nan])
def test_survival_at_no_time_is_refused(time):
    with pytest.raises(Mistake, match="a time of 0 or more"):
        kaplan_meier(SEVEN).at(time)


def test_the_censored_are_told_once_each_moment():
    assert kaplan_meier(SEVEN).censored.tolist() == [5.0, 7.0]


def test_the_last_time_is_that_of_the_last_observed():
    assert kaplan_meier(SEVEN).last == 8


def test_follow_up_turns_event_and_censoring_around():
    curve = follow_up(SEVEN)
    assert (curve.times.tolist(), curve.events.tolist(), curve.at_risk.tolist()) == ([5.0, 7.0], [1, 1], [4, 2])


def test_an_event_at_0_counts():
    assert kaplan_meier(observations([0, 1], [1, 0])).survival.tolist() == [0.5]


def test_plain_limits_are_those_of_the_formula():
    lower, upper = band([0.5], [0.04], conf="plain", level=0.95)
    assert pytest.approx((lower[0], upper[0])) == (
        0.5 - 0.5 * 1.959963984540054 * 0.2,
        0.5 + 0.5 * 1.959963984540054 * 0.2,
    )


def test_log_limits_are_those_of_the_formula():
    lower, upper = band([0.5], [0.04], conf="log", level=0.9)
    reach = 1.6448536269514722 * 0.2
    assert (0.5 * math.exp(-reach), 0.5 * math.exp(reach)) == pytest.approx((lower[0], upper[0]))


def test_log_log_limits_are_those_of_the_formula():
    lower, upper = band([0.5], [0.04], conf="log-log", level=0.95)
    power = math.exp(1.959963984540054 * 0.2 / math.log(0.5))
    assert (0.5 ** (1 / power), 0.5**power) == pytest.approx((lower[0], upper[0]))


@pytest.mark.parametrize("conf", ["log", "plain"])
def test_a_limit_ends_at_1(conf):
    assert band([0.95], [1.0], conf=conf, level=0.95)[1][0] == 1.0


def test_a_plain_limit_ends_at_0():
    assert band([0.5], [9.0], conf="plain", level=0.95)[0][0] == 0.0


def test_there_is_no_limit_at_0():
    assert all(math.isnan(one[0]) for conf in CONFS for one in band([0.0], [numpy.inf], conf=conf, level=0.95))


def test_a_kind_of_interval_nobody_knows_is_refused():
    with pytest.raises(Mistake, match=r"a kind of interval \(log, log-log, plain\)"):
        kaplan_meier(SEVEN, conf="logit")


@pytest.mark.parametrize("level", [0, 1, -1, 95])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(Mistake, match="a level between 0 and 1"):
        _ = kaplan_meier(SEVEN, level=level).limits


# ---------------------------------------------------------------------------------------------------------------- input


@pytest.mark.parametrize(
    ("time", "event", "told"),
    [
        ([1, math.nan], [1, 0], "row 2, time: needs a time of 0 or more"),
        ([1, math.inf], [1, 0], "row 2, time: needs a time of 0 or more"),
        ([-0.5, 1], [1, 0], "row 1, time: needs a time of 0 or more"),
        ([1, 2], [1, 2], "row 2, event: needs 1 for the event or 0 for censored"),
        ([1, 2], [math.nan, 1], "row 1, event: needs 1 for the event or 0 for censored"),
        ([1, 2], [-1, 1], "row 1, event: needs 1 for the event or 0 for censored"),
        ([1, 2, 3], [1, 1], "one time and one event a row"),
    ],
)
def test_what_is_no_observation_is_refused_with_row_and_column(time, event, told):
    with pytest.raises(Mistake, match=told):
        observations(time, event)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(Mistake) as caught:
        observations([-1, 2, -3], [1, 5, 0])
    assert str(caught.value).count("row ") == 3


def test_many_mistakes_are_told_in_short():
    with pytest.raises(Mistake, match="time, 5 more rows"):
        observations([-1] * 25, [1] * 25)


def test_a_row_is_told_as_whoever_reads_the_file_counts_it():
    with pytest.raises(Mistake, match=r"data\.csv:3, time"):
        observations([1, -1], [1, 1], place=lambda row: f"data.csv:{row + 2}")


def test_no_rows_cannot_be_computed():
    with pytest.raises(CannotCompute):
        observations([], [])


def test_true_and_false_are_events_too():
    assert observations([1, 2], numpy.array([True, False])).event.tolist() == [True, False]


def test_times_that_differ_by_binary_noise_are_one_moment():
    assert kaplan_meier(observations([0.1 + 0.2, 0.3, 1], [1, 1, 0])).times.tolist() == [0.3]


def test_times_that_differ_are_left_alone():
    time = [0.3, 0.30001, 1]
    assert time == observations(time, [1, 1, 0]).time.tolist()


def test_the_sorted_times_of_settled_noise_are_in_order():
    made = observations([1, 0.3, 0.1 + 0.2], [1, 1, 0])
    assert (sorted(made.time.tolist()), [1.0, 0.3, 0.3]) == (made.moments.tolist(), made.time.tolist())


# ----------------------------------------------------------------------------------------------------------------- laws

PATIENTS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30)


def told(patients):
    return observations([time for time, _ in patients], [event for _, event in patients])


@given(PATIENTS)
def test_survival_is_the_product_in_exact_fractions(patients):
    curve = kaplan_meier(told(patients))
    share = Fraction(1)
    exact = []
    for moment in sorted({time for time, event in patients if event}):
        at_risk = sum(time >= moment for time, _ in patients)
        died = sum(time == moment and event for time, event in patients)
        share *= Fraction(at_risk - died, at_risk)
        exact.append(float(share))
    assert exact == pytest.approx(curve.survival.tolist(), abs=1e-13)


@given(PATIENTS)
def test_without_censoring_survival_is_the_share_that_lives(patients):
    curve = kaplan_meier(told([(time, True) for time, _ in patients]))
    assert [sum(t > moment for t, _ in patients) / len(patients) for moment in curve.times] == pytest.approx(
        curve.survival.tolist(), abs=1e-13
    )


@given(PATIENTS, st.sampled_from(CONFS))
def test_limits_enclose_the_curve(patients, conf):
    curve = kaplan_meier(told(patients), conf=conf)
    lower, upper = curve.limits
    known = ~numpy.isnan(lower)
    assert (lower[known] <= curve.survival[known] + 1e-12).all()
    assert (curve.survival[known] <= upper[known] + 1e-12).all()


@given(PATIENTS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(patients, chance):
    other = list(patients)
    chance.shuffle(other)
    one, two = kaplan_meier(told(patients)), kaplan_meier(told(other))
    assert (one.survival.tolist(), one.median) == (two.survival.tolist(), two.median)


@given(PATIENTS)
def test_other_units_of_time_give_the_same_curve(patients):
    observed = told(patients)
    one, two = kaplan_meier(observed), kaplan_meier(Observations(observed.time * 4, observed.event))
    assert (one.survival.tolist(), (one.times * 4).tolist()) == (two.survival.tolist(), two.times.tolist())


@given(PATIENTS.filter(lambda patients: len(patients) > 1 and any(event for _, event in patients)))
def test_a_curve_is_what_statsmodels_says(patients):
    from statsmodels.duration.survfunc import SurvfuncRight

    observed = told(patients)
    curve = kaplan_meier(observed)
    theirs = SurvfuncRight(observed.time, observed.event.astype(int))
    assert theirs.surv_prob == pytest.approx(curve.survival.tolist(), abs=1e-12)
    alive = curve.survival > 0
    se = curve.survival * numpy.sqrt(curve.relative_variance, where=alive, out=numpy.zeros(len(alive)))
    assert theirs.surv_prob_se[alive] == pytest.approx(se[alive], abs=1e-12)


def test_a_restricted_mean_may_be_asked_for_less_than_1():
    assert kaplan_meier(SEVEN).restricted_mean(0.5).value == 0.5


def test_log_log_has_no_limits_at_1():
    assert all(math.isnan(one[0]) for one in band([1.0], [0.01], conf="log-log", level=0.95))


def test_without_events_everybody_survives_to_the_end():
    assert kaplan_meier(observations([1, 2], [0, 0])).survival_at_end == 1
