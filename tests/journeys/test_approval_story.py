"""A mayor approves on a phone from a letter; what is out is corrected, and words are taken out of it."""

import re
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from app.database import Database
from app.models import OutboxLetter
from tests.journeys.conftest import PHONE, Opens, Program

STORY = "Forty families walked in on the first night, and Tomasina Quill came back with a neighbour."
NAME = "Tomasina Quill"
CORRECTED = "Fifty families walked in on the first night, and Tomasina Quill came back with a neighbour."


def letter(program: Program, purpose: str, pattern: str) -> str:
    """What a pattern finds in the newest letter of a purpose in which it stands."""
    database = Database(f"sqlite:///{program.folder / 'plenary.db'}")
    with database.read() as db:
        texts = db.exec(
            select(OutboxLetter.text).where(OutboxLetter.purpose == purpose).order_by(col(OutboxLetter.id).desc())
        ).all()
    database.dispose()
    found = next((match for text in texts if (match := re.search(pattern, text))), None)
    assert found, f"no letter “{purpose}” has this"
    return found[0]


def write(page: Page, *, body: str = STORY) -> None:
    for answer in page.locator("fieldset.answer").all():
        answer.get_by_label(re.compile("On track", re.IGNORECASE)).first.check()
    for section in page.locator(".desk-section textarea[name^=body]").all():
        section.fill(body)
    page.get_by_role("button", name="Save and send to the mayor").click()
    expect(page.get_by_text("With the mayor").first).to_be_visible()


def release(page: Page, board: str) -> None:
    page.goto(board)
    page.locator("summary", has_text="Release").first.click()
    page.get_by_role("button", name=re.compile("^Release")).last.click()
    expect(page.get_by_text("and the cohort has a letter")).to_be_visible()


@pytest.mark.timeout(180)
def test_a_mayor_approves_from_a_letter_and_what_is_out_is_corrected_and_redacted(
    opens: Opens, program: Program
) -> None:
    """Rules 5 and 6: the letter alone approves nothing, a correction shows what changed, a redaction leaves a
    tombstone in every version."""
    writer = opens("facilitator")
    writer.goto("/by-all-means/updates")
    writer.get_by_role("link", name=re.compile("Go on writing|Begin with")).click()
    place = writer.url.removesuffix("/edit")
    board = place.rpartition("/")[0]
    write(writer)
    link = letter(program, "update-approval", r"/approve/[\w-]+")

    stranger = opens(None)  # somebody to whom the letter was passed on
    stranger.goto(link)
    expect(stranger.get_by_role("button", name="Send the number")).to_be_visible()
    expect(stranger.get_by_text(NAME)).to_have_count(0)

    mayor = opens(None, PHONE)
    mayor.goto(link)
    mayor.get_by_role("button", name="Send the number").click()
    expect(mayor.get_by_label("The number")).to_be_visible()
    stranger.reload()
    stranger.get_by_label("The number").fill("000 000")
    stranger.get_by_role("button", name="Open the update").click()
    expect(stranger.locator(".field-error")).to_be_visible()
    expect(stranger.get_by_text(NAME)).to_have_count(0)
    mayor.get_by_label("The number").fill(letter(program, "approval-number", r"\d{3} \d{3}"))
    mayor.get_by_role("button", name="Open the update").click()
    expect(mayor.get_by_text(STORY).first).to_be_visible()
    assert mayor.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

    # The mayor's browser is known now; the stranger's is not, whatever it sends.
    stamp = mayor.locator("input[name=seen]").input_value()
    stranger.evaluate(
        """([at, seen]) => { const form = document.createElement("form"); form.method = "post"; form.action = at;
        form.innerHTML = `<input name="seen" value="${seen}">`; document.body.append(form); form.submit(); }""",
        [f"{link}/approval", stamp],
    )
    stranger.wait_for_load_state()
    expect(stranger.get_by_text(NAME)).to_have_count(0)
    writer.goto(place)
    expect(writer.get_by_text("With the mayor").first).to_be_visible()

    mayor.get_by_role("button", name="Approve", exact=True).click()
    expect(mayor.get_by_text(re.compile("You approved it"))).to_be_visible()
    stranger.goto(link)
    expect(stranger.get_by_text("This link has been used, and it works once.")).to_be_visible()

    organizer = opens("organizer")
    release(organizer, board)
    peer = opens("staff", PHONE)
    peer.goto(place)
    expect(peer.get_by_text(STORY).first).to_be_visible()

    # A correction is a second version, and says what changed.
    writer.goto(place)
    writer.get_by_text("Correct this update").click()
    writer.get_by_role("button", name="Begin a correction").click()
    writer.goto(f"{place}/edit")
    write(writer, body=CORRECTED)
    mayor.goto(letter(program, "update-approval", r"/approve/[\w-]+"))
    mayor.get_by_role("button", name="Approve", exact=True).click()
    expect(mayor.get_by_text(re.compile("You approved it"))).to_be_visible()
    release(organizer, board)
    peer.goto(place)
    expect(peer.get_by_text(re.compile(r"Version 2\. Corrected: "))).to_be_visible()
    peer.get_by_text("What is different").click()
    expect(peer.locator(".correction ins").first).to_have_text("Fifty")
    expect(peer.locator(".correction del").first).to_have_text("Forty")
    assert peer.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

    # A name is taken out everywhere, after it was shown where it stands.
    organizer.goto(place)
    organizer.get_by_role("link", name="Take words out").click()
    organizer.get_by_label("Words").fill(NAME.lower())
    organizer.get_by_role("button", name="Find").click()
    expect(organizer.locator("mark").first).to_be_visible()
    organizer.locator("#f-phrase_reason").fill("She asked for it.")
    organizer.get_by_role("button", name="Take it out everywhere").click()
    expect(organizer.get_by_text(re.compile("^Taken out of this update"))).to_be_visible()
    for address in (place, f"{place}?version=1"):
        peer.goto(address)
        expect(peer.locator(".tombstone").first).to_contain_text("She asked for it.")
        expect(peer.get_by_text(re.compile(r"\(words taken out\) came back")).first).to_be_visible()
        expect(peer.get_by_text(NAME)).to_have_count(0)


def test_an_organizer_has_a_citys_records_made_and_fetches_them(opens: Opens) -> None:
    """The worker makes them while the page counts; the ZIP is whole."""
    page = opens("organizer", PHONE)
    page.goto("/by-all-means/cities/oakland")
    page.get_by_role("link", name="Records and legal hold").click()
    page.get_by_label("Why").first.fill("Request 17-204")
    page.get_by_role("button", name="Make the export").click()
    fetch = page.get_by_role("link", name=re.compile("^Fetch the export"))
    expect(fetch).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    with page.expect_download() as download:
        fetch.click()
    with ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert {"index.html", "manifest.csv"} <= set(archive.namelist())
    page.get_by_text("Set a legal hold").click()
    page.get_by_label("Why").last.fill("Case 9")
    page.get_by_role("button", name="Set it").click()
    expect(page.get_by_text("A legal hold stands")).to_be_visible()
