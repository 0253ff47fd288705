"""Toxicity: the CTCAE grade of a laboratory value, and the clinical terms beside it.

The intervals are data, one file a version, and every grade names its version. What is missing is never taken for
normal: where it could change the grade, the answer is *not gradable*, with the lowest and the highest grade it can be.
The same code grades one value and a column of a million.
"""

from __future__ import annotations

import csv
import functools
import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from .. import wording
from ..errors import Mistake, Refusal
from ..units import UNITS
from . import laboratory
from .columns import above, at_least, at_most, below, choose
from .laboratory import Analyte

FOLDER: Final = Path(__file__).with_name("ctcae")
USUAL_VERSION: Final = "v5.0"
UNKNOWN: Final = math.nan
YES, NO = 1.0, 0.0
LLN: Final = "LLN"
WHOLE_DAY: Final = 24.0  # h: a fever above 40 °C is grade 3 until then, and grade 4 after

# ----------------------------------------------------------------------------------------------------------- the table


class Interval(NamedTuple):
    """One row of the criteria: a grade, and between which bounds of what it holds."""

    grade: int
    basis: str  # absolute, xULN, xBaseline, a change from baseline, or clinical
    lower: float | None = None
    lower_belongs: bool = False
    upper: float | str | None = None  # a number, or LLN
    upper_belongs: bool = False
    unit: str = ""
    condition: str = ""
    qualifier: str = ""
    certain: bool = True  # False for a gap between two printed intervals: the grade may be this one


@dataclass(frozen=True, slots=True)
class Term:
    """One term of CTCAE that a laboratory value or another measurement decides."""

    version: str
    name: str
    meddra: str
    analyte: str
    measured: Analyte
    intervals: tuple[Interval, ...]
    source: str

    @property
    def asks(self) -> str:
        """The one thing about the patient on which the intervals depend, if they depend on any."""
        return next((CONDITIONS[one.condition].asks for one in self.intervals if one.condition), "")


class Condition(NamedTuple):
    """What a condition of the criteria asks about the patient, and the answer under which it holds."""

    asks: str
    answer: float


CONDITIONS: Final = {
    "baseline normal": Condition("baseline abnormal", NO),
    "baseline abnormal": Condition("baseline abnormal", YES),
    "asymptomatic": Condition("symptomatic", NO),
    "with signs or symptoms": Condition("symptomatic", YES),
    "not anticoagulated": Condition("anticoagulated", NO),
    "on anticoagulation": Condition("anticoagulated", YES),
    "single reading": Condition("sustained", NO),
    "sustained > 1 h": Condition("sustained", YES),
    "duration <=24 h": Condition("over a day", NO),
    "duration >24 h": Condition("over a day", YES),
}
CHANGES: Final = {"% loss from baseline", "% gain from baseline", "rise from baseline", "drop from baseline"}
BASES: Final = {"absolute", "xULN", "xBaseline", "clinical"} | CHANGES
_NEUTROPHILS: Final = re.compile(r"and neutrophils < ([0-9.]+) 10\^9/L")


def versions() -> tuple[str, ...]:
    """The versions of CTCAE that are here."""
    return tuple(sorted(path.name.removesuffix("-laboratory.csv") for path in FOLDER.glob("*-laboratory.csv")))


@functools.cache
def terms(version: str = USUAL_VERSION) -> Mapping[str, Term]:
    """Every term that a measurement decides, by the name of what is measured."""
    return load(_file(version, "laboratory"), version)


def _file(version: str, part: str) -> str:
    if version not in versions():
        raise Mistake("a version of CTCAE that is here", where="version", example=USUAL_VERSION, got=version)
    return (FOLDER / f"{version}-{part}.csv").read_text("utf-8")


def load(content: str, version: str) -> Mapping[str, Term]:
    """The terms of one version from the text of its table."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(content.splitlines()):
        rows.setdefault(row["analyte"], []).append(row)
    return {analyte: _term(version, analyte, of_one) for analyte, of_one in rows.items()}


def _term(version: str, analyte: str, rows: list[dict[str, str]]) -> Term:
    first = rows[0]
    intervals = [_interval(row) for row in rows]
    if unknown := {one.basis for one in intervals} - BASES:
        raise Mistake("a basis of grading that is known", where=f"CTCAE {version}, {analyte}", got=sorted(unknown)[0])
    asked = {CONDITIONS[one.condition].asks for one in intervals if one.condition}
    if len(asked) > 1:
        raise Mistake("conditions on one thing only", where=f"CTCAE {version}, {analyte}", got=", ".join(sorted(asked)))
    return Term(
        version=f"CTCAE {version}",
        name=first["term"],
        meddra=first["meddra"],
        analyte=analyte,
        measured=laboratory.analyte(first["measured"]),
        intervals=tuple(sorted((*intervals, *_gaps(intervals)), key=lambda one: one.grade)),
        source=first["source"],
    )


def _interval(row: Mapping[str, str]) -> Interval:
    upper = row["upper"]
    return Interval(
        grade=int(row["grade"]),
        basis=row["basis"],
        lower=float(row["lower"]) if row["lower"] else None,
        lower_belongs=row["lower_op"] == ">=",
        upper=upper if upper == LLN else float(upper) if upper else None,
        upper_belongs=row["upper_op"] == "<=",
        unit=row["unit"],
        condition=row["condition"],
        qualifier=row["qualifier"],
    )


def _gaps(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """What lies between two printed intervals that do not meet, as 480 and 481 ms: of the milder grade at least."""
    chains: dict[tuple[str, str, str], list[Interval]] = {}
    for one in intervals:
        chains.setdefault((one.basis, one.unit, one.condition), []).append(one)
    for chain in chains.values():
        for mild, grave in itertools.pairwise(sorted(chain, key=lambda one: one.grade)):
            for low, high in ((mild.upper, grave.lower), (grave.upper, mild.lower)):
                if isinstance(low, float) and isinstance(high, float) and low < high and grave.grade == mild.grade + 1:
                    between = mild._replace(lower=low, lower_belongs=False, upper=high, upper_belongs=False)
                    yield between
                    yield between._replace(grade=grave.grade, certain=False)


# -------------------------------------------------------------------------------------------------------- what is known


class Case(NamedTuple):
    """What is known of a value, each a number or a column of numbers in one unit; UNKNOWN where it is not known.

    Answers of yes or no are YES, NO or UNKNOWN.
    """

    value: Any
    lln: Any = UNKNOWN
    uln: Any = UNKNOWN
    baseline: Any = UNKNOWN
    baseline_normal: Any = UNKNOWN  # YES, where nobody has the number and somebody knows that it was normal
    symptomatic: Any = UNKNOWN
    anticoagulated: Any = UNKNOWN
    sustained: Any = UNKNOWN
    duration: Any = UNKNOWN  # h
    neutrophils: Any = UNKNOWN  # 10^9/L
    qualifier: Any = UNKNOWN  # what the criteria name beside the number: bleeding, transfusion, intervention
    life_threatening: Any = UNKNOWN

    def answer(self, asks: str) -> Any:
        """YES, NO or UNKNOWN to what a condition asks."""
        if asks == "baseline abnormal":
            by_number = choose(
                above(self.baseline, self.uln), YES, choose(at_most(self.baseline, self.uln), NO, UNKNOWN)
            )
            return choose(self.baseline_normal == YES, NO, by_number)
        if asks == "over a day":
            return choose(self.duration > WHOLE_DAY, YES, choose(self.duration <= WHOLE_DAY, NO, UNKNOWN))
        return getattr(self, asks)


# A comparison with UNKNOWN is false. So "surely above" is a comparison, and "perhaps above" is not surely at most.


def _not(condition: Any) -> Any:
    return condition ^ True


class Bounds(NamedTuple):
    """The lowest and the highest grade that a value can have, and the row that decides where they are one.

    Rows count from 0; -1 for none.
    """

    low: Any
    high: Any
    row: Any


def _decide(intervals: tuple[Interval, ...], asks: str, case: Case) -> Bounds:
    if not asks:
        return _scanned(intervals, "", case)
    yes, no = (
        _scanned(intervals, next(name for name, one in CONDITIONS.items() if one == (asks, answer)), case)
        for answer in (YES, NO)
    )
    answer = case.answer(asks)
    low = choose(yes.low < no.low, yes.low, no.low)
    high = choose(yes.high > no.high, yes.high, no.high)
    either = Bounds(low, high, yes.row)  # where low is high, both answers lead to this grade
    return _chosen(answer == YES, yes, _chosen(answer == NO, no, either))


def _chosen(condition: Any, then: Bounds, otherwise: Bounds) -> Bounds:
    return Bounds(
        choose(condition, then.low, otherwise.low),
        choose(condition, then.high, otherwise.high),
        choose(condition, then.row, otherwise.row),
    )


def _scanned(intervals: tuple[Interval, ...], condition: str, case: Case) -> Bounds:
    """The bounds where a condition holds: the gravest interval that surely holds, and the gravest that perhaps does."""
    low: Any = 0
    high: Any = 0
    row: Any = -1
    for index, one in enumerate(intervals):  # in the order of their grades
        if one.condition in {"", condition}:
            surely, perhaps = _holds(one, case)
            if one.certain:
                low, row = choose(surely, one.grade, low), choose(surely, index, row)
            high = choose(perhaps, one.grade, high)
    return Bounds(low, high, row)


def _holds(one: Interval, case: Case) -> tuple[Any, Any]:
    """Whether an interval surely holds, and whether it perhaps does."""
    if one.basis == "clinical":
        return case.life_threatening == YES, case.life_threatening == YES  # judged by a person, and not asked for
    surely, perhaps = _within(one, case)
    if one.qualifier.startswith("or "):
        surely, perhaps = surely | (case.qualifier == YES), perhaps | (case.qualifier == YES)
    elif neutrophils := _NEUTROPHILS.fullmatch(one.qualifier):
        limit = float(neutrophils[1])
        surely &= below(case.neutrophils, limit)
        perhaps &= _not(at_least(case.neutrophils, limit))
    elif one.qualifier:
        surely, perhaps = surely & (case.qualifier == YES), perhaps & (case.qualifier != NO)
    return surely, perhaps


def _within(one: Interval, case: Case) -> tuple[Any, Any]:
    value, scale = _measured(one.basis, case)
    surely: Any = True
    perhaps: Any = True
    if one.lower is not None:
        limit = one.lower * scale
        surely = at_least(value, limit) if one.lower_belongs else above(value, limit)
        perhaps = _not(below(value, limit) if one.lower_belongs else at_most(value, limit))
        if one.condition == "baseline abnormal":
            # An abnormal baseline lies above ULN, whatever it is: what is no multiple of ULN is none of it.
            perhaps &= _not(at_most(value, one.lower * case.uln))
    if one.upper is not None:
        limit = case.lln if isinstance(one.upper, str) else one.upper * scale
        surely &= at_most(value, limit) if one.upper_belongs else below(value, limit)
        perhaps &= _not(above(value, limit) if one.upper_belongs else at_least(value, limit))
    return surely, perhaps


def _measured(basis: str, case: Case) -> tuple[Any, Any]:
    """What an interval compares, and what its bounds are multiples of."""
    if basis == "xULN":
        return case.value, case.uln
    if basis == "xBaseline":
        return case.value, case.baseline
    if basis == "% loss from baseline":
        return (case.baseline - case.value) / case.baseline * 100, 1.0
    if basis == "% gain from baseline":
        return (case.value - case.baseline) / case.baseline * 100, 1.0
    if basis == "rise from baseline":
        return case.value - case.baseline, 1.0
    if basis == "drop from baseline":
        return case.baseline - case.value, 1.0
    return case.value, 1.0


# -------------------------------------------------------------------------------------------------------------- grading


class Prepared(NamedTuple):
    """A term for values in one unit: the intervals that are printed in it, or a factor to the unit that is printed."""

    term: Term
    unit: str
    intervals: tuple[Interval, ...]
    factor: float
    printed: str  # the unit that the factor leads to

    def scaled(self, case: Case) -> Case:
        """A case in the unit of the intervals."""
        if self.factor == 1:
            return case
        return case._replace(
            value=case.value * self.factor,
            lln=case.lln * self.factor,
            uln=case.uln * self.factor,
            baseline=case.baseline * self.factor,
        )

    def decide(self, case: Case) -> Bounds:
        """The bounds of the grade of a value, or of each of a column."""
        return _decide(self.intervals, self.term.asks, self.scaled(case))


@functools.cache
def prepared(name: str, unit: str, version: str = USUAL_VERSION) -> Prepared:
    """A term for values in a unit; where the criteria print that unit too, its own printed bounds."""
    return prepare(find(name, version), unit)


def prepare(term: Term, unit: str) -> Prepared:
    """The same for a term that is at hand."""
    term.measured.known(unit, unit)
    printed = dict.fromkeys(one.unit for one in term.intervals if one.unit)
    makes = dict(zip((UNITS[text] for text in term.measured.kind.units), term.measured.kind.makes, strict=True))
    chosen, factor = next(((text, 1.0) for text in printed if UNITS[text] == UNITS[unit]), ("", 1.0))
    if printed and not chosen:
        chosen = next(iter(printed))
        factor = makes[UNITS[unit]] / makes[UNITS[chosen]]
    return Prepared(term, unit, tuple(one for one in term.intervals if one.unit in {"", chosen}), factor, chosen)


@functools.cache
def _by_name(version: str) -> Mapping[str, Term]:
    found: dict[str, Term] = {}
    for term in terms(version).values():
        names = [term.analyte, term.name, *(term.measured.also if term.measured.name == term.analyte else ())]
        found |= {laboratory.plain(name): term for name in names}
    return found


def find(name: str, version: str = USUAL_VERSION) -> Term:
    """A term by the name of what is measured, by another name of it, or by its own."""
    known = _by_name(version)
    found = known.get(laboratory.plain(name))
    if found is None:
        raise _unknown(name, known)
    return found


def _unknown(name: str, known: Mapping[str, Term]) -> Mistake:
    said = laboratory.plain(name)
    if said in SYNDROME_NAMES:
        return _syndrome_refused(name)
    clinical = clinical_terms().get(plain(name))
    if clinical is not None:
        return Mistake(f"'{clinical.name}' as a grade that a person gave, with the unit 'grade'", example="2 grade")
    measured = laboratory.find(name)
    of_it = [term.analyte for term in known.values() if measured is not None and term.measured is measured]
    if of_it:
        return Mistake(wording.listed(dict.fromkeys(of_it), "or"), where="analyte", got=name)
    of_person = {called: called for called in clinical_terms()}
    hint = _nearest(said, of_person | {called: term.analyte for called, term in known.items()})
    return Mistake("what CTCAE grades by a number", where="analyte", example="platelets", got=name, hint=hint)


def _nearest(said: str, names: Mapping[str, str]) -> str:
    """What to tell of a name that nobody knows: what the nearest is called that somebody does."""
    import difflib

    near = difflib.get_close_matches(said, names, 1)
    return f"did you mean '{names[near[0]]}'?" if near else "'dosewright toxicity terms' shows them all"


Way = Literal["higher", "lower"]


@functools.cache
def worse(analyte: str) -> Way | None:
    """Which values of an analyte CTCAE grades as worse: the higher or the lower.

    None where it grades both or neither.

    >>> worse("bilirubin"), worse("PLT"), worse("sodium"), worse("body weight")
    ('higher', 'lower', None, None)
    """
    measured = laboratory.analyte(analyte)
    ways = {_way(one) for term in terms().values() if term.measured is measured for one in term.intervals} - {None}
    return ways.pop() if len(ways) == 1 else None


def _way(one: Interval) -> Way | None:
    """The way in which an interval goes on without end; None where it ends, or is judged by a person."""
    if one.basis == "clinical" or (one.lower is not None and one.upper is not None):
        return None
    if one.basis in CHANGES:  # a loss and a drop are counted upward
        return "higher" if "gain" in one.basis or "rise" in one.basis else "lower"
    return "higher" if one.upper is None else "lower"


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade with its term and version, the rule that gave it, and why; None where what is known leaves it open."""

    version: str
    term: str
    meddra: str
    grade: int | None
    at_least: int
    at_most: int
    rule: str
    why: str

    @property
    def said(self) -> str:
        """The grade as it is written: '3', or 'not gradable'."""
        return "not gradable" if self.grade is None else str(self.grade)


def grade(
    *,
    analyte: str,
    value: float,
    unit: str,
    lln: float | None = None,
    uln: float | None = None,
    baseline: float | None = None,
    baseline_normal: bool | None = None,
    symptomatic: bool | None = None,
    anticoagulated: bool | None = None,
    sustained: bool | None = None,
    duration: float | None = None,
    neutrophils: float | None = None,
    qualifier: bool | None = None,
    life_threatening: bool | None = None,
    version: str = USUAL_VERSION,
) -> Grade:
    """The CTCAE grade of one laboratory value, or *not gradable* with what is missing.

    Value, limits of the reference range and baseline are in the same unit. `duration` is in hours, `neutrophils` in
    10^9/L; `qualifier` says whether what the criteria name beside the number holds (bleeding, transfusion, an
    intervention).

    Formula:  the gravest interval of the version's table that holds
    Limits:   bounds belong as they are printed. A baseline above ULN is abnormal; one at ULN is normal.
    Raises:   Mistake for an analyte or a version that is not graded; UnitMistake for a unit of another analyte.
    Source:   NCI, Common Terminology Criteria for Adverse Events v5.0, 2017 (tables as in oncohub/CTCAE5)

    >>> found = grade(analyte="ALT", value=60, unit="U/L", uln=40, baseline=40)
    >>> found.said, found.rule
    ('1', 'CTCAE v5.0: grade 1, > 1 and ≤ 3 × ULN, baseline normal')
    >>> grade(analyte="platelets", value=62, unit="10^9/L").why
    '62 10^9/L'
    >>> grade(analyte="ALT", value=60, unit="U/L", uln=40).why
    '60 U/L is 1.5 × ULN; baseline is not known: grade 0 to 1'
    """
    case = Case(
        value=float(value),
        lln=_known(lln),
        uln=_known(uln),
        baseline=_known(baseline),
        baseline_normal=_known(baseline_normal),
        symptomatic=_known(symptomatic),
        anticoagulated=_known(anticoagulated),
        sustained=_known(sustained),
        duration=_known(duration),
        neutrophils=_known(neutrophils),
        qualifier=_known(qualifier),
        life_threatening=_known(life_threatening),
    )
    of_unit = prepared(analyte, unit, version)
    return told(of_unit, case, of_unit.decide(case))


def _known(value: float | bool | None) -> float:
    return UNKNOWN if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Grades:
    """The grades of a column as numbers, -1 where not gradable, with the bounds and the row that decided."""

    version: str
    term: str
    grade: Any
    at_least: Any
    at_most: Any
    row: Any
    rules: tuple[str, ...]

    @property
    def rule(self) -> Any:
        """The rule of each value in words."""
        import numpy

        return numpy.array([*self.rules, NO_RULE], dtype=object)[self.row]


def grades(*, analyte: str, unit: str, version: str = USUAL_VERSION, **known: Any) -> Grades:
    """The CTCAE grades of a column of values of one analyte in one unit; arguments as of `grade`, each a column or one.

    What is missing in a row is UNKNOWN or None there; yes is 1 and no is 0.

    >>> import numpy
    >>> found = grades(analyte="platelets", unit="10^9/L", value=numpy.array([74.9, 75.0, 200.0]), lln=150.0)
    >>> found.grade.tolist()
    [2, 1, 0]
    """
    import numpy

    of_unit = prepared(analyte, unit, version)
    case = Case(**{name: numpy.asarray(one, dtype=float) for name, one in known.items()})
    bounds = of_unit.decide(case)
    count = len(case.value)
    low, high, row = (numpy.broadcast_to(numpy.asarray(one, dtype=numpy.int8), (count,)) for one in bounds)
    decided = low == high
    return Grades(
        version=of_unit.term.version,
        term=of_unit.term.name,
        grade=numpy.where(decided, low, -1),
        at_least=low,
        at_most=high,
        row=numpy.where(decided, row, -1),
        rules=tuple(rule(of_unit.term, one) for one in of_unit.intervals),
    )


# ------------------------------------------------------------------------------------------------------ grades in words

NO_RULE: Final = "no grade of the table holds"
_SIGNS: Final = {True: ("≥", "≤"), False: (">", "<")}


def told(of_unit: Prepared, case: Case, bounds: Bounds) -> Grade:
    """A grade in words, from the bounds that were found."""
    term, low, high = of_unit.term, int(bounds.low), int(bounds.high)
    decided = low == high
    row = of_unit.intervals[int(bounds.row)] if decided and bounds.row >= 0 else None
    why = _measured_said(of_unit, case)
    remarks = _remarks(of_unit, case, low) if decided else [f"{_missing(of_unit, case, low)}: grade {low} to {high}"]
    return Grade(
        version=term.version,
        term=term.name,
        meddra=term.meddra,
        grade=low if decided else None,
        at_least=low,
        at_most=high,
        rule=rule(term, row) if row else f"{term.version}: {NO_RULE}" if decided else f"{term.version}: not gradable",
        why="; ".join([why, *remarks]),
    )


def rule(term: Term, one: Interval) -> str:
    """One row of the criteria in words, with its version."""
    return f"{term.version}: grade {one.grade}, {criterion(one)}"


def criterion(one: Interval) -> str:
    """The bounds of an interval in words: '> 3 and ≤ 5 × ULN, baseline normal'."""
    if one.basis == "clinical":
        return "judged by its consequences, no number"
    bounds = []
    if one.lower is not None:
        bounds.append(f"{_SIGNS[one.lower_belongs][0]} {one.lower:g}")
    if one.upper is not None:
        bounds.append(f"{_SIGNS[one.upper_belongs][1]} {one.upper if isinstance(one.upper, str) else f'{one.upper:g}'}")
    of = {"xULN": "× ULN", "xBaseline": "× baseline", "absolute": one.unit}.get(one.basis, one.basis)
    return ", ".join(part for part in (f"{' and '.join(bounds)} {of}", one.qualifier, one.condition) if part)


def _measured_said(of_unit: Prepared, case: Case) -> str:
    """The value as it stands, and as what the criteria compare: '150 U/L is 3.75 × ULN, 1.2 × baseline'."""
    said = [f"{wording.number(case.value * of_unit.factor)} {of_unit.printed}"] if of_unit.factor != 1 else []
    for basis in dict.fromkeys(one.basis for one in of_unit.intervals):
        number, scale = _measured(basis, case)
        if basis in CHANGES and not math.isnan(number):
            sign = basis.removeprefix("% ").partition(" ")[0]
            unit = "%" if basis.startswith("%") else of_unit.unit
            said.append(f"a {sign} of {wording.number(number, places=3)} {unit} from baseline")
        elif basis in {"xULN", "xBaseline"} and not math.isnan(scale):
            said.append(
                f"{wording.number(number / scale, places=3)} × {basis.removeprefix('x')}".replace("Base", "base")
            )
    value = f"{wording.number(case.value)} {of_unit.unit}"
    return f"{value} is {', '.join(said)}" if said else value


def _missing(of_unit: Prepared, case: Case, low: int) -> str:
    """What is not known and could change the grade."""
    scaled = of_unit.scaled(case)
    asks = of_unit.term.asks
    answer = scaled.answer(asks) if asks else NO
    missing = _unanswered(asks, case) if math.isnan(answer) else []
    for one in of_unit.intervals:
        if one.condition and not math.isnan(answer) and CONDITIONS[one.condition].answer != answer:
            continue
        surely, perhaps = _holds(one, scaled)
        if one.grade > low and perhaps and not surely:
            missing += _unknown_of(one, case)
    names = list(dict.fromkeys(missing))
    if not names:
        return "the value lies between two printed intervals"
    return f"{wording.listed(names)} {'is' if len(names) == 1 else 'are'} not known"


def _unanswered(asks: str, case: Case) -> list[str]:
    """What would have to be known, to answer what a condition asks."""
    if asks == "baseline abnormal":
        return [name for name, known in (("ULN", case.uln), ("baseline", case.baseline)) if math.isnan(known)]
    return ["duration" if asks == "over a day" else asks]


def _unknown_of(one: Interval, case: Case) -> list[str]:
    found = []
    if one.basis == "xULN" and math.isnan(case.uln):
        found.append("ULN")
    if one.upper == LLN and math.isnan(case.lln):
        found.append(LLN)
    if (one.basis == "xBaseline" or one.basis in CHANGES) and math.isnan(case.baseline):
        found.append("baseline")
    if one.qualifier.startswith("and "):
        by_count = _NEUTROPHILS.fullmatch(one.qualifier) is not None
        if math.isnan(case.neutrophils if by_count else case.qualifier):
            found.append("neutrophils" if by_count else f"'{one.qualifier.removeprefix('and ')}'")
    return found


def _remarks(of_unit: Prepared, case: Case, found: int) -> list[str]:
    """What a reader should know of a grade beside its number."""
    remarks = []
    if found and any(one.upper == LLN for one in of_unit.intervals) and case.value >= case.lln:
        remarks.append("within this laboratory's range, and yet of this grade as the criteria are printed")
    open_ = [one for one in of_unit.intervals if one.grade > found]
    if found and math.isnan(case.qualifier):
        named = dict.fromkeys((one.grade, one.qualifier) for one in open_ if one.qualifier.startswith("or "))
        remarks += [f"grade {grade} if '{text.removeprefix('or ')}'" for grade, text in named]
    if found and math.isnan(case.life_threatening) and any(one.basis == "clinical" for one in open_):
        remarks.append("grade 4 is judged by its consequences")
    return remarks


# ------------------------------------------------------------------------------------------------------- clinical terms


@dataclass(frozen=True, slots=True)
class ClinicalTerm:
    """A term that a person grades, with what each grade means, in our own words."""

    version: str
    name: str
    meddra: str
    grades: Mapping[int, str]
    source: str


def plain(term: str) -> str:
    """A clinical term as names are compared: capitals, and what stands in brackets, are of no account."""
    return " ".join(term.casefold().partition("(")[0].split())


@functools.cache
def clinical_terms(version: str = USUAL_VERSION) -> Mapping[str, ClinicalTerm]:
    """Every clinical term by its name in small letters, without what stands in brackets."""
    found = {}
    for row in csv.DictReader(_file(version, "clinical").splitlines()):
        meanings = {number: row[f"grade{number}"] for number in range(1, 6) if row[f"grade{number}"]}
        term = ClinicalTerm(f"CTCAE {version}", row["term"], row["meddra"], meanings, row["source"])
        found[plain(term.name)] = term
    return found


def clinical_grade(*, term: str, grade: int, version: str = USUAL_VERSION) -> Grade:
    """A grade that a person gave to a clinical term; a grade that the term does not have is refused.

    >>> clinical_grade(term="nausea", grade=3).rule
    'CTCAE v5.0: grade 3, intake inadequate; tube feeding, TPN or admission'
    >>> clinical_grade(term="nausea", grade=4)
    Traceback (most recent call last):
    dosewright.errors.Refusal: Nausea has the grades 1, 2 and 3 only; got '4'
    """
    found = clinical_terms(version).get(plain(term))
    if plain(term) in SYNDROME_NAMES:
        raise _syndrome_refused(term)
    if found is None:
        hint = _nearest(plain(term), {name: name for name in clinical_terms(version)})
        raise Mistake("a clinical term that is known", example="nausea", got=term, hint=hint)
    if grade == 0:
        return Grade(
            found.version, found.name, found.meddra, 0, 0, 0, f"{found.version}: {NO_RULE}", "judged by a person"
        )
    if grade not in found.grades:
        have = wording.listed(str(one) for one in found.grades)
        raise Refusal(f"{found.name} has the grades {have} only", got=grade)
    said = f"{found.version}: grade {grade}, {found.grades[grade]}"
    return Grade(found.version, found.name, found.meddra, grade, grade, grade, said, "judged by a person")


class Named(NamedTuple):
    """A term of CTCAE as it is recorded in a patient's notes: its own name, and the grades that it has."""

    name: str
    grades: tuple[int, ...]


def named(term: str, version: str = USUAL_VERSION) -> Named:
    """A term by any of its names, be it graded by a number or by a person, with the grades that it has.

    Raises `Mistake` where no term is called so.

    >>> named("platelets")
    Named(name='Platelet count decreased', grades=(1, 2, 3, 4))
    >>> named("nausea").grades
    (1, 2, 3)
    """
    said = plain(term)
    if said in SYNDROME_NAMES:
        raise _syndrome_refused(term)
    of_person, measured = clinical_terms(version), _by_name(version)
    if said in of_person:
        return Named(of_person[said].name, tuple(sorted(of_person[said].grades)))
    if said in measured:
        intervals = measured[said].intervals
        return Named(measured[said].name, tuple(sorted({one.grade for one in intervals})))
    hint = _nearest(said, {name: name for name in (*of_person, *measured)})
    raise Mistake("a term of CTCAE", example="platelets", got=term, hint=hint)


# ------------------------------------------------------------------------------------------ post-embolisation syndrome

SYNDROME: Final = "post-embolisation syndrome"
SYNDROME_NAMES: Final = {
    SYNDROME,
    "post-embolization syndrome",
    "postembolisation syndrome",
    "postembolization syndrome",
}
SYNDROME_PARTS: Final = (
    "fever",
    "abdominal pain",
    "nausea",
    "vomiting",
    "fatigue",
    "alanine aminotransferase",
    "aspartate aminotransferase",
    "bilirubin",
)
SYNDROME_SOURCE: Final = "SEEN: medicalalgorithms; cancertherapyadvisor; PMID 31989907"
SYNDROME_SAID: Final = (
    "fever, abdominal pain, nausea or vomiting, also malaise and a passing rise of ALT, AST and bilirubin, within "
    "about 3 days of an embolisation; it passes in 3 to 5 days, or in 1 to 2 weeks"
)


def _syndrome_refused(name: str) -> Refusal:
    parts = f"its parts: {', '.join(SYNDROME_PARTS)}"
    return Refusal(f"{SYNDROME} is no term of CTCAE: grade its parts", where="analyte", got=name, hint=parts)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of post-embolisation syndrome, and its grade; None where nothing was recorded of it."""

    part: str
    term: str
    grade: Grade | None


def post_embolisation_syndrome(recorded: Iterable[Grade], version: str = USUAL_VERSION) -> tuple[Part, ...]:
    """Post-embolisation syndrome through its parts; it is no term of CTCAE and has no grade of its own.

    The gravest of several grades of a part counts; a part that nobody recorded is shown as such, not as grade 0.

    >>> parts = post_embolisation_syndrome([grade(analyte="fever", value=38.6, unit="°C")])
    >>> [(one.part, one.grade.said) for one in parts if one.grade]
    [('fever', '1')]
    """
    by_term: dict[str, list[Grade]] = {}
    for one in recorded:
        by_term.setdefault(one.term, []).append(one)
    parts = []
    for name in SYNDROME_PARTS:
        clinical = clinical_terms(version).get(name)
        term = clinical.name if clinical else terms(version)[name].name
        of_it = by_term.get(term)
        parts.append(Part(name, term, _gravest(of_it) if of_it else None))
    return tuple(parts)


def _gravest(recorded: list[Grade]) -> Grade:
    return sorted(recorded, key=lambda one: (one.at_most, one.at_least))[-1]
