"""What a rule is: its words, what it is told as, where it is entered, and when it can tell."""

from __future__ import annotations

import math

import numpy
import pytest

from dosewright.orders.rules import RULES
from dosewright.orders.rules import rule as rules
from dosewright.orders.rules.hazards import HAZARDS
from dosewright.orders.rules.rule import CATALOGUE, Template, always, parts, remembered, rule
from dosewright.orders.rules.view import OrderView, Record

from .rulings import asked, changed, sound

HEPA = "hepa-haic"


def view(changes=None, arm: str = "haic-folfox") -> OrderView:
    return OrderView(Record(changed(sound(arm), changes or {})), "", asked(arm))


@pytest.fixture
def entered():
    """Enter a rule for a test alone."""
    before = dict(CATALOGUE)
    yield lambda id, function, **more: (rule(id, more.pop("severity", "warning"), **more)(function), CATALOGUE[id])[1]
    CATALOGUE.clear()
    CATALOGUE.update(before)


# ----------------------------------------------------------------------------------------------------------------- words


def test_a_template_is_filled_in_by_the_order():
    line = view().line("oxaliplatin")
    assert Template("{line}, {route}").fill(line, None) == "hepatic artery catheter, hepatic intra-arterial"
    assert (
        Template("due {due.step} of {due.least}").fill(line, None).replace("\N{NO-BREAK SPACE}", " ")
        == "due 1 mg of 0.2"
    )


def test_a_template_of_which_nothing_is_known_says_nothing():
    line = view({"oxaliplatin.comment": None}).line("oxaliplatin")
    assert (Template("{comment}").fill(line, None), Template("").fill(line, None)) == ("nothing", "")
    assert Template("{due.cap}").fill(line, None) == "nothing"


def test_what_hangs_on_what_is_due_alone_is_filled_in_once():
    line = view().line("oxaliplatin")
    first = Template("{due.routes}").fill(line, None)
    line.due = None
    assert Template("{due.routes}").fill(line, None) == first == "hepatic intra-arterial"
    assert [Template(text).hangs_on_order for text in ("{due.cap} {route}", "{due.cap}", "mg", "{route}")] == [
        True, False, False, True,
    ]  # fmt: skip


def test_a_template_names_what_it_fills_in_and_is_outlined_in_words():
    template = Template("{dose_per} and {due.dose_source}, {mg_per_m2}")
    assert template.names == ["dose_per", "due.dose_source", "mg_per_m2"]
    assert template.outline() == "the dose per and the dose source that is due, the mg per m2"


def test_a_rule_is_told_as_data():
    assert RULES["line-and-route"].data() == {
        "rule": "line-and-route",
        "severity": "refuse",
        "chapter": "administration",
        "of": "line",
        "message": "the line that it runs in is not of the route that the order names",
        "measured": "the line, the route",
        "allowed": "a line of that route",
        "source": "site policy",
        "needs": ["line", "route"],
        "hazards": {"H40": "a wrong route or a wrong line"},
        "advice": "Follow the line from the pump to the patient.",
    }


def test_what_a_rule_asks_for_is_among_what_it_needs():
    assert RULES["missing-identifier"].data()["needs"] == ["identifier", "second_identifier"]
    assert RULES["route"].names == ["route", "due.routes", "due.route_source"]


def test_what_is_remembered_is_worked_out_once_for_each_part():
    asked: list[str] = []
    heavy = remembered(lambda line: asked.append(line.key) or line.dose > 1.0)  # type: ignore[func-returns-value]
    lines = view().lines
    assert all(heavy(line) for line in [*lines.values()] * 2)
    assert asked == list(lines)


# --------------------------------------------------------------------------------------------------------- the catalogue


def fires(view):
    """A sentence that says what is wrong.

    What to do,
    in lines.
    """
    return True


def test_a_rule_is_entered_with_its_sentence_and_its_advice(entered):
    made = entered("x-one", fires, needs="dose route", asks="line", when="reason", hazards="H01 H02", measured="{dose}")
    assert (made.message, made.advice) == ("a sentence that says what is wrong", "What to do, in lines.")
    assert (made.needs, made.asks, made.when, made.hazards) == (
        ("dose", "route"),
        ("line",),
        ("reason",),
        ("H01", "H02"),
    )
    assert (made.id, made.severity, made.of, made.function) == ("x-one", "warning", "order", fires)
    assert (made.measured, made.allowed, made.source) == (Template("{dose}"), Template(""), Template(""))
    assert (made.explain, made.even_absent, made.applies, made.module) == (
        None,
        False,
        always,
        __name__.rpartition(".")[2],
    )


def test_a_finding_lies_where_it_is_said_else_at_what_is_asked_else_at_what_is_needed(entered):
    told = [
        entered("x-one", fires, needs="dose route", asks="line", where="rate").where,
        entered("x-two", fires, needs="dose route", asks="line pump").where,
        entered("x-three", fires, needs="dose route").where,
        entered("x-four", fires).where,
    ]
    assert told == ["rate", "line", "dose", ""]


def test_a_sentence_that_begins_with_an_abbreviation_keeps_it(entered):
    def named(view):
        """DPYD is not known."""
        return True

    assert entered("x-one", named).message == "DPYD is not known"

    def shorter(view):
        """IDs of two orders are the same."""
        return True

    assert entered("x-two", shorter).message == "IDs of two orders are the same"


def test_a_rule_of_which_no_more_is_said_measures_nothing_and_controls_nothing(entered):
    made = entered("x-one", fires)
    assert (made.measured, made.hazards, made.needs, made.asks, made.when) == (Template(""), (), (), (), ())


def test_a_function_that_says_nothing_is_no_rule(entered):
    with pytest.raises(IndexError):
        entered("x-one", lambda view: True)


def test_a_rule_without_conditions_applies_to_everything():
    assert always(None) is True


# ---------------------------------------------------------------------------------------------------------- what is told


def test_a_finding_names_the_line_the_analyte_the_pair_and_the_criterion(entered):
    order = view(arm=HEPA)
    made = entered("x-one", fires, where="dose")

    def told(of):
        return next(
            (found.message, found.where) for one in parts(order, of) for found in [made.finding(one, "warning", None)]
        )

    says = "a sentence that says what is wrong"
    assert told("order") == (says, "dose")
    assert told("line") == (f"oxaliplatin: {says}", "oxaliplatin.dose")
    assert told("lab") == (f"neutrophils: {says}", "lab.neutrophils.dose")
    assert told("lifetime") == (f"anthracycline: {says}", "before.dose")
    assert told("criterion") == (f"{says}: advanced hepatocellular carcinoma", "advanced")
    assert told("beads") == (says, "beads.dose")
    assert told("interaction") == (f"brivudine and fluorouracil: {says}", "dose")


def test_a_rule_without_a_field_lies_at_its_part(entered):
    made = entered("x-one", fires)
    assert [made.place(one) for one in parts(view(), "line")] == ["oxaliplatin", "leucovorin", "fluorouracil"]


def test_a_finding_carries_severity_words_and_source(entered):
    made = entered("x-one", fires, measured="{route}", allowed="{due.routes}", source="{due.route_source}")
    found = made.finding(view({"oxaliplatin.route": "oral"}).line("oxaliplatin"), "refuse", None)
    assert (found.rule, found.severity, found.measured, found.allowed, found.source) == (
        "x-one", "refuse", "oral", "hepatic intra-arterial", "methods",
    )  # fmt: skip


def test_an_explanation_is_added_where_there_is_one(entered):
    line = view().line("oxaliplatin")
    said = [entered("x-one", fires, explain=lambda one, words=words: words).finding(line, "warning", None).message
            for words in ("because", "")]  # fmt: skip
    says = "oxaliplatin: a sentence that says what is wrong"
    assert said == [f"{says}; because", says]


def test_of_a_column_the_order_that_fired_is_explained(entered):
    column = {
        name: numpy.array([value, 2 * value]) if isinstance(value, float) else value for name, value in sound().items()
    }
    line = OrderView(Record(column, rows=2), "", asked("haic-folfox")).line("oxaliplatin")
    made = entered("x-one", fires, explain=lambda one: f"{one.dose:g}", measured="{dose}")
    told = [made.finding(line, "warning", row) for row in (0, 1)]
    assert [one.message.rpartition("; ")[2] for one in told] == ["141", "282"]
    assert [one.measured.replace("\N{NO-BREAK SPACE}", " ") for one in told] == ["141 mg", "282 mg"]
    other = entered("x-two", fires, allowed="{dose}", source="{share}")
    line.__dict__["share"] = numpy.array([80.0, 50.0])
    told = [other.finding(line, "warning", row) for row in (0, 1)]
    words = [
        (one.allowed.replace("\N{NO-BREAK SPACE}", " "), one.source.replace("\N{NO-BREAK SPACE}", " ")) for one in told
    ]
    assert words == [("141 mg", "80 %"), ("282 mg", "50 %")]


def test_a_severity_is_the_rules_own_or_graded_by_what_is_due(entered):
    made = entered("x-one", fires, severity=lambda due: "refuse" if due == 1 else None)
    assert (made.graded(1), made.graded(2), made.severities) == ("refuse", None, "as the site says")
    assert (RULES["route"].graded(None), RULES["route"].severities) == ("refuse", "refuse")


# ------------------------------------------------------------------------------------------------------- when it can tell


def looked(made, changes=None, *, carried=None):
    values = changed(sound(), changes or {})
    record = Record(values, carried=None if carried is None else frozenset(values) - carried)
    found = made.look(OrderView(record, "", asked("haic-folfox")).line("oxaliplatin"))
    return bool(found.fires), bool(found.unknown)


def test_a_rule_that_fires_is_not_unknown_though_something_is_missing(entered):
    made = entered("x-one", fires, needs="dose")
    assert looked(made) == (True, False)
    assert looked(made, {"oxaliplatin.dose": None}) == (True, False)


def test_a_rule_that_does_not_fire_is_unknown_where_something_it_needs_is_missing(entered):
    def silent(view):
        """Nothing is wrong."""
        return False

    made = entered("x-one", silent, needs="dose route")
    assert looked(made) == (False, False)
    assert looked(made, {"oxaliplatin.dose": None}) == (False, True)
    assert looked(made, {"oxaliplatin.route": None}) == (False, True)


def of_a_column(made, **fields):
    """Where a rule fires in three orders, and where it cannot tell."""
    column = {name: numpy.full(3, value) if isinstance(value, float) else value for name, value in sound().items()}
    column |= {f"oxaliplatin.{name}": value for name, value in fields.items()}
    found = made.look(OrderView(Record(column, rows=3), "", asked("haic-folfox")).line("oxaliplatin"))
    return [numpy.broadcast_to(one, 3).tolist() for one in (found.fires, found.unknown)]


SECOND, THIRD = (numpy.array([1.0, *rest]) for rest in ((math.nan, 1.0), (1.0, math.nan)))


def test_a_column_is_unknown_in_each_order_that_lacks_any_of_what_is_needed(entered):
    def silent(view):
        """Nothing is wrong."""
        return False

    made = entered("x-one", silent, needs="dose rate over volume")
    assert of_a_column(made, dose=SECOND, over=THIRD) == [[False] * 3, [False, True, True]]
    assert of_a_column(made, dose=SECOND) == [[False] * 3, [False, True, False]]
    assert of_a_column(made, volume=THIRD) == [[False] * 3, [False, False, True]]


def test_a_column_that_fires_is_not_unknown_where_it_does(entered):
    def faster(line):
        """It is too fast."""
        return line.rate > 5.0

    made = entered("x-one", faster, needs="dose")
    rate = numpy.array([9.0, 9.0, 1.0])
    assert of_a_column(made, dose=SECOND, rate=rate) == [[True, True, False], [False] * 3]
    assert of_a_column(made, dose=THIRD, rate=rate) == [[True, True, False], [False, False, True]]


def test_a_column_fires_in_those_orders_alone_that_have_the_line(entered):
    nowhere = dict.fromkeys(("drug", "route", "unit", "written", "comment"))
    nowhere |= dict.fromkeys(("flat", "dose_per", "dose_per_kg", "over", "rate", "volume"), math.nan)
    made = entered("x-one", fires, needs="pump")
    assert of_a_column(made, **nowhere, dose=SECOND, pump="a pump") == [[True, False, True], [False] * 3]

    def silent(view):
        """Nothing is wrong."""
        return False

    unknown = entered("x-two", silent, needs="end")
    assert of_a_column(unknown, **nowhere, dose=SECOND, end=math.nan) == [[False] * 3, [True, False, True]]


def test_what_a_table_has_no_column_for_is_told_as_never_known(entered):
    made = entered("x-one", fires, needs="dose")
    line = OrderView(Record(sound(), carried=frozenset()), "", asked("haic-folfox")).line("oxaliplatin")
    assert made.look(line) == rules.Outcome(made, line, False, True, never=True)
    known = view().line("oxaliplatin")
    assert made.look(known) == rules.Outcome(made, known, True, False, never=False)


def test_what_an_order_may_leave_out_makes_nothing_unknown(entered):
    def silent(view):
        """Nothing is wrong."""
        return False

    made = entered("x-one", silent, needs="dose", when="comment")
    assert looked(made, {"oxaliplatin.dose": None, "oxaliplatin.comment": "x"}) == (False, True)
    assert looked(made, {"oxaliplatin.dose": None, "oxaliplatin.comment": None}) == (False, False)


def test_a_table_without_a_column_that_is_needed_is_told_once_and_nothing_fires(entered):
    made = entered("x-one", fires, needs="dose route")
    assert looked(made, carried={"oxaliplatin.dose"}) == (False, True)
    assert looked(made, carried={"oxaliplatin.pump"}) == (True, False)


def test_of_what_is_asked_for_one_column_is_enough(entered):
    made = entered("x-one", fires, asks="pump line")
    assert looked(made, carried={"oxaliplatin.pump"}) == (True, False)
    assert looked(made, carried={"oxaliplatin.pump", "oxaliplatin.line"}) == (False, True)


def test_a_rule_of_a_line_that_is_not_there_is_silent_unless_it_looks_for_that(entered):
    gone = {"oxaliplatin.*": None}
    assert looked(entered("x-one", fires, needs="dose"), gone) == (False, False)
    assert looked(entered("x-two", fires, even_absent=True), gone) == (True, False)


# ------------------------------------------------------------------------------------------------------------ the parts


def test_an_order_has_these_parts():
    order = view({"cisplatin.dose": 100.0}, HEPA)
    assert [one.key for one in parts(order, "line")] == ["oxaliplatin", "leucovorin", "fluorouracil"]
    assert [one.due.analyte for one in parts(order, "lab")] == ["neutrophils", "platelets", "bilirubin", "albumin"]
    assert [one.due.of for one in parts(order, "lifetime")] == ["anthracycline", "doxorubicin"]
    assert [one.due.other for one in parts(order, "interaction")] == ["brivudine", "sorivudine", "warfarin"]
    assert len(list(parts(order, "criterion"))) == 10
    assert (list(parts(order, "order")), list(parts(order, "beads"))) == ([order], [order.beads])


def test_a_line_of_a_drug_that_the_protocol_does_not_have_is_a_stranger():
    record = Record(sound() | {"cisplatin.dose": 100.0}, strangers=("cisplatin",))
    (found,) = parts(OrderView(record, "", asked("haic-folfox")), "stranger")
    assert (found.key, found.due, found.dose) == ("cisplatin", None, 100.0)


def test_every_rule_is_looked_at_with_its_severity_where_it_applies(entered):
    made = [
        entered("x-one", fires, of="line", applies=lambda due: due.key == "leucovorin"),
        entered("x-two", fires, severity=lambda due: None),
        entered("x-three", fires, severity="refuse"),
    ]
    found = [(severity, one.rule.id, getattr(one.view, "key", "")) for severity, one in rules.looked(view(), made)]
    assert found == [("warning", "x-one", "leucovorin"), ("refuse", "x-three", "")]


def test_of_a_protocol_that_nobody_knows_those_rules_alone_are_looked_at_that_ask_for_none():
    unknown = OrderView(Record(sound()), "", None)
    assert [one.rule.id for _, one in rules.looked(unknown, list(RULES.values()))] == [
        id for id in RULES if id in rules.BLIND
    ]


def test_a_chapter_is_the_last_part_of_the_module_that_a_rule_stands_in(entered):
    assert (RULES["weight-basis"].module, RULES["remark-and-dose"].module) == ("body", "remarks")
    assert entered("x-one", fires).module == __name__.rpartition(".")[2]


def test_every_hazard_of_a_rule_is_told_in_words():
    assert all(HAZARDS[id] for one in RULES.values() for id in one.data()["hazards"])
