"""The site's calendar: which days are open, why others are not, and where a date goes."""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright import dates
from dosewright.orders.calendar import Days

from . import plans
from .plans import day


def days(**changes: Any) -> Days:
    return Days(plans.a_site(changes)[0].calendar)


@pytest.mark.parametrize(
    ("date", "why"),
    [
        ("2026-02-13", ""),  # Friday
        ("2026-02-14", ""),  # Saturday, made up
        ("2026-02-15", "holiday: Spring Festival"),
        ("2026-02-23", "holiday: Spring Festival"),
        ("2026-02-24", ""),
        ("2026-02-21", "holiday: Spring Festival"),  # a Saturday among the holidays
        ("2026-02-28", ""),
        ("2026-05-09", ""),
        ("2026-05-10", "weekend (Sun)"),
        ("2026-09-20", ""),
        ("2026-09-30", ""),
        ("2026-10-01", "holiday: National Day"),
        ("2026-10-07", "holiday: National Day"),
        ("2026-10-08", ""),
        ("2026-10-10", ""),
        ("2026-01-04", ""),
        ("2026-01-03", "weekend (Sat)"),
    ],
)
def test_a_day_of_china_s_2026_is_open_or_says_why_not(date, why):
    assert days().closed(day(date), procedure=True) == why


@pytest.mark.parametrize("date", plans.CHINA_2026["make_up_days"])
def test_a_make_up_day_is_a_weekend_to_a_site_that_does_not_work_on_it(date):
    assert days(works_on_make_up_days="no").closed(day(date), procedure=True).startswith("weekend")


def test_on_a_friday_without_procedures_a_visit_is_possible():
    closed = days(procedure_days=["Mon", "Tue", "Wed", "Thu"])
    said = [closed.closed(day("2026-11-27"), procedure=one) for one in (True, False)]
    assert said == ["no procedures on Fri", ""]


def test_where_only_procedures_are_closed_a_visit_is_possible():
    closure = {"first": "2026-11-25", "last": "2026-11-25", "name": "angiography serviced", "of": "procedures"}
    site = days(closures=[closure])
    said = [site.closed(day("2026-11-25"), procedure=one) for one in (True, False)]
    assert said == ["closed: angiography serviced", ""]


def test_a_closure_is_named_before_a_holiday():
    closure = {"first": "2026-10-01", "last": "2026-10-01", "name": "moving house"}
    assert days(closures=[closure]).closed(day("2026-10-01"), procedure=True) == "closed: moving house"


def test_a_week_of_another_country_has_its_own_weekend():
    week = days(weekend=["Fri", "Sat"], procedure_days=["Sun", "Mon", "Tue", "Wed", "Thu"])
    assert [week.closed(day(f"2026-11-{n}"), procedure=True) for n in (20, 21, 22)] == [
        "weekend (Fri)",
        "weekend (Sat)",
        "",
    ]


@pytest.mark.parametrize(
    ("move", "to"), [("later first", "2026-11-30"), ("earlier first", "2026-11-26"), ("nearest", "2026-11-27")]
)
def test_a_date_goes_where_the_site_s_rule_sends_it(move, to):
    # Saturday 28 November, in a window from Thursday the 26th; closed besides on Friday the 27th under 'earlier first'.
    closures = [{"first": "2026-11-27", "last": "2026-11-27", "name": "closed"}] if move == "earlier first" else []
    fit = days(move=move, closures=closures).fit(
        day("2026-11-28"), day("2026-11-26"), day("2026-12-04"), procedure=True
    )
    assert fit.day == day(to)


def test_of_two_days_equally_near_the_later_is_taken():
    closure = {"first": "2026-11-25", "last": "2026-11-25", "name": "closed"}
    fit = days(move="nearest", closures=[closure]).fit(
        day("2026-11-25"), day("2026-11-23"), day("2026-11-27"), procedure=True
    )
    assert fit.day == day("2026-11-26")


@given(
    st.dates(day("2026-01-01"), day("2026-12-31")),
    st.integers(0, 20),
    st.integers(0, 20),
    st.sampled_from(["later first", "earlier first", "nearest"]),
)
def test_a_date_never_leaves_its_window(aim, before, after, move):
    first, last = aim - dt.timedelta(days=before), aim + dt.timedelta(days=after)
    fit = days(move=move).fit(aim, first, last, procedure=True)
    assert fit.day is None or first <= fit.day <= last


@given(st.dates(day("2026-01-01"), day("2026-12-31")), st.integers(0, 9))
def test_where_none_fits_the_nearest_open_days_lie_around_the_window(first, length):
    last = first + dt.timedelta(days=length)
    site = days()
    fit = site.fit(first, first, last, procedure=True)
    if fit.day is None:
        between = [fit.before + dt.timedelta(days=n) for n in range(1, (fit.after - fit.before).days)]
        assert all(site.closed(one, procedure=True) for one in between)
    else:
        assert not site.closed(fit.day, procedure=True)


def test_a_site_closed_for_months_offers_no_day():
    closure = {"first": "2026-01-01", "last": "2026-12-31", "name": "rebuilding"}
    fit = days(closures=[closure]).fit(day("2026-06-15"), day("2026-06-10"), day("2026-06-20"), procedure=True)
    assert (fit.day, fit.before, fit.after) == (None, None, None)


# ------------------------------------------------------------------------------------------------------ time zones


def changes_of(name: str) -> list[dt.datetime]:
    """Every change of a zone's offset in 2020 to 2030: the last hour before it, found by halving weeks."""
    zone = zoneinfo.ZoneInfo(name)
    found = []
    moment, week = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.timedelta(days=7)
    while moment.year <= 2030:
        low, high = moment, moment + week
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > dt.timedelta(hours=1):
                middle = low + (high - low) // 2
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(low.replace(minute=0, second=0, microsecond=0))
        moment += week
    return found


HOURS = (2, 4, 20, 24, 26, 46)


def wrong_hours(name: str) -> list[tuple[str, dt.datetime, int]]:
    """Where the hours that pass are not the hours asked for, from starts around each change of a zone."""
    zone = zoneinfo.ZoneInfo(name)
    chance = random.Random(name)
    wrong = []
    for change in changes_of(name):
        for hours in HOURS:
            begin = (change - dt.timedelta(minutes=chance.randrange(60 * hours + 60))).astimezone(zone)
            end = dates.after(begin, hours)
            # by numbers of seconds since the epoch, which know no zone
            if end.timestamp() - begin.timestamp() != hours * 3600 or end.tzinfo is not zone:
                wrong.append((name, begin, hours))
    return wrong


SAMPLE = [
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Asia/Shanghai",
    "Africa/Casablanca",
    "Asia/Gaza",
    "Antarctica/Troll",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Tehran",
]


@pytest.mark.parametrize("name", SAMPLE)
def test_around_every_change_of_ten_years_the_hours_are_exact(name):
    # All zones are tried by `python -m bench courses`.
    assert wrong_hours(name) == []


def test_lord_howe_changes_by_half_an_hour():
    # On 4 October 2026 the clock there goes from 02:00 to 02:30: 20 hours after 13:00 it is 09:30.
    zone = zoneinfo.ZoneInfo("Australia/Lord_Howe")
    begin = dates.local(day("2026-10-03"), dt.time(13), zone)
    assert dates.after(begin, 20).isoformat() == "2026-10-04T09:30:00+11:00"


def test_there_are_changes_to_try():
    assert len(changes_of("Europe/London")) == 22  # two a year, 2020 to 2030
