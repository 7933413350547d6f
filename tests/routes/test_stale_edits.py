"""Two organizers at one draft: what was made on stale ground is refused, shown beside what stands, and kept."""

import re
from dataclasses import replace
from html import unescape

import pytest
from sqlmodel import Session, select

from app.agenda.grounds import DETAILS, changed_since, details_ground, placement_ground
from app.agenda.loading import load_draft
from app.database import Database
from app.gatherings.details import Item, covered, details_of
from app.models import AgendaSession, Convening, Openness, Seat
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
    assert "Dana Reyes moved it to 14:00 just now." in answer.text
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


def filled(html: str) -> dict[str, list[str]]:
    """A session's form as a browser would send it back."""
    (form,) = re.findall(r'<form class="form" id="session-form".*?</form>', html, re.S)
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{one}="([^"]*)"', tag) for one in ("name", "value"))
        if name and (" checked" in tag or not re.search(r'type="(checkbox|radio)"', tag)):
            fields.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" ?selected', options) or re.search(
            r"<option selected>(\w+)", options
        )
        fields.setdefault(name, []).append(chosen[1] if chosen else "")
    for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        fields[name] = [unescape(text)]
    return fields


def versions(html: str) -> dict[str, list[str]]:
    """Both versions of each field that differs, theirs first, each as a person reads it."""
    found = {}
    for legend, inside in re.findall(r"<legend>([^<]+)</legend>\s*<div class=\"version-pair\">(.*?)</div>", html, re.S):
        found[legend] = [unescape(text) for text in re.findall(r'version-text" dir="auto">([^<]*)<', inside)]
    return found


def said_of(database: Database, session: int) -> dict[str, object]:
    with database.read() as db:
        details = details_of(db.get_one(AgendaSession, session))
        return {name: getattr(details, name) for name in ("title", "purpose", "internal_notes")}


def test_a_form_typed_on_stale_ground_shows_both_versions_and_loses_nothing(
    ada: Visitor, dana: Visitor, database: Database
) -> None:
    session = number(database, "Welcome")
    form = f"{DRAFT}/sessions/{session}"
    mine, theirs = filled(ada.get(form).text), filled(dana.get(form).text)
    dana.follow(form, theirs | {"title": ["Welcome, all"], "purpose": ["Dana’s purpose"]})
    answer = ada.post(form, mine | {"title": ["Good morning"], "internal_notes": ["Typed by Ada"]})
    assert answer.status_code == 409
    assert said_of(database, session) == {"title": "Welcome, all", "purpose": "Dana’s purpose", "internal_notes": ""}
    assert versions(answer.text) == {
        "Title": ["Welcome, all", "Good morning"],
        "Purpose": ["Dana’s purpose", "Nothing"],
        "Notes for organizers": ["Nothing", "Typed by Ada"],
    }
    assert "Dana Reyes changed this session while you had it open." in answer.text
    assert re.findall(r'name="take-(\w+)" value="(\w+)" checked', answer.text) == [
        ("title", "mine"),
        ("purpose", "theirs"),
        ("internal_notes", "mine"),
    ]
    address, typed = form_in(answer.text, "Save as chosen")
    typed = {name: [unescape(one) for one in values] for name, values in typed.items()}
    ada.follow(address, typed | {"take-title": "theirs", "take-purpose": "theirs", "take-internal_notes": "mine"})
    assert said_of(database, session) == {
        "title": "Welcome, all",
        "purpose": "Dana’s purpose",
        "internal_notes": "Typed by Ada",
    }


def test_save_mine_anyway_saves_all_that_was_typed(ada: Visitor, dana: Visitor, database: Database) -> None:
    session = number(database, "Welcome")
    form = f"{DRAFT}/sessions/{session}"
    mine, theirs = filled(ada.get(form).text), filled(dana.get(form).text)
    dana.follow(form, theirs | {"title": ["Theirs"], "purpose": ["Theirs"]})
    answer = ada.post(form, mine | {"title": ["Mine"]})
    address, typed = form_in(answer.text, "Save mine anyway")
    ada.follow(address, typed | {"take-title": "theirs", "take-purpose": "theirs", "all": "mine"})
    assert said_of(database, session) == {"title": "Mine", "purpose": "", "internal_notes": ""}


def test_a_third_change_while_one_chooses_is_asked_about_again(ada: Visitor, dana: Visitor, database: Database) -> None:
    session = number(database, "Welcome")
    form = f"{DRAFT}/sessions/{session}"
    mine = filled(ada.get(form).text)
    for title in ("Second", "Third"):
        dana.follow(form, filled(dana.get(form).text) | {"title": [title]})
        answer = ada.post(form, mine | {"title": ["Mine"]})
        assert versions(answer.text) == {"Title": [title, "Mine"]}
        address, mine = form_in(answer.text, "Save as chosen")
        assert address == form
    ada.follow(form, mine | {"take-title": "mine"})
    assert said_of(database, session)["title"] == "Mine"


def test_a_form_whose_time_was_left_alone_does_not_move_the_session_back(
    ada: Visitor, dana: Visitor, database: Database
) -> None:
    session = number(database, "Welcome")
    form = f"{DRAFT}/sessions/{session}"
    mine = filled(ada.get(form).text)
    dana.post(f"{HERE}/sessions/{session}/placement", {"start": "14:00"})
    ada.follow(form, mine | {"title": ["Good morning"]})
    assert (said_of(database, session)["title"], start_of(database, session)) == ("Good morning", "14 19:00")
    dana.post(f"{HERE}/sessions/{session}/placement", {"start": "16:00"})
    answer = ada.post(form, mine | {"title": ["Good morning"], "start": ["10:00"], "details_seen": [""]})
    assert answer.status_code == 409
    assert versions(answer.text) == {"When": ["Tue 14 Nov, 16:00–17:00 EST", "Tue 14 Nov, 10:00–11:00 EST"]}
    assert "Dana Reyes, just now" in answer.text


def test_what_both_said_alike_is_no_conflict_and_a_second_click_saves_once(ada: Visitor, database: Database) -> None:
    session = number(database, "Welcome")
    form = f"{DRAFT}/sessions/{session}"
    typed = filled(ada.get(form).text) | {"title": ["Good morning"]}
    assert [ada.post(form, typed).status_code for _ in range(2)] == [303, 303]
    assert said_of(database, session)["title"] == "Good morning"


def test_a_form_of_a_new_session_sent_twice_makes_it_once(ada: Visitor, database: Database) -> None:
    typed = filled(ada.get(f"{DRAFT}/sessions/new?day=2017-11-14&start=10:00&minutes=45").text)
    answers = [ada.post(f"{DRAFT}/sessions", typed | {"title": ["Once"]}) for _ in range(2)]
    assert [one.headers["location"] for one in answers] == [answers[0].headers["location"]] * 2
    with database.read() as db:
        (made,) = db.exec(select(AgendaSession).where(AgendaSession.title == "Once")).all()
        assert (made.minutes, made.uid) == (45, typed["uid"][0])


def test_long_and_right_to_left_titles_stand_whole_in_both_versions(
    ada: Visitor, dana: Visitor, database: Database
) -> None:
    session = number(database, "Welcome")
    form = f"{DRAFT}/sessions/{session}"
    mine, theirs = ("שלום <b>" * 37).strip(), "x" * 300
    ours = filled(ada.get(form).text)
    dana.follow(form, ours | {"title": [theirs]})
    assert versions(ada.post(form, ours | {"title": [mine]}).text) == {"Title": [theirs, mine]}


def test_after_a_mistake_the_form_stands_on_the_ground_it_was_typed_on(
    ada: Visitor, dana: Visitor, database: Database
) -> None:
    session = number(database, "Welcome")
    form = f"{DRAFT}/sessions/{session}"
    mine = filled(ada.get(form).text)
    dana.follow(form, mine | {"title": ["Theirs"]})
    wrong = ada.post(form, mine | {"title": ["Mine"], "presenter": ["Nobody Here"]})
    assert wrong.status_code == 422
    again = filled(wrong.text)
    assert (again["title"], again["details_seen"], again["seen"]) == (["Mine"], mine["details_seen"], mine["seen"])
    assert ada.post(form, again | {"presenter": [""]}).status_code == 409


def test_rule_13_both_versions_hide_what_excludes_the_lab(
    ada: Visitor, dana: Visitor, database: Database, place: Campus
) -> None:
    with database.write() as db:
        there = replace(place, db=db, convening=db.get_one(Convening, place.convening.key))
        closed = there.session(
            "After a lost election",
            rule=place.of_people("Ruth Adler", "Imani Okafor"),
            openness=Openness.CLOSED,
            excludes_lab=True,
            cover_title="Peers",
            purpose="Secret purpose",
            items=[Item(25, "Secret turn")],
        ).key
    form = f"{DRAFT}/sessions/{closed}"
    mine = filled(ada.get(form).text)
    assert {"title", "purpose", "item_title", "serves"} & set(mine) == set()
    dana.follow(form, mine | {"cover_title": ["Theirs"]})
    forged = {"title": ["Guessed"], "purpose": ["Guessed"], "item_minutes": ["5"], "item_title": ["Guessed"]}
    answer = ada.post(form, mine | {"cover_title": ["Mine"]} | forged)
    assert answer.status_code == 409
    assert versions(answer.text) == {"Cover title": ["Theirs", "Mine"]}
    for html in (answer.text, ada.get(form).text, ada.post(f"{form}/typed", mine).text):
        secrets = ("election", "Secret", "Ruth Adler (")
        assert [secret for secret in secrets if secret in html.partition("<datalist")[0]] == []
    ada.follow(form, form_in(answer.text, "Save mine anyway")[1] | {"all": "mine"})
    assert said_of(database, closed)["title"] == "After a lost election"


def test_rule_13_a_ground_does_not_let_a_guess_be_checked(database: Database, place: Campus) -> None:
    with database.write() as db:
        there = replace(place, db=db, convening=db.get_one(Convening, place.convening.key))
        secret = details_of(there.session("Secret", openness=Openness.CLOSED, excludes_lab=True, cover_title="Peers"))
        assert details_ground(covered(secret)) == details_ground(covered(replace(secret, title="Other", purpose="x")))
        assert changed_since(details_ground(secret), replace(secret, title="Other")) == {"title"}
        assert changed_since("", secret) == frozenset()
        assert changed_since("of another program", secret) == frozenset(DETAILS)


def test_what_is_emptied_is_empty_and_an_empty_day_and_start_are_the_tray(ada: Visitor, database: Database) -> None:
    session = number(database, "Welcome")
    form = f"{DRAFT}/sessions/{session}"
    ada.follow(form, filled(ada.get(form).text) | {"purpose": ["Too much"]})
    ada.follow(form, filled(ada.get(form).text) | {"purpose": [""]})
    assert said_of(database, session)["purpose"] == ""
    ada.follow(f"{HERE}/sessions/{session}/placement", {"day": "", "start": ""})
    assert start_of(database, session) == ""


def test_a_session_that_somebody_deleted_is_not_moved_and_what_was_typed_of_it_is_kept(
    ada: Visitor, dana: Visitor, database: Database
) -> None:
    session = number(database, "Welcome")
    form = f"{DRAFT}/sessions/{session}"
    mine = filled(ada.get(form).text)
    dana.post(f"{HERE}/sessions/{session}/archival")
    moved = ada.post(f"{HERE}/sessions/{session}/placement", {"start": "15:10", "seen": mine["seen"]})
    assert moved.status_code == 404
    assert "was deleted meanwhile" in moved.text
    answer = ada.post(form, mine | {"title": ["Good morning"]})
    assert answer.status_code == 422
    assert filled(answer.text)["title"] == ["Good morning"]
    assert said_of(database, session)["title"] == "Welcome"
    address, _ = form_in(answer.text, "Bring it back")
    ada.follow(address)
    ada.follow(form, filled(answer.text))
    assert (said_of(database, session)["title"], start_of(database, session)) == ("Good morning", "14 14:00")
