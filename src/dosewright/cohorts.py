"""The files of a cohort: a folder with its cohort file and its tables, as CSV or XLSX; read once, never written to."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any, Final

from . import files
from .errors import Mistake, together
from .outcomes import cohort as records
from .outcomes.cohort import TABLES, Cohort, Settings, Source, Table
from .reading import read, validate

SETTINGS: Final = "cohort.yaml"
LARGEST: Final = 200_000_000  # bytes of a workbook when it is unpacked


def load_settings(folder: str) -> Settings:
    """The cohort file of a folder."""
    path = Path(folder) / SETTINGS
    if Path(folder).exists() and not Path(folder).is_dir():
        raise Mistake(f"a folder that holds {SETTINGS}", example="cohort/", got=folder)
    return validate(read(files.read(str(path)), SETTINGS), Settings)


def load(folder: str) -> Cohort:
    """A cohort from its folder; every mistake of every table at once.

    Raises `Mistake` where a file cannot be read, and all that `outcomes.cohort` finds wrong.
    """
    settings = load_settings(folder)
    tables, mistakes = {}, []
    opened: dict[str, bytes] = {}
    for name in TABLES:
        source: Source | None = getattr(settings.tables, name)
        if source is None:
            continue
        try:
            if source.file not in opened:
                opened[source.file] = files.read(str(Path(folder) / source.file))
            tables[name] = table(opened[source.file], source)
        except Mistake as mistake:
            mistakes.append(mistake)
    if mistakes:
        raise together(mistakes)
    return records.cohort(settings, tables)


def table(content: bytes, source: Source) -> Table:
    """A table from the bytes of a file: by its ending, a workbook or comma-separated values."""
    ending = Path(source.file).suffix.lower()
    if ending not in {".csv", ".xlsx"}:
        raise Mistake("a table that ends in .csv or .xlsx", where=source.file, example="patients.csv")
    if ending == ".csv" and source.sheet is not None:
        raise Mistake("no sheet: a CSV file has none", where=source.file, got=source.sheet)
    rows = _csv(content, source.file) if ending == ".csv" else _workbook(content, source)
    if not rows:
        raise Mistake("a table with a header", where=source.file)
    header = [cell.strip() for cell in rows[0][1]]
    width = len(header)
    wrong = [Mistake(f"{width} cells", where=f"{source.file}:{row}", got=len(cells)) for row, cells in rows[1:]
             if len(cells) != width]  # fmt: skip
    if wrong:
        raise together(wrong[: records.MOST_MISTAKES])
    return Table(source.file, header, rows[1:], hashlib.sha256(content).hexdigest())


def _csv(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")  # spreadsheets begin a file with a mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Mistake("a file in UTF-8", where=f"{name}:{line}") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Mistake("plain text", where=f"{name}:{line}", hint="there stands an invisible character")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if cells:  # a blank line is no row
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Mistake("a CSV table", where=f"{name}:{reader.line_num}", hint=str(error)) from None
    if rows and len(rows[0][1]) == 1 and ";" in rows[0][1][0]:
        raise Mistake("columns separated by commas", where=f"{name}:1", hint="these are separated by semicolons")
    return rows


def _workbook(content: bytes, source: Source) -> list[tuple[int, list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST:
                raise Mistake(f"a workbook of at most {LARGEST:,} bytes unpacked", where=source.file)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
        if source.sheet is not None and source.sheet not in names:
            raise Mistake(f"a sheet of the workbook ({', '.join(names)})", where=source.file, got=source.sheet)
        if source.sheet is None and len(names) != 1:
            raise Mistake("the sheet's name, since there are several", where=source.file, example=names[0])
        sheet = workbook.get_sheet_by_name(source.sheet or names[0])
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise Mistake("a workbook that can be read", where=source.file, hint=str(error).split("\n")[0]) from None
    told = [(number, [_said(cell) for cell in cells]) for number, cells in enumerate(rows, 1)]
    return [(number, cells) for number, cells in told if any(cells)]


def _said(value: Any) -> str:
    """A cell of a workbook as text: a whole number without a point, a day as ISO."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # repr tells a number in the fewest digits that mean it; a whole one is told as whole
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
