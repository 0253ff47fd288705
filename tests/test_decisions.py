"""What the source disputes or leaves open: a site decides, a person may try out, and nothing is guessed."""

from __future__ import annotations

import pytest

from dosewright.errors import Mistake
from dosewright.orders.decisions import Choices
from dosewright.protocol import library

from .ward import a_protocol, a_site, an_order, decided, findings, line, mg, rules, severities, undecided

QUESTIONS = [(name, path) for name in ("haic-folfox", "hepa-haic") for path in library.find(name).protocol.questions()]
LATER = {"interval_counted", "premedication", "stop", "response_criterion", "beads.every_cycle"}


def choices(what_if=None, site=None, protocol: str = "haic-folfox") -> Choices:
    return Choices(library.find(protocol).protocol, a_site(site)[0], what_if or {})


def settled(path: str, **how):
    made = choices(**how)
    return made.settle(path, made.protocol.questions()[path])


# ------------------------------------------------------------------------------------------------- what counts, and why


def test_undecided_the_first_figure_of_the_source_counts_and_the_others_stand_beside_it():
    found = settled("fluorouracil.dose", site=undecided())
    assert (found.value.m_as("mg/m²"), found.source, found.state, [source for _, source in found.others]) == (
        2400,
        "methods",
        "disputed",
        ["discussion"],
    )


def test_decided_the_chosen_figure_counts_with_who_decided_it():
    found = settled("fluorouracil.dose", site=decided("fluorouracil.dose", "discussion"))
    assert (found.value.m_as("mg/m²"), found.source, found.state, found.decision.by) == (
        1500,
        "discussion",
        "decided",
        "A. Person",
    )


def test_the_figure_that_was_not_chosen_stays_in_sight():
    found = settled("fluorouracil.dose", site=decided("fluorouracil.dose", "discussion"))
    assert [source for _, source in found.others] == ["methods"]


def test_tried_out_the_figure_counts_and_nobody_has_decided_it():
    found = settled("fluorouracil.dose", what_if={"fluorouracil.dose": "discussion"})
    assert (found.value.m_as("mg/m²"), found.state, found.decision) == (1500, "what-if", None)


def test_unstated_and_undecided_nothing_counts():
    found = settled("beads.drug", site=undecided(), protocol="hepa-haic")
    assert (found.value, found.source, found.state) == (None, "", "undecided")


def test_what_the_source_says_once_is_stated():
    made = choices()
    found = made.settle("oxaliplatin.dose", made.protocol.components[0].dose)
    assert (found.state, found.source, found.others) == ("stated", "methods", ())


# ------------------------------------------------------------------------------------------------------- what it stops


@pytest.mark.parametrize(("name", "path"), QUESTIONS)
def test_an_undecided_question_of_the_day_stops_release(name, path):
    made = an_order(name, site=undecided(path))
    (finding,) = findings(made, "undecided")
    expected = "info" if path in LATER else "warning" if path == "interval" else "blocks-release"
    assert (finding["where"], finding["severity"], made["released"]) == (path, expected, expected != "blocks-release")


def test_from_the_second_cycle_on_the_interval_must_be_decided():
    later = {"given": [{"cycle": "1", "on": "2026-10-19"}]}
    made = an_order("hepa-haic", cycle=2, patient=later, site=undecided("interval"))
    assert severities(made, "undecided") == {"blocks-release"}


def test_with_everything_decided_nothing_is_asked():
    assert rules(an_order("hepa-haic")) & {"undecided", "what-if"} == set()


def test_an_undecided_question_says_what_the_source_says_in_both_places():
    (finding,) = findings(an_order(site=undecided("fluorouracil.dose")), "undecided")
    assert (finding["message"], finding["source"]) == (
        "fluorouracil.dose: the source says 2.4 g/m² in methods but 1.5 g/m² in discussion; the site must decide",
        "D25",
    )


def test_an_unstated_question_says_what_there_is_to_choose_from():
    (finding,) = findings(an_order(site=undecided("leucovorin.form")), "undecided")
    assert "racemic leucovorin or levoleucovorin" in finding["message"]


def test_a_component_with_a_name_like_a_later_question_stops_release_all_the_same():
    # An open dose of 'premedication-dexamethasone' is no open question about premedication.
    named = a_protocol(
        "haic-folfox",
        {
            "components.1.id": "premedication-leucovorin",
            "components.1.dose.disputed": {"is": "400 mg/m^2", "from": "discussion"},
        },
    )
    found = {one["where"]: one["severity"] for one in findings(an_order(named), "undecided")}
    assert found["premedication-leucovorin.dose"] == "blocks-release"


# ------------------------------------------------------------------------------------------------------------- what-ifs


@pytest.mark.parametrize(
    ("name", "path", "choice"),
    [
        ("haic-folfox", "fluorouracil.dose", "methods"),
        ("haic-folfox", "fluorouracil.dose", "discussion"),
        ("haic-folfox", "leucovorin.form", "racemic leucovorin"),
        ("haic-folfox", "stop", "methods-repeat"),
        ("hepa-haic", "interval", "discussion"),
        ("hepa-haic", "beads.dose", "75 mg"),
    ],
)
def test_a_what_if_never_releases(name, path, choice):
    made = an_order(name, what_if={path: choice})
    assert (severities(made, "what-if"), made["released"]) == ({"blocks-release"}, False)


def test_a_what_if_is_computed():
    # 1500 mg/m² × 1.65831 m² = 2487.47 mg
    made = an_order(what_if={"fluorouracil.dose": "discussion"})
    assert (round(mg(line(made, "fluorouracil")["calculated"]), 2), line(made, "fluorouracil")["state"]) == (
        2487.47,
        "what-if",
    )


def test_a_what_if_goes_before_the_site_s_decision():
    made = an_order(site=decided("fluorouracil.dose", "discussion"), what_if={"fluorouracil.dose": "methods"})
    assert round(mg(line(made, "fluorouracil")["calculated"]), 2) == 3979.95


@pytest.mark.parametrize(
    "path", ["oxaliplatin.dose", "fluorouracil", "", "dose", "leucovorin.dose", "Fluorouracil.dose"]
)
def test_only_an_open_question_can_be_tried_out(path):
    with pytest.raises(Mistake, match=r"--decide: needs an open question of haic-folfox"):
        choices({path: "methods"})


def test_a_choice_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(Mistake, match=r"decision on fluorouracil\.dose: needs one of the sources methods, discussion"):
        an_order(what_if={"fluorouracil.dose": "abstract"})


# ---------------------------------------------------------------------------------------------------- what the order tells


def test_every_question_stands_on_the_order_with_its_answer():
    told = {one["of"]: (one["state"], one["value"]) for one in an_order()["decisions"]}
    assert told["fluorouracil.dose"] == ("decided", "2.4 g/m²")
    assert set(told) == set(library.find("haic-folfox").protocol.questions())


def test_a_decision_stands_there_with_name_role_day_and_reason():
    (told,) = (one for one in an_order()["decisions"] if one["of"] == "leucovorin.start")
    assert (told["by"], told["role"], told["on"], told["reason"]) == (
        "B. Example",
        "head of interventional oncology",
        "2026-11-02",
        "24 h in all and a vein of its own",
    )


def test_what_nobody_decided_stands_there_without_a_name():
    (told,) = (one for one in an_order(by_reference=True)["decisions"] if one["of"] == "leucovorin.start")
    assert (told["state"], told["value"], told["by"]) == ("undecided", None, None)
