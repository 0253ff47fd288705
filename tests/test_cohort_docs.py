"""The pages about outcomes say what the code does: every key, column, rule and value, and no other."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from dosewright import cli
from dosewright.outcomes import audit, cohort, criteria

from .cohorts_of_ours import write
from .models import models
from .test_architecture import read_names
from .test_docs import REFERENCE, ROOT, _described, _paths, _read, _shape


@pytest.mark.parametrize(("page", "model"), [("cohort-files.md", cohort.Settings), ("tables-file.md", audit.Printed)])
def test_every_key_of_a_file_is_described_and_no_other(page, model):
    schema = model.model_json_schema(by_alias=True)
    more = _columns() if page == "cohort-files.md" else _rules()
    assert _described(page) - more == set(_paths(schema, schema["$defs"]))


def _columns() -> set[str]:
    return {f"{name}.{column.name}" for name, columns in cohort.TABLES.items() for column in columns}


def _rules() -> set[str]:
    """Every rule of the audit, as the code names it."""
    tree = ast.parse(Path(audit.__file__).read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {call.args[0].value for call in calls if getattr(call.func, "id", "") in {"_stop", "_note"}}


def test_every_column_is_described_with_its_words_and_what_a_blank_means():
    page = _read("cohort-files.md")
    for name, columns in cohort.TABLES.items():
        for one in columns:
            row = re.search(rf"^\| `{name}\.{one.name}` \|(.*)\|$", page, re.MULTILINE)
            assert row, one.name
            meaning, example, blank = (cell.strip() for cell in row[1].split("|"))
            assert meaning.startswith(one.meaning)
            assert all(f"`{word}`" in meaning for word in one.words)
            assert (example, blank) == (f"`{one.example}`", "is refused" if one.needed else one.blank or "is missing")


def test_every_rule_of_the_audit_is_described():
    assert _rules() <= _described("tables-file.md")
    assert len(_rules()) > 15


def test_every_criterion_has_a_column_with_its_limits():
    page = (REFERENCE / "response-criteria.md").read_text("utf-8")
    head = re.search(r"^\| \| (.*) \|$", page, re.MULTILINE)[1]
    names = [cell.strip(" `") for cell in head.split("|")]
    assert names == list(criteria.criteria())
    for row, value in (
        ("a target from", lambda one: f"{one.measurable.value} mm"),
        ("targets at most, of one organ", lambda one: f"{one.most_targets.value}, {one.most_per_organ.value}"),
        ("partial response, of the baseline", lambda one: f"−{one.partial_response.value} %"),
        ("progression, of the nadir", lambda one: f"+{one.progression.value} %"),
    ):
        cells = re.search(rf"^\| {row} \| (.*) \|$", page, re.MULTILINE)[1].split("|")
        for name, cell in zip(names, cells, strict=True):
            assert cell.strip().startswith(value(criteria.criterion(name)))


@pytest.fixture
def printed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "small")

    def run(*arguments: str) -> dict:
        cli.run(["outcomes", *arguments, "--format", "json"])
        return json.loads(capsys.readouterr().out)

    return run


# Below these, keys are data, or a shape that the page tells in words.
LEAVES = (
    "cohort.files", "criterion", "terms", "agreement[].kappa", "patients[].best", "patients[].deepest_change",
    "arms", "difference", "p", "rates.any", "rates.grade", "related_deaths", "denominators", "without_grade", "flow",
    "levels", "missing", "spread", "tables", "work", "checked", "not_found[]", "p_values[]", "hazard_ratios[]", "any[]",
)  # fmt: skip
FINDING = {"rule", "severity", "message", "measured", "allowed", "source", "where"}


def _told(data) -> set[str]:
    """The paths of some JSON that the page must have, readers by one name."""
    found = set()
    for path in _shape(data):
        path = re.sub(r"^rates\.A\b", "rates.READER", path)
        parts = path.split(".")
        if parts[0] == "findings[]" and parts[1] in FINDING:
            continue
        above = [".".join(parts[:n]) for n in range(1, len(parts))]
        if any(one in LEAVES or one.split(".")[-1] in LEAVES for one in above) or path in {"rates.READER"}:
            continue
        if path.startswith(("rates.any grade", "rates.grade")):
            continue
        found.add(path)
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ("response", "small"),
        ("safety", "small"),
        ("table1", "small"),
        ("cohort", "check", "small"),
        ("audit", "--paper"),
    ],
    ids=" ".join,
)
def test_everything_in_the_json_of_an_outcome_is_described(printed, arguments):
    assert sorted(_told(printed(*arguments)) - _described("outcomes-json.md")) == []


def test_no_field_that_people_fill_in_goes_unread():
    fields = {(model.__name__, name) for model in models(cohort.Settings, audit.Printed) for name in model.model_fields}
    assert sorted((model, name) for model, name in fields if name not in read_names() | {"dosewright"}) == []


def test_decision_pages_of_outcomes_are_listed():
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    assert [n for n in range(40, 45) if f"({n:04d}-" not in listed] == []
