"""What the pump is told: volume, concentration and rate, so that dose = concentration × rate × time closes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..errors import Refusal
from ..units import Concentration, Dose, DoseRate, Duration, Rate, Volume, quantity
from .checked import checked
from .columns import above, anywhere, choose

DrugVolume = Literal["added", "exchanged"]


@checked
def volume_of_drug(*, dose: Dose, stock: Concentration) -> Volume:
    """The volume of the concentrate that holds a dose.

    Formula:  volume [mL] = dose [mg] ÷ stock [mg/mL]
    Limits:   the product's strength is the site's to state: more than one exists for most drugs.
    Raises:   UnitMistake for a wrong unit.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(volume_of_drug(dose=quantity("141 mg"), stock=quantity("5 mg/mL")))
    '28.2 mL'
    """
    return quantity(dose.m_as("mg") / stock.m_as("mg/mL"), "mL")


@checked
def final_volume(*, dose: Dose, diluent: Volume, stock: Concentration, drug_volume: DrugVolume) -> Volume:
    """The volume in the bag: with the drug's own volume added, or exchanged for as much diluent.

    Formula:  added: volume [mL] = diluent [mL] + dose [mg] ÷ stock [mg/mL]
              exchanged: volume [mL] = diluent [mL]
    Limits:   overfill of the bag is not counted.
    Raises:   UnitMistake for a wrong unit; Refusal where the drug alone is more than the bag.
    Source:   whether added or exchanged is site policy

    >>> from dosewright import wording
    >>> bag = {"dose": quantity("141 mg"), "diluent": quantity("500 mL"), "stock": quantity("5 mg/mL")}
    >>> wording.say(final_volume(**bag, drug_volume="added"))
    '528.2 mL'
    """
    ml, drug = diluent.m_as("mL"), dose.m_as("mg") / stock.m_as("mg/mL")
    if drug_volume == "added":
        return quantity(ml + drug, "mL")
    if anywhere(drug > ml):
        raise Refusal("the drug alone is more than the bag holds", where="diluent", example="500 mL")
    return quantity(ml, "mL")


@checked
def concentration(*, dose: Dose, volume: Volume) -> Concentration:
    """The concentration of a dose in a final volume.

    Formula:  concentration [mg/mL] = dose [mg] ÷ volume [mL]
    Limits:   none; the window a product allows is checked elsewhere.
    Raises:   UnitMistake for a wrong unit.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(concentration(dose=quantity("141 mg"), volume=quantity("500 mL")))
    '0.282 mg/mL'
    """
    return quantity(dose.m_as("mg") / volume.m_as("mL"), "mg/mL")


@checked
def concentration_window(*, concentration: Concentration, least: Concentration, most: Concentration) -> Any:
    """Where a concentration lies against the window a product allows, both ends included: below, within or above.

    Formula:  least [mg/mL] ≤ concentration [mg/mL] ≤ most [mg/mL]
    Limits:   the window is a label's or a site's; compared as they are, before any rounding.
    Raises:   UnitMistake for a wrong unit.
    Source:   the product's label

    >>> window = {"least": quantity("0.2 mg/mL"), "most": quantity("0.7 mg/mL")}
    >>> concentration_window(concentration=quantity("0.1813 mg/mL"), **window)
    'below'
    """
    mg_per_ml = concentration.m_as("mg/mL")
    low, high = least.m_as("mg/mL"), most.m_as("mg/mL")
    return choose(above(low, mg_per_ml), "below", choose(above(mg_per_ml, high), "above", "within"))


@checked
def rate(*, volume: Volume, over: Duration) -> Rate:
    """The pump rate, in mL per hour; never per day.

    Formula:  rate [mL/h] = volume [mL] ÷ over [h]
    Limits:   none; what a pump can deliver is the site's to state.
    Raises:   UnitMistake for a wrong unit.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(rate(volume=quantity("528.2 mL"), over=quantity("4 h")))
    '132.05 mL/h'
    """
    return quantity(volume.m_as("mL") / over.m_as("h"), "mL/h")


@dataclass(frozen=True, slots=True)
class Infusion:
    """One infusion as prepared and as set at the pump; dose = concentration × rate × over closes."""

    dose: Dose
    drug_volume: Volume
    volume: Volume
    concentration: Concentration
    concentration_without_drug_volume: Concentration
    over: Duration
    rate: Rate
    dose_rate: DoseRate


@checked
def infusion(*, dose: Dose, diluent: Volume, stock: Concentration, drug_volume: DrugVolume, over: Duration) -> Infusion:
    """An infusion from dose, diluent, product strength and duration.

    Formula:  rate [mL/h] = volume ÷ over [h]; dose = concentration × rate × over
    Limits:   as its parts.
    Raises:   UnitMistake for a wrong unit; Refusal where the drug alone is more than the bag.
    Source:   by definition; diluent, strength and drug volume are the site's

    >>> from dosewright import wording
    >>> made = infusion(dose=quantity("141 mg"), diluent=quantity("500 mL"), stock=quantity("5 mg/mL"),
    ...                 drug_volume="added", over=quantity("4 h"))
    >>> wording.say(made.concentration, places=3), wording.say(made.concentration_without_drug_volume, places=3)
    ('0.267 mg/mL', '0.282 mg/mL')
    """
    volume = final_volume(dose=dose, diluent=diluent, stock=stock, drug_volume=drug_volume)
    return Infusion(
        dose=dose,
        drug_volume=volume_of_drug(dose=dose, stock=stock),
        volume=volume,
        concentration=concentration(dose=dose, volume=volume),
        concentration_without_drug_volume=concentration(dose=dose, volume=diluent),
        over=over,
        rate=rate(volume=volume, over=over),
        dose_rate=quantity(dose.m_as("mg") / over.m_as("h"), "mg/h"),
    )
