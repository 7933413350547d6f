"""A mayor reads three cities on a phone, asks one, reads on without a network; the city sees it and answers."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from app.database import Database
from app.models import City, Update, UpdateCycle
from app.people.viewer import Viewer
from app.updates.redactions import redact
from app.updates.releases import release_updates
from tests.journeys.conftest import PHONE, Opens, Program
from tests.journeys.wifi import Wifi

QUESTION = "Who supervises your visitors?"


@pytest.fixture
def wifi(program: Program) -> Iterator[Wifi]:
    network = Wifi(int(program.address.rpartition(":")[2]))
    yield network
    network.close()


@pytest.fixture
def cycle(program: Program) -> str:
    """The address of the sample's finished cycle."""
    database = Database(f"sqlite:///{program.folder / 'plenary.db'}")
    with database.write() as db:
        rows = db.exec(select(UpdateCycle).order_by(col(UpdateCycle.due_on).desc())).all()
        release_updates(db, rows[0], by=Viewer.system("test"))
        slug = rows[1].slug
    database.dispose()
    return f"/by-all-means/updates/{slug}"


Phones = Callable[[str], Page]


@pytest.fixture
def phone(chromium: Browser, wifi: Wifi) -> Iterator[Phones]:
    """`phone("mayor")`: a phone on that network, in which a person of the kind is signed in."""
    contexts = []

    def of(kind: str) -> Page:
        size = {"width": PHONE[0], "height": PHONE[1]}
        context = chromium.new_context(base_url=wifi.address, viewport=size, has_touch=True)  # type: ignore[arg-type]
        contexts.append(context)
        assert context.request.post("/demo/sign-in", form={"as": kind}).ok
        return context.new_page()

    yield of
    for context in contexts:
        context.close()


def kept(page: Page) -> None:
    """The device has the page."""
    expect(page.locator("html[data-kept=yes]")).to_be_attached()


def test_a_mayor_reads_on_a_phone_asks_without_a_network_and_the_city_answers(
    opens: Opens, phone: Phones, wifi: Wifi, cycle: str
) -> None:
    page = phone("mayor")
    page.goto(cycle)
    page.get_by_role("link", name=re.compile("^Read: 6 updates")).click()
    expect(page.get_by_text("1 of 6")).to_be_in_viewport()
    kept(page)
    first, second, third = [one.inner_text() for one in page.locator(".screen h2").all()[:3]]
    page.get_by_role("link", name=f"Next: {second}").click()
    expect(page.get_by_text("2 of 6")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.get_by_role("button", name=f"Mark as read: {first}").click()
    expect(page.get_by_text("You have read 1 of 6")).to_be_visible()

    page.goto(f"{cycle}/{slug(second)}")
    kept(page)
    with page.expect_response(lambda answer: answer.url.endswith("/reading")):
        page.locator(".update-foot").scroll_into_view_if_needed()
    page.goto(f"{cycle}/{slug(third)}")
    kept(page)
    page.goto(f"{cycle}/read")
    expect(page.get_by_text("You have read 2 of 6")).to_be_visible()

    wifi.lose()
    page.goto(f"{cycle}/{slug(second)}")
    expect(page.get_by_role("heading", name=second, exact=True)).to_be_visible()
    expect(page.locator("[data-offline]")).to_contain_text("No network: this page is as it was on")
    ask = page.locator(".update-ask")
    ask.get_by_text("Ask, or offer help").click()
    ask.get_by_label(f"To {second}").fill(QUESTION)
    ask.get_by_role("button", name="Ask this").click()
    expect(page.locator("[data-marks-waiting]")).to_contain_text("waits on this device")
    page.reload()
    expect(page.locator("[data-marks-waiting]")).to_contain_text("waits on this device")

    wifi.find()
    page.reload()
    expect(page.locator(".update-ask .mark").filter(has_text=QUESTION)).to_be_visible()
    expect(page.locator("[data-marks-waiting]")).to_be_hidden()

    city = opens("organizer", PHONE)
    city.goto(f"{cycle}/{slug(second)}")
    expect(city.get_by_text(QUESTION)).to_be_visible()


def test_the_city_sees_the_question_on_its_home_and_answers(opens: Opens, cycle: str) -> None:
    asking = opens("staff", PHONE)
    asking.goto(f"{cycle}/oakland")
    ask = asking.locator(".update-ask")
    ask.get_by_text("Ask, or offer help").click()
    ask.get_by_role("button", name="Ask this").click()
    expect(ask.get_by_text("Write your question")).to_be_visible()
    ask.get_by_label("To Oakland").fill(QUESTION)
    ask.get_by_role("button", name="Ask this").click()
    expect(ask.locator(".mark")).to_contain_text(QUESTION)

    mayor = opens("mayor", PHONE)
    mayor.get_by_role("link", name=re.compile("Answer a question about Oakland’s update")).click()
    mark = mayor.locator(".mark", has_text=QUESTION)
    mark.get_by_text("Answer", exact=False).first.click()
    mark.get_by_label("Oakland answers").fill("The county pays for an hour a week.")
    mark.get_by_role("button", name="Answer").click()
    expect(mayor.locator(".mark-answer")).to_contain_text("The county pays")
    assert mayor.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

    asking.goto("/")
    expect(asking.get_by_text("Oakland answered you")).to_be_visible()


def test_pages_of_one_reader_are_gone_for_the_next_and_after_signing_out(phone: Phones, wifi: Wifi, cycle: str) -> None:
    page = phone("mayor")
    page.goto(f"{cycle}/salem")
    kept(page)
    assert held(page) == [f"{cycle}/salem"]
    page.goto(f"{cycle.rpartition('/')[0]}/{cycle.rpartition('/')[2]}/oakland")
    kept(page)
    assert page.context.request.post("/demo/sign-in", form={"as": "staff"}).ok
    page.goto("/")
    page.wait_for_function("localStorage.getItem('plenary-reader') !== null")
    page.wait_for_timeout(300)
    assert held(page) == [], "another reader"
    page.goto(f"{cycle}/salem")
    kept(page)
    page.get_by_text("your menu").locator("..").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    page.wait_for_timeout(300)
    assert held(page) == [], "signed out"
    wifi.lose()
    with pytest.raises(Exception, match="ERR_"):
        page.goto(f"{cycle}/salem")


def test_a_draft_is_never_kept(phone: Phones, wifi: Wifi, cycle: str) -> None:
    """Rule 5: the city's own draft opens with a network alone."""
    page = phone("facilitator")
    page.goto(f"{cycle}/salem")
    kept(page)
    page.goto("/by-all-means/updates")
    draft = f"{page.url.partition(wifi.address)[2]}/oakland"
    page.goto(draft)
    expect(page.get_by_text("A draft: only Oakland’s people see these words.")).to_be_visible()
    assert held(page) == [f"{cycle}/salem"]
    wifi.lose()
    with pytest.raises(Exception, match="ERR_"):
        page.goto(draft)


def test_what_was_taken_out_leaves_the_device_with_the_next_page_that_is_opened(
    phone: Phones, wifi: Wifi, cycle: str, program: Program
) -> None:
    """Rule 6: a page that nobody opens again is not read as it was."""
    page = phone("mayor")
    for city in ("salem", "newton"):
        page.goto(f"{cycle}/{city}")
        kept(page)
    page.goto(f"{cycle}/salem")
    expect(page.locator(".update-ask blockquote")).to_be_visible()
    take_out(program, cycle.rpartition("/")[2], "salem")
    page.goto(f"{cycle}/newton")
    kept(page)
    for _ in range(100):
        if "She asked for it." in on_the_shelf(page, f"{cycle}/salem"):
            break
        page.wait_for_timeout(100)
    wifi.lose()
    page.goto(f"{cycle}/salem")
    expect(page.locator("[data-offline]")).to_be_visible()
    expect(page.locator(".update-ask .tombstone")).to_contain_text("She asked for it.")


def on_the_shelf(page: Page, address: str) -> str:
    """What the device keeps under an address."""
    text: str = page.evaluate(
        """async (at) =>
            (await (await caches.match(at, { cacheName: "plenary-reading", ignoreVary: true }))?.text()) ?? "" """,
        address,
    )
    return text


def take_out(program: Program, cycle: str, city: str) -> None:
    """An organizer takes a city's ask out."""
    database = Database(f"sqlite:///{program.folder / 'plenary.db'}")
    with database.write() as db:
        update = db.exec(
            select(Update).join(UpdateCycle).join(City).where(UpdateCycle.slug == cycle, City.slug == city)
        ).one()
        redact(db, update, part="section:ask", reason="She asked for it.", by=Viewer.system("test"))
    database.dispose()


def held(page: Page) -> list[str]:
    """The addresses of the pages that the device keeps for reading."""
    found: list[str] = page.evaluate(
        """async () => (await caches.has("plenary-reading"))
            ? (await (await caches.open("plenary-reading")).keys()).map((one) => new URL(one.url).pathname)
            : []"""
    )
    return sorted(one for one in found if one != "/plenary-reader")


def slug(city: str) -> str:
    return city.lower().replace(" ", "-")
