"""Response of tumours under a named criterion: from lesions to sums, responses of visits, and the best of them.

Readers are kept apart, each with a course of its own. What was not assessed is NE, which spreads and is never left
out of a denominator. Diameters are exact decimals, so that a decrease of just 30 % is one.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from .. import wording
from ..errors import Mistake
from ..orders.finding import Finding
from . import contingency
from .agreement import Agreement, kappa
from .criteria import RESPONSES, Criterion, NonTarget, Response, Target
from .proportions import Difference, Proportion

Role = Literal["target", "non-target", "new"]
Kind = Literal["tumour", "node", "portal thrombus", "ascites", "effusion"]
State = Literal["present", "absent", "progressed", "not evaluated"]
Cytology = Literal["positive", "negative", "not done"]

LIVER: Final = "liver"
PORTA_HEPATIS: Final = "porta hepatis"
FLUIDS: Final = frozenset({"ascites", "effusion"})
MEASURABLE: Final = frozenset({"tumour", "node"})  # a thrombus and fluid have no diameter: they are no targets
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion at one visit, as one reader saw it; diameters in mm, None where not measured."""

    id: str
    role: Role
    kind: Kind
    organ: str
    longest: Decimal | None = None
    viable: Decimal | None = None
    short_axis: Decimal | None = None
    state: State | None = None
    typical: bool | None = None  # enhancement in the arterial phase and washout
    cytology: Cytology | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One assessment of one patient by one reader; visit 0 is the baseline."""

    number: int
    day: dt.date
    assessed: bool
    lesions: tuple[Lesion, ...] = ()


@dataclass(frozen=True, slots=True)
class Timepoint:
    """What one visit comes to; `why` says on what its overall response rests."""

    visit: int
    day: dt.date
    total: Decimal | None  # the sum of diameters; None where a target was not measured
    baseline: Decimal | None
    nadir: Decimal | None  # the least sum before this visit, the baseline among them
    target: Target
    non_target: NonTarget
    new: tuple[str, ...]
    waiting: tuple[str, ...]  # new lesions that do not count yet
    overall: Response
    why: str

    @property
    def change(self) -> Decimal | None:
        """The change of the sum since the baseline, in percent; None where there is none."""
        return _percent(self.total, self.baseline)

    @property
    def change_from_nadir(self) -> Decimal | None:
        """The change of the sum since the nadir, in percent; None where there is none, or the nadir is 0."""
        return _percent(self.total, self.nadir)

    def data(self) -> dict[str, Any]:
        return {
            "visit": self.visit,
            "date": self.day.isoformat(),
            "sum": _with_unit(self.total, "mm"),
            "baseline": _with_unit(self.baseline, "mm"),
            "nadir": _with_unit(self.nadir, "mm"),
            "change": _with_unit(self.change, "%"),
            "change_from_nadir": _with_unit(self.change_from_nadir, "%"),
            "target": self.target,
            "non_target": self.non_target,
            "new": list(self.new),
            "waiting": list(self.waiting),
            "overall": self.overall,
            "why": self.why,
        }


def _with_unit(value: Decimal | int | None, unit: str) -> dict[str, Any] | None:
    """A quantity for programs; nothing where there is none."""
    if value is None:
        return None
    return {"value": int(value) if value == int(value) else float(value), "unit": unit}


def _percent(total: Decimal | None, before: Decimal | None) -> Decimal | None:
    if total is None or not before:
        return None
    return 100 * (total - before) / before


# ------------------------------------------------------------------------------------------------ one lesion, one visit


def diameter(criterion: Criterion, lesion: Lesion) -> Decimal | None:
    """The diameter of a lesion that a criterion counts, in mm; 0 where it is gone, None where it was not measured.

    Limits:   mRECIST counts in the liver the part that enhances, and no whole tumour in its place; a node counts by its
              short axis where the criterion has a rule for nodes.
    Source:   the criterion's own

    >>> from .criteria import criterion
    >>> seen = Lesion("1", "target", "tumour", "liver", longest=Decimal(50), viable=Decimal(20))
    >>> diameter(criterion("mrecist"), seen), diameter(criterion("recist-1.1"), seen)
    (Decimal('20'), Decimal('50'))
    """
    if lesion.state == "absent":
        return NOTHING
    if lesion.state == "not evaluated":
        return None
    if lesion.kind == "node" and criterion.nodes is not None:
        return lesion.short_axis
    counted = criterion.in_liver if lesion.organ == LIVER else criterion.elsewhere
    return lesion.viable if counted.value == "viable" else lesion.longest


def _disease_from(criterion: Criterion, lesion: Lesion) -> Decimal:
    """The diameter from which a lesion is disease at all: a node from its limit, anything else from the first bit."""
    if lesion.kind != "node" or criterion.nodes is None:
        return NOTHING
    porta = lesion.organ == PORTA_HEPATIS
    return (criterion.nodes.disease_porta_hepatis if porta else criterion.nodes.disease).value


def _gone(criterion: Criterion, lesion: Lesion) -> bool:
    """Whether nothing of a lesion is left, or of a node nothing that is disease."""
    size = diameter(criterion, lesion)
    limit = _disease_from(criterion, lesion)
    return size is not None and (size < limit if limit else size == 0)


def _measurable_from(criterion: Criterion, lesion: Lesion) -> Decimal:
    """The diameter from which a lesion may be a target."""
    if lesion.kind == "node" and criterion.nodes is not None:
        porta = lesion.organ == PORTA_HEPATIS
        return (criterion.nodes.target_porta_hepatis if porta else criterion.nodes.target).value
    return criterion.measurable.value


def baseline_findings(criterion: Criterion, visit: Visit, where: str) -> list[Finding]:
    """How a baseline departs from its criterion: too many targets, too many of one organ, or targets too small."""
    targets = [one for one in visit.lesions if one.role == "target"]
    most, per_organ = criterion.most_targets.value, criterion.most_per_organ.value
    found = []

    def stop(rule: str, message: str, measured: object, allowed: str) -> None:
        found.append(
            Finding(rule, "blocks-release", message, str(measured), allowed, source=criterion.title, where=where)
        )

    if not targets:
        stop("no-target", "there is no target lesion at the baseline, so no response can be told", 0, "at least 1")
    if len(targets) > most:
        stop("targets", "more target lesions than the criterion takes", len(targets), f"at most {most}")
    for organ, count in sorted(Counter(one.organ for one in targets).items()):
        if count > per_organ:
            stop("targets-per-organ", f"more target lesions of one organ ({organ})", count, f"at most {per_organ}")
    for lesion in targets:
        size, limit = diameter(criterion, lesion), _measurable_from(criterion, lesion)
        if size is None:
            stop("target-not-measured", f"target lesion {lesion.id} was not measured at the baseline", "nothing", "mm")
        elif size < limit:
            stop("target-too-small", f"target lesion {lesion.id} is too small", f"{size} mm", f"at least {limit} mm")
    return found


# ----------------------------------------------------------------------------------------------------------- the course


def course(criterion: Criterion, visits: Sequence[Visit]) -> list[Timepoint]:
    """What each visit after the baseline comes to, in order.

    Formula:  PR where (baseline − sum) ≥ 30 % of the baseline; PD where (sum − nadir) ≥ 20 % of the nadir, and by at
              least 5 mm where the criterion says so; the nadir is the least sum before, the baseline among them
    Limits:   visit 0 is the baseline; without it, or without a target measured there, the target response is NE.
              Whatever was once gone in full and is back is PD. A sum of which a part is missing is NE, unless what was
              measured is progression already.
    Raises:   Mistake, where visits are not in order.
    Source:   the criterion's own
    """
    if any(one.number >= two.number or one.day > two.day for one, two in itertools.pairwise(visits)):
        raise Mistake("visits in the order of their numbers and days")
    base = visits[0] if visits and visits[0].number == 0 else None
    later = visits[1:] if base is not None else visits
    state = _Course(criterion, base)
    counted = _new_lesions(criterion, visits)
    return [state.timepoint(visit, counted) for visit in later]


class _Course:
    """A course as it goes on: the baseline, the nadir so far, and whether everything was once gone."""

    def __init__(self, criterion: Criterion, base: Visit | None) -> None:
        self.criterion = criterion
        self.targets = {one.id: one for one in base.lesions if one.role == "target"} if base else {}
        self.others = {one.id: one for one in base.lesions if one.role == "non-target"} if base else {}
        sizes = [diameter(criterion, one) for one in self.targets.values()]
        self.baseline = _added(sizes) if sizes else None
        self.nadir = self.baseline
        self.once_gone = False

    def timepoint(self, visit: Visit, counted: Mapping[str, tuple[int, int | None]]) -> Timepoint:
        seen = {one.id: one for one in visit.lesions}
        if not visit.assessed:
            seen = {}
        total, target, why = self._target(seen)
        non_target, other_why = self._non_target(seen)
        from_then_on = sorted(name for name, (first, _) in counted.items() if first <= visit.number)
        new = tuple(name for name in from_then_on if counted[name][1] is not None)
        waiting = tuple(name for name in from_then_on if counted[name][1] is None)
        overall, reason = self._overall(target, non_target, new)
        reasons = [reason, why, other_why, *(f"new lesion {name} does not count yet" for name in waiting)]
        if not visit.assessed:
            reasons.insert(0, "not assessed")
        made = Timepoint(
            visit.number, visit.day, total, self.baseline, self.nadir, target, non_target, new, waiting, overall,
            "; ".join(word for word in reasons if word),
        )  # fmt: skip
        if total is not None and (self.nadir is None or total < self.nadir):
            self.nadir = total
        self.once_gone = self.once_gone or target == "CR"
        return made

    def _target(self, seen: Mapping[str, Lesion]) -> tuple[Decimal | None, Target, str]:
        if self.baseline is None or self.nadir is None:
            return None, "NE", "no sum at the baseline"
        here = [seen.get(name) for name in self.targets]
        sizes = [diameter(self.criterion, one) if one is not None else None for one in here]
        total = _added(sizes)
        measured = sum((size for size in sizes if size is not None), NOTHING)
        grown = self._progressed(measured)
        if total is None:
            missing = _named(name for name, size in zip(self.targets, sizes, strict=True) if size is None)
            if grown:
                return None, "PD", f"{grown}, without {missing}, which could only add to it"
            return None, "NE", f"not measured: {missing}"
        if all(_gone(self.criterion, one) for one in here if one is not None):
            return total, "CR", "all target lesions are gone"
        if self.once_gone:
            return total, "PD", "back after all target lesions were gone"
        if grown:
            return total, "PD", grown
        if 100 * (self.baseline - total) >= self.criterion.partial_response.value * self.baseline:
            return total, "PR", f"sum {_mm(total)} of {_mm(self.baseline)} at the baseline"
        return total, "SD", f"sum {_mm(total)}, baseline {_mm(self.baseline)}, nadir {_mm(self.nadir)}"

    def _progressed(self, total: Decimal) -> str:
        """How a sum is progression against the nadir, in words; '' where it is none."""
        nadir = self.nadir or NOTHING
        grown = total - nadir
        least = self.criterion.least_growth
        enough = 100 * grown >= self.criterion.progression.value * nadir and (least is None or grown >= least.value)
        # Of nothing there is no 20 %: after a nadir of 0 any viable tissue is progression.
        if grown <= 0 or not (enough or nadir == 0):
            return ""
        return f"sum {_mm(total)} after a nadir of {_mm(nadir)}"

    def _non_target(self, seen: Mapping[str, Lesion]) -> tuple[NonTarget, str]:
        if not self.others:
            return "none", ""
        here = {name: seen.get(name) for name in self.others}
        progressed = [name for name, one in here.items() if one is not None and one.state == "progressed"]
        proven = [name for name in progressed if self._counts_as_progress(here[name])]
        if proven:
            return "PD", f"unequivocal progression of {_named(proven)}"
        why = f"more fluid without positive cytology is no progression: {_named(progressed)}" if progressed else ""
        missing = [name for name, one in here.items() if one is None or _unseen(self.criterion, one)]
        if missing:
            return "NE", "; ".join(word for word in (why, f"not evaluated: {_named(missing)}") if word)
        if all(_absent(self.criterion, one) for one in here.values() if one is not None):
            return "CR", why
        return "IR/SD", why

    def _counts_as_progress(self, lesion: Lesion | None) -> bool:
        return lesion is not None and (lesion.kind not in FLUIDS or lesion.cytology == "positive")

    def _overall(self, target: Target, non_target: NonTarget, new: Sequence[str]) -> tuple[Response, str]:
        if new:
            return "PD", f"new: {_named(new)}"
        if "PD" in {target, non_target}:
            return "PD", ""
        for rule in self.criterion.overall:
            if target in rule.target and non_target in rule.non_target:
                return rule.overall, ""
        return "NE", ""


def _added(sizes: Iterable[Decimal | None]) -> Decimal | None:
    total = NOTHING
    for size in sizes:
        if size is None:
            return None
        total += size
    return total


def _unseen(criterion: Criterion, lesion: Lesion) -> bool:
    """Whether it is not known what became of a non-target lesion."""
    if lesion.state == "not evaluated":
        return True
    return lesion.state is None and diameter(criterion, lesion) is None


def _absent(criterion: Criterion, lesion: Lesion) -> bool:
    if lesion.state == "absent":
        return True
    # A node that is still to be seen may be a normal one: its size says so, not that it is there.
    return lesion.kind == "node" and criterion.nodes is not None and _gone(criterion, lesion)


def _mm(value: Decimal) -> str:
    text = f"{value:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} mm"


def _named(names: Iterable[str]) -> str:
    """Lesions by their names: 'lesions 1 and 3'."""
    listed = list(names)
    return f"{wording.plural('lesion', len(listed))} {wording.listed(listed)}"


def _new_lesions(criterion: Criterion, visits: Sequence[Visit]) -> dict[str, tuple[int, int | None]]:
    """New lesions: at which visit each was first seen, and at which it was first known to count, if at any.

    One that proves itself later counts from where it was first seen: progression is dated back.
    """
    found: dict[str, tuple[int, int | None]] = {}
    first_size: dict[str, Decimal] = {}
    for visit in visits:
        for lesion in visit.lesions if visit.assessed else ():
            if lesion.role != "new" or lesion.state in {"absent", "not evaluated"}:
                continue
            first, proven = found.get(lesion.id, (visit.number, None))
            if lesion.longest is not None:
                first_size.setdefault(lesion.id, lesion.longest)
            if proven is None and _proves_itself(criterion, lesion, first_size.get(lesion.id)):
                proven = visit.number
            found[lesion.id] = (first, proven)
    return found


def _proves_itself(criterion: Criterion, lesion: Lesion, first: Decimal | None) -> bool:
    """Whether a new lesion, as it is seen now, is a new lesion under the criterion."""
    if lesion.kind in FLUIDS:
        return lesion.cytology == "positive"
    if lesion.kind == "node" and criterion.nodes is not None:
        return lesion.short_axis is not None and lesion.short_axis >= _disease_from(criterion, lesion)
    rule = criterion.new_in_liver
    if rule is None or lesion.organ != LIVER or lesion.kind != "tumour":
        return True
    if lesion.longest is None:
        return False
    typical = lesion.typical is True and lesion.longest >= rule.least.value
    return typical or (first is not None and lesion.longest - first >= rule.growth.value)


# ------------------------------------------------------------------------------------------------- the best of a course


@dataclass(frozen=True, slots=True)
class Terms:
    """What a criterion leaves to whoever reports: whether responses are confirmed, and how long SD must have lasted."""

    confirmed: bool
    confirmed_after: int | None = None  # days
    least_sd: int | None = None  # days from the baseline

    def __post_init__(self) -> None:
        if self.confirmed and self.confirmed_after is None:
            raise Mistake("after how many days a response is confirmed", example="28")

    def data(self) -> dict[str, Any]:
        return {
            "confirmed": self.confirmed,
            "confirmed_after": _with_unit(self.confirmed_after, "d"),
            "least_sd": _with_unit(self.least_sd, "d"),
        }


@dataclass(frozen=True, slots=True)
class Best:
    """The best overall response of a course, the day it was reached, and on what it rests."""

    response: Response
    day: dt.date | None
    why: str
    progressed: dt.date | None

    def data(self) -> dict[str, Any]:
        return {
            "response": self.response,
            "date": self.day.isoformat() if self.day else None,
            "progression": self.progressed.isoformat() if self.progressed else None,
            "why": self.why,
        }


def best(terms: Terms, baseline: dt.date | None, timepoints: Sequence[Timepoint]) -> Best:
    """The best overall response from the baseline up to the first progression.

    Limits:   SD counts from `least_sd` days after the baseline; an unconfirmed CR or PR is taken for SD where responses
              are confirmed. A response is confirmed by one at least as good, so many days later, with none below it
              between them. Nothing after progression counts.
    Source:   RECIST 1.1 (Eisenhauer 2009), section 4.6 and its table of confirmation; recalled

    >>> best(Terms(confirmed=False), None, []).response
    'NE'
    """
    progressed = next((one.day for one in timepoints if one.overall == "PD"), None)
    until = [one for one in timepoints if progressed is None or one.day <= progressed]
    until = until[: next((index + 1 for index, one in enumerate(until) if one.overall == "PD"), len(until))]
    found: list[tuple[int, Timepoint, Response, str]] = []
    short = False
    for index, one in enumerate(until):
        response, why = _as_counted(terms, until, index)
        if response == "SD" and not _lasted(terms, baseline, one.day):
            short = True
            continue
        if response != "NE":
            found.append((RESPONSES.index(response), one, response, why))
    if not found:
        reason = "stable disease did not last long enough" if short else "no visit could be evaluated"
        return Best("NE", None, reason if until else "no visit after the baseline", progressed)
    _, at, response, why = min(found, key=lambda item: item[0])
    return Best(response, at.day, why, progressed)


def _as_counted(terms: Terms, until: Sequence[Timepoint], index: int) -> tuple[Response, str]:
    """The response of a visit as the best of a course may count it."""
    one = until[index]
    if not terms.confirmed or one.overall not in {"CR", "PR"}:
        return one.overall, ""
    for response in ("CR", "PR"):
        if RESPONSES.index(one.overall) <= RESPONSES.index(response) and _confirmed(terms, until, index, response):
            return response, "confirmed"
    return "SD", f"{one.overall} on {one.day} was not confirmed"


def _confirmed(terms: Terms, until: Sequence[Timepoint], index: int, response: Response) -> bool:
    after = dt.timedelta(days=terms.confirmed_after or 0)
    for later in until[index + 1 :]:
        if later.overall == "NE":
            continue
        if RESPONSES.index(later.overall) > RESPONSES.index(response):
            return False
        if later.day - until[index].day >= after:
            return True
    return False


def _lasted(terms: Terms, baseline: dt.date | None, day: dt.date) -> bool:
    if terms.least_sd is None:
        return True
    return baseline is not None and (day - baseline).days >= terms.least_sd


# ------------------------------------------------------------------------------------------------------------- a cohort


@dataclass(frozen=True, slots=True)
class Read:
    """One patient as one reader saw the whole course."""

    patient: str
    arm: str
    reader: str
    timepoints: tuple[Timepoint, ...]
    best: Best

    @property
    def deepest(self) -> Decimal | None:
        """The greatest decrease of the sum up to progression, in percent (below 0); the least growth without any."""
        until = self.best.progressed
        changes = [
            one.change for one in self.timepoints if one.change is not None and (until is None or one.day <= until)
        ]
        return min(changes) if changes else None

    def data(self) -> dict[str, Any]:
        return {
            "patient": self.patient,
            "arm": self.arm,
            "reader": self.reader,
            "best": self.best.data(),
            "deepest_change": _with_unit(self.deepest, "%"),
            "visits": [one.data() for one in self.timepoints],
        }


RATES: Final[Mapping[str, frozenset[str]]] = {
    "complete response": frozenset({"CR"}),
    "partial response": frozenset({"PR"}),
    "stable disease": frozenset({"SD"}),
    "progressive disease": frozenset({"PD"}),
    "not evaluable": frozenset({"NE"}),
    "objective response rate": frozenset({"CR", "PR"}),
    "disease control rate": frozenset({"CR", "PR", "SD"}),
}


@dataclass(frozen=True, slots=True)
class Rated:
    """One line of the table of responses by one reader: a proportion for each arm, and how the arms differ."""

    measure: str
    arms: Mapping[str, Proportion]
    difference: Difference | None  # the first arm less the second, where there are two
    tests: contingency.Tests | None

    def data(self) -> dict[str, Any]:
        return {
            "measure": self.measure,
            "arms": {name: one.data() for name, one in self.arms.items()},
            "difference": self.difference.data() if self.difference else None,
            "p": self.tests.named() if self.tests else None,
        }


def rates(reads: Sequence[Read], arms: Sequence[str]) -> list[Rated]:
    """The table of responses of one reader: every patient of an arm in its denominator, NE among them.

    Limits:   the arms in the order in which they are given; a difference and its p-values where there are just two.
    Raises:   Mistake, where a patient stands there twice.
    Source:   see `proportions` and `contingency`
    """
    if len({one.patient for one in reads}) < len(reads):
        raise Mistake("each patient once; readers are kept apart")
    found = []
    for measure, words in RATES.items():
        by_arm = {}
        for arm in arms:
            responses = [one.best.response for one in reads if one.arm == arm]
            by_arm[arm] = Proportion(sum(response in words for response in responses), len(responses))
        found.append(Rated(measure, by_arm, *contingency.compared(list(by_arm.values()))))
    return found


def agreement(first: Sequence[Read], second: Sequence[Read]) -> tuple[Agreement | None, int]:
    """How far two readers agree on the best overall response, NE being a word like the others; and how many patients
    only one of them has read."""
    one, two = ({read.patient: read.best.response for read in reads} for reads in (first, second))
    both = sorted(one.keys() & two.keys())
    alone = len(one.keys() ^ two.keys())
    return (kappa([(one[name], two[name]) for name in both]) if both else None), alone
