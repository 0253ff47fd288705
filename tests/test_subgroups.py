"""Subgroups: each row is a model of its own, and the interaction a ratio of two likelihoods."""

from __future__ import annotations

import numpy
import pytest

from dosewright.outcomes.columns import words
from dosewright.outcomes.cox import cox
from dosewright.outcomes.distributions import chi_squared_tail
from dosewright.outcomes.observations import observations
from dosewright.outcomes.subgroups import forest, interaction

from . import classics

TABLE = classics.columns("veteran")
OBSERVED, _ = classics.grouped("veteran", "trt")
EFFECT = numpy.array(TABLE["trt"], dtype=float) - 1
PRIOR = words("prior", TABLE["prior"])
CELLS = words("celltype", TABLE["celltype"])
STRATA = numpy.array(TABLE["celltype"])


def dummies(column):
    return numpy.array([[float(code == level) for level in range(1, len(column.levels))] for code in column.codes])


def model(*parts, strata=None, ties="efron"):
    design = numpy.hstack([numpy.reshape(part, (len(OBSERVED), -1)) for part in parts])
    return cox(OBSERVED, design, [f"x{i}" for i in range(design.shape[1])], strata=strata, ties=ties)


def test_the_first_row_is_the_effect_in_all():
    row, term = forest(OBSERVED, EFFECT, [PRIOR]).rows[0], model(EFFECT).terms[0]
    assert ("all", "", 137, 128, term.hr, term.lower, term.upper, term.p, "") == row


@pytest.mark.parametrize("strata", [None, STRATA])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_a_row_is_the_model_of_its_level(strata, ties):
    rows = forest(OBSERVED, EFFECT, [PRIOR], strata=strata, ties=ties, level=0.9).rows[1:]
    for number, row in enumerate(rows):
        chosen = PRIOR.codes == number
        layers = None if strata is None else strata[chosen]
        fit = cox(OBSERVED.of(chosen), EFFECT[chosen][:, None], ["x"], strata=layers, ties=ties, level=0.9)
        term = fit.terms[0]
        events = int(OBSERVED.event[chosen].sum())
        assert row == ("prior", PRIOR.levels[number], chosen.sum(), events, term.hr, term.lower, term.upper, term.p, "")


@pytest.mark.parametrize("strata", [None, STRATA])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_an_interaction_is_the_ratio_of_two_likelihoods(strata, ties):
    level = dummies(PRIOR)
    both = model(EFFECT, level, EFFECT[:, None] * level, strata=strata, ties=ties)
    main = model(EFFECT, level, strata=strata, ties=ties)
    chi2 = 2 * (both.loglik - main.loglik)
    made = interaction(OBSERVED, EFFECT, PRIOR, strata=strata, ties=ties)
    assert ("prior", pytest.approx(chi2, abs=1e-7), 1) == (made.term, made.chi2, made.df)
    assert made.p == pytest.approx(chi_squared_tail(chi2, 1), rel=1e-5)
    assert forest(OBSERVED, EFFECT, [PRIOR], strata=strata, ties=ties).interactions == (made,)


def test_an_interaction_with_four_levels_has_three_degrees_of_freedom():
    level = dummies(CELLS)
    chi2 = 2 * (model(EFFECT, level, EFFECT[:, None] * level).loglik - model(EFFECT, level).loglik)
    made = interaction(OBSERVED, EFFECT, CELLS)
    assert (pytest.approx(chi2, abs=1e-7), 3) == (made.chi2, made.df)


def test_whoever_lacks_the_subgroup_takes_no_part_in_its_interaction():
    cells = ["" if i < 20 else one for i, one in enumerate(TABLE["prior"])]
    kept = numpy.arange(len(cells)) >= 20
    some = words("prior", [one for one in cells if one])
    assert interaction(OBSERVED.of(kept), EFFECT[kept], some) == interaction(OBSERVED, EFFECT, words("prior", cells))
    layers = interaction(OBSERVED, EFFECT, words("prior", cells), strata=STRATA)
    assert interaction(OBSERVED.of(kept), EFFECT[kept], some, strata=STRATA[kept]) == layers


def test_a_level_in_which_all_belong_to_one_group_takes_no_part():
    cells = ["first" if i < 20 and EFFECT[i] == 0 else one for i, one in enumerate(TABLE["prior"])]
    assert interaction(OBSERVED, EFFECT, words("prior", cells)).df == 1


def test_a_subgroup_without_an_estimate_says_why_and_how_many_it_has():
    observed = observations([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 0, 0, 1, 1, 1, 0])
    made = forest(observed, [1, 1, 0, 0, 1, 0, 1, 0], [words("s", list("aaaabbbb"))])
    assert made.rows[1][:5] == ("s", "a", 4, 2, None)
    assert made.rows[1].why == "the estimate runs away up: a group without events"
    assert list(made.untested) == [("s", "s: a level has a group without events, so that there is no test")]
    assert made.interactions == ()


def test_a_subgroup_in_which_all_belong_to_one_group_says_so():
    observed = observations([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 0])
    row = forest(observed, [1, 0, 1, 0, 1, 1], [words("s", list("aaaabb"))]).rows[2]
    assert row == ("s", "b", 2, 1, None, None, None, None, "effect: a covariate is the same for all who are compared")


def test_where_the_effect_is_the_same_in_both_levels_nothing_tells_of_an_interaction():
    time, event, effect = [2, 3, 3, 5, 5, 7, 8], [1, 1, 1, 0, 1, 0, 1], [0, 0, 1, 0, 1, 0, 1]
    made = interaction(observations(time * 2, event * 2), effect * 2, words("s", ["a"] * 7 + ["b"] * 7))
    assert (made.chi2, made.p) == (pytest.approx(0, abs=1e-9), pytest.approx(1, abs=1e-4))
