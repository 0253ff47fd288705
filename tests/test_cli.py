"""The command line, end to end: what it answers, how it leaves, and what a wrong word does to it."""

from __future__ import annotations

import json
import os
import pty
import random
import re
import select
import shlex
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from dosewright import cli, demonstration
from dosewright.orders.order import content_hash
from dosewright.protocol import library
from dosewright.wording import say

from .commands import commands
from .tables import bad_inputs, golden
from .ward import EXAMPLES, a_protocol, as_file, site_data

BODY = ("--height", "165 cm", "--weight", "60 kg")
SITE = str(EXAMPLES / "site-example.yaml")
USUAL = str(EXAMPLES / "patient-usual.yaml")
BANDS = str(EXAMPLES / "bands-fluorouracil.csv")
UNKNOWN = str(EXAMPLES / "patient-unknown.yaml")
LUNG = str(Path(__file__).parent / "data" / "lung.csv")
TODAY = ("--cycle", "1", "--on", "2026-11-23")


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run one command in an empty folder: its exit code, what it printed, and what it said beside that."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def files(folder) -> list[str]:
    """The names of everything in a folder, and below."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# ------------------------------------------------------------------------------------------------------ commands there are


COMMANDS = dict(commands())


@pytest.mark.parametrize(
    "name",
    [
        "dose", "order", "worksheet", "verify", "demo", "calc", "completion", "protocol list", "protocol show", "protocol check",
        "protocol schema", "protocol diff", "site init", "site check", "site schema", "patient init", "patient check",
    ],
)  # fmt: skip
def test_every_command_that_was_promised_is_there(name):
    assert name in COMMANDS


def test_no_command_is_left_out_of_what_is_tried_below():
    assert set(COMMANDS) - VALID.keys() <= {
        "protocol schema",
        "site schema",
        "patient schema",
        "outcomes cohort schema",
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_is(name, run):
    code, out, _ = run(*name.split(), "--help")
    assert (code, COMMANDS[name].help.split("\n")[0][:40] in " ".join(out.split())) == (0, True)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is(name):
    options = [one for one in COMMANDS[name].params if isinstance(one, click.Option)]
    assert [one.opts[0] for one in options if not one.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_shows_every_option(name, run):
    _, out, _ = run(*name.split(), "--help")
    options = [one.opts[-1] for one in COMMANDS[name].params if isinstance(one, click.Option)]
    assert [one for one in options if one not in out] == []


def test_the_help_tells_the_exit_codes(run):
    _, out, _ = run("--help")
    words = " ".join(out.split())
    told = "0 done, 1 done with findings that stop release, 2 usage, 3 wrong input, 4 cannot be computed"
    assert told in words


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_has_a_short_form(flag, run):
    assert run(flag)[0] == 0


def test_the_version_is_told(run):
    assert run("--version")[1].startswith("dosewright, version ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_given_its_completion(shell, run):
    code, out, _ = run("completion", shell)
    assert (code, "_DOSEWRIGHT_COMPLETE" in out) == (0, True)


# --------------------------------------------------------------------------------------------------------- the exit codes

LEAVES = [
    (0, ("protocol", "list")),
    (0, ("calc", "bsa-mosteller", "height=165 cm", "weight=60 kg")),
    (0, ("dose", "haic-folfox", *BODY, "--site", SITE)),
    (1, ("dose", "haic-folfox", *BODY)),
    (1, ("dose", "haic-folfox", *BODY, "--site", SITE, "--decide", "stop=methods")),
    (2, ()),
    (2, ("nonsense",)),
    (2, ("dose",)),
    (2, ("dose", "haic-folfox", "--heigth", "165 cm")),
    (2, ("dose", "haic-folfox", *BODY, "--sex", "m")),
    (2, ("dose", "haic-folfox", "--height", "165 cm")),
    (2, ("dose", "haic-folfox", *BODY, "--format", "xml")),
    (2, ("order", "haic-folfox", "--patient", USUAL, "--cycle", "1", "--on", "2026-11-23")),
    (2, ("calc", "bsa-mosteller", "--csv", "in.csv")),
    (2, ("calc", "list", "height=165 cm")),
    (3, ("dose", "nonsense", *BODY)),
    (3, ("dose", "haic-folfox", "--height", "165", "--weight", "60 kg")),
    (3, ("dose", "haic-folfox", "--height", "60 cm", "--weight", "165 kg")),
    (3, ("dose", "haic-folfox", *BODY, "--on", "23.11.2026")),
    (3, ("dose", "haic-folfox", *BODY, "--site", "not-there.yaml")),
    (3, ("dose", "haic-folfox", *BODY, "--decide", "fluorouracil.dose")),
    (3, ("order", "haic-folfox", "--patient", USUAL, "--cycle", "0", "--on", "2026-11-23", "--out", "x.json")),
    (3, ("order", "haic-folfox", "--patient", "not-there.yaml", *TODAY, "--out", "x.json")),
    (3, ("order", "haic-folfox", "--patient", USUAL, *TODAY, "--out", "x.doc")),
    (3, ("order", "haic-folfox", "--patient", USUAL, "--patient", UNKNOWN, *TODAY, "--out", "x.json")),
    (3, ("calc", "nonsense")),
    (3, ("protocol", "check", "not-there.yaml")),
    (3, ("verify", "not-there.pdf")),
    (3, ("order", "haic-folfox", "--patient", USUAL, *TODAY, "--out", "a" * 300 + ".json")),
]


@pytest.mark.parametrize(
    ("code", "arguments"), LEAVES, ids=lambda one: " ".join(one)[:60] if isinstance(one, tuple) else str(one)
)
def test_a_command_leaves_with_the_code_that_says_what_happened(code, arguments, run):
    found, _, err = run(*arguments)
    assert (found, "Traceback" in err, bool(err) or not arguments) == (code, False, code > 1 or not arguments)


def test_what_is_missing_for_an_answer_has_a_code_of_its_own(run, tmp_path):
    (tmp_path / "site.yaml").write_bytes(as_file(site_data({"body.formula": "bsa_schlich"})))
    code, _, err = run("dose", "haic-folfox", *BODY, "--site", "site.yaml")
    assert (code, "needs the sex, which is unknown" in err) == (4, True)


def test_an_unknown_height_has_that_code_too(run, tmp_path):
    text = (EXAMPLES / "patient-usual.yaml").read_text("utf-8")
    (tmp_path / "p.yaml").write_text(re.sub("^height: .*", "height: unknown", text, flags=re.MULTILINE), "utf-8")
    code, _, err = run("order", "haic-folfox", "--patient", "p.yaml", *TODAY, "--out", "x.json")
    assert (code, err, files(tmp_path)) == (
        4,
        "dosewright: p.yaml height: the height is unknown, for example '{value: 165 cm, on: 2026-11-20}'\n",
        ["p.yaml"],
    )


def test_a_fault_of_ours_is_told_as_ours_and_without_a_traceback(run, monkeypatch):
    monkeypatch.setattr(library, "find", lambda name: 1 / 0)
    code, _, err = run("dose", "haic-folfox", *BODY)
    assert (code, "a fault of the tool, not of yours: ZeroDivisionError" in err, "Traceback" in err) == (
        70,
        True,
        False,
    )


def test_a_fault_of_ours_keeps_its_traceback_for_us(run, monkeypatch):
    monkeypatch.setattr(library, "find", lambda name: 1 / 0)
    monkeypatch.setenv("DOSEWRIGHT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run("dose", "haic-folfox", *BODY)


def test_a_command_that_is_stopped_says_so(run, monkeypatch):
    def stopped(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(library, "find", stopped)
    code, _, err = run("dose", "haic-folfox", *BODY)
    assert (code, err.strip()) == (130, "stopped; nothing was left half-written")


# -------------------------------------------------------------------------------------------------------------- the doses


def test_the_doses_of_the_issue_are_the_doses_of_the_command(run):
    _, out, _ = run("dose", "haic-folfox", *BODY)
    assert [
        word for word in ("1.6583 m²", "140.96 mg", "331.66 mg", "3,979.95 mg", "2,487.47 mg") if word not in out
    ] == []


def test_and_so_are_those_of_the_other_arm(run):
    _, out, _ = run("dose", "hepa-haic", *BODY, "--format", "json")
    lines = {one["drug"]: one for one in json.loads(out)["lines"]}
    found = [
        lines["oxaliplatin"]["calculated"],
        lines["fluorouracil"]["calculated"],
        lines["fluorouracil"]["disputed"][0]["calculated"],
    ]
    assert [(round(one["value"], 2), one["unit"]) for one in found] == [(99.5, "mg"), (1200, "mg"), (1658.31, "mg")]


def test_feet_and_pounds_are_read_and_the_centimetres_and_kilograms_shown(run):
    _, out, _ = run("dose", "haic-folfox", "--height", "5 ft 8 in", "--weight", "154 lb")
    assert "172.72 cm (5 ft 8 in), 69.85 kg (154 lb)" in out


def test_the_day_is_printed_with_its_weekday(run):
    _, out, _ = run("dose", "haic-folfox", *BODY, "--on", "2026-11-23")
    assert "2026-11-23 (Mon)" in out


def test_what_keeps_the_doses_from_release_is_told(run):
    _, out, _ = run("dose", "haic-folfox", *BODY)
    assert ("NOT RELEASED" in out, "computed with the reference site" in out, "DISPUTED" in out) == (True, True, True)


def test_the_sheet_says_what_it_is(run):
    assert "to be checked independently" in run("dose", "haic-folfox", *BODY)[1]


def test_a_what_if_is_computed_and_marked(run):
    _, out, _ = run("dose", "haic-folfox", *BODY, "--decide", "fluorouracil.dose=discussion")
    assert ("2,487 mg WHAT-IF" in out, "is a what-if: only a signed site file decides" in " ".join(out.split())) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    ("decide", "words"),
    [
        (["fluorouracil.dose"], "--decide: needs PATH=CHOICE, for example 'fluorouracil.dose=discussion'"),
        (["=discussion"], "--decide: needs PATH=CHOICE"),
        (["fluorouracil.dose="], "--decide: needs PATH=CHOICE"),
        (["oxaliplatin.dose=methods"], "--decide: needs an open question of haic-folfox"),
        (["fluorouracil.dose=abstract"], "needs one of the sources methods, discussion"),
        (["stop=methods", "stop=methods"], "--decide: needs each question once"),
        (["leucovorin.start=whenever"], "needs one of: with oxaliplatin"),
    ],
)
def test_a_wrong_what_if_says_what_was_needed(decide, words, run):
    code, out, err = run("dose", "haic-folfox", *BODY, *(part for one in decide for part in ("--decide", one)))
    assert (code, out, words in err) == (3, "", True)


@pytest.mark.parametrize(("option", "value"), [("--height", "165"), ("--weight", "60"), ("--on", "23.11.2026")])
def test_a_wrong_value_is_told_with_its_option(option, value, run):
    arguments = {"--height": "165 cm", "--weight": "60 kg", "--on": "2026-11-23", option: value}
    _, _, err = run("dose", "haic-folfox", *(part for one in arguments.items() for part in one))
    assert err.startswith(f"dosewright: {option}")


# ---------------------------------------------------------------------------------------------- the doses, for programs


@pytest.fixture
def data(run):
    return json.loads(run("dose", "haic-folfox", *BODY, "--on", "2026-11-23", "--format", "json")[1])


def test_the_data_have_the_keys_of_the_description(data):
    assert set(data) >= {"protocol", "version", "status", "released", "bsa", "lines", "findings"}
    assert (data["protocol"], data["version"], data["status"], data["released"], data["on"]) == (
        "haic-folfox",
        "1",
        "active",
        False,
        "2026-11-23",
    )


def test_the_surface_has_value_unit_and_formula(data):
    assert (round(data["bsa"]["value"], 4), data["bsa"]["unit"], data["bsa"]["formula"]) == (
        1.6583,
        "m2",
        "bsa_mosteller",
    )


@pytest.mark.parametrize("number", range(3))
def test_a_line_has_the_keys_of_the_description(number, data):
    line = data["lines"][number]
    keys = {"drug", "route", "dose_per", "calculated", "ordered", "over", "rate", "working", "from", "disputed"}
    assert set(line) >= keys
    assert [set(line[key]) for key in ("dose_per", "calculated", "ordered", "over", "rate")] == [{"value", "unit"}] * 5


def test_the_units_of_a_line_are_those_that_programs_read(data):
    units = {key: data["lines"][2][key]["unit"] for key in ("dose_per", "calculated", "ordered", "over", "rate")}
    assert units == {"dose_per": "g/m2", "calculated": "mg", "ordered": "mg", "over": "h", "rate": "mL/h"}


def test_a_disputed_figure_has_its_milligrams_and_its_source(data):
    (figure,) = data["lines"][2]["disputed"]
    assert (round(figure["calculated"]["value"], 2), figure["calculated"]["unit"], figure["from"]) == (
        2487.47,
        "mg",
        "discussion",
    )


def test_a_finding_has_the_keys_of_the_description(data):
    keys = {"rule", "severity", "message", "measured", "allowed", "source", "where"}
    assert {frozenset(one) for one in data["findings"]} == {frozenset(keys)}
    assert {one["severity"] for one in data["findings"]} <= {"info", "warning", "blocks-release", "refuse"}


def test_the_same_call_gives_the_same_bytes(run):
    call = ("dose", "hepa-haic", *BODY, "--format", "json")
    assert run(*call) == run(*call)


# ------------------------------------------------------------------------------------------------------ sheets as files


def ordered(run, *more: str, protocol: str = "haic-folfox", kind: str = "order"):
    return run(kind, protocol, *TODAY, *more)


def test_an_order_is_written_with_its_hash(run, tmp_path):
    code, out, _ = ordered(run, "--patient", USUAL, "--site", SITE, "--out", "x.json")
    made = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert (code, "may be released" in out, content_hash(made) == made["hash"]) == (0, True, True)


def test_the_folder_of_a_file_is_made(run, tmp_path):
    ordered(run, "--patient", USUAL, "--out", "new/x.json")
    assert (tmp_path / "new" / "x.json").exists() is True


def test_where_more_than_one_folder_lacks_nothing_is_made(run, tmp_path):
    code, _, told = ordered(run, "--patient", USUAL, "--out", "new/deep/x.json")
    assert (code, (tmp_path / "new").exists()) == (3, False)
    assert told == "dosewright: needs a file that can be written; got 'new/deep/x.json' (No such file or directory)\n"


def test_several_patients_go_into_a_folder_under_names_of_their_own(run, tmp_path):
    code, out, _ = ordered(
        run, "--patient", USUAL, "--patient", UNKNOWN, "--out", "sheets/", "--as", "json", "--format", "json"
    )
    told = [one["file"] for one in json.loads(out)]
    assert (code, told) == (1, [f"sheets/{path.name}" for path in map(tmp_path.joinpath, told)])
    assert sorted(told) == [f"sheets/{name}" for name in sorted(os.listdir(tmp_path / "sheets"))]


def test_what_is_told_of_a_sheet_is_what_is_in_it(run, tmp_path):
    _, out, _ = ordered(run, "--patient", USUAL, "--out", "x.json", "--format", "json")
    (told,) = json.loads(out)
    made = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert [told[key] for key in ("id", "hash", "released", "findings")] == [
        made[key] for key in ("id", "hash", "released", "findings")
    ]


@pytest.mark.parametrize("ending", ["html", "pdf", "json"])
def test_a_sheet_that_is_unchanged_is_found_so(ending, run, tmp_path):
    ordered(run, "--patient", USUAL, "--site", SITE, "--out", f"x.{ending}")
    code, out, _ = run("verify", f"x.{ending}")
    assert (code, "unchanged" in out, files(tmp_path)) == (0, True, [f"x.{ending}"])


def test_a_sheet_that_was_changed_is_found_so(run, tmp_path):
    ordered(run, "--patient", USUAL, "--site", SITE, "--out", "x.json")
    path = tmp_path / "x.json"
    path.write_text(path.read_text("utf-8").replace("Zhang Wei", "Zhang Wie"), "utf-8")
    code, out, _ = run("verify", "x.json")
    assert (code, "CHANGED" in out) == (1, True)


def test_a_worksheet_of_a_protocol_with_beads_is_written(run, tmp_path):
    code, _, _ = ordered(
        run, "--patient", USUAL, "--site", SITE, "--out", "w.html", protocol="hepa-haic", kind="worksheet"
    )
    assert (code, files(tmp_path)) == (0, ["w.html"])


def test_a_worksheet_of_a_protocol_without_beads_cannot_be(run, tmp_path):
    code, _, err = ordered(run, "--patient", USUAL, "--site", SITE, "--out", "w.html", kind="worksheet")
    assert (code, "no bead worksheet" in err, files(tmp_path)) == (4, True, [])


def test_one_wrong_patient_of_several_leaves_nothing_behind(run, tmp_path):
    (tmp_path / "wrong.yaml").write_text("schema: 1\n")
    before = files(tmp_path)
    code, _, err = ordered(run, "--patient", USUAL, "--patient", "wrong.yaml", "--out", "sheets/", "--as", "json")
    assert (code, "wrong.yaml:1:1" in err, files(tmp_path)) == (3, True, before)


@pytest.mark.parametrize("out", ["file/x.json", "file/deep/x.json"])
def test_what_cannot_be_written_is_told_so_and_leaves_nothing_behind(out, run, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = ordered(run, "--patient", USUAL, "--out", out)
    assert (code, "a file that can be written" in err, files(tmp_path)) == (3, True, ["file"])


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to the superuser")
def test_a_folder_that_may_only_be_read_is_told_so_and_left_alone(run, tmp_path):
    (tmp_path / "shut").mkdir(mode=0o555)
    code, _, err = ordered(run, "--patient", USUAL, "--out", "shut/x.json")
    assert (code, "Permission denied" in err, files(tmp_path)) == (3, True, ["shut"])


def test_a_sheet_that_fails_half_way_leaves_the_earlier_one(run, tmp_path, monkeypatch):
    ordered(run, "--patient", USUAL, "--out", "x.json")
    before = (tmp_path / "x.json").read_bytes()

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    code, _, err = ordered(run, "--patient", UNKNOWN, "--out", "x.json")
    assert (code, "No space left on device" in err, files(tmp_path), (tmp_path / "x.json").read_bytes()) == (
        3,
        True,
        ["x.json"],
        before,
    )


def test_a_protocol_of_one_s_own_is_ordered_by_its_path(run, tmp_path):
    (tmp_path / "ours.yaml").write_bytes((library.FOLDER / "haic-folfox.yaml").read_bytes())
    code, _, _ = run("order", "ours.yaml", "--patient", USUAL, *TODAY, "--site", SITE, "--out", "x.json")
    assert code == 0


def test_the_demonstration_writes_its_sheets_and_says_so(run, tmp_path, monkeypatch):
    monkeypatch.setattr(demonstration, "SHEETS", demonstration.SHEETS[:1])
    code, out, _ = run("demo", "--out", "shown")
    assert (code, len(files(tmp_path / "shown")), "shown/" in out) == (0, 2, True)


# ------------------------------------------------------------------------------------------------------------ protocols


def test_the_library_is_listed_with_the_doses_that_tell_its_protocols_apart(run):
    _, out, _ = run("protocol", "list")
    words = " ".join(out.split())
    assert [
        w
        for w in ("oxaliplatin 85 mg/m²", "oxaliplatin 60 mg/m²", "2.4 g/m² (methods) or 1.5 g/m² (discussion)")
        if w not in words
    ] == []


def test_the_library_is_listed_for_programs(run):
    found = json.loads(run("protocol", "list", "--format", "json")[1])
    assert [one["id"] for one in found] == library.names()


@pytest.mark.parametrize("name", library.names())
def test_a_protocol_is_shown_value_by_value_with_its_source(name, run):
    # What the paper's Methods say can be followed line by line.
    words = " ".join(run("protocol", "show", name)[1].split())
    missing = []
    for path, stated in library.find(name).protocol.values():
        for value, source in [(stated.value, stated.source), *((one.value, one.source) for one in stated.disputed)]:
            text = " ".join(str(value if isinstance(value, str | int) else said(value)).split()) if value else ""
            if value is not None and f"{text} [{source}]" not in words:
                missing.append((path, text, source))
    assert missing == []


def said(value) -> str:
    from dosewright.wording import told

    return told(value) or ""


@pytest.mark.parametrize("name", library.names())
def test_what_is_disputed_or_unstated_is_marked(name, run):
    words = run("protocol", "show", name)[1]
    questions = library.find(name).protocol.questions().values()
    marks = [words.count(mark) for mark in (" DISPUTED", "UNSTATED")]
    assert marks == [sum(1 for one in questions if one.disputed), sum(1 for one in questions if one.unstated)]


@pytest.mark.parametrize("case", golden("protocols"), ids=lambda case: case["protocol"])
def test_every_figure_of_the_second_transcription_is_shown(case, run):
    words = " ".join(run("protocol", "show", case["protocol"])[1].split())
    figures = {
        part.removeprefix("or ")
        for figure in case["gives"].values()
        for part in re.findall(r"(\d[^()]* [a-zµ%][^()]*) \(", figure)
    }
    shown = {figure: say_like_us(figure) for figure in figures}
    assert {figure: text for figure, text in shown.items() if text not in words} == {}


def say_like_us(figure: str) -> str:
    """A figure of the paper as it stands on our sheets: 2,400 mg/m² for 2400 mg/m^2, 1 g/m² for 1.0 g/m^2."""
    from dosewright.units import quantity

    return figure if " to " in figure else say(quantity(figure))


def test_the_difference_of_two_protocols_is_told_in_milligrams(run):
    code, out, _ = run("protocol", "diff", "hepa-haic", "haic-folfox", *BODY)
    assert (code, "= 99.5 mg" in out, "= 140.96 mg" in out) == (0, True, True)


def test_the_difference_is_told_for_programs(run):
    rows = json.loads(run("protocol", "diff", "hepa-haic", "haic-folfox", *BODY, "--format", "json")[1])
    assert {frozenset(row) for row in rows} == {frozenset({"what", "first", "second"})}


def test_one_protocol_has_no_difference_from_itself(run):
    assert "no difference in dosing or scheduling" in run("protocol", "diff", "haic-folfox", "haic-folfox", *BODY)[1]


@pytest.mark.parametrize("kind", ["protocol", "site", "patient"])
def test_the_schema_for_editors_is_json(kind, run):
    code, out, _ = run(kind, "schema")
    assert (code, json.loads(out)["type"]) == (0, "object")


def test_every_file_is_checked_and_every_mistake_told(run, tmp_path):
    (tmp_path / "good.yaml").write_bytes((library.FOLDER / "haic-folfox.yaml").read_bytes())
    (tmp_path / "bad.yaml").write_bytes(as_file({"schema": "2", "id": "x"}))
    code, out, err = run("protocol", "check", "good.yaml", "bad.yaml", "not-there.yaml")
    assert (code, out, err.count("bad.yaml:") > 5, "not-there.yaml" in err) == (3, "good.yaml: in order\n", True, True)


# ------------------------------------------------------------------------------------------------------ sites, patients


@pytest.mark.parametrize("kind", ["site", "patient"])
def test_a_template_is_written_and_once_it_is_filled_in_it_is_in_order(kind, run, tmp_path):
    assert run(kind, "init")[0] == 0
    path = tmp_path / f"{kind}.yaml"
    text = re.sub(r"^([^#\n]*?): NAME\b", r"\1: A. Person", path.read_text("utf-8"), flags=re.MULTILINE)
    text = text.replace("value: NUMBER", "value: MRN-1", 1).replace("value: NUMBER", "value: A-2")
    path.write_text(text, "utf-8")
    assert (run(kind, "check", f"{kind}.yaml"), files(tmp_path)) == (
        (0, f"{kind}.yaml: in order\n", ""),
        [f"{kind}.yaml"],
    )


@pytest.mark.parametrize("kind", ["site", "patient"])
def test_a_file_that_somebody_filled_in_is_never_written_over(kind, run, tmp_path):
    (tmp_path / f"{kind}.yaml").write_text("filled in")
    code, _, err = run(kind, "init")
    assert (code, "does not exist yet" in err, (tmp_path / f"{kind}.yaml").read_text()) == (3, True, "filled in")


def test_a_site_is_checked_with_its_decisions(run, tmp_path):
    (tmp_path / "site.yaml").write_bytes(as_file(site_data({"decisions.0.choose": "abstract"})))
    code, _, err = run("site", "check", "site.yaml")
    assert (code, "needs one of the sources methods, discussion" in err) == (3, True)


# ---------------------------------------------------------------------------------------------------------- calculators


def test_every_calculator_is_listed_with_its_source(run):
    from dosewright.calculators.checked import catalogue

    found = {one["name"]: one for one in json.loads(run("calc", "list", "--format", "json")[1])}
    assert set(found) == {one.command for one in catalogue().values()}
    assert [name for name, one in found.items() if not (one["source"] and one["formula"])] == []


def test_a_calculator_answers_with_its_working(run):
    _, out, _ = run("calc", "bsa-mosteller", "height=165 cm", "weight=60 kg")
    assert ("1.658312 m²" in out, "√(165 × 60 ÷ 3600)" in out, "Mosteller RD" in out) == (True, True, True)


def test_a_calculator_answers_programs(run):
    found = json.loads(run("calc", "bsa-mosteller", "height=165 cm", "weight=60 kg", "--format", "json")[1])
    assert (round(found["result"]["value"], 4), found["result"]["unit"]) == (1.6583, "m2")


@pytest.mark.parametrize(("rows", "code"), [("165 cm,60 kg\n", 0), ("165 cm,60 kg\n165,60\n", 1)])
def test_a_table_says_how_many_rows_were_refused(rows, code, run, tmp_path):
    (tmp_path / "in.csv").write_text("height,weight\n" + rows)
    found, out, _ = run("calc", "bsa-mosteller", "--csv", "in.csv", "--out", "out.csv")
    count = rows.count("\n")
    assert (found, f"out.csv: {count} rows, {code} refused" in out or count == 1) == (code, True)


def test_a_table_that_is_none_leaves_nothing_behind(run, tmp_path):
    (tmp_path / "in.csv").write_bytes(b"height;weight\n165 cm;60 kg\n")
    assert (run("calc", "bsa-mosteller", "--csv", "in.csv", "--out", "out.csv")[0], files(tmp_path)) == (3, ["in.csv"])


# ------------------------------------------------------------------------------------------------ whatever is typed in

GARBAGE = sorted(
    {str(row.entry) for level in ("units", "dates", "order", "yaml") for row in bad_inputs(level)}
    | {
        "",
        " ",
        "\n",
        "-",
        "--",
        "=",
        "x=y",
        "'",
        '"',
        "🦄",
        "\u202e",
        "a" * 5000,
        "../..",
        "/dev/null",
        ".",
        "%s%n",
        "${HOME}",
    }
)
GARBAGE = [one for one in GARBAGE if "\0" not in one]  # no command line can carry it


def taken(code: int, err: str) -> bool:
    """Whether a command came back as it should: with a code of its own, and no traceback."""
    return code in {0, 1, 2, 3, 4} and "Traceback" not in err and "a fault of the tool" not in err


@pytest.mark.parametrize("option", ["--height", "--weight", "--on", "--decide"])
def test_whatever_is_typed_for_a_dose_there_is_no_traceback(option, run):
    calm = {"--height": "165 cm", "--weight": "60 kg", "--on": "2026-11-23", "--decide": "stop=methods"}
    wrong = []
    for text in GARBAGE:
        arguments = {**calm, option: text}
        code, _, err = run("dose", "haic-folfox", *(part for one in arguments.items() for part in one))
        if not taken(code, err):
            wrong.append((text[:40], code, err[-200:]))
    assert wrong == []


VALID = {
    "dose": ("haic-folfox", *BODY),
    "order": ("haic-folfox", "--patient", USUAL, *TODAY, "--out", "x.json"),
    "worksheet": ("hepa-haic", "--patient", USUAL, *TODAY, "--out", "x.json"),
    "verify": ("x.json",),
    "calc": ("bsa-mosteller", "height=165 cm", "weight=60 kg"),
    "fit": ("haic-folfox", "--patient", USUAL, *TODAY),
    "toxicity grade": ("analyte=platelets", "value=62 10^9/L"),
    "toxicity terms": ("ALT",),
    "bands check": (BANDS,),
    "vials plan": ("x.json", "--site", SITE),
    "protocol show": ("haic-folfox",),
    "protocol check": ("x.yaml",),
    "protocol diff": ("hepa-haic", "haic-folfox", *BODY),
    "protocol list": (),
    "site init": (),
    "site check": (SITE,),
    "patient init": (),
    "patient check": (USUAL,),
    "completion": ("bash",),
    "check": ("x.json",),
    "rules list": (),
    "rules show": ("dose-tenfold",),
    "demo": None,  # takes nothing but a folder, and long
    "course plan": ("haic-folfox", "--patient", USUAL, "--start", "2026-11-23", "--cycles", "3", "--out", "new.yaml"),
    "course show": ("course.yaml", "--patient", USUAL),
    "course record": (
        "course.yaml",
        "--cycle",
        "1",
        "--reason",
        "x",
        "--by",
        "A. Person",
        "--status",
        "given",
        "--on",
        "2026-11-23",
    ),
    "course move": ("course.yaml", "--cycle", "2", "--reason", "x", "--by", "A. Person", "--to", "2026-12-21"),
    "calendar": ("haic-folfox", "--patient", USUAL, "--start", "2026-11-23", "--cycles", "2", "--out", "x.csv"),
    "outcomes survival": (LUNG, "--time", "time", "--event", "event"),
    "outcomes match": (LUNG, "--treat", "sex", "--covariates", "age"),
    "outcomes balance": (LUNG, "--treat", "sex", "--covariates", "age"),
    "outcomes response": ("cohort",),
    "outcomes safety": ("cohort",),
    "outcomes table1": ("cohort",),
    "outcomes report": None,  # long, and tried by itself
    "outcomes audit": ("--paper",),
    "outcomes cohort check": ("cohort",),
    "outcomes cohort example": ("--out", "x"),
    "outcomes endpoint": (LUNG, "--endpoint", "os", "--out", "x.csv"),
}


@pytest.mark.parametrize("name", [name for name, arguments in VALID.items() if arguments is not None])
def test_whatever_is_typed_for_any_command_there_is_no_traceback(name, run):
    chance = random.Random(name)
    if name.startswith("course"):
        run(
            "course",
            "plan",
            "haic-folfox",
            "--patient",
            USUAL,
            "--start",
            "2026-11-23",
            "--cycles",
            "3",
            "--out",
            "course.yaml",
        )
    if VALID[name][-1:] == ("cohort",):
        run("outcomes", "cohort", "example", "--out", "cohort", "--patients", "6")
    options = [one.opts[-1] for one in COMMANDS[name].params if isinstance(one, click.Option) and not one.is_flag]
    wrong = []
    for _ in range(60):
        arguments = [*name.split(), *VALID[name]]
        text = chance.choice(GARBAGE)
        if options and chance.random() < 0.6:
            option = chance.choice(options)
            text = text.replace("/", "_") if option in {"--out", "--workers"} else text
            arguments += [option, text]
        elif chance.random() < 0.5:
            place = chance.randrange(len(name.split()), len(arguments) + 1)
            arguments.insert(place, text)
        else:
            place = chance.randrange(len(arguments))
            before = arguments[place - 1] if place else ""
            arguments[place] = text.replace("/", "_") if before == "--out" else text
        code, _, err = run(*arguments)
        if not taken(code, err):
            wrong.append((arguments, code, err[-200:]))
    assert wrong == []


@pytest.mark.parametrize("kind", ["protocol", "site", "patient"])
def test_whatever_bytes_a_file_has_there_is_no_traceback(kind, run, tmp_path):
    chance = random.Random(kind)
    whole = {
        "protocol": (library.FOLDER / "hepa-haic.yaml").read_bytes(),
        "site": (EXAMPLES / "site-example.yaml").read_bytes(),
        "patient": (EXAMPLES / "patient-large.yaml").read_bytes(),
    }[kind]
    wrong = []
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(len(content))
            content[place : place + chance.choice([0, 1, 1, 5, 200])] = bytes(
                chance.choice(b"\n :-{}[],#&*!|>'\"%@`0123456789abcxyz\xff\x00")
                for _ in range(chance.choice([0, 1, 3]))
            )
        (tmp_path / "x.yaml").write_bytes(content)
        code, _, err = run(kind, "check", "x.yaml")
        if not taken(code, err):
            wrong.append((bytes(content), code, err[-200:]))
    assert wrong == []


def test_a_message_repeats_nothing_that_a_terminal_would_obey(run):
    for text in ("\x1b[2J", "\u202e571 cm", "165\r cm", "\x07", "\u2028"):
        _, _, err = run("dose", "haic-folfox", "--height", text, "--weight", "60 kg")
        assert err.replace("\n", "").isprintable()


# --------------------------------------------------------------------------------------- as a program of its own, and on a terminal

PROGRAM = [sys.executable, "-m", "dosewright"]


def test_it_runs_as_a_program(tmp_path):
    done = subprocess.run([*PROGRAM, "dose", "haic-folfox", *BODY], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, "140.96 mg" in done.stdout, done.stderr) == (1, True, "")


@pytest.mark.parametrize("arguments", [["--help"], ["rules", "list"], ["dose", "haic-folfox", *BODY]])
def test_without_docstrings_it_says_that_it_needs_them(arguments):
    """Formulas, messages and sources are docstrings; without them a sheet would be silent where it must speak."""
    done = subprocess.run([sys.executable, "-OO", *PROGRAM[1:], *arguments], capture_output=True, text=True)
    assert (done.returncode, done.stdout, "without -OO" in done.stderr) == (2, "", True)


def test_a_pipe_between_programs_is_no_file_of_an_order(tmp_path):
    """It can be read once only, and an order is read to be checked and to be compared with its page."""
    os.mkfifo(tmp_path / "order.json")
    done = subprocess.run([*PROGRAM, "check", "order.json"], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stderr) == (3, "dosewright: order.json: needs a file, no folder and no device\n")


def test_with_every_stream_closed_the_order_is_still_written(tmp_path):
    arguments = ["order", "haic-folfox", "--patient", USUAL, "--cycle", "1", "--on", "2026-11-23", "--out", "o.json"]
    command = shlex.join([*PROGRAM, *arguments])
    done = subprocess.run(["bash", "-c", f"{command} <&- >&- 2>&-"], cwd=tmp_path)
    assert (done.returncode, (tmp_path / "o.json").exists()) == (1, True)


@pytest.mark.parametrize("option", ["--patient", "--site"])
def test_no_order_is_written_over_what_it_is_made_from(option, run, tmp_path):
    source = USUAL if option == "--patient" else str(EXAMPLES / "site-example.yaml")
    kept = tmp_path / "kept.json"
    kept.write_bytes(Path(source).read_bytes())
    named = {"--patient": USUAL, "--site": str(EXAMPLES / "site-example.yaml"), option: str(kept)}
    options = [word for pair in named.items() for word in pair]
    code, _, err = run("order", "haic-folfox", *options, "--cycle", "1", "--on", "2026-11-23", "--out", str(kept))
    assert (code, "another file than those that are read" in err) == (3, True)
    assert kept.read_bytes() == Path(source).read_bytes()


def test_a_pipe_that_is_closed_early_is_no_fault(tmp_path):
    command = f"{sys.executable} -m dosewright calc list | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("BODY\n", "")


def test_help_loads_nothing_that_computes():
    script = "import sys; from dosewright.cli import run; run(['--help']); print([m for m in ('pydantic', 'pint', 'numpy', 'yaml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", cli.LATER)
def test_what_the_list_says_of_a_command_loaded_later_is_what_it_says_of_itself(name):
    context = click.Context(cli.cli)
    command = cli.cli.get_command(context, name)
    assert command.help.split("\n")[0] == cli.LATER[name].summary


def on_a_terminal(arguments: list[str], typed: list[str]) -> tuple[int, str]:
    """Run the program on a terminal and type each answer once it asks: its exit code and all that was shown."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        os.execv(sys.executable, [*PROGRAM, *arguments])
    shown, answers, ends = b"", list(typed), time.monotonic() + 20
    while time.monotonic() < ends:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        try:
            more = os.read(terminal, 65536) if ready else b""
        except OSError:
            break
        shown += more
        if answers and shown.rstrip().endswith(b":") and not more:
            os.write(terminal, answers.pop(0).encode() + b"\n")
            shown += b"\n"
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode("utf-8", "replace")


def test_on_a_terminal_what_is_missing_is_asked_for_until_it_can_be_read():
    code, shown = on_a_terminal(["dose", "haic-folfox"], ["165", "165 cm", "60 kg"])
    assert (code, "the unit is missing" in shown, "140.96 mg" in shown) == (1, True, True)


def test_on_a_terminal_there_is_colour():
    code, shown = on_a_terminal(["dose", "haic-folfox", *BODY], [])
    assert (code, "\x1b[31m" in shown) == (1, True)


@pytest.mark.parametrize(
    "arguments", [("dose", "haic-folfox", *BODY), ("protocol", "show", "hepa-haic"), ("dose", "x", *BODY)]
)
def test_in_a_pipe_there_is_none(arguments, run):
    _, out, err = run(*arguments)
    assert "\x1b" not in out + err


@pytest.mark.parametrize("name", ["dose", "order", "calc", "protocol show", "protocol list"])
def test_no_line_is_wider_than_a_page(name, run):
    out = run(*name.split(), *VALID[name])[1]
    assert [line for line in out.split("\n") if len(line) > 120] == []


def test_a_protocol_of_one_s_own_never_leaves_the_folder_of_its_sheets(run, tmp_path):
    with pytest.raises(ValueError, match="small letters, digits and hyphens"):
        a_protocol("haic-folfox", {"id": "../../x"})
