"""The protocols that are shipped: held against their source by machine, what the source leaves open said so, and sealed."""

from __future__ import annotations

import functools
import hashlib
import itertools
import random
import re

import pytest
import yaml

from dosewright.errors import Mistake
from dosewright.protocol import library
from dosewright.protocol.drugs import DECIDING, Drug, drugs, sources

from .tables import golden
from .transcription import not_found, stated_values
from .ward import LIBRARY, a_protocol, an_order, as_file, changed

NAMES = library.names()
GOLDEN = golden("protocols")


@functools.cache
def file_of(name: str):
    """The file as it stands there: every value is the text that was typed."""
    return yaml.load((LIBRARY / f"{name}.yaml").read_text("utf-8"), yaml.BaseLoader)


# ------------------------------------------------------------------------------------- every number against its source


@pytest.mark.parametrize("name", NAMES)
def test_every_number_stands_in_what_its_source_states(name):
    assert not_found(file_of(name)) == []


@pytest.mark.parametrize(("name", "least"), [("haic-folfox", 15), ("haic-folfox-he-2017", 8), ("hepa-haic", 20)])
def test_there_are_numbers_enough_for_that_to_mean_anything(name, least):
    assert len([value for _, value, _ in stated_values(file_of(name)) if re.search(r"\d", value)]) >= least


CASES = [
    pytest.param(one["protocol"], path, figure, id=f"{one['protocol']} {path}")
    for one in GOLDEN
    for path, figure in one["gives"].items()
]


def figure_of(stated) -> str:
    """A stated value of a file as the golden table prints it."""
    if not isinstance(stated, dict):
        return stated if isinstance(stated, str) else ", ".join(stated)
    if "unstated" in stated:
        return "unstated"
    others = stated.get("disputed", [])
    figures = [stated, *(others if isinstance(others, list) else [others])]
    return " or ".join(f"{one['is']} ({one['from']})" for one in figures)


def stated_at(data, path: str):
    """The value of a file that a decision calls by this path."""
    key, _, field = path.partition(".")
    if not field:
        return data[key]
    if key == "beads":
        (loading,) = (one["loading"] for one in data["procedures"] if "loading" in one)
        return loading[field]
    parts = [*data["components"], *data["procedures"]]
    (part,) = (one for one in parts if key == (one.get("id") or one["drug"]))
    return part[field]


@pytest.mark.parametrize(("name", "path", "figure"), CASES)
def test_a_value_is_the_one_that_a_second_person_copied(name, path, figure):
    assert figure_of(stated_at(file_of(name), path)) == figure


@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_dosing_or_scheduling_is_left_without_a_second_copy(name):
    copied = {path for one in GOLDEN if one["protocol"] == name for path in one["gives"]}
    paths = {path for path, _ in library.find(name).protocol.values()}
    dosing = {path for path in paths if re.search(r"\.(dose|over|route|start|form)$|^interval|^beads\.", path)}
    assert dosing - copied - {"beads.final_fluid"} == set()


def slips(text: str):
    """What becomes of a text by one slip of the pen: a digit changed or doubled, a point lost, another unit."""
    for match in re.finditer(r"\d", text):
        for digit in {"1", "9", str((int(match[0]) + 1) % 10)} - {match[0]}:
            yield text[: match.start()] + digit + text[match.end() :]
        yield text[: match.start()] + match[0] * 2 + text[match.end() :]
    if re.match(r"\d", text):
        yield from {text.replace(".", ""), text.replace("mg", "g"), text.replace("/m^2", ""), text.replace(" h", " d")}


def texts_of(node, path=()):
    """Every text of a part of a file, with the way to it."""
    if isinstance(node, str):
        yield path, node
    else:
        for step, one in node.items() if isinstance(node, dict) else enumerate(node):
            yield from texts_of(one, (*path, str(step)))


def noticed(data, name: str) -> bool:
    """Whether a changed file is refused, or departs from what its source states or from the golden table."""
    if not_found(data):
        return True
    copied = next(one["gives"] for one in GOLDEN if one["protocol"] == name)
    try:
        if any(figure_of(stated_at(data, path)) != figure for path, figure in copied.items()):
            return True
        library.load(as_file(data), "slip.yaml")
    except (Mistake, ValueError, KeyError):
        return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_every_slip_of_the_pen_in_a_number_of_a_protocol_is_noticed(name):
    # Notes and the texts of what is open decide nothing, and are not copied twice.
    data = file_of(name)
    unnoticed = []
    for part in ("eligibility", "procedures", "components", "interval", "follow_up"):
        for path, text in texts_of(data[part], (part,)):
            if path[-1] not in {"note", "id", "discrepancy", "from"} and "options" not in path:
                wrong = (slip for slip in slips(text) if slip not in {text, ""})
                unnoticed += [(path, slip) for slip in wrong if not noticed(changed(data, {path: slip}), name)]
    assert unnoticed == []


def test_a_dose_of_the_other_arm_is_noticed_though_the_source_states_it_too():
    # Both arms stand in one sentence of the Methods, so that sentence alone would not tell 85 from 60 mg/m².
    slip = changed(file_of("hepa-haic"), {"components.0.dose.is": "85 mg/m^2"})
    assert figure_of(stated_at(slip, "oxaliplatin.dose")) != GOLDEN[0]["gives"]["oxaliplatin.dose"]


@pytest.mark.parametrize(
    ("path", "slip"),
    [
        ("components.0.over.is", "40 h"),
        ("components.1.dose.is", "20 mg/m^2"),
        ("interval.is", "3 to 5 wk"),
        ("eligibility.2.at_most", "58"),
        ("eligibility.4.at_most", "3"),
        ("follow_up.2.every", "4 to 7 wk"),
        ("procedures.0.steps.1.is", "tip of a 2.7 French microcatheter at the proper hepatic artery"),
    ],
)
def test_a_slip_is_told_with_its_place(path, slip):
    assert len(not_found(changed(file_of("haic-folfox"), {path: slip}))) == 1


# -------------------------------------------------------------------------------- what the source disputes or leaves open

OPEN = {
    # The discrepancies of the paper that concern doses, schedules and endpoints: where each stands, and how.
    ("D24", "hepa-haic"): {"fluorouracil.dose": "disputed"},
    ("D25", "haic-folfox"): {"fluorouracil.dose": "disputed"},
    ("D26", "hepa-haic"): {"interval": "disputed"},
    ("D27", "hepa-haic"): {"leucovorin.form": "unstated", "leucovorin.start": "unstated", "leucovorin.route": "noted"},
    ("D27", "haic-folfox"): {
        "leucovorin.form": "unstated",
        "leucovorin.start": "unstated",
        "leucovorin.route": "noted",
    },
    ("D28", "hepa-haic"): {
        "beads.drug": "unstated",
        "beads.dose": "unstated",
        "beads.bead_size": "unstated",
        "beads.vials": "unstated",
        "beads.every_cycle": "unstated",
    },
    ("D29", "hepa-haic"): {"beads.fluid": "unstated", "beads.contact_at_least": "noted"},
    ("D30", "hepa-haic"): {"stop": "disputed"},
    ("D30", "haic-folfox"): {"stop": "disputed"},
    ("D31", "hepa-haic"): {"response_criterion": "disputed"},
    ("D31", "haic-folfox"): {"response_criterion": "disputed"},
    ("D32", "hepa-haic"): {"endpoints.pfs": "noted"},
    ("D32", "haic-folfox"): {"endpoints.pfs": "noted"},
    ("D33", "hepa-haic"): {"endpoints.os": "noted"},
    ("D33", "haic-folfox"): {"endpoints.os": "noted"},
    ("D34", "hepa-haic"): {"endpoints.progression": "noted"},
    ("D34", "haic-folfox"): {"endpoints.progression": "noted"},
    ("D64", "hepa-haic"): {"cautions": "noted"},
    ("D64", "haic-folfox"): {"cautions": "noted"},
}


def how(stated) -> str:
    return "unstated" if stated.unstated else "disputed" if stated.disputed else "noted" if stated.value else ""


@pytest.mark.parametrize(("discrepancy", "name"), OPEN, ids=lambda one: one)
def test_a_discrepancy_of_the_paper_stands_in_the_protocol(discrepancy, name):
    values = library.find(name).protocol.values()
    found = {path: how(stated) for path, stated in values if stated.discrepancy == discrepancy}
    assert found == OPEN[discrepancy, name]


def test_the_paper_without_a_discrepancy_would_ask_nothing_of_a_site():
    # Whatever is open in the arm that has no beads is a discrepancy, or is silence about what follows the day.
    asked = library.find("haic-folfox").protocol.questions()
    assert {path for path, stated in asked.items() if not stated.discrepancy} == {"premedication", "interval_counted"}


def test_the_two_arms_are_one_paper_and_tell_what_they_share_alike():
    hepa, haic = (library.find(name).protocol for name in ("hepa-haic", "haic-folfox"))
    assert (hepa.eligibility, hepa.endpoints, hepa.follow_up) == (haic.eligibility, haic.endpoints, haic.follow_up)


# --------------------------------------------------------------------------------------- what is recalled decides nothing


def test_every_source_of_every_protocol_was_seen():
    seen = {source.confidence for name in NAMES for source in library.find(name).protocol.sources.values()}
    assert seen == {"SEEN"}


def test_a_protocol_that_rests_on_memory_is_not_released():
    recalled = a_protocol("haic-folfox", {"sources.methods.confidence": "RECALLED"})
    (finding,) = (one for one in an_order(recalled)["findings"] if one["rule"] == "recalled")
    assert (finding["severity"], finding["measured"]) == ("blocks-release", "methods")


@pytest.mark.parametrize("fact", DECIDING)
def test_a_fact_of_a_drug_that_decides_cannot_be_recalled(fact):
    oxaliplatin = {"name": "x", "class": "x", "routes": ["oral"]}
    values = {
        "window": {"least": "1 mg/mL", "most": "2 mg/mL"},
        "most_mg_per_min": "160",
        "genotype": "DPYD",
        "starts_at": {"activity score 1": "50 %"},
    }
    said = {"is": values.get(fact, "x" if fact == "not_for_beads" else ["x"]), "from": "label"}
    Drug.model_validate({**oxaliplatin, fact: said})
    with pytest.raises(ValueError, match="a fact that was read, since it decides"):
        Drug.model_validate({**oxaliplatin, fact: {**said, "confidence": "RECALLED"}})


def test_every_fact_of_a_drug_cites_a_source_that_is_there():
    cited = set()
    for one in drugs().values():
        facts = [getattr(one, name) for name in type(one).model_fields]
        cited |= {fact.source for fact in [*facts, *one.cautions] if hasattr(fact, "source")}
    assert cited - sources().keys() == set()


@pytest.mark.parametrize(
    ("drug", "fact", "said"),
    [
        # From the fact base, section D.
        ("oxaliplatin", "diluents", ("glucose 5%",)),
        ("leucovorin", "most_mg_per_min", "160"),
        ("fluorouracil", "genotype", "DPYD"),
        ("fluorouracil", "not_for_beads", "not loaded onto HepaSphere beads"),
        ("oxaliplatin", "incompatible", ("fluorouracil",)),
    ],
)
def test_a_fact_of_a_drug_is_what_its_label_says(drug, fact, said):
    assert getattr(drugs()[drug], fact).value == said


@pytest.mark.parametrize(("drug", "least", "most"), [("oxaliplatin", 0.2, 0.7), ("irinotecan", 0.12, 2.8)])
def test_a_window_of_concentrations_is_what_its_label_says(drug, least, most):
    window = drugs()[drug].window.value
    assert (window.least.m_as("mg/mL"), window.most.m_as("mg/mL")) == (least, most)


def test_what_may_not_meet_may_not_meet_either_way():
    # Oxaliplatin with fluorouracil, leucovorin with fluorouracil: said from both sides.
    pairs = {(one.name, other) for one in drugs().values() if one.incompatible for other in one.incompatible.value}
    assert {(other, one) for one, other in pairs} == pairs


# ------------------------------------------------------------------------------------------------------------ the seals


@pytest.fixture
def another_library(tmp_path, monkeypatch):
    """A copy of the library in which files may be changed."""
    for path in LIBRARY.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(library, "FOLDER", tmp_path)
    monkeypatch.setattr(library, "SEAL", tmp_path / library.SEAL.name)
    for cached in (library.from_library, library._seals):
        cached.cache_clear()
    yield tmp_path
    for cached in (library.from_library, library._seals):
        cached.cache_clear()


def test_the_seals_are_the_hashes_of_the_files():
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(LIBRARY.glob("*.yaml"))]
    assert library.SEAL.read_text("utf-8").splitlines() == lines


@pytest.mark.parametrize("name", NAMES)
def test_a_sealed_protocol_is_loaded(name, another_library):
    assert library.from_library(name).protocol.id == name


@pytest.mark.parametrize("name", NAMES)
def test_one_flipped_bit_anywhere_is_refused(name, another_library):
    # Y30 of the bad inputs: every 29th byte, one bit of it chosen by chance.
    chance = random.Random(name)
    path = another_library / f"{name}.yaml"
    sealed = path.read_bytes()
    loaded = []
    for position in itertools.chain(range(0, len(sealed), 29), [len(sealed) - 1]):
        flipped = bytearray(sealed)
        flipped[position] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        library.from_library.cache_clear()
        try:
            library.from_library(name)
        except Mistake as mistake:
            if "as it was sealed" in str(mistake):
                continue
        loaded.append(position)
    assert loaded == []


@pytest.mark.parametrize("more", [b"\n", b" ", b"# a harmless remark\n"])
def test_not_even_a_remark_is_added_to_a_sealed_file(more, another_library):
    path = another_library / "haic-folfox.yaml"
    path.write_bytes(path.read_bytes() + more)
    with pytest.raises(
        Mistake, match=r"haic-folfox.yaml: needs the protocol as it was sealed \(its content has changed"
    ):
        library.from_library("haic-folfox")


def test_a_protocol_that_nobody_sealed_is_refused(another_library):
    (another_library / "new.yaml").write_bytes((another_library / "haic-folfox.yaml").read_bytes())
    with pytest.raises(Mistake, match="as it was sealed"):
        library.from_library("new")


def test_a_protocol_is_named_as_its_file():
    assert [library.find(name).protocol.id for name in NAMES] == NAMES


# ----------------------------------------------------------------------------------------------------- finding a protocol


def test_a_protocol_is_found_by_its_name():
    assert library.find("hepa-haic").protocol.arm == "Hepa-HAIC"


def test_a_protocol_is_found_by_its_path(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_bytes((LIBRARY / "haic-folfox.yaml").read_bytes())
    assert library.find(str(path)).document.name == "ours.yaml"


@pytest.mark.parametrize("name", ["haic", "HAIC-FOLFOX", "haic-folfox@1", "", "../haic-folfox", "haic-folfox.txt"])
def test_what_is_neither_is_refused_with_the_names_that_there_are(name):
    with pytest.raises(Mistake, match=r"a protocol of the library \(haic-folfox, haic-folfox-he-2017, hepa-haic\)"):
        library.find(name)


@pytest.mark.parametrize("name", ["not-there.yaml", "a\0b.yaml", "x" * 300 + ".yaml"])
def test_a_file_that_cannot_be_read_is_told_so(name):
    with pytest.raises(Mistake, match="a protocol file that can be read"):
        library.find(name)
