"""Files beside the site file: tables of dose bands and products, read with the site, used and kept by the order."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosewright import cli
from dosewright.errors import Mistake
from dosewright.orders.bands import check_bands, table_of
from dosewright.orders.check import check
from dosewright.orders.order import order
from dosewright.orders.rules.due import due
from dosewright.orders.written import of_order
from dosewright.protocol.site import Product, load_site, other_files
from dosewright.units import quantity

from .ward import DAY, EXAMPLES, a_patient, a_protocol, as_file, findings, line, mg, rules, site_data

TABLE = (EXAMPLES / "bands-oxaliplatin.yaml").read_bytes()
FLUOROURACIL = (EXAMPLES / "bands-fluorouracil.csv").read_bytes()
PRODUCT = {
    "id": "oxaliplatin-200",
    "drug": "oxaliplatin",
    "product": "oxaliplatin concentrate, three sizes",
    "strength": "5 mg/mL",
    "vials": ["50 mg", "100 mg", "200 mg"],
    "form": "concentrate for infusion",
    "country": "XX",
    "from": "a made-up list",
}
LIST = as_file({"schema": "1", "id": "list", "version": "1", "products": [PRODUCT]})
FILES = {"ox.yaml": TABLE, "fu.csv": FLUOROURACIL, "products.yaml": LIST}


def a_site(changes: Mapping[str, Any], files: Mapping[str, bytes] = FILES):
    """The example site with changes, and with files beside it."""
    found = load_site(as_file(site_data(changes)), "site.yaml", files.__getitem__)
    check_bands(*found)
    return found


def refused(changes: Mapping[str, Any], files: Mapping[str, bytes] = FILES) -> str:
    with pytest.raises(Mistake) as caught:
        a_site(changes, files)
    return str(caught.value)


def an_order(changes: Mapping[str, Any], of: str = "usual", protocol: str = "haic-folfox") -> dict[str, Any]:
    site, document = a_site(changes)
    return order(a_protocol(protocol), site, document, a_patient(of=of), cycle=1, on=DAY, what_if={})


BY_TABLE = {"preparation.oxaliplatin.bands": {"file": "ox.yaml"}}
BY_NAME = {"preparation.oxaliplatin.product": "oxaliplatin-200"}


# --------------------------------------------------------------------------------------------------------------- tables


def test_the_working_names_table_version_and_row_and_what_the_deviation_is_of():
    # by hand: 85 × 1.658312 = 140.957 mg, in the band from 134.91 to 144.91 mg; 140 ÷ 140.957 − 1 = −0.68 %
    assert line(an_order(BY_TABLE), "oxaliplatin")["working"] == (
        "85 mg/m² × 1.6583 m² = 140.96 mg, by dose band 134.91 to 144.91 mg, row 13 of made-up-oxaliplatin 2026-11: "
        "140 mg, −0.68 % of the calculated dose"
    )


def test_the_order_keeps_by_which_row_of_which_content_it_was_made():
    used = line(an_order(BY_TABLE), "oxaliplatin")["bands"]
    assert used == {
        "table": "made-up-oxaliplatin",
        "version": "2026-11",
        "row": 13,
        "low": {"value": 134.91, "unit": "mg"},
        "high": {"value": 144.91, "unit": "mg"},
        "limit": {"value": 6, "unit": "%"},
        "of": "calculated dose",
        "exception": False,
        "sha256": hashlib.sha256(TABLE).hexdigest(),
    }


def test_the_order_keeps_the_hash_of_every_file_beside_the_site_file():
    made = an_order({**BY_TABLE, "products": {"file": "products.yaml"}, **BY_NAME})
    assert made["site"]["files"] == [
        {"file": name, "sha256": hashlib.sha256(FILES[name]).hexdigest()} for name in ("ox.yaml", "products.yaml")
    ]


def test_another_content_of_the_table_is_another_order():
    other = {**FILES, "ox.yaml": TABLE.replace(b"85 mg is not", b"85 mg was not")}
    site, document = a_site(BY_TABLE, other)
    made = order(a_protocol(), site, document, a_patient(), cycle=1, on=DAY, what_if={})
    assert made["hash"] != an_order(BY_TABLE)["hash"]


def test_without_a_table_a_line_has_none():
    assert line(an_order({}), "oxaliplatin")["bands"] is None


def test_a_table_in_the_site_file_is_named_as_its_own_and_has_a_hash_too():
    text = "130 mg to 140 mg: 135 mg; 140 mg to 150 mg: 145 mg; limit 4 %"
    used = line(an_order({"preparation.oxaliplatin.bands": text}), "oxaliplatin")["bands"]
    assert (used["table"], used["version"], used["sha256"]) == (
        "the site's own table",
        None,
        hashlib.sha256(text.encode()).hexdigest(),
    )


def test_text_and_file_of_one_table_order_the_same_dose():
    site, _ = a_site(BY_TABLE)
    table = table_of(site.preparation["oxaliplatin"])
    rows = "; ".join(f"{band.low} mg to {band.high} mg: {band.dose} mg" for band in table.bands)
    text = an_order({"preparation.oxaliplatin.bands": f"{rows}; limit 6 %; except 90 mg"})
    one, other = (line(made, "oxaliplatin") for made in (text, an_order(BY_TABLE)))
    same = ("ordered", "deviation", "calculated", "made")
    assert {key: one[key] for key in same} == {key: other[key] for key in same}


# by hand: 60 mg/m² × 1.4208 m² … the small patient of 154 cm and 47 kg has √(154 × 47 ÷ 3600) = 1.41794 m², 85.08 mg
EXCEPTIONAL = {"height.value": "154 cm", "weights": [{"value": "47 kg", "on": "2026-11-21", "basis": "actual"}]}


def test_a_dose_by_an_exception_is_told_on_the_order():
    site, document = a_site(BY_TABLE)
    patient = a_patient(EXCEPTIONAL, of="small")
    made = order(a_protocol("hepa-haic"), site, document, patient, cycle=1, on=DAY, what_if={})
    (finding,) = findings(made, "band-exception")
    assert (mg(line(made, "oxaliplatin")["ordered"]), finding["severity"], finding["measured"], finding["allowed"]) == (
        90,
        "warning",
        "+6.07 % at 84.85 mg",
        "within 6 % of the calculated dose",
    )


def test_what_a_site_allows_is_of_the_calculated_dose_whatever_the_table_divides_by():
    # by hand: 90 ÷ 85.08 − 1 = 5.79 %, beyond the 5 % of the example site
    site, document = a_site(BY_TABLE)
    patient = a_patient(EXCEPTIONAL, of="small")
    made = order(a_protocol("hepa-haic"), site, document, patient, cycle=1, on=DAY, what_if={})
    (finding,) = findings(made, "rounding")
    assert (finding["measured"], finding["allowed"]) == ("+5.79 %", "at most 5 % of the calculated dose")


def test_other_rows_are_not_told_as_exceptions():
    assert "band-exception" not in rules(an_order(BY_TABLE))


def test_a_dose_outside_the_table_is_no_order_line():
    made = an_order({"preparation.fluorouracil.bands": "100 mg to 105 mg: 102 mg; limit 6 %"})
    (finding,) = findings(made, "cannot-round")
    assert ("outside the table of bands" in finding["message"], finding["severity"]) == (True, "refuse")


def test_a_check_knows_the_doses_of_the_table():
    site, _ = a_site(BY_TABLE)
    asked = next(one for one in due(a_protocol(), site).lines if one.key == "oxaliplatin")
    assert (asked.step, 140.0 in asked.doses, 141.0 in asked.doses, len(asked.doses)) == (None, True, False, 19)


def test_a_check_does_not_read_the_name_of_a_table_as_notation():
    site, document = a_site(BY_TABLE, {**FILES, "ox.yaml": TABLE.replace(b"made-up-oxaliplatin", b"lv-nw")})
    made = order(a_protocol("haic-folfox"), site, document, a_patient(), cycle=1, on=DAY, what_if={})
    found = check(of_order(made, "made.json"), due(a_protocol("haic-folfox"), site)).findings
    assert "of lv-nw 2026-11" in line(made, "oxaliplatin")["working"]
    assert [one.rule for one in found if one.rule.startswith("notation")] == []


def test_a_check_names_the_table():
    site, _ = a_site(BY_TABLE)
    asked = next(one for one in due(a_protocol(), site).lines if one.key == "oxaliplatin")
    assert asked.table == "the table made-up-oxaliplatin 2026-11"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"preparation.leucovorin.bands": {"file": "ox.yaml"}}, "the table is of oxaliplatin, and this is the preparation of leucovorin"),
        ({**BY_TABLE, "preparation.oxaliplatin.product": {"product": "x", "strength": "2 mg/mL", "vials": ["50 mg"]}}, "the table is made for 5 mg/mL, and the product in stock has 2 mg/mL; got 'made-up-oxaliplatin 2026-11'"),
        ({"preparation.oxaliplatin.bands": {"file": "../ox.yaml"}}, "needs the name of a file beside the site file, without a folder"),
        ({"preparation.oxaliplatin.bands": {"file": "C:\\ox.yaml"}}, "needs the name of a file beside the site file"),
        ({"preparation.oxaliplatin.bands": {"file": ".hidden"}}, "needs the name of a file beside the site file"),
        ({"preparation.oxaliplatin.bands": {"file": "ox.yaml", "sha256": "0" * 64}}, "ox.yaml is not the file that the site names: its content has changed"),
        ({"preparation.oxaliplatin.bands": {}}, "needs 'file', which is missing"),
        ({"preparation.oxaliplatin.bands": {"table": "ox.yaml"}}, "needs a key that is known; got 'table'"),
        ({"preparation.oxaliplatin.bands": ["ox.yaml"]}, "preparation, oxaliplatin, bands: needs"),
        ({"preparation.oxaliplatin.bands": "90 mg to 105 mg: 100 mg; limit 6 %"}, "preparation, oxaliplatin, bands band 90 to 105 mg: moves a dose further"),
    ],
)  # fmt: skip
def test_a_site_with_a_wrong_table_is_refused(changes, told):
    assert told in refused(changes)


def test_a_table_that_breaks_its_claim_is_refused_with_the_site_its_file_and_its_line():
    broken = {**FILES, "ox.yaml": TABLE.replace(b"dose: 100 mg}", b"dose: 104 mg}")}
    told = refused(BY_TABLE, broken)
    assert "preparation, oxaliplatin, bands ox.yaml:25:5 rows, 9, band 94.87 to 104.88 mg: moves a dose further" in told


def test_the_mistakes_of_several_tables_are_told_at_once():
    changes = {
        "preparation.oxaliplatin.bands": "90 mg to 105 mg: 100 mg; limit 6 %",
        "preparation.leucovorin.bands": "90 mg to 105 mg: 100 mg; 106 mg to 110 mg: 108 mg; limit 20 %",
    }
    assert len(refused(changes).split("\n")) == 2


def test_a_site_that_names_a_file_is_not_read_without_its_folder():
    with pytest.raises(Mistake, match="the site to be read from its folder"):
        load_site(as_file(site_data(BY_TABLE)), "site.yaml")


def test_the_hash_that_a_site_states_may_be_the_right_one():
    right = {"preparation.oxaliplatin.bands": {"file": "ox.yaml", "sha256": hashlib.sha256(TABLE).hexdigest()}}
    assert [one.file for one in other_files(a_site(right)[0])] == ["ox.yaml"]


def test_a_table_for_a_component_is_held_against_the_drug_of_the_component():
    # The preparation's key is a component's id, of which only the protocol knows the drug.
    prepared = {**site_data()["preparation"]["leucovorin"], "product": "undecided", "bands": {"file": "ox.yaml"}}
    site, document = a_site({"preparation.last-line": prepared, "decisions": []})
    protocol = a_protocol("haic-folfox", {"components.1.id": "last-line"})
    made = order(protocol, site, document, a_patient(), cycle=1, on=DAY, what_if={})
    (finding,) = findings(made, "cannot-round")
    assert "the table of dose bands is of oxaliplatin" in finding["message"]


def test_a_site_with_tables_travels_to_other_processes():
    site, _ = a_site(BY_TABLE)
    assert table_of(pickle.loads(pickle.dumps(site)).preparation["oxaliplatin"]) == table_of(
        site.preparation["oxaliplatin"]
    )


def by_hand(rows: list[tuple[str, str, str]], dose: Decimal) -> Decimal | None:
    """The dose of the band that holds a calculated dose, with the lower edge, by decimals."""
    return next((Decimal(d) for a, b, d in rows if Decimal(a) <= dose < Decimal(b)), None)


ROWS = [
    tuple(part.partition(": ")[2].removesuffix(" mg") for part in text.strip(" -{}").split(", "))
    for text in TABLE.decode().partition("rows:\n")[2].strip().split("\n")
]


@given(st.integers(140, 199), st.integers(36, 120))
def test_the_dose_by_a_table_is_what_decimals_say(height, weight):
    from dosewright.orders import basis as body
    from dosewright.orders.doses import doses

    site, _ = a_site(BY_TABLE)
    basis = body.basis(site.body, height=quantity(height, "cm"), weight=quantity(weight, "kg"), sex=None)
    made = doses(a_protocol("hepa-haic"), site, basis, what_if={})
    calculated = 60 * (Decimal(height) * Decimal(weight) / 3600).sqrt()
    found = next((one for one in made.lines if one.key == "oxaliplatin"), None)
    expected = by_hand(ROWS, calculated)
    assert (None if found is None else Decimal(found.ordered.m_as("mg"))) == expected


# ------------------------------------------------------------------------------------------------------------- products


@pytest.mark.parametrize("products", [[PRODUCT], {"file": "products.yaml"}], ids=["list", "file"])
def test_an_order_is_made_up_of_the_product_that_is_named(products):
    # by hand: 141 mg of vials of 50, 100 and 200 mg: 100 + 50 leave 9 mg
    made = line(an_order({"products": products, **BY_NAME}), "oxaliplatin")["made"]
    assert (made["product"], made["vials"], made["waste"]) == (
        "oxaliplatin concentrate, three sizes",
        [[1, {"value": 100, "unit": "mg"}], [1, {"value": 50, "unit": "mg"}]],
        {"value": 9, "unit": "mg"},
    )


def test_a_product_written_out_stays_valid_beside_a_list():
    made = line(an_order({"products": [PRODUCT]}), "oxaliplatin")["made"]
    assert made["product"] == "oxaliplatin concentrate 5 mg/mL"


def test_a_product_that_is_undecided_stays_undecided():
    made = an_order({"products": [PRODUCT], "preparation.oxaliplatin.product": "undecided"})
    assert (line(made, "oxaliplatin")["made"]["product"], made["released"]) == (None, False)


def test_a_product_by_name_brings_all_that_the_list_says_of_it():
    site, _ = a_site({"products": [PRODUCT], **BY_NAME})
    stock = site.preparation["oxaliplatin"].stock
    assert isinstance(stock, Product)
    assert (stock.id, stock.country, stock.form, stock.source) == (
        "oxaliplatin-200",
        "XX",
        "concentrate for infusion",
        "a made-up list",
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (BY_NAME, "preparation, oxaliplatin, product: needs a product of the site's list (it is empty); got 'oxaliplatin-200'"),
        ({"products": [PRODUCT], "preparation.oxaliplatin.product": "oxaliplatin-300"}, "needs a product of the site's list (oxaliplatin-200); got 'oxaliplatin-300'"),
        ({"products": [PRODUCT], "preparation.leucovorin.product": "oxaliplatin-200"}, "the product is oxaliplatin, and this is the preparation of leucovorin"),
        ({"products": [PRODUCT], **BY_NAME, "country": "YY"}, "the product is of XX, and the site of YY; got 'oxaliplatin-200'"),
        ({"products": [PRODUCT, PRODUCT]}, "needs each product once; got 'oxaliplatin-200'"),
        ({"products": [{**PRODUCT, "drug": "oxalipaltin"}]}, "needs a drug by its generic name in full"),
        ({"products": [{**PRODUCT, "from": "TODO"}]}, "needs what a person has written, no placeholder"),
        ({"products": [{**PRODUCT, "vials": []}]}, "needs at least one entry"),
        ({"products": [{**PRODUCT, "strength": "5 mg"}]}, "needs a concentration with its unit"),
        ({"products": [{key: value for key, value in PRODUCT.items() if key != "country"}]}, "needs 'country', which is missing"),
        ({"products": {"file": "no/such.yaml"}}, "needs the name of a file beside the site file"),
        ({"products": {"file": "ox.yaml"}}, "needs a productlist file"),
        ({"products": {"file": "products.yaml", "sha256": "0" * 64}}, "products.yaml is not the file that the site names"),
        ({"preparation.oxaliplatin.product": "Oxaliplatin 5 mg/mL"}, "preparation, oxaliplatin, product: needs"),
        ({"preparation.oxaliplatin.sharing": "yes"}, "preparation, oxaliplatin, sharing: needs"),
        ({"preparation.oxaliplatin.sharing": {"within": "8 h"}}, "needs 'from', which is missing"),
        ({"preparation.oxaliplatin.sharing": {"within": "8", "from": "policy"}}, "sharing, within: needs a duration with its unit"),
        ({"preparation.oxaliplatin.sharing": {"within": "0 h", "from": "policy"}}, "duration must lie between"),
    ],
)  # fmt: skip
def test_a_site_with_a_wrong_product_is_refused(changes, told):
    assert told in refused(changes)


def test_a_country_that_agrees_is_fine():
    site, _ = a_site({"products": [PRODUCT], **BY_NAME, "country": "XX"})
    assert site.preparation["oxaliplatin"].stock.product == "oxaliplatin concentrate, three sizes"


def test_a_product_of_another_drug_prepares_no_component():
    other = {**PRODUCT, "id": "other", "drug": "irinotecan"}
    prepared = {**site_data()["preparation"]["leucovorin"], "product": "other"}
    site, document = a_site({"products": [other], "preparation.last-line": prepared, "decisions": []})
    protocol = a_protocol("haic-folfox", {"components.1.id": "last-line"})
    made = order(protocol, site, document, a_patient(), cycle=1, on=DAY, what_if={})
    assert ["the product in stock is irinotecan" in one["message"] for one in findings(made, "cannot-prepare")] == [
        True
    ]


# ------------------------------------------------------------------------------------------------- on the command line


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "site.yaml").write_bytes(
        as_file(site_data({**BY_TABLE, "products": {"file": "products.yaml"}, **BY_NAME}))
    )
    return tmp_path


def test_a_site_is_checked_with_the_files_beside_it(folder, capsys):
    assert (cli.run(["site", "check", str(folder / "site.yaml")]), "in order" in capsys.readouterr().out) == (0, True)


def test_a_file_that_is_not_beside_the_site_is_one_clear_line(folder, capsys):
    (folder / "ox.yaml").unlink()
    code = cli.run(["site", "check", str(folder / "site.yaml")])
    told = capsys.readouterr().err
    assert (code, "bands" in told, "ox.yaml" in told, "Traceback" in told) == (3, True, True, False)


def test_an_order_is_printed_with_its_table_and_verified_again(folder, capsys):
    out = str(folder / "order.pdf")
    arguments = ["--patient", str(EXAMPLES / "patient-usual.yaml"), "--cycle", "1", "--on", "2026-11-23"]
    made = cli.run(["order", "haic-folfox", *arguments, "--site", str(folder / "site.yaml"), "--out", out])
    assert (made, cli.run(["verify", out])) == (0, 0)
    assert "is unchanged" in capsys.readouterr().out


def test_an_order_made_by_a_table_is_found_in_order_by_a_check(folder, capsys):
    out = str(folder / "order.json")
    arguments = ["--patient", str(EXAMPLES / "patient-usual.yaml"), "--cycle", "1", "--on", "2026-11-23"]
    cli.run(["order", "haic-folfox", *arguments, "--site", str(folder / "site.yaml"), "--out", out])
    capsys.readouterr()
    code = cli.run(["check", out, "--site", str(folder / "site.yaml"), "--format", "json"])
    (told,) = json.loads(capsys.readouterr().out)
    assert (code, [one["rule"] for one in told["findings"] if one["rule"].startswith("dose")]) == (0, [])
