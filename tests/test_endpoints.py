"""Endpoints: which record decides, in which order, and what is told of whoever has no time."""

from __future__ import annotations

import datetime as dt

import pytest

from dosewright.errors import Mistake, Refusal
from dosewright.outcomes.endpoints import (
    FILE,
    KINDS,
    Lacking,
    Record,
    ended,
    endpoint,
    endpoints,
    histories,
    months,
    source,
)


def record(kind, day):
    return Record(kind, dt.date(2026, 1, 1) + dt.timedelta(day), f"records.csv:{day}")


START = record("treatment-start", 0)


def of(name, *records, until=None):
    """Days, cause and why of one patient's time to an endpoint."""
    made = ended(endpoint(name), "P1", [START, *records], until=until)
    return made if isinstance(made, Lacking) else (made.days, made.cause, made.why)


def test_death_is_the_event_of_overall_survival():
    assert of("os", record("death", 90), record("last-contact", 90)) == (90, 1, "died")


def test_overall_survival_without_death_ends_at_the_last_contact():
    assert of("os", record("last-contact", 30), record("last-contact", 60)) == (60, 0, "alive at last contact")


def test_progression_is_no_event_of_overall_survival():
    assert of("os", record("progression", 30), record("last-contact", 60)) == (60, 0, "alive at last contact")


def test_whoever_was_never_heard_of_again_has_no_time():
    assert Lacking("P1", "no last-contact") == of("os")


def test_without_an_origin_there_is_no_time():
    assert Lacking("P1", "no treatment-start") == ended(endpoint("os"), "P1", [record("death", 5)])


@pytest.mark.parametrize(("days", "why"), [((40, 90), "progressed"), ((90, 40), "died without progression")])
def test_progression_or_death_whichever_is_first_ends_progression_free_survival(days, why):
    assert (40, 1, why) == of("pfs", record("progression", days[0]), record("death", days[1]))


def test_death_competes_with_progression_in_the_papers_pfs_under_its_true_name():
    assert of("ttp", record("death", 40)) == (40, 2, "died without progression")
    assert endpoint("ttp").printed_as == "PFS"


def test_progression_and_death_of_one_day_are_progression():
    assert of("ttp", record("death", 40), record("progression", 40)) == (40, 1, "progressed")


def test_without_an_event_progression_free_survival_ends_at_the_last_assessment():
    records = (record("assessment", 30), record("assessment", 60), record("last-contact", 90))
    assert of("pfs", *records) == (60, 0, "free of progression at the last assessment")


def test_whoever_was_never_assessed_is_censored_at_the_origin():
    assert of("pfs", record("last-contact", 90)) == (0, 0, "never assessed")


def test_a_new_therapy_censors_only_where_the_endpoint_says_so():
    records = (record("assessment", 30), record("new-therapy", 40), record("assessment", 50), record("progression", 70))
    assert of("pfs", *records) == (70, 1, "progressed")
    assert of("pfs-until-new-therapy", *records) == (30, 0, "last assessment before another therapy began")


def test_a_new_therapy_before_any_assessment_censors_at_the_origin():
    assert of("pfs-until-new-therapy", record("new-therapy", 10), record("assessment", 50))[0] == 0


@pytest.mark.parametrize("day", [70, 71])
def test_a_new_therapy_on_the_day_of_the_event_or_later_changes_nothing(day):
    records = (record("assessment", 30), record("new-therapy", day), record("progression", 70))
    assert of("pfs-until-new-therapy", *records) == (70, 1, "progressed")


def test_a_new_therapy_before_the_origin_changes_nothing():
    assert of("pfs-until-new-therapy", record("new-therapy", -9), record("progression", 70)) == (70, 1, "progressed")


def test_duration_of_response_begins_with_the_response():
    assert of("dor", record("response", 40), record("progression", 90)) == (50, 1, "progressed")


def test_who_did_not_respond_has_no_duration_of_response():
    assert Lacking("P1", "no response") == of("dor", record("progression", 90))


def test_what_comes_after_the_cut_off_is_not_known_yet():
    records = (record("assessment", 30), record("assessment", 60), record("progression", 90))
    assert of("pfs", *records, until=dt.date(2026, 3, 15))[:2] == (60, 0)


def test_the_cut_off_is_a_day_that_is_known():
    assert of("os", record("death", 30), until=dt.date(2026, 1, 31))[:2] == (30, 1)


def test_every_row_keeps_by_which_record_it_ended():
    made = ended(endpoint("os"), "P1", [START, record("death", 90)])
    assert (made.patient, made.origin, made.record.where) == ("P1", START, "records.csv:90")


def test_an_event_before_the_origin_is_refused_with_both_places():
    with pytest.raises(
        Refusal, match=r"records.csv:-5, patient P1: death .* comes before treatment-start .*records.csv:0"
    ):
        of("os", record("death", -5))


def test_an_event_on_the_day_of_the_origin_counts():
    assert of("os", record("death", 0)) == (0, 1, "died")


def test_an_endpoint_nobody_knows_is_refused_with_those_that_are():
    with pytest.raises(Mistake, match=r"an endpoint \(os, pfs, pfs-until-new-therapy, ttp, dor\)"):
        endpoint("efs")


@pytest.mark.parametrize("name", endpoints())
def test_an_endpoint_says_where_it_was_read(name):
    assert source(endpoint(name))


def test_what_was_not_read_in_the_paper_is_marked_as_recalled():
    recalled = [one.id for one in endpoints().values() if one.confidence == "RECALLED"]
    assert recalled == ["pfs", "pfs-until-new-therapy", "dor"]


def test_the_last_rule_of_an_endpoint_leaves_nobody_unexplained():
    text = FILE.read_text("utf-8")
    assert len(endpoints()) == text.count("  - id: ")


def test_records_are_read_by_patient():
    made = histories(["P1", "P2", "P1"], ["death", "death", "response"], ["2026-01-05", "2026-01-06", "2026-01-02"])
    assert {name: [one.kind for one in told] for name, told in made.items()} == {
        "P1": ["death", "response"],
        "P2": ["death"],
    }


@pytest.mark.parametrize(
    ("patient", "kind", "day", "told"),
    [
        ("", "death", "2026-01-05", "row 1, patient: needs a patient"),
        ("P1", "relapse", "2026-01-05", "row 1, record: needs a kind of record"),
        ("P1", "death", "5.1.2026", "row 1, date"),
    ],
)
def test_a_record_that_is_none_is_refused_with_row_and_column(patient, kind, day, told):
    with pytest.raises(Mistake, match=told):
        histories([patient], [kind], [day])


def test_a_year_is_twelve_months():
    assert (months(365.25), months(30.4375)) == (12, 1)


def test_kinds_of_records_are_spelled_as_names():
    assert all(kind == kind.lower() for kind in KINDS)


def test_records_may_stand_in_any_order():
    records = [record("progression", 90), record("assessment", 60), record("progression", 40), START]
    assert ended(endpoint("pfs"), "P1", records).days == 40


def test_a_censored_row_keeps_by_which_record_it_was():
    made = ended(endpoint("os"), "P1", [START, record("last-contact", 30), record("last-contact", 60)])
    assert (made.patient, made.origin, made.record) == ("P1", START, record("last-contact", 60))


def test_a_record_keeps_where_it_stands():
    made = histories(
        ["P1", "P1"], ["death", "response"], ["2026-01-05", "2026-01-02"], place=lambda row: f"r.csv:{row + 2}"
    )
    assert [one.where for one in made["P1"]] == ["r.csv:2", "r.csv:3"]


def test_all_records_that_are_wrong_are_told_at_once():
    with pytest.raises(Mistake) as caught:
        histories(["P1", "", "P1"], ["relapse", "death", "death"], ["2026-01-05", "2026-01-05", "no date"])
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "row 1, record", "row 2, patient", "row 3, date",
    ]  # fmt: skip


def test_an_assessment_on_the_day_of_a_new_therapy_is_before_it():
    records = (record("assessment", 20), record("assessment", 40), record("new-therapy", 40))
    assert of("pfs-until-new-therapy", *records)[0] == 40


def test_an_endpoint_that_censors_nobody_lacks_an_event_where_there_is_none():
    never = endpoint("os").model_copy(update={"censoring": ()})
    assert Lacking("P1", "no event") == ended(never, "P1", [START, record("last-contact", 60)])
