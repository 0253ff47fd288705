"""A cohort that was made up, for a first look and for tests: two arms, with sizes and effects like the source paper's.

Nobody in it ever lived. Every output that is made from it says so. The same seed gives the same records
everywhere: only the plain generator of Python is asked, whose numbers do not change from version to version.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ..dates import DAYS_A_MONTH
from ..errors import Mistake
from .cohort import TABLES

LABEL: Final = "SYN"
FIRST: Final = dt.date(2018, 5, 1)
ENROLLED_OVER: Final = 1461  # days: May 2018 to May 2022
CLOSED: Final = dt.date(2022, 12, 31)
MOST_PATIENTS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Like:
    """What one arm is made like: shares of patients, medians in months, and how often each adverse event comes."""

    id: str
    name: str
    n: int
    survival: float
    progression: float
    responses: tuple[float, float, float]  # CR, PR, SD; the rest progress
    interval: tuple[int, int]  # days between cycles
    covariates: Mapping[str, Mapping[str, float]]
    older: float  # share over 65
    events: Mapping[str, tuple[float, float]]  # grade 1–2 and 3–4


# Shares from Tables 1, 3 and 6 of the source paper, medians from its text. One of its columns of hepatitis has two
# patients too many; here HCV is 2, which gives the p-value it prints.
ARMS: Final = (
    Like(
        "hepa-haic", "Hepa-HAIC", 74, 22.4, 8.9, (0.083, 0.667, 0.188), (28, 42),
        {
            "sex": {"male": 64, "female": 10},
            "ecog": {"0": 38, "1": 36},
            "hepatitis": {"none": 6, "HBV": 60, "HCV": 4, "both": 4},
            "child_pugh": {"A": 71, "B": 3},
            "afp": {"≤400": 51, ">400": 23},
            "tumor_number": {"single": 15, "multiple": 59},
            "tumor_size": {"≤5": 35, ">5": 39},
            "vein_invasion": {"no": 47, "yes": 27},
            "previous_treatment": {"no": 3, "yes": 71},
            "metastasis": {"no": 39, "yes": 35},
        },
        28 / 74,
        {
            "White blood cell decreased": (0.292, 0.021), "Anemia": (0.229, 0.042),
            "Platelet count decreased": (0.292, 0.146), "Fever": (0.833, 0.063), "Vomiting": (0.563, 0.0),
            "Alanine aminotransferase increased": (0.563, 0.354), "Blood bilirubin increased": (0.417, 0.229),
            "Hypertension": (0.188, 0.0),
        },
    ),
    Like(
        "haic", "HAIC", 93, 9.5, 5.8, (0.042, 0.333, 0.438), (21, 28),
        {
            "sex": {"male": 85, "female": 8},
            "ecog": {"0": 45, "1": 48},
            "hepatitis": {"none": 8, "HBV": 82, "HCV": 2, "both": 1},
            "child_pugh": {"A": 83, "B": 10},
            "afp": {"≤400": 68, ">400": 25},
            "tumor_number": {"single": 17, "multiple": 76},
            "tumor_size": {"≤5": 38, ">5": 55},
            "vein_invasion": {"no": 32, "yes": 61},
            "previous_treatment": {"no": 6, "yes": 87},
            "metastasis": {"no": 36, "yes": 57},
        },
        38 / 93,
        {
            "White blood cell decreased": (0.25, 0.042), "Anemia": (0.208, 0.021),
            "Platelet count decreased": (0.25, 0.208), "Fever": (0.854, 0.0), "Vomiting": (0.396, 0.063),
            "Alanine aminotransferase increased": (0.396, 0.063), "Blood bilirubin increased": (0.208, 0.417),
            "Hypertension": (0.25, 0.0),
        },
    ),
)  # fmt: skip

GROUPS: Final = {
    "White blood cell decreased": "Investigations",
    "Anemia": "Blood and lymphatic system disorders",
    "Platelet count decreased": "Investigations",
    "Alanine aminotransferase increased": "Investigations",
    "Blood bilirubin increased": "Investigations",
    "Fever": "General disorders and administration site conditions",
    "Vomiting": "Gastrointestinal disorders",
    "Hypertension": "Vascular disorders",
}
COVARIATES: Final = {
    "age": "Age", "sex": "Sex", "ecog": "ECOG PS", "hepatitis": "Hepatitis", "child_pugh": "Child-Pugh",
    "afp": "AFP", "tumor_number": "Tumor number", "tumor_size": "Tumor size", "vein_invasion": "Vein invasion",
    "previous_treatment": "Previous treatment", "metastasis": "Extrahepatic metastasis",
}  # fmt: skip
UNITS: Final = {"age": "y", "afp": "ng/mL", "tumor_size": "cm"}
REASONS: Final = ("no first imaging", "another antitumor treatment", "lost to follow-up")


@dataclass(slots=True)
class _Made:
    """The rows of each table as they are made."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in TABLES})

    def add(self, table: str, **cells: Any) -> None:
        self.rows[table].append(cells)


class _Chance:
    """Draws of a seeded generator, each by a formula of our own."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed).random

    def whole(self, low: int, high: int) -> int:
        return low + int(self.draw() * (high - low + 1))

    def waiting(self, median: float) -> float:
        return -math.log(1 - self.draw()) * median / math.log(2)

    def near(self, spread: float) -> float:
        """About 0, seldom beyond twice the spread: a sum of uniform draws."""
        return (self.draw() + self.draw() + self.draw() + self.draw() - 2) * spread * math.sqrt(3)

    def one_of(self, weights: Mapping[str, float]) -> str:
        mark = self.draw() * sum(weights.values())
        for word, weight in weights.items():
            mark -= weight
            if mark < 0:
                return word
        return word


def tables(*, seed: int = 1, patients: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """The tables of a made-up cohort, as rows.

    Limits:   from 2 to 20,000 patients; without a number, 74 and 93 as in the source paper, and 9 who are excluded.
    Raises:   Mistake, where there would be fewer or more.
    Source:   shares and medians of the source paper; nothing else about it is real
    """
    if patients is not None and not 2 <= patients <= MOST_PATIENTS:
        raise Mistake(f"from 2 to {MOST_PATIENTS:,} patients", example="1000", got=patients)
    chance, made = _Chance(seed), _Made()
    share = 1.0 if patients is None else patients / sum(arm.n for arm in ARMS)
    first = _whole(ARMS[0].n * share)
    numbers = (first, ARMS[1].n if patients is None else patients - first)
    key = 0
    for arm, n in zip(ARMS, numbers, strict=True):
        for _ in range(n):
            key += 1
            _patient(chance, made, arm, f"{LABEL}-{key:04d}")
    for number in range(_whole(9 * share)):
        key += 1
        made.add(
            "patients", patient=f"{LABEL}-{key:04d}", arm=ARMS[number % 2].id, excluded=REASONS[number % len(REASONS)]
        )
    return made.rows


def _whole(value: float) -> int:
    return int(value + 0.5)


def _patient(chance: _Chance, made: _Made, arm: Like, key: str) -> None:
    start = FIRST + dt.timedelta(days=chance.whole(0, ENROLLED_OVER))
    covariates: dict[str, Any] = {name: chance.one_of(weights) for name, weights in arm.covariates.items()}
    old = chance.draw() < arm.older
    covariates["age"] = chance.whole(66, 80) if old else chance.whole(32, 65)
    if chance.draw() < 0.02:
        covariates["afp"] = ""  # missing, as somewhere it always is
    alive = (CLOSED - start).days
    lives = _whole(chance.waiting(arm.survival) * DAYS_A_MONTH) + 14
    died = start + dt.timedelta(days=lives) if lives <= alive else None
    seen = died if died is not None else CLOSED - dt.timedelta(days=chance.whole(0, min(60, alive // 2)))
    made.add(
        "patients", patient=key, arm=arm.id, start=start, last_seen=seen, died=died or "",
        cause="progression" if died else "", **covariates,
    )  # fmt: skip
    progresses = _whole(chance.waiting(arm.progression) * DAYS_A_MONTH) + 21
    watched = (seen - start).days
    _cycles(chance, made, arm, key, start, min(watched, progresses))
    _visits(chance, made, arm, key, start, watched, progresses, covariates)
    _events(chance, made, arm, key, start, watched)


def _cycles(chance: _Chance, made: _Made, arm: Like, key: str, start: dt.date, until: int) -> None:
    day = 0
    for cycle in range(1, chance.whole(2, 11)):
        if day > until:
            return
        made.add("cycles", patient=key, cycle=cycle, day=start + dt.timedelta(days=day))
        day += chance.whole(*arm.interval)


def _visits(
    chance: _Chance, made: _Made, arm: Like, key: str, start: dt.date, watched: int, progresses: int,
    covariates: Mapping[str, Any],
) -> None:  # fmt: skip
    before = chance.whole(3, 21)
    large = covariates["tumor_size"] == ">5"
    sizes = [chance.whole(52, 130) if large else chance.whole(18, 50)]
    if covariates["tumor_number"] == "multiple":
        sizes.append(chance.whole(12, sizes[0]))
    thrombus = covariates["vein_invasion"] == "yes"
    complete, partial, stable = arm.responses
    mark = chance.draw()
    best = (
        0.0 if mark < complete
        else 0.2 + chance.draw() * 0.48 if mark < complete + partial
        else 0.75 + chance.draw() * 0.35 if mark < complete + partial + stable
        else 1.3
    )  # fmt: skip
    if best > 1.2:
        progresses = min(progresses, 40)
    elif best < 0.7:
        progresses = max(progresses, 80)
    _images(chance, made, key, 0, start - dt.timedelta(days=before), sizes, 1.0, thrombus, new=False)
    day, number, deepest = 0, 0, 1.0
    while True:
        day += chance.whole(38, 46)
        number += 1
        if day > watched or number > 14:
            return
        late = day >= progresses
        factor = best if number >= 2 else (1 + best) / 2 if best > 0.5 else best + 0.1
        if best == 0.0:
            factor = 0.0
        if late:
            factor = max(deepest, 0.2) * (1.35 + chance.draw() * 0.4)
        deepest = min(deepest, factor)
        if chance.draw() < 0.02:
            made.add(
                "visits", patient=key, visit=number, day=start + dt.timedelta(days=day), assessed="no", why="motion"
            )
        else:
            new = late and chance.draw() < 0.4
            _images(chance, made, key, number, start + dt.timedelta(days=day), sizes, factor, thrombus, new=new)
        if late:
            return


def _images(
    chance: _Chance, made: _Made, key: str, visit: int, day: dt.date, sizes: Sequence[int], factor: float,
    thrombus: bool, *, new: bool,
) -> None:  # fmt: skip
    """One visit as two readers see it: the second a little apart from the first."""
    made.add("visits", patient=key, visit=visit, day=day, assessed="yes", why="")
    for reader in ("A", "B"):
        common: dict[str, Any] = {"patient": key, "visit": visit, "reader": reader}
        for number, size in enumerate(sizes, 1):
            apart = 1 + chance.near(0.09) if reader == "B" else 1.0
            whole = size if visit == 0 else max(_whole(size * (0.6 + 0.4 * factor)), 1)
            viable = min(_whole(size * factor * apart * 0.95), whole)
            made.add(
                "lesions", **common, lesion=number, role="target", kind="tumour", organ="liver", longest_mm=whole,
                viable_mm=max(viable, 10) if visit == 0 else viable, state="present",
            )  # fmt: skip
        if thrombus:
            made.add(
                "lesions", **common, lesion="T", role="non-target", kind="portal thrombus", organ="portal vein",
                state="present" if factor > 0.05 else "absent",
            )  # fmt: skip
        if new and (reader == "A" or chance.draw() < 0.8):  # the second reader misses some
            made.add(
                "lesions", **common, lesion="N", role="new", kind="tumour", organ="liver",
                longest_mm=12 + len(sizes), viable_mm=11, state="present", typical="yes",
            )  # fmt: skip


def _events(chance: _Chance, made: _Made, arm: Like, key: str, start: dt.date, watched: int) -> None:
    for term, (mild, severe) in arm.events.items():
        mark = chance.draw()
        if mark >= mild + severe:
            continue
        low = 1 if mark < mild else 3
        day = chance.whole(1, min(60, watched))
        made.add(
            "events", patient=key, term=term, group=GROUPS[term], grade=low + (chance.draw() < 0.3), ctcae="5.0",
            relation=chance.one_of({"possible": 3, "probable": 5, "unlikely": 2}),
            start=start + dt.timedelta(days=day),
            end=start + dt.timedelta(days=min(day + chance.whole(1, 20), watched)),
        )  # fmt: skip


def files(*, seed: int = 1, patients: int | None = None) -> dict[str, str]:
    """The same as files: one CSV a table, and the cohort file that reads them."""
    rows = tables(seed=seed, patients=patients)
    found = {f"{name}.csv": _csv(name, rows[name]) for name in TABLES}
    return {"cohort.yaml": _settings(seed)} | found


def _csv(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    header = [column.name for column in TABLES[name]] + (list(COVARIATES) if name == "patients" else [])
    told = io.StringIO()
    writer = csv.DictWriter(told, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return told.getvalue()


def _settings(seed: int) -> str:
    covariates = []
    for column, name in COVARIATES.items():
        parts = [f"column: {column}", f"name: {name}"]
        if column in UNITS:
            parts.append(f"unit: {UNITS[column]}")
        words = ", ".join(f'"{word}"' for word in ARMS[0].covariates.get(column, {}))
        parts.append(f"order: [{words}]" if words else 'cut: "65"')
        covariates.append(f"  - {{{', '.join(parts)}}}")
    arms = "\n".join(f"  - {{id: {arm.id}, name: {arm.name}}}" for arm in ARMS)
    where = "\n".join(f"  {name}: {{file: {name}.csv}}" for name in TABLES)
    return f"""\
# SYNTHETIC: made up by 'dosewright outcomes cohort example' with seed {seed}. Nobody in these records ever lived.
schema: "1"
id: synthetic-example
title: "Synthetic example cohort (seed {seed}): made up, no real patients"
synthetic: "yes"
arms:
{arms}
response:
  criterion: mrecist
  reader: A
  confirmed: "no"
  least_sd: 42 d
covariates:
{chr(10).join(covariates)}
matching:
  on: [{", ".join(COVARIATES)}]
  caliper: "0.2"
tables:
{where}
"""
