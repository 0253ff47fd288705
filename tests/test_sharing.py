"""The plan of vials for a day's orders: what the site allows, what is left out, and what is told; on every output."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import pypdfium2
import pytest

from dosewright import cli, vial_sheets
from dosewright.errors import Mistake
from dosewright.orders import sharing

from .ward import EXAMPLES, a_site, an_order, as_file, changed, site_data

SITE = str(EXAMPLES / "site-example.yaml")
OTHER = {"identifiers": [{"kind": "hospital number", "value": "B-2"}, {"kind": "admission", "value": "C-3"}]}


def the_plan(*orders: dict[str, Any], site: Mapping[str, Any] | None = None) -> dict[str, Any]:
    policy, document = a_site(site)
    return sharing.plan([sharing.given(one, "x") for one in orders], policy, document)


def two(site: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Orders of two patients at one site: 141 mg and 128 mg of oxaliplatin at 09:00."""
    return [an_order(site=site), an_order(of="small", site=site)]


def of_drug(plan: Mapping[str, Any], drug: str) -> dict[str, Any]:
    return next(one for one in plan["drugs"] if one["drug"] == drug)


def rules(plan: Mapping[str, Any]) -> list[str]:
    return sorted({one["rule"] for one in plan["findings"]})


def mg(value: Mapping[str, Any]) -> float:
    assert value["unit"] == "mg"
    return value["value"]


FINE = {"preparation.oxaliplatin.product.vials": ["90 mg"]}


# ------------------------------------------------------------------------------------------------------------- the rule


def test_what_is_left_of_one_order_goes_to_the_next():
    # by hand: of vials of 90 mg 141 mg leave 39 and 128 mg leave 52, from four vials; together 269 mg leave 1 of three
    found = of_drug(the_plan(*two(FINE), site=FINE), "oxaliplatin")
    assert (mg(found["alone"]["waste"]), found["alone"]["vials"]) == (91, 4)
    assert (mg(found["shared"]["waste"]), found["shared"]["vials"], found["shared"]["exact"]) == (1, 3, True)


def test_a_shared_vial_says_until_when_it_may_be_used():
    vials = of_drug(the_plan(*two(FINE), site=FINE), "oxaliplatin")["vials"]
    (shared,) = [one for one in vials if one["shared"]]
    assert (shared["opened"], shared["use_by"]) == ("2026-11-23T09:00:00+08:00", "2026-11-23T17:00:00+08:00")


def test_every_amount_is_told_in_millilitres_too():
    # by hand: 39 mg of 5 mg/mL are 7.8 mL
    vials = of_drug(the_plan(*two(FINE), site=FINE), "oxaliplatin")["vials"]
    amounts = [(use["amount"]["value"], use["volume"]["value"]) for one in vials for use in one["uses"]]
    assert all(volume == pytest.approx(amount / 5) for amount, volume in amounts)


def test_each_order_gets_what_it_orders():
    orders = two()
    plan = the_plan(*orders)
    for order in orders:
        for line in order["lines"]:
            uses = [use for one in of_drug(plan, line["drug"])["vials"] for use in one["uses"]]
            drawn = sum(mg(use["amount"]) for use in uses if use["order"] == order["id"])
            assert drawn == mg(line["ordered"])


def test_without_sharing_each_order_has_the_vials_of_its_own_sheet():
    orders = two()
    found = of_drug(the_plan(*orders), "leucovorin")
    on_sheets = sum(
        count
        for one in orders
        for line in one["lines"]
        if line["drug"] == "leucovorin"
        for count, _ in line["made"]["vials"]
    )
    assert (found["alone"]["vials"], found["shared"]) == (on_sheets, None)


UNDECIDED = {"preparation.oxaliplatin.sharing": "undecided"}


def test_while_the_site_has_not_decided_nothing_is_shared_and_that_is_told():
    plan = the_plan(*two(UNDECIDED), site=UNDECIDED)
    found = of_drug(plan, "oxaliplatin")
    assert (found["shared"], found["sharing"]["state"], any(one["shared"] for one in found["vials"])) == (
        None,
        "undecided",
        False,
    )
    assert "vials-sharing-undecided" in rules(plan)


def test_a_site_that_says_nothing_of_sharing_is_undecided():
    left_out = {"preparation.oxaliplatin.sharing": None}
    assert of_drug(the_plan(*two(left_out), site=left_out), "oxaliplatin")["sharing"]["state"] == "undecided"


def test_where_the_site_says_no_nothing_is_told():
    no = {"preparation.oxaliplatin.sharing": "no"}
    plan = the_plan(*two(no), site=no)
    assert ("vials-sharing-undecided" in rules(plan), of_drug(plan, "oxaliplatin")["shared"]) == (False, None)


def later(order: dict[str, Any], key: str, clock: str) -> dict[str, Any]:
    """An order in which one line starts at another time of the day."""
    lines = [
        {**line, "times": [{**line["times"][0], "start": f"2026-11-23T{clock}:00+08:00"}]}
        if line["key"] == key
        else line
        for line in order["lines"]
    ]
    return {**order, "lines": lines}


@pytest.mark.parametrize(("clock", "waste"), [("17:00", 1), ("17:01", 91)])
def test_the_time_of_the_site_counts_to_the_minute(clock, waste):
    one, other = two(FINE)
    found = of_drug(the_plan(one, later(other, "oxaliplatin", clock), site=FINE), "oxaliplatin")
    assert mg(found["shared"]["waste"]) == waste


def test_a_line_whose_start_is_not_decided_keeps_its_vials():
    one, other = two(FINE)
    lines = [
        {**line, "times": [*line["times"], {**line["times"][0], "start": "2026-11-23T11:00:00+08:00"}]}
        for line in other["lines"]
    ]
    plan = the_plan(one, {**other, "lines": lines}, site=FINE)
    found = of_drug(plan, "oxaliplatin")
    assert (mg(found["shared"]["waste"]), "vials-start-undecided" in rules(plan)) == (91, True)
    assert {vial["opened"] for vial in found["vials"]} == {"2026-11-23T09:00:00+08:00", None}


def test_beads_are_never_shared():
    beads = an_order("hepa-haic"), an_order("hepa-haic", patient=OTHER)
    plan = the_plan(*beads)
    assert "doxorubicin" not in {one["drug"] for one in plan["drugs"]}
    assert [(one["order"], one["drug"], one["vials"]) for one in plan["beads"]] == [
        (one["id"], "doxorubicin", 1) for one in sorted(beads, key=lambda one: one["id"])
    ]


# -------------------------------------------------------------------------------------------------------- what is left out


def test_no_vial_is_opened_for_an_order_that_may_not_be_released():
    held = an_order(of="small", patient={"consent": "no"})
    plan = the_plan(an_order(), held)
    assert (held["released"], [one["order"] for one in plan["left_out"]], plan["released"]) == (
        False,
        [held["id"]],
        True,
    )
    assert {use["order"] for one in plan["drugs"] for vial in one["vials"] for use in vial["uses"]} == {
        an_order()["id"]
    }


def test_an_order_of_another_policy_stops_the_plan():
    plan = the_plan(an_order(), site={"preparation.leucovorin.pump": "another pump"})
    assert (rules(plan), plan["released"]) == (["vials-other-site"], False)


def test_a_line_made_up_for_another_product_is_left_out_and_stops_the_plan():
    other = {"preparation.oxaliplatin.product.product": "oxaliplatin of another maker"}
    plan = the_plan(an_order(), site=other)
    assert ("vials-other-product" in rules(plan), [one["line"] for one in plan["left_out"]]) == (True, ["oxaliplatin"])
    assert "oxaliplatin" not in {one["drug"] for one in plan["drugs"]}


def test_a_line_without_a_product_is_left_out_and_stops_the_plan():
    plan = the_plan(an_order(), site={"preparation.oxaliplatin.product": "undecided"})
    assert ("vials-undecided" in rules(plan), plan["released"]) == (True, False)


def test_of_orders_none_of_which_is_released_the_plan_opens_nothing_and_stops():
    plan = the_plan(an_order(patient={"consent": "no"}))
    assert (plan["drugs"], plan["released"]) == ([], False)


# ------------------------------------------------------------------------------------------------------------- refusals


def test_no_orders_are_no_list():
    with pytest.raises(Mistake, match="at least one order"):
        the_plan()


def test_an_order_stands_once_on_a_list():
    with pytest.raises(Mistake, match="each order once"):
        the_plan(an_order(), an_order(cycle=1))


def test_a_list_is_of_one_day():
    with pytest.raises(Mistake, match="orders of one day; got '2026-11-23, 2026-11-24'"):
        the_plan(an_order(), {**an_order(of="small"), "on": "2026-11-24"})


def test_a_list_too_long_for_a_day_is_refused():
    one = sharing.given(an_order(), "x")
    with pytest.raises(Mistake, match="more than 300 orders"):
        sharing.plan([one] * 301, *a_site())


@pytest.mark.parametrize(
    "change",
    [
        {"lines": None},
        {"lines": [7]},
        {"lines.0.ordered": {"value": 141, "unit": "g"}},
        {"lines.0.ordered": {"value": "much", "unit": "mg"}},
        {"lines.0.ordered": 141},
        {"lines.0.times": [{"start": "tomorrow"}]},
        {"patient": "Zhang Wei"},
        {"beads": {"vials": 1}},
        {"site": None},
    ],
)
def test_what_is_no_order_of_this_version_is_refused_without_a_traceback(change):
    with pytest.raises(Mistake, match="an order as this version writes it"):
        sharing.given(changed(an_order(), change), "order.json")


def test_the_same_orders_give_the_same_plan_in_any_order():
    one, other = the_plan(*two()), the_plan(*reversed(two()))
    assert one["drugs"] == other["drugs"]


# ------------------------------------------------------------------------------------------------------- the command line


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Two orders written as JSON, and the folder in which they are."""
    monkeypatch.chdir(tmp_path)
    for name in ("usual", "small"):
        patient = str(EXAMPLES / f"patient-{name}.yaml")
        day = ["--cycle", "1", "--on", "2026-11-23", "--site", SITE]
        cli.run(["order", "haic-folfox", "--patient", patient, *day, "--out", f"{name}.json"])
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = cli.run(["vials", "plan", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


ORDERS = ("usual.json", "small.json", "--site", SITE)


def test_the_plan_is_told_to_people(written, capsys):
    code, out, _ = run(capsys, *ORDERS)
    assert (code, "without sharing  4 vials with 300 mg, 31 mg left over" in out) == (0, True)


def test_the_plan_is_told_to_programs(written, capsys):
    code, out, _ = run(capsys, *ORDERS, "--format", "json")
    assert (code, json.loads(out)["kind"]) == (0, "vial plan")


def test_a_spreadsheet_gets_a_line_for_each_amount(written, capsys):
    rows = list(csv.DictReader(io.StringIO(run(capsys, *ORDERS, "--format", "csv")[1])))
    drawn = {}
    for row in rows:
        key = (row["drug"], row["patient"])
        drawn[key] = drawn.get(key, 0) + float(row["amount [mg]"])
    assert drawn[("oxaliplatin", "Zhang Wei (张伟)")] == 141


@pytest.mark.parametrize("ending", ["pdf", "html", "json", "csv"])
def test_a_plan_is_written_and_the_same_orders_give_the_same_bytes(ending, written, capsys):
    run(capsys, *ORDERS, "--out", f"a.{ending}")
    run(capsys, *ORDERS, "--out", f"b.{ending}")
    assert (written / f"a.{ending}").read_bytes() == (written / f"b.{ending}").read_bytes() != b""


def test_on_paper_stands_who_gets_what_from_which_vial(written, capsys):
    run(capsys, *ORDERS, "--out", "plan.pdf")
    pages = pypdfium2.PdfDocument(written / "plan.pdf")
    text = " ".join("".join(page.get_textpage().get_text_range() for page in pages).replace("\u2060", "").split())
    for words in ("41 mg = 8.2 mL Zhang Wei", "MRN-004217", "use by", "17:00", "31 mg left over"):
        assert words in text


def test_the_signatures_never_stand_alone_on_a_page():
    plan = the_plan(*two())
    finding = {"rule": "x", "severity": "info", "message": "x", "measured": "", "allowed": "", "source": ""}
    alone = []
    for findings in range(29, 45, 4):
        pages = list(pypdfium2.PdfDocument(vial_sheets.plan_pdf({**plan, "findings": [finding] * findings})))
        last = pages[-1].get_textpage().get_text_range()
        alone += [findings] if last.startswith("Signatures") else []
    assert alone == []


def test_a_plan_that_is_stopped_says_so_on_paper(written, capsys):
    other = as_file(site_data({"preparation.leucovorin.pump": "another pump"}))
    (written / "other.yaml").write_bytes(other)
    code, _, _ = run(capsys, "usual.json", "--site", "other.yaml", "--out", "plan.html")
    assert (code, "NOT TO BE FOLLOWED" in (written / "plan.html").read_text("utf-8")) == (1, True)


def test_an_order_that_was_changed_is_not_planned(written, capsys):
    text = (written / "usual.json").read_text("utf-8")
    (written / "usual.json").write_text(text.replace('"cycle": 1,', '"cycle": 2,', 1), "utf-8")
    code, _, err = run(capsys, *ORDERS)
    assert (code, "an order that is still as it was written" in err) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("usual.json", "usual.json", "--site", SITE), "each order once"),
        ((SITE, "--site", SITE), "site-example.yaml"),
        (("nowhere.json", "--site", SITE), "nowhere.json"),
        ((*ORDERS, "--out", "plan.txt"), "--out: needs a file that ends in .pdf"),
        ((*ORDERS, "--out", "usual.json"), "--out: needs another file than those that are read"),
    ],
)
def test_what_cannot_be_planned_is_one_clear_message(arguments, told, written, capsys):
    code, out, err = run(capsys, *arguments)
    assert (code, out, told in err, "Traceback" in err) == (3, "", True, False)


def test_without_a_site_there_is_no_plan(written, capsys):
    assert run(capsys, "usual.json")[0] == 2
