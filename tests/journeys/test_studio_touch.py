"""The draft under a finger: on a phone a list by time, on a tablet the grid."""

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Opens
from tests.journeys.hand import Finger, Grid, draft_of

TABLET = (1024, 900)
GALLERY = "Gallery walk: Measures posters"
WELCOME = "Welcome and goals"
FIRST_UPDATES = "Mayors’ updates I: Louisville, Oakland, Providence"
UPDATES = "Mayors’ updates II: Salem, Somerville, Newton"


def test_on_a_phone_a_finger_scrolls_until_it_rests_then_buttons_move_a_session_or_it_is_dragged(opens: Opens) -> None:
    """Dragged over another of the list, it comes after it."""
    page = opens("organizer", PHONE)
    grid = Grid(page, draft_of(page))
    finger = Finger(page)
    grid.block(GALLERY).scroll_into_view_if_needed()
    before, (x, y) = page.evaluate("scrollY"), grid.top_of(GALLERY)
    finger.press((x, y))
    finger.move((x, y), (x, y - 200))
    finger.lift()
    page.wait_for_function("before => scrollY > before + 100", arg=before)
    expect(page.locator("#moves")).to_be_hidden()
    expect(page.locator("#panel > *")).to_have_count(0)

    grid.block(GALLERY).scroll_into_view_if_needed()
    finger.rest(grid.top_of(GALLERY))
    finger.lift()
    moves = page.get_by_role("toolbar", name=GALLERY)
    expect(moves).to_be_visible()
    moves.get_by_role("button", name="Later").tap()
    moves.get_by_role("button", name="Later").tap()
    grid.expect_at(GALLERY, "11:55", 45, "GCC")
    moves.get_by_role("button", name="Shorter").tap()
    grid.expect_at(GALLERY, "11:55", 40, "GCC")
    moves.get_by_role("button", name="Done").tap()
    expect(moves).to_be_hidden()

    grid.block(WELCOME).evaluate("block => scrollBy(0, block.getBoundingClientRect().top - 200)")
    box = grid.block(FIRST_UPDATES).bounding_box()
    assert box
    finger.rest(grid.top_of(WELCOME))
    finger.move(grid.top_of(WELCOME), (box["x"] + 60, box["y"] + box["height"] - 12))
    expect(grid.said).to_contain_text("10:15–10:45, after “Mayors’ updates I")
    finger.lift()
    grid.expect_at(WELCOME, "10:15", 30, "GCC")


def test_on_a_tablet_a_finger_drags_on_the_grid_and_pulls_an_end(opens: Opens) -> None:
    page = opens("organizer", TABLET, has_touch=True)
    grid = Grid(page, draft_of(page))
    finger = Finger(page)
    grid.reveal("10:30", "GCC")
    where, (x, y) = grid.top_of(UPDATES), grid.place("10:45", "Eliot-Lyman")
    finger.rest(where)
    finger.move(where, (x, y - 2 + 12))
    finger.lift()
    grid.expect_at(UPDATES, "10:45", 75, "Eliot-Lyman")

    finger.rest(grid.top_of(UPDATES))
    finger.lift()
    end = page.locator(".end[data-end=end]").bounding_box()
    assert end
    assert min(end["width"], end["height"]) >= 44
    pulled = end["x"] + end["width"] / 2, end["y"] + end["height"] / 2
    half_an_hour = grid.place("12:30", "GCC")[1] - grid.place("12:00", "GCC")[1]
    finger.press(pulled)
    finger.move(pulled, (pulled[0], pulled[1] + half_an_hour))
    finger.lift()
    grid.expect_at(UPDATES, "10:45", 105, "Eliot-Lyman")
