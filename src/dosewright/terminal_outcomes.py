"""What the outcome commands print for people: tables in plain lines, every number with its denominator and method."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

import click

from . import wording
from .orders.finding import STOPPING, Finding
from .outcome_tables import p_value
from .outcomes.agreement import Agreement
from .outcomes.audit import Audit, Printed, said_p
from .outcomes.baseline import Characteristic, Flow
from .outcomes.cohort import Cohort
from .outcomes.contingency import Tests
from .outcomes.criteria import Criterion
from .outcomes.proportions import Difference, Interval, Proportion, Rate, wilson
from .outcomes.response import Rated, Read, Terms
from .outcomes.safety import Safety

WIDTH: Final = 118
SYNTHETIC: Final = "SYNTHETIC: these records were made up; nobody in them ever lived."
MARKS: Final = {"refuse": "REFUSED", "blocks-release": "STOPS", "warning": "warning", "info": "note"}


def _wrapped(text: str, indent: int, first: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first or " " * indent, subsequent_indent=" " * indent, break_on_hyphens=False
    )


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in plain lines, the first column to the left and as wide as it must be."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    told = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    told[0] = click.style(told[0], bold=True)
    return told


def percent(value: float | None) -> str:
    """A proportion in percent to one place; of nobody there is none."""
    return "–" if value is None else f"{wording.number(100 * value, places=1)} %"


def counted(one: Proportion) -> str:
    """'36/48 (75 %)'."""
    return f"{one.count}/{one.of} ({percent(one.value)})"


def interval(one: Interval) -> str:
    """An interval of a proportion in percent: '61.2 to 85.1'."""
    return f"{wording.number(100 * one.lower, places=1)} to {wording.number(100 * one.upper, places=1)}"


def difference(one: Difference | None) -> str:
    """A difference of two proportions with its interval, in percentage points."""
    return "" if one is None else f"{wording.number(100 * one.value, places=1)} ({interval(one.interval)})"


def p_values(found: Tests | None) -> str:
    """The p-values of Pearson and Fisher, by their names."""
    if found is None:
        return ""
    named = found.named()
    return ", ".join(f"{name} {p_value(named[name])}" for name in ("Pearson", "Fisher") if name in named)


def heading(found: Cohort) -> list[str]:
    """Whose outcomes these are; a cohort that was made up says so first."""
    title = click.style(found.settings.title, bold=True)
    return [click.style(SYNTHETIC, fg="yellow"), title] if found.settings.is_synthetic else [title]


def findings(found: Sequence[Finding]) -> list[str]:
    """Findings, one to a paragraph, the gravest first."""
    order = list(MARKS)
    told = []
    for one in sorted(found, key=lambda f: order.index(f.severity)):
        rest = [one.where] if one.where else []
        rest += [f"is {one.measured}"] if one.measured else []
        rest += [f"allowed {one.allowed}"] if one.allowed else []
        text = f"{one.message}{': ' if rest else ''}{'; '.join(rest)}"
        mark = f"{MARKS[one.severity]:<9}"
        wrapped = _wrapped(text, 9, first=mark)
        told.append(click.style(mark, fg="red" if one.severity in STOPPING else "yellow") + wrapped[len(mark) :])
    return told


# ------------------------------------------------------------------------------------------------------------ response


def response(
    found: Cohort,
    rule: Criterion,
    said: Terms,
    tables: Mapping[str, Sequence[Rated]],
    agreements: Sequence[tuple[str, str, Agreement | None, int]],
    told: Sequence[Finding],
) -> str:
    """The table of responses of each reader, and how far the readers agree."""
    out = [*heading(found), f"Best overall response by {rule.title}, {terms(said)}"]
    names = [arm.name for arm in found.settings.arms]
    for reader, rows in tables.items():
        head = ["measure", *(f"{name}: n/N (%), 95 % interval" for name in names), "difference, points", "p"]
        lines = []
        for row in rows:
            cells = [f"{counted(one)}, {interval(wilson(one))}" if one.of else "–" for one in row.arms.values()]
            lines.append([row.measure, *cells, difference(row.difference), p_values(row.tests)])
        out += ["", click.style(f"Reader {reader}", bold=True), *columns(head, lines)]
    out += ["", _method(rule)]
    for first, second, one, alone in agreements:
        out.append(agreed(first, second, one, alone))
    return "\n".join([*out, *(["", *findings(told)] if told else [])])


def terms(terms: Terms) -> str:
    """Under which terms the best response was told."""
    confirmed = f"confirmed after {terms.confirmed_after} days" if terms.confirmed else "not confirmed"
    lasted = f"stable disease from day {terms.least_sd}" if terms.least_sd is not None else "no least time of SD stated"
    return f"{confirmed}, {lasted}"


def _method(rule: Criterion) -> str:
    recalled = rule.recalled()
    words = "Every included patient is in the denominator, NE too. Intervals: Wilson; of differences: Newcombe."
    if recalled:
        words += f" Recalled, not read at the source: {', '.join(recalled)}."
    return _wrapped(words, 0)


def agreed(first: str, second: str, one: Agreement | None, alone: int) -> str:
    """How far two readers agree, in a line."""
    words = f"Readers {first} and {second}: "
    if one is None:
        return words + "no patient was read by both"
    words += f"agree on {counted(one.agreed)}"
    if one.kappa is None or one.interval is None:
        return f"{words}; κ does not exist, since both always say the same word"
    low, high = (wording.number(end, places=2) for end in (one.interval.lower, one.interval.upper))
    words += f", κ {wording.number(one.kappa, places=2)} ({low} to {high})"
    return words + (f"; {alone} read by only one" if alone else "")


def _change(value: Decimal | None) -> str:
    return "–" if value is None else wording.signed_percent(float(value) / 100)


def course(one: Read) -> str:
    """One patient as one reader saw the course, visit by visit."""
    head = ["visit", "day", "sum", "change", "from nadir", "target", "non-target", "new", "overall", "why"]
    lines = []
    for point in one.timepoints:
        lines.append(
            [
                str(point.visit), point.day.isoformat(), "–" if point.total is None else f"{point.total:f} mm",
                _change(point.change),
                _change(point.change_from_nadir),
                point.target, point.non_target, ", ".join(point.new), point.overall, point.why,
            ]
        )  # fmt: skip
    best = f"best {one.best.response}" + (f" on {one.best.day}" if one.best.day else f": {one.best.why}")
    return "\n".join([click.style(f"{one.patient}, reader {one.reader}: {best}", bold=True), *columns(head, lines)])


# -------------------------------------------------------------------------------------------------------------- safety


def safety(found: Cohort, told: Safety) -> str:
    """The safety tables: any event, then each term by grade, patients of patients treated."""
    names = [found.arm_name(arm) for arm in told.denominators]
    numbers = [f"{name} (n = {n})" for name, n in zip(names, told.denominators.values(), strict=True)]
    head = ["event", "grade", *numbers, "difference, points", "p"]
    lines = []
    before = ""
    for row in (*told.any, *told.rows):
        cells = [counted(one) for one in row.arms.values()]
        term = row.term if row.term != before else ""
        before = row.term
        lines.append([term, row.band, *cells, difference(row.difference), p_values(row.tests)])
    out = [*heading(found), "Adverse events: patients by the worst grade of each term", "", *columns(head, lines), ""]
    out.append(
        _wrapped("A row of a term counts each patient once; 'any event' takes everybody with one in the band.", 0)
    )
    for band, arms in told.rates.items():
        words = "; ".join(f"{found.arm_name(arm)} {_rate(one)}" for arm, one in arms.items())
        out.append(_wrapped(f"First event of {band} per 100 patient-months until it: {words}.", 0))
    deaths = "; ".join(f"{found.arm_name(arm)} {counted(one)}" for arm, one in told.related_deaths.items())
    out.append(f"Deaths that treatment caused (grade 5, at least possibly related): {deaths}.")
    versions = sorted({one.ctcae for one in found.events})
    out.append(f"Graded by CTCAE {', '.join(versions)}." if versions else "No adverse event is recorded.")
    return "\n".join([*out, *(["", *findings(told.findings)] if told.findings else [])])


def _rate(one: Rate | None) -> str:
    if one is None:
        return "not told, since days are missing"
    low, high = (wording.number(100 * end, places=1) for end in (one.interval.lower, one.interval.upper))
    time = wording.number(one.time, places=1)
    return f"{one.count} in {time} months, {wording.number(100 * one.value, places=1)} ({low} to {high})"


# ------------------------------------------------------------------------------------------------------ characteristics


def table1(found: Cohort, rows: Sequence[Characteristic], flow: Flow) -> str:
    """The table of characteristics."""
    numbers = [f"{arm.name} (n = {flow.arms[arm.id]})" for arm in found.settings.arms]
    lines = []
    for row in rows:
        unit = f", {row.unit}" if row.unit else ""
        if row.spread:
            cells = [
                "–" if one.mean is None else f"{wording.number(one.mean, places=1)} ± {_deviation(one.deviation)}"
                for one in row.spread.values()
            ]
            lines.append([f"{row.name}{unit}, mean ± SD", *cells, ""])
        else:
            lines.append([f"{row.name}{unit}", *([""] * len(numbers)), p_values(row.tests)])
        for place, (level, arms) in enumerate(row.levels.items()):
            p = p_values(row.tests) if row.spread and place == 0 else ""
            lines.append([f"  {level}", *(counted(one) for one in arms.values()), p])
        if any(one.count for one in row.missing.values()):
            lines.append(["  missing", *(f"{one.count} of {one.of}" for one in row.missing.values()), ""])
    out = [*heading(found), *_flow(found, flow), "", *columns(["characteristic", *numbers, "p"], lines), ""]
    out.append(
        "Percentages are of those of whom it is known. A p-value says nothing about the balance of matched arms."
    )
    return "\n".join([*out, *(["", *findings(found.findings)] if found.findings else [])])


def _deviation(value: float | None) -> str:
    return "–" if value is None else wording.number(value, places=1)


def _flow(found: Cohort, flow: Flow) -> list[str]:
    excluded = "; ".join(f"{reason} {count}" for reason, count in flow.excluded.items())
    arms = ", ".join(f"{found.arm_name(arm)} {n}" for arm, n in flow.arms.items())
    words = f"{flow.all} patients; {sum(flow.excluded.values())} excluded{f' ({excluded})' if excluded else ''}; {arms}"
    return [_wrapped(words, 0)]


# -------------------------------------------------------------------------------------------------------------- records


def records(found: Cohort) -> str:
    """What a cohort holds, and what is missing in it."""
    out = [*heading(found)]
    lines = [
        [
            name,
            found.tables[name].file,
            f"{len(found.tables[name].rows):,}",
            ", ".join(f"{column} {n} of {of}" for column, (n, of) in columns_.items() if n) or "nothing",
            ", ".join(found.not_read[name]) or "nothing",
        ]
        for name, columns_ in found.missing.items()
    ]
    out += ["", *columns(["table", "file", "rows", "missing", "not read"], lines)]
    return "\n".join([*out, *(["", *findings(found.findings)] if found.findings else ["", "Nothing stands out."])])


# --------------------------------------------------------------------------------------------------------------- audit


def audit(printed: Printed, found: Audit, *, everything: bool) -> str:
    """What does not follow, then the notes; with `everything` each p-value and hazard ratio that was computed again."""
    title, source = printed.work.title.strip(), f"{printed.work.authors} {printed.work.published_in}."
    out = [click.style(_wrapped(title, 0), bold=True), _wrapped(source, 0)]
    out += [_wrapped(printed.work.note, 0)] if printed.work.note else []
    checked = ", ".join(f"{count} {name}" for name, count in found.checked.items())
    out += ["", f"Checked: {checked}."]
    stops = [one for one in found.findings if one.severity in STOPPING]
    notes = [one for one in found.findings if one.severity not in STOPPING]
    for title, told in ((f"{len(stops)} that do not follow", stops), (f"{len(notes)} to ask about", notes)):
        out += ["", click.style(title, bold=True)]
        out += [_slip(one, found.number(one)) for one in told] or ["    none"]
    if found.not_found:
        out += ["", click.style("Known, and not found again", bold=True)]
        out += [f"    {one.id}  {one.at} ({one.rule})" for one in found.not_found]
    if found.not_checked:
        out += ["", click.style("Not checked", bold=True), *(f"    {one}" for one in found.not_checked)]
    if everything:
        out += ["", *_recomputed(found)]
    return "\n".join(out)


def _slip(one: Finding, number: str) -> str:
    printed = f"; printed {one.measured}" if one.measured else ""
    right = f"; computed {one.allowed}" if one.allowed else ""
    return _wrapped(f"{one.where}: {one.message}{printed}{right}", 10, first=f"    {number:<6}")


def _recomputed(found: Audit) -> list[str]:
    tests = ("Pearson", "Yates", "Fisher", "likelihood ratio")
    lines = [
        [one.table, one.row, one.printed, *(_p(one.p_values, name) for name in tests), ", ".join(one.by) or "NONE"]
        for one in found.recomputed
    ]
    out = columns(["table", "row", "printed p", *tests, "given by"], lines)
    hazards = [
        [
            one.table, one.row, one.model, one.printed, wording.number(one.standard_error, places=3),
            "–" if one.floor is None else wording.number(one.floor, places=3), said_p(one.wald),
        ]
        for one in found.refitted
    ]  # fmt: skip
    return [*out, "", *columns(["table", "row", "model", "printed", "SE", "least SE", "Wald p"], hazards)]


def _p(values: Mapping[str, float], name: str) -> str:
    return said_p(values[name]) if name in values else "–"
