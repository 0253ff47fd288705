"""The files of a cohort: a folder with its cohort file and its tables, as CSV or XLSX; read once, never written to."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from . import files, spreadsheets
from .errors import Mistake, together
from .outcomes import cohort as records
from .outcomes.cohort import TABLES, Cohort, Settings, Source, Table
from .reading import read, validate

SETTINGS: Final = "cohort.yaml"


def load_settings(folder: str) -> Settings:
    """The cohort file of a folder."""
    if Path(folder).exists() and not Path(folder).is_dir():
        raise Mistake(f"a folder that holds {SETTINGS}", example="cohort/", got=folder)
    return validate(read(files.read(str(Path(folder) / SETTINGS)), SETTINGS), Settings)


def load(folder: str) -> Cohort:
    """A cohort from its folder; every mistake of every table at once.

    Raises `Mistake` where a file cannot be read, and for all that `outcomes.cohort` finds wrong.
    """
    settings = load_settings(folder)
    read_: dict[tuple[str, str | None], Table] = {}
    found: dict[str, Table] = {}
    mistakes: list[Mistake] = []
    for name in TABLES:
        source: Source | None = getattr(settings.tables, name)
        if source is None:
            continue
        key = (source.file, source.sheet)
        try:
            if key not in read_:  # an export of REDCap holds all tables in one
                read_[key] = _table(Path(folder) / source.file, source.sheet)
            found[name] = read_[key]
        except Mistake as mistake:
            mistakes.append(mistake)
    if mistakes:
        raise together(mistakes)
    return records.cohort(settings, found)


def _table(path: Path, sheet: str | None) -> Table:
    """A table row by row, with the number of each row in its file."""
    one = spreadsheets.read(str(path), sheet=sheet)
    rows = list(zip(one.lines, zip(*one.columns.values(), strict=True), strict=True))
    return Table(one.name, tuple(one.columns), rows, hashlib.sha256(files.read(str(path))).hexdigest())
