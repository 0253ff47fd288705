"""Survival beside lifelines, and beside R's survival where R is installed, in one run on the same data."""

from __future__ import annotations

import csv
import math
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy

from dosewright.outcomes.cox import cox
from dosewright.outcomes.kaplan_meier import kaplan_meier
from dosewright.outcomes.logrank import logrank
from dosewright.outcomes.observations import observations

from .measure import CannotRun, Result, Timed, at_least, in_process, said, side_by_side

COVARIATES = ("a", "b", "c", "d", "e")
EFFECTS = (0.3, -0.2, 0.1, 0.0, 0.4)
MILLION = 1_000_000
TARGETS = {"survfit": 5.0, "survdiff": 5.0, "coxph": 2.0}

R_SESSION = """
suppressMessages(library(survival))
d <- read.csv(commandArgs(TRUE)[1])
least <- function(work) min(sapply(1:3, function(i) { s <- system.time(work()); s[1] + s[2] }))
cat("survfit", least(function() survfit(Surv(time, event) ~ 1, data = d)), "\\n")
cat("survdiff", least(function() survdiff(Surv(time, event) ~ group, data = d)), "\\n")
cat("coxph", least(function() coxph(Surv(time, event) ~ a + b + c + d + e, data = d)), "\\n")
"""


def patients(rows: int) -> tuple[Any, Any, Any, Any]:
    """Times in whole days, events, groups and five covariates, by a seed."""
    chance = numpy.random.default_rng(2026)
    x = chance.normal(size=(rows, len(EFFECTS)))
    came = chance.exponential(size=rows) / numpy.exp(x @ EFFECTS) * 500
    left = chance.exponential(size=rows) * 900
    return numpy.ceil(numpy.minimum(came, left)), came <= left, numpy.arange(rows) % 2, x


def run() -> Iterator[Result]:
    try:
        yield from _beside_lifelines()
    except ImportError as error:
        yield Result("beside lifelines", f"cannot be run: {error}; pip install 'dosewright[bench]'", "", None)
    yield from _beside_r()
    yield _growth()


def _beside_lifelines() -> Iterator[Result]:
    for rows in (100, 1_000, 10_000):
        yield from _curves_and_tests(rows)
    for rows, rounds in ((10_000, 3), (MILLION, 1)):
        yield _models(rows, rounds)


def _curves_and_tests(rows: int) -> Iterator[Result]:
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    time, event, group, _ = patients(rows)
    first = group == 0
    times = max(10, 3_000 // rows)
    yield at_least(
        f"Kaplan-Meier of {rows:,}, beside lifelines",
        in_process(lambda: kaplan_meier(observations(time, event)), times=times),
        in_process(lambda: KaplanMeierFitter().fit(time, event), times=2),
        20,
        rounds=5,
    )
    yield at_least(
        f"log-rank of {rows:,}, beside lifelines",
        in_process(lambda: logrank(observations(time, event), group), times=times),
        in_process(lambda: logrank_test(time[first], time[~first], event[first], event[~first]), times=2),
        20,
        rounds=5,
    )


def _models(rows: int, rounds: int) -> Result:
    import pandas
    from lifelines import CoxPHFitter

    time, event, _, x = patients(rows)
    frame = pandas.DataFrame(x, columns=list(COVARIATES)).assign(time=time, event=event.astype(int))
    return at_least(
        f"Cox with 5 covariates of {rows:,}, beside lifelines",
        in_process(lambda: cox(observations(time, event), x, COVARIATES)),
        in_process(lambda: CoxPHFitter().fit(frame, "time", "event")),
        10,
        rounds=rounds,
    )


def _beside_r() -> Iterator[Result]:
    """A million rows. R reads the data once and tells its own processor time, so that its start does not count."""
    if shutil.which("Rscript") is None:
        yield Result("a million rows, beside R", "R is not installed", "", None)
        return
    time, event, group, x = patients(MILLION)
    theirs = _told_by_r(time, event, group, x)
    ours: dict[str, Timed] = {
        "survfit": in_process(lambda: kaplan_meier(observations(time, event))),
        "survdiff": in_process(lambda: logrank(observations(time, event), group)),
        "coxph": in_process(lambda: cox(observations(time, event), x, COVARIATES)),
    }
    for name, target in TARGETS.items():
        us = min(ours[name]() for _ in range(3))
        them = theirs[name]
        told = f"{them / us:.2f} ({said(us)} to {said(them)})"
        yield Result(f"a million rows, beside R's {name}", told, f"at least {target:g}", them / us >= target)


def _told_by_r(time: Any, event: Any, group: Any, x: Any) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path, script = Path(folder) / "data.csv", Path(folder) / "session.R"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("time", "event", "group", *COVARIATES))
            writer.writerows(zip(time, event.astype(int), group, *x.T, strict=True))
        script.write_text(R_SESSION, "utf-8")
        done = subprocess.run(
            ["Rscript", str(script), str(path)], capture_output=True, text=True, check=False, env=dict(os.environ)
        )
    if done.returncode:
        raise CannotRun((done.stderr.strip().splitlines() or ["R failed"])[-1])
    return {name: float(seconds) for name, seconds in (line.split() for line in done.stdout.splitlines())}


def _growth() -> Result:
    """From 100,000 rows to 1,000,000 the cost of all three may grow as n log n does, and a fifth more."""
    small, large = patients(MILLION // 10), patients(MILLION)

    def all_three(data: tuple[Any, Any, Any, Any]) -> None:
        time, event, group, x = data
        observed = observations(time, event)
        kaplan_meier(observed)
        logrank(observed, group)
        cox(observed, x, COVARIATES)

    little, much = side_by_side(in_process(lambda: all_three(small)), in_process(lambda: all_three(large)), rounds=3)
    share = much / little / (10 * math.log(MILLION) / math.log(MILLION // 10))
    return Result("ten times the rows, beside n log n", f"{share:.2f}", "at most 1.2", share <= 1.2)
