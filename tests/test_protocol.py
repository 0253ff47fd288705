"""The protocol as data: a value with its source, disputed or unstated; starts; and what a decision picks."""

from __future__ import annotations

import json

import pytest

from dosewright.errors import Mistake, UnitMistake
from dosewright.protocol import library
from dosewright.protocol.model import ROUTES, Protocol, Start, read_dose, read_route
from dosewright.units import DOSE, DOSE_PER_AREA, DOSE_PER_WEIGHT

from .models import models
from .ward import a_protocol

HAIC, HEPA = (library.find(name).protocol for name in ("haic-folfox", "hepa-haic"))

# ------------------------------------------------------------------------------------------------- a dose and its basis


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("85 mg/m^2", DOSE_PER_AREA),
        ("2.4 g/m^2", DOSE_PER_AREA),
        ("1.2 g", DOSE),
        ("50 mg", DOSE),
        ("500 mcg", DOSE),
        ("5 mg/kg", DOSE_PER_WEIGHT),
    ],
)
def test_the_unit_of_a_dose_says_whether_it_is_per_area_per_weight_or_flat(text, kind):
    assert kind.holds(read_dose(text)) is True


@pytest.mark.parametrize(
    "text",
    ["85", "85 mg/m", "85 mL", "85 mg/mL", "5 %", "AUC 5", "5000 units", "4 h", "165 cm", "0 mg", "-5 mg", "", None],
)
def test_what_is_no_dose_is_refused(text):
    with pytest.raises(Mistake):
        read_dose(text)


def test_a_refused_dose_shows_the_form_to_use():
    with pytest.raises(UnitMistake) as refused:
        read_dose("85")
    assert str(refused.value) == "needs a dose with its unit, for example '85 mg/m^2'; got '85' (the unit is missing)"


@pytest.mark.parametrize(
    ("days", "total"), [(["1"], "85 mg/m^2"), (["1", "2"], "170 mg/m^2"), (["1", "2", "3"], "0.255 g/m^2")]
)
def test_a_total_is_the_dose_times_its_days(days, total):
    # H29: a total of the course given each day has killed.
    said = {"components.0.days": days, "components.0.per_cycle": {"is": total, "from": "methods"}}
    assert a_protocol("haic-folfox", said).protocol.components[0].per_cycle.source == "methods"


@pytest.mark.parametrize(
    ("days", "total"), [(["1"], "170 mg/m^2"), (["1", "2"], "85 mg/m^2"), (["1", "2"], "42.5 mg/m^2")]
)
def test_another_total_is_refused(days, total):
    with pytest.raises(Mistake, match="per_cycle is not dose ×"):
        a_protocol(
            "haic-folfox", {"components.0.days": days, "components.0.per_cycle": {"is": total, "from": "methods"}}
        )


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_in_full_is_read(route):
    assert read_route(route) == route


@pytest.mark.parametrize(
    "text", ["IV", "iv", "i.v.", "IA", "HAI", "Intravenous", "intrathecal", "intra-arterial", "", None]
)
def test_a_route_in_other_words_is_refused(text):
    with pytest.raises(Mistake, match="a route in full"):
        read_route(text)


# ------------------------------------------------------------------------------------------------------------- a start


@pytest.mark.parametrize(
    "text", ["first", "with oxaliplatin", "after oxaliplatin", "between oxaliplatin and fluorouracil-bolus"]
)
def test_a_start_is_said_as_it_was_read(text):
    assert str(Start.read(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "later", "after", "with", "after oxaliplatin and leucovorin", "between oxaliplatin", "First",
        "before oxaliplatin", "after  oxaliplatin", "2 h after oxaliplatin", None,
    ],
)  # fmt: skip
def test_a_start_in_other_words_is_refused(text):
    with pytest.raises(Mistake, match="a start: first, with X, after X, or between X and Y"):
        Start.read(text)


# ------------------------------------------------------------------------------------------------ what a decision picks


def test_of_a_disputed_value_a_decision_picks_a_source():
    value, source = HAIC.questions()["fluorouracil.dose"].choose("discussion")
    assert (value.m_as("mg/m²"), source) == (1500, "discussion")


def test_the_first_figure_may_be_picked_too():
    value, source = HAIC.questions()["fluorouracil.dose"].choose("methods")
    assert (value.m_as("mg/m²"), source) == (2400, "methods")


@pytest.mark.parametrize("choice", ["results", "1.5 g/m^2", "", "Methods"])
def test_of_a_disputed_value_nothing_but_a_source_is_picked(choice):
    with pytest.raises(Mistake, match="one of the sources methods, discussion"):
        HAIC.questions()["fluorouracil.dose"].choose(choice)


def test_of_an_unstated_value_a_decision_gives_the_value():
    value, source = HEPA.questions()["beads.dose"].choose("50 mg")
    assert (value.m_as("mg"), source) == (50, "site")


@pytest.mark.parametrize("choice", ["50", "50 mg/m2", "40 to 60 mg/vial", "one vial"])
def test_a_value_of_the_wrong_kind_is_refused(choice):
    with pytest.raises(Mistake, match="a dose with its unit"):
        HEPA.questions()["beads.dose"].choose(choice)


@pytest.mark.parametrize("choice", ["0", "1.5", "two", "-1"])
def test_beads_come_in_whole_vials(choice):
    with pytest.raises(Mistake, match="a whole number"):
        HEPA.questions()["beads.vials"].choose(choice)


def test_where_there_are_options_one_of_them_is_picked():
    with pytest.raises(Mistake, match="one of: racemic leucovorin; levoleucovorin"):
        HAIC.questions()["leucovorin.form"].choose("folinic acid")


def test_a_start_that_is_decided_names_a_component_of_the_protocol():
    ours = a_protocol("haic-folfox", {"components.1.start": {"unstated": "true"}}).protocol
    with pytest.raises(Mistake, match=r"the name of a component \(oxaliplatin, leucovorin, fluorouracil\)"):
        ours.choose(ours.questions()["leucovorin.start"], "after doxorubicin")


# ------------------------------------------------------------------------------------------------------ what is asked


def test_what_is_disputed_or_unstated_is_asked_and_nothing_else():
    assert set(HAIC.questions()) == {
        "leucovorin.form",
        "leucovorin.start",
        "fluorouracil.dose",
        "interval_counted",
        "premedication",
        "stop",
        "response_criterion",
    }


def test_every_value_has_a_name_of_its_own_or_is_one_of_a_list():
    for protocol in (HAIC, HEPA):
        paths = [path for path, _ in protocol.values()]
        several = {path for path in paths if paths.count(path) > 1}
        assert {path.rpartition(".")[2] for path in several} <= {"notes", "steps", "cautions"}


def test_a_procedure_that_loads_beads_is_found():
    assert (HEPA.loading is not None, HAIC.loading) == (True, None)


# ----------------------------------------------------------------------------------------------------- the whole model


def test_the_schema_for_editors_is_json():
    schema = Protocol.model_json_schema(by_alias=True)
    assert set(json.loads(json.dumps(schema))["required"]) >= {"schema", "id", "sources", "components", "interval"}


def test_the_schema_speaks_the_words_of_the_file():
    schema = json.dumps(Protocol.model_json_schema(by_alias=True))
    assert ('"dosewright"' in schema, '"from"' in schema, '"is"' in schema) == (False, True, True)


def test_a_protocol_cannot_be_changed_once_it_is_read():
    with pytest.raises(ValueError, match="frozen"):
        HAIC.title = "another"


@pytest.mark.parametrize("model", sorted(models(Protocol), key=lambda one: one.__name__), ids=lambda one: one.__name__)
def test_a_key_that_nobody_knows_is_refused_everywhere(model):
    assert model.model_config["extra"] == "forbid"
