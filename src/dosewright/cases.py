"""Calculators on cases: one from the command line, or a table of any length, refused rows beside the rest."""

from __future__ import annotations

import contextlib
import csv
import functools
import inspect
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import IO, Any, Final, get_args, get_type_hints

from pint.facets.plain import PlainQuantity, PlainUnit

from . import files, wording
from .calculators.checked import Argument, Calculator, catalogue
from .errors import Mistake, did_you_mean
from .units import UNITS, Kind, code, number, quantity, settled, symbol

CHUNK: Final = 20_000  # rows read, computed and written at a time, so that memory does not grow with the table
_HEADER: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?: \[([^\]]+)\])?")
_TOKEN: Final = re.compile(r"(\w+) \[([^\]]+)\]")
_WORDS: Final = re.compile(r"\b(?!log10\b)[a-z]+\b")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def calculator(name: str) -> Calculator:
    """A calculator by its name, with hyphens or underscores."""
    found = catalogue().get(name.replace("-", "_"))
    if found is None:
        known = [one.command for one in catalogue().values()]
        hint = did_you_mean(name, known, "'dosewright calc list' shows them all")
        raise Mistake("the name of a calculator", example="bsa-mosteller", got=name, hint=hint)
    return found


# ------------------------------------------------------------------------------------------------------------ one case


@dataclass(frozen=True, slots=True)
class AnswerOf:
    """What a calculator answered, on what, and its working."""

    calculator: Calculator
    entered: Mapping[str, str]
    result: Any
    working: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        from .orders.doses import to_data

        return {
            "name": self.calculator.command,
            "arguments": dict(self.entered),
            "result": to_data(self.result),
            "working": list(self.working),
            "source": self.calculator.source,
        }


def answer(found: Calculator, values: Sequence[str]) -> AnswerOf:
    """The answer of a calculator to 'argument=value' texts."""
    texts: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise Mistake("ARGUMENT=VALUE", example=_example(found), got=text)
        if name not in found.arguments:
            raise Mistake(
                f"an argument of {found.command} ({', '.join(found.arguments)})", got=name, example=_example(found)
            )
        if name in texts:
            raise Mistake("each argument once", where=name, got=text)
        texts[name] = value
    missing = [one for one in found.arguments.values() if one.required and one.name not in texts]
    if missing:
        names = wording.listed(one.name for one in missing)
        raise Mistake(
            f"{names}, which {'is' if len(missing) == 1 else 'are'} missing",
            where=found.command,
            example=_example(found),
        )
    arguments = {name: found.arguments[name].read(text) for name, text in texts.items()}
    result = found.function(**arguments)
    return AnswerOf(found, texts, result, tuple(working(found, arguments, result)))


def _example(found: Calculator) -> str:
    parts = []
    for one in found.arguments.values():
        if one.required:
            parts.append(f'{one.name}="{one.kind.example if one.kind else one.words[0] if one.words else "…"}"')
    return " ".join(parts)


def working(found: Calculator, arguments: Mapping[str, Any], result: Any) -> Iterator[str]:
    """The formula as stated, and the same with this case's numbers in it."""
    for line in found.formula:
        label, formula = _label(line)
        if label and not _applies(label, arguments):
            continue
        yield formula
        left, equals, right = formula.partition("=")
        answered = result if isinstance(result, PlainQuantity) else getattr(result, left.partition(" [")[0], None)
        if equals and isinstance(answered, PlainQuantity) and (filled := _filled(found, right.strip(), arguments)):
            yield f"{filled} = {wording.say(answered)}"


def _filled(found: Calculator, right: str, arguments: Mapping[str, Any]) -> str:
    """The right side of a formula with this case's numbers; nothing, where it is told in words."""
    tokens = _TOKEN.findall(right)
    if not tokens or not all(name in arguments for name, _ in tokens) or _WORDS.search(_TOKEN.sub("", right)):
        return ""

    def number_of(match: re.Match[str]) -> str:
        kind = found.arguments[match[1]].kind
        return wording.number(kind.magnitude(arguments[match[1]], match[2])) if kind else match[0]

    return _TOKEN.sub(number_of, right)


def _label(line: str) -> tuple[str, str]:
    label, colon, formula = line.partition(": ")
    return (label, formula) if colon and "=" not in label and "[" not in label else ("", line)


def _applies(label: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a line of a formula is the one for this case: 'male', 'added', 'weight < 10 kg'."""
    condition = re.fullmatch(r"(\w+) ([<≥]) (.+)", label)
    if condition is None:
        return label in arguments.values() if label.isascii() else True
    value, edge = arguments[condition[1]], quantity(condition[3])
    below = value.m_as(edge.units) < edge.magnitude
    return bool(below if condition[2] == "<" else not below)


# ------------------------------------------------------------------------------------------------------------- a table


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table: carried along as it is, or an argument, with the unit of its header if it has one."""

    index: int
    argument: Argument | None
    unit: str


def calculate(found: Calculator, source: str, target: str, *, progress: Callable[[int], None]) -> tuple[int, int]:
    """Compute a CSV file row by row, of any length; return how many rows were refused, and how many there were.

    Every row read is a row written: with its result, or with the message of why it was refused.
    """
    if Path(source).resolve() == Path(target).resolve():
        raise Mistake("another file than the input", where="--out", got=target)
    refused = rows = 0
    with reading(source) as lines, files.writing(Path(target)) as file:
        header = next(lines, None)
        if header is None:
            raise Mistake("a table with a header", where=source, example=_header_example(found))
        columns = _columns(found, header, source)
        writer = csv.writer(file, lineterminator="\n")
        outputs = [output.header for output in _outputs(found.function)]
        writer.writerow([*(quoted(cell) for cell in header), *outputs, "refused"])
        while chunk := list(itertools.islice(lines, CHUNK)):
            written = _chunk(found, columns, len(header), chunk)
            writer.writerows(written)
            refused += sum(1 for row in written if row[-1])
            rows += len(chunk)
            progress(rows)
    return refused, rows


@contextlib.contextmanager
def reading(path: str) -> Iterator[Iterator[list[str]]]:
    """The rows of a CSV file, each as it stands there; what is no table is refused with its line."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:  # spreadsheets begin a file with a mark
            yield _strictly(csv.reader(_without_nul(file, path), strict=True), path)
    except OSError as error:
        raise Mistake("a file that can be read", got=path, hint=error.strerror or "") from None


def _without_nul(file: IO[str], path: str) -> Iterator[str]:
    for row, line in enumerate(file, 1):
        if "\0" in line:
            raise Mistake("plain text", where=f"{path}:{row}", hint="there stands an invisible character")
        yield line


def _strictly(reader: Any, path: str) -> Iterator[list[str]]:
    """The rows of a table; what is no table is refused with its line."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Mistake("a CSV table", where=f"{path}:{reader.line_num}", hint=str(error)) from None
        except UnicodeDecodeError:
            raise Mistake("a file in UTF-8", where=f"{path}:{reader.line_num + 1}") from None


def _columns(found: Calculator, header: Sequence[str], path: str) -> list[_Column]:
    columns = []
    seen = set()
    for index, cell in enumerate(header):
        match = _HEADER.fullmatch(cell.strip())
        name = match[1].replace("-", "_") if match else cell
        if name in seen:
            raise Mistake("each column once", where=f"{path}:1", got=cell)
        seen.add(name)
        argument = found.arguments.get(name)
        unit = (match[2] or "") if match and argument else ""
        if (
            argument
            and unit
            and (argument.kind is None or UNITS.get(unit) not in {UNITS[u] for u in argument.kind.units})
        ):
            units = ", ".join(argument.kind.units) if argument.kind else "none"
            raise Mistake(f"a unit of {name} ({units})", where=f"{path}:1", got=cell)
        columns.append(_Column(index, argument, unit))
    missing = [one.name for one in found.arguments.values() if one.required and one.name not in seen]
    if missing:
        hint = "the columns are separated by commas" if any(";" in cell for cell in header) else ""
        needs = f"a column for {wording.listed(missing)}"
        raise Mistake(needs, where=f"{path}:1", example=_header_example(found), got=",".join(header), hint=hint)
    return columns


def _header_example(found: Calculator) -> str:
    return ",".join(
        f"{a.name} [{a.kind.units[0]}]" if a.kind else a.name for a in found.arguments.values() if a.required
    )


@dataclass(frozen=True, slots=True)
class _Output:
    """One column of results: its header, how to get it from a result, and the unit in which it is written."""

    header: str
    field: str | None
    kind: Kind | None
    unit: PlainUnit | str | None

    def of(self, result: Any) -> Any:
        value = getattr(result, self.field) if self.field else result
        if value is None or self.kind is None or self.unit is None:
            return value
        return self.kind.magnitude(value, self.unit)


@functools.cache
def _outputs(function: Callable[..., Any]) -> tuple[_Output, ...]:
    """The columns that a calculator adds: one for a quantity, one for each field of a result that has several."""
    hint = get_type_hints(inspect.unwrap(function), include_extras=True)["return"]
    if not is_dataclass(hint):
        return (_output("result", None, hint),)
    hints = get_type_hints(hint, include_extras=True)
    return tuple(_output(f"result {field.name}", field.name, hints[field.name]) for field in fields(hint))


def _output(header: str, field: str | None, hint: Any) -> _Output:
    annotations = [hint, *get_args(hint)]  # a kind may stand behind '| None'
    kinds = [m for one in annotations for m in getattr(one, "__metadata__", ()) if isinstance(m, Kind)]
    if not kinds:
        return _Output(header, field, None, None)
    # a result that is told in another unit than its kind's first names that unit in its annotation
    own = [m for one in annotations for m in getattr(one, "__metadata__", ()) if isinstance(m, str)]
    unit = UNITS[own[0]] if own else kinds[0].unit
    return _Output(f"{header} [{_heading(unit)}]", field, kinds[0], unit)


def _heading(unit: PlainUnit) -> str:
    """A unit as the header of a column has it: UCUM, and as people write it where UCUM has but a remark in braces."""
    return symbol(unit) if "{" in code(unit) else code(unit)


def quoted(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula, with the quote that keeps it text."""
    kept = f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
    # The writer quotes a line feed and not a lone carriage return, at which other readers would end the row.
    return kept if "\n" in kept else kept.replace("\r", "\n")


def unquoted(cell: str) -> str:
    """What stood in a cell before it was quoted."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA_STARTS) else cell


def _chunk(found: Calculator, columns: Sequence[_Column], width: int, rows: Sequence[list[str]]) -> list[list[str]]:
    """The rows with their results: computed as columns where that serves, one by one where a row is refused."""
    read: list[dict[str, Any] | Mistake] = [_read_row(columns, width, row) for row in rows]
    results: list[list[str]] = [[] for _ in rows]
    empty = [""] * len(_outputs(found.function))
    groups: dict[tuple[Any, ...], list[int]] = {}
    for index, values in enumerate(read):
        if isinstance(values, Mistake):
            results[index] = [*empty, str(values)]
        else:
            groups.setdefault(_group(values), []).append(index)
    for members in groups.values():
        cases = [read[index] for index in members]
        for index, told in zip(members, _computed(found, cases, empty), strict=True):  # type: ignore[arg-type]
            results[index] = told
    return [[*cells(row, width), *told] for row, told in zip(rows, results, strict=True)]


def cells(row: Sequence[str], width: int) -> list[str]:
    """A row as wide as the header, so that what is written beside it stands in its own column."""
    return [quoted(cell) for cell in (*row[:width], *[""] * (width - len(row)))]


def _read_row(columns: Sequence[_Column], width: int, row: Sequence[str]) -> dict[str, Any] | Mistake:
    if len(row) != width:
        return Mistake(f"{width} cells", got=",".join(row), hint=f"these are {len(row)}")
    values = {}
    for column in columns:
        argument = column.argument
        if argument is None:
            continue
        text = row[column.index]
        if text == "" and not argument.required:
            continue
        try:
            values[argument.name] = argument.read(_with_unit(text, column))
        except Mistake as mistake:
            return mistake
    return values


def _with_unit(text: str, column: _Column) -> str:
    """A cell with the unit of its header; a cell that brings its own is refused there, for two might disagree."""
    if not column.unit:
        return text
    try:
        number(text.strip(" "))
    except Mistake as mistake:
        name = column.argument.name if column.argument else ""
        needs = f"a plain number, since the header says {column.unit}"
        raise Mistake(needs, where=name, example=mistake.example, got=text, hint=mistake.hint) from None
    return f"{text} {column.unit}"


def _group(values: Mapping[str, Any]) -> tuple[Any, ...]:
    """What must be the same for cases to be computed together: words and units."""
    return tuple((name, v.units if isinstance(v, PlainQuantity) else v) for name, v in values.items())


def _computed(found: Calculator, cases: Sequence[dict[str, Any]], empty: list[str]) -> list[list[str]]:
    if found.columns and len(cases) > 1:
        with contextlib.suppress(Mistake):  # where a row is refused, the rows one by one say which, and why
            return _as_column(found, cases)
    told = []
    for case in cases:
        try:
            result = found.function(**case)
        except Mistake as mistake:
            told.append([*empty, str(mistake)])
        else:
            told.append([*(_cell(output.of(result)) for output in _outputs(found.function)), ""])
    return told


def _as_column(found: Calculator, cases: Sequence[dict[str, Any]]) -> list[list[str]]:
    import numpy

    first = cases[0]
    arguments = {
        name: quantity(numpy.array([case[name].magnitude for case in cases]), value.units)
        if isinstance(value, PlainQuantity)
        else value
        for name, value in first.items()
    }
    result = found.function(**arguments)
    columns = [output.of(result) for output in _outputs(found.function)]
    values = [column.tolist() if hasattr(column, "tolist") else [column] * len(cases) for column in columns]
    return [[*(_cell(value) for value in row), ""] for row in zip(*values, strict=True)]


def _cell(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {True: "yes", False: "no", None: ""}[value]
    if isinstance(value, float | int):
        return _number(value)
    if isinstance(value, PlainQuantity):
        return wording.say(value)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):  # one with fields says itself what it is
        return "; ".join(_cell(one) for one in value)
    return str(value)


def shown(value: Any) -> str:
    """Any argument or result in words, for people."""
    if isinstance(value, PlainQuantity):
        return wording.say(value)
    if isinstance(value, tuple) and not value:
        return "none"
    if value is None:
        return "none"
    return _cell(value) if isinstance(value, bool | tuple | float | int) else str(value)


def _number(value: float) -> str:
    """A number for programs: every digit that means something, never an exponent."""
    text = f"{settled(value):.10f}"
    return text.rstrip("0").rstrip(".")
