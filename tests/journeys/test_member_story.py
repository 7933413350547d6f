"""A member registers, subscribes, and the feed and the PDF show the release just published."""

import re
from pathlib import Path

import icalendar
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.conftest import PHONE, Opens
from tests.journeys.test_agenda_story import move, open_draft

CLOSE = "Survey and close"


def test_a_member_registers_subscribes_and_sees_the_release_everywhere(opens: Opens, tmp_path: Path) -> None:
    """Rules 15 and 16: the page, the feed and the print all show release 3, and the feed keeps its identifiers."""
    member = opens("superintendent", PHONE)
    member.goto("/by-all-means/convenings")
    member.get_by_role("link", name=re.compile("Fall .* convening")).first.click()
    convening = member.url
    member.goto(f"{convening}/registration/form")
    member.get_by_label("Vegetarian").check()
    member.get_by_label("Anything else about food").fill("No walnuts")
    member.get_by_role("button", name=re.compile("^(Register me|Save the changes)")).click()
    expect(member.get_by_role("heading", level=1)).to_contain_text("You have a place")
    expect(member.get_by_text("No walnuts")).to_be_visible()

    member.get_by_role("link", name="Me", exact=True).click()
    member.get_by_role("link", name=re.compile("calendar", re.IGNORECASE)).first.click()
    member.get_by_role("button", name="Make my calendar’s address").click()
    address = member.get_by_label("The address of your calendar").input_value()
    before = entries(member.request.get(address).text())

    organizer = opens("organizer")
    open_draft(organizer)
    organizer.get_by_role("navigation", name="Days").get_by_role("link", name="Wed").click()
    move(organizer, CLOSE, start="15:20")
    expect(organizer.get_by_role("status").filter(has_text=CLOSE)).to_be_visible()
    organizer.get_by_role("link", name="Review and publish").click()
    organizer.get_by_role("button", name="Publish release 3").click()
    expect(organizer.get_by_role("status").filter(has_text="Release 3 is published.")).to_be_visible()

    after = entries(member.request.get(address).text())
    assert after.keys() == before.keys(), "no identifier came or went"
    changed = {uid for uid in after if after[uid] != before[uid]}
    assert [after[uid][0] for uid in changed] == [CLOSE]
    (uid,) = changed
    assert after[uid][1].endswith("15:20")
    assert after[uid][2] == before[uid][2] + 1, "the sequence rose by one"

    member.goto(f"{convening}/agenda")
    expect(member.get_by_text("Release 3,")).to_be_visible()
    printed = tmp_path / "agenda.pdf"
    printed.write_bytes(member.request.get(f"{convening}/agenda.pdf").body())
    text = "\n".join(page.extract_text() for page in PdfReader(printed).pages)
    assert "Release 3" in text
    assert re.search(rf"15:20.{{0,20}}.*{CLOSE}", text, re.DOTALL)


def entries(text: str) -> dict[str, tuple[str, str, int]]:
    """Title, local start and sequence of each entry of a feed, by UID; read by a parser that is not ours."""
    return {
        str(event["UID"]): (str(event["SUMMARY"]), f"{event.start:%Y-%m-%d %H:%M}", int(event.get("SEQUENCE", 0)))
        for event in icalendar.Calendar.from_ical(text).events
        if "RECURRENCE-ID" not in event
    }
