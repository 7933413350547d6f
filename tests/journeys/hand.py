"""The draft's grid under a test's hand: where a time and a room are in the window, the mouse, a finger."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

Point = tuple[float, float]

PLACE = """([date, wall, room]) => {
  const board = document.querySelector(`.board[data-date="${date}"]`);
  const across = board.dataset.axis === "across";
  const [start, end, from, size] = across ? ["left", "right", "top", "height"] : ["top", "bottom", "left", "width"];
  const paper = board.querySelector(".paper").getBoundingClientRect();
  const step = (paper[end] - paper[start]) / Number(board.dataset.rows);
  const label = [...board.querySelectorAll(".hour")].findLast((one) => one.dataset.time <= `${date}T${wall}`);
  const minutes = (new Date(`${date}T${wall}Z`) - new Date(`${label.dataset.time}Z`)) / 60000;
  const along = label.getBoundingClientRect()[start] + (minutes / 5) * step;
  const named = (one) => one.querySelector("strong").textContent === room;
  const head = [...board.querySelectorAll(".room")].find(named).getBoundingClientRect();
  const beside = head[from] + Math.min(head[size] / 2, 60);
  return across ? [along, beside] : [beside, along];
}"""
"""Where a wall time in a room is in the window."""

REVEAL = """([date, wall, room]) => {
  const board = document.querySelector(`.board[data-date="${date}"]`);
  const scroller = board.closest(".grid-scroll");
  scrollBy(0, scroller.getBoundingClientRect().top - 80);
  const [x, y] = (PLACE)([date, wall, room]);
  const corner = scroller.getBoundingClientRect();
  scroller.scrollBy(x - corner.left - 300, y - corner.top - 200);
}""".replace("PLACE", PLACE)
"""Scroll until that place is in view, away from the edges at which a drag scrolls."""

CALM = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const drawn = () => [...document.querySelectorAll(".grid-scroll, .s[id]")].map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return [x, y, width, height].join();
  }).join(" ");
  const moving = () => document.querySelector(".ghost, .htmx-request")
    || document.getAnimations().some((one) => one.effect.target?.matches(".s") && one.playState === "running");
  for (let before = "", same = 0; same < 4; ) {
    await frame();
    const now = drawn();
    same = now === before && !moving() ? same + 1 : 0;
    before = now;
  }
}"""
"""Resolves when an eye would call the page still: nothing asked, nothing gliding, no box moved for some frames."""


class Grid:
    """A draft's page. `date` is the day whose board is meant; a session is known by its title.

    A hand that is not `patient` does not wait until the page is still.
    """

    patient = True

    def __init__(self, page: Page, date: str) -> None:
        self.page = page
        self.date = date
        self.panel = page.get_by_role("complementary", name="Session")
        self.happened = page.locator("#happened")
        self.trouble = page.locator("#trouble")
        self.said = page.locator(".drag-said")

    def block(self, title: str) -> Locator:
        return self.page.locator(".board > .s[id]").filter(has=self._link(title))

    def waiting(self, title: str) -> Locator:
        """A session in the tray."""
        return self.page.locator("#tray .s").filter(has=self._link(title))

    def calm(self) -> None:
        """Wait until the page is still: who aims at what moves, misses it."""
        if self.patient:
            self.page.evaluate(CALM)

    def place(self, wall: str, room: str) -> Point:
        """The middle of a room's column, a little below a wall time's line."""
        x, y = self.page.evaluate(PLACE, [self.date, wall, room])
        return x, y + 2

    def reveal(self, wall: str, room: str) -> None:
        self.calm()
        self.page.evaluate(REVEAL, [self.date, wall, room])
        self.calm()

    def grab(self, where: Point, to: Point) -> None:
        """Press the mouse at a point and move it to another, without letting go."""
        mouse = self.page.mouse
        mouse.move(*where)
        mouse.down()
        mouse.move(where[0] + 8, where[1] + 8)
        mouse.move(*to, steps=6)

    def drag(self, where: Point, to: Point) -> None:
        self.grab(where, to)
        self.page.mouse.up()

    def draw(self, walls: str, room: str) -> None:
        """Draw a stretch such as "09:00–10:15" on empty time: the form of a new session opens."""
        start, end = walls.split("–")
        self.reveal(start, room)
        self.drag(self.place(start, room), self.place(end, room))
        expect(self.panel.get_by_role("heading", name="New session")).to_be_visible()

    def top_of(self, title: str) -> Point:
        """A point of a block, near its start and clear of its end."""
        return self._of(self.block(title), 40, 12)

    def reveal_beside_the_tray(self, wall: str, room: str) -> None:
        """Scroll until the tray is in view, and the grid over it so that the place is."""
        self.calm()
        self.page.locator("#tray").scroll_into_view_if_needed()
        x, y = self.place(wall, room)
        shift = "([x, y]) => document.querySelector('.grid-scroll').scrollBy(x - 400, y - innerHeight / 2)"
        self.page.evaluate(shift, [x, y])
        self.calm()

    def waiting_at(self, title: str) -> Point:
        return self._of(self.waiting(title), 30, 10)

    def end_of(self, title: str) -> Point:
        """A block's last pixels, by which it is pulled longer or shorter."""
        self.calm()
        box = self.block(title).bounding_box()
        assert box
        return box["x"] + 40, box["y"] + box["height"] - 2

    def start_of(self, title: str) -> Point:
        return self._of(self.block(title), 40, 2)

    def move(self, title: str, wall: str, room: str) -> None:
        """Drag a block so that it begins at a wall time in a room; both have to be in view."""
        self.calm()
        x, y = self.place(wall, room)
        self.drag(self.top_of(title), (x, y - 2 + 12))

    def settled(self, said: str | re.Pattern[str]) -> None:
        """Wait until the server has said what happened."""
        expect(self.happened).to_contain_text(said)

    def expect_at(self, title: str, start: str, minutes: int, where: str) -> None:
        """Wait until a session stands there: its start, such as "10:30", its minutes, and where."""
        block = self.block(title)
        expect(block).to_have_attribute("data-start", f"{self.date}T{start}")
        expect(block).to_have_attribute("data-minutes", str(minutes))
        expect(block.locator(".where")).to_have_text(where)

    def stands(self, title: str) -> tuple[str, int, str]:
        """A session's start in wall time, its minutes, and where, as its block says."""
        block = self.block(title)
        start, minutes = block.get_attribute("data-start"), block.get_attribute("data-minutes")
        assert start
        assert minutes
        where: str = block.locator(".where").evaluate("one => one.textContent")
        return start, int(minutes), where.strip()

    def scroll(self) -> list[float]:
        """How far the page and the first grid are scrolled."""
        places: list[float] = self.page.evaluate(
            """() => {
              const { scrollLeft, scrollTop } = document.querySelector(".grid-scroll");
              return [scrollY, scrollLeft, scrollTop];
            }"""
        )
        return places

    def _link(self, title: str) -> Locator:
        whole = re.escape(title).replace("/", r"\/")  # Playwright writes a pattern between slashes
        return self.page.get_by_role("link", name=re.compile(f"{whole}$"))

    def _of(self, block: Locator, right: float, down: float) -> Point:
        self.calm()
        box = block.bounding_box()
        assert box
        return box["x"] + min(right, box["width"] / 2), box["y"] + down


class Finger:
    """Touches of a real touch screen, as the browser gets them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.screen = page.context.new_cdp_session(page)

    def press(self, where: Point) -> None:
        self._touch("touchStart", where)

    def rest(self, where: Point) -> None:
        """Press, and stay for longer than it takes to pick up."""
        self.press(where)
        self.page.wait_for_timeout(450)

    def move(self, where: Point, to: Point) -> None:
        for step in range(1, 11):
            share = step / 10
            self._touch("touchMove", (where[0] + (to[0] - where[0]) * share, where[1] + (to[1] - where[1]) * share))
            self.page.wait_for_timeout(16)

    def lift(self) -> None:
        self.screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def _touch(self, kind: str, where: Point) -> None:
        point: dict[str, Any] = {"x": where[0], "y": where[1]}
        self.screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})


def draft_of(page: Page, convening: str = "Fall") -> str:
    """Open the draft of the sample's next convening; returns the date that its first tab shows."""
    page.goto("/by-all-means/convenings")
    page.get_by_role("link", name=re.compile(f"{convening} .* convening")).first.click()
    page.get_by_role("link", name=re.compile("draft", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draft agenda")
    page.wait_for_load_state()  # the grid's modules have run
    date = page.locator(".board").first.get_attribute("data-date")
    assert date
    return date
