"""Sheets of many people, set a few at a time, are one file that reads as if it had been set in one go."""

import re
from typing import Any

import pytest

from app.printing import press
from app.printing.papers import Paper
from app.printing.press import render_pdf
from tests.printing.proof import assert_accessible, assert_fonts_embedded, assert_nothing_overflows
from tests.printing.reading import headings, pages, reader

SHEET = "personal.css"
LONG = "".join(f"<p>Line {number} says.</p>" for number in range(70))
PEOPLE = {
    "Ana Ruiz": "<p>Comes on both days, and <a href='https://example.org/ana'>says so</a>.</p>",
    "Bo Long": f"<h2>A long day</h2>{LONG}",
    "محمد": "<p dir='rtl'>مرحبا</p>",
    "Cleo Wu": "<h2>A short day</h2><p><a href='https://example.org/cleo'>Here</a> alone.</p>",
    "Dee": "<p>Comes.</p>",
}


def sheet_of(name: str, body: str) -> str:
    head = f"<head><title>Sheets</title><meta name='author' content='The lab'></head><h1>{name}</h1>"
    return f"<html lang='en'>{head}{body}</html>"


SHEETS = [sheet_of(name, body) for name, body in PEOPLE.items()]


@pytest.fixture(params=[1, 2, 5])
def pdf(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(press, "AT_ONCE", request.param)
    return render_pdf(SHEETS, sheet=SHEET, paper=Paper.LETTER)


def test_each_has_their_own_pages_counted_for_themselves(pdf: bytes) -> None:
    found = pages(pdf)
    counted = [re.findall(r"\b\d of \d\b", page) for page in found]
    assert counted == [["1 of 1"], ["1 of 2"], ["2 of 2"], ["1 of 1"], ["1 of 1"], ["1 of 1"]]
    assert [page for page in found if "Ana Ruiz" in page or "Cleo Wu" in page] == [found[0], found[4]]
    assert "Line 0 says" in found[1]
    assert "Line 69 says" in found[2]


def test_the_file_is_accessible_and_whole(pdf: bytes) -> None:
    assert_accessible(pdf)
    assert_fonts_embedded(pdf)
    assert_nothing_overflows(pdf)
    document = reader(pdf)
    assert document.metadata is not None
    assert (document.metadata.title, document.metadata.author) == ("Sheets", "The lab")


def test_bookmarks_lead_in_order_to_the_pages_of_each(pdf: bytes) -> None:
    assert headings(pdf) == ["Ana Ruiz", "Bo Long", "A long day", "محمد", "Cleo Wu", "A short day", "Dee"]
    document = reader(pdf)
    tops = [one for one in document.outline if not isinstance(one, list)]
    assert [document.get_destination_page_number(one) for one in tops] == [0, 1, 3, 4, 5]


def test_each_page_knows_its_own_part_of_the_structure(pdf: bytes) -> None:
    """Of what is marked on a page, the list of parents names that which is on the same page (ISO 32000-1, 14.7.4.4)."""
    document = reader(pdf)
    root: Any = document.root_object["/StructTreeRoot"]
    nums = root["/ParentTree"]["/Nums"]
    keys, parents = nums[::2], nums[1::2]
    assert keys == sorted(set(keys))
    of = dict(zip(keys, parents, strict=True))
    for page in document.pages:
        theirs = {one.get_object().raw_get("/Pg") for one in of[page["/StructParents"]]}
        assert theirs == {page.indirect_reference}
    notes = [note.get_object() for page in document.pages for note in page.get("/Annots", [])]
    assert [note["/A"]["/URI"] for note in notes] == ["https://example.org/ana", "https://example.org/cleo"]
    assert [of[note["/StructParent"]].get_object()["/S"] for note in notes] == ["/Link", "/Link"]


def test_pages_are_told_through_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "AT_ONCE", 2)
    told: list[int] = []
    render_pdf(SHEETS, sheet=SHEET, paper=Paper.LETTER, page_set=told.append)
    assert sorted(set(told)) == [1, 2, 3, 4, 5, 6]


def test_what_leads_to_a_place_within_is_refused() -> None:
    """A name within one sheet would lead into another's."""
    inner = sheet_of("Eve", "<p id='here'><a href='#here'>There</a></p>")
    with pytest.raises(AssertionError):
        render_pdf([inner] * 26, sheet=SHEET, paper=Paper.LETTER)
