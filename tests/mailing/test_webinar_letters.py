"""Letters to those registered for a webinar: reminders that go once and at their hour, with a link of their own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.database import Database
from app.gatherings.arranging import move_gathering
from app.gatherings.reach import call_off
from app.gatherings.seats import give_back, take_seat, token_of
from app.gatherings.webinars import Terms
from app.mailing.webinar_letters import send_webinar_letters, tell_seats
from app.models import AgendaSession, OutboxLetter, Person, WebinarSeat
from app.settings import Settings
from tests.gatherings.meeting import Meeting, meet, utc
from tests.gatherings.seating import LINK, SECRET, seated, webinar
from tests.registration.stage import BY, more_members

BEGINS = utc(2017, 9, 19, 17)
A_DAY_BEFORE, AN_HOUR_BEFORE = utc(2017, 9, 18, 17), utc(2017, 9, 19, 16)


@pytest.fixture(autouse=True)
def clock_hand() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database) -> Meeting:
    return meet(database)


def at(database: Database, settings: Settings, hand: time_machine.Traveller, moment: datetime) -> list[tuple[str, str]]:
    """What the worker writes at a moment: (to whom, subject up to its colon)."""
    hand.move_to(moment)
    with database.read() as db:
        before = len(db.exec(select(OutboxLetter.id)).all())
    send_webinar_letters(database, settings)
    with database.read() as db:
        letters = db.exec(select(OutboxLetter).order_by(col(OutboxLetter.id))).all()[before:]
    return [(letter.recipient.split(" <")[0], letter.subject.split(":")[0]) for letter in letters]


def registered(db: Session, meeting: Meeting, *who: str, terms: Terms | None = None) -> AgendaSession:
    session = webinar(db, meeting, terms=terms)
    seated(db, meeting, session, *who)
    return session


def test_a_reminder_goes_at_its_hour_and_never_twice(
    database: Database, meeting: Meeting, settings: Settings, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        session = registered(db, meeting, "oakland mayor", "salem mayor")
    one_each = [("Oakland Mayor", "Reminder"), ("Salem Mayor", "Reminder")]
    assert at(database, settings, clock_hand, utc(2017, 9, 18, 16, 59)) == []
    assert at(database, settings, clock_hand, A_DAY_BEFORE) == one_each
    assert at(database, settings, clock_hand, utc(2017, 9, 18, 18)) == []
    with database.write() as db:
        (mine, _) = db.exec(select(WebinarSeat).order_by(col(WebinarSeat.id))).all()
        give_back(db, mine, by=BY)
    assert at(database, settings, clock_hand, AN_HOUR_BEFORE) == one_each[1:]
    assert at(database, settings, clock_hand, utc(2017, 9, 19, 16, 30)) == []
    with database.read() as db:
        letters = db.exec(select(OutboxLetter)).all()
        link = f"{settings.address}/webinars/{token_of(db.get_one(WebinarSeat, mine.key), settings.secret)}"
    assert link in letters[0].text
    assert "from 12:30 EDT (09:30 in Oakland) on" in letters[0].text  # rule 14
    assert LINK not in "".join(letter.text for letter in letters)
    assert session.starts_at == BEGINS


def test_who_registers_after_a_reminders_hour_gets_the_next_one_alone(
    database: Database, meeting: Meeting, settings: Settings, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        session = registered(db, meeting)
    clock_hand.move_to(utc(2017, 9, 18, 20))
    with database.write() as db:
        seated(db, meeting, db.get_one(AgendaSession, session.key), "oakland mayor")
    assert at(database, settings, clock_hand, utc(2017, 9, 18, 21)) == []
    assert at(database, settings, clock_hand, AN_HOUR_BEFORE) == [("Oakland Mayor", "Reminder")]


def test_a_worker_that_slept_sends_the_latest_alone(
    database: Database, meeting: Meeting, settings: Settings, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        registered(db, meeting, "oakland mayor")
    assert at(database, settings, clock_hand, utc(2017, 9, 19, 16, 10)) == [("Oakland Mayor", "Reminder")]
    assert at(database, settings, clock_hand, utc(2017, 9, 19, 16, 20)) == []


def test_nobody_is_reminded_of_what_is_off_who_waits_or_once_it_began(
    database: Database, meeting: Meeting, settings: Settings, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        session = registered(db, meeting, "oakland mayor", "salem mayor", terms=Terms(capacity=1))
        call_off(db, registered(db, meeting, "salem facilitator"), reason="Snow", by=BY)
    assert at(database, settings, clock_hand, A_DAY_BEFORE) == [
        ("Salem Facilitator", "Called off"),  # what nobody told them yet
        ("Oakland Mayor", "Reminder"),
    ]
    assert at(database, settings, clock_hand, BEGINS) == []
    assert session.key


def test_another_time_is_told_by_the_worker_too_and_reminders_go_for_the_new_one(
    database: Database, meeting: Meeting, settings: Settings, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        session = registered(db, meeting, "oakland mayor")
    assert at(database, settings, clock_hand, A_DAY_BEFORE) == [("Oakland Mayor", "Reminder")]
    with database.write() as db:
        move_gathering(db, db.get_one(AgendaSession, session.key), starts_at=utc(2017, 9, 21, 17), minutes=60, by=BY)
    assert at(database, settings, clock_hand, utc(2017, 9, 18, 18)) == [("Oakland Mayor", "Another time")]
    assert at(database, settings, clock_hand, utc(2017, 9, 18, 19)) == []
    assert at(database, settings, clock_hand, utc(2017, 9, 20, 17)) == [("Oakland Mayor", "Reminder")]


def test_moved_to_within_a_reminders_hour_the_letter_of_the_change_is_the_reminder(
    database: Database, meeting: Meeting, settings: Settings, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        session = registered(db, meeting, "oakland mayor")
        move_gathering(db, session, starts_at=utc(2017, 9, 16, 10), minutes=60, by=BY)
    assert at(database, settings, clock_hand, utc(2017, 9, 15, 15)) == [("Oakland Mayor", "Another time")]
    assert at(database, settings, clock_hand, utc(2017, 9, 15, 16)) == []
    assert at(database, settings, clock_hand, utc(2017, 9, 16, 9)) == [("Oakland Mayor", "Reminder")]


def test_of_two_workers_at_once_one_writes(
    database: Database, meeting: Meeting, settings: Settings, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        registered(db, meeting, "oakland mayor", "salem mayor")
    clock_hand.move_to(A_DAY_BEFORE)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: send_webinar_letters(database, settings), range(4)))
    assert sum(counts) == 2
    with database.read() as db:
        assert len(db.exec(select(OutboxLetter)).all()) == 2


def test_who_has_no_address_is_written_no_letter_and_nobody_twice(
    database: Database, meeting: Meeting, settings: Settings
) -> None:
    with database.write() as db:
        session = webinar(db, meeting)
        seats = seated(db, meeting, session, "oakland mayor", "salem mayor")
        assert seats[0].person is not None
        assert tell_seats(db, seats, settings=settings) == 2
        assert tell_seats(db, seats, settings=settings) == 0
        assert SECRET


@pytest.mark.parametrize("count", [2, 30])
def test_the_statements_do_not_grow_with_those_registered(
    database: Database,
    meeting: Meeting,
    settings: Settings,
    clock_hand: time_machine.Traveller,
    queries: list[str],
    count: int,
) -> None:
    with database.write() as db:
        session = webinar(db, meeting)
        for member in more_members(db, meeting.stage, "oakland", count, by=BY):
            take_seat(db, session, db.get_one(Person, member.key), secret=SECRET, by=BY)
    clock_hand.move_to(A_DAY_BEFORE)
    queries.clear()
    assert send_webinar_letters(database, settings) == count
    assert len(queries) <= 27
