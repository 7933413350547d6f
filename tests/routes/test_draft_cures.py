"""Ways out of findings in a browser: people are excused, cities get another turn; and what breaks if …, asked."""

import re
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from app.agenda.sessions import change_session
from app.database import Database
from app.gatherings.details import Item, details_of
from app.models import AgendaSession, Openness, Person, PresenceWindow, Registration, SessionItem
from app.people.audiences import rule_of
from app.people.audit import verb
from app.people.viewer import Viewer
from tests.agenda.campus import Campus, campus
from tests.conftest import Visitor, VisitorOf
from tests.people.rows import BY

HERE = "/by-all-means/convenings/2017-fall"
DRAFT = f"{HERE}/agenda/draft"


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    with database.write() as db:
        place = campus(db)
        place.session("Photo", "09:50–10:30", rule=place.of_people("Imani Okafor"))
        place.session("Mayors", "09:00–10:00", rooms=["GCC"], rule=place.of_role("mayor"))
        secret = place.details(
            "After a lost election", rule=place.of_people("Ruth Adler"), openness=Openness.CLOSED, excludes_lab=True
        )
        session = place.session("After", "16:00–17:00")
        change_session(db, session, secret, by=BY)
    return place


@pytest.fixture
def organizer(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Ada Roth").key)


def button(html: str, label: str) -> tuple[str, dict[str, str]]:
    """The address and the fields of the form whose button says so."""
    for action, inside in re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', html, re.S):
        if label in inside:
            return action, dict(re.findall(r'name="(\w+)" value="([^"]*)"', inside))
    raise AssertionError(f"no button says {label}")


def stored(db: Session, title: str) -> AgendaSession:
    return db.exec(select(AgendaSession).where(AgendaSession.title == title)).one()


def test_rule_1_who_is_double_booked_is_excused_by_a_button(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    html = organizer.get(DRAFT).text
    assert "Imani Okafor (Mayor, Oakland) is in “Mayors” (GCC) and “Photo” at once" in html
    action, fields = button(html, "Excuse Imani Okafor from “Mayors”")
    answer = organizer.follow(action, fields)
    assert "Imani Okafor need not come to “Mayors”. It cures one conflict." in answer.text
    assert "at once" not in answer.text
    with database.read() as db:
        assert rule_of(stored(db, "Mayors").audience).but_person_ids == {place.person("Imani Okafor").key}
    assert organizer.post(action, fields).status_code == 409


def test_rule_11_a_mayor_who_comes_late_gets_a_later_turn_by_a_button(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    with database.write() as db:
        session = stored(db, "Mayors")
        cities = place.town.cities
        items = (Item(20, "", cities["Oakland"].key), Item(20, "", cities["Salem"].key))
        changed = replace(details_of(session), items=items, format="mayors' update")  # type: ignore[arg-type]  # its word
        change_session(db, session, changed, by=BY)
        late(db, place, session, by=BY)
    html = organizer.get(DRAFT).text
    assert "Imani Okafor (Mayor, Oakland) is not there when it is Oakland’s turn in “Mayors”" in html
    action, fields = button(html, "Swap Oakland’s turn with Salem’s")
    organizer.follow(action, fields)
    with database.read() as db:
        order = db.exec(select(SessionItem.city_id).order_by(SessionItem.position)).all()  # type: ignore[arg-type]
    assert order == [cities["Salem"].key, cities["Oakland"].key]
    assert "when it is Oakland’s turn" not in organizer.get(DRAFT).text


@verb
def late(db: Session, place: Campus, session: AgendaSession, *, by: Viewer) -> None:
    """Oakland's mayor is there from twenty minutes after the session's start on."""
    registration = Registration(convening_id=place.convening.key, person_id=place.person("Imani Okafor").key)
    db.add(registration)
    db.flush()
    assert session.starts_at is not None
    assert session.ends_at is not None
    start, end = session.starts_at, session.ends_at
    third = (end - start) / 3
    db.add(PresenceWindow(registration_id=registration.key, starts_at=start + third, ends_at=end))


def test_a_turn_that_is_gone_or_of_another_convening_is_not_here(organizer: Visitor, database: Database) -> None:
    with database.read() as db:
        number = stored(db, "Mayors").key
    assert organizer.post(f"{HERE}/sessions/{number}/slots", {"item": "999", "with": "998"}).status_code == 404
    assert organizer.post(f"{HERE}/sessions/{number}/slots", {"item": "", "with": ""}).status_code == 409
    assert organizer.post(f"{HERE}/sessions/{number}/excuses", {"person": "x"}).status_code == 409
    assert organizer.post(f"{HERE}/sessions/{number}/excuses", {}).status_code == 409


# What breaks if …


def test_the_questions_are_asked_by_a_form_that_changes_nothing(organizer: Visitor, place: Campus) -> None:
    html = organizer.get(f"{DRAFT}/questions").text
    assert "What breaks if …" in html
    assert "Imani Okafor (Mayor, Oakland)" in html
    assert '<form method="post" action="/by-all-means' not in html
    assert f'href="{DRAFT}/questions"' in organizer.get(DRAFT).text


def test_what_breaks_if_a_mayor_leaves_is_said_and_marked_on_the_grid(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    who = place.person("Ruth Adler").key
    asked = f"{DRAFT}/questions?ask=leaves&person={who}&day=2017-11-14&time=09:30"
    html = organizer.get(asked).text
    assert "Ruth Adler leaves on Tue 14 Nov at 09:30" in html
    assert "Ruth Adler (Mayor, Salem) is not there for “Mayors”: Tue 14 Nov, 09:00–10:00." in html
    assert 'aria-label="Finding 1"' in html
    with database.read() as db:
        assert db.exec(select(PresenceWindow)).all() == []


def test_rule_13_asking_about_people_does_not_tell_who_is_in_a_hidden_session(
    organizer: Visitor, place: Campus
) -> None:
    for name in ("Ruth Adler", "Jo Park"):
        asked = f"ask=leaves&person={place.person(name).key}&day=2017-11-14&time=15:00"
        html = organizer.get(f"{DRAFT}/questions?{asked}").text
        assert "Nothing breaks that is not broken already." in html
        assert "After a lost election" not in html


def test_what_breaks_if_a_room_is_lost_is_said_with_another_room(organizer: Visitor, place: Campus) -> None:
    room = place.rooms["GCC"].key
    html = organizer.get(f"{DRAFT}/questions?ask=room&room={room}&day=&time=&until=").text
    assert "GCC is lost throughout" in html
    assert "“Mayors” is in GCC, which is not to be had then: Tue 14 Nov, 09:00–10:00." in html
    action, fields = button(html, "Move it to Team Room 1")
    assert (action.rpartition("/")[2], fields["start"]) == ("placement", "09:00")
    assert "Let it stand" not in html
    some = organizer.get(f"{DRAFT}/questions?ask=room&room={room}&day=2017-11-14&time=13:00&until=15:00").text
    assert "GCC is lost on Tue 14 Nov, 13:00–15:00" in some
    assert "Nothing breaks that is not broken already." in some


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("ask=leaves&person=&day=2017-11-14&time=14:00", "Choose somebody of the list."),
        ("ask=leaves&person=999999&day=2017-11-14&time=14:00", "Choose somebody of the list."),
        ("ask=leaves&person={ruth}&day=&time=14:00", "Choose a day."),
        ("ask=arrives&person={ruth}&day=2017-11-14&time=soon", "A time looks like 14:00."),
        ("ask=room&room=999999", "Choose a room of the list."),
        ("ask=room&room={room}&day=2017-11-14&time=15:00&until=14:00", "The end is before the start."),
    ],
)
def test_a_question_that_cannot_be_read_is_said_at_its_field(
    organizer: Visitor, place: Campus, asked: str, said: str
) -> None:
    filled = asked.format(ruth=place.person("Ruth Adler").key, room=place.rooms["GCC"].key)
    answer = organizer.get(f"{DRAFT}/questions?{filled}")
    assert said in answer.text


def test_rule_13_only_organizers_ask(place: Campus, visitor: VisitorOf) -> None:
    assert visitor(place.person("Ruth Adler").key).get(f"{DRAFT}/questions").status_code == 403


def test_names_of_three_hundred_letters_from_right_to_left_are_chosen_like_others(
    organizer: Visitor, place: Campus, database: Database
) -> None:
    name = "رئيس " * 60
    with database.write() as db:
        renamed(db, place.person("Ruth Adler").key, name.strip(), by=BY)
    assert name.strip() in organizer.get(f"{DRAFT}/questions").text


@verb
def renamed(db: Session, person_id: int, name: str, *, by: Viewer) -> None:
    db.get_one(Person, person_id).name = name
