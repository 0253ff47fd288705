"""What a site's rules propose, by toxicity, laboratory, kidneys and genotype; and how the patient's file answers.

The usual order is for Monday 2026-11-23; its patient has bilirubin of 18.2 µmol/L (18.2 ÷ 17.104 = 1.064 mg/dL) of two
days before. The cycle before it began on 2026-10-26.
"""

from __future__ import annotations

import pytest

from dosewright.errors import Mistake
from dosewright.orders.proposals import check_rules

from .changing_doses import BY, FU, LV, OXA, a_change, a_rule, a_table, a_toxicity, changed_order, given
from .ward import a_site, findings, rules, severities

ONE = given("100 %")
LAST, PROTOCOL = "last ordered dose", "protocol dose"


def proposed(*site_rules, changes=(), before=ONE, **patient):
    """What the rules propose in an order, and its findings."""
    made = changed_order(*changes, before=before, site={"dose_changes": list(site_rules)}, **patient)
    return made["proposals"], made


def answers(*site_rules, **more):
    return [one["answer"] for one in proposed(*site_rules, **more)[0]]


def declined(rule="platelets", drug=OXA, cycle=2, reason="has another cause", on="2026-11-22", **said):
    return [{"rule": rule, "drug": drug, "cycle": str(cycle), "reason": reason, **BY, "on": on, **said}]


# -------------------------------------------------------------------------------------------------------------- toxicity


def test_a_toxicity_proposes_what_its_grade_asks_and_stops_release():
    found, made = proposed(a_rule(), toxicities=[a_toxicity()])
    assert [(one["key"], one["at_most"]["value"], one["answer"]) for one in found] == [(OXA, 80, "open")]
    assert (severities(made, "dose-proposed"), made["released"]) == ({"blocks-release"}, False)


def test_a_proposal_names_what_was_found_and_what_it_comes_to():
    _, made = proposed(a_rule(), toxicities=[a_toxicity()])
    (finding,) = findings(made, "dose-proposed")
    assert finding["measured"] == (
        "Platelet count decreased, grade 3 by CTCAE v5.0, after cycle 1, 2026-11-09; ended 2026-11-20"
    )
    assert finding["allowed"] == "at most 80 % of the protocol dose, 68 mg/m²"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"by": "20 %", "of": PROTOCOL}, "changed"),
        ({"to": "80 %", "of": PROTOCOL}, "changed"),
        ({"per_m2": "68 mg/m2"}, "changed"),
        ({"by": "25 %", "of": LAST}, "changed"),
        ({"to": "0 %", "of": PROTOCOL}, "changed"),
        ({"to": "80.1 %", "of": PROTOCOL}, "open"),
        ({"by": "10 %", "of": LAST}, "open"),
    ],
)
def test_a_change_answers_a_proposal_where_it_leaves_no_more(said, answer):
    assert answers(a_rule(), changes=[a_change(cycle=2, **said)], toxicities=[a_toxicity()]) == [answer]


@pytest.mark.parametrize(
    ("grade", "found"), [("0", []), ("1", []), ("2", []), ("3", ["open"]), ("4", ["ended"]), ("unknown", ["unknown"])]
)
def test_each_grade_proposes_what_its_row_says(grade, found):
    assert answers(a_rule(), toxicities=[a_toxicity(grade=grade)]) == found


def test_a_grade_that_holds_goes_on_holding_while_it_is_there():
    found, made = proposed(a_rule(), toxicities=[a_toxicity(grade="4", ended="present")])
    assert (found[0]["hold"], severities(made, "dose-rule-holds")) == (True, {"blocks-release"})


@pytest.mark.parametrize(("ended", "hold"), [("2026-11-23", False), ("2026-11-24", True), ("unknown", True)])
def test_it_no_longer_holds_on_the_day_on_which_it_has_ended(ended, hold):
    found, _ = proposed(a_rule(), toxicities=[a_toxicity(grade="4", ended=ended)])
    assert found[0]["hold"] == hold


def test_after_it_has_held_the_dose_is_lowered():
    rows = [{"grade": ["4"], "then": "hold", "by": "40 %", "of": LAST}]
    found, made = proposed(a_rule(rows=rows), toxicities=[a_toxicity(grade="4")])
    assert (found[0]["hold"], found[0]["at_most"]["value"], rules(made) & {"dose-proposed"}) == (
        False,
        60,
        {"dose-proposed"},
    )


def test_a_change_does_not_answer_what_holds():
    changes = [a_change(cycle=2, to="10 %", of=PROTOCOL)]
    toxic = [a_toxicity(grade="4", ended="present")]
    assert answers(a_rule(), changes=changes, toxicities=toxic) == ["open"]


def test_what_is_left_out_need_not_wait():
    changes = [a_change(cycle=2, to="0 %", of=PROTOCOL)]
    toxic = [a_toxicity(grade="4", ended="present")]
    assert answers(a_rule(), changes=changes, toxicities=toxic) == ["changed"]


def test_unknown_toxicities_stop_what_goes_by_them():
    found, made = proposed(a_rule(), toxicities="unknown")
    assert ([one["answer"] for one in found], severities(made, "dose-rule-unknown")) == (
        ["unknown"],
        {"blocks-release"},
    )


def test_what_several_rules_go_by_and_nobody_knows_is_asked_for_once():
    _, made = proposed(a_rule(), a_rule("neuropathy", term="peripheral sensory neuropathy"), toxicities="unknown")
    assert [one["message"] for one in findings(made, "dose-rule-unknown")] == [
        "oxaliplatin: whether rules platelets and neuropathy change the dose cannot be told: toxicities after the last "
        "cycle are unknown"
    ]


def test_before_the_first_cycle_nothing_is_asked():
    assert answers(a_rule(), before=(), toxicities="unknown") == []


def test_a_list_that_is_silent_on_a_term_warns():
    _, made = proposed(a_rule(), toxicities=[a_toxicity("nausea", "1")])
    assert [one["measured"] for one in findings(made, "toxicity-not-recorded")] == ["Platelet count decreased"]


def test_none_says_that_somebody_looked():
    assert "toxicity-not-recorded" not in rules(proposed(a_rule(), toxicities="none")[1])


def test_recorded_toxicities_need_rules():
    made = changed_order(before=ONE, site={"dose_changes": "undecided"}, toxicities=[a_toxicity()])
    assert severities(made, "dose-rules-undecided") == {"blocks-release"}


# -------------------------------------------------------------------------------------------------- over several cycles

TWO = given("100 %", {OXA: "80 %", LV: "100 %", FU: "100 %"})
FIRST = a_change(cycle=2)


def test_a_second_toxicity_asks_for_less_than_was_ordered_last():
    found, _ = proposed(a_rule(), changes=[FIRST], before=TWO, toxicities=[a_toxicity(after_cycle="2")])
    assert (found[0]["at_most"]["value"], found[0]["answer"]) == (64, "open")


def test_a_toxicity_that_is_still_there_was_answered_when_it_came():
    old = a_toxicity(on="2026-10-10", after_cycle="1", ended="present")
    assert answers(a_rule(), changes=[FIRST], before=TWO, toxicities=[old]) == ["changed"]


def test_an_old_toxicity_that_has_ended_asks_for_nothing():
    old = a_toxicity(on="2026-10-10", after_cycle="1", ended="2026-10-20")
    assert answers(a_rule(), before=given("100 %", "100 %"), toxicities=[old]) == []


def test_the_latest_grade_of_a_term_counts():
    old = a_toxicity(on="2026-10-10", after_cycle="1", ended="present")
    new = a_toxicity(grade="1", after_cycle="2", ended="present")
    assert answers(a_rule(), before=given("100 %", "100 %"), toxicities=[old, new]) == []


def test_of_several_grades_of_a_term_the_worst_counts():
    mild, grave = a_toxicity(grade="1"), a_toxicity(grade="3", on="2026-11-05")
    assert answers(a_rule(), toxicities=[mild, grave]) == ["open"]


# -------------------------------------------------------------------------------------------------------------- declined


def test_a_named_person_may_decline():
    found, made = proposed(a_rule(), toxicities=[a_toxicity()], declined=declined())
    assert ([one["answer"] for one in found], severities(made, "dose-rule-declined")) == (["declined"], {"warning"})
    assert made["released"]


@pytest.mark.parametrize("said", [{"rule": "others"}, {"drug": FU}, {"cycle": 1}])
def test_what_is_declined_is_one_rule_of_one_drug_in_one_cycle(said):
    assert answers(a_rule(), toxicities=[a_toxicity()], declined=declined(**said)) == ["open"]


@pytest.mark.parametrize(
    ("said", "told"),
    [({}, set()), ({"rule": "others"}, {"warning"}), ({"drug": FU}, {"warning"}), ({"cycle": 1}, set())],
)
def test_a_refusal_of_what_nothing_proposes_is_told(said, told):
    _, made = proposed(a_rule(), toxicities=[a_toxicity()], declined=declined(**said))
    assert severities(made, "declined-nothing") == told


def test_a_proposal_that_is_declined_and_followed_at_once_is_told():
    change = {"drug": OXA, "from_cycle": 2, "by": "20 %", "of": "protocol dose", "reason": "thrombocytopenia",
              "decided_by": "B. Example", "role": "oncologist", "on": "2026-11-20"}  # fmt: skip
    _, both = proposed(a_rule(), toxicities=[a_toxicity()], declined=declined(), changes=[change])
    _, one = proposed(a_rule(), toxicities=[a_toxicity()], declined=declined())
    assert (severities(both, "declined-followed"), severities(one, "declined-followed")) == ({"warning"}, set())


def test_what_holds_may_be_declined():
    toxic = [a_toxicity(grade="4", ended="present")]
    assert proposed(a_rule(), toxicities=toxic, declined=declined())[1]["released"]


def test_declined_after_the_day_stops_release():
    later = declined(on="2026-11-24")
    assert severities(proposed(a_rule(), toxicities=[a_toxicity()], declined=later)[1], "declined-later") == {
        "blocks-release"
    }


@pytest.mark.parametrize(
    ("on", "answer"), [("2026-11-08", "open"), ("2026-11-09", "declined"), ("2026-11-10", "declined")]
)
def test_what_was_declined_before_the_toxicity_came_does_not_answer_it(on, answer):
    assert answers(a_rule(), toxicities=[a_toxicity(on="2026-11-09")], declined=declined(on=on)) == [answer]


def test_a_refusal_of_something_earlier_stops_release_and_names_both_days():
    _, made = proposed(a_rule(), toxicities=[a_toxicity()], declined=declined(on="2026-11-08"))
    (finding,) = findings(made, "declined-earlier")
    assert (finding["severity"], finding["message"]) == (
        "blocks-release",
        "oxaliplatin: rule platelets was declined on 2026-11-08, before 2026-11-09, the day of what it goes by",
    )


def test_of_two_days_of_the_same_grade_the_later_is_to_be_declined():
    toxic = [a_toxicity(on="2026-11-05"), a_toxicity(on="2026-11-09")]
    assert answers(a_rule(), toxicities=toxic, declined=declined(on="2026-11-07")) == ["open"]


@pytest.mark.parametrize(("on", "answer"), [("2026-11-20", "open"), ("2026-11-21", "declined")])
def test_what_was_declined_before_the_value_was_measured_does_not_answer_it(on, answer):
    refusal = declined("bilirubin", FU, on=on)
    assert answers(a_table({"above": "1", "then": "omit"}), laboratory=bilirubin("2"), declined=refusal) == [answer]


def test_a_new_value_of_creatinine_asks_again():
    site_rule = kidneys(no_more_than="65 mg/m2")
    assert answers(site_rule, laboratory=creatinine("3"), declined=declined("kidneys", on="2026-11-20")) == ["open"]


def test_what_was_declined_earlier_and_is_followed_is_told():
    _, made = proposed(
        a_rule(), changes=[a_change(cycle=2)], toxicities=[a_toxicity()], declined=declined(on="2026-11-08")
    )
    assert (severities(made, "declined-followed"), made["released"]) == ({"warning"}, True)


def test_what_nobody_knows_may_be_declined_on_any_day():
    assert answers(a_rule(), toxicities="unknown", declined=declined(on="2026-10-20")) == ["declined"]


def test_an_early_refusal_of_a_value_beyond_the_table_stops_release():
    rows = [{"at_least": "1.2", "up_to": "3", "then": "hold"}]
    _, made = proposed(a_table(*rows), laboratory=bilirubin("4"), declined=declined("bilirubin", FU, on="2026-11-20"))
    assert severities(made, "declined-earlier") == severities(made, "dose-rule-unknown") == {"blocks-release"}


def test_to_decline_takes_a_reason_of_its_own():
    with pytest.raises(Mistake, match="a reason not to follow a proposal"):
        proposed(a_rule(), toxicities=[a_toxicity()], declined=declined(reason="thrombocytopenia"))


# ------------------------------------------------------------------------------------------------------------ laboratory

GIVEN = [
    {"at_least": "1.2", "up_to": "3", "figure": "50 %", "is": "given", "of": PROTOCOL},
    {"above": "3", "figure": "25 %", "is": "given", "of": PROTOCOL},
]
TAKEN_AWAY = [
    {"at_least": "1.2", "up_to": "3", "figure": "50 %", "is": "taken away", "of": PROTOCOL},
    {"at_least": "3.1", "up_to": "5", "figure": "75 %", "is": "taken away", "of": PROTOCOL},
    {"above": "5", "then": "omit"},
]


def bilirubin(value, unit="mg/dL", on="2026-11-21"):
    return [{"analyte": "bilirubin", "value": value, "unit": unit, "on": on}]


@pytest.mark.parametrize(
    ("rows", "value", "left"),
    [
        (GIVEN, "1.19", None),
        (GIVEN, "1.2", 50),
        (GIVEN, "3", 50),
        (GIVEN, "3.01", 25),
        (TAKEN_AWAY, "1.2", 50),
        (TAKEN_AWAY, "3", 50),
        (TAKEN_AWAY, "3.1", 25),
        (TAKEN_AWAY, "5", 25),
        (TAKEN_AWAY, "5.01", 0),
    ],
)
def test_a_table_says_of_every_row_whether_its_figure_is_given_or_taken_away(rows, value, left):
    found, _ = proposed(a_table(*rows), laboratory=bilirubin(value))
    assert [one["at_most"]["value"] for one in found] == ([] if left is None else [left])


def test_a_value_in_another_unit_of_the_analyte_is_converted():
    # 51.312 µmol/L ÷ 17.104 = 3.000 mg/dL, which still belongs to the row
    found, _ = proposed(a_table(*GIVEN), laboratory=bilirubin("51.312", "µmol/L"))
    assert [one["at_most"]["value"] for one in found] == [50]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (bilirubin("3.05"), "it lies between two rows of the table"),
        (bilirubin("2", on="2026-11-19"), "it is older than 3 d"),
        ("unknown", "no value is known"),
        ([*bilirubin("2"), *bilirubin("3")], "several values of the same day, and nothing says which counts"),
        (bilirubin("2", "g/L"), "needs bilirubin with the unit"),
    ],
)
def test_what_is_not_known_of_a_value_stops_release(values, why):
    found, made = proposed(a_table(*TAKEN_AWAY), laboratory=values)
    assert (found[0]["answer"], found[0]["unknown"].startswith(why), made["released"]) == ("unknown", True, False)


def test_a_value_of_three_days_before_still_counts():
    assert answers(a_table(*GIVEN), laboratory=bilirubin("2", on="2026-11-20")) == ["open"]


CLOSED = [
    {"at_least": "1.2", "below": "3", "by": "20 %", "of": PROTOCOL},
    {"at_least": "3", "up_to": "5", "by": "40 %", "of": PROTOCOL},
]


@pytest.mark.parametrize(
    ("value", "answer"), [("1.19", []), ("1.2", ["open"]), ("5", ["open"]), ("5.01", ["unknown"]), ("20", ["unknown"])]
)
def test_what_is_worse_than_every_row_is_unknown_and_what_is_milder_asks_for_nothing(value, answer):
    assert answers(a_table(*CLOSED), laboratory=bilirubin(value)) == answer


@pytest.mark.parametrize(("value", "answer"), [("76", []), ("74", ["open"]), ("49.9", ["unknown"])])
def test_of_platelets_the_lower_values_are_worse(value, answer):
    rows = [{"at_least": "50", "below": "75", "by": "20 %", "of": PROTOCOL}]
    rule = a_table(*rows, analyte="platelets", unit="10^9/L")
    platelets = [{"analyte": "PLT", "value": value, "unit": "10^9/L", "on": "2026-11-21"}]
    assert answers(rule, laboratory=platelets) == answer


def test_a_value_beyond_the_table_stops_release_and_says_why():
    _, made = proposed(a_table(*CLOSED), laboratory=bilirubin("6"))
    assert [(one["severity"], one["message"]) for one in findings(made, "dose-rule-unknown")] == [
        (
            "blocks-release",
            "fluorouracil: whether rule bilirubin changes the dose cannot be told: it is worse than every row of the table",
        )
    ]


@pytest.mark.parametrize(
    ("rows", "grade", "answer"),
    [
        (["2"], "1", []),
        (["2"], "2", ["open"]),
        (["2"], "3", ["unknown"]),
        (["2"], "4", ["unknown"]),
        (["1", "3"], "2", ["unknown"]),
    ],
)
def test_a_grade_that_no_row_speaks_of_is_unknown_unless_it_is_milder_than_all(rows, grade, answer):
    site_rule = a_rule(rows=[{"grade": rows, "by": "20 %", "of": PROTOCOL}])
    assert answers(site_rule, toxicities=[a_toxicity(grade=grade)]) == answer


# --------------------------------------------------------------------------------------------------- kidneys, genotype

KIDNEYS = {"measures": "creatinine clearance", "within": "7 d"}


def kidneys(**row):
    return a_rule("kidneys", **KIDNEYS, rows=[{"below": "30", **row}])


def creatinine(value):
    return [{"analyte": "creatinine", "value": value, "unit": "mg/dL", "on": "2026-11-21"}]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        # (140 − 62) × 60 ÷ (72 × 2.16) = 30.093; ÷ (72 × 2.17) = 29.954 mL/min
        ("2.16", []),
        ("2.17", [76.470588235294]),  # 65 ÷ 85
    ],
)
def test_of_the_rule_and_the_protocol_s_dose_the_smaller_counts(value, found):
    made, _ = proposed(kidneys(no_more_than="65 mg/m2"), laboratory=creatinine(value))
    assert [one["at_most"]["value"] for one in made] == [pytest.approx(one) for one in found]


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        # 65 mL/min ÷ creatinine in mg/dL, as above: 65, 57.0, 49.6 and 41.1 mL/min
        ("1", []),
        ("1.14", ["open"]),
        ("1.31", ["unknown"]),
        ("1.58", ["unknown"]),
    ],
)
def test_a_clearance_below_the_lowest_row_is_not_taken_for_harmless(value, answer):
    rows = [{"at_least": "50", "below": "60", "no_more_than": "65 mg/m2"}]
    assert answers(a_rule("kidneys", **KIDNEYS, rows=rows), laboratory=creatinine(value)) == answer


def test_a_rule_above_the_protocol_s_dose_raises_nothing():
    found, made = proposed(kidneys(no_more_than="130 mg/m2"), laboratory=creatinine("3"))
    assert [(one["answer"], one["at_most"]["value"]) for one in found] == [("not needed", 100)]
    assert severities(made, "dose-rule-not-needed") == {"info"}


def test_a_clearance_without_its_creatinine_is_unknown():
    assert answers(kidneys(no_more_than="65 mg/m2"), laboratory="unknown") == ["unknown"]


def test_a_clearance_without_the_sex_is_unknown():
    assert answers(kidneys(no_more_than="65 mg/m2"), laboratory=creatinine("3"), sex="unknown") == ["unknown"]


@pytest.mark.parametrize(("score", "left"), [("2", None), ("1.5", 50), ("1", 50), ("0.5", 0), ("0", 0)])
def test_an_activity_score_proposes_where_to_start(score, left):
    rows = [
        {"found": ["activity score 1", "activity score 1.5"], "to": "50 %", "of": PROTOCOL},
        {"found": ["activity score 0", "activity score 0.5"], "then": "omit"},
    ]
    rule = a_rule("dpyd", FU, measures="genotype", gene="DPYD", rows=rows)
    found, _ = proposed(rule, genotype={"DPYD": f"activity score {score}"})
    assert [one["at_most"]["value"] for one in found] == ([] if left is None else [left])


@pytest.mark.parametrize(
    ("score", "answer"), [("2", []), ("1.5", []), ("1", ["open"]), ("0.5", ["unknown"]), ("0", ["unknown"])]
)
def test_an_activity_below_every_row_is_unknown(score, answer):
    rows = [{"found": ["activity score 1"], "to": "50 %", "of": PROTOCOL}]
    rule = a_rule("dpyd", FU, measures="genotype", gene="DPYD", rows=rows)
    assert answers(rule, genotype={"DPYD": f"activity score {score}"}) == answer


def test_a_rule_on_what_is_on_the_beads_is_not_applied_there():
    from .ward import an_order

    site = {"dose_changes": [a_table({"above": "1", "then": "omit"}, drug="doxorubicin")]}
    made = an_order("hepa-haic", site=site)
    assert (made["proposals"], severities(made, "bead-dose-rule")) == ([], {"warning"})


# ------------------------------------------------------------------------------------------------- rules that are refused

WRONG = {
    "no base": ([{"grade": ["3"], "by": "20 %"}], "'of: protocol dose' or"),
    "a base of nothing": ([{"grade": ["3"], "then": "omit", "of": PROTOCOL}], "a percentage that 'of' belongs to"),
    "two things": ([{"grade": ["3"], "by": "20 %", "to": "80 %", "of": PROTOCOL}], "one thing that follows"),
    "nothing": ([{"grade": ["3"]}], "what follows"),
    "a figure that says neither": ([{"grade": ["3"], "figure": "50 %", "of": PROTOCOL}], "'is: given' or"),
    "a grade twice": (
        [{"grade": ["3"], "then": "hold"}, {"grade": ["3", "4"], "then": "hold"}],
        "two rows of one rule",
    ),
    "a worse grade that leaves more": (
        [{"grade": ["3"], "to": "50 %", "of": PROTOCOL}, {"grade": ["4"], "to": "75 %", "of": PROTOCOL}],
        "the worse finding would leave 75 % of the dose, the milder one 50 %",
    ),
    "a limit in a rule by grade": ([{"above": "3", "then": "hold"}], "grade in a rule by toxicity"),
    "more than all": ([{"grade": ["3"], "by": "120 %", "of": PROTOCOL}], "at most 100 %"),
}


@pytest.mark.parametrize(("rows", "told"), WRONG.values(), ids=WRONG)
def test_a_rule_that_leaves_something_open_is_refused(rows, told):
    with pytest.raises(Mistake, match=told):
        a_site({"dose_changes": [a_rule(rows=rows)]})


WRONG_TABLES = {
    "overlapping rows": [{"above": "1", "up_to": "3", "then": "hold"}, {"at_least": "3", "then": "omit"}],
    "rows without an end between": [{"above": "1", "then": "hold"}, {"above": "3", "then": "omit"}],
    "a row that falls": [{"above": "3", "up_to": "1", "then": "hold"}],
    "two lower ends": [{"above": "1", "at_least": "1", "then": "hold"}],
}


@pytest.mark.parametrize("rows", WRONG_TABLES.values(), ids=WRONG_TABLES)
def test_a_table_that_contradicts_itself_is_refused(rows):
    with pytest.raises(Mistake):
        a_site({"dose_changes": [a_table(*rows)]})


# Held as `dosewright site check` holds them; those that are refused stand in the broken files.
HALF, WHOLE = {"by": "50 %", "of": PROTOCOL}, {"to": "100 %", "of": PROTOCOL}
IN_ORDER = {
    "a closed table of what rises": a_table(*CLOSED),
    "the same far up": a_table(
        {"at_least": "10", "below": "20", "by": "20 %", "of": PROTOCOL},
        {"at_least": "20", "up_to": "30", "by": "40 %", "of": PROTOCOL},
    ),
    "a table that is printed in full": a_table({"up_to": "1.2", **WHOLE}, {"above": "1.2", **HALF}),
    "a table that begins at nothing": a_table({"at_least": "0", "up_to": "1.2", **WHOLE}, {"above": "1.2", **HALF}),
    "clearances in full": a_rule(
        "kidneys",
        **KIDNEYS,
        rows=[{"at_least": "30", "no_more_than": "85 mg/m2"}, {"below": "30", "no_more_than": "65 mg/m2"}],
    ),
    "less sodium is worse, as the rows say": a_table({"below": "125", **HALF}, analyte="sodium", unit="mmol/L"),
    "more sodium is worse, as the rows say": a_table({"above": "155", **HALF}, analyte="sodium", unit="mmol/L"),
    "hold, and leave out where it is worse": a_rule(
        rows=[{"grade": ["3"], "then": "hold", **HALF}, {"grade": ["4"], "then": "omit"}]
    ),
    "leave out, and hold where it is worse": a_rule(
        rows=[{"grade": ["3"], "then": "omit"}, {"grade": ["4"], "then": "hold"}]
    ),
}


@pytest.mark.parametrize("rule", IN_ORDER.values(), ids=IN_ORDER)
def test_a_table_by_which_what_is_worse_leaves_no_more_is_in_order(rule):
    assert check_rules(*a_site({"dose_changes": [rule]})) is None


def test_rows_that_meet_do_not_overlap():
    rows = [{"above": "1", "below": "3", "then": "hold"}, {"at_least": "3", "then": "omit"}]
    assert answers(a_table(*rows), laboratory=bilirubin("3")) == ["open"]


def test_where_less_is_worse_the_table_is_read_downward():
    rows = [{"below": "20", "figure": "50 %", "is": "given", "of": PROTOCOL}, {"at_least": "20", "below": "30", "figure": "75 %", "is": "given", "of": PROTOCOL}]  # fmt: skip
    rule = a_rule("albumin", FU, measures="laboratory", analyte="albumin", unit="g/L", within="3 d", rows=rows)
    albumin = [{"analyte": "albumin", "value": "29", "unit": "g/L", "on": "2026-11-21"}]
    assert [one["at_most"]["value"] for one in proposed(rule, laboratory=albumin)[0]] == [75]
