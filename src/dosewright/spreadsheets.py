"""Tables of the user's as columns of text: CSV or a sheet of a workbook, any length, each row with where it stands."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import files
from .errors import Mistake, did_you_mean, together

LARGEST: Final = 2_000_000_000  # bytes, also of a workbook when it is unpacked
MOST_CELLS: Final = 50_000_000
MOST_TOLD: Final = 20
_REFERENCE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_LONGEST_REFERENCE: Final = 20  # a reference may be cut where one block ends


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns by name, and the line of each row in its file."""

    name: str
    columns: dict[str, list[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, row: int) -> str:
        """Where a row stands, from 0: 'data.csv:2' is the first row below the header."""
        return f"{self.name}:{self.lines[row]}"

    def column(self, name: str) -> list[str]:
        """A column by the name in its header.

        Raises `Mistake` where there is none, with the nearest that there is.
        """
        if name not in self.columns:
            hint = did_you_mean(name, self.columns, f"there are {', '.join(list(self.columns)[:20])}")
            raise Mistake("the name of a column", where=f"{self.name}:1", got=name, hint=hint)
        return self.columns[name]


def read(path: str, *, sheet: str | None = None) -> Table:
    """The table in a file, by its ending: .csv, or .xlsx with one sheet, or with the one that is named."""
    name, ending = Path(path).name, Path(path).suffix.lower()
    if ending not in {".csv", ".xlsx"}:
        raise Mistake("a table that ends in .csv or .xlsx", where=name, example="data.csv")
    content = files.read(path, most=LARGEST)
    if ending == ".csv" and sheet is not None:
        raise Mistake("no sheet: a CSV file has none", where=name, got=sheet)
    rows, lines = _of_csv(content, name) if ending == ".csv" else _of_workbook(content, name, sheet)
    if not rows:
        raise Mistake("a table with a header", where=name)
    header = [cell.strip() for cell in rows[0]]
    _check_header(header, name)
    wrong = [index for index, cells in enumerate(rows) if len(cells) != len(header)]
    if wrong:
        needs = f"{len(header)} cells"
        told = [Mistake(needs, where=f"{name}:{lines[i]}", got=len(rows[i])) for i in wrong[:MOST_TOLD]]
        raise together(told)
    del rows[0]
    columns = {column: list(map(str.strip, cells)) for column, cells in zip(header, _turned(rows, header), strict=True)}
    return Table(name, columns, lines[1:])


def _turned(rows: Sequence[Sequence[str]], header: Sequence[str]) -> Iterable[Iterable[str]]:
    return zip(*rows, strict=True) if rows else ([] for _ in header)


def check_commas(header: Sequence[str], where: str) -> None:
    """Refuse a header that was not cut at commas, as spreadsheets of many countries save it.

    Decided by the header alone: where it falls into more columns at semicolons or tabs. What a comma in a number means
    is not guessed.
    """
    line = ",".join(header)
    for mark, called in ((";", "semicolons"), ("\t", "tabs")):
        if line.count(mark) >= len(header):
            names = [name.strip() for name in line.replace(",", "").split(mark) if name.strip()]
            hint = f"this one is separated by {called}; save it with commas, and with points in the numbers"
            raise Mistake("a table separated by commas", where=where, example=",".join(names[:3]), hint=hint)


def _check_header(header: Sequence[str], name: str) -> None:
    check_commas(header, f"{name}:1")
    seen: set[str] = set()
    for number, cell in enumerate(header, 1):
        if not cell:
            raise Mistake("a name above each column", where=f"{name}:1", got=f"no name above column {number}")
        if cell in seen:
            raise Mistake("each column once", where=f"{name}:1", got=cell)
        seen.add(cell)


def _of_csv(content: bytes, name: str) -> tuple[list[list[str]], list[int]]:
    try:
        text = content.decode("utf-8-sig")  # spreadsheets begin a file with a mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Mistake("a file in UTF-8", where=f"{name}:{line}") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Mistake("plain text", where=f"{name}:{line}", hint="there stands an invisible character")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        for cells in reader:
            if cells:  # a blank line is no row
                rows.append(cells)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise Mistake("a CSV table", where=f"{name}:{reader.line_num}", hint=str(error)) from None
    return rows, lines


def _of_workbook(content: bytes, name: str, wanted: str | None) -> tuple[list[list[str]], list[int]]:
    rows = enumerate(cells_of(content, name, wanted), 1)
    told = [(number, [_said(cell) for cell in cells]) for number, cells in rows]
    kept = [(number, cells) for number, cells in told if any(cells)]
    return [cells for _, cells in kept], [number for number, _ in kept]


def cells_of(content: bytes, name: str, wanted: str | None = None) -> list[list[Any]]:
    """The cells of a workbook's one sheet, or of the one that is named, row by row as they stand there.

    Raises `Mistake` where it is no workbook, is larger than anybody's, or has several sheets and none is named.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST:
                raise Mistake(f"a workbook of at most {LARGEST:,} bytes unpacked", where=name)
            for part in packed.namelist():
                if part.startswith("xl/worksheets/") and part.endswith(".xml") and _cells(packed, part) > MOST_CELLS:
                    raise Mistake(f"a sheet of at most {MOST_CELLS:,} cells, blank ones between them too", where=name)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
        if wanted is None and len(names) != 1:
            raise Mistake("a workbook of one sheet, or the sheet's name", where=name, got=", ".join(names))
        if wanted is not None and wanted not in names:
            raise Mistake(f"a sheet of the workbook ({', '.join(names)})", where=name, got=wanted)
        cells: list[list[Any]] = workbook.get_sheet_by_name(wanted or names[0]).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise Mistake("a workbook that can be read", where=name, hint=str(error).split("\n")[0]) from None
    return cells


def _cells(packed: zipfile.ZipFile, part: str) -> int:
    """How many cells a sheet spans, from its first to the farthest: two cells far apart span as many as a full sheet.

    A sheet is laid out whole when it is read, so that this is known before.
    """
    rows, columns, rest = 0, b"", b""
    with packed.open(part) as file:
        while block := file.read(1 << 20):
            text = rest + block
            for match in _REFERENCE.finditer(text):
                rows, columns = max(rows, int(match[2])), max(columns, match[1].rjust(3))
            rest = text[-_LONGEST_REFERENCE:]
    across = 0
    for letter in columns.strip():
        across = across * 26 + letter - 64
    return rows * across


def _said(value: Any) -> str:
    """A cell of a workbook as text: a whole number without a point, a day as ISO."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
