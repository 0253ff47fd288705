"""The classical data sets of survival analysis, and what R says of them; where they come from stands in data/README.md."""

from __future__ import annotations

import csv
import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy

from dosewright.outcomes.observations import Observations, observations

HERE = Path(__file__).parent
DATA = HERE / "data"
MISSING = ("", "NA")


@functools.cache
def columns(name: str) -> Mapping[str, list[str]]:
    """A data set as columns of text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: [row[key] for row in rows] for key in rows[0]}


@functools.cache
def r() -> Mapping[str, Mapping[str, float | None]]:
    """What R printed, by case and quantity; None where it printed NA."""
    found: dict[str, dict[str, float | None]] = defaultdict(dict)
    with (HERE / "golden" / "survival_r.csv").open(encoding="utf-8") as file:
        for line in file:
            if line.startswith(("#", "case,")):
                continue
            case, quantity, value = line.strip().rsplit(",", 2)
            found[case][quantity] = None if value in {"NA", "NaN"} else float(value)
    return found


def several(case: str, quantity: str) -> list[float | None]:
    """A quantity of which R printed one or several."""
    told = r()[case]
    return [told[quantity]] if quantity in told else [
        value for key, value in told.items() if key.startswith(f"{quantity}[")
    ]  # fmt: skip


class Model(NamedTuple):
    """A model of R's session: the data set, its covariates, and its strata."""

    case: str
    data: str
    covariates: Sequence[str]
    strata: str = ""
    event: str = "event"


MODELS = (
    Model("aml", "aml", ("group",)),
    Model("gehan", "gehan", ("treatment",)),
    Model("gehan by pair", "gehan", ("treatment",), "pair"),
    Model("lung", "lung", ("age", "sex", "ph_ecog")),
    Model("lung by institution", "lung", ("age", "sex", "ph_ecog"), "inst"),
    Model("veteran", "veteran", ("trt", "celltype", "karno", "age")),
    Model("ovarian", "ovarian", ("age", "rx", "resid_ds")),
    Model("kidney", "kidney", ("age", "sex")),
    Model("pbc", "pbc", ("age", "edema", "log_bili", "log_protime", "log_albumin"), event="status"),
)


class Fitted(NamedTuple):
    """What a model is fitted to: observations, design, names of its columns and of their owners, and strata."""

    observed: Observations
    design: numpy.ndarray
    names: list[str]
    owners: list[str]
    strata: numpy.ndarray | None


def prepared(model: Model) -> Fitted:
    """The complete rows of a model, coded by hand and not by the code under test."""
    table = columns(model.data)
    needed = ["time", model.event, *model.covariates, *([model.strata] if model.strata else [])]
    rows = [i for i in range(len(table["time"])) if all(table[name][i] not in MISSING for name in needed)]
    design, names, owners = [], [], []
    for name in model.covariates:
        cells = [table[name][i] for i in rows]
        levels = sorted(set(cells))[1:] if cells[0].isalpha() or "-" in cells[0][1:] else [""]
        for level in levels:
            design.append([float(cell == level) if level else float(cell) for cell in cells])
            names.append(f"{name}={level}" if level else name)
            owners.append(name)
    yes = "2" if model.event == "status" else "1"
    observed = observations([float(table["time"][i]) for i in rows], [int(table[model.event][i] == yes) for i in rows])
    strata = numpy.array([table[model.strata][i] for i in rows]) if model.strata else None
    return Fitted(observed, numpy.array(design).T, names, owners, strata)


def grouped(name: str, group: str, *, event: str = "event", yes: str = "1") -> tuple[Observations, numpy.ndarray]:
    """A data set with one of its columns as groups, without the rows that lack it."""
    table = columns(name)
    rows = [i for i in range(len(table["time"])) if table[group][i] not in MISSING]
    observed = observations([float(table["time"][i]) for i in rows], [int(table[event][i] == yes) for i in rows])
    return observed, numpy.array([table[group][i] for i in rows])
