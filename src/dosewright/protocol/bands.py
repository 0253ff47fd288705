"""A table of dose bands as a file: its rows, and all that it says of itself. What it claims is verified elsewhere.

National tables print two upper edges: 'To (A)', which does not belong to the row, for those who round up on the step,
and 'To (B)', which does, for those who round down. A file holds either or both, and says by which it is read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from ..errors import Mistake, Refusal, together
from ..reading import FORBIDDEN, LARGEST, Document, Name, Path, Strict, Text, at_least_one, read, validate, written
from ..units import CONCENTRATION, DOSE, PERCENT, Quantity, settled
from .drugs import drug

MOST_ROWS: Final = 1000
MOST_ROUNDING: Final = 10.0  # percent of the ordered dose, for cytotoxic drugs: HOPA, doi:10.1200/JOP.2017.025411
_HEAD: Final = re.compile(r"([a-z_]+)(?: \[([^\]]+)\])?")
_LAST_DIGIT: Final = 1e-6  # mg; the finest that a file can be written in


def _known(name: str) -> str:
    return drug(name).name


def at_most_ten(value: Quantity) -> Quantity:
    """A share by which rounding may move a dose."""
    if value.magnitude > MOST_ROUNDING:
        words = "rounding by more than 10 % is beyond what the HOPA recommends for cytotoxic drugs"
        raise Refusal(words, example="5 %")
    return value


def _above_nothing(value: Quantity) -> Quantity:
    if value.magnitude <= 0:
        raise Refusal("a table that allows no deviation has no bands", example="6 %")
    return at_most_ten(value)


class Row(Strict):
    """One row: the doses from `from` to `to_a` (not included) or `to_b` (included) are ordered as `dose`."""

    low: Annotated[Quantity, DOSE] = Field(alias="from")
    to_a: Annotated[Quantity, DOSE] | None = None
    to_b: Annotated[Quantity, DOSE] | None = None
    dose: Annotated[Quantity, DOSE]


class Exceptional(Strict):
    """A row that departs further than the table claims, as the table itself says, and why."""

    dose: Annotated[Quantity, DOSE]
    reason: Annotated[Text, AfterValidator(written)]


class Table(Strict):
    """A table of dose bands: of which drug in which form and concentration, what it claims, and its rows."""

    dosewright: Literal["1"] = Field(alias="schema")
    id: Name
    version: Text
    title: Text
    drug: Annotated[Text, AfterValidator(_known)]
    concentration: Annotated[Quantity, CONCENTRATION]
    form: Text
    source: Annotated[Text, AfterValidator(written)]
    limit: Annotated[Quantity, PERCENT, AfterValidator(_above_nothing)]
    denominator: Literal["calculated dose", "band dose"] = Field(alias="of")
    edges: Literal["to A", "to B"]
    exceptions: tuple[Exceptional, ...] = ()
    rows: Annotated[tuple[Row, ...], AfterValidator(at_least_one)]

    @property
    def name(self) -> str:
        """What an order calls the table: 'made-up-oxaliplatin 2026-11'."""
        return f"{self.id} {self.version}"

    @model_validator(mode="after")
    def _edges_that_are_there(self) -> Table:
        found = [*self._mistakes_of_edges(), *self._twice()]
        if found:
            raise together(found)
        return self

    def _mistakes_of_edges(self) -> Iterator[Mistake]:
        """Rows without the edge by which the table is read, and two upper edges that cannot both be meant."""
        wanted = "to_a" if self.edges == "to A" else "to_b"
        finest = self._last_digit()
        for index, row in enumerate(self.rows):
            if getattr(row, wanted) is None:
                yield Mistake(f"'{wanted}', since the table is read by '{self.edges}'", within=("rows", index))
            elif row.to_a is not None and row.to_b is not None:
                apart = settled(row.to_a.m_as("mg") - row.to_b.m_as("mg"))
                if not 0 <= apart <= finest * (1 + _LAST_DIGIT):
                    needs = "a 'to_b' that is 'to_a', or less by one in the last decimal of the table"
                    yield Mistake(needs, within=("rows", index, "to_b"), got=f"{row.to_b.m_as('mg'):g} mg")

    def _last_digit(self) -> float:
        """One in the last decimal in which an edge of this table is written, in mg."""
        edges = [edge for row in self.rows for edge in (row.low, row.to_a, row.to_b) if edge is not None]
        decimals = (len(f"{settled(edge.m_as('mg')):.6f}".rstrip("0").partition(".")[2]) for edge in edges)
        return float(10.0 ** -max(decimals, default=0))

    def _twice(self) -> Iterator[Mistake]:
        """Exceptions that are listed twice."""
        seen = set()
        for index, one in enumerate(self.exceptions):
            mg = settled(one.dose.m_as("mg"))
            if mg in seen:
                yield Mistake("each exception once", within=("exceptions", index), got=f"{mg:g} mg")
            seen.add(mg)


def load_table(content: bytes, name: str) -> tuple[Table, Document]:
    """A table of dose bands from the bytes of its file (YAML, JSON or CSV), with every mistake of form reported."""
    document = _read_csv(content, name) if name.casefold().endswith(".csv") else read(content, name)
    return validate(document, Table), document


# ------------------------------------------------------------------------------------------------------------------ CSV
#
# First what the table says of itself, a key and its value in each line; `exception` takes a dose and a reason, and may
# be repeated. Then a line that begins with `from` names the columns, and each line below it is a row.


def _read_csv(content: bytes, name: str) -> Document:
    """The same document as from a YAML file, each part with its line and column."""
    data: dict[str, Any] = {}
    marks: dict[Path, tuple[int, int]] = {(): (1, 1)}
    header: list[tuple[str, str]] = []
    for line, cells in _lines(content, name):
        if header:
            _row(cells, header, line, data, marks, name)
        elif cells[0].partition(" ")[0] == "from":
            header = [_column(cell, line, name) for cell in cells]
            if len({column for column, _ in header}) < len(header):
                raise Mistake("each column once", where=f"{name}:{line}", got=",".join(cells))
            data["rows"], marks["rows",] = [], (line, 1)
        else:
            _said(cells, line, data, marks, name)
    return Document(name, data, marks, hashlib.sha256(content).hexdigest())


def _lines(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, without the empty cells at their ends that a spreadsheet leaves."""
    if len(content) > LARGEST:
        raise Mistake(f"a file of at most {LARGEST:,} bytes", where=name, got=f"{len(content):,} bytes")
    try:
        text = content.decode("utf-8-sig")  # spreadsheets begin a file with a mark
    except UnicodeDecodeError as error:
        raise Mistake("a file in UTF-8", where=name, hint=f"byte {error.start + 1} is not") from None
    hidden = FORBIDDEN.search(text)
    if hidden:
        line = text.count("\n", 0, hidden.start()) + 1
        hint = f"there stands the invisible character U+{ord(hidden[0]):04X}"
        raise Mistake("plain printable text", where=f"{name}:{line}", hint=hint)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Mistake("a CSV table", where=f"{name}:{reader.line_num}", hint=str(error)) from None


def _column(cell: str, line: int, name: str) -> tuple[str, str]:
    """The name of a column and the unit of its cells, where the header has it: 'from [mg]'."""
    match = _HEAD.fullmatch(cell)
    if match is None:
        raise Mistake("the name of a column", where=f"{name}:{line}", example="from [mg]", got=cell)
    return match[1], match[2] or ""


def _said(cells: Sequence[str], line: int, data: dict[str, Any], marks: dict[Path, tuple[int, int]], name: str) -> None:
    """A line of what the table says of itself."""
    key, *values = cells
    if key == "exception":
        if len(values) != 2:
            raise Mistake("an exception with its dose and its reason", where=f"{name}:{line}", got=",".join(cells))
        listed = data.setdefault("exceptions", [])
        here = ("exceptions", len(listed))
        listed.append(dict(zip(("dose", "reason"), values, strict=True)))
        marks |= {("exceptions",): (line, 1), here: (line, 1), (*here, "dose"): (line, 2), (*here, "reason"): (line, 3)}
        return
    if len(values) != 1:
        raise Mistake("a key and its value", where=f"{name}:{line}", example="drug,oxaliplatin", got=",".join(cells))
    if key in data:
        raise Mistake("every key once", where=f"{name}:{line}", got=key)
    data[key], marks[key,] = values[0], (line, 2)


def _row(
    cells: Sequence[str],
    header: Sequence[tuple[str, str]],
    line: int,
    data: dict[str, Any],
    marks: dict[Path, tuple[int, int]],
    name: str,
) -> None:
    """A row of the table; an empty cell is a value that is not there."""
    if len(cells) > len(header):
        raise Mistake(f"{len(header)} cells", where=f"{name}:{line}", got=",".join(cells))
    here = ("rows", len(data["rows"]))
    if len(data["rows"]) >= MOST_ROWS:
        raise Mistake(f"a table of at most {MOST_ROWS:,} rows", where=f"{name}:{line}")
    row = {}
    marks[here] = (line, 1)
    for number, ((column, unit), cell) in enumerate(zip(header, cells, strict=False), 1):
        if cell:
            row[column] = f"{cell} {unit}".rstrip()
            marks[*here, column] = (line, number)
    data["rows"].append(row)


def digest(text: str) -> str:
    """The hash of a table that stands in the site file itself, as text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
