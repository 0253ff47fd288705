"""How it is made up: diluent, concentration, volume and form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ...calculators.columns import DUST
from .rule import rule
from .values import Condition, Number, above, alike, below, differ, each, like_none, no, only
from .view import ARITHMETIC, ROUGH, LineView


@rule(
    "diluent",
    "refuse",
    of="line",
    needs="diluent",
    measured="{diluent}",
    allowed="{due.diluents}",
    source="{due.diluent_source}",
    hazards="H45",
    applies=lambda due: bool(due.diluents),
)
def diluent(line: LineView) -> Condition:
    """This is no diluent for the drug.

    Make it up in the diluent of its label; what was made up already is not given.
    """
    return each(line.diluent, lambda word: diluent_of(word) not in line.due.diluents and known_diluent(word))


@rule(
    "diluent-otherwise",
    "blocks-release",
    of="line",
    needs="diluent",
    measured="{diluent}",
    allowed="{due.diluents}",
    source="{due.diluent_source}",
    hazards="H45",
    applies=lambda due: bool(due.diluents),
)
def diluent_otherwise(line: LineView) -> Condition:
    """The diluent is called by no name that is known.

    Write it as the labels do: glucose 5%, sodium chloride 0.9%.
    """
    return each(line.diluent, lambda word: diluent_of(word) not in line.due.diluents and not known_diluent(word))


def _of_site_alone(due: Any) -> bool:
    return not due.diluents and bool(due.made_up_in)


@rule(
    "diluent-other",
    "warning",
    of="line",
    needs="diluent",
    measured="{diluent}",
    allowed="{due.made_up_in}",
    source="site policy",
    hazards="H45",
    applies=_of_site_alone,
)
def diluent_other(line: LineView) -> Condition:
    """The site makes it up in another diluent.

    Make it up as the site does, or see that the drug bears this one too.
    """
    ours = diluent_of(line.due.made_up_in)
    return each(line.diluent, lambda word: diluent_of(word) in _DILUENTS.keys() - {ours})


@rule(
    "diluent-strange",
    "refuse",
    of="line",
    needs="diluent",
    measured="{diluent}",
    allowed="{due.made_up_in}",
    source="site policy",
    hazards="H45",
    applies=_of_site_alone,
)
def diluent_strange(line: LineView) -> Condition:
    """This is none of the fluids that infusions are made up in here.

    Make it up as the site does; what was made up already is not given.
    """
    ours = diluent_of(line.due.made_up_in)
    return each(line.diluent, lambda word: diluent_of(word) not in {ours, *_DILUENTS})


def known_diluent(words: str) -> bool:
    """Whether words name a fluid that is known, be it right or wrong."""
    return diluent_of(words) in _DILUENTS or any(fluid in words.casefold() for fluid in FLUIDS)


FLUIDS: Final = (
    "chloride",
    "nacl",
    "saline",
    "ringer",
    "lactate",
    "hartmann",
    "sterile water",
    "water for injection",
    "bicarbonate",
    "mannitol",
    "d5ns",
    "d5lr",
)
"""Fluids that are no glucose, by a word of their names."""


_DILUENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "glucose 5%": ("5% glucose", "glucose 5% in water", "5% glucose in water", "d5w", "g5"),
    "sodium chloride 0.9%": ("0.9% sodium chloride", "normal sodium chloride", "sodium chloride", "ns"),
}
"""A diluent as the labels name it, and what else it is called, once its parts are named as `_SAME` names them."""
_SAME: Final = (
    (r"[(),]", " "),
    (r"\s+%", "%"),
    (r"\b9 ?mg/ml\b", "0.9%"),
    (r"\b50 ?mg/ml\b", "5%"),
    (r"\bdextrose\b", "glucose"),
    (r"\bnacl\b|\bsaline\b", "sodium chloride"),
)
HUNDREDTH: Final = 0.005 + 1e-9  # mg/mL, what rounding a concentration to two decimals may move it


def diluent_of(words: str) -> str:
    """The diluent as the labels name it, from what an order calls it: 'D5W' is glucose 5%."""
    folded = words.casefold()
    for other, ours in _SAME:
        folded = re.sub(other, ours, folded)
    folded = " ".join(folded.split())
    return next((name for name, others in _DILUENTS.items() if folded in {name, *others}), words)


@rule(
    "concentration",
    "blocks-release",
    of="line",
    needs="dissolved",
    where="concentration",
    measured="{dissolved}",
    allowed="{due.least} to {due.most} mg/mL",
    source="{due.window_source}",
    hazards="H42",
    applies=lambda due: due.least is not None,
)
def concentration(line: LineView) -> Condition:
    """The final concentration leaves what its label allows.

    Another volume: small doses need a smaller bag.
    """
    return below(line.dissolved, line.due.least) | above(line.dissolved, line.due.most)


@rule(
    "concentration-wrong",
    "blocks-release",
    of="line",
    needs="dose volume",
    when="concentration",
    where="concentration",
    measured="{concentration}",
    allowed="{dissolved}",
    source="by definition",
    hazards="H42",
)
def concentration_wrong(line: LineView) -> Condition:
    """The concentration that stands there is not dose ÷ final volume.

    Compute it anew; say whether the drug's own volume is counted.
    """
    exact = line.dose / line.volume
    return only(differ(line.concentration, exact, ARITHMETIC), _beyond_hundredths, line.concentration, exact)


def _beyond_hundredths(concentration: Number, exact: Number) -> Condition:
    return no((abs(concentration - exact) <= HUNDREDTH) & alike(concentration, exact, ROUGH))


@rule(
    "volume-too-small",
    "refuse",
    of="line",
    where="volume",
    measured="{volume}",
    allowed="at least {diluent_volume}",
    source="by definition",
    hazards="H42",
)
def volume_too_small(line: LineView) -> Condition:
    """The final volume is less than that of the diluent in it.

    One of the two volumes is wrong.
    """
    return below(line.volume, line.diluent_volume)


OVERFILL: Final = 0.25
"""By how much more a bag may hold than diluent and drug come to, of the product that the site stocks: what overfill and
another strength make of it. An engineering tolerance."""


@rule(
    "volume-too-large",
    "refuse",
    of="line",
    needs="dose volume",
    when="diluent_volume",
    where="volume",
    measured="{volume}",
    allowed="{diluent_volume} and the volume of the drug: {together}",
    source="by definition",
    hazards="H30 H42",
    applies=lambda due: due.strength is not None,
)
def volume_too_large(line: LineView) -> Condition:
    """The final volume is far more than diluent and drug come to.

    One of the two volumes is wrong; a rate that was computed from it runs too fast.
    """
    return above(line.volume, line.together * (1.0 + OVERFILL))


@rule(
    "bag-not-stocked",
    "warning",
    of="line",
    needs="diluent_volume",
    measured="{diluent_volume}",
    allowed="{due.stocked} mL",
    source="site policy",
    hazards="H42",
    applies=lambda due: bool(due.stocked),
)
def bag_not_stocked(line: LineView) -> Condition:
    """The site stocks no bag of this volume.

    Order a bag that is there, and compute concentration and rate anew.
    """
    return like_none(line.diluent_volume, line.due.stocked, DUST)


@rule(
    "form",
    "refuse",
    of="line",
    needs="form",
    measured="{form}",
    allowed="{due.forms}",
    source="{due.form_source}",
    hazards="H41 H47",
    applies=lambda due: bool(due.forms),
)
def form(line: LineView) -> Condition:
    """This is another form of the drug than the one that counts here.

    Racemic leucovorin and levoleucovorin are not exchanged milligram for milligram.
    """
    return each(line.form, lambda word: word.strip().casefold() not in line.due.forms)


@rule(
    "form-and-dose",
    "refuse",
    of="line",
    needs="form",
    measured="{form}",
    allowed="{due.drug}",
    source="{due.unlike_source}",
    hazards="H41 H47",
    applies=lambda due: bool(due.unlike_forms),
)
def form_and_dose(line: LineView) -> Condition:
    """The protocol's milligrams are no dose of this form, of which half does the same.

    Give the form that the protocol doses, or write a protocol with the dose of the other.
    """
    return each(line.form, lambda word: word.strip().casefold() in line.due.unlike_forms)
