"""A fit on paper: one page for the notes, the answer first, with room for the decision and the names behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Literal

from markupsafe import Markup

from . import documents, fit_words, sheets, typefaces, wording
from .fit_words import Row

Data = Mapping[str, Any]
Paper = Literal["A4", "Letter"]
UNKNOWN: Final = "unknown"
LONG: Final = 40  # letters of a criterion, from which on it is printed small
_TOLD_ABOVE: Final = {"liver and kidneys", "toxicity"}  # part 2 has them all


def fit_html(note: Data, *, paper: Paper = "A4") -> bytes:
    """The page for screen and paper."""
    page = (
        documents.environment()
        .get_template("page.html")
        .render(
            title=_title(note),
            keywords=f"dosewright fit {paper}",
            styles=[Markup(documents.style(paper))],
            articles=[Markup(_article(note))],
            data=[],
        )
    )
    return page.encode("utf-8")


def fit_pdf(note: Data, *, paper: Paper = "A4") -> bytes:
    """The page as PDF; the same fit gives the same bytes."""
    article = _article(note)
    identifier = hashlib.sha256(article.encode("utf-8")).digest()[:16]
    return documents.printed([article], paper, _title(note), f"dosewright fit {paper}", identifier)


def _title(note: Data) -> str:
    return f"Fit today, {note['protocol']['id']}, cycle {note['cycle']}, {note['on']}"


def _article(note: Data) -> str:
    article = documents.environment().get_template("fit.html").render(_view(note))
    typefaces.require(article)
    return article


def _view(note: Data) -> dict[str, Any]:
    """All that the template needs, in words."""
    fit = note["fit"]
    patient = note["patient"]
    named = patient["allergies"] if isinstance(patient["allergies"], str) else "; ".join(patient["allergies"])
    return {
        "note": note,
        "patient": patient,
        "protocol": note["protocol"],
        "site": note["site"],
        "header": sheets.header({**note, "id": note["hash"][:12]}),
        "allergies": named,
        "hash": note["hash"][:12],
        "answer": fit["answer"],
        "headline": fit_words.answer(fit),
        "stopping": [_row(row) for row in fit_words.rows(fit, "refuse", "hold", "unknown")],
        "asking": [_row(row) for row in fit_words.rows(fit, "asks") if row.group != "liver and kidneys"],
        "scores": list(fit_words.scores(fit)),
        "grades": [_grade(one) for one in fit["grades"] if one["now"]["said"] != "0"],
        "no_grade": [_over(one) for one in fit["grades"] if one["now"]["said"] == "0"],
        "proceeding": [told for told in fit_words.proceeding(fit) if told[0] not in _TOLD_ABOVE],
        "not_looked_at": fit["not_looked_at"],
        "sources": _sources(note),
        "given": _given(patient),
    }


def _row(row: Row) -> dict[str, Any]:
    reason = "" if row.reason == "outside the limit" else row.reason  # the figures stand beside each other
    short, full = fit_words.criterion(row)
    return {**row._asdict(), "what": short, "full": full, "reason": reason, "small": len(short) > LONG}


def _over(one: Data) -> str:
    """A term of grade 0 now, with what it was or why it is: 'Diarrhea (3 at its worst)'."""
    worst = one["worst"]["said"]
    why = fit_words.by_baseline(one) if worst == "0" else f"{worst} at its worst"
    return f"{one['term']} ({why})" if why else str(one["term"])


def _sources(note: Data) -> list[str]:
    """Where to look, of what keeps from treatment; the rest is in the data."""
    cited = {row.source for row in fit_words.rows(note["fit"], "refuse", "hold", "unknown")}
    return [f"{one['key']}: {one['where']}" for one in note["sources"] if one["key"] in cited]


def _grade(one: Data) -> dict[str, str]:
    day = one["now"]["on"]
    return {
        "term": one["term"],
        "now": one["now"]["said"],
        "worst": one["worst"]["said"],
        "value": one["now"]["value"],
        "day": "no day" if day is None else day,
        "baseline": one["baseline"],
    }


def _share(share: Data | None) -> str:
    """The share of its dose with which a cycle was given: one for all drugs, or one for each."""
    if share is None:
        return UNKNOWN
    if "unit" in share:
        return sheets.spoken(share)
    return ", ".join(f"{drug} {sheets.spoken(one)}" for drug, one in share.items())


def _given(patient: Data) -> str:
    """The cycles so far: 'cycle 1 on 2026-11-23, 100 %'."""
    told = []
    for one in patient["given"]:
        told.append(f"cycle {wording.number(one['cycle'])} on {one['on']} ({_share(one['share'])} of its dose)")
    return "; ".join(told) or "none before this"
