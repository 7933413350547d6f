"""The page where one lends the hours of one's other calendars."""

import pytest
from sqlmodel import select

from app.files.calendars import Hours
from app.models import BusyCalendar
from app.people.busy import MOST_CALENDARS
from tests.conftest import Visitor, VisitorOf

CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Chemotherapy\r\n"
    b"DTSTART:20171025T150000Z\r\nDTEND:20171025T160000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def bring(visitor: Visitor, body: bytes, *, label: str = "Home") -> str:
    answer = visitor.post("/me/busy/files", {"file_label": label}, files={"file": ("mine.ics", body, "text/calendar")})
    return visitor.get(answer.headers["location"]).text if answer.status_code == 303 else answer.text


def test_an_empty_page_says_what_will_be_here(sample_visitor: VisitorOf) -> None:
    page = sample_visitor("mayor").get("/me/busy")
    assert page.headers["cache-control"] == "no-store"
    assert "None yet" in page.text
    assert "Only hours are kept" in page.text


def test_a_file_is_read_at_once_and_shown_as_hours(sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    page = bring(mayor, CALENDAR)
    assert "1 stretch in the next four weeks" in page
    assert "Wed 25 Oct, 08:00–09:00 PDT" in page
    assert "Chemotherapy" not in page


def test_an_address_is_taken_and_shown_by_its_host_alone(sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    page = mayor.follow("/me/busy/addresses", {"label": "Work", "address": "webcal://calendar.example/key-4711/me.ics"})
    assert "calendar.example" in page.text
    assert "key-4711" not in page.text
    assert "Not read yet" in page.text


def test_a_mistake_is_said_at_its_field_and_nothing_typed_is_lost(sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    answer = mayor.post("/me/busy/addresses", {"label": "Work “mine”", "address": "ftp://calendar.example/"})
    assert answer.status_code == 422
    assert "has to begin with https://" in answer.text
    assert 'value="ftp://calendar.example/"' in answer.text
    assert "Work “mine”" in answer.text


def test_a_file_that_is_no_calendar_is_said_at_its_field(sample_visitor: VisitorOf) -> None:
    mayor = sample_visitor("mayor")
    assert "This is no calendar" in bring(mayor, b"PK\x03\x04")
    assert "Choose a file first" in mayor.post("/me/busy/files", {"file_label": "Home"}).text
    assert "Give it a name" in bring(mayor, CALENDAR, label="")


def test_a_strangers_file_is_not_even_read(sample_visitor: VisitorOf) -> None:
    answer = sample_visitor().post("/me/busy/files", {"file_label": "x"}, files={"file": ("a.ics", CALENDAR)})
    assert answer.headers["location"].startswith("/sign-in")


def test_a_file_for_which_there_is_no_room_is_not_even_read(
    sample_visitor: VisitorOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    mayor = sample_visitor("mayor")
    for number in range(MOST_CALENDARS):
        mayor.follow("/me/busy/addresses", {"label": "Work", "address": f"https://calendar.example/{number}"})

    def read(*_: object, **__: object) -> Hours:
        raise AssertionError("it was read")

    monkeypatch.setattr("app.routes.busy.hours_of", read)
    assert "At most 6 calendars are read" in bring(mayor, CALENDAR)


def test_one_takes_away_ones_own_and_nobody_elses(sample_visitor: VisitorOf) -> None:
    mayor, other = sample_visitor("mayor"), sample_visitor("superintendent")
    bring(mayor, CALENDAR)
    with mayor.app.state.database.read() as db:
        number = db.exec(select(BusyCalendar.id)).one()
    other.app = mayor.app
    assert (
        Visitor(mayor.app, mayor._portal, person_id=other.person_id).post(f"/me/busy/{number}/removal").status_code
        == 404
    )
    page = mayor.follow(f"/me/busy/{number}/removal")
    assert "None yet" in page.text
    assert mayor.post(f"/me/busy/{number}/removal").status_code == 303  # a second click does no harm


def test_an_assistant_lends_the_hours_of_their_principal(sample_visitor: VisitorOf) -> None:
    assistant = sample_visitor("assistant")
    page = assistant.get("/me/busy").text
    assert "None yet" in page
    assert "1 stretch" in bring(assistant, CALENDAR)


def test_the_pages_queries_do_not_grow_with_the_calendars(sample_visitor: VisitorOf, queries: list[str]) -> None:
    mayor = sample_visitor("mayor")
    bring(mayor, CALENDAR)
    mayor.get("/me/busy")
    queries.clear()
    mayor.get("/me/busy")
    few = len(queries)
    for _ in range(4):
        bring(mayor, CALENDAR)
    queries.clear()
    mayor.get("/me/busy")
    assert len(queries) == few
