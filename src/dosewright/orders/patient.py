"""The patient as a ward knows one: measured, dated, and with *unknown* as a value of its own."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from .. import wording
from ..calculators import laboratory, toxicity
from ..errors import Mistake, Refusal, together
from ..reading import Count, Day, Decimal, Document, Name, Strict, Text, Whole, at_least_one, read, validate, written
from ..units import BODY_SURFACE, DOSE, DOSE_PER_AREA, HEIGHT, PERCENT, WEIGHT, Quantity
from .reasons import IN_WORDS, ReasonForChange, ReasonToDecline

YesNoUnknown = Literal["yes", "no", "unknown"]
Unknown = Literal["unknown"]
LONGEST_NAME = 120
WHOLE = 100.0  # percent
DEATH = "5"
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

    @model_validator(mode="after")
    def _of_its_range(self) -> Laboratory:
        """The range is of the value's unit: an upper limit of bilirubin of 1.2 shows that mg/dL were meant."""
        known = laboratory.find(self.analyte)
        limits = {"upper": self.upper, "lower": None if self.lower and not float(self.lower) else self.lower}
        for name, limit in limits.items():  # many a range begins at 0
            if limit is not None and known is not None and known.writes(self.unit):
                try:
                    known.read_limit(limit, self.unit)
                except Mistake as mistake:
                    mistake.within, mistake.where = (name,), ""
                    raise
        if self.lower is not None and self.upper is not None and float(self.lower) >= float(self.upper):
            raise Refusal("the lower limit of a range lies below the upper", within=("lower",), got=self.lower)
        return self


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
    if share.magnitude > WHOLE:
        raise Refusal("a share of the protocol dose above 100 % is no share", example="80 %")
    return share


Share = Annotated[Quantity, PERCENT, AfterValidator(_no_more_than_all)]


class Given(Strict):
    """A cycle that was given: its number, its day 1, and the share of the protocol's dose, where that is known.

    The share is one for all drugs, or one for each. `ordered` and `surface` say what stood on its order.
    """

    cycle: Count
    on: Day
    share: Share | dict[Text, Share] | None = None
    ordered: dict[Text, Annotated[Quantity, DOSE]] = Field(default_factory=dict)
    surface: Annotated[Quantity, BODY_SURFACE] | None = None

    def share_of(self, key: str, drug: str) -> float | None:
        """The share of the protocol's dose that was given of one line, from 0 to 1; None where nobody says."""
        share = self.share
        if isinstance(share, dict):
            share = share.get(key, share.get(drug))
        return None if share is None else share.magnitude / WHOLE

    def ordered_of(self, key: str, drug: str) -> Quantity | None:
        """What was ordered of one line, in milligrams; None where nobody says."""
        return self.recorded((key, drug))

    def recorded(self, names: Iterable[str]) -> Quantity | None:
        """What was ordered of whatever stands under the first of some names; None where none stands there."""
        return next((self.ordered[name] for name in names if name in self.ordered), None)


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
        if self.grade == DEATH and self.ended != "present":
            raise Refusal("grade 5 is death, which does not end", within=("ended",), got=self.ended)
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


Signed = Annotated[ShortText, AfterValidator(written)]


class _Decided(Strict):
    """What a named person has decided of a drug, on which day, and why; some reasons need words beside them."""

    drug: ShortText
    words: ShortText | None = None
    decided_by: Signed
    role: Signed
    on: Day

    @model_validator(mode="after")
    def _says_why(self) -> _Decided:
        reason = getattr(self, "reason", "")
        if reason in IN_WORDS and self.words is None:
            raise Mistake(f"'words', since '{reason}' says nothing by itself", example="words: what it was")
        return self


class Change(_Decided):
    """A change of a dose, from a cycle on: by or to how much, of what; and what that is per m² and in milligrams.

    At least the percentage or the dose per m² stands there. Nothing of it is guessed: what stands there must agree.
    """

    from_cycle: Count
    by: Annotated[Quantity, PERCENT] | None = None
    to: Annotated[Quantity, PERCENT] | None = None
    of: Literal["protocol dose", "last ordered dose"] | None = None
    per_m2: Annotated[Quantity, DOSE_PER_AREA] | None = None
    mg: Annotated[Quantity, DOSE] | None = None
    reason: ReasonForChange

    @model_validator(mode="after")
    def _without_ambiguity(self) -> Change:
        found = next(self._mistakes(), None)
        if found is not None:
            raise found
        return self

    def _mistakes(self) -> Iterator[Mistake]:
        percent = self.by if self.by is not None else self.to
        if self.by is not None and self.to is not None:
            yield Mistake("'by' or 'to': taken away and left are two things", example="by: 20 %")
        if percent is None and self.per_m2 is None:
            yield Mistake("'by', 'to' or 'per_m2': milligrams fit one body of one day", example="by: 20 %")
        if percent is not None and self.of is None:
            needs = "'of: protocol dose' or 'of: last ordered dose' beside a percentage"
            yield Mistake(needs, example="by: 20 %, of: protocol dose")
        if percent is None and self.of is not None:
            yield Mistake("a percentage that 'of' belongs to", within=("of",), example="by: 20 %, of: protocol dose")
        if self.by is not None and not 0 < self.by.magnitude <= WHOLE:
            words = "a dose is lowered by more than 0 % and at most 100 %"
            yield Refusal(words, within=("by",), example="20 %", got=wording.say(self.by))
        if self.to is not None and self.to.magnitude > WHOLE and self.of == "protocol dose":
            words = "more than the protocol's dose is no change of it"
            yield Refusal(words, within=("to",), example="80 %", got=wording.say(self.to))
        if self.omits and (self.per_m2 is not None or self.mg is not None):
            yield Refusal("what is left out has neither a dose per m² nor milligrams")

    @property
    def omits(self) -> bool:
        """Whether the drug is left out."""
        by, to = self.by, self.to
        return (to is not None and to.magnitude == 0) or (by is not None and by.magnitude == WHOLE)


class Declined(_Decided):
    """A proposal of the site's rules that a named person does not follow in one cycle."""

    rule: Name
    cycle: Count
    reason: ReasonToDecline


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
    encephalopathy: Literal["0", "1", "2", "3", "4", "unknown"] = "unknown"
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
    changes: tuple[Change, ...] = ()
    declined: tuple[Declined, ...] = ()

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
            *((("changes", index, "on"), one.on) for index, one in enumerate(self.changes)),
            *((("declined", index, "on"), one.on) for index, one in enumerate(self.declined)),
        ]
        if self.height != "unknown":
            dated.append((("height", "on"), self.height.on))
        if not isinstance(self.prior_exposure, str):
            dated += [(("prior_exposure", index, "until"), one.until) for index, one in enumerate(self.prior_exposure)]
        early = [(place, day) for place, day in dated if day < self.birth_date]
        if len(early) == len(dated) > 1:  # rather the birth is wrong than everything that followed it
            words = "a birth after everything that the file dates"
            yield Refusal(words, within=("birth_date",), got=self.birth_date)
            return
        for place, day in early:
            yield Refusal("a day before birth", within=place, got=day)

    def _mistakes_of_order(self) -> Iterator[Mistake]:
        """What stands twice, or in the wrong order."""
        if len({one.value.casefold() for one in self.identifiers}) < len(self.identifiers):
            yield Mistake("different identifiers", within=("identifiers",))
        weighed: dict[tuple[dt.date, str], Quantity] = {}
        for index, one in enumerate(self.weights):
            if weighed.setdefault((one.on, one.basis), one.value) != one.value:
                words = f"two {one.basis} weights of the same day, and nothing says which counts"
                yield Refusal(words, within=("weights", index), got=wording.say(one.value))
        jumbled = False
        for index, (last, this) in enumerate(itertools.pairwise(self.given), 1):
            if this.cycle <= last.cycle or this.on <= last.on:
                jumbled = True
                yield Mistake("each given cycle once and in order, with its day", within=("given", index))
        if not jumbled:  # else a toxicity may be right, and the cycle that it names wrong
            yield from self._mistakes_of_toxicities()
        for index, change in enumerate(self.changes):
            before = [one for one in self.changes[:index] if one.drug == change.drug]
            if before and change.from_cycle <= before[-1].from_cycle:
                words = f"a second change of {change.drug} from a cycle that is not later: say the two as one"
                yield Refusal(words, within=("changes", index), got=change.from_cycle)

    def _mistakes_of_toxicities(self) -> Iterator[Mistake]:
        """Toxicities that do not go with the cycles given; a cycle that is not there is told once."""
        began = {one.cycle: one.on for one in self.given}
        named = Counter(toxic.after_cycle for _, toxic in self.recorded)
        told = set()
        for index, toxic in self.recorded:
            if toxic.after_cycle and toxic.after_cycle not in began:
                if toxic.after_cycle not in told:
                    told.add(toxic.after_cycle)
                    needs, place = "a cycle that stands under 'given'", ("toxicities", index, "after_cycle")
                    more = named[toxic.after_cycle] - 1
                    hint = f"named {more} {wording.plural('time', more)} more" if more else ""
                    given = "1, or 0 before the first"
                    yield Mistake(needs, within=place, example=given, got=toxic.after_cycle, hint=hint)
            elif toxic.after_cycle and toxic.on < began[toxic.after_cycle]:
                words = "a toxicity before the cycle that it follows"
                yield Refusal(words, within=("toxicities", index), got=toxic.on)
            else:
                then = next((cycle for cycle, on in began.items() if cycle > toxic.after_cycle and on < toxic.on), None)
                if then is not None:
                    words = f"a toxicity after cycle {toxic.after_cycle}, on a day after cycle {then} began"
                    yield Refusal(words, within=("toxicities", index), got=toxic.on)

    @property
    def measured(self) -> tuple[Laboratory, ...]:
        """The laboratory values that the file holds; none where they are unknown."""
        return () if self.laboratory == "unknown" else self.laboratory

    @property
    def recorded(self) -> tuple[tuple[int, Toxicity], ...]:
        """The toxicities that the file records, each with its place in it."""
        return () if isinstance(self.toxicities, str) else tuple(enumerate(self.toxicities))


def load_patient(content: bytes, name: str) -> tuple[Patient, Document]:
    """A patient from the bytes of a file, with every mistake reported at once."""
    document = read(content, name)
    return validate(document, Patient), document
