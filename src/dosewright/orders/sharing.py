"""The vials of a day's orders: what each patient gets from which vial, and what is left over, shared and not.

Whether what is left in a vial may serve another patient, and for how long, only the site says; while it has not,
nothing is shared, and that is told. When a dose is drawn is not known: it counts as drawn when its infusion is to
start, so that the time between the first and the last use of a vial is the time between two starts. A line whose start
is not decided keeps its vials to itself. What is on beads belongs to one patient: those vials are never shared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from .. import __version__, wording
from ..calculators import infusion
from ..calculators.rounding import VialSizes, vials_for
from ..calculators.vials import Need, Opened, SharedPlan, Use, shared
from ..dates import read_moment
from ..errors import Mistake, Refusal
from ..protocol.site import Sharing, Site, Vial
from ..reading import Document
from ..units import Quantity, quantity, settled
from .doses import site_data, to_data
from .finding import Finding, Severity, gravity, stops
from .order import content_hash

SCHEMA: Final = "1"
MOST_ORDERS: Final = 300
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GivenLine:
    """One line of an order, as far as vials need it; `start` is None where it is not decided."""

    key: str
    drug: str
    mg: float
    product: str | None
    strength: float | None  # mg/mL
    start: int | None  # seconds


@dataclass(frozen=True, slots=True)
class Given:
    """One order of the list."""

    id: str
    on: str
    site: str
    released: bool
    data: Mapping[str, Any]  # how the plan names it
    lines: tuple[GivenLine, ...]
    beads: Mapping[str, Any] | None


def given(order: Data, name: str) -> Given:
    """What the plan needs of one order.

    Raises `Mistake` where the data are no order as this version writes it.
    """
    try:
        patient, protocol, beads = order["patient"], order["protocol"], order["beads"]
        return Given(
            id=str(order["id"]),
            on=str(order["on"]),
            site=str(order["site"]["sha256"]),
            released=order["released"] is True,
            data={
                "id": order["id"],
                "hash": order["hash"],
                "released": order["released"],
                "protocol": protocol["id"],
                "cycle": order["cycle"],
                "day": order["day"],
                "patient": patient["name"],
                "identifiers": [f"{one['kind']} {one['value']}" for one in patient["identifiers"]],
            },
            lines=tuple(map(_line, order["lines"])),
            beads=None if beads is None else {key: beads[key] for key in ("drug", "offered", "vials", "product")},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Mistake("an order as this version writes it", where=name, hint=type(error).__name__) from None


def _line(line: Data) -> GivenLine:
    made, starts = line["made"], {one["start"] for one in line["times"]}
    strength = None if made is None else made["strength"]
    return GivenLine(
        key=line["key"],
        drug=line["drug"],
        mg=_in("mg", line["ordered"]),
        product=None if made is None else made["product"],
        strength=None if strength is None else _in("mg/mL", strength),
        start=int(read_moment(starts.pop()).timestamp()) if len(starts) == 1 else None,
    )


def _in(unit: str, value: Data) -> float:
    if value["unit"] != unit:
        raise ValueError(unit)
    return float(value["value"])


# ------------------------------------------------------------------------------------------------------------ the plan


class Stock(NamedTuple):
    """What lines must have in common to share a vial: the drug, the product as it is stocked, the site's rule."""

    drug: str
    product: str
    strength: float
    sizes: tuple[float, ...]
    within: float | None  # hours; None where nothing is shared
    rule: str


@dataclass(frozen=True, slots=True)
class Draw:
    """One line of one order in a group that may share: by a key of its own."""

    order: Given
    line: GivenLine

    @property
    def key(self) -> str:
        return f"{self.order.id} {self.line.key}"


def plan(orders: Sequence[Given], site: Site, document: Document) -> dict[str, Any]:
    """The plan of a day's list of orders as data: what to open for whom, and what is left over both ways.

    Raises `Mistake` for an empty list, an order that stands twice and orders of different days.
    """
    orders = sorted(orders, key=lambda one: one.id)  # a list in any order is the same list
    _check(orders)
    found = [*_of_orders(orders, site, document)]
    groups: dict[Stock, list[Draw]] = {}
    left_out = []
    for order in orders:
        if not order.released:
            left_out.append({"order": order.id, "line": None, "drug": None, "why": "the order may not be released"})
            continue
        for line in order.lines:
            stock = _stock(line, site)
            if isinstance(stock, Finding):
                found.append(stock)
                left_out.append({"order": order.id, "line": line.key, "drug": line.drug, "why": stock.message})
            else:
                groups.setdefault(stock, []).append(Draw(order, line))
    drugs = []
    for stock in sorted(groups, key=lambda one: (*one[:4], one.rule, one.within or 0.0)):
        of_group, remarks = _group(stock, groups[stock], site)
        drugs.append(of_group)
        found += remarks
    data: dict[str, Any] = to_data(
        {
            "schema": SCHEMA,
            "kind": "vial plan",
            "tool": f"dosewright {__version__}",
            "on": orders[0].on,
            "site": site_data(site, document),
            "orders": [order.data for order in orders],
            "drugs": drugs,
            "left_out": left_out,
            "beads": [{"order": one.id, **one.beads} for one in orders if one.released and one.beads is not None],
            "released": not stops(found),
            "findings": sorted(found, key=gravity),
        }
    )
    return data | {"hash": content_hash(data)}


def _check(orders: Sequence[Given]) -> None:
    if not orders:
        raise Mistake("at least one order")
    if len(orders) > MOST_ORDERS:
        raise Refusal(f"more than {MOST_ORDERS} orders on one list", got=len(orders))
    seen: set[str] = set()
    for one in orders:
        if one.id in seen:
            raise Mistake("each order once: a later one replaces it", got=one.id)
        seen.add(one.id)
    days = sorted({one.on for one in orders})
    if len(days) > 1:
        raise Mistake("orders of one day", got=", ".join(days))


def _of_orders(orders: Iterable[Given], site: Site, document: Document) -> Iterator[Finding]:
    """What is to be said of the orders before anything is opened for them."""
    for one in orders:
        if not one.released:
            message = f"order {one.id} may not be released: no vial is planned for it"
            severity: Severity = "warning" if any(other.released for other in orders) else "blocks-release"
            yield Finding("vials-not-released", severity, message, where=one.id)
        elif one.site != document.sha256:
            message = f"order {one.id} was made under another version of the site's policy"
            yield Finding(
                "vials-other-site",
                "blocks-release",
                message,
                one.site[:12],
                document.sha256[:12],
                "site policy",
                one.id,
            )


def _stock(line: GivenLine, site: Site) -> Stock | Finding:
    """From which stock a line is drawn, or why that is not known."""
    prepared = site.prepares(line.key, line.drug)
    product = prepared.stock if prepared is not None else None
    if prepared is None or product is None:
        message = f"{line.key}: the site has decided no product, so that no vial is known"
        return Finding("vials-undecided", "blocks-release", message, source="site policy", where=line.key)
    strength = settled(product.strength.m_as("mg/mL"))
    if (line.product, line.strength) != (product.product, strength):
        message = f"{line.key}: the order was made up for another product than the site has in stock"
        ordered, stocked = line.product or "none", product.product
        return Finding("vials-other-product", "blocks-release", message, ordered, stocked, "site policy", line.key)
    rule = prepared.sharing
    within = rule.within.m_as("h") if isinstance(rule, Sharing) else None
    says = rule.source if isinstance(rule, Sharing) else rule
    return Stock(line.drug, product.product, strength, _sizes(product), within, says)


def _sizes(product: Vial) -> tuple[float, ...]:
    return tuple(sorted({settled(size.m_as("mg")) for size in product.vials}))


def _group(stock: Stock, draws: Sequence[Draw], site: Site) -> tuple[dict[str, Any], list[Finding]]:
    """The vials of one stock: each line alone, and shared as far as the site lets them be."""
    sizes, found = VialSizes(stock.sizes), []
    alone = [(draw, _alone(draw, sizes)) for draw in draws]
    own = [one for _, several in alone for one in several]
    together: SharedPlan | None = None
    vials = own
    if stock.within is None:
        if stock.rule == "undecided" and len(draws) > 1:
            message = f"{stock.drug}: the site has not decided whether a vial may be shared, so none is"
            found.append(Finding("vials-sharing-undecided", "info", message, source="site policy", where=stock.drug))
    else:
        apart = [draw for draw in draws if draw.line.start is None]
        for draw in apart:
            message = f"{draw.key}: when it starts is not decided, so that its vials are not shared"
            found.append(Finding("vials-start-undecided", "info", message, where=draw.line.key))
        needs = [Need(one.key, one.line.mg, one.line.start) for one in draws if one.line.start is not None]
        together = shared(needs, sizes, within=_seconds(stock.within))
        vials = [*together.vials, *(one for draw, several in alone if draw in apart for one in several)]
        if together.gap:
            message = f"{stock.drug}: too many ways to be searched; less might be left over"
            gap = wording.in_unit(together.gap, "mg", places=2)
            found.append(Finding("vials-not-exact", "info", message, f"{gap} at most", where=stock.drug))
    by_key = {draw.key: draw for draw in draws}
    of_group = {
        "drug": stock.drug,
        "product": stock.product,
        "strength": quantity(stock.strength, "mg/mL"),
        "sizes": [_mg(size) for size in stock.sizes],
        "sharing": {
            "state": "within" if stock.within is not None else stock.rule,
            "within": None if stock.within is None else quantity(stock.within, "h"),
            "from": stock.rule if stock.within is not None else None,
        },
        "asked": _mg(settled(sum(draw.line.mg for draw in draws))),
        "alone": _sum(own),
        "shared": None if together is None else _shared(together, vials),
        "vials": [_vial(number, one, by_key, stock, site) for number, one in enumerate(vials, 1)],
    }
    return of_group, found


def _seconds(hours: float) -> int:
    """Hours as whole seconds, never more than were allowed."""
    return int(settled(hours * 3600))


def _alone(draw: Draw, sizes: VialSizes) -> list[Opened]:
    """The vials of one line by itself, as its own order has them: the last one holds what is left over."""
    made, left, at = [], draw.line.mg, draw.line.start or 0
    for vial in vials_for(dose=quantity(draw.line.mg, "mg"), sizes=sizes).vials:
        for _ in range(vial.number):
            drawn = vial.mg if vial.mg < left else left
            made.append(Opened(vial.mg, at, at, (Use(draw.key, drawn),)))
            left = settled(left - drawn)
    return made


def _sum(vials: Sequence[Opened]) -> dict[str, Any]:
    opened = settled(sum(one.mg for one in vials))
    return {"vials": len(vials), "opened": _mg(opened), "waste": _mg(settled(sum(one.left for one in vials)))}


def _shared(together: SharedPlan, vials: Sequence[Opened]) -> dict[str, Any]:
    """What sharing comes to, and how good the plan is: `gap` is what might be saved beyond it, at most."""
    return _sum(vials) | {"exact": together.exact, "gap": _mg(together.gap)}


def _vial(number: int, one: Opened, by_key: Mapping[str, Draw], stock: Stock, site: Site) -> dict[str, Any]:
    """One vial: when it is opened, until when it may be used, and who gets what of it."""
    decided = all(by_key[use.key].line.start is not None for use in one.uses)
    use_by = None if stock.within is None or not one.shared else one.first + _seconds(stock.within)
    return {
        "number": number,
        "size": _mg(one.mg),
        "opened": _clock(one.first, site) if decided else None,
        "last_use": _clock(one.last, site) if decided else None,
        "use_by": None if use_by is None else _clock(use_by, site),
        "shared": one.shared,
        "uses": [_use(use, by_key[use.key], stock) for use in one.uses],
        "left": _mg(one.left),
    }


def _use(use: Use, draw: Draw, stock: Stock) -> dict[str, Any]:
    amount = _mg(use.mg)
    volume = infusion.volume_of_drug(dose=amount, stock=quantity(stock.strength, "mg/mL"))
    return {"order": draw.order.id, "line": draw.line.key, "amount": amount, "volume": volume}


def _clock(seconds: int, site: Site) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, site.time_zone)


def _mg(value: float) -> Quantity:
    return quantity(value, "mg")
