"""What can go wrong, in words a user can act on.

A *mistake* is something a user can mend: it says where, what was needed, an example and what came. A bug keeps its
traceback. Mistakes are `ValueError`s, so that Pydantic gathers them and a file reports all of its own at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

DONE: Final = 0
DONE_WITH_BLOCKING_FINDINGS: Final = 1
WRONG_USAGE: Final = 2
WRONG_INPUT: Final = 3
NOT_COMPUTABLE: Final = 4

_UNSAID: Final = object()
MOST_TOLD: Final = 20
SHOWN_AT_MOST: Final = 80  # characters of a wrong input that are worth repeating back


class Mistake(ValueError):
    """Something a user can mend.

    >>> str(Mistake("a height with its unit", where="height", example="165 cm", got="165"))
    "height: needs a height with its unit, for example '165 cm'; got '165'"
    """

    exit_code: int = WRONG_INPUT

    def __init__(
        self,
        needs: str,
        *,
        where: str = "",
        within: Sequence[str | int] = (),
        example: str = "",
        got: object = _UNSAID,
        hint: str = "",
        code: int = 0,
    ) -> None:
        self.needs = needs
        self.where = where
        self.within = tuple(within)  # the way to the place in the data of a file, from where it was noticed
        self.example = example
        self.got = got
        self.hint = hint
        if code:
            self.exit_code = code
        super().__init__(needs)

    def at(self, where: str) -> Mistake:
        """The same mistake, told from one step further out."""
        self.where = f"{where} {self.where}".strip()
        return self

    def __str__(self) -> str:
        words = self._opening()
        if self.example:
            words += f", for example '{self.example}'"
        if self.got is not _UNSAID:
            words += f"; got {shown(self.got)}"
        if self.hint:
            words += f" ({self.hint})"
        return f"{self.where}: {words}" if self.where else words

    def _opening(self) -> str:
        return f"needs {self.needs}"


class UnitMistake(Mistake):
    """A quantity of the wrong kind, or a unit nobody knows."""


class Refusal(Mistake):
    """A value that reads well and yet cannot be right, or a calculation whose limits it leaves."""

    def _opening(self) -> str:
        return self.needs


class CannotCompute(Refusal):
    """Something is missing or undecided, so there is no answer; never a default in its place."""

    exit_code = NOT_COMPUTABLE


class Mistakes(Mistake):
    """Several mistakes of one file or one call, reported together."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(str(one) for one in mistakes))
        self.mistakes = tuple(mistakes)
        self.exit_code = max(one.exit_code for one in mistakes)

    def __str__(self) -> str:
        return "\n".join(str(one) for one in self.mistakes)


def together(mistakes: Sequence[Mistake]) -> Mistake:
    """The one mistake that was found, or all of them as one."""
    return mistakes[0] if len(mistakes) == 1 else Mistakes(mistakes)


def in_short(mistakes: Sequence[Mistake]) -> Sequence[Mistake]:
    """The first of many mistakes, and how many more there are: what is wrong in more places is often wrong in one."""
    left = len(mistakes) - MOST_TOLD
    return mistakes if left <= 0 else [*mistakes[:MOST_TOLD], Refusal(f"and {left:,} more")]


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """A hint at the nearest of the names that are known; where none is near, what else is to be said.

    >>> did_you_mean("oxaliplatn", ["leucovorin", "oxaliplatin"])
    "did you mean 'oxaliplatin'?"
    """
    near = nearest(name, known)
    return f"did you mean '{near}'?" if near else otherwise


def nearest(name: str, known: Iterable[str]) -> str:
    """The nearest of the names that are known; '' where none is near."""
    import difflib

    return next(iter(difflib.get_close_matches(name, list(known), 1)), "")


def with_article(noun: str) -> str:
    """A noun as a message names it: 'a site', 'an order'."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def shown(value: object) -> str:
    """A wrong input as it may be repeated: quoted, short, and with nothing in it that a terminal would obey.

    >>> shown("7\\u202e5"), shown(None), shown("")
    ("'7\\\\u202e5'", 'nothing', 'nothing')
    """
    if value is None or value == "":
        return "nothing"
    text = str(value)
    text = text if len(text) <= SHOWN_AT_MOST else f"{text[:SHOWN_AT_MOST]}… ({len(text):,} characters)"
    # A letter of any script is legible; what is not printable is spelled out.
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text) + "'"
