"""The table of ratios. Exits 0 whatever it finds: a missed target is news to read, not an error of this program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module

from .measure import CannotRun, Result

BENCHMARKS = {
    "cold-start": "cold_start",
    "one-dose": "one_dose",
    "columns": "columns",
    "order": "whole_order",
    "sheet": "sheet",
    "workers": "workers",
    "oracle": "oracle",
    "courses": "courses",
    "toxicity": "toxicity",
    "survival": "survival",
    "outcomes-report": "outcomes_report",
    "checks": "checks",
}
WIDTHS = (52, 42, 16)


def results(name: str) -> Iterator[Result]:
    """What one benchmark measures; where it cannot be run, that."""
    try:
        yield from import_module(f".{BENCHMARKS[name]}", __package__).run()
    except (OSError, ImportError, CannotRun) as error:
        yield Result(name, f"cannot be run: {error}", "", None)


def line(*cells: str) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, (*WIDTHS, 0), strict=True)).rstrip()


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return
    print(line("benchmark", "measured (processor time, ours to theirs)", "target", "verdict"))
    for name in names or BENCHMARKS:
        for result in results(name):
            verdict = {True: "reached", False: "MISSED", None: "-"}[result.reached]
            print(line(result.name, result.measured, result.target, verdict), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
