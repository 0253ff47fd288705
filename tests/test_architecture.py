"""Which way the arrows point, and what no module may do: read from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import dosewright
from dosewright.orders.patient import Patient
from dosewright.protocol.drugs import Drug
from dosewright.protocol.model import Protocol
from dosewright.protocol.site import Site

from .models import models

PACKAGE = Path(dosewright.__file__).parent
TREES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}

# ---------------------------------------------------------------------------------------------------- the way of the arrows

LAYERS = (
    {"errors", "units", "wording", "dates", "reading"},
    {"protocol", "calculators"},  # neither knows the other
    {"orders", "outcomes"},
    {
        "documents",
        "sheets",
        "typefaces",
        "terminal",
        "terminal_outcomes",
        "terminal_preparation",
        "vial_sheets",
        "cases",
        "files",
        "grading",
        "figures",
        "outcome_tables",
        "survival_figures",
        "spreadsheets",
        "response_figures",
        "report_sheets",
        "cohorts",
        "demonstration",
        "calendars",
        "calendar_sheets",
        "planning",
        "tables",
        "order_lines",
        "checks",
        "repeats",
        "usual",
        "overrides",
        "check_sheets",
        "fit_sheets",
        "fit_words",
        "clusters",
        "records",
    },
    {
        "cli",
        "cli_options",
        "cli_course",
        "cli_check",
        "cli_fit",
        "cli_toxicity",
        "cli_bands",
        "cli_vials",
        "cli_outcomes",
        "cli_outcomes_response",
        "web",
        "exchange",
        "__main__",
    },
)


def part(module: str) -> str:
    """The first word of a module's name: 'orders' of 'orders.lines'."""
    return module.partition(".")[0]


def is_cli(module: str) -> bool:
    """Whether a module is part of the command line."""
    return part(module) == "__main__" or part(module).split("_")[0] == "cli"


def layer(module: str) -> int:
    """How high a module stands."""
    return next(level for level, names in enumerate(LAYERS) if part(module) in names)


def imports() -> Iterator[tuple[str, str]]:
    """Every import of one module of ours by another, at the top, in a function, or for the sake of types."""
    for module, tree in TREES.items():
        package = module.split(".")[:-1]
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
                where = ".".join(one for one in base if one)
                for name in node.names:
                    target = f"{where}.{name.name}".strip(".")
                    yield module, target if target in TREES or f"{target}.__init__" in TREES else where
            elif isinstance(node, ast.ImportFrom | ast.Import):
                named = [node.module] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
                for name in named:
                    if name and name.startswith("dosewright."):
                        yield module, name.removeprefix("dosewright.")


OURS = [(module, target) for module, target in imports() if target and part(module) != "__init__"]


def test_every_module_has_its_place():
    known = {name for names in LAYERS for name in names} | {"__init__", "examples"}
    assert {part(module) for module in TREES} - known == set()


def test_imports_enough_were_found_for_that_to_mean_anything():
    assert len(OURS) > 100


def test_no_arrow_points_up():
    assert [arrow for arrow in OURS if layer(arrow[1]) > layer(arrow[0])] == []


def test_protocol_and_calculators_do_not_know_each_other():
    strangers = {("protocol", "calculators"), ("calculators", "protocol")}
    assert [arrow for arrow in OURS if (part(arrow[0]), part(arrow[1])) in strangers] == []


def test_nothing_reaches_the_command_line_but_itself():
    assert [arrow for arrow in OURS if is_cli(arrow[1]) and not is_cli(arrow[0])] == []


def test_modules_do_not_go_round_in_a_ring():
    # What is imported for the sake of types, or when it is first needed, does not count.
    edges: dict[str, set[str]] = {module: set() for module in TREES}
    for module, tree in TREES.items():
        package = module.split(".")[:-1]
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.level:
                base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
                where = ".".join(one for one in base if one)
                edges[module] |= {where, *(f"{where}.{one.name}".strip(".") for one in node.names)} & TREES.keys()
    while free := [module for module, others in edges.items() if not others & edges.keys()]:
        for module in free:
            del edges[module]
    assert edges == {}


# ------------------------------------------------------------------------------------------------------ what no module does


def calls(*modules: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call in the modules whose name begins so; in all of them without one."""
    for module, tree in TREES.items():
        if not modules or module.startswith(modules):
            yield from ((module, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def called(node: ast.Call) -> str:
    """What a call calls, as it is written: 'dt.datetime.now'."""
    return ast.unparse(node.func)


def test_a_safety_check_is_no_assertion():
    # `python -O` strips them.
    assert [module for module, tree in TREES.items() for node in ast.walk(tree) if isinstance(node, ast.Assert)] == []


# A count of vials ends at what a treatment can need, and a search keeps its best; neither touches a dose.
COUNTING = {("calculators.loading", "min"), ("calculators.rounding", "min")}


def test_nothing_is_clamped_or_rounded_in_a_calculator_but_where_it_is_said():
    # H08 and H57: a cap that hides in a min() is silent; round() sends 142.5 to 142.
    found = {(module, called(node)) for module, node in calls("calculators")}
    silent = {
        (module, name)
        for module, name in found
        if name in {"min", "max", "round"} or name.endswith((".clip", ".round"))
    }
    assert silent - COUNTING == set()


def test_what_was_counted_as_counting_is_still_there():
    found = {(module, called(node)) for module, node in calls("calculators")}
    assert COUNTING - found == set()


def test_nothing_is_rounded_but_in_one_place():
    # The one place is units.half_up; an hour becomes whole seconds where hours are added, which is no rounding of a dose.
    rounding = {module for module, node in calls() if called(node) == "round"}
    assert rounding <= {"dates"}


CLOCKS = {"now", "today", "utcnow", "time", "localtime", "monotonic"}


def test_the_day_is_an_argument_and_only_the_command_line_asks_for_today():
    asked = {
        module
        for module, node in calls()
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and ast.unparse(node.func.value).split(".")[-1] in {"datetime", "date", "dt", "time"}
        and called(node) != "dt.time"  # a clock time, not the time
    }
    assert asked <= {"cli_options"}


def test_no_date_is_guessed():
    named = {name for tree in TREES.values() for node in ast.walk(tree) for name in names_of(node)}
    assert [
        name for name in named if name.startswith("dateutil.parser") or name in {"dateparser", "arrow", "pendulum"}
    ] == []


def names_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
    return []


def test_a_date_is_read_from_text_in_one_place():
    reading = {module for module, node in calls() if called(node).endswith(("strptime", "fromisoformat"))}
    # A sheet's data are our own words, written a moment before.
    assert reading <= {"dates", "sheets", "documents", "calendars", "calendar_sheets", "planning", "terminal"} | {
        "terminal_preparation",
        "vial_sheets",
    }


def test_text_never_reaches_the_parser_of_pint():
    # Left alone it reads `1,75 m` as 175 m and `1 000 mg` as 0 mg.
    forbidden = ("parse_expression", "parse_units", "parse_unit_name", "parse_pattern")
    found = [(module, called(node)) for module, node in calls() if called(node).endswith(forbidden)]
    found += [(module, called(node)) for module, node in calls() if called(node) in {"registry", "ureg"}]
    assert found == []


def test_a_registry_is_known_to_one_module_only():
    knowing = {module for module, node in calls() if "registry" in called(node) or "UnitRegistry" in called(node)}
    assert knowing == {"units"}


def test_the_text_of_a_unit_becomes_one_only_where_the_closed_table_is_made():
    making = [(module, ast.unparse(node)) for module, node in calls() if called(node).endswith(".Unit")]
    assert making == [("units", "registry.Unit(text)")]


@pytest.mark.parametrize(
    "name", ["eval", "exec", "compile", "__import__", "yaml.load", "yaml.safe_load", "pickle.loads", "os.system"]
)
def test_nothing_that_was_read_is_run(name):
    assert [module for module, node in calls() if called(node) == name] == []


def test_what_computes_does_not_touch_the_world():
    # Files are read above the line, but for those that the package itself ships beside its protocols.
    outer = {"open", "print", "input", "subprocess.run", "os.environ.get", "socket.socket", "click.echo"}
    below = ("errors", "units", "wording", "dates", "reading", "calculators", "orders", "protocol")
    assert {(module, called(node)) for module, node in calls(*below) if called(node) in outer} <= {
        ("protocol.seal", "print")
    }


@pytest.mark.parametrize("library", ["requests", "urllib.request", "http.client", "socket", "ftplib", "smtplib", "ssl"])
def test_nothing_speaks_to_the_network(library):
    named = {(module, name) for module, tree in TREES.items() for node in ast.walk(tree) for name in names_of(node)}
    assert [one for one in named if f"{one[1]}.".startswith(f"{library}.")] == []


# ------------------------------------------------------------------------------------------------- no field without a reader


def read_names() -> set[str]:
    """Every name that code or a template asks an object for."""
    found = {node.attr for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found |= {
        node.value
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return found


# The version of the schema is compared by the reading itself; a visit that is neither once nor every so often is after
# each cycle, whether it is asked or not.
NEVER_ASKED = {"dosewright", "after_each_cycle"}


def test_no_field_that_people_fill_in_goes_unread():
    # A safety field that nothing reads is worse than none.
    fields = {(model.__name__, name) for model in models(Protocol, Site, Patient, Drug) for name in model.model_fields}
    asked = read_names() | NEVER_ASKED
    assert sorted((model, name) for model, name in fields if name not in asked) == []
