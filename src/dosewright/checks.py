"""Checks of files: an order of ours, a sheet, or a table of any length, against protocol and site; and what is written.

Every row that is read is answered: with its findings, with what could not be told, or with 'clear'.
"""

from __future__ import annotations

import contextlib
import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from . import __version__, files, wording
from .errors import Mistake
from .order_lines import of_each_line
from .orders import written
from .orders.check import (
    WEIGHED,
    Answer,
    Checked,
    Hits,
    NotChecked,
    Override,
    answer,
    check,
    check_column,
    enough,
    side_by_side,
)
from .orders.doses import site_data, to_data
from .orders.finding import SEVERITIES, STOPPING, Finding
from .orders.rules import RULES
from .orders.rules.due import Due, due
from .orders.rules.fields import FIELDS, say_field
from .orders.rules.values import Texts, Words, taken
from .orders.rules.view import Record
from .protocol import library
from .protocol.library import Loaded
from .protocol.site import Site
from .reading import Document, read, read_json
from .repeats import KEYS, repeated
from .tables import (
    Foreign,
    Layout,
    Orders,
    Rows,
    each_an_order,
    layout,
    one_after_another,
    open_table,
    orders_of,
    part_of,
)

CLEAR: Final = "clear"
NOT_CHECKED: Final = "not-checked"
VERDICTS: Final = (*SEVERITIES, CLEAR, NOT_CHECKED)
COLUMNS: Final = (
    "row",
    "order",
    "severity",
    "rule",
    "where",
    "message",
    "measured",
    "allowed",
    "source",
    "overridden by",
)


UNWEIGHED: Final = Finding(
    NOT_CHECKED, "blocks-release", "not checked: of no line could the dose be held against the one that follows"
)
"""What is told of an order that nothing else stops, and of which no dose was compared."""


@dataclass(frozen=True)
class Yardstick:
    """What orders are held against: a site, and the protocol that each names, or one for all."""

    site: Site
    site_document: Document
    protocol: Loaded | None = None

    @functools.cached_property
    def _dues(self) -> dict[str, Due | None]:
        return {}

    def due(self, name: str | None) -> Due | None:
        """What is asked of an order for a protocol; None where no such protocol is known."""
        if self.protocol is not None:
            name = self.protocol.protocol.id
        if name is None:
            return None
        name = name.strip().casefold()
        if name not in self._dues:
            loaded = self.protocol or (library.from_library(name) if name in library.names() else None)
            self._dues[name] = None if loaded is None else due(loaded, self.site)
        return self._dues[name]

    def standing(self) -> tuple[Finding, ...]:
        """What is to be said of the site and of every protocol that an order was held against."""
        return tuple(dict.fromkeys(one for asked in self._dues.values() if asked is not None for one in asked.standing))


# ------------------------------------------------------------------------------------------------------------ one order


@dataclass(frozen=True)
class One:
    """The check of one order: what it states, what it was held against, and what was found."""

    path: str
    record: Record
    due: Due | None
    checked: Checked
    answers: tuple[Answer | None, ...]  # of each finding who answers for it
    differences: tuple[tuple[str, str, str], ...] = ()

    @property
    def id(self) -> str:
        """The order by its number, or by its file."""
        return str(self.record.values.get("id") or Path(self.path).name)

    @property
    def overrides(self) -> tuple[Override | None, ...]:
        """Of each finding who answers for it, where that is enough."""
        return tuple(enough(self.answers))

    @property
    def standing(self) -> tuple[Finding, ...]:
        """What is to be said of protocol and site themselves."""
        return () if self.due is None else self.due.standing

    @property
    def open(self) -> Checked:
        """The check without the findings that somebody has answered for."""
        left = (one for one, by in zip(self.checked.findings, self.overrides, strict=True) if by is None)
        return replace(self.checked, findings=tuple(left))

    @property
    def answered(self) -> int:
        """How many findings somebody has answered for."""
        return sum(by is not None for by in self.overrides)

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """What keeps this order from being released, and nobody has answered for; that no dose was held against
        anything is never answered for."""
        found = tuple(one for one in (*self.open.findings, *self.standing) if one.severity in STOPPING)
        return found or (() if WEIGHED in self.checked.asked else (UNWEIGHED,))

    @property
    def stopped(self) -> bool:
        """Whether anything does."""
        return bool(self.stopping)


def read_order(path: str) -> Record:
    """An order from a file: one of ours as JSON, PDF or HTML, or a sheet that somebody wrote."""
    content, name = files.read(path), Path(path).name
    ending = Path(path).suffix.casefold()
    if ending in {".pdf", ".html"}:
        from . import documents

        record = written.of_order(documents.order_of(content, name), name)
        told = {"differs": "no", "not compared": "not compared"}.get(documents.verify(content, name).page)
        if told is not None and record.values["unchanged"] == "yes":
            return replace(record, values={**record.values, "unchanged": told})
        return record
    if ending == ".json":
        data = None
        with contextlib.suppress(ValueError):  # what is no JSON is told with its line below
            data = read_json(content)
        if isinstance(data, dict) and data.get("kind") == "order":
            return written.of_order(data, name)
    return written.of_sheet(read(content, name))


def check_order(
    path: str,
    yardstick: Yardstick,
    overrides: Sequence[Override] = (),
    against: str | None = None,
    seen: dict[object, str] | None = None,
) -> One:
    """The check of one order, beside another where one is given; `seen` are those before it, and takes this one."""
    record = read_order(path)
    asked = yardstick.due(record.values.get("protocol"))
    key = tuple(record.values.get(path) for path in KEYS)
    if seen is not None and None not in key:
        before = seen.setdefault(key, path)
        record = record if before == path else replace(record, values={**record.values, "repeats": before})
    record = with_strangers(record, asked)
    checked = check(record, asked)
    found = One(path, record, asked, checked, ())
    answers = tuple(answer(found.id, finding, overrides, record) for finding in checked.findings)
    told = () if against is None else tuple(differences(record, read_order(against)))
    return replace(found, answers=answers, differences=told)


def with_strangers(record: Record, asked: Due | None) -> Record:
    """A record that knows which of its lines are of drugs that the protocol does not have.

    Where columns are named by the line and none names its drug, the name of the line says which it is.
    """
    ours = {line.key: line.drug for line in asked.lines} if asked is not None else {}
    parts = dict.fromkeys(path.partition(".")[0] for path in record.values if "." in path)
    keys = [key for key in parts if key not in {"beads", "lab", "before"}]
    strangers = tuple(key for key in keys if key not in ours)
    if record.carried is None:
        return replace(record, strangers=strangers)
    named = {f"{key}.drug": ours.get(key, key) for key in keys if not record.carries(f"{key}.drug")}
    return replace(record, strangers=strangers, named=named)


def differences(first: Record, second: Record) -> Iterator[tuple[str, str, str]]:
    """What two orders state differently, field by field, in words; '' where one does not state it."""
    for path in dict.fromkeys([*first.values, *second.values]):
        told = [_in_words(path, record.values.get(path)) for record in (first, second)]
        if told[0] != told[1] and path not in {"unchanged", "protocol_hash"}:
            yield path, told[0], told[1]


def _in_words(path: str, value: Any) -> str:
    if value is None:
        return ""
    return say_field(FIELDS[part_of(path)][path.rpartition(".")[2]])(value)


# -------------------------------------------------------------------------------------------------------------- a table


@dataclass
class Summary:
    """What came of a table: how many orders, how they stand, and how often each rule fired."""

    path: str
    rows: int = 0
    orders: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    concerned: Counter[str] = field(default_factory=Counter)  # of each rule the orders in which it fired
    overridden: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    never: dict[str, NotChecked] = field(default_factory=dict)  # rules for which the table has no column
    unused: tuple[str, ...] = ()
    standing: tuple[Finding, ...] = ()
    answers: set[Override] = field(default_factory=set)  # those that answered for something
    short: dict[Override, str] = field(default_factory=dict)  # those that tried, and what they lack
    partly: int = 0  # of the orders that are clear those of which a rule could not be asked

    @property
    def stopped(self) -> bool:
        """Whether any order is stopped or has a dose that nothing was held against, or none could be released."""
        counted = any(self.verdicts[one] for one in (*STOPPING, NOT_CHECKED))
        return counted or any(one.severity in STOPPING for one in self.standing)

    def count(self, verdicts: Any, concerned: Mapping[str, Sequence[Any]], unasked: Any) -> None:
        """How the orders of one more stretch stand, which each rule concerns, and of which one could not be asked."""
        import numpy

        self.partly += int(numpy.count_nonzero(unasked & (verdicts == VERDICTS.index(CLEAR))))

        for id, places in concerned.items():
            told = numpy.zeros(len(verdicts), bool)
            for some in places:
                told[some] = True
            self.concerned[id] += int(numpy.count_nonzero(told))
        numbers = numpy.bincount(verdicts, minlength=len(VERDICTS))
        self.verdicts.update(dict(zip(VERDICTS, numbers.tolist(), strict=True)))

    def add(self, other: Summary) -> None:
        """What came of another part of the same table."""
        self.rows += other.rows
        self.orders += other.orders
        for name in ("verdicts", "fired", "concerned", "overridden", "unknown"):
            getattr(self, name).update(getattr(other, name))
        for what, one in other.never.items():
            self.never.setdefault(what, one)
        self.standing = tuple(dict.fromkeys((*self.standing, *other.standing)))
        self.answers |= other.answers
        self.short |= other.short
        self.partly += other.partly

    def data(self) -> dict[str, Any]:
        """The same for programs; rates are of all orders."""
        rules = sorted({*self.fired, *self.unknown}, key=list(RULES).index)
        return {
            "file": self.path,
            "rows": self.rows,
            "orders": self.orders,
            "verdicts": {one: self.verdicts[one] for one in VERDICTS},
            "clear_with_rules_not_asked": self.partly,
            "rules": [
                {
                    "rule": id,
                    "fired": self.fired[id],
                    "orders": self.concerned[id],
                    "rate": self.concerned[id] / self.orders if self.orders else 0.0,
                    "overridden": self.overridden[id],
                    "override_rate": self.overridden[id] / self.fired[id] if self.fired[id] else 0.0,
                    "not_checked": self.unknown[id],
                }
                for id in rules
            ],
            "never_checked": [
                {"rule": one.rule, "where": one.where, "missing": list(one.missing)} for one in self.never.values()
            ],
            "columns_not_used": list(self.unused),
        }


def check_table(
    path: str,
    yardstick: Yardstick,
    *,
    mapping: tuple[Foreign, Document] | None = None,
    overrides: Sequence[Override] = (),
    sink: Callable[[Any], None],
    progress: Callable[[int], None] = lambda rows: None,
) -> Summary:
    """Every order of a table, chunk by chunk, however long it is; `sink` takes Arrow tables of findings."""
    from .usual import usual

    table = open_table(path)
    plan = layout(table.header, path, mapping)
    summary = Summary(path, unused=plan.unused)
    repeats = repeated(table, plan)
    told = _Told(plan, yardstick, overrides, repeats, summary)
    for chunk in orders_of(table, plan, functools.partial(usual, strange=tuple(repeats), known={})):
        told.look(chunk)
        if told.full:
            sink(told.table())
        progress(summary.orders)
    if not summary.rows:
        raise no_orders(path)
    if told.count:
        sink(told.table())
    summary.standing = yardstick.standing()
    return summary


def no_orders(path: str) -> Mistake:
    """What is said of a table without a row: an export that failed must not pass for orders that were checked."""
    return Mistake("at least one order", where=path, hint="there is no row below the header, and nothing was checked")


def answered(
    chunk: Orders,
    plan: Layout,
    yardstick: Yardstick,
    overrides: Sequence[Override],
    repeats: Mapping[int, int],
    summary: Summary,
) -> Any:
    """The findings of a chunk as an Arrow table, each order answered; its counts go to the summary."""
    told = _Told(plan, yardstick, overrides, repeats, summary)
    told.look(chunk)
    return told.table()


PARTS: Final = ("drug-missing", "beads-missing")
"""Rules without which a part of the protocol may be missing unseen."""
NOTICED: Final = frozenset({"unreadable", "repeats", "unchanged", "protocol_hash"})
"""Fields that need no column, since they are noticed while a table is read."""


GRAVITIES: Final = 8  # more than there are severities, and a power of two
STRETCH: Final = 1_000_000  # orders, or findings, after which a stretch is at its end
KEPT: Final = 65_536  # orders that are not usual, after which it is too


class _Told:
    """What is told of a stretch of orders: for each finding its order, and its words; the gravest of each order.

    The usual orders of a chunk are checked as it comes; the others are few, and are kept until the end of the stretch,
    to be checked together.
    """

    def __init__(
        self,
        plan: Layout,
        yardstick: Yardstick,
        overrides: Sequence[Override],
        repeats: Mapping[int, int],
        summary: Summary,
    ) -> None:
        self.plan, self.yardstick, self.overrides, self.summary = plan, yardstick, overrides, summary
        self.repeats = repeats
        self._begin()

    def _begin(self) -> None:
        import numpy

        self.count, self.findings = 0, 0
        self.rows: list[Any] = []
        self.ids: list[Any] = []
        self.verdicts = numpy.zeros(0, numpy.int8)
        self.weighed = numpy.zeros(0, bool)  # where a dose was held against the one that follows
        self.parted = numpy.zeros(0, bool)  # where the table has no place for a part of the protocol
        self.keys: list[Any] = []  # places and gravities in one number
        self.kinds: list[Any] = []  # of each key its words
        self.words: list[tuple[str, ...]] = []
        self.concerned: dict[str, list[Any]] = {}
        self.others: list[tuple[Rows, Any]] = []  # rows, and their places

    @property
    def full(self) -> bool:
        """Whether the stretch is at its end."""
        kept = sum(others.count for others, _ in self.others)
        return max(self.count, self.findings) >= STRETCH or kept >= KEPT

    def look(self, chunk: Orders) -> None:
        """One more chunk."""
        import numpy

        first = self.count
        self.count += chunk.count
        self.rows.append(chunk.rows)
        self.ids.append(ids_of(chunk.values.get("id"), chunk))
        self.verdicts = numpy.append(self.verdicts, numpy.full(chunk.count, len(SEVERITIES), numpy.int8))
        self.weighed = numpy.append(self.weighed, numpy.zeros(chunk.count, bool))
        self.parted = numpy.append(self.parted, numpy.zeros(chunk.count, bool))
        places = first + numpy.arange(chunk.count)
        self._check(chunk.values, places, chunk.rows, self._whole(chunk, places))
        if chunk.others is not None and chunk.others.count:
            self.others.append((chunk.others, first + numpy.flatnonzero(~chunk.among)))
        self.summary.orders += chunk.count
        self.summary.rows += chunk.read

    def _whole(self, chunk: Orders, places: Any) -> Any:
        """Which orders of a chunk are asked about; a row that is none is told as that, and asked about no further."""
        import numpy

        if not len(chunk.broken):
            return chunk.among
        broken = numpy.array(chunk.broken)
        record = Record({"unreadable": taken(chunk.values["unreadable"], broken)}, len(broken), carried=NOTICED)
        for hits in check_column(record, None, (RULES["unreadable"],)).hits:
            self._take(hits, places[broken])
        whole = numpy.ones(chunk.count, bool) if chunk.among is None else chunk.among.copy()
        whole[broken] = False
        return whole

    def _check(self, values: Mapping[str, Any], places: Any, rows: Any, among: Any = None) -> None:
        """Some orders: where they stand in the stretch, in which rows of the table, and which are asked about."""
        if self.repeats:
            values = {**values, "repeats": _said(rows, self.repeats)}
        for protocol, some in by_protocol(values.get("protocol"), len(places), self.yardstick):
            if some is None:
                self._check_each(protocol, Record(values, len(places), among=among), places)
                continue
            part = {path: taken(value, some) for path, value in values.items()}
            asked = None if among is None else among[some]
            self._check_each(protocol, Record(part, len(some), among=asked), places[some])

    def _check_each(self, protocol: str | None, record: Record, places: Any) -> None:
        """Orders of one protocol."""
        asked = self.yardstick.due(protocol)
        lines = () if asked is None else tuple(line.key for line in asked.lines)
        carried = self.plan.carried | of_each_line(self.plan, lines) | NOTICED | record.values.keys()
        record = with_strangers(replace(record, carried=frozenset(carried)), asked)
        column = check_column(record, asked)
        self.weighed[places] = column.weighed
        self.parted[places] = any(one.rule in PARTS for one in column.not_checked)
        for one in column.not_checked:
            self.summary.never.setdefault(f"{one.rule} {one.where}", one)
        for hits in column.hits:
            self._take(hits, places)
        for hits in column.hits:
            hits.outcome.view.forget()

    def _take(self, hits: Hits, places: Any) -> None:
        """The findings of one rule, and what it could not tell."""
        import numpy

        id, gravity, summary = hits.outcome.rule.id, SEVERITIES.index(hits.severity), self.summary
        summary.fired[id] += len(hits.rows)
        summary.unknown[id] += len(hits.unknown)
        concerned = [one for one in self.overrides if one.rule == id]
        found, kind = hits.told()
        counted = places[hits.rows]
        self.concerned.setdefault(id, []).append(counted)
        if concerned:
            ids, record = self._ids(), hits.outcome.view.record
            each = zip(counted.tolist(), hits.rows.tolist(), kind.tolist(), strict=True)
            answers = [answer(str(ids[place]), found[one], concerned, record, row) for place, row, one in each]
            summary.short |= {one.by: one.lacks for one in answers if one is not None and one.lacks}
            by = list(enough(answers))
            summary.overridden[id] += sum(one is not None for one in by)
            summary.answers.update(one for one in by if one is not None)
            words = [_words(found[one], who) for one, who in zip(kind, by, strict=True)]
            self._add(counted, gravity, words, numpy.arange(len(words)))
            counted = counted[numpy.array([one is None for one in by], bool)]
        else:
            self._add(counted, gravity, [_words(one, None) for one in found], kind)
        self.verdicts[counted] = numpy.minimum(self.verdicts[counted], gravity)
        unknown, kind = hits.not_told()
        self._add(places[hits.unknown], len(SEVERITIES), list(map(not_checked_words, unknown)), kind)

    def _ids(self) -> Any:
        import pyarrow as pa

        return pa.chunked_array(self.ids, pa.string())

    def _add(self, places: Any, gravity: int, words: list[tuple[str, ...]], kind: Any) -> None:
        """Something that is told of some orders: in which words, and of each order in which of them."""
        self.findings += len(places)
        self.keys.append(places * GRAVITIES + gravity)
        self.kinds.append(kind + len(self.words))
        self.words += words

    def table(self) -> Any:
        """All of it as an Arrow table, order by order, the gravest first; an order without a word is clear.

        With it the stretch is at its end.
        """
        import numpy
        import pyarrow as pa

        if self.others:
            places = numpy.concatenate([places for _, places in self.others])
            others = each_an_order(one_after_another([rows for rows, _ in self.others]), self.plan)
            self._check(others.values, places, numpy.concatenate(self.rows)[places], self._whole(others, places))
        self._settle()
        silent, unasked = numpy.ones(self.count, bool), numpy.zeros(self.count, bool)
        keys = numpy.concatenate(self.keys)
        silent[keys // GRAVITIES] = False
        unasked[keys[keys % GRAVITIES == len(SEVERITIES)] // GRAVITIES] = True
        self._add(numpy.flatnonzero(silent), len(SEVERITIES), [(CLEAR, *[""] * 7)], 0)
        keys = numpy.concatenate(self.keys)
        order = numpy.argsort(keys, kind="stable")  # of one order and gravity: as the rules tell it
        places = keys[order] // GRAVITIES
        pairs = zip(self.kinds, map(len, self.keys), strict=True)
        kind = numpy.concatenate([numpy.broadcast_to(one, size) for one, size in pairs]).take(order)
        columns = [_column(texts, kind) for texts in zip(*self.words, strict=True)]
        rows = numpy.concatenate(self.rows)[places]
        ids = pa.concat_arrays(self.ids).take(pa.array(places))
        self.summary.count(self.verdicts, self.concerned, unasked)
        self._begin()
        return pa.table([pa.array(rows), ids, *columns], names=list(COLUMNS))

    def _settle(self) -> None:
        """Tell of each order that is not stopped that it is not clear: no dose of it was compared, or of a part of the
        protocol nobody can see whether it is ordered."""
        import numpy

        for rule, where, message in (
            (WEIGHED, ~self.weighed, UNWEIGHED.message),
            (
                PARTS[0],
                self.parted,
                "not checked: the table has no columns for a drug or for the beads of the protocol",
            ),
        ):
            bare = numpy.flatnonzero(where & (self.verdicts >= len(STOPPING)))
            self.verdicts[bare] = VERDICTS.index(NOT_CHECKED)
            self._add(bare, len(SEVERITIES), [_not_checked(rule, message)], 0)


def _column(texts: Sequence[str], kind: Any) -> Any:
    """A column of texts, each different one kept once."""
    import numpy
    import pyarrow as pa

    encoded = pa.array(texts, pa.string()).dictionary_encode()
    codes = encoded.indices.to_numpy().astype(numpy.int32).take(kind, mode="clip")
    return pa.DictionaryArray.from_arrays(pa.array(codes), encoded.dictionary)


def _words(finding: Finding, by: Override | None) -> tuple[str, ...]:
    answer = "" if by is None else by.words
    return (
        finding.severity,
        finding.rule,
        finding.where,
        finding.message,
        finding.measured,
        finding.allowed,
        finding.source,
        answer,
    )


def not_checked_words(unknown: NotChecked) -> tuple[str, ...]:
    """A rule that could not tell, in the columns of findings."""
    message = f"not checked: {wording.listed(unknown.missing)} missing"
    return _not_checked(unknown.rule, message, unknown.where)


def _not_checked(rule: str, message: str, where: str = "") -> tuple[str, ...]:
    return (NOT_CHECKED, rule, where, message, "", "", "", "")


def _said(rows: Any, repeats: Mapping[int, int]) -> Texts:
    """Of each row where the same order stands before it."""
    import numpy
    import pyarrow as pa

    again = numpy.fromiter(repeats, numpy.int64, len(repeats))
    said: list[str | None] = [None] * len(rows)
    for place in numpy.flatnonzero(numpy.isin(rows, again)).tolist():
        said[place] = f"row {repeats[int(rows[place])]}"
    return Texts(pa.array(said, pa.string()))


def ids_of(id: Any, chunk: Orders) -> Any:
    """The numbers of the orders as texts; where there are none, the rows they stand in."""
    import pyarrow as pa

    if isinstance(id, Words):
        return pa.array(id.vocabulary, pa.string()).take(pa.array(id.codes)).fill_null("")
    if isinstance(id, Texts):
        return id.array.fill_null("")
    return pa.array([f"row {row}" for row in chunk.rows.tolist()], pa.string())


def by_protocol(protocol: Any, count: int, yardstick: Yardstick) -> Iterator[tuple[str | None, Any]]:
    """The orders of each protocol: its name, and their places; None for all of them."""
    import numpy

    if yardstick.protocol is not None or not isinstance(protocol, Words):
        yield (protocol if isinstance(protocol, str) else None), None
        return
    names: dict[str | None, list[int]] = {}
    for code, name in enumerate(protocol.vocabulary):
        names.setdefault(name, []).append(code)
    present = numpy.bincount(protocol.codes, minlength=len(protocol.vocabulary))
    for name, codes in names.items():
        found = int(present[codes].sum())
        if found == count:
            yield name, None
        elif found:
            yield name, numpy.flatnonzero(numpy.isin(protocol.codes, codes))


# ------------------------------------------------------------------------------------------------------ what is written


@contextlib.contextmanager
def writer(file: Any, ending: str) -> Iterator[Callable[[Any], None]]:
    """Findings into a file as they come: CSV in UTF-8, or Parquet."""
    import pyarrow as pa

    if ending == ".parquet":
        import pyarrow.parquet as pq

        # what is the same in many rows is written once; whoever reads the file finds plain text all the same
        words = pa.dictionary(pa.int32(), pa.string())
        schema = pa.schema([("row", pa.int64()), ("order", pa.string()), *((name, words) for name in COLUMNS[2:])])
        plain = list(COLUMNS[:2])  # of the others every group has every word, so that least and most tell nothing
        with pq.ParquetWriter(
            file, schema, use_dictionary=list(COLUMNS[2:]), write_statistics=plain, store_schema=False
        ) as parquet:
            yield parquet.write_table
        return
    schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in COLUMNS[1:])])
    import pyarrow.csv as pcsv

    with pcsv.CSVWriter(file, schema) as plain:
        yield lambda table: plain.write_table(_harmless(table.cast(schema)))


def _harmless(table: Any) -> Any:
    """Cells that a spreadsheet would run as a formula, kept text."""
    import pyarrow.compute as pc

    for place, name in enumerate(COLUMNS[1:], 1):
        table = table.set_column(place, name, pc.replace_substring_regex(table[name], r"^([=+\-@\t\r])", r"'\1"))
    return table


class Kept:
    """Findings kept in memory, where nobody has named a file for them; `clear` orders too, or only counted."""

    def __init__(self, *, clear: bool = False) -> None:
        self.clear = clear
        self.tables: list[Any] = []

    def take(self, table: Any) -> None:
        """One more chunk."""
        import pyarrow.compute as pc

        self.tables.append(table if self.clear else table.filter(pc.not_equal(table["severity"], CLEAR)))

    def data(self) -> list[dict[str, Any]]:
        """Each finding as programs read it."""
        return [row for table in self.tables for row in table.to_pylist()]

    def gravest(self) -> list[dict[str, Any]]:
        """The findings that stop an order, what is refused first; none for which somebody answers."""
        stopping = [row for row in self.data() if row["severity"] in STOPPING and not row["overridden by"]]
        return sorted(stopping, key=lambda row: SEVERITIES.index(row["severity"]))

    def csv(self) -> str:
        """All of them as CSV."""
        import io

        file = io.BytesIO()
        with writer(file, ".csv") as write:
            for table in self.tables:
                write(table)
        return file.getvalue().decode("utf-8")


# --------------------------------------------------------------------------------------------- one order for programs


def finding_data(finding: Finding, by: Override | None = None) -> dict[str, Any]:
    """A finding as programs read it, and who answers for it."""
    who = ("by", "role", "on", "reason", "second")
    return {**asdict(finding), "overridden": None if by is None else {name: str(getattr(by, name)) for name in who}}


def one_data(one: One, yardstick: Yardstick) -> dict[str, Any]:
    """The check of one order as programs read it."""
    pairs = zip(one.checked.findings, one.overrides, strict=True)
    rows, protocol = [], None
    if one.due is not None:
        rows = [row._asdict() for row in side_by_side(one.record, one.due)]
        protocol = {"id": one.due.protocol, "version": one.due.version, "sha256": one.due.protocol_hash}
    data = {
        "schema": "1",
        "kind": "check",
        "tool": f"dosewright {__version__}",
        "file": one.path,
        "order": one.id,
        "stopped": one.stopped,
        "weighed": WEIGHED in one.checked.asked,
        "protocol": protocol,
        "site": site_data(yardstick.site, yardstick.site_document),
        "findings": [finding_data(finding, by) for finding, by in pairs],
        "not_checked": [row._asdict() for row in one.checked.not_checked],
        "standing": [finding_data(finding) for finding in one.standing],
        "side_by_side": rows,
        "differences": [dict(zip(("what", "this", "other"), row, strict=True)) for row in one.differences],
    }
    return dict(to_data(data))


def one_csv(found: Sequence[One]) -> str:
    """The findings of orders as a table, like those of a table's."""
    import csv
    import io

    from .cases import quoted

    file = io.StringIO()
    sheet = csv.writer(file, lineterminator="\n")
    sheet.writerow(COLUMNS)
    for row, one in enumerate(found, 1):
        lines = [_words(finding, by) for finding, by in zip(one.checked.findings, one.overrides, strict=True)]
        lines += [not_checked_words(unknown) for unknown in one.checked.not_checked]
        if UNWEIGHED in one.stopping:
            lines.append(_not_checked(WEIGHED, UNWEIGHED.message))
        for line in lines or [(CLEAR, *[""] * 7)]:
            sheet.writerow([row, *(quoted(cell) for cell in (one.id, *line))])
    return file.getvalue()
