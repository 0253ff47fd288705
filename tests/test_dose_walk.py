"""One patient through four cycles, from the command line to the printed sheet; every figure is worked by hand.

`golden/dose-walk.yaml` holds the visits. Each takes over what the one before has left in the patient's file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from dosewright import cli
from dosewright.errors import DONE, DONE_WITH_BLOCKING_FINDINGS

from .changing_doses import FU, OXA, a_rule
from .tables import golden
from .ward import as_file, patient_data, site_data

VISITS = golden("dose-walk")
UNITS = {"neutrophils": "10^9/L", "platelets": "10^9/L", "bilirubin": "µmol/L", "albumin": "g/L"}
PLATELETS = a_rule("platelets", OXA)
BILIRUBIN = a_rule(
    "bilirubin",
    FU,
    measures="laboratory",
    analyte="bilirubin",
    unit="µmol/L",
    within="3 d",
    rows=[
        {"above": "25", "up_to": "30", "figure": "25 %", "is": "taken away", "of": "protocol dose"},
        {"above": "30", "then": "hold"},
    ],
)
WALKER = {
    "birth_date": "1964-03-09",
    "height.value": "170 cm",
    "reference_weight": {"value": "68 kg", "on": "2026-11-20", "basis": "actual"},
}


def day_before(visit: Mapping[str, Any]) -> str:
    """When blood was taken: the day of the weighing, within three days of the treatment."""
    return str(visit["weights"][0]["on"])


def patient_at(visits: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The patient's file at the last of some visits."""
    said: dict[str, Any] = {}
    for visit in visits:
        said |= visit["patient"]
    taken = day_before(said)
    values = [
        {"analyte": name, "value": value, "unit": UNITS[name], "on": taken}
        for name, value in said["laboratory"].items()
    ]
    data: dict[str, Any] = patient_data("usual", {**WALKER, **said, "laboratory": values})
    return data


@pytest.fixture(scope="module", params=range(len(VISITS)), ids=[visit["visit"] for visit in VISITS])
def made(request, tmp_path_factory):
    """A visit, how its order ended, the order, and the text of its sheet."""
    visit, folder = VISITS[request.param], tmp_path_factory.mktemp("walk")
    (folder / "site.yaml").write_bytes(as_file(site_data({"dose_changes": [PLATELETS, BILIRUBIN]})))
    (folder / "patient.yaml").write_bytes(as_file(patient_at(VISITS[: request.param + 1])))
    call = ["order", "haic-folfox", "--patient", str(folder / "patient.yaml"), "--site", str(folder / "site.yaml")]
    call += ["--cycle", visit["cycle"], "--on", visit["on"]]
    codes = {cli.run([*call, "--out", str(folder / name)]) for name in ("sheet.pdf", "order.json")}
    return visit, codes, json.loads((folder / "order.json").read_text("utf-8")), text_of(folder / "sheet.pdf")


def text_of(path: Path) -> str:
    """The text of a sheet, its lines joined, since a sentence may break anywhere."""
    pages = pypdfium2.PdfDocument(path.read_bytes())
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages).replace("\xa0", " ")


def test_the_command_ends_as_the_order_does(made):
    visit, codes, _, _ = made
    assert codes == {DONE if visit["released"] == "yes" else DONE_WITH_BLOCKING_FINDINGS}


def test_what_stops_the_order_is_what_must_and_nothing_else(made):
    visit, _, order, _ = made
    stopping = {one["rule"] for one in order["findings"] if one["severity"] in {"refuse", "blocks-release"}}
    assert (stopping, order["released"]) == (set(visit["stopped_by"]), visit["released"] == "yes")


def test_the_figures_that_were_worked_by_hand_stand_on_the_sheet(made):
    visit, _, _, text = made
    assert [words for words in visit["sheet"] if words not in text] == []


def test_what_is_not_so_does_not_stand_there(made):
    visit, _, _, text = made
    assert [words for words in visit["not_on_sheet"] if words in text] == []


def test_the_check_of_a_released_order_finds_nothing_that_stops_it(made, tmp_path, capsys):
    visit, _, order, _ = made
    (tmp_path / "order.json").write_text(json.dumps(order, ensure_ascii=False), "utf-8")
    (tmp_path / "site.yaml").write_bytes(as_file(site_data({"dose_changes": [PLATELETS, BILIRUBIN]})))
    code = cli.run(["check", str(tmp_path / "order.json"), "--site", str(tmp_path / "site.yaml")])
    assert (code == DONE) == (visit["released"] == "yes"), capsys.readouterr().out
