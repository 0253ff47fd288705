"""A survival analysis of a table: what is read, what is missing, what is answered."""

from __future__ import annotations

import numpy
import pytest

from dosewright.errors import CannotCompute, Mistake
from dosewright.outcomes import columns as table
from dosewright.outcomes.survival import Question, analysed

from . import classics

LUNG = classics.columns("lung")


def lung(**more):
    return analysed(LUNG, Question("time", "event", **more))


def small(**columns):
    cells = {"t": ["5", "8", "3", "9"], "e": ["1", "0", "1", "1"]} | columns
    return cells, Question("t", "e")


# -------------------------------------------------------------------------------------------------------------- columns


@pytest.mark.parametrize("cell", ["NaN", "inf", "1,5", "1_000", "0x10", "１", "", " 5", "5.", ".5", "1e400", "--1"])
def test_what_is_no_number_is_none(cell):
    if cell:
        with pytest.raises(Mistake, match="row 1, x: needs a plain decimal number"):
            table.numbers("x", [cell])
    else:
        assert table.numbers("x", [cell]).missing.all()


@pytest.mark.parametrize(("cell", "value"), [("5", 5), ("-0.25", -0.25), ("1e-05", 1e-5), ("007", 7)])
def test_what_is_a_number_is_one(cell, value):
    assert value == table.numbers("x", [cell]).numbers[0]


def test_a_decimal_comma_is_told_as_such():
    with pytest.raises(Mistake, match="write a decimal point"):
        table.numbers("x", ["1,5"])


@pytest.mark.parametrize("cell", [".", "-", "?", "unknown", "n/a"])
def test_another_sign_for_missing_is_told_as_such(cell):
    with pytest.raises(Mistake, match="leave the cell empty"):
        table.numbers("x", ["1", cell])


def test_many_cells_that_are_no_numbers_are_told_in_short():
    with pytest.raises(Mistake, match="x, 3 more rows"):
        table.numbers("x", ["a"] * 23)


def test_words_are_levels_in_order():
    made = table.words("x", ["b", "a", "", "b"])
    assert (
        made.levels, made.codes.tolist(), made.missing.tolist(),
    ) == (("a", "b"), [1, 0, -1, 1], [False, False, True, False])  # fmt: skip


def test_too_many_words_are_names_and_no_categories():
    with pytest.raises(Mistake, match="at most 50 categories"):
        table.words("x", [f"p{i}" for i in range(51)])


def test_a_column_of_numbers_with_one_word_is_refused():
    with pytest.raises(Mistake, match="row 3, x"):
        table.column("x", ["1", "2", "two"])


def test_a_column_of_nothing_is_missing_throughout():
    assert table.column("x", ["", "NA"]).missing.all()


def test_levels_that_no_row_has_any_more_are_gone():
    made = table.words("x", ["a", "b", "c"]).of(numpy.array([2, 0]))
    assert (made.levels, made.codes.tolist()) == (("a", "c"), [1, 0])


def test_the_reference_of_a_design_can_be_named():
    names, design = table.words("x", ["a", "b", "c"]).design("b")
    assert (names, design.tolist()) == (["x=a", "x=c"], [[1, 0], [0, 0], [0, 1]])


def test_a_reference_that_is_no_level_is_refused():
    with pytest.raises(Mistake, match=r"a level of x \(a, b\)"):
        table.words("x", ["a", "b"]).design("d")


def test_numbers_have_no_reference():
    with pytest.raises(Mistake, match="a column of words"):
        table.numbers("x", ["1"]).design("1")


# ---------------------------------------------------------------------------------------------------------------- events


def test_nothing_but_0_and_1_is_an_event_unless_it_is_named():
    cells, asked = small(e=["1", "2", "1", "0"])
    with pytest.raises(
        Mistake, match=r"row 2, e: needs 1 for the event or 0 for censored; got '2' \(name another code"
    ):
        analysed(cells, asked)


def test_a_named_value_is_the_event_and_the_rest_is_censored_with_a_word():
    made = analysed(small(e=["2", "1", "2", "0"])[0], Question("t", "e", event_value="2"))
    assert (made.events, made.notes) == (2, ("taken for censored: e 0, 1",))


@pytest.mark.parametrize("value", ["2", "2.0"])
def test_a_value_may_be_written_as_another_number(value):
    assert analysed(small(e=["2", "1", "2", "1"])[0], Question("t", "e", event_value=value)).events == 2


def test_a_value_may_be_a_word():
    assert analysed(small(e=["dead", "alive", "alive", "alive"])[0], Question("t", "e", event_value="dead")).events == 1


def test_a_value_that_never_stands_there_is_refused():
    with pytest.raises(Mistake, match=r"event value: needs a value of e \(0, 1\); got '7'"):
        analysed(small()[0], Question("t", "e", event_value="7"))


@pytest.mark.parametrize(("event", "competing"), [("2", "2"), ("2", "2.0"), (None, "1")])
def test_what_competes_is_not_the_event(event, competing):
    with pytest.raises(Mistake, match="competing value: needs another value than that of the event"):
        analysed(small()[0], Question("t", "e", event_value=event, competing_value=competing))


def test_without_a_named_value_1_is_the_event_and_another_may_compete():
    made = analysed(small(e=["1", "0", "2", "2"])[0], Question("t", "e", competing_value="2"))
    assert (made.events, made.incidence[0][1].competing) == (1, 2)


def test_a_negative_time_is_refused_with_row_and_column():
    with pytest.raises(Mistake, match="row 2, t: needs a time of 0 or more; got '-8'"):
        analysed(*small(t=["5", "-8", "3", "9"]))


def test_the_mistakes_of_all_columns_are_told_at_once():
    with pytest.raises(Mistake) as caught:
        analysed(*small(t=["x", "8", "3", "9"], e=["1", "5", "0", "0"]))
    assert ("row 1, t" in str(caught.value), "row 2, e" in str(caught.value)) == (True, True)


# --------------------------------------------------------------------------------------------------------------- missing


def test_rows_that_lack_something_are_counted_and_told():
    made = lung(covariates=("ph_ecog", "wt_loss"))
    assert (made.rows, made.n, made.missing, made.fit.n) == (228, 228, 15, 213)
    assert made.missing_by == {"time": 0, "event": 0, "ph_ecog": 1, "wt_loss": 14}
    assert made.notes[0] == "1 of 228 rows lacks ph_ecog: row 14"


def test_rows_that_lack_time_or_event_are_left_out_of_the_curves():
    made = analysed(*small(t=["5", "", "3", "9"], e=["1", "0", "NA", "1"]))
    assert (made.n, made.events, made.missing) == (2, 2, 2)


def test_a_table_in_which_every_row_lacks_something_cannot_be_computed():
    with pytest.raises(CannotCompute, match="no row has all"):
        analysed(*small(t=["", "", "3", ""], e=["1", "1", "", "1"]))


def test_covariates_that_no_row_has_cannot_be_computed():
    cells, _ = small(x=["", "", "", ""])
    with pytest.raises(CannotCompute, match="x: "):
        analysed(cells, Question("t", "e", covariates=("x",)))


# --------------------------------------------------------------------------------------------------------------- answers


def test_the_data_have_the_shape_that_programs_read():
    made = lung(group="sex", covariates=("age",), at=(365.0,), conf="log-log").data()
    assert {"n", "events", "missing", "km", "logrank", "cox"} <= set(made)
    assert {"group", "n", "events", "median", "lower", "upper", "at"} <= set(made["km"][0])
    assert list(made["km"][0]["at"][0]) == ["time", "survival", "lower", "upper", "at_risk"]
    assert list(made["logrank"]) == ["chi2", "df", "p"]
    assert {"ties", "n", "events", "terms", "loglik", "zph"} <= set(made["cox"])
    assert list(made["cox"]["terms"][0]) == ["term", "coef", "se", "hr", "lower", "upper", "z", "p"]
    assert list(made["cox"]["zph"][0]) == ["term", "chi2", "df", "p"]


def test_what_was_not_asked_is_none():
    made = lung().data()
    assert (made["logrank"], made["cox"], [one["group"] for one in made["km"]]) == (None, None, ["all"])


def test_the_data_are_what_r_says():
    made = lung(group="sex", covariates=("age", "sex", "ph_ecog"), at=(365.0,), conf="log-log").data()
    told = classics.r()
    assert told["lung by sex 1 log-log"]["survival[2]"] == pytest.approx(made["km"][0]["at"][0]["survival"])
    assert told["lung by sex"]["p"] == pytest.approx(made["logrank"]["p"])
    assert classics.several("lung efron", "coef") == pytest.approx([one["coef"] for one in made["cox"]["terms"]])
    assert classics.several("lung efron km", "zph_p") == pytest.approx([one["p"] for one in made["cox"]["zph"]])


def test_a_covariate_of_words_is_one_term_a_level_and_one_test():
    made = analysed(classics.columns("veteran"), Question("time", "event", covariates=("celltype", "karno")))
    assert [one.term for one in made.terms] == ["celltype=large", "celltype=smallcell", "celltype=squamous", "karno"]
    assert [(one.term, one.df) for one in made.zph] == [("celltype", 3), ("karno", 1), ("GLOBAL", 4)]


def test_a_reference_turns_a_hazard_ratio_around():
    one = analysed(classics.columns("gehan"), Question("time", "event", covariates=("treatment",)))
    other = analysed(
        classics.columns("gehan"),
        Question("time", "event", covariates=("treatment",), reference={"treatment": "placebo"}),
    )
    assert (-one.terms[0].coef, "treatment=6-MP") == (pytest.approx(other.terms[0].coef), other.terms[0].term)


def test_a_reference_of_a_column_that_is_not_asked_for_is_refused():
    with pytest.raises(Mistake, match="reference"):
        lung(reference={"sex": "1"})


def test_one_by_one_is_each_covariate_alone():
    made = lung(covariates=("age", "sex"), univariable=True)
    alone = lung(covariates=("sex",))
    assert alone.terms[0].coef == pytest.approx(made.univariable[1].coef)
    assert "univariable" in made.data()["cox"]


def test_a_profile_is_told_in_the_place_of_walds_interval():
    made = lung(covariates=("age", "sex", "ph_ecog"), profile=True)
    assert classics.several("lung sex", "profile") == pytest.approx([made.terms[1].lower, made.terms[1].upper])


def test_strata_reach_tests_and_models():
    made = lung(group="sex", strata="ph_ecog", covariates=("age",))
    assert classics.r()["lung by sex within ecog"]["chi2"] == pytest.approx(made.logrank.chi2)


def test_pairs_may_be_more_than_anybody_compares():
    rows = 120
    cells = {
        "t": [str(i % 17 + 1) for i in range(rows)],
        "e": ["1"] * rows,
        "g": ["a", "b"] * (rows // 2),
        "pair": [str(i // 2) for i in range(rows)],
    }
    assert analysed(cells, Question("t", "e", group="g", strata="pair")).logrank.df == 1


def test_groups_may_not_be_more_than_anybody_compares():
    cells = {"t": ["1"] * 60, "e": ["1"] * 60, "g": [str(i) for i in range(60)]}
    with pytest.raises(Mistake, match="at most 50 categories"):
        analysed(cells, Question("t", "e", group="g", strata="g"))


def test_a_trend_is_told_where_it_is_asked():
    made = lung(group="ph_ecog", trend=True)
    assert classics.r()["lung by ecog"]["trend"] == pytest.approx(made.trend.chi2)
    assert {"chi2", "df", "p"} == set(made.data()["trend"])


def test_separation_is_a_remark_and_never_a_huge_number():
    cells = {"t": ["1", "2", "3", "4"], "e": ["1", "1", "0", "0"], "x": ["1", "1", "0", "0"]}
    made = analysed(cells, Question("t", "e", covariates=("x",)))
    term = made.data()["cox"]["terms"][0]
    assert (term["hr"], term["coef"], term["runs_away"]) == (None, None, "up")
    assert any("x: the hazard ratio runs beyond all limits" in note for note in made.notes)
    assert (term["lower"] is not None, term["upper"]) == (True, None)


def test_groups_that_never_met_are_a_remark():
    cells = {"t": ["1", "2", "3", "4"], "e": ["0", "0", "1", "1"], "g": ["a", "a", "b", "b"]}
    made = analysed(cells, Question("t", "e", group="g"))
    assert (made.logrank, made.notes[0].startswith("no log-rank test")) == (None, True)


def test_competing_events_bring_incidence_and_gray():
    made = analysed(
        classics.columns("mgus2"),
        Question("time", "event", event_value="1", competing_value="2", group="sex", at=(60.0,)),
    )
    told = classics.r()
    assert told["mgus F 1"]["cif[1]"] == pytest.approx(made.data()["cif"][0]["at"][0]["incidence"])
    assert told["mgus"]["gray_p[1]"] == pytest.approx(made.data()["gray"]["p"])
    assert any("takes event 2 for censored" in note for note in made.notes)


def test_subgroups_need_a_group_of_two():
    with pytest.raises(Mistake, match="a group of two"):
        lung(group="ph_ecog", subgroups=("sex",))


def test_subgroups_tell_effect_and_interaction():
    made = lung(group="sex", subgroups=("ph_ecog",)).data()
    assert (made["effect"], len(made["subgroups"]), made["interactions"][0]["df"]) == ("sex=2 against 1", 5, 2)


def test_a_subgroup_without_an_estimate_says_why():
    made = lung(group="sex", subgroups=("ph_ecog",))
    assert (made.forest.rows[-1].hr, "the same for all" in made.forest.rows[-1].why) == (None, True)


def test_a_restricted_mean_is_told_where_it_is_asked():
    made = lung(until=700.0).data()["km"][0]["restricted_mean"]
    assert classics.r()["lung all"]["rmean"] == pytest.approx(made["value"])


def test_follow_up_is_told_of_every_group():
    assert classics.r()["lung all"]["followup"] == lung().data()["km"][0]["follow_up"]["median"]


def test_strata_reach_the_model_one_by_one_and_all_together():
    made = lung(strata="inst", covariates=("age", "sex", "ph_ecog"), univariable=True)
    assert classics.several("lung by institution efron", "coef") == pytest.approx([one.coef for one in made.terms])
    alone = lung(strata="inst", covariates=("age",))
    plain = lung(covariates=("age",))
    assert made.univariable[0].coef == pytest.approx(alone.terms[0].coef, abs=1e-2)
    assert alone.terms[0].coef != pytest.approx(plain.terms[0].coef, abs=1e-5)


def test_strata_reach_the_subgroups():
    one, other = (lung(group="sex", strata=strata, subgroups=("ph_karno",)) for strata in ("ph_ecog", None))
    assert one.forest.rows[0].hr != pytest.approx(other.forest.rows[0].hr, abs=1e-4)


def test_what_was_asked_reaches_the_subgroups():
    one = lung(group="sex", subgroups=("ph_ecog",), level=0.9, ties="breslow").forest.rows[0]
    other = lung(covariates=("sex",), level=0.9, ties="breslow").terms[0]
    assert (one.hr, one.lower) == pytest.approx((other.hr, other.lower))


def test_what_was_asked_reaches_every_curve():
    made = analysed(
        classics.columns("mgus2"),
        Question("time", "event", event_value="1", competing_value="2", conf="plain", level=0.8),
    )
    assert {("plain", 0.8)} == {(one.conf, one.level) for _, one in (*made.curves, *made.follow_up, *made.incidence)}


def test_many_rows_that_lack_something_are_told_by_the_first_five():
    cells = {"t": ["1"] * 9, "e": ["1"] * 9, "x": [""] * 7 + ["1", "2"]}
    made = analysed(cells, Question("t", "e", covariates=("x",)))
    assert made.notes[0] == "7 of 9 rows lack x: row 1, row 2, row 3, row 4, row 5 …"


def test_five_rows_that_lack_something_are_all_told():
    cells = {"t": ["1"] * 7, "e": ["1"] * 7, "x": [""] * 5 + ["1", "2"]}
    made = analysed(cells, Question("t", "e", covariates=("x",)))
    assert made.notes[0] == "5 of 7 rows lack x: row 1, row 2, row 3, row 4, row 5"


def test_a_note_says_why_there_is_no_log_rank_test():
    cells = {"t": ["1", "2", "3", "4"], "e": ["0", "0", "1", "1"], "g": ["a", "a", "b", "b"]}
    told = "no log-rank test: the groups cannot be compared: never were two of them at risk when an event came"
    assert (told,) == analysed(cells, Question("t", "e", group="g")).notes


def test_the_test_of_gray_says_that_it_takes_no_strata():
    cells = {"t": ["1", "2", "3", "4"], "e": ["0", "0", "2", "1"], "g": ["a", "b", "a", "a"], "s": ["1"] * 4}
    asked = Question("t", "e", group="g", event_value="1", competing_value="2", strata="s")
    assert "the test of Gray takes no strata" in analysed(cells, asked).notes


def test_without_an_event_there_is_no_test_of_gray():
    cells = {"t": ["1", "2", "3", "4"], "e": ["0", "0", "2", "1"], "g": ["a", "b", "", "b"]}
    made = analysed(
        {**cells, "e": ["0", "0", "1", "2"]}, Question("t", "e", group="g", event_value="1", competing_value="2")
    )
    assert (made.gray, made.notes[-1]) == (None, "no test of Gray: there is no event, so no incidence to compare")


def test_one_group_brings_no_test():
    made = analysed(*(small(g=["a"] * 4)[0], Question("t", "e", group="g")))
    assert (made.logrank, tuple(name for name, _ in made.curves)) == (None, ("a",))


def test_what_runs_away_is_told_once():
    cells = {"t": ["1", "2", "3", "4"], "e": ["1", "1", "0", "0"], "x": ["0", "0", "1", "1"]}
    made = analysed(cells, Question("t", "e", covariates=("x",), univariable=True))
    told = (
        "x: the hazard ratio runs towards 0, since the covariate tells those with the event apart; "
        "its interval has one end, by the profile of the likelihood"
    )
    assert (told,) == made.notes


def test_a_missing_cell_stays_missing_among_fewer_rows():
    made = table.words("x", ["a", "", "b", "a"]).of(numpy.array([1, 2]))
    assert (made.levels, made.codes.tolist()) == (("b",), [-1, 0])


def test_a_column_of_numbers_keeps_its_numbers_among_fewer_rows():
    assert table.numbers("x", ["1", "2", "3"]).of(numpy.array([2])).numbers.tolist() == [3.0]


def test_the_data_say_how_they_were_made():
    made = lung(conf="plain", level=0.9).data()
    assert (made["conf"], made["level"], made["notes"]) == ("plain", 0.9, [])


def test_the_columns_that_are_asked_for_stand_once_each():
    asked = Question("t", "e", group="g", strata="s", covariates=("g", "x"), subgroups=("x",))
    assert asked.columns == ("t", "e", "g", "s", "x")


def test_nothing_else_stands_in_the_data_than_what_was_asked():
    made = lung().data()
    keys = ["n", "events", "missing", "missing_by", "conf", "level", "km", "logrank", "cox", "notes"]
    assert list(made) == keys
    assert list(made["km"][0]) == ["group", "n", "events", "median", "lower", "upper", "at", "follow_up"]


def test_the_data_of_a_model_are_these():
    made = lung(covariates=("age",)).data()["cox"]
    assert list(made) == ["ties", "n", "events", "terms", "loglik", "loglik_null", "zph"]


def test_the_data_of_an_incidence_are_these():
    asked = Question("time", "event", event_value="1", competing_value="2", at=(60.0,))
    made = analysed(classics.columns("mgus2"), asked).data()
    told = made["cif"][0]
    assert {key: told[key] for key in ("group", "n", "events", "competing")} == {
        "group": "all", "n": 1384, "events": 115, "competing": 860,
    }  # fmt: skip
    assert list(told["at"][0]) == ["time", "incidence", "lower", "upper", "at_risk"]
    assert (told["at"][0]["time"], made["gray"]) == (60.0, None)


def test_levels_that_are_numbers_stand_by_their_size():
    assert table.words("x", ["10", "9", "2"]).levels == ("2", "9", "10")


def test_numbers_have_no_levels():
    made = table.numbers("x", ["10", "9"])
    assert (made.levels, made.of([0]).levels, len(made.codes)) == ((), (), 0)


def test_a_reference_turns_the_effect_in_subgroups_around():
    one, other = (
        lung(group="sex", subgroups=("ph_ecog",), reference=reference).forest.rows[0]
        for reference in ({}, {"sex": "2"})
    )
    assert one.hr == pytest.approx(1 / other.hr)


def test_one_by_one_a_covariate_is_asked_in_the_strata_too():
    made = lung(covariates=("age",), strata="sex", univariable=True)
    assert made.univariable == made.terms
    assert made.terms[0].hr != pytest.approx(lung(covariates=("age",)).terms[0].hr, abs=1e-4)
