"""What is said of everything that is wrong or cannot be computed, word for word: one wrong input for each message."""

from __future__ import annotations

import datetime as dt
import math

import numpy
import pytest

from dosewright.errors import CannotCompute, Mistake
from dosewright.outcomes.balance import smd, smd_numbers
from dosewright.outcomes.columns import numbers, words
from dosewright.outcomes.competing_risks import causes, cumulative_incidence, gray
from dosewright.outcomes.cox import cox, profile_interval
from dosewright.outcomes.distributions import chi_squared_tail, normal_quantile
from dosewright.outcomes.endpoints import Record, ended, endpoint, histories
from dosewright.outcomes.kaplan_meier import kaplan_meier
from dosewright.outcomes.logistic import logistic
from dosewright.outcomes.logrank import logrank, trend
from dosewright.outcomes.matching import match, width_of
from dosewright.outcomes.observations import observations
from dosewright.outcomes.proportionality import proportionality
from dosewright.outcomes.subgroups import interaction
from dosewright.outcomes.survival import Question, analysed

SEVEN = observations((2, 3, 3, 5, 5, 7, 8), (1, 1, 1, 0, 1, 0, 1))
GROUPS = ["a", "a", "b", "a", "b", "a", "b"]
X = numpy.array([0, 0, 1, 0, 1, 0, 1])[:, None]
FIRST_TWO = numpy.array([True, True, False, False])


def record(kind, day):
    return Record(kind, dt.date(2026, 1, 6) + dt.timedelta(day), f"records.csv:{day + 9}")


START = record("treatment-start", 0)


SAID = [
    (lambda: normal_quantile(0), 3, "level: needs a level between 0 and 1, for example '0.95'; got '0'"),
    (
        lambda: chi_squared_tail(-1.0, 1),
        3,
        "chi-squared: needs degrees of freedom from 1 and a value from 0; got '-1.0 on 1'",
    ),
    (lambda: observations([1, -2], [1, 1]), 3, "row 2, time: needs a time of 0 or more, for example '12.5'; got '-2'"),
    (
        lambda: observations([1, math.inf], [1, 1]),
        3,
        "row 2, time: needs a time of 0 or more, for example '12.5'; got 'inf'",
    ),
    (
        lambda: observations([None, 2], [1, 1]),
        3,
        "row 1, time: needs a time of 0 or more, for example '12.5'; got nothing",
    ),
    (
        lambda: observations([-1] * 20, [1] * 20),
        3,
        "…row 20, time: needs a time of 0 or more, for example '12.5'; got '-1'",
    ),
    (lambda: observations([1, 2], [1, 3]), 3, "row 2, event: needs 1 for the event or 0 for censored; got '3'"),
    (lambda: observations([1, 2], [1]), 3, "needs one time and one event a row; got '(2,) and (1,)'"),
    (lambda: observations([], []), 4, "there is no row to compute from"),
    (lambda: observations([-1] * 22, [1] * 22), 3, "…time, 2 more rows: needs a time of 0 or more"),
    (
        lambda: kaplan_meier(SEVEN, conf="logit"),
        3,
        "conf: needs a kind of interval (log, log-log, plain), for example 'log-log'; got 'logit'",
    ),
    (lambda: kaplan_meier(SEVEN).at(-1), 3, "at: needs a time of 0 or more, for example '12'; got '-1'"),
    (lambda: kaplan_meier(SEVEN).quantile(2), 3, "quantile: needs a share between 0 and 1, for example '0.5'; got '2'"),
    (
        lambda: kaplan_meier(SEVEN).restricted_mean(0),
        3,
        "restricted mean: needs a time above 0, for example '24'; got '0'",
    ),
    (lambda: logrank(SEVEN, ["a"] * 7), 4, "there is one group only; got 'a'"),
    (lambda: logrank(SEVEN, ["a", "b"]), 3, "needs one group a row; got '2 groups for 7 rows'"),
    (
        lambda: logrank(observations([1, 2], [0, 0]), ["a", "b"]),
        4,
        "the groups cannot be compared: never were two of them at risk when an event came",
    ),
    (lambda: trend(SEVEN, GROUPS, scores=[1]), 3, "scores: needs one score for each of 2 groups; got '[1]'"),
    (
        lambda: trend(observations([1, 2], [0, 0]), ["a", "b"]),
        4,
        "the groups cannot be compared: never were two of them at risk when an event came",
    ),
    (
        lambda: cox(SEVEN, X, ["b"], ties="exact"),
        3,
        "ties: needs a way with ties (efron, breslow), for example 'efron'; got 'exact'",
    ),
    (lambda: cox(observations([1, 2], [0, 0]), [[0], [1]], ["x"]), 4, "there is no event, so no hazard to compare"),
    (lambda: cox(SEVEN, X, ["a", "b"]), 3, "needs 7 rows of 2 covariates; got '(7, 1)'"),
    (lambda: cox(SEVEN, X[:, :0], []), 4, "there is no covariate"),
    (lambda: cox(SEVEN, X * math.nan, ["b"]), 3, "row 1, b: needs a number; got 'nan'"),
    (lambda: cox(SEVEN, X * 0, ["b"]), 4, "b: a covariate is the same for all who are compared"),
    (lambda: cox(SEVEN, numpy.hstack((X, 1 - X)), ["b", "a"]), 4, "a: a covariate follows from those before it"),
    (lambda: profile_interval(cox(SEVEN, X, ["b"]), "c"), 3, "profile: needs a term of the model (b); got 'c'"),
    (
        lambda: proportionality(cox(SEVEN, X, ["b"]), SEVEN, transform="rank"),
        3,
        "transform: needs a transform of time (km, identity), for example 'km'; got 'rank'",
    ),
    (
        lambda: causes([1, 2], [1, 3]),
        3,
        "row 2, event: needs 0 for censored, 1 for the event or 2 for one that competes; got '3'",
    ),
    (
        lambda: cumulative_incidence(causes([1, 2], [1, 2])).at(-1),
        3,
        "at: needs a time of 0 or more, for example '12'; got '-1'",
    ),
    (lambda: gray(causes([1, 2], [1, 2]), ["a", "a"]), 4, "there is one group only; got 'a'"),
    (lambda: gray(causes([1, 2], [0, 2]), ["a", "b"]), 4, "there is no event, so no incidence to compare"),
    (lambda: numbers("x", ["a"]), 3, "row 1, x: needs a plain decimal number, for example '12.5'; got 'a'"),
    (
        lambda: numbers("x", ["1,5"]),
        3,
        "row 1, x: needs a plain decimal number, for example '12.5'; got '1,5' (write a decimal point)",
    ),
    (
        lambda: numbers("x", ["."]),
        3,
        "row 1, x: needs a plain decimal number, for example '12.5'; got '.' (leave the cell empty where the value is missing)",
    ),
    (lambda: numbers("x", ["a"] * 22), 3, "…x, 2 more rows: needs a plain decimal number"),
    (lambda: words("x", [str(i) for i in range(51)]), 3, "x: needs at most 50 categories; got '51 different words'"),
    (lambda: words("x", ["a", "b"]).design("c"), 3, "reference: needs a level of x (a, b); got 'c'"),
    (lambda: numbers("x", ["1"]).design("1"), 3, "reference, x: needs a column of words; got 'a column of numbers'"),
    (lambda: logistic([[0], [1]], ["x"], [1, 1]), 4, "there is one group only; got '2 of 2 rows'"),
    (lambda: logistic([[3], [3]], ["x"], [0, 1]), 4, "x: a covariate is the same for all"),
    (
        lambda: logistic([[0], [1]], ["x"], [0, 1]),
        4,
        "x: the covariates tell the groups fully apart, so that there is no chance to estimate (leave out what only one group has, or match exactly on it)",
    ),
    (
        lambda: logistic([[0, 0], [1, 2], [0, 0], [2, 4]], ["x", "y"], [0, 0, 1, 1]),
        4,
        "y: a covariate follows from those before it",
    ),
    (lambda: smd(words("x", ["a", "b"]), numpy.array([True, True])), 4, "x: a group is empty"),
    (lambda: smd_numbers([], [1]), 4, "a group is empty"),
    (
        lambda: smd(numbers("x", ["1", "2", "3", "4"]), FIRST_TWO, weights=numpy.array([0.0, 0.0, 1.0, 1.0])),
        4,
        "x: a group is empty",
    ),
    (
        lambda: smd(numbers("x", ["1", "2", "3", "4"]), FIRST_TWO, weights=numpy.array([1.0, 1.0, 0.0, 0.0])),
        4,
        "x: a group is empty",
    ),
    (
        lambda: width_of([1, 2], [1, 0], caliper=0),
        3,
        "needs a caliper above 0, in standard deviations of the logit, for example '0.2'; got '0'",
    ),
    (
        lambda: match([1, 2], [1, 0], order="best"),
        3,
        "order: needs an order (largest, smallest, data, random), for example 'largest'; got 'best'",
    ),
    (lambda: match([1, 2], [1, 0], ratio=0), 3, "ratio: needs a ratio of 1 or more, for example '1'; got '0'"),
    (lambda: match([1, 2], [1, 1]), 4, "there is one group only, so nobody to match"),
    (
        lambda: interaction(SEVEN, X[:, 0], words("s", ["a"] * 7)),
        4,
        "s: there are no two levels in which the effect can be told",
    ),
    (
        lambda: interaction(
            observations([1, 2, 3, 4, 5, 6], [1, 1, 0, 0, 1, 1]), [1, 0, 1, 0, 1, 0], words("s", list("aabbcc"))
        ),
        4,
        "s: a level has a group without events, so that there is no test",
    ),
    (
        lambda: endpoint("efs"),
        3,
        "needs an endpoint (os, pfs, pfs-until-new-therapy, ttp, dor), for example 'os'; got 'efs'",
    ),
    (
        lambda: ended(endpoint("os"), "P1", [START, record("death", -5)]),
        3,
        "records.csv:4, patient P1: death on 2026-01-01 comes before treatment-start on 2026-01-06 (see records.csv:9)",
    ),
    (
        lambda: histories([""], ["death"], ["2026-01-05"]),
        3,
        "row 1, patient: needs a patient, for example 'P001'; got nothing",
    ),
    (
        lambda: histories(["P1"], ["relapse"], ["2026-01-05"]),
        3,
        "row 1, record: needs a kind of record (diagnosis, randomisation, treatment-start, response, progression, death, new-therapy, assessment, last-contact); got 'relapse'",
    ),
    (
        lambda: histories(["P1"], ["death"], ["5.1.2026"]),
        3,
        "row 1, date: needs a date as year-month-day, for example '2026-11-23'; got '5.1.2026'",
    ),
    (
        lambda: analysed({"t": ["5"], "e": ["2"]}, Question("t", "e")),
        3,
        "row 1, e: needs 1 for the event or 0 for censored; got '2' (name another code with --event-value)",
    ),
    (
        lambda: analysed({"t": ["5"] * 22, "e": ["2"] * 22}, Question("t", "e")),
        3,
        "…e, 2 more rows: needs 1 for the event or 0 for censored",
    ),
    (
        lambda: analysed({"t": ["-5"], "e": ["1"]}, Question("t", "e")),
        3,
        "row 1, t: needs a time of 0 or more; got '-5'",
    ),
    (
        lambda: analysed({"t": ["5"], "e": ["1"]}, Question("t", "e", event_value="7")),
        3,
        "event value: needs a value of e (1); got '7'",
    ),
    (
        lambda: analysed({"t": ["5"], "e": ["1"]}, Question("t", "e", competing_value="2")),
        3,
        "event value: needs a value of e (1); got '2'",
    ),
    (lambda: analysed({"t": [""], "e": ["1"]}, Question("t", "e")), 4, "t, e: no row has all of what is asked for"),
    (
        lambda: analysed({"t": ["5"], "e": ["1"], "x": [""]}, Question("t", "e", covariates=("x",))),
        4,
        "x: no row has all covariates",
    ),
    (
        lambda: analysed({"t": ["5", "6"], "e": ["1", "1"], "x": ["a", "a"]}, Question("t", "e", covariates=("x",))),
        4,
        "x: a covariate is the same for all who are compared",
    ),
    (
        lambda: analysed(
            {"t": ["5"], "e": ["1"], "x": ["1"]}, Question("t", "e", covariates=("x",), reference={"y": "1"})
        ),
        3,
        "reference: needs a group or covariate that is asked for; got 'y'",
    ),
    (
        lambda: analysed({"t": ["5"], "e": ["1"], "x": ["1"]}, Question("t", "e", subgroups=("x",))),
        3,
        "subgroups: needs a group of two, whose effect is compared in subgroups; got nothing",
    ),
]


@pytest.mark.parametrize(("wrong", "code", "said"), SAID)
def test_what_is_wrong_is_told_in_these_words(wrong, code, said):
    with pytest.raises(Mistake) as caught:
        wrong()
    told = str(caught.value)
    assert (code, said) == (caught.value.exit_code, f"…{told.splitlines()[-1]}" if said.startswith("…") else told)


def test_what_cannot_be_computed_has_an_exit_code_of_its_own():
    assert {3, 4} == {code for _, code, _ in SAID}
    assert CannotCompute("").exit_code == 4
