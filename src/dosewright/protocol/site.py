"""The hospital's own policy: decisions on what the source disputes or leaves open, and everything no paper can say.

A site file states all of it; nothing is filled in behind its back. The built-in reference site only makes the tool run
at once, and every output says that it is no hospital's policy.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from ..errors import Mistake, Refusal, did_you_mean, together
from ..reading import Clock, Day, Decimal, Document, Name, Strict, Text, Zone, at_least_one, read, validate, written
from ..units import (
    BODY_MASS_INDEX,
    BODY_SURFACE,
    CONCENTRATION,
    DOSE,
    DOSE_PER_AREA,
    DURATION,
    HEIGHT,
    INTERVAL,
    PERCENT,
    VOLUME,
    WEIGHT,
    Quantity,
    Range,
    RangeOf,
)
from .bands import Table, at_most_ten, load_table
from .dose_rules import DoseRule
from .drugs import drug, drugs
from .model import Route

REFERENCE = Path(__file__).with_name("reference-site.yaml")
TEMPLATE = Path(__file__).with_name("site-template.yaml")

BsaFormula = Literal[
    "bsa_mosteller", "bsa_du_bois", "bsa_haycock", "bsa_gehan_george", "bsa_boyd", "bsa_fujimoto", "bsa_takahira",
    "bsa_shuter_aslani", "bsa_schlich", "bsa_livingston_lee", "bsa_stevenson", "bsa_zhao",
]  # fmt: skip
ChildPughPrinting = Literal[
    "usual", "albumin-30", "bilirubin-35-50", "cholestatic", "inr-1.8", "inr-2-3", "seconds-1-3"
]  # fmt: skip
YesNo = Literal["yes", "no"]
Undecided = Literal["undecided"]


Signed = Annotated[Text, AfterValidator(written)]
Beside = Callable[[str], bytes]  # the content of a file that lies beside the site file, by its name


def _beside(name: str) -> str:
    """The name of a file beside the site file: no path, so that the two travel together."""
    if "/" in name or "\\" in name or name.startswith("."):
        raise Mistake("the name of a file beside the site file, without a folder", example="bands.yaml", got=name)
    return name


class Decision(Strict):
    """A site's choice on one open question of one protocol: signed, dated, with its reason."""

    of: Text
    protocol: Text
    choose: Text
    by: Signed
    role: Signed
    on: Day
    reason: Signed


class Signature(Strict):
    """Who put a file in force, and when."""

    by: Signed
    role: Signed
    on: Day


class Plausible(Strict):
    """What a measure may be: refused outside `refuse`, to be confirmed by a person outside `confirm`."""

    refuse: Range
    confirm: Range

    @model_validator(mode="after")
    def _one_inside_the_other(self) -> Plausible:
        low, high = (end.m_as(self.refuse.low.units) for end in self.confirm)
        if not self.refuse.low.magnitude <= low <= high <= self.refuse.high.m_as(self.refuse.low.units):
            raise Refusal("what is to be confirmed lies outside what is refused", within=("confirm",))
        return self


class PlausibleHeight(Plausible):
    """Heights: refused outside `refuse`, to be confirmed by a person outside `confirm`; the ends belong inside."""

    refuse: Annotated[Range, RangeOf(HEIGHT)]
    confirm: Annotated[Range, RangeOf(HEIGHT)]


class PlausibleWeight(Plausible):
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
    mass_index: Annotated[Range, RangeOf(BODY_MASS_INDEX)] | Undecided = "undecided"
    weight_valid: Annotated[Quantity, INTERVAL]
    weight_too_old: Annotated[Quantity, INTERVAL]
    weight_change: Annotated[Quantity, PERCENT]

    @model_validator(mode="after")
    def _valid_before_too_old(self) -> Body:
        if self.weight_valid.m_as("d") > self.weight_too_old.m_as("d"):
            raise Refusal("a weight would be too old before it needs a second look", within=("weight_too_old",))
        return self


class Vial(Strict):
    """A product as the pharmacy stocks it."""

    product: Text
    strength: Annotated[Quantity, CONCENTRATION]
    vials: Annotated[tuple[Annotated[Quantity, DOSE], ...], AfterValidator(at_least_one)]


def _known(name: str) -> str:
    return drug(name).name


class Product(Vial):
    """A product of a list, by an id of its own: of which drug, in which form, for which country, and who says so."""

    id: Name
    drug: Annotated[Text, AfterValidator(_known)]
    form: Text
    country: Text
    source: Annotated[Text, AfterValidator(written)] = Field(alias="from")


class ProductList(Strict):
    """A file of products, such as a country's or a pharmacy's."""

    dosewright: Literal["1"] = Field(alias="schema")
    id: Name
    version: Text
    products: Annotated[tuple[Product, ...], AfterValidator(at_least_one)]


class _OtherFile(Strict):
    """A file beside the site file; where its hash is stated, no other content will do."""

    file: Annotated[Text, AfterValidator(_beside)]
    sha256: Text | None = None


class ProductFile(_OtherFile):
    """A list of products in a file beside the site file."""


class ProductsRead(ProductFile):
    """The same, read."""

    listed: ProductList
    document: Document


class TableFile(_OtherFile):
    """A table of dose bands in a file beside the site file."""


class TableRead(TableFile):
    """The same, read."""

    table: Table
    document: Document


class Sharing(Strict):
    """That what is left in an opened vial may serve another patient, and for how long after the first opening."""

    within: Annotated[Quantity, DURATION]
    source: Annotated[Text, AfterValidator(written)] = Field(alias="from")


class Preparation(Strict):
    """How one drug (or one component) is made up and given here."""

    product: Vial | Undecided | Name  # by name: a product of the site's list
    sharing: Sharing | Literal["no"] | Undecided = "undecided"
    step: Annotated[Quantity, DOSE]
    bands: Text | TableFile | None = None  # a table of dose bands in place of the step
    most_deviation: Annotated[Quantity, PERCENT, AfterValidator(at_most_ten)]
    dose_cap: Annotated[Quantity, DOSE] | Literal["none"]
    most_per_m2: Annotated[Quantity, DOSE_PER_AREA] | Literal["none"] = "none"
    most_per_day: Annotated[Quantity, DOSE] | Literal["none"] = "none"
    most_per_cycle: Annotated[Quantity, DOSE] | Literal["none"] = "none"
    diluent: Text
    volume: Annotated[Quantity, VOLUME] | Undecided
    stocked: tuple[Annotated[Quantity, VOLUME], ...]
    drug_volume: Literal["added", "exchanged"]
    line: Text
    pump: Text

    @property
    def stock(self) -> Vial | None:
        """The product in stock; None where the site has not decided."""
        if isinstance(self.product, Vial):
            return self.product
        if self.product == "undecided":
            return None
        raise Mistake("a product of the site's list, which is read with the site", got=self.product)


class Beads(Strict):
    """How beads are loaded here, as far as no decision on a protocol says it."""

    product: Text
    loading_fluid: Annotated[Quantity, VOLUME] | Undecided
    contact: Text
    supernatant: Text
    use_within: Text


class Span(Strict):
    """Days in a row on which the site does not treat, and why."""

    first: Day
    last: Day
    name: Text
    of: Literal["everything", "procedures"] = "everything"

    @model_validator(mode="after")
    def _forward(self) -> Span:
        if self.last < self.first:
            raise Refusal("the last day lies before the first", where="last", got=self.last)
        return self


Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


class Calendar(Strict):
    """On which days the site treats, where a date goes that falls on another, and what is done how long before."""

    weekend: tuple[Weekday, ...]
    procedure_days: tuple[Weekday, ...]
    holidays: tuple[Span, ...]
    make_up_days: tuple[Day, ...]
    works_on_make_up_days: YesNo
    closures: tuple[Span, ...]
    known_until: Day
    move: Literal["later first", "earlier first", "nearest"]
    aim: Literal["earliest", "middle", "latest"]
    laboratory_before: Annotated[Quantity, INTERVAL]
    imaging_before: Annotated[Quantity, INTERVAL]


class Cumulative(Strict):
    """The most of one drug, or of one class of drugs, over a lifetime."""

    of: Text
    at_most: Annotated[Quantity, DOSE_PER_AREA]
    source: Text = Field(alias="from")


class Gate(Strict):
    """One laboratory value that must hold before treatment."""

    analyte: Text
    unit: Text
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    within: Annotated[Quantity, INTERVAL]
    source: Text = Field(alias="from")

    @model_validator(mode="after")
    def _something_required(self) -> Gate:
        if self.at_least is None and self.at_most is None:
            raise Mistake("'at_least', 'at_most' or both")
        if self.at_least is not None and self.at_most is not None and float(self.at_least) > float(self.at_most):
            raise Refusal(f"at_least {self.at_least} is above at_most {self.at_most}")
        return self


class Interaction(Strict):
    """Another medicine that does not go with a drug, and how grave that is here; `with` is part of its name."""

    drug: Text
    other: Text = Field(alias="with")
    severity: Literal["warning", "blocks-release", "refuse"]
    source: Text = Field(alias="from")


ANY = "any"  # every term of CTCAE that has no entry of its own


class HoldFrom(Strict):
    """From which CTCAE grade on a toxicity that is still present holds treatment: of one term, or of `any` other."""

    term: Text
    grade: Literal["1", "2", "3", "4"]
    source: Text = Field(alias="from")


class Care(Strict):
    """One item of supportive care."""

    what: Text
    when: Text


class Site(Strict):
    """A hospital's policy, signed and dated; or the reference site, which is nobody's."""

    dosewright: Literal["1"] = Field(alias="schema")
    id: Name
    name: Text
    version: Text
    kind: Literal["hospital", "reference"]
    signed: Signature | None = None
    protocols: tuple[Text, ...]
    country: Text | None = None
    products: tuple[Product, ...] | ProductFile = ()
    time_zone: Zone
    day_starts: Clock
    body: Body
    lines: dict[Text, Route]
    preparation: dict[Text, Preparation]
    beads: Beads
    calendar: Calendar
    gates: Annotated[tuple[Gate, ...], AfterValidator(at_least_one)] | Undecided
    toxicity_holds: Annotated[tuple[HoldFrom, ...], AfterValidator(at_least_one)] | Undecided
    child_pugh: ChildPughPrinting
    care: Annotated[tuple[Care, ...], AfterValidator(at_least_one)] | Undecided
    genotype: Literal["required", "asked", "not asked"]
    interactions: Annotated[tuple[Interaction, ...], AfterValidator(at_least_one)] | Undecided
    prior_exposure: Literal["required", "asked"]
    cumulative: tuple[Cumulative, ...] | Undecided
    dose_changes: Annotated[tuple[DoseRule, ...], AfterValidator(at_least_one)] | Undecided
    order_valid: Annotated[Quantity, INTERVAL]
    contact: Text
    bring: tuple[Text, ...] | Undecided
    decisions: tuple[Decision, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Site:
        found = [
            *self._mistakes_of_form(),
            *self._mistakes_of_preparation(),
            *self._mistakes_of_dose_rules(),
            *self._mistakes_of_drugs(),
        ]
        if found:
            raise together(found)
        return self

    def _mistakes_of_form(self) -> Iterator[Mistake]:
        """A hospital's policy that nobody signed, and questions decided twice."""
        if self.kind == "hospital" and self.signed is None:
            yield Mistake("'signed: {by, role, on}', since a hospital's policy is signed")
        seen = set()
        for index, decision in enumerate(self.decisions):
            key = (decision.protocol, decision.of)
            if key in seen:
                words = f"decided a second time for {decision.protocol}"
                yield Refusal(words, within=("decisions", index))
            seen.add(key)
        held: set[str] = set()
        for index, one in enumerate(() if self.toxicity_holds == "undecided" else self.toxicity_holds):
            if one.term.casefold() in held:
                yield Refusal("a second grade for the same term", within=("toxicity_holds", index), got=one.term)
            held.add(one.term.casefold())
        if held and ANY not in held:
            needs = "an entry for 'any', since a grade that no entry speaks of would hold nobody"
            example = "{term: any, grade: 3, from: site policy}"
            yield Mistake(needs, within=("toxicity_holds",), example=example)

    def _mistakes_of_preparation(self) -> Iterator[Mistake]:
        """Lines that nobody knows, and diluents that do not go with their drug."""
        for name, preparation in self.preparation.items():
            if preparation.line not in self.lines:
                needs = f"a line of this site ({', '.join(self.lines)})"
                yield Mistake(needs, within=("preparation", name, "line"), got=preparation.line)
            facts = drugs().get(name)
            if facts and facts.diluents and preparation.diluent not in facts.diluents.value:
                needs = f"a diluent that goes with {name} ({', '.join(facts.diluents.value)})"
                yield Mistake(needs, within=("preparation", name, "diluent"), got=preparation.diluent)

    def _mistakes_of_dose_rules(self) -> Iterator[Mistake]:
        """Rules that stand twice, or are on a drug that nobody knows: those would never hold, and nobody would see."""
        rules = () if isinstance(self.dose_changes, str) else self.dose_changes
        ids = [one.id for one in rules]
        for index, rule in enumerate(rules):
            place = ("dose_changes", index)
            if rule.id in ids[:index]:
                yield Refusal("a rule of this id stands before it", within=place, got=rule.id)
            if rule.drug not in drugs() and rule.drug not in self.preparation:
                needs = "a drug by its generic name in full, or a line that stands under 'preparation'"
                yield Mistake(needs, within=(*place, "drug"), example="oxaliplatin", got=rule.drug)

    def _mistakes_of_drugs(self) -> Iterator[Mistake]:
        """Limits and interactions of what nobody knows, which would never hold; and limits that stand twice."""
        classes = {one.drug_class for one in drugs().values()}
        before: set[str] = set()
        for index, limit in enumerate(() if isinstance(self.cumulative, str) else self.cumulative):
            place = ("cumulative", index, "of")
            if limit.of not in drugs() and limit.of not in classes:
                needs, known = "a drug by its generic name in full, or a class of drugs", {*drugs(), *classes}
                yield _unknown(needs, "anthracycline", limit.of, known, place)
            if limit.of in before:
                yield Refusal("a second limit of the same", within=place, got=limit.of)
            before.add(limit.of)
        for index, one in enumerate(() if isinstance(self.interactions, str) else self.interactions):
            if one.drug not in drugs():
                needs, within = "a drug by its generic name in full", ("interactions", index, "drug")
                yield _unknown(needs, "fluorouracil", one.drug, set(drugs()), within)

    def decision(self, protocol: str, path: str) -> Decision | None:
        """The decision on one open question of a protocol, if there is one."""
        return next((d for d in self.decisions if d.protocol == protocol and d.of == path), None)

    def prepares(self, key: str, drug_name: str) -> Preparation | None:
        """How a component is prepared here: its own entry, or else its drug's."""
        return self.preparation.get(key) or self.preparation.get(drug_name)


def _unknown(needs: str, example: str, got: str, known: Collection[str], within: tuple[str | int, ...]) -> Mistake:
    """A name that nobody knows, with the nearest that somebody does."""
    hint = did_you_mean(got.casefold(), sorted(known))
    return Mistake(needs, within=within, example=example, got=got, hint=hint)


def load_site(content: bytes, name: str, beside: Beside | None = None) -> tuple[Site, Document]:
    """A site from the bytes of its file, with every mistake reported at once.

    Tables of dose bands and lists of products that lie beside the file are read by `beside`, each by its name.
    """
    document = read(content, name)
    return _completed(validate(document, Site), document, beside), document


@functools.cache
def reference_site() -> tuple[Site, Document]:
    """The built-in site that makes everything run and is no hospital's policy."""
    return load_site(REFERENCE.read_bytes(), REFERENCE.name)


# ------------------------------------------------------------------------------------------- what lies beside the file


class OtherFile(NamedTuple):
    """A file on which a site rests, and the hash of its content."""

    file: str
    sha256: str


def other_files(site: Site) -> list[OtherFile]:
    """The files beside the site file on which the site rests, each once."""
    named = [site.products, *(one.bands for one in site.preparation.values())]
    found = {one.file: one.document.sha256 for one in named if isinstance(one, ProductsRead | TableRead)}
    return [OtherFile(*one) for one in sorted(found.items())]


def _completed(site: Site, document: Document, beside: Beside | None) -> Site:
    """The site with what it only names: its tables and its list of products read, each product put in its place."""
    found: list[Mistake] = []
    products = site.products
    if isinstance(products, ProductFile):
        try:
            products = _products(products, beside)
        except Mistake as mistake:
            raise mistake.at(document.where(("products",))) from None
    listed = products.listed.products if isinstance(products, ProductsRead) else products
    found += _mistakes_of_products(site, listed if isinstance(listed, tuple) else (), document)
    by_id = {one.id: one for one in listed} if isinstance(listed, tuple) else {}
    preparation = {}
    for key, one in site.preparation.items():
        where = ("preparation", key)
        changed: dict[str, object] = {}
        try:
            if isinstance(one.product, str) and one.product != "undecided":
                changed["product"] = _product(key, one.product, by_id, site.country)
        except Mistake as mistake:
            found.append(mistake.at(document.where((*where, "product"))))
        try:
            if isinstance(one.bands, TableFile):
                changed["bands"] = _table(one.bands, beside)
        except Mistake as mistake:
            found.append(mistake.at(document.where((*where, "bands"))))
        preparation[key] = one.model_copy(update=changed) if changed else one
    if found:
        raise together(found)
    return site.model_copy(update={"products": products, "preparation": preparation})


def _mistakes_of_products(site: Site, listed: tuple[Product, ...], document: Document) -> Iterator[Mistake]:
    """Products that stand twice in the list."""
    seen = set()
    for index, one in enumerate(listed):
        if one.id in seen:
            path = ("products", index) if isinstance(site.products, tuple) else ("products",)
            yield Mistake("each product once", where=document.where(path), got=one.id)
        seen.add(one.id)


def _product(key: str, name: str, by_id: dict[str, Product], country: str | None) -> Product:
    """The product that a preparation names; of its drug, and of the site's country where the site has one."""
    found = by_id.get(name)
    if found is None:
        raise Mistake(f"a product of the site's list ({', '.join(by_id) or 'it is empty'})", got=name)
    if key in drugs() and found.drug != key:
        raise Refusal(f"the product is {found.drug}, and this is the preparation of {key}", got=name)
    if country is not None and found.country != country:
        raise Refusal(f"the product is of {found.country}, and the site of {country}", got=name)
    return found


def _content(of: _OtherFile, beside: Beside | None) -> bytes:
    if beside is None:
        raise Mistake("the site to be read from its folder, since it names a file beside it", got=of.file)
    return beside(of.file)


def _of_that_hash(of: _OtherFile, document: Document) -> Document:
    if of.sha256 is not None and of.sha256 != document.sha256:
        message = f"{of.file} is not the file that the site names: its content has changed"
        raise Refusal(message, got=document.sha256, hint="look what has changed, then state its new sha256")
    return document


def _table(of: TableFile, beside: Beside | None) -> TableRead:
    table, document = load_table(_content(of, beside), of.file)
    return TableRead(file=of.file, sha256=of.sha256, table=table, document=_of_that_hash(of, document))


def _products(of: ProductFile, beside: Beside | None) -> ProductsRead:
    document = read(_content(of, beside), of.file)
    listed = validate(document, ProductList)
    return ProductsRead(file=of.file, sha256=of.sha256, listed=listed, document=_of_that_hash(of, document))
