"""A program by itself (apart.py): looks through one PDF and draws its first page. `python paper_page.py FILE PICTURE`.

It says what it found as JSON: {"pages", "width", "height"}, or "trouble" where the PDF must not be taken. PICTURE is
written as WebP.
"""

import json
import sys
from typing import Any

LONG, WIDE = 1440, 1000
"""Pixels of the first page at most."""

PROGRAMS = "programs"
STARTS = "starts"
CARRIES = "carries"
LOCKED = "locked"
DAMAGED = "damaged"
_STARTING = {"/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/Movie", "/Sound"}


def trouble_in(reader: Any) -> str | None:
    """What is in a PDF that must not be there, whichever of its objects holds it (ISO 32000-2, 12.6, 7.11, 12.7)."""
    from pypdf.generic import IndirectObject

    numbers = {(number, generation) for generation, row in reader.xref.items() for number in row}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers):
        try:
            found = _in(reader.get_object(IndirectObject(number, generation, reader)), 0)
        except Exception:  # noqa: S112  # an object that cannot be read is one that does nothing
            continue
        if found:
            return found
    return _in(reader.trailer, 0)


def _in(thing: Any, depth: int) -> str | None:
    """One object and what stands in it directly; what it refers to is looked at under its own number."""
    if depth > 40:
        return DAMAGED
    if isinstance(thing, dict):
        action = str(dict.get(thing, "/S", ""))
        if "/JS" in thing or "/JavaScript" in thing or "/XFA" in thing or action == "/JavaScript":
            return PROGRAMS
        if action in _STARTING or str(dict.get(thing, "/Subtype", "")) in ("/RichMedia", "/Screen", "/3D"):
            return STARTS
        if "/EmbeddedFiles" in thing or "/EF" in thing or str(dict.get(thing, "/Type", "")) == "/EmbeddedFile":
            return CARRIES
        inside = list(dict.values(thing))
    elif isinstance(thing, list):
        inside = list(thing)
    else:
        return None
    for one in inside:
        found = _in(one, depth + 1) if isinstance(one, dict | list) else None
        if found:
            return found
    return None


def look(path: str, picture: str) -> dict[str, Any]:
    """The whole look; never raises for what is in the file."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"trouble": LOCKED}
        pages = len(reader.pages)
        trouble = trouble_in(reader) if pages else DAMAGED
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, NotImplementedError):
        return {"trouble": DAMAGED}
    if trouble:
        return {"trouble": trouble}
    return {"pages": pages} | _drawn(path, picture)


def _drawn(path: str, picture: str) -> dict[str, Any]:
    """The first page as WebP; a page that cannot be drawn has no picture, and the paper is taken without."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
        page = document[0]
        wide, long = page.get_size()
        scale = min(WIDE / max(wide, 1), LONG / max(long, 1))
        image = page.render(scale=scale).to_pil().convert("RGB")
        image.save(picture, "WEBP", quality=80, method=3)
    except (pypdfium2.PdfiumError, OSError, ValueError, MemoryError):
        return {}
    return {"width": image.width, "height": image.height}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(look(sys.argv[1], sys.argv[2])))
