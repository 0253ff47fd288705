"""The check of orders: every rule on one order, or on a column of them, and what comes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from .. import wording
from .basis import formula_name
from .finding import Finding, Severity, gravity, stops
from .rules import RULES
from .rules.administration import route_of
from .rules.due import Due
from .rules.fields import day_number, day_of
from .rules.preparation import diluent_of
from .rules.rule import Outcome, Rule, looked
from .rules.values import NOT_KNOWN, Condition, alike, at, kinds, no
from .rules.view import ARITHMETIC, LineView, OrderView, Record

EVERY: Final[tuple[Rule, ...]] = tuple(RULES.values())
WEIGHED: Final = "dose-deviates"
WHOLE: Final = 100.0  # percent


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
    asked: frozenset[str] = frozenset()  # the rules that could be asked of some part of the order

    @property
    def stopped(self) -> bool:
        """Whether any finding keeps the order from being released."""
        return stops(self.findings)


def check(record: Record, due: Due | None, rules: Sequence[Rule] = EVERY) -> Checked:
    """Every rule on one order: the gravest findings first, and what could not be told.

    Without a protocol to hold it against, that is all that is found.
    """
    found, unknown, asked = [], [], set()
    for severity, outcome in looked(OrderView(record, "", due), rules):
        if due is not None and not outcome.unknown and outcome.view.present:
            asked.add(outcome.rule.id)
        if outcome.fires:
            found.append(outcome.rule.finding(outcome.view, severity, None))
        elif outcome.unknown:
            unknown.append(_not_checked(outcome))
    return Checked(tuple(sorted(found, key=gravity)), tuple(unknown), frozenset(asked))


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
    yield _compared(order, "body surface area", "bsa", "surface", "bsa_off", ARITHMETIC, formula_name(due.formula))
    yield _compared(
        order,
        "weight, against the reference",
        "weight",
        "reference_weight",
        "weight_change",
        due.weight_change,
        "site policy",
    )
    for line in order.lines.values():
        if line.present:
            yield from _of_line(line)
    beads = order.beads
    if due.beads is not None and beads.present:
        allowed = beads.say("due.least", None) + " to " + beads.say("due.most", None) + " mg/vial"
        inside = due.beads.least <= beads.per_vial <= due.beads.most
        yield Compared(
            "beads: drug per vial", beads.say("per_vial", None), allowed, "", "inside", due.beads.source, not inside
        )


def _of_line(line: LineView) -> Iterator[Compared]:
    key, due = line.key, line.due
    if due.dose is not None:
        if line.share < WHOLE:
            what = f"{key}: full dose, of which {line.say('share', None)} is to be given"
            told = (line.say("dose", None), line.say("full", None), line.say("off_full", None))
            yield Compared(what, *told, "with a reason", due.dose.source, False)
        yield _compared(line, f"{key}: dose", "dose", "expected", "off", line.tolerance, due.dose.source)
    if due.over is not None:
        differs = not alike(line.over, due.over, ARITHMETIC)
        over = (line.say("over", None), line.say("due.over", None))
        yield Compared(f"{key}: over", *over, "", "the same", due.over_source, differs)
    yield _same(line, "route", due.routes, due.route_source, route_of)
    if due.diluents:
        yield _same(line, "diluent", due.diluents, due.diluent_source, diluent_of)
    if due.least is not None:
        window = f"{wording.number(due.least)} to {wording.number(due.most or 0)} mg/mL"
        inside = due.least <= line.dissolved <= (due.most or 0)
        yield Compared(
            f"{key}: concentration", line.say("dissolved", None), window, "", "inside", due.window_source, not inside
        )
    yield _compared(line, f"{key}: rate × time", "pumped", "final_volume", "pumped_off", ARITHMETIC, "by definition")


def _same(line: LineView, name: str, wanted: frozenset[str], source: str, called: Callable[[str], str]) -> Compared:
    stated = line.say(name, None)
    differs = called(stated) not in wanted
    return Compared(
        f"{line.key}: {name}", stated, wording.listed(sorted(wanted), "or"), "", "the same", source, differs
    )


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
        return list(rule.findings(view, self.severity, first.tolist())), kind

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
    weighed: Condition  # where a dose of the order was held against the one that follows


def check_column(record: Record, due: Due | None, rules: Sequence[Rule] = EVERY) -> Column:
    """Every rule on a column of orders at once; the same rules, and the same findings, as on each of them alone."""
    import numpy

    hits, never = [], []
    weighed: Condition = False
    order = OrderView(record, "", due)
    with numpy.errstate(all="ignore"):  # what is not known is NaN, and a comparison with it is never true
        for severity, outcome in looked(order, rules):
            if outcome.rule.id == WEIGHED:
                weighed = weighed | (outcome.view.present & no(outcome.unknown))
            if outcome.never:
                never.append(_not_checked(outcome))
                continue
            rows, unknown = _rows(outcome.fires, record), _rows(outcome.unknown, record)
            if len(rows) or len(unknown):
                hits.append(Hits(severity, outcome, rows, unknown))
    if not hits:
        order.forget()
    return Column(tuple(hits), tuple(never), weighed)


def _rows(where: Condition, record: Record) -> Any:
    """The rows in which a condition holds, of the orders that are asked about."""
    import numpy

    if where is False:
        return numpy.zeros(0, numpy.int64)
    if not getattr(where, "ndim", 0):
        where = numpy.full(record.rows or 0, bool(where))
    rows = numpy.flatnonzero(where)
    return rows if record.among is None or not len(rows) else rows[record.among[rows]]


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
    """A finding that somebody answers for: who, in which role, when, and for which of the listed reasons.

    It is about one finding as it was seen: the same rule in the same field with another figure is another finding. What
    is refused outright needs a second person.
    """

    order: str
    rule: str
    where: str
    measured: str
    by: str
    role: str
    on: dt.date
    reason: str
    second: str = ""

    def about(self, order: str, finding: Finding) -> bool:
        """Whether it is about this finding, as it was seen."""
        seen = (self.order, self.rule, self.where, self.measured)
        return seen == (order, finding.rule, finding.where, finding.measured)

    def lacks(self, finding: Finding, record: Record, row: int | None = None) -> str:
        """What keeps it from being enough for a finding that it is about; '' where nothing does.

        It answers for an order that was written, and before the treatment: by the days that the order tells.
        """
        if finding.severity == "refuse" and not self.second:
            return "what is refused needs a second person (second: NAME)"
        written, on = (at(record.values.get(path, NOT_KNOWN), row) for path in ("written", "on"))
        day = day_number(self.on)
        if day < written:
            return f"it is dated {self.on}, before the order was written ({day_of(written)})"
        if day > on:
            return f"it is dated {self.on}, after the day of treatment ({day_of(on)})"
        return ""

    @property
    def words(self) -> str:
        """Who answers, and why, in a line."""
        second = f", and {self.second}" if self.second else ""
        return f"{self.by}, {self.role}{second}, {self.on}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says of a finding, and what keeps it from being enough; '' where nothing does."""

    by: Override
    lacks: str


def enough(answers: Iterable[Answer | None]) -> Iterator[Override | None]:
    """Of each finding who answers for it, where that is enough."""
    return (one.by if one is not None and not one.lacks else None for one in answers)


def answer(
    order: str, finding: Finding, overrides: Iterable[Override], record: Record, row: int | None = None
) -> Answer | None:
    """Who answers for a finding of an order: the first whose answer is enough, else the first who tried."""
    tried = [Answer(one, one.lacks(finding, record, row)) for one in overrides if one.about(order, finding)]
    return next((one for one in tried if not one.lacks), next(iter(tried), None))
