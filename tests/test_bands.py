"""Tables of dose bands: held against their own claim exactly, refused row by row, and the same as text, YAML and CSV."""

from __future__ import annotations

import csv
import io
import itertools
import json
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import dosewright
from dosewright import cli
from dosewright.calculators.bands import EXAMPLE, Band, BandTable
from dosewright.errors import Mistake, Mistakes, Refusal
from dosewright.orders import bands
from dosewright.orders.bands import load, of_table, rows_told

EXAMPLES = Path(dosewright.__file__).with_name("examples")
OXALIPLATIN = EXAMPLES / "bands-oxaliplatin.yaml"
FLUOROURACIL = EXAMPLES / "bands-fluorouracil.csv"


def table(*bands: tuple[float, float, float], **more: object) -> BandTable:
    return BandTable(tuple(Band(*one) for one in bands), **{"limit": 6.0, **more})


def read(path: Path) -> BandTable:
    return load(path.read_bytes(), path.name)[1]


def refusal(text: str) -> str:
    with pytest.raises(Mistake) as caught:
        BandTable.read(text)
    return str(caught.value)


# ------------------------------------------------------------------------------------------------------- what is claimed

# by hand: (100 − 94.4) ÷ 94.4 = 5.93 %, (106.2 − 100) ÷ 106.2 = 5.84 %; of the band's 100 mg they are 5.6 % and 6.2 %
LEANING = (94.4, 106.2, 100.0)


def test_a_claim_may_hold_of_the_calculated_dose_and_not_of_the_dose_of_the_band():
    assert table(LEANING).exceptions == ()
    assert table(LEANING, denominator="band dose").exceptions == (Band(*LEANING),)


def test_the_worst_deviation_is_told_with_its_sign_and_where():
    # by hand: −6.2 ÷ 100 at the upper edge
    one = table(LEANING, denominator="band dose")
    share, at = one.worst(Band(*LEANING))
    assert (one.said(share), at) == ("−6.2 %", 106.2)


def test_of_the_calculated_dose_the_same_band_is_worst_at_its_lower_edge():
    one = table(LEANING)
    share, at = one.worst(Band(*LEANING))
    assert (one.said(share), at) == ("+5.93 %", 94.4)


@pytest.mark.parametrize(
    ("dose", "breaks"), [(106.0, False), (106.000001, True), (105.999999, False)], ids=["just", "above", "below"]
)
def test_a_claim_is_held_to_the_last_decimal_that_can_be_written(dose, breaks):
    assert table((100.0, 106.5, dose)).breaks(Band(100.0, 106.5, dose)) is breaks


def test_a_deviation_beyond_the_limit_is_never_printed_as_the_limit():
    one = table((100.0, 106.5, 106.000001))
    assert one.said(one.worst(one.bands[0]).share) == "+6.000001 %"


@pytest.mark.parametrize(
    ("dose", "told"),
    [
        ("106.0012", "+6.001 %"),  # two decimals would print the limit, and three are enough
        ("106.0047", "+6.005 %"),
        ("105.9964", "+5.996 %"),
        ("106", "+6 %"),
        ("105.996", "+5.996 %"),
    ],
)
def test_a_deviation_has_as_many_decimals_as_show_its_side_of_the_limit(dose, told):
    # by hand: of 100 mg, each hundredth of a milligram is a hundredth of a percent
    assert table(LEANING).said((Fraction(dose) - 100) / 100) == told


@pytest.mark.parametrize(("share", "told"), [("6.0014", "+6.0014 %"), ("6.0006", "+6 %"), ("6.001", "+6.001 %")])
def test_a_deviation_beside_a_limit_of_three_decimals_is_told_from_it(share, told):
    assert table(LEANING, limit=6.001).said(Fraction(share) / 100) == told


def test_a_deviation_has_nine_decimals_at_most():
    assert table(LEANING).said(Fraction("6.0000000003") / 100) == "+6 %"


def test_no_deviation_has_no_sign():
    assert table(LEANING).said(Fraction(0)) == "0 %"


def test_of_two_deviations_as_large_the_upward_one_is_the_worst():
    # by hand: of the band's 100 mg, 90 and 110 mg are both 10 % away
    one = table((90.0, 110.0, 100.0), denominator="band dose")
    assert one.worst(one.bands[0]) == (Fraction(1, 10), 90.0)


def test_a_table_that_breaks_its_claim_names_each_row_that_does():
    told = refusal("90 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; 116 mg to 130 mg: 120 mg; limit 6 %")
    assert [line.partition(":")[0] for line in told.split("\n")] == ["band 90 to 105 mg", "band 116 to 130 mg"]


def test_a_row_that_is_listed_as_an_exception_is_kept_and_told():
    one = BandTable.read("90 mg to 105 mg: 100 mg; limit 6 %; except 100 mg")
    assert (one.excepted, one.exceptions) == ((100.0,), (Band(90, 105, 100),))


def test_what_is_listed_as_an_exception_must_be_one():
    assert "keeps what the table claims" in refusal(f"{EXAMPLE}; except 100 mg")


def test_an_exception_must_be_a_band():
    assert "needs the dose of a band of the table" in refusal(f"{EXAMPLE}; except 101 mg")


def test_several_exceptions_of_a_text_are_listed_with_commas():
    text = (
        "90 mg to 105 mg: 100 mg; 105 mg to 116 mg: 110 mg; 116 mg to 130 mg: 120 mg; limit 6 %; except 100 mg, 120 mg"
    )
    assert BandTable.read(text).excepted == (100.0, 120.0)


def test_a_limit_of_something_else_is_refused():
    assert "of the calculated dose or of the band dose" in refusal(f"{EXAMPLE} of the given dose")


@pytest.mark.parametrize("of", ["band dose", "calculated dose"])
def test_the_limit_of_a_text_may_say_of_what_it_is(of):
    assert BandTable.read(f"{EXAMPLE} of the {of}").claim == f"within 6 % of the {of}"


# ---------------------------------------------------------------------------------------------------------- the edges

TWO = ((95.0, 105.0, 100.0), (105.0, 116.0, 110.0))


@pytest.mark.parametrize(("edge", "dose"), [("upper band", 110.0), ("lower band", 100.0)])
def test_an_edge_belongs_to_the_band_that_the_table_says(edge, dose):
    assert table(*TWO, edge=edge).at(105).dose == dose


@pytest.mark.parametrize(("edge", "inside"), [("upper band", [95]), ("lower band", [95, 116])])
def test_the_ends_of_a_table_belong_as_its_edges_do(edge, inside):
    one = table(*TWO, edge=edge)
    found = []
    for mg in (95, 116):
        try:
            one.at(mg)
            found.append(mg)
        except Refusal:
            pass
    assert found == inside


def test_the_dose_of_a_band_that_begins_above_its_edge_is_not_that_edge():
    # 105 mg belongs to the band below, which would be ordered as 100 mg
    with pytest.raises(Mistake, match="a band dose inside its band"):
        table((95.0, 105.0, 100.0), (105.0, 116.0, 105.0), edge="lower band")


def test_a_dose_with_binary_dust_on_an_edge_lies_on_it():
    assert table((5.0, 5.69, 5.5), (5.69, 6.0, 5.8)).at(0.569 * 10).dose == 5.8  # 5.6899999999999995


@pytest.mark.parametrize(("mg", "dose"), [(100, 100), (104.99, 100), (105, 100), (109.99, 100), (110, 110), (115, 110)])
def test_the_band_at_most_never_rounds_up(mg, dose):
    assert table(*TWO).at_most(mg).dose == dose


@pytest.mark.parametrize("mg", [94.99, 116, 1000])
def test_the_band_at_most_is_refused_outside_the_table(mg):
    with pytest.raises(Refusal, match="outside the table"):
        table(*TWO).at_most(mg)


def test_where_every_band_is_larger_no_band_is_at_most_the_dose():
    with pytest.raises(Refusal, match="no band lies below"):
        table(*TWO).at_most(99.99)


# --------------------------------------------------------------------------------------- an independent look at each row


def by_decimals(low: str, high: str, dose: str, *, of_band: bool) -> Decimal:
    """The furthest deviation of a row in percent, in fifty decimals and without the code under test."""
    with localcontext() as context:
        context.prec = 50
        a, b, d = Decimal(low), Decimal(high), Decimal(dose)
        return max((d - a) / (d if of_band else a), (b - d) / (d if of_band else b)) * 100


def written(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"


drawn = st.tuples(st.integers(1, 500_000), st.integers(1, 100_000), st.integers(1, 100_000))


@given(drawn, st.integers(1, 1500), st.booleans())
@example((10_000, 600, 50), 600, False)  # just at the limit of the calculated dose
@example((10_000, 599, 637), 600, True)
@example((9_400, 600, 600), 600, True)  # just at the limit of the band dose
def test_a_row_breaks_its_claim_where_decimals_say_so(row, limit, of_band):
    low, up, down = row
    texts = written(low), written(low + up + down), written(low + up)
    denominator = "band dose" if of_band else "calculated dose"
    one = BandTable((Band(*map(float, texts)),), limit / 100, denominator)
    assert bool(one.exceptions) is (by_decimals(*texts, of_band=of_band) > Decimal(limit) / 100)


@given(drawn, st.booleans())
def test_the_worst_deviation_is_what_decimals_say(row, of_band):
    low, up, down = row
    texts = written(low), written(low + up + down), written(low + up)
    one = BandTable((Band(*map(float, texts)),), 6.0, "band dose" if of_band else "calculated dose")
    share = abs(one.worst(one.bands[0]).share) * 100
    assert float(share) == pytest.approx(float(by_decimals(*texts, of_band=of_band)), rel=1e-12)


rising = st.lists(st.integers(1, 500), min_size=2, max_size=12).map(
    lambda steps: [sum(steps[: n + 1]) for n in range(len(steps))]
)


@given(rising, st.integers(0, 10_000), st.sampled_from(["upper band", "lower band"]))
def test_every_dose_inside_a_table_has_one_band_and_outside_none(edges, place, edge):
    rows = [(float(a), float(b), (a + b) / 2) for a, b in itertools.pairwise(edges)]
    one = table(*rows, limit=1000.0, edge=edge)
    mg = edges[0] - 1 + place % (edges[-1] - edges[0] + 3)
    holding = [r for r in rows if (r[0] <= mg < r[1] if edge == "upper band" else r[0] < mg <= r[1])]
    if edge == "lower band" and mg == edges[0]:
        holding = [rows[0]]
    try:
        found = [tuple(one.at(mg))]
    except Refusal:
        found = []
    assert found == holding


@given(rising, st.integers(0, 10_000))
def test_the_band_at_most_is_the_largest_dose_that_is_not_above(edges, place):
    rows = [(float(a), float(b), (a + b) / 2) for a, b in itertools.pairwise(edges)]
    mg = edges[0] + place % (edges[-1] - edges[0])
    fitting = [dose for _, _, dose in rows if dose <= mg]
    try:
        found = table(*rows, limit=1000.0).at_most(mg).dose
    except Refusal:
        found = None
    assert found == max(fitting, default=None)


def test_every_hundredth_of_a_milligram_of_the_made_up_table_goes_where_decimals_put_it():
    text = OXALIPLATIN.read_text("utf-8").partition("rows:\n")[2]
    rows = [
        [Decimal(part.partition(": ")[2].removesuffix(" mg")) for part in line.strip(" -{}").split(", ")]
        for line in text.strip().split("\n")
    ]
    one, wrong, at = read(OXALIPLATIN), [], Decimal("47.50")
    while at < 210:
        (dose,) = [d for a, b, d in rows if a <= at < b]
        if one.at(float(at)).dose != dose:
            wrong.append(at)
        at += Decimal("0.01")
    assert wrong == []


# ------------------------------------------------------------------------------------------------------------- the files


def test_the_made_up_tables_say_that_they_are_made_up():
    for path in (OXALIPLATIN, FLUOROURACIL):
        assert "invented" in load(path.read_bytes(), path.name)[0].source


def test_the_made_up_table_lists_its_one_exception():
    # by hand: (90 − 84.85) ÷ 84.85 = 6.07 %
    one = read(OXALIPLATIN)
    assert [(band.dose, one.said(one.worst(band).share)) for band in one.exceptions] == [(90.0, "+6.07 %")]


def test_the_edges_of_the_made_up_tables_are_geometric_means():
    # the pattern that was seen in a national table: √(100 × 110) = 104.88
    for path in (OXALIPLATIN, FLUOROURACIL):
        rows = read(path).bands
        for below, band in itertools.pairwise(rows):
            mean = (Decimal(below.dose) * Decimal(band.dose)).sqrt()
            assert abs(Decimal(str(band.low)) - mean) <= Decimal("0.005")


def as_csv(text: str) -> bytes:
    """The made-up table of oxaliplatin as a CSV file, written from its lines and not by the code under test."""
    head, _, rows = text.partition("rows:\n")
    keys = [line.partition("#")[0] for line in head.split("\n") if line[:1].isalpha() and "exceptions" not in line]
    out = [f"{key},{value.strip().strip(chr(34))}" for key, _, value in (line.partition(": ") for line in keys)]
    out += ["exception,90 mg,85 mg is not made up here", "from [mg],to_a [mg],dose [mg]"]
    for line in rows.strip().split("\n"):
        out.append(",".join(part.partition(": ")[2].removesuffix(" mg") for part in line.strip(" -{}").split(", ")))
    return ("\n".join(out) + "\n").encode()


def test_yaml_and_csv_of_one_table_are_the_same_table():
    one, other = load(OXALIPLATIN.read_bytes(), "x.yaml"), load(as_csv(OXALIPLATIN.read_text("utf-8")), "x.csv")
    assert (one[0], one[1]) == (other[0], other[1])


def test_text_and_file_of_one_table_are_the_same_bands():
    one = read(OXALIPLATIN)
    rows = "; ".join(f"{band.low} mg to {band.high} mg: {band.dose} mg" for band in one.bands)
    text = BandTable.read(f"{rows}; limit 6 %; except 90 mg")
    assert (text.bands, text.limit, text.denominator, text.excepted) == (
        one.bands, one.limit, one.denominator, one.excepted,
    )  # fmt: skip


def test_a_table_that_a_spreadsheet_has_saved_is_read():
    padded = b"\xef\xbb\xbf" + FLUOROURACIL.read_bytes().replace(b"schema,1\n", b"schema,1,,,\r\n,,,,\r\n")
    assert load(padded, "x.csv")[1] == read(FLUOROURACIL)


def test_of_two_upper_edges_the_one_counts_by_which_the_table_says_it_is_read():
    text = FLUOROURACIL.read_text("utf-8").replace("of,band dose", "of,calculated dose")
    lines = [line for line in text.split("\n") if not line.startswith("exception")]
    rows = ["95,105,105,100", "105,116,116,110"]
    head = "\n".join(lines[: lines.index("from [mg],to_a [mg],to_b [mg],dose [mg]") + 1])
    by_a = load("\n".join([head, *rows]).encode(), "x.csv")[1]
    by_b = load("\n".join([head.replace("edges,to A", "edges,to B"), *rows]).encode(), "x.csv")[1]
    assert (by_a.at(105).dose, by_b.at(105).dose) == (110.0, 100.0)


ROWS = "from [mg],to_a [mg],dose [mg]\n95,105,100\n"
HEAD = FLUOROURACIL.read_text("utf-8").partition("exception")[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEAD + ROWS + "105,116,110,120\n", "x.csv:14: needs 3 cells; got '105,116,110,120'"),
        (HEAD + "from [mg],to_a,dose [mg]\n95,105,100\n", "x.csv:13:2 rows, 1, to_a: needs a dose with its unit"),
        (HEAD + "from [mg],to_a [mg],dose [mg],from [mg]\n", "x.csv:12: needs each column once"),
        (HEAD + "from [mg],TO A,dose [mg]\n", "x.csv:12: needs the name of a column, for example 'from [mg]'; got 'TO A'"),
        (HEAD + "from [mg],to_a [mg],dose [mg],price\n95,105,100,7\n", "x.csv:13:4 rows, 1, price: needs a key that is known"),
        (HEAD + "from [mg],to_a [mg],dose [mg]\n95,,100\n", "x.csv:13:1 rows, 1: needs 'to_a', since the table is read by"),
        (HEAD + "from [mg],to_a [mg],dose [mg]\n", "x.csv:12:1 rows: needs at least one entry"),
        (HEAD, "x.csv:1:1: needs 'rows', which is missing"),
        (HEAD + "drug,oxaliplatin\n" + ROWS, "x.csv:12: needs every key once; got 'drug'"),
        (HEAD + "limit,6 %,7 %\n" + ROWS, "x.csv:12: needs a key and its value, for example 'drug,oxaliplatin'"),
        (HEAD + "exception,100 mg\n" + ROWS, "x.csv:12: needs an exception with its dose and its reason"),
        (HEAD + "exception,100 mg,seen so\n" + ROWS, "x.csv:12:1 exceptions, 1, exception 100 mg: is listed as an exception"),
        (HEAD + ROWS + "106,116,110\n", "x.csv:14:1 rows, 2, band 106 mg: needs bands without gap or overlap; got '105 mg'"),
        (HEAD + ROWS + "116,105,110\n", "x.csv:14:1 rows, 2, band 116 to 105 mg: needs a band that rises; got '105 mg'"),
        (HEAD + ROWS + "105,116,117\n", "x.csv:14:1 rows, 2, band 105 to 116 mg: needs a band dose inside its band; got '117 mg'"),
        (HEAD + "exception,101 mg,seen so\n" + ROWS, "x.csv:12:1 exceptions, 1, exception 101 mg: needs the dose of a band of the table; got '101 mg'"),
        (HEAD + ROWS.replace("95", "90"), "x.csv:13:1 rows, 1, band 90 to 105 mg: moves a dose further"),
        (HEAD + ROWS.replace("105", "１０５"), "x.csv:13:2 rows, 1, to_a: needs a dose with its unit"),
        (HEAD + '"95,105\n', "x.csv:12: needs a CSV table"),
        (HEAD.replace("schema", "sche\u200bma"), "x.csv:1: needs plain printable text"),
        ("", "x.csv:1:1: needs"),
        (HEAD.replace("\n", ";\n").replace(",", ";"), "x.csv:1: needs a key and its value"),
        (HEAD + ROWS + "105,116,110\n" * 1000, "x.csv:1013: needs a table of at most 1,000 rows"),
    ],
)  # fmt: skip
def test_a_wrong_csv_is_refused_with_its_line(content, told):
    with pytest.raises(Mistake) as caught:
        load(content.encode(), "x.csv")
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize("content", [b"schema,1\n\xff\xfe", b"x" * 1_000_001])
def test_a_csv_that_is_no_text_or_too_long_is_refused(content):
    with pytest.raises(Mistake):
        load(content, "x.csv")


# ---------------------------------------------------------------------------------------------------------- the command


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.run(["bands", "check", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_table_in_order_is_shown_row_by_row_with_its_exceptions(capsys):
    code, out, _ = run(capsys, OXALIPLATIN)
    assert code == 0
    assert "  8   84.85 mg   94.87 mg   90 mg  +6.07 %  −5.13 %  +6.07 % at 84.85 mg  exception" in out.split("\n")
    assert "exception, listed by the table: 90 mg, +6.07 % at 84.85 mg: 85 mg is not made up here" in out


def test_a_table_without_exceptions_says_so(capsys, tmp_path):
    content = HEAD.replace("of,band", "of,calculated") + ROWS
    (tmp_path / "x.csv").write_text(content, "utf-8")
    assert "exceptions: none" in run(capsys, tmp_path / "x.csv")[1]


def test_a_wrong_table_does_not_hide_the_one_that_is_right(capsys, tmp_path):
    (tmp_path / "x.csv").write_text(HEAD + ROWS.replace("95", "90"), "utf-8")
    code, out, err = run(capsys, tmp_path / "x.csv", FLUOROURACIL)
    assert (code, "bands-fluorouracil.csv: in order" in out, "band 90 to 105 mg" in err) == (3, True, True)


def test_for_programs_every_number_has_its_unit(capsys):
    code, out, _ = run(capsys, FLUOROURACIL, "--format", "json")
    (told,) = json.loads(out)
    assert (code, told["rows"][0]["from"], told["of"]) == (0, {"value": 770, "unit": "mg"}, "band dose")


def test_for_programs_the_exceptions_are_told_too(capsys):
    (told,) = json.loads(run(capsys, FLUOROURACIL, "--format", "json")[1])
    listed = {one["dose"]["value"] for one in told["exceptions"]}
    assert listed == {row["dose"]["value"] for row in told["rows"] if not row["keeps"]} == {1600, 3200}


def test_for_spreadsheets_there_is_a_line_for_each_row(capsys):
    rows = list(csv.DictReader(io.StringIO(run(capsys, OXALIPLATIN, "--format", "csv")[1])))
    assert (len(rows), rows[7]["at most"], rows[7]["exception"]) == (19, "+6.07 %", "yes")


def test_the_same_table_gives_the_same_bytes(capsys):
    assert run(capsys, OXALIPLATIN) == run(capsys, OXALIPLATIN)


def test_a_file_that_is_not_there_is_one_clear_line(capsys):
    code, _, err = run(capsys, "nowhere.yaml")
    assert (code, "Traceback" in err, "nowhere.yaml" in err) == (3, False, True)


def test_every_row_told_is_a_row_of_the_table():
    one = read(OXALIPLATIN)
    assert [(row.low, row.high, row.dose) for row in rows_told(one)] == [tuple(band) for band in one.bands]


def test_mistakes_of_several_rows_are_told_together():
    content = (HEAD + ROWS.replace("95", "90") + "105,118,110\n").encode()
    with pytest.raises(Mistakes) as caught:
        load(content, "x.csv")
    assert len(caught.value.mistakes) == 2


def test_the_rows_of_a_file_become_bands_by_the_edge_that_it_names():
    found, _, _ = load(OXALIPLATIN.read_bytes(), "x.yaml")
    assert of_table(found).edge == "upper band"
    assert bands.worst_of(of_table(found))[1] == "+6.07 % at 84.85 mg"
