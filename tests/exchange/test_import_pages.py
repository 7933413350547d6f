"""Bringing files in by the browser: looked at first, done once, by organizers only."""

from io import BytesIO

import pytest
from httpx import Response
from sqlmodel import func, select

from app.exchange.read import read_agenda
from app.exchange.roster_table import read_roster
from app.exchange.table_files import XLSX_TYPE
from app.models import AgendaSession, AuditEntry, Convening, Person, Tenure
from tests.conftest import Visitor, VisitorOf
from tests.exchange.making import Programme, frab, programme

HERE = "/by-all-means/convenings/2017-fall/import"
PEOPLE = "/by-all-means/people/import"
MADE = programme(8, 2, 1)


def send(visitor: Visitor, path: str, data: bytes, name: str = "schedule.xml") -> Response:
    return visitor.post(path, files={"file": (name, BytesIO(data), "application/octet-stream")})


def look(visitor: Visitor, path: str, data: bytes) -> tuple[str, Response]:
    """Upload a file; the address of its preview, and that page."""
    answer = send(visitor, path, data)
    assert answer.status_code == 303, answer.text[:500]
    address = answer.headers["location"]
    return address, visitor.get(address)


def stamp(page: Response) -> str:
    return page.text.split('name="stamp" value="')[1].split('"')[0]


def count(visitor: Visitor, table: type) -> int:
    with visitor.app.state.database.read() as db:
        number: int = db.exec(select(func.count()).select_from(table)).one()
    return number


@pytest.fixture
def organizer(sample_visitor: VisitorOf) -> Visitor:
    return sample_visitor("organizer")


def test_preview_shows_what_would_be_made_and_writes_nothing(organizer: Visitor) -> None:
    before = count(organizer, AuditEntry)

    _, page = look(organizer, "/by-all-means/convenings/import", frab(MADE))

    assert page.status_code == 200
    for talk in MADE.talks:
        assert f"{talk.start:%H:%M}" in page.text
    assert "Kanäle, Brücken &amp; &lt;b&gt;Gräben&lt;/b&gt; 2" in page.text
    assert count(organizer, AuditEntry) == before


def test_confirmed_upload_makes_the_convening_and_its_draft(organizer: Visitor) -> None:
    address, page = look(organizer, "/by-all-means/convenings/import", frab(MADE))

    done = organizer.post(address, {"stamp": stamp(page), "title": "A winter meeting", "slug": "2026-winter"})

    assert (done.status_code, done.headers["location"]) == (303, "/by-all-means/convenings/2026-winter/agenda/draft")
    assert organizer.get(done.headers["location"]).status_code == 200
    with organizer.app.state.database.read() as db:
        convening = db.exec(select(Convening).where(Convening.slug == "2026-winter")).one()
        titles = set(db.exec(select(AgendaSession.title).where(AgendaSession.convening_id == convening.id)))
    assert titles == {" ".join(talk.title.split()) for talk in MADE.talks}
    assert organizer.get(address).status_code == 422  # the upload is gone once it was taken


def test_second_click_imports_nothing_twice(organizer: Visitor) -> None:
    address, page = look(organizer, "/by-all-means/convenings/import", frab(MADE))
    form = {"stamp": stamp(page), "title": "A winter meeting", "slug": "2026-winter"}
    organizer.post(address, form)
    before = count(organizer, AgendaSession)

    again = organizer.post(address, form)

    assert again.status_code == 422
    assert "uploads wait two hours" in again.text
    assert count(organizer, AgendaSession) == before


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"slug": "2017-fall"}, "The address “2017-fall” is taken. Choose another."),
        ({"keep": "nothing"}, "Nothing was imported: 1 thing in the file could not be read."),
        ({"zone": "Mars/Olympus"}, "“Mars/Olympus” is not the name of a time zone"),
    ],
)
def test_refused_import_leaves_no_convening_and_keeps_what_was_typed(
    organizer: Visitor, said: dict[str, str], sentence: str
) -> None:
    broken = frab(MADE).replace(b"<duration>00:43</duration>", b"<duration>soon</duration>", 1)
    address, page = look(organizer, "/by-all-means/convenings/import", broken)
    before = count(organizer, Convening)

    answer = organizer.post(address, {"stamp": stamp(page), "title": "My own title", "slug": "w", **said})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "zone" in said or "My own title" in answer.text
    assert count(organizer, Convening) == before


def test_draft_that_changed_since_the_look_is_shown_again(organizer: Visitor) -> None:
    address, page = look(organizer, "/by-all-means/convenings/import", frab(MADE))
    form = {"stamp": stamp(page), "title": "W", "slug": "w"}
    organizer.post(address, form)
    changed = Programme(talks=(*MADE.talks[:-1],))
    first, first_page = look(organizer, "/by-all-means/convenings/w/import", frab(changed))
    second, second_page = look(organizer, "/by-all-means/convenings/w/import", frab(programme(9, 2, 1)))
    assert organizer.post(second, {"stamp": stamp(second_page)}).status_code == 303

    answer = organizer.post(first, {"stamp": stamp(first_page), "absent": "archive"})

    assert answer.status_code == 409
    assert "The draft has changed since you looked" in answer.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty."),
        (b"%PDF-1.7", "This is a PDF."),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><schedule/>', "declares a document type of its own"),
        (bytes(range(256)) * 40, "This is no text"),
    ],
)
def test_unreadable_upload_is_answered_at_its_field(organizer: Visitor, data: bytes, sentence: str) -> None:
    _, page = look(organizer, HERE, data)

    assert page.status_code == 422
    assert sentence in page.text
    assert 'type="file"' in page.text


def test_upload_of_50_mb_is_refused_with_a_sentence(organizer: Visitor) -> None:
    answer = send(organizer, HERE, b"<" * (50 << 20))

    assert answer.status_code == 422
    assert "This file has 50 MB; 20 MB are taken at most." in answer.text


def test_upload_is_there_for_nobody_else(organizer: Visitor, sample_visitor: VisitorOf) -> None:
    address, _ = look(organizer, HERE, frab(MADE))

    assert sample_visitor("mayor").get(address).status_code == 403
    assert sample_visitor().get(address).status_code == 303
    token = address.rpartition("/")[2]
    assert organizer.get(f"{PEOPLE}/{token}").status_code == 422
    for strange in ("../../secret.key", "%2e%2e%2fsecret.key", "a" * 32):
        assert organizer.get(f"{HERE}/{strange}").status_code in (200, 404, 422)


@pytest.mark.parametrize("kind", ["mayor", "facilitator", "staff", "member", None])
def test_only_organizers_import(sample_visitor: VisitorOf, kind: str | None) -> None:
    visitor = sample_visitor(kind)

    for path in (HERE, PEOPLE, "/by-all-means/convenings/import"):
        assert visitor.get(path).status_code == (403 if kind else 303)
        assert send(visitor, path, frab(MADE)).status_code == (403 if kind else 303)


def test_templates_are_tables_that_are_read_without_a_problem(organizer: Visitor) -> None:
    for ending, kind in (("csv", "text/csv; charset=utf-8"), ("xlsx", XLSX_TYPE)):
        agenda = organizer.get(f"/by-all-means/convenings/import/template.{ending}")
        roster = organizer.get(f"{PEOPLE}/template.{ending}")

        assert [answer.headers["content-type"] for answer in (agenda, roster)] == [kind, kind]
        assert (len(read_agenda(agenda.content).sessions), read_agenda(agenda.content).problems) == (3, ())
        assert (len(read_roster(roster.content).rows), read_roster(roster.content).problems) == (2, ())


def test_roster_is_looked_at_row_by_row_and_then_taken(organizer: Visitor) -> None:
    """Rule 8: whoever holds a seat is not pushed out of it by a file."""
    rows = (
        "name,email,city,role,from\n"
        "Wen Zhao,wen@made.example,Oakland,Data steward,2017-09-01\n"
        "Pat Doe,pat@made.example,Salem,Mayor,2017-09-01\n"
    )
    people = count(organizer, Person)

    address, page = look(organizer, PEOPLE, rows.encode())

    assert page.status_code == 200
    assert "Wen Zhao: new person, new role Data steward, new seat, Data steward, Oakland" in page.text
    assert "Let that tenure end first" in page.text
    assert count(organizer, Person) == people
    done = organizer.post(address, {"keep": "readable"})
    assert (done.status_code, done.headers["location"]) == (303, "/by-all-means/people")
    with organizer.app.state.database.read() as db:
        wen = db.exec(select(Person).where(Person.email == "wen@made.example")).one()
        assert [str(tenure.starts_on) for tenure in db.exec(select(Tenure).where(Tenure.person_id == wen.id))] == [
            "2017-09-01"
        ]
        assert db.exec(select(Person).where(Person.email == "pat@made.example")).first() is None


@pytest.mark.parametrize("ending", ["xml", "json", "csv", "xlsx"])
def test_published_agenda_is_a_file_for_whoever_may_see_it(sample_visitor: VisitorOf, ending: str) -> None:
    """Rules 13 and 18: a stranger's file holds public sessions alone; the same request again is answered 304."""
    path = f"/by-all-means/convenings/2017-fall/agenda.{ending}"

    strange, known = sample_visitor().get(path), sample_visitor("organizer").get(path)

    assert (strange.status_code, known.status_code) == (200, 200)
    assert len(strange.content) < len(known.content)
    again = sample_visitor().get(path, headers={"if-none-match": strange.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
