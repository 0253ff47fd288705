"""What an order under check may state: every field by name, how it is written, and how a value of it becomes text.

Numbers are kept in the first unit of their kind, days as day numbers, moments as hours; so a rule compares plain
numbers, and a sheet, a table and our own order all come down to the same fields.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ... import wording
from ...dates import FIRST_YEAR, LAST_YEAR, read_day, read_moment
from ...errors import Mistake, Refusal
from ...reading import FORBIDDEN, NOBODY
from ...units import (
    BODY_SURFACE,
    CONCENTRATION,
    DOSE,
    DOSE_PER_AREA,
    DOSE_PER_WEIGHT,
    DURATION,
    HEIGHT,
    PERCENT,
    RATE,
    VOLUME,
    WEIGHT,
    Kind,
    number,
    symbol,
)

Part = Literal["order", "line", "beads", "lab", "before"]
Form = Literal["quantity", "day", "moment", "count", "number", "word", "text"]
_DATED: Final = ("day", "moment")  # which may lie before the first of 1970

_DAY_ZERO: Final = dt.date(1970, 1, 1).toordinal()
LAST_DAY: Final = float(dt.date(LAST_YEAR, 12, 31).toordinal() - _DAY_ZERO)
FIRST_DAY: Final = float(dt.date(FIRST_YEAR, 1, 1).toordinal() - _DAY_ZERO)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
UNKNOWN: Final = "unknown"
BLANKS: Final = frozenset({"", UNKNOWN, "?", "-", "–", "n/a", "na", "tbd", "todo", "xxx", "not asked", "not known"})
"""What says that something is not known, or says nothing."""
BY_NAME: Final = frozenset(
    "identifier second_identifier height_confirmed_by weight_confirmed_by reason raised declined".split()
)
"""Fields in which somebody, or a reason, is named: 'no', 'none' and 'nobody' name none."""
NOTHING_SAID: Final = BLANKS | NOBODY
RESERVED: Final = frozenset({"beads", "lab", "before"})
LONGEST: Final = 2_000  # characters of a text; a remark, not a book


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an order states: its name, what it is, how it is written, and of which part of the order.

    A word is one of those listed, or any words where none are; a text is one of which nearly each order has its own.
    """

    name: str
    says: str
    example: str
    of: Part = "order"
    form: Form = "text"
    kind: Kind | None = None
    words: tuple[str, ...] = ()
    least: float = 0.0
    most: float = math.inf

    @property
    def noted(self) -> bool:
        """Whether the tool fills it in while it reads, and nobody writes it."""
        return (self.of, self.name) in _NOTED

    @property
    def listed(self) -> bool:
        """Whether several entries may stand there: words of one's own."""
        return self.form == "word" and not self.words

    @property
    def blanks(self) -> frozenset[str]:
        """What says here, in small letters, that nothing is known."""
        return NOTHING_SAID if self.name in BY_NAME else BLANKS

    @property
    def needs(self) -> str:
        """What is to stand there, for whoever wrote something else."""
        if self.kind is not None:
            return self.kind.needs
        words = {
            "day": "a date as year-month-day",
            "moment": "a date and time with its offset from UTC",
            "count": "a whole number",
            "number": "a plain decimal number",
        }
        return f"one of {wording.listed(self.words, 'or')}" if self.words else words.get(self.form, "some text")

    def read(self, text: str) -> Any:
        """A value from text, as the rules compare it; 'unknown' is not known, and nothing is repaired.

        Raises `Mistake` where the text is no value of this field.
        """
        text = text.strip()
        if text.casefold() in self.blanks:
            return None if self.form in {"word", "text"} else float("nan")
        try:
            value = _READERS[self.form](self, text)
            if isinstance(value, float) and self.form not in _DATED and not self.least <= value <= self.most:
                raise Refusal(f"must lie between {self.least:g} and {self.most:g}", example=self.example, got=text)
        except Mistake as mistake:
            raise mistake.at(self.name) from None
        return value


def _quantity(field: Field, text: str) -> float:
    kind: Any = field.kind
    value: float = kind.read(text).m_as(kind.unit)
    return value


def _day(field: Field, text: str) -> float:
    return day_number(read_day(text))


def _moment(field: Field, text: str) -> float:
    return hours_since(read_moment(text))


def _count(field: Field, text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) < 7 and (text == "0" or text[0] != "0")):
        raise Mistake("a whole number", example=field.example, got=text)
    return float(text)


def _number(field: Field, text: str) -> float:
    return number(text)


def _word(field: Field, text: str) -> str:
    if not field.words:
        return _text(field, text)
    small = str if field.name == "unit" else str.casefold  # the letters of a unit are not to be changed
    found = next((word for word in field.words if small(word) == small(text)), None)
    if found is None:
        raise Mistake(field.needs, example=field.words[0], got=text)
    return found


def line_key(name: str) -> str:
    """The name of a line as part of a path: small letters, and no point, which would begin another part."""
    key = name.strip().casefold().replace(".", "·")
    return f"{key} (line)" if key in RESERVED or not key else key


def _text(field: Field, text: str) -> str:
    if FORBIDDEN.search(text):
        raise Mistake("plain text", got=text, hint="there stands an invisible character")
    if len(text) > LONGEST:
        raise Mistake(f"at most {LONGEST:,} characters", got=text)
    return text


_READERS: Final[Mapping[Form, Callable[[Field, str], Any]]] = {
    "quantity": _quantity,
    "day": _day,
    "moment": _moment,
    "count": _count,
    "number": _number,
    "word": _word,
    "text": _text,
}


def day_number(day: dt.date) -> float:
    """A day as a number: days since the first of 1970."""
    return float(day.toordinal() - _DAY_ZERO)


def day_of(number_: float) -> dt.date:
    """The day of a day number."""
    return dt.date.fromordinal(int(number_) + _DAY_ZERO)


def date_digits(number_: Any) -> Any:
    """A day as its digits, 20261123: what is earlier is less, and ten thousand are a year."""
    if isinstance(number_, float):
        if math.isnan(number_):
            return number_
        day = day_of(number_)
        return float(day.year * 10_000 + day.month * 100 + day.day)
    import numpy

    unknown = number_ != number_
    if not unknown.any():
        return _digits().take((number_ - FIRST_DAY).astype(numpy.int64))
    places = numpy.where(unknown, 0, number_ - FIRST_DAY).astype(numpy.int64)
    return numpy.where(unknown, math.nan, _digits().take(places))


@functools.cache
def _digits() -> Any:
    """The digits of every day that can be written; a million days are looked up, not computed."""
    import numpy

    days = numpy.arange(f"{FIRST_YEAR}-01-01", f"{LAST_YEAR + 1}-01-01", dtype="datetime64[D]")
    months = days.astype("datetime64[M]")
    year, month = months.astype(int) // 12 + 1970, months.astype(int) % 12 + 1
    return (year * 10_000 + month * 100 + (days - months).astype(int) + 1).astype(float)


def hours_since(moment: dt.datetime) -> float:
    """A moment as a number: hours since the first of 1970, in UTC, so that a change of the clock is none of hours."""
    return (moment - _EPOCH).total_seconds() / 3600


ANSWERS: Final = ("yes", "no")
CLASSES: Final = ("A", "B", "C")  # of Child-Pugh


def _of(part: Part, *fields: tuple[Any, ...]) -> tuple[Field, ...]:
    return tuple(_field(part, *one) for one in fields)


def _field(part: Part, name: str, form: Form | Kind, says: str, example: str, allowed: tuple[Any, ...] = ()) -> Field:
    """A field; `allowed` are the words that may stand there, or the least and the most that a number may be."""
    words = allowed if all(isinstance(one, str) for one in allowed) else ()
    least, most = (0.0, math.inf) if words or not allowed else allowed
    if isinstance(form, Kind):
        return Field(name, says, example, part, "quantity", form, words, least, most)
    return Field(name, says, example, part, form, None, words, least, most)


_NOTED: Final = frozenset(
    {
        ("order", "unreadable"),
        ("order", "repeats"),
        ("order", "unchanged"),
        ("order", "protocol_hash"),
        ("line", "lines"),
        ("line", "unit"),
        ("before", "unknown"),
    }
)
ORDER: Final = _of(
    "order",
    ("id", "text", "the number of the order", "D5CBC3CB20C5"),
    ("patient", "text", "name of the patient", "Zhang Wei"),
    ("identifier", "text", "first identifier beside the name", "MRN-004217"),
    ("second_identifier", "text", "second identifier beside the name", "A-2026-1182"),
    ("birth_date", "day", "date of birth", "1964-03-09"),
    ("sex", "word", "sex, for the formulas that need it", "male", ("male", "female")),
    ("diagnosis", "word", "what is treated", "hepatocellular carcinoma, advanced"),
    ("written", "day", "the day on which the order was written", "2026-11-22"),
    ("on", "day", "the day of treatment", "2026-11-23"),
    ("valid_until", "day", "the last day on which the order may be carried out", "2026-11-26"),
    ("protocol", "word", "the protocol's id", "haic-folfox"),
    ("version", "word", "the protocol's version", "1"),
    ("cycle", "count", "the cycle, counted from 1", "1", (1, 99)),
    ("day", "count", "the day of the cycle, counted from 1", "1", (1, 99)),
    ("last_cycle", "count", "the cycle given before this one; 0 where there was none", "0", (0, 99)),
    ("last_on", "day", "day 1 of the cycle given before this one", "2026-10-26"),
    ("height", HEIGHT, "height", "165 cm"),
    ("height_on", "day", "the day on which the height was measured", "2026-11-20"),
    ("height_confirmed_by", "word", "who confirmed a height out of the ordinary", "N. Example"),
    ("weight", WEIGHT, "the weight on which the doses were computed", "60 kg"),
    ("weight_on", "day", "the day on which the weight was measured", "2026-11-20"),
    ("weight_confirmed_by", "word", "who confirmed a weight out of the ordinary", "N. Example"),
    ("weight_basis", "word", "whether that weight is as weighed, or without ascites and oedema", "actual",
     ("actual", "dry", "ideal", "adjusted")),
    ("reference_weight", WEIGHT, "the weight against which a change counts", "61 kg"),
    ("bsa", BODY_SURFACE, "body surface area as the order states it", "1.66 m²"),
    ("formula", "word", "formula of the body surface area", "bsa_mosteller"),
    ("allergies", "word", "allergies, separated by semicolons, or 'none known'", "none known"),
    ("medicines", "word", "other medicines, separated by semicolons, or 'none'", "tenofovir; warfarin"),
    ("ascites", "word", "ascites", "none", ("none", "mild", "massive")),
    ("consent", "word", "consent", "yes", ANSWERS),
    ("care", "word", "supportive care: what is given against sickness, pain and allergy", "standing order 12"),
    ("hold", "word", "what makes the treatment wait, such as laboratory limits", "neutrophils below 1.5"),
    ("comment", "word", "remarks in free words", "give slowly"),
    ("advanced_disease", "word", "whether the disease is advanced", "yes", ANSWERS),
    ("diagnosis_confirmed", "word", "whether the diagnosis is confirmed", "yes", ANSWERS),
    ("child_pugh_class", "word", "Child-Pugh class", "A", CLASSES),
    ("child_pugh_stated", "word", "Child-Pugh class as somebody stated it, beside the one computed", "A", CLASSES),
    ("child_pugh_computed", "word", "Child-Pugh class that the values of the day give", "B", CLASSES),
    ("ecog", "count", "ECOG performance status", "1", (0, 5)),
    ("measurable_lesion", "word", "whether a lesion can be measured", "yes", ANSWERS),
    ("other_antitumour_therapy", "word", "whether another therapy of the tumour goes on", "no", ANSWERS),
    ("massive_ascites_with_portal_hypertension", "word", "portal hypertension with massive ascites", "no", ANSWERS),
    ("first_imaging", "word", "whether the first imaging is there", "yes", ANSWERS),
    ("lost_to_follow_up", "word", "whether the patient is lost to follow-up", "no", ANSWERS),
    ("dpyd", "word", "DPYD, as an activity score", "activity score 2"),
    ("prior_exposure", "word", "what was given before: nothing, or all that is listed", "none",
     ("none", "listed")),
    ("unreadable", "text", "what could not be read; noted by the tool, never written", "weight: needs a unit"),
    ("repeats", "word", "where the same order stands before it; found by the tool, never written", "row 17"),
    ("unchanged", "word", "of an order of ours: whether hash and page still belong to its content", "yes",
     (*ANSWERS, "not compared")),
    ("released", "word", "of an order of ours: whether it might be released when it was made", "yes", ANSWERS),
    ("protocol_hash", "word", "of an order of ours: the hash of its protocol", "8b303696d6ac"),
)  # fmt: skip

LINE: Final = _of(
    "line",
    ("key", "word", "the protocol's name of the line, where it has several of one drug", "fluorouracil-bolus"),
    ("drug", "word", "the drug as the order names it", "oxaliplatin"),
    ("dose", DOSE, "the ordered dose", "141 mg"),
    ("dose_per", DOSE_PER_AREA, "the dose per m² from which the order says it computed", "85 mg/m²"),
    ("dose_per_kg", DOSE_PER_WEIGHT, "the dose per kg from which the order says it computed", "5 mg/kg"),
    ("flat", DOSE, "the flat dose from which the order says it computed", "1.2 g"),
    ("calculated", DOSE, "the calculated dose as the order states it", "140.96 mg"),
    ("share", PERCENT, "of the protocol's dose, where the order is reduced; 0 % where the drug is left out", "80 %",
     (0, 100)),
    ("reason", "word", "why the dose departs from the protocol's", "neuropathy of grade 2"),
    ("changed_by", PERCENT, "how much of the dose the last change takes away", "20 %", (0, 100)),
    ("changed_to", PERCENT, "how much of the dose the last change leaves", "80 %"),
    ("changed_of", "word", "of which dose that percentage is", "protocol dose", ("protocol dose", "last ordered dose")),
    ("changed_per", DOSE_PER_AREA, "the dose per m² that is left", "68 mg/m²"),
    ("last_share", PERCENT, "of the protocol's dose, in the cycle before", "100 %", (0, 100)),
    ("raised", "word", "why the dose is raised over the last ordered one", "toxicity is over"),
    ("proposed", PERCENT, "the most of the protocol's dose that the site's rules leave", "80 %", (0, 100)),
    ("declined", "word", "who declines that proposal, and why", "B. Example: has another cause"),
    ("unit", "word", "what the ordered dose is, where it is no amount of drug", "mg/m²", ("mg", "mg/m²", "mg/kg")),
    ("form", "word", "the form of the drug, where it has several", "racemic leucovorin"),
    ("route", "word", "the route in full", "hepatic intra-arterial"),
    ("line", "word", "the line it runs in", "hepatic artery catheter"),
    ("pump", "word", "the pump", "arterial infusion pump"),
    ("over", DURATION, "over how long it runs", "4 h"),
    ("start", "moment", "when it starts", "2026-11-23T09:00+08:00"),
    ("end", "moment", "when it ends", "2026-11-23T13:00+08:00"),
    ("product", "word", "the product", "oxaliplatin concentrate 5 mg/mL"),
    ("diluent", "word", "the diluent", "glucose 5%"),
    ("diluent_volume", VOLUME, "the volume of the diluent", "500 mL"),
    ("volume", VOLUME, "the final volume", "528.2 mL"),
    ("concentration", CONCENTRATION, "the final concentration", "0.267 mg/mL"),
    ("rate", RATE, "the rate of the pump", "132.05 mL/h"),
    ("written", "word", "dose, rate and the rest of the line as they are written, for the rules of notation",
     "oxaliplatin 141 mg over 4 h"),
    ("lines", "number", "how many lines of the order are of this drug; counted by the tool, never written", "1"),
    ("comment", "word", "remarks on the line in free words", "protect from light"),
)  # fmt: skip

BEADS: Final = _of(
    "beads",
    ("drug", "word", "the drug on the beads", "doxorubicin"),
    ("offered", DOSE, "how much drug is offered to the beads", "50 mg"),
    ("vials", "count", "vials of beads", "1", (1, 99)),
    ("contact", DURATION, "how long drug and beads are in contact", "20 min"),
    ("final_volume", VOLUME, "the final injectable volume", "20 mL"),
    ("injected", DOSE, "what was injected over the stages so far", "25 mg"),
)

LAB: Final = _of(
    "lab",
    ("value", "number", "the value, in the unit of the site's limit", "3.4"),
    ("unit", "word", "its unit", "10^9/L"),
    ("on", "day", "the day on which it was taken", "2026-11-21"),
)

BEFORE: Final = _of(
    "before",
    ("total", DOSE_PER_AREA, "what was given of a drug before this order", "120 mg/m²"),
    ("unknown", "word", "whether an earlier cycle gave nobody knows how much of it", "yes", ANSWERS),
)

FIELDS: Final[Mapping[Part, Mapping[str, Field]]] = {
    "order": {one.name: one for one in ORDER},
    "line": {one.name: one for one in LINE},
    "beads": {one.name: one for one in BEADS},
    "lab": {one.name: one for one in LAB},
    "before": {one.name: one for one in BEFORE},
}


# ------------------------------------------------------------------------------------------------- a value becomes text

Say = Callable[[Any], str]


@functools.lru_cache(maxsize=64)
def _symbol(kind: Kind) -> str:
    return symbol(kind.unit)


def say_quantity(kind: Kind, places: int = 4) -> Say:
    """A number of one kind, in its first unit; each different one is put into words once."""

    @functools.lru_cache(maxsize=16_384)
    def said(value: float) -> str:
        return wording.in_unit(value, _symbol(kind), places=places)

    return said


def say_day(value: float) -> str:
    """A day number as its day."""
    return day_of(value).isoformat()


def say_number(value: float) -> str:
    """A plain number."""
    return wording.number(value)


def say_moment(value: float, zone: dt.tzinfo = dt.UTC) -> str:
    """Hours since the first of 1970 as date and time where a hospital is, with the offset from UTC."""
    return (_EPOCH + dt.timedelta(hours=value)).astimezone(zone).isoformat(" ", "minutes")


def say_percent(value: float) -> str:
    """A share of one as a signed percentage."""
    return wording.signed_percent(value)


def say_field(field: Field) -> Say:
    """How values of a field become text."""
    if field.kind is not None:
        return say_quantity(field.kind, places=2) if field.kind is PERCENT else say_quantity(field.kind)
    return {"day": say_day, "moment": say_moment, "count": say_number, "number": say_number}.get(field.form, str)
