"""Rules that propose a change of a dose: what was found, and how much of which dose it leaves.

A rule only proposes. A table of a label is written down as it is printed, and every row says whether its figure is what
is given or what is taken away: one label prints 75 % and means that a quarter is left, another prints 1/4 for the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from .. import wording
from ..errors import Mistake, Refusal, together
from ..reading import Decimal, Name, Strict, Text, at_least_one
from ..units import DOSE_PER_AREA, INTERVAL, PERCENT, Quantity

Base = Literal["protocol dose", "last ordered dose"]
Measures = Literal["toxicity", "laboratory", "creatinine clearance", "genotype"]
WHOLE: Final = 100.0  # percent

_ASKS: Final[dict[str, tuple[str, ...]]] = {
    "toxicity": ("term", "ctcae"),
    "laboratory": ("analyte", "unit", "within"),
    "creatinine clearance": ("within",),
    "genotype": ("gene",),
}
_LIMITS: Final = ("above", "at_least", "below", "up_to")
_ASKED_OF_A_ROW: Final[dict[str, tuple[str, ...]]] = {
    "toxicity": ("grade",),
    "laboratory": _LIMITS,
    "creatinine clearance": _LIMITS,
    "genotype": ("found",),
}
_ACTS: Final = ("by", "to", "figure", "no_more_than")


class Row(Strict):
    """One row: what was found, and what then follows.

    `by` is taken away and `to` is left; a `figure` of a printed table says by `is` which of the two it is. Of
    `no_more_than`, per m², and the protocol's dose the smaller counts. `then` holds the treatment, or omits the drug.
    """

    grade: tuple[Literal["1", "2", "3", "4"], ...] = ()
    found: tuple[Text, ...] = ()
    above: Decimal | None = None
    at_least: Decimal | None = None
    below: Decimal | None = None
    up_to: Decimal | None = None
    by: Annotated[Quantity, PERCENT] | None = None
    to: Annotated[Quantity, PERCENT] | None = None
    figure: Annotated[Quantity, PERCENT] | None = None
    figure_is: Literal["given", "taken away"] | None = Field(None, alias="is")
    of: Base | None = None
    no_more_than: Annotated[Quantity, DOSE_PER_AREA] | None = None
    then: Literal["hold", "omit"] | None = None

    @model_validator(mode="after")
    def _without_ambiguity(self) -> Row:
        found = next(self._mistakes(), None)
        if found is not None:
            raise found
        return self

    def _mistakes(self) -> Iterator[Mistake]:
        acts = [name for name in _ACTS if getattr(self, name) is not None]
        if len(acts) > 1 or (self.then == "omit" and acts):
            yield Mistake("one thing that follows", example="by: 20 %, of: protocol dose")
        if not acts and self.then is None:
            yield Mistake("what follows: 'by', 'to', 'figure', 'no_more_than' or 'then'", example="then: hold")
        if self.figure is not None and self.figure_is is None:
            needs = "'is: given' or 'is: taken away' beside a figure of a table"
            yield Mistake(needs, example="figure: 50 %, is: taken away, of: protocol dose")
        if self.figure is None and self.figure_is is not None:
            yield Mistake("a figure that 'is' belongs to", within=("is",), example="figure: 50 %, is: given")
        if self._percent is not None and self.of is None:
            needs = "'of: protocol dose' or 'of: last ordered dose' beside a percentage"
            yield Mistake(needs, example="by: 20 %, of: protocol dose")
        if self._percent is None and self.of is not None:
            yield Mistake("a percentage that 'of' belongs to", within=("of",), example="by: 20 %, of: protocol dose")
        if self._percent is not None and self._percent.magnitude > WHOLE:
            yield Refusal("a rule changes a dose by or to at most 100 %", got=wording.say(self._percent))
        if self.above is not None and self.at_least is not None:
            yield Mistake("'above' or 'at_least', not both")
        if self.below is not None and self.up_to is not None:
            yield Mistake("'below' or 'up_to', not both")
        if self.low is not None and self.high is not None and self.low >= self.high:
            yield Refusal("the row's values fall", got=f"{self.low:g} to {self.high:g}")

    @property
    def _percent(self) -> Quantity | None:
        return next((one for one in (self.by, self.to, self.figure) if one is not None), None)

    @property
    def left(self) -> float | None:
        """The share of its base that the row leaves, from 0 to 1; None where it sets no share."""
        if self.then == "omit":
            return 0.0
        if self._percent is None:
            return None
        taken_away = self.by is not None or self.figure_is == "taken away"
        share: float = self._percent.magnitude / WHOLE
        return 1.0 - share if taken_away else share

    @property
    def low(self) -> float | None:
        """Where the row's values begin; None where it has no lower end."""
        text = self.above or self.at_least
        return None if text is None else float(text)

    @property
    def high(self) -> float | None:
        """Where they end; None where it has no upper end."""
        text = self.below or self.up_to
        return None if text is None else float(text)

    def holds(self, value: float) -> bool:
        """Whether a value lies in the row; each end belongs to it as its word says."""
        low = self.low is None or value > self.low or (self.at_least is not None and value == self.low)
        high = self.high is None or value < self.high or (self.up_to is not None and value == self.high)
        return low and high

    def condition(self, unit: str = "") -> str:
        """What must be found, in words: 'grade 3 or 4', 'above 1.2 and up to 3 mg/dL'."""
        if self.grade:
            return f"grade {wording.listed(self.grade, 'or')}"
        if self.found:
            return wording.listed(self.found, "or")
        words = {"above": "above", "at_least": "at least", "below": "below", "up_to": "up to"}
        limits = [f"{said} {getattr(self, name)}" for name, said in words.items() if getattr(self, name) is not None]
        return f"{' and '.join(limits)} {unit}".strip()

    def follows(self) -> str:
        """What then follows, in words: 'by 20 % of the last ordered dose'."""
        words = []
        if self.then == "hold":
            words.append("hold")
        if self.then == "omit":
            words.append("leave it out")
        if self._percent is not None:
            way = "by" if self.by is not None or self.figure_is == "taken away" else "to"
            words.append(f"{way} {wording.say(self._percent)} of the {self.of}")
        if self.no_more_than is not None:
            words.append(f"no more than {wording.say(self.no_more_than)}")
        return ", then ".join(words)


class DoseRule(Strict):
    """A rule on one drug (or one line of it): what it goes by, and its rows."""

    id: Name
    drug: Text
    measures: Measures
    term: Text | None = None
    ctcae: Text | None = None
    analyte: Text | None = None
    unit: Text | None = None
    within: Annotated[Quantity, INTERVAL] | None = None
    gene: Literal["DPYD"] | None = None
    rows: Annotated[tuple[Row, ...], AfterValidator(at_least_one)]
    source: Text = Field(alias="from")

    @model_validator(mode="after")
    def _holds_together(self) -> DoseRule:
        found = [*self._mistakes_of_form()] or [*self._mistakes_of_rows()]
        if found:
            raise together(found)
        return self

    def _mistakes_of_form(self) -> Iterator[Mistake]:
        """Keys that are missing or do not belong to what the rule goes by."""
        for name in sorted({one for names in _ASKS.values() for one in names}):
            asked, there = name in _ASKS[self.measures], getattr(self, name) is not None
            if asked and not there:
                yield Mistake(f"'{name}', since it goes by {self.measures}")
            if there and not asked:
                yield Mistake(f"no '{name}', since it goes by {self.measures}", within=(name,))
        asked_of_row = _ASKED_OF_A_ROW[self.measures]
        for index, row in enumerate(self.rows):
            stated = [name for name in ("grade", "found", *_LIMITS) if getattr(row, name) not in (None, ())]
            if not stated or not set(stated) <= set(asked_of_row):
                yield Mistake(
                    f"{wording.listed(asked_of_row, 'or')} in a rule by {self.measures}", within=("rows", index)
                )

    def _mistakes_of_rows(self) -> Iterator[Mistake]:
        """Rows of which two hold at once, and rows by which something worse would leave more of the dose."""
        words = [word for row in self.rows for word in (*row.grade, *row.found)]
        for word in sorted({one for one in words if words.count(one) > 1}):
            yield Refusal("stands in two rows of one rule", within=("rows",), got=word)
        ordered = self._in_order()
        for (_, row), (index, other) in itertools.pairwise(ordered):
            if self.measures in {"laboratory", "creatinine clearance"} and _overlap(row, other):
                yield Refusal("overlaps with another row of the rule", within=("rows", index))
        shares = [(index, row) for index, row in ordered if row.left is not None]
        for (_, mild), (index, grave) in itertools.pairwise(shares):
            if mild.of in (None, grave.of) or grave.of is None:
                more = (grave.left or 0.0) > (mild.left or 0.0)
                if more and self.measures != "genotype":
                    left = [f"{wording.number(WHOLE * (one.left or 0.0), places=2)} %" for one in (grave, mild)]
                    words_ = f"the worse finding would leave {left[0]} of the dose, the milder one {left[1]}"
                    hint = "perhaps the figures are what is taken away, and not what is given"
                    yield Refusal(words_, within=("rows", index), hint=hint)

    def _in_order(self) -> Sequence[tuple[int, Row]]:
        """The rows with their places, the mildest first: by grade; by value, upward where the last has no upper end."""
        rows = list(enumerate(self.rows))
        if self.measures == "toxicity":
            return sorted(rows, key=lambda one: one[1].grade)
        if self.measures == "genotype":
            return rows
        rising = sorted(rows, key=lambda one: float("-inf") if one[1].low is None else one[1].low)
        return rising if self.rising else rising[::-1]

    @property
    def rising(self) -> bool:
        """Whether a higher value is worse: the rows go on without end upward."""
        return any(row.high is None for row in self.rows)

    def row(self, *, grade: str = "", found: str = "", value: float | None = None) -> Row | None:
        """The row that holds for what was found; None where none does."""
        for one in self.rows:
            if (grade and grade in one.grade) or (found and found in one.found):
                return one
            if value is not None and one.holds(value):
                return one
        return None

    def between_rows(self, value: float) -> bool:
        """Whether a value lies in a gap that the printed rows leave, as 3.05 between 'up to 3' and 'at least 3.1'."""
        below = any(row.high is not None and row.high <= value for row in self.rows)
        over = any(row.low is not None and row.low >= value for row in self.rows)
        return below and over and self.row(value=value) is None


def _overlap(row: Row, other: Row) -> bool:
    """Whether some value lies in both rows."""
    low, high = sorted((row, other), key=lambda one: float("-inf") if one.low is None else one.low)
    if low.high is None or high.low is None or high.low < low.high:
        return True
    return high.low == low.high and high.at_least is not None and low.up_to is not None
