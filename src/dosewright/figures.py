"""Figures as inline SVG: one drawing for screen and paper, which says in words what it shows.

A figure carries a title, a description and a table of the numbers it was drawn from. What tells its parts apart is a
pattern, a shape or a word, and only then a colour: a copy in grey must read as well. Plain functions put signs at
places; what the places mean is computed by whoever draws.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from . import wording

INK: Final = "#000"
FAINT: Final = "#bbb"
GREY: Final = "#555"
FONT: Final = "DejaVu Sans, WenQuanYi Micro Hei"

Anchor = Literal["start", "middle", "end"]


class Style(NamedTuple):
    """How one of several series is told apart: its dashes, its sign, and a colour that a colour-blind reader tells too.

    The colours are those of Okabe and Ito (Color Universal Design, 2008).
    """

    colour: str
    dashes: str
    sign: Literal["circle", "square", "diamond", "triangle"]


STYLES: Final = (
    Style("#0072B2", "", "circle"),
    Style("#D55E00", "7 3", "square"),
    Style("#009E73", "2 2", "diamond"),
    Style("#CC79A7", "9 3 2 3", "triangle"),
    Style("#56B4E9", "4 2 1 2 1 2", "circle"),
    Style("#E69F00", "12 4", "square"),
    Style("#000000", "1 3", "diamond"),
)


def style(index: int) -> Style:
    """How the series of a number is drawn; they begin anew after the last."""
    return STYLES[index % len(STYLES)]


# -------------------------------------------------------------------------------------------------------------- scales


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value to a place along one axis: straight, or by the logarithm.

    >>> Scale(0, 10, 100, 200)(5), Scale(0.1, 10, 0, 100, logarithmic=True)(1.0)
    (150.0, 50.0)
    """

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value; outside the limits it lies outside the axis, never at its edge."""
        if self.logarithmic:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def ticks(low: float, high: float, *, most: int = 8) -> list[float]:
    """Round values from `low` to `high`, at most so many: multiples of a step times a power of ten.

    >>> ticks(0, 1), ticks(0, 47), ticks(-100, 80, most=5)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0, 10, 20, 30, 40], [-100, -50, 0, 50])
    """
    exponent = math.floor(math.log10((high - low) / most))
    while True:
        for step in (1, 2, 5):
            width = step * 10.0**exponent
            first, last = math.ceil(low / width - 1e-9), math.floor(high / width + 1e-9)
            if last - first + 1 <= most:
                return [_plain(index, step, exponent) for index in range(first, last + 1)]
        exponent += 1


def _plain(index: int, step: float, exponent: int) -> float:
    """A tick without binary noise: 0.6, not 0.6000000000000001."""
    power: int = 10 ** abs(exponent)
    return index * step * power if exponent >= 0 else index * step / power


MONTHS: Final = (1, 2, 3, 6, 12, 24, 36, 60, 120)


def time_ticks(high: float, *, most: int = 9) -> list[float]:
    """Ticks from nought along time in months: every 1, 2, 3, 6 or 12 months, as people count them; else round numbers.

    >>> time_ticks(22), time_ticks(46.8), time_ticks(1022)
    ([0, 3, 6, 9, 12, 15, 18, 21], [0, 6, 12, 18, 24, 30, 36, 42], [0, 200, 400, 600, 800, 1000])
    """
    if high <= most * MONTHS[-1] and high >= 2:
        for step in MONTHS:
            if high / step < most and step <= 24:
                return [step * index for index in range(math.floor(high / step + 1e-9) + 1)]
    return ticks(0, high, most=most)


RATIOS: Final = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000)


def ratio_ticks(low: float, high: float) -> list[float]:
    """Ticks along a ratio, told on a logarithmic scale: 0.2, 0.5, 1, 2, 5.

    >>> ratio_ticks(0.3, 4)
    [0.5, 1, 2]
    """
    return [value for value in RATIOS if low <= value <= high]


# ------------------------------------------------------------------------------------------------------------- drawing


@dataclass(slots=True)
class Drawing:
    """Signs at places, from the top left corner, in the order in which they are put there."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def path(self, steps: str, *, stroke: str = INK, width: float = 1, dashes: str = "", fill: str = "none") -> None:
        """A path in the letters of SVG."""
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(f'<path d="{steps}" fill="{fill}" stroke="{stroke}" stroke-width="{width:g}"{dashed}/>')

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, stroke: str = INK, width: float = 1, dashes: str = ""
    ) -> None:
        """A straight line."""
        self.path(f"M{_place(x1)} {_place(y1)}L{_place(x2)} {_place(y2)}", stroke=stroke, width=width, dashes=dashes)

    def rectangle(
        self, x: float, y: float, width: float, height: float, *, fill: str = "none", stroke: str = INK
    ) -> None:
        """An upright rectangle."""
        self.parts.append(
            f'<rect x="{_place(x)}" y="{_place(y)}" width="{_place(width)}" height="{_place(height)}"'
            f' fill="{fill}" stroke="{stroke}"/>'
        )

    def sign(self, kind: str, x: float, y: float, size: float, *, fill: str = INK, stroke: str = INK) -> None:
        """A sign around a place: circle, square, diamond or triangle, `size` from the middle to its edge."""
        if kind == "circle":
            self.parts.append(
                f'<circle cx="{_place(x)}" cy="{_place(y)}" r="{_place(size)}" fill="{fill}" stroke="{stroke}"/>'
            )
            return
        corners = {
            "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
            "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
            "triangle": ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
        }[kind]
        steps = "L".join(f"{_place(x + dx * size)} {_place(y + dy * size)}" for dx, dy in corners)
        self.path(f"M{steps}Z", stroke=stroke, fill=fill)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: Anchor = "start",
        size: float = 11,
        bold: bool = False,
        fill: str = INK,
        turned: bool = False,
    ) -> None:
        """Words whose baseline begins, has its middle or ends at a place."""
        weight = ' font-weight="bold"' if bold else ""
        turn = f' transform="rotate(-90 {_place(x)} {_place(y)})"' if turned else ""
        anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.parts.append(
            f'<text x="{_place(x)}" y="{_place(y)}" font-size="{size:g}" fill="{fill}"{anchored}{weight}{turn}>'
            f"{escape(words)}</text>"
        )


def _place(value: float) -> str:
    """A coordinate: hundredths of a point are finer than any press."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def steps_path(points: Iterable[tuple[float, float]], *, last: float | None = None) -> str:
    """A curve of stairs through points: along, then down; drawn on to the place `last`, where one is given.

    >>> steps_path([(0, 0), (10, 5), (20, 9)], last=30)
    'M0 0H10V5H20V9H30'
    """
    steps: list[str] = []
    for x, y in points:
        steps.append(f"H{_place(x)}V{_place(y)}" if steps else f"M{_place(x)} {_place(y)}")
    if last is not None:
        steps.append(f"H{_place(last)}")
    return "".join(steps)


# ---------------------------------------------------------------------------------------------------------------- axes


def axis_below(
    drawing: Drawing, scale: Scale, y: float, values: Sequence[float], *, title: str, labels: Sequence[str] = ()
) -> None:
    """A horizontal axis with its ticks below it, and what it measures below them."""
    drawing.line(scale.start, y, scale.end, y)
    for value, label in zip(values, labels or [wording.number(one) for one in values], strict=True):
        x = scale(value)
        drawing.line(x, y, x, y + 4)
        drawing.text(x, y + 16, label, anchor="middle")
    drawing.text((scale.start + scale.end) / 2, y + 32, title, anchor="middle")


def axis_left(
    drawing: Drawing, scale: Scale, x: float, values: Sequence[float], *, title: str, labels: Sequence[str] = ()
) -> None:
    """A vertical axis with its ticks to the left of it, and what it measures beside them."""
    drawing.line(x, scale.start, x, scale.end)
    for value, label in zip(values, labels or [wording.number(one) for one in values], strict=True):
        y = scale(value)
        drawing.line(x - 4, y, x, y)
        drawing.text(x - 7, y + 4, label, anchor="end")
    drawing.text(x - 44, (scale.start + scale.end) / 2, title, anchor="middle", turned=True)


# ------------------------------------------------------------------------------------------------------------- figures


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its title, what it says in words, and the table of its numbers."""

    title: str
    says: str
    drawing: Drawing
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def svg(self) -> str:
        """The drawing alone, with title and description inside: for a file, or a page that has the table elsewhere."""
        key = hashlib.sha256(f"{self.title}\n{self.says}".encode()).hexdigest()[:8]
        width, height = f"{self.drawing.width:g}", f"{self.drawing.height:g}"
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
                f' height="{height}" role="img" aria-labelledby="t{key} d{key}" font-family={quoteattr(FONT)}>',
                f'<title id="t{key}">{escape(self.title)}</title>',
                f'<desc id="d{key}">{escape(self.says)}</desc>',
                *self.drawing.parts,
                "</svg>",
                "",
            ]
        )

    def table(self) -> str:
        """The numbers that were drawn, as an HTML table."""
        head = "".join(f'<th scope="col">{escape(word)}</th>' for word in self.head)
        rows = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in self.rows]
        body = "\n".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"

    def html(self) -> str:
        """The drawing and, below it, its numbers; part of a page."""
        return f"<figure>\n{self.svg()}<figcaption>{escape(self.title)}</figcaption>\n{self.table()}\n</figure>\n"

    def page(self) -> str:
        """A whole page for a browser, with nothing but this figure."""
        style_ = "body{font-family:'DejaVu Sans',sans-serif;margin:2em}svg{max-width:100%;height:auto}"
        style_ += "table{border-collapse:collapse}th,td{text-align:left;padding:2px 10px;border-bottom:1px solid #bbb}"
        return (
            f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n<title>{escape(self.title)}</title>\n'
            f"<style>{style_}</style>\n</head>\n<body>\n{self.html()}</body>\n</html>\n"
        )
