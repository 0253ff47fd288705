"""A course's calendar for programs: JSON, CSV, and an .ics file that three independent parsers read alike."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zoneinfo
from collections.abc import Iterable
from typing import Any

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from dosewright import calendars
from dosewright.orders.course import plan

from . import plans, ward
from .plans import a_record, day

FIRST = a_record(1, "given", "2026-11-23")
OPEN = {"weekend": [], "procedure_days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]}
NAME = "Zhang Wei (张伟)"


def ics(*, zone: str = "Asia/Shanghai", name: str | None = None, contact: str = "", **more: Any) -> bytes:
    """An .ics file of HAIC-FOLFOX in a time zone."""
    calendar = more.pop("calendar", None)
    rules = plans.rules_of(calendar=calendar, more={"time_zone": zone})
    return calendars.icalendar(plans.a_course(**more), rules, name=name, contact=contact)


Entry = tuple[str, str, int, Any, Any, str]  # uid, summary, sequence, start, end, status


def by_icalendar(content: bytes) -> list[Entry]:
    return [
        (str(e["uid"]), str(e["summary"]), int(e["sequence"]), at(e.start), at(e.end), str(e["status"]))
        for e in icalendar.Calendar.from_ical(content).walk("VEVENT")
    ]


def by_vobject(content: bytes) -> list[Entry]:
    return [
        (
            e.uid.value,
            e.summary.value,
            int(e.sequence.value),
            at(e.dtstart.value),
            at(e.dtend.value),
            e.status.value,
        )
        for e in vobject.readOne(content.decode()).vevent_list
    ]


def by_ical(content: bytes) -> list[Entry]:
    found = IcsCalendarStream.calendar_from_ics(content.decode())
    return [(e.uid, e.summary, e.sequence, at(e.start), at(e.end), e.status) for e in found.events]


def at(moment: dt.date | dt.datetime) -> dt.date | dt.datetime:
    """A day, or a moment in UTC, so that it does not matter how a parser says its zone."""
    return moment.astimezone(dt.UTC) if isinstance(moment, dt.datetime) else moment


PARSERS = {"icalendar": by_icalendar, "vobject": by_vobject, "ical": by_ical}


@pytest.fixture(params=PARSERS.values(), ids=PARSERS)
def parsed(request):
    return request.param


def entry(entries: Iterable[Entry], summary: str) -> Entry:
    (found,) = [one for one in entries if one[1] == summary]
    return found


# -------------------------------------------------------------------------------------------------------- three parsers


def test_a_parser_finds_every_event(parsed):
    made = plan(plans.a_course(), plans.rules_of())
    assert len(parsed(ics())) == sum(len(cycle.events) for cycle in made.cycles)


ZONES = ["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", ["2026-10-03", "2026-10-24", "2026-10-31", "2027-03-13", "2027-03-27", "2027-04-03"])
def test_a_parser_reads_the_moments_that_were_meant_across_a_change_of_the_clock(parsed, zone, start):
    # The starts are the eves of the changes of New York, London and Lord Howe; fluorouracil runs from 13:00, 20 hours.
    begin = dt.datetime.combine(day(start), dt.time(13), zoneinfo.ZoneInfo(zone)).astimezone(dt.UTC)
    found = entry(parsed(ics(zone=zone, start=start, cycles=1, calendar=OPEN)), "cycle 1: infusion of fluorouracil")
    assert (found[3], found[4]) == (begin, begin + dt.timedelta(hours=20))


def test_a_parser_reads_a_year_far_ahead(parsed):
    # 2049 lies beyond the years for which a program that writes time zones usually writes them. In July Chicago is five
    # hours behind UTC. (No other test has Chicago: vobject keeps the first definition of a zone that it ever reads.)
    content = ics(zone="America/Chicago", start="2049-07-12", cycles=1)
    assert entry(parsed(content), "cycle 1: infusion of oxaliplatin")[3] == dt.datetime(2049, 7, 12, 14, tzinfo=dt.UTC)


def rules_of_zone(content: bytes) -> list[tuple[str, str, str]]:
    """The changes of the zone in a file: when, from which offset, and to which."""
    part = r"DTSTART:(\w+)\n(?:TZNAME:.*\n)?TZOFFSETFROM:(.*)\nTZOFFSETTO:(.*)\n"
    return re.findall(part, "\n".join(content_lines(content)))


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        # As RFC 5545 itself writes New York (section 3.6.5): at 02:00 of the clock that was shown until then.
        ("America/New_York", [("20260308T020000", "-0500", "-0400"), ("20261101T020000", "-0400", "-0500")]),
        ("Europe/London", [("20260329T010000", "+0000", "+0100"), ("20261025T020000", "+0100", "+0000")]),
        ("Australia/Lord_Howe", [("20260405T020000", "+1100", "+1030"), ("20261004T020000", "+1030", "+1100")]),
        ("Asia/Shanghai", []),
    ],
)
def test_a_zone_changes_at_the_clock_time_shown_until_then(zone, changes):
    found = rules_of_zone(ics(zone=zone, start="2026-07-13", cycles=1))
    assert [one for one in found[1:] if one[0].startswith("2026")] == changes


def test_a_parser_reads_a_name_in_chinese(parsed):
    found = [one[1] for one in parsed(ics(name=NAME))]
    assert all(summary.startswith(f"{NAME}: ") for summary in found)


@pytest.mark.parametrize("name", ["a, b; c", "a\\nb", "x" * 300, "张" * 120, "😀" * 60, "a:b=c\"d'"])
def test_a_parser_reads_any_name_as_it_was_given(parsed, name):
    assert {one[1].partition(": cycle")[0] for one in parsed(ics(cycles=1, name=name)) if "cycle" in one[1]} == {name}


def test_the_parsers_agree_on_a_course_with_a_history():
    records = [FIRST, a_record(2, "delayed", "2026-12-17"), a_record(2, "omitted", "2026-12-18")]
    content = ics(records=records, cycles=4, contact="oncology pharmacy, 药房")
    one, two, three = (sorted(read(content), key=str) for read in PARSERS.values())
    assert one == two == three


# ------------------------------------------------------------------------------------------- the grammar of RFC 5545


LINE = re.compile(
    r'(?P<name>[A-Z-]+)(?P<parameters>(;[A-Z-]+=([^\x00-\x1f";:,]*|"[^\x00-\x1f"]*"))*):(?P<value>[^\x00-\x08\x0a-\x1f]*)'
)


def content_lines(content: bytes) -> list[str]:
    """The lines of a file, unfolded: by section 3.1 of RFC 5545."""
    assert content.endswith(b"\r\n")
    return content.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode("utf-8").split("\r\n")[:-1]


@given(st.sampled_from(["", NAME, "张" * 40, "é" * 90, "😀" * 30]), st.text("张伟é😀 ,;:\\", max_size=60))
@settings(max_examples=40)
def test_no_line_is_longer_than_75_octets_and_none_splits_a_character(name, contact):
    content = ics(cycles=1, name=name or None, contact=contact.strip())
    for line in content.split(b"\r\n"):
        line.decode("utf-8")
        assert len(line) <= 75


def test_every_line_is_one_of_the_grammar():
    records = [FIRST, a_record(2, "omitted", "2026-12-14")]
    lines = content_lines(ics(name=NAME, contact="oncology pharmacy; 5511", records=records))
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_components_open_and_close_in_order():
    waiting = []
    for line in content_lines(ics()):
        if line.startswith("BEGIN:"):
            waiting.append(line[6:])
        elif line.startswith("END:"):
            assert waiting.pop() == line[4:]
    assert waiting == []


def properties(content: bytes) -> list[list[str]]:
    """The names of the properties of each event."""
    text = "\n".join(content_lines(content))
    return [
        re.findall(r"^([A-Z-]+)", one, re.MULTILINE) for one in re.findall(r"BEGIN:VEVENT\n(.*?)END:VEVENT", text, re.S)
    ]


@pytest.mark.parametrize("name", ["UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "STATUS"])
def test_every_event_has_each_property_once(name):
    assert all(one.count(name) == 1 for one in properties(ics()))


@pytest.mark.parametrize("name", ["PRODID", "VERSION", "METHOD"])
def test_the_calendar_says_who_made_it_and_how_it_is_meant(name):
    assert len([line for line in content_lines(ics()) if line.startswith(f"{name}:")]) == 1


def test_the_time_zone_of_every_moment_stands_in_the_file():
    text = "\n".join(content_lines(ics(zone="Australia/Lord_Howe")))
    assert set(re.findall(r";TZID=([^:]+):", text)) == set(re.findall(r"^TZID:(.+)$", text, re.M))


def test_the_same_course_gives_the_same_bytes():
    assert ics(name=NAME, contact="5511") == ics(name=NAME, contact="5511")


# ------------------------------------------------------------------------------------------------ a course that moves


def test_every_entry_has_a_uid_of_its_own(parsed):
    uids = [one[0] for one in parsed(ics(cycles=8))]
    assert len(set(uids)) == len(uids)


def test_another_course_has_other_uids():
    uids = [{one[0] for one in by_icalendar(ics(start=start))} for start in ("2026-11-23", "2026-11-24")]
    assert uids[0] & uids[1] == set()


def in_a_program(*files: bytes) -> dict[str, Entry]:
    """What a calendar program holds after reading files one after the other: the highest SEQUENCE of each UID."""
    held: dict[str, Entry] = {}
    for content in files:
        for one in by_icalendar(content):
            if one[0] not in held or one[2] >= held[one[0]][2]:
                held[one[0]] = one
    return held


def shown(*files: bytes) -> list[tuple[str, Any]]:
    """What such a program shows: nothing that was cancelled."""
    return sorted((one[1], str(one[3])) for one in in_a_program(*files).values() if one[5] != "CANCELLED")


HISTORY = [
    FIRST,
    a_record(2, "delayed", "2026-12-17"),
    a_record(2, "delayed", "2027-02-25", reason="a fracture"),
    a_record(2, "delayed", "2026-12-21"),
    a_record(2, "reduced", "2026-12-21", share="80 %"),
    a_record(3, "omitted", "2027-01-11"),
    a_record(4, "given", "2027-02-02"),
    a_record(5, "stopped", "2027-02-22"),
]


@pytest.mark.parametrize("records", range(1, len(HISTORY) + 1))
def test_a_program_that_has_read_every_file_shows_the_course_as_it_is(records):
    files = [ics(cycles=6, records=HISTORY[:n]) for n in range(records + 1)]
    now = plan(plans.a_course(cycles=6, records=HISTORY[:records]), plans.rules_of())
    days = [str(at(event.start or event.date)) for cycle in now.cycles for event in cycle.events]
    assert sorted(start for _, start in shown(*files)) == sorted(days)


@pytest.mark.parametrize("read", [[0], [0, 3], [2, 5], [8]])
def test_it_does_not_matter_which_files_a_program_has_read_before_the_last(read):
    files = [ics(cycles=6, records=HISTORY[:n]) for n in read]
    assert shown(*files, ics(cycles=6, records=HISTORY)) == shown(ics(cycles=6, records=HISTORY))


def test_a_moved_cycle_replaces_its_old_entry():
    one, other = ics(records=[FIRST]), ics(records=[FIRST, a_record(2, "delayed", "2026-12-17")])
    (moved,) = {e for e in by_icalendar(other) if e[1] == "cycle 2: catheter placed"}
    (before,) = {e for e in by_icalendar(one) if e[1] == "cycle 2: catheter placed"}
    assert (moved[0], moved[2] > before[2], moved[3]) == (before[0], True, day("2026-12-17"))


def test_what_was_omitted_is_cancelled():
    content = ics(records=[FIRST, a_record(2, "omitted", "2026-12-14")])
    said = {e[5] for e in by_icalendar(content) if e[1].startswith("cycle 2: infusion")}
    assert said == {"CANCELLED"}


def test_what_would_have_followed_a_stop_is_cancelled():
    content = ics(records=[FIRST, a_record(2, "stopped", "2026-12-14")])
    said = {e[5] for e in by_icalendar(content) if e[1].startswith("cycle 3: ")}
    assert said == {"CANCELLED"}


def test_what_was_given_is_confirmed_and_the_rest_is_not_yet():
    said = {(e[1][:7], e[5]) for e in by_icalendar(ics(records=[FIRST])) if e[1].startswith("cycle")}
    assert said == {("cycle 1", "CONFIRMED"), ("cycle 2", "TENTATIVE"), ("cycle 3", "TENTATIVE")}


def test_the_stamp_never_goes_back_with_an_entry_that_was_dated_back():
    records = [FIRST, a_record(2, "delayed", "2026-12-17", entered="2026-11-20")]
    stamps = [set(re.findall(rb"DTSTAMP:(\w+)", ics(records=records[:n]))) for n in range(3)]
    assert stamps == [{b"20261123T000000Z"}] * 3


# ---------------------------------------------------------------------------------------------------------- privacy


def test_nobody_is_named_unless_asked():
    content = ics(contact="oncology pharmacy")
    assert not re.search("Zhang|张|MRN|1964|004217", content.decode())


def test_no_dose_stands_in_it():
    assert not re.search(r"\d (mg|g)\b", ics(name=NAME).decode())


def test_the_reason_of_a_delay_stays_in_the_hospital():
    content = ics(records=[FIRST, a_record(2, "delayed", "2026-12-17", reason="neutropenia")])
    assert b"neutropenia" not in content


# ------------------------------------------------------------------------------------------------------ JSON and CSV


def test_the_data_has_the_shape_that_programs_expect():
    data = plans.made(records=[FIRST]).data
    cycle = data["cycles"][1]
    assert {"number", "window", "planned", "actual", "status", "events"} <= cycle.keys()
    assert cycle["window"] == {"earliest": "2026-12-14", "target": "2026-12-14", "latest": "2026-12-21"}


def test_an_event_has_a_date_or_a_beginning_and_an_end():
    events = [event for cycle in plans.made().data["cycles"] for event in cycle["events"]]
    shapes = {frozenset(event) - {"kind", "what", "why"} for event in events}
    assert shapes == {frozenset({"date"}), frozenset({"start", "end"})}


def test_moments_carry_their_offset():
    events = [event for cycle in plans.made().data["cycles"] for event in cycle["events"] if "start" in event]
    assert all(event["start"].endswith("+08:00") for event in events)


def test_the_data_is_plain_json():
    data = plans.made("hepa-haic", stages="2", apart="14 d", records=HISTORY[:1]).data
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_the_table_has_a_row_for_each_event():
    data = plans.made().data
    table = list(csv.DictReader(io.StringIO(calendars.table(data))))
    assert len(table) == sum(len(cycle["events"]) for cycle in data["cycles"])


def test_a_row_says_cycle_day_and_hours():
    table = csv.DictReader(io.StringIO(calendars.table(plans.made().data)))
    (row,) = [one for one in table if one["cycle"] == "2" and one["what"] == "fluorouracil"]
    assert (row["date"], row["start"], row["end"]) == (
        "2026-12-14",
        "2026-12-14T13:00:00+08:00",
        "2026-12-15T09:00:00+08:00",
    )


@pytest.mark.parametrize(("value", "shown_"), [(66.66666, 66.7), (99.95, 100.0), (85.65, 85.7), (60.000000001, 60.0)])
def test_a_percentage_is_told_to_one_place_halves_up(value, shown_):
    assert calendars.round_percent(value) == shown_


def test_the_history_says_who_released():
    second = a_record(2, "given", "2026-12-11", released={"first": "A. One", "second": "B. Two", "reason": "travel"})
    assert plans.made(records=[FIRST, second]).data["history"][1]["released_by"] == ["A. One", "B. Two"]


def test_the_contact_is_the_site_s():
    assert plans.made().contact == ward.site_data()["contact"]
