"""Whether everything stands there that an order must hold: the sixteen elements of the ASCO/ONS standards.

The list is general knowledge of the update of 2016, to be compared with the original by a pharmacist; what a kind of
record has no place for at all is told once, and not of every order.
"""

from __future__ import annotations

from typing import Any, Final

from .rule import Of, rule
from .values import Condition

ELEMENTS: Final[tuple[tuple[int, str, Of, str, str, str], ...]] = (
    (1, "name", "order", "patient", "The patient's name is missing", "H06 H20"),
    (2, "identifier", "order", "identifier second_identifier", "Two identifiers beside the name are needed", "H06 H20"),
    (3, "date-written", "order", "written", "The day on which the order was written is missing", "H20 H36"),
    (4, "protocol", "order", "version", "The protocol's version is missing", "H20 H48"),
    (5, "cycle", "order", "cycle day", "The cycle or the day of the cycle is missing", "H20 H32"),
    (6, "drug-name", "line", "drug", "The drug's generic name is missing", "H20 H41"),
    (7, "dose", "line", "dose", "The ordered dose is missing", "H20"),
    (
        8,
        "calculation",
        "order",
        "height weight formula",
        "Height, weight or the formula of the surface is missing",
        "H07 H20",
    ),
    (9, "date", "order", "on", "The day of treatment is missing", "H20"),
    (10, "route", "line", "route", "The route is missing", "H20 H40"),
    (11, "allergies", "order", "allergies", "Allergies are missing or unknown", "H20"),
    (12, "care", "order", "care", "Supportive care is missing", "H20"),
    (13, "hold", "order", "hold", "What makes the treatment wait is missing", "H20 H46"),
    (14, "sequence", "line", "start", "When it starts is missing, and so its place in the sequence", "H20"),
    (15, "rate", "line", "over rate", "Duration or rate is missing", "H20 H30"),
    (16, "validity", "order", "valid_until", "Until when the order is valid is missing", "H20 H59"),
)
"""Number, rule, part of the order, fields of which each must be there, message, hazards."""


def _element(number: int, name: str, of: Of, names: str, message: str, hazards: str) -> None:
    """Put the rule of one element into the catalogue."""
    fields = names.split()

    def missing_element(view: Any) -> Condition:
        lacking: Condition = False
        for field in fields:
            if view.carries(field):
                lacking = lacking | view.lacks(field)
        return lacking

    advice = "Complete the order, or write 'none' or 'not applicable' where that is so: a blank says nothing."
    missing_element.__doc__ = f"{message}.\n\n{advice}"
    words = f"element {number} of 16"
    enter = rule(
        f"missing-{name}",
        "blocks-release",
        of=of,
        asks=names,
        measured="nothing",
        allowed=words,
        source="asco-ons",
        hazards=hazards,
    )
    enter(missing_element)


for _row in ELEMENTS:
    _element(*_row)
