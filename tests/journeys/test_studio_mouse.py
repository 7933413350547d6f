"""The whole sample convening, 27 sessions on two days, is built from an empty draft with a mouse."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Opens
from tests.journeys.hand import Grid

WIDE = (1600, 1200)
TUESDAY, WEDNESDAY = "2028-11-14", "2028-11-15"
TEAM_ROOMS = tuple(f"Team Room {number}" for number in range(1, 7))
CITIES = ("Louisville", "Newton", "Oakland", "Providence", "Salem", "Somerville")
OTHERS = ("Mayors’ education leads", "Health and human services leads", "Out-of-school and nonprofit leads")


@dataclass(frozen=True)
class Planned:
    """A line of the sample's table: whom it is for are labels of the form (none: everyone)."""

    walls: str
    title: str
    rooms: tuple[str, ...]
    format: str
    whom: tuple[str, ...] = ()
    openness: str = "cohort"
    protected: bool = False
    choice: str = ""

    @property
    def minutes(self) -> int:
        start, end = (int(wall[:2]) * 60 + int(wall[3:]) for wall in self.walls.split("–"))
        return end - start

    def stands(self, date: str) -> tuple[str, int, str]:
        rest = f" and {len(self.rooms) - 1} more" if len(self.rooms) > 1 else ""
        return f"{date}T{self.walls[:5]}", self.minutes, self.rooms[0] + rest


GCC, HALL = ("GCC",), ("Askwith Hall",)
DAY_ONE = (
    Planned("07:45–08:30", "Check-in and breakfast", GCC, "meal"),
    Planned("08:30–09:00", "Welcome and goals", GCC, "plenary"),
    Planned("09:00–10:15", "Mayors’ updates I", GCC, "mayors' update"),
    Planned("10:30–11:45", "Mayors’ updates II", GCC, "mayors' update"),
    Planned("11:45–12:30", "Gallery walk: Measures posters", GCC, "gallery walk"),
    Planned("12:30–13:30", "Lunch at cross-city tables", GCC, "meal"),
    Planned("13:30–14:45", "Mayors’ peer session", ("Eliot-Lyman",), "role-alike", ("Mayors",), "closed"),
    Planned(
        "13:30–14:45", "Superintendents’ peer session", ("Classroom A",), "role-alike", ("Superintendents",), "closed"
    ),
    Planned("13:30–14:45", "Facilitators with an expert", ("Classroom B",), "role-alike", ("Facilitators",)),
    Planned("13:30–14:45", "Data working group", ("Classroom C",), "working group", ("District data leads",)),
    Planned("13:30–14:45", "Role-alike: the other roles", GCC, "role-alike", OTHERS),
    Planned("14:55–16:05", "Team time 1", TEAM_ROOMS, "team time", CITIES, protected=True),
    Planned("16:15–17:10", "Keynote", HALL, "plenary", openness="public"),
    Planned("17:10–17:30", "Panel mic check", HALL, "internal", ("Lab organizers",), "closed"),
    Planned("17:30–19:00", "Askwith Forum: four mayors", HALL, "plenary", openness="press"),
    Planned("19:15–21:00", "Team-mixed dinner", ("The Boathouse",), "meal"),
)
DAY_TWO = (
    Planned("07:30–08:30", "Mayors’ unstructured breakfast", ("Classroom A",), "unstructured", ("Mayors",)),
    Planned("08:30–08:50", "Day-one reflections", GCC, "plenary"),
    Planned("09:00–10:15", "Consultancies: six problems of practice", TEAM_ROOMS, "consultancy"),
    Planned("10:30–11:30", "Financing strategies", ("Classroom A",), "workshop", choice="Wednesday"),
    Planned("10:30–11:30", "Racial equity", ("Classroom B",), "workshop", choice="Wednesday"),
    Planned("10:30–11:30", "Integrated data", ("Classroom C",), "workshop", choice="Wednesday"),
    Planned("11:40–12:15", "Ask/offer meetings", GCC, "consultancy"),
    Planned("12:15–13:15", "Lunch, unstructured", GCC, "unstructured", protected=True),
    Planned("13:15–14:45", "Team time 2: six-month commitments", TEAM_ROOMS, "team time", CITIES, protected=True),
    Planned("14:45–15:15", "Commitment share-out", GCC, "plenary"),
    Planned("15:15–15:30", "Survey and close", GCC, "plenary"),
)


def begin_a_convening(page: Page) -> None:
    """An empty convening on two days, in the sample's venue."""
    page.goto("/by-all-means/convenings/new")
    page.get_by_label("Title").fill("Built by hand")
    page.get_by_label("First day").fill(TUESDAY)
    page.get_by_label("Last day").fill(WEDNESDAY)
    page.get_by_label("Venue").select_option("Harvard Graduate School of Education")
    page.get_by_role("button", name="Create the convening").click()
    page.goto("/by-all-means/convenings/built-by-hand/agenda/draft")
    expect(page.get_by_role("heading", level=1)).to_have_text("Draft agenda")


def say(grid: Grid, one: Planned) -> None:
    """Fill what the panel asks, and put the session on the draft."""
    panel = grid.panel
    panel.get_by_label("Title", exact=True).fill(one.title)
    panel.locator("[name=format]").select_option(one.format)
    panel.locator("[name=openness]").select_option(one.openness)
    for number, room in enumerate(one.rooms[1:], 2):
        line = panel.get_by_label(f"Room {number}", exact=True)
        if not line.is_visible():
            panel.get_by_role("button", name="Another room").click()
        expect(line).to_be_visible()
        line.select_option(label=line.locator("option").filter(has_text=room).first.inner_text())
    if one.whom:
        panel.get_by_label("Everyone of the cohort").uncheck()
        panel.get_by_text("By role, city or name").click()
        for label in one.whom:
            panel.locator("#f-audience").get_by_label(label, exact=True).first.check()
    if one.protected:
        panel.get_by_text("Closed or protected").click()
        panel.get_by_label("Protected time").check()
    if one.choice:
        panel.get_by_text("Choice and Measures").click()
        panel.get_by_label("Choice group").fill(one.choice)


def put_on_the_draft(grid: Grid, title: str) -> None:
    grid.panel.get_by_role("button", name="Put it on the draft").click()
    grid.settled(f"“{title}” is on the draft")
    expect(grid.panel.get_by_role("heading")).to_have_count(0)


def draw(grid: Grid, one: Planned) -> None:
    grid.draw(one.walls, one.rooms[0])
    say(grid, one)
    put_on_the_draft(grid, one.title)


@pytest.mark.timeout(300)
def test_the_whole_sample_convening_is_built_from_an_empty_draft_by_mouse(opens: Opens) -> None:
    page = opens("organizer", WIDE)
    begin_a_convening(page)
    day_one = Grid(page, TUESDAY)
    build_day_one(day_one)
    assert {one.title: day_one.stands(one.title) for one in DAY_ONE} == {
        one.title: one.stands(TUESDAY) for one in DAY_ONE
    }

    page.get_by_role("link", name="Wed 15 Nov").click()
    expect(page.locator(f".board[data-date='{WEDNESDAY}']")).to_be_visible()
    page.wait_for_load_state()
    day_two = Grid(page, WEDNESDAY)
    build_day_two(day_two)
    assert {one.title: day_two.stands(one.title) for one in DAY_TWO} == {
        one.title: one.stands(WEDNESDAY) for one in DAY_TWO
    }
    page.get_by_role("link", name="All days").click()
    expect(page.locator(".board > .s[id]")).to_have_count(27)
    expect(page.locator("#tray .s")).to_have_count(0)
    expect(page.locator(".finding").filter(has_text="Must fix")).to_have_count(0)


def build_day_one(grid: Grid) -> None:
    """Drawn where they stand. The grid of an empty day is from eight to six, so what lies beyond is said in the panel:
    breakfast at a quarter to eight, the forum until seven, the dinner after it."""
    breakfast, *rest, forum, dinner = DAY_ONE
    grid.draw("08:00–08:45", "GCC")
    grid.panel.get_by_label("Start").fill("07:45")
    say(grid, breakfast)
    put_on_the_draft(grid, breakfast.title)
    for one in rest:
        draw(grid, one)
    grid.draw("17:30–18:00", "Askwith Hall")
    grid.panel.get_by_label("Minutes", exact=True).fill("90")
    say(grid, forum)
    put_on_the_draft(grid, forum.title)
    grid.draw("18:00–18:45", "The Boathouse")
    grid.panel.get_by_label("Start").fill("19:15")
    grid.panel.get_by_label("Minutes", exact=True).fill("105")
    say(grid, dinner)
    put_on_the_draft(grid, dinner.title)


def build_day_two(grid: Grid) -> None:
    """Some wait in the tray first, some are drawn wrongly and put right: moved, pulled, swapped."""
    breakfast, reflections, consultancies, financing, equity, data, asks, lunch, team, share_out, close = DAY_TWO
    grid.draw("08:00–09:00", "Classroom A")
    grid.panel.get_by_label("Start").fill("07:30")
    say(grid, breakfast)
    put_on_the_draft(grid, breakfast.title)
    for one in (reflections, consultancies, lunch, team, share_out):
        draw(grid, one)

    for one in (financing, equity, data):
        grid.page.get_by_role("link", name="New session").click()
        grid.panel.get_by_label("Day").fill("")
        grid.panel.get_by_label("Start").fill("")
        say(grid, one)
        put_on_the_draft(grid, one.title)
        expect(grid.waiting(one.title)).to_be_visible()
    place_from_the_tray(grid, financing.title, "Classroom B")
    place_from_the_tray(grid, equity.title, "Classroom A")
    place_from_the_tray(grid, data.title, "Classroom C")
    swap(grid, financing.title, equity.title)

    grid.draw("11:00–11:35", "Eliot-Lyman")
    say(grid, asks)
    put_on_the_draft(grid, asks.title)
    grid.move(asks.title, "11:40", "GCC")
    grid.expect_at(asks.title, "11:40", 35, "GCC")

    grid.draw("15:15–15:45", "GCC")
    say(grid, close)
    put_on_the_draft(grid, close.title)
    end = grid.end_of(close.title)
    grid.drag(end, (end[0], grid.place("15:30", "GCC")[1] - 2))
    expect(grid.block(close.title)).to_have_attribute("data-minutes", "15")


def place_from_the_tray(grid: Grid, title: str, room: str) -> None:
    """To half past ten; the tray lies below the grid, so the page is scrolled until both are in view."""
    grid.reveal_beside_the_tray("10:30", room)
    where = grid.waiting_at(title)
    x, y = grid.place("10:30", room)
    grid.drag(where, (x, y + 3))
    grid.expect_at(title, "10:30", 60, room)


def swap(grid: Grid, title: str, other: str) -> None:
    """Let go on the mark at the other's corner."""
    grid.reveal("10:30", "Classroom A")
    box = grid.block(other).bounding_box()
    assert box
    grid.drag(grid.top_of(title), (box["x"] + box["width"] - 20, box["y"] + box["height"] - 12))
    grid.expect_at(title, "10:30", 60, "Classroom A")
    grid.expect_at(other, "10:30", 60, "Classroom B")
