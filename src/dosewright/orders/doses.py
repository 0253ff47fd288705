"""Doses of one protocol on one body under one site's policy: the lines, their remarks, and both as data."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

from pint.facets.plain import PlainQuantity

from .. import wording
from ..calculators.columns import above
from ..protocol.library import Loaded, sealed
from ..protocol.site import Site, other_files
from ..reading import Document
from ..units import Quantity, Range, quantity
from . import basis as body
from . import dose_changes, lines
from .basis import Basis
from .decisions import Choices
from .dose_changes import Omitted
from .finding import Finding, stops
from .lines import Line

if TYPE_CHECKING:
    from .patient import Patient


@dataclass(frozen=True, slots=True)
class Doses:
    """The lines of one treatment day on one body, and every remark on them."""

    basis: Basis
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    omitted: tuple[Omitted, ...] = ()

    @property
    def released(self) -> bool:
        """Whether nothing stops release."""
        return not stops(self.findings)


def doses(
    loaded: Loaded,
    site: Site,
    basis: Basis,
    *,
    what_if: Mapping[str, str],
    cycle: int | None = None,
    day: int | None = None,
    patient: Patient | None = None,
) -> Doses:
    """Doses of one protocol on one body under one site's policy, of one day of the cycle or of all.

    Changes of a patient's doses hold from their cycles on; where no cycle is named, the doses are the protocol's own.
    """
    protocol = loaded.protocol
    choices = Choices(protocol, site, what_if)
    found: list[Finding] = list(standing(loaded, site))
    found += choices.findings(cycle=cycle)
    found += body.plausibility(site.body, basis, patient)
    made: list[Line] = []
    omitted: list[Omitted] = []
    held = {} if patient is None or cycle is None else dose_changes.held_by_key(choices, patient, cycle)
    for one in lines.build(protocol, site, basis, choices, day=day, held=held):
        if isinstance(one, Line):
            made.append(one)
        elif isinstance(one, Omitted):
            omitted.append(one)
        else:
            found.append(one)
    found += _above_site_limits(made, site, basis)
    return Doses(basis, tuple(made), tuple(found), tuple(omitted))


def _above_site_limits(made: Sequence[Line], site: Site, basis: Basis) -> Iterator[Finding]:
    """Doses above the most that the site gives per m², in a day or in a cycle; nothing is lowered for it."""
    for line in made:
        prepared = site.prepares(line.key, line.drug)
        if prepared is None:
            continue
        key, of_drug = line.key, [one for one in made if one.drug == line.drug]
        per_m2 = quantity(line.ordered.m_as("mg") / basis.surface.m_as("m²"), "mg/m²")
        of_days = [sum(one.ordered.m_as("mg") for one in of_drug if day in one.days) for day in line.days]
        of_day = quantity(max(of_days), "mg")
        of_cycle = quantity(sum(one.total_of_cycle.m_as("mg") for one in of_drug), "mg")
        if _above(per_m2, prepared.most_per_m2):
            message = f"{key}: the ordered dose is above the most per m² that the site gives"
            yield Finding("above-per-area", "refuse", message, *_told(per_m2, prepared.most_per_m2), where=key)
        if _above(of_day, prepared.most_per_day):
            message = f"{key}: the drug is above the most that the site gives in a day"
            yield Finding("above-per-day", "refuse", message, *_told(of_day, prepared.most_per_day), where=key)
        if _above(of_cycle, prepared.most_per_cycle):
            message = f"{key}: the drug is above the most that the site gives in a cycle"
            yield Finding("above-per-cycle", "refuse", message, *_told(of_cycle, prepared.most_per_cycle), where=key)


def _above(value: Quantity, most: Quantity | str) -> bool:
    return not isinstance(most, str) and bool(above(value.magnitude, most.m_as(value.units)))


def _told(value: Quantity, most: Quantity | str) -> tuple[str, str, str]:
    return wording.say(value, places=2), f"at most {wording.told(most)}", "site policy"


def doses_data(loaded: Loaded, site: Site, document: Document, made: Doses, *, on: dt.date | None) -> dict[str, Any]:
    """Doses on one body as programs read them."""
    protocol, surface = loaded.protocol, made.basis.surface
    data: dict[str, Any] = to_data(
        {
            "protocol": protocol.id,
            "version": protocol.version,
            "arm": protocol.arm,
            "status": protocol.status,
            "released": made.released,
            "on": on,
            "patient": None,  # a body, of whom nothing else is known: nothing of a patient was looked at
            "bsa": {**wording.as_data(surface), "formula": made.basis.formula},
            "basis": made.basis,
            "lines": [line_data(line) for line in made.lines],
            "findings": made.findings,
            "site": site_data(site, document),
            "sha256": loaded.document.sha256,
        }
    )
    return data


def standing(loaded: Loaded, site: Site) -> Iterator[Finding]:
    """Whether protocol and site are such that an order on them may be released at all."""
    protocol = loaded.protocol
    if site.kind == "reference":
        message = "computed with the reference site, which is no hospital's policy"
        yield Finding("reference-site", "blocks-release", message, where="site")
    elif f"{protocol.id}@{protocol.version}" not in site.protocols:
        message = f"{protocol.id} version {protocol.version} is not among the protocols this site has approved"
        said = ", ".join(site.protocols) or "none"
        yield Finding("protocol-not-approved", "blocks-release", message, said, source="site policy", where="protocols")
    if protocol.status != "active":
        message = "the protocol is not in force"
        yield Finding("protocol-status", "blocks-release", message, protocol.status, "active", where=protocol.id)
    own, seal = loaded.document.sha256, sealed(protocol.id)
    if seal not in {None, own}:
        message = "the file bears the name of a protocol of the library and is not that protocol: name it otherwise"
        yield Finding("protocol-altered", "blocks-release", message, own[:12], str(seal)[:12], where=protocol.id)
    recalled = [key for key, source in protocol.sources.items() if source.confidence == "RECALLED"]
    if recalled:
        message = "values of the protocol are recalled, not read where they stand"
        yield Finding("recalled", "blocks-release", message, wording.listed(recalled), "SEEN", where=protocol.id)


def site_data(site: Site, document: Document) -> dict[str, Any]:
    """The site as it stands on every output."""
    signed = site.signed
    return {
        "id": site.id,
        "name": site.name,
        "version": site.version,
        "kind": site.kind,
        "signed": {"by": signed.by, "role": signed.role, "on": signed.on} if signed else None,
        "contact": site.contact,
        "bring": site.bring if isinstance(site.bring, str) else wording.listed(site.bring),
        "time_zone": site.time_zone.key,
        "genotype": site.genotype,
        "sha256": document.sha256,
        "files": [one._asdict() for one in other_files(site)],
    }


def line_data(line: Line) -> dict[str, Any]:
    """One line as programs read it; `from` and `rate` stand where the description of the format has them."""
    data: dict[str, Any] = to_data(line)
    data["from"] = data.pop("source")
    data["rate"] = data["made"]["rate"] if data["made"] else None
    for figure in data["disputed"]:
        figure["from"] = figure.pop("source")
    return data


_AS_IT_IS: Final = frozenset({str, int, float, bool, type(None)})


@functools.cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass."""
    return tuple(field.name for field in fields(kind))


def to_data(value: Any) -> Any:
    """Values as JSON has them: quantities as number and UCUM unit, dates in ISO 8601, everything else as it is."""
    kind: Any = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is dict:  # by far the most; what is asked of a type alone is asked first
        return {key: one if type(one) in _AS_IT_IS else to_data(one) for key, one in value.items()}
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, PlainQuantity):
        return wording.as_data(value)
    if isinstance(value, Range):
        return {"low": wording.as_data(value.low), "high": wording.as_data(value.high)}
    if is_dataclass(value):
        return {name: to_data(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, Mapping):
        return {key: to_data(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_data(one) for one in value]
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return value.isoformat()
    raise TypeError(f"no data form for {type(value)}")
