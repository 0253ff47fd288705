"""The protocol as data: every value with its source; what the source disputes or leaves open, said so.

A value is *stated* (`is` and `from`), *disputed* (the source contradicts itself and the other figure stands beside the
first) or *unstated* (the source is silent and a site must say). Nothing here is guessed, and nothing here computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Literal, TypeVar, get_args

from pydantic import (
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from .. import wording
from ..errors import Mistake, Refusal, UnitMistake
from ..reading import Day, Strict, Text, Whole, several, text, whole
from ..units import (
    DOSE,
    DOSE_PER_AREA,
    DOSE_PER_WEIGHT,
    DURATION,
    INTERVAL,
    LOADING,
    PERCENT,
    VOLUME,
    Kind,
    Quantity,
    Range,
    RangeOf,
    quantity,
    read_range,
)

SCHEMA: Final = 1
T = TypeVar("T")

Route = Literal["intravenous", "hepatic intra-arterial", "oral", "subcutaneous"]
ROUTES: Final = get_args(Route)
Status = Literal["draft", "active", "retired"]
Answer = Literal["yes", "no"]

DOSE_KINDS: Final[tuple[Kind, ...]] = (DOSE_PER_AREA, DOSE_PER_WEIGHT, DOSE)


def read_dose(text: object) -> Quantity:
    """A dose per m², per kg or flat: the unit says which, and a unit of nothing of the sort is refused."""
    try:
        value = quantity(text)
        for kind in DOSE_KINDS:
            if kind.holds(value):
                return kind.read(text)
    except UnitMistake as mistake:
        raise UnitMistake("a dose with its unit", example="85 mg/m^2", got=text, hint=mistake.hint) from None
    raise UnitMistake("a dose with its unit", example="85 mg/m^2", got=text)


def read_route(value: object) -> Route:
    """A route in full."""
    if value not in ROUTES:
        raise Mistake(f"a route in full ({', '.join(ROUTES)})", example="intravenous", got=value)
    return value  # type: ignore[return-value]


AnyDose = Annotated[Quantity, PlainValidator(read_dose), WithJsonSchema({"type": "string", "examples": ["85 mg/m^2"]})]
Weeks = Annotated[Range, RangeOf(INTERVAL)]


@dataclass(frozen=True)
class Start:
    """When a component starts: first, with another, after another, or between two others."""

    rule: Literal["first", "with", "after", "between"]
    other: str = ""
    then: str = ""

    @classmethod
    def read(cls, text: object) -> Start:
        """A start from text: 'first', 'with X', 'after X', 'between X and Y'."""
        words = str(text).split(" ")
        match words:
            case ["first"]:
                return cls("first")
            case [("with" | "after") as rule, other]:
                return cls(rule, other)
            case ["between", other, "and", then]:
                return cls("between", other, then)
        raise Mistake("a start: first, with X, after X, or between X and Y", example="after oxaliplatin", got=text)

    def __str__(self) -> str:
        words = [self.rule, self.other, *(["and", self.then] if self.then else [])]
        return " ".join(word for word in words if word)


class Alternative(Strict, Generic[T]):
    """What the source says in another place about the same thing."""

    value: T = Field(alias="is")
    source: Text = Field(alias="from")


class Stated(Strict, Generic[T]):
    """One value as its source has it: stated, disputed or unstated.

    The fields hold text until `Of` reads them as the kind of value that the place asks for.
    """

    value: T | None = Field(None, alias="is")
    source: Text | None = Field(None, alias="from")
    disputed: Annotated[tuple[Alternative[T], ...], several] = ()
    unstated: Literal["true"] | None = None
    options: tuple[Text, ...] = ()
    discrepancy: Text | None = None
    note: Text | None = None
    _read: Callable[[object], T] = PrivateAttr()

    @model_validator(mode="after")
    def _value_and_source_in_one_breath(self) -> Stated[T]:
        if self.unstated:
            if self.value is not None or self.disputed:
                raise Mistake("either a value or 'unstated: true', not both")
        elif self.value is None:
            raise Mistake("'is: VALUE' with 'from: SOURCE', or 'unstated: true'")
        elif self.source is None:
            raise Mistake("'from: SOURCE' beside every value", example="{is: 85 mg/m^2, from: methods}")
        return self

    @property
    def open(self) -> bool:
        """Whether a site must decide."""
        return bool(self.unstated or self.disputed)

    def choose(self, choice: str) -> tuple[T, str]:
        """The value and source that a decision picks: a source by its key where disputed, a value where unstated."""
        if not self.unstated:
            for value, source in [(self.value, self.source), *((a.value, a.source) for a in self.disputed)]:
                if choice == source and value is not None and source is not None:
                    return value, source
            keys = [str(self.source), *(a.source for a in self.disputed)]
            raise Mistake(f"one of the sources {', '.join(keys)}", example=keys[0], got=choice)
        if self.options and choice not in self.options:
            raise Mistake(f"one of: {'; '.join(self.options)}", example=self.options[0], got=choice)
        return self._read(choice), "site"


@dataclass(frozen=True)
class Of:
    """As the metadata of `Annotated[Stated, Of(read)]`: the values of this place are read by `read`.

    One model serves every kind of value: a class of Pydantic for each would cost more than all else at the start.
    """

    read: Callable[[Any], Any]
    example: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self._fill, handler(source))

    def _fill(self, stated: Stated[Any]) -> Stated[Any]:
        read = self.read
        others = tuple(one.model_copy(update={"value": read(one.value)}) for one in stated.disputed)
        value = None if stated.value is None else read(stated.value)
        made = stated.model_copy(update={"value": value, "disputed": others})
        made._read = read
        return made

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "description": f"for example {{is: {self.example}, from: methods}}"}


if TYPE_CHECKING:
    Fact = Stated[str]
    StatedRoute = Stated[Route]
    StatedDose = Stated[Quantity]
    StatedMass = Stated[Quantity]
    StatedDuration = Stated[Quantity]
    StatedStart = Stated[Start]
    StatedCount = Stated[int]
    StatedCapacity = Stated[Range]
    StatedWeeks = Stated[Range]
    StatedShare = Stated[Quantity]
    StatedVolume = Stated[Quantity]
else:
    Fact = Annotated[Stated, Of(text, "some text")]
    StatedRoute = Annotated[Stated, Of(read_route, "intravenous")]
    StatedDose = Annotated[Stated, Of(read_dose, "85 mg/m^2")]
    StatedMass = Annotated[Stated, Of(DOSE.read, "50 mg")]
    StatedDuration = Annotated[Stated, Of(DURATION.read, "4 h")]
    StatedStart = Annotated[Stated, Of(Start.read, "after oxaliplatin")]
    StatedCount = Annotated[Stated, Of(whole, "1")]
    StatedCapacity = Annotated[Stated, Of(partial(read_range, kind=LOADING), "40 to 60 mg/vial")]
    StatedWeeks = Annotated[Stated, Of(partial(read_range, kind=INTERVAL), "3 to 4 wk")]
    StatedShare = Annotated[Stated, Of(PERCENT.read, "90 %")]
    StatedVolume = Annotated[Stated, Of(VOLUME.read, "20 mL")]


class Source(Strict):
    """Where a value was read: the place, what it states there in our words, and who held file against page."""

    where: Text
    states: Text
    held_by: Text
    held_on: Day
    confidence: Literal["SEEN", "RECALLED"] = "SEEN"


class Work(Strict):
    """The publication a protocol comes from."""

    title: Text
    authors: Text
    published_in: Text
    doi: Text | None = None


class Criterion(Strict):
    """One criterion of eligibility: what it measures, and what it requires of it."""

    id: Text
    text: Text
    measures: Literal[
        "age",
        "advanced_disease",
        "diagnosis_confirmed",
        "child_pugh_class",
        "ecog",
        "measurable_lesion",
        "other_antitumour_therapy",
        "massive_ascites_with_portal_hypertension",
        "first_imaging",
        "lost_to_follow_up",
    ]
    at_least: Whole | None = None
    at_most: Whole | None = None
    one_of: tuple[Text, ...] = ()
    source: Text = Field(alias="from")

    @model_validator(mode="after")
    def _something_required(self) -> Criterion:
        if self.at_least is None and self.at_most is None and not self.one_of:
            raise Mistake("'at_least', 'at_most' or 'one_of'")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise Refusal(f"at_least {self.at_least} is above at_most {self.at_most}")
        return self


class Limit(Strict):
    """The most a component may be, and where that is said."""

    at_most: AnyDose
    source: Text = Field(alias="from")


class Component(Strict):
    """One drug's part in the regimen: dose, route, day, duration and place in the sequence."""

    id: Text | None = None
    drug: Text
    form: Fact | None = None
    route: StatedRoute
    days: tuple[Whole, ...]
    dose: StatedDose
    over: StatedDuration
    start: StatedStart
    per_cycle: StatedDose | None = None
    limit: Limit | None = None
    notes: tuple[Fact, ...] = ()

    @property
    def key(self) -> str:
        """The name by which decisions and other components speak of it."""
        return self.id or self.drug

    @model_validator(mode="after")
    def _adds_up(self) -> Component:
        if not self.days or 0 in self.days or len(set(self.days)) != len(self.days):
            raise Mistake("a list of days, each once, the first of them day 1 (there is no day 0)", example="[1]")
        dose = self.dose.value
        total = self.per_cycle.value if self.per_cycle else None
        if dose is not None and total is not None:
            if total.units.dimensionality != dose.units.dimensionality:
                raise Refusal("per_cycle and dose are of different kinds", example="85 mg/m^2")
            if abs(total.m_as(dose.units) - dose.magnitude * len(self.days)) > 1e-9 * total.m_as(dose.units):
                raise Refusal(f"per_cycle is not dose × {len(self.days)} administrations")
        if self.limit is not None and dose is not None:
            most = self.limit.at_most
            if most.units.dimensionality != dose.units.dimensionality:
                raise Refusal("the limit and the dose are of different kinds: mg is no mg/m²", example="85 mg/m^2")
            if most.m_as(dose.units) < dose.magnitude:
                raise Refusal("the limit lies below the dose")
        return self


class BeadLoading(Strict):
    """How drug gets onto the beads. Capacity is per vial and of no named drug; it is no dose."""

    drug: Fact
    dose: StatedMass
    bead_size: Fact
    vials: StatedCount
    every_cycle: Fact
    capacity: StatedCapacity
    fluid: Fact
    contact_at_least: StatedDuration
    uptake_over: StatedShare
    final_volume: StatedVolume
    final_volume_per: Fact
    final_fluid: Fact


class Procedure(Strict):
    """What the interventional oncologist does before the drugs run."""

    id: Text
    name: Text
    device: Fact | None = None
    day: Whole
    steps: tuple[Fact, ...]
    stages: Fact | None = None
    loading: BeadLoading | None = None


class Visit(Strict):
    """What is followed up, and when: counted from the treatment, repeated, or after each cycle."""

    what: Text
    after_treatment: Weeks | None = None
    every: Weeks | None = None
    after_each_cycle: Literal["true"] | None = None
    source: Text = Field(alias="from")

    @property
    def when(self) -> str:
        """When, in words."""
        if self.after_treatment is not None:
            return f"{wording.say_range(self.after_treatment)} after treatment"
        return "after each cycle" if self.every is None else f"every {wording.say_range(self.every)}"


class Endpoint(Strict):
    """An endpoint as the source defines it, and what is amiss with the definition."""

    id: Text
    definition: Fact
    primary: Answer = "no"


class Protocol(Strict):
    """A published treatment protocol: who, what, when, until when, and every value's source."""

    dosewright: Literal["1"] = Field(alias="schema")
    id: Text
    version: Text
    status: Status
    title: Text
    arm: Text
    indication: Text
    work: Work
    sources: dict[Text, Source]
    eligibility: tuple[Criterion, ...]
    procedures: tuple[Procedure, ...] = ()
    components: tuple[Component, ...]
    interval: StatedWeeks
    interval_counted: Fact
    premedication: Fact
    follow_up: tuple[Visit, ...]
    stop: Fact
    endpoints: tuple[Endpoint, ...] = ()
    response_criterion: Fact | None = None
    cautions: tuple[Fact, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Protocol:
        keys = [component.key for component in self.components]
        for key in keys:
            if keys.count(key) > 1:
                raise Mistake(f"an 'id' for each component of {key}, which stands here twice", got=key)
        for component in self.components:
            start = component.start.value
            for other in (start.other, start.then) if start else ():
                if other and other not in keys:
                    raise Mistake(
                        f"the name of a component ({', '.join(keys)})", where=f"{component.key}, start", got=other
                    )
        for path, stated in self.values():
            for source in [stated.source, *(a.source for a in stated.disputed)]:
                if source is not None and source not in self.sources:
                    raise Mistake(f"a source of this file ({', '.join(self.sources)})", where=path, got=source)
        return self

    @property
    def loading(self) -> BeadLoading | None:
        """The bead loading of this protocol, if it has one."""
        return next((p.loading for p in self.procedures if p.loading), None)

    def values(self) -> Iterator[tuple[str, Stated[Any]]]:
        """Every stated value with the path by which a decision names it."""
        for component in self.components:
            for name in ("form", "route", "dose", "over", "start", "per_cycle"):
                stated = getattr(component, name)
                if stated is not None:
                    yield f"{component.key}.{name}", stated
            yield from ((f"{component.key}.notes", note) for note in component.notes)
        for procedure in self.procedures:
            if procedure.device:
                yield f"{procedure.id}.device", procedure.device
            if procedure.stages:
                yield f"{procedure.id}.stages", procedure.stages
            yield from ((f"{procedure.id}.steps", step) for step in procedure.steps)
            if procedure.loading:
                for name in BeadLoading.model_fields:
                    yield f"beads.{name}", getattr(procedure.loading, name)
        for name in ("interval", "interval_counted", "premedication", "stop", "response_criterion"):
            stated = getattr(self, name)
            if stated is not None:
                yield name, stated
        yield from ((f"endpoints.{e.id}", e.definition) for e in self.endpoints)
        yield from (("cautions", caution) for caution in self.cautions)

    def questions(self) -> Mapping[str, Stated[Any]]:
        """What the source disputes or leaves open, by path: each must be decided by a site."""
        return {path: stated for path, stated in self.values() if stated.open}
