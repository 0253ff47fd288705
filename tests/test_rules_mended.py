"""Orders of which the rules once said too much, too little or nothing."""

from __future__ import annotations

import pytest

from dosewright.orders import written
from dosewright.orders.check import check
from dosewright.orders.rules.view import Record

from . import two_speeds, ward
from .rulings import NOTHING, Changes, asked, changed, checked, sound

HEPA = "hepa-haic"


def rules_of(changes: Changes, arm: str = "haic-folfox") -> set[str]:
    """The rules that stop an order of one arm with some fields changed."""
    return {one.rule for one in checked(changed(sound(arm), changes), asked(arm)).findings}


def listed(**totals: float) -> Changes:
    """So much of each drug given before."""
    return {"prior_exposure": "listed", **{f"before.{name}.total": total for name, total in totals.items()}}


@pytest.mark.parametrize("arm", ["haic-folfox", HEPA])
def test_an_order_of_ours_of_a_later_cycle_is_not_stopped_for_the_cycles_of_its_own_course(arm):
    on_record = {"ordered": {"doxorubicin": "50 mg"}, "surface": "1.6583 m2"}
    given = [{"cycle": "1", "on": "2026-10-26", "share": "100 %", **(on_record if arm == HEPA else {})}]
    record = written.of_order(ward.an_order(arm, patient={"given": given}, cycle=2), "order")
    assert not check(record, asked(arm)).stopped


def test_a_table_that_has_no_place_for_a_list_is_not_told_of_each_order_that_it_is_missing():
    order = changed(sound(HEPA), {"prior_exposure": "listed"})
    found = check(Record(order, carried=frozenset(order)), asked(HEPA)).findings
    assert "prior-exposure-contradicts" not in {one.rule for one in found}


def test_a_list_of_which_nobody_knows_how_much_is_a_list():
    assert "prior-exposure-contradicts" not in rules_of(
        {"prior_exposure": "listed", "before.doxorubicin.unknown": "yes"}, HEPA
    )


def test_a_column_in_which_something_given_before_is_not_known_by_its_name_is_told_like_each_order_alone():
    orders = [changed(sound(HEPA), listed(daunorubicin=100.0)), changed(sound(HEPA), listed(pirarubicin=50.0))]
    assert list(two_speeds.compared(orders, asked(HEPA))) == []


@pytest.mark.parametrize("name", ["adriamycin", "adm", "dox", "epi"])
def test_what_was_given_before_under_a_brand_or_in_short_is_not_passed_over(name):
    assert "prior-exposure-unnamed" in rules_of(listed(**{name: 500.0}), HEPA)


def test_nothing_given_before_and_a_total_of_nothing_do_not_contradict_each_other():
    assert rules_of({"before.doxorubicin.total": 0.0}, HEPA) == rules_of(NOTHING, HEPA)


@pytest.mark.parametrize("route", ["PO", "p.o.", "SC", "IT", "i.t.", "IM"])
def test_a_route_that_kills_is_refused_as_impossible_however_it_is_written(route):
    changes = {"oxaliplatin.route": route, "oxaliplatin.line": None}
    assert "route-impossible" in rules_of(changes)


@pytest.mark.parametrize("words", ["0.9% NaCl", "NaCl", "D5NS", "sterile water"])
def test_a_fluid_that_is_known_to_be_wrong_is_refused_however_it_is_written(words):
    assert "diluent" in rules_of({"oxaliplatin.diluent": words})


@pytest.mark.parametrize(
    "words", ["0.9 % sodium chloride", "sodium chloride 9 mg/mL", "0.9% saline", "sodium chloride (0.9%)"]
)
def test_the_right_fluid_is_never_refused_as_a_wrong_one(words):
    assert "diluent" not in rules_of({"leucovorin.diluent": words})


def test_neutrophils_of_nought_are_a_value():
    assert "laboratory-implausible" not in rules_of({"lab.neutrophils.value": 0.0})


def test_a_value_that_is_not_there_needs_no_unit():
    assert "laboratory-unitless" not in rules_of({"lab.albumin.value": None, "lab.albumin.unit": None})


def test_a_line_left_blank_does_not_hide_that_two_drugs_meet_in_it():
    together = {"fluorouracil.start": sound()["oxaliplatin.start"]}
    alone = rules_of(together) - {"overlap"}
    assert rules_of({**together, "fluorouracil.line": None}) != alone


@pytest.mark.parametrize("route", ["hepatic artery", "intraarterial"])
def test_a_route_that_cannot_be_read_is_not_told_to_contradict_its_line(route):
    assert "line-and-route" not in rules_of({"oxaliplatin.route": route})


def test_a_reduction_without_a_reason_is_told_in_words_that_end():
    found = checked(changed(sound(), {"oxaliplatin.share": 80.0}), asked("haic-folfox")).findings
    assert not next(one.measured for one in found if one.rule == "reduced").endswith(":")
