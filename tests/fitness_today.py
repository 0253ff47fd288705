"""A patient of whom everything is known, and fits told of them: what stands on every page about fitness."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from dosewright.orders.order import fit_note
from dosewright.protocol import library
from dosewright.protocol.library import Loaded
from dosewright.protocol.site import reference_site

from .ward import DAY, Changes, a_patient, a_site, changed, patient_data

FIRST = DAY - dt.timedelta(days=28)  # day 1 of a cycle 1 that was given
RANGES = {
    "neutrophils": {"lower": "1.8", "upper": "6.3"},
    "platelets": {"lower": "125", "upper": "350"},
    "bilirubin": {"upper": "23"},
    "albumin": {"lower": "35", "upper": "55"},
    "ALT": {"upper": "40"},
    "creatinine": {"upper": "97"},
    "INR": {"upper": "1.2"},
}
UNITS = {
    "neutrophils": "10^9/L",
    "platelets": "10^9/L",
    "bilirubin": "µmol/L",
    "albumin": "g/L",
    "ALT": "U/L",
    "creatinine": "µmol/L",
    "INR": "INR",
}
USUAL = {
    "neutrophils": "3.4",
    "platelets": "142",
    "bilirubin": "18.2",
    "albumin": "38",
    "ALT": "31",
    "creatinine": "80",
    "INR": "1.1",
}
TERMS = ("Diarrhea", "Palmar-plantar erythrodysesthesia", "Mucositis oral", "Peripheral sensory neuropathy")


def lab(analyte: str, value: str, on: dt.date, unit: str = "") -> dict[str, str]:
    """One laboratory value with the range of its laboratory."""
    return {
        "analyte": analyte,
        "value": value,
        "unit": unit or UNITS[analyte],
        "on": on.isoformat(),
        **(RANGES[analyte] if not unit else {}),
    }


def labs(on: dt.date = DAY - dt.timedelta(days=2), **values: str | None) -> list[dict[str, str]]:
    """The usual values of one day, some of them changed; None takes one out."""
    told = {**USUAL, **values}
    return [lab(analyte, value, on) for analyte, value in told.items() if value is not None]


def toxic(
    term: str, grade: str, *, on: dt.date = FIRST + dt.timedelta(days=7), ended: str = "present", after: str = "1"
) -> dict[str, str]:
    """One toxicity after cycle 1."""
    return {
        "term": term,
        "grade": grade,
        "ctcae": "v5.0",
        "on": on.isoformat(),
        "after_cycle": after,
        "ended": ended,
    }


def nothing_but(*found: dict[str, str]) -> list[dict[str, str]]:
    """A list of toxicities in which every term that a label asks for stands, with grade 0 where nothing was found."""
    named = {one["term"] for one in found}
    return [*found, *(toxic(term, "0", ended=FIRST_WEEK) for term in TERMS if term not in named)]


FIRST_WEEK = (FIRST + dt.timedelta(days=7)).isoformat()

KNOWN: Changes = {"encephalopathy": "0", "toxicities": "none", "laboratory": labs()}
SECOND: Changes = {
    "given": [{"cycle": "1", "on": FIRST.isoformat(), "share": "100 %"}],
    "laboratory": [*labs(FIRST - dt.timedelta(days=1)), *labs()],
}


def a_known_patient(changes: Changes | None = None, *, cycle: int = 1) -> Any:
    """The usual patient, of whom everything is known, before cycle 1 or 2, with changes."""
    return changed(patient_data("usual", {**KNOWN, **(SECOND if cycle > 1 else {})}), changes or {})


def note(
    changes: Changes | None = None,
    *,
    site: Changes | None = None,
    protocol: str | Loaded = "haic-folfox",
    cycle: int = 1,
    on: dt.date = DAY,
    by_reference: bool = False,
    what_if: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The whole fit of the known patient at the example site, with changes."""
    loaded = library.find(protocol) if isinstance(protocol, str) else protocol
    policy, document = reference_site() if by_reference else a_site(site)
    patient = a_patient(a_known_patient(changes, cycle=cycle))
    return fit_note(loaded, policy, document, patient, cycle=cycle, on=on, what_if=what_if or {})


def fit(changes: Changes | None = None, **how: Any) -> dict[str, Any]:
    """What a fit says: the answer, its counts and its criteria."""
    return note(changes, **how)["fit"]


def answers(told: Mapping[str, Any]) -> dict[str, str]:
    """Each criterion of a fit with its answer as people read it."""
    return {one["id"]: one["shown"] for one in told["criteria"]}


def answer(name: str, changes: Changes | None = None, **how: Any) -> str:
    """The answer of one criterion."""
    return answers(fit(changes, **how))[name]


def criterion(name: str, changes: Changes | None = None, **how: Any) -> dict[str, Any]:
    """One criterion, whole."""
    return next(one for one in fit(changes, **how)["criteria"] if one["id"] == name)


def keeping(told: Mapping[str, Any]) -> dict[str, str]:
    """Whatever counts and is not proceed."""
    return {one["id"]: one["answer"] for one in told["criteria"] if one["counts"] and one["answer"] != "proceed"}
