"""Dates and times from text, and hours added to them: elapsed time, whatever the clock on the wall does."""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dosewright import dates
from dosewright.errors import Mistake, Refusal

from .refusals import is_read

# ----------------------------------------------------------------------------------------------------- days from text


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
@example(dt.date(2028, 2, 29))
def test_a_day_is_read_as_it_is_written(day):
    assert dates.read_day(day.isoformat()) == day


@given(st.text(max_size=12))
@example("2026-11-23 ")
@example("2026-11-23\n")
@example(" 2026-11-23")
@example("2026-1-3")
@example("20261123")
@example("2026-W48-1")
@example("2026-327")
@example("٢٠٢٦-11-23")
@example("2026-11-23T00:00")
@example("2026−11−23")
def test_no_other_text_is_a_day(text):
    parts = text.split("-")
    plain = [len(part) for part in parts] == [4, 2, 2] and all(c in "0123456789" for part in parts for c in part)
    assert is_read(dates.read_day, text) is False or plain


@pytest.mark.parametrize("text", ["2026-02-29", "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00"])
def test_a_day_that_does_not_exist_is_refused(text):
    with pytest.raises(Mistake, match="a day that exists"):
        dates.read_day(text)


@pytest.mark.parametrize("year", ["0026", "1899", "2200", "9999"])
def test_a_year_that_nobody_can_mean_is_refused(year):
    with pytest.raises(Refusal, match="between 1900 and 2199"):
        dates.read_day(f"{year}-03-04")


@pytest.mark.parametrize("value", [None, 46085, 20261123, 1772582400.0, True, dt.date(2026, 11, 23), ["2026-11-23"]])
def test_what_is_no_text_is_no_day(value):
    with pytest.raises(Mistake):
        dates.read_day(value)


# -------------------------------------------------------------------------------------------- moments, clocks and zones


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T08:30+08:00", "2026-11-23T08:30:00+08:00", "2026-11-23T00:30:00Z", "2026-11-22T14:30-10:00"],
)
def test_one_moment_is_the_same_however_it_is_written(text):
    assert dates.read_moment(text) == dt.datetime(2026, 11, 23, 0, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T08:30",
        "2026-11-23T08:30 CST",
        "2026-11-23 08:30+08:00",
        "2026-11-23T24:00+08:00",
        "2026-11-23T08:60+08:00",
        "2026-11-23T08:30:60+08:00",
        "2026-11-23T08:30+0800",
        "2026-11-23T08:30+14:01",
        "2026-11-23T08:30+99:00",
        "2026-11-23T08:30+08:75",
        "2026-02-30T08:30+08:00",
        "2026-11-23T08:30[Asia/Shanghai]",
    ],
)
def test_a_moment_that_could_be_another_is_refused(text):
    with pytest.raises(Mistake):
        dates.read_moment(text)


@pytest.mark.parametrize(("text", "hours"), [("2026-11-23T08:30+14:00", 14), ("2026-11-23T08:30-12:00", -12)])
def test_the_widest_offsets_there_are_are_read(text, hours):
    assert dates.read_moment(text).utcoffset() == dt.timedelta(hours=hours)


@pytest.mark.parametrize("text", ["9:00", "09.00", "09:00:00", "24:00", "09:60", "9 am", "0900", "９:00", 9, None])
def test_only_hours_and_minutes_of_24_hours_are_a_clock_time(text):
    with pytest.raises(Mistake, match="clock time of 24 hours"):
        dates.read_clock(text)


@pytest.mark.parametrize(
    "text", ["CST+8", "", "../etc/passwd", "/etc/localtime", "Asia", "Asia/shanghai ", "A" * 60, None, 8]
)
def test_only_a_zone_by_its_name_is_one(text):
    with pytest.raises(Mistake, match="time zone by its IANA name"):
        dates.read_zone(text)


# ----------------------------------------------------------------------------------------- when the clock is put forward

NEW_YORK = dates.read_zone("America/New_York")


def test_a_clock_time_that_is_skipped_is_refused():
    # On 8 March 2026 the clocks of New York go from 2:00 to 3:00.
    with pytest.raises(
        Refusal, match="02:30 does not exist on 2026-03-08 in America/New_York: the clock is put forward"
    ):
        dates.local(dt.date(2026, 3, 8), dt.time(2, 30), NEW_YORK)


def test_a_clock_time_that_comes_twice_is_refused():
    # On 1 November 2026 they go from 2:00 back to 1:00.
    with pytest.raises(Refusal, match="01:30 comes twice on 2026-11-01 in America/New_York: the clock is put back"):
        dates.local(dt.date(2026, 11, 1), dt.time(1, 30), NEW_YORK)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # The night of 31 October has 25 hours: 20 hours after 12:00 it is 7:00, 46 hours after it is 9:00.
        (("2026-10-31", "12:00"), 20, "2026-11-01T07:00:00-05:00"),
        (("2026-10-31", "12:00"), 46, "2026-11-02T09:00:00-05:00"),
        # The night of 7 March has 23: 20 hours after 12:00 it is 9:00.
        (("2026-03-07", "12:00"), 20, "2026-03-08T09:00:00-04:00"),
        (("2026-03-07", "12:00"), 4, "2026-03-07T16:00:00-05:00"),
    ],
)
def test_an_infusion_across_the_change_lasts_its_hours(start, hours, end):
    begin = dates.local(dates.read_day(start[0]), dates.read_clock(start[1]), NEW_YORK)
    assert dates.after(begin, hours).isoformat() == end


def changes_of_the_clock() -> list[tuple[str, dt.datetime]]:
    """Every change of any zone's offset in 2025 to 2027, to the hour: the zone and the last hour before."""
    found = []
    first, last = dt.datetime(2025, 1, 1, tzinfo=dt.UTC), dt.datetime(2027, 12, 31, tzinfo=dt.UTC)
    for name in sorted(zoneinfo.available_timezones()):
        zone = zoneinfo.ZoneInfo(name)
        day = first
        while day < last:
            following = day + dt.timedelta(days=7)
            if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
                hours = (day + dt.timedelta(hours=hour) for hour in range(24 * 7))
                found += [
                    (name, hour)
                    for hour in hours
                    if hour.astimezone(zone).utcoffset() != (hour + dt.timedelta(hours=1)).astimezone(zone).utcoffset()
                ]
            day = following
    return found


@pytest.fixture(scope="module")
def changes():
    return changes_of_the_clock()


def test_there_are_zones_enough_to_try(changes):
    assert len({zone for zone, _ in changes}) > 100


def test_in_every_zone_the_hours_that_pass_are_the_hours_that_were_asked(changes):
    # Every change of every zone, from a start up to 46 hours before it, and for each duration in use here.
    chance = random.Random("hours")
    wrong = []
    for name, hour in changes:
        zone = zoneinfo.ZoneInfo(name)
        begin = (hour - dt.timedelta(minutes=chance.randrange(46 * 60))).astimezone(zone)
        for hours in (2, 4, 20, 24, 26, 46):
            end = dates.after(begin, hours)
            passed = end.astimezone(dt.UTC) - begin.astimezone(dt.UTC)
            if passed != dt.timedelta(hours=hours) or end.tzinfo is not zone:
                wrong.append((name, begin, hours, end))
    assert wrong == []


def test_around_every_change_a_clock_time_is_the_one_moment_that_shows_it_or_is_refused(changes):
    # Told by counting: how many moments of the two days around show this clock time?
    chance = random.Random("clocks")
    wrong = []
    for name, hour in chance.sample(changes, 150):
        zone = zoneinfo.ZoneInfo(name)
        shown = [(hour + dt.timedelta(minutes=15 * i)).astimezone(zone) for i in range(-96, 192)]
        wall = (hour + dt.timedelta(minutes=15 * chance.randrange(-12, 12))).astimezone(zone).replace(tzinfo=None)
        for clock in (wall, wall + dt.timedelta(minutes=30), wall - dt.timedelta(minutes=60)):
            moments = [one for one in shown if one.replace(tzinfo=None, fold=0) == clock.replace(fold=0)]
            try:
                found = [dates.local(clock.date(), clock.time().replace(fold=0), zone)]
            except Refusal:
                found = []
            if found != (moments if len(moments) == 1 else []):
                wrong.append((name, clock, moments, found))
    assert wrong == []


@given(st.integers(946_684_800, 4_070_908_800), st.integers(0, 6000), st.integers(0, 6000))
def test_minutes_add_up(seconds, first, second):
    begin = dt.datetime.fromtimestamp(seconds, NEW_YORK)  # of the years 2000 to 2098
    in_two_steps = dates.after(dates.after(begin, first / 60), second / 60)
    assert in_two_steps == dates.after(begin, (first + second) / 60)


# ---------------------------------------------------------------------------------------------------------------- ages


@pytest.mark.parametrize(
    ("birth", "day", "years"),
    [
        ("1964-03-09", "2026-03-08", 61),
        ("1964-03-09", "2026-03-09", 62),
        ("1964-03-09", "1964-03-09", 0),
        ("2008-11-23", "2026-11-22", 17),
        ("2008-11-23", "2026-11-23", 18),
        ("1964-02-29", "2026-02-28", 61),
        ("1964-02-29", "2026-03-01", 62),
        ("1964-02-29", "2028-02-29", 64),
    ],
)
def test_an_age_is_counted_in_completed_years(birth, day, years):
    assert dates.age_on(dates.read_day(birth), dates.read_day(day)) == years
