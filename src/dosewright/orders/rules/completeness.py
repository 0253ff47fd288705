"""Whether everything stands there that an order must hold: the sixteen elements of the ASCO/ONS standards.

The list is general knowledge of the update of 2016, to be compared with the original by a pharmacist; what a kind of
record has no place for at all is told once, and not of every order.
"""

from __future__ import annotations

from typing import Any, Final

from ..finding import Severity
from .rule import Of, rule
from .values import Condition, no
from .view import LineView

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
    words = f"element {number} of the 16 of ASCO/ONS (general knowledge)"
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


# ----------------------------------------------------------------------------- what else a blank would hide from a rule

MORE: Final[tuple[tuple[str, Severity, Of, str, str, str], ...]] = (
    ("weight-undated", "blocks-release", "order", "weight_on", "The day of the weighing is missing", "H05"),
    ("weight-basis-unknown", "blocks-release", "order", "weight_basis", "On which weight was dosed is missing", "H10"),
    ("reference-unknown", "warning", "order", "reference_weight", "No reference weight shows a change", "H05"),
    ("ascites-unknown", "warning", "order", "ascites", "Whether there is ascites is unknown", "H10"),
    ("consent-unknown", "blocks-release", "order", "consent", "Whether there is consent is unknown", "H46"),
    ("last-cycle-unknown", "blocks-release", "order", "last_cycle", "What was given last is unknown", "H32"),
    ("laboratory-unitless", "blocks-release", "lab", "unit", "The value has no unit", "H27"),
    ("bead-contact-unknown", "blocks-release", "beads", "contact", "The time of contact is missing", "H43"),
    ("bead-volume-unknown", "blocks-release", "beads", "final_volume", "The final volume is missing", "H43"),
)
"""Rule, severity, part of the order, the field that must be there, message, hazard."""


def _left_out(id: str, severity: Severity, of: Of, name: str, message: str, hazard: str) -> None:
    """Put a rule into the catalogue that tells a blank which other rules could only pass over."""

    def left_out(view: Any) -> Condition:
        return view.lacks(name) & no(of == "lab" and view.lacks("value"))

    left_out.__doc__ = f"{message}.\n\nFind out, and write it down: what is left out is told by no other rule."
    needs = "value" if of == "lab" else ""
    rule(id, severity, of=of, asks=name, needs=needs, measured="unknown", allowed="known", source="by definition",
         hazards=hazard, applies=lambda due: due is not None)(left_out)  # fmt: skip


for _more in MORE:
    _left_out(*_more)


@rule(
    "diluent-unknown",
    "blocks-release",
    of="line",
    asks="diluent",
    measured="unknown",
    allowed="{due.diluents}",
    source="{due.diluent_source}",
    hazards="H45",
    applies=lambda due: bool(due.diluents),
)
def diluent_unknown(line: LineView) -> Condition:
    """The diluent is missing, and this drug bears only certain ones.

    Write the diluent.
    """
    return line.lacks("diluent")


@rule(
    "volume-unknown",
    "blocks-release",
    of="line",
    asks="volume",
    measured="unknown",
    allowed="{due.least} to {due.most} mg/mL",
    source="{due.window_source}",
    hazards="H42",
    applies=lambda due: due.least is not None,
)
def volume_unknown(line: LineView) -> Condition:
    """The final volume is missing, and the concentration has limits.

    Write the final volume, or the final concentration.
    """
    return line.lacks("dissolved")


@rule(
    "form-unknown",
    "blocks-release",
    of="line",
    asks="form",
    measured="unknown",
    allowed="{due.forms}",
    source="{due.form_source}",
    hazards="H41",
    applies=lambda due: bool(due.forms),
)
def form_unknown(line: LineView) -> Condition:
    """Which form of the drug is missing.

    Write the form: half of one does what the whole of the other does.
    """
    return line.lacks("form")
