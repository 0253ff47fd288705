"""Values that belong to one order or to a column of them, so that one text of a rule serves both.

A number is a float or an array of floats, and one that is not known is NaN: a comparison with it is never true. A word
is text or `Words`, and one that is not known is None. A condition is a bool or an array of bools.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ... import wording
from ...calculators.columns import DUST

NOT_KNOWN: Final = math.nan
FEW: Final = 8  # words that are sought one by one, which is quicker than to look up the answer to every row's word

Number: TypeAlias = Any  # float | numpy array of floats
Word: TypeAlias = Any  # str | None | Words
Condition: TypeAlias = Any  # bool | numpy array of bools


@dataclass(frozen=True)
class Texts:
    """A column of texts of which most may be different, as Arrow keeps them."""

    array: Any

    @functools.cached_property
    def words(self) -> Words:
        """The same with each different text once."""
        import numpy

        encoded = self.array.dictionary_encode()
        codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
        return Words(codes.astype(numpy.int32, copy=False), (*encoded.dictionary.to_pylist(), None))


@dataclass(frozen=True, slots=True)
class Words:
    """A column of words: of each row its place in the vocabulary, in which None stands for a word that is not known."""

    codes: Any
    vocabulary: tuple[str | None, ...]


def missing(value: Number | Word) -> Condition:
    """Where a value is not known."""
    if value is None or isinstance(value, str):
        return value is None
    if isinstance(value, Texts):
        return value.array.null_count > 0 and value.array.is_null().to_numpy(zero_copy_only=False)
    if isinstance(value, Words):
        return None in value.vocabulary and _looked_up(value, [word is None for word in value.vocabulary], bool)
    return value != value  # NaN is the one number that is not itself


def each(words: Word, answer: Callable[[str], bool]) -> Condition:
    """What `answer` says of each word, asked once for every different one; False where the word is not known."""
    if words is None or isinstance(words, str):
        return words is not None and answer(words)
    words = _words(words)
    return _looked_up(words, [word is not None and answer(word) for word in words.vocabulary], bool)


def folded(words: Word) -> Word:
    """The same words in small letters: for names that are compared however they are written."""
    if words is None or isinstance(words, str):
        return None if words is None else words.strip().casefold()
    import numpy

    words = _words(words)
    small = [None if word is None else word.strip().casefold() for word in words.vocabulary]
    places = {word: place for place, word in enumerate(dict.fromkeys(small))}
    return Words(numpy.array([places[word] for word in small], numpy.int32).take(words.codes), tuple(places))


def numbered(words: Word, answer: Callable[[str], float]) -> Number:
    """The number that `answer` reads from each word, asked once for every different one; not known of one not known."""
    if words is None or isinstance(words, str):
        return NOT_KNOWN if words is None else answer(words)
    words = _words(words)
    return _looked_up(words, [NOT_KNOWN if word is None else answer(word) for word in words.vocabulary], float)


def together(names: Sequence[str], where: Sequence[Condition]) -> Word:
    """Of each order those names whose condition holds there, in one text; not known where none does."""
    code: Any = 0
    for place, holds in enumerate(where):
        if not nowhere(holds):
            code = code + holds * 2**place

    def said(one: int) -> str | None:
        return wording.listed(name for place, name in enumerate(names) if one >> place & 1) or None

    if not getattr(code, "ndim", 0):
        return said(int(code))
    import numpy

    different, codes = numpy.unique(code, return_inverse=True)
    return Words(codes.astype(numpy.int32), tuple(map(said, different.tolist())))


def of_days(days: Number, answer: Callable[[float], bool]) -> Condition:
    """What `answer` says of each day number, asked once for every different one; False where the day is not known."""
    if isinstance(days, float):
        return days == days and answer(days)
    return _by_day(days, answer, False)


def of_each_day(days: Number, answer: Callable[[float], float]) -> Number:
    """The number that `answer` has for each day, asked once for every different one; not known where the day is not."""
    if isinstance(days, float):
        return answer(days) if days == days else NOT_KNOWN
    return _by_day(days, answer, NOT_KNOWN)


def _by_day(days: Any, answer: Callable[[float], Any], otherwise: Any) -> Any:
    """The answer for each day of a column; days lie near each other, so that they are counted and not sorted."""
    import numpy

    unknown = settled(days != days)
    first = numpy.fmin.reduce(days)
    if first != first:
        return numpy.full(len(days), otherwise)
    places = (days if unknown is False else numpy.where(unknown, first, days)) - first
    places = places.astype(numpy.int64)
    different = numpy.bincount(places).nonzero()[0]
    answers = numpy.full(int(different[-1]) + 1, otherwise)
    answers[different] = [answer(float(first) + one) for one in different.tolist()]
    found = answers.take(places)
    return found if unknown is False else numpy.where(unknown, otherwise, found)


def only(condition: Condition, answer: Callable[..., Condition], *values: Number) -> Condition:
    """What `answer` says of the values where a condition holds, asked of those rows alone; False of all others."""
    if isinstance(condition, bool):
        return answer(*values) if condition else False
    import numpy

    if not getattr(condition, "ndim", 0):
        return answer(*values) if condition else False
    rows = numpy.flatnonzero(condition)
    found = numpy.zeros(len(condition), bool)
    if len(rows):
        found[rows] = answer(*(value[rows] if getattr(value, "ndim", 0) else value for value in values))
    return found


def same(word: Word, other: Word) -> Condition:
    """Where two texts of an order are the same; what is not known is the same as nothing."""
    if isinstance(word, Texts) and isinstance(other, Texts):
        import pyarrow.compute as pc

        return pc.equal(word.array, other.array).fill_null(False).to_numpy(zero_copy_only=False)
    if isinstance(word, str | None) and isinstance(other, str | None):
        return word is not None and word == other
    if isinstance(word, str | None):
        word, other = other, word
    if isinstance(other, str | None):
        return each(word, lambda one: one == other)
    first, second = _words(word), _words(other)
    places = {one: place for place, one in enumerate(second.vocabulary) if one is not None}
    return _looked_up(first, [places.get(one, -1) for one in first.vocabulary], int) == second.codes  # type: ignore[arg-type]


def _words(words: Word) -> Words:
    return words.words if isinstance(words, Texts) else words


def _looked_up(words: Words, answers: list[Any], kind: type) -> Any:
    """The answer to each row's word; one answer for all, where every word has the same."""
    import numpy

    first = answers[0] if answers else kind()
    if all(answer == first for answer in answers):  # NaN is never the same, and is looked up like any number
        return first
    if kind is bool:
        yes, others = ([place for place, one in enumerate(answers) if bool(one) is wanted] for wanted in (True, False))
        rare = min(yes, others, key=len)
        if len(rare) <= FEW:
            found = functools.reduce(operator.or_, [words.codes == place for place in rare])
            return found if rare is yes else ~found
    return numpy.array(answers, kind).take(words.codes, mode="clip")  # quicker than an index: no code is out of range


def no(condition: Condition) -> Condition:
    """The contrary; `~` would make −2 of a plain True."""
    return condition ^ True


def settled(condition: Condition) -> Condition:
    """A condition that holds for no row as a plain False, so that what follows from it costs nothing."""
    return False if nowhere(condition) else condition


def nowhere(condition: Condition) -> bool:
    """Whether a condition is False for the whole column, or for the one order: there is nothing to look at."""
    return not condition if isinstance(condition, bool) else not condition.any()


def above(value: Number, limit: Number) -> Condition:
    """Above a limit by more than the dust of a conversion."""
    return value > limit + abs(limit) * DUST


def below(value: Number, limit: Number) -> Condition:
    """Below a limit by more than the dust of a conversion."""
    return value < limit - abs(limit) * DUST


def differ(value: Number, other: Number, share: float) -> Condition:
    """Further from another than by a share of it; that share itself is still alike."""
    return _distance(value, other) > abs(other) * (share * (1 + DUST))


def alike(value: Number, other: Number, share: float) -> Condition:
    """No further from another than by a share of it; what is not known is like nothing."""
    return _distance(value, other) <= abs(other) * (share * (1 + DUST))


def like_none(value: Number, others: Iterable[Number], share: float) -> Condition:
    """Where a value that is known is like none of some others."""
    fits = missing(value)
    for other in others:
        fits = fits | alike(value, other, share)
    return no(fits)


def _distance(value: Number, other: Number) -> Number:
    """How far a value lies from another."""
    found = value - other
    if not getattr(found, "ndim", 0):
        return abs(found)
    import numpy

    return numpy.abs(found, out=found)  # in the same place, which for a column is half of the time


def either_way(value: Number, times: float, other: Number, share: float) -> Condition:
    """So many times another, or that part of it, give or take a share."""
    return alike(value, other * times, share) | alike(value * times, other, share)


def at(value: Any, index: int | None) -> Any:
    """The value of one row of a column; of one order, the value itself."""
    if index is None or value is None or isinstance(value, str | float | int | bool):
        return value
    if isinstance(value, Words):
        return value.vocabulary[value.codes[index]]
    if isinstance(value, Texts):
        return value.array[index].as_py()
    if getattr(value, "ndim", 0):
        return value[index].item()
    return value


def taken(value: Any, places: Any) -> Any:
    """Some rows of a column, by an array of their places; one value for all rows stays so."""
    if isinstance(value, Words):
        return Words(value.codes[places], value.vocabulary)
    if isinstance(value, Texts):
        import pyarrow as pa

        return Texts(value.array.take(pa.array(places)))
    return value if value is None or isinstance(value, str | float | tuple) else value[places]


def kinds(values: Sequence[Any], rows: Any) -> tuple[Any, Any]:
    """Some rows of a column by what they hold: of each kind one row, and of each row its kind."""
    import numpy

    if len(rows) <= FEW:
        return rows, numpy.arange(len(rows))
    codes = numpy.zeros(len(rows), numpy.int64)
    for value in values:
        if value is None or isinstance(value, str | float | bool | tuple):
            continue  # the same in every row
        part = taken(value, rows)
        held = (part.words if isinstance(part, Texts) else part).codes if isinstance(part, Texts | Words) else part
        _, held = numpy.unique(held, return_inverse=True)
        _, codes = numpy.unique(codes * (len(rows) + 1) + held, return_inverse=True)
    _, first = numpy.unique(codes, return_index=True)
    return rows[first], codes
