"""How large a text may be set: measured with the faces themselves before it is drawn.

Widths come from the fonts that print (vendor/, merged); of letters that these do not have, and another font draws,
they are guessed on the safe side.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from app.printing.papers import STATIC

SLACK = 0.97
"""Of a line's width that is counted on: kerning and rounding take the rest."""
LEADING, TALLER = 1.12, 1.3
"""How far lines are apart, by their size, and by how much more where letters of another font are in them."""
WORD = re.compile(r"[^\s\-‐–—]*[\-‐–—]+|[^\s\-‐–—]+")
"""What a line is broken between: words, and what hyphens join."""


class Face(StrEnum):
    """By its file."""

    TITLE = "source-serif-4-600-normal"
    TEXT = "inter-400-normal"
    STRONG = "inter-600-normal"


def ems(text: str, face: Face) -> float:
    """How wide a text is in one line, by its size."""
    widths = _widths(face)
    return sum(widths.get(ord(letter)) or _guessed(letter) for letter in text)


def lines(text: str, face: Face, size: float, width: float) -> int:
    """How many lines a text takes in this size, set this wide (both in points)."""
    full = width * SLACK / size
    space = ems(" ", face)
    count, used, after = 1, 0.0, 0
    for word, starts, ends in _words(text):
        wide = ems(word, face)
        gap = space if used and starts > after else 0.0
        if used and used + gap + wide > full:
            count, used, gap = count + 1, 0.0, 0.0
        used += gap + wide
        while used > full:  # what begins a line by itself and is too wide for it; up to a letter stays free at its end
            count, used = count + 1, used - full + 1.0 if full > 2 else 0.0
        after = ends
    return count


def breaks_words(text: str, face: Face, size: float, width: float) -> bool:
    """Whether a word of the text is wider than a line."""
    return any(ems(word, face) * size > width * SLACK for word, _, _ in _words(text))


def is_tall(text: str, face: Face) -> bool:
    """Whether it has letters of other fonts than ours, whose lines need more room."""
    widths = _widths(face)
    return not all(ord(one) in widths or unicodedata.combining(one) for one in text if one.strip())


def height(text: str, face: Face, size: float, width: float, leading: float = LEADING) -> float:
    """How high it is, in points, with lines `leading` times its size apart."""
    return lines(text, face, size, width) * size * leading * (TALLER if is_tall(text, face) else 1)


def largest(
    parts: Sequence[tuple[str, float]],
    face: Face,
    *,
    width: float,
    height_: float,
    sizes: Sequence[float],
    whole_from: float = 12,
) -> float:
    """The largest of the sizes (falling) in which the parts, each set by its factor of it, stand under one another in
    this box; words stay whole in sizes of `whole_from` and more. The smallest where nothing fits."""
    for size in sizes:
        if size >= whole_from and any(breaks_words(text, face, size * by, width) for text, by in parts):
            continue
        if sum(height(text, face, size * by, width) for text, by in parts) <= height_:
            return size
    return sizes[-1]


def shortened(text: str, face: Face, size: float, width: float) -> str:
    """The text if it fits into one line, else its beginning and "…"."""
    full = width * SLACK / size
    if ems(text, face) <= full:
        return text
    kept = text
    while kept and ems(kept + "…", face) > full:
        kept = kept[:-1]
    return kept.rstrip(" ,;:·–-") + "…"


def _words(text: str) -> list[tuple[str, int, int]]:
    """The pieces between which a line may be broken, each with where it starts and ends; Chinese breaks anywhere."""
    found = []
    for match in WORD.finditer(text):
        start = match.start()
        word = match.group()
        if any(unicodedata.east_asian_width(letter) in "WF" for letter in word):
            found += [(letter, start + place, start + place + 1) for place, letter in enumerate(word)]
        else:
            found.append((word, start, match.end()))
    return found


@lru_cache(maxsize=4)
def _widths(face: Face) -> dict[int, float]:
    """Code point → advance width, by the size."""
    from fontTools.ttLib import TTFont

    with TTFont(STATIC / "vendor" / "fonts" / f"{face.value}.woff2", lazy=True) as font:
        unit, across = font["head"].unitsPerEm, font["hmtx"]
        return {point: across[glyph][0] / unit for point, glyph in font.getBestCmap().items()}


def _guessed(letter: str) -> float:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1
    return 1.05 if unicodedata.category(letter) == "So" else 0.75
