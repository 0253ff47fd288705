"""Courses between their files and the pure plan: begun, read, recorded and written back, with nothing lost."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import glob
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml

from . import calendars, files
from .calculators.loading import Doses, sum_of_stages
from .errors import CannotCompute, Mistake, Mistakes, Refusal
from .orders import basis as body
from .orders import dose_changes, exposure
from .orders import doses as dosing
from .orders.basis import Basis
from .orders.course import (
    Course,
    Event,
    Plan,
    Schedule,
    embolised,
    given_elsewhere,
    load_course,
    of_site,
    plan,
    schedule,
    with_shares,
)
from .orders.decisions import Choices
from .orders.dose_changes import Omitted, percent
from .orders.finding import Finding, stops
from .orders.lines import Line, build
from .orders.patient import Patient
from .protocol import library
from .protocol.library import Loaded
from .protocol.site import Site
from .reading import Document, read, validate
from .units import quantity


class Made(NamedTuple):
    """A course as planned: its schedule, and the calendar that every output reads."""

    schedule: Schedule
    data: dict[str, Any]
    contact: str
    released: bool
    left_out: Mapping[int, frozenset[str]]  # lines of which nothing is given, by the number of the cycle


def begun(
    loaded: Loaded,
    site: Site,
    patient: Patient,
    *,
    start: str,
    cycles: str,
    stages: str | None = None,
    apart: str | None = None,
) -> dict[str, Any]:
    """The content of a course file in which nothing is recorded yet."""
    protocol = loaded.protocol
    if not patient.identifiers:
        raise Mistake("an identifier of the patient", where="identifiers", example="{kind: hospital number, value: …}")
    patient_id = patient.identifiers[0].value
    content: dict[str, Any] = {
        "schema": "1",
        "id": f"{patient_id}-{protocol.id}-{start}",
        "version": "1",
        "patient": patient_id,
        "protocol": f"{protocol.id}@{protocol.version}",
        "site": f"{site.id}@{site.version}",
        "start": start,
        "cycles": cycles,
        "records": [],
    }
    return content | ({"stages": {"count": stages, "apart": apart}} if stages is not None else {})


def course_of(content: Mapping[str, Any], name: str) -> Course:
    """The course that some content describes, with every mistake reported at once.

    The content is no file yet, or no longer the one that is there: lines and columns would lead nowhere.
    """
    try:
        return validate(read(dumped(content, name), name), Course)
    except Mistake as found:
        for one in found.mistakes if isinstance(found, Mistakes) else (found,):
            one.where = re.sub(r":\d+:\d+,? ?", ", ", one.where).removesuffix(", ")
        raise


def dumped(content: Mapping[str, Any], name: str) -> bytes:
    """The bytes of a course file, as JSON or YAML by its name; every value stays the text that it was."""
    if name.endswith(".json"):
        return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
    text = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=1000, default_flow_style=False)
    return text.encode("utf-8")


def load(path: str) -> Course:
    """A course from its file."""
    course, _ = load_course(files.read(path), Path(path).name)
    return course


def protocol_of(course: Course, path: str | None = None) -> Loaded:
    """The protocol of a course, in the version in which the course was planned: the library's, or a file's.

    Raises `Mistake` where it is another one.
    """
    name = course.protocol.partition("@")[0]
    if path is None and name not in library.names():
        raise Mistake(f"--protocol FILE, since {name} is no protocol of the library", got=course.protocol)
    loaded = library.find(path or name)
    _same_protocol(course, loaded)
    return loaded


def _same_protocol(course: Course, loaded: Loaded) -> None:
    protocol = loaded.protocol
    if course.protocol != f"{protocol.id}@{protocol.version}":
        raise Mistake(f"the protocol of the course ({course.protocol})", got=f"{protocol.id}@{protocol.version}")


def made(
    loaded: Loaded, site: Site, document: Document, patient: Patient, course: Course, what_if: dict[str, str]
) -> Made:
    """The plan of a course with exposure and findings, as the data that every output reads."""
    protocol = loaded.protocol
    _same_protocol(course, loaded)
    findings = list(of_site(course, site))
    if course.patient not in {one.value for one in patient.identifiers}:
        raise Mistake(f"the patient of the course ({course.patient})", got=patient.name)
    if course.stages != "none" and protocol.loading is None:
        raise Mistake("a protocol with an embolisation, for sessions of it", where="stages", got=protocol.id)
    findings += given_elsewhere(course, patient)
    rules = schedule(protocol, site, what_if)
    planned = plan(course, rules)
    choices = Choices(protocol, site, what_if)
    findings += [one for one in choices.findings(cycle=course.cycles) if one.where.startswith("interval")]
    findings += dosing.standing(loaded, site)
    beads = _beads(choices, patient, course)
    changed = Changed()
    try:
        basis = body.of_patient(site.body, _as_weighed_by(patient, course.start, site), course.start)
    except CannotCompute as unknown:
        exposed: tuple[exposure.Exposure, ...] = ()
        lines: tuple[Any, ...] = ()
        findings.append(exposure.no_body(str(unknown)))
    else:
        lines = dosing.doses(loaded, site, basis, what_if=what_if).lines
        surface = basis.surface.m_as("m²")
        changed = _changed(planned, loaded, site, basis, choices, patient)
        findings += changed.findings
        adds = [
            _adds_of(cycle.number, rules, loaded, changed.lines.get(cycle.number, lines), surface, beads)
            for cycle in planned.cycles
        ]
        exposed, found = exposure.over_course(
            planned.cycles, adds, patient, site, ordered=changed.lines, unclear=changed.unclear
        )
        findings += found
    if beads is not None and beads["drug"] is None:
        message = "which drug the beads carry is undecided, so it is missing from the cumulative doses"
        findings.append(Finding("exposure-unknown", "blocks-release", message, "undecided", where="beads.drug"))
    data = calendars.data(
        course,
        _with_omissions(with_shares(planned, rules, changed.of_cycles()), changed),
        exposed,
        findings,
        protocol={
            "id": protocol.id,
            "version": protocol.version,
            "title": protocol.title,
            "sha256": loaded.document.sha256,
        },
        site=dosing.site_data(site, document),
        patient={
            "name": patient.name,
            "identifiers": [{"kind": one.kind, "value": one.value} for one in patient.identifiers],
            "birth_date": patient.birth_date,
            "allergies": patient.allergies,
        },
        lines=[
            {
                "key": one.key,
                "drug": one.drug,
                "days": one.days,
                "ordered": one.ordered,
                "route": one.route,
                "over": one.over,
            }
            for one in lines
        ],
        changes=_doses_of(changed),
        intensities=_by_drug(planned, rules, changed),
        embolisation=beads,
    )
    contact = "" if site.contact == "undecided" else site.contact
    return Made(rules, data, contact, not stops([*planned.findings, *findings]), changed.left_out())


def _as_weighed_by(patient: Patient, day: dt.date, site: Site) -> Patient:
    """The patient with the weights up to a day: later ones are of later cycles. With all, where none is as old."""
    weights = tuple(one for one in patient.weights if one.on <= day)
    known = any(one.basis == site.body.weight for one in weights)
    return patient.model_copy(update={"weights": weights}) if known else patient


def outline(course: Course, site: Site, loaded: Loaded) -> dict[str, Any]:
    """A course's cycles, history and findings as data, without anything of the patient's."""
    findings = list(of_site(course, site))
    return calendars.data(course, plan(course, schedule(loaded.protocol, site, {})), (), findings)


def _beads(choices: Choices, patient: Patient, course: Course) -> dict[str, Any] | None:
    """An embolisation of the course over all its sessions: what is offered to the beads, and what went in so far."""
    loading = choices.protocol.loading
    if loading is None:
        return None
    known = None if isinstance(patient.embolisation, str) else patient.embolisation
    offered = known.offered if known else choices.settle("beads.dose", loading.dose).value
    injected = known.injected if known else ()
    together = sum_of_stages(injected=Doses(injected)) if injected else None
    return {
        "drug": choices.settle("beads.drug", loading.drug).value,
        "sessions": 1 if course.stages == "none" else int(course.stages.count),
        "offered": offered,
        "injected": injected,
        "injected_together": together,
    }


def _adds_of(
    cycle: int,
    rules: Schedule,
    loaded: Loaded,
    lines: Sequence[Line | Omitted],
    surface: float,
    beads: Mapping[str, Any] | None,
) -> exposure.Adds:
    """What a cycle adds of each drug: with beads where it has an embolisation; unknown where no dose is decided."""
    told = {line.key for line in lines}
    unknown = {component.drug: None for component in loaded.protocol.components if component.key not in told}
    given = [line for line in lines if isinstance(line, Line)]
    if beads is None or not embolised(cycle, rules):
        return exposure.per_cycle(given, surface) | unknown
    mg = None if beads["offered"] is None else beads["offered"].m_as("mg")
    return exposure.per_cycle(given, surface, bead_drug=beads["drug"], bead_mg=mg) | unknown


class Changed(NamedTuple):
    """What changes of the doses make of a course: by cycle the lines as they are ordered there, and their shares.

    `unclear` are cycles of which one share is recorded for drugs that were ordered at different ones.
    """

    lines: Mapping[int, tuple[Line | Omitted, ...]] = MappingProxyType({})
    shares: Mapping[int, Mapping[str, float]] = MappingProxyType({})
    unclear: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()

    def of_cycles(self) -> dict[int, float | None]:
        """The one share of each cycle; None where its drugs have different ones."""
        several = {cycle: set(of_one.values()) for cycle, of_one in self.shares.items()}
        return {cycle: next(iter(found)) if len(found) == 1 else None for cycle, found in several.items()}

    def left_out(self) -> dict[int, frozenset[str]]:
        """The lines of each cycle of which nothing is given."""
        return {
            cycle: frozenset(line.key for line in lines if isinstance(line, Omitted))
            for cycle, lines in self.lines.items()
        }


def _changed(planned: Plan, loaded: Loaded, site: Site, basis: Basis, choices: Choices, patient: Patient) -> Changed:
    """The doses of every cycle in which changes hold, on the body at the start of the course."""
    lines: dict[int, tuple[Line | Omitted, ...]] = {}
    shares, unclear, found = {}, set(), dict[str, Finding]()
    for cycle in planned.cycles:
        held = dose_changes.held_by_key(choices, patient, cycle.number)
        if not held:
            continue
        number = cycle.number
        shares[number] = dose_changes.shares(choices, patient, number)
        if cycle.status == "reduced":  # its own record says how much of the protocol's dose was given
            if len(set(shares[number].values())) > 1:
                unclear.add(number)
                message = f"cycle {number}: one share is recorded for drugs that were ordered at different ones"
                finding = Finding("share-by-drug", "blocks-release", message, where=f"cycle {number}")
                found[message] = finding
            continue
        held = {key: dose_changes.on_another_body(one) for key, one in held.items()}
        built = list(build(loaded.protocol, site, basis, choices, held=held))
        lines[number] = tuple(one for one in built if isinstance(one, Line | Omitted))
        said = (one for one in built if isinstance(one, Finding) and one.rule in dose_changes.OF_CHANGES)
        found |= {one.message: one for one in said}
    return Changed(lines, shares, frozenset(unclear), tuple(found.values()))


def _doses_of(changed: Changed) -> list[dict[str, Any]]:
    """Of every cycle in which a dose is not the protocol's: which, what is left of it, and why."""
    rows = []
    for cycle, lines in changed.lines.items():
        for line in lines:
            reduction = line.reduction if isinstance(line, Line) else None
            if isinstance(line, Omitted) or reduction is not None:
                steps = line.steps if isinstance(line, Omitted) else reduction.steps if reduction else ()
                rows.append(
                    {
                        "cycle": cycle,
                        "key": line.key,
                        "drug": line.drug,
                        "share": percent(changed.shares[cycle][line.key]),
                        "ordered": None if isinstance(line, Omitted) else line.ordered,
                        "says": steps[-1]["says"],
                        "reason": steps[-1]["reason"],
                        "by": steps[-1]["decided_by"],
                    }
                )
    return rows


def _with_omissions(planned: Plan, changed: Changed) -> Plan:
    """The plan in which an infusion that is left out says so."""
    left_out = changed.left_out()
    cycles = (
        one._replace(events=tuple(_told(event, left_out.get(one.number, set())) for event in one.events))
        for one in planned.cycles
    )
    return planned._replace(cycles=tuple(cycles))


def _told(event: Event, left_out: Collection[str]) -> Event:
    if event.kind == "infusion" and event.what in left_out:
        return event._replace(why="omitted: nothing of it is given in this cycle")
    return event


def _by_drug(planned: Plan, rules: Schedule, changed: Changed) -> list[dict[str, Any]]:
    """The relative dose intensity of each line, where changes of the dose tell them apart; else none."""
    rows = []
    for key in dict.fromkeys(key for of_one in changed.shares.values() for key in of_one):
        shares = {cycle: of_one[key] for cycle, of_one in changed.shares.items()}
        intensity = with_shares(planned, rules, shares).intensity
        if intensity is not None:
            rows.append({"key": key, "intensity": quantity(calendars.round_percent(intensity), "%")})
    return rows


def add_record(
    path: str, entry: Mapping[str, Any], site: Site, *, seen: str | None, protocol: str | None = None
) -> Course:
    """Add one record to a course file; who writes second on a version that was seen is told, and nothing is lost.

    Raises `Refusal` for a day before the earliest one that two people have not released; nothing is written then.
    """
    target = Path(path)
    with _alone(target):
        course, document = load_course(files.read(path), target.name)
        if seen is not None and seen != str(course.version):
            raise Mistake(
                f"version {seen}, which you have seen",
                where=target.name,
                got=f"version {course.version}",
                hint="somebody has changed the course since; look at it again, then record anew",
            )
        records = [*document.data.get("records", []), dict(entry)]
        content = document.data | {"records": records, "version": str(course.version + 1)}
        changed = course_of(content, target.name)
        _refuse_early(changed, site, protocol_of(changed, protocol))
        for left_over in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
            left_over.unlink(missing_ok=True)  # of a writer that was killed: nobody else writes now
        files.write(target, dumped(content, target.name))
    return changed


def _refuse_early(course: Course, site: Site, loaded: Loaded) -> None:
    """Refuse a course whose last record is before its earliest day, unless it was released."""
    list(of_site(course, site))  # refuses another one
    cycle = f"cycle {course.records[-1].cycle}"
    found = plan(course, schedule(loaded.protocol, site, {})).findings
    early = next((one for one in found if one.rule == "too-early" and one.where == cycle), None)
    if early is not None:
        hint = f"{early.allowed}; --released-by twice and --release-reason release it"
        raise Refusal(early.message, got=early.measured, hint=hint)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else writes the file meanwhile, not even one who waited for it while it was being replaced."""
    while True:
        files.read(str(path))  # for its clear message, before anything is opened for writing
        with open(path, "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if os.fstat(held.fileno()).st_ino == path.stat().st_ino:
                yield
                return
