"""`dosewright fit` end to end: the answer and its exit code, the page for the notes, the table, and no wrong input swallowed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from dosewright import cli, fit_sheets, fit_words
from dosewright.errors import Refusal

from .fitness_today import FIRST, a_known_patient, labs, note, nothing_but, toxic
from .ward import DAY, EXAMPLES, as_file, site_data

TODAY = ("--cycle", "1", "--on", "2026-11-23")
SITE = ("--site", "site-example.yaml")


@pytest.fixture
def run(capsys, tmp_path, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """The command line in a folder of its own that holds the examples."""
    for file in EXAMPLES.iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        code = cli.run(["fit", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def patient(changes: Any = None, cycle: int = 1, name: str = "patient.yaml") -> str:
    Path(name).write_bytes(as_file(a_known_patient(changes, cycle=cycle)))
    return name


def asked(run, changes: Any = None, *more: str) -> tuple[int, str, str]:
    return run("haic-folfox", "--patient", patient(changes), *SITE, *TODAY, *more)


# --------------------------------------------------------------------------------------------------------- the answer


@pytest.mark.parametrize(
    ("changes", "answer", "code"),
    [
        ({}, "PROCEED", 0),
        ({"laboratory": labs(platelets="60")}, "HOLD", 1),
        ({"ecog": "3"}, "REFUSE", 1),
        ({"laboratory": labs(platelets=None)}, "UNKNOWN", 1),
    ],
)
def test_the_answer_stands_first_and_is_the_exit_code(run, changes, answer, code):
    found, out, err = asked(run, changes)
    assert (found, out.splitlines()[1].startswith(f"{answer}: "), err) == (code, True, "")


def test_what_holds_is_told_with_value_age_limit_source_and_the_next_step(run):
    _, out, _ = asked(run, {"laboratory": labs(platelets="60")})
    told = " ".join(out.split())
    assert "hold platelets: 60 10^9/L (2026-11-21, 2 days old); allowed at least 75 10^9/L [site policy]" in told
    assert "outside the limit. Hold, repeat, or have the departure decided by name." in told


def test_the_scores_and_the_grades_are_told(run):
    _, out, _ = asked(run, {"laboratory": labs(platelets="60")})
    told = " ".join(out.split())
    assert "Child-Pugh A, 5 points (bilirubin 1, albumin 1, clotting 1, ascites 1, encephalopathy 1)" in told
    assert "ALBI −2.4, grade 2" in told
    assert "Creatinine clearance 71.8 mL/min, by the actual weight" in told
    assert "CTCAE today Platelet count decreased 2" in told


def test_without_a_site_it_says_that_nobody_has_decided(run):
    code, out, _ = run("haic-folfox", "--patient", patient(), *TODAY)
    assert (code, "which is no hospital's policy" in out) == (1, True)


def test_what_is_open_for_one_and_the_same_reason_stands_together(run):
    _, out, _ = asked(run, {"toxicities": "unknown"})
    told = " ".join(out.split())
    assert "diarrhoea of grade 3 or 4, until it has gone back to grade 1; hand-foot syndrome" in told


def test_json_is_the_whole_note(run):
    code, out, _ = asked(run, {}, "--format", "json")
    told = json.loads(out)
    assert (code, told["kind"], told["fit"]["answer"]) == (0, "fit", "proceed")
    assert told == json.loads(json.dumps(note())) | {"site": told["site"], "hash": told["hash"]}


def test_csv_has_a_row_for_every_criterion(run):
    _, out, _ = asked(run, {}, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert tuple(rows[0]) == fit_words.COLUMNS
    assert [row["id"] for row in rows] == [one["id"] for one in note()["fit"]["criteria"]]
    (platelets,) = (row for row in rows if row["id"] == "laboratory.platelets")
    assert (platelets["value"], platelets["unit"], platelets["on"], platelets["age_days"]) == (
        "142",
        "10^9/L",
        "2026-11-21",
        "2",
    )


def test_a_cell_that_a_spreadsheet_would_run_stays_text(run):
    _, out, _ = asked(run, {"medicines": ["=HYPERLINK(1)"]}, "--format", "csv")
    cells = [cell for row in csv.reader(io.StringIO(out)) for cell in row]
    assert [cell for cell in cells if cell.startswith("=")] == []
    assert "'=HYPERLINK(1)" in cells


@pytest.mark.parametrize("height", ["unknown", {"value": "60 cm", "on": "2026-11-20"}])
def test_a_body_that_allows_no_order_is_answered(run, height):
    code, out, err = asked(run, {"height": height})
    assert (code, "body surface area" in out, err) == (1, True, "")


# ------------------------------------------------------------------------------------------------------------ the page


def pages(content: bytes) -> list[str]:
    with pypdfium2.PdfDocument(content) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


ILL = {
    "laboratory": [*labs(FIRST - dt.timedelta(days=1)), *labs(platelets="60", ALT="240", bilirubin="36")],
    "toxicities": nothing_but(toxic("Diarrhea", "3", ended="2026-11-10"), toxic("Fatigue", "2")),
}


@pytest.fixture(scope="module")
def printed() -> bytes:
    return fit_sheets.fit_pdf(note(ILL, cycle=2))


def test_a_page_for_the_notes_is_one_page(printed):
    (page,) = pages(printed)
    assert "page 1 of 1" in page


@pytest.mark.parametrize(
    "words",
    [
        "Zhang Wei (张伟)",
        "MRN-004217",
        "born 1964-03-09",
        "allergies: none known",
        "cycle 2, day 1",
        "2026-11-23 (Mon)",
        "Fit today: HOLD: 3 hold, ",
        "1 What keeps from treatment",
        "platelets 60 10^9/L 2026-11-21, 2 days old",
        "Alanine aminotransferase increased grade 3",
        "240 U/L is 6 × ULN",
        "Child-Pugh A, 6 points",
        "ALBI −2.2, grade 2",
        "Creatinine clearance 71.8 mL/min",
        "cycle 1 on 2026-10-26 (100 % of its dose)",
        "Diarrhea (3 at its worst)",
        "To ask and to look at: it stops nothing by itself",
        "By the label: restart with a reduced dose.",
        "hold until",
        "physician",
        "nurse",
        "5 What may proceed",
        "Not looked at: pregnancy",
        "Held against haic-folfox 1 (",
    ],
)
def test_the_page_says(printed, words):
    assert words in pages(printed)[0]


def test_a_share_of_each_drug_is_told_by_its_drug():
    told = note(ILL, cycle=2)
    told["patient"]["given"][0]["share"] = {
        "oxaliplatin": {"value": 80, "unit": "%"},
        "fluorouracil": {"value": 100, "unit": "%"},
    }
    assert "(oxaliplatin 80 %, fluorouracil 100 % of its dose)" in pages(fit_sheets.fit_pdf(told))[0]


def test_the_page_bears_the_hash_of_its_note(printed):
    assert f"hash {note(ILL, cycle=2)['hash'][:12]}" in pages(printed)[0]


def test_no_quantity_breaks_and_nothing_is_left_blank(printed):
    text = pages(printed)[0]
    assert re.findall(r"\bNone\b|\bnan\b|\{|\}", text) == []


def test_the_same_fit_gives_the_same_bytes(printed):
    assert fit_sheets.fit_pdf(note(ILL, cycle=2)) == printed


def test_a_fit_that_proceeds_says_that_nothing_keeps_from_it():
    text = pages(fit_sheets.fit_pdf(note()))[0]
    assert "Fit today: PROCEED: " in text
    assert "1 What keeps from treatment Nothing." in text


def test_a_patient_of_whom_nothing_is_known_is_printed_too():
    changes = {"laboratory": "unknown", "toxicities": "unknown", "medicines": "unknown", "height": "unknown"}
    told = pages(fit_sheets.fit_pdf(note(changes)))
    assert "Fit today: UNKNOWN: " in told[0]
    assert f"page 1 of {len(told)}" in told[0]


def test_the_reference_site_is_named_on_the_page():
    assert "no hospital’s policy" in pages(fit_sheets.fit_pdf(note(by_reference=True)))[0]


def test_letter_is_another_paper():
    with pypdfium2.PdfDocument(fit_sheets.fit_pdf(note(), paper="Letter")) as document:
        assert [round(side) for side in document[0].get_size()] == [612, 792]


def test_no_text_of_a_patient_becomes_markup():
    page = fit_sheets.fit_html(note({"medicines": ["<script>alert(1)</script>"]})).decode("utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_sign_that_cannot_be_printed_is_refused():
    with pytest.raises(Refusal, match="the typefaces of the sheets cannot show a sign"):
        fit_sheets.fit_html(note({"name": "Zhang \N{THAI CHARACTER KO KAI}"}))


@pytest.mark.parametrize("ending", ["pdf", "html", "json", "csv"])
def test_the_page_is_written(run, ending):
    code, out, _ = asked(run, {}, "--out", f"fit.{ending}")
    assert (code, out.endswith(f"fit.{ending}: written\n"), Path(f"fit.{ending}").stat().st_size > 1000) == (
        0,
        True,
        True,
    )


def test_the_json_file_is_what_the_command_prints(run):
    _, out, _ = asked(run, {}, "--format", "json", "--out", "fit.json")
    assert Path("fit.json").read_text("utf-8") == out


# ------------------------------------------------------------------------------------------------------- on the order


def test_a_value_above_its_range_as_before_treatment_is_told_with_its_reason(run):
    # 90 is 2.25 times 40, and 1.125 times what it was: with an abnormal baseline grade 1 begins above 1.5 times that
    alt = {"analyte": "ALT", "unit": "U/L", "upper": "40"}
    values = [{**alt, "value": "80", "on": "2026-10-25"}, {**alt, "value": "90", "on": "2026-11-21"}]
    changes = {"laboratory": values, "given": [{"cycle": "1", "on": "2026-10-26", "share": "100 %"}]}
    _, out, _ = asked(run, changes, "--cycle", "2")
    told = "increased 0 (90 U/L is 2.25 × ULN, 1.125 × baseline; above its range as before treatment)"
    assert told in " ".join(out.split())


def test_what_is_open_for_one_reason_says_how_many_it_is(run):
    lines = asked(run, {})[1].splitlines()
    assert [line.split("  ")[0] for line in lines if "angina" in line] == ["asks ×2"]


def test_the_order_sheet_shows_the_same_answer(run, capsys):
    name = patient({"laboratory": labs(platelets="60")})
    assert cli.run(["order", "haic-folfox", "--patient", name, *SITE, *TODAY, "--out", "order.html"]) == 1
    page = re.sub(r"<[^>]*>", "", Path("order.html").read_text("utf-8"))
    capsys.readouterr()
    told = asked(run, {"laboratory": labs(platelets="60")})[1].splitlines()[1]
    assert f"Fit today: {told}." in page
    assert "CTCAE now Platelet count decreased 2" in page
    assert "ASKS: fluorouracil, heart; brain; oxaliplatin, platelets first." in page


def test_the_order_sheet_tells_what_else_keeps_from_treatment(run):
    name = patient({"laboratory": labs(creatinine="194.48")})
    cli.run(["order", "haic-folfox", "--patient", name, *SITE, *TODAY, "--out", "order.html"])
    page = re.sub(r"<[^>]*>", "", Path("order.html").read_text("utf-8"))
    assert "HOLD: oxaliplatin, kidneys (29.5 mL/min)." in page


# --------------------------------------------------------------------------------------------------------- wrong input


def refused(told: tuple[int, str, str]) -> tuple[int, str]:
    return told[0], told[2].strip().removeprefix("dosewright: ")


@pytest.mark.parametrize(
    ("words", "code", "needs"),
    [
        (("--cycle", "0", "--on", "2026-11-23"), 3, "--cycle: needs a whole number from 1"),
        (("--cycle", "1", "--on", "23.11.2026"), 3, "--on: needs a date as year-month-day"),
        ((*TODAY, "--day", "2"), 3, "--day: needs a day of haic-folfox on which something is given"),
        ((*TODAY, "--out", "fit.docx"), 3, "--out: needs a file that ends in .pdf, .html, .json or .csv"),
        ((*TODAY, "--out", "patient.json"), 3, "--out: needs another file than those that are read"),
        ((*TODAY, "--decide", "nothing=x"), 3, "--decide: needs an open question"),
        (("--on", "2026-11-23"), 2, "Missing option '--cycle'"),
        ((*TODAY, "--format", "xml"), 2, "Invalid value for '--format'"),
    ],
)
def test_a_wrong_call_is_refused(run, words, code, needs):
    found, err = refused(run("haic-folfox", "--patient", patient(name="patient.json"), *SITE, *words))
    assert (found, needs in err) == (code, True), err


def test_a_protocol_that_nobody_knows_is_refused(run):
    code, err = refused(run("haic-folfx", "--patient", patient(), *TODAY))
    assert (code, "haic-folfox" in err) == (3, True)


@pytest.mark.parametrize(
    ("changes", "needs"),
    [
        (
            {"laboratory": [{"analyte": "platelets", "value": "142", "on": "2026-11-21"}]},
            "platelets: needs 'unit', which is missing",
        ),
        (
            {"laboratory": [{"analyte": "platelets", "value": "1,42", "unit": "10^9/L", "on": "2026-11-21"}]},
            "platelets, value: needs a plain decimal number",
        ),
        ({"encephalopathy": "mild"}, "encephalopathy: needs one of '0', '1', '2', '3', '4' or 'unknown'"),
        ({"toxicities": [toxic("melancholy", "2")]}, "needs a term of CTCAE"),
        ({"birth_date": "2026-12-24"}, "birth_date: a birth after everything that the file dates"),
        ({"height": {"value": "165 cm", "on": "1926-11-20"}}, "a day before birth"),
    ],
)
def test_a_broken_patient_is_refused_with_its_place(run, changes, needs):
    code, err = refused(asked(run, changes))
    assert (code, err.startswith("patient.yaml:"), needs in err) == (3, True, True), err


def test_a_broken_site_is_refused_with_its_place(run):
    holds = [{"term": "any", "grade": "3", "from": "x"}, {"term": "melancholy", "grade": "2", "from": "x"}]
    Path("site.yaml").write_bytes(as_file(site_data({"toxicity_holds": holds})))
    code, err = refused(run("haic-folfox", "--patient", patient(), "--site", "site.yaml", *TODAY))
    assert (code, err.startswith("site.yaml:"), "needs a term of CTCAE" in err) == (3, True, True), err


def test_nothing_is_written_where_something_is_wrong(run):
    asked(run, {"encephalopathy": "mild"}, "--out", "fit.pdf")
    assert not Path("fit.pdf").exists()


def test_the_day_of_the_tests_is_the_day_of_the_ward():
    assert dt.date.fromisoformat(TODAY[3]) == DAY
