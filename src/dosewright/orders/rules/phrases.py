"""What free words name: amounts, times and rates, and which of them are of the dose of this line today."""

from __future__ import annotations

import functools
import re
from typing import Final

_NUMBER: Final = r"(?<![\w.,])(?:([1-9]\d{0,2}(?:,\d{3})+)(\.\d+)?|(\d+(?:[.,]\d+)?))\s*"
_HOUR: Final = r"h(?:(?:ou)?r)?(?!\w)"
_PER_AREA: Final = r"(?:\s*/\s*|\s*per\s+)(?:m(?:²|2|\^2)|sq|square|kg)(?!\w)"
_AMOUNT: Final = re.compile(
    rf"{_NUMBER}(mg|g|mcg|[µμu]g|hours?|hrs?|h|min(?:ute)?s?|mL)"
    rf"(?![\w²^*]|\s*/|\s*per\s+(?:{_HOUR}|(?:m(?:²|2|\^2|L|in(?:ute)?)?|sq|square|kg)(?!\w)))",
    re.IGNORECASE,
)
_RATE: Final = re.compile(rf"{_NUMBER}mL\s*(?:/|per\s)\s*{_HOUR}", re.IGNORECASE)
_DOSE_PER: Final = re.compile(rf"{_NUMBER}(?:mg|g|mcg|[µμu]g){_PER_AREA}", re.IGNORECASE)
_MG: Final = {"mg": 1.0, "g": 1000.0, "mcg": 0.001, "µg": 0.001, "μg": 0.001, "ug": 0.001}
_HOURS: Final = {"h": 1.0, "m": 1 / 60}  # by the first letter

_CONTAINER: Final = r"(?:vials?|ampo?ules?)(?!\w)"
_LAST_TIME: Final = (
    r"(?:(?:last|previous|prior|earlier)\s+(?:cycle|course|dose|time|order|treatment)(?:'?s)?|previous(?:ly)?|earlier)"
)
_NO_DOSE_AFTER: Final = re.compile(
    rf"{_CONTAINER}\s*(?:of|with|containing|[:@])?\s*$"
    r"|(?<!\w)(?:discard|waste)\s+(?:the\s+)?(?:remaining\s+|remainder\s*|rest\s*)?(?:of\s+|[:,]\s*)?$",
    re.IGNORECASE,
)
"""What stands before an amount that is of a vial, or is thrown away."""
_NO_DOSE_BEFORE: Final = re.compile(
    rf"\s*-?\s*{_CONTAINER}|\s*(?:(?:is|are|to be|will be)\s+)?(?:discarded|wasted)(?!\w)|\s*waste\s*(?:[.,;)]|$)",
    re.IGNORECASE,
)
"""What stands behind such an amount."""
_BYGONE: Final = re.compile(
    rf"(?<!\w)(?P<again>(?:as|like|same|give|repeat|continue|again)(?:\W+\w+){{0,3}}?\W+)?{_LAST_TIME}"
    r"(?:\s*:|\s+(?!now|today|this|give|to|then)\w+){0,3}\s*$",
    re.IGNORECASE,
)
"""What stands before the amount of an earlier cycle; where that is to be given again, it is one of today."""
_PART_AFTER: Final = re.compile(
    r"(?<!\w)(?:first|initial|last|every|each|(?:use|used|stable)\s+(?:for|within)|observe\s+for|wait(?:\s+for)?)\s+$",
    re.IGNORECASE,
)
"""What stands before a time that is only a part of it, or is none of the infusion."""
_PART_BEFORE: Final = re.compile(r"\s*(?:before|beforehand|prior|apart|later)(?!\w)", re.IGNORECASE)
_NEAR: Final = 80  # characters on either side that say what an amount is of
_LASTING: Final = re.compile(r"(?<!\w)(?:over|during|for|run|runs|infuse|lasting)\s+$", re.IGNORECASE)


def _number(match: re.Match[str]) -> float:
    """The number of a remark, in which a comma that is no sign between thousands is a decimal one."""
    thousands, rest, plain = match[1], match[2] or "", match[3]
    return float(thousands.replace(",", "") + rest if thousands else plain.replace(",", "."))


@functools.lru_cache(maxsize=4096)
def amounts(text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The amounts of drug in mg, and the times in hours, that a remark names.

    What is in a vial, what is thrown away and what an earlier cycle gave are no amounts of the dose, and a part of the
    time is none of its times.

    >>> amounts("2 vials of 100 mg, discard 59 mg: 141 mg; last cycle 150 mg")
    ((141.0,), ())
    >>> amounts("first 15 minutes slowly, over 4 h in all")
    ((), (4.0,))
    """
    mg, hours = [], []
    for match in _AMOUNT.finditer(text):
        number, unit = _number(match), match[4].lower()
        before, after = text[max(0, match.start() - _NEAR) : match.start()], text[match.end() : match.end() + _NEAR]
        if unit in _MG and not _of_no_dose(before, after):
            mg.append(number * _MG[unit])
        elif unit not in _MG and unit != "ml" and not _of_a_part(before, after):
            hours.append(number * _HOURS[unit[0]])
    return tuple(mg), tuple(hours)


def _of_no_dose(before: str, after: str) -> bool:
    """Whether an amount is of a vial, thrown away, or of an earlier cycle."""
    bygone = _BYGONE.search(before)
    earlier = bygone is not None and bygone["again"] is None
    return earlier or _NO_DOSE_AFTER.search(before) is not None or _NO_DOSE_BEFORE.match(after) is not None


def _of_a_part(before: str, after: str) -> bool:
    """Whether a time is a part of it, or lies before or between infusions."""
    if _PART_AFTER.search(before):
        return True
    return _PART_BEFORE.match(after) is not None and not _LASTING.search(before)


@functools.lru_cache(maxsize=4096)
def rates(text: str) -> tuple[float, ...]:
    """The rates in mL per hour that a remark names."""
    return tuple(map(_number, _RATE.finditer(text)))


@functools.lru_cache(maxsize=4096)
def only_per_area(text: str) -> bool:
    """Whether words give a dose per m² or per kg and no amount, so that whoever gives it has to compute it.

    >>> only_per_area("oxaliplatin 85 mg/m2 over 4 h"), only_per_area("85 mg/m² × 1.66 m² = 141 mg")
    (True, False)
    """
    return _DOSE_PER.search(text) is not None and not amounts(text)[0]
