"""Fit today: each criterion at each answer, the gravest of them, and that nothing unknown is ever taken for well."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dosewright.calculators import laboratory, toxicity
from dosewright.checks import Yardstick
from dosewright.errors import CannotCompute, Mistake, Refusal
from dosewright.orders import fit_today, organs, toxicity_today, written
from dosewright.orders.check import check
from dosewright.orders.criterion import VERDICTS, Criterion, Day, Measured, gravest
from dosewright.orders.decisions import Choices
from dosewright.orders.finding import STOPPING, Finding
from dosewright.orders.fitness import latest, same_analyte
from dosewright.protocol import library
from dosewright.protocol.drugs import Contraindication, Drug, drugs, sources

from .fitness_today import (
    FIRST,
    KNOWN,
    SECOND,
    TERMS,
    a_known_patient,
    answer,
    answers,
    criterion,
    fit,
    keeping,
    lab,
    labs,
    note,
    nothing_but,
    toxic,
)
from .ward import DAY, a_patient, a_protocol, a_site, an_order, changed, decided, undecided

GOLDEN = yaml.safe_load((Path(__file__).with_name("golden") / "fit.yaml").read_text("utf-8"))


def days(number: int) -> dt.date:
    """So many days before the day of treatment."""
    return DAY - dt.timedelta(days=number)


# ------------------------------------------------------------------------------------------------------- worked by hand


def worked(given_) -> dict:
    """The fit of a golden case."""
    cycle = given_.get("cycle", 2)
    on = given_.get("day", DAY)
    before, now = given_.get("before", {}), given_.get("values", {})
    taken = given_.get("taken", days(2))
    rows = [*(labs(FIRST - dt.timedelta(days=1), **before) if cycle > 1 else ()), *labs(taken, **now)]
    found = [toxic(term, grade, ended=str(ended)) for term, grade, ended in given_.get("toxicities", ())]
    more = {"toxicities": nothing_but(*found)} if found else {}
    if "taken" in given_:
        more["weights.0.on"] = more["height.on"] = taken.isoformat()
    return fit({"laboratory": rows, **more, **given_.get("changes", {})}, cycle=cycle, on=on)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["case"])
def test_a_fit_is_what_was_worked_by_hand(case):
    told = worked(case["given"])
    assert (told["answer"], keeping(told)) == (case["gives"]["answer"], case["gives"]["keeping"])


@pytest.mark.parametrize("case", [one for one in GOLDEN if "child_pugh" in one["gives"]], ids=lambda case: case["case"])
def test_child_pugh_is_what_was_worked_by_hand(case):
    told, due = worked(case["given"])["child_pugh"], case["gives"]["child_pugh"]
    assert (told["class"], told["points"]) == (due["class"], due["points"])


@pytest.mark.parametrize("case", [one for one in GOLDEN if "clearance" in one["gives"]], ids=lambda case: case["case"])
def test_the_clearance_is_what_was_worked_by_hand(case):
    told = worked(case["given"])["clearance"]["clearance"]
    assert (round(told["value"], 1), told["unit"]) == (case["gives"]["clearance"], "mL/min")


# ------------------------------------------------------------------------------------------------------- the whole answer


def one(verdict: str, *, counts: bool = True) -> Criterion:
    return Criterion("course", "x", "x", verdict, Measured("x"), "x", "x", "x", "", counts)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_gravest_is_the_answer_to_the_whole(verdict):
    milder = VERDICTS[VERDICTS.index(verdict) :]
    assert gravest([one(other) for other in reversed(milder)]) == verdict


def test_what_only_asks_does_not_count():
    assert gravest([one("refuse", counts=False), one("proceed")]) == "proceed"


def test_of_nothing_nothing_is_known():
    assert gravest([]) == "unknown"


def test_the_answer_is_told_with_its_counts():
    told = fit({"laboratory": labs(platelets="40", neutrophils=None)})
    # platelets below the gate and of grade 3; neutrophils for the gate and for the label of fluorouracil
    assert told["says"].startswith("hold: 2 hold, 2 unknown, ")
    for_information = [one for one in told["criteria"] if one["answer"] == "proceed" and not one["counts"]]
    assert sum(told["counts"].values()) == len(told["criteria"]) - len(for_information)


def test_a_proceed_without_a_count_of_what_asks_says_so():
    assert fit()["says"] == f"proceed: {fit()['counts']['proceed']} proceed; 2 ask"


@pytest.mark.parametrize("cycle", [1, 2])
@pytest.mark.parametrize("protocol", ["haic-folfox", "hepa-haic"])
def test_no_two_criteria_have_the_same_name(protocol, cycle):
    ids = [one["id"] for one in fit(protocol=protocol, cycle=cycle)["criteria"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("of", ["usual", "small", "large", "unknown"])
def test_every_criterion_says_what_was_measured_what_is_allowed_and_by_whom(of):
    told = an_order(of=of)["fit"]["criteria"]
    empty = [
        one["id"] for one in told if not all((one["measured"]["value"], one["allowed"], one["source"], one["reason"]))
    ]
    assert empty == []


@pytest.mark.parametrize("of", ["usual", "small", "large", "unknown"])
def test_whatever_does_not_proceed_says_what_to_do_next(of):
    told = an_order(of=of)["fit"]["criteria"]
    assert [one["id"] for one in told if one["answer"] != "proceed" and not one["next"]] == []


def test_what_has_a_day_has_an_age():
    told = [one["measured"] for one in fit(cycle=2)["criteria"] if one["measured"]["on"] is not None]
    ages = {one["age"]["value"] for one in told if one["on"] == days(2).isoformat()}
    assert (ages, len(told) > 8) == ({2}, True)


# ------------------------------------------------------------------------------------------------------------------ laws

FACTS = (
    "ecog", "child_pugh_class", "advanced_disease", "diagnosis_confirmed", "measurable_lesion", "other_antitumour_therapy",
    "massive_ascites_with_portal_hypertension", "first_imaging", "lost_to_follow_up", "consent", "ascites", "encephalopathy",
    "genotype", "prior_exposure", "toxicities", "allergies", "medicines", "reference_weight", "height", "laboratory", "sex",
)  # fmt: skip
# Each makes an answer that is not proceed.
HARMS = (
    {"ecog": "3"},
    {"child_pugh_class": "C", "laboratory": [*labs(FIRST - dt.timedelta(days=1)), *labs(INR=None)]},
    {"consent": "no"},
    {"first_imaging": "no"},
    {"genotype": {"DPYD": "activity score 1"}},
    {"allergies": ["cisplatin"]},
    {"medicines": ["brivudine"]},
    {"toxicities": nothing_but(toxic("Diarrhea", "3"))},
    {"toxicities": nothing_but(toxic("Fatigue", "3"))},
    {"reference_weight": {"value": "75 kg", "on": "2026-10-19", "basis": "actual"}},
    {"weights": [{"value": "60 kg", "on": "2026-10-01", "basis": "actual"}]},
    {
        "ascites": "massive",
        "encephalopathy": "3",
        "laboratory": [*labs(FIRST - dt.timedelta(days=1)), *labs(albumin="31", INR="2.5")],
    },
    {"laboratory": [*labs(FIRST - dt.timedelta(days=1)), *labs(platelets="40")]},
    {"laboratory": [*labs(FIRST - dt.timedelta(days=1)), *labs(creatinine="220")]},
    {"laboratory": [*labs(FIRST - dt.timedelta(days=1)), *labs(ALT="240")]},
    {"laboratory": [*labs(FIRST - dt.timedelta(days=1)), *labs(neutrophils="0.4")]},
)


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: "-".join(harm))
def test_one_missing_fact_never_turns_a_hold_into_a_proceed(harm, fact):
    assert fit({**harm}, cycle=2)["answer"] != "proceed"
    assert fit({**harm, fact: "unknown"}, cycle=2)["answer"] != "proceed"


@pytest.mark.parametrize("analyte", ["neutrophils", "platelets", "bilirubin", "albumin", "ALT", "creatinine", "INR"])
@pytest.mark.parametrize("harm", [one for one in HARMS if "laboratory" in one], ids=range(6))
def test_one_missing_value_of_today_never_turns_a_hold_into_a_proceed(harm, analyte):
    today = [one for one in harm["laboratory"] if not (one["analyte"] == analyte and one["on"] == days(2).isoformat())]
    assert fit({**harm, "laboratory": today}, cycle=2)["answer"] != "proceed"


@pytest.mark.parametrize("key", FACTS)
def test_whatever_is_unknown_counts_of_a_patient_who_is_well(key):
    told = fit({key: "unknown"}, cycle=2)
    mild = {"child_pugh_class", "sex", "encephalopathy", "ascites"}  # of which the rest tells enough
    assert told["answer"] in ({"proceed", "unknown"} if key in mild else {"unknown"})


@given(st.permutations(range(14)))
def test_the_order_of_the_laboratory_does_not_matter(order):
    rows = SECOND["laboratory"]
    assert fit({"laboratory": [rows[place] for place in order]}, cycle=2) == fit(cycle=2)


@given(st.permutations(range(5)))
def test_the_order_of_the_toxicities_does_not_matter(order):
    rows = nothing_but(toxic("Diarrhea", "3"), toxic("Diarrhea", "1", on=days(1)))
    assert fit({"toxicities": [rows[place] for place in order]}, cycle=2) == fit({"toxicities": rows}, cycle=2)


@given(st.floats(0.05, 12).map(lambda value: f"{value:.2f}"), st.floats(0.05, 12).map(lambda value: f"{value:.2f}"))
def test_more_neutrophils_are_never_graver(one_value, other):
    few, many = sorted((one_value, other), key=float)
    place = [VERDICTS.index(fit({"laboratory": labs(neutrophils=value)})["answer"]) for value in (few, many)]
    assert place[0] <= place[1]


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: "-".join(harm))
def test_whatever_holds_or_refuses_stops_the_order_too(harm):
    patient = a_patient(changed(a_known_patient(cycle=2), harm))
    made = an_order(patient=patient, cycle=2)
    assert (made["fit"]["answer"] in {"hold", "refuse"}, made["released"]) == (True, False)


@pytest.mark.parametrize("of", ["usual", "small", "large", "unknown"])
def test_what_stops_the_order_for_the_patients_sake_is_no_proceed(of):
    made = an_order(of=of)
    spoken_of = {
        "laboratory",
        "genotype",
        "genotype-unknown",
        "allergy",
        "too-early",
        "consent",
        "not-eligible",
        "weight-changed",
    }
    stopped = {one["rule"] for one in made["findings"] if one["severity"] in STOPPING} & spoken_of
    assert not stopped or made["fit"]["answer"] != "proceed"


def test_the_order_shows_the_same_answers():
    patient = a_patient(a_known_patient({"laboratory": labs(platelets="60")}))
    assert an_order(patient=patient)["fit"] == note({"laboratory": labs(platelets="60")})["fit"]


def test_the_same_arguments_give_the_same_fit():
    assert note() == note()


# ----------------------------------------------------------------------------------------------------------- eligibility


@pytest.mark.parametrize(("value", "due"), [("2", "proceed"), ("3", "refuse"), ("unknown", "unknown")])
def test_a_criterion_that_is_a_number_is_answered(value, due):
    assert answer("eligibility.ecog", {"ecog": value}) == due


@pytest.mark.parametrize(("value", "due"), [("yes", "proceed"), ("no", "hold"), ("unknown", "unknown")])
def test_consent_is_answered(value, due):
    assert answer("eligibility.consent", {"consent": value}) == due


@pytest.mark.parametrize(("born", "due"), [("2008-11-23", "proceed"), ("2008-11-24", "refuse")])
def test_the_age_is_answered(born, due):
    assert answer("eligibility.age", {"birth_date": born, "sex": "female"}) == due


# -------------------------------------------------------------------------------------------------------------- the liver

LOW = {"laboratory": labs(bilirubin="52", albumin="27", INR="2.4")}  # 3 + 3 + 3 + 1 + 1 = 11, C


def test_an_unknown_class_is_computed_and_counts():
    told = criterion("eligibility.child-pugh", {"child_pugh_class": "unknown"})
    assert (told["answer"], told["measured"]["value"], "5 points" in told["reason"]) == ("proceed", "A", True)


def test_the_points_and_the_printing_are_shown():
    told = criterion("liver-and-kidneys.child-pugh")
    assert (
        "A, 5 points (bilirubin 1; albumin 1; clotting 1; ascites 1; encephalopathy 1), printing usual"
        in told["reason"]
    )


def test_a_contradiction_is_told_and_the_graver_class_counts():
    told = fit({**LOW, "child_pugh_class": "A"})
    assert (told["child_pugh"]["differs"], told["child_pugh"]["class"]) == (True, "C")
    assert answers(told)["eligibility.child-pugh"] == "refuse"


def test_a_contradiction_within_what_the_protocol_takes_is_told_and_stops_nothing():
    told = criterion("liver-and-kidneys.child-pugh", {"child_pugh_class": "B"})
    assert (told["answer"], "the file states B" in told["reason"], bool(told["next"])) == ("proceed", True, True)


def test_a_stated_class_that_is_graver_than_the_values_counts():
    told = fit({"child_pugh_class": "C"})
    assert (told["child_pugh"]["class"], answers(told)["eligibility.child-pugh"]) == ("C", "refuse")


def test_a_contradiction_is_a_finding_of_the_order():
    patient = a_patient(a_known_patient({"child_pugh_class": "B"}))
    (found,) = (one for one in an_order(patient=patient)["findings"] if one["rule"] == "child-pugh-differs")
    assert (found["severity"], found["measured"].startswith("stated B, computed A")) == ("warning", True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"child_pugh_class": "B"}, ["stated B; A, by the values"]),
        ({**LOW, "child_pugh_class": "A"}, ["stated A; C, by the values"]),
        ({"laboratory": labs(INR=None), "child_pugh_class": "C"}, ["stated C; B, by the values"]),  # A or B
        ({"laboratory": labs(INR=None), "child_pugh_class": "B"}, []),
        ({"child_pugh_class": "A"}, []),
        ({"child_pugh_class": "unknown"}, []),
    ],
)
def test_a_contradiction_is_told_by_the_check_too(changes, told):
    made = an_order(patient=a_patient(a_known_patient(changes)))
    due = Yardstick(*a_site(), a_protocol()).due(None)
    found = [one for one in check(written.of_order(made, "order"), due).findings if one.rule == "child-pugh-differs"]
    assert [f"{one.measured}; {one.allowed}" for one in found] == told


def test_what_is_missing_leaves_the_classes_open_that_it_can_make():
    told = fit({"laboratory": labs(INR=None)})["child_pugh"]
    assert (told["at_least"], told["at_most"], told["computed"], told["points"]) == ("A", "B", "unknown", None)


def test_every_class_that_is_left_open_must_be_taken_by_the_protocol():
    # without INR and encephalopathy 2 + 2 + 1 + 2 points are known: 6 at least, 11 at most
    changes = {
        "ascites": "mild",
        "encephalopathy": "unknown",
        "laboratory": labs(bilirubin="36", albumin="33", INR=None),
    }
    told = criterion("liver-and-kidneys.child-pugh", changes)
    assert (told["answer"], told["measured"]["value"]) == ("unknown", "B to C")


def test_a_class_is_known_where_all_that_is_missing_gives_the_same():
    # 3 + 3 + 3 + 3 = 12 points without encephalopathy: C, whatever it is
    changes = {**LOW, "ascites": "massive", "encephalopathy": "unknown", "child_pugh_class": "unknown"}
    told = fit(changes)["child_pugh"]
    assert (told["computed"], told["points"]) == ("C", None)


def test_prothrombin_time_serves_where_there_is_no_inr():
    rows = [*labs(INR=None), {**lab("INR", "5", days(2)), "analyte": "prothrombin time above control", "unit": "s"}]
    told = fit({"laboratory": rows})["child_pugh"]
    assert (told["clotting_by"], told["items"]["clotting"], told["points"]) == ("prothrombin time", 2, 6)


def test_the_site_names_the_printing():
    # albumin of 29 g/L: 2 points by the usual printing, 3 where two points end at 30
    rows = {"laboratory": labs(albumin="29")}
    usual, other = (fit(rows, site={"child_pugh": name})["child_pugh"] for name in ("usual", "albumin-30"))
    assert (usual["items"]["albumin"], other["items"]["albumin"], other["printing"]) == (2, 3, "albumin-30")


def test_a_value_in_the_gap_of_a_printing_gives_no_points():
    told = fit({"laboratory": labs(INR="1.75")}, site={"child_pugh": "inr-1.8"})["child_pugh"]
    assert (told["computed"], told["at_most"], "gives no points" in told["missing"][0]) == ("unknown", "C", True)


def test_a_value_too_old_for_the_site_is_not_computed_with():
    told = fit({"laboratory": [*labs(INR=None), lab("INR", "1.1", days(4))]})["child_pugh"]
    assert told["missing"] == ["INR (4 days old, and the site takes it for 3 d)"]


def test_albi_is_for_information():
    told = criterion("liver-and-kidneys.albi", {"laboratory": labs(bilirubin=None)})
    assert (told["answer"], told["counts"], told["shown"]) == ("unknown", False, "asks")


def test_albi_of_17_1_and_40_is_the_published_example():
    score = fit({"laboratory": labs(bilirubin="17.1", albumin="40")})["albi"]
    assert (round(score["score"]["value"], 6), score["grade"]) == (-2.586223, "2")


# ------------------------------------------------------------------------------------------------------------ laboratory


def gate(rows, name="laboratory.neutrophils"):
    return criterion(name, {"laboratory": rows})


@pytest.mark.parametrize(("value", "due"), [("1.5", "proceed"), ("1.49", "hold")])
def test_a_gate_proceeds_or_holds(value, due):
    assert gate(labs(neutrophils=value))["answer"] == due


def test_a_value_that_is_missing_is_unknown():
    assert gate(labs(neutrophils=None))["reason"] == "no value is known"


def test_a_value_of_a_later_day_does_not_count_and_is_told():
    told = gate([*labs(neutrophils=None), lab("neutrophils", "3.4", days(-1))])
    assert (told["answer"], told["reason"]) == ("unknown", f"no value is known; one of {days(-1)} lies after this day")


@pytest.mark.parametrize(("age", "due"), [(3, "proceed"), (4, "unknown")])
def test_an_old_value_is_unknown(age, due):
    told = gate([*labs(neutrophils=None), lab("neutrophils", "3.4", days(age))])
    assert (told["answer"], told["measured"]["age"]) == (due, {"value": age, "unit": "d"})


def test_a_value_in_another_unit_is_unknown_and_the_next_step_says_so():
    told = gate([*labs(neutrophils=None), lab("neutrophils", "3400", days(2), "/µL")])
    assert (told["answer"], "unit of the limit" in told["next"]) == ("unknown", True)


def test_a_value_that_no_patient_can_have_is_unknown_with_what_it_could_be():
    told = gate([*labs(neutrophils=None), lab("neutrophils", "3400", days(2), "10^9/L")])
    assert (told["answer"], "in /µL it could be: 3,400 /µL" in told["reason"]) == ("unknown", True)


def test_two_values_of_one_day_are_not_chosen_between():
    assert gate([*labs(), lab("neutrophils", "1.1", days(2))])["answer"] == "unknown"


def test_an_analyte_counts_by_any_of_its_names():
    rows = [*labs(neutrophils=None), {**lab("neutrophils", "1.1", days(2)), "analyte": "ANC"}]
    assert gate(rows)["answer"] == "hold"


@pytest.mark.parametrize(
    ("first", "other", "same"),
    [("ANC", "neutrophils", True), ("Bilirubin (total)", "bilirubin", True), ("ALT", "AST", False), ("x", "X", True)],
)
def test_analytes_are_the_same_by_their_names(first, other, same):
    assert same_analyte(first, other) is same


def test_the_latest_value_is_of_the_newest_day_up_to_the_day():
    rows = [lab("ALT", "30", days(5)), lab("ALT", "50", days(2)), lab("ALT", "90", days(-1))]
    assert latest(a_patient({"laboratory": rows}), "ALT", DAY).value.value == "50"


def test_two_gates_of_one_analyte_have_two_names():
    gates = [
        {"analyte": "platelets", "unit": "10^9/L", end: value, "within": "3 d", "from": "site policy"}
        for end, value in (("at_least", "75"), ("at_most", "700"))
    ]
    told = answers(fit(site={"gates": gates}))
    assert (told["laboratory.platelets"], told["laboratory.platelets.2"]) == ("proceed", "proceed")


def test_a_site_without_gates_knows_nothing():
    told = fit(site={"gates": "undecided"})
    assert answers(told)["laboratory.gates"] == "unknown"


# -------------------------------------------------------------------------------------------------------------- toxicity


def now(term: str, *found, **more) -> tuple[str, str]:
    """The grade of a recorded term now, and its answer."""
    told = fit({"toxicities": nothing_but(*found)}, cycle=2, **more)
    (row,) = (row for row in told["grades"] if row["term"] == term)
    return row["now"]["said"], answers(told)[f"toxicity.{term.casefold().replace(' ', '-')}"]


@pytest.mark.parametrize(
    ("grade", "ended", "due"),
    [
        ("2", "present", ("2", "proceed")),
        ("3", "present", ("3", "hold")),
        ("3", days(3).isoformat(), ("0", "proceed")),
        ("3", "unknown", ("0 to 3", "unknown")),
        ("2", "unknown", ("0 to 2", "proceed")),
        ("unknown", "present", ("0 to 3", "unknown")),
        ("0", "present", ("0", "proceed")),
    ],
)
def test_a_recorded_toxicity_holds_from_the_grade_of_the_site_on(grade, ended, due):
    assert now("Fatigue", toxic("Fatigue", grade, ended=ended)) == due


def test_an_end_that_is_still_to_come_is_no_end():
    assert now("Fatigue", toxic("Fatigue", "3", ended=days(-2).isoformat())) == ("3", "hold")


def test_the_newest_record_speaks_of_today():
    older, newer = toxic("Fatigue", "3"), toxic("Fatigue", "1", on=days(1))
    assert now("Fatigue", older, newer) == ("1", "proceed")


def test_of_two_records_of_one_day_the_graver_speaks():
    assert now("Fatigue", toxic("Fatigue", "1"), toxic("Fatigue", "3")) == ("3", "hold")


def test_a_record_of_a_day_to_come_does_not_count():
    told = fit({"toxicities": nothing_but(toxic("Fatigue", "3", on=days(-1)))}, cycle=2)
    assert "toxicity.fatigue" not in answers(told)


def test_the_worst_grade_since_the_last_cycle_is_shown_beside_the_one_of_today():
    (row,) = (
        row
        for row in fit({"laboratory": [*SECOND["laboratory"], lab("platelets", "42", days(16))]}, cycle=2)["grades"]
        if row["term"] == "Platelet count decreased"
    )
    assert (row["now"]["said"], row["worst"]["said"], row["worst"]["value"]) == ("0", "3", "42 10^9/L")


def test_a_value_newer_than_a_record_speaks():
    # recorded at grade 3, and 142 10^9/L since
    told = fit({"toxicities": nothing_but(toxic("platelets", "3"))}, cycle=2)
    (row,) = (row for row in told["grades"] if row["term"] == "Platelet count decreased")
    assert (row["now"]["said"], row["worst"]["said"]) == ("0", "3")


def test_a_record_newer_than_a_value_speaks():
    told = fit({"toxicities": nothing_but(toxic("platelets", "3", on=days(1)))}, cycle=2)
    assert answers(told)["toxicity.platelet-count-decreased"] == "hold"


def test_an_analyte_that_was_measured_before_cycle_1_and_not_since_is_unknown():
    rows = [*labs(FIRST - dt.timedelta(days=1)), *labs(ALT=None)]
    told = criterion("toxicity.alanine-aminotransferase-increased", {"laboratory": rows}, cycle=2)
    assert (told["answer"], told["reason"]) == ("unknown", f"no value since the cycle of {FIRST}")


def test_an_old_value_may_be_graver_by_now():
    rows = [*labs(FIRST - dt.timedelta(days=1)), *labs(ALT=None), lab("ALT", "60", days(9))]
    told = criterion("toxicity.alanine-aminotransferase-increased", {"laboratory": rows}, cycle=2)
    assert (told["answer"], "9 days old" in told["reason"]) == ("unknown", True)


def test_an_old_value_that_holds_holds_until_there_is_a_newer_one():
    rows = [*labs(FIRST - dt.timedelta(days=1)), *labs(ALT=None), lab("ALT", "240", days(9))]
    assert answer("toxicity.alanine-aminotransferase-increased", {"laboratory": rows}, cycle=2) == "hold"


def test_the_baseline_may_be_in_another_unit():
    # 1.8 mg/dL are 30.8 µmol/L, above the limit of 23; 36 µmol/L is 1.17 × baseline, grade 1, where 1.57 × ULN were grade 2
    before = [*labs(FIRST - dt.timedelta(days=1), bilirubin=None)]
    before.append(
        {"analyte": "bilirubin", "value": "1.8", "unit": "mg/dL", "on": (FIRST - dt.timedelta(days=1)).isoformat()}
    )
    told = fit({"laboratory": [*before, *labs(bilirubin="36")]}, cycle=2)
    (row,) = (row for row in told["grades"] if row["term"] == "Blood bilirubin increased")
    assert (row["now"]["said"], row["baseline"].startswith("1.8 mg/dL")) == ("1", True)


def test_a_value_of_day_1_is_the_baseline_only_where_there_is_none_before():
    rows = [lab("ALT", "100", FIRST), *labs(FIRST - dt.timedelta(days=1)), *labs()]
    (row,) = (row for row in fit({"laboratory": rows}, cycle=2)["grades"] if row["term"].startswith("Alanine"))
    assert row["baseline"].startswith("31 U/L")


def test_before_the_first_cycle_what_is_measured_is_the_baseline():
    (row,) = (row for row in fit({"laboratory": labs(ALT="240")})["grades"] if row["term"].startswith("Alanine"))
    assert row["now"]["said"] == "0"


def test_a_range_that_is_missing_leaves_the_grade_open():
    rows = [{key: value for key, value in one.items() if key not in {"lower", "upper"}} for one in SECOND["laboratory"]]
    told = criterion("toxicity.alanine-aminotransferase-increased", {"laboratory": rows}, cycle=2)
    assert (told["answer"], "ULN" in told["reason"]) == ("unknown", True)


def test_what_ctcae_does_not_grade_is_left_alone():
    rows = [*labs(), {"analyte": "alpha-fetoprotein", "value": "400", "unit": "ng/mL", "on": days(2).isoformat()}]
    assert fit({"laboratory": rows})["answer"] == "proceed"


def test_a_site_that_has_not_decided_leaves_every_grade_open():
    told = fit({"toxicities": nothing_but(toxic("Fatigue", "1"))}, cycle=2, site={"toxicity_holds": "undecided"})
    assert answers(told)["toxicity.fatigue"] == "unknown"


def test_a_site_that_has_not_decided_lets_grade_0_proceed():
    assert fit(cycle=2, site={"toxicity_holds": "undecided"})["answer"] == "proceed"


def test_a_term_of_the_site_goes_before_any():
    holds = [
        {"term": "any", "grade": "3", "from": "site policy"},
        {"term": "platelets", "grade": "1", "from": "site policy"},
    ]
    rows = [*labs(FIRST - dt.timedelta(days=1)), *labs(platelets="110")]
    told = fit({"laboratory": rows}, cycle=2, site={"toxicity_holds": holds})
    assert answers(told)["toxicity.platelet-count-decreased"] == "hold"


def test_a_term_that_the_site_names_must_be_known():
    holds = [
        {"term": "any", "grade": "3", "from": "site policy"},
        {"term": "Fatigue", "grade": "2", "from": "site policy"},
    ]
    told = fit({"toxicities": nothing_but()}, cycle=2, site={"toxicity_holds": holds})
    assert answers(told)["toxicity.fatigue"] == "unknown"


def test_none_is_an_answer_to_every_term_that_a_person_grades():
    holds = [
        {"term": "any", "grade": "3", "from": "site policy"},
        {"term": "Fatigue", "grade": "2", "from": "site policy"},
    ]
    assert fit(cycle=2, site={"toxicity_holds": holds})["answer"] == "proceed"


@pytest.mark.parametrize(
    ("told", "due"),
    [("none", "proceed"), ("unknown", "unknown"), ([toxic("Fatigue", "1", after="0", on=FIRST)], "unknown")],
)
def test_somebody_must_have_looked_since_the_last_cycle(told, due):
    assert answer("toxicity.recorded", {"toxicities": told}, cycle=2) == due


def test_what_holds_is_a_finding_of_the_order():
    patient = a_patient(a_known_patient({"toxicities": nothing_but(toxic("Fatigue", "3"))}, cycle=2))
    (found,) = (one for one in an_order(patient=patient, cycle=2)["findings"] if one["rule"] == "toxicity-holds")
    assert (found["severity"], found["measured"], found["allowed"]) == ("blocks-release", "grade 3", "below grade 3")


def test_a_grade_that_cannot_be_read_is_any_grade():
    rows = [*labs(FIRST - dt.timedelta(days=1)), *labs(ALT=None), lab("ALT", "4.2", days(2), "10^9/L")]
    told = criterion("toxicity.alanine-aminotransferase-increased", {"laboratory": rows}, cycle=2)
    assert (told["answer"], told["measured"]["value"]) == ("unknown", "grade 0 to 4")


def test_the_last_cycle_is_the_last_before_the_day():
    patient = a_patient(a_known_patient(cycle=2))
    assert [toxicity_today.last_cycle(patient, day) for day in (FIRST, DAY)] == [0, 1]


# ----------------------------------------------------------------------------------------------------- contraindications

NO_GATES = {"gates": "undecided"}


def said_of(drug_: str, id_: str) -> Contraindication:
    return next(one for one in drugs()[drug_].contraindications if one.id == id_)


@pytest.mark.parametrize(
    ("id_", "cycle", "rows", "due"),
    [
        ("neutrophils-first", 1, {"neutrophils": "1.9"}, "hold"),
        ("neutrophils-first", 1, {"neutrophils": "2"}, "proceed"),
        ("neutrophils-first", 1, {"neutrophils": None}, "unknown"),
        ("platelets-first", 1, {"platelets": "99"}, "hold"),
        ("platelets-first", 1, {"platelets": "100"}, "proceed"),
        ("neutrophils-later", 2, {"neutrophils": "1.49"}, "hold"),
        ("neutrophils-later", 2, {"neutrophils": "1.5"}, "proceed"),
        ("platelets-later", 2, {"platelets": "74"}, "hold"),
        ("platelets-later", 2, {"platelets": "75"}, "proceed"),
    ],
)
def test_a_limit_of_a_label_counts_where_the_site_has_none(id_, cycle, rows, due):
    before = labs(FIRST - dt.timedelta(days=1)) if cycle > 1 else []
    told = answer(
        f"contraindications.oxaliplatin.{id_}", {"laboratory": [*before, *labs(**rows)]}, cycle=cycle, site=NO_GATES
    )
    assert told == due


@pytest.mark.parametrize(("value", "due"), [("85", "proceed"), ("85.1", "hold"), (None, "unknown")])
def test_bilirubin_above_85_holds_fluorouracil_where_the_site_has_no_limit(value, due):
    told = answer("contraindications.fluorouracil.bilirubin", {"laboratory": labs(bilirubin=value)}, site=NO_GATES)
    assert told == due


def test_a_value_in_another_unit_of_its_analyte_is_converted_for_a_label():
    # 5.1 mg/dL are 87.2 µmol/L
    rows = [*labs(bilirubin=None), lab("bilirubin", "5.1", days(2), "mg/dL")]
    assert answer("contraindications.fluorouracil.bilirubin", {"laboratory": rows}, site=NO_GATES) == "hold"


def test_a_limit_of_a_label_that_the_site_is_stricter_than_is_not_told_again():
    assert "contraindications.fluorouracil.bilirubin" not in answers(fit())


def test_a_limit_of_a_label_that_is_stricter_than_the_sites_own_asks():
    told = criterion("contraindications.oxaliplatin.platelets-first", {"laboratory": labs(platelets="90")})
    assert (told["shown"], "the site's own limit of 75 10^9/L counts" in told["reason"]) == ("asks", True)


def test_a_limit_for_the_first_course_is_none_for_the_next():
    assert "contraindications.oxaliplatin.platelets-first" not in answers(fit(cycle=2, site=NO_GATES))


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({"laboratory": labs(creatinine=None)}, "unknown"),
        ({"sex": "unknown"}, "unknown"),
        ({"weights": []}, "unknown"),
        ({"laboratory": labs(creatinine="194.48")}, "hold"),
        ({}, "proceed"),
    ],
)
def test_the_kidneys_decide_on_oxaliplatin(changes, due):
    assert answer("contraindications.oxaliplatin.kidneys", changes) == due


@pytest.mark.parametrize("word", ["brivudine", "Sorivudine 40 mg"])
def test_brivudine_refuses_fluorouracil_even_where_the_site_has_no_list(word):
    told = answer("contraindications.fluorouracil.brivudine", {"medicines": [word]}, site={"interactions": "undecided"})
    assert told == "refuse"


def test_a_site_that_is_milder_about_a_medicine_than_a_label_does_not_silence_it():
    listed = [
        {"drug": "fluorouracil", "with": word, "severity": "warning", "from": "x"}
        for word in ("brivudine", "sorivudine")
    ]
    told = fit({"medicines": ["brivudine"]}, site={"interactions": listed})
    assert answers(told)["contraindications.fluorouracil.brivudine"] == "refuse"


def test_a_site_that_is_as_grave_about_a_medicine_is_not_repeated():
    assert "contraindications.fluorouracil.brivudine" not in answers(fit({"medicines": ["brivudine"]}))


def test_a_limit_of_the_site_in_a_unit_that_nobody_knows_silences_no_label():
    gates = [{"analyte": "platelets", "unit": "G/l", "at_least": "75", "within": "3 d", "from": "site policy"}]
    told = fit({"laboratory": labs(platelets="90")}, site={"gates": gates})
    assert (answers(told)["laboratory.platelets"], answers(told)["contraindications.oxaliplatin.platelets-first"]) == (
        "unknown",
        "asks",
    )


def test_what_was_recalled_asks_and_never_stops():
    told = criterion("contraindications.fluorouracil.phenytoin", {"medicines": ["phenytoin 100 mg"]})
    assert (told["answer"], told["counts"], "recalled" in told["reason"]) == ("unknown", False, True)
    assert fit({"medicines": ["phenytoin 100 mg"]})["answer"] == "proceed"


def test_nothing_that_was_recalled_counts_in_any_fit():
    recalled = {
        f"contraindications.{one.name}.{said.id}"
        for one in drugs().values()
        for said in one.contraindications
        if said.confidence != "SEEN"
    }
    told = [one for one in fit({"medicines": "unknown"})["criteria"] if one["id"] in recalled]
    assert ({one["counts"] for one in told}, len(told) > 1) == ({False}, True)


@pytest.mark.parametrize(
    ("id_", "term", "grade", "due"),
    [
        ("fluorouracil.diarrhoea", "Diarrhea", "3", "hold"),
        ("fluorouracil.diarrhoea", "Diarrhea", "2", "proceed"),
        ("fluorouracil.hand-foot", "Palmar-plantar erythrodysesthesia", "2", "hold"),
        ("fluorouracil.hand-foot", "Palmar-plantar erythrodysesthesia", "1", "proceed"),
        ("fluorouracil.mucositis", "Mucositis oral", "4", "hold"),
        ("oxaliplatin.neuropathy", "Peripheral sensory neuropathy", "3", "hold"),
        ("oxaliplatin.neuropathy", "Peripheral sensory neuropathy", "4", "refuse"),
        ("oxaliplatin.neuropathy", "Peripheral sensory neuropathy", "2", "proceed"),
        ("oxaliplatin.neuropathy", "Peripheral sensory neuropathy", "unknown", "unknown"),
    ],
)
def test_a_toxicity_that_a_label_names_holds_its_drug(id_, term, grade, due):
    assert answer(f"contraindications.{id_}", {"toxicities": nothing_but(toxic(term, grade))}, cycle=2) == due


def test_a_toxicity_must_have_gone_back_as_far_as_the_label_says():
    # grade 3, and grade 2 since: below 3, and not yet back to 1
    found = nothing_but(toxic("Diarrhea", "3"), toxic("Diarrhea", "2", on=days(1)))
    assert answer("contraindications.fluorouracil.diarrhoea", {"toxicities": found}, cycle=2) == "hold"


def test_a_toxicity_that_has_gone_back_says_how_to_go_on():
    found = nothing_but(toxic("Diarrhea", "3"), toxic("Diarrhea", "1", on=days(1)))
    told = criterion("contraindications.fluorouracil.diarrhoea", {"toxicities": found}, cycle=2)
    assert (told["answer"], told["next"]) == ("proceed", "By the label: restart with a reduced dose.")


def test_neutropenia_of_grade_4_since_the_last_cycle_holds_until_it_is_back_at_grade_1():
    rows = [*SECOND["laboratory"], lab("neutrophils", "0.3", days(14))]
    low = [
        one | {"value": "1.2"} if one["analyte"] == "neutrophils" and one["on"] == days(2).isoformat() else one
        for one in rows
    ]
    name = "contraindications.fluorouracil.neutropenia"
    assert [answer(name, {"laboratory": of}, cycle=2) for of in (rows, low)] == ["proceed", "hold"]


def test_a_term_that_stands_in_no_list_is_unknown():
    found = [one for one in nothing_but() if one["term"] != "Diarrhea"]
    assert answer("contraindications.fluorouracil.diarrhoea", {"toxicities": found}, cycle=2) == "unknown"


def test_what_no_file_can_answer_is_asked():
    told = criterion("contraindications.fluorouracil.heart")
    assert (told["shown"], told["measured"]["value"]) == ("asks", "nothing")


BEADS = {"embolisation": {"offered": "50 mg", "vials": "1"}, "child_pugh_class": "C"}


def test_a_rule_of_another_route_asks_and_never_stops():
    told = criterion("contraindications.doxorubicin.child-pugh-c", BEADS, protocol="hepa-haic")
    assert (told["shown"], "given on beads" in told["reason"]) == ("asks", True)


def test_every_contraindication_cites_a_source_that_is_there():
    cited = {said.source for one in drugs().values() for said in one.contraindications}
    assert cited <= sources().keys()


def test_every_contraindication_names_what_is_known():
    for one in drugs().values():
        for said in one.contraindications:
            if said.toxicity is not None:
                assert int(said.toxicity.grade) in toxicity.named(said.toxicity.term).grades
            if said.laboratory is not None:
                laboratory.analyte(said.laboratory.analyte).known(said.laboratory.unit, said.laboratory.unit)


@pytest.mark.parametrize(
    ("drug_", "id_", "answer_", "confidence"),
    [
        # From the fact base, section D.
        ("oxaliplatin", "kidneys", "hold", "SEEN"),
        ("oxaliplatin", "platelets-first", "hold", "SEEN"),
        ("fluorouracil", "brivudine", "refuse", "SEEN"),
        ("fluorouracil", "bilirubin", "hold", "SEEN"),
        ("fluorouracil", "phenytoin", "hold", "RECALLED"),
        ("fluorouracil", "warfarin", "hold", "RECALLED"),
        ("doxorubicin", "child-pugh-c", "refuse", "SEEN"),
        ("irinotecan", "bilirubin", "hold", "SEEN"),
    ],
)
def test_a_contraindication_is_what_its_source_says(drug_, id_, answer_, confidence):
    said = said_of(drug_, id_)
    assert (said.answer, said.confidence) == (answer_, confidence)


def test_a_contraindication_has_one_condition_at_most():
    said = {"id": "x", "is": "x", "from": "x", "answer": "hold", "child_pugh": ["C"], "medicines": ["x"]}
    with pytest.raises(ValueError, match="one condition, or none where a person asks"):
        Drug.model_validate({"name": "x", "class": "x", "routes": ["oral"], "contraindications": [said]})


def test_what_speaks_against_a_drug_is_a_finding_of_the_order():
    patient = a_patient(a_known_patient({"laboratory": labs(creatinine="194.48")}))
    (found,) = (one for one in an_order(patient=patient)["findings"] if one["rule"] == "contraindicated")
    assert (found["severity"], found["measured"], found["where"]) == (
        "blocks-release",
        "29.5 mL/min",
        "contraindications.oxaliplatin.kidneys",
    )


# ------------------------------------------------------------------------------------ genotype, allergies and medicines


@pytest.mark.parametrize(
    ("policy", "found", "due"),
    [
        ("required", "activity score 2", "proceed"),
        ("required", "unknown", "unknown"),
        ("asked", "unknown", "unknown"),
        ("not asked", "unknown", "asks"),
        ("not asked", "activity score 2", "proceed"),
        ("not asked", "activity score 0.5", "refuse"),
        ("required", "normal", "unknown"),
    ],
)
def test_dpyd_is_answered_by_the_policy_of_the_site(policy, found, due):
    genotype = "unknown" if found == "unknown" else {"DPYD": found}
    assert answer("genotype.DPYD", {"genotype": genotype}, site={"genotype": policy}) == due


def test_what_is_said_of_dpyd_names_the_policy():
    assert criterion("genotype.DPYD")["reason"] == "the site says: required"


@pytest.mark.parametrize(
    ("allergies", "name", "due"),
    [
        ("none known", "allergies", "proceed"),
        ("unknown", "allergies.1", "unknown"),
        (["cisplatin"], "allergies.1", "refuse"),
        (["penicillin"], "allergies.1", "asks"),
    ],
)
def test_allergies_are_answered(allergies, name, due):
    assert answer(f"allergies-and-medicines.{name}", {"allergies": allergies}) == due


@pytest.mark.parametrize(
    ("medicines", "site", "name", "due"),
    [
        (["entecavir"], {}, "interactions", "proceed"),
        ("none", {}, "interactions", "proceed"),
        ("unknown", {}, "interactions.1", "unknown"),
        (["brivudine"], {}, "interactions.1", "refuse"),
        (["warfarin"], {}, "interactions.1", "proceed"),
        (["entecavir"], {"interactions": "undecided"}, "interactions", "unknown"),
        ("unknown", {"interactions": "undecided"}, "interactions", "unknown"),
        ("none", {"interactions": "undecided"}, "interactions", "proceed"),
    ],
)
def test_interactions_are_answered_by_the_sites_list(medicines, site, name, due):
    assert answer(f"allergies-and-medicines.{name}", {"medicines": medicines}, site=site) == due


def test_an_interaction_that_the_site_only_warns_of_says_what_to_do():
    told = criterion("allergies-and-medicines.interactions.1", {"medicines": ["warfarin"]})
    assert (told["answer"], bool(told["next"])) == ("proceed", True)


def test_an_interaction_that_holds_holds():
    listed = [{"drug": "fluorouracil", "with": "warfarin", "severity": "blocks-release", "from": "site policy"}]
    told = answer("allergies-and-medicines.interactions.1", {"medicines": ["warfarin"]}, site={"interactions": listed})
    assert told == "hold"


def test_pregnancy_is_said_not_to_be_looked_at():
    assert fit()["not_looked_at"] == ["pregnancy: no fact about it was read of any drug here"]


# ---------------------------------------------------------------------------------------------------------------- course


@pytest.mark.parametrize(
    ("since", "due"), [(20, "refuse"), (21, "proceed"), (28, "proceed"), (29, "proceed"), (60, "proceed")]
)
def test_the_interval_is_answered(since, due):
    given_ = [{"cycle": "1", "on": days(since).isoformat(), "share": "100 %"}]
    assert answer("course.interval", {"given": given_}, cycle=2) == due


def test_a_late_cycle_says_so_and_stops_nothing():
    given_ = [{"cycle": "1", "on": days(29).isoformat(), "share": "100 %"}]
    told = criterion("course.interval", {"given": given_}, cycle=2)
    assert (told["reason"].startswith("late"), bool(told["next"]), told["measured"]["value"]) == (True, True, "29")


@pytest.mark.parametrize(
    ("since", "due"), [(27, "refuse"), (28, "unknown"), (41, "unknown"), (42, "proceed"), (43, "proceed")]
)
def test_an_interval_that_nobody_has_decided_counts_by_every_figure(since, due):
    # 4 to 6 weeks in one place of the paper, 6 weeks in the other
    given_ = [{"cycle": "1", "on": days(since).isoformat(), "share": "100 %"}]
    site = undecided("interval")
    assert answer("course.interval", {"given": given_}, cycle=2, protocol="hepa-haic", site=site) == due


def test_an_interval_that_is_decided_counts_by_its_figure():
    given_ = [{"cycle": "1", "on": days(28).isoformat(), "share": "100 %"}]
    site = decided("interval", "discussion", "hepa-haic")
    assert answer("course.interval", {"given": given_}, cycle=2, protocol="hepa-haic", site=site) == "refuse"


@pytest.mark.parametrize(("cycle", "due"), [(1, "proceed"), (2, "hold")])
def test_the_number_of_the_cycle_must_follow(cycle, due):
    patient = a_patient(changed(a_known_patient(), {}))
    told = an_order(patient=patient, cycle=cycle)["fit"]
    assert next(one["answer"] for one in told["criteria"] if one["id"] == "course.cycle-number") == due


# ------------------------------------------------------------------------------------------------------------------ body


@pytest.mark.parametrize(("age", "due"), [(7, "proceed"), (8, "proceed"), (28, "proceed"), (29, "hold")])
def test_the_age_of_the_weight_is_answered(age, due):
    assert answer("body.weight", {"weights.0.on": days(age).isoformat(), "reference_weight.on": "2026-10-01"}) == due


def test_a_weight_that_needs_a_second_look_says_so():
    told = criterion("body.weight", {"weights.0.on": days(8).isoformat()})
    assert (told["answer"], bool(told["next"]), told["measured"]["age"]["value"]) == ("proceed", True, 8)


@pytest.mark.parametrize(
    ("value", "due"), [("67.09 kg", "proceed"), ("67.1 kg", "hold"), ("54.9 kg", "hold"), ("54.91 kg", "proceed")]
)
def test_the_change_of_weight_is_answered(value, due):
    assert answer("body.weight-change", {"weights.0.value": value}) == due


def test_a_change_that_cannot_be_seen_is_unknown():
    assert answer("body.weight-change", {"reference_weight": "unknown"}) == "unknown"


@pytest.mark.parametrize(
    ("changes", "surface", "height", "weight"),
    [
        ({"height": "unknown"}, "unknown", "unknown", "unknown"),
        ({"weights": []}, "unknown", "proceed", "unknown"),
        ({"height.on": days(-1).isoformat()}, "refuse", "refuse", "unknown"),
        ({"weights.0.on": days(-1).isoformat()}, "refuse", "proceed", "refuse"),
        ({"height.value": "60 cm"}, "refuse", "proceed", "unknown"),
    ],
)
def test_a_body_that_allows_no_dose_is_answered_all_the_same(changes, surface, height, weight):
    told = answers(fit(changes))
    assert (told["body.surface"], told["body.height"], told["body.weight"]) == (surface, height, weight)


def test_without_a_body_everything_else_is_answered_as_with_one():
    with_, without = answers(fit()), answers(fit({"height": "unknown"}))
    apart = ("body.", "cumulative-dose.")
    assert {key: value for key, value in with_.items() if not key.startswith(apart)} == {
        key: value for key, value in without.items() if not key.startswith(apart)
    }


def test_a_formula_that_needs_the_sex_is_unknown_without():
    told = fit({"sex": "unknown"}, site={"body.formula": "bsa_schlich"})
    assert answers(told)["body.surface"] == "unknown"


def test_ascites_asks_for_a_look_at_the_weight():
    told = criterion("body.ascites", {"ascites": "mild"})
    assert (told["shown"], "ascites is mild" in told["reason"]) == ("asks", True)


# ------------------------------------------------------------------------------------------------------- cumulative dose


def test_a_cumulative_dose_within_its_limit_proceeds_with_its_figures():
    told = criterion("cumulative-dose.doxorubicin", protocol="hepa-haic")
    assert (told["answer"], told["allowed"], told["measured"]["unit"]) == ("proceed", "at most 550 mg/m²", "mg/m²")


def test_a_cumulative_limit_that_is_passed_holds():
    before = [{"drug": "epirubicin", "total": "440 mg/m2", "until": "2026-01-31"}]
    told = fit({"prior_exposure": before}, protocol="hepa-haic")
    assert answers(told)["cumulative-dose.cumulative-limit"] == "hold"


def test_what_was_given_before_and_is_unknown_is_unknown():
    assert answer("cumulative-dose.prior-exposure-unknown", {"prior_exposure": "unknown"}) == "unknown"


@pytest.mark.parametrize(("drug_", "shown"), [("sorafenib", "asks"), ("pirarubicin", "unknown")])
def test_a_drug_given_before_that_nobody_knows_here_asks_or_is_unknown_where_it_may_count(drug_, shown):
    before = [{"drug": drug_, "total": "100 mg/m2", "until": "2026-01-31"}]
    assert answer("cumulative-dose.prior-exposure-unnamed", {"prior_exposure": before}) == shown


def test_a_drug_without_a_limit_says_so():
    assert criterion("cumulative-dose.exposure")["measured"]["value"] == "none"


# ------------------------------------------------------------------------------------------------------------ dose rules


def told_of(*found: Finding):
    """The fit of a day on which an order has remarked so, and nothing else is asked."""
    loaded, (site, _), patient = library.find("haic-folfox"), a_site(), a_patient(a_known_patient())
    day = Day(
        protocol=loaded.protocol,
        site=site,
        patient=patient,
        choices=Choices(loaded.protocol, site, {}),
        cycle=1,
        on=DAY,
        start=DAY,
        given={},
        eligibility=(),
        gates=(),
        child_pugh=organs.child_pugh(site, patient, DAY),
        findings=found,
        basis=None,
        no_body=CannotCompute("nothing is measured"),
    )
    return {one.id: one.answer for one in fit_today.fit(day).criteria if one.group == "dose rules"}


def test_what_a_rule_on_a_dose_holds_for_holds():
    found = Finding(
        "dose-rule-holds", "blocks-release", "a rule holds", "grade 3", "ended", "site policy", "oxaliplatin"
    )
    unknown = Finding("dose-rule-unknown", "blocks-release", "nobody knows", "unknown", "known", where="oxaliplatin")
    assert told_of(found, unknown) == {"dose-rules.1": "hold", "dose-rules.2": "unknown"}


def test_where_no_rule_speaks_nothing_is_told_of_any():
    assert told_of() == {}


# --------------------------------------------------------------------------------------------------------- the whole note


def test_the_reference_site_has_decided_nothing_and_proceeds_with_nobody():
    assert note(by_reference=True)["fit"]["answer"] == "unknown"


def test_the_note_has_a_hash_that_changes_with_what_it_says():
    assert note()["hash"] != note({"laboratory": labs(platelets="141")})["hash"]


def test_the_note_cites_what_its_answers_rest_on():
    keys = {one["key"] for one in note()["sources"]}
    assert {"methods-patients", "label-oxaliplatin", "label-fluorouracil"} <= keys


def test_a_day_before_birth_is_refused():
    with pytest.raises(Refusal, match="the birth date lies after the day of treatment"):
        note(on=dt.date(1960, 1, 1))


def test_a_cycle_0_is_refused():
    with pytest.raises(Mistake, match="a cycle counted from 1"):
        note(cycle=0)


def test_a_term_of_the_site_that_ctcae_does_not_have_is_refused():
    site, document = a_site()
    toxicity_today.check_holds(site, document)
    assert {"any"} == {one.term for one in site.toxicity_holds}


def test_the_known_patient_is_known():
    assert {*KNOWN} == {"encephalopathy", "toxicities", "laboratory"}
    assert len(TERMS) == 4


@pytest.mark.parametrize(
    ("recorded", "rules"),
    [
        (toxic("diarrhea", "4", ended="unknown"), {"toxicity-unknown"}),
        (toxic("diarrhea", "unknown"), {"toxicity-unknown"}),
        (toxic("diarrhea", "4"), {"toxicity-holds"}),
        (toxic("diarrhea", "1", ended="unknown"), set()),
    ],
)
def test_a_toxicity_of_which_nobody_knows_whether_it_holds_stops_release(recorded, rules):
    made = an_order(patient=a_patient(a_known_patient({"toxicities": nothing_but(recorded)}, cycle=2)), cycle=2)
    asked = {"toxicity-unknown", "toxicity-holds"}
    found = {one["rule"]: one["message"] for one in made["findings"] if one["rule"] in asked}
    assert (set(found), made["released"]) == (rules, not rules)
    assert all(message.startswith("Diarrhea: grade ") for message in found.values())


def test_before_the_first_cycle_the_newest_value_is_not_its_own_baseline():
    alt = {"analyte": "ALT", "unit": "U/L", "upper": "40"}
    rows = [{**alt, "value": "38", "on": days(8).isoformat()}, {**alt, "value": "2000", "on": days(1).isoformat()}]
    made = note({"laboratory": [*labs(ALT=None), *rows]})
    (found,) = (one for one in made["fit"]["grades"] if one["term"].startswith("Alanine"))
    assert (found["baseline"].split()[0], found["now"]["said"]) == ("38", "4")
