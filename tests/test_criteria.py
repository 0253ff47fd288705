"""The criteria of response as data: what each asks, and where it says so."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from dosewright.errors import Mistake
from dosewright.outcomes import criteria
from dosewright.outcomes.criteria import criterion, facts, sources

NAMES = ("mrecist", "recist-1.1", "recist-1.0")
MRECIST, RECIST, OLD = (criterion(name) for name in NAMES)


def test_there_are_three_criteria():
    assert tuple(criteria.criteria()) == NAMES


@pytest.mark.parametrize(("one", "total", "per_organ"), [(MRECIST, 5, 2), (RECIST, 5, 2), (OLD, 10, 5)], ids=NAMES)
def test_a_criterion_limits_its_targets(one, total, per_organ):
    assert (one.most_targets.value, one.most_per_organ.value) == (total, per_organ)


@pytest.mark.parametrize("one", [MRECIST, RECIST, OLD], ids=NAMES)
def test_response_is_30_percent_less_and_progression_20_percent_more(one):
    assert (one.partial_response.value, one.progression.value) == (Decimal(30), Decimal(20))


def test_only_recist_1_1_asks_for_5_mm_of_growth():
    found = [one.least_growth.value if one.least_growth else None for one in (MRECIST, RECIST, OLD)]
    assert found == [None, Decimal(5), None]


def test_only_mrecist_measures_what_is_viable_and_only_in_the_liver():
    found = [(one.in_liver.value, one.elsewhere.value) for one in (MRECIST, RECIST, OLD)]
    assert found == [("viable", "longest"), ("longest", "longest"), ("longest", "longest")]


def test_a_node_of_the_porta_hepatis_must_be_larger_under_mrecist():
    assert (MRECIST.nodes.target.value, MRECIST.nodes.target_porta_hepatis.value) == (Decimal(15), Decimal(20))
    assert (RECIST.nodes.target.value, RECIST.nodes.disease.value) == (Decimal(15), Decimal(10))
    assert OLD.nodes is None


def test_only_recist_1_0_confirms_always():
    assert [one.confirms_always for one in (MRECIST, RECIST, OLD)] == [False, False, True]
    assert OLD.confirmed_after.value == 28


@pytest.mark.parametrize("one", [MRECIST, RECIST, OLD], ids=NAMES)
def test_every_value_has_a_source_that_is_named(one):
    assert [name for name, fact in facts(one) if fact.source not in sources()] == []
    assert one.source in sources()


def test_what_is_recalled_of_mrecist_says_so_and_what_was_read_does_not():
    recalled = MRECIST.recalled()
    assert {"partial_response", "progression", "measurable", "nodes.target"} <= set(recalled)
    assert {"cytology", "nodes.target_porta_hepatis"} & set(recalled) == set()


def test_a_report_tells_criterion_version_work_and_what_is_recalled():
    told = OLD.data()
    assert list(told) == ["id", "title", "version", "source", "recalled"]
    assert (told["id"], told["title"], told["version"], told["recalled"]) == (
        "recist-1.0", "RECIST 1.0", "1.0", ["partial_response", "cytology"],
    )  # fmt: skip
    assert "2000;92:205" in told["source"]


@pytest.mark.parametrize("one", [MRECIST, RECIST, OLD], ids=NAMES)
def test_no_two_rows_of_the_overall_table_answer_the_same(one):
    cases = [(target, other) for rule in one.overall for target in rule.target for other in rule.non_target]
    assert len(cases) == len(set(cases))


@pytest.mark.parametrize(("name", "with_ne"), [("mrecist", False), ("recist-1.1", True), ("recist-1.0", False)])
def test_only_recist_1_1_tolerates_non_targets_that_were_not_evaluated(name, with_ne):
    words = itertools.chain.from_iterable(rule.non_target for rule in criterion(name).overall)
    assert ("NE" in words) == with_ne


@pytest.mark.parametrize("name", ["recist", "RECIST 1.1", "mRECIST", "", "irecist"])
def test_a_criterion_nobody_knows_is_refused_with_those_there_are(name):
    with pytest.raises(Mistake, match=r"needs a criterion of response \(mrecist, recist-1.1, recist-1.0\)"):
        criterion(name)


def test_a_criterion_nobody_knows_is_told_with_an_example():
    with pytest.raises(Mistake) as caught:
        criterion("recist")
    assert str(caught.value) == (
        "needs a criterion of response (mrecist, recist-1.1, recist-1.0), for example 'mrecist'; got 'recist'"
    )


@pytest.mark.parametrize(
    ("kind", "unit", "example"),
    [(criteria.Millimetres, "mm", "10 mm"), (criteria.Percent, "%", "30 %"), (criteria.Days, "d", "28 d")],
)
def test_an_amount_says_what_it_needs_and_how_it_is_written(kind, unit, example):
    adapter = TypeAdapter(kind)
    assert adapter.json_schema() == {"type": "string", "examples": [example]}
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python("10 kg")
    told = caught.value.errors()[0]["ctx"]["error"]
    assert str(told) == f"needs a number with its unit, {unit}, for example '{example}'; got '10 kg'"


@pytest.mark.parametrize("text", ["10", "10 cm", "ten mm", "0 mm", "1,5 mm", "", None])
def test_a_diameter_of_a_criterion_is_in_millimetres(text):
    with pytest.raises(ValidationError, match="a number with its unit, mm"):
        TypeAdapter(criteria.Millimetres).validate_python(text)
