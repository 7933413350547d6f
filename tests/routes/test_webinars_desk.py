"""A webinar as its organizers arrange it: terms, steps, by city, copies; attendance with the service's list."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import time_machine
from sqlmodel import col, select

from app.database import Database
from app.gatherings.seats import Given, take_public_seat, take_seat
from app.gatherings.webinars import Terms, terms_of, webinar_of
from app.models import AgendaSession, Openness, OutboxLetter, SeatState, SessionFormat, WebinarSeat
from tests.conftest import Visitor, VisitorOf
from tests.gatherings.meeting import Meeting, closed_to_the_lab, meet, speaking, utc
from tests.gatherings.seating import LINK, SECRET, seated, webinar
from tests.registration.stage import BY, more_members

HOME = "/by-all-means/gatherings"
AFTER = utc(2017, 9, 19, 19)
TERMS = {"capacity": "60", "join_minutes": "15", "reminder_hours": "48, 2"}


@pytest.fixture(autouse=True)
def clock_hand() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=True) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database, clock_hand: object) -> Meeting:
    return meet(database)


@pytest.fixture
def session(database: Database, meeting: Meeting) -> AgendaSession:
    """A public webinar with one place: Oakland's mayor has it, Salem's is in line."""
    with database.write() as db:
        made = webinar(db, meeting, openness=Openness.PUBLIC, terms=Terms(capacity=1))
        seated(db, meeting, made, "oakland mayor", "salem mayor")
        return made


def desk(session: AgendaSession) -> str:
    return f"{HOME}/{session.key}/webinar"


def upload(organizer: Visitor, session: AgendaSession, text: str) -> str:
    """Bring in a list; returns the address of its preview."""
    answer = organizer.post(f"{HOME}/{session.key}/attendance/import", files={"file": ("list.csv", text.encode())})
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"])


def steps(page: str) -> list[tuple[str, str]]:
    """The steps by name, and where each stands."""
    found = re.findall(r'<li (?:class="is-(\w+)")?.*?<strong>([^<]+)</strong>', page, re.S)
    return [(name, state) for state, name in found]


def test_one_page_says_what_is_done_and_what_is_next(
    visitor: VisitorOf,
    database: Database,
    meeting: Meeting,
    session: AgendaSession,
    clock_hand: time_machine.Traveller,
) -> None:
    names = ["Announced", "Registration", "Reminders", "Takes place", "Attendance", "Recording", "Follow-up"]
    page = visitor(meeting.stage.people["organizer"]).get(desk(session)).text
    assert steps(page) == list(zip(names, ["now", "", "", "", "", "", ""], strict=True))
    assert "It lacks a description, a speaker." in page
    assert "1 of 1 places, 1 in line, until Tue 19 Sep 2017 at 14:15 EDT" in page
    assert re.findall(r'aria-label="(\w+: \d)"', page) == ["Oakland: 1", "Salem: 0"]
    clock_hand.move_to(AFTER)
    page = visitor(meeting.stage.people["organizer"]).get(desk(session)).text
    assert [state for _, state in steps(page)] == ["now", "done", "done", "done", "", "", ""]
    clock_hand.move_to(utc(2017, 9, 27, 19))
    page = visitor(meeting.stage.people["organizer"]).get(desk(session)).text
    assert steps(page)[0] == ("Announced", "late")


def test_terms_are_kept_and_a_higher_capacity_lets_the_line_in_with_a_letter(
    visitor: VisitorOf, database: Database, meeting: Meeting, session: AgendaSession
) -> None:
    organizer = visitor(meeting.stage.people["organizer"])
    times = {"opens_day": "2017-09-01", "opens_time": "", "closes_day": "2017-09-19", "closes_time": "12:00"}
    assert "1 of the line have a place now." in organizer.follow(desk(session), {**TERMS, **times}).text
    with database.read() as db:
        terms = terms_of(webinar_of(db, db.get_one(AgendaSession, session.key)))
        letters = [letter.subject for letter in db.exec(select(OutboxLetter))]
    assert terms == Terms(60, utc(2017, 9, 1, 4), utc(2017, 9, 19, 16), 15, (48, 2))
    assert letters == ["A place came free for you: Integrated data I"]
    assert 'value="48, 2"' in organizer.get(desk(session)).text


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"capacity": "many"}, "capacity", "Places are a number"),
        ({"capacity": "0"}, "capacity", "Places are a number from 1 up"),
        ({"join_minutes": "soon"}, "join_minutes", "Say how many minutes"),
        ({"join_minutes": "1441"}, "join_minutes", "to a day"),
        ({"reminder_hours": "tomorrow"}, "reminder_hours", "Hours before it begins"),
        ({"opens_time": "12:00"}, "opens_day", "Choose the day too."),
        ({"opens_day": "2017-09-31"}, "opens_day", "A day looks like"),
        ({"closes_day": "2017-09-18", "closes_time": "noon"}, "closes_time", "A time looks like"),
        ({"opens_day": "2017-09-18", "closes_day": "2017-09-17"}, "closes_day", "closes before it opens"),
    ],
)
def test_a_mistake_in_the_terms_is_said_at_its_field_and_nothing_typed_is_lost(
    visitor: VisitorOf, meeting: Meeting, session: AgendaSession, said: dict[str, str], field: str, sentence: str
) -> None:
    answer = visitor(meeting.stage.people["organizer"]).post(desk(session), {**TERMS, "capacity": "61", **said})
    assert answer.status_code == 422
    error = re.search(rf'id="f-{field}-error">.*?<span>([^<]+)</span>', answer.text, re.S)
    assert error
    assert sentence in error[1]
    for name, value in {**TERMS, "capacity": "61", **said}.items():
        assert re.search(rf'name="{name}"[^>]* value="{re.escape(value)}"', answer.text), name


def test_a_copy_has_the_words_the_host_and_the_terms_and_asks_its_speakers_anew(
    visitor: VisitorOf, database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        first = webinar(
            db,
            meeting,
            purpose="From consent",
            host_city_id=meeting.stage.cities["salem"],
            presenters=speaking(meeting.stage.people["expert"]),
            terms=Terms(capacity=40, closes_at=utc(2017, 9, 18, 4), join_minutes=10, reminder_hours=(2,)),
        )
        seated(db, meeting, first, "oakland mayor")
    organizer = visitor(meeting.stage.people["organizer"])
    page = organizer.follow(f"{desk(first)}/copies", {"day": "2017-11-14", "start": "13:00"})
    assert "Its address to join is still to be said." in page.text
    with database.read() as db:
        made = db.exec(select(AgendaSession).where(AgendaSession.starts_at == utc(2017, 11, 14, 18))).one()
        said = (made.title, made.purpose, made.host_city_id, made.join_url, made.format, made.minutes)
        assert said == ("Integrated data I", "From consent", first.host_city_id, "", SessionFormat.WEBINAR, 75)
        assert [(e.person_id, e.state.value) for e in made.engagements] == [(meeting.stage.people["expert"], "invited")]
        assert terms_of(webinar_of(db, made)) == Terms(40, None, None, 10, (2,))
        assert db.exec(select(WebinarSeat).where(WebinarSeat.session_id == made.key)).all() == []
    mistake = organizer.post(f"{desk(first)}/copies", {"day": "", "start": "13:00"})
    assert (mistake.status_code, "Choose a day." in mistake.text) == (422, True)


def test_only_organizers_who_may_know_all_of_it_arrange_a_webinar_and_only_a_webinar_rule_13(
    visitor: VisitorOf, database: Database, meeting: Meeting, session: AgendaSession
) -> None:
    with database.write() as db:
        said: dict[str, Any] = closed_to_the_lab(meeting.of_role(db, "mayor"))
        closed = webinar(db, meeting, title="Among mayors", **said)
        call = meeting.webinar(db, format=SessionFormat.CALL)
        seated(db, meeting, closed, "oakland mayor")
    organizer = visitor(meeting.stage.people["organizer"])
    for path in ("webinar", "attendance", "attendance.csv", "attendance/import"):
        assert organizer.get(f"{HOME}/{session.key}/{path}").status_code == 200
        assert organizer.get(f"{HOME}/{call.key}/{path}").status_code == 404
        assert "Oakland Mayor" not in organizer.get(f"{HOME}/{closed.key}/{path}").text
        assert organizer.get(f"{HOME}/{closed.key}/{path}").status_code == 403
        for who in ("staff", "expert", "oakland mayor", "oakland facilitator"):
            assert visitor(meeting.stage.people[who]).get(f"{HOME}/{session.key}/{path}").status_code == 403


def test_the_services_list_is_looked_at_placed_and_taken_and_twice_is_once(
    visitor: VisitorOf, database: Database, meeting: Meeting, session: AgendaSession
) -> None:
    organizer = visitor(meeting.stage.people["organizer"])
    text = "Name,Email,Duration\nOakland Mayor,oakland.mayor@example.org,30\nOakland Mayor,,20\nThe iPad,,10\n"
    preview = upload(organizer, session, text)
    page = organizer.get(preview).text
    assert "Nothing has been written yet." in page
    assert "Whose seat The iPad had" in page
    with database.read() as db:
        salem = db.exec(select(WebinarSeat).where(WebinarSeat.person_id == meeting.stage.people["salem mayor"])).one()
        assert salem.listed_at is None
    done = organizer.follow(preview, {"listed": ["the ipad"], "seat": [str(salem.key)]})
    assert "2 noted." in done.text
    assert "2 of 2 came." in done.text
    assert organizer.post(preview, {}).status_code == 422  # taken: it is not there any more
    again = organizer.follow(upload(organizer, session, text), {})
    assert "0 noted, 1 as before; 1 of the list left out." in again.text
    assert "2 of 2 came." in again.text


def test_a_list_that_cannot_be_read_is_said_with_its_line_and_an_odd_row_beside_the_others(
    visitor: VisitorOf, meeting: Meeting, session: AgendaSession
) -> None:
    organizer = visitor(meeting.stage.people["organizer"])
    place = f"{HOME}/{session.key}/attendance/import"
    broken = organizer.post(place, files={"file": ("x.csv", b'Name,Email,Duration\n"Ada,a@example.org,5\n')})
    assert (broken.status_code, "from line 2 on" in broken.text) == (422, True)
    assert organizer.post(place, files={"file": ("x.csv", b"")}).status_code == 422
    page = organizer.get(upload(organizer, session, "Name,Email,Duration\nAda,a@example.org,long\n")).text
    assert "<strong>row 2</strong>" in page
    assert "Nobody stands on this list." in page


def test_another_organizers_upload_is_nobody_elses(
    visitor: VisitorOf, meeting: Meeting, session: AgendaSession
) -> None:
    preview = upload(visitor(meeting.stage.people["organizer"]), session, "Name,Email,Duration\nA,a@example.org,5\n")
    assert visitor(meeting.stage.people["staff"]).get(preview).status_code == 403
    assert visitor(meeting.stage.people["organizer"]).get(preview[:-1] + "x").status_code == 422


def test_an_organizer_takes_somebody_off_with_a_letter_and_the_next_in_line_moves_up(
    visitor: VisitorOf, database: Database, meeting: Meeting, session: AgendaSession
) -> None:
    organizer = visitor(meeting.stage.people["organizer"])
    place = f"{HOME}/{session.key}/attendance"
    assert "Take Oakland Mayor off the list" in organizer.get(place).text
    with database.read() as db:
        first, second = db.exec(select(WebinarSeat.id).order_by(col(WebinarSeat.id))).all()
    for _ in range(2):
        assert "Oakland Mayor is not registered any more." in organizer.follow(f"{place}/{first}/removal").text
    with database.read() as db:
        letters = [letter.subject.split(":")[0] for letter in db.exec(select(OutboxLetter))]
        assert db.get_one(WebinarSeat, second).state is SeatState.REGISTERED
    assert sorted(letters) == ["A place came free for you", "Not registered any more"]
    assert organizer.post(f"{place}/999/removal").status_code == 404


def test_the_table_to_take_along_has_no_formula_in_it(
    visitor: VisitorOf, database: Database, meeting: Meeting, session: AgendaSession
) -> None:
    with database.write() as db:
        here = db.get_one(AgendaSession, session.key)
        take_public_seat(db, here, Given("=1+1", "a@example.org", "@SUM(A1)"), secret=SECRET, by=BY)
    answer = visitor(meeting.stage.people["organizer"]).get(f"{HOME}/{session.key}/attendance.csv")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:4] for row in rows] == [
        ["Name", "E-mail", "From", "State"],
        ["Oakland Mayor", "oakland.mayor@example.org", "Oakland", "registered"],
        ["Salem Mayor", "salem.mayor@example.org", "Salem", "waiting"],
        ["'=1+1", "a@example.org", "'@SUM(A1)", "waiting"],
    ]
    assert LINK not in answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="integrated-data-i-attendance.csv"'


@pytest.mark.parametrize("count", [2, 60])
def test_the_queries_of_the_pages_do_not_grow_with_those_registered(
    visitor: VisitorOf, database: Database, meeting: Meeting, queries: list[str], count: int
) -> None:
    with database.write() as db:
        session = webinar(db, meeting)
        for person in more_members(db, meeting.stage, "salem", count, by=BY):
            take_seat(db, session, person, secret=SECRET, by=BY)
    organizer = visitor(meeting.stage.people["organizer"])
    for path in ("webinar", "attendance", "attendance.csv"):
        queries.clear()
        assert organizer.get(f"{HOME}/{session.key}/{path}").status_code == 200
        assert len(queries) <= 25, path


def test_creating_a_webinar_leads_to_its_page_of_steps(visitor: VisitorOf, meeting: Meeting) -> None:
    form = {
        "format": "webinar",
        "title": "Trauma supports",
        "day": "2017-12-12",
        "start": "13:00",
        "minutes": "75",
        "zone": "America/New_York",
        "openness": "cohort",
        "everyone": "yes",
    }
    page = visitor(meeting.stage.people["organizer"]).follow(HOME, form).text
    assert "“Trauma supports” is on the calendar" in page
    assert "From the idea to the recording" in page
    assert "It lacks a description, a speaker, an address to join." in page
