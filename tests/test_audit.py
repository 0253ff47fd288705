"""Printed tables held against themselves: the source paper's, digit by digit against another's recomputation, and
tables made for one slip each."""

from __future__ import annotations

import copy
import functools
import json
from decimal import Decimal
from fractions import Fraction
from math import log, sqrt

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy import stats

from dosewright.errors import Mistake, Mistakes
from dosewright.outcomes import audit as audits
from dosewright.outcomes import printed
from dosewright.outcomes.audit import least_error, load

from .paper_tables import paper


@functools.cache
def the_paper() -> audits.Printed:
    """The paper's tables, read when a test first asks for them."""
    return audits.paper()[0]


@functools.cache
def found() -> audits.Audit:
    """The audit of the paper."""
    return audits.audit(the_paper())


def row_name(item: str) -> str:
    """A row by the name that we give it: the other transcription writes 'Fever G1-2' and '<=65'."""
    for short, name in (("ALT/AST", "Elevated ALT/AST"), ("TBIL", "Elevated TBIL")):
        item = item.replace(short, name)
    item = item.replace("Any grade 3-4", "Any grade 3–4")
    return item.replace(" G1-2", ", grade 1–2").replace(" G3-4", ", grade 3–4").replace("<=", "≤")


def named(table: str, item: str) -> str:
    return "ECOG PS" if table == "Table 2" and item == "ECOG" else row_name(item)


def table_id(name: str) -> str:
    return name.split(" (")[0].lower().replace(" ", "-")


# --------------------------------------------------------------------------------------------------- the paper's tables


@functools.cache
def cells() -> dict[tuple[str, str, str | None, str], tuple[printed.Cell, int]]:
    """Every cell of the paper's tables with its group's number, by table, row, level and group."""
    return {
        (table.id, row.name, level, group.name): (line[index], group.n)
        for table in the_paper().tables
        for row in table.rows
        for level, line in (
            [(None, row.cells)] if row.cells is not None else [(one.name, one.cells) for one in row.levels or ()]
        )
        for index, group in enumerate(table.groups)
    }


def place(row) -> tuple[str, str, str | None, str]:
    """Where a row of the other transcription of percentages stands in ours."""
    item, _, level = row["item"].partition(": ")
    return table_id(row["table"]), named(row["table"], item), row_name(level) or None, row["group"]


@pytest.mark.parametrize("row", paper("percentages"), ids=lambda row: f"{row['table']} {row['item']} {row['group']}")
def test_every_cell_is_as_another_has_transcribed_and_judged_it(row):
    cell, n = cells()[place(row)]
    assert (cell.count, n, float(cell.share.text)) == (int(row["n"]), int(row["denom"]), float(row["reported"]))
    verdict = {"ok": "right", "WRONG": "wrong", "rounding": "rounding", "ok-half-even-only": "rounding"}[row["status"]]
    assert cell.share.of(cell.count, n) == verdict


def test_no_cell_is_left_out_and_none_invented():
    assert {place(row) for row in paper("percentages")} == set(cells())


@functools.cache
def recomputed() -> dict[tuple[str, str], audits.Recomputed]:
    """Every p-value that was computed again, by table and row."""
    return {(one.table, one.row): one for one in found().recomputed}


BY = {"pearson": "Pearson", "yates": "Yates", "fisher": "Fisher", "lr_g": "likelihood ratio"}


def same_digits(ours: float | None, theirs: str) -> bool:
    """Whether a number has the digits that another has printed of it; 'nan' is one that does not exist."""
    return ours is None if theirs in {"nan", ""} else f"{ours:.4g}" == f"{float(theirs):.4g}"


@pytest.mark.parametrize("row", paper("pvalues"), ids=lambda row: f"{row['table']} {row['item']}")
def test_every_p_value_has_the_digits_that_another_has_computed(row):
    one = recomputed()[table_id(row["table"]), named(row["table"], row["item"])]
    assert one.printed == row["reported"]
    values = {key: one.p_values.get(name) for key, name in BY.items()}
    if row["item"] == "Hepatitis":  # there the other prints Pearson's for Yates's, which belongs to two by two
        assert values.pop("yates") is None
    assert [key for key, value in values.items() if not same_digits(value, row[key])] == []


@pytest.mark.parametrize("row", paper("pvalues"), ids=lambda row: f"{row['table']} {row['item']}")
def test_a_p_value_is_given_by_the_tests_that_another_has_found(row):
    ours = set(recomputed()[table_id(row["table"]), named(row["table"], row["item"])].by)
    theirs = {BY[name] for name in row["reproduced_by"].split("|") if name != "NONE"}
    # We take a value that was cut off for one that was rounded, so we may find a test more, but never the only one.
    extra = {("Table 1", "ECOG"): {"Pearson"}, ("Table 2", "Hepatitis"): set()}
    if (row["table"], row["item"]) == ("Table 2", "Hepatitis"):
        theirs -= {"Yates"}
    assert ours - theirs == extra.get((row["table"], row["item"]), set())
    assert theirs - ours == set()


@functools.cache
def refitted() -> dict[tuple[str, str, str], audits.Refitted]:
    """Every hazard ratio that was computed again, by table, row and model."""
    return {(one.table, one.row, one.model): one for one in found().refitted}


@pytest.mark.parametrize("row", paper("hr_checks"), ids=lambda row: f"{row['table']} {row['row']} {row['model']}")
def test_every_hazard_ratio_has_the_standard_error_and_floor_that_another_has_computed(row):
    model = {"uni": "univariable", "multi": "multivariable"}[row["model"]]
    one = refitted()[table_id(row["table"]), row["row"], model]
    told = (f"{one.standard_error:.4f}", f"{one.floor:.4f}", f"{one.wald:.4f}")
    assert told == (f"{float(row['se']):.4f}", f"{float(row['se_floor']):.4f}", f"{float(row['wald_p']):.4f}")


def test_no_hazard_ratio_is_left_out():
    assert len(refitted()) == len(paper("hr_checks")) == 29


# What is arithmetic among the numbered discrepancies: of these kinds, and two of kind 'row' in which the same numbers
# are printed with two p-values.
ARITHMETIC = {"count", "percentage", "p-value", "hazard ratio"}
TWO_P_VALUES = {"D49", "D56"}
# Notes with no number: the p-value of a hazard ratio is near Wald's and not it, as that of a log-rank test would be.
UNNUMBERED = [
    ("hazard-other-test", "table-4 / Hepatitis / univariable"),
    ("hazard-other-test", "table-4 / Vein invasion / univariable"),
    ("hazard-other-test", "table-4 / Extrahepatic metastasis / univariable"),
    ("hazard-other-test", "table-5 / Treatment / univariable"),
    ("hazard-other-test", "table-5 / Age / univariable"),
    ("hazard-other-test", "table-5 / ECOG PS / univariable"),
]


def test_the_arithmetic_discrepancies_of_the_paper_are_found_no_more_and_no_fewer():
    expected = {row["id"] for row in paper("discrepancies") if row["kind"] in ARITHMETIC} | TWO_P_VALUES
    assert {found().number(one) for one in found().findings} - {""} == expected


def test_what_is_found_beside_them_is_a_note():
    without = [one for one in found().findings if not found().number(one)]
    assert [(one.rule, one.where) for one in without] == UNNUMBERED
    assert {one.severity for one in without} == {"info"}


def test_nothing_that_is_known_of_the_paper_is_missed():
    assert found().not_found == []


def test_the_paper_was_checked_in_full():
    assert found().checked == {
        "percentages": 144,
        "totals": 44,
        "p-values": 46,
        "parts and wholes": 6,
        "hazard ratios": 29,
        "statements": 18,
    }
    assert found().not_checked == []


@pytest.mark.parametrize("number", ["D09", "D11"])
def test_where_the_verdict_turns_that_is_said(number):
    told = next(one for one in found().findings if found().number(one) == number)
    assert told.message.endswith("all of them say that it is not significant")


def test_the_two_patients_too_many_are_found_in_one_cell():
    told = next(one for one in found().findings if found().number(one) == "D53")
    assert "only HCV = 2 in place of 4 gives the printed p = 0.256" in told.message


def test_a_finding_says_what_is_printed_what_is_computed_and_in_which_work():
    told = next(one for one in found().findings if found().number(one) == "D02")
    assert (told.message, told.measured, told.allowed, told.source) == (
        "27 of 74 is 36.5 %", "27 (63.5)", "36.5 %", "Journal of Hepatocellular Carcinoma",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "message", "measured", "allowed"),
    [
        ("D01", "8 + 82 + 4 + 1 is 95, and the group has 93", "95", "93"),
        ("D03", "47 of 74 is 63.5 %", "47 (36.5)", "63.5 %"),
        ("D06", "no test of these counts gives the printed p", "0.256", "Pearson 0.403; Fisher 0.419; likelihood ratio 0.389"),
        ("D16", "the interval is too narrow: with 8 of 96 patients on one side the standard error cannot be below 0.38",
         "0.602 (0.289–1.255), SE 0.375", "SE at least 0.38"),
        ("D41", "the percentages of Yes and No have changed places", "", ""),
        ("D43", "Abstract and efficacy: DCR 93.8% (Hepa-HAIC), p < 0.001", "<0.001", "0.002 in the table"),
        ("D44", "Safety: grade 1 or 2 in the Hepa-HAIC group: fever (71.7%); 71.7 % is no share of 48", "71.7 %",
         "89.6 % in the table (43 of 48)"),
        ("D49", "the same counts cannot have two p-values", "0.420 and 0.859",
         "Pearson 0.646; Yates 0.818; Fisher 0.819; likelihood ratio 0.646"),
        ("D50", "a patient with 'Elevated ALT/AST, grade 3–4' has 'Any grade 3–4' too, and those are 17", "13", "at least 17"),
        ("D54", "only likelihood ratio gives the printed p, which the work does not name", "<0.001",
         "Pearson 0.00109; Yates 0.0022; Fisher 0.00204; likelihood ratio 0.00098"),
        ("D55", "the same counts, and a test of its own for each: Fisher, then Pearson", "0.317 and 0.181", ""),
        ("D56", "the same ratio and interval cannot have two p-values", "0.241 and 0.265", "Wald p 0.242"),
        ("D58", "from the univariable to the multivariable model the ratio turns to the other side of 1, and its standard "
         "error is 1.84 times as large", "1.450 and 0.905", ""),
        ("D60", "71 of 74 is 95.9 %", "71 (96.0)", "95.9 %"),
    ],
)  # fmt: skip
def test_a_finding_of_each_kind_is_told_in_these_words(number, message, measured, allowed):
    told = next(one for one in found().findings if found().number(one) == number)
    assert (told.message, told.measured, told.allowed) == (message, measured, allowed)


def test_the_parts_of_the_data_have_these_keys():
    told = found().data()
    assert list(told) == ["checked", "findings", "not_found", "not_checked", "p_values", "hazard_ratios"]
    assert list(told["findings"][0]) == [
        "rule", "severity", "message", "measured", "allowed", "source", "where", "known",
    ]  # fmt: skip
    assert told["p_values"][0] == {
        "table": "table-1", "row": "Age", "printed": "0.691", "p": {
            name: recomputed()["table-1", "Age"].p_values[name] for name in ("Pearson", "Yates", "Fisher", "likelihood ratio")
        }, "by": ["Pearson", "likelihood ratio"],
    }  # fmt: skip
    assert list(told["hazard_ratios"][0]) == ["table", "row", "model", "printed", "standard_error", "floor", "wald_p"]


def test_the_audit_is_plain_data():
    told = json.loads(json.dumps(found().data(), allow_nan=False))
    assert {one["known"] for one in told["findings"] if one["severity"] == "blocks-release"} >= {"D01", "D50"}
    assert (len(told["p_values"]), len(told["hazard_ratios"])) == (46, 29)


# --------------------------------------------------------------------------------------------------- one slip at a time

PLAIN = {
    "schema": "1",
    "work": {"authors": "A", "title": "T", "published_in": "J"},
    "tables": [
        {
            "id": "t",
            "title": "A table",
            "groups": [{"name": "a", "n": "48"}, {"name": "b", "n": "48"}],
            "rows": [
                {
                    "name": "Sex",
                    "p": "0.294",
                    "levels": [
                        {"name": "male", "cells": ["42 (87.5)", "45 (93.8)"]},
                        {"name": "female", "cells": ["6 (12.5)", "3 (6.3)"]},
                    ],
                },
                {"name": "CR", "p": "0.399", "cells": ["4 (8.3)", "2 (4.2)"]},
                {"name": "PR", "p": "0.001", "cells": ["32 (66.7)", "16 (33.3)"]},
                {"name": "ORR", "p": "<0.001", "cells": ["36 (75.0)", "18 (37.5)"]},
            ],
            "wholes": [{"row": "ORR", "is": "the sum of", "parts": ["CR", "PR"]}],
        }
    ],
    "hazard_ratios": [
        {
            "id": "h",
            "title": "Hazards",
            "patients": "96",
            "events": "59",
            "rows": [
                {
                    "name": "Sex",
                    "model": "univariable",
                    "ratio": "1.160 (0.490–2.730)",
                    "p": "0.734",
                    "smaller": {"table": "t", "row": "Sex"},
                }
            ],
        }
    ],
    "statements": [
        {
            "id": "s",
            "where": "Results",
            "says": "ORR 75.0%",
            "share": "75.0",
            "p": "<0.001",
            "same_as": {"table": "t", "row": "ORR", "group": "a"},
        }
    ],
}


def changed(path: str, value) -> dict:
    """The plain file with one thing changed: 'tables.0.rows.1.p'; None takes it out."""
    data = copy.deepcopy(PLAIN)
    *way, last = path.split(".")
    here = data
    for step in way:
        here = here[int(step)] if isinstance(here, list) else here[step]
    key = int(last) if isinstance(here, list) else last
    if value is None:
        del here[key]
    else:
        here[key] = value
    return data


def as_file(data) -> bytes:
    data = json.loads(json.dumps(data))  # every part by itself, so that none is written as an alias of another
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False).replace("'", '"').encode()


def slips(data) -> list[tuple[str, str, str]]:
    made = audits.audit(load(as_file(data), "tables.yaml")[0])
    return [(one.severity, one.rule, one.where) for one in made.findings]


def test_a_table_that_is_right_has_no_finding():
    assert slips(PLAIN) == []


STOP, NOTE = "blocks-release", "info"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("tables.0.rows.1.cells", ["4 (9.3)", "2 (4.2)"], [(STOP, "percentage", "t / CR / a")]),
        ("tables.0.rows.1.cells", ["4 (8.4)", "2 (4.2)"], [(NOTE, "rounding", "t / CR / a")]),
        ("tables.0.rows.1.p", "0.398", [(STOP, "p-value", "t / CR")]),
        ("tables.0.rows.2.p", "<0.001", [(NOTE, "p-other-test", "t / PR")]),
        ("tables.0.rows.3.p", ">0.05", [(STOP, "p-value", "t / ORR"), (STOP, "text-p", "s")]),
        ("tables.0.wholes.0.parts", ["CR"], [(STOP, "parts", "t / ORR / a"), (STOP, "parts", "t / ORR / b")]),
        (
            "hazard_ratios.0.rows.0.ratio",
            "1.260 (0.490–2.730)",
            [(STOP, rule, "h / Sex / univariable") for rule in ("interval", "hazard-p")],
        ),
        ("hazard_ratios.0.rows.0.p", "0.634", [(STOP, "hazard-p", "h / Sex / univariable")]),
        ("hazard_ratios.0.rows.0.p", "0.720", [(NOTE, "hazard-other-test", "h / Sex / univariable")]),
        ("hazard_ratios.0.rows.0.smaller", {"size": "3"}, [(STOP, "standard-error", "h / Sex / univariable")]),
        ("statements.0.share", "72.0", [(STOP, "text-percentage", "s")]),
        ("statements.0.p", "0.02", [(STOP, "text-p", "s")]),
        ("statements.0.count", "35", [(STOP, "text-count", "s"), (STOP, "text-percentage", "s")]),
    ],
)
def test_one_slip_is_one_finding(path, value, expected):
    data = changed(path, value)
    if path == "tables.0.rows.2.p":
        data["tables"][0]["tests"] = ["Pearson", "Fisher"]
    assert slips(data) == expected


def test_levels_that_do_not_add_up_are_told():
    data = changed("tables.0.rows.0.levels.1.cells", ["7 (14.6)", "3 (6.3)"])
    assert (STOP, "total", "t / Sex / a") in slips(data)


def test_percentages_that_changed_places_are_told_as_such():
    data = changed("tables.0.rows.0.levels.0.cells", ["42 (12.5)", "45 (93.8)"])
    data["tables"][0]["rows"][0]["levels"][1]["cells"] = ["6 (87.5)", "3 (6.3)"]
    assert slips(data) == [
        (STOP, "percentage", "t / Sex / male / a"),
        (STOP, "percentage", "t / Sex / female / a"),
        (NOTE, "swapped", "t / Sex / a"),
    ]


def test_levels_of_which_one_or_two_miscount_are_mended_in_every_way():
    ways = [sorted(changed) for changed in map(list, audits._mended([3, 1, 0], 2))]
    # 2 from the first; 1 from each of the first two; no other leaves every cell at 0 or more.
    assert ways == [[0, 1, 1], [0, 0, 2]]
    assert list(audits._mended([1, 1], -1)) == [[2, 1], [1, 2]]
    assert list(audits._mended([1, 1], -2)) == [[3, 1], [1, 3], [2, 2]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<0.001", True),
        ("<0.05", True),
        ("<0.1", None),
        (">0.05", False),
        (">0.01", None),
        ("0.049", True),
        ("0.05", False),
    ],
)
def test_what_a_printed_p_says_of_significance(text, says):
    assert printed.p_value(text).significant(Decimal("0.05")) is says


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("<0.001", "<0.001", True), ("<0.001", "<0.05", True), ("<0.001", "0.002", False), ("<0.001", "0.0004", True),
        ("0.003", "<0.001", False), ("0.042", "0.042", True), ("0.042", "0.043", False), ("0.04", "0.042", True),
        ("0.04", "0.046", False), (">0.05", "0.2", True), (">0.05", "0.03", False), ("<0.05", "0.1", False),
        ("<0.05", ">0.05", False), ("0.04", "0.040", True), ("<0", "<0", True), (">0.045", "0.04", False),
    ],
)  # fmt: skip
def test_two_printed_p_values_can_be_one(one, other, same):
    first, second = printed.p_value(one), printed.p_value(other)
    assert (audits._agree(first, second), audits._agree(second, first)) == (same, same)


def test_a_count_above_its_group_is_told_and_not_tested():
    data = changed("tables.0.rows.1.cells", ["49 (102.1)".replace("102.1", "100"), "2 (4.2)"])
    del data["tables"][0]["wholes"]
    made = audits.audit(load(as_file(data), "tables.yaml")[0])
    assert [(one.rule, one.where) for one in made.findings] == [("count", "t / CR / a")]
    assert made.not_checked == ["t / CR: p = 0.399, for not all counts are printed"]


def test_what_is_not_printed_is_not_checked_and_named():
    data = changed("tables.0.rows.1.cells", ["not printed", "2 (4.2)"])
    made = audits.audit(load(as_file(data), "tables.yaml")[0])
    assert made.findings == []
    assert made.not_checked == [
        "t / CR / a: not printed",
        "t / CR: p = 0.399, for not all counts are printed",
        "t / ORR / a: not all parts are printed",
    ]


def test_a_cell_may_have_a_denominator_of_its_own():
    assert slips(changed("tables.0.rows.1", {"name": "CR", "cells": ["4/40 (10.0)", "2 (4.2)"]})) == []


def test_the_same_counts_mirrored_with_two_p_values_are_told():
    data = changed("tables.0.rows.1", {"name": "CR", "p": "0.677", "cells": ["4 (8.3)", "2 (4.2)"]})
    data["tables"][0]["rows"].append({"name": "other", "p": "0.399", "cells": ["2 (4.2)", "4 (8.3)"]})
    assert slips(data) == [(NOTE, "same-counts", "t / CR and other")]


def test_the_same_ratio_with_two_p_values_is_told():
    row = PLAIN["hazard_ratios"][0]["rows"][0]
    data = changed("hazard_ratios.0.rows", [row, {**row, "name": "ECOG", "p": "0.736"}])
    assert (STOP, "same-ratio", "h / Sex and ECOG / univariable") in slips(data)


def test_a_ratio_that_turns_in_the_other_model_is_a_note():
    row = PLAIN["hazard_ratios"][0]["rows"][0]
    other = {**row, "model": "multivariable", "ratio": "0.905 (0.349–2.349)", "p": "0.838"}
    assert (NOTE, "hazard-turns", "h / Sex") in slips(changed("hazard_ratios.0.rows", [row, other]))


def test_an_interval_that_leaves_out_1_needs_a_p_below_alpha():
    row = {"name": "x", "model": "univariable", "ratio": "0.560 (0.332–0.946)", "p": "0.051"}
    assert slips(changed("hazard_ratios.0.rows", [row])) == [(STOP, "hazard-p", "h / x / univariable")]
    near = {"name": "x", "model": "univariable", "ratio": "0.600 (0.361–0.997)", "p": "0.051"}
    assert slips(changed("hazard_ratios.0.rows", [near])) == [(STOP, "hazard-verdict", "h / x / univariable")]


def test_a_known_slip_has_its_number_and_a_cured_one_is_told():
    data = changed("tables.0.rows.1.p", "0.398")
    data["known"] = [
        {"id": "X1", "rule": "p-value", "at": "t / CR"},
        {"id": "X2", "rule": "total", "at": "t / Sex / a"},
    ]
    made = audits.audit(load(as_file(data), "tables.yaml")[0])
    assert ([made.number(one) for one in made.findings], [one.id for one in made.not_found]) == (["X1"], ["X2"])


def told_of(data) -> list[tuple[str, str, str, str, str]]:
    """What is found, in full: rule, place, message, what is printed, what it should be."""
    made = audits.audit(load(as_file(data), "tables.yaml")[0])
    return [(one.rule, one.where, one.message, one.measured, one.allowed) for one in made.findings]


def with_rows(*rows, groups=(48, 48), **more) -> dict:
    """A file of one table with these rows and nothing else; groups a, b … of so many."""
    names = [{"name": name, "n": str(n)} for name, n in zip("abc", groups, strict=False)]
    table = {"id": "t", "title": "A table", "groups": names, "rows": list(rows), **more}
    return {"schema": "1", "work": PLAIN["work"], "tables": [table]}


def row(name, *cells_, p=None) -> dict:
    return {"name": name, "cells": list(cells_), **({"p": p} if p is not None else {})}


def levels(name, lines, p=None) -> dict:
    them = [{"name": level, "cells": list(line)} for level, line in lines.items()]
    return {"name": name, "levels": them, **({"p": p} if p is not None else {})}


def test_what_is_known_and_not_found_is_data_too():
    data = copy.deepcopy(PLAIN)
    data["known"] = [{"id": "X2", "rule": "total", "at": "t / Sex / a"}]
    assert audits.audit(load(as_file(data), "tables.yaml")[0]).data()["not_found"] == [
        {"id": "X2", "rule": "total", "where": "t / Sex / a"}
    ]


def test_the_papers_file_is_read_under_its_name():
    assert audits.paper()[1].name == "paper-tables.yaml"


def test_a_cell_that_cannot_be_judged_does_not_hide_the_next_one():
    # Not printed, more than the group has, and without a percentage: after each of them 3 of 48 is 6.3 %.
    for first in ("not printed", "49 (100)", "45"):
        found = told_of(with_rows(levels("Sex", {"male": [first, "24 (50.0)"], "female": ["3 (9.9)", "24 (50.0)"]})))
        assert ("percentage", "t / Sex / female / a", "3 of 48 is 6.3 %", "3 (9.9)", "6.3 %") in found


def test_a_count_above_its_group_is_told_in_these_words_and_the_whole_group_is_none():
    assert told_of(with_rows(row("CR", "49 (100)", "48 (100.0)"))) == [
        ("count", "t / CR / a", "49 is more than the group has", "49 (100)", "at most 48")
    ]


def test_a_percentage_is_mended_to_the_places_that_were_printed():
    assert told_of(with_rows(row("CR", "4 (8.40)", "4 (9)"))) == [
        ("percentage", "t / CR / a", "4 of 48 is 8.33 %", "4 (8.40)", "8.33 %"),
        ("rounding", "t / CR / b", "4 of 48 is 8 %", "4 (9)", "8 %"),
    ]


def test_levels_with_denominators_of_their_own_have_no_total():
    made = audits.audit(load(as_file(with_rows(
        levels("Sex", {"male": ["4/9", "24"], "female": ["5/9", "24"]}),
    )), "tables.yaml")[0])  # fmt: skip
    assert (made.findings, made.checked["totals"]) == ([], 1)  # that of group b


def test_percentages_change_places_only_where_both_fit():
    # 87.5 is the share of 42; 12.4 is nobody's.
    data = with_rows(levels("Sex", {"male": ["42 (12.4)", "24 (50.0)"], "female": ["6 (87.5)", "24 (50.0)"]}))
    assert [one[0] for one in told_of(data)] == ["percentage", "percentage"]


def test_a_group_to_whom_all_of_it_happened_is_tested():
    # Pearson's p of 48 and 40 of 48 by SciPy.
    p = stats.chi2_contingency([[48, 0], [40, 8]], correction=False).pvalue
    made = audits.audit(load(as_file(with_rows(row("x", "48 (100)", "40 (83.3)", p=f"{p:.3f}"))), "tables.yaml")[0])
    assert ([one.by for one in made.recomputed], made.findings) == ([("Pearson",)], [])


def test_one_group_alone_has_no_test_and_that_is_said():
    made = audits.audit(load(as_file(with_rows(row("x", "4 (8.3)", p="0.4"), groups=(48,))), "tables.yaml")[0])
    assert (made.not_checked, made.checked["p-values"]) == (["t / x: p = 0.4, for there is only one group"], 0)


@pytest.mark.parametrize(
    ("second", "p", "says"),
    [
        (18, "0.2", "no test of these counts gives the printed p, and all of them say that it is significant"),
        (35, "0.02", "no test of these counts gives the printed p, and all of them say that it is not significant"),
        (35, "0.2", "no test of these counts gives the printed p"),
    ],
)
def test_a_p_that_no_test_gives_is_told_in_these_words(second, p, says):
    assert [one[2] for one in told_of(with_rows(row("x", "36", str(second), p=p)))] == [says]


@pytest.mark.parametrize(
    ("p", "said"), [(0.0001, "0.0001"), (0.000099, "<0.0001"), (0.00994, "0.00994"), (0.0104, "0.01")]
)
def test_a_small_p_is_said_with_more_places(p, said):
    assert audits.said_p(p) == said


# A group of 20 whose levels add up to more; the p that is printed is that of the counts with the excess taken away.
@pytest.mark.parametrize(
    ("printed_", "mended", "told"),
    [
        # 2 ways: one from either level.
        ((11, 10), (11, 9), "of 2 ways to change one cell or two, only two = 9 in place of 10"),
        # 3 ways for two patients: both from one level, both from the other, one from each.
        ((12, 10), (10, 10), "of 3 ways to change one cell or two, only one = 10 in place of 12"),
        # 6 ways for five.
        ((15, 10), (10, 10), "of 6 ways to change one cell or two, only one = 10 in place of 15"),
        # One too few: one to either level.
        ((11, 8), (11, 9), "of 2 ways to change one cell or two, only two = 9 in place of 8"),
    ],
)
def test_a_miscount_is_mended_where_one_way_alone_gives_the_printed_p(printed_, mended, told):
    p = stats.chi2_contingency([[4, 16], list(mended)], correction=False).pvalue
    data = with_rows(
        levels("Sex", {"one": ["4", str(printed_[0])], "two": ["16", str(printed_[1])]}, p=f"{p:.4f}"),
        groups=(20, 20), tests=["Pearson"],
    )  # fmt: skip
    says = f"{told} gives the printed p = {p:.4f}; an inference"
    assert ("repair", "t / Sex / b", says, "", "") in told_of(data)


def test_more_than_five_patients_too_many_are_not_mended():
    p = stats.chi2_contingency([[4, 16], [10, 10]], correction=False).pvalue
    data = with_rows(levels("Sex", {"one": ["4", "16"], "two": ["16", "10"]}, p=f"{p:.4f}"), groups=(20, 20))
    assert [one[0] for one in told_of(data)] == ["total", "p-value"]


@pytest.mark.parametrize("own", [("4/20", "11", "16", "10"), ("4", "11", "16", "10/20")])
def test_levels_with_a_denominator_of_their_own_are_not_mended(own):
    p = stats.chi2_contingency([[4, 16], [11, 9]], correction=False).pvalue
    data = with_rows(levels("Sex", {"one": own[:2], "two": own[2:]}, p=f"{p:.4f}"), groups=(20, 20))
    assert "repair" not in [one[0] for one in told_of(data)]


def test_a_cell_may_be_mended_down_to_nobody():
    assert list(audits._mended([2, 1], 2)) == [[0, 1], [1, 0]]


# 5 and 7 of 48: Pearson 0.537 and likelihood ratio 0.536, Yates 0.758 and Fisher 0.759 (SciPy).
def test_the_same_counts_with_two_tests_are_told_with_all_that_fit():
    data = with_rows(row("x", "5", "7", p="0.54"), row("y", "7", "5", p="0.76"))
    words = "the same counts, and a test of its own for each: Pearson or likelihood ratio, then Yates or Fisher"
    assert told_of(data) == [("same-counts", "t / x and y", words, "0.54 and 0.76", "")]


def test_the_same_counts_of_which_one_p_is_no_tests_are_a_contradiction():
    data = with_rows(row("x", "5", "7", p="0.54"), row("y", "5", "7", p="0.31"))
    right = "Pearson 0.537; Yates 0.758; Fisher 0.759; likelihood ratio 0.536"
    words = "the same counts cannot have two p-values"
    assert told_of(data)[1:] == [("same-counts", "t / x and y", words, "0.54 and 0.31", right)]


def test_two_rows_that_agree_do_not_hide_a_third():
    data = with_rows(row("x", "5", "7", p="0.54"), row("y", "5", "7", p="0.54"), row("z", "5", "7", p="0.76"))
    assert [one[1] for one in told_of(data)] == ["t / x and z", "t / y and z"]


def test_the_same_p_to_more_places_is_the_same():
    assert told_of(with_rows(row("x", "5", "7", p="0.54"), row("y", "5", "7", p="0.537"))) == []


@pytest.mark.parametrize(("width", "found_"), [(3, True), (6, True), (7, False)])
def test_levels_in_another_order_are_the_same_counts_up_to_six(width, found_):
    # Counts of which no other order of rows or columns is the same.
    first, second = list(range(1, width + 1)), [2**n for n in range(width)]
    turned = [*range(1, width), 0]

    def lines(places):
        return {f"l{n}": [str(first[place]), str(second[place])] for n, place in enumerate(places)}

    rows = levels("x", lines(range(width)), p="0.11"), levels("y", lines(turned), p="0.22")
    data = with_rows(*rows, groups=(sum(first), sum(second)))
    assert ("same-counts" in [one[0] for one in told_of(data)]) is found_


def test_seven_levels_as_they_stand_are_compared():
    line = {f"l{n}": [str(n + 1), "3"] for n in range(7)}
    data = with_rows(levels("x", line, p="0.11"), levels("y", line, p="0.22"), groups=(28, 21))
    assert "same-counts" in [one[0] for one in told_of(data)]


def test_a_sum_is_told_in_these_words_though_a_part_is_0_and_another_group_is_not_printed():
    rows = [row("all", "9", "5", "6"), row("x", "not printed", "0", "0"), row("y", "4", "5", "5")]
    whole = {"wholes": [{"row": "all", "is": "the sum of", "parts": ["x", "y"]}]}
    assert told_of(with_rows(*rows, groups=(9, 9, 9), **whole)) == [("parts", "t / all / c", "0 + 5 is 5", "6", "5")]


def with_hazards(*rows) -> dict:
    """The plain file with these hazard ratios alone, each (ratio, p) or a whole row."""
    them = [
        one if isinstance(one, dict) else {"name": "x", "model": "univariable", "ratio": one[0], "p": one[1]}
        for one in rows
    ]
    data = changed("hazard_ratios.0.rows", them)
    return {**data, "statements": []}


HAZARD = "h / x / univariable"


@pytest.mark.parametrize(
    ("ratio", "p", "rule", "message", "allowed"),
    [
        # ln 0.56 is −0.5798 and SE ln(0.946 ÷ 0.332) ÷ 3.92 = 0.2671, so z is 2.171 and p 0.0299.
        ("0.560 (0.332–0.946)", "0.3", "hazard-p", "the p does not follow from ratio and interval", "Wald p 0.03"),
        ("0.560 (0.332–0.946)", "0.032", "hazard-other-test",
         "the p is near that of ratio and interval, and not it: it may be of a log-rank or likelihood ratio test",
         "Wald p 0.03"),
        # ln 0.6 is −0.5108, SE 0.2592, z 1.971, p 0.049; and ln 0.61 is −0.4943, SE 0.2549, z 1.939, p 0.052.
        ("0.600 (0.361–0.997)", "0.051", "hazard-verdict", "the interval leaves out 1, and the p says otherwise",
         "Wald p 0.049"),
        ("0.610 (0.370–1.005)", "0.049", "hazard-verdict", "the interval holds 1, and the p says otherwise",
         "Wald p 0.052"),
    ],
)  # fmt: skip
def test_a_p_that_does_not_fit_its_hazard_ratio_is_told_in_these_words(ratio, p, rule, message, allowed):
    assert told_of(with_hazards((ratio, p))) == [(rule, HAZARD, message, p, allowed)]


@pytest.mark.parametrize(
    ("ratio", "p"),
    [
        ("1.00 (0.60–1.67)", "1.00"),  # the ratio may lie on either side of 1, so that any small deviate follows
        ("0.600 (0.361–1.000)", "0.049"),  # an end that is 1 may be either
        ("0.5 (0.4–0.5)", "<0.001"),  # as narrow as its own rounding: the error may be 0
        ("0.5 (0.44–0.46)", "<0.001"),  # narrower still, beside a ratio to one place
    ],
)
def test_a_hazard_ratio_that_its_rounding_explains_has_no_finding(ratio, p):
    assert told_of(with_hazards((ratio, p))) == []


def test_a_ratio_that_is_not_in_the_middle_of_its_interval_is_told_with_the_middle():
    # √(0.332 × 0.946) = 0.56042
    row_ = {"name": "x", "model": "univariable", "ratio": "0.700 (0.332–0.946)"}
    words = "the ratio is not the geometric mean of the ends of its interval"
    assert told_of(with_hazards(row_)) == [("interval", HAZARD, words, "0.700 (0.332–0.946)", "0.56")]


def test_a_hazard_ratio_without_a_split_has_no_floor():
    made = audits.audit(load(as_file(with_hazards(("0.560 (0.332–0.946)", "0.03"))), "tables.yaml")[0])
    (told,) = [one.data() for one in made.refitted]
    assert (told["printed"], told["floor"]) == ("0.560 (0.332–0.946)", None)


def test_the_smaller_side_is_that_of_fewer_patients_whichever_is_named():
    # Of 96 patients 9 are female; 59 events fall at best 9 and 50.
    for levels_ in (["male"], ["female"]):
        data = changed("hazard_ratios.0.rows.0.smaller.levels", levels_)
        (told,) = audits.audit(load(as_file(data), "tables.yaml")[0]).refitted
        assert told.floor == pytest.approx(sqrt(1 / 9 + 1 / 50), rel=1e-12)


def test_a_ratio_of_1_is_on_neither_side():
    one = {"name": "x", "model": "univariable", "ratio": "1.000 (0.601–1.665)"}
    other = {"name": "x", "model": "multivariable", "ratio": "0.900 (0.541–1.498)"}
    assert (told_of(with_hazards(one, other)), told_of(with_hazards(other, one))) == ([], [])


# -------------------------------------------------------------------------------------------------- what the text says


def says(**statement) -> list[tuple[str, str, str, str, str]]:
    """What is found of the plain file with one statement in place of its own."""
    return told_of(changed("statements.0", {"id": "s", "where": "Results", "says": "so", **statement}))


ORR = {"table": "t", "row": "ORR", "group": "a"}  # 36 of 48, 75.0 %


def test_a_count_in_the_text_is_held_against_the_table():
    assert says(count="35", same_as=ORR) == [("text-count", "s", "Results: so", "35", "36 in the table")]


def test_a_share_in_the_text_is_held_against_its_own_count():
    assert says(count="4", of="48", share="12") == [("text-percentage", "s", "Results: so", "12 %", "8 %")]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        ("72.0", "Results: so; 72.0 % is no share of 48"),
        ("72.9", "Results: so"),  # 35 of 48
        ("70.9", "Results: so"),  # 34 of 48 is 70.83
        ("100", "Results: so"),
    ],
)
def test_a_share_in_the_text_that_is_nobodys_is_said_to_be_so(share, words):
    places = 0 if share == "100" else 1
    right = f"{75:.{places}f} % in the table (36 of 48)"
    assert says(share=share, same_as=ORR) == [("text-percentage", "s", words, f"{share} %", right)]


def test_a_share_of_a_thousand_is_found():
    data = with_rows(row("x", "400"), groups=(1000,))
    data["statements"] = [
        {"id": "s", "where": "R", "says": "so", "share": "50.0", "same_as": {"table": "t", "row": "x"}}
    ]
    assert [one[2] for one in told_of(data)] == ["R: so"]


def test_a_statement_may_be_of_a_p_alone():
    assert says(p="<0.001", same_as=ORR) == []


def test_a_statement_over_all_groups_adds_them_and_nobody_is_nobody():
    data = with_rows(row("x", "0", "3"))
    statement = {"id": "s", "where": "R", "says": "so", "same_as": {"table": "t", "row": "x"}}
    data["statements"] = [{**statement, "count": "3", "of": "96"}]
    assert told_of(data) == []


def test_a_statement_of_what_is_not_printed_is_not_checked_and_named():
    data = with_rows(row("x", "not printed", "3"))
    data["statements"] = [
        {"id": "s", "where": "R", "says": "so", "count": "3", "same_as": {"table": "t", "row": "x", "group": "a"}}
    ]
    made = audits.audit(load(as_file(data), "tables.yaml")[0])
    assert (made.findings, made.not_checked) == ([], ["t / x / a: not printed", "s: what it speaks of is not printed"])


def test_a_whole_may_be_no_more_than_its_greatest_part():
    rows = [row("any", "5", "0"), row("x", "5", "0"), row("y", "4", "0")]
    whole = {"wholes": [{"row": "any", "is": "at least each of", "parts": ["x", "y"]}]}
    assert told_of(with_rows(*rows, **whole)) == []


# ----------------------------------------------------------------------------------------------------- numbers in print


@pytest.mark.parametrize(
    ("text", "p", "may"),
    [
        ("0.05", 0.0549, True), ("0.05", 0.045, True), ("0.05", 0.0449, False), ("0.05", 0.0599, True),
        ("0.05", 0.06, False), ("0.012", 0.0125, True), ("0.013", 0.0125, True), ("<0.001", 0.00099, True),
        ("<0.001", 0.001, False), (">0.99", 0.995, True), (">0.99", 0.99, False), ("1.00", 1.0, True),
        ("1.000", 0.9996, True), ("= 0.03", 0.03, True), ("0", 0.4, True),
    ],
)  # fmt: skip
def test_a_printed_p_may_be_rounded_or_cut_off(text, p, may):
    assert printed.p_value(text).is_from(p) is may


@pytest.mark.parametrize("text", ["", "p<0.05", "0,05", "1.1", "-0.1", ".05", "0.05 ", "NS", None, "0.0000001", "<"])
def test_what_is_no_p_value_is_refused(text):
    if text == "0.05 ":
        assert printed.p_value(text).text == "0.05"
        return
    with pytest.raises(Mistake, match="needs a p-value as printed"):
        printed.p_value(text)


@pytest.mark.parametrize(
    "text", ["", "46 (622)", "46 [62.2]", "46,5 (3)", "50/40 (62.2)", "four", "-1 (2)", None, "46 (62.2", "1 (101)"]
)
def test_what_is_no_cell_is_refused(text):
    with pytest.raises(Mistake):
        printed.cell(text)


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (printed.p_value, "NS", "needs a p-value as printed, for example '<0.001'; got 'NS'"),
        (printed.p_value, "1.1", "needs a p-value as printed, for example '<0.001'; got '1.1'"),
        (printed.share, "100.1", "needs a percentage as printed, for example '62.2'; got '100.1'"),
        (printed.share, None, "needs a percentage as printed, for example '62.2'; got nothing"),
        (printed.cell, "four", "needs a count with its percentage, or 'not printed', for example '46 (62.2)'; got 'four'"),
        (printed.cell, "50/40", "needs a count no greater than its denominator, for example '46/74 (62.2)'; got '50/40'"),
        (printed.ratio, "0.56", "needs a ratio with its interval, as printed, for example '0.560 (0.332–0.946)'; got '0.56'"),
        (printed.ratio, "0.5 (0.9–0.3)", "needs a ratio above 0 with an interval whose lower end comes first, "
         "for example '0.560 (0.332–0.946)'; got '0.5 (0.9–0.3)'"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_from_print_is_told_with_what_is_needed(read, text, told):
    with pytest.raises(Mistake) as caught:
        read(text)
    assert str(caught.value) == told


def test_what_is_read_from_print_keeps_its_words_and_its_numbers():
    assert printed.cell(" 46/74 (62.2 %) ") == printed.Cell(
        "46/74 (62.2 %)", 46, 74, printed.Share("62.2", Decimal("62.2"))
    )
    assert printed.cell("46") == printed.Cell("46", 46, None, None)
    assert printed.cell("40/40").of == 40
    assert printed.cell("not printed") == printed.Cell("not printed", None, None, None)
    assert printed.p_value(" <0.001 ") == printed.PValue("<0.001", "<", Decimal("0.001"))
    assert (printed.p_value("=0.03").sign, printed.p_value("1").value) == ("", 1)
    assert (printed.share("100").value, printed.share(" 62.2 % ").text) == (100, "62.2")
    found = printed.ratio(" 0.560 (0.332–0.946) ")
    assert (found.text, found.half) == ("0.560 (0.332–0.946)", Decimal("0.0005"))
    assert [printed.ratio(text).half for text in ("2 (1.00–20)", "1.30 (0.76–2.21)")] == [
        Decimal("0.5"),
        Decimal("0.005"),
    ]


@pytest.mark.parametrize(
    ("text", "ends"), [("<0.05", (0, 0.05)), (">0.05", (0.05, 1)), ("0.05", (0.045, 0.055)), ("0.0", (0, 0.05)), ("1.00", (0.995, 1))]
)  # fmt: skip
def test_a_printed_p_may_lie_between_its_ends(text, ends):
    assert printed.p_value(text).reaches() == ends


@pytest.mark.parametrize("kind", [printed.PrintedP, printed.PrintedShare, printed.PrintedCell, printed.PrintedRatio])
def test_a_number_in_print_is_text_with_an_example_to_an_editor(kind):
    schema = TypeAdapter(kind).json_schema()
    assert (schema["type"], set(schema)) == ("string", {"type", "examples"})
    TypeAdapter(kind).validate_python(schema["examples"][0])


@pytest.mark.parametrize(
    "text", ["46 (62.2)", "46(62.2)", "46 (62.2%)", "46 (62.2 %)", "46/74 (62.2)", "46 / 74 (62.2)"]
)
def test_a_cell_is_read_in_every_usual_form(text):
    found = printed.cell(text)
    assert (found.count, found.share.text) == (46, "62.2")


@pytest.mark.parametrize(
    "text", ["0.56 (0.33-0.95)", "0.56 (0.33–0.95)", "0.56 (0.33 to 0.95)", "0.56 (0.33, 0.95)", "0.56(0.33—0.95)"]
)
def test_a_ratio_is_read_in_every_usual_form(text):
    found = printed.ratio(text)
    assert (float(found.estimate), float(found.lower), float(found.upper)) == (0.56, 0.33, 0.95)


@pytest.mark.parametrize(
    "text",
    [
        "0.56",
        "0.56 (0.95–0.33)",
        "0.56 (0–0.95)",
        "0.56 (0.33)",
        "0.00 (0.33–0.95)",
        "0.56 (0.56–0.56)",
        "x (1–2)",
        None,
        "0.56 (0.33–0.95",
    ],
)
def test_what_is_no_ratio_is_refused(text):
    with pytest.raises(Mistake):
        printed.ratio(text)


@given(st.integers(1, 400), st.data())
def test_a_percentage_rounded_by_halves_up_is_right_and_two_places_off_is_wrong(n, data):
    count = data.draw(st.integers(0, n))
    told = printed.percent(count, n)
    assert printed.share(told).of(count, n) == "right"
    assert abs(Fraction(told) - Fraction(100 * count, n)) <= Fraction(1, 20)
    off = Fraction(told) + Fraction(2, 10)
    if off <= 100:
        assert printed.share(f"{float(off):.1f}").of(count, n) == "wrong"


@given(st.integers(1, 200), st.integers(1, 200))
def test_the_floor_of_the_standard_error_is_that_of_the_best_of_all_splits(smaller, events):
    if events < 2:
        return
    tried = [sqrt(1 / d + 1 / (events - d)) for d in range(1, min(smaller, events - 1) + 1)]
    assert least_error(smaller, events) <= min(tried) + 1e-12
    assert least_error(smaller, events) == pytest.approx(min(tried), rel=0.2 if events % 2 else 1e-9)


@given(st.floats(0.2, 5), st.floats(0.06, 1.2))
def test_a_row_that_was_made_from_an_estimate_and_its_error_follows(ratio, error):
    low, high = ratio * 2.718281828459045 ** (-1.959963985 * error), ratio * 2.718281828459045 ** (1.959963985 * error)
    wald = audits.normal_tails(log(ratio) / error)
    row = {
        "name": "x", "model": "univariable", "ratio": f"{ratio:.4f} ({low:.4f}–{high:.4f})", "p": f"{wald:.4f}",
    }  # fmt: skip
    assert [one for one in slips(changed("hazard_ratios.0.rows", [row])) if one[0] == STOP] == []


numbers = st.decimals(0, 20, places=2).map(str)


@given(
    st.tuples(numbers, numbers, numbers),
    st.one_of(st.none(), st.sampled_from(["<0.001", "0.05", "1.00", "0.000", ">0.9"])),
)
def test_whatever_is_printed_of_a_hazard_is_audited_or_refused(three, p):
    row = {
        "name": "x",
        "model": "univariable",
        "ratio": f"{three[0]} ({three[1]}–{three[2]})",
        "smaller": {"size": "1"},
    }
    data = changed("hazard_ratios.0.rows", [row if p is None else {**row, "p": p}])
    try:
        made = load(as_file(data), "tables.yaml")[0]
    except Mistake:
        return
    assert audits.audit(made).checked["hazard ratios"] == 1


def test_an_empty_side_or_one_that_is_not_printed_has_no_floor():
    for cells_ in (["0 (0.0)", "0 (0.0)"], ["not printed", "3 (6.3)"]):
        data = changed("tables.0.rows.0.levels.1.cells", cells_)
        made = audits.audit(load(as_file(data), "tables.yaml")[0])
        assert [one.rule for one in made.findings if one.where.startswith("h /")] == []
        told = "h / Sex / univariable: the standard error, for not all counts are printed, or one side is empty"
        assert told in made.not_checked


def test_a_statement_of_nobody_is_read():
    data = changed(
        "statements.0", {"id": "s", "where": "R", "says": "no death", "count": "0", "of": "48", "share": "0"}
    )
    assert slips(data) == []


# ---------------------------------------------------------------------------------------------------------- wrong files


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("tables.0.rows.1.cells", ["4 (8.3)"], "needs 2 cells, one for each group; got '1'"),
        ("tables.0.rows.1.p", "NS", "needs a p-value as printed"),
        ("tables.0.rows.1.cells", ["4 (8.3)", "two"], "needs a count with its percentage, or 'not printed'"),
        ("tables.0.rows.1.name", "PR", "needs each row once; got 'PR'"),
        ("tables.0.rows.1.levels", [{"name": "a", "cells": ["1", "2"]}], "needs either cells or levels; got 'both'"),
        ("tables.0.rows.1.cells", None, "needs either cells or levels; got 'neither'"),
        ("tables.0.groups", [], "needs at least one entry"),
        ("tables.0.groups.0.n", "0", "needs a whole number from 1"),
        ("tables.0.tests", ["Student"], "needs one of"),
        ("tables.0.wholes.0.row", "Sex", "needs a row of this table that has cells; got 'Sex'"),
        ("tables.0.wholes.0.is", "more than", "needs"),
        ("hazard_ratios.0.level", "95", "needs a number above 0 and below 1"),
        ("hazard_ratios.0.id", "t", "needs each id once; got 't'"),
        ("hazard_ratios.0.rows.0.smaller", {"table": "t"}, "needs either a size, or a table and its row"),
        ("hazard_ratios.0.rows.0.smaller.table", "u", "needs a table of counts in this file; got 'u'"),
        ("hazard_ratios.0.rows.0.smaller.row", "sex", "needs a row of t; got 'sex'"),
        ("hazard_ratios.0.rows.0.smaller.levels", ["Male"], "needs a level of Sex; got 'Male'"),
        ("hazard_ratios.0.rows.0.model", "uni", "needs"),
        ("statements.0.same_as.group", "c", "needs a group of t; got 'c'"),
        ("statements.0.same_as", None, "needs 'of' or 'same_as': a share of what"),
        ("statements.0.share", "175", "needs a percentage as printed"),
        ("work.year", "2023", "needs a key that is known; got 'year'"),
        ("alpha", "0", "needs a number above 0 and below 1"),
    ],
)
def test_a_mistake_of_a_file_is_told_with_its_place(path, value, told):
    if path in {"hazard_ratios.0.level", "alpha", "work.year", "tables.0.tests"} or "levels" in path:
        data = changed(path, value) if value is not None else PLAIN
    else:
        data = changed(path, value)
    with pytest.raises(Mistake) as caught:
        load(as_file(data), "tables.yaml")
    assert told in str(caught.value)
    assert str(caught.value).startswith("tables.yaml:")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("tables.0.rows.1.cells", ["4 (8.3)"], "29:5 t, CR, cells: needs 2 cells, one for each group; got '1'"),
        ("tables.0.rows.0.levels.1.cells", ["6 (12.5)"], "24:7 t, Sex, female, cells: needs 2 cells, one for each group; got '1'"),
        ("tables.0.rows.1.name", "PR", "15:3 t, rows: needs each row once; got 'PR'"),
        ("tables.0.rows.0.levels", [{"name": "male", "cells": ["42 (87.5)", "45 (93.8)"]}],
         "18:5 t, Sex, levels: needs at least two levels; a single one is a row with cells"),
        ("tables.0.wholes.0.row", "Sex", "42:10 t, wholes, 1, row: needs a row of this table that has cells; got 'Sex'"),
        ("tables.0.wholes.0.parts", ["CR", "Sex"],
         "45:5 t, wholes, 1, parts: needs a row of this table that has cells; got 'Sex'"),
        ("hazard_ratios.0.rows.0.smaller.table", "u",
         "58:14 h, Sex, smaller, table: needs a table of counts in this file; got 'u'"),
        ("hazard_ratios.0.rows.0.smaller.row", "sex", "59:12 h, Sex, smaller, row: needs a row of t; got 'sex'"),
        ("hazard_ratios.0.rows.0.smaller.levels", ["Male"], "58:7 h, Sex, smaller: needs a level of Sex; got 'Male'"),
        ("statements.0.same_as.group", "c", "69:12 s, same_as, group: needs a group of t; got 'c'"),
        ("statements.0.same_as.level", "x", "67:5 s, same_as: needs a row of t with levels; got 'ORR'"),
        ("statements.0.same_as", {"table": "t", "row": "Sex", "level": "x"},
         "67:5 s, same_as: needs a level of Sex; got 'x'"),
        ("statements.0.same_as.row", "Sex", "67:5 s, same_as: needs a row of t with cells, or a level; got 'Sex'"),
        ("hazard_ratios.0.rows.0.smaller.row", "CR", "58:7 h, Sex, smaller: needs a row of t with levels; got 'CR'"),
        ("statements.0.same_as", None, "61:3 s: needs 'of' or 'same_as': a share of what"),
        *(("alpha", text, f"70:8 alpha: needs a number above 0 and below 1, for example '0.05'; got '{text}'")
          for text in ("one", "1", "1.5", "0.0.5", "٠.5")),
        ("alpha", ["0.05"], "71:1 alpha: needs a number above 0 and below 1, for example '0.05'; got '['0.05']'"),
    ],
)  # fmt: skip
def test_a_mistake_points_at_its_line_and_says_what_is_needed(path, value, told):
    with pytest.raises(Mistake) as caught:
        load(as_file(changed(path, value)), "tables.yaml")
    assert told in [str(one).removeprefix("tables.yaml:") for one in getattr(caught.value, "mistakes", [caught.value])]


def test_all_mistakes_of_a_file_are_told_at_once():
    data = changed("tables.0.rows.1.p", "NS")
    data["statements"][0]["share"] = "175"
    with pytest.raises(Mistakes) as caught:
        load(as_file(data), "tables.yaml")
    assert len(caught.value.mistakes) == 2
