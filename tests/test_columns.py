"""The operations that must work alike on one number and on a column: the same answer, and the same at a limit."""

from __future__ import annotations

import math

import numpy
import pytest

from dosewright.calculators import columns

BOTH = pytest.mark.parametrize("made", [float, lambda value: numpy.array([value])], ids=["number", "column"])


@BOTH
@pytest.mark.parametrize(("value", "whole"), [(2.9, 2), (3.0, 3), (-0.1, -1), (0.0, 0)])
def test_the_whole_number_below_is_that_or_the_number_itself(made, value, whole):
    assert columns.floor(made(value)) == whole


@BOTH
def test_the_whole_number_below_what_is_not_known_is_not_known(made):
    assert numpy.isnan(columns.floor(made(math.nan)))


@BOTH
@pytest.mark.parametrize(
    ("value", "limit", "is_above", "is_below"),
    [
        (2.0, 1.0, True, False),
        (1.0, 2.0, False, True),
        (1.0, 1.0, False, False),
        (0.0, 0.0, False, False),  # of nothing the dust is nothing too
        (2.007 * 1000, 2007.0, False, False),  # 2.007 g is 2007.0000000000002 mg in binary
        (2007.0, 2.007 * 1000, False, False),
        (-1.0, -2.0, True, False),
        (-2.0, -1.0, False, True),
    ],
)
def test_above_and_below_a_limit_is_more_than_dust_from_it(made, value, limit, is_above, is_below):
    assert (columns.above(made(value), limit), columns.below(made(value), limit)) == (is_above, is_below)


@BOTH
@pytest.mark.parametrize(
    ("value", "limit", "reaches", "stays"),
    [
        (2.0, 1.0, True, False),
        (1.0, 2.0, False, True),
        (1.0, 1.0, True, True),
        (0.0, 0.0, True, True),
        (2.007 * 1000, 2007.0, True, True),
        (2007.0, 2.007 * 1000, True, True),
        (math.nan, 1.0, False, False),
        (1.0, math.nan, False, False),
    ],
)
def test_at_least_and_at_most_a_limit_does_not_mind_dust(made, value, limit, reaches, stays):
    assert (columns.at_least(made(value), limit), columns.at_most(made(value), limit)) == (reaches, stays)


@BOTH
@pytest.mark.parametrize(("value", "counts"), [(0.5, 1.0), (1.0, 1.0), (2.5, 2.5), (4.0, 4.0), (4.1, 4.0)])
def test_a_value_beyond_the_bounds_of_a_formula_counts_as_the_bound(made, value, counts):
    assert columns.held(made(value), 1.0, 4.0) == counts


@BOTH
def test_logarithms_are_the_decimal_and_the_natural_one(made):
    # by hand: 10 to the 3rd is 1000, and e to the 0th is 1
    assert (columns.log10(made(1000.0)), columns.ln(made(1.0))) == (pytest.approx(3), 0)


@BOTH
@pytest.mark.parametrize(("value", "is_finite"), [(1.0, True), (math.inf, False), (math.nan, False)])
def test_what_is_no_finite_number_is_told(made, value, is_finite):
    assert columns.finite(made(value)) is is_finite


def test_one_number_of_a_column_that_is_none_makes_it_none():
    assert columns.finite(numpy.array([1.0, math.nan])) is False


def test_a_condition_that_holds_for_one_row_holds_anywhere():
    assert [columns.anywhere(numpy.array(one)) for one in ([False, True], [False, False])] == [True, False]


@pytest.mark.parametrize("condition", [True, False])
def test_a_condition_of_one_number_holds_or_does_not(condition):
    assert columns.anywhere(condition) is condition


def test_of_a_column_each_row_is_chosen_by_its_own_condition():
    assert columns.choose(numpy.array([True, False]), 1.0, numpy.array([3.0, 4.0])).tolist() == [1.0, 4.0]
