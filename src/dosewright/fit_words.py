"""A fit in words: its rows as paper has them, lines for a terminal, and a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import click

from . import wording
from .dates import read_day
from .orders.toxicity_today import AS_BEFORE

Data = Mapping[str, Any]

WIDTH: Final = 110
GRAVITY: Final = ("refuse", "hold", "unknown", "asks", "proceed")
COLOURS: Final = {"refuse": "red", "hold": "red", "unknown": "yellow", "asks": "blue", "proceed": "green"}
ITEMS: Final = ("bilirubin", "albumin", "clotting", "ascites", "encephalopathy")  # of Child-Pugh, as tables print them
COLUMNS: Final = (
    "id", "group", "what", "answer", "counts", "value", "unit", "on", "age_days", "allowed", "source", "reason", "next",
)  # fmt: skip


class Row(NamedTuple):
    """One criterion, or several that are open for one and the same reason, in words."""

    shown: str
    id: str
    group: str
    what: tuple[str, ...]
    short: tuple[str, ...]
    measured: str
    when: str
    allowed: str
    source: str
    reason: str
    next: str


def rows(fit: Data, *shown: str) -> list[Row]:
    """The criteria with some answers, the gravest first; what is open for one and the same reason stands together.

    What may proceed and yet is to be looked at goes with what asks.
    """
    found: dict[Any, Row] = {}
    for number, one in enumerate(fit["criteria"]):
        if ("asks" if one["shown"] == "proceed" and one["next"] else one["shown"]) in shown:
            row = _row(one)
            dated = one["measured"]["on"] is not None or one["shown"] == "proceed"
            key = number if dated else (row.shown, row.group, row.measured, row.source, row.reason, row.next)
            before = found.get(key)
            found[key] = row if before is None else _joined(before, row)
    return sorted(found.values(), key=lambda row: GRAVITY.index(row.shown))


def _joined(before: Row, row: Row) -> Row:
    allowed = before.allowed if row.allowed in before.allowed.split("; ") else f"{before.allowed}; {row.allowed}"
    return before._replace(what=(*before.what, *row.what), short=(*before.short, *row.short), allowed=allowed)


def _row(one: Data) -> Row:
    measured = one["measured"]
    return Row(
        shown=one["shown"],
        id=one["id"],
        group=one["group"],
        what=(one["what"],),
        short=(in_short(one),),
        measured=f"{measured['value']} {measured['unit']}".strip(),
        when=when(measured),
        allowed=one["allowed"],
        source=one["source"],
        reason=one["reason"],
        next=one["next"],
    )


def when(measured: Data) -> str:
    """The day of a value and its age: '2026-11-21, 2 days old'; nothing where it has none."""
    if measured["on"] is None:
        return ""
    if measured["unit"] == "days":
        return f"since {measured['on']}"
    days = measured["age"]["value"]
    age = f"{wording.number(days)} {wording.plural('day', days)} old" if days >= 0 else "after this day"
    return f"{measured['on']}, {age}"


def what(row: Row) -> str:
    """What a row is about: 'fluorouracil: diarrhoea of grade 3; mucositis of grade 3'."""
    told: list[str] = []
    opening = ""
    for one in row.what:
        head, colon, rest = one.partition(": ")
        told.append(rest if colon and head == opening else one)
        opening = head if colon else ""
    return "; ".join(told)


def answer(fit: Data) -> str:
    """The whole answer as a headline: 'HOLD: 2 hold, 1 unknown, 30 proceed; 3 ask'."""
    head, colon, rest = fit["says"].partition(":")
    return f"{head.upper()}{colon}{rest}"


def scores(fit: Data) -> Iterator[tuple[str, str]]:
    """Child-Pugh, ALBI and clearance, each in words by its name."""
    yield "Child-Pugh", _child_pugh(fit["child_pugh"])
    albi = fit["albi"]
    known = albi["score"] is not None
    told = f"{wording.number(albi['score']['value'], places=2)}, grade {albi['grade']}" if known else _lacking(albi)
    yield "ALBI", told
    clearance = fit["clearance"]["clearance"]
    basis = f", by the {fit['clearance']['weight_basis']} weight"
    value = None if clearance is None else wording.number(clearance["value"], places=1)
    yield "Creatinine clearance", _lacking(fit["clearance"]) if value is None else f"{value} mL/min{basis}"


def _lacking(score: Data) -> str:
    return f"unknown without {wording.listed(_names(score))}"


def _names(score: Data) -> list[str]:
    """What is missing, by its name alone."""
    return [one.partition(" (")[0].partition(":")[0] for one in score["missing"]]


def _child_pugh(found: Data) -> str:
    """'B, 8 points (bilirubin 2, …), printing usual; the file states A', or the classes that what is missing leaves."""
    items = ", ".join(f"{item} {found['items'][item]}" for item in ITEMS if found["items"][item] is not None)
    span = found["at_least"]
    if found["at_most"] != span:
        span += f" to {found['at_most']}"
    total = "" if found["points"] is None else f", {found['points']} points"
    lacking = f"; without {wording.listed(_names(found))}" if found["missing"] else ""
    stated = "not stated" if found["stated"] == "unknown" else f"stated {found['stated']}"
    printing = f", printing {found['printing']}"
    return f"{span}{total}{f' ({items})' if items else ''}{printing}{lacking}; {stated}"


def grade(fit: Data) -> Iterator[str]:
    """Each term with its grade today, where it is not 0 or is so by its baseline alone.

    'Platelet count decreased 2 (3 at its worst)'
    """
    for one in fit["grades"]:
        now, worst = one["now"]["said"], one["worst"]["said"]
        if now != "0" or worst != "0":
            yield f"{one['term']} {now}" + (f" ({worst} at its worst)" if worst != now else "")
        elif by_baseline(one):
            yield f"{one['term']} 0 ({by_baseline(one)})"


def by_baseline(one: Data) -> str:
    """Why a value above its range is of grade 0 all the same; nothing where it lies within."""
    why = str(one["now"]["why"])
    return why if why.endswith(AS_BEFORE) else ""


# ---------------------------------------------------------------------------------------------------- for a terminal


def _wrapped(text: str, indent: int, *, first: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first or " " * indent, subsequent_indent=" " * indent, break_on_hyphens=False
    )


def text(note: Data) -> str:
    """The whole answer first; then what keeps from treatment, what is to be asked, and what may proceed."""
    fit, patient, protocol, site = note["fit"], note["patient"], note["protocol"], note["site"]
    day = wording.day(read_day(note["on"]))
    head = f"{patient['name']}    {protocol['id']}, version {protocol['version']}, cycle {note['cycle']}    {day}"
    out = [head, click.style(answer(fit), fg=COLOURS[fit["answer"]], bold=True)]
    if site["kind"] == "reference":
        out.append("The reference site was used, which is no hospital's policy.")
    for row in rows(fit, "refuse", "hold", "unknown", "asks"):
        out += ["", *_told(row)]
    out += ["", *(_wrapped(f"{name}  {said}", 4, first="") for name, said in scores(fit))]
    graded = "; ".join(grade(fit))
    out.append(_wrapped(f"CTCAE today  {graded or 'nothing above grade 0 is recorded or measured'}", 4, first=""))
    out += ["", "proceed"]
    out += [_wrapped(f"{group}: {told}", 6, first="    ") for group, told in proceeding(fit)]
    out += ["", *(f"Not looked at: {one}." for one in fit["not_looked_at"])]
    out.append("An aid: to be checked independently by a second person; whether to treat is a physician's decision.")
    return "\n".join(out)


def _told(row: Row) -> Iterator[str]:
    several = f" ×{len(row.what)}" if len(row.what) > 1 else ""
    mark = f"{row.shown + several:<8} "
    told = f"{what(row)}: {row.measured}{f' ({row.when})' if row.when else ''}; allowed {row.allowed} [{row.source}]"
    line = _wrapped(told, 9, first=mark)
    yield click.style(mark, fg=COLOURS[row.shown], bold=True) + line[len(mark) :]
    yield _wrapped(f"{row.reason}. {row.next}".strip(), 9)


def criterion(row: Row) -> tuple[str, str]:
    """What a row is about as paper has room for it: in short, and in full where that is not the same."""
    if row.group != "contraindications":
        return what(row), ""
    return "; ".join(_without_repeating(row.short)), what(row)


def in_short(one: Data) -> str:
    """A criterion by its short name: what speaks against a drug as 'fluorouracil, hand foot'."""
    if one["group"] == "contraindications":
        return str(one["id"]).split(".", 1)[1].replace(".", ", ").replace("-", " ")
    return str(one["what"])


def keeping(fit: Data, apart: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What keeps from treatment, and what asks, by its answer and in short; without the groups that are told apart."""
    found = [one for one in fit["criteria"] if one["group"] not in set(apart)]
    for answer in ("refuse", "hold", "unknown"):
        told = [_found(one) for one in found if one["shown"] == answer]
        if told:
            yield answer, "; ".join(_without_repeating(told))
    asked = [in_short(one) for one in found if one["shown"] == "asks" and one["group"] != "liver and kidneys"]
    if asked:  # what a score lacks is told beside it
        yield "asks", "; ".join(_without_repeating(asked))


def _found(one: Data) -> str:
    measured = one["measured"]
    value = f"{measured['value']} {measured['unit']}".strip()
    open_ = value in {"unknown", "undecided"} or " to " in value
    return in_short(one) if open_ else f"{in_short(one)} ({value})"


def _briefly(row: Row) -> str:
    """A criterion that may proceed, in few words."""
    if row.group == "contraindications":
        return f"{row.short[0]} {row.measured}"
    return f"{what(row)}: {row.measured}"


def proceeding(fit: Data) -> Iterator[tuple[str, str]]:
    """What may proceed, by its group, as briefly as paper has room for."""
    found = rows(fit, "proceed")
    for group in dict.fromkeys(row.group for row in found):
        told = [_briefly(row) for row in found if row.group == group and not _only_met(row)]
        met = sum(row.group == group and _only_met(row) for row in found)
        if met:
            more, noun = "more " if told else "", "criterion" if met == 1 else "criteria"
            told.append(f"{wording.number(met)} {more}{noun}")
        yield group, "; ".join(_without_repeating(told))


def _only_met(row: Row) -> bool:
    """Whether a criterion of eligibility was answered yes or no, and nothing more can be said of it."""
    return row.group == "eligibility" and row.measured in {"yes", "no"} and row.id != "eligibility.consent"


def _without_repeating(told: Iterable[str]) -> Iterator[str]:
    """Each in turn, without the drug that stands before it already."""
    before = ""
    for one in told:
        head, comma, rest = one.partition(", ")
        yield rest if comma and head == before else one
        before = head if comma else ""


# ------------------------------------------------------------------------------------------------- for a spreadsheet


def table(note: Data) -> str:
    """Every criterion as a row of a table, in the columns that the manual names."""
    from .cases import quoted

    file = io.StringIO()
    sheet = csv.writer(file, lineterminator="\n")
    sheet.writerow(COLUMNS)
    for one in note["fit"]["criteria"]:
        measured = one["measured"]
        age = "" if measured["age"] is None else str(measured["age"]["value"])
        cells: Iterable[str] = (
            one["id"], one["group"], one["what"], one["answer"], "yes" if one["counts"] else "no", measured["value"],
            measured["unit"], measured["on"] or "", age, one["allowed"], one["source"], one["reason"], one["next"],
        )  # fmt: skip
        sheet.writerow([quoted(cell) for cell in cells])
    return file.getvalue()
