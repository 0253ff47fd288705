"""The commands on courses, from end to end: planned, recorded, moved, shown and printed; and no traceback."""

from __future__ import annotations

import csv
import json
import re
import shlex
from pathlib import Path
from typing import Any

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dosewright import cli, cli_course

from . import plans, ward
from .ward import EXAMPLES

PATIENT = EXAMPLES / "patient-usual.yaml"
WHO = ["--reason", "as planned", "--by", "Dr Lindqvist"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a patient, a site and a course of HAIC-FOLFOX, in which a command runs."""
    monkeypatch.chdir(tmp_path)
    Path("patient.yaml").write_bytes(PATIENT.read_bytes())
    Path("site.yaml").write_bytes(ward.as_file(ward.site_data({"calendar": plans.CHINA_2026})))
    assert dosewright(PLAN) == 0
    return tmp_path


PLAN = "course plan haic-folfox --patient patient.yaml --site site.yaml --start 2026-11-23 --cycles 3 --out course.yaml"
GIVEN = "course record course.yaml --site site.yaml --cycle 1 --status given --on 2026-11-23 --entered 2026-11-24"
MOVE = "course move course.yaml --site site.yaml --cycle 2 --to 2026-12-17 --entered 2026-12-13"
SHOW = "course show course.yaml --patient patient.yaml --site site.yaml"
CALENDAR = "calendar haic-folfox --patient patient.yaml --site site.yaml --course course.yaml --out"


def dosewright(command: str, *more: str) -> int:
    """Run a command; records say who and why without being asked."""
    words = [*shlex.split(command), *more]
    if words[:2] in (["course", "record"], ["course", "move"]) and "--by" not in words:
        words += WHO
    return cli.run(words)


def shown(capsys: pytest.CaptureFixture[str], command: str) -> Any:
    """What a command tells programs."""
    capsys.readouterr()
    dosewright(command, "--format", "json")
    return json.loads(capsys.readouterr().out)


# -------------------------------------------------------------------------------------------------- a course, in order


def test_a_course_goes_through_the_commands(here, capsys):
    codes = [dosewright(command) for command in (GIVEN, MOVE, MOVE.replace("12-17", "12-21"), SHOW)]
    planned = [cycle["planned"] for cycle in shown(capsys, SHOW)["cycles"]]
    assert (codes, planned) == ([0, 0, 0, 0], ["2026-11-23", "2026-12-21", "2027-01-11"])


def test_planning_writes_the_file_it_was_told_to(here):
    assert Path("course.yaml").read_text("utf-8").startswith("schema: '1'\nid: MRN-004217-haic-folfox-2026-11-23\n")


def test_planning_never_overwrites(here, capsys):
    assert (dosewright(PLAN), "does not exist yet" in capsys.readouterr().err) == (3, True)


def test_planning_tells_programs_json_and_nothing_else(here, capsys):
    command = PLAN.replace("course.yaml", "other.json")
    assert shown(capsys, command)["cycles"][0]["number"] == 1


def test_a_plan_has_the_shape_of_the_manual(here, capsys):
    cycle = shown(capsys, SHOW)["cycles"][1]
    assert {key: cycle[key] for key in ("number", "window", "planned", "actual", "status")} == {
        "number": 2,
        "window": {"earliest": "2026-12-14", "target": "2026-12-14", "latest": "2026-12-21"},
        "planned": "2026-12-14",
        "actual": None,
        "status": "planned",
    }


def test_a_record_tells_programs_the_cycles_as_they_are_now(here, capsys):
    told = shown(capsys, GIVEN + " --by A --reason planned")
    assert (told["version"], told["cycles"][0]["status"]) == (2, "given")


def test_show_writes_nothing(here):
    before = Path("course.yaml").read_bytes()
    dosewright(SHOW)
    assert Path("course.yaml").read_bytes() == before


def test_the_history_is_shown_in_words(here, capsys):
    dosewright(GIVEN)
    capsys.readouterr()
    dosewright(SHOW)
    assert "2026-11-24  cycle 1 given, 2026-11-23: as planned (Dr Lindqvist)" in capsys.readouterr().out


def test_the_sessions_of_an_embolisation_are_shown_with_their_sum(here, capsys):
    patient = ward.patient_data(changes={"embolisation.injected": ["20 mg", "25 mg"]})
    Path("patient.yaml").write_bytes(ward.as_file(patient))
    plan = PLAN.replace("haic-folfox", "hepa-haic").replace("course.yaml", "c.yaml")
    dosewright(f"{plan} --stages 2 --apart '14 d'")
    text = " ".join(capsys.readouterr().out.split())
    words = "50 mg of doxorubicin offered to the beads, over 2 sessions together; injected so far 20 + 25 = 45 mg"
    assert words in text


def test_a_course_by_the_reference_site_is_done_but_blocks(here):
    command = PLAN.replace(" --site site.yaml", "").replace("course.yaml", "c.yaml")
    assert dosewright(command) == 1


# -------------------------------------------------------------------------------------------------------- the outputs


@pytest.mark.parametrize("suffix", ["json", "csv", "ics"])
def test_a_calendar_goes_to_a_file(here, suffix):
    assert (dosewright(f"{CALENDAR} c.{suffix}"), Path(f"c.{suffix}").stat().st_size > 1000) == (0, True)


@pytest.mark.parametrize("suffix", ["pdf", "html"])
def test_a_calendar_goes_to_paper(here, suffix):
    assert (dosewright(f"{CALENDAR} c.{suffix}"), Path(f"c.{suffix}").stat().st_size > 1000) == (0, True)


def test_the_json_file_is_what_show_tells(here, capsys):
    dosewright(f"{CALENDAR} c.json")
    assert json.loads(Path("c.json").read_text("utf-8")) == shown(capsys, SHOW)


def test_the_csv_file_opens_as_a_table(here):
    dosewright(f"{CALENDAR} c.csv")
    with open("c.csv", encoding="utf-8", newline="") as file:
        assert {row["cycle"] for row in csv.DictReader(file)} == {"1", "2", "3"}


def test_a_calendar_without_a_course_file_is_planned_on_the_spot(here):
    dosewright(f"{CALENDAR} c.ics")
    dosewright(CALENDAR.replace("--course course.yaml", "--start 2026-11-23 --cycles 3") + " d.ics")
    assert Path("c.ics").read_bytes() == Path("d.ics").read_bytes()


def test_the_patient_is_named_when_asked(here):
    codes = [dosewright(f"{CALENDAR} c.ics"), dosewright(f"{CALENDAR} d.ics", "--name")]
    named = ["Zhang Wei" in Path(name).read_text("utf-8") for name in ("c.ics", "d.ics")]
    assert (codes, named) == ([0, 0], [False, True])


def test_a_moved_cycle_moves_in_a_calendar_program(here):
    dosewright(f"{CALENDAR} c.ics")
    dosewright(GIVEN)
    dosewright(MOVE)
    dosewright(f"{CALENDAR} d.ics")
    held = {}
    for name in ("c.ics", "d.ics"):
        for event in icalendar.Calendar.from_ical(Path(name).read_bytes()).walk("VEVENT"):
            if event["uid"] not in held or event["sequence"] > held[event["uid"]]["sequence"]:
                held[event["uid"]] = event
    days = {str(e["summary"]): str(e.start) for e in held.values() if e["summary"] == "cycle 2: catheter placed"}
    assert days == {"cycle 2: catheter placed": "2026-12-17"}


# ---------------------------------------------------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (PLAN.replace("--start 2026-11-23", "--start 23/11/2026"), 3),
        (PLAN.replace("--start 2026-11-23", "--start 2026-02-30"), 3),
        (PLAN.replace("--cycles 3", "--cycles 0"), 3),
        (PLAN.replace("--cycles 3", "--cycles 1e3"), 3),
        (PLAN.replace("haic-folfox", "haic-folfix"), 3),
        (PLAN.replace("patient.yaml", "nobody.yaml"), 3),
        (PLAN.replace(" --out course.yaml", ""), 2),
        (f"{PLAN} --stages 2", 2),
        (f"{PLAN} --stages 4 --apart '14 d'", 2),
        (f"{PLAN} --stages 2 --apart '14 d'", 3),
        (f"{PLAN} --stages 2 --apart '2 h'", 3),
        (f"{PLAN} --decide interval", 3),
        (PLAN.replace("haic-folfox", "haic-folfox-he-2017").replace("course.yaml", "c.yaml"), 4),
        (GIVEN.replace("--on 2026-11-23", "--on 2026-11-31"), 3),
        (GIVEN.replace("--on 2026-11-23", "--on 2027-11-23"), 3),
        (GIVEN.replace("--cycle 1", "--cycle 2"), 3),
        (GIVEN.replace("--cycle 1", "--cycle one"), 3),
        (GIVEN.replace("--status given", "--status missed"), 2),
        (GIVEN.replace("--status given", "--status reduced"), 3),
        (GIVEN.replace("--status given", "--status reduced --share 80"), 3),
        (GIVEN.replace(" --site site.yaml", ""), 3),
        (GIVEN.replace("course.yaml", "nothing.yaml"), 3),
        (GIVEN.replace("course.yaml", "site.yaml"), 3),
        (f"{GIVEN} --version 7", 3),
        (f"{GIVEN} --version x", 3),
        (f"{GIVEN} --released-by A", 2),
        (f"{GIVEN} --released-by A --released-by B", 2),
        (f"{GIVEN} --release-reason travel", 2),
        (f"{GIVEN} --released-by A --released-by A --release-reason travel", 3),
        (MOVE.replace("--to 2026-12-17", "--to 2026-12-17T09:00"), 3),
        (MOVE.replace("--cycle 2", "--cycle 9"), 3),
        (SHOW.replace("patient.yaml", f"{EXAMPLES / 'patient-large.yaml'}"), 3),
        (SHOW.replace(" --site site.yaml", ""), 3),
        (f"{CALENDAR} c.docx", 3),
        (f"{CALENDAR} c.ics --start 2026-11-23", 2),
        (CALENDAR.replace("--course course.yaml", "--start 2026-11-23") + " c.ics", 2),
        (CALENDAR.replace("haic-folfox", "hepa-haic") + " c.ics", 3),
        (f"{CALENDAR} new/c.csv", 0),
        (f"{CALENDAR} no/such/c.csv", 3),
        (f"{CALENDAR} site.yaml/c.csv", 3),
    ],
)
def test_each_kind_of_mistake_has_its_exit_code(here, command, code):
    assert dosewright(command) == code


@pytest.mark.parametrize("command", [SHOW, f"{CALENDAR} c.csv", PLAN.replace("course.yaml", "c.yaml")])
def test_a_change_of_a_drug_that_is_not_given_is_told_with_its_line(here, capsys, command):
    change = "drug: oxaliplatn, from_cycle: 2, by: 20 %, of: protocol dose, reason: neutropenia"
    signed = "decided_by: B. Person, role: physician, on: 2026-11-20"
    path = Path("patient.yaml")
    path.write_text(path.read_text("utf-8").replace("changes: []", f"changes:\n  - {{{change}, {signed}}}"), "utf-8")
    code = dosewright(command)
    _, told = capsys.readouterr()
    assert (code, re.match(r"dosewright: patient\.yaml:\d+:\d+ ", told) is not None) == (3, True), told
    assert "did you mean 'oxaliplatin'?" in told


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (GIVEN.replace(" --site site.yaml", ""), "needs the site of the course (example-hospital@2026-11)"),
        (f"{GIVEN} --version 7", "needs version 7, which you have seen; got 'version 1'"),
        (GIVEN.replace("--on 2026-11-23", "--on 2026-11-25"), "what was given lies after the day of its entry"),
        (GIVEN.replace("--cycle 1", "--cycle 2"), "each cycle is given or omitted once, in order, from the first"),
    ],
)
def test_a_mistake_says_what_to_do(here, capsys, command, words):
    dosewright(command)
    assert words in capsys.readouterr().err


def test_an_early_day_is_refused_and_nothing_is_written(here):
    dosewright(GIVEN)
    before = Path("course.yaml").read_bytes()
    code = dosewright(MOVE.replace("12-17", "12-11"))
    assert (code, Path("course.yaml").read_bytes() == before) == (3, True)


def test_an_early_day_that_two_people_release_is_written(here):
    dosewright(GIVEN)
    release = "--released-by 'A. One' --released-by 'B. Two' --release-reason travel"
    assert dosewright(f"{MOVE.replace('12-17', '12-11')} {release}") == 0


def test_a_plan_with_a_cycle_that_became_too_early_leaves_with_1(here):
    dosewright(GIVEN)
    dosewright(MOVE.replace("--cycle 2 --to 2026-12-17", "--cycle 3 --to 2027-01-05"))
    dosewright(GIVEN.replace("--cycle 1", "--cycle 2").replace("2026-11-23", "2026-12-21").replace("11-24", "12-22"))
    assert dosewright(SHOW) == 1


def test_the_day_of_the_entry_is_today_where_none_is_said(here, monkeypatch):
    monkeypatch.setattr(cli_course, "today", lambda: plans.day("2026-12-01"))
    dosewright(GIVEN.replace(" --entered 2026-11-24", ""))
    assert "entered: '2026-12-01'" in Path("course.yaml").read_text("utf-8")


# ---------------------------------------------------------------------------------------------------------- garbage

GARBAGE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "-1", "0", "9" * 30, "2026-02-30", "0001-01-01", "9999-12-31", "NaN", "80 %", "x", "a\nb", "张"]
    ),
)
OPTIONS = {
    "plan": (
        PLAN.replace(" --out course.yaml", ""),
        ["--start", "--cycles", "--stages", "--apart", "--decide", "--out"],
    ),
    "record": (GIVEN, ["--cycle", "--on", "--status", "--share", "--reason", "--by", "--entered", "--version"]),
    "move": (MOVE, ["--cycle", "--to", "--reason", "--by", "--entered", "--released-by", "--release-reason"]),
    "show": (SHOW, ["--decide", "--protocol"]),
    "calendar": (f"{CALENDAR} c.json", ["--for", "--decide", "--start", "--cycles", "--paper"]),
}


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_in_any_option_is_a_mistake_and_no_fault(here, data):
    command, options = OPTIONS[data.draw(st.sampled_from(list(OPTIONS)))]
    option = data.draw(st.sampled_from(options))
    value = data.draw(GARBAGE)
    if option == "--out":
        value = f"{here}/{abs(hash(value))}.yaml"
    words = [*shlex.split(command), f"{option}={value}"]
    assert cli.run(words + ([] if "--by" in words else WHO)) in {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"x", b"\xff\xfe", b"schema: 1", b"{}", b"records: [1]", b"\x00", b"a: &b c"]
)
def test_a_file_that_is_no_course_is_a_mistake_and_no_fault(here, content):
    Path("course.yaml").write_bytes(content)
    assert [dosewright(SHOW), dosewright(GIVEN), dosewright(f"{CALENDAR} c.ics")] == [3, 3, 3]
