"""An order as it stands on paper: what the templates need beside the order's own data, in words and in places.

Nothing here computes a dose. It groups, sorts, counts and draws what the order says; the templates only lay out.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from . import fit_words, typefaces, wording
from .errors import Refusal
from .units import UNITS, code, quantity

Data = Mapping[str, Any]

# ----------------------------------------------------------------------------------------------------- words for values

PLACES: Final = {"mg": 2, "mL": 2, "mL/h": 2, "mg/mL": 3, "m2": 4, "mg/m2": 2, "cm": 3, "kg": 3, "mg/{vial}": 2}
_BY_CODE: Final = {code(unit): unit for unit in UNITS.values()}
_NUMBER: Final = "[0-9](?:[0-9.,]*[0-9])?"
_AMOUNT: Final = re.compile(rf"(?<![\w.])[+−√]?{_NUMBER}(?: to {_NUMBER})?(?: [^\s<>]{{1,12}}(?![^\s<>]))?")


def kept_together(text: str) -> Markup:
    """Text between whose parts no line may break."""
    return Markup('<span class="q">{}</span>').format(text)


def spoken(value: Data, places: int | None = None) -> str:
    """A quantity of the order's data in words; its unit says how many decimals are of use."""
    unit = _BY_CODE[value["unit"]]
    return wording.say(quantity(value["value"], unit), places=PLACES.get(value["unit"]) if places is None else places)


def say(value: Data, places: int | None = None) -> Markup:
    """A quantity that no line break divides."""
    return kept_together(spoken(value, places))


def say_range(value: Data) -> Markup:
    """A range that no line break divides: '40 to 60 mg/vial'."""
    low, high = value["low"], value["high"]
    if low == high:
        return say(low)
    return kept_together(f"{wording.number(low['value'], places=2)} to {spoken(high, 2)}")


def drug_and_dose(line: Data) -> Markup:
    """'fluorouracil 3,980 mg': no line break between drug and dose; the words of a long name may stand on two lines."""
    *words, last = wording.drug(line["drug"]).split(" ")
    before = Markup("").join(Markup("{} ").format(word) for word in words)
    return before + kept_together(f"{last} {spoken(line['ordered'])}")


def percent(value: Data) -> Markup:
    """A difference in percent, with its sign."""
    return kept_together(wording.signed_percent(value["value"] / 100))


def number(value: int) -> Markup:
    """A count."""
    return kept_together(wording.number(value))


def prose(text: str) -> Markup:
    """A sentence of the order, its numbers kept with the word that follows."""
    parts, end = [], 0
    for match in _AMOUNT.finditer(text):
        parts += [escape(text[end : match.start()]), kept_together(match[0])]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def day(text: str) -> Markup:
    """A date with its weekday."""
    return kept_together(wording.day(dt.date.fromisoformat(text)))


def clock(moment: str, since: str) -> Markup:
    """A clock time, and the day where it is not the first."""
    return kept_together(wording.clock(dt.datetime.fromisoformat(moment), since=dt.date.fromisoformat(since)))


def sentence(text: str) -> Markup:
    """A remark as a sentence."""
    return prose(_capital(text))


def _capital(text: str) -> str:
    """A remark with a capital at its beginning, unless it opens with a drug or a path in its own spelling."""
    return text if re.match(r"[a-z-]+[.:]", text) else text[:1].upper() + text[1:]


FILTERS: Final = {
    "say": say,
    "say_range": say_range,
    "drug": wording.drug,
    "drug_and_dose": drug_and_dose,
    "percent": percent,
    "number": number,
    "prose": prose,
    "sentence": sentence,
    "day": day,
    "clock": clock,
}

# --------------------------------------------------------------------------------------------- what may not be released

MARKS: Final = {"refuse": "REFUSED", "blocks-release": "STOPS RELEASE", "warning": "warning", "info": "note"}
MOST_REASONS: Final = 8
_FORMAL: Final = ("reference-site", "protocol-not-approved", "protocol-status")
_TOGETHER: Final = {
    "undecided": "Not decided by the site",
    "what-if": "Tried out, not decided by the site",
    "eligibility-unknown": "Not known whether met",
    "not-eligible": "Not eligible",
    "laboratory": "Laboratory values that hold or are not known",
}
_WEIGHT: Final = {"not-eligible": 1, "what-if": 3, "undecided": 3, "eligibility-unknown": 4} | dict.fromkeys(_FORMAL, 5)
_USUAL_WEIGHT: Final = 2


def reasons(findings: Sequence[Data]) -> list[str]:
    """Why an order may not be released: few lines, the gravest first, those of one kind together."""
    stopping = [one for one in findings if one["severity"] in {"refuse", "blocks-release"}]
    groups: dict[str, list[Data]] = {}
    for one in stopping:
        key = one["rule"] if one["rule"] in _TOGETHER else f"{one['rule']} {one['message']}"
        groups.setdefault(key, []).append(one)
    ordered = sorted(groups.values(), key=_weight)
    said = [_reason(group) for group in ordered]
    if len(said) <= MOST_REASONS:
        return said
    left = wording.number(len(said) - MOST_REASONS + 1)
    return [*said[: MOST_REASONS - 1], f"And {left} more reasons: see part 8 of the order sheet"]


def _weight(group: Sequence[Data]) -> int:
    return 0 if any(one["severity"] == "refuse" for one in group) else _WEIGHT.get(group[0]["rule"], _USUAL_WEIGHT)


def _reason(group: Sequence[Data]) -> str:
    first = group[0]
    if first["rule"] in _TOGETHER:
        return f"{_TOGETHER[first['rule']]}: {', '.join(_names(one['where'] for one in group))}"
    return _capital(first["message"])


def _names(paths: Iterable[str]) -> Iterator[str]:
    """What remarks are about; the parts of one whole told together: 'beads (drug, dose, vials)'."""
    parts: dict[str, list[str]] = {}
    for path in paths:
        whole, _, part = path.replace("_", " ").partition(".")
        parts.setdefault(whole, []).extend([part] if part else [])
    for whole, several in parts.items():
        yield f"{whole} ({', '.join(several)})" if len(several) > 1 else " ".join([whole, *several])


# ---------------------------------------------------------------------------------------------------- the page's header

HEADER_HEIGHTS: Final = (30, 34, 38, 42, 47, 52, 58, 65, 74, 84)  # mm; each is a named page of the style sheet
_TEXT_WIDTH: Final = 504.0  # points, of the narrower of the two papers
_STATE_WIDTH: Final = 112.0
_HEADER_ROOM: Final = 30.0  # points above the name and under the last line
_BORN: Final = "born 1964-03-09 (Mon), 62 years, unknown · allergies: "
_CYCLE: Final = "cycle 1, day 1 · 2026-11-23 (Mon) · "
_MOST_ALLERGY_LINES: Final = 4


@dataclass(frozen=True, slots=True)
class Header:
    """What stands on every page, and how high the page leaves room for it."""

    identity: tuple[tuple[str, str], ...]
    allergies: str
    treatment: str
    height: str


def header(order: Data) -> Header:
    """The header of one order's pages; very many allergies are counted there and listed in part 1."""
    patient, protocol = order["patient"], order["protocol"]
    identity = tuple((one["kind"], one["value"]) for one in patient["identifiers"])
    named = patient["allergies"] if isinstance(patient["allergies"], str) else "; ".join(patient["allergies"])
    if typefaces.lines(named, 9, _TEXT_WIDTH) > _MOST_ALLERGY_LINES:
        named = f"{wording.number(len(patient['allergies']))} are recorded, see part 1"
    treatment = f"{protocol['title']}, version {protocol['version']}"
    told = " · ".join(f"{kind} {value}" for kind, value in identity)
    height = header_height(patient["name"], told, f"{_BORN}{named}", f"{_CYCLE}{treatment}", where=order["id"])
    return Header(identity, named, treatment, height)


def header_height(name: str, identity: str, born: str, treatment: str, *, where: str) -> str:
    """How high a page leaves room for a header of these words, in mm."""
    beside = _TEXT_WIDTH - _STATE_WIDTH
    points = (
        _HEADER_ROOM
        + 16 * typefaces.lines(name, 13, beside)
        + 12 * typefaces.lines(identity, 9, beside)
        + 12 * typefaces.lines(born, 9, beside)
        + 12 * typefaces.lines(treatment, 9, _TEXT_WIDTH)
    )
    height = next((room for room in HEADER_HEIGHTS if room >= points * 25.4 / 72), None)
    if height is None:
        raise Refusal("names and identifiers are too long for the header of a sheet", where=where)
    return str(height)


# ------------------------------------------------------------------------------------------------- the day as a picture


@dataclass(frozen=True, slots=True)
class Bar:
    """One order line in the picture of the day. All places in the picture are points, ready to be written."""

    x: str
    y: str
    width: str
    label: str
    label_x: str
    label_y: str
    anchor: str
    arterial: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """One line into the patient, and what runs in it."""

    y: str
    words: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark on the clock."""

    x: str
    label: str
    anchor: str
    day: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """The day under one reading of what is undecided; one panel where all is decided."""

    reading: str
    width: str
    height: str
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    says: str
    unplaced: tuple[str, ...]


WIDTH: Final = 500.0  # of the picture; the sheet gives a point to each, within a percent
NAME_WIDTH: Final = 92.0
AXIS_HEIGHT: Final = 16.0
ROW_HEIGHT: Final = 15.0
LANE_GAP: Final = 5.0
LETTER_WIDTH: Final = 5.2  # of the labels, rather too much than too little
NAME_LETTERS: Final = 17
NAME_HEIGHT: Final = 10.0
_STEPS: Final = (1, 2, 3, 4, 6, 8, 12, 24)
_MOST_TICKS: Final = 9


def _place(points: float) -> str:
    return f"{points:.2f}".rstrip("0").rstrip(".")


def panels(order: Data) -> tuple[Panel, ...]:
    """The picture of the day: one panel, or one for each reading where an open question moves the clock."""
    readings = (one for line in order["lines"] for time in line["times"] for one in _readings(time))
    different = [one for one in dict.fromkeys(readings) if one] or [""]
    return tuple(panel for panel in (_panel(order, reading) for reading in different) if panel is not None)


def _readings(time: Data) -> list[str]:
    """The readings under which a line runs at this time; the empty one where it does under all."""
    return str(time["reading"]).split(" or ")


def _panel(order: Data, reading: str) -> Panel | None:
    placed = [
        (line, time)
        for line in order["lines"]
        for time in line["times"]
        if not time["reading"] or reading in _readings(time)
    ]
    if not placed:
        return None
    scale = Scale(_moment(order["begin"]), max(_moment(time["end"]) for _, time in placed))
    lanes: list[Lane] = []
    y = AXIS_HEIGHT + LANE_GAP
    for name in dict.fromkeys(_lane_of(line) for line, _ in placed):
        rows = [(line, time) for line, time in placed if _lane_of(line) == name]
        words = _wrapped(name, NAME_LETTERS)
        lanes.append(
            Lane(
                _place(y - LANE_GAP / 2),
                tuple((_place(y + 9 + NAME_HEIGHT * i), word) for i, word in enumerate(words)),
                tuple(_bar(line, time, order["on"], y + ROW_HEIGHT * i, scale) for i, (line, time) in enumerate(rows)),
            )
        )
        y += max(ROW_HEIGHT * len(rows), NAME_HEIGHT * len(words)) + LANE_GAP
    numbers = {line["number"] for line, _ in placed}
    return Panel(
        reading=reading,
        width=_place(WIDTH),
        height=_place(y),
        lanes=tuple(lanes),
        ticks=tuple(_ticks(scale)),
        says="; ".join(f"{_named(line)}, {_lane_of(line)}, {_span(time, order['on'])}" for line, time in placed),
        unplaced=tuple(_named(line) for line in order["lines"] if line["number"] not in numbers),
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """From the clock to the picture."""

    begin: dt.datetime
    end: dt.datetime

    @property
    def hours(self) -> float:
        """How long the picture lasts."""
        return max((self.end - self.begin).total_seconds() / 3600, 0.1)

    def x(self, moment: dt.datetime) -> float:
        """Where a moment lies."""
        passed = (moment - self.begin).total_seconds() / 3600
        return NAME_WIDTH + passed * (WIDTH - NAME_WIDTH) / self.hours


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _named(line: Data) -> str:
    return f"{line['number']} {line['drug']}"


def _lane_of(line: Data) -> str:
    return str(line["made"]["line"]) if line["made"] else f"{line['route']}, line undecided"


def _span(time: Data, since: str) -> str:
    first = dt.date.fromisoformat(since)
    start, end = (wording.clock(_moment(time[key]), since=first) for key in ("start", "end"))
    return f"{start} to {end}"


def _bar(line: Data, time: Data, since: str, y: float, scale: Scale) -> Bar:
    start, end = scale.x(_moment(time["start"])), scale.x(_moment(time["end"]))
    span = _span(time, since)
    label, label_x, anchor = _beside(start, end, (f"{_named(line)}, {span}", f"{line['number']}, {span}"))
    return Bar(
        x=_place(start),
        y=_place(y),
        width=_place(max(end - start, 1.0)),
        label=label,
        label_x=_place(label_x),
        label_y=_place(y + 9.5),
        anchor=anchor,
        arterial=line["route"] == "hepatic intra-arterial",
    )


def _beside(start: float, end: float, labels: Sequence[str]) -> tuple[str, float, str]:
    """The first label that fits inside a bar, after it or before it, and where it goes; else the last, inside."""
    for label in labels:
        long = LETTER_WIDTH * len(label) + 8
        if long <= end - start:
            return label, start + 5, "start"
        if end + long <= WIDTH:
            return label, end + 4, "start"
        if start - long >= NAME_WIDTH:
            return label, start - 4, "end"
    return labels[-1], start + 5, "start"


def _ticks(scale: Scale) -> Iterator[Tick]:
    """Full hours on the clock, as many as are legible; the first of another day says so."""
    step = next((step for step in _STEPS if scale.hours / step < _MOST_TICKS), _STEPS[-1])
    moment = scale.begin.replace(minute=0, second=0, microsecond=0)
    day = scale.begin.date()
    while moment <= scale.end:
        if moment >= scale.begin and (moment.hour - scale.begin.hour) % step == 0:
            fresh = moment.date() != day
            day = moment.date()
            label = wording.clock(moment, since=scale.begin.date()) if fresh else wording.clock(moment)
            x = scale.x(moment)
            anchor = "end" if x > WIDTH - 12 else "middle"
            yield Tick(_place(x), label, anchor, fresh)
        moment += dt.timedelta(hours=1)


def _wrapped(text: str, letters: int) -> tuple[str, ...]:
    """A name in lines of so many letters, cut between words and, if one word is longer, within it."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f" {word}"
        else:
            lines += [word[i : i + letters] for i in range(0, len(word), letters)]
    return tuple(lines)


# ------------------------------------------------------------------------------------------------------ small groupings


def utc_offset(order: Data) -> str:
    """The offset of all clock times of an order: one, said once, or several where the clock changes meanwhile."""
    moments = [order["begin"]] + [
        time[key] for line in order["lines"] for time in line["times"] for key in ("start", "end")
    ]
    offsets = dict.fromkeys(f"{_moment(moment):%z}" for moment in moments)
    return wording.listed(f"UTC{offset[:3]}:{offset[3:]}".replace("-", "−") for offset in offsets)


def eligibility(order: Data) -> list[tuple[str, bool, list[str]]]:
    """The criteria by their verdict, those not met first: the verdict, whether it is loud, and the criteria."""
    groups = (("NOT MET", "no"), ("UNKNOWN", "unknown"), ("met", "yes"))
    found = [(word, verdict != "yes", [_criterion(one) for one in order["eligibility"] if one["verdict"] == verdict])
             for word, verdict in groups]  # fmt: skip
    return [group for group in found if group[2]]


def _criterion(answer: Data) -> str:
    told = answer["found"] not in {"yes", "no", "unknown"}
    return f"{answer['criterion']} ({answer['found']})" if told else str(answer["criterion"])


_APART: Final = ("eligibility", "laboratory", "genotype")  # each has rows of its own in part 3


def fit_today(order: Data) -> dict[str, Any]:
    """Whether the patient can be treated today: the answer, the scores, the grades, and whatever else keeps from it."""
    fit = order["fit"]
    return {
        "headline": fit_words.answer(fit),
        "scores": list(fit_words.scores(fit)),
        "grades": "; ".join(fit_words.grade(fit)) or "none above 0 is recorded or measured",
        "keeping": list(fit_words.keeping(fit, _APART)),
    }


LEAST_STAGES: Final = 3
_BEAD_SOURCES: Final = frozenset({"methods-deb-tace"})
_ASKING: Final = frozenset({"undecided", "what-if"})
_OPEN: Final = {"undecided": 0, "disputed": 1, "what-if": 2}


def remarks(order: Data) -> list[Data]:
    """The findings that are not told by the table of decisions."""
    asked = {one["of"] for one in order["decisions"]}
    return [one for one in order["findings"] if not (one["rule"] in _ASKING and one["where"] in asked)]


def decisions(order: Data) -> list[dict[str, Any]]:
    """Every open question with what counts here, what nobody has decided first; `asks` is what a site must answer.

    Questions that ask the same stand together: 'beads (drug, dose, vials)'.
    """
    asks = {one["where"]: one["message"] for one in order["findings"] if one["rule"] in _ASKING}
    rows = [{**one, "asks": asks.get(one["of"], "").removeprefix(f"{one['of']}: ")} for one in order["decisions"]]
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: _OPEN.get(row["state"], len(_OPEN))):
        alike = row["state"], row["asks"]
        groups.setdefault(alike if row["asks"] else row["of"], []).append(row)
    return [{**group[0], "of": "; ".join(_names(row["of"] for row in group))} for group in groups.values()]


def worksheet(order: Data) -> dict[str, Any]:
    """What the bead worksheet needs beside the order: stages done and to come, and the sources of what it shows."""
    beads = order["beads"]
    injected = beads["injected"] or []
    done = [*injected, *[None] * max(LEAST_STAGES - len(injected), 1)]
    return {
        "stages": [{"number": str(number), "injected": injected} for number, injected in enumerate(done, 1)],
        "sources": [one for one in order["sources"] if one["key"] in _BEAD_SOURCES],
    }


def code_for_scanner(order: Data) -> Markup:
    """The QR code that names the order and its content."""
    import segno

    text = f"dosewright:order:{order['id']}:{order['hash']}"
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, nl=False, border=0, omitsize=True, title=f"QR code: {text}",
        svgclass="qr", lineclass=None,
    )  # fmt: skip
    return Markup(drawn.getvalue().decode())


def view(order: Data, *, copy: int | None) -> dict[str, Any]:
    """Everything the templates need of one order."""
    return {
        "order": order,
        "header": header(order),
        "reasons": reasons(order["findings"]),
        "panels": panels(order),
        "remarks": remarks(order),
        "decisions": decisions(order),
        "deciders": sorted({(one["by"], one["role"]) for one in order["decisions"] if one["by"] is not None}),
        "marks": MARKS,
        "offset": utc_offset(order),
        "qr": code_for_scanner(order),
        "copy": "" if copy is None else f"COPY {copy}",
        "eligibility": eligibility(order),
        "fit": fit_today(order),
        **(worksheet(order) if order["beads"] is not None else {}),
    }
