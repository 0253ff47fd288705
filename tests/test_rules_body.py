"""Rules at their limits: height, weight and the body surface area."""

from __future__ import annotations

import pytest

from .rulings import NOTHING, ON, SQUARE, Case, asked, changed, checked, fired, name, passed, sound

# fmt: off
CONFIRMED_HEIGHT = {"height_confirmed_by": "N. Example"}
CONFIRMED_WEIGHT = {"weight_confirmed_by": "N. Example"}
NO_REFERENCE = {"reference_weight": None}
AT_160 = {"height": 160.0}  # 2.56 m² of a mass index: 40.96 kg make exactly 16, and 102.4 kg exactly 40
IN_FULL_INCHES = {"body.height.refuse": "127 to 254 cm"}  # 50 and 100 inches
BODY = [
    Case("height-impossible", {"height": 99.9}, {"height": 100.0}, "refuse · height · 99.9 cm · 100 cm to 230 cm · site policy"),
    Case("height-impossible", {"height": 230.1}, {"height": 230.0}, "refuse · height · 230.1 cm · 100 cm to 230 cm · site policy"),
    Case("height-impossible", {"height": 65.0}, {"height": 165.0}, "refuse · height · 65 cm · 100 cm to 230 cm · site policy · 65 in would be 165.1 cm"),
    Case("height-impossible", {"height": 39.4}, {"height": 165.0}, "refuse · height · 39.4 cm · 100 cm to 230 cm · site policy · 39.4 in would be 100.1 cm"),
    Case("height-impossible", {"height": 39.3}, {"height": 165.0}, "refuse · height · 39.3 cm · 100 cm to 230 cm · site policy"),
    Case("height-impossible", {"height": 90.5}, {"height": 165.0}, "refuse · height · 90.5 cm · 100 cm to 230 cm · site policy · 90.5 in would be 229.9 cm"),
    Case("height-impossible", {"height": 90.6}, {"height": 165.0}, "refuse · height · 90.6 cm · 100 cm to 230 cm · site policy"),
    Case("height-impossible", {"height": 50.0}, {"height": 165.0}, "refuse · height · 50 cm · 127 cm to 254 cm · site policy · 50 in would be 127 cm", site=IN_FULL_INCHES),
    Case("height-impossible", {"height": 100.0}, {"height": 165.0}, "refuse · height · 100 cm · 127 cm to 254 cm · site policy · 100 in would be 254 cm", site=IN_FULL_INCHES),
    Case("height-impossible", {"height": 100.1}, {"height": 165.0}, "refuse · height · 100.1 cm · 127 cm to 254 cm · site policy", site=IN_FULL_INCHES),
    Case("height-unusual", {"height": 70.0}, {"height": 140.0}, "blocks-release · height · 70 cm · 140 cm to 200 cm · site policy · 70 in would be 177.8 cm", site={"body.height.refuse": "60 to 230 cm"}),
    Case("height-unusual", {"height": 139.9}, {"height": 140.0}, "blocks-release · height · 139.9 cm · 140 cm to 200 cm · site policy"),
    Case("height-unusual", {"height": 200.1}, {"height": 200.0}, "blocks-release · height · 200.1 cm · 140 cm to 200 cm · site policy"),
    Case("height-unusual", {"height": 100.0}, {"height": 99.9}, "blocks-release · height · 100 cm · 140 cm to 200 cm · site policy"),
    Case("height-unusual", {"height": 230.0}, {"height": 230.1}, "blocks-release · height · 230 cm · 140 cm to 200 cm · site policy"),
    Case("height-unusual", {"height": 139.9}, {"height": 139.9, **CONFIRMED_HEIGHT}, "blocks-release · height · 139.9 cm · 140 cm to 200 cm · site policy"),
    Case("height-unusual", {"height": 139.9, **CONFIRMED_WEIGHT}, {"height": 140.0}, "blocks-release · height · 139.9 cm · 140 cm to 200 cm · site policy"),
    Case("weight-impossible", {"weight": 24.9}, {"weight": 25.0}, "refuse · weight · 24.9 kg · 25 kg to 250 kg · site policy"),
    Case("weight-impossible", {"weight": 250.1}, {"weight": 250.0}, "refuse · weight · 250.1 kg · 25 kg to 250 kg · site policy"),
    Case("weight-unusual", {"weight": 34.9}, {"weight": 35.0}, "blocks-release · weight · 34.9 kg · 35 kg to 150 kg · site policy"),
    Case("weight-unusual", {"weight": 150.1}, {"weight": 150.0}, "blocks-release · weight · 150.1 kg · 35 kg to 150 kg · site policy"),
    Case("weight-unusual", {"weight": 25.0}, {"weight": 24.9}, "blocks-release · weight · 25 kg · 35 kg to 150 kg · site policy"),
    Case("weight-unusual", {"weight": 250.0}, {"weight": 250.1}, "blocks-release · weight · 250 kg · 35 kg to 150 kg · site policy"),
    Case("weight-unusual", {"weight": 34.9}, {"weight": 34.9, **CONFIRMED_WEIGHT}, "blocks-release · weight · 34.9 kg · 35 kg to 150 kg · site policy"),
    Case("weight-unusual", {"weight": 34.9, **CONFIRMED_HEIGHT}, {"weight": 35.0}, "blocks-release · weight · 34.9 kg · 35 kg to 150 kg · site policy"),
    Case("body-exchanged", {"height": 60.0, "weight": 60.1}, {"height": 60.0, "weight": 60.0}, "refuse · height · 60 cm, 60.1 kg · a height in cm above the weight in kg · plausibility"),
    # 60 kg are 132.277 lb, give or take a tenth: 119.05 to 145.50; and 60 kg taken for pounds are 24.49 to 29.94
    Case("weight-in-pounds", {"weight": 145.5}, {"weight": 145.6}, "refuse · weight · 145.5 kg · near 60 kg · 1 kg is 2.2046 lb · 145.5 lb would be 66 kg"),
    Case("weight-in-pounds", {"weight": 119.1}, {"weight": 119.0}, "refuse · weight · 119.1 kg · near 60 kg · 1 kg is 2.2046 lb · 119.1 lb would be 54 kg"),
    Case("weight-in-pounds", {"weight": 29.9}, {"weight": 30.0}, "refuse · weight · 29.9 kg · near 60 kg · 1 kg is 2.2046 lb · 29.9 kg would be 65.9 lb"),
    Case("weight-in-pounds", {"weight": 24.5}, {"weight": 24.4}, "refuse · weight · 24.5 kg · near 60 kg · 1 kg is 2.2046 lb · 24.5 kg would be 54 lb"),
    Case("mass-index", {"weight": 40.9}, {"weight": 40.96}, "blocks-release · weight · 15.98 kg/m² · 16 kg/m² to 40 kg/m² · site policy", always=AT_160),
    Case("mass-index", {"weight": 102.5}, {"weight": 102.4}, "blocks-release · weight · 40.04 kg/m² · 16 kg/m² to 40 kg/m² · site policy", always=AT_160),
    Case("mass-index", {"weight": 102.5}, {"weight": 102.5, **CONFIRMED_WEIGHT}, "blocks-release · weight · 40.04 kg/m² · 16 kg/m² to 40 kg/m² · site policy", always=AT_160),
    Case("mass-index", {"weight": 102.5, **CONFIRMED_HEIGHT}, {"weight": 102.4}, "blocks-release · weight · 40.04 kg/m² · 16 kg/m² to 40 kg/m² · site policy", always=AT_160),
    Case("height-later", {"height_on": ON + 1}, {"height_on": ON}, "blocks-release · height_on · 2026-11-24 · by 2026-11-23 · by definition"),
    Case("weight-later", {"weight_on": ON + 1}, {"weight_on": ON}, "refuse · weight_on · 2026-11-24 · by 2026-11-23 · by definition"),
    Case("weight-too-old", {"weight_on": ON - 29}, {"weight_on": ON - 28}, "blocks-release · weight_on · 29 days old · at most 28 days · site policy"),
    Case("weight-old", {"weight_on": ON - 8}, {"weight_on": ON - 7}, "warning · weight_on · 8 days old · at most 7 days · site policy"),
    Case("weight-old", {"weight_on": ON - 28}, {"weight_on": ON - 29}, "warning · weight_on · 28 days old · at most 7 days · site policy"),
    Case("weight-changed", {"weight": 66.0}, {"weight": 65.9}, "blocks-release · weight · +10 % · less than 10 % · site policy"),
    Case("weight-changed", {"weight": 54.0}, {"weight": 54.1}, "blocks-release · weight · −10 % · less than 10 % · site policy"),
    Case("weight-changed", {"weight": 119.0}, {"weight": 119.1}, "blocks-release · weight · +98.33 % · less than 10 % · site policy"),
    Case("weight-basis", {"weight_basis": "dry"}, {"weight_basis": "actual"}, "blocks-release · weight_basis · dry · actual · site policy"),
    Case("ascites-basis", {"ascites": "mild"}, {"ascites": "none"}, "refuse · weight_basis · ascites mild, basis not stated · the basis of the weight · site policy", always={"weight_basis": None}),
    Case("ascites-basis", {"weight_basis": None}, NOTHING, "refuse · weight_basis · ascites mild, basis not stated · the basis of the weight · site policy", always={"ascites": "mild"}),
    Case("ascites", {"ascites": "mild"}, {"ascites": "none"}, "warning · ascites · ascites mild, actual weight · no ascites, or a weight judged by name · site policy"),
    Case("ascites", NOTHING, {"weight_basis": None}, "warning · ascites · ascites massive, actual weight · no ascites, or a weight judged by name · site policy", always={"ascites": "massive"}),
]
SURFACE = [
    # 1.658312 m², give or take 0.5 %: 1.650020 to 1.666604
    Case("bsa-wrong", {"bsa": 1.6667}, {"bsa": 1.6666}, "blocks-release · bsa · 1.6667 m² · 1.6583 m² · bsa_mosteller"),
    Case("bsa-wrong", {"bsa": 1.6500}, {"bsa": 1.6501}, "blocks-release · bsa · 1.65 m² · 1.6583 m² · bsa_mosteller"),
    Case("bsa-wrong", {"bsa": 1.73}, {"bsa": 1.66}, "blocks-release · bsa · 1.73 m² · 1.6583 m² · bsa_mosteller · 1.73 m² is the average that kidney function is indexed to, not this patient's"),
    Case("bsa-wrong", {"bsa": 1.6}, {"bsa": 1.66}, "blocks-release · bsa · 1.6 m² · 1.6583 m² · bsa_mosteller · it may have been capped, and the site has no such cap"),
    Case("bsa-wrong", {"bsa": 1.61}, {"bsa": 1.66}, "blocks-release · bsa · 1.61 m² · 1.6583 m² · bsa_mosteller"),
    Case("bsa-wrong", {"bsa": 1.7}, {"bsa": 1.66}, "blocks-release · bsa · 1.7 m² · 1.6583 m² · bsa_mosteller"),
    Case("bsa-wrong", {"bsa": 2.011}, {"bsa": 2.01}, "blocks-release · bsa · 2.011 m² · 2 m² · bsa_mosteller", always={**SQUARE, "bsa": 2.0}),  # exactly 0.5 % above
    Case("bsa-wrong", {"bsa": 1.989}, {"bsa": 1.99}, "blocks-release · bsa · 1.989 m² · 2 m² · bsa_mosteller", always={**SQUARE, "bsa": 2.0}),
    Case("bsa-formula", {"formula": "Du Bois"}, {"formula": "Mosteller"}, "blocks-release · formula · Du Bois · bsa_mosteller · site policy"),
    Case("bsa-formula", {"formula": "bsa_du_bois"}, {"formula": "BSA Mosteller"}, "blocks-release · formula · bsa_du_bois · bsa_mosteller · site policy"),
    Case("bsa-formula", {"formula": "by eye"}, {"formula": "bsa_mosteller"}, "blocks-release · formula · by eye · bsa_mosteller · site policy"),
    # 1.615291 m² after Fujimoto, give or take 0.05 %: to 1.616098; of a woman 1.592398 m² after Schlich, of a man 1.543175
    Case("bsa-wrong", {"bsa": 1.616095}, {"bsa": 1.66}, "blocks-release · bsa · 1.6161 m² · 1.6583 m² · bsa_mosteller · it is right by the formula of Fujimoto"),
    Case("bsa-wrong", {"bsa": 1.6161}, {"bsa": 1.66}, "blocks-release · bsa · 1.6161 m² · 1.6583 m² · bsa_mosteller"),
    Case("bsa-wrong", {"bsa": 1.6162}, {"bsa": 1.66}, "blocks-release · bsa · 1.6162 m² · 1.6583 m² · bsa_mosteller"),
    Case("bsa-wrong", {"bsa": 1.5924}, {"bsa": 1.66}, "blocks-release · bsa · 1.5924 m² · 1.6583 m² · bsa_mosteller · it is right by the formula of Schlich", always={"sex": "female"}),
    Case("bsa-wrong", {"bsa": 1.5432}, {"bsa": 1.66}, "blocks-release · bsa · 1.5432 m² · 1.6583 m² · bsa_mosteller · it is right by the formula of Schlich", always={"sex": "male"}),
    Case("bsa-wrong", {"bsa": 1.5924}, {"bsa": 1.5432}, "blocks-release · bsa · 1.5924 m² · 1.5432 m² · bsa_schlich", always={"sex": "male"}, site={"body.formula": "bsa_schlich"}),
    Case("bsa-formula", {"formula": "Mosteller"}, {"formula": "DuBois"}, "blocks-release · formula · Mosteller · bsa_du_bois · site policy", site={"body.formula": "bsa_du_bois"}),
    Case("bsa-formula", {"formula": "Mosteller"}, {"formula": "Du Bois"}, "blocks-release · formula · Mosteller · bsa_du_bois · site policy", site={"body.formula": "bsa_du_bois"}),
    Case("bsa-wrong", {"bsa": 2.0}, {"bsa": 1.8}, "blocks-release · bsa · 2 m² · 1.8 m² · bsa_mosteller · it follows, and the site doses on no more than 1.8 m²", always=SQUARE, site={"body.cap": "1.8 m2"}),
    Case("bsa-capped", {"weight": 80.1}, {"weight": 80.0}, "warning · bsa · 2.0012 m² · at most 2 m² · site policy", always=SQUARE, site={"body.cap": "2 m2"}),
]
CASES = [*BODY, *SURFACE]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_outside_its_limit_a_rule_fires_and_says_what_was_measured_and_what_is_allowed(case):
    assert fired(case) == [case.told]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_inside_its_limit_a_rule_is_checked_and_silent(case):
    assert passed(case)


def test_where_the_site_has_not_decided_on_a_mass_index_none_is_out_of_the_ordinary():
    found = checked(changed(sound(), {"weight": 110.0}), asked("haic-folfox", {"body.mass_index": "undecided"}))
    told = {one.rule for one in (*found.findings, *found.not_checked)}
    assert "weight-changed" in told
    assert "mass-index" not in told
