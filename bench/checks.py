"""The check of orders: a million in memory, a file of them, one alone; how many dangers are stopped, how much is noise.

All are held against others on the same orders in the same run: a version by hand in NumPy, pandera, our own rules on
one order at a time, and merely reading the file. Where time is short, `DOSEWRIGHT_BENCH_ORDERS` says how many
orders the file has, and `DOSEWRIGHT_BENCH_LIMITS` how many are drawn at the limits: each of these is checked alone too.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy
from tests import many_orders, ordered, two_speeds

import dosewright
from dosewright.checks import check_order, with_strangers
from dosewright.orders.check import EVERY, check, check_column
from dosewright.orders.finding import STOPPING
from dosewright.orders.order import order
from dosewright.orders.patient import Patient
from dosewright.orders.rules.view import Record
from dosewright.reading import read
from dosewright.tables import CHUNK

from . import by_hand, by_pandera
from .cold_start import DOSE, DOSEWRIGHT
from .measure import Result, at_least, at_most, in_process, of_command, said

ORDERS = 1_000_000
ALONE = 1_000  # orders of the sample that is checked one by one
IN_FILE = int(os.environ.get("DOSEWRIGHT_BENCH_ORDERS", "10000000"))
AT_LIMITS = int(os.environ.get("DOSEWRIGHT_BENCH_LIMITS", "1000000"))
SOUND, EACH = 10_000, 4
MEMORY, READING = 1_000, 2.5


def run() -> Iterator[Result]:
    yield from stopped()
    yield alike()
    yield from in_memory()
    yield from one_alone()
    yield from in_a_file()


# ------------------------------------------------------------------------------------------------------ right and quiet


def stopped() -> Iterator[Result]:
    """Of the dangerous orders those that are stopped by a rule that they were made for; of the sound ones those
    interrupted."""
    yardstick = replace(many_orders.yardstick(), protocol=None)  # each order by the protocol that it names
    missed, number = [], 0
    for danger, stated in ordered.dangerous(EACH, seed=4):
        number += 1
        found = {one.rule for one in _findings(stated, yardstick) if one.severity in STOPPING}
        if not found & danger.rules:
            missed.append(danger.what)
    share = 100 * (number - len(missed)) / number
    yield Result(f"{number} dangerous orders", f"{share:.2f} % stopped for the right rule", "100 %", not missed)
    interrupted = sum(
        any(one.severity in STOPPING for one in _findings(ordered.row(made, place), yardstick))
        for arm in ordered.ARMS
        for made in [ordered.columns(arm, SOUND // 2, 11)]
        for place in range(SOUND // 2)
    )
    share = 100 * interrupted / SOUND
    yield Result(f"{SOUND:,} sound orders", f"{share:.2f} % interrupted", "at most 5 %", share <= 5)


def alike() -> Result:
    """Random orders at every limit, checked alone and as a column."""
    differing = two_speeds.mismatches(AT_LIMITS, workers=os.cpu_count() or 1)
    name = f"{AT_LIMITS:,} orders at every limit, alone and as a column"
    return Result(name, f"{len(differing)} differ", "0 differ", not differing)


def _findings(stated: ordered.Order, yardstick: Any) -> tuple[Any, ...]:
    asked = yardstick.due(stated.get("protocol"))
    return check(with_strangers(Record(stated), asked), asked).findings


# ------------------------------------------------------------------------------------------------------------ in memory


def in_memory() -> Iterator[Result]:
    yardstick = many_orders.yardstick()
    due = yardstick.due(many_orders.ARM)
    made = many_orders.plain(ORDERS, 1)
    seen = many_orders.seen(made)
    same = {rule for rule, _, _ in by_pandera._checks()}
    rules = [one for one in EVERY if one.id in same]

    def batch(some: Any = EVERY) -> dict[tuple[str, str], Any]:
        found: dict[tuple[str, str], list[Any]] = {}
        for first in range(0, ORDERS, CHUNK):
            part = {path: many_orders.cut(value, first, first + CHUNK) for path, value in seen.items()}
            record = with_strangers(Record(part, min(CHUNK, ORDERS - first), frozenset(part)), due)
            for hits in check_column(record, due, some).hits:
                if len(hits.rows):
                    key = (hits.outcome.rule.id, hits.outcome.view.prefix)
                    found.setdefault(key, []).append(hits.rows + first)
        return {key: numpy.concatenate(rows) for key, rows in found.items()}

    def hand() -> dict[tuple[str, str], Any]:
        return by_hand.flagged(seen, ORDERS, many_orders.cut)

    ours, theirs = batch(rules), hand()
    wrong = [key for key in {*ours, *theirs} if not numpy.array_equal(ours.get(key, ()), theirs.get(key, ()))]
    if wrong:
        raise AssertionError(f"not the same work: {sorted(wrong)}")
    name = f"{ORDERS:,} orders, {len(rules)} rules, beside NumPy by hand"
    yield at_least(name, in_process(lambda: batch(rules)), in_process(hand), 0.5, rounds=3)

    few = {path: column[: ORDERS // 10] for path, column in made.items()}
    frame = by_pandera.frame(few)
    cases = len(by_pandera.failing(frame))
    expected = sum(int((rows < ORDERS // 10).sum()) for rows in ours.values())
    if cases != expected:
        raise AssertionError(f"not the same work: {cases} failure cases, {expected} findings")
    began = time.process_time()
    by_pandera.failing(frame)
    theirs_took = 10 * (time.process_time() - began)
    ours_took = min(in_process(lambda: batch(rules))() for _ in range(3))
    ratio = theirs_took / ours_took
    measured = f"{ratio:.1f} ({said(ours_took)} to {said(theirs_took)}, from a tenth of them)"
    yield Result("the same, beside pandera on Polars", measured, "at least 10", ratio >= 10)

    rows = [ordered.row(made, place) for place in range(ALONE)]
    carried = frozenset(seen)

    def one_by_one() -> None:
        for row in rows:
            check(with_strangers(Record(row, None, carried), due), due)

    alone_took = min(in_process(one_by_one)() for _ in range(3)) * ORDERS / ALONE
    every_took = min(in_process(batch)() for _ in range(3))
    ratio = alone_took / every_took
    rules_said = len({rule for rule, _ in batch()})
    measured = f"{ratio:.0f} ({said(every_took)} to {said(alone_took)}, from {ALONE:,} of them)"
    name = f"{ORDERS:,} orders, all rules ({rules_said} found something), beside one by one"
    yield Result(name, measured, "at least 40", ratio >= 40)


# ------------------------------------------------------------------------------------------------------------ one order


def one_alone() -> Iterator[Result]:
    """One warm order from JSON to findings, beside computing an order; and the two commands, cold."""
    examples = Path(dosewright.__file__).with_name("examples")
    data = read((examples / "patient-usual.yaml").read_bytes(), "patient-usual.yaml").data
    patient, yardstick = Patient.model_validate(data), many_orders.yardstick()
    loaded, site, document = yardstick.protocol, yardstick.site, yardstick.site_document
    compute = partial(order, loaded, site, document, patient, cycle=1, on=dt.date(2026, 11, 23), what_if={})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "order.json"
        path.write_text(json.dumps(compute()), "utf-8")
        yield at_most(
            "one warm order, from JSON to findings, beside computing it",
            in_process(lambda: check_order(str(path), yardstick), times=20),
            in_process(compute, times=20),
            3,
            rounds=8,
        )
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        timed = partial(of_command, environment=environment, done=(0, 1))
        yield at_most(
            "dosewright check, to dosewright dose", timed([DOSEWRIGHT, "check", str(path)]), timed(DOSE), 1.3, rounds=8
        )


# --------------------------------------------------------------------------------------------------------------- a file

_READERS = {
    "Arrow's reader": """
import sys
import pyarrow.parquet as pq
for batch in pq.ParquetFile(sys.argv[1]).iter_batches(use_threads=False): pass
""",
    "our own reader, the quickest known to us": """
import sys
from dosewright import tables
table = tables.open_table(sys.argv[1])
plan = tables.layout(table.header, sys.argv[1], None)
for rows in table.chunks(plan.columns): pass
""",
}
"""Ways of merely reading the columns: as the library does of itself, and as we do, with words as a dictionary, nothing
read ahead and every batch let go of at once."""
_CHECK = """
import sys
from tests import many_orders
from dosewright import checks
with open(sys.argv[2], "wb") as file, checks.writer(file, ".parquet") as sink:
    checks.check_table(sys.argv[1], many_orders.yardstick(), sink=sink)
"""


def in_a_file() -> Iterator[Result]:
    """From a Parquet file to one of findings, each in a process of its own, so that its memory can be told."""
    with TemporaryDirectory() as folder:
        orders, findings = Path(folder) / "orders.parquet", Path(folder) / "findings.parquet"
        many_orders.write(orders, IN_FILE, 7)
        readers = {name: _spent(program, orders)[0] for name, program in _READERS.items()}
        took, memory = _spent(_CHECK, orders, findings)
    name = f"{IN_FILE:,} orders from Parquet to Parquet"
    for reader, spent in readers.items():
        measured = f"{took / spent:.2f} ({said(took)} to {said(spent)})"
        yield Result(f"{name}, beside {reader}", measured, f"at most {READING:g}", took / spent <= READING)
    yield Result(f"{name}, memory at most", f"{memory:,.0f} MB", f"under {MEMORY:,} MB", memory < MEMORY)


_MEASURED = """
import resource
used = resource.getrusage(resource.RUSAGE_SELF)
(peak,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(used.ru_utime + used.ru_stime, int(peak) * 1024 / 1e6)
"""
"""The most memory is that of the program itself; `ru_maxrss` would begin with that of whoever started it."""


def _spent(program: str, *arguments: Path) -> tuple[float, float]:
    """Processor seconds of a program, and the most memory that it held, in MB."""
    command = [sys.executable, "-c", program + _MEASURED, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)
