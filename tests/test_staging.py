"""Staging: every boundary of BCLC and up-to-seven, every type of thrombus, every performance status."""

from __future__ import annotations

import pytest

from dosewright.calculators import staging
from dosewright.calculators.staging import Tumours
from dosewright.errors import CannotCompute, Mistake
from dosewright.units import quantity


def bclc(**changed):
    usual = {
        "tumours": "1",
        "largest": "4 cm",
        "portal_invasion": "no",
        "extrahepatic_spread": "no",
        "ecog": "0",
        "liver_function": "preserved",
    } | changed
    return staging.bclc_stage(
        **usual | {"tumours": Tumours.read(usual["tumours"]), "largest": quantity(usual["largest"])}
    )


@pytest.mark.parametrize(
    ("changed", "stage"),
    [
        ({"largest": "2 cm"}, "0"),
        ({"largest": "20 mm"}, "0"),
        ({"largest": "2.1 cm"}, "A"),
        ({"largest": "12 cm"}, "A"),
        ({"tumours": "2", "largest": "1 cm"}, "A"),
        ({"tumours": "3", "largest": "3 cm"}, "A"),
        ({"tumours": "3", "largest": "3.1 cm"}, "B"),
        ({"tumours": "2", "largest": "31 mm"}, "B"),
        ({"tumours": "4", "largest": "1 cm"}, "B"),
        ({"portal_invasion": "yes"}, "C"),
        ({"extrahepatic_spread": "yes"}, "C"),
        ({"ecog": "1"}, "C"),
        ({"ecog": "2", "largest": "1 cm"}, "C"),
        ({"ecog": "3"}, "D"),
        ({"ecog": "4", "portal_invasion": "yes"}, "D"),
        ({"liver_function": "end-stage"}, "D"),
        ({"liver_function": "end-stage", "ecog": "1"}, "D"),
        ({"liver_function": "neither preserved nor end-stage", "ecog": "3"}, "D"),
    ],
)
def test_a_stage_and_its_boundaries(changed, stage):
    assert bclc(**changed).stage == stage


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"portal_invasion": "yes", "extrahepatic_spread": "yes", "ecog": "2"}, ("portal invasion", "extrahepatic spread", "ECOG 2")),
        ({"liver_function": "end-stage", "ecog": "4"}, ("end-stage liver function", "ECOG 4")),
        ({}, ("1 tumour, the largest 4 cm",)),
        ({"tumours": "5", "largest": "65 mm"}, ("5 tumours, the largest 6.5 cm",)),
        ({"tumours": "2", "largest": "1 cm"}, ("2 tumours, the largest 1 cm",)),
    ],
)  # fmt: skip
def test_a_stage_says_what_decided_it(changed, because):
    assert bclc(**changed).because == because


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({}, "recalled, not read"),
        ({"largest": "1 cm"}, "recalled, not read"),
        ({"tumours": "2", "largest": "1 cm"}, "recalled, not read"),
        ({"ecog": "3"}, "recalled, not read"),
        ({"ecog": "1"}, ""),
        ({"tumours": "9"}, staging.B_PARTS),
    ],
)
def test_a_stage_says_which_of_its_rules_nobody_read(changed, note):
    assert bclc(**changed).note == note


def test_between_preserved_and_end_stage_no_stage_is_given():
    with pytest.raises(CannotCompute, match="with preserved liver function") as refused:
        bclc(liver_function="neither preserved nor end-stage")
    assert (refused.value.where, refused.value.got) == ("liver_function", "neither preserved nor end-stage")


@pytest.mark.parametrize(
    ("largest", "tumours", "total", "within"),
    [("4 cm", "3", 7.0, True), ("4.1 cm", "3", 7.1, False), ("39 mm", "3", 6.9, True), ("1 cm", "7", 8.0, False)],
)
def test_exactly_seven_is_within(largest, tumours, total, within):
    found = staging.up_to_seven(largest=quantity(largest), tumours=Tumours.read(tumours))
    assert (found.total, found.within) == (total, within)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "1000", "three", "٣", "03"])
def test_a_count_of_tumours_is_a_whole_number(text):
    with pytest.raises(Mistake, match="a whole number of tumours from 1 to 999") as refused:
        Tumours.read(text)
    assert (refused.value.example, refused.value.got) == ("3", text)


@pytest.mark.parametrize("text", ["1", "10", "999"])
def test_a_count_of_tumours_is_read_and_told(text):
    assert str(Tumours.read(text)) == text


@pytest.mark.parametrize(
    ("extent", "cheng", "vp"),
    [
        ("none", "none", "Vp0"),
        ("microvascular", "I0", "-"),
        ("third-order branch or beyond", "I", "Vp1"),
        ("second-order branch", "I", "Vp2"),
        ("first-order branch", "II", "Vp3"),
        ("main trunk or both first-order branches", "III", "Vp4"),
        ("superior mesenteric vein", "IV", "-"),
    ],
)
def test_a_thrombus_has_its_type_on_both_scales(extent, cheng, vp):
    found = staging.portal_vein_thrombus(extent=extent)
    assert (found.cheng, found.vp) == (cheng, vp)


@pytest.mark.parametrize(
    ("extent", "note"),
    [
        ("none", "Vp0 is recalled, not read"),
        ("microvascular", "Cheng I0 is recalled, not read"),
        ("superior mesenteric vein", "Vp has no grade for it"),
        ("first-order branch", ""),
    ],
)
def test_a_type_that_nobody_read_says_so(extent, note):
    assert staging.portal_vein_thrombus(extent=extent).note == note


@pytest.mark.parametrize(
    ("grade", "word"),
    [("0", "fully active"), ("1", "strenuous"), ("2", "unable to work"), ("3", "in part"), ("4", "completely"), ("5", "dead")],
)  # fmt: skip
def test_a_performance_status_is_told_in_words(grade, word):
    found = staging.ecog(grade=grade)
    assert (found.grade, word in found.meaning) == (int(grade), True)


def test_a_performance_status_of_six_is_refused():
    with pytest.raises(Mistake):
        staging.ecog(grade="6")
