"""Records of a cohort: read strictly, every mistake with file, row and column, what is missing counted."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright import cohorts
from dosewright.errors import Mistake
from dosewright.outcomes import baseline, cohort, safety
from dosewright.outcomes.criteria import criterion
from dosewright.outcomes.response import Lesion, Terms, Visit

from .cohorts_of_ours import SETTINGS, TABLES, with_line, with_more, write


@pytest.fixture
def small(tmp_path):
    return cohorts.load(str(write(tmp_path / "small")))


def mistakes(folder) -> list[str]:
    with pytest.raises(Mistake) as caught:
        cohorts.load(str(folder))
    return str(caught.value).splitlines()


# ------------------------------------------------------------------------------------------------------- what is read


def test_a_patient_is_read_with_days_and_covariates(small):
    first = small.patients[0]
    assert (first.id, first.arm, first.start, first.died) == ("P1", "a", dt.date(2024, 1, 10), None)
    assert first.covariates == {"age": "65", "ecog": "0"}


def test_a_diameter_keeps_its_decimals(small):
    seen = small.lesions["P1", "A"][1][0]
    assert (seen.longest, seen.viable, seen.short_axis) == (Decimal(40), Decimal("20.5"), None)


def test_a_patient_who_is_excluded_is_in_no_analysis(small):
    assert [one.id for one in small.included] == ["P1", "P2", "P3"]


def test_what_is_missing_is_counted_among_those_who_are_included(small):
    assert {key: value for key, value in small.missing["patients"].items() if value[0]} == {
        "age": (1, 3),
        "ecog": (1, 3),
    }
    assert small.missing["events"]["grade"] == (1, 3)


def test_a_blank_that_says_something_is_not_missing(small):
    assert {"died", "excluded"} & small.missing["patients"].keys() == set()


def test_cycles_stand_in_their_order(tmp_path):
    found = cohorts.load(str(write(tmp_path, tables=with_line("cycles", 2, "P1,3,2024-03-20"))))
    assert [number for number, _ in found.cycles["P1"]] == [2, 3]


def test_readers_are_kept_apart(tmp_path):
    tables = with_more("lesions", "P1,0,B,1,target,tumour,liver,48,48,,,,")
    assert cohorts.load(str(write(tmp_path, tables=tables))).readers == ("A", "B")


def test_responses_come_from_the_records(small):
    read = cohort.reads(small, criterion("mrecist"), Terms(confirmed=False, least_sd=42))["A"]
    assert [(one.patient, one.best.response) for one in read] == [("P1", "PR"), ("P2", "PD"), ("P3", "NE")]


def test_a_patient_whom_a_reader_has_not_read_is_not_evaluable_to_that_reader(tmp_path):
    tables = with_more("lesions", "P1,0,B,1,target,tumour,liver,48,48,,,,")
    found = cohorts.load(str(write(tmp_path, tables=tables)))
    read = cohort.reads(found, criterion("mrecist"), Terms(confirmed=False))["B"]
    assert [one.best.response for one in read] == ["NE", "NE", "NE"]


def test_who_had_no_cycle_is_in_no_denominator_of_safety_and_told(tmp_path):
    lines = "\n".join(line for line in TABLES["cycles"].splitlines() if not line.startswith("P3")) + "\n"
    found = cohorts.load(str(write(tmp_path, tables={**TABLES, "cycles": lines})))
    assert [one.patient for one in cohort.treated(found)] == ["P1", "P2"]
    assert [one.measured for one in found.findings if one.rule == "not-treated"] == ["P3"]


def test_without_cycles_everybody_included_is_taken_for_treated(tmp_path):
    settings = SETTINGS.replace("  cycles: {file: cycles.csv}\n", "")
    found = cohorts.load(str(write(tmp_path, settings=settings)))
    assert [one.patient for one in cohort.treated(found)] == ["P1", "P2", "P3"]


def test_only_the_patients_must_be_there(tmp_path):
    settings = SETTINGS[: SETTINGS.index("  cycles:")]
    found = cohorts.load(str(write(tmp_path, settings=settings)))
    assert (found.readers, found.events, found.visits) == ((), (), {})


def test_columns_that_nobody_asked_for_are_named(tmp_path):
    tables = {**TABLES, "cycles": "patient,cycle,day,ward\nP1,1,2024-01-10,7\n"}
    assert cohorts.load(str(write(tmp_path, tables=tables))).not_read["cycles"] == ("ward",)


def test_blank_lines_and_a_mark_at_the_beginning_are_no_rows(tmp_path):
    tables = {**TABLES, "cycles": "\ufeffpatient,cycle,day\n\nP1,1,2024-01-10\n\n"}
    assert cohorts.load(str(write(tmp_path, tables=tables))).cycles == {"P1": ((1, dt.date(2024, 1, 10)),)}


@pytest.mark.parametrize("text", ["400", "0.5", "0", "399.9"])
def test_a_diameter_is_read_up_to_the_widest_liver(tmp_path, text):
    tables = with_line("lesions", 2, f"P1,0,A,1,target,tumour,liver,400,{text},,,,")
    seen = cohorts.load(str(write(tmp_path, tables=tables))).lesions["P1", "A"][0][0]
    assert (seen.longest, seen.viable) == (Decimal(400), Decimal(text))


@pytest.mark.parametrize("text", ["01", "10000", "٣", "+1", "x"])
def test_a_whole_number_is_one_of_at_most_four_digits(text):
    with pytest.raises(Mistake) as caught:
        cohort._whole(text)
    assert str(caught.value) == f"needs a whole number, for example '1'; got '{text}'"


def test_whole_numbers_and_grades_are_read():
    assert [cohort._whole(text) for text in ("0", "7", "9999")] == [0, 7, 9999]
    assert [cohort._count(text) for text in ("1", "12")] == [1, 12]
    assert [cohort._grade(text) for text in "12345"] == [1, 2, 3, 4, 5]
    assert [cohort._yes(text) for text in ("yes", "no")] == [True, False]


def test_everything_about_a_lesion_and_an_event_is_read(tmp_path):
    tables = with_line("lesions", 8, "P2,1,A,N,new,tumour,lung,12,11,10,,no,")
    tables["lesions"] += "P1,0,A,F,non-target,effusion,pleura,,,,not evaluated,,negative\n"
    found = cohorts.load(str(write(tmp_path, tables=tables)))
    assert found.lesions["P2", "A"][1][1] == Lesion(
        "N", "new", "tumour", "lung", Decimal(12), Decimal(11), Decimal(10), None, False, None
    )
    assert found.lesions["P1", "A"][0][2] == Lesion(
        "F", "non-target", "effusion", "pleura", None, None, None, "not evaluated", None, "negative"
    )
    assert found.events[0] == safety.Event(
        "P1", "Fever", 2, "5.0", "possible", dt.date(2024, 1, 12), dt.date(2024, 1, 14), "General"
    )
    assert [(one.grade, one.group, one.end) for one in found.events[1:]] == [
        (3, "General", None),
        (None, "Gastrointestinal", dt.date(2024, 1, 13)),
    ]
    assert found.visits["P3"] == (Visit(0, dt.date(2024, 1, 20), True), Visit(1, dt.date(2024, 3, 20), False))


def test_everything_about_a_patient_is_read(tmp_path):
    line = "P2,b,2024-01-10,2024-11-29,2024-11-30,liver failure,2024-05-01,,66,1"
    assert cohorts.load(str(write(tmp_path, tables=with_line("patients", 3, line)))).patients[1] == cohort.Patient(
        "P2", "b", dt.date(2024, 1, 10), dt.date(2024, 11, 29), dt.date(2024, 11, 30), "liver failure",
        dt.date(2024, 5, 1), None, {"age": "66", "ecog": "1"},
    )  # fmt: skip


def test_a_non_target_lesion_is_judged_by_eye_and_was_there_at_the_baseline(tmp_path):
    tables = with_line("lesions", 5, "P1,1,A,T,non-target,portal thrombus,portal vein,,,,progressed,,")
    assert cohorts.load(str(write(tmp_path / "one", tables=tables))).lesions["P1", "A"][1][1].state == "progressed"
    tables = with_line("lesions", 5, "P1,1,A,U,non-target,portal thrombus,portal vein,,,,present,,")
    assert mistakes(write(tmp_path / "two", tables=tables)) == [
        "lesions.csv:5, column lesion: needs a lesion that the same reader saw at the baseline, or the role new; got 'U'"
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{on: [weight]}", "14:16 matching, on: needs a column under covariates (age, ecog); got 'weight'"),
        ('{on: [age], caliper: "0"}', "14:32 matching, caliper: needs a caliper above 0, for example '0.2'; got '0'"),
    ],
)
def test_a_matching_that_cannot_be_is_told_with_its_place(tmp_path, line, told):
    settings = SETTINGS.replace("missing:", f"matching: {line}\nmissing:")
    (found,) = mistakes(write(tmp_path, settings=settings))
    assert found == f"cohort.yaml:{told}"


def test_a_matching_needs_no_caliper(tmp_path):
    found = cohorts.load(str(write(tmp_path, settings=SETTINGS.replace("missing:", "matching: {on: [age]}\nmissing:"))))
    assert (found.settings.matching.on, found.settings.matching.caliper) == (("age",), None)


def test_an_arm_has_its_name_in_print(small):
    assert [small.arm_name(key) for key in "ab"] == ["Arm A", "Arm B"]


def test_only_a_cohort_that_says_so_was_made_up(tmp_path, small):
    made = cohorts.load(str(write(tmp_path / "made", settings=SETTINGS.replace('"no"', '"yes"'))))
    assert (small.settings.is_synthetic, made.settings.is_synthetic) == (False, True)


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ("criterion: mrecist", Terms(False, None, None)),
        ("criterion: recist-1.0", Terms(True, 28, None)),
        ('criterion: recist-1.0, confirmed: "no", least_sd: 42 d', Terms(False, 28, 42)),
        ('criterion: recist-1.0, confirmed_after: 30 d', Terms(True, 30, None)),
        ('criterion: mrecist, confirmed: "yes", confirmed_after: 28 d', Terms(True, 28, None)),
    ],
)  # fmt: skip
def test_what_a_cohort_says_of_responses_comes_before_the_criterion(tmp_path, said, terms):
    settings = SETTINGS.replace("response:\n  criterion: mrecist\n  least_sd: 42 d\n", f"response: {{{said}}}\n")
    assert cohorts.load(str(write(tmp_path, settings=settings))).settings.response.terms() == terms


@pytest.mark.parametrize("name", ["/cycles.csv", "a/cycles.csv", "a\\\\cycles.csv", ".cycles.csv", "..csv"])
def test_a_table_lies_in_the_cohorts_own_folder(tmp_path, name):
    folder = write(tmp_path, settings=SETTINGS.replace("{file: cycles.csv}", f'{{file: "{name}"}}'))
    assert "needs the name of a file in the cohort's own folder" in mistakes(folder)[0]


def test_a_row_that_is_not_chosen_is_no_row(tmp_path):
    tables = {**TABLES, "cycles": "patient,cycle,day,form\nP1,1,2024-01-10,cycle\nP9,x,never,note\n"}
    settings = SETTINGS.replace("{file: cycles.csv}", "{file: cycles.csv, only: {form: cycle}}")
    found = cohorts.load(str(write(tmp_path, settings=settings, tables=tables)))
    assert (list(found.cycles), found.not_read["cycles"], found.missing["cycles"]["day"]) == (["P1"], (), (0, 1))


def test_what_is_wrong_is_told_by_the_name_that_the_file_has_for_it(tmp_path):
    settings = SETTINGS.replace("{file: cycles.csv}", "{file: cycles.csv, columns: {day: Day 1}}")
    tables = {**TABLES, "cycles": "patient,cycle,Day 1\nP1,1,never\n"}
    assert mistakes(write(tmp_path, settings=settings, tables=tables))[0].startswith(
        "cycles.csv:2, column Day 1: needs"
    )


def test_the_same_lesion_is_another_to_another_reader_and_another_patient(tmp_path):
    more = ("P1,0,B,1,non-target,tumour,lung,,,,present,,", "P1,1,B,1,non-target,tumour,lung,,,,present,,")
    found = cohorts.load(str(write(tmp_path, tables=with_more("lesions", *more))))
    assert [found.lesions["P1", reader][1][0].organ for reader in "AB"] == ["liver", "lung"]


# ----------------------------------------------------------------------------------------------------- other names for it


def test_columns_and_words_may_have_other_names(tmp_path):
    settings = SETTINGS.replace(
        "patients: {file: patients.csv}",
        'patients: {file: patients.csv, columns: {arm: Group}, values: {arm: {"1": a, "2": b}}}',
    )
    text = TABLES["patients"].replace(",arm,", ",Group,").replace(",a,", ",1,").replace(",b,", ",2,")
    found = cohorts.load(str(write(tmp_path, settings=settings, tables={**TABLES, "patients": text})))
    assert [one.arm for one in found.patients] == ["a", "b", "a", "b"]


REDCAP = """\
record_id,redcap_repeat_instrument,redcap_repeat_instance,arm,start_date,cycle_day,ae_term,ae_grade,ae_rel
1,,,1,2024-01-10,,,,
1,cycles,1,,,2024-01-10,,,
1,adverse_events,1,,,,Fever,3,2
2,,,2,2024-01-11,,,,
2,cycles,1,,,2024-01-11,,,
"""
REDCAP_SETTINGS = """\
schema: "1"
id: export
title: An export of REDCap
synthetic: "no"
arms: [{id: a, name: A}, {id: b, name: B}]
tables:
  patients:
    file: export.csv
    only: {redcap_repeat_instrument: ""}
    columns: {patient: record_id, start: start_date}
    values: {arm: {"1": a, "2": b}}
  cycles:
    file: export.csv
    only: {redcap_repeat_instrument: cycles}
    columns: {patient: record_id, cycle: redcap_repeat_instance, day: cycle_day}
  events:
    file: export.csv
    only: {redcap_repeat_instrument: adverse_events}
    columns: {patient: record_id, term: ae_term, grade: ae_grade, ctcae: redcap_repeat_instance, relation: ae_rel}
    values: {ctcae: {"1": "5.0"}, relation: {"2": possible}}
"""


def test_an_export_of_redcap_with_repeating_instruments_is_read_raw(tmp_path):
    (tmp_path / "export.csv").write_text(REDCAP, "utf-8")
    (tmp_path / "cohort.yaml").write_text(REDCAP_SETTINGS, "utf-8")
    found = cohorts.load(str(tmp_path))
    assert [(one.id, one.arm, one.start) for one in found.patients] == [
        ("1", "a", dt.date(2024, 1, 10)),
        ("2", "b", dt.date(2024, 1, 11)),
    ]
    assert found.events == (safety.Event("1", "Fever", 3, "5.0", "possible"),)
    assert len(found.cycles) == 2


def test_an_export_of_redcap_is_read_with_labels(tmp_path):
    text = REDCAP.replace("redcap_repeat_instrument", "Repeat Instrument").replace("record_id", "Record ID")
    text = text.replace(",adverse_events,", ",Adverse events,").replace("1,,,1,2024", "1,,,Combined,2024")
    text = text.replace("2,,,2,2024", "2,,,Alone,2024")
    settings = REDCAP_SETTINGS.replace("redcap_repeat_instrument", "Repeat Instrument").replace(
        "record_id", "Record ID"
    )
    settings = settings.replace("adverse_events", "Adverse events").replace(
        '{"1": a, "2": b}', "{Combined: a, Alone: b}"
    )
    (tmp_path / "export.csv").write_text(text, "utf-8")
    (tmp_path / "cohort.yaml").write_text(settings, "utf-8")
    assert [one.arm for one in cohorts.load(str(tmp_path)).patients] == ["a", "b"]


def workbook(sheets) -> bytes:
    """A small workbook by hand: sheets of rows of text or numbers."""

    def cell(value) -> str:
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        types = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        file.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            f"{types}</Types>",
        )
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        file.writestr(
            "_rels/.rels",
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        links = "".join(
            f'<Relationship Id="r{n}" Type="{relation}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        file.writestr(
            "xl/_rels/workbook.xml.rels",
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{links}</Relationships>",
        )
        named = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        file.writestr(
            "xl/workbook.xml",
            f'<?xml version="1.0"?><workbook xmlns="{main}" xmlns:r="{relation}"><sheets>{named}</sheets></workbook>',
        )
        for n, rows in enumerate(sheets.values(), 1):
            body = "".join(f"<row>{''.join(cell(value) for value in row)}</row>" for row in rows)
            file.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return packed.getvalue()


def test_tables_may_be_sheets_of_one_workbook(tmp_path):
    sheets = {"People": [["patient", "arm"], [1, "a"]], "Cycles": [["patient", "cycle", "day"], [1, 1, "2024-01-10"]]}
    (tmp_path / "records.xlsx").write_bytes(workbook(sheets))
    settings = SETTINGS[: SETTINGS.index("covariates:")] + (
        "tables:\n  patients: {file: records.xlsx, sheet: People}\n  cycles: {file: records.xlsx, sheet: Cycles}\n"
    )
    (tmp_path / "cohort.yaml").write_text(settings, "utf-8")
    found = cohorts.load(str(tmp_path))
    assert ([one.id for one in found.patients], list(found.cycles)) == (["1"], ["1"])


def test_a_sheet_that_is_not_there_is_told(tmp_path):
    (tmp_path / "records.xlsx").write_bytes(workbook({"People": [["patient", "arm"], [1, "a"]], "More": [["x"]]}))
    head = SETTINGS[: SETTINGS.index("covariates:")]
    for source, told in (
        ("{file: records.xlsx, sheet: Person}", "needs a sheet of the workbook (People, More); got 'Person'"),
        ("{file: records.xlsx}", "needs a workbook of one sheet, or the sheet's name"),
    ):
        (tmp_path / "cohort.yaml").write_text(f"{head}tables:\n  patients: {source}\n", "utf-8")
        assert told in mistakes(tmp_path)[0]


# ----------------------------------------------------------------------------------------------- one mistake at a time


@pytest.mark.parametrize(
    ("name", "number", "line", "told"),
    [
        ("patients", 2, ",a,2024-01-10,2024-12-01,,,,,65,0", "patients.csv:2, column patient: needs key of the patient in every table; a number, no name, for example 'P001'; got nothing"),
        ("patients", 2, "P1,c,2024-01-10,2024-12-01,,,,,65,0", "patients.csv:2, column arm: needs an arm of the cohort (a, b); got 'c'"),
        ("patients", 2, "P1,a,10/01/2024,2024-12-01,,,,,65,0", "patients.csv:2, column start: needs a date as year-month-day, for example '2026-11-23'; got '10/01/2024'"),
        ("patients", 2, "P1,a,2024-01-10,2024-01-09,,,,,65,0", "patients.csv:2, column last_seen: needs a day that is not before start, 2024-01-10; got '2024-01-09'"),
        ("patients", 2, "P1,a,2024-01-10,2024-12-01,2024-01-09,,,,65,0", "patients.csv:2, column died: needs a day that is not before start, 2024-01-10; got '2024-01-09'"),
        ("patients", 2, "P1,a,2024-01-10,2024-12-01,,,2024-01-09,,65,0", "patients.csv:2, column progressed: needs a day that is not before start, 2024-01-10; got '2024-01-09'"),
        ("patients", 3, "P2,b,2024-01-10,2024-12-01,2024-11-30,x,,,66,1", "patients.csv:3, column last_seen: needs a day that is not after the death, 2024-11-30; got '2024-12-01'"),
        ("patients", 2, 'P1,a,2024-01-10,2024-12-01,,,,,"65,5",0', "patients.csv:2, column age: needs a plain decimal number, for example '1.75'; got '65,5' (write a decimal point, and no sign between thousands)"),
        ("patients", 2, "P1,a,2024-01-10,2024-12-01,,,,,65,2", "patients.csv:2, column ecog: needs one of 0, 1; got '2'"),
        ("patients", 3, "P1,b,2024-01-10,2024-11-30,,,,,66,1", "patients.csv:3, column patient: needs each patient once; got 'P1'"),
        ("patients", 2, "P1,a,2024-01-10", "patients.csv:2: needs 10 cells; got '3'"),
        ("patients", 1, "patient,arm,start,last_seen,died,cause,progressed,excluded,years,ecog", "patients.csv:1: needs a column 'age' for age; got 'patient, arm, start, last_seen, died, cause, progressed, excluded, years, ecog'"),
        ("patients", 1, "patient,arm,start,last_seen,died,cause,progressed,arm,age,ecog", "patients.csv:1: needs each column once; got 'arm'"),
        ("cycles", 2, "P9,1,2024-01-10", "cycles.csv:2, column patient: needs a patient of the table of patients; got 'P9'"),
        ("cycles", 2, "P1,0,2024-01-10", "cycles.csv:2, column cycle: needs a whole number from 1, for example '1'; got '0'"),
        ("cycles", 2, "P1,1.5,2024-01-10", "cycles.csv:2, column cycle: needs a whole number, for example '1'; got '1.5'"),
        ("cycles", 3, "P1,1,2024-02-14", "cycles.csv:3, column cycle: needs each once; got 'P1, 1'"),
        ("cycles", 2, "P1,1,2024-02-30", "cycles.csv:2, column day: needs a day that exists, for example '2026-11-23'; got '2024-02-30'"),
        ("visits", 3, "P1,0,2024-03-01,yes,", "visits.csv:3, column visit: needs each once; got 'P1, 0'"),
        ("visits", 3, "P1,1,2024-01-01,yes,", "visits.csv:3, column day: needs a day that is not before visit 0, 2024-01-02; got '2024-01-01'"),
        ("visits", 3, "P1,1,2024-03-01,maybe,", "visits.csv:3, column assessed: needs yes or no, for example 'yes'; got 'maybe'"),
        ("visits", 3, "P1,1,2024-03-01,,", "visits.csv:3, column assessed: needs whether the images could be assessed, for example 'yes'; got nothing"),
        ("visits", 3, "P1,-1,2024-03-01,yes,", "visits.csv:3, column visit: needs a whole number, for example '1'; got '-1'"),
        ("lesions", 2, "P1,0,A,1,target,portal thrombus,liver,50,50,,,,", "lesions.csv:2, column role: needs non-target or new: portal thrombus has no diameter that a sum could take; got 'target'"),
        ("lesions", 2, "P1,0,A,1,target,ascites,liver,50,50,,,,", "lesions.csv:2, column role: needs non-target or new: ascites has no diameter that a sum could take; got 'target'"),
        ("lesions", 2, "P1,0,A,1,new,tumour,liver,50,50,,,,", "lesions.csv:2, column role: needs target or non-target: at the baseline nothing is new; got 'new'"),
        ("lesions", 2, "P1,0,A,1,target,tumour,liver,50,51,,,,", "lesions.csv:2, column viable_mm: needs a part no larger than the whole, 50 mm; got '51'"),
        ("lesions", 2, "P1,0,A,1,target,tumour,liver,50,50,51,,,", "lesions.csv:2, column short_axis_mm: needs a short axis no longer, 50 mm; got '51'"),
        ("lesions", 2, "P1,0,A,1,target,tumour,liver,4 cm,50,,,,", "lesions.csv:2, column longest_mm: needs a plain decimal number, for example '1.75'; got '4 cm'"),
        ("lesions", 2, "P1,0,A,1,target,tumour,liver,401,50,,,,", "lesions.csv:2, column longest_mm: needs a diameter in mm of at most 400, for example '23.5'; got '401'"),
        ("lesions", 2, "P1,0,A,1,target,tumour,liver,50,50,,progressed,,", "lesions.csv:2, column state: needs diameters: only a non-target lesion is judged by eye; got 'progressed'"),
        ("lesions", 2, "P1,0,A,1,target,tumour,liver,50,50,,absent,,", "lesions.csv:2, column state: needs present, or no diameter; got 'absent'"),
        ("lesions", 2, "P1,0,A,1,target,tumour,liver,50,50,,,,positive", "lesions.csv:2, column cytology: needs nothing, but of ascites or an effusion; got 'positive'"),
        ("lesions", 2, "P1,0,A,1,target,nodule,liver,50,50,,,,", "lesions.csv:2, column kind: needs one of tumour, node, portal thrombus, ascites, effusion, for example 'tumour'; got 'nodule'"),
        ("lesions", 2, "P1,0,,1,target,tumour,liver,50,50,,,,", "lesions.csv:2, column reader: needs who read the images; readers are kept apart, for example 'A'; got nothing"),
        ("lesions", 4, "P1,1,A,2,target,tumour,liver,40,20,,,,", "lesions.csv:4, column lesion: needs a lesion that the same reader saw at the baseline, or the role new; got '2'"),
        ("lesions", 4, "P1,1,A,1,target,tumour,lung,40,20,,,,", "lesions.csv:4, column lesion: needs the same role, kind and organ at every visit (target, tumour, liver); got 'target, tumour, lung'"),
        ("lesions", 4, "P1,7,A,1,target,tumour,liver,40,20,,,,", "lesions.csv:4, column visit: needs a visit of the table of visits; got '7'"),
        ("lesions", 5, "P1,1,A,1,target,tumour,liver,40,20,,,,", "lesions.csv:5, column lesion: needs each once; got 'P1, 1, A, 1'"),
        ("events", 2, "P1,Fever,General,6,5.0,possible,2024-01-12,", "events.csv:2, column grade: needs a grade from 1 to 5, for example '3'; got '6'"),
        ("events", 2, "P1,Fever,General,3,5.0,likely,2024-01-12,", "events.csv:2, column relation: needs one of unrelated, unlikely, possible, probable, definite, unknown, for example 'unrelated'; got 'likely'"),
        ("events", 2, "P1,Fever,General,3,5.0,possible,2024-01-12,2024-01-11", "events.csv:2, column end: needs an end that is not before the start; got '2024-01-12 to 2024-01-11'"),
        ("events", 2, "P1,,General,3,5.0,possible,2024-01-12,", "events.csv:2, column term: needs CTCAE term, for example 'Vomiting'; got nothing"),
        ("events", 2, "P1,Fever,General,3,,possible,2024-01-12,", "events.csv:2, column ctcae: needs version of CTCAE, for example '5.0'; got nothing"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_row_and_column(tmp_path, name, number, line, told):
    found = mistakes(write(tmp_path, tables=with_line(name, number, line)))
    assert told in found


def test_lesions_at_a_visit_that_could_not_be_assessed_are_told(tmp_path):
    tables = with_more("lesions", "P3,1,A,1,target,tumour,liver,40,40,,,,")
    assert mistakes(write(tmp_path, tables=tables)) == [
        "lesions.csv:11, column visit: needs no lesions at a visit that could not be assessed; got '1'"
    ]


def test_all_mistakes_of_all_tables_are_told_at_once(tmp_path):
    tables = with_line("events", 2, "P1,Fever,General,6,5.0,possible,2024-01-12,")
    tables["cycles"] = with_line("cycles", 2, "P1,0,2024-01-10")["cycles"]
    assert len(mistakes(write(tmp_path, tables=tables))) == 2


def test_more_mistakes_than_anybody_reads_are_counted(tmp_path):
    lines = [f"P1,{number},never" for number in range(10, 260)]
    found = mistakes(write(tmp_path, tables=with_more("cycles", *lines)))
    assert (len(found), found[-1]) == (201, "needs the same care in 50 more places")


def test_a_cohort_without_patients_is_refused(tmp_path):
    tables = {**TABLES, "patients": TABLES["patients"].splitlines()[0] + "\n"}
    settings = SETTINGS[: SETTINGS.index("  cycles:")]
    assert mistakes(write(tmp_path, settings=settings, tables=tables)) == ["patients.csv: needs at least one patient"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('schema: "1"', 'schema: "2"', "cohort.yaml:1:9 schema: needs '1'; got '2'"),
        ("criterion: mrecist", "criterion: recist", "cohort.yaml:9:3 response: needs a criterion of response (mrecist, recist-1.1, recist-1.0), for example 'mrecist'; got 'recist'"),
        ("least_sd: 42 d", "least_sd: 6 weeks", "cohort.yaml:10:13 response, least_sd: needs a number with its unit, d, for example '28 d'; got '6 weeks'"),
        ("{id: b, name: Arm B}", "{id: a, name: Arm B}", "cohort.yaml:6:3 arms: needs each once; got 'a'"),
        ("{id: b, name: Arm B}", "{id: b, name: Arm A}", "cohort.yaml:6:3 arms: needs each once; got 'Arm A'"),
        ('cut: "65"', 'cut: "65", order: ["0"]', "cohort.yaml:12:57 Age, order: needs either a cut or an order of words"),
        ('cut: "65"', 'cut: "many"', "cohort.yaml:12:5 Age: needs a plain decimal number, for example '1.75'; got 'many'"),
        ("column: ecog", "column: age", "cohort.yaml:12:3 covariates: needs each once; got 'age'"),
        ("{file: cycles.csv}", "{file: ../cycles.csv}", "cohort.yaml:17:18 tables, cycles, file: needs the name of a file in the cohort's own folder; got '../cycles.csv'"),
        ("{file: cycles.csv}", "{file: /etc/passwd}", "cohort.yaml:17:18 tables, cycles, file: needs the name of a file in the cohort's own folder; got '/etc/passwd'"),
        ("{file: cycles.csv}", "{file: cycles.csv, columns: {dose: Dose}}", "cohort.yaml:17:46 tables, cycles, columns, dose: needs a column of cycles (patient, cycle, day); got 'dose'"),
        ("{file: cycles.csv}", "{file: cycles.csv, sheet: One}", "cycles.csv: needs no sheet: a CSV file has none; got 'One'"),
        ("{file: cycles.csv}", "{file: cycles.txt}", "cycles.txt: needs a table that ends in .csv or .xlsx, for example 'data.csv'"),
        ("{file: cycles.csv}", "{file: gone.csv}", "gone.csv: needs a file that can be read (No such file or directory)"),
        ("{file: cycles.csv}", "{file: cycles.csv, only: {ward: x}}", "cycles.csv:1: needs a column 'ward' to choose rows by; got 'patient, cycle, day'"),
        ("{file: cycles.csv}", "{file: cycles.csv, columns: {day: Day}}", "cycles.csv:1: needs a column 'Day' for day; got 'patient, cycle, day'"),
        ('synthetic: "no"', 'synthetic: "perhaps"', "cohort.yaml:4:12 synthetic: needs one of 'yes' or 'no'; got 'perhaps'"),
        ("arms:\n  - {id: a, name: Arm A}\n  - {id: b, name: Arm B}", "arms: []", "cohort.yaml:1:1: needs at least one entry: an empty list says nothing"),
    ],
)  # fmt: skip
def test_a_mistake_of_the_cohort_file_is_told(tmp_path, old, new, told):
    assert old in SETTINGS
    folder = write(tmp_path, settings=SETTINGS.replace(old, new))
    assert any(one.endswith(told) for one in mistakes(folder))


def test_a_folder_without_a_cohort_file_is_told(tmp_path):
    assert mistakes(tmp_path) == [
        f"{tmp_path / 'cohort.yaml'}: needs a file that can be read (No such file or directory)"
    ]


def test_a_file_in_place_of_a_folder_is_told(tmp_path):
    (tmp_path / "x").write_text("x")
    assert mistakes(tmp_path / "x")[0].startswith("needs a folder that holds cohort.yaml")


# ------------------------------------------------------------------------------------------------------ what stands out


def rules(folder) -> dict[str, str]:
    return {one.rule: one.measured for one in cohorts.load(str(folder)).findings}


def test_a_cohort_in_order_has_no_finding(small):
    assert small.findings == ()


def test_a_baseline_after_the_start_is_told(tmp_path):
    assert rules(write(tmp_path, tables=with_line("visits", 2, "P1,0,2024-01-11,yes,"))) == {
        "baseline-after-start": "P1"
    }


def test_a_patient_without_a_baseline_is_told(tmp_path):
    tables = {
        **TABLES,
        "lesions": "\n".join(x for x in TABLES["lesions"].splitlines() if not x.startswith("P3")) + "\n",
    }
    tables["visits"] = with_line("visits", 6, "P3,0,2024-01-20,no,")["visits"]
    assert rules(write(tmp_path, tables=tables)) == {"no-baseline": "P3"}


def test_a_fatal_event_without_a_day_of_death_is_told(tmp_path):
    tables = with_more("events", "P1,Sepsis,Infections,5,5.0,possible,2024-02-01,")
    assert rules(write(tmp_path, tables=tables)) == {"death-without-day": "P1"}


def test_what_stands_out_is_told_in_these_words(tmp_path):
    tables = {name: text for name, text in TABLES.items() if name != "lesions"}
    visits = ["P1,0,2024-01-11,yes,", "P2,0,2024-01-12,yes,", "P3,0,2024-01-20,no,", "P3,1,2024-03-20,no,motion"]
    tables["visits"] = "\n".join([TABLES["visits"].splitlines()[0], *visits]) + "\n"
    tables["patients"] = (
        TABLES["patients"].replace("P3,a,2024-02-01", "P3,a,2024-01-20") + "P5,a,2024-01-10,2024-12-01,,,,,60,0\n"
    )
    tables["events"] += "".join(f"{name},Sepsis,Infections,5,5.0,possible,2024-02-01,\n" for name in ("P3", "P1", "P2"))
    tables["cycles"] = TABLES["cycles"].replace("P3,1,2024-02-01\n", "")
    found = cohorts.load(
        str(write(tmp_path, settings=SETTINGS.replace("  lesions: {file: lesions.csv}\n", ""), tables=tables))
    )
    assert [(one.rule, one.severity, one.message, one.measured) for one in found.findings] == [
        ("baseline-after-start", "warning", "the baseline was read after treatment began", "P1, P2"),
        (
            "no-baseline",
            "warning",
            "no baseline was assessed, so no response can be told; they stay in every denominator as NE",
            "P3, P5",
        ),
        ("death-without-day", "warning", "an event of grade 5, and no day of death", "P1, P3"),
        ("not-treated", "warning", "no cycle was given, so they are in no denominator of safety", "P3, P5"),
    ]


def test_a_baseline_on_the_day_of_the_start_is_before_it(tmp_path):
    assert rules(write(tmp_path, tables=with_line("visits", 2, "P1,0,2024-01-10,yes,"))) == {}


def test_a_first_visit_that_is_no_baseline_is_none(tmp_path):
    lines = TABLES["visits"].replace("P1,0,2024-01-02,yes,\n", "")
    lesions = "".join(line for line in TABLES["lesions"].splitlines(True) if not line.startswith("P1"))
    found = cohorts.load(str(write(tmp_path, tables={**TABLES, "visits": lines, "lesions": lesions})))
    assert [(one.rule, one.measured) for one in found.findings] == [("no-baseline", "P1")]
    (read,) = [
        one for one in cohort.reads(found, criterion("mrecist"), Terms(confirmed=False))["A"] if one.patient == "P1"
    ]
    assert (read.best.response, [one.visit for one in read.timepoints]) == ("NE", [1])


def test_a_cohort_without_visits_is_not_told_of_each_baseline(tmp_path):
    settings = SETTINGS[: SETTINGS.index("  visits:")]
    assert rules(write(tmp_path, settings=settings)) == {}


def test_baselines_are_held_against_the_criterion(tmp_path):
    tables = with_line("lesions", 6, "P2,0,A,1,target,tumour,liver,30,9,,,,")
    found = cohorts.load(str(write(tmp_path, tables=tables)))
    told = cohort.baseline_findings(found, criterion("mrecist"))
    assert [(one.rule, one.where) for one in told] == [("target-too-small", "patient P2, reader A")]
    assert cohort.baseline_findings(found, criterion("recist-1.1")) == []


# ----------------------------------------------------------------------------------------------------- who was treated


def test_the_flow_counts_everybody(small):
    assert baseline.flow(small).data() == {
        "all": 4,
        "excluded": {"lost to follow-up": 1},
        "arms": {"a": 2, "b": 1},
        "treated": {"a": 2, "b": 1},
    }


def test_a_characteristic_counts_those_of_whom_it_is_known(small):
    age, ecog = baseline.characteristics(small)
    assert {level: {arm: (p.count, p.of) for arm, p in arms.items()} for level, arms in age.levels.items()} == {
        "≤65": {"a": (1, 1), "b": (0, 1)},
        ">65": {"a": (0, 1), "b": (1, 1)},
    }
    assert {arm: (p.count, p.of) for arm, p in age.missing.items()} == {"a": (1, 2), "b": (0, 1)}
    assert (ecog.spread, age.spread["a"].mean, age.spread["a"].deviation) == (None, 65.0, None)


def test_a_cut_belongs_to_the_lower_level(small):
    assert baseline.characteristics(small)[0].levels["≤65"]["a"].count == 1


def test_a_number_is_told_with_its_spread_and_its_tests(tmp_path):
    lines = [f"Q{n},{arm},2024-01-10,2024-12-01,,,,,{age},0" for n, (arm, age) in enumerate(
        [("a", 50), ("a", 60), ("a", 70), ("b", 66), ("b", 70)])]  # fmt: skip
    tables = {**TABLES, "patients": "\n".join([TABLES["patients"].splitlines()[0], *lines]) + "\n"}
    found = cohorts.load(str(write(tmp_path, tables=tables, settings=SETTINGS[: SETTINGS.index("  cycles:")])))
    age = baseline.characteristics(found)[0]
    assert age.data() == {
        "name": "Age",
        "unit": "y",
        "levels": {
            "≤65": {"a": {"count": 2, "of": 3, "value": 2 / 3}, "b": {"count": 0, "of": 2, "value": 0.0}},
            ">65": {"a": {"count": 1, "of": 3, "value": 1 / 3}, "b": {"count": 2, "of": 2, "value": 1.0}},
        },
        "missing": {"a": {"count": 0, "of": 3}, "b": {"count": 0, "of": 2}},
        "spread": {
            "a": {"n": 3, "mean": 60.0, "standard_deviation": 10.0, "median": 60.0, "least": 50.0, "most": 70.0},
            "b": {
                "n": 2, "mean": 68.0, "standard_deviation": pytest.approx(8**0.5), "median": 68.0, "least": 66.0,
                "most": 70.0,
            },
        },
        "p": age.tests.named(),
    }  # fmt: skip
    assert age.tests.fisher == pytest.approx(0.4)  # 3 + 1 of C(5, 2) = 10 ways
    assert baseline.characteristics(found)[1].tests is None


def test_reads_keep_patient_arm_reader_and_the_baseline(small):
    read = cohort.reads(small, criterion("mrecist"), Terms(confirmed=False, least_sd=1000))["A"]
    assert [(one.patient, one.arm, one.reader) for one in read] == [
        ("P1", "a", "A"),
        ("P2", "b", "A"),
        ("P3", "a", "A"),
    ]
    stable = cohort.reads(small, criterion("recist-1.1"), Terms(confirmed=False, least_sd=59))["A"][0]
    assert (stable.best.response, len(stable.timepoints)) == ("SD", 1)  # 59 days from 2 January to 1 March
    short = cohort.reads(small, criterion("recist-1.1"), Terms(confirmed=False, least_sd=60))["A"][0]
    assert short.best.response == "NE"


def test_the_treated_are_told_with_arm_and_the_time_in_which_they_were_watched(small):
    assert cohort.treated(small) == [
        safety.Treated("P1", "a", dt.date(2024, 1, 10), dt.date(2024, 12, 1)),
        safety.Treated("P2", "b", dt.date(2024, 1, 10), dt.date(2024, 11, 30)),
        safety.Treated("P3", "a", dt.date(2024, 2, 1), dt.date(2024, 12, 1)),
    ]


def test_of_nobody_there_is_no_mean_and_no_test(small):
    told = baseline.characteristics(small, [])[0]
    assert (told.spread["a"].mean, told.tests, told.levels["≤65"]["a"].value) == (None, None, None)
    assert (told.data()["spread"]["a"]["n"], told.data()["p"]) == (0, None)


def test_a_characteristic_without_a_unit_tells_none(small):
    assert [one.data()["unit"] for one in baseline.characteristics(small)] == ["y", None]


def test_one_arm_is_described_and_not_tested(tmp_path):
    settings = SETTINGS.replace("  - {id: b, name: Arm B}\n", "")
    tables = {name: "".join(line for line in text.splitlines(True) if not line.startswith(("P2", "P4")))
              for name, text in TABLES.items()}  # fmt: skip
    tables["patients"] = tables["patients"].replace(",NA,\n", ",70,1\n")
    age = baseline.characteristics(cohorts.load(str(write(tmp_path, settings=settings, tables=tables))))[0]
    assert ({name: one["a"].count for name, one in age.levels.items()}, age.tests) == ({"≤65": 1, ">65": 1}, None)


def test_the_flow_tells_who_had_no_cycle(tmp_path):
    lines = "".join(line for line in TABLES["cycles"].splitlines(True) if not line.startswith("P3"))
    found = cohorts.load(str(write(tmp_path, tables={**TABLES, "cycles": lines})))
    told = baseline.flow(found).data()
    assert (told["arms"], told["treated"]) == ({"a": 2, "b": 1}, {"a": 1, "b": 1})


def test_levels_without_an_order_come_in_that_of_the_alphabet(tmp_path):
    settings = SETTINGS.replace(', order: ["0", "1"]', "")
    found = cohorts.load(str(write(tmp_path, settings=settings)))
    assert list(baseline.characteristics(found)[1].levels) == ["0", "1"]


def test_characteristics_are_plain_data(small):
    told = baseline.characteristics(small)[0].data()
    assert told["levels"]["≤65"]["a"] == {"count": 1, "of": 1, "value": 1.0}
    assert told["spread"]["b"]["median"] == 66.0


# ------------------------------------------------------------------------------------------------------- nothing gets by


@given(st.text(max_size=12), st.integers(0, 9))
def test_whatever_stands_in_a_cell_is_read_or_told(text, place):
    settings, _ = _settings()
    tables = {name: _rows(name, body) for name, body in TABLES.items()}
    cells = list(tables["patients"].rows[0][1])
    cells[place] = text.strip()
    tables["patients"] = cohort.Table(
        "patients.csv", tables["patients"].header, [(2, cells), *tables["patients"].rows[1:]]
    )
    told = ""
    try:
        found = cohort.cohort(settings, tables)
    except Mistake as mistake:
        told = str(mistake)
    assert ".csv" in told if told else len(found.patients) == 4


def _settings():
    from dosewright.reading import read, validate

    document = read(SETTINGS.encode(), "cohort.yaml")
    return validate(document, cohort.Settings), document


def _rows(name: str, body: str) -> cohort.Table:
    import csv

    lines = list(csv.reader(io.StringIO(body)))
    return cohort.Table(f"{name}.csv", lines[0], list(enumerate(lines[1:], 2)))
