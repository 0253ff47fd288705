"""How far a liver cancer has gone: BCLC, up-to-seven, thrombus of the portal vein; and how well a patient is (ECOG)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ..errors import CannotCompute, Mistake
from ..units import TumourSize, settled
from .checked import checked_one_by_one
from .columns import above

YesNo = Literal["no", "yes"]
EcogGrade = Literal["0", "1", "2", "3", "4"]
EcogGradeOrDead = Literal["0", "1", "2", "3", "4", "5"]
LiverFunction = Literal["preserved", "neither preserved nor end-stage", "end-stage"]


@dataclass(frozen=True, slots=True)
class Tumours:
    """A whole number of tumours."""

    count: int

    @classmethod
    def read(cls, text: str) -> Tumours:
        """A count from text: '3'."""
        if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 3 and text[0] != "0"):
            raise Mistake("a whole number of tumours from 1 to 999", example="3", got=text)
        return cls(int(text))

    def __str__(self) -> str:
        return str(self.count)


# ---------------------------------------------------------------------------------------------------------------- BCLC

VERY_EARLY_CM = 2.0
EARLY_CM, EARLY_TUMOURS = 3.0, 3
B_PARTS: Final = (
    "B divides further: within extended criteria of transplantation; well-defined nodules with preserved portal flow "
    "and selective access; diffuse, infiltrative or in both lobes"
)


@dataclass(frozen=True, slots=True)
class Bclc:
    """A BCLC stage and what decided it."""

    stage: str
    because: tuple[str, ...]
    note: str


@checked_one_by_one
def bclc_stage(
    *,
    tumours: Tumours,
    largest: TumourSize,
    portal_invasion: YesNo,
    extrahepatic_spread: YesNo,
    ecog: EcogGrade,
    liver_function: LiverFunction,
) -> Bclc:
    """BCLC stage of 2022, with what decided it.

    Formula:  stage D = end-stage liver function, or ECOG 3 or 4 (RECALLED)
              stage C = portal invasion, extrahepatic spread or ECOG 1 or 2, liver function preserved
              stage 0 = one tumour of at most 2 cm (RECALLED)
              stage A = one tumour, or at most 3 of at most 3 cm each (RECALLED)
              stage B = every other, liver function preserved
    Limits:   0 to C are defined with preserved liver function; where it is neither preserved nor end-stage, no stage
              is given. ECOG counts only as far as the tumour is the cause. The parts of B need judgement and are
              named, not chosen. The rules of D, 0 and A are recalled, not read: no treatment may rest on them alone.
    Raises:   UnitMistake, where largest is no size of a tumour; CannotCompute, where no stage is defined.
    Source:   Reig M. J Hepatol 2022;76:681-693

    >>> from dosewright.units import quantity
    >>> bclc_stage(tumours=Tumours(4), largest=quantity("6.5 cm"), portal_invasion="yes", extrahepatic_spread="no",
    ...            ecog="1", liver_function="preserved").because
    ('portal invasion', 'ECOG 1')
    """
    end_stage = ["end-stage liver function"] if liver_function == "end-stage" else []
    end_stage += [f"ECOG {ecog}"] if ecog in {"3", "4"} else []
    if end_stage:
        return Bclc("D", tuple(end_stage), "recalled, not read")
    if liver_function != "preserved":
        raise CannotCompute(
            "BCLC defines its stages 0 to C with preserved liver function, and D with end-stage function",
            where="liver_function",
            got=liver_function,
        )
    advanced = ["portal invasion"] if portal_invasion == "yes" else []
    advanced += ["extrahepatic spread"] if extrahepatic_spread == "yes" else []
    advanced += [f"ECOG {ecog}"] if ecog in {"1", "2"} else []
    if advanced:
        return Bclc("C", tuple(advanced), "")
    cm, count = largest.m_as("cm"), tumours.count
    said = f"{count} tumour{'s' if count > 1 else ''}, the largest {settled(cm):g} cm"
    if count == 1:
        return Bclc("A" if above(cm, VERY_EARLY_CM) else "0", (said,), "recalled, not read")
    if count <= EARLY_TUMOURS and not above(cm, EARLY_CM):
        return Bclc("A", (said,), "recalled, not read")
    return Bclc("B", (said,), B_PARTS)


# --------------------------------------------------------------------------------------------------------- up-to-seven

SEVEN = 7


@dataclass(frozen=True, slots=True)
class UpToSeven:
    """The sum of the largest tumour in cm and the number of tumours, and whether it is at most seven."""

    total: float
    within: bool


@checked_one_by_one
def up_to_seven(*, largest: TumourSize, tumours: Tumours) -> UpToSeven:
    """The up-to-seven criterion (recalled: for information only).

    Formula:  total = largest in cm + tumours, which is within where it is at most 7
    Limits:   exactly 7 is within; the size counts as it is measured, unrounded. Microvascular invasion, which the paper
              counts too, is not known before an operation.
    Raises:   UnitMistake, where largest is no size of a tumour.
    Source:   Mazzaferro V. Lancet Oncol 2009;10:35-43 (RECALLED)

    >>> from dosewright.units import quantity
    >>> up_to_seven(largest=quantity("4 cm"), tumours=Tumours(3))
    UpToSeven(total=7.0, within=True)
    """
    total = settled(largest.m_as("cm") + tumours.count)
    return UpToSeven(total, not above(total, SEVEN))


# ------------------------------------------------------------------------------------------ thrombus of the portal vein

Extent = Literal[
    "none",
    "microvascular",
    "third-order branch or beyond",
    "second-order branch",
    "first-order branch",
    "main trunk or both first-order branches",
    "superior mesenteric vein",
]


@dataclass(frozen=True, slots=True)
class PortalVeinThrombus:
    """A tumour thrombus of the portal vein by Cheng and by the Japanese Vp; '-' where a scale has no grade for it."""

    cheng: str
    vp: str
    note: str


_THROMBUS: Final = {
    "none": PortalVeinThrombus("none", "Vp0", "Vp0 is recalled, not read"),
    "microvascular": PortalVeinThrombus("I0", "-", "Cheng I0 is recalled, not read"),
    "third-order branch or beyond": PortalVeinThrombus("I", "Vp1", ""),
    "second-order branch": PortalVeinThrombus("I", "Vp2", ""),
    "first-order branch": PortalVeinThrombus("II", "Vp3", ""),
    "main trunk or both first-order branches": PortalVeinThrombus("III", "Vp4", ""),
    "superior mesenteric vein": PortalVeinThrombus("IV", "-", "Vp has no grade for it"),
}


@checked_one_by_one
def portal_vein_thrombus(*, extent: Extent) -> PortalVeinThrombus:
    """Tumour thrombus of the portal vein: Cheng's type, and Vp beside it.

    Formula:  type I = second-order branch (Vp2) or beyond (Vp1)
              type II = first-order branch (Vp3)
              type III = main trunk or both first-order branches (Vp4)
              type IV = superior mesenteric vein (no Vp)
    Limits:   name the largest vein that the thrombus reaches. A thrombus of a hepatic vein is
              another scale.
    Raises:   Mistake, where the extent is none of the list.
    Source:   World J Gastroenterol 2022;28:704 figure 2

    >>> portal_vein_thrombus(extent="first-order branch").cheng
    'II'
    """
    return _THROMBUS[extent]


# ---------------------------------------------------------------------------------------------------------------- ECOG


@dataclass(frozen=True, slots=True)
class Ecog:
    """An ECOG performance status and what it means."""

    grade: int
    meaning: str


_ECOG: Final = {
    "0": "fully active",
    "1": "restricted in strenuous activity, up and about",
    "2": "up and about more than half of the waking hours, cares for himself or herself, unable to work",
    "3": "cares only in part for himself or herself, in bed or a chair more than half of the waking hours",
    "4": "completely disabled",
    "5": "dead",
}


@checked_one_by_one
def ecog(*, grade: EcogGradeOrDead) -> Ecog:
    """ECOG performance status in words (recalled, in our own words).

    Formula:  grade 0 to 5, each with its meaning
    Limits:   judged by whoever examines the patient; nothing is computed.
    Raises:   Mistake, where the grade is none of 0 to 5.
    Source:   Oken MM. Am J Clin Oncol 1982;5:649-655 (RECALLED)

    >>> ecog(grade="1").meaning
    'restricted in strenuous activity, up and about'
    """
    return Ecog(int(grade), _ECOG[grade])
