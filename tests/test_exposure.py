"""Cumulative exposure over a course: vein, artery and beads together, and unknown never zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosewright.orders import exposure
from dosewright.orders.course import Cycle
from dosewright.protocol.drugs import drugs

from . import plans, ward
from .plans import a_record, day

SURFACE = (165 * 60 / 3600) ** 0.5  # 1.6583 m², the usual patient after Mosteller


def rows(made: Any) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in made.data["exposure"]}


def after(made: Any, name: str) -> list[float | None]:
    return [value and value["value"] for value in rows(made)[name]["after"]]


def found(made: Any, rule: str) -> list[tuple[str, str]]:
    return [(one["severity"], one["where"]) for one in made.data["findings"] if one["rule"] == rule]


def said(made: Any, rule: str) -> list[str]:
    return [one["message"] for one in made.data["findings"] if one["rule"] == rule]


def a_prior(drug: str, total: str) -> dict[str, str]:
    return {"drug": drug, "total": total, "until": "2025-06-30"}


# ------------------------------------------------------------------------------------------------------------- the sums


def test_an_arterial_drug_adds_up_over_the_cycles():
    # 85 × 1.65831 = 140.96, ordered 141 mg: 141 ÷ 1.65831 = 85.03 mg/m² a cycle.
    assert after(plans.made(), "oxaliplatin") == [85.03, 170.05, 255.08]


def test_prior_exposure_stands_before_the_course():
    made = plans.made(patient={"prior_exposure": [a_prior("oxaliplatin", "340 mg/m2")]})
    assert after(made, "oxaliplatin") == [425.03, 510.05, 595.08]


def test_two_entries_of_one_drug_before_the_course_are_added():
    prior = [a_prior("oxaliplatin", "100 mg/m2"), a_prior("oxaliplatin", "240 mg/m2")]
    assert after(plans.made(patient={"prior_exposure": prior}), "oxaliplatin")[0] == 425.03


def test_beads_and_vein_count_for_one_drug_together():
    # 50 mg on beads ÷ 1.65831 m² = 30.15 mg/m² a cycle, after 300 mg/m² by vein before.
    made = plans.made("hepa-haic", cycles=2, patient={"prior_exposure": [a_prior("doxorubicin", "300 mg/m2")]})
    assert after(made, "doxorubicin") == [330.15, 360.3]


def test_a_class_is_the_sum_of_its_drugs():
    # Epirubicin by vein before, doxorubicin on beads now: both are anthracyclines.
    made = plans.made("hepa-haic", cycles=2, patient={"prior_exposure": [a_prior("epirubicin", "300 mg/m2")]})
    assert after(made, "anthracycline") == [330.15, 360.3]


def test_liposomal_doxorubicin_is_not_doxorubicin():
    prior = [a_prior("liposomal doxorubicin", "300 mg/m2")]
    made = plans.made("hepa-haic", cycles=1, patient={"prior_exposure": prior})
    assert after(made, "doxorubicin") == [30.15]


def test_a_drug_that_nobody_knows_here_is_asked_about():
    made = plans.made(patient={"prior_exposure": [a_prior("daunorubicin", "300 mg/m2")]})
    assert found(made, "prior-exposure-unnamed") == [("blocks-release", "prior_exposure")]


def test_the_sessions_of_an_embolisation_are_one_dose():
    made = plans.made("hepa-haic", cycles=1, stages="3", apart="14 d")
    assert after(made, "doxorubicin") == [30.15]


def test_beads_in_the_first_cycle_only_count_once():
    site = ward.decided("beads.every_cycle", "first cycle only", "hepa-haic")
    assert after(plans.made("hepa-haic", site=site), "doxorubicin") == [30.15, 30.15, 30.15]


def test_a_reduced_cycle_counts_with_its_share():
    # 85.03 + 0.8 × 85.03 = 153.05, then + 85.03 = 238.08.
    records = [a_record(1, "given", "2026-11-23"), a_record(2, "reduced", "2026-12-14", share="80 %")]
    assert after(plans.made(records=records), "oxaliplatin") == [85.03, 153.05, 238.07]


def test_an_omitted_cycle_adds_nothing():
    records = [a_record(1, "given", "2026-11-23"), a_record(2, "omitted", "2026-12-14")]
    assert after(plans.made(records=records), "oxaliplatin") == [85.03, 85.03, 170.05]


def test_after_a_stop_nothing_is_added():
    records = [a_record(1, "given", "2026-11-23"), a_record(2, "stopped", "2026-12-14")]
    assert after(plans.made(records=records), "oxaliplatin") == [85.03, 85.03]


# ---------------------------------------------------------------------------------------------------- unknown is asked


def test_unknown_prior_exposure_is_asked_for():
    made = plans.made(patient={"prior_exposure": "unknown"})
    assert found(made, "prior-exposure-unknown") == [("blocks-release", "prior_exposure")]


def test_where_the_site_only_asks_for_it_that_is_a_warning():
    made = plans.made(patient={"prior_exposure": "unknown"}, site={"prior_exposure": "asked"})
    assert found(made, "prior-exposure-unknown") == [("warning", "prior_exposure")]


def test_unknown_prior_exposure_is_never_zero():
    assert after(plans.made(patient={"prior_exposure": "unknown"}), "oxaliplatin") == [None, None, None]


def test_what_this_course_alone_takes_past_a_limit_shows_even_where_the_rest_is_unknown():
    # 85.03 mg/m² a cycle pass 200 in cycle 3.
    site = {"cumulative": [{"of": "oxaliplatin", "at_most": "200 mg/m2", "from": "site policy"}]}
    made = plans.made(site=site, patient={"prior_exposure": "unknown"})
    assert found(made, "cumulative-limit") == [("blocks-release", "cycle 3")]


@pytest.mark.parametrize("embolisation", ["unknown", "not applicable"])
def test_an_unknown_amount_on_the_beads_is_never_zero(embolisation):
    site = {"decisions": [one for one in ward.site_data()["decisions"] if one["of"] != "beads.dose"]}
    made = plans.made("hepa-haic", site=site, patient={"embolisation": embolisation})
    assert after(made, "doxorubicin") == [None, None, None]


def test_without_a_plan_for_the_patient_the_site_s_amount_counts_as_on_the_worksheet():
    made = plans.made("hepa-haic", cycles=1, patient={"embolisation": "unknown"})
    assert after(made, "doxorubicin") == [30.15]


def test_an_undecided_drug_on_the_beads_is_asked_for():
    decisions = [one for one in ward.site_data()["decisions"] if one["of"] != "beads.drug"]
    made = plans.made("hepa-haic", site={"decisions": decisions})
    assert found(made, "exposure-unknown") == [("blocks-release", "beads.drug")]


def test_without_a_height_the_sums_are_unknown_and_the_dates_are_not():
    made = plans.made(patient={"height": "unknown"})
    assert (found(made, "exposure-unknown"), len(made.data["cycles"])) == ([("blocks-release", "exposure")], 3)


# ------------------------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("prior", "crossed"),
    [
        # The site's limit for anthracyclines is 450 mg/m²; a cycle adds 30.15.
        ("380 mg/m2", ["cycle 3"]),  # 410.15, 440.30, 470.45
        ("400 mg/m2", ["cycle 2"]),  # 430.15, 460.30
        ("440 mg/m2", ["cycle 1"]),  # 470.15
        ("359 mg/m2", []),  # 389.15, 419.30, 449.45
    ],
)
def test_the_planned_cycle_that_passes_a_limit_is_named(prior, crossed):
    made = plans.made("hepa-haic", patient={"prior_exposure": [a_prior("epirubicin", prior)]})
    assert [where for _, where in found(made, "cumulative-limit")] == crossed


def test_a_limit_that_is_reached_is_not_passed():
    site = {"cumulative": [{"of": "leucovorin", "at_most": "400 mg/m2", "from": "site policy"}]}
    adds = {"leucovorin": 200.0}
    policy = plans.a_site(more=site)[0]
    _, findings = exposure.over_course(cycles_of(["planned"] * 2), [adds] * 2, ward.a_patient(), policy)
    assert findings == ()


def test_the_label_s_limit_counts_where_the_site_has_none():
    # Doxorubicin's label: 550 mg/m²; 530 + 30.15 pass it at once.
    prior = {"prior_exposure": [a_prior("doxorubicin", "530 mg/m2")]}
    made = plans.made("hepa-haic", site={"cumulative": "undecided"}, patient=prior)
    assert [one["source"] for one in made.data["findings"] if one["rule"] == "cumulative-limit"] == [
        "label-doxorubicin"
    ]


def test_a_limit_that_was_only_recalled_never_stops():
    # Epirubicin's 900 mg/m² is RECALLED.
    site = ward.decided("beads.drug", "epirubicin", "hepa-haic") | {"cumulative": "undecided"}
    made = plans.made("hepa-haic", site=site, patient={"prior_exposure": [a_prior("epirubicin", "890 mg/m2")]})
    assert found(made, "cumulative-limit") == []


def test_no_drug_of_ours_has_a_recalled_limit_that_counts():
    recalled = {name for name, one in drugs().items() if one.cumulative and one.cumulative.confidence != "SEEN"}
    site = plans.a_site(more={"cumulative": "undecided"})[0]
    policy = {name: exposure.limit_of(name, site) for name in recalled}
    assert set(policy.values()) == {(None, "")}


def test_a_limit_passed_before_is_no_concern_of_a_course_that_adds_nothing_to_it():
    made = plans.made("haic-folfox", patient={"prior_exposure": [a_prior("doxorubicin", "600 mg/m2")]})
    assert found(made, "cumulative-limit") == []


def test_an_omitted_cycle_does_not_pass_a_limit():
    # 425 + 30.15 would pass 450 in cycle 1; cycle 1 was omitted, so it is cycle 2.
    prior = {"prior_exposure": [a_prior("epirubicin", "425 mg/m2")]}
    made = plans.made("hepa-haic", patient=prior, records=[a_record(1, "omitted", "2026-11-23")])
    assert [where for _, where in found(made, "cumulative-limit")] == ["cycle 2"]


# -------------------------------------------------------------------------------------------- any history, an oracle


def cycles_of(statuses: Sequence[str], shares: Sequence[int] = ()) -> list[Cycle]:
    """Cycles with a status and a share, and nothing else of account."""
    made = []
    for number, status in enumerate(statuses, 1):
        share = float(shares[number - 1]) if status == "reduced" else 100.0 if status == "given" else None
        made.append(Cycle(number, None, day("2026-11-23"), None, status, "", (), None, share, None))
    return made


def oracle(history: Sequence[tuple[str, int, Mapping[str, int]]], names: set[str], prior: Mapping[str, int]) -> list:
    """The sums of some drugs, in hundredths of mg/m² and whole numbers only."""
    total = 100 * sum(prior.get(name, 0) for name in names)
    sums = []
    for status, share, adds in history:
        percent = {"planned": 100, "delayed": 100, "given": 100, "reduced": share}.get(status, 0)
        total += percent * sum(adds.get(name, 0) for name in names)
        sums.append(total)
    return sums


NAMES = st.sampled_from(["oxaliplatin", "doxorubicin", "epirubicin", "irinotecan"])
ADDS = st.dictionaries(NAMES, st.integers(0, 200), max_size=4)
STATUSES = st.sampled_from(["planned", "delayed", "given", "reduced", "omitted", "stopped"])
HISTORY = st.lists(st.tuples(STATUSES, st.integers(1, 99), ADDS), min_size=1, max_size=12)


@given(HISTORY, st.dictionaries(NAMES, st.integers(1, 900), max_size=3), st.integers(1, 1500))
@settings(max_examples=80)
def test_any_history_adds_up_and_crosses_where_the_oracle_says(history, prior, limit):
    statuses, shares, adds = zip(*history, strict=True)
    known = [a_prior(name, f"{total} mg/m2") for name, total in prior.items()]
    patient = ward.a_patient({"prior_exposure": known or "none"})
    site = plans.a_site(more={"cumulative": [{"of": "anthracycline", "at_most": f"{limit} mg/m2", "from": "x"}]})[0]
    made, findings = exposure.over_course(cycles_of(statuses, shares), adds, patient, site)
    sums = {row.name: [round(100 * value) for value in row.after] for row in made}
    names = {*prior, *(name for one in adds for name in one)}
    classes = {drugs()[name].drug_class for name in names}
    members = {one: {name for name in names if drugs()[name].drug_class == one} for one in classes}
    members |= {name: {name} for name in names}
    expected = {name: oracle(history, of, prior) for name, of in members.items()}
    crossed = [one.where for one in findings if one.where.startswith("cycle") and one.message[:5] == "anthr"]
    course = oracle(history, {"doxorubicin", "epirubicin"}, prior)
    so_far = [100 * sum(prior.get(name, 0) for name in ("doxorubicin", "epirubicin")), *course]
    first = [n for n, one in enumerate(course, 1) if one > 100 * limit and one > so_far[n - 1]][:1]
    assert (sums, crossed) == (expected, [f"cycle {number}" for number in first])


@given(HISTORY)
@settings(max_examples=40)
def test_an_exposure_never_falls(history):
    statuses, shares, adds = zip(*history, strict=True)
    made, _ = exposure.over_course(cycles_of(statuses, shares), adds, ward.a_patient(), plans.a_site()[0])
    assert all(list(row.after) == sorted(row.after) for row in made)


def test_a_cycle_of_today_is_no_part_of_what_was_given_until_today():
    before = [{"drug": "doxorubicin", "total": "440 mg/m2", "until": "2026-11-23"}]
    made = ward.an_order("hepa-haic", patient={"prior_exposure": before})
    row = next(one for one in made["exposure"] if one["drug"] == "doxorubicin")
    assert round(row["total"]["value"], 2) == round(440 + 50 / 1.6583124, 2)
    assert "cumulative-limit" in {one["rule"] for one in made["findings"]}


def test_a_planned_cycle_is_no_part_of_what_was_given_before_whatever_day_that_names():
    made = plans.made(
        "hepa-haic", patient={"prior_exposure": [a_prior("doxorubicin", "440 mg/m2") | {"until": "2027-03-22"}]}
    )
    assert "cumulative-limit" in {one["rule"] for one in made.data["findings"]}


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("sorafenib", "warning"),
        ("atezolizumab", "warning"),
        ("daunorubicin", "blocks-release"),
        ("Doxil", "blocks-release"),
        ("THP", "blocks-release"),
        ("mitoxantrone", "blocks-release"),
        ("oxaliplatn", "blocks-release"),
    ],
)
def test_a_drug_that_is_not_known_here_stops_only_where_it_may_count(name, severity):
    earlier = [{"drug": name, "total": "100 mg/m2", "until": "2026-01-31"}]
    made = ward.an_order(patient={"prior_exposure": earlier})
    found = {one["severity"] for one in made["findings"] if one["rule"] == "prior-exposure-unnamed"}
    assert found == {severity}
