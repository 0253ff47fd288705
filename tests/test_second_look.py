"""The check does not trust the order: what stops an order when it is made stops it when it is read, and what does not, not."""

from __future__ import annotations

from typing import Any

import pytest

from dosewright.checks import Yardstick, with_strangers
from dosewright.orders import written
from dosewright.orders.check import check
from dosewright.orders.finding import STOPPING
from dosewright.protocol import library
from dosewright.protocol.site import reference_site

from . import test_order, ward

# What no order can show afterwards: that something could not be made, was tried out, or is told of the site alone.
NOT_IN_THE_ORDER = {
    "what-if": "the order says by which figure it computed; that this was a trial, its own stamp says",
    "signed-later": "when the site's file was signed is no part of an order",
    "toxicity-later": "toxicities are in the patient's file, and no order is checked against them",
    "exposure-later": "the day until which a sum counts is not compared",
    "rounding": "how far rounding moved a dose is part of how far it lies from the calculated one",
    "cannot-load": "whether the beads' fluid fits is no part of the order",
}


def stopped(how: dict[str, Any]) -> tuple[bool, set[str]]:
    """Whether the check stops an order that was made so, and by which rules."""
    made = ward.an_order(**how)
    site = reference_site() if how.get("by_reference") else ward.a_site(how.get("site"))
    protocol = how.get("protocol", "haic-folfox")
    loaded = library.find(protocol) if isinstance(protocol, str) else protocol
    due = Yardstick(*site, loaded).due(None)
    record = with_strangers(written.of_order(made, "order"), due)
    found = [*check(record, due).findings, *due.standing]
    return any(one.severity in STOPPING for one in found), {one.rule for one in found}


@pytest.mark.parametrize(("rule", "how"), [*test_order.STOPS, *test_order.REFUSES])
def test_what_stops_an_order_that_is_made_stops_it_when_it_is_read(rule, how):
    if rule not in NOT_IN_THE_ORDER:
        assert stopped(how)[0]


@pytest.mark.parametrize(("rule", "how"), [*test_order.WARNS, *test_order.REMARKS])
def test_what_only_warns_does_not_stop_it_when_it_is_read(rule, how):
    assert stopped(how)[0] is False


@pytest.mark.parametrize("of", ["usual", "large", "small"])
@pytest.mark.parametrize("protocol", ["haic-folfox", "hepa-haic"])
def test_an_order_of_an_example_is_stopped_when_read_just_where_it_is_when_made(of, protocol):
    how = {"protocol": protocol, "of": of, "cycle": 2 if of == "large" else 1}
    assert stopped(how)[0] == (not ward.an_order(**how)["released"])


def test_the_findings_that_stand_in_an_order_are_not_looked_at():
    made = ward.an_order(patient={"consent": "no"})
    made["findings"], made["released"] = [], True
    due = Yardstick(*ward.a_site()).due("haic-folfox")
    assert "consent" in {one.rule for one in check(written.of_order(made, "order"), due).findings}


def test_an_order_that_was_not_changed_is_not_told_as_changed():
    assert "altered" not in stopped({})[1]
