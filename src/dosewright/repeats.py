"""Orders of a table that stand twice: the same patient, protocol, cycle and day, found without keeping the orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from .orders.rules.values import Texts, Words, missing
from .tables import Layout, Table, orders_of

KEYS: Final = ("identifier", "protocol", "cycle", "day")
"""What an order is known by."""
EIGHT: Final = 8  # letters in 64 bits


def repeated(table: Table, plan: Layout) -> Mapping[int, int]:
    """Of each order that stands a second time, the row of the first: the same patient, protocol, cycle and day.

    Each order is known by 64 bits of its own: that two different ones share them is less likely than one in a million
    for ten million orders. A table of ten million takes 80 MB here.
    """
    narrow = keyed(plan)
    if narrow is None:
        return {}
    known, rows = [], []
    for chunk in orders_of(table, narrow):
        marks, certain = marks_of(chunk.values, chunk.count)
        known.append(marks[certain])
        rows.append(chunk.rows[certain])
    return repeats_of(known, rows)


def keyed(plan: Layout) -> Layout | None:
    """Of a table the columns by which an order is known; None where they are not there."""
    more = ("id", "drug") if plan.rows == "lines" else ()
    wanted = tuple(column for column in plan.columns if column.path in {*KEYS, *more})
    there = {column.path for column in wanted} | plan.constants.keys()
    return replace(plan, columns=wanted) if {"identifier", "cycle"} <= there else None


def repeats_of(known: Sequence[Any], rows: Sequence[Any]) -> Mapping[int, int]:
    """Of each order whose mark stood before, the row of the first; marks and rows come in pieces, in order."""
    import numpy

    if not known:
        return {}
    marks, places = numpy.concatenate(known), numpy.concatenate(rows)
    ordered = numpy.sort(marks)
    twice = numpy.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    first: dict[int, int] = {}
    found = {}
    for place in numpy.flatnonzero(numpy.isin(marks, twice)).tolist() if len(twice) else []:
        mark, row = int(marks[place]), int(places[place])
        if mark in first:
            found[row] = first[mark]
        else:
            first[mark] = row
    return found


def marks_of(values: Mapping[str, Any], count: int) -> tuple[Any, Any]:
    """64 bits for each order, from patient, protocol, cycle and day; and where all of these are known."""
    import numpy

    marks = numpy.full(count, 0x9E3779B97F4A7C15, numpy.uint64)
    certain = numpy.ones(count, bool)
    for path in KEYS:
        value = values.get(path)
        if value is None:
            continue
        lacking = missing(value)
        certain &= numpy.logical_not(lacking)
        marks = (marks ^ _bits(value, count)) * numpy.uint64(0xD6E8FEB86659FD93)
        marks ^= marks >> numpy.uint64(32)
    return marks, certain


def _bits(value: Any, count: int) -> Any:
    import hashlib

    import numpy

    if isinstance(value, Texts):
        return _bits_of_texts(value.array)
    words = (value,) if isinstance(value, str) else value.vocabulary if isinstance(value, Words) else None
    if words is None:
        return numpy.ascontiguousarray(numpy.broadcast_to(value, count), numpy.float64).view(numpy.uint64)
    digests = [hashlib.blake2b((word or "").encode(), digest_size=8).digest() for word in words]
    table = numpy.frombuffer(b"".join(digests), numpy.uint64)
    return table[value.codes] if isinstance(value, Words) else numpy.broadcast_to(table, count)


def _bits_of_texts(array: Any) -> Any:
    """64 bits for each text of a column, from its length and eight of its letters after another."""
    import numpy
    import pyarrow as pa

    array = array.cast(pa.string())
    _, offsets, data = array.buffers()
    ends = numpy.frombuffer(offsets, numpy.int32)[array.offset : array.offset + len(array) + 1].astype(numpy.int64)
    letters = numpy.frombuffer((data or b"")[: ends[-1]], numpy.uint8)
    letters = numpy.append(letters, numpy.zeros(EIGHT, numpy.uint8))
    from_each = numpy.ndarray(len(letters) - EIGHT + 1, numpy.uint64, letters, strides=(1,))  # eight letters on
    starts, lengths = ends[:-1], numpy.diff(ends)
    bits = lengths.astype(numpy.uint64)
    for begin in range(0, int(lengths.max(initial=0)), EIGHT):
        whole = begin + EIGHT <= lengths.min()
        rows = slice(None) if whole else numpy.flatnonzero(lengths > begin)
        eight = from_each[starts[rows] + begin]
        if not whole:  # what stands behind a text is no part of it
            beyond = numpy.maximum(begin + EIGHT - lengths[rows], 0).astype(numpy.uint64) * numpy.uint64(8)
            eight = eight << beyond >> beyond
        mixed = (bits[rows] ^ eight) * numpy.uint64(0x9FB21C651E98DF25)
        bits[rows] = mixed ^ mixed >> numpy.uint64(32)
    return bits
