"""A course's calendar for programs: as data, as a table, and as an iCalendar file that follows a moved cycle."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Mapping, Sequence
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


def icalendar(course: Course, rules: Schedule, *, name: str | None = None, contact: str = "") -> bytes:
    """The calendar as RFC 5545 has it, with its time zone.

    Each event keeps its UID for good and carries the version of the course as SEQUENCE, so that a moved cycle replaces
    the old entry in a calendar program; what no longer takes place is cancelled. No patient is named unless asked.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Dosewright//course calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    whom = f"{name}: " if name else ""
    now, told = _by_key(plan(course, rules)), _once_told(course, rules)
    for key, (cycle, event) in (told | now).items():
        status = None if key in now else "CANCELLED"
        calendar.add_component(_entry(course, key, cycle, event, whom, contact, status))
    years = [event.date.year for _, event in (told | now).values()]
    calendar.add_missing_timezones(
        first_date=dt.date(min(years, default=1970), 1, 1), last_date=dt.date(max(years, default=2037) + 1, 12, 31)
    )
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
