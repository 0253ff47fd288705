"""The printed face: whatever an order says is on its sheet, safely written, nothing cut off, and nobody can change it."""

from __future__ import annotations

import copy
import functools
import html
import io
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest

from dosewright import documents, sheets, typefaces
from dosewright.errors import CannotCompute, Mistake, Refusal
from dosewright.orders.order import content_hash

from .changing_doses import a_change, changed_order, given
from .ward import a_patient, an_order

LONGEST = "Maximiliane Wilhelmine Ferdinanda von und zu Hohenlohe-Waldenburg-Schillingsfuerst geborene Esterhazy von Galantha ab"
ATTACKS = (
    "<link rel=attachment href=file:///etc/passwd>",
    "<img src=http://127.0.0.1:9/x onerror=alert(1)>",
    "{{7*7}} ${7*7} {% import os %}",
    "</script><script>alert(1)</script>",
    "]]> &amp; <!-- --> <svg/onload=1>",
)
ORDERS = {
    "released": {},
    "not released": {"by_reference": True},
    "with beads": {"protocol": "hepa-haic"},
    "with beads, not released": {"protocol": "hepa-haic", "by_reference": True},
    "little known": {"protocol": "hepa-haic", "of": "unknown", "by_reference": True},
    "large": {"of": "large", "cycle": 2},
    "small, with beads": {"protocol": "hepa-haic", "of": "small", "by_reference": True},
    "bolus": {"protocol": "haic-folfox-he-2017", "by_reference": True},
}


def made(name: str = "released") -> Any:
    return copy.deepcopy(_made(name))


@functools.cache
def _made(name: str) -> Any:
    return an_order(**ORDERS[name])


def resealed(order: Any, **changes: Any) -> Any:
    """An order with some of its data changed, and a hash that fits."""
    order |= changes
    order["hash"] = content_hash(order)
    return order


def pages(content: bytes) -> list[str]:
    """The text of each page, as a reader would copy it."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    finally:
        document.close()


@functools.cache
def printed(name: str, kind: documents.Kind = "order") -> tuple[str, ...]:
    return tuple(pages(documents.joined_pdf([_made(name)], kind=kind)))


def run_together(texts: Any) -> str:
    """The text of all pages in one line, wherever its lines broke."""
    return " ".join(" ".join(texts).split())


# ------------------------------------------------------------------------------------------------- what must be on it


def test_the_elements_of_an_order_are_on_the_sheet() -> None:
    text = run_together(printed("released"))
    expected = (
        "Zhang Wei (张伟)", "MRN-004217", "A-2026-1182", "born 1964-03-09 (Mon)", "allergies: none known",
        "hepatocellular carcinoma, advanced", "BCLC C", "palliative", "version 1", "cycle 1, day 1", "2026-11-23 (Mon)",
        "valid until", "165 cm", "60 kg", "1.6583 m² by Mosteller", "Du Bois and Du Bois 1.6587 m² (+0.02 %)",
        "oxaliplatin 141 mg", "85 mg/m² × 1.6583 m² = 140.96 mg, to 1 mg: 141 mg, +0.03 %",
        "leucovorin 332 mg", "200 mg/m² × 1.6583 m² = 331.66 mg", "fluorouracil 3,980 mg", "= 3,979.95 mg",
        "discussion 1.5 g/m² gives 2,487.47 mg", "hepatic intra-arterial", "intravenous", "glucose 5%", "mL/h",
        "UTC+08:00", "09:00", "13:00", "09:00 day 2", "prepared", "checked", "given", "cumulative dose",
        "2,400.03 mg/m²", "neutrophils", "standing order 12", "prescriber", "pharmacist", "second checker", "nurse",
        "methods:", "Findings: none", "an aid to calculation, to be checked independently; no cleared medical device",
    )  # fmt: skip
    assert [words for words in expected if words not in text] == []


def sheet_of(order: Any) -> tuple[str, ...]:
    return tuple(pages(documents.joined_pdf([order], kind="order")))


def test_height_and_weight_are_told_as_they_were_entered() -> None:
    weights = [{"value": "62.376 kg", "on": "2026-11-20", "basis": "actual"}]
    text = run_together(sheet_of(an_order(patient={"weights": weights, "height.value": "1.6525 m"})))
    assert [words for words in ("height 165.25 cm", "weight 62.376 kg") if words not in text] == []


def test_every_row_of_the_doses_by_cycle_names_its_drug() -> None:
    order = changed_order(a_change(cycle=2), before=given("100 %", "80 %", "80 %"))
    text = run_together(sheet_of(order))
    rows = [(one["key"], str(row["cycle"])) for one in order["history"] for row in one["rows"]]
    told = [(key, cycle) for key, cycle in rows if re.search(rf"{key}(, [0-9.,]+ m?g/m²)? {cycle} 2026-", text)]
    assert (len(rows), told) == (12, rows)


def test_the_heading_of_the_sources_stands_with_them() -> None:
    """However long the sheet: with some lines of care the page ends after the heading."""
    order = changed_order(a_change(), before=given("100 %"))
    for lines in range(1, 6):
        order["care"] = [{"what": f"care {one}", "when": "day 1"} for one in range(lines)]
        (page,) = (one for one in sheet_of(order) if "10 Sources" in one)
        assert "methods:" in page


def test_a_pump_is_told_in_the_order_in_which_it_asks() -> None:
    text = run_together(printed("released"))
    told = ["oxaliplatin 141 mg", "volume to be infused", "over", "rate", "start", "end"]
    places = [text.index(told[0])]
    for words in told[1:]:
        places.append(text.index(words, places[-1]))
    assert places == sorted(places)


@pytest.mark.parametrize("name", ORDERS)
def test_every_page_says_who_which_protocol_and_which_page(name: str) -> None:
    order, texts = _made(name), printed(name)
    for number, text in enumerate(texts, 1):
        joined = run_together([text])
        patient = order["patient"]
        expected = [patient["name"], f"born {patient['birth_date']}", "allergies:", order["id"], order["hash"][:12]]
        expected += [one["value"] for one in patient["identifiers"]]
        expected += [f"cycle {order['cycle']}, day {order['day']}", f"page {number} of {len(texts)}"]
        assert [words for words in expected if words not in joined] == []


@pytest.mark.parametrize("name", ORDERS)
def test_not_released_stands_on_every_page_of_what_is_not_released_and_on_no_other(name: str) -> None:
    assert {("NOT RELEASED" in text) for text in printed(name)} == {not _made(name)["released"]}


def test_a_reference_site_is_nobodys_policy() -> None:
    assert "reference site: no hospital’s policy" in run_together(printed("not released"))


def test_every_finding_and_every_decision_is_told() -> None:
    for name in ("little known", "large"):
        text = run_together(printed(name))
        for one in _made(name)["findings"]:
            message = one["message"].removeprefix(f"{one['where']}: ")
            words = message[:1].upper() + message[1:]
            assert words in text or message in text


def test_the_other_reading_of_a_start_stands_beside_the_first() -> None:
    text = run_together(printed("not released"))
    assert "09:00 to 11:00 if leucovorin with oxaliplatin" in text
    assert "If leucovorin between oxaliplatin and fluorouracil" in text


def test_copies_say_so() -> None:
    assert all("COPY 2" in text for text in pages(documents.joined_pdf([_made("released")], copy=2)))


def test_each_of_several_orders_counts_its_own_pages() -> None:
    first, second = _made("released"), _made("with beads, not released")
    texts = pages(documents.joined_pdf([first, second]))
    counted = [re.search(r"page (\d+) of (\d+)", text) for text in texts]
    assert [m.groups() for m in counted if m] == [
        (str(n), str(of)) for of in (len(printed("released")), len(printed("with beads, not released")))
        for n in range(1, of + 1)
    ]  # fmt: skip


def test_the_worksheet_has_its_steps() -> None:
    text = run_together(printed("with beads, not released", "worksheet"))
    expected = (
        "Vials of beads taken", "50 mg/vial", "40 to 60 mg/vial", "within", "contact started", "20 min", "Supernatant",
        "UNDECIDED: if per vial, 20 mL from each vial", "if per treatment, 20 mL in all", "Use before", "offered", "loaded",
        "injected", "more than 45 mg", "sum over the stages", "initials 1", "initials 2", "second checker",
    )  # fmt: skip
    assert [words for words in expected if words not in text] == []


def test_without_beads_there_is_no_worksheet() -> None:
    with pytest.raises(CannotCompute, match="no bead worksheet"):
        documents.worksheet_html([_made("released")])


def test_the_pdf_is_tagged_and_titled() -> None:
    document = pypdfium2.PdfDocument(documents.joined_pdf([_made("released")]))
    assert document.is_tagged()
    assert document.get_metadata_value("Title").startswith("Order sheet ")


def test_the_code_for_the_scanner_names_order_and_hash() -> None:
    order = _made("released")
    assert f"dosewright:order:{order['id']}:{order['hash']}" in documents.order_html([order])


# ------------------------------------------------------------------------------------------------- how it is written

UNSAFE = {
    "a trailing zero": r"\d\.\d*0 ?(mg|g|mL|mcg|units|kg|cm|m²|h|min|wk|%)(?!\w)",
    "no leading zero": r"(?<![\w.])\.\d",
    "an exponent": r"(?<![\w.])\d+(\.\d+)?[eE][+-]?\d+(?!\w)",
    "a micro sign on grams": r"[µμ]g",
    "an abbreviated unit": r"\d ?(U|IU|cc|QD)\b",
    "no thousands separator": r"(?<![\w.,/-])\d{4,}(\.\d+)? (mg|g|mL|mcg|units|kg|mg/m²)\b",
    "no space before the unit": r"\d(mg|mL|mcg|kg|cm|m²)(?![\w])",
    "a day's rate": r"mL ?/ ?24|mL per day",
    "nothing where a value should be": r"\b(None|nan|Undefined)\b",
    "a break inside a quantity": r"\d\n(mg|g|mL|mL/h|m²|kg|cm|h|min|wk|%|vials?)\b|/\n|\d,\n\d",
}


def random_orders() -> Iterator[Any]:
    chance = random.Random(2026)
    for _ in range(24):
        changes = {"height.value": f"{chance.randrange(1400, 1990) / 10:g} cm",
                   "weights.0.value": f"{chance.randrange(350, 1490) / 10:g} kg"}  # fmt: skip
        protocol = chance.choice(["haic-folfox", "hepa-haic", "haic-folfox-he-2017"])
        yield an_order(protocol, patient=changes, by_reference=chance.random() < 0.5)


def test_numbers_are_written_safely_on_any_sheet() -> None:
    for order in random_orders():
        for kind in ("order", "worksheet") if order["beads"] else ("order",):
            for text in pages(documents.joined_pdf([order], kind=kind)):
                for plain in (order["id"], order["hash"][:12], order["protocol"]["sha256"][:12]):
                    text = text.replace(plain, "")
                found = {name: match[0] for name, rule in UNSAFE.items() if (match := re.search(rule, text))}
                assert found == {}


def test_drug_and_dose_stand_in_one_line() -> None:
    for name in ORDERS:
        lines = [line for text in printed(name) for line in text.split("\n")]
        for line in _made(name)["lines"]:
            assert any(f"{line['drug']} {sheets.spoken(line['ordered'])}" in one for one in lines)


def test_only_words_come_through_to_a_sheet() -> None:
    for value in (None, 5, 0.1, True):
        with pytest.raises(TypeError, match="cannot stand on a sheet"):
            documents.environment().from_string("{{ value }}").render(value=value)


def keys_of(data: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every key in nested data; of a list only the first item."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*way, key)
            yield from keys_of(value, (*way, key))
    elif isinstance(data, list) and data:
        yield from keys_of(data[0], (*way, 0))


def test_what_is_missing_from_the_data_stops_the_sheet_or_never_was_on_it() -> None:
    """Each key is taken out in turn: the sheet is refused, or it is the very same sheet; never the same with a hole."""
    order = _made("with beads, not released")
    whole = documents._article(order, kind="order", copy=None)
    for way in keys_of(order):
        data = copy.deepcopy(order)
        node = data
        for step in way[:-1]:
            node = node[step]
        del node[way[-1]]
        try:
            found = documents._article(data, kind="order", copy=None)
        except Exception:  # whatever stops it
            continue
        # A gene or another entry of an open mapping may be absent; the sheet then says less, by name, not a blank.
        assert found == whole or way[:2] == ("patient", "genotype"), way


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_a_name_is_text(attack: str) -> None:
    order = resealed(made())
    order["patient"]["name"] = attack
    order["lines"][0]["cautions"] = [attack]
    resealed(order)
    assert " ".join(attack.split()) in run_together(pages(documents.joined_pdf([order]))[:1])
    page = documents.order_html([order])
    assert "<" not in attack or attack not in page
    assert html.escape(attack, quote=False).replace("'", "&#39;") in page
    assert page.count("<script") == 1


def test_nothing_is_fetched() -> None:
    with pytest.raises(ValueError, match="disallowed protocol"):
        documents.press("A4").fetcher.fetch("file:///etc/passwd")


# --------------------------------------------------------------------------------------------- nothing cut, no tofu


def boxes(content: bytes) -> Iterator[tuple[float, float, float, float]]:
    """The place of every sign, as parts of its page's width and height."""
    for page in pypdfium2.PdfDocument(content):
        width, height = page.get_size()
        text = page.get_textpage()
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            if right > left:
                yield left / width, bottom / height, right / width, top / height


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_longest_names_are_whole_and_inside_the_page(paper: documents.Paper) -> None:
    order = made("with beads, not released")
    order["patient"] |= {"name": LONGEST, "diagnosis": LONGEST, "allergies": [LONGEST, LONGEST]}
    order["lines"] = [{**order["lines"][n % 3], "number": n + 1} for n in range(12)]
    order["lines"][0] |= {"drug": "trastuzumab emtansine of a very long name", "key": "long"}
    resealed(order)
    content = documents.joined_pdf([order], paper=paper)
    for text in pages(content):
        assert LONGEST.replace(" ", "") in "".join(text.split())
    left, bottom, right, top = zip(*boxes(content), strict=True)
    assert min(left) > 19 / 216
    assert max(right) < 1 - 11 / 216
    assert min(bottom) > 0.01
    assert max(top) < 0.99


def test_a_name_of_wide_letters_only_is_whole_and_above_the_sheet() -> None:
    order = resealed(made(), patient={**_made("released")["patient"], "name": "W" * 120})
    content = documents.joined_pdf([order])
    assert "W" * 120 in "".join(pages(content)[0].split())
    text = pypdfium2.PdfDocument(content)[0].get_textpage()
    places = [text.search(words).get_next()[0] for words in ("HAIC-FOLFOX), version", "Order sheet")]
    (_, last_line_of_header, _, _), (_, _, _, top_of_sheet) = map(text.get_charbox, places)
    assert last_line_of_header > top_of_sheet


def test_a_chinese_name_comes_out_as_it_went_in() -> None:
    patient = {**_made("released")["patient"], "name": "欧阳娜娜·阿布都热依木", "allergies": ["青霉素，皮疹"]}
    text = run_together(pages(documents.joined_pdf([resealed(made(), patient=patient)]))[:1])
    assert "欧阳娜娜·阿布都热依木" in text
    assert "青霉素，皮疹" in text


@pytest.mark.parametrize("name", ["नमस्ते", "Zhang\u202eWei", "a\x07b", "\U00016800"])
def test_what_the_fonts_cannot_show_is_refused(name: str) -> None:
    order = resealed(made(), patient={**_made("released")["patient"], "name": name})
    with pytest.raises(Refusal, match=r"U\+"):
        documents.joined_pdf([order])


def test_without_a_font_nothing_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    typefaces._signs.cache_clear()
    monkeypatch.setattr(typefaces, "_file", lambda family, style: None)
    try:
        with pytest.raises(Refusal, match="install fonts-dejavu-core and fonts-wqy-microhei"):
            documents.order_html([_made("released")])
    finally:
        typefaces._signs.cache_clear()


def test_too_many_lines_are_refused() -> None:
    order = made()
    order["lines"] = order["lines"] * 200
    with pytest.raises(Refusal, match="is not printed"):
        documents.order_html([order])


# ------------------------------------------------------------------------------------------------- same in, same out

SAME = """
import hashlib, json, sys
from dosewright import documents
order = json.load(sys.stdin)
print(hashlib.sha256(documents.joined_pdf([order]) + documents.order_html([order]).encode()).hexdigest())
"""


def test_the_same_order_gives_the_same_bytes_in_any_process() -> None:
    order = json.dumps(_made("with beads, not released"))
    found = {
        subprocess.run(
            [sys.executable, "-c", SAME], input=order, env={**os.environ, "PYTHONHASHSEED": seed}, text=True,
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1


def test_several_processes_make_the_same_in_the_same_order() -> None:
    orders = [an_order(patient={"height.value": f"{height} cm"}) for height in (150, 160, 170)]
    assert list(documents.pdfs(orders, workers=2)) == list(documents.pdfs(orders))


# ---------------------------------------------------------------------------------------------------------- verifying


@functools.cache
def files() -> dict[str, bytes]:
    order, beads = _made("not released"), _made("with beads")
    return {
        "order.json": json.dumps(order).encode(),
        "order.html": documents.order_html([order, beads], copy=3).encode(),
        "order.pdf": documents.joined_pdf([order]),
        "joined.pdf": documents.joined_pdf([order, beads], paper="Letter", copy=2),
        "worksheet.pdf": documents.joined_pdf([beads], kind="worksheet"),
    }


@pytest.mark.parametrize("name", ["order.json", "order.html", "order.pdf", "joined.pdf", "worksheet.pdf"])
def test_what_is_as_it_was_made_verifies(name: str) -> None:
    found = documents.verify(files()[name], name)
    assert found.unchanged, str(found)


def test_the_order_of_a_sheet_is_read_back() -> None:
    assert documents.order_of(files()["order.pdf"], "order.pdf") == _made("not released")
    with pytest.raises(Mistake, match="one order"):
        documents.order_of(files()["joined.pdf"], "joined.pdf")


def test_a_changed_digit_of_the_data_is_found() -> None:
    for name in ("order.json", "order.html"):
        content = files()[name]
        doctored = re.sub(rb'("value": ?)141\b', rb"\g<1>114", content, count=1)
        assert doctored != content
        found = documents.verify(doctored, name)
        assert (found.content, found.unchanged) == ("changed", False)


def test_a_changed_number_on_the_page_over_unchanged_data_is_found() -> None:
    doctored = files()["order.html"].replace(b"oxaliplatin 141 mg", b"oxaliplatin 114 mg", 1)
    found = documents.verify(doctored, "order.html")
    assert (found.content, found.page, found.unchanged) == ("unchanged", "differs", False)


def test_a_pdf_of_other_data_over_the_attached_data_is_found() -> None:
    """The page of a changed order with the attachment of the true one, in a file of the same form."""
    true, false = _made("not released"), made("not released")
    false["lines"][0]["ordered"]["value"] = 114
    article = documents._article(false, kind="order", copy=None)
    laid_out = documents._laid_out(article, "A4", "x", documents._keywords("order", "A4", None))
    content = laid_out.write_pdf(pdf_variant=documents.VARIANT, attachments=[documents._attachment(true)])
    found = documents.verify(content, "order.pdf")
    assert (found.content, found.page) == ("unchanged", "differs")
    assert "words on page 1" in str(found)


def test_ink_over_the_page_is_found() -> None:
    """A black box over a dose changes no word of the text; the pictures tell."""
    document = pypdfium2.PdfDocument(files()["order.pdf"])
    raw = pypdfium2.raw
    box = raw.FPDFPageObj_CreateNewRect(100, 100, 200, 20)
    raw.FPDFPageObj_SetFillColor(box, 0, 0, 0, 255)
    raw.FPDFPath_SetDrawMode(box, raw.FPDF_FILLMODE_ALTERNATE, False)
    page = document[0]
    raw.FPDFPage_InsertObject(page.raw, box)
    page.gen_content()
    saved = io.BytesIO()
    document.save(saved)
    found = documents.verify(saved.getvalue(), "order.pdf")
    assert (found.content, found.page) == ("unchanged", "differs")


def test_a_sheet_of_another_version_is_not_compared() -> None:
    order = resealed(made(), tool="dosewright 99.0")
    found = documents.verify(documents.order_html([order]).encode(), "order.html")
    assert (found.content, found.page, found.unchanged) == ("unchanged", "not compared", False)


def test_a_sheet_that_other_programs_set_is_compared_by_its_words(monkeypatch) -> None:
    content, ours = files()["order.pdf"], documents.set_by()
    monkeypatch.setattr(documents, "set_by", lambda: "WeasyPrint 999.0, Pango 9.9.9")
    found = documents.verify(content, "order.pdf")
    assert (found.content, found.page, found.unchanged) == ("unchanged", "not compared", False)
    assert ours in str(found)
    monkeypatch.setattr(documents, "joined_pdf", lambda *_, **__: files()["joined.pdf"])
    assert "its words are NOT" in str(documents.verify(content, "order.pdf"))


UNREADABLE = (
    b"", b"%PDF-1.7", b"%PDF-1.7\n" + b"x" * 999, b"{}", b"[]", b"[1]", b"null", b"\xff\xfe", b"<!doctype html>",
    b"[" * 100_000, b'{"id": "a", "id": "b"}', b'{"id": "a", "hash": "b", "tool": NaN}',
    b'{"id": "a", "hash": "b", "tool": "c", "x": "\\ud800"}', b'{"id": "a", "hash": "b", "tool": "c", "x": 1e999}',
)  # fmt: skip


@pytest.mark.parametrize("content", UNREADABLE)
def test_what_is_no_sheet_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(Mistake, match="a sheet made by dosewright"):
        documents.verify(content, "some.file")


def test_data_with_a_fitting_hash_that_is_no_order_is_no_bug() -> None:
    data = resealed({"id": "a", "tool": documents.TOOL})
    page = documents.order_html([_made("released")])
    forged = re.sub(r"(class=\"order\">).*?(</script>)", lambda m: f"{m[1]}{json.dumps(data)}{m[2]}", page, flags=re.S)
    assert documents.verify(forged.encode(), "forged.html").page == "differs"


def test_a_patient_as_read_prints() -> None:
    assert a_patient().name in run_together(printed("released"))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("20 to 25 °C", ["20 to 25 °C"]),
        ("ascites 1, encephalopathy 1), printing", ["1", "1"]),
        ("1 encephalopathy", ["1"]),  # half of a word is not kept with a number
        ("from 1,200 mg, 2.", ["1,200 mg,", "2"]),
        ("3.4 10^9/L", ["3.4 10^9/L"]),
    ],
)
def test_a_number_is_kept_with_the_whole_word_that_follows(text, kept):
    assert re.findall(">([^<]*)</span>", str(sheets.prose(text))) == kept


def test_no_part_of_a_word_is_kept_apart_from_it():
    # else a line may break within CTCAE, since nothing may break between v and 5.0
    assert str(sheets.prose("by CTCAE v5.0, from 2 mg on")) == 'by CTCAE v5.0, from <span class="q">2 mg</span> on'
