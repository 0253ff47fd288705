"""Files of overrides: who answers for a finding, in which role, and for which of the reasons."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .cases import unquoted
from .errors import Mistake, together
from .orders.check import REASONS, Override
from .orders.rules import RULES
from .protocol.site import Signed
from .reading import Day, Strict, Text, read, same_name, validate


class Answered(Strict):
    """One entry of a file of overrides."""

    order: Text
    rule: Text
    where: Text
    measured: Text
    by: Signed
    role: Signed
    on: Day
    reason: Text
    second: Signed | None = None


class Overrides(Strict):
    """A file of overrides."""

    dosewright: Literal["1"] = Field(alias="schema")
    overrides: tuple[Answered, ...]


def load_overrides(content: bytes, name: str) -> list[Override]:
    """Overrides from a file: each names a rule, an order, who answers for it and why; every mistake at once."""
    document = read(content, name)
    found, made = [], []
    for index, one in enumerate(validate(document, Overrides).overrides):
        place = document.where(("overrides", index))
        if one.rule not in RULES:
            found.append(Mistake("a rule of the catalogue", where=place, example="dose-deviates", got=one.rule))
        if one.reason not in REASONS:
            found.append(Mistake(f"one of the reasons: {'; '.join(REASONS)}", where=place, got=one.reason))
        if one.second is not None and same_name(one.second) == same_name(one.by):
            found.append(Mistake("a second person", where=place, got=one.second))
        second, measured = one.second or "", unquoted(one.measured)
        made.append(Override(one.order, one.rule, one.where, measured, one.by, one.role, one.on, one.reason, second))
    if found:
        raise together(found)
    return made
