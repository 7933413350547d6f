"""Papers and our style sheets: what a document is set on and with."""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"


class Paper(StrEnum):
    LETTER = "letter"
    A4 = "a4"


Pictures = Callable[[str], tuple[bytes, str] | None]
"""The bytes and media type of a picture by its name; None for one that this document may not show."""


@lru_cache(maxsize=20)
def style(name: str) -> str:
    """One of our style sheets, such as "printing.css", with what it imports in it: a print's name depends on both."""
    own = (STATIC / "css" / name).read_text("utf-8")
    return re.sub(r'^@import "([\w-]+\.css)";$', lambda found: style(found[1]), own, flags=re.MULTILINE)
