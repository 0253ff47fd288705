"""Changes of a dose over a course: what each cycle adds, the relative dose intensity, and what the ward reads.

The body is that of the usual order: 140.9565 mg of oxaliplatin on 1.6583124 m², so that 141 mg add 85.0262 mg/m² and
112 mg 67.5385; leucovorin 332 mg add 200.2035 and 265 mg (265.33, down) 159.8010; fluorouracil 3,980 mg add 2,400.0303.
"""

from __future__ import annotations

import re
from typing import Any

import icalendar
import pytest

from dosewright import calendar_sheets, calendars, terminal

from . import plans
from .changing_doses import FU, LV, OXA, a_change

GIVEN = [plans.a_record(1, "given", "2026-11-23"), plans.a_record(2, "given", "2026-12-14")]


def made(*changes: dict[str, str], records: Any = (), **more: Any) -> dict[str, Any]:
    return plans.made(patient={"changes": list(changes)}, records=records, **more).data


def sums(data: dict[str, Any], drug: str = OXA) -> list[float | None]:
    row = next(one for one in data["exposure"] if one["name"] == drug)
    return [None if one is None else one["value"] for one in row["after"]]


def rules(data: dict[str, Any]) -> set[str]:
    return {one["rule"] for one in data["findings"]}


def ward_list(data: dict[str, Any]) -> str:
    text = calendar_sheets.calendar_html(data, reader="ward", paper="A4").decode("utf-8")
    return " ".join(re.sub("<[^>]+>", "", text.partition("<body")[2]).split()).replace("\xa0", " ")


def test_each_cycle_adds_its_changed_dose():
    data = made(a_change(cycle=2), a_change(cycle=3, by="20 %", of="last ordered dose"))
    # 141, then 112, then 90 mg on 1.6583124 m²: 85.0262; + 67.5385; + 54.2721
    assert sums(data) == [85.03, 152.56, 206.84]


def test_what_is_left_out_adds_nothing():
    data = made(a_change(LV, 2, "hypersensitivity", to="0 %", of="protocol dose"))
    assert sums(data, LV) == [200.2, 200.2, 200.2]


def test_a_cycle_that_was_given_counts_as_it_was_ordered():
    assert sums(made(a_change(cycle=2), records=GIVEN)) == [85.03, 152.56, 220.1]


def test_the_intensity_is_told_per_drug_where_it_differs():
    data = made(a_change(cycle=2), records=GIVEN)
    told = {one["key"]: one["intensity"]["value"] for one in data["intensities"]}
    # cycle 2 was given on the day aimed at: (100 + 80) ÷ 2 of oxaliplatin
    assert (data["intensity"], told) == (None, {OXA: 90, LV: 100, FU: 100})


def test_the_intensity_is_one_where_all_drugs_are_changed_alike():
    changes = [a_change(drug, 2) for drug in (OXA, LV, FU)]
    assert made(*changes, records=GIVEN)["intensity"] == {"value": 90, "unit": "%"}


def test_without_changes_nothing_is_told_of_them():
    data = made(records=GIVEN)
    assert (data["changes"], data["intensities"], data["intensity"]) == ([], [], {"value": 100, "unit": "%"})


def test_one_share_for_drugs_that_were_ordered_at_different_ones_leaves_the_sums_unknown():
    records = [plans.a_record(1, "reduced", "2026-11-23", share="80 %")]
    data = made(a_change(), records=records)
    assert (sums(data), "share-by-drug" in rules(data)) == ([None, None, None], True)


def test_milligrams_of_a_day_are_not_held_against_the_body_of_the_plan():
    assert "change-disagrees" not in rules(made(a_change(cycle=2, by="20 %", of="protocol dose", mg="104 mg")))


def test_what_contradicts_itself_on_any_body_is_told_in_the_plan():
    assert "change-disagrees" in rules(made(a_change(cycle=2, to="20 %", of="protocol dose", per_m2="68 mg/m2")))


@pytest.mark.parametrize(
    ("words", "times"),
    [("oxaliplatin 141 mg", 1), ("oxaliplatin 112 mg", 2), ("80 % of the protocol dose", 4), ("leucovorin OMITTED", 2)],
)
def test_the_ward_reads_the_changed_dose_of_each_cycle(words, times):
    omitted = a_change(LV, 3, "hypersensitivity", to="0 %", of="protocol dose")
    assert ward_list(made(a_change(cycle=2), omitted)).count(words) == times


def test_the_ward_reads_the_intensity_of_each_drug():
    told = ward_list(made(a_change(cycle=2), records=GIVEN))
    assert "oxaliplatin 90 %, leucovorin 100 %, fluorouracil 100 % of the planned dose per time" in told


def test_the_terminal_tells_changed_doses():
    told = terminal.course(made(a_change(cycle=3)))
    assert "cycle 3: oxaliplatin 112 mg, 80 % of the protocol dose: by 20 % of the protocol dose" in told


def test_an_infusion_that_is_left_out_says_so_in_the_calendar():
    data = made(a_change(LV, 2, "hypersensitivity", to="0 %", of="protocol dose"))
    told = [one["why"] for cycle in data["cycles"] for one in cycle["events"] if one["what"] == LV]
    assert [why.startswith("omitted") for why in told] == [False, True, True]


def test_an_infusion_that_is_left_out_is_cancelled_in_a_calendar_program():
    omitted = a_change(LV, 2, "hypersensitivity", to="0 %", of="protocol dose")
    planned = plans.made(patient={"changes": [omitted]})
    content = calendars.icalendar(plans.a_course(), planned.schedule, left_out=planned.left_out)
    entries = icalendar.Calendar.from_ical(content).walk("VEVENT")
    told = [(str(one["summary"])[:7], str(one["status"])) for one in entries if "leucovorin" in str(one["summary"])]
    assert told == [("cycle 1", "TENTATIVE"), ("cycle 2", "CANCELLED"), ("cycle 3", "CANCELLED")]
