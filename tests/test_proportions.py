"""Proportions with their intervals: published examples, the paper's own rates, SciPy as an oracle, and laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dosewright.errors import Mistake
from dosewright.outcomes.proportions import Proportion, clopper_pearson, newcombe, rate, wilson

from .paper_tables import paper

RATES = paper("response_ci")


def ends(interval) -> tuple[str, str]:
    return f"{interval.lower:.4f}", f"{interval.upper:.4f}"


# Newcombe 1998, Stat Med 17:857, Table I.
ONE_SAMPLE = [
    (81, 263, ("0.2553", "0.3662"), ("0.2527", "0.3676")),
    (15, 148, ("0.0624", "0.1605"), ("0.0578", "0.1617")),
    (0, 20, ("0.0000", "0.1611"), ("0.0000", "0.1684")),
    (1, 29, ("0.0061", "0.1718"), ("0.0009", "0.1776")),
]
# Newcombe 1998, Stat Med 17:873, Table II, method 10.
TWO_SAMPLES = [
    ((56, 70), (48, 80), ("0.0524", "0.3339")),
    ((9, 10), (3, 10), ("0.1705", "0.8090")),
    ((6, 7), (2, 7), ("0.0582", "0.8062")),
    ((5, 56), (0, 29), ("-0.0381", "0.1926")),
    ((0, 10), (0, 20), ("-0.1611", "0.2775")),
    ((0, 10), (0, 10), ("-0.2775", "0.2775")),
    ((10, 10), (0, 20), ("0.6791", "1.0000")),
    ((10, 10), (0, 10), ("0.6075", "1.0000")),
]


@pytest.mark.parametrize(("count", "of", "score", "exact"), ONE_SAMPLE)
def test_an_interval_is_the_published_one(count, of, score, exact):
    found = Proportion(count, of)
    assert (ends(wilson(found)), ends(clopper_pearson(found))) == (score, exact)


@pytest.mark.parametrize(("first", "second", "published"), TWO_SAMPLES)
def test_the_interval_of_a_difference_is_newcombes(first, second, published):
    assert ends(newcombe(Proportion(*first), Proportion(*second)).interval) == published


@pytest.mark.parametrize("row", RATES, ids=lambda row: f"{row['measure']}, {row['group']}")
def test_the_rates_of_the_paper_have_these_intervals(row):
    found = Proportion(int(row["k"]), int(row["n"]))
    told = ["-".join(ends(one)) for one in (wilson(found), clopper_pearson(found))]
    assert told == [row["wilson"], row["clopper_pearson"]]


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("count", "of"), [(0, 1), (1, 1), (1, 2), (3, 48), (47, 48), (48, 48), (250, 1000)])
def test_the_exact_interval_is_scipys(count, of, level):
    theirs = stats.binomtest(count, of).proportion_ci(level, "exact")
    ours = clopper_pearson(Proportion(count, of), level=level)
    assert (ours.lower, ours.upper) == pytest.approx((theirs.low, theirs.high), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(("count", "of"), [(0, 1), (1, 2), (3, 48), (48, 48), (250, 1000)])
def test_the_score_interval_is_scipys(count, of):
    theirs = stats.binomtest(count, of).proportion_ci(0.95, "wilson")
    ours = wilson(Proportion(count, of))
    assert (ours.lower, ours.upper) == pytest.approx((theirs.low, theirs.high), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("count", [0, 1, 2, 10, 100, 1000])
def test_the_interval_of_a_rate_is_that_of_the_chi_squared_quantiles(count):
    ours = rate(count, 2, unit="years").interval
    lower = stats.chi2.ppf(0.025, 2 * count) / 4 if count else 0.0
    assert (ours.lower, ours.upper) == pytest.approx((lower, stats.chi2.ppf(0.975, 2 * count + 2) / 4), rel=1e-9)


counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_an_interval_holds_the_proportion_and_stays_within_0_and_1(pair):
    found = Proportion(*pair)
    for one in (wilson(found), clopper_pearson(found)):
        assert 0 <= one.lower <= found.value <= one.upper <= 1


@given(counts)
def test_the_interval_of_the_others_is_its_mirror(pair):
    count, of = pair
    for method in (wilson, clopper_pearson):
        here, there = method(Proportion(count, of)), method(Proportion(of - count, of))
        assert (here.lower, here.upper) == pytest.approx((1 - there.upper, 1 - there.lower), abs=1e-9)


@given(counts, counts)
def test_a_difference_turned_round_changes_its_sign(first, second):
    one, two = Proportion(*first), Proportion(*second)
    there, back = newcombe(one, two), newcombe(two, one)
    assert (there.interval.lower, there.interval.upper) == pytest.approx((-back.interval.upper, -back.interval.lower))


@given(counts)
def test_more_confidence_is_a_wider_interval(pair):
    found = Proportion(*pair)
    for method in (wilson, clopper_pearson):
        narrow, wide = method(found, level=0.8), method(found, level=0.99)
        assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper


def test_of_nobody_there_is_no_proportion():
    found = Proportion(0, 0)
    assert (found.value, found.data()["wilson"], found.data()["clopper_pearson"]) == (None, None, None)


def test_a_proportion_tells_its_count_its_denominator_and_both_intervals():
    told = Proportion(36, 48).data()
    assert (told["count"], told["of"], told["value"]) == (36, 48, 0.75)
    assert [told[name]["method"] for name in ("wilson", "clopper_pearson")] == ["Wilson", "Clopper–Pearson"]


def test_a_rate_tells_its_count_its_time_and_its_unit():
    told = rate(10, 100, unit="patient-months").data()
    assert (told["count"], told["time"], told["unit"], told["value"]) == (10, 100, "patient-months", 0.1)
    assert (told["method"], told["level"]) == ("exact Poisson (Garwood)", 0.95)


def test_a_difference_tells_its_value_and_its_method():
    told = newcombe(Proportion(36, 48), Proportion(18, 48)).data()
    assert (told["value"], told["method"], told["level"]) == (0.375, "Newcombe", 0.95)


@pytest.mark.parametrize(("count", "of"), [(-1, 4), (5, 4), (1, 0)])
def test_a_count_outside_its_denominator_is_refused(count, of):
    with pytest.raises(Mistake, match="needs a count from 0 to its denominator"):
        Proportion(count, of)


@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_an_interval_of_nobody_is_refused(method):
    with pytest.raises(Mistake) as caught:
        method(Proportion(0, 0))
    assert str(caught.value) == "needs a denominator of at least 1; got '0 of 0'"


@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_an_interval_says_its_level_which_is_95_percent_unless_another_is_asked(method):
    assert (method(Proportion(1, 2)).level, method(Proportion(1, 2), level=0.8).level) == (0.95, 0.8)


def test_the_interval_of_a_rate_and_of_a_difference_has_the_level_that_is_asked():
    found = rate(3, 0.5, unit="years", level=0.8).interval
    assert found.level == 0.8
    # Half a year: Garwood's limits are quantiles of chi-squared, halved, for each year.
    assert (found.lower, found.upper) == pytest.approx((stats.chi2.ppf(0.1, 6), stats.chi2.ppf(0.9, 8)), rel=1e-9)
    assert newcombe(Proportion(1, 2), Proportion(1, 2)).interval.level == 0.95


def test_a_mistake_repeats_the_count_and_what_it_was_of():
    with pytest.raises(Mistake) as caught:
        Proportion(5, 4)
    assert str(caught.value) == "needs a count from 0 to its denominator, for example '36 of 48'; got '5 of 4'"
    with pytest.raises(Mistake) as caught:
        rate(1, 0, unit="years")
    assert str(caught.value) == "needs a count from 0 and a time above 0; got '1 in 0'"


@pytest.mark.parametrize("level", [0, 1, -0.95, 95, float("nan")])
@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_a_level_that_is_none_is_refused(method, level):
    with pytest.raises(Mistake, match="needs a level"):
        method(Proportion(1, 2), level=level)


@pytest.mark.parametrize(("count", "time"), [(-1, 1), (1, 0), (1, -1), (1, float("nan"))])
def test_a_rate_without_time_or_below_0_is_refused(count, time):
    with pytest.raises(Mistake, match="needs a count from 0 and a time above 0"):
        rate(count, time, unit="years")


def test_a_difference_keeps_its_proportions_and_its_level():
    first, second = Proportion(36, 48), Proportion(18, 48)
    found = newcombe(first, second, level=0.9)
    assert (found.first, found.second, found.interval.level) == (first, second, 0.9)
    narrow = wilson(first, level=0.9), wilson(second, level=0.9)
    below = ((0.75 - narrow[0].lower) ** 2 + (narrow[1].upper - 0.375) ** 2) ** 0.5
    above = ((narrow[0].upper - 0.75) ** 2 + (0.375 - narrow[1].lower) ** 2) ** 0.5
    assert (found.interval.lower, found.interval.upper) == pytest.approx((0.375 - below, 0.375 + above))


def test_an_interval_is_told_by_these_keys():
    assert list(wilson(Proportion(1, 2)).data()) == ["lower", "upper", "method", "level"]
