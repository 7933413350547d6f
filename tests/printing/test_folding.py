"""Booklets for folding: two pages a side, in the order in which they are read once the sheets are folded."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from app.printing.folding import imposed, order, sheets_of
from app.printing.papers import Paper
from tests.conftest import VisitorOf
from tests.printing.proof import assert_fonts_embedded, assert_nothing_overflows
from tests.printing.reading import codes_of_pages, opened, reader
from tests.printing.running import printed

HERE = "/by-all-means/convenings/2017-fall"
CHANGES = f"http://127.0.0.1:8000{HERE}/agenda/releases/2/changes"

pytestmark = pytest.mark.usefixtures("_one_shelf_of_prints")


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with time_machine.travel(datetime(2017, 10, 24, 14, tzinfo=UTC), tick=True):
        yield


def folded(sides: list[tuple[str, str]]) -> list[str]:
    """The pages as one turns them: sheets printed on both sides, the back turned over the short edge, laid inside one
    another with the first outermost, and folded with the front outside."""
    sheets = [(sides[number], sides[number + 1]) for number in range(0, len(sides), 2)]
    first_half = [page for front, back in sheets for page in (front[1], back[0])]
    second_half = [page for front, back in reversed(sheets) for page in (back[1], front[0])]
    return first_half + second_half


@pytest.mark.parametrize("pages", range(1, 41))
def test_folded_sheets_read_from_the_first_page_to_the_last_with_the_empty_ones_after_it(pages: int) -> None:
    sides = order(pages)
    assert len(sides) == 2 * sheets_of(pages)
    assert folded([(str(left), str(right)) for left, right in sides]) == [
        str(number) for number in range(1, 4 * sheets_of(pages) + 1)
    ]
    assert 4 * sheets_of(pages) - pages in range(4)


def halves(pdf: bytes) -> list[tuple[str, str]]:
    """The words of the left and the right half of each side."""
    found = []
    with opened(pdf) as document:
        for side in document:
            width, height = side.get_size()
            text = side.get_textpage()
            left, right = (
                " ".join(text.get_text_bounded(left=start, right=start + width / 2, bottom=0, top=height).split())
                for start in (0, width / 2)
            )
            found.append((left, right))
    return found


SIZES = {Paper.LETTER: (792, 612), Paper.A4: (842, 595)}


@pytest.mark.parametrize("paper", list(Paper))
def test_the_booklet_folded_reads_in_order_with_its_numbers_and_its_codes(
    sample_visitor: VisitorOf, paper: Paper
) -> None:
    """Rule 15 holds on each half."""
    mayor = sample_visitor("mayor")
    pdf = printed(mayor, f"{HERE}/print/booklet.pdf?paper={paper}&fold=folded")
    assert_nothing_overflows(pdf)
    assert_fonts_embedded(pdf)
    sides = halves(pdf)
    assert len(sides) % 2 == 0, "sheets have two sides"
    assert {tuple(map(round, map(float, side.mediabox[2:]))) for side in reader(pdf).pages} == {SIZES[paper]}
    read = folded(sides)
    assert len(read) % 4 == 0
    numbers = [int(found[1]) if (found := re.search(r"\b(\d+) of \d+\b", page)) else None for page in read]
    last = max(number for number in numbers if number)
    for place, (number, page) in enumerate(zip(numbers, read, strict=True), 1):
        if place > last:
            assert page == "", "behind the last page there are only empty ones"
        elif number is None:  # the cover, and a page left free before a day
            assert place == 1 or "Release 2" in page
        else:
            assert number == place
    assert read[0].startswith("By All Means Fall 2017 convening")
    day = next(place for place, page in enumerate(read, 1) if "Tuesday 14 November In words from page" in page)
    assert day % 2 == 0, "a day lies open on two facing pages"
    assert "Tuesday 14 November, continued" in read[day]
    assert [len(found) for found in codes_of_pages(pdf)] == [sum(1 for half in side if half) for side in sides], (
        "a code on each half that is printed"
    )
    assert {code for found in codes_of_pages(pdf) for code in found} == {CHANGES}


def test_a_folded_file_says_what_it_is_for_and_claims_no_reading_order(sample_visitor: VisitorOf) -> None:
    pdf = printed(sample_visitor("mayor"), f"{HERE}/print/booklet.pdf?fold=folded")
    document = reader(pdf)
    assert document.metadata is not None
    assert document.metadata.title == "Fall 2017 convening, booklet for folding (to listen to, take the one as read)"
    assert str(document.root_object["/Lang"]) == "en"
    assert "/StructTreeRoot" not in document.root_object
    assert b"pdfuaid" not in pdf


def test_the_page_before_printing_says_how_many_sheets_and_how_to_turn_them(sample_visitor: VisitorOf) -> None:
    page = sample_visitor("mayor").get(f"{HERE}/print/booklet?fold=folded").text
    assert re.search(r"About \d+ sheets, two-sided: flip on the short edge", page)


def test_imposing_keeps_each_page_once(sample_visitor: VisitorOf) -> None:
    flat = printed(sample_visitor("mayor"), f"{HERE}/print/booklet.pdf")
    pages = len(reader(flat).pages)
    assert len(reader(imposed(flat)).pages) == 2 * sheets_of(pages)
