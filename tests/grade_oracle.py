"""An independent oracle: CTCAE v5.0 as its table reads, one function a row, in exact fractions; all is known of a case.

It imports nothing of Dosewright and reads no file of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction as F


@dataclass(frozen=True)
class Known:
    """A case about which nothing is left open; numbers as exact fractions, in one unit."""

    value: F
    unit: str
    lln: F = F(0)
    uln: F = F(10**9)
    baseline: F = F(0)
    symptomatic: bool = False
    anticoagulated: bool = False
    sustained: bool = False
    hours: F = F(1)
    neutrophils: F = F(5)
    qualifier: bool = False
    life_threatening: bool = False


def neutrophils(k: Known) -> int:
    return falling(k, per_litre(k), "1.5", "1.0", "0.5")


def white_cells(k: Known) -> int:
    return falling(k, per_litre(k), "3.0", "2.0", "1.0")


def platelets(k: Known) -> int:
    return falling(k, per_litre(k), "75", "50", "25")


def lymphocytes(k: Known) -> int:
    return falling(k, per_litre(k), "0.8", "0.5", "0.2")


def per_litre(k: Known) -> F:
    return k.value / 1000 if k.unit == "/µL" else k.value


def falling(k: Known, value: F, one: str, two: str, three: str) -> int:
    """<LLN - one; <one - two; <two - three; <three."""
    if value < F(three):
        return 4
    if value < F(two):
        return 3
    if value < F(one):
        return 2
    return 1 if k.value < k.lln else 0


def haemoglobin(k: Known) -> int:
    one, two = {"g/dL": ("10.0", "8.0"), "g/L": ("100", "80"), "mmol/L": ("6.2", "4.9")}[k.unit]
    by_number = 3 if k.value < F(two) else 2 if k.value < F(one) else 1 if k.value < k.lln else 0
    return 4 if k.life_threatening else 3 if k.qualifier else by_number


def albumin(k: Known) -> int:
    one, two = {"g/dL": ("3", "2"), "g/L": ("30", "20")}[k.unit]
    by_number = 3 if k.value < F(two) else 2 if k.value < F(one) else 1 if k.value < k.lln else 0
    return 4 if k.life_threatening else by_number


def rising(ratio: F, *over: str) -> int:
    """The grade is how many of the bounds are exceeded."""
    return sum(ratio > F(bound) for bound in over)


def liver_enzyme(k: Known) -> int:
    """ALT and AST: 1, 3, 5 and 20 × ULN; with an abnormal baseline 1.5 (from there on), 3, 5 and 20 × baseline."""
    if k.baseline > k.uln:
        ratio = k.value / k.baseline
        return 0 if ratio < F("1.5") else 1 + rising(ratio, "3", "5", "20")
    return rising(k.value / k.uln, "1", "3", "5", "20")


def bile_enzyme(k: Known) -> int:
    """ALP and GGT: 1, 2.5, 5 and 20 × ULN; with an abnormal baseline 2.0 (from there on), 2.5, 5 and 20 × baseline."""
    if k.baseline > k.uln:
        ratio = k.value / k.baseline
        return 0 if ratio < 2 else 1 + rising(ratio, "2.5", "5", "20")
    return rising(k.value / k.uln, "1", "2.5", "5", "20")


def bilirubin(k: Known) -> int:
    """1, 1.5, 3 and 10 × ULN, or the same × an abnormal baseline."""
    return rising(k.value / (k.baseline if k.baseline > k.uln else k.uln), "1", "1.5", "3", "10")


def creatinine(k: Known) -> int:
    """The worse of two limbs; that of the baseline knows grades 2 and 3 only."""
    by_range = rising(k.value / k.uln, "1", "1.5", "3", "6")
    ratio = k.value / k.baseline
    by_baseline = 3 if ratio > 3 else 2 if ratio > F("1.5") else 0
    return max(by_range, by_baseline)


def pancreas(k: Known) -> int:
    """Lipase and amylase."""
    ratio = k.value / k.uln
    if ratio > 5:
        return 4 if k.symptomatic else 3
    if ratio > 2:
        return 3 if k.symptomatic else 2
    return rising(ratio, "1", "1.5")


def inr(k: Known) -> int:
    by_number = (
        rising(k.value / k.baseline, "1", "1.5", "2.5") if k.anticoagulated else rising(k.value, "1.2", "1.5", "2.5")
    )
    return 3 if k.qualifier else by_number


def aptt(k: Known) -> int:
    return 3 if k.qualifier else rising(k.value / k.uln, "1", "1.5", "2.5")


def qtc(k: Known) -> int:
    """In whole milliseconds: 450 to 480, 481 to 500, from 501 or more than 60 above baseline."""
    if k.life_threatening:
        return 4
    if k.value - k.baseline > 60:
        return 3
    return (k.value >= 450) + (k.value >= 481) + (k.value >= 501)


def ejection_fraction(k: Known) -> int:
    """In whole percent: 40 to 50 or 10 to 19 points down, 20 to 39 or 20 points down, below 20."""
    if k.value < 20:
        return 4
    down = k.baseline - k.value
    if k.value <= 39 or down >= 20:
        return 3
    return 2 if k.value <= 50 or down >= 10 else 0


def fever(k: Known) -> int:
    if k.value > 40:
        return 4 if k.hours > 24 else 3
    return (k.value >= 38) + (k.value > 39)


def febrile_neutropenia(k: Known) -> int:
    if k.life_threatening:
        return 4
    hot = k.value >= 38 if k.sustained else k.value > F("38.3")
    return 3 if hot and k.neutrophils < 1 else 0


def obstruction(k: Known) -> int:
    if k.life_threatening:
        return 4
    mg = k.value if k.unit == "mg/dL" else k.value / F("17.104")
    return (3 if mg > 5 else 2 if mg >= 2 else 0) if k.qualifier else 0


def weight_loss(k: Known) -> int:
    percent = (k.baseline - k.value) * 100 / k.baseline
    return (percent >= 5) + (percent >= 10) + (percent >= 20)


def weight_gain(k: Known) -> int:
    percent = (k.value - k.baseline) * 100 / k.baseline
    return (percent >= 5) + (percent >= 10) + (percent >= 20)


GRADE = {
    "neutrophils": neutrophils,
    "white blood cells": white_cells,
    "platelets": platelets,
    "lymphocytes": lymphocytes,
    "haemoglobin": haemoglobin,
    "albumin": albumin,
    "alanine aminotransferase": liver_enzyme,
    "aspartate aminotransferase": liver_enzyme,
    "alkaline phosphatase": bile_enzyme,
    "gamma-glutamyltransferase": bile_enzyme,
    "bilirubin": bilirubin,
    "creatinine": creatinine,
    "lipase": pancreas,
    "amylase": pancreas,
    "INR": inr,
    "activated partial thromboplastin time": aptt,
    "QTc interval": qtc,
    "ejection fraction": ejection_fraction,
    "fever": fever,
    "febrile neutropenia": febrile_neutropenia,
    "sinusoidal obstruction syndrome": obstruction,
    "weight loss": weight_loss,
    "weight gain": weight_gain,
}
