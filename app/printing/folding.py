"""Pages laid out two a side, so that the sheets, printed on both sides and folded in the middle, make a booklet.

An imposed file has no reading order of its own: it is a drawing for the printer and claims no more. Whoever listens
takes the booklet as it is read, and the file's title says so.
"""

from io import BytesIO

from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import NameObject, TextStringObject

FOUR = 4
"""Pages on a sheet."""


def sheets_of(pages: int) -> int:
    """How many sheets of paper so many pages need."""
    return -(-pages // FOUR)


def order(pages: int) -> list[tuple[int, int]]:
    """The pages (from 1) of each side, left and right, sheet by sheet, front and back, for a fold through all sheets at
    once; a number beyond the last is an empty page."""
    last = sheets_of(pages) * FOUR
    sides: list[tuple[int, int]] = []
    for outer in range(1, last // 2, 2):
        sides += [(last + 1 - outer, outer), (outer + 1, last - outer)]
    return sides


def imposed(pdf: bytes) -> bytes:
    """The pages of a file, all of one size, as sides of twice their width."""
    source = PdfReader(BytesIO(pdf))
    width, height = float(source.pages[0].mediabox.width), float(source.pages[0].mediabox.height)
    writer = PdfWriter()
    for left, right in order(len(source.pages)):
        side = writer.add_page(PageObject.create_blank_page(width=2 * width, height=height))
        for number, across in ((left, 0.0), (right, width)):
            if number <= len(source.pages):
                side.merge_transformed_page(source.pages[number - 1], Transformation().translate(across, 0))
        side.compress_content_streams()
    told = source.metadata
    if told:
        writer.add_metadata({"/Title": told.title or "", "/Author": told.author or ""})
    writer.root_object[NameObject("/Lang")] = TextStringObject("en")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
