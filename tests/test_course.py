"""Courses: every cycle dated by hand, plan and actual apart, and nothing too early by mistake."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosewright.calendars import round_percent
from dosewright.errors import Mistake, Refusal
from dosewright.orders.course import Course, Cycle, Plan, plan, schedule
from dosewright.protocol import library
from dosewright.protocol.site import load_site

from . import plans, ward
from .plans import a_record, day
from .tables import golden
from .ward import EXAMPLES

CASES = golden("courses")


def plan_of(case: dict[str, Any]) -> Plan:
    told = case["given"]
    records = [
        a_record(one["cycle"], **{k: v for k, v in one.items() if k != "cycle"}) for one in told.get("records", [])
    ]
    course = plans.a_course(told["protocol"], start=told["start"], cycles=told["cycles"], records=records)
    site, _ = plans.a_site(told.get("calendar"), interval=told.get("interval"))
    return plan(course, schedule(ward.a_protocol(told["protocol"]).protocol, site, {}))


def as_told(cycle: Cycle, key: str) -> str:
    """One value of a cycle as the golden table writes it."""
    if key == "window":
        return "none" if cycle.window is None else f"{cycle.window.earliest} to {cycle.window.latest}"
    value = getattr(cycle, key)
    if key == "intensity" and value is not None:
        return f"{round_percent(value):g}"
    return "none" if value is None else str(value)


def nearest(made: Plan, number: int) -> list[str]:
    """The open days that are offered where no day of the window is one."""
    found = [one for one in made.findings if one.rule == "no-open-day" and one.where == f"cycle {number}"]
    return [word for one in found for word in one.allowed.split(" ") if word[:2] == "20"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_course_goes_as_worked_out_by_hand(case):
    made = plan_of(case)
    told = [
        {key: as_told(cycle, key) for key in one if key != "nearest"}
        for cycle, one in zip(made.cycles, case["gives"], strict=True)
    ]
    assert told == [{key: value for key, value in one.items() if key != "nearest"} for one in case["gives"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_where_no_day_is_open_the_nearest_on_both_sides_are_offered(case):
    made = plan_of(case)
    expected = [one.get("nearest", []) for one in case["gives"]]
    assert [nearest(made, number) for number in range(1, len(expected) + 1)] == expected


@pytest.mark.parametrize("case", [one for one in CASES if "intensity" in one], ids=lambda case: case["case"])
def test_the_intensity_of_a_course_is_as_worked_out_by_hand(case):
    assert f"{round_percent(plan_of(case).intensity):g}" == case["intensity"]


def test_the_table_has_a_case_for_each_status():
    said = {one.get("status") for case in CASES for one in case["gives"]}
    assert said >= {"planned", "given", "reduced", "delayed", "omitted", "stopped"}


# ---------------------------------------------------------------------------------------------------- never too early

FIRST = a_record(1, "given", "2026-11-23")
RELEASED = {"first": "A. One", "second": "B. Two", "reason": "the patient travels"}


def findings(made: Plan, rule: str) -> list[str]:
    return [one.severity for one in made.findings if one.rule == rule]


def test_a_move_before_the_earliest_day_plans_nothing():
    made = plans.planned(records=[FIRST, a_record(2, "delayed", "2026-12-13")])
    assert made.cycles[1].planned == day("2026-12-14")


def test_a_move_before_the_earliest_day_is_refused():
    made = plans.planned(records=[FIRST, a_record(2, "delayed", "2026-12-13")])
    assert findings(made, "too-early") == ["refuse"]


def test_a_move_onto_the_earliest_day_is_in_order():
    made = plans.planned(records=[FIRST, a_record(2, "delayed", "2026-12-14")])
    assert findings(made, "too-early") == []


def test_an_early_day_counts_where_two_people_released_it():
    made = plans.planned(records=[FIRST, a_record(2, "delayed", "2026-12-11", released=RELEASED)])
    assert (made.cycles[1].planned, findings(made, "early-released")) == (day("2026-12-11"), ["warning"])


@pytest.mark.parametrize("second", ["A. One", "a. one", "A.  One", "A.One", "Ａ. One", " A. One "])
def test_the_same_person_does_not_release_twice(second):
    with pytest.raises(Refusal, match="must be two"):
        plans.a_course(records=[FIRST, a_record(2, "delayed", "2026-12-11", released=RELEASED | {"second": second})])


def test_a_released_move_covers_the_treatment_on_that_day():
    moved = a_record(2, "delayed", "2026-12-11", released=RELEASED)
    made = plans.planned(records=[FIRST, moved, a_record(2, "given", "2026-12-11")])
    assert findings(made, "too-early") == []


def test_a_released_move_does_not_cover_a_day_before_it():
    moved = a_record(2, "delayed", "2026-12-11", released=RELEASED)
    made = plans.planned(records=[FIRST, moved, a_record(2, "given", "2026-12-10")])
    assert findings(made, "too-early") == ["refuse"]


def test_a_move_lapses_when_the_cycle_before_is_given_so_late_that_it_has_become_too_early():
    # Cycle 3 was moved to 6 January while cycle 2 was planned for 14 December. Cycle 2 was given on 28 December, so
    # the earliest day of cycle 3 is 28 December + 21 = 18 January.
    moved = a_record(3, "delayed", "2027-01-06")
    made = plans.planned(records=[FIRST, moved, a_record(2, "given", "2026-12-28")])
    assert (made.cycles[2].planned, findings(made, "too-early")) == (day("2027-01-18"), ["refuse"])


def test_a_release_lapses_when_the_window_has_moved_later_since():
    # Two people released 1 January, three days before the earliest day as it stood (4 January). Since then cycle 2 was
    # given a week late, and 1 January would be 11 days after it: nobody has released that.
    moved = a_record(3, "delayed", "2027-01-01", released=RELEASED)
    made = plans.planned(records=[FIRST, moved, a_record(2, "given", "2026-12-21")])
    assert (made.cycles[2].planned, findings(made, "too-early")) == (day("2027-01-11"), ["refuse"])


def test_a_release_holds_where_the_cycle_before_was_given_as_planned():
    moved = a_record(3, "delayed", "2027-01-01", released=RELEASED)
    made = plans.planned(records=[FIRST, moved, a_record(2, "given", "2026-12-14")])
    assert (made.cycles[2].planned, findings(made, "early-released")) == (day("2027-01-01"), ["warning"])


def test_a_late_day_is_remarked_on_and_stands():
    made = plans.planned(records=[FIRST, a_record(2, "delayed", "2026-12-22")])
    assert (made.cycles[1].planned, findings(made, "late")) == (day("2026-12-22"), ["warning"])


def test_a_move_to_a_closed_day_is_remarked_on():
    made = plans.planned(records=[FIRST, a_record(2, "delayed", "2026-12-19")])  # a Saturday
    assert findings(made, "closed-day") == ["warning"]


def test_what_was_given_on_a_closed_day_is_no_longer_remarked_on():
    made = plans.planned(records=[FIRST, a_record(2, "delayed", "2026-12-19"), a_record(2, "given", "2026-12-19")])
    assert findings(made, "closed-day") == []


def test_of_a_window_without_an_open_day_the_finding_says_which_neighbour_is_too_early():
    made = plans.planned(start="2026-01-26", cycles=2)
    assert [one.message for one in made.findings if one.rule == "no-open-day"] == [
        "cycle 2: no open day from 2026-02-16 to 2026-02-23; the nearest open days are "
        "2026-02-14 (too early: two named people release it) or 2026-02-24 (late)"
    ]


CLOSED_DAYS = st.lists(st.tuples(st.dates(day("2026-01-01"), day("2027-06-30")), st.integers(0, 12)), max_size=8)
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


@st.composite
def calendars(draw: st.DrawFn) -> dict[str, Any]:
    """Any calendar of a site: its week, its closures, its rule."""
    closures = [
        {"first": str(first), "last": str(first + dt.timedelta(days=days)), "name": "closed"}
        for first, days in draw(CLOSED_DAYS)
    ]
    return {
        "procedure_days": draw(st.lists(st.sampled_from(WEEKDAYS[:5]), min_size=1, unique=True)),
        "closures": closures,
        "works_on_make_up_days": draw(st.sampled_from(["yes", "no"])),
        "move": draw(st.sampled_from(["later first", "earlier first", "nearest"])),
        "aim": draw(st.sampled_from(["earliest", "middle", "latest"])),
    }


STARTS = st.dates(day("2026-01-01"), day("2026-12-31")).map(str)


@given(calendars(), STARTS, st.sampled_from(["haic-folfox", "hepa-haic"]))
@settings(max_examples=60)
def test_every_planned_day_lies_in_its_window_and_on_an_open_day_or_says_that_there_is_none(calendar, start, protocol):
    rules = plans.rules_of(protocol, calendar)
    made = plan(plans.a_course(protocol, start=start, cycles=6), rules)
    unfit = {one.where for one in made.findings if one.rule == "no-open-day"}
    wrong = [
        cycle
        for cycle in made.cycles[1:]
        if not cycle.window.earliest <= cycle.planned <= cycle.window.latest
        or bool(rules.days.closed(cycle.planned, procedure=True)) != (f"cycle {cycle.number}" in unfit)
    ]
    assert wrong == []


@given(calendars(), STARTS, st.lists(st.integers(21, 60), min_size=1, max_size=5))
@settings(max_examples=60)
def test_what_was_done_stands_and_the_rest_follows_it(calendar, start, gaps):
    days = [day(start)]
    for gap in gaps:
        days.append(days[-1] + dt.timedelta(days=gap))
    records = [a_record(number, "given", str(one)) for number, one in enumerate(days, 1)]
    made = plan(plans.a_course(start=start, cycles=8, records=records), plans.rules_of(calendar=calendar))
    following = made.cycles[len(days)]
    assert [cycle.actual for cycle in made.cycles[: len(days)]] == days
    assert following.window.earliest == days[-1] + dt.timedelta(days=21)


def test_no_two_cycles_are_closer_than_the_least_interval_when_each_is_given_as_planned():
    rules = plans.rules_of(calendar={"move": "earlier first", "aim": "latest"})
    days = [cycle.planned for cycle in plan(plans.a_course(start="2026-01-05", cycles=20), rules).cycles]
    assert all((b - a).days >= 21 for a, b in itertools.pairwise(days))


# ------------------------------------------------------------------------------------------------- what a file may say


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([a_record(2, "given", "2026-12-14")], "now it is cycle 1"),
        ([FIRST, FIRST], "now it is cycle 2"),
        ([FIRST, a_record(3, "given", "2027-01-04")], "now it is cycle 2"),
        ([FIRST, a_record(2, "given", "2026-11-23")], "cycle 2 is not after cycle 1"),
        ([FIRST, a_record(2, "given", "2026-11-20")], "cycle 2 is not after cycle 1"),
        ([FIRST, a_record(2, "delayed", "2026-11-23")], "cycle 2 is not after cycle 1"),
        ([FIRST, a_record(1, "delayed", "2026-11-30")], "cycle 1 is over and cannot be moved"),
        ([FIRST, a_record(2, "stopped", "2026-12-14"), a_record(3, "given", "2027-01-04")], "stopped at cycle 2"),
        ([FIRST, a_record(2, "stopped", "2026-12-14"), a_record(3, "delayed", "2027-01-04")], "stopped at cycle 2"),
        ([a_record(4, "delayed", "2027-03-01")], "the course has no cycle 4"),
        ([a_record(0, "given", "2026-11-23")], "a cycle counted from 1"),
        ([a_record(1, "reduced", "2026-11-23")], "the share of the protocol dose"),
        ([a_record(1, "reduced", "2026-11-23", share="100 %")], "the share of the protocol dose"),
        ([a_record(1, "reduced", "2026-11-23", share="120 %")], "example '80 %'; got '120 %'"),
        ([a_record(1, "given", "2026-11-23", share="80 %")], "a share only for a reduced cycle; got '80 %'"),
        ([a_record(1, "given", "2026-11-23", share="80 %")], "a share only for a reduced cycle"),
        ([a_record(1, "given", "2026-11-23", entered="2026-11-22")], "lies after the day of its entry, 2026-11-22"),
        ([a_record(1, "given", "2026-11-23", reason=" ")], "some text"),
        ([a_record(1, "given", "2026-11-23", by="")], "some text"),
        ([a_record(1, "given", "23.11.2026")], "year-month-day"),
        ([a_record(1, "missed", "2026-11-23")], "'given'"),
    ],
)
def test_a_record_that_cannot_be_is_refused(records, message):
    with pytest.raises(Mistake, match=message):
        plans.a_course(records=records)


@pytest.mark.parametrize("cycles", ["0", "61", "3.5", "-1", "three"])
def test_a_number_of_cycles_that_nobody_can_mean_is_refused(cycles):
    with pytest.raises(Mistake):
        plans.a_course(cycles=cycles)


def test_two_cycles_may_be_omitted_by_one_decision():
    omitted = [a_record(number, "omitted", "2026-12-14") for number in (2, 3)]
    course = plans.a_course(records=[FIRST, *omitted])
    assert [course.record(number).status for number in (2, 3)] == ["omitted", "omitted"]


def test_every_record_stays_in_the_history():
    records = [FIRST, a_record(2, "delayed", "2026-12-17"), a_record(2, "delayed", "2026-12-21")]
    told = plans.made(records=records).data["history"]
    assert [(one["status"], one["on"]) for one in told] == [
        ("given", "2026-11-23"),
        ("delayed", "2026-12-17"),
        ("delayed", "2026-12-21"),
    ]


# ---------------------------------------------------------------------------------------------------------- the events


def events(made: Plan, number: int, kind: str) -> list[tuple[str, str]]:
    return [(event.what, str(event.date)) for event in made.cycles[number - 1].events if event.kind == kind]


def times(made: Plan, number: int, what: str) -> tuple[str, str]:
    event = next(one for one in made.cycles[number - 1].events if one.what == what)
    return event.start.isoformat(timespec="minutes"), event.end.isoformat(timespec="minutes")


def test_the_infusions_run_from_the_start_of_the_day_over_midnight():
    # From 09:00: oxaliplatin 4 h to 13:00, then fluorouracil 20 h to 09:00 of the next day.
    made = plans.planned(start="2026-12-31", cycles=1)
    assert times(made, 1, "fluorouracil") == ("2026-12-31T13:00+08:00", "2027-01-01T09:00+08:00")


def test_with_leucovorin_between_the_infusions_take_26_hours():
    # 4 h of oxaliplatin, 2 h of leucovorin, 20 h of fluorouracil: from 09:00 to 11:00 of the next day.
    more = ward.decided("leucovorin.start", "between oxaliplatin and fluorouracil")
    made = plan(plans.a_course(cycles=1), plans.rules_of(more=more))
    assert times(made, 1, "catheter removed")[1] == "2026-11-24T11:00+08:00"


def test_the_catheter_is_removed_when_the_last_infusion_has_ended():
    assert events(plans.planned(cycles=1), 1, "catheter") == [
        ("catheter placed", "2026-11-23"),
        ("catheter removed", "2026-11-24"),
    ]


def test_a_regimen_by_vein_has_no_catheter():
    loaded = ward.a_protocol(
        "haic-folfox", {"components.0.route.is": "intravenous", "components.2.route.is": "intravenous"}
    )
    made = plan(plans.a_course(cycles=1), schedule(loaded.protocol, plans.a_site()[0], {}))
    assert events(made, 1, "catheter") == []


def test_a_drug_of_several_days_is_given_on_each():
    loaded = ward.a_protocol("haic-folfox", {"components.1.days": ["1", "2"]})
    made = plan(plans.a_course(cycles=1), schedule(loaded.protocol, plans.a_site()[0], {}))
    assert [one for one in events(made, 1, "infusion") if one[0] == "leucovorin"] == [
        ("leucovorin", "2026-11-23"),
        ("leucovorin", "2026-11-24"),
    ]


def test_where_the_clock_is_put_back_meanwhile_the_hours_pass_all_the_same():
    # New York, 31 October 2026: 13:00 and 20 hours, of which one comes twice, end at 08:00 of 1 November.
    rules = plans.rules_of(more={"time_zone": "America/New_York"}, calendar={"procedure_days": ["Sat"], "weekend": []})
    made = plan(plans.a_course(start="2026-10-31", cycles=1), rules)
    assert times(made, 1, "fluorouracil") == ("2026-10-31T13:00-04:00", "2026-11-01T08:00-05:00")


def test_a_change_of_the_clock_during_an_infusion_is_said():
    rules = plans.rules_of(more={"time_zone": "America/New_York"}, calendar={"procedure_days": ["Sat"], "weekend": []})
    made = plan(plans.a_course(start="2026-10-31", cycles=1), rules)
    said = {event.what: event.why for event in made.cycles[0].events if event.kind == "infusion"}
    assert said == {"oxaliplatin": "", "leucovorin": "", "fluorouracil": "the clock changes meanwhile; 20 hours pass"}


def test_laboratory_tests_come_a_day_before_and_off_the_weekend():
    # The day before Monday 23 November is a Sunday; the Friday before it is the 20th.
    assert events(plans.planned(cycles=1), 1, "laboratory") == [("laboratory tests before treatment", "2026-11-20")]


def test_the_visits_for_toxicity_come_one_to_two_weeks_after_treatment():
    # 23 November + 7 = Monday the 30th, the first day of one to two weeks.
    assert ("physical examination", "2026-11-30") in events(plans.planned(cycles=1), 1, "visit")


def test_imaging_comes_after_each_cycle_before_the_next():
    # Cycle 2 on 14 December; three days before it is Friday the 11th.
    imaging = [one for number in (1, 2) for one in events(plans.planned(cycles=2), number, "imaging")]
    assert [date for _, date in imaging] == ["2026-12-11", "2027-01-01"]


def test_imaging_after_a_cycle_comes_before_the_day_on_which_the_next_was_given():
    # Cycle 2 was released to 7 December (planned 14): three days before it is Friday the 4th.
    second = a_record(2, "given", "2026-12-07", released=RELEASED)
    assert [date for _, date in events(plans.planned(records=[FIRST, second]), 1, "imaging")] == ["2026-12-04"]


def test_what_recurs_counts_from_where_the_last_one_went():
    # Every 28 to 42 days from 5 January 2026: 2 February, then 2 March. Where 2 to 6 February are closed, the first is
    # on Monday the 9th; the next is 9 February + 28 = 9 March, and not 2 March, only 21 days after it.
    calendar = {"closures": [{"first": "2026-02-02", "last": "2026-02-06", "name": "moving house"}]}
    made = plans.planned(start="2026-01-05", cycles=4, calendar=calendar)
    dates = [str(event.date) for cycle in made.cycles for event in cycle.events if event.what == "alpha-fetoprotein"]
    assert dates[:2] == ["2026-02-09", "2026-03-09"]


@given(calendars(), STARTS)
@settings(max_examples=40)
def test_what_recurs_keeps_its_window_wherever_a_day_is_open(calendar, start):
    made = plan(plans.a_course(start=start, cycles=6), plans.rules_of(calendar=calendar))
    visits = [event for cycle in made.cycles for event in cycle.events if event.what == "alpha-fetoprotein"]
    days = [day(start), *(event.date for event in visits)]
    assert all(28 <= (b - a).days <= 42 for a, b in itertools.pairwise(days))


def test_of_an_omitted_cycle_nothing_takes_place_but_what_recurs():
    made = plans.planned(records=[FIRST, a_record(2, "omitted", "2026-12-14")])
    assert {event.what for event in made.cycles[1].events} <= {"alpha-fetoprotein"}


def test_after_a_stop_nothing_is_planned():
    made = plans.planned(cycles=6, records=[FIRST, a_record(2, "stopped", "2026-12-01")])
    assert [cycle.status for cycle in made.cycles] == ["given", "stopped"]


def test_a_plan_beyond_the_known_holidays_says_so():
    made = plans.planned(calendar={"known_until": "2026-12-31"})
    assert [one.severity for one in made.findings if one.rule == "holidays-unknown"] == ["warning"]


@given(STARTS, st.integers(1, 8))
@settings(max_examples=40)
def test_every_event_has_a_name_of_its_own(start, cycles):
    made = plans.planned(start=start, cycles=cycles)
    keys = [event.key for cycle in made.cycles for event in cycle.events]
    assert len(set(keys)) == len(keys)


def test_two_visits_of_one_name_are_two_entries():
    more = {"follow_up.1.what": "physical examination"}
    loaded = ward.a_protocol("haic-folfox", more)
    made = plan(plans.a_course(cycles=1), schedule(loaded.protocol, plans.a_site()[0], {}))
    keys = [event.key for event in made.cycles[0].events if event.what == "physical examination"]
    assert len(set(keys)) == 2


# --------------------------------------------------------------------------------------------------- an embolisation


def sessions(made: Plan) -> list[tuple[str, str]]:
    return [one for cycle in made.cycles for one in events(made, cycle.number, "embolisation")]


def test_an_embolisation_in_three_stages_has_three_days():
    # 23 November, + 14 = 7 December, + 28 = 21 December: all Mondays.
    made = plans.planned("hepa-haic", cycles=1, stages="3", apart="14 d")
    assert sessions(made) == [
        ("embolisation, session 1", "2026-11-23"),
        ("embolisation, session 2", "2026-12-07"),
        ("embolisation, session 3", "2026-12-21"),
    ]


def test_a_session_never_moves_to_before_its_distance():
    # 21 September + 12 = 3 October, a holiday until the 7th; the first open day after it is Thursday the 8th.
    earlier = {"move": "earlier first"}
    made = plans.planned("hepa-haic", start="2026-09-21", cycles=1, stages="2", apart="12 d", calendar=earlier)
    assert sessions(made)[1] == ("embolisation, session 2", "2026-10-08")


@pytest.mark.parametrize(
    ("choice", "cycles"),
    [("every cycle", [1, 2, 3]), ("as the tumour's response asks", [1, 2, 3]), ("first cycle only", [1])],
)
def test_the_cycles_with_an_embolisation_are_those_the_site_decided(choice, cycles):
    more = ward.decided("beads.every_cycle", choice, "hepa-haic")
    made = plan(plans.a_course("hepa-haic"), plans.rules_of("hepa-haic", more=more))
    assert [cycle.number for cycle in made.cycles if events(made, cycle.number, "embolisation")] == cycles


def test_an_embolisation_that_is_not_certain_says_so():
    made = plans.planned("hepa-haic", cycles=2)
    said = [event.why for cycle in made.cycles for event in cycle.events if event.kind == "embolisation"]
    assert said == ["", "as the tumour's response asks"]


def test_the_doses_of_the_sessions_are_told_together():
    beads = plans.made("hepa-haic", stages="2", apart="14 d", patient={"embolisation.injected": ["20 mg", "25 mg"]})
    assert beads.data["embolisation"] == {
        "drug": "doxorubicin",
        "sessions": 2,
        "offered": {"value": 50, "unit": "mg"},
        "injected": [{"value": 20, "unit": "mg"}, {"value": 25, "unit": "mg"}],
        "injected_together": {"value": 45, "unit": "mg"},
    }


def test_stages_of_a_protocol_without_beads_are_refused():
    with pytest.raises(Mistake, match="a protocol with an embolisation"):
        plans.made("haic-folfox", stages="2", apart="14 d")


def test_imaging_is_before_the_day_of_the_next_cycle_however_the_holidays_fall():
    # Cycle 3 on Monday 2027-01-04; three days before is Friday 01-01, a holiday like the two days after: Thursday 12-31.
    site, _ = load_site((EXAMPLES / "site-example.yaml").read_bytes(), "site-example.yaml")
    rules = schedule(library.find("haic-folfox").protocol, site, {})
    fields = {"schema": "1", "id": "c", "version": "1", "patient": "MRN-1", "protocol": "haic-folfox@1"}
    made = plan(Course.model_validate({**fields, "site": "x", "start": "2026-11-23", "cycles": "3"}), rules)
    imaging = [event.date.isoformat() for event in made.cycles[1].events if event.kind == "imaging"]
    assert (made.cycles[2].planned.isoformat(), imaging) == ("2027-01-04", ["2026-12-31"])


def test_a_course_of_many_released_moves_is_planned_at_once():
    # Each release looks back at the window it was given for; worked out anew each time, sixty of them would take years.
    site, _ = load_site((EXAMPLES / "site-example.yaml").read_bytes(), "site-example.yaml")
    rules = schedule(library.find("haic-folfox").protocol, site, {})
    day, records = dt.date(2026, 11, 23), []
    released = {"first": "A. One", "second": "B. Two", "reason": "asked"}
    for number in range(1, 31):
        on = {"cycle": str(number), "on": day.isoformat(), "reason": "r", "by": "N", "entered": day.isoformat()}
        if number > 1:
            records.append({**on, "status": "delayed", "released": released})
        records.append({**on, "status": "given"})
        day += dt.timedelta(days=19)
    fields = {"schema": "1", "id": "c", "version": "1", "patient": "MRN-1", "protocol": "haic-folfox@1"}
    course = Course.model_validate({**fields, "site": "x", "start": "2026-11-23", "cycles": "30", "records": records})
    assert [cycle.status for cycle in plan(course, rules).cycles] == ["given"] * 30
