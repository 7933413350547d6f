"""Pictures and papers on their way from a telephone to a reader, over a network that comes and goes."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.handed import office, paper, picture
from tests.journeys.conftest import PHONE, Opens, Program
from tests.journeys.wifi import Wifi


@pytest.fixture
def wifi(program: Program) -> Iterator[Wifi]:
    """The network between the browser and the program."""
    wifi = Wifi(urlsplit(program.address).port or 0)
    yield wifi
    wifi.close()


LOADED = """async () => {
    const pictures = [...document.images];
    for (const one of pictures) one.loading = "eager";
    for (let turn = 0; turn < 150; turn++) {
        if (pictures.every((one) => one.complete && one.naturalWidth > 0)) return pictures.length;
        await new Promise((then) => setTimeout(then, 100));
    }
    return 0;
}"""
"""How many pictures a page has once all are loaded; 0 where one is not after 15 seconds, or is broken."""


def open_files(page: Page) -> str:
    """The page of our update's files, by the links a person takes; returns the address of the update."""
    page.get_by_role("link", name="Updates", exact=True).last.click()
    page.get_by_role("link", name=re.compile("Go on writing|Begin with")).click()
    page.get_by_role("link", name="Add or change pictures and files").click()
    expect(page.get_by_role("heading", name="Pictures and files")).to_be_visible()
    return page.url.removesuffix("/files")


def files_in(folder: Path) -> list[Path]:
    """Three files as somebody has them on a telephone."""
    made = {"IMG_2041.jpg": picture(1600, 1200, "JPEG"), "report.pdf": paper(3), "evil.png": b"<html>"}
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in made]


def test_a_facilitator_adds_a_picture_and_a_paper_from_a_telephone_and_a_peer_sees_them_once_released(
    opens: Opens, tmp_path: Path
) -> None:
    """Rules 5, 6 and 21: added, described, replaced; nobody else has them before the release, everybody after."""
    writer = opens("facilitator", PHONE)
    place = open_files(writer)
    photo, report, evil = files_in(tmp_path)
    expect(writer.get_by_label("Or take a picture now")).to_be_visible()
    writer.get_by_label("Add pictures and files").set_input_files([photo, report])
    writer.get_by_role("button", name="Add", exact=True).click()
    expect(writer.get_by_role("link", name="IMG_2041.jpg")).to_be_visible()
    expect(writer.get_by_text("PDF, 1 kB, 3 pages")).to_be_visible()
    writer.get_by_label("Add pictures and files").set_input_files(evil)
    writer.get_by_role("button", name="Add", exact=True).click()
    expect(writer.get_by_text(re.compile("evil.png: This is not a file that is taken here"))).to_be_visible()
    writer.get_by_role("link", name="Show what is here now").click()
    card = writer.locator("li.file").first
    card.get_by_label(re.compile("^Caption")).fill("The second bus, on its first morning")
    card.get_by_label(re.compile("What the picture shows")).fill("A yellow bus at a kerb")
    card.get_by_role("button", name="Save").click()
    expect(writer.get_by_text("Saved.")).to_be_visible()
    newer = tmp_path / "better.jpg"
    newer.write_bytes(picture(1200, 900, "JPEG", (20, 90, 160)))
    card = writer.locator("li.file").first
    card.locator("summary", has_text="Replace").click()
    card.get_by_label("The new version").set_input_files(newer)
    card.get_by_role("button", name="Replace it").click()
    expect(writer.get_by_role("heading", name=re.compile("Earlier versions"))).to_be_visible()
    expect(writer.locator("li.file").first.get_by_label(re.compile("^Caption"))).to_have_value(
        "The second bus, on its first morning"
    )
    assert writer.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    shown = writer.locator("li.file").first.get_by_role("link").get_attribute("href")
    assert shown

    peer = opens("staff", PHONE)
    assert peer.request.get(shown).status == 404
    writer.goto(f"{place}/edit")
    for answer in writer.locator("fieldset.answer").all():
        answer.get_by_label(re.compile("On track", re.IGNORECASE)).first.check()
    for section in writer.locator(".desk-section textarea[name^=body]").all():
        section.fill("Forty families walked in on the first night.")
    writer.get_by_role("button", name="Save and send to the mayor").click()
    expect(writer.get_by_text("With the mayor").first).to_be_visible()
    mayor = opens("mayor", PHONE)
    mayor.goto(f"{place}/approval")
    expect(mayor.get_by_role("img", name="A yellow bus at a kerb")).to_be_visible()
    mayor.get_by_role("button", name="Approve", exact=True).click()
    organizer = opens("organizer")
    organizer.goto(place.rsplit("/", 1)[0])
    organizer.get_by_text(re.compile("^Release")).first.click()
    organizer.get_by_role("button", name=re.compile("Release")).last.click()

    peer.goto(place)
    bus = peer.get_by_role("img", name="A yellow bus at a kerb")
    bus.scroll_into_view_if_needed()
    expect(bus).to_be_visible()
    assert peer.evaluate(LOADED) >= 2
    expect(peer.get_by_text("The second bus, on its first morning")).to_be_visible()
    assert peer.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert peer.request.get(shown).headers["content-disposition"].startswith("inline")


def test_a_large_file_goes_on_after_the_network_was_lost_and_the_page_was_opened_again(
    opens: Opens, wifi: Wifi, tmp_path: Path
) -> None:
    content = office("pptx", {"ppt/media/film.mp4": random.Random(1).randbytes(9 << 20)})
    talk = tmp_path / "talk.pptx"
    talk.write_bytes(content)
    writer = opens("facilitator")
    writer.goto(wifi.address)
    open_files(writer)
    writer.get_by_label("Add pictures and files").set_input_files(talk)

    pieces: list[str] = []

    def lose_it_at_the_fourth_piece(route: Route) -> None:
        pieces.append(route.request.url)
        if len(pieces) == 4:
            wifi.lose()
        route.continue_()

    writer.route("**/uploads/*", lose_it_at_the_fourth_piece)
    writer.get_by_role("button", name="Add", exact=True).click()
    expect(
        writer.get_by_text(re.compile("talk.pptx: no connection; .* are here, and it goes on by itself"))
    ).to_be_visible()
    writer.get_by_role("button", name=re.compile("Pause")).click()
    expect(writer.get_by_text(re.compile("talk.pptx: paused"))).to_be_visible()
    wifi.find()
    writer.unroute("**/uploads/*")
    writer.on("dialog", lambda dialog: dialog.accept())
    writer.reload()
    expect(writer.get_by_role("heading", name=re.compile("On their way"))).to_be_visible()
    sent: list[int] = []
    writer.on("request", lambda one: sent.append(1) if one.method == "PATCH" else None)
    writer.get_by_label("Add pictures and files").set_input_files(talk)
    writer.get_by_role("button", name="Add", exact=True).click()
    expect(writer.get_by_role("link", name="talk.pptx")).to_be_visible()
    assert 0 < len(sent) < 10, "what had arrived was not sent again"
