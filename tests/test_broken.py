"""Files with a mistake: each refused, all mistakes at once, with line, column, what was needed and what came."""

from __future__ import annotations

import pytest

from .broken import LOAD, USUAL, broken_files, refusal_of
from .tables import bad_inputs

FILES = [pytest.param(one, id=f"{one.kind}/{one.path.stem}") for one in broken_files()]


@pytest.mark.parametrize("broken", FILES)
def test_a_broken_file_is_refused_as_its_first_lines_say(broken):
    assert refusal_of(broken) == "\n".join(broken.refusals)


@pytest.mark.parametrize("kind", USUAL)
def test_the_file_in_which_the_mistakes_are_made_has_none(kind):
    assert LOAD[kind](USUAL[kind].read_bytes(), "usual.yaml") is not False


def test_every_row_of_the_bad_inputs_that_concerns_a_file_has_one():
    # Y20, a mark before the first line, is read; Y26 and Y27 are too large for a file and Y30 is a sealed one. All are built
    # where the reader and the library are tested.
    told = {row for one in broken_files() for row in one.rows}
    assert {row.id for row in bad_inputs("yaml")} - told == {"Y20", "Y26", "Y27", "Y30"}
