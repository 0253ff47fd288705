"""Wrong and wrong-looking entries, each refused or read exactly as `bad_inputs.csv` says.

The rows stand at the level of the program that must answer: text with a unit, dates, YAML files, or the whole order.
To add a level is one line in `READERS`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest

from dosewright import units
from dosewright.errors import Mistake
from dosewright.units import KINDS, UNITS, symbol

from .tables import BadInput, bad_inputs, unit_of

KIND_OF = {kind.name: kind for kind in KINDS}
FIELD_UNIT = {"height": "cm", "weight": "kg"}
IN_OUR_WORDS = {"PT46H": "46 h", "P21D": "21 d"}


def texts(row: BadInput) -> Iterator[object]:
    """The entry as it came; and where a bare number may have been meant, with the unit that the field asks for."""
    yield row.entry
    if row.group in FIELD_UNIT and isinstance(row.entry, str | int | float) and not isinstance(row.entry, bool):
        yield f"{row.entry} {FIELD_UNIT[row.group]}"


def read_as_quantity(row: BadInput) -> list[str]:
    """What becomes of an entry: 'refused', or the number and unit that were read, for each way of reading it."""
    outcomes = []
    like = read_as(row)
    for text in texts(row):
        for name in row.kind.split("; "):
            try:
                if name == "number":
                    outcomes.append(f"{units.number(text):g}")
                else:
                    found = KIND_OF[name].read(text)
                    unit = UNITS.get(unit_of(like), found.units)
                    written = symbol(unit).replace("²", "2")
                    outcomes.append(f"{found.m_as(unit):.10g} {written}")
            except Mistake:
                outcomes.append("refused")
    return outcomes


READERS: dict[str, Callable[[BadInput], list[str]]] = {
    "units": read_as_quantity,
}


def read_as(row: BadInput) -> str:
    """What an accepted entry must be read as: '175 cm'."""
    said = IN_OUR_WORDS.get(row.read_as, row.read_as)
    return said if unit_of(said) else f"{said} {FIELD_UNIT.get(row.group, '')}".strip()


def rows(*verdicts: str) -> list[object]:
    return [
        pytest.param(row, id=f"{row.id} {row.note}")
        for level in READERS
        for row in bad_inputs(level)
        if row.verdict in verdicts
    ]


@pytest.mark.parametrize("row", rows("reject"))
def test_what_nobody_can_have_meant_is_refused(row):
    assert set(READERS[row.level](row)) == {"refused"}


@pytest.mark.parametrize("row", rows("accept"))
def test_what_was_meant_is_read(row):
    assert set(READERS[row.level](row)) - {"refused"} == {read_as(row)}


@pytest.mark.parametrize("row", rows("reject_or"))
def test_what_is_written_in_another_hand_is_refused_or_read_as_meant(row):
    assert set(READERS[row.level](row)) <= {"refused", read_as(row)}


BARE = [
    pytest.param(row.group, row.entry, id=f"{row.id} {row.note}")
    for row in bad_inputs("units") + bad_inputs("order")
    if row.group in FIELD_UNIT and not re.search("cm|kg|ft|lb", str(row.entry), re.IGNORECASE)
]


@pytest.mark.parametrize(("kind", "entry"), BARE)
def test_a_bare_number_is_refused_however_plausible(kind, entry):
    with pytest.raises(Mistake):
        KIND_OF[kind].read(entry)


@pytest.mark.parametrize("entry", ["9**9**8 mg", "9" * 400, "(" * 5000, "1" * 60 + " mg", "1" + " " * 100_000 + "mg"])
def test_the_longest_nonsense_is_answered_at_once(entry):
    # Left to pint's own parser, the first of these never comes back.
    began = time.process_time()
    with pytest.raises(Mistake):
        units.DOSE.read(entry)
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize("row", rows("reject"))
def test_a_refusal_shows_nothing_that_a_terminal_would_obey(row):
    with pytest.raises(Mistake) as refused:
        units.DURATION.read(row.entry)
    assert str(refused.value).isprintable()
