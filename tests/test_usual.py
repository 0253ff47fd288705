"""The usual orders of a table: which rows are told from the others, and that every row is told the same all the same."""

from __future__ import annotations

from typing import Any

import numpy
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dosewright import checks, tables
from dosewright import usual as usual_rows
from dosewright.orders.rules.values import at
from dosewright.tables import Orders, layout, rows_of
from dosewright.usual import usual

from . import as_tables, many_orders, ordered, two_speeds

COUNT = 400


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch):
    """Usual rows are sought in small tables, in which one row in fifty may depart from a column's one value."""
    monkeypatch.setattr(usual_rows, "FEWEST", 100)
    monkeypatch.setattr(usual_rows, "NEARLY", 0.02)


def told_apart(strange: tuple[int, ...] = (), **columns: Any) -> Orders:
    """A table of 400 rows, with what is the same in each of them."""
    made = {"id": [f"O{row}" for row in range(COUNT)], "weight [kg]": numpy.arange(COUNT) / 10 + 40.0}
    renamed = {name.replace("__", "."): column for name, column in columns.items()}
    batch = pa.record_batch({name: pa.array(column) for name, column in {**made, **renamed}.items()})
    plan = layout(batch.schema.names, "table", None)
    return usual(rows_of(batch, 1, plan.columns), plan, strange)


def others(found: Orders) -> list[int]:
    return numpy.flatnonzero(~found.among).tolist()


def but(value: Any, **rows: Any) -> list[Any]:
    """A column of one value but for some rows: r7='other'."""
    return [rows.get(f"r{row}", value) for row in range(COUNT)]


# --------------------------------------------------------------------------------------------------------- which are usual


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("diluent", but("glucose 5%", r7="water", r300="water"), "glucose 5%"),
        ("comment", but(None, r7="stop", r300="stop"), None),
        ("dose_per [mg/m²]", but(85.0, r7=60.0, r300=60.0), 85.0),
        ("over [h]", but(2.0, r7=None, r300=20.0), 2.0),
    ],
)
def test_where_nearly_all_rows_hold_one_value_the_field_is_that_value(name, column, value):
    found = told_apart(**{f"oxaliplatin__{name}": column})
    assert found.values[f"oxaliplatin.{name.partition(' ')[0]}"] == value
    assert others(found) == [7, 300]


def test_a_number_that_nearly_nobody_states_is_not_known_of_the_usual_orders():
    found = told_apart(**{"oxaliplatin__share [%]": but(None, r7=80.0)})
    assert numpy.isnan(found.values["oxaliplatin.share"])
    assert others(found) == [7]


def test_a_column_of_words_read_as_a_dictionary_is_known_by_its_words():
    words = pa.array(but("A", r7="B", r8=None)).dictionary_encode()
    found = told_apart(child_pugh_class=words)
    assert (found.values["child_pugh_class"], others(found)) == ("A", [7, 8])


def test_a_column_with_more_empty_cells_than_may_depart_has_no_one_value():
    # the bits behind an empty cell are often those of the commonest word
    words = [word if row % 10 == 0 else None for row, word in enumerate(but("A", r50="B"))]
    found = told_apart(child_pugh_class=pa.array(words).dictionary_encode())
    assert [at(found.values["child_pugh_class"], row) for row in (0, 1, 50)] == ["A", None, "B"]
    assert others(found) == []


def test_a_column_that_is_empty_just_where_it_is_looked_at_has_no_one_value(monkeypatch):
    monkeypatch.setattr(usual_rows, "NEARLY", 0.3)
    step = COUNT // 64
    codes = pa.array(numpy.zeros(COUNT, numpy.int32), mask=numpy.arange(COUNT) % step == 0)
    found = told_apart(child_pugh_class=pa.DictionaryArray.from_arrays(codes, pa.array(["A"])))
    assert others(found) == list(range(0, COUNT, step))
    assert at(found.values["child_pugh_class"], 1) == "A"


@pytest.mark.parametrize("kind", [pa.null(), pa.bool_(), pa.string()])
def test_a_column_in_which_nothing_stands_is_not_known(kind):
    found = told_apart(consent=pa.nulls(COUNT, kind))
    assert (found.values["consent"], others(found)) == (None, [])


def test_a_column_of_yes_and_no_is_read():
    found = told_apart(consent=pa.array(but(True, r3=None, r5=False)))
    assert [at(found.values["consent"], row) for row in (0, 5)] == ["yes", "no"]
    assert others(found) == [3]


def test_a_column_that_varies_stays_whole_and_its_few_empty_cells_are_others():
    found = told_apart(**{"height [cm]": [None if row == 3 else 150.0 + row % 50 for row in range(COUNT)]})
    assert at(found.values["height"], 4) == 154.0
    assert others(found) == [3]


def test_an_order_without_a_number_keeps_none():
    found = told_apart(id=[None if row == 3 else f"O{row}" for row in range(COUNT)])
    assert (at(found.values["id"], 3), at(found.values["id"], 4)) == (None, "O4")


def test_a_row_with_a_cell_that_cannot_be_read_is_no_usual_one():
    found = told_apart(**{"height [cm]": [3000.0 if row == 9 else 150.0 + row % 50 for row in range(COUNT)]})
    assert others(found) == [9]


def test_a_value_of_nearly_all_rows_that_cannot_be_read_makes_none_of_them_usual():
    found = told_apart(**{"height [cm]": but(3000.0, r7=170.0)})
    assert found.among is None
    assert at(found.values["unreadable"], 0) == "height [cm]: needs a number between 20 and 280 cm; got '3000'"


def test_a_strange_row_is_no_usual_one():
    assert others(told_apart((5, 1000))) == [4]


def test_the_others_are_left_as_they_stand():
    found = told_apart(sex=but("male", r7="female"), child_pugh_class=but("A", r300=None))
    assert {name: cells.to_pylist() for name, cells in found.others.columns.items()} == {
        "id": ["O7", "O300"],
        "weight [kg]": [40.7, 70.0],
        "sex": ["female", "male"],
        "child_pugh_class": ["A", None],
    }


def test_of_few_rows_none_is_told_from_the_others(monkeypatch):
    monkeypatch.setattr(usual_rows, "FEWEST", COUNT + 1)
    assert told_apart(sex=but("male")).among is None


@pytest.mark.parametrize("begin", [0, 3, 8, 13])
@pytest.mark.parametrize("known", [True, False])
def test_rows_are_found_by_their_bits_wherever_a_column_begins(begin, known):
    cells = pa.array([None if row % 7 == 0 else row for row in range(200)]).slice(begin, 101)
    expected = [row for row, cell in enumerate(cells.to_pylist()) if (cell is not None) == known]
    assert usual_rows._rows(cells, known=known).tolist() == expected


# ----------------------------------------------------------------------------------------------------- told the same all the same


def table(path: Any, seed: int) -> str:
    """Orders of both protocols, most of them sound, one in six spoilt, some twice."""
    rows = []
    for arm in ordered.ARMS:
        sound = ordered.columns(arm, 220, seed)
        rows += [ordered.row(sound, place) for place in range(220)] + two_speeds.drawn(arm, 30, seed)
    rows = [rows[place] for place in numpy.random.default_rng(seed).permutation(len(rows))]
    rows += rows[:5]
    pq.write_table(many_orders.table(two_speeds.plain_columns(rows)), path, row_group_size=300)
    return str(path)


@pytest.mark.parametrize("chunk", [128, 300])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_row_is_told_the_same_whether_usual_ones_are_sought_or_not(seed, chunk, tmp_path, monkeypatch):
    path = table(tmp_path / "orders.parquet", seed)
    monkeypatch.setattr(tables, "CHUNK", chunk)
    sought = as_tables.told_of(path)
    monkeypatch.setattr(usual_rows, "FEWEST", COUNT * COUNT)
    whole = as_tables.told_of(path)
    assert sought[1] == whole[1]
    assert sought[0].data() == whole[0].data()


@pytest.mark.parametrize(("name", "value"), [("STRETCH", 1), ("STRETCH", 300), ("KEPT", 1), ("KEPT", 30)])
def test_a_row_is_told_the_same_however_many_are_told_together(name, value, tmp_path, monkeypatch):
    path = table(tmp_path / "orders.parquet", 2)
    monkeypatch.setattr(tables, "CHUNK", 128)
    together = as_tables.told_of(path)
    monkeypatch.setattr(checks, name, value)
    apart = as_tables.told_of(path)
    assert apart[1] == together[1]
    assert apart[0].data() == together[0].data()


# --------------------------------------------------------------------------------------------- what a table has no place for


@pytest.mark.parametrize(("arm", "part"), [("haic-folfox", "fluorouracil."), ("hepa-haic", "beads.")])
@pytest.mark.parametrize("count", [3, COUNT])
def test_an_order_is_not_clear_where_the_table_has_no_columns_for_a_part_of_its_protocol(arm, part, count, tmp_path):
    orders = [ordered.normal(arm, seed) for seed in range(count)]
    header, rows = as_tables.table_of(orders)
    kept = [place for place, name in enumerate(header) if not name.startswith(part)]
    cells = [[row[place] for place in kept] for row in rows]
    path = as_tables.write_csv(tmp_path / "orders.csv", [header[place] for place in kept], cells)
    summary, told = as_tables.told_of(path)
    assert (summary.verdicts["not-checked"], summary.verdicts["clear"], summary.stopped) == (count, 0, True)
    message = "not checked: the table has no columns for a drug or for the beads of the protocol"
    assert [one["row"] for one in told if one["message"] == message] == list(range(2, count + 2))


def test_the_numbers_of_orders_are_kept_where_they_are_written_as_a_dictionary(tmp_path):
    orders = [ordered.normal("haic-folfox", seed) for seed in range(3)]
    header, rows = as_tables.table_of(orders)
    columns = {name: pa.array(cells) for name, cells in zip(header, zip(*rows, strict=True), strict=True)}
    columns["id"] = pa.array(["A", "B", "A"]).dictionary_encode()
    pq.write_table(pa.table(columns), tmp_path / "orders.parquet")
    _, told = as_tables.told_of(str(tmp_path / "orders.parquet"))
    assert [one["order"] for one in told] == ["A", "B", "A"]
