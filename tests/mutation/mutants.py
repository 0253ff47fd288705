"""Mutants of a module, each a small wrong in one function, and whether a test notices: with mutmut's own operators.

mutmut passes over decorated functions, and every rule is one, so we take its operators and do the rest here: mutants of
every function, decorated or not, and for each the tests alone that reach the changed statement, the quickest first,
until one fails. The tests are collected once; every mutant is a fork of that, in which the function has other code.

    PYTHONPATH=src python tests/mutation/mutants.py outcomes/audit --tests tests/test_audit.py --state /tmp/mutants

`--sample 300 --seed 7` judges so many, drawn at random; `--survivors` judges again those that were alive the last time.
It needs mutmut and coverage beside the packages of the tests; nothing of it runs in the tests.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import functools
import gc
import hashlib
import importlib.machinery
import itertools
import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from math import inf
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "dosewright"
MOST_SECONDS = 60  # of one mutant: one that never ends is dead
MOST_MEMORY = 6 << 30


class Mutant(NamedTuple):
    """One small wrong: which function, the how manyth of it, the statement that it lies in, and the whole source."""

    name: str
    function: str
    lines: tuple[int, int]
    source: str
    change: str


# ------------------------------------------------------------------------------------------------------ the mutants


def mutants_of(path: Path, chosen: set[str] | None = None) -> Iterator[Mutant | str]:
    """The mutants of one file, in order; without a choice their names alone, which is quick."""
    import libcst
    from libcst.metadata import MetadataWrapper, PositionProvider
    from mutmut.mutation.file_mutation import MutationVisitor
    from mutmut.mutation.mutators import mutation_operators
    from mutmut.mutation.pragma_handling import IgnoredCode

    class Visitor(MutationVisitor):
        """mutmut's, that goes into decorated functions too, but not into their decorators."""

        def _skip_node_and_children(self, node: Any) -> bool:
            if isinstance(node, libcst.FunctionDef) and node.decorators:
                return False
            return bool(super()._skip_node_and_children(node))

    text = path.read_text("utf-8")
    wrapper = MetadataWrapper(libcst.parse_module(text))
    visitor = Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
    module = wrapper.visit(visitor)
    where = wrapper.resolve(PositionProvider)
    owners: dict[Any, tuple[str, Any]] = {}
    for statement in module.body:
        if isinstance(statement, libcst.FunctionDef):
            owners[statement] = statement.name.value, statement
        elif isinstance(statement, libcst.ClassDef):
            for inner in statement.body.body:
                if isinstance(inner, libcst.FunctionDef):
                    owners[inner] = f"{statement.name.value}.{inner.name.value}", statement
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    counts: dict[str, int] = {}
    for one in visitor.mutations:
        if one.contained_by_top_level_function not in owners:
            continue
        function, statement = owners[one.contained_by_top_level_function]
        counts[function] = counts.get(function, 0) + 1
        body = module.code_for_node(one.contained_by_top_level_function)
        name = f"{function}#{counts[function]}@{hashlib.sha256(body.encode()).hexdigest()[:8]}"
        if chosen is None:
            yield name
        elif name in chosen:
            place = where[one.original_node]
            around = [
                (node.lineno, node.end_lineno or node.lineno)
                for node in statements
                if node.lineno <= place.start.line and (node.end_lineno or node.lineno) >= place.end.line
            ]
            lines = min(around, key=lambda ends: (ends[1] - ends[0], -ends[0]))
            before = module.code_for_node(statement)
            after = module.code_for_node(statement.deep_replace(one.original_node, one.mutated_node))
            if text.count(before) != 1:
                raise ValueError(f"{function} is not found in {path}")
            yield Mutant(name, function, lines, text.replace(before, after), _change(before, after))


def _change(before: str, after: str) -> str:
    kept = difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0)
    return "\n".join(line for line in kept if line[:3] not in {"---", "+++"})


# ------------------------------------------------------------------------------------------------- who reaches a line


class Reach:
    """Runs the tests once and keeps which of them reach which lines, and how long each takes."""

    def __init__(self, folder: Path) -> None:
        import coverage

        self.folder = folder
        self.measure = coverage.Coverage(data_file=None, include=[str(folder / "*.py")], config_file=False)
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []
        self.caches: list[Any] = []

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.caches = self.caches or caches(f"dosewright.{'.'.join(self.folder.relative_to(SOURCE).parts)}")
        for one in self.caches:
            one.cache_clear()
        self.measure.switch_context(item.nodeid)
        began = time.perf_counter()
        yield
        self.seconds[item.nodeid] = time.perf_counter() - began
        self.measure.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def told(self) -> dict[str, Any]:
        data = self.measure.get_data()
        lines = {path.stem: data.contexts_by_lineno(str(path)) for path in self.folder.glob("*.py")}
        return {"lines": lines, "seconds": self.seconds, "failed": self.failed}


def reached(folder: Path, tests: list[str], state: Path) -> dict[str, Any]:
    """Which tests reach which lines of a package: measured in a process of its own, kept until a file changes."""
    files = [*sorted(folder.glob("*.py")), *(ROOT / test for test in tests if (ROOT / test).is_file())]
    parts = [*(path.read_bytes() for path in files), *(test.encode() for test in tests)]
    kept = state / f"reach.{hashlib.sha256(bytes(0).join(parts)).hexdigest()[:16]}.json"

    def run() -> int:
        plugin = Reach(folder)
        plugin.measure.start()
        _quiet()
        pytest.main([*ARGUMENTS, *tests], plugins=[Fewer(), plugin])
        plugin.measure.stop()
        kept.write_text(json.dumps(plugin.told()))
        return 0

    if not kept.exists() and _in_fork(run, 3600) != 0:
        raise SystemExit("the tests could not be run")
    return dict(json.loads(kept.read_text()))


def caches(package: str) -> list[Any]:
    """The caches of a package and of the tests: each is emptied before a test, so that what one computed is its own.

    What `ward` keeps are files that were read, which cost most and say nothing of the package.
    """
    found = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    names = [(one, str(getattr(one, "__module__", ""))) for one in found]
    return [
        one
        for one, name in names
        if name.startswith(package) or ("dosewright" not in name and "test" in name and not name.endswith("ward"))
    ]


# --------------------------------------------------------------------------------------------------------- the judging

ARGUMENTS = ["-q", "-s", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]


def _quiet() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _in_fork(work: Any, seconds: int) -> int:
    """The exit code of work done in a fork of this process; -14 where it took too long."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.setpgid(0, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(seconds)
            code = work()
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


class First:
    """Notes the first failure."""

    def __init__(self) -> None:
        self.failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.failed |= report.failed


class Fewer:
    """Shrinks no counterexample: that there is one is enough."""

    def pytest_collection(self) -> None:
        from hypothesis import Phase, settings

        settings.register_profile("mutants", settings(), phases=(Phase.explicit, Phase.generate))
        settings.load_profile("mutants")


class Judge:
    """Holds the collected tests and judges mutants in forks of itself."""

    def __init__(
        self,
        path: Path,
        mutants: list[Mutant],
        reach: dict[str, Any],
        say: Any,
        *,
        budget: float,
        killer: Path,
        hasty: bool,
    ) -> None:
        self.path, self.mutants, self.reach, self.say = path, mutants, reach, say
        self.budget, self.killer, self.hasty = budget, killer, hasty
        self.kills: Counter[tuple[str, str]] = Counter()
        self.dotted = ".".join(["dosewright", *path.relative_to(SOURCE).with_suffix("").parts])

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        original = compile(self.path.read_text("utf-8"), str(self.path), "exec", dont_inherit=True)
        outer = _flat(original, "")
        __import__(self.dotted)
        self.caches = caches(self.dotted.rpartition(".")[0])
        everything = gc.get_objects()
        self.functions = [one for one in everything if isinstance(one, FunctionType) and one.__module__ == self.dotted]
        del everything
        gc.freeze()
        for mutant in self.mutants:
            names = self.tests_of(mutant)
            changed = compile(mutant.source, str(self.path), "exec", dont_inherit=True)
            inner = _flat(changed, "")
            target = mutant.function.split(".")
            new, old = _found(changed, target), _found(original, target)
            elsewhere = {key for key in outer if outer[key] != inner.get(key)} - {mutant.function}
            early = (
                "" in names
            )  # it runs while the tests are collected too; whoever kills it later kills it all the same
            names = [name for name in names if name in items]
            verdict = "no test"
            if elsewhere:
                verdict = "at import"
            elif names:
                verdict = self.judged(session, [items[name] for name in names], mutant.function, old, new)
            if early and (not names or (not self.hasty and not verdict.startswith("killed"))):
                verdict = "at import"
            self.say(mutant, verdict)
        return True

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that reach the statement that was changed.

        First those that have killed most so far, in this function and elsewhere, then those of the module's own file,
        then one of each test and its parameters, then the rest, the quickest first.
        """
        first, last = mutant.lines
        lines, seconds = self.reach["lines"][self.path.stem], self.reach["seconds"]
        names = {name for line in range(first, last + 1) for name in lines.get(str(line), [])}
        quickest = sorted(names, key=lambda name: seconds.get(name, 0.0))
        each = dict(reversed([(name.partition("[")[0], name) for name in quickest]))
        firsts = set(each.values())
        kills = self.kills
        own = {name for name in quickest if self.path.stem in name.partition("::")[0].rpartition("/")[2]}

        def place(name: str) -> tuple[Any, ...]:
            took = seconds.get(name, 0.0)
            return (
                -kills[mutant.function, name],
                -kills["", name],
                name not in own or took > 1,
                name not in firsts,
                took,
            )

        return sorted(quickest, key=place)

    def judged(self, session: pytest.Session, items: list[Any], function: str, old: CodeType, new: CodeType) -> str:
        seconds = sum(self.reach["seconds"].get(item.nodeid, 0) for item in items)

        def run() -> int:
            _quiet()
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            for cache in self.caches:
                cache.cache_clear()
            began = time.process_time()
            swapped = 0
            pairs = list(_pairs(old, new))
            for one in self.functions:
                for before, after in pairs:
                    if one.__code__ == before and after is None:
                        return 3
                    if one.__code__ == before:
                        one.__code__ = after
                        swapped += 1
            if not swapped:
                return 3
            noted = First()
            session.config.pluginmanager.register(noted)
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if noted.failed:
                    self.killer.write_text(item.nodeid)
                    return 1
                if time.process_time() - began > self.budget:
                    return 4
            return 0

        code = _in_fork(run, int(20 + 6 * min(seconds, self.budget)))
        if code == 1:
            name = self.killer.read_text()
            self.kills[function, name] += 1
            self.kills["", name] += 1
        told = {0: "alive", 3: "at import", 4: "alive so far", 70: "broken"}
        return told.get(code, "killed" if code == 1 else f"killed ({code})")


def _flat(code: CodeType, _: str) -> dict[str, Any]:
    """What a module runs when it is read, and the code of each function in it, by name."""
    found: dict[str, Any] = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & 0x2:  # of a function: its own names are its own
                found[constant.co_qualname] = _bare(constant)
            else:
                found |= _flat(constant, constant.co_qualname)
                found[constant.co_qualname] = constant.co_code
    found[code.co_qualname] = code.co_code + repr([c for c in code.co_consts if not isinstance(c, CodeType)]).encode()
    return found


def _bare(code: CodeType) -> Any:
    """Code without its line numbers."""
    consts = tuple(
        _bare(one) if isinstance(one, CodeType) else (type(one).__name__, repr(one)) for one in code.co_consts
    )
    return code.co_code, consts, code.co_names, code.co_varnames, code.co_freevars


def _pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType | None]]:
    """A function's code and that of the functions within it, which may live already, each with its other one."""
    yield old, new
    inner, other = ([one for one in code.co_consts if isinstance(one, CodeType)] for code in (old, new))
    for before, after in itertools.zip_longest(inner, other):
        if before is None:
            continue
        if after is None or (before.co_qualname, before.co_freevars) != (after.co_qualname, after.co_freevars):
            yield before, None
        else:
            yield from _pairs(before, after)


def _found(code: CodeType, way: list[str]) -> CodeType:
    """The code of a function by its name and its class's."""
    for name in way:
        code = [one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name][-1]
    return code


def at_import(path: Path, mutant: Mutant, tests: list[str]) -> str:
    """The verdict on a mutant whose code runs when the module or the tests are read: everything is read anew."""

    def run() -> int:
        _quiet()
        usual = importlib.machinery.SourceFileLoader.get_code

        def get_code(self: Any, fullname: str) -> Any:
            if self.path == str(path):
                return compile(mutant.source, str(path), "exec", dont_inherit=True)
            return usual(self, fullname)

        importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
        noted = First()
        code = pytest.main([*ARGUMENTS, *tests], plugins=[Fewer(), noted])
        return int(noted.failed or code not in (0, 5))

    code = _in_fork(run, 300)
    return "alive" if code == 0 else "killed" if code == 1 else f"killed ({code})"


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("module", help="as 'outcomes/audit'")
    asked.add_argument("--tests", nargs="+", required=True)
    asked.add_argument("--state", type=Path, required=True, help="a folder for what was found")
    asked.add_argument("--sample", type=int)
    asked.add_argument("--seed", type=int, default=6)
    asked.add_argument("--anew", nargs="+", help="the tests for what runs when the modules are read; else all")
    asked.add_argument("--hasty", action="store_true", help="read anew only what a changed function cannot show")
    asked.add_argument("--survivors", action="store_true")
    asked.add_argument(
        "--budget", type=float, default=inf, help="seconds of tests after which a mutant is alive so far"
    )
    asked.add_argument("--only", help="a part of the names of functions")
    args = asked.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    path = SOURCE / f"{args.module}.py"
    args.state.mkdir(exist_ok=True)
    stem = args.module.replace("/", ".")
    kept = args.state / f"{stem}.json"
    verdicts: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    import numpy  # noqa: F401, what every fork needs, read once
    import pydantic  # noqa: F401
    import scipy.stats  # noqa: F401
    import yaml  # noqa: F401

    names = [str(name) for name in mutants_of(path)]
    drawn = (
        names if args.sample is None else sorted(random.Random(args.seed).sample(names, min(args.sample, len(names))))
    )
    verdicts = {name: verdicts[name] for name in drawn if name in verdicts}
    alive = ("alive", "alive so far", "no test", "broken")
    killer = args.state / f"{stem}.killer"
    wanted = {n for n in drawn if n not in verdicts or (args.survivors and verdicts[n]["verdict"] in alive)}
    if args.only:
        wanted = {name for name in wanted if args.only in name}
    reach = reached(path.parent, args.tests, args.state)
    if reach["failed"]:
        raise SystemExit(f"without any mutant these fail: {reach['failed']}")
    mutants = [one for one in mutants_of(path, wanted) if isinstance(one, Mutant)]
    began = time.monotonic()
    late: list[Mutant] = []

    class Sayer:
        done = 0

    def say(mutant: Mutant, verdict: str) -> None:
        line = json.dumps([mutant.name, verdict, mutant.lines, mutant.change]) + "\n"
        with (args.state / f"{stem}.lines").open("a") as file:
            file.write(line)

    lines = args.state / f"{stem}.lines"
    lines.unlink(missing_ok=True)

    def judge() -> int:
        os.dup2(os.open(args.state / f"{stem}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        return int(
            pytest.main(
                [*ARGUMENTS, *args.tests],
                plugins=[
                    Fewer(),
                    Judge(path, mutants, reach, say, budget=args.budget, killer=killer, hasty=args.hasty),
                ],
            )
        )

    if mutants:
        _in_fork(judge, 36_000)
    for line in lines.read_text().splitlines() if lines.exists() else []:
        name, verdict, where, change = json.loads(line)
        verdicts[name] = {"verdict": verdict, "lines": where, "change": change}
    late = [one for one in mutants if verdicts.get(one.name, {}).get("verdict") == "at import"]
    took: dict[str, float] = {}
    for name, seconds in reach["seconds"].items():
        took[name.split("::")[0]] = took.get(name.split("::")[0], 0.0) + seconds
    # The file of the module itself, named to pytest, would be read by pytest and not by us.
    files = sorted((name for name in took if not name.startswith("src/")), key=lambda name: took[name])
    files = args.anew or files
    for mutant in late:
        verdicts[mutant.name]["verdict"] = at_import(path, mutant, files)
    kept.write_text(json.dumps(verdicts, indent=1, ensure_ascii=False))
    judged = [one for one in verdicts.values() if one["verdict"] != "at import"]
    killed = [one for one in judged if one["verdict"] not in alive]
    for name, one in sorted(verdicts.items(), key=lambda item: item[1]["lines"]):
        if one["verdict"] in alive:
            print(f"## {name} [{one['verdict']}] lines {one['lines']}\n{one['change']}")
    print(
        f"{args.module}: {len(names)} mutants, {len(judged)} judged, {len(killed)} killed, "
        f"{100 * len(killed) / max(len(judged), 1):.1f} %; {time.monotonic() - began:.0f} s, {len(late)} read anew"
    )


if __name__ == "__main__":
    main()
