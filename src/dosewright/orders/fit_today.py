"""Whether a patient can be treated on a day: each criterion with what was measured, what is allowed and what to do.

Each criterion is answered *proceed*, *hold*, *refuse* or *unknown*, and the gravest is the answer to the whole. What
the order has remarked on already is read from its findings and not judged a second time. A criterion that only *asks*
stops nothing: what was recalled and not read, what was said of another route, or what no file can answer.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from .. import wording
from ..calculators import toxicity
from ..errors import CannotCompute, Mistake
from ..protocol.drugs import drug
from ..units import Range
from . import basis as body
from . import organs, toxicity_today
from .contraindications import contraindications
from .criterion import (
    UNKNOWN,
    VERDICTS,
    Criterion,
    Day,
    Group,
    Measured,
    Verdict,
    advice,
    gravest,
    of_clearance,
    of_values,
)
from .finding import Finding, Severity
from .organs import AlbiToday, ChildPughToday, ClearanceToday
from .rules.due import interactions
from .rules.fields import CLASSES
from .toxicity_today import ToxicityToday

NOT_LOOKED_AT: Final = ("pregnancy: no fact about it was read of any drug here",)


@dataclass(frozen=True, slots=True)
class Fit:
    """The whole answer: the gravest of what counts, how often each stands there, and all that it rests on."""

    answer: Verdict
    criteria: tuple[Criterion, ...]
    child_pugh: ChildPughToday
    albi: AlbiToday
    clearance: ClearanceToday
    grades: tuple[ToxicityToday, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many criteria have each answer; what only asks is counted by itself."""
        of: dict[str, int] = {
            name: sum(one.counts and one.answer == name for one in self.criteria) for name in VERDICTS
        }
        return {**of, "asks": sum(one.shown == "asks" for one in self.criteria)}

    @property
    def says(self) -> str:
        """The whole answer in words: 'hold: 2 hold, 1 unknown, 20 proceed; 3 ask'."""
        return in_words(self.answer, self.counts)

    def data(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "answer": self.answer,
            "says": self.says,
            "counts": self.counts,
            "criteria": [one.data() for one in self.criteria],
            "child_pugh": self.child_pugh.data(),
            "albi": self.albi.data(),
            "clearance": self.clearance.data(),
            "grades": [one.data() for one in self.grades],
            "not_looked_at": list(NOT_LOOKED_AT),
        }


def in_words(answer: str, counts: Mapping[str, int]) -> str:
    """An answer with its counts: 'hold: 2 hold, 1 unknown, 20 proceed; 3 ask'."""
    told = [f"{wording.number(counts[name])} {name}" for name in VERDICTS if counts[name]]
    asks = counts["asks"]
    more = f"; {wording.number(asks)} {'asks' if asks == 1 else 'ask'}" if asks else ""
    return f"{answer}: {', '.join(told)}{more}"


def fit(day: Day) -> Fit:
    """Every criterion of one patient and day, answered, and the gravest answer of all."""
    site, patient, on = day.site, day.patient, day.on
    albi, clearance = organs.albi(site, patient, on), organs.clearance(site, patient, on)
    grades = toxicity_today.grades(site, patient, on)
    criteria = (
        *_eligibility(day),
        *_organs(day, albi, clearance),
        *_gates(day),
        *_toxicity(day, grades),
        *contraindications(day, grades, clearance),
        *_genotype(day),
        *_allergies(day),
        *_medicines(day),
        *_course(day),
        *_body(day),
        *_exposure(day),
        *_dose_rules(day),
    )
    return Fit(gravest(criteria), criteria, day.child_pugh, albi, clearance, grades)


def findings(made: Fit) -> Iterator[Finding]:
    """What is to be remarked on the order that it has not remarked on already: contraindications and toxicity."""
    for one in made.criteria:
        if one.counts and one.answer in {"hold", "refuse"} and one.group in {"contraindications", "toxicity"}:
            severity: Severity = "refuse" if one.answer == "refuse" else "blocks-release"
            said, allowed, source = one.measured.said, one.allowed, one.source
            if one.group == "toxicity":
                message = f"{one.what}: {said} holds; {one.reason}"
                yield Finding("toxicity-holds", severity, message, said, allowed, source, one.id)
            else:
                yield Finding("contraindicated", severity, f"{one.what}: {one.reason}", said, allowed, source, one.id)
    recorded = {one.term for one in made.grades if one.now.value.startswith(toxicity_today.AS_RECORDED)}
    for one in made.criteria:
        if one.answer == UNKNOWN and one.what in recorded and one.allowed.startswith(HOLDS_FROM):
            message = f"{one.what}: {one.measured.said}, and the site may hold for it; {one.reason}"
            said, allowed, source = one.measured.said, one.allowed, one.source
            yield Finding("toxicity-unknown", "blocks-release", message, said, allowed, source, one.id)


# ---------------------------------------------------------------------------------------- from the order's own findings

_ANSWERS: Final[Mapping[Severity, Verdict]] = {
    "refuse": "refuse",
    "blocks-release": "hold",
    "warning": "proceed",
    "info": "proceed",
}
# What these say is that something is not known, however grave that is for the order's release.
_NOT_KNOWN: Final = {
    "genotype-unknown",
    "genotype-unreadable",
    "allergies-unknown",
    "medicines-unknown",
    "reference-weight-unknown",
    "ascites-unknown",
    "prior-exposure-unknown",
    "prior-exposure-unnamed",
    "exposure-unknown",
    "dose-rule-unknown",
}


def _from(finding: Finding, group: Group, what: str, measured: Measured | None = None, name: str = "") -> Criterion:
    """A criterion that the order has answered already, by its finding."""
    answer: Verdict = UNKNOWN if finding.rule in _NOT_KNOWN else _ANSWERS[finding.severity]
    return Criterion(
        group=group,
        name=name or finding.rule,
        what=what,
        answer=answer,
        measured=measured or Measured(finding.measured or UNKNOWN),
        allowed=finding.allowed or "not stated",
        source=finding.source or "by definition",
        reason=finding.message,
        next=advice(finding.rule),
    )


# ---------------------------------------------------------------------------------------------------------- eligibility

_ELIGIBLE: Final[Mapping[str, Verdict]] = {"yes": "proceed", "no": "refuse", "unknown": "unknown"}


def _eligibility(day: Day) -> Iterator[Criterion]:
    for one in day.eligibility:
        answer = _ELIGIBLE[one.verdict]
        unit = "years" if one.measures == "age" else ""
        rule = {"refuse": "not-eligible", "unknown": "eligibility-unknown"}.get(answer, "")
        required = one.reason.rpartition("required ")[2] if answer != "unknown" else "met"
        next_ = advice(rule) if rule else ""
        measured = Measured(one.found, unit)
        yield Criterion("eligibility", one.id, one.criterion, answer, measured, required, one.source, one.reason, next_)
    consent = day.patient.consent
    answer = {"yes": "proceed", "no": "hold"}.get(consent, UNKNOWN)  # type: ignore[assignment]
    reason = "consent is recorded" if consent == "yes" else "consent is not recorded"
    next_ = "" if consent == "yes" else advice("consent")
    measured = Measured(consent)
    yield Criterion("eligibility", "consent", "consent", answer, measured, "yes", "by definition", reason, next_)


# ---------------------------------------------------------------------------------------------------- liver and kidneys


def _organs(day: Day, albi: AlbiToday, clearance: ClearanceToday) -> Iterator[Criterion]:
    yield _child_pugh(day)
    told = of_values(UNKNOWN if albi.score is None else albi.says, "", albi.used)
    yield _information("albi", "ALBI", told, albi.missing, organs.ALBI_SOURCE)
    measured = of_clearance(clearance)
    source = organs.CLEARANCE_SOURCE
    yield _information("clearance", "creatinine clearance", measured, clearance.missing, source)


def _information(name: str, what: str, measured: Measured, missing: Sequence[str], source: str) -> Criterion:
    """A figure on which no criterion rests by itself."""
    known = not missing
    reason = "for information" if known else f"without {wording.listed(missing)}"
    next_ = "" if known else "Measure what is missing, where it is of use."
    answer: Verdict = "proceed" if known else "unknown"
    allowed = "no limit"
    return Criterion("liver and kidneys", name, what, answer, measured, allowed, source, reason, next_, False)


def _child_pugh(day: Day) -> Criterion:
    """Whether every class that the values leave open is one that the protocol takes."""
    found = day.child_pugh
    of_class = [one for one in day.protocol.eligibility if one.measures == "child_pugh_class"]
    taken = set(of_class[0].one_of) if of_class else set(CLASSES)
    answer: Verdict = "proceed" if found.open <= taken else "hold" if not found.open & taken else "unknown"
    reasons, next_ = [f"computed {found.says}"], ""
    if found.missing:
        known = f"computed {found.says}; " if found.computed != UNKNOWN else ""
        reasons, next_ = [f"{known}without {wording.listed(found.missing)}"], "Measure or record what is missing."
    if found.differs:
        reasons.append(f"the file states {found.stated}")
        next_ = "Settle which class is right, and mend the patient's file or the values."
    elif answer == "hold":
        next_ = advice("not-eligible")
    said = found.computed if found.computed != UNKNOWN else f"{found.at_least} to {found.at_most}"
    return Criterion(
        group="liver and kidneys",
        name="child-pugh",
        what="Child-Pugh from today's values",
        answer=answer,
        counts=bool(of_class),
        measured=of_values(said, "", found.used),
        allowed=wording.listed(sorted(taken), "or"),
        source=of_class[0].source if of_class else organs.CHILD_PUGH_SOURCE,
        reason="; ".join(reasons),
        next="" if answer == "proceed" and not found.differs else next_,
    )


# ----------------------------------------------------------------------------------------------------------- laboratory


def _gates(day: Day) -> Iterator[Criterion]:
    if day.site.gates == "undecided":
        reason = "the site has decided no laboratory limits"
        next_ = "Have them decided, by name and role, in the site's file."
        measured = Measured("undecided")
        yield Criterion(
            "laboratory",
            "gates",
            "laboratory limits",
            UNKNOWN,
            measured,
            "a decision",
            "site policy",
            reason,
            next_,
        )
    for number, gate in enumerate(day.gates):
        before = sum(gate.analyte == one.analyte for one in day.gates[:number])
        value, _, unit = gate.value.partition(" ")
        measured = Measured(value, unit, gate.on, day.age(gate.on))
        reason = gate.reason
        next_ = {"proceed": "", "hold": advice("laboratory")}.get(gate.verdict, _of_unknown(reason))
        yield Criterion(
            "laboratory",
            f"{gate.analyte}.{before + 1}" if before else gate.analyte,
            gate.analyte,
            gate.verdict,
            measured,
            gate.limit,
            gate.source,
            reason,
            next_,
        )


def _of_unknown(reason: str) -> str:
    """What to do about a value that does not count."""
    if reason.startswith("the value is in "):
        return advice("laboratory-unit")
    if reason.startswith(("several values", "no value", "older")) or "days old" in reason:
        return advice("laboratory-unknown")
    return advice("laboratory-implausible")


# ------------------------------------------------------------------------------------------------------------- toxicity


def _toxicity(day: Day, grades: Sequence[ToxicityToday]) -> Iterator[Criterion]:
    yield _recorded(day)
    named = {one.term: one for one in grades}
    for name in sorted({*named, *toxicity_today.named_by(day.site)}):
        yield _held(day, name, named.get(name))


def _recorded(day: Day) -> Criterion:
    """Whether anybody has written down how the last cycle was borne."""
    last = toxicity_today.last_cycle(day.patient, day.on)
    of = f"toxicity of cycle {last}" if last else "toxicity before the first cycle"
    known = toxicity_today.known(day.patient, day.on)
    told = day.patient.toxicities
    of_last = [one for _, one in day.patient.recorded if one.after_cycle == last and one.on <= day.on]
    said = told if isinstance(told, str) else f"{wording.number(len(of_last))} recorded"
    reason = "recorded" if known else f"nobody has recorded the {of}"
    next_ = "" if known else "Ask and examine; record each term with its grade, or 'none' where somebody looked."
    later = [one.term for _, one in day.patient.recorded if one.on > day.on]
    if later:
        known, reason = False, f"recorded on a day that is still to come: {wording.listed(later)}"
        next_ = "Correct the day: what is dated later is counted by nobody."
    return Criterion(
        group="toxicity",
        name="recorded",
        what=of,
        answer="proceed" if known else UNKNOWN,
        measured=Measured(said),
        allowed="recorded",
        source="by definition",
        reason=reason,
        next=next_,
    )


HOLDS_FROM: Final = "below grade"
_UNGRADED: Final = "Grade it with range and baseline, or by a person."


def _held(day: Day, name: str, found: ToxicityToday | None) -> Criterion:
    """Whether a term is at a grade today from which the site holds."""
    now = found.now if found is not None else toxicity_today.unrecorded(day.patient, name)
    limit = toxicity_today.held_from(day.site, name)
    answer: Verdict
    if limit is not None:
        grade = int(limit.grade)
        answer = "hold" if now.at_least >= grade else "unknown" if now.at_most >= grade else "proceed"
        allowed, source = f"{HOLDS_FROM} {grade}", limit.source
    else:
        answer = "unknown" if now.at_most > 0 else "proceed"
        allowed, source = "undecided", "site policy"
    # what the blood shows before the first cycle is where the patient begins; the site's limits speak of it, if any
    begins = limit is None and found is not None and found.measured and not day.patient.given
    reason = now.why
    if found is not None and found.worst.said != now.said:
        reason = f"grade {found.worst.said} at its worst; {reason}"
    next_ = ""
    if answer == "hold":
        next_ = "Hold until it has gone back, and look at the dose then."
    elif answer == "unknown" and limit is None:
        reason += "; the site has not decided from which grade on it holds"
        next_ = "A physician decides; have the grades decided in the site's file."
    elif answer == "unknown":
        old = "days old" in now.why
        next_ = advice("laboratory-old") if old else _UNGRADED
    version = found.version if found is not None else f"CTCAE {toxicity.USUAL_VERSION}"
    return Criterion(
        group="toxicity",
        name=name.casefold().replace(" ", "-"),
        what=name,
        answer=answer,
        measured=Measured(f"grade {now.said}", "", now.on, day.age(now.on)),
        allowed=allowed,
        source=f"{version}; {source}",
        reason=reason,
        next=next_,
        counts=not begins,
    )


# ------------------------------------------------------------------------------------ genotype, allergies and medicines


def _genotype(day: Day) -> Iterator[Criterion]:
    genes = {gene.value: gene.source for name in sorted(day.given) if (gene := drug(name).genotype) is not None}
    for symbol, source in genes.items():
        known: Mapping[str, str] = {} if day.patient.genotype == "unknown" else dict(day.patient.genotype.items())
        found = known.get(symbol, UNKNOWN)
        policy = f"the site says: {day.site.genotype}"
        remarks = day.of("genotype", "genotype-unreadable", "genotype-unknown", "genotype-reduced")
        if remarks:
            made = _from(remarks[0], "genotype", symbol, Measured(found), symbol)
            yield replace(made, allowed=remarks[0].allowed or "an activity score", reason=f"{made.reason}; {policy}")
            continue
        asked = found != UNKNOWN
        yield Criterion(
            group="genotype",
            name=symbol,
            what=symbol,
            answer="proceed" if asked else UNKNOWN,
            counts=asked,
            measured=Measured(found),
            allowed="an activity score",
            source=source,
            reason=policy if asked else f"{symbol} is unknown; unknown is not normal; {policy}",
            next="" if asked else advice("genotype-unknown"),
        )


def _allergies(day: Day) -> Iterator[Criterion]:
    group: Group = "allergies and medicines"
    remarks = day.of("allergies-unknown", "allergy", "allergy-recorded")
    for number, one in enumerate(remarks, 1):
        made = _from(one, group, "allergies", Measured(one.measured or UNKNOWN), f"allergies.{number}")
        allowed = "none to a drug of the order"
        if one.rule == "allergy-recorded":  # whether it concerns a drug here, only a person can say
            made = replace(made, answer=UNKNOWN, counts=False)
        yield replace(made, allowed=allowed)
    if not remarks:
        reason, measured = "none known, somebody said so", Measured(str(day.patient.allergies))
        yield Criterion(
            group,
            "allergies",
            "allergies",
            "proceed",
            measured,
            "none to a drug of the order",
            "by definition",
            reason,
        )


def _medicines(day: Day) -> Iterator[Criterion]:
    group: Group = "allergies and medicines"
    patient = day.patient
    taken = patient.medicines if isinstance(patient.medicines, str) else "; ".join(patient.medicines)
    unknown = day.of("medicines-unknown")
    hits = day.of("interaction")
    for number, one in enumerate([*unknown, *hits], 1):
        yield _from(one, group, "interactions", Measured(taken), f"interactions.{number}")
    if unknown or hits:
        return
    undecided = day.site.interactions == "undecided"
    open_ = patient.medicines == UNKNOWN or (undecided and patient.medicines != "none")
    listed = interactions(day.site, list(day.given))
    names = wording.listed(dict.fromkeys(one.other for one in listed), "or")
    if undecided:
        reason = "the site has decided no list of medicines that do not go with these drugs"
    elif patient.medicines == UNKNOWN:
        reason = "what else the patient takes is unknown"
    else:
        reason = "none of the site's list is among the medicines"
    yield Criterion(
        group=group,
        name="interactions",
        what="interactions",
        answer=UNKNOWN if open_ else "proceed",
        measured=Measured(taken),
        allowed=f"not with {names}" if names else "no list of the site",
        source="site policy",
        reason=reason,
        next=""
        if not open_
        else advice("medicines-unknown")
        if patient.medicines == UNKNOWN
        else "A pharmacist compares them.",
    )


# --------------------------------------------------------------------------------------------------------------- course


def _course(day: Day) -> Iterator[Criterion]:
    last = day.patient.given[-1] if day.patient.given else None
    number = day.of("cycle-number")
    if number:
        yield _from(number[0], "course", "cycle", Measured(f"cycle {day.cycle}"))
    else:
        reason = f"follows cycle {last.cycle}" if last else "the first of this course"
        expected = str(last.cycle + 1 if last else 1)
        measured = Measured(f"cycle {day.cycle}")
        yield Criterion(
            "course", "cycle-number", "cycle", "proceed", measured, f"cycle {expected}", "by definition", reason
        )
    if last is not None:
        yield _interval(day, last.on, last.cycle)


def _interval(day: Day, last: dt.date, cycle: int) -> Criterion:
    """Days since day 1 of the last cycle, by the interval that counts; by every figure, where nobody has decided."""
    settled = day.choices.settle("interval", day.choices.protocol.interval)
    days = (day.start - last).days
    measured = Measured(str(days), "days", last, days)
    figures = [(settled.value, settled.source), *(settled.others if settled.state in {"disputed", "undecided"} else ())]
    told = [_by_interval(day, figure, last, days) for figure, _ in figures]
    allowed = " or ".join(
        f"{first} to {latest} ({wording.say_range(figure)}, {source})"
        for (figure, source), (_, first, latest) in zip(figures, told, strict=True)
    )
    answers = {answer for answer, *_ in told}
    if len(answers) > 1 and "too-early" in answers:
        reason = f"{days} days after cycle {cycle}: too early by one figure of the source, and not by the other"
        next_ = "Have the interval decided in the site's file."
        return Criterion("course", "interval", "interval", UNKNOWN, measured, allowed, settled.source, reason, next_)
    rule = told[0][0]
    remarks = day.of(rule) if rule else []
    if remarks:
        return replace(_from(remarks[0], "course", "interval", measured, "interval"), allowed=allowed)
    reason = f"{days} days after cycle {cycle}, inside the window"
    return Criterion("course", "interval", "interval", "proceed", measured, allowed, settled.source, reason)


def _by_interval(day: Day, figure: Range, last: dt.date, days: int) -> tuple[str, dt.date, dt.date]:
    first, latest = (last + dt.timedelta(days=end.m_as("d")) for end in figure)
    rule = "too-early" if day.start < first else "late" if day.start > latest else ""
    return rule, first, latest


# ----------------------------------------------------------------------------------------------------------------- body

_OF_WEIGHT: Final = ("weight-too-old", "weight-old", "weight-changed", "reference-weight-unknown")
_OF_BODY: Final = ("unusual-body", "mass-index", "exchanged-body", "surface-capped", "ascites", "ascites-unknown")


def _body(day: Day) -> Iterator[Criterion]:
    yield _surface(day)
    height = day.patient.height
    try:
        weight = body.dosing_weight(day.site.body, day.patient)
    except Mistake as mistake:
        yield _unmeasured("weight", str(mistake))
    else:
        measured = Measured(wording.number(weight.value.magnitude), _unit(weight.value), weight.on, day.age(weight.on))
        yield _of_weight(day, measured, weight.on)
        if day.basis is not None:
            yield _change(day)
    if isinstance(height, str):
        yield _unmeasured("height", "the height is unknown")
    else:
        measured = Measured(wording.number(height.value.magnitude), _unit(height.value), height.on, day.age(height.on))
        yield _of_height(day, measured, height.on)
    for one in day.of(*_OF_BODY):
        # what the order only warns of asks for a person
        made = _from(one, "body", one.rule.replace("-", " "))
        yield made if one.severity != "warning" else replace(made, counts=False, answer=UNKNOWN)


def _surface(day: Day) -> Criterion:
    """The body surface area, without which no dose can be computed."""
    if day.basis is not None:
        number, _, unit = wording.say(day.basis.surface, places=4).rpartition(" ")
        answer, measured, reason, next_ = "proceed", Measured(number, unit), f"by {day.basis.formula_name}", ""
    else:
        answer = "unknown" if isinstance(day.no_body, CannotCompute) else "refuse"
        measured, reason = Measured(UNKNOWN), str(day.no_body)
        next_ = "Mend height, weight or sex in the patient's file."
    what, source = "body surface area", "site policy"
    return Criterion("body", "surface", what, answer, measured, "computed", source, reason, next_)  # type: ignore[arg-type]


def _unit(value: Any) -> str:
    return wording.say(value).rpartition(" ")[2]


def _unmeasured(what: str, reason: str) -> Criterion:
    measured = Measured(UNKNOWN)
    return Criterion(
        "body", what, what, UNKNOWN, measured, "measured", "site policy", reason, "Measure it, and write it down."
    )


_LATER: Final = ("measured after the day of treatment", "One of the two dates is wrong.")


def _of_weight(day: Day, measured: Measured, on: dt.date) -> Criterion:
    policy = day.site.body
    allowed = f"at most {wording.say(policy.weight_too_old)} old"
    if on > day.on:
        return Criterion("body", "weight", "weight", "refuse", measured, allowed, "site policy", *_LATER)
    if day.basis is None:
        reason = "not judged without the body surface area"
        return Criterion("body", "weight", "weight", UNKNOWN, measured, allowed, "site policy", reason)
    remarks = day.of("weight-too-old", "weight-old")
    if remarks:
        return replace(_from(remarks[0], "body", "weight", measured, "weight"), allowed=remarks[0].allowed)
    reason = f"the {policy.weight} weight, on which the site doses"
    return Criterion("body", "weight", "weight", "proceed", measured, allowed, "site policy", reason)


def _of_height(day: Day, measured: Measured, on: dt.date) -> Criterion:
    if on > day.on:
        return Criterion("body", "height", "height", "refuse", measured, "by this day", "by definition", *_LATER)
    reason = "the site states no limit of its age"
    return Criterion("body", "height", "height", "proceed", measured, "measured", "site policy", reason)


def _change(day: Day) -> Criterion:
    """The change of the weight against the reference weight, and not against the last cycle."""
    basis, policy = day.basis, day.site.body
    what, allowed = "change of weight", f"less than {wording.say(policy.weight_change)}"
    remarks = day.of("weight-changed", "reference-weight-unknown")
    if basis is None or basis.weight_change is None or basis.reference_weight is None:
        found = next((one for one in remarks if one.rule == "reference-weight-unknown"), None)
        reason = found.message if found else "no reference weight is known"
        next_ = advice("reference-weight-unknown")
        measured = Measured(UNKNOWN)
        return Criterion("body", "weight-change", what, UNKNOWN, measured, allowed, "site policy", reason, next_)
    said = wording.signed_percent(basis.weight_change.magnitude / 100)
    number, _, unit = said.rpartition(" ")
    reference = day.patient.reference_weight
    on = None if isinstance(reference, str) else reference.on
    measured = Measured(number, unit, on, day.age(on))
    if remarks:
        return replace(_from(remarks[0], "body", what, measured, "weight-change"), allowed=allowed)
    reason = f"against the reference weight of {wording.say(basis.reference_weight, places=2)}"
    return Criterion("body", "weight-change", what, "proceed", measured, allowed, "site policy", reason)


# ------------------------------------------------------------------------------------------------------ cumulative dose

_OF_EXPOSURE: Final = (
    "cumulative-limit",
    "prior-exposure-unknown",
    "prior-exposure-unnamed",
    "exposure-unknown",
    "exposure-later",
)


def _exposure(day: Day) -> Iterator[Criterion]:
    group: Group = "cumulative dose"
    remarks = [one for one in day.of(*_OF_EXPOSURE) if one.severity != "info"]
    told: set[str] = set()
    for rule, several in itertools.groupby(remarks, key=lambda one: one.rule):
        for number, one in enumerate(several, 1):
            name = one.message.partition(":")[0] if rule == "cumulative-limit" else "cumulative dose"
            told.add(name)
            made = _from(one, group, name, name=rule if number == 1 else f"{rule}.{number}")
            # sorafenib counts toward no sum that is kept here, and yet somebody should look
            yield replace(made, counts=not (rule == "prior-exposure-unnamed" and one.severity == "warning"))
    limited = [row for row in day.exposure if row["limit"] is not None and row["drug"] not in told]
    for row in limited:
        total, limit = row["total"], row["limit"]
        if isinstance(total, str):
            continue  # told above: what is unknown is a finding of the order
        measured = Measured(wording.number(total.magnitude, places=1), "mg/m²")
        reason = f"with this cycle; before it {wording.say(row['before'], places=1)}"
        yield Criterion(
            group,
            row["drug"],
            row["drug"],
            "proceed",
            measured,
            f"at most {wording.say(limit)}",
            row["from"],
            reason,
        )
    if not remarks and not limited:
        reason, measured = "no drug of this order has a limit that was read or decided", Measured("none")
        yield Criterion(group, "exposure", "limit", "proceed", measured, "no limit", "site policy", reason)


# ----------------------------------------------------------------------------------------------------------- dose rules


def _dose_rules(day: Day) -> Iterator[Criterion]:
    """What a rule on a dose holds the treatment for, or cannot tell; how much is given then is the order's matter."""
    for number, one in enumerate(day.of("dose-rule-holds", "dose-rule-unknown"), 1):
        yield _from(one, "dose rules", one.where or "dose", name=str(number))
