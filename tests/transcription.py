"""Two transcriptions of one source, compared by machine: a value of a protocol, and what its source states in our words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?: to \d+(?:\.\d+)?)?(?![\w.]*\d)")


def stated_values(node: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Every value of a protocol's data with its path and the key of its source: whatever stands beside a `from`."""
    if isinstance(node, dict):
        source = node.get("from")
        for key, value in node.items():
            if source is not None and isinstance(value, str) and key in VALUES:
                yield f"{path}.{key}".lstrip("."), value, source
            if key not in {"sources", "work"}:
                yield from stated_values(value, f"{path}.{key}")
    elif isinstance(node, list):
        for one in node:
            name = one.get("id") or one.get("drug") or one.get("what") or "" if isinstance(one, dict) else ""
            yield from stated_values(one, f"{path}.{name}" if name else path)


VALUES = ("is", "text", "at_least", "at_most", "after_treatment", "every")


def not_found(protocol: Mapping[str, Any]) -> list[str]:
    """Each number of a protocol that its source does not state: a quantity as printed, or a number of a sentence."""
    lost = []
    for path, value, source in stated_values(protocol):
        states = re.sub(r"\s+", " ", protocol["sources"][source]["states"])
        for part, pattern in parts_of(value):
            if not re.search(rf"(?<![\w.]){pattern}(?![\w]|\.\d)", states):
                lost.append(f"{path}: {part} is not in {source}")
    return lost


def parts_of(value: str) -> Iterator[tuple[str, str]]:
    """What must be found of a value, each with its pattern: a whole quantity, or the numbers of a sentence."""
    quantity = re.fullmatch(r"(\d[\d.]*(?: to \d[\d.]*)?) ?([a-zA-Z%µ][a-zA-Z%µ/^0-9]*)", value)
    if quantity is None:
        yield from ((number, re.escape(number)) for number in NUMBER.findall(value))
        return
    number, unit = (re.escape(part) for part in quantity.groups())
    yield value, rf"{number}(?: against \d[\d.]*)? {unit}(?!\^)"  # '1.0 against 1.5 g/m^2' states both
