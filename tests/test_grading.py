"""Grading from text: one value on the command line, or a table; every row answered, and nothing taken for normal."""

from __future__ import annotations

import csv
import io
import json
import random

import pytest

from dosewright import cases, cli, grading
from dosewright.calculators import toxicity
from dosewright.errors import Mistake, Refusal

HEADER = "analyte,value,unit,lln,uln,baseline,symptomatic"


@pytest.fixture
def table(tmp_path):
    """Grade a table given as text, and return what was counted and the rows that were written."""

    def compute(content: str):
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_text(content, "utf-8")
        counted = grading.grade_table(str(source), str(target), progress=lambda rows: None)
        return counted, list(csv.DictReader(io.StringIO(target.read_text("utf-8"))))

    return compute


def one_row(table, row: str, header: str = HEADER) -> dict[str, str]:
    return table(f"{header}\n{row}\n")[1][0]


# ------------------------------------------------------------------------------------------------------------- a table


@pytest.mark.parametrize(
    ("row", "grade"),
    [
        ("ALT,150,U/L,,40,32,", "2"),
        ("ALT,120,U/L,,40,80,", "1"),
        ("ALT,150,U/L,,40,normal,", "2"),
        ("ALT,60,U/L,,40,,", "not gradable"),
        ("neutrophils,0.8,10^9/L,1.8,6.3,,", "3"),
        ("neutrophils,800,/µL,1800,6300,,", "3"),
        ("neutrophils,0,10^9/L,1.8,6.3,,", "4"),
        ("lipase,150,U/L,,60,,yes", "3"),
        ("lipase,150,U/L,,60,,no", "2"),
        ("lipase,150,U/L,,60,,", "not gradable"),
        ("bilirubin,3.6,mg/dL,,1.2,1.0,", "2"),
        ("weight loss,55.2,kg,,,60,", "1"),
        ("nausea,2,grade,,,,", "2"),
        ("nausea,0,grade,,,,", "0"),
        (" ALT , 150 ,U/L,, 40 , 32 ,", "2"),
    ],
)
def test_a_row_has_its_grade(table, row, grade):
    found = one_row(table, row)
    assert (found["grade"], found["refused"]) == (grade, "")


def test_a_row_has_term_rule_and_why_beside_its_grade(table):
    found = one_row(table, "ALT,150,U/L,,40,32,")
    assert [found[name] for name in ("term", "rule", "why")] == [
        "Alanine aminotransferase increased",
        "CTCAE v5.0: grade 2, > 3 and ≤ 5 × ULN, baseline normal",
        "150 U/L is 3.75 × ULN, 4.688 × baseline",
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",150,U/L,,40,32,", "analyte: needs the name of what was measured"),
        ("ALT,150,,,40,32,", "value: needs alanine aminotransferase with the unit (U/L, µkat/L)"),
        ("ALT,150,,,40,32,", "(the unit is missing)"),
        ("ALT,150,g/L,,40,32,", "value: needs alanine aminotransferase with the unit"),
        ("ALT,,U/L,,40,32,", "value: needs alanine aminotransferase with the unit"),
        ('ALT,"1,5",U/L,,40,32,', "value: needs alanine aminotransferase with the unit"),
        ("ALT,150,U/L,,4,32,", "uln: a limit of the range of alanine aminotransferase must lie between 10 and 200 U/L"),
        ("ALT,150,U/L,,x,32,", "uln: needs alanine aminotransferase with the unit"),
        ("ALT,150,U/L,,40,-1,", "baseline: needs alanine aminotransferase with the unit"),
        ("ALT,150,U/L,,40,unknown,", "baseline: needs alanine aminotransferase with the unit"),
        ("neutrophils,1500,10^9/L,1.8,6.3,,", "in /µL it could be: 1,500 /µL, that is 1.5 10^9/L"),
        ("neutrophils,1.5,10^9/L,6.3,1.8,,", "uln: a reference range must rise; got '6.3 to 1.8 10^9/L'"),
        ("neutrophils,1.5,10^9/L,6.3,6.3,,", "uln: a reference range must rise"),
        ("lipase,150,U/L,,60,,perhaps", "symptomatic: needs yes or no, or nothing where it is not known"),
        ("nausea,4,grade,,,,", "Nausea has the grades 1, 2 and 3 only"),
        ("nausea,6,grade,,,,", "value: needs a grade from 0 to 5"),
        ("nausea,2,,,,,", "'Nausea' as a grade that a person gave, with the unit 'grade'"),
        ("frobnitz,2,U/L,,,,", "'dosewright toxicity terms' shows them all"),
        ("ALT,150,U/L,,40", "needs 7 cells"),
        ("ALT,150,U/L,,40,32,,x", "needs 7 cells"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_beside_the_rest(table, row, words):
    counted, rows = table(f"{HEADER}\n{row}\nALT,150,U/L,,40,32,\n")
    assert words in rows[0]["refused"]
    assert [rows[0]["grade"], rows[1]["grade"]] == ["", "2"]
    assert (counted.rows, counted.not_gradable, counted.refused) == (2, 0, 1)


def test_as_many_rows_are_written_as_were_read(table):
    counted, rows = table(f"{HEADER}\n" + "ALT,150,U/L,,40,32,\nALT,60,U/L,,40,,\nx,1,U/L,,,,\n" * 40)
    assert (len(rows), counted.rows, counted.not_gradable, counted.refused) == (120, 120, 40, 40)


def test_other_columns_are_carried_along_and_a_formula_is_kept_as_text(table):
    found = one_row(table, '"=1+1",ALT,150,U/L,40,32', "note,analyte,value,unit,uln,baseline")
    assert (found["note"], found["grade"]) == ("'=1+1", "2")


@pytest.mark.parametrize(
    ("header", "row", "grade"),
    [
        ("analyte,value,unit,duration", "fever,40.5,°C,30 h", "4"),
        ("analyte,value,unit,duration", "fever,40.5,°C,1440 min", "3"),
        ("analyte,value,unit,anticoagulated,baseline", "INR,3.2,INR,yes,2.4", "1"),
        ("analyte,value,unit,anticoagulated,baseline", "INR,3.2,INR,no,", "3"),
        ("analyte,value,unit,sustained,neutrophils", "febrile neutropenia,38.2,°C,yes,0.4 10^9/L", "3"),
        ("analyte,value,unit,sustained,neutrophils", "febrile neutropenia,38.2,°C,yes,400 /µL", "3"),
        ("analyte,value,unit,lln,qualifier", "haemoglobin,11,g/dL,13,yes", "3"),
        ("analyte,value,unit,lln,Life-Threatening", "haemoglobin,11,g/dL,13,yes", "4"),
    ],
)
def test_further_columns_say_what_a_grade_depends_on(table, header, row, grade):
    assert one_row(table, row, header)["grade"] == grade


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("analyte,value,unit,duration", "fever,40.5,°C,30", "duration: needs a duration with its unit"),
        ("analyte,value,unit,neutrophils", "febrile neutropenia,39,°C,0.4", "neutrophils: needs neutrophils with the unit"),
        ("analyte,value,unit,neutrophils", "febrile neutropenia,39,°C,400 10^9/L", "in /µL it could be: 400 /µL"),
    ],
)  # fmt: skip
def test_and_are_refused_without_their_unit(table, header, row, words):
    assert words in one_row(table, row, header)["refused"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "needs a table with a header, for example 'analyte,value,unit,lln,uln,baseline'"),
        ("analyte,value\nALT,1\n", ":1: needs a column for unit"),
        ("analyte;value;unit\nALT;1;U/L\n", "(the columns are separated by commas)"),
        ("analyte,value,unit,uln,ULN\n", ":1: needs each column once; got 'ULN'"),
        ("analyte,value,unit,grade\n", ":1: needs a table without the columns that are added; got 'grade'"),
    ],
)
def test_what_is_no_table_is_refused_whole(table, tmp_path, content, words):
    with pytest.raises(Mistake) as refused:
        table(content)
    assert words in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_the_input_is_never_written_over(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text(f"{HEADER}\n")
    with pytest.raises(Mistake, match="--out: needs another file than the input"):
        grading.grade_table(str(source), f"{tmp_path}/./in.csv", progress=lambda rows: None)


def test_rows_are_counted_as_they_are_done(tmp_path, monkeypatch):
    monkeypatch.setattr(cases, "CHUNK", 10)
    (tmp_path / "in.csv").write_text(f"{HEADER}\n" + "ALT,150,U/L,,40,32,\n" * 25)
    seen = []
    counted = grading.grade_table(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), progress=seen.append)
    assert (seen, counted.rows) == ([10, 20, 25], 25)


def drawn(count: int):
    chance = random.Random(20261122)
    names = ["ALT", "platelets", "creatinine", "lipase", "QTc", "haemoglobin", "bilirubin", "INR"]
    for _ in range(count):
        name = chance.choice(names)
        unit, usual, lln, uln = {
            "ALT": ("U/L", 40, "", "40"),
            "platelets": ("/µL", 90000, "125000", "350000"),
            "creatinine": ("µmol/L", 110, "", "106"),
            "lipase": ("U/L", 90, "", "60"),
            "QTc": ("ms", 470, "", ""),
            "haemoglobin": ("g/L", 100, "130", "170"),
            "bilirubin": ("mg/dL", 1.9, "", "1.2"),
            "INR": ("INR", 1.6, "", ""),
        }[name]
        value = f"{usual * chance.uniform(0.6, 1.6):.1f}"
        baseline = f"{usual * chance.uniform(0.6, 1.2):.1f}"
        told = [chance.choice([lln, ""]), chance.choice([uln, ""]), chance.choice([baseline, "normal", ""])]
        yield [name, value, unit, *told, chance.choice(["yes", "no", ""])]


def test_a_table_is_graded_as_its_rows_are_one_by_one(table):
    rows = list(drawn(3000))
    _, written = table("\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n")
    wrong = []
    for row, found in zip(rows, written, strict=True):
        texts = dict(zip(HEADER.split(","), row, strict=True))
        try:
            single = grading.asked(texts).graded()
            expected = [single.said, single.term, single.rule, single.why, ""]
        except Mistake as mistake:
            expected = ["", "", "", "", str(mistake)]
        if [found[name] for name in grading.ADDED] != expected:
            wrong.append((row, found, expected))
    assert wrong == []


# ----------------------------------------------------------------------------------------------------------- one value


def test_one_value_is_graded_with_units_in_its_texts():
    entered, found = grading.one(["analyte=ALT", "value=150 U/L", "uln=40 U/L", "baseline=32 U/L"])
    assert (entered["value"], found.grade) == ("150 U/L", 2)


def test_and_as_a_row_of_the_table_says_it():
    _, found = grading.one(["analyte=ALT", "value=150", "unit=U/L", "uln=40", "baseline=normal"])
    assert found.grade == 2


def test_a_spelling_of_the_unit_is_the_unit():
    _, found = grading.one(["analyte=creatinine", "value=150 µmol/L", "uln=106 umol/L", "baseline=normal"])
    assert found.at_least == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["ALT"], "needs ARGUMENT=VALUE, for example 'analyte=ALT"),
        (["analyte=ALT"], "needs value, which is missing"),
        (["value=1 U/L"], "needs analyte, which is missing"),
        (["analyte=ALT", "value=1 U/L", "value=2 U/L"], "value: needs each argument once"),
        (["analyte=ALT", "value=1 U/L", "limit=2 U/L"], "needs an argument (analyte, value, unit, lln, uln"),
        (["analyte=ALT", "value=150"], "value: needs alanine aminotransferase with the unit"),
        (["analyte=ALT", "value=150 U/L", "uln=40"], "uln: needs a number in the unit of the value (U/L), for example '40 U/L'"),
        (["analyte=ALT", "value=150", "uln=40 U/L"], "value: needs alanine aminotransferase with the unit (U/L, µkat/L)"),
        (["analyte=bilirubin", "value=30 µmol/L", "uln=1.2 mg/dL"], "uln: needs a number in the unit of the value (µmol/L)"),
    ],
)  # fmt: skip
def test_a_wrong_call_says_what_was_needed(values, words):
    with pytest.raises(Mistake) as refused:
        grading.one(values)
    assert words in str(refused.value)


def test_post_embolisation_syndrome_has_no_grade_of_its_own():
    with pytest.raises(Refusal, match="grade its parts"):
        grading.one(["analyte=post-embolisation syndrome", "value=1 U/L"])


# -------------------------------------------------------------------------------------------------- on the command line


def run(capsys, *arguments: str):
    code = cli.run(["toxicity", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_grade_is_printed_with_its_term_rule_and_why(capsys):
    code, out, _ = run(capsys, "grade", "analyte=platelets", "value=62 10^9/L", "lln=125 10^9/L")
    assert (code, out.splitlines()) == (
        0,
        [
            "platelets 62 10^9/L 125 10^9/L: grade 2",
            "  term  Platelet count decreased (MedDRA 10035528)",
            "  rule  CTCAE v5.0: grade 2, ≥ 50 and < 75 10^9/L",
            "  why   62 10^9/L",
        ],
    )


def test_a_value_that_is_not_gradable_leaves_with_code_4(capsys):
    code, out, _ = run(capsys, "grade", "analyte=ALT", "value=150 U/L", "uln=40 U/L")
    assert (code, out.splitlines()[0]) == (4, "ALT 150 U/L 40 U/L: not gradable")


def test_a_value_that_cannot_be_read_leaves_with_code_3(capsys):
    code, out, err = run(capsys, "grade", "analyte=ALT", "value=150")
    assert (code, out, "the unit is missing" in err) == (3, "", True)


def test_a_grade_for_programs(capsys):
    code, out, _ = run(capsys, "grade", "analyte=ALT", "value=150 U/L", "uln=40 U/L", "--format", "json")
    found = json.loads(out)
    assert (code, found["grade"], found["at_least"], found["at_most"], found["version"]) == (
        4,
        None,
        0,
        2,
        "CTCAE v5.0",
    )
    assert found["arguments"] == {"analyte": "ALT", "value": "150 U/L", "uln": "40 U/L"}


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        ("ALT,150,U/L,,40,32,\n", 0, "1 rows, 0 not gradable, 0 refused"),
        ("ALT,150,U/L,,40,32,\nALT,60,U/L,,40,,\n", 1, "2 rows, 1 not gradable, 0 refused"),
        ("ALT,150,,,40,32,\n", 1, "1 rows, 0 not gradable, 1 refused"),
    ],
)
def test_a_table_reports_what_has_no_grade(capsys, tmp_path, rows, code, said):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(f"{HEADER}\n{rows}", "utf-8")
    found = run(capsys, "grade", "--csv", str(source), "--out", str(target))
    assert (found[0], found[1].strip()) == (code, f"{target}: {said}")


def test_a_table_reports_to_programs_too(capsys, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(f"{HEADER}\nALT,60,U/L,,40,,\n", "utf-8")
    _, out, _ = run(capsys, "grade", "--csv", str(source), "--out", str(target), "--format", "json")
    assert json.loads(out) == {"file": str(target), "rows": 1, "not_gradable": 1, "refused": 0}


@pytest.mark.parametrize("options", [["--csv", "x"], ["--out", "x"], ["--csv", "x", "--out", "y", "analyte=ALT"]])
def test_half_a_table_is_a_wrong_use(capsys, options):
    assert run(capsys, "grade", *options)[0] == 2


def test_the_terms_are_printed_with_the_bounds_of_each_grade(capsys):
    code, out, _ = run(capsys, "terms")
    assert code == 0
    assert "Platelet count decreased  CTCAE v5.0, MedDRA 10035528; platelets, in 10^9/L, 10^3/µL, /µL" in out
    assert "    2  ≥ 50 and < 75 10^9/L" in out
    assert "    3  intake inadequate; tube feeding, TPN or admission" in out


@pytest.mark.parametrize("name", ["ALT", "nausea", "post-embolisation-syndrome", "Post-embolisation syndrome"])
def test_one_term_is_printed_alone(capsys, name):
    code, out, _ = run(capsys, "terms", name, "--format", "json")
    assert (code, len(json.loads(out))) == (0, 1)


def test_the_terms_are_all_there_for_programs(capsys):
    _, out, _ = run(capsys, "terms", "--format", "json")
    found = json.loads(out)
    assert len(found) == len(toxicity.terms()) + len(toxicity.clinical_terms()) + 1


def test_a_term_that_is_not_there_is_refused(capsys):
    code, _, err = run(capsys, "terms", "frobnitz")
    assert (code, "shows them all" in err) == (3, True)


@pytest.mark.parametrize(("name", "near"), [("diarrhoea", "diarrhea"), ("platelats", "platelets"), ("nausa", "nausea")])
def test_a_term_that_is_not_there_is_met_with_the_nearest_of_all(capsys, name, near):
    for words in (["terms", name], ["grade", f"analyte={name}", "value=1 U/L"]):
        assert f"did you mean '{near}'?" in run(capsys, *words)[2]


@pytest.mark.parametrize("command", [["terms"], ["grade", "analyte=ALT", "value=1 U/L"]])
def test_a_version_that_is_not_there_is_refused(capsys, command):
    code, _, err = run(capsys, *command, "--version", "v6.0")
    assert (code, "a version of CTCAE that is here" in err) == (3, True)
