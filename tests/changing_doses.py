"""Changes of a dose, toxicities and rules, as test files state them: the usual ones, with this or that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dosewright import planning
from dosewright.protocol import library
from dosewright.protocol.site import Site
from dosewright.reading import Document

from .ward import a_patient, an_order

OXA, LV, FU = "oxaliplatin", "leucovorin", "fluorouracil"
BY = {"decided_by": "B. Person", "role": "physician", "on": "2026-08-20"}
Fields = Mapping[str, Any]


def a_change(drug: str = OXA, cycle: int = 1, reason: str = "thrombocytopenia", **said: str) -> dict[str, str]:
    """A change, by 20 % of the protocol dose where nothing else is said."""
    said = said or {"by": "20 %", "of": "protocol dose"}
    return {"drug": drug, "from_cycle": str(cycle), "reason": reason, **BY, **said}


def a_toxicity(term: str = "platelets", grade: str = "3", **said: str) -> dict[str, str]:
    """A toxicity after cycle 1 that has ended, where nothing else is said."""
    usual = {"ctcae": "v5.0", "on": "2026-11-09", "after_cycle": "1", "ended": "2026-11-20"}
    return {"term": term, "grade": grade, **usual, **said}


def a_rule(id: str = "platelets", drug: str = OXA, **said: Any) -> dict[str, Any]:
    """A rule by the grade of the platelets, where nothing else is said."""
    usual = {
        "measures": "toxicity",
        "term": "platelets",
        "ctcae": "v5.0",
        "rows": [{"grade": ["3"], "by": "20 %", "of": "last ordered dose"}, {"grade": ["4"], "then": "hold"}],
    }
    return {"id": id, "drug": drug, "from": "site policy", **(said if "measures" in said else usual | said)}


def a_table(*rows: Fields, drug: str = FU, **said: Any) -> dict[str, Any]:
    """A rule by the bilirubin in mg/dL, where nothing else is said."""
    usual = {"measures": "laboratory", "analyte": "bilirubin", "unit": "mg/dL", "within": "3 d"}
    return a_rule("bilirubin", drug, **{**usual, "rows": list(rows), **said})


def given(*shares: Any, **said: Any) -> list[dict[str, Any]]:
    """The cycles so far, 28 days apart, the last 28 days before the usual order; a share for each."""
    days = ["2026-08-31", "2026-09-28", "2026-10-26"][-len(shares) :] if shares else []
    cycles = enumerate(zip(days, shares, strict=True), 1)
    return [
        {"cycle": str(cycle), "on": day, **({} if share is None else {"share": share}), **said}
        for cycle, (day, share) in cycles
    ]


def changed_order(*changes: Fields, before: Any = (), site: Fields | None = None, **patient: Any) -> dict[str, Any]:
    """The order after the cycles so far, with changes."""
    said = {"changes": list(changes), "given": list(before), **patient}
    return an_order(patient=said, site=site, cycle=len(said["given"]) + 1)


def orders() -> Iterator[dict[str, Any]]:
    """Orders in which there is something of all that changes of a dose bring."""
    cycles = given("100 %", {OXA: "80 %", FU: "100 %", LV: "100 %"}, ordered={OXA: "112 mg"}, surface="1.6583 m2")
    steps = [a_change(cycle=2), a_change(cycle=3, by="20 %", of="last ordered dose", mg="90 mg")]
    rules = [a_rule(), a_table({"above": "1", "then": "omit"})]
    declined = {"rule": "bilirubin", "drug": FU, "cycle": "3", "reason": "value is not right", **BY, "on": "2026-11-22"}
    yield changed_order(
        *steps,
        a_change(LV, 3, "hypersensitivity", to="0 %", of="protocol dose"),
        before=cycles,
        site={"dose_changes": rules},
        toxicities=[a_toxicity(after_cycle="2")],
        declined=[declined],
    )


def a_calendar(site: Site, document: Document) -> dict[str, Any]:
    """The calendar of a course in which doses are changed."""
    loaded, patient = library.find("haic-folfox"), a_patient({"changes": [a_change(cycle=1), a_change(LV, 2)]})
    content = planning.begun(loaded, site, patient, start="2026-11-23", cycles="3")
    said = {"cycle": "1", "status": "given", "on": "2026-11-23", "entered": "2026-11-24", "reason": "a test"}
    course = planning.course_of(content | {"records": [{**said, "by": "B. Person"}]}, "a course")
    return planning.made(loaded, site, document, patient, course, {}).data
