"""A facilitator has invitations come by mail, answers one on a phone by its link, and is told when it is off."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from app.database import Database
from app.mailing.invitation_letters import send_invitations
from app.models import OutboxLetter
from app.models.sealed import use_key
from app.settings import Settings
from tests.journeys.conftest import DESK, PHONE, Opens, Program
from tests.journeys.test_accessibility import troubles


def round_of_the_worker(program: Program) -> list[OutboxLetter]:
    """What the worker writes once nobody has edited for some minutes, without these; all invitations there are."""
    settings = Settings(data_dir=program.folder, base_url=program.address, invitation_quiet_minutes=0)
    use_key(settings.private_needs_key)
    database = Database(settings.database)
    send_invitations(database, settings)
    with database.read() as db:
        letters = select(OutboxLetter).where(OutboxLetter.purpose == "invitation").order_by(col(OutboxLetter.id))
        found = list(db.exec(letters))
    database.dispose()
    return found


def arranged(organizer: Page) -> str:
    """A meeting of everybody, arranged by an organizer; its address."""
    organizer.goto("/by-all-means/gatherings/new?kind=working-groups")
    organizer.get_by_label("Title").fill("Budget season")
    organizer.get_by_label("Day").fill("2031-03-04")
    organizer.get_by_label("Begins").fill("12:00")
    organizer.get_by_label(re.compile("^Everyone")).first.check()
    organizer.get_by_role("button", name="Put it on the calendar").click()
    expect(organizer.get_by_role("heading", level=1)).to_have_text("Budget season")
    return organizer.url


@pytest.mark.timeout(300)
def test_an_invitation_is_asked_for_answered_on_a_phone_and_called_off(opens: Opens, program: Program) -> None:
    facilitator = opens("facilitator")
    facilitator.goto("/me/calendar")
    facilitator.get_by_role("button", name="Send me invitations").click()
    expect(facilitator.get_by_role("button", name="Send me no more")).to_be_visible()
    round_of_the_worker(program)

    organizer = opens("organizer")
    place = arranged(organizer)
    invitation = round_of_the_worker(program)[-1]
    assert (invitation.subject.split(",")[0], invitation.calendar_method) == ("Invitation: Budget season", "REQUEST")
    link = re.search(r"http\S+/rsvp/\S+", invitation.text)
    assert link is not None

    reader = opens(None, PHONE, java_script_enabled=False)
    reader.goto(link[0])
    expect(reader.get_by_role("heading", level=1)).to_have_text("Budget season")
    reader.get_by_label("A word to the organizers").fill("From the second half on")
    reader.get_by_role("button", name="I may come").click()
    expect(reader.get_by_text("You said that you may come.")).to_be_visible()

    organizer.goto(place)
    expect(organizer.get_by_text("From the second half on")).to_be_visible()
    organizer.get_by_text("Call it off", exact=True).first.click()
    organizer.get_by_label("Why").fill("Snow in Cambridge")
    organizer.get_by_role("button", name="Call it off").click()
    expect(organizer.get_by_text("Called off.", exact=True)).to_be_visible()

    off = round_of_the_worker(program)[-1]
    assert (off.subject.split(",")[0], off.calendar_method) == ("Called off: Budget season", "CANCEL")
    assert "Snow in Cambridge" in off.text
    reader.reload()
    expect(reader.get_by_text("This is called off")).to_be_visible()


@pytest.mark.timeout(300)
def test_the_pages_of_invitations_and_busy_hours_can_be_used_by_everybody(opens: Opens, program: Program) -> None:
    facilitator = opens("facilitator")
    facilitator.goto("/me/calendar")
    facilitator.get_by_role("button", name="Send me invitations").click()
    link = re.search(r"http\S+/rsvp/\S+", round_of_the_worker(program)[-1].text)
    assert link is not None
    axe = opens("facilitator", bypass_csp=True)
    for address in (link[0], "/me/calendar", "/me/busy"):
        axe.goto(address)
        assert troubles(axe, (PHONE, DESK)) == [], address
