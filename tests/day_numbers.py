"""An oracle for dates that shares nothing with `datetime`: Julian day numbers, by Fliegel and Van Flandern.

Fliegel HF, Van Flandern TC: A machine algorithm for processing calendar dates. Comm ACM 1968;11:657.
"""

from __future__ import annotations

Date = tuple[int, int, int]


def number(year: int, month: int, day: int) -> int:
    """The Julian day number of a date of the Gregorian calendar."""
    a = (14 - month) // 12
    y, m = year + 4800 - a, month + 12 * a - 3
    return day + (153 * m + 2) // 5 + 365 * y + y // 4 - y // 100 + y // 400 - 32045


def date(julian: int) -> Date:
    """The date of a Julian day number."""
    a = julian + 32044
    b = (4 * a + 3) // 146097
    c = a - 146097 * b // 4
    d = (4 * c + 3) // 1461
    e = c - 1461 * d // 4
    m = (5 * e + 2) // 153
    return 100 * b + d - 4800 + m // 10, m + 3 - 12 * (m // 10), e - (153 * m + 2) // 5 + 1


def later(of: Date, days: int) -> Date:
    """So many days later."""
    return date(number(*of) + days)


def weekday(of: Date) -> str:
    """The day of the week."""
    return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[number(*of) % 7]
