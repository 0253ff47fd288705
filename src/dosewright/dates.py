"""Dates and times from text, and hours added to them. ISO 8601 and nothing else: every guessing parser guesses wrong.

Hours are added in UTC and shown in local time, so that 46 h across a change of the clock are 46 h.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import Final

from .errors import Mistake, Refusal

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-][0-9]{2}:[0-5][0-9])"
)
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
WIDEST_OFFSET: Final = dt.timedelta(hours=14)
DAYS_A_MONTH: Final = 365.25 / 12  # as months are told of survival and of time at risk


def read_day(text: object) -> dt.date:
    """A date as year-month-day.

    >>> read_day("2028-02-29")
    datetime.date(2028, 2, 29)
    >>> read_day("03/04/2026")
    Traceback (most recent call last):
    dosewright.errors.Mistake: needs a date as year-month-day, for example '2026-11-23'; got '03/04/2026'
    """
    match = _DATE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise Mistake("a date as year-month-day", example="2026-11-23", got=text)
    try:
        day = dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise Mistake("a day that exists", example="2026-11-23", got=text) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refusal(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}", example="2026-11-23", got=text)
    return day


def read_moment(text: object) -> dt.datetime:
    """A moment with its offset from UTC; a clock time without one is refused.

    >>> read_moment("2026-11-23T08:30+08:00").isoformat()
    '2026-11-23T08:30:00+08:00'
    """
    example = "2026-11-23T08:30+08:00"
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise Mistake("a date and time with its offset from UTC", example=example, got=text)
    read_day(text[:10])
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Mistake("an offset from UTC that exists", example=example, got=text) from None
    if abs(moment.utcoffset() or dt.timedelta(0)) > WIDEST_OFFSET:
        raise Mistake("an offset from UTC that exists", example=example, got=text)
    return moment


def read_clock(text: object) -> dt.time:
    """A clock time of 24 hours, such as '08:30'."""
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise Mistake("a clock time of 24 hours", example="08:30", got=text)
    return dt.time(int(match[1]), int(match[2]))


def read_zone(text: object) -> zoneinfo.ZoneInfo:
    """A time zone by its IANA name, such as 'Asia/Shanghai'."""
    try:
        if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_+/-]{1,50}", text):
            raise ValueError
        return zoneinfo.ZoneInfo(text)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise Mistake("a time zone by its IANA name", example="Asia/Shanghai", got=text) from None


def local(day: dt.date, clock: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """A clock time of a day in a zone; refused where the clock skips it or shows it twice."""
    moment = dt.datetime.combine(day, clock, zone)
    if moment.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise Refusal(f"{clock:%H:%M} does not exist on {day} in {zone}: the clock is put forward", where="start")
    if moment.utcoffset() != moment.replace(fold=1).utcoffset():
        raise Refusal(f"{clock:%H:%M} comes twice on {day} in {zone}: the clock is put back", where="start")
    return moment


def local_midnight(day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The beginning of a day in a zone; where the clock skips midnight, the first moment after it."""
    return dt.datetime.combine(day, dt.time(), zone)


def after(moment: dt.datetime, hours: float) -> dt.datetime:
    """So many hours later, in the same zone: elapsed time, whatever the clock on the wall does.

    >>> start = local(dt.date(2026, 10, 31), dt.time(12), read_zone("America/New_York"))
    >>> after(start, 20).isoformat()
    '2026-11-01T07:00:00-05:00'
    """
    elapsed = moment.astimezone(dt.UTC) + dt.timedelta(seconds=round(hours * 3600))
    return elapsed.astimezone(moment.tzinfo)


def age_on(birth: dt.date, day: dt.date) -> int:
    """Completed years; one born on 29 February has a birthday on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
