"""Survival and matching in words: tables for a terminal, and the same numbers as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from . import wording

if TYPE_CHECKING:
    from .outcomes.cox import ChiSquared, Term
    from .outcomes.logrank import LogRank
    from .outcomes.matching import Matching
    from .outcomes.survival import Survival

UNKNOWN: Final = "not reached"
NONE: Final = "none"
CAUTION: Final = "Matched or adjusted, a comparison that was not randomised stays one: it shows no cause."


def number(value: float | None, *, unknown: str = NONE) -> str:
    """A statistic in three decimals, fewer above 100, more below 0.01.

    >>> number(1.2345678), number(0.00123), number(1234.5), number(310.0), number(None)
    ('1.235', '0.00123', '1,234.5', '310', 'none')
    """
    if value is None:
        return unknown
    size = abs(value)
    if size and size < 0.01:
        return f"{value:.3g}" if size >= 1e-4 else f"{value:.2e}"
    return wording.number(value, places=3 if size < 100 else 1)


def p_value(p: float | None) -> str:
    """A p-value as it is printed: three decimals, '<0.001' below.

    >>> p_value(0.0268), p_value(0.00001), p_value(None)
    ('0.027', '<0.001', 'none')
    """
    return NONE if p is None else "<0.001" if p < 0.001 else f"{p:.3f}"


def interval(value: float | None, lower: float | None, upper: float | None, *, unknown: str = UNKNOWN) -> str:
    """An estimate with its limits: '22.4 (15.1 to not reached)'."""
    return f"{number(value, unknown=unknown)} ({number(lower, unknown=unknown)} to {number(upper, unknown=unknown)})"


def percent(share: float | None, lower: float | None, upper: float | None) -> str:
    """A share with its limits, in percent."""
    told = [NONE if one is None else wording.number(one * 100, places=1) for one in (share, lower, upper)]
    return NONE if share is None else f"{told[0]} % ({told[1]} to {told[2]})"


def aligned(rows: Sequence[Sequence[str]], *, indent: int = 2) -> list[str]:
    """Rows of words in columns; the first column to the left, the others to the right."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        " " * indent
        + "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


# ------------------------------------------------------------------------------------------------------------ survival


def survival_text(made: Survival) -> str:
    """A survival analysis for people: curves, tests, models, remarks."""
    return "\n".join(_survival_lines(made))


def _survival_lines(made: Survival) -> Iterator[str]:
    asked = made.question
    level = f"{wording.number(asked.level * 100)} %"
    events = f"{made.events:,} {wording.plural('event', made.events)}"
    lack = "lacks" if made.missing == 1 else "lack"
    yield f"{made.n:,} of {made.rows:,} rows, {events}; {made.missing:,} {lack} something that was asked for"
    yield ""
    yield f"Kaplan–Meier, {level} limits by {asked.conf}"
    head = ("", "n", "events", "median", "follow-up (median)")
    followed = dict(made.follow_up)
    yield from aligned(
        [
            head,
            *(
                (
                    name,
                    f"{one.n:,}",
                    f"{one.event_count:,}",
                    interval(*one.median),
                    number(followed[name].median.value, unknown=UNKNOWN),
                )
                for name, one in made.curves
            ),
        ]
    )
    for time in asked.at:
        rows: list[tuple[str, ...]] = [("", "at risk", "survival")]
        for name, curve in made.curves:
            at = curve.at(time)
            rows.append((name, f"{at.at_risk:,}", percent(at.survival, at.lower, at.upper)))
        yield f"  at {wording.number(time)}"
        yield from aligned(rows, indent=4)
    if asked.until is not None:
        yield f"  restricted mean up to {wording.number(asked.until)}"
        areas = [(name, curve.restricted_mean(asked.until)) for name, curve in made.curves]
        rows = [(name, interval(area.value, area.lower, area.upper, unknown=NONE)) for name, area in areas]
        yield from aligned(rows, indent=4)
    if made.logrank is not None:
        within = f" within {asked.strata}" if asked.strata else ""
        yield ""
        yield f"Log-rank{within}: {_tested(made.logrank)}"
        rows = [("", "observed", "expected")]
        parts = zip(made.curves, made.logrank.observed, made.logrank.expected, strict=True)
        rows += [(name, f"{observed:,}", number(expected)) for (name, _), observed, expected in parts]
        yield from aligned(rows)
    if made.trend is not None:
        yield f"Trend over {asked.group}: {_tested(made.trend)}"
    if made.incidence:
        yield from _incidence_lines(made)
    if made.fit is not None:
        yield ""
        yield f"Cox, ties by {made.fit.ties}: {made.fit.n:,} rows, {made.fit.events:,} events"
        kind = "profile" if asked.profile else "Wald"
        if made.univariable:
            yield f"  one by one, {level} limits by {kind}"
            yield from aligned(_term_rows(made.univariable), indent=4)
            yield "  all together"
        yield from aligned(_term_rows(made.terms), indent=4 if made.univariable else 2)
        yield f"  likelihood ratio: {_tested(made.fit.likelihood_ratio)}"
        if made.zph:
            yield "  proportional hazards, by scaled Schoenfeld residuals"
            yield from aligned([(one.term, _tested(one)) for one in made.zph], indent=4)
    if made.forest is not None:
        yield ""
        yield f"Hazard ratio of {made.effect}, in subgroups"
        rows = [("", "n", "events", "hazard ratio", "p")]
        for one in made.forest.rows:
            name = f"{one.subgroup} {one.level}".strip()
            told = one.why or interval(one.hr, one.lower, one.upper, unknown=NONE)
            rows.append((name, f"{one.n:,}", f"{one.events:,}", told, p_value(one.p)))
        yield from aligned(rows)
        for test in made.forest.interactions:
            yield f"  interaction with {test.term}: {_tested(test)}"
        for name, why in made.forest.untested:
            yield f"  interaction with {name}: {why}"
    if made.notes:
        yield ""
        yield from (f"Note: {note}" for note in made.notes)


def _incidence_lines(made: Survival) -> Iterator[str]:
    asked = made.question
    yield ""
    yield f"Cumulative incidence where {asked.event} {asked.competing_value} competes (Aalen–Johansen)"
    rows: list[tuple[str, ...]] = [("", "events", "competing", *(f"at {wording.number(time)}" for time in asked.at))]
    for name, one in made.incidence:
        ats = [one.at(time) for time in asked.at]
        told = [percent(at.survival, at.lower, at.upper) for at in ats]
        rows.append((name, f"{one.events:,}", f"{one.competing:,}", *told))
    yield from aligned(rows)
    if made.gray is not None:
        yield f"  Gray: {_tested(made.gray)}"


def _tested(one: LogRank | ChiSquared) -> str:
    freedom = f"{one.df} {'degree' if one.df == 1 else 'degrees'} of freedom"
    return f"chi-squared {number(one.chi2)}, {freedom}, p {p_value(one.p)}"


def _term_rows(terms: Iterable[Term]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("", "hazard ratio", "p")]
    for one in terms:
        told = "no estimate" if one.runs_away else interval(one.hr, one.lower, one.upper, unknown=NONE)
        rows.append((one.term, told, p_value(one.p)))
    return rows


def as_csv(data: Mapping[str, Any]) -> str:
    """Any result for a spreadsheet: one number a line, with the table, the row and the quantity it belongs to."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("table", "row", "quantity", "value"))
    for key, value in data.items():
        writer.writerows(_rows(key, value))
    return out.getvalue()


def _rows(table: str, value: Any, row: str = "", quantity: str = "") -> Iterator[tuple[str, str, str, str]]:
    if isinstance(value, Mapping):
        named = next((str(value[key]) for key in ("group", "term", "covariate", "level") if key in value), row)
        time = f" at {value['time']:g}" if "at_risk" in value else ""
        for key, one in value.items():
            if key not in {"group", "term", "covariate"} and not (time and key == "time"):
                yield from _rows(table, one, f"{named}{time}", f"{quantity} {key}".strip())
    elif isinstance(value, list):
        for index, one in enumerate(value, 1):
            yield from _rows(table, one, row if isinstance(one, Mapping) else f"{row} {index}".strip(), quantity)
    else:
        told = "" if value is None else repr(value) if isinstance(value, float) else str(value)
        yield table, spreadsheet_text(row), quantity, spreadsheet_text(told) if isinstance(value, str) else told


def spreadsheet_text(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


# ------------------------------------------------------------------------------------------------------------ matching


def balance_text(rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]], *, flag: float) -> list[str]:
    """Standardised differences for people: key and heading of each column; a mark where one is large."""
    table = [("", *(heading for _, heading in columns))]
    for row in rows:
        values = [row[key] for key, _ in columns]
        table.append((row["covariate"], *(_flagged(value, flag) for value in values)))
    return aligned(table)


def difference(value: float | None) -> str:
    """A standardised difference; 'apart' where a category tells the groups fully apart.

    >>> difference(0.0391), difference(None)
    ('0.039', 'apart')
    """
    return "apart" if value is None else f"{value:.3f}"


def _flagged(value: float | None, flag: float) -> str:
    return f"{difference(value)}{' *' if value is None or value > flag else '  '}"


def matching_text(matching: Matching, treated: int, controls: int) -> list[str]:
    """How many found a partner, in a sentence or two."""
    matched, used = treated - len(matching.unmatched), len({control for _, control in matching.pairs})
    told = [f"{matched:,} of {treated:,} treated matched with {used:,} of {controls:,} controls"]
    if matching.width is not None:
        told.append(f"caliper: {number(matching.width)} on the logit")
    return told
