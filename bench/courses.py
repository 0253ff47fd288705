"""Whole courses: how many a second, beside a plain loop with dateutil; and every day right, in any year and zone."""

from __future__ import annotations

import datetime as dt
import os
import time
import zoneinfo
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, rrule
from tests import day_numbers, plans
from tests.test_calendar import HOURS, changes_of, wrong_hours
from tests.test_interval import WINDOWS

from dosewright.calculators.interval import window
from dosewright.orders.course import Course, Schedule, plan

from .measure import Result

COURSES, CYCLES, ENOUGH = 10_000, 8, 1_000
PIECE = 500
FLAT = 5.0  # MB; the interpreter's own allocations come and go by so much, a leak of courses would be far more
YEARS = range(1800, 2200)
Found = list[tuple[str, dt.date, str, str]]


def run() -> Iterator[Result]:
    yield from speed()
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        yield windows(workers)
        yield zones(workers)


# ----------------------------------------------------------------------------------------------------- planning


def courses() -> Iterator[Course]:
    """A course for each day from 2026 on, as often as need be."""
    course, first = plans.a_course(cycles=CYCLES), dt.date(2026, 1, 1)
    for number in range(COURSES):
        yield course.model_copy(update={"start": first + dt.timedelta(days=number % 3_000)})


def ours(course: Course, rules: Schedule) -> Found:
    events = [event for cycle in plan(course, rules).cycles for event in cycle.events]
    return sorted((event.what, event.date, _said(event.start), _said(event.end)) for event in events)


def _said(moment: dt.datetime | None) -> str:
    return moment.isoformat() if moment else ""


def theirs(course: Course, rules: Schedule) -> Found:
    """The same dates by a plain loop, as somebody with dateutil at hand would write it."""
    policy = rules.days.policy
    closed = set()
    for span in policy.holidays:
        closed |= {one.date() for one in rrule(DAILY, dtstart=_midnight(span.first), until=_midnight(span.last))}
    worked = set(policy.make_up_days)

    def is_open(day: dt.date) -> bool:
        return day not in closed and (day.weekday() < 5 or day in worked)

    def moved(day: dt.date, first: dt.date, last: dt.date, *, step: int = 1) -> dt.date:
        for direction in (step, -step):
            one = day
            while first <= one <= last:
                if is_open(one):
                    return one
                one += relativedelta(days=direction)
        return day

    days = [course.start]
    while len(days) < course.cycles:
        least, most = days[-1] + relativedelta(days=rules.least), days[-1] + relativedelta(days=rules.most)
        days.append(moved(least, least, most))
    found: Found = []
    for day, following in zip(days, [*days[1:], days[-1] + relativedelta(days=rules.least)], strict=True):
        before = day - relativedelta(days=1)
        tests = moved(before, day - relativedelta(days=8), day, step=-1)
        found.append(("laboratory tests before treatment", tests, "", ""))
        found.append(("catheter placed", day, "", ""))
        begin = dt.datetime.combine(day, rules.begins, rules.zone).astimezone(dt.UTC)
        ends = []
        for key, _, start, end in rules.infusions:
            shown = [(begin + relativedelta(seconds=int(h * 3600))).astimezone(rules.zone) for h in (start, end)]
            found.append((key, shown[0].date(), *(one.isoformat() for one in shown)))
            ends.append(shown[1])
        removed = max(ends)
        found.append(("catheter removed", removed.date(), removed.isoformat(), removed.isoformat()))
        week, fortnight = day + relativedelta(weeks=1), day + relativedelta(weeks=2)
        visit = moved(week, week, fortnight)
        found += [(one.what, visit, "", "") for one in rules.visits if one.kind == "after treatment"]
        eve = following - relativedelta(days=1)
        imaging = moved(following - relativedelta(days=3), day + relativedelta(days=1), eve, step=-1)
        found += [(one.what, imaging, "", "") for one in rules.visits if one.kind == "after each cycle"]
    last, previous = max(date for _, date, _, _ in found), days[0]
    while True:
        coming = list(rrule(DAILY, interval=28, dtstart=_midnight(previous), count=2))[1].date()
        if coming > last:
            return sorted(found)
        previous = moved(coming, coming, coming + relativedelta(weeks=2))
        found.append(("alpha-fetoprotein", previous, "", ""))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def speed() -> Iterator[Result]:
    """Pieces of ours and of theirs in turn, so that a busy moment of the machine falls on both."""
    rules = plans.rules_of()
    wrong, spent, held = 0, [0.0, 0.0], []
    waiting = courses()
    while piece := [course for course, _ in zip(waiting, range(PIECE), strict=False)]:
        began = time.process_time()
        for course in piece:
            plan(course, rules)
        spent[0] += time.process_time() - began
        held.append(_resident())
        began = time.process_time()
        plain = [theirs(course, rules) for course in piece]
        spent[1] += time.process_time() - began
        wrong += sum(ours(course, rules) != one for course, one in zip(piece, plain, strict=True))
    each = COURSES / spent[0]
    measured = f"{each:,.0f} a second; the plain loop {COURSES / spent[1]:,.0f} ({spent[0] / spent[1]:.2f} of its time)"
    yield Result(f"{COURSES:,} courses of {CYCLES} cycles", measured, f"at least {ENOUGH:,} a second", each >= ENOUGH)
    yield Result("the same dates as the plain loop", f"{wrong} courses differ", "0 differ", not wrong)
    grown = held[-1] - held[len(held) // 5]
    yield Result(
        "memory while planning", f"{grown:+.1f} MB after a fifth of them", f"at most {FLAT:g} MB", grown <= FLAT
    )


def _resident() -> float:
    """The memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# ------------------------------------------------------------------------------------------------------------ all days


def wrong_windows(year: int) -> int:
    """How many windows of the starts of one year differ from the oracle of day numbers."""
    wrong = 0
    first = dt.date(year, 1, 1)
    for number in range((dt.date(year + 1, 1, 1) - first).days):
        start = first + dt.timedelta(days=number)
        for least, most in WINDOWS.values():
            made = window(start, least, most, "earliest")
            told = [(one.year, one.month, one.day) for one in (made.earliest, made.target, made.latest)]
            of = (start.year, start.month, start.day)
            wrong += told != [day_numbers.later(of, days) for days in (least, least, most)]
    return wrong


def windows(workers: ProcessPoolExecutor) -> Result:
    wrong = sum(workers.map(wrong_windows, YEARS, chunksize=20))
    starts = (dt.date(YEARS.stop, 1, 1) - dt.date(YEARS.start, 1, 1)).days
    measured = f"{wrong} errors in {starts * len(WINDOWS):,} windows"
    return Result(f"{len(YEARS)} years of starts × {len(WINDOWS)} windows", measured, "0 errors", not wrong)


def wrong_of_zone(name: str) -> tuple[int, int]:
    """How many changes a zone has, and at how many starts around them the hours are wrong."""
    return len(changes_of(name)), len(wrong_hours(name))


def zones(workers: ProcessPoolExecutor) -> Result:
    names = sorted(zoneinfo.available_timezones())
    found = list(workers.map(wrong_of_zone, names, chunksize=10))
    changes, wrong = sum(one for one, _ in found), sum(other for _, other in found)
    measured = f"{wrong} errors at {changes:,} changes in {len(names)} zones × {len(HOURS)} durations"
    return Result("hours across every change, 2020 to 2030", measured, "0 errors", not wrong)
