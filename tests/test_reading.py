"""Reading the files people write: as text, strictly, with line and column, and never slowly."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sys
import time

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dosewright import reading
from dosewright.errors import Mistake, Mistakes
from dosewright.reading import DEEPEST, LARGEST, Count, Name, Strict, Text, Whole, read, read_json, validate


def data_of(text: str):
    return read(text.encode("utf-8"), "x.yaml").data


def refusal_of(content: bytes | str) -> str:
    with pytest.raises(Mistake) as refused:
        read(content.encode("utf-8") if isinstance(content, str) else content, "x.yaml")
    return str(refused.value)


# ---------------------------------------------------------------------------------------------------- everything is text


@pytest.mark.parametrize(
    "word",
    "no yes on off true null ~ 010 0o10 0x1F 1e3 1_000 .nan .inf 4:00 46:00 2026-11-23 1.0 = << 0.30 85".split(),
)
def test_a_word_is_the_word_that_stands_there(word):
    # To other readers of YAML these are false, nothing, 8, 31, 1000, 240, a date …
    assert data_of(f"key: {word}") == {"key": word}


def test_a_key_without_a_value_holds_nothing():
    assert data_of("key:") == {"key": ""}


def test_json_is_read_as_text_too():
    assert data_of('{"weight": 70.10, "known": true, "list": [1, null]}') == {
        "weight": "70.10",
        "known": "true",
        "list": ["1", "null"],
    }


plain = st.text(st.characters(codec="ascii", categories=["L", "N", "Zs"]), min_size=1).map(str.strip).filter(bool)
nested = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(plain, inner), max_leaves=8)


@given(nested)
def test_what_was_written_is_what_is_read(data):
    assert data_of(yaml.safe_dump(data, default_style='"')) == data


@given(nested)
def test_it_stands_in_the_same_place_for_another_reader(data):
    # PyYAML's own nodes know where they begin; ours must say the same of every value in a mapping.
    text = yaml.safe_dump({"top": data}, default_style='"')
    node = yaml.compose(text, yaml.SafeLoader).value[0][1]
    mark = read(text.encode(), "x.yaml").marks["top",]
    assert mark == (node.start_mark.line + 1, node.start_mark.column + 1)


def test_a_document_carries_the_hash_of_its_bytes():
    content = b"key: value\n"
    assert read(content, "x.yaml").sha256 == hashlib.sha256(content).hexdigest()


# -------------------------------------------------------------------------------------------------- what no file may hold

INVISIBLE = [
    *range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xAD, 0x061C, 0x180E,
    *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
]  # fmt: skip


def test_the_mark_that_some_editors_put_before_the_first_line_is_read_over():
    assert data_of("\ufeffkey: value") == {"key": "value"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is no JSON that can be read: line 1, column 1"),
        (b'{"a": 1,\n}', "it is no JSON that can be read: line 2, column 1"),
        (b"[\xff]", "it is no text in UTF-8: byte 2 is not"),
        (b"[" * 100_000, "it goes too deep"),
        (b'{"a": 1, "a": 2}', "a key stands twice"),
        (b"[NaN]", "NaN is no number"),
    ],
)
def test_what_is_no_json_is_told_without_words_of_a_program(content, why):
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        read_json(content)


@pytest.mark.parametrize("code", INVISIBLE, ids=lambda code: f"U+{code:04X}")
def test_an_invisible_character_is_refused_where_it_stands(code):
    assert refusal_of(f"a: b\nkey: va{chr(code)}lue") == (
        f"x.yaml:2:8: needs plain printable text (there stands the invisible character U+{code:04X})"
    )


@pytest.mark.parametrize("code", [code for code in INVISIBLE if code < 0xFFFF and code != 0x85], ids="U+{:04X}".format)
def test_it_is_refused_where_an_escape_spells_it_too(code):
    assert f"the invisible character U+{code:04X}" in refusal_of(f'key: "va\\u{code:04x}lue"')


@given(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"]))
@example("张")
@example("ö")
@example("𠮷")
def test_a_letter_of_any_script_is_read(letter):
    assert data_of(f'key: "a{letter}b"'.replace("\\", "\\\\").replace('a"b', 'a\\"b')) == {"key": f"a{letter}b"}


def test_a_tab_is_refused_with_what_to_write_instead():
    assert refusal_of("key:\tvalue") == "x.yaml:1:5: needs plain printable text (there stands a tab; write spaces)"


@pytest.mark.parametrize("content", ["张三".encode("gb18030"), "Zoë".encode("latin-1"), "x: y".encode("utf-16")])
def test_another_encoding_is_refused(content):
    assert refusal_of(b"name: " + content).startswith("x.yaml: needs a file in UTF-8 (byte ")


def test_the_byte_that_is_no_letter_is_counted():
    assert refusal_of(b"name: \xff") == "x.yaml: needs a file in UTF-8 (byte 7 is not)"


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a: b\na: c", "2:1", "every key once ('a' stands here a second time)"),
        ("{a: b, a: c}", "1:8", "every key once ('a' stands here a second time)"),
        ("a: {b: c, b: c}", "1:11", "every key once ('b' stands here a second time)"),
        ("a: &x b", "1:4", "plain values (anchors and tags are not read)"),
        ("a: *x", "1:4", "every value written out (anchors and aliases are not read)"),
        ("a: !!str b", "1:4", "plain values (anchors and tags are not read)"),
        ("a: ! b", "1:4", "plain values (anchors and tags are not read)"),
        ("a: !!python/name:os.system", "1:4", "plain values (anchors and tags are not read)"),
        ("? [a, b]\n: c", "1:3", "a plain word as key (a list or a mapping stands there)"),
        ("? {a: b}\n: c", "1:3", "a plain word as key (a list or a mapping stands there)"),
        ("a: b\n---\nc: d", "2:1", "one document (a second begins here)"),
        ("%YAML 1.2\n---\na: b", "1:1", "YAML without directives (remove the line that begins with %)"),
        ("%TAG ! tag:x,2000:\n---\na: b", "1:1", "YAML without directives (remove the line that begins with %)"),
        ("a: [b", "2:1", "YAML that can be read (did not find expected ',' or ']')"),
        ("a: b: c", "1:5", "YAML that can be read (mapping values are not allowed in this context)"),
        ('a: "b', "2:1", "YAML that can be read (found unexpected end of stream)"),
        ('a: "\\ud800"', "1:7", "YAML that can be read (found invalid Unicode character escape code)"),
    ],
)
def test_what_is_no_plain_file_is_refused_with_line_and_column(text, where, words):
    assert refusal_of(text + "\n") == f"x.yaml:{where}: needs {words}"


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n"])
def test_a_file_with_nothing_in_it_is_refused(text):
    assert refusal_of(text) == "x.yaml: needs a file with something in it"


@pytest.mark.parametrize("text", ["- a\n- b", "just words", "---", "85"])
def test_a_file_that_is_no_mapping_is_refused(text):
    with pytest.raises(Mistake, match="needs a file of 'key: value' lines"):
        validate(read(text.encode(), "x.yaml"), Sheet)


@given(st.binary(max_size=200))
@example(b"\xff\xfe{")
@example(b"\x00")
@example(b"a: |\n  b\n c")
@example(b"!<tag:yaml.org,2002:str> a")
def test_whatever_the_bytes_they_are_read_or_refused(content):
    told = ""
    try:
        read(content, "x.yaml")
    except Mistake as mistake:
        told = str(mistake)
    assert told.isprintable() is True


# ------------------------------------------------------------------------------------------- neither too large nor slow


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_not():
    # Y27 of the bad inputs, which is of 10 MB.
    content = b"x: " + b"A" * (LARGEST - 3)
    assert (len(read(content, "x.yaml").data["x"]), refusal_of(content + b"A")) == (
        LARGEST - 3,
        "x.yaml: needs a file of at most 1,000,000 bytes; got '1,000,001 bytes'",
    )


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_the_deepest_nesting_is_read_and_one_level_more_is_not(opening):
    closing = {"[": "]", "{a: ": "}", "- ": ""}[opening]
    depth = read((opening * DEEPEST + "x" + closing * DEEPEST).encode(), "x.yaml").data
    assert (depth is not None, f"at most {DEEPEST} levels" in refusal_of(opening * (DEEPEST + 1) + "x")) == (True, True)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 500_000,  # Y26 of the bad inputs, which is of 5,000
        b"{a: " * 200_000,
        b"- " * 400_000,
        b"? " * 400_000,
        b"a: [" + b"x, " * 250_000 + b"x]",
        b"".join(b"k%d: v\n" % i for i in range(90_000)),
        b"a: " + b'"\\x41' * 150_000,
        b"&a " * 300_000,
        b"'" * 900_000,
        b"# " * 400_000,
    ],
    ids=lambda content: content[:8].decode(),
)
def test_the_worst_file_of_its_size_is_answered_soon(content):
    began = time.process_time()
    with contextlib.suppress(Mistake):
        read(content, "x.yaml")
    assert time.process_time() - began < 4


def test_depth_does_not_depend_on_the_stack():
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(150)
        assert "at most 20 levels" in refusal_of("[" * 100_000)
    finally:
        sys.setrecursionlimit(limit)


# ------------------------------------------------------------------------------------------------- from data to a model


class Item(Strict):
    id: Name
    count: Count


class Sheet(Strict):
    title: Text
    number: Whole
    items: tuple[Item, ...]


def sheet(text: str) -> Sheet:
    return validate(read(text.encode(), "x.yaml"), Sheet)


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(Mistake) as refused:
        sheet(text)
    return str(refused.value).split("\n")


def test_a_file_that_is_in_order_is_a_model():
    assert sheet("{title: a, number: 0, items: [{id: b, count: 1}]}").items[0].count == 1


def test_an_item_of_a_list_is_named_as_it_names_itself():
    assert mistakes_of("title: a\nnumber: 1\nitems:\n  - {id: first, count: 0}") == [
        "x.yaml:4:24 first, count: needs a whole number from 1, for example '1'; got '0'"
    ]


def test_an_item_without_a_name_is_counted_from_1():
    assert mistakes_of("title: a\nnumber: 1\nitems:\n  - {id: a, count: 1}\n  - {count: 1}") == [
        "x.yaml:5:5 items, 2: needs 'id', which is missing"
    ]


def test_a_slip_in_a_key_is_told_with_the_key_that_was_meant():
    assert mistakes_of("title: a\nnumber: 1\nitem: []\nitems: []") == [
        "x.yaml:3:7 item: needs a key that is known; got 'item' (did you mean 'items'?)"
    ]


def test_all_mistakes_are_told_in_the_order_of_the_file():
    lines = mistakes_of("items: [{id: A, count: x}, 3]\nnumber: -1\ntitle: ''\nmore: b")
    places = [tuple(map(int, re.search(r":(\d+):(\d+)", line).groups())) for line in lines]
    assert (len(places), places) == (6, sorted(places))


def test_several_mistakes_are_one_error_that_holds_them_all():
    with pytest.raises(Mistakes) as refused:
        sheet("title: ''\nnumber: x\nitems: []")
    assert [one.where for one in refused.value.mistakes] == ["x.yaml:1:8 title", "x.yaml:2:9 number"]


@pytest.mark.parametrize("text", ["0", "1", "999999"])
def test_a_whole_number_is_read(text):
    assert reading.whole(text) == int(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "01", "1.0", "1e3", "1_0", "1 0", "１", "1000000", 1, None, True])
def test_nothing_else_is_a_whole_number(text):
    with pytest.raises(Mistake, match="a whole number"):
        reading.whole(text)


@pytest.mark.parametrize("text", ["1.0", "0.5", "1200", "0"])
def test_a_decimal_number_keeps_its_digits(text):
    assert reading.decimal(text) == text


@pytest.mark.parametrize("text", ["1,5", ".5", "5.", "<0.1", "1e3", "", "nan", "-1", 1.5, None])
def test_nothing_else_is_a_decimal_number(text):
    with pytest.raises(Mistake, match="a plain decimal number"):
        reading.decimal(text)


@pytest.mark.parametrize("text", ["haic-folfox", "a", "5-fu", "haic-folfox-he-2017"])
def test_a_short_name_is_read(text):
    assert reading.name(text) == text


@pytest.mark.parametrize(
    "text", ["", "-a", "a-", "a--b", "A", "a b", "a.b", "a_b", "../a", "a/b", "ä", "a\n", "con:", 1, None]
)
def test_nothing_else_is_a_short_name(text):
    with pytest.raises(Mistake, match="small letters, digits and hyphens"):
        reading.name(text)


@given(nested)
def test_whatever_the_data_it_is_a_model_or_the_mistakes_are_told(data):
    told = "a model"
    try:
        sheet(json.dumps(data))
    except Mistake as mistake:
        told = str(mistake)
    assert told != ""
