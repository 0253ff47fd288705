"""What changed from one order to the next: everything is computed anew, and told."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosewright.errors import Mistake
from dosewright.orders.changes import changes

from . import ward

FIRST = ward.an_order(cycle=1)
LATER = ward.DAY.replace(month=12, day=14)


def told(**now: Any) -> dict[str, tuple[str, str]]:
    """What is told of cycle 2 after cycle 1, with this or that changed since."""
    patient = {"given": [{"cycle": "1", "on": "2026-11-23"}]} | now.pop("patient", {})
    protocol = now.pop("protocol", "haic-folfox")
    second = ward.an_order(protocol, cycle=2, on=LATER, patient=patient, **now)
    return {one.what: (one.before, one.now) for one in changes(FIRST, second)}


def a_weight(kg: str) -> dict[str, Any]:
    return {"weights": [{"value": kg, "on": "2026-12-13", "basis": "actual"}]}


def test_an_order_has_not_changed_against_itself():
    assert changes(FIRST, copy.deepcopy(FIRST)) == []


def test_the_cycle_and_the_day_are_told():
    found = told()
    assert (found["cycle"], found["on"]) == (("1", "2"), ("2026-11-23", "2026-12-14"))


def test_another_weight_is_told():
    found = told(patient=a_weight("55 kg"))
    assert found["basis, weight"] == ("60 kg", "55 kg")


@pytest.mark.parametrize(
    ("drug", "mg"),
    [
        # Mosteller of 165 cm and 55 kg: √(165 × 55 ÷ 3600) = 1.58771 m²; × 85 = 134.96, × 200 = 317.54,
        # × 2400 = 3810.51, to 10 mg
        ("oxaliplatin", ("141 mg", "135 mg")),
        ("leucovorin", ("332 mg", "318 mg")),
        ("fluorouracil", ("3,980 mg", "3,810 mg")),
    ],
)
def test_every_dose_is_computed_anew_from_the_new_weight(drug, mg):
    assert told(patient=a_weight("55 kg"))[f"lines, {drug}, ordered"] == mg


def test_another_laboratory_value_is_told():
    laboratory = copy.deepcopy(ward.patient_data()["laboratory"])
    laboratory[0] |= {"value": "1.6", "on": "2026-12-13"}
    found = told(patient={"laboratory": laboratory})
    assert found["gates, neutrophils, value"] == ("3.4 10^9/L", "1.6 10^9/L")


def test_another_version_of_the_protocol_is_told():
    found = told(protocol=ward.a_protocol("haic-folfox", {"version": "2"}))
    assert found["protocol, version"] == ("1", "2")


def test_another_protocol_is_told():
    assert told(protocol="hepa-haic")["protocol, arm"] == ("HAIC", "Hepa-HAIC")


def test_another_decision_of_the_site_is_told():
    found = told(site=ward.decided("fluorouracil.dose", "discussion"))
    assert found["lines, fluorouracil, dose per"] == ("2.4 g/m²", "1.5 g/m²")


def test_what_is_gone_is_told_as_gone():
    without = copy.deepcopy(FIRST)
    without["lines"] = without["lines"][:-1]
    gone = {one.what: one.now for one in changes(FIRST, without)}
    assert gone["lines, fluorouracil, ordered"] == ""


def test_two_of_one_name_are_both_told():
    before, now = (copy.deepcopy(FIRST) for _ in range(2))
    before["gates"] = [{"analyte": "albumin", "value": value} for value in ("38", "37")]
    now["gates"] = [{"analyte": "albumin", "value": value} for value in ("30", "37")]
    assert [(one.before, one.now) for one in changes(before, now)] == [("38", "30")]


def of_patient(**now: Any) -> dict[str, tuple[str, str]]:
    """What is told between two orders that differ in what is recorded of the patient."""
    second = copy.deepcopy(FIRST)
    second["patient"] |= now
    return {one.what: (one.before, one.now) for one in changes(FIRST, second)}


def test_what_was_recorded_since_is_told_entry_by_entry():
    toxicities = [
        {"term": "platelets", "grade": "3", "ctcae": "v5.0", "on": "2026-11-09", "after_cycle": 1, "ended": ""},
        {"term": "diarrhea", "grade": "2", "ctcae": "v5.0", "on": "2026-11-10", "after_cycle": 1, "ended": "unknown"},
    ]
    assert of_patient(toxicities=toxicities) == {
        "patient, toxicities": ("none", "listed"),
        "patient, toxicities, platelets 2026-11-09": ("", "grade 3, ctcae v5.0, after cycle 1"),
        "patient, toxicities, diarrhea 2026-11-10": ("", "grade 2, ctcae v5.0, after cycle 1, ended unknown"),
    }


def test_a_value_put_before_the_others_is_the_only_one_told():
    rows = FIRST["patient"]["laboratory"]
    new = rows[0] | {"on": "2026-11-23"}
    assert list(of_patient(laboratory=[new, *rows])) == [f"patient, laboratory, {new['analyte']} 2026-11-23"]


def test_a_medicine_more_is_told_among_the_others():
    assert of_patient(medicines=["warfarin", "entecavir"]) == {
        "patient, medicines": ("entecavir", "warfarin; entecavir")
    }


def test_a_proposal_is_told_by_its_rule_and_its_line():
    before, now = (copy.deepcopy(FIRST) for _ in range(2))
    old = {"rule": "platelets", "key": "oxaliplatin", "unknown": "", "answer": "open"}
    before["proposals"] = [old]
    now["proposals"] = [old | {"rule": "bilirubin"}, old | {"answer": "changed"}]
    told = {one.what: (one.before, one.now) for one in changes(before, now)}
    assert told == {
        "proposals, oxaliplatin platelets, answer": ("open", "changed"),
        "proposals, oxaliplatin bilirubin, rule": ("", "bilirubin"),
        "proposals, oxaliplatin bilirubin, key": ("", "oxaliplatin"),
        "proposals, oxaliplatin bilirubin, answer": ("", "open"),
    }


def test_another_patient_is_refused():
    other = ward.an_order(patient={"identifiers.0.value": "MRN-000001"})
    with pytest.raises(Mistake, match="the same patient"):
        changes(FIRST, other)


def test_the_refusal_does_not_name_the_other_patient():
    other = ward.an_order(patient={"identifiers.0.value": "MRN-000001"})
    with pytest.raises(Mistake) as refused:
        changes(other, FIRST)
    assert "MRN" not in str(refused.value)


@st.composite
def a_change(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """One line of an order with another dose, whichever line and dose."""
    order = copy.deepcopy(FIRST)
    line = draw(st.sampled_from(order["lines"]))
    key = draw(st.sampled_from(["ordered", "calculated", "dose_per"]))
    line[key]["value"] = draw(st.integers(1, 9999).filter(lambda n: n != line[key]["value"]))
    return order, f"lines, {line['key']}, {key.replace('_', ' ')}"


@given(a_change())
@settings(max_examples=60)
def test_any_other_dose_is_told(changed):
    now, what = changed
    assert [one.what for one in changes(FIRST, now)] == [what]


def test_a_change_is_data_for_programs():
    found = next(one for one in changes(FIRST, ward.an_order(cycle=2)) if one.what == "cycle")
    assert found.data() == {"what": "cycle", "before": "1", "now": "2"}


def test_a_weight_older_than_the_site_s_limit_blocks_the_copy():
    # Cycle 2 on 21 December with the weight of 20 November: 31 days, above the site's 28.
    patient = {"given": [{"cycle": "1", "on": "2026-11-23"}]}
    second = ward.an_order(cycle=2, on=LATER.replace(day=21), patient=patient)
    assert ward.severities(second, "weight-too-old") == {"blocks-release"}


def test_a_weight_changed_by_the_threshold_blocks_the_copy():
    # 61 kg at the reference, 54.9 kg now: − 10 %.
    patient = a_weight("54.9 kg") | {"given": [{"cycle": "1", "on": "2026-11-23"}]}
    second = ward.an_order(cycle=2, on=LATER, patient=patient)
    assert ward.severities(second, "weight-changed") == {"blocks-release"}
