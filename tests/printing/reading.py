"""Reads PDFs as their readers do: text, fonts, structure, where letters stand, and the codes as a camera sees them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, NamedTuple

import pypdfium2
import zxingcpp
from PIL.Image import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject


class Box(NamedTuple):
    """A letter as drawn, and where, in points from the page's lower left corner."""

    letter: str
    left: float
    bottom: float
    right: float
    top: float


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


@contextmanager
def opened(pdf: bytes) -> Iterator[Any]:
    """The file as PDFium, which draws it, has it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def pages(pdf: bytes) -> list[str]:
    """The words of each page."""
    with opened(pdf) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def words(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def picture(pdf: bytes, page: int = 0, dots: int = 150) -> Image:
    """A page as drawn at so many dots per inch."""
    with opened(pdf) as document:
        drawn: Image = document[page].render(scale=dots / 72).to_pil()
        return drawn


def codes_of_pages(pdf: bytes) -> list[list[str]]:
    """What the QR codes of each page say, sorted, decoded from the page as drawn in grey."""
    found = []
    with opened(pdf) as document:
        for page in document:
            drawn = page.render(scale=200 / 72, grayscale=True).to_pil()
            codes = zxingcpp.read_barcodes(drawn, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
            found.append(sorted(code.text for code in codes))
    return found


def codes(pdf: bytes) -> list[str]:
    """What the one QR code of each page says."""
    found = []
    for page in codes_of_pages(pdf):
        (code,) = page
        found.append(code)
    return found


def boxes(pdf: bytes, page: int = 0) -> list[Box]:
    """The letters of a page, without spaces, as they follow each other in the text."""
    with opened(pdf) as document:
        text = document[page].get_textpage()
        return [
            Box(letter, *text.get_charbox(number))
            for number in range(text.count_chars())
            if (letter := text.get_text_range(number, 1)).strip()
        ]


def fonts(pdf: bytes) -> dict[str, bool]:
    """Font's name → whether it stands in the file; all fonts of the file, whatever uses them."""
    document = reader(pdf)
    found: dict[str, bool] = {}
    for number in range(1, int(str(document.trailer["/Size"]))):
        one: Any = document.get_object(number)
        if isinstance(one, DictionaryObject) and one.get("/Type") == "/Font" and "/DescendantFonts" not in one:
            name = re.sub(r"^/[A-Z]{6}\+", "", str(one["/BaseFont"]))
            found[name] = bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(one.get("/FontDescriptor", {})))
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
