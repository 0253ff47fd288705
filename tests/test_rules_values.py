"""One text for one order and a column of them: what every operation says of a column is what it says of each row.

The laws hold a column against its rows one by one; the numbers beside them were worked by hand.
"""

from __future__ import annotations

import math

import numpy
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosewright.orders.rules import values
from dosewright.orders.rules.values import NOT_KNOWN, Texts, Words

FEWER = settings(max_examples=60)
SOME = ("oral", "intravenous", "ORAL", "")
words = st.lists(st.sampled_from([*SOME, None]), min_size=1, max_size=25)
many_words = st.lists(st.sampled_from([*(f"w{n}" for n in range(24)), None]), min_size=1, max_size=60)
days = st.lists(st.one_of(st.just(math.nan), st.integers(-40, 21_000).map(float)), min_size=1, max_size=12)
numbers = st.lists(st.one_of(st.just(math.nan), st.floats(-1e6, 1e6)), min_size=1, max_size=12)


def column(of: list[str | None]) -> Words:
    """A column of words, each different one once."""
    vocabulary = tuple(dict.fromkeys(of))
    return Words(numpy.array([vocabulary.index(one) for one in of], numpy.int32), vocabulary)


def texts(of: list[str | None]) -> Texts:
    """The same as Arrow keeps it."""
    return Texts(pa.array(of, pa.string()))


def spread(found, rows: int) -> list:
    """What is said of each row; one answer for all of them stands for each."""
    return [found] * rows if getattr(found, "ndim", 0) == 0 else found.tolist()


def same(one: list, other: list) -> bool:
    """Whether two lists of numbers are the same, what is not known being like itself."""
    return len(one) == len(other) and all(a == b or (a != a and b != b) for a, b in zip(one, other, strict=True))


# ------------------------------------------------------------------------------------------------------ words of a column


@FEWER
@given(words)
@pytest.mark.parametrize("kept", [column, texts])
def test_a_word_of_a_column_is_missing_where_it_is_missing_alone(kept, of):
    assert (
        spread(values.missing(kept(of)), len(of)) == [one is None for one in of] == [values.missing(one) for one in of]
    )


@FEWER
@given(many_words, st.sets(st.integers(0, 23)))
@pytest.mark.parametrize("kept", [column, texts])
def test_what_is_said_of_each_word_of_a_column_is_said_of_it_alone(kept, of, chosen):
    def answer(word: str) -> bool:
        return int(word[1:]) in chosen

    found = spread(values.each(kept(of), answer), len(of))
    assert found == [one is not None and answer(one) for one in of] == [values.each(one, answer) for one in of]


@FEWER
@given(many_words)
@pytest.mark.parametrize("kept", [column, texts])
def test_a_number_read_from_each_word_is_that_read_from_it_alone(kept, of):
    found = spread(values.numbered(kept(of), lambda word: float(word[1:])), len(of))
    alone = [values.numbered(one, lambda word: float(word[1:])) for one in of]
    assert same(found, alone)
    assert same(alone, [math.nan if one is None else float(one[1:]) for one in of])


def test_every_different_word_is_asked_once():
    asked: list[str] = []
    values.each(column(["a", "b", "a", None, "b", "a"]), lambda word: asked.append(word) is None)
    assert asked == ["a", "b"]


@FEWER
@given(words, words, st.sampled_from([*SOME, None]))
def test_two_columns_are_the_same_where_their_rows_are(one, other, word):
    rows = min(len(one), len(other))
    one, other = one[:rows], other[:rows]
    expected = [a is not None and a == b for a, b in zip(one, other, strict=True)]
    for first in (column, texts):
        for second in (column, texts):
            assert spread(values.same(first(one), second(other)), rows) == expected
        alone = [a is not None and a == word for a in one]
        assert spread(values.same(first(one), word), rows) == spread(values.same(word, first(one)), rows) == alone
    assert [values.same(a, b) for a, b in zip(one, other, strict=True)] == expected


def test_columns_with_other_vocabularies_are_the_same_by_word_and_not_by_place():
    first = Words(numpy.array([0, 1, 2, 3]), ("a", "b", None, "z"))
    second = Words(numpy.array([1, 0, 2, 0]), ("b", "a", None))
    assert values.same(first, second).tolist() == [True, True, False, False]


@FEWER
@given(st.lists(st.tuples(*[st.booleans()] * 3), min_size=1, max_size=10))
def test_names_are_put_together_where_each_holds(of):
    names = ["a", "b", "c"]
    wheres = [numpy.array([row[place] for row in of]) for place in range(3)]
    found = values.together(names, wheres)
    alone = [values.together(names, list(row)) for row in of]
    assert [values.at(found, place) for place in range(len(of))] == alone
    said = {0: None, 1: "a", 2: "b", 3: "a and b", 4: "c", 5: "a and c", 6: "b and c", 7: "a, b and c"}
    assert alone == [said[row[0] + 2 * row[1] + 4 * row[2]] for row in of]


def test_nothing_put_together_is_not_known():
    assert (values.together([], []), values.together(["a"], [False]), values.together(["a"], [True])) == (
        None,
        None,
        "a",
    )


@FEWER
@given(many_words)
def test_each_different_text_of_a_column_stands_in_its_vocabulary_once(of):
    found = texts(of).words
    assert [found.vocabulary[code] for code in found.codes] == of
    assert (len(set(found.vocabulary)), found.vocabulary[-1]) == (len(found.vocabulary), None)
    assert found.codes.dtype == numpy.int32


# ---------------------------------------------------------------------------------------------------- numbers of a column


@FEWER
@given(numbers)
def test_a_number_is_missing_where_it_is_none(of):
    assert values.missing(numpy.array(of)).tolist() == [one != one for one in of] == [values.missing(one) for one in of]


def odd(day: float) -> bool:
    return day % 2 == 1


@FEWER
@given(days)
def test_what_is_said_of_days_is_said_of_each_alone_and_nothing_of_none(of):
    found = values.of_days(numpy.array(of), odd)
    assert found.tolist() == [one == one and odd(one) for one in of] == [values.of_days(one, odd) for one in of]


@FEWER
@given(days)
def test_the_number_of_each_day_is_that_of_it_alone(of):
    found = values.of_each_day(numpy.array(of), lambda day: day * 24)
    assert same(found.tolist(), [one * 24 for one in of])
    assert same(found.tolist(), [values.of_each_day(one, lambda day: day * 24) for one in of])


def test_every_different_day_is_asked_once():
    for ask in (values.of_days, values.of_each_day):
        asked: list[float] = []
        ask(numpy.array([20.0, 18.0, math.nan, 20.0]), lambda day, asked=asked: bool(asked.append(day)) or day)
        assert sorted(asked) == [18.0, 20.0]


@FEWER
@given(st.lists(st.tuples(st.booleans(), st.floats(-9, 9)), min_size=1, max_size=9))
def test_only_the_rows_where_a_condition_holds_are_asked(of):
    seen: list[float] = []

    def answer(value, limit):
        seen.extend(numpy.atleast_1d(value).tolist())
        return value > limit

    where, given_ = numpy.array([one for one, _ in of]), numpy.array([one for _, one in of])
    assert values.only(where, answer, given_, 1.0).tolist() == [holds and value > 1 for holds, value in of]
    assert seen == [value for holds, value in of if holds]
    for holds, value in of:
        assert values.only(holds, lambda one: one > 1, value) == (holds and value > 1)
        assert values.only(numpy.bool_(holds), lambda one: one > 1, value) == (holds and value > 1)


def test_what_is_asked_of_some_rows_alone_is_a_condition_that_can_be_turned_around():
    found = values.only(numpy.array([True, False]), lambda value: value > 1, numpy.array([2.0, 3.0]))
    assert (found.tolist(), values.no(found).tolist()) == ([True, False], [False, True])


def test_nothing_is_neither_above_nor_below_nothing():
    assert (values.below(0.0, 0.0), values.above(0.0, 0.0)) == (False, False)


def test_where_a_condition_holds_nowhere_nobody_is_asked():
    def answer(*_):
        raise AssertionError("nobody is to be asked")

    assert values.only(numpy.array([False, False]), answer, numpy.array([1.0, 2.0])).tolist() == [False, False]
    assert values.only(False, answer, 1.0) is False
    assert values.only(numpy.bool_(False), answer, 1.0) is False


# ----------------------------------------------------------------------------------------------------------- the limits


@pytest.mark.parametrize(
    ("value", "limit", "over", "under"),
    [
        (100.0, 100.0, False, False),
        (100.0 + 5e-11, 100.0, False, False),  # half the dust of 100
        (100.0 + 2e-10, 100.0, True, False),
        (100.0 - 5e-11, 100.0, False, False),
        (100.0 - 2e-10, 100.0, False, True),
        (-100.0 + 5e-11, -100.0, False, False),
        (-100.0 + 2e-10, -100.0, True, False),
        (-100.0 - 5e-11, -100.0, False, False),
        (-100.0 - 2e-10, -100.0, False, True),
        (1e-9, 0.0, True, False),
        (math.nan, 1.0, False, False),
        (1.0, math.nan, False, False),
    ],
)
def test_a_value_is_beyond_a_limit_by_more_than_the_dust_of_a_conversion(value, limit, over, under):
    assert (values.above(value, limit), values.below(value, limit)) == (over, under)


@pytest.mark.parametrize(
    ("value", "other", "share", "alike"),
    [
        (105.0, 100.0, 0.05, True), (95.0, 100.0, 0.05, True), (105.1, 100.0, 0.05, False), (94.9, 100.0, 0.05, False),
        (-105.0, -100.0, 0.05, True), (-105.1, -100.0, 0.05, False), (3.0, 0.0, 0.05, False), (0.0, 0.0, 0.05, True),
        (100.0, 100.0, 0.0, True), (1.05, 1.0, 0.05, True), (2.1, 2.0, 0.05, True), (0.105, 0.1, 0.05, True),
    ],
)  # fmt: skip
def test_a_share_itself_is_still_alike(value, other, share, alike):
    assert (values.alike(value, other, share), values.differ(value, other, share)) == (alike, not alike)


def test_what_is_not_known_is_neither_like_anything_nor_different():
    for one, other in ((math.nan, 1.0), (1.0, math.nan), (math.nan, math.nan)):
        assert (values.alike(one, other, 0.5), values.differ(one, other, 0.5)) == (False, False)


@pytest.mark.parametrize(
    ("value", "expected"), [(1000.0, True), (10.0, True), (100.0, False), (1049.0, True), (9.6, True), (1051.0, False),
                            (9.4, False), (10_000.0, False), (1.0, False)],
)  # fmt: skip
def test_ten_times_or_a_tenth_of_it_is_either_way(value, expected):
    # Of 100, give or take 5 %: 950 to 1,050, and 9.5 to 10.5.
    assert values.either_way(value, 10.0, 100.0, 0.05) is expected


# --------------------------------------------------------------------------------------------------------- conditions


def test_the_contrary_of_a_plain_truth_is_plain():
    assert (values.no(True), values.no(False)) == (False, True)
    assert values.no(numpy.array([True, False])).tolist() == [False, True]


def test_a_condition_that_holds_nowhere_is_a_plain_false():
    some = numpy.array([False, True])
    assert [values.nowhere(one) for one in (True, False, some, numpy.array([False]), numpy.bool_(True))] == [
        False, True, False, True, False,
    ]  # fmt: skip
    assert values.settled(numpy.array([False, False])) is False
    assert values.settled(some) is some
    assert (values.settled(True), values.settled(False)) == (True, False)


# ------------------------------------------------------------------------------------------------------ rows of a column


@FEWER
@given(words, st.data())
def test_a_row_of_a_column_is_its_value(of, data):
    index = data.draw(st.integers(0, len(of) - 1))
    assert values.at(column(of), index) == values.at(texts(of), index) == of[index]
    number = numpy.arange(len(of)) * 1.5
    assert values.at(number, index) == 1.5 * index
    assert type(values.at(number, index)) is float


@pytest.mark.parametrize("value", [None, "oral", 1.5, 2, True, numpy.float64(2.5), numpy.array(3.5)])
def test_one_value_for_all_rows_is_that_of_each(value):
    assert values.at(value, 3) is value
    assert values.at(value, None) is value


@FEWER
@given(words, st.data())
def test_some_rows_of_a_column_are_those_rows(of, data):
    places = data.draw(st.lists(st.integers(0, len(of) - 1), max_size=8))
    at = numpy.array(places, int)
    for kept in (column, texts):
        found = values.taken(kept(of), at)
        assert type(found) is type(kept(of))
        assert [values.at(found, row) for row in range(len(places))] == [of[place] for place in places]
    assert values.taken(numpy.arange(len(of)), at).tolist() == places


@pytest.mark.parametrize("value", [None, "oral", 1.5, ("a", "b")])
def test_some_rows_of_one_value_for_all_are_that_value(value):
    assert values.taken(value, numpy.array([0, 1])) is value


@FEWER
@given(
    st.lists(
        st.tuples(st.sampled_from(SOME), st.sampled_from([1.0, 2.0, math.nan]), st.sampled_from([*SOME, None])),
        min_size=1,
        max_size=30,
    )
)
def test_rows_of_one_kind_hold_the_same_and_each_kind_has_a_row_of_its_own(of):
    rows = numpy.arange(len(of))
    columns = [
        column([one for one, _, _ in of]),
        numpy.array([one for _, one, _ in of]),
        texts([one for *_, one in of]),
    ]
    firsts, kind = values.kinds(["all the same", None, 1.5, *columns, ("a", "b")], rows)
    for place, one in enumerate(of):
        assert repr(of[firsts[kind[place]]]) == repr(one)
    if len(of) > values.FEW:
        assert len({repr(one) for one in of}) == len(firsts)
    else:
        assert (firsts.tolist(), kind.tolist()) == (rows.tolist(), rows.tolist())


def test_the_kinds_of_some_rows_are_of_those_rows_alone():
    of = [f"w{n % 3}" for n in range(30)]
    rows = numpy.array([n for n in range(30) if n % 3])
    firsts, kind = values.kinds([column(of)], rows)
    assert (firsts.tolist(), kind.tolist()) == ([1, 2], [0, 1] * 10)


def test_rows_that_differ_in_two_columns_are_not_taken_for_one_kind():
    # Counted by one factor for both columns, a first 1 beside a 0 may come to the same as a 0 beside an 8.
    first, second = numpy.array([1.0] + [0.0] * 8), numpy.arange(9.0)
    firsts, kind = values.kinds([first, second], numpy.arange(9))
    assert (len(firsts), len(set(kind.tolist()))) == (9, 9)


def test_a_column_of_one_word_has_one_answer_for_all():
    assert values.each(Words(numpy.array([0, 0]), ("a",)), lambda word: True) is True
    assert values.each(Words(numpy.array([], numpy.int32), ()), lambda word: True) is False
    assert values.numbered(Words(numpy.array([0, 0]), ("a",)), lambda word: 7.0) == 7.0
    assert values.missing(Words(numpy.array([0]), ("a",))) is False
    assert values.missing(texts(["a", "b"])) is False


def test_what_is_not_known_is_no_number():
    assert math.isnan(NOT_KNOWN)
    assert math.isnan(values.numbered(None, float))
    assert values.each(None, lambda word: True) is False


@pytest.mark.parametrize("of", [numpy.array([1.0, 2.0]), column(["oral", None]), texts(["oral", None])])
def test_of_no_row_a_column_is_itself(of):
    assert values.at(of, None) is of


@pytest.mark.parametrize("of", [(1, 2), frozenset({"oral"}), "oral", None, 1.0, True])
def test_what_is_the_same_for_every_order_is_so_in_each_row(of):
    assert values.at(of, 1) is of


def test_what_is_said_of_days_are_conditions_and_what_is_counted_of_them_numbers():
    of = numpy.array([3.0, 5.0, math.nan])
    assert values.of_days(of, lambda day: day > 4).dtype == bool
    assert values.of_each_day(of, lambda day: day + 1).dtype == float


def test_a_day_that_is_not_known_has_no_number_whatever_is_asked():
    assert math.isnan(values.of_each_day(math.nan, lambda day: 5.0))
    assert values.of_days(math.nan, lambda day: True) is False
