"""What is on the beads: drug, amount, vials, contact and volume; and whether this protocol embolises at all."""

from __future__ import annotations

from .rule import rule
from .values import Condition, above, below, differ, each, no
from .view import ARITHMETIC, BeadsView


def _embolises(due: object) -> bool:
    return due is not None


@rule(
    "beads-unexpected",
    "refuse",
    of="beads",
    asks="drug offered",
    measured="{drug} {offered} on beads",
    allowed="no beads",
    source="protocol",
    hazards="H49",
    applies=lambda due: due is None,
)
def beads_unexpected(beads: BeadsView) -> Condition:
    """The protocol does not embolise, and the order loads beads.

    Find out which protocol the patient is on: their arterial doses differ.
    """
    return beads.present


@rule(
    "beads-missing",
    "blocks-release",
    of="beads",
    even_absent=True,
    asks="drug offered",
    measured="no plan",
    allowed="drug, amount and vials",
    source="protocol",
    hazards="H43 H49",
    applies=_embolises,
)
def beads_missing(beads: BeadsView) -> Condition:
    """The protocol embolises, and the order has no plan for the beads.

    Plan the embolisation, or find out which protocol the patient is on.
    """
    return no(beads.present) | beads.lacks("drug") | beads.lacks("offered") | beads.lacks("vials")


@rule(
    "beads-unfit",
    "refuse",
    of="beads",
    needs="drug",
    measured="{drug}",
    allowed="a drug that these beads take",
    source="hepasphere-faq",
    hazards="H43",
    applies=_embolises,
)
def beads_unfit(beads: BeadsView) -> Condition:
    """The drug is not loaded onto these beads.

    Stop, and compare with the maker's instructions.
    """
    return each(beads.drug, lambda word: word.casefold() in beads.due.unfit)


@rule(
    "beads-drug",
    "refuse",
    of="beads",
    needs="drug",
    measured="{drug}",
    allowed="{due.drug}",
    source="site policy",
    hazards="H41 H43",
    applies=lambda due: _embolises(due) and due.drug is not None,
)
def beads_drug(beads: BeadsView) -> Condition:
    """This is another drug than the site loads onto the beads.

    Names that look alike are not the same drug: compare with the site's decision.
    """
    return each(beads.drug, lambda word: word.casefold() not in {beads.due.drug, *beads.due.unfit})


@rule(
    "bead-capacity",
    "blocks-release",
    of="beads",
    needs="per_vial",
    where="offered",
    measured="{per_vial}",
    allowed="{due.least} to {due.most} mg/vial",
    source="{due.source}",
    hazards="H43",
    applies=_embolises,
)
def bead_capacity(beads: BeadsView) -> Condition:
    """The vials are offered less or more than they hold.

    Another number of vials, or another amount.
    """
    return below(beads.per_vial, beads.due.least) | above(beads.per_vial, beads.due.most)


@rule(
    "bead-contact",
    "blocks-release",
    of="beads",
    needs="contact",
    measured="{contact}",
    allowed="at least {due.contact}",
    source="{due.source}",
    hazards="H43",
    applies=lambda due: _embolises(due) and due.contact is not None,
)
def bead_contact(beads: BeadsView) -> Condition:
    """Drug and beads are in contact for too short a time.

    Wait: what is not loaded is thrown away.
    """
    return below(beads.contact, beads.due.contact)


@rule(
    "bead-volume",
    "blocks-release",
    of="beads",
    needs="final_volume due_volume",
    measured="{final_volume}",
    allowed="{due_volume}",
    source="{due.source}",
    hazards="H43",
    applies=_embolises,
)
def bead_volume(beads: BeadsView) -> Condition:
    """The final volume is not the protocol's.

    Make it up to the protocol's volume, for each vial or for the treatment as the site has decided.
    """
    return differ(beads.final_volume, beads.due_volume, ARITHMETIC)


@rule(
    "bead-stages",
    "refuse",
    of="beads",
    needs="offered",
    when="injected",
    where="injected",
    measured="{injected}",
    allowed="at most {offered}",
    source="by definition",
    hazards="H43",
    applies=_embolises,
)
def bead_stages(beads: BeadsView) -> Condition:
    """More was injected over the stages than is offered to the beads.

    Count the stages once more.
    """
    return above(beads.injected, beads.offered)
