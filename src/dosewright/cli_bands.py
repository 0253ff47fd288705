"""Commands about dose bands: whether a table is as it claims to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .cli_options import dumped, one_case

if TYPE_CHECKING:
    from .calculators.bands import BandTable
    from .errors import Mistake
    from .protocol.bands import Table
    from .reading import Document

    Read = tuple[Table, BandTable, Document]


@click.group()
def bands() -> None:
    """Tables of dose bands: check them against their own claim."""


@bands.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="TABLE…")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", help="For people or for programs."
)
def bands_check(paths: tuple[str, ...], form: str) -> int:
    """Check tables of dose bands, row by row, with the worst deviation and where.

    \b
    dosewright bands check examples/bands-oxaliplatin.yaml
    """
    from pathlib import Path

    with one_case():
        from . import files
        from .orders.bands import load

    from .errors import DONE, Mistake

    found: list[Read] = []
    wrong: list[Mistake] = []
    for path in paths:
        try:
            found.append(load(files.read(path), Path(path).name))
        except Mistake as mistake:  # one table that is wrong does not hide the others
            wrong.append(mistake)
    told = {"json": _json, "csv": _csv, "text": _text}[form](found)
    if told:
        click.echo(told)
    for one in wrong:
        click.echo(f"{click.style('dosewright:', fg='red')} {one}", err=True)
    return max((one.exit_code for one in wrong), default=DONE)


def _text(found: list[Read]) -> str:
    from . import terminal_preparation

    return "\n\n".join(terminal_preparation.bands(*one) for one in found)


def _json(found: list[Read]) -> str:
    from .orders.bands import table_data

    return dumped([table_data(*one) for one in found])


_CELLS = ("row", "low", "high", "dose", "at_low", "at_high", "worst", "worst_at")
_HEAD = (
    "table", "version", "row", "from [mg]", "to [mg]", "dose [mg]", "at from", "at to", "at most", "there [mg]",
    "exception",
)  # fmt: skip


def _csv(found: list[Read]) -> str:
    import csv
    import io

    from .orders.bands import rows_told

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    for table, made, _ in found:
        for one in rows_told(made):
            cells = (getattr(one, name) for name in _CELLS)
            said = [f"{cell:.14g}" if isinstance(cell, float) else str(cell).replace("−", "-") for cell in cells]
            writer.writerow([table.id, table.version, *said, "no" if one.keeps else "yes"])
    return out.getvalue().rstrip("\n")
