"""Tables in which a row is a line of an order: the rows that belong together become one order.

The rows of an order stand together. What is of the whole order must be the same in each of its rows; a line becomes the
line of its drug.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .orders.rules.fields import FIELDS, line_key
from .orders.rules.values import Texts, Word, Words, missing, taken
from .protocol.drugs import generic
from .tables import Column, Layout, Orders, Rows, Table, noted, part_of, records


def joined(table: Table, plan: Layout) -> Iterator[Orders]:
    """The orders of a table of lines, in chunks; an order is never cut at the end of one."""
    rest: Rows | None = None
    id_column = next(column for column in plan.columns if column.path == "id")
    for rows in table.chunks(plan.columns):
        whole = rows if rest is None else _after(rest, rows)
        cut = _last_begins(whole, id_column)
        rest = _part(whole, cut, whole.count)
        if cut:
            yield _orders(_part(whole, 0, cut), plan)
    if rest is not None and rest.count:
        yield _orders(rest, plan)


def _after(first: Rows, second: Rows) -> Rows:
    import pyarrow as pa

    columns = {name: pa.concat_arrays(_alike([first.columns[name], second.columns[name]])) for name in second.columns}
    broken = {**first.broken, **{place + first.count: why for place, why in second.broken.items()}}
    return Rows(first.first, columns, first.count + second.count, broken)


def _alike(arrays: Sequence[Any]) -> list[Any]:
    import pyarrow as pa

    return [one.dictionary_decode() if pa.types.is_dictionary(one.type) else one for one in arrays]


def _part(rows: Rows, begin: int, end: int) -> Rows:
    columns = {name: array.slice(begin, end - begin) for name, array in rows.columns.items()}
    broken = {place - begin: why for place, why in rows.broken.items() if begin <= place < end}
    return Rows(rows.first + begin, columns, end - begin, broken)


def _last_begins(rows: Rows, id: Column) -> int:
    """The place of the first row of the last order."""
    begins = _begins(_alike([rows.columns[id.name]])[0])
    return int(begins[-1]) if len(begins) else 0


def _begins(ids: Any) -> Any:
    """The places at which another order begins; a row without a number is an order of its own."""
    import numpy
    import pyarrow.compute as pc

    if not len(ids):
        return numpy.zeros(0, int)
    other = pc.not_equal(ids[1:], ids[:-1]).fill_null(True).to_numpy(zero_copy_only=False)
    return numpy.flatnonzero(numpy.concatenate([[True], other]))


def _orders(rows: Rows, plan: Layout) -> Orders:
    import numpy

    values, unreadable = records(rows, plan)
    id_column = next(column for column in plan.columns if column.path == "id")
    begins = _begins(_alike([rows.columns[id_column.name]])[0])
    count = len(begins)
    of_row = numpy.repeat(numpy.arange(count), numpy.diff([*begins.tolist(), rows.count]))
    notes: dict[int, list[str]] = {}
    for row, said in unreadable.items():
        notes.setdefault(int(of_row[row]), []).extend(said)
    made: dict[str, Any] = {}
    for path, value in values.items():
        if _of_line(path):
            continue
        if path in plan.constants:
            made[path] = value
        else:
            made[path] = taken(value, begins)
            for place in sorted({int(of_row[row]) for row in _departing(value, begins, of_row)}):
                notes.setdefault(place, []).append(f"{path}: differs between the lines of the order")
    fields = {path.removeprefix("line."): value for path, value in values.items() if _of_line(path)}
    each = _rows_of_each(fields.get("key"), fields["drug"])
    named = {*rows.broken}.union(*(found.tolist() for found in each.values()))
    for row in sorted({*range(rows.count)} - named):
        notes.setdefault(int(of_row[row]), []).append("drug: a line of the order names none")
    made |= _by_drug(fields, each, of_row, count)
    broken = sorted(int(of_row[row]) for row in rows.broken)  # without a number each is an order of its own
    return Orders(noted(made, notes, count), begins + rows.first, count, rows.count, broken=broken)


def of_each_line(plan: Layout, keys: Iterable[str]) -> frozenset[str]:
    """The paths for which a table of lines has a column: what it can say of one line it can say of each of them."""
    if plan.rows != "lines":
        return frozenset()
    names = [path.removeprefix("line.") for path in plan.carried if _of_line(path)]
    return frozenset(f"{key}.{name}" for key in keys for name in names)


def _of_line(path: str) -> bool:
    name = path.removeprefix("line.")
    return name in FIELDS["line"] and (
        path.startswith("line.") or (part_of(path) == "order" and name not in FIELDS["order"])
    )


def _departing(value: Any, begins: Any, of_row: Any) -> list[int]:
    """The rows in which something of the whole order is not what its first row says."""
    import numpy

    if isinstance(value, Texts):
        value = value.words
    if isinstance(value, Words):
        return numpy.flatnonzero(value.codes != value.codes[begins][of_row]).tolist()
    if value is None or isinstance(value, str | float):
        return []
    first = value[begins][of_row]
    both = numpy.isnan(value) & numpy.isnan(first)
    return numpy.flatnonzero((value != first) & ~both).tolist()


def _by_drug(fields: Mapping[str, Any], each: Mapping[str, Any], of_row: Any, count: int) -> dict[str, Any]:
    """The fields of each line in the place of its order: by its key where the table has one, else by its drug."""
    import numpy

    made: dict[str, Any] = {}
    for key, rows in each.items():
        made[f"{key}.lines"] = numpy.bincount(of_row[rows], minlength=count).astype(float)
        for name, value in fields.items():
            made[f"{key}.{name}"] = _scattered(value, rows, of_row[rows], count)
    return made


def _rows_of_each(key: Word, drug: Word) -> dict[str, Any]:
    """The rows of each line's name."""
    import numpy

    found: dict[str, list[Any]] = {}
    left = True
    for named, called in ((key, str), (drug, generic)):
        words = named.words if isinstance(named, Texts) else named
        if not isinstance(words, Words):
            continue
        folded = [None if name is None else line_key(called(name)) for name in words.vocabulary]
        for name in {one for one in folded if one is not None}:
            codes = [code for code, one in enumerate(folded) if one == name]
            rows = numpy.flatnonzero(numpy.isin(words.codes, codes) & left)
            if len(rows):
                found.setdefault(name, []).append(rows)
        left = missing(words)
    return {name: numpy.concatenate(rows) for name, rows in found.items()}


def _scattered(value: Any, rows: Any, places: Any, count: int) -> Any:
    import numpy

    if isinstance(value, Texts):
        value = value.words
    if isinstance(value, Words):
        codes = numpy.full(count, len(value.vocabulary), numpy.int32)
        codes[places] = value.codes[rows]
        return Words(codes, (*value.vocabulary, None))
    if value is None or isinstance(value, str):
        codes = numpy.ones(count, numpy.int32)
        codes[places] = 0
        return Words(codes, (value, None))
    made = numpy.full(count, numpy.nan)
    made[places] = value if isinstance(value, float) else value[rows]
    return made
