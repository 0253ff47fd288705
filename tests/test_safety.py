"""Adverse events, worked by hand: patients by their worst grade, parts that never exceed their whole, what is unknown."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright.errors import Mistake
from dosewright.outcomes.safety import BANDS, Event, Treated, safety, ungraded, worst_grades

START = dt.date(2024, 1, 1)


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def event(patient, term, grade, relation="possible", *, start=1, end=None, ctcae="5.0", group="") -> Event:
    first = None if start is None else day(start)
    return Event(patient, term, grade, ctcae, relation, first, None if end is None else day(end), group)


def them(*names, arm="a", days=364) -> list[Treated]:
    return [Treated(name, arm, START, None if days is None else day(days)) for name in names]


def counts(made) -> dict[tuple[str, str], list[int]]:
    return {(row.term, row.band): [one.count for one in row.arms.values()] for row in (*made.any, *made.rows)}


ANEMIA = [event("1", "Anemia", 1), event("1", "Anemia", 3), event("2", "Anemia", 2), event("2", "Fever", 1)]


def test_a_patient_counts_once_by_the_worst_grade():
    told = counts(safety(them("1", "2", "3"), ANEMIA, ["a"]))
    assert (told["Anemia", "grade 1–2"], told["Anemia", "grade 3–4"]) == ([1], [1])


def test_the_denominator_is_everybody_who_was_treated():
    made = safety(them("1", "2", "3"), ANEMIA, ["a"])
    assert {one.of for row in (*made.any, *made.rows) for one in row.arms.values()} == {3}
    assert made.denominators == {"a": 3}


def test_any_event_of_a_band_takes_whoever_had_one():
    told = counts(safety(them("1", "2", "3"), ANEMIA, ["a"]))
    assert [told["any event", band] for band in ("any grade", "grade 1–2", "grade 3–4", "grade 5")] == [
        [2],
        [2],
        [1],
        [0],
    ]


def test_any_grade_3_to_4_is_no_sum():
    # Two terms of grade 3 in one patient are one patient.
    told = counts(safety(them("1", "2"), [event("1", "Anemia", 3), event("1", "Fever", 4)], ["a"]))
    assert told["any event", "grade 3–4"] == [1]


def test_a_row_of_grade_5_is_there_only_where_one_died():
    told = counts(
        safety(them("1", "2"), [event("1", "Sepsis", 5), event("1", "Sepsis", 3), event("2", "Fever", 1)], ["a"])
    )
    assert told["Sepsis", "grade 5"] == [1]
    assert told["Sepsis", "grade 3–4"] == [0]
    assert ("Fever", "grade 5") not in told


def test_terms_stand_under_their_groups_in_the_order_in_which_they_come():
    events = [
        event("1", "Fever", 1, group="General"), event("1", "Anemia", 1, group="Blood"),
        event("1", "Fatigue", 1, group="General"),
    ]  # fmt: skip
    made = safety(them("1"), events, ["a"])
    assert list(dict.fromkeys(row.term for row in made.rows)) == ["Fever", "Fatigue", "Anemia"]


def test_two_arms_are_compared_and_one_is_not():
    two = safety(them("1") + them("2", arm="b"), [event("1", "Fever", 3)], ["a", "b"])
    assert {row.difference.value for row in two.rows if row.band == "grade 3–4"} == {1.0}
    assert {row.tests for row in safety(them("1"), [event("1", "Fever", 3)], ["a"]).rows} == {None}


# -------------------------------------------------------------------------------------------------------- what is unknown


def test_a_grade_that_was_not_recorded_is_counted_and_in_no_band():
    made = safety(them("1", "2"), [event("1", "Fever", None), event("2", "Fever", 2)], ["a"])
    assert counts(made)["Fever", "grade 1–2"] == [1]
    assert made.without_grade == {"a": 1}
    assert [one.rule for one in made.findings] == ["grade-missing"]


def test_a_term_of_which_no_grade_is_known_has_no_row_and_is_counted():
    made = safety(them("1"), [event("1", "Fever", None)], ["a"])
    assert (made.rows, made.without_grade) == ((), {"a": 1})


def test_a_known_grade_of_the_same_term_stands_for_a_missing_one():
    assert ungraded([event("1", "Fever", None), event("1", "Fever", 2), event("2", "Fever", None)]) == {"Fever": {"2"}}


def test_a_missing_grade_is_never_the_worst():
    assert worst_grades([event("1", "Fever", None), event("1", "Fever", 2)]) == {"Fever": {"1": 2}}


def test_events_graded_by_two_versions_stop():
    made = safety(them("1"), [event("1", "Fever", 1), event("1", "Fever", 1, ctcae="4.03")], ["a"])
    assert [(one.rule, one.severity, one.measured) for one in made.findings] == [
        ("ctcae-versions", "blocks-release", "4.03, 5.0")
    ]


# ---------------------------------------------------------------------------------------------------------------- deaths


@pytest.mark.parametrize(
    ("relation", "count"),
    [("possible", 1), ("probable", 1), ("definite", 1), ("unlikely", 0), ("unrelated", 0), ("unknown", 0)],
)
def test_a_death_that_treatment_caused_is_grade_5_and_at_least_possibly_related(relation, count):
    made = safety(them("1", "2"), [event("1", "Sepsis", 5, relation)], ["a"])
    assert made.related_deaths["a"].count == count
    assert made.deaths_of_unknown_relation == (("1",) if relation == "unknown" else ())


def test_a_death_of_which_one_event_is_related_is_not_of_unknown_relation():
    made = safety(them("1"), [event("1", "Sepsis", 5, "unknown"), event("1", "Liver failure", 5, "definite")], ["a"])
    assert (made.related_deaths["a"].count, made.deaths_of_unknown_relation) == (1, ())


def test_grade_4_is_no_death():
    assert safety(them("1"), [event("1", "Sepsis", 4, "definite")], ["a"]).related_deaths["a"].count == 0


# ----------------------------------------------------------------------------------------------------------------- rates


def test_a_rate_counts_the_first_event_over_the_time_until_it():
    # Patient 1 is at risk for 10 days, 2 for 365; months of 30.4375 days.
    made = safety(them("1", "2"), [event("1", "Fever", 3, start=9), event("1", "Fever", 3, start=20)], ["a"])
    found = made.rates["grade 3–4"]["a"]
    assert (found.count, found.time) == (1, pytest.approx(375 / 30.4375))


def test_a_rate_of_a_band_looks_at_that_band_alone():
    made = safety(them("1"), [event("1", "Fever", 1, start=9)], ["a"])
    assert [made.rates[band]["a"].count for band in ("any grade", "grade 3–4")] == [1, 0]


@pytest.mark.parametrize(
    ("treated", "events"),
    [
        (them("1", days=None), [event("1", "Fever", 3)]),
        ([Treated("1", "a", None, day(9))], [event("1", "Fever", 3)]),
        (them("1"), [event("1", "Fever", 3, start=None)]),
        (them("1"), [event("1", "Fever", 3, start=-1)]),
        (them("1"), [event("1", "Fever", 3, start=365)]),
    ],
)
def test_where_a_day_is_missing_or_outside_there_is_no_rate(treated, events):
    assert safety(treated, events, ["a"]).rates["grade 3–4"]["a"] is None


@pytest.mark.parametrize("start", [-1, 365])
def test_an_event_outside_the_time_of_watching_is_told(start):
    made = safety(them("1"), [event("1", "Fever", 3, start=start)], ["a"])
    assert [one.rule for one in made.findings] == ["event-outside-treatment"]


@pytest.mark.parametrize("start", [0, 364])
def test_the_first_and_the_last_day_belong_to_it(start):
    made = safety(them("1"), [event("1", "Fever", 3, start=start)], ["a"])
    assert (made.findings, made.rates["grade 3–4"]["a"].count) == ((), 1)


def test_an_arm_without_patients_has_no_rate():
    assert safety(them("1"), [], ["a", "b"]).rates["any grade"]["b"] is None


# ------------------------------------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize("grade", [0, 6, -1])
def test_a_grade_outside_1_to_5_is_refused(grade):
    with pytest.raises(Mistake, match="needs a grade from 1 to 5"):
        event("1", "Fever", grade)


def test_an_end_before_the_start_is_refused():
    with pytest.raises(Mistake, match="an end that is not before the start"):
        event("1", "Fever", 1, start=5, end=4)


def test_a_patient_who_is_listed_twice_is_refused():
    with pytest.raises(Mistake, match="each patient once"):
        safety(them("1", "1"), [], ["a"])


def test_an_event_of_nobody_is_refused():
    with pytest.raises(Mistake, match="events of treated patients only; got '9'"):
        safety(them("1"), [event("9", "Fever", 1)], ["a"])


# ----------------------------------------------------------------------------------------------------------------- laws

made_up = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from("ABCD"), st.one_of(st.none(), st.integers(1, 5))), max_size=60
)


@given(made_up)
def test_a_whole_is_never_below_its_parts(told):
    events = [event(str(who), term, grade) for who, term, grade in told]
    made = safety(them(*map(str, range(1, 13))), events, ["a"])
    wholes = {row.band: row.arms["a"].count for row in made.any}
    assert [row for row in made.rows if row.arms["a"].count > wholes[row.band]] == []
    assert max((wholes[band.name] for band in BANDS), default=0) <= wholes["any grade"] <= 12


@given(made_up)
def test_the_bands_of_a_term_share_out_those_whose_grade_is_known(told):
    events = [event(str(who), term, grade) for who, term, grade in told]
    made = safety(them(*map(str, range(1, 13))), events, ["a"])
    for term in {row.term for row in made.rows}:
        patients = {who for who, name, grade in told if name == term and grade is not None}
        assert sum(row.arms["a"].count for row in made.rows if row.term == term) == len(patients)


@given(made_up, st.randoms(use_true_random=False))
def test_the_order_of_events_changes_no_count(told, random):
    events = [event(str(who), term, grade) for who, term, grade in told]
    shuffled = list(events)
    random.shuffle(shuffled)
    patients = them(*map(str, range(1, 13)))
    assert counts(safety(patients, events, ["a"])) == counts(safety(patients, shuffled, ["a"]))


def test_safety_is_plain_data():
    import json

    made = safety(them("1") + them("2", arm="b"), [event("1", "Fever", 3)], ["a", "b"])
    told = json.loads(json.dumps(made.data(), allow_nan=False))
    assert told["any"][0]["arms"]["a"]["count"] == 1
    assert told["rows"][0]["group"] is None


def test_safety_is_told_by_these_keys():
    made = safety(them("1") + them("2", arm="b"), [event("1", "Fever", 3, group="General")], ["a", "b"])
    told = made.data()
    assert list(told) == [
        "denominators", "any", "rows", "rates", "related_deaths", "deaths_of_unknown_relation", "without_grade",
    ]  # fmt: skip
    row = told["rows"][1]
    assert (row["term"], row["group"], row["band"]) == ("Fever", "General", "grade 3–4")
    assert (row["arms"]["a"]["count"], row["difference"]["value"], row["p"]["Fisher"]) == (1, 1.0, 1.0)
    assert told["rates"]["grade 3–4"]["a"]["unit"] == "patient-months"
    assert told["related_deaths"]["b"]["of"] == 1


def test_the_findings_of_safety_are_told_in_these_words():
    events = [event(name, "Fever", None, start=-1) for name in ("1", "3")]
    events += [event(name, "Sepsis", 5, "unknown", ctcae="4.03") for name in ("1", "3")]
    made = safety(them("1", "3") + them("2", arm="b"), events, ["a", "b"])
    assert [(one.rule, one.severity, one.message, one.measured, one.allowed) for one in made.findings] == [
        (
            "event-outside-treatment",
            "warning",
            "events began before treatment did or after the patient was last seen; they are in the tables, and no rate "
            "over time is told",
            "1, 3",
            "",
        ),
        (
            "ctcae-versions",
            "blocks-release",
            "events were graded by several versions of CTCAE, whose grades are not the same",
            "4.03, 5.0",
            "one version",
        ),
        (
            "grade-missing",
            "warning",
            "the grade of some events was not recorded, so every count of a grade is 'at least'",
            "a: 2; b: 0",
            "",
        ),
        (
            "relation-unknown",
            "warning",
            "whether treatment caused these deaths was not recorded; they are not among those it caused, and may be",
            "1, 3",
            "",
        ),
    ]


def test_an_event_without_a_day_is_not_said_to_lie_outside():
    assert safety(them("1"), [event("1", "Fever", 1, start=None)], ["a"]).findings == ()


def test_every_patient_with_an_event_counts_in_a_rate():
    # Two of three had one, on the tenth day: 10 + 10 + 365 days.
    events = [event("1", "Fever", 3, start=9), event("2", "Fever", 4, start=9)]
    found = safety(them("1", "2", "3"), events, ["a"]).rates["grade 3–4"]["a"]
    assert (found.count, found.time) == (2, pytest.approx(385 / 30.4375))


def test_any_event_has_no_heading():
    assert {one.group for one in safety(them("1"), ANEMIA[:1], ["a"]).any} == {""}


def test_a_mistake_of_an_event_names_its_term_and_what_came():
    with pytest.raises(Mistake) as caught:
        event("1", "Fever", 6)
    assert str(caught.value) == "Fever: needs a grade from 1 to 5, for example '3'; got '6'"
    with pytest.raises(Mistake) as caught:
        event("1", "Fever", 1, start=5, end=4)
    assert str(caught.value) == ("Fever: needs an end that is not before the start; got '2024-01-06 to 2024-01-05'")
    with pytest.raises(Mistake) as caught:
        safety(them("1", "1"), [], ["a"])
    assert str(caught.value) == "needs each patient once"
