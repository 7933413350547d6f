"""Registering in a browser: a facilitator's eight on a phone, a mayor by an assistant, a person by private link."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Opens, Program
from tests.journeys.test_accessibility import troubles

TEAM = "FROM registration WHERE city_id = (SELECT id FROM city WHERE slug = 'oakland')"


def forget_the_team(program: Program) -> None:
    """As if nobody of Oakland had been asked yet; past convenings go too, which no page of these stories shows."""
    with closing(sqlite3.connect(program.folder / "plenary.db", timeout=20)) as db, db:
        for table in ("presence_window", "private_needs", "travel", "registration_answer", "session_choice"):
            db.execute(f"DELETE FROM {table} WHERE registration_id IN (SELECT id {TEAM})")
        db.execute(f"DELETE FROM check_in WHERE registration_id IN (SELECT id {TEAM})")
        db.execute("DELETE FROM substitution")
        db.execute(f"DELETE {TEAM}")
        db.execute("UPDATE delegation SET taken = 0, sponsored_taken = 0")


def letters(program: Program) -> list[str]:
    with closing(sqlite3.connect(program.folder / "plenary.db", timeout=20)) as db:
        return [text for (text,) in db.execute("SELECT text FROM outbox_letter ORDER BY id")]


def registration_of(page: Page) -> str:
    """The address of the coming convening's registration."""
    page.goto("/by-all-means/convenings")
    page.get_by_role("link", name=re.compile("Fall .* convening")).first.click()
    return f"{page.url}/registration"


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.timeout(300)
def test_a_facilitator_registers_eight_people_in_one_sitting_on_a_phone(opens: Opens, program: Program) -> None:
    """After one is saved the next one's form is there; nobody goes back to the team in between."""
    forget_the_team(program)
    facilitator = opens("facilitator", PHONE, bypass_csp=True)  # so that axe can measure
    at = registration_of(facilitator)
    facilitator.goto(f"{at}/team")
    expect(facilitator.get_by_text("0 of 8 have answered.")).to_be_visible()
    assert troubles(facilitator, (PHONE,)) == []
    first = facilitator.get_by_role("link", name="Register Renata Villaseñor")
    expect(first).to_be_focused()
    first.click()
    for number in range(1, 9):
        own = number == 3
        expect(facilitator.get_by_role("heading", level=1)).to_have_text(
            "Register" if own else re.compile("^Register of ")
        )
        assert fits(facilitator)
        if not own:
            facilitator.get_by_label("Nothing special is needed").check()
        if number == 1:
            facilitator.get_by_label("A part of it").check()
            facilitator.get_by_label("from", exact=True).first.fill("10:30")
            expect(facilitator.locator(".stays-missed")).to_contain_text("They would miss 2: Welcome and goals")
            expect(facilitator.locator("#kept")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
            assert troubles(facilitator, (PHONE,)) == []
        last = number == 8
        name = re.compile("^Register " if last else "^Save and next: ")
        facilitator.get_by_role("button", name=name).click()
        expect(facilitator.get_by_role("status").first).to_contain_text("has a place.")
    expect(facilitator.get_by_text("8 of 8 have answered.")).to_be_visible()
    expect(facilitator.get_by_text("Has a place", exact=True)).to_have_count(8)
    expect(facilitator.get_by_text("Tue", exact=False).filter(has_text="from 10:30")).to_have_count(1)


@pytest.mark.timeout(300)
def test_a_mayors_assistant_registers_the_mayor_and_does_not_read_the_needs_back(
    opens: Opens, program: Program
) -> None:
    """Rule 12; the band says for whom, all the time."""
    forget_the_team(program)
    assistant = opens("assistant")
    at = registration_of(assistant)
    assistant.goto(at)
    expect(assistant.get_by_label("Acting for another")).to_contain_text("You act for Renata Villaseñor")
    assistant.get_by_label("A part of it").check()
    assistant.get_by_role("checkbox", name=re.compile("^Wed ")).uncheck()
    assistant.get_by_label("until", exact=True).first.fill("13:00")
    assistant.get_by_role("textbox", name="Access").fill("A seat by the door")
    expect(assistant.locator("#kept")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    expect(assistant.locator(".stays-missed")).to_contain_text("They would miss")
    assistant.get_by_label("They have been told this").check()
    assistant.get_by_role("button", name="Register Renata Villaseñor").click()
    expect(assistant.get_by_role("heading", level=1)).to_have_text("Renata Villaseñor has a place")
    expect(assistant.get_by_text("until 13:00")).to_be_visible()
    expect(assistant.get_by_text("A seat by the door")).to_have_count(0)
    mayor = opens("mayor", PHONE)
    mayor.goto(at)
    expect(mayor.get_by_text("A seat by the door")).to_be_visible()


@pytest.mark.timeout(300)
def test_a_person_registers_by_private_link_on_a_phone_and_what_was_typed_outlives_a_lost_network(
    opens: Opens, program: Program
) -> None:
    """A fresh browser without an account; typed as far as the network went, reloaded, finished."""
    forget_the_team(program)
    facilitator = opens("facilitator")
    at = registration_of(facilitator)
    facilitator.goto(f"{at}/team")
    facilitator.get_by_role("button", name="Invite all 8 not asked yet").click()
    expect(facilitator.get_by_role("status").first).to_contain_text("8 invited.")
    letter = next(text for text in letters(program) if "Dolores" in text and "/by-link/" in text)
    path = re.search(r"/by-all-means\S+/by-link/\S+", letter)
    assert path

    person = opens(None, PHONE, bypass_csp=True)
    person.goto(path[0])
    expect(person.get_by_role("heading", level=1)).to_have_text("Register")
    assert troubles(person, (PHONE,)) == []
    person.context.set_offline(True)
    person.get_by_label("Vegetarian").check()
    expect(person.locator("#kept")).to_contain_text("Not saved: no network")
    person.context.set_offline(False)
    expect(person.locator("#kept")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    person.get_by_label("Whom to call").fill("Sam Etxeberria")
    person.get_by_label("Their number").fill("510 555 0100")
    expect(person.locator("#kept")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    person.reload()
    expect(person.get_by_text("Food and access were answered.")).to_be_visible()
    person.get_by_role("group", name=re.compile("list of participants")).get_by_label("Yes").check()
    person.get_by_role("group", name=re.compile("photographs")).get_by_label("No").check()
    person.get_by_label("I have read this").check()
    person.get_by_role("button", name="Register me").click()
    expect(person.get_by_role("heading", level=1)).to_have_text("You have a place")
    expect(person.get_by_text("Sam Etxeberria")).to_have_count(0)

    facilitator.goto(f"{at}/team")
    expect(facilitator.get_by_role("article", name=re.compile("Dolores"))).to_contain_text("Has a place")


@pytest.mark.timeout(300)
def test_a_save_that_gets_no_answer_is_said_loses_nothing_and_holds_up_nobody(opens: Opens, program: Program) -> None:
    """A network that takes and never answers; the page says so, and the form that is sent then says it all."""
    forget_the_team(program)
    person = opens("member")
    person.goto(registration_of(person))
    person.route("**/registration/draft", lambda route: None)
    person.get_by_role("textbox", name="Access").fill("A seat by the door")
    expect(person.locator("#kept")).to_contain_text("Not saved: no answer yet. It is kept here and tried again.")
    person.get_by_role("textbox", name="Access").fill("A seat by the window")
    person.get_by_label("I have read this").check()
    person.wait_for_timeout(1_500)  # by now the next save is on its way, too
    person.get_by_role("button", name="Register me").click()
    expect(person.get_by_role("heading", level=1)).to_have_text("You have a place", timeout=7_000)
    expect(person.get_by_text("A seat by the window")).to_be_visible()


@pytest.mark.timeout(300)
def test_travel_and_answers_are_saved_as_typed_on_a_phone_and_what_is_open_is_said(
    opens: Opens, program: Program
) -> None:
    person = opens("superintendent", PHONE, bypass_csp=True)
    at = registration_of(person)
    with closing(sqlite3.connect(program.folder / "plenary.db", timeout=20)) as db, db:
        db.execute("DELETE FROM travel")
        db.execute("DELETE FROM registration_answer")
    person.goto(at)
    expect(person.get_by_text("Still missing: the organizers’ questions, arrival and departure.")).to_be_visible()
    person.get_by_role("link", name="Answer the organizers’ questions").click()
    expect(person.locator("[data-gap=answers]")).to_have_text(
        re.compile("^Still to answer: “Will you come to the dinner")
    )
    person.get_by_role("group", name=re.compile("^Will you come to the dinner")).get_by_label("Yes").check()
    expect(person.locator("[data-gap=answers]")).to_have_text("")
    person.get_by_label("Arriving by").fill("The night train")
    saved = person.locator("form.journey [data-kept]")
    expect(saved).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    assert fits(person)
    assert troubles(person, (PHONE,)) == []
    person.get_by_label("I come from nearby").check()
    expect(person.locator("[data-gap=travel]")).to_have_text("")
    expect(person.get_by_label("Arriving by")).to_be_hidden()
    person.get_by_label("I come from nearby").uncheck()
    expect(person.locator("[data-gap=travel]")).to_have_text("Not said yet: arrival and departure.")
    person.reload()
    expect(person.get_by_label("Arriving by")).to_have_value("The night train")
    expect(person.get_by_role("group", name=re.compile("^Will you come")).get_by_label("Yes")).to_be_checked()
