"""A rule: one small function that says where an order departs from what is due, and all that is told of it.

The first line of the function's docstring is the message, the rest what to do about it. What was measured and what is
allowed are templates of names that the order itself can put into words, so that one order and a column of a million
are told in the same words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..finding import Finding, Severity
from .due import Due
from .hazards import HAZARDS
from .values import Condition, no, settled
from .view import CriterionView, InteractionView, LabView, LifetimeView, LineView, OrderView, View

Of = Literal["order", "line", "stranger", "beads", "lab", "criterion", "lifetime", "interaction"]
_NAME: Final = re.compile(r"\{([a-z_0-9.]+)\}")
Graded = Severity | Callable[[Any], Severity | None]


@dataclass(frozen=True)
class Template:
    """Words with names in braces, which a part of an order fills in."""

    text: str

    @functools.cached_property
    def _pieces(self) -> list[str]:
        """Words and names by turns, the words first."""
        return _NAME.split(self.text)

    @functools.cached_property
    def names(self) -> list[str]:
        """The names that are filled in."""
        return self._pieces[1::2]

    @functools.cached_property
    def hangs_on_order(self) -> bool:
        """Whether it takes anything from the order, and not only from what is due."""
        return not all(name.startswith("due.") for name in self.names)

    def fill(self, view: View, index: int | None) -> str:
        """The words for one order, or for one row of a column; 'nothing' where none of the names is known."""
        if not self.hangs_on_order:
            known = view.__dict__.setdefault("_filled", {})
            if self.text not in known:
                known[self.text] = self._filled(view, None)
            return str(known[self.text])
        return self._filled(view, index)

    def _filled(self, view: View, index: int | None) -> str:
        pieces = self._pieces.copy()
        pieces[1::2] = [view.say(name, index) for name in self.names]
        return "".join(pieces).strip() or ("nothing" if self.text else "")

    def outline(self) -> str:
        """The template for a catalogue: names as words, without their braces."""
        return _NAME.sub(lambda match: _outlined(match[1]), self.text)


def _outlined(name: str) -> str:
    """A name of a template in words: of what is due it says so."""
    words = name.removeprefix("due.").replace("_", " ")
    return f"the {words} that is due" if name.startswith("due.") else f"the {words}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue."""

    id: str
    severity: Graded
    of: Of
    function: Callable[[Any], Condition]
    message: str
    advice: str
    measured: Template
    allowed: Template
    source: Template
    where: str
    needs: tuple[str, ...]
    when: tuple[str, ...]
    asks: tuple[str, ...]
    hazards: tuple[str, ...]
    applies: Callable[[Any], bool]
    module: str
    explain: Callable[[Any], str] | None
    even_absent: bool

    @property
    def severities(self) -> str:
        """Its severity; of one that the site grades, that."""
        return self.severity if isinstance(self.severity, str) else "as the site says"

    def data(self) -> dict[str, Any]:
        """The rule for programs and for the manual."""
        return {
            "rule": self.id,
            "severity": self.severities,
            "chapter": self.module,
            "of": self.of,
            "message": self.message,
            "measured": self.measured.outline(),
            "allowed": self.allowed.outline(),
            "source": self.source.outline(),
            "needs": [*self.needs, *self.asks],
            "hazards": {id: HAZARDS[id] for id in self.hazards},
            "advice": self.advice,
        }

    @property
    def names(self) -> list[str]:
        """The names that its templates fill in."""
        return [name for template in (self.measured, self.allowed, self.source) for name in template.names]

    def graded(self, due: Any) -> Severity | None:
        """Its severity by what is due; None where it does not apply there."""
        return self.severity if isinstance(self.severity, str) else self.severity(due)

    def look(self, view: View) -> Outcome:
        """Where it fires in one part of one order or of a column, and where it cannot tell."""
        lacking: Condition = not all(map(view.carries, self.needs)) or not any(map(view.carries, self.asks or [""]))
        if lacking is True:  # a table without such a column: told once, whatever its rows say
            return Outcome(self, view, False, True, never=True)
        fires = settled(self.function(view))
        for name in self.needs:
            lacks = view.lacks(name)
            lacking = lacks if lacking is False else lacking if lacks is False else lacking | lacks
        for name in self.when if lacking is not False else ():
            lacking = lacking & no(view.lacks(name))
        there = True if self.even_absent else view.present
        if there is not True:  # what is nowhere needs no further pass over the column
            fires, lacking = (False if one is False else one & there for one in (fires, lacking))
        return Outcome(self, view, fires, lacking if lacking is False or fires is False else lacking & no(fires))

    def finding(self, view: View, severity: Severity, index: int | None) -> Finding:
        """What is told of one order."""
        return next(self.findings(view, severity, [index]))

    def findings(self, view: View, severity: Severity, indices: Iterable[int | None]) -> Iterator[Finding]:
        """What is told of one order, or of some of a column."""
        message, place = self._message(view), self.place(view)
        for index in indices:
            said = "" if self.explain is None else self.explain(view if index is None else view.row(index))
            yield Finding(
                self.id,
                severity,
                f"{message}; {said}" if said else message,
                self.measured.fill(view, index),
                self.allowed.fill(view, index),
                self.source.fill(view, index),
                place,
            )

    def _message(self, view: View) -> str:
        """The message, and of which line, value, pair or criterion it is."""
        if isinstance(view, LineView):
            return f"{view.key}: {self.message}"
        if isinstance(view, LabView | LifetimeView):
            name = view.due.analyte if isinstance(view, LabView) else view.due.of
            return f"{name}: {self.message}"
        if isinstance(view, InteractionView):
            return f"{view.due.other} and {view.due.drug}: {self.message}"
        return f"{self.message}: {view.due.text}" if isinstance(view, CriterionView) else self.message

    def place(self, view: View) -> str:
        """Where a finding lies: the path of the field it is about."""
        if isinstance(view, CriterionView):
            return view.due.id
        return view.path(self.where) if self.where else view.prefix


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a rule fires in one part of the orders, and where something that it needs is missing."""

    rule: Rule
    view: View
    fires: Condition
    unknown: Condition
    never: bool = False  # whether it cannot tell of any, for want of a column


CATALOGUE: dict[str, Rule] = {}
BLIND: Final = frozenset({"unreadable", "order-repeated", "protocol-unknown"})
"""The rules that need no protocol to hold an order against."""


def remembered(function: Callable[[Any], Condition]) -> Callable[[Any], Condition]:
    """A condition that several rules look at: worked out once for each part of an order, or of a column of them."""

    @functools.wraps(function)
    def once(view: Any) -> Condition:
        known = view.__dict__.setdefault("_remembered", {})
        if once not in known:
            known[once] = function(view)
        return known[once]

    return once


def always(due: Any) -> bool:
    """A rule that applies wherever its part of an order is there."""
    return True


def rule(
    id: str,
    severity: Graded,
    *,
    of: Of = "order",
    needs: str = "",
    when: str = "",
    asks: str = "",
    measured: str = "",
    allowed: str = "",
    source: str = "",
    where: str = "",
    hazards: str = "",
    applies: Callable[[Any], bool] = always,
    explain: Callable[[Any], str] | None = None,
    even_absent: bool = False,
) -> Callable[[Callable[[Any], Condition]], Callable[[Any], Condition]]:
    """Put a function into the catalogue as a rule.

    `needs` are the names without which it cannot tell, `asks` those of which it tells that they are missing, `when`
    those that an order may leave out, so that there is nothing to look at and nothing that it needs; `where` is
    the field that a finding is about, the first of these where nothing else is said; `applies` says of what is due
    whether there is anything to hold an order against; `even_absent` rules look at a part that the order does not have.
    """

    def enter(function: Callable[[Any], Condition]) -> Callable[[Any], Condition]:
        first, _, rest = (function.__doc__ or "").partition("\n")
        message = first.rstrip(".")
        wanted, asked = tuple(needs.split()), tuple(asks.split())
        CATALOGUE[id] = Rule(
            id=id,
            severity=severity,
            of=of,
            function=function,
            message=message if message[1:2].isupper() else message[0].lower() + message[1:],
            advice=" ".join(rest.split()),
            measured=Template(measured),
            allowed=Template(allowed),
            source=Template(source),
            where=where or next(iter(asked or wanted), ""),
            needs=wanted,
            when=tuple(when.split()),
            asks=asked,
            hazards=tuple(hazards.split()),
            applies=applies,
            module=function.__module__.rpartition(".")[2],
            explain=explain,
            even_absent=even_absent,
        )
        return function

    return enter


def parts(order: OrderView, of: Of) -> Iterator[View]:
    """The parts of an order that rules of one sort look at."""
    due: Due = order.due
    match of:
        case "order":
            yield order
        case "line":
            yield from order.lines.values()
        case "stranger":
            yield from (LineView(order, key, None) for key in order.record.strangers)
        case "beads":
            yield order.beads
        case "lab":
            yield from (LabView(order, one) for one in due.gates)
        case "criterion":
            yield from (CriterionView(order, one) for one in due.criteria)
        case "lifetime":
            yield from (LifetimeView(order, one) for one in due.lifetimes)
        case "interaction":
            yield from (InteractionView(order, one) for one in due.interactions)


def looked(order: OrderView, rules: Sequence[Rule]) -> Iterator[tuple[Severity, Outcome]]:
    """Every rule on every part that it applies to, with the severity that it has here."""
    views: dict[Of, list[View]] = {}
    for one in rules:
        if order.due is None and one.id not in BLIND:
            continue
        if one.of not in views:
            views[one.of] = list(parts(order, one.of))
        for view in views[one.of]:
            severity = one.graded(view.due) if one.applies(view.due) else None
            if severity is not None:
                yield severity, one.look(view)
