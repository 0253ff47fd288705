"""Every refusal of a calculator, word for word: where, what was needed, an example, what came, what to do."""

from __future__ import annotations

import datetime as dt

import numpy
import pytest

from dosewright.calculators import body, dose, infusion, interval, laboratory, liver, loading, renal, rounding, staging
from dosewright.calculators.bands import BandTable
from dosewright.calculators.loading import Vials
from dosewright.calculators.toxicity import clinical_grade, grade, named
from dosewright.errors import Mistake
from dosewright.units import quantity as q


def lab(name: str) -> laboratory.Analyte:
    return laboratory.analyte(name)


PATIENT = {"bilirubin": q("1 mg/dL"), "albumin": q("40 g/L"), "ascites": "none", "encephalopathy": "0"}
TUMOUR = {"tumours": staging.Tumours(1), "largest": q("1 cm"), "portal_invasion": "no", "extrahepatic_spread": "no"}

GOOD = "95 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; limit 6 %"
BEADS = {
    "dose": q("50 mg"),
    "vials": Vials(1),
    "least": q("40 mg/vial"),
    "most": q("60 mg/vial"),
    "contact_at_least": q("20 min"),
    "uptake_over": q("90 %"),
    "final_volume": q("20 mL"),
}

REFUSED = [
    (
        lambda: dose.reduced_by(dose=q("100 mg"), by=q("101 %"), base="protocol dose"),
        "by: a dose cannot be reduced by more than 100 %, for example '20 %'",
    ),
    (
        lambda: dose.reduced_to(dose=q("100 mg"), to=q("101 %"), base="protocol dose"),
        "to: a dose reduced to more than 100 % is no reduction, for example '80 %'",
    ),
    (
        lambda: Vials.read("0"),
        "needs a whole number of vials from 1 to 99, for example '2'; got '0'",
    ),
    (
        lambda: body.ideal_body_weight_devine(height=q("152 cm"), sex="male"),
        "height: Devine's ideal weight is not defined below 60 in (152.4 cm), for example '165 cm'",
    ),
    (
        lambda: body.lean_body_weight_james(height=q("150 cm"), weight=q("140 kg"), sex="male"),
        "weight: the lean weight of James falls again above a body mass index of 43.0 kg/m² and is not defined there",
    ),
    (
        lambda: loading.bead_vials(dose=q("50 mg"), least=q("60 mg/vial"), most=q("40 mg/vial")),
        "least: the least loading is above the most; got '60 above 40 mg/vial'",
    ),
    (
        lambda: loading.bead_vials(dose=q("9000 mg"), least=q("40 mg/vial"), most=q("60 mg/vial")),
        "dose: more than 99 vials would be needed; got '9000 mg'",
    ),
    (
        lambda: loading.bead_loading(**BEADS, loading_fluid=q("21 mL")),
        "loading_fluid: the loading fluid is more than the final volume; got '21 mL'",
    ),
    (
        lambda: infusion.final_volume(
            dose=q("600 mg"), diluent=q("100 mL"), stock=q("5 mg/mL"), drug_volume="exchanged"
        ),
        "diluent: the drug alone is more than the bag holds, for example '500 mL'",
    ),
    (
        lambda: rounding.round_to_step(dose=q("0.4 mg"), step=q("1 mg")),
        "dose: the dose would round to nothing, for example '141 mg' (a smaller step is needed)",
    ),
    (
        lambda: rounding.round_to_step(dose=q("101 mg"), step=q("1 mg"), cap=q("100 mg")),
        "dose: the dose is above its cap; cap it first, so that the cap is seen",
    ),
    (
        lambda: BandTable.read("95 mg to 105 mg: 100 mg"),
        "needs bands and their limit, for example '95 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; limit 6 %'; got '95 mg to 105 mg: 100 mg'",
    ),
    (
        lambda: BandTable.read("95 mg: 100 mg; limit 6 %"),
        "needs a band, for example '95 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; limit 6 %'; got '95 mg: 100 mg'",
    ),
    (
        lambda: BandTable.read("95 mg to 105 mg 100 mg; limit 6 %"),
        "needs a band, for example '95 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; limit 6 %'; got '95 mg to 105 mg 100 mg'",
    ),
    (
        lambda: BandTable.read("95 mg to 105 mg: 110 mg; limit 6 %"),
        "band 95 to 105 mg: needs a band dose inside its band; got '110 mg'",
    ),
    (
        lambda: BandTable.read("95 mg to 105 mg: 100 mg; 106 mg to 116 mg: 110 mg; limit 6 %"),
        "band 106 mg: needs bands without gap or overlap; got '105 mg'",
    ),
    (
        lambda: BandTable.read("105 mg to 95 mg: 100 mg; limit 6 %"),
        "band 105 to 95 mg: needs a band that rises; got '95 mg'",
    ),
    (
        lambda: BandTable.read("95 mg to 95 mg: 95 mg; limit 6 %"),
        "band 95 to 95 mg: needs a band that rises; got '95 mg'",
    ),
    (
        lambda: BandTable.read("95 mg to 105 mg: 100 mg: 110 mg; limit 6 %"),
        "needs a dose with its unit (mg, g, mcg), for example '141 mg'; got '100 mg: 110 mg'",
    ),
    (
        lambda: BandTable.read("95 mg to 105 mg to 116 mg: 100 mg; limit 6 %"),
        "needs a dose with its unit (mg, g, mcg), for example '141 mg'; got '105 mg to 116 mg'",
    ),
    (
        lambda: BandTable.read("90 mg to 105 mg: 100 mg; limit 6 %"),
        "band 90 to 105 mg: moves a dose further than the table claims, which is within 6 % of the calculated dose; got '+11.11 % at 90 mg' (mend the band, or let the table list 100 mg as an exception)",
    ),
    (
        lambda: BandTable.read(f"{GOOD}; except 101 mg"),
        "exception 101 mg: needs the dose of a band of the table; got '101 mg'",
    ),
    (
        lambda: BandTable.read(f"{GOOD}; except 100 mg"),
        "exception 100 mg: is listed as an exception and keeps what the table claims, within 6 % of the calculated dose; got '100 mg'",
    ),
    (
        lambda: BandTable.read(f"{GOOD} of the given dose"),
        "needs a limit of the calculated dose or of the band dose, for example 'limit 6 %'; got 'limit 6 % of the given dose'",
    ),
    (
        lambda: rounding.round_to_band(dose=q("90 mg"), bands=BandTable.read(GOOD)),
        "dose: the dose lies outside the table of bands (95 to 116 mg); got '90 mg'",
    ),
    (
        lambda: rounding.round_to_band(dose=q("97 mg"), bands=BandTable.read(GOOD), reduced="yes"),
        "dose: no band lies below, and the dose may not be rounded up; got '97 mg'",
    ),
    (
        lambda: rounding.round_to_band(dose=q("107 mg"), bands=BandTable.read(GOOD), cap=q("106 mg")),
        "dose: the dose is above its cap; cap it first, so that the cap is seen",
    ),
    (
        lambda: interval.interval_window(day_1=dt.date(2026, 1, 1), least=q("4 wk"), most=q("3 wk"), target="middle"),
        "least: the least interval is above the most; got '28 above 21 days'",
    ),
    (
        lambda: interval.interval_window(day_1=dt.date(2199, 12, 20), least=q("3 wk"), most=q("4 wk"), target="middle"),
        "day_1: the window would reach beyond 2199-12-31; got '2199-12-20'",
    ),
    (
        lambda: interval.round_days(21.5),
        "interval: an interval is counted in whole days, for example '21 d'; got '21.5 d'",
    ),
    (
        lambda: grade(analyte="platlets", value=1, unit="U/L"),
        "analyte: needs what CTCAE grades by a number, for example 'platelets'; got 'platlets' (did you mean 'platelets'?)",
    ),
    (
        lambda: grade(analyte="xyzzy", value=1, unit="U/L"),
        "analyte: needs what CTCAE grades by a number, for example 'platelets'; got 'xyzzy' ('dosewright toxicity terms' shows them all)",
    ),
    (
        lambda: grade(analyte="weight", value=1, unit="kg"),
        "analyte: needs weight loss or weight gain; got 'weight'",
    ),
    (
        lambda: grade(analyte="nausea", value=1, unit="U/L"),
        "needs 'Nausea' as a grade that a person gave, with the unit 'grade', for example '2 grade'",
    ),
    (
        lambda: grade(analyte="postembolization syndrome", value=1, unit="U/L"),
        "analyte: post-embolisation syndrome is no term of CTCAE: grade its parts; got 'postembolization syndrome' (its parts: fever, abdominal pain, nausea, vomiting, fatigue, alanine aminotransferase, aspartate aminotransferase, bilirubin)",
    ),
    (
        lambda: grade(analyte="platelets", value=1, unit="10^9/L", version="v7"),
        "version: needs a version of CTCAE that is here, for example 'v5.0'; got 'v7'",
    ),
    (
        lambda: grade(analyte="platelets", value=1, unit="U/L"),
        "needs platelets with the unit (10^9/L, 10^3/µL, /µL), for example '142 10^9/L'; got 'U/L'",
    ),
    (
        lambda: clinical_grade(term="nausia", grade=1),
        "needs a clinical term that is known, for example 'nausea'; got 'nausia' (did you mean 'nausea'?)",
    ),
    (
        lambda: clinical_grade(term="xyzzy", grade=1),
        "needs a clinical term that is known, for example 'nausea'; got 'xyzzy' ('dosewright toxicity terms' shows them all)",
    ),
    (
        lambda: clinical_grade(term="post-embolisation syndrome", grade=1),
        "analyte: post-embolisation syndrome is no term of CTCAE: grade its parts; got 'post-embolisation syndrome' (its parts: fever, abdominal pain, nausea, vomiting, fatigue, alanine aminotransferase, aspartate aminotransferase, bilirubin)",
    ),
    (
        lambda: named("postembolisation syndrome"),
        "analyte: post-embolisation syndrome is no term of CTCAE: grade its parts; got 'postembolisation syndrome' (its parts: fever, abdominal pain, nausea, vomiting, fatigue, alanine aminotransferase, aspartate aminotransferase, bilirubin)",
    ),
    (
        lambda: named("platlets"),
        "needs a term of CTCAE, for example 'platelets'; got 'platlets' (did you mean 'platelets'?)",
    ),
    (
        lambda: named("nausia"),
        "needs a term of CTCAE, for example 'platelets'; got 'nausia' (did you mean 'nausea'?)",
    ),
    (
        lambda: named("xyzzy"),
        "needs a term of CTCAE, for example 'platelets'; got 'xyzzy' ('dosewright toxicity terms' shows them all)",
    ),
    (
        lambda: clinical_grade(term="nausea", grade=4),
        "Nausea has the grades 1, 2 and 3 only; got '4'",
    ),
    (
        lambda: laboratory.analyte("platlets"),
        "needs a laboratory value that is known, for example 'platelets'; got 'platlets' (did you mean 'platelets'?)",
    ),
    (
        lambda: laboratory.analyte("xyzzy"),
        "needs a laboratory value that is known, for example 'platelets'; got 'xyzzy' (known: neutrophils, white blood cells, platelets, lymphocytes, haemoglobin, albumin, bilirubin, creatinine, sodium, alanine aminotransferase, aspartate aminotransferase, alkaline phosphatase, gamma-glutamyltransferase, lipase, amylase, INR, activated partial thromboplastin time, prothrombin time above control, QTc interval, body temperature, ejection fraction, body weight)",
    ),
    (
        lambda: lab("ALT").read("1.5", ""),
        "needs alanine aminotransferase with the unit (U/L, µkat/L), for example '42 U/L'; got '1.5' (the unit is missing)",
    ),
    (
        lambda: lab("ALT").read("1.5", "g/L"),
        "needs alanine aminotransferase with the unit (U/L, µkat/L), for example '42 U/L'; got '1.5 g/L'",
    ),
    (
        lambda: lab("bilirubin").read_limit("20", "mg/dL"),
        "a limit of the range of bilirubin must lie between 8 and 50 µmol/L; got '20 mg/dL' (in µmol/L it could be: 20 µmol/L)",
    ),
    (
        lambda: laboratory.converted(q("20 µmol/L"), "g/L", of="bilirubin"),
        "needs bilirubin with the unit (µmol/L, mg/dL), for example '18.2 µmol/L'; got 'g/L'",
    ),
    (
        lambda: liver.child_pugh(**PATIENT),
        "inr: Child-Pugh cannot be computed without INR or prothrombin time, for example '1.3 INR'",
    ),
    (
        lambda: liver.child_pugh(**PATIENT, inr=q("1 INR"), prothrombin_time_above_control=q("1 s")),
        "prothrombin_time_above_control: INR or prothrombin time counts, never both; leave one out",
    ),
    (
        lambda: liver.child_pugh(**PATIENT, inr=q("1.75 INR"), printing="inr-1.8"),
        "inr: the printing 'inr-1.8' gives no points to an INR of 1.7 to below 1.8 (the usual printing gives 2)",
    ),
    (
        lambda: liver.child_pugh(**PATIENT, prothrombin_time_above_control=q("3.5 s"), printing="seconds-1-3"),
        "prothrombin_time_above_control: the printing 'seconds-1-3' gives no points between 3 and 4 s (the usual printing gives 1)",
    ),
    (
        lambda: renal.egfr_ckd_epi_2021(age=q("17 years"), creatinine=q("1 mg/dL"), sex="male"),
        "age: the formula was made for adults, from 18 years, for example '60 years'",
    ),
    (
        lambda: renal.egfr_de_indexed(egfr=q("249 mL/min/1.73m²"), surface=q("4 m²")),
        "a filtration must come out between 1 and 400 mL/min: look at what was entered; got '575.723 mL/min'",
    ),
    (
        lambda: renal.egfr_de_indexed(egfr=q(numpy.array([249.0]), "mL/min/1.73m²"), surface=q("4 m²")),
        "a filtration must come out between 1 and 400 mL/min: look at what was entered; got 'a row beyond'",
    ),
    (
        lambda: staging.bclc_stage(**TUMOUR, ecog="0", liver_function="neither preserved nor end-stage"),
        "liver_function: BCLC defines its stages 0 to C with preserved liver function, and D with end-stage function; got 'neither preserved nor end-stage'",
    ),
    (
        lambda: staging.Tumours.read("0"),
        "needs a whole number of tumours from 1 to 999, for example '3'; got '0'",
    ),
]


@pytest.mark.parametrize(("call", "words"), REFUSED, ids=lambda one: one[:40] if isinstance(one, str) else "")
def test_a_refusal_says_all_that_a_user_needs(call, words):
    with pytest.raises(Mistake) as refused:
        call()
    assert str(refused.value) == words
