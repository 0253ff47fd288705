"""Course files: read and written back with nothing lost, by many hands at once, and never half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dosewright import planning
from dosewright.errors import Mistake, Refusal

from . import plans, ward
from .plans import a_record

FIRST = a_record(1, "given", "2026-11-23")
RELEASED = {"first": "A. One", "second": "B. Two", "reason": "the patient travels"}


@pytest.fixture(params=["course.yaml", "course.json"])
def path(request, tmp_path):
    """A course file in which nothing is recorded yet."""
    made = tmp_path / request.param
    made.write_bytes(planning.dumped(plans.content(cycles=40), made.name))
    return made


def record(path: Path, entry: dict, seen: str | None = None) -> None:
    planning.add_record(str(path), entry, plans.a_site()[0], seen=seen)


# --------------------------------------------------------------------------------------------------- nothing is lost

WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co")), min_size=1, max_size=60)
TRICKY = [
    "yes",
    "on",
    "null",
    "~",
    "1.0",
    "2026-11-23",
    "a: b",
    "# no",
    "- x",
    "'",
    '"',
    "{x}",
    "&a",
    "*a",
    "!t",
    "张伟",
    "|",
]


@given(st.one_of(WORDS, st.sampled_from(TRICKY)).filter(str.strip), st.sampled_from(["course.yaml", "course.json"]))
@settings(max_examples=150)
def test_what_is_written_is_what_is_read(words, name):
    content = plans.content(records=[FIRST | {"reason": words, "by": words}])
    assert planning.read(planning.dumped(content, name), name).data == content


@given(st.sampled_from(["course.yaml", "course.json"]))
def test_long_words_are_not_folded_into_others(name):
    content = plans.content(records=[FIRST | {"reason": "word " * 500}])
    course = planning.course_of(planning.read(planning.dumped(content, name), name).data, name)
    assert course.records[0].reason == ("word " * 500).strip()


def test_a_record_keeps_every_record_before_it(path):
    record(path, FIRST)
    before = planning.read(path.read_bytes(), path.name).data["records"]
    record(path, a_record(2, "delayed", "2026-12-17", reason="感染: see #4"))
    assert planning.read(path.read_bytes(), path.name).data["records"][:1] == before


def test_a_record_raises_the_version(path):
    record(path, FIRST)
    assert planning.load(str(path)).version == 2


def test_yaml_and_json_tell_the_same_course():
    content = plans.content(records=[FIRST])
    one, other = (planning.course_of(content, name) for name in ("course.yaml", "course.json"))
    assert one == other


def test_a_yaml_file_opens_in_any_reader_of_yaml(path):
    record(path, FIRST)
    assert yaml.safe_load(path.read_text("utf-8"))["records"][0]["reason"] == "for a test"


# ------------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (a_record(2, "delayed", "2026-12-13"), Refusal),
        (a_record(2, "given", "2026-12-13"), Refusal),
        (a_record(3, "given", "2027-01-04"), Refusal),
        (a_record(2, "given", "2026-12-32"), Mistake),
        (a_record(2, "reduced", "2026-12-14"), Mistake),
        (a_record(2, "given", "2026-12-14", reason=""), Mistake),
        (a_record(2, "given", "2026-12-14", dose="20 mg"), Mistake),
        (a_record(2, "given", "2026-12-13", released=RELEASED | {"second": "A. One"}), Refusal),
        (a_record(2, "given", "2026-12-14", reason="a\u202eb"), Mistake),
        (a_record(2, "given", "2026-12-14", reason="two\nlines"), Mistake),
    ],
)
def test_nothing_is_written_where_a_record_is_refused(path, entry, error):
    record(path, FIRST)
    before = path.read_bytes()
    with pytest.raises(error):
        record(path, entry)
    assert path.read_bytes() == before


def test_nothing_lies_beside_the_file_afterwards(path):
    record(path, FIRST)
    with pytest.raises(Refusal):
        record(path, a_record(2, "given", "2026-12-13"))
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_mistake_in_a_record_names_its_place_and_no_line_that_is_not_there():
    with pytest.raises(Mistake) as refused:
        plans.a_course(records=[FIRST | {"on": "2026-11-31"}])
    assert str(refused.value).startswith("course.yaml, records, 1, on: needs a day that exists")


def test_several_mistakes_name_their_places():
    with pytest.raises(Mistake) as refused:
        plans.a_course(records=[FIRST | {"on": "x", "entered": "y"}])
    places = [line.partition(": ")[0] for line in str(refused.value).split("\n")]
    assert places == ["course.yaml, records, 1, on", "course.yaml, records, 1, entered"]


def test_a_refusal_says_which_day_would_do(path):
    record(path, FIRST)
    with pytest.raises(Refusal, match="2026-12-14 or later"):
        record(path, a_record(2, "given", "2026-12-13"))


def test_an_early_day_that_two_people_released_is_written(path):
    record(path, FIRST)
    record(path, a_record(2, "given", "2026-12-11", released=RELEASED))
    assert planning.load(str(path)).version == 3


def test_another_site_is_refused_since_it_may_have_another_interval(path):
    from dosewright.protocol.site import reference_site

    with pytest.raises(Mistake, match="the site of the course"):
        planning.add_record(str(path), FIRST, reference_site()[0], seen=None)


def test_the_same_site_in_another_version_is_told():
    made = plans.made(site={"version": "2026-12"})
    assert [one["severity"] for one in made.data["findings"] if one["rule"] == "site-changed"] == ["info"]


@pytest.mark.parametrize(
    ("change", "needs"),
    [({"patient": "MRN-1"}, "the patient"), ({"protocol": "haic-folfox@2"}, "the protocol"), ({"site": "x@1"}, "site")],
)
def test_a_course_of_somebody_or_something_else_is_refused(change, needs):
    course = planning.course_of(plans.content() | change, "course.yaml")
    site, document = plans.a_site()
    with pytest.raises(Mistake, match=needs):
        planning.made(ward.a_protocol(), site, document, ward.a_patient(), course, {})


@pytest.mark.parametrize(
    ("told", "findings"),
    [
        ([], []),
        ([{"cycle": "1", "on": "2026-11-23"}], []),
        ([{"cycle": "1", "on": "2026-11-24"}], ["cycle 1"]),
        ([{"cycle": "1", "on": "2026-11-23"}, {"cycle": "2", "on": "2026-12-14"}], ["cycle 2"]),
        ([{"cycle": "2", "on": "2026-12-14"}], ["cycle 1", "cycle 2"]),
    ],
)
def test_where_the_patient_s_file_says_otherwise_it_is_remarked_on(told, findings):
    made = plans.made(records=[FIRST], patient={"given": told})
    assert [one["where"] for one in made.data["findings"] if one["rule"] == "given-differs"] == findings


@pytest.mark.parametrize(("on", "severity"), [("2026-11-22", "blocks-release"), ("2026-11-24", "warning")])
def test_a_cycle_given_before_the_course_begins_is_missing_from_its_sums_and_stops_release(on, severity):
    made = plans.made(patient={"given": [{"cycle": "1", "on": on}]})
    assert [one["severity"] for one in made.data["findings"] if one["rule"] == "given-differs"] == [severity]


@pytest.mark.parametrize(
    ("share", "differs"), [("80 %", False), ("60 %", True), ({"oxaliplatin": "80 %"}, True), (None, False)]
)
def test_where_the_patient_s_file_tells_another_share_it_is_remarked_on(share, differs):
    reduced = plans.a_record(1, "reduced", "2026-11-23", share="80 %")
    given = {"cycle": "1", "on": "2026-11-23"} | ({} if share is None else {"share": share})
    made = plans.made(records=[reduced], patient={"given": [given]})
    assert ("given-differs" in {one["rule"] for one in made.data["findings"]}) is differs


def test_a_course_is_planned_on_the_weight_of_its_start_and_not_on_a_later_one():
    later = {"value": "50 kg", "on": "2026-12-13", "basis": "actual"}
    weights = [{"value": "60 kg", "on": "2026-11-20", "basis": "actual"}, later]
    one, other = (plans.made(patient={"weights": some}).data["lines"] for some in (weights, weights[:1]))
    assert one == other


def test_a_patient_without_an_identifier_has_no_course():
    with pytest.raises(Mistake, match="an identifier"):
        plans.content(patient={"identifiers": []})


def test_a_protocol_of_the_hospital_s_own_is_named_by_its_file(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_bytes(ward.as_file(ward.changed(ward._text(ward.LIBRARY / "haic-folfox.yaml"), {"id": "own-folfox"})))
    course = planning.course_of(plans.content() | {"protocol": "own-folfox@1"}, "course.yaml")
    with pytest.raises(Mistake, match="--protocol FILE"):
        planning.protocol_of(course)
    assert planning.protocol_of(course, str(own)).protocol.id == "own-folfox"


# ------------------------------------------------------------------------------------------------------- several hands


def test_the_second_of_two_who_saw_one_version_is_told(path):
    record(path, FIRST, seen="1")
    with pytest.raises(Mistake, match=r"version 1, which you have seen; got 'version 2'.*look at it again"):
        record(path, a_record(2, "delayed", "2026-12-17"), seen="1")


def test_what_the_first_of_them_wrote_is_there(path):
    record(path, FIRST, seen="1")
    with pytest.raises(Mistake):
        record(path, a_record(2, "delayed", "2026-12-17"), seen="1")
    assert [one.status for one in planning.load(str(path)).records] == ["given"]


WRITER = """
import os
import sys
from dosewright import planning
from dosewright.protocol.site import load_site
path, site_path, names, first, last = sys.argv[1:]
site = load_site(open(site_path, "rb").read(), "site.yaml")[0]
def write(name):
    for number in range(int(first), int(last)):
        entry = {"cycle": "2", "status": "delayed", "on": f"2027-{number % 12 + 1:02}-15", "reason": f"{name}-{number}",
                 "by": name, "entered": "2026-12-01"}
        planning.add_record(path, entry, site, seen=None)
        os.write(1, f"{name}-{number}\\n".encode())  # at once, so that no other writer's words come between
first_name, *others = names.split(",")
for name in others:  # a process for each
    if os.fork() == 0:
        write(name)
        os._exit(0)
write(first_name)
for _ in others:
    if os.wait()[1] != 0:
        raise SystemExit("a writer failed")
"""


@pytest.fixture
def shared(tmp_path):
    """A course file, and what a process needs to write to it."""
    path, site = tmp_path / "course.yaml", tmp_path / "site.yaml"
    path.write_bytes(planning.dumped(plans.content(cycles=40, records=[FIRST]), path.name))
    site.write_bytes(ward.as_file(ward.site_data({"calendar": plans.CHINA_2026})))

    def start(name: str, first: int, last: int) -> subprocess.Popen[str]:
        arguments = [sys.executable, "-c", WRITER, str(path), str(site), name, str(first), str(last)]
        return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return path, start


def reasons(path: Path) -> list[str]:
    return [one.reason for one in planning.load(str(path)).records[1:]]


def test_twenty_processes_lose_nothing(shared):
    path, start = shared
    writers = start(",".join(f"w{n}" for n in range(20)), 1, 6)
    told = writers.communicate()[0].split()
    assert (sorted(reasons(path)), len(told), planning.load(str(path)).version) == (sorted(told), 100, 102)


def test_a_process_that_is_killed_leaves_a_file_that_can_be_read_and_nothing_untold_but_its_last(shared):
    path, start = shared
    writers = [start(f"w{n}", 1, 400) for n in range(6)]
    chance = random.Random("kill")
    waited = time.monotonic()
    while len(reasons(path)) < 6 and time.monotonic() - waited < 20:
        time.sleep(0.05)
    for one in writers:
        time.sleep(chance.random() / 20)
        os.kill(one.pid, signal.SIGKILL)
        planning.load(str(path))  # can be read, whatever the others are doing
    told = [line for one in writers for line in one.communicate()[0].split()]
    there = reasons(path)
    # A record that was told is there; one may be there that its writer had no time left to tell.
    assert (set(told) <= set(there), len(there) - len(told) <= len(writers)) == (True, True)


def test_after_a_writer_was_killed_the_next_one_writes(shared):
    path, start = shared
    one = start("killed", 1, 400)
    while not reasons(path) and one.poll() is None:
        time.sleep(0.02)
    os.kill(one.pid, signal.SIGKILL)
    one.communicate()
    record(path, a_record(2, "delayed", "2027-01-14", reason="last"))
    assert reasons(path)[-1] == "last"


def test_what_a_killed_writer_left_over_is_cleared_away(path):
    path.with_name(f".{path.name}.4711.part").write_bytes(b"half a cou")
    record(path, FIRST)
    assert [one.name for one in path.parent.iterdir()] == [path.name]
