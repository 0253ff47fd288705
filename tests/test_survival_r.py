"""Survival against R: what survival 3.5-3 and cmprsk 2.2-11 printed for the classical data sets, frozen with the session."""

from __future__ import annotations

import itertools

import numpy
import pytest

from dosewright.outcomes import kaplan_meier as km
from dosewright.outcomes.columns import words
from dosewright.outcomes.competing_risks import causes, cumulative_incidence, gray
from dosewright.outcomes.cox import TIES, cox, profile_interval
from dosewright.outcomes.logrank import logrank, trend
from dosewright.outcomes.proportionality import TRANSFORMS, proportionality
from dosewright.outcomes.subgroups import forest, interaction

from . import classics

CLOSE = 1e-6
CURVES = {
    "aml": ("aml", "group", (10, 20, 30)),
    "gehan": ("gehan", "treatment", (6, 12, 20)),
    "lung": ("lung", "", (100, 365, 700)),
    "lung by sex": ("lung", "sex", (100, 365, 700)),
    "veteran": ("veteran", "celltype", (50, 100, 200)),
    "ovarian": ("ovarian", "rx", (200, 400, 600)),
    "kidney": ("kidney", "sex", (10, 100, 300)),
    "pbc": ("pbc", "stage", (1000, 2000, 4000)),
}
TESTS = {
    "aml": ("aml", "group", ""),
    "gehan": ("gehan", "treatment", ""),
    "gehan by pair": ("gehan", "treatment", "pair"),
    "lung by sex": ("lung", "sex", ""),
    "lung by ecog": ("lung", "ph_ecog", ""),
    "lung by sex within ecog": ("lung", "sex", "ph_ecog"),
    "veteran by celltype": ("veteran", "celltype", ""),
    "ovarian": ("ovarian", "rx", ""),
    "kidney": ("kidney", "sex", ""),
    "pbc": ("pbc", "stage", ""),
}


def close(expected, actual, *, relative=0.0, absolute=CLOSE):
    """The same numbers, and nothing where R has nothing."""
    assert [one is None for one in expected] == [one is None for one in actual]
    known = [(e, a) for e, a in zip(expected, actual, strict=True) if e is not None]
    numpy.testing.assert_allclose([a for _, a in known], [e for e, _ in known], rtol=relative, atol=absolute)


def parts(name, group):
    """The curves of a data set: a name and its observations."""
    event, yes = ("status", "2") if name == "pbc" else ("event", "1")
    observed, labels = classics.grouped(name, group or "time", event=event, yes=yes)
    return {label: observed.of(labels == label) for label in numpy.unique(labels)} if group else {"all": observed}


CASES = [
    (case, level, conf)
    for case, (name, group, _) in CURVES.items()
    for level in parts(name, group)
    for conf in km.CONFS
]


@pytest.mark.parametrize(("case", "level", "conf"), CASES)
def test_a_curve_is_what_r_says(case, level, conf):
    name, group, times = CURVES[case]
    curve = km.kaplan_meier(parts(name, group)[level], conf=conf)
    told = classics.r()[f"{case} {level} {conf}"]
    close([told["n"], told["events"]], [curve.n, curve.event_count])
    close([told["median"], told["lower"], told["upper"]], list(curve.median))
    for share, quantity in ((0.25, "q25"), (0.75, "q75")):
        close(classics.several(f"{case} {level} {conf}", quantity), list(curve.quantile(share)))
    ats = [curve.at(time) for time in times]
    for index, at in enumerate(ats, 1):
        if at.survival is None:  # beyond all observation, where R draws the curve on
            continue
        close([told[f"survival[{index}]"], told[f"at_risk[{index}]"]], [at.survival, at.at_risk])
        if at.survival < 1:
            close([told[f"at_lower[{index}]"], told[f"at_upper[{index}]"]], [at.lower, at.upper])


@pytest.mark.parametrize(("case", "level"), sorted({(case, level) for case, level, _ in CASES}))
def test_a_restricted_mean_and_the_follow_up_are_what_r_says(case, level):
    name, group, times = CURVES[case]
    observed = parts(name, group)[level]
    told = classics.r()[f"{case} {level}"]
    area = km.kaplan_meier(observed).restricted_mean(times[-1])
    if area.value is not None:
        close([told["rmean"], told["rmean_se"]], [area.value, area.se], absolute=1e-5, relative=CLOSE)
    close([told["followup"], told["followup_lower"], told["followup_upper"]], list(km.follow_up(observed).median))


@pytest.mark.parametrize("case", TESTS)
def test_a_log_rank_test_is_what_r_says(case):
    name, group, strata = TESTS[case]
    table = classics.columns(name)
    event, yes = ("status", "2") if name == "pbc" else ("event", "1")
    rows = [i for i in range(len(table["time"])) if table[group][i] and (not strata or table[strata][i])]
    observed = classics.observations(
        [float(table["time"][i]) for i in rows], [int(table[event][i] == yes) for i in rows]
    )
    labels = words(group, [table[group][i] for i in rows]).codes
    layers = [table[strata][i] for i in rows] if strata else None
    told, made = classics.r()[case], logrank(observed, labels, strata=layers)
    close([told["chi2"], told["df"]], [made.chi2, made.df])
    close([told["p"]], [made.p], relative=1e-6, absolute=0)
    close(classics.several(case, "expected"), made.expected)
    close(classics.several(case, "observed"), made.observed)
    close([told["trend"]], [trend(observed, labels, strata=layers).chi2])


@pytest.mark.parametrize(("model", "ties"), list(itertools.product(classics.MODELS, TIES)), ids=str)
def test_a_cox_model_is_what_r_says(model, ties):
    data = classics.prepared(model)
    fit = cox(data.observed, data.design, data.names, strata=data.strata, ties=ties)
    case = f"{model.case} {ties}"
    for quantity, values in {
        "n": [fit.n],
        "events": [fit.events],
        "coef": [term.coef for term in fit.terms],
        "se": [term.se for term in fit.terms],
        "z": [term.z for term in fit.terms],
        "lower": [term.lower for term in fit.terms],
        "upper": [term.upper for term in fit.terms],
        "loglik": [fit.loglik_null, fit.loglik],
        "score": [fit.score],
    }.items():
        close(classics.several(case, quantity), values, relative=1e-9)
    close(classics.several(case, "p"), [term.p for term in fit.terms], relative=1e-6, absolute=0)


@pytest.mark.parametrize(
    ("model", "ties", "transform"),
    [(m, *rest) for m in classics.MODELS if m.case != "gehan by pair" for rest in itertools.product(TIES, TRANSFORMS)],
    ids=str,
)
def test_a_test_of_proportional_hazards_is_what_r_says(model, ties, transform):
    data = classics.prepared(model)
    fit = cox(data.observed, data.design, data.names, strata=data.strata, ties=ties)
    made = proportionality(fit, data.observed, transform=transform, of=data.owners)
    case = f"{model.case} {ties} {transform}"
    close(classics.several(case, "zph_chi2"), [one.chi2 for one in made])
    close(classics.several(case, "zph_df"), [one.df for one in made])
    close(classics.several(case, "zph_p"), [one.p for one in made], relative=1e-6)


@pytest.mark.parametrize("term", ["age", "sex"])
def test_a_profile_interval_is_what_root_finding_around_coxph_says(term):
    data = classics.prepared(next(one for one in classics.MODELS if one.case == "lung"))
    fit = cox(data.observed, data.design, data.names)
    close(classics.several(f"lung {term}", "profile"), profile_interval(fit, term))


def test_subgroups_and_their_interaction_are_what_r_says():
    table = classics.columns("veteran")
    observed, _ = classics.grouped("veteran", "celltype")
    effect = numpy.array(table["trt"], dtype=float)
    columns = [words(name, table[name]) for name in ("celltype", "prior")]
    made = forest(observed, effect, columns)
    for row in made.rows[1:5]:
        close(classics.several(f"veteran trt in {row.level}", "hr"), [row.hr, row.lower, row.upper], absolute=1e-5)
    for test in made.interactions:
        told = classics.r()[f"veteran trt by {test.term}"]
        close([told["chi2"], told["df"]], [test.chi2, test.df])
        close([told["p"]], [test.p], relative=1e-5, absolute=0)
    assert interaction(observed, effect, columns[1]) == made.interactions[1]


def competing(case):
    """The data of a case of competing risks: times, causes and groups."""
    name, group, event = {
        "mgus": ("mgus2", "sex", "event"),
        "pbc by trt": ("pbc", "trt", "status"),
        "mgus by age": ("mgus2", "age", "event"),
    }[case]
    table = classics.columns(name)
    rows = [i for i in range(len(table["time"])) if table[group][i]]
    labels = [table[group][i] for i in rows]
    if group == "age":
        labels = ["a" if float(one) < 65 else "b" if float(one) < 75 else "c" for one in labels]
    return [float(table["time"][i]) for i in rows], [int(table[event][i]) for i in rows], numpy.array(labels)


@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("case", ["mgus", "pbc by trt", "mgus by age"])
def test_competing_risks_are_what_cmprsk_says(case, cause):
    time, ended, labels = competing(case)
    observed = causes(time, ended if cause == 1 else [(0, 2, 1)[one] for one in ended])
    test = gray(observed, labels)
    told = classics.r()[case]
    close([told[f"gray_chi2[{cause}]"], told[f"gray_df[{cause}]"]], [test.chi2, test.df])
    close([told[f"gray_p[{cause}]"]], [test.p])
    times = (1000, 2000, 4000) if "pbc" in case else (60, 120, 240)
    for label in numpy.unique(labels):
        curve = cumulative_incidence(observed.of(labels == label))
        close(classics.several(f"{case} {label} {cause}", "cif"), [curve.at(one).survival for one in times])
        places = [int(numpy.searchsorted(curve.times, one, side="right")) - 1 for one in times]
        variances = [
            None if curve.at(one).survival is None else curve.variance[place]
            for one, place in zip(times, places, strict=True)
        ]
        close(classics.several(f"{case} {label} {cause}", "variance"), variances, absolute=1e-10)
