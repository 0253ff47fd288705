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
from ..units import CREATININE_CLEARANCE, DOSE_PER_AREA, INTERVAL, PERCENT, Quantity

Base = Literal["protocol dose", "last ordered dose"]
Measures = Literal["toxicity", "laboratory", "creatinine clearance", "genotype"]
Way = Literal["higher", "lower"]
WHOLE: Final = 100.0  # percent

_ASKS: Final[dict[str, tuple[str, ...]]] = {
    "toxicity": ("term", "ctcae"),
    "laboratory": ("analyte", "unit", "within"),
    "creatinine clearance": ("within",),
    "genotype": ("gene",),
}
_LIMITS: Final = ("above", "at_least", "below", "up_to")
_BY_NUMBER: Final = ("laboratory", "creatinine clearance")
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
        if self._taken_away and self._percent is not None and self._percent.magnitude == 0:
            hint = "a row that leaves the whole dose says 'to: 100 %'"
            yield Refusal("what takes nothing away proposes nothing", got=wording.say(self._percent), hint=hint)
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
    def _taken_away(self) -> bool:
        return self.by is not None or self.figure_is == "taken away"

    @property
    def left(self) -> float | None:
        """The share of its base that the row leaves, from 0 to 1; None where it sets no share."""
        if self.then == "omit":
            return 0.0
        if self._percent is None:
            return None
        share: float = self._percent.magnitude / WHOLE
        return 1.0 - share if self._taken_away else share

    @property
    def now(self) -> float | None:
        """The share that the row leaves as long as what was found is there: nothing, where it holds."""
        return self.left if self.then is None else 0.0

    def leaves_more(self, milder: Row) -> bool:
        """Whether the row leaves more of the dose than a row for something milder, where all of it was given so far.

        A percentage and a dose per m² can only be compared on a protocol, unless the whole dose is left.
        """
        if milder.now == 0.0 and self.now != 0.0:
            return True
        if self.no_more_than is not None and milder.no_more_than is not None:
            return bool(self.no_more_than.m_as("mg/m²") > milder.no_more_than.m_as("mg/m²"))
        if self.left is None:
            return False
        if milder.no_more_than is not None:
            return self.left == 1.0
        return milder.left is not None and self.left > milder.left

    def leaves(self) -> str:
        """What it leaves, in words: '75 %', 'no more than 65 mg/m²'."""
        if self.no_more_than is not None:
            return f"{'nothing and then ' if self.then else ''}no more than {wording.say(self.no_more_than)}"
        left = None if self.left is None else f"{wording.number(WHOLE * self.left, places=2)} %"
        if self.then == "hold":
            return "nothing while it is there" + (f", and then {left}" if left else "")
        return str(left)

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

    def limits(self) -> Iterator[tuple[str, str]]:
        """Its limits by their words, without a lower end of nothing, which is none."""
        for name in _LIMITS:
            limit = getattr(self, name)
            if limit is not None and not (name in {"above", "at_least"} and float(limit) == 0):
                yield name, limit

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
            way = "by" if self._taken_away else "to"
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
        """Rows of which two hold at once, and what can be told of their order without knowing the analyte."""
        words = [word for row in self.rows for word in (*row.grade, *row.found)]
        for word in sorted({one for one in words if words.count(one) > 1}):
            yield Refusal("stands in two rows of one rule", within=("rows",), got=word)
        if self.measures in _BY_NUMBER:
            for (_, row), (index, other) in itertools.pairwise(self._upward()):
                if _overlap(row, other):
                    yield Refusal("overlaps with another row of the rule", within=("rows", index))
        if self.measures == "toxicity":
            yield from self.mistakes_of_order(
                sorted((grade, i) for i, row in enumerate(self.rows) for grade in row.grade)
            )
        if self.measures == "creatinine clearance":
            yield from self._mistakes_of_clearances()
            yield from self.mistakes_of_values("lower", CREATININE_CLEARANCE.name)

    def _mistakes_of_clearances(self) -> Iterator[Mistake]:
        """Limits that no clearance reaches."""
        for index, row in enumerate(self.rows):
            for name, limit in row.limits():
                try:
                    CREATININE_CLEARANCE.read(f"{limit} {CREATININE_CLEARANCE.units[0]}")
                except Mistake as mistake:
                    mistake.within = ("rows", index, name)
                    yield mistake

    def mistakes_of_values(self, worse: Way, of: str) -> Iterator[Mistake]:
        """What is wrong with the order of the rows of a rule by numbers, of which the higher or the lower are worse."""
        upward = [index for index, _ in self._upward()]
        ranked = upward if worse == "higher" else upward[::-1]
        milder: Way = "lower" if worse == "higher" else "higher"
        if milder in self.open_ends:
            said = f"lowers the dose at {milder} values without end, and of {of} the {worse} are worse"
            hint = "'above' and 'below' may be exchanged; a row that leaves the whole dose says 'to: 100 %'"
            yield Refusal(said, within=("rows", ranked[0]), hint=hint)
        else:
            yield from self.mistakes_of_order(list(enumerate(ranked)))

    def mistakes_of_order(self, ranked: Sequence[tuple[object, int]]) -> Iterator[Mistake]:
        """Rows by which something worse would leave more of the dose; `ranked` are their places, the mildest first."""
        for place, (_, index) in enumerate(ranked):
            grave = self.rows[index]
            mild = next((self.rows[one] for _, one in ranked[:place] if grave.leaves_more(self.rows[one])), None)
            if mild is not None:
                left = f"{grave.leaves()} of the dose" if grave.left is not None else grave.leaves()
                words = f"the worse finding would leave {left}, the milder one {mild.leaves()}"
                figures = grave._percent is not None and mild._percent is not None
                hint = "perhaps the figures are what is taken away, and not what is given" if figures else ""
                yield Refusal(words, within=("rows", index), hint=hint)
                return

    def _upward(self) -> Sequence[tuple[int, Row]]:
        """The rows of a rule by numbers with their places, the lowest values first."""
        return sorted(enumerate(self.rows), key=lambda one: float("-inf") if one[1].low is None else one[1].low)

    @property
    def open_ends(self) -> frozenset[Way]:
        """The ways in which rows that lower a dose go on without end: to higher values, to lower ones, or both."""
        # of several doses per m², the highest is rather the whole dose of a table that is printed in full
        lowering = [row for row in self.rows if row.now != 1.0 and (row.no_more_than is None or len(self.rows) == 1)]
        up: set[Way] = {"higher" for row in lowering if row.high is None}
        down: set[Way] = {"lower" for row in lowering if not row.low}
        return frozenset(up | down)

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

    def beyond_rows(self, value: float, worse: Way | None) -> bool:
        """Whether a value is worse than every row: what the table says nothing of, and nobody may take for harmless.

        Where nothing says which values are worse, that is so on either side.
        """
        above = all(row.high is not None and row.high <= value for row in self.rows)
        under = all(row.low is not None and row.low >= value for row in self.rows)
        outside = (above and worse != "lower") or (under and worse != "higher")
        return outside and self.row(value=value) is None


def _overlap(row: Row, other: Row) -> bool:
    """Whether some value lies in both rows."""
    low, high = sorted((row, other), key=lambda one: float("-inf") if one.low is None else one.low)
    if low.high is None or high.low is None or high.low < low.high:
        return True
    return high.low == low.high and high.at_least is not None and low.up_to is not None
