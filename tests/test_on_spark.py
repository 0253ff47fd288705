"""The check on Spark with two workers, beside one machine: `./dev spark` runs it, where Java and pyspark are."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dosewright import clusters

from .many_orders import yardstick
from .test_clusters import ORDERS, alone, export, numbered  # noqa: F401 (fixtures)

sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed; ./dev spark runs these tests")


@pytest.fixture(scope="module")
def spark():
    """Spark on this machine, with two workers."""
    session = (
        sql.SparkSession.builder.master("local[2]")
        .appName("dosewright")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def frame(spark, export):  # noqa: F811
    """The export in four partitions, its rows numbered."""
    path = export.with_name("numbered.parquet")
    pq.write_table(numbered(export), path)
    return spark.read.parquet(str(path)).repartition(4)


@pytest.fixture(scope="module")
def found(frame):
    """The findings, in the order of the rows: within one order they come as they are told."""
    return clusters.on_spark(frame, yardstick()).toArrow()


def by_row(table: pa.Table) -> list[dict]:
    return sorted(table.to_pylist(), key=lambda row: row["row"])


def test_two_workers_of_spark_find_what_one_machine_finds(alone, found):  # noqa: F811
    assert by_row(alone[0]) == by_row(found)


def test_an_order_that_stands_in_two_partitions_is_found(found):
    rows = [row for row in found.to_pylist() if row["rule"] == "order-repeated"]
    assert [(row["row"], row["measured"]) for row in rows] == [(ORDERS + 1, "the same as row 1")]


def test_every_order_is_answered(found):
    assert set(range(1, ORDERS + 2)) == {row["row"] for row in found.to_pylist()}
