"""Orders become sheets: data to HTML, HTML to PDF, and a sheet back to its data to see whether anybody changed it.

A thin shell. The words and places come from `sheets`, the layout from the templates; here they are put together, the
same input giving the same bytes: no clock, no network, no file but our own templates and the fonts. What prints PDF is
imported late, since it takes a second.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from . import __version__, sheets, typefaces, wording
from .errors import CannotCompute, Mistake, Refusal
from .orders.order import content_hash
from .reading import read_json

if TYPE_CHECKING:
    from concurrent.futures import Future

    from jinja2 import Environment

Data = Mapping[str, Any]
Kind = Literal["order", "worksheet"]
Paper = Literal["A4", "Letter"]

TOOL: Final = f"dosewright {__version__}"
FOOTER: Final = "Dosewright: an aid to calculation, to be checked independently; no cleared medical device."
LARGEST: Final = 400_000  # characters of one order's data; ten times a usual one
MOST_LINES: Final = 60
VARIANT: Final = "pdf/ua-1"
NO_CLOCK: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # attachments must have a date; never today's

# --------------------------------------------------------------------------------------------------------- data to HTML


def order_html(orders: Sequence[Data], *, paper: Paper = "A4", copy: int | None = None) -> str:
    """The order sheets of one order or several, as one page for screen and paper that holds all it needs."""
    return _page(orders, kind="order", paper=paper, copy=copy)


def worksheet_html(orders: Sequence[Data], *, paper: Paper = "A4", copy: int | None = None) -> str:
    """The bead worksheets of one order or several.

    Raises `CannotCompute` where an order has no beads.
    """
    return _page(orders, kind="worksheet", paper=paper, copy=copy)


def _page(orders: Sequence[Data], *, kind: Kind, paper: Paper, copy: int | None) -> str:
    return (
        environment()
        .get_template("page.html")
        .render(
            title=_title(orders, kind),
            keywords=_keywords(kind, paper, copy),
            styles=[Markup(style(paper))],
            articles=[Markup(_article(one, kind=kind, copy=copy)) for one in orders],
            data=[Markup(_harmless(one)) for one in orders],
        )
    )


def _article(order: Data, *, kind: Kind, copy: int | None) -> str:
    """One sheet, the part of the page that is printed; refused where a sign of it could not be shown."""
    if kind == "worksheet" and order["beads"] is None:
        protocol = order["protocol"]["id"]
        raise CannotCompute("there is nothing to load, so there is no bead worksheet", where=protocol)
    if len(order["lines"]) > MOST_LINES or len(_dumped(order)) > LARGEST:
        raise Refusal(f"an order of more than {MOST_LINES} lines or {LARGEST:,} characters is not printed")
    article = environment().get_template(f"{kind}.html").render(sheets.view(order, copy=copy))
    typefaces.require(article)
    return article


def _title(orders: Sequence[Data], kind: Kind) -> str:
    name = "Bead worksheet" if kind == "worksheet" else "Order sheet"
    return "; ".join(f"{name} {one['id']}, cycle {one['cycle']}, {one['on']}" for one in orders)


def _keywords(kind: Kind, paper: Paper, copy: int | None) -> str:
    """How the sheet was made, beside its data; with both it can be made again and compared."""
    return f"dosewright {kind} {paper} copy {copy or 0}"


def _dumped(order: Data) -> str:
    return json.dumps(order, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _harmless(order: Data) -> str:
    """The data of an order as JSON that no browser takes for markup."""
    text = _dumped(order)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


@functools.cache
def environment() -> Environment:
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_only_words,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= sheets.FILTERS
    return made


def _only_words(value: object) -> object:
    """Let nothing through to a sheet but words: a number without its wording, or nothing at all, is a bug."""
    if value is None or isinstance(value, bool | int | float):
        raise TypeError(f"{value!r} cannot stand on a sheet")
    return value


@functools.cache
def style(paper: Paper) -> str:
    template = environment().get_template("sheet.css")
    heights = [str(height) for height in sheets.HEADER_HEIGHTS]
    return template.render(paper=paper, footer=FOOTER, heights=heights, stamp=stamp())


def stamp() -> str:
    """The words NOT RELEASED that lie across a draft, as an address that holds the picture itself."""
    picture = resources.files(__package__).joinpath("templates/not-released.svg").read_text(encoding="utf-8")
    return f"data:image/svg+xml,{quote(picture)}"


# ---------------------------------------------------------------------------------------------------------- HTML to PDF

WORD_JOINER: Final = "\N{WORD JOINER}"
_SPAN: Final = re.compile(r'<span class="q">([^<]*)</span>')
_GAP: Final = re.compile(rf"[ /-](?!{WORD_JOINER})")


def joined_pdf(orders: Sequence[Data], *, kind: Kind = "order", paper: Paper = "A4", copy: int | None = None) -> bytes:
    """One PDF of one order's sheet or several; each is laid out by itself and counts its own pages."""
    title, keywords = _title(orders, kind), _keywords(kind, paper, copy)
    articles = [_article(one, kind=kind, copy=copy) for one in orders]
    return printed(articles, paper, title, keywords, _identifier(orders, keywords), map(_attachment, orders))


def printed(
    articles: Sequence[str], paper: Paper, title: str, keywords: str, identifier: bytes, attached: Iterable[Any] = ()
) -> bytes:
    """One PDF of several articles, each of which counts its own pages; the same articles give the same bytes."""
    documents = [_laid_out(article, paper, title, keywords) for article in articles]
    whole = documents[0].copy([page for document in documents for page in document.pages])
    content: bytes = whole.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier, attachments=[*attached])
    return content


def pdfs(
    orders: Sequence[Data], *, kind: Kind = "order", workers: int = 1, paper: Paper = "A4", copy: int | None = None
) -> Iterator[bytes]:
    """One PDF for each order, in their order, made by so many processes at once."""
    make = functools.partial(_one_pdf, kind=kind, paper=paper, copy=copy)
    helpers = min(workers, len(orders)) - 1
    if helpers < 1:
        yield from map(make, orders)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Fresh processes, not forks: a fork would share the state of the font libraries.
    pool = ProcessPoolExecutor(helpers, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield from _shared([pool.submit(make, one) for one in orders], orders, make)
    finally:
        pool.shutdown(cancel_futures=True)


def _shared(asked: Sequence[Future[bytes]], orders: Sequence[Data], make: Callable[[Data], bytes]) -> Iterator[bytes]:
    """What the helpers were asked for, in order. This process takes what nobody has begun, so that it is one of them:
    it is at work already while they still start."""
    own: dict[int, bytes] = {}
    free = 0
    for number, future in enumerate(asked):
        while number not in own and not future.done():
            while free < len(asked) and not asked[free].cancel():
                free += 1
            if free == len(asked):
                break
            own[free] = make(orders[free])
            free += 1
        yield own.pop(number) if number in own else future.result()


def _one_pdf(order: Data, *, kind: Kind, paper: Paper, copy: int | None) -> bytes:
    return joined_pdf([order], kind=kind, paper=paper, copy=copy)


@dataclass(frozen=True)
class _Press:
    """What every sheet of a process needs and none changes: fonts as they are found, the style as it is understood."""

    fonts: Any
    style: Any
    fetcher: Any
    pictures: dict[str, Any] = field(default_factory=dict)


@functools.cache
def press(paper: Paper) -> _Press:
    """What every sheet of one paper is printed with: the typefaces and the style, read once."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)
    fonts = FontConfiguration()
    return _Press(fonts, CSS(string=style(paper), font_config=fonts, url_fetcher=fetcher), fetcher)


def _laid_out(article: str, paper: Paper, title: str, keywords: str) -> Any:
    """The pages of one sheet. Neither the style nor the data is in this HTML: the press has read them already."""
    tools = press(paper)
    page = (
        environment()
        .get_template("shell.html")
        .render(title=title, keywords=keywords, article=Markup(_glued(article)), generator=set_by())
    )
    return _read_as_xml(page, tools.fetcher).render(
        font_config=tools.fonts, stylesheets=[tools.style], cache=tools.pictures, pdf_variant=VARIANT
    )


@functools.cache
def set_by() -> str:
    """The programs that set pages here; others break lines and draw letters otherwise, so each sheet names its own."""
    import weasyprint
    from weasyprint.text.ffi import pango

    major, rest = divmod(pango.pango_version(), 10_000)
    return f"WeasyPrint {weasyprint.__version__}, Pango {major}.{rest // 100}.{rest % 100}"


def _glued(article: str) -> str:
    """The article with word joiners in its quantities, where for the screen it has spans that do not wrap.

    WeasyPrint takes half a millisecond for a span, and there are two hundred. A word joiner has no width and is not in
    the text that comes out of the PDF.
    """
    while article != (article := _SPAN.sub(lambda span: _GAP.sub(f"\\g<0>{WORD_JOINER}", span[1]), article)):
        pass
    return article


def _read_as_xml(page: str, fetcher: Any) -> Any:
    """Our own HTML for WeasyPrint. It is well-formed, so that the XML reader may read it, at a tenth of the time."""
    from xml.etree import ElementTree

    import cssselect2
    import weasyprint

    html = weasyprint.HTML(string="<html></html>", url_fetcher=fetcher)
    html.etree_element = ElementTree.fromstring(page)
    html.wrapper_element = cssselect2.ElementWrapper.from_html_root(html.etree_element)
    return html


def _identifier(orders: Sequence[Data], keywords: str) -> bytes:
    return hashlib.sha256(" ".join([keywords, *(one["hash"] for one in orders)]).encode()).digest()[:16]


def _attachment(order: Data) -> Any:
    from weasyprint import Attachment

    return Attachment(
        string=_dumped(order),
        name=f"order-{order['id']}.json",
        description="the data of this order",
        created=NO_CLOCK,
        modified=NO_CLOCK,
        relationship="Source",
    )


# ---------------------------------------------------------------------------------------- from a sheet back to its data


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a sheet still is what was made: its data against their hash, and what is printed against the data."""

    orders: tuple[str, ...]
    content: Literal["unchanged", "changed"]
    page: Literal["as made", "differs", "not compared", "none"]
    says: str

    @property
    def unchanged(self) -> bool:
        """Whether nothing at all was found changed, and everything was compared."""
        return self.content == "unchanged" and self.page in {"as made", "none"}

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "orders": list(self.orders),
            "data": self.content,
            "page": self.page,
            "unchanged": self.unchanged,
            "message": self.says,
        }

    def __str__(self) -> str:
        return self.says


_CAVEAT: Final = "by its own hash; that it is the order that was signed, only the hash in your records can tell"


class _Sheet(NamedTuple):
    """What a file holds: the data of its orders, and how it was printed (nothing where it is data alone), by what."""

    orders: list[Data]
    made_as: tuple[Kind, Paper, int | None] | None
    set_by: str = ""


def verify(content: bytes, name: str) -> Verification:
    """Whether the sheet in a file (PDF, HTML or JSON) is what was made.

    It finds what was changed on a sheet. A sheet made anew from other data is whole in itself: that shows only against
    the record, by the hash.

    Raises `Mistake` where the file is none of ours, or cannot be read.
    """
    sheet = _read(content, name)
    identities = tuple(f"{one['id']} {one['hash'][:12]}" for one in sheet.orders)
    try:
        changed = [one["id"] for one in sheet.orders if content_hash(one) != one["hash"]]
    except (ValueError, RecursionError):  # half a sign, a number without end: JSON may hold what no order may
        raise _not_ours(name, "it holds what no order may") from None
    if changed:
        says = f"CHANGED: the data of order {wording.listed(changed)} is not what its hash was made from"
        return Verification(identities, "changed", "not compared" if sheet.made_as else "none", says)
    about = f"the data of order {wording.listed(identities)} is unchanged"
    if sheet.made_as is None:
        return Verification(identities, "unchanged", "none", f"{about} ({_CAVEAT})")
    others = {one["tool"] for one in sheet.orders} - {TOOL}
    if others:
        says = f"{about}; the page was NOT COMPARED, since {wording.listed(sorted(others))} made it and this is {TOOL}"
        return Verification(identities, "unchanged", "not compared", says)
    elsewhere = bool(sheet.set_by) and sheet.set_by != set_by()
    difference = _difference(content, sheet.orders, *sheet.made_as, pictures=not elsewhere)
    if difference:
        return Verification(identities, "unchanged", "differs", f"CHANGED: {about}, but {difference}")
    if elsewhere:
        says = f"{about}, and so are the words of the page; its PICTURE WAS NOT COMPARED, since {sheet.set_by} set it"
        return Verification(identities, "unchanged", "not compared", f"{says} and this is {set_by()}")
    return Verification(identities, "unchanged", "as made", f"{about}, and so is what is printed ({_CAVEAT})")


def order_of(content: bytes, name: str) -> Data:
    """The data of the one order that a file holds (PDF, HTML or JSON).

    Raises `Mistake` where the file holds none, or several.
    """
    orders = _read(content, name).orders
    if len(orders) > 1:
        raise Mistake("a file of one order", where=name, got=f"{len(orders)} orders")
    return orders[0]


def _read(content: bytes, name: str) -> _Sheet:
    if _is_pdf(content):
        return _of_pdf(content, name)
    return _of_html(content, name) if content.lstrip()[:9].lower() == b"<!doctype" else _of_json(content, name)


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF")


def _of_json(content: bytes, name: str) -> _Sheet:
    try:
        data = read_json(content)
    except ValueError as error:
        raise _not_ours(name, str(error)) from None
    several = data if isinstance(data, list) and data else [data]
    return _Sheet([_as_order(one, name) for one in several], None)


def _as_order(data: object, name: str) -> Data:
    keys = ("id", "hash", "tool")
    if not isinstance(data, dict) or not all(isinstance(data.get(key), str) for key in keys):
        raise _not_ours(name, "it holds no order")
    return data


def _of_html(content: bytes, name: str) -> _Sheet:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_ours(name, "it is no text in UTF-8") from None
    keywords = re.search(r'<meta name="keywords" content="([^"]*)"/>', text)
    found = re.findall(r'<script type="application/json" class="order">(.*?)</script>', text, re.DOTALL)
    return _embedded([one.encode() for one in found], keywords[1] if keywords else "", name)


def _of_pdf(content: bytes, name: str) -> _Sheet:
    import pypdfium2

    try:
        with contextlib.closing(pypdfium2.PdfDocument(content)) as document:
            attached = [document.get_attachment(i) for i in range(document.count_attachments())]
            found = [bytes(one.get_data()) for one in attached if one.get_name().startswith("order-")]
            keywords, made_by = map(document.get_metadata_value, ("Keywords", "Creator"))
    except (pypdfium2.PdfiumError, ValueError):
        raise _not_ours(name, "it is no PDF that can be read") from None
    return _embedded(found, keywords, name, made_by)


def _embedded(found: Sequence[bytes], keywords: str, name: str, made_by: str = "") -> _Sheet:
    match = re.fullmatch(r"dosewright (order|worksheet) (A4|Letter) copy (0|[1-9][0-9]{0,3})", keywords)
    orders = [order for one in found for order in _of_json(one, name).orders]
    if match is None or not orders:
        raise _not_ours(name, "it holds no order")
    return _Sheet(orders, (match[1], match[2], int(match[3]) or None), made_by)  # type: ignore[arg-type]


def _not_ours(name: str, why: str) -> Mistake:
    return Mistake("a sheet made by dosewright, as PDF, HTML or JSON", where=name, hint=why)


def _difference(
    content: bytes, orders: Sequence[Data], kind: Kind, paper: Paper, copy: int | None, *, pictures: bool
) -> str:
    """In what a file differs from the sheet made afresh from its data; empty where in nothing that shows.

    Without `pictures` only the words are compared, whatever pages they stand on.
    """
    try:
        if not _is_pdf(content):
            same = _page(orders, kind=kind, paper=paper, copy=copy).encode() == content
            return "" if same else "the page is NOT what is made from it"
        fresh = joined_pdf(orders, kind=kind, paper=paper, copy=copy)
    except Mistake as mistake:
        return f"no sheet can be made from it: {mistake}"
    except Exception as error:  # data that hashes right and yet is no order: whatever goes wrong, it was not ours
        return f"no sheet can be made from it ({type(error).__name__})"
    if fresh == content:
        return ""
    if not pictures:
        return _difference_of_words(fresh, content)
    return _seen_difference(fresh, content) or (
        "the file is not the one that is made from it, though its pages show the same: "
        "something was added to it, or it was printed with other fonts"
    )


def _seen_difference(fresh: bytes, content: bytes) -> str:
    """Where two PDFs differ for whoever reads them; files may differ unseen, as after another program saved one."""
    import pypdfium2

    try:
        with (
            contextlib.closing(pypdfium2.PdfDocument(fresh)) as ours,
            contextlib.closing(pypdfium2.PdfDocument(content)) as theirs,
        ):
            if len(ours) != len(theirs):
                return f"it has {len(theirs)} pages where {len(ours)} are made from it"
            for number, (mine, other) in enumerate(zip(ours, theirs, strict=True), 1):
                if _words(mine) != _words(other):
                    return f"the words on page {number} are NOT those made from it"
                if mine.render(scale=1).to_numpy().tobytes() != other.render(scale=1).to_numpy().tobytes():
                    return f"the picture of page {number} is NOT the one made from it"
    except (pypdfium2.PdfiumError, ValueError):
        return "its pages cannot be read"
    return ""


def _difference_of_words(fresh: bytes, content: bytes) -> str:
    """Whether two PDFs hold the same words, wherever their lines and pages end."""
    import pypdfium2

    try:
        with (
            contextlib.closing(pypdfium2.PdfDocument(fresh)) as ours,
            contextlib.closing(pypdfium2.PdfDocument(content)) as theirs,
        ):
            mine, others = ([word for page in one for word in _words(page)] for one in (ours, theirs))
            return "" if mine == others else "its words are NOT those made from it"
    except (pypdfium2.PdfiumError, ValueError):
        return "its pages cannot be read"


def _words(page: Any) -> list[str]:
    text: str = page.get_textpage().get_text_range()
    return text.split()
