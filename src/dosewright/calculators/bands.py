"""Tables of dose bands: which doses are ordered as which, held against what the table itself claims, exactly.

A table claims that no dose moves further than so many percent, and of what: of the calculated dose, or of the dose of
the band. Both are printed by tables in use, and they differ. Whether the claim holds is decided in fractions, so that
6 % is 6 %; the bands that break it must be listed by the table as exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from .. import wording
from ..errors import Mistake, Refusal, together
from ..units import DOSE, PERCENT, half_up, settled

Denominator = Literal["calculated dose", "band dose"]
Edge = Literal["upper band", "lower band"]  # to which a dose belongs that lies on the edge of two

EXAMPLE: Final = "95 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; limit 6 %"
MOST_DIGITS: Final = 9  # decimals of a percentage, where fewer would show it on another side of the limit


def exact(value: float) -> Fraction:
    """A number of the table as the decimals in which it was written."""
    return Fraction(repr(settled(value)))


class Band(NamedTuple):
    """Doses from `low` to `high`, in mg, are ordered as `dose`; the table says to which band an edge belongs."""

    low: float
    high: float
    dose: float

    @property
    def edges(self) -> str:
        """From where to where: '95 to 105 mg'."""
        return f"{wording.number(self.low)} to {wording.number(self.high)} mg"


class Worst(NamedTuple):
    """How far a band moves a dose at most, as a share of the denominator, and for which calculated dose."""

    share: Fraction  # with its sign: above nothing where the dose of the band is more than the calculated one
    at: float


@dataclass(frozen=True, slots=True)
class BandTable:
    """A table of dose bands, checked when it is made: rising, without gap or overlap, each dose inside its band.

    `limit` is the largest deviation the table claims, in percent of the `denominator`, which is stated because tables
    exist that divide by the dose of the band. `excepted` are the doses of the bands that the table itself lists as
    departing further; `exceptions` are those that truly do, and `held` refuses a table in which the two differ.
    `edge` is the band of a dose that lies on the edge of two, and `name` is what an order calls the table.
    """

    bands: tuple[Band, ...]
    limit: float
    denominator: Denominator = "calculated dose"
    excepted: tuple[float, ...] = ()
    edge: Edge = "upper band"
    name: str = ""

    def __post_init__(self) -> None:
        found = []
        for index, band in enumerate(self.bands):
            where = f"band {band.low:g} to {band.high:g} mg"
            if not band.low < band.high:
                found.append(Mistake("a band that rises", where=where, within=(index,), got=f"{band.high:g} mg"))
            elif not self._inside(index, band.dose):
                needs = "a band dose inside its band"
                found.append(Mistake(needs, where=where, within=(index,), got=f"{band.dose:g} mg"))
        for index, (below, band) in enumerate(pairwise(self.bands), 1):
            if below.high != band.low:
                found.append(
                    Mistake(
                        "bands without gap or overlap",
                        where=f"band {band.low:g} mg",
                        within=(index,),
                        got=f"{below.high:g} mg",
                    )
                )
        if found:
            raise together(found)

    def _inside(self, index: int, mg: float) -> bool:
        """Whether a dose belongs to a band; the ends of the table belong as the edges between its bands do."""
        low, high, _ = self.bands[index]
        if self.edge == "upper band":
            return low <= mg < high
        return low < mg <= high or (index == 0 and mg == low)  # a first row holds the edge that it begins with

    def index(self, mg: float) -> int:
        """The place of the band that holds a dose.

        Raises `Refusal` for a dose outside the table.
        """
        mg = settled(mg)
        found = next((index for index in range(len(self.bands)) if self._inside(index, mg)), None)
        if found is None:
            inside = f"{self.bands[0].low:g} to {self.bands[-1].high:g} mg"
            raise Refusal(f"the dose lies outside the table of bands ({inside})", where="dose", got=f"{mg:g} mg")
        return found

    def at(self, mg: float) -> Band:
        """The band that holds a dose.

        >>> BandTable.read(EXAMPLE).at(105).dose
        110.0
        """
        return self.bands[self.index(mg)]

    def at_most(self, mg: float) -> Band:
        """The band of the largest dose that is not above a dose: never rounded up.

        Raises `Refusal` for a dose outside the table, and where no dose of the table is so small.

        >>> table = BandTable.read(EXAMPLE)
        >>> table.at_most(109.99).dose, table.at_most(110).dose
        (100.0, 110.0)
        """
        index, mg = self.index(mg), settled(mg)
        if self.bands[index].dose <= mg:
            return self.bands[index]
        if index == 0:
            raise Refusal("no band lies below, and the dose may not be rounded up", where="dose", got=f"{mg:g} mg")
        return self.bands[index - 1]

    def at_edges(self, band: Band) -> tuple[Worst, Worst]:
        """How far a band moves the doses at its lower and at its upper edge, by the denominator of the table.

        An edge that belongs to the next band counts too: doses come as near to it as anybody likes.
        """
        low, high, dose = (exact(value) for value in band)
        of_low, of_high = (low, high) if self.denominator == "calculated dose" else (dose, dose)
        return Worst((dose - low) / of_low, band.low), Worst((dose - high) / of_high, band.high)

    def worst(self, band: Band) -> Worst:
        """The larger of the two; the upward one where both are the same."""
        up, down = self.at_edges(band)
        return down if abs(down.share) > abs(up.share) else up

    def breaks(self, band: Band) -> bool:
        """Whether a band moves some dose further than the table claims."""
        return abs(self.worst(band).share) > exact(self.limit) / 100

    @property
    def exceptions(self) -> tuple[Band, ...]:
        """The bands at whose edge the deviation passes the table's own limit."""
        return tuple(band for band in self.bands if self.breaks(band))

    @property
    def claim(self) -> str:
        """What the table says of itself: 'within 6 % of the calculated dose'."""
        return f"within {wording.number(self.limit)} % of the {self.denominator}"

    def said(self, share: Fraction) -> str:
        """A deviation in percent, with as many decimals as show on which side of the limit it lies."""
        places, percent, limit = 2, abs(share) * 100, exact(self.limit)
        while places < MOST_DIGITS and _side(_rounded(percent, places), limit) != _side(percent, limit):
            places += 1
        text = wording.number(float(percent), places=places)
        return f"{'' if text == '0' else '+' if share > 0 else '−'}{text} %"

    def held(self) -> BandTable:
        """The table itself, where it is as it claims to be.

        Raises `Refusal` for each band that breaks the claim and is not listed as an exception, and for each exception
        that is none or is no band: a table that is wrong about itself was copied wrongly.
        """
        found: list[Mistake] = []
        for index, band in enumerate(self.bands):
            if self.breaks(band) and band.dose not in self.excepted:
                share, at = self.worst(band)
                message = f"moves a dose further than the table claims, which is {self.claim}"
                told = f"{self.said(share)} at {wording.number(at)} mg"
                hint = f"mend the band, or let the table list {wording.number(band.dose)} mg as an exception"
                found.append(Refusal(message, where=f"band {band.edges}", within=(index,), got=told, hint=hint))
        true = {band.dose for band in self.exceptions}
        doses = {band.dose for band in self.bands}
        for place, dose in enumerate(self.excepted):
            where, told = f"exception {wording.number(dose)} mg", f"{wording.number(dose)} mg"
            within = ("exceptions", place)
            if dose not in doses:
                found.append(Mistake("the dose of a band of the table", where=where, within=within, got=told))
            elif dose not in true:
                message = f"is listed as an exception and keeps what the table claims, {self.claim}"
                found.append(Refusal(message, where=where, within=within, got=told))
        if found:
            raise together(found)
        return self

    @classmethod
    def read(cls, text: str) -> BandTable:
        """A table from text: '95 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; limit 6 %'.

        The limit is of the calculated dose unless it says 'limit 6 % of the band dose'; after it the bands may be
        listed that break it: '; except 100 mg'. The lower edge belongs to its band.
        """
        *rows, last = [part.strip() for part in text.split(";")]
        excepted: tuple[float, ...] = ()
        if rows and last.startswith("except "):
            excepted = tuple(_mg(part) for part in last.removeprefix("except ").split(","))
            *rows, last = rows
        if not rows or not last.startswith("limit "):
            raise Mistake("bands and their limit", example=EXAMPLE, got=text)
        bands = []
        for row in rows:
            edges, colon, dose = row.partition(":")
            low, to, high = edges.partition(" to ")
            if not (colon and to):
                raise Mistake("a band", example=EXAMPLE, got=row)
            bands.append(Band(*map(_mg, (low, high, dose))))
        limit, _, of = last.removeprefix("limit ").partition(" of the ")
        if of not in {"", "calculated dose", "band dose"}:
            raise Mistake("a limit of the calculated dose or of the band dose", example="limit 6 %", got=last)
        denominator: Denominator = "band dose" if of == "band dose" else "calculated dose"
        return cls(tuple(bands), PERCENT.read(limit).magnitude, denominator, excepted).held()


def _mg(text: str) -> float:
    return settled(DOSE.read(text.strip()).m_as("mg"))


def _side(value: Fraction, limit: Fraction) -> int:
    """1 above the limit, -1 below it, 0 on it."""
    return (value > limit) - (value < limit)


def _rounded(value: Fraction, places: int) -> Fraction:
    """A percentage as it would be printed."""
    return exact(half_up(float(value), 10.0**-places))
