"""The catalogue of rules: none without a case at its limit, none that guesses, and words that a pharmacist can act on."""

from __future__ import annotations

import re

import pytest

from dosewright.checks import with_strangers
from dosewright.orders.check import check
from dosewright.orders.checklist import LISTS, ticked
from dosewright.orders.finding import SEVERITIES, stops
from dosewright.orders.rules import CHAPTERS, RULES
from dosewright.orders.rules.fields import FIELDS
from dosewright.orders.rules.rule import BLIND, Rule, looked
from dosewright.orders.rules.view import OrderView, Record

from . import (
    ordered,
    rulings,
    test_rules_administration,
    test_rules_body,
    test_rules_changes,
    test_rules_dose,
    test_rules_fitness,
    test_rules_identity,
    test_rules_words,
)
from .rulings import ON, SQUARE, Changes, asked, changed, checked, sound

CHAPTERS_OF_CASES = (
    test_rules_identity, test_rules_body, test_rules_dose, test_rules_administration, test_rules_fitness,
    test_rules_words, test_rules_changes,
)  # fmt: skip
CASES = [case for chapter in CHAPTERS_OF_CASES for case in chapter.CASES]
FIRST = {case.rule: case for case in reversed(CASES)}
EVERY = pytest.mark.parametrize("id", list(RULES))


# ------------------------------------------------------------------------------------------------- none is left untested


def test_every_rule_has_a_case_just_outside_and_just_inside_its_limit():
    assert {case.rule for case in CASES} == set(RULES)


def test_there_are_at_least_thirty_rules_and_every_chapter_has_some():
    assert len(RULES) >= 30
    assert {rule.module for rule in RULES.values()} == set(CHAPTERS)


def test_rules_stand_in_the_order_of_their_chapters():
    assert list(dict.fromkeys(rule.module for rule in RULES.values())) == list(CHAPTERS)


@pytest.mark.parametrize("arm", list(ordered.ARMS))
def test_the_sound_order_that_all_cases_start_from_is_without_a_finding(arm):
    assert checked(sound(arm), asked(arm)).findings == ()


def test_the_sound_order_is_of_the_doses_that_a_hand_computes():
    # 85, 200 and 2,400 mg/m² × 1.658312 m² = 140.96, 331.66 and 3,979.95 mg; 60 mg/m² = 99.50 mg
    doses = [[sound(arm)[f"{drug}.dose"] for drug in ordered.ARMS[arm]] for arm in ordered.ARMS]
    assert doses == [[141.0, 332.0, 3980.0], [100.0, 332.0, 1200.0]]


# ----------------------------------------------------------------------------------------- what is missing is never guessed

FIRES_OF_ITSELF: dict[str, Changes] = {
    "surface": {"height": None},
    "uncapped": {"height": None},
    "mass_index": {"height": None},
    "weight_age": {"weight_on": None},
    "expected": {"height": None},
    "mg_per_h": {"dose": None},
    "mg_per_m2": {"dose": None},
    "lasts": {"end": None},
    "dose_of_day": {"dose": None},
    "dose_of_cycle": {"dose": None},
    "limit": {"height": None},
    "dissolved": {"dose": None, "concentration": None},
    "final_volume": {"volume": None, "concentration": None},
    "per_vial": {"vials": None},
    "due_volume": {"vials": None},
    "age": {"on": None},
    "found": {},
    "total": {},
    "interval": {"last_on": None},
    "day_of_order": {"day": None},
    "on_of_order": {"on": None},
}
"""What follows from fields, and what to take away so that it does not."""
OF_THE_ORDER = {"surface", "uncapped", "mass_index", "expected", "limit", "day_of_order", "on_of_order"}


def prefix_of(rule: Rule, case: rulings.Case) -> str:
    """The path of the part of the order that a case is about, with its point."""
    if rule.of in {"order", "criterion", "interaction"}:
        return ""
    return case.where.rpartition(".")[0] + "." if "." in case.where else "oxaliplatin."


def taken_away(rule: Rule, name: str, case: rulings.Case) -> list[Changes]:
    """The changes of an order each of which takes away something that a rule needs; none where it is always known."""
    if name == "total":  # what this order adds is not known without the surface
        return [{"height": None}]
    prefix = prefix_of(rule, case)
    if name in FIELDS[PARTS.get(rule.of, rule.of)]:  # type: ignore[call-overload]
        return [{prefix + name: None}]
    if rule.of == "criterion":
        return [{"birth_date": None}] if case.where == "age" else [{case.where.replace("-", "_"): None}]
    changes = FIRES_OF_ITSELF[name]
    return [{("" if name in OF_THE_ORDER else prefix) + path: None for path in changes}]


PARTS = {"stranger": "line", "criterion": "order", "interaction": "order", "lifetime": "before"}
NEEDS = [(rule.id, name) for rule in RULES.values() for name in rule.needs]


@pytest.mark.parametrize(("id", "name"), NEEDS, ids=[f"{id} without {name}" for id, name in NEEDS])
def test_a_rule_without_what_it_needs_is_not_checked_and_neither_fires_nor_passes(id, name):
    rule, case = RULES[id], FIRST[id]
    for changes in taken_away(rule, name, case):
        order = changed(sound(case.arm), {**case.always, **case.outside, **changes})
        against = asked(case.against or case.arm, case.site, case.protocol)
        found = checked(order, against)
        assert [one for one in found.findings if (one.rule, one.where) == (id, case.where)] == []
        assert (id, case.where) in {(one.rule, one.where) for one in found.not_checked}


@pytest.mark.parametrize(("id", "name"), NEEDS, ids=[f"{id} without {name}" for id, name in NEEDS])
def test_what_was_missing_is_named(id, name):
    rule, case = RULES[id], FIRST[id]
    for changes in taken_away(rule, name, case):
        order = changed(sound(case.arm), {**case.always, **case.outside, **changes})
        found = checked(order, asked(case.against or case.arm, case.site, case.protocol))
        told = next(one for one in found.not_checked if (one.rule, one.where) == (id, case.where))
        assert any(path.rpartition(".")[2] in {name, name.removesuffix("_of_order")} for path in told.missing)


@EVERY
def test_a_rule_that_fires_is_not_among_those_not_checked(id):
    case = FIRST[id]
    assert case.look(outside=True)[1] == []


@EVERY
def test_where_a_table_has_no_column_for_what_a_rule_needs_it_is_not_checked(id):
    rule, case = RULES[id], FIRST[id]
    order = changed(sound(case.arm), {**case.always, **case.outside})
    against = asked(case.against or order.get("protocol", ""), case.site, case.protocol)
    prefix = prefix_of(rule, case)
    own = FIELDS[PARTS.get(rule.of, rule.of)]  # type: ignore[call-overload]
    for name in (
        one for one in rule.needs if one in own and one not in {"total", "drug"}
    ):  # a column's name tells the drug
        record = Record(order, carried=frozenset(order) - {prefix + name})
        found = check(with_strangers(record, against), against)
        assert [one for one in found.findings if (one.rule, one.where) == (id, case.where)] == []
        told = [one.missing for one in found.not_checked if (one.rule, one.where) == (id, case.where)]
        asked_too = {prefix + one for one in rule.asks if prefix + one not in order}
        assert {frozenset(missing) - asked_too for missing in told} == {frozenset({prefix + name})}


ASKED = [(rule.id, name) for rule in RULES.values() for name in rule.asks if rule.id.startswith("missing-")]
MORE_ASKED = [
    "eligibility-unknown",
    "laboratory-unknown",
    "laboratory-undated",
    "laboratory-unitless",
    "genotype-unknown",
    "medicines-unknown",
    "prior-exposure-unknown",
    "weight-undated",
    "weight-basis-unknown",
    "reference-unknown",
    "ascites-unknown",
    "consent-unknown",
    "last-cycle-unknown",
    "diluent-unknown",
    "volume-unknown",
    "form-unknown",
    "bead-contact-unknown",
    "bead-volume-unknown",
]


@pytest.mark.parametrize(("id", "name"), ASKED, ids=[f"{id}: {name}" for id, name in ASKED])
def test_a_field_that_is_asked_for_and_missing_is_found(id, name):
    rule, case = RULES[id], FIRST[id]
    path = f"oxaliplatin.{name}" if rule.of == "line" else name
    found = checked(changed(sound(), {path: None}), asked("haic-folfox"))
    assert (id, case.where) in {(one.rule, one.where) for one in found.findings}


@pytest.mark.parametrize("id", [*dict.fromkeys(id for id, _ in ASKED), *MORE_ASKED])
def test_what_a_kind_of_record_has_no_place_for_is_told_once_and_is_no_finding(id):
    rule, case = RULES[id], FIRST[id]
    order = sound(case.arm)
    prefix = case.where.rpartition(".")[0] + "." if rule.of in {"line", "lab", "beads"} else ""
    paths = {prefix + name for name in rule.asks} if rule.of != "criterion" else {case.where.replace("-", "_")}
    against = asked(case.arm, case.site)
    found = check(
        with_strangers(Record(changed(order, dict.fromkeys(paths)), left_out=frozenset(paths)), against), against
    )
    assert (id, case.where) not in {(one.rule, one.where) for one in found.findings}
    assert (id, case.where) in {(one.rule, one.where) for one in found.not_checked}


def test_every_rule_that_tells_a_blank_is_held_against_records_that_have_no_place_for_it():
    told = {id for id, rule in RULES.items() if re.search("missing-|unknown$|undated$|unitless$", id) and rule.asks}
    assert told == {*dict(ASKED), *MORE_ASKED}


def test_a_line_that_is_not_ordered_is_told_once_and_not_by_every_rule_of_lines():
    found = checked(changed(sound(), {"oxaliplatin.*": None}), asked("haic-folfox"))
    assert [one.rule for one in found.findings if one.where.startswith("oxaliplatin")] == ["drug-missing"]
    assert [one.rule for one in found.not_checked if one.where.startswith("oxaliplatin")] == []


def test_without_a_protocol_only_what_needs_none_is_looked_at():
    rules = {outcome.rule.id for _, outcome in looked(OrderView(Record(sound()), "", None), tuple(RULES.values()))}
    assert rules == BLIND


def test_findings_come_the_gravest_first():
    order = changed(sound(), {"weight_on": ON - 8, "oxaliplatin.dose": 1410.0, "consent": "no", "ascites": "mild"})
    gravities = [SEVERITIES.index(one.severity) for one in checked(order, asked("haic-folfox")).findings]
    assert gravities == sorted(gravities)
    assert len(set(gravities)) == 3


def test_an_order_is_stopped_by_what_blocks_and_not_by_a_warning():
    stopped = [
        checked(changed(sound(), one), asked("haic-folfox")).stopped
        for one in ({}, {"ascites": "mild"}, {"consent": "no"})
    ]
    assert stopped == [False, False, True]


def test_a_body_of_exactly_two_square_metres_is_one():
    assert (SQUARE["height"] * SQUARE["weight"] / 3600) ** 0.5 == 2.0


# ------------------------------------------------------------------------------------------------------------------- words

CONTROLLED = """
H01 H02 H03 H04 H05 H06 H07 H08 H09 H10 H11 H12 H13 H14 H15 H16 H17 H18 H19 H20 H22 H23 H24 H25 H26 H27 H28 H29 H30 H31
H32 H33 H36 H37 H38 H39 H40 H41 H42 H43 H44 H45 H46 H47 H48 H49 H50 H51 H54 H56 H59
""".split()
"""The hazards of the list of hazards that a check of an order can control; the others belong to the arithmetic itself
(H21), to dates in months and locale (H34, H35), and to screens, storage, networks and supply (H52 to H70)."""
ALL = {f"H{number:02}" for number in range(1, 71)}


@EVERY
def test_a_message_is_one_sentence_that_starts_small_and_has_no_stop(id):
    message = RULES[id].message
    assert re.fullmatch(r"[^.!?\n]+(?:(?<=\d)\.\d[^.!?\n]*|\s\.\d[^.!?\n]*)*", message)
    first = message.split()[0]
    assert first[0].islower() or first in {"DPYD", "U"}


@EVERY
def test_a_rule_advises_what_to_do_in_whole_sentences(id):
    assert re.fullmatch(r"[A-Z].*\.", RULES[id].advice)


@EVERY
def test_a_rule_names_the_hazards_that_it_controls(id):
    assert RULES[id].hazards
    assert set(RULES[id].hazards) <= ALL


@EVERY
def test_a_rule_names_its_source(id):
    assert RULES[id].source.text


@EVERY
def test_a_rule_says_what_it_measures_what_it_allows_and_where(id):
    rule = RULES[id]
    assert (bool(rule.measured.text), bool(rule.allowed.text), bool(rule.where)) == (True, True, True)


@EVERY
def test_an_id_is_of_small_words_with_hyphens(id):
    assert re.fullmatch(r"[a-z]+(?:-[a-z]+)*", id)


@EVERY
def test_the_outline_of_a_rule_has_no_braces(id):
    rule = RULES[id]
    assert not re.search(r"[{}_]", rule.measured.outline() + rule.allowed.outline())


@EVERY
def test_the_words_of_a_finding_are_filled_in_and_legible(id):
    (finding,) = FIRST[id].look(outside=True)[0]
    words = (finding.measured, finding.allowed, finding.source, finding.where, finding.message)
    assert all(words)
    assert not any(re.search(r"nan|None|[{}]|\d{5,}\.\d|e[+-]\d\d| $|^ ", one) for one in words)


def test_every_hazard_that_the_check_is_to_control_is_named_by_a_rule():
    assert set(CONTROLLED) - {hazard for rule in RULES.values() for hazard in rule.hazards} == set()


def test_a_rule_that_the_site_grades_says_so():
    severities = {rule.severities for rule in RULES.values()}
    assert severities == {"refuse", "blocks-release", "warning", "info", "as the site says"}


# ---------------------------------------------------------------------------------------------------------- the checklists

OF_NO_STEP: dict[str, dict[str, str]] = {"bopa": {}, "bc-cancer": {}}
"""The rules that a checklist has no step for, each with the reason."""


@pytest.mark.parametrize("checklist", LISTS, ids=lambda one: one.id)
def test_a_checklist_names_every_rule_that_can_fire_on_an_order(checklist):
    named = {id for step in checklist.steps for id in step.rules}
    assert set(RULES) - named == set(OF_NO_STEP[checklist.id])


def test_every_rule_that_can_fire_on_an_order_stands_in_a_checklist():
    assert set(RULES) - {id for checklist in LISTS for step in checklist.steps for id in step.rules} == set()


@EVERY
def test_a_finding_shows_in_a_step_of_every_checklist(id):
    case = FIRST[id]
    order = changed(sound(case.arm), {**case.always, **case.outside})
    found = checked(order, asked(case.against or order.get("protocol", ""), case.site, case.protocol))
    for checklist in LISTS:
        shown = {one.rule for step in ticked(checklist, found) for one in step.findings}
        assert id in shown | set(OF_NO_STEP[checklist.id])


# ------------------------------------------------------------------------------------------------------ the dangerous set


def test_every_dangerous_order_is_stopped_by_a_rule_for_its_danger():
    missed = []
    for danger, order in ordered.dangerous(2):
        found = checked(order, asked(order["protocol"]) if danger.hazard else None)
        if not {one.rule for one in found.findings if stops([one])} & danger.rules:
            missed.append((danger.hazard, danger.what, order["protocol"]))
    assert missed == []


def test_at_least_five_hundred_dangerous_orders_are_made_of_at_least_thirty_hazards():
    assert sum(1 for _ in ordered.dangerous(2)) >= 500
    assert len({danger.hazard for danger in ordered.DANGERS}) >= 30


@pytest.mark.parametrize("arm", list(ordered.ARMS))
def test_at_most_one_in_twenty_sound_orders_is_interrupted(arm):
    orders = 300
    table = ordered.columns(arm, orders, 7)
    stopped = sum(checked(ordered.row(table, place), asked(arm)).stopped for place in range(orders))
    assert stopped <= orders * 0.05


@pytest.mark.parametrize("arm", list(ordered.ARMS))
def test_a_sound_order_is_not_stopped_for_what_rounding_for_the_pump_and_the_label_makes_of_it(arm):
    table = ordered.columns(arm, 300, 8)
    told = [checked(ordered.rounded(ordered.row(table, place)), asked(arm)) for place in range(300)]
    assert [one.findings for one in told if one.stopped] == []


@pytest.mark.parametrize("arm", list(ordered.ARMS))
def test_rounding_for_the_pump_and_the_label_leaves_nothing_unchecked(arm):
    table = ordered.columns(arm, 20, 9)
    for order in (ordered.row(table, place) for place in range(20)):
        assert checked(ordered.rounded(order), asked(arm)).not_checked == checked(order, asked(arm)).not_checked
