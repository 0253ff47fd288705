"""What the command line prints for people of how drugs are made up: tables of dose bands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from . import wording
from .calculators.bands import BandTable
from .orders.bands import RowTold, rows_told, worst_of
from .protocol.bands import Table
from .reading import Document

_BELONGS = {
    "to A": "a dose on an edge belongs to the band above (to A)",
    "to B": "a dose on an edge belongs to the band below (to B)",
}


def columns(head: Sequence[str], rows: Iterable[Sequence[str]], sides: str) -> list[str]:
    """A table in plain lines, each column to the side that `sides` names: 'r' for numbers, 'l' for words."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    told = []
    for line in lines:
        cells = zip(line, widths, sides, strict=True)
        told.append("  ".join(c.rjust(w) if side == "r" else c.ljust(w) for c, w, side in cells).rstrip())
    told[0] = click.style(told[0], bold=True)
    return told


def bands(table: Table, made: BandTable, document: Document) -> str:
    """A table of dose bands that is as it claims to be: row by row, how far at most and where, and its exceptions."""
    band, where = worst_of(made)
    out = [
        f"{document.name}: in order",
        click.style(f"{table.title} ({table.name})", bold=True),
        f"{wording.drug(table.drug)}, {wording.say(table.concentration)}, {table.form}; source: {table.source}",
        f"claims: {made.claim}; {_BELONGS[table.edges]}",
        "",
        *columns(("row", "from", "to", "dose", "at from", "at to", "at most"), map(_row, rows_told(made)), "rrrrrrl"),
        "",
        f"the furthest: {wording.number(band.dose)} mg, {where}",
        *(_exceptions(table, made) or ["exceptions: none"]),
        f"sha256 {document.sha256}",
    ]
    return "\n".join(out)


def _row(one: RowTold) -> list[str]:
    edges = [f"{wording.number(mg)} mg" for mg in (one.low, one.high, one.dose)]
    listed = "" if one.keeps else "  exception"
    worst = f"{one.worst} at {wording.number(one.worst_at)} mg{listed}"
    return [str(one.row), *edges, one.at_low, one.at_high, worst]


def _exceptions(table: Table, made: BandTable) -> list[str]:
    """The bands that depart further than the table claims, as it lists them itself, with its reasons."""
    reasons = {one.dose.m_as("mg"): one.reason for one in table.exceptions}
    found = []
    for one in made.exceptions:
        share, at = made.worst(one)
        told = f"{wording.number(one.dose)} mg, {made.said(share)} at {wording.number(at)} mg"
        found.append(f"exception, listed by the table: {told}: {reasons[one.dose]}")
    return found
