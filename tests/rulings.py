"""One rule at its limit: a sound order, what takes it just outside, what leaves it just inside, and what is then told.

The sound orders are of one body, 165 cm and 60 kg (√(165 × 60 ÷ 3600) = 1.658312 m²), on Monday 2026-11-23 at the
example hospital; a change is a mapping of the paths of fields to values, where None takes a field out and 'drug.*' a line.
"""

from __future__ import annotations

import ast
import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

from dosewright.checks import with_strangers
from dosewright.orders.check import Checked, check
from dosewright.orders.finding import Finding
from dosewright.orders.rules.due import Due, due
from dosewright.orders.rules.view import Record
from dosewright.protocol import library

from . import ordered, ward

Changes = Mapping[str, Any]
ON = ordered.day(dt.date(2026, 11, 23))
NINE = ON * 24 + 1.0  # nine o'clock in Shanghai, in hours since 1970
MINUTE = 1 / 60
NOTHING: Changes = {}
SQUARE: Changes = {"height": 180.0, "weight": 80.0, "reference_weight": 80.0, "bsa": 2.0}
"""A body of exactly 2 m²."""


def sound(arm: str = "haic-folfox") -> ordered.Order:
    """A sound order of one arm, cycle 2."""
    order = ordered.normal(arm, 1)
    order |= {"height": 165.0, "weight": 60.0, "reference_weight": 60.0, "bsa": 1.66}
    order |= {"identifier": "MRN-1", "second_identifier": "ADM-1", "birth_date": ordered.day(dt.date(1964, 3, 9))}
    order |= {"on": ON, "written": ON - 1, "valid_until": ON + 3, "weight_on": ON - 3, "height_on": ON - 3}
    order |= {"cycle": 2.0, "last_cycle": 1.0, "last_on": ON - 28, "allergies": "none known", "medicines": "none"}
    order |= {"ascites": "none", "child_pugh_class": "A", "ecog": 1.0}
    for analyte, value in {"neutrophils": 3.4, "platelets": 140.0, "bilirubin": 17.0, "albumin": 38.0}.items():
        order |= {f"lab.{analyte}.value": value, f"lab.{analyte}.on": ON - 2}
    for drug, hours in {"oxaliplatin": 0.0, "leucovorin": 0.0, "fluorouracil": 4.0}.items():
        start = NINE + hours
        order |= {f"{drug}.start": start, f"{drug}.end": start + order[f"{drug}.over"]}
    order |= {"oxaliplatin.calculated": 140.96, "leucovorin.calculated": 331.66, "fluorouracil.calculated": 3979.95}
    if arm == "hepa-haic":
        order |= {"oxaliplatin.calculated": 99.5, "fluorouracil.calculated": 1200.0}
        order |= {"beads.offered": 50.0, "beads.vials": 1.0, "beads.final_volume": 20.0}
    for drug in ordered.ARMS[arm]:
        exact = order[f"{drug}.calculated"]
        order[f"{drug}.dose"] = float(ordered.half_up(exact, ordered.ARMS[arm][drug].step))
        ordered.made_up(order, drug)
    return order


def changed(order: Mapping[str, Any], changes: Changes) -> ordered.Order:
    """An order with some fields changed, or taken out."""
    order = dict(order)
    for path, value in changes.items():
        if path.endswith(".*"):
            order = {name: one for name, one in order.items() if not name.startswith(path[:-1])}
        elif value is None:
            order.pop(path, None)
        else:
            order[path] = value
    return order


def asked(protocol: str, site: Changes | None = None, changes: Changes | None = None) -> Due | None:
    """What a protocol asks at the example hospital, each with changes; None of a protocol that nobody knows."""
    return _asked(protocol, repr(site), repr(changes))


@functools.cache
def _asked(protocol: str, site: str, changes: str) -> Due | None:
    if protocol not in library.names():
        return None
    return due(ward.a_protocol(protocol, ast.literal_eval(changes)), ward.a_site(ast.literal_eval(site))[0])


def checked(order: Mapping[str, Any], against: Due | None) -> Checked:
    """The check of one order against what is due."""
    return check(with_strangers(Record(order), against), against)


class Case(NamedTuple):
    """One rule at one of its limits.

    `told` is the finding: severity, where, measured, allowed and source, and what the message adds to the rule's words.
    """

    rule: str
    outside: Changes
    inside: Changes
    told: str
    arm: str = "haic-folfox"
    always: Changes = NOTHING
    site: Changes | None = None
    protocol: Changes | None = None
    against: str = ""
    site_inside: Changes | None = None
    protocol_inside: Changes | None = None

    @property
    def where(self) -> str:
        return self.told.split(" · ")[1]

    def look(self, outside: bool) -> tuple[list[Finding], list[str]]:
        """The findings of the rule there, and whether it could not tell."""
        site = self.site if outside or self.site_inside is None else self.site_inside
        protocol = self.protocol if outside or self.protocol_inside is None else self.protocol_inside
        order = changed(sound(self.arm), {**self.always, **(self.outside if outside else self.inside)})
        found = checked(order, asked(self.against or order.get("protocol", ""), site, protocol))
        findings = [one for one in found.findings if (one.rule, one.where) == (self.rule, self.where)]
        unknown = [one.where for one in found.not_checked if (one.rule, one.where) == (self.rule, self.where)]
        return findings, unknown


@functools.cache
def usual_message(rule: str) -> str:
    """What a rule says of every order."""
    from dosewright.orders.rules import RULES

    return RULES[rule].message


def told(finding: Finding) -> str:
    """A finding in one line, with what its message adds to the words that the rule has for every order."""
    _, _, added = finding.message.partition(usual_message(finding.rule))
    words = [finding.severity, finding.where, finding.measured, finding.allowed, finding.source]
    return " · ".join([*words, *([added.lstrip(";: ")] if added else [])]).replace("\N{NO-BREAK SPACE}", " ")


def name(case: Case) -> str:
    """A case in a line of pytest's."""
    return f"{case.rule}: {', '.join(f'{path}={value}' for path, value in case.outside.items())}"[:120]


def fired(case: Case) -> list[str]:
    """What the rule says just outside."""
    return [told(one) for one in case.look(outside=True)[0]]


def passed(case: Case) -> bool:
    """Whether the rule looked just inside, and said nothing."""
    return case.look(outside=False) == ([], [])
