"""Many orders of one protocol, sound but for a few: as the rules see them, and as a Parquet file of an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy
import pyarrow as pa
import pyarrow.parquet as pq

import dosewright
from dosewright.checks import Yardstick
from dosewright.orders.rules.fields import FIELDS, Field
from dosewright.orders.rules.values import Texts, Words
from dosewright.protocol import library
from dosewright.protocol.site import load_site
from dosewright.tables import part_of

from . import ordered

ARM = "hepa-haic"  # of the two protocols the one with beads, to which more rules apply
SPOILED = 100  # one order in so many has a danger in it
GROUP = 131_072  # rows of one group of a file
Columns = dict[str, Any]


def yardstick() -> Yardstick:
    """The example hospital, and the protocol."""
    example = Path(dosewright.__file__).with_name("examples") / "site-example.yaml"
    return Yardstick(*load_site(example.read_bytes(), example.name), library.find(ARM))


def field(path: str) -> Field:
    return FIELDS[part_of(path)][path.rpartition(".")[2]]


def plain(count: int, seed: int) -> Columns:
    """So many orders, one in a hundred spoiled in one of the ways of the dangerous ones: arrays, and lists of words."""
    made = {path: values.copy() for path, values in ordered.columns(ARM, count, seed).items()}  # some share an array
    for drug in ordered.ARMS[ARM]:
        made[f"{drug}.written"] = _written(drug, made[f"{drug}.dose"], made[f"{drug}.over"])
    chance = numpy.random.default_rng(seed)
    dangers = [danger for danger in ordered.DANGERS if danger.arm in {None, ARM}]
    for number, place in enumerate(chance.choice(count, count // SPOILED, replace=False).tolist()):
        order = ordered.row(made, place)
        dangers[number % len(dangers)].spoil(order)
        for path in dict.fromkeys([*made, *order]):
            if path not in made:
                words = field(path).form in {"word", "text"}
                made[path] = [None] * count if words else numpy.full(count, numpy.nan)
            value = order.get(path)
            made[path][place] = numpy.nan if value is None and isinstance(made[path], numpy.ndarray) else value
    return made


def _written(drug: str, doses: Any, hours: Any) -> list[str]:
    pairs = list(zip(doses.tolist(), hours.tolist(), strict=True))
    told = {pair: f"{drug} {pair[0]:,.0f} mg over {pair[1]:g} h" for pair in set(pairs)}
    return [told[pair] for pair in pairs]


def seen(made: Mapping[str, Any]) -> Columns:
    """The same as the rules see them."""
    return {path: as_seen(field(path), column) for path, column in made.items()}


def as_seen(of: Field, column: Any) -> Any:
    if isinstance(column, numpy.ndarray):
        return column
    texts = Texts(pa.array(column, pa.string()))
    return texts if of.form == "text" else texts.words


def cut(value: Any, first: int, after: int) -> Any:
    """Some rows on end of a column, without a copy."""
    if isinstance(value, Words):
        return Words(value.codes[first:after], value.vocabulary)
    return Texts(value.array[first:after]) if isinstance(value, Texts) else value[first:after]


# -------------------------------------------------------------------------------------------------------------- Parquet


def table(made: Mapping[str, Any]) -> pa.Table:
    """The same as a hospital's export: a column each, with its unit in its name, days and moments as such."""
    return pa.table({name: column for path, values in made.items() for name, column in _column(path, values)})


def _column(path: str, values: Any) -> Iterator[tuple[str, pa.Array]]:
    of = field(path)
    if of.noted:
        return
    if of.form == "day":
        yield path, pa.array(values, from_pandas=True).cast(pa.int32()).cast(pa.date32())
    elif of.form == "moment":
        seconds = pa.array(numpy.round(values * 3600), from_pandas=True).cast(pa.int64())
        yield path, seconds.cast(pa.timestamp("s", tz="UTC"))
    elif of.form in {"word", "text"}:
        yield path, pa.array(values, pa.string())
    else:
        unit = "" if of.kind is None else f" [{of.kind.units[0]}]"
        yield path + unit, pa.array(values, from_pandas=True)


def write(path: Path, count: int, seed: int, block: int = 1_000_000) -> None:
    """A file of so many orders: one block over and over, each time with numbers of its own."""
    block = min(block, count)
    first = table(plain(block, seed))
    with pq.ParquetWriter(path, first.schema) as writer:
        for start in range(0, count, block):
            writer.write_table(_renumbered(first, start)[: count - start], row_group_size=GROUP)


def _renumbered(first: pa.Table, start: int) -> pa.Table:
    import pyarrow.compute as pc

    for name in ("id", "identifier", "second_identifier"):
        fresh = pc.binary_join_element_wise(first[name], pa.scalar(str(start)), "-")
        first = first.set_column(first.schema.get_field_index(name), name, fresh)
    return first
