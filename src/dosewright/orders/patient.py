"""The patient as a ward knows one: measured, dated, and with *unknown* as a value of its own."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from .. import wording
from ..calculators import toxicity
from ..errors import Mistake, Refusal, together
from ..reading import Count, Day, Decimal, Document, Strict, Text, Whole, at_least_one, read, validate, written
from ..units import DOSE, DOSE_PER_AREA, HEIGHT, PERCENT, WEIGHT, Quantity

YesNoUnknown = Literal["yes", "no", "unknown"]
Unknown = Literal["unknown"]
LONGEST_NAME = 120
TEMPLATE = Path(__file__).with_name("patient-template.yaml")


def _name(value: object) -> object:
    if isinstance(value, str) and len(value) > LONGEST_NAME:
        raise Mistake(f"at most {LONGEST_NAME} characters", got=value)
    return value


def _identifier(value: object) -> str:
    """An identifier as printed on a wristband: plain letters and digits, so that two never only look alike."""
    if not isinstance(value, str) or not value.isascii() or not value.replace("-", "").replace("/", "").isalnum():
        raise Mistake("an identifier of plain letters, digits, hyphens or slashes", example="MRN-004217", got=value)
    return written(value)


ShortText = Annotated[Text, BeforeValidator(_name)]
NameOfPatient = Annotated[ShortText, AfterValidator(written)]


class Identifier(Strict):
    """One identifier and what it is called."""

    kind: ShortText
    value: Annotated[str, PlainValidator(_identifier), WithJsonSchema({"type": "string"})]


class Measured(Strict):
    """Common to what was measured: the day, and who confirmed a value that is out of the ordinary."""

    on: Day
    confirmed_by: ShortText | None = None


class HeightMeasured(Measured):
    """A height."""

    value: Annotated[Quantity, HEIGHT]


class WeightMeasured(Measured):
    """A weight and its basis: as the scale showed it, or without the water of ascites and oedema."""

    value: Annotated[Quantity, WEIGHT]
    basis: Literal["actual", "dry"]


class Laboratory(Strict):
    """One laboratory value with its unit and the laboratory's own range."""

    analyte: ShortText
    value: Decimal
    unit: ShortText
    on: Day
    lower: Decimal | None = None
    upper: Decimal | None = None


class Exposure(Strict):
    """What was given of a drug before this course, per m² of the time."""

    drug: Text
    total: Annotated[Quantity, DOSE_PER_AREA]
    until: Day


class Embolisation(Strict):
    """What the interventional oncologist plans: drug offered to the beads, vials, and stages already done."""

    offered: Annotated[Quantity, DOSE]
    vials: Count
    injected: tuple[Annotated[Quantity, DOSE], ...] = ()


def _no_more_than_all(share: Quantity) -> Quantity:
    if share.magnitude > 100:
        raise Refusal("a share of the protocol dose above 100 % is no share", example="80 %")
    return share


class Given(Strict):
    """A cycle that was given: its number, its day 1, and the share of its dose, where that is known."""

    cycle: Count
    on: Day
    share: Annotated[Quantity, PERCENT, AfterValidator(_no_more_than_all)] | None = None


def _version(value: str) -> str:
    if value not in toxicity.versions():
        raise Mistake("a version of CTCAE that is here", example=toxicity.USUAL_VERSION, got=value)
    return value


class Toxicity(Strict):
    """A toxicity as it was graded at its worst, after which cycle (0: before the first), and whether it has ended.

    Grade 0 says that somebody looked and found nothing; a term that does not stand here is not known.
    """

    term: ShortText
    grade: Literal["0", "1", "2", "3", "4", "5", "unknown"]
    ctcae: Annotated[Text, AfterValidator(_version)]
    on: Day
    after_cycle: Whole
    ended: Day | Literal["present", "unknown"]

    @model_validator(mode="after")
    def _of_its_term(self) -> Toxicity:
        try:
            grades = self.named.grades
        except Mistake as mistake:
            mistake.within, mistake.where = ("term",), ""
            raise
        if self.grade not in {"0", "unknown", *map(str, grades)}:
            have = wording.listed(map(str, grades), "and")
            raise Refusal(f"{self.named.name} has the grades {have} only", within=("grade",), got=self.grade)
        if not isinstance(self.ended, str) and self.ended < self.on:
            raise Refusal("it ended before it was there", within=("ended",), got=self.ended)
        return self

    @property
    def named(self) -> toxicity.Named:
        """Its term under the name that CTCAE gives it, with the grades that it has."""
        return toxicity.named(self.term, self.ctcae)


class Patient(Strict):
    """One patient at one point of a course."""

    dosewright: Literal["1"] = Field(alias="schema")
    name: NameOfPatient
    identifiers: tuple[Identifier, ...]
    birth_date: Day
    sex: Literal["male", "female", "unknown"]
    allergies: Literal["none known", "unknown"] | Annotated[tuple[ShortText, ...], AfterValidator(at_least_one)]
    diagnosis: ShortText
    stage: ShortText
    intent: ShortText
    height: HeightMeasured | Unknown
    weights: tuple[WeightMeasured, ...]
    reference_weight: WeightMeasured | Unknown
    ascites: Literal["none", "mild", "massive", "unknown"]
    consent: YesNoUnknown
    advanced_disease: YesNoUnknown
    diagnosis_confirmed: YesNoUnknown
    child_pugh_class: Literal["A", "B", "C", "unknown"]
    ecog: Literal["0", "1", "2", "3", "4", "unknown"]
    measurable_lesion: YesNoUnknown
    other_antitumour_therapy: YesNoUnknown
    massive_ascites_with_portal_hypertension: YesNoUnknown
    first_imaging: YesNoUnknown
    lost_to_follow_up: YesNoUnknown
    genotype: dict[Literal["DPYD", "UGT1A1"], Text] | Unknown
    prior_exposure: Annotated[tuple[Exposure, ...], AfterValidator(at_least_one)] | Literal["none", "unknown"]
    laboratory: tuple[Laboratory, ...] | Unknown
    medicines: Annotated[tuple[ShortText, ...], AfterValidator(at_least_one)] | Literal["none", "unknown"]
    embolisation: Embolisation | Literal["unknown", "not applicable"]
    given: tuple[Given, ...] = ()
    toxicities: Annotated[tuple[Toxicity, ...], AfterValidator(at_least_one)] | Literal["none", "unknown"] = "unknown"

    @model_validator(mode="after")
    def _possible(self) -> Patient:
        found = [*self._mistakes_of_dates(), *self._mistakes_of_order()]
        if found:
            raise together(found)
        return self

    def _mistakes_of_dates(self) -> Iterator[Mistake]:
        """What would have been measured or given before birth."""
        dated: list[tuple[tuple[str | int, ...], dt.date]] = [
            *((("weights", index, "on"), one.on) for index, one in enumerate(self.weights)),
            *((("given", index, "on"), one.on) for index, one in enumerate(self.given)),
            *((("toxicities", index, "on"), one.on) for index, one in self.recorded),
        ]
        if self.height != "unknown":
            dated.append((("height", "on"), self.height.on))
        if not isinstance(self.prior_exposure, str):
            dated += [(("prior_exposure", index, "until"), one.until) for index, one in enumerate(self.prior_exposure)]
        for place, day in dated:
            if day < self.birth_date:
                yield Refusal("a day before birth", within=place, got=day)

    def _mistakes_of_order(self) -> Iterator[Mistake]:
        """What stands twice, or in the wrong order."""
        if len({one.value.casefold() for one in self.identifiers}) < len(self.identifiers):
            yield Mistake("different identifiers", within=("identifiers",))
        for index, one in enumerate(self.weights):
            for other in self.weights[:index]:
                if (one.on, one.basis) == (other.on, other.basis) and one.value != other.value:
                    words = f"two {one.basis} weights of the same day, and nothing says which counts"
                    yield Refusal(words, within=("weights", index), got=wording.say(one.value))
        for index, (last, this) in enumerate(itertools.pairwise(self.given), 1):
            if this.cycle <= last.cycle or this.on <= last.on:
                yield Mistake("each given cycle once and in order, with its day", within=("given", index))
        began = {one.cycle: one.on for one in self.given}
        for index, toxic in self.recorded:
            if toxic.after_cycle and toxic.after_cycle not in began:
                needs, place = "a cycle that stands under 'given'", ("toxicities", index, "after_cycle")
                yield Mistake(needs, within=place, example="1, or 0 before the first", got=toxic.after_cycle)
            elif toxic.after_cycle and toxic.on < began[toxic.after_cycle]:
                words = "a toxicity before the cycle that it follows"
                yield Refusal(words, within=("toxicities", index), got=toxic.on)

    @property
    def recorded(self) -> tuple[tuple[int, Toxicity], ...]:
        """The toxicities that the file records, each with its place in it."""
        return () if isinstance(self.toxicities, str) else tuple(enumerate(self.toxicities))


def load_patient(content: bytes, name: str) -> tuple[Patient, Document]:
    """A patient from the bytes of a file, with every mistake reported at once."""
    document = read(content, name)
    return validate(document, Patient), document
