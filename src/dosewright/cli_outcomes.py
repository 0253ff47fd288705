"""What came of it, from a table of the user's: survival, matching, balance, and times to an endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from . import cli_outcomes_response
from .cli_options import dated, dumped
from .errors import CannotCompute, Mistake, together

if TYPE_CHECKING:
    from .figures import Figure
    from .outcomes.columns import Column
    from .outcomes.survival import Question, Survival
    from .spreadsheets import Table


@click.group()
def outcomes() -> None:
    """What came of it: response, safety, survival, matching, and printed tables."""


for _command in cli_outcomes_response.COMMANDS:
    outcomes.add_command(_command)


_form = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    help="For people, for programs, or for a spreadsheet.",
)
_figure = click.option("--figure", metavar="FILE", help="A figure as X.svg, or as X.html with its table.")
_treat = click.option("--treat", metavar="COLUMN", required=True, help="The column that tells who was treated.")
_treated_value = click.option(
    "--treated-value", default="1", metavar="VALUE", help="What it says of the treated; 1 if left out."
)
_covariates = click.option("--covariates", metavar="A,B", required=True, help="The columns that are compared.")


# ------------------------------------------------------------------------------------------------------------ survival


@outcomes.command("survival")
@click.argument("path", metavar="DATA")
@click.option("--time", metavar="COLUMN", required=True, help="Times from the origin, none below 0.")
@click.option("--event", metavar="COLUMN", required=True, help="1 where the event came, 0 where censored.")
@click.option("--event-value", metavar="VALUE", help="What stands for the event; everything else is then censored.")
@click.option("--competing-value", metavar="VALUE", help="What stands for an event that competes, such as 2.")
@click.option("--group", metavar="COLUMN", help="A curve for each of its groups, and a log-rank test.")
@click.option("--strata", metavar="COLUMN", help="Tests and models within its strata.")
@click.option("--covariates", metavar="A,B", default="", help="The covariates of a Cox model.")
@click.option("--reference", multiple=True, metavar="COLUMN=LEVEL", help="The level others are compared with.")
@click.option("--subgroups", metavar="A,B", default="", help="The effect of a group of two, in subgroups.")
@click.option("--conf", type=click.Choice(["log", "log-log", "plain"]), default="log", help="The scale of limits.")
@click.option("--level", metavar="SHARE", default="0.95", help="The level of limits.")
@click.option("--at", metavar="T,T", default="", help="Times at which survival is told, such as 6,12,24.")
@click.option("--restricted-mean", metavar="T", help="The mean time up to a time.")
@click.option("--ties", type=click.Choice(["efron", "breslow"]), default="efron", help="How a Cox model treats ties.")
@click.option("--profile", is_flag=True, help="Limits of hazard ratios by the profile of the likelihood.")
@click.option("--univariable", is_flag=True, help="Each covariate by itself, too.")
@click.option("--trend", is_flag=True, help="A log-rank test for a trend over the groups in their order.")
@click.option("--time-title", metavar="TEXT", default="Time", help="What the axis of time says, with its unit.")
@_figure
@_form
def survival(**options: Any) -> None:
    """Survival curves, tests and models of DATA, a table as CSV or XLSX."""
    from . import outcome_tables, spreadsheets
    from .outcomes.survival import analysed

    table = spreadsheets.read(options["path"])
    asked = _question(options)
    cells = {name: table.column(name) for name in asked.columns}
    made = analysed(cells, asked, place=table.place)
    if options["figure"] is not None:
        _drawn(options["figure"], lambda: _survival_figure(made, options["time_title"]))
    if options["form"] == "text":
        click.echo(outcome_tables.survival_text(made))
    else:
        _printed(made.data(), options["form"])


def _question(options: Mapping[str, Any]) -> Question:
    from .outcomes.survival import Question

    reference: dict[str, str] = {}
    for text in options["reference"]:
        column, equals, level = text.partition("=")
        if not equals or not column or not level or column in reference:
            raise Mistake("COLUMN=LEVEL, each column once", where="--reference", example="celltype=squamous", got=text)
        reference[column] = level
    until = options["restricted_mean"]
    return Question(
        time=options["time"],
        event=options["event"],
        event_value=options["event_value"],
        competing_value=options["competing_value"],
        group=options["group"],
        strata=options["strata"],
        covariates=_listed(options["covariates"], "--covariates"),
        subgroups=_listed(options["subgroups"], "--subgroups"),
        reference=reference,
        at=tuple(_number(one, "--at", "6,12,24") for one in _listed(options["at"], "--at")),
        until=None if until is None else _number(until, "--restricted-mean", "24"),
        conf=options["conf"],
        level=_number(options["level"], "--level", "0.95"),
        ties=options["ties"],
        profile=options["profile"],
        univariable=options["univariable"],
        trend=options["trend"],
    )


def _listed(text: str, option: str) -> tuple[str, ...]:
    """Words between commas, each once."""
    names = tuple(name.strip() for name in text.split(",")) if text.strip() else ()
    if "" in names or len(set(names)) < len(names):
        raise Mistake("names between commas, each once", where=option, example="age,sex", got=text)
    return names


def _number(text: str, option: str, example: str) -> float:
    from .units import number

    try:
        return number(text)
    except Mistake as mistake:
        raise Mistake(mistake.needs, where=option, example=example, got=text, hint=mistake.hint) from None


def _survival_figure(made: Survival, time: str) -> Figure:
    from . import survival_figures

    if made.forest is not None:
        return survival_figures.forest(made.forest, effect=f"hazard ratio, {made.effect}")
    if made.incidence:
        return survival_figures.incidence(made, time=time)
    return survival_figures.kaplan_meier(made, time=time)


def _drawn(path: str, draw: Callable[[], Figure]) -> None:
    from pathlib import Path

    from . import files

    ending = Path(path).suffix
    if ending not in {".svg", ".html"}:
        raise Mistake("a figure that ends in .svg or .html", where="--figure", example="km.svg", got=path)
    figure = draw()
    files.write(Path(path), (figure.svg() if ending == ".svg" else figure.page()).encode("utf-8"))


def _printed(data: Mapping[str, Any], form: str) -> None:
    from . import outcome_tables

    click.echo(dumped(data) if form == "json" else outcome_tables.as_csv(data), nl=form == "json")


# ------------------------------------------------------------------------------------------------------------ matching


@outcomes.command("match")
@click.argument("path", metavar="DATA")
@_treat
@_treated_value
@_covariates
@click.option("--caliper", metavar="SHARE", help="How far apart a pair may be, in standard deviations of the logit.")
@click.option("--ratio", metavar="N", default="1", help="How many controls each treated may have.")
@click.option("--replacement", is_flag=True, help="A control may serve several treated.")
@click.option("--exact", metavar="A,B", default="", help="Columns in which a pair is alike.")
@click.option(
    "--order",
    type=click.Choice(["largest", "smallest", "data", "random"]),
    default="largest",
    help="Who chooses first: by the logit, by the row, or at random.",
)
@click.option("--seed", metavar="N", default="1", help="Of a random order.")
@click.option("--out", metavar="FILE", help="The matched rows as CSV, with their pair and weight.")
@_figure
@_form
def match(
    path: str,
    treat: str,
    treated_value: str,
    covariates: str,
    caliper: str | None,
    ratio: str,
    replacement: bool,
    exact: str,
    order: Any,
    seed: str,
    out: str | None,
    figure: str | None,
    form: str,
) -> None:
    """Match the treated of DATA with controls, by the propensity score and nearest neighbour."""
    import numpy

    from . import outcome_tables, spreadsheets, survival_figures
    from .cli_options import numbered
    from .outcomes.balance import FLAG, balance
    from .outcomes.logistic import logistic
    from .outcomes.matching import match as matched
    from .outcomes.matching import width_of

    table = spreadsheets.read(path)
    names, alike = _listed(covariates, "--covariates"), _listed(exact, "--exact")
    kept, treated, columns = _compared(table, treat, treated_value, names, alike)
    chosen = [columns[name] for name in names]
    parts = [column.design() for column in chosen]
    model = logistic(numpy.hstack([part for _, part in parts]), [name for own, _ in parts for name in own], treated)
    width = None
    if caliper is not None:
        width = width_of(model.logit, treated, caliper=_number(caliper, "--caliper", "0.2"))
    keys = list(zip(*(columns[name].codes.tolist() for name in alike), strict=True)) if alike else None
    found = matched(
        model.logit,
        treated,
        width=width,
        ratio=numbered("--ratio", ratio),
        replacement=replacement,
        exact=keys,
        order=order,
        seed=numbered("--seed", seed),
    )
    before = balance(chosen, treated)
    weights = found.weights(len(treated))
    after = balance(chosen, treated, weights=weights) if found.pairs else [one._replace(smd=None) for one in before]
    rows = [
        {"covariate": one.covariate, "smd_before": one.smd, "smd_after": other.smd}
        for one, other in zip(before, after, strict=True)
    ]
    scores: list[float | None] = [None] * len(table)
    for row, chance in zip(kept.tolist(), model.chance.tolist(), strict=True):
        scores[row] = chance
    data = {
        "pairs": [[int(kept[one]) + 1, int(kept[other]) + 1] for one, other in found.pairs],
        "unmatched": [int(kept[one]) + 1 for one in found.unmatched],
        "balance": rows,
        "scores": scores,
        "n": {"treated": int(treated.sum()), "control": int((~treated).sum())},
        "missing": len(table) - len(kept),
        "caliper": None if caliper is None else float(caliper),
        "width": width,
        "ratio": int(ratio),
        "replacement": replacement,
        "exact": list(alike),
        "order": order if order != "random" else f"random, seed {seed}",
    }
    if out is not None:
        _write_matched(out, table, data, kept[weights > 0].tolist(), weights[weights > 0].tolist())
    if figure is not None:
        _drawn(figure, lambda: survival_figures.love(rows))
    if form != "text":
        _printed(data, form)
        return
    told = outcome_tables.matching_text(found, int(treated.sum()), int((~treated).sum()))
    told += [f"order: {data['order']}; ratio {ratio}; {'with' if replacement else 'without'} replacement"]
    if data["missing"]:
        told.append(f"left out, since they lack something: {data['missing']:,} of {len(table):,} rows")
    told += ["", "Standardised differences"]
    told += outcome_tables.balance_text(rows, (("smd_before", "before  "), ("smd_after", "after  ")), flag=FLAG)
    told += [f"  * above {FLAG:g}", "", outcome_tables.CAUTION]
    click.echo("\n".join(told))


def _compared(
    table: Table, treat: str, treated_value: str, names: Sequence[str], alike: Sequence[str]
) -> tuple[Any, Any, dict[str, Column]]:
    """The rows that lack nothing, who of them was treated, and their columns."""
    import numpy

    from .outcomes import columns as reading

    mistakes, read = [], {}
    for name in dict.fromkeys((*names, *alike)):
        kind = reading.words if name in alike and name not in names else reading.column
        try:
            read[name] = kind(name, table.column(name), place=table.place)
        except Mistake as mistake:
            mistakes.append(mistake)
    if mistakes:
        raise together(mistakes)
    if not names:
        raise Mistake("the names of some columns", where="--covariates", example="age,sex")
    groups = reading.words(treat, table.column(treat), place=table.place)
    if treated_value not in groups.levels or len(groups.levels) != 2:
        told = ", ".join(groups.levels[:10])
        needs = f"two groups, of which one is {treated_value}"
        hint = "--treated-value says which"
        raise Mistake(needs, where=f"{table.name}, {treat}", got=told, hint=hint)
    lacks = numpy.logical_or.reduce([groups.missing, *(column.missing for column in read.values())])
    kept = numpy.flatnonzero(~lacks)
    if not len(kept):
        raise CannotCompute("no row has all of what is asked for", where=", ".join((treat, *read)))
    treated = groups.codes[kept] == groups.levels.index(treated_value)
    columns = {name: column.of(kept) for name, column in read.items()}
    for name in alike:
        if columns[name].numbers is not None:
            columns[name] = reading.words(name, [table.column(name)[i] for i in kept.tolist()])
    return kept, treated, columns


def _write_matched(
    out: str, table: Table, data: Mapping[str, Any], rows: Sequence[int], weights: Sequence[float]
) -> None:
    """The rows that were matched, each with the number of its pair and its weight."""
    import csv
    from pathlib import Path

    from . import files
    from .outcome_tables import spreadsheet_text

    taken = [name for name in ("pair", "weight") if name in table.columns]
    if taken:
        raise Mistake("a table without columns of these names", where="--out", got=", ".join(taken))
    pair: dict[int, int] = {}
    for number, one in enumerate(dict.fromkeys(treated for treated, _ in data["pairs"]), 1):
        pair[one] = number
    for treated, control in data["pairs"]:
        pair.setdefault(control, pair[treated])
    with files.writing(Path(out)) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*map(spreadsheet_text, table.columns), "pair", "weight"])
        for row, weight in zip(rows, weights, strict=True):
            cells = [spreadsheet_text(column[row]) for column in table.columns.values()]
            writer.writerow([*cells, pair[row + 1], f"{weight:g}"])


@outcomes.command("balance")
@click.argument("path", metavar="DATA")
@_treat
@_treated_value
@_covariates
@_form
def balance_(path: str, treat: str, treated_value: str, covariates: str, form: str) -> None:
    """How alike the two groups of DATA are: standardised differences, never p-values."""
    from . import outcome_tables, spreadsheets
    from .outcomes.balance import FLAG, balance

    table = spreadsheets.read(path)
    kept, treated, columns = _compared(table, treat, treated_value, _listed(covariates, "--covariates"), ())
    made = balance(list(columns.values()), treated)
    rows = [one._asdict() for one in made]
    counts = {"treated": int(treated.sum()), "control": int((~treated).sum())}
    data = {"n": counts, "missing": len(table) - len(kept), "balance": rows}
    if form != "text":
        _printed(data, form)
        return
    large = len([one for one in made if one.smd is None or one.smd > FLAG])
    told = [f"{counts['treated']:,} treated, {counts['control']:,} controls; {data['missing']:,} rows lack something"]
    told += outcome_tables.balance_text(rows, (("smd", "standardised difference  "),), flag=FLAG)
    told += [f"  * above {FLAG:g}: {large} of {len(rows)}"]
    click.echo("\n".join(told))


# ----------------------------------------------------------------------------------------------------------- endpoints


@outcomes.command("endpoint")
@click.argument("path", metavar="RECORDS")
@click.option("--endpoint", "name", metavar="NAME", required=True, help="os, pfs, pfs-until-new-therapy, ttp or dor.")
@click.option("--until", metavar="DATE", help="The cut-off of the data: nothing after it is known.")
@click.option("--months", is_flag=True, help="Times in months of 30.4375 days; otherwise in days.")
@click.option("--out", metavar="FILE", required=True, help="The table of times to write, as CSV.")
def endpoint(path: str, name: str, until: str | None, months: bool, out: str) -> None:
    """Times to an endpoint from RECORDS: a table of patient, record and date, one row an occurrence."""
    import csv
    from pathlib import Path

    from . import files, spreadsheets, wording
    from .outcome_tables import spreadsheet_text
    from .outcomes import endpoints

    definition = endpoints.endpoint(name)
    table = spreadsheets.read(path)
    cut = None if until is None else dated("--until", until)
    histories = endpoints.histories(
        table.column("patient"), table.column("record"), table.column("date"), place=table.place
    )
    ended: list[endpoints.Ended] = []
    lacking: list[endpoints.Lacking] = []
    mistakes: list[Mistake] = []
    for patient, records in histories.items():
        try:
            one = endpoints.ended(definition, patient, records, until=cut)
        except Mistake as mistake:
            mistakes.append(mistake)
            continue
        if isinstance(one, endpoints.Lacking):
            lacking.append(one)
        else:
            ended.append(one)
    if mistakes:
        raise together(mistakes)
    with files.writing(Path(out)) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient", "time", "event", "why", "origin", "ended", "by"])
        for one in ended:
            time = f"{endpoints.months(one.days):.6f}".rstrip("0").rstrip(".") if months else one.days
            row = [one.patient, time, one.cause, one.why, one.origin.on, one.record.on, one.record.where]
            writer.writerow([spreadsheet_text(str(cell)) for cell in row])
    codes = [[one.cause for one in ended].count(code) for code in (1, 2, 0)]
    printed = f", printed as {definition.printed_as} in the source paper" if definition.printed_as else ""
    click.echo(f"{definition.title}{printed}: {codes[0]} events, {codes[1]} competing, {codes[2]} censored")
    if definition.confidence == "RECALLED":
        click.echo("  the definition is convention as recalled; let the protocol or the site confirm it")
    for one in lacking:
        click.echo(f"  {one.patient}: no time, {one.why}")
    told = f"{len(ended)} {wording.plural('row', len(ended))}"
    click.echo(f"{out}: {told}" + (f", {len(lacking)} patients without" if lacking else ""))
