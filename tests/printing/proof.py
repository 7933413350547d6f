"""Proofs of what comes off the press, for the tests of every document: it is accessible, whole, and carries its fonts.

PDF/UA-1 (ISO 14289-1) is checked by `page`, which has veraPDF's rules and passes veraPDF's corpus. The conditions
of the Matterhorn Protocol 1.1 that it leaves out, as far as a machine can tell them, are here, each by its number;
tests/printing/test_proof.py spoils a good document in each way and sees it found.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from ctypes import byref, c_float, c_void_p, cast
from typing import Any, NamedTuple

import page as rules
import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from tests.printing.reading import Box, fonts, opened, reader

MARGIN = 5.0
"""Millimetres at a sheet's edge that an office printer leaves white."""
POINTS = 72 / 25.4
PRINTED = 4
"""The flag of what is on paper too (ISO 32000-1, 12.5.3)."""


def assert_accessible(pdf: bytes) -> None:
    """PDF/UA-1 accepts the file, and so do the conditions that `page` does not check."""
    assert faults(pdf) == []


def assert_fonts_embedded(pdf: bytes) -> None:
    """Each font that the file uses stands in it."""
    assert {name for name, inside in fonts(pdf).items() if not inside} == set()


def assert_nothing_overflows(pdf: bytes, margin: float = MARGIN, *, over: bool = False) -> None:
    """Each letter and picture is whole, `margin` millimetres from the edge or more, and no text lies on other text;
    with `over` that is not looked at, where a document does so on purpose."""
    drawn = list(letters(pdf))
    assert spilled(pdf, drawn, margin) == []
    assert cut(drawn) == []
    assert over or overprinted(drawn) == []


# Accessible


def faults(pdf: bytes) -> list[str]:
    """What PDF/UA-1 has against the file, each with its rule; the same fault of a page's hundred lines once."""
    report = rules.validate_pdf_bytes(pdf, profile="ua1")
    found = [f"{failure.rule_id}: {failure.message}" for failure in report.failures]
    return list(dict.fromkeys([*found, *_beyond(reader(pdf))]))


def _beyond(document: PdfReader) -> Iterator[str]:
    """Conditions of the Matterhorn Protocol that veraPDF's rules take for granted or leave to people."""
    if not (document.metadata and (document.metadata.title or "").strip()):
        yield "06-003: the document has no title"
    elements = list(_elements(document.root_object.get("/StructTreeRoot")))
    if any(str(element["/S"]) == "/TH" and not _attribute(element, "/Scope") for element in elements):
        yield "15-003: a heading of a table does not say whether it is of a row or of a column"
    names = [element["/ID"] for element in elements if "/ID" in element]
    if len(set(names)) != len(names):
        yield "15-003: two elements have one name, so cells name the wrong headings"
    for number, sheet in enumerate(document.pages, 1):
        for note in sheet.get("/Annots", ArrayObject()):
            if not int(note.get_object().get("/F", 0)) & PRINTED:
                yield f"28-002: a link on page {number} is not printed"


def _elements(node: Any) -> Iterator[DictionaryObject]:
    """The structure below a node, in reading order."""
    node = node.get_object() if node is not None else None
    if isinstance(node, ArrayObject):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield node
        yield from _elements(node.get("/K"))


def _attribute(element: DictionaryObject, name: str) -> Any:
    held = element.get("/A", ArrayObject())
    held = held.get_object()
    for one in held if isinstance(held, ArrayObject) else [held]:
        if isinstance(one.get_object(), DictionaryObject) and name in one.get_object():
            return one.get_object()[name]
    return None


# Whole


class Letter(NamedTuple):
    """A letter as drawn; `run` tells apart what was drawn in one go; `window` is what it is seen through."""

    page: int
    run: int
    box: Box
    window: tuple[float, float, float, float] | None


def spilled(pdf: bytes, drawn: Iterable[Letter], margin: float = MARGIN) -> list[str]:
    """Letters and pictures that are nearer to the edge than `margin` millimetres, or beyond it."""
    found = []
    with opened(pdf) as document:
        sizes = [sheet.get_size() for sheet in document]
        things: list[tuple[int, str, tuple[float, float, float, float]]] = [
            (number, "a picture", one.get_bounds())
            for number, sheet in enumerate(document)
            for one in sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])
        ]
    things += [(letter.page, repr(letter.box.letter), letter.box[1:]) for letter in drawn]
    edge = margin * POINTS - 0.1
    for number, what, (left, bottom, right, top) in things:
        width, height = sizes[number]
        if left < edge or bottom < edge or right > width - edge or top > height - edge:
            place = f"{left:.0f}–{right:.0f} by {bottom:.0f}–{top:.0f} of {width:.0f} by {height:.0f} points"
            found.append(f"page {number + 1}: {what} at {place}")
    return found


def cut(drawn: Iterable[Letter]) -> list[str]:
    """Letters of which a part is hidden by the box they are in."""
    found = []
    for letter in drawn:
        if letter.window is None:
            continue
        left, bottom, right, top = letter.window
        box = letter.box
        slack = 0.1 * (box.top - box.bottom) + 0.5
        if box.left < left - slack or box.right > right + slack or box.bottom < bottom - slack or box.top > top + slack:
            found.append(f"page {letter.page + 1}: {box.letter!r} at {box.left:.0f}, {box.bottom:.0f} is cut")
    return found


def overprinted(drawn: Iterable[Letter]) -> list[str]:
    """Letters that lie on letters drawn in another go: a third of the smaller one, or more."""
    tiles: dict[tuple[int, int, int], list[Letter]] = defaultdict(list)
    found: dict[tuple[int, int, int], str] = {}
    for one in drawn:
        box = one.box
        for x in range(int(box.left // 20), int(box.right // 20) + 1):
            for y in range(int(box.bottom // 20), int(box.top // 20) + 1):
                for other in tiles[one.page, x, y]:
                    if other.run != one.run and _shared(box, other.box) > 1 / 3:
                        pair = (one.page, other.run, one.run)
                        place = f"{box.left:.0f}, {box.bottom:.0f}"
                        said = f"page {one.page + 1}: {box.letter!r} on {other.box.letter!r} at {place}"
                        found.setdefault(pair, said)
                tiles[one.page, x, y].append(one)
    return list(found.values())


def _shared(one: Box, other: Box) -> float:
    """The part of the smaller box that both have."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    smaller = min((box.right - box.left) * (box.top - box.bottom) for box in (one, other))
    return width * height / smaller if width > 0 and height > 0 and smaller > 0.05 else 0.0


def letters(pdf: bytes) -> Iterator[Letter]:
    """Each letter that is drawn in the file."""
    with opened(pdf) as document:
        for number, sheet in enumerate(document):
            text = sheet.get_textpage()
            windows: dict[int, tuple[float, float, float, float] | None] = {}
            for index in range(text.count_chars()):
                letter = text.get_text_range(index, 1)
                if not letter.strip() or pdfium.FPDFText_IsGenerated(text, index):
                    continue
                handle = pdfium.FPDFText_GetTextObject(text, index)
                run = _number(handle)
                if run not in windows:
                    windows[run] = _window(handle)
                yield Letter(number, run, Box(letter, *text.get_charbox(index)), windows[run])


def _number(handle: Any) -> int:
    """What tells PDFium's objects apart: where they lie in memory."""
    return cast(handle, c_void_p).value or 0


def _window(handle: Any) -> tuple[float, float, float, float] | None:
    """What a thing is seen through: the box that all its clipping paths leave; None where nothing clips."""
    clip = pdfium.FPDFPageObj_GetClipPath(handle)
    if not clip:
        return None
    window = None
    x, y = c_float(), c_float()
    for path in range(pdfium.FPDFClipPath_CountPaths(clip)):
        points = []
        for part in range(pdfium.FPDFClipPath_CountPathSegments(clip, path)):
            pdfium.FPDFPathSegment_GetPoint(pdfium.FPDFClipPath_GetPathSegment(clip, path, part), byref(x), byref(y))
            points.append((x.value, y.value))
        if not points:
            continue
        box = (
            min(p[0] for p in points),
            min(p[1] for p in points),
            max(p[0] for p in points),
            max(p[1] for p in points),
        )
        window = (
            box
            if window is None
            else (max(box[0], window[0]), max(box[1], window[1]), min(box[2], window[2]), min(box[3], window[3]))
        )
    return window
