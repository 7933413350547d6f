"""What trips other editors: heads, midnight, nothing left of a session, two drags at once, a network that is gone."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Opens
from tests.journeys.hand import Finger, Grid, draft_of

GALLERY = "Gallery walk: Measures posters"
UPDATES = "Mayors’ updates II: Salem, Somerville, Newton"
DINNER = "Team-mixed dinner"
FORUM = "Askwith Forum: four mayors on what a city can promise a child"


def opened(opens: Opens, room: str = "GCC", wall: str = "11:45") -> Grid:
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    grid.reveal(wall, room)
    return grid


def slow(page: Page) -> None:
    """From now on each answer takes the better part of a second."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 700, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def test_while_it_is_held_the_grid_shows_who_is_busy_and_which_rooms_fit(opens: Opens) -> None:
    """Words at the pointer, bands over the day, marks on the heads; all gone when it is let go."""
    grid = opened(opens)
    page = grid.page
    grid.grab(grid.top_of(GALLERY), grid.place("10:45", "Eliot-Lyman"))
    expect(grid.said).to_contain_text("others are busy")
    expect(grid.said).to_contain_text(re.compile(r"\d+ of 80 places"))
    assert page.evaluate("document.body.dataset.held") == grid.block(GALLERY).get_attribute("id")
    bands = page.locator(".hand-under .busy")
    assert bands.count() > 3
    fits = page.locator(".room[data-fit=fits] strong").all_inner_texts()
    small = page.locator(".room[data-fit=small] strong").all_inner_texts()
    assert "GCC" in fits
    assert "Team Room 1" in small
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".hand")).to_have_count(0)
    expect(page.locator(".room[data-fit]")).to_have_count(0)
    expect(page.locator("#panel > *")).to_have_count(0)
    assert page.evaluate("document.body.dataset.held") is None
    assert grid.stands(GALLERY) == (f"{grid.date}T11:45", 45, "GCC")


def test_a_block_is_moved_and_the_grid_keeps_its_place(opens: Opens) -> None:
    grid = opened(opens)
    before = grid.scroll()
    grid.move(GALLERY, "12:00", "Eliot-Lyman")
    grid.settled("12:00")
    assert grid.stands(GALLERY) == (f"{grid.date}T12:00", 45, "Eliot-Lyman")
    assert grid.scroll() == before


def test_let_go_on_a_head_nothing_happens_and_it_says_so(opens: Opens) -> None:
    grid = opened(opens)
    head = grid.page.locator(".room[data-room]").nth(2).bounding_box()
    assert head
    grid.drag(grid.top_of(GALLERY), (head["x"] + 30, head["y"] + 15))
    grid.settled("Nothing was moved")
    assert grid.stands(GALLERY) == (f"{grid.date}T11:45", 45, "GCC")


def test_let_go_outside_the_grid_nothing_happens_and_it_says_so(opens: Opens) -> None:
    grid = opened(opens)
    grid.drag(grid.top_of(GALLERY), (1100, 500))
    grid.settled("Let go over the grid or the tray. Nothing was moved.")
    assert grid.stands(GALLERY) == (f"{grid.date}T11:45", 45, "GCC")


def test_it_overlaps_another_session_on_purpose(opens: Opens) -> None:
    grid = opened(opens)
    grid.move(GALLERY, "11:00", "GCC")
    grid.settled("conflict")
    assert grid.stands(GALLERY) == (f"{grid.date}T11:00", 45, "GCC")
    assert grid.stands(UPDATES) == (f"{grid.date}T10:30", 75, "GCC")


def test_alt_swaps_two_sessions(opens: Opens) -> None:
    grid = opened(opens)
    x, y = grid.top_of(UPDATES)
    grid.grab(grid.top_of(GALLERY), (x, y + 40))
    grid.page.keyboard.down("Alt")
    expect(grid.said).to_contain_text(f"Swap with “{UPDATES}”")
    grid.page.mouse.up()
    grid.page.keyboard.up("Alt")
    expect(grid.block(GALLERY)).to_have_attribute("data-start", f"{grid.date}T10:30")
    expect(grid.block(UPDATES)).to_have_attribute("data-start", f"{grid.date}T11:45")


def test_it_is_dragged_to_the_tray_and_back(opens: Opens) -> None:
    grid = opened(opens)
    page = grid.page
    grid.reveal_beside_the_tray("19:15", "The Boathouse")
    tray = page.locator("#tray").bounding_box()
    assert tray
    grid.drag(grid.top_of(DINNER), (tray["x"] + 60, tray["y"] + 15))
    grid.settled("in the tray")
    expect(grid.waiting(DINNER)).to_be_visible()

    grid.reveal_beside_the_tray("17:30", "GCC")
    where = grid.waiting_at(DINNER)
    x, y = grid.place("17:30", "GCC")
    grid.drag(where, (x, y + 3))
    grid.settled("17:30")
    assert grid.stands(DINNER) == (f"{grid.date}T17:30", 105, "GCC")


def test_resized_to_nothing_a_session_lasts_one_line_of_the_scale(opens: Opens) -> None:
    grid = opened(opens)
    end = grid.end_of(GALLERY)
    grid.drag(end, (end[0], end[1] - 300))
    grid.settled("11:50")
    assert grid.stands(GALLERY)[:2] == (f"{grid.date}T11:45", 5)


def test_pulled_at_its_start_it_ends_when_it_did(opens: Opens) -> None:
    grid = opened(opens)
    start = grid.start_of(GALLERY)
    grid.drag(start, (start[0], grid.place("12:00", "GCC")[1]))
    grid.settled("12:00")
    assert grid.stands(GALLERY)[:2] == (f"{grid.date}T12:00", 30)


def test_a_session_goes_on_past_midnight(opens: Opens) -> None:
    """Its end is pulled to the grid's foot, which goes on below as long as it is pulled."""
    grid = opened(opens, "The Boathouse", "19:15")
    page = grid.page
    page.evaluate("document.querySelector('.grid-scroll').scrollTop = 9999")
    x, y = grid.end_of(DINNER)
    scroller = page.locator(".grid-scroll").bounding_box()
    assert scroller
    grid.grab((x, y), (x, min(scroller["y"] + scroller["height"], 900) - 3))
    expect(grid.said).to_contain_text(re.compile("–00:[1-5]"), timeout=15000)
    page.mouse.up()
    grid.settled(re.compile("19:15"))
    date, minutes, _ = grid.stands(DINNER)
    assert date == f"{grid.date}T19:15"
    assert minutes > 4 * 60 + 45
    labels = page.locator(".hour").evaluate_all("labels => labels.map((one) => one.dataset.time)")
    assert labels[-1][:10] > grid.date


def test_a_second_pointer_is_ignored_while_something_is_held(opens: Opens) -> None:
    page = opens("organizer", has_touch=True)
    grid = Grid(page, draft_of(page))
    grid.reveal("11:45", "GCC")
    grid.grab(grid.top_of(GALLERY), grid.place("12:00", "Eliot-Lyman"))
    finger = Finger(page)
    finger.rest(grid.top_of(UPDATES))
    finger.lift()
    expect(page.locator("#moves")).to_be_hidden()
    assert page.evaluate("document.body.dataset.held") == grid.block(GALLERY).get_attribute("id")
    page.keyboard.press("Escape")
    page.mouse.up()


def test_a_drop_while_an_earlier_one_is_under_way_waits_for_it(opens: Opens) -> None:
    """Also of the same session: what one did oneself a moment ago is no stale ground."""
    grid = opened(opens)
    slow(grid.page)
    grid.move(GALLERY, "12:00", "Eliot-Lyman")
    grid.move(UPDATES, "10:45", "Eliot-Lyman")
    grid.move(GALLERY, "13:00", "Eliot-Lyman")
    expect(grid.block(GALLERY)).to_have_attribute("data-start", f"{grid.date}T13:00")
    expect(grid.block(UPDATES)).to_have_attribute("data-start", f"{grid.date}T10:45")
    expect(grid.page.locator("#panel > *")).to_have_count(0)
    expect(grid.page.locator(".ghost")).to_have_count(0)


def test_a_network_lost_half_way_leaves_nothing_half_done_and_it_says_so(opens: Opens) -> None:
    grid = opened(opens)
    page = grid.page
    box = grid.block(GALLERY).bounding_box()
    grid.grab(grid.top_of(GALLERY), grid.place("13:00", "Eliot-Lyman"))
    page.context.set_offline(True)
    page.mouse.up()
    expect(grid.trouble).to_contain_text("could not be reached, so nothing was changed")
    expect(page.locator(".ghost")).to_have_count(0)
    assert grid.stands(GALLERY) == (f"{grid.date}T11:45", 45, "GCC")

    page.context.set_offline(False)
    expect(grid.trouble).to_be_empty()
    grid.reveal("11:45", "GCC")
    grid.move(GALLERY, "12:00", "Eliot-Lyman")
    grid.settled("12:00")
    assert grid.stands(GALLERY) == (f"{grid.date}T12:00", 45, "Eliot-Lyman")
    assert box


def test_a_drop_on_ground_that_another_changed_shows_both_versions(opens: Opens) -> None:
    """409: the answer says who moved it, and nothing is changed."""
    grid = opened(opens)
    page = grid.page
    number = grid.block(GALLERY).get_attribute("id")
    assert number
    grid.grab(grid.top_of(GALLERY), grid.place("13:00", "Eliot-Lyman"))
    address = page.url.split("/agenda/draft")[0] + f"/sessions/{number[1:]}/placement"
    meanwhile = page.context.request.post(
        address, form={"start": "12:05"}, headers={"Origin": page.url.split("/by-")[0]}
    )
    assert meanwhile.ok
    page.mouse.up()
    expect(grid.panel).to_contain_text("Nothing has been changed yet")
    expect(grid.block(GALLERY)).to_have_attribute("data-start", f"{grid.date}T12:05")


def test_empty_time_is_drawn_on_and_escape_lets_go(opens: Opens) -> None:
    grid = opened(opens)
    grid.grab(grid.place("09:30", "Eliot-Lyman"), grid.place("10:30", "Eliot-Lyman"))
    expect(grid.said).to_contain_text("New session, 09:30–10:30, Eliot-Lyman")
    grid.page.keyboard.press("Escape")
    grid.page.mouse.up()
    expect(grid.page.locator("#panel > *")).to_have_count(0)

    grid.draw("09:30–10:30", "Eliot-Lyman")
    values = {name: grid.panel.locator(f"[name={name}]").first.input_value() for name in ("day", "start", "minutes")}
    assert values == {"day": grid.date, "start": "09:30", "minutes": "60"}


def test_on_a_coarser_scale_a_drag_stays_on_its_lines(opens: Opens) -> None:
    """A session that stands between two lines stays there when only its room changes."""
    page = opens("organizer")
    date = draft_of(page)
    page.goto(f"{page.url.partition('?')[0]}?scale=30")
    grid = Grid(page, date)
    grid.reveal("11:45", "GCC")
    grid.move(GALLERY, "12:10", "Eliot-Lyman")
    grid.settled("12:00")
    assert grid.stands(GALLERY) == (f"{date}T12:00", 45, "Eliot-Lyman")

    x, y = grid.top_of(UPDATES)
    column = grid.place("10:30", "Eliot-Lyman")[0]
    end = grid.end_of(UPDATES)
    grid.drag(end, (end[0], grid.place("12:30", "GCC")[1]))
    grid.settled("12:30")
    grid.drag((x, y), (column, y + 1))
    grid.settled("Eliot-Lyman")
    assert grid.stands(UPDATES) == (f"{date}T10:30", 120, "Eliot-Lyman")


def test_a_moved_session_glides_unless_the_person_asks_for_less_motion(opens: Opens) -> None:
    page = opens("organizer", reduced_motion="reduce")
    grid = Grid(page, draft_of(page))
    grid.reveal("11:45", "GCC")
    page.evaluate("""() => {
      window.glides = 0;
      const animate = Element.prototype.animate;
      Element.prototype.animate = function (...said) { window.glides += 1; return animate.apply(this, said); };
    }""")
    grid.block(GALLERY).locator("a.to").focus()
    page.keyboard.press("ArrowDown")
    grid.settled("11:50")
    assert page.evaluate("window.glides") == 0
    page.emulate_media(reduced_motion="no-preference")
    page.keyboard.press("ArrowDown")
    grid.settled("11:55")
    assert page.evaluate("window.glides") > 0
