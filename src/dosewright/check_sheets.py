"""The check of an order on paper: verdict, figures side by side, findings, checklists, what was not checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from markupsafe import Markup

from . import __version__, documents, sheets, terminal, typefaces, wording
from .checks import One, Yardstick, one_data
from .orders.basis import formula_name, formula_stated
from .orders.check import side_by_side
from .orders.checklist import LISTS, Checklist, Ticked, ticked
from .orders.finding import STOPPING
from .orders.rules import RULES
from .orders.rules.view import OrderView

Paper = Literal["A4", "Letter"]
UNKNOWN: Final = "unknown"
MOST_REASONS: Final = 6


def check_html(found: Sequence[One], yardstick: Yardstick, *, paper: Paper = "A4") -> bytes:
    """The checks of orders as one page for screen and paper."""
    page = (
        documents.environment()
        .get_template("page.html")
        .render(
            title=_title(found),
            keywords=f"dosewright check {paper}",
            styles=[Markup(documents.style(paper))],
            articles=[Markup(_article(one, yardstick)) for one in found],
            data=[],
        )
    )
    return page.encode("utf-8")


def check_pdf(found: Sequence[One], yardstick: Yardstick, *, paper: Paper = "A4") -> bytes:
    """The checks of orders as one PDF; each counts its own pages, and the same checks give the same bytes."""
    articles = [_article(one, yardstick) for one in found]
    identifier = hashlib.sha256("".join(articles).encode("utf-8")).digest()[:16]
    return documents.printed(articles, paper, _title(found), f"dosewright check {paper}", identifier)


def _title(found: Sequence[One]) -> str:
    return "; ".join(f"Check of order {one.id}" for one in found)


def _article(one: One, yardstick: Yardstick) -> str:
    article = documents.environment().get_template("check.html").render(_view(one, yardstick))
    typefaces.require(article)
    return article


def _view(one: One, yardstick: Yardstick) -> dict[str, Any]:
    """All that the template needs, in words."""
    stopping, left = one.stopping, len({row.rule for row in one.checked.not_checked})
    count = len(stopping)
    lists = [_list(each, one) for each in LISTS]
    after = len(lists) + (4 if one.differences else 3)
    return {
        "who": _who(one),
        "height": _height(one),
        "hash": _hash(one, yardstick),
        "file": one.path.rpartition("/")[2],
        "stopped": one.stopped,
        "verdict": terminal.verdict(count, left if one.due is not None else None, one.answered),
        "answered_for": terminal.answered_for(one.answered),
        "computed": _computed(one),
        "reasons": _reasons([finding.message for finding in stopping]),
        "rows": list(_rows(one)),
        "findings": one.checked.findings,
        "advice": {id: rule.advice for id, rule in RULES.items()},
        "marks": terminal.MARKS,
        "answered": [
            f"{finding.rule} by {by.words}"
            for finding, by in zip(one.checked.findings, one.overrides, strict=True)
            if by is not None
        ],
        "standing": [finding.message for finding in one.standing],
        "lists": lists,
        "differences": [
            {"what": what, "this": this or "nothing", "other": other or "nothing"}
            for what, this, other in one.differences
        ],
        "unknown": list(terminal.not_checked(one.checked.not_checked)),
        "known": one.due is not None,
        "numbers": {"unknown": str(after), "signatures": str(after + 1)},
        "held": _held(one, yardstick),
    }


def _reasons(messages: Sequence[str]) -> list[str]:
    """The first reasons of a verdict; all of them stand below."""
    if len(messages) <= MOST_REASONS:
        return list(messages)
    return [*messages[: MOST_REASONS - 1], f"and {wording.number(len(messages) - MOST_REASONS + 1)} more, in part 2"]


def _who(one: One) -> Mapping[str, Any]:
    """The patient and the order as the header of each page has them; what is unknown says so."""
    order = OrderView(one.record, "", one.due)

    def said(name: str) -> str:
        return order.say(name, None) or UNKNOWN

    return {
        "name": said("patient"),
        "identifiers": [words for name in ("identifier", "second_identifier") if (words := order.say(name, None))],
        "birth_date": said("birth_date"),
        "sex": said("sex") if order.say("sex", None) else "sex unknown",
        "allergies": said("allergies"),
        "id": one.id,
        "cycle": said("cycle"),
        "day": said("day"),
        "on": said("on"),
        "protocol": f"{said('protocol')}, version {said('version')}",
    }


def _height(one: One) -> str:
    who = _who(one)
    born = f"born {who['birth_date']} · {who['sex']} · allergies: {who['allergies']}"
    treatment = f"cycle {who['cycle']}, day {who['day']} · {who['on']} · {who['protocol']}"
    treatment += f" · {terminal.answered_for(one.answered)}" if one.answered else ""
    return sheets.header_height(who["name"], " · ".join(who["identifiers"]), born, treatment, where=one.id)


def _rows(one: One) -> Iterator[Mapping[str, Any]]:
    if one.due is None:
        return
    for row in side_by_side(one.record, one.due):
        known = bool(row.ordered and row.expected)
        deviation = row.deviation or ("differs" if row.differs else "none") if known else UNKNOWN
        words = {"ordered": row.ordered or UNKNOWN, "expected": row.expected or UNKNOWN, "deviation": deviation}
        yield row._asdict() | words | {"differs": row.differs and known}


def _computed(one: One) -> Sequence[str]:
    """From what the expected figures follow, so that a second person can compute them once more."""
    if one.due is None:
        return []
    order, due = OrderView(one.record, "", one.due), one.due
    measured = []
    for name in ("height", "weight"):
        kind = order.say("weight_basis", None) if name == "weight" else ""
        on = order.say(f"{name}_on", None)
        words = [f"{name} {order.say(name, None) or UNKNOWN}", kind, f"measured on {on}" if on else ""]
        measured.append(", ".join(filter(None, words)))
    cap = f", capped at {order.say('due.surface_cap', None)} by the site" if due.surface_cap is not None else ""
    told = [
        f"Computed from {'; '.join(measured)}",
        f"Body surface area by {formula_name(due.formula)}: {formula_stated(due.formula)}{cap}",
    ]
    doses = [
        f"{key} {line.say('due.dose', None)}"
        + (f", at most {line.say('due.cap', None)}" if line.due.cap is not None else "")
        for key, line in order.lines.items()
        if line.due.dose is not None
    ]
    return [*told, f"Doses of the protocol: {'; '.join(doses)}"] if doses else told


def _list(checklist: Checklist, one: One) -> Mapping[str, Any]:
    return {
        "title": checklist.title,
        "source": checklist.source,
        "steps": [_step(each, one) for each in ticked(checklist, one.open)],
    }


_SAYS: Final = {
    "nothing found": "nothing found",
    "not checked": "not checked: see below",
    "by hand": "no rule looks at this",
}


def _step(each: Ticked, one: One) -> Mapping[str, Any]:
    """One step of a list: what stops it, what else there is to see, and what somebody has answered for."""
    stopping: list[str] = []
    others: list[str] = []
    answered: list[str] = []
    for number, (finding, by) in enumerate(zip(one.checked.findings, one.overrides, strict=True), 1):
        if finding.rule in each.step.rules:
            numbers = answered if by is not None else stopping if finding.severity in STOPPING else others
            numbers.append(str(number))
    told = {"stopped by": stopping, "see also" if stopping else "see": others, "answered for:": answered}
    found = [f"{how} {_numbered(numbers)}" for how, numbers in told.items() if numbers]
    says = "; ".join(found) or _SAYS[each.verdict]
    if each.not_checked and each.verdict in {"nothing found", "warned"}:
        says += f" ({each.not_checked} {wording.plural('rule', each.not_checked)} not asked: see below)"
    recalled = " (general knowledge)" if each.step.confidence == "RECALLED" else ""
    return {
        "number": str(each.number),
        "title": each.step.title + recalled,
        "says": says,
        "loud": each.verdict == "stopped",
        "by_hand": each.step.by_hand,
    }


def _numbered(numbers: Sequence[str]) -> str:
    return f"{wording.plural('finding', len(numbers))} {wording.listed(numbers)}"


def _held(one: One, yardstick: Yardstick) -> str:
    site, tool = yardstick.site, f"dosewright {__version__}"
    words = f"site {site.name}, version {site.version}, sha256 {yardstick.site_document.sha256[:12]}; {tool}."
    if one.due is None:
        return f"Held against no protocol; {words}"
    return f"Held against {one.due.protocol} version {one.due.version}, sha256 {one.due.protocol_hash[:12]}; {words}"


def _hash(one: One, yardstick: Yardstick) -> str:
    text = json.dumps(one_data(one, yardstick), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
