"""Two organizers at one draft: what was made on stale ground is refused, shown beside what stands, and kept."""

import re

import pytest
from sqlmodel import Session, select

from app.agenda.grounds import placement_ground
from app.agenda.loading import load_draft
from app.database import Database
from app.models import AgendaSession, Convening, Seat
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.agenda.campus import Campus, campus
from tests.conftest import Visitor, VisitorOf
from tests.people.rows import BY, seat

HERE = "/by-all-means/convenings/2017-fall"
DRAFT = f"{HERE}/agenda/draft"
FRAGMENT = {"hx-request": "true", "hx-current-url": f"http://127.0.0.1:8000{DRAFT}?day=2017-11-14"}


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    with database.write() as db:
        place = campus(db)
        _second_organizer(db, place, by=BY)
        place.session("Welcome", "09:00–10:00", rooms=["GCC"], speakers=["Imani Okafor"])
        place.session("Idea", None)
    return place


@verb
def _second_organizer(db: Session, place: Campus, *, by: Viewer) -> None:
    desk = Seat(cohort_id=place.town.cohort.key, role_id=place.town.roles["organizer"].key)
    db.add(desk)
    db.flush()
    place.town.seats["lab", "second organizer"] = desk
    seat(db, place.town, "Dana Reyes", "lab", "second organizer", by=by)


@pytest.fixture
def ada(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Ada Roth").key)


@pytest.fixture
def dana(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Dana Reyes").key)


def number(database: Database, title: str) -> int:
    with database.read() as db:
        return db.exec(select(AgendaSession).where(AgendaSession.title == title)).one().key


def start_of(database: Database, session: int) -> str:
    with database.read() as db:
        moment = db.get_one(AgendaSession, session).starts_at
        return f"{moment:%d %H:%M}" if moment else ""


def form_in(html: str, button: str) -> tuple[str, dict[str, list[str]]]:
    """The address and the hidden fields of the form whose button says so."""
    for action, inside in re.findall(r'<form[^>]* action="([^"]+)"[^>]*>(.*?)</form>', html, re.S):
        if button in inside:
            fields: dict[str, list[str]] = {}
            for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', inside):
                fields.setdefault(name, []).append(value)
            return action, fields
    raise AssertionError(f"no button says {button}")


def rows(html: str) -> list[list[str]]:
    """The lines of the table that shows both versions."""
    cells = re.findall(r"<tr>(.*?)</tr>", html, re.S)[1:]
    return [
        [re.sub("<[^>]+>", "", one) for one in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in cells
    ]


def test_a_stored_session_and_the_same_in_the_draft_stand_on_the_same_ground(database: Database, place: Campus) -> None:
    with database.read() as db:
        draft = load_draft(db, db.get_one(Convening, place.convening.key))
        stored = {row.key: placement_ground(row) for row in db.exec(select(AgendaSession))}
        assert {one.id: placement_ground(one) for one in draft.sessions} == stored
        assert [len(ground) for ground in stored.values()] == [8, 8]


def test_a_drag_on_stale_ground_moves_nothing_and_is_asked_about(
    ada: Visitor, dana: Visitor, database: Database
) -> None:
    session = number(database, "Welcome")
    with database.read() as db:
        seen = placement_ground(db.get_one(AgendaSession, session))
    dana.post(f"{HERE}/sessions/{session}/placement", {"start": "14:00", "seen": seen})
    answer = ada.post(f"{HERE}/sessions/{session}/placement", {"start": "15:10", "seen": seen})
    assert answer.status_code == 409
    assert start_of(database, session) == "14 19:00"
    assert "Dana Reyes moved it just now." in answer.text
    assert "You moved it to 15:10." in answer.text
    assert rows(answer.text) == [["When", "Tue 14 Nov, 14:00–15:00 EST", "Tue 14 Nov, 15:10–16:10 EST"]]
    address, fields = form_in(answer.text, "Move it to 15:10 all the same")
    ada.follow(address, fields)
    assert start_of(database, session) == "14 20:10"


def test_with_htmx_the_question_is_in_the_panel_and_the_grid_is_as_it_stands(
    ada: Visitor, dana: Visitor, database: Database
) -> None:
    session = number(database, "Welcome")
    dana.post(f"{HERE}/sessions/{session}/placement", {"start": "14:00"})
    answer = ada.post(f"{HERE}/sessions/{session}/placement", {"start": "15:10", "seen": "00000000"}, headers=FRAGMENT)
    assert answer.status_code == 409
    panel, workbench = re.findall(r'<hx-partial data-hx-target="#(\w+)"', answer.text)
    assert (panel, workbench) == ("panel", "workbench")
    assert "14:00–15:00" in answer.text.partition('data-hx-target="#workbench"')[2]


def test_the_way_to_the_tray_and_other_rooms_are_guarded_too(
    ada: Visitor, dana: Visitor, database: Database, place: Campus
) -> None:
    session = number(database, "Welcome")
    askwith = str(place.rooms["Askwith Hall"].key)
    dana.post(f"{HERE}/sessions/{session}/placement", {"room": askwith})
    answer = ada.post(f"{HERE}/sessions/{session}/tray", {"seen": "00000000"})
    assert answer.status_code == 409
    assert rows(answer.text) == [["When", "Tue 14 Nov, 09:00–10:00 EST", "In the tray, 60 minutes"]]
    answer = ada.post(f"{HERE}/sessions/{session}/placement", {"room": str(place.rooms["GCC"].key), "seen": "00000000"})
    assert rows(answer.text) == [["Where", "Askwith Hall", "GCC"]]


def test_each_block_of_the_grid_carries_its_ground(ada: Visitor, database: Database) -> None:
    with database.read() as db:
        grounds = {row.key: placement_ground(row) for row in db.exec(select(AgendaSession))}
    html = ada.get(DRAFT).text
    assert {int(key): seen for key, seen in re.findall(r'id="s(\d+)"[^>]* data-seen="(\w+)"', html)} == grounds


def test_a_second_click_is_no_conflict_with_oneself(ada: Visitor, database: Database) -> None:
    session = number(database, "Welcome")
    with database.read() as db:
        seen = placement_ground(db.get_one(AgendaSession, session))
    move = {"start": "14:00", "seen": seen}
    answers = [ada.post(f"{HERE}/sessions/{session}/placement", move).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert start_of(database, session) == "14 19:00"
