"""The command line: parse, call, print. Nothing is imported before it is needed; no traceback reaches a user."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import click

from . import __version__

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from .orders.patient import Patient
    from .protocol.site import Site
    from .reading import Document

WIDEST = 110
FAULT_OF_OURS = 70  # as sysexits.h has it: an internal error


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every mistake is one clear message on standard error."""
    if sys.flags.optimize > 1:
        click.echo("dosewright: formulas and sources are read from docstrings: run Python without -OO", err=True)
        return 2
    try:
        code = cli.main(
            args=None if arguments is None else list(arguments), prog_name="dosewright", standalone_mode=False
        )
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as mistake:
        mistake.show()
        return mistake.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nstopped; nothing was left half-written", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # or the interpreter complains once more at its end
        return 0
    except Exception as error:
        from .errors import Mistake

        if isinstance(error, OSError) and error.filename is not None:  # a path that the system does not take
            error = Mistake("a path that can be used", got=error.filename, hint=error.strerror or "")
        if isinstance(error, Mistake):
            click.echo(f"{click.style('dosewright:', fg='red')} {error}", err=True)
            return error.exit_code
        if os.environ.get("DOSEWRIGHT_DEBUG"):
            raise
        if isinstance(error, OSError):
            click.echo(f"dosewright: what was to be printed could not be: {error.strerror}", err=True)
            return FAULT_OF_OURS
        told = f"{type(error).__name__} in this version ({__version__})"
        click.echo(f"dosewright: a fault of the tool, not of yours: {told}.", err=True)
        click.echo("Please report it; DOSEWRIGHT_DEBUG=1 shows where it happened.", err=True)
        return FAULT_OF_OURS


@contextmanager
def _one_case() -> Iterator[None]:
    """Import what one case needs, quickly.

    Pint would load NumPy for columns, at half the cost of the whole command; imports make no garbage worth collecting;
    and no plugin may have a say in what we validate.
    """
    import gc

    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    without_numpy = "numpy" not in sys.modules and "pint" not in sys.modules
    if without_numpy:
        sys.modules["numpy"] = None  # type: ignore[assignment]
    gc.disable()
    try:
        import pint  # noqa: F401

        yield
    finally:
        gc.freeze()  # what was imported stays to the end: no collection need look at it again, not even the last
        gc.enable()
        if without_numpy:
            del sys.modules["numpy"]


def _site(path: str | None) -> tuple[Site, Document]:
    from pathlib import Path

    from . import files
    from .protocol.site import load_site, reference_site

    if path is None:
        return reference_site()
    from .orders.lines import check_bands
    from .protocol.library import check_decisions

    found = load_site(files.read(path), Path(path).name)
    check_decisions(*found)
    check_bands(*found)
    return found


def _patient(path: str) -> tuple[Patient, Document]:
    from pathlib import Path

    from . import files
    from .orders.patient import load_patient

    return load_patient(files.read(path), Path(path).name)


def _what_if(decide: Iterable[str]) -> dict[str, str]:
    """The what-ifs of one call, 'PATH=CHOICE' each."""
    from .errors import Mistake

    found: dict[str, str] = {}
    for text in decide:
        path, equals, choice = text.partition("=")
        if not equals or not path or not choice:
            raise Mistake("PATH=CHOICE", where="--decide", example="fluorouracil.dose=discussion", got=text)
        if path in found:
            raise Mistake("each question once", where="--decide", got=text)
        found[path] = choice
    return found


def _day(option: str, text: str) -> dt.date:
    """A date that an option gives."""
    from .dates import read_day
    from .errors import Mistake

    try:
        return read_day(text)
    except Mistake as mistake:
        raise mistake.at(option) from None


def _today() -> dt.date:
    import datetime

    return datetime.datetime.now().astimezone().date()


def _asked(value: str | None, name: str, example: str, check: Callable[[str], object]) -> str:
    """What a call needs: as given, or asked for on a terminal, or a mistake in usage."""
    if value is not None:
        return value
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise click.UsageError(f"needs --{name}, for example --{name} '{example}'")
    from .errors import Mistake

    while True:
        answer: str = click.prompt(f"{name.capitalize()}, for example {example}", type=str)
        try:
            check(answer)
        except Mistake as mistake:
            click.echo(str(mistake), err=True)
        else:
            return answer


def _dumped(data: object) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)


def _leave(released: bool) -> int:
    from .errors import DONE, DONE_WITH_BLOCKING_FINDINGS

    return DONE if released else DONE_WITH_BLOCKING_FINDINGS


_format = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people or for programs."
)
_site_option = click.option(
    "--site", "site_path", metavar="FILE", help="The hospital's own policy; without it the reference site."
)
_decide = click.option(
    "--decide", multiple=True, metavar="PATH=CHOICE", help="A what-if on an open question; never releases."
)


def _width() -> int:
    """The width of the terminal; click would load a module for archives to find it."""
    try:
        return min(os.get_terminal_size().columns, WIDEST)
    except OSError:
        return 100


@click.group(context_settings={"help_option_names": ["-h", "--help"], "terminal_width": _width()})
@click.version_option(__version__, prog_name="dosewright")
def cli() -> None:
    """From a published treatment protocol to doses with their working, order sheets, bead worksheets and calendars.

    An aid to calculation, to be checked independently by a second person; no cleared medical device.

    \b
    dosewright dose haic-folfox --height "165 cm" --weight "60 kg"
    dosewright order haic-folfox --patient patient.yaml --cycle 1 --on 2026-11-23 --out sheet.pdf

    Exit codes: 0 done, 1 done with findings that stop release, 2 usage, 3 wrong input, 4 cannot be computed.
    """


# ------------------------------------------------------------------------------------------------------------- doses


@cli.command()
@click.argument("protocol")
@click.option("--height", metavar="TEXT", help="With its unit: '165 cm', '1.65 m', '5 ft 8 in'.")
@click.option("--weight", metavar="TEXT", help="With its unit: '60 kg', '132 lb'.")
@click.option("--sex", type=click.Choice(["male", "female"]), help="Only where a formula needs it.")
@click.option("--on", "on", metavar="DATE", help="The day of treatment, printed with the doses.")
@_site_option
@_decide
@_format
def dose(
    protocol: str,
    height: str | None,
    weight: str | None,
    sex: str | None,
    on: str | None,
    site_path: str | None,
    decide: tuple[str, ...],
    form: str,
) -> int:
    """Doses of PROTOCOL for one body, with their working."""
    with _one_case():
        from . import terminal
        from .orders import basis as body
        from .orders import doses as orders
        from .protocol import library
        from .units import HEIGHT, WEIGHT

    from .errors import Mistake

    loaded = library.find(protocol)
    site, site_document = _site(site_path)
    height = _asked(height, "height", HEIGHT.example, HEIGHT.read)
    weight = _asked(weight, "weight", WEIGHT.example, WEIGHT.read)
    measured = []
    for name, text, kind in (("--height", height, HEIGHT), ("--weight", weight, WEIGHT)):
        try:
            measured.append(kind.read(text))
        except Mistake as mistake:
            raise mistake.at(name) from None
    day = _day("--on", on) if on is not None else None
    basis = body.basis(site.body, height=measured[0], weight=measured[1], sex=sex)
    made = orders.doses(loaded, site, basis, what_if=_what_if(decide))
    if form == "json":
        click.echo(_dumped(orders.doses_data(loaded, site, site_document, made, on=day)))
    else:
        click.echo(terminal.doses(loaded, site, made, entered=(height, weight), on=day))
    return _leave(made.released)


# ------------------------------------------------------------------------------------------------------------ sheets


_SHEET_OPTIONS = (
    click.argument("protocol"),
    click.option(
        "--patient", "patients", metavar="FILE", multiple=True, required=True, help="A patient; may be repeated."
    ),
    click.option("--cycle", metavar="N", required=True, help="The cycle, counted from 1."),
    click.option("--day", "day", metavar="N", default="1", help="The day of the cycle, where drugs run on several."),
    click.option("--on", "on", metavar="DATE", required=True, help="The day of treatment, as 2026-11-23."),
    click.option("--out", required=True, metavar="PATH", help="X.pdf, X.html or X.json; a folder takes one file each."),
    click.option("--after", metavar="FILE", help="The order before, as JSON or PDF: what has changed is told."),
    click.option("--as", "ending", type=click.Choice(["pdf", "html", "json"]), default="pdf", help="In a folder."),
    click.option("--workers", type=click.IntRange(1, 64), default=1, help="Processes, where there are many sheets."),
    click.option("--paper", type=click.Choice(["A4", "Letter"]), default="A4", help="Size of the paper."),
    click.option("--copy", type=click.IntRange(1, 99), help="Mark a reprint: COPY n."),
    _site_option,
    _decide,
    _format,
)


def _sheet_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_SHEET_OPTIONS):
        function = option(function)
    return function


@cli.command()
@_sheet_options
def order(**options: Any) -> int:
    """The order sheet of PROTOCOL for one patient or several."""
    return _sheets("order", **options)


@cli.command()
@_sheet_options
def worksheet(**options: Any) -> int:
    """The bead-loading worksheet of PROTOCOL for one patient or several."""
    return _sheets("worksheet", **options)


def _sheets(
    kind: Literal["order", "worksheet"],
    *,
    protocol: str,
    patients: tuple[str, ...],
    cycle: str,
    day: str,
    on: str,
    out: str,
    ending: str,
    workers: int,
    paper: Literal["A4", "Letter"],
    copy: int | None,
    site_path: str | None,
    decide: tuple[str, ...],
    form: str,
    after: str | None,
) -> int:
    from pathlib import Path

    with _one_case():
        from .orders import order as orders
        from .protocol import library

    from .errors import Mistake

    if not out.strip():
        raise Mistake("the name of a file or a folder", where="--out", example="sheet.pdf", got=out)
    folder = Path(out) if out.endswith(("/", "\\")) or Path(out).is_dir() else None
    suffix = ending if folder else Path(out).suffix.removeprefix(".")
    if suffix not in {"pdf", "html", "json"}:
        raise Mistake(
            "a file that ends in .pdf, .html or .json, or a folder", where="--out", example="sheet.pdf", got=out
        )
    if suffix == "json" and folder is None and len(patients) > 1:
        raise Mistake("a folder for several orders as JSON", where="--out", example="orders/", got=out)
    counted = {"cycle": _counted("--cycle", cycle), "day": _counted("--day", day)}
    date = _day("--on", on)
    loaded = library.find(protocol)
    site, site_document = _site(site_path)
    what_if = _what_if(decide)
    made = []
    for path in patients:
        patient, document = _patient(path)
        try:
            made.append(orders.order(loaded, site, site_document, patient, on=date, what_if=what_if, **counted))
        except Mistake as mistake:
            raise mistake.at(document.name) from None
    if len({one["id"] for one in made}) < len(made):
        raise Mistake("each patient once: two files have the same identifiers", where="--patient")
    if after is not None and len(made) != 1:
        raise click.UsageError("--after compares one order with one before it")
    since = _changes(after, made[0]) if after is not None else []
    written = _written(kind, made, Path(out), folder, suffix, paper=paper, copy=copy, workers=workers)
    if form == "json":
        told = [_told(one, path) for one, path in zip(made, written, strict=True)]
        click.echo(_dumped([one | {"changes": [change.data() for change in since]} for one in told]))
    else:
        from . import terminal

        for one, target in zip(made, written, strict=True):
            click.echo(terminal.told(one, target))
        if after is not None:
            click.echo(terminal.changes(since))
    return _leave(all(one["released"] for one in made))


def _changes(path: str, now: dict[str, Any]) -> list[Any]:
    """What has changed since an order that was written as JSON and is still as it was written."""
    from pathlib import Path

    from . import documents, files
    from .errors import Mistake
    from .orders.changes import changes

    content = files.read(path)
    before, found = documents.order_of(content, Path(path).name), documents.verify(content, Path(path).name)
    if not found.unchanged:
        raise Mistake("an order that is still as it was written", where="--after", got=path)
    return changes(before, now)


def _counted(option: str, text: str) -> int:
    """A cycle or a day, counted from 1."""
    from .errors import Mistake

    if not (text.isascii() and text.isdigit() and len(text) < 4 and text[0] != "0"):
        raise Mistake("a whole number from 1", where=option, example="1", got=text)
    return int(text)


def _told(one: dict[str, Any], path: Path) -> dict[str, Any]:
    return {
        "file": str(path),
        "id": one["id"],
        "hash": one["hash"],
        "released": one["released"],
        "findings": one["findings"],
    }


def _written(
    kind: Literal["order", "worksheet"],
    made: list[dict[str, Any]],
    out: Path,
    folder: Path | None,
    suffix: str,
    *,
    paper: Literal["A4", "Letter"],
    copy: int | None,
    workers: int,
) -> list[Path]:
    """Write the sheets, whole or not at all, and say where each order went."""
    from . import documents, files

    to_html = documents.worksheet_html if kind == "worksheet" else documents.order_html
    names = [_file_name(kind, one, suffix) for one in made]
    if suffix == "json":
        targets = [folder / name for name in names] if folder else [out]
        if kind == "worksheet":
            to_html(made, paper=paper)  # which refuses an order without beads
        for one, target in zip(made, targets, strict=True):
            files.write(target, (_dumped(one) + "\n").encode("utf-8"))
        return targets
    settings: dict[str, Any] = {"paper": paper, "copy": copy}
    if folder is None:
        if suffix == "html":
            files.write(out, to_html(made, **settings).encode("utf-8"))
        else:
            files.write(out, documents.joined_pdf(made, kind=kind, **settings))
        return [out] * len(made)
    targets = [folder / name for name in names]
    if suffix == "html":
        for one, target in zip(made, targets, strict=True):
            files.write(target, to_html([one], **settings).encode("utf-8"))
        return targets
    sheets = documents.pdfs(made, kind=kind, workers=workers, **settings)
    with _progress(sheets, len(made), "sheets") as shown:
        for target, content in zip(targets, shown, strict=True):
            files.write(target, content)
    return targets


def _file_name(kind: str, one: dict[str, Any], suffix: str) -> str:
    """A name made of the order's own parts, none of which a user can turn into a path."""
    return f"{kind}-{one['id']}-{one['protocol']['id']}-cycle-{one['cycle']}-{one['on']}.{suffix}"


@contextmanager
def _progress(items: Iterable[Any], length: int, label: str) -> Iterator[Iterable[Any]]:
    """A progress bar on a terminal, and silence in a pipe."""
    if not sys.stderr.isatty() or length < 2:
        yield items
        return
    with click.progressbar(items, length=length, label=label, file=sys.stderr) as bar:
        yield bar


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@_format
def verify(paths: tuple[str, ...], form: str) -> int:
    """Say whether a sheet (PDF, HTML or JSON) still is what was made."""
    from pathlib import Path

    from . import documents, files
    from .errors import DONE, DONE_WITH_BLOCKING_FINDINGS

    found = [documents.verify(files.read(path), Path(path).name) for path in paths]
    if form == "json":
        click.echo(_dumped([{"file": path, **one.data()} for path, one in zip(paths, found, strict=True)]))
    else:
        for path, one in zip(paths, found, strict=True):
            click.echo(f"{path}: {one}")
    return DONE if all(one.unchanged for one in found) else DONE_WITH_BLOCKING_FINDINGS


@cli.command()
@click.option("--out", default="demo", metavar="FOLDER", help="Where the sheets go.")
def demo(out: str) -> int:
    """The main job on the example patients: order sheets and bead worksheets into a folder."""
    from pathlib import Path

    from . import demonstration

    items = demonstration.sheets()
    with _progress(items, len(items), "sheets") as shown:
        written = [demonstration.make(one, Path(out)) for one in shown]
    for line in written:
        click.echo(line)
    return 0


# -------------------------------------------------------------------------------------------------------- calculators


@cli.command(context_settings={"ignore_unknown_options": False})
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[ARGUMENT=VALUE]…")
@click.option(
    "--csv", "csv_in", metavar="FILE", help="One case a row; columns are the arguments, units in cell or header."
)
@click.option("--out", "csv_out", metavar="FILE", help="Where the rows with their results go.")
@_format
def calc(name: str, values: tuple[str, ...], csv_in: str | None, csv_out: str | None, form: str) -> int:
    """Answer with calculator NAME ('list' shows them all), once or for a table.

    \b
    dosewright calc bsa-mosteller height="165 cm" weight="60 kg"
    dosewright calc bsa-mosteller --csv cases.csv --out results.csv
    """
    if name == "list":
        if values or csv_in or csv_out:
            raise click.UsageError("'calc list' takes nothing else")
        with _one_case():
            from . import terminal
            from .calculators.checked import catalogue
        click.echo(
            _dumped(terminal.calculators_data(catalogue())) if form == "json" else terminal.calculators(catalogue())
        )
        return 0
    if csv_in or csv_out:
        if values or not (csv_in and csv_out):
            raise click.UsageError("a table needs both --csv IN.csv and --out OUT.csv, and no ARGUMENT=VALUE")
        from . import cases

        refused, rows = cases.calculate(cases.calculator(name), csv_in, csv_out, progress=_counter())
        click.echo(f"{csv_out}: {rows:,} rows, {refused:,} refused")
        return 0 if refused == 0 else 1
    with _one_case():
        from . import cases, terminal
    answer = cases.answer(cases.calculator(name), values)
    click.echo(_dumped(answer.data()) if form == "json" else terminal.answer(answer))
    return 0


def _counter() -> Callable[[int], None]:
    """A running count of rows on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        return lambda rows: None
    return lambda rows: click.echo(f"\r{rows:,} rows", nl=False, err=True)


# ---------------------------------------------------------------------------------------------------------- protocols


@cli.group()
def protocol() -> None:
    """The protocols: list, show, check, compare."""


@protocol.command("list")
@_format
def protocol_list(form: str) -> None:
    """The protocols of the library, with the doses that tell them apart."""
    with _one_case():
        from . import terminal
        from .protocol import library

    found = [library.from_library(name) for name in library.names()]
    click.echo(_dumped([terminal.protocol_row(one) for one in found]) if form == "json" else terminal.protocols(found))


@protocol.command("show")
@click.argument("name", metavar="PROTOCOL")
def protocol_show(name: str) -> None:
    """One protocol, value by value with its source; disputes and open questions marked."""
    with _one_case():
        from . import terminal
        from .protocol import library

    click.echo(terminal.protocol(library.find(name)))


@protocol.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def protocol_check(files: tuple[str, ...]) -> int:
    """Check protocol files; every mistake of each is reported, with line and column."""
    from .protocol import library

    return _check(files, lambda content, name: library.load(content, name))


@protocol.command("schema")
def protocol_schema() -> None:
    """The JSON Schema of a protocol file, for editors."""
    from .protocol.model import Protocol

    click.echo(_dumped(Protocol.model_json_schema(by_alias=True)))


@protocol.command("diff")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--height", required=True, metavar="TEXT", help="With its unit: '165 cm'.")
@click.option("--weight", required=True, metavar="TEXT", help="With its unit: '60 kg'.")
@_site_option
@_format
def protocol_diff(first: str, second: str, height: str, weight: str, site_path: str | None, form: str) -> None:
    """What changes from protocol A to protocol B, in this patient's milligrams."""
    with _one_case():
        from . import terminal
        from .orders import basis as body
        from .orders import compare
        from .protocol import library
        from .units import HEIGHT, WEIGHT

    site, _ = _site(site_path)
    basis = body.basis(site.body, height=HEIGHT.read(height), weight=WEIGHT.read(weight), sex=None)
    rows = compare.differences(library.find(first), library.find(second), site, basis)
    click.echo(
        _dumped([row.data() for row in rows]) if form == "json" else terminal.differences(first, second, basis, rows)
    )


def _check(paths: Sequence[str], load: Callable[[bytes, str], object]) -> int:
    from pathlib import Path

    from . import files
    from .errors import DONE, WRONG_INPUT, Mistake

    code = DONE
    for path in paths:
        try:
            load(files.read(path), Path(path).name)
        except Mistake as mistake:
            click.echo(str(mistake), err=True)
            code = WRONG_INPUT
        else:
            click.echo(f"{path}: in order")
    return code


# ------------------------------------------------------------------------------------------------------------ courses


@cli.command()
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
@_site_option
@_decide
@_format
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
    """The dated calendar of a course: for the patient, the ward, a calendar program or a spreadsheet."""
    from pathlib import Path

    from . import calendars, files, planning, terminal
    from .errors import Mistake

    suffix = Path(out).suffix.removeprefix(".")
    if suffix not in {"pdf", "html", "ics", "json", "csv"}:
        needs = "a file that ends in .pdf, .html, .ics, .json or .csv"
        raise Mistake(needs, where="--out", example="calendar.pdf", got=out)
    patient, _ = _patient(patient_path)
    loaded, (site, site_document) = _protocol(protocol), _site(site_path)
    if course_path is None:
        if start is None or cycles is None:
            raise click.UsageError("needs --start and --cycles, or --course FILE")
        course = planning.course_of(planning.begun(loaded, site, patient, start=start, cycles=cycles), "the course")
    else:
        if start is not None or cycles is not None:
            raise click.UsageError("--course says start and cycles itself; leave --start and --cycles out")
        course = planning.load(course_path)
    made = planning.made(loaded, site, site_document, patient, course, _what_if(decide))
    if suffix == "ics":
        named = patient.name if name else None
        content = calendars.icalendar(course, made.schedule, name=named, contact=made.contact)
    elif suffix == "json":
        content = (_dumped(made.data) + "\n").encode("utf-8")
    elif suffix == "csv":
        content = calendars.table(made.data).encode("utf-8")
    else:
        from . import calendar_sheets

        print_ = calendar_sheets.calendar_pdf if suffix == "pdf" else calendar_sheets.calendar_html
        content = print_(made.data, reader=reader, paper=paper)
    files.write(Path(out), content)
    if form == "json":
        click.echo(_dumped(made.data))
    else:
        click.echo(terminal.course(made.data))
        click.echo(f"{out}: written")
    return _leave(made.released)


def _protocol(name: str) -> Any:
    from .protocol import library

    return library.find(name)


@cli.group()
def course() -> None:
    """A course: plan it, record what was done, move a cycle, show it."""


def _course_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        _format,
        _decide,
        _site_option,
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
    patient, _ = _patient(patient_path)
    loaded, (site, site_document) = _protocol(protocol), _site(site_path)
    content = planning.begun(loaded, site, patient, start=start, cycles=cycles, stages=stages, apart=apart)
    course = planning.course_of(content, "the course")
    made = planning.made(loaded, site, site_document, patient, course, _what_if(decide))
    _new_file(out, planning.dumped(content, out), quiet=form == "json")
    return _shown_course(made, form)


def _shown_course(made: Any, form: str) -> int:
    from . import terminal

    click.echo(_dumped(made.data) if form == "json" else terminal.course(made.data))
    return _leave(made.released)


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
    patient, _ = _patient(patient_path)
    site, site_document = _site(site_path)
    loaded = planning.protocol_of(found, protocol_path)
    return _shown_course(planning.made(loaded, site, site_document, patient, found, _what_if(decide)), form)


def _record_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        _format,
        _site_option,
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
    day = entered or _today().isoformat()
    entry: dict[str, Any] = {"cycle": cycle, "status": status, "on": on, "reason": reason, "by": by, "entered": day}
    if share is not None:
        entry["share"] = share
    if released_by:
        entry["released"] = {"first": released_by[0], "second": released_by[1], "reason": release_reason}
    site, _ = _site(site_path)
    changed = planning.add_record(path, entry, site, seen=seen, protocol=protocol_path)
    if form == "json":
        click.echo(_dumped(planning.outline(changed, site, planning.protocol_of(changed, protocol_path))))
    else:
        click.echo(f"{path}: cycle {cycle} {status}, {on}; the course is now version {changed.version}")
    return 0


# ------------------------------------------------------------------------------------------------- sites and patients


@cli.group()
def site() -> None:
    """The hospital's own policy: a template, a check, the schema."""


@site.command("init")
@click.option("--out", default="site.yaml", metavar="FILE", help="Where the commented template goes.")
def site_init(out: str) -> None:
    """Write a commented template of a site file; fill it in, sign it, and check it."""
    from .protocol.site import TEMPLATE

    _new_file(out, TEMPLATE.read_bytes())


@site.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def site_check(files: tuple[str, ...]) -> int:
    """Check site files, and their decisions against the protocols they name."""
    from .orders import lines
    from .protocol import library
    from .protocol.site import load_site

    def load(content: bytes, name: str) -> None:
        found, document = load_site(content, name)
        library.check_decisions(found, document)
        lines.check_bands(found, document)

    return _check(files, load)


@site.command("schema")
def site_schema() -> None:
    """The JSON Schema of a site file, for editors."""
    from .protocol.site import Site

    click.echo(_dumped(Site.model_json_schema(by_alias=True)))


@cli.group()
def patient() -> None:
    """Patient files: a template, a check, the schema."""


@patient.command("init")
@click.option("--out", default="patient.yaml", metavar="FILE", help="Where the commented template goes.")
def patient_init(out: str) -> None:
    """Write a commented template of a patient file, in which everything is unknown."""
    from .orders.patient import TEMPLATE

    _new_file(out, TEMPLATE.read_bytes())


@patient.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def patient_check(files: tuple[str, ...]) -> int:
    """Check patient files; every mistake of each is reported, with line and column."""
    from .orders.patient import load_patient

    return _check(files, load_patient)


@patient.command("schema")
def patient_schema() -> None:
    """The JSON Schema of a patient file, for editors."""
    from .orders.patient import Patient

    click.echo(_dumped(Patient.model_json_schema(by_alias=True)))


def _new_file(out: str, content: bytes, *, quiet: bool = False) -> None:
    """Write a template where nothing stands yet; what a user has written is never overwritten."""
    from pathlib import Path

    from . import files
    from .errors import Mistake

    if Path(out).exists():
        raise Mistake("a file that does not exist yet", where="--out", got=out)
    files.write(Path(out), content)
    if not quiet:
        click.echo(f"{out}: written")


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """The completion script of a shell: eval "$(dosewright completion bash)"."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(found(cli, {}, "dosewright", "_DOSEWRIGHT_COMPLETE").source())


if __name__ == "__main__":
    main()
