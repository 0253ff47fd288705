"""A report of outcomes on paper or screen: figures beside their tables, denominators in every cell, methods below.

Nothing is computed here; `outcomes.report` has done that. The same report gives the same bytes.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from . import (
    __version__,
    documents,
    outcome_tables,
    response_figures,
    survival_figures,
    terminal_outcomes,
    typefaces,
    wording,
)
from .figures import INK, Drawing, Figure
from .outcomes.baseline import Characteristic
from .outcomes.proportions import clopper_pearson, wilson
from .outcomes.report import ARM, Endpointed, Report
from .outcomes.safety import Row

Paper = documents.Paper
MOST_BARS: Final = 400  # of a waterfall: beyond, a bar is thinner than a line


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the report: a table, a figure, or both; with its caption and the method below it."""

    title: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    svg: Markup | None = None
    method: str = ""
    widths: tuple[int, ...] = ()  # of the columns, in percent


# ------------------------------------------------------------------------------------------------------- data to paper


def report_html(made: Report, *, paper: Paper) -> bytes:
    """The report as one page for screen and paper that holds all it needs."""
    html: str = (
        documents.environment()
        .get_template("page.html")
        .render(
            title=_title(made),
            keywords=_keywords(paper),
            styles=[Markup(documents.style(paper)), Markup(_style())],
            articles=[Markup(_article(made))],
            data=[],
        )
    )
    return html.encode("utf-8")


def report_pdf(made: Report, *, paper: Paper) -> bytes:
    """The report as PDF."""
    import weasyprint

    press = documents.press(paper)
    article = _article(made)
    page = (
        documents.environment()
        .get_template("shell.html")
        .render(title=_title(made), keywords=_keywords(paper), article=Markup(article))
    )
    own = weasyprint.CSS(string=_style(), font_config=press.fonts, url_fetcher=press.fetcher)
    laid_out = weasyprint.HTML(string=page, url_fetcher=press.fetcher).render(
        font_config=press.fonts, stylesheets=[press.style, own], cache=press.pictures, pdf_variant=documents.VARIANT
    )
    identifier = hashlib.sha256(f"{_keywords(paper)} {article}".encode()).digest()[:16]
    content: bytes = laid_out.write_pdf(pdf_variant=documents.VARIANT, pdf_identifier=identifier)
    return content


def _article(made: Report) -> str:
    article: str = (
        documents.environment()
        .get_template("outcomes.html")
        .render(
            title=_title(made),
            synthetic=made.cohort.settings.is_synthetic,
            warning=terminal_outcomes.SYNTHETIC,
            tool=f"dosewright {__version__}",
            files=[f"{one.file} {one.sha256[:12]}" for one in _files(made)],
            blocks=list(blocks(made)),
            findings=[_finding(one) for one in (*made.findings, *made.safety.findings)],
            caution=outcome_tables.CAUTION,
        )
    )
    typefaces.require(article)
    return article


def _files(made: Report) -> list[Any]:
    return list({one.file: one for one in made.cohort.tables.values()}.values())


def _finding(one: Any) -> str:
    rest = [one.where] if one.where else []
    rest += [f"is {one.measured}"] if one.measured else []
    rest += [f"allowed {one.allowed}"] if one.allowed else []
    return f"{one.message}{': ' if rest else ''}{'; '.join(rest)}"


def _title(made: Report) -> str:
    return f"Outcomes: {made.cohort.settings.title}"


def _keywords(paper: Paper) -> str:
    return f"dosewright outcomes {paper}"


@functools.cache
def _style() -> str:
    style: str = documents.environment().get_template("outcomes.css").render()
    return style


# ---------------------------------------------------------------------------------------------------------- the blocks


def blocks(made: Report) -> Iterator[Block]:
    """The parts in the order of the source paper: its Figures 1 to 3 and Tables 1 to 6."""
    yield _drawn("Figure 1. Patients", flow_figure(made), table=False)
    first = "Table 1. Characteristics before matching" if made.pairs is not None else "Table 1. Characteristics"
    yield _characteristics(made, first, made.before, "smd_before")
    if made.pairs is not None:
        yield _characteristics(made, "Table 2. Characteristics after matching", made.after, "smd_after")
        yield _drawn("Balance", survival_figures.love(made.pairs.balance), method=_matching_method(made))
    else:
        yield Block("Table 2. Characteristics after matching", method=f"None: {made.unmatched_why}.")
    for letter, one in zip("AB", made.endpoints, strict=True):
        yield _curves(f"Figure 2{letter}. {one.endpoint.title.capitalize()}", one)
    yield _responses(made)
    if len(made.reads) <= MOST_BARS and any(one.deepest is not None for one in made.reads):
        figure = response_figures.waterfall(made.cohort, made.rule, made.reads, made.reader)
        yield _drawn("Deepest change of each patient", figure, table=False)
    for letter, one in zip("AB", made.endpoints, strict=True):
        if one.made is not None and one.made.forest is not None:
            figure = survival_figures.forest(one.made.forest, effect=f"hazard ratio, {one.made.effect}")
            title = f"Figure 3{letter}. {one.endpoint.title.capitalize()} in subgroups"
            yield _drawn(title, figure, table=False, method=_forest_method(one))
    for number, one in zip((4, 5), made.endpoints, strict=True):
        yield _factors(f"Table {number}. Factors of {one.endpoint.title}", one)
    yield _adverse(made)


def _drawn(title: str, figure: Figure, *, table: bool = True, method: str = "") -> Block:
    rows = figure.rows if table else ()
    return Block(title, figure.head if table else (), rows, Markup(figure.svg()), method or figure.says)


def flow_figure(made: Report) -> Figure:
    """How patients came to be compared: all, those excluded and why, the arms, and the pairs."""
    flow, settings = made.flow, made.cohort.settings
    left = sum(flow.arms.values())
    excluded = [f"{count} {reason}" for reason, count in flow.excluded.items()]
    drawing = Drawing(720, (240 if made.pairs is not None else 182) + 14 * len(excluded))
    _box(drawing, 210, 10, 300, [f"{flow.all} patients"])
    drawing.path("M360 44V76")
    if excluded:
        drawing.path("M360 60H516")
        _box(drawing, 516, 46, 200, [f"{flow.all - left} excluded", *excluded])
    y = 76 + 14 * len(excluded)
    drawing.path(f"M360 76V{y}")
    _box(drawing, 210, y, 300, [f"{left} included"])
    count = len(settings.arms)
    width = 660 / count
    compared = {arm.id: sum(one.arm == arm.id for one in made.patients) for arm in settings.arms}
    rows = [("all", str(flow.all)), *((reason, str(n)) for reason, n in flow.excluded.items()), ("included", str(left))]
    for index, arm in enumerate(settings.arms):
        middle = 30 + width * (index + 0.5)
        drawing.path(f"M360 {y + 34}V{y + 48}H{middle}V{y + 62}")
        _box(drawing, middle - width / 2 + 10, y + 62, width - 20, [f"{arm.name}: {flow.arms[arm.id]}"])
        rows.append((arm.name, str(flow.arms[arm.id])))
        if made.pairs is not None:
            drawing.path(f"M{middle} {y + 96}V{y + 120}")
            words = [f"{compared[arm.id]} matched"]
            _box(drawing, middle - width / 2 + 10, y + 120, width - 20, words)
            rows.append((f"{arm.name}, matched", str(compared[arm.id])))
    says = "; ".join(f"{name} {number}" for name, number in rows)
    return Figure("Flow of patients", f"{says}.", drawing, ("", "patients"), tuple(rows))


def _box(drawing: Drawing, x: float, y: float, width: float, lines: Sequence[str]) -> None:
    drawing.rectangle(x, y, width, 20 + 14 * len(lines), stroke=INK)
    for number, line in enumerate(lines):
        drawing.text(x + width / 2, y + 21 + 14 * number, line, anchor="middle", bold=number == 0)


def _characteristics(made: Report, title: str, rows: Sequence[Characteristic], key: str) -> Block:
    numbers = {arm.id: 0 for arm in made.cohort.settings.arms}
    patients = made.patients if key == "smd_after" else made.cohort.included
    for one in patients:
        numbers[one.arm] += 1
    names = [f"{arm.name} (n = {numbers[arm.id]})" for arm in made.cohort.settings.arms]
    smds = {one["covariate"]: one[key] for one in made.pairs.balance} if made.pairs is not None else {}
    lines: list[tuple[str, ...]] = []
    for row in rows:
        smd = smds.get(row.name, "–")
        told = smd if isinstance(smd, str) else "apart" if smd is None else f"{smd:.3f}"
        unit = f", {row.unit}" if row.unit else ""
        p = terminal_outcomes.p_values(row.tests)
        lines.append((f"{row.name}{unit}", *([""] * len(names)), p, told))
        for level, arms in row.levels.items():
            lines.append((f"   {level}", *(terminal_outcomes.counted(one) for one in arms.values()), "", ""))
        if any(one.count for one in row.missing.values()):
            lines.append(("   missing", *(f"{one.count} of {one.of}" for one in row.missing.values()), "", ""))
    method = "Counts of those of whom it is known. Standardised differences (SMD) tell balance; p-values do not."
    if made.pairs is not None and key == "smd_before":
        method += " SMD are told of those who could be matched."
    return Block(title, ("", *names, "p", "SMD"), tuple(lines), method=method, widths=_widths(26, names, 40, 24, 10))


def _matching_method(made: Report) -> str:
    pairs = made.pairs
    if pairs is None:
        return ""
    width = f"caliper {pairs.caliper} standard deviations of the logit" if pairs.caliper else "no caliper"
    words = (
        f"{len(pairs.pairs)} pairs by nearest neighbour on the propensity score (logistic regression), 1 : 1, without "
    )
    words += f"replacement, largest score first, {width}; {pairs.without_partner} found no partner"
    if pairs.lacking:
        words += f"; {pairs.lacking} lack a covariate and could not be matched"
    for level, count in pairs.alone.items():
        words += f"; {count} with {level}, which only one arm has, could not be matched"
    return words + ". Hollow circles: before; diamonds: after."


def _curves(title: str, one: Endpointed) -> Block:
    if one.made is None:
        return Block(title, method=f"None: {one.why}.")
    figure = survival_figures.kaplan_meier(one.made, title=title, time="Months since the start of treatment")
    return _drawn(title, figure, method=f"{figure.says} {_endpoint_method(one)}")


def _endpoint_method(one: Endpointed) -> str:
    events = wording.listed(event.why for event in one.endpoint.events)
    words = f"{one.endpoint.title.capitalize()}: from the start of treatment; events: {events}"
    if one.endpoint.confidence == "RECALLED":
        words += " (definition recalled, for the protocol to confirm)"
    if one.lacking:
        words += f"; {len(one.lacking)} without a time ({wording.listed(sorted({why for _, why in one.lacking}))})"
    return f"{words}."


def _forest_method(one: Endpointed) -> str:
    """What a forest shows."""
    if one.made is None:
        return ""
    words = (
        f"Hazard ratios of {one.made.effect.removeprefix(f'{ARM}=')} with 95 % Wald limits, below 1 where the first "
    )
    words += "has fewer events; a square as large as its events. Interactions by the ratio of likelihoods."
    if one.made.forest is not None:
        words += "".join(f" No test of {name}: {why}." for name, why in one.made.forest.untested)
    return words


def _responses(made: Report) -> Block:
    names = [arm.name for arm in made.cohort.settings.arms]
    lines = []
    for row in made.rates:
        cells = [
            f"{terminal_outcomes.counted(one)}; {terminal_outcomes.interval(wilson(one))}; "
            f"{terminal_outcomes.interval(clopper_pearson(one))}" if one.of else "–"
            for one in row.arms.values()
        ]  # fmt: skip
        difference = terminal_outcomes.difference(row.difference)
        lines.append((row.measure.capitalize(), *cells, difference, terminal_outcomes.p_values(row.tests)))
    method = (
        f"Best overall response by {made.rule.title}, reader {made.reader}, {terminal_outcomes.terms(made.terms)}. "
    )
    method += "Count of patients, Wilson and Clopper–Pearson 95 % intervals; differences with Newcombe's. NE stays in "
    method += "the denominator."
    if made.rule.recalled():
        method += f" Recalled values of the criterion: {', '.join(made.rule.recalled())}."
    method += "".join(f" {terminal_outcomes.agreed(*one)}." for one in made.agreement)
    head = ("", *(f"{name}: n/N (%); intervals" for name in names), "Difference, points", "p")
    return Block("Table 3. Response", head, tuple(lines), method=method, widths=_widths(17, names, 50, 15, 18))


def _factors(title: str, one: Endpointed) -> Block:
    if one.made is None or one.made.fit is None:
        return Block(title, method=f"None: {one.why or 'no model was asked for'}.")
    together = {term.term: term for term in one.made.terms}
    lines = []
    for term in one.made.univariable:
        other = together.get(term.term)
        cells = [_hazard(term), outcome_tables.p_value(term.p)]
        cells += [_hazard(other), outcome_tables.p_value(other.p)] if other is not None else ["", ""]
        lines.append((term.term.replace("=", ": ", 1), *cells))
    fit = one.made.fit
    method = (
        f"Cox regression, ties by {fit.ties}, Wald 95 % intervals; together: {fit.n} patients, {fit.events} events. "
    )
    method += "Every covariate is in the model together; none was chosen by its p-value."
    bases = ", ".join(f"{name} {level}" for name, level in one.made.question.reference.items())
    method += f" Compared with {bases}." if bases else ""
    method += "".join(f" {note}." for note in one.made.notes)
    head = ("", "One by one: hazard ratio", "p", "Together: hazard ratio", "p")
    return Block(title, head, tuple(lines), method=method, widths=(28, 26, 10, 26, 10))


def _hazard(term: Any) -> str:
    if term.runs_away:
        return "no estimate"
    return outcome_tables.interval(term.hr, term.lower, term.upper, unknown=outcome_tables.NONE)


def _adverse(made: Report) -> Block:
    told = made.safety
    names = [f"{made.cohort.arm_name(arm)} (n = {n})" for arm, n in told.denominators.items()]
    lines = [_adverse_row(row) for row in (*told.any, *told.rows)]
    deaths = "; ".join(
        f"{made.cohort.arm_name(arm)} {terminal_outcomes.counted(one)}" for arm, one in told.related_deaths.items()
    )
    versions: Mapping[str, None] = dict.fromkeys(sorted({one.ctcae for one in made.cohort.events}))
    method = (
        f"Patients treated, by the worst grade of each term, CTCAE {', '.join(versions) or 'unknown'}; 'any event' "
    )
    method += f"is counted patient by patient. Deaths that treatment caused: {deaths}."
    widths = (28, *_widths(11, names, 36, 25))
    return Block("Table 6. Adverse events", ("", "", *names, "p"), tuple(lines), method=method, widths=widths)


def _widths(first: int, arms: Sequence[str], shared: int, *rest: int) -> tuple[int, ...]:
    """The widths of columns, the arms sharing theirs."""
    return (first, *[shared // len(arms)] * len(arms), *rest)


def _adverse_row(row: Row) -> tuple[str, ...]:
    cells = [terminal_outcomes.counted(one) for one in row.arms.values()]
    return (row.term, row.band, *cells, terminal_outcomes.p_values(row.tests))
