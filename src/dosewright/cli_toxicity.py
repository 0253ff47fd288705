"""Commands about toxicity: the CTCAE grade of a value or of a table of values, and the terms."""

from __future__ import annotations

from typing import Any

import click

from .cli_options import counted, dumped, format_option, one_case

_version_option = click.option(
    "--version", "version", metavar="V", default="v5.0", help="The version of CTCAE; v5.0 unless said otherwise."
)


@click.group()
def toxicity() -> None:
    """Toxicity by CTCAE: grade a value or a table of values, show the terms."""


@toxicity.command("grade")
@click.argument("values", nargs=-1, metavar="[ARGUMENT=VALUE]…")
@click.option("--csv", "csv_in", metavar="FILE", help="One value a row: analyte, value, unit, lln, uln, baseline.")
@click.option("--out", "csv_out", metavar="FILE", help="Where the rows with their grades go.")
@_version_option
@format_option
def toxicity_grade(values: tuple[str, ...], csv_in: str | None, csv_out: str | None, version: str, form: str) -> int:
    """Grade one value, or each row of a table.

    \b
    dosewright toxicity grade analyte=ALT value="150 U/L" uln="40 U/L" baseline="32 U/L"
    dosewright toxicity grade --csv values.csv --out graded.csv
    """
    if csv_in or csv_out:
        if values or not (csv_in and csv_out):
            raise click.UsageError("a table needs both --csv IN.csv and --out OUT.csv, and no ARGUMENT=VALUE")
        return _table(csv_in, csv_out, version, form)
    with one_case():
        from . import grading
        from .errors import DONE, NOT_COMPUTABLE
    entered, found = grading.one(values, version)
    if form == "json":
        from .orders.doses import to_data

        click.echo(dumped({"arguments": entered, **to_data(found)}))
    else:
        click.echo(f"{' '.join(entered.values())}: {click.style(_said(found.said), bold=True)}")
        click.echo(f"  term  {found.term} (MedDRA {found.meddra})")
        click.echo(f"  rule  {found.rule}")
        click.echo(f"  why   {found.why}")
    return DONE if found.grade is not None else NOT_COMPUTABLE


def _said(grade: str) -> str:
    return f"grade {grade}" if grade.isdigit() else grade


def _table(source: str, target: str, version: str, form: str) -> int:
    from . import grading
    from .cli_options import leave

    with counted("rows") as progress:
        graded = grading.grade_table(source, target, version=version, progress=progress)
    if form == "json":
        from .orders.doses import to_data

        click.echo(dumped({"file": target, **to_data(graded)}))
    else:
        click.echo(f"{target}: {graded.rows:,} rows, {graded.not_gradable:,} not gradable, {graded.refused:,} refused")
    return leave(not graded.not_gradable and not graded.refused)


@toxicity.command("terms")
@click.argument("name", required=False, metavar="[TERM]")
@_version_option
@format_option
def toxicity_terms(name: str | None, version: str, form: str) -> None:
    """The terms that can be graded, with the bounds of each grade; or one of them."""
    with one_case():
        from . import grading
    found = grading.terms_data(name, version)
    click.echo(dumped(found) if form == "json" else "\n".join(line for one in found for line in _told(one)))


def _told(one: dict[str, Any]) -> list[str]:
    if "parts" in one:
        lines = [click.style(one["term"], bold=True), f"    {one['note']}", "    its parts:"]
        return [*lines, *(f"        {part['part']}: {part['term']}" for part in one["parts"])]
    by = f"{one['analyte']}, in {', '.join(one['units'])}" if one["analyte"] else "graded by a person"
    lines = [f"{click.style(one['term'], bold=True)}  {one['version']}, MedDRA {one['meddra']}; {by}"]
    return [*lines, *(f"    {row['grade']}  {row['criterion']}" for row in one["grades"])]
