"""What labels say of each drug: routes, diluents, concentration, rate, class. Recalled facts decide nothing."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field

from ..errors import Mistake
from ..reading import Strict, Text, read, validate
from ..units import CONCENTRATION, Quantity
from .model import Route

T = TypeVar("T")
FILE = Path(__file__).with_name("drugs.yaml")


class Said(Strict, Generic[T]):
    """A fact with its source and whether it was read there (SEEN) or only recalled."""

    value: T = Field(alias="is")
    source: Text = Field(alias="from")
    confidence: Literal["SEEN", "RECALLED"] = "SEEN"


class Window(Strict):
    """The concentrations a label allows after dilution, both ends included."""

    least: Annotated[Quantity, CONCENTRATION]
    most: Annotated[Quantity, CONCENTRATION]


class Drug(Strict):
    """One drug, by its generic name."""

    name: Text
    drug_class: Text = Field(alias="class")
    routes: tuple[Route, ...]
    diluents: Said[tuple[Text, ...]] | None = None
    never: Said[tuple[Text, ...]] | None = None
    window: Said[Window] | None = None
    most_mg_per_min: Said[Annotated[Text, Field(pattern=r"^[1-9][0-9]*$")]] | None = None
    incompatible: Said[tuple[Text, ...]] | None = None
    not_for_beads: Said[Text] | None = None
    genotype: Said[Text] | None = None
    cautions: tuple[Said[Text], ...] = ()


class _Drugs(Strict):
    dosewright: Literal["1"] = Field(alias="schema")
    sources: dict[Text, Text]
    drugs: tuple[Drug, ...]


@functools.cache
def drugs() -> Mapping[str, Drug]:
    """Every drug that a protocol may name."""
    found = validate(read(FILE.read_bytes(), FILE.name), _Drugs)
    return {drug.name: drug for drug in found.drugs}


@functools.cache
def sources() -> Mapping[str, str]:
    """The labels and papers that the drug facts cite, by key."""
    return validate(read(FILE.read_bytes(), FILE.name), _Drugs).sources


def drug(name: str) -> Drug:
    """A drug by its generic name in full; a name that nobody knows is refused with the nearest that somebody does."""
    found = drugs().get(name)
    if found is None:
        import difflib

        near = difflib.get_close_matches(name, drugs(), 1)
        hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(drugs())}"
        raise Mistake("a drug by its generic name in full", example="oxaliplatin", got=name, hint=hint)
    return found
