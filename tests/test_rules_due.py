"""What is due of an order, read from protocol and site by hand: the example hospital's file says these numbers."""

from __future__ import annotations

import dataclasses

import pytest

from dosewright.orders.rules.due import Figure, GateDue, LifetimeDue, due
from dosewright.protocol.site import load_site

from . import ward
from .rulings import asked

FOLFOX, HEPA = "haic-folfox", "hepa-haic"


def at(site: dict | None = None, arm: str = FOLFOX):
    """What is due of one arm at the example hospital, with changes of its file."""
    return asked(arm, site)


def line(key: str, site: dict | None = None, arm: str = FOLFOX):
    return next(one for one in at(site, arm).lines if one.key == key)


# ------------------------------------------------------------------------------------------------------ body and calendar


def test_the_ranges_of_a_body_are_those_of_the_site():
    found = at()
    assert (found.height_least, found.height_most, found.height_usual_least, found.height_usual_most) == (
        100,
        230,
        140,
        200,
    )
    assert (found.weight_least, found.weight_most, found.weight_usual_least, found.weight_usual_most) == (
        25,
        250,
        35,
        150,
    )
    assert (found.mass_index_least, found.mass_index_most) == (16, 40)
    assert (found.weight_valid, found.weight_too_old, found.weight_change) == (7, 28, 0.1)
    assert (found.formula, found.weight_basis, found.surface_cap) == ("bsa_mosteller", "actual", None)


def test_ranges_in_other_units_are_the_same():
    site = {
        "body.height": {"refuse": "1 to 2.3 m", "confirm": "1.4 to 2 m"},
        "body.weight_range": {"refuse": "25000 to 250000 g", "confirm": "35000 to 150000 g"},
        "body.weight_valid": "1 wk",
    }
    one, other = at(site), at()
    for name in ("height_least", "height_most", "height_usual_least", "height_usual_most", "weight_least", "weight_most",
                 "weight_usual_least", "weight_usual_most", "weight_valid"):  # fmt: skip
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12)


def test_a_cap_of_the_surface_is_in_square_metres():
    assert at({"body.cap": "2 m²"}).surface_cap == 2.0


def test_what_a_site_has_not_decided_is_asked_of_nobody():
    found = at({"body.mass_index": "undecided", "gates": "undecided", "interactions": "undecided"})
    assert (found.mass_index_least, found.mass_index_most, found.gates, found.interactions) == (None, None, (), ())


def test_the_rest_of_the_site_and_of_the_protocol_is_as_written():
    found = at()
    assert (found.protocol, found.version, found.days, found.valid) == (FOLFOX, "1", (1,), 3)
    assert (found.genotype, found.prior_exposure, found.time_zone.key) == ("required", "required", "Asia/Shanghai")
    assert (found.needs_dpyd, found.dpyd_source) == (True, "label-fluorouracil")
    assert found.protocol_hash == ward.a_protocol(FOLFOX).document.sha256
    assert found.calendar.policy.known_until.isoformat() == "2027-01-31"
    assert found.drugs == {"oxaliplatin", "leucovorin", "fluorouracil"}
    assert at(arm=HEPA).drugs == found.drugs | {"doxorubicin"}


def test_the_interval_is_that_of_the_protocol_where_it_is_settled():
    assert [(one.interval_least, one.interval_most, one.interval_source) for one in (at(), at(arm=HEPA))] == [
        (21, 28, "methods"),
        (28, 42, "methods"),
    ]


def test_a_disputed_value_that_nobody_settled_is_the_methods_and_stands_against_the_site():
    found = at(dict(ward.undecided("interval")), HEPA)
    assert (found.interval_least, found.interval_most) == (28, 42)
    assert [(one.rule, one.where) for one in found.standing] == [("undecided", "interval")]


def test_an_interval_that_the_site_decided_otherwise_is_that_one():
    found = at(dict(ward.decided("interval", "discussion", HEPA)), HEPA)
    assert (found.interval_least, found.interval_most, found.interval_source) == (42, 42, "discussion")


def test_an_interval_that_the_protocol_leaves_open_is_none():
    found = asked(FOLFOX, None, {"interval": {"unstated": "true"}})
    assert (found.interval_least, found.interval_most) == (None, None)


def test_of_the_sites_interactions_those_of_a_drug_given_here_count():
    listed = [
        {"drug": drug, "with": "x", "severity": "warning", "from": "site policy"}
        for drug in ("irinotecan", "oxaliplatin")
    ]
    assert [one.drug for one in at({"interactions": listed}).interactions] == ["oxaliplatin"]


# ------------------------------------------------------------------------------------------------------------- the lines


@pytest.mark.parametrize(
    ("arm", "key", "mg", "elsewhere"),
    [
        (FOLFOX, "oxaliplatin", 85, 60), (FOLFOX, "leucovorin", 200, 200), (FOLFOX, "fluorouracil", 2400, 1200),
        (HEPA, "oxaliplatin", 60, 85), (HEPA, "leucovorin", 200, 200),
    ],
)  # fmt: skip
def test_the_dose_is_the_methods_and_that_of_the_other_arm_stands_beside_it(arm, key, mg, elsewhere):
    found, other = line(key, arm=arm), HEPA if arm == FOLFOX else FOLFOX
    assert (found.dose, found.dose_source, found.dose_basis) == (Figure(mg, "per m²", "methods"), "methods", "per m²")
    assert [(one.amount, one.source) for one in found.elsewhere] == [(elsewhere, other)]


def test_fluorouracil_is_disputed_and_flat_in_the_arm_with_beads():
    found, other = line("fluorouracil", arm=HEPA), line("fluorouracil")
    assert (found.dose, other.dose) == (Figure(1200, "flat", "methods"), Figure(2400, "per m²", "methods"))
    assert found.others == (Figure(1000, "per m²", "discussion"),)
    assert other.others == (Figure(1500, "per m²", "discussion"),)
    assert (found.elsewhere, other.elsewhere) == (
        (Figure(2400, "per m²", FOLFOX),),
        (Figure(1200, "flat", HEPA),),
    )


def test_a_dose_that_the_site_decided_otherwise_is_that_one_and_the_methods_stands_beside_it():
    found = line("fluorouracil", dict(ward.decided("fluorouracil.dose", "discussion")))
    assert found.dose == Figure(1500, "per m²", "discussion")
    assert found.others == (Figure(2400, "per m²", "methods"),)


def test_a_duration_that_the_protocol_leaves_open_is_the_sites():
    found = asked(FOLFOX, dict(ward.decided("oxaliplatin.over", "3 h")), {"components.0.over": {"unstated": "true"}})
    assert (found.lines[0].over, found.lines[0].over_source) == (3, "site")


def test_a_route_that_the_protocol_leaves_open_is_the_sites_or_any_that_it_names():
    routes = ["intravenous", "hepatic intra-arterial"]
    left_open = {"components.0.route": {"unstated": "true", "options": routes}}
    decided, undecided = (
        asked(FOLFOX, site, left_open).lines[0]
        for site in (dict(ward.decided("oxaliplatin.route", "intravenous")), None)
    )
    assert (decided.routes, decided.route_source) == ({"intravenous"}, "site")
    assert (undecided.routes, undecided.route_source) == (set(routes), "")


def test_routes_durations_and_starts_are_those_of_the_protocol():
    told = [(one.key, set(one.routes), one.over, [start.rule for start in one.starts]) for one in at().lines]
    assert told == [
        ("oxaliplatin", {"hepatic intra-arterial"}, 4, ["first"]),
        ("leucovorin", {"intravenous"}, 2, ["with"]),
        ("fluorouracil", {"hepatic intra-arterial"}, 20, ["after"]),
    ]
    assert {one.route_source for one in at().lines} == {one.over_source for one in at().lines} == {"methods"}
    assert [one.start_source for one in at().lines] == ["methods", "site", "methods"]
    assert [one.days for one in at().lines] == [(1,)] * 3


def test_two_lines_of_one_drug_are_prepared_each_as_its_own_entry_says_else_as_the_drugs():
    # The published regimen of 2017: 400 mg/m² of fluorouracil at once, then 2,400 mg/m² over 46 h; no duration for the first.
    arm, site = "haic-folfox-he-2017", ward.site_data()["preparation"]
    own = {"preparation.fluorouracil-bolus": {**site["fluorouracil"], "step": "50 mg"}}
    for changes, steps in ((None, [1, 1, 10, 10]), (own, [1, 1, 50, 10])):
        assert [one.step for one in at(changes, arm).lines] == steps
    told = [(one.key, one.drug, one.dose.amount, one.over, one.starts[0].rule) for one in at(None, arm).lines]
    assert told == [
        ("oxaliplatin", "oxaliplatin", 85, None, "first"),
        ("leucovorin", "leucovorin", 400, None, "after"),
        ("fluorouracil-bolus", "fluorouracil", 400, None, "after"),
        ("fluorouracil", "fluorouracil", 2400, 46, "after"),
    ]


def test_what_nobody_decided_may_be_any_of_those_that_the_protocol_names():
    found = line("leucovorin", dict(ward.undecided("leucovorin.start", "leucovorin.form")))
    assert [(one.rule, one.other, one.then) for one in found.starts] == [
        ("with", "oxaliplatin", ""),
        ("between", "oxaliplatin", "fluorouracil"),
        ("with", "fluorouracil", ""),
    ]
    assert (found.forms, found.form_source, found.start_source) == ({"racemic leucovorin", "levoleucovorin"}, "", "")


def test_the_form_is_what_the_site_decided_and_its_half_is_unlike():
    found = line("leucovorin")
    assert (found.forms, found.form_source) == ({"racemic leucovorin"}, "site")
    assert (found.unlike_forms, found.unlike_source) == ({"levoleucovorin"}, "gercor-c96.1")
    other = line("oxaliplatin")
    assert (other.forms, other.form_source, other.unlike_forms, other.unlike_source) == (set(), "", set(), "")


def test_what_the_label_says_of_a_drug_is_due():
    found = line("oxaliplatin")
    assert (found.diluents, found.diluent_source) == ({"glucose 5%"}, "label-oxaliplatin")
    assert (found.least, found.most, found.window_source) == (0.2, 0.7, "label-oxaliplatin")
    assert (found.incompatible, found.incompatible_source) == ({"fluorouracil"}, "label-oxaliplatin")
    assert (found.bearable, found.fastest, found.fastest_source) == (
        {"hepatic intra-arterial", "intravenous"},
        None,
        "",
    )
    # 160 mg/min are 9,600 mg/h.
    assert (line("leucovorin").fastest, line("leucovorin").fastest_source) == (9600, "label-leucovorin")
    assert (line("leucovorin").least, line("leucovorin").most, line("leucovorin").window_source) == (None, None, "")


def test_of_a_drug_of_which_the_label_says_nothing_nothing_is_due():
    by_vein = {"drug": "epirubicin", "route": {"is": "intravenous", "from": "methods"}}
    changes = {f"components.2.{name}": value for name, value in by_vein.items()}
    found = asked(FOLFOX, None, {**changes, "components.1.start": {"is": "with oxaliplatin", "from": "methods"}})
    drug = found.lines[2]
    assert (drug.diluents, drug.diluent_source, drug.incompatible, drug.incompatible_source) == (set(), "", set(), "")
    assert (drug.fastest, drug.fastest_source, drug.least, drug.window_source) == (None, "", None, "")
    assert (found.needs_dpyd, found.dpyd_source) == (False, "")


def test_the_lines_of_the_site_have_their_routes():
    assert line("leucovorin").lines == {
        "hepatic artery catheter": "hepatic intra-arterial",
        "peripheral vein": "intravenous",
    }


def test_a_drug_without_facts_of_its_own_has_none_invented():
    found = line("fluorouracil")
    for name in ("limit", "cap", "most_per_m2", "most_per_day", "most_per_cycle"):
        assert getattr(found, name) is None
    assert (found.limit_source, found.step, found.doses, found.most_deviation) == ("", 10, set(), 0.05)
    assert (found.stocked, line("oxaliplatin").stocked) == ({500}, {250, 500})


def test_a_limit_of_the_protocol_is_a_figure_with_its_source():
    found = asked(FOLFOX, None, {"components.0.limit": {"at_most": "0.09 g/m2", "from": "methods"}}).lines[0]
    assert (found.limit, found.limit_source) == (Figure(pytest.approx(90), "per m²", "methods"), "methods")


def test_the_sites_limits_of_a_line_are_in_milligrams_and_millilitres():
    prepared = "preparation.oxaliplatin"
    found = line(
        "oxaliplatin",
        {
            f"{prepared}.dose_cap": "0.2 g",
            f"{prepared}.most_per_m2": "0.13 g/m²",
            f"{prepared}.most_per_day": "0.25 g",
            f"{prepared}.most_per_cycle": "0.3 g",
            f"{prepared}.step": "0.005 g",
            f"{prepared}.most_deviation": "2.5 %",
            f"{prepared}.stocked": ["0.25 L"],
        },
    )
    told = [found.cap, found.most_per_m2, found.most_per_day, found.most_per_cycle, found.step, found.most_deviation]
    assert told == pytest.approx([200, 130, 250, 300, 5, 0.025], rel=1e-12)
    assert list(found.stocked) == pytest.approx([250])


def test_a_table_of_bands_stands_in_place_of_a_step():
    bands = "130 mg to 140 mg: 135 mg; 140 mg to 150 mg: 145 mg; limit 4 %"
    found = line("oxaliplatin", {"preparation.oxaliplatin.bands": bands})
    assert (found.step, found.doses) == (None, {135, 145})
    assert ([band.dose for band in found.bands], found.table) == ([135, 145], "the site's table of bands")


def test_a_table_of_bands_in_a_file_is_told_by_its_name():
    files = {"ox.yaml": (ward.EXAMPLES / "bands-oxaliplatin.yaml").read_bytes()}
    changes = {"preparation.oxaliplatin.bands": {"file": "ox.yaml"}}
    site, _ = load_site(ward.as_file(ward.site_data(changes)), "site.yaml", files.__getitem__)
    found = due(ward.a_protocol(FOLFOX), site).lines[0]
    assert (found.table, 140 in found.doses) == ("the table made-up-oxaliplatin 2026-11", True)


def test_a_line_that_the_site_does_not_prepare_is_asked_nothing_of():
    site = ward.site_data()["preparation"]
    site.pop("leucovorin")
    found = line("leucovorin", {"preparation": site})
    asked_ = (found.cap, found.most_per_m2, found.most_per_day, found.most_per_cycle, found.step, found.most_deviation)
    assert asked_ == (None,) * 6
    assert (found.doses, found.stocked, found.bands, found.table) == (frozenset(), frozenset(), (), "")


# -------------------------------------------------------------------------------------------------------- beads and gates


def test_the_beads_are_due_as_protocol_site_and_maker_say():
    found = at(arm=HEPA).beads
    assert (found.drug, found.least, found.most, found.source) == ("doxorubicin", 40, 60, "methods-deb-tace")
    assert (found.contact, found.final_volume, found.final_volume_per) == (pytest.approx(20 / 60), 20, "vial")
    assert found.unfit == {"fluorouracil": "hepasphere-faq"}
    assert at().beads is None


def test_beads_of_which_the_protocol_says_no_volume_and_no_time_have_none():
    path = "procedures.0.loading"
    changes = {f"{path}.final_volume": {"unstated": "true"}, f"{path}.contact_at_least": {"unstated": "true"}}
    found = asked(HEPA, None, changes).beads
    assert (found.final_volume, found.contact, found.least) == (None, None, 40)


def test_what_a_vial_of_beads_holds_is_what_the_site_decided_where_the_source_contradicts_itself():
    disputed = {"is": "40 to 60 mg/vial", "from": "methods-deb-tace",
                "disputed": {"is": "25 to 50 mg/vial", "from": "discussion"}}  # fmt: skip
    site = dict(ward.decided("beads.capacity", "discussion", HEPA))
    found = asked(HEPA, site, {"procedures.0.loading.capacity": disputed}).beads
    assert (found.least, found.most, found.source) == (25, 50, "discussion")


def test_beads_of_which_nobody_decided_the_drug_have_none():
    found = at(dict(ward.undecided("beads.drug", "beads.final_volume_per")), HEPA)
    assert (found.beads.drug, found.beads.final_volume_per, found.beads.final_volume) == (None, None, 20)
    assert "doxorubicin" not in found.drugs


def test_a_gate_has_the_sites_limit_and_what_a_patients_value_can_be():
    assert at().gates[0] == GateDue(
        "neutrophils", "neutrophils", "10^9/L", 1.5, None, 3, "site policy", 0.01, 200, True
    )
    assert at().gates[2] == GateDue("bilirubin", "bilirubin", "µmol/L", None, 30, 3, "site policy", 1.5, 1500, False)


def test_a_gate_of_an_analyte_that_is_not_known_has_no_bounds_of_its_own():
    gates = [{"analyte": "fibrinogen", "unit": "g/L", "at_least": "1.5", "within": "3 d", "from": "site policy"}]
    (found,) = at({"gates": gates}).gates
    assert found == GateDue("fibrinogen", "fibrinogen", "g/L", 1.5, None, 3, "site policy", None, None, False)


def test_a_gate_in_another_unit_has_its_bounds_in_that_unit():
    # Bilirubin is 17.104 µmol/L for each mg/dL.
    gates = [{"analyte": "bilirubin", "unit": "mg/dL", "at_most": "1.8", "within": "3 d", "from": "site policy"}]
    (found,) = at({"gates": gates}).gates
    assert (found.least, found.most) == pytest.approx((1.5 / 17.104, 1500 / 17.104), rel=2e-3)


def test_criteria_are_those_of_the_protocol():
    found = {one.id: one for one in at().criteria}
    assert (found["age"].measures, found["age"].at_least, found["age"].at_most) == ("age", 18, 85)
    assert (found["ecog"].at_least, found["ecog"].at_most) == (None, 2)
    assert (found["child-pugh"].one_of, found["child-pugh"].source) == ({"A", "B"}, "methods-patients")
    assert found["ecog"].text == "ECOG performance status at most 2"


def test_a_limit_over_a_lifetime_counts_for_the_drug_and_for_its_class():
    assert at(arm=HEPA).lifetimes == (
        LifetimeDue("anthracycline", 450, ("doxorubicin", "epirubicin"), "site policy"),
        LifetimeDue("doxorubicin", 550, ("doxorubicin",), "label-doxorubicin"),
    )
    assert at().lifetimes == ()


def test_where_all_is_decided_nothing_stands_against_protocol_or_site():
    assert at().standing == ()
    assert [one.rule for one in at(dict(ward.undecided("fluorouracil.dose"))).standing] != []


def test_due_is_settled_once_and_never_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        at().valid = 4
    assert due(ward.a_protocol(FOLFOX), ward.a_site()[0]) == due(ward.a_protocol(FOLFOX), ward.a_site()[0])
