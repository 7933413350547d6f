"""A mayor cannot come: another takes the place, from a phone, in one screen; then it is taken back (rule 10)."""

import re

import icalendar
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Opens

MAYORS_ONLY = "Mayors’ unstructured breakfast"


def feed_of(page: Page) -> dict[str, str]:
    """The titles in a person's calendar address with their state."""
    page.goto("/me/calendar")
    make = page.get_by_role("button", name="Make my calendar’s address")
    if make.is_visible():
        make.click()
    body = page.request.get(page.get_by_label("The address of your calendar").input_value()).text()
    return {
        str(one["summary"]): str(one.get("status", "CONFIRMED"))
        for one in icalendar.Calendar.from_ical(body).walk("VEVENT")
    }


def test_somebody_else_comes_for_the_mayor_and_it_is_taken_back(opens: Opens) -> None:
    """Rules 10, 13 and 16: the facilitator's phone, the organizer's desk, the substitute's agenda and feed."""
    member, facilitator = opens("member", PHONE), opens("facilitator", PHONE)
    member.goto("/me")
    name = member.get_by_label("Name", exact=True).input_value()
    before = feed_of(member)
    assert not any(MAYORS_ONLY in title for title in before)

    facilitator.goto("/by-all-means/convenings")
    facilitator.get_by_role("link", name=re.compile("Fall .* convening")).first.click()
    convening = facilitator.url
    facilitator.goto(f"{convening}/registration/team")
    facilitator.get_by_role("article", name=re.compile("Mayor,? ?")).first.get_by_role(
        "link", name=re.compile("^Somebody else comes")
    ).click()
    facilitator.get_by_label(re.compile(name)).check()
    facilitator.get_by_role("button", name="Show what changes").click()
    expect(facilitator.get_by_text("The office itself, and with it the approval of the city’s update")).to_be_visible()
    expect(facilitator.get_by_text("was to present")).to_be_visible()
    expect(facilitator.get_by_text("One badge, with a code of its own")).to_be_visible()
    assert facilitator.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    facilitator.get_by_label("Why").fill("A storm at home")
    facilitator.get_by_role("button", name=f"Let {name} come").click()
    expect(facilitator.get_by_role("status").filter(has_text=f"{name} comes in the place of")).to_be_visible()

    during = feed_of(member)
    assert {title for title in during if MAYORS_ONLY in title}, "the seat’s sessions are the substitute’s"
    assert not any("adaptive leadership" in title for title in during), "but for the closed ones"
    member.goto(f"{convening}/agenda")
    expect(member.get_by_text(MAYORS_ONLY).first).to_be_visible()
    mayor = opens("mayor", PHONE)
    assert "CANCELLED" in {state for title, state in feed_of(mayor).items() if MAYORS_ONLY in title}

    organizer = opens("organizer")
    organizer.goto(f"{convening}/registration/board")
    organizer.get_by_role("link", name="Substitutions").click()
    expect(organizer.get_by_role("rowheader", name=name)).to_be_visible()
    expect(organizer.get_by_text("A storm at home")).to_be_visible()
    organizer.get_by_text("Take it back").first.click()
    organizer.get_by_role("button", name="Take it back").click()
    expect(organizer.get_by_role("status").filter(has_text="has the place again")).to_be_visible()
    after = feed_of(member)
    assert {title: state for title, state in after.items() if title in before} == before
    assert {state for title, state in after.items() if title not in before} == {"CANCELLED"}, "called off, not dropped"
    assert "CANCELLED" not in {state for title, state in feed_of(mayor).items() if MAYORS_ONLY in title}
