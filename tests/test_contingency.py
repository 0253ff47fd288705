"""Tests of tables of counts: classical examples, small tables by hand, SciPy as an oracle, and laws."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dosewright.errors import Mistake
from dosewright.outcomes import contingency
from dosewright.outcomes.contingency import compared, p_values
from dosewright.outcomes.proportions import Proportion


def test_the_lady_who_tasted_tea_has_p_17_of_35():
    # Fisher 1935: margins 4 and 4; tables no likelier than 3 of 4 are 0, 1, 3, 4 of 4: (1 + 16 + 16 + 1) ÷ 70.
    assert p_values([[3, 1], [1, 3]]).fisher == pytest.approx(34 / 70, rel=1e-15)


def test_three_rows_by_hand():
    # Of C(6, 3) = 20 ways, 8 are (1, 1, 1) and 12 have a row of two, a row of one and a row of none.
    assert p_values([[2, 0], [0, 2], [1, 1]]).fisher == pytest.approx(12 / 20, rel=1e-15)


def test_pearson_and_yates_by_hand():
    # Expected 27 and 21 in each row; (9² ÷ 27 + 9² ÷ 21) × 2 = 13.714, and with 8.5 in place of 9: 12.233.
    found = p_values([[36, 12], [18, 30]])
    theirs = [stats.chi2.sf(2 * (d**2 / 27 + d**2 / 21), 1) for d in (9, 8.5)]
    assert (found.pearson, found.yates) == pytest.approx(tuple(theirs), rel=1e-12)


def test_the_correction_takes_away_no_more_than_there_is():
    # Expected 1.25 and so on: the deviation of 0.25 is below a half, so nothing is left.
    assert p_values([[1, 4], [1, 2]]).yates == 1.0


def test_a_table_without_any_difference_has_p_1():
    assert p_values([[31, 17], [31, 17]])[:4] == (1.0, 1.0, 1.0, 1.0)


def test_where_a_column_is_empty_only_the_exact_test_exists():
    assert p_values([[0, 48], [0, 48]]) == contingency.Tests(None, None, 1.0, None, None)


def test_where_a_row_is_empty_only_the_exact_test_exists():
    assert p_values([[0, 0], [3, 4]]) == contingency.Tests(None, None, 1.0, None, None)


def test_the_correction_of_yates_belongs_to_two_by_two():
    assert p_values([[3, 4], [5, 6], [7, 8]]).yates is None


def test_the_least_expected_count_is_told():
    assert p_values([[45, 3], [41, 7]]).least_expected == 5.0


def test_tests_that_do_not_exist_have_no_name():
    assert list(p_values([[0, 48], [0, 48]]).named()) == ["Fisher"]
    assert list(p_values([[3, 4], [5, 6]]).named()) == ["Pearson", "Yates", "Fisher", "likelihood ratio"]


cells = st.integers(0, 25)
fourfold = st.tuples(cells, cells, cells, cells).filter(
    lambda t: t[0] + t[1] and t[2] + t[3] and t[0] + t[2] and t[1] + t[3]
)


@given(fourfold)
def test_two_by_two_is_scipys(four):
    table = [list(four[:2]), list(four[2:])]
    found = p_values(table)
    pearson = stats.chi2_contingency(table, correction=False)
    yates = stats.chi2_contingency(table, correction=True).pvalue
    ratio = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue
    exact = stats.fisher_exact(table).pvalue
    assert found[:4] == pytest.approx((pearson.pvalue, yates, exact, ratio), rel=1e-7, abs=1e-14)
    assert found.least_expected == pytest.approx(pearson.expected_freq.min())


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(1, 12)), min_size=2, max_size=3))
def test_more_levels_are_scipys(rows):
    found = p_values(rows)
    theirs = stats.chi2_contingency(rows, correction=False)
    ratio = stats.chi2_contingency(rows, correction=False, lambda_="log-likelihood")
    assert (found.pearson, found.likelihood_ratio) == pytest.approx((theirs.pvalue, ratio.pvalue), rel=1e-9)


def enumerated(table) -> float:
    """Fisher's test by listing every way to deal out the patients one by one: nothing but counting."""
    column_of = [c for row in table for c, n in enumerate(row) for _ in range(n)]
    sizes = [sum(row) for row in table]
    ends = list(itertools.accumulate(sizes))
    ways: dict[tuple[tuple[int, ...], ...], int] = {}
    for order in itertools.permutations(column_of):
        rows = [order[end - size : end] for size, end in zip(sizes, ends, strict=True)]
        key = tuple(tuple(row.count(c) for c in range(len(table[0]))) for row in rows)
        ways[key] = ways.get(key, 0) + 1
    seen = ways[tuple(tuple(row) for row in table)]
    return sum(n for n in ways.values() if n <= seen) / sum(ways.values())


@pytest.mark.parametrize(
    "table",
    [
        [[1, 2, 0], [0, 1, 3]], [[2, 1], [0, 2], [1, 1]], [[3, 0], [1, 3]], [[1, 1, 1], [2, 0, 2]],
        [[2, 0, 1], [0, 2, 0], [1, 0, 1]], [[1, 1, 0], [0, 1, 1], [2, 0, 1]], [[0, 1, 2], [2, 0, 0], [0, 1, 1]],
        [[1, 0, 1, 0], [0, 2, 0, 0], [1, 0, 0, 2]], [[1, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 2]],
    ],
)  # fmt: skip
def test_the_exact_test_is_that_of_dealing_out_every_patient(table):
    assert p_values(table).fisher == pytest.approx(enumerated(table), rel=1e-12)


@given(fourfold)
def test_the_order_of_rows_and_columns_does_not_matter(four):
    a, b, c, d = four
    once = p_values([[a, b], [c, d]])
    for turned in ([[c, d], [a, b]], [[b, a], [d, c]], [[a, c], [b, d]]):
        assert p_values(turned)[:4] == pytest.approx(once[:4], rel=1e-9)


def test_where_there_are_too_many_tables_the_exact_test_is_left_out():
    found = p_values([[1, 3, 10, 6], [2, 3, 10, 7], [1, 6, 14, 12], [0, 1, 9, 11]])  # Agresti 2002, page 57
    assert (found.fisher, f"{found.pearson:.4f}") == (None, "0.7434")


def test_the_exact_test_looks_at_so_many_tables_and_no_more(monkeypatch):
    # Margins 2 and 2 twice: three tables, of weights 1, 4 and 1.
    for most, expected in ((3, 1.0), (2, None)):
        monkeypatch.setattr(contingency, "MOST_TABLES", most)
        assert p_values([[1, 1], [1, 1]]).fisher == expected


def test_the_exact_test_takes_so_many_patients_and_no_more(monkeypatch):
    monkeypatch.setattr(contingency, "MOST_PATIENTS", 10)
    assert p_values([[5, 0], [0, 5]]).fisher == pytest.approx(2 / 252, rel=1e-15)
    assert p_values([[5, 0], [0, 6]]).fisher is None


@pytest.mark.parametrize("table", [[[3, 5, 2], [4, 1, 6]], [[3, 4], [5, 1], [2, 6]]])
def test_a_table_turned_round_has_the_same_exact_test(table):
    turned = [list(row) for row in zip(*table, strict=True)]
    assert p_values(table).fisher == p_values(turned).fisher


@pytest.mark.parametrize("table", [[], [[1, 2]], [[1], [2]], [[1, 2], [3]], [[], []]])
def test_what_is_no_table_is_refused(table):
    with pytest.raises(Mistake) as caught:
        p_values(table)
    needs = "a table of at least two rows and two columns, all of one length"
    assert str(caught.value) == f"needs {needs}, for example '[[36, 12], [18, 30]]'"


def test_a_count_below_0_is_refused():
    with pytest.raises(Mistake, match=r"^needs counts from 0$"):
        p_values([[1, 2], [3, -1]])


def test_two_arms_are_compared_the_first_less_the_second():
    difference, found = compared([Proportion(36, 48), Proportion(18, 48)])
    assert (difference.value, found) == (0.375, p_values([[36, 12], [18, 30]]))


@pytest.mark.parametrize("arms", [[], [(1, 2)], [(1, 2), (1, 2), (1, 2)], [(0, 0), (1, 2)]])
def test_other_than_two_arms_with_patients_are_not_compared(arms):
    assert compared([Proportion(*one) for one in arms]) == (None, None)


def test_of_very_many_patients_only_the_chi_squared_tests_are_told():
    found = p_values([[500_000, 500_000], [500_100, 499_900]])
    assert (found.fisher, found.pearson) == (None, pytest.approx(0.8875, abs=1e-4))
