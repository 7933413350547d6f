"""A frab schedule is imported, shown, exported and imported again without a difference."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.exchange.making import frab, programme
from tests.journeys.conftest import Opens

SESSIONS = 40


def choose(page: Page, file: Path) -> None:
    page.get_by_label(re.compile("file", re.IGNORECASE)).set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the import would do")


def test_a_schedule_comes_in_is_shown_goes_out_and_comes_back_without_difference(opens: Opens, tmp_path: Path) -> None:
    schedule = tmp_path / "schedule.xml"
    made = programme(SESSIONS, rooms=4, days=2)
    schedule.write_bytes(frab(made))
    page = opens("organizer")
    page.get_by_role("link", name="Convenings", exact=True).first.click()
    page.get_by_role("link", name="Import one").click()

    choose(page, schedule)
    expect(page.get_by_text("Nothing has been written yet.")).to_be_visible()
    page.get_by_label("Its address").fill("made-up")
    page.get_by_role("button", name="Make the convening").click()
    page.goto("/by-all-means/convenings/made-up/agenda/draft?day=all")
    expect(page.locator("article.s:not(.again)")).to_have_count(SESSIONS)
    first = min(made.talks, key=lambda talk: talk.start)
    expect(page.locator("article.s").filter(has_text=first.title).first).to_contain_text(f"{first.start:%H:%M}")

    page.get_by_role("link", name="Review and publish").click()
    if page.get_by_label("Why the findings may stand").count():
        page.get_by_label("Why the findings may stand").fill("It is another conference's own.")
    page.get_by_role("button", name="Publish release 1").click()
    expect(page.get_by_role("status").filter(has_text="Release 1 is published.")).to_be_visible()
    page.get_by_role("link", name="The agenda now").click()
    expect(page.get_by_text(first.title).first).to_be_visible()

    exported = tmp_path / "exported.xml"
    exported.write_bytes(page.request.get("/by-all-means/convenings/made-up/agenda.xml").body())
    for file in (exported, schedule):
        page.goto("/by-all-means/convenings/made-up/import")
        choose(page, file)
        expect(page.get_by_text("There is nothing to import: the draft says all of this already.")).to_be_visible()
