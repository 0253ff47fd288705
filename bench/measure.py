"""Processor time of a function or a command, the least of several runs, ours and theirs in turn."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Timed = Callable[[], float]


class CannotRun(Exception):
    """A command that did not do its work, so that its time says nothing."""


class Result(NamedTuple):
    """One line of the table."""

    name: str
    measured: str
    target: str
    reached: bool | None  # None: could not be measured


def in_process(work: Callable[[], Any], *, times: int = 1) -> Timed:
    """Processor seconds of one call, over so many calls in a row."""

    def run() -> float:
        began = time.process_time()
        for _ in range(times):
            work()
        return (time.process_time() - began) / times

    return run


def of_command(command: Sequence[str], *, environment: Mapping[str, str], done: Sequence[int] = (0,)) -> Timed:
    """Processor seconds of a command and of whatever it starts; `done` are the exit codes of a command that ran."""

    def run() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        finished = subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
        if finished.returncode not in done:
            words = finished.stderr.decode(errors="replace").strip().splitlines() or [f"exit {finished.returncode}"]
            raise CannotRun(words[-1])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return run


def side_by_side(ours: Timed, theirs: Timed, *, rounds: int) -> tuple[float, float]:
    """The least of several runs of each, in turn, so that a busy moment of the machine falls on both; after one to
    warm up."""
    pairs = [(ours(), theirs()) for _ in range(rounds + 1)][1:]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def at_most(name: str, ours: Timed, theirs: Timed, limit: float, *, rounds: int) -> Result:
    """Ours may cost so many times theirs."""
    us, them = side_by_side(ours, theirs, rounds=rounds)
    return Result(name, f"{us / them:.2f} ({said(us)} to {said(them)})", f"at most {limit:g}", us / them <= limit)


def at_least(name: str, ours: Timed, theirs: Timed, limit: float, *, rounds: int) -> Result:
    """Ours must be so many times as quick as theirs."""
    us, them = side_by_side(ours, theirs, rounds=rounds)
    return Result(name, f"{them / us:.2f} ({said(us)} to {said(them)})", f"at least {limit:g}", them / us >= limit)


def said(seconds: float) -> str:
    """Seconds in a unit that suits them."""
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} mcs"
