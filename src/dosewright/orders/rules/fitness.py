"""Whether the patient may be treated: criteria, laboratory limits, genotype, allergies, medicines."""

from __future__ import annotations

from typing import Any, Final

from ...protocol.drugs import drug
from ...units import UNITS
from ..finding import Severity
from ..fitness import ACTIVITIES, FULL_ACTIVITY
from .fields import CLASSES
from .rule import remembered, rule
from .values import NOT_KNOWN, Condition, above, below, each, missing, no, numbered, same
from .view import CriterionView, InteractionView, LabView, OrderView


@rule(
    "consent",
    "blocks-release",
    needs="consent",
    measured="{consent}",
    allowed="yes",
    source="by definition",
    hazards="H46",
)
def consent(o: OrderView) -> Condition:
    """Consent was not given.

    Talk with the patient; do not treat without.
    """
    return each(o.consent, lambda word: word != "yes")


# -------------------------------------------------------------------------------------------------------- eligibility


@rule(
    "not-eligible",
    "blocks-release",
    of="criterion",
    needs="found",
    measured="{found}",
    allowed="{allowed}",
    source="{due.source}",
    hazards="H46",
)
def not_eligible(criterion: CriterionView) -> Condition:
    """Not eligible.

    The protocol does not apply to this patient as it stands.
    """
    due = criterion.due
    if due.one_of:
        return each(criterion.found, lambda word: word not in due.one_of)
    found: Condition = False
    if due.at_least is not None:
        found = found | (criterion.found < due.at_least)
    if due.at_most is not None:
        found = found | (criterion.found > due.at_most)
    return found


@rule(
    "eligibility-unknown",
    "blocks-release",
    of="criterion",
    asks="found",
    measured="unknown",
    allowed="{allowed}",
    source="{due.source}",
    hazards="H20 H46",
)
def eligibility_unknown(criterion: CriterionView) -> Condition:
    """Not known whether met.

    Find out before treatment; unknown is never taken for met.
    """
    return missing(criterion.found)


@rule(
    "child-pugh-differs",
    "warning",
    where="child_pugh_class",
    measured="stated {child_pugh_stated}",
    allowed="{child_pugh_computed}, by the values",
    source="by definition",
    hazards="H46",
)
def child_pugh_differs(o: OrderView) -> Condition:
    """The stated class of Child-Pugh is not the one that the values give.

    Settle which is right, and mend the one that is not; for eligibility the graver counts.
    """
    stated, computed = o.child_pugh_stated, o.child_pugh_computed
    return no(missing(stated)) & no(missing(computed)) & no(same(stated, computed))


@rule(
    "child-pugh-graver",
    "blocks-release",
    where="child_pugh_class",
    measured="{child_pugh_class}",
    allowed="no graver one, stated or computed",
    source="by definition",
    hazards="H46",
)
def child_pugh_graver(o: OrderView) -> Condition:
    """The class of Child-Pugh that the order counts is milder than one that was stated or computed.

    Settle which is right; until then the graver counts, for eligibility too.
    """
    counted, *others = (
        numbered(word, _grave) for word in (o.child_pugh_class, o.child_pugh_stated, o.child_pugh_computed)
    )
    found: Condition = False
    for other in others:
        found = found | (other > counted)
    return found


def _grave(word: str) -> float:
    return float(CLASSES.index(word)) if word in CLASSES else NOT_KNOWN


# --------------------------------------------------------------------------------------------------------- laboratory


@rule(
    "laboratory",
    "blocks-release",
    of="lab",
    needs="value",
    measured="{value} {unit}",
    allowed="{allowed}",
    source="{due.source}",
    hazards="H46",
)
def laboratory(lab: LabView) -> Condition:
    """The value is outside the limit: hold.

    Hold, repeat, or have the departure decided by name.
    """
    found: Condition = False
    if lab.due.at_least is not None:
        found = found | (lab.value < lab.due.at_least)
    if lab.due.at_most is not None:
        found = found | (lab.value > lab.due.at_most)
    return found & no(laboratory_unit(lab))


@rule(
    "laboratory-unknown",
    "blocks-release",
    of="lab",
    asks="value",
    measured="unknown",
    allowed="{allowed}",
    source="{due.source}",
    hazards="H20 H46",
)
def laboratory_unknown(lab: LabView) -> Condition:
    """The value is unknown.

    Take blood; missing is not normal.
    """
    return lab.lacks("value")


@rule(
    "laboratory-unit",
    "blocks-release",
    of="lab",
    needs="unit",
    measured="{value} {unit}",
    allowed="in {due.unit}",
    source="{due.source}",
    hazards="H27",
)
@remembered
def laboratory_unit(lab: LabView) -> Condition:
    """The value is in another unit than the limit.

    Enter it in the unit of the limit, converted by the laboratory.
    """
    due = UNITS.get(lab.due.unit)
    return each(lab.unit, lambda word: word != lab.due.unit and (due is None or UNITS.get(word) != due))


@rule(
    "laboratory-implausible",
    "blocks-release",
    of="lab",
    needs="value",
    measured="{value} {unit}",
    allowed="{due.least} to {due.most} {due.unit}",
    source="plausibility",
    hazards="H27",
    applies=lambda due: due.least is not None,
)
def laboratory_implausible(lab: LabView) -> Condition:
    """The value cannot be one in this unit.

    Look for another unit: 1,500 per µL are 1.5 × 10^9/L, and 1.5 mg/dL of bilirubin are 26 µmol/L.
    """
    too_low = below(lab.value, lab.due.least) & no(lab.due.zero & (lab.value == 0.0))
    return (too_low | above(lab.value, lab.due.most)) & no(laboratory_unit(lab))


@rule(
    "laboratory-old",
    "blocks-release",
    of="lab",
    needs="age",
    where="on",
    measured="{age} old",
    allowed="at most {due.within}",
    source="{due.source}",
    hazards="H46",
)
def laboratory_old(lab: LabView) -> Condition:
    """The value is older than the site lets it be.

    Take blood again.
    """
    return above(lab.age, lab.due.within)


@rule(
    "laboratory-undated",
    "blocks-release",
    of="lab",
    asks="on",
    measured="no day",
    allowed="at most {due.within} old",
    source="{due.source}",
    hazards="H46",
)
def laboratory_undated(lab: LabView) -> Condition:
    """The value has no day, so that its age is unknown.

    Write down when the blood was taken.
    """
    return lab.lacks("on") & no(lab.lacks("value"))


@rule(
    "laboratory-later",
    "refuse",
    of="lab",
    needs="age",
    where="on",
    measured="{on}",
    allowed="by the day of treatment",
    source="by definition",
    hazards="H46",
)
def laboratory_later(lab: LabView) -> Condition:
    """The value was taken after the day of treatment.

    One of the two dates is wrong.
    """
    return below(lab.age, 0.0)


# ----------------------------------------------------------------------------------------------------------- genotype


def _how_grave(due: Any) -> Severity | None:
    return {"required": "blocks-release", "asked": "warning"}.get(due.genotype)  # type: ignore[return-value]


@rule(
    "genotype-unknown",
    _how_grave,
    asks="dpyd",
    measured="unknown",
    allowed="an activity score",
    source="{due.dpyd_source}",
    hazards="H46",
    applies=lambda due: due.needs_dpyd,
)
def genotype_unknown(o: OrderView) -> Condition:
    """DPYD is unknown; unknown is not normal.

    Test before fluorouracil, unless treatment cannot wait.
    """
    return o.lacks("dpyd")


@rule(
    "genotype-unreadable",
    "blocks-release",
    needs="dpyd",
    measured="{dpyd}",
    allowed="an activity score",
    source="cpic",
    hazards="H46",
    applies=lambda due: due.needs_dpyd,
)
def genotype_unreadable(o: OrderView) -> Condition:
    """What stands for DPYD cannot be read as an activity score.

    Write 'activity score 2', or 0, 0.5, 1 or 1.5 in its place.
    """
    return each(o.dpyd, lambda word: word not in ACTIVITIES)


@rule(
    "genotype",
    "refuse",
    needs="dpyd",
    measured="{dpyd}",
    allowed="activity score 2, or half the dose with 1 or 1.5",
    source="cpic",
    hazards="H46",
    applies=lambda due: due.needs_dpyd,
)
def genotype(o: OrderView) -> Condition:
    """DPYD is not of full activity, and the order gives more fluorouracil than that bears.

    With a score of 1 or 1.5 treatment starts at half the dose; with less, fluorouracil is not given.
    """
    found: Condition = False
    for line in o.lines.values():
        facts = drug(line.due.drug)
        if facts.genotype is None or facts.genotype.value != "DPYD":
            continue
        starts = facts.starts_at.value if facts.starts_at is not None else {}
        for word in (one for one in ACTIVITIES if one != FULL_ACTIVITY):
            most = starts[word].magnitude if word in starts else 0.0  # where no share is stated, none is right
            found = found | (each(o.dpyd, word.__eq__) & line.present & no(line.share <= most))
    return found


# ----------------------------------------------------------------------------------------------- allergy and medicines


NO_ALLERGY: Final = frozenset(
    {"none known", "nil known", "none", "nil", "nkda", "no known allergies", "no known drug allergies", "无", "否认"}
)
"""How it is written that somebody asked, and no allergy is known."""


def _several(words: str) -> list[str]:
    return [one.strip() for one in words.casefold().split(";") if one.strip()]


def _names(one: str, of: frozenset[str]) -> bool:
    """Whether an allergy names a drug, or its kin."""
    return any(word in one for name in of for word in (name, drug(name).drug_class, *drug(name).allergy_words))


@rule(
    "allergy",
    "refuse",
    needs="allergies",
    measured="{allergies}",
    allowed="none to a drug of the order",
    source="by definition",
    hazards="H41 H46",
)
def allergy(o: OrderView) -> Condition:
    """An allergy is recorded that may concern a drug of the order.

    Find out what happened and to which drug before anything is given.
    """
    return each(o.allergies, lambda words: any(_names(one, o.due.drugs) for one in _several(words)))


@rule(
    "allergy-recorded",
    "warning",
    needs="allergies",
    measured="{allergies}",
    allowed="none known, or compared by name",
    source="by definition",
    hazards="H46",
)
def allergy_recorded(o: OrderView) -> Condition:
    """An allergy is recorded: compare it with every drug of the order.

    A person compares it, and signs for that.
    """
    return each(o.allergies, lambda words: any(one not in NO_ALLERGY for one in _several(words))) & no(allergy(o))


@rule(
    "interaction",
    lambda due: due.severity,
    of="interaction",
    needs="medicines",
    measured="{due.other} among: {medicines}",
    allowed="not with {due.other}",
    source="{due.source}",
    hazards="H46",
)
def interaction(one: InteractionView) -> Condition:
    """The patient takes a medicine that does not go with a drug of the order.

    Do as the site's list says: stop it, wait, or watch.
    """
    other = one.due.other.casefold()
    return each(one.medicines, lambda words: any(other in taken for taken in _several(words)))


@rule(
    "medicines-unknown",
    "blocks-release",
    asks="medicines",
    measured="unknown",
    allowed="what else the patient takes, or none",
    source="site policy",
    hazards="H20 H46",
    applies=lambda due: bool(due.interactions),
)
def medicines_unknown(o: OrderView) -> Condition:
    """What else the patient takes is unknown, and the site has a list of what does not go with these drugs.

    Ask, and write it down; unknown is not none.
    """
    return o.lacks("medicines")
