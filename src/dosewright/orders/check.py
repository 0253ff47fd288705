"""The check of orders: every rule on one order, or on a column of them, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from .. import wording
from .finding import Finding, Severity, gravity, stops
from .rules import RULES
from .rules.due import Due
from .rules.rule import Outcome, Rule, looked
from .rules.values import Condition, alike, at, kinds
from .rules.view import ARITHMETIC, LineView, OrderView, Record

EVERY: Final[tuple[Rule, ...]] = tuple(RULES.values())


class NotChecked(NamedTuple):
    """A rule that could not tell: for which part of the order, and what it would have needed."""

    rule: str
    where: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules say of one order."""

    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]

    @property
    def stopped(self) -> bool:
        """Whether any finding keeps the order from being released."""
        return stops(self.findings)


def check(record: Record, due: Due | None, rules: Sequence[Rule] = EVERY) -> Checked:
    """Every rule on one order: the gravest findings first, and what could not be told.

    Without a protocol to hold it against, that is all that is found.
    """
    found, unknown = [], []
    for severity, outcome in looked(OrderView(record, "", due), rules):
        if outcome.fires:
            found.append(outcome.rule.finding(outcome.view, severity, None))
        elif outcome.unknown:
            unknown.append(_not_checked(outcome))
    return Checked(tuple(sorted(found, key=gravity)), tuple(unknown))


def _not_checked(outcome: Outcome, row: int | None = None) -> NotChecked:
    """What is missing of one order, or of all of a column."""
    rule, view = outcome.rule, outcome.view
    names = (*rule.needs, *rule.asks)
    lacking = [name for name in names if not view.carries(name) or _certain(at(view.lacks(name), row))]
    return NotChecked(rule.id, rule.place(view), tuple(map(view.path, lacking)))


def _certain(condition: Condition) -> bool:
    """Whether a condition holds for the one order, or for all of the column."""
    return condition if isinstance(condition, bool) else bool(condition.all())


# -------------------------------------------------------------------------------------------------------- side by side


class Compared(NamedTuple):
    """One figure of the order beside the one that follows, in words: how far apart, what is allowed, who says so."""

    what: str
    ordered: str
    expected: str
    deviation: str
    allowed: str
    source: str
    differs: bool


def side_by_side(record: Record, due: Due) -> Iterator[Compared]:
    """What the order states beside what follows from protocol, site and its own figures."""
    order = OrderView(record, "", due)
    yield _compared(order, "body surface area", "bsa", "surface", "bsa_off", ARITHMETIC, due.formula)
    for key, line in order.lines.items():
        if not line.present:
            continue
        if line.due.dose is not None:
            source = line.due.dose.source
            yield _compared(line, f"{key}: dose", "dose", "expected", "off", line.tolerance, source)
        if line.due.over is not None:
            ordered = line.say("over", None)
            same = bool(alike(line.over, line.due.over, ARITHMETIC))
            expected = line.say("due.over", None)
            yield Compared(f"{key}: over", ordered, expected, "", "the same", line.due.over_source, not same)
        routes = line.say("due.routes", None)
        differs = line.route not in line.due.routes
        yield Compared(f"{key}: route", line.route or "", routes, "", "the same", line.due.route_source, differs)
        yield _compared(line, f"{key}: rate × time", "pumped", "volume", "pumped_off", ARITHMETIC, "by definition")


def _compared(
    view: OrderView | LineView, what: str, stated: str, follows: str, off: str, share: float, source: str
) -> Compared:
    differs = not alike(getattr(view, stated), getattr(view, follows), share)
    limit = f"{wording.number(share * 100)} %"
    return Compared(what, view.say(stated, None), view.say(follows, None), view.say(off, None), limit, source, differs)


# ------------------------------------------------------------------------------------------------------------ a column


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows of a column in which one rule fires on one part of the orders, and those in which it cannot tell."""

    severity: Severity
    outcome: Outcome
    rows: Any
    unknown: Any

    def told(self) -> tuple[list[Finding], Any]:
        """The findings in the words that each order alone would get, each different one once; and of each row which."""
        import numpy

        rule, view = self.outcome.rule, self.outcome.view
        first, kind = self.rows, numpy.arange(len(self.rows))
        if rule.explain is None:  # else words may hang on anything in the order
            first, kind = kinds([value for name in rule.names for value in view.behind(name)], self.rows)
        return [rule.finding(view, self.severity, row) for row in first.tolist()], kind

    def not_told(self) -> tuple[list[NotChecked], Any]:
        """What is missing where the rule cannot tell, every different answer once; and of each row which."""
        rule, view = self.outcome.rule, self.outcome.view
        lacking = [view.lacks(name) for name in (*rule.needs, *rule.asks) if view.carries(name)]
        first, kind = kinds(lacking, self.unknown)
        return [_not_checked(self.outcome, row) for row in first.tolist()], kind

    def findings(self) -> Iterator[tuple[int, Finding]]:
        """Each row with its finding."""
        found, kind = self.told()
        return zip(self.rows.tolist(), (found[one] for one in kind.tolist()), strict=True)

    def not_checked(self) -> Iterator[tuple[int, NotChecked]]:
        """Each row in which the rule cannot tell, and what is missing there."""
        found, kind = self.not_told()
        return zip(self.unknown.tolist(), (found[one] for one in kind.tolist()), strict=True)


class Column(NamedTuple):
    """What the rules say of a column of orders: where each fires, and what could not be told of any of them."""

    hits: tuple[Hits, ...]
    not_checked: tuple[NotChecked, ...]


def check_column(record: Record, due: Due | None, rules: Sequence[Rule] = EVERY) -> Column:
    """Every rule on a column of orders at once; the same rules, and the same findings, as on each of them alone."""
    import numpy

    hits, never = [], []
    order = OrderView(record, "", due)
    nothing = numpy.zeros(0, numpy.int64)
    with numpy.errstate(all="ignore"):  # what is not known is NaN, and a comparison with it is never true
        for severity, outcome in looked(order, rules):
            if outcome.unknown is True:
                never.append(_not_checked(outcome))
                continue
            rows, unknown = (_rows(where, record.rows, nothing) for where in (outcome.fires, outcome.unknown))
            if len(rows) or len(unknown):
                hits.append(Hits(severity, outcome, rows, unknown))
    if not hits:
        order.forget()
    return Column(tuple(hits), tuple(never))


def _rows(where: Condition, count: int | None, nothing: Any) -> Any:
    import numpy

    if isinstance(where, bool | numpy.bool_):
        return numpy.arange(count or 0) if where else nothing
    return numpy.flatnonzero(where)


# ----------------------------------------------------------------------------------------------------------- overrides

REASONS: Final = (
    "measured again and confirmed",
    "decided by the treating physician for this patient",
    "decided by the tumour board for this patient",
    "the order was changed after the check",
    "the rule does not apply to this patient",
    "the rule or the limit is wrong, and was reported",
)


@dataclass(frozen=True, slots=True)
class Override:
    """A finding that somebody answers for: who, in which role, and for which of the listed reasons.

    What is refused outright needs a second person.
    """

    order: str
    rule: str
    where: str
    by: str
    role: str
    reason: str
    second: str = ""

    def covers(self, order: str, finding: Finding) -> bool:
        """Whether it is about this finding, and enough for it."""
        enough = finding.severity != "refuse" or bool(self.second)
        return enough and (self.order, self.rule) == (order, finding.rule) and self.where in {"", finding.where}


def overridden(order: str, findings: Iterable[Finding], overrides: Sequence[Override]) -> Iterator[Override | None]:
    """For each finding the override that covers it, if there is one."""
    for finding in findings:
        yield next((one for one in overrides if one.covers(order, finding)), None)
