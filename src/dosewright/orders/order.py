"""One treatment day as one object: the waist of the hourglass. All above reads it and never computes it again."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .. import __version__, wording
from ..dates import age_on, local
from ..errors import Mistake, Refusal
from ..protocol.drugs import drug
from ..protocol.library import Loaded
from ..protocol.model import Protocol, Start, Stated
from ..protocol.site import Site
from ..reading import Document, Strict
from ..units import Range, quantity, settled
from . import basis as body
from . import beads, dose_changes, exposure, fit_today, fitness, lines, organs, proposals
from .beads import Beads
from .calendar import Days
from .criterion import ON_BEADS, Day
from .day import Part, placed
from .decisions import Choices
from .dose_changes import Omitted
from .doses import Doses, doses, line_data, site_data, to_data
from .finding import Finding, Severity, gravity, stops
from .fitness import ACTIVITIES, FULL_ACTIVITY
from .lines import Line
from .patient import Patient
from .rules import RULES
from .rules.due import interactions
from .rules.view import InteractionView, OrderView, Record

SCHEMA: Final = "1"
REQUIRED_IDENTIFIERS: Final = 2


@dataclass(frozen=True, slots=True)
class Window:
    """When the next treatment may be, counted from day 1 of this one."""

    earliest: dt.date
    latest: dt.date
    says: str
    source: str
    state: str
    others: tuple[dict[str, Any], ...] = ()


def order(
    loaded: Loaded,
    site: Site,
    site_document: Document,
    patient: Patient,
    *,
    cycle: int,
    on: dt.date,
    what_if: Mapping[str, str],
    day: int = 1,
) -> dict[str, Any]:
    """The order for one patient, cycle and day, as the data that every sheet, file and check reads.

    Pure: the day is an argument, and the same arguments give the same bytes. Raises `CannotCompute` where height or
    weight is unknown, and `Refusal` where a value cannot be right.
    """
    protocol = loaded.protocol
    _hold_together(protocol, patient, cycle=cycle, on=on, day=day)
    choices = Choices(protocol, site, what_if)
    made_basis = body.of_patient(site.body, patient, on)
    made = doses(loaded, site, made_basis, what_if=what_if, cycle=cycle, day=day, patient=patient)
    begin = local(on, site.day_starts, site.time_zone)
    placed_lines = _placed(made.lines, choices, begin)
    liver = organs.child_pugh(site, patient, on)
    answers = fitness.eligibility(protocol, patient, on, liver)
    gate_answers = fitness.gates(site, patient, on)
    sheets: list[Beads] = []
    found = list(made.findings)
    for procedure in (one for one in protocol.procedures if one.day == day):
        planned = None if isinstance(patient.embolisation, str) else patient.embolisation
        for one in beads.build(procedure, site, choices, planned):
            (sheets if isinstance(one, Beads) else found).append(one)  # type: ignore[arg-type]
    if sheets:
        found += _embolisation(patient)
    found += _closed(site, on)
    found += body.change_of_weight(site.body, made_basis, patient, on)
    found += fitness.eligibility_findings(answers)
    found += fitness.gate_findings(site, gate_answers)
    found += organs.child_pugh_findings(liver)
    routes = _routes(made.lines, sheets)
    given = sorted(routes)
    found += _patient_findings(patient, choices, given, cycle=cycle, on=on, day=day)
    found += _genotype(patient, site, given, _shares(made))
    found += _overlaps(placed_lines)
    found += dose_changes.given_remarks(choices, patient, cycle=cycle, on=on)
    proposed = proposals.proposals(choices, site, patient, made_basis, cycle=cycle, on=on)
    found += proposals.findings(proposed, choices, site, patient, cycle=cycle, on=on)
    found += proposals.on_beads(site, next((one.drug for one in sheets if one.drug is not None), None))
    exposed, remarks = _exposure(loaded, site, patient, made, sheets, choices, cycle=cycle, on=on)
    found += remarks
    today = fit_today.fit(
        Day(
            protocol=protocol,
            site=site,
            patient=patient,
            choices=choices,
            cycle=cycle,
            on=on,
            start=on - dt.timedelta(days=day - 1),
            given=routes,
            eligibility=answers,
            gates=gate_answers,
            child_pugh=liver,
            findings=tuple(found),
            basis=made_basis,
            exposure=exposed,
        )
    )
    found += fit_today.findings(today)
    found.sort(key=gravity)
    data = {
        **_head("order", loaded, site, site_document, patient, cycle=cycle, day=day, on=on),
        "valid_until": on + dt.timedelta(days=site.order_valid.m_as("d")),
        "status": protocol.status,
        "released": not stops(found),
        "bsa": {**wording.as_data(made_basis.surface), "formula": made_basis.formula},
        "basis": made_basis,
        "eligibility": answers,
        "gates": gate_answers,
        "fit": today.data(),
        "procedures": _procedures(loaded, day),
        "beads": sheets[0] if sheets else None,
        "premedication": _said(choices, "premedication", protocol.premedication),
        "begin": begin,
        "lines": [line_data(line) for line in placed_lines],
        "omitted": made.omitted,
        "end": max((t.end for line in placed_lines for t in line.times), default=None),
        "care": None if site.care == "undecided" else [{"what": c.what, "when": c.when} for c in site.care],
        "exposure": exposed,
        "history": _history(choices, patient, made, cycle=cycle, on=on),
        "proposals": [proposals.data(one) for one in proposed],
        "next": _next(choices, on - dt.timedelta(days=day - 1)),
        "stop": _said(choices, "stop", protocol.stop),
        "follow_up": [{"what": one.what, "when": one.when, "from": one.source} for one in protocol.follow_up],
        "findings": found,
        "decisions": _decisions(choices),
        "sources": _sources(loaded, found, given),
    }
    data = dict(to_data(data))
    data["id"] = _identity_of_order(data)
    data["hash"] = content_hash(data)
    return data


def fit_note(
    loaded: Loaded,
    site: Site,
    site_document: Document,
    patient: Patient,
    *,
    cycle: int,
    on: dt.date,
    what_if: Mapping[str, str],
    day: int = 1,
) -> dict[str, Any]:
    """Whether this patient can be treated on this day, as the page for the notes, the terminal and programs read it.

    The answers are those of the order. Where height, weight or sex allows no order, everything else is answered all the
    same, and what hangs on the body is unknown. Pure; raises `Refusal` or `Mistake` as `order` does for day and cycle.
    """
    _hold_together(loaded.protocol, patient, cycle=cycle, on=on, day=day)
    try:
        list(body.plausibility(site.body, body.of_patient(site.body, patient, on), patient))
    except Refusal as why:
        today = _without_body(loaded.protocol, site, patient, what_if, cycle=cycle, on=on, day=day, why=why)
        told = to_data(today.data())
    else:
        told = order(loaded, site, site_document, patient, cycle=cycle, on=on, what_if=what_if, day=day)["fit"]
    data: dict[str, Any] = {
        **_head("fit", loaded, site, site_document, patient, cycle=cycle, day=day, on=on),
        "fit": told,
        "sources": _sources_of_fit(loaded.protocol, told),
    }
    data = dict(to_data(data))
    data["hash"] = content_hash(data)
    return data


def _head(
    kind: str,
    loaded: Loaded,
    site: Site,
    site_document: Document,
    patient: Patient,
    *,
    cycle: int,
    day: int,
    on: dt.date,
) -> dict[str, Any]:
    """What an order and a fit begin with: by which protocol and site, for whom, in which cycle and on which day."""
    return {
        "schema": SCHEMA,
        "kind": kind,
        "tool": f"dosewright {__version__}",
        "protocol": _protocol_data(loaded),
        "site": site_data(site, site_document),
        "patient": _patient_data(patient, on),
        "cycle": cycle,
        "day": day,
        "on": on,
    }


def _without_body(
    protocol: Protocol,
    site: Site,
    patient: Patient,
    what_if: Mapping[str, str],
    *,
    cycle: int,
    on: dt.date,
    day: int,
    why: Refusal,
) -> fit_today.Fit:
    """What can be answered where no body surface area can be told: every drug of the protocol counts as given."""
    choices = Choices(protocol, site, what_if)
    liver = organs.child_pugh(site, patient, on)
    routes = _routes_of_protocol(protocol, choices, day)
    found = [
        *organs.child_pugh_findings(liver),
        *_patient_findings(patient, choices, sorted(routes), cycle=cycle, on=on, day=day),
        *_genotype(patient, site, sorted(routes), {}),
        exposure.no_body(str(why)),
    ]
    return fit_today.fit(
        Day(
            protocol=protocol,
            site=site,
            patient=patient,
            choices=choices,
            cycle=cycle,
            on=on,
            start=on - dt.timedelta(days=day - 1),
            given=routes,
            eligibility=fitness.eligibility(protocol, patient, on, liver),
            gates=fitness.gates(site, patient, on),
            child_pugh=liver,
            findings=found,
            basis=None,
            no_body=why,
        )
    )


def _routes(made: Iterable[Line], sheets: Iterable[Beads]) -> dict[str, frozenset[str]]:
    """Every drug that is given, by its name, with the routes by which it is."""
    found: dict[str, set[str]] = {}
    for line in made:
        found.setdefault(line.drug, set()).add(line.route)
    for one in sheets:
        if one.drug is not None:
            found.setdefault(one.drug, set()).add(ON_BEADS)
    return {name: frozenset(routes) for name, routes in found.items()}


def _routes_of_protocol(protocol: Protocol, choices: Choices, day: int) -> dict[str, frozenset[str]]:
    """The same from the protocol itself, where no line can be computed."""
    found: dict[str, set[str]] = {}
    for one in protocol.components:
        if day in one.days:
            found.setdefault(one.drug, set()).add(str(choices.settle(f"{one.key}.route", one.route).value))
    for procedure in protocol.procedures:
        if procedure.loading is not None and procedure.day == day:
            name = choices.settle("beads.drug", procedure.loading.drug).value
            if name is not None:
                found.setdefault(name, set()).add(ON_BEADS)
    return {name: frozenset(routes) for name, routes in found.items()}


def _patient_findings(
    patient: Patient, choices: Choices, given: list[str], *, cycle: int, on: dt.date, day: int
) -> Iterator[Finding]:
    """What is to be remarked on the patient and the course, whatever the doses are."""
    site = choices.site
    yield from _identity(patient)
    yield from _signed_later(site, choices.protocol.id, on)
    yield from _given_later(patient, on)
    yield from _course(patient, choices, cycle, on - dt.timedelta(days=day - 1))
    yield from _allergies(patient, given)
    yield from _medicines(patient, site, given)


def _hold_together(protocol: Protocol, patient: Patient, *, cycle: int, on: dt.date, day: int) -> None:
    """Refuse a day before birth, and a cycle or a day of it that the protocol does not have."""
    if on < patient.birth_date:
        raise Refusal("the birth date lies after the day of treatment", where="birth_date", got=patient.birth_date)
    if cycle < 1:
        raise Mistake("a cycle counted from 1", where="cycle", example="1", got=cycle)
    days = _days(protocol)
    if day not in days:
        known = wording.listed(str(one) for one in days)
        raise Mistake(f"a day of {protocol.id} on which something is given ({known})", where="--day", got=day)


def _days(protocol: Protocol) -> list[int]:
    """The days of a cycle on which something is given."""
    return sorted({one for component in protocol.components for one in component.days})


def _placed(made: Iterable[Line], choices: Choices, begin: dt.datetime) -> tuple[Line, ...]:
    by_key = {component.key: component for component in choices.protocol.components}
    parts = []
    for line in made:
        stated = by_key[line.key].start
        settled = choices.settle(f"{line.key}.start", stated).value
        starts = [settled] if settled is not None else [Start.read(option) for option in stated.options]
        parts.append(Part(line.key, starts, line.over.m_as("h") if line.over is not None else None))
    times = placed([part for part in parts if part.starts], begin)
    return tuple(replace(line, times=times.get(line.key, ())) for line in made)


def _identity(patient: Patient) -> Iterator[Finding]:
    if len(patient.identifiers) < REQUIRED_IDENTIFIERS:
        said = str(len(patient.identifiers))
        message = "two identifiers beside the name are needed"
        yield Finding("identifiers", "blocks-release", message, said, "at least 2", where="identifiers")
    if patient.allergies == "unknown":
        message = "allergies are unknown: ask, and record 'none known' only where somebody said so"
        yield Finding("allergies-unknown", "blocks-release", message, "unknown", where="allergies")
    if patient.consent != "yes":
        message = "consent is not recorded"
        yield Finding("consent", "blocks-release", message, patient.consent, "yes", where="consent")
    if patient.sex == "unknown":
        message = "the sex is unknown: formulas that need it are left out of the spread"
        yield Finding("sex-unknown", "info", message, "unknown", where="sex")


def _course(patient: Patient, choices: Choices, cycle: int, on: dt.date) -> Iterator[Finding]:
    """Whether this cycle follows the last one given, at the interval that counts here."""
    last = patient.given[-1] if patient.given else None
    expected = last.cycle + 1 if last else 1
    if cycle != expected:
        message = "the cycle does not follow the last one given"
        yield Finding("cycle-number", "blocks-release", message, str(cycle), str(expected), where="cycle")
    if last is None:
        return
    settled = choices.settle("interval", choices.protocol.interval)
    interval: Range = settled.value
    earliest = last.on + dt.timedelta(days=interval.low.m_as("d"))
    latest = last.on + dt.timedelta(days=interval.high.m_as("d"))
    said = f"{(on - last.on).days} days after cycle {last.cycle}"
    if on < earliest:
        message = "too early: the interval since the last cycle is shorter than the protocol's"
        yield Finding("too-early", "refuse", message, said, f"{earliest} or later", settled.source, "on")
    elif on > latest:
        message = "late: the interval since the last cycle is longer than the protocol's"
        yield Finding("late", "warning", message, said, f"by {latest}", settled.source, "on")


def _shares(made: Doses) -> Mapping[str, float]:
    """The share of the protocol's dose that is ordered of each drug, in percent; the largest of its lines."""
    shares: dict[str, float] = {}
    for line in made.lines:
        share = 100.0 if line.reduction is None else line.reduction.share.magnitude
        shares[line.drug] = max(share, shares.get(line.drug, 0.0))
    return shares


def _genotype(patient: Patient, site: Site, given: list[str], shares: Mapping[str, float]) -> Iterator[Finding]:
    genes = {gene.value: gene.source for name in given if (gene := drug(name).genotype) is not None}
    for symbol, source in genes.items():
        known: Mapping[str, str] = {} if patient.genotype == "unknown" else dict(patient.genotype.items())
        found = known.get(symbol, "unknown")
        if found == "unknown" and site.genotype != "not asked":
            severity: Severity = "blocks-release" if site.genotype == "required" else "warning"
            message = f"{symbol} is unknown; unknown is not normal"
            yield Finding("genotype-unknown", severity, message, "unknown", source=source, where="genotype")
        elif found not in {"unknown", *ACTIVITIES}:
            message = f"{symbol}: what stands there cannot be read as an activity score"
            allowed = wording.listed(ACTIVITIES, "or")
            yield Finding("genotype-unreadable", "blocks-release", message, found, allowed, "cpic", "genotype")
        elif found not in {"unknown", FULL_ACTIVITY} and (most := _started_at(symbol, found, given, shares)):
            message = f"{symbol} is not of full activity, and the dose starts at no more than that bears"
            yield Finding("genotype-reduced", "info", message, found, f"at most {most}", "cpic", "genotype")
        elif found not in {"unknown", FULL_ACTIVITY}:
            message = f"{symbol} is not of full activity, and no dose that is reduced for it is ordered"
            yield Finding("genotype", "refuse", message, found, FULL_ACTIVITY, "cpic", "genotype")


def _started_at(symbol: str, found: str, given: list[str], shares: Mapping[str, float]) -> str:
    """The share that an activity score bears, where each drug of the gene is ordered at no more; else nothing."""
    most = ""
    for name in given:
        facts = drug(name)
        if facts.genotype is not None and facts.genotype.value == symbol:
            bears = facts.starts_at.value.get(found) if facts.starts_at is not None else None
            if bears is None or shares.get(name, 100.0) > bears.magnitude + dose_changes.DUST:
                return ""
            most = f"{wording.say(bears)} of the protocol dose"
    return most


def _allergies(patient: Patient, named: list[str]) -> Iterator[Finding]:
    """Every recorded allergy: refused where it names a drug of the order or its kin, else for a person to compare."""
    if isinstance(patient.allergies, str):
        return
    for allergy in patient.allergies:
        words = allergy.casefold()
        hit = next((n for n in named if any(w in words for w in (n, drug(n).drug_class, *drug(n).allergy_words))), None)
        if hit is not None:
            message = f"an allergy that may concern {hit} is recorded"
            yield Finding("allergy", "refuse", message, allergy, where="allergies")
        else:
            message = "an allergy is recorded: compare it with every drug of this order"
            yield Finding("allergy-recorded", "warning", message, allergy, where="allergies")


def _medicines(patient: Patient, site: Site, named: list[str]) -> Iterator[Finding]:
    """What else the patient takes, by the rules of the check and the site's list."""
    listed = interactions(site, named)
    taken = patient.medicines if isinstance(patient.medicines, str) else "; ".join(patient.medicines)
    if listed and taken == "unknown":
        unknown = RULES["medicines-unknown"]
        yield unknown.finding(OrderView(Record({}), "", None), "blocks-release", None)
    order_view = OrderView(Record({"medicines": taken}), "", None)
    for one in listed:
        view = InteractionView(order_view, one)
        if RULES["interaction"].look(view).fires:
            yield RULES["interaction"].finding(view, one.severity, None)


def _embolisation(patient: Patient) -> Iterator[Finding]:
    """A bead procedure needs a plan for this very patient: the site's usual amount is no plan."""
    if isinstance(patient.embolisation, str):
        message = "the protocol embolises, and this patient has no plan for it"
        yield Finding("embolisation-unplanned", "blocks-release", message, patient.embolisation, where="embolisation")


def _closed(site: Site, on: dt.date) -> Iterator[Finding]:
    """A treatment on a day on which the site does not treat."""
    closed = Days(site.calendar).closed(on, procedure=True)
    if closed:
        message = f"the site does not treat on this day: {closed}"
        yield Finding("closed-day", "warning", message, wording.day(on), source="site calendar", where="on")


def _signed_later(site: Site, protocol: str, on: dt.date) -> Iterator[Finding]:
    """What was signed after the day of treatment did not hold on that day."""
    later = ["signed"] if site.signed and site.signed.on > on else []
    later += [one.of for one in site.decisions if one.protocol == protocol and one.on > on]
    for where in later:
        message = f"{where}: signed after the day of treatment"
        yield Finding("signed-later", "blocks-release", message, source="site policy", where=where)


def _given_later(patient: Patient, on: dt.date) -> Iterator[Finding]:
    """What is said to have been before, and on a day that is still to come: a slip of the date hides what it tells."""
    for _, toxic in patient.recorded:
        if toxic.on > on:
            message = f"{toxic.term}: a toxicity is recorded on a day after this treatment, so that nobody counts it"
            yield Finding("toxicity-later", "blocks-release", message, str(toxic.on), f"by {on}", where="toxicities")
    for given in patient.given:
        if given.on > on:
            message = f"cycle {given.cycle} is recorded as given on a day after this treatment"
            yield Finding("given-later", "blocks-release", message, str(given.on), f"before {on}", where="given")
    earlier = () if isinstance(patient.prior_exposure, str) else patient.prior_exposure
    for one in earlier:
        if one.until > on:
            message = f"{one.drug} is recorded as given before, until a day after this treatment"
            yield Finding(
                "exposure-later", "blocks-release", message, str(one.until), f"by {on}", where="prior_exposure"
            )


def _overlaps(made: tuple[Line, ...]) -> Iterator[Finding]:
    """Two drugs that must not meet, at the same time in the same line, under any reading of the clock."""
    for first, second in itertools.combinations(made, 2):
        if first.made is None or second.made is None or first.made.line != second.made.line:
            continue
        sources = [
            facts.source
            for one, other in ((first, second), (second, first))
            if (facts := drug(one.drug).incompatible) is not None and other.drug in facts.value
        ]
        meetings = [(a, b) for a in first.times for b in second.times if a.start < b.end and b.start < a.end]
        alike = [(a, b) for a, b in meetings if not (a.reading and b.reading) or set(a.readings) & set(b.readings)]
        if sources and alike:
            may = "may run" if any(a.reading or b.reading for a, b in alike) else "run"
            message = f"{first.drug} and {second.drug} {may} at the same time in the {first.made.line}"
            yield Finding("overlap", "refuse", message, source=sources[0], where=second.key)


def _next(choices: Choices, on: dt.date) -> Window:
    settled = choices.settle("interval", choices.protocol.interval)
    interval: Range = settled.value
    return Window(
        earliest=on + dt.timedelta(days=interval.low.m_as("d")),
        latest=on + dt.timedelta(days=interval.high.m_as("d")),
        says=wording.say_range(interval),
        source=settled.source,
        state=settled.state,
        others=tuple(
            {
                "earliest": on + dt.timedelta(days=other.low.m_as("d")),
                "latest": on + dt.timedelta(days=other.high.m_as("d")),
                "says": wording.say_range(other),
                "from": source,
            }
            for other, source in settled.others
        ),
    )


def _exposure(
    loaded: Loaded,
    site: Site,
    patient: Patient,
    made: Doses,
    sheets: list[Beads],
    choices: Choices,
    *,
    cycle: int,
    on: dt.date,
) -> tuple[list[dict[str, Any]], tuple[Finding, ...]]:
    """Per drug, and per class that has a limit: what was given before, what this whole cycle adds, and their sum."""
    whole, left_out = made.lines, made.omitted
    if len(_days(loaded.protocol)) > 1:  # a whole cycle counts, not the one day of it
        held = dose_changes.held_by_key(choices, patient, cycle)
        built = list(lines.build(loaded.protocol, site, made.basis, choices, held=held))
        whole = tuple(one for one in built if isinstance(one, Line))
        left_out = tuple(one for one in built if isinstance(one, Omitted))
    bead = next((one for one in sheets if one.drug is not None), None)
    offered = None if bead is None or bead.offered is None else bead.offered.m_as("mg")
    surface = made.basis.surface.m_as("m²")
    adds = exposure.per_cycle(whole, surface, bead_drug=bead.drug if bead else None, bead_mg=offered)
    full = exposure.in_full(whole, surface, left_out)
    if bead is not None and bead.drug is not None:
        full.append(exposure.on_beads(bead.drug, full))
    ordered = {one.cycle: dose_changes.shares(choices, patient, one.cycle) for one in patient.given}
    unclear = dose_changes.unclear(choices, patient, cycle=cycle)
    rows, found = exposure.with_order(
        patient, site, adds, full=full, ordered=ordered, cycle=cycle, on=on, unclear=unclear
    )
    return [_exposure_row(row) for row in rows if row.of == "drug" or row.limit is not None], found


def _history(
    choices: Choices, patient: Patient, made: Doses, *, cycle: int, on: dt.date
) -> tuple[dose_changes.History, ...]:
    """Each line over the cycles so far, with what this order gives."""
    ordered = {line.key: line.ordered for line in made.lines}
    surface = made.basis.surface
    return dose_changes.history(choices, patient, cycle=cycle, on=on, ordered=ordered, surface=surface)


def _exposure_row(row: exposure.Exposure) -> dict[str, Any]:
    before = row.after[-2] if len(row.after) > 1 else row.before
    figures = {"before": before, "adds": row.added[-1], "total": row.after[-1]}
    told = {name: "unknown" if one is None else quantity(settled(one), "mg/m²") for name, one in figures.items()}
    limit = None if row.limit is None else quantity(row.limit, "mg/m²")
    return {"drug": row.name, "of": row.of, **told, "limit": limit, "from": row.source}


def _said(choices: Choices, path: str, stated: Stated[Any]) -> dict[str, Any]:
    settled = choices.settle(path, stated)
    others = [{"value": value, "from": source} for value, source in settled.others]
    return {
        "value": settled.value,
        "from": settled.source,
        "state": settled.state,
        "others": others,
        "note": stated.note,
    }


def _procedures(loaded: Loaded, day: int) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "device": one.device.value if one.device else None,
            "day": one.day,
            "steps": [{"value": step.value, "from": step.source} for step in one.steps],
            "stages": one.stages.value if one.stages else None,
        }
        for one in loaded.protocol.procedures
        if one.day == day
    ]


def _decisions(choices: Choices) -> list[dict[str, Any]]:
    """Every open question with what was chosen, by whom and why; or that nobody has chosen."""
    rows = []
    for path, stated in choices.protocol.questions().items():
        settled = choices.settle(path, stated)
        decision = settled.decision
        rows.append(
            {
                "of": path,
                "state": settled.state,
                "value": wording.told(settled.value),
                "from": settled.source,
                "by": decision.by if decision else None,
                "role": decision.role if decision else None,
                "on": decision.on if decision else None,
                "reason": decision.reason if decision else None,
            }
        )
    return rows


def _sources(loaded: Loaded, found: Iterable[Finding], given: list[str]) -> list[dict[str, str]]:
    from ..protocol.drugs import sources as labels

    protocol = loaded.protocol
    rows = [{"key": key, "where": one.where} for key, one in protocol.sources.items()]
    cited = {finding.source for finding in found}
    for facts in map(drug, given):
        cited |= {fact.source for fact in (facts.diluents, facts.window, *facts.cautions) if fact is not None}
    rows += [{"key": key, "where": where} for key, where in labels().items() if key in cited]
    return rows


def _sources_of_fit(protocol: Protocol, told: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the answers of a fit cite: places in the protocol's paper, and labels."""
    from ..protocol.drugs import sources as labels

    known = {key: one.where for key, one in protocol.sources.items()} | dict(labels())
    cited = dict.fromkeys(one["source"] for one in told["criteria"])
    return [{"key": key, "where": known[key]} for key in cited if key in known]


def _protocol_data(loaded: Loaded) -> dict[str, Any]:
    protocol = loaded.protocol
    return {
        "id": protocol.id,
        "version": protocol.version,
        "title": protocol.title,
        "arm": protocol.arm,
        "indication": protocol.indication,
        "status": protocol.status,
        "work": f"{protocol.work.authors} {protocol.work.title}. {protocol.work.published_in}",
        "sha256": loaded.document.sha256,
    }


def _patient_data(patient: Patient, on: dt.date) -> dict[str, Any]:
    return {
        "name": patient.name,
        "identifiers": [{"kind": one.kind, "value": one.value} for one in patient.identifiers],
        "birth_date": patient.birth_date,
        "age": age_on(patient.birth_date, on),
        "sex": patient.sex,
        "allergies": patient.allergies,
        "diagnosis": patient.diagnosis,
        "stage": patient.stage,
        "intent": patient.intent,
        "consent": patient.consent,
        "ascites": patient.ascites,
        "genotype": patient.genotype,
        "medicines": patient.medicines,
        "prior_exposure": _rows(patient.prior_exposure),
        "laboratory": _rows(patient.laboratory),
        "given": _rows(patient.given),
        "toxicities": _rows(patient.toxicities),
        "height": patient.height if isinstance(patient.height, str) else dict(patient.height),
        "weights": _rows(patient.weights),
    }


def _rows(entries: str | Iterable[Strict]) -> str | list[dict[str, Any]]:
    """The entries of a patient's file as they stand there; 'none' and 'unknown' stay words."""
    return entries if isinstance(entries, str) else [dict(one) for one in entries]


def content_hash(data: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of everything but the hash itself."""
    content = {key: value for key, value in data.items() if key != "hash"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _identity_of_order(data: Mapping[str, Any]) -> str:
    """The same patient, protocol, cycle and day have the same order id, whatever the doses: a later one replaces it."""
    parts = [data["patient"]["identifiers"], data["protocol"]["id"], data["cycle"], data["day"], data["on"]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8")).hexdigest()[:12].upper()
