"""Writing together, in browsers: two at once, a server that dies, a phone on a train."""

import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlmodel import col, select

from app.database import Database
from app.models import City, Update, UpdateCycle, UpdateSection, UpdateText
from tests.forks import environment, fork, serve
from tests.journeys.conftest import PHONE, Opens, Program, wait_for
from tests.journeys.wifi import Wifi

WINS = "textarea[name='body-wins']"
STUCK = "textarea[name='body-stuck']"
SAVED = re.compile(r"^Saved \d\d:\d\d")


def to_the_desk(page: Page) -> str:
    page.goto("/by-all-means/updates")
    page.get_by_role("link", name=re.compile("Go on writing|Begin with")).first.click()
    expect(page.locator("form[data-autosave]")).to_be_visible()
    return page.url


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(SAVED)


def until(true: Callable[[], bool]) -> None:
    for _ in range(150):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come true within fifteen seconds")


def stored(program: Program, slug: str, place: str) -> str:
    """What the database has of a section."""
    city = place.split("/")[-2]
    database = Database(f"sqlite:///{program.folder / 'plenary.db'}")
    with database.read() as db:
        body = db.exec(
            select(UpdateText.body)
            .join(Update, col(Update.id) == UpdateText.update_id)
            .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
            .join(City, col(City.id) == Update.city_id)
            .join(UpdateSection, col(UpdateSection.id) == UpdateText.section_id)
            .where(City.slug == city, UpdateSection.slug == slug, UpdateCycle.slug == place.split("/")[-3])
        ).first()
    database.dispose()
    return body or ""


def test_two_write_at_once_and_see_each_other(opens: Opens, program: Program) -> None:
    ana, ben = opens("facilitator"), opens("mayor")
    place = to_the_desk(ana)
    ben.goto(place)
    expect(ana.locator("[data-here]")).to_contain_text("is here too")
    ben.locator(WINS).click()
    expect(ana.locator("#section-wins [data-where]")).to_contain_text("is here")
    # In different sections: what one saves appears at the other's, who goes on typing.
    ana.locator(STUCK).fill("Ana is stuck at")
    ben.locator(WINS).fill("Ben’s first win.")
    expect(ana.locator(WINS)).to_have_value("Ben’s first win.")
    expect(ben.locator(STUCK)).to_have_value("Ana is stuck at")
    ana.locator(STUCK).press_sequentially(" the bridge.")
    saved(ana)
    expect(ben.locator(STUCK)).to_have_value("Ana is stuck at the bridge.")
    # In the same one: both texts stand beside each other, and are put together.
    ben.context.set_offline(True)
    ben.locator(WINS).fill("Ben’s first win, and a second.")
    ana.locator(WINS).fill("Ben’s very first win.")
    until(lambda: stored(program, "wins", place) == "Ben’s very first win.")
    ben.context.set_offline(False)
    panel = ben.locator("#section-wins [data-conflict]")
    expect(panel).to_contain_text("saved this while you wrote")
    expect(panel.locator("ins")).to_have_text([", and a second"])
    panel.get_by_role("button", name="Put both together").click()
    expect(panel).to_have_count(0)
    expect(ben.locator(WINS)).to_have_value("Ben’s very first win, and a second.")
    expect(ana.locator(WINS)).to_have_value("Ben’s very first win, and a second.")
    assert stored(program, "wins", place) == "Ben’s very first win, and a second."


def test_another_text_can_be_taken_or_written_over(opens: Opens, program: Program) -> None:
    ana, ben = opens("facilitator"), opens("mayor")
    place = to_the_desk(ana)
    ben.goto(place)
    for way, kept in (("Keep mine", "Ben’s."), (re.compile("^Take .*’s$"), "Ana’s again.")):
        ben.context.set_offline(True)
        ben.locator(WINS).fill("Ben’s.")
        ana.locator(WINS).fill("Ana’s again.")
        until(lambda: stored(program, "wins", place) == "Ana’s again.")
        ben.context.set_offline(False)
        ben.locator("[data-conflict]").get_by_role("button", name=way).click()
        expect(ben.locator("[data-conflict]")).to_have_count(0)
        expect(ben.locator(WINS)).to_have_value(kept)
        expect(ana.locator(WINS)).to_have_value(kept)
        ben.locator(WINS).fill("")
        expect(ana.locator(WINS)).to_have_value("")


def test_what_is_typed_while_the_server_dies_is_saved_once_it_is_back(
    chromium: Browser, seeded: Path, tmp_path: Path
) -> None:
    folder, log = tmp_path / "data", tmp_path / "log"
    shutil.copytree(seeded, folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = environment(folder, port=str(port), demo="1", log_level="WARNING")
    server = fork(serve, (str(port),), environment=settings, out=log, err=log)
    wait_for(port, server)
    context = chromium.new_context(base_url=f"http://127.0.0.1:{port}")
    program = Program(f"http://127.0.0.1:{port}", folder)
    try:
        assert context.request.post("/demo/sign-in", form={"as": "facilitator"}).ok
        page = context.new_page()
        place = to_the_desk(page)
        page.locator(WINS).fill("Saved before.")
        saved(page)
        server.kill()
        server.join()
        page.locator(WINS).fill("Saved before. Typed into the void.")
        expect(page.locator("#saved")).to_contain_text("kept on this device")
        page.locator(STUCK).fill("This too.")
        server = fork(serve, (str(port),), environment=settings, out=log, err=log)
        wait_for(port, server)
        saved(page)
        assert stored(program, "wins", place) == "Saved before. Typed into the void."
        assert stored(program, "stuck", place) == "This too."
    finally:
        context.close()
        server.kill()
        server.join()


@pytest.fixture
def wifi(program: Program) -> Iterator[Wifi]:
    network = Wifi(int(program.address.rpartition(":")[2]))
    yield network
    network.close()


@pytest.fixture
def train(chromium: Browser, wifi: Wifi) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        base_url=wifi.address, viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True
    )
    assert context.request.post("/demo/sign-in", form={"as": "facilitator"}).ok
    yield context
    context.close()


def test_a_phone_that_loses_the_network_and_reloads_loses_no_word(
    train: BrowserContext, wifi: Wifi, program: Program
) -> None:
    phone = train.new_page()
    place = to_the_desk(phone)
    is_kept = (
        "caches.open('plenary-door').then((cache) => cache.match(location.pathname)).then((kept) => Boolean(kept))"
    )
    until(lambda: phone.evaluate("navigator.serviceWorker.controller !== null") and phone.evaluate(is_kept))
    phone.locator(WINS).fill("Saved in the station.")
    saved(phone)
    wifi.lose()
    phone.locator(STUCK).fill("Typed in the tunnel.")
    expect(phone.locator("#saved")).to_contain_text("kept on this device")
    phone.reload()
    expect(phone.locator(WINS)).to_have_value("Saved in the station.")
    expect(phone.locator(STUCK)).to_have_value("Typed in the tunnel.")
    phone.locator(STUCK).press_sequentially(" And more.")
    phone.close()
    again = train.new_page()
    again.goto(place)
    expect(again.locator(STUCK)).to_have_value("Typed in the tunnel. And more.")
    wifi.find()
    saved(again)
    assert stored(program, "stuck", place) == "Typed in the tunnel. And more."
    assert stored(program, "wins", place) == "Saved in the station."


def test_an_expired_sign_in_loses_no_word(opens: Opens, program: Program) -> None:
    page = opens("facilitator")
    place = to_the_desk(page)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.locator(WINS).fill("Typed while signed out.")
    expect(page.locator("#saved")).to_contain_text("You are signed out.")
    expect(page.get_by_role("link", name="Sign in again")).to_have_attribute("target", "_blank")
    page.context.add_cookies([{**cookie} for cookie in cookies])  # type: ignore[typeddict-item]
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    saved(page)
    assert stored(program, "wins", place) == "Typed while signed out."


def test_signing_out_saves_what_waits_and_leaves_nothing_on_the_device(opens: Opens, program: Program) -> None:
    page = opens("facilitator")
    place = to_the_desk(page)
    page.locator(WINS).fill("At the last second.")
    page.evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
    page.wait_for_url(re.compile(r"/$"))
    assert stored(program, "wins", place) == "At the last second."
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('plenary-writing'))") == []


def test_what_was_typed_before_the_scripts_came_is_kept_on_the_device_too(opens: Opens, program: Program) -> None:
    page = opens("facilitator")
    held: list[Route] = []
    page.route("**/js/updates.js*", lambda route: held.append(route))
    place = to_the_desk(page)
    page.locator(WINS).fill("Typed early.")
    until(lambda: bool(held))
    held[0].continue_()
    expect(page.locator("#saved")).to_have_text("Not saved yet")
    assert "Typed+early." in page.evaluate("JSON.stringify(localStorage)")
    page.evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
    page.wait_for_url(re.compile(r"/$"))
    assert stored(program, "wins", place) == "Typed early."


def test_the_toolbar_the_keys_and_a_paste_make_plain_markdown(opens: Opens, program: Program) -> None:
    page = opens("facilitator")
    place = to_the_desk(page)
    area = page.locator(WINS)
    area.fill("one bus")
    area.press("Control+a")
    tools = page.get_by_role("toolbar", name="Form of “Wins”")
    tools.get_by_role("button", name="Bold").click()
    expect(area).to_have_value("**one bus**")
    area.press("Control+b")
    expect(area).to_have_value("one bus")
    tools.get_by_role("button", name="List", exact=True).click()
    area.press("Enter")
    area.press_sequentially("two")
    expect(area).to_have_value("- one bus\n- two")
    area.press("Control+z")
    area.fill("")
    area.evaluate(
        """(area) => {
          const data = new DataTransfer();
          data.setData("text/html", "<p>See <b>this</b> and <a href='https://example.org/'>that</a>:</p><ul><li>a</li><li>b</li></ul><script>x</script>");
          data.setData("text/plain", "See this and that: a b");
          area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(area).to_have_value("See **this** and [that](https://example.org/):\n\n- a\n- b")
    tools.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview-wins strong")).to_have_text("this")
    area.press("End")
    area.press_sequentially("\nMore.")
    expect(page.locator("#preview-wins")).to_contain_text("More.")
    saved(page)
    assert stored(program, "wins", place).startswith("See **this** and [that](https://example.org/):")


def test_two_talk_beside_a_section_without_leaving_the_desk(opens: Opens) -> None:
    ana, ben = opens("facilitator"), opens("mayor")
    ben.goto(to_the_desk(ana))
    talk = ana.locator("#section-stuck .talk")
    talk.locator("summary").first.click()
    ana.locator(WINS).fill("Half a word")
    talk.get_by_label("Say something to the others who write").fill("Is it 25 or 26?")
    talk.get_by_role("button", name=re.compile("^Comment")).click()
    expect(talk.locator(".talk-said")).to_contain_text("Is it 25 or 26?")
    theirs = ben.locator("#section-stuck .talk")
    expect(theirs.locator("summary").first).to_contain_text("1 comment")
    theirs.locator("summary").first.click()
    theirs.get_by_role("button", name=re.compile("^Settled")).click()
    expect(theirs.locator("summary").first).to_contain_text("Comments, all settled")
    expect(talk.locator("summary").first).to_contain_text("Comments, all settled")
    expect(ana.locator(WINS)).to_have_value("Half a word")


HOLD = """() => {
  const ask = window.fetch;
  window.fetch = async (address, ...more) => {
    const answer = await ask(address, ...more);
    if (!String(address).endsWith("/edit") || window.letGo) return answer;
    await new Promise((go) => (window.letGo = go));
    return answer;
  };
}"""
"""The desk that is asked for once more is there, and does not arrive."""


def test_a_page_that_was_asked_for_before_a_save_does_not_take_it_back(opens: Opens, program: Program) -> None:
    ana, ben = opens("facilitator"), opens("mayor")
    place = to_the_desk(ana)
    ben.goto(place)
    expect(ana.locator("[data-here]")).to_contain_text("is here too")
    ana.evaluate(HOLD)
    ben.locator(STUCK).fill("Ben is stuck.")
    until(lambda: ana.evaluate("Boolean(window.letGo)"))
    ana.locator(WINS).fill("Ana’s win.")
    ana.locator(WINS).blur()
    saved(ana)
    ana.evaluate("window.letGo()")
    expect(ana.locator(STUCK)).to_have_value("Ben is stuck.")
    expect(ana.locator(WINS)).to_have_value("Ana’s win.")
    assert stored(program, "wins", place) == "Ana’s win."


def test_numbers_answers_and_commitments_are_saved_and_added_without_a_reload(opens: Opens, program: Program) -> None:
    page = opens("facilitator", PHONE)
    to_the_desk(page)
    page.evaluate("window.isSamePage = true")
    page.get_by_label("Another commitment", exact=True).fill("A third bus runs.")
    page.locator("[name='due-new']").fill("2030-05-04")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("[data-piece^='promise-'] textarea").last).to_have_value("A third bus runs.")
    expect(page.get_by_label("Another commitment", exact=True)).to_have_value("")
    page.get_by_label("Another commitment", exact=True).fill("Without a day.")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("A commitment says by when: give a date.").first).to_be_visible()
    page.locator("[name='said-new.data']").fill("9 days")
    page.locator("[name='label-new.data']").fill("Wait for a first talk")
    page.locator("[name='due-new']").fill("2030-05-05")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("[data-piece^='counted-'] [name^='said-']").last).to_have_value("9 days")
    assert page.evaluate("window.isSamePage") is True
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
