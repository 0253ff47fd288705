"""The bead worksheet: what is offered, which whole vials hold it, and what is still written by hand."""

from __future__ import annotations

import pytest

from .ward import a_protocol, an_order, decided, findings, mg, rules, severities, undecided


def loaded_with(offered: str, vials: int | str, **how):
    """The order of the arm with beads, for a patient who is to have so much in so many vials."""
    planned = {"embolisation": {"offered": offered, "vials": str(vials), **how.pop("more", {})}}
    return an_order("hepa-haic", patient=planned, **how)


# ------------------------------------------------------------------------------------------------- what the vials hold


@pytest.mark.parametrize("milligrams", range(61, 80))
def test_no_whole_number_of_vials_holds_61_to_79_mg(milligrams):
    # One vial takes 40 to 60 mg, two take 80 to 120.
    for vials in (1, 2):
        (finding,) = findings(loaded_with(f"{milligrams} mg", vials), "bead-capacity")
        assert (finding["severity"], finding["measured"]) == ("blocks-release", f"{milligrams} mg")
        assert "near are 60 mg or 80 mg" in finding["message"]


@pytest.mark.parametrize("milligrams", [*range(40, 61), *range(80, 121)])
def test_the_doses_beside_them_are_held(milligrams):
    vials = 1 if milligrams <= 60 else 2
    assert "bead-capacity" not in rules(loaded_with(f"{milligrams} mg", vials))


@pytest.mark.parametrize(
    ("offered", "vials", "held_by"),
    [("50 mg", 2, (1,)), ("100 mg", 1, (2,)), ("120 mg", 4, (2, 3)), ("60 mg", 2, (1,)), ("80 mg", 1, (2,))],
)
def test_a_dose_in_too_few_or_too_many_vials_leaves_their_capacity(offered, vials, held_by):
    made = loaded_with(offered, vials)
    assert (severities(made, "bead-capacity"), tuple(made["beads"]["vials_that_hold"])) == ({"blocks-release"}, held_by)


def test_under_the_least_loading_only_a_larger_dose_is_near():
    (finding,) = findings(loaded_with("39 mg", 1), "bead-capacity")
    assert "near are 40 mg" in finding["message"]


def test_the_finding_cites_where_the_capacity_is_stated():
    (finding,) = findings(loaded_with("70 mg", 1), "bead-capacity")
    assert (finding["allowed"], finding["source"], finding["where"]) == (
        "40 to 60 mg/vial",
        "methods-deb-tace",
        "embolisation",
    )


# -------------------------------------------------------------------------------------------- offered, loaded, injected


def test_the_capacity_is_never_a_dose():
    # Undecided and unplanned, 40 to 60 mg per vial gives no milligrams.
    made = an_order("hepa-haic", patient={"embolisation": "unknown"}, site=undecided("beads.dose"))
    assert (made["beads"]["offered"], severities(made, "beads-unknown")) == (None, {"blocks-release"})


def test_without_a_number_of_vials_there_is_no_plan():
    made = an_order("hepa-haic", patient={"embolisation": "unknown"}, site=undecided("beads.vials"))
    assert (made["beads"]["plan"], severities(made, "beads-unknown")) == (None, {"blocks-release"})


def test_what_is_planned_for_the_patient_goes_before_what_the_site_usually_offers():
    assert mg(loaded_with("100 mg", 2)["beads"]["offered"]) == 100


def test_with_dose_and_vials_known_nothing_is_asked():
    assert rules(loaded_with("50 mg", 1)) & {"beads-unknown", "bead-capacity", "stages", "cannot-load"} == set()


def test_loaded_is_less_than_offered_and_told_apart_from_it():
    # More than 90 % of 50 mg is taken up: more than 45 mg.
    beads = loaded_with("50 mg", 1)["beads"]
    assert (mg(beads["offered"]), mg(beads["plan"]["loaded_more_than"]), beads["injected"]) == (50, 45, [])


def test_stages_are_summed():
    beads = loaded_with("150 mg", 3, more={"injected": ["60 mg", "40 mg"]})["beads"]
    assert mg(beads["injected_together"]) == 100


@pytest.mark.parametrize(("injected", "severity"), [(["60 mg", "90 mg"], set()), (["60 mg", "90.1 mg"], {"refuse"})])
def test_no_more_is_injected_than_was_offered(injected, severity):
    assert severities(loaded_with("150 mg", 3, more={"injected": injected}), "stages") == severity


# ------------------------------------------------------------------------------------------------------ the final volume


def test_where_nobody_decided_it_both_readings_of_the_final_volume_are_shown():
    # 20 mL per vial are 60 mL for three vials; 20 mL per treatment are 20 mL.
    made = loaded_with("150 mg", 3, site=undecided("beads.final_volume_per"))
    plan = made["beads"]["plan"]
    shown = [plan[f"volume_of_treatment_if_per_{what}"]["value"] for what in ("vial", "treatment")]
    assert (made["beads"]["final_volume_per"], shown) == (None, [60, 20])


def test_decided_it_is_said_which():
    made = loaded_with("150 mg", 3, site=decided("beads.final_volume_per", "treatment", "hepa-haic"))
    assert made["beads"]["final_volume_per"] == "treatment"


def test_a_loading_fluid_beyond_the_final_volume_is_refused_with_the_order_left_standing():
    made = loaded_with("50 mg", 1, site={"beads.loading_fluid": "30 mL"})
    assert (severities(made, "cannot-load"), made["beads"]["plan"], len(made["lines"])) == ({"refuse"}, None, 3)


def test_a_dose_for_more_vials_than_a_treatment_can_have_is_refused():
    assert severities(loaded_with("10000 mg", 2), "cannot-load") == {"refuse"}


# --------------------------------------------------------------------------------------------------- the drug on the beads


def test_fluorouracil_is_not_loaded_onto_these_beads():
    made = an_order("hepa-haic", site=decided("beads.drug", "fluorouracil", "hepa-haic"))
    (finding,) = findings(made, "not-for-beads")
    assert (finding["severity"], finding["source"]) == ("refuse", "hepasphere-faq")


@pytest.mark.parametrize("drug", ["doxorubicin", "epirubicin"])
def test_an_anthracycline_is(drug):
    assert "not-for-beads" not in rules(an_order("hepa-haic", site=decided("beads.drug", drug, "hepa-haic")))


def test_undecided_the_worksheet_names_no_drug():
    made = an_order("hepa-haic", site=undecided("beads.drug"))
    assert (made["beads"]["drug"], made["released"]) == (None, False)


def test_the_arm_without_beads_has_no_worksheet():
    made = an_order("haic-folfox", patient={"embolisation": "not applicable"})
    assert (made["beads"], rules(made) & {"beads-unknown"}) == (None, set())


def test_the_worksheet_tells_what_the_source_and_the_site_say():
    beads = loaded_with("50 mg", 1)["beads"]
    assert (beads["contact_at_least"], beads["capacity"], beads["product"], beads["stages"]) == (
        {"value": 20, "unit": "min"},
        {"low": {"value": 40, "unit": "mg/{vial}"}, "high": {"value": 60, "unit": "mg/{vial}"}},
        "HepaSphere 25 mg of dry beads in a 10 mL vial",
        "2 to 3 stages where lesions are multiple and large or diffuse",
    )


def test_a_protocol_of_another_bead_has_its_own_capacity():
    # 25 to 37.5 mg per vial: 70 mg need two, 37.5 × 2 = 75.
    other = a_protocol("hepa-haic", {"procedures.0.loading.capacity.is": "25 to 37.5 mg/vial"})
    made = an_order(other, patient={"embolisation": {"offered": "70 mg", "vials": "2"}})
    assert "bead-capacity" not in rules(made)
