"""Commands that check orders, and the catalogue of rules by which they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import click

from .cli_options import another_file, counted, dumped, format_option, leave, one_case, read_site, site_option

if TYPE_CHECKING:
    from .checks import One, Yardstick
    from .errors import Mistake

_FORMATS = click.Choice(["text", "json", "csv"])


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE…")
@click.option("--protocol", metavar="NAME", help="The protocol of every order; without it each names its own.")
@site_option
@click.option("--map", "mapping", metavar="FILE", help="What the columns of a stranger's table are called.")
@click.option("--against", metavar="ORDER", help="Another order, beside which this one is put.")
@click.option("--overrides", metavar="FILE", help="Who answers for which finding, and why.")
@click.option("--format", "form", type=_FORMATS, default="text", help="For people, programs or spreadsheets.")
@click.option("--out", metavar="PATH", help="An order: X.pdf, X.html, X.json or X.csv; a table: X.csv or X.parquet.")
@click.option("--paper", type=click.Choice(["A4", "Letter"]), default="A4", help="Size of the paper.")
def check(
    paths: tuple[str, ...],
    protocol: str | None,
    site_path: str | None,
    mapping: str | None,
    against: str | None,
    overrides: str | None,
    form: str,
    out: str | None,
    paper: Literal["A4", "Letter"],
) -> int:
    """Check orders, however written, against protocol and site: one, or a table of any length.

    \b
    dosewright check order.json --site site.yaml
    dosewright check orders.csv --map columns.yaml --site site.yaml --out findings.csv
    """
    from pathlib import Path

    with one_case():
        from . import checks, files
        from .overrides import load_overrides
        from .protocol import library

    tables = [path for path in paths if Path(path).suffix.casefold() in TABLES]
    if tables and (len(paths) > 1 or against):
        raise click.UsageError("a table is checked by itself, and not against another order")
    if against and len(paths) > 1:
        raise click.UsageError("--against puts one order beside another")
    if mapping and not tables:
        raise click.UsageError("--map is for the columns of a table (.csv, .xlsx, .parquet)")
    site, document = read_site(site_path)
    yardstick = checks.Yardstick(site, document, library.find(protocol) if protocol else None)
    answers = load_overrides(files.read(overrides), Path(overrides).name) if overrides else []
    _check_out(out, bool(tables), [*paths, *filter(None, (site_path, mapping, against, overrides))])
    if tables:
        return _table(paths[0], yardstick, mapping, answers, form, out)
    return _orders(paths, yardstick, answers, against, form, out, paper)


TABLES = (".csv", ".xlsx", ".parquet")
_OUT = {True: (".csv", ".parquet"), False: (".pdf", ".html", ".json", ".csv")}


def _check_out(out: str | None, table: bool, read: Sequence[str]) -> None:
    from pathlib import Path

    from .errors import Mistake
    from .wording import listed

    if out is None:
        return
    if Path(out).suffix.casefold() not in _OUT[table]:
        what = "a table's findings" if table else "a check"
        example = "findings.csv" if table else "check.pdf"
        raise Mistake(
            f"for {what} a file that ends in {listed(_OUT[table], 'or')}", where="--out", example=example, got=out
        )
    another_file(out, read)


# -------------------------------------------------------------------------------------------------------------- orders


def _orders(
    paths: tuple[str, ...],
    yardstick: Yardstick,
    answers: list[Any],
    against: str | None,
    form: str,
    out: str | None,
    paper: Literal["A4", "Letter"],
) -> int:
    from . import checks
    from .errors import Mistake, together

    found: list[One] = []
    wrong: list[Mistake] = []
    seen: dict[object, str] = {}
    for path in paths:
        try:
            found.append(checks.check_order(path, yardstick, answers, against, seen))
        except Mistake as mistake:  # the mistakes of all files are told together
            wrong.append(mistake)
    if wrong:  # a sheet of the others would say nothing of the one that is not on it
        raise together(wrong)
    if out is not None:
        _written(found, yardstick, out, paper)
    told = {"json": _json, "csv": _csv, "text": _text}[form](found, yardstick)
    if told:
        click.echo(told.rstrip("\n"))
    if out is not None and form == "text":
        click.echo(f"{out}: written")
    told_by = [one for each in found for one in each.answers if one is not None]
    _tell_idle(answers, {one.by for one in told_by if not one.lacks}, {one.by: one.lacks for one in told_by})
    return leave(not any(one.stopped for one in found))


def _tell_idle(answers: list[Any], used: set[Any], short: Mapping[Any, str]) -> None:
    """Tell of every override that answered for nothing, and why: somebody believes that it did."""
    for one in answers:
        if one not in used:
            what = f"the answer of {one.by} to {one.rule} at {one.where} (measured {one.measured})"
            found = f"{what} is not enough: {short[one]}" if one in short else f"nothing was found that {what} covers"
            click.echo(f"{click.style('dosewright:', fg='yellow')} {one.order}: {found}", err=True)


def _json(found: list[One], yardstick: Yardstick) -> str:
    from . import checks

    return dumped([checks.one_data(one, yardstick) for one in found])


def _csv(found: list[One], yardstick: Yardstick) -> str:
    from . import checks

    return checks.one_csv(found)


def _text(found: list[One], yardstick: Yardstick) -> str:
    from . import terminal

    return "\n\n".join(terminal.check(one, yardstick) for one in found)


def _written(found: list[One], yardstick: Yardstick, out: str, paper: Literal["A4", "Letter"]) -> None:
    from pathlib import Path

    from . import files

    ending = Path(out).suffix.casefold()
    if ending == ".json":
        content = (_json(found, yardstick) + "\n").encode("utf-8")
    elif ending == ".csv":
        content = _csv(found, yardstick).encode("utf-8")
    else:
        from . import check_sheets

        print_ = check_sheets.check_pdf if ending == ".pdf" else check_sheets.check_html
        content = print_(found, yardstick, paper=paper)
    files.write(Path(out), content)


# --------------------------------------------------------------------------------------------------------------- tables


def _table(path: str, yardstick: Yardstick, mapping: str | None, answers: list[Any], form: str, out: str | None) -> int:
    from pathlib import Path

    from . import checks, files, tables, terminal

    foreign = tables.load_mapping(files.read(mapping), Path(mapping).name) if mapping else None
    kept = checks.Kept(clear=form == "csv") if out is None else None
    with _sink(out, kept) as sink, counted("orders checked") as progress:
        summary = checks.check_table(path, yardstick, mapping=foreign, overrides=answers, sink=sink, progress=progress)
    if form == "csv" and kept is not None:
        click.echo(kept.csv(), nl=False)
    elif form == "json":
        data = summary.data() | {"standing": [checks.finding_data(one) for one in summary.standing]}
        click.echo(dumped(data if kept is None else data | {"findings": kept.data()}))
    else:
        click.echo(terminal.checked_table(summary, kept, out))
    _tell_idle(answers, summary.answers, summary.short)
    return leave(not summary.stopped)


@contextmanager
def _sink(out: str | None, kept: Any) -> Iterator[Callable[[Any], None]]:
    """Where the findings go: a file that is there whole or not at all, or memory."""
    from pathlib import Path

    from . import checks, files

    if out is None:
        yield kept.take
        return
    with files.writing(Path(out), "wb") as file, checks.writer(file, Path(out).suffix.casefold()) as write:
        yield write


# ---------------------------------------------------------------------------------------------------------------- rules


@click.group()
def rules() -> None:
    """The rules by which orders are checked: list, show."""


@rules.command("list")
@format_option
def rules_list(form: str) -> None:
    """Every rule, chapter by chapter, with its severity."""
    with one_case():
        from . import terminal
        from .orders.rules import RULES

    click.echo(dumped([rule.data() for rule in RULES.values()]) if form == "json" else terminal.rules(RULES))


@rules.command("show")
@click.argument("name", metavar="RULE")
@format_option
def rules_show(name: str, form: str) -> None:
    """One rule: what it looks at, what is allowed, who says so, which hazard it controls, and what to do."""
    with one_case():
        from . import terminal
        from .orders.rules import RULES

    from .errors import Mistake, did_you_mean

    rule = RULES.get(name)
    if rule is None:
        hint = did_you_mean(name, RULES, "'dosewright rules list' shows them")
        raise Mistake("a rule of the catalogue", example="dose-tenfold", got=name, hint=hint)
    click.echo(dumped(rule.data()) if form == "json" else terminal.rule(rule))
