"""The same checks with pandera on Polars: one check for each rule and part, lazily, failures collected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy
import pandera.polars as pandera
import polars as pl

from .by_hand import ANOTHER_ROUTE, DUST, GATES, IMPOSSIBLE, LINES, POUNDS, wrong_fluids


def frame(made: Mapping[str, Any]) -> pl.DataFrame:
    """Orders as a data frame, in which what is not known is null."""
    return pl.DataFrame(
        {
            path: pl.Series(values).fill_nan(None)
            if isinstance(values, numpy.ndarray)
            else pl.Series(values, dtype=pl.String)
            for path, values in made.items()
        }
    )


def schema() -> Any:
    """All checks as one schema of the whole frame."""
    checks = [
        pandera.Check(lambda data, fails=fails: data.lazyframe.select(~fails.fill_null(False)), name=f"{rule} {part}")
        for rule, part, fails in _checks()
    ]
    return pandera.DataFrameSchema(checks=checks)


def failing(orders: pl.DataFrame) -> Any:
    """What fails: the report of pandera with its failure cases."""
    try:
        schema().validate(orders, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        return errors.failure_cases
    return None


def _outside(value: pl.Expr, least: float, most: float) -> pl.Expr:
    return (value < least * (1 - DUST)) | (value > most * (1 + DUST))


def _away(value: pl.Expr, other: pl.Expr, share: float) -> pl.Expr:
    return (value - other).abs() > other.abs() * (share * (1 + DUST))


def _checks() -> Iterator[tuple[str, str, pl.Expr]]:
    c = pl.col
    on, height, weight, reference = c("on"), c("height"), c("weight"), c("reference_weight")
    yield "unborn", "", c("birth_date") > on
    yield "written-later", "", c("written") > on
    yield "expired", "", c("valid_until") < on
    yield "valid-too-long", "", c("valid_until") - on > 3.0
    yield "day-of-cycle", "", c("day") != 1.0
    high = _outside(height, 100.0, 230.0)
    yield "height-impossible", "", high
    yield "height-unusual", "", _outside(height, 140.0, 200.0) & ~high
    heavy = _outside(weight, 25.0, 250.0)
    yield "weight-impossible", "", heavy
    yield "weight-unusual", "", _outside(weight, 35.0, 150.0) & ~heavy
    yield "body-exchanged", "", height < weight
    pounds = ((weight - reference * POUNDS).abs() <= reference * POUNDS * 0.1 * (1 + DUST)) | (
        (weight * POUNDS - reference).abs() <= reference * 0.1 * (1 + DUST)
    )
    yield "weight-in-pounds", "", pounds
    yield "mass-index", "", _outside(weight / (height / 100) ** 2, 16.0, 40.0)
    age = on - c("weight_on")
    yield "weight-later", "", age < 0.0
    yield "weight-too-old", "", age > 28.0
    yield "weight-old", "", (age > 7.0) & (age <= 28.0)
    yield "weight-changed", "", ((weight / reference - 1).abs() >= 0.1 * (1 - DUST)) & ~pounds
    yield "weight-basis", "", c("weight_basis") != "actual"
    surface = (height * weight / 3600).sqrt()
    yield "bsa-wrong", "", _away(c("bsa"), surface, 0.005)
    yield "bsa-formula", "", c("formula") != "bsa_mosteller"
    cycle, last = c("cycle"), c("last_cycle")
    yield "cycle-number", "", cycle != last + 1
    since = on - (c("day") - 1) - c("last_on")
    yield "too-early", "", (last >= 1.0) & (since < 28.0 * (1 - DUST))
    yield "late", "", (last >= 1.0) & (since > 42.0 * (1 + DUST))
    yield "last-cycle-undated", "", (last >= 1.0) & c("last_on").is_null()
    yield "protocol-version", "", c("version") != "1"
    yield "consent", "", c("consent") != "yes"
    yield "genotype-unknown", "", c("dpyd").is_null()
    yield "medicines-unknown", "", c("medicines").is_null()
    for name, (least, most, unit) in GATES.items():
        part = f"lab.{name}"
        value, other = c(f"{part}.value"), c(f"{part}.unit") != unit
        yield "laboratory", part, (value < least if least is not None else value > most) & ~other.fill_null(False)
        yield "laboratory-unknown", part, value.is_null()
        yield "laboratory-unit", part, other
        yield "laboratory-old", part, on - c(f"{part}.on") > 3.0 * (1 + DUST)
        yield "laboratory-later", part, on - c(f"{part}.on") < 0.0
    yield "bead-capacity", "beads", _outside(c("beads.offered") / c("beads.vials"), 40.0, 60.0)
    yield "bead-contact", "beads", c("beads.contact") < 1 / 3 * (1 - DUST)
    yield "bead-volume", "beads", _away(c("beads.final_volume"), 20.0 * c("beads.vials"), 0.005)
    yield "beads-unfit", "beads", c("beads.drug") == "fluorouracil"
    yield "beads-drug", "beads", ~c("beads.drug").is_in(["doxorubicin", "fluorouracil"])
    for key, (per_m2, flat, its_route, hours, step, diluents) in LINES.items():
        dose, volume, over, route = c(f"{key}.dose"), c(f"{key}.volume"), c(f"{key}.over"), c(f"{key}.route")
        yield "route-impossible", key, route.is_in(sorted(IMPOSSIBLE))
        yield "route", key, route.is_in(sorted(ANOTHER_ROUTE[its_route]))
        yield "duration", key, _away(over, pl.lit(hours), 0.005)
        yield "times-and-duration", key, (c(f"{key}.end") - c(f"{key}.start") - over).abs() > 1 / 60 + 1e-9
        concentration, exact = c(f"{key}.concentration"), dose / volume
        near = ((concentration - exact).abs() <= 0.005 + 1e-9) & ~_away(concentration, exact, 0.025)
        yield "concentration-wrong", key, _away(concentration, exact, 0.005) & ~near
        yield "volume-too-small", key, volume < c(f"{key}.diluent_volume") * (1 - DUST)
        rest = dose / step % 1.0
        yield "dose-step", key, (rest > 1e-9) & (rest < 1.0 - 1e-9)
        whole = (c(f"{key}.share") / 100).fill_null(1.0)
        due = per_m2 * surface if per_m2 else pl.lit(flat)
        yield "dose-calculation", key, _away(c(f"{key}.calculated"), due * whole, 0.005)
        yield "dose-factor", key, c(f"{key}.dose_per" if per_m2 else f"{key}.flat") != (per_m2 or flat)
        if diluents is not None:
            yield "diluent", key, c(f"{key}.diluent").is_in(sorted(wrong_fluids(diluents)))
        if key == "oxaliplatin":
            yield "concentration", key, _outside((dose / volume).fill_null(c(f"{key}.concentration")), 0.2, 0.7)
