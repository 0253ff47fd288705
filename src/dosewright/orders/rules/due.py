"""What protocol and site ask of an order, as plain numbers and words: settled once, held against any number of orders.

What nobody has decided is None here, and the rules that would need it do not apply; that it is undecided is told once,
with the protocol and the site, and not again of every order.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from ...calculators import laboratory
from ...calculators.bands import Band
from ...protocol import library
from ...protocol.drugs import drug, drugs
from ...protocol.library import Loaded
from ...protocol.model import Component, Criterion, Start
from ...protocol.site import Gate, Interaction, Preparation, Site
from ...units import DOSE, DOSE_PER_AREA, DOSE_PER_WEIGHT, UNITS, Kind, Quantity, Range, quantity
from .. import bands
from ..calendar import Days
from ..decisions import Choices
from ..doses import standing
from ..exposure import limit_of
from ..finding import Finding
from ..fitness import plain_name

BASES: Final[Mapping[str, Kind]] = {"per m²": DOSE_PER_AREA, "per kg": DOSE_PER_WEIGHT, "flat": DOSE}


@dataclass(frozen=True, slots=True)
class Figure:
    """A dose as a source states it: per m², per kg or flat, in mg."""

    amount: float
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class LineDue:
    """What is asked of one line."""

    key: str
    drug: str
    days: tuple[int, ...]
    dose: Figure | None
    others: tuple[Figure, ...]  # what else the source says of this line
    elsewhere: tuple[Figure, ...]  # what the other protocols of the library say of this drug
    routes: frozenset[str]
    route_source: str
    bearable: frozenset[str]  # routes that the drug may take at all
    over: float | None
    over_source: str
    starts: tuple[Start, ...]
    start_source: str
    forms: frozenset[str]
    form_source: str
    unlike_forms: frozenset[str]  # of which the protocol's milligrams are not the dose
    unlike_source: str
    limit: Figure | None
    cap: float | None
    most_per_m2: float | None
    most_per_day: float | None
    most_per_cycle: float | None
    step: float | None
    doses: frozenset[float]  # of the site's table of bands
    bands: tuple[Band, ...]
    table: str  # what the table is called
    most_deviation: float | None
    diluents: frozenset[str]
    diluent_source: str
    least: float | None
    most: float | None
    window_source: str
    stocked: frozenset[float]
    strength: float | None  # mg/mL, of the product that the site stocks
    made_up_in: str  # the diluent that the site makes it up in; '' where it says nothing of the line
    fastest: float | None  # mg/h
    fastest_source: str
    lines: Mapping[str, str]  # the site's lines, and the route of each
    incompatible: frozenset[str]
    incompatible_source: str

    @property
    def dose_source(self) -> str:
        """Who states the dose."""
        return self.dose.source if self.dose is not None else ""

    @property
    def dose_basis(self) -> str:
        """Per m², per kg or flat."""
        return self.dose.basis if self.dose is not None else ""

    @property
    def limit_source(self) -> str:
        """Who states the limit."""
        return self.limit.source if self.limit is not None else ""


@dataclass(frozen=True, slots=True)
class BeadsDue:
    """What is asked of the beads of a protocol that embolises."""

    drug: str | None
    unfit: Mapping[str, str]  # drugs that are not loaded onto these beads, and who says so
    least: float
    most: float
    contact: float | None
    final_volume: float | None
    final_volume_per: str | None
    source: str


@dataclass(frozen=True, slots=True)
class GateDue:
    """One laboratory limit of the site."""

    analyte: str
    key: str  # by which an order has it
    unit: str
    at_least: float | None
    at_most: float | None
    within: float
    source: str
    least: float | None  # what a patient's value can be, in the unit of the limit; an engineering guard
    most: float | None
    zero: bool  # whether a laboratory reports none at all


@dataclass(frozen=True, slots=True)
class CriterionDue:
    """One criterion of eligibility."""

    id: str
    text: str
    measures: str
    at_least: float | None
    at_most: float | None
    one_of: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class LifetimeDue:
    """The most of one drug, or of one class, over a lifetime, and the drugs that count toward it."""

    of: str
    at_most: float
    members: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Due:
    """What one protocol at one site asks of an order."""

    protocol: str
    version: str
    protocol_hash: str
    formula: str
    surface_cap: float | None
    weight_basis: str
    height_least: float
    height_most: float
    height_usual_least: float
    height_usual_most: float
    weight_least: float
    weight_most: float
    weight_usual_least: float
    weight_usual_most: float
    mass_index_least: float | None
    mass_index_most: float | None
    weight_valid: float
    weight_too_old: float
    weight_change: float
    interval_least: float | None
    interval_most: float | None
    interval_source: str
    days: tuple[int, ...]
    valid: float
    calendar: Days
    time_zone: ZoneInfo
    genotype: str
    prior_exposure: str
    needs_dpyd: bool
    dpyd_source: str
    interactions: tuple[Interaction, ...]
    lines: tuple[LineDue, ...]
    beads: BeadsDue | None
    gates: tuple[GateDue, ...]
    criteria: tuple[CriterionDue, ...]
    lifetimes: tuple[LifetimeDue, ...]
    drugs: frozenset[str]  # of the protocol, with what is on the beads
    standing: tuple[Finding, ...] = field(default=())


def due(loaded: Loaded, site: Site) -> Due:
    """What a protocol at a site asks of an order, and what is to be said of the two themselves."""
    protocol = loaded.protocol
    choices = Choices(protocol, site, {})
    interval: Range | None = choices.settle("interval", protocol.interval).value
    body = site.body
    lines = tuple(_line(component, site, choices) for component in protocol.components)
    beads = _beads(choices)
    bead_drug = {beads.drug} if beads is not None and beads.drug is not None else set()
    given = frozenset({one.drug for one in lines} | bead_drug)
    genes = [gene for name in sorted(given) if (gene := drug(name).genotype) is not None and gene.value == "DPYD"]
    return Due(
        protocol=protocol.id,
        version=protocol.version,
        protocol_hash=loaded.document.sha256,
        formula=body.formula,
        surface_cap=None if body.cap == "none" else body.cap.m_as("m²"),
        weight_basis=body.weight,
        height_least=body.height.refuse.low.m_as("cm"),
        height_most=body.height.refuse.high.m_as("cm"),
        height_usual_least=body.height.confirm.low.m_as("cm"),
        height_usual_most=body.height.confirm.high.m_as("cm"),
        weight_least=body.weight_range.refuse.low.m_as("kg"),
        weight_most=body.weight_range.refuse.high.m_as("kg"),
        weight_usual_least=body.weight_range.confirm.low.m_as("kg"),
        weight_usual_most=body.weight_range.confirm.high.m_as("kg"),
        mass_index_least=None if body.mass_index == "undecided" else body.mass_index.low.m_as("kg/m²"),
        mass_index_most=None if body.mass_index == "undecided" else body.mass_index.high.m_as("kg/m²"),
        weight_valid=body.weight_valid.m_as("d"),
        weight_too_old=body.weight_too_old.m_as("d"),
        weight_change=body.weight_change.magnitude / 100,
        interval_least=None if interval is None else interval.low.m_as("d"),
        interval_most=None if interval is None else interval.high.m_as("d"),
        interval_source=choices.settle("interval", protocol.interval).source,
        days=tuple(sorted({day for component in protocol.components for day in component.days})),
        valid=site.order_valid.m_as("d"),
        calendar=Days(site.calendar),
        time_zone=site.time_zone,
        genotype=site.genotype,
        prior_exposure=site.prior_exposure,
        needs_dpyd=bool(genes),
        dpyd_source=genes[0].source if genes else "",
        interactions=interactions(site, given),
        lines=lines,
        beads=beads,
        gates=() if site.gates == "undecided" else tuple(map(_gate, site.gates)),
        criteria=tuple(map(_criterion, protocol.eligibility)),
        lifetimes=tuple(_lifetimes(site, given)),
        drugs=given,
        standing=(*standing(loaded, site), *choices.findings()),
    )


def interactions(site: Site, given: Collection[str]) -> tuple[Interaction, ...]:
    """The entries of the site's list that are about a drug given here."""
    return () if isinstance(site.interactions, str) else tuple(one for one in site.interactions if one.drug in given)


def _figure(value: Quantity, source: str) -> Figure:
    basis, kind = next((words, kind) for words, kind in BASES.items() if kind.holds(value))
    return Figure(value.m_as(kind.unit), basis, source)


def _line(component: Component, site: Site, choices: Choices) -> LineDue:
    key, facts = component.key, drug(component.drug)
    prepared = site.prepares(key, component.drug)
    dose = choices.settle(f"{key}.dose", component.dose)
    route = choices.settle(f"{key}.route", component.route)
    over = choices.settle(f"{key}.over", component.over)
    start = choices.settle(f"{key}.start", component.start)
    form = choices.settle(f"{key}.form", component.form) if component.form else None
    starts = (start.value,) if start.value is not None else tuple(map(Start.read, component.start.options))
    stated_routes = component.route.options if route.value is None else (route.value,)
    forms = () if form is None else form.stated.options if form.value is None else (form.value,)
    window, fastest = facts.window, facts.most_mg_per_min
    return LineDue(
        key=key,
        drug=component.drug,
        days=component.days,
        dose=None if dose.value is None else _figure(dose.value, dose.source),
        others=tuple(_figure(value, source) for value, source in dose.others if value is not None),
        elsewhere=_elsewhere(component.drug, choices.protocol.id),
        routes=frozenset(stated_routes),
        route_source=route.source,
        bearable=frozenset(facts.routes),
        over=None if over.value is None else over.value.m_as("h"),
        over_source=over.source,
        starts=starts,
        start_source=start.source,
        forms=frozenset(forms),
        form_source="" if form is None else form.source,
        unlike_forms=frozenset({"levoleucovorin"}) - {component.drug} if facts.forms else frozenset(),
        unlike_source=facts.forms.source if facts.forms else "",
        limit=_figure(component.limit.at_most, component.limit.source) if component.limit else None,
        diluents=frozenset(facts.diluents.value) if facts.diluents else frozenset(),
        diluent_source=facts.diluents.source if facts.diluents else "",
        least=window.value.least.m_as("mg/mL") if window and window.confidence == "SEEN" else None,
        most=window.value.most.m_as("mg/mL") if window and window.confidence == "SEEN" else None,
        window_source=window.source if window else "",
        fastest=float(fastest.value) * 60 if fastest and fastest.confidence == "SEEN" else None,
        fastest_source=fastest.source if fastest else "",
        lines=site.lines,
        incompatible=frozenset(facts.incompatible.value) if facts.incompatible else frozenset(),
        incompatible_source=facts.incompatible.source if facts.incompatible else "",
        **_preparation(prepared),
    )


def _preparation(prepared: Preparation | None) -> dict[str, Any]:
    """What the site's preparation of a line asks: nothing, where it says nothing of it."""
    if prepared is None:
        nothing = ("cap", "most_per_m2", "most_per_day", "most_per_cycle", "step", "most_deviation", "strength")
        return {
            **dict.fromkeys(nothing),
            "doses": frozenset(),
            "stocked": frozenset(),
            "bands": (),
            "table": "",
            "made_up_in": "",
        }
    table = bands.table_of(prepared)
    return {
        "cap": None if prepared.dose_cap == "none" else prepared.dose_cap.m_as("mg"),
        "most_per_m2": None if prepared.most_per_m2 == "none" else prepared.most_per_m2.m_as("mg/m²"),
        "most_per_day": None if prepared.most_per_day == "none" else prepared.most_per_day.m_as("mg"),
        "most_per_cycle": None if prepared.most_per_cycle == "none" else prepared.most_per_cycle.m_as("mg"),
        "step": prepared.step.m_as("mg") if table is None else None,
        "doses": frozenset(band.dose for band in table.bands) if table else frozenset(),
        "bands": table.bands if table else (),
        "table": f"the table {table.name}" if table and table.name else "the site's table of bands",
        "most_deviation": prepared.most_deviation.magnitude / 100,
        "stocked": frozenset(volume.m_as("mL") for volume in prepared.stocked),
        "made_up_in": prepared.diluent,
        "strength": None if prepared.stock is None else prepared.stock.strength.m_as("mg/mL"),
    }


@functools.cache
def _elsewhere(name: str, protocol: str) -> tuple[Figure, ...]:
    """What the other protocols in force say of a drug: doses that may be taken for this one's."""
    found = {}
    for other in library.names():
        loaded = library.from_library(other).protocol
        if other != protocol and loaded.status == "active":
            for component in loaded.components:
                if component.drug == name and component.dose.value is not None:
                    figure = _figure(component.dose.value, other)
                    found[figure.amount, figure.basis] = figure
    return tuple(found.values())


def _beads(choices: Choices) -> BeadsDue | None:
    loading = choices.protocol.loading
    if loading is None:
        return None

    def settled(name: str) -> Any:
        return choices.settle(f"beads.{name}", getattr(loading, name)).value

    capacity = choices.settle("beads.capacity", loading.capacity)
    contact, final = settled("contact_at_least"), settled("final_volume")
    return BeadsDue(
        drug=settled("drug"),
        unfit={name: one.not_for_beads.source for name, one in drugs().items() if one.not_for_beads is not None},
        least=capacity.value.low.m_as("mg/vial"),
        most=capacity.value.high.m_as("mg/vial"),
        contact=None if contact is None else contact.m_as("h"),
        final_volume=None if final is None else final.m_as("mL"),
        final_volume_per=settled("final_volume_per"),
        source=capacity.source,
    )


def _gate(gate: Gate) -> GateDue:
    return GateDue(
        gate.analyte,
        plain_name(gate.analyte),
        gate.unit,
        float(gate.at_least) if gate.at_least else None,
        float(gate.at_most) if gate.at_most else None,
        gate.within.m_as("d"),
        gate.source,
        *_possible(gate),
    )


def _possible(gate: Gate) -> tuple[float | None, float | None, bool]:
    """Between which numbers a value of this analyte can lie, in the unit of the limit, where the analyte is known."""
    found = laboratory.find(gate.analyte)
    if found is None or UNITS.get(gate.unit) not in found.kind.written_in:
        return None, None, False
    first = found.kind.units[0]
    ends = (quantity(end, first) for end in (found.kind.least, found.kind.most))
    least, most = (laboratory.converted(end, gate.unit, of=gate.analyte) for end in ends)
    return least, most, found.zero


def _criterion(criterion: Criterion) -> CriterionDue:
    return CriterionDue(
        criterion.id,
        criterion.text,
        criterion.measures,
        None if criterion.at_least is None else float(criterion.at_least),
        None if criterion.at_most is None else float(criterion.at_most),
        frozenset(criterion.one_of),
        criterion.source,
    )


def _lifetimes(site: Site, given: frozenset[str]) -> Iterator[LifetimeDue]:
    """The limits over a lifetime toward which something counts that is given here."""
    for name in sorted(given | {drug(one).drug_class for one in given}):
        at_most, source = limit_of(name, site)
        if at_most is not None:
            members = tuple(sorted(one.name for one in drugs().values() if name in {one.name, one.drug_class}))
            yield LifetimeDue(name, at_most, members, source)
