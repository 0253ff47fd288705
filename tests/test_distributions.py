"""The two distributions, beside SciPy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright.errors import Mistake
from dosewright.outcomes.distributions import chi_squared_tail, normal_quantile, normal_tails


@given(st.floats(0, 700), st.integers(1, 60))
def test_the_tail_of_chi_squared_is_what_scipy_says(x, df):
    from scipy.stats import chi2

    assert chi2.sf(x, df) == pytest.approx(chi_squared_tail(x, df), rel=1e-10, abs=1e-300)


@given(st.floats(-35, 35))
def test_the_tails_of_the_normal_distribution_are_what_scipy_says(z):
    from scipy.stats import norm

    assert 2 * norm.sf(abs(z)) == pytest.approx(normal_tails(z), rel=1e-10)


@given(st.floats(0.001, 0.99999))
def test_the_quantile_is_where_the_tails_are_what_is_left(level):
    assert 1 - level == pytest.approx(normal_tails(normal_quantile(level)), rel=1e-8)


@pytest.mark.parametrize(("x", "df"), [(-1, 1), (1, 0), (math.nan, 1)])
def test_a_tail_outside_the_distribution_is_refused(x, df):
    with pytest.raises(Mistake, match="degrees of freedom from 1"):
        chi_squared_tail(x, df)


@pytest.mark.parametrize("level", [0, 1, -0.1, math.nan])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(Mistake, match="a level between 0 and 1"):
        normal_quantile(level)
