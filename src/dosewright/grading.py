"""Toxicity on cases: one value from the command line, or a table of any length, with refused rows beside the rest."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from . import cases, files, wording
from .calculators import laboratory, toxicity
from .calculators.toxicity import Case, ClinicalTerm, Grade, Prepared, Term
from .errors import Mistake, Refusal
from .units import DURATION, UNITS

NEEDED: Final = ("analyte", "value", "unit")
LIMITS: Final = ("lln", "uln", "baseline")
ANSWERS: Final = ("symptomatic", "anticoagulated", "sustained", "qualifier", "life_threatening")
ARGUMENTS: Final = (*NEEDED, *LIMITS, *ANSWERS, "duration", "neutrophils")
ADDED: Final = ("grade", "term", "rule", "why", "refused")
BY_A_PERSON: Final = "grade"  # the unit of a value that is a grade already
NORMAL: Final = "normal"
EXAMPLE: Final = 'analyte=ALT value="150 U/L" uln="40 U/L" baseline="32 U/L"'


class Asked(NamedTuple):
    """A laboratory value to be graded: its term in its unit, and what is known."""

    of: Prepared
    case: Case

    def graded(self) -> Grade:
        return toxicity.told(self.of, self.case, self.of.decide(self.case))


# ---------------------------------------------------------------------------------------------------- from text to case


def asked(texts: Mapping[str, str], version: str = toxicity.USUAL_VERSION) -> Asked | Grade:
    """What a row asks: a laboratory value to be graded, or a grade that a person gave, held against the criteria.

    Limits and baseline are in the unit of the value; the baseline may be the word 'normal'.
    """
    name, unit = texts.get("analyte", "").strip(), texts.get("unit", "").strip()
    if not name:
        raise Mistake("the name of what was measured", where="analyte", example="platelets", got=name)
    if unit == BY_A_PERSON:
        return toxicity.clinical_grade(term=name, grade=_grade_in(texts.get("value", "")), version=version)
    term = toxicity.find(name, version)
    try:
        term.measured.known(unit, f"{texts.get('value', '')} {unit}".strip())
    except Mistake as mistake:
        raise mistake.at("value") from None
    of_unit = toxicity.prepared(name, unit, version)
    known: dict[str, Any] = {"value": _number("value", term.measured.read, texts, unit)}
    for limit in ("lln", "uln"):
        if texts.get(limit, "").strip():
            known[limit] = _number(limit, term.measured.read_limit, texts, unit)
    if "lln" in known and "uln" in known and known["lln"] >= known["uln"]:
        raise Refusal("a reference range must rise", where="uln", got=f"{texts['lln']} to {texts['uln']} {unit}")
    known |= _baseline(term, texts, unit)
    known |= {answer: _yes_or_no(answer, texts[answer]) for answer in ANSWERS if texts.get(answer, "").strip()}
    if texts.get("duration", "").strip():
        known["duration"] = _at("duration", DURATION.read, texts["duration"]).m_as("h")
    if texts.get("neutrophils", "").strip():
        count = laboratory.analyte("neutrophils")
        value, _, of = texts["neutrophils"].strip().partition(" ")
        known["neutrophils"] = count.kind.magnitude(_at("neutrophils", count.read, value, of.strip()), "10^9/L")
    return Asked(of_unit, Case(**known))


def _number(name: str, read: Callable[..., Any], texts: Mapping[str, str], unit: str) -> float:
    magnitude: float = _at(name, read, texts.get(name, "").strip(), unit).magnitude
    return magnitude


def _at(name: str, read: Callable[..., Any], *texts: str) -> Any:
    try:
        return read(*texts)
    except Mistake as mistake:
        raise mistake.at(name) from None


def _baseline(term: Term, texts: Mapping[str, str], unit: str) -> dict[str, float]:
    text = texts.get("baseline", "").strip()
    if not text:
        return {}
    if text == NORMAL:
        return {"baseline_normal": toxicity.YES}
    return {"baseline": _number("baseline", term.measured.read, texts, unit)}


def _yes_or_no(name: str, text: str) -> float:
    found = {"yes": toxicity.YES, "no": toxicity.NO}.get(text.strip())
    if found is None:
        raise Mistake("yes or no, or nothing where it is not known", where=name, example="yes", got=text)
    return found


def _grade_in(text: str) -> int:
    if text.strip() not in {"0", "1", "2", "3", "4", "5"}:
        raise Mistake("a grade from 0 to 5", where="value", example="2", got=text)
    return int(text)


# ------------------------------------------------------------------------------------------------------------ one value


def one(values: Sequence[str], version: str = toxicity.USUAL_VERSION) -> tuple[dict[str, str], Grade]:
    """The grade of one value from 'argument=value' texts, in which each number brings its unit."""
    texts: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise Mistake("ARGUMENT=VALUE", example=EXAMPLE, got=text)
        if name not in ARGUMENTS:
            raise Mistake(f"an argument ({', '.join(ARGUMENTS)})", got=name, example=EXAMPLE)
        if name in texts:
            raise Mistake("each argument once", where=name, got=text)
        texts[name] = value.strip()
    for name in ("analyte", "value"):
        if name not in texts:
            raise Mistake(f"{name}, which is missing", example=EXAMPLE)
    found = asked(texts if "unit" in texts else _split(texts), version)
    return texts, found if isinstance(found, Grade) else found.graded()


def _split(texts: Mapping[str, str]) -> dict[str, str]:
    """The same with the unit of the value by itself; a limit or a baseline must bring that unit too."""
    number, _, unit = texts["value"].partition(" ")
    split = {**texts, "value": number, "unit": unit.strip()}
    for name in LIMITS if unit else ():  # a value that has lost its unit is told as such, and not its limits
        if name in texts and not (name == "baseline" and texts[name] == NORMAL):
            number, _, of = texts[name].partition(" ")
            if UNITS.get(of.strip(), of) != UNITS.get(unit.strip(), unit):
                raise Mistake(
                    f"a number in the unit of the value ({unit.strip()})",
                    where=name,
                    example=f"{number} {unit.strip()}",
                    got=texts[name],
                )
            split[name] = number
    return split


# -------------------------------------------------------------------------------------------------------------- a table


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows there were, and how many of them have no grade."""

    rows: int
    not_gradable: int
    refused: int


def grade_table(
    source: str, target: str, *, version: str = toxicity.USUAL_VERSION, progress: Callable[[int], None]
) -> Counted:
    """Grade a CSV file of any length: every row read is a row written, with its grade or why there is none."""
    if Path(source).resolve() == Path(target).resolve():
        raise Mistake("another file than the input", where="--out", got=target)
    rows = not_gradable = refused = 0
    with cases.reading(source) as lines, files.writing(Path(target)) as file:
        header = next(lines, None)
        if header is None:
            raise Mistake("a table with a header", where=source, example=",".join((*NEEDED, *LIMITS)))
        columns = _columns(header, source)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*(cases.quoted(cell) for cell in header), *ADDED])
        while chunk := list(itertools.islice(lines, cases.CHUNK)):
            for row, found in zip(chunk, _graded(columns, len(header), chunk, version), strict=True):
                told = (
                    [found.said, found.term, found.rule, found.why, ""] if isinstance(found, Grade) else _refused(found)
                )
                writer.writerow([*cases.cells(row, len(header)), *told])
                not_gradable += isinstance(found, Grade) and found.grade is None
                refused += isinstance(found, Mistake)
            rows += len(chunk)
            progress(rows)
    return Counted(rows, not_gradable, refused)


def _refused(mistake: Mistake) -> list[str]:
    return [*[""] * (len(ADDED) - 1), str(mistake)]


def _columns(header: Sequence[str], path: str) -> dict[str, int]:
    """Where each argument stands; other columns are carried along."""
    found: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = cell.strip().lower().replace("-", "_")
        if name in ADDED:
            raise Mistake("a table without the columns that are added", where=f"{path}:1", got=cell)
        if name in found:
            raise Mistake("each column once", where=f"{path}:1", got=cell)
        if name in ARGUMENTS:
            found[name] = index
    missing = [name for name in NEEDED if name not in found]
    if missing:
        hint = "the columns are separated by commas" if any(";" in cell for cell in header) else ""
        raise Mistake(
            f"a column for {wording.listed(missing)}",
            where=f"{path}:1",
            example=",".join((*NEEDED, *LIMITS)),
            got=",".join(header),
            hint=hint,
        )
    return found


def _graded(columns: Mapping[str, int], width: int, rows: Sequence[list[str]], version: str) -> list[Grade | Mistake]:
    """The grade of each row: computed as columns, one for each analyte and unit."""
    found: list[Grade | Mistake | None] = [None] * len(rows)
    groups: dict[Prepared, list[tuple[int, Case]]] = {}
    for index, row in enumerate(rows):
        try:
            if len(row) != width:
                raise Mistake(f"{width} cells", got=",".join(row), hint=f"these are {len(row)}")
            what = asked({name: row[at] for name, at in columns.items()}, version)
        except Mistake as mistake:
            found[index] = mistake
        else:
            if isinstance(what, Grade):
                found[index] = what
            else:
                groups.setdefault(what.of, []).append((index, what.case))
    for of, members in groups.items():
        for (index, case), bounds in zip(members, _bounds(of, [case for _, case in members]), strict=True):
            found[index] = toxicity.told(of, case, bounds)
    return [one for one in found if one is not None]


def _bounds(of: Prepared, of_group: Sequence[Case]) -> Iterator[toxicity.Bounds]:
    import numpy

    column = Case(*(numpy.array(values) for values in zip(*of_group, strict=True)))
    decided = of.decide(column)
    parts = [numpy.broadcast_to(numpy.asarray(part), (len(of_group),)).tolist() for part in decided]
    return itertools.starmap(toxicity.Bounds, zip(*parts, strict=True))


# ------------------------------------------------------------------------------------------------------------ the terms


def term_data(term: Term) -> dict[str, Any]:
    """A term that a number decides, for programs."""
    return {
        "version": term.version,
        "term": term.name,
        "meddra": term.meddra,
        "analyte": term.analyte,
        "units": list(term.measured.kind.units),
        "grades": [{"grade": row.grade, "criterion": toxicity.criterion(row)} for row in term.intervals if row.certain],
        "source": term.source,
    }


def clinical_data(term: ClinicalTerm) -> dict[str, Any]:
    """A term that a person grades, for programs."""
    return {
        "version": term.version,
        "term": term.name,
        "meddra": term.meddra,
        "analyte": None,
        "units": [BY_A_PERSON],
        "grades": [{"grade": number, "criterion": meaning} for number, meaning in term.grades.items()],
        "source": term.source,
    }


def syndrome_data() -> dict[str, Any]:
    """Post-embolisation syndrome, for programs: its parts, and no grade of its own."""
    return {
        "term": toxicity.SYNDROME,
        "note": f"no term of CTCAE; {toxicity.SYNDROME_SAID}",
        "parts": [{"part": one.part, "term": one.term} for one in toxicity.post_embolisation_syndrome(())],
        "source": toxicity.SYNDROME_SOURCE,
    }


def terms_data(name: str | None, version: str = toxicity.USUAL_VERSION) -> list[dict[str, Any]]:
    """Every term, or the one that is named."""
    if name is None:
        measured = [term_data(term) for term in toxicity.terms(version).values()]
        return [
            *measured,
            *(clinical_data(term) for term in toxicity.clinical_terms(version).values()),
            syndrome_data(),
        ]
    plain = laboratory.plain(name.replace("-", " ")).replace("post embolisation", "post-embolisation")
    if plain in toxicity.SYNDROME_NAMES:
        return [syndrome_data()]
    clinical = toxicity.clinical_terms(version).get(toxicity.plain(name))
    if clinical is None and laboratory.find(name) is None:
        toxicity.named(name, version)  # refuses a name that nobody knows, with the nearest of all the terms
    return [clinical_data(clinical) if clinical else term_data(toxicity.find(name, version))]
