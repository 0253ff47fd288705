"""A printed table held against its own counts: percentages, totals, p-values, hazard ratios, parts and wholes.

What is found is one of two things. What *does not follow* cannot be true together with what is printed beside it. A
*note* may be right and is worth a question: a last digit, a test the work does not name, two tests for the same counts.
Nothing is repaired, and no p-value of a work is ever taken for the truth.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import inf, log, sqrt
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from .. import wording
from ..errors import Mistake, together
from ..orders.finding import Finding
from ..reading import Count, Document, Name, Strict, Text, at_least_one, read, validate
from ..reading import Whole as WholeNumber
from . import contingency
from .distributions import normal_quantile, normal_tails
from .printed import Cell, PrintedCell, PrintedP, PrintedRatio, PrintedShare, PValue, Ratio, Share, last_place, percent

PAPER: Final = Path(__file__).with_name("paper-tables.yaml")
SEPARATOR: Final = " / "
TESTS: Final = ("Pearson", "Yates", "Fisher", "likelihood ratio")
SAME_DEVIATE: Final = 0.1  # standard errors by which Wald, score and likelihood ratio statistics of one fit may differ
MOST_MISCOUNTED: Final = 5  # patients too many or too few for which a repair is looked for

# ------------------------------------------------------------------------------------------------------ the file's form


def _probability(text: object) -> Decimal:
    found = Decimal(text) if isinstance(text, str) and text.replace(".", "", 1).isdigit() and text.isascii() else None
    if found is None or not 0 < found < 1:
        raise Mistake("a number above 0 and below 1", example="0.05", got=text)
    return found


Probability = Annotated[Decimal, PlainValidator(_probability), WithJsonSchema({"type": "string", "examples": ["0.05"]})]


class Work(Strict):
    """The work whose tables are held against themselves."""

    authors: Text
    title: Text
    published_in: Text
    note: Text | None = None


class Group(Strict):
    """A column of a table: its heading and how many patients it has."""

    name: Text
    n: Count


class Level(Strict):
    """One answer to a row's question, with its cell for each group."""

    name: Text
    cells: tuple[PrintedCell, ...]


class Row(Strict):
    """One question of a table: levels that share each group out, or the cells of those to whom something applies."""

    name: Text
    cells: tuple[PrintedCell, ...] | None = None
    levels: tuple[Level, ...] | None = None
    p: PrintedP | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Row:
        if (self.cells is None) == (self.levels is None):
            raise Mistake("either cells or levels", got="both" if self.cells is not None else "neither")
        if self.levels is not None and len(self.levels) < 2:
            raise Mistake("at least two levels; a single one is a row with cells", within=("levels",))
        return self


class Whole(Strict):
    """A row that stands in a known relation to other rows."""

    row: Text
    relation: Literal["the sum of", "at least each of"] = Field(alias="is")
    parts: tuple[Text, ...]


class Table(Strict):
    """A table of counts, and the tests that the work says it used."""

    id: Name
    title: Text
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    tests: tuple[Literal["Pearson", "Yates", "Fisher", "likelihood ratio"], ...] = TESTS
    wholes: tuple[Whole, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Table:
        at_least_one(self.groups)
        found = [Mistake("each row once", within=("rows",), got=name) for name in _twice(row.name for row in self.rows)]
        for index, row in enumerate(self.rows):
            lines: list[tuple[tuple[str | int, ...], tuple[Cell, ...]]] = []
            if row.cells is not None:
                lines.append((("cells",), row.cells))
            lines += [(("levels", place, "cells"), one.cells) for place, one in enumerate(row.levels or ())]
            found += [
                Mistake(f"{len(self.groups)} cells, one for each group", within=("rows", index, *at), got=len(cells))
                for at, cells in lines
                if len(cells) != len(self.groups)
            ]
        known = {row.name: row for row in self.rows}
        for index, one in enumerate(self.wholes):
            for name in (one.row, *one.parts):
                if name not in known or known[name].cells is None:
                    where = ("wholes", index, "row" if name == one.row else "parts")
                    found.append(Mistake("a row of this table that has cells", within=where, got=name))
        if found:
            raise together(found)
        return self

    def row(self, name: str) -> Row | None:
        """A row by its name."""
        return next((one for one in self.rows if one.name == name), None)


class Split(Strict):
    """How many patients stand on the smaller side of a variable: as a number, or counted from a table."""

    size: Count | None = None
    table: Name | None = None
    row: Text | None = None
    levels: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_of_them(self) -> Split:
        if (self.size is None) == (self.table is None) or (self.table is None) != (self.row is None):
            raise Mistake("either a size, or a table and its row")
        return self


class Hazard(Strict):
    """A hazard ratio of one variable in one model."""

    name: Text
    model: Literal["univariable", "multivariable"]
    ratio: PrintedRatio
    p: PrintedP | None = None
    smaller: Split | None = None


class Hazards(Strict):
    """A table of hazard ratios; the events, where the work says how many there were."""

    id: Name
    title: Text
    patients: Count
    events: Count | None = None
    level: Probability = Decimal("0.95")
    rows: tuple[Hazard, ...]


class Place(Strict):
    """A cell of a table, a row's p-value, or a level over all groups."""

    table: Name
    row: Text
    level: Text | None = None
    group: Text | None = None


class Statement(Strict):
    """What the text of a work says in figures, and of which cell it says it."""

    id: Name
    where: Text
    says: Text
    count: WholeNumber | None = None
    of: Count | None = None
    share: PrintedShare | None = None
    p: PrintedP | None = None
    same_as: Place | None = None


class Known(Strict):
    """A discrepancy that was found before, by its number, and where the audit finds it."""

    id: Text
    rule: Text
    at: Text


class Printed(Strict):
    """The tables of a work, as they are printed."""

    dosewright: Literal["1"] = Field(alias="schema")
    work: Work
    alpha: Probability = Decimal("0.05")
    tables: tuple[Table, ...] = ()
    hazard_ratios: tuple[Hazards, ...] = ()
    statements: tuple[Statement, ...] = ()
    known: tuple[Known, ...] = ()

    @model_validator(mode="after")
    def _points_somewhere(self) -> Printed:
        """Every table that is pointed at is there, with its row, level and group."""
        names = [
            *(one.id for one in self.tables),
            *(one.id for one in self.hazard_ratios),
            *(one.id for one in self.statements),
        ]
        found = [Mistake("each id once", got=name) for name in _twice(names)]
        for index, table in enumerate(self.hazard_ratios):
            for place, row in enumerate(table.rows):
                if row.smaller is not None and row.smaller.table is not None:
                    at = ("hazard_ratios", index, "rows", place, "smaller")
                    found += self._missing(
                        row.smaller.table, row.smaller.row, row.smaller.levels, None, at, levels=True
                    )
        for index, one in enumerate(self.statements):
            if one.same_as is not None:
                same, here = one.same_as, ("statements", index, "same_as")
                named = (same.level,) if same.level is not None else ()
                found += self._missing(same.table, same.row, named, same.group, here, levels=bool(named))
            elif one.share is not None and one.of is None:
                found.append(Mistake("'of' or 'same_as': a share of what", within=("statements", index)))
        if found:
            raise together(found)
        return self

    def _missing(
        self,
        table: str,
        row: str | None,
        named: Iterable[str],
        group: str | None,
        at: tuple[str | int, ...],
        *,
        levels: bool,
    ) -> Iterator[Mistake]:
        """What is pointed at and not there; `levels` says whether the row is one of levels or one of cells."""
        here = self.table(table)
        if here is None:
            yield Mistake("a table of counts in this file", within=(*at, "table"), got=table)
            return
        if group is not None and group not in {one.name for one in here.groups}:
            yield Mistake(f"a group of {table}", within=(*at, "group"), got=group)
        line = here.row(row or "")
        if line is None:
            yield Mistake(f"a row of {table}", within=(*at, "row"), got=row)
            return
        if levels != (line.levels is not None):
            yield Mistake(
                f"a row of {table} {'with levels' if levels else 'with cells, or a level'}", within=at, got=row
            )
            return
        known = {one.name for one in line.levels or ()}
        yield from (Mistake(f"a level of {row}", within=at, got=one) for one in named if one not in known)

    def table(self, name: str) -> Table | None:
        """A table of counts by its id."""
        return next((one for one in self.tables if one.id == name), None)


def _twice(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]


def load(content: bytes, name: str) -> tuple[Printed, Document]:
    """The tables of a work from the bytes of a file; all mistakes of the file at once."""
    document = read(content, name)
    return validate(document, Printed), document


def paper() -> tuple[Printed, Document]:
    """The tables of the source paper of this tool, as it prints them."""
    return load(PAPER.read_bytes(), PAPER.name)


# ------------------------------------------------------------------------------------------------------------ the audit


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A row whose p-value was computed again, by every test there is."""

    table: str
    row: str
    printed: str
    p_values: Mapping[str, float]
    by: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        told = {name: self.p_values.get(name) for name in TESTS}
        return {"table": self.table, "row": self.row, "printed": self.printed, "p": told, "by": list(self.by)}


@dataclass(frozen=True, slots=True)
class Refitted:
    """A hazard ratio whose standard error and p-value were computed again from its interval."""

    table: str
    row: str
    model: str
    printed: str
    standard_error: float
    floor: float | None
    wald: float

    def data(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "row": self.row,
            "model": self.model,
            "printed": self.printed,
            "standard_error": self.standard_error,
            "floor": self.floor,
            "wald_p": self.wald,
        }


@dataclass(slots=True)
class Audit:
    """What was checked, and what was found, in the order of print."""

    checked: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    recomputed: list[Recomputed] = field(default_factory=list)
    refitted: list[Refitted] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    known: tuple[Known, ...] = ()

    def number(self, finding: Finding) -> str:
        """Under which number a finding is known, if it is."""
        return next((one.id for one in self.known if (one.rule, one.at) == (finding.rule, finding.where)), "")

    @property
    def not_found(self) -> list[Known]:
        """What is known and was not found again."""
        found = {(one.rule, one.where) for one in self.findings}
        return [one for one in self.known if (one.rule, one.at) not in found]

    def data(self) -> dict[str, Any]:
        """The audit for programs."""
        return {
            "checked": self.checked,
            "findings": [
                {
                    "rule": one.rule,
                    "severity": one.severity,
                    "message": one.message,
                    "measured": one.measured,
                    "allowed": one.allowed,
                    "source": one.source,
                    "where": one.where,
                    "known": self.number(one) or None,
                }
                for one in self.findings
            ],
            "not_found": [{"id": one.id, "rule": one.rule, "where": one.at} for one in self.not_found],
            "not_checked": self.not_checked,
            "p_values": [one.data() for one in self.recomputed],
            "hazard_ratios": [one.data() for one in self.refitted],
        }


def audit(printed: Printed) -> Audit:
    """Every table and statement of a work held against itself.

    Formula:  percentages 100 k/n, halves up; p by Pearson, Yates, Fisher and likelihood ratio; of a hazard ratio
              SE = ln(u/l) ÷ 2z, which cannot be below √(1/d₁ + 1/d₂)
    Limits:   what a work does not print cannot be checked, and is named in `not_checked`.
    Raises:   nothing; what is wrong with the file itself is told when it is loaded.
    Source:   see `contingency` for the tests; the floor is shown in the page on auditing a table

    >>> audit(paper()[0]).checked["p-values"]
    46
    """
    made = Audit(known=printed.known)
    made.checked = dict.fromkeys(
        ("percentages", "totals", "p-values", "parts and wholes", "hazard ratios", "statements"), 0
    )
    for table in printed.tables:
        for row in table.rows:
            _row(made, printed, table, row)
        _same_counts(made, table)
        _wholes(made, table)
    for hazards in printed.hazard_ratios:
        for hazard in hazards.rows:
            _hazard(made, printed, hazards, hazard)
        _pairs(made, hazards)
    for statement in printed.statements:
        made.checked["statements"] += 1
        made.findings += _statement(made, printed, statement)
    made.findings = [replace(one, source=one.source or printed.work.published_in) for one in made.findings]
    return made


def _at(*parts: str | None) -> str:
    return SEPARATOR.join(part for part in parts if part)


def _lines(row: Row) -> Iterator[tuple[str | None, tuple[Cell, ...]]]:
    if row.cells is not None:
        yield None, row.cells
    for level in row.levels or ():
        yield level.name, level.cells


# ----------------------------------------------------------------------------------------------------- tables of counts


def _row(made: Audit, printed: Printed, table: Table, row: Row) -> None:
    for index, group in enumerate(table.groups):
        made.findings += _column(made, table, row, index, group)
    counts = _counts(table, row)
    if row.p is None:
        return
    if counts is None:
        why = "there is only one group" if len(table.groups) == 1 else "not all counts are printed"
        made.not_checked.append(f"{_at(table.id, row.name)}: p = {row.p.text}, for {why}")
        return
    made.checked["p-values"] += 1
    found = contingency.p_values(counts).named()
    by = tuple(name for name, p in found.items() if row.p.is_from(p))
    made.recomputed.append(Recomputed(table.id, row.name, row.p.text, found, by))
    made.findings += _p(printed, table, row, row.p, found, by)
    made.findings += _repair(table, row, row.p)


def _column(made: Audit, table: Table, row: Row, index: int, group: Group) -> Iterator[Finding]:
    """The cells of one group: each percentage, the total of the levels, and percentages that changed places."""
    wrong = []
    for level, cells in _lines(row):
        cell = cells[index]
        where = _at(table.id, row.name, level, group.name)
        if cell.count is None:
            made.not_checked.append(f"{where}: {cell.text}")
            continue
        n = cell.of or group.n
        if cell.count > n:
            yield _stop("count", where, f"{cell.count} is more than the group has", cell.text, f"at most {n}")
            continue
        if cell.share is None:
            continue
        made.checked["percentages"] += 1
        verdict = cell.share.of(cell.count, n)
        right = percent(cell.count, n, like=cell.share)
        if verdict == "rounding":
            yield _note("rounding", where, f"{cell.count} of {n} is {right} %", cell.text, f"{right} %")
        elif verdict == "wrong":
            wrong.append((level, cell, n))
            yield _stop("percentage", where, f"{cell.count} of {n} is {right} %", cell.text, f"{right} %")
    if row.levels is None:
        return
    yield from _swapped(_at(table.id, row.name, group.name), wrong)
    counts = [level.cells[index].count for level in row.levels]
    if None not in counts and all(level.cells[index].of is None for level in row.levels):
        made.checked["totals"] += 1
        total = sum(count or 0 for count in counts)
        if total != group.n:
            added = " + ".join(str(count) for count in counts)
            where = _at(table.id, row.name, group.name)
            yield _stop("total", where, f"{added} is {total}, and the group has {group.n}", str(total), str(group.n))


def _swapped(where: str, wrong: Sequence[tuple[str | None, Cell, int]]) -> Iterator[Finding]:
    """Two wrong percentages, each of which is right in the place of the other."""
    for (one, first, n), (two, second, m) in itertools.combinations(wrong, 2):
        if _right(first.share, second, m) and _right(second.share, first, n):
            yield _note("swapped", where, f"the percentages of {one} and {two} have changed places", "", "")


def _right(share: Share | None, cell: Cell, n: int) -> bool:
    return share is not None and cell.count is not None and share.of(cell.count, n) == "right"


def _counts(table: Table, row: Row) -> list[list[int]] | None:
    """A row as a table for a test, groups by levels; None where a count is missing, too great, or the only group."""
    columns: list[list[int]] = []
    for index, group in enumerate(table.groups):
        cells = [cells[index] for _, cells in _lines(row)]
        if any(cell.count is None or cell.count > (cell.of or group.n) for cell in cells):
            return None
        counts = [cell.count or 0 for cell in cells]
        columns.append(counts if row.levels is not None else [counts[0], (cells[0].of or group.n) - counts[0]])
    return columns if len(columns) > 1 else None


def _p(
    printed: Printed, table: Table, row: Row, p: PValue, found: Mapping[str, float], by: Sequence[str]
) -> Iterator[Finding]:
    where = _at(table.id, row.name)
    told = _named(found)
    if not by:
        words = "no test of these counts gives the printed p"
        says = p.significant(printed.alpha)
        if says is not None and all((value < printed.alpha) != says for value in found.values()):
            words += f", and all of them say {'that it is not' if says else 'that it is'} significant"
        yield _stop("p-value", where, words, p.text, told)
    elif not set(by) & set(table.tests):
        words = f"only {wording.listed(by)} gives the printed p, which the work does not name"
        yield _note("p-other-test", where, words, p.text, told)


def _named(p_values: Mapping[str, float]) -> str:
    return "; ".join(f"{name} {said_p(value)}" for name, value in p_values.items())


def said_p(value: float) -> str:
    """A p-value in words: three decimals, more where it is small.

    >>> said_p(0.40256), said_p(0.0010912), said_p(0.00001), said_p(1.0)
    ('0.403', '0.00109', '<0.0001', '1')
    """
    if value < 0.0001:
        return "<0.0001"
    places = 3 if value >= 0.01 else 5
    return wording.number(value, places=places)


def _repair(table: Table, row: Row, p: PValue) -> Iterator[Finding]:
    """Where a group's levels do not add up: which change of one cell or two would give the printed p."""
    counts = _counts(table, row)
    if row.levels is None or counts is None or any(cell.of is not None for _, line in _lines(row) for cell in line):
        return
    off = [index for index, group in enumerate(table.groups) if sum(counts[index]) != group.n]
    if len(off) != 1:
        return
    (index,) = off
    excess = sum(counts[index]) - table.groups[index].n
    if abs(excess) > MOST_MISCOUNTED:
        return
    named = set(table.tests)
    fitting, tried = [], 0
    for changed in _mended(counts[index], excess):
        tried += 1
        tests = contingency.p_values([*counts[:index], changed, *counts[index + 1 :]]).named()
        if any(p.is_from(value) for name, value in tests.items() if name in named):
            fitting.append(changed)
    where = _at(table.id, row.name, table.groups[index].name)
    if len(fitting) == 1:
        words = wording.listed(
            f"{level.name} = {new} in place of {old}"
            for level, old, new in zip(row.levels, counts[index], fitting[0], strict=True)
            if old != new
        )
        message = (
            f"of {tried} ways to change one cell or two, only {words} gives the printed p = {p.text}; an inference"
        )
        yield _note("repair", where, message, "", "")


def _mended(counts: Sequence[int], excess: int) -> Iterator[list[int]]:
    """Every way to take the excess from one cell or two, or to add what is missing."""
    step = 1 if excess > 0 else -1
    for index in range(len(counts)):
        if counts[index] >= excess:
            yield [count - excess if place == index else count for place, count in enumerate(counts)]
    for one, two in itertools.combinations(range(len(counts)), 2):
        for part in range(step, excess, step):
            taken = {one: part, two: excess - part}
            changed = [count - taken.get(place, 0) for place, count in enumerate(counts)]
            if min(changed) >= 0:
                yield changed


def _same_counts(made: Audit, table: Table) -> None:
    """Rows with the same counts, perhaps with the levels or the groups in another order, and two p-values."""
    by_counts: dict[tuple[tuple[int, ...], ...], list[Row]] = {}
    for row in table.rows:
        counts = _counts(table, row)
        if counts is not None and row.p is not None:
            by_counts.setdefault(_in_any_order(counts), []).append(row)
    explained = {one.row: one.by for one in made.recomputed if one.table == table.id}
    for rows in by_counts.values():
        for first, second in itertools.combinations(rows, 2):
            if first.p is None or second.p is None or _agree(first.p, second.p):
                continue
            where = _at(table.id, f"{first.name} and {second.name}")
            printed = f"{first.p.text} and {second.p.text}"
            if explained[first.name] and explained[second.name]:
                tests = [wording.listed(explained[one.name], "or") for one in (first, second)]
                words = f"the same counts, and a test of its own for each: {tests[0]}, then {tests[1]}"
                made.findings.append(_note("same-counts", where, words, printed, ""))
            else:
                words = "the same counts cannot have two p-values"
                counts = _counts(table, first)
                right = _named(contingency.p_values(counts).named()) if counts is not None else ""
                made.findings.append(_stop("same-counts", where, words, printed, right))


def _in_any_order(counts: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """A table in the one of its orders that comes first; tests do not see the order of rows or columns."""
    width = range(len(counts[0]))
    return min(tuple(sorted(tuple(row[place] for place in order) for row in counts)) for order in _orders(width))


def _orders(width: range) -> Iterable[Sequence[int]]:
    # Beyond six levels the orders are too many to look at; such a row is compared as it stands.
    return itertools.permutations(width) if len(width) <= 6 else [tuple(width)]


def _wholes(made: Audit, table: Table) -> None:
    for whole in table.wholes:
        for index, group in enumerate(table.groups):
            row = table.row(whole.row)
            parts = [(name, _cell_of(table.row(name), index)) for name in whole.parts]
            here = _cell_of(row, index)
            where = _at(table.id, whole.row, group.name)
            if here is None or any(count is None for _, count in parts):
                made.not_checked.append(f"{where}: not all parts are printed")
                continue
            made.checked["parts and wholes"] += 1
            if whole.relation == "the sum of":
                added = sum(count or 0 for _, count in parts)
                if added != here:
                    sum_of = " + ".join(str(count) for _, count in parts)
                    words = f"{sum_of} is {added}"
                    made.findings.append(_stop("parts", where, words, str(here), str(added)))
                continue
            above = [(count or 0, name) for name, count in parts if (count or 0) > here]
            if above:
                most, name = max(above)
                words = f"a patient with '{name}' has '{whole.row}' too, and those are {most}"
                made.findings.append(_stop("parts", where, words, str(here), f"at least {most}"))


def _cell_of(row: Row | None, index: int) -> int | None:
    return row.cells[index].count if row is not None and row.cells is not None else None


# -------------------------------------------------------------------------------------------------------- hazard ratios


def _hazard(made: Audit, printed: Printed, table: Hazards, row: Hazard) -> None:
    """One hazard ratio: against its interval, its p, and the least that its standard error can be."""
    made.checked["hazard ratios"] += 1
    where = _at(table.id, row.name, row.model)
    z = normal_quantile(float(table.level))
    found = row.ratio
    low, high = found.reaches(found.lower), found.reaches(found.upper)
    estimate = found.reaches(found.estimate)
    middle = sqrt(low[0] * high[0]), sqrt(low[1] * high[1])
    if middle[0] > estimate[1] or middle[1] < estimate[0]:
        words = "the ratio is not the geometric mean of the ends of its interval"
        right = wording.number(sqrt(float(found.lower) * float(found.upper)), places=3)
        made.findings.append(_stop("interval", where, words, found.text, right))
    error = log(found.upper / found.lower) / (2 * z)
    errors = log(high[0] / low[1]) / (2 * z), log(high[1] / low[0]) / (2 * z)
    floor = None
    if row.smaller is not None:
        smaller = _smaller(printed, row.smaller)
        floor = least_error(smaller, table.events or table.patients) if smaller else None
        if floor is None:
            made.not_checked.append(
                f"{where}: the standard error, for not all counts are printed, or one side is empty"
            )
        elif errors[1] < floor:
            words = (
                f"the interval is too narrow: with {smaller} of {table.patients} patients on one side the standard "
                f"error cannot be below {wording.number(floor, places=3)}"
            )
            printed_error = f"{found.text}, SE {wording.number(error, places=3)}"
            right = f"SE at least {wording.number(floor, places=3)}"
            made.findings.append(_stop("standard-error", where, words, printed_error, right))
    wald = normal_tails(log(found.estimate) / error)
    made.refitted.append(Refitted(table.id, row.name, row.model, found.text, error, floor, wald))
    if row.p is not None:
        made.findings += _hazard_p(printed, found, row.p, errors, wald, where)


def least_error(smaller: int, events: int) -> float:
    """The least that the standard error of a log hazard ratio of two groups can be.

    Formula:  √(1/d₁ + 1/d₂), d₁ + d₂ = events, d₁ no more than the patients of the smaller group
    Limits:   Cox's estimate itself: at it the information is Σ p(1 − p) over the events with Σ p = d₁, and is greatest
              where every p is the same.
    Source:   from the partial likelihood, Cox 1972, J R Stat Soc B 34:187

    >>> f"{least_error(8, 59):.4f}, {least_error(46, 59):.4f}"
    '0.3803, 0.2604'
    """
    first = min(float(smaller), events / 2)
    return sqrt(1 / first + 1 / (events - first))


def _deviate_of(p: float) -> float:
    """The deviate of a two-sided p-value; a p printed as below something has no greatest."""
    return inf if p <= 0 else 0.0 if p >= 1 else normal_quantile(1 - p)


def _hazard_p(
    printed: Printed, ratio: Ratio, p: PValue, errors: tuple[float, float], wald: float, where: str
) -> Iterator[Finding]:
    ends = sorted(abs(log(one)) for one in ratio.reaches(ratio.estimate))
    crosses = (log(ratio.reaches(ratio.estimate)[0]) < 0) != (log(ratio.reaches(ratio.estimate)[1]) < 0)
    # An interval as narrow as its own rounding says nothing of how small the error is.
    least, most = (0.0 if crosses else ends[0]) / errors[1], ends[1] / errors[0] if errors[0] > 0 else inf
    reach = p.reaches()
    lowest, highest = _deviate_of(reach[1]), _deviate_of(reach[0])
    told = f"Wald p {said_p(wald)}"
    if lowest > most + SAME_DEVIATE or highest < least - SAME_DEVIATE:
        yield _stop("hazard-p", where, "the p does not follow from ratio and interval", p.text, told)
        return
    excludes = ratio.lower > 1 or ratio.upper < 1
    touches = Decimal(1) in {ratio.lower, ratio.upper}
    says = p.significant(printed.alpha)
    if says is not None and says != excludes and not touches:
        words = f"the interval {'leaves out' if excludes else 'holds'} 1, and the p says otherwise"
        yield _stop("hazard-verdict", where, words, p.text, told)
    elif lowest > most or highest < least:
        words = "the p is near that of ratio and interval, and not it: it may be of a log-rank or likelihood ratio test"
        yield _note("hazard-other-test", where, words, p.text, told)


def _smaller(printed: Printed, split: Split) -> int | None:
    """How many patients stand on the smaller side; None where not all counts are printed."""
    if split.size is not None:
        return split.size
    table = printed.table(split.table or "")
    row = table.row(split.row or "") if table is not None else None
    levels = (row.levels or ()) if row is not None else ()
    if any(cell.count is None for level in levels for cell in level.cells):
        return None
    sizes = {level.name: sum(cell.count or 0 for cell in level.cells) for level in levels}
    one_side = sum(sizes[name] for name in split.levels) if split.levels else min(sizes.values())
    return min(one_side, sum(sizes.values()) - one_side)


def _pairs(made: Audit, table: Hazards) -> None:
    """Rows with the same ratio and interval and two p-values; a variable whose ratio turns in the other model."""
    for first, second in itertools.combinations(table.rows, 2):
        if first.model == second.model and first.ratio.text == second.ratio.text and first.p and second.p:
            if not _agree(first.p, second.p):
                where = _at(table.id, f"{first.name} and {second.name}", first.model)
                words = "the same ratio and interval cannot have two p-values"
                printed = f"{first.p.text} and {second.p.text}"
                error = log(first.ratio.upper / first.ratio.lower) / (2 * normal_quantile(float(table.level)))
                wald = said_p(normal_tails(log(first.ratio.estimate) / error))
                made.findings.append(_stop("same-ratio", where, words, printed, f"Wald p {wald}"))
        elif first.name == second.name and (first.ratio.estimate - 1) * (second.ratio.estimate - 1) < 0:
            where = _at(table.id, first.name)
            errors = [log(one.ratio.upper / one.ratio.lower) for one in (first, second)]
            times = wording.number(errors[1] / errors[0], places=2)
            words = (
                f"from the {first.model} to the {second.model} model the ratio turns to the other side of 1, and its "
                f"standard error is {times} times as large"
            )
            printed = f"{first.ratio.estimate} and {second.ratio.estimate}"
            made.findings.append(_note("hazard-turns", where, words, printed, ""))


# ----------------------------------------------------------------------------------------------------------- statements


def _statement(made: Audit, printed: Printed, one: Statement) -> Iterator[Finding]:
    """A sentence in figures: against itself, and against the cell it speaks of."""
    count, n = one.count, one.of
    table = printed.table(one.same_as.table) if one.same_as is not None else None
    if one.same_as is not None and table is not None:
        cell = _meant(table, one.same_as)
        n = n or cell[1]
        if cell[0] is None:
            made.not_checked.append(f"{one.id}: what it speaks of is not printed")
        if count is not None and cell[0] is not None and count != cell[0]:
            yield _stop("text-count", one.id, f"{one.where}: {one.says}", str(count), f"{cell[0]} in the table")
        if one.share is not None and count is None and cell[0] is not None and n is not None:
            yield from _text_share(one, one.share, cell[0], n)
        row = table.row(one.same_as.row)
        if one.p is not None and row is not None and row.p is not None and not _agree(one.p, row.p):
            yield _stop("text-p", one.id, f"{one.where}: {one.says}", one.p.text, f"{row.p.text} in the table")
    if one.share is not None and count is not None and n is not None and one.share.of(count, n) == "wrong":
        right = f"{percent(count, n, like=one.share)} %"
        yield _stop("text-percentage", one.id, f"{one.where}: {one.says}", f"{one.share.text} %", right)


def _text_share(one: Statement, share: Share, count: int, n: int) -> Iterator[Finding]:
    """A percentage in the text against the counts of the cell it speaks of."""
    if share.of(count, n) != "wrong":
        return
    words = f"{one.where}: {one.says}"
    if not _some_count(share, n):
        words += f"; {share.text} % is no share of {n}"
    right = f"{percent(count, n, like=share)} % in the table ({count} of {n})"
    yield _stop("text-percentage", one.id, words, f"{share.text} %", right)


def _meant(table: Table, place: Place) -> tuple[int | None, int | None]:
    """The count of a place and its denominator; over all groups where none is named."""
    row = table.row(place.row)
    cells = dict(_lines(row))[place.level] if row is not None and place.level in dict(_lines(row)) else None
    if cells is None:
        return None, None
    chosen = [
        (cell.count, cell.of or group.n)
        for cell, group in zip(cells, table.groups, strict=True)
        if place.group in (None, group.name)
    ]
    if any(count is None for count, _ in chosen):
        return None, None
    return sum(count or 0 for count, _ in chosen), sum(n for _, n in chosen)


def _some_count(share: Share, n: int) -> bool:
    """Whether any count out of n comes to this percentage."""
    near = int(Fraction(share.value) * n / 100)
    return any(share.of(count, n) != "wrong" for count in (near, near + 1) if count <= n)


def _agree(one: PValue, other: PValue) -> bool:
    """Whether two printed p-values can be one and the same, rounded to different places."""
    if (one.sign, one.value) == (other.sign, other.value):
        return True
    if one.sign == other.sign == "" and last_place(one.value) == last_place(other.value):
        return False
    first, second = one.reaches(), other.reaches()
    # 'below' and 'above' leave out the number itself, so that to touch is not enough.
    return first[0] < second[1] and second[0] < first[1]


def _stop(rule: str, where: str, message: str, measured: str, allowed: str) -> Finding:
    return Finding(rule, "blocks-release", message, measured=measured, allowed=allowed, where=where)


def _note(rule: str, where: str, message: str, measured: str, allowed: str) -> Finding:
    return Finding(rule, "info", message, measured=measured, allowed=allowed, where=where)
