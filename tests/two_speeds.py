"""One text of a rule, two speeds: whether the check of a column says of each order what the check of it alone says.

Orders are drawn sound and dangerous, then spoilt at random: numbers moved onto every limit and a step to either side,
fields dropped, words changed, lines of other drugs added. `mismatches` is called with a thousand by a test and with a
million by the benchmark.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy

from dosewright.checks import with_strangers
from dosewright.orders.check import Checked, NotChecked, check, check_column
from dosewright.orders.finding import SEVERITIES, Finding
from dosewright.orders.rules.due import Due, due
from dosewright.orders.rules.fields import FIELDS
from dosewright.orders.rules.values import Words
from dosewright.orders.rules.view import WORDS, Record
from dosewright.tables import part_of

from . import ordered, ward

BLOCK = 2_000  # orders of one column
STEPS = (0.0, 1e-9, -1e-9, 0.1, -0.1, 1.0, -1.0)
FACTORS = (0.5, 1.0, 0.95, 1.05, 0.995, 1.005, 0.9, 1.1, 10.0, 0.1, 100.0, 1000.0, 0.001, 24.0, 1 / 24, 2.2046226218487757,
           1 / 2.54, 1.9, 2.0)  # fmt: skip
LIMITS: Mapping[str, tuple[float, ...]] = {
    "height": (100.0, 140.0, 200.0, 230.0, 60.0),
    "weight": (25.0, 35.0, 150.0, 250.0),
    "bsa": (1.73, 2.0, 1.6),
    "cycle": (0.0, 1.0, 2.0),
    "day": (1.0, 2.0),
    "last_cycle": (0.0, 1.0),
    "ecog": (2.0, 3.0),
    "over": (2.0, 4.0, 20.0),
    "offered": (40.0, 60.0),
    "vials": (1.0, 2.0),
    "contact": (1 / 3, 19 / 60),
    "final_volume": (20.0, 40.0),
    "dose_per": (60.0, 85.0, 200.0, 2400.0),
    "flat": (1200.0,),
    "diluent_volume": (250.0, 500.0),
    "total": (0.0, 413.8, 450.0, 550.0),
    "injected": (40.0, 50.0),
    "share": (50.0, 80.0, 99.9, 100.0),
    "lines": (1.0, 2.0),
}
OF_DAYS = (0.0, 1.0, 3.0, 4.0, 7.0, 8.0, 20.0, 21.0, 28.0, 29.0, 42.0, 43.0, -1.0, -3.0, -4.0)
VALUES = {"neutrophils": 1.5, "platelets": 75.0, "bilirubin": 30.0, "albumin": 30.0}
WORDS_OF: Mapping[str, tuple[str, ...]] = {
    "drug": ("oxaliplatin", "Oxaliplatin", "cisplatin", "OXA", "doxorubicin", "epirubicin", "fluorouracil", "leucovorin",
             "vincristine", "5-FU"),
    "route": ("intravenous", "hepatic intra-arterial", "oral", "intrathecal", "IV", "HAI", "by the pump"),
    "line": ("peripheral vein", "hepatic artery catheter", "port"),
    "diluent": ("glucose 5%", "D5W", "normal saline", "sodium chloride 0.9%", "water", "water for injection",
                "glucose 50 mg/mL"),
    "form": ("racemic leucovorin", "levoleucovorin"),
    "unit": ("mg", "mg/m²", "10^9/L", "g/L", "mg/dL"),
    "formula": ("bsa_mosteller", "Mosteller", "Du Bois", "by eye"),
    "ascites": ("none", "mild", "massive"),
    "weight_basis": ("actual", "dry", "ideal"),
    "allergies": ("none known", "NKDA", "penicillin", "carboplatin; latex", "5-FU"),
    "medicines": ("none", "entecavir; brivudine", "Warfarin"),
    "dpyd": ("activity score 2", "activity score 1.5", "activity score 1", "activity score 0.5", "activity score 0", "wild type"),
    "child_pugh_class": ("A", "B", "C"),
    "prior_exposure": ("none", "listed"),
    "version": ("1", "2"),
    "protocol": ("haic-folfox", "hepa-haic", "folfox"),
    "reason": ("neuropathy",),
    "comment": ("141 mg", "give 77 mg only", "oxaliplatin 50 mg", "over 2 h; 4 h", "at 250 mL/h", "protect from light",
                "100 mg, 200 mg, 300 mg, 400 mg and 500 mg", "hold", "half dose today", "reduce oxaliplatin by 20 %",
                "give intravenously", "by the hepatic artery", "fluorouracil over 46 h", "hold leucovorin if fever",
                "oxaliplatin intravenously", "leucovorin by the hepatic artery"),
    "written": ("141.0 mg", ".5 mg", "141,5 mg", "5000 U", "500 µg", "5-FU", "28.8 mL/24 h", "QD", "5 cc", "1e2", "141mg", "2400 mg",
                "carboplatin over 2 h", "85 mg/m2 IV", "fluorouracil by the hepatic artery", "at 58.7 mL/h"),
    "product": ("oxaliplatin concentrate 5 mg/mL", "cisplatin 1 mg/mL", "levoleucovorin 10 mg/mL"),
    "unreadable": ("weight: needs a unit",),
    "unchanged": ("yes", "no", "not compared"),
    "unknown": ("yes", "no"),
    "repeats": ("row 17", "row 18"),
    "protocol_hash": ("0123",),
    "weight_confirmed_by": ("N. Example",),
    "height_confirmed_by": ("N. Example",),
}  # fmt: skip
CHANGES: Mapping[str, tuple[Any, ...]] = {
    "share": (0.0, 64.0, 64.05, 80.0, 100.0),
    "changed_by": (20.0, 20.05, 20.06, 36.0, 100.0),
    "changed_to": (0.0, 20.0, 80.0, 100.0, 125.0),
    "changed_of": ("protocol dose", "last ordered dose"),
    "changed_per": (54.4, 68.0, 68.34, 68.35, 85.0, 1920.0),
    "last_share": (64.0, 79.99, 80.0, 100.0),
    "proposed": (0.0, 64.0, 80.0, 100.0),
    "raised": ("toxicity is over",),
    "declined": ("B. Example: has another cause",),
    "reason": ("neuropathy",),
}
STRANGERS: tuple[Mapping[str, Any], ...] = (
    {"irinotecan.drug": "irinotecan", "irinotecan.dose": 180.0},
    {"doxorubicin.drug": "doxorubicin", "doxorubicin.route": "intravenous"},
    {"cisplatin.dose": 100.0},
    {"child_pugh_stated": "A", "child_pugh_computed": "B"},
    {"released": "no"},
)
LINE_PATHS = (
    "share", "reason", "lines", "unit", "comment", "written", "flat", "dose_per", "form", "dose_per_kg", "product",
)  # fmt: skip
CHANGE_PATHS = ("share", "changed_by", "changed_to", "changed_of", "changed_per", "last_share", "proposed", "raised",
                "declined", "reason")  # fmt: skip
ORDER_PATHS = (
    "comment",
    "unreadable",
    "repeats",
    "unchanged",
    "protocol_hash",
    "weight_confirmed_by",
    "height_confirmed_by",
)
BEFORE_PATHS = (
    "before.doxorubicin.total",
    "before.epirubicin.total",
    "before.epirubicin.unknown",
    "before.daunorubicin.total",
)
YES_OR_NO = ("yes", "no")


# ------------------------------------------------------------------------------------------------------- orders at random


def drawn(arm: str, count: int, seed: int) -> list[ordered.Order]:
    """Orders of one arm: a third sound, a third with a danger, and all but the sound ones spoilt further."""
    chance = numpy.random.default_rng([seed, len(arm)])
    table = ordered.columns(arm, count, seed)
    dangers = [one for one in ordered.DANGERS if one.arm in {None, arm}]
    orders = []
    for place in range(count):
        order = ordered.row(table, place)
        if place % 3 == 1:
            dangers[int(chance.integers(len(dangers)))].spoil(order)
        if place % 3:
            for _ in range(int(chance.integers(1, 6))):
                spoil(order, chance)
        orders.append(order)
    return orders


def spoil(order: ordered.Order, chance: Any) -> None:
    """One thing in an order changed: a number onto a limit or beside it, a word, or a field that is dropped or added."""
    kind = chance.random()
    if kind < 0.04:
        order |= STRANGERS[int(chance.integers(len(STRANGERS)))]
        return
    if kind < 0.08:
        drug = _one_of(("oxaliplatin", "leucovorin", "fluorouracil"), chance)
        for name in CHANGE_PATHS:  # several at once: most rules on changes look at two of them
            if chance.random() < 0.5:
                order[f"{drug}.{name}"] = _one_of(CHANGES[name], chance)
        if order.get(f"{drug}.share") == 0.0:  # left out: of most such lines nothing else stands there
            for path in [one for one in order if one.startswith(f"{drug}.") and chance.random() < 0.95]:
                if path.removeprefix(f"{drug}.") not in CHANGE_PATHS:
                    del order[path]
        return
    if kind < 0.17:
        lines = [f"{drug}.{name}" for drug in ("oxaliplatin", "leucovorin", "fluorouracil") for name in LINE_PATHS]
        path = _one_of([*lines, *ORDER_PATHS, *BEFORE_PATHS, "beads.injected"], chance)
    else:
        path = _one_of(list(order), chance)
    if kind > 0.9:
        order.pop(path, None)
        return
    name, value = path.rpartition(".")[2], order.get(path)
    form = FIELDS[part_of(path)][name].form
    if form in WORDS:
        order[path] = _one_of(WORDS_OF.get(name) or FIELDS[part_of(path)][name].words or YES_OR_NO, chance)
    elif form == "day":
        order[path] = order.get("on", 20780.0) - _one_of(OF_DAYS, chance)
    elif form == "moment":
        order[path] = (value or 498721.0) + _one_of((-24.0, -2.0, -1 / 30, -1 / 60, 1 / 60, 1 / 30, 0.5, 24.0), chance)
    else:
        limits = (VALUES.get(path.split(".")[1], 1.0),) if path.startswith("lab.") else LIMITS.get(name, ())
        bases = [*limits, *([value * factor for factor in FACTORS] if value is not None else [1.0])]
        number = _one_of(bases, chance) + _one_of(STEPS, chance)
        field = FIELDS[part_of(path)][name]
        kind = field.kind
        least, most = (
            (field.least, field.most) if kind is None else (max(kind.least, field.least), min(kind.most, field.most))
        )
        number = float(round(number)) if form == "count" else number
        if least <= number <= most:  # no other is read
            order[path] = number


def _one_of(values: Sequence[Any], chance: Any) -> Any:
    return values[int(chance.integers(len(values)))]


# --------------------------------------------------------------------------------------------------------- at two speeds


def columns_of(orders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Orders as the rules see those of a table: of each path a column, in which what an order does not state is not
    known."""
    found: dict[str, Any] = {}
    for path, cells in plain_columns(orders).items():
        if isinstance(cells, list):
            places = {word: place for place, word in enumerate(dict.fromkeys([*cells, None]))}
            found[path] = Words(numpy.array([places[word] for word in cells], numpy.int32), tuple(places))
        else:
            found[path] = cells
    return found


def plain_columns(orders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of each path a list of words, or an array of numbers."""
    found: dict[str, Any] = {}
    for path in dict.fromkeys(path for order in orders for path in order):
        cells = [order.get(path) for order in orders]
        words = FIELDS[part_of(path)][path.rpartition(".")[2]].form in WORDS
        found[path] = cells if words else numpy.array([math.nan if cell is None else cell for cell in cells])
    return found


Said = tuple[list[Finding], list[NotChecked]]


def in_a_column(values: Mapping[str, Any], count: int, against: Due | None) -> list[Said]:
    """What the check of a column says of each order, in an order of its own."""
    column = check_column(with_strangers(Record(values, count), against), against)
    said: list[Said] = [([], list(column.not_checked)) for _ in range(count)]
    for hits in column.hits:
        for row, finding in hits.findings():
            said[row][0].append(finding)
        for row, unknown in hits.not_checked():
            said[row][1].append(unknown)
    return said


def alone(order: Mapping[str, Any], strangers: Sequence[str], against: Due | None) -> Said:
    """What the check of one order says."""
    record = dataclasses.replace(Record(order), strangers=tuple(strangers))
    checked: Checked = check(record, against)
    return list(checked.findings), list(checked.not_checked)


def ranked(said: Said) -> Said:
    """The same in one order: the gravest first, and what could not be told by its rule and place."""
    findings = sorted(said[0], key=lambda one: (SEVERITIES.index(one.severity), one.rule, one.where, one.message))
    return findings, sorted(said[1])


Mismatch = tuple[ordered.Order, Said, Said]


def compared(orders: Sequence[ordered.Order], against: Due | None) -> Iterator[Mismatch]:
    """The orders of which the two speeds say different things, and what each says."""
    values = columns_of(orders)
    strangers = with_strangers(Record(values), against).strangers
    for order, column in zip(orders, in_a_column(values, len(orders), against), strict=True):
        one = alone(order, strangers, against)
        if ranked(one) != ranked(column):
            yield order, one, column


@functools.cache
def against(arm: str, changes: str = "") -> Due:
    """What a protocol asks at the example hospital, with caps, limits and bands where asked for."""
    return due(ward.a_protocol(arm), ward.a_site(VARIED if changes else None)[0])


VARIED: Mapping[str, Any] = {
    "body.cap": "1.7 m2",
    "genotype": "asked",
    "preparation.oxaliplatin.bands": "30 mg to 140 mg: 135 mg; 140 mg to 260 mg: 145 mg; limit 400 %",
    "preparation.leucovorin.dose_cap": "400 mg",
    "preparation.leucovorin.most_per_m2": "200 mg/m2",
    "preparation.fluorouracil.most_per_day": "4000 mg",
    "preparation.fluorouracil.most_per_cycle": "4200 mg",
}


def _block(asked: tuple[str, int, int]) -> list[Mismatch]:
    arm, count, seed = asked
    return list(compared(drawn(arm, count, seed), against(arm, "varied" if seed % 2 else "")))


def mismatches(count: int, *, seed: int = 0, workers: int = 1) -> list[Mismatch]:
    """Of so many random orders of both arms those of which the two speeds say different things."""
    blocks = []
    for number, begin in enumerate(range(0, count, BLOCK)):
        arm = list(ordered.ARMS)[number % len(ordered.ARMS)]
        blocks.append((arm, min(BLOCK, count - begin), seed + number // len(ordered.ARMS)))
    if workers == 1:
        return [one for block in blocks for one in _block(block)]
    with ProcessPoolExecutor(workers) as pool:
        return [one for found in pool.map(_block, blocks) for one in found]


def fired(count: int, seed: int = 0) -> set[str]:
    """The rules that fire somewhere among so many random orders: how far the comparison reaches."""
    found: set[str] = set()
    for arm in ordered.ARMS:
        for changes in ("", "varied"):
            values = columns_of(drawn(arm, count, seed))
            asked = against(arm, changes)
            column = check_column(with_strangers(Record(values, count), asked), asked)
            found |= {hits.outcome.rule.id for hits in column.hits if len(hits.rows)}
    return found
