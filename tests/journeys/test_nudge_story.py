"""An organizer writes to a city on a phone: the letter changes while they type, goes once, and is seen on the board."""

import email
import time
from email.message import EmailMessage
from email.policy import default

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Opens, Program

WORDS = "Shall we call on Thursday? Ten minutes are enough."


def letters(program: Program) -> list[EmailMessage]:
    """The nudges that the worker has delivered, once there is one."""
    for _ in range(200):
        if found := sorted((program.folder / "mail").glob("*-update-nudge.eml")):
            return [email.message_from_bytes(one.read_bytes(), policy=default) for one in found]
        time.sleep(0.1)
    raise AssertionError("no letter went within twenty seconds")


def test_an_organizer_writes_to_a_city_and_all_see_it_where_they_should(opens: Opens, program: Program) -> None:
    page = opens("organizer", PHONE)
    page.goto("/by-all-means/updates")
    board = page.url
    page.get_by_role("link", name="Write to Providence’s facilitator").click()
    letter = page.get_by_role("article", name="The letter as it would go now")
    expect(letter).to_contain_text("Providence’s update for")
    page.get_by_label("A sentence of your own").type(WORDS)
    expect(letter).to_contain_text(WORDS)
    other_tab = page.context.new_page()
    other_tab.goto(page.url)
    other_tab.get_by_label("A sentence of your own").fill(WORDS)
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("status")).to_contain_text("has your letter.")
    row = page.locator(".board > li", has_text="Providence")
    expect(row).to_contain_text("nudged ")

    other_tab.get_by_role("button", name="Send it").click()
    expect(other_tab.get_by_role("status")).to_contain_text("They have your letter.")
    (gone,) = letters(program)
    for kind in ("plain", "html"):
        body = gone.get_body((kind,))
        assert body is not None
        assert WORDS in body.get_content()

    page.goto(f"{board}/nudges")
    expect(page.get_by_text(f"Written by Miriam Castellanos: {WORDS}")).to_be_visible()
    mayor = opens("mayor", PHONE)
    mayor.goto(board)
    expect(mayor.locator(".board")).not_to_contain_text("nudged")
