"""An update goes from draft to a peer's phone."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Opens

STORY = "Forty families walked in on the first night, and eleven came back with a neighbour."


def open_ours(page: Page) -> None:
    page.get_by_role("link", name="Updates", exact=True).first.click()
    expect(page.get_by_role("region", name="Cities")).to_be_visible()


def test_an_update_goes_from_the_facilitators_draft_to_a_peers_phone(opens: Opens) -> None:
    """Rules 5 and 7: answered, written, approved by the mayor alone, released, and only then read by others."""
    writer = opens("facilitator")
    open_ours(writer)
    writer.get_by_role("link", name=re.compile("Go on writing|Begin with")).click()
    place = writer.url.removesuffix("/edit")
    for answer in writer.locator("fieldset.answer").all():
        answer.get_by_label(re.compile("On track", re.IGNORECASE)).first.check()
    for section in writer.locator(".desk-section textarea[name^=body]").all():
        section.fill(STORY)
    writer.get_by_role("button", name="Save and send to the mayor").click()
    expect(writer.get_by_text("With the mayor").first).to_be_visible()

    organizer = opens("organizer")
    organizer.goto(place)
    expect(organizer.get_by_text(STORY)).to_have_count(0)

    mayor = opens("mayor", PHONE)
    expect(mayor.get_by_role("link", name=re.compile("pprove")).first).to_be_visible()
    mayor.get_by_role("link", name=re.compile("pprove")).first.click()
    expect(mayor.get_by_text(STORY).first).to_be_visible()
    mayor.get_by_role("button", name="Approve", exact=True).click()
    expect(mayor.get_by_text("Approved").first).to_be_visible()

    open_ours(organizer)
    organizer.get_by_text(re.compile("^Release")).first.click()
    organizer.get_by_role("button", name=re.compile("Release")).last.click()

    peer = opens("staff", PHONE)
    peer.goto(place)
    expect(peer.get_by_text(STORY).first).to_be_visible()
    assert peer.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
