"""Interval windows, against day numbers that know nothing of `datetime`; and relative dose intensity."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright.calculators.interval import interval_window, relative_dose_intensity, round_days, window
from dosewright.errors import Mistake, Refusal, UnitMistake
from dosewright.units import quantity

from . import day_numbers

WINDOWS = {"3 to 4 weeks": (21, 28), "4 to 6 weeks": (28, 42), "6 weeks": (42, 42), "3 weeks": (21, 21)}
FIRST, LAST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
DAYS = st.dates(FIRST, LAST)


def as_oracle(day: dt.date) -> day_numbers.Date:
    return day.year, day.month, day.day


# ----------------------------------------------------------------------------------------------------------- the oracle


@pytest.mark.parametrize(
    ("date", "number"),
    [
        ((2000, 1, 1), 2451545),  # noon of this day is the epoch J2000
        ((1858, 11, 17), 2400001),  # the day on which modified Julian dates begin, at its midnight 2400000.5
        ((1970, 1, 1), 2440588),
    ],
)
def test_the_oracle_knows_the_days_that_astronomers_publish(date, number):
    assert day_numbers.number(*date) == number


@pytest.mark.parametrize(("date", "name"), [((2026, 11, 23), "Mon"), ((1900, 1, 1), "Mon"), ((2000, 2, 29), "Tue")])
def test_the_oracle_knows_the_days_of_the_week(date, name):
    assert day_numbers.weekday(date) == name


@given(st.integers(day_numbers.number(1800, 1, 1), day_numbers.number(2300, 1, 1)))
def test_the_oracle_goes_there_and_back(julian):
    assert day_numbers.number(*day_numbers.date(julian)) == julian


# ---------------------------------------------------------------------------------------------------------- the windows


@pytest.mark.parametrize(("least", "most"), WINDOWS.values(), ids=WINDOWS)
def test_a_sample_of_three_centuries_agrees_with_the_oracle(least, most):
    # Every start is tried by `python -m bench courses`; here are 4,000, and every 29 February.
    chance = random.Random("windows")
    starts = [FIRST + dt.timedelta(days=chance.randrange((LAST - FIRST).days)) for _ in range(4_000)]
    starts += [dt.date(year, 2, 29) for year in range(1904, 2200, 4) if year != 2100]
    wrong = []
    for start in starts:
        made = window(start, least, most, "earliest")
        expected = [day_numbers.later(as_oracle(start), days) for days in (least, least, most)]
        if [as_oracle(one) for one in (made.earliest, made.target, made.latest)] != expected:
            wrong.append(start)
    assert wrong == []


@pytest.mark.parametrize(
    ("target", "day"),
    [("earliest", "2026-12-14"), ("middle", "2026-12-17"), ("latest", "2026-12-21")],  # 21, (21 + 28) ÷ 2 = 24, 28
)
def test_the_target_is_where_the_site_aims(target, day):
    assert window(dt.date(2026, 11, 23), 21, 28, target).target == dt.date.fromisoformat(day)


@given(DAYS, st.sampled_from(["earliest", "middle", "latest"]), st.integers(1, 60), st.integers(0, 60))
def test_the_target_lies_in_the_window(start, target, least, more):
    made = window(start, least, least + more, target)
    assert made.earliest <= made.target <= made.latest


@given(DAYS, st.integers(1, 60), st.integers(0, 60))
def test_a_window_starts_as_much_later_as_its_day_1(start, least, more):
    one, other = (window(start + dt.timedelta(days=n), least, least + more, "latest") for n in (0, 1))
    assert other.latest - one.latest == dt.timedelta(days=1)


@pytest.mark.parametrize("unit", ["d", "wk"])
def test_weeks_and_days_say_the_same(unit):
    least, most = (quantity(n if unit == "wk" else 7 * n, unit) for n in (3, 4))
    made = interval_window(day_1=dt.date(2028, 1, 31), least=least, most=most, target="earliest")
    assert (made.earliest, made.latest) == (dt.date(2028, 2, 21), dt.date(2028, 2, 28))


def test_a_window_the_wrong_way_round_is_refused():
    with pytest.raises(Refusal, match="above the most"):
        interval_window(day_1=FIRST, least=quantity("4 wk"), most=quantity("3 wk"), target="earliest")


def test_a_window_beyond_the_years_that_can_be_read_is_refused():
    with pytest.raises(Refusal, match="beyond 2199-12-31"):
        interval_window(day_1=dt.date(2199, 12, 20), least=quantity("1 wk"), most=quantity("2 wk"), target="earliest")


def test_a_window_that_ends_on_the_last_day_is_in_order():
    made = interval_window(
        day_1=dt.date(2199, 12, 17), least=quantity("1 wk"), most=quantity("2 wk"), target="earliest"
    )
    assert made.latest == LAST


@pytest.mark.parametrize("amount", ["21 h", "3 mg"])
def test_what_is_no_interval_is_refused(amount):
    with pytest.raises(UnitMistake):
        interval_window(day_1=FIRST, least=quantity(amount), most=quantity("4 wk"), target="earliest")


def test_a_month_is_no_interval():
    with pytest.raises(Mistake):
        quantity("1 month")


@pytest.mark.parametrize("days", [21.5, 3.5, 0.4])
def test_half_a_day_is_refused(days):
    with pytest.raises(Refusal, match="whole days"):
        round_days(days)


@pytest.mark.parametrize("dust", [1e-9, -1e-9])
def test_a_thousand_millionth_of_a_day_is_dust(dust):
    assert round_days(dust) == 0


@pytest.mark.parametrize("weeks", range(1, 53))
def test_weeks_of_any_number_are_whole_days(weeks):
    assert round_days(quantity(weeks, "wk").m_as("d")) == 7 * weeks


# -------------------------------------------------------------------------------------------------------- intensity


@pytest.mark.parametrize(
    ("given_", "planned", "actual", "percent"),
    [
        ("80 %", "21 d", "28 d", 60),  # 80 × 21 ÷ 28
        ("100 %", "21 d", "28 d", 75),
        ("100 %", "4 wk", "4 wk", 100),
        ("50 %", "28 d", "14 d", 100),
        ("100 %", "6 wk", "49 d", 100 * 42 / 49),
    ],
)
def test_intensity_is_the_share_given_times_planned_over_actual_time(given_, planned, actual, percent):
    made = relative_dose_intensity(given=quantity(given_), planned=quantity(planned), actual=quantity(actual))
    assert made.magnitude == pytest.approx(percent)


@given(st.integers(1, 100), st.integers(7, 60), st.integers(7, 120))
def test_twice_the_time_is_half_the_intensity(percent, planned, actual):
    def intensity(days: int) -> float:
        share, aim = quantity(percent, "%"), quantity(planned, "d")
        return relative_dose_intensity(given=share, planned=aim, actual=quantity(days, "d")).magnitude

    assert intensity(2 * actual) == pytest.approx(intensity(actual) / 2)
