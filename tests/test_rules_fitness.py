"""Rules at their limits: interval, beads, and whether the patient may be treated."""

from __future__ import annotations

import dataclasses

import pytest

from dosewright.orders.check import check
from dosewright.orders.rules import fitness
from dosewright.orders.rules.view import Record
from dosewright.protocol.drugs import drug

from .rulings import MINUTE, NOTHING, ON, Case, asked, changed, checked, fired, name, passed, sound

# fmt: off
LAST_ON_THE_TENTH_OF_OCTOBER = {"last_on": ON - 44}
INTERVAL = [
    Case("too-early", {"last_on": ON - 20}, {"last_on": ON - 21}, "refuse · on · 20 days after the last cycle · at least 21 days · methods"),
    Case("too-early", {"last_on": ON - 27}, {"last_on": ON - 28}, "refuse · on · 27 days after the last cycle · at least 28 days · methods", arm="hepa-haic"),
    Case("too-early", {"last_on": ON - 20}, {"last_on": ON - 20, "last_cycle": 0.0}, "refuse · on · 20 days after the last cycle · at least 21 days · methods"),
    Case("too-early", {"last_on": ON - 21, "day": 2.0}, {"last_on": ON - 22, "day": 2.0}, "refuse · on · 20 days after the last cycle · at least 21 days · methods"),
    Case("late", {"last_on": ON - 29}, {"last_on": ON - 28}, "warning · on · 29 days after the last cycle · at most 28 days · methods"),
    Case("late", {"last_on": ON - 43}, {"last_on": ON - 42}, "warning · on · 43 days after the last cycle · at most 42 days · methods", arm="hepa-haic"),
    Case("late", {"last_on": ON - 30}, {"last_on": ON - 30, "last_cycle": 0.0}, "warning · on · 30 days after the last cycle · at most 28 days · methods"),
    Case("cycle-number", {"cycle": 3.0}, {"cycle": 2.0}, "blocks-release · cycle · cycle 3 · cycle 2 · by definition"),
    Case("cycle-number", {"cycle": 1.0}, {"cycle": 2.0}, "blocks-release · cycle · cycle 1 · cycle 2 · by definition"),
    Case("cycle-number", {"last_cycle": 0.0}, {"last_cycle": 1.0}, "blocks-release · cycle · cycle 2 · cycle 1 · by definition"),
    Case("last-cycle-undated", {"last_cycle": 1.0}, {"last_cycle": 0.0}, "blocks-release · last_on · unknown · day 1 of the cycle before · protocol", always={"last_on": None}),
    Case("last-cycle-contradicts", {"last_cycle": 0.0}, {"last_cycle": 1.0}, "blocks-release · last_on · 2026-10-26 · no day where no cycle was given · by definition"),
    Case("last-cycle-undated", {"last_on": None}, NOTHING, "blocks-release · last_on · unknown · day 1 of the cycle before · protocol"),
    Case("closed-day", {"on": ON + 4}, {"on": ON + 3}, "warning · on · 2026-11-27 · a day on which the site treats · site calendar"),  # Friday and Thursday
    Case("closed-day", {"on": ON + 28}, {"on": ON + 30}, "warning · on · 2026-12-21 · a day on which the site treats · site calendar"),  # closed on 21 and 22 December
    Case("closed-day", {"on": ON - 1}, {"on": ON}, "warning · on · 2026-11-22 · a day on which the site treats · site calendar"),
]
HEPA = "hepa-haic"
ON_BEADS = {"beads.drug": "doxorubicin", "beads.offered": 50.0, "beads.vials": 1.0}
BEADS = [
    Case("beads-unexpected", ON_BEADS, NOTHING, "refuse · beads.drug · doxorubicin 50 mg on beads · no beads · protocol"),
    Case("beads-unexpected", {"beads.offered": 50.0}, NOTHING, "refuse · beads.drug · 50 mg on beads · no beads · protocol"),
    Case("beads-unexpected", {"beads.vials": 1.0}, {"beads.contact": 0.5}, "refuse · beads.drug · on beads · no beads · protocol"),
    Case("beads-missing", {"beads.*": None}, NOTHING, "blocks-release · beads.drug · no plan · drug, amount and vials · protocol", arm=HEPA),
    Case("beads-missing", {"beads.drug": None}, NOTHING, "blocks-release · beads.drug · no plan · drug, amount and vials · protocol", arm=HEPA),
    Case("beads-missing", {"beads.offered": None}, NOTHING, "blocks-release · beads.drug · no plan · drug, amount and vials · protocol", arm=HEPA),
    Case("beads-missing", {"beads.vials": None}, NOTHING, "blocks-release · beads.drug · no plan · drug, amount and vials · protocol", arm=HEPA),
    Case("beads-unfit", {"beads.drug": "fluorouracil"}, {"beads.drug": "epirubicin"}, "refuse · beads.drug · fluorouracil · a drug that these beads take · hepasphere-faq", arm=HEPA),
    Case("beads-drug", {"beads.drug": "epirubicin"}, {"beads.drug": "doxorubicin"}, "refuse · beads.drug · epirubicin · doxorubicin · site policy", arm=HEPA),
    Case("beads-drug", {"beads.drug": "epirubicin"}, {"beads.drug": "fluorouracil"}, "refuse · beads.drug · epirubicin · doxorubicin · site policy", arm=HEPA),
    Case("bead-capacity", {"beads.offered": 39.9}, {"beads.offered": 40.0}, "blocks-release · beads.offered · 39.9 mg/vial · 40 to 60 mg/vial · methods-deb-tace", arm=HEPA),
    Case("bead-capacity", {"beads.offered": 60.1}, {"beads.offered": 60.0}, "blocks-release · beads.offered · 60.1 mg/vial · 40 to 60 mg/vial · methods-deb-tace", arm=HEPA),
    Case("bead-capacity", {"beads.offered": 120.1}, {"beads.offered": 120.0}, "blocks-release · beads.offered · 60.1 mg/vial · 40 to 60 mg/vial · methods-deb-tace", arm=HEPA, always={"beads.vials": 2.0}),
    Case("bead-contact", {"beads.contact": 19 * MINUTE}, {"beads.contact": 20 * MINUTE}, "blocks-release · beads.contact · 19 min · at least 20 min · methods-deb-tace", arm=HEPA),
    Case("bead-contact", {"beads.contact": 19.26 * MINUTE}, {"beads.contact": 20 * MINUTE}, "blocks-release · beads.contact · 19.3 min · at least 20 min · methods-deb-tace", arm=HEPA),
    Case("bead-volume", {"beads.final_volume": 20.2}, {"beads.final_volume": 20.1}, "blocks-release · beads.final_volume · 20.2 mL · 20 mL · methods-deb-tace", arm=HEPA),  # 0.5 %: 0.1 mL
    Case("bead-volume", {"beads.final_volume": 19.8}, {"beads.final_volume": 19.9}, "blocks-release · beads.final_volume · 19.8 mL · 20 mL · methods-deb-tace", arm=HEPA),
    Case("bead-volume", {"beads.final_volume": 20.0}, {"beads.final_volume": 40.0}, "blocks-release · beads.final_volume · 20 mL · 40 mL · methods-deb-tace", arm=HEPA, always={"beads.vials": 2.0}),
    Case("bead-stages", {"beads.injected": 50.1}, {"beads.offered": None}, "refuse · beads.injected · 50.1 mg · at most 50 mg · by definition", arm=HEPA),
    Case("last-cycle-contradicts", {"last_cycle": 0.0}, {"last_cycle": None, "last_on": None}, "blocks-release · last_on · 2026-10-26 · no day where no cycle was given · by definition"),
    Case("bead-stages", {"beads.injected": 50.1}, {"beads.injected": 50.0}, "refuse · beads.injected · 50.1 mg · at most 50 mg · by definition", arm=HEPA),
]
BORN_2008, BORN_1940 = ON - 6574, ON - 31411  # on the day of treatment, 18 and 86 years old
ELIGIBILITY = [
    Case("consent", {"consent": "no"}, {"consent": "yes"}, "blocks-release · consent · no · yes · by definition"),
    Case("not-eligible", {"birth_date": BORN_2008 + 1}, {"birth_date": BORN_2008}, "blocks-release · age · 17 years · 18 to 85 · methods-patients · age 18 to 85 years"),
    Case("not-eligible", {"birth_date": BORN_1940}, {"birth_date": BORN_1940 + 1}, "blocks-release · age · 86 years · 18 to 85 · methods-patients · age 18 to 85 years"),
    Case("not-eligible", {"child_pugh_class": "C"}, {"child_pugh_class": "B"}, "blocks-release · child-pugh · C · A or B · methods-patients · Child-Pugh class A or B"),
    Case("not-eligible", {"ecog": 3.0}, {"ecog": 2.0}, "blocks-release · ecog · 3 · at most 2 · methods-patients · ECOG performance status at most 2"),
    Case("not-eligible", {"advanced_disease": "no"}, {"advanced_disease": "yes"}, "blocks-release · advanced · no · yes · methods-patients · advanced hepatocellular carcinoma"),
    Case("not-eligible", {"diagnosis_confirmed": "no"}, {"diagnosis_confirmed": "yes"}, "blocks-release · diagnosis · no · yes · methods-patients · diagnosis by pathology or the criteria of the AASLD"),
    Case("not-eligible", {"measurable_lesion": "no"}, {"measurable_lesion": "yes"}, "blocks-release · measurable · no · yes · methods-patients · at least one measurable intrahepatic lesion (mRECIST)"),
    Case("not-eligible", {"other_antitumour_therapy": "yes"}, {"other_antitumour_therapy": "no"}, "blocks-release · other-therapy · yes · no · methods-patients · no other antitumour therapy"),
    Case("not-eligible", {"massive_ascites_with_portal_hypertension": "yes"}, NOTHING, "blocks-release · ascites · yes · no · methods-patients · no portal hypertension with massive ascites"),
    Case("not-eligible", {"first_imaging": "no"}, {"first_imaging": "yes"}, "blocks-release · imaging · no · yes · methods-patients · first imaging is there"),
    Case("not-eligible", {"lost_to_follow_up": "yes"}, {"lost_to_follow_up": "no"}, "blocks-release · follow-up · yes · no · methods-patients · not lost to follow-up"),
    Case("child-pugh-differs", {"child_pugh_computed": "B"}, {"child_pugh_computed": "A"}, "warning · child_pugh_class · stated A · B, by the values · by definition", always={"child_pugh_stated": "A"}),
    Case("child-pugh-graver", {"child_pugh_computed": "C"}, {"child_pugh_computed": "B"}, "blocks-release · child_pugh_class · B · no graver one, stated or computed · by definition", always={"child_pugh_class": "B"}),
    Case("child-pugh-graver", {"child_pugh_stated": "B"}, {"child_pugh_stated": "A"}, "blocks-release · child_pugh_class · A · no graver one, stated or computed · by definition", always={"child_pugh_class": "A"}),
    Case("eligibility-unknown", {"ecog": None}, {"ecog": 3.0}, "blocks-release · ecog · unknown · at most 2 · methods-patients · ECOG performance status at most 2"),
    Case("eligibility-unknown", {"birth_date": None}, NOTHING, "blocks-release · age · unknown · 18 to 85 · methods-patients · age 18 to 85 years"),
    Case("eligibility-unknown", {"child_pugh_class": None}, {"child_pugh_class": "C"}, "blocks-release · child-pugh · unknown · A or B · methods-patients · Child-Pugh class A or B"),
]


def lab(analyte: str, **values: object) -> dict[str, object]:
    return {f"lab.{analyte}.{name}": value for name, value in values.items()}


LABORATORY = [
    Case("laboratory", lab("neutrophils", value=1.4999), lab("neutrophils", value=1.5), "blocks-release · lab.neutrophils.value · 1.4999 10^9/L · at least 1.5 10^9/L · site policy"),
    Case("laboratory", lab("platelets", value=74.9), lab("platelets", value=75.0), "blocks-release · lab.platelets.value · 74.9 10^9/L · at least 75 10^9/L · site policy"),
    Case("laboratory", lab("bilirubin", value=30.1), lab("bilirubin", value=30.0), "blocks-release · lab.bilirubin.value · 30.1 µmol/L · at most 30 µmol/L · site policy"),
    Case("laboratory", lab("albumin", value=29.9), lab("albumin", value=30.0), "blocks-release · lab.albumin.value · 29.9 g/L · at least 30 g/L · site policy"),
    Case("laboratory", lab("albumin", value=3.0), lab("albumin", value=3.0, unit="g/dL"), "blocks-release · lab.albumin.value · 3 g/L · at least 30 g/L · site policy"),
    Case("laboratory-unknown", lab("albumin", value=None), lab("albumin", value=3.0), "blocks-release · lab.albumin.value · unknown · at least 30 g/L · site policy"),
    Case("laboratory-unit", lab("bilirubin", unit="mmol/L"), lab("bilirubin", unit="umol/L"), "blocks-release · lab.bilirubin.unit · 17 mmol/L · in µmol/L · site policy"),
    Case("laboratory-unit", lab("platelets", unit="thousands"), lab("platelets", unit="10*9/L"), "blocks-release · lab.platelets.unit · 140 thousands · in 10^9/L · site policy"),
    Case("laboratory-unit", lab("bilirubin", unit="mg/dL"), lab("bilirubin", unit="µmol/L"), "blocks-release · lab.bilirubin.unit · 17 mg/dL · in µmol/L · site policy"),
    # what can be a value at all, of laboratory.csv: neutrophils 0.01 to 200, platelets 1 to 3,000, bilirubin 1.5 to 1,500, albumin 5 to 80
    Case("laboratory-implausible", lab("neutrophils", value=3400.0), lab("neutrophils", value=3400.0, unit="/µL"), "blocks-release · lab.neutrophils.value · 3,400 10^9/L · 0.01 to 200 10^9/L · plausibility"),
    Case("laboratory-implausible", lab("neutrophils", value=200.1), lab("neutrophils", value=200.0), "blocks-release · lab.neutrophils.value · 200.1 10^9/L · 0.01 to 200 10^9/L · plausibility"),
    Case("laboratory-implausible", lab("neutrophils", value=0.009), lab("neutrophils", value=0.01), "blocks-release · lab.neutrophils.value · 0.009 10^9/L · 0.01 to 200 10^9/L · plausibility"),
    Case("laboratory-implausible", lab("platelets", value=3001.0), lab("platelets", value=3000.0), "blocks-release · lab.platelets.value · 3,001 10^9/L · 1 to 3,000 10^9/L · plausibility"),
    Case("laboratory-implausible", lab("platelets", value=0.9), lab("platelets", value=1.0), "blocks-release · lab.platelets.value · 0.9 10^9/L · 1 to 3,000 10^9/L · plausibility"),
    Case("laboratory-implausible", lab("bilirubin", value=1.4), lab("bilirubin", value=1.5), "blocks-release · lab.bilirubin.value · 1.4 µmol/L · 1.5 to 1,500 µmol/L · plausibility"),
    Case("laboratory-implausible", lab("bilirubin", value=1500.1), lab("bilirubin", value=1500.0), "blocks-release · lab.bilirubin.value · 1,500.1 µmol/L · 1.5 to 1,500 µmol/L · plausibility"),
    Case("laboratory-implausible", lab("albumin", value=4.9), lab("albumin", value=5.0), "blocks-release · lab.albumin.value · 4.9 g/L · 5 to 80 g/L · plausibility"),
    Case("laboratory-implausible", lab("albumin", value=80.1), lab("albumin", value=80.0), "blocks-release · lab.albumin.value · 80.1 g/L · 5 to 80 g/L · plausibility"),
    Case("laboratory-old", lab("albumin", on=ON - 4), lab("albumin", on=ON - 3), "blocks-release · lab.albumin.on · 4 days old · at most 3 days · site policy"),
    Case("laboratory-undated", lab("albumin", on=None), lab("albumin", on=ON), "blocks-release · lab.albumin.on · no day · at most 3 days old · site policy"),
    Case("laboratory-later", lab("albumin", on=ON + 1), lab("albumin", on=ON), "refuse · lab.albumin.on · 2026-11-24 · by the day of treatment · by definition"),
]
SCORE = {"dpyd": "activity score 1.5"}
ONE = {"dpyd": "activity score 1"}


def of_full(share: float) -> dict[str, float]:
    return {"fluorouracil.share": share}


GENOTYPE = [
    Case("genotype-unknown", {"dpyd": None}, {"dpyd": "activity score 0"}, "blocks-release · dpyd · unknown · an activity score · label-fluorouracil"),
    Case("genotype-unknown", {"dpyd": None}, SCORE, "warning · dpyd · unknown · an activity score · label-fluorouracil", site={"genotype": "asked"}),
    Case("genotype-unreadable", {"dpyd": "wild type"}, {"dpyd": "activity score 2"}, "blocks-release · dpyd · wild type · an activity score · cpic"),
    Case("genotype-unreadable", {"dpyd": "activity score 3"}, {"dpyd": "activity score 0.5"}, "blocks-release · dpyd · activity score 3 · an activity score · cpic"),
    Case("genotype", SCORE, {"dpyd": "activity score 2"}, "refuse · dpyd · activity score 1.5 · activity score 2, or half the dose with 1 or 1.5 · cpic"),
    Case("genotype", SCORE, {"dpyd": "wild type"}, "refuse · dpyd · activity score 1.5 · activity score 2, or half the dose with 1 or 1.5 · cpic"),
    Case("genotype", {**SCORE, **of_full(50.1)}, {**SCORE, **of_full(50.0)}, "refuse · dpyd · activity score 1.5 · activity score 2, or half the dose with 1 or 1.5 · cpic"),
    Case("genotype", {**ONE, **of_full(50.1)}, {**ONE, **of_full(50.0)}, "refuse · dpyd · activity score 1 · activity score 2, or half the dose with 1 or 1.5 · cpic"),
    Case("genotype", {**SCORE, **of_full(100.0)}, {**SCORE, **of_full(25.0)}, "refuse · dpyd · activity score 1.5 · activity score 2, or half the dose with 1 or 1.5 · cpic"),
    Case("genotype", {**SCORE, "oxaliplatin.share": 50.0}, {**SCORE, **of_full(50.0)}, "refuse · dpyd · activity score 1.5 · activity score 2, or half the dose with 1 or 1.5 · cpic"),
    # with less than 1, no part of it is right
    Case("genotype", {"dpyd": "activity score 0", **of_full(50.0)}, {"dpyd": "activity score 1", **of_full(50.0)}, "refuse · dpyd · activity score 0 · activity score 2, or half the dose with 1 or 1.5 · cpic"),
    Case("genotype", {"dpyd": "activity score 0.5", **of_full(1.0)}, {"dpyd": "activity score 1", **of_full(1.0)}, "refuse · dpyd · activity score 0.5 · activity score 2, or half the dose with 1 or 1.5 · cpic"),
    Case("genotype", {"dpyd": "activity score 0"}, {"dpyd": "activity score 0", "fluorouracil.*": None}, "refuse · dpyd · activity score 0 · activity score 2, or half the dose with 1 or 1.5 · cpic"),
]
MEDICINES = [
    Case("allergy", {"allergies": "penicillin; Carboplatin (rash)"}, {"allergies": "penicillin"}, "refuse · allergies · penicillin; Carboplatin (rash) · none to a drug of the order · by definition"),
    Case("allergy", {"allergies": "doxorubicin"}, {"allergies": "none known"}, "refuse · allergies · doxorubicin · none to a drug of the order · by definition", arm=HEPA),
    Case("allergy", {"allergies": "5-FU"}, {"allergies": "doxorubicin"}, "refuse · allergies · 5-FU · none to a drug of the order · by definition"),
    Case("allergy", {"allergies": "卡铂 (皮疹)"}, {"allergies": "青霉素"}, "refuse · allergies · 卡铂 (皮疹) · none to a drug of the order · by definition"),
    Case("allergy", {"allergies": "卡培他滨"}, {"allergies": "头孢"}, "refuse · allergies · 卡培他滨 · none to a drug of the order · by definition"),
    Case("allergy-recorded", {"allergies": "青霉素"}, {"allergies": "无"}, "warning · allergies · 青霉素 · none known, or compared by name · by definition"),
    Case("allergy-recorded", {"allergies": "penicillin"}, {"allergies": "NKDA"}, "warning · allergies · penicillin · none known, or compared by name · by definition"),
    Case("allergy-recorded", {"allergies": "none known; latex"}, {"allergies": "None known ; "}, "warning · allergies · none known; latex · none known, or compared by name · by definition"),
    Case("allergy-recorded", {"allergies": "penicillin"}, {"allergies": "penicillin; oxaliplatin"}, "warning · allergies · penicillin · none known, or compared by name · by definition"),
    *(
        Case("allergy-recorded", {"allergies": "latex"}, {"allergies": words}, "warning · allergies · latex · none known, or compared by name · by definition")
        for words in ("none", "nil", "nil known", "No known allergies", "no known drug allergies", "否认")
    ),
    Case("interaction", {"medicines": "entecavir; Warfarin 3 mg"}, {"medicines": "entecavir"}, "warning · medicines · warfarin among: entecavir; Warfarin 3 mg · not with warfarin · site policy"),
    Case("interaction", {"medicines": "brivudine"}, {"medicines": "none"}, "refuse · medicines · brivudine among: brivudine · not with brivudine · sheet-fluorouracil"),
    Case("medicines-unknown", {"medicines": None}, {"medicines": "none"}, "blocks-release · medicines · unknown · what else the patient takes, or none · site policy"),
]
CASES = [*INTERVAL, *BEADS, *ELIGIBILITY, *LABORATORY, *GENOTYPE, *MEDICINES]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_outside_its_limit_a_rule_fires_and_says_what_was_measured_and_what_is_allowed(case):
    assert fired(case) == [case.told]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_inside_its_limit_a_rule_is_checked_and_silent(case):
    assert passed(case)


@pytest.mark.parametrize(
    ("without", "told"),
    [
        ({"beads.drug", "beads.offered"}, []),
        ({"beads.drug"}, ["beads.drug"]),
        ({"beads.offered"}, ["beads.drug"]),
        (set(), ["beads.drug"]),
    ],
)
def test_a_record_that_has_no_place_for_beads_is_not_told_of_each_order_that_they_are_missing(without, told):
    order, against = changed(sound(HEPA), {"beads.*": None}), asked(HEPA)
    found = check(Record(order, left_out=frozenset(without)), against).findings
    assert [one.where for one in found if one.rule == "beads-missing"] == told


def test_a_class_of_child_pugh_that_there_is_not_is_not_graver_than_another():
    found = checked(changed(sound(), {"child_pugh_class": "A", "child_pugh_stated": "D"}), asked("haic-folfox"))
    assert "child-pugh-graver" not in {one.rule for one in found.findings}


def test_where_no_share_to_start_at_is_known_for_a_genotype_no_dose_is_right(monkeypatch):
    def without_start(name):
        return drug(name).model_copy(update={"starts_at": None})

    monkeypatch.setattr(fitness, "drug", without_start)
    found = checked(changed(sound(), {**ONE, **of_full(1.0)}), asked("haic-folfox"))
    assert "genotype" in {one.rule for one in found.findings}


def test_where_the_site_does_not_ask_for_the_genotype_its_absence_is_not_told():
    against = dataclasses.replace(asked("haic-folfox"), genotype="not asked")
    found = checked(changed(sound(), {"dpyd": None}), against)
    assert "genotype-unknown" not in {one.rule for one in found.findings}


@pytest.mark.parametrize(
    ("says", "changes", "rules"),
    [
        ({"interval_least": None, "interval_most": None}, {"last_on": ON - 2}, {"too-early", "late"}),
        ({"interactions": ()}, {"medicines": None}, {"medicines-unknown", "interaction"}),
        ({"needs_dpyd": False}, {"dpyd": "activity score 0"}, {"genotype", "genotype-unknown", "genotype-unreadable"}),
        ({"needs_dpyd": False}, {"dpyd": "wild type"}, {"genotype", "genotype-unknown", "genotype-unreadable"}),
    ],
)
def test_where_protocol_and_site_ask_nothing_nothing_is_held_against_it(says, changes, rules):
    found = checked(changed(sound(), changes), dataclasses.replace(asked("haic-folfox"), **says))
    assert {one.rule for one in (*found.findings, *found.not_checked)} & rules == set()


def test_a_value_of_an_analyte_that_nobody_knows_is_never_impossible():
    against = asked("haic-folfox")
    gates = tuple(dataclasses.replace(gate, least=None, most=None) for gate in against.gates)
    found = checked(changed(sound(), lab("albumin", value=1e6)), dataclasses.replace(against, gates=gates))
    assert "laboratory-implausible" not in {one.rule for one in (*found.findings, *found.not_checked)}


def test_a_protocol_is_told_of_beads_where_it_has_none_and_of_their_want_where_it_has():
    told = [{one.rule for one in checked(sound(arm), asked(arm)).findings} for arm in ("haic-folfox", HEPA)]
    assert [one & {"beads-unexpected", "beads-missing"} for one in told] == [set(), set()]


def test_where_no_drug_needs_the_genotype_it_is_not_asked_for():
    against = dataclasses.replace(asked("haic-folfox"), needs_dpyd=False)
    found = checked(changed(sound(), {"dpyd": None}), against)
    assert {one.rule for one in found.findings} & {"genotype-unknown", "genotype", "genotype-unreadable"} == set()
