"""Laboratory values: every analyte in every unit it may be written in, and in none that belongs to another."""

from __future__ import annotations

import csv

import pytest

from dosewright.calculators import laboratory
from dosewright.errors import Mistake, Refusal, UnitMistake
from dosewright.units import UNITS, quantity

from .tables import golden, number_of, unit_of

ANALYTES = [pytest.param(one, id=name) for name, one in laboratory.analytes().items()]
UNITS_OF = [
    pytest.param(one, text, id=f"{name} in {text}")
    for name, one in laboratory.analytes().items()
    for text in one.kind.units
]
OF_AN_ANALYTE = [
    pytest.param(one["analyte"], one["given"], one["gives"], id=one["case"])
    for one in golden("units")
    if "analyte" in one
]


@pytest.mark.parametrize(("analyte", "given", "gives"), OF_AN_ANALYTE)
def test_a_unit_makes_of_another_what_an_outsider_says(analyte, given, gives):
    made = laboratory.converted(quantity(given), unit_of(gives), of=analyte)
    assert made == pytest.approx(float(number_of(gives)), rel=1e-12)


@pytest.mark.parametrize(("analyte", "given", "gives"), OF_AN_ANALYTE)
def test_and_back_again(analyte, given, gives):
    made = laboratory.converted(quantity(gives), unit_of(given), of=analyte)
    assert made == pytest.approx(float(number_of(given)), rel=1e-12)


def test_every_conversion_has_its_source_and_was_read():
    rows = list(csv.DictReader(laboratory.TABLE.read_text("utf-8").splitlines()))
    assert [row for row in rows if not row["source"] or row["confidence"] not in {"SEEN", "RECALLED"}] == []


def test_a_conversion_that_is_only_recalled_decides_nothing():
    row = {"analyte": "x", "confidence": "RECALLED"}
    with pytest.raises(Mistake) as refused:
        laboratory._analyte("x", [row])
    assert str(refused.value) == "x: needs a conversion that was read, since grades rest on it; got 'RECALLED'"


@pytest.mark.parametrize("analyte", ANALYTES)
def test_an_analyte_is_found_by_each_of_its_names(analyte):
    names = (analyte.name, *analyte.also, analyte.name.upper(), f"{analyte.name} (serum)")
    assert {laboratory.analyte(name).name for name in names} == {analyte.name}


def test_no_name_belongs_to_two_analytes():
    names = [name.casefold() for one in laboratory.analytes().values() for name in (one.name, *one.also)]
    assert sorted(set(names)) == sorted(names)


def test_an_analyte_that_nobody_knows_is_refused_with_the_nearest():
    with pytest.raises(Mistake, match="did you mean 'platelets'"):
        laboratory.analyte("platlets")


def test_an_analyte_unlike_any_is_refused_with_all_that_are_known():
    with pytest.raises(Mistake, match="known: neutrophils, white blood cells, platelets"):
        laboratory.analyte("xyzzy")


@pytest.mark.parametrize(("analyte", "unit"), UNITS_OF)
def test_the_first_unit_makes_the_same_by_every_way(analyte, unit):
    # The bounds are the same in each unit.
    makes = analyte.kind.makes[analyte.kind.units.index(unit)]
    cut_off = f"{analyte.kind.most / makes:.9f}"[:-3]  # never rounded up past the bound
    read = analyte.read(cut_off.rstrip("0").rstrip("."), unit)
    assert analyte.kind.magnitude(read, analyte.kind.unit) == pytest.approx(analyte.kind.most, rel=1e-5)


@pytest.mark.parametrize("analyte", ANALYTES)
def test_a_unit_of_another_analyte_is_refused(analyte):
    taken = []
    for text in UNITS:
        if UNITS[text] not in analyte.kind.written_in:
            try:
                analyte.read("1.5", text)
            except UnitMistake:
                continue
            taken.append(text)
    assert taken == []


@pytest.mark.parametrize("analyte", ANALYTES)
def test_a_number_without_a_unit_is_refused(analyte):
    with pytest.raises(UnitMistake, match="the unit is missing"):
        analyte.read("1.5", "")


@pytest.mark.parametrize(("analyte", "unit"), UNITS_OF)
@pytest.mark.parametrize("factor", [1000, 0.001])
def test_a_usual_value_a_thousand_times_off_is_refused(analyte, unit, factor):
    makes = analyte.kind.makes[analyte.kind.units.index(unit)]
    usual = analyte.kind.magnitude(quantity(analyte.kind.example), analyte.kind.unit)
    text = f"{usual / makes * factor:.6f}".rstrip("0").rstrip(".")
    if analyte.name == "prothrombin time above control" and factor < 1:
        assert analyte.read(text, unit).magnitude == float(text)  # a clotting time that is hardly prolonged
        return
    with pytest.raises(Refusal, match="must lie between"):
        analyte.read(text, unit)


@pytest.mark.parametrize(
    ("name", "value", "unit", "other"),
    [
        # H27 and trap 35: the digits are right and the unit is not.
        ("neutrophils", "1500", "10^9/L", "in /µL it could be: 1,500 /µL, that is 1.5 10^9/L"),
        ("neutrophils", "4", "/µL", "in 10^9/L it could be: 4 10^9/L; in 10^3/µL it could be: 4 10^3/µL, that is 4 10^9/L"),
        ("platelets", "142000", "10^9/L", "in /µL it could be: 142,000 /µL, that is 142 10^9/L"),
        ("creatinine", "0.9", "µmol/L", "in mg/dL it could be: 0.9 mg/dL, that is 79.56 µmol/L"),
        ("creatinine", "80", "mg/dL", "in µmol/L it could be: 80 µmol/L"),
        ("bilirubin", "1.1", "µmol/L", "in mg/dL it could be: 1.1 mg/dL, that is 18.8144 µmol/L"),
        ("albumin", "3.8", "g/L", "in g/dL it could be: 3.8 g/dL, that is 38 g/L"),
        ("albumin", "38", "g/dL", "in g/L it could be: 38 g/L"),
        ("haemoglobin", "9.8", "g/L", "in g/dL it could be: 9.8 g/dL, that is 98 g/L"),
    ],
)  # fmt: skip
def test_a_value_in_the_wrong_unit_is_refused_with_what_it_could_be(name, value, unit, other):
    with pytest.raises(Refusal) as refused:
        laboratory.analyte(name).read(value, unit)
    assert other in refused.value.hint


@pytest.mark.parametrize("name", ["neutrophils", "white blood cells", "lymphocytes"])
def test_a_laboratory_may_see_no_cell_at_all(name):
    assert laboratory.analyte(name).read("0", "10^9/L").magnitude == 0


@pytest.mark.parametrize("name", ["platelets", "bilirubin", "creatinine"])
def test_a_zero_is_no_value_of_anything_else(name):
    with pytest.raises(Refusal):
        laboratory.analyte(name).read("0", laboratory.analyte(name).kind.units[0])


@pytest.mark.parametrize(
    ("name", "limit", "unit", "other"),
    [
        ("bilirubin", "20", "mg/dL", "in µmol/L it could be: 20 µmol/L"),
        ("bilirubin", "2", "µmol/L", "in mg/dL it could be: 2 mg/dL"),
        (
            "bilirubin",
            "8",
            "mg/dL",
            "in µmol/L it could be: 8 µmol/L",
        ),  # both ends of the bounds belong, here the lower
        ("bilirubin", "50", "mg/dL", "in µmol/L it could be: 50 µmol/L"),
        ("neutrophils", "15", "/µL", "in 10^9/L it could be: 15 10^9/L; in 10^3/µL it could be: 15 10^3/µL"),
        ("creatinine", "2.9", "µmol/L", ""),
        ("platelets", "15", "10^9/L", ""),
        ("neutrophils", "18", "10^9/L", ""),
    ],
)
def test_a_limit_of_a_range_lies_in_narrower_bounds_than_a_value(name, limit, unit, other):
    with pytest.raises(Refusal) as refused:
        laboratory.analyte(name).read_limit(limit, unit)
    assert other in refused.value.hint


@pytest.mark.parametrize(
    ("name", "limit", "unit"),
    [("bilirubin", "1.2", "mg/dL"), ("bilirubin", "50", "µmol/L"), ("bilirubin", "8", "µmol/L"), ("QTc", "450", "ms")],
)
def test_a_usual_limit_is_read(name, limit, unit):
    assert laboratory.analyte(name).read_limit(limit, unit).magnitude == float(limit)


def test_both_ends_of_the_bounds_belong():
    bilirubin = laboratory.BILIRUBIN
    assert [bilirubin.read(f"{value:g} µmol/L").magnitude for value in (1.5, 1500)] == [1.5, 1500]


def test_a_conversion_to_a_unit_of_another_analyte_is_refused():
    with pytest.raises(UnitMistake):
        laboratory.converted(quantity("20 µmol/L"), "g/L", of="bilirubin")


def test_a_conversion_of_a_quantity_of_another_analyte_is_refused():
    with pytest.raises(UnitMistake):
        laboratory.converted(quantity("20 g/L"), "mg/dL", of="bilirubin")


def test_a_message_names_the_units_of_the_analyte():
    assert laboratory.BILIRUBIN.needs == "bilirubin with the unit (µmol/L, mg/dL)"
