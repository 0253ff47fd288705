"""How doses are written: what has been misread before, after the lists of the ISMP and the Joint Commission."""

from __future__ import annotations

import functools
import re
from typing import Any, Final

from ..finding import Severity
from .rule import rule
from .values import Condition, each

_ROWS: Final[tuple[tuple[str, Severity, str, str, str, str], ...]] = (
    (
        "trailing-zero",
        "blocks-release",
        r"(?<![\d.])\d+\.\d*0(?!\d)(?!\s*[–-]\s*\d)",
        "A zero at the end, after the decimal point: 1.0 has been read as 10",
        "Write 1 mg, not 1.0 mg, and 0.5 mg, not 0.50 mg.",
        "H11 H18",
    ),
    (
        "naked-point",
        "blocks-release",
        r"(?<![\d.])\.\d",
        "A decimal point without a zero before it: .5 has been read as 5",
        "Write 0.5 mg, not .5 mg.",
        "H11 H18",
    ),
    (
        "decimal-comma",
        "blocks-release",
        r"\d,(?:\d{1,2}|\d{4,})(?!\d)|(?<![\d,])(?:0\d*|\d{4,}),\d{3}",
        "A decimal comma: it has been taken for a sign between thousands",
        "Write a decimal point.",
        "H12",
    ),
    (
        "units",
        "blocks-release",
        r"\d\s*(?:IU|iu|U|u|UI)(?![A-Za-z])",
        "Units are written U or IU: read as 0, 4 or IV",
        "Write 'units' in full.",
        "H28",
    ),
    (
        "microgram",
        "blocks-release",
        r"\d\s*(?:µg|μg|㎍|ug)(?![A-Za-z])",
        "A micro sign: read as milligram",
        "Write 'mcg'.",
        "H18 H24",
    ),
    (
        "abbreviation",
        "blocks-release",
        r"(?i)(?<![a-z0-9])(?:5-?\s?FU|FU|OXA|L-?OHP|LV|FA|CF|DOX|ADM|EPI|ADR|CPT-?\s?11|DDP|CDDP)(?![a-z0-9])",
        "A drug's name is abbreviated",
        "Write generic names in full; a name of a regimen only beside them.",
        "H41",
    ),
    (
        "per-day",
        "blocks-release",
        r"(?i)\d\s*mL\s*(?:(?:/|per)\s*(?:24\s*h|d(?![a-z])|day)|daily|a day)",
        "A rate per day: it has been programmed per hour, and killed",
        "Write mL per hour, and only that.",
        "H30",
    ),
    (
        "frequency",
        "blocks-release",
        r"(?<![A-Za-z])(?:QD|qd|QOD|qod|Q\.D\.|q\.d\.|OD|TIW|tiw)(?![A-Za-z])|(?<![\d/.])\d{1,2}/(?:7|52|12)(?![\d/])",
        "An abbreviated frequency: QD has been read as QID, OD as right eye, 3/7 as a date",
        "Write 'daily' or the days in full.",
        "H31",
    ),
    (
        "cubic-centimetre",
        "blocks-release",
        r"(?i)\d\s*cc(?![a-z])",
        "Millilitres are written cc: read as U or as 00",
        "Write 'mL'.",
        "H18",
    ),
    ("exponent", "blocks-release", r"\d[eE][+-]?\d", "A number with an exponent", "Write the digits.", "H17 H19"),
    (
        "spacing",
        "warning",
        r"\d(?:mg|mcg|g|mL|ml|h|units)(?![A-Za-z0-9])",
        "No space between number and unit: the m of mg has been read as a zero",
        "Write 10 mg, not 10mg.",
        "H18",
    ),
    (
        "thousands",
        "warning",
        r"(?<![\d.,])[1-9]\d{3,}(?=\s*(?:mg|mcg|mL|units))",
        "A number of four digits or more without a comma between thousands",
        "Write 2,400 mg.",
        "H14",
    ),
)
"""Rule, severity, what is looked for, message, advice, hazards."""

_QUOTED: Final = frozenset({"abbreviation"})
"""Rules whose finding quotes what was found, since it is easily overlooked in a longer text."""

MANY: Final = 16_384  # texts of which it is remembered whether something was found


def _notation(name: str, severity: Severity, pattern: str, message: str, advice: str, hazards: str) -> None:
    """Put one rule of notation into the catalogue."""
    # a table says most lines often; and one order may have no such text, so that no pattern is compiled for it
    found = functools.lru_cache(maxsize=MANY)(lambda text: re.search(pattern, text) is not None)

    def noted(view: Any) -> Condition:
        return each(view.written, found)

    def quoted(view: Any) -> str:
        return f"it says '{next(re.finditer(pattern, view.written))[0]}'"

    noted.__doc__ = f"{message}.\n\n{advice}"
    rule(
        f"notation-{name}",
        severity,
        of="line",
        needs="written",
        measured="{written}",
        allowed=advice[0].lower() + advice[1:].removesuffix("."),
        source="ismp",
        hazards=hazards,
        explain=quoted if name in _QUOTED else None,
    )(noted)


for _row in _ROWS:
    _notation(*_row)
