"""Agreement of two readers: by hand, and statsmodels as an oracle."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from dosewright.errors import Mistake
from dosewright.outcomes.agreement import kappa

WORDS = ("CR", "PR", "SD", "PD", "NE")


def pairs(table, words=WORDS) -> list[tuple[str, str]]:
    """The cases that a table of counts stands for, the first reader's words down its side."""
    return [
        (one, two)
        for one, row in zip(words, table, strict=False)
        for two, n in zip(words, row, strict=False)
        for _ in range(n)
    ]


def test_kappa_by_hand():
    # 35 of 50 agree; by chance (25 × 30 + 25 × 20) ÷ 2,500 = 1/2; (7/10 − 1/2) ÷ (1/2) = 2/5.
    found = kappa(pairs([[20, 5], [10, 15]]))
    assert (found.kappa, found.expected, found.agreed.count, found.agreed.of) == (pytest.approx(0.4), 0.5, 35, 50)


def test_kappa_of_three_words_in_exact_fractions():
    # 4 + 3 + 2 of 12 agree; chance: (6 × 5 + 4 × 4 + 2 × 3) ÷ 144 = 52/144.
    found = kappa(pairs([[4, 1, 1], [1, 3, 0], [0, 0, 2]]))
    chance = Fraction(52, 144)
    assert found.kappa == pytest.approx(float((Fraction(9, 12) - chance) / (1 - chance)), rel=1e-14)


def test_full_agreement_on_several_words_is_1():
    found = kappa(pairs([[3, 0], [0, 4]]))
    assert (found.kappa, found.interval.lower, found.interval.upper) == (1.0, 1.0, 1.0)


def test_full_disagreement_is_below_0():
    assert kappa(pairs([[0, 5], [5, 0]])).kappa == -1.0


def test_two_readers_with_one_word_have_no_kappa():
    found = kappa([("PR", "PR")] * 7)
    assert (found.kappa, found.expected, found.interval, found.agreed.count) == (None, 1, None, 7)


def test_without_a_case_there_is_nothing_to_agree_on():
    with pytest.raises(Mistake, match="needs at least one case"):
        kappa([])


def test_agreement_is_told_with_its_interval_and_method():
    told = kappa(pairs([[20, 5], [10, 15]])).data()
    assert (told["agreed"], told["of"], told["expected"]) == (35, 50, 0.5)
    assert (told["kappa"], told["interval"]["method"]) == (pytest.approx(0.4), "Fleiss, Cohen and Everitt")
    assert kappa(pairs([[20, 5], [10, 15]]), level=0.9).interval.level == 0.9
    assert kappa([("PR", "PR")]).data()["interval"] is None


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_kappa_and_its_interval_are_those_of_statsmodels(table):
    cases = pairs(table)
    words = {word for case in cases for word in case}
    if len(words) < 2 or not cases:
        return
    found = kappa(cases)
    with numpy.errstate(all="ignore"):
        theirs = cohens_kappa(numpy.array(table, dtype=float))
    if found.kappa is None:
        return
    assert found.kappa == pytest.approx(theirs.kappa, rel=1e-9, abs=1e-12)
    assert found.interval.lower == pytest.approx(theirs.kappa_low, rel=1e-6, abs=1e-6)
    assert found.interval.upper == pytest.approx(theirs.kappa_upp, rel=1e-6, abs=1e-6)


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)), min_size=2, max_size=40))
def test_it_does_not_matter_who_reads_first(cases):
    there, back = kappa(cases), kappa([(two, one) for one, two in cases])
    assert there.kappa == (None if back.kappa is None else pytest.approx(back.kappa, abs=1e-12))
