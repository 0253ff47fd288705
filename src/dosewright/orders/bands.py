"""Tables of dose bands where protocol and calculators meet: a table of a file or of the site's own text, verified."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .. import wording
from ..calculators.bands import Band, BandTable, Denominator
from ..errors import Mistake, Mistakes, Refusal, together
from ..protocol import bands as files
from ..protocol.bands import Table
from ..protocol.site import Preparation, Site, TableFile, TableRead
from ..reading import Document
from ..units import Quantity, quantity, settled
from .finding import Finding

OWN: Final = "the site's own table"


def of_table(table: Table) -> BandTable:
    """What the rows of a file are: bands, each with its two edges; which edge belongs, the table says.

    Raises `Mistake` where the rows have gaps, overlap or fall, or a dose lies beside its band.
    """
    by_a = table.edges == "to A"
    rows = ((row.low, row.to_a if by_a else row.to_b, row.dose) for row in table.rows)
    bands = tuple(Band(*(_mg(edge) for edge in row if edge is not None)) for row in rows)
    return BandTable(
        bands,
        table.limit.magnitude,
        table.denominator,
        tuple(_mg(one.dose) for one in table.exceptions),
        "upper band" if by_a else "lower band",
        table.name,
    )


def _mg(dose: Quantity) -> float:
    return settled(dose.m_as("mg"))


def load(content: bytes, name: str) -> tuple[Table, BandTable, Document]:
    """A table from the bytes of its file, in order and as it claims to be; else every row that is not is named."""
    table, document = files.load_table(content, name)
    return table, _held(table, document), document


def _held(table: Table, document: Document) -> BandTable:
    try:
        return of_table(table).held()
    except Mistake as mistake:
        raise _placed(mistake, document) from None


def _placed(mistake: Mistake, document: Document) -> Mistake:
    """The same mistakes with the lines of the file in which they stand."""
    found = mistake.mistakes if isinstance(mistake, Mistakes) else (mistake,)
    for one in found:
        path = one.within if one.within[:1] == ("exceptions",) else ("rows", *one.within)
        one.where = f"{document.where(path)}, {one.where}"
    return together(found)


# --------------------------------------------------------------------------------------------------------- of a site


@functools.cache
def _inline(text: str) -> BandTable:
    return BandTable.read(text)


def table_of(preparation: Preparation, of: str | None = None) -> BandTable | None:
    """The table by which a drug is ordered here; None where it is rounded to a step.

    Raises `Refusal` where the table is of another drug than the one that is asked for.
    """
    bands = preparation.bands
    if bands is None:
        return None
    if isinstance(bands, str):
        return _inline(bands)
    table = _read(bands).table
    if of is not None and table.drug != of:
        raise Refusal(f"the table of dose bands is of {table.drug}", got=table.name)
    return of_table(table)


def _read(bands: TableFile) -> TableRead:
    if not isinstance(bands, TableRead):
        raise Mistake("the table of dose bands to be read with its site", got=bands.file)
    return bands


def check_bands(site: Site, document: Document) -> None:
    """Hold a site's tables of dose bands against what they claim, and against the drug and the product they are for."""
    found: list[Mistake] = []
    for key, preparation in site.preparation.items():
        where = document.where(("preparation", key, "bands"))
        bands = preparation.bands
        try:
            if isinstance(bands, str):
                _inline(bands)
            elif bands is not None:
                _held(_read(bands).table, _read(bands).document)
        except Mistake as mistake:
            for one in mistake.mistakes if isinstance(mistake, Mistakes) else (mistake,):
                one.where = f"{where} {one.where}".strip()
                found.append(one)
            continue
        if isinstance(bands, TableRead):
            found += (one.at(where) for one in _for_another(key, preparation, bands.table))
    if found:
        raise together(found)


def _for_another(key: str, preparation: Preparation, table: Table) -> Iterator[Mistake]:
    """A table of another drug, or of another concentration than the product in stock: tables are made for one."""
    from ..protocol.drugs import drugs

    if key in drugs() and table.drug != key:
        yield Refusal(f"the table is of {table.drug}, and this is the preparation of {key}", got=table.name)
    product = preparation.stock
    if product is not None and _strength(product.strength) != _strength(table.concentration):
        stocked, made_for = (wording.say(one) for one in (product.strength, table.concentration))
        yield Refusal(f"the table is made for {made_for}, and the product in stock has {stocked}", got=table.name)


def _strength(value: Quantity) -> float:
    return settled(value.m_as("mg/mL"))


# -------------------------------------------------------------------------------------------------------- of an order


@dataclass(frozen=True, slots=True)
class Banded:
    """By which table and row a dose was ordered, as the order keeps it."""

    table: str
    version: str | None  # None where the table stands in the site file itself
    row: int  # counted from 1
    low: Quantity
    high: Quantity
    limit: Quantity
    of: Denominator
    exception: bool  # whether the table lists this row as one that departs further than it claims
    sha256: str

    @property
    def words(self) -> str:
        """How the working names the row: 'by dose band 96 to 105 mg, row 3 of made-up-oxaliplatin 2026-11'."""
        named = f"{self.table} {self.version}" if self.version else self.table
        edges = f"{wording.number(self.low.magnitude)} to {wording.say(self.high)}"
        return f"by dose band {edges}, row {self.row} of {named}"


def banded(preparation: Preparation, table: BandTable, ordered: Quantity) -> Banded:
    """By which row of the site's table a dose was ordered: the row that has this dose."""
    bands, mg = preparation.bands, _mg(ordered)
    row, band = next((row, band) for row, band in enumerate(table.bands, 1) if band.dose == mg)
    read = _read(bands) if isinstance(bands, TableFile) else None
    return Banded(
        table=read.table.id if read else OWN,
        version=read.table.version if read else None,
        row=row,
        low=quantity(band.low, "mg"),
        high=quantity(band.high, "mg"),
        limit=quantity(table.limit, "%"),
        of=table.denominator,
        exception=band.dose in table.excepted,
        sha256=read.document.sha256 if read else files.digest(str(bands)),
    )


def remark(key: str, used: Banded, preparation: Preparation) -> Iterator[Finding]:
    """That a dose was ordered by a row which departs further than its table claims: told on every order."""
    table = table_of(preparation)
    if used.exception and table is not None:
        band = table.bands[used.row - 1]
        share, at = table.worst(band)
        message = f"{key}: {used.words} departs further than its table claims, which lists it as an exception"
        told = f"{table.said(share)} at {wording.number(at)} mg"
        yield Finding("band-exception", "warning", message, told, table.claim, used.table, key)


# ------------------------------------------------------------------------------------------------------- for people


@dataclass(frozen=True, slots=True)
class RowTold:
    """One row of a table with how far it moves a dose, by the table's own denominator."""

    row: int
    low: float
    high: float
    dose: float
    at_low: str
    at_high: str
    worst: str
    worst_at: float
    keeps: bool


def rows_told(table: BandTable) -> list[RowTold]:
    """Every row of a table, with its deviations in words."""
    told = []
    for number, band in enumerate(table.bands, 1):
        up, down = table.at_edges(band)
        worst = table.worst(band)
        told.append(
            RowTold(
                number, *band, table.said(up.share), table.said(down.share), table.said(worst.share), worst.at,
                not table.breaks(band),
            )
        )  # fmt: skip
    return told


def worst_of(table: BandTable) -> tuple[Band, str]:
    """The band that moves a dose the furthest, the first of several, and how far and where in words."""
    band = max(table.bands, key=lambda one: abs(table.worst(one).share))
    share, at = table.worst(band)
    return band, f"{table.said(share)} at {wording.number(at)} mg"


def table_data(table: Table, bands: BandTable, document: Document) -> dict[str, Any]:
    """A table with what was verified of it, for programs."""
    band, where = worst_of(bands)
    return {
        "file": document.name,
        "sha256": document.sha256,
        "id": table.id,
        "version": table.version,
        "title": table.title,
        "drug": table.drug,
        "concentration": wording.as_data(table.concentration),
        "form": table.form,
        "source": table.source,
        "limit": wording.as_data(table.limit),
        "of": table.denominator,
        "edges": table.edges,
        "worst": {"dose": _data(band.dose), "says": where},
        "exceptions": [{"dose": wording.as_data(one.dose), "reason": one.reason} for one in table.exceptions],
        "rows": [
            {
                "row": one.row,
                "from": _data(one.low),
                "to": _data(one.high),
                "dose": _data(one.dose),
                "at_from": one.at_low,
                "at_to": one.at_high,
                "worst": one.worst,
                "worst_at": _data(one.worst_at),
                "keeps": one.keeps,
            }
            for one in rows_told(bands)
        ],
    }


def _data(mg: float) -> dict[str, float | str]:
    return wording.as_data(quantity(mg, "mg"))
