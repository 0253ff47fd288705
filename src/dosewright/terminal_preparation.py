"""What the command line prints for people of how drugs are made up: tables of dose bands, and vials shared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

from . import terminal, wording
from .calculators.bands import BandTable
from .orders.bands import RowTold, rows_told, worst_of
from .orders.finding import Finding
from .protocol.bands import Table
from .reading import Document
from .sheets import spoken

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


# -------------------------------------------------------------------------------------------------------------- vials

_ALONE = {
    "undecided": "whether a vial may be shared is undecided: none is",
    "no": "vials are not shared here",
}
Data = Mapping[str, Any]
LONGEST_NAME = 24  # signs of a name in a row; the order's number stands before it, the whole name on paper


def clock(text: str | None, plan: Data) -> str:
    """A moment of a plan as the clock on the wall, with the day where it is not the first: '09:00'."""
    if text is None:
        return "undecided"
    return wording.clock(dt.datetime.fromisoformat(text), since=dt.date.fromisoformat(plan["on"]))


def rule(of: Data) -> str:
    """Whether vials of a drug are shared, and by whose word."""
    sharing = of["sharing"]
    if sharing["within"] is None:
        return _ALONE[sharing["state"]]
    return f"an opened vial may be used for {spoken(sharing['within'])} [{sharing['from']}]"


def total(one: Data) -> str:
    """How many vials, what they hold, what is left over."""
    vials = f"{one['vials']} {wording.plural('vial', one['vials'])}"
    return f"{vials} with {spoken(one['opened'])}, {spoken(one['waste'])} left over"


def quality(one: Data) -> str:
    """How good a plan is."""
    if one["exact"]:
        return "no plan leaves less"
    return f"at most {spoken(one['gap'])} less might be left over" if one["gap"]["value"] else "no plan leaves less"


def vials(plan: Data) -> str:
    """A plan of vials: per drug what is opened with and without sharing, and who gets what from which vial."""
    site, names = plan["site"], {one["id"]: one["patient"] for one in plan["orders"]}
    count = len(plan["orders"])
    day = wording.day(dt.date.fromisoformat(plan["on"]))
    head = f"Vials for {day}: {count} {wording.plural('order', count)}    {site['name']}, version {site['version']}"
    out = [click.style(head, bold=True)]
    for one in plan["drugs"]:
        out += ["", *_drug(one, names, plan)]
    for one in plan["left_out"]:
        what = f"{wording.drug(one['drug'])} of order {one['order']}" if one["drug"] else f"order {one['order']}"
        out += ["", f"left out: {what} ({names[one['order']]}): {one['why']}"]
    if plan["beads"]:
        out += ["", "Beads: a vial of beads, and what is loaded onto it, belongs to one patient and is never shared."]
        out += [f"  {_beads(one)}, order {one['order']} ({names[one['order']]})" for one in plan["beads"]]
    found = [Finding(**one) for one in plan["findings"]]
    out += ["", *terminal.findings(found)] if found else []
    return "\n".join([*out, "", "An aid to calculation: to be checked independently by a second person."])


def _beads(one: Data) -> str:
    drug = wording.drug(one["drug"]) if one["drug"] else "drug undecided"
    offered = spoken(one["offered"]) if one["offered"] else "amount unknown"
    vials = f"{one['vials']} {wording.plural('vial', one['vials'])}" if one["vials"] else "vials unknown"
    return f"{drug} {offered} on {vials} of beads"


def _drug(of: Data, names: Mapping[str, str], plan: Data) -> Iterator[str]:
    name = click.style(wording.drug(of["drug"]), bold=True)
    sizes = ", ".join(spoken(size) for size in of["sizes"])
    yield f"{name}  {of['product']}, vials of {sizes}; {spoken(of['asked'])} ordered"
    yield f"  {rule(of)}"
    yield f"  without sharing  {total(of['alone'])}"
    if of["shared"] is not None:
        yield f"  with sharing     {total(of['shared'])}; {quality(of['shared'])}"
    head = ("vial", "size", "opened", "use by", "for", "amount", "volume", "left over")
    rows = [row for vial in of["vials"] for row in _rows(vial, names, plan)]
    yield from (f"  {line}" for line in columns(head, rows, "rrlllrrr"))


def _rows(vial: Data, names: Mapping[str, str], plan: Data) -> Iterator[list[str]]:
    """A vial in one row, and a further row for each further patient that it serves."""
    use_by = clock(vial["use_by"], plan) if vial["use_by"] else ""
    first = [str(vial["number"]), spoken(vial["size"]), clock(vial["opened"], plan), use_by]
    for place, use in enumerate(vial["uses"]):
        last = place == len(vial["uses"]) - 1
        left = spoken(vial["left"]) if last and vial["left"]["value"] else ""
        yield [*(first if place == 0 else [""] * 4), *_use(use, names), left]


def _use(use: Data, names: Mapping[str, str]) -> list[str]:
    name = names[use["order"]]
    short = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
    return [f"{use['order']} {short}", spoken(use["amount"]), spoken(use["volume"])]
