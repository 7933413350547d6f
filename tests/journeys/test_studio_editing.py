"""A session is edited beside the grid: who comes is counted live, parts are put in order, Save keeps both places."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE, Opens
from tests.journeys.hand import draft_of


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_an_organizer_edits_a_session_and_keeps_both_places(opens: Opens, screen: tuple[int, int]) -> None:
    page = opens("organizer", screen)
    draft_of(page)
    page.locator(".s").filter(has_text="Mayors’ updates I:").locator("a.to").first.click()
    panel = page.get_by_role("complementary", name="Session")
    whom = panel.locator("#whom")
    expect(whom).to_contain_text("people: 6 mayors, 6 superintendents")
    panel.get_by_text("By role, city or name").click()
    panel.get_by_label("Everyone of the cohort").uncheck()
    expect(whom).to_contain_text("Nobody yet.")
    panel.get_by_role("group", name="Roles", exact=True).get_by_label("Mayors", exact=True).check()
    expect(whom).to_contain_text("6 people: 6 mayors.")

    parts = panel.locator("#f-items")
    parts.get_by_role("button", name="Part 2 earlier").click()
    first = parts.get_by_label("City of part 1").locator("option:checked")
    expect(first).to_have_text("Oakland")
    parts.get_by_label("Minutes of part 1").fill("35")
    parts.get_by_label("Minutes of part 1").blur()
    expect(panel.locator("#sum")).to_have_text("The parts take 85 minutes, 10 more than the session has.")

    placed, scrolled = page.evaluate("scrollY"), panel.evaluate("panel => panel.scrollTop")
    assert scrolled > 0
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator("#editor-state")).to_have_text("Saved")
    expect(page.locator("#happened")).to_contain_text("“Mayors’ updates I: Louisville, Oakland, Providence” is saved")
    assert (page.evaluate("scrollY"), panel.evaluate("panel => panel.scrollTop")) == (placed, scrolled)
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator("#editor-state")).to_have_text("Saved")
