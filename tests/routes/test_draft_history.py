"""Undo, redo and the history of the draft in a browser: with forms alone, and with fragments."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from app.agenda.placements import give_rooms, move_session, resize_session
from app.agenda.sessions import change_session
from app.database import Database
from app.gatherings.details import Presenter, details_of
from app.models import AgendaSession, Openness
from app.people.viewer import Viewer, viewer_of
from tests.agenda.campus import Campus, campus
from tests.agenda.test_history import add_seat, make_many
from tests.conftest import Visitor, VisitorOf
from tests.people.rows import BY, seat

HERE = "/by-all-means/convenings/2017-fall"
DRAFT = f"{HERE}/agenda/draft"
HISTORY = f"{DRAFT}/history"
FRAGMENT = {"hx-request": "true", "hx-current-url": f"http://127.0.0.1:8000{DRAFT}?day=2017-11-14"}


@pytest.fixture
def place(database: Database, in_the_sample: object) -> Campus:
    """The convening with one session, and two organizers: Ada Roth and Dana Reed."""
    with database.write() as db:
        place = campus(db)
        add_seat(db, place, by=BY)
        seat(db, place.town, "Dana Reed", "lab", "second organizer", by=BY)
        place.session("Keynote", "09:00–10:00", rooms=["GCC"])
    return place


@pytest.fixture
def ada(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Ada Roth").key)


@pytest.fixture
def dana(place: Campus, visitor: VisitorOf) -> Visitor:
    return visitor(place.person("Dana Reed").key)


def keynote(database: Database) -> AgendaSession:
    with database.read() as db:
        return db.get_one(AgendaSession, 1)


def offered(html: str, way: str) -> tuple[str, str]:
    """The turn that a button of the toolbar stands for, and its title."""
    form = re.search(rf'<form id="{way}".*?</form>', html, re.S)
    assert form
    turn = re.search(r'name="turn" value="(\w*)"', form[0])
    title = re.search(r'title="([^"]*)"', form[0])
    assert turn
    assert title
    return turn[1], title[1]


def acts(html: str) -> list[str]:
    """The sentences of the history, newest first."""
    heads = re.findall(r'<p class="act-head">(.*?)<time', html, re.S)
    return [" ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", head).split()) for head in heads]


def changes(html: str) -> list[str]:
    """All from–to of a page: "Time: a → b"."""
    found = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", html, re.S)
    return [f"{name}: {' '.join(re.sub(r'<span class.*?</span>|<[^>]+>', ' ', said).split())}" for name, said in found]


def test_the_buttons_say_what_they_would_do_and_are_off_with_the_reason(ada: Visitor, database: Database) -> None:
    html = ada.get(DRAFT).text
    assert offered(html, "undo") == ("", "You have changed nothing here that could be undone")
    assert offered(html, "redo") == ("", "You have undone nothing")
    assert html.count(" disabled>") == 2
    ada.post(f"{HERE}/sessions/1/placement", {"start": "16:15"})
    html = ada.get(DRAFT).text
    assert offered(html, "undo")[1] == "Undo: moved “Keynote” to Tue 14 Nov, 16:15"


def test_without_javascript_a_step_goes_back_and_forth(ada: Visitor, database: Database) -> None:
    first = keynote(database).starts_at
    ada.post(f"{HERE}/sessions/1/placement", {"start": "16:15"})
    turn, _ = offered(ada.get(DRAFT).text, "undo")
    html = ada.follow(f"{DRAFT}/undo", {"turn": turn}).text
    assert "Undone: moved “Keynote” to Tue 14 Nov, 16:15." in html
    assert keynote(database).starts_at == first
    turn, title = offered(html, "redo")
    assert title == "Redo: moved “Keynote” to Tue 14 Nov, 16:15"
    assert "Done again: moved “Keynote” to Tue 14 Nov, 16:15." in ada.follow(f"{DRAFT}/redo", {"turn": turn}).text
    assert keynote(database).starts_at != first


def test_with_htmx_the_answer_is_the_workbench_with_the_way_forth_beside_what_happened(
    ada: Visitor, database: Database
) -> None:
    answer = ada.post(f"{HERE}/sessions/1/placement", {"start": "16:15"}, headers=FRAGMENT)
    assert 'form="undo"' in answer.text
    turn, _ = offered(ada.get(DRAFT).text, "undo")
    answer = ada.post(f"{DRAFT}/undo", {"turn": turn}, headers=FRAGMENT)
    assert answer.text.lstrip().startswith('<div id="workbench"')
    assert "Undone: moved “Keynote”" in answer.text
    assert 'form="redo"' in answer.text
    assert '<article class="s' in answer.text


def test_a_second_click_is_refused_in_a_sentence(ada: Visitor) -> None:
    ada.post(f"{HERE}/sessions/1/placement", {"start": "16:15"})
    turn, _ = offered(ada.get(DRAFT).text, "undo")
    ada.post(f"{DRAFT}/undo", {"turn": turn})
    answer = ada.post(f"{DRAFT}/undo", {"turn": turn}, headers=FRAGMENT)
    assert answer.status_code == 409
    assert "That was taken back already" in answer.text


def test_what_another_has_changed_since_is_refused_with_who_and_what(ada: Visitor, dana: Visitor) -> None:
    ada.post(f"{HERE}/sessions/1/placement", {"start": "11:00"})
    dana.post(f"{HERE}/sessions/1/placement", {"start": "14:00"})
    turn, _ = offered(ada.get(DRAFT).text, "undo")
    answer = ada.post(f"{DRAFT}/undo", {"turn": turn})
    assert answer.status_code == 409
    assert "Dana Reed moved “Keynote” to Tue 14 Nov, 14:00 at 10:00 EDT, after you." in answer.text


def test_the_history_says_who_changed_what_from_what_to_what(
    place: Campus, ada: Visitor, dana: Visitor, database: Database
) -> None:
    with database.write() as db:
        session = db.get_one(AgendaSession, 1)
        viewer = place_viewer(place, db, "Ada Roth")
        place.db = db
        move_session(db, session, to=place.placement("16:15–17:10", rooms=["Askwith Hall"]), by=viewer)
        said = details_of(session)
        to = replace(
            said,
            title="Opening",
            purpose="To begin.",
            audience=place.of_role("mayor"),
            presenters=(Presenter(place.person("Prof. Strand").key),),
        )
        change_session(db, session, to, by=place_viewer(place, db, "Dana Reed"))
    html = ada.get(HISTORY).text
    assert acts(html)[:2] == [
        "Dana Reed renamed “Opening”, which was “Keynote”",
        "Ada Roth moved “Opening” to Tue 14 Nov, 16:15",
    ]
    assert changes(html)[:6] == [
        "Presenters: Prof. Strand",
        "For: Everyone → Mayors",
        "Title: Keynote → Opening",
        "Purpose: To begin.",
        "Time: Tue 14 Nov, 09:00–10:00 EST → Tue 14 Nov, 16:15–17:10 EST",
        "Rooms: GCC (rounds) → Askwith Hall (theatre)",
    ]
    assert html.count("Undo this") == 1


def place_viewer(place: Campus, db: Session, name: str) -> Viewer:
    return viewer_of(db, place.person(name).key)


def test_the_history_is_narrowed_to_a_person_and_to_a_session(ada: Visitor, dana: Visitor, place: Campus) -> None:
    ada.post(f"{DRAFT}/sessions", {"title": "Lunch", "everyone": "yes", "minutes": "60"})
    ada.post(f"{HERE}/sessions/1/placement", {"start": "16:15"})
    dana.post(f"{HERE}/sessions/2/placement", {"day": "2017-11-14", "start": "12:30"})
    number = place.person("Dana Reed").key
    assert acts(ada.get(f"{HISTORY}?by={number}").text) == ["Dana Reed moved “Lunch” to Tue 14 Nov, 12:30"]
    html = ada.get(f"{HISTORY}?session=2").text
    assert "History of “Lunch”" in html
    assert acts(html) == ["Dana Reed moved “Lunch” to Tue 14 Nov, 12:30", "Ada Roth added “Lunch”"]
    assert acts(ada.get(f"{HISTORY}?session=2&by={number}").text) == ["Dana Reed moved “Lunch” to Tue 14 Nov, 12:30"]
    assert acts(ada.get(f"{HISTORY}?by=").text)[0].startswith("Dana Reed")
    assert ada.get(f"{HISTORY}?session=99999999999999").status_code == 404
    assert ada.get(f"{HISTORY}?session=nothing").status_code == 404


def test_rooms_and_audience_alone_stand_in_a_sessions_history(ada: Visitor, place: Campus, database: Database) -> None:
    with database.write() as db:
        session = db.get_one(AgendaSession, 1)
        viewer = place_viewer(place, db, "Ada Roth")
        change_session(db, session, replace(details_of(session), audience=place.of_role("mayor")), by=viewer)
        give_rooms(db, session, (), by=viewer)
    html = ada.get(f"{HISTORY}?session=1").text
    assert acts(html)[:2] == ["Ada Roth gave “Keynote” other rooms", "Ada Roth changed whom “Keynote” is for"]
    assert changes(html)[:2] == ["Rooms: GCC (rounds)", "For: Everyone → Mayors"]


def test_undo_this_leads_back_to_the_history(ada: Visitor, database: Database) -> None:
    first = keynote(database).starts_at
    ada.post(f"{HERE}/sessions/1/placement", {"start": "16:15"})
    turn, _ = offered(ada.get(DRAFT).text, "undo")
    answer = ada.post(f"{DRAFT}/undo", {"turn": turn, "back": "history"})
    assert (answer.status_code, answer.headers["location"]) == (303, HISTORY)
    assert keynote(database).starts_at == first
    assert "Redo this" in ada.get(HISTORY).text


def test_rule_13_neither_history_nor_buttons_say_what_a_closed_session_is_about(
    ada: Visitor, place: Campus, database: Database
) -> None:
    with database.write() as db:
        place.db = db
        mayors: dict[str, Any] = {"rule": place.of_role("mayor"), "openness": Openness.CLOSED}
        secret = place.session("Xylograph", excludes_lab=True, purpose="Zyzzyva", speakers=["Prof. Strand"], **mayors)
        once = place.session("Quixotry", excludes_lab=True, purpose="Syzygy", **mayors)
        adler = place_viewer(place, db, "Ruth Adler")
        change_session(db, secret, replace(details_of(secret), purpose="Abecedarian"), by=adler)
        change_session(db, once, replace(details_of(once), excludes_lab=False, title="Open now", purpose=""), by=adler)
        move_session(db, secret, to=place.placement("16:15–17:10"), by=place_viewer(place, db, "Ada Roth"))
    pages = [ada.get(address).text for address in (DRAFT, HISTORY, f"{HISTORY}?session={secret.key}")]
    for html in pages:
        for word in ("Xylograph", "Zyzzyva", "Quixotry", "Syzygy", "Abecedarian"):
            assert word not in html
    assert offered(pages[0], "undo")[1] == "Undo: moved “Closed session” to Tue 14 Nov, 16:15"
    assert "Ruth Adler renamed “Open now”" in " ".join(acts(pages[1]))


def test_the_history_of_hostile_and_long_titles_is_text(ada: Visitor) -> None:
    title = "<script>alert(1)</script> {to} مؤتمر " + "x" * 300
    ada.post(f"{DRAFT}/sessions", {"title": title, "everyone": "yes", "minutes": "60"})
    html = ada.get(HISTORY).text
    assert "<script>alert" not in html
    assert "{to} مؤتمر" in html


def test_an_empty_history_offers_the_draft(ada: Visitor, place: Campus, database: Database) -> None:
    html = ada.get(f"{HISTORY}?by={place.person('Dana Reed').key}").text
    assert "Nothing of the kind" in html


def test_the_number_of_queries_does_not_grow_with_the_acts_or_their_rows(
    ada: Visitor, place: Campus, database: Database, queries: list[str]
) -> None:
    """Habit 14."""
    counts = []
    for many in (31, 90):  # both fill a page
        with database.write() as db:
            place.db = db
            viewer = place_viewer(place, db, "Ada Roth")
            session = db.get_one(AgendaSession, 1)
            for minutes in range(10, 10 + many):
                resize_session(db, session, minutes=minutes, by=viewer)
            make_many(db, place.convening, place, many, by=viewer)
            give_rooms(db, session, (), by=viewer)
            give_rooms(db, session, place.use("GCC"), by=viewer)
        queries.clear()
        assert ada.get(HISTORY).status_code == 200
        counts.append(len(queries))
        queries.clear()
        ada.get(f"{HISTORY}?session=1")
        counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_a_long_history_is_turned_page_by_page(ada: Visitor, place: Campus, database: Database) -> None:
    with database.write() as db:
        viewer = place_viewer(place, db, "Ada Roth")
        session = db.get_one(AgendaSession, 1)
        for minutes in range(1, 71):
            resize_session(db, session, minutes=minutes, by=viewer)
    for address in (HISTORY, f"{HISTORY}?session=1"):
        found, step = [], address
        while step:
            html = ada.get(step).text
            found += acts(html)
            earlier = re.search(r'rel="next" href="([^"]+)"', html)
            step = earlier[1].replace("&amp;", "&") if earlier else ""
        resized = [one for one in found if "minutes long" in one]
        assert resized == [f"Ada Roth made “Keynote” {minutes} minutes long" for minutes in range(70, 0, -1)]


def test_others_than_organizers_have_no_history(place: Campus, visitor: VisitorOf) -> None:
    mayor = visitor(place.person("Ruth Adler").key)
    assert mayor.get(HISTORY).status_code == 403
    assert mayor.post(f"{DRAFT}/undo", {"turn": "x"}).status_code == 403
