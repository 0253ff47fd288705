"""The bead worksheet of one treatment: what is planned, whether whole vials hold it, what is still undecided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .. import wording
from ..calculators import loading
from ..errors import Refusal
from ..protocol.drugs import drug
from ..protocol.model import BeadLoading, Procedure
from ..protocol.site import Site
from ..units import Quantity, Range
from .decisions import Choices
from .finding import Finding
from .patient import Embolisation


@dataclass(frozen=True, slots=True)
class Beads:
    """Bead loading as far as it is decided; what is not is None and is written on the sheet by hand, with a line."""

    device: str
    drug: str | None
    bead_size: str | None
    offered: Quantity | None
    vials: int | None
    vials_that_hold: tuple[int, ...]
    nearest_below: Quantity | None
    nearest_above: Quantity | None
    capacity: Range
    fluid: str | None
    loading_fluid: Quantity | None
    contact_at_least: Quantity
    uptake_over: Quantity
    final_volume: Quantity
    final_volume_per: str | None
    final_fluid: str
    plan: loading.LoadingPlan | None
    injected: tuple[Quantity, ...] | None  # None where nobody has told the plan; none so far is ()
    injected_together: Quantity | None
    stages: str | None
    product: str
    contact: str
    supernatant: str
    use_within: str
    every_cycle: str | None


def build(
    procedure: Procedure, site: Site, choices: Choices, planned: Embolisation | None
) -> Iterator[Beads | Finding]:
    """The worksheet of one bead procedure, and what is to be remarked on it."""
    stated = procedure.loading
    if stated is None:
        return
    name = _settled(choices, stated, "drug")
    decided_dose, decided_vials = _settled(choices, stated, "dose"), _settled(choices, stated, "vials")
    offered = planned.offered if planned else decided_dose
    vials = planned.vials if planned else decided_vials
    settled = choices.settle("beads.capacity", stated.capacity)
    capacity: Range = settled.value
    source = settled.source
    contact = _settled(choices, stated, "contact_at_least")
    uptake, final = _settled(choices, stated, "uptake_over"), _settled(choices, stated, "final_volume")
    choice = plan = None
    fluid_volume = site.beads.loading_fluid
    try:
        if offered is not None:
            choice = loading.bead_vials(dose=offered, least=capacity.low, most=capacity.high)
        if offered is not None and vials is not None:
            plan = loading.bead_loading(
                dose=offered,
                vials=loading.Vials(vials),
                least=capacity.low,
                most=capacity.high,
                contact_at_least=contact,
                uptake_over=uptake,
                loading_fluid=None if fluid_volume == "undecided" else fluid_volume,
                final_volume=final,
            )
    except Refusal as refusal:
        message = f"the beads cannot be loaded so: {refusal}"
        yield Finding("cannot-load", "refuse", message, source=source, where="embolisation")
    injected = planned.injected if planned else ()
    yield Beads(
        device=procedure.device.value if procedure.device and procedure.device.value else "beads",
        drug=name,
        bead_size=_settled(choices, stated, "bead_size"),
        offered=offered,
        vials=vials,
        vials_that_hold=choice.counts if choice else (),
        nearest_below=choice.nearest_below if choice else None,
        nearest_above=choice.nearest_above if choice else None,
        capacity=capacity,
        fluid=_settled(choices, stated, "fluid"),
        loading_fluid=None if fluid_volume == "undecided" else fluid_volume,
        contact_at_least=contact,
        uptake_over=uptake,
        final_volume=final,
        final_volume_per=_settled(choices, stated, "final_volume_per"),
        final_fluid=_settled(choices, stated, "final_fluid"),
        plan=plan,
        injected=injected if planned else None,
        injected_together=loading.sum_of_stages(injected=loading.Doses(injected)) if injected else None,
        stages=procedure.stages.value if procedure.stages else None,
        product=site.beads.product,
        contact=site.beads.contact,
        supernatant=site.beads.supernatant,
        use_within=site.beads.use_within,
        every_cycle=_settled(choices, stated, "every_cycle"),
    )
    yield from _remarks(name, offered, vials, choice, plan, injected, capacity, source)


def _settled(choices: Choices, stated: BeadLoading, name: str) -> Any:
    return choices.settle(f"beads.{name}", getattr(stated, name)).value


def _remarks(
    name: str | None,
    offered: Quantity | None,
    vials: int | None,
    choice: loading.VialChoice | None,
    plan: loading.LoadingPlan | None,
    injected: tuple[Quantity, ...],
    capacity: Range,
    source: str,
) -> Iterator[Finding]:
    allowed = wording.say_range(capacity)
    if name is not None:
        unfit = drug(name).not_for_beads
        if unfit is not None:
            message = f"{name} on beads: {unfit.value}"
            yield Finding("not-for-beads", "refuse", message, name, source=unfit.source, where="beads.drug")
    if offered is None or vials is None:
        message = "how much drug is offered to the beads, and in how many vials, is not known for this patient"
        yield Finding("beads-unknown", "blocks-release", message, "unknown", allowed, where="embolisation")
        return
    said = wording.say(offered)
    if choice is not None and not choice.counts:
        near = wording.listed(
            (wording.say(q) for q in (choice.nearest_below, choice.nearest_above) if q is not None), "or"
        )
        message = f"no whole number of vials holds {said} at {allowed}; near are {near}"
        yield Finding("bead-capacity", "blocks-release", message, said, allowed, source, "embolisation")
    elif plan is not None and choice is not None and not plan.within_capacity:
        fits = wording.listed((str(n) for n in choice.counts), "or")
        message = f"{said} in {vials} {wording.plural('vial', vials)} leaves the capacity; {fits} would hold it"
        each = wording.say(plan.offered_per_vial, places=1)
        yield Finding("bead-capacity", "blocks-release", message, each, allowed, source, "embolisation")
    if injected:
        together = loading.sum_of_stages(injected=loading.Doses(injected))
        if together.m_as("mg") > offered.m_as("mg") * (1 + 1e-9):
            message = "more was injected over the stages than was offered to the beads"
            yield Finding("stages", "refuse", message, wording.say(together), f"at most {said}", where="embolisation")
