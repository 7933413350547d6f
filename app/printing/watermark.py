"""For whom a print was made, on each of its pages: an update that leaks says through whom.

Set once on a sheet of its own and laid behind each page as an artifact (PDF 1.7, 14.8.2.2), so that those who listen
to a document do not hear it on every page.
"""

from html import escape
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject

from app.printing.typesetting import direction

SHEET = "watermark.css"
MARK = NameObject("/Watermark")
LAID = b"/Artifact <</Type /Pagination /Subtype /Watermark>> BDC q /Watermark Do Q EMC\n"


def watermarked(pdf: bytes, reader: str) -> bytes:
    """The print with its reader's name faintly behind each page and plainly at its edge; its structure stays."""
    writer = PdfWriter(clone_from=BytesIO(pdf))
    for width, height in {(float(page.mediabox.width), float(page.mediabox.height)) for page in writer.pages}:
        mark = _mark(writer, reader, width, height)
        laid = DecodedStreamObject()
        laid.set_data(LAID)
        behind = writer._add_object(laid)  # pypdf has no public way to add an object of one's own
        for page in writer.pages:
            if (float(page.mediabox.width), float(page.mediabox.height)) == (width, height):
                resources = page["/Resources"].get_object()
                assert isinstance(resources, DictionaryObject)
                drawings = resources.setdefault(NameObject("/XObject"), DictionaryObject()).get_object()
                drawings[MARK] = mark.indirect_reference
                page[NameObject("/Contents")] = ArrayObject([behind, page.raw_get("/Contents")])
    writer.pdf_header = "%PDF-1.7"
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _mark(writer: PdfWriter, reader: str, width: float, height: float) -> DecodedStreamObject:
    """The reader's sheet as a drawing of the writer's (a form XObject: PDF 1.7, 8.10); sizes in points."""
    from app.printing.press import render_pdf  # takes a second to import, so only when something is set

    name = f'<p dir="{direction(reader)}">{escape(reader)}</p>'
    fits = max(11, min(34, round(1.5 * width / max(1, len(reader)))))  # points: a letter is about half as wide as high
    html = (
        f'<!doctype html><html lang="en"><title>Watermark</title><div class="edge">{name}</div>'
        f'<div class="across" style="font-size: {fits}pt">{name}</div></html>'
    )
    sheet = PdfReader(BytesIO(render_pdf(html, sheet=SHEET, paper=(width, height), tagged=False))).pages[0]
    contents = sheet.get_contents()
    assert contents is not None, "the sheet has the reader's name on it"
    form = DecodedStreamObject()
    form.set_data(contents.get_data())
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(sheet.mediabox)
    resources = sheet["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject), "the sheet has fonts"
    form[NameObject("/Resources")] = resources.clone(writer)
    writer._add_object(form)
    return form
