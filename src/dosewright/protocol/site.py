"""The hospital's own policy: decisions on what the source disputes or leaves open, and everything no paper can say.

A site file states all of it; nothing is filled in behind its back. The built-in reference site only makes the tool run
at once, and every output says that it is no hospital's policy.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ..errors import Mistake, Refusal
from ..reading import Clock, Day, Document, Strict, Text, Zone, read, validate
from ..units import (
    BODY_SURFACE,
    CONCENTRATION,
    DOSE,
    HEIGHT,
    INTERVAL,
    PERCENT,
    VOLUME,
    WEIGHT,
    Quantity,
    Range,
    RangeOf,
)
from .drugs import drugs

REFERENCE = Path(__file__).with_name("reference-site.yaml")
TEMPLATE = Path(__file__).with_name("site-template.yaml")

BsaFormula = Literal[
    "bsa_mosteller", "bsa_du_bois", "bsa_haycock", "bsa_gehan_george", "bsa_boyd", "bsa_fujimoto", "bsa_takahira",
    "bsa_shuter_aslani", "bsa_schlich", "bsa_livingston_lee", "bsa_stevenson", "bsa_zhao",
]  # fmt: skip
YesNo = Literal["yes", "no"]
Undecided = Literal["undecided"]


class Decision(Strict):
    """A site's choice on one open question of one protocol: signed, dated, with its reason."""

    of: Text
    protocol: Text
    choose: Text
    by: Text
    role: Text
    on: Day
    reason: Text


class Signature(Strict):
    """Who put a file in force, and when."""

    by: Text
    role: Text
    on: Day


class PlausibleHeight(Strict):
    """Heights: refused outside `refuse`, to be confirmed by a person outside `confirm`; the ends belong inside."""

    refuse: Annotated[Range, RangeOf(HEIGHT)]
    confirm: Annotated[Range, RangeOf(HEIGHT)]


class PlausibleWeight(Strict):
    """Weights: refused outside `refuse`, to be confirmed by a person outside `confirm`; the ends belong inside."""

    refuse: Annotated[Range, RangeOf(WEIGHT)]
    confirm: Annotated[Range, RangeOf(WEIGHT)]


class Body(Strict):
    """How body size is taken."""

    formula: BsaFormula
    cap: Annotated[Quantity, BODY_SURFACE] | Literal["none"]
    weight: Literal["actual", "dry"]
    height: PlausibleHeight
    weight_range: PlausibleWeight
    weight_valid: Annotated[Quantity, INTERVAL]
    weight_too_old: Annotated[Quantity, INTERVAL]
    weight_change: Annotated[Quantity, PERCENT]


class Vial(Strict):
    """A product as the pharmacy stocks it."""

    product: Text
    strength: Annotated[Quantity, CONCENTRATION]
    vials: tuple[Annotated[Quantity, DOSE], ...]


class Preparation(Strict):
    """How one drug (or one component) is made up and given here."""

    product: Vial | Undecided
    step: Annotated[Quantity, DOSE]
    most_deviation: Annotated[Quantity, PERCENT]
    dose_cap: Annotated[Quantity, DOSE] | Literal["none"]
    diluent: Text
    volume: Annotated[Quantity, VOLUME] | Undecided
    stocked: tuple[Annotated[Quantity, VOLUME], ...]
    drug_volume: Literal["added", "exchanged"]
    line: Text
    pump: Text


class Beads(Strict):
    """How beads are loaded here, as far as no decision on a protocol says it."""

    product: Text
    loading_fluid: Annotated[Quantity, VOLUME] | Undecided
    contact: Text
    supernatant: Text
    use_within: Text


class Gate(Strict):
    """One laboratory value that must hold before treatment."""

    analyte: Text
    unit: Text
    at_least: Text | None = None
    at_most: Text | None = None
    within: Annotated[Quantity, INTERVAL]
    source: Text = Field(alias="from")


class Care(Strict):
    """One item of supportive care."""

    what: Text
    when: Text


class Site(Strict):
    """A hospital's policy, signed and dated; or the reference site, which is nobody's."""

    dosewright: Literal["1"] = Field(alias="schema")
    id: Text
    name: Text
    version: Text
    kind: Literal["hospital", "reference"]
    signed: Signature | None = None
    protocols: tuple[Text, ...]
    time_zone: Zone
    day_starts: Clock
    body: Body
    preparation: dict[Text, Preparation]
    beads: Beads
    gates: tuple[Gate, ...] | Undecided
    care: tuple[Care, ...] | Undecided
    genotype: Literal["required", "asked", "not asked"]
    prior_exposure: Literal["required", "asked"]
    order_valid: Annotated[Quantity, INTERVAL]
    sequence_gap: Literal["none"] = "none"
    contact: Text
    decisions: tuple[Decision, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Site:
        if self.kind == "hospital" and self.signed is None:
            raise Mistake("'signed: {by, role, on}', since a hospital's policy is signed")
        seen = set()
        for decision in self.decisions:
            key = (decision.protocol, decision.of)
            if key in seen:
                raise Refusal(f"{decision.of} is decided twice for {decision.protocol}", where="decisions")
            seen.add(key)
        for name, preparation in self.preparation.items():
            facts = drugs().get(name)
            if facts and facts.diluents and preparation.diluent not in facts.diluents.value:
                words = ", ".join(facts.diluents.value)
                raise Mistake(f"a diluent that goes with {name} ({words})", where=name, got=preparation.diluent)
        return self

    def decision(self, protocol: str, path: str) -> Decision | None:
        """The decision on one open question of a protocol, if there is one."""
        return next((d for d in self.decisions if d.protocol == protocol and d.of == path), None)

    def prepares(self, key: str, drug_name: str) -> Preparation | None:
        """How a component is prepared here: its own entry, or else its drug's."""
        return self.preparation.get(key) or self.preparation.get(drug_name)


def load_site(content: bytes, name: str) -> tuple[Site, Document]:
    """A site from the bytes of its file, with every mistake reported at once."""
    document = read(content, name)
    return validate(document, Site), document


@functools.cache
def reference_site() -> tuple[Site, Document]:
    """The built-in site that makes everything run and is no hospital's policy."""
    return load_site(REFERENCE.read_bytes(), REFERENCE.name)
