"""Wrong entries above the units: dates, files and whole orders, each refused, asked about or read as `bad_inputs.csv` says."""

from __future__ import annotations

import datetime as dt

import pytest

from dosewright import dates
from dosewright.errors import Mistake
from dosewright.protocol import library

from .broken import LOAD, broken_files, refusal_of
from .tables import bad_inputs
from .ward import DAY, a_protocol, an_order

FIELD = {"height": ("height.value", "cm"), "weight": ("weights.0.value", "kg")}


def rows(level: str, *verdicts: str):
    return [
        pytest.param(row, id=f"{row.id} {row.note}".strip()) for row in bad_inputs(level) if row.verdict in verdicts
    ]


# ------------------------------------------------------------------------------------------------------------------- dates


def read_as_date(entry: object) -> set[str]:
    """What an entry is read as, by each reader of days and times: 'refused', or the day."""
    found = set()
    for read in (dates.read_day, dates.read_moment, dates.read_clock):
        try:
            found.add(str(read(entry)))
        except Mistake:
            found.add("refused")
    return found


@pytest.mark.parametrize("row", rows("dates", "reject"))
def test_what_is_no_day_and_no_time_is_refused(row):
    assert read_as_date(row.entry) == {"refused"}


@pytest.mark.parametrize("row", rows("dates", "accept", "reject_or"))
def test_a_day_is_read_as_it_is_meant_or_refused(row):
    assert read_as_date(row.entry) <= {"refused", row.read_as}


def test_a_leap_day_is_read():
    assert "2028-02-29" in read_as_date("2028-02-29")


# ------------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("row", rows("yaml", "reject", "reject_or"))
def test_a_file_that_holds_just_this_is_refused(row):
    for load in LOAD.values():
        with pytest.raises(Mistake):
            load(str(row.entry).encode("utf-8"), "x.yaml")


@pytest.mark.parametrize("row", rows("yaml", "reject", "reject_or"))
def test_a_whole_file_with_this_in_it_is_refused(row):
    # Each in its own broken file, told with its place; the others are built where they are tested.
    files = [one for one in broken_files() if row.id in one.rows]
    assert [one.path.name for one in files if refusal_of(one) == "was read"] == []
    assert bool(files) == (row.id not in {"Y20", "Y26", "Y27", "Y30"})


# ------------------------------------------------------------------------------------------------------------ whole orders


def order_with(row):
    """The order in which a row is entered: a height or weight, a dose of the protocol, or a story of days."""
    if row.group in FIELD:
        path, unit = FIELD[row.group]
        entered = {path: f"{row.entry} {unit}"}
        against = "70 kg" if row.hazard == "H05" else f"{row.entry} kg" if row.group == "weight" else "60 kg"
        tall = {"height.value": "170 cm"} if row.group == "weight" else {}
        return an_order(patient={"reference_weight.value": against, **tall, **entered})
    if row.group == "dose_unit":
        return an_order(a_protocol("haic-folfox", {"components.0.dose.is": row.entry}))
    day, last = (DAY + dt.timedelta(days=1)).isoformat(), (DAY - dt.timedelta(days=29)).isoformat()
    told = {
        "D43": {"cycle": 2, "on": dt.date(2026, 12, 2), "patient": {"given": [{"cycle": "1", "on": "2026-11-23"}]}},
        "D44": {"patient": {"birth_date": "2030-01-01"}},
        "D45": {"patient": {"birth_date": "2012-01-01"}},
        "D46": {"patient": {"weights.0.on": day}},
        "D47": {"patient": {"weights.0.on": last}},
    }
    return an_order(**told[row.id])


@pytest.mark.parametrize("row", rows("order", "reject"))
def test_on_what_cannot_be_no_order_is_released(row):
    try:
        released = order_with(row)["released"]
    except Mistake:
        released = False
    assert released is False


@pytest.mark.parametrize("row", rows("order", "confirm"))
def test_on_what_is_unusual_a_person_is_asked(row):
    made = order_with(row)
    assert (made["released"], bool(made["lines"])) == (False, True)


@pytest.mark.parametrize("row", rows("order", "accept"))
def test_on_what_is_usual_nobody_is_asked(row):
    assert order_with(row)["findings"] == []


def test_every_row_above_the_units_is_tried():
    levels = {row.level for level in ("dates", "yaml", "order") for row in bad_inputs(level)}
    verdicts = {row.verdict for level in levels for row in bad_inputs(level)}
    assert verdicts <= {"reject", "confirm", "accept", "reject_or"}


def test_a_protocol_of_the_library_with_another_dose_is_not_that_protocol():
    # U58 to U61: nobody types a dose; whoever changes the file has another protocol, which nobody has approved.
    changed = a_protocol("haic-folfox", {"components.0.dose.is": "93.5 mg/m^2"})
    found = {one["rule"] for one in an_order(changed)["findings"]}
    assert (found, library.sealed("haic-folfox") == changed.document.sha256) == ({"protocol-altered"}, False)
