"""A course's calendar on paper: months for the patient's refrigerator door, and the ward's list of every day.

A thin shell over the calendar's data, as `documents` is over an order's. The patient's part speaks plain words and
knows neither drug nor dose; what the staff wrote for the staff is not repeated there, only what it is about.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
import re
from calendar import Calendar
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from markupsafe import Markup

from . import documents, sheets, typefaces, wording
from .errors import Refusal
from .orders.finding import STOPPING
from .orders.order import content_hash
from .protocol.drugs import drugs

Data = Mapping[str, Any]
Reader = Literal["both", "patient", "ward"]
Paper = documents.Paper

# ------------------------------------------------------------------------------------------------------- data to paper


def calendar_html(data: Data, *, reader: Reader, paper: Paper) -> bytes:
    """The calendar as one page for screen and paper that holds all it needs; the patient's holds no dose anywhere."""
    html: str = _template("calendar-page.html").render(
        title=_title(data, reader),
        keywords=_keywords(reader, paper),
        styles=[Markup(documents.style(paper)), Markup(_style())],
        articles=[Markup(article) for article in _articles(data, reader, paper)],
    )
    return html.encode("utf-8")


def calendar_pdf(data: Data, *, reader: Reader, paper: Paper) -> bytes:
    """The calendar as PDF: each part is laid out by itself and counts its own pages."""
    title, keywords = _title(data, reader), _keywords(reader, paper)
    parts = [_laid_out(article, paper, title, keywords) for article in _articles(data, reader, paper)]
    whole = parts[0].copy([page for part in parts for page in part.pages])
    content: bytes = whole.write_pdf(pdf_variant=documents.VARIANT, pdf_identifier=_identifier(data, keywords))
    return content


def _articles(data: Data, reader: Reader, paper: Paper) -> Iterator[str]:
    """The parts that a reader gets; refused where a sign of one could not be shown."""
    views: list[tuple[Reader, Callable[[Data], dict[str, Any]]]] = [
        ("patient", functools.partial(patient_view, paper=paper)),
        ("ward", ward_view),
    ]
    for part, view in views:
        if reader in {"both", part}:
            article = _template(f"calendar-{part}.html").render(view(data))
            typefaces.require(article)
            yield article


def _template(name: str) -> Any:
    return documents.environment().get_template(name)


def _title(data: Data, reader: Reader) -> str:
    name = {"patient": "Treatment calendar", "ward": "Ward list", "both": "Treatment calendar and ward list"}[reader]
    return f"{name}, course {data['id']}, version {data['version']}"


def _keywords(reader: Reader, paper: Paper) -> str:
    return f"dosewright calendar {reader} {paper}"


def _identifier(data: Data, keywords: str) -> bytes:
    return hashlib.sha256(f"{keywords} {content_hash(data)}".encode()).digest()[:16]


@functools.cache
def _style() -> str:
    style: str = _template("calendar.css").render(stamp=documents.stamp(), heads=[str(head) for head in HEADS])
    return style


@functools.cache
def _own_style(paper: Paper) -> Any:
    from weasyprint import CSS

    press = documents.press(paper)
    return CSS(string=_style(), font_config=press.fonts, url_fetcher=press.fetcher)


def _laid_out(article: str, paper: Paper, title: str, keywords: str) -> Any:
    import weasyprint

    press = documents.press(paper)
    page = _template("shell.html").render(title=title, keywords=keywords, article=Markup(article))
    return weasyprint.HTML(string=page, url_fetcher=press.fetcher).render(
        font_config=press.fonts,
        stylesheets=[press.style, _own_style(paper)],
        cache=press.pictures,
        pdf_variant=documents.VARIANT,
    )


def _released(data: Data) -> bool:
    return not any(one["severity"] in STOPPING for one in data["findings"])


# ----------------------------------------------------------------------------------------------- the patient's calendar

State = Literal["done", "past", "planned", "moved", "off"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happens to the patient on one day: a word or two for the square, a sentence for the list."""

    day: dt.date
    shorts: tuple[str, ...]
    says: str
    notes: tuple[str, ...] = ()
    state: State = "planned"
    asks_time: bool = False
    stay: bool = False


@dataclass(frozen=True, slots=True)
class Square:
    """One day in the month's grid."""

    number: str
    shorts: tuple[str, ...]
    look: str
    done: bool


@dataclass(frozen=True, slots=True)
class Month:
    """One page: the grid, how high its rows are in millimetres, and the days that hold something."""

    title: str
    look: str
    weeks: tuple[tuple[Square | None, ...], ...]
    heights: tuple[str, ...]
    days: tuple[tuple[str, tuple[Entry, ...]], ...]


def patient_view(data: Data, *, paper: Paper) -> dict[str, Any]:
    """What the template of the patient's months needs."""
    entries, patient, site = _entries(data), data["patient"], data["site"]
    released, identifier = _released(data), next(iter(patient["identifiers"]), None)
    head = _head_height(patient["name"], f"{identifier['kind']} {identifier['value']}" if identifier else "")
    foot = max(_FOOT_LEAST, 5.3 + 6.2 * typefaces.lines(site["contact"], 14, _FOOT_WIDTH))
    room = _ROOM[paper] - head - foot - (0 if released else _BAR)
    return {
        "months": [_month(first, entries, room) for first in _months(entries)],
        "name": patient["name"],
        "identifier": identifier,
        "page": f"month-{'' if released else 'draft-'}{head}",
        "released": released,
        "contact": site["contact"],
        "bring": site.get("bring", "undecided"),
        "version": data["version"],
    }


HEADS: Final = (19, 24, 28, 33, 40, 48)  # mm; each is a named page of the style sheet
_HEAD_WIDTH: Final = 330.0  # points
_BAR: Final = 12.0
_FOOT_LEAST: Final = 21.0
_FOOT_WIDTH: Final = 238.0  # points


def _head_height(*texts: str) -> int:
    """How much room the patient's name and identifier take above a month."""
    needed = 10 + 4.5 * sum(typefaces.lines(text, 10, _HEAD_WIDTH) for text in texts)
    height = next((room for room in HEADS if room >= needed), None)
    if height is None:
        raise Refusal("name and identifier are too long for the head of a calendar", where="patient.name")
    return height


def day_words(day: dt.date, *, year: bool = False) -> str:
    """A date as people say it: 'Monday 23 November'."""
    return f"{day:%A} {day.day}{_GLUE}{day:%B}" + (f"{_GLUE}{day.year}" if year else "")


_GLUE: Final = wording.NO_BREAK_SPACE


def _entries(data: Data) -> list[Entry]:
    """Everything that happens to the patient, by day; of one day in the order of the plan."""
    known = _last_known(data)
    found = [entry for cycle in data["cycles"] for entry in _of_cycle(data, cycle, known)]
    return list(_together(sorted(found, key=lambda entry: entry.day)))


def _together(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Entries of one day that stand under the same remark told in one breath: they are one way to the hospital."""
    last: Entry | None = None
    for entry in entries:
        if last and entry.notes and (entry.day, entry.notes, entry.state) == (last.day, last.notes, last.state):
            last = replace(last, shorts=(*last.shorts, *entry.shorts), says=f"{last.says} {entry.says}")
        else:
            if last:
                yield last
            last = entry
    if last:
        yield last


def _last_known(data: Data) -> dt.date | None:
    """The last day on which anything was recorded: what lies before it is past, though nobody said it was done."""
    return max((_date(one["entered"]) for one in data["history"]), default=None)


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _day_of(event: Data) -> dt.date:
    return _date(event["date"] if "date" in event else event["start"][:10])


def _of_cycle(data: Data, cycle: Data, known: dt.date | None) -> Iterator[Entry]:
    yield from _called_off(cycle)
    first = _date(cycle["actual"] or cycle["planned"])
    yield from _moved_away(data, cycle)
    treated = False
    for event in cycle["events"]:
        day = _day_of(event)
        if event["kind"] in _TREATMENT and (day == first or event["kind"] != "embolisation"):
            if not treated:
                treated = True
                yield from _treatment(data, cycle, first)
            continue
        short, says = _plain(event, cycle["number"])
        past = known is not None and _until(event["why"], day) < known
        note = "" if past else _why(event["why"], day)
        yield Entry(day, (short,), says, (note,) if note else (), "past" if past else "planned", asks_time=True,
                    stay=event["kind"] in _TREATMENT)  # fmt: skip


_TREATMENT: Final = frozenset({"embolisation", "catheter", "infusion"})
_DONE: Final = frozenset({"given", "reduced"})


def _treatment(data: Data, cycle: Data, first: dt.date) -> Iterator[Entry]:
    """The treatment of one cycle: the day on which it begins, the days it goes on, the day it ends."""
    name = f"treatment {cycle['number']}"
    ends = [dt.datetime.fromisoformat(one["end"]) for one in cycle["events"] if one["kind"] == "infusion"]
    end = max(ends, default=None)
    last = end.date() if end else first
    if cycle["status"] in _DONE:
        yield Entry(first, ("Treatment",), f"{name.capitalize()} took place.", state="done", stay=True)
        if last > first:
            yield Entry(last, ("Treatment ends",), f"{name.capitalize()} ended.", state="done", stay=True)
        return
    says = f"Come to the hospital for {name}."
    if end:
        nights = (last - first).days
        how = "overnight" if nights == 1 else f"for {nights} nights"
        until = day_words(last, year=last.year != first.year)
        says += f" You stay {how} until {until}." if nights else f" It ends at about{_GLUE}{end:%H:%M}."
    yield Entry(first, ("Treatment",), says, tuple(_moved_here(data, cycle, first)), asks_time=True, stay=True)
    for n in range(1, (last - first).days):
        yield Entry(first + n * _DAY, ("Treatment goes on",), f"You are in the hospital. {name.capitalize()} goes on.",
                    stay=True)  # fmt: skip
    if end and last > first:
        yield Entry(last, ("Treatment ends",), f"{name.capitalize()} ends at about{_GLUE}{end:%H:%M}.", stay=True)


_DAY: Final = dt.timedelta(days=1)


def _aimed(data: Data, cycle: Data) -> dt.date:
    return _date(cycle["window"]["target"] if cycle["window"] else data["start"])


def _moved_here(data: Data, cycle: Data, day: dt.date) -> Iterator[str]:
    """Why a treatment is not on the day it was first meant for."""
    if cycle["status"] == "delayed":
        aimed = _aimed(data, cycle)
        if aimed != day:
            yield f"Moved by your team from {day_words(aimed, year=aimed.year != day.year)}. {_reason(data, cycle)}"
    else:
        note = _why(cycle["why"], day)
        if note:
            yield note


def _moved_away(data: Data, cycle: Data) -> Iterator[Entry]:
    """A word on the old day of a treatment that the team moved, for whoever remembers that day."""
    day, aimed = _date(cycle["planned"]), _aimed(data, cycle)
    if cycle["status"] == "delayed" and cycle["actual"] is None and aimed != day:
        to = day_words(day, year=day.year != aimed.year)
        says = f"Treatment {cycle['number']} is not on this day. It is now on {to}."
        yield Entry(aimed, (f"Moved to {day.day}{_GLUE}{day:%b}",), says, state="moved")


def _called_off(cycle: Data) -> Iterator[Entry]:
    """A word on the day of a treatment that does not take place, for whoever keeps an older page."""
    number = cycle["number"]
    if cycle["status"] == "omitted":
        says = f"Treatment {number} does not take place."
    elif cycle["status"] == "stopped":
        says = f"Treatment {number} does not take place, nor any after it. Throw the pages of later months away."
    else:
        return
    yield Entry(_date(cycle["planned"]), ("No treatment",), says, ("Ask your team what comes next.",), state="off")


_REASONS: Final = {
    "the results of your blood test": r"platelet|neutrophil|leu[ck]ocyt|white (blood )?cell|h[a]?emoglobin|an[a]?emia"
    r"|blood|bilirubin|albumin|creatinine|transaminase|\bALT\b|\bAST\b|laborator",
    "an infection or a fever": r"infection|fever|febrile|sepsis|pneumonia",
    "a holiday": r"holiday|festival|new year",
    "your own wish": r"patient['’]?s? (wish|request|asked)|(wish|request) of the patient|at (his|her|their) request",
}


def _reason(data: Data, cycle: Data) -> str:
    """What a move is about, in plain words; what the staff wrote was not written for a refrigerator door."""
    moves = [one for one in data["history"] if one["cycle"] == cycle["number"] and one["status"] == "delayed"]
    written = moves[-1]["reason"] if moves else ""
    for plain, pattern in _REASONS.items():
        if re.search(pattern, written, re.IGNORECASE):
            return f"The reason: {plain}."
    return "Ask your team for the reason."


_PLAIN: Final = {
    "laboratory tests before treatment": ("Blood test", "Blood test before treatment {number}."),
    "physical examination": ("Visit", "Visit: you are examined."),
    "haematology, liver function and coagulation": ("Blood test", "Blood test: blood count, liver and clotting."),
    "alpha-fetoprotein": ("Blood test", "Blood test: the tumour marker alpha-fetoprotein."),
    "three-phase CT or MRI of the abdomen and CT of the chest": (
        "Scan",
        "Scan: CT or MRI of the belly and CT of the chest.",
    ),
}
_KINDS: Final = {"laboratory": "Blood test", "imaging": "Scan", "embolisation": "Treatment"}
_BLOOD: Final = re.compile(r"blood|h[a]?ematolog|laborator|coagulation|liver function|serum|marker", re.IGNORECASE)
_IMAGE: Final = re.compile(r"\b(CT|MRI|PET|X-ray|ultrasound|sonograph\w*|angiograph\w*|scan)\b", re.IGNORECASE)
_UNIT: Final = re.compile(r"(?<![a-z])(mg|mcg|µg|ug|kg|g|ml|l|units?|iu|[mg]bq|m²|m2)(?![a-z])|%|dose", re.IGNORECASE)


def _plain(event: Data, number: int) -> tuple[str, str]:
    """An event in words for a patient: known ones by heart, others by their kind and the protocol's own words."""
    what, kind = event["what"], event["kind"]
    if what in _PLAIN:
        short, says = _PLAIN[what]
        return short, says.format(number=number)
    if kind == "embolisation":
        return "Treatment", f"Come to the hospital for treatment {number}{what.removeprefix('embolisation')}."
    short = _KINDS.get(kind) or ("Blood test" if _BLOOD.search(what) else "Scan" if _IMAGE.search(what) else "Visit")
    return short, f"{short}: {what}." if _harmless(what) else f"{short}."


def _harmless(text: str) -> bool:
    """Whether a text speaks of no dose and no drug, and may stand on a patient's calendar."""
    return not _UNIT.search(text) and not any(name in text.casefold() for name in drugs())


_FROM: Final = re.compile(r"moved from ([0-9]{4}-[0-9]{2}-[0-9]{2}), (.+)")
_SPAN: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) to ([0-9]{4}-[0-9]{2}-[0-9]{2})")
_WEEKDAYS: Final = {
    "Mon": "Mondays", "Tue": "Tuesdays", "Wed": "Wednesdays", "Thu": "Thursdays", "Fri": "Fridays", "Sat": "Saturdays",
    "Sun": "Sundays",
}  # fmt: skip


def _until(why: str, day: dt.date) -> dt.date:
    """The last day on which an event may still be: its own, or the end of the span that is given for it."""
    match = _SPAN.fullmatch(why)
    return max(_date(match[2]), day) if match else day


def _why(why: str, day: dt.date) -> str:
    """Why an event is on its day, for a patient; '' where that tells nothing: nobody looks for a visit on a Sunday."""
    if (match := _FROM.fullmatch(why)) and not match[2].startswith("weekend"):
        aimed = _date(match[1])
        return f"Not on {day_words(aimed, year=aimed.year != day.year)}: {_closed(match[2])}."
    if match := _SPAN.fullmatch(why):
        last = _date(match[2])
        return f"Possible until {day_words(last, year=last.year != day.year)}." if last > day else ""
    if why.startswith("no open day"):
        return "This day is not yet certain: ask your team."
    return ""


def _closed(reason: str) -> str:
    """Why a day was closed: the site's own word for a holiday or a closure, if it is fit for a patient."""
    word, _, name = reason.partition(": ")
    told = f" ({name})" if name and _harmless(name) else ""
    if word == "holiday":
        return f"that is a holiday{told}"
    if word == "closed":
        return f"the department is closed{told}"
    return f"there are no treatments on {_WEEKDAYS[word[-3:]]}" if word[-3:] in _WEEKDAYS else "that day is closed"


# ---------------------------------------------------------------------------------------------------- a month on a page

TALLEST: Final = 24.0  # mm, of a week's row
_ROOM: Final = {"A4": 242.0, "Letter": 224.0}  # mm, for all but title, weekdays and the line at the foot
_LINE: Final = 5.3  # mm, of 12 points and their leading
_NUMBER: Final = 9.4  # mm, of the number in a square, and what is around
_AROUND: Final = 1.9  # mm, above and below an entry of the list
_IF_TIGHT: Final = 3.0  # mm, that a smaller title gives
_NUMBER_IF_TIGHT: Final = 7.4
_SHORT_LINE: Final = 4.95  # mm, of a line in a square
_FOR_PEN: Final = 2.1  # mm, over an entry on whose line somebody writes
_LIST_WIDTH: Final = 372.0  # points of our bold, which `lines` measures, in the room of so much regular text
_SQUARE_WIDTH: Final = 74.0


def _months(entries: Iterable[Entry]) -> list[dt.date]:
    """The first days of the months in which something takes place."""
    return sorted({entry.day.replace(day=1) for entry in entries if entry.state != "moved"})


def _month(first: dt.date, entries: Sequence[Entry], room: float) -> Month:
    inside = [entry for entry in entries if entry.day.replace(day=1) == first]
    by_day = {day: tuple(group) for day, group in itertools.groupby(inside, key=lambda entry: entry.day)}
    weeks = tuple(
        tuple(_square(day, by_day.get(day, ())) if day.month == first.month else None for day in week)
        for week in Calendar().monthdatescalendar(first.year, first.month)
    )
    days = tuple((f"{day:%a} {day.day}", group) for day, group in by_day.items())
    words = _words_heights(weeks, _NUMBER)
    left = room - sum(_entry_height(entry) for entry in inside)
    tight = sum(words) > left
    if tight:
        words = _words_heights(weeks, _NUMBER_IF_TIGHT)
        left += _IF_TIGHT + _FOR_PEN * sum(_asks(entry) for entry in inside)
    heights = tuple(f"{height:.1f}mm" for height in _heights(words, left))
    return Month(f"{first:%B} {first.year}", "month tight" if tight else "month", weeks, heights, days)


def _square(day: dt.date, entries: Sequence[Entry]) -> Square:
    states = {entry.state for entry in entries}
    look = " ".join(
        word
        for word, holds in (
            ("stay", any(entry.stay and entry.state != "past" for entry in entries)),
            ("on", bool(states - {"moved", "past", "off"})),
            ("done", "done" in states),
        )
        if holds
    )
    return Square(
        str(day.day), tuple(dict.fromkeys(short for entry in entries for short in entry.shorts)), look, "done" in states
    )


def _heights(words: Sequence[float], room: float) -> list[float]:
    """How high the rows may be, so that the list below still finds room; no row is lower than its words."""
    common = TALLEST
    while common > min(words) and sum(max(common, need) for need in words) > room:
        common -= 0.5
    return [max(common, need) for need in words]


def _words_heights(weeks: Sequence[Sequence[Square | None]], number: float) -> list[float]:
    """How high the words of each week are, under a number of this height."""
    most = (max(_lines(square) for square in week if square is not None) for week in weeks)
    return [number + _SHORT_LINE * lines for lines in most]


def _lines(square: Square) -> int:
    return sum(typefaces.lines(short, 12, _SQUARE_WIDTH) for short in square.shorts)


def _entry_height(entry: Entry) -> float:
    lines = typefaces.lines(" ".join((entry.says, *entry.notes)), 12, _LIST_WIDTH)
    return _LINE * lines + _AROUND + (_FOR_PEN if _asks(entry) else 0)


def _asks(entry: Entry) -> bool:
    return entry.asks_time and entry.state == "planned"


# ------------------------------------------------------------------------------------------------------ the ward's list

MOST_COLUMNS: Final = 5


def ward_view(data: Data) -> dict[str, Any]:
    """What the template of the ward's list needs."""
    protocol = data["protocol"]
    course = f"course {data['id']}, version {data['version']} · {protocol['title']}"
    findings = data["findings"]
    return {
        "course": data,
        "hash": content_hash(data)[:12],
        "released": _released(data),
        "header": sheets.header({**data, "protocol": {**protocol, "title": course}}),
        "reasons": [one.replace("see part 8 of the order sheet", "see part 5") for one in sheets.reasons(findings)],
        "cycles": [_row_of(data, cycle) for cycle in data["cycles"]],
        "days": ward_days(data),
        "exposure": list(_tables(data)),
        "findings": sorted(findings, key=lambda one: list(sheets.MARKS).index(one["severity"])),
        "marks": sheets.MARKS,
        "offset": _offsets(data),
    }


def _row_of(data: Data, cycle: Data) -> dict[str, Any]:
    """One cycle in a line: how late it is and what was given, in words."""
    number = cycle["number"]
    changes = [one for one in data["changes"] if one["cycle"] == number]
    share = next((one["share"] for one in data["history"] if one["cycle"] == number and one["share"]), None)
    treated = cycle["status"] in _DONE
    embolised = any(event["kind"] == "embolisation" for event in cycle["events"])
    return {
        **cycle,
        "loud": cycle["status"] in {"delayed", "reduced", "omitted", "stopped"},
        "late": _late(cycle["delay"]) if cycle["delay"] and cycle["events"] else "",
        "took": cycle["actual"] if treated else None,
        "not_taken": "by drug" if treated else "not yet" if cycle["events"] else "not applicable",
        "share": share,
        "changes": changes,
        "missing": () if treated else (*_BEFORE, *((_BEADS,) if embolised else ())),
    }


def _late(days: int) -> str:
    return f"{wording.number(abs(days))} {wording.plural('day', abs(days))} {'late' if days > 0 else 'early'}"


@dataclass(frozen=True, slots=True)
class Task:
    """One event in the ward's list: when, of which cycle, what with its dose, and what is still to be ticked off."""

    cycle: int
    times: tuple[str, ...]
    what: str
    line: Data | None
    why: str
    done: str
    boxes: tuple[str, ...]
    infusion: bool
    opens: Data | None = None


def ward_days(data: Data) -> list[tuple[str, int, list[Task]]]:
    """Every day on which something is to be done: how many rows it takes, and all that is to be done on it."""
    found = [(_day_of(event), task) for cycle in data["cycles"] for event, task in _tasks(data, cycle)]
    found.sort(key=lambda one: one[0])
    by_day = [
        (day.isoformat(), [task for _, task in group])
        for day, group in itertools.groupby(found, key=lambda one: one[0])
    ]
    return [(day, len(tasks) + sum(task.opens is not None for task in tasks), tasks) for day, tasks in by_day]


def _tasks(data: Data, cycle: Data) -> Iterator[tuple[Data, Task]]:
    first = _date(cycle["actual"] or cycle["planned"])
    ordered = {line["key"]: {**line, "share": None} for line in data["lines"]}
    changed = {one["key"]: one for one in data["changes"] if one["cycle"] == cycle["number"]}
    for key, one in changed.items():
        ordered[key] = {**ordered[key], "ordered": one["ordered"], "share": one["share"], "says": one["says"]}
    opens: Data | None = _row_of(data, cycle)
    for event in cycle["events"]:
        infusion, belongs = event["kind"] == "infusion", _of_treatment(event, first)
        done = (cycle["status"] if infusion else "done") if belongs and cycle["status"] in _DONE else ""
        boxes = () if done else _BOXES.get(event["kind"] if belongs else f"later {event['kind']}", _USUAL_BOXES)
        line = ordered.get(event["what"]) if infusion else None
        heads = opens if event["kind"] in _TREATMENT and _day_of(event) == first else None
        opens = None if heads else opens
        yield (
            event,
            Task(cycle["number"], _times(event), event["what"], line, event["why"], done, boxes, infusion, heads),
        )


_BEFORE: Final = ("laboratory", "weight", "consent", "order sheet")
_BEADS: Final = "bead worksheet"
_USUAL_BOXES: Final = ("booked", "done")
_BOXES: Final = {
    "later laboratory": ("booked", "seen"),
    "embolisation": ("done",),
    "later embolisation": ("laboratory", "consent", "bead worksheet", "done"),
    "catheter": ("done",),
    "infusion": ("started", "ended"),
}


def _of_treatment(event: Data, first: dt.date) -> bool:
    """Whether an event belongs to the treatment that is recorded as given; a later session of beads is not."""
    return event["kind"] in _TREATMENT and (event["kind"] != "embolisation" or _day_of(event) == first)


def _times(event: Data) -> tuple[str, ...]:
    """The clock times of an event, begin and end; none where it has none."""
    if "start" not in event:
        return ()
    start, end = (dt.datetime.fromisoformat(event[key]) for key in ("start", "end"))
    return (wording.clock(start), *(() if start == end else (wording.clock(end, since=start.date()),)))


def _offsets(data: Data) -> str:
    moments = [
        dt.datetime.fromisoformat(event[key])
        for cycle in data["cycles"]
        for event in cycle["events"]
        if "start" in event
        for key in ("start", "end")
    ]
    offsets = dict.fromkeys(f"{moment:%z}" for moment in moments)
    return wording.listed(f"UTC{offset[:3]}:{offset[3:]}".replace("-", "−") for offset in offsets)


def _tables(data: Data) -> Iterator[dict[str, Any]]:
    """Cumulative doses, a cycle a row; so many drugs and classes beside each other as find room."""
    shown = [row for row in data["exposure"] if row["of"] == "drug" or row["limit"] is not None]
    for group in (shown[at : at + MOST_COLUMNS] for at in range(0, len(shown), MOST_COLUMNS)):
        rows = [("before the course", "", [_reached(row["before"], row) for row in group])]
        for index, cycle in enumerate(data["cycles"]):
            after = [_reached(row["after"][index], row) for row in group]
            rows.append((f"cycle {cycle['number']}", cycle["status"], after))
        yield {"columns": group, "rows": rows}


def _reached(value: Data | None, row: Data) -> tuple[Data | None, bool]:
    """A sum and whether it is above its limit."""
    above = value is not None and row["limit"] is not None and value["value"] > row["limit"]["value"]
    return value, above
