"""Commands about courses: the calendar on paper, and the file in which what was planned and done is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import click

from .cli_options import (
    another_file,
    decide_option,
    dumped,
    format_option,
    in_file,
    leave,
    new_file,
    read_patient,
    read_site,
    site_option,
    today,
    what_ifs,
)


@click.command()
@click.argument("protocol")
@click.option("--patient", "patient_path", metavar="FILE", required=True, help="The patient.")
@click.option("--start", metavar="DATE", help="Day 1 of cycle 1, as 2026-11-23; not with --course.")
@click.option("--cycles", metavar="N", help="How many cycles; not with --course.")
@click.option("--course", "course_path", metavar="FILE", help="A course file with what was recorded so far.")
@click.option("--out", required=True, metavar="FILE", help="X.pdf, X.html, X.ics, X.json or X.csv.")
@click.option(
    "--for", "reader", type=click.Choice(["both", "patient", "ward"]), default="both", help="On paper, for whom."
)
@click.option("--name", is_flag=True, help="Name the patient in an .ics file.")
@click.option("--paper", type=click.Choice(["A4", "Letter"]), default="A4", help="Size of the paper.")
@site_option
@decide_option
@format_option
def calendar(
    protocol: str,
    patient_path: str,
    start: str | None,
    cycles: str | None,
    course_path: str | None,
    out: str,
    reader: Literal["both", "patient", "ward"],
    name: bool,
    paper: Literal["A4", "Letter"],
    site_path: str | None,
    decide: tuple[str, ...],
    form: str,
) -> int:
    """A course's dated calendar: on paper, for a calendar program or a spreadsheet."""
    from pathlib import Path

    from . import calendars, files, planning, terminal
    from .errors import Mistake

    suffix = Path(out).suffix.removeprefix(".")
    if suffix not in {"pdf", "html", "ics", "json", "csv"}:
        needs = "a file that ends in .pdf, .html, .ics, .json or .csv"
        raise Mistake(needs, where="--out", example="calendar.pdf", got=out)
    another_file(out, [patient_path, site_path, course_path])
    patient, document = read_patient(patient_path)
    loaded, (site, site_document) = _protocol(protocol), read_site(site_path)
    if course_path is None:
        if start is None or cycles is None:
            raise click.UsageError("needs --start and --cycles, or --course FILE")
        course = planning.course_of(planning.begun(loaded, site, patient, start=start, cycles=cycles), "the course")
    else:
        if start is not None or cycles is not None:
            raise click.UsageError("--course says start and cycles itself; leave --start and --cycles out")
        course = planning.load(course_path)
    with in_file(document):
        made = planning.made(loaded, site, site_document, patient, course, what_ifs(decide))
    if suffix == "ics":
        named = patient.name if name else None
        content = calendars.icalendar(course, made.schedule, name=named, contact=made.contact, left_out=made.left_out)
    elif suffix == "json":
        content = (dumped(made.data) + "\n").encode("utf-8")
    elif suffix == "csv":
        content = calendars.table(made.data).encode("utf-8")
    else:
        from . import calendar_sheets

        print_ = calendar_sheets.calendar_pdf if suffix == "pdf" else calendar_sheets.calendar_html
        content = print_(made.data, reader=reader, paper=paper)
    files.write(Path(out), content)
    if form == "json":
        click.echo(dumped(made.data))
    else:
        click.echo(terminal.course(made.data))
        click.echo(f"{out}: written")
    return leave(made.released)


def _protocol(name: str) -> Any:
    from .protocol import library

    return library.find(name)


@click.group()
def course() -> None:
    """A course: plan it, record what was done, move a cycle, show it."""


def _course_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        format_option,
        decide_option,
        site_option,
        click.option("--patient", "patient_path", metavar="FILE", required=True, help="The patient."),
    ):
        function = option(function)
    return function


@course.command("plan")
@click.argument("protocol")
@click.option("--start", metavar="DATE", required=True, help="Day 1 of cycle 1, as 2026-11-23.")
@click.option("--cycles", metavar="N", required=True, help="How many cycles.")
@click.option("--stages", type=click.Choice(["2", "3"]), help="Sessions of an embolisation that is done in stages.")
@click.option("--apart", metavar="TIME", help="How far the sessions are apart, such as '14 d'.")
@click.option("--out", required=True, metavar="FILE", help="The course file to write; it must not exist yet.")
@_course_options
def course_plan(
    protocol: str,
    start: str,
    cycles: str,
    stages: str | None,
    apart: str | None,
    out: str,
    patient_path: str,
    site_path: str | None,
    decide: tuple[str, ...],
    form: str,
) -> int:
    """Plan a course of PROTOCOL and write its file."""
    from . import planning

    if (stages is None) != (apart is None):
        raise click.UsageError("--stages and --apart go together")
    patient, document = read_patient(patient_path)
    loaded, (site, site_document) = _protocol(protocol), read_site(site_path)
    content = planning.begun(loaded, site, patient, start=start, cycles=cycles, stages=stages, apart=apart)
    course = planning.course_of(content, "the course")
    with in_file(document):
        made = planning.made(loaded, site, site_document, patient, course, what_ifs(decide))
    new_file(out, planning.dumped(content, out), quiet=form == "json")
    return _shown_course(made, form)


def _shown_course(made: Any, form: str) -> int:
    from . import terminal

    click.echo(dumped(made.data) if form == "json" else terminal.course(made.data))
    return leave(made.released)


_protocol_option = click.option(
    "--protocol", "protocol_path", metavar="FILE", help="The course's protocol, where it is none of the library."
)


@course.command("show")
@click.argument("path", metavar="COURSE")
@_protocol_option
@_course_options
def course_show(
    path: str,
    protocol_path: str | None,
    patient_path: str,
    site_path: str | None,
    decide: tuple[str, ...],
    form: str,
) -> int:
    """Show a course: every cycle with window, plan and what was done, and the history."""
    from . import planning

    found = planning.load(path)
    patient, document = read_patient(patient_path)
    site, site_document = read_site(site_path)
    loaded = planning.protocol_of(found, protocol_path)
    with in_file(document):
        made = planning.made(loaded, site, site_document, patient, found, what_ifs(decide))
    return _shown_course(made, form)


def _record_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        format_option,
        site_option,
        _protocol_option,
        click.option(
            "--version", "seen", metavar="N", help="The version you have seen; another in the file is a collision."
        ),
        click.option("--release-reason", metavar="TEXT", help="Why a day before the earliest is released."),
        click.option(
            "--released-by", multiple=True, metavar="NAME", help="Two people who release an early day; twice."
        ),
        click.option("--entered", metavar="DATE", help="The day of this entry; today, if left out."),
        click.option("--by", "by", metavar="NAME", required=True, help="Who says so."),
        click.option("--reason", metavar="TEXT", required=True, help="Why."),
        click.option("--cycle", metavar="N", required=True, help="The cycle, counted from 1."),
        click.argument("path", metavar="COURSE"),
    ):
        function = option(function)
    return function


@course.command("record")
@_record_options
@click.option(
    "--status", type=click.Choice(["given", "reduced", "omitted", "stopped"]), required=True, help="What was done."
)
@click.option("--on", "on", metavar="DATE", required=True, help="The day on which it was done, or decided.")
@click.option("--share", metavar="PERCENT", help="Of a reduced cycle: the share that was given, such as '80 %'.")
def course_record(status: str, on: str, share: str | None, **options: Any) -> int:
    """Record what was done with a cycle; later cycles are planned anew from that day."""
    return _recorded(status=status, on=on, share=share, **options)


@course.command("move")
@_record_options
@click.option("--to", "on", metavar="DATE", required=True, help="The new day 1 of the cycle.")
def course_move(on: str, **options: Any) -> int:
    """Move a cycle that has not been given yet; later cycles follow it."""
    return _recorded(status="delayed", on=on, share=None, **options)


def _recorded(
    *,
    path: str,
    cycle: str,
    status: str,
    on: str,
    share: str | None,
    reason: str,
    by: str,
    entered: str | None,
    released_by: tuple[str, ...],
    release_reason: str | None,
    seen: str | None,
    protocol_path: str | None,
    site_path: str | None,
    form: str,
) -> int:
    from . import planning

    if (released_by or release_reason) and (len(released_by) != 2 or release_reason is None):
        raise click.UsageError("an early day is released by two people: --released-by NAME twice, and --release-reason")
    day = entered or today().isoformat()
    entry: dict[str, Any] = {"cycle": cycle, "status": status, "on": on, "reason": reason, "by": by, "entered": day}
    if share is not None:
        entry["share"] = share
    if released_by:
        entry["released"] = {"first": released_by[0], "second": released_by[1], "reason": release_reason}
    site, _ = read_site(site_path)
    changed = planning.add_record(path, entry, site, seen=seen, protocol=protocol_path)
    if form == "json":
        click.echo(dumped(planning.outline(changed, site, planning.protocol_of(changed, protocol_path))))
    else:
        click.echo(f"{path}: cycle {cycle} {status}, {on}; the course is now version {changed.version}")
    return 0
