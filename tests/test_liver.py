"""The liver: what outsiders compute, every boundary, and ten thousand patients against an independent calculation."""

from __future__ import annotations

import ast
import random
from decimal import Decimal
from pathlib import Path

import numpy
import pytest

from dosewright.calculators import liver
from dosewright.calculators.checked import catalogue
from dosewright.errors import CannotCompute, Refusal, UnitMistake
from dosewright.units import SCORE, quantity

from . import score_oracle as oracle
from .tables import golden, printed

ALBI = [one for one in golden("liver") if "albi" in one["gives"]]
MELD = [one for one in golden("liver") if "meld_i" in one["gives"]]


def of(one: dict, *names: str) -> dict:
    return {name: one["given"][name] if name == "sex" else quantity(one["given"][name]) for name in names}


# ------------------------------------------------------------------------------------------------------ outside numbers


@pytest.mark.parametrize("one", ALBI, ids=lambda one: one["case"])
def test_albi_is_what_an_outsider_computes(one):
    found = liver.albi(**of(one, "bilirubin", "albumin"))
    assert (printed(found.score.magnitude, one["gives"]["albi"]), found.grade) == (
        one["gives"]["albi"],
        one["gives"]["grade"],
    )


@pytest.mark.parametrize("one", ALBI, ids=lambda one: one["case"])
def test_malbi_is_what_an_outsider_says(one):
    found = liver.malbi(**of(one, "bilirubin", "albumin"))
    assert (printed(found.score.magnitude, one["gives"]["albi"]), found.grade) == (
        one["gives"]["albi"],
        one["gives"]["malbi"],
    )


@pytest.mark.parametrize("one", MELD, ids=lambda one: one["case"])
def test_meld_na_is_what_an_outsider_computes(one):
    found = liver.meld_na(**of(one, "bilirubin", "inr", "creatinine", "sodium"), dialysis="no")
    held = min(found.meld.magnitude, 40)  # the outsider prints the initial MELD within the scale
    assert (held, found.score.magnitude) == (int(one["gives"]["meld_i"]), int(one["gives"]["meld_na"]))


@pytest.mark.parametrize("one", MELD, ids=lambda one: one["case"])
def test_meld_3_is_what_an_outsider_computes(one):
    names = ("bilirubin", "inr", "creatinine", "sodium", "albumin", "sex")
    found = liver.meld_3(**of(one, *names), dialysis="no")
    assert (printed(found.unrounded.magnitude, one["gives"]["meld_3_raw"]), found.score.magnitude) == (
        one["gives"]["meld_3_raw"],
        int(one["gives"]["meld_3"]),
    )


# -------------------------------------------------------------------------------------------- ten thousand drawn patients

COUNT = 12_000
DIALYSIS = {True: "yes", False: "no"}


def drawn(count: int):
    """Patients at cuts and between them, each value as text in the unit of the papers."""
    chance = random.Random(20261122)

    def one(least: float, most: float, step: str, *cuts: str) -> str:
        if chance.random() < 0.3:
            cut, by = Decimal(chance.choice(cuts)), Decimal(step) * chance.choice([-1, 0, 0, 1])
            return str(cut + by)
        places = Decimal(step)
        return str((Decimal(chance.uniform(least, most)) / places).to_integral_value() * places)

    for _ in range(count):
        yield {
            "mg": one(0.2, 25, "0.01", "1.00", "2.00", "3.00"),
            "umol": one(4, 420, "0.1", "34.0", "51.0", "34.2", "10.0"),
            "g": one(15, 55, "0.1", "28.0", "35.0", "15.0"),
            "g_per_dl": one(1.0, 5.5, "0.01", "1.50", "2.80", "3.50"),
            "inr": one(0.7, 6, "0.01", "1.00", "1.70", "2.30"),
            "seconds": one(0, 20, "0.1", "4.0", "6.0"),
            "creatinine": one(0.3, 8, "0.01", "1.00", "3.00", "4.00"),
            "sodium": one(115, 150, "1", "125", "137"),
            "age": one(18, 95, "1", "65"),
            "ast": one(10, 900, "1", "40"),
            "alt": one(9, 900, "1", "36"),
            "platelets": one(10, 500, "1", "100"),
            "female": chance.random() < 0.5,
            "dialysis": chance.random() < 0.1,
            "ascites": chance.randrange(3),
            "head": chance.randrange(5),
            "by": chance.choice(["INR", "s"]),
            "unit": chance.choice(["mg/dL", "µmol/L"]),
        }


PATIENTS = list(drawn(COUNT))


def wrong(ours, theirs) -> list:
    return [one for one in PATIENTS if ours(one) != theirs(one)]


def close(of_ours: float, of_theirs: Decimal) -> bool:
    return of_ours == pytest.approx(float(of_theirs), rel=1e-12, abs=1e-12)


def test_the_patients_lie_where_mistakes_are_made():
    at = {
        "mg": {"2.00", "3.00"},
        "umol": {"34.0", "51.0"},
        "g": {"28.0", "35.0"},
        "inr": {"1.70", "2.30"},
        "seconds": {"4.0", "6.0"},
    }
    assert [name for name, cuts in at.items() if sum(one[name] in cuts for one in PATIENTS) < 300] == []


def test_albi_of_12000_patients_is_what_the_oracle_says():
    mismatches = []
    for one in PATIENTS:
        values = {"bilirubin": quantity(f"{one['umol']} µmol/L"), "albumin": quantity(f"{one['g']} g/L")}
        score, grade, modified = oracle.albi(one["umol"], one["g"])
        found, fine = liver.albi(**values), liver.malbi(**values)
        if not close(found.score.magnitude, score) or (found.grade, fine.grade) != (grade, modified):
            mismatches.append(one)
        if not close(fine.score.magnitude, score):
            mismatches.append(one)
    assert mismatches == []


def test_ez_albi_of_12000_patients_is_what_the_oracle_says():
    def found(one):
        mg, g = quantity(f"{one['mg']} mg/dL"), quantity(f"{one['g_per_dl']} g/dL")
        return liver.ez_albi(bilirubin=mg, albumin=g).magnitude

    assert [one for one in PATIENTS if not close(found(one), oracle.ez_albi(one["mg"], one["g_per_dl"]))] == []


def common(one: dict) -> dict:
    return {
        "bilirubin": quantity(f"{one['mg']} mg/dL"),
        "inr": quantity(f"{one['inr']} INR"),
        "creatinine": quantity(f"{one['creatinine']} mg/dL"),
        "dialysis": DIALYSIS[one["dialysis"]],
    }


def test_meld_of_12000_patients_is_what_the_oracle_says():
    mismatches = []
    for one in PATIENTS:
        raw, score = oracle.meld(one["mg"], one["inr"], one["creatinine"], one["dialysis"])
        found = liver.meld(**common(one))
        if found.score.magnitude != score or not close(found.unrounded.magnitude, raw):
            mismatches.append(one)
    assert mismatches == []


def test_meld_na_of_12000_patients_is_what_the_oracle_says():
    def found(one):
        made = liver.meld_na(**common(one), sodium=quantity(f"{one['sodium']} mmol/L"))
        return made.meld.magnitude, made.score.magnitude

    def theirs(one):
        return oracle.meld_na(one["mg"], one["inr"], one["creatinine"], one["sodium"], one["dialysis"])

    assert wrong(found, theirs) == []


def test_meld_3_of_12000_patients_is_what_the_oracle_says():
    mismatches = []
    for one in PATIENTS:
        raw, score = oracle.meld_3(
            one["mg"], one["inr"], one["creatinine"], one["sodium"], one["g_per_dl"], one["female"], one["dialysis"]
        )
        found = liver.meld_3(
            **common(one),
            sodium=quantity(f"{one['sodium']} mmol/L"),
            albumin=quantity(f"{one['g_per_dl']} g/dL"),
            sex="female" if one["female"] else "male",
        )
        if found.score.magnitude != score or not close(found.unrounded.magnitude, raw):
            mismatches.append(one)
    assert mismatches == []


ASCITES = ("none", "mild", "moderate to severe")


def test_child_pugh_of_12000_patients_is_what_the_oracle_says():
    def found(one):
        clotting = (
            {"inr": quantity(f"{one['inr']} INR")}
            if one["by"] == "INR"
            else {"prothrombin_time_above_control": quantity(f"{one['seconds']} s")}
        )
        bilirubin = one["mg"] if one["unit"] == "mg/dL" else one["umol"]
        made = liver.child_pugh(
            bilirubin=quantity(f"{bilirubin} {one['unit']}"),
            albumin=quantity(f"{one['g']} g/L"),
            ascites=ASCITES[one["ascites"]],
            encephalopathy=str(one["head"]),
            **clotting,
        )
        return made.points, made.child_pugh_class

    def theirs(one):
        bilirubin = one["mg"] if one["unit"] == "mg/dL" else one["umol"]
        clotting = one["inr"] if one["by"] == "INR" else one["seconds"]
        return oracle.child_pugh(bilirubin, one["unit"], one["g"], clotting, one["by"], one["ascites"], one["head"])

    assert wrong(found, theirs) == []


def test_fib_4_of_12000_patients_is_what_the_oracle_says():
    def found(one):
        return liver.fib_4(
            age=quantity(f"{one['age']} years"),
            ast=quantity(f"{one['ast']} U/L"),
            alt=quantity(f"{one['alt']} U/L"),
            platelets=quantity(f"{one['platelets']} 10^9/L"),
        ).magnitude

    def theirs(one):
        return oracle.fib_4(one["age"], one["ast"], one["alt"], one["platelets"])

    assert [one for one in PATIENTS if not close(found(one), theirs(one))] == []


def test_the_oracle_imports_nothing_of_dosewright():
    tree = ast.parse(Path(oracle.__file__).read_text("utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"__future__", "decimal"}


# ----------------------------------------------------------------------------------------------------------- Child-Pugh


def child_pugh(**changed):
    usual = {
        "bilirubin": "1 mg/dL",
        "albumin": "40 g/L",
        "inr": "1 INR",
        "ascites": "none",
        "encephalopathy": "0",
    } | changed
    return liver.child_pugh(
        **{
            name: quantity(text) if name not in {"ascites", "encephalopathy", "printing"} else text
            for name, text in usual.items()
            if text is not None
        }
    )


@pytest.mark.parametrize(
    ("name", "text", "points"),
    [
        ("bilirubin", "1.99 mg/dL", 1),
        ("bilirubin", "2 mg/dL", 2),
        ("bilirubin", "3 mg/dL", 2),
        ("bilirubin", "3.01 mg/dL", 3),
        ("bilirubin", "33.9 µmol/L", 1),
        ("bilirubin", "34 µmol/L", 2),
        ("bilirubin", "51 µmol/L", 2),
        ("bilirubin", "51.1 µmol/L", 3),
        ("albumin", "35.1 g/L", 1),
        ("albumin", "35 g/L", 2),
        ("albumin", "3.5 g/dL", 2),
        ("albumin", "28 g/L", 2),
        ("albumin", "2.8 g/dL", 2),
        ("albumin", "27.9 g/L", 3),
        ("inr", "1.69 INR", 1),
        ("inr", "1.7 INR", 2),
        ("inr", "1.79 INR", 2),
        ("inr", "2.3 INR", 2),
        ("inr", "2.31 INR", 3),
        ("ascites", "none", 1),
        ("ascites", "mild", 2),
        ("ascites", "moderate to severe", 3),
        ("encephalopathy", "0", 1),
        ("encephalopathy", "1", 2),
        ("encephalopathy", "2", 2),
        ("encephalopathy", "3", 3),
        ("encephalopathy", "4", 3),
    ],
)
def test_each_item_has_its_points_and_a_value_on_a_cut_has_two(name, text, points):
    # Trap 20.
    found = child_pugh(**{name: text})
    assert (getattr(found, "clotting" if name == "inr" else name), found.points) == (points, 4 + points)


@pytest.mark.parametrize(("text", "points"), [("3.9 s", 1), ("4 s", 2), ("6 s", 2), ("6.1 s", 3), ("0 s", 1)])
def test_a_prothrombin_time_counts_where_there_is_no_inr(text, points):
    found = child_pugh(inr=None, prothrombin_time_above_control=text)
    assert (found.clotting, found.clotting_by) == (points, "prothrombin time")


def test_with_an_inr_the_result_says_so():
    assert child_pugh().clotting_by == "INR"


def test_inr_and_prothrombin_time_never_count_both():
    with pytest.raises(Refusal) as refused:
        child_pugh(prothrombin_time_above_control="5 s")
    assert (refused.value.where, "never both" in str(refused.value)) == ("prothrombin_time_above_control", True)


def test_without_either_nothing_is_computed():
    with pytest.raises(CannotCompute) as refused:
        child_pugh(inr=None)
    assert (refused.value.where, refused.value.exit_code, refused.value.example) == ("inr", 4, "1.3 INR")


@pytest.mark.parametrize(
    ("changed", "points", "letter"),
    [
        ({}, 5, "A"),
        ({"ascites": "mild"}, 6, "A"),
        ({"ascites": "moderate to severe"}, 7, "B"),
        ({"ascites": "moderate to severe", "encephalopathy": "3"}, 9, "B"),
        ({"ascites": "moderate to severe", "encephalopathy": "3", "albumin": "30 g/L"}, 10, "C"),
        ({"ascites": "moderate to severe", "encephalopathy": "4", "albumin": "20 g/L", "inr": "3 INR", "bilirubin": "9 mg/dL"}, 15, "C"),
    ],
)  # fmt: skip
def test_six_points_are_a_and_seven_are_b(changed, points, letter):
    found = child_pugh(**changed)
    assert (found.points, found.child_pugh_class) == (points, letter)


def test_points_depend_on_the_unit_that_was_given_and_not_on_a_conversion():
    # 2 mg/dL are 34.2 µmol/L: 34.1 µmol/L are 1.99 mg/dL, and yet above the printed 34.
    assert [child_pugh(bilirubin=text).bilirubin for text in ("1.99 mg/dL", "34.1 µmol/L")] == [1, 2]


@pytest.mark.parametrize(
    ("printing", "name", "text", "usual", "there"),
    [
        ("albumin-30", "albumin", "29 g/L", 2, 3),
        ("albumin-30", "albumin", "30 g/L", 2, 2),
        ("albumin-30", "albumin", "35 g/L", 2, 2),
        ("bilirubin-35-50", "bilirubin", "34.5 µmol/L", 2, 1),
        ("bilirubin-35-50", "bilirubin", "35 µmol/L", 2, 2),
        ("bilirubin-35-50", "bilirubin", "50.5 µmol/L", 2, 3),
        ("bilirubin-35-50", "bilirubin", "50 µmol/L", 2, 2),
        ("bilirubin-35-50", "bilirubin", "2 mg/dL", 2, 1),
        ("cholestatic", "bilirubin", "67.9 µmol/L", 3, 1),
        ("cholestatic", "bilirubin", "68 µmol/L", 3, 2),
        ("cholestatic", "bilirubin", "171 µmol/L", 3, 2),
        ("cholestatic", "bilirubin", "171.1 µmol/L", 3, 3),
        ("cholestatic", "bilirubin", "4 mg/dL", 3, 2),
        ("inr-1.8", "inr", "1.69 INR", 1, 1),
        ("inr-1.8", "inr", "1.8 INR", 2, 2),
        ("inr-2-3", "inr", "1.99 INR", 2, 1),
        ("inr-2-3", "inr", "2 INR", 2, 2),
        ("inr-2-3", "inr", "3 INR", 3, 2),
        ("inr-2-3", "inr", "3.1 INR", 3, 3),
    ],
)
def test_another_printing_differs_in_one_item(printing, name, text, usual, there):
    item = "clotting" if name == "inr" else name
    both = [child_pugh(**{name: text}, printing=one) for one in ("usual", printing)]
    assert [getattr(one, item) for one in both] == [usual, there]
    assert both[1].printing == printing


@pytest.mark.parametrize("text", ["1.7 INR", "1.75 INR", "1.79 INR"])
def test_what_falls_into_the_gap_of_a_printing_is_refused(text):
    with pytest.raises(Refusal, match=r"gives no points to an INR of 1\.7 to below 1\.8") as refused:
        child_pugh(inr=text, printing="inr-1.8")
    assert (refused.value.where, refused.value.hint) == ("inr", "the usual printing gives 2")


@pytest.mark.parametrize("text", ["3.1 s", "3.9 s"])
def test_and_so_is_a_time_between_three_and_four_seconds(text):
    with pytest.raises(Refusal, match="no points between 3 and 4 s") as refused:
        child_pugh(inr=None, prothrombin_time_above_control=text, printing="seconds-1-3")
    assert (refused.value.where, refused.value.hint) == (
        "prothrombin_time_above_control",
        "the usual printing gives 1",
    )


@pytest.mark.parametrize(("text", "points"), [("3 s", 1), ("4 s", 2), ("6.1 s", 3)])
def test_beside_the_gap_the_points_are_the_usual_ones(text, points):
    assert child_pugh(inr=None, prothrombin_time_above_control=text, printing="seconds-1-3").clotting == points


def test_every_printing_has_its_source():
    assert [name for name, one in liver.PRINTINGS.items() if not one.source] == []


def test_a_column_of_child_pugh_has_points_for_each_row():
    found = liver.child_pugh(
        bilirubin=quantity(numpy.array([1.0, 2.0, 3.1]), "mg/dL"),
        albumin=quantity(numpy.array([40.0, 30.0, 20.0]), "g/L"),
        inr=quantity(numpy.array([1.0, 1.7, 2.4]), "INR"),
        ascites="none",
        encephalopathy="0",
    )
    assert (found.points.tolist(), found.child_pugh_class.tolist()) == ([5, 8, 11], ["A", "B", "C"])


def test_a_column_with_one_row_in_a_gap_is_refused():
    with pytest.raises(Refusal):
        liver.child_pugh(
            bilirubin=quantity(numpy.array([1.0, 2.0]), "mg/dL"),
            albumin=quantity(numpy.array([40.0, 30.0]), "g/L"),
            inr=quantity(numpy.array([1.0, 1.75]), "INR"),
            ascites="none",
            encephalopathy="0",
            printing="inr-1.8",
        )


# ----------------------------------------------------------------------------------------------------------------- ALBI


@pytest.mark.parametrize(
    ("score", "grade", "modified"),
    [
        (-2.6000001, "1", "1"),
        (-2.60, "1", "1"),
        (-2.5999999, "2", "2a"),
        (-2.27, "2", "2a"),
        (-2.2699999, "2", "2b"),
        (-1.39, "2", "2b"),
        (-1.3899999, "3", "3"),
        (0.5, "3", "3"),
    ],
)
def test_a_score_on_a_boundary_belongs_to_the_better_grade(score, grade, modified):
    # Trap 21: −2.60 is grade 1, and −1.39 is grade 2.
    assert (liver._albi_grade(score), liver._malbi_grade(score)) == (grade, modified)


def test_binary_noise_does_not_decide_a_grade():
    noisy = -(1.3 + 1.3 - 1e-15)
    assert (noisy > -2.60, liver._albi_grade(noisy)) == (True, "1")


def test_albi_is_the_same_in_every_unit():
    found = [
        liver.albi(bilirubin=quantity(b), albumin=quantity(a)).score.magnitude
        for b, a in (("34.208 µmol/L", "30 g/L"), ("2 mg/dL", "3 g/dL"))
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-14)


def test_the_coefficient_is_the_one_of_the_paper():
    # Some papers print 0.0852, which would give −2.594223.
    found = liver.albi(bilirubin=quantity("17.1 µmol/L"), albumin=quantity("40 g/L"))
    assert f"{found.score.magnitude:.6f}" == "-2.586223"


# ----------------------------------------------------------------------------------------------------------------- MELD


def usual_meld(**changed):
    return {
        "bilirubin": quantity("2 mg/dL"),
        "inr": quantity("1.5 INR"),
        "creatinine": quantity("1.2 mg/dL"),
        "dialysis": "no",
    } | changed


def test_a_value_that_was_held_within_the_bounds_is_shown():
    low = {"bilirubin": quantity("0.5 mg/dL"), "inr": quantity("0.9 INR"), "creatinine": quantity("9 mg/dL")}
    found = liver.meld(**usual_meld(**low))
    used = (found.bilirubin_used.magnitude, found.inr_used.magnitude, found.creatinine_used.magnitude)
    assert used == (1.0, 1.0, 4.0)


def test_meld_3_holds_creatinine_at_3_and_albumin_and_sodium_in_their_bounds():
    # Trap 22: the bound of creatinine is 4.0 in MELD and MELD-Na, and 3.0 in MELD 3.0.
    found = liver.meld_3(
        **usual_meld(creatinine=quantity("9 mg/dL")),
        sodium=quantity("120 mmol/L"),
        albumin=quantity("45 g/L"),
        sex="male",
    )
    used = (found.creatinine_used.magnitude, found.sodium_used.magnitude, found.albumin_used.magnitude)
    assert used == (3.0, 125.0, 3.5)


def test_a_low_albumin_and_a_high_sodium_are_held_too():
    found = liver.meld_3(**usual_meld(), sodium=quantity("150 mmol/L"), albumin=quantity("10 g/L"), sex="male")
    assert (found.sodium_used.magnitude, found.albumin_used.magnitude) == (137.0, 1.5)


@pytest.mark.parametrize(
    ("score", "more", "creatinine"),
    [
        (liver.meld, {}, 4.0),
        (liver.meld_na, {"sodium": quantity("130 mmol/L")}, 4.0),
        (liver.meld_3, {"sodium": quantity("130 mmol/L"), "albumin": quantity("30 g/L"), "sex": "male"}, 3.0),
    ],
    ids=["MELD", "MELD-Na", "MELD 3.0"],
)
def test_dialysis_counts_as_the_highest_creatinine(score, more, creatinine):
    assert score(**usual_meld(dialysis="yes"), **more).creatinine_used.magnitude == creatinine


def test_sodium_counts_only_above_a_meld_of_11():
    # INR alone: 10 × (0.643 + 1.12 × ln INR) rounds to 11 at 1.5 and to 12 at 1.65.
    inr = [quantity("1.5 INR"), quantity("1.65 INR")]
    found = [
        liver.meld_na(
            bilirubin=quantity("1 mg/dL"),
            inr=one,
            creatinine=quantity("1 mg/dL"),
            sodium=quantity("125 mmol/L"),
            dialysis="no",
        )
        for one in inr
    ]
    assert [(one.meld.magnitude, one.score.magnitude) for one in found] == [(11, 11), (12, 23)]


def test_meld_na_shows_what_it_rounded_and_the_sodium_that_it_used():
    # by hand: 10 × (0.643 + 1.12 × ln 1.65) rounds to 12, and 12 + 1.32 × 12 − 0.033 × 12 × 12 = 23.088
    found = liver.meld_na(
        bilirubin=quantity("1 mg/dL"),
        inr=quantity("1.65 INR"),
        creatinine=quantity("1 mg/dL"),
        sodium=quantity("120 mmol/L"),
        dialysis="no",
    )
    assert (found.unrounded.magnitude, found.sodium_used.m_as("mmol/L")) == (pytest.approx(23.088, rel=1e-12), 125)


def test_the_three_versions_are_three_scores():
    more = {"sodium": quantity("128 mmol/L")}
    found = [
        liver.meld(**usual_meld()).score.magnitude,
        liver.meld_na(**usual_meld(), **more).score.magnitude,
        liver.meld_3(**usual_meld(), **more, albumin=quantity("30 g/L"), sex="female").score.magnitude,
    ]
    assert len(set(found)) == 3


def test_no_score_leaves_the_scale():
    healthy = usual_meld(bilirubin=quantity("0.5 mg/dL"), inr=quantity("0.9 INR"), creatinine=quantity("0.7 mg/dL"))
    dying = usual_meld(bilirubin=quantity("40 mg/dL"), inr=quantity("9 INR"), creatinine=quantity("6 mg/dL"))
    assert [liver.meld(**one).score.magnitude for one in (healthy, dying)] == [6, 40]


def test_a_score_is_a_score_and_no_number():
    assert SCORE.holds(liver.meld(**usual_meld()).score) is True


# ------------------------------------------------------------------------------------------------------- units and words


@pytest.mark.parametrize(
    ("name", "argument", "wrong_unit"),
    [
        ("albi", "bilirubin", "20 g/L"),
        ("albi", "albumin", "40 µmol/L"),
        ("meld", "inr", "12 s"),
        ("meld", "creatinine", "90 mmol/L"),
        ("fib_4", "platelets", "200 g/L"),
        ("fib_4", "age", "60 d"),
    ],
)
def test_a_unit_of_another_analyte_is_refused(name, argument, wrong_unit):
    # Trap 19: the literature prints bilirubin in mmol/L and albumin in mg/dL.
    with pytest.raises(UnitMistake):
        catalogue()[name].arguments[argument].read(wrong_unit)
