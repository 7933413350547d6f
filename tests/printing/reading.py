"""Reads PDFs as their readers do: text, fonts, structure, and the codes as a camera sees them."""

import re
from io import BytesIO
from typing import Any

import pypdfium2
import zxingcpp
from pypdf import PdfReader
from pypdf.generic import DictionaryObject


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def pages(pdf: bytes) -> list[str]:
    """The words of each page."""
    document = pypdfium2.PdfDocument(pdf)
    texts = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    document.close()
    return texts


def words(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def codes(pdf: bytes) -> list[str]:
    """What the QR code of each page says, decoded from the page as drawn at 150 dots per inch."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        picture = page.render(scale=150 / 72).to_pil()
        (code,) = zxingcpp.read_barcodes(picture)
        found.append(code.text)
    document.close()
    return found


def fonts(pdf: bytes) -> dict[str, bool]:
    """Font's name → whether it stands in the file."""
    found: dict[str, bool] = {}
    for page in reader(pdf).pages:
        resources = page["/Resources"]
        assert isinstance(resources, DictionaryObject)
        for font in resources.get("/Font", DictionaryObject()).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            name = re.sub(r"^/[A-Z]{6}\+", "", inner["/BaseFont"])
            found[name] = "/FontFile2" in inner["/FontDescriptor"] or "/FontFile3" in inner["/FontDescriptor"]
    return found


def links(pdf: bytes) -> list[str]:
    """The addresses that the first page leads to."""
    notes: Any = reader(pdf).pages[0]["/Annots"]
    return [str(note.get_object()["/A"]["/URI"]) for note in notes]


def headings(pdf: bytes) -> list[str]:
    """The bookmarks, all levels, in order."""

    def walk(items: list[object]) -> list[str]:
        titles: list[str] = []
        for item in items:
            titles += walk(item) if isinstance(item, list) else [str(getattr(item, "title", ""))]
        return titles

    return walk(list(reader(pdf).outline))
