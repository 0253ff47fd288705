"""The commands on outcomes, end to end: output, figures, exit codes, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree

import pytest

from dosewright import outcome_tables, spreadsheets
from dosewright.cli import run
from dosewright.errors import Mistake

from . import classics

LUNG = str(classics.DATA / "lung.csv")
PBC = str(classics.DATA / "pbc.csv")
SURVIVAL = ["outcomes", "survival", LUNG, "--time", "time", "--event", "event"]
MATCH = ["outcomes", "match", PBC, "--treat", "trt", "--covariates", "age,sex,edema", "--caliper", "0.2"]


def said(capsys, *arguments):
    """What a command that succeeds prints."""
    code = run([str(one) for one in arguments])
    printed = capsys.readouterr()
    assert (code, printed.err) == (0, "")
    return printed.out


def refused(capsys, *arguments):
    """The exit code and the message of a command that does not."""
    code = run([str(one) for one in arguments])
    return code, capsys.readouterr().err


# ------------------------------------------------------------------------------------------------------------- survival


def test_survival_as_json_is_what_r_says(capsys):
    made = json.loads(said(capsys, *SURVIVAL, "--group", "sex", "--covariates", "age,sex,ph_ecog", "--at", "365",
                           "--conf", "log-log", "--format", "json"))  # fmt: skip
    told = classics.r()
    assert (made["n"], made["events"], made["missing"]) == (228, 165, 1)
    assert told["lung by sex 2 log-log"]["at_upper[2]"] == pytest.approx(made["km"][1]["at"][0]["upper"])
    assert told["lung by sex 1 log-log"]["median"] == made["km"][0]["median"]
    assert classics.several("lung efron", "p") == pytest.approx([term["p"] for term in made["cox"]["terms"]])


def test_survival_as_text_names_its_methods(capsys):
    text = said(capsys, *SURVIVAL, "--group", "sex", "--covariates", "age", "--univariable", "--profile", "--trend",
                "--restricted-mean", "700", "--at", "365", "--ties", "breslow", "--subgroups", "ph_ecog")  # fmt: skip
    for words in ("95 % limits by log", "Log-rank: chi-squared 10.327", "p 0.001", "ties by breslow", "limits by profile",
                  "restricted mean up to 700", "Trend over sex", "scaled Schoenfeld", "interaction with ph_ecog",
                  "270 (212 to 310)", "33.6 %", "one by one", "all together"):  # fmt: skip
        assert words in text


def test_survival_as_csv_is_one_number_a_line(capsys):
    rows = list(csv.reader(io.StringIO(said(capsys, *SURVIVAL, "--at", "365", "--format", "csv"))))
    assert rows[0] == ["table", "row", "quantity", "value"]
    assert ["km", "all", "median", "310.0"] in rows
    assert ["km", "all at 365", "at at_risk", "65"] in rows
    assert {4} == {len(row) for row in rows}


def test_competing_events_are_told_as_text(capsys):
    text = said(capsys, "outcomes", "survival", classics.DATA / "mgus2.csv", "--time", "time", "--event", "event",
                "--event-value", "1", "--competing-value", "2", "--group", "sex", "--at", "60")  # fmt: skip
    assert "Cumulative incidence where event 2 competes" in text
    assert "Gray: chi-squared 1.195" in text


def test_the_same_call_prints_the_same_bytes(capsys, tmp_path):
    made = []
    for name in ("one.svg", "two.svg"):
        text = said(capsys, *SURVIVAL, "--group", "sex", "--format", "json", "--figure", tmp_path / name)
        made.append((text, (tmp_path / name).read_bytes()))
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--at", "6,twelve"], "--at: needs a plain decimal number"),
        (["--at", "6,6"], "--at: needs names between commas, each once"),
        (["--level", "95"], "level: needs a level between 0 and 1"),
        (["--group", "sexx"], "did you mean 'sex'?"),
        (["--reference", "sex"], "--reference: needs COLUMN=LEVEL"),
        (["--covariates", "age,,sex"], "--covariates: needs names between commas"),
        (["--figure", "km.png"], "--figure: needs a figure that ends in .svg or .html"),
        (["--event-value", "dead"], "event value: needs a value of event (0, 1)"),
        (["--restricted-mean", "-5"], "--restricted-mean"),
    ],
)
def test_a_wrong_option_is_wrong_input(capsys, more, told):
    code, error = refused(capsys, *SURVIVAL, *more)
    assert (code, told in error) == (3, True)


def test_what_cannot_be_computed_has_its_own_exit_code(capsys, tmp_path):
    path = tmp_path / "flat.csv"
    path.write_text("t,e,x\n1,1,5\n2,0,5\n", "utf-8")
    code, error = refused(capsys, "outcomes", "survival", path, "--time", "t", "--event", "e", "--covariates", "x")
    assert (code, "x: a covariate is the same" in error) == (4, True)


def test_a_cell_that_is_wrong_is_told_by_line_and_column(capsys, tmp_path):
    path = tmp_path / "wrong.csv"
    path.write_text("t,e\n1,1\n\nNaN,0\n-2,3\n", "utf-8")
    code, error = refused(capsys, "outcomes", "survival", path, "--time", "t", "--event", "e")
    assert code == 3
    assert "wrong.csv:4, t: needs a plain decimal number" in error
    assert "wrong.csv:5, e: needs 1 for the event" in error


# -------------------------------------------------------------------------------------------------------------- figures


def drawn(capsys, tmp_path, *arguments):
    """The picture a command draws, read as XML."""
    said(capsys, *arguments, "--figure", tmp_path / "figure.svg")
    text = (tmp_path / "figure.svg").read_text("utf-8")
    return text, ElementTree.fromstring(text)


SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("arguments", "title", "words"),
    [
        ((*SURVIVAL, "--group", "sex"), "Kaplan–Meier", ["At risk", "138", "90", "Log-rank p = 0.001", "Survival"]),
        ((*SURVIVAL, "--group", "sex", "--subgroups", "ph_ecog"), "Hazard ratios in subgroups",
         ["ph_ecog 3", "no estimate", "0.588 (0.424 to 0.816)", "hazard ratio, sex=2 against 1"]),
        (("outcomes", "survival", str(classics.DATA / "mgus2.csv"), "--time", "time", "--event", "event",
          "--event-value", "1", "--competing-value", "2", "--group", "sex"), "Cumulative incidence", ["Gray p = 0.274"]),
        (MATCH, "Balance before and after matching", ["before", "after", "0.1", "Standardised difference"]),
    ],
)  # fmt: skip
def test_a_figure_says_what_it_shows(capsys, tmp_path, arguments, title, words):
    _, root = drawn(capsys, tmp_path, *arguments)
    texts = [one.text for one in root.iter(f"{SVG}text")]
    assert title == root.find(f"{SVG}title").text
    assert len(root.find(f"{SVG}desc").text) > 40
    assert root.get("role") == "img"
    assert [word for word in words if word not in texts] == []


def test_the_title_and_description_of_a_figure_are_its_label(capsys, tmp_path):
    _, root = drawn(capsys, tmp_path, *SURVIVAL)
    labels = root.get("aria-labelledby").split()
    assert [root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")] == labels


def test_curves_differ_by_their_dashes_and_not_by_colour_alone(capsys, tmp_path):
    _, root = drawn(capsys, tmp_path, *SURVIVAL, "--group", "ph_ecog")
    curves = [one for one in root.iter(f"{SVG}path") if one.get("stroke-width") == "1.8" and "V" in one.get("d")]
    assert 4 == len(curves) == len({one.get("stroke-dasharray") for one in curves})


def test_the_numbers_at_risk_are_those_of_the_data(capsys, tmp_path):
    text, _ = drawn(capsys, tmp_path, "outcomes", "survival", classics.DATA / "gehan.csv", "--time", "time",
                    "--event", "event", "--group", "treatment")  # fmt: skip
    table = classics.columns("gehan")
    for group in ("6-MP", "placebo"):
        times = [float(t) for t, g in zip(table["time"], table["treatment"], strict=True) if g == group]
        line = re.search(rf">{group}</text>\n((?:<text [^>]*text-anchor=\"middle\">[0-9,]+</text>\n)+)", text)[1]
        assert [str(sum(t >= at for t in times)) for at in range(0, 36, 6)] == re.findall(r">([0-9,]+)<", line)


def test_a_curve_is_drawn_where_its_numbers_are(capsys, tmp_path):
    path = tmp_path / "two.csv"
    path.write_text("t,e\n1,1\n2,0\n", "utf-8")
    text, _ = drawn(capsys, tmp_path, "outcomes", "survival", path, "--time", "t", "--event", "e")
    # 96 to 696 is 0 to 2, 336 to 36 is 0 to 100 %; down by half at 1, on to 2; the censored at 2
    assert 'd="M96 36H396V186H696"' in text
    assert "M696.00 182.00v8" in text


def test_a_page_has_the_table_beside_the_figure(capsys, tmp_path):
    said(capsys, *SURVIVAL, "--figure", tmp_path / "km.html")
    page = (tmp_path / "km.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<td>310</td><td>285</td><td>363</td>" in page


def test_a_name_in_a_figure_is_no_markup(capsys, tmp_path):
    path = tmp_path / "markup.csv"
    path.write_text("t,e,g\n1,1,<b>&\n2,0,ok\n3,1,ok\n", "utf-8")
    text, _ = drawn(capsys, tmp_path, "outcomes", "survival", path, "--time", "t", "--event", "e", "--group", "g")
    assert ("<b>" in text, "&lt;b&gt;&amp;" in text) == (False, True)


# ------------------------------------------------------------------------------------------------------------- matching


def matched(capsys, *more):
    return json.loads(said(capsys, *MATCH, "--format", "json", *more))


def test_matching_as_json_has_the_shape_that_programs_read(capsys):
    made = matched(capsys)
    assert {"pairs", "unmatched", "balance", "scores"} <= set(made)
    assert list(made["balance"][0]) == ["covariate", "smd_before", "smd_after"]
    assert len(made["scores"]) == 418


def test_a_pair_is_a_treated_row_and_a_control_row_counted_from_1(capsys):
    treatment = classics.columns("pbc")["trt"]
    made = matched(capsys)
    assert {("1", "2")} == {(treatment[one - 1], treatment[other - 1]) for one, other in made["pairs"]}
    assert {"1"} == {treatment[one - 1] for one in made["unmatched"]}
    treated = {one for one, _ in made["pairs"]} | set(made["unmatched"])
    assert treatment.count("1") == len(treated)


def test_a_pair_is_no_further_apart_than_the_caliper(capsys):
    from math import log

    made = matched(capsys)
    logit = [None if p is None else log(p / (1 - p)) for p in made["scores"]]
    assert max(abs(logit[one - 1] - logit[other - 1]) for one, other in made["pairs"]) <= made["width"]


def test_who_lacks_something_is_counted_and_has_no_score(capsys):
    made = matched(capsys)
    assert made["missing"] == made["scores"].count(None) == 106


def test_without_a_caliper_everybody_who_can_is_matched(capsys):
    made = json.loads(said(capsys, *MATCH[:-2], "--format", "json"))
    assert (len(made["pairs"]), len(made["unmatched"]), made["caliper"]) == (154, 4, None)


def test_exact_variables_are_alike_in_every_pair(capsys):
    sex = classics.columns("pbc")["sex"]
    assert all(sex[one - 1] == sex[other - 1] for one, other in matched(capsys, "--exact", "sex")["pairs"])


def test_matching_as_text_says_how_it_was_done(capsys):
    text = said(capsys, *MATCH, "--order", "random", "--seed", "7", "--ratio", "2", "--replacement")
    for words in ("caliper: ", "order: random, seed 7; ratio 2; with replacement", "left out, since they lack something: 106 of 418 rows", "* above 0.1",
                  "it shows no cause"):  # fmt: skip
        assert words in text
    assert "p " not in text.replace("caliper ", "")


def test_the_matched_rows_are_written_with_pair_and_weight(capsys, tmp_path):
    said(capsys, *MATCH, "--out", tmp_path / "matched.csv")
    table = spreadsheets.read(str(tmp_path / "matched.csv"))
    pairs = table.column("pair")
    assert {2} == {pairs.count(one) for one in set(pairs)}
    assert {"1"} == set(table.column("weight"))
    assert len(pairs) // 2 == table.column("trt").count("1")


def test_the_balance_of_the_matched_rows_is_that_after_matching(capsys, tmp_path):
    after = {one["covariate"]: one["smd_after"] for one in matched(capsys, "--out", str(tmp_path / "m.csv"))["balance"]}
    made = json.loads(said(capsys, "outcomes", "balance", tmp_path / "m.csv", "--treat", "trt", "--covariates",
                           "age,sex,edema", "--format", "json"))  # fmt: skip
    assert after == {one["covariate"]: pytest.approx(one["smd"]) for one in made["balance"]}


def test_a_table_that_has_a_column_pair_is_not_overwritten(capsys, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("pair,a,x\n1,1,1\n2,0,2\n3,1,3\n4,0,1\n", "utf-8")
    code, error = refused(
        capsys, "outcomes", "match", path, "--treat", "a", "--covariates", "x", "--out", tmp_path / "o.csv"
    )
    assert (code, "--out: needs a table without columns of these names; got 'pair'" in error) == (3, True)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--treated-value", "3"], "needs two groups, of which one is 3"),
        (["--caliper", "no"], "--caliper: needs a plain decimal number"),
        (["--ratio", "0"], "--ratio"),
        (["--exact", "stag"], "did you mean 'stage'?"),
        (["--covariates", ""], "--covariates: needs the names of some columns"),
    ],
)
def test_a_wrong_option_of_matching_is_wrong_input(capsys, more, told):
    code, error = refused(capsys, *MATCH, *more)
    assert (code, told in error) == (3, True)


def test_covariates_that_tell_the_groups_apart_cannot_be_matched(capsys, tmp_path):
    path = tmp_path / "apart.csv"
    path.write_text("a,x\n1,1\n1,2\n0,3\n0,4\n", "utf-8")
    code, error = refused(capsys, "outcomes", "match", path, "--treat", "a", "--covariates", "x")
    assert (code, "x: the covariates tell the groups fully apart" in error) == (4, True)


def test_balance_as_text_counts_what_is_large(capsys):
    text = said(capsys, "outcomes", "balance", PBC, "--treat", "trt", "--covariates", "age,sex,stage")
    assert "158 treated, 154 controls" in text
    assert "* above 0.1: 3 of 3" in text


# ------------------------------------------------------------------------------------------------------------- endpoints

RECORDS = """patient,record,date
P1,treatment-start,2026-01-01
P1,death,2026-03-01
P2,treatment-start,2026-01-05
P2,assessment,2026-02-01
P2,progression,2026-02-20
P3,assessment,2026-01-01
"""


def test_times_to_an_endpoint_keep_why_they_ended_and_by_which_record(capsys, tmp_path):
    (tmp_path / "records.csv").write_text(RECORDS, "utf-8")
    text = said(
        capsys, "outcomes", "endpoint", tmp_path / "records.csv", "--endpoint", "ttp", "--out", tmp_path / "t.csv"
    )
    assert "time to progression, printed as PFS in the source paper: 1 events, 1 competing, 0 censored" in text
    assert "P3: no time, no treatment-start" in text
    table = spreadsheets.read(str(tmp_path / "t.csv"))
    assert (table.column("time"), table.column("event")) == (["59", "46"], ["2", "1"])
    assert table.column("by") == ["records.csv:3", "records.csv:6"]


def test_a_definition_that_is_only_recalled_says_so(capsys, tmp_path):
    (tmp_path / "records.csv").write_text(RECORDS, "utf-8")
    text = said(capsys, "outcomes", "endpoint", tmp_path / "records.csv", "--endpoint", "pfs", "--months",
                "--until", "2026-02-25", "--out", tmp_path / "t.csv")  # fmt: skip
    assert "convention as recalled" in text
    assert spreadsheets.read(str(tmp_path / "t.csv")).column("time") == ["0", "1.511294"]


def test_an_event_before_its_origin_is_refused(capsys, tmp_path):
    (tmp_path / "r.csv").write_text(
        "patient,record,date\nP1,death,2026-01-01\nP1,treatment-start,2026-01-02\n", "utf-8"
    )
    code, error = refused(
        capsys, "outcomes", "endpoint", tmp_path / "r.csv", "--endpoint", "os", "--out", tmp_path / "t.csv"
    )
    assert (code, "r.csv:2, patient P1" in error, (tmp_path / "t.csv").exists()) == (3, True, False)


# --------------------------------------------------------------------------------------------------------------- tables


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a;b\n1;2\n", r"t\.csv:1: needs a table separated by commas"),
        (b"a,a\n1,2\n", r"t\.csv:1: needs each column once"),
        (b"a,\n1,2\n", r"t\.csv:1: needs a name above each column"),
        (b"a,b\n1\n", r"t\.csv:2: needs 2 cells; got '1'"),
        (b"", r"t\.csv: needs a table with a header"),
        (b"a,b\n\xff,2\n", r"t\.csv:2: needs a file in UTF-8"),
        (b"a,b\n1,\x002\n", r"t\.csv:2: needs plain text"),
        (b'a,b\n"1,2\n', r"t\.csv:.*a CSV table"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path, content, told):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(Mistake, match=told):
        spreadsheets.read(str(tmp_path / "t.csv"))


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(Mistake, match=r"a table that ends in \.csv or \.xlsx"):
        spreadsheets.read(str(tmp_path / "data.sav"))


def test_a_workbook_reads_as_the_same_table(tmp_path, capsys):
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "lung.xlsx"))
    sheet = book.add_worksheet()
    for place, (name, cells) in enumerate(classics.columns("lung").items()):
        sheet.write_string(0, place, name)
        for row, cell in enumerate(cells, 1):
            if cell:
                sheet.write_number(row, place, float(cell))
    book.close()
    arguments = ["--time", "time", "--event", "event", "--covariates", "ph_ecog", "--format", "json"]
    one = json.loads(said(capsys, "outcomes", "survival", LUNG, *arguments))
    two = json.loads(said(capsys, "outcomes", "survival", tmp_path / "lung.xlsx", *arguments))
    assert one["cox"] == two["cox"]
    assert "1 of 228 rows lacks ph_ecog: lung.xlsx:15" in two["notes"]


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"nonsense")
    with pytest.raises(Mistake, match="a workbook that can be read"):
        spreadsheets.read(str(tmp_path / "t.xlsx"))


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0268, "0.027"), (0.9999, "1.000"), (0.001, "0.001"), (0.00099, "<0.001"), (None, "none")],
)
def test_a_p_value_is_printed_in_three_decimals(value, told):
    assert told == outcome_tables.p_value(value)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_of_ours_is_run_by_a_spreadsheet(cell):
    assert f"'{cell}" == outcome_tables.spreadsheet_text(cell)
