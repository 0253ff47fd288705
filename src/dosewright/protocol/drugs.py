"""What labels say of each drug: routes, diluents, concentration, rate, class. Recalled facts decide nothing."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from ..errors import Mistake
from ..reading import Strict, Text, read, validate
from ..units import CONCENTRATION, DOSE_PER_AREA, PERCENT, Quantity
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
        import difflib

        near = difflib.get_close_matches(name, drugs(), 1)
        hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(drugs())}"
        raise Mistake("a drug by its generic name in full", example="oxaliplatin", got=name, hint=hint)
    return found
