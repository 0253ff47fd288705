"""What is read or made once and kept: read anew it is the same, and what a mark does it does whenever it is set."""

from __future__ import annotations

import datetime as dt

import pytest

from dosewright.calculators import checked, dose, infusion, interval, laboratory, liver, loading, rounding, toxicity
from dosewright.calculators.bands import BandTable
from dosewright.calculators.loading import Vials
from dosewright.errors import UnitMistake
from dosewright.units import Dose, quantity


@pytest.mark.parametrize(
    ("kept", "arguments"),
    [
        (laboratory.analytes, ()),
        (laboratory._names, ()),
        (checked.catalogue, ()),
        (toxicity.terms, ()),
        (toxicity.clinical_terms, ()),
        (toxicity._by_name, ("v5.0",)),
        (toxicity.prepared, ("platelets", "/µL")),
        (toxicity.prepared, ("haemoglobin", "g/dL")),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_is_kept_is_what_would_be_read_anew(kept, arguments):
    assert kept.__wrapped__(*arguments) == kept(*arguments)


@pytest.mark.parametrize(("mark", "columns"), [(checked.checked, "column"), (checked.checked_one_by_one, "one")])
def test_a_mark_checks_the_kinds_of_arguments_and_says_how_many_cases_there_may_be(mark, columns):
    @mark
    def twice(*, dose: Dose) -> Dose:
        """Twice a dose."""
        return quantity(dose.m_as("mg") * 2, "mg")

    assert (twice(dose=quantity("5 mg")).m_as("mg"), twice.__checked__, twice.__name__) == (10, columns, "twice")
    with pytest.raises(UnitMistake) as refused:
        twice(dose=quantity("5 mg/m²"))
    assert refused.value.where == "dose"


def test_meld_na_is_whole():
    found = liver.meld_na(
        bilirubin=quantity("1.9 mg/dL"),
        inr=quantity("1.2 INR"),
        creatinine=quantity("1.3 mg/dL"),
        sodium=quantity("120 mmol/L"),
        dialysis="no",
    )
    # 13 + 1.32 × 12 − 0.033 × 13 × 12 = 23.692
    assert (f"{found.unrounded.magnitude:.3f}", found.sodium_used.magnitude, found.score.magnitude) == (
        "23.692",
        125,
        24,
    )


def test_a_capped_surface_is_whole():
    surface, cap = quantity("2.31 m²"), quantity("2.2 m²")
    assert dose.capped_surface(surface=surface, cap=cap) == dose.CappedSurface(cap, surface, cap, True)


def test_a_capped_dose_is_whole():
    mg, cap = quantity("300 mg"), quantity("250 mg")
    assert dose.capped_dose(dose=mg, cap=cap) == dose.CappedDose(cap, mg, cap, True)


def test_an_infusion_is_whole():
    found = infusion.infusion(
        dose=quantity("141 mg"),
        diluent=quantity("500 mL"),
        stock=quantity("5 mg/mL"),
        drug_volume="added",
        over=quantity("4 h"),
    )
    assert (found.dose.m_as("mg"), found.drug_volume.m_as("mL"), found.volume.m_as("mL")) == (141, 28.2, 528.2)


def test_a_banded_dose_is_whole():
    bands = BandTable.read("95 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; limit 6 %")
    found = rounding.round_to_band(dose=quantity("104 mg"), bands=bands)
    assert (found.ordered.m_as("mg"), found.calculated.m_as("mg"), found.rounded_down) == (100, 104, False)
    assert f"{found.deviation.magnitude:.4f}" == "-3.8462"


def test_a_bead_loading_is_whole():
    found = loading.bead_loading(
        dose=quantity("100 mg"),
        vials=Vials(2),
        least=quantity("40 mg/vial"),
        most=quantity("60 mg/vial"),
        contact_at_least=quantity("20 min"),
        contact=quantity("20 min"),
        uptake_over=quantity("90 %"),
        final_volume=quantity("20 mL"),
        loading_fluid=quantity("20 mL"),
    )
    assert (found.offered.m_as("mg"), found.vials, found.contact_at_least.m_as("min")) == (100, 2, 20)
    assert (found.final_volume.m_as("mL"), found.contact_long_enough) == (20, True)
    assert (found.add_per_vial_if_per_vial.m_as("mL"), found.add_per_treatment_if_per_treatment) == (0, None)


def test_without_a_loading_fluid_nothing_is_said_of_what_to_add():
    found = loading.bead_loading(
        dose=quantity("50 mg"),
        vials=Vials(1),
        least=quantity("40 mg/vial"),
        most=quantity("60 mg/vial"),
        contact_at_least=quantity("20 min"),
        uptake_over=quantity("90 %"),
        final_volume=quantity("20 mL"),
    )
    assert (found.add_per_vial_if_per_vial, found.add_per_treatment_if_per_treatment) == (None, None)


def test_the_middle_of_an_odd_window_is_its_earlier_middle_day():
    found = interval.window(dt.date(2026, 1, 1), 21, 28, "middle")
    assert found.target == dt.date(2026, 1, 25)
