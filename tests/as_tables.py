"""Orders written out as tables, as others keep them: CSV, XLSX and Parquet, a row an order or a row a line."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from dosewright.checks import Summary, Yardstick, check_table
from dosewright.orders.rules.fields import FIELDS
from dosewright.orders.rules.view import WORDS
from dosewright.reading import Document
from dosewright.tables import Foreign, layout, load_mapping, open_table, orders_of, part_of

from . import ordered, ward

Order = Mapping[str, Any]
Mapped = tuple[Foreign, Document]


# --------------------------------------------------------------------------------------------------------------- writing


def unit_of(path: str) -> str:
    """The unit in which a column of a field is written."""
    return "" if path.startswith("lab.") else ordered.UNITS.get(path.rpartition(".")[2], "")


def headed(path: str) -> str:
    """A column's own name: its path, and its unit in brackets."""
    return f"{path} [{unit_of(path)}]" if unit_of(path) else path


def cell(path: str, value: Any) -> str:
    """A value as its cell, without the unit; '' where there is none."""
    if value is None:
        return ""
    text = ordered.text_of(path, value)
    return text.removesuffix(f" {unit_of(path)}") if unit_of(path) else text


def paths_of(orders: Sequence[Order]) -> list[str]:
    """The paths of all fields that any order states."""
    return list(dict.fromkeys(path for order in orders for path in order))


def table_of(orders: Sequence[Order]) -> tuple[list[str], list[list[str]]]:
    """Header and rows, a row an order."""
    paths = paths_of(orders)
    return [headed(path) for path in paths], [[cell(path, order.get(path)) for path in paths] for order in orders]


def lines_of(orders: Sequence[Order]) -> tuple[list[str], list[list[str]]]:
    """Header and rows, a row a line of an order: what is the order's stands in each of its rows."""
    whole = [path for path in paths_of(orders) if part_of(path) != "line"]
    names = list(dict.fromkeys(path.rpartition(".")[2] for path in paths_of(orders) if part_of(path) == "line"))
    rows = []
    for order in orders:
        for key in dict.fromkeys(path.rpartition(".")[0] for path in order if part_of(path) == "line"):
            cells = [cell(path, order.get(path)) for path in whole]
            rows.append([*cells, key, *(cell(f"{key}.{name}", order.get(f"{key}.{name}")) for name in names)])
    units = {name: unit_of(f"line.{name}") for name in names}
    heads = [f"line.{name} [{units[name]}]" if units[name] else f"line.{name}" for name in names]
    return [*(headed(path) for path in whole), "line.key", *heads], rows


def by_line(header: Sequence[str]) -> Mapped:
    """The mapping of a table in which a row is a line."""
    columns = {name: name for name in header}
    columns |= {name: "drug" for name in header if name == "line.drug"}
    return a_mapping({"rows": "lines", "columns": columns})


def a_mapping(data: Mapping[str, Any]) -> Mapped:
    """A mapping file with this content."""
    return load_mapping(json.dumps({"schema": "1", **data}, ensure_ascii=False).encode(), "mapping.yaml")


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


def write_xlsx(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A spreadsheet in which numbers are numbers and all else is text."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([header, *rows]):
            for column, text in enumerate(row):
                if place and text and _is_number(header[column]):
                    sheet.write_number(place, column, float(text))
                elif text:
                    sheet.write_string(place, column, text)
    return str(path)


def _field(head: str) -> Any:
    path = head.partition(" [")[0]
    return FIELDS[part_of(path)][path.rpartition(".")[2]]


def _is_number(head: str) -> bool:
    return _field(head).form in {"quantity", "number", "count"}


def write_parquet(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Parquet file with columns of their own types: numbers, days, moments and text."""
    read: Mapping[str, tuple[Callable[[str], Any], Any]] = {
        "day": (dt.date.fromisoformat, pa.date32()),
        "moment": (dt.datetime.fromisoformat, pa.timestamp("s", tz="UTC")),
    }
    columns = {}
    for place, head in enumerate(header):
        form = _field(head).form
        convert, kind = (str, pa.string()) if form in WORDS else read.get(form, (float, pa.float64()))
        columns[head] = pa.array([convert(row[place]) if row[place] else None for row in rows], kind)
    pq.write_table(pa.table(columns), path)
    return str(path)


WRITERS = {".csv": write_csv, ".xlsx": write_xlsx, ".parquet": write_parquet}


# ---------------------------------------------------------------------------------------------------------------- reading


def at_the_example_site() -> Yardstick:
    """What orders of these tests are held against."""
    return Yardstick(*ward.a_site())


def told_of(path: str, mapping: Mapped | None = None) -> tuple[Summary, list[dict[str, Any]]]:
    """The check of a table: its summary, and what is told of each row."""
    told: list[dict[str, Any]] = []
    summary = check_table(
        path, at_the_example_site(), mapping=mapping, sink=lambda table: told.extend(table.to_pylist())
    )
    return summary, told


def read_rows(path: str, mapping: Mapped | None = None) -> tuple[dict[str, list[Any]], list[str | None]]:
    """The fields of a table as the rules get them, and of each row what could not be read."""
    from dosewright.orders.rules.values import at

    table = open_table(path)
    plan = layout(table.header, path, mapping)
    found: dict[str, list[Any]] = {}
    notes: list[str | None] = []
    for chunk in orders_of(table, plan):
        for field, values in chunk.values.items():
            if field != "unreadable":
                found.setdefault(field, []).extend(at(values, row) for row in range(chunk.count))
        note = chunk.values.get("unreadable")
        notes += [None if note is None else at(note, row) for row in range(chunk.count)]
    return found, notes
