"""What trips other editors: heads, midnight, nothing left of a session, two drags at once, a network that is gone."""

import re

from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import Opens
from tests.journeys.hand import Grid, draft_of

GALLERY = "Gallery walk: Measures posters"
UPDATES = "Mayors’ updates II: Salem, Somerville, Newton"
LUNCH = "Lunch at cross-city tables"
DINNER = "Team-mixed dinner"

COUNT_GLIDES = """() => {
  window.glides = 0;
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...said) { window.glides += 1; return animate.apply(this, said); };
}"""

SECOND_POINTER = """(id) => {
  const block = document.getElementById(id);
  const box = block.getBoundingClientRect();
  for (const [kind, x] of [["pointerdown", 20], ["pointermove", 200], ["pointerup", 200]]) {
    const at = { clientX: box.left + x, clientY: box.top + 20 };
    block.dispatchEvent(new PointerEvent(kind, { pointerId: 77, bubbles: true, button: 0, ...at }));
  }
}"""


def opened(opens: Opens, wall: str = "11:45", room: str = "GCC") -> Grid:
    page = opens("organizer")
    grid = Grid(page, draft_of(page))
    grid.reveal(wall, room)
    return grid


def held(page: Page) -> str | None:
    """The id of what is held, as the page says it to its other modules."""
    said: str | None = page.evaluate("document.body.dataset.held ?? null")
    return said


def test_while_a_session_is_held_the_grid_shows_who_is_busy_and_which_rooms_fit(opens: Opens) -> None:
    """Words at the pointer, bands over the day, marks on the heads. Escape lets go, and all is as it was."""
    grid = opened(opens)
    page = grid.page
    x, y = grid.place("10:45", "Eliot-Lyman")
    grid.grab(grid.top_of(GALLERY), (x, y + 10))
    expect(grid.said).to_contain_text("10:45–11:30, Eliot-Lyman")
    expect(grid.said).to_contain_text("others are busy")
    expect(grid.said).to_contain_text(re.compile(r"\d+ of 80 places"))
    assert held(page) == grid.block(GALLERY).get_attribute("id")
    assert page.locator(".hand-under .busy").count() > 3
    assert "GCC" in page.locator(".room[data-fit=fits] strong").all_inner_texts()
    assert "Team Room 1" in page.locator(".room[data-fit=small] strong").all_inner_texts()

    page.evaluate(SECOND_POINTER, grid.block(LUNCH).get_attribute("id"))
    assert held(page) == grid.block(GALLERY).get_attribute("id"), "a second pointer is ignored"

    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".hand, .ghost, .room[data-fit]")).to_have_count(0)
    expect(page.locator("#panel > *")).to_have_count(0)
    assert held(page) is None
    grid.expect_at(GALLERY, "11:45", 45, "GCC")


def test_a_session_is_let_go_anywhere(opens: Opens) -> None:
    """On a head and outside nothing happens, and it says so; over another it overlaps, on purpose; on its mark, or
    with Alt, the two are swapped; over the tray it waits. The grid keeps its place."""
    grid = opened(opens)
    page = grid.page
    head = page.locator(".room[data-room]").nth(2).bounding_box()
    assert head
    grid.drag(grid.top_of(GALLERY), (head["x"] + 30, head["y"] + 15))
    grid.settled("here nothing happens. Nothing was moved.")
    grid.reveal("11:45", "GCC")
    grid.drag(grid.top_of(GALLERY), (1100, 500))
    grid.settled("Let go over the grid or the tray. Nothing was moved.")
    grid.expect_at(GALLERY, "11:45", 45, "GCC")

    before = grid.scroll()
    grid.move(GALLERY, "11:00", "GCC")
    grid.expect_at(GALLERY, "11:00", 45, "GCC")
    grid.settled("conflict")
    grid.expect_at(UPDATES, "10:30", 75, "GCC")
    assert grid.scroll() == before

    x, y = grid.top_of(LUNCH)
    grid.grab(grid.top_of(GALLERY), (x, y + 20))
    page.keyboard.down("Alt")
    expect(grid.said).to_contain_text(f"Swap with “{LUNCH}”")
    page.mouse.up()
    page.keyboard.up("Alt")
    expect(grid.block(GALLERY)).to_have_attribute("data-start", f"{grid.date}T12:30")
    expect(grid.block(LUNCH)).to_have_attribute("data-start", f"{grid.date}T11:00")

    grid.reveal_beside_the_tray("19:15", "The Boathouse")
    tray = page.locator("#tray").bounding_box()
    assert tray
    grid.drag(grid.top_of(DINNER), (tray["x"] + 60, tray["y"] + 15))
    expect(grid.waiting(DINNER)).to_be_visible()
    grid.reveal_beside_the_tray("17:30", "GCC")
    x, y = grid.place("17:30", "GCC")
    grid.drag(grid.waiting_at(DINNER), (x, y + 3))
    grid.expect_at(DINNER, "17:30", 105, "GCC")


def test_a_session_is_pulled_at_both_ends(opens: Opens) -> None:
    """Never to nothing: one line of the scale is the least; and past midnight, where the grid goes on."""
    grid = opened(opens)
    end = grid.end_of(GALLERY)
    grid.drag(end, (end[0], end[1] - 300))
    grid.expect_at(GALLERY, "11:45", 5, "GCC")

    start = grid.start_of(UPDATES)
    grid.drag(start, (start[0], grid.place("11:00", "GCC")[1]))
    grid.expect_at(UPDATES, "11:00", 45, "GCC")

    grid.reveal("19:15", "The Boathouse")
    x, y = grid.end_of(DINNER)
    grid.grab((x, y), (x, min(y + 400, 890)))
    expect(grid.said).to_contain_text(re.compile("19:15–0[1-3]:"), timeout=20_000)
    grid.page.mouse.up()
    grid.settled("19:15")
    expect(grid.page.locator(".hour").last).to_have_attribute("data-time", re.compile(f"^(?!{grid.date})"))
    assert grid.stands(DINNER)[1] >= 4 * 60 + 45


def test_on_a_coarser_scale_a_drag_stays_on_its_lines(opens: Opens) -> None:
    """What stands between two lines stays there when only its room changes."""
    page = opens("organizer")
    date = draft_of(page)
    page.goto(f"{page.url.partition('?')[0]}?scale=30")
    grid = Grid(page, date)
    grid.reveal("10:30", "GCC")
    x, y = grid.top_of(GALLERY)
    grid.drag((x, y), (grid.place("11:45", "Eliot-Lyman")[0], y + 1))
    grid.expect_at(GALLERY, "11:45", 45, "Eliot-Lyman")
    grid.move(GALLERY, "10:10", "Eliot-Lyman")
    grid.expect_at(GALLERY, "10:00", 45, "Eliot-Lyman")


def test_drops_that_follow_each_other_wait_and_a_lost_network_leaves_nothing_half_done(opens: Opens) -> None:
    """Also of the same session: what one did oneself a moment ago is no stale ground."""
    grid = opened(opens)
    page = grid.page
    under_way: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if under_way:
            route.continue_()
        under_way.append(route)

    page.route("**/placement", hold_the_first)
    grid.calm()
    grid.patient = False
    grid.move(GALLERY, "12:00", "Eliot-Lyman")
    grid.move(LUNCH, "12:40", "Eliot-Lyman")
    grid.move(GALLERY, "12:20", "GCC")
    assert len(under_way) == 1
    under_way[0].continue_()
    grid.expect_at(GALLERY, "12:20", 45, "GCC")
    grid.expect_at(LUNCH, "12:40", 60, "Eliot-Lyman")
    expect(page.locator(".ghost")).to_have_count(0)
    expect(page.locator("#panel > *")).to_have_count(0)

    grid.patient = True
    grid.grab(grid.top_of(GALLERY), grid.place("11:00", "Eliot-Lyman"))
    page.context.set_offline(True)
    page.mouse.up()
    expect(grid.trouble).to_contain_text("could not be reached, so nothing was changed")
    expect(page.locator(".ghost")).to_have_count(0)
    grid.expect_at(GALLERY, "12:20", 45, "GCC")

    page.context.set_offline(False)
    expect(grid.trouble).to_be_empty()
    expect(page.locator("[data-line]")).to_be_empty()
    grid.reveal("11:45", "GCC")
    grid.move(GALLERY, "12:00", "Eliot-Lyman")
    grid.expect_at(GALLERY, "12:00", 45, "Eliot-Lyman")


def test_a_drop_on_ground_that_another_changed_shows_both_versions(opens: Opens) -> None:
    grid = opened(opens)
    page = grid.page
    number = grid.block(GALLERY).get_attribute("id")
    assert number
    page.evaluate("document.querySelector('[data-live]')?.remove()")
    grid.grab(grid.top_of(GALLERY), grid.place("13:00", "Eliot-Lyman"))
    here, _, _ = page.url.partition("/agenda/draft")
    origin = {"Origin": here.partition("/by-all-means")[0]}
    meanwhile = page.context.request.post(
        f"{here}/sessions/{number[1:]}/placement", form={"start": "12:05"}, headers=origin
    )
    assert meanwhile.ok
    page.mouse.up()
    expect(grid.panel).to_contain_text("Nothing has been changed yet")
    grid.expect_at(GALLERY, "12:05", 45, "GCC")


def test_empty_time_is_drawn_on_and_a_moved_session_glides_unless_less_motion_is_asked_for(opens: Opens) -> None:
    page = opens("organizer", reduced_motion="reduce")
    grid = Grid(page, draft_of(page))
    grid.reveal("09:30", "Eliot-Lyman")
    grid.grab(grid.place("09:30", "Eliot-Lyman"), grid.place("10:30", "Eliot-Lyman"))
    expect(grid.said).to_contain_text("New session, 09:30–10:30, Eliot-Lyman")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator("#panel > *")).to_have_count(0)
    grid.draw("09:30–10:30", "Eliot-Lyman")
    values = {name: grid.panel.locator(f"[name={name}]").first.input_value() for name in ("day", "start", "minutes")}
    assert values == {"day": grid.date, "start": "09:30", "minutes": "60"}
    page.keyboard.press("Escape")

    page.evaluate(COUNT_GLIDES)
    grid.block(GALLERY).locator("a.to").focus()
    page.keyboard.press("ArrowDown")
    grid.expect_at(GALLERY, "11:50", 45, "GCC")
    assert page.evaluate("window.glides") == 0
    page.emulate_media(reduced_motion="no-preference")
    page.keyboard.press("ArrowDown")
    grid.expect_at(GALLERY, "11:55", 45, "GCC")
    assert page.evaluate("window.glides") > 0
