"""Two protocols side by side on one body: what differs, in this patient's milligrams."""

from __future__ import annotations

import itertools

import pytest

from dosewright.orders import basis as bodies
from dosewright.orders import compare
from dosewright.protocol import library
from dosewright.protocol.site import reference_site
from dosewright.units import quantity

from .ward import a_protocol

SITE = reference_site()[0]
BODY = bodies.basis(SITE.body, height=quantity("165 cm"), weight=quantity("60 kg"), sex=None)


def told(first, second) -> dict[str, tuple[str, str]]:
    return {one.what: (one.first, one.second) for one in compare.differences(first, second, SITE, BODY)}


ARMS = told(library.find("hepa-haic"), library.find("haic-folfox"))


def test_the_arms_differ_in_oxaliplatin_by_41_mg_for_this_patient():
    # 60 and 85 mg/m² × 1.65831 m² are 99.4987 and 140.9566 mg.
    first, second = ARMS["oxaliplatin, dose"]
    assert ("= 99.5 mg (methods)" in first, "= 140.96 mg (methods)" in second) == (True, True)


def test_both_figures_of_a_dispute_are_told():
    first, second = ARMS["fluorouracil, dose"]
    assert (first, second) == (
        "1.2 g flat = 1,200 mg (methods) or 1 g/m² × 1.65831 m² = 1,658.31 mg (discussion)",
        "2.4 g/m² × 1.658312 m² = 3,979.95 mg (methods) or 1.5 g/m² × 1.65831 m² = 2,487.47 mg (discussion)",
    )


def test_the_interval_differs():
    assert ARMS["interval"] == ("4 to 6 wk (methods) or 6 wk (discussion)", "3 to 4 wk (methods)")


def test_what_only_one_of_them_has_is_told_as_missing_in_the_other():
    assert ARMS["drug-eluting bead transarterial chemoembolisation"] == ("yes", "")


def test_what_they_share_is_left_out():
    assert [what for what in ARMS if what.startswith("leucovorin")] == []


@pytest.mark.parametrize("name", library.names())
def test_a_protocol_does_not_differ_from_itself(name):
    assert told(library.find(name), library.find(name)) == {}


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(library.names(), 2)))
def test_a_difference_is_the_same_from_both_sides(first, second):
    forward, backward = told(library.find(first), library.find(second)), told(library.find(second), library.find(first))
    assert {what: (b, a) for what, (a, b) in backward.items()} == forward


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        ("components.0.dose.is", "86 mg/m^2", "oxaliplatin, dose"),
        ("components.0.over.is", "2 h", "oxaliplatin, over"),
        ("components.1.route.is", "hepatic intra-arterial", "leucovorin, route"),
        ("components.1.form", {"is": "racemic leucovorin", "from": "methods"}, "leucovorin, form"),
        ("components.2.start.is", "with oxaliplatin", "fluorouracil, start"),
        ("components.2.dose.disputed.is", "1.6 g/m^2", "fluorouracil, dose"),
        ("components.1.days", ["1", "2"], "leucovorin, days"),
        ("interval.is", "2 wk", "interval"),
    ],
)
def test_every_change_of_dosing_or_scheduling_is_told(path, value, what):
    assert list(told(library.find("haic-folfox"), a_protocol("haic-folfox", {path: value}))) == [what]


def test_a_component_more_is_told_with_all_its_values():
    he = told(library.find("haic-folfox"), library.find("haic-folfox-he-2017"))
    assert he["fluorouracil-bolus, dose"] == ("", "400 mg/m² × 1.6583 m² = 663.32 mg (table)")
