"""An order as the rules look at it: what it states, what follows from that, and what is due; one order or a column.

A record maps the path of a field ('weight', 'oxaliplatin.dose', 'lab.neutrophils.value') to its value. What a record
does not carry at all, such as a table without that column, is told apart from what one order leaves out.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from ... import wording
from ...calculators.columns import choose, floor
from ...dates import local_midnight
from ...protocol.drugs import drugs
from ...protocol.site import Interaction
from ...units import BODY_MASS_INDEX, DOSE_PER_AREA, PERCENT, quantity
from .. import basis
from ..exposure import may_count
from .due import BeadsDue, CriterionDue, Figure, GateDue, LifetimeDue, LineDue
from .fields import (
    FIELDS,
    Part,
    Say,
    date_digits,
    day_of,
    hours_since,
    say_field,
    say_moment,
    say_number,
    say_percent,
    say_quantity,
)
from .values import (
    NOT_KNOWN,
    Condition,
    Number,
    Word,
    above,
    alike,
    at,
    differ,
    each,
    either_way,
    folded,
    missing,
    no,
    nowhere,
    of_each_day,
    only,
    settled,
    together,
)

ARITHMETIC: Final = 0.005
"""How far figures may lie apart that should follow from each other, such as rate × time and volume: what rounding for
print can make of them. An engineering tolerance, not a clinical one."""

ROUGH: Final = 0.025
"""How far a figure may lie apart that was rounded further than two decimals or to a whole; an engineering tolerance."""

WORDS: Final = frozenset({"word", "text"})


@dataclass(frozen=True)
class Record:
    """Orders as they state themselves: of one order plain values, of several a column each.

    `among` says of a column which orders are asked about; None where all are. `carried` names the paths that a table
    has a column for; None where every field was asked for. `left_out` are paths
    that this kind of order leaves to paper. `strangers` are lines of drugs that the protocol does not have.
    """

    values: Mapping[str, Any]
    rows: int | None = None
    carried: frozenset[str] | None = None
    left_out: frozenset[str] = frozenset()
    strangers: tuple[str, ...] = ()
    among: Any = None
    named: Mapping[str, str] = field(default_factory=dict)  # what the name of a column says, and no cell

    def get(self, path: str, of: Part, name: str) -> Any:
        """The value of a field by its path; not known where it is not stated."""
        value = self.values.get(path, self.named.get(path))
        if value is None and FIELDS[of][name].form not in WORDS:
            return NOT_KNOWN
        return value

    def carries(self, path: str) -> bool:
        """Whether this kind of record has such a field at all."""
        carried = self.carried is None or path in self.carried or path in self.named
        return carried and path not in self.left_out

    def row(self, index: int) -> Record:
        """One order of a column."""
        return replace(self, values=_Row(self.values, index), rows=None)


@dataclass(frozen=True)
class _Row(Mapping[str, Any]):
    """The values of one order of a column; each is looked up when it is asked for."""

    columns: Mapping[str, Any]
    index: int

    def __getitem__(self, path: str) -> Any:
        return at(self.columns[path], self.index)

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


class View:
    """One part of an order: its fields by name, and what follows from them."""

    of: Part
    prefix: str
    due: Any
    said: ClassVar[Mapping[str, Say]]  # how what follows from the fields becomes text
    follows: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # from which fields it follows; 'order.' those of the order

    def __init__(self, record: Record, prefix: str, due: Any) -> None:
        self.record, self.prefix, self.due = record, prefix, due

    def __getattr__(self, name: str) -> Any:
        if name not in FIELDS[self.of]:
            raise AttributeError(name)
        value = self.record.get(self.path(name), self.of, name)
        self.__dict__[name] = value
        return value

    def path(self, name: str) -> str:
        """The path of a field of this part."""
        return f"{self.prefix}.{name}" if self.prefix else name

    def lacks(self, name: str) -> Condition:
        """Where something is not known: a field, or what follows from fields."""
        known = self.__dict__.setdefault("_lacking", {})
        if name not in known:
            known[name] = settled(missing(getattr(self, name)))
        return known[name]

    def carries(self, name: str) -> bool:
        """Whether the record has the field at all, or all from which a value follows."""
        if name in FIELDS[self.of]:
            return self.record.carries(self.path(name))
        return all(
            self.record.carries(one.removeprefix("order.") if one.startswith("order.") else self.path(one))
            for one in self.follows.get(name, ())
        )

    @property
    def present(self) -> Condition:
        """Where this part stands in the order at all."""
        return True

    def row(self, index: int) -> View:
        """The same part of one order of a column."""
        raise NotImplementedError

    def forget(self) -> None:
        """Let go of the other parts of the order, which hold this one: a column is then freed at once."""
        for name in ("lines", "beads"):
            getattr(self, "order", self).__dict__.pop(name, None)

    def behind(self, name: str) -> tuple[Any, ...]:
        """What stands behind a name that is put into words; nothing where that is the same for every order."""
        return () if name.startswith("due.") or name == "allowed" else (getattr(self, name),)

    def say(self, name: str, index: int | None) -> str:
        """A field, what follows from fields, or 'due.NAME', in words; '' where it is not known."""
        if name.startswith("due."):
            return _due_in_words(getattr(self.due, name[4:]), name[4:])
        value = at(getattr(self, name), index)
        if value is None or value != value:
            return ""
        say = self.said.get(name)
        return say(value) if say is not None else _FIELD_SAYS[self.of][name](value)


_FIELD_SAYS: Final = {part: {name: say_field(one) for name, one in fields.items()} for part, fields in FIELDS.items()}


# ---------------------------------------------------------------------------------------------------------- the order


def surface(formula: str, height: Number, weight: Number, sex: Word) -> Number:
    """Body surface area in m² by a formula that a site names; not known where what the formula needs is not."""
    one = isinstance(height, float) and isinstance(weight, float) and (sex is None or isinstance(sex, str))
    return (_surface_of_one if one else _surface)(formula, height, weight, sex)


def _surface(formula: str, height: Number, weight: Number, sex: Word) -> Number:
    # without the check of its arguments, which refuses NaN: here that is what is not known
    function: Any = inspect.unwrap(basis.FORMULAS[formula])
    measured = {"height": _measured(height, "cm"), "weight": _measured(weight, "kg")}
    if formula == "bsa_livingston_lee":
        del measured["height"]
    if not basis.needs_sex(formula):
        return function(**measured).magnitude
    of_men, of_women = (function(**measured, sex=word).magnitude for word in ("male", "female"))
    women = each(sex, lambda word: word == "female")
    return choose(missing(sex), NOT_KNOWN, choose(women, of_women, of_men))


def _measured(value: Number, unit: str) -> Any:
    """A number of one order, or a column of them, with its unit; several formulas are tried on those of one order."""
    return _measured_of_one(value, unit) if isinstance(value, float) else quantity(value, unit)


_measured_of_one: Final = functools.lru_cache(maxsize=256)(quantity)
_surface_of_one: Final = functools.lru_cache(maxsize=256)(_surface)


def _minutes(value: float) -> str:
    """Hours as minutes, by which beads and drug are timed."""
    return f"{wording.number(value * 60, places=1)} min"


def _days(value: float) -> str:
    return f"{wording.number(value)} {wording.plural('day', value)}"


class OrderView(View):
    """The order as a whole; `due` is None where no protocol is known to hold it against."""

    of = "order"
    due: Any  # Due | None
    said: ClassVar[Mapping[str, Say]] = {
        "surface": say_quantity(FIELDS["order"]["bsa"].kind),  # type: ignore[arg-type]
        "uncapped": say_quantity(FIELDS["order"]["bsa"].kind),  # type: ignore[arg-type]
        "bsa_off": say_percent,
        "mass_index": say_quantity(BODY_MASS_INDEX, places=2),
        "weight_age": _days,
        "weight_change": say_percent,
        "since_last": _days,
        "unnamed": str,
        "age": lambda value: f"{wording.number(value)} years",
        "valid_for": _days,
        "next_cycle": say_number,
    }

    follows: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "surface": ("height", "weight"),
        "uncapped": ("height", "weight"),
        "mass_index": ("height", "weight"),
        "weight_age": ("weight_on", "on"),
        "next_cycle": ("last_cycle",),
        "interval": ("on", "day", "last_on"),
    }

    def row(self, index: int) -> OrderView:
        found = OrderView(self.record.row(index), self.prefix, self.due)
        known = self.__dict__.get("uncapped")
        if known is not None:  # worked out for the whole column already
            found.__dict__["uncapped"] = at(known, index)
        return found

    @functools.cached_property
    def uncapped(self) -> Number:
        """Body surface area by the site's formula, from the height and weight of the order."""
        return surface(self.due.formula, self.height, self.weight, self.sex)

    @functools.cached_property
    def surface(self) -> Number:
        """Body surface area as the site doses on it."""
        cap = self.due.surface_cap
        return self.uncapped if cap is None else choose(self.uncapped > cap, cap, self.uncapped)

    @functools.cached_property
    def bsa_off(self) -> Number:
        """How far the stated body surface area lies from the one that follows, as a share of that."""
        return self.bsa / self.surface - 1

    @functools.cached_property
    def weight_age(self) -> Number:
        """Days from the weighing to the treatment."""
        return self.on - self.weight_on

    @functools.cached_property
    def weight_change(self) -> Number:
        """How far the weight has moved from the reference weight, as a share of that."""
        return self.weight / self.reference_weight - 1

    @functools.cached_property
    def mass_index(self) -> Number:
        """Body mass index, in kg/m²."""
        return self.weight / (self.height / 100) ** 2

    @functools.cached_property
    def midnight(self) -> Number:
        """When the day of treatment begins where the hospital is."""
        return of_each_day(self.on, lambda day: hours_since(local_midnight(day_of(day), self.due.time_zone)))

    @functools.cached_property
    def first(self) -> Number:
        """Day 1 of this cycle."""
        return self.on - (self.day - 1)

    @functools.cached_property
    def since_last(self) -> Number:
        """Days from day 1 of the last cycle to day 1 of this one."""
        return self.first - self.last_on

    @functools.cached_property
    def interval(self) -> Number:
        """The same where a cycle was given before; without end where this is the first."""
        return choose(self.last_cycle < 1, math.inf, self.since_last)

    @functools.cached_property
    def next_cycle(self) -> Number:
        """The cycle that follows the last one given."""
        return self.last_cycle + 1

    @functools.cached_property
    def valid_for(self) -> Number:
        """Days from the treatment to the end of the order's validity."""
        return self.valid_until - self.on

    @functools.cached_property
    def listed(self) -> Mapping[str, Condition]:
        """The drugs of which something is listed as given before, and where."""
        return {name: no(missing(total)) for name, total in self._before("total").items()}

    def _before(self, field: str) -> dict[str, Any]:
        """Of each drug listed as given before, one field."""
        values = self.record.values
        parts = {path: path.split(".") for path in values if path.startswith("before.")}
        return {part[1]: values[path] for path, part in parts.items() if part[-1] == field}

    @functools.cached_property
    def given_before(self) -> Condition:
        """Where more than nothing is listed as given before."""
        found: Condition = False
        for total in self._before("total").values():
            found = found | (total > 0.0)
        return found

    @functools.cached_property
    def lists_any(self) -> Condition:
        """Where anything is listed as given before, be it known how much or not; or where there is no place for it."""
        carried = self.record.carried
        found: Condition = carried is not None and not any(path.startswith("before.") for path in carried)
        for where in self.listed.values():
            found = found | where
        for word in self._before("unknown").values():
            found = found | each(word, lambda one: one == "yes")
        return found

    @functools.cached_property
    def unnamed(self) -> Word:
        """What is listed as given before, is no drug known here, and may be one of them."""
        names = [name for name in self.listed if name not in drugs() and may_count(name)]
        return together(names, [self.listed[name] for name in names])

    @functools.cached_property
    def age(self) -> Number:
        """Completed years on the day of treatment."""
        return completed_years(self.birth_date, self.on)

    def line(self, key: str) -> LineView:
        """One line of the protocol."""
        return self.lines[key]

    @functools.cached_property
    def lines(self) -> Mapping[str, LineView]:
        """The lines that the protocol asks for."""
        return {one.key: LineView(self, one.key, one) for one in self.due.lines}

    @functools.cached_property
    def beads(self) -> BeadsView:
        """What is on the beads, whether the protocol embolises or not."""
        return BeadsView(self, self.due.beads)


def completed_years(birth: Number, day: Number) -> Number:
    """Completed years between two day numbers; one born on 29 February has a birthday on 1 March of a common year."""
    return floor((date_digits(day) - date_digits(birth)) / 10_000)


# ----------------------------------------------------------------------------------------------------------- the lines

OF_ORDER: Final = {"comment_of_order": "comment", "day_of_order": "day", "on_of_order": "on"}
STANDING: Final = tuple("dose unit route flat dose_per dose_per_kg over rate volume".split())
"""Fields of a line that nobody states of a drug that is not given."""
NAMING: Final = ("written", "comment")
"""Fields in which a drug that is left out may be named all the same."""
SLIPS: Final = ("tenfold", "thousandfold", "unmultiplied", "elsewhere", "disputed", "beyond")


class LineView(View):
    """One line of the order, against the component of the protocol that it stands for."""

    of = "line"
    due: LineDue
    said: ClassVar[Mapping[str, Say]] = {
        "expected": say_quantity(FIELDS["line"]["dose"].kind, places=2),  # type: ignore[arg-type]
        "full": say_quantity(FIELDS["line"]["dose"].kind, places=2),  # type: ignore[arg-type]
        "band": lambda value: f"{wording.number(value, places=2)} mg: ",
        "off": say_percent,
        "off_full": say_percent,
        "pumped_off": say_percent,
        "mg_per_m2": say_quantity(DOSE_PER_AREA, places=2),
        "mg_per_h": lambda value: f"{wording.number(value, places=1)} mg/h",
        "pumped": say_quantity(FIELDS["line"]["volume"].kind, places=2),  # type: ignore[arg-type]
        "final_volume": say_quantity(FIELDS["line"]["volume"].kind, places=2),  # type: ignore[arg-type]
        "together": say_quantity(FIELDS["line"]["volume"].kind, places=2),  # type: ignore[arg-type]
        "dissolved": say_quantity(FIELDS["line"]["concentration"].kind, places=5),  # type: ignore[arg-type]
        "lasts": say_quantity(FIELDS["line"]["over"].kind),  # type: ignore[arg-type]
        "limit": say_quantity(FIELDS["line"]["dose"].kind, places=2),  # type: ignore[arg-type]
        "share_or_all": say_quantity(PERCENT, places=2),
        "left": say_quantity(PERCENT, places=2),
        "left_per": say_quantity(DOSE_PER_AREA, places=2),
        "dose_of_day": say_quantity(FIELDS["line"]["dose"].kind, places=2),  # type: ignore[arg-type]
        "dose_of_cycle": say_quantity(FIELDS["line"]["dose"].kind, places=2),  # type: ignore[arg-type]
        "order_drugs": str,
        "order_lines": str,
        "comment_of_order": str,
    }

    def __init__(self, order: OrderView, key: str, due: LineDue | None) -> None:
        super().__init__(order.record, key, due)
        self.order, self.key = order, key

    @functools.cached_property
    def present(self) -> Condition:
        """Where the order has this line: something of it stands there."""
        named = missing(self.record.values.get(self.path("drug")))
        for name in NAMING:
            named = named & self.lacks(name)
        # of a drug that is left out, a name and a remark give nothing
        absent = named | settled(self.share <= 0.0)
        for name in STANDING:
            absent = absent & self.lacks(name)
        return no(settled(absent))

    @functools.cached_property
    def runs_in(self) -> Word:
        """The line that it runs in, by which it is compared with others."""
        return folded(self.line)

    follows: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "mg_per_m2": ("dose", "order.height", "order.weight"),
        "mg_per_h": ("dose", "over"),
        "lasts": ("start", "end"),
        "dose_of_day": ("dose",),
        "dose_of_cycle": ("dose",),
        "why": ("reason",),
        **{name: (f"order.{field}",) for name, field in OF_ORDER.items()},
    }

    def carries(self, name: str) -> bool:
        """Whether the record has what a value follows from: a flat dose from nothing, what is the order's from it."""
        if name in OF_ORDER:
            return self.order.carries(OF_ORDER[name])
        if name == "final_volume":
            return self.carries("volume") or (self.carries("dose") and self.carries("concentration"))
        if name in {"expected", "limit"}:
            basis = self.due.dose.basis if self.due.dose is not None else "flat"
            measures = {"per m²": ("height", "weight"), "per kg": ("weight",), "flat": ()}[basis]
            return all(map(self.record.carries, measures))
        return super().carries(name)

    def row(self, index: int) -> LineView:
        return LineView(self.order.row(index), self.key, self.due)

    def path(self, name: str) -> str:
        """The path of a field of this line; a remark on the order, its day and its date are the order's."""
        return OF_ORDER.get(name) or super().path(name)

    def behind(self, name: str) -> tuple[Any, ...]:
        """What stands behind a name; behind the basis, and the figure that is stated, all three figures."""
        if name == "why":
            return (self.reason,)
        figures = (self.dose_per, self.dose_per_kg, self.flat)
        return figures if name in {"basis", "stated"} else super().behind(name)

    def say(self, name: str, index: int | None) -> str:
        """A field in words, a moment as a clock shows it in the hospital; of the figures from which the order says it
        computed, the basis and the unit as well."""
        if name in {"start", "end"}:
            value = at(getattr(self, name), index)
            return "" if value != value else say_moment(value, self.order.due.time_zone)
        if name == "why":
            reason = super().say("reason", index)
            return f": {reason}" if reason else ""
        if name == "basis":
            figures = {"dose_per": "per m²", "dose_per_kg": "per kg", "flat": "flat"}
            return wording.listed(words for figure, words in figures.items() if View.say(self, figure, index))
        if name == "stated":
            figures = {"per m²": "dose_per", "per kg": "dose_per_kg", "flat": "flat"}
            return super().say(figures[self.due.dose_basis], index)
        return super().say(name, index)

    @property
    def comment_of_order(self) -> Word:
        """Remarks on the order as a whole."""
        return self.order.comment

    @property
    def day_of_order(self) -> Number:
        """The day of the cycle that the order is for."""
        return self.order.day

    @property
    def on_of_order(self) -> Number:
        """The day of treatment."""
        return self.order.on

    @functools.cached_property
    def due_today(self) -> Condition:
        """Where the protocol gives this line on the day of the cycle that the order is for."""
        found: Condition = False
        for day in self.due.days:
            found = found | (self.order.day == day)
        return found

    def by(self, figure: Figure) -> Number:
        """A figure in this patient's milligrams."""
        if figure.basis == "flat":
            return figure.amount
        return figure.amount * (self.order.surface if figure.basis == "per m²" else self.order.weight)

    @functools.cached_property
    def full(self) -> Number:
        """The protocol's dose in this patient's milligrams, capped as the site caps it, before any reduction."""
        if self.due.dose is None:
            return NOT_KNOWN
        mg = self.by(self.due.dose)
        cap = self.due.cap
        return mg if cap is None else choose(mg > cap, cap, mg)

    @functools.cached_property
    def share_or_all(self) -> Number:
        """The share of the protocol's dose that the order says it gives; all of it where it says nothing."""
        return choose(self.lacks("share"), 100.0, self.share)

    @functools.cached_property
    def expected(self) -> Number:
        """The calculated dose: the full one, or the share of it that the order says it gives."""
        share = self.share
        return self.full * choose(missing(share), 1.0, share / 100)

    @functools.cached_property
    def off_full(self) -> Number:
        """How far the ordered dose lies from the full one, as a share of that."""
        return self.dose / self.full - 1

    @functools.cached_property
    def of_last(self) -> Condition:
        """Where the change is of the last ordered dose, and not of the protocol's."""
        return each(self.changed_of, "last ordered dose".__eq__)

    @functools.cached_property
    def left(self) -> Number:
        """The share of the protocol's dose that the stated change leaves, in percent."""
        kept = choose(self.lacks("changed_to"), 100.0 - self.changed_by, self.changed_to)
        base = choose(self.of_last, self.last_share, choose(missing(self.changed_of), NOT_KNOWN, 100.0))
        return kept * base / 100

    @functools.cached_property
    def left_per(self) -> Number:
        """The share of the protocol's dose per m² that the order says it gives."""
        return self.due.dose.amount * self.share_or_all / 100 if self.due.dose is not None else NOT_KNOWN

    @functools.cached_property
    def off(self) -> Number:
        """How far the ordered dose lies from the calculated one, as a share of the calculated one.

        Of a drug that is left out nothing is calculated, and nothing departs from it.
        """
        return self.dose / choose(self.expected > 0.0, self.expected, NOT_KNOWN) - 1

    @functools.cached_property
    def band(self) -> Number:
        """The dose of the site's band in which the calculated dose lies; not known beyond the table."""
        found: Number = NOT_KNOWN
        for band in self.due.bands:
            found = choose((self.expected >= band.low) & (self.expected < band.high), band.dose, found)
        return found

    @functools.cached_property
    def tolerance(self) -> float:
        """The deviation that the site allows; where it says nothing of the line, only what rounding for print makes."""
        return ARITHMETIC if self.due.most_deviation is None else self.due.most_deviation

    @functools.cached_property
    def deviates(self) -> Condition:
        """Where the ordered dose is not the calculated one; of a drug that is left out, none is calculated."""
        return differ(self.dose, self.expected, self.tolerance) & no(self.share <= 0.0)

    @functools.cached_property
    def slips(self) -> Mapping[str, Condition]:
        """What a dose that deviates looks like: a decimal point, a unit, a step left out, another protocol's dose.

        One that looks like several is told as the first of them, the one that does most harm.
        """
        if nowhere(self.deviates):
            return dict.fromkeys(SLIPS, False)
        looks: Mapping[str, Callable[..., Condition]] = {
            "tenfold": lambda *doses: self._so_many_times(10.0, *doses) | self._so_many_times(100.0, *doses),
            "thousandfold": functools.partial(self._so_many_times, 1000.0),
            "beyond": lambda dose, expected, calculated: above(dose, 10.0 * expected),
        }
        figures = {
            "unmultiplied": self._unmultiplied,
            "elsewhere": [self.by(figure) for figure in self.due.elsewhere],
            "disputed": [self.by(figure) for figure in self.due.others],
        }
        left: Condition = self.deviates
        found: dict[str, Condition] = {}
        for name in SLIPS:
            if name in looks:
                found[name] = only(left, looks[name], self.dose, self.expected, self.calculated)
            else:
                found[name] = only(left, self._one_of, self.dose, *figures[name])
            left = left & no(found[name])
        return found

    def _so_many_times(self, factor: float, dose: Number, expected: Number, calculated: Number) -> Condition:
        """So many times the dose that follows, or the one that the order itself has calculated; or that part of it."""
        found = either_way(dose, factor, expected, self.tolerance)
        return found | either_way(dose, factor, calculated, self.tolerance)

    @property
    def _unmultiplied(self) -> list[Number]:
        """The figure per m² or per kg itself, or a flat one that was multiplied."""
        dose = self.due.dose
        if dose is None:
            return []
        return [dose.amount * self.order.surface if dose.basis == "flat" else dose.amount]

    def _one_of(self, dose: Number, *others: Number) -> Condition:
        found: Condition = False
        for other in others:
            found = found | alike(dose, other, self.tolerance)
        return found

    @functools.cached_property
    def stated(self) -> Number:
        """The figure from which the order says it computed, in the basis of the protocol's figure."""
        if self.due.dose is None:
            return NOT_KNOWN
        return {"per m²": self.dose_per, "per kg": self.dose_per_kg, "flat": self.flat}[self.due.dose.basis]

    @functools.cached_property
    def limit(self) -> Number:
        """The protocol's limit in this patient's milligrams."""
        return NOT_KNOWN if self.due.limit is None else self.by(self.due.limit)

    @functools.cached_property
    def dose_of_day(self) -> Number:
        """What the order gives of this drug on its day, by all lines."""
        together: Number = 0.0
        for line in self.order.lines.values():
            if line.due.drug == self.due.drug:
                together = together + choose(line.present, line.dose, 0.0)
        return together

    @functools.cached_property
    def dose_of_cycle(self) -> Number:
        """What a whole cycle of such days gives of this drug."""
        return self.dose_of_day * len(self.due.days)

    @functools.cached_property
    def order_drugs(self) -> str:
        """The drugs of the protocol."""
        return wording.listed(sorted(self.order.due.drugs), "or")

    @functools.cached_property
    def order_lines(self) -> str:
        """The lines of the protocol."""
        return wording.listed(self.order.lines, "or")

    @functools.cached_property
    def mg_per_m2(self) -> Number:
        """The ordered dose per m² of this patient."""
        return self.dose / self.order.surface

    @functools.cached_property
    def mg_per_h(self) -> Number:
        """How much drug runs in an hour."""
        return self.dose / self.over

    @functools.cached_property
    def pumped(self) -> Number:
        """What the pump gives at the stated rate in the stated time."""
        return self.rate * self.over

    @functools.cached_property
    def pumped_off(self) -> Number:
        """How far rate × time lies from the volume, as a share of the volume."""
        return self.pumped / self.final_volume - 1

    @functools.cached_property
    def final_volume(self) -> Number:
        """The final volume; where it is not stated, the one that dose and concentration make."""
        lacking = self.lacks("volume")
        return self.volume if lacking is False else choose(lacking, self.dose / self.concentration, self.volume)

    @functools.cached_property
    def together(self) -> Number:
        """The volume of the diluent and of the drug, from the product that the site stocks."""
        strength = self.due.strength
        return NOT_KNOWN if strength is None else self.diluent_volume + self.dose / strength

    @functools.cached_property
    def dissolved(self) -> Number:
        """The concentration that dose and final volume make; the stated one where there is no volume."""
        made = self.dose / self.volume
        return choose(missing(made), self.concentration, made)

    @functools.cached_property
    def ends(self) -> Number:
        """When it ends: its start and its duration."""
        return self.start + self.over

    @functools.cached_property
    def lasts(self) -> Number:
        """Hours from the stated start to the stated end."""
        return self.end - self.start


# ------------------------------------------------------------------------------------------------- beads and the others


class BeadsView(View):
    """What is on the beads."""

    of = "beads"
    due: BeadsDue
    follows: ClassVar[Mapping[str, tuple[str, ...]]] = {"per_vial": ("offered", "vials"), "due_volume": ("vials",)}
    said: ClassVar[Mapping[str, Say]] = {
        "contact": _minutes,
        "per_vial": lambda value: f"{wording.number(value, places=1)} mg/vial",
        "due_volume": say_quantity(FIELDS["beads"]["final_volume"].kind),  # type: ignore[arg-type]
    }

    def __init__(self, order: OrderView, due: BeadsDue | None) -> None:
        super().__init__(order.record, "beads", due)
        self.order = order

    @functools.cached_property
    def present(self) -> Condition:
        """Where the order embolises."""
        return no(self.lacks("drug") & self.lacks("offered") & self.lacks("vials"))

    @functools.cached_property
    def per_vial(self) -> Number:
        """How much drug each vial is offered."""
        return self.offered / self.vials

    @functools.cached_property
    def due_volume(self) -> Number:
        """The final volume that is due, for one vial each or for all of them."""
        final = self.due.final_volume
        if final is None:
            return NOT_KNOWN
        return {"vial": final * self.vials, "treatment": final}.get(self.due.final_volume_per or "", NOT_KNOWN)


class LabView(View):
    """One laboratory value for which the site has a limit."""

    of = "lab"
    due: GateDue
    follows: ClassVar[Mapping[str, tuple[str, ...]]] = {"age": ("on", "order.on")}
    said: ClassVar[Mapping[str, Say]] = {"age": _days}

    def __init__(self, order: OrderView, due: GateDue) -> None:
        super().__init__(order.record, f"lab.{due.key}", due)
        self.order = order

    def say(self, name: str, index: int | None) -> str:
        """The value, or what is required of it, in words."""
        if name == "allowed":
            return f"{_span(self.due.at_least, self.due.at_most)} {self.due.unit}"
        return super().say(name, index)

    @functools.cached_property
    def age(self) -> Number:
        """Days from the sample to the treatment."""
        return self.order.on - self.on


class InteractionView(View):
    """What else the patient takes, against one entry of the site's list."""

    of = "order"
    due: Interaction
    said: ClassVar[Mapping[str, Say]] = {}

    def __init__(self, order: OrderView, due: Interaction) -> None:
        super().__init__(order.record, "", due)
        self.order = order


class CriterionView(View):
    """One criterion of eligibility: a field of the order, or what follows from one."""

    of = "order"
    due: CriterionDue
    said: ClassVar[Mapping[str, Say]] = {"found": str}

    def __init__(self, order: OrderView, due: CriterionDue) -> None:
        super().__init__(order.record, "", due)
        self.order = order

    @functools.cached_property
    def found(self) -> Number | Word:
        """What the criterion measures."""
        return getattr(self.order, self.due.measures)

    @property
    def name(self) -> str:
        """The field from which it is answered."""
        return "birth_date" if self.due.measures == "age" else self.due.measures

    def lacks(self, name: str) -> Condition:
        return self.order.lacks(self.due.measures) if name == "found" else super().lacks(name)

    def carries(self, name: str) -> bool:
        return self.order.carries(self.name) if name == "found" else super().carries(name)

    def say(self, name: str, index: int | None) -> str:
        """What was found, or what is required, in words."""
        if name == "found":
            return self.order.say(self.due.measures, index)
        if name == "allowed":
            due = self.due
            return _due_in_words(due.one_of, "") if due.one_of else _span(due.at_least, due.at_most)
        return super().say(name, index)


class LifetimeView(View):
    """What one drug or class adds up to over a lifetime, in mg/m²."""

    of = "before"
    due: LifetimeDue
    said: ClassVar[Mapping[str, Say]] = {
        "total": say_quantity(DOSE_PER_AREA, places=2),
        "before": say_quantity(DOSE_PER_AREA, places=2),
    }

    def __init__(self, order: OrderView, due: LifetimeDue) -> None:
        super().__init__(order.record, "before", due)
        self.order = order

    def carries(self, name: str) -> bool:
        """The sums are always looked for: what is known of them may pass the limit."""
        return True

    @functools.cached_property
    def before(self) -> Number:
        """What is known to have been given before, of all that counts toward the limit."""
        total: Number = 0.0
        for member in self.due.members:
            given = self.record.get(f"before.{member}.total", "before", "total")
            total = total + choose(missing(given), 0.0, given)
        return total

    @functools.cached_property
    def untold(self) -> Condition:
        """Where an earlier cycle gave nobody knows how much."""
        found: Condition = False
        for member in self.due.members:
            word = self.record.get(f"before.{member}.unknown", "before", "unknown")
            found = found | each(word, lambda one: one == "yes")
        return found

    @functools.cached_property
    def added(self) -> Number:
        """What this order adds, by vein, by artery and on beads."""
        added: Number = 0.0
        for line in self.order.lines.values():
            if line.due.drug in self.due.members:
                added = added + choose(line.present, line.mg_per_m2, 0.0)
        beads = self.order.beads
        on_beads = each(beads.drug, lambda word: word in self.due.members)
        amount = choose(on_beads, beads.offered / self.order.surface, 0.0)
        embolises = self.order.due.beads is not None
        return added + (choose(beads.lacks("drug"), NOT_KNOWN, amount) if embolises else amount)

    @functools.cached_property
    def total(self) -> Number:
        """What it comes to with this order."""
        return self.before + self.added


# ------------------------------------------------------------------------------------------------------- what is due


def _span(least: float | None, most: float | None) -> str:
    """What a number may be: 'at least 1.5', '18 to 85'."""
    if least is None or most is None:
        words = "at most" if least is None else "at least"
        return f"{words} {wording.number(most if least is None else least)}"  # type: ignore[arg-type]
    return f"{wording.number(least)} to {wording.number(most)}"


_HOURS: Final = say_quantity(FIELDS["line"]["over"].kind)  # type: ignore[arg-type]
_MG: Final = say_quantity(FIELDS["line"]["dose"].kind, places=2)  # type: ignore[arg-type]
_ML: Final = say_quantity(FIELDS["line"]["volume"].kind)  # type: ignore[arg-type]
_CM: Final = say_quantity(FIELDS["order"]["height"].kind)  # type: ignore[arg-type]
_KG: Final = say_quantity(FIELDS["order"]["weight"].kind)  # type: ignore[arg-type]

_DUE_SAYS: Final[Mapping[str, Say]] = {
    "over": _HOURS,
    "contact": _minutes,
    "cap": _MG,
    "surface_cap": say_quantity(FIELDS["order"]["bsa"].kind),  # type: ignore[arg-type]
    "step": _MG,
    "fastest": lambda value: f"{wording.number(value, places=1)} mg/h",
    "height_least": _CM,
    "height_most": _CM,
    "height_usual_least": _CM,
    "height_usual_most": _CM,
    "weight_least": _KG,
    "weight_most": _KG,
    "weight_usual_least": _KG,
    "weight_usual_most": _KG,
    "mass_index_least": say_quantity(BODY_MASS_INDEX),
    "mass_index_most": say_quantity(BODY_MASS_INDEX),
    "weight_valid": _days,
    "weight_too_old": _days,
    "within": _days,
    "valid": _days,
    "interval_least": _days,
    "interval_most": _days,
    "weight_change": lambda value: f"{wording.number(value * 100)} %",
    "most_deviation": lambda value: f"{wording.number(value * 100)} %",
    "final_volume": _ML,
}


def _due_in_words(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Figure):
        kind = {"per m²": "mg/m²", "per kg": "mg/kg", "flat": "mg"}[value.basis]
        return f"{wording.number(value.amount)} {kind}"
    if isinstance(value, tuple):
        return wording.listed((wording.number(one) if isinstance(one, int) else str(one) for one in value), "or")
    if isinstance(value, frozenset):
        words = [wording.number(one) if isinstance(one, float) else one for one in sorted(value)]
        return wording.listed(words, "or")
    if isinstance(value, str):
        return value
    return _DUE_SAYS.get(name, say_number)(value)
