"""What labels say of each drug: routes, diluents, concentration, rate, class. Recalled facts decide nothing."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from ..errors import Mistake, did_you_mean
from ..reading import Decimal, Name, Strict, Text, Whole, read, validate
from ..units import CONCENTRATION, CREATININE_CLEARANCE, DOSE_PER_AREA, PERCENT, Quantity
from .model import Route

Confidence = Literal["SEEN", "RECALLED"]
FILE = Path(__file__).with_name("drugs.yaml")
CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "oxaliplatin": ("oxa", "l-ohp", "lohp", "eloxatin"),
    "leucovorin": ("lv", "fa", "cf", "folinic acid", "calcium folinate", "leucovorin calcium"),
    "fluorouracil": ("5-fu", "5fu", "5 fu", "fu", "5-fluorouracil"),
    "doxorubicin": ("dox", "adm", "adr", "adriamycin"),
    "epirubicin": ("epi",),
    "irinotecan": ("cpt-11", "cpt11"),
}
"""What a drug is called beside its generic name: abbreviations and brands that are not to stand in an order."""
FORMS: Final = frozenset("injection solution concentrate powder vial infusion for calcium hydrochloride sodium".split())
"""Words beside a generic name that make no other drug of it; 'liposomal' is none of them."""
ALIASES: Final[Mapping[str, str]] = {called: name for name, others in CALLED.items() for called in others}
"""The generic name behind each of these."""


def generic(name: str) -> str:
    """The generic name of a drug by what it is called, in small letters; a name that nobody knows stays as it is.

    >>> generic("5-FU"), generic("Oxaliplatin injection"), generic("liposomal doxorubicin")
    ('fluorouracil', 'oxaliplatin', 'liposomal doxorubicin')
    """
    folded = name.strip().casefold()
    first, *rest = folded.split() or [""]
    called = first if rest and FORMS.issuperset(rest) and folded not in ALIASES else folded
    return ALIASES.get(called, called)


COUNTED_NOWHERE: Final = frozenset(
    "apatinib atezolizumab bevacizumab cabozantinib camrelizumab donafenib durvalumab ipilimumab lenvatinib "
    "nivolumab pembrolizumab ramucirumab regorafenib rivoceranib sintilimab sorafenib tislelizumab toripalimab "
    "tremelimumab".split()
)
"""Kinase inhibitors and antibodies against liver cancer: general knowledge. Nobody keeps a sum of them per m²."""
DECIDING = ("diluents", "never", "window", "most_mg_per_min", "incompatible", "not_for_beads", "genotype", "starts_at")


class Window(Strict):
    """The concentrations a label allows after dilution, both ends included."""

    least: Annotated[Quantity, CONCENTRATION]
    most: Annotated[Quantity, CONCENTRATION]


class Said(Strict):
    """A fact with its source, and whether it was read there (SEEN) or only recalled."""

    value: Text = Field(alias="is")
    source: Text = Field(alias="from")
    confidence: Confidence = "SEEN"


class SaidList(Strict):
    """A fact that is a list of words."""

    value: tuple[Text, ...] = Field(alias="is")
    source: Text = Field(alias="from")
    confidence: Confidence = "SEEN"


class SaidWindow(Strict):
    """A fact that is a window of concentrations."""

    value: Window = Field(alias="is")
    source: Text = Field(alias="from")
    confidence: Confidence = "SEEN"


class SaidAmount(Strict):
    """A fact that is an amount per m²."""

    value: Annotated[Quantity, DOSE_PER_AREA] = Field(alias="is")
    source: Text = Field(alias="from")
    confidence: Confidence = "SEEN"


class SaidShares(Strict):
    """A fact that is a share of the dose for each word."""

    value: dict[Text, Annotated[Quantity, PERCENT]] = Field(alias="is")
    source: Text = Field(alias="from")
    confidence: Confidence = "SEEN"


class Bounds(Strict):
    """What a laboratory value must be; in one unit, and the end belongs."""

    analyte: Text
    unit: Text
    at_least: Decimal | None = None
    at_most: Decimal | None = None


class Reached(Strict):
    """A toxicity from some grade on until it has gone back to another, and what then; from `never` on for good."""

    term: Text
    grade: Literal["1", "2", "3", "4"]
    never: Literal["1", "2", "3", "4"] | None = None
    until: Whole | None = None
    then: Text | None = None


class Contraindication(Strict):
    """A state in which a drug is held or not given, and who says so.

    It names at most one condition that a patient's file can answer; without one, a person asks. What was said for some
    routes only, or was only recalled, informs and stops nothing.
    """

    id: Name
    value: Text = Field(alias="is")
    source: Text = Field(alias="from")
    confidence: Confidence = "SEEN"
    answer: Literal["hold", "refuse"]
    cycles: Literal["any", "first", "later"] = "any"
    routes: tuple[Route, ...] = ()
    laboratory: Bounds | None = None
    clearance_at_least: Annotated[Quantity, CREATININE_CLEARANCE] | None = None
    child_pugh: tuple[Literal["A", "B", "C"], ...] = ()
    toxicity: Reached | None = None
    medicines: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_condition(self) -> Contraindication:
        conditions = (self.laboratory, self.clearance_at_least, self.child_pugh, self.toxicity, self.medicines)
        if sum(bool(one) for one in conditions) > 1:
            raise Mistake("one condition, or none where a person asks", got=self.id)
        return self

    @property
    def testable(self) -> bool:
        """Whether it names a condition that a patient's file can answer."""
        return any((self.laboratory, self.clearance_at_least, self.child_pugh, self.toxicity, self.medicines))


class Drug(Strict):
    """One drug, by its generic name."""

    name: Text
    drug_class: Text = Field(alias="class")
    routes: tuple[Route, ...]
    diluents: SaidList | None = None
    never: SaidList | None = None
    window: SaidWindow | None = None
    most_mg_per_min: Said | None = None
    incompatible: SaidList | None = None
    not_for_beads: Said | None = None
    genotype: Said | None = None
    starts_at: SaidShares | None = None
    forms: Said | None = None
    allergy_words: tuple[Text, ...] = ()
    cumulative: SaidAmount | None = None
    cautions: tuple[Said, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()

    @model_validator(mode="after")
    def _what_decides_was_read(self) -> Drug:
        """A fact that stops or sets anything must be SEEN; what is only recalled may inform."""
        for name in DECIDING:
            fact = getattr(self, name)
            if fact is not None and fact.confidence != "SEEN":
                raise Mistake("a fact that was read, since it decides", within=(name,), got=fact.confidence)
        return self


class _Drugs(Strict):
    dosewright: Literal["1"] = Field(alias="schema")
    sources: dict[Text, Text]
    drugs: tuple[Drug, ...]


@functools.cache
def _file() -> _Drugs:
    return validate(read(FILE.read_bytes(), FILE.name), _Drugs)


@functools.cache
def drugs() -> Mapping[str, Drug]:
    """Every drug that a protocol may name."""
    return {drug.name: drug for drug in _file().drugs}


def sources() -> Mapping[str, str]:
    """The labels and papers that the drug facts cite, by key."""
    return _file().sources


def drug(name: str) -> Drug:
    """A drug by its generic name in full; a name that nobody knows is refused with the nearest that somebody does."""
    found = drugs().get(name)
    if found is None:
        hint = did_you_mean(name, drugs(), f"known: {', '.join(drugs())}")
        raise Mistake("a drug by its generic name in full", example="oxaliplatin", got=name, hint=hint)
    return found
