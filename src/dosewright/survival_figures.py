"""Figures of survival and matching: Kaplan–Meier, cumulative incidence, forest, Love plot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy

from . import wording
from .figures import (
    FAINT,
    GREY,
    Drawing,
    Figure,
    Scale,
    axis_below,
    axis_left,
    ratio_ticks,
    steps_path,
    style,
    ticks,
    time_ticks,
)
from .outcome_tables import NONE, UNKNOWN, difference, interval, number, p_value
from .outcomes.balance import FLAG

if TYPE_CHECKING:
    from .outcomes.competing_risks import Incidence
    from .outcomes.kaplan_meier import Curve
    from .outcomes.subgroups import Forest, Row
    from .outcomes.survival import Survival

WIDTH: Final = 720.0
LEFT: Final = 96.0
RIGHT: Final = 24.0
PLOT: Final = 300.0
LINE: Final = 16.0
FINEST: Final = 0.25  # points: steps closer than that are drawn as one


# --------------------------------------------------------------------------------------------------------------- curves


def kaplan_meier(made: Survival, *, title: str = "Kaplan–Meier", time: str = "Time") -> Figure:
    """The curves of an analysis, with censoring ticks, medians and the numbers at risk."""
    level = f"{wording.number(made.question.level * 100)} % limits by {made.question.conf}"
    labels = [
        f"{name}: {one.event_count:,} events of {one.n:,}, median {interval(*one.median)}" for name, one in made.curves
    ]
    says = f"Kaplan–Meier curves ({level}). {'; '.join(labels)}."
    test = f"Log-rank p {_equals(made.logrank.p)}" if made.logrank is not None else ""
    drawing, axis, height = _panel([one.last for _, one in made.curves], labels, len(made.curves), time, "Survival")
    drawing.line(axis.start, height(0.5), axis.end, height(0.5), stroke=FAINT, width=0.6)
    for index, (_, curve) in enumerate(made.curves):
        points = [(0.0, 1.0), *zip(curve.times.tolist(), curve.survival.tolist(), strict=True)]
        _stairs(drawing, axis, height, points, curve.last, index)
        _censor_ticks(drawing, axis, height, curve, index)
    if test:
        drawing.text(axis.start + 8, height(0) - 8, test)
        says += f" {test}."
    _at_risk(drawing, axis, [(name, one.moments) for name, one in made.curves], height(0))
    rows = [
        (name, f"{one.n:,}", f"{one.event_count:,}", number(one.median.value, unknown=UNKNOWN),
         number(one.median.lower, unknown=UNKNOWN), number(one.median.upper, unknown=UNKNOWN))
        for name, one in made.curves
    ]  # fmt: skip
    head = ("Group", "n", "Events", "Median", "Lower limit", "Upper limit")
    return Figure(title, says, drawing, head, tuple(rows))


def incidence(made: Survival, *, title: str = "Cumulative incidence", time: str = "Time") -> Figure:
    """The cumulative incidence of the event where another competes with it, with the numbers at risk."""
    labels = [
        f"{name}: {one.events:,} events, {one.competing:,} competing, of {one.n:,}" for name, one in made.incidence
    ]
    says = f"Cumulative incidence after Aalen and Johansen. {'; '.join(labels)}."
    ends = [float(one.moments[-1]) for _, one in made.incidence]
    drawing, axis, height = _panel(ends, labels, len(made.incidence), time, "Cumulative incidence")
    for index, ((_, one), end) in enumerate(zip(made.incidence, ends, strict=True)):
        points = [(0.0, 0.0), *zip(one.times.tolist(), one.incidence.tolist(), strict=True)]
        _stairs(drawing, axis, height, points, end, index)
    if made.gray is not None:
        test = f"Gray p {_equals(made.gray.p)}"
        drawing.text(axis.start + 8, height(1) + 14, test)
        says += f" {test}."
    _at_risk(drawing, axis, [(name, one.moments) for name, one in made.incidence], height(0))
    rows = [_incidence_row(name, one) for name, one in made.incidence]
    head = ("Group", "n", "Events", "Competing events", "Incidence at the end", "Lower limit", "Upper limit")
    return Figure(title, says, drawing, head, tuple(rows))


def _incidence_row(name: str, one: Incidence) -> tuple[str, ...]:
    end = one.at_end
    told = [NONE if value is None else f"{wording.number(value * 100, places=1)} %" for value in end]
    return (name, f"{one.n:,}", f"{one.events:,}", f"{one.competing:,}", *told)


def _equals(p: float) -> str:
    told = p_value(p)
    return told if told.startswith("<") else f"= {told}"


def _panel(
    ends: Sequence[float], labels: Sequence[str], groups: int, time: str, measure: str
) -> tuple[Drawing, Scale, Scale]:
    """A panel for curves: the legend above, the axes, and room for the numbers at risk below."""
    top = 12 + LINE * groups + 8
    drawing = Drawing(WIDTH, top + PLOT + 48 + LINE * (groups + 1) + 8)
    last = max(ends) or 1.0
    axis = Scale(0, last, LEFT, WIDTH - RIGHT)
    height = Scale(0, 1, top + PLOT, top)
    for index, label in enumerate(labels):
        y, told = 12 + LINE * index, style(index)
        drawing.line(LEFT, y, LEFT + 34, y, stroke=told.colour, width=1.8, dashes=told.dashes)
        drawing.sign(told.sign, LEFT + 17, y, 3, fill="#fff", stroke=told.colour)
        drawing.text(LEFT + 42, y + 4, label)
    shares = [0, 0.2, 0.4, 0.6, 0.8, 1]
    axis_left(drawing, height, LEFT, shares, title=measure, labels=[f"{share * 100:.0f} %" for share in shares])
    axis_below(drawing, axis, top + PLOT, time_ticks(last), title=time)
    return drawing, axis, height


def _stairs(
    drawing: Drawing, axis: Scale, height: Scale, points: Sequence[tuple[float, float]], last: float, index: int
) -> None:
    told = style(index)
    placed = list(_thinned((axis(x), height(y)) for x, y in points))
    drawing.path(steps_path(placed, last=axis(last)), stroke=told.colour, width=1.8, dashes=told.dashes)
    drawing.sign(told.sign, axis(last), placed[-1][1], 3.5, fill="#fff", stroke=told.colour)


def _thinned(places: Iterable[tuple[float, float]]) -> Iterable[tuple[float, float]]:
    """The places of a curve without steps that no eye could tell apart; the last of such steps stays."""
    waiting = None
    for place in places:
        if waiting is not None and place[0] - waiting[0] >= FINEST:
            yield waiting
            waiting = place
        else:
            waiting = place if waiting is None else (waiting[0], place[1])
    if waiting is not None:
        yield waiting


def _censor_ticks(drawing: Drawing, axis: Scale, height: Scale, curve: Curve, index: int) -> None:
    moments = curve.censored
    heights = numpy.concatenate(([1.0], curve.survival))[numpy.searchsorted(curve.times, moments, side="right")]
    steps, before = [], -math.inf
    for moment, share in zip(moments.tolist(), heights.tolist(), strict=True):
        x, y = axis(moment), height(share)
        if x - before >= FINEST:
            steps.append(f"M{x:.2f} {y - 4:.2f}v8")
            before = x
    if steps:
        drawing.path("".join(steps), stroke=style(index).colour, width=1)


def _at_risk(drawing: Drawing, axis: Scale, groups: Sequence[tuple[str, Any]], bottom: float) -> None:
    """The numbers at risk below the axis, at each of its ticks."""
    y = bottom + 48 + LINE / 2
    drawing.text(8, y, "At risk", bold=True)
    for index, (name, moments) in enumerate(groups):
        line = y + LINE * (index + 1)
        drawing.sign(style(index).sign, 12, line - 4, 3, fill="#fff", stroke=style(index).colour)
        drawing.text(22, line, _short(name, 10))
        for time in time_ticks(axis.high):
            left = len(moments) - int(numpy.searchsorted(moments, time, side="left"))
            drawing.text(axis(time), line, f"{left:,}", anchor="middle")


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


# --------------------------------------------------------------------------------------------------------------- forest


def forest(made: Forest, *, title: str = "Hazard ratios in subgroups", effect: str = "hazard ratio") -> Figure:
    """Hazard ratios with their intervals, a square as large as its events, on a logarithmic scale."""
    rows = made.rows
    interactions = {test.term: p_value(test.p) for test in made.interactions}
    ends = [end for row in rows if row.hr is not None for end in (row.lower, row.upper, row.hr) if end]
    low, high = max(min([*ends, 0.5]), 0.02), min(max([*ends, 2.0]), 50.0)
    axis = Scale(low / 1.1, high * 1.1, 244, 512, logarithmic=True)
    top = 34.0
    bottom = top + LINE * 1.3 * len(rows)
    drawing = Drawing(WIDTH, bottom + 46)
    for x, words in ((8, "Subgroup"), (168, "n"), (218, "Events"), (528, "Hazard ratio"), (712, "Interaction p")):
        drawing.text(
            x, 16, words, bold=True, anchor="start" if words in {"Subgroup", "Hazard ratio"} else "end", size=10
        )
    drawing.line(axis(1), top - 10, axis(1), bottom, stroke=GREY, dashes="3 3")
    most = max((row.events for row in rows), default=1) or 1
    table, seen = [], set()
    for index, row in enumerate(rows):
        y = top + LINE * 1.3 * (index + 0.5)
        name = f"{row.subgroup} {row.level}".strip()
        told = interval(row.hr, row.lower, row.upper, unknown=NONE) if row.hr is not None else "no estimate"
        p = interactions.get(row.subgroup, "") if row.subgroup not in seen else ""
        seen.add(row.subgroup)
        room = max(22 - len(row.level) - 1, 8)  # the level tells the rows apart, and is never cut
        drawing.text(8, y + 4, f"{_short(row.subgroup, room)} {row.level}".strip(), bold=row.subgroup == "all")
        drawing.text(168, y + 4, f"{row.n:,}", anchor="end")
        drawing.text(218, y + 4, f"{row.events:,}", anchor="end")
        drawing.text(528, y + 4, told, size=9.5)
        drawing.text(712, y + 4, p, size=9.5, anchor="end")
        if row.hr is not None:
            _interval_mark(drawing, axis, row, y, 2 + 4 * math.sqrt(row.events / most))
        table.append((name, f"{row.n:,}", f"{row.events:,}", told, p_value(row.p), p))
    values = ratio_ticks(axis.low, axis.high)
    axis_below(drawing, axis, bottom, values, title=effect, labels=[f"{value:g}" for value in values])
    says = "; ".join(f"{row[0]}: {row[3]}" for row in table)
    head = ("Subgroup", "n", "Events", "Hazard ratio (limits)", "p", "Interaction p")
    return Figure(title, f"Forest of hazard ratios. {says}.", drawing, head, tuple(table))


def _interval_mark(drawing: Drawing, axis: Scale, row: Row, y: float, size: float) -> None:
    """An interval with its estimate; an arrow where it leaves the scale."""
    low = axis.low if row.lower is None or row.lower < axis.low else row.lower
    high = axis.high if row.upper is None or row.upper > axis.high else row.upper
    drawing.line(axis(low), y, axis(high), y)
    if low == axis.low:
        drawing.path(f"M{axis(low):.2f} {y:.2f}l6 -4v8Z", fill="#000")
    if high == axis.high:
        drawing.path(f"M{axis(high):.2f} {y:.2f}l-6 -4v8Z", fill="#000")
    if row.hr is not None and axis.low <= row.hr <= axis.high:
        drawing.sign("diamond" if row.subgroup == "all" else "square", axis(row.hr), y, size)


# ------------------------------------------------------------------------------------------------------------ Love plot


def love(rows: Sequence[Mapping[str, Any]], *, title: str = "Balance before and after matching") -> Figure:
    """Standardised differences before (hollow circles) and after matching (filled diamonds), the largest first."""
    ordered = sorted(rows, key=lambda row: -(row["smd_before"] if row["smd_before"] is not None else math.inf))
    known = [row[key] for row in rows for key in ("smd_before", "smd_after") if row[key] is not None]
    values = ticks(0, max([*known, FLAG * 3]) * 1.05)
    axis = Scale(0, max([*known, FLAG * 3]) * 1.05, 190, WIDTH - RIGHT)
    top = 40.0
    bottom = top + LINE * 1.3 * len(rows)
    drawing = Drawing(WIDTH, bottom + 46)
    drawing.sign("circle", 196, 14, 4, fill="#fff", stroke=style(1).colour)
    drawing.text(206, 18, "before")
    drawing.sign("diamond", 276, 14, 4, fill=style(0).colour, stroke=style(0).colour)
    drawing.text(286, 18, "after")
    drawing.line(axis(FLAG), top - 10, axis(FLAG), bottom, stroke=GREY, dashes="3 3")
    drawing.text(axis(FLAG) + 4, top - 4, f"{FLAG:g}", fill=GREY)
    for index, row in enumerate(ordered):
        y = top + LINE * 1.3 * (index + 0.5)
        drawing.text(8, y + 4, _short(str(row["covariate"]), 26))
        drawing.line(axis.start, y, axis.end, y, stroke=FAINT, width=0.4)
        for key, sign, fill, stroke in (
            ("smd_before", "circle", "#fff", style(1).colour),
            ("smd_after", "diamond", style(0).colour, style(0).colour),
        ):
            if row[key] is None:
                drawing.text(axis.end, y + 4, f"{'before' if sign == 'circle' else 'after'}: apart", anchor="end")
            else:
                drawing.sign(sign, axis(row[key]), y, 4, fill=fill, stroke=stroke)
    axis_below(drawing, axis, bottom, values, title="Standardised difference")
    table = tuple(
        (str(row["covariate"]), difference(row["smd_before"]), difference(row["smd_after"])) for row in ordered
    )
    large = [
        row[0] for row, one in zip(table, ordered, strict=True) if one["smd_after"] is None or one["smd_after"] > FLAG
    ]
    after = (
        f"above {FLAG:g} after matching: {wording.listed(large)}" if large else f"none above {FLAG:g} after matching"
    )
    says = f"Love plot of {len(rows)} covariates; {after}."
    return Figure(title, says, drawing, ("Covariate", "Before", "After"), table)
