"""Free words that contradict what stands in the fields: a comment is read by a nurse, and by no program but this."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

from .administration import KNOWN_ROUTES, other_than
from .phrases import (
    amounts,
    amounts_of,
    hours_of,
    only_per_area,
    other_drugs,
    rates,
    routes,
    routes_told,
    shares,
    withheld,
)
from .rule import rule
from .values import Condition, Number, Word, alike, each, like_none, no, numbered, only, settled
from .view import ARITHMETIC, LineView

Enter: TypeAlias = Callable[[Callable[[Any], Condition]], Callable[[Any], Condition]]


def _of_words(where: str) -> Callable[..., Enter]:
    """A rule on free words of one field: told with these words, and with nothing to look at where there are none."""
    usual = functools.partial(rule, severity="blocks-release", of="line", source="by definition")
    return functools.partial(usual, when=where, where=where, measured=f"{{{where}}}")


remark, as_written, on_order = map(_of_words, ("comment", "written", "comment_of_order"))


def _named(text: Any, read: Callable[[str], tuple[float, ...]]) -> tuple[Condition, list[Number]]:
    """Where words name any number of a kind; and of each text the first of them, the second, and so on."""
    counts = numbered(text, lambda words: float(len(read(words))))
    names = settled(counts > 0.0)
    most = 0 if names is False else _most(counts)
    return names, [numbered(text, lambda words, place=place: _nth(read(words), place)) for place in range(most)]  # type: ignore[misc]


def _other(text: Any, read: Callable[[str], tuple[float, ...]], *known: Number) -> Condition:
    """Where a remark names a number of a kind that is none of those known."""
    found: Condition = False
    names, numbers = _named(text, read)
    for named in numbers:
        found = found | only(names, lambda one, *others: like_none(one, others, ARITHMETIC), named, *known)
    return found


def _nth(values: tuple[float, ...], place: int) -> float:
    return values[place] if place < len(values) else float("nan")


def _most(counts: Number) -> int:
    """The most of some counts, of which one at least is known."""
    if isinstance(counts, float):
        return int(counts)
    import numpy

    return int(numpy.fmax.reduce(counts))


@remark(
    "remark-and-dose",
    needs="dose",
    allowed="{dose}",
    hazards="H56",
)
def remark_and_dose(line: LineView) -> Condition:
    """A remark names another amount than the ordered dose.

    Strike one of the two; whoever gives the drug reads both.
    """
    return _other(line.comment, lambda text: amounts(text)[0], line.dose, line.calculated, line.expected) & no(
        line.lacks("dose")
    )


@as_written(
    "written-and-dose",
    needs="dose",
    allowed="{dose}",
    hazards="H56",
)
def written_and_dose(line: LineView) -> Condition:
    """The line as it is written names amounts, and none of them is the ordered dose.

    Find out which of the two is meant, and write the other anew; the nurse gives what is written.
    """
    names, numbers = _named(line.written, lambda words: amounts(words)[0])
    if names is False:
        return False
    is_named: Condition = False
    for named in numbers:
        is_named = is_named | alike(named, line.dose, ARITHMETIC)
    return names & no(is_named | line.lacks("dose"))


def _other_time(line: LineView, text: Word) -> Condition:
    """Where words name another time than the duration."""
    return _other(text, lambda words: amounts(words)[1], line.over) & no(line.lacks("over"))


@remark(
    "remark-and-duration",
    needs="over",
    allowed="{over}",
    hazards="H31 H56",
)
def remark_and_duration(line: LineView) -> Condition:
    """A remark names another time than the duration.

    Strike one of the two.
    """
    return _other_time(line, line.comment)


@as_written(
    "written-and-duration",
    needs="over",
    allowed="{over}",
    hazards="H31 H56",
)
def written_and_duration(line: LineView) -> Condition:
    """The line as it is written names another time than the duration.

    Find out which of the two is meant, and write the other anew; the nurse gives what is written.
    """
    return _other_time(line, line.written)


def _other_rate(line: LineView, text: Word) -> Condition:
    """Where words name another rate than the pump's."""
    return _other(text, rates, line.rate) & no(line.lacks("rate"))


@remark(
    "remark-and-rate",
    needs="rate",
    allowed="{rate}",
    hazards="H30 H56",
)
def remark_and_rate(line: LineView) -> Condition:
    """A remark names another rate than the pump's.

    Strike one of the two.
    """
    return _other_rate(line, line.comment)


@as_written(
    "written-and-rate",
    needs="rate",
    allowed="{rate}",
    hazards="H30 H56",
)
def written_and_rate(line: LineView) -> Condition:
    """The line as it is written names another rate than the pump's.

    Find out which of the two is meant, and write the other anew; the nurse gives what is written.
    """
    return _other_rate(line, line.written)


def _other_route(line: LineView, text: Word, read: Callable[[str, str], frozenset[str]]) -> Condition:
    """Where words name another route than the order's."""
    found: Condition = False
    names_any = settled(each(text, lambda words: bool(read(words, line.due.drug))))
    for route in () if names_any is False else sorted(KNOWN_ROUTES):
        named = each(text, lambda words, route=route: route in read(words, line.due.drug))  # type: ignore[misc]
        found = found | (named & each(line.route, other_than(route)))
    return found


@remark(
    "remark-and-route",
    needs="route",
    allowed="{route}",
    hazards="H40 H56",
)
def remark_and_route(line: LineView) -> Condition:
    """A remark tells to give the drug by another route.

    Strike one of the two: a wrong route can kill.
    """
    return _other_route(line, line.comment, routes_told)


@as_written(
    "written-and-route",
    needs="route",
    allowed="{route}",
    hazards="H40 H56",
)
def written_and_route(line: LineView) -> Condition:
    """The line as it is written names another route.

    Find out which of the two is meant, and write the other anew: a wrong route can kill.
    """
    return _other_route(line, line.written, routes)


@as_written(
    "written-and-drug",
    needs="drug",
    allowed="{due.drug}",
    source="protocol",
    hazards="H41 H56",
)
def written_and_drug(line: LineView) -> Condition:
    """The line as it is written names another drug, and not this one.

    Compare order, label and vial with the protocol, letter by letter; the nurse gives what is written.
    """
    return _names_another(line, line.written) & no(line.lacks("drug"))


def _names_another(line: LineView, text: Word) -> Condition:
    """Where words name another drug in the place of this one; a form of it by its own name is this one."""
    name = line.due.drug
    found = each(text, lambda words: bool(other_drugs(words, name)))
    for form in sorted(line.due.forms | line.due.unlike_forms):
        by_its_form = each(text, lambda words, form=form: other_drugs(words, name) <= {form})  # type: ignore[misc]
        found = found & no(by_its_form & each(line.form, form.__eq__))
    return found


@rule(
    "product-other",
    "refuse",
    of="line",
    when="product",
    where="product",
    measured="{product}",
    allowed="{due.drug}",
    source="by definition",
    hazards="H41 H51",
)
def product_other(line: LineView) -> Condition:
    """The product is of another drug.

    Compare order, label and vial, letter by letter; nothing is given until somebody has found out.
    """
    return _names_another(line, line.product)


@as_written(
    "written-per-area",
    needs="dose",
    allowed="{dose}",
    hazards="H23 H56",
)
def written_per_area(line: LineView) -> Condition:
    """The line as it is written names a dose per m² or kg, and no amount.

    Write the ordered dose: whoever gives the drug is not to compute it.
    """
    return each(line.written, only_per_area) & no(line.lacks("dose"))


def _left(line: LineView) -> tuple[Number, ...]:
    """The shares that a remark may name: the order's, and what the stated change takes away and leaves."""
    return line.share_or_all, line.changed_to, 100.0 - line.changed_by


@remark(
    "remark-and-share",
    needs="dose",
    allowed="{share_or_all}",
    hazards="H37 H56",
)
def remark_and_share(line: LineView) -> Condition:
    """A remark names another share of the dose than the order gives.

    Strike the remark, or order the share with its reason, and the dose that follows.
    """
    return _other(line.comment, lambda words: shares(words, line.due.drug), *_left(line)) & no(line.lacks("dose"))


@remark(
    "remark-withholds",
    needs="dose",
    allowed="{dose}",
    hazards="H46 H56",
)
def remark_withholds(line: LineView) -> Condition:
    """A remark says that the drug is not to be given, and the order gives it.

    Strike the remark, or take the dose out of the order and say why.
    """
    return each(line.comment, lambda words: withheld(words, line.due.drug)) & (line.dose > 0.0)


@on_order(
    "remark-on-order",
    needs="dose",
    allowed="{dose}",
    hazards="H56",
)
def remark_on_order(line: LineView) -> Condition:
    """A remark on the order names this drug with another amount than is ordered.

    Strike one of the two.
    """
    known = (number for one in _of_drug(line) for number in (one.dose, one.calculated, one.expected))
    return _other(line.comment_of_order, lambda text: amounts_of(text, line.due.drug), *known) & no(line.lacks("dose"))


def _of_drug(line: LineView) -> list[LineView]:
    """The lines of the order that are of one drug: a remark on the order does not say which of them it means."""
    return [one for one in line.order.lines.values() if one.due.drug == line.due.drug]


@on_order(
    "remark-on-order-and-duration",
    needs="over",
    allowed="{over}",
    hazards="H31 H56",
)
def remark_on_order_and_duration(line: LineView) -> Condition:
    """A remark on the order names this drug with another time than its duration.

    Strike one of the two.
    """
    known = (one.over for one in _of_drug(line))
    return _other(line.comment_of_order, lambda text: hours_of(text, line.due.drug), *known) & no(line.lacks("over"))


@on_order(
    "remark-on-order-and-route",
    needs="route",
    allowed="{route}",
    hazards="H40 H56",
)
def remark_on_order_and_route(line: LineView) -> Condition:
    """A remark on the order tells to give this drug by another route.

    Strike one of the two: a wrong route can kill.
    """
    return _other_route(line, line.comment_of_order, lambda words, drug: routes_told(words, drug, by_name=True))


@on_order(
    "remark-on-order-and-share",
    needs="dose",
    allowed="{share_or_all}",
    hazards="H37 H56",
)
def remark_on_order_and_share(line: LineView) -> Condition:
    """A remark on the order names another share of the dose than the order gives.

    Strike the remark, or order the share with its reason, and the dose that follows.
    """
    text, drug = line.comment_of_order, line.due.drug
    of_this = _other(text, lambda words: shares(words, drug, by_name=True), *_left(line))
    of_any = _other(
        text, lambda words: shares(words, ""), *(share for one in line.order.lines.values() for share in _left(one))
    )
    return (of_this | of_any) & no(line.lacks("dose"))


@on_order(
    "remark-on-order-withholds",
    needs="dose",
    allowed="{dose}",
    hazards="H46 H56",
)
def remark_on_order_withholds(line: LineView) -> Condition:
    """A remark on the order says that the drug is not to be given, and the order gives it.

    Strike the remark, or take the dose out of the order and say why.
    """
    return each(line.comment_of_order, lambda words: withheld(words, line.due.drug)) & (line.dose > 0.0)
