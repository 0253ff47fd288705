"""The check on a cluster: the findings of one machine, to the letter, from Dask with two workers and from batches."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dosewright import checks, clusters
from dosewright.errors import Mistake

from . import many_orders

ORDERS, GROUP = 4_000, 700


@pytest.fixture(scope="module")
def export(tmp_path_factory) -> Path:
    """An export of orders in several row groups; the first order stands once more in the last."""
    path = tmp_path_factory.mktemp("export") / "orders.parquet"
    table = many_orders.table(many_orders.plain(ORDERS, 3))
    pq.write_table(pa.concat_tables([table, table[:1]]), path, row_group_size=GROUP)
    return path


@pytest.fixture(scope="module")
def alone(export) -> tuple[pa.Table, checks.Summary]:
    """The findings of one machine, and what came of it."""
    target = export.with_name("alone.parquet")
    with open(target, "wb") as file, checks.writer(file, ".parquet") as sink:
        summary = checks.check_table(str(export), many_orders.yardstick(), sink=sink)
    return pq.read_table(target), summary


@pytest.fixture(scope="module")
def on_dask(export) -> tuple[pa.Table, checks.Summary]:
    """The same from two worker processes."""
    pytest.importorskip("dask", reason="dask is not installed: pip install dosewright[dask]")
    out = export.with_name("parts")
    summary = clusters.on_dask(str(export), many_orders.yardstick(), out, scheduler="processes", num_workers=2)
    return pa.concat_tables([pq.read_table(part) for part in sorted(out.iterdir())]), summary


def numbered(path: Path) -> pa.Table:
    """The export with a column that numbers its rows."""
    table = pq.read_table(path)
    return table.append_column("row", pa.array(range(1, table.num_rows + 1), pa.int64()))


def test_two_workers_of_dask_find_what_one_machine_finds(alone, on_dask):
    assert alone[0] == on_dask[0]


def test_two_workers_of_dask_count_what_one_machine_counts(alone, on_dask):
    assert alone[1].data() == on_dask[1].data()


def test_two_workers_of_dask_say_the_same_of_protocol_and_site(alone, on_dask):
    assert alone[1].standing == on_dask[1].standing


def test_an_order_that_stands_in_two_pieces_is_found(on_dask):
    rows = [row for row in on_dask[0].to_pylist() if row["rule"] == "order-repeated"]
    assert [(row["row"], row["measured"]) for row in rows] == [(ORDERS + 1, "the same as row 1")]


def test_batches_give_what_one_machine_finds(export, alone):
    batches = numbered(export).to_batches(max_chunksize=1_000)
    found = clusters.check_batches(batches, many_orders.yardstick(), repeats={ORDERS + 1: 1})
    assert alone[0] == pa.Table.from_batches(found)


def test_batches_without_numbers_are_refused(export):
    batches = pq.read_table(export).to_batches()
    with pytest.raises(Mistake, match="a column 'row' that numbers the orders"):
        list(clusters.check_batches(batches, many_orders.yardstick()))


def test_a_file_that_has_no_row_groups_is_refused(tmp_path):
    with pytest.raises(Mistake, match="a Parquet file, whose row groups are the pieces"):
        clusters.on_dask("orders.csv", many_orders.yardstick(), tmp_path)


def test_a_file_of_dask_without_rows_is_refused_and_nothing_is_written(tmp_path):
    pytest.importorskip("dask", reason="dask is not installed: pip install dosewright[dask]")
    pq.write_table(pa.table({"weight [kg]": pa.array([], pa.float64())}), tmp_path / "orders.parquet")
    with pytest.raises(Mistake, match="at least one order"):
        clusters.on_dask(str(tmp_path / "orders.parquet"), many_orders.yardstick(), tmp_path / "findings")
    assert not (tmp_path / "findings").exists()


def test_an_empty_row_of_a_batch_is_told_in_one_finding():
    columns = {"row": [1, 2], "weight [kg]": pa.array([60.0, None]), "protocol": ["hepa-haic", None]}
    told = pa.Table.from_batches(clusters.check_batches([pa.record_batch(columns)], many_orders.yardstick()))
    assert [one["rule"] for one in told.to_pylist() if one["row"] == 2] == ["unreadable"]
