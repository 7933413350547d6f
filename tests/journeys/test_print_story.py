"""The lab prints badges, somebody else comes, and only what changed is printed; an attendee prints their own agenda."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE, Opens
from tests.journeys.test_accessibility import troubles
from tests.printing.reading import pages

STALE = "Changed since it was printed"


def convening_of(page: Page) -> str:
    """The address of the coming convening, with its page open."""
    page.goto("/by-all-means/convenings")
    page.get_by_role("link", name=re.compile("Fall .* convening")).first.click()
    return page.url


def opened(page: Page) -> list[str]:
    """Open to print what is made, as one does who then prints it: the words of its pages. The page is as it was."""
    here = page.url
    with page.expect_response(re.compile(r"/print/runs/\d+\.pdf")) as answer:
        page.get_by_role("button", name="Open to print").click()
    words = pages(page.request.get(answer.value.url).body())
    page.goto(here)
    return words


def test_badges_are_printed_somebody_else_comes_and_only_what_changed_is_printed_again(opens: Opens) -> None:
    organizer = opens("organizer", bypass_csp=True)  # so that axe can measure
    convening = convening_of(organizer)
    organizer.get_by_role("link", name="All prints").click()
    expect(organizer.get_by_text(STALE)).to_be_hidden()
    organizer.get_by_role("link", name="Name badges").click()
    said = organizer.get_by_text(re.compile(r"^\d+ badges on \d+ sheets, printed on one side\. Made from release 2"))
    expect(said).to_be_visible()
    badges, sheets = (int(one) for one in re.findall(r"\d+", said.inner_text())[:2])
    pictures = organizer.get_by_role("img", name=re.compile(f"^Page \\d+ of {sheets}$"))
    expect(pictures).to_have_count(sheets)
    expect(pictures.first).to_have_js_property("complete", True)
    assert pictures.first.evaluate("one => one.naturalWidth") > 200
    assert troubles(organizer, (DESK,)) == []
    assert len(opened(organizer)) == sheets
    expect(organizer.get_by_text("as printed")).to_have_count(min(badges, 20))

    facilitator = opens("facilitator", PHONE)
    facilitator.goto(f"{convening}/registration/team")
    mayor = facilitator.get_by_role("article", name=re.compile("Mayor,? ?")).first
    way = mayor.get_by_role("link", name=re.compile("^Somebody else comes"))
    leaving = str(way.get_attribute("aria-label")).removeprefix("Somebody else comes for ")
    way.click()
    facilitator.get_by_label("Somebody new").check()
    facilitator.get_by_label("Name (optional)").fill("Dee Puty")
    facilitator.get_by_label("E-mail").fill("dee@oakland.example")
    facilitator.get_by_role("button", name="Show what changes").click()
    facilitator.get_by_role("button", name="Let Dee Puty come").click()
    expect(facilitator.get_by_role("status").filter(has_text="Print one badge.")).to_be_visible()

    organizer.goto(f"{convening}/print")
    stale = organizer.get_by_role("region", name=STALE)
    expect(stale.get_by_role("listitem")).to_have_text(re.compile("Name badges: 1 badge new, 1 no longer wanted"))
    stale.get_by_role("link", name="Print what changed").click()
    expect(organizer.get_by_role("region", name="Throw away").get_by_role("listitem")).to_have_text(
        re.compile(f"{leaving}.*Release 2, printed")
    )
    expect(organizer.get_by_text("1 badge on 1 sheet. Made from release 2")).to_be_visible()
    assert troubles(organizer, (PHONE,)) == []
    (sheet,) = opened(organizer)
    assert "Dee Puty" in sheet
    expect(organizer.get_by_text("Nothing has changed since it was printed")).to_be_visible()

    facilitator.goto(f"{convening}/registration/team")
    another = facilitator.get_by_role("article").filter(has=facilitator.locator("summary", has_text="Not coming")).last
    another.get_by_text("Not coming").first.click()
    another.get_by_role("button").last.click()
    organizer.goto(f"{convening}/print")
    expect(stale.get_by_role("listitem")).to_have_text(re.compile("Name badges: 1 badge no longer wanted"))
    stale.get_by_role("link", name="Print what changed").click()
    organizer.get_by_role("button", name="They are thrown away").click()
    expect(organizer.get_by_role("status").filter(has_text="Noted as thrown away.")).to_be_visible()
    organizer.get_by_role("link", name="Print", exact=True).click()
    expect(organizer.get_by_role("heading", level=1)).to_have_text("Print")
    expect(organizer.get_by_text(STALE)).to_be_hidden()


def test_an_attendee_prints_their_own_agenda_from_a_phone(opens: Opens) -> None:
    mayor = opens("mayor", PHONE)
    mayor.goto("/me")
    name = mayor.get_by_label("Name", exact=True).input_value()
    convening = convening_of(mayor)
    for page in (convening, f"{convening}/agenda"):
        mayor.goto(page)
        way = mayor.get_by_role("link", name="Print my agenda")
        expect(way).to_be_visible()
        answer = mayor.request.get(str(way.get_attribute("href")))
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        (sheet,) = pages(answer.body())
        assert name in sheet
        assert "Release 2" in sheet
    mayor.get_by_role("link", name="All prints").click()
    mayor.get_by_role("link", name="Personal agendas").click()
    expect(mayor.get_by_text("1 agenda on 1 sheet. Made from release 2")).to_be_visible()
    expect(mayor.get_by_role("img", name="Page 1 of 1")).to_be_visible()
    assert mayor.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    (sheet,) = pages(
        mayor.request.get(str(mayor.get_by_role("link", name="Open to print").get_attribute("href"))).body()
    )
    assert name in sheet
