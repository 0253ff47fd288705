"""Everything a paper would print of a cohort, computed once: flow, arms, matching, survival, response, safety.

The order is that of the source paper. Where the cohort file asks for it, the arms are matched first, and everything
after the first table is told of those who found a partner; otherwise of everybody.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy

from ..dates import DAYS_A_MONTH
from ..errors import CannotCompute, Refusal
from ..orders.finding import Finding
from . import baseline, response
from .agreement import Agreement
from .balance import balance
from .baseline import Characteristic, Flow
from .cohort import Cohort, Covariate, Patient, baseline_findings, reads, treated
from .columns import Column, words
from .competing_risks import EVENT
from .criteria import Criterion
from .endpoints import Ended, Endpoint, Record, ended, endpoint
from .logistic import logistic
from .matching import match, width_of
from .response import Rated, Read, Terms
from .safety import Safety, safety
from .survival import Question, Survival, analysed

ENDPOINTS: Final = ("os", "pfs")
ARM: Final = "Treatment"
MONTHS: Final = (6.0, 12.0, 24.0)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who was matched with whom, who could not be, and how alike the arms are before and after."""

    pairs: tuple[tuple[str, str], ...]
    without_partner: int
    lacking: int  # patients of whom a covariate is missing
    alone: Mapping[str, int]  # patients with a level that only one arm has, by that level
    caliper: str
    balance: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Endpointed:
    """One endpoint: its definition, its analysis, and who has no time to it, with why."""

    endpoint: Endpoint
    made: Survival | None
    lacking: tuple[tuple[str, str], ...]
    why: str  # there is no analysis


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of a cohort."""

    cohort: Cohort
    rule: Criterion
    terms: Terms
    reader: str
    flow: Flow
    before: tuple[Characteristic, ...]
    pairs: Pairs | None
    unmatched_why: str
    patients: tuple[Patient, ...]
    after: tuple[Characteristic, ...]
    endpoints: tuple[Endpointed, ...]
    reads: tuple[Read, ...]
    rates: tuple[Rated, ...]
    agreement: tuple[tuple[str, str, Agreement | None, int], ...]
    safety: Safety
    findings: tuple[Finding, ...]


Step = tuple[str, Callable[[], Any]]


def report(found: Cohort, rule: Criterion, terms: Terms, reader: str, *, told: Callable[[str], None]) -> Report:
    """Compute a report; `told` hears which part comes next.

    Limits:   covariates with one level among those who are compared are left out of models, and said.
    Raises:   CannotCompute, where nobody is included.
    Source:   see the parts
    """
    if not found.included:
        raise CannotCompute("everybody is excluded, so there is nothing to report")
    told("characteristics and matching")
    before = baseline.characteristics(found)
    pairs, why = _matched(found)
    chosen = found.included
    if pairs is not None:
        names = set(itertools.chain.from_iterable(pairs.pairs))
        chosen = tuple(one for one in chosen if one.id in names)
    told("response")
    every = reads(found, rule, terms)
    mine = [one for one in every[reader] if one.patient in {each.id for each in chosen}]
    arms = [one.id for one in found.settings.arms]
    told("survival")
    endpoints = [_endpointed(found, endpoint(name), chosen, mine) for name in ENDPOINTS]
    told("safety")
    names = {one.id for one in chosen}
    of_chosen = [one for one in treated(found) if one.patient in names]
    counted = {one.patient for one in of_chosen}
    return Report(
        cohort=found,
        rule=rule,
        terms=terms,
        reader=reader,
        flow=baseline.flow(found),
        before=tuple(before),
        pairs=pairs,
        unmatched_why=why,
        patients=chosen,
        after=tuple(baseline.characteristics(found, chosen)) if pairs is not None else (),
        endpoints=tuple(endpoints),
        reads=tuple(mine),
        rates=tuple(response.rates(mine, arms)),
        agreement=tuple(
            (first, second, *response.agreement(every[first], every[second]))
            for first, second in itertools.combinations(every, 2)
        ),
        safety=safety(of_chosen, [one for one in found.events if one.patient in counted], arms),
        findings=(*found.findings, *baseline_findings(found, rule)),
    )


# ------------------------------------------------------------------------------------------------------------ matching


def _cell(each: Covariate, patient: Patient) -> str:
    """A covariate as the models take it: by its level, '' where it is missing."""
    value = patient.covariates[each.column]
    return "" if value is None else baseline.level(each, value)


def _column(each: Covariate, patients: Sequence[Patient]) -> Column:
    return words(each.name, [_cell(each, one) for one in patients])


def _matched(found: Cohort) -> tuple[Pairs | None, str]:
    """The pairs, or why there are none."""
    asked = found.settings.matching
    if asked is None:
        return None, "the cohort file asks for no matching"
    covariates = [one for one in found.settings.covariates if one.column in asked.on]
    complete = [one for one in found.included if None not in [one.covariates[each.column] for each in covariates]]
    known, alone = _with_counterpart(covariates, complete)
    first = found.settings.arms[0].id
    marked = numpy.array([one.arm == first for one in known], dtype=bool)
    columns = [_column(each, known) for each in covariates]
    parts = [column.design() for column in columns if len(column.levels) > 1]
    if not parts:
        return None, "no covariate differs among those who would be matched"
    try:
        names = [name for own, _ in parts for name in own]
        logit = logistic(numpy.hstack([part for _, part in parts]), names, marked).logit
        width = width_of(logit, marked, caliper=float(asked.caliper)) if asked.caliper is not None else None
        made = match(logit, marked, width=width)
    except CannotCompute as error:
        return None, f"the arms could not be matched: {error}"
    if not made.pairs:
        return None, "nobody found a partner within the caliper"
    weights = made.weights(len(known))
    rows = [
        {"covariate": one.covariate, "smd_before": one.smd, "smd_after": other.smd}
        for one, other in zip(balance(columns, marked), balance(columns, marked, weights=weights), strict=True)
    ]
    pairs = tuple((known[one].id, known[other].id) for one, other in made.pairs)
    lacking = len(found.included) - len(complete)
    return Pairs(pairs, len(made.unmatched), lacking, alone, asked.caliper or "", tuple(rows)), ""


def _with_counterpart(
    covariates: Sequence[Covariate], patients: Sequence[Patient]
) -> tuple[list[Patient], dict[str, int]]:
    """Patients each of whose levels both arms have; who has one of a single arm has nobody to be compared with."""
    left, alone = list(patients), Counter[str]()
    while True:
        levels = {
            each.name: set.intersection(
                *({_cell(each, one) for one in left if one.arm == arm} for arm in {one.arm for one in patients})
            )
            for each in covariates
        }
        kept = []
        for one in left:
            strange = [each for each in covariates if _cell(each, one) not in levels[each.name]]
            if strange:
                alone[f"{strange[0].name} {_cell(strange[0], one)}"] += 1
            else:
                kept.append(one)
        if len(kept) == len(left):
            return kept, dict(alone)
        left = kept


# ------------------------------------------------------------------------------------------------------------ survival


def history(found: Cohort, patient: Patient, read: Read) -> Iterator[Record]:
    """What happened to a patient, as endpoints ask for it; progression as the reader saw it, else as recorded."""
    file = found.tables["patients"].file
    where = f"{file}, {patient.id}"
    if patient.start is not None:
        yield Record("treatment-start", patient.start, f"{where}, start")
    if patient.died is not None:
        yield Record("death", patient.died, f"{where}, died")
    last = patient.died or patient.last_seen
    if last is not None:
        yield Record("last-contact", last, f"{where}, last_seen")
    seen = f"{found.tables['visits'].file}, {patient.id}" if "visits" in found.tables else where
    if read.best.progressed is not None:
        yield Record("progression", read.best.progressed, f"{seen}, reader {read.reader}")
    elif patient.progressed is not None:
        yield Record("progression", patient.progressed, f"{where}, progressed")
    for point in read.timepoints:
        if point.overall != "NE":
            yield Record("assessment", point.day, f"{seen}, visit {point.visit}")


def _endpointed(found: Cohort, asked: Endpoint, patients: Sequence[Patient], mine: Sequence[Read]) -> Endpointed:
    of = {one.patient: one for one in mine}
    covariates = found.settings.covariates
    kept: list[tuple[Patient, Ended]] = []
    lacking = []
    for patient in patients:
        try:
            one = ended(asked, patient.id, history(found, patient, of[patient.id]))
        except Refusal as refusal:
            lacking.append((patient.id, str(refusal)))
            continue
        if isinstance(one, Ended):
            kept.append((patient, one))
        else:
            lacking.append((patient.id, one.why))
    if not kept:
        return Endpointed(asked, None, tuple(lacking), "nobody has a time")
    cells = {
        "months": [f"{one.days / DAYS_A_MONTH:.6f}" for _, one in kept],
        "event": ["1" if one.cause == EVENT else "0" for _, one in kept],  # none at all, where all go on
        ARM: [found.arm_name(patient.arm) for patient, _ in kept],
        **{each.name: [_cell(each, patient) for patient, _ in kept] for each in covariates},
    }
    try:
        made = analysed(cells, _question(found, cells), place=lambda row: kept[row][0].id)
        return Endpointed(asked, made, tuple(lacking), "")
    except CannotCompute as error:
        return Endpointed(asked, None, tuple(lacking), str(error))


def _question(found: Cohort, cells: Mapping[str, Sequence[str]]) -> Question:
    """What a report asks of an endpoint: the arms, every covariate one by one and together, and the subgroups."""
    names = [each.name for each in found.settings.covariates if len(set(cells[each.name]) - {""}) > 1]
    two = len(set(cells[ARM])) == 2
    reference = {ARM: found.settings.arms[1].name} if two else {}
    for each in found.settings.covariates:
        first = each.order[0] if each.order else f"≤{each.cut}" if each.cut is not None else None
        # Levels that are numbers are taken for numbers by a model, and have no reference.
        spoken = any(cell and not cell.replace(".", "", 1).isdigit() for cell in cells[each.name])
        if first is not None and spoken and each.name in names and first in cells[each.name]:
            reference[each.name] = first
    return Question(
        time="months",
        event="event",
        group=ARM,
        covariates=(*([ARM] if two else []), *names),
        subgroups=tuple(names) if two else (),
        reference=reference,
        at=MONTHS,
        univariable=True,
    )
