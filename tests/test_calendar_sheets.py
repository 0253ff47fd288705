"""The calendar on paper: every event on its month, nothing about doses for the patient, everything for the ward."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import re
from importlib import resources
from typing import Any

import pypdfium2
import pytest
from jinja2 import UndefinedError

from dosewright import calendar_sheets, planning
from dosewright.calendar_sheets import calendar_html, calendar_pdf
from dosewright.errors import Refusal
from dosewright.orders.patient import load_patient
from dosewright.protocol import library
from dosewright.protocol.site import load_site

EXAMPLES = resources.files("dosewright") / "examples"
DOSE = re.compile(
    r"\b(?:mg|mcg|mL|g|units)\b|%|m²|oxaliplatin|fluorouracil|leucovorin|doxorubicin|\bdoses?\b", re.IGNORECASE
)
GIVEN = {"cycle": "1", "status": "given", "on": "2027-12-06", "reason": "as planned", "by": "Nurse Li",
         "entered": "2027-12-07"}  # fmt: skip
MOVED = {"cycle": "2", "status": "delayed", "on": "2028-01-12", "reason": "platelets 60, fluorouracil 2 g on hold",
         "by": "Dr Wang", "entered": "2027-12-30"}  # fmt: skip
OMITTED = {"cycle": "2", "status": "omitted", "on": "2028-01-03", "reason": "progression", "by": "Dr Wang",
           "entered": "2028-01-03"}  # fmt: skip


def made(start: str, cycles: int, *records: dict[str, str], protocol: str = "haic-folfox") -> dict[str, Any]:
    """The data of a course of the invented patient in the invented hospital; its own to change."""
    return copy.deepcopy(_made(start, cycles, tuple(tuple(record.items()) for record in records), protocol))


@functools.cache
def _made(start: str, cycles: int, records: tuple[tuple[tuple[str, str], ...], ...], protocol: str) -> dict[str, Any]:
    site, document = load_site((EXAMPLES / "site-example.yaml").read_bytes(), "site-example.yaml")
    patient, _ = load_patient((EXAMPLES / "patient-usual.yaml").read_bytes(), "patient-usual.yaml")
    loaded = library.find(protocol)
    content = planning.begun(loaded, site, patient, start=start, cycles=str(cycles))
    content |= {"records": [dict(record) for record in records], "version": str(1 + len(records))}
    return planning.made(loaded, site, document, patient, planning.course_of(content, "course"), {}).data


@functools.cache
def _course() -> dict[str, Any]:
    """Eight cycles over a year's end, a leap day and a month that begins on a Sunday; the second was moved."""
    return made("2027-12-06", 8, GIVEN, MOVED)


@functools.cache
def _months() -> dict[str, str]:
    """The words of each month's page of that course."""
    return {words.split("\n")[0]: words for words in pages(_course(), "patient")}


def pages(data: dict[str, Any], reader: Any, paper: Any = "A4") -> list[str]:
    """The words of each page, its month or title first."""
    found = []
    for page in pypdfium2.PdfDocument(calendar_pdf(data, reader=reader, paper=paper)):
        words = re.sub(r"[\x02\ufffe]\s*", "-", page.get_textpage().get_text_range()).replace("\xa0", " ")
        title = re.search(r"^(?:Ward list|No dates|[A-Z][a-z]+ 20[0-9]{2})\b(?!, version)", words, re.MULTILINE)
        found.append(f"{title[0] if title else ''}\n" + " ".join(words.split()))
    return found


def event_days(data: dict[str, Any]) -> set[dt.date]:
    """Every day on which something takes place, read without the module under test."""
    whens = [one.get("date") or one["start"] for cycle in data["cycles"] for one in cycle["events"]]
    return {dt.date.fromisoformat(when[:10]) for when in whens}


# ------------------------------------------------------------------------------------------------- the patient's months


def test_each_event_is_on_the_page_of_its_month() -> None:
    for day in event_days(_course()):
        assert f"{day:%a} {day.day} " in _months()[f"{day:%B} {day.year}"]


def test_only_months_that_hold_an_event_have_a_page_and_each_has_one() -> None:
    held = sorted({day.replace(day=1) for day in event_days(_course())})
    assert [f"{day:%B} {day.year}" for day in held] == list(_months())


def test_the_year_changes_with_the_month() -> None:
    assert list(_months())[:2] == ["December 2027", "January 2028"]


def test_february_of_a_leap_year_has_29_days() -> None:
    (month,) = [one for one in view(_course())["months"] if one.title == "February 2028"]
    assert [square.number for week in month.weeks for square in week if square] == [str(n) for n in range(1, 30)]


def test_a_month_that_starts_on_a_sunday_has_six_weeks_with_the_first_alone() -> None:
    (month,) = [one for one in view(made("2027-08-03", 1))["months"] if one.title == "August 2027"]
    assert [len(month.weeks), [square is None for square in month.weeks[0]]] == [6, [True] * 6 + [False]]


def view(data: dict[str, Any]) -> dict[str, Any]:
    return calendar_sheets.patient_view(data, paper="A4")


def test_the_patient_reads_of_no_dose_and_no_drug() -> None:
    html = calendar_html(_course(), reader="patient", paper="A4").decode()
    body = re.sub(r"<[^>]*>", " ", html[html.index("<body>") :])
    assert DOSE.findall(" ".join([*_months().values(), body])) == []


@pytest.mark.parametrize("what", ["oxaliplatin in plasma", "take 5 mg", "a dose of something", "2 mL of blood"])
def test_what_a_protocol_says_of_a_drug_or_a_dose_is_not_repeated_to_the_patient(what: str) -> None:
    data = made("2027-08-03", 1)
    data["cycles"][0]["events"].append({"kind": "visit", "what": what, "date": "2027-08-20", "why": ""})
    assert what not in " ".join(pages(data, "patient"))


def test_a_moved_treatment_is_told_on_both_days_with_the_reason_in_plain_words() -> None:
    january = _months()["January 2028"]
    assert "Treatment 2 is not on this day. It is now on Wednesday 12 January 2028." in _months()["December 2027"]
    assert "Moved by your team from Monday 27 December 2027. The reason: the results of your blood test." in january


def test_what_was_written_for_the_staff_is_not_repeated() -> None:
    data = made("2027-12-06", 3, GIVEN, MOVED | {"reason": "suspicion of progression"})
    words = " ".join(pages(data, "patient"))
    assert ["Ask your team for the reason." in words, "progression" in words] == [True, False]


def test_what_was_done_is_ticked_and_what_is_planned_is_not() -> None:
    december, january = _months()["December 2027"], _months()["January 2028"]
    assert "Mon 6 ✓ Treatment 1 took place. done" in december
    assert ["✓" in january, "Come to the hospital for treatment 2." in january] == [False, True]


def test_the_night_in_hospital_is_told() -> None:
    assert "You stay overnight until Thursday 13 January." in _months()["January 2028"]


def test_an_omitted_cycle_shows_no_event_but_that_it_does_not_take_place() -> None:
    words = " ".join(pages(made("2027-12-06", 3, GIVEN, OMITTED), "patient"))
    assert ("Treatment 2 does not take place." in words, "for treatment 2" in words) == (True, False)


def test_a_course_without_any_event_has_a_page_that_says_so() -> None:
    data = made("2027-12-06", 1)
    data["cycles"][0]["events"] = []
    (page,) = pages(data, "patient")
    assert "No treatment and no visit is planned." in page


def test_whom_to_call_comes_from_the_site() -> None:
    assert all("Whom to call oncology pharmacy, extension 5511" in words for words in _months().values())


def test_an_undecided_contact_leaves_a_line_to_write_on() -> None:
    data = made("2027-08-03", 1)
    data["site"]["contact"] = "undecided"
    assert all("Whom to call What to bring" in words and "undecided" not in words for words in pages(data, "patient"))


def test_what_to_bring_is_only_what_the_site_says() -> None:
    data = made("2027-08-03", 1)
    data["site"]["bring"] = "this calendar and your insurance card"
    assert all("What to bring this calendar and your insurance card" in words for words in pages(data, "patient"))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(("start", "protocol"), [("2026-11-23", "hepa-haic"), ("2028-02-01", "haic-folfox")])
def test_a_month_is_on_one_page(start: str, protocol: str, paper: Any) -> None:
    data = made(start, 8, protocol=protocol)
    assert len(view(data)["months"]) == len(pages(data, "patient", paper))


def test_eight_things_on_one_day_all_stand_there() -> None:
    data = made("2027-08-03", 1)
    whats = [f"{word} looked at" for word in "ears eyes hands heart kidneys lungs skin teeth".split()]
    data["cycles"][0]["events"] += [{"kind": "visit", "what": one, "date": "2027-08-20", "why": ""} for one in whats]
    august = pages(data, "patient")[0]
    assert [one for one in whats if f"Visit: {one}." not in august] == []


@pytest.mark.parametrize("name", ["欧阳" * 60, "Wolfeschlegelsteinhausen-" * 4 + "Bergerdorff Junior"])
def test_a_long_name_is_whole_on_every_page(name: str) -> None:
    data = made("2027-08-03", 1)
    data["patient"]["name"] = name
    assert all(name.replace(" ", "") in words.replace(" ", "") for words in pages(data, "both"))


# ------------------------------------------------------------------------------------------------------ the ward's list


@functools.cache
def _ward() -> str:
    return " ".join(pages(_course(), "ward"))


def test_the_ward_reads_each_ordered_dose_of_each_planned_cycle() -> None:
    for dose in ("oxaliplatin 141 mg", "leucovorin 332 mg", "fluorouracil 3,980 mg"):
        assert _ward().count(dose) == 7


def test_a_given_cycle_shows_its_doses_as_planned_only() -> None:
    assert _ward().count("oxaliplatin, planned dose 141 mg") == 1


def test_the_ward_reads_every_day_and_window() -> None:
    days = [f"{day.isoformat()} ({day:%a})" for day in event_days(_course())]
    windows = [date for cycle in _course()["cycles"] if cycle["window"] for date in cycle["window"].values()]
    assert [text for text in [*days, *windows] if text not in _ward()] == []


def test_the_ward_reads_what_is_missing_why_a_cycle_is_late_and_who_said_so() -> None:
    for text in ("laboratory weight consent order sheet", "16 days late", "platelets 60, fluorouracil 2 g on hold",
                 "Dr Wang", "09:00 to 13:00", "before the course 0 mg/m²", "none stated"):  # fmt: skip
        assert text in _ward()


def test_two_lines_of_one_drug_each_have_their_own_dose() -> None:
    data = made("2027-08-03", 1)
    bolus = {"key": "fluorouracil-bolus", "ordered": {"value": 663, "unit": "mg"}}
    data["lines"].append(data["lines"][2] | bolus)
    infusion = next(one for one in data["cycles"][0]["events"] if one["what"] == "fluorouracil")
    data["cycles"][0]["events"].append(infusion | {"what": bolus["key"]})
    words = " ".join(pages(data, "ward"))
    assert ["fluorouracil 3,980 mg" in words, "fluorouracil 663 mg" in words] == [True, True]


def test_unknown_sums_are_unknown_and_not_zero() -> None:
    data = made("2027-08-03", 1)
    for row in data["exposure"]:
        row |= {"before": None, "after": [None]}
    words = " ".join(pages(data, "ward"))
    assert "before the course unknown unknown unknown" in words


def test_a_sum_above_its_limit_says_so_in_words() -> None:
    data = made("2027-08-03", 1)
    data["exposure"][0]["limit"] = {"value": 100, "unit": "mg/m2"}
    assert "above the limit" in " ".join(pages(data, "ward"))


STOP = {
    "rule": "too-early",
    "severity": "refuse",
    "message": "cycle 2 is before its earliest day",
    "measured": "2027-08-20",
    "allowed": "2027-08-24 or later",
    "source": "interval",
    "where": "cycle 2",
}


def test_what_stops_release_is_a_bar_on_both_parts() -> None:
    data = made("2027-08-03", 1)
    data["findings"].append(STOP)
    months, ward = pages(data, "patient"), pages(data, "ward")
    assert all("DRAFT: NOT RELEASED" in words for words in months)
    assert "NOT RELEASED Cycle 2 is before its earliest day" in ward[0]


def test_the_header_is_on_every_page() -> None:
    found = pages(_course(), "ward")
    for number, words in enumerate(found, 1):
        for text in ("Zhang Wei (张伟)", "MRN-004217", "A-2026-1182", "1964-03-09", "allergies: none known",
                     "course version 3", "Arterial FOLFOX alone", f"page {number} of {len(found)}"):  # fmt: skip
            assert text in words
    assert all("Zhang Wei (张伟)" in words and "MRN-004217" in words for words in _months().values())


# ------------------------------------------------------------------------------------------------------------ the press


def test_the_same_calendar_gives_the_same_bytes() -> None:
    first, second = (calendar_pdf(made("2027-08-03", 1), reader="both", paper="Letter") for _ in range(2))
    assert first == second


def test_both_is_the_patients_part_and_then_the_wards() -> None:
    data = made("2027-08-03", 1)
    assert [*pages(data, "patient"), *pages(data, "ward")] == pages(data, "both")


def test_the_page_for_screens_fetches_nothing() -> None:
    html = calendar_html(_course(), reader="both", paper="A4").decode()
    assert [re.findall(r'(?:src|href)="|url\("?(?!"?data:)', html), "default-src 'none'" in html] == [[], True]


def test_the_pdf_is_tagged_and_titled() -> None:
    document = pypdfium2.PdfDocument(calendar_pdf(made("2027-08-03", 1), reader="patient", paper="A4"))
    assert pypdfium2.raw.FPDFCatalog_IsTagged(document)
    assert document.get_metadata_value("Title").startswith("Treatment calendar, course MRN-004217-haic-folfox-2027")


@pytest.mark.parametrize("key", ["patient", "site", "cycles", "findings", "history", "version"])
@pytest.mark.parametrize("reader", ["patient", "ward"])
def test_a_missing_key_is_a_bug_that_shows(key: str, reader: Any) -> None:
    data = {name: value for name, value in made("2027-08-03", 1).items() if name != key}
    with pytest.raises((KeyError, UndefinedError)):
        calendar_html(data, reader=reader, paper="A4")


def test_a_sign_that_no_typeface_shows_is_refused() -> None:
    data = made("2027-08-03", 1)
    data["patient"]["name"] = "\N{EGYPTIAN HIEROGLYPH A001}"
    with pytest.raises(Refusal):
        calendar_pdf(data, reader="patient", paper="A4")


def test_a_patient_reads_on_its_day_that_a_treatment_does_not_take_place_nor_any_after_it() -> None:
    # Whoever keeps an older page must not come on a day that only an older version knows.
    told = {"by": "Dr Wang", "reason": "progression", "entered": "2026-12-14"}
    given = {"cycle": "1", "status": "given", "on": "2026-11-23", **told}
    stopped = {"cycle": "2", "status": "stopped", "on": "2026-12-14", **told}
    words = " ".join(pages(made("2026-11-23", 3, given, stopped), "patient"))
    assert "Treatment 2 does not take place, nor any after it." in words
    assert "progression" not in words
