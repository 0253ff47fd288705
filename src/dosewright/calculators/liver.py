"""The liver: Child-Pugh, ALBI and its kin, MELD in its three versions, and FIB-4.

Each score takes laboratory values in any unit of their analyte and computes in the unit of its paper. Where a formula
holds a value within bounds of its own, the result shows the value that was used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, NamedTuple

from ..errors import CannotCompute, Refusal
from ..units import UNITS, Age, Quantity, Score, half_up, quantity
from . import laboratory
from .checked import checked
from .columns import above, anywhere, below, choose, held, ln, log10
from .laboratory import (
    AlanineAminotransferase,
    Albumin,
    AspartateAminotransferase,
    Bilirubin,
    Creatinine,
    Platelets,
    ProthrombinTimeAboveControl,
    Ratio,
    Sodium,
)

YesNo = Literal["no", "yes"]
Sex = Literal["male", "female"]
Ascites = Literal["none", "mild", "moderate to severe"]
Encephalopathy = Literal["0", "1", "2", "3", "4"]

# ---------------------------------------------------------------------------------------------------------- Child-Pugh

PrintingName = Literal[
    "usual", "albumin-30", "bilirubin-35-50", "cholestatic", "inr-1.8", "inr-2-3", "seconds-1-3"
]  # fmt: skip


class Printing(NamedTuple):
    """One printing of the table: where two points begin and end, and the gap that it leaves open, if it leaves one."""

    micromoles: tuple[float, float] = (34, 51)  # bilirubin, µmol/L
    milligrams: tuple[float, float] | None = (2, 3)  # bilirubin, mg/dL; None: printed in µmol/L only
    albumin: tuple[float, float] = (28, 35)  # g/L
    inr: tuple[float, float] = (1.7, 2.3)
    seconds: tuple[float, float] = (4, 6)  # above control
    inr_open_to: float | None = None  # from where one point ends to here no points are printed
    seconds_open_from: float | None = None
    source: str = "CCJM; MSD Manual 2023"


PRINTINGS: Final[dict[str, Printing]] = {
    "usual": Printing(),
    "albumin-30": Printing(albumin=(30, 35), source="Harrison 20e; PMC3017746 table 1"),
    "bilirubin-35-50": Printing(micromoles=(35, 50), milligrams=None, source="printed so in Europe"),
    "cholestatic": Printing(micromoles=(68, 171), milligrams=None, source="anesthguide, for PBC and PSC"),
    "inr-1.8": Printing(inr_open_to=1.8, source="tables that print 1.8 to 2.3"),
    "inr-2-3": Printing(inr=(2, 3), source="World J Gastroenterol, a table whose units are mislabelled too"),
    "seconds-1-3": Printing(seconds_open_from=3, source="tables that print 1 to 3, 4 to 6"),
}

ASCITES_POINTS: Final = {"none": 1, "mild": 2, "moderate to severe": 3}
ENCEPHALOPATHY_POINTS: Final = {"0": 1, "1": 2, "2": 2, "3": 3, "4": 3}
MOST_OF_A, MOST_OF_B = 6, 9


@dataclass(frozen=True, slots=True)
class ChildPugh:
    """A Child-Pugh score: points and class, the points of each item, and the printing that gave them."""

    points: Any
    child_pugh_class: Any
    bilirubin: Any
    albumin: Any
    clotting: Any
    clotting_by: str
    ascites: int
    encephalopathy: int
    printing: str


@checked
def child_pugh(
    *,
    bilirubin: Bilirubin,
    albumin: Albumin,
    ascites: Ascites,
    encephalopathy: Encephalopathy,
    inr: Ratio | None = None,
    prothrombin_time_above_control: ProthrombinTimeAboveControl | None = None,
    printing: PrintingName = "usual",
) -> ChildPugh:
    """Child-Pugh score and class, with the points of each item; by INR or by prothrombin time, never by both.

    Formula:  points = bilirubin + albumin + clotting + ascites + encephalopathy, each 1, 2 or 3
              bilirubin = 1 below 2 mg/dL (34 µmol/L), 2 up to 3 mg/dL (51 µmol/L), 3 above
              albumin = 1 above 35 g/L, 2 down to 28 g/L, 3 below
              clotting = 1 below INR 1.7 (4 s above control), 2 up to INR 2.3 (6 s), 3 above
              ascites = 1 none, 2 mild, 3 moderate to severe
              encephalopathy = 1 none, 2 grade 1 or 2, 3 grade 3 or 4
              class = A with 5 or 6 points, B with 7 to 9, C with 10 to 15
    Limits:   a value exactly on a cut scores 2. Bilirubin is compared in the unit in which it is given, for 2 mg/dL is
              34.2 µmol/L and the printed cut is 34. Seconds are those above the control, not the prothrombin time
              itself. Other printings, one item each: albumin-30, bilirubin-35-50, cholestatic, inr-1.8, inr-2-3,
              seconds-1-3.
    Raises:   UnitMistake for a wrong unit; Refusal where INR and prothrombin time are both given, or a value falls
              into the gap of a printing; CannotCompute where neither is given.
    Source:   Pugh RN. Br J Surg 1973;60:646-649, as printed in CCJM and the MSD Manual 2023

    >>> found = child_pugh(bilirubin=quantity("34.2 µmol/L"), albumin=quantity("36 g/L"), inr=quantity("1.7 INR"),
    ...                    ascites="none", encephalopathy="0")
    >>> found.points, found.child_pugh_class, found.bilirubin, found.clotting
    (7, 'B', 2, 2)
    """
    table = PRINTINGS[printing]
    of_bilirubin, cuts = _bilirubin(bilirubin, table)
    clotting, by = _clotting(inr, prothrombin_time_above_control, table, printing)
    items = {
        "bilirubin": _rising(of_bilirubin, *cuts),
        "albumin": _falling(laboratory.ALBUMIN.magnitude(albumin, "g/L"), *table.albumin),
        "clotting": clotting,
        "ascites": ASCITES_POINTS[ascites],
        "encephalopathy": ENCEPHALOPATHY_POINTS[encephalopathy],
    }
    points = sum(items.values())
    return ChildPugh(points, _class(points), **items, clotting_by=by, printing=printing)


def _bilirubin(bilirubin: Quantity, table: Printing) -> tuple[Any, tuple[float, float]]:
    """The number and the cuts to compare it with: in the unit in which it is given, if the printing has that unit."""
    if table.milligrams is not None and bilirubin.units == UNITS["mg/dL"]:
        return bilirubin.magnitude, table.milligrams
    return laboratory.BILIRUBIN.magnitude(bilirubin, "µmol/L"), table.micromoles


def _clotting(inr: Quantity | None, seconds: Quantity | None, table: Printing, printing: str) -> tuple[Any, str]:
    if inr is not None and seconds is not None:
        raise Refusal(
            "INR or prothrombin time counts, never both; leave one out", where="prothrombin_time_above_control"
        )
    if inr is not None:
        value = inr.magnitude
        if table.inr_open_to is not None and anywhere(_from_to(value, table.inr[0], table.inr_open_to)):
            open_ = f"{table.inr[0]:g} to below {table.inr_open_to:g}"
            raise Refusal(
                f"the printing '{printing}' gives no points to an INR of {open_}",
                where="inr",
                hint="the usual printing gives 2",
            )
        return _rising(value, *table.inr), "INR"
    if seconds is None:
        raise CannotCompute(
            "Child-Pugh cannot be computed without INR or prothrombin time", where="inr", example="1.3 INR"
        )
    value = seconds.magnitude
    if table.seconds_open_from is not None and anywhere(
        above(value, table.seconds_open_from) & below(value, table.seconds[0])
    ):
        raise Refusal(
            f"the printing '{printing}' gives no points between {table.seconds_open_from:g} and {table.seconds[0]:g} s",
            where="prothrombin_time_above_control",
            hint="the usual printing gives 1",
        )
    return _rising(value, *table.seconds), "prothrombin time"


def _from_to(value: Any, low: float, high: float) -> Any:
    """Whether a value lies from `low` to below `high`."""
    return (below(value, low) ^ True) & below(value, high)


def _rising(value: Any, two_from: float, two_to: float) -> Any:
    """Points that rise with the value; both ends of two points belong to them."""
    return choose(above(value, two_to), 3, choose(below(value, two_from), 1, 2))


def _falling(value: Any, two_from: float, two_to: float) -> Any:
    """Points that rise as the value falls."""
    return choose(below(value, two_from), 3, choose(above(value, two_to), 1, 2))


def _class(points: Any) -> Any:
    return choose(points <= MOST_OF_A, "A", choose(points <= MOST_OF_B, "B", "C"))


# ---------------------------------------------------------------------------------------------------- ALBI and its kin

GRADE_1_TO, GRADE_2A_TO, GRADE_2_TO = -2.60, -2.27, -1.39  # each belongs to the grade that ends there


@dataclass(frozen=True, slots=True)
class Albi:
    """A score of bilirubin and albumin, and its grade."""

    score: Score
    grade: Any


@checked
def albi(*, bilirubin: Bilirubin, albumin: Albumin) -> Albi:
    """ALBI score and grade: the function of the liver from two laboratory values.

    Formula:  score [points] = 0.66 × log10(bilirubin [µmol/L]) − 0.085 × albumin [g/L]
    Limits:   grade 1 up to −2.60, 2 up to −1.39, 3 above; both ends belong. The logarithm is decimal. Some papers print
              0.0852, which lowers the score by 0.0002 per g/L of albumin.
    Raises:   UnitMistake, where bilirubin or albumin is written in a unit of another analyte.
    Source:   Johnson PJ. J Clin Oncol 2015;33:550-558; cut-offs as in Hiraoka A. Liver Cancer 2017;6:204-215

    >>> found = albi(bilirubin=quantity("17.1 µmol/L"), albumin=quantity("40 g/L"))
    >>> from dosewright import wording
    >>> wording.say(found.score, places=6), found.grade
    ('−2.586223 points', '2')
    """
    score = _albi(bilirubin, albumin)
    return Albi(quantity(score, "points"), _albi_grade(score))


@checked
def malbi(*, bilirubin: Bilirubin, albumin: Albumin) -> Albi:
    """Modified ALBI grade: ALBI with its grade 2 in two parts (the cut between them is recalled: for information only).

    Formula:  score [points] = 0.66 × log10(bilirubin [µmol/L]) − 0.085 × albumin [g/L]
    Limits:   grade 1 up to −2.60, 2a up to −2.27, 2b up to −1.39, 3 above; all ends belong. The cut of −2.27 is
              recalled, not read: no treatment may rest on it alone.
    Raises:   UnitMistake, where bilirubin or albumin is written in a unit of another analyte.
    Source:   Hiraoka A. 2016 and 2019 (RECALLED); score as ALBI

    >>> malbi(bilirubin=quantity("25 µmol/L"), albumin=quantity("35 g/L")).grade
    '2b'
    """
    score = _albi(bilirubin, albumin)
    return Albi(quantity(score, "points"), _malbi_grade(score))


def _albi(bilirubin: Quantity, albumin: Quantity) -> Any:
    umol, g = laboratory.BILIRUBIN.magnitude(bilirubin, "µmol/L"), laboratory.ALBUMIN.magnitude(albumin, "g/L")
    return 0.66 * log10(umol) - 0.085 * g


def _albi_grade(score: Any) -> Any:
    return choose(above(score, GRADE_2_TO), "3", choose(above(score, GRADE_1_TO), "2", "1"))


def _malbi_grade(score: Any) -> Any:
    within_2 = choose(above(score, GRADE_2A_TO), "2b", "2a")
    return choose(above(score, GRADE_2_TO), "3", choose(above(score, GRADE_1_TO), within_2, "1"))


@checked
def ez_albi(*, bilirubin: Bilirubin, albumin: Albumin) -> Score:
    """EZ-ALBI score: an approximation of ALBI without a logarithm; it has no grades here.

    Formula:  score [points] = bilirubin [mg/dL] − 9 × albumin [g/dL]
    Limits:   in mg/dL and g/dL, unlike ALBI.
    Raises:   UnitMistake, where bilirubin or albumin is written in a unit of another analyte.
    Source:   PMC7768152

    >>> from dosewright import wording
    >>> wording.say(ez_albi(bilirubin=quantity("1 mg/dL"), albumin=quantity("4 g/dL")))
    '−35 points'
    """
    mg, g = laboratory.BILIRUBIN.magnitude(bilirubin, "mg/dL"), laboratory.ALBUMIN.magnitude(albumin, "g/dL")
    return quantity(mg - 9 * g, "points")


# ---------------------------------------------------------------------------------------------------------------- MELD

LEAST_MELD, MOST_MELD = 6, 40
LEAST_USED = 1.0  # bilirubin in mg/dL, INR and creatinine in mg/dL: a logarithm below is none of the scale
MOST_CREATININE, MOST_CREATININE_3 = 4.0, 3.0  # mg/dL
LEAST_SODIUM, MOST_SODIUM = 125.0, 137.0  # mmol/L
LEAST_ALBUMIN, MOST_ALBUMIN = 1.5, 3.5  # g/dL
SODIUM_COUNTS_ABOVE = 11
NO_BOUND = float("inf")


@dataclass(frozen=True, slots=True)
class Meld:
    """A MELD score in whole points, the same before rounding, and the values that were used within its bounds."""

    score: Score
    unrounded: Score
    bilirubin_used: Annotated[Bilirubin, "mg/dL"]
    inr_used: Ratio
    creatinine_used: Annotated[Creatinine, "mg/dL"]


@dataclass(frozen=True, slots=True)
class MeldNa:
    """A MELD-Na score in whole points, the MELD it starts from, and the values that were used within its bounds."""

    score: Score
    unrounded: Score
    meld: Score
    bilirubin_used: Annotated[Bilirubin, "mg/dL"]
    inr_used: Ratio
    creatinine_used: Annotated[Creatinine, "mg/dL"]
    sodium_used: Sodium


@dataclass(frozen=True, slots=True)
class Meld3:
    """A MELD 3.0 score in whole points, the same before rounding, and the values that were used within its bounds."""

    score: Score
    unrounded: Score
    bilirubin_used: Annotated[Bilirubin, "mg/dL"]
    inr_used: Ratio
    creatinine_used: Annotated[Creatinine, "mg/dL"]
    sodium_used: Sodium
    albumin_used: Annotated[Albumin, "g/dL"]


class _Used(NamedTuple):
    """What the three versions share, in mg/dL and INR, within the bounds."""

    bilirubin: Any
    inr: Any
    creatinine: Any

    @property
    def quantities(self) -> dict[str, Quantity]:
        return {
            "bilirubin_used": quantity(self.bilirubin, "mg/dL"),
            "inr_used": quantity(self.inr, "INR"),
            "creatinine_used": quantity(self.creatinine, "mg/dL"),
        }


def _used(bilirubin: Quantity, inr: Quantity, creatinine: Quantity, dialysis: YesNo, most_creatinine: float) -> _Used:
    mg = laboratory.CREATININE.magnitude(creatinine, "mg/dL")
    if dialysis == "yes":
        mg = mg * 0 + most_creatinine
    return _Used(
        bilirubin=held(laboratory.BILIRUBIN.magnitude(bilirubin, "mg/dL"), LEAST_USED, NO_BOUND),
        inr=held(inr.magnitude, LEAST_USED, NO_BOUND),
        creatinine=held(mg, LEAST_USED, most_creatinine),
    )


def _whole(unrounded: Any) -> Quantity:
    """Whole points, halves up, within the scale."""
    return quantity(held(half_up(unrounded, 1), LEAST_MELD, MOST_MELD), "points")


@checked
def meld(*, bilirubin: Bilirubin, inr: Ratio, creatinine: Creatinine, dialysis: YesNo) -> Meld:
    """MELD score of 2001; MELD-Na and MELD 3.0 are other scores under other names.

    Formula:  unrounded = 3.78 × ln(bilirubin mg/dL) + 11.2 × ln(INR) + 9.57 × ln(creatinine mg/dL) + 6.43
              score = the nearest whole number, halves up, from 6 to 40
    Limits:   a value below 1.0 counts as 1.0, a creatinine above 4.0 mg/dL as 4.0; so does one under dialysis, twice in
              the last week or 24 h of haemofiltration. The result shows the values that were used.
    Raises:   UnitMistake for a wrong unit.
    Source:   Kamath PS. Hepatology 2001;33:464-470, bounds of UNOS/OPTN

    >>> found = meld(bilirubin=quantity("1.9 mg/dL"), inr=quantity("1.2 INR"), creatinine=quantity("1.3 mg/dL"),
    ...              dialysis="no")
    >>> from dosewright import wording
    >>> wording.say(found.score)
    '13 points'
    """
    used = _used(bilirubin, inr, creatinine, dialysis, MOST_CREATININE)
    unrounded = 3.78 * ln(used.bilirubin) + 11.2 * ln(used.inr) + 9.57 * ln(used.creatinine) + 6.43
    return Meld(_whole(unrounded), quantity(unrounded, "points"), **used.quantities)


@checked
def meld_na(*, bilirubin: Bilirubin, inr: Ratio, creatinine: Creatinine, sodium: Sodium, dialysis: YesNo) -> MeldNa:
    """MELD-Na score of 2016 (OPTN): MELD, and sodium where MELD is above 11.

    Formula:  tenth = 0.957 × ln(creatinine mg/dL) + 0.378 × ln(bilirubin mg/dL) + 1.120 × ln(INR) + 0.643
              meld = 10 × tenth, which is rounded to one decimal before
              unrounded = meld + 1.32 × (137 − sodium) − 0.033 × meld × (137 − sodium) where meld > 11, else meld
              score = the nearest whole number, halves up, from 6 to 40
    Limits:   bounds as MELD; sodium below 125 counts as 125, above 137 mmol/L as 137. The decimal is rounded before it
              is multiplied, halves up. The result shows the values that were used.
    Raises:   UnitMistake for a wrong unit.
    Source:   OPTN policy 9 of 2016, as quoted in MIT-LCP/mimic-code meld.sql

    >>> found = meld_na(bilirubin=quantity("1.9 mg/dL"), inr=quantity("1.2 INR"), creatinine=quantity("1.3 mg/dL"),
    ...                 sodium=quantity("134 mmol/L"), dialysis="no")
    >>> from dosewright import wording
    >>> wording.say(found.meld), wording.say(found.score)
    ('13 points', '16 points')
    """
    used = _used(bilirubin, inr, creatinine, dialysis, MOST_CREATININE)
    tenth = 0.957 * ln(used.creatinine) + 0.378 * ln(used.bilirubin) + 1.120 * ln(used.inr) + 0.643
    initial = half_up(tenth * 10, 1)
    mmol = held(sodium.magnitude, LEAST_SODIUM, MOST_SODIUM)
    short = MOST_SODIUM - mmol
    with_sodium = initial + 1.32 * short - 0.033 * initial * short
    unrounded = choose(initial > SODIUM_COUNTS_ABOVE, with_sodium, initial)
    return MeldNa(
        score=_whole(unrounded),
        unrounded=quantity(unrounded, "points"),
        meld=quantity(initial, "points"),
        **used.quantities,
        sodium_used=quantity(mmol, "mmol/L"),
    )


@checked
def meld_3(
    *,
    bilirubin: Bilirubin,
    inr: Ratio,
    creatinine: Creatinine,
    sodium: Sodium,
    albumin: Albumin,
    sex: Sex,
    dialysis: YesNo,
) -> Meld3:
    """MELD 3.0 score of 2021, with sex, sodium and albumin.

    Formula:  unrounded = 1.33 (female) + 4.56 × ln(bilirubin mg/dL) + 0.82 × (137 − sodium)
              − 0.24 × (137 − sodium) × ln(bilirubin) + 9.09 × ln(INR) + 11.14 × ln(creatinine mg/dL)
              + 1.85 × (3.5 − albumin g/dL) − 1.83 × (3.5 − albumin) × ln(creatinine) + 6
              score = the nearest whole number, halves up, from 6 to 40
    Limits:   bilirubin, INR and creatinine below 1.0 count as 1.0, creatinine above 3.0 mg/dL as 3.0; sodium within
              125 to 137 mmol/L, albumin within 1.5 to 3.5 g/dL. Dialysis as a creatinine of 3.0 is recalled, not
              read. The result shows the values that were used.
    Raises:   UnitMistake for a wrong unit.
    Source:   Kim WR. Gastroenterology 2021;161:1887-1895

    >>> found = meld_3(bilirubin=quantity("1.9 mg/dL"), inr=quantity("1.2 INR"), creatinine=quantity("1.3 mg/dL"),
    ...                sodium=quantity("134 mmol/L"), albumin=quantity("3.1 g/dL"), sex="female", dialysis="no")
    >>> from dosewright import wording
    >>> wording.say(found.unrounded, places=4), wording.say(found.score)
    ('17.3827 points', '17 points')
    """
    used = _used(bilirubin, inr, creatinine, dialysis, MOST_CREATININE_3)
    mmol = held(sodium.magnitude, LEAST_SODIUM, MOST_SODIUM)
    g = held(laboratory.ALBUMIN.magnitude(albumin, "g/dL"), LEAST_ALBUMIN, MOST_ALBUMIN)
    short, lacking = MOST_SODIUM - mmol, MOST_ALBUMIN - g
    of_bilirubin, of_creatinine = ln(used.bilirubin), ln(used.creatinine)
    unrounded = (
        (1.33 if sex == "female" else 0.0)
        + 4.56 * of_bilirubin
        + 0.82 * short
        - 0.24 * short * of_bilirubin
        + 9.09 * ln(used.inr)
        + 11.14 * of_creatinine
        + 1.85 * lacking
        - 1.83 * lacking * of_creatinine
        + 6
    )
    return Meld3(
        score=_whole(unrounded),
        unrounded=quantity(unrounded, "points"),
        **used.quantities,
        sodium_used=quantity(mmol, "mmol/L"),
        albumin_used=quantity(g, "g/dL"),
    )


# ------------------------------------------------------------------------------------------------------------ fibrosis


@checked
def fib_4(*, age: Age, ast: AspartateAminotransferase, alt: AlanineAminotransferase, platelets: Platelets) -> Score:
    """FIB-4 index of fibrosis of the liver; its cut-offs differ by disease and age and are not given here.

    Formula:  score [points] = age [years] × ast [U/L] ÷ (platelets [10^9/L] × √(alt [U/L]))
    Limits:   after embolisation AST and ALT rise for days, and the index with them.
    Raises:   UnitMistake for a wrong unit.
    Source:   Sterling RK. Hepatology 2006;43:1317-1325, as printed in World J Gastroenterol 2022;28:1563 table 1

    >>> from dosewright import wording
    >>> found = fib_4(age=quantity("60 years"), ast=quantity("40 U/L"), alt=quantity("36 U/L"),
    ...               platelets=quantity("200 10^9/L"))
    >>> wording.say(found)
    '2 points'
    """
    of_ast, of_alt = laboratory.AST.magnitude(ast, "U/L"), laboratory.ALT.magnitude(alt, "U/L")
    cells = laboratory.PLATELETS.magnitude(platelets, "10^9/L")
    return quantity(age.magnitude * of_ast / (cells * of_alt**0.5), "points")
