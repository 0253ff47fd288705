"""Order lines: from the dose per m² to what the pump is told, the working true to the last digit it prints."""

from __future__ import annotations

import random
import re

import pytest

from dosewright.orders import basis as bodies
from dosewright.orders.doses import doses, line_data
from dosewright.protocol import library
from dosewright.protocol.site import reference_site
from dosewright.units import HEIGHT, WEIGHT

from .tables import golden, number_of, printed, unit_of
from .ward import a_protocol, a_site, an_order, decided, findings, line, mg, rules, severities, site_data

REFERENCE = reference_site()[0]


def lines_of(protocol: str, height: str, weight: str, site=REFERENCE) -> dict[str, dict]:
    """The lines of one body, by name, as programs read them."""
    body = bodies.basis(site.body, height=HEIGHT.read(height), weight=WEIGHT.read(weight), sex=None)
    return {one.key: line_data(one) for one in doses(library.find(protocol), site, body, what_if={}).lines}


def as_printed(quantity: dict, like: str) -> str:
    """A quantity of data in as many digits as a golden number."""
    unit = {"mg/m²": "mg/m2"}.get(unit_of(like), unit_of(like))
    if quantity["unit"] != unit:
        return f"{quantity['value']} {quantity['unit']}"
    return f"{printed(quantity['value'], like)} {unit_of(like)}"


# -------------------------------------------------------------------------------------------------------- whole lines

WHERE = {
    "calculated": lambda one: one["calculated"],
    "elsewhere": lambda one: one["disputed"][0]["calculated"],
    "ordered": lambda one: one["ordered"],
    "deviation": lambda one: one["deviation"],
    "dose_rate": lambda one: one["dose_rate"],
    "undiluted": lambda one: one["made"]["concentration_without_drug_volume"],
    "rate": lambda one: one["rate"],
}
FIGURES = [
    pytest.param(case["given"], key, name, value, id=f"{case['case']}: {key}, {name}")
    for case in golden("orders")
    for key, figures in case["gives"].items()
    for name, value in figures.items()
]


@pytest.mark.parametrize(("given", "key", "name", "value"), FIGURES)
def test_a_line_is_what_an_outsider_works_out(given, key, name, value):
    site = REFERENCE if given["site"] == "reference" else a_site()[0]
    one = lines_of(given["protocol"], given["height"], given["weight"], site)[key]
    if name == "vials":
        assert " + ".join(f"{count} × {mg(vial):g} mg" for count, vial in one["made"]["vials"]) == value
    else:
        found = WHERE.get(name, lambda line: line["made"][name])(one)
        assert as_printed(found, value) == value


UNROUNDED = [
    pytest.param(case["given"], dose, id=f"{case['case']}: {dose['dose']}")
    for case in golden("doses")
    for dose in case["gives"]
    if "dose_rate" in dose and dose["dose"] != "1200 mg/m²"
]
ARM = {"60 mg/m²": ("hepa-haic", "oxaliplatin"), "85 mg/m²": ("haic-folfox", "oxaliplatin"),
       "200 mg/m²": ("hepa-haic", "leucovorin"), "2400 mg/m²": ("haic-folfox", "fluorouracil"),
       "1500 mg/m²": ("haic-folfox", "fluorouracil"), "1200 mg": ("hepa-haic", "fluorouracil"),
       "1000 mg/m²": ("hepa-haic", "fluorouracil")}  # fmt: skip


@pytest.mark.parametrize(("person", "dose"), UNROUNDED)
def test_the_published_patients_get_what_the_fact_base_computed(person, dose):
    # A site that rounds to 0.0001 mg, so that dose rates and concentrations show the digits of the fact base.
    protocol, key = ARM[dose["dose"]]
    for bag in (250, 500):
        fine = {f"preparation.{key}.step": "0.0001 mg", f"preparation.{key}.volume": f"{bag} mL"}
        choice = "discussion" if dose["dose"] in {"1500 mg/m²", "1000 mg/m²"} else "methods"
        questions = library.find(protocol).protocol.questions()
        site, _ = a_site(fine | (decided(f"{key}.dose", choice, protocol) if f"{key}.dose" in questions else {}))
        one = lines_of(protocol, person["height"], person["weight"], site)[key]
        made = one["made"]
        found = {
            "calculated": one["calculated"],
            f"c{bag}": made["concentration_without_drug_volume"],
            f"c{bag}_with_drug": made["concentration"],
        }
        expected = {name: value for name, value in dose.items() if name in found}
        assert {name: as_printed(found[name], value) for name, value in expected.items()} == expected
        assert one["dose_rate"]["value"] == pytest.approx(float(number_of(dose["dose_rate"])), abs=0.0001)


# ---------------------------------------------------------------------------------------------------------- the working


def test_the_working_shows_dose_surface_product_rounding_and_deviation():
    assert line(an_order(), "oxaliplatin")["working"] == "85 mg/m² × 1.6583 m² = 140.96 mg, to 1 mg: 141 mg, +0.03 %"


def test_the_working_of_a_flat_dose_shows_that_it_is_flat():
    assert line(an_order("hepa-haic"), "fluorouracil")["working"] == "1.2 g flat = 1,200 mg, to 10 mg: 1,200 mg, 0 %"


def test_a_dose_per_kg_is_worked_by_the_weight():
    # 2 mg/kg × 60 kg = 120 mg
    per_kg = a_protocol("haic-folfox", {"components.0.dose.is": "2 mg/kg"})
    one = line(an_order(per_kg, site={"protocols": ["haic-folfox@1"]}), "oxaliplatin")
    assert (one["working"], one["basis"]) == ("2 mg/kg × 60 kg = 120 mg, to 1 mg: 120 mg, 0 %", "per kg")


def test_the_working_closes_with_the_digits_it_prints():
    # H09: 300 bodies; what is printed left of the equals sign multiplies to what is printed right of it.
    chance = random.Random("working")
    wrong = []
    for _ in range(300):
        height, weight = f"{chance.randrange(1400, 2000) / 10} cm", f"{chance.randrange(350, 1500) / 10} kg"
        for one in lines_of(chance.choice(["haic-folfox", "hepa-haic"]), height, weight).values():
            match = re.match(r"([\d.,]+) (m?g)/m² × ([\d.]+) m² = ([\d.,]+) mg", one["working"])
            if match:
                factor = float(match[1].replace(",", "")) * (1000 if match[2] == "g" else 1)
                right = match[4].replace(",", "")
                decimals = max(2, len(right.partition(".")[2]))
                if (
                    printed(factor * float(match[3]) * (1 + 1e-14), f"{0:.{decimals}f}")
                    != f"{float(right):.{decimals}f}"
                ):
                    wrong.append(one["working"])
    assert wrong == []


def test_the_surface_is_not_rounded_before_the_dose():
    # 158 cm, 52 kg: √(158 × 52 ÷ 3600) = 1.510703 m², × 2400 = 3625.69 mg; with 1.5107 it would be 3625.68, with 1.51 3624.
    one = lines_of("haic-folfox", "158 cm", "52 kg")["fluorouracil"]
    assert as_printed(one["calculated"], "3625.6861 mg") == "3625.6861 mg"


# --------------------------------------------------------------------------------------------------- what stands beside


@pytest.mark.parametrize(("protocol", "elsewhere"), [("haic-folfox", 2487.47), ("hepa-haic", 1658.31)])
def test_the_other_figure_of_the_paper_stands_beside_the_dose_in_this_patient_s_milligrams(protocol, elsewhere):
    (other,) = lines_of(protocol, "165 cm", "60 kg")["fluorouracil"]["disputed"]
    assert (round(mg(other["calculated"]), 2), other["from"]) == (elsewhere, "discussion")


def test_it_still_stands_there_once_the_site_has_decided():
    (other,) = line(an_order(site=decided("fluorouracil.dose", "discussion")), "fluorouracil")["disputed"]
    assert (round(mg(other["calculated"]), 2), other["from"]) == (3979.95, "methods")


def test_what_the_paper_says_once_has_nothing_beside_it():
    assert line(an_order(), "oxaliplatin")["disputed"] == []


# ------------------------------------------------------------------------------------------------------------- caps


CAPPED = {"preparation.oxaliplatin.dose_cap": "100 mg"}


def test_a_capped_dose_is_a_finding_with_the_dose_that_it_would_have_been():
    (finding,) = findings(an_order(site=CAPPED), "dose-capped")
    assert (finding["severity"], finding["measured"], finding["allowed"]) == ("warning", "140.96 mg", "100 mg")


def test_a_capped_dose_keeps_its_calculated_dose_and_shows_the_cap_in_its_working():
    one = line(an_order(site=CAPPED), "oxaliplatin")
    assert (
        round(mg(one["calculated"]), 2),
        mg(one["capped"]),
        mg(one["ordered"]),
        "capped at 100 mg" in one["working"],
    ) == (
        140.96,
        100,
        100,
        True,
    )


def test_a_cap_that_does_not_decide_is_not_told():
    one = line(an_order(site={"preparation.oxaliplatin.dose_cap": "141 mg"}), "oxaliplatin")
    assert (one["capped"], "capped" in one["working"]) == (None, False)


def test_a_cap_is_policy_and_no_fault_of_rounding():
    assert rules(an_order(site=CAPPED)) & {"rounding", "dose-capped"} == {"dose-capped"}


def test_a_dose_is_never_rounded_up_past_its_cap():
    # H22: calculated 140.96 mg, cap 140.99 mg, step 1 mg: 141 would pass the cap.
    made = an_order(site={"preparation.oxaliplatin.dose_cap": "140.99 mg"})
    assert mg(line(made, "oxaliplatin")["ordered"]) == 140


@pytest.mark.parametrize("cap", [140.0, 140.4, 140.5, 140.6, 140.96, 141.0, 141.4, 141.5])
@pytest.mark.parametrize("step", [0.5, 1, 5, 10])
def test_no_ordered_dose_lies_above_its_cap(cap, step):
    policy = {"preparation.oxaliplatin.dose_cap": f"{cap} mg", "preparation.oxaliplatin.step": f"{step} mg"}
    assert mg(line(an_order(site=policy), "oxaliplatin")["ordered"]) <= cap


# ----------------------------------------------------------------------------------------------------------- rounding


def test_rounding_further_than_the_site_allows_stops_release():
    # 140.96 mg to the nearest 50 mg is 150 mg, +6.42 %.
    (finding,) = findings(an_order(site={"preparation.oxaliplatin.step": "50 mg"}), "rounding")
    assert (finding["severity"], finding["measured"], finding["allowed"]) == (
        "blocks-release",
        "+6.42 %",
        "at most 5 % of the calculated dose",
    )


def test_rounding_as_far_as_the_site_allows_does_not():
    # 140.96 mg to 150 mg is +6.42 %, within 6.5 %.
    policy = {"preparation.oxaliplatin.step": "50 mg", "preparation.oxaliplatin.most_deviation": "6.5 %"}
    assert "rounding" not in rules(an_order(site=policy))


def test_a_dose_that_would_round_to_nothing_is_refused():
    made = an_order(site={"preparation.oxaliplatin.step": "500 mg"})
    assert (severities(made, "cannot-round"), [one["key"] for one in made["lines"]]) == (
        {"refuse"},
        ["leucovorin", "fluorouracil"],
    )


def test_no_dose_without_a_finding_lies_further_off_than_its_site_allows():
    # H44: 200 bodies, steps and limits by chance; the deviation is told against the calculated dose.
    chance = random.Random("rounding")
    wrong = []
    for _ in range(200):
        step, most = chance.choice([1, 2.5, 5, 10, 25, 50]), chance.choice([0.5, 1, 2, 5, 10])
        site, _ = _policy(step, most)
        height, weight = f"{chance.randrange(140, 200)} cm", f"{chance.randrange(35, 150)} kg"
        body = bodies.basis(site.body, height=HEIGHT.read(height), weight=WEIGHT.read(weight), sex=None)
        made = doses(library.find("haic-folfox"), site, body, what_if={})
        remarked = {one.where for one in made.findings if one.rule in {"rounding", "cannot-round"}}
        for one in made.lines:
            off = abs(one.ordered.m_as("mg") / one.calculated.m_as("mg") - 1) * 100
            if (one.key not in remarked) != (off <= most + 1e-9):
                wrong.append((height, weight, one.key, off, most))
    assert wrong == []


def _policy(step, most):
    drugs = site_data()["preparation"]
    steps = {f"preparation.{drug}.step": f"{step} mg" for drug in drugs}
    return a_site(steps | {f"preparation.{drug}.most_deviation": f"{most} %" for drug in drugs})


# ------------------------------------------------------------------------------------------------------ concentration


def test_a_concentration_below_the_window_stops_release_and_the_bag_that_fits_is_named():
    # 158 cm, 52 kg, 60 mg/m²: 91 mg in 500 mL is 0.182 mg/mL, and 0.176 with the drug's 18.2 mL.
    made = an_order("hepa-haic", of="small", site={"preparation.oxaliplatin.volume": "500 mL"})
    (finding,) = findings(made, "concentration")
    assert (finding["severity"], finding["where"], finding["allowed"], finding["source"]) == (
        "blocks-release",
        "oxaliplatin",
        "0.2 to 0.7 mg/mL",
        "label-oxaliplatin",
    )
    assert re.search(r"0\.182 mg/mL without .* 0\.176 mg/mL with ", finding["measured"])
    assert re.search(r"below .* in 500 mL; .* in 250 mL$", finding["message"])


def test_a_concentration_within_the_window_is_no_finding():
    assert "concentration" not in rules(
        an_order("hepa-haic", of="small", site={"preparation.oxaliplatin.volume": "250 mL"})
    )


def test_a_concentration_above_the_window_stops_release_too():
    # 185 cm, 140 kg, 85 mg/m²: 228 mg in 250 mL is 0.912 mg/mL, and 0.771 with the drug's 45.6 mL.
    (finding,) = findings(an_order(of="large", cycle=2), "concentration")
    assert finding["severity"] == "blocks-release"
    assert re.search(r"above .* in 250 mL; .* in 500 mL$", finding["message"])


@pytest.mark.parametrize(("milligrams", "below"), [(99, True), (100, True), (104, True), (105, False)])
def test_the_floor_in_500_ml_is_100_mg_and_105_with_the_drug_s_own_volume(milligrams, below):
    # 0.2 × 500 = 100 mg; d ÷ (500 + d ÷ 5) = 0.2 at d = 104.17 mg.
    flat = a_protocol("haic-folfox", {"components.0.dose.is": f"{milligrams} mg"})
    made = an_order(flat, site={"preparation.oxaliplatin.volume": "500 mL"})
    assert bool(findings(made, "concentration")) == below


def test_no_bag_is_advised_that_would_not_do():
    # In 1000 mL 91 mg is further below still; of 250 mL the site has none.
    policy = {"preparation.oxaliplatin.volume": "500 mL", "preparation.oxaliplatin.stocked": ["500 mL", "1000 mL"]}
    (finding,) = findings(an_order("hepa-haic", of="small", site=policy), "concentration")
    assert "1,000 mL" not in finding["message"]


def test_no_bag_is_advised_that_would_do_only_without_the_drug_s_own_volume():
    # 102 mg in 500 mL is 0.204 mg/mL, and with the drug's 20.4 mL it is 0.196; in 250 mL both are within.
    flat = a_protocol("haic-folfox", {"components.0.dose.is": "102 mg"})
    (finding,) = findings(an_order(flat, site={"preparation.oxaliplatin.volume": "1000 mL"}), "concentration")
    assert ("250 mL" in finding["message"], "500 mL" in finding["message"]) == (True, False)


def test_where_the_drug_s_volume_is_exchanged_such_a_bag_does():
    flat = a_protocol("haic-folfox", {"components.0.dose.is": "102 mg"})
    policy = {"preparation.oxaliplatin.volume": "1000 mL", "preparation.oxaliplatin.drug_volume": "exchanged"}
    (finding,) = findings(an_order(flat, site=policy), "concentration")
    assert ("250 mL" in finding["message"], "500 mL" in finding["message"]) == (True, True)


def test_a_drug_without_a_window_has_no_such_finding():
    found = findings(an_order(site={"preparation.leucovorin.volume": "1000 mL"}), "concentration")
    assert {one["where"] for one in found} <= {"oxaliplatin"}


# ---------------------------------------------------------------------------------------------------------- the pump


def test_the_rate_times_the_hours_is_the_volume_and_the_dose():
    # H30 and H42, for all lines of the example patients.
    for of, protocol in (("usual", "haic-folfox"), ("small", "hepa-haic")):
        for one in an_order(protocol, of=of)["lines"]:
            made, hours = one["made"], one["over"]["value"]
            volume = one["rate"]["value"] * hours
            assert (volume, volume * made["concentration"]["value"]) == pytest.approx(
                (made["volume"]["value"], mg(one["ordered"])), rel=1e-12
            )


def test_a_rate_is_in_ml_per_hour_and_in_nothing_else():
    assert {one["rate"]["unit"] for one in an_order()["lines"]} == {"mL/h"}


def test_exchanged_the_drug_s_own_volume_does_not_add_to_the_bag():
    one = line(an_order(site={"preparation.oxaliplatin.drug_volume": "exchanged"}), "oxaliplatin")
    assert one["made"]["volume"] == {"value": 250, "unit": "mL"}


def test_leucovorin_faster_than_its_label_allows_is_refused():
    # 332 mg in 2 min is 166 mg/min; the label allows 160.
    fast = a_protocol("haic-folfox", {"components.1.over.is": "2 min"})
    (finding,) = findings(an_order(fast), "too-fast")
    assert (finding["severity"], finding["measured"], finding["allowed"]) == (
        "refuse",
        "166 mg/min",
        "at most 160 mg/min",
    )


def test_leucovorin_as_fast_as_its_label_allows_is_not():
    # 320 mg in 2 min is 160 mg/min.
    fast = a_protocol("haic-folfox", {"components.1.over.is": "2 min", "components.1.dose.is": "320 mg"})
    assert "too-fast" not in rules(an_order(fast))


# ----------------------------------------------------------------------------------------------- what is not decided


def test_without_a_word_of_preparation_there_is_a_dose_and_no_rate():
    policy = {"preparation": {drug: one for drug, one in site_data()["preparation"].items() if drug != "leucovorin"}}
    made = an_order(site=policy)
    (finding,) = findings(made, "preparation-undecided")
    one = line(made, "leucovorin")
    assert (finding["severity"], finding["where"], mg(one["ordered"]), one["rate"]) == (
        "blocks-release",
        "leucovorin",
        332,
        None,
    )


@pytest.mark.parametrize("key", ["product", "volume"])
def test_without_product_or_volume_there_is_no_rate(key):
    made = an_order(site={f"preparation.oxaliplatin.{key}": "undecided"})
    assert (severities(made, "preparation-undecided"), line(made, "oxaliplatin")["rate"]) == ({"blocks-release"}, None)


def test_with_everything_decided_nothing_of_it_is_undecided():
    assert rules(an_order()) & {"preparation-undecided", "duration-undecided", "dose-undecided"} == set()


def test_without_a_duration_there_is_no_rate_and_no_time():
    one_of_he = an_order("haic-folfox-he-2017")
    assert (severities(one_of_he, "duration-undecided"), line(one_of_he, "leucovorin")["rate"]) == (
        {"blocks-release"},
        None,
    )


def test_without_a_dose_there_is_no_line():
    silent = a_protocol("haic-folfox", {"components.1.dose": {"unstated": "true"}})
    made = an_order(silent)
    (finding,) = findings(made, "dose-undecided")
    assert (finding["severity"], finding["where"], [one["key"] for one in made["lines"]]) == (
        "refuse",
        "leucovorin.dose",
        ["oxaliplatin", "fluorouracil"],
    )


@pytest.mark.parametrize(
    "policy",
    [
        {"preparation.oxaliplatin.product.vials": ["1 mg"]},
        {"preparation.oxaliplatin.volume": "20 mL", "preparation.oxaliplatin.drug_volume": "exchanged"},
    ],
    ids=["141 vials", "28.2 mL of drug in 20 mL"],
)
def test_what_cannot_be_prepared_is_refused_and_told_of_its_line(policy):
    made = an_order(site=policy)
    (finding,) = findings(made, "cannot-prepare")
    assert (finding["severity"], finding["where"], line(made, "oxaliplatin")["made"]) == ("refuse", "oxaliplatin", None)


def test_a_diluent_that_the_label_does_not_name_is_refused_under_any_name_of_the_entry():
    # The check of the site file sees the entries of drugs; an entry of a component is seen by the order.
    bolus = {**site_data()["preparation"]["oxaliplatin"], "diluent": "sodium chloride 0.9%"}
    named = a_protocol("haic-folfox", {
        "components.0.id": "oxaliplatin-first", "components.2.start.is": "after oxaliplatin-first",
        "components.1.start": {"is": "with oxaliplatin-first", "from": "methods"},
    })  # fmt: skip
    (finding,) = findings(an_order(named, site={"preparation.oxaliplatin-first": bolus}), "diluent")
    assert (finding["severity"], finding["measured"], finding["allowed"]) == (
        "refuse",
        "sodium chloride 0.9%",
        "glucose 5%",
    )


# ---------------------------------------------------------------------------------------------------------------- limits


def limited(at_most: str, is_: str = "85 mg/m^2"):
    limit = {"at_most": at_most, "from": "methods"}
    return a_protocol("haic-folfox", {"components.0.limit": limit, "components.0.dose.is": is_})


def test_an_ordered_dose_above_the_limit_of_its_protocol_is_refused():
    # 85 mg/m² × 1.65831 m² = 140.96 mg; rounded up to 141 mg it passes the same limit of 85 mg/m².
    (finding,) = findings(an_order(limited("85 mg/m^2")), "above-limit")
    assert (finding["severity"], finding["measured"], finding["allowed"]) == ("refuse", "141 mg", "at most 140.96 mg")


def test_an_ordered_dose_under_the_limit_is_not():
    # 85.1 mg/m² would be 141.12 mg.
    assert "above-limit" not in rules(an_order(limited("85.1 mg/m^2")))


def test_an_ordered_dose_that_is_its_limit_is_not_above_it():
    assert "above-limit" not in rules(an_order(limited("141 mg", "141 mg")))


# --------------------------------------------------------------------------------------------------------------- dose bands

BANDS = {"preparation.oxaliplatin.bands": "130 mg to 140 mg: 135 mg; 140 mg to 150 mg: 145 mg; limit 4 %"}


def test_by_a_table_of_bands_the_dose_of_its_band_is_ordered():
    # 140.96 mg lies from 140 to 150 mg: 145 mg, (145 − 140.95655) ÷ 140.95655 = +2.87 %.
    one = line(an_order(site=BANDS), "oxaliplatin")
    assert (mg(one["ordered"]), one["working"]) == (
        145,
        "85 mg/m² × 1.6583 m² = 140.96 mg, by dose band 140 to 150 mg, row 2 of the site's own table: 145 mg, "
        "+2.87 % of the calculated dose",
    )


def test_a_band_that_departs_further_than_the_site_allows_stops_release():
    policy = {**BANDS, "preparation.oxaliplatin.most_deviation": "2 %"}
    assert severities(an_order(site=policy), "rounding") == {"blocks-release"}


def test_a_band_is_never_taken_past_a_cap():
    policy = {**BANDS, "preparation.oxaliplatin.dose_cap": "144 mg"}
    assert mg(line(an_order(site=policy), "oxaliplatin")["ordered"]) == 135


def test_a_dose_outside_its_table_of_bands_is_refused():
    (finding,) = findings(an_order(site=BANDS, of="small"), "cannot-round")
    assert (finding["severity"], "outside the table of bands (130 to 150 mg)" in finding["message"]) == ("refuse", True)


# ------------------------------------------------------------------------------------------------------------- the laws


@pytest.mark.parametrize("protocol", library.names())
def test_twice_the_dose_per_area_is_twice_the_dose(protocol):
    one = a_protocol("haic-folfox", {"components.0.dose.is": "42.5 mg/m^2"})
    half, whole = (mg(line(an_order(loaded), "oxaliplatin")["calculated"]) for loaded in (one, "haic-folfox"))
    assert whole == pytest.approx(2 * half, rel=1e-12)


@pytest.mark.parametrize("times", [2, 3])
def test_a_cycle_adds_what_is_given_on_all_its_days(times):
    # 200 mg/m² on two or three days: 332 mg each time.
    days = [str(day) for day in range(1, times + 1)]
    daily = a_protocol("haic-folfox", {"components.1.days": days})
    assert mg(line(an_order(daily), "leucovorin")["total_of_cycle"]) == 332 * times


def test_a_day_has_the_lines_of_that_day():
    daily = a_protocol("haic-folfox", {"components.1.days": ["1", "2"], "components.2.days": ["2"]})
    lines = [[one["key"] for one in an_order(daily, day=day)["lines"]] for day in (1, 2)]
    assert lines == [["oxaliplatin", "leucovorin"], ["leucovorin", "fluorouracil"]]


def test_a_number_of_a_line_is_its_place():
    assert [one["number"] for one in an_order()["lines"]] == [1, 2, 3]


def test_every_line_carries_the_cautions_of_its_drug():
    assert any("flush the line with glucose 5%" in caution for caution in line(an_order(), "oxaliplatin")["cautions"])


def test_the_numbers_of_a_golden_case_stand_in_its_working():
    # So that a slip in the table is seen by whoever reads it, and not only by this machine.
    for case in golden("orders"):
        for figures in case["gives"].values():
            assert number_of(figures["calculated"]).rstrip("0")[:6] in case["worked"].replace("\n", " ")
