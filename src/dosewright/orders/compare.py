"""Two protocols side by side on one body: what differs, in this patient's milligrams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .. import wording
from ..protocol.library import Loaded
from ..protocol.model import Component, Protocol, Stated
from ..protocol.site import Site
from . import lines
from .basis import Basis
from .changes import differing
from .decisions import Choices


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two protocols say differently; '' where one of them does not say it at all."""

    what: str
    first: str
    second: str

    def data(self) -> dict[str, str]:
        return {"what": self.what, "first": self.first, "second": self.second}


def differences(first: Loaded, second: Loaded, site: Site, basis: Basis) -> list[Difference]:
    """Everything of dosing and scheduling in which two protocols differ."""
    told = [dict(_told(loaded.protocol, site, basis)) for loaded in (first, second)]
    return [Difference(*row) for row in differing(*told)]


def _told(protocol: Protocol, site: Site, basis: Basis) -> Iterator[tuple[str, str]]:
    choices = Choices(protocol, site, {})
    for component in protocol.components:
        yield from _component(component, choices, basis)
    for procedure in protocol.procedures:
        yield procedure.name, "yes"
    yield "interval", _text(protocol.interval)
    for path, stated in protocol.values():
        if path.startswith("beads."):
            yield path, _text(stated)


def _component(component: Component, choices: Choices, basis: Basis) -> Iterator[tuple[str, str]]:
    key = component.key
    figures = [(component.dose.value, component.dose.source), *((a.value, a.source) for a in component.dose.disputed)]
    doses = []
    for value, source in figures:
        if value is not None:
            _, working = lines.calculated(value, basis)
            doses.append(f"{working} ({source})")
    yield f"{key}, dose", " or ".join(doses) or "unstated"
    yield f"{key}, days", wording.listed(str(day) for day in component.days)
    for name in ("route", "over", "start"):
        yield f"{key}, {name}", _text(getattr(component, name))
    if component.form:
        yield f"{key}, form", _text(component.form)


def _text(stated: Stated[Any]) -> str:
    """A stated value in words, with what else the source says."""
    if stated.unstated:
        return "unstated"
    words = [
        f"{wording.told(stated.value)} ({stated.source})",
        *(f"{wording.told(a.value)} ({a.source})" for a in stated.disputed),
    ]
    return wording.listed(words, "or")
