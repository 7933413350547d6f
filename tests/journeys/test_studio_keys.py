"""What is built by mouse is built by keyboard alone: no test here moves a pointer."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Opens
from tests.journeys.hand import Grid, draft_of

GALLERY = "Gallery walk: Measures posters"
LUNCH = "Lunch at cross-city tables"
WALK = "A walk by the river"


def focus(grid: Grid, title: str) -> None:
    """Be on a session, as one comes to it by Tab."""
    grid.block(title).locator("a.to").focus()
    expect(focused(grid.page)).to_contain_text(title)


def focused(page: Page) -> Locator:
    return page.locator("a.to:focus")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_arrows_move_a_session_and_with_shift_they_give_it_another_length(opens: Opens) -> None:
    """Quick presses are one post; where it went and what that made is in the live region; the focus stays on it."""
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    page.locator(".grid-scroll").first.focus()
    press(page, "Tab")
    expect(focused(page)).to_contain_text("Check-in and breakfast")
    press(page, "Tab")
    expect(focused(page)).to_contain_text("Welcome and goals")

    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    focus(grid, GALLERY)
    press(page, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight")
    expect(page.locator("#moving")).to_have_text("12:00 to 12:45, Eliot-Lyman")
    grid.expect_at(GALLERY, "12:00", 45, "Eliot-Lyman")
    grid.settled(re.compile(r"12:00.12:45 in Eliot-Lyman\. It makes .* conflict"))
    assert len(sent) == 1
    expect(focused(page)).to_contain_text(GALLERY)

    press(page, "ArrowUp", "ArrowUp", "ArrowUp", "ArrowLeft")
    grid.expect_at(GALLERY, "11:45", 45, "GCC")
    grid.settled("cures")

    press(page, "ArrowDown", "Escape")
    expect(page.locator("#moving")).to_have_text("It stays where it was")
    expect(page.locator(".ghost")).to_have_count(0)

    press(page, *["Shift+ArrowUp"] * 12)
    expect(page.locator("#moving")).to_have_text("It cannot be shorter")
    grid.expect_at(GALLERY, "11:45", 5, "GCC")
    press(page, "Shift+ArrowDown", "Shift+ArrowDown")
    grid.expect_at(GALLERY, "11:45", 15, "GCC")
    expect(focused(page)).to_contain_text(GALLERY)


def test_a_session_is_made_edited_swapped_put_into_the_tray_and_brought_back(opens: Opens) -> None:
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    page.get_by_role("link", name="New session").focus()
    press(page, "Enter")
    expect(grid.panel.get_by_role("heading", name="New session")).to_be_focused()
    grid.panel.get_by_label("Title", exact=True).focus()
    page.keyboard.type(WALK)
    grid.panel.get_by_label("Start").focus()
    page.keyboard.type("1010AM")
    press(page, "Enter")
    grid.settled(f"“{WALK}” is on the draft")
    expect(focused(page)).to_contain_text(WALK)
    expect(grid.block(WALK)).to_have_attribute("data-start", f"{grid.date}T10:10")

    press(page, "Enter")
    expect(grid.panel.get_by_role("heading", name=WALK)).to_be_focused()
    press(page, "Escape")
    expect(page.locator("#panel > *")).to_have_count(0)
    expect(focused(page)).to_contain_text(WALK)

    press(page, "s")
    grid.settled("waits to be swapped")
    focus(grid, LUNCH)
    press(page, "s")
    expect(grid.block(WALK)).to_have_attribute("data-start", f"{grid.date}T12:30")
    expect(grid.block(LUNCH)).to_have_attribute("data-start", f"{grid.date}T10:10")
    expect(focused(page)).to_contain_text(LUNCH)

    focus(grid, WALK)
    press(page, "Delete")
    expect(grid.waiting(WALK)).to_be_visible()
    grid.settled("in the tray")
    expect(focused(page)).to_contain_text(WALK)
    press(page, "ArrowDown")  # from the tray it goes to the day's first line and first room
    expect(grid.block(WALK)).to_have_attribute("data-start", f"{grid.date}T07:30")

    press(page, "?")
    keys = page.get_by_role("dialog", name="Keys on the grid")
    expect(keys).to_be_visible()
    press(page, "Escape")
    expect(keys).to_be_hidden()
    expect(focused(page)).to_contain_text(WALK)


def test_on_the_turned_grid_the_arrows_turn_too(opens: Opens) -> None:
    """Time runs across there: right is later, down is the next room; a press goes to the next line of the scale."""
    page = opens("organizer")
    date = draft_of(page)
    page.goto(f"{page.url.partition('?')[0]}?turned=yes&scale=15")
    grid = Grid(page, date)
    focus(grid, GALLERY)
    press(page, "ArrowRight", "ArrowDown")
    grid.expect_at(GALLERY, "12:00", 45, "Eliot-Lyman")
    press(page, "Shift+ArrowRight")
    grid.expect_at(GALLERY, "12:00", 60, "Eliot-Lyman")
