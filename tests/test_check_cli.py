"""Orders checked from the command line: what is altered is caught, every row is answered, and no wrong input is swallowed."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import xlsxwriter

from dosewright import cli
from dosewright.orders.order import content_hash
from dosewright.orders.rules import RULES

from . import ordered
from .changing_doses import a_change, changed_order, given
from .ward import EXAMPLES, an_order, as_file, site_data

SITE = ["--site", "site-example.yaml"]
TABLE = ["orders-elsewhere.csv", "--map", "columns-elsewhere.yaml", *SITE]


@pytest.fixture
def run(capsys, tmp_path, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """The command line in a folder of its own that holds the examples."""
    for file in EXAMPLES.iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        code = cli.run(list(words))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def put(name: str, data: Any) -> str:
    Path(name).write_bytes(as_file(data))
    return name


def sheet(arm: str = "haic-folfox", seed: int = 5) -> dict[str, Any]:
    return ordered.sheet(ordered.normal(arm, seed))


# --------------------------------------------------------------------------------------------------- an order, altered


def _line(made: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in made["lines"] if one["key"] == key)


ALTERED: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "ten times the dose": ("dose-tenfold", lambda o: _line(o, "oxaliplatin")["ordered"].update(value=1410)),
    "pounds": ("weight-in-pounds", lambda o: o["basis"]["weight"].update(value=132)),
    "the other arm": ("dose-of-other-arm", lambda o: _line(o, "oxaliplatin")["ordered"].update(value=99)),
    "a stale weight": ("weight-too-old", lambda o: o["basis"].update(weight_on="2026-10-01")),
    "a wrong diluent": ("diluent", lambda o: _line(o, "oxaliplatin")["made"].update(diluent="sodium chloride 0.9%")),
    "artery for vein": ("route", lambda o: _line(o, "leucovorin").update(route="hepatic intra-arterial")),
    "the rate of a day": ("rate-per-day", lambda o: _line(o, "fluorouracil")["rate"].update(value=28.98 * 24)),
    "2 h for 20 h": ("duration", lambda o: _line(o, "fluorouracil")["over"].update(value=2)),
    "mg for mg/m²": ("dose-no-amount", lambda o: _line(o, "oxaliplatin")["ordered"].update(value=85, unit="mg/m2")),
    "height and weight exchanged": (
        "body-exchanged",
        lambda o: o["basis"].update(height=o["basis"]["weight"] | {"unit": "cm"}, weight={"value": 165, "unit": "kg"}),
    ),
    "allergies gone": ("missing-allergies", lambda o: o["patient"].update(allergies="unknown")),
    "an old neutrophil count": ("laboratory-old", lambda o: o["patient"]["laboratory"][0].update(on="2026-11-10")),
    "another patient's identifier left out": ("missing-identifier", lambda o: o["patient"]["identifiers"].pop()),
    "the next cycle a week early": (
        "too-early",
        lambda o: (o.update(cycle=2), o["patient"].update(given=[{"cycle": 1, "on": "2026-11-09", "share": None}])),
    ),
}


@pytest.mark.parametrize("what", ALTERED)
@pytest.mark.parametrize("resealed", [False, True])
def test_an_order_that_was_altered_is_stopped_for_the_right_rule(what, resealed, run):
    rule, alter = ALTERED[what]
    made = json.loads(json.dumps(an_order()))
    alter(made)
    if resealed:
        made["hash"] = content_hash(made)
    code, out, _ = run("check", put("order.json", made), *SITE, "--format", "json")
    found = {one["rule"]: one for one in json.loads(out)[0]["findings"]}
    assert (code, rule in found, "altered" in found) == (1, True, not resealed)


@pytest.mark.parametrize("what", ALTERED)
def test_what_is_told_of_an_alteration_says_what_to_do(what, run):
    rule, alter = ALTERED[what]
    made = json.loads(json.dumps(an_order()))
    alter(made)
    _, out, _ = run("check", put("order.json", made), *SITE)
    told = " ".join(out.split())
    assert (RULES[rule].message in told, RULES[rule].advice in told) == (True, True)


def test_an_order_as_it_was_made_is_not_stopped(run):
    code, out, err = run("check", put("order.json", an_order()), *SITE)
    assert (code, "nothing stops it" in out, err) == (0, True, "")


def test_at_the_reference_site_nothing_is_released(run):
    code, out, _ = run("check", put("order.json", an_order()))
    assert (code, "no hospital's policy" in out) == (1, True)


@pytest.mark.parametrize("ending", ["pdf", "html", "json"])
def test_an_order_is_read_from_whatever_it_was_written_as(ending, run):
    words = ["haic-folfox", "--patient", "patient-usual.yaml", *SITE, "--cycle", "1", "--on", "2026-11-23"]
    run("order", *words, "--out", f"order.{ending}")
    code, out, _ = run("check", f"order.{ending}", *SITE, "--format", "json")
    assert (code, json.loads(out)[0]["findings"]) == (0, [])


def test_a_page_on_which_only_the_print_was_changed_is_told(run):
    words = ["haic-folfox", "--patient", "patient-usual.yaml", *SITE, "--cycle", "1", "--on", "2026-11-23"]
    run("order", *words, "--out", "order.html")
    page = Path("order.html").read_text("utf-8")
    head, body, rest = page.partition("<body")
    Path("order.html").write_text(head + body + rest.replace("141", "1,410", 1), "utf-8")
    code, out, _ = run("check", "order.html", *SITE, "--format", "json")
    assert (code, [one["rule"] for one in json.loads(out)[0]["findings"]]) == (1, ["altered"])


def test_beside_another_order_it_is_told_what_differs(run):
    made = an_order()
    put("before.json", made)
    _line(made, "oxaliplatin")["ordered"]["value"] = 142
    _, out, _ = run("check", put("order.json", made), *SITE, "--against", "before.json", "--format", "json")
    assert json.loads(out)[0]["differences"] == [{"what": "oxaliplatin.dose", "this": "142 mg", "other": "141 mg"}]


def test_the_same_order_in_two_files_is_told(run):
    put("one.yaml", sheet())
    put("two.yaml", sheet() | {"id": "another"})
    code, out, _ = run("check", "one.yaml", "two.yaml", *SITE, "--format", "json")
    rules = [{one["rule"] for one in checked["findings"]} for checked in json.loads(out)]
    assert (code, "order-repeated" in rules[0], "order-repeated" in rules[1]) == (1, False, True)


TWICE = {
    "a drug": ("lines", {"drug": "oxaliplatin", "dose": "167 mg"}, "drug-twice"),
    "a laboratory value of one day": ("laboratory", {"analyte": "neutrophils", "value": "0.4"}, "laboratory-unknown"),
}


@pytest.mark.parametrize("what", TWICE)
def test_what_stands_twice_in_a_sheet_is_not_lost(what, run):
    part, second, rule = TWICE[what]
    data = sheet()
    first = next(one for one in data[part] if one.get("drug", one.get("analyte")) in second.values())
    data[part].append({**first, **second})
    _, out, _ = run("check", put("sheet.yaml", data), *SITE, "--format", "json")
    assert rule in {one["rule"] for one in json.loads(out)[0]["findings"]}


def test_what_was_given_before_is_summed(run):
    data = sheet("hepa-haic") | {"prior_exposure": "listed"}
    data["before"] = [{"drug": "doxorubicin", "total": "440 mg/m2"}, {"drug": "doxorubicin", "total": "10 mg/m2"}]
    _, out, _ = run("check", put("sheet.yaml", data), *SITE, "--format", "json")
    assert "cumulative-limit" in {one["rule"] for one in json.loads(out)[0]["findings"]}


def test_cycles_given_on_beads_count_toward_the_lifetime(run):
    on_record = {"share": "100 %", "ordered": {"beads": "50 mg"}, "surface": "1.6583 m2"}
    given = [{"cycle": str(n), "on": f"2026-0{n + 4}-01", **on_record} for n in (1, 2, 3, 4)]
    before = [{"drug": "doxorubicin", "total": "340 mg/m2", "until": "2026-01-01"}]
    made = an_order("hepa-haic", patient={"given": given, "prior_exposure": before}, cycle=5)
    _, out, _ = run("check", put("order.json", made), *SITE, "--format", "json")
    found = {one["rule"] for one in json.loads(out)[0]["findings"]}
    assert ("cumulative-limit" in {one["rule"] for one in made["findings"]}, "cumulative-limit" in found) == (
        True,
        True,
    )


def test_an_order_of_no_known_protocol_says_that_nothing_was_asked(run):
    code, out, _ = run("check", put("sheet.yaml", sheet() | {"protocol": "folfox"}), *SITE, "--out", "x.pdf")
    text = " ".join(" ".join(pages("x.pdf")).split())
    assert (code, "Every rule that applies could be asked" in out + text, "nothing found" in text) == (1, False, False)


# ------------------------------------------------------------------------------------------------ somebody else's sheet


@pytest.mark.parametrize("arm", ordered.ARMS)
def test_a_sound_sheet_of_somebody_else_is_not_stopped(arm, run):
    code, out, _ = run("check", put("sheet.yaml", sheet(arm)), *SITE, "--format", "json")
    found = [one for one in json.loads(out)[0]["findings"] if one["severity"] != "warning"]
    assert (code, found) == (0, [])


def test_a_sheet_in_json_is_read_like_one_in_yaml(run):
    _, in_yaml, _ = run("check", put("sheet.yaml", sheet()), *SITE, "--format", "csv")
    _, in_json, _ = run("check", put("sheet.json", sheet()), *SITE, "--format", "csv")
    assert in_yaml == in_json


def test_a_dose_per_area_in_the_place_of_a_dose_is_told_as_that(run):
    data = sheet()
    data["lines"][0]["dose"] = "85 mg/m2"
    _, out, _ = run("check", put("sheet.yaml", data), *SITE, "--format", "json")
    assert "dose-no-amount" in {one["rule"] for one in json.loads(out)[0]["findings"]}


def test_a_flat_figure_is_told_from_one_per_area(run):
    data = sheet()
    data["lines"][2]["dose_per"] = "2.4 g"
    _, out, _ = run("check", put("sheet.yaml", data), *SITE, "--format", "json")
    assert "dose-basis" in {one["rule"] for one in json.loads(out)[0]["findings"]}


WRONG_SHEETS = {
    "a field that does not exist": ({"wieght": "60 kg"}, "did you mean 'weight'"),
    "a number without its unit": ({"weight": "60"}, "the unit is missing"),
    "a decimal comma": ({"weight": "60,5 kg"}, "write a decimal point"),
    "a date in another order": ({"on": "23/11/2026"}, "a date as year-month-day"),
    "a word that is none of those": ({"child_pugh_class": "D"}, "one of A, B or C"),
    "lines that are no list": ({"lines": {"drug": "oxaliplatin"}}, "a list of entries"),
    "a moment without an offset": (
        {"lines": [{"drug": "oxaliplatin", "start": "2026-11-23T09:00"}]},
        "offset from UTC",
    ),
    "a share of more than all": ({"lines": [{"drug": "oxaliplatin", "share": "101 %"}]}, "must lie between"),
    "a field nobody may write": ({"unchanged": "yes"}, "a field of the order"),
    "a mapping in the place of a value": ({"weight": {"value": "60 kg"}}, "a list or a mapping"),
}


@pytest.mark.parametrize("what", WRONG_SHEETS)
def test_a_sheet_that_cannot_be_read_is_one_clear_message_with_its_place(what, run):
    change, told = WRONG_SHEETS[what]
    code, out, err = run("check", put("sheet.yaml", sheet() | change), *SITE)
    assert (code, out, told in err, "sheet.yaml:" in err, "Traceback" in err) == (3, "", True, True, False)


def test_all_mistakes_of_a_sheet_are_told_at_once(run):
    _, _, err = run("check", put("sheet.yaml", sheet() | {"weight": "60", "height": "165", "on": "x"}), *SITE)
    assert len(err.strip().splitlines()) == 3


def test_a_malformed_value_in_an_order_of_ours_is_the_one_thing_told(run):
    made = json.loads(json.dumps(an_order()))
    made["basis"]["weight"] = "82.4 kg"
    code, _, err = run("check", put("order.json", made), *SITE)
    assert (code, err.splitlines()) == (3, [
        "dosewright: order.json weight: needs a number and its unit, each by itself, for example "
        """'{"value": 60, "unit": "kg"}'; got '82.4 kg'"""
    ])  # fmt: skip


def test_a_file_of_another_kind_is_told_in_one_line(run):
    code, _, err = run("check", "patient-usual.yaml", *SITE)
    words = "dosewright: patient-usual.yaml: needs an order file (it has keys such as name, identifiers, stage)"
    assert (code, err.splitlines()) == (3, [words])


def test_of_very_many_mistakes_the_first_twenty_are_told(run):
    lines = [{"drug": "oxaliplatin", "key": f"line {one}", "dose": "no dose"} for one in range(25)]
    _, _, err = run("check", put("sheet.yaml", sheet() | {"lines": lines}), *SITE)
    told = err.splitlines()
    assert (len(told), told[-1]) == (21, "and 5 more")


@pytest.mark.parametrize("words", [["--out", "mix.pdf"], ["--format", "json"], ["--format", "csv"], []])
def test_where_one_file_cannot_be_read_nothing_is_written_of_the_others(words, run):
    put("good.yaml", sheet())
    Path("bad.yaml").write_text("- [", "utf-8")
    code, out, err = run("check", "bad.yaml", "good.yaml", *SITE, *words)
    assert (code, out, "bad.yaml" in err, Path("mix.pdf").exists()) == (3, "", True, False)


def test_of_several_files_every_mistake_is_told(run):
    put("first.yaml", sheet() | {"weight": "60"})
    put("third.yaml", sheet() | {"height": "165", "on": "x"})
    _, _, err = run("check", "first.yaml", "second.yaml", "third.yaml", *SITE)
    names = ("first", "second", "third")
    told = [name for line in err.splitlines() for name in names if f"{name}.yaml" in line]
    assert told == ["first", "second", "third", "third"]


BROKEN_ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a dose in words": lambda o: _line(o, "oxaliplatin")["ordered"].update(value="141"),
    "a dose without end": lambda o: _line(o, "oxaliplatin")["ordered"].update(value=10**400),
    "a dose of true": lambda o: _line(o, "oxaliplatin")["ordered"].update(value=True),
    "a unit nobody knows": lambda o: _line(o, "oxaliplatin")["ordered"].update(unit="spoons"),
    "a weight as a length": lambda o: o["basis"]["weight"].update(unit="cm"),
    "no lines": lambda o: o.pop("lines"),
    "lines that are none": lambda o: o.update(lines=[1]),
    "no patient": lambda o: o.update(patient=None),
    "a negative dose": lambda o: _line(o, "oxaliplatin")["ordered"].update(value=-141),
    "a date that is none": lambda o: o.update(on="2026-02-30"),
    "no hash": lambda o: o.pop("hash"),
}


@pytest.mark.parametrize("what", BROKEN_ORDERS)
def test_an_order_of_ours_that_is_broken_is_a_message_and_no_fault(what, run):
    made = json.loads(json.dumps(an_order()))
    BROKEN_ORDERS[what](made)
    code, _, err = run("check", put("order.json", made), *SITE)
    assert (code, "order.json" in err, "a fault of the tool" in err) == (3, True, False)


# ------------------------------------------------------------------------------------------------------------- overrides


def an_override(**more: str) -> dict[str, Any]:
    usual = {
        "order": "RX-4409",
        "rule": "laboratory",
        "where": "lab.platelets.value",
        "measured": "70 10^9/L",
        "by": "Dr B. Example",
        "role": "interventional oncologist",
        "on": "2026-11-30",
        "reason": "decided by the treating physician for this patient",
    }
    return {"schema": "1", "overrides": [usual | more]}


def rates(out: str) -> dict[str, Any]:
    return {one["rule"]: one for one in json.loads(out)["rules"]}


def test_a_finding_that_somebody_answers_for_stays_and_no_longer_stops(run):
    put("over.yaml", an_override())
    words = ["check", *TABLE, "--overrides", "over.yaml", "--format", "json"]
    _, out, _ = run(*words)
    data = json.loads(out)
    (found,) = [one for one in data["findings"] if one["rule"] == "laboratory"]
    assert "Dr B. Example, interventional oncologist" in found["overridden by"]
    assert data["verdicts"]["blocks-release"] == 0


def test_answers_are_counted_for_each_rule(run):
    put("over.yaml", an_override())
    _, out, _ = run("check", *TABLE, "--overrides", "over.yaml", "--format", "json")
    found = rates(out)["laboratory"]
    assert (found["fired"], found["overridden"], found["override_rate"]) == (1, 1, 1.0)


REFUSED = {
    "order": "RX-4404", "rule": "diluent", "where": "oxaliplatin.diluent", "measured": "sodium chloride 0.9%",
    "on": "2026-12-28",
}  # fmt: skip


@pytest.mark.parametrize(("second", "answered"), [({}, 0), ({"second": "A. Second"}, 1)])
def test_what_is_refused_needs_a_second_person(second, answered, run):
    put("over.yaml", an_override(**REFUSED, **second))
    _, out, _ = run("check", *TABLE, "--overrides", "over.yaml", "--format", "json")
    assert rates(out)["diluent"]["overridden"] == answered


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"drug": "5-FU"}, "drug-otherwise"),
        ({"drug": "5-fluorouracil"}, "drug-otherwise"),
        ({"drug": "Fluorouracil injection"}, "drug-otherwise"),
        ({"drug": "flourouracil"}, "drug-of-no-protocol"),
    ],
)
def test_a_line_without_a_key_is_that_of_its_drug_whatever_the_drug_is_called(change, rule, run):
    stated = sheet()
    line = next(one for one in stated["lines"] if one["drug"] == "fluorouracil")
    line.pop("key", None)
    line |= change
    _, out, _ = run("check", put("sheet.yaml", stated), *SITE, "--format", "json")
    found = {one["rule"]: one["message"] for one in json.loads(out)[0]["findings"]}
    assert rule in found
    assert ("drug-missing" in found) == (rule == "drug-of-no-protocol")
    assert ("did you mean 'fluorouracil'?" in found[rule]) == (rule == "drug-of-no-protocol")


def test_a_drug_that_is_left_out_by_name_and_with_a_reason_is_asked_for_nothing_more(run):
    stated = sheet()
    stated["lines"] = [one for one in stated["lines"] if one["drug"] != "leucovorin"]
    stated["lines"].append({"drug": "leucovorin", "share": "0 %", "reason": "hypersensitivity", "comment": "not given"})
    code, out, _ = run("check", put("sheet.yaml", stated), *SITE, "--format", "json")
    assert (code, [one["rule"] for one in json.loads(out)[0]["findings"]]) == (0, ["ascites", "drug-omitted"])


@pytest.mark.parametrize(
    "change", [{"protocol": "HAIC-FOLFOX"}, {"consent": "Yes"}, {"sex": "Female"}, {"child_pugh_class": "a"}]
)
def test_capitals_are_no_other_word(change, run):
    code, _, err = run("check", put("sheet.yaml", sheet() | change), *SITE)
    assert (code, err) == (0, "")


def test_an_answer_to_one_interaction_is_none_to_another(run):
    stated = sheet() | {"medicines": "brivudine; sorivudine"}
    _, out, _ = run("check", put("sheet.yaml", stated), *SITE, "--format", "json")
    hits = [one for one in json.loads(out)[0]["findings"] if one["rule"] == "interaction"]
    seen = {name: hits[0][name] for name in ("rule", "where", "measured")}
    put("over.yaml", an_override(**seen, order=stated["id"], on=stated["on"], second="A. Second"))
    code, out, err = run("check", "sheet.yaml", *SITE, "--overrides", "over.yaml", "--format", "json")
    answered = [one["overridden"] is not None for one in json.loads(out)[0]["findings"] if one["rule"] == "interaction"]
    assert (len(hits), code, err, answered.count(True)) == (2, 1, "", 1)


@pytest.mark.parametrize("schema", ["2", "x"])
def test_a_sheet_of_another_schema_is_refused(schema, run):
    code, _, err = run("check", put("sheet.yaml", sheet() | {"schema": schema}), *SITE)
    assert (code, "needs schema: 1" in err) == (3, True)


def test_an_order_of_another_schema_is_refused(run):
    made = json.loads(json.dumps(an_order())) | {"schema": "2"}
    made["hash"] = content_hash(made)
    code, _, err = run("check", put("order.json", made), *SITE)
    assert (code, 'needs an order of "schema": "1"' in err) == (3, True)


@pytest.mark.parametrize("word", ["no", "None", "nobody", "NAME", "."])
def test_a_word_that_names_nobody_answers_for_nothing(word, run):
    stated = sheet()
    stated["lines"][0] |= {"last_share": "80 %", "raised": word}
    _, out, _ = run("check", put("sheet.yaml", stated), *SITE, "--format", "json")
    assert "re-escalation" in {one["rule"] for one in json.loads(out)[0]["findings"]}
    put("over.yaml", an_override(by=word))
    assert run("check", "sheet.yaml", *SITE, "--overrides", "over.yaml")[0] == 3


def test_an_answer_without_the_second_person_is_told_what_it_lacks(run):
    put("over.yaml", an_override(**REFUSED))
    _, _, err = run("check", *TABLE, "--overrides", "over.yaml")
    assert "to diluent at oxaliplatin.diluent (measured sodium chloride 0.9%) is not enough" in err
    assert "what is refused needs a second person" in err


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("2026-11-28", "before the order was written (2026-11-29)"),
        ("2026-11-29", ""),
        ("2026-11-30", ""),
        ("2026-12-01", "after the day of treatment (2026-11-30)"),
    ],
)
def test_an_answer_is_given_between_the_writing_of_the_order_and_the_treatment(on, told, run):
    put("over.yaml", an_override(on=on))
    _, out, err = run("check", *TABLE, "--overrides", "over.yaml", "--format", "json")
    assert (rates(out)["laboratory"]["overridden"], told in err, bool(err)) == (int(not told), True, bool(told))


def test_of_one_order_too_an_answer_after_the_treatment_is_none(run):
    stated = sheet()
    stated["lines"][0]["dose"] = "160 mg"
    _, out, _ = run("check", put("sheet.yaml", stated), *SITE, "--format", "json")
    (order,) = json.loads(out)
    found = next(one for one in order["findings"] if one["rule"] == "dose-deviates")
    late = {"order": order["order"], "rule": found["rule"], "where": found["where"], "measured": found["measured"]}
    put("over.yaml", an_override(**late, on="2027-01-30"))
    assert "after the day of treatment" in run("check", "sheet.yaml", *SITE, "--overrides", "over.yaml")[2]


def test_an_answer_copied_from_a_spreadsheet_keeps_its_sign(run):
    stated = sheet()
    stated["lines"][0]["dose"] = "160 mg"
    _, out, _ = run("check", put("sheet.yaml", stated), *SITE, "--format", "csv")
    row = next(one for one in csv.DictReader(io.StringIO(out)) if one["rule"] == "dose-deviates")
    assert row["measured"].startswith("'+")
    seen = {name: row[name] for name in ("order", "rule", "where", "measured")}
    put("over.yaml", an_override(**seen, on=stated["on"]))
    assert run("check", "sheet.yaml", *SITE, "--overrides", "over.yaml")[2] == ""


def test_an_order_of_which_no_dose_was_held_against_another_is_never_let_pass(run):
    stated = sheet()
    stated["weight"] = "unknown"
    _, out, _ = run("check", put("sheet.yaml", stated), *SITE, "--format", "json")
    (order,) = json.loads(out)
    answers = [
        an_override(
            **{name: one[name] for name in ("rule", "where", "measured")},
            order=order["order"],
            second="A. Second",
            on=stated["on"],
        )["overrides"][0]
        for one in order["findings"]
        if one["severity"] in {"refuse", "blocks-release"}
    ]
    put("over.yaml", {"schema": "1", "overrides": answers})
    code, out, err = run("check", "sheet.yaml", *SITE, "--overrides", "over.yaml")
    assert (code, err) == (1, "")
    assert "not checked: of no line could the dose be held against the one that follows" in out
    assert (
        "not-checked,dose-deviates"
        in run("check", "sheet.yaml", *SITE, "--overrides", "over.yaml", "--format", "csv")[1]
    )


@pytest.mark.parametrize("other", [{"measured": "60 10^9/L"}, {"where": "lab.albumin.value"}, {"order": "RX-4410"}])
def test_an_answer_to_one_finding_is_none_to_another(other, run):
    put("over.yaml", an_override(**other))
    _, out, err = run("check", *TABLE, "--overrides", "over.yaml", "--format", "json")
    assert rates(out)["laboratory"]["overridden"] == 0
    assert "nothing was found that the answer of Dr B. Example" in err


def test_a_file_of_another_kind_is_no_file_of_answers(run):
    told = run("check", "orders-elsewhere.csv", "--map", "columns-elsewhere.yaml", "--overrides", "patient-usual.yaml")
    assert "patient-usual.yaml: needs an overrides file (it has keys such as" in told[2]


def test_an_answer_that_answers_for_something_is_not_told_as_idle(run):
    put("over.yaml", an_override())
    assert run("check", *TABLE, "--overrides", "over.yaml")[2] == ""
    assert "nothing was found" in run("check", put("sheet.yaml", sheet()), *SITE, "--overrides", "over.yaml")[2]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"rule": "dose-tenfolt"}, "a rule of the catalogue"),
        ({"reason": "because"}, "one of the reasons"),
        ({"second": "Dr B. Example"}, "a second person"),
        ({"second": "DR  B.EXAMPLE"}, "a second person"),
        ({"by": "NAME"}, "no placeholder"),
        ({"role": ""}, "some text"),
    ],
)
def test_an_answer_that_is_none_is_refused(more, told, run):
    put("over.yaml", an_override(**more))
    code, _, err = run("check", *TABLE, "--overrides", "over.yaml")
    assert (code, told in err, "over.yaml" in err) == (3, True, True)


# --------------------------------------------------------------------------------------------------------------- tables

CAUGHT = {
    "RX-4401": "dose-tenfold", "RX-4403": "weight-in-pounds", "RX-4404": "diluent", "RX-4406": "rate-per-day",
    "RX-4407": "unreadable", "RX-4409": "laboratory", "RX-4410": "route",
}  # fmt: skip


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_table_with_foreign_columns_is_checked(run):
    code, out, _ = run("check", *TABLE, "--out", "findings.csv")
    found = {(row["order"], row["rule"]) for row in rows_of(Path("findings.csv").read_text("utf-8"))}
    assert (code, CAUGHT.items() - found, "12 rows, 12 orders" in out) == (1, set(), True)


def test_every_row_is_answered(run):
    run("check", *TABLE, "--out", "findings.csv")
    rows = rows_of(Path("findings.csv").read_text("utf-8"))
    assert {int(row["row"]) for row in rows} == set(range(2, 14))


def test_a_row_without_a_word_is_clear(run):
    run("check", *TABLE, "--out", "findings.csv")
    rows = rows_of(Path("findings.csv").read_text("utf-8"))
    clear = [row["order"] for row in rows if row["severity"] == "clear"]
    assert (len(clear), set(clear) & {row["order"] for row in rows if row["severity"] != "clear"}) == (4, set())


def test_csv_and_parquet_hold_the_same(run):
    import pyarrow.parquet as pq

    run("check", *TABLE, "--out", "findings.csv")
    run("check", *TABLE, "--out", "findings.parquet")
    plain = rows_of(Path("findings.csv").read_text("utf-8"))
    arrow = pq.read_table("findings.parquet").to_pylist()
    assert [{key: str(value) for key, value in row.items()} for row in arrow] == plain


def test_a_spreadsheet_is_read_as_the_table_it_was(run):
    rows = list(csv.reader(Path("orders-elsewhere.csv").read_text("utf-8").splitlines()))
    with xlsxwriter.Workbook("orders.xlsx", {"strings_to_numbers": False}) as book:
        page = book.add_worksheet()
        for place, row in enumerate(rows):
            page.write_row(place, 0, row)
    _, by_csv, _ = run("check", *TABLE, "--format", "csv")
    _, by_xlsx, _ = run("check", "orders.xlsx", *TABLE[1:], "--format", "csv")
    assert by_xlsx == by_csv


def test_on_standard_output_every_row_is_answered_as_in_a_file(run):
    _, out, _ = run("check", *TABLE, "--format", "csv")
    run("check", *TABLE, "--out", "findings.csv")
    assert rows_of(out) == rows_of(Path("findings.csv").read_text("utf-8"))


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_is_made_for_what_is_written_and_not_where_nothing_is(there, run):
    assert run("check", *TABLE, "--out", "made/findings.csv")[0] == 1
    if there:
        Path("other").mkdir()
    Path("orders-elsewhere.csv").write_text("OrderNo;Name\n", "utf-8")
    code, _, _ = run("check", *TABLE, "--out", "other/findings.csv")
    assert (code, Path("made/findings.csv").exists(), Path("other").exists()) == (3, True, there)


@pytest.mark.parametrize("words", [["--out", "findings.csv"], ["--format", "csv"], ["--format", "json"], []])
def test_a_table_without_any_row_is_wrong_input_and_nothing_is_written(words, run):
    header = Path("orders-elsewhere.csv").read_text("utf-8").splitlines()[0]
    Path("orders-elsewhere.csv").write_text(header + "\n", "utf-8")
    code, out, err = run("check", *TABLE, *words)
    assert (code, out, len(err.splitlines()), Path("findings.csv").exists()) == (3, "", 1, False)
    assert "needs at least one order" in err


def test_a_cell_that_a_spreadsheet_would_run_is_kept_text(run):
    text = Path("orders-elsewhere.csv").read_text("utf-8").replace("RX-4401", "=cmd|' /C calc'!A0")
    Path("orders-elsewhere.csv").write_text(text, "utf-8")
    run("check", *TABLE, "--out", "findings.csv")
    orders = {row["order"] for row in rows_of(Path("findings.csv").read_text("utf-8"))}
    assert [one for one in orders if one.startswith(("=", "+", "-", "@"))] == []


def test_on_a_terminal_the_running_count_is_gone_before_the_answer(run, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    _, _, err = run("check", *TABLE)
    assert err == "\r12 orders checked\r\x1b[K"


def test_what_stops_an_order_of_a_table_is_told_with_rule_and_field_and_where_the_rest_is(run):
    _, out, _ = run("check", *TABLE)
    told = " ".join(out.split())
    platelets = "is 70 10^9/L, allowed at least 75 10^9/L (laboratory, lab.platelets.value)"
    assert (platelets in told, told.endswith("--out findings.csv")) == (True, True)


def test_the_override_rate_stands_beside_the_alert_rate_and_what_is_answered_for_is_not_told_as_stopping(run):
    put("over.yaml", an_override())
    _, out, _ = run("check", *TABLE, "--overrides", "over.yaml")
    assert re.search(r"laboratory +1 +8\.33 % +1 +100 % +0\n", out)
    assert "order RX-4409" not in out


def test_orders_that_are_clear_and_of_which_a_rule_was_not_asked_are_counted_apart(run):
    rows = list(csv.reader(Path("orders-elsewhere.csv").read_text("utf-8").splitlines()))
    rows[1][rows[0].index("Oxali bag")] = ""
    with open("orders-elsewhere.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    _, out, _ = run("check", *TABLE)
    _, told, _ = run("check", *TABLE, "--format", "json")
    _, found, _ = run("check", *TABLE, "--format", "csv")
    clear, partly = (json.loads(told)[name] for name in ("verdicts", "clear_with_rules_not_asked"))
    assert len([row for row in rows_of(found) if row["severity"] == "clear"]) == clear["clear"] - partly
    assert (partly > 0, f"with a rule not asked {partly:>12}" in out) == (True, True)


def test_a_column_that_nobody_named_is_told(run):
    text = Path("orders-elsewhere.csv").read_text("utf-8").replace("Remarks", "Bemerkung")
    Path("orders-elsewhere.csv").write_text(text, "utf-8")
    mapping = Path("columns-elsewhere.yaml").read_text("utf-8").replace("  Remarks: comment\n", "")
    Path("columns-elsewhere.yaml").write_text(mapping, "utf-8")
    _, out, _ = run("check", *TABLE, "--out", "findings.csv")
    assert "Columns that were not used: Bemerkung" in out


def test_the_findings_are_there_whole_or_not_at_all(run):
    text = Path("orders-elsewhere.csv").read_bytes()
    Path("orders-elsewhere.csv").write_bytes(text + b"\xff\xfe,1\n")
    code, _, err = run("check", *TABLE, "--out", "findings.csv")
    assert (code, "UTF-8" in err, Path("findings.csv").exists()) == (3, True, False)


USAGE = {
    "a map without a table": (["sheet.yaml", "--map", "columns-elsewhere.yaml"], 2),
    "two tables": (["orders-elsewhere.csv", "orders-elsewhere.csv"], 2),
    "a table beside an order": (["orders-elsewhere.csv", "--against", "sheet.yaml"], 2),
    "several beside one": (["sheet.yaml", "sheet.yaml", "--against", "sheet.yaml"], 2),
    "no file": ([], 2),
    "a file that is not there": (["nobody.yaml"], 3),
    "a folder": (["."], 3),
    "findings of a table as a sheet": (["orders-elsewhere.csv", "--out", "x.pdf"], 3),
    "a check as a table of Arrow": (["sheet.yaml", "--out", "x.parquet"], 3),
    "out over the input": (["sheet.yaml", "--out", "./sheet.yaml"], 3),
    "out over the answers": (["sheet.yaml", "--overrides", "o.csv", "--out", "./o.csv"], 3),
    "a protocol nobody knows": (["sheet.yaml", "--protocol", "folfox"], 3),
    "a site that is none": (["sheet.yaml", "--site", "sheet.yaml"], 3),
    "no columns that are known": (["orders-elsewhere.csv"], 3),
    "an empty table": (["empty.csv"], 3),
    "no Parquet": (["empty.parquet"], 3),
    "no spreadsheet": (["empty.xlsx"], 3),
}


@pytest.mark.parametrize("what", USAGE)
def test_a_wrong_call_is_told_and_writes_nothing(what, run):
    words, expected = USAGE[what]
    put("sheet.yaml", sheet())
    put("o.csv", an_override())
    for name in ("empty.csv", "empty.parquet", "empty.xlsx"):
        Path(name).write_bytes(b"")
    before = sorted(path.name for path in Path().iterdir())
    code, _, err = run("check", *words)
    after = sorted(path.name for path in Path().iterdir())
    assert (code, bool(err), "a fault of the tool" in err, after) == (expected, True, False, before)


# ---------------------------------------------------------------------------------------------------------------- paper


def pages(path: str) -> list[str]:
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


@pytest.fixture
def printed(run) -> list[str]:
    made = json.loads(json.dumps(an_order()))
    ALTERED["ten times the dose"][1](made)
    run("check", put("order.json", made), *SITE, "--out", "check.pdf")
    return pages("check.pdf")


def test_the_verdict_stands_first(printed):
    assert "STOPPED by" in printed[0][:600]


def test_each_page_names_patient_order_and_itself(printed):
    wanted = ("Zhang Wei", "MRN-004217", "1964-03-09", "none known")
    for number, page in enumerate(printed, 1):
        assert [word for word in (*wanted, f"page {number} of {len(printed)}") if word not in page] == []


def test_the_check_on_paper_has_figures_findings_lists_and_what_was_not_checked(printed):
    text = " ".join(" ".join(printed).split())
    wanted = (
        "1,410 mg",
        "140.96 mg",
        "+900.31 %",
        "Seven steps",
        "Ten steps",
        "What was not checked",
        "second checker",
    )
    assert [word for word in wanted if word not in text] == []


def on_paper(run: Callable[..., Any], data: dict[str, Any], *words: str) -> list[str]:
    """The pages of the check of a sheet."""
    run("check", put("sheet.yaml", data), *SITE, "--out", "check.pdf", *words)
    return [" ".join(page.split()) for page in pages("check.pdf")]


def test_a_step_tells_what_stops_it_from_what_is_only_to_be_seen(run):
    data = sheet() | {"bsa": "2 m2"}  # and there is ascites, which warns
    assert "calculations (general knowledge) stopped by finding 1; see also finding 2" in " ".join(on_paper(run, data))


def test_a_step_names_what_somebody_answers_for_and_so_does_every_page(run):
    data = sheet()
    next(one for one in data["laboratory"] if one["analyte"] == "platelets")["value"] = "70"
    put("over.yaml", an_override(order=data["id"], on=data["on"]))
    told = on_paper(run, data, "--overrides", "over.yaml")
    assert "nothing stops it; 1 finding answered for" in told[0]
    assert "laboratory values answered for: finding 1" in " ".join(told)
    assert [page.count("haic-folfox, version 1 · 1 finding answered for") for page in told] == [1] * len(told)


def test_height_weight_formula_and_doses_stand_beside_what_follows_from_them(run):
    data = sheet()
    text = " ".join(on_paper(run, data))
    wanted = (
        f"height {data['height']}, measured on {data['height_on']}; weight {data['weight']}, actual, measured on",
        "Body surface area by Mosteller: BSA [m²] = √(height [cm] × weight [kg] ÷ 3600).",
        "oxaliplatin 85 mg/m²; leucovorin 200 mg/m²; fluorouracil 2,400 mg/m²",
    )
    assert [words for words in wanted if words not in text] == []


BESIDE = (  # what stands in the first two and the last two rows of each list
    ("legible and signed", "the right protocol for"),
    ("trend, and the patient today", "sign, date and time"),
    ("wristband or record", "indication and approval"),
    ("what the last cycle caused", "ordered and at hand"),
)


@pytest.mark.parametrize("lacking", range(6))
def test_no_row_of_a_list_stands_alone_on_a_page(lacking, run):
    data = sheet() | {"bsa": "2 m2", "allergies": "penicillin"}
    for name in ("care", "hold", "diagnosis", "written", "consent")[:lacking]:
        del data[name]
    told = on_paper(run, data)
    for first, second in BESIDE:
        where = [[number for number, page in enumerate(told) if words in page] for words in (first, second)]
        assert (len(where[0]), where[0]) == (1, where[1])


@pytest.fixture
def of_reduced(run) -> str:
    """The text of the check of an order that was reduced by a third."""
    made = changed_order(a_change(by="33.333333 %", of="protocol dose", cycle=2), before=given("100 %"))
    run("check", put("order.json", made), *SITE, "--out", "check.pdf")
    return "\n".join(pages("check.pdf"))


def test_no_number_is_broken_at_its_point(of_reduced):
    assert "0.2 to 0.7 mg/mL" in of_reduced
    assert re.findall(r"\d\.$", of_reduced.split("2 Findings")[0], re.MULTILINE) == []


def test_beside_the_full_dose_stands_how_far_the_ordered_one_lies_from_it(of_reduced):
    row = "oxaliplatin: full dose, of which 66.67 % is to be given 93 mg 140.96 mg −34.02 %"  # 93 / 140.957 − 1
    assert sorted(set(row.split()) - set(of_reduced.split())) == []


def test_a_percentage_has_two_decimals_at_most(of_reduced):
    assert re.findall(r"\d\.\d{3,} %", of_reduced) == []


def test_the_same_check_gives_the_same_bytes(run):
    put("order.json", an_order())
    run("check", "order.json", *SITE, "--out", "one.pdf")
    run("check", "order.json", *SITE, "--out", "two.pdf")
    assert Path("one.pdf").read_bytes() == Path("two.pdf").read_bytes()


ATTACKS = ("<script>alert(1)</script>", "{{7*191}}", "<img src=file:///etc/passwd>", "]]> &amp; <!--", "\u202egm 141")


@pytest.mark.parametrize("attack", ATTACKS[:4])
def test_what_a_stranger_wrote_is_shown_and_not_run(attack, run):
    data = sheet() | {"patient": attack, "comment": attack}
    run("check", put("sheet.yaml", data), *SITE, "--out", "check.html")
    text = Path("check.html").read_text("utf-8").partition("</style>")[2]
    assert (attack in text, "1337" in text) == (attack == "{{7*191}}", False)


def test_a_sign_that_turns_the_reading_round_is_refused(run):
    code, _, err = run("check", put("sheet.yaml", sheet() | {"comment": ATTACKS[4]}), *SITE)
    assert (code, "Traceback" in err) == (3, False)


# ---------------------------------------------------------------------------------------------------------------- rules


def test_the_abbreviation_that_was_found_is_quoted(run):
    of = sheet()
    of["lines"][0]["written"] = "oxaliplatin 141 mg, then FU at home"
    assert "a drug's name is abbreviated; it says 'FU'" in " ".join(run("check", put("s.yaml", of), *SITE)[1].split())


def test_every_rule_is_listed(run):
    code, out, _ = run("rules", "list")
    assert (code, [id for id in RULES if id not in out]) == (0, [])


@pytest.mark.parametrize("id", list(RULES)[::7])
def test_a_rule_is_shown_with_what_to_do(id, run):
    code, out, _ = run("rules", "show", id)
    assert (code, RULES[id].advice in " ".join(out.split())) == (0, True)


def test_a_rule_nobody_knows_is_met_with_the_nearest(run):
    code, _, err = run("rules", "show", "dose-tenfolt")
    assert (code, "did you mean 'dose-tenfold'" in err) == (3, True)


def test_the_rules_are_there_for_programs(run):
    _, out, _ = run("rules", "list", "--format", "json")
    assert [one["rule"] for one in json.loads(out)] == list(RULES)


# ----------------------------------------------------------------------------------------------------------- one process


def test_one_order_is_checked_without_loading_what_columns_need(tmp_path):
    path = tmp_path / "order.json"
    path.write_bytes(as_file(an_order()))
    script = f"import sys; from dosewright.cli import run; run(['check', {str(path)!r}]); print([m for m in ('numpy', 'pyarrow', 'jinja2', 'weasyprint') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "[]"


def test_limits_of_the_site_are_in_the_site_and_nowhere_else(run):
    put("strict.yaml", site_data({"body.weight_too_old": "8 d", "body.weight_valid": "7 d"}))
    data = sheet()
    _, out, _ = run(
        "check", put("sheet.yaml", data | {"weight_on": "2020-01-01"}), "--site", "strict.yaml", "--format", "json"
    )
    (found,) = [one for one in json.loads(out)[0]["findings"] if one["rule"] == "weight-too-old"]
    assert found["allowed"] == "at most 8 days"
