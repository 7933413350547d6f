"""The draft under a finger: on a phone a list by time, on a tablet the grid."""

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Opens
from tests.journeys.hand import Finger, Grid, draft_of

TABLET = (1024, 900)
GALLERY = "Gallery walk: Measures posters"
UPDATES = "Mayors’ updates II: Salem, Somerville, Newton"
REFLECTIONS = "Welcome and goals"


def test_on_a_phone_a_finger_scrolls_until_it_rests(opens: Opens) -> None:
    page = opens("organizer", PHONE)
    grid = Grid(page, draft_of(page))
    finger = Finger(page)
    grid.block(GALLERY).scroll_into_view_if_needed()
    before, (x, y) = grid.scroll()[0], grid.top_of(GALLERY)
    finger.press((x, y))
    finger.move((x, y), (x, y - 200))
    finger.lift()
    assert grid.scroll()[0] > before + 100
    assert grid.stands(GALLERY)[0].endswith("11:45")
    expect(page.locator("#moves")).to_be_hidden()
    expect(page.locator("#panel > *")).to_have_count(0)


def test_on_a_phone_a_resting_finger_chooses_a_session_and_buttons_move_it(opens: Opens) -> None:
    page = opens("organizer", PHONE)
    grid = Grid(page, draft_of(page))
    finger = Finger(page)
    grid.block(GALLERY).scroll_into_view_if_needed()
    finger.rest(grid.top_of(GALLERY))
    finger.lift()
    moves = page.get_by_role("toolbar", name=GALLERY)
    expect(moves).to_be_visible()
    moves.get_by_role("button", name="Later").tap()
    moves.get_by_role("button", name="Later").tap()
    grid.settled("11:55")
    moves.get_by_role("button", name="Shorter").tap()
    grid.settled("12:35")
    assert grid.stands(GALLERY)[:2] == (f"{grid.date}T11:55", 40)
    moves.get_by_role("button", name="Done").tap()
    expect(moves).to_be_hidden()


def test_on_a_phone_a_session_is_dragged_behind_another_of_the_list(opens: Opens) -> None:
    page = opens("organizer", PHONE)
    grid = Grid(page, draft_of(page))
    finger = Finger(page)
    grid.block(REFLECTIONS).scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 120)")
    where = grid.top_of(REFLECTIONS)
    box = grid.block("Mayors’ updates I: Louisville, Oakland, Providence").bounding_box()
    assert box
    finger.rest(where)
    finger.move(where, (box["x"] + 60, box["y"] + box["height"] - 12))
    expect(grid.said).to_contain_text("10:15–10:45, after “Mayors’ updates I")
    finger.lift()
    grid.settled("10:15")
    assert grid.stands(REFLECTIONS) == (f"{grid.date}T10:15", 30, "GCC")


def test_on_a_tablet_a_finger_drags_on_the_grid_and_pulls_an_end(opens: Opens) -> None:
    page = opens("organizer", TABLET, has_touch=True)
    grid = Grid(page, draft_of(page))
    finger = Finger(page)
    grid.reveal("10:30", "GCC")
    where, (x, y) = grid.top_of(UPDATES), grid.place("10:45", "Eliot-Lyman")
    finger.rest(where)
    finger.move(where, (x, y - 2 + 12))
    finger.lift()
    grid.settled("10:45")
    assert grid.stands(UPDATES) == (f"{grid.date}T10:45", 75, "Eliot-Lyman")

    finger.rest(grid.top_of(UPDATES))
    finger.lift()
    end = page.locator(".end[data-end=end]").bounding_box()
    assert end
    assert min(end["width"], end["height"]) >= 44
    pulled = end["x"] + end["width"] / 2, end["y"] + end["height"] / 2
    finger.press(pulled)
    finger.move(pulled, (pulled[0], pulled[1] + grid.place("12:30", "GCC")[1] - grid.place("12:00", "GCC")[1]))
    finger.lift()
    expect(grid.block(UPDATES)).to_have_attribute("data-minutes", "105")
