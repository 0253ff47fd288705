"""The report of a cohort: everything a paper prints, of those who were compared, with its denominators and methods."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from xml.etree import ElementTree

import pypdfium2
import pytest

from dosewright import cli, cohorts, report_sheets
from dosewright.errors import CannotCompute, Mistake
from dosewright.outcomes import report as reports
from dosewright.outcomes import synthetic
from dosewright.outcomes.criteria import criterion
from dosewright.outcomes.endpoints import Record, ended, endpoint
from dosewright.outcomes.response import Terms

from .cohorts_of_ours import SETTINGS, TABLES, with_line, with_more, write

MRECIST = criterion("mrecist")
FREE = Terms(confirmed=False)


def report_of(folder, reader="A"):
    found = cohorts.load(str(folder))
    return reports.report(found, MRECIST, FREE, reader, told=lambda part: None)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The report of the made-up cohort that has the size of the source paper's."""
    folder = tmp_path_factory.mktemp("made")
    for name, content in synthetic.files(seed=1).items():
        (folder / name).write_text(content, "utf-8")
    return report_of(folder)


@pytest.fixture(scope="module")
def page(made):
    return report_sheets.report_html(made, paper="A4").decode("utf-8")


# ------------------------------------------------------------------------------------------------------- who is compared


def test_the_pairs_are_those_who_are_compared(made):
    first, second = (arm.id for arm in made.cohort.settings.arms)
    arms = [one.arm for one in made.patients]
    assert arms.count(first) == arms.count(second) == len(made.pairs.pairs) > 30


def test_a_pair_has_one_of_each_arm_and_nobody_is_in_two(made):
    arm = {one.id: one.arm for one in made.cohort.patients}
    assert {(arm[one], arm[other]) for one, other in made.pairs.pairs} == {("hepa-haic", "haic")}
    names = [name for pair in made.pairs.pairs for name in pair]
    assert len(names) == len(set(names))


def test_everybody_of_the_first_arm_is_accounted_for(made):
    alone = [one for one in made.cohort.included if one.covariates["hepatitis"] == "both"]
    assert made.pairs.alone == {"Hepatitis both": len(alone)}
    assert made.pairs.lacking == 2
    lacking = [one for one in made.cohort.included if one.arm == "hepa-haic" and one.covariates["afp"] is None]
    assert len(made.pairs.pairs) + made.pairs.without_partner + len(alone) + len(lacking) == 74


def test_matching_makes_the_arms_more_alike(made):
    before, after = (sum(one[key] for one in made.pairs.balance) for key in ("smd_before", "smd_after"))
    assert after < before / 2


def test_every_part_is_told_of_those_who_are_compared(made):
    names = {one.id for one in made.patients}
    assert {one.patient for one in made.reads} == names
    assert {one.of for row in made.rates for one in row.arms.values()} == {len(made.pairs.pairs)}
    assert sum(made.safety.denominators.values()) == len(names)
    assert [one.made.n for one in made.endpoints] == [len(names), len(names)]


def test_without_matching_everybody_included_is_compared(tmp_path):
    found = report_of(write(tmp_path))
    assert ([one.id for one in found.patients], found.pairs) == (["P1", "P2", "P3"], None)
    assert found.unmatched_why == "the cohort file asks for no matching"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("matching: {on: [age]}\n", "no covariate differs among those who would be matched"),
        ("matching: {on: [ecog]}\n", "no covariate differs among those who would be matched"),
    ],
)
def test_where_nobody_can_be_matched_that_is_said(tmp_path, line, why):
    found = report_of(write(tmp_path, settings=SETTINGS.replace("missing:", f"{line}missing:")))
    assert (found.pairs, found.unmatched_why) == (None, why)


def test_a_cohort_in_which_everybody_is_excluded_is_refused(tmp_path):
    head = TABLES["patients"].splitlines()[0]
    excluded = [f"P{number},a,,,,,,lost,," for number in (1, 2, 3)]
    write(tmp_path, tables={**TABLES, "patients": "\n".join([head, *excluded]) + "\n"})
    with pytest.raises(CannotCompute, match="everybody is excluded"):
        report_of(tmp_path)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("matching: {on: [weight]}", "needs a column under covariates (age, ecog); got 'weight'"),
        ("matching: {on: []}", "needs at least one entry"),
        ('matching: {on: [age], caliper: "0"}', "needs a caliper above 0"),
        ("matching: {on: [age], caliper: near}", "needs a plain decimal number"),
    ],
)
def test_a_matching_that_cannot_be_is_told(tmp_path, line, told):
    write(tmp_path, settings=SETTINGS.replace("missing:", f"{line}\nmissing:"))
    with pytest.raises(Mistake) as caught:
        cohorts.load(str(tmp_path))
    assert told in str(caught.value)


def test_one_arm_is_not_matched(tmp_path):
    settings = SETTINGS.replace("  - {id: b, name: Arm B}\n", "").replace("missing:", "matching: {on: [age]}\nmissing:")
    write(tmp_path, settings=settings)
    with pytest.raises(Mistake, match="two arms, to match one with the other"):
        cohorts.load(str(tmp_path))


# ------------------------------------------------------------------------------------------------------------- endpoints


def times(folder, name) -> dict[str, tuple[int, int]]:
    """Days and cause of each patient: 1 the event, 0 censored, 2 a competing event."""
    found = report_of(folder)
    of = {one.patient: one for one in found.reads}
    told = {
        one.id: ended(endpoint(name), one.id, reports.history(found.cohort, one, of[one.id])) for one in found.patients
    }
    return {key: (one.days, one.cause) for key, one in told.items()}


def days(first: str, last: str) -> int:
    return (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days


def test_survival_ends_with_death_and_is_censored_when_last_seen(tmp_path):
    assert times(write(tmp_path), "os") == {
        "P1": (days("2024-01-10", "2024-12-01"), 0),
        "P2": (days("2024-01-10", "2024-11-30"), 1),
        "P3": (days("2024-02-01", "2024-12-01"), 0),
    }


def test_progression_is_that_which_the_reader_saw(tmp_path):
    # P2 had a new lesion on 2024-03-01; P1 was free at the last images, and P3 was never assessed after the start.
    assert times(write(tmp_path), "pfs") == {
        "P1": (days("2024-01-10", "2024-03-01"), 0),
        "P2": (days("2024-01-10", "2024-03-01"), 1),
        "P3": (0, 0),
    }


def test_a_recorded_progression_counts_where_no_reader_saw_one(tmp_path):
    tables = with_line("patients", 2, "P1,a,2024-01-10,2024-12-01,,,2024-06-01,,65,0")
    assert times(write(tmp_path, tables=tables), "pfs")["P1"] == (days("2024-01-10", "2024-06-01"), 1)


def test_a_patient_without_a_start_has_no_time_and_is_counted(tmp_path):
    found = report_of(write(tmp_path, tables=with_line("patients", 2, "P1,a,,2024-12-01,,,,,65,0")))
    assert [one.lacking for one in found.endpoints] == [(("P1", "no treatment-start"),)] * 2


def test_the_history_of_a_patient_says_where_each_day_was_read(tmp_path):
    line = "P1,a,2024-01-10,2024-12-01,,,2024-06-01,,65,0"
    found = report_of(write(tmp_path, tables=with_line("patients", 2, line)))
    of = {one.patient: one for one in found.reads}
    one, two, three = found.patients
    assert list(reports.history(found.cohort, one, of["P1"])) == [
        Record("treatment-start", dt.date(2024, 1, 10), "patients.csv, P1, start"),
        Record("last-contact", dt.date(2024, 12, 1), "patients.csv, P1, last_seen"),
        Record("progression", dt.date(2024, 6, 1), "patients.csv, P1, progressed"),
        Record("assessment", dt.date(2024, 3, 1), "visits.csv, P1, visit 1"),
    ]
    assert list(reports.history(found.cohort, two, of["P2"])) == [
        Record("treatment-start", dt.date(2024, 1, 10), "patients.csv, P2, start"),
        Record("death", dt.date(2024, 11, 30), "patients.csv, P2, died"),
        Record("last-contact", dt.date(2024, 11, 30), "patients.csv, P2, last_seen"),
        Record("progression", dt.date(2024, 3, 1), "visits.csv, P2, reader A"),
        Record("assessment", dt.date(2024, 3, 1), "visits.csv, P2, visit 1"),
    ]
    assert [one.kind for one in reports.history(found.cohort, three, of["P3"])] == ["treatment-start", "last-contact"]


def test_without_a_table_of_visits_what_a_reader_saw_is_nobodys(tmp_path):
    found = report_of(write(tmp_path))
    tables = {name: one for name, one in found.cohort.tables.items() if name != "visits"}
    cohort = dataclasses.replace(found.cohort, tables=tables)
    told = list(reports.history(cohort, found.patients[0], found.reads[0]))
    assert told[-1].where == "patients.csv, P1, visit 1"


def test_the_last_day_of_who_died_is_that_of_the_death(tmp_path):
    line = "P2,b,2024-01-10,2024-10-01,2024-11-30,progression,,,66,1"
    assert times(write(tmp_path, tables=with_line("patients", 3, line)), "os")["P2"] == (
        days("2024-01-10", "2024-11-30"),
        1,
    )


def test_who_progressed_before_the_start_has_no_time_and_that_is_said(tmp_path):
    line = "P2,b,2024-03-10,2024-11-30,2024-11-30,progression,,,66,1"
    found = report_of(write(tmp_path, tables=with_line("patients", 3, line)))
    why = (
        "visits.csv, P2, reader A, patient P2: progression on 2024-03-01 comes before treatment-start on 2024-03-10 "
        "(see patients.csv, P2, start)"
    )
    assert [one.lacking for one in found.endpoints] == [(), (("P2", why),)]
    assert (found.endpoints[1].made.n, found.endpoints[1].made.events) == (2, 0)


def test_the_events_of_an_endpoint_are_those_that_its_patients_had(made):
    for one in made.endpoints:
        of = {read.patient: read for read in made.reads}
        told = [
            ended(one.endpoint, patient.id, reports.history(made.cohort, patient, of[patient.id]))
            for patient in made.patients
        ]
        assert (one.made.n, one.made.events) == (len(told), sum(each.cause == 1 for each in told))
        assert (one.endpoint.id in {"os", "pfs"}, one.why) == (True, "")


def test_where_nobody_died_there_is_a_report_all_the_same(tmp_path):
    alive = TABLES["patients"].replace(",2024-11-30,progression,", ",,,")
    found = report_of(write(tmp_path, tables={**TABLES, "patients": alive}))
    of_all, _ = found.endpoints
    assert (of_all.made, of_all.lacking, of_all.why) == (None, (), "there is no event, so no hazard to compare")
    assert report_sheets.report_html(found, paper="A4")


def test_where_nobody_has_a_time_there_is_no_analysis_and_that_is_said(tmp_path):
    patients = TABLES["patients"].replace("2024-01-10", "").replace("2024-02-01", "")
    found = report_of(write(tmp_path, tables={**TABLES, "patients": patients}))
    assert [(one.made, one.why, len(one.lacking)) for one in found.endpoints] == [(None, "nobody has a time", 3)] * 2
    assert [one.endpoint.id for one in found.endpoints] == ["os", "pfs"]


def test_a_report_tells_part_by_part_what_comes_next(tmp_path):
    told = []
    reports.report(cohorts.load(str(write(tmp_path))), MRECIST, FREE, "A", told=told.append)
    assert told == ["characteristics and matching", "response", "survival", "safety"]


def test_a_report_keeps_what_it_was_made_with_and_of_whom(tmp_path):
    lines = [line.replace(",A,", ",B,", 1) for line in TABLES["lesions"].splitlines()[1:] if not line.startswith("P2")]
    tables = with_more("lesions", *lines)
    tables["visits"] = with_line("visits", 2, "P1,0,2024-01-11,yes,")["visits"]
    found = report_of(write(tmp_path, tables=tables), reader="B")
    assert (found.rule, found.terms, found.reader, found.after, found.pairs) == (MRECIST, FREE, "B", (), None)
    assert [(one.patient, one.reader, one.best.response) for one in found.reads] == [
        ("P1", "B", "PR"), ("P2", "B", "NE"), ("P3", "B", "NE"),
    ]  # fmt: skip
    assert [(first, second, told.agreed.count, alone) for first, second, told, alone in found.agreement] == [
        ("A", "B", 2, 0)
    ]
    assert [one.name for one in found.before] == ["Age", "ECOG PS"]
    assert (found.flow.all, found.safety.denominators) == (4, {"a": 2, "b": 1})
    assert [one.rule for one in found.findings] == ["baseline-after-start", "no-target"]
    assert found.rates[0].arms["b"].of == 1


# Of arm A two have a performance status that nobody in arm B has, and one an age that nobody knows.
MATCHABLE = """\
patient,arm,start,last_seen,died,cause,progressed,excluded,age,ecog
P01,a,2024-01-10,2024-12-01,,,,,60,0
P02,a,2024-01-10,2024-06-01,2024-06-01,progression,,,60,1
P03,a,2024-01-10,2024-12-01,,,,,70,1
P04,a,2024-01-10,2024-08-01,2024-08-01,progression,,,70,1
P05,a,2024-01-10,2024-12-01,,,,,70,2
P06,a,2024-01-10,2024-12-01,,,,,60,2
P07,a,2024-01-10,2024-12-01,,,,,NA,1
P08,b,2024-01-10,2024-05-01,2024-05-01,progression,,,60,0
P09,b,2024-01-10,2024-12-01,,,,,60,0
P10,b,2024-01-10,2024-07-01,2024-07-01,progression,,,70,0
P11,b,2024-01-10,2024-12-01,,,,,60,1
P12,b,2024-01-10,2024-09-01,2024-09-01,progression,,,70,0
"""
HEADS = {name: f"{text.splitlines()[0]}\n" for name, text in TABLES.items()}


THREE = SETTINGS.replace('order: ["0", "1"]', 'order: ["0", "1", "2"]')


def matchable(folder, matching):
    settings = THREE.replace("missing:", f"matching: {matching}\nmissing:")
    return cohorts.load(str(write(folder, settings=settings, tables={**HEADS, "patients": MATCHABLE})))


def test_a_caliper_keeps_pairs_from_those_who_are_too_far_apart(tmp_path):
    # By age and performance status P01 is as P08, P02 as P11; P03 and P04 as nobody.
    near, why = reports._matched(matchable(tmp_path / "near", '{on: [age, ecog], caliper: "0.1"}'))
    far, _ = reports._matched(matchable(tmp_path / "far", "{on: [age, ecog]}"))
    assert (sorted(near.pairs), near.without_partner, near.caliper, why) == (
        [("P01", "P08"), ("P02", "P11")],
        2,
        "0.1",
        "",
    )
    assert (len(far.pairs), far.without_partner, far.caliper) == (4, 0, "")


def test_whoever_is_compared_with_nobody_is_counted_by_the_reason(tmp_path):
    found, _ = reports._matched(matchable(tmp_path, "{on: [age, ecog]}"))
    assert (found.lacking, found.alone) == (1, {"ECOG PS 2": 2})


def test_the_balance_is_told_before_and_after(tmp_path):
    found, _ = reports._matched(matchable(tmp_path, '{on: [age, ecog], caliper: "0.1"}'))
    # Of arm A two of four are above 65, of arm B two of five; three of four and one of five have a status of 1.
    age = 0.1 / ((0.25 + 0.24) / 2) ** 0.5
    ecog = 0.55 / ((0.1875 + 0.16) / 2) ** 0.5
    assert found.balance == (
        {"covariate": "Age", "smd_before": pytest.approx(age), "smd_after": 0},
        {"covariate": "ECOG PS", "smd_before": pytest.approx(ecog), "smd_after": 0},
    )


def test_an_endpoint_is_told_with_those_who_had_it(tmp_path):
    seen = {"visits": "P01,0,2024-01-02,yes,\n", "lesions": "P01,0,A,1,target,tumour,liver,50,50,,,,\n"}
    tables = {name: head + seen.get(name, "") for name, head in HEADS.items()} | {"patients": MATCHABLE}
    found = report_of(write(tmp_path, settings=THREE, tables=tables))
    survival = found.endpoints[0]
    assert (survival.endpoint.id, survival.made.n, survival.made.events, survival.why) == ("os", 12, 5, "")


# ---------------------------------------------------------------------------------------------------- what models are asked


def question(folder, arms, ages, ecogs):
    """What is asked of an endpoint where these arms and levels are met."""
    cells = {reports.ARM: list(arms), "Age": list(ages), "ECOG PS": list(ecogs)}
    return reports._question(cohorts.load(str(folder)), cells)


def test_a_model_is_asked_of_the_arms_and_of_every_covariate_that_differs(tmp_path):
    asked = question(write(tmp_path), ["Arm A", "Arm B"], ["≤65", ">65"], ["0", "1"])
    assert (asked.time, asked.event, asked.event_value, asked.group) == ("months", "event", None, reports.ARM)
    assert asked.covariates == (reports.ARM, "Age", "ECOG PS")
    assert (asked.subgroups, asked.univariable, asked.at) == (("Age", "ECOG PS"), True, reports.MONTHS)
    # The second arm and the lower level are the reference; levels that are numbers have none.
    assert asked.reference == {reports.ARM: "Arm B", "Age": "≤65"}


def test_a_covariate_with_one_level_is_left_out_of_models(tmp_path):
    asked = question(write(tmp_path), ["Arm A", "Arm B"], ["≤65", ""], ["0", "1"])
    assert (asked.covariates, asked.subgroups) == ((reports.ARM, "ECOG PS"), ("ECOG PS",))
    assert asked.reference == {reports.ARM: "Arm B"}


def test_of_one_arm_there_are_no_subgroups_and_no_reference(tmp_path):
    asked = question(write(tmp_path), ["Arm A", "Arm A"], ["≤65", ">65"], ["0", "1"])
    assert (asked.covariates, asked.subgroups, asked.reference) == (("Age", "ECOG PS"), (), {"Age": "≤65"})


def test_the_first_word_of_an_order_is_the_reference_where_somebody_has_it(tmp_path):
    folder = write(tmp_path, settings=SETTINGS.replace('order: ["0", "1"]', "order: [good, poor, worst]"))
    (folder / "patients.csv").write_text(
        TABLES["patients"].replace("65,0", "65,good").replace("66,1", "66,poor"), "utf-8"
    )
    for levels, reference in ((["good", "poor"], "good"), (["worst", "poor"], None)):
        asked = question(folder, ["Arm A", "Arm B"], ["≤65", "≤65"], levels)
        assert asked.reference.get("ECOG PS") == reference


@pytest.mark.parametrize(
    ("levels", "reference"), [(["1.5", "2.5"], None), (["1.5.1", "1.5.2"], "1.5.1")], ids=["numbers", "words"]
)
def test_a_level_is_a_number_where_it_has_one_decimal_point_at_most(tmp_path, levels, reference):
    folder = write(tmp_path, settings=SETTINGS.replace('"0", "1"', ", ".join(f'"{one}"' for one in levels)))
    (folder / "patients.csv").write_text(
        TABLES["patients"].replace("65,0", f"65,{levels[0]}").replace("66,1", f"66,{levels[1]}"), "utf-8"
    )
    asked = question(folder, ["Arm A", "Arm B"], ["≤65", "≤65"], levels)
    assert asked.reference.get("ECOG PS") == reference


# ------------------------------------------------------------------------------------------------------------- the page

PARTS = [
    "Figure 1. Patients", "Table 1. Characteristics before matching", "Table 2. Characteristics after matching", "Balance",
    "Figure 2A. Overall survival", "Figure 2B. Progression-free survival", "Table 3. Response",
    "Deepest change of each patient", "Figure 3A. Overall survival in subgroups",
    "Figure 3B. Progression-free survival in subgroups", "Table 4. Factors of overall survival",
    "Table 5. Factors of progression-free survival", "Table 6. Adverse events",
]  # fmt: skip


def test_the_parts_stand_in_the_order_of_the_source_paper(made):
    assert [one.title for one in report_sheets.blocks(made)] == PARTS


def test_every_part_says_how_it_was_made(made):
    assert [one.title for one in report_sheets.blocks(made) if not one.method] == []


def test_every_row_is_as_wide_as_its_head(made):
    wrong = [(one.title, row) for one in report_sheets.blocks(made) for row in one.rows if len(row) != len(one.head)]
    assert wrong == []


def test_rates_stand_with_their_denominator(page, made):
    rate = next(one for one in made.rates if one.measure == "objective response rate")
    for one in rate.arms.values():
        assert f"{one.count}/{one.of} (" in page


def test_the_page_is_well_formed_and_every_figure_has_a_title_and_a_description(page):
    root = ElementTree.fromstring(page)
    figures = list(root.iter("{http://www.w3.org/2000/svg}svg"))
    assert len(figures) == 7
    for one in figures:
        assert one.find("{http://www.w3.org/2000/svg}title").text
        assert one.find("{http://www.w3.org/2000/svg}desc").text


def test_no_two_parts_of_a_page_have_one_id(page):
    found = re.findall(r' id="([^"]+)"', page)
    assert len(found) == len(set(found))


def test_the_page_fetches_nothing(page):
    assert re.findall(r'(?:src|href)="(?!data:)[^"]+"', page) == []


def test_files_and_version_are_named(page, made):
    for one in made.cohort.tables.values():
        assert f"{one.file} {one.sha256[:12]}" in page


def test_the_same_report_is_the_same_bytes(made):
    for make in (report_sheets.report_html, report_sheets.report_pdf):
        assert make(made, paper="A4") == make(made, paper="A4")


def test_every_page_on_paper_says_that_the_records_were_made_up(made):
    content = report_sheets.report_pdf(made, paper="Letter")
    document = pypdfium2.PdfDocument(content)
    words = [page.get_textpage().get_text_range() for page in document]
    document.close()
    assert len(words) > 3
    assert [text for text in words if "SYNTHETIC: made up, no real patients" not in text] == []


def test_a_real_cohort_does_not_say_so(tmp_path):
    html = report_sheets.report_html(report_of(write(tmp_path)), paper="A4").decode("utf-8")
    assert "SYNTHETIC" not in html


def test_a_small_cohort_says_what_cannot_be_computed(tmp_path):
    told = {one.title: one.method for one in report_sheets.blocks(report_of(write(tmp_path)))}
    assert told["Table 2. Characteristics after matching"] == "None: the cohort file asks for no matching."


def test_a_sign_that_no_typeface_shows_is_refused(tmp_path):
    settings = SETTINGS.replace("name: Arm A", "name: 𝔄rm")
    with pytest.raises(Mistake):
        report_sheets.report_html(report_of(write(tmp_path, settings=settings)), paper="A4")


# ----------------------------------------------------------------------------------------------------------- the command


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "small")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["outcomes", "report", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.mark.parametrize(("name", "begins"), [("r.html", b"<!DOCTYPE html>"), ("r.pdf", b"%PDF-")])
def test_a_report_is_written(run, tmp_path, name, begins):
    assert run("small", "--out", name) == (0, f"{name}: written\n", "")
    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("small",), 2, "Missing option '--out'"),
        (("small", "--out", "r.docx"), 3, "--out: needs a file that ends in .html or .pdf"),
        (("small", "--out", "r.html", "--reader", "Z"), 3, "--reader: needs a reader of this cohort (A); got 'Z'"),
        (("small", "--out", "r.html", "--criterion", "x"), 3, "needs a criterion of response"),
        (("gone", "--out", "r.html"), 3, "needs a file that can be read"),
    ],
)
def test_a_wrong_call_writes_nothing(run, tmp_path, arguments, code, told):
    left, _, err = run(*arguments)
    assert (left, told in err, list(tmp_path.glob("r.*"))) == (code, True, [])


def test_a_baseline_that_departs_from_its_criterion_leaves_with_1(run, tmp_path):
    write(tmp_path / "small", tables=with_line("lesions", 6, "P2,0,A,1,target,tumour,liver,30,9,,,,"))
    assert run("small", "--out", "r.html")[0] == 1
    assert "target lesion 1 is too small" in (tmp_path / "r.html").read_text("utf-8")
