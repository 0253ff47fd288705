"""The doses: computed anew, compared, and where they depart, what the slip looks like. Limits each in its own unit."""

from __future__ import annotations

import functools
from math import inf
from typing import Any, Final

from ... import wording
from ...calculators.columns import DUST, floor
from ..finding import Severity
from .rule import rule
from .values import Condition, above, alike, differ, like_none, missing, no
from .values import each as of_each
from .view import ARITHMETIC, LifetimeView, LineView, OrderView

WHOLE: Final = 100.0  # percent
MULTIPLE: Final = 1e-9  # of a step, within which a dose is a multiple of it


def _dosed(due: Any) -> bool:
    return due.dose is not None


@rule(
    "dose-no-amount",
    "refuse",
    of="line",
    where="dose",
    measured="{unit}",
    allowed="mg",
    source="by definition",
    hazards="H23 H26",
)
def dose_no_amount(line: LineView) -> Condition:
    """What stands as the ordered dose is a dose per m² or per kg, and no amount of drug.

    Write the ordered dose in milligrams, and beside it from which dose per m² it was computed.
    """
    return of_each(line.unit, lambda word: word != "mg")


def _times(line: LineView) -> str:
    """How many times the calculated dose it is, in words: of the one that follows, or of the one that stands there."""
    for what, dose in (
        ("the dose that follows", line.expected),
        ("the calculated dose that stands there", line.calculated),
    ):
        for many in (10.0, 100.0):
            if alike(line.dose, dose * many, line.tolerance):
                return f"{wording.number(many)} times {what}"
            if alike(line.dose * many, dose, line.tolerance):
                return f"a {wording.number(many)}th of {what}"
    return ""


against_expected = functools.partial(
    rule, of="line", needs="dose expected", measured="{dose}", allowed="{expected}", source="{due.dose_source}"
)
"""A rule on a dose that is told beside the one that follows."""


@against_expected(
    "dose-tenfold",
    "refuse",
    explain=_times,
    hazards="H11 H12 H14 H15 H18",
    applies=_dosed,
)
def dose_tenfold(line: LineView) -> Condition:
    """Ten or a hundred times the calculated dose, or that part of it.

    Look for a decimal point, a comma or a zero.
    """
    return line.slips["tenfold"]


@against_expected(
    "dose-thousandfold",
    "refuse",
    hazards="H11 H24",
    applies=_dosed,
)
def dose_thousandfold(line: LineView) -> Condition:
    """A thousand times the calculated dose, or a thousandth of it.

    Look for grams, milligrams and micrograms taken for each other.
    """
    return line.slips["thousandfold"]


@against_expected(
    "dose-beyond",
    "refuse",
    hazards="H11 H12",
    applies=_dosed,
)
def dose_beyond(line: LineView) -> Condition:
    """More than ten times the calculated dose.

    Compute it anew from height and weight, and look for two figures written into one.
    """
    return line.slips["beyond"]


@against_expected(
    "dose-not-multiplied",
    "refuse",
    hazards="H23",
    applies=_dosed,
)
def dose_not_multiplied(line: LineView) -> Condition:
    """The dose per m² was taken for the dose, or a flat dose was multiplied by the surface.

    Compute the dose anew by the basis that the protocol names: per m², per kg or flat.
    """
    return line.slips["unmultiplied"]


@against_expected(
    "dose-of-other-arm",
    "refuse",
    hazards="H49",
    applies=lambda due: _dosed(due) and bool(due.elsewhere),
    explain=lambda row: f"{row.due.drug} has this dose in {_of_whom(row)}",
)
def dose_of_other_arm(line: LineView) -> Condition:
    """This is the dose of another protocol.

    Find out which protocol the patient is on: with or without embolisation.
    """
    return line.slips["elsewhere"]


def _of_whom(line: LineView) -> str:
    fits = (figure.source for figure in line.due.elsewhere if alike(line.dose, line.by(figure), line.tolerance))
    return wording.listed(fits, "or")


@against_expected(
    "dose-of-whole-cycle",
    "refuse",
    hazards="H29",
    applies=lambda due: _dosed(due) and len(due.days) > 1,
)
def dose_of_whole_cycle(line: LineView) -> Condition:
    """The dose of the whole cycle was ordered for one day.

    Order for each day what the protocol gives on that day.
    """
    return line.deviates & alike(line.dose, line.expected * len(line.due.days), line.tolerance)


@against_expected(
    "dose-of-other-figure",
    "blocks-release",
    hazards="H47 H49",
    applies=lambda due: _dosed(due) and bool(due.others),
)
def dose_of_other_figure(line: LineView) -> Condition:
    """This is the dose by another figure of the source than the one that counts here.

    The source contradicts itself: order by the figure that the site has decided for.
    """
    return line.slips["disputed"]


def _reduced(line: LineView) -> str:
    """What a lower dose without a word of it may be."""
    if line.off < 0 and missing(line.share):
        return "a reduction needs its share of the protocol's dose and a reason"
    return ""


@rule(
    "dose-deviates",
    "blocks-release",
    of="line",
    needs="dose expected",
    measured="{off} of {expected}",
    allowed="at most {due.most_deviation} of the calculated dose",
    source="site policy",
    explain=_reduced,
    hazards="H01 H07 H09 H23 H37 H44 H47",
    applies=_dosed,
)
def dose_deviates(line: LineView) -> Condition:
    """The ordered dose departs from the calculated dose.

    Compute it anew from height, weight and the protocol's dose; where it was changed on purpose, say how and why.
    """
    explained: Condition = False
    for look in line.slips.values():
        explained = explained | look
    if len(line.due.days) > 1:
        explained = explained | dose_of_whole_cycle(line)
    return line.deviates & no(explained)


@rule(
    "dose-factor",
    "blocks-release",
    of="line",
    where="dose_per",
    measured="{stated}",
    allowed="{due.dose}",
    source="{due.dose_source}",
    hazards="H47 H49",
    applies=_dosed,
)
def dose_factor(line: LineView) -> Condition:
    """The order computes from another figure than the protocol's.

    Compare protocol, arm and version; a reduction is told as a share of the protocol's dose.
    """
    return differ(line.stated, line.due.dose.amount, DUST)  # type: ignore[union-attr]


@rule(
    "dose-basis",
    "refuse",
    of="line",
    where="dose_per",
    asks="dose_per dose_per_kg flat",
    measured="{basis}",
    allowed="{due.dose_basis}",
    source="{due.dose_source}",
    hazards="H23",
    applies=_dosed,
)
def dose_basis(line: LineView) -> Condition:
    """The order computes by another basis than the protocol: per m², per kg and flat are three things.

    Compute by the protocol's basis.
    """
    figures = {"per m²": line.dose_per, "per kg": line.dose_per_kg, "flat": line.flat}
    found: Condition = False
    for basis, figure in figures.items():
        if basis != line.due.dose.basis:  # type: ignore[union-attr]
            found = found | no(missing(figure))
    return found


@rule(
    "dose-calculation",
    "blocks-release",
    of="line",
    needs="expected",
    when="calculated",
    where="calculated",
    measured="{calculated}",
    allowed="{expected}",
    source="{due.dose_source}",
    hazards="H07 H09",
    applies=_dosed,
)
def dose_calculation(line: LineView) -> Condition:
    """The calculated dose that stands there is not the one that follows.

    Compute it anew from height and weight, without rounding on the way.
    """
    return differ(line.calculated, line.expected, ARITHMETIC)


@rule(
    "share-unexplained",
    "blocks-release",
    of="line",
    where="share",
    measured="{share}",
    allowed="a reason",
    source="by definition",
    hazards="H37",
    even_absent=True,
)
def share_unexplained(line: LineView) -> Condition:
    """The dose is reduced, and no reason is given.

    Write why; the next cycle is ordered by somebody else.
    """
    return (line.share < WHOLE) & line.lacks("reason")


@rule(
    "reduced-rounded-up",
    "blocks-release",
    of="line",
    needs="dose expected",
    when="share",
    measured="{dose}",
    allowed="at most {expected}",
    source="site policy",
    hazards="H22 H37 H44",
    applies=_dosed,
)
def reduced_rounded_up(line: LineView) -> Condition:
    """A reduced dose was rounded up.

    Round it down: what was taken away is not given back by rounding.
    """
    return (line.share < WHOLE) & above(line.dose, line.expected) & no(line.deviates)


@rule(
    "dose-step",
    "warning",
    of="line",
    needs="dose",
    measured="{dose}",
    allowed="a multiple of {due.step}",
    source="site policy",
    hazards="H44",
    applies=lambda due: due.step is not None,
)
def dose_step(line: LineView) -> Condition:
    """The ordered dose is no multiple of the site's step.

    Round it as the site rounds.
    """
    steps = line.dose / line.due.step
    rest = steps - floor(steps)
    return (rest > MULTIPLE) & (rest < 1.0 - MULTIPLE)


@rule(
    "dose-band",
    "warning",
    of="line",
    needs="dose",
    measured="{dose}",
    allowed="{band}a dose of {due.table}",
    source="site policy",
    hazards="H44",
    applies=lambda due: bool(due.doses),
)
def dose_band(line: LineView) -> Condition:
    """The ordered dose is none of the site's table of dose bands.

    Order the dose of its band.
    """
    return like_none(line.dose, line.due.doses, DUST)


@rule(
    "dose-other-band",
    "warning",
    of="line",
    needs="dose expected",
    measured="{dose}",
    allowed="the band of {expected} in {due.table}",
    source="site policy",
    hazards="H44",
    applies=lambda due: bool(due.bands) and due.dose is not None,
)
def dose_other_band(line: LineView) -> Condition:
    """The ordered dose is that of another band than the one in which the calculated dose lies.

    Order the dose of its band; past a cap or after a reduction the one at or below.
    """
    # On an edge either band will do: a body surface that was rounded for print may lie on its other side.
    least, most = line.expected * (1.0 - ARITHMETIC), line.expected * (1.0 + ARITHMETIC)
    found: Condition = False
    above_it = (*(band.dose for band in line.due.bands[1:]), inf)
    for band, dose_above in zip(line.due.bands, above_it, strict=True):
        other = (most < band.low) | (least >= band.high)
        lowered = (line.share < WHOLE) | (line.due.cap is not None and above(dose_above, line.due.cap))
        below = lowered & (band.dose <= most) & (least < dose_above)
        found = found | (alike(line.dose, band.dose, DUST) & other & no(below))
    return found


# ------------------------------------------------------------------------------------ limits, each in a unit of its own


@rule(
    "above-cap",
    "refuse",
    of="line",
    needs="dose",
    measured="{dose}",
    allowed="at most {due.cap} at a time",
    source="site policy",
    hazards="H08 H11 H22",
    applies=lambda due: due.cap is not None,
)
def above_cap(line: LineView) -> Condition:
    """The ordered dose is above the most that the site gives at a time.

    Look for the mistake; a limit is not confirmed away.
    """
    return above(line.dose, line.due.cap)


@rule(
    "above-per-area",
    "refuse",
    of="line",
    needs="mg_per_m2",
    where="dose",
    measured="{mg_per_m2}",
    allowed="at most {due.most_per_m2} mg/m²",
    source="site policy",
    hazards="H11 H23",
    applies=lambda due: due.most_per_m2 is not None,
)
def above_per_area(line: LineView) -> Condition:
    """The ordered dose is above the most per m² that the site gives.

    Look for the mistake; a limit is not confirmed away.
    """
    return above(line.mg_per_m2, line.due.most_per_m2)


@rule(
    "above-per-day",
    "refuse",
    of="line",
    needs="dose_of_day",
    where="dose",
    measured="{dose_of_day}",
    allowed="at most {due.most_per_day} mg in a day",
    source="site policy",
    hazards="H11 H29",
    applies=lambda due: due.most_per_day is not None,
)
def above_per_day(line: LineView) -> Condition:
    """With its other lines of this day the drug is above the most that the site gives in a day.

    Look for a drug that stands twice, and for the dose of a whole cycle.
    """
    return above(line.dose_of_day, line.due.most_per_day)


@rule(
    "above-per-cycle",
    "refuse",
    of="line",
    needs="dose_of_cycle",
    where="dose",
    measured="{dose_of_cycle}",
    allowed="at most {due.most_per_cycle} mg in a cycle",
    source="site policy",
    hazards="H11 H29",
    applies=lambda due: due.most_per_cycle is not None,
)
def above_per_cycle(line: LineView) -> Condition:
    """On all its days the drug is above the most that the site gives in a cycle.

    Look for the mistake; a limit is not confirmed away.
    """
    return above(line.dose_of_cycle, line.due.most_per_cycle)


@rule(
    "above-limit",
    "refuse",
    of="line",
    needs="dose limit",
    measured="{dose}",
    allowed="at most {limit}",
    source="{due.limit_source}",
    hazards="H11 H22",
    applies=lambda due: due.limit is not None,
)
def above_limit(line: LineView) -> Condition:
    """The ordered dose is above the protocol's limit.

    Look for the mistake; a limit is not confirmed away.
    """
    return above(line.dose, line.limit)


@rule(
    "cumulative-limit",
    "blocks-release",
    of="lifetime",
    needs="total",
    measured="{total} of {due.of}",
    allowed="at most {due.at_most} mg/m²",
    source="{due.source}",
    hazards="H38",
)
def cumulative_limit(lifetime: LifetimeView) -> Condition:
    """With this order the lifetime's dose passes its limit.

    Count what was given before once more, by every route and on beads; then decide, by name, whether to go on.
    """
    return above(lifetime.total, lifetime.due.at_most) | above(lifetime.before, lifetime.due.at_most)


def _how_grave(due: Any) -> Severity:
    return "blocks-release" if due.prior_exposure == "required" else "warning"


@rule(
    "prior-exposure-unknown",
    _how_grave,
    asks="prior_exposure",
    measured="unknown",
    allowed="what was given before, or none",
    source="site policy",
    hazards="H38",
)
def prior_exposure_unknown(o: OrderView) -> Condition:
    """What was given before this order is unknown, so that the lifetime's dose cannot be told.

    Ask, and write it down; unknown is not zero.
    """
    return o.lacks("prior_exposure")


@rule(
    "exposure-unknown",
    "blocks-release",
    of="lifetime",
    where="total",
    measured="unknown",
    allowed="at most {due.at_most} mg/m²",
    source="{due.source}",
    hazards="H38",
)
def exposure_unknown(lifetime: LifetimeView) -> Condition:
    """How much an earlier cycle gave is unknown, so that the lifetime's dose cannot be told.

    Write down the share of its dose that each cycle gave.
    """
    return lifetime.untold


@rule(
    "prior-exposure-contradicts",
    "blocks-release",
    where="prior_exposure",
    measured="{prior_exposure}",
    allowed="none without a list, or listed with one",
    source="by definition",
    hazards="H38",
)
def prior_exposure_contradicts(o: OrderView) -> Condition:
    """What is said of earlier exposure and what is listed do not agree.

    Ask once more, and list all that was given before; or say that there was nothing.
    """
    nothing, listed = (of_each(o.prior_exposure, word.__eq__) for word in ("none", "listed"))
    return (nothing & o.given_before) | (listed & no(o.lists_any))


@rule(
    "prior-exposure-unnamed",
    "blocks-release",
    where="prior_exposure",
    measured="{unnamed}",
    allowed="generic names in full",
    source="by definition",
    hazards="H38 H41",
)
def prior_exposure_unnamed(o: OrderView) -> Condition:
    """Something listed as given before may be one of the drugs known here, written otherwise.

    Write its generic name in full, so that it counts.
    """
    return no(o.lacks("unnamed"))


@rule(
    "reduced",
    "info",
    of="line",
    where="share",
    measured="{dose}, {share} of the full dose{why}",
    allowed="{full} in full",
    source="{due.dose_source}",
    hazards="H37",
    applies=_dosed,
)
def reduced(line: LineView) -> Condition:
    """The dose is reduced.

    See that the share and its reason are what the prescriber meant.
    """
    return line.share < WHOLE
