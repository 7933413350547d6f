"""Names as addresses, as initials of sorting, and as what somebody typed to find them."""

import re
import sys
import unicodedata
from functools import lru_cache

from app import clock
from app.people.audit import Refused

LONGEST_NAME = 300


def slug_of(text: str, otherwise: str = "thing") -> str:
    """A name in an address: "São Tomé & Príncipe" → "sao-tome-principe"; `otherwise` without Latin letters."""
    latin = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", latin).strip("-")[:80].rstrip("-") or otherwise


def sort_name(name: str) -> str:
    """How a name is sorted: by its last word, then by the others: "Ada King Roth" → "Roth, Ada King".

    With its comma the longest name would be one letter too long to keep: its end goes, which sorts nothing.
    """
    *first, last = name.split() or [""]
    return f"{last}, {' '.join(first)}"[:LONGEST_NAME] if first else last


def plain(text: str) -> str:
    """A text for finding: no accents, no case, single spaces. "Łukasz  Nuñez" → "łukasz nunez"."""
    bare = text if text.isascii() else unicodedata.normalize("NFKD", text).translate(_accents())
    return " ".join(bare.casefold().split())


@lru_cache(maxsize=1)
def _accents() -> dict[int, None]:
    """All marks that stand upon letters, for `str.translate` to leave out: a long text is thus read in no time."""
    return {number: None for number in range(sys.maxunicode + 1) if unicodedata.combining(chr(number))}


def matches(sought: str, *texts: str) -> bool:
    """Whether every word sought stands somewhere in the texts, whatever its accents and case."""
    ground = plain(" ".join(texts))
    return all(word in ground for word in plain(sought).split())


def checked_name(name: str, *, longest: int = LONGEST_NAME, field: str = "name") -> str:
    """The name in one line; raises Refused when nothing is left of it or when it is too long to keep."""
    name = " ".join(name.split())
    if not name:
        raise Refused("Say the name.", field=field)
    if len(name) > longest:
        raise Refused(f"A name may have {longest} characters here; this one has {len(name)}.", field=field)
    return name


def checked_zone(zone: str, field: str = "zone") -> str:
    """The zone's name; raises Refused for one that nobody knows."""
    try:
        clock.zone(zone)
    except ValueError as error:
        raise Refused(str(error), field=field) from error
    return zone
