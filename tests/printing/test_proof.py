"""The proofs find what they are to find: a good document is spoilt in each way, and the fault is named."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from app.printing.papers import Paper
from app.printing.press import render_pdf
from tests.printing.proof import (
    Letter,
    assert_accessible,
    assert_fonts_embedded,
    assert_nothing_overflows,
    cut,
    faults,
    letters,
    overprinted,
    spilled,
)

SQUARE = "%3Csvg xmlns='http://www.w3.org/2000/svg' width='20' height='20'%3E%3Crect width='9' height='9'/%3E%3C/svg%3E"
GOOD = f"""<html lang="en"><title>All of it</title><body><h1>One</h1><h2>Two</h2><h3>Three</h3>
<table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>
<tbody><tr><th scope="row">x</th><td>1</td></tr></tbody></table>
<ul><li>An item</li></ul><p>See <a href="https://plenary.example/">a page</a>.</p>
<img alt="A square" src="data:image/svg+xml,{SQUARE}">
</body></html>"""


@pytest.fixture(scope="module")
def good() -> bytes:
    return render_pdf(GOOD, sheet="printing.css", paper=Paper.A4)


def test_a_good_document_is_accepted(good: bytes) -> None:
    assert_accessible(good)
    assert_fonts_embedded(good)
    assert_nothing_overflows(good)


def _all(writer: PdfWriter, key: str, value: str) -> list[Any]:
    """The objects of the file that have this value."""
    objects = [one.get_object() for one in writer._objects if one is not None]
    return [one for one in objects if isinstance(one, DictionaryObject) and one.get(key) == value]


def _one(writer: PdfWriter, key: str, value: str) -> Any:
    return _all(writer, key, value)[0]


def _rewritten(stream: Any, old: bytes, new: bytes) -> DecodedStreamObject:
    assert old in stream.get_data()
    fresh = DecodedStreamObject()
    fresh.set_data(stream.get_data().replace(old, new, 1))
    for key in ("/Type", "/Subtype"):
        if key in stream:
            fresh[NameObject(key)] = stream[key]
    return fresh


def _page(writer: PdfWriter, old: bytes, new: bytes) -> None:
    page = writer.pages[0]
    page[NameObject("/Contents")] = writer._add_object(_rewritten(page["/Contents"].get_object(), old, new))


def _metadata(writer: PdfWriter, old: bytes, new: bytes) -> None:
    stream = writer.root_object["/Metadata"].get_object()
    writer.root_object[NameObject("/Metadata")] = writer._add_object(_rewritten(stream, old, new))


def _without(*keys: str) -> Callable[[Any], None]:
    def remove(thing: Any) -> None:
        for key in keys:
            del thing[NameObject(key)]

    return remove


def _kind(writer: PdfWriter, old: str, new: str) -> None:
    _one(writer, "/S", old)[NameObject("/S")] = NameObject(new)


def _font_file(writer: PdfWriter) -> None:
    descriptor = _one(writer, "/Type", "/FontDescriptor")
    for key in ("/FontFile2", "/FontFile3"):
        descriptor.pop(NameObject(key), None)


def _first_text(writer: Any) -> bytes:
    """The first text that is drawn, as it stands in the page: "<0001…>"."""
    data = writer.pages[0]["/Contents"].get_object().get_data()
    start = data.index(b"<0", data.index(b"BT"))
    return bytes(data[start : data.index(b">", start) + 1])


SPOILT: dict[str, tuple[str, Callable[[Any], object]]] = {
    "no structure": ("STRUCT-TREE-ROOT", lambda w: _without("/StructTreeRoot")(w.root_object)),
    "not marked": (
        "TAGGED-DOCUMENT",
        lambda w: w.root_object["/MarkInfo"].update({NameObject("/Marked"): BooleanObject(False)}),
    ),
    "not declared": ("ID-PART", lambda w: _metadata(w, b"pdfuaid:part", b"pdfuaid:past")),
    "no title in the metadata": ("METADATA-TITLE", lambda w: _metadata(w, b"dc:title", b"dc:tiddle")),
    "title not shown": ("VIEWER-PREFERENCES", lambda w: _without("/ViewerPreferences")(w.root_object)),
    "empty title": ("06-003", lambda w: w.add_metadata({"/Title": " "})),
    "no language": ("TEXT-LANGUAGE", lambda w: _without("/Lang")(w.root_object)),
    "a language that is none": (
        "LANGUAGE-TAG",
        lambda w: w.root_object.update({NameObject("/Lang"): TextStringObject("x y z")}),
    ),
    "a picture without words": ("FIGURE-ALTERNATIVE-TEXT", lambda w: _without("/Alt")(_one(w, "/S", "/Figure"))),
    "a font not in the file": ("FONT-EMBEDDING", _font_file),
    "no text for the letters": (
        "FONT-UNICODE-MAPPING",
        lambda w: _without("/ToUnicode")(_one(w, "/Subtype", "/Type0")),
    ),
    "a letter that the font has not": ("NOTDEF-GLYPH", lambda w: _page(w, _first_text(w)[:5], b"<0000")),
    "a heading level skipped": ("HEADING-NESTING", lambda w: _kind(w, "/H2", "/P")),
    "headings begin at the second": ("HEADING-NESTING", lambda w: _kind(w, "/H1", "/P")),
    "a tag that is none": ("STRUCT-TREE-ROLE-MAP", lambda w: _kind(w, "/H3", "/Blink")),
    "a row outside of a table": ("TBODY-PARENT", lambda w: _kind(w, "/Table", "/Sect")),
    "an item outside of a list": ("LI-PARENT", lambda w: _kind(w, "/L", "/Sect")),
    "a text that no tag has": ("CONTENT", lambda w: _page(w, b"/Span\n<</MCID 0>>\nBDC", b"/Span\nBMC")),
    "a link outside of the structure": (
        "LINK-LINK-TAG",
        lambda w: _without("/StructParent")(_one(w, "/Subtype", "/Link")),
    ),
    "a link without words": ("LINK-CONTENTS", lambda w: _without("/Contents")(_one(w, "/Subtype", "/Link"))),
    "a link that is not printed": (
        "28-002",
        lambda w: _one(w, "/Subtype", "/Link").update({NameObject("/F"): NumberObject(0)}),
    ),
    "no order of tabs": ("PAGE-TABS", lambda w: _without("/Tabs")(w.pages[0])),
    "headings of nothing": ("15-003", lambda w: [one.pop(NameObject("/A")) for one in _all(w, "/S", "/TH")]),
    "two headings of one name": (
        "15-003: two",
        lambda w: [one.update({NameObject("/ID"): TextStringObject("a")}) for one in _all(w, "/S", "/TH")],
    ),
    "suspect tags": (
        "SUSPECTS",
        lambda w: w.root_object["/MarkInfo"].update({NameObject("/Suspects"): BooleanObject(True)}),
    ),
}


@pytest.mark.parametrize("way", SPOILT)
def test_a_spoilt_document_is_refused_and_the_fault_named(way: str, good: bytes) -> None:
    writer = PdfWriter(clone_from=BytesIO(good))
    rule, spoil = SPOILT[way]
    spoil(writer)
    out = BytesIO()
    writer.write(out)
    found = faults(out.getvalue())
    assert any(rule in fault for fault in found), found


def test_a_document_written_again_as_it_was_is_accepted(good: bytes) -> None:
    """So it is the spoiling that the test above finds."""
    out = BytesIO()
    PdfWriter(clone_from=BytesIO(good)).write(out)
    assert_accessible(out.getvalue())


def _set(body: str) -> bytes:
    html = f'<html lang="en"><title>T</title><body><h1>T</h1>{body}</body></html>'
    return render_pdf(html, sheet="printing.css", paper=Paper.A4)


def _letters(body: str) -> list[Letter]:
    return list(letters(_set(body)))


def _drawn(body: str) -> tuple[bytes, list[Letter]]:
    pdf = _set(body)
    return pdf, list(letters(pdf))


def test_what_leaves_the_sheet_is_found_letters_and_pictures() -> None:
    long = "that goes on " * 20
    assert spilled(*_drawn(f'<p style="white-space: nowrap">A line {long}</p>')) != []
    assert spilled(*_drawn('<p style="position: absolute; top: -80pt">Above</p>')) != []
    gif = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    picture = f'<img alt="A dot" style="width: 40pt; position: absolute; left: -40pt" src="{gif}">'
    assert [fault.partition(" at ")[0] for fault in spilled(*_drawn(picture))] == ["page 1: a picture"]
    assert spilled(*_drawn("<p>Here</p>"), margin=18.5) != []


def test_a_letter_that_its_box_cuts_is_found() -> None:
    assert cut(_letters('<p style="overflow: hidden; height: 4pt">Half</p>')) != []
    assert (
        cut(_letters('<p style="overflow: hidden; width: 40pt; white-space: nowrap">More than there is room</p>')) != []
    )
    assert cut(_letters('<p style="overflow: hidden; padding: 1pt">Whole, gjpqÅ</p>')) == []


def test_a_text_on_another_is_found() -> None:
    assert overprinted(_letters('<p>First</p><p style="margin-top: -10pt">Second</p>')) != []
    assert overprinted(_letters("<p>First, gjpq</p><p>ÅÉ second <b>bold</b> and <i>italic</i> AVAVA</p>")) == []
