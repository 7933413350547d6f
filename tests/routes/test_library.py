"""The library in a browser: found by words without accents, files safe and asked after, hidden at once."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from httpx import Response
from sqlmodel import select

from app.database import Database
from app.learning.library import Said, add_item, quarantine_item
from app.models import LibraryItem, Openness
from tests.conftest import Visitor, VisitorOf
from tests.gatherings.meeting import Meeting, meet, utc
from tests.handed import office, paper
from tests.registration.stage import BY

HOME = "/by-all-means/library"
HOSTILE = "<script>alert(1)</script> \u202eevil\u202c " + "x" * 250


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=True):
        yield


@pytest.fixture
def meeting(database: Database, in_september: None) -> Meeting:
    return meet(database)


@pytest.fixture
def organizer(visitor: VisitorOf, meeting: Meeting) -> Visitor:
    return visitor(meeting.stage.people["organizer"])


def titles(page: str) -> list[str]:
    return re.findall(r'class="shelved-title"[^>]*>([^<]+)<', page)


def add(visitor: Visitor, *sent: tuple[str, bytes], **said: str) -> Response:
    form = {"title": "Slides", "kind": "slides", "openness": "cohort", **said}
    return visitor.post(HOME, form, files=[("file", one) for one in sent] or [("file", ("", b""))])


def item_of(database: Database) -> LibraryItem:
    with database.read() as db:
        return db.exec(select(LibraryItem).order_by(LibraryItem.id.desc())).first()  # type: ignore[union-attr, return-value]


def test_an_empty_library_offers_the_first_step_to_those_who_can_take_it(
    visitor: VisitorOf, meeting: Meeting, organizer: Visitor
) -> None:
    assert f'href="{HOME}/new"' in organizer.get(HOME).text
    page = visitor(meeting.stage.people["oakland mayor"]).get(HOME).text
    assert "Nothing in the library yet" in page
    assert f"{HOME}/new" not in page


def test_words_topics_cities_and_kinds_narrow_it_and_accents_do_not_matter(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        cohort, oakland = meeting.cohort(db), meeting.stage.cities["oakland"]
        for title, topics, city in (
            ("La reunión de las familias", "Consent", None),
            ("Where money comes from", "Financing, consent", oakland),
            ("A plan", "Financing", oakland),
        ):
            add_item(db, cohort, Said(title=title, topics=topics, city_id=city, url="https://x.example/"), by=BY)
    mayor = visitor(meeting.stage.people["oakland mayor"])
    found = {
        query: titles(mayor.get(f"{HOME}?{query}").text)
        for query in ("q=REUNION", "topic=consent", "city=oakland&topic=Financing", "q=oakland+plan", "kind=recording")
    }
    assert found == {
        "q=REUNION": ["La reunión de las familias"],
        "topic=consent": ["Where money comes from", "La reunión de las familias"],
        "city=oakland&topic=Financing": ["A plan", "Where money comes from"],
        "q=oakland+plan": ["A plan"],
        "kind=recording": [],
    }
    fragment = mayor.get(f"{HOME}?q=plan", headers={"hx-request": "true"}).text
    assert (titles(fragment), "<html" in fragment) == (["A plan"], False)
    assert "La reunión de las familias" in mayor.get("/search?q=reunion").text


def test_the_search_finds_nothing_of_a_session_that_is_closed_to_one_rule_13(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        webinar = meeting.webinar(db, audience=meeting.of_role(db, "mayor"), openness=Openness.CLOSED)
        said = Said(title="The case", url="https://x.example/", session_id=webinar.key)
        item = add_item(db, meeting.cohort(db), said, by=BY)
    mayor = visitor(meeting.stage.people["oakland mayor"])
    facilitator = visitor(meeting.stage.people["oakland facilitator"])
    place = f"/by-all-means/gatherings/{webinar.key}"
    for address in (HOME, "/search?q=case", place):
        assert ("The case" in mayor.get(address).text, "The case" in facilitator.get(address).text) == (True, False)
    assert (mayor.get(f"{HOME}/{item.key}").status_code, facilitator.get(f"{HOME}/{item.key}").status_code) == (
        200,
        404,
    )
    assert visitor().get(f"{HOME}/{item.key}").headers["location"].startswith("/sign-in")


def test_a_file_is_known_by_its_content_and_sent_so_that_no_browser_runs_it(
    database: Database, organizer: Visitor, visitor: VisitorOf, meeting: Meeting
) -> None:
    assert add(organizer, ("report.exe", paper(2))).status_code == 303
    item = item_of(database)
    assert (item.name, item.media_type, item.pages) == ("report.pdf", "application/pdf", 2)
    mayor = visitor(meeting.stage.people["oakland mayor"])
    place = f"{HOME}/{item.key}/file/report.pdf"
    answer = mayor.get(place)
    assert answer.content == paper(2)
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["content-disposition"].startswith("inline")
    assert mayor.get(place, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert mayor.get(f"{HOME}/{item.key}/preview").headers["content-type"] == "image/webp"
    add(organizer, ("notes.docx", office()), title="Notes")
    notes = item_of(database)
    answer = mayor.get(f"{HOME}/{notes.key}/file/notes.docx")
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_quarantined_file_is_gone_for_all_but_organizers_rule_20(
    database: Database, organizer: Visitor, visitor: VisitorOf, meeting: Meeting
) -> None:
    add(organizer, ("report.pdf", paper()))
    place = f"{HOME}/{item_of(database).key}"
    mayor = visitor(meeting.stage.people["oakland mayor"])
    etag = mayor.get(f"{place}/file/x").headers["etag"]
    refused = organizer.post(f"{place}/quarantine", {"reason": " "})
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    page = organizer.follow(f"{place}/quarantine", {"reason": "A child’s name"}).text
    assert "In quarantine" in page
    for end in ("", "/file/x", "/preview"):
        assert mayor.get(place + end, headers={"if-none-match": etag}).status_code == 404
    assert organizer.get(f"{place}/file/x").status_code == 200
    organizer.follow(f"{place}/quarantine/end")
    assert mayor.get(f"{place}/file/x").status_code == 200


def test_a_form_that_cannot_stand_keeps_what_was_typed_and_says_where(organizer: Visitor, database: Database) -> None:
    answer = add(organizer, title="Kept as typed", url="ftp://x.example", topics="Kept too", session="No such session")
    assert answer.status_code == 422
    assert "No session is called “No such session”" in answer.text
    assert "Kept as typed" in answer.text
    answer = add(organizer, title="Kept as typed", url="ftp://x.example")
    assert 'id="f-url-error"' in answer.text
    answer = add(organizer, ("evil.exe", b"MZ evil"), title="Kept as typed")
    assert 'id="f-file-error"' in answer.text
    assert database_is_empty(database)


def database_is_empty(database: Database) -> bool:
    with database.read() as db:
        return db.exec(select(LibraryItem)).first() is None


def test_hostile_and_long_words_are_words(organizer: Visitor, database: Database) -> None:
    answer = add(organizer, title=HOSTILE, url="https://x.example/?a=1&b=%3Cscript%3E")
    assert answer.status_code == 303
    for address in (HOME, f"{HOME}/{item_of(database).key}", f"{HOME}/{item_of(database).key}/edit", "/search?q=evil"):
        page = organizer.get(address).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page


def test_an_organizer_edits_replaces_puts_away_and_brings_back_rule_21(organizer: Visitor, database: Database) -> None:
    add(organizer, url="https://x.example/1")
    place = f"{HOME}/{item_of(database).key}"
    form = {
        "title": "Better slides",
        "kind": "slides",
        "openness": "public",
        "url": "https://x.example/1",
        "topics": "a,b",
    }
    assert "Better slides" in organizer.follow(place, form).text
    page = organizer.post(f"{place}/versions", {"url": ""}, files=[("file", ("x.pdf", paper()))])
    newer = page.headers["location"]
    assert newer != place
    assert f'href="{place}"' in organizer.get(newer).text
    assert "taken its place" in organizer.post(f"{place}/return").text
    assert "Bring it back" in organizer.follow(f"{newer}/removal").text
    assert titles(organizer.get(HOME).text) == []
    assert "in the library again" in organizer.follow(f"{newer}/return").text
    assert titles(organizer.get(HOME).text) == ["Better slides"]


def test_strangers_find_only_what_is_public_rule_18(visitor: VisitorOf, database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        cohort = meeting.cohort(db)
        add_item(db, cohort, Said(title="For all", url="https://x.example/1", openness=Openness.PUBLIC), by=BY)
        add_item(db, cohort, Said(title="For us", url="https://x.example/2"), by=BY)
        hidden = add_item(db, cohort, Said(title="Hid", url="https://x.example/3", openness=Openness.PUBLIC), by=BY)
        quarantine_item(db, hidden, reason="x", by=BY)
    stranger = visitor()
    assert titles(stranger.get(HOME).text) == ["For all"]
    assert stranger.get(f"{HOME}?q=us").text.count("For us") == 0
