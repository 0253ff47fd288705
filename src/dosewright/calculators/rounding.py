"""From the calculated to the ordered dose: steps, bands, vials. Rounding happens once, at the end, halves up.

A limit is checked again after rounding: never up past a cap, and never up where the dose was just reduced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ..errors import Refusal
from ..units import DOSE, Dose, Percent, half_up, quantity, settled
from .bands import BandTable
from .checked import checked, checked_one_by_one
from .columns import above, anywhere, choose

YesNo = Literal["yes", "no"]
MOST_WAYS = 50_000  # sums of vials that are worth comparing
MOST_VIALS = 60  # for one dose; more is a slip of the pen


@dataclass(frozen=True, slots=True)
class Rounded:
    """An ordered dose beside the calculated one: deviation in percent of the calculated dose, and why not nearer."""

    ordered: Dose
    calculated: Dose
    deviation: Percent
    rounded_down: Any  # because the nearest step would have passed a cap, or raised a reduced dose


@checked
def deviation(*, ordered: Dose, calculated: Dose) -> Percent:
    """How far the ordered dose lies from the calculated one, as a percentage of the calculated one.

    Formula:  deviation [%] = (ordered [mg] − calculated [mg]) ÷ calculated [mg] × 100
    Limits:   the denominator is the calculated dose, never the ordered one.
    Raises:   UnitMistake, where either is no mass of drug (mg over mg/m² is refused).
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(deviation(ordered=quantity("141 mg"), calculated=quantity("140.96 mg")), places=2)
    '0.03 %'
    """
    mg = calculated.m_as("mg")
    return quantity((ordered.m_as("mg") - mg) / mg * 100, "%")


@checked
def round_to_step(*, dose: Dose, step: Dose, cap: Dose | None = None, reduced: YesNo = "no") -> Rounded:
    """The ordered dose as a multiple of a step, halves up; down instead of up past a cap or after a reduction.

    Formula:  ordered [mg] = the multiple of step [mg] nearest to dose [mg]
    Limits:   a step at or below the dose; a dose that would round to nothing is refused.
    Raises:   UnitMistake for a wrong unit; Refusal where nothing would be left or the dose is above its cap.
    Source:   rounding step, limit and direction are site policy

    >>> from dosewright import wording
    >>> wording.say(round_to_step(dose=quantity("142.5 mg"), step=quantity("1 mg")).ordered)
    '143 mg'
    >>> wording.say(round_to_step(dose=quantity("142.5 mg"), step=quantity("1 mg"), reduced="yes").ordered)
    '142 mg'
    """
    mg, one = dose.m_as("mg"), step.m_as("mg")
    nearest = half_up(mg, one)
    too_high = above(nearest, mg) if reduced == "yes" else nearest < 0
    if cap is not None:
        _refuse_above_cap(mg, cap)
        too_high = too_high | above(nearest, cap.m_as("mg"))
    ordered = choose(too_high, half_up(nearest - one, one), nearest)
    if anywhere(ordered <= 0):
        raise Refusal(
            "the dose would round to nothing", where="dose", example="141 mg", hint="a smaller step is needed"
        )
    made = quantity(ordered, "mg")
    return Rounded(made, dose, deviation(ordered=made, calculated=dose), too_high)


def _refuse_above_cap(mg: Any, cap: Dose) -> None:
    if anywhere(above(mg, cap.m_as("mg"))):
        raise Refusal("the dose is above its cap; cap it first, so that the cap is seen", where="dose")


@checked_one_by_one
def round_to_band(*, dose: Dose, bands: BandTable, cap: Dose | None = None, reduced: YesNo = "no") -> Rounded:
    """The ordered dose from a table of dose bands; the band below instead of up past a cap or after a reduction.

    Formula:  ordered [mg] = the dose of the band that holds dose [mg]; the table says to which band an edge belongs
    Limits:   only inside the table; the table states its largest deviation and its denominator.
    Raises:   UnitMistake for a wrong unit; Refusal outside the table or above the cap.
    Source:   a table of the site or the nation, as data

    >>> from dosewright import wording
    >>> table = BandTable.read("95 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; limit 6 %")
    >>> wording.say(round_to_band(dose=quantity("105 mg"), bands=table).ordered)
    '110 mg'
    >>> wording.say(round_to_band(dose=quantity("105 mg"), bands=table, cap=quantity("108 mg")).ordered)
    '100 mg'
    """
    mg = settled(dose.m_as("mg"))
    nearest = bands.at(mg).dose
    too_high = reduced == "yes" and above(nearest, mg)
    if cap is not None:
        _refuse_above_cap(mg, cap)
        too_high = too_high or above(nearest, cap.m_as("mg"))
    if too_high:
        nearest = bands.at_most(mg).dose
    made = quantity(nearest, "mg")
    return Rounded(made, dose, deviation(ordered=made, calculated=dose), too_high)


@dataclass(frozen=True, slots=True)
class VialSizes:
    """The vial sizes a pharmacy stocks of one product, in mg, rising."""

    mg: tuple[float, ...]

    @classmethod
    def read(cls, text: str) -> VialSizes:
        """Sizes from text: '50 mg, 100 mg, 200 mg'."""
        return cls(tuple(sorted(settled(DOSE.read(part.strip()).m_as("mg")) for part in text.split(","))))


class VialCount(NamedTuple):
    """So many vials of one size."""

    number: int
    mg: float

    def __str__(self) -> str:
        return f"{self.number} × {self.mg:g} mg"


@dataclass(frozen=True, slots=True)
class VialPlan:
    """Whole vials that hold a dose: how many of each size, what they hold together, and what is left over."""

    dose: Dose
    vials: tuple[VialCount, ...]  # largest first
    holds: Dose
    waste: Dose


@checked_one_by_one
def vials_for(*, dose: Dose, sizes: VialSizes) -> VialPlan:
    """Whole vials for a dose: the least waste first, then the fewest vials. An exact search.

    Formula:  holds [mg] = the smallest sum of whole vials that is at least dose [mg]
    Limits:   sharing a vial between patients is site policy and not counted here.
    Raises:   UnitMistake for a wrong unit; Refusal where more than 60 vials would be needed.
    Source:   vial sizes are the site's product list

    >>> from dosewright import wording
    >>> plan = vials_for(dose=quantity("141 mg"), sizes=VialSizes.read("50 mg, 100 mg"))
    >>> [str(one) for one in plan.vials], wording.say(plan.waste)
    (['1 × 100 mg', '1 × 50 mg'], '9 mg')
    """
    mg = settled(dose.m_as("mg"))
    best = _least_waste(mg, sizes.mg)
    if best is None:
        raise Refusal(f"more than {MOST_VIALS} vials would be needed", where="dose", got=f"{mg:g} mg")
    vials = tuple(VialCount(best.count(size), size) for size in sorted(set(best), reverse=True))
    held = settled(sum(best))
    return VialPlan(dose, vials, quantity(held, "mg"), quantity(settled(held - mg), "mg"))


def _least_waste(mg: float, sizes: tuple[float, ...]) -> tuple[float, ...] | None:
    """The vials whose sum is the least that covers `mg`, and of those the fewest.

    One vial more at a time, so that the first way to a sum is the one with the fewest vials.
    """
    least: float | None = None
    ways: dict[float, tuple[float, ...]] = {0.0: ()}
    short = [0.0]
    for _ in range(MOST_VIALS):
        sums = {settled(total + size): (*ways[total], size) for total in short for size in sizes}
        new = {total: way for total, way in sums.items() if total not in ways and (least is None or total < least)}
        ways |= new
        if len(ways) > MOST_WAYS:
            raise Refusal("the vial sizes are too many or too odd to be searched", where="sizes")
        short = [total for total in new if total < mg]
        least = min((total for total in new if total >= mg), default=least)
        if least == mg:
            break
    return None if least is None else ways[least]
