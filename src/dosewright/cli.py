"""The command line: parse, call, print. Nothing is imported before it is needed; no traceback reaches a user."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import click

from . import __version__
from .cli_options import (
    another_file,
    check_each,
    check_files,
    counted,
    dated,
    decide_option,
    dumped,
    format_option,
    leave,
    new_file,
    numbered,
    one_case,
    progress,
    read_patient,
    read_site,
    site_option,
    what_ifs,
)

if TYPE_CHECKING:
    from pathlib import Path

WIDEST = 110
_SUMMARY = 100  # characters of a command's own line in the list
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


def _width() -> int:
    """The width of the terminal; click would load a module for archives to find it."""
    try:
        return min(os.get_terminal_size().columns, WIDEST)
    except OSError:
        return 100


class Later(NamedTuple):
    """A command that is loaded when it is first called: the module that has it, and what it is for, in a line."""

    module: str
    summary: str


LATER: Final[Mapping[str, Later]] = {
    "check": Later(
        "cli_check", "Check orders, however written, against protocol and site: one, or a table of any length."
    ),
    "rules": Later("cli_check", "The rules by which orders are checked: list, show."),
    "calendar": Later("cli_course", "A course's dated calendar: on paper, for a calendar program or a spreadsheet."),
    "course": Later("cli_course", "A course: plan it, record what was done, move a cycle, show it."),
    "bands": Later("cli_bands", "Tables of dose bands: check them against their own claim."),
    "vials": Later("cli_vials", "Vials shared: a plan for a day's list of orders."),
    "fit": Later("cli_fit", "Whether a patient can be treated on a day: proceed, hold, refuse or unknown, and why."),
    "toxicity": Later("cli_toxicity", "Toxicity by CTCAE: grade a value or a table of values, show the terms."),
    "outcomes": Later("cli_outcomes", "What came of it: response, safety, survival, matching, and printed tables."),
}


class _Commands(click.Group):
    """Commands of which most are loaded only when they are called; the list of them is told without loading any."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *LATER])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        later = LATER.get(cmd_name)
        if later is None:
            return super().get_command(ctx, cmd_name)
        found: click.Command = getattr(import_module(f".{later.module}", __package__), cmd_name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        here = {name: command.get_short_help_str(_SUMMARY) for name, command in self.commands.items()}
        told = here | {name: later.summary for name, later in LATER.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(told.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "terminal_width": _width()})
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
@site_option
@decide_option
@format_option
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
    with one_case():
        from . import terminal
        from .orders import basis as body
        from .orders import doses as orders
        from .protocol import library
        from .units import HEIGHT, WEIGHT

    from .errors import Mistake

    loaded = library.find(protocol)
    site, site_document = read_site(site_path)
    height = _asked(height, "height", HEIGHT.example, HEIGHT.read)
    weight = _asked(weight, "weight", WEIGHT.example, WEIGHT.read)
    measured = []
    for name, text, kind in (("--height", height, HEIGHT), ("--weight", weight, WEIGHT)):
        try:
            measured.append(kind.read(text))
        except Mistake as mistake:
            raise mistake.at(name) from None
    day = dated("--on", on) if on is not None else None
    basis = body.basis(site.body, height=measured[0], weight=measured[1], sex=sex)
    made = orders.doses(loaded, site, basis, what_if=what_ifs(decide))
    if form == "json":
        click.echo(dumped(orders.doses_data(loaded, site, site_document, made, on=day)))
    else:
        click.echo(terminal.doses(loaded, site, made, entered=(height, weight), on=day))
    return leave(made.released)


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
    site_option,
    decide_option,
    format_option,
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

    with one_case():
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
    another_file(out, [*patients, site_path, after])
    counted = {"cycle": numbered("--cycle", cycle), "day": numbered("--day", day)}
    date = dated("--on", on)
    loaded = library.find(protocol)
    site, site_document = read_site(site_path)
    what_if = what_ifs(decide)
    made = []
    for path in patients:
        patient, document = read_patient(path)
        try:
            made.append(orders.order(loaded, site, site_document, patient, on=date, what_if=what_if, **counted))
        except Mistake as mistake:
            raise document.tells(mistake) from None
    if len({one["id"] for one in made}) < len(made):
        raise Mistake("each patient once: two files have the same identifiers", where="--patient")
    if after is not None and len(made) != 1:
        raise click.UsageError("--after compares one order with one before it")
    since = _changes(after, made[0]) if after is not None else []
    written = _written(kind, made, Path(out), folder, suffix, paper=paper, copy=copy, workers=workers)
    if form == "json":
        told = [_told(one, path) for one, path in zip(made, written, strict=True)]
        click.echo(dumped([one | {"changes": [change.data() for change in since]} for one in told]))
    else:
        from . import terminal

        for one, target in zip(made, written, strict=True):
            click.echo(terminal.told(one, target))
        if after is not None:
            click.echo(terminal.changes(since))
    return leave(all(one["released"] for one in made))


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
            files.write(target, (dumped(one) + "\n").encode("utf-8"))
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
    with progress(sheets, len(made), "sheets") as shown:
        for target, content in zip(targets, shown, strict=True):
            files.write(target, content)
    return targets


def _file_name(kind: str, one: dict[str, Any], suffix: str) -> str:
    """A name made of the order's own parts, none of which a user can turn into a path."""
    return f"{kind}-{one['id']}-{one['protocol']['id']}-cycle-{one['cycle']}-{one['on']}.{suffix}"


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@format_option
def verify(paths: tuple[str, ...], form: str) -> int:
    """Say whether a sheet (PDF, HTML or JSON) still is what was made."""
    from pathlib import Path

    from . import documents, files
    from .errors import DONE, DONE_WITH_BLOCKING_FINDINGS

    found = [documents.verify(files.read(path), Path(path).name) for path in paths]
    if form == "json":
        click.echo(dumped([{"file": path, **one.data()} for path, one in zip(paths, found, strict=True)]))
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
    with progress(items, len(items), "sheets") as shown:
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
@format_option
def calc(name: str, values: tuple[str, ...], csv_in: str | None, csv_out: str | None, form: str) -> int:
    """Answer with calculator NAME ('list' shows them all), once or for a table.

    \b
    dosewright calc bsa-mosteller height="165 cm" weight="60 kg"
    dosewright calc bsa-mosteller --csv cases.csv --out results.csv
    """
    if name == "list":
        if values or csv_in or csv_out:
            raise click.UsageError("'calc list' takes nothing else")
        with one_case():
            from . import terminal
            from .calculators.checked import catalogue
        click.echo(
            dumped(terminal.calculators_data(catalogue())) if form == "json" else terminal.calculators(catalogue())
        )
        return 0
    if csv_in or csv_out:
        if values or not (csv_in and csv_out):
            raise click.UsageError("a table needs both --csv IN.csv and --out OUT.csv, and no ARGUMENT=VALUE")
        from . import cases

        with counted("rows") as progress:
            refused, rows = cases.calculate(cases.calculator(name), csv_in, csv_out, progress=progress)
        click.echo(f"{csv_out}: {rows:,} rows, {refused:,} refused")
        return 0 if refused == 0 else 1
    with one_case():
        from . import cases, terminal
    answer = cases.answer(cases.calculator(name), values)
    click.echo(dumped(answer.data()) if form == "json" else terminal.answer(answer))
    return 0


# ---------------------------------------------------------------------------------------------------------- protocols


@cli.group()
def protocol() -> None:
    """The protocols: list, show, check, compare."""


@protocol.command("list")
@format_option
def protocol_list(form: str) -> None:
    """The protocols of the library, with the doses that tell them apart."""
    with one_case():
        from . import terminal
        from .protocol import library

    found = [library.from_library(name) for name in library.names()]
    click.echo(dumped([terminal.protocol_row(one) for one in found]) if form == "json" else terminal.protocols(found))


@protocol.command("show")
@click.argument("name", metavar="PROTOCOL")
def protocol_show(name: str) -> None:
    """One protocol, value by value with its source; disputes and open questions marked."""
    with one_case():
        from . import terminal
        from .protocol import library

    click.echo(terminal.protocol(library.find(name)))


@protocol.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def protocol_check(files: tuple[str, ...]) -> int:
    """Check protocol files; every mistake of each is reported, with line and column."""
    from .protocol import library

    return check_files(files, lambda content, name: library.load(content, name))


@protocol.command("schema")
def protocol_schema() -> None:
    """The JSON Schema of a protocol file, for editors."""
    from .protocol.model import Protocol

    click.echo(dumped(Protocol.model_json_schema(by_alias=True)))


@protocol.command("diff")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--height", required=True, metavar="TEXT", help="With its unit: '165 cm'.")
@click.option("--weight", required=True, metavar="TEXT", help="With its unit: '60 kg'.")
@site_option
@format_option
def protocol_diff(first: str, second: str, height: str, weight: str, site_path: str | None, form: str) -> None:
    """What changes from protocol A to protocol B, in this patient's milligrams."""
    with one_case():
        from . import terminal
        from .orders import basis as body
        from .orders import compare
        from .protocol import library
        from .units import HEIGHT, WEIGHT

    site, _ = read_site(site_path)
    basis = body.basis(site.body, height=HEIGHT.read(height), weight=WEIGHT.read(weight), sex=None)
    rows = compare.differences(library.find(first), library.find(second), site, basis)
    click.echo(
        dumped([row.data() for row in rows]) if form == "json" else terminal.differences(first, second, basis, rows)
    )


# ------------------------------------------------------------------------------------------------- sites and patients


@cli.group()
def site() -> None:
    """The hospital's own policy: a template, a check, the schema."""


@site.command("init")
@click.option("--out", default="site.yaml", metavar="FILE", help="Where the commented template goes.")
def site_init(out: str) -> None:
    """Write a commented template of a site file; fill it in, sign it, and check it."""
    from .protocol.site import TEMPLATE

    new_file(out, TEMPLATE.read_bytes())


@site.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def site_check(files: tuple[str, ...]) -> int:
    """Check site files, and their decisions against the protocols they name."""
    return check_each(files, read_site)


@site.command("schema")
def site_schema() -> None:
    """The JSON Schema of a site file, for editors."""
    from .protocol.site import Site

    click.echo(dumped(Site.model_json_schema(by_alias=True)))


@cli.group()
def patient() -> None:
    """Patient files: a template, a check, the schema."""


@patient.command("init")
@click.option("--out", default="patient.yaml", metavar="FILE", help="Where the commented template goes.")
def patient_init(out: str) -> None:
    """Write a commented template of a patient file, in which everything is unknown."""
    from .orders.patient import TEMPLATE

    new_file(out, TEMPLATE.read_bytes())


@patient.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def patient_check(files: tuple[str, ...]) -> int:
    """Check patient files; every mistake of each is reported, with line and column."""
    from .orders.patient import load_patient

    return check_files(files, load_patient)


@patient.command("schema")
def patient_schema() -> None:
    """The JSON Schema of a patient file, for editors."""
    from .orders.patient import Patient

    click.echo(dumped(Patient.model_json_schema(by_alias=True)))


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """The completion script of a shell: eval "$(dosewright completion bash)"."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(found(cli, {}, "dosewright", "_DOSEWRIGHT_COMPLETE").source())
