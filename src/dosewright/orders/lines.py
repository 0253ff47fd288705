"""Order lines: one drug on one day, from its dose per m² to what the pump is told, with the working of each number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .. import wording
from ..calculators import dose, infusion, rounding
from ..errors import Refusal
from ..protocol.drugs import Drug, drug
from ..protocol.model import Component, Protocol
from ..protocol.site import Preparation, Product, Site
from ..units import DOSE_PER_AREA, DOSE_PER_WEIGHT, Quantity, half_up, quantity
from . import bands, dose_changes
from .bands import Banded
from .basis import Basis
from .day import Times
from .decisions import Choices, Settled
from .dose_changes import Held, Omitted, Reduction
from .finding import Finding

UNCHANGED: Final[Mapping[str, Held]] = MappingProxyType({})
MG_PLACES: Final = 2
BASIS_WORDS: Final = {DOSE_PER_AREA: "per m²", DOSE_PER_WEIGHT: "per kg"}


@dataclass(frozen=True, slots=True)
class Figure:
    """What the dose of a line would be by another figure of the source, in this patient's milligrams."""

    dose_per: Quantity
    calculated: Quantity
    working: str
    source: str


@dataclass(frozen=True, slots=True)
class Made:
    """How a line is prepared and what the pump is told; what the site has not decided is None."""

    product: str | None
    strength: Quantity | None
    vials: tuple[tuple[int, Quantity], ...]
    waste: Quantity | None
    drug_volume: Quantity | None
    drug_volume_is: str
    diluent: str
    diluent_volume: Quantity | None
    volume: Quantity | None
    concentration: Quantity | None
    concentration_without_drug_volume: Quantity | None
    window: tuple[Quantity, Quantity] | None
    rate: Quantity | None
    line: str
    pump: str


@dataclass(frozen=True, slots=True)
class Line:
    """One order line."""

    number: int
    key: str
    drug: str
    form: str | None
    route: str
    days: tuple[int, ...]
    basis: str
    dose_per: Quantity
    calculated: Quantity
    capped: Quantity | None
    reduction: Reduction | None
    ordered: Quantity
    deviation: Quantity
    working: str
    source: str
    state: str
    disputed: tuple[Figure, ...]
    over: Quantity | None
    dose_rate: Quantity | None
    made: Made | None
    times: tuple[Times, ...]
    total_of_cycle: Quantity
    cautions: tuple[str, ...]
    bands: Banded | None = None  # the row of the table by which it was ordered, where the site orders by bands


def calculated(dose_per: Quantity, basis: Basis, *, places: int = MG_PLACES) -> tuple[Quantity, str]:
    """The calculated dose in milligrams and its working, by the basis that the unit of the dose names."""
    if DOSE_PER_AREA.holds(dose_per):
        made = dose.dose_per_area(dose=dose_per, surface=basis.surface)
        return made, wording.closing_product(dose_per, basis.surface, made, places=places)
    if DOSE_PER_WEIGHT.holds(dose_per):
        made = dose.dose_per_weight(dose=dose_per, weight=basis.weight)
        return made, wording.closing_product(dose_per, basis.weight, made, places=places)
    made = dose.dose_flat(dose=dose_per)
    return made, f"{wording.say(dose_per)} flat = {wording.say(made, places=places)}"


def _places(mg: float, step: Quantity | None, ordered: Quantity, *, down: bool = False) -> int:
    """As many decimals of the calculated dose as make rounding and deviation true for whoever checks them.

    99.4987 mg goes to 99 mg; printed as 99.5 mg it would seem to go the wrong way. A lowered dose is only rounded down.
    """
    aim = ordered.m_as("mg")
    off = wording.signed_percent(aim / mg - 1)
    for places in range(MG_PLACES, wording.MOST_PLACES):
        shown = half_up(mg, 10.0**-places)
        nearest = shown if step is None else half_up(shown, step.m_as("mg"))
        rounds = step is None or (shown >= aim and shown - aim < step.m_as("mg") if down else nearest == aim)
        if rounds and wording.signed_percent(aim / shown - 1) == off:
            return places
    return wording.MOST_PLACES


def basis_of(dose_per: Quantity) -> str:
    """'per m²', 'per kg' or 'flat'."""
    return next((words for kind, words in BASIS_WORDS.items() if kind.holds(dose_per)), "flat")


def build(
    protocol: Protocol,
    site: Site,
    basis: Basis,
    choices: Choices,
    *,
    day: int | None = None,
    held: Mapping[str, Held] = UNCHANGED,
) -> Iterator[Line | Omitted | Finding]:
    """The lines of one treatment day (or of all) in the order of administration, and what is to be remarked on each.

    `held` is what changes of the dose hold, by line; a line that they leave out is told as such.
    """
    number = 0
    for component in protocol.components:
        if day is not None and day not in component.days:
            continue
        settled = choices.settle(f"{component.key}.dose", component.dose)
        if settled.value is None:
            message = f"{component.key}: the source states no dose and the site has decided none"
            yield Finding("dose-undecided", "refuse", message, where=f"{component.key}.dose")
            continue
        of = held.get(component.key)
        if of is not None and of.omitted:
            yield dose_changes.omitted(component, settled.value, calculated(settled.value, basis)[0], of)
            yield from dose_changes.remarks(of)
            continue
        number += 1
        yield from _line(number, component, settled, site, basis, choices, of)


def _line(
    number: int, component: Component, settled: Settled, site: Site, basis: Basis, choices: Choices, of: Held | None
) -> Iterator[Line | Finding]:
    key = component.key
    facts = drug(component.drug)
    preparation = site.prepares(key, component.drug)
    mg, _ = calculated(settled.value, basis)
    cap = None if preparation is None or preparation.dose_cap == "none" else preparation.dose_cap
    capped = None if cap is None else dose.capped_dose(dose=mg, cap=cap)
    full = capped.value if capped else mg
    lowered = of is not None and of.lowered
    basic = dose_changes.lowered(full, of) if of is not None and lowered else full
    try:
        rounded, how, used = _rounded(basic, preparation, cap, component.drug, lowered=lowered)
    except Refusal as refusal:
        said = wording.say(mg, places=MG_PLACES)
        yield Finding("cannot-round", "refuse", f"{key}: {refusal}", said, where=f"{key}.dose")
        return
    if of is not None:
        refused = list(
            dose_changes.refused(of, settled.value, full, basis.surface, _step(preparation), rounded.ordered)
        )
        yield from refused
        if refused:
            return
        yield from dose_changes.remarks(of)
    ordered = rounded.ordered
    off = rounding.deviation(ordered=ordered, calculated=mg)
    form = choices.settle(f"{key}.form", component.form) if component.form else None
    over = choices.settle(f"{key}.over", component.over).value
    route = choices.settle(f"{key}.route", component.route).value
    try:
        made = _made(ordered, over, preparation, facts, component.drug) if preparation else None
    except Refusal as refusal:
        yield Finding("cannot-prepare", "refuse", f"{key}: {refusal}", wording.say(ordered), where=key)
        made = None
    plain = capped is None or not capped.applied
    step = preparation.step if preparation and used is None and plain else None
    places = MG_PLACES if lowered else _places(mg.m_as("mg"), step, ordered)
    _, working = calculated(settled.value, basis, places=places)
    steps = [working]
    if capped and capped.applied:
        steps.append(f"capped at {wording.say(capped.cap)}")
    reduction = None
    if of is not None:
        reduction = _reduction(of, settled.value, basic, rounded)
        steps.append(_changed(of, settled.value, full, basic, basis, preparation, ordered, plain=plain))
    steps.append(f"{how}: {wording.say(ordered)}")
    if lowered:
        steps.append(f"{wording.signed_percent(rounded.deviation.magnitude / 100)} of the lowered dose")
    named = " of the calculated dose" if used or lowered else ""
    steps.append(f"{wording.signed_percent(off.magnitude / 100)}{named}")
    line = Line(
        number=number,
        key=key,
        drug=component.drug,
        form=form.value if form else None,
        route=route or "undecided",
        days=component.days,
        basis=basis_of(settled.value),
        dose_per=settled.value,
        calculated=mg,
        capped=capped.value if capped and capped.applied else None,
        reduction=reduction,
        ordered=ordered,
        deviation=off,
        working=", ".join(steps),
        source=settled.source,
        state=settled.state,
        disputed=tuple(Figure(value, *calculated(value, basis), source) for value, source in settled.others),
        over=over,
        dose_rate=quantity(ordered.m_as("mg") / over.m_as("h"), "mg/h") if over is not None else None,
        made=made,
        times=(),
        total_of_cycle=quantity(ordered.m_as("mg") * len(component.days), "mg"),
        cautions=tuple(caution.value for caution in facts.cautions if caution.confidence == "SEEN"),
        bands=used,
    )
    yield line
    if preparation is not None and used is not None:
        yield from bands.remark(key, used, preparation)
    if preparation is not None and route is not None and site.lines[preparation.line] != route:
        message = f"{key}: the {preparation.line} is {site.lines[preparation.line]}, and the protocol gives it {route}"
        yield Finding("line-and-route", "refuse", message, preparation.line, route, "site policy", key)
    if form is not None and form.value == "levoleucovorin" and component.drug != form.value and facts.forms:
        message = f"{key}: {facts.forms.value}; write a protocol with the dose of levoleucovorin itself"
        yield Finding("form-and-dose", "refuse", message, form.value, component.drug, facts.forms.source, key)
    yield from _remarks(line, component, preparation, facts, rounded.deviation)


def _reduction(of: Held, figure: Quantity, basic: Quantity, rounded: rounding.Rounded) -> Reduction:
    return Reduction(
        share=dose_changes.percent(of.share),
        off=dose_changes.percent(1.0 - of.share),
        last_share=dose_changes.percent(of.last),
        dose_per=dose_changes.part_of(figure, of.share),
        calculated=basic,
        deviation=rounded.deviation,
        steps=tuple(one.data() for one in of.steps),
    )


def _changed(
    of: Held,
    figure: Quantity,
    full: Quantity,
    basic: Quantity,
    basis: Basis,
    preparation: Preparation | None,
    ordered: Quantity,
    *,
    plain: bool,
) -> str:
    """The working of a change: each step, their product, and what it makes on this body."""
    if not of.lowered:
        return of.stacked()
    step = _step(preparation) if preparation is None or preparation.bands is None else None
    places = _places(basic.m_as("mg"), step, ordered, down=True)
    if plain:
        made = dose_changes.part_of(figure, of.share)
        if DOSE_PER_AREA.holds(made):
            return f"{of.stacked()}: {wording.closing_product(made, basis.surface, basic, places=places)}"
        if DOSE_PER_WEIGHT.holds(made):
            return f"{of.stacked()}: {wording.closing_product(made, basis.weight, basic, places=places)}"
    share, whole, left = dose_changes.share_said(of.share), *(wording.say(one, places=places) for one in (full, basic))
    return f"{of.stacked()}: {share} of {whole} = {left}"


def _step(preparation: Preparation | None) -> Quantity:
    """The step to which the site rounds; a milligram where it says nothing of the line."""
    return preparation.step if preparation else quantity(1.0, "mg")


def _rounded(
    dose_: Quantity, preparation: Preparation | None, cap: Quantity | None, of: str, *, lowered: bool = False
) -> tuple[rounding.Rounded, str, Banded | None]:
    """The ordered dose by the site's table of bands or its step, how it was rounded in words, and by which row.

    A lowered dose is never rounded up.
    """
    reduced: rounding.YesNo = "yes" if lowered else "no"
    down = "rounded down " if lowered else ""
    table = None if preparation is None else bands.table_of(preparation, of)
    if preparation is not None and table is not None:
        made = rounding.round_to_band(dose=dose_, bands=table, cap=cap, reduced=reduced)
        used = bands.banded(preparation, table, made.ordered)
        return made, f"{down}{used.words}", used
    step = _step(preparation)
    made = rounding.round_to_step(dose=dose_, step=step, cap=cap, reduced=reduced)
    return made, f"{down}to {wording.say(step)}", None


def _made(ordered: Quantity, over: Quantity | None, preparation: Preparation, facts: Drug, of: str) -> Made:
    product = preparation.stock
    if isinstance(product, Product) and product.drug != of:
        raise Refusal(f"the product in stock is {product.drug}", got=product.id)
    bag = None if preparation.volume == "undecided" else preparation.volume
    window = facts.window.value if facts.window and facts.window.confidence == "SEEN" else None
    vials: tuple[tuple[int, Quantity], ...] = ()
    waste = own = volume = strong = weak = None
    if product is not None:
        plan = rounding.vials_for(
            dose=ordered, sizes=rounding.VialSizes(tuple(sorted(vial.m_as("mg") for vial in product.vials)))
        )
        vials, waste = tuple((count, quantity(size, "mg")) for count, size in plan.vials), plan.waste
        own = infusion.volume_of_drug(dose=ordered, stock=product.strength)
    if bag is not None:
        strong = infusion.concentration(dose=ordered, volume=bag)
    if product is not None and bag is not None:
        volume = infusion.final_volume(
            dose=ordered, diluent=bag, stock=product.strength, drug_volume=preparation.drug_volume
        )
        weak = infusion.concentration(dose=ordered, volume=volume)
    return Made(
        product=product.product if product else None,
        strength=product.strength if product else None,
        vials=vials,
        waste=waste,
        drug_volume=own,
        drug_volume_is=preparation.drug_volume,
        diluent=preparation.diluent,
        diluent_volume=bag,
        volume=volume,
        concentration=weak,
        concentration_without_drug_volume=strong,
        window=(window.least, window.most) if window else None,
        rate=infusion.rate(volume=volume, over=over) if volume is not None and over is not None else None,
        line=preparation.line,
        pump=preparation.pump,
    )


def _remarks(
    line: Line, component: Component, preparation: Preparation | None, facts: Drug, rounding_off: Quantity
) -> Iterator[Finding]:
    """What is to be remarked on one line: limits, rounding, concentration, rate, and what nobody has decided."""
    key = line.key
    if preparation is None:
        message = f"{key}: the site says nothing of its preparation, so volume, concentration and rate are unknown"
        yield Finding("preparation-undecided", "blocks-release", message, source="site policy", where=key)
    diluents = facts.diluents
    if preparation is not None and diluents is not None and preparation.diluent not in diluents.value:
        message = f"{key}: {preparation.diluent} is no diluent for {facts.name}"
        allowed = wording.listed(diluents.value, "or")
        yield Finding("diluent", "refuse", message, preparation.diluent, allowed, diluents.source, key)
    if line.capped is not None:
        message = f"{key}: the dose is capped by site policy"
        said = wording.say(line.calculated, places=MG_PLACES)
        yield Finding("dose-capped", "warning", message, said, wording.say(line.capped), "site policy", key)
    limit = component.limit
    if limit is not None:
        most, _ = _in_mg(limit.at_most, line)
        if line.ordered.m_as("mg") > most * (1 + 1e-12):
            message = f"{key}: the ordered dose is above the protocol's limit"
            allowed = f"at most {wording.say(quantity(most, 'mg'), places=MG_PLACES)}"
            yield Finding("above-limit", "refuse", message, wording.say(line.ordered), allowed, limit.source, key)
    if preparation is not None and abs(rounding_off.magnitude) > preparation.most_deviation.magnitude + 1e-9:
        message = f"{key}: rounding moves the dose further than the site allows"
        said = wording.signed_percent(rounding_off.magnitude / 100)
        allowed = f"at most {wording.say(preparation.most_deviation)} of the calculated dose"
        yield Finding("rounding", "blocks-release", message, said, allowed, "site policy", key)
    if line.over is None:
        message = f"{key}: over how long it runs is undecided, so rate and times are unknown"
        yield Finding("duration-undecided", "blocks-release", message, where=f"{key}.over")
    if line.made is not None:
        yield from _concentration(line, line.made, preparation, facts)
        if line.made.volume is None:
            message = f"{key}: product or volume is undecided, so concentration and rate are unknown"
            yield Finding("preparation-undecided", "blocks-release", message, source="site policy", where=key)
    fastest = facts.most_mg_per_min
    if fastest and fastest.confidence == "SEEN" and line.dose_rate is not None:
        per_minute = line.dose_rate.m_as("mg/min")
        if per_minute > float(fastest.value):
            message = f"{key} runs faster than its label allows"
            said, allowed = f"{wording.number(per_minute, places=1)} mg/min", f"at most {fastest.value} mg/min"
            yield Finding("too-fast", "refuse", message, said, allowed, fastest.source, key)


def _in_mg(limit: Quantity, line: Line) -> tuple[float, str]:
    """A limit in this patient's milligrams, by the same basis as the dose."""
    scale = line.calculated.m_as("mg") / line.dose_per.m_as(limit.units)
    return limit.magnitude * scale, basis_of(limit)


def _concentration(line: Line, made: Made, preparation: Preparation | None, facts: Drug) -> Iterator[Finding]:
    if made.window is None or facts.window is None or preparation is None:
        return
    least, most = made.window
    readings = {
        "without the drug's own volume": made.concentration_without_drug_volume,
        "with the drug's own volume": made.concentration,
    }
    verdicts = {
        words: infusion.concentration_window(concentration=value, least=least, most=most)
        for words, value in readings.items()
        if value is not None
    }
    outside = {words: verdict for words, verdict in verdicts.items() if verdict != "within"}
    if not outside:
        return
    fits = [bag for bag in preparation.stocked if _fits(line, made, bag, least, most)]
    advice = f"; it would be right in {wording.listed((wording.say(bag) for bag in fits), 'or')}" if fits else ""
    words = " and ".join(dict.fromkeys(outside.values()))
    how = "" if len(outside) == len(verdicts) else f" {wording.listed(outside)}"
    bag = wording.told(made.diluent_volume)
    message = f"{line.key}: the final concentration is {words} what its label allows{how}, in {bag}{advice}"
    said = ", ".join(f"{_beside(value, made.window)} {how}" for how, value in readings.items() if value is not None)
    allowed = f"{wording.number(least.magnitude)} to {wording.say(most)}"
    yield Finding("concentration", "blocks-release", message, said, allowed, facts.window.source, line.key)


def _beside(value: Quantity, window: tuple[Quantity, Quantity]) -> str:
    """A concentration in as many digits as tell it from a limit that it does not meet."""
    places = 3
    while places < wording.MOST_PLACES and any(
        half_up(value.m_as(limit.units), 10.0**-places) == limit.magnitude != value.m_as(limit.units)
        for limit in window
    ):
        places += 1
    return wording.say(value, places=places)


def _fits(line: Line, made: Made, bag: Quantity, least: Quantity, most: Quantity) -> bool:
    """Whether a stocked bag would keep the concentration in its window, with and without the drug's own volume."""
    volumes = [bag]
    if made.strength is not None and made.drug_volume_is == "added":
        volumes.append(bag + infusion.volume_of_drug(dose=line.ordered, stock=made.strength))
    return all(
        infusion.concentration_window(
            concentration=infusion.concentration(dose=line.ordered, volume=volume), least=least, most=most
        )
        == "within"
        for volume in volumes
    )
