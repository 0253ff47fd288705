"""The same checks by hand, for one protocol at one hospital: every limit written into the code, in chunks of NumPy.

What somebody who knows NumPy would write for this one purpose: no catalogue, no words, no sources, nothing of what is
unknown. Words are asked once for each different one, and a column without a bad word costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy

CHUNK = 65_536
POUNDS = 1 / 0.45359237
DUST = 1e-12
Found = dict[tuple[str, str], Any]
LINES: dict[str, tuple[float | None, float | None, str, float, float, frozenset[str] | None]] = {
    "oxaliplatin": (60.0, None, "hepatic intra-arterial", 4.0, 1.0, frozenset({"glucose 5%"})),
    "leucovorin": (200.0, None, "intravenous", 2.0, 1.0, frozenset({"glucose 5%", "sodium chloride 0.9%"})),
    "fluorouracil": (None, 1200.0, "hepatic intra-arterial", 20.0, 10.0, None),
}
GATES = {
    "neutrophils": (1.5, None, "10^9/L"), "platelets": (75.0, None, "10^9/L"),
    "bilirubin": (None, 30.0, "µmol/L"), "albumin": (30.0, None, "g/L"),
}  # fmt: skip
IMPOSSIBLE = frozenset({"oral", "intrathecal", "subcutaneous", "intramuscular"})
ANOTHER_ROUTE = {
    "hepatic intra-arterial": frozenset({"intravenous", "IV"}),
    "intravenous": frozenset({"hepatic intra-arterial", "HAI"}),
}
FLUIDS = frozenset({"sodium bicarbonate 8.4%", "lactated Ringer's", "water for injection", "sodium chloride 0.9%"})
CALLED = {"normal saline": "sodium chloride 0.9%"}


def flagged(columns: Mapping[str, Any], count: int, cut: Callable[[Any, int, int], Any]) -> Found:
    """The rows of every check that fails, over chunks that fit the cache."""
    found: dict[tuple[str, str], list[Any]] = {}
    words: dict[tuple[str, str], Any] = {}
    with numpy.errstate(all="ignore"):
        for first in range(0, count, CHUNK):
            chunk = {path: cut(column, first, first + CHUNK) for path, column in columns.items()}
            for rule, part, fails in _checks(chunk, words):
                if fails is not False and fails.any():
                    found.setdefault((rule, part), []).append(numpy.flatnonzero(fails) + first)
    return {key: numpy.concatenate(pieces) for key, pieces in found.items()}


def _checks(c: Mapping[str, Any], words: dict[tuple[str, str], Any]) -> Iterator[tuple[str, str, Any]]:
    def word(rule: str, path: str, bad: Callable[[str], bool]) -> Any:
        """Where a word is bad."""
        column = c[path]
        key = (rule, path)
        if key not in words:
            table = numpy.array([one is not None and bad(one) for one in column.vocabulary], bool)
            words[key] = table if table.any() else None
        table = words[key]
        return False if table is None else table.take(column.codes, mode="clip")

    def unknown(path: str) -> Any:
        """Where a word is not known."""
        column = c[path]
        key = ("unknown", path)
        if key not in words:
            table = numpy.array([one is None for one in column.vocabulary], bool)
            words[key] = table if table.any() else None
        table = words[key]
        return False if table is None else table.take(column.codes, mode="clip")

    on, height, weight, reference = c["on"], c["height"], c["weight"], c["reference_weight"]
    yield "unborn", "", c["birth_date"] > on
    yield "written-later", "", c["written"] > on
    yield "expired", "", c["valid_until"] < on
    yield "valid-too-long", "", c["valid_until"] - on > 3.0
    yield "day-of-cycle", "", (c["day"] != 1.0) & ~numpy.isnan(c["day"])
    high = outside(height, 100.0, 230.0)
    yield "height-impossible", "", high
    yield "height-unusual", "", outside(height, 140.0, 200.0) & ~high
    heavy = outside(weight, 25.0, 250.0)
    yield "weight-impossible", "", heavy
    yield "weight-unusual", "", outside(weight, 35.0, 150.0) & ~heavy
    yield "body-exchanged", "", height < weight
    pounds = (abs(weight - reference * POUNDS) <= reference * POUNDS * 0.1 * (1 + DUST)) | (
        abs(weight * POUNDS - reference) <= reference * 0.1 * (1 + DUST)
    )
    yield "weight-in-pounds", "", pounds
    yield "mass-index", "", outside(weight / (height / 100) ** 2, 16.0, 40.0)
    age = on - c["weight_on"]
    yield "weight-later", "", age < 0.0
    yield "weight-too-old", "", age > 28.0
    yield "weight-old", "", (age > 7.0) & (age <= 28.0)
    yield "weight-changed", "", (abs(weight / reference - 1) >= 0.1 * (1 - DUST)) & ~pounds
    yield "weight-basis", "", word("weight-basis", "weight_basis", lambda one: one != "actual")
    surface = numpy.sqrt(height * weight / 3600)
    yield "bsa-wrong", "", away(c["bsa"], surface, 0.005)
    yield "bsa-formula", "", word("bsa-formula", "formula", lambda one: one != "bsa_mosteller")
    cycle, last = c["cycle"], c["last_cycle"]
    yield "cycle-number", "", (cycle != last + 1) & ~numpy.isnan(cycle) & ~numpy.isnan(last)
    since = on - (c["day"] - 1) - c["last_on"]
    yield "too-early", "", (last >= 1.0) & (since < 28.0 * (1 - DUST))
    yield "late", "", (last >= 1.0) & (since > 42.0 * (1 + DUST))
    yield "last-cycle-undated", "", (last >= 1.0) & numpy.isnan(c["last_on"])
    yield "protocol-version", "", word("protocol-version", "version", lambda one: one != "1")
    yield "consent", "", word("consent", "consent", lambda one: one != "yes")
    yield "genotype-unknown", "", unknown("dpyd")
    yield "medicines-unknown", "", unknown("medicines")
    for name, (least, most, unit) in GATES.items():
        value, part = c[f"lab.{name}.value"], f"lab.{name}"
        other = word("laboratory-unit", f"{part}.unit", lambda one, unit=unit: one != unit)
        beyond = value < least if least is not None else value > most
        yield "laboratory", part, beyond if other is False else beyond & ~other
        yield "laboratory-unknown", part, numpy.isnan(value)
        yield "laboratory-unit", part, other
        yield "laboratory-old", part, on - c[f"{part}.on"] > 3.0 * (1 + DUST)
        yield "laboratory-later", part, on - c[f"{part}.on"] < 0.0
    offered, vials = c["beads.offered"], c["beads.vials"]
    yield "bead-capacity", "beads", outside(offered / vials, 40.0, 60.0)
    yield "bead-contact", "beads", c["beads.contact"] < 1 / 3 * (1 - DUST)
    yield "bead-volume", "beads", away(c["beads.final_volume"], 20.0 * vials, 0.005)
    yield "beads-unfit", "beads", word("beads-unfit", "beads.drug", "fluorouracil".__eq__)
    yield (
        "beads-drug",
        "beads",
        word("beads-drug", "beads.drug", lambda one: one not in {"doxorubicin", "fluorouracil"}),
    )
    for key, (per_m2, flat, its_route, hours, step, diluents) in LINES.items():
        dose, volume, over = c[f"{key}.dose"], c[f"{key}.volume"], c[f"{key}.over"]
        yield "route-impossible", key, word("route-impossible", f"{key}.route", IMPOSSIBLE.__contains__)
        yield "route", key, word("route", f"{key}.route", ANOTHER_ROUTE[its_route].__contains__)
        yield "duration", key, away(over, hours, 0.005)
        yield "times-and-duration", key, abs(c[f"{key}.end"] - c[f"{key}.start"] - over) > 1 / 60 + 1e-9
        stated, exact = c[f"{key}.concentration"], dose / volume
        near = (abs(stated - exact) <= 0.005 + 1e-9) & ~away(stated, exact, 0.025)
        yield "concentration-wrong", key, away(stated, exact, 0.005) & ~near
        yield "volume-too-small", key, volume < c[f"{key}.diluent_volume"] * (1 - DUST)
        rest = dose / step - numpy.floor(dose / step)
        yield "dose-step", key, (rest > 1e-9) & (rest < 1.0 - 1e-9)
        share = c[f"{key}.share"]
        whole = numpy.where(numpy.isnan(share), 1.0, share / 100)
        yield (
            "dose-calculation",
            key,
            away(c[f"{key}.calculated"], (per_m2 * surface if per_m2 else flat) * whole, 0.005),
        )
        stated = c[f"{key}.dose_per" if per_m2 else f"{key}.flat"]
        yield "dose-factor", key, (stated != (per_m2 or flat)) & ~numpy.isnan(stated)
        if diluents is not None:
            yield "diluent", key, word("diluent", f"{key}.diluent", wrong_fluids(diluents).__contains__)
        if key == "oxaliplatin":
            made = dose / volume
            made = numpy.where(numpy.isnan(made), c[f"{key}.concentration"], made)
            yield "concentration", key, outside(made, 0.2, 0.7)


def wrong_fluids(diluents: frozenset[str]) -> frozenset[str]:
    """The fluids in which a drug is not made up, by whatever they are called."""
    wrong = FLUIDS - diluents
    return wrong | {called for called, fluid in CALLED.items() if fluid in wrong}


def outside(value: Any, least: float, most: float) -> Any:
    return (value < least * (1 - DUST)) | (value > most * (1 + DUST))


def away(value: Any, other: Any, share: float) -> Any:
    return abs(value - other) > abs(other) * (share * (1 + DUST))
