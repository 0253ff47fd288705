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
_NAMES: Final = ("key", "drug", "of", "analyte", "term", "id", "kind", "what", "formula")
_IDENTITY: Final = {
    "proposals": ("key", "rule"),
    "weights": ("basis", "on"),
    "laboratory": ("analyte", "on"),
    "toxicities": ("term", "on"),
    "given": ("cycle",),
    "changes": ("drug", "from_cycle"),
    "declined": ("drug", "rule", "cycle"),
    "others": ("from",),
}
"""What an entry of a list is told by, where no one name of its own tells it apart; never its place."""
_RECORD: Final = "patient, "  # whatever is recorded of the patient grows, entry by entry: each is told as a whole


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
    first, second = dict(_told(before, "")), dict(_told(now, ""))
    return [
        Change(what, one or _listed(what, first), other or _listed(what, second))
        for what, one, other in differing(first, second)
    ]


def _listed(what: str, told: Mapping[str, str]) -> str:
    """What stands where another order has but a word, such as 'none': entries, each of which is told by itself."""
    return "listed" if any(name.startswith(f"{what}, ") for name in told) else ""


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What stands differently in the second, by its name; '' where one of them does not say it at all."""
    for name in dict.fromkeys([*first, *second]):
        if first.get(name) != second.get(name):
            yield name, first.get(name, ""), second.get(name, "")


def _told(node: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every value of an order by its name in words; an item of a list by its own name, where it has one."""
    if isinstance(node, Mapping):
        if set(node) == {"value", "unit"}:
            places = wording.PLACES.get(node["unit"], 4)
            yield name, wording.say(quantity(node["value"], _BY_CODE[node["unit"]]), places=places)
            return
        for key, value in node.items():
            if key not in _UNTOLD:
                words = key.replace("_", " ")
                yield from _told(value, f"{name}, {words}" if name else words)
    elif isinstance(node, list) and not any(isinstance(one, Mapping) for one in node):
        yield name, "; ".join(map(str, node)) or "none"
    elif isinstance(node, list):
        of = name.rpartition(", ")[2]
        for own, value in zip(_names(node, of), node, strict=True):
            if name.startswith(_RECORD):
                yield f"{name}, {own}", _entry(value, _IDENTITY.get(of, ()))
            else:
                yield from _told(value, f"{name}, {own}")
    elif node is not None and node != "":
        yield name, str(node)


def _entry(item: Mapping[str, Any], identity: Sequence[str]) -> str:
    """An entry of a record in one line, without what it is told by: 'grade 3, ctcae v5.0, after cycle 1'."""
    rest = {key: value for key, value in item.items() if key not in identity}
    return ", ".join(f"{name} {words}" for name, words in _told(rest, ""))


def _names(items: Sequence[Mapping[str, Any]], of: str) -> Iterator[str]:
    """What tells the entries of a list apart: their identity; the second of one identity has a number."""
    seen: dict[str, int] = {}
    for index, item in enumerate(items, 1):
        alone = [key for key in _NAMES if item.get(key)][:1]
        own = " ".join(str(item[key]) for key in _IDENTITY.get(of, alone) if item.get(key)) or str(index)
        seen[own] = seen.get(own, 0) + 1
        yield own if seen[own] == 1 else f"{own} ({seen[own]})"
