"""A speaker is invited, answers on a phone by a private link, hands in slides; the organizer sees it at once."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE, Opens
from tests.journeys.test_accessibility import troubles

SPEAKER = "Lê Thị Bảo Anh"


def invited(organizer: Page) -> str:
    """Invite the speaker from the list, and copy the private link from their page."""
    organizer.goto("/by-all-means/convenings")
    organizer.get_by_role("link", name=re.compile("Fall .* convening")).first.click()
    organizer.get_by_role("link", name="Speakers").click()
    organizer.get_by_role("link", name=f"Invite {SPEAKER}").click()
    expect(organizer.get_by_role("article", name="The letter")).to_contain_text("(their private link)")
    organizer.get_by_label("A word of your own").fill("We would be glad.")
    organizer.get_by_role("button", name="Send the invitation").click()
    expect(organizer.get_by_role("status").first).to_contain_text("is on its way")
    organizer.get_by_role("link", name=SPEAKER, exact=True).click()
    return organizer.get_by_label(f"The private link of {SPEAKER}").input_value()


@pytest.mark.timeout(300)
def test_a_speaker_answers_on_a_phone_without_scripts_and_without_an_account(opens: Opens, tmp_path: Path) -> None:
    organizer = opens("organizer")
    address = invited(organizer)
    slides = tmp_path / "Données ouvertes.pdf"
    slides.write_bytes(b"%PDF-1.7 slides")

    speaker = opens(None, PHONE, java_script_enabled=False)
    speaker.goto(address)
    expect(speaker.get_by_role("heading", level=1)).to_have_text(SPEAKER)
    speaker.get_by_label("A word to the organizers").fill("By train on Tuesday")
    speaker.get_by_role("button", name="I will be there").click()
    expect(speaker.get_by_text("Thank you. You are expected.")).to_be_visible()
    speaker.get_by_text("What you need in the room").click()
    speaker.get_by_label("Clicker").check()
    speaker.get_by_role("button", name="Save what you need").click()
    speaker.get_by_label("Slides or a hand-out").set_input_files(slides)
    speaker.get_by_role("button", name="Hand it in").click()
    expect(speaker.get_by_text("Confirmed, materials in")).to_be_visible()
    speaker.get_by_role("textbox", name=re.compile("^What you need")).fill("A chair by the door")
    speaker.get_by_role("button", name="Tell the organizers").click()
    expect(speaker.get_by_text("You have told us.")).to_be_visible()
    expect(speaker.get_by_text("A chair by the door")).to_have_count(0)

    organizer.reload()
    expect(organizer.get_by_text("Confirmed, materials in")).to_be_visible()
    expect(organizer.get_by_text("By train on Tuesday")).to_be_visible()
    with organizer.expect_download() as download:
        organizer.get_by_role("link", name="Données ouvertes.pdf").click()
    assert download.value.suggested_filename == "Données ouvertes.pdf"
    assert Path(download.value.path()).read_bytes() == b"%PDF-1.7 slides"


@pytest.mark.timeout(300)
def test_axe_finds_nothing_on_a_speakers_own_page(opens: Opens, tmp_path: Path) -> None:
    """No link leads there, so that the walk over all pages does not come by."""
    address = invited(opens("organizer"))
    speaker = opens(None, bypass_csp=True)
    speaker.goto(address)
    assert troubles(speaker, (PHONE, DESK)) == []
    slides = tmp_path / ("s" * 150 + ".pdf")
    slides.write_bytes(b"%PDF-1.7 slides")
    for _ in range(2):
        speaker.get_by_label(re.compile("Slides or a hand-out|Another file")).set_input_files(slides)
        speaker.get_by_role("button", name="Hand it in").click()
    for summary in speaker.locator("main summary").all():
        summary.click()
    assert troubles(speaker, (PHONE, DESK)) == []
    speaker.goto("/speaking/nothing")
    assert troubles(speaker, (PHONE, DESK)) == []
    expect(speaker.get_by_role("heading", level=1)).to_have_text("This link opens nothing")


@pytest.mark.timeout(300)
def test_a_file_that_is_too_large_is_said_before_it_is_sent(opens: Opens, tmp_path: Path) -> None:
    address = invited(opens("organizer"))
    speaker = opens(None, PHONE)
    speaker.goto(address)
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.write(b"%PDF-")
        file.truncate(101 << 20)
    field = speaker.get_by_label("Slides or a hand-out")
    field.set_input_files(large)
    assert "larger than 100 MB" in field.evaluate("field => field.validationMessage")
    speaker.get_by_role("button", name="Hand it in").click()
    expect(speaker.get_by_text("Slides or a hand-out")).to_be_visible()
    assert speaker.url == address
