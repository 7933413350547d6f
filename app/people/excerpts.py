"""A piece of a text around the words that somebody looked for, those words marked, whatever accents and case."""

import re
import unicodedata

from app.people.names import plain

AROUND = 90
"""Characters on either side of the first word that was found."""

_MARKUP = re.compile(r"\[([^\]\n]*)\]\([^)\s]*\)|[*_`#>\\]+|^\s*[-+]\s+", re.MULTILINE)


def excerpt(sought: str, text: str) -> list[tuple[str, bool]]:
    """Pieces of the text (Markdown, shown as plain words) in order, each with whether it is what was looked for; empty
    where no word of it stands there."""
    words = sorted(set(plain(sought).split()), key=len, reverse=True)
    shown = " ".join(_MARKUP.sub(lambda found: found[1] or "", text).split())
    folded, places = _folded(shown)
    spans = _spans(words, folded, places)
    if not spans:
        return []
    start = max(0, spans[0][0] - AROUND)
    end = min(len(shown), spans[0][1] + AROUND)
    start = (start and shown.find(" ", start, spans[0][0]) + 1) or start
    cut = shown.rfind(" ", spans[0][1], end) if end < len(shown) else end
    end = cut if cut > 0 else end
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    here = start
    for first, last in spans:
        if first < here or last > end:
            continue
        pieces += [(shown[here:first], False), (shown[first:last], True)]
        here = last
    pieces.append((shown[here:end] + (" …" if end < len(shown) else ""), False))
    return [piece for piece in pieces if piece[0]]


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as `plain` compares it, with the place in the text of each of its letters, and the text's end."""
    if text.isascii():
        return text.casefold(), list(range(len(text) + 1))
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        bare = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
        for one in bare.casefold():
            letters.append(one)
            places.append(place)
    return "".join(letters), [*places, len(text)]


def _spans(words: list[str], folded: str, places: list[int]) -> list[tuple[int, int]]:
    """Where the words stand in the text, in order and apart."""
    if not words:
        return []
    found: list[tuple[int, int]] = []
    for match in re.finditer("|".join(re.escape(word) for word in words), folded):
        first, last = places[match.start()], places[match.end() - 1] + 1
        if not found or first >= found[-1][1]:
            found.append((first, last))
    return found
