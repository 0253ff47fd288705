"""A course's calendar for programs: as data, as a table, and as an iCalendar file that follows a moved cycle."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zoneinfo
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from . import __version__
from .orders.course import Course, Cycle, Event, Plan, Record, Schedule, as_it_was, plan
from .orders.doses import to_data
from .orders.exposure import Exposure
from .orders.finding import Finding


def data(
    course: Course, made: Plan, exposure: Sequence[Exposure], findings: Sequence[Finding], **about: Any
) -> dict[str, Any]:
    """The whole calendar as programs read it."""
    told: dict[str, Any] = to_data(
        {
            "schema": "1",
            "kind": "course",
            "tool": f"dosewright {__version__}",
            "id": course.id,
            "version": course.version,
            "start": course.start,
            **about,
            "cycles": [_cycle(cycle) for cycle in made.cycles],
            "intensity": None if made.intensity is None else {"value": round_percent(made.intensity), "unit": "%"},
            "exposure": [row.data() for row in exposure],
            "history": [_record(record) for record in course.records],
            "findings": [*made.findings, *findings],
        }
    )
    return told


def round_percent(value: float) -> float:
    """A percentage to one decimal, halves up."""
    from .units import half_up

    return float(half_up(value, 0.1))


def _cycle(cycle: Cycle) -> dict[str, Any]:
    percent = cycle.intensity
    return {
        "number": cycle.number,
        "window": cycle.window,
        "planned": cycle.planned,
        "actual": cycle.actual,
        "status": cycle.status,
        "why": cycle.why,
        "delay": cycle.delay,
        "intensity": None if percent is None else {"value": round_percent(percent), "unit": "%"},
        "events": [_event(event) for event in cycle.events],
    }


def _event(event: Event) -> dict[str, Any]:
    when = {"date": event.date} if event.start is None else {"start": event.start, "end": event.end}
    return {"kind": event.kind, "what": event.what, **when, "why": event.why}


def _record(record: Record) -> dict[str, Any]:
    released = record.released
    return {
        "cycle": record.cycle,
        "status": record.status,
        "on": record.on,
        "share": record.share,
        "reason": record.reason,
        "by": record.by,
        "entered": record.entered,
        "released_by": [released.first, released.second] if released else [],
    }


def table(calendar: Mapping[str, Any]) -> str:
    """The events as a table, one a row, for a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["cycle", "status", "kind", "what", "date", "start", "end", "why"])
    for cycle in calendar["cycles"]:
        for event in cycle["events"]:
            start, end = event.get("start", ""), event.get("end", "")
            day = event.get("date", start[:10])
            writer.writerow(
                [cycle["number"], cycle["status"], event["kind"], event["what"], day, start, end, event["why"]]
            )
    return file.getvalue()


# -------------------------------------------------------------------------------------------------------- iCalendar


def icalendar(
    course: Course,
    rules: Schedule,
    *,
    name: str | None = None,
    contact: str = "",
    left_out: Mapping[int, Collection[str]] = MappingProxyType({}),
) -> bytes:
    """The calendar as RFC 5545 has it, with its time zone.

    Each event keeps its UID for good and carries the version of the course as SEQUENCE, so that a moved cycle replaces
    the old entry in a calendar program; what no longer takes place is cancelled, and so is an infusion that is
    `left_out` of its cycle. No patient is named unless asked.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Dosewright//course calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    whom = f"{name}: " if name else ""
    now, told = _by_key(plan(course, rules)), _once_told(course, rules)
    for key, (cycle, event) in (told | now).items():
        omitted = event.kind == "infusion" and event.what in left_out.get(cycle.number, ())
        status = "CANCELLED" if omitted or key not in now else None
        calendar.add_component(_entry(course, key, cycle, event, whom, contact, status))
    clocked = [event.start for _, event in (told | now).values() if event.start is not None]
    if clocked:
        years = [start.year for start in clocked]
        calendar.subcomponents.insert(0, _zone(rules.zone, min(years), max(years) + 1))
    content: bytes = calendar.to_ical()
    return content


def _by_key(made: Plan) -> dict[str, tuple[Cycle, Event]]:
    return {event.key: (cycle, event) for cycle in made.cycles for event in cycle.events}


def _once_told(course: Course, rules: Schedule) -> dict[str, tuple[Cycle, Event]]:
    """Every entry that a calendar program may have been given after one record or another, as it stood last."""
    told: dict[str, tuple[Cycle, Event]] = {}
    for records in range(len(course.records)):
        told |= _by_key(plan(as_it_was(course, records), rules))
    return told


def _zone(zone: zoneinfo.ZoneInfo, first: int, last: int) -> Any:
    """A time zone from one year to the end of another, change by change.

    Each change begins at the clock time that was shown until then, as RFC 5545 has it; icalendar's own list of changes
    gives the time that is shown from then on, so that an hour would be missing on the day.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    made = Timezone()
    made.add("tzid", zone.key)
    begin = dt.datetime(first, 1, 1, tzinfo=dt.UTC) - dt.timedelta(days=1)
    before = begin.astimezone(zone).utcoffset()
    for moment in (begin, *_changes(zone, begin, dt.datetime(last + 1, 1, 2, tzinfo=dt.UTC))):
        shown = moment.astimezone(zone)
        part = TimezoneDaylight() if shown.dst() else TimezoneStandard()
        part.add("dtstart", (moment + (before or dt.timedelta())).replace(tzinfo=None))
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", shown.utcoffset())
        part.add("tzname", shown.tzname())
        made.add_component(part)
        before = shown.utcoffset()
    return made


def _changes(zone: zoneinfo.ZoneInfo, begin: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """The moments at which a zone's offset changes, to the second: day by day, then by halving the day."""
    step = dt.timedelta(days=1)
    while begin < end:
        low, high = begin, begin + step
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > dt.timedelta(seconds=1):
                middle = low + dt.timedelta(seconds=(high - low).total_seconds() // 2)
                changed = middle.astimezone(zone).utcoffset() != low.astimezone(zone).utcoffset()
                low, high = (low, middle) if changed else (middle, high)
            yield high
        begin += step


def _stamp(course: Course) -> dt.datetime:
    """When the course was last changed: no clock is read, so that the same course gives the same file."""
    day = max((record.entered for record in course.records), default=course.start)
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _entry(
    course: Course, key: str, cycle: Cycle, event: Event, whom: str, contact: str, status: str | None = None
) -> Any:
    from icalendar import Event as Entry

    entry = Entry()
    what = f"infusion of {event.what}" if event.kind == "infusion" else event.what
    entry.add("uid", f"{hashlib.sha256(f'{course.id}/{key}'.encode()).hexdigest()[:32]}@dosewright")
    entry.add("sequence", course.version)
    entry.add("dtstamp", _stamp(course))
    entry.add("summary", f"{whom}{what}" if key.startswith("course/") else f"{whom}cycle {cycle.number}: {what}")
    if event.start is None or event.end is None:
        entry.add("dtstart", event.date)
        entry.add("dtend", event.date + dt.timedelta(days=1))
    else:
        entry.add("dtstart", event.start)
        entry.add("dtend", event.end if event.end > event.start else event.start + dt.timedelta(minutes=30))
    notes = [text for text in (event.why, f"Questions: {contact}" if contact else "") if text]
    if notes:
        entry.add("description", "\n".join(notes))
    entry.add("status", status or ("CONFIRMED" if cycle.actual else "TENTATIVE"))
    return entry
