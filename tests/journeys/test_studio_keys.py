"""What is built by mouse is built by keyboard alone: no test here moves a pointer."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Opens
from tests.journeys.hand import Grid, draft_of

GALLERY = "Gallery walk: Measures posters"
LUNCH = "Lunch at cross-city tables"


def focus(grid: Grid, title: str) -> None:
    """Go to a session by Tab, as far as it takes: from its neighbour, so that the test is quick."""
    grid.block(title).locator("a.to").focus()
    expect(focused(grid.page)).to_have_text(title)


def focused(page: Page) -> object:
    return page.locator("a.to:focus")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_sessions_are_reached_by_tab_in_order_of_time(opens: Opens) -> None:
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    page.locator(".grid-scroll").first.focus()
    press(page, "Tab")
    expect(focused(page)).to_have_text("Check-in and breakfast")
    press(page, "Tab")
    expect(focused(page)).to_have_text("Welcome and goals")
    assert grid.block("Welcome and goals").count() == 1


def test_arrows_move_a_session_in_time_and_room_as_one_act_and_keep_it_in_focus(opens: Opens) -> None:
    """Quick presses are one post; what it made is said in the live region."""
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    focus(grid, GALLERY)
    press(page, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight")
    expect(page.locator("#moving")).to_have_text("12:00 to 12:45, Eliot-Lyman")
    grid.settled("12:00")
    grid.settled(re.compile("conflict"))
    assert len(sent) == 1
    assert grid.stands(GALLERY) == (f"{grid.date}T12:00", 45, "Eliot-Lyman")
    expect(focused(page)).to_have_text(GALLERY)

    press(page, "ArrowUp", "ArrowUp", "ArrowUp", "ArrowLeft")
    grid.settled("cures")
    assert grid.stands(GALLERY) == (f"{grid.date}T11:45", 45, "GCC")


def test_shift_and_arrows_give_it_another_length_never_less_than_a_line(opens: Opens) -> None:
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    focus(grid, GALLERY)
    press(page, *["Shift+ArrowUp"] * 12)
    expect(page.locator("#moving")).to_have_text("It cannot be shorter")
    grid.settled("11:45")
    assert grid.stands(GALLERY)[1] == 5
    press(page, "Shift+ArrowDown", "Shift+ArrowDown")
    expect(grid.block(GALLERY)).to_have_attribute("data-minutes", "15")


def test_escape_leaves_it_as_it_was(opens: Opens) -> None:
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    focus(grid, GALLERY)
    press(page, "ArrowDown", "Escape")
    expect(page.locator("#moving")).to_have_text("It stays where it was")
    expect(page.locator(".ghost")).to_have_count(0)
    page.wait_for_timeout(500)  # longer than presses wait for the next one
    assert grid.stands(GALLERY) == (f"{grid.date}T11:45", 45, "GCC")
    expect(focused(page)).to_have_text(GALLERY)


def test_a_session_is_made_edited_put_into_the_tray_and_brought_back(opens: Opens) -> None:
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    page.get_by_role("link", name="New session").focus()
    press(page, "Enter")
    expect(grid.panel.get_by_role("heading", name="New session")).to_be_focused()
    grid.panel.get_by_label("Title", exact=True).focus()
    page.keyboard.type("A walk by the river")
    grid.panel.get_by_label("Start").focus()
    page.keyboard.type("1010AM")
    press(page, "Enter")
    grid.settled("“A walk by the river” is on the draft")
    expect(focused(page)).to_have_text("A walk by the river")
    assert grid.stands("A walk by the river")[:2] == (f"{grid.date}T10:10", 60)

    press(page, "Enter")
    expect(grid.panel.get_by_role("heading", name="A walk by the river")).to_be_focused()
    press(page, "Escape")
    expect(page.locator("#panel > *")).to_have_count(0)
    expect(focused(page)).to_have_text("A walk by the river")

    press(page, "Delete")
    grid.settled("in the tray")
    expect(grid.waiting("A walk by the river")).to_be_visible()
    expect(focused(page)).to_have_text("A walk by the river")
    press(page, "ArrowDown")  # from the tray it goes to the day's first line and first room
    grid.settled("Askwith Hall")
    expect(grid.block("A walk by the river")).to_be_visible()


def test_two_sessions_are_swapped_by_pressing_s_on_one_and_then_on_the_other(opens: Opens) -> None:
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    before = grid.stands(GALLERY)[0], grid.stands(LUNCH)[0]
    focus(grid, GALLERY)
    press(page, "s")
    grid.settled("waits to be swapped")
    focus(grid, LUNCH)
    press(page, "s")
    expect(grid.block(LUNCH)).to_have_attribute("data-start", before[0])
    assert grid.stands(GALLERY)[0] == before[1]
    expect(focused(page)).to_have_text(LUNCH)


def test_a_question_mark_shows_the_keys(opens: Opens) -> None:
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    focus(grid, GALLERY)
    press(page, "?")
    keys = page.get_by_role("dialog", name="Keys on the grid")
    expect(keys).to_be_visible()
    expect(keys.get_by_text("to the tray")).to_be_visible()
    press(page, "Escape")
    expect(keys).to_be_hidden()
    expect(focused(page)).to_have_text(GALLERY)


def test_on_the_turned_grid_the_arrows_turn_too(opens: Opens) -> None:
    """Time runs across there: right is later, down is the next room; a press goes to the next line of the scale."""
    page = opens("organizer")
    date = draft_of(page)
    page.goto(f"{page.url.partition('?')[0]}?turned=yes&scale=15")
    grid = Grid(page, date)
    focus(grid, GALLERY)
    press(page, "ArrowRight", "ArrowDown")
    grid.settled("12:00")
    assert grid.stands(GALLERY) == (f"{grid.date}T12:00", 45, "Eliot-Lyman")
    press(page, "Shift+ArrowRight")
    expect(grid.block(GALLERY)).to_have_attribute("data-minutes", "60")
