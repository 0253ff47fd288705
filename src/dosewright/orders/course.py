"""A course: every cycle with its window; what was planned and what was done kept apart; later cycles follow the done.

Planning is plain dates and whole days: a schedule is taken once from protocol and site, and then serves thousands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, NamedTuple

from dateutil.rrule import DAILY, rrule
from pydantic import Field, model_validator

from .. import wording
from ..calculators.interval import Window, intensity, round_days, window
from ..dates import after, local
from ..errors import CannotCompute, Mistake, Refusal
from ..protocol.model import Component, Protocol, Route, Start, Stated
from ..protocol.site import Site
from ..reading import Day, Document, Strict, Text, Whole, read, same_name, validate
from ..units import INTERVAL, PERCENT, Quantity, Range
from .calendar import DAY, FARTHEST, Days, Fit
from .day import Part, placed
from .decisions import Choices
from .finding import Finding, Severity
from .patient import Patient

Status = Literal["planned", "given", "reduced", "delayed", "omitted", "stopped"]
DONE: Final = ("given", "reduced")
NOT_DONE: Final = ("omitted", "stopped")
UNDECIDED: Final = "whether in every cycle is undecided"
MOST_CYCLES: Final = 60


# ------------------------------------------------------------------------------------------------------ the course file


class Release(Strict):
    """Two named people who release a treatment before its earliest day."""

    first: Text
    second: Text
    reason: Text

    @model_validator(mode="after")
    def _two(self) -> Release:
        if same_name(self.first) == same_name(self.second):
            raise Refusal("the two people who release must be two", where="second", got=self.second)
        return self


class Record(Strict):
    """What was done with one cycle, or decided of it: by whom, when, and why. Records are added, never changed."""

    cycle: Whole
    status: Literal["given", "reduced", "delayed", "omitted", "stopped"]
    on: Day
    share: Annotated[Quantity, PERCENT] | None = None
    reason: Text
    by: Text
    entered: Day
    released: Release | None = None

    @model_validator(mode="after")
    def _complete(self) -> Record:
        if self.cycle < 1:
            raise Mistake("a cycle counted from 1", where="cycle", example="1", got=self.cycle)
        if self.status == "reduced":
            if self.share is None or not 0 < self.share.magnitude < 100:
                needs = "the share of the protocol dose that was given, above 0 % and below 100 %"
                got = None if self.share is None else wording.say(self.share)
                raise Mistake(needs, where="share", example="80 %", got=got)
        elif self.share is not None:
            needs = "a share only for a reduced cycle"
            raise Mistake(needs, where="share", got=wording.say(self.share))
        if self.status in DONE and self.on > self.entered:
            raise Refusal(f"what was given lies after the day of its entry, {self.entered}", where="on", got=self.on)
        return self


class Stages(Strict):
    """An embolisation in two or three sessions, so many days apart."""

    count: Literal["2", "3"]
    apart: Annotated[Quantity, INTERVAL]


class Course(Strict):
    """One patient's course on one protocol: where it starts, how many cycles, and everything recorded since."""

    dosewright: Literal["1"] = Field(alias="schema")
    id: Text
    version: Whole
    patient: Text
    protocol: Text
    site: Text
    start: Day
    cycles: Whole
    stages: Stages | Literal["none"] = "none"
    records: tuple[Record, ...] = ()

    @model_validator(mode="after")
    def _follows(self) -> Course:
        if not 1 <= self.cycles <= MOST_CYCLES:
            raise Mistake(f"a number of cycles from 1 to {MOST_CYCLES}", where="cycles", example="6", got=self.cycles)
        found = next(self._mistakes_of_order(), None)  # the ones after it only follow from it
        if found is not None:
            raise found
        return self

    def _mistakes_of_order(self) -> Iterator[Mistake]:
        """Where a record does not follow from the ones before it."""
        last: Record | None = None  # the last that was given, omitted or stopped
        given: Record | None = None
        for index, record in enumerate(self.records):
            place, cycle = ("records", index), f"cycle {record.cycle}"
            due = last.cycle + 1 if last else 1
            if record.cycle > self.cycles:
                yield Refusal(f"the course has no {cycle}", within=place, got=f"{self.cycles} cycles")
            elif last is not None and last.status == "stopped":
                yield Refusal(f"the course was stopped at cycle {last.cycle}; nothing follows", within=place)
            elif record.cycle < due and record.status == "delayed":
                yield Refusal(f"{cycle} is over and cannot be moved", within=place)
            elif record.status != "delayed" and record.cycle != due:
                words = f"each cycle is given or omitted once, in order, from the first; now it is cycle {due}"
                yield Refusal(words, within=place, got=cycle)
            elif given is not None and record.status in (*DONE, "delayed") and record.on <= given.on:
                yield Refusal(f"{cycle} is not after cycle {given.cycle}", within=place, got=record.on)
            elif last is not None and record.status != "delayed" and record.on < last.on:
                yield Refusal(f"{cycle} is before what was decided of cycle {last.cycle}", within=place, got=record.on)
            if record.status != "delayed":
                last, given = record, record if record.status in DONE else given

    def record(self, cycle: int) -> Record | None:
        """What was done with a cycle in the end, if anything."""
        return next((r for r in self.records if r.cycle == cycle and r.status != "delayed"), None)

    def moved(self, cycle: int) -> Record | None:
        """The last move of a cycle, if it was moved."""
        return next((r for r in reversed(self.records) if r.cycle == cycle and r.status == "delayed"), None)


def load_course(content: bytes, name: str) -> tuple[Course, Document]:
    """A course from the bytes of its file, with every mistake reported at once."""
    document = read(content, name)
    return validate(document, Course), document


def of_site(course: Course, site: Site) -> Iterator[Finding]:
    """A course stays with the site that planned it, and may follow its newer policy.

    Raises `Mistake` for another site: it may have decided on another interval.
    """
    name = course.site.partition("@")[0]
    if site.id != name:
        raise Mistake(f"the site of the course ({course.site})", where="--site", got=f"{site.id}@{site.version}")
    if course.site != f"{site.id}@{site.version}":
        message = "the site's policy has changed since the course was begun; what is not done yet follows the new one"
        said = f"version {site.version}"
        yield Finding("site-changed", "info", message, said, course.site, "site policy", "site")


def given_elsewhere(course: Course, patient: Patient) -> Iterator[Finding]:
    """Where the patient's file and the course's do not say the same of a cycle that was given."""
    recorded = {record.cycle: record.on for record in course.records if record.status in DONE}
    told = {one.cycle: one.on for one in patient.given}
    shares = {record.cycle: record.share for record in course.records if record.share is not None}
    for one in patient.given:
        share = shares.get(one.cycle)
        if share is not None and one.share is not None and one.share != share:
            said, other = _share_said(one.share), _share_said(share)
            message = f"cycle {one.cycle}: the patient's file says that {said} was given, the course's {other}"
            yield Finding("given-differs", "warning", message, said, other, where=f"cycle {one.cycle}")
    for cycle in sorted(told.keys() | recorded.keys()):
        if told and told.get(cycle) != recorded.get(cycle):
            said, other = (f"given on {days[cycle]}" if cycle in days else "not given" for days in (told, recorded))
            message = f"cycle {cycle}: the patient's file says {said}, the course's {other}"
            before = cycle in told and told[cycle] < course.start
            if before:
                message += ", which begins later: the sums here lack it"
            severity: Severity = "blocks-release" if before else "warning"
            yield Finding("given-differs", severity, message, said, other, where=f"cycle {cycle}")


def _share_said(share: Quantity | Mapping[str, Quantity]) -> str:
    if isinstance(share, Mapping):
        return wording.listed(f"{name} {wording.say(one)}" for name, one in share.items())
    return wording.say(share)


# ---------------------------------------------------------------------------------------------- what is done in a cycle


class VisitRule(NamedTuple):
    """A visit of the follow-up in whole days; `key` tells two of the same name apart."""

    key: str
    what: str
    kind: Literal["after treatment", "every", "after each cycle"]
    low: int
    high: int


class InfusionRule(NamedTuple):
    """One drug on one day of the cycle: the hours after the day's beginning at which it starts and ends."""

    key: str
    day: int
    starts: float
    ends: float


@dataclass(frozen=True)
class Schedule:
    """A protocol as a site gives it, in whole days and hours: all that planning needs."""

    least: int
    most: int
    target: Literal["earliest", "middle", "latest"]
    interval_open: bool
    zone: Any
    begins: dt.time
    infusions: tuple[InfusionRule, ...]
    catheter: bool
    embolises: str  # in which cycles, in the words of the protocol; 'never' where it has no beads
    visits: tuple[VisitRule, ...]
    laboratory_before: int
    imaging_before: int
    days: Days


def schedule(protocol: Protocol, site: Site, what_if: dict[str, str]) -> Schedule:
    """The schedule of a protocol under a site's decisions.

    Raises `CannotCompute` where over how long a drug runs is undecided.
    """
    choices = Choices(protocol, site, what_if)
    settled = choices.settle("interval", protocol.interval)
    loading = protocol.loading
    embolises = "never" if loading is None else choices.settle("beads.every_cycle", loading.every_cycle).value
    interval: Range = settled.value
    return Schedule(
        least=round_days(interval.low.m_as("d")),
        most=round_days(interval.high.m_as("d")),
        target=site.calendar.aim,
        interval_open=settled.state in {"disputed", "undecided", "what-if"},
        zone=site.time_zone,
        begins=site.day_starts,
        infusions=tuple(_infusions(protocol, choices)),
        catheter=any("hepatic intra-arterial" in _routes(component.route) for component in protocol.components),
        embolises=embolises or UNDECIDED,
        visits=tuple(_visits(protocol)),
        laboratory_before=round_days(site.calendar.laboratory_before.m_as("d")),
        imaging_before=round_days(site.calendar.imaging_before.m_as("d")),
        days=Days(site.calendar),
    )


def _routes(route: Stated[Route]) -> set[str | None]:
    """Every route a source gives or leaves open for a drug."""
    return {route.value, *(one.value for one in route.disputed), *route.options}


def _infusions(protocol: Protocol, choices: Choices) -> Iterator[InfusionRule]:
    """Each drug on each of its days; where a question is open, the latest reading."""
    begin = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    for day in sorted({day for component in protocol.components for day in component.days}):
        parts = [_part(component, choices) for component in protocol.components if day in component.days]
        for key, readings in placed(parts, begin).items():
            last = max(readings, key=lambda one: one.end)
            hours = [(moment - begin).total_seconds() / 3600 for moment in (last.start, last.end)]
            yield InfusionRule(key, day, *hours)


def _part(component: Component, choices: Choices) -> Part:
    over = choices.settle(f"{component.key}.over", component.over).value
    start = choices.settle(f"{component.key}.start", component.start).value
    if over is None:
        raise CannotCompute(f"over how long {component.key} runs is undecided", where=f"{component.key}.over")
    starts = [start] if start is not None else [Start.read(option) for option in component.start.options]
    return Part(component.key, starts, over.m_as("h"))


def _visits(protocol: Protocol) -> Iterator[VisitRule]:
    seen: dict[str, int] = {}
    for visit in protocol.follow_up:
        seen[visit.what] = seen.get(visit.what, 0) + 1
        key = visit.what if seen[visit.what] == 1 else f"{visit.what} ({seen[visit.what]})"
        if visit.after_treatment is not None:
            low, high = (round_days(end.m_as("d")) for end in visit.after_treatment)
            yield VisitRule(key, visit.what, "after treatment", low, high)
        elif visit.every is not None:
            low, high = (round_days(end.m_as("d")) for end in visit.every)
            yield VisitRule(key, visit.what, "every", low, high)
        else:
            yield VisitRule(key, visit.what, "after each cycle", 0, 0)


# ------------------------------------------------------------------------------------------------------------- the plan


class Event(NamedTuple):
    """Something to be done: a day, or a beginning and an end on the clock; `why` says what moved it or asks for it.

    `key` names it for good within its course, whatever day it moves to.
    """

    key: str
    kind: str
    what: str
    date: dt.date
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    why: str = ""


class Cycle(NamedTuple):
    """One cycle: its window, the day planned, the day it was done, and all that belongs to it."""

    number: int
    window: Window | None
    planned: dt.date
    actual: dt.date | None
    status: Status
    why: str
    events: tuple[Event, ...]
    delay: int | None
    share: float | None
    intensity: float | None


class Plan(NamedTuple):
    """A course as planned today: done cycles as they were, later ones from the last that was done."""

    cycles: tuple[Cycle, ...]
    findings: tuple[Finding, ...]
    intensity: float | None


def plan(course: Course, rules: Schedule) -> Plan:
    """Plan every cycle of a course: pure, from what is recorded."""
    dated = _Dated(course, rules).as_of(len(course.records))
    cycles = [cycle for cycle, _ in dated]
    findings = [one for _, found in dated for one in found]
    cycles = [_with_events(cycle, following, course, rules) for cycle, following in _pairs(cycles)]
    cycles = _with_recurring(cycles, rules)
    return Plan(tuple(cycles), (*findings, *_beyond(cycles, rules)), _course_intensity(cycles, rules))


class _Dated:
    """The cycles of a course with their days, as of any number of records; each is worked out once.

    A release holds for the window that was seen when it was given, so the days of now rest on the days of then.
    """

    def __init__(self, course: Course, rules: Schedule) -> None:
        self.course = course
        self.rules = rules
        self._known: dict[int, list[tuple[Cycle, list[Finding]]]] = {}

    def as_of(self, records: int) -> list[tuple[Cycle, list[Finding]]]:
        """Every cycle, without its events, with what is to be remarked on it."""
        if records not in self._known:
            self._known[records] = list(self._cycles(as_it_was(self.course, records)))
        return self._known[records]

    def _cycles(self, course: Course) -> Iterator[tuple[Cycle, list[Finding]]]:
        origin: dt.date | None = None
        for number in range(1, course.cycles + 1):
            cycle, found = _cycle(course, self.rules, number, origin, self)
            yield cycle, found
            if cycle.status == "stopped":
                return
            origin = cycle.actual or cycle.planned

    def window(self, cycle: int, records: int) -> Window | None:
        """The window of a cycle as it stood after so many records."""
        return self.as_of(records)[cycle - 1][0].window


def as_it_was(course: Course, records: int) -> Course:
    """The course when only so many records had been made: as a calendar program may have been told it then."""
    return course.model_copy(update={"records": course.records[:records]})


def _pairs(cycles: Sequence[Cycle]) -> Iterator[tuple[Cycle, Cycle | None]]:
    for index, cycle in enumerate(cycles):
        yield cycle, cycles[index + 1] if index + 1 < len(cycles) else None


def _cycle(
    course: Course, rules: Schedule, number: int, origin: dt.date | None, dated: _Dated
) -> tuple[Cycle, list[Finding]]:
    """One cycle without its events: window, planned and actual day, status, delay and intensity.

    A move that lies before the earliest day, perhaps only since the cycle before it was given late, plans nothing.
    """
    frame = None if origin is None else window(origin, rules.least, rules.most, rules.target)
    fit = _planned(course.start, frame, rules)
    where = f"cycle {number}"
    findings = list(_unfit(fit, frame, where))
    planned, why = fit.day or (frame.target if frame else course.start), fit.why
    moved, done = course.moved(number), course.record(number)
    status: Status = "planned"
    if moved is not None:
        outside = list(_outside(moved, frame, where, course, dated))
        if any(one.severity == "refuse" for one in outside):
            findings += outside
            why = f"planned anew: {moved.on}, where it was moved, is too early" + (f"; {why}" if why else "")
        else:
            status, planned, why = "delayed", moved.on, f"{moved.reason} ({moved.by}, {moved.entered})"
            findings = [*outside, *_closed(moved, rules, where)]
    actual = share = None
    if done is not None:
        status, why, findings = done.status, f"{done.reason} ({done.by}, {done.entered})", []
        if done.status in DONE:
            actual = done.on
            findings = list(_outside(done, frame, where, course, dated))
            share = done.share.magnitude if done.share is not None else 100.0
        elif done.status == "omitted":
            share = 0.0
    delay = None if frame is None or status in NOT_DONE else ((actual or planned) - frame.target).days
    reached = share
    if share is not None and actual is not None and frame is not None and origin is not None and actual > origin:
        reached = intensity(share, (frame.target - origin).days, (actual - origin).days)
    return Cycle(number, frame, planned, actual, status, why, (), delay, share, reached), findings


def _planned(start: dt.date, frame: Window | None, rules: Schedule) -> Fit:
    if frame is None:
        return rules.days.fit(start, start, start, procedure=True)
    return rules.days.fit(frame.target, frame.earliest, frame.latest, procedure=True)


def _unfit(fit: Fit, frame: Window | None, where: str) -> Iterator[Finding]:
    if fit.day is not None:
        return
    early, late = (" (too early: two named people release it)", " (late)") if frame else ("", "")
    around = [f"{fit.before}{early}"] if fit.before else []
    around += [f"{fit.after}{late}"] if fit.after else []
    nearest = " or ".join(around) or f"more than {FARTHEST} days away"
    message = f"{where}: {fit.why}; the nearest open days are {nearest}"
    yield Finding("no-open-day", "blocks-release", message, allowed=nearest, source="site calendar", where=where)


def _closed(moved: Record, rules: Schedule, where: str) -> Iterator[Finding]:
    closed = rules.days.closed(moved.on, procedure=True)
    if closed:
        message = f"{where} was moved to a day that is closed: {closed}"
        yield Finding("closed-day", "warning", message, str(moved.on), source="site calendar", where=where)


def _release(course: Course, record: Record, frame: Window, dated: _Dated) -> Release | None:
    """Who released a day before the earliest one: for what was done, or for the move that it followed.

    The release of a move holds for the window that the two people saw: not for one that has moved later since.
    """
    moved = course.moved(record.cycle)
    if record.released is not None and record is not moved:
        return record.released
    if moved is None or moved.released is None or record.on < moved.on:
        return None
    then = dated.window(record.cycle, course.records.index(moved))
    return moved.released if then is not None and then.earliest >= frame.earliest else None


def _outside(record: Record, frame: Window | None, where: str, course: Course, dated: _Dated) -> Iterator[Finding]:
    """A day before its window is refused unless two named people released it; a day after it is remarked on."""
    if frame is None:
        return
    said = str(record.on)
    if record.on < frame.earliest:
        allowed = f"{frame.earliest} or later"
        release = _release(course, record, frame, dated)
        if release is None:
            message = f"{where} is before its earliest day and was not released by two named people"
            yield Finding("too-early", "refuse", message, said, allowed, "interval", where)
        else:
            names = f"{release.first} and {release.second}"
            message = f"{where} is before its earliest day; released by {names}: {release.reason}"
            yield Finding("early-released", "warning", message, said, allowed, "interval", where)
    elif record.on > frame.latest:
        message = f"{where} is after its latest day"
        yield Finding("late", "warning", message, said, f"by {frame.latest}", "interval", where)


# ----------------------------------------------------------------------------------------------------------- the events


def _with_events(cycle: Cycle, following: Cycle | None, course: Course, rules: Schedule) -> Cycle:
    """The cycle with all that belongs to it; of a cycle that was omitted or stopped, nothing takes place."""
    if cycle.status in NOT_DONE:
        return cycle
    day = cycle.actual or cycle.planned
    events = (*_treatment(cycle.number, day, rules), *_sessions(cycle.number, day, course, rules))
    return cycle._replace(events=(*events, *_follow_up(cycle.number, day, following, rules)))


def _treatment(number: int, day: dt.date, rules: Schedule) -> Iterator[Event]:
    """The laboratory tests before, the infusions, and the catheter they run through."""
    before = day - rules.laboratory_before * DAY
    tests = rules.days.fit(before, before - 7 * DAY, day, procedure=False, move="earlier first")
    what = "laboratory tests before treatment"
    yield Event(f"{number}/laboratory/{what}", "laboratory", what, tests.day or before, why=tests.why)
    if rules.catheter:
        what = "catheter placed"
        yield Event(f"{number}/catheter/{what}", "catheter", what, day)
    begin = ends = local(day, rules.begins, rules.zone)
    on = 1
    for key, infusion_day, hours_before, hours in rules.infusions:
        if infusion_day != on:
            on = infusion_day
            begin = local(day + (on - 1) * DAY, rules.begins, rules.zone)
        start, end = after(begin, hours_before), after(begin, hours)
        ends = end if end.timestamp() > ends.timestamp() else ends
        name = f"{number}/infusion/{key}" if on == 1 else f"{number}/infusion/{key}/day {on}"
        changed = start.utcoffset() != end.utcoffset()
        why = f"the clock changes meanwhile; {hours - hours_before:g} hours pass" if changed else ""
        yield Event(name, "infusion", key, start.date(), start, end, why)
    if rules.catheter:
        what = "catheter removed"
        why = "when the last infusion has ended"
        yield Event(f"{number}/catheter/{what}", "catheter", what, ends.date(), ends, ends, why)


def _sessions(number: int, day: dt.date, course: Course, rules: Schedule) -> Iterator[Event]:
    """The embolisation, in one session or in stages, in the cycles in which there is one."""
    if not embolised(number, rules):
        return
    asked = rules.embolises if number > 1 and rules.embolises != "every cycle" else ""
    if course.stages == "none":
        yield Event(f"{number}/embolisation/embolisation", "embolisation", "embolisation", day, why=asked)
        return
    apart = round_days(course.stages.apart.m_as("d"))
    for session in range(1, int(course.stages.count) + 1):
        what = f"embolisation, session {session}"
        aim = day + (session - 1) * apart * DAY
        fit = rules.days.fit(aim, aim, aim + 6 * DAY, procedure=True, move="later first") if session > 1 else None
        why = "; ".join(words for words in (asked, fit.why if fit else "") if words)
        yield Event(f"{number}/embolisation/{what}", "embolisation", what, (fit and fit.day) or aim, why=why)


def embolised(number: int, rules: Schedule) -> bool:
    """Whether a cycle has an embolisation; where it is undecided, it is planned, and counted."""
    return rules.embolises != "never" and (number == 1 or rules.embolises != "first cycle only")


def _follow_up(number: int, day: dt.date, following: Cycle | None, rules: Schedule) -> Iterator[Event]:
    """The visits after one cycle, and the imaging before the next."""
    for visit in rules.visits:
        if visit.kind == "after treatment":
            first, last = day + visit.low * DAY, day + visit.high * DAY
            fit = rules.days.fit(first, first, last, procedure=False)
            why = fit.why or f"{first} to {last}"
            yield Event(f"{number}/visit/{visit.key}", "visit", visit.what, fit.day or first, why=why)
        elif visit.kind == "after each cycle":
            due = day + rules.least * DAY
            if following is not None and following.status != "stopped":
                due = following.actual or following.planned
            aim = due - rules.imaging_before * DAY
            aim = aim if aim > day else day + DAY
            fit = rules.days.fit(aim, day + DAY, due - DAY, procedure=False, move="earlier first")
            why = fit.why or f"after cycle {number}"
            yield Event(f"{number}/imaging/{visit.key}", "imaging", visit.what, fit.day or aim, why=why)


def _with_recurring(cycles: list[Cycle], rules: Schedule) -> list[Cycle]:
    """What recurs over the whole course, at the cycle in which it falls."""
    dated = [event.date for cycle in cycles for event in cycle.events]
    extra: dict[int, list[Event]] = {}
    if dated:
        begins = [cycle.actual or cycle.planned for cycle in cycles]
        first = next(begin for cycle, begin in zip(cycles, begins, strict=True) if cycle.events)
        for visit in rules.visits:
            if visit.kind == "every":
                for event in _recurring(visit, first, max(dated), rules):
                    index = max(i for i, begin in enumerate(begins) if begin <= event.date)
                    extra.setdefault(index, []).append(event)
    return [
        cycle._replace(events=tuple(sorted([*cycle.events, *extra.get(i, [])], key=_when)))
        for i, cycle in enumerate(cycles)
    ]


def _recurring(visit: VisitRule, first: dt.date, last: dt.date, rules: Schedule) -> Iterator[Event]:
    """A visit that recurs, each counted from the one before: from where that went, not from where it was meant."""
    room = (visit.high - visit.low) * DAY
    days = _every(visit.low, first, last)
    number = 0
    while (aim := next(days, None)) is not None:
        number += 1
        fit = rules.days.fit(aim, aim, aim + room, procedure=False)
        why = fit.why or f"every {visit.low} to {visit.high} days"
        day = fit.day or aim
        yield Event(f"course/{visit.key}/{number}", "visit", visit.what, day, why=why)
        if day != aim:
            days = _every(visit.low, day, last)


def _every(days: int, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every so many days after a day, up to another."""
    begin, end = (dt.datetime.combine(day, dt.time()) for day in (first, last))
    moments = iter(rrule(DAILY, interval=days, dtstart=begin, until=end))
    next(moments, None)
    return (moment.date() for moment in moments)


def _when(event: Event) -> tuple[dt.date, str]:
    return event.date, event.start.isoformat() if event.start else ""


def _beyond(cycles: Sequence[Cycle], rules: Schedule) -> Iterator[Finding]:
    """Where the plan runs beyond the last day for which the site's holidays are known."""
    known = rules.days.policy.known_until
    last = max((event.date for cycle in cycles for event in cycle.events), default=None)
    if last is not None and last > known:
        message = f"holidays and make-up working days are known only until {known}; the plan runs to {last}"
        yield Finding("holidays-unknown", "warning", message, str(last), f"until {known}", "site calendar", "calendar")


def with_shares(made: Plan, rules: Schedule, shares: Mapping[int, float | None]) -> Plan:
    """The plan with the share, from 0 to 1, that changes of the dose had left in cycles that were given as ordered.

    None says that the drugs of a cycle were ordered at different shares: then neither the cycle nor the course has one
    intensity.
    """
    cycles = tuple(
        _with_share(one, shares[one.number]) if one.status == "given" and one.number in shares else one
        for one in made.cycles
    )
    several = any(one.status in DONE and one.share is None for one in cycles)
    return Plan(cycles, made.findings, None if several else _course_intensity(cycles, rules))


def _with_share(cycle: Cycle, share: float | None) -> Cycle:
    if share is None or cycle.share is None or cycle.intensity is None:
        return cycle._replace(share=None, intensity=None)
    return cycle._replace(share=cycle.share * share, intensity=cycle.intensity * share)


def _course_intensity(cycles: Sequence[Cycle], rules: Schedule) -> float | None:
    """Relative dose intensity of the course so far: the dose given per time, as a part of the dose planned per time.

    The time runs from the first day 1 to the last plus one planned interval; an omitted cycle counts as time.
    """
    done = [cycle for cycle in cycles if cycle.share is not None]
    if not done:
        return None
    first, last = (cycle.actual or cycle.planned for cycle in (done[0], done[-1]))
    planned = (window(first, rules.least, rules.most, rules.target).target - first).days
    return intensity(sum(cycle.share or 0.0 for cycle in done), planned, (last - first).days + planned)
