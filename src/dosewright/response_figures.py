"""Waterfall, spider and swimmer figures of response: one panel an arm, letters and signs in place of colours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from . import wording
from .dates import DAYS_A_MONTH
from .figures import FAINT, GREY, INK, STYLES, Drawing, Figure, Scale, axis_below, axis_left, time_ticks
from .outcomes.cohort import Cohort, Patient
from .outcomes.criteria import Criterion
from .outcomes.response import Read

WIDTH: Final = 720.0
LEFT: Final = 60.0
MOST_DRAWN: Final = 100.0  # percent of growth beyond which a bar is cut, and says so
FILLS: Final = {"CR": "#fff", "PR": "#fff", "SD": "#bbb", "PD": "#555", "NE": "#fff"}
_SYNTHETIC: Final = "SYNTHETIC: these records were made up."


def _title(found: Cohort, what: str, rule: Criterion, reader: str) -> str:
    made_up = ", SYNTHETIC" if found.settings.is_synthetic else ""
    return f"{what} ({rule.title}, reader {reader}{made_up})"


def _says(found: Cohort, words: str) -> str:
    return f"{words} {_SYNTHETIC}" if found.settings.is_synthetic else words


def _key(drawing: Drawing, found: Cohort, words: str) -> None:
    """The key of the signs, at the foot; a drawing of made-up records says there what it is."""
    drawing.text(LEFT, drawing.height - 6, words, size=9)
    if found.settings.is_synthetic:
        drawing.text(WIDTH - 10, 12, _SYNTHETIC, size=9, bold=True, anchor="end")


def _by_arm(found: Cohort, reads: Sequence[Read]) -> dict[str, list[Read]]:
    return {arm.name: [one for one in reads if one.arm == arm.id] for arm in found.settings.arms}


def _limits(drawing: Drawing, scale: Scale, rule: Criterion, left: float, right: float) -> None:
    """The lines of partial response and progression, each with its percentage."""
    for value in (float(rule.progression.value), -float(rule.partial_response.value)):
        drawing.line(left, scale(value), right, scale(value), stroke=GREY, width=0.7, dashes="4 3")


def _cut(value: Decimal) -> float:
    """A change as far as it is drawn; a greater one says so beside its bar."""
    return float(value) if float(value) <= MOST_DRAWN else MOST_DRAWN


def waterfall(found: Cohort, rule: Criterion, reads: Sequence[Read], reader: str) -> Figure:
    """The deepest change of each patient's sum since the baseline, the greatest growth first, one panel an arm.

    A letter above or below each bar is the best overall response. Who has no sum after the baseline has no bar, and is
    counted in the words beside the arm.
    """
    arms = _by_arm(found, reads)
    panel, gap = 190.0, 52.0
    drawing = Drawing(WIDTH, len(arms) * (panel + gap) + 30)
    rows: list[tuple[str, ...]] = []
    told = []
    for index, (arm, them) in enumerate(arms.items()):
        top = 26 + index * (panel + gap)
        scale = Scale(-100, MOST_DRAWN, top + panel, top)
        drawn = sorted(
            ((one.deepest, one) for one in them if one.deepest is not None),
            key=lambda item: (-item[0], item[1].patient),
        )
        without = len(them) - len(drawn)
        words = f"{arm}: {len(drawn)} of {len(them)} patients" + (f"; {without} without a sum" if without else "")
        told.append(words)
        drawing.text(LEFT, top - 8, words, bold=True)
        axis_left(drawing, scale, LEFT, [-100, -50, 0, 50, 100], title="Deepest change, %", labels=_signed())
        _limits(drawing, scale, rule, LEFT, WIDTH - 10)
        step = (WIDTH - LEFT - 16) / max(len(drawn), 1)
        for place, (change, one) in enumerate(drawn):
            x, value = LEFT + 6 + place * step, _cut(change)
            upper, lower = max(scale(value), scale(0)), min(scale(value), scale(0))
            drawing.rectangle(x, lower, step * 0.8, max(upper - lower, 0.8), fill=FILLS[one.best.response])
            mark = f"{one.best.response}{'*' if float(change) > MOST_DRAWN else ''}"
            y = scale(value) - 3 if value >= 0 else scale(value) + 8
            drawing.text(x + step * 0.4, y, mark, anchor="middle", size=min(7.0, max(step * 0.7, 2.5)))
            rows.append((arm, one.patient, _percent(change), one.best.response))
        rows += [(arm, one.patient, "no sum", one.best.response) for one in them if one.deepest is None]
        drawing.line(LEFT, scale(0), WIDTH - 10, scale(0))
    key = f"White CR and PR, grey SD, dark PD; * above {MOST_DRAWN:g} %. Dashes: {_rule(rule)}."
    _key(drawing, found, key)
    says = (
        f"Deepest change of the sum of diameters since the baseline, in percent, one bar a patient. {'. '.join(told)}."
    )
    title = _title(found, "Waterfall of the deepest change", rule, reader)
    return Figure(
        title, _says(found, says), drawing, ("Arm", "Patient", "Deepest change", "Best response"), tuple(rows)
    )


def _rule(rule: Criterion) -> str:
    return f"−{rule.partial_response.value:f} % and +{rule.progression.value:f} %"


def _signed() -> list[str]:
    return ["−100", "−50", "0", "+50", "+100"]


def _percent(value: Decimal) -> str:
    return wording.signed_percent(float(value) / 100)


def _months(day: dt.date, start: dt.date) -> float:
    return (day - start).days / DAYS_A_MONTH


def spider(found: Cohort, rule: Criterion, reads: Sequence[Read], reader: str) -> Figure:
    """The change of each patient's sum over time, one panel an arm; a diamond is progression."""
    arms = _by_arm(found, reads)
    starts = {one.id: one.start for one in found.included}
    panel, gap = 220.0, 66.0
    drawing = Drawing(WIDTH, len(arms) * (panel + gap) + 30)
    days = [_months(point.day, start) for one in reads if (start := starts[one.patient]) for point in one.timepoints]
    reach = max(days, default=1.0)
    rows: list[tuple[str, ...]] = []
    told = []
    for index, (arm, them) in enumerate(arms.items()):
        top = 26 + index * (panel + gap)
        scale, along = Scale(-100, MOST_DRAWN, top + panel, top), Scale(0, reach, LEFT, WIDTH - 20)
        axis_left(drawing, scale, LEFT, [-100, -50, 0, 50, 100], title="Change, %", labels=_signed())
        axis_below(drawing, along, top + panel, time_ticks(reach), title="Months since the start of treatment")
        _limits(drawing, scale, rule, LEFT, WIDTH - 20)
        drawn = 0
        for one in them:
            start = starts[one.patient]
            points = [(p.day, p.change, p.overall) for p in one.timepoints if p.change is not None]
            if start is None or not points:
                continue
            drawn += 1
            steps = [(along(0.0), scale(0))]
            steps += [(along(_months(day, start)), scale(_cut(change))) for day, change, _ in points]
            drawing.path("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in steps), stroke=GREY, width=0.7)
            for (x, y), (day, change, overall) in zip(steps[1:], points, strict=True):
                if overall == "PD":
                    drawing.sign("diamond", x, y, 3)
                rows.append(
                    (arm, one.patient, wording.number(_months(day, start), places=1), _percent(change), overall)
                )
        words = f"{arm}: {drawn} of {len(them)} patients"
        told.append(words)
        drawing.text(LEFT, top - 8, words, bold=True)
    key = f"Diamond: progression. A line at the top is above +{MOST_DRAWN:g} %. Dashes: {_rule(rule)}."
    _key(drawing, found, key)
    says = f"Change of the sum of diameters since the baseline over time, one line a patient. {'. '.join(told)}."
    head = ("Arm", "Patient", "Months", "Change", "Response")
    return Figure(_title(found, "Change over time", rule, reader), _says(found, says), drawing, head, tuple(rows))


def swimmer(found: Cohort, rule: Criterion, reads: Sequence[Read], reader: str) -> Figure:
    """One lane a patient from the first treatment to death or when last seen, with the response and progression."""
    by_patient: Mapping[str, Patient] = {one.id: one for one in found.included}
    arms = _by_arm(found, reads)
    lane, gap = 7.0, 40.0
    lanes = {arm: [one for one in them if _end(by_patient[one.patient]) is not None] for arm, them in arms.items()}
    drawing = Drawing(WIDTH, sum(len(them) * lane + gap for them in lanes.values()) + 62)
    reach = max((_length(by_patient[one.patient]) for them in lanes.values() for one in them), default=1.0)
    along = Scale(0, max(reach, 1.0) * 1.02, LEFT, WIDTH - 20)
    rows: list[tuple[str, ...]] = []
    top, told = 30.0, []
    for index, (arm, them) in enumerate(lanes.items()):
        words = f"{arm}: {len(them)} of {len(arms[arm])} patients"
        told.append(words)
        drawing.text(LEFT, top - 8, words, bold=True)
        for place, one in enumerate(sorted(them, key=lambda r: (-_length(by_patient[r.patient]), r.patient))):
            patient = by_patient[one.patient]
            rows.append(_lane(drawing, along, top + place * lane, lane, patient, one, arm, STYLES[index].colour))
        top += len(them) * lane + gap
    axis_below(drawing, along, top - gap + 6, time_ticks(along.high), title="Months since the start of treatment")
    key = "Triangle: first response. Diamond: progression. Square: death. Arrow: alive when last seen."
    _key(drawing, found, key)
    says = f"One lane a patient from the first treatment to death or when last seen. {'. '.join(told)}."
    head = ("Arm", "Patient", "Months", "First response", "Progression", "End")
    title = _title(found, "Swimmer of courses", rule, reader)
    return Figure(title, _says(found, says), drawing, head, tuple(rows))


def _end(patient: Patient) -> dt.date | None:
    """The last day of a lane; None where its start or end is not known."""
    return (patient.died or patient.last_seen) if patient.start is not None else None


def _length(patient: Patient) -> float:
    end = _end(patient)
    return _months(end, patient.start) if end is not None and patient.start is not None else 0.0


def _lane(
    drawing: Drawing, along: Scale, y: float, lane: float, patient: Patient, one: Read, arm: str, colour: str
) -> tuple[str, ...]:
    start = patient.start or dt.date.min
    months = _length(patient)
    middle = y + lane / 2
    drawing.rectangle(along(0), y + 1, along(months) - along(0), lane - 2, fill="#eee", stroke=FAINT)
    responses = [point.day for point in one.timepoints if point.overall in {"CR", "PR"}]
    responses = [day for day in responses if one.best.progressed is None or day < one.best.progressed]
    told = ["none", "none"]
    if responses:
        drawing.sign("triangle", along(_months(responses[0], start)), middle, 2.6, fill="#fff")
        told[0] = wording.number(_months(responses[0], start), places=1)
    if one.best.progressed is not None:
        drawing.sign("diamond", along(_months(one.best.progressed, start)), middle, 2.6, fill=colour)
        told[1] = wording.number(_months(one.best.progressed, start), places=1)
    if patient.died is not None:
        drawing.sign("square", along(months), middle, 2.2)
    else:
        x = along(months)
        drawing.path(f"M{x:.2f} {middle - 2.4:.2f}L{x + 5:.2f} {middle:.2f}L{x:.2f} {middle + 2.4:.2f}Z", fill=INK)
    return (
        arm, patient.id, wording.number(months, places=1), *told, "death" if patient.died is not None else "last seen",
    )  # fmt: skip
