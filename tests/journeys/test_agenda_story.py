"""A newcomer signs in as organizer, moves a session into a conflict, sees it named, cures it, publishes."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Opens

TITLE = "Facilitators with a change-management expert"


def open_draft(page: Page) -> None:
    """From home to the draft by what stands on the pages."""
    page.get_by_role("link", name="Convenings").click()
    page.get_by_role("link", name=re.compile("Fall .* convening")).first.click()
    page.get_by_role("link", name=re.compile("draft", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draft agenda")


def move(page: Page, title: str, *, start: str) -> None:
    """Open a session beside the grid and give it another start, by its form."""
    page.locator("article.s").filter(has_text=title).get_by_role("link", name=title).first.click()
    panel = page.get_by_role("complementary", name="Session")
    panel.get_by_label("Start").first.fill(start)
    panel.get_by_role("button", name="Save").click()
    panel.get_by_role("link", name="Close").click()


def test_a_newcomer_moves_a_session_into_a_conflict_cures_it_and_publishes(opens: Opens) -> None:
    """Rules 3 and 15: what breaks protected team time is said in a sentence, a button cures it, a release is out."""
    page = opens("organizer")
    open_draft(page)
    findings = page.get_by_role("complementary", name=re.compile("Findings"))
    expect(findings.get_by_text("Must fix")).to_have_count(0)

    move(page, TITLE, start="14:55")
    expect(findings.get_by_text("Must fix").first).to_be_visible()
    named = findings.locator(".finding").filter(has_text="Must fix").filter(has_text=TITLE).first
    expect(named).to_contain_text("rule 3")
    expect(named).to_contain_text("Team time 1")

    page.get_by_role("link", name="Review and publish").click()
    expect(page.get_by_text("must be fixed first")).to_be_visible()
    page.go_back()

    finding = page.locator(".finding").filter(has_text="Must fix").filter(has_text=TITLE).first
    finding.get_by_role("button", name=re.compile("^Move “Facilitators")).click()
    expect(page.locator(".finding").filter(has_text="Must fix")).to_have_count(0)

    page.get_by_role("link", name="Review and publish").click()
    page.get_by_label("Note to readers").fill("The facilitators meet a little later.")
    page.get_by_role("button", name="Publish release 3").click()
    expect(page.get_by_role("status").filter(has_text="Release 3 is published.")).to_be_visible()
    page.get_by_role("link", name="All releases").click()
    expect(page.get_by_text("The facilitators meet a little later.")).to_be_visible()

    mayor = opens("mayor", PHONE)
    mayor.get_by_role("link", name="Agenda", exact=True).click()
    expect(mayor.get_by_text("Release 3,")).to_be_visible()


def test_the_same_is_done_without_a_line_of_javascript(opens: Opens) -> None:
    """Every act of the draft is a form: the page is drawn anew instead of in parts."""
    page = opens("organizer", java_script_enabled=False)
    open_draft(page)
    page.locator("article.s").filter(has_text=TITLE).get_by_role("link", name=TITLE).first.click()
    page.get_by_label("Start").first.fill("14:55")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".finding").filter(has_text="Must fix").first).to_be_visible()


def test_a_deleted_session_is_brought_back(opens: Opens) -> None:
    """Rule 21: deleting is putting away."""
    page = opens("organizer")
    open_draft(page)
    page.locator("article.s").filter(has_text="Gallery walk").get_by_role("link", name="Gallery walk").first.click()
    panel = page.get_by_role("complementary", name="Session")
    panel.get_by_role("button", name="Delete").click()
    expect(page.locator("article.s").filter(has_text="Gallery walk")).to_have_count(0)
    page.locator("#happened").get_by_role("button", name="Undo").click()
    expect(page.locator("article.s").filter(has_text="Gallery walk")).to_have_count(1)
