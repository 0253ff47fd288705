"""What doses are computed from: height, weight and body surface, how old they are, and whether they can be right."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random

import pytest

from dosewright.calculators import body
from dosewright.errors import CannotCompute, Refusal
from dosewright.orders import basis as bodies
from dosewright.orders.finding import STOPPING
from dosewright.protocol.site import BsaFormula, reference_site
from dosewright.units import HEIGHT, WEIGHT, quantity

from .tables import golden, printed
from .ward import DAY, a_patient, a_site, an_order, findings, rules, severities

POLICY = reference_site()[0].body


def basis_of(height: str, weight: str, *, sex: str | None = None, policy=POLICY):
    return bodies.basis(policy, height=HEIGHT.read(height), weight=WEIGHT.read(weight), sex=sex)


def remarks(height: str, weight: str) -> dict[str, str]:
    """The findings on a body: rule and how grave."""
    return {one.rule: one.severity for one in bodies.plausibility(POLICY, basis_of(height, weight))}


# -------------------------------------------------------------------------------------------------- the surface in use


@pytest.mark.parametrize("case", golden("doses"), ids=lambda case: case["case"])
def test_the_surface_is_what_an_outsider_computes(case):
    surface = basis_of(case["given"]["height"], case["given"]["weight"]).surface
    assert f"{printed(surface.m_as('m²'), case['surface'])} m²" == case["surface"]


@pytest.mark.parametrize("formula", BsaFormula.__args__)
def test_the_formula_is_the_site_s(formula):
    policy, _ = a_site({"body.formula": formula})
    made = basis_of("165 cm", "60 kg", sex="male", policy=policy.body)
    assert (made.formula, made.surface) == (formula, made.uncapped)


@pytest.mark.parametrize("formula", BsaFormula.__args__)
def test_every_formula_of_a_policy_is_a_calculator(formula):
    assert callable(getattr(body, formula)) is True


def test_every_formula_there_is_may_be_a_policy():
    assert {name for name in vars(body) if name.startswith("bsa_")} == set(BsaFormula.__args__)


@pytest.mark.parametrize("formula", ["bsa_schlich", "bsa_zhao"])
def test_a_formula_that_needs_the_sex_has_no_answer_without_it(formula):
    policy, _ = a_site({"body.formula": formula})
    with pytest.raises(CannotCompute, match="needs the sex, which is unknown"):
        basis_of("165 cm", "60 kg", policy=policy.body)


def test_the_other_formulas_stand_beside_it_with_their_distance():
    # bc -l: 0.007184 × 60^0.425 × 165^0.725 = 1.65866 m² after Du Bois, 0.0208 % above √(165 × 60 ÷ 3600) = 1.65831 m².
    spread = {one.formula: one for one in basis_of("165 cm", "60 kg", sex="female").spread}
    other = spread["Du Bois and Du Bois"]
    printed_so = printed(other.value.magnitude, "1.65866"), printed(other.difference.magnitude, "0.021")
    assert (len(spread), *printed_so) == (11, "1.65866", "0.021")


def test_formulas_that_need_the_sex_are_left_out_of_the_spread_without_it():
    named = {one.formula for one in basis_of("165 cm", "60 kg").spread}
    assert named & {"Schlich", "Zhao"} == set()


# ------------------------------------------------------------------------------------------------- a cap is never silent


def test_a_cap_shows_the_surface_that_it_holds_down():
    made = an_order(site={"body.cap": "1.6 m²"})
    basis = made["basis"]
    assert (basis["surface"], basis["cap_applied"], round(basis["uncapped"]["value"], 4)) == (
        {"value": 1.6, "unit": "m2"},
        True,
        1.6583,
    )


def test_a_cap_that_decides_is_a_finding():
    (finding,) = findings(an_order(site={"body.cap": "1.6 m²"}), "surface-capped")
    assert (finding["severity"], finding["measured"], finding["allowed"]) == ("warning", "1.6583 m²", "1.6 m²")


def test_a_cap_that_does_not_decide_is_none():
    assert "surface-capped" not in rules(an_order(site={"body.cap": "1.7 m²"}))


def test_the_doses_follow_the_capped_surface():
    # 85 mg/m² × 1.6 m² = 136 mg
    assert an_order(site={"body.cap": "1.6 m²"})["lines"][0]["calculated"] == {"value": 136, "unit": "mg"}


# --------------------------------------------------------------------------------------------------- what cannot be right


@pytest.mark.parametrize(
    ("height", "weight"),
    [("99.9 cm", "60 kg"), ("230.1 cm", "60 kg"), ("165 cm", "24.9 kg"), ("165 cm", "250.1 kg"), ("60 cm", "165 kg")],
)
def test_a_body_outside_the_outer_range_has_no_dose(height, weight):
    with pytest.raises(Refusal, match="perhaps another unit, or height and weight exchanged"):
        remarks(height, weight)


@pytest.mark.parametrize(
    ("height", "weight", "expected"),
    [
        ("165 cm", "60 kg", {}),
        ("140 cm", "60 kg", {}),
        ("139.9 cm", "60 kg", {"unusual-body": "blocks-release"}),
        ("200 cm", "60 kg", {}),
        ("200.1 cm", "60 kg", {"unusual-body": "blocks-release"}),
        ("165 cm", "35 kg", {}),
        ("165 cm", "34.9 kg", {"unusual-body": "blocks-release"}),
        ("165 cm", "150 kg", {}),
        ("170 cm", "150.1 kg", {"unusual-body": "blocks-release"}),
        ("100 cm", "25 kg", {"unusual-body": "blocks-release"}),
        ("230 cm", "60 kg", {"unusual-body": "blocks-release"}),
        ("150 cm", "150 kg", {}),
        ("149.9 cm", "150 kg", {"exchanged-body": "blocks-release"}),
    ],
)
def test_an_unusual_body_is_to_be_confirmed_and_the_edges_belong_inside(height, weight, expected):
    found = remarks(height, weight)
    found.pop("mass-index", None)
    assert found == expected


@pytest.mark.parametrize(
    ("height", "told"),
    [("122.4 cm", True), ("122.5 cm", False), ("193.6 cm", False), ("193.7 cm", True)],
)
def test_height_and_weight_go_together(height, told):
    # of 60 kg: 40.05, 39.98, 16.01 and 15.99 kg/m², where the site's range is 16 to 40
    assert ("mass-index" in remarks(height, "60 kg")) is told


@pytest.mark.parametrize("cm", range(100, 231))
def test_a_height_in_metres_is_the_same_height(cm):
    metres = f"{cm // 100}.{cm % 100:02}"
    assert remarks(f"{metres} m", "60 kg") == remarks(f"{cm} cm", "60 kg")


def test_a_person_who_confirmed_is_named():
    confirmed = {"height.value": "139 cm", "height.confirmed_by": "C. Person"}
    (finding,) = findings(an_order(patient=confirmed), "unusual-body")
    assert (finding["severity"], "confirmed by C. Person" in finding["message"]) == ("info", True)


def test_who_confirmed_the_height_did_not_confirm_the_weight():
    confirmed = {"height.value": "139 cm", "height.confirmed_by": "C. Person", "weights.0.value": "34 kg"}
    found = {one["where"]: one["severity"] for one in findings(an_order(patient=confirmed), "unusual-body")}
    assert found == {"height": "info", "weight": "blocks-release"}


def adults(count: int):
    """Adults of 140 to 200 cm with a body mass index of 14 to 55 kg/m², in tenths of a centimetre and a kilogram."""
    chance = random.Random("adults")
    for _ in range(count):
        cm = chance.randrange(1400, 2001) / 10
        yield cm, round(chance.uniform(14, 55) * (cm / 100) ** 2, 1)


def test_height_and_weight_exchanged_never_pass_unremarked():
    # H04: Mosteller cannot tell them apart.
    usual = basis_of("165 cm", "60 kg")
    passed = []
    for cm, kg in adults(10_000):
        exchanged = dataclasses.replace(usual, height=quantity(kg, "cm"), weight=quantity(cm, "kg"))
        try:
            stopped = any(one.severity in STOPPING for one in bodies.plausibility(POLICY, exchanged))
        except Refusal:
            stopped = True
        if not stopped:
            passed.append((cm, kg))
    assert passed == []


def test_pounds_for_kilograms_are_stopped_or_seen_as_a_change_of_weight():
    # H01: the weight is 2.2 times the reference weight, far above 10 %, wherever the ranges alone do not tell.
    passed = []
    for _, kg in adults(300):
        pounds = f"{kg * 2.20462:.1f} kg"
        patient = a_patient({"weights.0.value": pounds, "reference_weight.value": f"{kg} kg"})
        try:
            made = bodies.of_patient(POLICY, patient, DAY)
            found = [*bodies.plausibility(POLICY, made, patient), *bodies.change_of_weight(POLICY, made, patient, DAY)]
        except Refusal:
            continue
        if not any(one.severity in STOPPING for one in found):
            passed.append(kg)
    assert passed == []


# --------------------------------------------------------------------------------------------- the weight that counts


@pytest.mark.parametrize(("basis", "kg"), [("actual", 140), ("dry", 126)])
def test_of_two_weights_the_one_counts_that_the_site_doses_on(basis, kg):
    made = an_order(of="large", cycle=2, site={"body.weight": basis})
    assert (made["basis"]["weight"]["value"], made["basis"]["weight_basis"]) == (kg, basis)


def test_the_other_weight_never_stands_in_for_it():
    with pytest.raises(CannotCompute, match="the dry weight is unknown, and this site doses on it"):
        an_order(site={"body.weight": "dry"})


@pytest.mark.parametrize("ascites", ["mild", "massive"])
def test_with_ascites_both_weights_are_told(ascites):
    (finding,) = findings(an_order(of="large", cycle=2, patient={"ascites": ascites}), "ascites")
    assert (
        finding["message"]
        == f"ascites is {ascites}: the site doses on the actual weight; dry weight 126 kg of 2026-11-20"
    )


def test_of_several_other_weights_the_newest_by_the_day_of_treatment_is_told():
    dry = [{"value": f"{kg} kg", "on": on, "basis": "dry"}
           for kg, on in ((58, "2026-09-01"), (55, "2026-11-20"), (57, "2026-10-01"), (50, "2026-11-24"))]  # fmt: skip
    weights = [weight("60 kg", 2), *dry]
    (finding,) = findings(an_order(patient={"ascites": "mild", "weights": weights}), "ascites")
    assert finding["message"].endswith("the site doses on the actual weight; dry weight 55 kg of 2026-11-20")


def test_with_ascites_and_one_weight_that_is_told():
    (finding,) = findings(an_order(patient={"ascites": "mild"}), "ascites")
    assert finding["message"] == "ascites is mild: the site doses on the actual weight; no other weight is known"
    assert (finding["measured"], finding["allowed"]) == ("mild, on 60 kg", "none, or a weight that was judged")


def test_without_ascites_nothing_is_told_of_it():
    assert rules(an_order()) & {"ascites", "ascites-unknown"} == set()


def test_unknown_ascites_is_a_warning():
    assert severities(an_order(patient={"ascites": "unknown"}), "ascites-unknown") == {"warning"}


def weighed(*weights: tuple[str, int]):
    """Weights with the days since each was measured."""
    days = {"weights": [weight(value, since) for value, since in weights]}
    return an_order(patient={**days, "reference_weight.value": "60 kg", "height.on": "2026-01-01"})


def weight(value: str, since: int):
    return {"value": value, "on": (DAY - dt.timedelta(days=since)).isoformat(), "basis": "actual"}


def test_the_newest_weight_counts():
    made = weighed(("61 kg", 20), ("60 kg", 2), ("62 kg", 9))
    assert made["basis"]["weight"]["value"] == 60


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, set()),
        (6, set()),
        (7, set()),
        (8, {("weight-old", "warning")}),
        (28, {("weight-old", "warning")}),
        (29, {("weight-too-old", "blocks-release")}),
        (400, {("weight-too-old", "blocks-release")}),
    ],
)
def test_a_weight_grows_old(days, expected):
    # H05; the site allows 7 days, and 28 at most.
    made = weighed(("60 kg", days))
    found = {(one["rule"], one["severity"]) for one in made["findings"] if one["rule"].startswith("weight-")}
    assert found == expected


@pytest.mark.parametrize(
    ("kg", "changed"),
    [
        # Against 70 kg: 63 kg is −10.0 %, 63.1 kg −9.86 %; 77 kg +10.0 %.
        ("63.1 kg", False),
        ("63 kg", True),
        ("62.9 kg", True),
        ("76.9 kg", False),
        ("77 kg", True),
        ("77.1 kg", True),
        ("70 kg", False),
    ],
)
def test_a_change_of_a_tenth_stops_release(kg, changed):
    made = an_order(patient={"weights.0.value": kg, "reference_weight.value": "70 kg"})
    assert severities(made, "weight-changed") == ({"blocks-release"} if changed else set())


@pytest.mark.parametrize(("percent", "changed"), [("9.9", False), ("10", True), ("10.1", True)])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_threshold_belongs_to_what_stops(percent, changed, sign):
    # 200 kg × (1 ± 9.9 %) = 219.8 or 180.2 kg, and so on: exact in tenths of a kilogram.
    kg = round(200 * (1 + sign * float(percent) / 100), 1)
    made = an_order(patient={"weights.0.value": f"{kg} kg", "reference_weight.value": "200 kg"})
    assert severities(made, "weight-changed") == ({"blocks-release"} if changed else set())


def test_a_change_is_told_against_the_reference_weight():
    made = an_order(patient={"weights.0.value": "52.8 kg", "reference_weight.value": "60 kg"})
    (finding,) = findings(made, "weight-changed")
    assert (finding["measured"], finding["allowed"]) == ("−12 %", "less than 10 %")


@pytest.mark.parametrize(("given", "severity"), [([], "info"), ([{"cycle": "1", "on": "2026-10-26"}], "warning")])
def test_without_a_reference_weight_no_change_can_be_seen(given, severity):
    made = an_order(patient={"reference_weight": "unknown", "given": given}, cycle=len(given) + 1)
    assert severities(made, "reference-weight-unknown") == {severity}


# ------------------------------------------------------------------------------------------------------- what is missing


def test_without_a_height_there_is_no_dose():
    with pytest.raises(CannotCompute, match="the height is unknown"):
        an_order(patient={"height": "unknown"})


def test_without_a_weight_there_is_no_dose():
    with pytest.raises(CannotCompute, match="the actual weight is unknown"):
        an_order(patient={"weights": []})


@pytest.mark.parametrize("path", ["height.on", "weights.0.on"])
def test_what_is_measured_tomorrow_cannot_count_today(path):
    # D46 of the bad inputs.
    with pytest.raises(Refusal, match="was measured after the day of treatment"):
        an_order(patient={path: (DAY + dt.timedelta(days=1)).isoformat()})
