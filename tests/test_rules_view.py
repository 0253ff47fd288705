"""What a rule sees of an order: what follows from its fields, worked by hand, and the words for it.

The sound order is of 165 cm and 60 kg, √(165 × 60 ÷ 3600) = 1.658312 m², on 2026-11-23, cycle 2, 28 days after the last.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy
import pytest

from dosewright.orders.rules.due import Figure
from dosewright.orders.rules.fields import date_digits, day_number, day_of, hours_since, say_moment
from dosewright.orders.rules.values import Words
from dosewright.orders.rules.view import (
    BeadsView,
    CriterionView,
    InteractionView,
    LabView,
    LifetimeView,
    LineView,
    OrderView,
    Record,
    _due_in_words,
    _span,
    completed_years,
    surface,
)

from . import ward
from .rulings import ON, SQUARE, asked, changed, sound

HEPA = "hepa-haic"
M2 = math.sqrt(165 * 60 / 3600)


def view(changes=None, arm="haic-folfox", site=None, **more) -> OrderView:
    return OrderView(Record(changed(sound(arm), changes or {}), **more), "", asked(arm, site))


def line(key="oxaliplatin", changes=None, arm="haic-folfox", site=None, **more) -> LineView:
    return view(changes, arm, site, **more).line(key)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def said(one, *names: str) -> list[str]:
    return [plain(one.say(name, None)) for name in names]


# ------------------------------------------------------------------------------------------------------------- a record


def test_a_record_knows_a_field_by_its_path_or_by_what_its_column_is_called():
    record = Record({"weight": 60.0}, named={"oxaliplatin.drug": "oxaliplatin", "weight": 1.0})
    assert (record.get("weight", "order", "weight"), record.get("oxaliplatin.drug", "line", "drug")) == (
        60.0,
        "oxaliplatin",
    )
    assert record.get("comment", "order", "comment") is None
    assert record.get("id", "order", "id") is None
    assert math.isnan(record.get("height", "order", "height"))


def test_a_record_carries_what_it_has_a_column_for_and_does_not_leave_to_paper():
    assert Record({}).carries("weight")
    some = Record({}, carried=frozenset({"weight", "height"}), left_out=frozenset({"height"}), named={"x.drug": "x"})
    assert [some.carries(path) for path in ("weight", "height", "bsa", "x.drug")] == [True, False, False, True]
    assert not Record({}, left_out=frozenset({"weight"})).carries("weight")


def test_one_order_of_a_column_is_a_record_of_its_own():
    columns = {"weight": numpy.array([60.0, 70.0]), "sex": "male"}
    one = Record(columns, rows=2, carried=frozenset(columns)).row(1)
    assert (dict(one.values), len(one.values), list(one.values)) == (
        {"weight": 70.0, "sex": "male"},
        2,
        ["weight", "sex"],
    )
    assert (one.rows, one.carried) == (None, frozenset(columns))


# ------------------------------------------------------------------------------------------------------ a part of an order


def test_a_name_that_is_no_field_is_none():
    with pytest.raises(AttributeError, match=r"^wieght$"):
        _ = view().wieght


def test_a_part_has_its_fields_under_its_own_path():
    assert (view().path("weight"), line().path("dose")) == ("weight", "oxaliplatin.dose")
    assert [line().path(name) for name in ("comment_of_order", "day_of_order", "on_of_order")] == [
        "comment",
        "day",
        "on",
    ]
    assert LabView(view(), asked("haic-folfox").gates[1]).path("value") == "lab.platelets.value"
    assert view(arm=HEPA).beads.path("drug") == "beads.drug"


def test_what_is_lacking_is_lacking_alone():
    one = view({"weight": None, "sex": None})
    assert [one.lacks(name) for name in ("weight", "sex", "height", "surface", "id")] == [
        True,
        True,
        False,
        True,
        False,
    ]


def test_what_follows_from_fields_is_carried_where_all_of_them_are():
    values = sound()

    def without(*paths):
        return view(carried=frozenset(values) - set(paths))

    assert [without(path).carries("surface") for path in ("height", "weight", "bsa")] == [False, False, True]
    assert [without(path).carries("interval") for path in ("on", "day", "last_on", "cycle")] == [
        False,
        False,
        False,
        True,
    ]
    assert [without(path).line("oxaliplatin").carries("mg_per_m2") for path in ("oxaliplatin.dose", "height", "day")] == [
        False, False, True,
    ]  # fmt: skip
    assert [without(path).line("oxaliplatin").carries("expected") for path in ("height", "weight", "bsa")] == [
        False, False, True,
    ]  # fmt: skip
    assert [without(path).line("oxaliplatin").carries("day_of_order") for path in ("day", "on")] == [False, True]
    assert view(carried=frozenset()).carries("bsa_off")


def test_of_a_flat_dose_no_measure_of_the_body_is_needed():
    one = line("fluorouracil", arm=HEPA, carried=frozenset({"weight"}))
    assert (one.carries("expected"), one.carries("limit"), one.carries("mg_per_m2")) == (True, True, False)


def test_what_is_not_known_has_no_words():
    one = view({"weight": None, "comment": None, "bsa": None})
    assert said(one, "weight", "comment", "bsa_off", "due.surface_cap") == ["", "", "", ""]


# ---------------------------------------------------------------------------------------------------------------- the body


def test_what_follows_of_the_body_is_as_a_hand_computes_it():
    one = view()
    assert one.uncapped == one.surface == pytest.approx(M2, rel=1e-12)
    assert one.bsa_off == pytest.approx(1.66 / M2 - 1, rel=1e-9)
    assert one.mass_index == pytest.approx(60 / 1.65**2, rel=1e-12)
    assert view({"reference_weight": 50.0}).weight_change == pytest.approx(0.2, rel=1e-12)
    assert (one.weight_age, one.valid_for) == (3, 3)
    assert said(one, "surface", "bsa_off", "mass_index", "weight_age", "valid_for") == [
        "1.6583 m²", "+0.1 %", "22.04 kg/m²", "3 days", "3 days",
    ]  # fmt: skip


def test_a_cap_of_the_surface_holds_above_it_and_at_it():
    for cap, expected in (("1.6 m²", 1.6), ("1.9 m²", M2)):
        one = view(site={"body.cap": cap})
        assert (one.surface, one.uncapped) == (pytest.approx(expected, rel=1e-12), pytest.approx(M2, rel=1e-12))


def test_the_cycle_is_counted_from_its_first_day():
    one = view({"day": 3.0})
    assert (one.first, one.since_last, one.interval, one.next_cycle) == (ON - 2, 26, 26, 2)
    first = view({"last_cycle": 0.0})
    assert (first.interval, first.next_cycle) == (math.inf, 1)
    assert said(one, "since_last", "next_cycle") == ["26 days", "2"]


def test_age_is_counted_in_completed_years():
    def years(birth: tuple[int, int, int], day: tuple[int, int, int]) -> float:
        return completed_years(day_number(dt.date(*birth)), day_number(dt.date(*day)))

    assert years((1964, 11, 23), (2026, 11, 23)) == 62
    assert years((1964, 11, 24), (2026, 11, 23)) == 61
    assert (years((2008, 2, 29), (2026, 2, 28)), years((2008, 2, 29), (2026, 3, 1))) == (17, 18)
    assert math.isnan(completed_years(math.nan, 0.0))
    assert (view().age, said(view(), "age")) == (62, ["62 years"])


def test_a_surface_of_two_formulas_for_two_sexes_needs_the_sex():
    # Schlich 2010: 0.000975482 × 60^0.46 × 165^1.08 of women, 0.000579479 × 60^0.38 × 165^1.24 of men.
    women, men = 0.000975482 * 60**0.46 * 165**1.08, 0.000579479 * 60**0.38 * 165**1.24
    names = [surface("bsa_schlich", 165.0, 60.0, sex) for sex in ("female", "male", None)]
    assert names[:2] == pytest.approx([women, men], rel=1e-9)
    assert math.isnan(names[2])


def test_a_surface_of_the_weight_alone_needs_no_height():
    # Livingston and Lee 2001: 0.1173 × 60^0.6466.
    assert surface("bsa_livingston_lee", math.nan, 60.0, None) == pytest.approx(0.1173 * 60**0.6466, rel=1e-9)


def test_a_column_of_bodies_has_the_surfaces_of_each():
    heights, weights = numpy.array([165.0, 180.0, math.nan]), numpy.array([60.0, 80.0, 70.0])
    found = surface("bsa_mosteller", heights, weights, None)
    assert found[:2] == pytest.approx([M2, 2.0], rel=1e-12)
    assert math.isnan(found[2])


# --------------------------------------------------------------------------------------------------------------- the lines


def test_what_follows_of_a_line_is_as_a_hand_computes_it():
    one = line()
    assert (one.full, one.expected) == (pytest.approx(85 * M2, rel=1e-12),) * 2
    assert one.off == pytest.approx(141 / (85 * M2) - 1, rel=1e-9)
    assert (one.tolerance, bool(one.deviates)) == (0.05, False)
    assert (one.mg_per_m2, one.mg_per_h) == (pytest.approx(141 / M2), pytest.approx(141 / 4))
    # 250 mL and 28.2 mL of 5 mg/mL are 278.2 mL, at 69.5 mL/h.
    assert (one.volume, one.rate, one.pumped) == (pytest.approx(278.2), pytest.approx(69.5, abs=0.06), 4 * one.rate)
    assert one.pumped_off == pytest.approx(one.rate * 4 / 278.2 - 1)
    assert (one.dissolved, one.lasts) == (pytest.approx(141 / 278.2), pytest.approx(4))
    assert (one.dose_of_day, one.dose_of_cycle, one.stated) == (141, 141, 85)
    assert said(one, "expected", "off", "mg_per_h", "lasts", "dose_of_day", "mg_per_m2", "dissolved") == [
        "140.96 mg", "+0.03 %", "35.3 mg/h", "4 h", "141 mg", "85.03 mg/m²", "0.50683 mg/mL",
    ]  # fmt: skip


def test_a_share_of_the_dose_is_expected_where_the_order_says_so():
    one = line(changes={"oxaliplatin.share": 80.0})
    assert (one.full, one.expected) == (pytest.approx(85 * M2), pytest.approx(68 * M2))


def test_a_cap_holds_the_full_dose_and_the_share_is_of_that():
    site = {"preparation.oxaliplatin.dose_cap": "130 mg"}
    one = line(changes={"oxaliplatin.share": 50.0}, site=site)
    assert (one.full, one.expected) == (130, 65)
    assert line(site={"preparation.oxaliplatin.dose_cap": "150 mg"}).full == pytest.approx(85 * M2)


def test_where_the_site_says_nothing_only_what_rounding_makes_is_tolerated():
    prepared = ward.site_data()["preparation"]
    prepared.pop("oxaliplatin")
    assert line(site={"preparation": prepared}).tolerance == 0.005


def test_a_figure_is_multiplied_by_what_it_is_per():
    one = line()
    assert one.by(Figure(2, "per m²", "")) == pytest.approx(2 * M2)
    assert (one.by(Figure(2, "per kg", "")), one.by(Figure(2, "flat", ""))) == (120, 2)


def test_the_concentration_is_that_of_dose_and_volume_else_the_stated_one():
    stated = {"oxaliplatin.concentration": 0.3, "oxaliplatin.volume": None}
    assert line(changes=stated).dissolved == 0.3
    assert line(changes={**stated, "oxaliplatin.volume": 500.0}).dissolved == pytest.approx(0.282)


def test_a_dose_is_added_to_the_other_lines_of_the_drug():
    one = line(changes={"fluorouracil.dose": None})
    assert (
        one.order.line("fluorouracil").dose_of_day != one.order.line("fluorouracil").dose_of_day,
        one.dose_of_day,
    ) == (True, 141)
    gone = line("fluorouracil", {"fluorouracil.*": None})
    assert (bool(gone.present), gone.dose_of_day) == (False, 0)


def test_a_line_stands_in_the_order_where_anything_of_it_does():
    empty = {"oxaliplatin.*": None}
    for name, value in (("drug", "oxaliplatin"), ("dose", 141.0), ("rate", 1.0), ("comment", "x"), ("over", 4.0)):
        record = Record({**changed(sound(), empty), f"oxaliplatin.{name}": value})
        assert bool(OrderView(record, "", asked("haic-folfox")).line("oxaliplatin").present)
    assert not line(changes=empty).present


def test_a_line_is_due_on_its_days():
    assert [bool(line(changes={"day": day}).due_today) for day in (1.0, 2.0)] == [True, False]


def test_the_figure_that_is_stated_is_told_with_its_basis():
    changes = {"oxaliplatin.dose_per": 85.0, "oxaliplatin.flat": 141.0, "oxaliplatin.dose_per_kg": None}
    one = line(changes=changes)
    assert said(one, "basis", "stated", "why") == ["per m² and flat", "85 mg/m²", ""]
    assert said(line(changes={"oxaliplatin.reason": "age"}), "why") == [": age"]
    assert said(line(changes={"oxaliplatin.dose_per": None, "oxaliplatin.dose_per_kg": 2.0}), "basis") == ["per kg"]
    flat = line("fluorouracil", {"fluorouracil.flat": 1200.0, "fluorouracil.dose_per": None}, HEPA)
    assert (flat.stated, said(flat, "basis", "stated")) == (1200, ["flat", "1,200 mg"])


def test_behind_words_stands_what_they_hang_on():
    one = line(changes={"oxaliplatin.reason": "age", "oxaliplatin.flat": 5.0, "oxaliplatin.dose_per_kg": 1.0})
    assert (one.behind("why"), one.behind("basis"), one.behind("stated")) == (
        ("age",),
        (85.0, 1.0, 5.0),
        (85.0, 1.0, 5.0),
    )
    assert (one.behind("dose"), one.behind("due.cap"), one.behind("allowed")) == ((141.0,), (), ())


def test_drugs_and_lines_of_the_protocol_are_listed():
    one = line(arm=HEPA)
    assert one.order_drugs == "doxorubicin, fluorouracil, leucovorin or oxaliplatin"
    assert one.order_lines == "oxaliplatin, leucovorin or fluorouracil"


def test_what_is_the_orders_is_seen_from_a_line():
    one = line(changes={"comment": "slowly"})
    assert (one.comment_of_order, one.day_of_order, one.on_of_order) == ("slowly", 1, ON)


# a body of 2 m²: 170 mg of oxaliplatin are due; the other arm's 60 mg/m² would be 120 mg


@pytest.mark.parametrize(
    ("mg", "slip"),
    [
        (1700.0, "tenfold"), (17.0, "tenfold"), (17_000.0, "tenfold"), (1.7, "tenfold"), (170_000.0, "thousandfold"),
        (0.17, "thousandfold"), (85.0, "unmultiplied"), (120.0, "elsewhere"), (300.0, None), (170.0, None),
        (1600.0, None), (1614.0, None), (1786.0, "beyond"), (2000.0, "beyond"), (170_000_000.0, "beyond"),
    ],
)  # fmt: skip
def test_a_dose_that_deviates_looks_like_one_slip(mg, slip):
    one = line(changes={**SQUARE, "oxaliplatin.dose": mg, "oxaliplatin.calculated": 170.0})
    assert [name for name, found in one.slips.items() if found] == ([slip] if slip else [])
    assert list(one.slips) == ["tenfold", "thousandfold", "unmultiplied", "elsewhere", "disputed", "beyond"]


@pytest.mark.parametrize(("mg", "calculated"), [(1700.0, 1700.0), (1700.0, None), (300.0, 30.0)])
def test_ten_times_the_dose_that_follows_or_the_one_that_was_calculated_is_tenfold(mg, calculated):
    one = line(changes={**SQUARE, "oxaliplatin.dose": mg, "oxaliplatin.calculated": calculated})
    assert [name for name, found in one.slips.items() if found] == ["tenfold"]


def test_of_a_dose_that_the_protocol_leaves_open_nothing_follows_and_nothing_is_needed():
    against = asked("haic-folfox", None, {"components.0.dose": {"unstated": "true"}})
    one = OrderView(Record(sound(), carried=frozenset()), "", against).line("oxaliplatin")
    assert (one.carries("expected"), one.due.dose, one.due.dose_source, one.due.dose_basis) == (True, None, "", "")
    assert all(math.isnan(value) for value in (one.full, one.expected, one.stated))
    assert not any(one.slips.values())


def test_a_disputed_dose_and_a_flat_one_that_was_multiplied_are_slips():
    disputed = line("fluorouracil", {**SQUARE, "fluorouracil.dose": 3000.0, "fluorouracil.calculated": 4800.0})
    assert [name for name, found in disputed.slips.items() if found] == ["disputed"]
    flat = line("fluorouracil", {**SQUARE, "fluorouracil.dose": 2400.0, "fluorouracil.calculated": 1200.0}, HEPA)
    assert [name for name, found in flat.slips.items() if found] == ["unmultiplied"]


# ------------------------------------------------------------------------------------------------------- beads and the rest


def test_what_is_on_the_beads_is_counted_by_vial():
    one = view({"beads.offered": 90.0, "beads.vials": 2.0}, HEPA).beads
    assert (one.per_vial, one.due_volume, bool(one.present)) == (45, 40, True)
    assert said(one, "per_vial", "due_volume", "contact", "due.contact") == ["45 mg/vial", "40 mL", "20 min", "20 min"]
    assert isinstance(one, BeadsView)


def test_a_volume_for_the_whole_treatment_does_not_grow_with_the_vials():
    site = ward.decided("beads.final_volume_per", "treatment", HEPA)
    assert view({"beads.vials": 2.0}, HEPA, site).beads.due_volume == 20
    undecided = dict(ward.undecided("beads.final_volume_per"))
    assert math.isnan(view({"beads.vials": 2.0}, HEPA, undecided).beads.due_volume)


def test_an_order_without_beads_embolises_nothing():
    assert not view().beads.present
    for name, value in (("drug", "doxorubicin"), ("offered", 50.0), ("vials", 1.0)):
        assert view({f"beads.{name}": value}).beads.present


def test_a_laboratory_value_has_its_age_and_its_limit_in_words():
    order = view({"lab.bilirubin.on": ON - 1})
    told = [LabView(order, gate) for gate in asked("haic-folfox").gates]
    assert [one.age for one in told] == [2, 2, 1, 2]
    assert [plain(one.say("allowed", None)) for one in told[1:3]] == ["at least 75 10^9/L", "at most 30 µmol/L"]
    assert said(told[2], "age", "due.within", "value", "due.source") == ["1 day", "3 days", "17", "site policy"]


def test_a_criterion_tells_what_was_found_and_what_is_asked():
    order = view({"ecog": 3.0, "child_pugh_class": "C"})
    told = {one.id: CriterionView(order, one) for one in asked("haic-folfox").criteria}
    assert [said(told[name], "found", "allowed") for name in ("age", "ecog", "child-pugh")] == [
        ["62 years", "18 to 85"], ["3", "at most 2"], ["C", "A or B"],
    ]  # fmt: skip
    assert (told["age"].name, told["ecog"].name, told["age"].found) == ("birth_date", "ecog", 62)
    assert [told[name].lacks("found") for name in ("age", "ecog")] == [False, False]
    blank = view({"birth_date": None, "ecog": None}, carried=frozenset(sound()) - {"birth_date"})
    gone = {one.id: CriterionView(blank, one) for one in asked("haic-folfox").criteria}
    assert [(gone[name].lacks("found"), gone[name].carries("found")) for name in ("age", "ecog")] == [
        (True, False), (True, True),
    ]  # fmt: skip


def test_a_lifetime_is_what_was_given_before_and_what_this_order_adds():
    # 50 mg of doxorubicin on beads for 2 m² are 25 mg/m².
    listed = {"before.doxorubicin.total": 100.0, "before.epirubicin.total": 30.0, "prior_exposure": "listed"}
    order = view({**SQUARE, **listed}, HEPA)
    both, one = (LifetimeView(order, due) for due in asked(HEPA).lifetimes)
    assert [(each.before, each.added, each.total) for each in (both, one)] == [(130, 25, 155), (100, 25, 125)]
    assert (said(both, "total", "before"), both.carries("anything")) == (["155 mg/m²", "130 mg/m²"], True)
    assert not both.untold
    unknown = view({"before.epirubicin.unknown": "yes"}, HEPA)
    assert [bool(LifetimeView(unknown, due).untold) for due in asked(HEPA).lifetimes] == [True, False]


def test_beads_without_a_drug_add_nobody_knows_how_much():
    order = view({"beads.drug": None}, HEPA)
    assert math.isnan(LifetimeView(order, asked(HEPA).lifetimes[0]).added)
    other = view({"beads.drug": "irinotecan"}, HEPA)
    assert LifetimeView(other, asked(HEPA).lifetimes[0]).added == 0


def test_what_is_listed_as_given_before_is_known_by_name_or_told():
    listed = {"before.doxorubicin.total": 100.0, "before.daunorubicin.total": 50.0, "before.doxil.unknown": "yes"}
    order = view({**listed, "prior_exposure": "listed"}, HEPA)
    assert {name: bool(found) for name, found in order.listed.items()} == {"doxorubicin": True, "daunorubicin": True}
    assert (bool(order.given_before), bool(order.lists_any), order.unnamed) == (True, True, "daunorubicin")
    nothing = view({"before.doxorubicin.total": 0.0}, HEPA)
    assert (bool(nothing.given_before), bool(nothing.lists_any)) == (False, True)
    assert not view(arm=HEPA).lists_any
    assert view(arm=HEPA, carried=frozenset(sound(HEPA))).lists_any
    assert not view(arm=HEPA, carried=frozenset({"before.doxorubicin.total"})).lists_any


def test_half_a_milligram_and_nobody_knows_how_much_were_given_before():
    assert view({"before.doxorubicin.total": 0.5}, HEPA).given_before
    assert view({"before.doxorubicin.unknown": "yes"}, HEPA).lists_any
    assert not view({"before.doxorubicin.unknown": "no"}, HEPA).lists_any


def test_a_line_adds_to_the_lifetime_of_its_drug_where_it_is_given():
    site = {"cumulative": [{"of": "oxaliplatin", "at_most": "1000 mg/m2", "from": "site policy"}]}
    for changes, added in (({}, 141 / M2), ({"oxaliplatin.*": None}, 0)):
        order = view(changes, site=site)
        (due,) = order.due.lifetimes
        assert LifetimeView(order, due).added == pytest.approx(added)


def test_a_criterion_is_of_an_order_that_has_its_other_fields_too():
    order = view({"weight": None}, carried=frozenset({"ecog", "height"}))
    one = next(CriterionView(order, due) for due in order.due.criteria if due.id == "ecog")
    assert [one.lacks(name) for name in ("found", "weight", "height")] == [False, True, False]
    assert [one.carries(name) for name in ("found", "weight", "height")] == [True, False, True]
    assert said(one, "height", "due.text") == ["165 cm", "ECOG performance status at most 2"]


def test_an_interaction_is_of_its_order():
    order = view()
    assert [InteractionView(order, due).order for due in order.due.interactions] == [order] * 3


def test_a_dose_per_kg_needs_the_weight_alone():
    against = asked("haic-folfox", None, {"components.0.dose": {"is": "5 mg/kg", "from": "methods"}})
    for carried, expected in (({"weight"}, True), ({"height"}, False)):
        one = OrderView(Record(sound(), carried=frozenset(carried)), "", against).line("oxaliplatin")
        assert (one.carries("expected"), one.full) == (expected, 300)


def test_start_and_end_are_told_on_the_hospitals_clock():
    assert said(line(), "start", "end") == ["2026-11-23 09:00+08:00", "2026-11-23 13:00+08:00"]
    assert said(line(changes={"oxaliplatin.end": None}), "end") == [""]


# ------------------------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("least", "most", "words"), [(1.5, None, "at least 1.5"), (None, 30.0, "at most 30"), (18.0, 85.0, "18 to 85")]
)
def test_a_span_is_told_by_its_ends(least, most, words):
    assert _span(least, most) == words


@pytest.mark.parametrize(
    ("value", "name", "words"),
    [
        (None, "cap", ""), (Figure(85.0, "per m²", "x"), "dose", "85 mg/m²"), (Figure(5.0, "per kg", "x"), "dose", "5 mg/kg"),
        (Figure(1200.0, "flat", "x"), "dose", "1,200 mg"), ((1, 2, 8), "days", "1, 2 or 8"), ((1000,), "days", "1,000"), (("a", "b"), "x", "a or b"),
        (frozenset({500.0, 250.0}), "stocked", "250 or 500"), (frozenset({"b", "a"}), "forms", "a or b"), ("x", "y", "x"),
        (20.0, "over", "20 h"), (1 / 3, "contact", "20 min"), (130.0, "cap", "130 mg"), (2.0, "surface_cap", "2 m²"),
        (9600.0, "fastest", "9,600 mg/h"), (140.0, "height_usual_least", "140 cm"), (35.0, "weight_usual_least", "35 kg"),
        (16.0, "mass_index_least", "16 kg/m²"), (1.0, "weight_valid", "1 day"), (28.0, "weight_too_old", "28 days"),
        (0.1, "weight_change", "10 %"), (0.05, "most_deviation", "5 %"), (20.0, "final_volume", "20 mL"),
        (21.0, "interval_least", "21 days"), (0.2, "least", "0.2"), (10.0, "step", "10 mg"),
    ],
)  # fmt: skip
def test_what_is_due_is_told_in_its_own_unit(value, name, words):
    assert plain(_due_in_words(value, name)) == words


def test_days_and_moments_are_numbers_from_1970():
    assert [day_number(dt.date(1970, 1, day)) for day in (1, 2)] == [0, 1]
    assert day_of(20_780.0) == dt.date(2026, 11, 23)
    assert (date_digits(0.0), date_digits(20_780.0)) == (19_700_101, 20_261_123)
    found = date_digits(numpy.array([0.0, 20_780.0, math.nan, 11_016.0]))
    assert found[[0, 1, 3]].tolist() == [19_700_101, 20_261_123, 20_000_229]
    assert math.isnan(found[2])
    nine = dt.datetime(1970, 1, 2, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    assert say_moment(25.5, dt.timezone(dt.timedelta(hours=8))) == "1970-01-02 09:30+08:00"
    assert (hours_since(nine), say_moment(25.5)) == (25.5, "1970-01-02 01:30+00:00")


def test_a_column_lets_go_of_its_lines_and_beads():
    order = view(arm=HEPA)
    one, beads = order.line("oxaliplatin"), order.beads
    one.forget()
    assert "lines" not in vars(order)
    assert "beads" not in vars(order)
    assert (one.order, beads.order) == (order, order)
    order.forget()


def test_a_row_of_a_line_is_the_line_of_that_order():
    column = {
        name: numpy.array([value, value + 1]) if isinstance(value, float) else value for name, value in sound().items()
    }
    one = OrderView(Record(column, rows=2), "", asked("haic-folfox")).line("oxaliplatin").row(1)
    assert (one.key, one.dose, one.order.weight, plain(one.say("dose", None))) == ("oxaliplatin", 142, 61, "142 mg")


# ---------------------------------------------------------------------------------------------------- one order of a column


def a_column(arm: str = "haic-folfox", **fields: list) -> OrderView:
    """Two orders, the second with some fields changed: numbers in a column, words in theirs."""
    values: dict = {
        name: numpy.full(2, value) if isinstance(value, float) else value for name, value in sound(arm).items()
    }
    for path, (first, second) in fields.items():
        words = isinstance(first, str | None) and isinstance(second, str | None)
        column = Words(numpy.array([0, 1], numpy.int32), (first, second)) if words else numpy.array([first, second])
        values[path.replace("__", ".")] = column
    return OrderView(Record(values, rows=2), "", asked(arm))


def told(one, name: str) -> list[str]:
    return [plain(one.say(name, row)) for row in (0, 1)]


def test_of_a_column_each_order_is_told_in_its_own_words():
    order = a_column(weight=[60.0, 61.0], sex=["male", "female"])
    assert (told(order, "weight"), told(order, "sex"), told(order, "uncapped")) == (
        ["60 kg", "61 kg"], ["male", "female"], ["1.6583 m²", "1.6721 m²"],
    )  # fmt: skip


def test_of_a_column_each_line_is_told_in_its_own_words():
    nine = sound()["oxaliplatin.start"]
    order = a_column(
        oxaliplatin__dose=[141.0, 112.0], oxaliplatin__start=[nine, nine + 1], oxaliplatin__reason=[None, "age"],
        oxaliplatin__dose_per=[85.0, 68.0], oxaliplatin__flat=[math.nan, 112.0],
    )  # fmt: skip
    one = order.line("oxaliplatin")
    assert told(one, "dose") == ["141 mg", "112 mg"]
    assert told(one, "start") == ["2026-11-23 09:00+08:00", "2026-11-23 10:00+08:00"]
    assert told(one, "why") == ["", ": age"]
    assert (told(one, "basis"), told(one, "stated")) == (["per m²", "per m² and flat"], ["85 mg/m²", "68 mg/m²"])


def test_one_order_of_a_column_is_held_against_the_same():
    order = a_column(weight=[60.0, 61.0])
    assert (order.row(1).due, order.row(1).weight, order.row(1).path("weight")) == (order.due, 61, "weight")
    one = order.line("oxaliplatin")
    assert (one.row(1).due, one.row(1).order.weight) == (one.due, 61)


def test_a_surface_that_was_worked_out_for_a_column_is_not_worked_out_again():
    order = a_column(weight=[60.0, 61.0])
    assert order.row(1).uncapped == pytest.approx(math.sqrt(165 * 61 / 3600), rel=1e-12)
    order.__dict__["uncapped"] = numpy.array([1.5, 2.5])
    assert [order.row(row).uncapped for row in (0, 1)] == [1.5, 2.5]


def test_a_height_that_all_orders_share_goes_with_the_weight_of_each_and_with_the_sex_of_each():
    weights = numpy.array([60.0, 80.0])
    assert surface("bsa_mosteller", 165.0, weights, None) == pytest.approx(numpy.sqrt(165 * weights / 3600))
    assert surface("bsa_mosteller", weights + 100, 60.0, None) == pytest.approx(numpy.sqrt((weights + 100) * 60 / 3600))
    sexes = Words(numpy.array([0, 1, 2], numpy.int32), ("female", "male", None))
    found = surface("bsa_schlich", 165.0, 60.0, sexes)
    alone = [surface("bsa_schlich", 165.0, 60.0, sex) for sex in sexes.vocabulary]
    assert found.tolist()[:2] == alone[:2]
    assert math.isnan(found[2])


def test_the_surface_of_an_order_is_that_of_its_sex():
    site = {"body.formula": "bsa_schlich"}
    women, men = (view({"sex": sex}, site=site).uncapped for sex in ("female", "male"))
    # Schlich 2010: 0.000975482 × 60^0.46 × 165^1.08 of women, 0.000579479 × 60^0.38 × 165^1.24 of men.
    assert (women, men) == pytest.approx((0.000975482 * 60**0.46 * 165**1.08, 0.000579479 * 60**0.38 * 165**1.24))
    assert math.isnan(view({"sex": None}, site=site).uncapped)


# ------------------------------------------------------------------------------------------------------ changes of the dose


def test_a_dose_lies_so_far_from_the_full_one():
    # 85 mg/m² × 2 m² are 170 mg, and 136 mg are 80 % of that.
    one = line(changes={**SQUARE, "oxaliplatin.dose": 136.0, "oxaliplatin.share": 80.0})
    assert (one.off_full, one.off) == (pytest.approx(-0.2), pytest.approx(0))
    assert said(one, "off_full", "full") == ["−20 %", "170 mg"]


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"changed_by": 20.0, "changed_of": "protocol dose"}, 80), ({"changed_to": 70.0, "changed_of": "protocol dose"}, 70),
        ({"changed_by": 20.0, "changed_of": "last ordered dose", "last_share": 80.0}, 64),
        ({"changed_to": 75.0, "changed_of": "last ordered dose", "last_share": 80.0}, 60),
        ({"changed_by": 20.0, "changed_to": 75.0, "changed_of": "protocol dose"}, 75),
        ({"changed_by": 20.0, "changed_of": "protocol dose", "last_share": 80.0}, 80),
        ({"changed_by": 20.0}, None), ({"changed_by": 20.0, "changed_of": "last ordered dose"}, None), ({}, None),
    ],
)  # fmt: skip
def test_a_change_leaves_so_much_of_the_protocols_dose(changes, left):
    one = line(changes={f"oxaliplatin.{name}": value for name, value in changes.items()})
    assert math.isnan(one.left) if left is None else one.left == pytest.approx(left)


def test_an_order_that_says_nothing_of_a_share_gives_all():
    assert (line().share_or_all, line(changes={"oxaliplatin.share": 80.0}).share_or_all) == (100, 80)
    assert line(changes={"oxaliplatin.share": 80.0}).left_per == pytest.approx(68)
    assert said(line(), "share_or_all") == ["100 %"]


def test_a_limit_per_area_needs_the_measures_of_the_body():
    for carried, expected in (({"height", "weight"}, True), ({"weight"}, False)):
        assert line(carried=frozenset(carried)).carries("limit") is expected


def test_of_a_drug_that_is_left_out_no_dose_departs_and_of_any_other_it_does():
    gone, hardly, little = (line(changes={"oxaliplatin.share": share}) for share in (0.0, 0.5, 1.0))
    assert (math.isnan(gone.off), gone.deviates, little.deviates) == (True, False, True)
    assert (hardly.off, little.off) == (
        pytest.approx(141 / (85 * M2 * 0.005) - 1), pytest.approx(141 / (85 * M2 * 0.01) - 1),
    )  # fmt: skip


def test_a_line_without_a_limit_or_a_dose_has_none():
    against = asked("haic-folfox", None, {"components.0.dose": {"unstated": "true"}})
    one = OrderView(Record(sound()), "", against).line("oxaliplatin")
    assert all(math.isnan(value) for value in (one.limit, one.left_per))


def test_an_infusion_ends_its_duration_after_its_start():
    one = line(changes={"oxaliplatin.end": None})
    assert one.ends == one.start + 4


def test_of_a_column_each_value_and_each_criterion_is_told_in_its_own_words():
    order = a_column(lab__albumin__value=[38.0, 29.0], ecog=[1.0, 3.0], weight=[60.0, 61.0])
    albumin = next(LabView(order, gate) for gate in order.due.gates if gate.analyte == "albumin")
    criterion = next(CriterionView(order, due) for due in order.due.criteria if due.id == "ecog")
    assert (told(albumin, "value"), told(criterion, "found"), told(criterion, "weight")) == (
        ["38", "29"], ["1", "3"], ["60 kg", "61 kg"],
    )  # fmt: skip
