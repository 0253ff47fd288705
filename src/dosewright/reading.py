"""Strict reading of the files people write: protocol, site and patient, as YAML or JSON.

Everything is read as text with its line and column. Duplicate keys, aliases, tags, directives, tabs, a second document
and unknown keys are refused, and all mistakes of a file are reported at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails

from . import dates
from .errors import Mistake, Mistakes, Refusal, did_you_mean, together, with_article
from .units import number

LARGEST: Final = 1_000_000  # bytes; ten times the longest protocol anybody will write
DEEPEST: Final = 20
ENCODING: Final = "utf-8-sig"  # UTF-8, with or without the mark that some editors put before the first line
MOST_ERRORS: Final = 200
FORBIDDEN: Final = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd\ufffe\u034f\u115f\u1160\u2800\u3164\uffa0\ufe00-\ufe0f]"
)
_NAMES: Final = ("id", "drug", "of", "analyte", "rule", "name", "kind")

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
Path = tuple[str | int, ...]


class Strict(BaseModel):
    """A model of something people write: frozen, and nothing unknown in it."""

    # built when first used: a command needs one or two of the models, and each contains the ones below it anyway
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True)


def text(value: object) -> str:
    """Some text in one line, without the blanks around it: a second line could pass for another remark on a sheet."""
    if not isinstance(value, str) or not value.strip():
        raise Mistake("some text", got=value if isinstance(value, str) else "a list or a mapping")
    if "\n" in value.strip():
        raise Mistake("text in one line, or folded with '>-'", got=value)
    return value.strip()


NOBODY: Final = frozenset(
    {"", "no", "yes", "none", "nobody", "name", "pending", "x", ".", "-", "–", "0", "n/a", "not applicable"}
)
"""What stands where a person or a reason is to be named, and names none."""
_PLACEHOLDERS: Final = NOBODY | {"number", "role", "why", "todo", "tbd", "xxx", "?", "…"}
_TITLES: Final = {"dr", "prof", "med", "mr", "mrs", "ms"}


def written(value: str) -> str:
    """A name, number, role or reason that somebody wrote, and not the word in its place in a template."""
    if value.casefold().strip(".") in _PLACEHOLDERS:
        raise Mistake("what a person has written, no placeholder", example="A. Example", got=value)
    return value


def whole(value: object) -> int:
    """A whole number that is not negative, from text."""
    if not isinstance(value, str) or not re.fullmatch(r"0|[1-9][0-9]{0,5}", value, re.ASCII):
        raise Mistake("a whole number", example="1", got=value)
    return int(value)


def count(value: object) -> int:
    """A whole number from 1, from text: there is no cycle 0 and no day 0."""
    if value == "0":
        raise Mistake("a whole number from 1", example="1", got=value)
    return whole(value)


def name(value: object) -> str:
    """A short name: part of file names, of the paths of decisions, and of the words of a start."""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+){0,9}", value, re.ASCII):
        raise Mistake("a name of small letters, digits and hyphens", example="haic-folfox", got=value)
    return value


def decimal(value: object) -> str:
    """A plain decimal number, kept as the digits that stand there: a laboratory's 1.0 stays 1.0."""
    number(value)  # type: ignore[arg-type]
    return str(value)


def at_least_one(values: tuple[T, ...]) -> tuple[T, ...]:
    """A list that may not be empty."""
    if not values:
        raise Mistake("at least one entry: an empty list says nothing")
    return values


def _several(value: object) -> object:
    return [value] if isinstance(value, Mapping | str) else value


def _as_text(**more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **more})


Text = Annotated[str, BeforeValidator(text)]
Name = Annotated[str, PlainValidator(name), _as_text(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
Whole = Annotated[int, PlainValidator(whole), _as_text(pattern="^(0|[1-9][0-9]{0,5})$")]
Count = Annotated[int, PlainValidator(count), _as_text(pattern="^[1-9][0-9]{0,5}$")]
Decimal = Annotated[str, PlainValidator(decimal), _as_text(examples=["1.5"])]
Day = Annotated[dt.date, PlainValidator(dates.read_day), _as_text(format="date")]
Clock = Annotated[dt.time, PlainValidator(dates.read_clock), _as_text(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Zone = Annotated[zoneinfo.ZoneInfo, PlainValidator(dates.read_zone), _as_text(examples=["Asia/Shanghai"])]
several = BeforeValidator(_several)


def read_json(content: bytes) -> Any:
    """JSON as programs write it: each key once, and numbers that are numbers.

    Raises `ValueError`, in words for whoever wrote it, where it is none.
    """
    try:
        text = content.decode(ENCODING)
        return json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise ValueError(f"it is no text in UTF-8: byte {error.start + 1} is not") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON that can be read: line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError("it goes too deep") from None


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: its data (text, lists and mappings only), where each part stands, and the hash of its bytes."""

    name: str
    data: Any
    marks: Mapping[Path, tuple[int, int]]
    sha256: str

    def where(self, path: Path) -> str:
        """'haic-folfox.yaml:31:11 oxaliplatin, dose' for a path, or its nearest part that stands in the file."""
        known = path
        while known and known not in self.marks:
            known = known[:-1]
        line, column = self.marks.get(known, (1, 1))
        trail = ", ".join(self._trail(path))
        return f"{self.name}:{line}:{column} {trail}".rstrip()

    def tells(self, mistake: Mistake) -> Mistake:
        """A mistake that was found in what this file says: told with line and column, where it names its place."""
        if not mistake.within:
            return mistake.at(self.name)
        mistake.where, mistake.within = self.where(mistake.within), ()
        return mistake

    def _trail(self, path: Path) -> Iterable[str]:
        """The path in the words of the file: an item of a list by its name, where it has one."""
        node = self.data
        words: list[str] = []
        for step in path:
            node = node[step] if _has(node, step) else None
            if isinstance(step, int):
                name = next(
                    (node[key] for key in _NAMES if isinstance(node, dict) and isinstance(node.get(key), str)), ""
                )
                if words and name:
                    words.pop()
                words.append(name or f"{step + 1}")
            else:
                words.append(step)
        return words


def _has(node: Any, step: str | int) -> bool:
    return (
        step in node
        if isinstance(node, dict)
        else isinstance(node, list) and isinstance(step, int) and step < len(node)
    )


def same_name(name: str) -> str:
    """A person's name without what only looks different: case, blanks, points, titles, full-width letters."""
    words = re.split(r"[\s.]+", unicodedata.normalize("NFKC", name).casefold())
    return "".join(word for word in words if word not in _TITLES) or "".join(words)


def read(content: bytes, name: str) -> Document:
    """A document from the bytes of a YAML or JSON file.

    Raises `Mistake` where the bytes are too many, not UTF-8, or not YAML of the plain sort described above.
    """
    if len(content) > LARGEST:
        raise Mistake(f"a file of at most {LARGEST:,} bytes", where=name, got=f"{len(content):,} bytes")
    try:
        decoded = content.decode(ENCODING)
    except UnicodeDecodeError as error:
        raise Mistake("a file in UTF-8", where=name, hint=f"byte {error.start + 1} is not") from None
    forbidden = FORBIDDEN.search(decoded)
    if forbidden:
        line = decoded.count("\n", 0, forbidden.start()) + 1
        column = forbidden.start() - decoded.rfind("\n", 0, forbidden.start())
        hint = f"there stands {_named(forbidden[0])}"
        raise Mistake("plain printable text", where=f"{name}:{line}:{column}", hint=hint)
    data, marks = _Builder(name).build(decoded)
    return Document(name, data, marks, hashlib.sha256(content).hexdigest())


def _named(character: str) -> str:
    """A character that nobody sees, by a name that everybody does."""
    return "a tab; write spaces" if character == "\t" else f"the invisible character U+{ord(character):04X}"


class _Builder:
    """From the events of the YAML parser to data and marks, without recursion: depth cannot exhaust the stack."""

    def __init__(self, name: str) -> None:
        self.name = name

    def build(self, text: str) -> tuple[Any, dict[Path, tuple[int, int]]]:
        try:
            return self._build(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
            raise Mistake("YAML that can be read", where=f"{self.name}{at}", hint=str(error.problem)) from None
        except yaml.YAMLError as error:
            raise Mistake("YAML that can be read", where=self.name, hint=str(error).split("\n")[0]) from None

    def _build(self, text: str) -> tuple[Any, dict[Path, tuple[int, int]]]:
        marks: dict[Path, tuple[int, int]] = {}
        open_nodes: list[tuple[Any, Path]] = []
        keys: list[str | None] = []
        root: Any = None
        documents = 0
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "one document", "a second begins here")
                if event.version or event.tags:
                    self._refuse(event, "YAML without directives", "remove the line that begins with %")
                continue
            if isinstance(event, yaml.AliasEvent):
                self._refuse(event, "every value written out", "anchors and aliases are not read")
            if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                open_nodes.pop()
                keys.pop()
                continue
            if not isinstance(event, yaml.NodeEvent):
                continue
            if event.anchor or getattr(event, "tag", None):
                self._refuse(event, "plain values", "anchors and tags are not read")
            here = _place(event)
            value: Any
            path: Path
            if isinstance(event, yaml.ScalarEvent):
                value = event.value
                hidden = FORBIDDEN.search(value) or re.search("\r", value)
                if hidden:  # spelled out by an escape such as "\u202e"
                    self._refuse(event, "plain printable text", f"there stands {_named(hidden[0])}")
            else:
                value = {} if isinstance(event, yaml.MappingStartEvent) else []
            if not open_nodes:
                root, path = value, ()
            else:
                parent, parent_path = open_nodes[-1]
                if isinstance(parent, list):
                    path = (*parent_path, len(parent))
                    parent.append(value)
                elif keys[-1] is None:
                    if not isinstance(value, str):
                        self._refuse(event, "a plain word as key", "a list or a mapping stands there")
                    if value in parent:
                        self._refuse(event, "every key once", f"'{value}' stands here a second time")
                    keys[-1] = value
                    marks[(*parent_path, value)] = here
                    continue
                else:
                    path = (*parent_path, keys[-1])
                    parent[keys[-1]] = value
                    keys[-1] = None
            marks[path] = here
            if not isinstance(value, str):
                if len(open_nodes) >= DEEPEST:
                    self._refuse(event, f"at most {DEEPEST} levels", "this goes deeper")
                open_nodes.append((value, path))
                keys.append(None)
        if documents == 0:
            raise Mistake("a file with something in it", where=self.name)
        return root, marks

    def _refuse(self, event: yaml.Event, needs: str, hint: str) -> None:
        line, column = _place(event)
        raise Mistake(needs, where=f"{self.name}:{line}:{column}", hint=hint)


def _place(event: yaml.Event) -> tuple[int, int]:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1


def validate(document: Document, model: type[M]) -> M:
    """The document as a model, or all its mistakes at once, each with line and column."""
    if not isinstance(document.data, dict):
        raise Mistake("a file of 'key: value' lines", where=document.where(()))
    known = {field.alias or name for name, field in model.model_fields.items()}
    strange = [key for key in document.data if key not in known]
    if len(strange) > len(document.data) / 2:  # another kind of file; to list each of its keys would help nobody
        kind = model.__name__.strip("_").lower()
        raise Mistake(
            with_article(f"{kind} file"), where=document.name, hint=f"it has keys such as {', '.join(strange[:3])}"
        )
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        # so many at once are read by nobody
        errors = [(_path(document.data, one["loc"]), one) for one in error.errors(include_url=False)[:MOST_ERRORS]]
        mistakes = [told for one in _joined(errors) for told in _mistakes(document, model, *one)]
        distinct = {str(one): one for one in mistakes}
        raise together(sorted(distinct.values(), key=lambda one: _position(one.where))) from None


_SHAPES: Final = {
    "model_type": "a mapping of keys and values",
    "model_attributes_type": "a mapping of keys and values",
    "dict_type": "a mapping of keys and values",
    "tuple_type": "a list",
    "list_type": "a list",
}


# What is said of something built where a word would do as well.
_FOR_A_WORD: Final = {"literal_error", "value_error"}
# Of two branches that failed in one place, the one that is told by the other.
_TOLD_BY: Final = {"literal_error": "value_error", **dict.fromkeys(_SHAPES, "literal_error")}


def _path(data: Any, loc: tuple[str | int, ...]) -> Path:
    """Where an error stands in the file: its location without the names of the branches that Pydantic tried."""
    path: list[str | int] = []
    for index, step in enumerate(loc):
        if _has(data, step):
            data = data[step]
            path.append(step)
        elif index == len(loc) - 1 and isinstance(data, dict) and re.fullmatch(r"\w+", str(step)):
            path.append(step)  # a key that is missing
    return tuple(path)


def _joined(errors: list[tuple[Path, ErrorDetails]]) -> Iterator[tuple[Path, ErrorDetails, str]]:
    """One error for each place: where a place takes a word or something built, the branch that was meant counts.

    The third part is the shape that would do as well.
    """
    for path, error in errors:
        beside = [other for where, other in errors if other is not error and where == path]
        if error["type"] in _SHAPES and any(_refused(other) for other in beside):
            continue  # what stands there was read as a word, and is refused for what it says
        deeper = [where for where, _ in errors if where[: len(path)] == path and len(where) > len(path)]
        if error["type"] in _FOR_A_WORD and deeper and not isinstance(error["input"], str):
            continue
        if error["type"] == "literal_error" and not isinstance(error["input"], str):
            if any(other["type"] not in {"literal_error", *_SHAPES} for other in beside):
                continue
        elif any(other["type"] == _TOLD_BY.get(error["type"]) for other in beside):
            continue
        words = [other["ctx"]["expected"] for other in beside if other["type"] == "literal_error"]
        shapes = [_SHAPES[other["type"]] for other in beside if other["type"] in _SHAPES] or words
        shapes = [] if _refused(error) else shapes
        yield path, error, shapes[0] if shapes else ""


def _refused(error: ErrorDetails) -> bool:
    return isinstance(error.get("ctx", {}).get("error"), Refusal)


def _position(where: str) -> tuple[int, ...]:
    match = re.search(r":(\d+):(\d+)", where)
    return tuple(int(part) for part in match.groups()) if match else (0, 0)


def _mistakes(
    document: Document, model: type[BaseModel], path: Path, error: ErrorDetails, shape: str
) -> Iterator[Mistake]:
    """What one error of Pydantic means; a check of several values may have found several mistakes."""
    cause = error.get("ctx", {}).get("error")
    if error["type"] != "value_error" or not isinstance(cause, Mistake):
        yield _mistake(document, model, path, error, shape)
        return
    for one in cause.mistakes if isinstance(cause, Mistakes) else [cause]:
        inner = f", {one.where}" if one.where else ""
        hint = "; ".join(words for words in (one.hint, f"or {shape}" if shape else "") if words)
        told = type(one)(one.needs, example=one.example, hint=hint)
        told.got, told.where = one.got, document.where((*path, *one.within)) + inner
        yield told


def _mistake(document: Document, model: type[BaseModel], path: Path, error: ErrorDetails, shape: str) -> Mistake:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        known = _known_keys(document, model, path[:-1])
        hint = did_you_mean(str(path[-1]), known, f"known here: {', '.join(known)}" if known else "")
        return Mistake("a key that is known", where=document.where(path), got=path[-1], hint=hint)
    if kind == "missing":
        return Mistake(f"'{error['loc'][-1]}', which is missing", where=document.where(path[:-1]))
    where, got = document.where(path), _brief(error["input"])
    if kind == "literal_error":
        words = context["expected"]
        words = f"one of {words}" if " or " in words else words
        return Mistake(f"{words}, or {shape}" if shape else words, where=where, got=got)
    return Mistake(_SHAPES.get(kind, error["msg"]), where=where, got=got)


def _brief(value: object) -> object:
    return value if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"


def _known_keys(document: Document, model: type[BaseModel], path: Path) -> list[str]:
    """The keys a model knows at a path, for the sake of 'did you mean'."""
    here: Any = model
    for step in path:
        if isinstance(step, str) and isinstance(here, type) and issubclass(here, BaseModel):
            field = next((f for n, f in here.model_fields.items() if step in (n, f.alias)), None)
            here = _inner_model(field.annotation) if field else None
    if not (isinstance(here, type) and issubclass(here, BaseModel)):
        return []
    return [field.alias or name for name, field in here.model_fields.items()]


def _inner_model(annotation: Any) -> Any:
    """The first model inside an annotation such as `tuple[Component, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _inner_model(part))), None)
