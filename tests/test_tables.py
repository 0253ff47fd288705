"""Tables of orders, and what may be wrong with them: every mistake is told with its place, and every row is answered."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from dosewright import order_lines, tables, usual
from dosewright.checks import check_table
from dosewright.errors import Mistake, Mistakes
from dosewright.orders.check import REASONS, Override
from dosewright.orders.rules.fields import hours_since
from dosewright.repeats import _bits_of_texts, repeated
from dosewright.tables import field_of, layout, open_table, part_of

from . import as_tables, ordered, rulings
from .as_tables import a_mapping, read_rows, told_of, write_csv


@pytest.fixture
def csv_of(tmp_path):
    """A CSV file with these lines."""

    def made(*lines: str) -> str:
        path = tmp_path / "orders.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return str(path)

    return made


@pytest.fixture
def parquet_of(tmp_path):
    """A Parquet file with these columns."""

    def made(**columns: Any) -> str:
        path = tmp_path / "orders.parquet"
        pq.write_table(pa.table(columns), path)
        return str(path)

    return made


def refused(header: list[str], data: dict[str, Any] | None = None) -> str:
    """What is said of a table with these columns, and a mapping of this content."""
    with pytest.raises((Mistake, Mistakes)) as caught:
        layout(header, "orders.csv", None if data is None else a_mapping(data))
    return str(caught.value)


# ------------------------------------------------------------------------------------------------------------- the columns


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("weight", "order"),
        ("oxaliplatin.dose", "line"),
        ("beads.drug", "beads"),
        ("lab.albumin.on", "lab"),
        ("before.doxorubicin.total", "before"),
    ],
)
def test_a_path_names_a_part_of_the_order(path, part):
    assert part_of(path) == part
    assert field_of(path).of == part  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["wait", "oxaliplatin.dosis", "lab.value", "before.total", "lab.a.b.value", "repeats", "oxaliplatin.lines"])  # fmt: skip
def test_a_path_of_no_field_names_none(path):
    assert field_of(path) is None


def test_columns_are_known_by_their_own_names_with_or_without_a_unit():
    plan = layout(["weight [kg]", "height[cm]", "cycle", "ward"], "orders.csv", None)
    assert [(one.path, one.unit) for one in plan.columns] == [("weight", "kg"), ("height", "cm"), ("cycle", "")]
    assert plan.unused == ("ward",)


def test_a_mapped_column_that_is_not_there_is_told_with_those_that_are():
    told = refused(["kg"], {"columns": {"KG": "weight [kg]"}})
    assert "needs a column of the table" in told
    assert "there are kg" in told
    assert "mapping.yaml:1:" in told


def test_a_field_that_does_not_exist_is_told():
    assert "needs a field of an order, for example 'oxaliplatin.dose'; got 'dosis'" in refused(
        ["a"], {"columns": {"a": "dosis"}}
    )


def test_a_field_that_only_the_tool_notes_cannot_be_mapped():
    assert "got 'repeats'" in refused(["a"], {"columns": {"a": "repeats"}})


@pytest.mark.parametrize("unit", ["cm", "mg/m2", "lbs", "kG"])
def test_a_unit_of_another_field_is_told_with_those_that_may_stand_there(unit):
    told = refused([f"weight [{unit}]"])
    assert "needs a unit of weight (kg" in told
    assert f"got 'weight [{unit}]'" in told


def test_a_unit_where_there_is_none_is_told():
    assert "needs a unit of cycle (it has none)" in refused(["cycle [1]"])


def test_two_columns_for_one_field_are_told():
    assert "needs one column for weight; got 'weight [lb]'" in refused(["weight [kg]", "weight [lb]"])


def test_two_mapped_columns_for_one_field_are_told():
    assert "one column for weight" in refused(["a", "b"], {"columns": {"a": "weight [kg]", "b": "weight [kg]"}})


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("wieght", "weight"),
        ("oxaliplatin.dosis", "oxaliplatin.dose"),
        ("lab.albumin.valeu", "lab.albumin.value"),
        ("laboratry.x", "lab.neutrophils.value"),
        ("laboratory.albumin.value", "lab.neutrophils.value"),
        ("lab.value", "lab.neutrophils.value"),
        ("bead.offered", "beads.offered"),
    ],
)
def test_of_a_field_that_does_not_exist_the_nearest_is_told(path, meant):
    assert f"got '{path}' (did you mean '{meant}'?)" in refused(["a"], {"columns": {"a": path}})
    assert f"(did you mean '{meant}'?)" in refused(["a"], {"columns": {"a": "cycle"}, "constants": {path: "1"}})


def test_a_field_that_is_like_no_other_is_told_without_a_guess():
    assert refused(["a"], {"columns": {"a": "zzz"}}).endswith("got 'zzz'")


def test_of_a_table_of_lines_the_nearest_field_of_a_line_is_told():
    data = {"rows": "lines", "columns": {"a": "id", "b": "drug", "c": "diluant"}}
    assert "(did you mean 'diluent'?)" in refused(["a", "b", "c"], data)


def told_of_a_mapping(text: str) -> str:
    """What is said of a mapping file with these lines, of a table with the columns a and b."""
    with pytest.raises((Mistake, Mistakes)) as caught:
        layout(["a", "b"], "orders.csv", tables.load_mapping(text.encode(), "mapping.yaml"))
    return str(caught.value)


def test_a_wrong_unit_of_a_mapping_is_told_with_its_line_and_as_it_stands_there():
    assert told_of_a_mapping('schema: "1"\ncolumns:\n  a: {field: weight, unit: stone}\n  b: height [kg]\n') == (
        "mapping.yaml:3:28 columns, a, unit: needs a unit of weight (kg, g, lb); got 'stone'\n"
        "mapping.yaml:4:6 columns, b: needs a unit of height (cm, m, in); got 'kg'"
    )


def test_a_field_that_is_mapped_twice_is_told_with_the_line_of_the_second():
    assert told_of_a_mapping('schema: "1"\ncolumns:\n  a: weight [kg]\n  b: weight [lb]\n') == (
        "mapping.yaml:4:6 columns, b: needs one column for weight; got 'b' ('a' is that already)"
    )


def test_all_mistakes_of_a_mapping_are_told_at_once():
    told = refused(
        ["a", "b"], {"columns": {"a": "dosis", "c": "weight", "b": "height [kg]"}, "constants": {"cycle": "one"}}
    )
    assert [words in told for words in ("dosis", "got 'c'", "unit of height", "whole number")] == [True] * 4


def test_a_table_of_no_known_column_says_what_is_needed():
    assert "needs columns that are known, or a mapping file" in refused(["ward", "bed"])


@pytest.mark.parametrize("columns", [{"a": "id"}, {"a": "drug"}])
def test_a_table_of_lines_needs_the_order_and_the_drug(columns):
    assert "columns for 'id' and 'drug'" in refused(["a"], {"rows": "lines", "columns": columns})


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"columns": {"a": {"field": "on", "days": "month-year"}}}, "year-month-day"),
        ({"columns": {"a": {"felt": "on"}}}, "felt"),
        ({"columns": {"a": "on"}, "rows": "patients"}, "orders"),
        ({"rows": "orders"}, "columns"),
    ],
)
def test_a_mapping_that_is_none_is_told(data, told):
    with pytest.raises((Mistake, Mistakes), match=told):
        a_mapping(data)


def test_one_column_may_fill_two_fields(csv_of):
    mapping = a_mapping({"columns": {"day": {"field": ["on", "weight_on"]}}})
    found, _ = read_rows(csv_of("day", "2026-11-23"), mapping)
    assert found == {"on": [rulings.ON], "weight_on": [rulings.ON]}


def test_a_constant_holds_for_every_row(csv_of):
    mapping = a_mapping({"columns": {"kg": "weight [kg]"}, "constants": {"protocol": "haic-folfox", "cycle": "2"}})
    found, _ = read_rows(csv_of("kg", "60", "61"), mapping)
    assert found == {"weight": [60.0, 61.0], "protocol": ["haic-folfox"] * 2, "cycle": [2.0] * 2}


def test_words_of_a_stranger_are_translated_where_the_mapping_says_so(csv_of):
    mapping = a_mapping({"columns": {"r": {"field": "oxaliplatin.route", "words": {"IA": "hepatic intra-arterial"}}}})
    found, _ = read_rows(csv_of("r", "IA", "IV"), mapping)
    assert found == {"oxaliplatin.route": ["hepatic intra-arterial", "IV"]}


# --------------------------------------------------------------------------------------------------------------- the files


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_a_file_that_is_not_there_is_told(ending, tmp_path):
    with pytest.raises(Mistake, match="that can be read"):
        open_table(str(tmp_path / f"none{ending}"))


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
def test_a_file_that_is_of_another_kind_is_told(ending, tmp_path):
    path = tmp_path / f"orders{ending}"
    path.write_text("weight [kg]\n60\n", "utf-8")
    with pytest.raises(Mistake, match="that can be read"):
        open_table(str(path))


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
def test_an_empty_file_is_told(ending, tmp_path):
    path = tmp_path / f"orders{ending}"
    path.write_bytes(b"")
    with pytest.raises(Mistake, match="that can be read"):
        open_table(str(path))


def test_an_empty_csv_needs_a_header(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"")
    with pytest.raises(Mistake, match="a table with a header"):
        open_table(str(path))


def test_an_empty_sheet_needs_a_header(tmp_path):
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet()
    with pytest.raises(Mistake, match="a table with a header"):
        open_table(str(path))


def test_a_csv_in_another_encoding_is_told(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes("patient\nMüller\n".encode("latin-1"))
    with pytest.raises(Mistake, match="UTF-8"):
        read_rows(str(path))


@pytest.mark.parametrize(("mark", "called"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_table_that_is_not_separated_by_commas_is_one_message_with_an_example(mark, called, csv_of):
    names = ["Name", "Größe, gemessen (cm)", "Gewicht (kg)", "Tag"]
    with pytest.raises(Mistake) as caught:
        open_table(csv_of(mark.join(names), mark.join(["Li Na", "165,5", "60,2", "23.11.2026"])))
    told = (
        "needs a table separated by commas, for example 'Name,Größe gemessen (cm),Gewicht (kg)' "
        f"(this one is separated by {called}; save it with commas, and with points in the numbers)"
    )
    assert str(caught.value).partition("orders.csv:1: ")[2] == told


def test_the_line_by_which_excel_names_its_separator_is_told_too(csv_of):
    with pytest.raises(Mistake, match="separated by semicolons"):
        open_table(csv_of("sep=;", "weight;height", "60;165"))


@pytest.mark.parametrize("header", ["ward; bed,cycle", "weight [kg]", '"a;b",c,d'])
def test_a_semicolon_in_the_name_of_a_column_separates_nothing(header, csv_of):
    assert len(open_table(csv_of(header)).header) == len(header.replace('"a;b"', "a").split(","))


def test_a_column_that_stands_twice_is_told(csv_of):
    with pytest.raises(Mistake, match="each column once; got 'cycle'"):
        open_table(csv_of("cycle,cycle", "1,2"))


@pytest.mark.parametrize("ending", as_tables.WRITERS)
def test_a_table_without_rows_is_refused_and_nothing_is_told_of_it(ending, tmp_path):
    path = as_tables.WRITERS[ending](tmp_path / f"orders{ending}", ["weight [kg]", "cycle"], [])
    with pytest.raises(Mistake, match="needs at least one order"):
        told_of(path)


# --------------------------------------------------------------------------------------------------------------- the cells


def unreadable(path: str, mapping: as_tables.Mapped | None = None) -> list[str | None]:
    return read_rows(path, mapping)[1]


@pytest.mark.parametrize("text", ["60,5", "1 000", "1,000", "NaN", "nan", "inf", "-inf", "1e2", "0x3C", "60 kg", "sixty", "060", "-60", "６０", "60.", ".5", "+60"])  # fmt: skip
def test_what_is_no_plain_number_is_noted_with_its_column_and_no_other_row_suffers(text, csv_of):
    quoted = f'"{text}"'
    found, notes = read_rows(csv_of("weight [kg],cycle", "60,1", f"{quoted},1", "61,1"))
    assert found["weight"][::2] == [60.0, 61.0]
    assert found["weight"][1] != found["weight"][1]
    assert (notes[0], notes[2]) == (None, None)
    assert notes[1].startswith("weight [kg]: ")  # type: ignore[union-attr]


def test_unknown_and_blank_are_not_known_and_no_mistake(csv_of):
    found, notes = read_rows(csv_of("weight [kg],sex,cycle", "unknown,unknown,1", ",,1", " ,Unknown,2"))
    assert [value != value for value in found["weight"]] == [True, True, True]
    assert found["sex"] == [None, None, None]
    assert notes == [None, None, None]


@pytest.mark.parametrize("text", ["24.9999", "0", "700.1", "1000000"])
def test_a_number_that_no_value_of_the_field_can_be_is_noted_or_checked(text, csv_of):
    found, notes = read_rows(csv_of("weight [kg]", text))
    within = 0.3 <= float(text) <= 700
    assert (notes == [None]) == within
    assert (found["weight"][0] == float(text)) == within


@pytest.mark.parametrize(
    ("text", "read"), [("1", True), ("1.5", False), ("0", False), ("100", False), ("-1", False), ("01", False)]
)
def test_a_count_is_a_whole_number_within_its_bounds(text, read, csv_of):
    assert (unreadable(csv_of("cycle", text)) == [None]) == read


def test_units_are_converted(csv_of):
    found, _ = read_rows(csv_of("weight [lb],fluorouracil.dose [g]", "132.277357,2.4"))
    assert [round(found["weight"][0], 5), found["fluorouracil.dose"]] == [60.0, [2400.0]]


def test_a_number_without_a_unit_is_noted_in_each_cell_of_text(csv_of):
    assert unreadable(csv_of("weight,cycle", "60,1"))[0].startswith("weight: ")  # type: ignore[union-attr]


def test_a_cell_may_bring_its_own_unit_where_the_column_has_none(csv_of):
    found, notes = read_rows(csv_of("weight", "60 kg", "132 lb", "60"))
    assert [round(one, 2) for one in found["weight"][:2]] == [60.0, 59.87]
    assert [note is None for note in notes] == [True, True, False]


def test_a_column_of_numbers_without_a_unit_is_refused_as_a_whole(parquet_of):
    with pytest.raises(Mistake, match="the unit of weight"):
        read_rows(parquet_of(weight=[60.0]))


def test_a_column_of_numbers_for_words_is_refused(parquet_of):
    with pytest.raises(Mistake, match="got 'a column of numbers'"):
        read_rows(parquet_of(sex=[1.0]))


def test_a_column_of_another_sort_is_refused(parquet_of):
    with pytest.raises(Mistake, match="text, numbers or days"):
        read_rows(parquet_of(weight=pa.array([[1.0]])))


@pytest.mark.parametrize("value", [float("inf"), -1.0, 0.0, 701.0])
def test_a_number_of_parquet_that_no_weight_can_be_is_noted(value, parquet_of):
    found, notes = read_rows(parquet_of(**{"weight [kg]": [60.0, value]}))
    assert (found["weight"][0], notes[0]) == (60.0, None)
    assert found["weight"][1] != found["weight"][1]
    assert "a number between 0.3 and 700" in notes[1]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("head", "text", "told"),
    [
        ("height [m]", "172", "a number between 0.2 and 2.8 m; got '172'"),
        ("height [cm]", "1.72", "a number between 20 and 280 cm; got '1.72'"),
        ("weight [g]", "60", "a number between 300 and 700,000 g; got '60'"),
        ("cycle", "100", "a whole number between 1 and 99"),
    ],
)
def test_limits_are_told_in_the_unit_of_the_column(head, text, told, csv_of):
    assert told in unreadable(csv_of(f"{head},day", f"{text},1"))[0]  # type: ignore[operator]


@pytest.mark.parametrize("value", [None, float("nan")])
def test_null_and_nan_of_parquet_are_not_known(value, parquet_of):
    weights = pa.array([60.0, value], pa.float64())
    found, notes = read_rows(parquet_of(**{"weight [kg]": weights, "cycle": [1, 2]}))
    assert found["weight"][1] != found["weight"][1]
    assert notes == [None, None]


def test_days_and_moments_of_parquet_are_read(parquet_of):
    day, moment = dt.date(2026, 11, 23), dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)
    starts = pa.array([moment], pa.timestamp("us", tz="Asia/Shanghai"))
    found, _ = read_rows(parquet_of(on=[day], **{"oxaliplatin.start": starts}))
    assert found == {"on": [rulings.ON], "oxaliplatin.start": [rulings.NINE]}


def test_a_moment_of_parquet_without_a_zone_is_refused(parquet_of):
    with pytest.raises(Mistake, match="offset from UTC"):
        read_rows(parquet_of(**{"oxaliplatin.start": [dt.datetime(2026, 11, 23, 9)]}))  # noqa: DTZ001


def test_yes_and_no_may_be_true_and_false(parquet_of):
    found, _ = read_rows(parquet_of(consent=[True, False, None]))
    assert found == {"consent": ["yes", "no", None]}


def test_a_column_without_any_value_is_no_mistake(parquet_of):
    found, notes = read_rows(parquet_of(consent=pa.nulls(2), cycle=[1, 2]))
    assert (found["cycle"], notes) == ([1.0, 2.0], [None, None])


def test_a_dose_per_area_in_a_column_of_doses_is_told_apart(csv_of):
    found, notes = read_rows(csv_of("oxaliplatin.dose", "141 mg", "85 mg/m2", "5 mg/kg"))
    assert found["oxaliplatin.unit"] == [None, "mg/m²", "mg/kg"]
    assert found["oxaliplatin.dose"][0] == 141.0
    assert notes == [None] * 3


def test_the_figure_of_the_dose_goes_to_the_field_of_its_basis(csv_of):
    found, _ = read_rows(csv_of("oxaliplatin.dose_per", "85 mg/m2", "5 mg/kg", "1.2 g"))
    assert [found[f"oxaliplatin.{name}"][row] for row, name in enumerate(("dose_per", "dose_per_kg", "flat"))] == [
        85.0,
        5.0,
        1200.0,
    ]


def test_the_unit_of_a_laboratory_column_is_that_of_its_values(csv_of):
    found, _ = read_rows(csv_of("lab.albumin.value [g/dL]", "3.8"))
    assert found == {"lab.albumin.value": [3.8], "lab.albumin.unit": ["g/dL"]}


# --------------------------------------------------------------------------------------------------------------------- days


@pytest.mark.parametrize("text", ["23/11/2026", "11/23/2026", "23.11.2026", "2026/11/23", "20261123", "2026-13-01", "2026-02-30", "45984"])  # fmt: skip
def test_a_date_in_another_order_is_noted_where_no_mapping_says_so(text, csv_of):
    found, notes = read_rows(csv_of("on", "2026-11-23", text))
    assert (found["on"][0], notes[0]) == (rulings.ON, None)
    assert notes[1].startswith("on: ")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("day-month-year", "23/11/2026"),
        ("day-month-year", "23.11.2026"),
        ("month-day-year", "11/23/2026"),
        ("month-day-year", "11-23-2026"),
    ],
)
def test_a_date_in_another_order_is_read_where_the_mapping_says_so(order, text, csv_of):
    mapping = a_mapping({"columns": {"d": {"field": "on", "days": order}}})
    assert read_rows(csv_of("d", text), mapping)[0] == {"on": [rulings.ON]}


def test_a_day_of_one_digit_is_read(csv_of):
    mapping = a_mapping({"columns": {"d": {"field": "on", "days": "day-month-year"}}})
    assert read_rows(csv_of("d", "3/4/2026"), mapping)[0] == {"on": [ordered.day(dt.date(2026, 4, 3))]}


@pytest.mark.parametrize("order", ["day-month-year", "month-day-year"])
def test_a_date_with_its_year_first_is_read_whatever_order_the_mapping_says(order, csv_of):
    mapping = a_mapping({"columns": {"d": {"field": "on", "days": order}}})
    assert read_rows(csv_of("d", "2026-11-23"), mapping) == ({"on": [rulings.ON]}, [None])


def test_a_cell_of_a_spreadsheet_that_is_a_date_is_read_whatever_order_the_mapping_says(tmp_path):
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "d")
        sheet.write_datetime(1, 0, dt.datetime(2026, 11, 23), book.add_format({"num_format": "dd.mm.yyyy"}))  # noqa: DTZ001
        sheet.write_string(2, 0, "23.11.2026")
    mapping = a_mapping({"columns": {"d": {"field": "on", "days": "day-month-year"}}})
    assert read_rows(str(path), mapping) == ({"on": [rulings.ON] * 2}, [None] * 2)


def test_a_date_that_is_said_to_be_unknown_is_no_mistake_in_any_order(csv_of):
    mapping = a_mapping({"columns": {"d": {"field": "on", "days": "day-month-year"}}})
    assert unreadable(csv_of("d", "unknown"), mapping) == [None]


@pytest.mark.parametrize("text", ["2026-23-11", "11/23/2026", "23/11/26", "32/01/2026"])
def test_a_date_that_is_not_in_the_order_of_the_mapping_is_noted(text, csv_of):
    mapping = a_mapping({"columns": {"d": {"field": "on", "days": "day-month-year"}}})
    assert unreadable(csv_of("d", text), mapping)[0].startswith("d: ")  # type: ignore[union-attr]


# ------------------------------------------------------------------------------------------------------------- spreadsheets


def test_a_spreadsheet_is_read_with_numbers_days_and_answers_as_they_stand_there(tmp_path):
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["weight [kg]", "on", "consent", "patient", "cycle"])
        sheet.write_number(1, 0, 60.5)
        sheet.write_datetime(1, 1, dt.datetime(2026, 11, 23), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
        sheet.write_boolean(1, 2, True)
        sheet.write_string(1, 3, "Li Na")
        sheet.write_number(1, 4, 2)
    found, notes = read_rows(str(path))
    assert {name: one[0] for name, one in found.items()} == {
        "weight": 60.5, "on": rulings.ON, "consent": "yes", "patient": "Li Na", "cycle": 2.0,
    }  # fmt: skip
    assert notes == [None]


def test_of_a_formula_the_value_that_was_saved_counts(tmp_path):
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["weight [kg]", "cycle"])
        sheet.write_formula(1, 0, "=30+30", None, 60)
        sheet.write_number(1, 1, 1)
    assert read_rows(str(path))[0]["weight"] == [60.0]


def test_a_formula_that_failed_is_not_known_and_never_a_number(tmp_path):
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["weight [kg]", "cycle"])
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_number(1, 1, 1)
    weight = read_rows(str(path))[0]["weight"][0]
    assert weight != weight


def test_a_formula_in_text_is_text_and_is_not_run(csv_of):
    found, notes = read_rows(csv_of("weight [kg],patient", "=1+1,=1+1"))
    assert found["patient"] == ["=1+1"]
    assert notes[0].startswith("weight [kg]: ")  # type: ignore[union-attr]


# ---------------------------------------------------------------------------------------- rows in, rows answered, in any chunks


def some_orders(count: int) -> list[ordered.Order]:
    """Sound orders of one arm, each of another patient."""
    table = ordered.columns("haic-folfox", count, 4)
    return [ordered.row(table, place) for place in range(count)]


@pytest.mark.parametrize("line", ["60", "60,1,2", '"60", 1, 2, 3'])
def test_a_row_of_too_few_or_too_many_cells_is_refused_with_its_number_and_the_others_are_answered(line, csv_of):
    summary, told = told_of(csv_of("weight [kg],protocol", "60,haic-folfox", line, "61,haic-folfox"))
    refusals = [(one["row"], one["measured"]) for one in told if one["rule"] == "unreadable"]
    assert refusals == [(3, f"2 cells are needed, and these are {line.count(',') + 1}")]
    assert {one["row"] for one in told} == {2, 3, 4}
    assert (summary.rows, summary.orders) == (3, 3)


def around_a_row(count: int, cells: list[str], tmp_path: Path, ending: str = ".csv") -> list[dict[str, Any]]:
    """What is told of a row with these cells, in the middle of so many orders."""
    header, rows = as_tables.table_of(some_orders(max(count, 1)))
    middle = [*rows[: count // 2], cells or [""] * len(header), *rows[count // 2 : count]]
    _, told = told_of(as_tables.WRITERS[ending](tmp_path / f"orders{ending}", header, middle))
    return [one for one in told if one["row"] == count // 2 + (1 if ending == ".parquet" else 2)]


@pytest.mark.parametrize("nearly", [None, 0.05])
@pytest.mark.parametrize("count", [0, 1, 100])
def test_a_row_that_is_none_is_told_in_one_finding_and_asked_about_no_further(count, nearly, tmp_path, monkeypatch):
    if nearly:
        monkeypatch.setattr(usual, "FEWEST", 64)
        monkeypatch.setattr(usual, "NEARLY", nearly)
    told = around_a_row(count, ["short", "row"], tmp_path)
    assert [(one["severity"], one["rule"]) for one in told] == [("refuse", "unreadable")]


@pytest.mark.parametrize("nearly", [None, 0.05])
@pytest.mark.parametrize("ending", as_tables.WRITERS)
def test_an_empty_row_is_told_in_one_finding_from_whatever_file(ending, nearly, tmp_path, monkeypatch):
    if nearly:
        monkeypatch.setattr(usual, "FEWEST", 64)
        monkeypatch.setattr(usual, "NEARLY", nearly)
    told = around_a_row(100, [], tmp_path, ending)
    assert [(one["rule"], one["measured"]) for one in told] == [("unreadable", tables.EMPTY)]


def test_an_empty_line_is_told_in_one_finding(csv_of):
    _, told = told_of(csv_of("weight [kg],protocol", "60,haic-folfox", "", "61,haic-folfox"))
    assert [(one["rule"], one["measured"]) for one in told if one["row"] == 3] == [("unreadable", tables.EMPTY)]


def test_a_row_that_is_none_counts_for_no_other_rule(csv_of):
    rows = ["60,haic-folfox", "61,haic-folfox"]
    sound, _ = told_of(csv_of("weight [kg],protocol", *rows))
    broken, _ = told_of(csv_of("weight [kg],protocol", *rows, "1,2,3"))
    assert broken.fired - sound.fired == {"unreadable": 1}
    assert (broken.unknown, broken.concerned["unreadable"]) == (sound.unknown, 1)


def test_an_unreadable_cell_is_refused_with_row_and_column(csv_of):
    _, told = told_of(csv_of("id,weight [kg],protocol", "A,60,haic-folfox", "B,sixty,haic-folfox"))
    (finding,) = [one for one in told if one["rule"] == "unreadable"]
    assert (finding["row"], finding["order"], finding["severity"]) == (3, "B", "refuse")
    assert finding["measured"].startswith("weight [kg]: ")


def test_several_unreadable_cells_of_a_row_are_told_together(csv_of):
    _, told = told_of(csv_of("weight [kg],height [cm],protocol", "sixty,tall,haic-folfox"))
    (finding,) = [one for one in told if one["rule"] == "unreadable"]
    assert [words in finding["measured"] for words in ("weight [kg]: ", "height [cm]: ")] == [True, True]


@pytest.mark.parametrize("ending", list(as_tables.WRITERS))
@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 100])
def test_in_chunks_of_any_size_every_row_is_answered_alike(chunk, ending, tmp_path, monkeypatch):
    orders = some_orders(7)
    orders[4] = orders[4] | {"oxaliplatin.dose": 1410.0}
    path = as_tables.WRITERS[ending](tmp_path / f"orders{ending}", *as_tables.table_of(orders))
    whole = told_of(path)
    monkeypatch.setattr(tables, "CHUNK", chunk)
    summary, told = told_of(path)
    assert told == whole[1]
    assert (summary.rows, summary.orders) == (7, 7)
    assert sorted({one["order"] for one in told}) == sorted(order["id"] for order in orders)


def test_the_rows_of_a_table_are_counted_as_a_spreadsheet_does_and_those_of_parquet_from_one(tmp_path):
    orders = some_orders(3)
    rows = {}
    for ending, write in as_tables.WRITERS.items():
        path = write(tmp_path / f"orders{ending}", *as_tables.table_of(orders))
        rows[ending] = sorted({one["row"] for one in told_of(path)[1]})
    assert rows == {".csv": [2, 3, 4], ".xlsx": [2, 3, 4], ".parquet": [1, 2, 3]}


@pytest.mark.parametrize("chunk", [1, 2, 100])
def test_an_order_that_stands_twice_is_found_across_chunks(chunk, tmp_path, monkeypatch):
    orders = some_orders(5)
    orders.append(orders[1] | {"id": "COPY"})
    path = write_csv(tmp_path / "orders.csv", *as_tables.table_of(orders))
    monkeypatch.setattr(tables, "CHUNK", chunk)
    _, told = told_of(path)
    found = [(one["order"], one["measured"]) for one in told if one["rule"] == "order-repeated"]
    assert found == [("COPY", "the same as row 3")]


@pytest.mark.parametrize("other", [{"cycle": 3.0}, {"identifier": "ANOTHER"}, {"protocol": "hepa-haic"}, {"day": 2.0}])
def test_an_order_of_another_patient_protocol_cycle_or_day_is_no_repetition(other, tmp_path):
    orders = some_orders(2)
    orders.append(orders[1] | {"id": "COPY"} | other)
    _, told = told_of(write_csv(tmp_path / "orders.csv", *as_tables.table_of(orders)))
    assert [one for one in told if one["rule"] == "order-repeated"] == []


@pytest.mark.parametrize("blank", ["identifier", "cycle"])
def test_orders_that_do_not_say_of_whom_they_are_repeat_nothing(blank, tmp_path):
    orders = [
        {**one, blank: None, "id": f"O{place}"} for place, one in enumerate([*some_orders(1) * 2, *some_orders(2)])
    ]
    _, told = told_of(write_csv(tmp_path / "orders.csv", *as_tables.table_of(orders)))
    repeated = [one["order"] for one in told if one["rule"] == "order-repeated"]
    assert repeated == []


def test_orders_of_two_protocols_in_one_table_are_each_held_against_their_own(tmp_path):
    orders = [ordered.normal(arm, 3) for arm in ordered.ARMS] + [
        ordered.normal("haic-folfox", 4) | {"protocol": "folfox"}
    ]
    for number, order in enumerate(orders):
        order |= {"id": f"O{number}", "identifier": f"M{number}"}
    _, told = told_of(write_csv(tmp_path / "orders.csv", *as_tables.table_of(orders)))
    refused = [(one["order"], one["rule"]) for one in told if one["severity"] == "refuse"]
    assert refused == [("O2", "protocol-unknown")]


def test_what_the_table_has_no_column_for_is_told_once(csv_of):
    summary, told = told_of(csv_of("weight [kg],height [cm],protocol", "60,165,haic-folfox", "61,165,haic-folfox"))
    assert {one["severity"] for one in told} == {"not-checked"}
    assert (summary.verdicts["not-checked"], summary.stopped) == (summary.orders, True)
    assert {"drug-missing", "missing-name", "too-early"} <= {one.rule for one in summary.never.values()}


# -------------------------------------------------------------------------------------------------------------- a row a line


def of_lines(orders: list[ordered.Order], folder: Path, **changes: Any) -> tuple[str, as_tables.Mapped]:
    header, rows = as_tables.lines_of(orders)
    for place, (name, text) in changes.items():
        rows[int(place[1:])][header.index(name)] = text
    return write_csv(folder / "lines.csv", header, rows), as_tables.by_line(header)


@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 5, 8, 100])
def test_an_order_is_never_cut_at_the_end_of_a_chunk(chunk, tmp_path, monkeypatch):
    path, mapping = of_lines(some_orders(4), tmp_path)
    monkeypatch.setattr(tables, "CHUNK", chunk)
    summary, told = told_of(path, mapping)
    assert (summary.rows, summary.orders) == (12, 4)
    assert {one["row"] for one in told} == {2, 5, 8, 11}
    assert [one["rule"] for one in told if one["severity"] in {"refuse", "blocks-release"}] == []


def test_what_is_of_the_whole_order_and_differs_between_its_lines_is_refused(tmp_path):
    path, mapping = of_lines(some_orders(2), tmp_path, r4=("weight [kg]", "99"))
    _, told = told_of(path, mapping)
    found = [(one["row"], one["measured"]) for one in told if one["rule"] == "unreadable"]
    assert found == [(5, "weight: differs between the lines of the order")]


@pytest.mark.parametrize(
    ("name", "text"), [("sex", "unknown"), ("patient", "Somebody Else"), ("on", "2026-12-01"), ("weight [kg]", "")]
)
def test_words_days_and_blanks_that_differ_are_refused_too(name, text, tmp_path):
    path, mapping = of_lines(some_orders(2), tmp_path, r5=(name, text))
    _, told = told_of(path, mapping)
    field = name.partition(" ")[0]
    assert [one["measured"] for one in told if one["rule"] == "unreadable"] == [
        f"{field}: differs between the lines of the order"
    ]


def test_an_unreadable_cell_of_any_line_is_noted_of_its_order(tmp_path):
    path, mapping = of_lines(some_orders(2), tmp_path, r5=("line.dose [mg]", "much"))
    _, told = told_of(path, mapping)
    (finding,) = [one for one in told if one["rule"] == "unreadable"]
    assert finding["row"] == 5
    assert finding["measured"].startswith("line.dose [mg]: ")


def test_a_drug_that_stands_twice_in_an_order_is_found(tmp_path):
    header, rows = as_tables.lines_of(some_orders(2))
    path = write_csv(tmp_path / "lines.csv", header, [*rows[:3], rows[2], *rows[3:]])
    summary, told = told_of(path, as_tables.by_line(header))
    found = [(one["row"], one["where"], one["measured"]) for one in told if one["rule"] == "drug-twice"]
    assert found == [(2, "fluorouracil.drug", "2 lines")]
    assert (summary.rows, summary.orders) == (7, 2)


def test_a_drug_that_is_in_no_row_of_an_order_is_missing(tmp_path):
    header, rows = as_tables.lines_of(some_orders(2))
    path = write_csv(tmp_path / "lines.csv", header, rows[:5])
    _, told = told_of(path, as_tables.by_line(header))
    assert [(one["row"], one["where"]) for one in told if one["rule"] == "drug-missing"] == [(5, "fluorouracil.drug")]


def test_a_drug_that_is_in_no_row_of_the_table_is_missing_in_each_order(tmp_path):
    header, rows = as_tables.lines_of(some_orders(2))
    path = write_csv(tmp_path / "lines.csv", header, [*rows[:2], *rows[3:5]])
    _, told = told_of(path, as_tables.by_line(header))
    assert [one["row"] for one in told if one["rule"] == "drug-missing"] == [2, 4]


def test_a_dose_of_one_line_is_held_against_that_line(tmp_path):
    # a table of lines has no column of any one line; what it says of one it says of each
    path, mapping = of_lines(some_orders(2), tmp_path, r3=("line.dose [mg]", "1"))
    _, told = told_of(path, mapping)
    assert ("oxaliplatin.dose", "dose-deviates") in {(one["where"], one["rule"]) for one in told if one["row"] == 5}


def test_without_a_key_a_line_is_that_of_its_drug(tmp_path):
    header, rows = as_tables.lines_of(some_orders(2))
    place = header.index("line.key")
    path = write_csv(
        tmp_path / "l.csv", header[:place] + header[place + 1 :], [row[:place] + row[place + 1 :] for row in rows]
    )
    summary, told = told_of(path, as_tables.by_line(header[:place] + header[place + 1 :]))
    assert summary.orders == 2
    assert [one["rule"] for one in told if one["severity"] in {"refuse", "blocks-release"}] == []


def test_a_row_without_a_number_is_an_order_of_its_own(tmp_path):
    path, mapping = of_lines(some_orders(1), tmp_path, r1=("id", ""))
    summary, _ = told_of(path, mapping)
    assert (summary.rows, summary.orders) == (3, 3)


def test_a_broken_row_of_lines_is_refused_and_the_orders_beside_it_are_answered(tmp_path):
    header, rows = as_tables.lines_of(some_orders(2))
    path = write_csv(tmp_path / "lines.csv", header, [*rows[:3], ["short"], *rows[3:]])
    summary, told = told_of(path, as_tables.by_line(header))
    assert (summary.rows, summary.orders) == (7, 3)
    assert [one["row"] for one in told if one["rule"] == "unreadable"] == [5]
    assert [one["rule"] for one in told if one["row"] == 5] == ["unreadable"]


def test_a_row_that_is_none_never_passes_even_where_two_persons_answer_for_it(csv_of):
    path = csv_of("weight [kg],protocol", "1,2,3")
    said = {"order": "row 2", "rule": "unreadable", "where": "unreadable", "reason": REASONS[0]}
    measured = "2 cells are needed, and these are 3"
    answer = Override(**said, measured=measured, by="A", role="pharmacist", on=dt.date(2026, 11, 23), second="B")
    summary = check_table(path, as_tables.at_the_example_site(), overrides=[answer], sink=lambda table: None)
    assert (summary.overridden["unreadable"], summary.verdicts["not-checked"], summary.stopped) == (1, 1, True)


@pytest.mark.parametrize("chunk", [2, 3, 100])
def test_an_order_of_lines_that_stands_twice_is_found_across_chunks(chunk, tmp_path, monkeypatch):
    orders = some_orders(3)
    path, mapping = of_lines([*orders, orders[0] | {"id": "COPY"}], tmp_path)
    monkeypatch.setattr(tables, "CHUNK", chunk)
    _, told = told_of(path, mapping)
    assert [(one["order"], one["measured"]) for one in told if one["rule"] == "order-repeated"] == [
        ("COPY", "the same as row 2")
    ]


def test_an_order_whose_lines_do_not_stand_together_is_found_as_repeated(tmp_path):
    header, rows = as_tables.lines_of(some_orders(2))
    path = write_csv(tmp_path / "lines.csv", header, [rows[0], rows[1], *rows[3:], rows[2]])
    summary, told = told_of(path, as_tables.by_line(header))
    assert summary.orders == 3
    assert [one["row"] for one in told if one["rule"] == "order-repeated"] == [7]


def test_what_is_of_each_line_is_asked_only_of_tables_of_lines():
    orders = layout(["id", "oxaliplatin.dose [mg]"], "orders.csv", None)
    assert order_lines.of_each_line(orders, ["oxaliplatin"]) == frozenset()


# ---------------------------------------------------------------------------------------------- what strangers send


@pytest.mark.parametrize("text", ["", "-", "–", "n/a", "NA", "TBD", "todo", "xxx", "?", "not known", "Unknown", " unknown "])  # fmt: skip
@pytest.mark.parametrize("field", ["identifier", "sex", "allergies", "comment"])
def test_words_that_say_nothing_are_not_known(field, text, csv_of):
    found, notes = read_rows(csv_of(f"{field},cycle", f"{text},1"))
    assert (found[field], notes) == ([None], [None])


def test_texts_are_read_without_the_blanks_about_them(csv_of):
    assert read_rows(csv_of("identifier,cycle", "  MRN-1 ,1"))[0]["identifier"] == ["MRN-1"]


@pytest.mark.parametrize("sign", ["\x1b", "\x00", "\u202e", "\u200b", "\x07"])
@pytest.mark.parametrize("field", ["identifier", "patient", "comment", "oxaliplatin.drug"])
def test_signs_nobody_sees_are_told_and_never_shown(field, sign, parquet_of):
    found, notes = read_rows(parquet_of(**{field: [f"A{sign}[31mB", "A"], "cycle": [1, 1]}))
    assert (found[field], notes[1]) == ([None, "A"], None)
    assert "plain text" in notes[0] and sign not in notes[0]  # type: ignore[operator]  # noqa: PT018


def test_a_text_longer_than_a_remark_is_told(csv_of):
    found, notes = read_rows(csv_of("comment", "x" * 2_001, "x" * 2_000))
    assert (found["comment"][0], len(found["comment"][1])) == (None, 2_000)
    assert notes[0].startswith("comment: ")  # type: ignore[union-attr]


def test_numbers_that_are_names_are_names(parquet_of):
    assert read_rows(parquet_of(identifier=[4217, None], cycle=[1, 2]))[0]["identifier"] == ["4217", None]


@pytest.mark.parametrize("year", [1, 1899, 2200, 9999])
def test_a_day_that_no_order_has_is_told(year, parquet_of):
    found, notes = read_rows(parquet_of(on=[dt.date(year, 12, 31), dt.date(2026, 11, 23)]))
    assert found["on"][0] != found["on"][0]
    assert (found["on"][1], notes[1], notes[0].startswith("on: ")) == (rulings.ON, None, True)  # type: ignore[union-attr]


@pytest.mark.parametrize("seconds", [-(2**50), -10_000_000_000, 10_000_000_000, 2**50])
def test_a_moment_that_no_order_has_is_told(seconds, parquet_of):
    starts = pa.array([seconds], pa.timestamp("s", tz="UTC"))
    found, notes = read_rows(parquet_of(**{"oxaliplatin.start": starts}))
    assert found["oxaliplatin.start"][0] != found["oxaliplatin.start"][0]
    assert notes[0].startswith("oxaliplatin.start: ")  # type: ignore[union-attr]


@pytest.mark.parametrize("day", [dt.date(1900, 1, 1), dt.date(2199, 12, 31)])
def test_the_first_and_the_last_day_are_days(day, parquet_of):
    assert read_rows(parquet_of(on=[day])) == ({"on": [ordered.day(day)]}, [None])


def test_columns_cut_at_semicolons_are_not_taken_for_lines(csv_of):
    with pytest.raises(Mistake, match="separated by semicolons"):
        read_rows(csv_of("weight [kg];height [cm];oxaliplatin.dose", "60;165;141"))


@pytest.mark.parametrize("name", ["Weight [kg]", "CYCLE", "Oxaliplatin.Dose [mg]"])
def test_a_header_in_capitals_is_told_and_not_passed_over(name):
    assert "in small letters" in refused(["height [cm]", name])


def test_a_line_is_known_by_its_drug_in_whatever_letters():
    plan = layout(["Oxaliplatin.dose [mg]"], "orders.csv", None)
    assert [one.path for one in plan.columns] == ["oxaliplatin.dose"]


def _mapped(**more: Any) -> dict[str, Any]:
    return {"schema": "1", "columns": {"W": {"field": "weight", "unit": "kg"}}} | more


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        (_mapped(constants={"weight": "60 kg"}), "one value for weight"),
        (_mapped(ignore=["W"]), "read or one that is left out"),
        (_mapped(columns={"W": {"field": []}}), "a field of an order"),
        (_mapped(columns={"W": {"field": "weight [lb]", "unit": "kg"}}), "one unit"),
    ],
)
def test_a_mapping_that_says_two_things_is_told(mapping, told):
    assert told in refused(["W"], mapping)


@pytest.mark.parametrize("drug", ["", "unknown", "?"])
def test_a_line_that_names_no_drug_is_told_and_not_dropped(drug, tmp_path):
    header, rows = as_tables.lines_of(some_orders(2))
    rows[1][header.index("line.key")], rows[1][header.index("line.drug")] = "", drug
    _, told = told_of(write_csv(tmp_path / "lines.csv", header, rows), as_tables.by_line(header))
    found = [(one["row"], one["measured"]) for one in told if one["rule"] == "unreadable"]
    assert found == [(2, "drug: a line of the order names none")]


def test_what_is_the_same_in_every_line_is_of_every_line_that_is_there(tmp_path):
    header, rows = as_tables.lines_of(some_orders(2))
    columns = {name: name for name in header if name != "line.route"} | {"line.drug": "drug"}
    ignored = [name for name in header if name == "line.route"]
    mapping = a_mapping({"rows": "lines", "columns": columns, "ignore": ignored, "constants": {"route": "intravenous"}})
    _, told = told_of(write_csv(tmp_path / "lines.csv", header, rows[:5]), mapping)
    assert {(one["row"], one["where"]) for one in told if one["rule"] == "route"} == {
        (row, f"{drug}.route") for row, drug in [(2, "oxaliplatin"), (2, "fluorouracil"), (5, "oxaliplatin")]
    }
    assert [(one["row"], one["where"]) for one in told if one["rule"] == "drug-missing"] == [(5, "fluorouracil.drug")]


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (1_048_575, 49), (3_100, 16_383)])
def test_a_sheet_with_two_cells_far_apart_is_told_before_it_is_laid_out(row, column, tmp_path):
    path = str(tmp_path / "far.xlsx")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "weight [kg]")
        sheet.write(row, column, "60")
    with pytest.raises(Mistake, match="50,000,000 cells"):
        open_table(path)


def test_orders_are_repeated_also_where_one_protocol_is_named_for_all(tmp_path):
    order = some_orders(1)[0]
    header, rows = as_tables.table_of([order, order | {"id": "COPY"}])
    keep = [place for place, name in enumerate(header) if name != "protocol"]
    path = write_csv(tmp_path / "o.csv", [header[i] for i in keep], [[row[i] for i in keep] for row in rows])
    table = open_table(path)
    assert dict(repeated(table, layout(table.header, path, None))) == {3: 2}


@pytest.mark.parametrize("begin", [0, 1, 5])
def test_texts_have_the_same_bits_where_they_are_the_same(begin):
    texts = [
        "",
        "A",
        "AB",
        "12345678",
        "123456789",
        "12345678\0",
        "MRN-0001",
        "MRN-0010",
        "x" * 16,
        "x" * 17,
        "é",
        "A",
        "AB",
    ]
    found = _bits_of_texts(pa.array(texts * 3).slice(begin, 20)).tolist()
    shown = (texts * 3)[begin : begin + 20]
    assert [found.index(one) for one in found] == [shown.index(one) for one in shown]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_moment_is_read_to_the_second_whatever_its_unit(unit, parquet_of):
    moments = [dt.datetime(2026, 11, 23, 1, 0, 1, tzinfo=dt.UTC), None, dt.datetime(1969, 12, 31, 23, tzinfo=dt.UTC)]
    path = parquet_of(**{"oxaliplatin.start": pa.array(moments, pa.timestamp(unit, tz="UTC"))})
    first, second, third = read_rows(path)[0]["oxaliplatin.start"]
    assert (first, numpy.isnan(second), third) == (hours_since(moments[0]), True, -1.0)


@pytest.mark.parametrize("blank", ["", "unknown", "Not Asked", "-", "–", "N/A", "XXX"])
def test_a_text_that_says_that_nothing_is_known_is_not_known_among_thousands_that_do(blank, parquet_of):
    names = ["Xu Na", "Ng Tu", "Unger Karl Heinz", "Zhang Wei", "Tang"] * 10
    found, _ = read_rows(parquet_of(patient=[*names, blank, *names]))
    assert found["patient"] == [*names, None, *names]
