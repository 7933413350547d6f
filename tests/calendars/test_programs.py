"""What programs of others make of our calendars, fetched over HTTP from the program as it serves: event by event,
in UTC, for people in five zones, across both clock changes, with what was moved, called off and put back (rules 14 and
16)."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from datetime import time as wall

import httpx
import pytest
import time_machine
import uvicorn
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app import clock
from app.agenda.placements import Placement, move_session
from app.agenda.releases import publish_release
from app.agenda.sessions import cancel_session, create_session
from app.calendars.feeds import create_feed, token_of
from app.database import Database
from app.gatherings.arranging import arrange_gathering, move_gathering
from app.gatherings.details import Details
from app.gatherings.reach import call_off, take_back
from app.gatherings.series import add_occurrence, skip_occurrence
from app.models import AgendaSession, FeedScope, Person, Role
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from tests.calendars.programs import PROGRAMS, Read
from tests.gatherings.meeting import EVERYONE, Meeting, meet, utc
from tests.registration.stage import BY
from tests.registration.stage import convening as staged_convening

ZONES = {
    "oakland facilitator": "America/Los_Angeles",
    "salem facilitator": "America/New_York",
    "oakland mayor": "Europe/London",
    "salem mayor": "Asia/Kolkata",
    "organizer": "Australia/Sydney",
}
FACILITATORS = ("oakland facilitator", "salem facilitator")


@pytest.fixture(autouse=True)
def in_october() -> Iterator[None]:
    with time_machine.travel(utc(2017, 10, 24, 14), tick=True):
        yield


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """The program, served on a port of this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@verb
def _live_in(db: Session, meeting: Meeting, *, by: Viewer) -> None:
    for who, zone in ZONES.items():
        db.get_one(Person, meeting.stage.people[who]).zone = zone


def _year(meeting: Meeting) -> None:
    """A year of calls and webinars in five zones around the days on which clocks change there, and a convening."""
    with meeting.database.write() as db:
        _live_in(db, meeting, by=BY)
        series = meeting.calls(db)
        on = {clock.local(one.starts_at, series.zone).date(): one for one in series.sessions if one.starts_at}
        move_gathering(db, on[date(2017, 11, 9)], starts_at=utc(2017, 11, 3, 16), minutes=90, by=BY)
        call_off(db, on[date(2017, 12, 14)], reason="Snow", by=BY)
        call_off(db, on[date(2018, 1, 11)], reason="A mistake", by=BY)
        take_back(db, on[date(2018, 1, 11)], by=BY)
        skip_occurrence(db, on[date(2018, 2, 8)], by=BY)
        move_gathering(db, on[date(2018, 3, 8)], starts_at=utc(2018, 3, 12, 16), minutes=60, by=BY)
        add_occurrence(db, series, starts_at=utc(2018, 6, 1, 16), by=BY)
        for zone in ZONES.values():
            for day in (date(2017, 10, 28), date(2017, 11, 5), date(2018, 3, 11), date(2018, 3, 25), date(2018, 4, 1)):
                said = Details(title=f"Webinar of {clock.place(zone)}", audience=EVERYONE)
                for start in (wall(1, 30), wall(9)):
                    at = clock.at(day, start, zone)
                    arrange_gathering(db, meeting.cohort(db), said, starts_at=at, minutes=75, zone=zone, by=BY)
        _agenda(db, meeting)


def _agenda(db: Session, meeting: Meeting) -> None:
    convening = staged_convening(db, meeting.stage)
    moved, off, _ = [
        create_session(
            db,
            convening,
            Details(title=title, audience=EVERYONE, purpose="Line one;\nline, two \\ ‘three’ 市長"),
            to=Placement(date(2017, 11, 14), wall(8 + n), 60),
            by=BY,
        )
        for n, title in enumerate(("Welcome", "Panel", "Team time, one; two"))
    ]
    publish_release(db, convening, by=BY)
    move_session(db, moved, to=Placement(date(2017, 11, 15), wall(16, 30), 45), by=BY)
    cancel_session(db, off, reason="No speaker", by=BY)
    publish_release(db, convening, by=BY)


def _expected(db: Session, *, calls: bool) -> list[Read]:
    """What stands in the database, session by session, and the convening's days."""
    sessions = db.exec(select(AgendaSession).where(col(AgendaSession.archived_at).is_(None)))
    found = [_as_read(one) for one in sessions if calls or one.series_id is None]
    return sorted([*found, ("2017-11-14", "2017-11-16", "Fall convening", "CONFIRMED")])


def _as_read(session: AgendaSession) -> Read:
    assert session.starts_at is not None
    assert session.ends_at is not None
    title, status = (
        (f"CANCELLED: {session.title}", "CANCELLED") if session.is_cancelled else (session.title, "CONFIRMED")
    )
    return (session.starts_at.isoformat(), session.ends_at.isoformat(), title, status)


def _feed(
    meeting: Meeting, app: FastAPI, who: str, scope: FeedScope = FeedScope.PERSON, number: int | None = None
) -> str:
    secret = app.state.settings.secret
    with meeting.database.write() as db:
        person = db.get_one(Person, meeting.stage.people[who])
        viewer = viewer_of(db, person.key)
        feed = create_feed(db, person, secret=secret, by=viewer, scope=scope, scope_id=number)
        return f"/feeds/{token_of(feed, secret)}.ics"


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_reads_in_everybodys_calendar_what_stands_in_the_database(
    program: str, address: str, app: FastAPI, database: Database
) -> None:
    meeting = meet(database)
    _year(meeting)
    for who, zone in ZONES.items():
        body = httpx.get(address + _feed(meeting, app, who)).content
        with database.read() as db:
            expected = _expected(db, calls=who in FACILITATORS)
        assert len(expected) > 50
        assert PROGRAMS[program](body, zone) == expected, who


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_reads_in_a_roles_calendar_what_the_role_is_invited_to(
    program: str, address: str, app: FastAPI, database: Database
) -> None:
    meeting = meet(database)
    _year(meeting)
    with database.read() as db:
        roles = {slug: db.exec(select(Role.id).where(Role.slug == slug)).one() for slug in ("facilitator", "mayor")}
    for slug, number in roles.items():
        path = _feed(meeting, app, "organizer", FeedScope.ROLE, number)
        with database.read() as db:
            expected = _expected(db, calls=slug == "facilitator")
        assert PROGRAMS[program](httpx.get(address + path).content, "Australia/Sydney") == expected, slug


@dataclass(frozen=True)
class _Subscriber:
    """A program that keeps a copy and asks again with what it was given, as Thunderbird does, or by time alone."""

    address: str
    by_tag: bool

    def look(self, held: httpx.Response | None = None) -> httpx.Response:
        if held is None:
            return httpx.get(self.address)
        names = ("etag", "If-None-Match") if self.by_tag else ("last-modified", "If-Modified-Since")
        return httpx.get(self.address, headers={names[1]: held.headers[names[0]]})


@pytest.mark.parametrize("by_tag", [True, False])
def test_a_program_that_asks_again_has_every_change_and_is_sent_nothing_without_one(
    by_tag: bool, address: str, app: FastAPI, database: Database
) -> None:
    meeting = meet(database)
    _year(meeting)
    subscriber = _Subscriber(address + _feed(meeting, app, "oakland facilitator"), by_tag)
    with time_machine.travel(utc(2017, 10, 25, 9), tick=True) as day:
        held = subscriber.look()
        with database.read() as db:
            number = db.exec(select(AgendaSession.id).where(col(AgendaSession.title).startswith("Webinar"))).first()
        for is_off in (True, False):
            day.shift(7)
            again = subscriber.look(held)
            assert (again.status_code, again.content) == (304, b"")
            with database.write() as db:
                session = db.get_one(AgendaSession, number)
                if is_off:
                    call_off(db, session, reason="Snow", by=BY)
                else:
                    take_back(db, session, by=BY)
            held = subscriber.look(held)
            assert held.status_code == 200
            with database.read() as db:
                assert PROGRAMS["icalendar"](held.content, "UTC") == _expected(db, calls=True)
