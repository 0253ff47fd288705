"""Tables of orders: CSV, XLSX or Parquet, in own columns or in a stranger's, read in chunks of any number.

A column is named by its field and unit, 'weight [kg]' or 'oxaliplatin.dose [mg]'; a mapping file says so of columns
that are called otherwise. A cell that cannot be read is noted with its row, and stops no other row.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator
from pydantic import Field as ModelField

from . import files, spreadsheets
from .errors import Mistake, nearest, together
from .orders.rules.fields import BLANKS, FIELDS, FIRST_DAY, LAST_DAY, LONGEST, NOTHING_SAID, Field, Part
from .orders.rules.values import Texts, Words
from .orders.written import read_value
from .reading import FORBIDDEN, Document, Strict, Text, read, several, validate
from .units import UNITS, Kind

CHUNK: Final = 65_536
EMPTY: Final = "the row is empty: nothing stands in any column that is read"
_BLANK: Final = max(map(len, NOTHING_SAID))
_SPACE, _DELETE = 0x20, 0x7F
ENDINGS: Final = (".csv", ".xlsx", ".parquet")
_KEY: Final = re.compile(r"[^.;,\t]*[^.;,\t ]")  # a table cut at the wrong character is no table of strange lines
_HEADER: Final = re.compile(r"([^\[\]]+?)(?: ?\[([^\]]+)\])?")
_NUMBER: Final = r"^(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?$"  # the grammar of units.number, for a column at a time
_YEAR_FIRST: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DayOrder = Literal["year-month-day", "day-month-year", "month-day-year"]


# ---------------------------------------------------------------------------------------------------------- the mapping


class ColumnOf(Strict):
    """What one column of a stranger's table is."""

    field: Annotated[tuple[Text, ...], several]
    unit: Text | None = None
    words: dict[Text, Text] = ModelField(default_factory=dict)
    days: DayOrder = "year-month-day"


def _column_of(value: object) -> object:
    return {"field": value} if isinstance(value, str | list) else value


class Foreign(Strict):
    """How the columns of a stranger's table are called, what is the same in every row, and what a row is."""

    dosewright: Literal["1"] = ModelField(alias="schema")
    rows: Literal["orders", "lines"] = "orders"
    columns: dict[Text, Annotated[ColumnOf, BeforeValidator(_column_of)]]
    constants: dict[Text, Text] = ModelField(default_factory=dict)
    ignore: tuple[Text, ...] = ()


def load_mapping(content: bytes, name: str) -> tuple[Foreign, Document]:
    """A mapping file, with every mistake in it at once."""
    document = read(content, name)
    return validate(document, Foreign), document


# ---------------------------------------------------------------------------------------------------------- the columns


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read: where it stands, the path of its field, its unit, and how its cells are to be taken."""

    name: str
    path: str
    field: Field
    unit: str = ""
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    days: DayOrder = "year-month-day"

    @property
    def prefix(self) -> str:
        """The part of the order, with its point: 'oxaliplatin.'."""
        return self.path.removesuffix(self.field.name)

    def read(self, text: str) -> Mapping[str, Any]:
        """A cell, by the names of the fields that it fills."""
        text = self.words.get(text.strip(), text.strip())
        if self.field.form == "day" and self.days != "year-month-day" and text.casefold() not in BLANKS:
            text = _turned(text, self.days)
        if self.unit and self.field.form == "quantity" and text.casefold() not in BLANKS:
            from .units import number

            number(text)
            text = f"{text} {self.unit}"
        return read_value(self.field, text)


def _turned(text: str, order: DayOrder) -> str:
    """A date in another order than ours, as the mapping says; never guessed.

    What stands there with its year first can be read in one way only, as a cell that is a date of a spreadsheet does.
    """
    if _YEAR_FIRST.fullmatch(text):
        return text
    match = re.fullmatch(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})", text, re.ASCII)
    if match is None:
        raise Mistake(f"a date as {order}", example="23/11/2026" if order[0] == "d" else "11/23/2026", got=text)
    day, month = (match[1], match[2]) if order == "day-month-year" else (match[2], match[1])
    return f"{match[3]}-{month:0>2}-{day:0>2}"


_PARTS: Final[Mapping[str, Part]] = {"beads": "beads", "lab": "lab", "before": "before"}


def part_of(path: str) -> Part:
    """The part of an order that a path belongs to; what is no part of its own is a line, by its key."""
    prefix, point, _ = path.rpartition(".")
    return _PARTS.get(prefix.partition(".")[0], "line") if point else "order"


def field_of(path: str) -> Field | None:
    """The field that a path names, if there is one: 'weight', 'oxaliplatin.dose', 'lab.neutrophils.on'."""
    prefix, point, name = path.rpartition(".")
    part = part_of(path)
    if prefix.count(".") != (part in {"lab", "before"}) or (point and not _KEY.fullmatch(prefix.rpartition(".")[2])):
        return None
    found = FIELDS[part].get(name)
    return None if found is None or found.noted else found


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of a table are read, and which are left; what is the same in every row; what a row is."""

    columns: tuple[Column, ...]
    unused: tuple[str, ...]
    constants: Mapping[str, Any]
    rows: Literal["orders", "lines"]

    @property
    def carried(self) -> frozenset[str]:
        """The paths for which there is a column, or one value for all rows."""
        return frozenset(column.path for column in self.columns) | frozenset(self.constants)


def layout(header: Sequence[str], table: str, mapping: tuple[Foreign, Document] | None) -> Layout:
    """What the columns of a table are, by their own names or by a mapping file.

    Raises every `Mistake` at once: a column that is mapped and not there, a field that does not exist, a unit that is
    none of the field's, two columns for one field.
    """
    found: list[Mistake] = []
    columns: list[Column] = []
    constants: dict[str, Any] = {}
    unused: list[str] = []
    if mapping is None:
        for name in header:
            column = _own(name)
            if column is None and _own(name.casefold()) is not None:
                needs = "a column named as ours are, in small letters, or a mapping file"
                found.append(Mistake(needs, where=table, example=name.casefold(), got=name))
            (columns if column else unused).append(column or name)  # type: ignore[arg-type]
    else:
        foreign, document = mapping
        _foreign(header, foreign, document, columns, constants, found)
        known = {*foreign.columns, *foreign.ignore}
        unused = [name for name in header if name not in known]
    rows: Literal["orders", "lines"] = mapping[0].rows if mapping else "orders"
    found += _mistakes(columns, table, mapping[1] if mapping else None)
    if not columns and not found:
        needs, example = "columns that are known, or a mapping file", "weight [kg],height [cm],oxaliplatin.dose [mg]"
        found.append(Mistake(needs, where=table, example=example, got=",".join(header)))
    if rows == "lines" and not {"id", "drug"} <= {column.path for column in columns}:
        found.append(Mistake("columns for 'id' and 'drug', since a row is a line of an order", where=table))
    if found:
        raise together(found)
    return Layout(tuple(columns), tuple(unused), constants, rows)


def _path(text: str) -> str:
    """The path that a header or a mapping names; a line is known by its drug in whatever letters."""
    prefix, point, name = text.strip().rpartition(".")
    return prefix.casefold() + point + name


def _own(name: str) -> Column | None:
    match = _HEADER.fullmatch(name.strip())
    if match is None:
        return None
    path = _path(match[1])
    found = field_of(path)
    return None if found is None else Column(name, path, found, match[2] or "")


def _foreign(
    header: Sequence[str],
    foreign: Foreign,
    document: Document,
    columns: list[Column],
    constants: dict[str, Any],
    found: list[Mistake],
) -> None:
    for name, entry in foreign.columns.items():
        place = document.where(("columns", name))
        if name not in header:
            found.append(Mistake("a column of the table", where=place, got=name, hint=f"there are {', '.join(header)}"))
            continue
        if name in foreign.ignore:
            found.append(Mistake("a column that is read or one that is left out", where=place, got=name))
        if not entry.field:
            found.append(Mistake("a field of an order", where=place, example="oxaliplatin.dose", got="[]"))
        for told in entry.field:
            match = _HEADER.fullmatch(told)
            path = _path(match[1] if match else told)
            if match and match[2] and entry.unit not in {None, match[2]}:
                found.append(Mistake("one unit", where=place, got=f"{match[2]} and {entry.unit}"))
            known = _field_of_row(path, foreign.rows)
            if known is None:
                found.append(_no_field(path, foreign.rows, "oxaliplatin.dose").at(place))
            else:
                unit = entry.unit or (match[2] if match else "") or ""
                columns.append(Column(name, path, known, unit, entry.words, entry.days))
    columned = {column.path for column in columns}
    for path, text in foreign.constants.items():
        if path in columned:
            found.append(
                Mistake(f"one value for {path}", where=document.where(("constants", path)), got="a column too")
            )
        known = _field_of_row(path, foreign.rows)
        try:
            if known is None:
                raise _no_field(path, foreign.rows, "protocol")
            for told, value in read_value(known, text).items():
                constants[path.removesuffix(known.name) + told] = value
        except Mistake as mistake:
            found.append(mistake.at(document.where(("constants", path))))


_WRITTEN: Final = {
    "lab": "lab.neutrophils.value",
    "laboratory": "lab.neutrophils.value",
    "before": "before.doxorubicin.total",
    "beads": "beads.offered",
}
"""Of each part of an order that is no line how a field of it is written."""


def _no_field(path: str, rows: str, example: str) -> Mistake:
    """What is said of a path that names no field, with the nearest that does."""
    prefix, point, name = path.rpartition(".")
    fields = {**FIELDS["line"], **FIELDS["order"]} if rows == "lines" and not point else FIELDS[part_of(path)]
    near = nearest(name, [one for one, field in fields.items() if not field.noted])
    meant = prefix + point + near if near else ""
    if field_of(meant) is None and _field_of_row(meant, rows) is None:
        part = nearest(prefix.partition(".")[0], _WRITTEN)
        meant = _WRITTEN[part] if part else ""
    hint = f"did you mean '{meant}'?" if meant else ""
    return Mistake("a field of an order", example=example, got=path, hint=hint)


def _field_of_row(path: str, rows: str) -> Field | None:
    """The field of a path; where a row is a line, a line's fields need no prefix."""
    if rows == "lines" and "." not in path and path in FIELDS["line"] and path not in FIELDS["order"]:
        return FIELDS["line"][path]
    if rows == "lines" and path.startswith("line."):
        return FIELDS["line"].get(path.removeprefix("line."))
    return field_of(path)


def _mistakes(columns: Sequence[Column], table: str, document: Document | None) -> Iterator[Mistake]:
    """Two columns for one field, and units that are none of their field's: told where the mapping file has them."""
    seen: dict[str, Column] = {}
    for column in columns:
        entry = ("columns", column.name)
        where = document.where(entry) if document else table
        if column.path in seen:
            hint = f"'{seen[column.path].name}' is that already"
            yield Mistake(f"one column for {column.path}", where=where, got=column.name, hint=hint)
        seen.setdefault(column.path, column)
        kind = column.field.kind
        units = () if kind is None else kind.units
        if column.unit and column.field.of == "lab" and column.field.name == "value":
            continue
        if column.unit and (kind is None or UNITS.get(column.unit) not in {UNITS[unit] for unit in units}):
            if document and (*entry, "unit") in document.marks:
                where = document.where((*entry, "unit"))
            got = column.unit if document else column.name
            yield Mistake(f"a unit of {column.path} ({', '.join(units) or 'it has none'})", where=where, got=got)


# ------------------------------------------------------------------------------------------------------------- the rows


@dataclass(frozen=True)
class Rows:
    """Rows of a table as they stand there: a column each, as Arrow has it, and the number of the first."""

    first: int
    columns: Mapping[str, Any]
    count: int
    broken: Mapping[int, str] = dataclasses.field(default_factory=dict)  # rows, from 0, that are no rows, and why

    def taken(self, places: Any) -> Rows:
        """Some of the rows, as they stand there; they are numbered anew."""
        import pyarrow as pa

        batch = pa.record_batch(list(self.columns.values()), names=list(self.columns)).take(pa.array(places))
        columns = {name: _plainly(cells) for name, cells in zip(self.columns, batch.columns, strict=True)}
        broken = {new: self.broken[old] for new, old in enumerate(places.tolist()) if old in self.broken}
        return Rows(0, columns, len(places), broken)


@dataclass(frozen=True)
class Table:
    """A table that can be read in chunks, as often as needed."""

    path: str
    header: tuple[str, ...]
    rows: int | None
    chunks: Callable[[Sequence[Column]], Iterator[Rows]]


def open_table(path: str) -> Table:
    """A table by its file's ending."""
    ending = Path(path).suffix.casefold()
    if ending == ".parquet":
        return _parquet(path)
    if ending == ".xlsx":
        return _spreadsheet(path)
    return _csv(path)


def _parquet(path: str) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise Mistake("a Parquet file that can be read", where=path, hint=str(error).splitlines()[0]) from None

    def chunks(columns: Sequence[Column]) -> Iterator[Rows]:
        yield from groups_of(path, columns, range(file.metadata.num_row_groups), 1)

    return Table(path, tuple(file.schema_arrow.names), file.metadata.num_rows, chunks)


def groups_of(path: str, columns: Sequence[Column], groups: Iterable[int], first: int) -> Iterator[Rows]:
    """Some row groups of a Parquet file in chunks; `first` is the number of their first row."""
    import pyarrow.parquet as pq

    words = [column.name for column in columns if column.field.form == "word"]
    names = [column.name for column in columns]
    # to read ahead would keep the whole file in memory, and takes longer for it
    source = pq.ParquetFile(path, read_dictionary=words, pre_buffer=False)
    for batch in source.iter_batches(batch_size=CHUNK, row_groups=list(groups), columns=names, use_threads=False):
        yield rows_of(batch, first, columns)
        first += batch.num_rows


def rows_of(batch: Any, first: int, columns: Sequence[Column]) -> Rows:
    """The columns of a record batch of Arrow that are read, as rows of a table."""
    read = {column.name: batch.column(column.name) for column in columns}
    return Rows(first, read, batch.num_rows, _empty(read.values()))


def _empty(columns: Iterable[Any]) -> dict[int, str]:
    """The rows in which nothing stands at all: the few that are left when column after column was asked."""
    import numpy

    rows: Any = None
    for cells in columns:
        if not cells.null_count:
            return {}
        known = cells.is_null().to_numpy(zero_copy_only=False)
        rows = numpy.flatnonzero(known) if rows is None else rows[known[rows]]
        if not len(rows):
            return {}
    return {} if rows is None else dict.fromkeys(rows.tolist(), EMPTY)


def _csv(path: str) -> Table:
    with _reading(path) as lines:
        header = next(lines, None)
    if header is None:
        raise Mistake("a table with a header", where=path, example="weight [kg],height [cm],protocol")
    spreadsheets.check_commas(header, f"{path}:1")
    names = _headed(header, path)

    def chunks(columns: Sequence[Column]) -> Iterator[Rows]:
        with _reading(path) as lines:
            next(lines)
            yield from _from_lists(lines, names, columns)

    return Table(path, names, None, chunks)


def _headed(header: Sequence[str], path: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in header)
    doubled = sorted(name for name, times in Counter(names).items() if times > 1)
    if doubled:
        raise Mistake("each column once", where=f"{path}:1", got=", ".join(doubled))
    return names


def _from_lists(
    lines: Iterable[Sequence[str | None]], names: Sequence[str], columns: Sequence[Column]
) -> Iterator[Rows]:
    """Rows of text in chunks; one with too few or too many cells is told, and filled with nothing."""
    import pyarrow as pa

    first, source = 2, iter(lines)  # the header is the first row of a spreadsheet
    empty: list[str | None] = [None] * len(names)
    wanted = {column.name for column in columns}
    while chunk := list(itertools.islice(source, CHUNK)):
        broken = {}
        for place, row in enumerate(chunk):
            if len(row) != len(names):
                broken[place] = f"{len(names)} cells are needed, and these are {len(row)}" if row else EMPTY
                chunk[place] = empty
        read = {
            name: pa.array([cell or None for cell in cells], pa.string())
            for name, cells in zip(names, zip(*chunk, strict=True), strict=True)
            if name in wanted
        }
        yield Rows(first, read, len(chunk), _empty(read.values()) | broken)
        first += len(chunk)


def _reading(path: str) -> Any:
    from .cases import reading

    return reading(path)


def _spreadsheet(path: str) -> Table:
    rows = spreadsheets.cells_of(files.read(path, most=spreadsheets.LARGEST), Path(path).name)
    if not rows:
        raise Mistake("a table with a header", where=path, example="weight [kg],height [cm],protocol")
    names = _headed([_cell(one) or "" for one in rows[0]], path)
    body = [[_cell(one) for one in row] for row in rows[1:]]

    def chunks(columns: Sequence[Column]) -> Iterator[Rows]:
        yield from _from_lists(body, names, columns)

    return Table(path, names, len(body), chunks)


def _cell(value: Any) -> str | None:
    """A cell of a spreadsheet as text; a number in as many digits as anybody writes."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def one_after_another(parts: Sequence[Rows]) -> Rows:
    """Rows of one table as they come, one part after another."""
    import pyarrow as pa

    columns = {name: pa.concat_arrays([part.columns[name] for part in parts]) for name in parts[0].columns}
    begins = itertools.accumulate((part.count for part in parts), initial=0)
    broken = {
        begin + place: why for begin, part in zip(begins, parts, strict=False) for place, why in part.broken.items()
    }
    return Rows(0, columns, sum(part.count for part in parts), broken)


def _plainly(cells: Any) -> Any:
    """Cells without a list of the different ones, which would be longer than the few of them."""
    return cells.dictionary_decode() if hasattr(cells, "dictionary") else cells


# ------------------------------------------------------------------------------------------------------ rows to records


@dataclass
class Reader:
    """Cells of one chunk as the rules compare them, and a note of every cell that cannot be read."""

    count: int
    unreadable: dict[int, list[str]] = dataclasses.field(default_factory=dict)
    values: dict[str, Any] = dataclasses.field(default_factory=dict)

    def note(self, row: int, mistake: Mistake, column: Column) -> None:
        mistake.where = ""
        self.unreadable.setdefault(row, []).append(f"{column.name}: {mistake}")

    def take(self, column: Column, cells: Any) -> None:
        """One column of a chunk."""
        import pyarrow as pa

        kind = cells.type
        if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
            self._texts(column, cells)
        elif pa.types.is_null(kind) or (pa.types.is_integer(kind) and column.field.form in {"text", "word"}):
            self._texts(column, cells.cast(pa.string()))
        elif pa.types.is_boolean(kind):
            self._texts(column, pa.compute.if_else(cells, "yes", "no"))
        elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            self._dated(column, cells)
        elif pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
            self._numbers(column, cells)
        else:
            raise Mistake("a column of text, numbers or days", where=column.name, got=str(kind))

    def _texts(self, column: Column, cells: Any) -> None:
        import pyarrow as pa

        form = column.field.form
        if form == "text" and not column.words and not pa.types.is_dictionary(cells.type):
            self.values[column.path] = Texts(self._plain_texts(column, cells.cast(pa.string())))
            return
        if form in {"quantity", "number", "count"} and not pa.types.is_dictionary(cells.type):
            cells = self._plain_numbers(column, cells)
            if cells is None:
                return
        encoded = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
        self._distinct(column, encoded)

    def _plain_texts(self, column: Column, cells: Any) -> Any:
        """Texts of which most are different: trimmed at once, and only the few that may be no texts read one by one."""
        import numpy
        import pyarrow as pa
        import pyarrow.compute as pc

        cells, plain = _trimmed(cells)
        rows = {*_too_long(cells), *_blank(cells, column.field.blanks)}
        if not plain:
            forbidden = pc.match_substring_regex(cells, FORBIDDEN.pattern).fill_null(False)
            rows.update(numpy.flatnonzero(forbidden).tolist())
        if not rows:
            return cells
        texts = cells.to_pylist()
        for row in sorted(rows):
            try:
                texts[row] = column.field.read(texts[row])
            except Mistake as mistake:
                texts[row] = None
                self.note(row, mistake, column)
        return pa.array(texts, pa.string())

    def _plain_numbers(self, column: Column, cells: Any) -> Any:
        """Read at once a column of plain numbers, where every cell is one; else leave it to be read cell by cell."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if (column.field.form == "quantity") != bool(column.unit) or column.words:
            return cells
        if not pc.all(
            pc.match_substring_regex(cells, _NUMBER)
        ).as_py():  # null where a cell is empty, which is no matter
            return cells
        self._numbers(column, cells.cast(pa.float64()))
        return None

    def _distinct(self, column: Column, encoded: Any) -> None:
        """Each different cell read once."""
        import numpy

        vocabulary = encoded.dictionary.to_pylist()
        indices = encoded.indices.fill_null(len(vocabulary)) if encoded.indices.null_count else encoded.indices
        codes = indices.to_numpy(zero_copy_only=False).astype(numpy.int32, copy=False)
        told: list[Mapping[str, Any]] = []
        wrong: dict[int, Mistake] = {}
        for place, text in enumerate(vocabulary):
            try:
                told.append({} if text is None or not text.strip() else column.read(text))
            except Mistake as mistake:
                told.append({})
                wrong[place] = mistake
        told.append({})
        for name in sorted({name for one in told for name in one} or {column.field.name}):
            self.values[column.prefix + name] = _by_code(
                codes, [one.get(name) for one in told], FIELDS[column.field.of][name]
            )
        if wrong:
            for row in numpy.flatnonzero(numpy.isin(codes, list(wrong))).tolist():
                self.note(row, wrong[int(codes[row])], column)

    def _numbers(self, column: Column, cells: Any) -> None:
        """A column of numbers: converted, and held against what a value of the field can be."""
        import numpy

        kind, asked = column.field.kind, column.field
        if asked.form not in {"quantity", "number", "count"}:
            raise Mistake(asked.needs, where=column.name, got="a column of numbers")
        if kind is not None and not column.unit:
            example = f"{column.path} [{kind.units[0]}]"
            raise Mistake(f"the unit of {column.path} ({', '.join(kind.units)})", where=column.name, example=example)
        numbers = _floats(cells)
        factor = 1.0 if kind is None else _factor(column.unit, kind)
        values = numbers * factor if factor != 1.0 else numbers
        least, most = (asked.least, asked.most) if kind is None else (kind.least, kind.most)
        least, most = max(least, asked.least), min(most, asked.most)
        if _within(values, least, most) and (asked.form != "count" or _whole(values)):
            self.values[column.path] = values
            return
        wrong = (values < least) | (values > most) | numpy.isinf(values)
        if asked.form == "count":
            wrong |= (values != numpy.floor(values)) & ~numpy.isnan(values)
        if wrong.any():
            values = numpy.where(wrong, numpy.nan, values)
            for row in numpy.flatnonzero(wrong).tolist():
                whole = "whole number" if asked.form == "count" else "number"
                span = f"{_limit(least / factor)} and {_limit(most / factor)} {column.unit}".rstrip()
                mistake = Mistake(f"a {whole} between {span}", got=f"{numbers[row]:g}")
                self.note(row, mistake, column)
        self.values[column.path] = values

    def _dated(self, column: Column, cells: Any) -> None:
        import numpy
        import pyarrow as pa

        form, zone = column.field.form, getattr(cells.type, "tz", None)
        if form not in {"day", "moment"} or (form == "moment" and zone is None):
            raise Mistake(column.field.needs, where=column.name, got=str(cells.type))
        if form == "day":
            told = cells.cast(pa.date32(), safe=False).cast(pa.int32())
            values = _floats(told)
        else:
            told = cells.cast(pa.int64())
            values = _hours(told, _IN_A_SECOND[cells.type.unit])
        hours = 1 if form == "day" else 24
        if not _within(values, FIRST_DAY * hours, LAST_DAY * hours):
            wrong = (values < FIRST_DAY * hours) | (values >= (LAST_DAY + 1) * hours)
            for row in numpy.flatnonzero(wrong).tolist():
                self.note(row, Mistake(column.field.needs, example=column.field.example, got=str(told[row])), column)
            values = numpy.where(wrong, numpy.nan, values)
        self.values[column.path] = values


def _limit(value: float) -> str:
    """A limit as a message tells it, in four figures.

    >>> _limit(0.2), _limit(700_000), _limit(0.0000001), _limit(0.3 / 0.45359237)
    ('0.2', '700,000', '0.0000001', '0.6614')
    """
    return f"{float(f'{value:.4g}'):,.10f}".rstrip("0").rstrip(".")


@functools.cache
def _factor(unit: str, kind: Kind) -> float:
    """By how much a number in one unit is multiplied for the unit in which the rules compare."""
    return float((1.0 * UNITS[unit]).m_as(kind.unit))


def _floats(cells: Any) -> Any:
    """Numbers of Arrow as floats, NaN where a cell is empty."""
    numbers = cells.cast("float64", safe=False)
    return (numbers.fill_null(math.nan) if numbers.null_count else numbers).to_numpy()


_IN_A_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def _hours(ticks: Any, in_a_second: int) -> Any:
    """Moments of Arrow as hours since the first of 1970, to the second."""
    import numpy

    hours = ticks.fill_null(0).to_numpy() // in_a_second / 3600
    if ticks.null_count:
        hours[ticks.is_null().to_numpy(zero_copy_only=False)] = numpy.nan
    return hours


def _letters(cells: Any) -> tuple[Any, Any]:
    """Texts of Arrow as the places where they begin, and the last one ends, among the letters of all of them."""
    import numpy

    _, offsets, data = cells.buffers()
    ends = numpy.frombuffer(offsets, numpy.int32)[cells.offset : cells.offset + len(cells) + 1]
    return ends, numpy.frombuffer(data or b"", numpy.uint8)


def _trimmed(cells: Any) -> tuple[Any, bool]:
    """Texts without blanks about them, and whether all of their letters are plain ones of ASCII."""
    import pyarrow.compute as pc

    ends, letters = _letters(cells)
    letters = letters[ends[0] : ends[-1]]
    if not len(letters):
        return cells, True
    least = letters.min()
    plain = least >= _SPACE and letters.max() < _DELETE
    if plain and least > _SPACE:
        return cells, True
    # of a cell without letters these are its neighbours' ones, which are looked at anyway
    firsts = letters.take(ends[:-1] - ends[0], mode="clip")
    lasts = letters.take(ends[1:] - ends[0] - 1, mode="clip")
    if plain and not ((firsts == _SPACE).any() or (lasts == _SPACE).any()):
        return cells, True
    return pc.utf8_trim_whitespace(cells), plain


def _too_long(cells: Any) -> list[int]:
    import numpy

    ends, _ = _letters(cells)
    lengths = numpy.diff(ends)
    return [] if lengths.max(initial=0) <= LONGEST else numpy.flatnonzero(lengths > LONGEST).tolist()


_BEGINS: Final = bytes(
    any(chr(one).casefold() == blank[:1] for blank in NOTHING_SAID) or one >= _DELETE for one in range(256)
)
"""Of each letter whether what says that nothing is known may begin with it."""


def _blank(cells: Any, blanks: frozenset[str]) -> list[int]:
    """The texts that say that nothing is known: sought among the short ones that begin as these do."""
    import numpy
    import pyarrow as pa
    import pyarrow.compute as pc

    ends, letters = _letters(cells)
    lengths = numpy.diff(ends)
    rows = numpy.flatnonzero(lengths <= _BLANK)
    if len(rows) and len(letters):
        begins = numpy.frombuffer(_BEGINS, bool)[letters.take(ends[rows], mode="clip")]
        rows = rows[begins | (lengths[rows] == 0)]
    blank = pc.is_in(pc.utf8_lower(cells.take(pa.array(rows))), pa.array(sorted(blanks)))
    return list(rows[blank.to_numpy(zero_copy_only=False)].tolist())


def _within(values: Any, least: float, most: float) -> bool:
    """Whether every number that is known lies within limits, and none of them is infinite: the common case, at once."""
    import numpy

    if not len(values):
        return True
    low, high = numpy.fmin.reduce(values), numpy.fmax.reduce(values)
    return bool(numpy.isnan(low) or (least <= low and high <= most and numpy.isfinite(low) and numpy.isfinite(high)))


def _whole(values: Any) -> bool:
    """Whether every number that is known is a whole one."""
    import numpy

    return not numpy.fmax.reduce(values - numpy.floor(values), initial=0.0)


def _by_code(codes: Any, values: list[Any], of: Field) -> Any:
    """A column from the value of each different cell."""
    import numpy

    if of.form in {"word", "text"}:
        return Words(codes, tuple(values))
    return numpy.array([numpy.nan if value is None else value for value in values]).take(codes, mode="clip")


def records(rows: Rows, plan: Layout) -> tuple[dict[str, Any], dict[int, list[str]]]:
    """The fields of a chunk, by path, and what could not be read of which row."""
    reader = Reader(rows.count)
    read_into(reader, rows, plan)
    return reader.values, reader.unreadable


def read_into(reader: Reader, rows: Rows, plan: Layout) -> None:
    """Every column of a chunk, and what is the same in every row."""
    for place, why in rows.broken.items():
        reader.unreadable[place] = [why]
    for column in plan.columns:
        reader.take(column, rows.columns[column.name])
        if column.field.of == "lab" and column.field.name == "value" and column.unit:
            reader.values[column.prefix + "unit"] = column.unit
    reader.values = {**plan.constants, **reader.values}


@dataclass(frozen=True)
class Orders:
    """A chunk of a table as orders: their fields, of each the row in which it begins, and how many rows were read.

    Where the usual orders are told from the others, the fields are theirs, `among` says which they are, and `others`
    are the rows of the rest. `broken` are the places of those that are no orders, since their row is none: it has too
    few or too many cells, or is empty.
    """

    values: Mapping[str, Any]
    rows: Any
    count: int
    read: int
    among: Any = None
    others: Rows | None = None
    broken: Sequence[int] = ()


def orders_of(table: Table, plan: Layout, each: Callable[[Rows, Layout], Orders] | None = None) -> Iterator[Orders]:
    """The orders of a table in chunks, whether a row is an order or a line of one; `each` makes them of rows of which
    each is an order."""
    if plan.rows == "lines":
        from .order_lines import joined

        yield from joined(table, plan)
        return
    for rows in table.chunks(plan.columns):
        yield (each or each_an_order)(rows, plan)


def each_an_order(rows: Rows, plan: Layout) -> Orders:
    """Rows of which each is an order."""
    import numpy

    values, unreadable = records(rows, plan)
    numbers = numpy.arange(rows.first, rows.first + rows.count)
    made = noted(values, unreadable, rows.count)
    return Orders(made, numbers, rows.count, rows.count, broken=sorted(rows.broken))


def noted(values: dict[str, Any], unreadable: Mapping[int, Sequence[str]], count: int) -> dict[str, Any]:
    """Fields together with a note of what could not be read, and in which row."""
    import pyarrow as pa

    if unreadable:
        notes: list[str | None] = [None] * count
        for row, mistakes in unreadable.items():
            notes[row] = "; ".join(mistakes)
        values["unreadable"] = Texts(pa.array(notes, pa.string()))
    return values
