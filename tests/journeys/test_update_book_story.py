"""A mayor has the update book made, sees it come, and takes it along."""

import re
from io import BytesIO

import pypdf
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Opens


def test_a_mayor_has_the_book_made_by_the_worker_and_opens_their_own(opens: Opens) -> None:
    """Rule 15; the page counts the pages while the worker sets them, and nobody waits for an answer."""
    mayor = opens("mayor", PHONE)
    mayor.get_by_role("link", name="Updates", exact=True).first.click()
    board = mayor.url
    mayor.goto(re.sub(r"/updates/.*", "/updates", board))
    older = mayor.locator(".chips a, nav a").filter(has_text=re.compile("Spring|Fall")).last
    older.click()
    mayor.get_by_role("link", name="The update book").click()
    expect(mayor.get_by_role("heading", level=1, name="The update book")).to_be_visible()
    assert mayor.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    mayor.get_by_role("button", name="Make the book").click()
    book = mayor.get_by_role("link", name="Open the book")
    expect(book).to_be_visible(timeout=60_000)
    answer = mayor.request.get(book.get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    pages = pypdf.PdfReader(BytesIO(answer.body())).pages
    assert len(pages) >= 14
    assert ["Mayor, Oakland" in page.extract_text() for page in (pages[0], pages[-1])] == [True, True]
