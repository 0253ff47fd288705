"""Courses for tests: planned, recorded and printed at an example site whose calendar is China's 2026."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dosewright import planning
from dosewright.orders.course import Course, Plan, Schedule, plan, schedule
from dosewright.protocol.site import Site
from dosewright.reading import Document

from . import ward

CHINA_2026: dict[str, Any] = {
    "weekend": ["Sat", "Sun"],
    "procedure_days": ["Mon", "Tue", "Wed", "Thu", "Fri"],
    "holidays": [
        {"first": "2026-02-15", "last": "2026-02-23", "name": "Spring Festival"},
        {"first": "2026-10-01", "last": "2026-10-07", "name": "National Day"},
    ],
    "make_up_days": ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
    "works_on_make_up_days": "yes",
    "closures": [],
    "known_until": "2099-12-31",
    "move": "later first",
    "aim": "earliest",
    "laboratory_before": "1 d",
    "imaging_before": "3 d",
}
Records = Iterable[Mapping[str, str]]


def a_site(
    calendar: Mapping[str, Any] | None = None, more: ward.Changes | None = None, *, interval: str | None = None
) -> tuple[Site, Document]:
    """The example site with China's calendar of 2026, with changes of it, and with another decision on the interval."""
    changes: dict[str, Any] = {"calendar": {**CHINA_2026, **(calendar or {})}}
    if interval is not None:
        changes |= ward.decided("interval", interval, "hepa-haic")
    return ward.a_site(changes | dict(more or {}))


def rules_of(
    protocol: str = "haic-folfox", calendar: Mapping[str, Any] | None = None, more: ward.Changes | None = None
) -> Schedule:
    """A protocol's schedule at that site."""
    return schedule(ward.a_protocol(protocol).protocol, a_site(calendar, more)[0], {})


def a_record(cycle: int | str, status: str, on: str, **more: Any) -> dict[str, Any]:
    """One record, with what every record needs."""
    usual = {"reason": "for a test", "by": "A. Person", "entered": on}
    return {"cycle": str(cycle), "status": status, "on": on, **usual, **more}


def content(
    protocol: str = "haic-folfox",
    *,
    start: str = "2026-11-23",
    cycles: int | str = 3,
    records: Records = (),
    patient: ward.Changes | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What stands in a course file, with records; its version counts them."""
    made = planning.begun(
        ward.a_protocol(protocol), a_site()[0], ward.a_patient(patient), start=start, cycles=str(cycles), **more
    )
    records = [dict(one) for one in records]
    return made | {"records": records, "version": str(len(records) + 1)}


def a_course(protocol: str = "haic-folfox", **more: Any) -> Course:
    """A course, with records."""
    return planning.course_of(content(protocol, **more), "course.yaml")


def planned(protocol: str = "haic-folfox", *, calendar: Mapping[str, Any] | None = None, **more: Any) -> Plan:
    """The plan of a course."""
    return plan(a_course(protocol, **more), rules_of(protocol, calendar))


def made(
    protocol: str = "haic-folfox",
    *,
    patient: ward.Changes | None = None,
    site: ward.Changes | None = None,
    what_if: dict[str, str] | None = None,
    **more: Any,
) -> planning.Made:
    """A course as every output reads it."""
    policy, document = a_site(more=site)
    course, person = a_course(protocol, **more), ward.a_patient(patient)
    return planning.made(ward.a_protocol(protocol), policy, document, person, course, what_if or {})


def day(text: str) -> dt.date:
    """A day, as written in a test."""
    return dt.date.fromisoformat(text)
