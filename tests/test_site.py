"""A hospital's own policy: stated in full, signed, and held against the protocols it speaks of."""

from __future__ import annotations

import json
import re

import pytest

from dosewright.errors import Mistake
from dosewright.orders.order import order
from dosewright.orders.toxicity_today import check_holds
from dosewright.protocol import library
from dosewright.protocol.site import REFERENCE, TEMPLATE, Site, load_site, reference_site

from .ward import DAY, EXAMPLES, a_patient, a_site, an_order, as_file, changed, decided, findings, site_data


def checked(changes=None) -> None:
    """A site as `dosewright site check` checks it."""
    site, document = load_site(as_file(site_data(changes)), "site.yaml")
    library.check_decisions(site, document)


# --------------------------------------------------------------------------------------------- the sites that are shipped


@pytest.mark.parametrize("path", [REFERENCE, EXAMPLES / "site-example.yaml"], ids=lambda path: path.name)
def test_a_site_that_is_shipped_is_in_order(path):
    site, document = load_site(path.read_bytes(), path.name)
    assert library.check_decisions(site, document) is None


def signed_template():
    """The template once somebody has put a name to it, and nothing else."""
    return load_site(
        TEMPLATE.read_bytes().replace(b"by: NAME, role: chief", b"by: A. Person, role: chief"), "site.yaml"
    )


def test_the_template_is_in_order_once_it_is_signed():
    assert library.check_decisions(*signed_template()) is None


def test_a_name_that_is_only_the_template_s_is_nobody_s():
    with pytest.raises(Mistake, match="signed, by: needs what a person has written, no placeholder"):
        load_site(TEMPLATE.read_bytes(), "site.yaml")


@pytest.mark.parametrize("path", [REFERENCE, TEMPLATE], ids=lambda path: path.name)
def test_every_key_of_a_site_stands_in_the_files_people_copy(path):
    top = re.findall(r"^([a-z_]+):", path.read_text("utf-8"), re.MULTILINE)
    known = [field.alias or name for name, field in Site.model_fields.items()]
    optional = {"signed", "sequence_gap", "country", "products"}
    assert set(known) - optional - set(top) == set()


def test_the_reference_site_is_nobody_s():
    assert (reference_site()[0].kind, reference_site()[0].signed, reference_site()[0].decisions) == (
        "reference",
        None,
        (),
    )


def test_what_the_fact_base_leaves_to_the_institution_is_undecided_at_the_reference_site():
    site, _ = reference_site()
    assert (site.gates, site.care, site.beads.loading_fluid, site.beads.contact, site.contact) == ("undecided",) * 5


def test_the_example_site_decides_every_question_of_the_protocols_it_has_approved():
    site, _ = a_site()
    questions = {
        (name, path) for name in ("haic-folfox", "hepa-haic") for path in library.find(name).protocol.questions()
    }
    assert questions - {(one.protocol, one.of) for one in site.decisions} == set()


@pytest.mark.parametrize("protocol", ["haic-folfox", "hepa-haic"])
def test_the_template_releases_nothing_until_its_questions_are_decided(protocol):
    made = order(library.find(protocol), *signed_template(), a_patient(), cycle=1, on=DAY, what_if={})
    asked = library.find(protocol).protocol.questions()
    assert (made["released"], {one["where"] for one in findings(made, "undecided")}) == (False, set(asked))


# ---------------------------------------------------------------------------------------------------- what a site may say


@pytest.mark.parametrize("key", [name for name in site_data() if name not in {"decisions"}])
def test_nothing_is_filled_in_behind_a_hospital_s_back(key):
    with pytest.raises(Mistake, match=f"'{key}|signed"):
        checked({key: None})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("body.cap", "2.2 m2"),
        ("body.weight", "dry"),
        ("body.formula", "bsa_du_bois"),
        ("preparation.oxaliplatin.product", "undecided"),
        ("preparation.oxaliplatin.volume", "undecided"),
        ("preparation.oxaliplatin.dose_cap", "200 mg"),
        ("preparation.oxaliplatin.drug_volume", "exchanged"),
        ("beads.loading_fluid", "undecided"),
        ("gates", "undecided"),
        ("care", "undecided"),
        ("genotype", "not asked"),
        ("time_zone", "America/New_York"),
        ("day_starts", "07:30"),
        ("body.height", {"refuse": "140 to 200 cm", "confirm": "140 to 200 cm"}),
        ("body.weight_too_old", "7 d"),
    ],
)
def test_a_policy_may_say_so(path, value):
    assert checked({path: value}) is None


@pytest.mark.parametrize("diluent", ["sodium chloride 0.9%", "Ringer's solution", "water", "glucose 5 %", "Glucose 5%"])
def test_a_diluent_that_the_label_does_not_name_is_refused(diluent):
    with pytest.raises(
        Mistake, match=r"oxaliplatin, diluent: needs a diluent that goes with oxaliplatin \(glucose 5%\)"
    ):
        checked({"preparation.oxaliplatin.diluent": diluent})


@pytest.mark.parametrize(
    ("drug", "diluent", "allowed"),
    [
        # Every drug with the fluids of the bench: what its label names, and nothing else (H45).
        ("oxaliplatin", "glucose 5%", True),
        ("oxaliplatin", "sodium chloride 0.9%", False),
        ("leucovorin", "glucose 5%", True),
        ("leucovorin", "sodium chloride 0.9%", True),
        ("leucovorin", "Ringer's lactate", False),
        ("irinotecan", "glucose 5%", True),
        ("irinotecan", "sodium chloride 0.9%", True),
        ("irinotecan", "glucose 10%", False),
    ],
)
def test_a_drug_goes_with_the_fluids_of_its_label(drug, diluent, allowed):
    entry = {**site_data()["preparation"]["oxaliplatin"], "diluent": diluent}
    preparation = {**site_data()["preparation"], drug: entry}
    try:
        checked({"preparation": preparation})
    except Mistake:
        assert allowed is False
    else:
        assert allowed is True


# -------------------------------------------------------------------------------------------------------------- decisions


@pytest.mark.parametrize(
    ("path", "choice"),
    [
        ("fluorouracil.dose", "methods"),
        ("fluorouracil.dose", "discussion"),
        ("leucovorin.form", "levoleucovorin"),
        ("leucovorin.start", "between oxaliplatin and fluorouracil"),
        ("premedication", "whatever the ward's standing order says"),
    ],
)
def test_a_decision_may_choose_so(path, choice):
    assert checked(decided(path, choice)) is None


@pytest.mark.parametrize(
    ("path", "choice", "words"),
    [
        ("oxaliplatin.dose", "methods", "an open question of haic-folfox"),
        ("fluorouracil", "methods", "an open question of haic-folfox"),
        ("fluorouracil.dose", "1.5 g/m^2", "one of the sources methods, discussion"),
        (
            "leucovorin.start",
            "at once",
            "one of: with oxaliplatin; between oxaliplatin and fluorouracil; with fluorouracil",
        ),
        ("leucovorin.start", "after fluorouracil", "one of: with oxaliplatin"),
    ],
)
def test_a_decision_may_not_choose_so(path, choice, words):
    with pytest.raises(Mistake, match=words):
        checked(decided(path, choice))


@pytest.mark.parametrize("key", ["by", "role", "on", "reason", "choose", "of", "protocol"])
def test_a_decision_has_a_name_a_role_a_day_and_a_reason(key):
    with pytest.raises(Mistake, match=key):
        checked({f"decisions.0.{key}": None})


def test_a_decision_on_a_protocol_of_the_hospital_s_own_is_left_to_that_protocol():
    ours = decided("fluorouracil.dose", "methods", "our-own")
    assert checked({**ours, "protocols": ["our-own@1"]}) is None


def test_all_wrong_decisions_are_told_at_once():
    wrong = changed(site_data(), {"decisions.0.of": "x", "decisions.1.choose": "y", "decisions.2.protocol": "z"})
    with pytest.raises(Mistake) as refused:
        library.check_decisions(*load_site(as_file(wrong), "site.yaml"))
    assert len(str(refused.value).split("\n")) == 3


# ------------------------------------------------------------------------------------------------------------- the rest


def test_a_decision_counts_for_its_own_protocol_only():
    other = decided("fluorouracil.dose", "discussion", "hepa-haic")
    assert an_order("haic-folfox", site=other)["lines"][2]["dose_per"] == {"value": 2.4, "unit": "g/m2"}


def test_a_component_may_be_prepared_otherwise_than_its_drug():
    bolus = {**site_data()["preparation"]["fluorouracil"], "volume": "50 mL", "step": "50 mg"}
    site, _ = a_site({"preparation.fluorouracil-bolus": bolus})
    found = (site.prepares("fluorouracil-bolus", "fluorouracil"), site.prepares("fluorouracil", "fluorouracil"))
    assert [one.volume.m_as("mL") for one in found] == [50, 500]


def test_the_schema_for_editors_is_json():
    assert "decisions" in json.loads(json.dumps(Site.model_json_schema(by_alias=True)))["properties"]


@pytest.mark.parametrize(
    ("analyte", "unit", "limit"),
    [
        # The bounds between the grades of CTCAE v5.0, with usual limits of a laboratory, in every unit that is in use
        ("platelets", "10^9/L", {"at_least": "25"}),
        ("platelets", "10^9/L", {"at_least": "50"}),
        ("platelets", "/µL", {"at_least": "75000"}),
        ("neutrophils", "10^9/L", {"at_least": "0.5"}),
        ("neutrophils", "/µL", {"at_least": "1000"}),
        ("haemoglobin", "g/dL", {"at_least": "7"}),
        ("haemoglobin", "mmol/L", {"at_least": "4.9"}),
        ("albumin", "g/dL", {"at_least": "2"}),
        ("bilirubin", "mg/dL", {"at_most": "3"}),
        ("bilirubin", "mg/dL", {"at_most": "12"}),  # 10 × 1.2
        ("bilirubin", "µmol/L", {"at_most": "51.3"}),
        ("creatinine", "mg/dL", {"at_most": "1.5"}),
        ("ALT", "U/L", {"at_most": "800"}),  # 20 × 40
        ("AST", "µkat/L", {"at_most": "13.3"}),
        ("INR", "INR", {"at_most": "2.5"}),
    ],
)
def test_a_gate_of_the_size_that_ctcae_grades_is_in_order(analyte, unit, limit):
    gate = {"analyte": analyte, "unit": unit, **limit, "within": "3 d", "from": "site policy"}
    assert check_holds(*a_site({"gates": [gate]})) is None


def test_a_gate_of_what_nobody_knows_here_is_the_hospital_s_own():
    gate = {"analyte": "fibrinogen", "unit": "g/L", "at_least": "1.5", "within": "3 d", "from": "site policy"}
    assert check_holds(*a_site({"gates": [gate]})) is None


@pytest.mark.parametrize("of", ["anthracycline", "platinum", "oxaliplatin"])
def test_a_limit_is_of_a_drug_or_of_a_class(of):
    assert checked({"cumulative": [{"of": of, "at_most": "450 mg/m2", "from": "site policy"}]}) is None
