"""The records of a cohort: patients, cycles, visits, lesions and adverse events, from tables of text.

What stands in a table is read strictly and told with file, row and column where it is wrong, all of it at once. A blank
is missing: it is counted, and never becomes a zero, a no or a normal value.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Literal, get_args

from pydantic import Field, model_validator

from .. import units
from ..dates import read_day
from ..errors import Mistake, together
from ..orders.finding import Finding
from ..reading import Name, Strict, Text, at_least_one
from . import response, safety
from .criteria import Criterion, Days, criterion
from .response import FLUIDS, LIVER, MEASURABLE, Lesion, Read, Terms, Visit

MOST_MISTAKES: Final = 200  # of one cohort that are worth listing

# ----------------------------------------------------------------------------------------------- the form of the tables


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: how its cells are read, what it means, and whether a cell may be blank."""

    name: str
    read: Callable[[str], Any]
    example: str
    meaning: str
    needed: bool = False
    words: tuple[str, ...] = ()
    blank: str = ""  # what a blank says, where it says something and is not just missing


def _text(text: str) -> str:
    return text


def _word(words: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise Mistake(f"one of {', '.join(words)}", example=words[0], got=text)
        return text

    return read


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and (text == "0" or text[0] != "0")):
        raise Mistake("a whole number", example="1", got=text)
    return int(text)


def _count(text: str) -> int:
    if text == "0":
        raise Mistake("a whole number from 1", example="1", got=text)
    return _whole(text)


def _grade(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5"}:
        raise Mistake("a grade from 1 to 5", example="3", got=text)
    return int(text)


def _yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise Mistake("yes or no", example="yes", got=text)
    return text == "yes"


LARGEST_LESION: Final = 400  # mm; no liver is wider


def _millimetres(text: str) -> Decimal:
    units.number(text)
    found = Decimal(text)
    if found > LARGEST_LESION:
        raise Mistake(f"a diameter in mm of at most {LARGEST_LESION}", example="23.5", got=text)
    return found


def _words(name: str, kind: Any, meaning: str, *, needed: bool = False, blank: str = "") -> Column:
    words = tuple(get_args(kind))
    return Column(name, _word(words), words[0], meaning, needed, words, blank)


_PATIENT: Final = Column("patient", _text, "P001", "key of the patient in every table; a number, no name", True)
_VISIT: Final = Column("visit", _whole, "0", "the visit, 0 being the baseline", True)

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "patients": (
        _PATIENT,
        Column("arm", _text, "haic", "the arm, as an id of the cohort file", True),
        Column("start", read_day, "2020-03-02", "day of the first treatment"),
        Column("last_seen", read_day, "2022-11-30", "the last day on which the patient was known to be alive"),
        Column("died", read_day, "2022-12-05", "day of death", blank="alive, as far as is known"),
        Column("cause", _text, "progression", "cause of death", blank="alive, or not recorded"),
        Column(
            "progressed",
            read_day,
            "2021-01-15",
            "day of progression, where no lesions are recorded",
            blank="not recorded here",
        ),
        Column("excluded", _text, "lost to follow-up", "why a patient is in no analysis", blank="in every analysis"),
    ),
    "cycles": (
        _PATIENT,
        Column("cycle", _count, "1", "the cycle, counted from 1", True),
        Column("day", read_day, "2020-03-02", "its day 1", True),
    ),
    "visits": (
        _PATIENT,
        _VISIT,
        Column("day", read_day, "2020-02-24", "day of the imaging", True),
        Column("assessed", _yes, "yes", "whether the images could be assessed", True, ("yes", "no")),
        Column("why", _text, "motion", "why not", blank="assessed, or not recorded"),
    ),
    "lesions": (
        _PATIENT,
        _VISIT,
        Column("reader", _text, "A", "who read the images; readers are kept apart", True),
        Column("lesion", _text, "1", "the lesion's key, the same at every visit", True),
        _words("role", response.Role, "what the lesion was chosen for at the baseline, or new since", needed=True),
        _words("kind", response.Kind, "what it is", needed=True),
        Column("organ", _text, LIVER, f"where it is: '{LIVER}', '{response.PORTA_HEPATIS}', lung …", True),
        Column("longest_mm", _millimetres, "42", "longest diameter", blank="not measured"),
        Column(
            "viable_mm",
            _millimetres,
            "35",
            "longest diameter of the part that enhances in the arterial phase",
            blank="not measured",
        ),
        Column("short_axis_mm", _millimetres, "18", "short axis, of a node", blank="not measured"),
        _words("state", response.State, "what became of it, where no diameter says so", blank="as its diameters say"),
        Column(
            "typical",
            _yes,
            "yes",
            "of a new lesion: arterial enhancement and washout",
            False,
            ("yes", "no"),
            "not known",
        ),
        _words("cytology", response.Cytology, "of ascites or an effusion", blank="not done, or no fluid"),
    ),
    "events": (
        _PATIENT,
        Column("term", _text, "Vomiting", "CTCAE term", True),
        Column(
            "group",
            _text,
            "Gastrointestinal disorders",
            "heading under which the term stands in a table",
            blank="no heading",
        ),
        Column("grade", _grade, "3", "CTCAE grade"),
        Column("ctcae", _text, "5.0", "version of CTCAE", True),
        _words("relation", safety.Relation, "whether the treatment caused it", needed=True),
        Column("start", read_day, "2020-03-04", "its first day"),
        Column("end", read_day, "2020-03-07", "its last day", blank="not ended, or not recorded"),
    ),
}

# ------------------------------------------------------------------------------------------------------ the cohort file


class Arm(Strict):
    """An arm of the cohort: its id in the tables, its name in print."""

    id: Name
    name: Text


class Source(Strict):
    """Where a table stands, and how its columns and words are called there."""

    file: Text
    sheet: Text | None = None
    only: dict[str, str] = Field(default_factory=dict)
    columns: dict[Text, Text] = Field(default_factory=dict)
    values: dict[Text, dict[str, str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _a_name(self) -> Source:
        if "/" in self.file or "\\" in self.file or self.file.startswith("."):
            raise Mistake("the name of a file in the cohort's own folder", within=("file",), got=self.file)
        return self


class Sources(Strict):
    """The tables of a cohort; only that of the patients must be there."""

    patients: Source
    cycles: Source | None = None
    visits: Source | None = None
    lesions: Source | None = None
    events: Source | None = None

    @model_validator(mode="after")
    def _known(self) -> Sources:
        found = []
        for name, columns in TABLES.items():
            source: Source | None = getattr(self, name)
            if source is None:
                continue
            known = [column.name for column in columns]
            for at, keys in (("columns", source.columns), ("values", source.values)):
                # a patient may have columns of one's own: the covariates
                strange = [key for key in keys if key not in known and name != "patients"]
                needs = f"a column of {name} ({', '.join(known)})"
                found += [Mistake(needs, within=(name, at, key), got=key) for key in strange]
        if found:
            raise together(found)
        return self


class Reported(Strict):
    """How responses are reported: what the criterion leaves open is said here, or stays open."""

    criterion: Text
    reader: Text | None = None
    confirmed: Literal["yes", "no"] | None = None
    confirmed_after: Days | None = None
    least_sd: Days | None = None

    @model_validator(mode="after")
    def _known(self) -> Reported:
        criterion(self.criterion)
        return self

    def terms(self) -> Terms:
        """The terms under which the best response is told: those of the file, else those of the criterion."""
        rule = criterion(self.criterion)
        confirmed = self.confirmed == "yes" if self.confirmed is not None else rule.confirms_always
        after = self.confirmed_after or (rule.confirmed_after.value if rule.confirmed_after is not None else None)
        return Terms(
            confirmed=confirmed,
            confirmed_after=int(after) if after is not None else None,
            least_sd=int(self.least_sd) if self.least_sd is not None else None,
        )


class Covariate(Strict):
    """A column of the patients that a table of characteristics shows: as words, or as a number cut in two."""

    column: Text
    name: Text
    unit: Text | None = None
    cut: Text | None = None
    order: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Covariate:
        if self.cut is not None:
            units.number(self.cut)
            if self.order:
                raise Mistake("either a cut or an order of words", within=("order",))
        return self


class Matched(Strict):
    """How the arms are matched before they are compared: on which covariates, and how near a pair must be."""

    on: tuple[Text, ...]
    caliper: Text | None = None

    @model_validator(mode="after")
    def _a_number(self) -> Matched:
        at_least_one(self.on)
        if self.caliper is not None and not units.number(self.caliper) > 0:
            raise Mistake("a caliper above 0", within=("caliper",), example="0.2", got=self.caliper)
        return self


class Settings(Strict):
    """A cohort file: arms, criterion, covariates, and where each table stands."""

    dosewright: Literal["1"] = Field(alias="schema")
    id: Name
    title: Text
    synthetic: Literal["yes", "no"]
    arms: tuple[Arm, ...]
    response: Reported | None = None
    covariates: tuple[Covariate, ...] = ()
    matching: Matched | None = None
    missing: tuple[str, ...] = ()
    tables: Sources

    @model_validator(mode="after")
    def _each_once(self) -> Settings:
        at_least_one(self.arms)
        for name, values in (
            ("arms", [one.id for one in self.arms]),
            ("arms", [one.name for one in self.arms]),
            ("covariates", [one.column for one in self.covariates]),
        ):
            twice = [value for value, count in Counter(values).items() if count > 1]
            if twice:
                raise Mistake("each once", within=(name,), got=twice[0])
        known = [one.column for one in self.covariates]
        strange = [name for name in (self.matching.on if self.matching is not None else ()) if name not in known]
        if strange:
            needs = f"a column under covariates ({', '.join(known)})"
            raise Mistake(needs, within=("matching", "on"), got=strange[0])
        if self.matching is not None and len(self.arms) != 2:
            raise Mistake("two arms, to match one with the other", within=("matching",), got=len(self.arms))
        return self

    @property
    def is_synthetic(self) -> bool:
        """Whether the records were made up; every output says so."""
        return self.synthetic == "yes"


# ---------------------------------------------------------------------------------------------------------- the records


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read: its file, its header, and its rows with the number each has in the file."""

    file: str
    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient of a cohort."""

    id: str
    arm: str
    start: dt.date | None
    last_seen: dt.date | None
    died: dt.date | None
    cause: str | None
    progressed: dt.date | None
    excluded: str | None
    covariates: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Cohort:
    """All records of a cohort, what is missing in them, and what stands out."""

    settings: Settings
    patients: tuple[Patient, ...]
    cycles: Mapping[str, tuple[tuple[int, dt.date], ...]]
    visits: Mapping[str, tuple[Visit, ...]]  # without lesions
    lesions: Mapping[tuple[str, str], Mapping[int, tuple[Lesion, ...]]]  # by patient and reader, then by visit
    events: tuple[safety.Event, ...]
    missing: Mapping[str, Mapping[str, tuple[int, int]]]  # by table and column: so many of so many rows
    not_read: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, Table]
    findings: tuple[Finding, ...] = ()

    @property
    def included(self) -> tuple[Patient, ...]:
        """Those who are in the analyses."""
        return tuple(one for one in self.patients if one.excluded is None)

    @property
    def readers(self) -> tuple[str, ...]:
        """Everybody who has read images, by name."""
        return tuple(sorted({reader for _, reader in self.lesions}))

    def arm_name(self, key: str) -> str:
        """The name of an arm in print."""
        return next(one.name for one in self.settings.arms if one.id == key)


def cohort(settings: Settings, tables: Mapping[str, Table]) -> Cohort:
    """The records of a cohort from its tables.

    Limits:   every patient once; every other row belongs to a patient; lesions to a visit that was assessed.
    Raises:   Mistake or Mistakes, with file, row and column of each, at most so many as are worth listing.
    Source:   the schema of the tables, in the manual
    """
    reader = _Reader(settings, tables)
    records = {name: reader.table(name) for name in TABLES}
    patients = reader.patients(records["patients"])
    found = Cohort(
        settings=settings,
        patients=tuple(patients.values()),
        cycles=reader.cycles(records["cycles"], patients),
        visits=reader.visits(records["visits"], patients),
        lesions=reader.lesions(records["lesions"], records["visits"], patients),
        events=reader.events(records["events"], patients),
        missing=reader.missing,
        not_read=reader.not_read,
        tables=tables,
    )
    if reader.mistakes:
        listed = reader.mistakes[:MOST_MISTAKES]
        left = len(reader.mistakes) - len(listed)
        raise together([*listed, *([Mistake(f"the same care in {left:,} more places")] if left else [])])
    return replace(found, findings=tuple(_findings(found)))


@dataclass(slots=True)
class _Record:
    """A row that was read: its number in the file, and its cells by column."""

    row: int
    cells: dict[str, Any]


class _Reader:
    """Reads tables and gathers their mistakes."""

    def __init__(self, settings: Settings, tables: Mapping[str, Table]) -> None:
        self.settings = settings
        self.tables = tables
        self.mistakes: list[Mistake] = []
        self.missing: dict[str, dict[str, tuple[int, int]]] = {}
        self.not_read: dict[str, tuple[str, ...]] = {}

    def _where(self, name: str, row: int, column: str) -> str:
        table = self.tables[name]
        source: Source = getattr(self.settings.tables, name)
        header = source.columns.get(column, column)
        return f"{table.file}:{row}, column {header}"

    def wrong(self, name: str, row: int, column: str, mistake: Mistake) -> None:
        """Note what is wrong with a cell."""
        self.mistakes.append(mistake.at(self._where(name, row, column)))

    def table(self, name: str) -> list[_Record]:
        """The records of one table; none where the cohort has no such table."""
        source: Source | None = getattr(self.settings.tables, name)
        if source is None:
            return []
        table = self.tables[name]
        extra = [one.column for one in self.settings.covariates] if name == "patients" else []
        columns = [*TABLES[name], *(Column(column, _text, "", "a covariate") for column in extra)]
        places = self._places(table, source, columns)
        filters = [(self._place(table, header), wanted) for header, wanted in source.only.items()]
        blanks = Counter[str]()
        read: dict[str, dict[str, Any]] = {column.name: {} for column in columns}
        records, counted = [], 0
        for row, cells in table.rows:
            if any(place is None or cells[place] != wanted for place, wanted in filters):
                continue
            record = _Record(row, {})
            for column in columns:
                place = places.get(column.name)
                text = cells[place] if place is not None else ""
                record.cells[column.name] = self._cell(name, row, column, source, text, read[column.name])
            if not record.cells.get("excluded"):  # of a patient who is in no analysis nothing is missing
                counted += 1
                blanks.update(key for key, value in record.cells.items() if value is None)
            records.append(record)
        self.missing[name] = {column.name: (blanks[column.name], counted) for column in columns if not column.blank}
        known = {*places.values(), *(place for place, _ in filters)}
        self.not_read[name] = tuple(header for place, header in enumerate(table.header) if place not in known)
        return records

    def _place(self, table: Table, header: str) -> int | None:
        return table.header.index(header) if header in table.header else None

    def _places(self, table: Table, source: Source, columns: Iterable[Column]) -> dict[str, int]:
        """Where each column stands; a column that must be there and is not is one mistake, not one a row."""
        found = {}
        for column in columns:
            header = source.columns.get(column.name, column.name)
            place = self._place(table, header)
            if place is not None:
                found[column.name] = place
            elif column.needed or column.name in source.columns or column.meaning == "a covariate":
                self.mistakes.append(
                    Mistake(f"a column '{header}' for {column.name}", where=f"{table.file}:1", got=_some(table.header))
                )
        for header in source.only:
            if self._place(table, header) is None:
                self.mistakes.append(
                    Mistake(f"a column '{header}' to choose rows by", where=f"{table.file}:1", got=_some(table.header))
                )
        return found

    def _cell(self, name: str, row: int, column: Column, source: Source, text: str, read: dict[str, Any]) -> Any:
        if text in read:  # the same words come again and again: each is read once
            return read[text]
        if not text or text in self.settings.missing:
            if column.needed:
                self.wrong(name, row, column.name, Mistake(f"{column.meaning}", example=column.example, got=None))
            return None
        told = source.values.get(column.name, {}).get(text, text)
        try:
            found = column.read(told)
        except Mistake as mistake:
            self.wrong(name, row, column.name, _fresh(mistake))
            return None
        read[text] = found
        return found

    # ------------------------------------------------------------------------------------------------------- each table

    def patients(self, records: Sequence[_Record]) -> dict[str, Patient]:
        found: dict[str, Patient] = {}
        arms = {one.id for one in self.settings.arms}
        for one in records:
            cells = one.cells
            if cells["arm"] is not None and cells["arm"] not in arms:
                needs = f"an arm of the cohort ({', '.join(sorted(arms))})"
                self.wrong("patients", one.row, "arm", Mistake(needs, got=cells["arm"]))
            if cells["patient"] in found:
                self.wrong("patients", one.row, "patient", Mistake("each patient once", got=cells["patient"]))
            for first, second in (("start", "last_seen"), ("start", "died"), ("start", "progressed")):
                if cells[first] and cells[second] and cells[second] < cells[first]:
                    needs = f"a day that is not before {first}, {cells[first]}"
                    self.wrong("patients", one.row, second, Mistake(needs, got=cells[second]))
            if cells["died"] and cells["last_seen"] and cells["last_seen"] > cells["died"]:
                needs = f"a day that is not after the death, {cells['died']}"
                self.wrong("patients", one.row, "last_seen", Mistake(needs, got=cells["last_seen"]))
            covariates = {each.column: cells[each.column] for each in self.settings.covariates}
            self._numbers(one, covariates)
            if cells["patient"] is not None:
                found.setdefault(
                    cells["patient"],
                    Patient(
                        cells["patient"], cells["arm"] or "", cells["start"], cells["last_seen"], cells["died"],
                        cells["cause"], cells["progressed"], cells["excluded"], covariates,
                    ),
                )  # fmt: skip
        if not records:
            file = self.tables["patients"].file
            self.mistakes.append(Mistake("at least one patient", where=file))
        return found

    def _numbers(self, record: _Record, covariates: dict[str, str | None]) -> None:
        for each in self.settings.covariates:
            value = covariates[each.column]
            if value is not None and each.cut is not None:
                try:
                    units.number(value)
                except Mistake as mistake:
                    self.wrong("patients", record.row, each.column, mistake)
            elif value is not None and each.order and value not in each.order:
                needs = f"one of {', '.join(each.order)}"
                self.wrong("patients", record.row, each.column, Mistake(needs, got=value))

    def _belongs(self, name: str, record: _Record, patients: Mapping[str, Patient]) -> bool:
        key = record.cells["patient"]
        if key is not None and key not in patients:
            self.wrong(name, record.row, "patient", Mistake("a patient of the table of patients", got=key))
        return key in patients

    def _once(self, name: str, record: _Record, seen: set[Any], key: tuple[Any, ...], column: str) -> bool:
        if key in seen:
            words = ", ".join(str(part) for part in key)
            self.wrong(name, record.row, column, Mistake("each once", got=words))
            return False
        seen.add(key)
        return True

    def cycles(
        self, records: Sequence[_Record], patients: Mapping[str, Patient]
    ) -> dict[str, tuple[tuple[int, dt.date], ...]]:
        found: dict[str, list[tuple[int, dt.date]]] = {}
        seen: set[Any] = set()
        for one in records:
            cells = one.cells
            if (
                self._belongs("cycles", one, patients)
                and None not in (cells["cycle"], cells["day"])
                and self._once("cycles", one, seen, (cells["patient"], cells["cycle"]), "cycle")
            ):
                found.setdefault(cells["patient"], []).append((cells["cycle"], cells["day"]))
        return {key: tuple(sorted(cycles)) for key, cycles in found.items()}

    def visits(self, records: Sequence[_Record], patients: Mapping[str, Patient]) -> dict[str, tuple[Visit, ...]]:
        found: dict[str, list[tuple[Visit, int]]] = {}
        seen: set[Any] = set()
        for one in records:
            cells = one.cells
            whole = None not in (cells["visit"], cells["day"], cells["assessed"])
            if (
                self._belongs("visits", one, patients)
                and whole
                and self._once("visits", one, seen, (cells["patient"], cells["visit"]), "visit")
            ):
                made = Visit(cells["visit"], cells["day"], cells["assessed"])
                found.setdefault(cells["patient"], []).append((made, one.row))
        for visits in found.values():
            visits.sort(key=lambda item: item[0].number)
            for (before, _), (after, row) in itertools.pairwise(visits):
                if after.day < before.day:
                    needs = f"a day that is not before visit {before.number}, {before.day}"
                    self.wrong("visits", row, "day", Mistake(needs, got=after.day))
        return {key: tuple(visit for visit, _ in visits) for key, visits in found.items()}

    def lesions(
        self, records: Sequence[_Record], visits: Sequence[_Record], patients: Mapping[str, Patient]
    ) -> dict[tuple[str, str], dict[int, tuple[Lesion, ...]]]:
        assessed = {(one.cells["patient"], one.cells["visit"]): one.cells["assessed"] for one in visits}
        found: dict[tuple[str, str], dict[int, list[Lesion]]] = {}
        seen: set[Any] = set()
        first: dict[tuple[str, str, str], tuple[Any, ...]] = {}
        for one in records:
            cells = one.cells
            needed = ("visit", "reader", "lesion", "role", "kind", "organ")
            if not self._belongs("lesions", one, patients) or any(cells[key] is None for key in needed):
                continue
            key = (cells["patient"], cells["visit"], cells["reader"], cells["lesion"])
            if not self._once("lesions", one, seen, key, "lesion"):
                continue
            self._lesion(one, assessed)
            same = (cells["role"], cells["kind"], cells["organ"])
            before = first.setdefault((cells["patient"], cells["reader"], cells["lesion"]), same)
            if before != same:
                needs = f"the same role, kind and organ at every visit ({', '.join(before)})"
                self.wrong("lesions", one.row, "lesion", Mistake(needs, got=", ".join(same)))
            made = Lesion(
                cells["lesion"], cells["role"], cells["kind"], cells["organ"], cells["longest_mm"], cells["viable_mm"],
                cells["short_axis_mm"], cells["state"], cells["typical"], cells["cytology"],
            )  # fmt: skip
            found.setdefault((cells["patient"], cells["reader"]), {}).setdefault(cells["visit"], []).append(made)
        self._from_the_baseline(records, seen)
        return {key: {visit: tuple(seen_) for visit, seen_ in by.items()} for key, by in found.items()}

    def _lesion(self, one: _Record, assessed: Mapping[tuple[Any, Any], Any]) -> None:
        """What cannot be true of one lesion at one visit."""
        cells = one.cells

        def wrong(column: str, needs: str, got: object) -> None:
            self.wrong("lesions", one.row, column, Mistake(needs, got=got))

        visit = (cells["patient"], cells["visit"])
        if visit not in assessed:
            wrong("visit", "a visit of the table of visits", cells["visit"])
        elif assessed[visit] is False:
            wrong("visit", "no lesions at a visit that could not be assessed", cells["visit"])
        if cells["role"] == "target" and cells["kind"] not in MEASURABLE:
            wrong("role", f"non-target or new: {cells['kind']} has no diameter that a sum could take", "target")
        if cells["role"] == "new" and cells["visit"] == 0:
            wrong("role", "target or non-target: at the baseline nothing is new", "new")
        if cells["state"] == "progressed" and cells["role"] != "non-target":
            wrong("state", "diameters: only a non-target lesion is judged by eye", "progressed")
        for column, part in (
            ("viable_mm", "a part no larger than the whole"),
            ("short_axis_mm", "a short axis no longer"),
        ):
            if None not in (cells["longest_mm"], cells[column]) and cells[column] > cells["longest_mm"]:
                wrong(column, f"{part}, {cells['longest_mm']} mm", cells[column])
        sizes = [cells[name] for name in ("longest_mm", "viable_mm", "short_axis_mm")]
        if cells["state"] in {"absent", "not evaluated"} and any(size for size in sizes):
            wrong("state", "present, or no diameter", cells["state"])
        if cells["cytology"] is not None and cells["kind"] not in FLUIDS:
            wrong("cytology", "nothing, but of ascites or an effusion", cells["cytology"])

    def _from_the_baseline(self, records: Sequence[_Record], seen: set[Any]) -> None:
        """A lesion that is not new was there at the baseline, by the same reader."""
        for one in records:
            cells = one.cells
            later = cells["role"] in {"target", "non-target"} and cells["visit"]
            if later and (cells["patient"], 0, cells["reader"], cells["lesion"]) not in seen:
                needs = "a lesion that the same reader saw at the baseline, or the role new"
                self.wrong("lesions", one.row, "lesion", Mistake(needs, got=cells["lesion"]))

    def events(self, records: Sequence[_Record], patients: Mapping[str, Patient]) -> tuple[safety.Event, ...]:
        found = []
        for one in records:
            cells = one.cells
            needed = ("term", "ctcae", "relation")
            if not self._belongs("events", one, patients) or any(cells[key] is None for key in needed):
                continue
            try:
                found.append(
                    safety.Event(
                        cells["patient"], cells["term"], cells["grade"], cells["ctcae"], cells["relation"],
                        cells["start"], cells["end"], cells["group"] or "",
                    )
                )  # fmt: skip
            except Mistake as mistake:
                self.wrong("events", one.row, "end", _fresh(mistake))
        return tuple(found)


def _fresh(mistake: Mistake) -> Mistake:
    """A mistake without the place that it had; the table tells its own."""
    mistake.where = ""
    return mistake


def _some(header: Sequence[str]) -> str:
    return ", ".join(header)


def _findings(found: Cohort) -> Iterator[Finding]:
    """What stands out in records that can be read: each is for a person to look at."""
    late = [
        one.id
        for one in found.patients
        if one.start and (visits := found.visits.get(one.id)) and visits[0].number == 0 and visits[0].day > one.start
    ]
    if late:
        message = "the baseline was read after treatment began"
        yield Finding("baseline-after-start", "warning", message, measured=", ".join(late))
    without = [one.id for one in found.included if found.visits and not _has_baseline(found, one.id)]
    if without:
        message = "no baseline was assessed, so no response can be told; they stay in every denominator as NE"
        yield Finding("no-baseline", "warning", message, measured=", ".join(without))
    died = {one.id for one in found.patients if one.died is not None}
    fatal = sorted({one.patient for one in found.events if one.grade == safety.WORST} - died)
    if fatal:
        message = "an event of grade 5, and no day of death"
        yield Finding("death-without-day", "warning", message, measured=", ".join(fatal))
    if found.cycles:
        untreated = [one.id for one in found.included if one.id not in found.cycles]
        if untreated:
            message = "no cycle was given, so they are in no denominator of safety"
            yield Finding("not-treated", "warning", message, measured=", ".join(untreated))


def _has_baseline(found: Cohort, patient: str) -> bool:
    visits = found.visits.get(patient, ())
    return bool(visits) and visits[0].number == 0 and visits[0].assessed


# ----------------------------------------------------------------------------------------------- what the parts ask for


def reads(found: Cohort, rule: Criterion, terms: Terms) -> dict[str, list[Read]]:
    """Every included patient as each reader saw the course: {reader: [a read for each patient]}.

    A patient of whom a reader has read nothing is NE to that reader, and in the denominator.
    """
    told: dict[str, list[Read]] = {}
    for reader in found.readers:
        told[reader] = [_read(found, rule, terms, patient, reader) for patient in found.included]
    return told


def _read(found: Cohort, rule: Criterion, terms: Terms, patient: Patient, reader: str) -> Read:
    visits = course_of(found, patient.id, reader)
    timepoints = response.course(rule, visits)
    baseline = visits[0].day if visits and visits[0].number == 0 else None
    return Read(patient.id, patient.arm, reader, tuple(timepoints), response.best(terms, baseline, timepoints))


def course_of(found: Cohort, patient: str, reader: str) -> list[Visit]:
    """The visits of a patient with what one reader saw at each."""
    lesions = found.lesions.get((patient, reader), {})
    return [replace(visit, lesions=lesions.get(visit.number, ())) for visit in found.visits.get(patient, ())]


def baseline_findings(found: Cohort, rule: Criterion) -> list[Finding]:
    """How the baselines of a cohort depart from a criterion."""
    told = []
    for patient in found.included:
        for reader in found.readers:
            visits = course_of(found, patient.id, reader)
            if visits and visits[0].number == 0 and visits[0].assessed:
                where = f"patient {patient.id}, reader {reader}"
                told += response.baseline_findings(rule, visits[0], where)
    return told


def treated(found: Cohort) -> list[safety.Treated]:
    """Those whose adverse events count: who had a cycle, or everybody included where no cycles are recorded."""
    return [
        safety.Treated(one.id, one.arm, one.start, one.died or one.last_seen)
        for one in found.included
        if not found.cycles or one.id in found.cycles
    ]
