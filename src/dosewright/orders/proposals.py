"""What the site's rules propose for a dose, by toxicity, laboratory, kidneys and genotype, and how it was answered.

A rule only proposes. A proposal stops release until the patient's file answers it: by a change that leaves no more than
the rule does, or by a named person who declines it. What a rule goes by and nobody knows stops release as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from .. import wording
from ..calculators import laboratory, toxicity
from ..errors import Mistake, Refusal, together
from ..protocol.dose_rules import DoseRule, Row, Way
from ..protocol.model import Component
from ..protocol.site import Site
from ..reading import Document
from ..units import DOSE_PER_AREA, Quantity, settled
from . import limits
from .basis import Basis
from .decisions import Choices
from .dose_changes import DUST, concerns, held, part_of, percent, share_said
from .finding import Finding
from .fitness import ACTIVITIES, latest
from .organs import cockcroft_gault
from .patient import Declined, Patient, Toxicity

Answer = Literal["changed", "declined", "open", "unknown", "not needed", "ended"]
CLEARANCE: Final = "creatinine clearance (Cockcroft-Gault)"


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule goes by, as it was found: in words, its row, after which cycle, if it is there still, and its day."""

    said: str
    row: Row | None
    after_cycle: int | None = None
    present: bool = True
    unknown: str = ""
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one rule proposes for one line, and how the patient's file answers it.

    `at_most` is the share of the protocol's dose that it leaves; None where it only holds the treatment, or where
    nobody knows what it goes by.
    """

    rule: str
    key: str
    found: str
    condition: str
    follows: str
    hold: bool
    at_most: float | None
    ordered: float
    dose_per: Quantity | None
    answer: Answer
    declined: Declined | None
    unknown: str
    found_on: dt.date | None
    source: str


def check_rules(site: Site, document: Document) -> None:
    """Hold a site's rules against CTCAE and the laboratory: what they name is known, and what is worse leaves less."""
    found: list[Mistake] = []
    for index, rule in enumerate(() if isinstance(site.dose_changes, str) else site.dose_changes):
        place: tuple[str | int, ...] = ("dose_changes", index)
        for mistake in _mistakes(rule):
            mistake.where = document.where((*place, *mistake.within))
            found.append(mistake)
    if found:
        raise together(found)


def _mistakes(rule: DoseRule) -> Iterator[Mistake]:
    match rule.measures:
        case "toxicity":
            yield from _mistakes_of_grades(rule)
        case "laboratory":
            yield from _mistakes_of_values(rule)
        case "genotype":
            yield from _mistakes_of_scores(rule)


def _mistakes_of_grades(rule: DoseRule) -> Iterator[Mistake]:
    try:
        grades = toxicity.named(str(rule.term), str(rule.ctcae)).grades
    except Mistake as mistake:
        mistake.within = ("ctcae",) if mistake.where == "version" else ("term",)
        yield mistake
        return
    for index, row in enumerate(rule.rows):
        for grade in row.grade:
            if int(grade) not in grades:
                have = wording.listed(map(str, grades))
                yield Refusal(f"the term has the grades {have} only", within=("rows", index, "grade"), got=grade)


def _mistakes_of_values(rule: DoseRule) -> Iterator[Mistake]:
    """An analyte or a unit that nobody knows, limits that no value reaches, and rows in the wrong order."""
    name, unit = str(rule.analyte), str(rule.unit)
    try:
        known = laboratory.analyte(name)
        known.known(unit, unit)
    except Mistake as mistake:
        mistake.within = ("unit",) if mistake.got == unit else ("analyte",)
        yield mistake
        return
    wrong = [
        limits.refused(known, limit, unit, within=("rows", index, word))
        for index, row in enumerate(rule.rows)
        for word, limit in row.limits()
    ]
    yield from (one for one in wrong if one is not None)
    worse = worse_values(rule)
    if worse is None:
        needs = "rows that go on without end to one side, 'above' or 'below', since that is how they say what is worse"
        hint = "of it, higher values may be worse, or lower ones"
        yield Mistake(needs, within=("rows",), got=known.name, hint=hint)
    elif not any(wrong):
        yield from rule.mistakes_of_values(worse, known.name)
        yield from _begins_in_another_unit(rule, known, worse)


def _begins_in_another_unit(rule: DoseRule, known: laboratory.Analyte, worse: Way) -> Iterator[Mistake]:
    """A table whose mildest limit lies where a limit would in another unit: it would hardly ever begin."""
    stated = [(float(limit), index, word, limit) for index, row in enumerate(rule.rows) for word, limit in row.limits()]
    if stated:
        _, index, word, limit = min(stated) if worse == "higher" else max(stated)
        found = limits.of_another_unit(known, limit, str(rule.unit), within=("rows", index, word))
        if found is not None:
            yield found


def _mistakes_of_scores(rule: DoseRule) -> Iterator[Mistake]:
    """Findings that no patient's file writes, by which a rule would never hold; and rows in the wrong order."""
    unknown = [(index, one) for index, row in enumerate(rule.rows) for one in row.found if one not in ACTIVITIES]
    for index, one in unknown:
        needs = f"an activity score as a patient's file writes it: {wording.listed(ACTIVITIES, 'or')}"
        yield Mistake(needs, within=("rows", index, "found"), got=one)
    if not unknown:
        scores = [(-ACTIVITIES.index(one), index) for index, row in enumerate(rule.rows) for one in row.found]
        yield from rule.mistakes_of_order(sorted(scores))


def worse_values(rule: DoseRule) -> Way | None:
    """Which values are worse: as CTCAE grades the analyte, or else as the open end of the rows says; None: nobody says.

    Of the clearance of creatinine the lower are.
    """
    if rule.measures == "creatinine clearance":
        return "lower"
    ends = rule.open_ends
    return toxicity.worse(str(rule.analyte)) or (next(iter(ends)) if len(ends) == 1 else None)


# ------------------------------------------------------------------------------------------------------- what was found


def proposals(
    choices: Choices, site: Site, patient: Patient, basis: Basis, *, cycle: int, on: dt.date
) -> list[Proposal]:
    """What the rules of the site propose for every line of one order; nothing where the site has decided none."""
    made = []
    for rule in () if isinstance(site.dose_changes, str) else site.dose_changes:
        for component in choices.protocol.components:
            figure = choices.settle(f"{component.key}.dose", component.dose).value
            if figure is not None and concerns(rule.drug, component):
                found = _found(rule, patient, basis, cycle=cycle, on=on)
                if found is not None:
                    made.append(_proposal(rule, found, component, figure, patient, cycle))
    return made


def _found(rule: DoseRule, patient: Patient, basis: Basis, *, cycle: int, on: dt.date) -> Found | None:
    """What a rule goes by; None where nothing that it speaks of was found."""
    match rule.measures:
        case "toxicity":
            return _by_toxicity(rule, patient, cycle=cycle, on=on)
        case "laboratory":
            value = _latest(rule, str(rule.analyte), patient, on)
            return value if isinstance(value, Found) else _by_value(rule, value, str(rule.unit))
        case "creatinine clearance":
            return _by_clearance(rule, patient, basis, on)
    return _by_genotype(rule, patient)


def _by_toxicity(rule: DoseRule, patient: Patient, *, cycle: int, on: dt.date) -> Found | None:
    name = toxicity.named(str(rule.term), str(rule.ctcae)).name
    entries = relevant(patient, cycle=cycle, on=on)
    if entries is None:
        return Found("toxicities: unknown", None, unknown="toxicities after the last cycle are unknown")
    of_term = [one for one in entries if one.named.name == name]
    last = max((one.after_cycle for one in of_term), default=0)
    of_term = [one for one in of_term if one.after_cycle == last]
    other = [one for one in of_term if one.ctcae != rule.ctcae]
    if other:
        unknown = f"it was graded by CTCAE {other[0].ctcae}, and the rule is by {rule.ctcae}"
        return Found(f"{name}, grade {other[0].grade}", None, unknown=unknown)
    if any(one.grade == "unknown" for one in of_term):
        return Found(f"{name}, grade unknown", None, unknown="its grade is unknown")
    worst = max(of_term, key=lambda one: (one.grade, one.on, isinstance(one.ended, str)), default=None)
    if worst is None:
        return None
    row = rule.row(grade=worst.grade)
    beside = _beside([int(grade) for one in rule.rows for grade in one.grade], int(worst.grade))
    if row is None and not beside:
        return None
    present = isinstance(worst.ended, str) or worst.ended > on
    ended = f"ended {worst.ended}" if not isinstance(worst.ended, str) else str(worst.ended)
    ended = "whether it has ended is unknown" if ended == "unknown" else ended
    when = f"after cycle {worst.after_cycle}" if worst.after_cycle else "before the first cycle"
    said = f"{name}, grade {worst.grade} by CTCAE {worst.ctcae}, {when}, {worst.on}; {ended}"
    return Found(said, row, worst.after_cycle, present, "" if row is not None else beside, worst.on)


BETWEEN: Final = "it lies between two rows of the table"
BEYOND: Final = "it is worse than every row of the table"


def _beside(rows: Sequence[int], found: int) -> str:
    """Why the rows of a table say nothing of what was found, the worse the higher; '' where it is milder than all."""
    if found > max(rows):
        return BEYOND
    return BETWEEN if found > min(rows) else ""


def relevant(patient: Patient, *, cycle: int, on: dt.date) -> list[Toxicity] | None:
    """The toxicities that count before a cycle: of the cycle before it, and older ones that may be there still.

    None where they are unknown; before the first cycle nothing has to be known of them.
    """
    if patient.toxicities == "unknown" and cycle > 1:
        return None
    entries = [one for _, one in patient.recorded if one.on <= on and one.after_cycle < cycle]
    return [one for one in entries if one.after_cycle == cycle - 1 or isinstance(one.ended, str) or one.ended > on]


def _latest(rule: DoseRule, name: str, patient: Patient, on: dt.date) -> Found | tuple[Quantity, str, dt.date]:
    """The latest value of an analyte by the day of treatment; what keeps it from counting, where something does."""
    found, known_as = latest(patient, name, on), laboratory.analyte(name).name
    if found.value is None:
        return Found(f"{known_as}: unknown", None, unknown=found.wrong)
    said = f"{known_as} {found.value.value} {found.value.unit}, {found.value.on}"
    if found.wrong or found.read is None:
        return Found(said, None, unknown=found.wrong)
    if rule.within is not None and (on - found.value.on).days > rule.within.m_as("d"):
        return Found(said, None, unknown=f"it is older than {wording.say(rule.within)}")
    return found.read, said, found.value.on


def _by_value(rule: DoseRule, found: tuple[Quantity, str, dt.date], unit: str) -> Found | None:
    value, said, day = found
    magnitude = settled(laboratory.converted(value, unit, of=str(rule.analyte)))
    converted = "" if f" {unit}, " in said else f" ({wording.number(magnitude, places=2)} {unit})"
    return _in_row(rule, magnitude, f"{said}{converted}", day)


def _in_row(rule: DoseRule, magnitude: float, said: str, day: dt.date) -> Found | None:
    if rule.between_rows(magnitude):
        return Found(said, None, unknown=BETWEEN, on=day)
    if rule.beyond_rows(magnitude, worse_values(rule)):
        return Found(said, None, unknown=BEYOND, on=day)
    row = rule.row(value=magnitude)
    return None if row is None else Found(said, row, on=day)


def _by_clearance(rule: DoseRule, patient: Patient, basis: Basis, on: dt.date) -> Found | None:
    value = _latest(rule, "creatinine", patient, on)
    if isinstance(value, Found):
        return value
    if patient.sex == "unknown":
        return Found(f"{CLEARANCE}: unknown", None, unknown="the sex is unknown, and the formula needs it")
    weight_basis = basis.weight_basis
    try:
        clearance = cockcroft_gault(patient, basis.weight, weight_basis, value[0], on)
    except Refusal as refusal:
        return Found(f"{CLEARANCE}: unknown", None, unknown=refusal.needs)
    said = f"{CLEARANCE} {wording.say(clearance, places=1)} on {wording.say(basis.weight)} {weight_basis}, {value[1]}"
    return _in_row(rule, settled(clearance.m_as("mL/min")), said, value[2])


def _by_genotype(rule: DoseRule, patient: Patient) -> Found | None:
    """By the activity score; one that is not known is asked for by a finding of its own."""
    known = {} if isinstance(patient.genotype, str) else dict(patient.genotype.items())
    score = next((found for gene, found in known.items() if gene == rule.gene), "unknown")
    if score not in ACTIVITIES:
        return None
    row = rule.row(found=score)
    rows = [-ACTIVITIES.index(one) for of in rule.rows for one in of.found if one in ACTIVITIES]
    beside = "" if row is not None or not rows else _beside(rows, -ACTIVITIES.index(score))
    return None if row is None and not beside else Found(f"{rule.gene}: {score}", row, unknown=beside)


# ------------------------------------------------------------------------------------------------- what follows from it


def _proposal(
    rule: DoseRule, found: Found, component: Component, figure: Quantity, patient: Patient, cycle: int
) -> Proposal:
    changes = [one for one in patient.changes if concerns(one.drug, component)]
    now = held(component, figure, changes, cycle)
    declined = next((one for one in patient.declined if _declines(one, rule, component, cycle)), None)
    row, unknown = found.row, found.unknown
    base = now.last
    if found.after_cycle is not None:  # of the dose that brought it about
        base = held(component, figure, changes, found.after_cycle).share if found.after_cycle else 1.0
    at_most = None
    if row is not None and row.left is not None:
        at_most = settled(row.left * (base if row.of == "last ordered dose" else 1.0))
    if row is not None and row.no_more_than is not None:
        if DOSE_PER_AREA.holds(figure):
            at_most = settled(min(row.no_more_than.m_as("mg/m²") / figure.m_as("mg/m²"), 1.0))
        else:
            unknown = f"the rule is per m², and the protocol gives {wording.say(figure)}"
    hold = row is not None and row.then == "hold" and found.present
    return Proposal(
        rule=rule.id,
        key=component.key,
        found=found.said,
        condition=row.condition(_unit(rule)) if row is not None else "",
        follows=row.follows() if row is not None else "",
        hold=hold,
        at_most=at_most,
        ordered=now.share,
        dose_per=None if at_most is None else part_of(figure, at_most),
        answer=_answer(
            at_most,
            now.share,
            hold=hold,
            unknown=unknown,
            declined=declined is not None and not _early(declined, found.on),
        ),
        declined=declined,
        unknown=unknown,
        found_on=found.on,
        source=rule.source,
    )


def _unit(rule: DoseRule) -> str:
    return rule.unit or ("mL/min" if rule.measures == "creatinine clearance" else "")


def _declines(one: Declined, rule: DoseRule, component: Component, cycle: int) -> bool:
    return one.rule == rule.id and one.cycle == cycle and concerns(one.drug, component)


def _early(declined: Declined, found_on: dt.date | None) -> bool:
    """Whether something was declined before it was found: whoever did so cannot have known of it."""
    return found_on is not None and declined.on < found_on


def _answer(at_most: float | None, share: float, *, hold: bool, unknown: str, declined: bool) -> Answer:
    if declined:
        return "declined"
    if unknown:
        return "unknown"
    if share == 0.0:  # of what is left out, nothing has to wait
        return "changed"
    if hold:
        return "open"
    if at_most is None:
        return "ended"
    if at_most >= 1.0 - DUST:
        return "not needed"
    return "changed" if share <= at_most + DUST else "open"


def data(one: Proposal) -> dict[str, Any]:
    """A proposal for programs."""
    by = one.declined if one.answer == "declined" else None
    return {
        "rule": one.rule,
        "key": one.key,
        "found": one.found,
        "condition": one.condition,
        "follows": one.follows,
        "hold": one.hold,
        "at_most": None if one.at_most is None else percent(one.at_most),
        "dose_per": one.dose_per,
        "ordered": percent(one.ordered),
        "answer": one.answer,
        "unknown": one.unknown,
        "reason": by.reason if by else None,
        "words": by.words if by else None,
        "by": by.decided_by if by else None,
        "role": by.role if by else None,
        "on": by.on if by else None,
        "from": one.source,
    }


# ------------------------------------------------------------------------------------------------------------- findings


def findings(
    made: Sequence[Proposal], choices: Choices, site: Site, patient: Patient, *, cycle: int, on: dt.date
) -> Iterator[Finding]:
    """What is to be said of the proposals: the open ones stop release, and so does what nobody knows."""
    yield from _undecided(site, patient, cycle=cycle, on=on)
    yield from _not_recorded(choices, site, patient, cycle=cycle, on=on)
    yield from _unknown([one for one in made if one.answer == "unknown"])
    yield from _declined_nothing(made, patient, cycle)
    yield from _declined_early(made)
    for one in made:
        if one.answer == "open" and one.hold:
            message = f"{one.key}: rule {one.rule} holds the treatment ({one.follows})"
            yield Finding("dose-rule-holds", "blocks-release", message, one.found, "ended", one.source, one.key)
        elif one.answer == "open":
            message = f"{one.key}: rule {one.rule} proposes {one.follows}, and nobody has answered"
            yield Finding("dose-proposed", "blocks-release", message, one.found, _allowed(one), one.source, one.key)
        elif one.answer == "changed":
            message = f"{one.key}: rule {one.rule} proposes {one.follows}, and the dose follows it"
            yield Finding("dose-rule-followed", "info", message, one.found, _allowed(one), one.source, one.key)
        elif one.answer == "ended":
            message = f"{one.key}: rule {one.rule} held the treatment, and what it goes by has ended"
            yield Finding("dose-rule-ended", "info", message, one.found, "ended", one.source, one.key)
        elif one.answer == "not needed":
            message = f"{one.key}: rule {one.rule} ({one.follows}) asks for no less than the protocol gives"
            yield Finding("dose-rule-not-needed", "info", message, one.found, one.follows, one.source, one.key)
        elif one.declined is not None:
            by = one.declined
            why = f"{by.reason}{f', {by.words}' if by.words else ''} ({by.decided_by}, {by.role}, {by.on})"
            message = (
                f"{one.key}: rule {one.rule} proposes {one.follows or 'something that is not known'}; declined: {why}"
            )
            yield Finding("dose-rule-declined", "warning", message, one.found, _allowed(one), one.source, one.key)
            if one.at_most is not None and one.ordered <= one.at_most + DUST:
                yield _followed_all_the_same(one)
            if by.on > on:
                message = f"{one.key}: rule {one.rule} was declined after the day of treatment"
                yield Finding("declined-later", "blocks-release", message, str(by.on), f"by {on}", where=one.key)


def _declined_nothing(made: Sequence[Proposal], patient: Patient, cycle: int) -> Iterator[Finding]:
    """What was declined for this cycle, and nothing proposes: a slip of the rule's name or of the drug."""
    for one in patient.declined:
        if one.cycle == cycle and not any(proposal.declined is one for proposal in made):
            message = f"{one.drug}: rule {one.rule} was declined, and it proposes nothing of this drug here"
            allowed = wording.listed(sorted({proposal.rule for proposal in made}), "or") or "nothing is proposed"
            yield Finding("declined-nothing", "warning", message, one.rule, allowed, where="declined")


def _followed_all_the_same(one: Proposal) -> Finding:
    message = f"{one.key}: rule {one.rule} was declined, and the dose follows it all the same"
    return Finding("declined-followed", "warning", message, share_said(one.ordered), _allowed(one), where=one.key)


def _declined_early(made: Sequence[Proposal]) -> Iterator[Finding]:
    """What was declined before it was found: a refusal of something earlier, which answers nothing of today."""
    for one in made:
        by, day = one.declined, one.found_on
        if by is None or day is None or not _early(by, day):
            continue
        if one.answer in {"open", "unknown"}:
            message = f"{one.key}: rule {one.rule} was declined on {by.on}, before {day}, the day of what it goes by"
            yield Finding("declined-earlier", "blocks-release", message, str(by.on), f"from {day} on", where=one.key)
        elif one.answer == "changed":
            yield _followed_all_the_same(one)


def _unknown(made: Sequence[Proposal]) -> Iterator[Finding]:
    """What several rules on one line go by and nobody knows is asked for once."""
    together: dict[tuple[str, str, str], list[Proposal]] = {}
    for one in made:
        together.setdefault((one.key, one.found, one.unknown), []).append(one)
    for (key, found, unknown), several in together.items():
        names = wording.listed(one.rule for one in several)
        change = f"{wording.plural('rule', len(several))} {names} {'changes' if len(several) == 1 else 'change'}"
        message = f"{key}: whether {change} the dose cannot be told: {unknown}"
        yield Finding("dose-rule-unknown", "blocks-release", message, found, "known", several[0].source, key)


def _allowed(one: Proposal) -> str:
    if one.at_most is None:
        return "ended" if one.hold else ""
    return f"at most {share_said(one.at_most)} of the protocol dose, {wording.told(one.dose_per)}"


def _undecided(site: Site, patient: Patient, *, cycle: int, on: dt.date) -> Iterator[Finding]:
    """Toxicities that are recorded, at a site that has no rule for any."""
    told = [one for one in relevant(patient, cycle=cycle, on=on) or () if one.grade != "0"]
    if isinstance(site.dose_changes, str) and told:
        message = "toxicities are recorded, and the site has decided no rules by which a dose is changed"
        said = wording.listed(f"{one.named.name}, grade {one.grade}" for one in told)
        yield Finding("dose-rules-undecided", "blocks-release", message, said, "decided", "site policy", "dose_changes")


def _not_recorded(choices: Choices, site: Site, patient: Patient, *, cycle: int, on: dt.date) -> Iterator[Finding]:
    """Terms by which the site changes a dose of this protocol, and of which the patient's list says nothing."""
    entries = relevant(patient, cycle=cycle, on=on)
    if isinstance(site.dose_changes, str) or cycle == 1 or entries is None or patient.toxicities == "none":
        return
    there = {one.named.name for one in entries}
    asked = [
        toxicity.named(str(rule.term), str(rule.ctcae)).name
        for rule in site.dose_changes
        if rule.measures == "toxicity" and any(concerns(rule.drug, one) for one in choices.protocol.components)
    ]
    left = [name for name in dict.fromkeys(asked) if name not in there]
    if left:
        message = "toxicities by which the site changes a dose are not recorded after the last cycle: grade 0 says so"
        yield Finding("toxicity-not-recorded", "warning", message, wording.listed(left), where="toxicities")


def on_beads(site: Site, drug: str | None) -> Iterator[Finding]:
    """Rules on a drug that is on the beads: made for a dose by vein, so that a person decides what they mean there."""
    for rule in () if isinstance(site.dose_changes, str) else site.dose_changes:
        if rule.drug == drug:
            message = f"rule {rule.id} is on {rule.drug}, and is not applied to the beads: a person decides"
            yield Finding("bead-dose-rule", "warning", message, rule.drug, source=rule.source, where="beads")
