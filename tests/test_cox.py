"""Cox's model by hand, by law, beside statsmodels, and where it has no answer."""

from __future__ import annotations

import math

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosewright.errors import CannotCompute, Mistake
from dosewright.outcomes.cox import TIES, cox, profile_interval
from dosewright.outcomes.observations import observations
from dosewright.outcomes.proportionality import proportionality

# The seven of the page on Kaplan–Meier; x is 1 for b. With r = e^β the partial likelihood is
#   t = 2: 1 ÷ (4 + 3r).   t = 3, one of each dies: r ÷ (3 + 3r)² by Breslow, by Efron r ÷ ((3 + 3r) (3 + 3r − (1 + r) ÷ 2)).
#   t = 5: r ÷ (2 + 2r).   t = 8: r ÷ r.
# Its slope is 2 − 3r ÷ (4 + 3r) − 3r ÷ (1 + r) = 0, so that 6r² + r − 8 = 0 and r = (√193 − 1) ÷ 12, by either.
SEVEN = observations((2, 3, 3, 5, 5, 7, 8), (1, 1, 1, 0, 1, 0, 1))
X = numpy.array([0, 0, 1, 0, 1, 0, 1])[:, None]
R = (math.sqrt(193) - 1) / 12


@pytest.mark.parametrize("ties", TIES)
def test_the_hazard_ratio_of_seven_is_that_of_the_hand(ties):
    assert pytest.approx(cox(SEVEN, X, ["b"], ties=ties).terms[0].hr, rel=1e-9) == R


def test_the_likelihood_of_seven_by_efron_is_that_of_the_hand():
    exact = (
        math.log(R) - math.log(4 + 3 * R) - math.log(3 + 3 * R) - math.log(2.5 + 2.5 * R) + math.log(R / (2 + 2 * R))
    )
    assert exact == pytest.approx(cox(SEVEN, X, ["b"]).loglik, abs=1e-12)


def test_the_likelihood_of_seven_by_breslow_is_that_of_the_hand():
    exact = math.log(R) - math.log(4 + 3 * R) - 2 * math.log(3 + 3 * R) + math.log(R / (2 + 2 * R))
    assert exact == pytest.approx(cox(SEVEN, X, ["b"], ties="breslow").loglik, abs=1e-12)


def test_without_effect_the_likelihood_of_seven_is_that_of_counting():
    assert -math.log(7 * 6 * 5 * 4) == pytest.approx(cox(SEVEN, X, ["b"]).loglik_null)


def test_the_information_of_seven_is_that_of_the_hand():
    # d/dβ of 3r/(4+3r) is 12r/(4+3r)², of each of three r/(1+r) it is r/(1+r)²
    exact = 12 * R / (4 + 3 * R) ** 2 + 3 * R / (1 + R) ** 2
    assert 1 / math.sqrt(exact) == pytest.approx(cox(SEVEN, X, ["b"]).terms[0].se, rel=1e-8)


def test_the_interval_is_that_of_the_formula():
    term = cox(SEVEN, X, ["b"], level=0.9).terms[0]
    reach = 1.6448536269514722 * term.se
    assert (math.exp(term.coef - reach), math.exp(term.coef + reach)) == pytest.approx((term.lower, term.upper))


def test_p_is_that_of_z():
    term = cox(SEVEN, X, ["b"]).terms[0]
    assert math.erfc(abs(term.coef / term.se) / math.sqrt(2)) == pytest.approx(term.p)


def test_the_ratio_of_likelihoods_tests_the_whole_model():
    fit = cox(SEVEN, X, ["b"])
    test = fit.likelihood_ratio
    assert (pytest.approx(2 * (fit.loglik - fit.loglik_null)), 1) == (test.chi2, test.df)


def test_what_was_counted_is_told():
    fit = cox(SEVEN, X, ["b"], ties="breslow")
    assert (fit.n, fit.events, fit.ties, fit.names) == (7, 5, "breslow", ("b",))


def test_two_equal_strata_give_the_same_ratio_with_twice_the_information():
    twice = observations((2, 3, 3, 5, 5, 7, 8) * 2, (1, 1, 1, 0, 1, 0, 1) * 2)
    one, two = cox(SEVEN, X, ["b"]), cox(twice, numpy.vstack((X, X)), ["b"], strata=["s"] * 7 + ["t"] * 7)
    assert (one.coef[0], one.covariance[0, 0] / 2, 2 * one.loglik) == pytest.approx(
        (two.coef[0], two.covariance[0, 0], two.loglik)
    )


def test_an_offset_that_is_the_effect_leaves_nothing_to_estimate():
    fit = cox(SEVEN, X, ["b"], offset=math.log(R) * X[:, 0])
    assert pytest.approx(fit.coef[0], abs=1e-9) == 0


# ---------------------------------------------------------------------------------------------------- what has no answer


def test_a_covariate_that_runs_up_has_no_estimate():
    term = cox(observations([1, 2, 3, 4], [1, 1, 0, 0]), [[1], [1], [0], [0]], ["x"]).terms[0]
    assert term == ("x", None, None, None, None, None, None, None, "up")


def test_a_covariate_that_runs_down_has_no_estimate():
    assert cox(observations([1, 2, 3, 4], [1, 1, 0, 0]), [[0], [0], [1], [1]], ["x"]).terms[0].runs_away == "down"


def test_a_covariate_that_only_runs_towards_a_limit_in_many_rows_has_no_estimate():
    time = numpy.arange(1.0, 2001)
    x = (time > 1900)[:, None].astype(float)
    assert cox(observations(time, time <= 1900), x, ["late"]).terms[0].runs_away == "down"


def test_beside_one_that_runs_away_the_other_has_its_estimate():
    x = [[0, 1.2], [0, 0.3], [0, 2], [0, 0.1], [0, 1], [1, 0.5], [1, 0.9], [1, 0.35], [1, 0.7], [1, 1.1]]
    late, other = cox(observations(range(1, 11), [1] * 10), x, ["late", "other"]).terms
    # with 'late' at its limit, the first five die among themselves, and so do the last
    apart = cox(observations(range(1, 11), [1] * 10), numpy.array(x)[:, 1:], ["other"], strata=[0] * 5 + [1] * 5)
    assert (late.runs_away, other.runs_away) == ("down", None)
    assert apart.terms[0].coef == pytest.approx(other.coef, rel=1e-4)


def test_a_strong_effect_is_no_runaway():
    time = numpy.arange(1.0, 201)
    x = (time > 100).astype(float)
    x[[50, 150]] = x[[150, 50]]
    assert cox(observations(time, time > 0), x[:, None], ["x"]).terms[0].runs_away is None


def test_what_runs_away_has_one_end_by_the_profile():
    fit = cox(observations([1, 2, 3, 4], [1, 1, 0, 0]), [[1], [1], [0], [0]], ["x"])
    lower, upper = profile_interval(fit, "x")
    # loglik(β) = 2β − ln(2 + 2r) − ln(2 + r) + …, greatest 0 − ln 2 at infinity
    r = lower
    fall = 2 * (-math.log(2) - (2 * math.log(r) - math.log(2 + 2 * r) - math.log(2 + r)))
    assert (pytest.approx(3.841458820694124), None) == (fall, upper)


def test_a_profile_interval_is_where_the_likelihood_has_fallen_by_its_share():
    fit = cox(SEVEN, X, ["b"])
    for end in profile_interval(fit, "b"):
        r = end
        loglik = (
            math.log(r)
            - math.log(4 + 3 * r)
            - math.log(3 + 3 * r)
            - math.log(2.5 + 2.5 * r)
            + math.log(r / (2 + 2 * r))
        )
        assert pytest.approx(2 * (fit.loglik - loglik), abs=1e-8) == 3.841458820694124


def test_a_profile_of_a_term_that_is_not_there_is_refused():
    with pytest.raises(Mistake, match=r"a term of the model \(b\)"):
        profile_interval(cox(SEVEN, X, ["b"]), "c")


def test_without_events_there_is_no_hazard():
    with pytest.raises(CannotCompute, match="no event"):
        cox(observations([1, 2], [0, 0]), [[0], [1]], ["x"])


def test_a_constant_covariate_is_refused_by_name():
    with pytest.raises(CannotCompute, match="flat: a covariate is the same"):
        cox(SEVEN, numpy.hstack((X, X * 0 + 3)), ["b", "flat"])


def test_a_covariate_that_is_constant_within_strata_is_refused():
    with pytest.raises(CannotCompute, match="b: a covariate is the same"):
        cox(SEVEN, X, ["b"], strata=X[:, 0])


def test_a_covariate_that_follows_from_others_is_refused_by_name():
    with pytest.raises(CannotCompute, match="not b: a covariate follows"):
        cox(SEVEN, numpy.hstack((X, 1 - X)), ["b", "not b"])


def test_more_covariates_than_events_can_bear_are_refused():
    with pytest.raises(CannotCompute):
        cox(SEVEN, numpy.eye(7), list("abcdefg"))


def test_a_covariate_that_is_no_number_is_refused_with_row_and_column():
    with pytest.raises(Mistake, match="row 2, b: needs a number"):
        cox(SEVEN, numpy.where(numpy.arange(7)[:, None] == 1, numpy.nan, X), ["b"])


def test_names_and_columns_must_agree():
    with pytest.raises(Mistake, match="7 rows of 2 covariates"):
        cox(SEVEN, X, ["a", "b"])


def test_no_covariate_is_no_model():
    with pytest.raises(CannotCompute, match="no covariate"):
        cox(SEVEN, numpy.empty((7, 0)), [])


def test_a_way_with_ties_nobody_knows_is_refused():
    with pytest.raises(Mistake, match=r"a way with ties \(efron, breslow\)"):
        cox(SEVEN, X, ["b"], ties="exact")


def test_what_runs_away_is_not_tested_for_proportional_hazards():
    observed = observations([1, 2, 3, 4], [1, 1, 0, 0])
    assert proportionality(cox(observed, [[1], [1], [0], [0]], ["x"]), observed) == []


def test_a_transform_nobody_knows_is_refused():
    with pytest.raises(Mistake, match=r"a transform of time \(km, identity\)"):
        proportionality(cox(SEVEN, X, ["b"]), SEVEN, transform="rank")


# ----------------------------------------------------------------------------------------------------------------- laws


def drawn(seed, *, rows=60, covariates=2, moments=15, strata=3):
    """Patients by a seed, with many ties."""
    chance = numpy.random.default_rng(seed)
    observed = observations(chance.integers(1, moments, rows), chance.random(rows) < 0.7)
    return observed, chance.normal(size=(rows, covariates)), chance.integers(0, strata, rows)


SEEDS = st.integers(0, 2**31)


@settings(max_examples=40)
@given(SEEDS, st.sampled_from(TIES))
def test_the_slope_at_the_estimate_is_nothing(seed, ties):
    observed, x, strata = drawn(seed)
    fit = cox(observed, x, ["a", "b"], strata=strata, ties=ties)
    assert fit.risk.at(fit.coef * fit.risk.scale).score == pytest.approx([0, 0], abs=1e-7)


@settings(max_examples=25)
@given(SEEDS, st.sampled_from(TIES))
def test_the_likelihood_is_that_of_a_plain_loop(seed, ties):
    observed, x, strata = drawn(seed, rows=25, moments=8)
    fit = cox(observed, x, ["a", "b"], strata=strata, ties=ties)
    total = 0.0
    risk = numpy.exp(x @ fit.coef)
    for layer in set(strata.tolist()):
        for moment in set(observed.time[(strata == layer) & observed.event].tolist()):
            there = (strata == layer) & (observed.time >= moment)
            died = (strata == layer) & (observed.time == moment) & observed.event
            count = int(died.sum())
            total += float((x @ fit.coef)[died].sum())
            for turn in range(count):
                left = turn / count if ties == "efron" else 0.0
                total -= math.log(risk[there].sum() - left * risk[died].sum())
    assert total == pytest.approx(fit.loglik, abs=1e-9)


@settings(max_examples=25)
@given(SEEDS)
def test_another_unit_of_a_covariate_changes_its_coefficient_alone(seed):
    observed, x, _ = drawn(seed)
    one, two = cox(observed, x, ["a", "b"]), cox(observed, x * [1000, 1] + [5, 0], ["a", "b"])
    assert (one.coef / [1000, 1]) == pytest.approx(two.coef, rel=1e-6)


@settings(max_examples=25)
@given(SEEDS)
def test_the_order_of_rows_does_not_matter(seed):
    observed, x, strata = drawn(seed)
    order = numpy.random.default_rng(seed + 1).permutation(len(observed))
    one = cox(observed, x, ["a", "b"], strata=strata)
    two = cox(observed.of(order), x[order], ["a", "b"], strata=strata[order])
    assert one.coef == pytest.approx(two.coef, abs=1e-9)


@settings(max_examples=15)
@given(SEEDS, st.sampled_from(TIES))
def test_a_model_is_what_statsmodels_says(seed, ties):
    from statsmodels.duration.hazard_regression import PHReg

    observed, x, strata = drawn(seed)
    fit = cox(observed, x, ["a", "b"], strata=strata, ties=ties)
    theirs = PHReg(observed.time, x, status=observed.event.astype(int), strata=strata, ties=ties).fit(disp=0)
    assert theirs.params == pytest.approx(fit.coef, abs=1e-5)
    assert theirs.bse == pytest.approx([term.se for term in fit.terms], rel=1e-4)


@settings(max_examples=20)
@given(SEEDS)
def test_a_score_test_without_ties_is_the_log_rank_test(seed):
    from dosewright.outcomes.logrank import logrank

    chance = numpy.random.default_rng(seed)
    observed = observations(chance.permutation(40) + 1, chance.random(40) < 0.7)
    group = chance.integers(0, 2, 40)
    assert logrank(observed, group).chi2 == pytest.approx(cox(observed, group[:, None], ["g"], ties="breslow").score)


def test_the_profile_of_one_of_two_covariates_is_where_the_likelihood_has_fallen_by_its_share():
    observed, x, _ = drawn(5)
    fit = cox(observed, x, ["a", "b"])
    for name, index in (("a", 0), ("b", 1)):
        for end in profile_interval(fit, name):
            held = cox(observed, x[:, [1 - index]], ["other"], offset=math.log(end) * x[:, index])
            assert 2 * (fit.loglik - held.loglik) == pytest.approx(3.841458820694124, abs=1e-6)


def test_what_runs_down_has_its_upper_end_by_the_profile():
    fit = cox(observations([1, 2, 3, 4], [1, 1, 0, 0]), [[0], [0], [1], [1]], ["x"])
    other = cox(observations([1, 2, 3, 4], [1, 1, 0, 0]), [[1], [1], [0], [0]], ["x"])
    lower, upper = profile_interval(fit, "x")
    assert (lower, upper) == (None, pytest.approx(1 / profile_interval(other, "x")[0]))
