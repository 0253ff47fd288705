"""Eligibility and laboratory gates: yes, no or unknown, and unknown is never taken for yes."""

from __future__ import annotations

import datetime as dt

import pytest

from dosewright.orders import fitness
from dosewright.orders.finding import STOPPING
from dosewright.protocol import library

from .ward import DAY, a_patient, a_protocol, a_site, an_order, findings, rules, severities, site_data

PROTOCOL = library.find("haic-folfox").protocol


def answers(changes=None) -> dict[str, str]:
    """Each criterion with its verdict."""
    return {one.id: one.verdict for one in fitness.eligibility(PROTOCOL, a_patient(changes), DAY)}


# ----------------------------------------------------------------------------------------------------------- eligibility


def test_the_usual_patient_meets_every_criterion_of_the_paper():
    assert answers() == dict.fromkeys(
        "advanced diagnosis age child-pugh ecog measurable other-therapy ascites imaging follow-up".split(), "yes"
    )


MET_BY = [
    ("advanced", "advanced_disease", ["yes"], ["no"]),
    ("diagnosis", "diagnosis_confirmed", ["yes"], ["no"]),
    ("child-pugh", "child_pugh_class", ["A", "B"], ["C"]),
    ("ecog", "ecog", ["0", "1", "2"], ["3", "4"]),
    ("measurable", "measurable_lesion", ["yes"], ["no"]),
    ("other-therapy", "other_antitumour_therapy", ["no"], ["yes"]),
    ("ascites", "massive_ascites_with_portal_hypertension", ["no"], ["yes"]),
    ("imaging", "first_imaging", ["yes"], ["no"]),
    ("follow-up", "lost_to_follow_up", ["no"], ["yes"]),
]


@pytest.mark.parametrize(
    ("criterion", "question", "value"),
    [(criterion, question, value) for criterion, question, met, _ in MET_BY for value in met],
)
def test_a_criterion_is_met(criterion, question, value):
    assert answers({question: value})[criterion] == "yes"


@pytest.mark.parametrize(
    ("criterion", "question", "value"),
    [(criterion, question, value) for criterion, question, _, unmet in MET_BY for value in unmet],
)
def test_a_criterion_is_not_met(criterion, question, value):
    assert answers({question: value})[criterion] == "no"


@pytest.mark.parametrize(("criterion", "question"), [one[:2] for one in MET_BY])
def test_unknown_is_neither(criterion, question):
    assert answers({question: "unknown"})[criterion] == "unknown"


@pytest.mark.parametrize(("criterion", "question"), [one[:2] for one in MET_BY])
def test_unknown_stops_release(criterion, question):
    made = an_order(patient={"encephalopathy": "unknown", question: "unknown"})
    (finding,) = findings(made, "eligibility-unknown")
    assert (finding["where"], finding["severity"], made["released"]) == (criterion, "blocks-release", False)


@pytest.mark.parametrize(
    ("born", "verdict"),
    [
        # 18 to 85 years on 23 November 2026, both included.
        ("2008-11-24", "no"),
        ("2008-11-23", "yes"),
        ("1941-11-24", "yes"),
        ("1940-11-24", "yes"),
        ("1940-11-23", "no"),
        ("2012-01-01", "no"),
    ],
)
def test_an_age_of_18_to_85_years_is_met(born, verdict):
    assert answers({"birth_date": born})["age"] == verdict


@pytest.mark.parametrize(
    ("limits", "born", "verdict", "required"),
    [
        ({"at_least": "18"}, "2008-11-24", "no", "at least 18"),
        ({"at_least": "18"}, "1900-01-01", "yes", "at least 18"),
        ({"at_most": "85"}, "1900-01-01", "no", "at most 85"),
        ({"at_most": "85"}, "2026-11-20", "yes", "at most 85"),
        ({"at_least": "18", "at_most": "85"}, "1964-03-09", "yes", "18 to 85"),
    ],
)
def test_a_limit_may_have_one_end_or_two(limits, born, verdict, required):
    age = [{"id": "age", "text": "age", "measures": "age", "from": "methods-patients", **limits}]
    patient = a_patient({"birth_date": born, **measured_today()})
    (answer,) = fitness.eligibility(a_protocol("haic-folfox", {"eligibility": age}).protocol, patient, DAY)
    assert (answer.verdict, answer.reason.partition("required ")[2]) == (verdict, required)


def measured_today():
    """Height and weight of a person of any age."""
    return {"height.on": DAY.isoformat(), "weights.0.on": DAY.isoformat()}


def test_what_is_not_met_stops_release_and_says_why():
    (finding,) = findings(an_order(patient={"ecog": "3"}), "not-eligible")
    assert (finding["severity"], finding["measured"], finding["allowed"], finding["source"]) == (
        "blocks-release",
        "3",
        "at most 2",
        "methods-patients",
    )


def test_a_patient_of_whom_nothing_is_known_is_told_of_every_question():
    made = an_order(of="unknown", by_reference=True)
    unknown = {one["where"] for one in findings(made, "eligibility-unknown")}
    assert unknown == {criterion for criterion, *_ in MET_BY}


def test_every_answer_carries_its_reason_and_its_source():
    told = an_order(patient={"ecog": "unknown"})["eligibility"]
    assert [one for one in told if not (one["reason"] and one["source"] and one["criterion"])] == []


def test_a_met_criterion_is_no_finding():
    assert rules(an_order()) & {"not-eligible", "eligibility-unknown"} == set()


# ------------------------------------------------------------------------------------------------------ laboratory gates

LABS = a_patient().laboratory
GATES = ["neutrophils", "platelets", "bilirubin", "albumin"]


def with_labs(**values):
    """The usual laboratory values, some of them changed; None takes one out."""
    rows = []
    for one in LABS:
        new = values.get(one.analyte, {})
        if new is not None:
            rows.append({"analyte": one.analyte, "value": one.value, "unit": one.unit, "on": one.on.isoformat(), **new})
    return {"laboratory": rows}


def gate(changes, analyte: str = "neutrophils", site=None, on: dt.date = DAY):
    """One gate, answered."""
    policy, _ = a_site(site)
    return next(one for one in fitness.gates(policy, a_patient(changes), on) if one.analyte == analyte)


@pytest.mark.parametrize("analyte", GATES)
def test_each_missing_value_stops_release(analyte):
    # H46: remove each value in turn.
    made = an_order(patient=with_labs(**{analyte: None}))
    (finding,) = findings(made, "laboratory")
    assert (finding["where"], finding["measured"], finding["severity"]) == (analyte, "unknown", "blocks-release")


def test_without_any_value_every_gate_stops_release():
    made = an_order(patient={"laboratory": "unknown"})
    assert {one["where"] for one in findings(made, "laboratory")} == set(GATES)


def test_with_every_value_in_its_limit_no_gate_does():
    assert rules(an_order()) & {"laboratory", "gates-undecided"} == set()


@pytest.mark.parametrize(
    ("analyte", "value", "verdict"),
    [
        # neutrophils at least 1.5, platelets at least 75, bilirubin at most 30, albumin at least 30: the ends belong.
        ("neutrophils", "1.5", "proceed"),
        ("neutrophils", "1.49", "hold"),
        ("platelets", "75", "proceed"),
        ("platelets", "74.9", "hold"),
        ("bilirubin", "30", "proceed"),
        ("bilirubin", "30.1", "hold"),
        ("albumin", "30.0", "proceed"),
        ("albumin", "29.9", "hold"),
        ("neutrophils", "0", "hold"),
    ],
)
def test_a_value_proceeds_or_holds(analyte, value, verdict):
    assert gate(with_labs(**{analyte: {"value": value}}), analyte).verdict == verdict


def test_a_value_outside_its_limit_stops_release():
    (finding,) = findings(an_order(patient=with_labs(neutrophils={"value": "1.4"})), "laboratory")
    assert (finding["message"], finding["measured"], finding["allowed"], finding["severity"]) == (
        "neutrophils: hold, outside the limit",
        "1.4 10^9/L",
        "at least 1.5 10^9/L",
        "blocks-release",
    )


def test_a_value_that_is_not_known_is_told_as_not_known():
    (finding,) = findings(an_order(patient=with_labs(neutrophils=None)), "laboratory")
    assert finding["message"] == "neutrophils: not known, no value is known"


@pytest.mark.parametrize(
    ("analyte", "unit"), [("neutrophils", "/µL"), ("bilirubin", "mg/dL"), ("albumin", "g/dL"), ("platelets", "10^9/l")]
)
def test_a_value_in_another_unit_is_not_compared(analyte, unit):
    # 3.4 mg/dL of bilirubin is far above 30 µmol/L, and the bare number far below.
    assert gate(with_labs(**{analyte: {"unit": unit}}), analyte).verdict == "unknown"


@pytest.mark.parametrize(("days", "verdict"), [(0, "proceed"), (3, "proceed"), (4, "unknown"), (-1, "unknown")])
def test_a_value_counts_for_three_days_and_never_before_it_was_measured(days, verdict):
    on = (DAY - dt.timedelta(days=days)).isoformat()
    assert gate(with_labs(neutrophils={"on": on})).verdict == verdict


def measured(*values: tuple[str, str]):
    rows = [{"analyte": "neutrophils", "value": value, "unit": "10^9/L", "on": on} for value, on in values]
    return {"laboratory": rows}


@pytest.mark.parametrize("order", [1, -1])
def test_the_latest_value_counts_wherever_it_stands(order):
    values = [("3.4", "2026-11-20"), ("1.2", "2026-11-22"), ("2.8", "2026-11-21")][::order]
    assert gate(measured(*values)).verdict == "hold"


def test_two_values_of_one_day_are_not_chosen_between():
    assert gate(measured(("3.4", "2026-11-22"), ("1.2", "2026-11-22"))).verdict == "unknown"


def test_one_value_told_twice_is_one_value():
    assert gate(measured(("3.4", "2026-11-22"), ("3.4", "2026-11-22"))).verdict == "proceed"


def test_a_gate_may_have_both_ends():
    both = {
        "analyte": "neutrophils",
        "unit": "10^9/L",
        "at_least": "1.5",
        "at_most": "10",
        "within": "3 d",
        "from": "x",
    }
    verdicts = [
        gate(with_labs(neutrophils={"value": value}), site={"gates": [both]}).verdict for value in ("3.4", "11")
    ]
    assert verdicts == ["proceed", "hold"]


def test_a_site_without_gates_releases_nothing():
    made = an_order(site={"gates": "undecided"})
    assert (severities(made, "gates-undecided"), made["gates"], made["released"]) == ({"blocks-release"}, [], False)


@pytest.mark.parametrize("number", range(len(site_data()["gates"])))
def test_every_gate_of_the_site_stands_on_the_order(number):
    told = an_order()["gates"][number]
    assert (told["analyte"], told["verdict"], bool(told["limit"] and told["reason"])) == (
        site_data()["gates"][number]["analyte"],
        "proceed",
        True,
    )


def test_what_stops_release_is_said_in_one_place():
    assert {"blocks-release", "refuse"} == STOPPING


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("PLT", "platelets", True),
        ("血小板", "Platelets (PLT)", True),
        ("Bilirubin (total)", "TBil", True),
        ("bilirubin (direct)", "bilirubin", False),
        ("albumin (urine)", "albumin", False),
        ("neutrophils (%)", "neutrophils", False),
        ("fibrinogen", "Fibrinogen", True),
    ],
)
def test_an_addition_in_brackets_that_says_something_makes_another_analyte(one, other, same):
    assert fitness.same_analyte(one, other) is same


@pytest.mark.parametrize(
    ("name", "day", "verdict"),
    [
        ("platelets, blood", "2026-11-22", "unknown"),
        ("plt.", "2026-11-22", "unknown"),
        ("platlets", "2026-11-21", "unknown"),  # of the same day as the one that is known
        ("Platelet count decreased", "2026-11-22", "unknown"),
        ("platelets, blood", "2026-11-20", "proceed"),  # older than the one that counts
        ("mean platelet volume", "2026-11-22", "proceed"),
        ("alpha-fetoprotein", "2026-11-22", "proceed"),
        ("bilirubin (direct)", "2026-11-22", "proceed"),
    ],
)
def test_a_newer_value_under_a_name_that_nobody_knows_leaves_a_gate_open(name, day, verdict):
    known = a_patient().laboratory
    stray = {"analyte": name, "value": "20", "unit": "10^9/L", "on": day}
    rows = [{"analyte": one.analyte, "value": one.value, "unit": one.unit, "on": str(one.on)} for one in known]
    made = an_order(patient={"laboratory": [*rows, stray]})
    found = {one["analyte"]: one["verdict"] for one in made["gates"]}
    assert (found["platelets"], made["released"]) == (verdict, verdict == "proceed")
