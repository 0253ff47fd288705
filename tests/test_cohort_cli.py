"""The commands about response, safety, characteristics, records and printed tables, end to end."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from dosewright import cli

from .cohorts_of_ours import SETTINGS, TABLES, with_line, with_more, write


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run one command in a folder that holds the small cohort: exit code, what it printed, what it said beside that."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "small")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["outcomes", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# -------------------------------------------------------------------------------------------------------------- response


def test_response_tells_rates_with_denominators_and_method(run):
    code, out, _ = run("response", "small")
    assert code == 0
    assert "Best overall response by mRECIST, not confirmed, stable disease from day 42" in out
    assert "objective response rate  1/2 (50 %), 9.5 to 90.5" in out
    assert "Every included patient is in the denominator, NE too. Intervals: Wilson" in out
    assert "Recalled, not read" in out


def test_response_as_json_holds_rates_patients_and_criterion(run):
    code, out, _ = run("response", "small", "--format", "json")
    told = json.loads(out)
    assert (code, told["criterion"]["id"], told["cohort"]["synthetic"]) == (0, "mrecist", False)
    rate = next(one for one in told["rates"]["A"] if one["measure"] == "objective response rate")
    assert (rate["arms"]["a"]["count"], rate["arms"]["a"]["of"]) == (1, 2)
    assert [one["best"]["response"] for one in told["patients"]] == ["PR", "PD", "NE"]


def test_response_as_csv_is_a_row_a_patient_and_reader(run):
    _, out, _ = run("response", "small", "--format", "csv")
    told = rows(out)
    assert [(one["patient"], one["best"], one["deepest_change_percent"]) for one in told] == [
        ("P1", "PR", "-59.0000"),
        ("P2", "PD", "0.0000"),
        ("P3", "NE", ""),
    ]


def test_the_criterion_of_the_call_comes_before_that_of_the_file(run):
    _, out, _ = run("response", "small", "--criterion", "recist-1.1", "--least-sd", "42", "--format", "json")
    told = json.loads(out)
    assert (told["criterion"]["id"], [one["best"]["response"] for one in told["patients"]]) == (
        "recist-1.1",
        ["SD", "PD", "NE"],
    )


def test_a_criterion_that_asks_for_confirmation_gets_it(run):
    _, out, _ = run("response", "small", "--criterion", "recist-1.0", "--format", "json")
    assert json.loads(out)["terms"]["confirmed_after"] == {"value": 28, "unit": "d"}


def test_what_nobody_has_decided_is_told(run):
    _, out, _ = run("response", "small", "--criterion", "recist-1.1")
    assert "nobody has said how long stable disease must have lasted" in out


def test_one_patient_is_told_visit_by_visit(run):
    code, out, _ = run("response", "small", "--patient", "P1")
    assert (code, "P1, reader A: best PR on 2024-03-01" in out, "−59 %" in out) == (0, True, True)
    _, out, _ = run("response", "small", "--patient", "P1", "--format", "csv")
    assert rows(out)[0]["sum_mm"] == "20.5"
    _, out, _ = run("response", "small", "--patient", "P1", "--format", "json")
    assert json.loads(out)[0]["visits"][0]["sum"] == {"value": 20.5, "unit": "mm"}


def test_figures_are_written_with_title_description_and_no_colour_alone(run, tmp_path):
    code, _, _ = run("response", "small", "--figures", "pictures")
    assert code == 0
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names == ["spider-A.svg", "swimmer-A.svg", "waterfall-A.svg"]
    for name in names:
        root = ET.parse(tmp_path / "pictures" / name).getroot()
        space = "{http://www.w3.org/2000/svg}"
        assert root.get("role") == "img"
        assert root.find(f"{space}title").text
        assert root.find(f"{space}desc").text


def test_a_baseline_that_departs_from_its_criterion_leaves_with_1(run, tmp_path):
    write(tmp_path / "small", tables=with_line("lesions", 6, "P2,0,A,1,target,tumour,liver,30,9,,,,"))
    code, out, _ = run("response", "small")
    assert (code, "target lesion 1 is too small" in out) == (1, True)


def test_two_readers_are_apart_and_their_agreement_is_told(run, tmp_path):
    lines = [line.replace(",A,", ",B,", 1) for line in TABLES["lesions"].splitlines()[1:]]
    write(tmp_path / "small", tables=with_more("lesions", *lines))
    _, out, _ = run("response", "small")
    assert ("Reader A" in out, "Reader B" in out) == (True, True)
    assert "Readers A and B: agree on 3/3 (100 %), κ 1 (1 to 1)" in out
    _, out, _ = run("response", "small", "--reader", "B", "--format", "json")
    told = json.loads(out)
    assert (list(told["rates"]), told["agreement"][0]["kappa"]["kappa"]) == (["B"], 1.0)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("response",), 2, "Missing argument 'COHORT'"),
        (("response", "gone"), 3, "needs a file that can be read"),
        (("response", "small", "--criterion", "recist"), 3, "needs a criterion of response"),
        (("response", "small", "--reader", "Z"), 3, "--reader: needs a reader of this cohort (A); got 'Z'"),
        (("response", "small", "--patient", "P4"), 3, "--patient: needs a patient who is in the analyses; got 'P4'"),
        (("response", "small", "--confirmed"), 3, "--confirmed-after: needs how many days later"),
        (("response", "small", "--least-sd", "six"), 3, "--least-sd: needs a whole number from 1"),
        (("safety", "gone"), 3, "needs a file that can be read"),
        (("table1", "gone"), 3, "needs a file that can be read"),
        (("cohort", "check", "gone"), 3, "needs a file that can be read"),
        (("cohort", "example"), 2, "Missing option '--out'"),
        (("cohort", "example", "--out", "small"), 3, "--out: needs a folder that holds no cohort yet"),
        (("cohort", "example", "--out", "x", "--patients", "many"), 3, "--patients: needs a whole number of patients"),
        (("cohort", "example", "--out", "x", "--patients", "1"), 3, "needs from 2 to 20,000 patients"),
        (("cohort", "example", "--out", "x", "--seed", "0"), 3, "--seed: needs a whole number from 1"),
        (("audit",), 2, "needs TABLES.yaml or --paper"),
        (("audit", "x.yaml", "--paper"), 2, "needs TABLES.yaml or --paper"),
        (("audit", "gone.yaml"), 3, "needs a file that can be read"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_told_and_leaves_with_its_code(run, arguments, code, told):
    left, out, err = run(*arguments)
    assert (left, out) == (code, "")
    assert told in err
    assert "Traceback" not in err


def test_without_any_lesion_there_is_no_response_to_tell(run, tmp_path):
    write(tmp_path / "small", settings=SETTINGS.replace("  lesions: {file: lesions.csv}\n", ""))
    code, _, err = run("response", "small")
    assert (code, "at least one lesion that somebody has read" in err) == (3, True)


def test_without_a_criterion_anywhere_it_is_asked_for(run, tmp_path):
    settings = SETTINGS.replace("response:\n  criterion: mrecist\n  least_sd: 42 d\n", "")
    write(tmp_path / "small", settings=settings)
    code, _, err = run("response", "small")
    assert (code, "--criterion: needs a criterion of response" in err) == (3, True)


# ---------------------------------------------------------------------------------------------------------------- safety


def test_safety_counts_patients_of_patients_treated(run):
    code, out, _ = run("safety", "small")
    assert code == 0
    assert "Arm A (n = 2)" in out
    assert "Deaths that treatment caused (grade 5, at least possibly related): Arm A 0/2 (0 %); Arm B 0/1 (0 %)." in out
    assert "Graded by CTCAE 5.0." in out
    assert "the grade of some events was not recorded" in out


def test_safety_as_json_and_csv_says_the_same(run):
    _, out, _ = run("safety", "small", "--format", "json")
    told = json.loads(out)
    assert (told["denominators"], told["without_grade"]) == ({"a": 2, "b": 1}, {"a": 0, "b": 1})
    fever = {(row["band"], arm): one["count"] for row in told["rows"] for arm, one in row["arms"].items()}
    _, out, _ = run("safety", "small", "--format", "csv")
    table = {(row["grade"], row["arm"]): int(row["patients"]) for row in rows(out) if row["term"] == "Fever"}
    assert table == {key: count for key, count in fever.items() if key in table}
    assert table["grade 3–4", "b"] == 1


def test_an_event_of_somebody_untreated_is_left_out_of_safety_and_told(run, tmp_path):
    lines = "\n".join(line for line in TABLES["cycles"].splitlines() if not line.startswith("P2")) + "\n"
    write(tmp_path / "small", tables={**TABLES, "cycles": lines})
    _, out, _ = run("safety", "small", "--format", "json")
    assert json.loads(out)["denominators"] == {"a": 2, "b": 0}


# ------------------------------------------------------------------------------------------------------- characteristics


def test_table_1_tells_counts_and_what_is_missing(run):
    code, out, _ = run("table1", "small")
    assert code == 0
    assert "4 patients; 1 excluded (lost to follow-up 1); Arm A 2, Arm B 1" in out
    assert "missing" in out


def test_table_1_as_json_and_csv(run):
    _, out, _ = run("table1", "small", "--format", "json")
    assert json.loads(out)["characteristics"][0]["levels"]["≤65"]["a"]["count"] == 1
    _, out, _ = run("table1", "small", "--format", "csv")
    told = [row for row in rows(out) if row["characteristic"] == "Age" and row["level"] == "missing"]
    assert [(row["arm"], row["patients"], row["of"]) for row in told] == [("a", "1", "2"), ("b", "0", "1")]


# --------------------------------------------------------------------------------------------------------------- records


def test_a_check_tells_rows_and_what_is_missing(run):
    code, out, _ = run("cohort", "check", "small")
    assert (code, "age 1 of 3, ecog 1 of 3" in out, "Nothing stands out." in out) == (0, True, True)


def test_a_check_as_json_and_csv(run):
    _, out, _ = run("cohort", "check", "small", "--format", "json")
    assert json.loads(out)["tables"]["patients"]["missing"]["age"] == {"count": 1, "of": 3}
    _, out, _ = run("cohort", "check", "small", "--format", "csv")
    assert {"table": "events", "column": "grade", "missing": "1", "of": "3"} in rows(out)


def test_a_check_tells_every_mistake(run, tmp_path):
    write(tmp_path / "small", tables=with_line("events", 2, "P9,Fever,General,7,5.0,possible,2024-01-12,"))
    code, _, err = run("cohort", "check", "small")
    assert code == 3
    assert "events.csv:2, column grade: needs a grade from 1 to 5" in err
    assert "events.csv:2, column patient: needs a patient of the table of patients" in err


def test_an_example_is_written_once_and_says_on_every_output_that_it_was_made_up(run):
    code, out, _ = run("cohort", "example", "--out", "made", "--patients", "40")
    assert (code, out.count("written, made up")) == (0, 6)
    for command in (("response",), ("safety",), ("table1",), ("cohort", "check")):
        _, text, _ = run(*command, "made")
        assert text.startswith("SYNTHETIC: these records were made up")
        _, data, _ = run(*command, "made", "--format", "json")
        assert json.loads(data)["cohort"]["synthetic"] is True
    for command in ("response", "safety", "table1"):
        _, table, _ = run(command, "made", "--format", "csv")
        assert {row["synthetic"] for row in rows(table)} == {"yes"}


def test_a_figure_of_made_up_records_says_so(run, tmp_path):
    run("cohort", "example", "--out", "made", "--patients", "40")
    run("response", "made", "--figures", "pictures")
    for path in (tmp_path / "pictures").iterdir():
        assert path.read_text("utf-8").count("SYNTHETIC") >= 2


def test_the_schema_names_every_column(run):
    code, out, _ = run("cohort", "schema")
    told = json.loads(out)
    assert (code, [one["column"] for one in told["tables"]["cycles"]]) == (0, ["patient", "cycle", "day"])


# ----------------------------------------------------------------------------------------------------------------- audit


def test_the_audit_of_the_paper_leaves_with_1_and_tells_each_slip_by_its_number(run):
    code, out, _ = run("audit", "--paper")
    assert code == 1
    assert "33 that do not follow" in out
    assert "    D02   table-1 / Vein invasion / Yes / Hepa-HAIC: 27 of 74 is 36.5 %; printed 27 (63.5)" in out


def test_the_audit_as_json_and_csv_holds_the_same_findings(run):
    _, out, _ = run("audit", "--paper", "--format", "json")
    told = json.loads(out)
    _, table, _ = run("audit", "--paper", "--format", "csv")
    assert [(one["rule"], one["where"]) for one in told["findings"]] == [
        (row["rule"], row["where"]) for row in rows(table)
    ]
    assert {row["follows"] for row in rows(table)} == {"no", "note"}


def test_the_audit_shows_all_it_has_computed_where_it_is_asked(run):
    _, short, _ = run("audit", "--paper")
    _, long, _ = run("audit", "--paper", "--all")
    assert long.startswith(short.rstrip("\n"))
    assert "likelihood ratio  given by" in long


def test_a_table_that_is_right_leaves_with_0(run, tmp_path):
    (tmp_path / "right.yaml").write_text(
        'schema: "1"\nwork: {authors: A, title: T, published_in: J}\n'
        'tables:\n  - id: t\n    title: One\n    groups: [{name: a, n: "48"}, {name: b, n: "48"}]\n'
        '    rows: [{name: ORR, p: "<0.001", cells: ["36 (75.0)", "18 (37.5)"]}]\n',
        "utf-8",
    )
    code, out, _ = run("audit", "right.yaml")
    assert (code, "0 that do not follow" in out) == (0, True)


def test_a_mistake_in_a_file_of_tables_has_line_and_column(run, tmp_path):
    (tmp_path / "wrong.yaml").write_text('schema: "1"\nwork: {authors: A, title: T}\n', "utf-8")
    code, _, err = run("audit", "wrong.yaml")
    assert (code, "wrong.yaml:2:7 work: needs 'published_in', which is missing" in err) == (3, True)


def test_the_same_call_prints_the_same_twice(run):
    run("cohort", "example", "--out", "made", "--patients", "40")
    for form in ("text", "json", "csv"):
        first, second = (run("response", "made", "--format", form) for _ in range(2))
        assert first == second
