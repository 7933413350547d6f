"""A webinar from the idea to the recording: arranged on a desk, registered for on phones, joined by the button,
followed up, and what a city wants to learn more of.

The program's clock is the machine's: for the hour of the webinar to come, the webinar is moved to the hour.
"""

import re
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from app import clock
from tests.journeys.conftest import PHONE, Opens, Program
from tests.journeys.test_accessibility import troubles

MEETING = "https://meet.example.org/w-4411"
VIDEO = "https://video.example.org/consent"
TITLE = "Consent that families understand"


def letters(program: Program, to: str) -> list[tuple[str, str]]:
    """Subject and text of the letters to somebody, the oldest first."""
    with closing(sqlite3.connect(program.folder / "plenary.db", timeout=20)) as db:
        rows = db.execute("SELECT subject, text FROM outbox_letter WHERE recipient LIKE ? ORDER BY id", (f"%{to}%",))
        return [(subject, text) for subject, text in rows]


def letter(program: Program, to: str, subject: str) -> str:
    """The text of the letter that begins so, once it is there: the worker looks round every minute."""
    for _ in range(200):
        for said, text in letters(program, to):
            if said.startswith(subject):
                return text
        time.sleep(0.5)
    raise AssertionError(f"no letter “{subject}” to {to}: {[said for said, _ in letters(program, to)]}")


def own_link(text: str) -> str:
    found = re.search(r"(/webinars/[\w-]{43})\s", text)
    assert found, text
    return found[1]


def begins_in(program: Program, number: int, ahead: timedelta) -> None:
    """Move the webinar so that it begins then, with everybody told and registered since long."""
    start = (clock.now() + ahead).replace(second=0, microsecond=0)
    end, before = start + timedelta(minutes=75), start - timedelta(days=3)
    at = "%Y-%m-%d %H:%M:%S.%f"
    with closing(sqlite3.connect(program.folder / "plenary.db", timeout=20)) as db, db:
        db.execute(
            "UPDATE session SET starts_at = ?, ends_at = ? WHERE id = ?", (f"{start:{at}}", f"{end:{at}}", number)
        )
        db.execute(
            "UPDATE webinar_seat SET told = ?, changed_at = ? WHERE session_id = ?",
            (start.isoformat(), f"{before:{at}}", number),
        )


def meet(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<title>The meeting</title><h1>The meeting</h1>")


def accessible(page: Page, size: tuple[int, int]) -> None:
    assert troubles(page, (size,)) == []
    page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.mark.timeout(400)
def test_a_webinar_from_the_idea_to_the_recording(opens: Opens, program: Program, tmp_path: Path) -> None:
    organizer = opens("organizer", bypass_csp=True)  # so that axe can measure
    organizer.goto("/by-all-means/gatherings/new?kind=webinars")
    organizer.get_by_label("Title").fill(TITLE)
    organizer.get_by_label("Day", exact=True).fill(f"{clock.now() + timedelta(days=3):%Y-%m-%d}")
    organizer.get_by_label("What it is about").fill("Two pages instead of nine, in five languages.")
    organizer.get_by_label("Address to join").fill(MEETING)
    organizer.get_by_label("Who may know of it").select_option("public")
    organizer.get_by_role("button", name="Put it on the calendar").click()
    expect(organizer.get_by_role("heading", name="From the idea to the recording")).to_be_visible()
    desk = organizer.url
    number = int(desk.rsplit("/", 2)[1])
    here = f"/by-all-means/gatherings/{number}"
    organizer.get_by_label("Places").fill("1")
    organizer.get_by_role("button", name="Save").click()
    expect(organizer.get_by_text("0 of 1 places")).to_be_visible()
    accessible(organizer, (1280, 900))

    mayor = opens("mayor", PHONE)
    mayor.goto(here)
    expect(mayor.get_by_text("Register, and the link is here from")).to_be_visible()
    mayor.get_by_role("button", name="Register").click()
    expect(mayor.get_by_text("You are registered.").first).to_be_visible()

    stranger = opens(None, PHONE, bypass_csp=True)
    stranger.goto(here)
    accessible(stranger, PHONE)
    stranger.get_by_label("Your name").fill("Ada Roth")
    stranger.get_by_label("E-mail").fill("ada@example.org")
    stranger.get_by_role("button", name="Put me in line").click()
    expect(stranger.get_by_text("A letter with your own link is on its way")).to_be_visible()
    stranger.goto(own_link(letter(program, "ada@example.org", "You are number 1 in line")))
    expect(stranger.get_by_text("Ada Roth is number 1 in line.")).to_be_visible()

    organizer.get_by_label("Places").fill("20")
    organizer.get_by_role("button", name="Save").click()
    expect(organizer.get_by_role("status").filter(has_text="1 of the line have a place now.")).to_be_visible()
    assert MEETING not in stranger.content() + mayor.content()

    begins_in(program, number, timedelta(minutes=25))
    reminder = letter(program, "ada@example.org", "Reminder")
    assert "The door is open. Join here:" in reminder
    assert MEETING not in reminder
    for page, at in ((stranger, own_link(reminder)), (mayor, here)):
        page.context.route(f"{MEETING}*", meet)
        page.goto(at)
        page.get_by_role("button", name="Join").click()
        expect(page).to_have_title("The meeting")

    begins_in(program, number, timedelta(minutes=-90))
    organizer.goto(f"{here}/attendance")
    expect(organizer.get_by_text("2 of 2 came.")).to_be_visible()
    listed = tmp_path / "participants.csv"
    listed.write_text(
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)\n"
        "Ada Roth,ada@example.org,9/19/2017 1:00:00 PM,9/19/2017 1:40:00 PM,40\n"
        "Ada Roth,,9/19/2017 1:45:00 PM,9/19/2017 2:15:00 PM,30\n"
        "Mayor’s iPad,,9/19/2017 1:00:00 PM,9/19/2017 2:15:00 PM,75\n"
    )
    organizer.get_by_role("link", name="Bring in the service’s list").click()
    organizer.get_by_label("File").set_input_files(listed)
    organizer.get_by_role("button", name="Look at it").click()
    expect(organizer.get_by_text("Nothing has been written yet.")).to_be_visible()
    accessible(organizer, (1280, 900))
    organizer.get_by_label("Whose seat Mayor’s iPad had").select_option(index=1)
    organizer.get_by_role("button", name="Take the list").click()
    expect(organizer.get_by_role("status").filter(has_text="2 noted.")).to_be_visible()
    expect(organizer.get_by_role("row").filter(has_text="Ada Roth")).to_contain_text("70")

    organizer.goto(desk)
    organizer.get_by_label("Address").fill(VIDEO)
    organizer.get_by_role("button", name="Put it into the library").click()
    expect(organizer.get_by_role("link", name=f"Recording: {TITLE}")).to_be_visible()
    organizer.get_by_role("link", name="Write it").click()
    organizer.get_by_label("To those who came").fill("Thank you for your **questions**.")
    organizer.get_by_role("button", name="Write it down and look at it").click()
    expect(organizer.locator("article strong").filter(has_text="questions")).to_be_visible()
    accessible(organizer, (1280, 900))
    organizer.locator("summary").filter(has_text="Send it").click()
    organizer.get_by_role("button", name="Send 2 letters").click()
    expect(organizer.get_by_role("status").filter(has_text="2 letters go out now.")).to_be_visible()

    after = letter(program, "ada@example.org", "After")
    assert VIDEO in after
    stranger.goto(own_link(after))
    expect(stranger.get_by_role("link", name=f"Recording: {TITLE}")).to_be_visible()
    mayor.goto(here)
    mayor.get_by_label("What about it?").fill("May we have the two pages?")
    mayor.get_by_role("button", name="Ask", exact=True).click()
    expect(mayor.get_by_role("status").filter(has_text="It stands among your city’s asks.")).to_be_visible()
    facilitator = opens("facilitator")
    facilitator.goto("/by-all-means/learning")
    expect(facilitator.get_by_text("May we have the two pages?")).to_be_visible()
    organizer.goto(desk)
    expect(organizer.locator(".timeline .is-done")).to_have_count(6)  # all but the announcement, which names no speaker
