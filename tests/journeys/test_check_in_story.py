"""The door on the day: a badge before the phone's camera, a network that goes and comes back, a board in the hall.

Only the camera is stood in for: what it sees is a film of a real badge's code, and the page decodes it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, Dialog, Page, expect
from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.models import CheckIn, CheckInWay, Convening, Registration, RegistrationState
from app.people.sign_in import sample_person
from tests.journeys.conftest import DESK, PHONE, QUIET, Opens, Program
from tests.journeys.wifi import Wifi

WIDE, HIGH = 640, 480


def film(code: str, path: Path) -> Path:
    """A film (YUV4MPEG2) of a badge's code, held still."""
    drawn = BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="png", scale=10, border=4)
    badge = Image.open(drawn).convert("L")
    frame = Image.new("L", (WIDE, HIGH), 200)
    frame.paste(badge, ((WIDE - badge.width) // 2, (HIGH - badge.height) // 2))
    grey = bytes([128]) * (WIDE * HIGH // 2)
    head = f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + frame.tobytes() + grey) * 10)
    return path


@contextmanager
def reading(program: Program) -> Iterator[Session]:
    database = Database(f"sqlite:///{program.folder / 'plenary.db'}")
    with database.read() as db:
        yield db
    database.dispose()


@pytest.fixture
def expected(program: Program) -> tuple[str, list[tuple[str, str]]]:
    """The address of the sample's next convening's door, and (name, code) of those who have a confirmed place there."""
    with reading(program) as db:
        coming = db.exec(select(Convening).where(Convening.ends_on >= clock.now().date())).first()
        assert coming is not None
        rows = db.exec(
            select(Registration)
            .where(Registration.convening_id == coming.key, Registration.state == RegistrationState.SUBMITTED)
            .order_by(col(Registration.id))
        ).all()
        return f"{coming.path}/registration/check-in", [(row.person.name, row.code) for row in rows]


@pytest.fixture
def wifi(program: Program) -> Iterator[Wifi]:
    network = Wifi(int(program.address.rpartition(":")[2]))
    yield network
    network.close()


def with_camera(chromium: Browser, film: Path) -> Browser:
    flags = [
        *QUIET,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    return chromium.browser_type.launch(executable_path="/usr/bin/chromium", args=flags)


def test_a_badge_is_scanned_and_the_hall_sees_it(
    opens: Opens, chromium: Browser, program: Program, expected: tuple[str, list[tuple[str, str]]], tmp_path: Path
) -> None:
    at, people = expected
    name, code = people[0]
    board = opens("organizer", DESK)
    board.goto(f"{at}/arrivals")
    expect(board.locator(".arrived-sum")).to_have_text(f"0 of {len(people)} are here")
    browser = with_camera(chromium, film(code, tmp_path / "badge.y4m"))
    context = browser.new_context(
        base_url=program.address, viewport={"width": PHONE[0], "height": PHONE[1]}, permissions=["camera"]
    )
    assert context.request.post("/demo/sign-in", form={"as": "staff"}).ok
    phone = context.new_page()
    phone.goto(at)
    phone.get_by_role("button", name="Scan a badge").click()
    expect(phone.locator("[data-scanned]")).to_contain_text(f"{name} is here.")
    expect(board.locator(".arrived-sum")).to_have_text(f"1 of {len(people)} are here")
    phone.get_by_role("button", name="Stop scanning").click()
    phone.get_by_role("button", name=f"Undo the check-in of {name}").click()
    expect(board.locator(".arrived-sum")).to_have_text(f"0 of {len(people)} are here")
    browser.close()


def test_check_ins_without_a_network_wait_survive_the_tab_and_are_sent_once(
    opens: Opens, chromium: Browser, wifi: Wifi, program: Program, expected: tuple[str, list[tuple[str, str]]]
) -> None:
    at, people = expected
    first, second, third = (name for name, _ in people[:3])
    desk = opens("organizer", DESK)
    context = chromium.new_context(base_url=wifi.address, viewport={"width": PHONE[0], "height": PHONE[1]})
    assert context.request.post("/demo/sign-in", form={"as": "staff"}).ok
    phone = context.new_page()
    phone.goto(at)
    expect(phone.locator("[data-ready]")).to_be_visible()
    wifi.lose()
    expect(phone.locator("[data-waiting]")).to_contain_text("No network")
    for name in (first, second):
        phone.get_by_role("button", name=f"Check in {name}", exact=True).click()
    expect(phone.locator("[data-waiting]")).to_contain_text("2 check-ins wait to be sent.")
    phone.close()
    desk.goto(at)
    desk.get_by_role("button", name=f"Check in {second}", exact=True).click()
    expect(desk.locator("[data-scanned]")).to_contain_text(f"{second} is here.")

    again = context.new_page()
    again.goto(at)
    expect(again.locator("[data-waiting]")).to_contain_text("2 check-ins wait to be sent.")
    expect(again.locator(".guest", has_text=first)).to_contain_text("waits to be sent")
    wifi.find()
    expect(again.locator("[data-waiting]")).to_be_hidden()
    expect(again.locator("[data-scanned]")).to_contain_text(f"{second} was checked in at")
    expect(again.locator(".guest", has_text=first)).to_contain_text("Here since")
    staff, organizer = signed_in_as(program, "staff"), signed_in_as(program, "organizer")
    assert taken_down(program) == {(first, CheckInWay.LIST, staff), (second, CheckInWay.SEARCH, organizer)}

    wifi.lose()
    expect(again.locator("[data-waiting]")).to_contain_text("No network")
    again.get_by_role("button", name=f"Check in {third}", exact=True).click()
    expect(again.locator("[data-waiting]")).to_contain_text("1 check-in waits to be sent.")
    again.close()
    wifi.find()
    leaving = context.new_page()
    leaving.goto("/")
    leaving.route("**/check-in/sent", lambda route: route.abort())
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    leaving.once("dialog", refuse)
    sign_out(leaving)
    leaving.wait_for_timeout(500)
    assert [text.split(" not ")[0] for text in asked] == ["1 check-in of this device is"]
    assert leaving.evaluate("Object.keys(localStorage).length") > 0
    leaving.unroute("**/check-in/sent")
    sign_out(leaving, open_menu=False)
    expect(leaving.get_by_text("You are signed out.")).to_be_visible()
    assert (third, CheckInWay.LIST, staff) in taken_down(program)
    assert leaving.evaluate("localStorage.length") == 0
    assert leaving.evaluate("caches.keys().then(names => names.length)") == 0
    context.close()


def sign_out(page: Page, *, open_menu: bool = True) -> None:
    if open_menu:
        page.locator("details.viewer > summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()


def taken_down(program: Program) -> set[tuple[str, CheckInWay, str]]:
    """(who, how, by whom) of each check-in on record; it fails when somebody is taken down twice."""
    with reading(program) as db:
        rows = db.exec(select(CheckIn)).all()
        assert len({row.registration_id for row in rows}) == len(rows)
        return {(row.registration.person.name, row.way, row.by.name if row.by else "") for row in rows}


def signed_in_as(program: Program, kind: str) -> str:
    with reading(program) as db:
        person = sample_person(db, kind)
        assert person is not None
        return person.name
