"""Pages of what was made, as pictures: how it will look, before it is printed."""

from io import BytesIO
from pathlib import Path
from threading import Lock

from app.printing.shelf import Shelf

WIDE = 440
"""Pixels of the picture's longer side: twice what a page shows, for screens of two dots a pixel."""

PREVIEWS = Shelf("previews", ".png", 2000)

_one_at_a_time = Lock()
"""PDFium is not made for several threads."""


def page_count(pdf: Path) -> int:
    """The pages of a file."""
    import pypdfium2  # megabytes that a server at rest does without

    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def preview(cache: Path, pdf: Path, number: int) -> bytes | None:
    """A page of a file as PNG, from the shelf of pictures or drawn now; None where it has no such page."""
    name = f"{pdf.stem}-{number}"
    found = PREVIEWS.find(cache, name)
    if found is None:
        found = _drawn(pdf, number)
        if found is not None:
            made = found
            PREVIEWS.keep(cache, name, lambda out: out.write(made))
    return found


def _drawn(pdf: Path, number: int) -> bytes | None:
    import pypdfium2

    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            if not 1 <= number <= len(document):
                return None
            page = document[number - 1]
            picture = page.render(scale=WIDE / max(page.get_size())).to_pil()
        finally:
            document.close()
    out = BytesIO()
    picture.convert("P", palette=1, colors=64).save(out, "PNG", optimize=True)
    return out.getvalue()
