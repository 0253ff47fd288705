"""The manual says what the tool does: every session is run, every link leads somewhere, nothing is left out."""

from __future__ import annotations

import ast
import datetime as dt
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from dosewright import calendars, errors, planning
from dosewright.orders import basis, doses, sharing
from dosewright.orders.course import Course
from dosewright.orders.order import order
from dosewright.orders.patient import Patient, load_patient
from dosewright.protocol import library
from dosewright.protocol.bands import Table
from dosewright.protocol.model import Protocol
from dosewright.protocol.site import ProductList, Site, load_site, reference_site
from dosewright.units import quantity

from . import changing_doses
from .commands import commands
from .ward import an_order

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
EXAMPLES = ROOT / "src" / "dosewright" / "examples"


def _refresh() -> Any:
    """docs/refresh.py as a module; it lies outside every package."""
    spec = importlib.util.spec_from_file_location("docs_refresh", ROOT / "docs" / "refresh.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


refresh = _refresh()
PAGES = refresh.pages()
RUN = [page for page in PAGES if "```console" in page.read_text("utf-8")]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _read(name: str) -> str:
    return (REFERENCE / name).read_text("utf-8")


# ---------------------------------------------------------------------------------------------------------- sessions


@pytest.mark.parametrize("page", RUN, ids=_name)
def test_a_page_shows_what_its_commands_print(page, tmp_path):
    told = [
        f"$ {step.command}\n{printed}"
        for step, printed in refresh.sessions(page, tmp_path)
        if not refresh.same(step.shown, printed)
    ]
    assert told == [], "python docs/refresh.py writes the pages anew"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_chores_a_page_names_are_there(page):
    listed = subprocess.run([str(ROOT / "dev")], capture_output=True, text=True, check=True).stdout
    assert refresh.chores(page) <= set(re.findall(r"^  ([a-z]+)", listed, re.MULTILINE))


def test_a_line_of_dots_stands_for_any_lines_and_for_nothing_else():
    assert refresh.same("one\n…\nfour\n", "one\ntwo\nthree\nfour\n")
    assert refresh.same("one\n…\n", "one\n")
    assert refresh.same("order … is unchanged\n", "order 8A23 is unchanged\n")
    assert not refresh.same("one\n…\nfour\n", "one\ntwo\n")
    assert not refresh.same("order …\n", "order\n8A23\n")


# ------------------------------------------------------------------------------------------------------------- links


def _without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as a forge makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_of_a_page_leads_somewhere(page):
    broken = []
    for target in re.findall(r"(?:\]\(|src=\")([^)\"\s]+)[)\"]", _without_code(page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        leads_to = (page.parent / path).resolve() if path else page
        if not leads_to.exists() or (anchor and anchor not in _anchors(leads_to)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_can_be_reached_from_the_readme(page):
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        here = waiting.pop()
        if here in seen or here.suffix != ".md":
            continue
        seen.add(here)
        targets = re.findall(r"\]\(([^)\s#:]+)", _without_code(here.read_text("utf-8")))
        waiting += [(here.parent / target).resolve() for target in targets]
    assert page in seen


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_tells_nothing_of_the_machine_it_was_written_on(page):
    assert re.findall(r"/work\b|/home/|/root/|shared/|/tmp/", page.read_text("utf-8")) == []


def test_the_pictures_are_light():
    assert [p.name for p in (ROOT / "docs").rglob("*.png") if p.stat().st_size >= 150_000] == []


# ---------------------------------------------------------------------------------------------------------- commands


COMMANDS = {f"dosewright {name}": command for name, command in commands()}


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_is_described_with_all_its_options_and_no_other(path):
    section = re.search(rf"^##+ {re.escape(path)}\n(.*?)(?=^##|\Z)", _read("cli.md"), re.MULTILINE | re.DOTALL)
    assert section, f"cli.md has no heading '{path}'"
    options = {opt for p in COMMANDS[path].params if isinstance(p, click.Option) for opt in p.opts}
    assert set(re.findall(r"^\| `(--[a-z-]+)", section[1], re.MULTILINE)) == options


def test_no_command_is_described_that_is_not_there():
    assert set(re.findall(r"^##+ (dosewright \S.*)$", _read("cli.md"), re.MULTILINE)) == set(COMMANDS)


def test_every_exit_code_is_described():
    page = (ROOT / "docs" / "how-to" / "exit-codes.md").read_text("utf-8")
    codes = [errors.DONE, errors.DONE_WITH_BLOCKING_FINDINGS, errors.WRONG_USAGE, errors.WRONG_INPUT]
    rows = [int(code) for code in re.findall(r"^\| (\d+) ", page, re.MULTILINE)]
    assert rows[:5] == [*codes, errors.NOT_COMPUTABLE]


# ------------------------------------------------------------------------------------------------------- calculators


def test_the_page_of_calculators_is_what_the_catalogue_says():
    assert refresh.CALCULATORS.read_text("utf-8") == refresh.calculators(), "python docs/refresh.py writes it anew"


def test_the_page_of_rules_is_what_the_catalogue_says():
    assert refresh.RULES.read_text("utf-8") == refresh.rules(), "python docs/refresh.py writes it anew"


def test_the_page_of_fields_is_what_orders_are_read_by():
    assert refresh.FIELDS.read_text("utf-8") == refresh.order_fields(), "python docs/refresh.py writes it anew"


# ------------------------------------------------------------------------------------------------------------- keys


def _paths(schema: Mapping[str, Any], definitions: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Every key of a JSON schema as a path: 'components[].drug', 'sources.KEY.where'; a stated value is a leaf."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        if path and name.startswith("Stated"):
            return
        schema = definitions[name]
    for key, one in schema.get("properties", {}).items():
        here = f"{path}.{key}" if path else key
        yield here
        yield from _paths(one, definitions, here)
    for part in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(part, ()):
            yield from _paths(one, definitions, path)
    if isinstance(schema.get("items"), dict):
        yield from _paths(schema["items"], definitions, f"{path}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield f"{path}.KEY"
        yield from _paths(schema["additionalProperties"], definitions, f"{path}.KEY")


def _described(page: str) -> set[str]:
    """The first cell of every table row of a page, where it is code."""
    return set(re.findall(r"^\| `([^`]+)` ", _read(page), re.MULTILINE))


@pytest.mark.parametrize(
    ("page", "model"), [("site-file.md", Site), ("patient-file.md", Patient), ("course-file.md", Course)]
)
def test_every_key_of_a_file_is_described_and_no_other(page, model):
    schema = model.model_json_schema(by_alias=True)
    assert _described(page) == set(_paths(schema, schema.get("$defs", {})))


def test_every_key_of_a_file_beside_the_site_file_is_described_and_no_other():
    schemas = [model.model_json_schema(by_alias=True) for model in (Table, ProductList)]
    keys = {path for schema in schemas for path in _paths(schema, schema.get("$defs", {}))}
    assert _described("preparation-files.md") == keys


def test_every_key_of_a_protocol_file_is_described_and_no_other():
    schema = Protocol.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    stated = next(one for name, one in definitions.items() if name.startswith("Stated"))
    values = {f"VALUE.{path}" for path in _paths(stated, definitions)}
    assert _described("protocol-file.md") == set(_paths(schema, definitions)) | values


# ----------------------------------------------------------------------------------------------------------- findings


def _findings_in_the_code() -> dict[str, set[str]]:
    """Every rule that the orders can report, with the severities written beside it; '' where it depends."""
    found: dict[str, set[str]] = {}
    source = ROOT / "src" / "dosewright"
    for file in [*sorted((source / "orders").glob("*.py")), source / "planning.py"]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                rule, severity = node.args[0], node.args[1]
                assert isinstance(rule, ast.Constant), f"{file.name}: a rule that is no plain text"
                found.setdefault(str(rule.value), set()).add(getattr(severity, "value", ""))
    return found


def test_every_finding_is_described_and_no_other():
    assert _described("findings.md") == set(_findings_in_the_code())


@pytest.mark.parametrize("rule", _findings_in_the_code())
def test_a_finding_is_described_with_its_severity(rule):
    row = re.search(rf"^\| `{rule}` \|([^|]+)\|", _read("findings.md"), re.MULTILINE)
    assert row
    assert _findings_in_the_code()[rule] - {""} <= set(re.findall(r"[a-z-]+", row[1]))


def test_the_discrepancies_of_dosing_and_scheduling_are_described():
    numbers = [*range(24, 35), 64]
    told = re.findall(r"^## D(\d+)", _read("paper-discrepancies.md"), re.MULTILINE)
    assert [int(one) for one in told] == numbers


def test_every_open_question_of_the_library_is_listed():
    page = (ROOT / "docs" / "how-to" / "decide-a-disputed-value.md").read_text("utf-8")
    asked = {path for name in library.names() for path in library.from_library(name).protocol.questions()}
    assert asked <= set(re.findall(r"`([^`\n]+)`", page))


# --------------------------------------------------------------------------------------------------------------- JSON


KEYS_ARE_DATA = {"patient.genotype", "patient.given[].share", "patient.given[].ordered"}


def _shape(data: Any, path: str = "") -> Iterator[str]:
    """The paths of JSON data; a quantity is a leaf, and so is a mapping whose keys are data."""
    if isinstance(data, list):
        for one in data:
            yield from _shape(one, f"{path}[]")
    elif isinstance(data, dict) and set(data) != {"value", "unit"} and path not in KEYS_ARE_DATA:
        for key, one in data.items():
            here = f"{path}.{key}" if path else key
            yield here
            yield from _shape(one, here)


def _orders() -> Iterator[dict[str, Any]]:
    example = EXAMPLES / "site-example.yaml"
    for site, document in (load_site(example.read_bytes(), example.name), reference_site()):
        for file in sorted(EXAMPLES.glob("patient-*.yaml")):
            patient, _ = load_patient(file.read_bytes(), file.name)
            for name in ("haic-folfox", "hepa-haic"):
                loaded = library.find(name)
                yield order(loaded, site, document, patient, cycle=1, on=dt.date(2026, 11, 23), what_if={})
    yield from changing_doses.orders()


def test_everything_in_the_json_of_an_order_is_described():
    shape = {path for one in _orders() for path in _shape(one)}
    assert sorted(shape - _described("order-json.md")) == []


def test_everything_in_the_json_of_a_vial_plan_is_described_and_nothing_else():
    example = EXAMPLES / "site-example.yaml"
    site, document = load_site(example.read_bytes(), example.name)
    given = [sharing.given(one, "x") for one in _orders() if one["site"]["kind"] == "hospital" and one["lines"]]
    made = {one.id: one for one in given}
    told = sharing.plan([*made.values()], site, document)
    shape = {path for path in _shape(told) if not path.startswith(("site.", "findings[]."))}
    assert shape == _described("vial-plan-json.md")


def test_everything_that_bands_add_to_an_order_is_described():
    bands = {"preparation.oxaliplatin.bands": "95 mg to 150 mg: 140 mg; limit 50 %"}
    shape = set(_shape(an_order(site=bands)))
    assert "lines[].bands.row" in shape
    assert {path for path in shape if "bands" in path} <= _described("order-json.md")


def _calendars() -> Iterator[dict[str, Any]]:
    """A course with a history, among it a release of an early day, and one with beads."""
    site, document = load_site((EXAMPLES / "site-example.yaml").read_bytes(), "site-example.yaml")
    patient, _ = load_patient((EXAMPLES / "patient-usual.yaml").read_bytes(), "patient-usual.yaml")
    said = {"reason": "a test", "by": "Dr A. Weber"}
    released = {"first": "Dr A. Weber", "second": "Dr B. Lindqvist", "reason": "a test"}
    records = [
        {"cycle": "1", "status": "reduced", "share": "80 %", "on": "2026-11-23", "entered": "2026-11-24", **said},
        {"cycle": "2", "status": "delayed", "on": "2026-12-10", "entered": "2026-12-01", "released": released, **said},
    ]
    yield changing_doses.a_calendar(site, document)
    for name, recorded in (("haic-folfox", records), ("hepa-haic", [])):
        loaded = library.find(name)
        content = planning.begun(loaded, site, patient, start="2026-11-23", cycles="3") | {"records": recorded}
        course = planning.course_of(content, "a course")
        yield planning.made(loaded, site, document, patient, course, {}).data


def test_everything_in_the_json_of_a_calendar_is_described_and_nothing_else():
    elsewhere = ("protocol.", "site.", "patient.")  # told in a row, or as in an order
    shape = {path for one in _calendars() for path in _shape(one) if not path.startswith(elsewhere)}
    findings = {path for path in shape if path.startswith("findings[].")}
    assert shape - findings == _described("calendar-json.md")
    assert findings <= _described("order-json.md")


def test_what_a_calendar_tells_of_protocol_site_and_patient_is_described():
    one = next(_calendars())
    page = _read("calendar-json.md")
    assert [key for key in (*one["protocol"], *one["patient"]) if f"`{key}`" not in page] == []
    assert {f"site.{key}" for key in one["site"]} <= _described("order-json.md")


def test_the_columns_of_a_calendar_as_a_table_are_described():
    columns = calendars.table(next(_calendars())).partition("\n")[0].split(",")
    assert ", ".join(f"`{column}`" for column in columns) in _read("calendar-json.md")


def test_every_benchmark_is_described_and_no_other():
    listed = re.findall(r'^    "([a-z-]+)": "', (ROOT / "bench" / "__main__.py").read_text("utf-8"), re.MULTILINE)
    assert _described("benchmarks.md") == set(listed) != set()


def test_everything_in_the_json_of_doses_is_described():
    site, document = reference_site()
    body = basis.basis(site.body, height=quantity("165 cm"), weight=quantity("60 kg"), sex=None)
    loaded = library.find("haic-folfox")
    made = doses.doses(loaded, site, body, what_if={})
    data = doses.doses_data(loaded, site, document, made, on=None)
    top = {"protocol", "version", "arm", "sha256"}  # flat here, in an order under `protocol`
    assert sorted(set(_shape(data)) - _described("order-json.md") - top) == []
