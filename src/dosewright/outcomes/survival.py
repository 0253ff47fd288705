"""A survival analysis from the columns of a table: curves, tests and models, with what is missing counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy

from ..errors import CannotCompute, Mistake, together
from . import columns as table
from .columns import MISSING, Column
from .competing_risks import COMPETING, EVENT, Incidence, causes, cumulative_incidence, gray
from .cox import ChiSquared, Fit, Term, Ties, cox, profile_interval
from .kaplan_meier import At, Conf, Curve, follow_up, kaplan_meier
from .logrank import LogRank, logrank, trend
from .observations import MOST_TOLD, Observations, observations, row_place
from .proportionality import proportionality
from .subgroups import Forest, forest

if TYPE_CHECKING:
    from .observations import Flags, Whole

ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table: which columns, which event, which intervals, and what else beside the curves."""

    time: str
    event: str
    event_value: str | None = None
    competing_value: str | None = None
    group: str | None = None
    strata: str | None = None
    covariates: tuple[str, ...] = ()
    subgroups: tuple[str, ...] = ()
    reference: Mapping[str, str] = field(default_factory=dict)
    at: tuple[float, ...] = ()
    until: float | None = None
    conf: Conf = "log"
    level: float = 0.95
    ties: Ties = "efron"
    profile: bool = False
    univariable: bool = False
    trend: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is asked for, each once."""
        asked = (self.time, self.event, self.group, self.strata, *self.covariates, *self.subgroups)
        return tuple(dict.fromkeys(name for name in asked if name is not None))


@dataclass(frozen=True)
class Survival:
    """The answer: curves by group, tests, models and remarks; whatever was not asked for is empty or None."""

    question: Question
    rows: int
    n: int
    events: int
    missing: int
    missing_by: Mapping[str, int]
    curves: tuple[tuple[str, Curve], ...]
    follow_up: tuple[tuple[str, Curve], ...]
    incidence: tuple[tuple[str, Incidence], ...]
    gray: ChiSquared | None
    logrank: LogRank | None
    trend: LogRank | None
    fit: Fit | None
    terms: tuple[Term, ...]
    univariable: tuple[Term, ...]
    zph: tuple[ChiSquared, ...]
    forest: Forest | None
    effect: str  # what is compared with what in the forest
    notes: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        """For programs."""
        asked = self.question
        made: dict[str, Any] = {
            "n": self.n,
            "events": self.events,
            "missing": self.missing,
            "missing_by": dict(self.missing_by),
            "conf": asked.conf,
            "level": asked.level,
            "km": [self._curve(name, curve) for name, curve in self.curves],
            "logrank": None if self.logrank is None else _test(self.logrank),
        }
        if self.trend is not None:
            made["trend"] = _test(self.trend)
        made["cox"] = None if self.fit is None else self._cox(self.fit)
        if self.forest is not None:
            made["effect"] = self.effect
            made["subgroups"] = [row._asdict() for row in self.forest.rows]
            made["interactions"] = [one._asdict() for one in self.forest.interactions]
        if self.incidence:
            made["cif"] = [
                {
                    "group": name,
                    "n": one.n,
                    "events": one.events,
                    "competing": one.competing,
                    "at": [_at(one.at(time), "incidence") for time in asked.at],
                }
                for name, one in self.incidence
            ]
            made["gray"] = None if self.gray is None else _test(self.gray)
        made["notes"] = list(self.notes)
        return made

    def _curve(self, name: str, curve: Curve) -> dict[str, Any]:
        median = curve.median
        made: dict[str, Any] = {
            "group": name,
            "n": curve.n,
            "events": curve.event_count,
            "median": median.value,
            "lower": median.lower,
            "upper": median.upper,
            "at": [_at(curve.at(time), "survival") for time in self.question.at],
        }
        followed = dict(self.follow_up)[name].median
        made["follow_up"] = {"median": followed.value, "lower": followed.lower, "upper": followed.upper}
        if self.question.until is not None:
            made["restricted_mean"] = curve.restricted_mean(self.question.until)._asdict()
        return made

    def _cox(self, fit: Fit) -> dict[str, Any]:
        made: dict[str, Any] = {
            "ties": fit.ties,
            "n": fit.n,
            "events": fit.events,
            "terms": [_term(one) for one in self.terms],
            "loglik": fit.loglik,
            "loglik_null": fit.loglik_null,
            "zph": [one._asdict() for one in self.zph],
        }
        if self.question.univariable:
            made["univariable"] = [_term(one) for one in self.univariable]
        return made


def _at(one: At, name: str) -> dict[str, Any]:
    return {"time": one.time, name: one.survival, "lower": one.lower, "upper": one.upper, "at_risk": one.at_risk}


def _test(one: LogRank | ChiSquared) -> dict[str, Any]:
    return {"chi2": one.chi2, "df": one.df, "p": one.p}


def _term(one: Term) -> dict[str, Any]:
    """A term for programs; that a coefficient runs away is said only of one that does."""
    made = one._asdict()
    return made if one.runs_away else {key: value for key, value in made.items() if key != "runs_away"}


# ------------------------------------------------------------------------------------------------------------ analysis


def analysed(
    cells: Mapping[str, Sequence[str]], asked: Question, *, place: Callable[[int], str] = row_place
) -> Survival:
    """The analysis of a table, from its columns as text.

    Rows that lack time, event, group or stratum are left out of everything; rows that lack a covariate only out of
    the models. Both are counted.

    Raises:   Mistake, with row and column, for a cell that is wrong; CannotCompute where there is nothing to compute.

    >>> made = analysed({"t": ["5", "8", "3"], "e": ["1", "0", "1"]}, Question("t", "e", at=(4,)))
    >>> made.n, made.events, made.data()["km"][0]["median"]
    (3, 2, 5.0)
    """
    read = _read(cells, asked, place)
    lacking = {name: read.lacks(name) for name in asked.columns}
    anything = _any(list(lacking.values()))
    core = ~_any([lacking[one] for one in (asked.time, asked.event, asked.group, asked.strata) if one is not None])
    if not core.any():
        raise CannotCompute("no row has all of what is asked for", where=", ".join(asked.columns))
    kept = numpy.flatnonzero(core)
    observed = observations(read.time[kept], read.cause[kept] == EVENT, place=lambda i: place(int(kept[i])))
    group = None if asked.group is None else read.words[asked.group].of(kept)
    strata = None if asked.strata is None else read.words[asked.strata].of(kept).codes
    parts = _parts(group, len(kept))
    notes = [*read.notes, *_missing_notes(lacking, place)]
    curves = tuple((name, kaplan_meier(observed.of(one), conf=asked.conf, level=asked.level)) for name, one in parts)
    tested = _logrank(observed, group, strata, asked, notes)
    incidence, between = _competing(read, kept, group, parts, asked, notes)
    effects = _forest(read, kept, observed, group, strata, asked)
    model = _Model(read, asked, notes)
    model.fitted(~anything if asked.covariates else core)
    return Survival(
        question=asked,
        rows=len(core),
        n=len(kept),
        events=int(observed.event.sum()),
        missing=int(anything.sum()),
        missing_by={name: int(lacks.sum()) for name, lacks in lacking.items()},
        curves=curves,
        follow_up=tuple((name, follow_up(observed.of(one), conf=asked.conf, level=asked.level)) for name, one in parts),
        incidence=incidence,
        gray=between,
        logrank=tested[0],
        trend=tested[1],
        fit=model.fit,
        terms=model.terms,
        univariable=model.univariable,
        zph=model.zph,
        forest=effects[0],
        effect=effects[1],
        notes=tuple(notes),
    )


def _any(flags: Sequence[Flags]) -> Flags:
    found: Flags = numpy.logical_or.reduce(flags)
    return found


def _parts(group: Column | None, rows: int) -> list[tuple[str, Any]]:
    """The groups by name, each with a mask of its rows."""
    if group is None:
        return [(ALL, numpy.ones(rows, dtype=bool))]
    return [(name, group.codes == index) for index, name in enumerate(group.levels)]


def _missing_notes(lacking: Mapping[str, Flags], place: Callable[[int], str]) -> list[str]:
    told = []
    for name, lacks in lacking.items():
        rows = numpy.flatnonzero(lacks).tolist()
        if rows:
            some = ", ".join(place(row) for row in rows[:5]) + (" …" if len(rows) > 5 else "")
            told.append(f"{len(rows):,} of {len(lacks):,} rows {'lacks' if len(rows) == 1 else 'lack'} {name}: {some}")
    return told


def _logrank(
    observed: Observations, group: Column | None, strata: Whole | None, asked: Question, notes: list[str]
) -> tuple[LogRank | None, LogRank | None]:
    if group is None or len(group.levels) < 2:
        return None, None
    try:
        tested = logrank(observed, group.codes, strata=strata)
        return tested, trend(observed, group.codes, strata=strata) if asked.trend else None
    except CannotCompute as error:
        notes.append(f"no log-rank test: {error}")
        return None, None


def _competing(
    read: _Read, kept: Whole, group: Column | None, parts: Sequence[tuple[str, Any]], asked: Question, notes: list[str]
) -> tuple[tuple[tuple[str, Incidence], ...], ChiSquared | None]:
    if asked.competing_value is None:
        return (), None
    notes.append(f"Kaplan–Meier takes {asked.event} {asked.competing_value} for censored; the incidence does not")
    ended = causes(read.time[kept], read.cause[kept])
    curves = tuple(
        (name, cumulative_incidence(ended.of(one), conf=asked.conf, level=asked.level)) for name, one in parts
    )
    between = None
    if group is not None and len(group.levels) > 1:
        try:
            between = gray(ended, group.codes)
        except CannotCompute as error:
            notes.append(f"no test of Gray: {error}")
        if asked.strata is not None:
            notes.append("the test of Gray takes no strata")
    return curves, between


def _forest(
    read: _Read, kept: Whole, observed: Observations, group: Column | None, strata: Whole | None, asked: Question
) -> tuple[Forest | None, str]:
    """The effect of a group of two in subgroups, and what is compared with what."""
    if not asked.subgroups:
        return None, ""
    if group is None or len(group.levels) != 2:
        raise Mistake("a group of two, whose effect is compared in subgroups", where="subgroups", got=asked.group)
    base = asked.reference.get(group.name, group.levels[0])
    names, effect = group.design(base)
    chosen = [read.words[name].of(kept) for name in asked.subgroups]
    made = forest(observed, effect[:, 0], chosen, strata=strata, ties=asked.ties, level=asked.level)
    return made, f"{names[0]} against {base}"


# ------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class _Read:
    """The columns that were asked for, read; a cause is 0, 1 or 2, and −1 where it is missing."""

    time_name: str
    event_name: str
    time: Any
    cause: Whole
    words: Mapping[str, Column]  # group, strata and subgroups
    covariates: Mapping[str, Column]
    notes: tuple[str, ...]

    def lacks(self, name: str) -> Flags:
        """Which rows lack a column."""
        if name == self.time_name:
            lacks: Flags = numpy.isnan(self.time)
            return lacks
        if name == self.event_name:
            return self.cause < 0
        return (self.words.get(name) or self.covariates[name]).missing


def _read(cells: Mapping[str, Sequence[str]], asked: Question, place: Callable[[int], str]) -> _Read:
    """Every column that is asked for; the mistakes of all of them at once."""
    mistakes: list[Mistake] = []

    def tried(read: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        try:
            return read(*arguments, place=place, **more)
        except Mistake as mistake:
            mistakes.append(mistake)

    grouping = dict.fromkeys(one for one in (asked.group, asked.strata, *asked.subgroups) if one is not None)
    time = tried(_times, asked.time, cells[asked.time])
    event = tried(_causes, asked, cells[asked.event])
    apart = {asked.strata} - {asked.group, *asked.subgroups}  # strata are not compared, so they may be many
    words = {
        name: tried(table.words, name, cells[name], **({"most": None} if name in apart else {})) for name in grouping
    }
    covariates = {name: tried(table.column, name, cells[name]) for name in asked.covariates}
    unknown = set(asked.reference) - set(words) - set(covariates)
    if unknown:
        mistakes.append(Mistake("a group or covariate that is asked for", where="reference", got=sorted(unknown)[0]))
    if mistakes:
        raise together(mistakes)
    return _Read(asked.time, asked.event, time, event[0], words, covariates, event[1])


def _times(name: str, cells: Sequence[str], *, place: Callable[[int], str]) -> Any:
    time: Any = table.numbers(name, cells, place=place).numbers
    wrong = numpy.flatnonzero(time < 0).tolist()
    if wrong:
        needs = "a time of 0 or more"
        raise together([Mistake(needs, where=f"{place(i)}, {name}", got=cells[i]) for i in wrong[:MOST_TOLD]])
    return time


def _causes(asked: Question, cells: Sequence[str], *, place: Callable[[int], str]) -> tuple[Whole, tuple[str, ...]]:
    """How each row ended, and a remark on the codes that were taken for censored, where there are several."""
    if asked.competing_value is not None and _same(asked.competing_value, asked.event_value or "1"):
        raise Mistake("another value than that of the event", where="competing value", got=asked.competing_value)
    known: dict[str, int] = dict.fromkeys(MISSING, -1)
    found = dict.fromkeys(cells)
    for code in found:
        if code in MISSING:
            continue
        if asked.event_value is None:
            ended = {"0": 0, "1": EVENT}.get(code)
        else:
            ended = EVENT if _same(code, asked.event_value) else 0
        if asked.competing_value is not None and _same(code, asked.competing_value):
            ended = COMPETING
        if ended is not None:
            known[code] = ended
    wrong = [i for i, cell in enumerate(cells) if cell not in known]
    if wrong:
        needs, hint = "1 for the event or 0 for censored", "name another code with --event-value"
        told = [Mistake(needs, where=f"{place(i)}, {asked.event}", got=cells[i], hint=hint) for i in wrong[:MOST_TOLD]]
        if len(wrong) > MOST_TOLD:
            told.append(Mistake(needs, where=f"{asked.event}, {len(wrong) - MOST_TOLD:,} more rows"))
        raise together(told)
    for value in (asked.event_value, asked.competing_value):
        if value is not None and not any(_same(code, value) for code in found):
            codes = ", ".join(sorted(set(found) - MISSING)[:10])
            raise Mistake(f"a value of {asked.event} ({codes})", where="event value", got=value)
    censored = sorted(code for code, ended in known.items() if ended == 0 and code in found)
    notes = (f"taken for censored: {asked.event} {', '.join(censored)}",) if len(censored) > 1 else ()
    return numpy.array([known[cell] for cell in cells], dtype=numpy.intp), notes


def _same(code: str, value: str) -> bool:
    """Whether a code is the value that was asked for: the same text, or the same number."""
    if code == value:
        return True
    try:
        return float(code) == float(value)
    except ValueError:
        return False


# -------------------------------------------------------------------------------------------------------------- models


class _Model:
    """The models of one question: all covariates together and, where asked, one by one."""

    def __init__(self, read: _Read, asked: Question, notes: list[str]) -> None:
        self.read, self.asked, self.notes = read, asked, notes
        self.fit: Fit | None = None
        self.terms: tuple[Term, ...] = ()
        self.univariable: tuple[Term, ...] = ()
        self.zph: tuple[ChiSquared, ...] = ()

    def fitted(self, complete: Flags) -> None:
        """Fit what is asked for, on rows that lack nothing."""
        asked = self.asked
        if not asked.covariates:
            return
        if not complete.any():
            raise CannotCompute("no row has all covariates", where=", ".join(asked.covariates))
        chosen = [self.read.covariates[name].of(complete) for name in asked.covariates]
        observed = observations(self.read.time[complete], self.read.cause[complete] == EVENT)
        strata = None if asked.strata is None else self.read.words[asked.strata].of(complete).codes
        names, owners, parts = [], [], []
        for column in chosen:
            own, design = column.design(asked.reference.get(column.name))
            names += own
            owners += [column.name] * len(own)
            parts.append(design)
            if not own:
                raise CannotCompute("a covariate is the same for all who are compared", where=column.name)
        self.fit = cox(observed, numpy.hstack(parts), names, strata=strata, ties=asked.ties, level=asked.level)
        self.terms = self._told(self.fit)
        self.zph = tuple(proportionality(self.fit, observed, of=owners))
        if asked.univariable:
            alone = [
                cox(observed, part, [n for n, o in zip(names, owners, strict=True) if o == column.name],
                    strata=strata, ties=asked.ties, level=asked.level)
                for column, part in zip(chosen, parts, strict=True)
            ]  # fmt: skip
            self.univariable = tuple(term for fit in alone for term in self._told(fit))

    def _told(self, fit: Fit) -> tuple[Term, ...]:
        """The terms of a model, by profile where that is asked; a remark for each that runs away."""
        made = []
        for term in fit.terms:
            if term.runs_away:
                lower, upper = profile_interval(fit, term.term)
                term = term._replace(lower=lower, upper=upper)
                way = "beyond all limits" if term.runs_away == "up" else "towards 0"
                note = (
                    f"{term.term}: the hazard ratio runs {way}, since the covariate tells those with the event apart; "
                    "its interval has one end, by the profile of the likelihood"
                )
                if note not in self.notes:
                    self.notes.append(note)
            elif self.asked.profile:
                lower, upper = profile_interval(fit, term.term)
                term = term._replace(lower=lower, upper=upper)
            made.append(term)
        return tuple(made)
