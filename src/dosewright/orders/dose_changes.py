"""Changes of a dose: what a named person has decided, how several stack, and what they leave of the protocol's dose.

Every change says by or to how much, and of what: the protocol's dose or the last ordered one. The last ordered dose is
its share of the protocol's dose, on the body of today, since milligrams fit one body of one day. Whatever else stands
beside the percentage must come to the same; nothing is guessed, and a lowered dose is never rounded up.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from .. import wording
from ..calculators import dose
from ..errors import Mistake, Refusal, did_you_mean
from ..protocol.drugs import drugs
from ..protocol.model import Component, Protocol
from ..units import BODY_SURFACE, DOSE_PER_AREA, Quantity, quantity, settled
from .decisions import Choices
from .finding import Finding
from .reasons import reasons

if TYPE_CHECKING:
    from .patient import Change, Given, Patient

WHOLE: Final = 100.0  # percent
BEADS: Final = "beads"  # the name under which a record of a cycle tells what was offered to them
DUST: Final = 1e-9  # of a share: what arithmetic leaves, and no person means
OF_CHANGES: Final = frozenset({"change-disagrees", "change-above-protocol", "change-reason", "re-escalation"})
"""The findings on changes that hold in whatever cycle, on whatever body."""
A_WHOLE_PERCENT: Final = 0.5  # percentage points: what rounding to a whole per cent makes; an engineering tolerance


@dataclass(frozen=True, slots=True)
class Step:
    """One change as it acts: the share of the protocol's dose before and after it."""

    change: Change
    before: float
    share: float

    @property
    def raises(self) -> bool:
        """Whether it gives more than was ordered last."""
        return self.share > self.before + DUST

    def says(self) -> str:
        """By or to how much, and of what: 'by 20 % of the protocol dose'."""
        by, to = self.change.by, self.change.to
        percent = f"by {wording.say(by)}" if by is not None else ""
        percent = f"to {wording.say(to)}" if to is not None else percent
        if percent:
            return f"{percent} of the {self.change.of}"
        return f"to {wording.told(self.change.per_m2)}"

    def why(self) -> str:
        """Its reason and who decided it."""
        of = self.change
        words = f", {of.words}" if of.words else ""
        return f"{of.reason}{words} ({of.decided_by}, {of.role}, {of.on})"

    def data(self) -> dict[str, Any]:
        """The same for programs."""
        of = self.change
        return {
            **{name: getattr(of, name) for name in ("from_cycle", "by", "to", "of", "per_m2", "mg")},
            "says": self.says(),
            "before": percent(self.before),
            "share": percent(self.share),
            **{name: getattr(of, name) for name in ("reason", "words", "decided_by", "role", "on")},
        }


@dataclass(frozen=True, slots=True)
class Held:
    """What holds of one line in one cycle: the share of the protocol's dose, now and in the cycle before, and why."""

    key: str
    drug: str
    cycle: int
    last: float
    share: float
    steps: tuple[Step, ...]

    @property
    def lowered(self) -> bool:
        """Whether less than the protocol's dose is ordered."""
        return self.share < 1.0 - DUST

    @property
    def omitted(self) -> bool:
        """Whether the drug is left out."""
        return self.share == 0.0

    def stacked(self) -> str:
        """The changes and their product: 'by 20 % of …, then by 20 % of …: 36 % off the protocol dose, 64 % left'."""
        said = ", then ".join(f"from cycle {one.change.from_cycle} {one.says()}" for one in self.steps)
        left = f"{share_said(self.share)} of it left"
        if len(self.steps) == 1 and self.steps[0].change.of == "protocol dose":
            return f"{said}, {left}"
        return f"{said}: {share_said(1.0 - self.share)} off the protocol dose, {left}"


def percent(share: float) -> Quantity:
    """A share from 0 to 1 as a percentage."""
    return quantity(settled(share * WHOLE), "%")


def part_of(figure: Quantity, share: float) -> Quantity:
    """A share of a dose, in the unit of the dose."""
    return quantity(settled(figure.magnitude * share), figure.units)


def per_area(ordered: Quantity | None, surface: Quantity | None) -> Quantity | None:
    """What was ordered per m² of the surface on its order; None where the one or the other is not on record."""
    if ordered is None or surface is None:
        return None
    return quantity(settled(ordered.m_as("mg") / surface.m_as("m²")), "mg/m²")


def share_said(share: float) -> str:
    """A share from 0 to 1 in words: '64 %'."""
    return wording.say(percent(share), places=2)


# -------------------------------------------------------------------------------------------------- which changes hold


def concerns(name: str, component: Component) -> bool:
    """Whether a change (or a rule) names a line, by its own name or by its drug."""
    return name in {component.key, component.drug}


def check_named(protocol: Protocol, patient: Patient) -> None:
    """Refuse a change, or a record of a cycle, that names no line of the protocol: nobody would see it passed over."""
    known = list(dict.fromkeys(name for one in protocol.components for name in (one.drug, one.key)))
    for part in ("changes", "declined"):
        for index, one in enumerate(getattr(patient, part)):
            if one.drug not in known:
                raise _unnamed(protocol, known, one.drug, (part, index, "drug"))
    for index, given in enumerate(patient.given):
        shares = given.share if isinstance(given.share, dict) else {}
        for part, names in (("ordered", given.ordered), ("share", shares)):
            for name in names:
                if name not in known and not _on_beads(protocol, name):
                    raise _unnamed(protocol, known, name, ("given", index, part, name))
    for index, change in enumerate(patient.changes):
        lines = [one for one in protocol.components if concerns(change.drug, one)]
        if len(lines) > 1 and (change.per_m2 is not None or change.mg is not None):
            needs = (
                f"one line of {change.drug} ({', '.join(one.key for one in lines)}) beside a dose per m² or milligrams"
            )
            raise Mistake(needs, within=("changes", index, "drug"), got=change.drug)


def _on_beads(protocol: Protocol, name: str) -> bool:
    """Whether a name is that of what beads carry: 'beads', or a drug that is known here."""
    return protocol.loading is not None and (name == BEADS or name in drugs())


def _unnamed(protocol: Protocol, known: Sequence[str], name: str, within: tuple[str | int, ...]) -> Mistake:
    needs = f"a drug or a line of {protocol.id} ({', '.join(known)})"
    return Mistake(needs, within=within, got=name, hint=did_you_mean(name, known))


def held_by_key(choices: Choices, patient: Patient, cycle: int) -> Mapping[str, Held]:
    """What holds of each line of a protocol in one cycle, for those lines of which any change holds.

    Raises `Mistake` where a change names nothing, does not fit its line, or stands beside another of its cycle.
    """
    check_named(choices.protocol, patient)
    found = {}
    for component in choices.protocol.components:
        figure = choices.settle(f"{component.key}.dose", component.dose).value
        changes = [one for one in patient.changes if concerns(one.drug, component)]
        if figure is not None and changes:
            of_line = held(component, figure, changes, cycle)
            if of_line.steps:
                found[component.key] = of_line
    return found


def held(component: Component, figure: Quantity, changes: Sequence[Change], cycle: int) -> Held:
    """What the changes leave of one line's dose in a cycle, one after another in the order of their cycles."""
    ordered = sorted(changes, key=lambda one: one.from_cycle)
    for one, other in itertools.pairwise(ordered):
        if one.from_cycle == other.from_cycle:
            words = f"two changes of {component.key} hold from cycle {one.from_cycle}: say the two as one"
            raise Refusal(words, where="changes", got=f"{one.drug} and {other.drug}")
    share = last = 1.0
    steps = []
    for change in (one for one in ordered if one.from_cycle <= cycle):
        before, share = share, _share(component, figure, change, share)
        steps.append(Step(change, before, share))
        last = before if change.from_cycle == cycle else share
    return Held(component.key, component.drug, cycle, last, share, tuple(steps))


def _share(component: Component, figure: Quantity, change: Change, before: float) -> float:
    """The share of the protocol's dose that a change leaves; of the percentage where one stands, else per m²."""
    if change.per_m2 is not None and not DOSE_PER_AREA.holds(figure):
        said = f"{component.key} is given as {wording.say(figure)}, not per m²: write 'by' or 'to'"
        raise Refusal(said, where="changes", got=wording.say(change.per_m2))
    base = before if change.of == "last ordered dose" else 1.0
    if change.to is not None:
        return settled(base * change.to.magnitude / WHOLE)
    if change.by is not None:
        return settled(base * (WHOLE - change.by.magnitude) / WHOLE)
    per_m2 = quantity(0.0, "mg/m²") if change.per_m2 is None else change.per_m2
    return settled(per_m2.m_as("mg/m²") / figure.m_as("mg/m²"))


def on_another_body(of: Held) -> Held:
    """The same without the milligrams that its changes name: they fit the body of their day, and no day to come."""
    bodiless = (replace(one, change=one.change.model_copy(update={"mg": None})) for one in of.steps)
    return replace(of, steps=tuple(bodiless))


# --------------------------------------------------------------------------------------------------------- on one line


@dataclass(frozen=True, slots=True)
class Reduction:
    """How one line departs from the protocol's dose, and what rounding then made of the lowered dose."""

    share: Quantity
    off: Quantity
    last_share: Quantity
    dose_per: Quantity
    calculated: Quantity
    deviation: Quantity
    steps: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Omitted:
    """A line of the protocol that is left out, by whom and why: it is said plainly, and not only missing."""

    key: str
    drug: str
    days: tuple[int, ...]
    dose_per: Quantity
    calculated: Quantity
    last_share: Quantity
    says: str
    steps: tuple[Mapping[str, Any], ...]


def lowered(full: Quantity, of: Held) -> Quantity:
    """The dose that the changes leave of the protocol's, in milligrams."""
    return dose.reduced_to(dose=full, to=percent(of.share), base="protocol dose").value


def omitted(component: Component, figure: Quantity, calculated: Quantity, of: Held) -> Omitted:
    """A line that is left out, as it is told."""
    steps, said = tuple(one.data() for one in of.steps), f"{of.stacked()}; {of.steps[-1].why()}"
    return Omitted(component.key, component.drug, component.days, figure, calculated, percent(of.last), said, steps)


def refused(
    of: Held, figure: Quantity, full: Quantity, surface: Quantity, step: Quantity, ordered: Quantity
) -> Iterator[Finding]:
    """Why no dose can be ordered on changes that contradict themselves, with the figures named.

    `full` is the protocol's dose in milligrams on the body of today; `step` is how the site rounds, within which what
    stands there must agree; `ordered` is what the site makes of it, as by a table of bands.
    """
    for one in of.steps:
        change = one.change
        calculated = full.m_as("mg") * one.share
        if one.share > 1.0 + DUST:
            message = f"{of.key}: {one.says()} comes to more than the protocol's dose"
            said = share_said(one.share)
            yield Finding("change-above-protocol", "refuse", message, said, "at most 100 %", where=of.key)
        if change.per_m2 is not None and (change.by is not None or change.to is not None):
            slack = min(step.m_as("mg"), full.m_as("mg") * A_WHOLE_PERCENT / WHOLE)
            other = change.per_m2.m_as("mg/m²") * surface.m_as("m²") * full.m_as("mg") / _uncapped(figure, surface)
            if abs(other - calculated) > slack + DUST:
                comes_to = f"{of.key}: {one.says()} comes to {_say(figure.m_as('mg/m²') * one.share, 'mg/m²')}"
                message = f"{comes_to}, and beside it stands {_told(change.per_m2)}"
                said = f"{_say(calculated, 'mg')} and {_say(other, 'mg')}"
                allowed = f"within {_say(slack, 'mg')} of each other"
                yield Finding("change-disagrees", "refuse", message, said, allowed, where=of.key)
        # milligrams belong to the cycle from which a change holds, and are held against it alone
        stated = calculated if change.mg is None or change.from_cycle != of.cycle else change.mg.m_as("mg")
        if stated != ordered.m_as("mg") and abs(stated - calculated) > step.m_as("mg") + DUST:
            comes_to = f"{of.key}: {one.says()} comes to {_say(calculated, 'mg')} on this body"
            message = f"{comes_to}, and beside it stands {_say(stated, 'mg')}"
            allowed = f"within {wording.say(step)} of {_say(calculated, 'mg')}, or {_told(ordered)} as ordered"
            yield Finding("change-disagrees", "refuse", message, _say(stated, "mg"), allowed, where=of.key)


def _uncapped(figure: Quantity, surface: Quantity) -> float:
    return float(figure.m_as("mg/m²") * surface.m_as("m²"))


def _say(value: float, unit: str) -> str:
    return wording.say(quantity(value, unit), places=2)


def _told(value: Quantity) -> str:
    return wording.say(value, places=2)


def remarks(of: Held) -> Iterator[Finding]:
    """What is to be said of the changes of one line: that it is lowered or was raised, and whether the reason fits."""
    key = of.key
    for one in of.steps:
        for_what = reasons()[one.change.reason].given_for
        before, after = share_said(one.before), share_said(one.share)
        if one.raises and for_what != "raising":
            message = f"{key}: cycle {one.change.from_cycle} raises the dose again, and the reason is none for that"
            allowed = "a reason to raise a dose"
            yield Finding("re-escalation", "blocks-release", message, one.change.reason, allowed, where=key)
        elif one.raises and one.change.from_cycle == of.cycle:
            message = f"{key}: the dose is raised again, from {before} to {after} of the protocol dose: {one.why()}"
            yield Finding("re-escalated", "warning", message, after, before, where=key)
        elif not one.raises and for_what == "raising":
            message = f"{key}: cycle {one.change.from_cycle} does not raise the dose, and the reason is one for that"
            allowed = "a reason to lower a dose"
            yield Finding("change-reason", "blocks-release", message, one.change.reason, allowed, where=key)
    said = f"{key}: {of.stacked()}; {of.steps[-1].why()}"
    if of.omitted:
        yield Finding("dose-omitted", "warning", f"{said}: the drug is left out", "0 %", "100 %", where=key)
    elif of.lowered:
        yield Finding("dose-reduced", "info", said, share_said(of.share), "100 %", where=key)


# ---------------------------------------------------------------------------------------------------- over the cycles


def given_remarks(choices: Choices, patient: Patient, *, cycle: int, on: dt.date) -> Iterator[Finding]:
    """Where the changes and the cycles that were given do not go together."""
    days = {one.cycle: one.on for one in patient.given} | {cycle: on}
    for change in patient.changes:
        day = days.get(change.from_cycle)
        if change.from_cycle <= cycle and day is not None and change.on > day:
            message = f"{change.drug}: a change was decided after the cycle from which it holds"
            yield Finding("change-later", "blocks-release", message, str(change.on), f"by {day}", where="changes")
    ambiguous = unclear(choices, patient, cycle=cycle)
    for one in (one for one in patient.given if one.cycle < cycle):
        in_force = shares(choices, patient, one.cycle)
        if one.cycle in ambiguous and one.share is not None and not isinstance(one.share, dict):
            message = f"cycle {one.cycle}: one share stands for all drugs, and they were ordered at different ones"
            said = wording.listed(f"{key} {share_said(share)}" for key, share in in_force.items())
            where = "given"
            yield Finding("share-by-drug", "blocks-release", message, wording.say(one.share), said, where=where)
            continue
        for component in choices.protocol.components:
            given, most = one.share_of(component.key, component.drug), in_force.get(component.key, 1.0)
            if given is not None and given > most + DUST:
                message = f"{component.key}: more is recorded as given in cycle {one.cycle} than the changes had left"
                yield Finding(
                    "given-above-ordered", "blocks-release", message, share_said(given), share_said(most), where="given"
                )
            yield from _recorded_otherwise(choices, component, one, most)


def _recorded_otherwise(choices: Choices, component: Component, one: Given, share: float) -> Iterator[Finding]:
    """Where the milligrams on record of a cycle are not what its changes had left, on its own surface."""
    figure = choices.settle(f"{component.key}.dose", component.dose).value
    recorded = one.ordered_of(component.key, component.drug)
    if recorded is None or figure is None or not DOSE_PER_AREA.holds(figure):
        return
    if one.surface is None:
        least, most = (figure.m_as("mg/m²") * share * m2 for m2 in (BODY_SURFACE.least, BODY_SURFACE.most))
        if not least <= recorded.m_as("mg") <= most:
            message = f"{component.key}: what was ordered in cycle {one.cycle} fits no body"
            allowed = f"{_say(least, 'mg')} to {_say(most, 'mg')}, {share_said(share)} of the protocol dose"
            yield Finding("history-differs", "blocks-release", message, _told(recorded), allowed, where="given")
        return
    due = figure.m_as("mg/m²") * one.surface.m_as("m²") * share
    preparation = choices.site.prepares(component.key, component.drug)
    most = max(preparation.most_deviation.magnitude / WHOLE * due, preparation.step.m_as("mg")) if preparation else 0.0
    if abs(recorded.m_as("mg") - due) > most + DUST:
        message = f"{component.key}: what was ordered in cycle {one.cycle} is not what its changes had left"
        allowed = f"{_say(due, 'mg')}, {share_said(share)} of the protocol dose"
        yield Finding("history-differs", "blocks-release", message, _told(recorded), allowed, where="given")


def unclear(choices: Choices, patient: Patient, *, cycle: int) -> frozenset[int]:
    """The cycles before this one of which one share stands for all drugs, and they were ordered at different ones."""
    found = set()
    for one in (one for one in patient.given if one.cycle < cycle):
        single = one.share is not None and not isinstance(one.share, dict)
        if single and len({settled(share) for share in shares(choices, patient, one.cycle).values()}) > 1:
            found.add(one.cycle)
    return frozenset(found)


def shares(choices: Choices, patient: Patient, cycle: int) -> Mapping[str, float]:
    """The share of the protocol's dose that is ordered of each line in one cycle."""
    found = held_by_key(choices, patient, cycle)
    return {one.key: found[one.key].share if one.key in found else 1.0 for one in choices.protocol.components}


@dataclass(frozen=True, slots=True)
class Past:
    """One cycle in the history of a line: what held, what was ordered, and what was given of it."""

    cycle: int
    on: dt.date
    share: Quantity
    says: str
    dose_per: Quantity
    ordered: Quantity | None
    per_m2: Quantity | None
    given: Quantity | None


@dataclass(frozen=True, slots=True)
class History:
    """One line over the cycles so far: the protocol's dose, and of each cycle what was made of it."""

    key: str
    drug: str
    dose_per: Quantity
    rows: tuple[Past, ...]


def history(
    choices: Choices,
    patient: Patient,
    *,
    cycle: int,
    on: dt.date,
    ordered: Mapping[str, Quantity],
    surface: Quantity,
) -> tuple[History, ...]:
    """The doses of the cycles up to this one, per line; `ordered` is what this order gives, on this surface.

    Empty where nothing was given before.
    """
    before = [one for one in patient.given if one.cycle < cycle]
    made = []
    for component in choices.protocol.components if before else ():
        figure = choices.settle(f"{component.key}.dose", component.dose).value
        if figure is None:
            continue
        changes = [one for one in patient.changes if concerns(one.drug, component)]
        rows = []
        for one in before:
            given, was = one.share_of(component.key, component.drug), one.ordered_of(component.key, component.drug)
            of = held(component, figure, changes, one.cycle)
            rows.append(_past(figure, of, one.on, was, one.surface, given))
        now = held(component, figure, changes, cycle)
        rows.append(_past(figure, now, on, ordered.get(component.key), surface, None))
        made.append(History(component.key, component.drug, figure, tuple(rows)))
    return tuple(made)


def _past(
    figure: Quantity, of: Held, on: dt.date, ordered: Quantity | None, surface: Quantity | None, given: float | None
) -> Past:
    return Past(
        cycle=of.cycle,
        on=on,
        share=percent(of.share),
        says=of.steps[-1].says() if of.steps and of.steps[-1].change.from_cycle == of.cycle else "",
        dose_per=part_of(figure, of.share),
        ordered=ordered,
        per_m2=per_area(ordered, surface),
        given=None if given is None else percent(given),
    )
