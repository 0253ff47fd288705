"""The check of tables on more than one machine: the same kernel, fed with pieces of a table by Dask or by Spark.

Nothing is checked here. A piece is read, numbered and handed to `checks.answered`, so that the findings are those of
one machine, to the letter; which orders stand twice is asked of the whole table before any piece is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from . import files
from .checks import COLUMNS, Summary, Yardstick, answered, no_orders, writer
from .errors import Mistake
from .orders.check import Override
from .reading import Document
from .repeats import keyed, marks_of, repeats_of
from .tables import Foreign, Layout, Orders, each_an_order, groups_of, layout, open_table, rows_of
from .usual import Known, usual

Mapped = tuple[Foreign, Document] | None
FINDINGS: Final = ", ".join(["row long", *(f"`{name}` string" for name in COLUMNS[1:])])
"""The columns of findings, as Spark writes a schema."""
ROW: Final = "row"


# -------------------------------------------------------------------------------------------------------------- batches


def check_batches(
    batches: Iterable[Any],
    yardstick: Yardstick,
    *,
    mapping: Mapped = None,
    overrides: Sequence[Override] = (),
    repeats: Mapping[int, int] | None = None,
    row: str = ROW,
) -> Iterator[Any]:
    """The findings of Arrow record batches of orders as record batches, every order answered: made for `mapInArrow`.

    The column `row` numbers the orders, since a piece of a table does not know where it stands in the whole.
    `repeats` says of each order that stands a second time the row of the first; without it the rule 'order-repeated'
    does not fire, for a piece cannot see the others. `on_spark` finds them first.

    Raises `Mistake` where there is no such column, where no column is known, or where a row is a line of an order,
    since the lines of one order may lie in several pieces.
    """
    import pyarrow as pa

    schema = pa.schema([(ROW, pa.int64()), *((name, pa.string()) for name in COLUMNS[1:])])
    plan = None
    for batch in batches:
        plan = plan or _layout(batch.schema.names, mapping, row)
        chunk = _numbered(batch, plan, row)
        table = answered(chunk, plan, yardstick, overrides, repeats or {}, Summary(""))
        yield from table.cast(schema).to_batches()


def _layout(names: Sequence[str], mapping: Mapped, row: str) -> Layout:
    if row not in names:
        raise Mistake(f"a column '{row}' that numbers the orders", where="batches", got=", ".join(names))
    return _of_orders(layout([name for name in names if name != row], "batches", mapping), "batches")


def _of_orders(plan: Layout, where: str) -> Layout:
    if plan.rows != "orders":
        raise Mistake("a table in which a row is a whole order, since it is checked in pieces", where=where)
    return plan


def _numbered(batch: Any, plan: Layout, row: str) -> Orders:
    """The orders of a batch, by the numbers that it brings."""
    import dataclasses

    orders = each_an_order(rows_of(batch, 1, plan.columns), plan)
    numbers = batch.column(row).to_numpy(zero_copy_only=False)
    return dataclasses.replace(orders, rows=numbers)


# ----------------------------------------------------------------------------------------------------------------- Dask


def on_dask(
    path: str,
    yardstick: Yardstick,
    out: Path,
    *,
    mapping: Mapped = None,
    overrides: Sequence[Override] = (),
    **how: Any,
) -> Summary:
    """Every order of a Parquet file, each row group a task of its own; findings in as many files in the folder `out`.

    The files, one after the other, hold what one machine writes into one. `how` goes to `dask.compute`, such as
    `scheduler="processes", num_workers=2`; without it the tasks run wherever the program's client of Dask sends them.
    File and folder must be the same for all workers. An order that stands in two row groups is found.
    """
    dask = _dask()
    if Path(path).suffix.casefold() != ".parquet":
        raise Mistake("a Parquet file, whose row groups are the pieces", where=path)
    plan = _of_orders(layout(open_table(path).header, path, mapping), path)
    groups = _groups(path)
    if not any(count for *_, count in groups):
        raise no_orders(path)
    out.mkdir(parents=True, exist_ok=True)
    repeats: Mapping[int, int] = {}
    narrow = keyed(plan)
    if narrow is not None:
        tasks = [dask.delayed(_marks_of_group, pure=False)(path, narrow, *group) for group in groups]
        pairs = dask.compute(*tasks, **how)
        repeats = repeats_of([marks for marks, _ in pairs], [rows for _, rows in pairs])
    shared = [dask.delayed(one) for one in (yardstick, plan)]
    check = dask.delayed(_check_group, pure=False)
    summary = Summary(path, unused=plan.unused)
    tasks = []
    for number, first, count in groups:
        here = {row: before for row, before in repeats.items() if first <= row < first + count}
        target = out / f"part-{number:05}.parquet"
        tasks.append(check(path, *shared, overrides, here, number, first, count, target))
    for part in dask.compute(*tasks, **how):
        summary.add(part)
    return summary


def _dask() -> Any:
    from importlib import import_module

    try:
        return import_module("dask")
    except ImportError:
        raise Mistake("Dask", where="on_dask", hint="pip install 'dosewright[dask]'") from None


def _groups(path: str) -> list[tuple[int, int, int]]:
    """Of each row group its number, that of its first row, and how many rows it has."""
    import pyarrow.parquet as pq

    meta = pq.read_metadata(path)
    counts = [meta.row_group(number).num_rows for number in range(meta.num_row_groups)]
    return [(number, 1 + sum(counts[:number]), count) for number, count in enumerate(counts)]


def _marks_of_group(path: str, plan: Layout, number: int, first: int, count: int) -> tuple[Any, Any]:
    import numpy

    pairs = [_marks(each_an_order(rows, plan)) for rows in groups_of(path, plan.columns, [number], first)]
    marks = [numpy.zeros(0, numpy.uint64), *(one for one, _ in pairs)]
    return numpy.concatenate(marks), numpy.concatenate([numpy.zeros(0, numpy.int64), *(one for _, one in pairs)])


def _marks(orders: Orders) -> tuple[Any, Any]:
    """The marks of the orders that can be told from others, and their rows."""
    marks, certain = marks_of(orders.values, orders.count)
    return marks[certain], orders.rows[certain]


def _check_group(
    path: str,
    yardstick: Yardstick,
    plan: Layout,
    overrides: Sequence[Override],
    repeats: Mapping[int, int],
    number: int,
    first: int,
    count: int,
    target: Path,
) -> Summary:
    summary = Summary(path)
    with files.writing(target, "wb") as file, writer(file, ".parquet") as write:
        strange: tuple[int, ...] = tuple(repeats)
        known: Known = {}
        for rows in groups_of(path, plan.columns, [number], first):
            write(answered(usual(rows, plan, strange, known), plan, yardstick, overrides, repeats, summary))
    summary.standing = yardstick.standing()
    return summary


# ---------------------------------------------------------------------------------------------------------------- Spark


def on_spark(
    frame: Any,
    yardstick: Yardstick,
    *,
    mapping: Mapped = None,
    overrides: Sequence[Override] = (),
    row: str = ROW,
) -> Any:
    """The findings of a Spark data frame of orders as a data frame: `mapInArrow` over its partitions, twice.

    First each order is reduced to 64 bits, and what stands more than once is collected; then every partition is checked
    by `check_batches`. The frame must number its orders in the column `row`. The findings come in the order of the
    partitions; sort them by row for that of the table.
    """
    names = tuple(frame.columns)
    plan = _layout(names, mapping, row)
    plain = frame.toDF(*_plain(names))
    narrow = keyed(plan)
    repeats: Mapping[int, int] = {}
    if narrow is not None:
        wanted = {row, *(column.name for column in narrow.columns)}
        few = {name: short for name, short in zip(names, _plain(names), strict=True) if name in wanted}
        marks = plain.select(*few.values()).mapInArrow(
            partial(_renamed, tuple(few), partial(_marks_of_batches, narrow, row)), "mark long, row long"
        )
        twice = marks.groupBy("mark").count().where("count > 1").select("mark")
        found = sorted((one["row"], one["mark"]) for one in marks.join(twice, "mark").collect())
        first: dict[int, int] = {}
        for number, mark in found:
            first.setdefault(mark, number)
        repeats = {number: first[mark] for number, mark in found if first[mark] != number}
    check = partial(check_batches, yardstick=yardstick, mapping=mapping, overrides=overrides, repeats=repeats, row=row)
    return plain.mapInArrow(partial(_renamed, names, check), FINDINGS)


def _plain(names: Sequence[str]) -> list[str]:
    """Names without points and brackets, which `mapInArrow` would take for paths into a column."""
    return [f"c{number}" for number in range(len(names))]


def _renamed(
    names: Sequence[str], work: Callable[[Iterable[Any]], Iterator[Any]], batches: Iterable[Any]
) -> Iterator[Any]:
    return work(batch.rename_columns(list(names)) for batch in batches)


def _marks_of_batches(plan: Layout, row: str, batches: Iterable[Any]) -> Iterator[Any]:
    import numpy
    import pyarrow as pa

    for batch in batches:
        marks, rows = _marks(_numbered(batch, plan, row))
        yield pa.record_batch([pa.array(marks.view(numpy.int64)), pa.array(rows)], names=["mark", "row"])
