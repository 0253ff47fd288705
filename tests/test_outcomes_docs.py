"""The page on survival tells every key that programs read, every endpoint and every record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dosewright.cli import run
from dosewright.outcomes.endpoints import KINDS, endpoints

from . import classics

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "reference" / "survival.md").read_text("utf-8")
TOLD = set(re.findall(r"`([^`\n]+)`", PAGE)) | set(re.findall(r'"([a-z_]+)"', PAGE))


def keys(data: object, path: str = "") -> Iterator[str]:
    """Every key of JSON data; the columns of a user's table are no keys of ours."""
    if isinstance(data, list):
        for one in data:
            yield from keys(one, path)
    elif isinstance(data, dict):
        for key, one in data.items():
            yield key
            if key != "missing_by":
                yield from keys(one, key)


CALLS = (
    ("survival", "lung", "--time time --event event --group sex --subgroups ph_ecog --covariates age --univariable"
                         " --trend --at 365 --restricted-mean 700"),
    ("survival", "mgus2", "--time time --event event --event-value 1 --competing-value 2 --group sex --at 60"),
    ("match", "pbc", "--treat trt --covariates age,sex --caliper 0.2"),
    ("balance", "pbc", "--treat trt --covariates age,sex"),
)  # fmt: skip


@pytest.mark.parametrize(("command", "name", "options"), CALLS)
def test_every_key_that_programs_read_is_described(capsys, command, name, options):
    path = str(classics.DATA / f"{name}.csv")
    assert run(["outcomes", command, path, *options.split(), "--format", "json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert sorted(set(keys(made)) - TOLD) == []


def test_every_endpoint_is_described():
    assert set(endpoints()) <= TOLD


def test_every_kind_of_record_is_described():
    assert set(KINDS) <= TOLD
