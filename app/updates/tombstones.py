"""What stands where words were taken out: who did it, when and why (rule 6), and the words that stay out for good.

A whole part is buried under one tombstone. A number, or a phrase, is taken out of a part whose rest stands: then the
part names what was taken. A phrase is looked for everywhere, in versions of the past and of the future too, so it has
to be known: it stands with the versions in the database, and in nothing that is shown, sent or written out.
"""

import re
from datetime import datetime
from functools import lru_cache
from unicodedata import normalize

from pydantic import BaseModel

TAKEN_OUT = "(words taken out)"
"""What stands in a text in place of a phrase; plain words, so that every paper, voice and search can say them."""


class Redaction(BaseModel, frozen=True):
    """The tombstone of words that were taken out of a released update."""

    by: str
    office: str
    at: datetime
    reason: str


class Taken(BaseModel, frozen=True):
    """Something that was taken out of a part whose rest stands: "figure:12", or "phrase:3", the phrase's number."""

    what: str
    redaction: Redaction


class Mask(BaseModel, frozen=True):
    """A phrase that is taken out wherever it stands in a city's updates; `number` tells it from the city's others."""

    number: int
    phrase: str
    redaction: Redaction

    @property
    def taken(self) -> Taken:
        return Taken(what=f"phrase:{self.number}", redaction=self.redaction)


def masked(text: str, phrase: str) -> str:
    """The text without a phrase, in whatever case, and across lines and Markdown's marks between its words. Never in
    the middle of a word: "Ann" leaves "Annapolis" alone, and takes "Ann’s"."""
    return _pattern(phrase).sub(TAKEN_OUT, normalize("NFC", text)) if holds(text, phrase) else text


def holds(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a text."""
    return _pattern(phrase).search(normalize("NFC", text)) is not None


@lru_cache(maxsize=500)
def _pattern(phrase: str) -> re.Pattern[str]:
    words = r"[\s*_~`>]+".join(re.escape(word) for word in normalize("NFC", phrase).split())
    return re.compile(rf"(?<![^\W_]){words}(?![^\W_])" if words else r"(?!)", re.IGNORECASE)
