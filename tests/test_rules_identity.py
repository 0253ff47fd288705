"""Rules at their limits: whose order it is, and what an order must hold."""

from __future__ import annotations

import pytest

from dosewright.orders.check import check
from dosewright.orders.rules import RULES
from dosewright.orders.rules.view import Record

from .rulings import NOTHING, ON, Case, asked, changed, checked, fired, name, passed, sound

# fmt: off
HASH = asked("haic-folfox").protocol_hash  # type: ignore[union-attr]
IDENTITY = [
    Case("unreadable", {"unreadable": "weight: needs a unit"}, NOTHING, "refuse · unreadable · weight: needs a unit · values as the fields are written · by definition"),
    Case("identifiers-equal", {"second_identifier": "MRN-1"}, {"second_identifier": "MRN-2"}, "blocks-release · identifier · MRN-1 · two different identifiers · asco-ons"),
    Case("unborn", {"birth_date": ON + 1}, {"birth_date": ON}, "refuse · birth_date · born 2026-11-24 · before 2026-11-23 · by definition"),
    Case("order-repeated", {"repeats": "row 17"}, NOTHING, "refuse · id · the same as row 17 · each order once · by definition"),
    Case("order-repeated", {"repeats": "order 4711, cycle 2"}, NOTHING, "refuse · id · the same as order 4711, cycle 2 · each order once · by definition"),
    Case("page-not-compared", {"unchanged": "not compared"}, {"unchanged": "yes"}, "warning · id · the page was not compared · a page as it is made from its data · by definition"),
    Case("not-released", {"released": "no"}, {"released": "yes"}, "blocks-release · id · not released · released when it was made · by definition"),
    Case("altered", {"unchanged": "no"}, {"unchanged": "yes"}, "blocks-release · id · changed · unchanged · by definition"),
    Case("protocol-unknown", {"protocol": "folfox"}, {"protocol": "haic-folfox"}, "refuse · protocol · folfox · a protocol of the library, or a file · by definition"),
    Case("protocol-unknown", {"protocol": None}, {"protocol": "haic-folfox"}, "refuse · protocol · nothing · a protocol of the library, or a file · by definition"),
    Case("protocol-other", {"protocol": "hepa-haic"}, {"protocol": "haic-folfox"}, "refuse · protocol · hepa-haic · haic-folfox · protocol", against="haic-folfox"),
    Case("protocol-version", {"version": "2"}, {"version": "1"}, "blocks-release · version · version 2 · version 1 · protocol"),
    Case("protocol-content", {"protocol_hash": "0123abcd"}, {"protocol_hash": HASH}, f"blocks-release · protocol · 0123abcd · {HASH} · protocol"),
    Case("written-later", {"written": ON + 1}, {"written": ON}, "blocks-release · written · written 2026-11-24 · by 2026-11-23 · by definition"),
    Case("expired", {"valid_until": ON - 1}, {"valid_until": ON}, "refuse · valid_until · valid until 2026-11-22 · at least until 2026-11-23 · by definition"),
    Case("valid-too-long", {"valid_until": ON + 4}, {"valid_until": ON + 3}, "warning · valid_until · 4 days · at most 3 days · site policy"),
    Case("day-of-cycle", {"day": 2.0}, {"day": 1.0}, "refuse · day · day 2 · day 1 · protocol"),
    Case("day-of-cycle", {"day": 2.0}, {"day": 3.0}, "refuse · day · day 2 · day 1 or 3 · protocol", protocol={"components.0.days": ["1", "3"]}),
]
COMPLETENESS = [
    Case("missing-name", {"patient": None}, NOTHING, "blocks-release · patient · nothing · element 1 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-identifier", {"identifier": None}, NOTHING, "blocks-release · identifier · nothing · element 2 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-identifier", {"second_identifier": None}, NOTHING, "blocks-release · identifier · nothing · element 2 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-date-written", {"written": None}, NOTHING, "blocks-release · written · nothing · element 3 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-protocol", {"version": None}, NOTHING, "blocks-release · version · nothing · element 4 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-cycle", {"cycle": None}, NOTHING, "blocks-release · cycle · nothing · element 5 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-cycle", {"day": None}, NOTHING, "blocks-release · cycle · nothing · element 5 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-drug-name", {"oxaliplatin.drug": None}, NOTHING, "blocks-release · oxaliplatin.drug · nothing · element 6 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-dose", {"oxaliplatin.dose": None}, NOTHING, "blocks-release · oxaliplatin.dose · nothing · element 7 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-calculation", {"height": None}, NOTHING, "blocks-release · height · nothing · element 8 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-calculation", {"weight": None}, NOTHING, "blocks-release · height · nothing · element 8 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-calculation", {"formula": None}, NOTHING, "blocks-release · height · nothing · element 8 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-date", {"on": None}, NOTHING, "blocks-release · on · nothing · element 9 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-route", {"oxaliplatin.route": None}, NOTHING, "blocks-release · oxaliplatin.route · nothing · element 10 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-allergies", {"allergies": None}, NOTHING, "blocks-release · allergies · nothing · element 11 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-care", {"care": None}, NOTHING, "blocks-release · care · nothing · element 12 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-hold", {"hold": None}, NOTHING, "blocks-release · hold · nothing · element 13 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-sequence", {"oxaliplatin.start": None}, NOTHING, "blocks-release · oxaliplatin.start · nothing · element 14 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-rate", {"oxaliplatin.over": None}, NOTHING, "blocks-release · oxaliplatin.over · nothing · element 15 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-rate", {"oxaliplatin.rate": None}, NOTHING, "blocks-release · oxaliplatin.over · nothing · element 15 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
    Case("missing-validity", {"valid_until": None}, NOTHING, "blocks-release · valid_until · nothing · element 16 of the 16 of ASCO/ONS (general knowledge) · asco-ons"),
]
MORE = [
    Case("weight-undated", {"weight_on": None}, NOTHING, "blocks-release · weight_on · unknown · known · by definition"),
    Case("weight-basis-unknown", {"weight_basis": None}, {"weight_basis": "ideal"}, "blocks-release · weight_basis · unknown · known · by definition"),
    Case("reference-unknown", {"reference_weight": None}, NOTHING, "warning · reference_weight · unknown · known · by definition"),
    Case("ascites-unknown", {"ascites": None}, {"ascites": "massive"}, "warning · ascites · unknown · known · by definition"),
    Case("consent-unknown", {"consent": None}, {"consent": "no"}, "blocks-release · consent · unknown · known · by definition"),
    Case("last-cycle-unknown", {"last_cycle": None}, {"last_cycle": 0.0}, "blocks-release · last_cycle · unknown · known · by definition"),
    Case("laboratory-unitless", {"lab.albumin.unit": None}, {"lab.albumin.unit": "g/dL"}, "blocks-release · lab.albumin.unit · unknown · known · by definition"),
    Case("bead-contact-unknown", {"beads.contact": None}, {"beads.contact": 0.1}, "blocks-release · beads.contact · unknown · known · by definition", arm="hepa-haic"),
    Case("bead-contact-unknown", {"beads.contact": None}, {"beads.*": None}, "blocks-release · beads.contact · unknown · known · by definition", arm="hepa-haic"),
    Case("bead-volume-unknown", {"beads.final_volume": None}, {"beads.final_volume": 2.0}, "blocks-release · beads.final_volume · unknown · known · by definition", arm="hepa-haic"),
    Case("diluent-unknown", {"oxaliplatin.diluent": None}, {"oxaliplatin.diluent": "water"}, "blocks-release · oxaliplatin.diluent · unknown · glucose 5% · label-oxaliplatin"),
    Case("diluent-unknown", {"leucovorin.diluent": None}, {"leucovorin.*": None}, "blocks-release · leucovorin.diluent · unknown · glucose 5% or sodium chloride 0.9% · label-leucovorin"),
    Case("volume-unknown", {"oxaliplatin.volume": None}, NOTHING, "blocks-release · oxaliplatin.volume · unknown · 0.2 to 0.7 mg/mL · label-oxaliplatin", always={"oxaliplatin.concentration": None}),
    Case("volume-unknown", {"oxaliplatin.concentration": None}, {"oxaliplatin.concentration": 0.5}, "blocks-release · oxaliplatin.volume · unknown · 0.2 to 0.7 mg/mL · label-oxaliplatin", always={"oxaliplatin.volume": None}),
    Case("form-unknown", {"leucovorin.form": None}, {"leucovorin.form": "levoleucovorin"}, "blocks-release · leucovorin.form · unknown · racemic leucovorin · site"),
]
CASES = [*IDENTITY, *COMPLETENESS, *MORE]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_outside_its_limit_a_rule_fires_and_says_what_was_measured_and_what_is_allowed(case):
    assert fired(case) == [case.told]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_inside_its_limit_a_rule_is_checked_and_silent(case):
    assert passed(case)


def test_what_is_missing_is_told_with_what_to_do():
    assert (RULES["missing-allergies"].advice, RULES["consent-unknown"].advice) == (
        "Complete the order, or write 'none' or 'not applicable' where that is so: a blank says nothing.",
        "Find out, and write it down: what is left out is told by no other rule.",
    )


def test_what_is_missing_is_told_with_its_hazards():
    assert (RULES["missing-drug-name"].hazards, RULES["consent-unknown"].hazards) == (("H20", "H41"), ("H46",))


def test_of_a_protocol_without_beads_nothing_is_asked_about_their_loading():
    found = checked(changed(sound(), {"beads.offered": 50.0}), asked("haic-folfox"))
    told = {one.rule for one in (*found.findings, *found.not_checked)}
    assert "beads-unexpected" in told
    assert not {"bead-contact-unknown", "bead-volume-unknown"} & told


def test_a_laboratory_value_that_is_not_there_lacks_no_unit():
    found = checked(changed(sound(), {"lab.albumin.value": None, "lab.albumin.unit": None}), asked("haic-folfox"))
    assert "laboratory-unitless" not in {one.rule for one in found.findings}


def test_of_an_element_of_two_fields_the_one_that_a_table_has_no_column_for_is_not_missing_in_every_order():
    order = changed(sound(), {"second_identifier": None})
    against = asked("haic-folfox")
    told = [
        {one.rule for one in check(Record(order, carried=frozenset(order) | carried), against).findings}
        for carried in ({"second_identifier"}, set())
    ]
    assert ["missing-identifier" in one for one in told] == [True, False]


def test_whether_a_laboratory_value_that_is_not_there_has_a_unit_was_not_checked():
    found = checked(changed(sound(), {"lab.albumin.value": None}), asked("haic-folfox"))
    assert ("laboratory-unitless", "lab.albumin.unit") in {(one.rule, one.where) for one in found.not_checked}
