"""From what the source states to what counts here: stated, decided by the site, tried out, disputed or undecided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .. import wording
from ..errors import Mistake
from ..protocol.model import Protocol, Stated
from ..protocol.site import Decision, Site
from .finding import Finding, Severity

State = Literal["stated", "decided", "what-if", "disputed", "undecided"]

# An open question about these only concerns what follows the treatment day; it is shown and does not stop the day.
_LATER = ("interval_counted", "premedication", "stop", "response_criterion", "beads.every_cycle")


@dataclass(frozen=True, slots=True)
class Settled:
    """One value as it counts for this order: where it comes from, in which state, and what else the source says."""

    path: str
    value: Any
    source: str
    state: State
    others: tuple[tuple[Any, str], ...]
    decision: Decision | None
    stated: Stated[Any]


@dataclass(frozen=True)
class Choices:
    """Everything that settles the open questions of one protocol: the site's decisions, and a person's what-ifs."""

    protocol: Protocol
    site: Site
    what_if: Mapping[str, str]

    def __post_init__(self) -> None:
        questions = self.protocol.questions()
        for path in self.what_if:
            if path not in questions:
                raise Mistake(
                    f"an open question of {self.protocol.id} ({', '.join(questions) or 'it has none'})",
                    where="--decide",
                    example=f"{next(iter(questions), 'fluorouracil.dose')}=…",
                    got=path,
                )

    def settle(self, path: str, stated: Stated[Any]) -> Settled:
        """What counts for one value; where nobody has decided, the first figure of the source, marked as such."""
        others = tuple((one.value, one.source) for one in stated.disputed)
        if not stated.open:
            return Settled(path, stated.value, str(stated.source), "stated", (), None, stated)
        decision = self.site.decision(self.protocol.id, path)
        choice = self.what_if.get(path) or (decision.choose if decision else None)
        if choice is None:
            state: State = "disputed" if stated.disputed else "undecided"
            return Settled(path, stated.value, stated.source or "", state, others, None, stated)
        try:
            value, source = self.protocol.choose(stated, choice)
        except Mistake as mistake:
            raise mistake.at(f"decision on {path}") from None
        every = ((stated.value, str(stated.source)), *others) if not stated.unstated else ()
        left = tuple(one for one in every if one[1] != source)
        state = "what-if" if path in self.what_if else "decided"
        return Settled(path, value, source, state, left, None if state == "what-if" else decision, stated)

    def findings(self, *, cycle: int | None = None) -> Iterator[Finding]:
        """One finding for each open question that no site has decided, and one for each what-if."""
        for path, stated in self.protocol.questions().items():
            settled = self.settle(path, stated)
            source = stated.discrepancy or settled.source
            if settled.state == "what-if":
                message = f"{path} = {self.what_if[path]} is a what-if: only a signed site file decides"
                yield Finding("what-if", "blocks-release", message, source=source, where=path)
            elif settled.state in {"disputed", "undecided"}:
                yield Finding(
                    "undecided", self._gravity(path, cycle), self._asks(path, stated), source=source, where=path
                )

    def _gravity(self, path: str, cycle: int | None) -> Severity:
        if path == "interval":  # of no account for the first treatment, decisive from the second on
            return "blocks-release" if cycle is None or cycle > 1 else "warning"
        later = path in _LATER or path.startswith("endpoints.")
        return "info" if later else "blocks-release"

    @staticmethod
    def _asks(path: str, stated: Stated[Any]) -> str:
        if stated.disputed:
            places = [(stated.value, stated.source), *((one.value, one.source) for one in stated.disputed)]
            said = " but ".join(f"{wording.told(value)} in {source}" for value, source in places)
            return f"{path}: the source says {said}; the site must decide"
        options = f": {wording.listed(stated.options, 'or')}" if stated.options else ""
        return f"{path}: the source does not say; the site must decide{options}"
