"""Loading drug onto beads: which vials hold it, for how long, in what volume.

Offered, loaded and injected are three amounts and are never added to each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import Mistake, Refusal
from ..units import DOSE, Dose, Duration, Loading, Percent, Quantity, Volume, quantity, settled
from .checked import checked_one_by_one

EDGE = 1e-9  # relative; both ends of a capacity belong to it
MOST_VIALS = 99  # of one treatment; more is a slip of the pen


@dataclass(frozen=True, slots=True)
class VialChoice:
    """Whole numbers of vials whose capacity holds a dose; where none does, the nearest doses that some number holds."""

    dose: Dose
    counts: tuple[int, ...]
    nearest_below: Dose | None
    nearest_above: Dose | None


@checked_one_by_one
def bead_vials(*, dose: Dose, least: Loading, most: Loading) -> VialChoice:
    """The whole numbers of vials that hold a dose when each vial takes from `least` to `most`.

    Formula:  vials n with least [mg/vial] × n ≤ dose [mg] ≤ most [mg/vial] × n
    Limits:   both ends belong; between n × most and (n + 1) × least no number fits, and the nearest doses are named.
    Raises:   UnitMistake for a wrong unit; Refusal where least is above most or 99 vials would not do.
    Source:   the capacity is the protocol's (40 to 60 mg/vial in the source paper)

    >>> capacity = {"least": quantity("40 mg/vial"), "most": quantity("60 mg/vial")}
    >>> bead_vials(dose=quantity("120 mg"), **capacity).counts
    (2, 3)
    >>> from dosewright import wording
    >>> none = bead_vials(dose=quantity("70 mg"), **capacity)
    >>> none.counts, wording.say(none.nearest_below), wording.say(none.nearest_above)
    ((), '60 mg', '80 mg')
    """
    mg, low, high = dose.m_as("mg"), least.magnitude, most.magnitude
    if low > high:
        raise Refusal("the least loading is above the most", where="least", got=f"{low:g} above {high:g} mg/vial")
    fewest = math.ceil(mg / high * (1 - EDGE))
    if fewest > MOST_VIALS:
        raise Refusal(f"more than {MOST_VIALS} vials would be needed", where="dose", got=f"{mg:g} mg")
    counts = tuple(range(fewest or 1, min(math.floor(mg / low * (1 + EDGE)), MOST_VIALS) + 1))
    if counts:
        return VialChoice(dose, counts, None, None)
    below = math.floor(mg / high)  # this many full vials hold just less than the dose
    return VialChoice(
        dose,
        (),
        quantity(settled(below * high), "mg") if below else None,
        quantity(settled((below + 1) * low), "mg"),
    )


@dataclass(frozen=True, slots=True)
class LoadingPlan:
    """Bead loading: per vial and per treatment, and for each reading of what the final volume is counted by."""

    offered: Dose
    vials: int
    offered_per_vial: Loading
    within_capacity: bool
    contact_at_least: Duration
    contact_long_enough: bool | None  # None until somebody has measured it
    loaded_more_than: Dose  # if the stated uptake was reached; what is truly on the beads is not known
    final_volume: Volume
    volume_of_treatment_if_per_vial: Volume
    volume_of_treatment_if_per_treatment: Volume
    add_per_vial_if_per_vial: Volume | None  # None where the loading fluid is not known
    add_per_treatment_if_per_treatment: Volume | None  # None there too, and where the loading fluid alone is more


@dataclass(frozen=True, slots=True)
class Vials:
    """A whole number of vials."""

    count: int

    @classmethod
    def read(cls, text: str) -> Vials:
        """A count from text: '2'."""
        if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 2 and text[0] != "0"):
            raise Mistake("a whole number of vials from 1 to 99", example="2", got=text)
        return cls(int(text))


@checked_one_by_one
def bead_loading(
    *,
    dose: Dose,
    vials: Vials,
    least: Loading,
    most: Loading,
    contact_at_least: Duration,
    uptake_over: Percent,
    final_volume: Volume,
    loading_fluid: Volume | None = None,
    contact: Duration | None = None,
) -> LoadingPlan:
    """A bead loading, step by step, with offered and loaded kept apart.

    Formula:  offered per vial [mg/vial] = dose [mg] ÷ vials; to add [mL] = final_volume [mL] − loading_fluid [mL]
    Limits:   whether the final volume is counted per vial or per treatment is open in the source paper: both are given.
    Raises:   UnitMistake for a wrong unit; Refusal where the loading fluid is more than the final volume.
    Source:   the protocol's loading section; `loading_fluid` is the fluid per vial, as the site prepares it

    >>> from dosewright import wording
    >>> plan = bead_loading(dose=quantity("50 mg"), vials=Vials(1), least=quantity("40 mg/vial"),
    ...     most=quantity("60 mg/vial"), contact=quantity("20 min"), contact_at_least=quantity("20 min"),
    ...     uptake_over=quantity("90 %"), loading_fluid=quantity("10 mL"), final_volume=quantity("20 mL"))
    >>> wording.say(plan.loaded_more_than), plan.contact_long_enough, wording.say(plan.add_per_vial_if_per_vial)
    ('45 mg', True, '10 mL')
    """
    mg, count = dose.m_as("mg"), vials.count
    per_vial = mg / count
    final = final_volume.m_as("mL")
    to_each = to_all = None
    if loading_fluid is not None:
        fluid = loading_fluid.m_as("mL")
        if fluid > final:
            raise Refusal("the loading fluid is more than the final volume", where="loading_fluid", got=f"{fluid:g} mL")
        to_each = quantity(settled(final - fluid), "mL")
        left = settled(final - settled(fluid * count))
        to_all = quantity(left, "mL") if left >= 0 else None
    return LoadingPlan(
        offered=dose,
        vials=count,
        offered_per_vial=quantity(settled(per_vial), "mg/vial"),
        within_capacity=count in bead_vials(dose=dose, least=least, most=most).counts,
        contact_at_least=contact_at_least,
        contact_long_enough=None
        if contact is None
        else contact.m_as("min") >= contact_at_least.m_as("min") * (1 - EDGE),
        loaded_more_than=quantity(settled(mg * uptake_over.magnitude / 100), "mg"),
        final_volume=final_volume,
        volume_of_treatment_if_per_vial=quantity(final * count, "mL"),
        volume_of_treatment_if_per_treatment=quantity(final, "mL"),
        add_per_vial_if_per_vial=to_each,
        add_per_treatment_if_per_treatment=to_all,
    )


@dataclass(frozen=True, slots=True)
class Doses:
    """The drug injected at each stage of an embolisation, in order."""

    each: tuple[Quantity, ...]

    @classmethod
    def read(cls, text: str) -> Doses:
        """Amounts from text: '50 mg, 30 mg'."""
        return cls(tuple(DOSE.read(part.strip()) for part in text.split(",")))


@checked_one_by_one
def sum_of_stages(*, injected: Doses) -> Dose:
    """What an embolisation in stages has injected together.

    Formula:  total [mg] = the sum of what was injected at each stage
    Limits:   offered, loaded and injected are never added to each other.
    Raises:   UnitMistake, where a stage is no mass of drug.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(sum_of_stages(injected=Doses.read("50 mg, 30 mg")))
    '80 mg'
    """
    return quantity(settled(sum(stage.m_as("mg") for stage in injected.each)), "mg")
