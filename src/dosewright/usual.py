"""The usual orders of a table: where nearly all rows hold the same, a field is one value, and a rule looks at it once.

In a table of orders most columns hold one value in nearly every row: the route, the diluent, the reduction that is not
there. The rows that hold it in every such column are usual; for their orders the field is that value, as it is for one
order alone, and a rule on such fields costs a million orders what it costs one. Nothing is copied: the columns that
vary stay whole, and of them the usual orders alone are asked about. The few other rows are left as they stand in the
table, to be read and checked as a table of their own. A rule knows nothing of all this.

A row may be put with the others for no good reason, and is answered all the same. What must be so is that a usual row
holds the one value of each column that has one, and that each of its cells could be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from .orders.rules.values import at
from .tables import Column, Layout, Orders, Reader, Rows, each_an_order, read_into

NEARLY: Final = 1 / 1024
"""The share of the rows that may hold something else in a column of one value: of a hundred such columns, and if no row
departs in two of them, nine rows in ten are usual still."""
FEWEST: Final = 4096  # rows among which it is worth while to seek the usual ones
_SAMPLE: Final = 64  # rows by which the one value is guessed before all are held against it
Known: TypeAlias = dict[tuple[object, ...], Mapping[str, Any]]  # of a column and its one cell the fields that it fills


def usual(rows: Rows, plan: Layout, strange: Sequence[int] = (), known: Known | None = None) -> Orders:
    """Rows of which each is an order, the usual ones told from the others; a strange one, by its number, is none.

    Where there are too few rows for it, or too few of them are usual, none is told from the others. `known` are the one
    values of chunks before this one, which are not read again.
    """
    import numpy

    if rows.count < FEWEST:
        return each_an_order(rows, plan)
    reader = _Usual(rows.count, {} if known is None else known)
    read_into(reader, rows, plan)
    numbers = numpy.arange(rows.first, rows.first + rows.count)
    among = ~numpy.isin(numbers, numpy.array(strange, numpy.int64))
    for departing in (*reader.departing, list(reader.unreadable)):
        among[departing] = False
    others = numpy.flatnonzero(~among)
    if 2 * len(others) > rows.count:
        return each_an_order(rows, plan)
    return Orders(reader.values, numbers, rows.count, rows.count, among, rows.taken(others))


class _Usual(Reader):
    """The cells of the usual rows: one value where they hold one, and the rows that depart from it."""

    def __init__(self, count: int, known: Known) -> None:
        super().__init__(count)
        self.most = int(NEARLY * count)
        self.departing: list[Any] = []
        self.known = known

    def take(self, column: Column, cells: Any) -> None:
        """One column of a chunk."""
        import pyarrow as pa

        if column.field.form == "word" and pa.types.is_string(cells.type):
            cells = cells.dictionary_encode()
        common = None if column.field.form == "text" else _common(cells, self.most)
        if common is not None:
            place, departing = common
            values = self._one(column, cells[place : place + 1])
            if values is not None:
                self.values |= values
                self.departing.append(departing)
                return
        if 0 < cells.null_count <= self.most:
            empty = _rows(cells, known=False)
            self.departing.append(empty)
            cells = cells if column.field.form == "text" else _filled(cells, empty)
        super().take(column, cells)

    def _one(self, column: Column, cell: Any) -> Mapping[str, Any] | None:
        """The fields that one cell fills; None where it cannot be read."""
        key = (column.path, column.name, cell.type, cell[0].as_py())
        if key not in self.known:
            one = Reader(1)
            one.take(column, cell)
            if one.unreadable:
                return None
            self.known[key] = {path: at(value, 0) for path, value in one.values.items()}
        return self.known[key]


def _common(cells: Any, most: int) -> tuple[int, Any] | None:
    """A row that holds the value of nearly all, and the few rows that do not; None where they hold several."""
    import numpy

    if len(cells) - cells.null_count <= most:
        departing = _rows(cells, known=True)
        return next(place for place in range(len(cells)) if place not in departing), departing
    raw = _raw(cells)
    if raw is None or cells.null_count > most:
        return None
    step = len(cells) // _SAMPLE
    sample = raw[::step].tolist()
    value = next((one for one in sample[:3] if sample.count(one) > _SAMPLE * 7 // 8), None)
    if value is None:
        return None
    departing = numpy.flatnonzero(raw != value)
    if len(departing) > most:
        return None
    if cells.null_count:
        departing = numpy.append(departing, _rows(cells, known=False))
    places = (place * step for place, one in enumerate(sample) if one == value and place * step not in departing)
    place = next(places, None)  # none where just the rows of the sample are empty
    return None if place is None else (place, departing)


def _filled(cells: Any, empty: Any) -> Any:
    """Cells of which the empty ones hold what another does, so that the rules find a column in which all is known."""
    import numpy
    import pyarrow as pa

    first = int(numpy.setdiff1d(numpy.arange(len(empty) + 1), empty)[0])
    raw = _raw(cells)
    if raw is None:
        return cells.fill_null(cells[first])
    filled = raw.copy()
    filled[empty] = raw[first]
    held = getattr(cells, "indices", cells)
    held = pa.Array.from_buffers(held.type, len(cells), [None, pa.py_buffer(filled)])
    return pa.DictionaryArray.from_arrays(held, cells.dictionary) if hasattr(cells, "dictionary") else held


def _raw(cells: Any) -> Any:
    """The cells as bits of one width, equal where the cells are; what stands there for an empty one is of no matter."""
    import numpy
    import pyarrow as pa

    kind = getattr(cells, "indices", cells).type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_temporal(kind)):
        return None
    width = kind.bit_width // 8
    return numpy.frombuffer(cells.buffers()[1], f"u{width}")[cells.offset : cells.offset + len(cells)]


def _rows(cells: Any, *, known: bool) -> Any:
    """The few rows in which something stands, or the few in which nothing does; by their bits, eight at a time."""
    import numpy

    bits = cells.buffers()[0]
    if bits is None or cells.offset % 8:
        return numpy.flatnonzero(cells.is_valid().to_numpy(zero_copy_only=False) == known)
    eights = numpy.frombuffer(bits, numpy.uint8)[cells.offset // 8 : (cells.offset + len(cells) + 7) // 8]
    places = numpy.flatnonzero(eights != (0 if known else 255))
    found = numpy.unpackbits(eights[places, None], axis=1, bitorder="little") == known
    rows = (places[:, None] * 8 + numpy.arange(8))[found]
    return rows[rows < len(cells)]
