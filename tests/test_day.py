"""The treatment day on the clock: decided, it has one reading; undecided, as many as there are choices."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright.dates import read_zone
from dosewright.errors import CannotCompute, Refusal
from dosewright.orders.day import Part, placed
from dosewright.protocol.model import Start

from .ward import a_protocol, an_order, decided, findings, line, rules, undecided

NINE = dt.datetime(2026, 11, 23, 9, 0, tzinfo=read_zone("Asia/Shanghai"))


def part(key: str, start: str | list[str], hours: float | None) -> Part:
    starts = [start] if isinstance(start, str) else start
    return Part(key, [Start.read(one) for one in starts], hours)


def hours_of(*parts: Part) -> dict[str, list[tuple[float, float]]]:
    """Start and end of each part in hours from the beginning."""
    return {
        key: [((one.start - NINE).total_seconds() / 3600, (one.end - NINE).total_seconds() / 3600) for one in times]
        for key, times in placed(parts, NINE).items()
    }


OXALIPLATIN = part("oxaliplatin", "first", 4)
FLUOROURACIL = part("fluorouracil", "after oxaliplatin", 20)


# ----------------------------------------------------------------------------------------------------- one after another


@pytest.mark.parametrize(
    ("start", "leucovorin", "end"),
    [
        # The paper leaves open when leucovorin starts: 24 h in all where it overlaps, 26 h where it stands between.
        ("with oxaliplatin", (0, 2), 24),
        ("between oxaliplatin and fluorouracil", (4, 6), 26),
        ("with fluorouracil", (4, 6), 24),
        ("after oxaliplatin", (4, 6), 24),
        ("after fluorouracil", (24, 26), 24),
        ("first", (0, 2), 24),
    ],
)
def test_where_leucovorin_starts_decides_how_long_the_day_lasts(start, leucovorin, end):
    times = hours_of(OXALIPLATIN, part("leucovorin", start, 2), FLUOROURACIL)
    assert (times["leucovorin"], times["fluorouracil"][0][1]) == ([leucovorin], end)


def test_whoever_is_last_waits_for_all_that_stand_between():
    # Two drugs between the first and the last, of 1 and 3 h: the last starts after the longer one, in either order.
    between = [part("short", "between a and b", 1), part("long", "between a and b", 3)]
    for two in itertools.permutations(between):
        times = hours_of(part("a", "first", 2), *two, part("b", "after a", 1))
        assert times["b"] == [(5, 6)]


def test_a_chain_adds_up():
    times = hours_of(part("a", "first", 1), part("b", "after a", 2), part("c", "after b", 3), part("d", "with c", 1))
    assert (times["c"], times["d"]) == ([(3, 6)], [(3, 4)])


@given(st.permutations([OXALIPLATIN, FLUOROURACIL, part("leucovorin", "between oxaliplatin and fluorouracil", 2)]))
def test_the_order_in_which_the_parts_are_listed_does_not_matter(parts):
    assert hours_of(*parts) == {"oxaliplatin": [(0, 4)], "leucovorin": [(4, 6)], "fluorouracil": [(6, 26)]}


@pytest.mark.parametrize(
    "parts",
    [("a after b", "b after a"), ("a with b", "b with a"), ("a after a",), ("a after b", "b with c", "c after a")],
)
def test_parts_that_wait_for_each_other_have_no_answer(parts):
    ring = [part(text[0], text[2:], 1) for text in parts]
    with pytest.raises(CannotCompute, match="wait for each other in a ring"):
        placed(ring, NINE)


# ----------------------------------------------------------------------------------------------------- what is undecided


def test_undecided_both_readings_are_told_24_h_and_26_h():
    made = an_order(site=undecided("leucovorin.start"))
    begin = dt.datetime.fromisoformat(made["begin"])
    ends = {
        (dt.datetime.fromisoformat(one["end"]) - begin).total_seconds() / 3600
        for one in line(made, "fluorouracil")["times"]
    }
    assert ends == {24, 26}


def test_each_reading_says_under_which_choice_it_holds():
    times = line(an_order(site=undecided("leucovorin.start")), "fluorouracil")["times"]
    readings = {dt.datetime.fromisoformat(one["end"]).hour: one["reading"] for one in times}
    assert readings[11] == "leucovorin between oxaliplatin and fluorouracil"
    assert readings[9] == "leucovorin with oxaliplatin or leucovorin with fluorouracil"


def test_a_part_that_no_choice_moves_has_one_reading():
    times = line(an_order(site=undecided("leucovorin.start")), "oxaliplatin")["times"]
    assert [one["reading"] for one in times] == [""]


def test_decided_there_is_one_reading():
    assert [len(one["times"]) for one in an_order()["lines"]] == [1, 1, 1]


def test_without_a_duration_what_follows_has_no_time():
    times = hours_of(part("a", "first", 1), part("b", "after a", None), part("c", "after b", 2), part("d", "with b", 1))
    assert times == {"a": [(0, 1)], "b": [], "c": [], "d": []}


def test_behind_one_that_stands_between_for_nobody_knows_how_long_there_is_no_time():
    times = hours_of(part("a", "first", 1), part("b", "between a and c", None), part("c", "after a", 2))
    assert times == {"a": [(0, 1)], "b": [], "c": []}


def test_a_start_that_is_wholly_open_has_no_time():
    silent = a_protocol("haic-folfox", {"components.1.start": {"unstated": "true"}})
    made = an_order(silent, site=undecided("leucovorin.start"))
    assert [len(one["times"]) for one in made["lines"]] == [1, 0, 1]


def test_a_drug_of_another_day_is_not_waited_for():
    # Fluorouracil after oxaliplatin, on days 1 and 2; oxaliplatin on day 1 only.
    daily = a_protocol("haic-folfox", {"components.2.days": ["1", "2"], "components.1.days": ["2"]})
    made = an_order(daily, day=2)
    assert line(made, "fluorouracil")["times"][0]["start"] == made["begin"]


# -------------------------------------------------------------------------------------------------------- on the clock


def test_the_day_starts_when_the_site_s_day_starts():
    made = an_order(site={"day_starts": "07:30"})
    assert (made["begin"], line(made, "oxaliplatin")["times"][0]["end"]) == (
        "2026-11-23T07:30:00+08:00",
        "2026-11-23T11:30:00+08:00",
    )


def test_across_a_change_of_the_clock_the_hours_stay_what_they_are():
    # In New York the clocks go back on 1 November 2026: 24 h from 9:00 end at 8:00.
    there = {"time_zone": "America/New_York"}
    person = {"height.on": "2026-10-30", "weights.0.on": "2026-10-30"}
    made = an_order(site=there, patient=person, on=dt.date(2026, 10, 31))
    assert made["end"] == "2026-11-01T08:00:00-05:00"


@pytest.mark.parametrize(("day", "clock"), [(dt.date(2026, 3, 8), "02:30"), (dt.date(2026, 11, 1), "01:30")])
def test_a_day_cannot_start_at_a_time_that_is_skipped_or_comes_twice(day, clock):
    there = {"time_zone": "America/New_York", "day_starts": clock}
    person = {"height.on": "2026-01-30", "weights.0.on": "2026-01-30"}
    with pytest.raises(Refusal, match="the clock is put"):
        an_order(site=there, patient=person, on=day)


def test_the_end_of_the_day_is_the_end_of_its_last_line():
    made = an_order(site=decided("leucovorin.start", "between oxaliplatin and fluorouracil"))
    assert made["end"] == "2026-11-24T11:00:00+08:00"


# ------------------------------------------------------------------------------------------------- what must not meet


def test_two_drugs_that_may_not_meet_are_refused_in_one_line():
    artery = a_protocol("haic-folfox", {"components.1.route.is": "hepatic intra-arterial"})
    start = decided("leucovorin.start", "with fluorouracil")
    made = an_order(artery, site={**start, "preparation.leucovorin.line": "hepatic artery catheter"})
    (finding,) = findings(made, "overlap")
    assert (finding["severity"], finding["where"]) == ("refuse", "fluorouracil")


def test_in_two_lines_they_may_run_at_once():
    assert "overlap" not in rules(an_order(site=decided("leucovorin.start", "with fluorouracil")))


def test_one_after_the_other_they_may_share_a_line():
    artery = a_protocol("haic-folfox", {"components.1.route.is": "hepatic intra-arterial"})
    start = decided("leucovorin.start", "between oxaliplatin and fluorouracil")
    made = an_order(artery, site={**start, "preparation.leucovorin.line": "hepatic artery catheter"})
    assert "overlap" not in rules(made)


def test_drugs_that_may_meet_may_share_a_line_at_once():
    artery = a_protocol("haic-folfox", {"components.1.route.is": "hepatic intra-arterial"})
    start = decided("leucovorin.start", "with oxaliplatin")
    made = an_order(artery, site={**start, "preparation.leucovorin.line": "hepatic artery catheter"})
    assert "overlap" not in rules(made)
