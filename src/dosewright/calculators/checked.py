"""The mark of a calculator: its annotations are its unit check, its docstring is what people are shown of it."""

from __future__ import annotations

import datetime as dt
import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, Final, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

from pint.facets.plain import PlainQuantity

from ..dates import read_day
from ..errors import Mistake, UnitMistake
from ..units import Kind
from .columns import finite

P = ParamSpec("P")
R = TypeVar("R")

MODULES: Final = ("body", "dose", "rounding", "infusion", "loading", "interval", "liver", "staging", "renal")
_SECTION: Final = re.compile(r"^(Formula|Limits|Raises|Source): +(.*(?:\n(?:\s{10,}.*))*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Calculator:
    """One calculator as people and programs find it: name, function, arguments and the sections of its docstring."""

    name: str
    function: Callable[..., Any]
    arguments: Mapping[str, Argument]
    title: str
    formula: tuple[str, ...]
    limits: str
    raises: str
    source: str
    columns: bool

    @property
    def command(self) -> str:
        return self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: a kind of quantity, or one of a few words, or a plain number."""

    name: str
    kind: Kind | None
    words: tuple[str, ...]
    type: Any
    required: bool

    def check(self, value: Any) -> None:
        """Refuse what is not of this argument's kind."""
        if self.kind is not None:
            if not isinstance(value, PlainQuantity):
                raise UnitMistake(self.kind.needs, where=self.name, example=self.kind.example, got=value)
            if not finite(value.magnitude):
                raise UnitMistake(self.kind.needs, where=self.name, example=self.kind.example, got="no finite number")
            if not self.kind.holds(value):
                raise UnitMistake(self.kind.needs, where=self.name, example=self.kind.example, got=f"{value:~}")
        elif self.words and value not in self.words:
            raise Mistake(f"one of {', '.join(self.words)}", where=self.name, example=self.words[0], got=value)
        elif self.type is not None and not isinstance(value, self.type):
            raise Mistake(f"a {self.type.__name__}", where=self.name, got=value)

    def read(self, text: str) -> Any:
        """The argument from text, as the command line and a CSV file give it."""
        try:
            if self.kind is not None:
                return self.kind.read(text)
            if self.words:
                self.check(text)
                return text
            return read_day(text) if self.type is dt.date else self.type.read(text)
        except Mistake as mistake:
            raise mistake if mistake.where else mistake.at(self.name) from None


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """A calculator for one case or a column of cases: keyword-only, every argument is what its annotation says.

    The annotations are read at the first call, so that importing a module of calculators costs nothing.
    """
    arguments: dict[str, Argument] = {}

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if not arguments:
            arguments.update(_arguments(function))
        for name, value in kwargs.items():
            argument = arguments.get(name)
            if argument is not None and (argument.required or value is not None):
                argument.check(value)
        return function(*args, **kwargs)

    wrapper.__checked__ = "column"  # type: ignore[attr-defined]
    return wrapper


def checked_one_by_one(function: Callable[P, R]) -> Callable[P, R]:
    """A calculator whose answer is no number (vials, plans), and which therefore takes one case at a time."""
    wrapper = checked(function)
    wrapper.__checked__ = "one"  # type: ignore[attr-defined]
    return wrapper


def _arguments(function: Callable[..., Any]) -> dict[str, Argument]:
    hints = get_type_hints(inspect.unwrap(function), include_extras=True)
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        hint = hints[name]
        if type(None) in get_args(hint):
            hint = next(one for one in get_args(hint) if one is not type(None))
        kind = next((m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Kind)), None)
        words = tuple(str(w) for w in get_args(hint)) if get_origin(hint) is not Annotated else ()
        plain = hint if isinstance(hint, type) and kind is None else None
        found[name] = Argument(name, kind, words, plain, parameter.default is inspect.Parameter.empty)
    return found


@functools.cache
def catalogue() -> Mapping[str, Calculator]:
    """Every calculator by its name, in the order in which the modules tell them."""
    found = {}
    for module_name in MODULES:
        module = import_module(f"dosewright.calculators.{module_name}")
        for name, function in vars(module).items():
            if hasattr(function, "__checked__") and function.__module__ == module.__name__:
                found[name] = _described(name, function)
    return found


def _described(name: str, function: Callable[..., Any]) -> Calculator:
    text = inspect.getdoc(function) or ""
    sections = {key: re.sub(r"\n\s+", "\n", body) for key, body in _SECTION.findall(text)}
    return Calculator(
        name=name,
        function=function,
        arguments=_arguments(function),
        title=text.partition("\n")[0],
        formula=tuple(sections.get("Formula", "").split("\n")),
        limits=sections.get("Limits", "").replace("\n", " "),
        raises=sections.get("Raises", "").replace("\n", " "),
        source=sections.get("Source", "").replace("\n", " "),
        columns=function.__checked__ == "column",  # type: ignore[attr-defined]
    )
