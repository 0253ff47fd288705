"""Commands about what came of it: response, safety, characteristics, the records themselves, and printed tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import click

from .cli_options import dumped, leave, numbered

if TYPE_CHECKING:
    from decimal import Decimal

    from .orders.finding import Finding
    from .outcomes.cohort import Cohort
    from .outcomes.criteria import Criterion
    from .outcomes.response import Terms

_format = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    help="For people, for programs, or as a table.",
)


def _finding(one: Finding) -> dict[str, Any]:
    return {name: getattr(one, name) for name in type(one).__slots__}


def _told(
    form: str, *, text: Callable[[], str], data: Callable[[], Any], rows: Callable[[], Iterable[Sequence[Any]]]
) -> None:
    """Print a result in the form that was asked for."""
    if form == "json":
        click.echo(dumped(data()))
    elif form == "csv":
        click.echo(_table(rows()), nl=False)
    else:
        click.echo(text())


def _table(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV, in which no words are a formula to a spreadsheet."""
    import csv
    import io

    from .outcome_tables import spreadsheet_text

    told = io.StringIO()
    writer = csv.writer(told, lineterminator="\n")
    for row in rows:
        writer.writerow([spreadsheet_text(cell) if isinstance(cell, str) else cell for cell in row])
    return told.getvalue()


def _four(value: float | Decimal) -> Decimal:
    """A number of a table, to four decimals."""
    from decimal import Decimal

    return Decimal(f"{value:.4f}")


def _head(found: Cohort) -> dict[str, Any]:
    """What every answer says of the cohort it was made from."""
    from . import __version__

    return {
        "cohort": {
            "id": found.settings.id,
            "title": found.settings.title,
            "synthetic": found.settings.is_synthetic,
            "files": {name: one.sha256 for name, one in found.tables.items()},
        },
        "dosewright": __version__,
    }


def _stops(findings: Iterable[Finding]) -> int:
    from .orders.finding import stops

    return leave(not stops(findings))


# ------------------------------------------------------------------------------------------------------------ response


@click.command()
@click.argument("folder", metavar="COHORT")
@click.option("--criterion", metavar="NAME", help="mrecist, recist-1.1 or recist-1.0; else that of the cohort file.")
@click.option("--reader", metavar="NAME", help="One reader alone; else that of the cohort file, else each by itself.")
@click.option("--confirmed/--not-confirmed", default=None, help="Whether CR and PR must be confirmed.")
@click.option("--confirmed-after", metavar="DAYS", help="How many days later at least, such as 28.")
@click.option("--least-sd", metavar="DAYS", help="How long stable disease must have lasted since the baseline.")
@click.option("--patient", metavar="ID", help="One patient, visit by visit.")
@click.option("--figures", metavar="FOLDER", help="Where waterfall, spider and swimmer go, as SVG.")
@_format
def response(
    folder: str,
    criterion: str | None,
    reader: str | None,
    confirmed: bool | None,
    confirmed_after: str | None,
    least_sd: str | None,
    patient: str | None,
    figures: str | None,
    form: str,
) -> int:
    """Response by a named criterion: rates by arm with intervals, readers apart, and their agreement."""
    import itertools

    from . import cohorts
    from .errors import Mistake
    from .outcomes import cohort as records
    from .outcomes import response as responses

    found = cohorts.load(folder)
    rule, terms = _terms(found, criterion, confirmed, confirmed_after, least_sd)
    reads = records.reads(found, rule, terms)
    if not reads:
        raise Mistake("at least one lesion that somebody has read", where=folder)
    chosen = reader or (found.settings.response.reader if found.settings.response else None)
    if chosen is not None and chosen not in reads:
        raise Mistake(f"a reader of this cohort ({', '.join(reads)})", where="--reader", got=chosen)
    shown = {chosen: reads[chosen]} if chosen is not None else reads
    told = [*found.findings, *records.baseline_findings(found, rule), *_open_terms(found, terms)]
    if patient is not None:
        return _one_patient(shown, patient, form)
    arms = [one.id for one in found.settings.arms]
    tables = {name: responses.rates(them, arms) for name, them in shown.items()}
    agreements = [
        (first, second, *responses.agreement(reads[first], reads[second]))
        for first, second in itertools.combinations(reads, 2)
    ]
    if figures is not None:
        _draw(found, rule, shown, figures)

    def text() -> str:
        from . import terminal_outcomes

        return terminal_outcomes.response(found, rule, terms, tables, agreements, told)

    def data() -> Any:
        return _head(found) | {
            "criterion": rule.data(),
            "terms": terms.data(),
            "rates": {name: [row.data() for row in rows] for name, rows in tables.items()},
            "agreement": [
                {"readers": [first, second], "kappa": one.data() if one else None, "read_by_one": alone}
                for first, second, one, alone in agreements
            ],
            "patients": [one.data() for them in shown.values() for one in them],
            "findings": [_finding(one) for one in told],
        }

    def rows() -> Iterable[Sequence[Any]]:
        yield ["synthetic", "reader", "patient", "arm", "best", "date", "progression", "deepest_change_percent"]
        for name, them in shown.items():
            for one in them:
                deepest = "" if one.deepest is None else _four(one.deepest)
                day, progressed = one.best.day or "", one.best.progressed or ""
                mark = "yes" if found.settings.is_synthetic else "no"
                yield [mark, name, one.patient, one.arm, one.best.response, day, progressed, deepest]

    _told(form, text=text, data=data, rows=rows)
    return _stops(told)


def _terms(
    found: Cohort, name: str | None, confirmed: bool | None, after: str | None, least_sd: str | None
) -> tuple[Criterion, Terms]:
    """The criterion and the terms: as the call says, else the cohort file, else the criterion itself."""
    from .errors import Mistake
    from .outcomes.criteria import criteria, criterion
    from .outcomes.response import Terms

    said = found.settings.response
    chosen = name or (said.criterion if said else None)
    if chosen is None:
        raise Mistake(f"a criterion of response ({', '.join(criteria())})", where="--criterion", example="mrecist")
    rule = criterion(chosen)
    base = said.terms() if said is not None and said.criterion == chosen else _own(rule)
    needed = base.confirmed if confirmed is None else confirmed
    days = base.confirmed_after if after is None else numbered("--confirmed-after", after)
    lasted = base.least_sd if least_sd is None else numbered("--least-sd", least_sd)
    if needed and days is None:
        raise Mistake("how many days later a response is confirmed", where="--confirmed-after", example="28")
    return rule, Terms(confirmed=needed, confirmed_after=days, least_sd=lasted)


def _own(rule: Criterion) -> Terms:
    """The terms that a criterion itself states."""
    from .outcomes.response import Terms

    after = int(rule.confirmed_after.value) if rule.confirmed_after is not None else None
    return Terms(confirmed=rule.confirms_always, confirmed_after=after)


def _open_terms(found: Cohort, terms: Terms) -> list[Finding]:
    """What the criterion leaves to a decision that nobody has made."""
    from .orders.finding import Finding

    if terms.least_sd is not None:
        return []
    message = "nobody has said how long stable disease must have lasted, so any length counts"
    return [Finding("least-sd", "warning", message, allowed="a time from the protocol, often 6 to 8 weeks")]


def _one_patient(reads: Mapping[str, Any], patient: str, form: str) -> int:
    from .errors import Mistake

    chosen = [one for them in reads.values() for one in them if one.patient == patient]
    if not chosen:
        raise Mistake("a patient who is in the analyses", where="--patient", got=patient)

    def text() -> str:
        from . import terminal_outcomes

        return "\n\n".join(terminal_outcomes.course(one) for one in chosen)

    def rows() -> Iterable[Sequence[Any]]:
        yield ["reader", "patient", "visit", "date", "sum_mm", "target", "non_target", "new", "overall", "why"]
        for one in chosen:
            for point in one.timepoints:
                total = "" if point.total is None else point.total
                yield [
                    one.reader, patient, point.visit, point.day, total, point.target, point.non_target,
                    " ".join(point.new), point.overall, point.why,
                ]  # fmt: skip

    _told(form, text=text, data=lambda: [one.data() for one in chosen], rows=rows)
    return 0


def _draw(found: Cohort, rule: Criterion, reads: Mapping[str, Any], folder: str) -> None:
    from pathlib import Path

    from . import files, response_figures

    for reader, them in reads.items():
        for name in ("waterfall", "spider", "swimmer"):
            figure = getattr(response_figures, name)(found, rule, them, reader)
            safe = "".join(sign if sign.isalnum() else "-" for sign in reader)
            files.write(Path(folder) / f"{name}-{safe}.svg", figure.svg().encode("utf-8"))


# -------------------------------------------------------------------------------------------------------------- safety


@click.command()
@click.argument("folder", metavar="COHORT")
@_format
def safety(folder: str, form: str) -> int:
    """Adverse events by arm: the worst grade of each patient, rates over time, deaths that treatment caused."""
    from . import cohorts
    from .outcomes import cohort as records
    from .outcomes.safety import safety as tables

    found = cohorts.load(folder)
    made = tables(records.treated(found), _of_treated(found), [one.id for one in found.settings.arms])

    def text() -> str:
        from . import terminal_outcomes

        return terminal_outcomes.safety(found, made)

    def rows() -> Iterable[Sequence[Any]]:
        yield ["synthetic", "term", "grade", "arm", *_NUMBERS]
        for row in (*made.any, *made.rows):
            for arm, one in row.arms.items():
                yield [_mark(found), row.term, row.band, arm, *_in_numbers(one)]

    data = lambda: _head(found) | made.data() | {"findings": [_finding(one) for one in made.findings]}  # noqa: E731
    _told(form, text=text, data=data, rows=rows)
    return _stops(made.findings)


def _of_treated(found: Cohort) -> list[Any]:
    from .outcomes import cohort as records

    treated = {one.patient for one in records.treated(found)}
    return [one for one in found.events if one.patient in treated]


def _mark(found: Cohort) -> str:
    return "yes" if found.settings.is_synthetic else "no"


_NUMBERS = ("patients", "of", "percent", "wilson_lower", "wilson_upper")


def _in_numbers(one: Any) -> list[Any]:
    from .outcomes.proportions import wilson

    if not one.of:
        return [one.count, one.of, "", "", ""]
    limits = wilson(one)
    return [one.count, one.of, *(_four(100 * share) for share in (one.value, limits.lower, limits.upper))]


# ------------------------------------------------------------------------------------------------------ characteristics


@click.command()
@click.argument("folder", metavar="COHORT")
@_format
def table1(folder: str, form: str) -> int:
    """Who was treated: characteristics by arm with counts, denominators and what is missing."""
    from . import cohorts
    from .outcomes import baseline

    found = cohorts.load(folder)
    made, flow = baseline.characteristics(found), baseline.flow(found)

    def text() -> str:
        from . import terminal_outcomes

        return terminal_outcomes.table1(found, made, flow)

    def data() -> Any:
        told = {"flow": flow.data(), "characteristics": [one.data() for one in made]}
        return _head(found) | told | {"findings": [_finding(one) for one in found.findings]}

    def rows() -> Iterable[Sequence[Any]]:
        yield [
            "synthetic",
            "characteristic",
            "level",
            "arm",
            "patients",
            "of",
            "percent",
            "wilson_lower",
            "wilson_upper",
        ]
        for row in made:
            for level, arms in row.levels.items():
                for arm, one in arms.items():
                    yield [_mark(found), row.name, level, arm, *_in_numbers(one)]
            for arm, one in row.missing.items():
                yield [_mark(found), row.name, "missing", arm, one.count, one.of, "", "", ""]

    _told(form, text=text, data=data, rows=rows)
    return _stops(found.findings)


# -------------------------------------------------------------------------------------------------------------- records


@click.group()
def cohort() -> None:
    """The records of a cohort: check them, make an example, tell their columns."""


@cohort.command("check")
@click.argument("folder", metavar="COHORT")
@_format
def cohort_check(folder: str, form: str) -> int:
    """Read the tables of a cohort; every mistake with file, row and column, and what is missing."""
    from . import cohorts

    found = cohorts.load(folder)

    def text() -> str:
        from . import terminal_outcomes

        return terminal_outcomes.records(found)

    def data() -> Any:
        tables = {
            name: {
                "file": found.tables[name].file,
                "rows": len(found.tables[name].rows),
                "missing": {column: {"count": n, "of": of} for column, (n, of) in missing.items()},
                "not_read": list(found.not_read[name]),
            }
            for name, missing in found.missing.items()
        }
        return _head(found) | {"tables": tables, "findings": [_finding(one) for one in found.findings]}

    def rows() -> Iterable[Sequence[Any]]:
        yield ["table", "column", "missing", "of"]
        for name, missing in found.missing.items():
            yield from ([name, column, n, of] for column, (n, of) in missing.items())

    _told(form, text=text, data=data, rows=rows)
    return _stops(found.findings)


@cohort.command("example")
@click.option("--out", required=True, metavar="FOLDER", help="Where the files go; it must not hold a cohort yet.")
@click.option("--seed", metavar="N", default="1", help="The same seed makes the same records.")
@click.option("--patients", metavar="N", help="How many; else 74 and 93, as in the source paper.")
def cohort_example(out: str, seed: str, patients: str | None) -> int:
    """Write a made-up cohort, with sizes and effects like the source paper's; whatever is made of it says so."""
    from pathlib import Path

    from . import cohorts, files
    from .errors import Mistake
    from .outcomes import synthetic

    if (Path(out) / cohorts.SETTINGS).exists():
        raise Mistake("a folder that holds no cohort yet", where="--out", got=out)
    if patients is not None and not (patients.isascii() and patients.isdigit() and len(patients) < 6):
        raise Mistake("a whole number of patients", where="--patients", example="1000", got=patients)
    number = int(patients) if patients is not None else None
    made = synthetic.files(seed=numbered("--seed", seed), patients=number)
    for name, content in made.items():
        files.write(Path(out) / name, content.encode("utf-8"))
        click.echo(f"{Path(out) / name}: written, made up")
    return 0


@cohort.command("schema")
def cohort_schema() -> None:
    """The columns of every table, and the JSON Schema of a cohort file, for programs."""
    from .outcomes.cohort import TABLES, Settings

    tables = {
        name: [
            {
                "column": one.name, "needed": one.needed, "meaning": one.meaning, "example": one.example,
                "words": list(one.words), "blank": one.blank or None,
            }
            for one in columns
        ]
        for name, columns in TABLES.items()
    }  # fmt: skip
    click.echo(dumped({"tables": tables, "cohort.yaml": Settings.model_json_schema(by_alias=True)}))


# --------------------------------------------------------------------------------------------------------------- audit


@click.command()
@click.argument("path", metavar="[TABLES.yaml]", required=False)
@click.option("--paper", is_flag=True, help="The source paper of this tool, as it prints its tables.")
@click.option("--all", "everything", is_flag=True, help="Every p-value and hazard ratio as it was computed again.")
@_format
def audit(path: str | None, paper: bool, everything: bool, form: str) -> int:
    """Hold printed tables against their own counts: percentages, totals, p-values, hazard ratios, parts and wholes."""
    from pathlib import Path

    from . import files
    from .outcomes import audit as audits

    if (path is None) == (not paper):
        raise click.UsageError("needs TABLES.yaml or --paper, one of the two")
    printed, document = audits.paper() if path is None else audits.load(files.read(path), Path(path).name)
    found = audits.audit(printed)

    def text() -> str:
        from . import terminal_outcomes

        return terminal_outcomes.audit(printed, found, everything=everything)

    def data() -> Any:
        from . import __version__

        work = {"authors": printed.work.authors, "title": printed.work.title.strip(), "sha256": document.sha256}
        return {"work": work, "dosewright": __version__} | found.data()

    def rows() -> Iterable[Sequence[Any]]:
        yield ["known", "rule", "follows", "where", "message", "printed", "recomputed"]
        for one in found.findings:
            follows = "no" if one.severity == "blocks-release" else "note"
            yield [found.number(one), one.rule, follows, one.where, one.message, one.measured, one.allowed]

    _told(form, text=text, data=data, rows=rows)
    return _stops(found.findings)


# -------------------------------------------------------------------------------------------------------------- report


@click.command()
@click.argument("folder", metavar="COHORT")
@click.option("--out", required=True, metavar="FILE", help="X.html or X.pdf.")
@click.option("--criterion", metavar="NAME", help="mrecist, recist-1.1 or recist-1.0; else that of the cohort file.")
@click.option("--reader", metavar="NAME", help="Whose reading is reported; else that of the cohort file.")
@click.option("--paper", type=click.Choice(["A4", "Letter"]), default="A4", help="Size of the paper.")
def report(folder: str, out: str, criterion: str | None, reader: str | None, paper: Literal["A4", "Letter"]) -> int:
    """The tables and figures of a paper for one's own cohort, on one page or as PDF."""
    from pathlib import Path

    from . import cohorts, files, report_sheets
    from .errors import Mistake
    from .outcomes import report as reports

    suffix = Path(out).suffix
    if suffix not in {".html", ".pdf"}:
        raise Mistake("a file that ends in .html or .pdf", where="--out", example="report.pdf", got=out)
    heard = _hearing()
    heard("records")
    found = cohorts.load(folder)
    rule, terms = _terms(found, criterion, None, None, None)
    chosen = reader or (found.settings.response.reader if found.settings.response else None)
    if chosen is None and len(found.readers) == 1:
        chosen = found.readers[0]
    if chosen not in found.readers:
        needs = f"a reader of this cohort ({', '.join(found.readers) or 'there is none'})"
        raise Mistake(needs, where="--reader", got=chosen)
    made = reports.report(found, rule, terms, chosen, told=heard)
    heard("page")
    print_ = report_sheets.report_pdf if suffix == ".pdf" else report_sheets.report_html
    files.write(Path(out), print_(made, paper=paper))
    heard("")
    click.echo(f"{out}: written{', SYNTHETIC' if found.settings.is_synthetic else ''}")
    return _stops([*made.findings, *made.safety.findings])


def _hearing() -> Callable[[str], None]:
    """What is being done, on a terminal; nothing in a pipe."""
    import sys

    if not sys.stderr.isatty():
        return lambda part: None
    return lambda part: click.echo(f"\r{part:<40}" + ("" if part else "\r"), nl=False, err=True)


COMMANDS = (response, safety, table1, cohort, audit, report)
"""What the group of outcomes takes from here."""
