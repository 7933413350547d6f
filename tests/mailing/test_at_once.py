"""A change of a gathering that begins soon goes to those concerned at once, once for each change."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from app.database import Database
from app.gatherings.arranging import change_gathering, move_gathering
from app.gatherings.details import details_of
from app.gatherings.reach import call_off
from app.mailing.at_once import PURPOSE, tell_at_once
from app.models import AgendaSession, AuditEntry, ChangeMessage, Openness, Revision, SessionFormat
from app.people.audiences import Rule
from app.settings import Settings
from tests.gatherings.meeting import Meeting, meet
from tests.mailing.inviting import Mail, letters, sent, wanting, with_replies
from tests.registration.stage import BY

NOON = datetime(2017, 9, 19, 16, tzinfo=UTC)
"""The meeting begins at 13:00 Eastern, in an hour."""

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON - timedelta(days=2), tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database, clock: time_machine.Traveller) -> Meeting:
    return meet(database)


@pytest.fixture
def lab(settings: Settings) -> Settings:
    return with_replies(settings, invitation_quiet_minutes=5)


@pytest.fixture
def number(meeting: Meeting, clock: time_machine.Traveller) -> int:
    """A meeting of two mayors in an hour."""
    people = frozenset(meeting.stage.people[who] for who in ("oakland mayor", "salem mayor"))
    with meeting.database.write() as db:
        made = meeting.webinar(db, title="Budget call", audience=Rule(person_ids=people), format=SessionFormat.CALL)
    clock.move_to(NOON)
    return made.key


def told(meeting: Meeting, lab: Settings) -> list[Mail]:
    """What goes now."""
    before = len(letters(meeting.database, lab, purpose=PURPOSE))
    count = tell_at_once(meeting.database, lab)
    found = letters(meeting.database, lab, purpose=PURPOSE)[before:]
    assert len(found) == count
    return found


def act(meeting: Meeting, number: int, verb: Any, **said: Any) -> None:
    with meeting.database.write() as db:
        verb(db, db.get_one(AgendaSession, number), by=BY, **said)


def reword(db: Session, session: AgendaSession, *, by: Any, **said: Any) -> None:
    change_gathering(db, session, replace(details_of(session), **said), by=by)


def test_a_move_within_the_hour_goes_at_once_to_all_concerned(meeting: Meeting, lab: Settings, number: int) -> None:
    act(meeting, number, move_gathering, starts_at=NOON + timedelta(minutes=90), minutes=60)
    mails = told(meeting, lab)
    assert [mail.to for mail in mails] == ["oakland.mayor@example.org", "salem.mayor@example.org"]
    assert str(mails[0].mail["Subject"]) == "Another time: Budget call"
    assert "Tue 19 Sep, 13:30–14:30 EDT (10:30–11:30 in Oakland)" in mails[0].text
    assert "It was to begin Tue 19 Sep 2017 at 13:00 EDT" in mails[0].text
    assert told(meeting, lab) == []


def test_each_change_is_told_once(meeting: Meeting, lab: Settings, number: int, clock: time_machine.Traveller) -> None:
    for minutes in (70, 80):
        act(meeting, number, move_gathering, starts_at=NOON + timedelta(minutes=minutes), minutes=60)
    (first, _) = told(meeting, lab)
    assert "13:20–14:20" in first.text
    clock.shift(timedelta(minutes=2))
    act(meeting, number, move_gathering, starts_at=NOON + timedelta(minutes=90), minutes=60)
    (second, _) = told(meeting, lab)
    assert "It was to begin Tue 19 Sep 2017 at 13:20 EDT" in second.text
    with meeting.database.read() as db:
        assert sorted({one.sequence for one in db.exec(select(ChangeMessage))}) == [2, 3]


def test_what_is_called_off_or_moves_far_away_or_has_another_address_is_told(
    meeting: Meeting, lab: Settings, number: int, clock: time_machine.Traveller
) -> None:
    act(meeting, number, reword, join_url="https://meet.example.org/elsewhere")
    (one, _) = told(meeting, lab)
    assert str(one.mail["Subject"]) == "Another address to join: Budget call"
    assert "https://meet.example.org/elsewhere" in one.text
    clock.shift(timedelta(minutes=1))
    act(meeting, number, move_gathering, starts_at=NOON + timedelta(days=3), minutes=60)
    (one, _) = told(meeting, lab)
    assert str(one.mail["Subject"]) == "Another time: Budget call"
    clock.shift(timedelta(minutes=1))
    act(meeting, number, move_gathering, starts_at=NOON + HOUR, minutes=60)
    told(meeting, lab)
    clock.shift(timedelta(minutes=1))
    act(meeting, number, call_off, reason="The line is down.")
    (one, _) = told(meeting, lab)
    assert str(one.mail["Subject"]) == "Called off: Budget call"
    assert "The line is down." in one.text


def test_a_closed_session_is_not_named_on_a_locked_screen(meeting: Meeting, lab: Settings, number: int) -> None:
    """Rule 13."""
    act(meeting, number, reword, openness=Openness.CLOSED, join_url="https://meet.example.org/x")
    (one, _) = told(meeting, lab)
    assert str(one.mail["Subject"]) == "Another address to join: a closed session"


def test_what_begins_later_or_only_reads_otherwise_is_no_message(
    meeting: Meeting, lab: Settings, number: int, clock: time_machine.Traveller
) -> None:
    act(meeting, number, reword, title="Another title", purpose="Other words")
    assert told(meeting, lab) == []
    clock.move_to(NOON - timedelta(days=1))
    act(meeting, number, move_gathering, starts_at=NOON + 2 * HOUR, minutes=60)
    assert told(meeting, lab) == []


def test_a_change_of_long_ago_is_not_told_when_the_hour_comes(
    meeting: Meeting, lab: Settings, number: int, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOON - timedelta(hours=4))
    act(meeting, number, move_gathering, starts_at=NOON + timedelta(minutes=90), minutes=60)
    assert told(meeting, lab) == []
    clock.move_to(NOON)
    assert told(meeting, lab) == []


def test_who_wants_invitations_gets_the_new_one_at_once_and_no_second_letter(
    meeting: Meeting, lab: Settings, number: int, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOON - timedelta(days=1))
    wanting(meeting, "oakland mayor")
    assert len(sent(meeting.database, lab)) == 1
    clock.move_to(NOON)
    act(meeting, number, move_gathering, starts_at=NOON + timedelta(days=3), minutes=60)
    assert [mail.to for mail in told(meeting, lab)] == ["salem.mayor@example.org"]
    (mail,) = sent(meeting.database, lab)  # although the cohort's gatherings are being edited
    assert (mail.to, mail.method) == ("oakland.mayor@example.org", "REQUEST")


def test_at_a_webinar_those_with_a_seat_have_a_letter_of_their_own(meeting: Meeting, lab: Settings) -> None:
    with meeting.database.write() as db:
        number = meeting.webinar(db).key
    with time_machine.travel(NOON, tick=False):
        act(meeting, number, move_gathering, starts_at=NOON + timedelta(minutes=90), minutes=60)
        assert told(meeting, lab) == []


def test_to_be_told_is_no_change(meeting: Meeting, lab: Settings, number: int) -> None:
    act(meeting, number, move_gathering, starts_at=NOON + timedelta(minutes=90), minutes=60)
    with meeting.database.read() as db:
        before = (db.exec(select(Revision.number)).one(), len(db.exec(select(AuditEntry)).all()))
    told(meeting, lab)
    with meeting.database.read() as db:
        assert (db.exec(select(Revision.number)).one(), len(db.exec(select(AuditEntry)).all())) == before
