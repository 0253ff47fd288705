"""Why a dose is lowered, raised again, or left as it is against a proposal: a closed list, kept as data."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from ..errors import Mistake, did_you_mean
from ..reading import Strict, Text, read, validate

FILE: Final = Path(__file__).with_name("reasons.yaml")
IN_WORDS: Final = frozenset({"other", "another reason to raise", "another reason to decline"})
"""The reasons that say nothing by themselves: words stand beside them."""

For = Literal["lowering", "raising", "declining"]


class Reason(Strict):
    """One reason: for which sort of change it is given, and what it says."""

    id: Text
    given_for: For = Field(alias="for")
    says: Text


class _Reasons(Strict):
    dosewright: Literal["1"] = Field(alias="schema")
    reasons: tuple[Reason, ...]


@functools.cache
def reasons() -> Mapping[str, Reason]:
    """Every reason by its id."""
    return {one.id: one for one in validate(read(FILE.read_bytes(), FILE.name), _Reasons).reasons}


def given_for(what: For) -> tuple[str, ...]:
    """The reasons for one sort of change.

    >>> given_for("raising")[0]
    'toxicity is over'
    """
    return tuple(one.id for one in reasons().values() if one.given_for == what)


def _known(value: str) -> str:
    if value not in reasons():
        hint = did_you_mean(value, reasons(), "'other' with `words` says anything else")
        raise Mistake("a reason of the list", example="thrombocytopenia", got=value, hint=hint)
    return value


def _known_for_declining(value: str) -> str:
    if reasons()[_known(value)].given_for != "declining":
        raise Mistake("a reason not to follow a proposal", example="has another cause", got=value)
    return value


def _known_for_a_change(value: str) -> str:
    if reasons()[_known(value)].given_for == "declining":
        raise Mistake("a reason to lower or to raise a dose", example="thrombocytopenia", got=value)
    return value


ReasonForChange = Annotated[Text, AfterValidator(_known_for_a_change)]
ReasonToDecline = Annotated[Text, AfterValidator(_known_for_declining)]
