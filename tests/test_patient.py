"""The patient as a ward knows one: measured and dated, and unknown is an answer."""

from __future__ import annotations

import json

import pytest

from dosewright.errors import Mistake
from dosewright.orders.patient import TEMPLATE, Patient, load_patient

from .ward import EXAMPLES, a_patient, patient_data

MAY_BE_LEFT_OUT = {"encephalopathy", "given", "toxicities", "changes", "declined"}
ASKED = [name for name in patient_data("unknown") if patient_data("unknown")[name] == "unknown"]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("patient-*.yaml")), ids=lambda path: path.name)
def test_a_patient_that_is_shipped_is_in_order(path):
    assert load_patient(path.read_bytes(), path.name)[0].identifiers != ()


def test_the_template_is_in_order_once_it_names_somebody():
    filled = TEMPLATE.read_text("utf-8").replace("NAME ", "A. Person ")
    filled = filled.replace("value: NUMBER", "value: MRN-1", 1).replace("value: NUMBER", "value: A-2")
    assert load_patient(filled.encode("utf-8"), "patient.yaml")[0].name == "A. Person"


def test_a_name_or_number_that_is_only_the_template_s_is_nobody_s():
    with pytest.raises(Mistake) as refused:
        load_patient(TEMPLATE.read_bytes(), "patient.yaml")
    assert str(refused.value).count("needs what a person has written, no placeholder") == 3


@pytest.mark.parametrize("key", ASKED)
def test_unknown_is_an_answer_to_every_question(key):
    assert getattr(a_patient({key: "unknown"}), key) == "unknown"


@pytest.mark.parametrize("key", [name for name in patient_data() if name not in MAY_BE_LEFT_OUT])
def test_silence_is_no_answer(key):
    with pytest.raises(Mistake, match=f"'{key}', which is missing"):
        a_patient({key: None})


@pytest.mark.parametrize("key", ASKED)
def test_a_blank_is_no_answer(key):
    with pytest.raises(Mistake):
        a_patient({key: ""})


@pytest.mark.parametrize(
    ("text", "cm"), [("165 cm", 165), ("1.65 m", 165), ("5 ft 8 in", 172.72), ("65 in", 165.1), ("165.5 cm", 165.5)]
)
def test_a_height_is_read_in_the_units_of_the_ward(text, cm):
    assert a_patient({"height.value": text}).height.value.m_as("cm") == pytest.approx(cm, rel=1e-15)


@pytest.mark.parametrize(("text", "kg"), [("60 kg", 60), ("60.5 kg", 60.5), ("154 lb", 69.85322498), ("60000 g", 60)])
def test_a_weight_is_read_in_the_units_of_the_ward(text, kg):
    assert a_patient({"weights.0.value": text}).weights[0].value.m_as("kg") == pytest.approx(kg, rel=1e-15)


@pytest.mark.parametrize(
    "name",
    ["Zhang Wei (张伟)", "Zoë Å 张三 Ñ", "𠮷野", "O'Neil-Smith", "<b>Zhang</b>", "{{7*7}}", "=cmd|' /C calc'!A0"],
)
def test_a_name_is_kept_as_it_is_written(name):
    # T03 and T06 to T09 of the bad inputs; that it is shown as text and never run is the documents' to prove.
    assert a_patient({"name": name}).name == name


def test_a_name_of_120_characters_is_the_longest():
    assert len(a_patient({"name": "A" * 120}).name) == 120
    with pytest.raises(Mistake, match="at most 120 characters"):
        a_patient({"name": "A" * 121})


def test_who_is_weighed_on_the_day_of_birth_was_not_weighed_before_it():
    newborn = {"birth_date": "2026-11-20", "given": []}
    assert a_patient(newborn).birth_date == a_patient(newborn).weights[0].on


@pytest.mark.parametrize("value", ["MRN-004217", "A/2026/1182", "0042", "a1"])
def test_an_identifier_is_of_plain_letters_and_digits(value):
    assert a_patient({"identifiers.0.value": value}).identifiers[0].value == value


@pytest.mark.parametrize("value", ["MRN 001", "MRN001 ", "MRN_1", "", "-", "MRN.1", "1.23457E+14", "Ｍ1", "MRN\u00ad1"])
def test_an_identifier_of_anything_else_is_refused(value):
    with pytest.raises(Mistake):
        a_patient({"identifiers.0.value": value})


def test_one_number_under_two_kinds_is_one_identifier():
    same = {"identifiers.1.value": patient_data()["identifiers"][0]["value"].lower()}
    with pytest.raises(Mistake, match="needs different identifiers"):
        a_patient(same)


def test_weights_of_one_day_may_be_of_two_kinds():
    two = [
        {"value": "60 kg", "on": "2026-11-20", "basis": "actual"},
        {"value": "56 kg", "on": "2026-11-20", "basis": "dry"},
    ]
    assert len(a_patient({"weights": two}).weights) == 2


def test_a_weight_that_was_entered_twice_alike_is_one_weight():
    same = {"value": "60 kg", "on": "2026-11-20", "basis": "actual"}
    assert len(a_patient({"weights": [same, same]}).weights) == 2


@pytest.mark.parametrize(
    "given",
    [
        [{"cycle": "2", "on": "2026-10-26"}, {"cycle": "1", "on": "2026-11-01"}],
        [{"cycle": "1", "on": "2026-10-26"}, {"cycle": "1", "on": "2026-11-01"}],
        [{"cycle": "1", "on": "2026-10-26"}, {"cycle": "2", "on": "2026-10-26"}],
        [{"cycle": "1", "on": "2026-10-26"}, {"cycle": "2", "on": "2026-09-26"}],
    ],
)
def test_cycles_that_do_not_follow_each_other_are_refused(given):
    with pytest.raises(Mistake, match="each given cycle once and in order"):
        a_patient({"given": given})


@pytest.mark.parametrize(
    ("cycles", "told"),
    [
        (
            ["2"],
            ["a cycle that stands under 'given', for example '1, or 0 before the first'; got '1' (named 4 times more)"],
        ),
        (["1", "1"], ["each given cycle once and in order, with its day"]),
    ],
)
def test_one_wrong_cycle_is_one_message_and_not_one_for_each_toxicity(cycles, told):
    given = [{"cycle": cycle, "on": f"2026-09-0{day}"} for day, cycle in enumerate(cycles, 1)]
    usual = {"term": "nausea", "grade": "2", "ctcae": "v5.0", "after_cycle": "1", "ended": "present"}
    toxicities = [{**usual, "on": f"2026-10-0{day}"} for day in range(1, 6)]
    with pytest.raises(Mistake) as refused:
        a_patient({"given": given, "toxicities": toxicities})
    assert [one.partition("needs ")[2] for one in str(refused.value).split("\n")] == told


def test_the_schema_for_editors_is_json():
    assert "weights" in json.loads(json.dumps(Patient.model_json_schema(by_alias=True)))["properties"]


OF_PLATELETS = {
    "term": "platelets",
    "grade": "3",
    "ctcae": "v5.0",
    "on": "2026-10-01",
    "after_cycle": "0",
    "ended": "present",
}


def test_a_toxicity_goes_by_the_name_that_ctcae_gives_it():
    assert a_patient({"toxicities": [OF_PLATELETS]}).toxicities[0].named.name == "Platelet count decreased"


def test_toxicities_that_are_left_out_are_unknown():
    assert a_patient({"toxicities": None}).toxicities == "unknown"


@pytest.mark.parametrize("grade", ["0", "1", "4", "unknown"])
def test_a_toxicity_has_the_grades_of_its_term(grade):
    assert a_patient({"toxicities": [OF_PLATELETS | {"grade": grade}]}).toxicities[0].grade == grade


def test_post_embolisation_syndrome_is_recorded_by_its_parts():
    with pytest.raises(Mistake, match="its parts: fever, abdominal pain"):
        a_patient({"toxicities": [OF_PLATELETS | {"term": "post-embolisation syndrome"}]})
