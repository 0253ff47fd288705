"""Calculators on cases: one with its working, or a table of any length with refused rows beside the rest."""

from __future__ import annotations

import csv
import io
import random
import resource
import subprocess
import sys

import pytest

from dosewright import cases
from dosewright.calculators.body import bsa_mosteller
from dosewright.calculators.checked import catalogue
from dosewright.errors import Mistake
from dosewright.units import quantity

MOSTELLER = cases.calculator("bsa-mosteller")

# ---------------------------------------------------------------------------------------------------------------- one case


def answer(name: str, *values: str):
    return cases.answer(cases.calculator(name), values)


def test_a_calculator_answers_with_its_working():
    found = answer("bsa-mosteller", "height=165 cm", "weight=60 kg")
    assert found.working == ("BSA [m²] = √(height [cm] × weight [kg] ÷ 3600)", "√(165 × 60 ÷ 3600) = 1.658312 m²")


@pytest.mark.parametrize("name", ["bsa-mosteller", "bsa_mosteller"])
def test_a_calculator_is_found_with_hyphens_and_with_underscores(name):
    assert cases.calculator(name).name == "bsa_mosteller"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("bsa-mosteler", "did you mean 'bsa-mosteller'?"),
        ("x", "'dosewright calc list' shows them all"),
        ("", "shows them"),
    ],
)
def test_a_calculator_that_is_not_there_is_refused_with_the_nearest_that_is(name, hint):
    with pytest.raises(Mistake) as refused:
        cases.calculator(name)
    assert hint in str(refused.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "bsa-mosteller: needs height and weight, which are missing"),
        (["height=165 cm"], "bsa-mosteller: needs weight, which is missing"),
        (["height=165", "weight=60 kg"], "height: needs a height with its unit"),
        (["height=165 cm", "weight=60 kg", "height=170 cm"], "height: needs each argument once"),
        (["height=165 cm", "waist=60 kg"], r"needs an argument of bsa-mosteller \(height, weight\)"),
        (["165 cm", "60 kg"], "needs ARGUMENT=VALUE"),
        (["=165 cm", "weight=60 kg"], "needs an argument of bsa-mosteller"),
        (["height=165 cm=1", "weight=60 kg"], "height: needs a height with its unit"),
    ],
)
def test_a_wrong_call_says_what_was_needed(values, words):
    with pytest.raises(Mistake, match=words):
        answer("bsa-mosteller", *values)


def test_of_several_formulas_the_one_for_this_case_is_shown():
    # Livingston and Lee have one formula below 10 kg and another from there on.
    shown = [answer("bsa-livingston-lee", f"weight={kg} kg").working[0] for kg in (9, 10)]
    assert shown[0] != shown[1]


def test_the_working_multiplies_out():
    # 85 × 1.6583 = 140.9555
    assert answer("dose-per-area", "dose=85 mg/m2", "surface=1.6583 m2").working[-1] == "85 × 1.6583 = 140.9555 mg"


@pytest.mark.parametrize("name", catalogue())
def test_the_example_that_a_message_shows_is_an_answerable_call(name):
    found = catalogue()[name]
    with pytest.raises(Mistake) as refused:
        cases.answer(found, [])
    assert found.command in str(refused.value)


# ----------------------------------------------------------------------------------------------------------------- a table


@pytest.fixture
def table(tmp_path):
    """Compute a table given as text or bytes, and return the rows that were written."""

    def compute(content, name: str = "bsa-mosteller"):
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        cases.calculate(cases.calculator(name), str(source), str(target), progress=lambda rows: None)
        return list(csv.reader(io.StringIO(target.read_bytes().decode("utf-8"), newline="")))

    return compute


def test_a_unit_stands_in_the_cell_or_in_the_header(table):
    expected = ["1.6583123952", ""]
    assert table("height,weight\n165 cm,60 kg\n")[1][-2:] == expected
    assert table("height [cm],weight [kg]\n165,60\n")[1][-2:] == expected
    assert table("weight [kg],height\n60,1.65 m\n")[1][-2:] == expected


def test_the_result_has_its_unit_in_its_header(table):
    assert table("height,weight\n165 cm,60 kg\n")[0] == ["height", "weight", "result [m2]", "refused"]


def test_other_columns_are_carried_along(table):
    rows = table("id,height [cm],note,weight [kg]\n0042,165,張三,60\n")
    assert rows[1] == ["0042", "165", "張三", "60", "1.6583123952", ""]


def test_a_result_of_several_parts_has_a_column_for_each(table):
    rows = table("dose [mg],step [mg]\n140.96,1\n", "round-to-step")
    assert rows == [
        ["dose [mg]", "step [mg]", "result ordered [mg]", "result calculated [mg]", "result deviation [%]", "result rounded_down", "refused"],
        ["140.96", "1", "141", "140.96", "0.0283768445", "no", ""],
    ]  # fmt: skip


def test_every_result_has_a_plain_unit_in_its_header():
    headers = [one.header for found in catalogue().values() for one in cases._outputs(found.function)]
    assert [one for one in headers if "{" in one] == []


def test_a_result_is_in_the_unit_in_which_it_is_told(table):
    rows = table("bilirubin,inr,creatinine,dialysis\n32.4976 µmol/L,1.2 INR,1.3 mg/dL,no\n", "meld")
    told = dict(zip(rows[0], rows[1], strict=True))
    names = ["result bilirubin_used [mg/dL]", "result inr_used [INR]", "result creatinine_used [mg/dL]"]
    assert ["result score [points]" in told, *(told[name][:3] for name in names)] == [True, "1.9", "1.2", "1.3"]


def test_an_optional_argument_may_be_empty(table):
    rows = table("dose [mg],step [mg],cap [mg]\n140.96,1,140.99\n140.96,1,\n", "round-to-step")
    assert [row[3] for row in rows[1:]] == ["140", "141"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("165 cm,60", "weight: needs a weight with its unit"),
        ("165,60 kg", "height: needs a height with its unit"),
        ('"1,65 m",60 kg', "write a decimal point"),
        (",60 kg", "height: needs a height with its unit (cm, m, in), for example '165 cm'; got nothing"),
        ("1E+02 cm,60 kg", "no exponent"),
        ("=165 cm,60 kg", "got '=165 cm'"),
        ("165 cm", "needs 2 cells; got '165 cm' (these are 1)"),
        ("165 cm,60 kg,9", "needs 2 cells; got '165 cm,60 kg,9' (these are 3)"),
        ("", "needs 2 cells"),
        ("60 kg,165 cm", "height: needs a height with its unit"),
        ("5 cm,60 kg", "height must lie between"),
    ],
)
def test_a_row_that_is_refused_says_why_in_its_own_column(table, cells, words):
    good = "165 cm,60 kg"
    rows = table(f"height,weight\n{good}\n{cells}\n{good}\n")
    assert [len(row) for row in rows] == [4] * 4
    assert (rows[1][2:], rows[3][2:], rows[2][2]) == (["1.6583123952", ""], ["1.6583123952", ""], "")
    assert words in rows[2][3]


def test_a_row_that_the_calculator_refuses_stands_beside_the_rest(table):
    # Three vials of 60 mg and more than sixty vials of 1 mg.
    rows = table('dose [mg],sizes\n141,"50 mg, 100 mg"\n141,1 mg\n', "vials-for")
    assert (rows[1][-1], "more than 60 vials would be needed" in rows[2][-1]) == ("", True)


@pytest.mark.parametrize("count", [0, 1, 2, 100])
def test_rows_in_are_rows_out(table, count):
    chance = random.Random(count)
    lines = [chance.choice(["165 cm,60 kg", "165,60", "x", "", "1,2,3"]) for _ in range(count)]
    rows = table("height,weight\n" + "".join(f"{line}\n" for line in lines))
    assert len(rows) == count + 1


def test_a_row_computed_in_a_column_is_the_row_computed_alone(table):
    # Grouped by unit, with refused rows between; each result is what the calculator answers to that row alone.
    chance = random.Random("column")
    lines, expected = [], []
    for _ in range(300):
        height, weight = f"{chance.randrange(100, 230)} cm", f"{chance.randrange(300, 2000) / 10} kg"
        if chance.random() < 0.2:
            height = f"{float(height[:-3]) / 100} m"
        if chance.random() < 0.1:
            weight = weight[:-3]
            expected.append("")
        else:
            surface = bsa_mosteller(height=quantity(height), weight=quantity(weight)).m_as("m²")
            expected.append(f"{surface:.10f}".rstrip("0").rstrip("."))
        lines.append(f"{height},{weight}")
    rows = table("height,weight\n" + "\n".join(lines) + "\n")
    assert [row[2] for row in rows[1:]] == expected


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://x")', "@SUM(1)", "\t=cmd|' /C calc'!A0", "+1", "-1+cmd|' /C calc'!A0"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_kept_as_text(table, cell):
    # C08 to C10 of the bad inputs.
    out = io.StringIO()
    csv.writer(out).writerow([cell, "165 cm", "60 kg"])
    assert table("note,height,weight\n" + out.getvalue())[1][0] == f"'{cell}"


def test_a_cell_that_would_end_its_row_does_not(table):
    # A lone carriage return, as old systems end a line.
    rows = table('note,height,weight\n"a\rb",165 cm,60 kg\n"\r=1",165 cm,60 kg\n')
    assert [row[0] for row in rows[1:]] == ["a\nb", "'\n=1"]


def test_a_header_that_a_spreadsheet_would_run_is_kept_as_text(table):
    assert table("=1+1,height,weight\nx,165 cm,60 kg\n")[0][0] == "'=1+1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        # C01, C03, C11 to C13 and C23 of the bad inputs, and their kin.
        (b"height;weight\n165 cm;60 kg\n", "needs a column for height and weight, for example 'height [cm],weight [kg]'"),
        (b"height;weight\n165 cm;60 kg\n", "(the columns are separated by commas)"),
        (b"height,weight,weight\n165 cm,60 kg,6 kg\n", ":1: needs each column once; got 'weight'"),
        (b"height,weight [kg],weight [lb]\n165 cm,60,6\n", ":1: needs each column once; got 'weight [lb]'"),
        (b"height,height [cm],weight\n", ":1: needs each column once"),
        (b"height [cm],weight [cm]\n165,60\n", ":1: needs a unit of weight (kg, g, lb); got 'weight [cm]'"),
        (b"height [feet],weight\n", ":1: needs a unit of height (cm, m, in)"),
        (b"height,weight\n165 cm,60 kg\x00\n", ":2: needs plain text (there stands an invisible character)"),
        ("height,weight,name\n165 cm,60 kg,张三\n".encode("gb18030"), ": needs a file in UTF-8"),
        (b'height,weight\n165 cm,"60 kg\n165 cm,60 kg\n', ": needs a CSV table (unexpected end of data)"),
        (b'height,weight\n165 cm,"60" kg\n', ":2: needs a CSV table"),
        (b"", ": needs a table with a header, for example 'height [cm],weight [kg]'"),
        (b"165 cm,60 kg\n", "needs a column for height and weight"),
        (b"height,weight\n" + b"9" * 200_000 + b",60 kg\n", ":2: needs a CSV table (field larger than field limit"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_whole(table, tmp_path, content, words):
    with pytest.raises(Mistake) as refused:
        table(content)
    assert words in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_the_mark_with_which_a_spreadsheet_begins_a_file_is_no_part_of_the_header(table):
    # C02 of the bad inputs.
    assert table("\ufeffheight,weight\n165 cm,60 kg\n")[0][0] == "height"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_line_may_end_as_other_systems_end_it(table, ending):
    rows = table(f"height,weight{ending}165 cm,60 kg{ending}165 cm,60 kg")
    assert [row[2] for row in rows[1:]] == ["1.6583123952"] * 2


def test_a_quoted_cell_may_hold_what_separates_cells(table):
    rows = table('note,height,weight\n"a, ""b""\nc",165 cm,60 kg\n')
    assert rows[1][0] == 'a, "b"\nc'


def test_the_input_is_never_written_over(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("height,weight\n165 cm,60 kg\n")
    with pytest.raises(Mistake, match="--out: needs another file than the input"):
        cases.calculate(MOSTELLER, str(source), f"{tmp_path}/./in.csv", progress=lambda rows: None)


@pytest.mark.parametrize("source", ["not-there.csv", "."])
def test_a_table_that_cannot_be_read_is_told_so(tmp_path, source):
    with pytest.raises(Mistake, match="a file that can be read"):
        cases.calculate(MOSTELLER, f"{tmp_path}/{source}", str(tmp_path / "out.csv"), progress=lambda rows: None)


def test_a_table_that_cannot_be_written_is_told_so(tmp_path):
    (tmp_path / "in.csv").write_text("height,weight\n165 cm,60 kg\n")
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match="a file that can be written"):
        cases.calculate(
            MOSTELLER, str(tmp_path / "in.csv"), str(tmp_path / "file" / "out.csv"), progress=lambda rows: None
        )


def test_an_earlier_result_stays_where_a_new_one_fails(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"height,weight\n165 cm,60 kg\n165 cm,60 kg\x00\n")
    (tmp_path / "out.csv").write_text("earlier")
    with pytest.raises(Mistake):
        cases.calculate(MOSTELLER, str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), progress=lambda rows: None)
    assert sorted((path.name, path.read_text("utf-8")[:7]) for path in tmp_path.iterdir())[1] == ("out.csv", "earlier")


# ------------------------------------------------------------------------------------------------------- of any length


STREAM = """
import resource, sys
from dosewright import cases
cases.calculate(cases.calculator("bsa-mosteller"), sys.argv[1], sys.argv[2], progress=lambda rows: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def memory_for(tmp_path, rows: int) -> int:
    """The most memory, in kB, that a table of so many rows takes."""
    source = tmp_path / f"{rows}.csv"
    source.write_text("height [cm],weight [kg]\n" + "165,60\n" * rows)
    done = subprocess.run(
        [sys.executable, "-c", STREAM, str(source), str(tmp_path / "out.csv")],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(resource.getpagesize() == 0, reason="needs a system that counts memory")
def test_a_table_ten_times_as_long_takes_hardly_more_memory(tmp_path):
    # 25,000 and 250,000 rows: the longer one is 1.7 MB of text, and read whole as cells it would take 60 MB more.
    short, long = memory_for(tmp_path, 25_000), memory_for(tmp_path, 250_000)
    assert long - short < 20_000


def test_the_rows_are_counted_as_they_are_done(tmp_path, monkeypatch):
    monkeypatch.setattr(cases, "CHUNK", 10)
    (tmp_path / "in.csv").write_text("height,weight\n" + "165 cm,60 kg\n" * 25)
    seen = []
    done = cases.calculate(MOSTELLER, str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), progress=seen.append)
    assert (seen, done) == ([10, 20, 25], (0, 25))
