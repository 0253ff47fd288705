"""The protocol as data: every value with its source; what the source disputes or leaves open, said so.

A value is *stated* (`is` and `from`), *disputed* (the source contradicts itself and the other figure stands beside the
first) or *unstated* (the source is silent and a site must say). Nothing here is guessed, and nothing here computes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
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
from ..errors import Mistake, Refusal, UnitMistake, together
from ..reading import Count, Day, Name, Strict, Text, Whole, count, several, text
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
        keys = [self.source, *(one.source for one in self.disputed)]
        if len(set(keys)) < len(keys):
            raise Mistake("another source for each figure, since a decision names the source it follows", got=keys[-1])
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
        for option in stated.options:
            read(option)
        made = stated.model_copy(update={"value": value, "disputed": others})
        made._read = read
        return made

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "description": f"for example {{is: {self.example}, from: methods}}"}


def _known_drug(value: object) -> str:
    from .drugs import drug

    return drug(text(value)).name


if TYPE_CHECKING:
    Fact = Stated[str]
    StatedDrug = Stated[str]
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
    StatedDrug = Annotated[Stated, Of(_known_drug, "doxorubicin")]
    StatedRoute = Annotated[Stated, Of(read_route, "intravenous")]
    StatedDose = Annotated[Stated, Of(read_dose, "85 mg/m^2")]
    StatedMass = Annotated[Stated, Of(DOSE.read, "50 mg")]
    StatedDuration = Annotated[Stated, Of(DURATION.read, "4 h")]
    StatedStart = Annotated[Stated, Of(Start.read, "after oxaliplatin")]
    StatedCount = Annotated[Stated, Of(count, "1")]
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


_NUMBERS: Final = ("age", "ecog")  # what is measured in numbers; everything else is answered in a word


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
        if self.measures in _NUMBERS:
            if self.one_of or (self.at_least is None and self.at_most is None):
                raise Mistake(f"'at_least', 'at_most' or both, since {self.measures} is a number")
            if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
                raise Refusal(f"at_least {self.at_least} is above at_most {self.at_most}")
            return self
        words = "ABC" if self.measures == "child_pugh_class" else ("yes", "no")
        if not self.one_of or self.at_least is not None or self.at_most is not None or set(self.one_of) - set(words):
            raise Mistake(f"'one_of' with answers to {self.measures} ({', '.join(words)})", example=f"[{words[0]}]")
        return self


class Limit(Strict):
    """The most a component may be, and where that is said."""

    at_most: AnyDose
    source: Text = Field(alias="from")


def known_drug(name: str) -> str:
    """The generic name of a drug of which the facts are known."""
    from .drugs import drug

    return drug(name).name


class Component(Strict):
    """One drug's part in the regimen: dose, route, day, duration and place in the sequence."""

    id: Name | None = None
    drug: Annotated[Text, AfterValidator(known_drug)]
    form: Fact | None = None
    route: StatedRoute
    days: tuple[Count, ...]
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

    def starts(self) -> tuple[Start, ...]:
        """Every way in which it may start: as stated, as disputed, or as a site may choose."""
        figures = (self.start.value, *(one.value for one in self.start.disputed))
        return (*(one for one in figures if one is not None), *(Start.read(one) for one in self.start.options))

    @model_validator(mode="after")
    def _adds_up(self) -> Component:
        found = [*self._mistakes_of_drug(), *self._mistakes_of_dose()]
        if found:
            raise together(found)
        return self

    def _mistakes_of_drug(self) -> Iterator[Mistake]:
        """What is said of the drug that the facts of that drug do not bear."""
        from .drugs import drug

        facts = drug(self.drug)
        for route in (self.route.value, *(one.value for one in self.route.disputed), *self.route.options):
            if route is not None and route not in facts.routes:
                needs = f"a route that {self.drug} may take ({', '.join(facts.routes)})"
                yield Mistake(needs, within=("route",), got=route)

    def _mistakes_of_dose(self) -> Iterator[Mistake]:
        """Where days, dose, total and limit do not add up, by any figure of the source."""
        if not self.days or len(set(self.days)) != len(self.days):
            yield Mistake("a list of days, each once, counted from 1", within=("days",), example="[1]")
        total = self.per_cycle.value if self.per_cycle else None
        most = self.limit.at_most if self.limit else None
        for index, dose in enumerate([self.dose.value, *(one.value for one in self.dose.disputed)]):
            if dose is not None and total is not None and index == 0:
                if total.units.dimensionality != dose.units.dimensionality:
                    yield Refusal("per_cycle and dose are of different kinds", within=("per_cycle",))
                elif abs(total.m_as(dose.units) - dose.magnitude * len(self.days)) > 1e-9 * total.m_as(dose.units):
                    times = f"{len(self.days)} {wording.plural('administration', len(self.days))}"
                    words = f"per_cycle is not dose × {times}"
                    yield Refusal(words, within=("per_cycle",), got=wording.say(total))
            if dose is not None and most is not None:
                if most.units.dimensionality != dose.units.dimensionality:
                    words = "the limit and the dose are of different kinds: mg is no mg/m²"
                    yield Refusal(words, within=("limit",), got=wording.say(most))
                elif most.m_as(dose.units) < dose.magnitude:
                    yield Refusal("the limit lies below the dose", within=("limit",), got=wording.say(most))


class BeadLoading(Strict):
    """How drug gets onto the beads. Capacity is per vial and of no named drug; it is no dose."""

    drug: StatedDrug
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

    id: Name
    name: Text
    device: Fact | None = None
    day: Count
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


def _in_a_ring(components: Sequence[Component]) -> list[str]:
    """The components that wait for each other, under any way in which they may start."""
    for starts in itertools.product(*(component.starts() or (Start("first"),) for component in components)):
        waits = {component.key: {start.other} - {""} for component, start in zip(components, starts, strict=True)}
        for component, start in zip(components, starts, strict=True):
            if start.then:
                waits[start.then].add(component.key)
        while free := [key for key, others in waits.items() if not others & waits.keys()]:
            for key in free:
                del waits[key]
        if waits:
            return list(waits)
    return []


def _cited(node: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every source that is cited anywhere, with the place where."""
    if isinstance(node, BaseModel):
        for name, field in type(node).model_fields.items():
            step, value = field.alias or name, getattr(node, name)
            if step == "from" and value is not None:
                yield (*place, step), value
            elif isinstance(value, BaseModel | tuple):
                yield from _cited(value, (*place, step))
    elif isinstance(node, tuple):
        for index, one in enumerate(node):
            yield from _cited(one, (*place, index))


class Protocol(Strict):
    """A published treatment protocol: who, what, when, until when, and every value's source."""

    dosewright: Literal["1"] = Field(alias="schema")
    id: Name
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
        found = [*self._mistakes_of_names(), *self._mistakes_of_sources()]
        if found:
            raise together(found)
        return self

    def _mistakes_of_names(self) -> Iterator[Mistake]:
        """Components that share a name, wait for one that is not there, or wait for each other in a ring."""
        keys = [component.key for component in self.components]
        unknown = False
        for index, component in enumerate(self.components):
            place: tuple[str | int, ...] = ("components", index)
            if component.key in keys[:index]:
                yield Mistake("an 'id' of its own for each component", within=(*place, "drug"), got=component.key)
            for start in component.starts():
                for other in (start.other, start.then):
                    if other and other not in keys:
                        unknown = True
                        needs = f"the name of a component ({', '.join(keys)})"
                        yield Mistake(needs, within=(*place, "start"), got=other)
        if not unknown and len(set(keys)) == len(keys):
            for key in _in_a_ring(self.components):
                words = "the components wait for each other in a ring"
                yield Refusal(words, within=("components", keys.index(key), "start"), got=key)
        loadings = [index for index, procedure in enumerate(self.procedures) if procedure.loading]
        for index in loadings[1:]:
            yield Mistake("one bead loading in all", within=("procedures", index, "loading"))

    def _mistakes_of_sources(self) -> Iterator[Mistake]:
        """Values that cite a source which the file does not have."""
        for place, source in _cited(self, ()):
            if source not in self.sources:
                yield Mistake(f"a source of this file ({', '.join(self.sources)})", within=place, got=source)

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

    def choose(self, stated: Stated[T], choice: str) -> tuple[T, str]:
        """The value and source that a decision picks on one of this protocol's questions."""
        value, source = stated.choose(choice)
        if isinstance(value, Start):
            keys = [component.key for component in self.components]
            for other in (value.other, value.then):
                if other and other not in keys:
                    raise Mistake(f"the name of a component ({', '.join(keys)})", example=keys[0], got=other)
        return value, source

    def questions(self) -> Mapping[str, Stated[Any]]:
        """What the source disputes or leaves open, by path: each must be decided by a site."""
        return {path: stated for path, stated in self.values() if stated.open}
