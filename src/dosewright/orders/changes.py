"""What changed from one order to the next: all is computed anew, and what differs is told before anybody signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .. import wording
from ..errors import Mistake
from ..units import UNITS, code, quantity

_BY_CODE: Final = {code(unit): unit for unit in UNITS.values()}
_UNTOLD: Final = {
    "id",
    "hash",
    "tool",
    "findings",
    "sources",
    "times",
    "begin",
    "end",
    "spread",
    "age",
    "number",
    "working",
    # of a fit: what its answer, its scores and its grades of today tell already
    "criteria",
    "counts",
    "says",
    "used",
    "missing",
    "baseline",
    "worst",
    "at_least",
    "at_most",
    "why",
    "history",  # it only repeats what the orders before have told
    "steps",
}
_NAMES: Final = ("key", "drug", "of", "analyte", "term", "id", "kind")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that stands differently in the new order; '' where it did not stand there at all."""

    what: str
    before: str
    now: str

    def data(self) -> dict[str, str]:
        """The same for programs."""
        return {"what": self.what, "before": self.before, "now": self.now}


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Everything that differs between two orders of one patient: weight, laboratory, protocol, doses and the rest.

    Raises `Mistake` where they are not of the same patient.
    """
    if before["patient"]["identifiers"] != now["patient"]["identifiers"]:
        raise Mistake("an earlier order of the same patient", where="--after", got=before["patient"]["name"])
    return [Change(*row) for row in differing(dict(_told(before, "")), dict(_told(now, "")))]


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What stands differently in the second, by its name; '' where one of them does not say it at all."""
    for name in dict.fromkeys([*first, *second]):
        if first.get(name) != second.get(name):
            yield name, first.get(name, ""), second.get(name, "")


def _told(node: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every value of an order by its name in words; an item of a list by its own name, where it has one."""
    if isinstance(node, Mapping):
        if set(node) == {"value", "unit"}:
            yield name, wording.say(quantity(node["value"], _BY_CODE[node["unit"]]), places=4)
            return
        for key, value in node.items():
            if key not in _UNTOLD:
                words = key.replace("_", " ")
                yield from _told(value, f"{name}, {words}" if name else words)
    elif isinstance(node, list):
        for own, value in zip(_names(node), node, strict=True):
            yield from _told(value, f"{name}, {own}")
    elif node is not None:
        yield name, str(node)


def _names(items: Sequence[Any]) -> Iterator[str]:
    """What tells the items of a list apart: their own names, the second of one name by its number; or their places."""
    seen: dict[str, int] = {}
    for index, item in enumerate(items, 1):
        own = next((str(item[key]) for key in _NAMES if isinstance(item, Mapping) and item.get(key)), str(index))
        seen[own] = seen.get(own, 0) + 1
        yield own if seen[own] == 1 else f"{own} ({seen[own]})"
