"""A facilitator's month: a point before the call, the call run from a phone, what was promised, and the next call."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from playwright.sync_api import Locator, Page, expect

from app import clock
from tests.journeys.conftest import PHONE, Opens

SERIES = "/by-all-means/gatherings/series/facilitator-call"
EASTERN = ZoneInfo("America/New_York")
OPEN, CLOSED = "Late buses in the first week", "What we tell a mayor in confidence"
pytestmark = pytest.mark.timeout(240)


def test_a_month_of_a_facilitator_from_a_point_to_what_the_next_call_carries(opens: Opens) -> None:
    """Rules 8, 13, 14, 16 and 21."""
    phone = opens("facilitator", PHONE)
    this_call, next_call = coming(phone)[:2]
    put_point(phone, this_call, OPEN, minutes="10")
    put_point(phone, this_call, CLOSED, confidential=True)
    expect(point(phone, CLOSED)).to_contain_text("Confidential")

    desk = opens("facilitator")
    desk.goto(this_call)
    drag_to_the_top(desk, OPEN)
    expect(desk.locator(".points li").first).to_contain_text(OPEN)
    desk.reload()
    expect(desk.locator(".points li").first).to_contain_text(OPEN)

    organizer = opens("organizer")
    organizer.goto(this_call)
    expect(point(organizer, OPEN)).to_be_visible()
    expect(organizer.get_by_text(CLOSED)).to_have_count(0)
    moved = the_day_after(organizer, this_call)
    assert moved in starts(phone), "the calendar has the moved call"

    phone.goto(f"{this_call}/running")
    phone.get_by_role("button", name=f"Dealt with: {CLOSED}").click()
    expect(phone.get_by_role("button", name=f"Dealt with: {CLOSED}")).to_have_attribute("aria-pressed", "true")
    write_together(phone, desk, this_call)
    phone.get_by_role("textbox", name="In confidence").fill("What stays among us")
    expect(phone.locator("[data-notes=confidential] [data-said]")).to_contain_text("Saved")
    phone.get_by_text("Write down an action").click()
    phone.get_by_label("What will be done").fill("Ask for the bus plan")
    owner = phone.get_by_label("By whom")
    owner.select_option(owner.locator("option", has_text="Takahashi-Reyes").get_attribute("value"))
    phone.get_by_role("button", name="Write it down").click()
    phone.goto("/")
    expect(phone.get_by_role("link", name="Ask for the bus plan")).to_be_visible()

    move(organizer, this_call, clock.today("America/New_York") - timedelta(days=1), "09:00")
    organizer.goto(this_call)
    expect(organizer.get_by_text("Two buses come late")).to_be_visible()
    expect(organizer.get_by_text("What stays among us")).to_have_count(0)
    expect(organizer.get_by_text("it stands on")).to_have_count(3)  # two of the sample's, and the one that was added

    phone.goto(next_call)
    expect(point(phone, OPEN)).to_contain_text("since the call of")
    expect(phone.get_by_text(CLOSED)).to_have_count(0)
    action = phone.get_by_role("button", name="Done: Ask for the bus plan")
    action.click()
    expect(phone.get_by_text("Ask for the bus plan")).to_have_count(0)


def coming(page: Page) -> list[str]:
    """The addresses of the calls to come."""
    page.goto(SERIES)
    links = page.locator("section[aria-labelledby=coming] .gathering-title a")
    return [str(links.nth(number).get_attribute("href")) for number in range(links.count())]


def point(page: Page, title: str) -> Locator:
    return page.locator(".points li").filter(has_text=title)


def put_point(page: Page, call: str, title: str, *, minutes: str = "", confidential: bool = False) -> None:
    page.goto(call)
    page.get_by_text("Add your point").click()
    page.get_by_label("Your point").fill(title)
    page.get_by_label("Minutes").fill(minutes)
    if confidential:
        page.get_by_label("Confidential: the lab never sees it").check()
    page.get_by_role("button", name="Put it on the agenda").click()
    expect(page.get_by_role("status").filter(has_text="It is on the agenda.")).to_be_visible()


def drag_to_the_top(page: Page, title: str) -> None:
    held = page.locator(".points li").filter(has_text=title).locator(".point-handle")
    held.scroll_into_view_if_needed()
    first = page.locator(".points li").first.bounding_box()
    box = held.bounding_box()
    assert first is not None
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, first["y"] + 30, steps=5)
    with page.expect_response(lambda answer: answer.url.endswith("/place")):
        page.mouse.move(box["x"] + 10, first["y"] + 2)
        page.mouse.up()


def the_day_after(page: Page, call: str) -> datetime:
    """Move one call to three o'clock of the day after; its new start, UTC."""
    page.goto(f"{call}/edit")
    day = date.fromisoformat(page.get_by_label("Day").input_value()) + timedelta(days=1)
    move(page, call, day, "15:00")
    return datetime(day.year, day.month, day.day, 15, tzinfo=EASTERN)


def move(page: Page, call: str, day: date, wall: str) -> None:
    page.goto(f"{call}/edit")
    page.get_by_label("Day").fill(day.isoformat())
    page.get_by_label("Begins").fill(wall)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


def starts(page: Page) -> set[datetime]:
    """When the facilitator's calendar has the dates of the call that were moved by themselves."""
    page.goto("/me/calendar")
    button = page.get_by_role("button", name="Make my calendar’s address")
    if button.count():
        button.click()
    address = page.get_by_label("The address of your calendar").input_value()
    found = icalendar.Calendar.from_ical(page.request.get(address).text())
    moved = [event for event in found.events if "RECURRENCE-ID" in event and "call" in str(event["SUMMARY"]).lower()]
    return {event.start.astimezone(EASTERN) for event in moved if isinstance(event.start, datetime)}


def write_together(phone: Page, desk: Page, call: str) -> None:
    """Two devices write the notes at once; each word of both is there in the end."""
    desk.goto(f"{call}/running")
    notes = "For all who may read the call"
    phone.get_by_label(notes).fill("Two buses come late")
    expect(phone.locator("[data-notes=open] [data-said]")).to_contain_text("Saved")
    desk.get_by_label(notes).fill("Oakland has a plan")
    expect(desk.locator("[data-notes=open] [data-said]")).to_contain_text("together with what others wrote")
    expect(desk.get_by_label(notes)).to_have_value("Two buses come late\n\nOakland has a plan")
