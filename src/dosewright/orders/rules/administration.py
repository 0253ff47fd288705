"""How it is given: route and line, duration, rate, sequence, and what must not run together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ...protocol.model import ROUTES, Start
from .rule import remembered, rule
from .values import (
    Condition,
    Number,
    above,
    alike,
    below,
    differ,
    each,
    either_way,
    no,
    nowhere,
    only,
    same,
)
from .view import ARITHMETIC, ROUGH, LineView

MINUTE: Final = 1 / 60 + 1e-9  # within which two starts are the same
HALF_A_DAY: Final = 12.0 - 1e-6  # h, less binary noise; no clinical limit, but what a slip of the date is beyond
HALF_A_MILLILITRE: Final = 0.5 + 1e-9  # what rounding a rate to whole mL per hour may move it


@rule(
    "route-impossible",
    "refuse",
    of="line",
    needs="route",
    measured="{route}",
    allowed="{due.bearable}",
    source="label",
    hazards="H40",
)
def route_impossible(line: LineView) -> Condition:
    """The drug is not given by this route at all.

    Stop, and look for the mistake: a wrong route can kill.
    """
    return each(line.route, lambda word: _known(word) and route_of(word) not in line.due.bearable)


KNOWN_ROUTES: Final = frozenset(
    {*ROUTES, "intrathecal", "intramuscular", "intraperitoneal", "intrapleural", "intravesical", "topical", "rectal"}
)
WRITTEN: Final[Mapping[str, str]] = {
    "iv": "intravenous", "i.v.": "intravenous", "intravenously": "intravenous", "ia": "hepatic intra-arterial",
    "i.a.": "hepatic intra-arterial", "hai": "hepatic intra-arterial", "intra-arterial": "hepatic intra-arterial",
    "po": "oral", "p.o.": "oral", "sc": "subcutaneous", "s.c.": "subcutaneous", "it": "intrathecal",
    "i.t.": "intrathecal", "im": "intramuscular", "i.m.": "intramuscular",
}  # fmt: skip
"""What a route is written as, where it is not written in full."""


def route_of(word: str) -> str:
    folded = word.strip().casefold()
    return WRITTEN.get(folded, folded)


def _known(word: str) -> bool:
    return route_of(word) in KNOWN_ROUTES


@rule(
    "route-otherwise",
    "blocks-release",
    of="line",
    needs="route",
    measured="{route}",
    allowed="{due.routes}",
    source="{due.route_source}",
    hazards="H40",
)
def route_otherwise(line: LineView) -> Condition:
    """The route is not written in full, or is none that is known.

    Write it in full: abbreviations of routes have been read as each other.
    """
    return each(line.route, lambda word: word.strip().casefold() not in KNOWN_ROUTES)


@rule(
    "route",
    "refuse",
    of="line",
    needs="route",
    measured="{route}",
    allowed="{due.routes}",
    source="{due.route_source}",
    hazards="H40",
    applies=lambda due: bool(due.routes),
)
def route(line: LineView) -> Condition:
    """The protocol gives it by another route.

    Compare artery and vein with the protocol: drugs of one regimen run by both.
    """
    return each(line.route, lambda word: route_of(word) in line.due.bearable and route_of(word) not in line.due.routes)


@rule(
    "line-and-route",
    "refuse",
    of="line",
    needs="line route",
    measured="{line}, {route}",
    allowed="a line of that route",
    source="site policy",
    hazards="H40",
)
def line_and_route(line: LineView) -> Condition:
    """The line that it runs in is not of the route that the order names.

    Follow the line from the pump to the patient.
    """
    found: Condition = False
    for name, its_route in line.due.lines.items():
        here, elsewhere = each(line.runs_in, name.casefold().__eq__), each(line.route, other_than(its_route))
        found = found | (here & elsewhere)
    return found


def other_than(route: str) -> Callable[[str], bool]:
    """Whether a word is a route that is known, and another than this one, however it is written."""
    return lambda word: _known(word) and route_of(word) != route


@rule(
    "line-unknown",
    "warning",
    of="line",
    needs="line",
    measured="{line}",
    allowed="a line of the site",
    source="site policy",
    hazards="H40",
)
def line_unknown(line: LineView) -> Condition:
    """The site has no line of this name, so that its route cannot be checked.

    Name the line as the site's file names it.
    """
    known = {name.casefold() for name in line.due.lines}
    return each(line.runs_in, lambda word: word not in known)


# ------------------------------------------------------------------------------------------------------------ duration


def _slip_of_time(row: LineView) -> str:
    for times, words in (
        (10, "look for a decimal point"),
        (24, "look for days taken for hours"),
        (60, "look for minutes"),
    ):
        if either_way(row.over, float(times), row.due.over, ARITHMETIC):
            return words
    for key, other in row.order.lines.items():
        if other.due.over is not None and alike(row.over, other.due.over, ARITHMETIC):
            return f"that is the duration of {key}"
    return ""


@rule(
    "duration",
    "refuse",
    of="line",
    needs="over",
    measured="{over}",
    allowed="{due.over}",
    source="{due.over_source}",
    hazards="H31",
    applies=lambda due: due.over is not None,
    explain=_slip_of_time,
)
def duration(line: LineView) -> Condition:
    """It runs for another time than the protocol says.

    Compare hours with the protocol: a drug for 20 h that runs in 2 h can kill.
    """
    return differ(line.over, line.due.over, ARITHMETIC)


@rule(
    "times-and-duration",
    "blocks-release",
    of="line",
    needs="lasts over",
    where="end",
    measured="{lasts}",
    allowed="{over}",
    source="by definition",
    hazards="H31 H33",
)
def times_and_duration(line: LineView) -> Condition:
    """From its start to its end is another time than its duration.

    Count the hours that pass; a change of the clock is none.
    """
    return abs(line.lasts - line.over) > MINUTE


@rule(
    "too-fast",
    "refuse",
    of="line",
    needs="mg_per_h",
    where="over",
    measured="{mg_per_h}",
    allowed="at most {due.fastest}",
    source="{due.fastest_source}",
    hazards="H31",
    applies=lambda due: due.fastest is not None,
)
def too_fast(line: LineView) -> Condition:
    """It runs faster than its label allows.

    A longer duration.
    """
    return above(line.mg_per_h, line.due.fastest)


# ---------------------------------------------------------------------------------------------------------------- rate


@rule(
    "rate-per-day",
    "refuse",
    of="line",
    needs="rate over final_volume",
    measured="{rate} for {over} gives {pumped}",
    allowed="{final_volume}",
    source="by definition",
    hazards="H30",
)
@remembered
def rate_per_day(line: LineView) -> Condition:
    """The rate is that of a day taken for that of an hour, or the other way round.

    Program mL per hour only: an infusion of days has run in hours, and killed.
    """
    return only(rate_wrong_at_all(line), _by_the_day, line.pumped, line.final_volume)


def _by_the_day(pumped: Number, volume: Number) -> Condition:
    return either_way(pumped, 24.0, volume, 0.1)


@remembered
def rate_wrong_at_all(line: LineView) -> Condition:
    """Where rate × time is not the volume, by more than a pump's whole millilitres make of it."""
    apart = differ(line.pumped, line.final_volume, ARITHMETIC)
    return only(apart, _beyond_whole_millilitres, line.pumped, line.final_volume, line.over)


def _beyond_whole_millilitres(pumped: Number, volume: Number, over: Number) -> Condition:
    whole = over * HALF_A_MILLILITRE  # the volume that half a mL per hour comes to
    return no((abs(pumped - volume) <= whole) & alike(pumped, volume, ROUGH))


@rule(
    "rate",
    "refuse",
    of="line",
    needs="rate over final_volume",
    measured="{rate} for {over} gives {pumped}",
    allowed="{final_volume}",
    source="by definition",
    hazards="H30 H31",
)
def rate(line: LineView) -> Condition:
    """Rate × time is not the volume.

    Compute the rate anew: volume in mL divided by hours.
    """
    wrong = rate_wrong_at_all(line)
    return wrong if nowhere(wrong) else wrong & no(rate_per_day(line))


@rule(
    "rate-without-volume",
    "blocks-release",
    of="line",
    asks="volume",
    measured="{rate}",
    allowed="the final volume that it is to give",
    source="by definition",
    hazards="H30 H31",
)
def rate_without_volume(line: LineView) -> Condition:
    """A rate is stated, and neither the final volume nor the concentration, so that nothing shows whether it is right.

    Write the final volume.
    """
    return line.lacks("final_volume") & no(line.lacks("rate"))


# ------------------------------------------------------------------------------------------------------------ sequence


def _fits(line: LineView, start: Start, lines: Mapping[str, LineView]) -> Condition:
    """Whether a line starts as a rule says; what cannot be seen is not told as wrong."""
    other, then = lines.get(start.other), lines.get(start.then)
    match start.rule:
        case "first":
            earlier: Condition = False
            for one in lines.values():
                earlier = earlier | (one.present & (line.start - one.start > MINUTE))
            return no(earlier)
        case "with" if other is not None:
            return no(abs(line.start - other.start) > MINUTE)
        case "after" if other is not None:
            return no(other.ends - line.start > MINUTE)
        case "between" if other is not None and then is not None:
            return no((other.ends - line.start > MINUTE) | (line.ends - then.start > MINUTE))
    return True


@rule(
    "sequence",
    "blocks-release",
    of="line",
    needs="start",
    measured="{start}",
    allowed="{due.starts}",
    source="{due.start_source}",
    hazards="H29 H40",
    applies=lambda due: bool(due.starts),
)
def sequence(line: LineView) -> Condition:
    """It starts out of its place in the sequence.

    Compare the times of all lines with the protocol's sequence.
    """
    found: Condition = False
    for start in line.due.starts:
        found = found | _fits(line, start, line.order.lines)
    return no(found | line.lacks("start"))


def _long_after(line: LineView, start: Start, lines: Mapping[str, LineView]) -> Condition:
    """Whether a line starts half a day or more after the end of the one that it follows."""
    other = lines.get(start.other)
    if start.rule not in {"after", "between"} or other is None:
        return False
    return line.start - other.ends >= HALF_A_DAY


@rule(
    "start-late",
    "warning",
    of="line",
    needs="start",
    measured="{start}",
    allowed="{due.starts}, within half a day of its end",
    source="plausibility",
    hazards="H36 H40",
    applies=lambda due: any(start.rule in {"after", "between"} for start in due.starts),
)
def start_late(line: LineView) -> Condition:
    """It starts half a day or more after the end of the infusion that it follows.

    Look at the date first: a day too late is a slip that no order of the starts shows.
    """
    found: Condition = True
    for start in line.due.starts:
        found = found & _long_after(line, start, line.order.lines)
    return found & no(line.lacks("start"))


@rule(
    "overlap",
    "refuse",
    of="line",
    needs="start over line",
    where="line",
    measured="{line}",
    allowed="nothing of {due.incompatible} in the same line at the same time",
    source="{due.incompatible_source}",
    hazards="H40 H45",
    applies=lambda due: bool(due.incompatible),
)
def overlap(line: LineView) -> Condition:
    """It runs at the same time in the same line as a drug that it must not meet.

    Another line, or one after the other with a flush between.
    """
    found: Condition = False
    keys = list(line.order.lines)
    for other in line.order.lines.values():
        if other is not line and other.due.drug in line.due.incompatible:
            # told of the one that starts later, or stands later; one mistake is one finding
            later = (line.start > other.start) | (
                (line.start == other.start) & (keys.index(line.key) > keys.index(other.key))
            )
            if nowhere(later):
                continue
            both = later & below(line.start, other.ends) & other.present & below(other.start, line.ends)
            found = found | (both & same(line.runs_in, other.runs_in))
    return found


@rule(
    "line-unnamed",
    "warning",
    of="line",
    asks="line",
    measured="unknown",
    allowed="a line of the site",
    source="site policy",
    hazards="H40 H45",
    applies=lambda due: bool(due.incompatible),
)
def line_unnamed(line: LineView) -> Condition:
    """In which line it runs is not said, so that nobody can see whether it meets a drug that it must not meet.

    Name the line as the site's file names it.
    """
    return line.lacks("line")


@rule(
    "date-of-line",
    "blocks-release",
    of="line",
    needs="start on_of_order",
    measured="{start}",
    allowed="on the day of treatment",
    source="by definition",
    hazards="H36",
)
def date_of_line(line: LineView) -> Condition:
    """It starts on another day than the order is for.

    A copy of an earlier order keeps its dates: make the order anew.
    """
    midnight = line.order.midnight
    late = 48.0 if line.due is not None and any(start.rule != "first" for start in line.due.starts) else 24.0
    return (line.start < midnight) | (line.start >= midnight + late)
