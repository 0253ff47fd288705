"""The typefaces of the sheets, and which signs they can show: a sheet with a hollow box in it is not printed."""

from __future__ import annotations

import functools
import subprocess
import unicodedata
from typing import Final

from .errors import Refusal

TEXT: Final = "DejaVu Sans"
CHINESE: Final = "WenQuanYi Micro Hei"
PACKAGES: Final = {TEXT: "fonts-dejavu-core", CHINESE: "fonts-wqy-microhei"}
STYLES: Final = {TEXT: ("book", "bold"), CHINESE: ("regular",)}
UNSEEN: Final = frozenset(
    {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
)  # categories of signs that have no shape of their own


def require(text: str) -> None:
    """Let a text pass if every sign of it has a shape in our typefaces.

    Raises `Refusal`, naming the first sign that has none and the font package that is missing.
    """
    for sign in sorted(set(text) - {"\n"}):
        if unicodedata.category(sign) in UNSEEN:
            raise Refusal("a sign that cannot be seen cannot be printed", got=_named(sign))
        if ord(sign) not in _signs(TEXT) and ord(sign) not in _signs(CHINESE):
            raise Refusal("the typefaces of the sheets cannot show a sign, and nothing is printed without it",
                          got=_named(sign), hint=_advice())  # fmt: skip


def _named(sign: str) -> str:
    return f"{sign} U+{ord(sign):04X} {unicodedata.name(sign, 'without a name').lower()}"


def _advice() -> str:
    missing = [package for family, package in PACKAGES.items() if not _signs(family)]
    if missing:
        return f"install {' and '.join(missing)}"
    return f"neither {TEXT} nor {CHINESE} has it; write the text in other letters"


@functools.cache
def _signs(family: str) -> frozenset[int]:
    """The code points that a family shows in every style the sheets use; none where it is not installed."""
    shown = [_code_points(family, style) for style in STYLES[family]]
    return frozenset.intersection(*shown)


def lines(text: str, size: float, width: float) -> int:
    """How many lines of a width a text takes in bold, the wider of our styles; a word that is too long is cut."""
    advances = _advances()
    room, count = width, 1
    for word in text.split(" "):
        long = size * sum(advances.get(ord(sign), 1.0) for sign in f"{word} ")
        if long > room and room < width:
            count, room = count + 1, width
        while long > room:
            count, long = count + 1, long - width * 0.9  # a cut loses up to a letter
        room -= max(long, 0.0)
    return count


@functools.cache
def _advances() -> dict[int, float]:
    """How wide the signs of our bold are, as a part of their height; a Chinese sign, which it has not, is square."""
    from fontTools.ttLib import TTFont

    file = _file(TEXT, "bold")
    if file is None:
        return {}
    with TTFont(file, lazy=True) as font:
        widths, unit = font["hmtx"], font["head"].unitsPerEm
        return {point: widths[name][0] / unit for point, name in font.getBestCmap().items()}


def _code_points(family: str, style: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    file = _file(family, style)
    if file is None:
        return frozenset()
    with TTFont(file, fontNumber=0, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _file(family: str, style: str) -> str | None:
    """The file that fontconfig takes for a family; None where it would take another family instead."""
    command = ["fc-match", "-f", "%{family}\n%{file}", f"{family}:style={style}"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found, _, file = told.partition("\n")
    return file if family in found.split(",") else None
