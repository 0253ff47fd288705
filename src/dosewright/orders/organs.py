"""Liver and kidneys today, as the laboratory and the bedside have them: Child-Pugh, ALBI, and the creatinine clearance.

What is missing leaves a score open. Where every value that the missing one can have gives the same class, the class is
known all the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .. import wording
from ..calculators import liver, renal
from ..dates import age_on
from ..errors import Mistake
from ..protocol.site import Site
from ..units import Quantity, quantity
from . import basis as body
from .finding import Finding
from .fitness import Latest, latest, valid_for
from .patient import Patient
from .rules.fields import CLASSES

UNKNOWN: Final = "unknown"
CHILD_PUGH_SOURCE: Final = "Pugh 1973"
ALBI_SOURCE: Final = "Johnson 2015"
CLEARANCE_SOURCE: Final = "Cockcroft and Gault 1976"
_ASCITES: Final = {"none": "none", "mild": "mild", "massive": "moderate to severe"}
# What a missing item can be at its best and at its worst: values that score 1 and 3 in every printing of the table.
_BEST: Final = {"bilirubin": "10 µmol/L", "albumin": "45 g/L", "inr": "1 INR", "ascites": "none", "encephalopathy": "0"}
_WORST: Final = {
    "bilirubin": "300 µmol/L",
    "albumin": "15 g/L",
    "inr": "5 INR",
    "ascites": "moderate to severe",
    "encephalopathy": "4",
}
_BY_WORD: Final = {"ascites", "encephalopathy"}


@dataclass(frozen=True, slots=True)
class Used:
    """One laboratory value that a score rests on: the digits of the laboratory, its day, and how old it is."""

    analyte: str
    value: str
    unit: str
    on: dt.date
    age_days: int

    @property
    def said(self) -> str:
        """The value with its age: 'albumin 38 g/L, 2 days old'."""
        return f"{self.analyte} {self.value} {self.unit}, {self.age_days} {wording.plural('day', self.age_days)} old"


@dataclass(frozen=True, slots=True)
class ChildPughToday:
    """The class of Child-Pugh that the file states beside the one that is computed, and the points of each item.

    `at_least` and `at_most` are the classes that what is missing leaves open; `computed` is one only where they agree.
    """

    stated: str
    computed: str
    at_least: str
    at_most: str
    points: int | None
    items: dict[str, int | None]
    clotting_by: str
    printing: str
    used: tuple[Used, ...]
    missing: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the class that is stated cannot be the one that the values give."""
        return self.stated != UNKNOWN and not self.at_least <= self.stated <= self.at_most

    @property
    def open(self) -> set[str]:
        """The classes that the values leave possible."""
        return {one for one in CLASSES if self.at_least <= one <= self.at_most}

    @property
    def counts(self) -> str:
        """The class that counts: as stated, or as computed where nobody states one; of two that differ, the graver."""
        if self.stated == UNKNOWN:
            return self.computed
        return self.at_least if self.at_least > self.stated else self.stated

    @property
    def says(self) -> str:
        """The result in words: 'B, 7 points (bilirubin 2, …), printing usual'."""
        points = "; ".join(f"{item} {'unknown' if of is None else of}" for item, of in self.items.items())
        if self.points is not None:
            return f"{self.computed}, {self.points} points ({points}), printing {self.printing}"
        span = self.computed if self.computed != UNKNOWN else f"{self.at_least} to {self.at_most}"
        return f"{span} ({points}), printing {self.printing}"

    @property
    def remark(self) -> str:
        """What is to be said where the class does not simply stand in the file."""
        if self.differs:
            return (
                f"the file states {self.stated}, the values give {self.says}: the graver counts until that is settled"
            )
        if self.stated == UNKNOWN and self.computed != UNKNOWN:
            return f"computed: {self.says}"
        if self.stated == UNKNOWN:
            return f"not stated, and not computed without {wording.listed(self.missing)}"
        return ""

    def data(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "stated": self.stated,
            "computed": self.computed,
            "class": self.counts,
            "differs": self.differs,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "points": self.points,
            "items": self.items,
            "clotting_by": self.clotting_by,
            "printing": self.printing,
            "used": [_used_data(one) for one in self.used],
            "missing": list(self.missing),
        }


def _used_data(one: Used) -> dict[str, Any]:
    """A laboratory value for programs: the digits of the laboratory, and its age as a quantity."""
    told = {name: getattr(one, name) for name in ("analyte", "value", "unit", "on")}
    return told | {"age": wording.as_data(quantity(one.age_days, "d"))}


def usable(site: Site, patient: Patient, analyte: str, on: dt.date) -> Latest:
    """The latest value of an analyte, if it is one and no older than the site lets it be."""
    found = latest(patient, analyte, on)
    within = valid_for(site, analyte)
    age = found.age(on)
    if not found.wrong and within is not None and age is not None and age > within.m_as("d"):
        return Latest(found.value, f"{age} days old, and the site takes it for {wording.say(within)}")
    return found


def used(found: Latest, analyte: str, on: dt.date) -> Used:
    """A value as it is told, by the name that the table of analytes has for it."""
    if found.value is None:
        raise ValueError(analyte)
    one = found.value
    return Used(analyte, one.value, one.unit, one.on, (on - one.on).days)


def child_pugh(site: Site, patient: Patient, on: dt.date) -> ChildPughToday:
    """Child-Pugh from the laboratory, ascites and encephalopathy, by the site's printing, beside the stated class."""
    values: dict[str, Any] = {}
    told: list[Used] = []
    missing: list[str] = []
    clotting = "INR" if _there(site, patient, "INR", on) else "prothrombin time above control"
    if not _there(site, patient, clotting, on):
        clotting = "INR"  # whichever comes; it is asked for by the name that is usual
    argument = "inr" if clotting == "INR" else "prothrombin_time_above_control"
    for name, analyte in (("bilirubin", "bilirubin"), ("albumin", "albumin"), (argument, clotting)):
        found = usable(site, patient, analyte, on)
        if found.wrong or found.read is None:
            missing.append(f"{analyte} ({found.wrong or 'in no unit that is known'})")
        else:
            values[name] = found.read
            told.append(used(found, analyte, on))
    if patient.ascites == UNKNOWN:
        missing.append("ascites (not known)")
    else:
        values["ascites"] = _ASCITES[patient.ascites]
    if patient.encephalopathy == UNKNOWN:
        missing.append("encephalopathy (not known)")
    else:
        values["encephalopathy"] = patient.encephalopathy
    try:
        best, worst = (_computed(values, rest, site.child_pugh) for rest in (_BEST, _WORST))
    except Mistake as mistake:  # a printing that leaves a gap gives no points there
        return _open(patient, site, tuple(told), (str(mistake),), argument)
    sure = best.child_pugh_class == worst.child_pugh_class
    items = {item: _sure(getattr(best, item), getattr(worst, item)) for item in _ITEMS}
    return ChildPughToday(
        stated=patient.child_pugh_class,
        computed=best.child_pugh_class if sure else UNKNOWN,
        at_least=best.child_pugh_class,
        at_most=worst.child_pugh_class,
        points=_sure(best.points, worst.points),
        items=items,
        clotting_by="INR" if argument == "inr" else "prothrombin time",
        printing=site.child_pugh,
        used=tuple(told),
        missing=tuple(missing),
    )


_ITEMS: Final = ("bilirubin", "albumin", "clotting", "ascites", "encephalopathy")


def _there(site: Site, patient: Patient, analyte: str, on: dt.date) -> bool:
    return not usable(site, patient, analyte, on).wrong


def _sure(best: int, worst: int) -> int | None:
    return best if best == worst else None


def _computed(values: dict[str, Any], rest: dict[str, str], printing: str) -> liver.ChildPugh:
    """The score with what is known, and the rest of it put in place of what is not."""
    filled = dict(values)
    for name, text in rest.items():
        if name in filled or (name == "inr" and "prothrombin_time_above_control" in filled):
            continue
        filled[name] = text if name in _BY_WORD else quantity(text)
    return liver.child_pugh(**filled, printing=printing)  # type: ignore[arg-type]


def _open(
    patient: Patient, site: Site, told: tuple[Used, ...], missing: tuple[str, ...], argument: str
) -> ChildPughToday:
    return ChildPughToday(
        stated=patient.child_pugh_class,
        computed=UNKNOWN,
        at_least=CLASSES[0],
        at_most=CLASSES[-1],
        points=None,
        items=dict.fromkeys(_ITEMS),
        clotting_by="INR" if argument == "inr" else "prothrombin time",
        printing=site.child_pugh,
        used=told,
        missing=missing,
    )


def child_pugh_findings(found: ChildPughToday) -> Iterator[Finding]:
    """That the class in the file is not the one that the values give."""
    if found.differs:
        message = "the stated class of Child-Pugh is not the one that the values give: settle which is right"
        said = f"stated {found.stated}, computed {found.says}"
        yield Finding(
            "child-pugh-differs", "warning", message, said, source=CHILD_PUGH_SOURCE, where="child_pugh_class"
        )


@dataclass(frozen=True, slots=True)
class AlbiToday:
    """ALBI from the laboratory, for information; None for score and grade where a value is missing."""

    score: float | None
    grade: str
    used: tuple[Used, ...]
    missing: tuple[str, ...]

    @property
    def says(self) -> str:
        """The result in words: '−2.67, grade 1'."""
        if self.score is None:
            return f"unknown without {wording.listed(self.missing)}"
        return f"{wording.number(self.score, places=2)}, grade {self.grade}"

    def data(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "score": None if self.score is None else wording.as_data(quantity(self.score, "points"), places=6),
            "grade": self.grade,
            "used": [_used_data(one) for one in self.used],
            "missing": list(self.missing),
        }


def albi(site: Site, patient: Patient, on: dt.date) -> AlbiToday:
    """ALBI score and grade from the latest bilirubin and albumin."""
    found = {name: usable(site, patient, name, on) for name in ("bilirubin", "albumin")}
    missing = tuple(f"{name} ({one.wrong})" for name, one in found.items() if one.wrong or one.read is None)
    told = tuple(used(one, name, on) for name, one in found.items() if not one.wrong and one.read is not None)
    if missing:
        return AlbiToday(None, UNKNOWN, told, missing)
    score = liver.albi(bilirubin=found["bilirubin"].read, albumin=found["albumin"].read)  # type: ignore[arg-type]
    return AlbiToday(score.score.magnitude, score.grade, told, ())


@dataclass(frozen=True, slots=True)
class ClearanceToday:
    """The creatinine clearance by the weight on which the site doses; None where something is missing."""

    clearance: Quantity | None
    weight_basis: str
    used: tuple[Used, ...]
    missing: tuple[str, ...]

    @property
    def says(self) -> str:
        """The result in words: '84.4 mL/min, by the actual weight'."""
        if self.clearance is None:
            return f"unknown: {wording.listed(self.missing)}"
        return f"{wording.say(self.clearance, places=1)}, by the {self.weight_basis} weight"

    def data(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "clearance": None if self.clearance is None else wording.as_data(self.clearance, places=6),
            "weight_basis": self.weight_basis,
            "used": [_used_data(one) for one in self.used],
            "missing": list(self.missing),
        }


def cockcroft_gault(
    patient: Patient, weight: Quantity, weight_basis: Any, creatinine: Quantity, on: dt.date
) -> Quantity:
    """The creatinine clearance of a patient whose sex is known, on a weight whose basis is named."""
    years, sex = quantity(float(age_on(patient.birth_date, on)), "years"), patient.sex
    return renal.creatinine_clearance_cockcroft_gault(
        age=years,
        weight=weight,
        weight_basis=weight_basis,
        creatinine=creatinine,
        sex=sex,  # type: ignore[arg-type]
    ).clearance


def clearance(site: Site, patient: Patient, on: dt.date) -> ClearanceToday:
    """Creatinine clearance after Cockcroft and Gault, from the latest creatinine and the weight the site doses on."""
    basis = site.body.weight
    found = usable(site, patient, "creatinine", on)
    missing = []
    if found.wrong or found.read is None:
        missing.append(f"creatinine: {found.wrong}")
    if patient.sex == UNKNOWN:
        missing.append("sex: not known")
    told = () if found.wrong or found.read is None else (used(found, "creatinine", on),)
    try:
        weight = body.dosing_weight(site.body, patient)
        if weight.on > on:
            missing.append("weight: measured after this day")
        if missing or patient.sex == UNKNOWN or found.read is None:
            return ClearanceToday(None, basis, told, tuple(missing))
        made = cockcroft_gault(patient, weight.value, basis, found.read, on)
    except Mistake as mistake:
        return ClearanceToday(None, basis, told, (*missing, str(mistake)))
    return ClearanceToday(made, basis, told, ())
