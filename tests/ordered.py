"""Orders as others write them, drawn at random: sound ones over the range of real bodies, and ones with a danger in them.

Written without the code under test: surface, doses, volumes and rates are computed here by hand. An order is a mapping
of the paths of fields to plain values, in mg, cm, kg, mL, h and days since 1970; `columns` gives many at once.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy

Order = dict[str, Any]
EPOCH = dt.date(1970, 1, 1)
KG_OF_A_POUND = 0.45359237
OPEN_DAYS = [
    day
    for day in (dt.date(2026, 11, 9) + dt.timedelta(days=n) for n in range(70))
    if day.weekday() < 4 and day not in {dt.date(2026, 12, 21), dt.date(2026, 12, 22)}
]
ANALYTES = {"neutrophils": "10^9/L", "platelets": "10^9/L", "bilirubin": "µmol/L", "albumin": "g/L"}
ANSWERS = {
    "consent": "yes", "advanced_disease": "yes", "diagnosis_confirmed": "yes", "measurable_lesion": "yes",
    "other_antitumour_therapy": "no", "massive_ascites_with_portal_hypertension": "no", "first_imaging": "yes",
    "lost_to_follow_up": "no", "dpyd": "activity score 2", "prior_exposure": "none", "weight_basis": "actual",
    "formula": "bsa_mosteller", "version": "1", "diagnosis": "hepatocellular carcinoma, advanced",
    "care": "standing order 12", "hold": "neutrophils, platelets, bilirubin and albumin as in the site's list",
}  # fmt: skip


def day(date: dt.date) -> float:
    return float((date - EPOCH).days)


def half_up(values: Any, step: float) -> Any:
    return numpy.floor(numpy.round(values / step, 9) + 0.5) * step


class Made(NamedTuple):
    """How the example hospital makes up and gives a line."""

    per_m2: float | None
    flat: float | None
    step: float
    route: str
    line: str
    over: float
    bag: float
    strength: float


ARTERY, VEIN = ("hepatic intra-arterial", "hepatic artery catheter"), ("intravenous", "peripheral vein")
ARMS: dict[str, dict[str, Made]] = {
    "haic-folfox": {
        "oxaliplatin": Made(85.0, None, 1.0, *ARTERY, 4.0, 250.0, 5.0),
        "leucovorin": Made(200.0, None, 1.0, *VEIN, 2.0, 250.0, 10.0),
        "fluorouracil": Made(2400.0, None, 10.0, *ARTERY, 20.0, 500.0, 50.0),
    },
    "hepa-haic": {
        "oxaliplatin": Made(60.0, None, 1.0, *ARTERY, 4.0, 250.0, 5.0),
        "leucovorin": Made(200.0, None, 1.0, *VEIN, 2.0, 250.0, 10.0),
        "fluorouracil": Made(None, 1200.0, 10.0, *ARTERY, 20.0, 500.0, 50.0),
    },
}
WINDOW = {"haic-folfox": (21, 28), "hepa-haic": (28, 42)}


def columns(arm: str, count: int, seed: int) -> dict[str, Any]:
    """So many sound orders of one protocol at the example hospital: arrays of numbers, lists of words."""
    chance = numpy.random.default_rng([seed, sum(map(ord, arm))])
    male = chance.random(count) < 0.8
    height = numpy.round(
        numpy.clip(numpy.where(male, chance.normal(168, 7, count), chance.normal(157, 6, count)), 141, 199), 1
    )
    index = numpy.clip(chance.gamma(30, 0.78, count), 16.2, 39.5)
    weight = numpy.round(numpy.clip(index * (height / 100) ** 2, 36, 149), 1)
    index = weight / (height / 100) ** 2
    weight = numpy.where(index < 16.05, numpy.ceil(16.1 * (height / 100) ** 2), weight)
    weight = numpy.where(index > 39.9, numpy.floor(39.8 * (height / 100) ** 2), weight)
    reference = numpy.round(weight / numpy.clip(chance.normal(1, 0.03, count), 0.92, 1.08), 1)
    on = numpy.array([day(one) for one in OPEN_DAYS])[chance.integers(0, len(OPEN_DAYS), count)]
    cycle = chance.integers(1, 7, count).astype(float)
    low, high = WINDOW[arm]
    last_on = numpy.where(cycle > 1, on - chance.integers(low, high + 1, count), numpy.nan)
    surface = numpy.sqrt(height * weight / 3600)
    whole = numpy.arange(count)
    made: dict[str, Any] = {
        "id": [f"{arm[:4].upper()}-{seed:02}-{n:07}" for n in whole],
        "patient": [f"Patient {n % 9973}" for n in whole],
        "identifier": [f"MRN-{seed:02}-{n:07}" for n in whole],
        "second_identifier": [f"ADM-{seed:02}-{n:07}" for n in whole],
        "birth_date": on - numpy.floor(365.25 * chance.uniform(19, 84, count)),
        "sex": numpy.where(male, "male", "female").tolist(),
        "written": on - chance.integers(0, 3, count),
        "on": on,
        "valid_until": on + chance.integers(1, 4, count),
        "protocol": [arm] * count,
        "cycle": cycle,
        "day": numpy.ones(count),
        "last_cycle": cycle - 1,
        "last_on": last_on,
        "height": height,
        "height_on": on - chance.integers(0, 60, count),
        "weight": weight,
        "weight_on": on
        - numpy.where(chance.random(count) < 0.97, chance.integers(0, 8, count), chance.integers(8, 28, count)),
        "reference_weight": reference,
        "bsa": numpy.round(surface, 2),
        "allergies": numpy.where(chance.random(count) < 0.9, "none known", "penicillin").tolist(),
        "medicines": numpy.where(chance.random(count) < 0.5, "entecavir", "none").tolist(),
        "ascites": numpy.where(chance.random(count) < 0.95, "none", "mild").tolist(),
        "child_pugh_class": numpy.where(chance.random(count) < 0.8, "A", "B").tolist(),
        "ecog": chance.integers(0, 3, count).astype(float),
        "comment": [None] * count,
        **{name: [word] * count for name, word in ANSWERS.items()},
    }
    for analyte, (least, most) in {
        "neutrophils": (1.6, 7.9), "platelets": (76, 400), "bilirubin": (4, 29.5), "albumin": (30.5, 52),
    }.items():  # fmt: skip
        made[f"lab.{analyte}.value"] = numpy.round(chance.uniform(least, most, count), 1)
        made[f"lab.{analyte}.unit"] = [ANALYTES[analyte]] * count
        made[f"lab.{analyte}.on"] = on - chance.integers(0, 4, count)
    begin = on * 24 + 1.0  # 09:00 in Shanghai
    starts = {"oxaliplatin": begin, "leucovorin": begin, "fluorouracil": begin + 4.0}
    for drug, how in ARMS[arm].items():
        exact = numpy.full(count, how.flat) if how.flat is not None else how.per_m2 * surface
        dose = half_up(exact, how.step)
        volume = how.bag + dose / how.strength
        made |= {
            f"{drug}.drug": [drug] * count,
            f"{drug}.dose": dose,
            f"{drug}.calculated": numpy.round(exact, 2),
            f"{drug}.{'flat' if how.flat is not None else 'dose_per'}": numpy.full(count, how.flat or how.per_m2),
            f"{drug}.route": [how.route] * count,
            f"{drug}.line": [how.line] * count,
            f"{drug}.over": numpy.full(count, how.over),
            f"{drug}.start": starts[drug],
            f"{drug}.end": starts[drug] + how.over,
            f"{drug}.diluent": ["glucose 5%"] * count,
            f"{drug}.diluent_volume": numpy.full(count, how.bag),
            f"{drug}.volume": numpy.round(volume, 1),
            f"{drug}.concentration": numpy.round(dose / numpy.round(volume, 1), 4),
            f"{drug}.rate": numpy.round(numpy.round(volume, 1) / how.over, 1),
            f"{drug}.comment": [None] * count,
        }
    made["leucovorin.form"] = ["racemic leucovorin"] * count
    if arm == "hepa-haic":
        vials = chance.integers(1, 4, count).astype(float)
        made |= {
            "beads.drug": ["doxorubicin"] * count,
            "beads.offered": vials * chance.integers(40, 61, count),
            "beads.vials": vials,
            "beads.contact": numpy.full(count, 1 / 3),
            "beads.final_volume": vials * 20.0,
        }
    return made


def row(table: Mapping[str, Any], place: int) -> Order:
    """One order of many; what it does not state is left out."""
    found = {}
    for path, column in table.items():
        value = column[place]
        value = value.item() if hasattr(value, "item") else value
        if value is not None and value == value:
            found[path] = value
    return found


def normal(arm: str, seed: int) -> Order:
    """One sound order."""
    return row(columns(arm, 1, seed), 0)


# ----------------------------------------------------------------------------------------------------------- as it is written

UNITS = {
    "height": "cm", "weight": "kg", "reference_weight": "kg", "bsa": "m2", "dose": "mg", "calculated": "mg",
    "dose_per": "mg/m2", "flat": "mg", "over": "h", "diluent_volume": "mL", "volume": "mL", "concentration": "mg/mL",
    "rate": "mL/h", "offered": "mg", "contact": "min", "final_volume": "mL", "injected": "mg", "share": "%",
    "changed_by": "%", "changed_to": "%", "changed_per": "mg/m²", "last_share": "%", "proposed": "%",
    "total": "mg/m2", "dose_per_kg": "mg/kg",
}  # fmt: skip
DAYS = {"birth_date", "written", "on", "valid_until", "last_on", "height_on", "weight_on"}


def text_of(path: str, value: Any) -> str:
    """A value of an order as somebody would write it down."""
    name = path.rpartition(".")[2]
    if isinstance(value, str):
        return value
    if name in {"start", "end"}:
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=value)
        return moment.astimezone(dt.timezone(dt.timedelta(hours=8))).isoformat(timespec="minutes")
    if name in DAYS:
        return (EPOCH + dt.timedelta(days=value)).isoformat()
    if name == "contact":
        value = value * 60
    digits = f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{digits} {UNITS[name]}" if name in UNITS else digits


def sheet(order: Order) -> dict[str, Any]:
    """An order as a plain sheet: fields, and lists of lines and laboratory values."""
    data: dict[str, Any] = {"schema": "1", "kind": "order sheet"}
    parts: dict[str, dict[str, Any]] = {}
    for path, value in order.items():
        prefix, point, name = path.rpartition(".")
        target = parts.setdefault(prefix, {}) if point else data
        target[name] = text_of(path, value)
    data["lines"] = [{"key": key, **part} for key, part in parts.items() if key != "beads" and "." not in key]
    data["laboratory"] = [{"analyte": key[4:], **part} for key, part in parts.items() if key.startswith("lab.")]
    data["before"] = [{"drug": key[7:], **part} for key, part in parts.items() if key.startswith("before.")]
    if "beads" in parts:
        data["beads"] = parts["beads"]
    return data


# ---------------------------------------------------------------------------------------------------------------- the dangers


class Danger(NamedTuple):
    """One way to spoil an order: the hazard it stands for, the rules of which one must stop it, and what to do to it."""

    hazard: str
    what: str
    rules: frozenset[str]
    spoil: Callable[[Order], Any]
    arm: str | None = None


def _times(path: str, factor: float) -> Callable[[Order], Any]:
    def spoil(order: Order) -> None:
        order[path] = order[path] * factor

    return spoil


def _set(**values: Any) -> Callable[[Order], Any]:
    def spoil(order: Order) -> None:
        for path, value in values.items():
            order[path.replace("__", ".")] = value(order) if callable(value) else value

    return spoil


def _without(*paths: str) -> Callable[[Order], Any]:
    def spoil(order: Order) -> None:
        for path in paths:
            order.pop(path, None)

    return spoil


def _exchange(one: str, other: str) -> Callable[[Order], Any]:
    def spoil(order: Order) -> None:
        order[one], order[other] = order[other], order[one]

    return spoil


def doses_for(order: Order, *, height: float | None = None, weight: float | None = None) -> None:
    """All doses computed as for another body, with everything that follows from them."""
    surface = math.sqrt((height or order["height"]) * (weight or order["weight"]) / 3600)
    for drug, how in ARMS[order["protocol"]].items():
        if how.per_m2 is not None:
            order[f"{drug}.dose"] = float(half_up(how.per_m2 * surface, how.step))
            made_up(order, drug)


def made_up(order: Order, drug: str) -> None:
    how = ARMS[order["protocol"]][drug]
    order[f"{drug}.volume"] = round(how.bag + order[f"{drug}.dose"] / how.strength, 1)
    order[f"{drug}.concentration"] = round(order[f"{drug}.dose"] / order[f"{drug}.volume"], 4)
    order[f"{drug}.rate"] = round(order[f"{drug}.volume"] / how.over, 1)


def _pounds(order: Order) -> None:
    """The scale's pounds taken for kilograms, and dosed on."""
    order["weight"] = round(order["weight"] / KG_OF_A_POUND, 1)
    doses_for(order)
    order["bsa"] = round(math.sqrt(order["height"] * order["weight"] / 3600), 2)


def _old_weight(days: float) -> Callable[[Order], Any]:
    return _set(weight_on=lambda order: order["on"] - days)


def _copied(order: Order) -> None:
    """The order of the last cycle with a new date, and all else as it was."""
    order["weight_on"] -= 35
    order["lab.neutrophils.on"] -= 35


def _dangers() -> Iterator[Danger]:
    def danger(hazard: str, what: str, rules: str, spoil: Callable[[Order], Any], arm: str | None = None) -> Danger:
        return Danger(hazard, what, frozenset(rules.split()), spoil, arm)

    yield danger("H01", "pounds as kilograms", "weight-in-pounds", _pounds)
    yield danger("H01", "kilograms as pounds", "weight-in-pounds", _times("weight", KG_OF_A_POUND))
    yield danger("H03", "inches as centimetres", "height-impossible", _times("height", 1 / 2.54))
    yield danger(
        "H04",
        "height and weight exchanged",
        "body-exchanged height-impossible weight-impossible",
        _exchange("height", "weight"),
    )
    yield danger("H05", "weight 29 days old", "weight-too-old", _old_weight(29.0))
    yield danger("H05", "weight up by 10 %", "weight-changed", _set(reference_weight=lambda o: o["weight"] / 1.1))
    yield danger("H05", "weight down by 15 %", "weight-changed", _set(reference_weight=lambda o: o["weight"] / 0.85))
    yield danger("H05", "weight after the treatment", "weight-later", _old_weight(-1.0))
    yield danger("H06", "no second identifier", "missing-identifier", _without("second_identifier"))
    yield danger("H06", "one identifier twice", "identifiers-equal", _set(second_identifier=lambda o: o["identifier"]))
    yield danger("H06", "born after treatment", "unborn", _set(birth_date=lambda o: o["on"] + 1))
    yield danger("H07", "another formula", "bsa-formula", _set(formula="bsa_du_bois"))
    yield danger("H07", "surface of another body", "bsa-wrong", _times("bsa", 1.06))
    yield danger("H08", "surface capped in silence", "bsa-wrong dose-deviates", _set(bsa=1.2))
    yield danger(
        "H10",
        "ascites, and the weight's basis not said",
        "ascites-basis",
        lambda o: (_set(ascites="massive")(o), _without("weight_basis")(o)),
    )
    yield danger("H10", "dosed on ideal weight", "weight-basis", _set(weight_basis="ideal"))
    for drug in ("oxaliplatin", "leucovorin", "fluorouracil"):
        for factor in (10.0, 0.1, 100.0, 0.01):
            yield danger("H11", f"{drug} × {factor:g}", "dose-tenfold", _times(f"{drug}.dose", factor))
        for factor in (1000.0, 0.001):
            yield danger("H24", f"{drug} × {factor:g}", "dose-thousandfold", _times(f"{drug}.dose", factor))
        for factor in (1.12, 0.88, 1.5, 0.5):
            yield danger(
                "H37",
                f"{drug} × {factor:g} without a word",
                "dose-deviates dose-of-other-figure dose-of-other-arm dose-not-multiplied",
                _times(f"{drug}.dose", factor),
            )
        yield danger("H30", f"{drug} at the rate of a day", "rate-per-day", _times(f"{drug}.rate", 24.0))
        yield danger("H30", f"{drug} at a rate 10 % too high", "rate", _times(f"{drug}.rate", 1.1))
        yield danger("H31", f"{drug} over a tenth of the time", "duration", _times(f"{drug}.over", 0.1))
        yield danger(
            "H31",
            f"{drug} over 24 times as long",
            "duration",
            _set(**{f"{drug}__over": lambda o, d=drug: min(o[f"{d}.over"] * 24, 160.0)}),
        )
        yield danger("H20", f"{drug} without a route", "missing-route", _without(f"{drug}.route"))
        yield danger("H20", f"{drug} without a dose", "missing-dose", _without(f"{drug}.dose"))
        yield danger("H20", f"{drug} without a rate", "missing-rate", _without(f"{drug}.rate"))
        yield danger("H40", f"{drug} by mouth", "route-impossible", _set(**{f"{drug}__route": "oral"}))
        yield danger("H40", f"{drug} into the spine", "route-impossible", _set(**{f"{drug}__route": "intrathecal"}))
        yield danger(
            "H23",
            f"{drug} in mg/m² as the dose",
            "dose-no-amount",
            lambda o, d=drug: (_set(**{f"{d}__unit": "mg/m²"})(o), _without(f"{d}.dose")(o)),
        )
        yield danger("H39", f"{drug} twice", "drug-twice", _set(**{f"{drug}__lines": 2.0}))
        yield danger(
            "H42",
            f"{drug} at half the stated concentration",
            "concentration-wrong",
            _times(f"{drug}.concentration", 0.5),
        )
        yield danger(
            "H56",
            f"{drug}: a remark with another dose",
            "remark-and-dose",
            _set(**{f"{drug}__comment": "give 77 mg only"}),
        )
        yield danger(
            "H37", f"{drug} reduced without a reason", "share-unexplained", lambda o, d=drug: _reduced(o, d, 80.0)
        )
        yield danger(
            "H37", f"{drug} reduced by 20 % of nobody knows what", "change-base",
            lambda o, d=drug: (_in_part(o, d, 80.0), _set(**{f"{d}__changed_by": 20.0})(o)),
        )  # fmt: skip
        yield danger(
            "H37", f"{drug} reduced twice by 20 %, added and not multiplied", "change-product",
            lambda o, d=drug: (_in_part(o, d, 60.0), _set(**_twice(d))(o)),
        )  # fmt: skip
        yield danger(
            "H37", f"{drug} in full, after a reduction that was forgotten", "re-escalation",
            _set(**{f"{drug}__last_share": 80.0}),
        )  # fmt: skip
        yield danger(
            "H37", f"{drug} in full, against a proposal that nobody has answered", "proposal-unanswered",
            _set(**{f"{drug}__proposed": 75.0}),
        )  # fmt: skip
        yield danger(
            "H37", f"{drug} left out, with a dose beside it", "omitted-and-dosed",
            _set(**{f"{drug}__share": 0.0, f"{drug}__reason": "hypersensitivity"}),
        )  # fmt: skip
        yield danger(
            "H36",
            f"{drug} starts a week before",
            "date-of-line",
            lambda o, d=drug: (_shift(o, f"{d}.start", -168), _shift(o, f"{d}.end", -168)),
        )
        yield danger("H47", f"{drug} left out", "drug-missing", lambda o, d=drug: _drop(o, d))
    yield danger(
        "H23",
        "oxaliplatin: mg for mg/m²",
        "dose-not-multiplied",
        _set(oxaliplatin__dose=lambda o: o["oxaliplatin.dose_per"]),
    )
    yield danger(
        "H23", "fluorouracil: mg for mg/m²", "dose-not-multiplied", _set(fluorouracil__dose=2400.0), "haic-folfox"
    )
    yield danger(
        "H23",
        "fluorouracil: a flat dose multiplied",
        "dose-not-multiplied",
        _set(fluorouracil__dose=lambda o: 1200.0 * math.sqrt(o["height"] * o["weight"] / 3600)),
        "hepa-haic",
    )
    yield danger(
        "H23",
        "fluorouracil: flat where per m²",
        "dose-basis",
        lambda o: (_set(fluorouracil__flat=2400.0)(o), _without("fluorouracil.dose_per")(o)),
        "haic-folfox",
    )
    yield danger(
        "H49", "oxaliplatin of the other arm", "dose-of-other-arm dose-not-multiplied", _of_the_other_arm("oxaliplatin")
    )
    yield danger("H49", "fluorouracil of the other arm", "dose-of-other-arm", _of_the_other_arm("fluorouracil"))
    yield danger(
        "H49",
        "the figure of the other arm",
        "dose-factor",
        _set(oxaliplatin__dose_per=lambda o: 60.0 if o["protocol"] == "haic-folfox" else 85.0),
    )
    yield danger(
        "H49",
        "beads in the arm without",
        "beads-unexpected",
        _set(beads__drug="doxorubicin", beads__offered=50.0, beads__vials=1.0),
        "haic-folfox",
    )
    yield danger(
        "H49",
        "no plan for the beads",
        "beads-missing",
        _without("beads.drug", "beads.offered", "beads.vials", "beads.contact", "beads.final_volume"),
        "hepa-haic",
    )
    yield danger(
        "H40",
        "oxaliplatin by vein",
        "route",
        _set(oxaliplatin__route="intravenous", oxaliplatin__line="peripheral vein"),
    )
    yield danger(
        "H40",
        "leucovorin by artery",
        "route",
        _set(leucovorin__route="hepatic intra-arterial", leucovorin__line="hepatic artery catheter"),
    )
    yield danger(
        "H40", "leucovorin in the arterial line", "line-and-route", _set(leucovorin__line="hepatic artery catheter")
    )
    yield danger("H41", "cisplatin for oxaliplatin", "drug-look-alike", _set(oxaliplatin__drug="cisplatin"))
    yield danger("H41", "levoleucovorin for leucovorin", "drug-look-alike", _set(leucovorin__drug="levoleucovorin"))
    yield danger("H41", "floxuridine for fluorouracil", "drug-look-alike", _set(fluorouracil__drug="floxuridine"))
    yield danger("H41", "the form levoleucovorin", "form", _set(leucovorin__form="levoleucovorin"))
    yield danger("H41", "an abbreviation for a name", "drug-otherwise", _set(fluorouracil__drug="5-FU"))
    yield danger(
        "H41",
        "a drug that is not in the protocol",
        "drug-of-no-protocol",
        _set(irinotecan__drug="irinotecan", irinotecan__dose=180.0),
    )
    yield danger("H43", "39 mg in a vial", "bead-capacity", _set(beads__offered=39.0, beads__vials=1.0), "hepa-haic")
    yield danger("H43", "61 mg in a vial", "bead-capacity", _set(beads__offered=61.0, beads__vials=1.0), "hepa-haic")
    yield danger("H43", "fluorouracil on beads", "beads-unfit", _set(beads__drug="fluorouracil"), "hepa-haic")
    yield danger("H43", "epirubicin on beads", "beads-drug", _set(beads__drug="epirubicin"), "hepa-haic")
    yield danger("H43", "10 minutes of contact", "bead-contact", _set(beads__contact=1 / 6), "hepa-haic")
    yield danger("H43", "2 mL in all", "bead-volume", _set(beads__final_volume=2.0), "hepa-haic")
    yield danger(
        "H43",
        "more injected than offered",
        "bead-stages",
        _set(beads__injected=lambda o: o["beads.offered"] + 5),
        "hepa-haic",
    )
    yield danger("H45", "oxaliplatin in saline", "diluent", _set(oxaliplatin__diluent="sodium chloride 0.9%"))
    yield danger(
        "H42",
        "oxaliplatin too dilute",
        "concentration",
        _set(oxaliplatin__volume=2000.0, oxaliplatin__concentration=0.05),
    )
    yield danger("H42", "less in the bag than its diluent", "volume-too-small", _set(oxaliplatin__volume=200.0))
    yield danger(
        "H40",
        "fluorouracil beside oxaliplatin in one line",
        "overlap",
        _set(fluorouracil__start=lambda o: o["oxaliplatin.start"]),
    )
    yield danger(
        "H29",
        "fluorouracil first",
        "sequence",
        _set(
            fluorouracil__start=lambda o: o["oxaliplatin.start"] - 20.0,
            fluorouracil__end=lambda o: o["oxaliplatin.start"],
        ),
    )
    yield danger(
        "H33",
        "an end an hour late",
        "times-and-duration",
        _set(fluorouracil__end=lambda o: o["fluorouracil.end"] + 1.0),
    )
    yield danger(
        "H32", "a week too early", "too-early", _set(cycle=2.0, last_cycle=1.0, last_on=lambda o: o["on"] - 14)
    )
    yield danger(
        "H32", "a cycle left out", "cycle-number", _set(cycle=4.0, last_cycle=2.0, last_on=lambda o: o["on"] - 28)
    )
    yield danger("H32", "day 2 of a protocol of one day", "day-of-cycle", _set(day=2.0))
    yield danger(
        "H32",
        "the last cycle without its day",
        "last-cycle-undated",
        lambda o: (_set(cycle=2.0, last_cycle=1.0)(o), _without("last_on")(o)),
    )
    yield danger("H36", "the last order copied", "weight-too-old laboratory-old", _copied)
    yield danger("H36", "expired", "expired", _set(valid_until=lambda o: o["on"] - 1))
    yield danger("H36", "written after the treatment", "written-later", _set(written=lambda o: o["on"] + 1))
    yield danger(
        "H38",
        "past the lifetime's limit",
        "cumulative-limit",
        _set(prior_exposure="listed", before__doxorubicin__total=449.0, beads__offered=60.0, beads__vials=1.0),
        "hepa-haic",
    )
    yield danger(
        "H38", "nobody asked what was given before", "prior-exposure-unknown", _without("prior_exposure"), "hepa-haic"
    )
    yield danger("H46", "neutrophils 1.4", "laboratory", _set(lab__neutrophils__value=1.4))
    yield danger("H46", "platelets 74", "laboratory", _set(lab__platelets__value=74.0))
    yield danger("H46", "bilirubin 31", "laboratory", _set(lab__bilirubin__value=31.0))
    yield danger("H46", "albumin 29", "laboratory", _set(lab__albumin__value=29.0))
    for analyte in ANALYTES:
        yield danger("H46", f"no {analyte}", "laboratory-unknown", _without(f"lab.{analyte}.value"))
        yield danger(
            "H46", f"{analyte} of last week", "laboratory-old", _set(**{f"lab__{analyte}__on": lambda o: o["on"] - 7})
        )
        yield danger("H27", f"{analyte} in another unit", "laboratory-unit", _set(**{f"lab__{analyte}__unit": "mg/dL"}))
    yield danger("H46", "no consent", "consent", _set(consent="no"))
    yield danger("H46", "aged 17", "not-eligible", _set(birth_date=lambda o: o["on"] - 6300))
    yield danger("H46", "Child-Pugh C", "not-eligible", _set(child_pugh_class="C"))
    yield danger("H46", "ECOG 3", "not-eligible", _set(ecog=3.0))
    yield danger("H46", "another therapy of the tumour", "not-eligible", _set(other_antitumour_therapy="yes"))
    yield danger("H46", "ECOG unknown", "eligibility-unknown", _without("ecog"))
    yield danger("H46", "DPYD unknown", "genotype-unknown", _without("dpyd"))
    yield danger("H46", "DPYD without activity", "genotype", _set(dpyd="activity score 0"))
    yield danger("H46", "DPYD in words", "genotype-unreadable", _set(dpyd="wild type"))
    yield danger("H46", "allergic to a platinum", "allergy", _set(allergies="penicillin; carboplatin (anaphylaxis)"))
    yield danger("H46", "allergies unknown", "missing-allergies", _without("allergies"))
    yield danger("H46", "brivudine", "interaction", _set(medicines="entecavir; brivudine"))
    yield danger("H46", "medicines unknown", "medicines-unknown", _without("medicines"))
    yield danger("H48", "another version of the protocol", "protocol-version", _set(version="2"))
    yield danger("H49", "no protocol that is known", "protocol-unknown", _set(protocol="folfox"))
    for name in ("patient", "written", "version", "cycle", "height", "formula", "on", "care", "hold", "valid_until"):
        yield danger("H20", f"no {name}", _MISSING[name], _without(name))
    for text, rule in _WRITTEN.items():
        yield danger("H18", f"written '{text}'", rule, _set(oxaliplatin__written=text))
    yield danger(
        "H56", "a remark on the order with another dose", "remark-on-order", _set(comment="oxaliplatin 50 mg this time")
    )
    yield danger("H56", "a remark with another time", "remark-and-duration", _set(fluorouracil__comment="run over 2 h"))
    yield danger("H56", "a remark with another rate", "remark-and-rate", _set(fluorouracil__comment="pump at 250 mL/h"))
    for text, rules in _REMARKS.items():
        yield danger("H56", f"a remark on oxaliplatin: '{text}'", rules, _set(oxaliplatin__comment=text))
    for text, rules in _REMARKS_ON_ORDER.items():
        yield danger("H56", f"a remark on the order: '{text}'", rules, _set(comment=text))
    for text, rules in _CONTRADICTED.items():
        yield danger("H56", f"oxaliplatin written as '{text}'", rules, _set(oxaliplatin__written=text))
    for path, rule in _BLANK.items():
        arm = "hepa-haic" if path.startswith("beads.") else None
        yield danger(_BLANK_HAZARD[rule], f"{path} left blank", rule, _without(path), arm)
    for drug in ("oxaliplatin", "leucovorin"):
        yield danger("H45", f"{drug} with its diluent left blank", "diluent-unknown", _without(f"{drug}.diluent"))
    yield danger(
        "H42",
        "oxaliplatin with volume and concentration left blank",
        "volume-unknown",
        _without("oxaliplatin.volume", "oxaliplatin.concentration"),
    )
    for drug in ("oxaliplatin", "leucovorin", "fluorouracil"):
        for other in ("vincristine", "gemcitabine", "methotrexate"):
            yield danger("H41", f"{other} in the place of {drug}", "drug-other", _set(**{f"{drug}__drug": other}))
        yield danger("H40", f"{drug} by an unknown route", "route-otherwise", _set(**{f"{drug}__route": "by the pump"}))
    yield danger(
        "H41", "two drugs in each other's place", "drug-other", _exchange("oxaliplatin.drug", "leucovorin.drug")
    )
    yield danger(
        "H40",
        "oxaliplatin by vein, in short",
        "route",
        _set(oxaliplatin__route="IV", oxaliplatin__line="peripheral vein"),
    )
    yield danger(
        "H40",
        "leucovorin by artery, in short",
        "route",
        _set(leucovorin__route="HAI", leucovorin__line="hepatic artery catheter"),
    )
    for fluid in ("normal saline", "lactated Ringer's", "water for injection", "sodium bicarbonate 8.4%"):
        yield danger("H45", f"oxaliplatin in {fluid}", "diluent", _set(oxaliplatin__diluent=fluid))
    yield danger("H45", "oxaliplatin in the usual", "diluent-otherwise", _set(oxaliplatin__diluent="the usual"))
    # a count per µL, a bilirubin in mg/dL and an albumin in g/dL, each under the unit of the limit
    yield danger("H27", "neutrophils 3400", "laboratory-implausible", _set(lab__neutrophils__value=3400.0))
    yield danger("H27", "platelets 140000", "laboratory-implausible", _set(lab__platelets__value=140000.0))
    yield danger("H27", "bilirubin 1.2", "laboratory-implausible", _set(lab__bilirubin__value=1.2))
    yield danger("H27", "albumin 3.8", "laboratory-implausible", _set(lab__albumin__value=3.8))
    for score in ("0", "0.5"):
        yield danger(
            "H46",
            f"DPYD {score}, and half the fluorouracil",
            "genotype",
            lambda o, score=score: (_set(dpyd=f"activity score {score}")(o), _in_part(o, "fluorouracil", 50.0)),
        )
    for score in ("1", "1.5"):
        yield danger("H46", f"DPYD {score}, and all of it", "genotype", _set(dpyd=f"activity score {score}"))
        yield danger(
            "H46",
            f"DPYD {score}, and 80 % of it",
            "genotype",
            lambda o, score=score: (_set(dpyd=f"activity score {score}")(o), _in_part(o, "fluorouracil", 80.0)),
        )
    yield danger("H36", "all starts a day later", "date-of-line", lambda o: _later(o, 24.0))
    yield danger("H36", "all starts a day before", "date-of-line", lambda o: _later(o, -24.0))
    yield danger("H36", "all starts in the last minute of the day before", "date-of-line", lambda o: _later(o, -9.02))
    yield danger(
        "H40",
        "fluorouracil a minute before oxaliplatin, in one line",
        "overlap",
        _set(fluorouracil__start=lambda o: o["oxaliplatin.start"] - 1 / 60),
    )
    yield danger(
        "H38",
        "nothing before, and yet a list",
        "prior-exposure-contradicts",
        _set(before__doxorubicin__total=120.0),
        "hepa-haic",
    )
    yield danger(
        "H38", "a list that is empty", "prior-exposure-contradicts", _set(prior_exposure="listed"), "hepa-haic"
    )
    yield danger(
        "H38",
        "an anthracycline of another name before",
        "prior-exposure-unnamed",
        _set(prior_exposure="listed", before__daunorubicin__total=300.0),
        "hepa-haic",
    )
    yield danger(
        "H38",
        "an earlier cycle of which nobody knows how much",
        "exposure-unknown",
        _set(prior_exposure="listed", before__doxorubicin__total=60.0, before__doxorubicin__unknown="yes"),
        "hepa-haic",
    )
    yield danger("H39", "the same order once more", "order-repeated", _set(repeats="row 17"))
    # a step beyond what rounding for the pump and for the label may make
    for drug in ("oxaliplatin", "leucovorin", "fluorouracil"):
        yield danger(
            "H30",
            f"{drug} 3 % and a mL per hour too fast",
            "rate",
            _set(**{f"{drug}__rate": lambda o, d=drug: o[f"{d}.rate"] * 1.03 + 1.0}),
        )
        yield danger(
            "H42",
            f"{drug} stated 3 % too strong, and a hundredth",
            "concentration-wrong",
            _set(**{f"{drug}__concentration": lambda o, d=drug: o[f"{d}.concentration"] * 1.03 + 0.01}),
        )


_BLANK = {
    "weight_on": "weight-undated", "weight_basis": "weight-basis-unknown", "consent": "consent-unknown",
    "last_cycle": "last-cycle-unknown", "lab.neutrophils.unit": "laboratory-unitless",
    "lab.bilirubin.unit": "laboratory-unitless", "lab.albumin.on": "laboratory-undated", "leucovorin.form": "form-unknown",
    "beads.contact": "bead-contact-unknown", "beads.final_volume": "bead-volume-unknown",
}  # fmt: skip
_BLANK_HAZARD = {
    "weight-undated": "H05", "weight-basis-unknown": "H10", "consent-unknown": "H46", "last-cycle-unknown": "H32",
    "laboratory-unitless": "H27", "laboratory-undated": "H46", "form-unknown": "H41", "bead-contact-unknown": "H43",
    "bead-volume-unknown": "H43",
}  # fmt: skip
_MISSING = {
    "patient": "missing-name", "written": "missing-date-written", "version": "missing-protocol", "cycle": "missing-cycle",
    "height": "missing-calculation", "formula": "missing-calculation", "on": "missing-date", "care": "missing-care",
    "hold": "missing-hold", "valid_until": "missing-validity",
}  # fmt: skip
_WRITTEN = {
    "oxaliplatin 141.0 mg": "notation-trailing-zero",
    "oxaliplatin .5 mg": "notation-naked-point",
    "oxaliplatin 141,5 mg": "notation-decimal-comma",
    "heparin 5000 U": "notation-units",
    "oxaliplatin 500 µg": "notation-microgram",
    "OXA 141 mg": "notation-abbreviation",
    "5-FU 2,400 mg": "notation-abbreviation",
    "28.8 mL/24 h": "notation-per-day",
    "oxaliplatin 141 mg QD": "notation-frequency",
    "in 500 cc": "notation-cubic-centimetre",
    "oxaliplatin 1.4e2 mg": "notation-exponent",
}

_REMARKS = {
    "80 % of the dose": "remark-and-share",
    "reduce oxaliplatin by 20 %": "remark-and-share",
    "half dose today": "remark-and-share",
    "double dose": "remark-and-share",
    "give intravenously": "remark-and-route",
    "do NOT give": "remark-withholds",
    "HOLD": "remark-withholds",
    "omit": "remark-withholds",
    "withhold, neutropenia": "remark-withholds",
}
_REMARKS_ON_ORDER = {
    "fluorouracil over 46 h": "remark-on-order-and-duration",
    "5-FU 2000 mg": "remark-on-order",
    "reduce oxaliplatin by 20 %": "remark-on-order-and-share",
    "half dose today": "remark-on-order-and-share",
    "give oxaliplatin intravenously": "remark-on-order-and-route",
    "hold fluorouracil": "remark-on-order-withholds",
    "do NOT give": "remark-on-order-withholds",
}
_CONTRADICTED = {
    "carboplatin over 4 h": "written-and-drug",
    "oxaliplatin over 2 h": "written-and-duration",
    "oxaliplatin intravenously over 4 h": "written-and-route",
    "oxaliplatin at 690 mL/h": "written-and-rate",
    "oxaliplatin 85 mg/m2 over 4 h": "written-per-area",
}


def _of_the_other_arm(drug: str) -> Callable[[Order], Any]:
    def spoil(order: Order) -> None:
        other = ARMS["hepa-haic" if order["protocol"] == "haic-folfox" else "haic-folfox"][drug]
        surface = math.sqrt(order["height"] * order["weight"] / 3600)
        exact = other.flat if other.flat is not None else other.per_m2 * surface  # type: ignore[operator]
        order[f"{drug}.dose"] = float(half_up(exact, other.step))

    return spoil


def _reduced(order: Order, drug: str, share: float) -> None:
    order[f"{drug}.share"] = share
    order[f"{drug}.dose"] = float(math.floor(order[f"{drug}.calculated"] * share / 100))
    order[f"{drug}.calculated"] = order[f"{drug}.calculated"] * share / 100
    made_up(order, drug)


def _in_part(order: Order, drug: str, share: float) -> None:
    """A reduction as it is to be written: with its share, its reason and all that follows."""
    _reduced(order, drug, share)
    order[f"{drug}.reason"] = "DPYD"


def _twice(drug: str) -> dict[str, object]:
    """20 % off the last ordered dose, which was 80 % already."""
    said = {"changed_by": 20.0, "changed_of": "last ordered dose", "last_share": 80.0}
    return {f"{drug}__{name}": value for name, value in said.items()}


def _later(order: Order, hours: float) -> None:
    for drug in ARMS[order["protocol"]]:
        _shift(order, f"{drug}.start", hours)
        _shift(order, f"{drug}.end", hours)


def rounded(order: Order) -> Order:
    """A sound order as a pump and a label take it: whole millilitres per hour, and a concentration of two decimals."""
    order = dict(order)
    for drug in ARMS[order["protocol"]]:
        order[f"{drug}.rate"] = float(half_up(order[f"{drug}.volume"] / order[f"{drug}.over"], 1.0))
        order[f"{drug}.concentration"] = round(float(half_up(order[f"{drug}.dose"] / order[f"{drug}.volume"], 0.01)), 2)
    return order


def _shift(order: Order, path: str, hours: float) -> None:
    order[path] += hours


def _drop(order: Order, drug: str) -> None:
    for path in [one for one in order if one.startswith(f"{drug}.")]:
        del order[path]


DANGERS = list(_dangers())


def dangerous(each: int, seed: int = 0) -> Iterator[tuple[Danger, Order]]:
    """So many orders of each danger, each on a body of its own."""
    for number, danger in enumerate(DANGERS):
        for arm in (danger.arm,) if danger.arm else tuple(ARMS):
            table = columns(arm, each, seed * 1000 + number)
            for place in range(each):
                order = row(table, place)
                danger.spoil(order)
                yield danger, order
