"""The rules of a check: one catalogue, from which the command, the manual and every batch are served."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from .rule import CATALOGUE, Rule

CHAPTERS: Final[Mapping[str, str]] = {
    "identity": "Whose order it is, and whether it still counts",
    "completeness": "What an order must hold",
    "body": "Height and weight",
    "surface": "Body surface area",
    "naming": "Which drugs",
    "dose": "Doses and limits",
    "changes": "Changes of the dose",
    "administration": "Route, duration, rate and sequence",
    "preparation": "Diluent, concentration and volume",
    "interval": "Interval and cycle",
    "beads": "Beads",
    "fitness": "Eligibility, laboratory, genotype, allergy and medicines",
    "remarks": "Remarks in free words",
    "notation": "Notation",
}
"""The modules of rules, in the order in which they are told, and what each is about."""

for _chapter in CHAPTERS:
    import_module(f".{_chapter}", __package__)

RULES: Final[Mapping[str, Rule]] = {
    id: rule for chapter in CHAPTERS for id, rule in CATALOGUE.items() if rule.module == chapter
}
