"""Names of drugs that have been taken for each other."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ..errors import Mistake
from ..reading import Strict, Text, read, validate

FILE = Path(__file__).with_name("look-alikes.yaml")


def _two(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) != 2:
        raise Mistake("two names", example="[oxaliplatin, cisplatin]", got=", ".join(names))
    return names


class LookAlikes(Strict):
    """Pairs of names, each once."""

    dosewright: Literal["1"] = Field(alias="schema")
    confidence: Literal["RECALLED"]
    pairs: tuple[Annotated[tuple[Text, ...], AfterValidator(_two)], ...]


@functools.cache
def look_alikes() -> Mapping[str, frozenset[str]]:
    """For each name those that have been taken for it.

    >>> sorted(look_alikes()["leucovorin"])[:2]
    ['folic acid', 'leukeran']
    """
    found: dict[str, set[str]] = {}
    for first, second in validate(read(FILE.read_bytes(), FILE.name), LookAlikes).pairs:
        found.setdefault(first, set()).add(second)
        found.setdefault(second, set()).add(first)
    return {name: frozenset(others) for name, others in found.items()}
