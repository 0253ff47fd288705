"""One rule, two speeds: a column of orders is told the same as each of them alone, however the orders were written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dosewright import checks
from dosewright.orders.finding import Finding
from dosewright.orders.rules import RULES
from dosewright.orders.rules.fields import FIELDS
from dosewright.tables import part_of

from . import as_tables, ordered, two_speeds


@pytest.mark.parametrize("seed", [0, 1])
def test_a_column_is_told_the_same_as_each_order_alone(seed):
    assert two_speeds.mismatches(400, seed=seed) == []


def test_the_random_orders_reach_nearly_every_rule():
    # the others look at files, at other protocols, or at limits that a protocol of the library does not have
    elsewhere = {"protocol-unknown", "above-limit", "dose-of-whole-cycle"}
    assert set(RULES) - two_speeds.fired(4000) == elsewhere


def test_several_workers_find_what_one_finds():
    assert two_speeds.mismatches(40, workers=2) == []


# ------------------------------------------------------------------------------------------------- as a file of its own each

Told = set[tuple[str, ...]]
NOTED = {"lines", "repeats", "unchanged", "protocol_hash", "unreadable"}


def writable(order: ordered.Order) -> ordered.Order:
    """An order without what nobody writes."""
    found = {}
    for path, value in order.items():
        name, part = path.rpartition(".")[2], part_of(path)
        if name in NOTED or (part == "line" and name == "unit"):
            continue
        if FIELDS[part][name].form == "moment":
            value = round(value * 60) / 60
        found[path] = value
    return {**found, **({"cisplatin.drug": "cisplatin"} if "cisplatin.dose" in found else {})}


@pytest.fixture(scope="module")
def orders() -> list[ordered.Order]:
    """Sound, dangerous and damaged orders of both arms, each with an id of its own."""
    sound = [ordered.row(ordered.columns(arm, 1, 9), 0) for arm in ordered.ARMS]
    drawn = [one for arm in ordered.ARMS for one in two_speeds.drawn(arm, 45, 10)]
    found = [writable(one) for one in (*sound, *drawn)]
    for number, order in enumerate(found):
        order["id"], order["identifier"] = f"ORDER-{number:04}", f"MRN-{number:04}"
    return found


def alone(order: ordered.Order, folder: Path) -> tuple[Told, Told]:
    """The findings of an order in a file of its own, and what could not be told."""
    path = folder / "order.json"
    path.write_text(json.dumps(ordered.sheet(order), ensure_ascii=False), "utf-8")
    checked = checks.check_order(str(path), as_tables.at_the_example_site()).checked
    return {words(one) for one in checked.findings}, {(one.rule, one.where) for one in checked.not_checked}


def words(finding: Finding) -> tuple[str, ...]:
    return (
        finding.severity, finding.rule, finding.where, finding.message, finding.measured, finding.allowed, finding.source,
    )  # fmt: skip


COLUMNS = ("severity", "rule", "where", "message", "measured", "allowed", "source")


@pytest.mark.parametrize("rows", ["orders", "lines"])
@pytest.mark.parametrize("ending", list(as_tables.WRITERS))
def test_a_table_is_told_the_same_as_each_order_in_a_file_of_its_own(rows, ending, orders, tmp_path):
    header, cells = as_tables.table_of(orders) if rows == "orders" else as_tables.lines_of(orders)
    path = as_tables.WRITERS[ending](tmp_path / f"orders{ending}", header, cells)
    summary, told = as_tables.told_of(path, None if rows == "orders" else as_tables.by_line(header))
    assert (summary.orders, summary.rows) == (len(orders), len(cells))
    never = {(one.rule, one.where) for one in summary.never.values()}
    for order in orders:
        own = [one for one in told if one["order"] == order["id"]]
        findings = {
            tuple(one[name] for name in COLUMNS) for one in own if one["severity"] not in {"clear", "not-checked"}
        }
        unknown = {(one["rule"], one["where"]) for one in own if one["severity"] == "not-checked"}
        expected, not_told = alone(order, tmp_path)
        assert findings == expected
        assert unknown - never == not_told - never
