"""Finding a time for six mayors: proposed by their hours, answered by an assistant's phone, booked with one press."""

import re
import time
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import icalendar
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE, Opens, Program
from tests.journeys.test_accessibility import troubles

TITLE = "Mayors: what we would not say aloud"
MAYORS = {
    "renata.villasenor@oakland.example.org": "Oakland",
    "marguerite.okafor-bell@louisville.example.org": "Louisville",
    "anselmo.teixeira-pires@providence.example.org": "Providence",
    "eleanor.voss@salem.example.org": "Salem",
    "lorenzo.battistella@somerville.example.org": "Somerville",
    "jonathan.feldscher@newton.example.org": "Newton",
}
ASSISTANT = "deandre.whitfield@oakland.example.org"


def letters(program: Program, purpose: str, count: int) -> dict[str, EmailMessage]:
    """The letters of a purpose by the reader's address, once the worker has sent so many."""
    for _ in range(300):
        found = {}
        for path in sorted((program.folder / "mail").glob(f"*-{purpose}.eml")):
            mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
            found[mail["To"].addresses[0].addr_spec] = mail
        if len(found) >= count:
            return found
        time.sleep(0.1)
    raise AssertionError(f"only {sorted(found)} have a letter for {purpose}")


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def signed_in(opens: Opens, program: Program, email: str) -> Page:
    """A browser in which somebody has signed in by a letter's link."""
    page = opens(None)
    page.goto("/sign-in")
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    for _ in range(300):
        mail = letters(program, "sign-in", 1).get(email)
        if mail is not None:
            break
        time.sleep(0.1)
    assert mail is not None
    link = re.search(r"/sign-in/\S+", words(mail))
    assert link
    page.goto(link[0])
    page.get_by_role("button", name="Come in").click()
    expect(page.get_by_role("heading", name="Due")).to_be_visible()
    return page


def feed_of(page: Page) -> icalendar.Calendar:
    page.goto("/me/calendar")
    page.get_by_role("button", name="Make my calendar’s address").click()
    body = page.request.get(page.get_by_label("The address of your calendar").input_value()).body()
    return icalendar.Calendar.from_ical(body)


def test_a_time_is_found_for_six_mayors(opens: Opens, program: Program) -> None:
    """Rules 13 and 14: everybody's own hours; an assistant answers and is told no more than has to be."""
    organizer = opens("organizer")
    organizer.goto("/by-all-means/gatherings")
    organizer.get_by_role("link", name="Find a time").click()
    organizer.get_by_role("link", name="Find a time").first.click()
    organizer.get_by_label("Title").fill(TITLE)
    organizer.get_by_label("Mayors", exact=True).check()
    organizer.get_by_role("button", name="See which times suit").click()
    expect(organizer.get_by_text("Oakland had the early hour last time.")).to_be_visible()
    expect(organizer.get_by_role("table", name=re.compile("hours of New York")).first).to_be_visible()
    times = organizer.get_by_role("checkbox", name=re.compile("Everybody is free"))
    times.nth(0).check()
    times.nth(2).check()
    organizer.get_by_role("button", name="Ask about these times").click()
    expect(organizer.get_by_role("status").filter(has_text="6 asked")).to_be_visible()

    asked = letters(program, "poll-asked", 7)
    assert asked.keys() == MAYORS.keys() | {ASSISTANT}
    assert re.search(
        r"P[SD]T \(\d\d:\d\d–\d\d:\d\d in New York\)", words(asked["renata.villasenor@oakland.example.org"])
    )
    assert re.search(r"–\d\d:\d\d E[SD]T\n", words(asked["eleanor.voss@salem.example.org"]))
    assert TITLE not in words(asked[ASSISTANT])
    link = re.search(r"/times/[\w-]{43}\?who=\d+", words(asked[ASSISTANT]))
    assert link

    phone = opens(None, PHONE)
    phone.goto(link[0])
    expect(phone.get_by_role("heading", level=1)).to_have_text("Peer session")
    assert TITLE not in phone.content()
    looked_at = opens(None, PHONE, bypass_csp=True)  # axe sets styles of its own
    looked_at.goto(link[0])
    assert troubles(looked_at, (PHONE, DESK)) == []
    for choice in phone.locator(".answer-choice").all():
        box = choice.bounding_box()
        assert box
        assert box["height"] >= 44
    first, second = phone.get_by_role("group", name=re.compile("P[SD]T")).all()
    first.get_by_label("Yes").check()
    second.get_by_label("No", exact=True).check()
    expect(phone.get_by_label("DeAndre Whitfield, for them")).to_be_checked()
    phone.get_by_label("Anything the organizers should know").fill("Council begins at nine")
    phone.get_by_role("button", name="Send the answer").click()
    expect(phone.get_by_text("Answered by DeAndre Whitfield")).to_be_visible()

    mayor = opens("mayor", PHONE)
    mayor.goto("/by-all-means/gatherings")
    mayor.get_by_role("link", name=TITLE).click()
    expect(mayor.get_by_text("1 of 1 who answered can.")).to_be_visible()

    organizer.reload()
    expect(organizer.get_by_text("answered by DeAndre Whitfield")).to_be_visible()
    expect(organizer.get_by_text("“Council begins at nine”")).to_be_visible()
    best = organizer.locator(".slot").first
    when = best.get_by_role("heading").inner_text()
    best.get_by_text("Book", exact=True).click()
    best.get_by_role("button", name="Book this time").click()
    expect(organizer.get_by_role("status").filter(has_text="Booked.")).to_be_visible()
    expect(organizer.get_by_text(when).first).to_be_visible()

    booked = letters(program, "poll-booked", 7)
    assert booked.keys() == MAYORS.keys() | {ASSISTANT}
    starts, uids = set(), set()
    for email, mail in booked.items():
        (part,) = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
        body = part.get_payload(decode=True)
        assert isinstance(body, bytes)
        (event,) = icalendar.Calendar.from_ical(body).events
        starts.add(event.start)
        uids.add(str(event["UID"]))
        assert str(event["SUMMARY"]) == ("Peer session" if email == ASSISTANT else TITLE)
    assert len(starts) == len(uids) == 1

    for email in MAYORS:
        page = signed_in(opens, program, email)
        (mine,) = [one for one in feed_of(page).events if str(one["UID"]) in uids]
        assert str(mine["SUMMARY"]) == TITLE
        assert {mine.start} == starts
        assert mine.end - mine.start == timedelta(hours=1)
    phone.reload()
    expect(phone.get_by_text("Booked:")).to_be_visible()
    assert not phone.get_by_role("button", name="Save the change").is_visible()
