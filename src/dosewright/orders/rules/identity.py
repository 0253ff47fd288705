"""Whose order it is, of which protocol, and whether it still counts."""

from __future__ import annotations

from .rule import rule
from .values import Condition, above, each, missing, no, same
from .view import OrderView


@rule(
    "unreadable",
    "refuse",
    where="unreadable",
    measured="{unreadable}",
    allowed="values as the fields are written",
    source="by definition",
    hazards="H01 H03 H12 H13 H14 H15 H16 H17 H25",
)
def unreadable(o: OrderView) -> Condition:
    """Something in the order cannot be read, and was taken as missing.

    Correct it where it was written; nothing is guessed or repaired.
    """
    return no(missing(o.unreadable))


@rule(
    "identifiers-equal",
    "blocks-release",
    needs="identifier second_identifier",
    measured="{identifier}",
    allowed="two different identifiers",
    source="asco-ons",
    hazards="H06",
)
def identifiers_equal(o: OrderView) -> Condition:
    """Both identifiers are the same, so that only one was given.

    Take a second identifier from the wristband or the record.
    """
    return same(o.identifier, o.second_identifier)


@rule(
    "unborn",
    "refuse",
    needs="birth_date on",
    measured="born {birth_date}",
    allowed="before {on}",
    source="by definition",
    hazards="H06",
)
def unborn(o: OrderView) -> Condition:
    """The birth date lies after the day of treatment.

    One of the two dates is wrong: compare them with the record.
    """
    return o.birth_date > o.on


@rule(
    "order-repeated",
    "refuse",
    where="id",
    measured="the same as {repeats}",
    allowed="each order once",
    source="by definition",
    hazards="H39",
)
def order_repeated(o: OrderView) -> Condition:
    """The same patient, protocol, cycle and day stand in an order before this one.

    Find out which of the two counts, and cancel the other.
    """
    return no(missing(o.repeats))


@rule(
    "altered",
    "blocks-release",
    where="id",
    measured="changed",
    allowed="unchanged",
    source="by definition",
    hazards="H54 H59",
)
def altered(o: OrderView) -> Condition:
    """The order was changed after it was made.

    Make it anew from the patient's file; what is changed by hand is checked by nobody.
    """
    return each(o.unchanged, lambda word: word == "no")


@rule(
    "not-released",
    "blocks-release",
    where="id",
    measured="not released",
    allowed="released when it was made",
    source="by definition",
    hazards="H46",
)
def not_released(o: OrderView) -> Condition:
    """The order says itself that it may not be released.

    Read on the order what stops it: toxicities and contraindications are held against the patient's file alone.
    """
    return each(o.released, lambda word: word == "no")


@rule(
    "page-not-compared",
    "warning",
    where="id",
    measured="the page was not compared",
    allowed="a page as it is made from its data",
    source="by definition",
    hazards="H54 H59",
)
def page_not_compared(o: OrderView) -> Condition:
    """The data is unchanged, but what the page shows was not compared with it, since another version made it.

    Read the figures on the paper against those of this check.
    """
    return each(o.unchanged, lambda word: word == "not compared")


@rule(
    "protocol-unknown",
    "refuse",
    where="protocol",
    measured="{protocol}",
    allowed="a protocol of the library, or a file",
    source="by definition",
    hazards="H49",
    applies=lambda due: due is None,
)
def protocol_unknown(o: OrderView) -> Condition:
    """The order names no protocol that is known, so that nothing of it can be checked.

    Name the protocol in the order, or for all of them with --protocol.
    """
    return True


@rule(
    "protocol-other",
    "refuse",
    needs="protocol",
    measured="{protocol}",
    allowed="{due.protocol}",
    source="protocol",
    hazards="H49",
)
def protocol_other(o: OrderView) -> Condition:
    """The order is for another protocol than it is checked against.

    Check it against its own protocol, or find out which one the patient is on.
    """
    return each(o.protocol, lambda word: word.casefold() != o.due.protocol)


@rule(
    "protocol-version",
    "blocks-release",
    needs="version",
    measured="version {version}",
    allowed="version {due.version}",
    source="protocol",
    hazards="H48",
)
def protocol_version(o: OrderView) -> Condition:
    """The order is for another version of the protocol.

    Compare the versions, and make the order anew with the one in force.
    """
    return each(o.version, lambda word: word != o.due.version)


@rule(
    "protocol-content",
    "blocks-release",
    measured="{protocol_hash}",
    allowed="{due.protocol_hash}",
    source="protocol",
    where="protocol",
    hazards="H48 H50",
)
def protocol_content(o: OrderView) -> Condition:
    """The order was made from a protocol of the same name with other content.

    Find out which of the two is approved, and make the order anew from that.
    """
    return each(o.protocol_hash, lambda word: word != o.due.protocol_hash)


@rule(
    "written-later",
    "blocks-release",
    needs="written on",
    measured="written {written}",
    allowed="by {on}",
    source="by definition",
    hazards="H36",
)
def written_later(o: OrderView) -> Condition:
    """The order was written after the day of treatment.

    One of the two dates is wrong, or the order was written up afterwards.
    """
    return o.written > o.on


@rule(
    "expired",
    "refuse",
    needs="valid_until on",
    measured="valid until {valid_until}",
    allowed="at least until {on}",
    source="by definition",
    hazards="H36 H59",
)
def expired(o: OrderView) -> Condition:
    """The order is no longer valid on the day of treatment.

    Make it anew, with today's weight and laboratory values.
    """
    return o.valid_until < o.on


@rule(
    "valid-too-long",
    "warning",
    needs="valid_until on",
    measured="{valid_for}",
    allowed="at most {due.valid}",
    source="site policy",
    hazards="H36",
)
def valid_too_long(o: OrderView) -> Condition:
    """The order is valid for longer than the site lets an order be.

    Shorten its validity, or make it anew when it is needed.
    """
    return above(o.valid_for, o.due.valid)


@rule(
    "day-of-cycle",
    "refuse",
    needs="day",
    measured="day {day}",
    allowed="day {due.days}",
    source="protocol",
    hazards="H32",
)
def day_of_cycle(o: OrderView) -> Condition:
    """The protocol gives nothing on this day of the cycle.

    Compare the day with the protocol's calendar; day 1 is the first day.
    """
    found = missing(o.day)
    for day in o.due.days:
        found = found | (o.day == day)
    return no(found)
