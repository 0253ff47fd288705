"""The criteria of response as data: limits, rules and the table of overall responses, each value with its source.

Nothing here is a default for a hospital: which criterion is used, whether a response must be confirmed and how long
stable disease must last is said by whoever reports.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, PlainValidator, WithJsonSchema

from ..errors import Mistake
from ..reading import Count, Strict, Text, read, validate

FILE: Final = Path(__file__).with_name("criteria.yaml")

Target = Literal["CR", "PR", "SD", "PD", "NE"]
NonTarget = Literal["CR", "IR/SD", "PD", "NE", "none"]
Response = Literal["CR", "PR", "SD", "PD", "NE"]
RESPONSES: Final[tuple[Response, ...]] = ("CR", "PR", "SD", "PD", "NE")

_AMOUNT: Final = re.compile(r"([1-9][0-9]{0,3}(?:\.[0-9]{1,2})?) (mm|%|d)", re.ASCII)

T = TypeVar("T")


def _amount(unit: str, example: str) -> Any:
    def of(text: object) -> Decimal:
        match = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
        if match is None or match[2] != unit:
            raise Mistake(f"a number with its unit, {unit}", example=example, got=text)
        return Decimal(match[1])

    return PlainValidator(of), WithJsonSchema({"type": "string", "examples": [example]})


Millimetres = Annotated[Decimal, *_amount("mm", "10 mm")]
Percent = Annotated[Decimal, *_amount("%", "30 %")]
Days = Annotated[Decimal, *_amount("d", "28 d")]


class Fact(Strict, Generic[T]):
    """A value of a criterion, its source, and whether it was read there or is recalled."""

    value: T = Field(alias="is")
    source: Text = Field(alias="from")
    confidence: Literal["SEEN", "RECALLED"] = "SEEN"


class Nodes(Strict):
    """Lymph nodes by their short axis: from where one may be a target, and from where one is disease at all."""

    target: Fact[Millimetres]
    target_porta_hepatis: Fact[Millimetres]
    disease: Fact[Millimetres]
    disease_porta_hepatis: Fact[Millimetres]


class NewInLiver(Strict):
    """A new lesion of the liver: from what size one with the typical pattern counts; how much one without must grow."""

    least: Fact[Millimetres]
    growth: Fact[Millimetres]


class Rule(Strict):
    """One row of the table of overall responses; what no row names is NE, and any progression is PD before it."""

    target: tuple[Target, ...]
    non_target: tuple[NonTarget, ...]
    new: Literal["no"]
    overall: Response


class Criterion(Strict):
    """A criterion of response, with its version."""

    id: Text
    title: Text
    version: Text
    source: Text
    in_liver: Fact[Literal["viable", "longest"]]
    elsewhere: Fact[Literal["viable", "longest"]]
    measurable: Fact[Millimetres]
    most_targets: Fact[Count]
    most_per_organ: Fact[Count]
    nodes: Nodes | None = None
    partial_response: Fact[Percent]
    progression: Fact[Percent]
    least_growth: Fact[Millimetres] | None = None
    new_in_liver: NewInLiver | None = None
    cytology: Fact[Literal["yes"]]
    confirmation: Fact[Text]
    confirmed_after: Fact[Days] | None = None
    overall: tuple[Rule, ...]

    @property
    def confirms_always(self) -> bool:
        """Whether the criterion itself asks for every response to be confirmed."""
        return self.confirmation.value == "always"

    def recalled(self) -> list[str]:
        """The values that were not read at their source, by name."""
        return [name for name, fact in facts(self) if fact.confidence == "RECALLED"]

    def data(self) -> dict[str, Any]:
        """What a report says of the criterion it used."""
        return {
            "id": self.id,
            "title": self.title,
            "version": self.version,
            "source": sources()[self.source],
            "recalled": self.recalled(),
        }


def facts(model: BaseModel, path: str = "") -> Iterator[tuple[str, Fact[Any]]]:
    """Every value of a criterion with its name: 'nodes.target'."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, Fact):
            yield f"{path}{name}", value
        elif isinstance(value, BaseModel):
            yield from facts(value, f"{path}{name}.")


class _Criteria(Strict):
    dosewright: Literal["1"] = Field(alias="schema")
    sources: dict[Text, Text]
    criteria: tuple[Criterion, ...]


@functools.cache
def _file() -> _Criteria:
    return validate(read(FILE.read_bytes(), FILE.name), _Criteria)


@functools.cache
def criteria() -> Mapping[str, Criterion]:
    """Every criterion by its id."""
    return {one.id: one for one in _file().criteria}


def sources() -> Mapping[str, str]:
    """The works that the criteria cite, by key."""
    return _file().sources


def criterion(name: str) -> Criterion:
    """A criterion by its id; there is none by default, since the result depends on it.

    >>> criterion("recist-1.1").least_growth.value, criterion("mrecist").least_growth
    (Decimal('5'), None)
    >>> criterion("recist")
    Traceback (most recent call last):
    dosewright.errors.Mistake: needs a criterion of response (mrecist, recist-1.1, recist-1.0), for example ...
    """
    found = criteria().get(name)
    if found is None:
        raise Mistake(f"a criterion of response ({', '.join(criteria())})", example="mrecist", got=name)
    return found
