"""The made-up cohort: the same from the same seed, without a mistake, like the source paper's, and labelled."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest

from dosewright import cohorts
from dosewright.errors import Mistake
from dosewright.outcomes import baseline, cohort, response, synthetic
from dosewright.outcomes.criteria import criterion
from dosewright.outcomes.safety import safety


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    for name, content in synthetic.files(seed=7, patients=2000).items():
        (folder / name).write_text(content, "utf-8")
    return cohorts.load(str(folder))


def test_the_same_seed_makes_the_same_files():
    assert synthetic.files(seed=3) == synthetic.files(seed=3)


def test_another_seed_makes_others():
    assert synthetic.files(seed=3)["patients.csv"] != synthetic.files(seed=4)["patients.csv"]


def test_it_has_the_arms_of_the_source_paper_and_nine_who_are_excluded(tmp_path):
    for name, content in synthetic.files().items():
        (tmp_path / name).write_text(content, "utf-8")
    told = baseline.flow(cohorts.load(str(tmp_path)))
    assert (told.all, dict(told.arms), sum(told.excluded.values())) == (176, {"hepa-haic": 74, "haic": 93}, 9)


@pytest.mark.parametrize("seed", range(1, 13))
def test_it_is_read_without_a_mistake_and_nothing_stands_out(seed, tmp_path):
    for name, content in synthetic.files(seed=seed).items():
        (tmp_path / name).write_text(content, "utf-8")
    found = cohorts.load(str(tmp_path))
    assert (found.findings, cohort.baseline_findings(found, criterion("mrecist"))) == ((), [])


def test_every_part_of_it_says_that_it_was_made_up():
    files = synthetic.files()
    assert files["cohort.yaml"].startswith("# SYNTHETIC: made up")
    assert 'synthetic: "yes"' in files["cohort.yaml"]
    for name in cohort.TABLES:
        rows = list(csv.DictReader(io.StringIO(files[f"{name}.csv"])))
        assert {row["patient"][:4] for row in rows} == {"SYN-"}


# In many patients the shares come near those they are drawn from: within four standard errors of the greater arm.
@pytest.mark.parametrize(
    ("measure", "hepa", "haic"), [("objective response rate", 0.75, 0.375), ("disease control rate", 0.938, 0.813)]
)
def test_its_responses_are_like_the_papers(made, measure, hepa, haic):
    reads = cohort.reads(made, criterion("mrecist"), made.settings.response.terms())["A"]
    told = next(one for one in response.rates(reads, ["hepa-haic", "haic"]) if one.measure == measure)
    # Some die or leave before the first images and are NE, which the paper's patients never were.
    assert [one.value for one in told.arms.values()] == pytest.approx([hepa, haic], abs=0.09)


def test_its_adverse_events_are_like_the_papers(made):
    told = safety(cohort.treated(made), made.events, ["hepa-haic", "haic"])
    bilirubin = next(row for row in told.rows if (row.term, row.band) == ("Blood bilirubin increased", "grade 3–4"))
    assert [one.value for one in bilirubin.arms.values()] == pytest.approx([0.229, 0.417], abs=0.06)


def test_its_readers_agree_on_most_and_not_on_all(made):
    reads = cohort.reads(made, criterion("mrecist"), made.settings.response.terms())
    found, alone = response.agreement(reads["A"], reads["B"])
    assert alone == 0
    assert 0.8 < found.kappa < 1


@pytest.mark.parametrize("patients", [1, 0, 20_001])
def test_too_few_or_too_many_are_refused(patients):
    with pytest.raises(Mistake, match="from 2 to 20,000 patients"):
        synthetic.tables(patients=patients)


def test_as_many_are_made_as_are_asked_for():
    rows = synthetic.tables(patients=200)["patients"]
    assert len([row for row in rows if "excluded" not in row]) == 200


def test_a_seed_makes_the_same_records_in_every_version_and_everywhere():
    # Whoever names a seed must be able to make the cohort anew. Where the formulas are changed on purpose, so is this.
    content = "".join(synthetic.files(seed=1, patients=60).values()).encode()
    assert hashlib.sha256(content).hexdigest()[:16] == "dd4f7963725f78ac"


def test_two_patients_are_enough():
    assert len([row for row in synthetic.tables(patients=2)["patients"] if "excluded" not in row]) == 2


def test_how_many_there_may_be_is_said_in_these_words():
    with pytest.raises(Mistake) as caught:
        synthetic.tables(patients=1)
    assert str(caught.value) == "needs from 2 to 20,000 patients, for example '1000'; got '1'"


def test_a_cause_of_death_stands_where_somebody_died_and_nowhere_else():
    rows = synthetic.tables(seed=2)["patients"]
    assert {(bool(row.get("died")), row.get("cause", "")) for row in rows} == {(True, "progression"), (False, "")}


def test_two_readers_see_the_same_lesions_at_first_and_differ_a_little_later():
    rows = [row for row in synthetic.tables(seed=2)["lesions"] if row["role"] == "target"]
    seen = {(row["reader"], row["patient"], row["visit"], row["lesion"]): row for row in rows}
    pairs = [(row, seen["B", *key[1:]]) for key, row in seen.items() if key[0] == "A"]
    assert len(pairs) * 2 == len(rows)
    assert {one["longest_mm"] - other["longest_mm"] for one, other in pairs} == {0}
    apart = [abs(one["viable_mm"] / other["viable_mm"] - 1) for one, other in pairs if other["viable_mm"] > 20]
    assert 0.02 < sum(apart) / len(apart) < 0.15


def test_an_arm_has_its_cycles_as_far_apart_as_its_protocol_has_them():
    made = synthetic.tables(seed=2)
    arm = {row["patient"]: row["arm"] for row in made["patients"]}
    gaps = {name: set() for name in arm.values()}
    for one, other in zip(made["cycles"], made["cycles"][1:], strict=False):
        if one["patient"] == other["patient"]:
            gaps[arm[one["patient"]]].add((other["day"] - one["day"]).days)
    assert {name: (min(days), max(days)) for name, days in gaps.items()} == {"hepa-haic": (28, 42), "haic": (21, 28)}
