"""A million doses at ties, caps and limits, one at a time from text, against the independent oracle of the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests import agreement, oracle

from .measure import Result

DOSES = 1_000_000
A_TIME = 10_000
SHOWN_AT_MOST = 5


def mismatches_of(seed: int) -> list[str]:
    """What differs among the cases of one seed."""
    return [f"{case}\n    ours   {ours}\n    theirs {theirs}" for case, ours, theirs in differing(seed)]


def differing(seed: int) -> Iterator[tuple[oracle.Case, oracle.Ordered, oracle.Ordered]]:
    return agreement.mismatches(oracle.cases(seed, A_TIME))


def run() -> Iterator[Result]:
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        wrong = [text for texts in workers.map(mismatches_of, range(DOSES // A_TIME)) for text in texts]
    print(*wrong[:SHOWN_AT_MOST], sep="\n", end="\n" if wrong else "")
    measured = f"{len(wrong)} mismatches in {DOSES:,} doses"
    yield Result("right answers, against the oracle", measured, "0 mismatches", not wrong)
