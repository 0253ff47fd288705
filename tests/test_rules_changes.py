"""Rules at their limits: changes of the dose, and the proposals of a site's rules."""

from __future__ import annotations

import pytest

from dosewright.orders.rules import RULES

from .rulings import NOTHING, Case, asked, changed, checked, fired, name, passed, sound

# fmt: off
OXA = "oxaliplatin"


def change(**fields: object) -> dict[str, object]:
    return {f"{OXA}.{name}": value for name, value in fields.items()}


# 85 mg/m² × 1.658312 m² = 140.9565 mg; 80 % of it is 112.7652 mg, and 64 % is 90.2122 mg
REDUCED = change(share=80.0, reason="thrombocytopenia", dose=112.0, calculated=112.77)
TWICE = change(share=64.0, reason="thrombocytopenia", dose=90.0, calculated=90.21, last_share=80.0)
OMITTED = {f"{OXA}.*": None, **change(share=0.0, reason="hypersensitivity")}
BY_20 = change(changed_by=20.0, changed_of="protocol dose")
CASES = [
    Case("change-base", change(changed_by=20.0), BY_20, "blocks-release · oxaliplatin.changed_of · 20 % · of the protocol dose, or of the last ordered dose · by definition", always=REDUCED),
    Case("change-base", change(changed_to=80.0), change(changed_to=80.0, changed_of="last ordered dose", last_share=100.0), "blocks-release · oxaliplatin.changed_of · 80 % · of the protocol dose, or of the last ordered dose · by definition", always=REDUCED),
    Case("change-base", change(changed_to=0.0), change(changed_to=0.0, changed_of="protocol dose"), "blocks-release · oxaliplatin.changed_of · 0 % · of the protocol dose, or of the last ordered dose · by definition", always=OMITTED),
    Case("change-both-ways", change(changed_by=20.0, changed_to=20.0), change(changed_by=20.0, changed_to=80.0), "blocks-release · oxaliplatin.changed_to · by 20 % and to 20 % · by or to · by definition", always={**REDUCED, **BY_20}),
    Case("change-both-ways", change(changed_to=80.06), change(changed_to=80.05), "blocks-release · oxaliplatin.changed_to · by 20 % and to 80.06 % · by or to · by definition", always={**REDUCED, **BY_20}),
    Case("change-both-ways", change(changed_to=79.94), change(changed_to=79.95), "blocks-release · oxaliplatin.changed_to · by 20 % and to 79.94 % · by or to · by definition", always={**REDUCED, **BY_20}),
    Case("change-last-unknown", change(changed_by=20.0, changed_of="last ordered dose"), BY_20, "blocks-release · oxaliplatin.last_share · unknown · the share that was ordered last · by definition", always=REDUCED),
    Case("change-last-unknown", change(last_share=None), change(last_share=100.0), "blocks-release · oxaliplatin.last_share · unknown · the share that was ordered last · by definition", always={**REDUCED, **change(changed_by=20.0, changed_of="last ordered dose")}),
    # 20 % off 80 % leaves 64 %, not 60 %
    Case("change-product", change(share=60.0), change(share=64.0), "blocks-release · oxaliplatin.share · 60 % · 64 % · by definition", always={**TWICE, **change(changed_by=20.0, changed_of="last ordered dose")}),
    Case("change-product", change(share=64.06), change(share=64.05), "blocks-release · oxaliplatin.share · 64.06 % · 64 % · by definition", always={**TWICE, **change(changed_to=80.0, changed_of="last ordered dose")}),
    Case("change-product", change(share=63.94), change(share=63.95), "blocks-release · oxaliplatin.share · 63.94 % · 64 % · by definition", always={**TWICE, **change(changed_to=80.0, changed_of="last ordered dose")}),
    Case("change-product", change(share=64.0505), change(share=64.05), "blocks-release · oxaliplatin.share · 64.05 % · 64 % · by definition", always={**TWICE, **change(changed_to=80.0, changed_of="last ordered dose")}),
    Case("change-product", change(share=63.9505), change(share=63.9505, changed_to=79.95), "blocks-release · oxaliplatin.share · 63.95 % · 64.01 % · by definition", always={**TWICE, **change(changed_to=80.01, changed_of="last ordered dose")}),
    # of a drug that is left out nothing else stands there
    Case("change-both-ways", change(changed_by=20.0, changed_to=20.0), change(changed_by=100.0, changed_to=0.0), "blocks-release · oxaliplatin.changed_to · by 20 % and to 20 % · by or to · by definition", always={**OMITTED, **change(changed_of="protocol dose")}),
    Case("change-last-unknown", change(last_share=None), change(last_share=100.0), "blocks-release · oxaliplatin.last_share · unknown · the share that was ordered last · by definition", always={**OMITTED, **change(changed_to=0.0, changed_of="last ordered dose")}),
    Case("change-product", change(changed_of="protocol dose"), change(changed_of="last ordered dose"), "blocks-release · oxaliplatin.share · 64 % · 80 % · by definition", always={**TWICE, **change(changed_by=20.0)}),
    Case("change-product", change(share=None), change(share=80.0), "blocks-release · oxaliplatin.share · nothing · 80 % · by definition", always={**REDUCED, **BY_20}),
    Case("change-product", change(share=20.0), change(share=80.0), "blocks-release · oxaliplatin.share · 20 % · 80 % · by definition", always={**REDUCED, **BY_20}),
    Case("change-product", change(changed_to=20.0), change(changed_to=0.0), "blocks-release · oxaliplatin.share · 0 % · 20 % · by definition", always={**OMITTED, **change(changed_of="protocol dose")}),
    # half a tenth of a percent, though the doubles of 33.35 and 33.3 lie a hair further apart
    Case("change-product", change(share=33.36), change(share=33.35), "blocks-release · oxaliplatin.share · 33.36 % · 33.3 % · by definition", always=change(changed_to=33.3, changed_of="protocol dose", reason="thrombocytopenia", dose=47.0)),
    # 80 % of 85 mg/m² is 68 mg/m², give or take 0.34
    Case("change-per-area", change(changed_per=68.35), change(changed_per=68.34), "blocks-release · oxaliplatin.changed_per · 68.35 mg/m² · 68 mg/m² for 80 % · methods", always=REDUCED),
    Case("change-per-area", change(changed_per=67.65), change(changed_per=67.66), "blocks-release · oxaliplatin.changed_per · 67.65 mg/m² · 68 mg/m² for 80 % · methods", always=REDUCED),
    Case("change-per-area", change(changed_per=68.0), change(changed_per=85.0), "blocks-release · oxaliplatin.changed_per · 68 mg/m² · 85 mg/m² for 100 % · methods", always=change(share=100.0)),
    Case("omitted-and-dosed", change(dose=0.001), OMITTED, "refuse · oxaliplatin.dose · 0.001 mg · nothing · by definition", always=change(share=0.0, reason="hypersensitivity")),
    Case("omitted-and-dosed", change(share=0.0), change(share=0.1), "refuse · oxaliplatin.dose · 141 mg · nothing · by definition", always=change(reason="hypersensitivity", dose=141.0)),
    Case("drug-omitted", OMITTED, change(share=0.1, reason="hypersensitivity"), "warning · oxaliplatin.share · left out: hypersensitivity · 85 mg/m² · methods"),
    Case("drug-omitted", OMITTED, OMITTED | change(share=0.1), "warning · oxaliplatin.share · left out: hypersensitivity · 85 mg/m² · methods"),
    Case("drug-omitted", OMITTED | change(reason=None), OMITTED | change(share=0.0, dose=1.0), "warning · oxaliplatin.share · left out · 85 mg/m² · methods"),
    Case("re-escalation", change(last_share=79.99), change(last_share=80.0), "blocks-release · oxaliplatin.raised · 80 % after 79.99 % · a reason to raise it again · by definition", always=REDUCED),
    Case("re-escalation", change(last_share=80.0), change(last_share=80.0, raised="toxicity is over"), "blocks-release · oxaliplatin.raised · 100 % after 80 % · a reason to raise it again · by definition"),
    Case("re-escalation", change(last_share=64.0), change(last_share=None), "blocks-release · oxaliplatin.raised · 80 % after 64 % · a reason to raise it again · by definition", always=REDUCED),
    Case("proposal-unanswered", change(proposed=79.99), change(proposed=80.0), "blocks-release · oxaliplatin.proposed · 80 % · at most 79.99 %, or a named person who declines it · site policy", always=REDUCED),
    Case("proposal-unanswered", change(proposed=80.0), change(proposed=80.0, declined="B. Example: has another cause"), "blocks-release · oxaliplatin.proposed · 100 % · at most 80 %, or a named person who declines it · site policy"),
    Case("proposal-unanswered", change(proposed=0.0), OMITTED | change(proposed=0.0), "blocks-release · oxaliplatin.proposed · 100 % · at most 0 %, or a named person who declines it · site policy"),
    Case("re-escalated", change(last_share=79.99, raised="toxicity is over"), change(last_share=80.0, raised="toxicity is over"), "warning · oxaliplatin.raised · 80 % after 79.99 %: toxicity is over · 79.99 % · by definition", always=REDUCED),
    Case("re-escalated", change(last_share=80.0, raised="toxicity is over"), change(last_share=None, raised="toxicity is over"), "warning · oxaliplatin.raised · 100 % after 80 %: toxicity is over · 80 % · by definition"),
    Case("proposal-declined", change(proposed=79.99, declined="B. Example: has another cause"), change(proposed=80.0, declined="B. Example: has another cause"), "warning · oxaliplatin.declined · 80 %; declined by B. Example: has another cause · at most 79.99 % · site policy", always=REDUCED),
    Case("proposal-declined", change(proposed=0.0, declined="B. Example: has another cause"), OMITTED | change(proposed=0.0, declined="B. Example: has another cause"), "warning · oxaliplatin.declined · 100 %; declined by B. Example: has another cause · at most 0 % · site policy"),
]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_outside_its_limit_a_rule_fires_and_says_what_was_measured_and_what_is_allowed(case):
    assert fired(case) == [case.told]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_inside_its_limit_a_rule_is_checked_and_silent(case):
    assert passed(case)


def rules(order):
    found = checked(order, asked("haic-folfox"))
    return {one.rule for one in found.findings if one.where.startswith(OXA)}


def test_a_drug_that_is_left_out_with_its_reason_is_not_missing():
    assert rules(changed(sound(), OMITTED)) == {"drug-omitted"}


def test_a_drug_that_is_left_out_without_a_reason_is_told():
    assert rules(changed(sound(), OMITTED | change(reason=None))) == {
        "share-unexplained",
        "drug-omitted",
    }


def test_a_drug_that_is_only_not_there_is_missing():
    assert rules(changed(sound(), {f"{OXA}.*": None})) == {"drug-missing"}


def test_a_dose_beside_nothing_departs_from_nothing_and_is_refused():
    found = rules(changed(sound(), change(share=0.0, reason="hypersensitivity")))
    assert "omitted-and-dosed" in found
    assert "dose-deviates" not in found


def test_a_reduction_that_is_told_in_full_is_silent():
    told = change(changed_by=20.0, changed_of="protocol dose", changed_per=68.0, last_share=100.0, proposed=80.0)
    assert {id for id in rules(changed(sound(), {**REDUCED, **told})) if RULES[id].module == "changes"} == set()


def test_of_a_flat_dose_a_dose_per_area_is_no_share():
    order = changed(sound("hepa-haic"), {"fluorouracil.share": 80.0, "fluorouracil.changed_per": 800.0})
    found = checked(order, asked("hepa-haic"))
    assert "change-per-area" not in {one.rule for one in found.findings}


def test_an_order_that_changes_nothing_is_silent():
    assert rules(changed(sound(), NOTHING)) == set()
