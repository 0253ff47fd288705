"""Invented patients, sites and protocols, and orders made of them: the usual ones, with this or that changed.

A change is named by its path: `a_patient({"height.value": "158 cm"})`, `a_site({"preparation.oxaliplatin.volume": "500 mL"})`.
A path that ends in None is taken out.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

import dosewright
from dosewright.orders.order import order
from dosewright.orders.patient import Patient, load_patient
from dosewright.protocol import library
from dosewright.protocol.library import Loaded
from dosewright.protocol.site import Site, load_site, reference_site
from dosewright.reading import Document

EXAMPLES = Path(dosewright.__file__).with_name("examples")
LIBRARY = library.FOLDER
DAY = dt.date(2026, 11, 23)
Changes = Mapping[str, Any]


@functools.cache
def _text(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.BaseLoader)


def changed(data: Any, changes: Changes) -> Any:
    """Nested data with the values at some paths changed."""
    data = copy.deepcopy(data)
    for path, value in changes.items():
        *way, last = path.split(".") if isinstance(path, str) else path
        node = data
        for step in way:
            node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
        if isinstance(node, list):
            node[int(last)] = value
        elif value is None:
            node.pop(last)
        else:
            node[last] = value
    return data


def as_file(data: Any) -> bytes:
    """Data as the bytes of a file; every JSON file is a YAML file."""
    return json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8")


def patient_data(of: str = "usual", changes: Changes | None = None) -> Any:
    """The data of an example patient, with changes."""
    return changed(_text(EXAMPLES / f"patient-{of}.yaml"), changes or {})


def a_patient(changes: Changes | None = None, *, of: str = "usual") -> Patient:
    """An example patient, with changes."""
    return load_patient(as_file(patient_data(of, changes)), "patient.yaml")[0]


def site_data(changes: Changes | None = None) -> Any:
    """The data of the example site, in which all is decided, with changes."""
    return changed(_text(EXAMPLES / "site-example.yaml"), changes or {})


def a_site(changes: Changes | None = None) -> tuple[Site, Document]:
    """The example site, in which all is decided, with changes."""
    return _site(as_file(site_data(changes)))


@functools.cache
def _site(content: bytes) -> tuple[Site, Document]:
    return load_site(content, "site.yaml")


def undecided(*paths: str) -> Changes:
    """The change of a site that takes some decisions back, by path; all of them without a path."""
    decisions = [one for one in site_data()["decisions"] if paths and one["of"] not in paths]
    return {"decisions": decisions}


def decided(path: str, choice: str, protocol: str = "haic-folfox") -> Changes:
    """The change of a site that decides one question otherwise."""
    decisions = [one for one in site_data()["decisions"] if (one["of"], one["protocol"]) != (path, protocol)]
    usual = {"by": "A. Person", "role": "physician", "on": "2026-11-02", "reason": "for a test"}
    return {"decisions": [*decisions, {"of": path, "protocol": protocol, "choose": choice, **usual}]}


def protocol_data(of: str = "haic-folfox") -> Any:
    """The data of a protocol of the library."""
    return changed(_text(LIBRARY / f"{of}.yaml"), {})


def a_protocol(of: str = "haic-folfox", changes: Changes | None = None) -> Loaded:
    """A protocol of the library, with changes; unsealed where there are any."""
    return _protocol(as_file(changed(_text(LIBRARY / f"{of}.yaml"), changes))) if changes else library.find(of)


@functools.cache
def _protocol(content: bytes) -> Loaded:
    return library.load(content, "protocol.yaml")


def an_order(
    protocol: str | Loaded = "haic-folfox",
    *,
    patient: Changes | Patient | None = None,
    site: Changes | None = None,
    of: str = "usual",
    cycle: int = 1,
    on: dt.date = DAY,
    what_if: Mapping[str, str] | None = None,
    by_reference: bool = False,
    day: int = 1,
) -> dict[str, Any]:
    """The order for an example patient, at the example site (or at the reference site), with changes."""
    loaded = library.find(protocol) if isinstance(protocol, str) else protocol
    person = patient if isinstance(patient, Patient) else a_patient(patient, of=of)
    policy, document = reference_site() if by_reference else a_site(site)
    return order(loaded, policy, document, person, cycle=cycle, on=on, what_if=what_if or {}, day=day)


def findings(made: Mapping[str, Any], rule: str) -> list[dict[str, Any]]:
    """The findings of one rule."""
    return [one for one in made["findings"] if one["rule"] == rule]


def rules(made: Mapping[str, Any]) -> set[str]:
    """The rules that an order's findings are of."""
    return {one["rule"] for one in made["findings"]}


def severities(made: Mapping[str, Any], rule: str) -> set[str]:
    """How grave the findings of one rule are; empty where there are none."""
    return {one["severity"] for one in findings(made, rule)}


def line(made: Mapping[str, Any], key: str) -> dict[str, Any]:
    """One line of an order, by its name."""
    return next(one for one in made["lines"] if one["key"] == key)


def mg(quantity: Mapping[str, Any]) -> float:
    """The number of a quantity of data, which must be in milligrams."""
    if quantity["unit"] != "mg":
        raise ValueError(quantity["unit"])
    return quantity["value"]
