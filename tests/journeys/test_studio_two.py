"""Two organizers build one agenda at the same time: each sees the other, and nobody's work is lost."""

import re
import sys

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from app.database import Database
from app.models import Role, Seat, Standing, Tenure
from app.people import sign_in
from tests.journeys.conftest import Opens, Program
from tests.journeys.hand import Grid, draft_of

KEYNOTE = "Keynote: what cities have owed their children"
WITHIN = 5_000
"""Milliseconds within which the other has to see it here; two seconds are promised, on a machine with time for it."""


@pytest.fixture
def both(opens: Opens, program: Program) -> tuple[Grid, Grid]:
    """The draft in two browsers: of the sample's first organizer, and of the second."""
    first, second = opens("organizer", (1600, 1200)), opens(None, (1600, 1200))
    sign_in_second(program, second)
    grids = [Grid(page, draft_of(page)) for page in (first, second)]
    for grid in grids:
        expect(grid.page.locator("#live")).to_contain_text("Also here:")
    return grids[0], grids[1]


def sign_in_second(program: Program, page: Page) -> None:
    """The demo signs in the first person of a kind only: the second organizer gets a cookie."""
    database = Database(f"sqlite:///{program.folder / 'plenary.db'}")
    with database.write() as db:
        organizers = db.exec(
            select(Tenure.person_id)
            .join(Seat, col(Seat.id) == Tenure.seat_id)
            .join(Role, col(Role.id) == Seat.role_id)
            .where(col(Role.standing) == Standing.ORGANIZER)
            .order_by(col(Tenure.id))
        ).all()
        key = sign_in.begin(db, organizers[1], browser="journeys", days=1)
    database.dispose()
    page.context.add_cookies([{"name": "plenary", "value": key, "url": program.address}])


def test_each_sees_what_the_other_does(both: tuple[Grid, Grid]) -> None:
    """Within two seconds: the figure is printed, since a machine that tests has other things to do."""
    ada, dana = both
    stood = dana.stands(KEYNOTE)
    ada.reveal("16:15", "Askwith Hall")
    ada.page.evaluate("window.began = performance.timeOrigin + performance.now()")
    ada.move(KEYNOTE, "16:25", "Askwith Hall")
    expect(dana.block(KEYNOTE)).not_to_have_attribute("data-start", stood[0], timeout=WITHIN)
    sys.stdout.write(f"seen by the other after {took(ada, dana):.0f} ms, from the moment it was taken up\n")
    expect(dana.page.locator("#live")).to_contain_text("moved “Keynote")
    assert dana.stands(KEYNOTE) == ada.stands(KEYNOTE)
    expect(dana.page.get_by_role("button", name="Undo")).to_be_disabled()


def took(ada: Grid, dana: Grid) -> float:
    """Milliseconds from `began` in one browser until now in the other: both read the machine's clock."""
    began = ada.page.evaluate("window.began")
    now = dana.page.evaluate("performance.timeOrigin + performance.now()")
    return float(now - began)


def test_undo_takes_back_ones_own_step_and_not_the_others(both: tuple[Grid, Grid]) -> None:
    ada, dana = both
    keynote, welcome = ada.stands(KEYNOTE), ada.stands("Welcome and goals")
    ada.reveal("16:15", "Askwith Hall")
    ada.move(KEYNOTE, "16:25", "Askwith Hall")
    ada.settled(KEYNOTE)
    dana.reveal("08:30", "GCC")
    dana.move("Welcome and goals", "08:35", "GCC")
    dana.settled("Welcome and goals")
    expect(ada.block("Welcome and goals")).not_to_have_attribute("data-start", welcome[0], timeout=WITHIN)
    ada.page.keyboard.press("Control+z")
    ada.settled("Undone: moved “Keynote")
    assert ada.stands(KEYNOTE) == keynote
    assert ada.stands("Welcome and goals") != welcome
    dana.page.reload()
    dana.page.keyboard.press("Control+z")
    dana.settled("Undone: moved “Welcome and goals”")
    dana.page.keyboard.press("Control+Shift+z")
    dana.settled("Done again: moved “Welcome and goals”")


def test_both_drag_at_once_and_what_is_held_stays_in_the_hand(both: tuple[Grid, Grid]) -> None:
    ada, dana = both
    ada.reveal("16:15", "Askwith Hall")
    dana.reveal("08:30", "GCC")
    x, y = dana.place("08:40", "GCC")
    dana.grab(dana.top_of("Welcome and goals"), (x, y + 10))
    ada.move(KEYNOTE, "16:25", "Askwith Hall")
    ada.settled(KEYNOTE)
    stood = dana.stands(KEYNOTE)
    expect(dana.page.locator("#live")).to_contain_text("moved “Keynote", timeout=WITHIN)
    assert dana.stands(KEYNOTE) == stood, "nothing is drawn anew under the hand"
    assert dana.page.evaluate("document.body.dataset.held")
    dana.page.mouse.up()
    dana.settled("Welcome and goals")
    expect(dana.block(KEYNOTE)).not_to_have_attribute("data-start", stood[0], timeout=WITHIN)
    expect(ada.page.locator("#live")).to_contain_text("moved “Welcome and goals”", timeout=WITHIN)
    there = dana.stands("Welcome and goals")
    expect(ada.block("Welcome and goals")).to_have_attribute("data-start", there[0], timeout=WITHIN)
    assert ada.stands("Welcome and goals") == there


def test_what_is_typed_on_stale_ground_stays_and_is_refused_with_both_versions(both: tuple[Grid, Grid]) -> None:
    ada, dana = both
    dana.block(KEYNOTE).get_by_role("link", name=KEYNOTE).click()
    dana.panel.get_by_label("Title", exact=True).fill("Opening words")
    ada.block(KEYNOTE).get_by_role("link", name=KEYNOTE).click()
    ada.panel.get_by_label("Title", exact=True).fill("Great keynote")
    ada.panel.get_by_role("button", name="Save").click()
    ada.settled("Great keynote")
    expect(dana.panel).to_contain_text("has just changed this", timeout=WITHIN)
    expect(dana.panel.get_by_label("Title", exact=True)).to_have_value("Opening words")
    dana.panel.get_by_role("button", name="Save").click()
    expect(dana.panel.get_by_role("alert")).to_contain_text("nothing you typed is lost")
    for version, title in (("As it stands", "Great keynote"), ("Yours", "Opening words")):
        expect(dana.panel.get_by_role("radio", name=re.compile(f"^{version}.*{title}"))).to_have_count(1)
    expect(dana.block("Great keynote")).to_have_count(1)


def test_a_lost_connection_is_said_calmly_and_made_good(both: tuple[Grid, Grid], program: Program) -> None:
    ada, dana = both
    stood = dana.stands(KEYNOTE)
    dana.page.context.set_offline(True)
    expect(dana.page.locator("#live")).to_contain_text("The connection is lost", timeout=20_000)
    ada.reveal("16:15", "Askwith Hall")
    ada.move(KEYNOTE, "16:25", "Askwith Hall")
    ada.settled(KEYNOTE)
    dana.page.context.set_offline(False)
    expect(dana.block(KEYNOTE)).not_to_have_attribute("data-start", stood[0], timeout=20_000)
    expect(dana.page.locator("#live")).not_to_contain_text("The connection is lost")
