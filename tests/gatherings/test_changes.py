"""Rule 16: identifiers are stable, each change raises the sequence, and nothing else does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from app.database import Database
from app.gatherings.arranging import change_gathering, move_gathering
from app.gatherings.changes import next_instant
from app.gatherings.details import Details, details_of
from app.gatherings.reach import call_off, take_back
from app.models import AgendaSession, Cohort, SessionFormat
from app.people.audit import Refused
from tests.gatherings.meeting import EVERYONE, Meeting, meet, speaking, utc
from tests.registration.stage import BY, Stage

WEBINAR = SessionFormat.WEBINAR
NOON = utc(2017, 10, 24, 16)


def test_a_new_gathering_has_sequence_0_and_was_changed_when_it_was_made(database: Database) -> None:
    meeting = meet(database)
    with time_machine.travel(NOON, tick=False), database.write() as db:
        webinar = meeting.webinar(db)
    assert (webinar.sequence, webinar.changed_at) == (0, NOON)


def test_another_time_raises_the_sequence_rule_16(database: Database) -> None:
    meeting = meet(database)
    with time_machine.travel(NOON, tick=False), database.write() as db:
        webinar = meeting.webinar(db)
        uid = webinar.uid
        move_gathering(db, webinar, starts_at=utc(2017, 9, 26, 17), minutes=75, by=BY)
    assert (webinar.uid, webinar.sequence, webinar.changed_at) == (uid, 1, NOON + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("said", "sequence"),
    [
        ({"title": "Another title"}, 0),
        ({"purpose": "Another purpose"}, 0),
        ({"join_url": "https://meet.example.org/elsewhere"}, 1),
    ],
)
def test_words_move_the_time_of_change_and_the_place_raises_the_sequence_too(
    database: Database, said: dict[str, str], sequence: int
) -> None:
    meeting = meet(database)
    with time_machine.travel(NOON, tick=False), database.write() as db:
        webinar = meeting.webinar(db)
        _change(db, webinar, **said)
    assert (webinar.sequence, webinar.changed_at) == (sequence, NOON + timedelta(seconds=1))


def test_an_organizers_notes_are_no_change_to_calendars(database: Database) -> None:
    meeting = meet(database)
    with time_machine.travel(NOON, tick=False), database.write() as db:
        webinar = meeting.webinar(db)
        _change(db, webinar, internal_notes="Ask for the slides again")
        _change(db, webinar)
    assert (webinar.sequence, webinar.changed_at) == (0, NOON)


def test_another_speaker_is_a_change_although_the_gatherings_own_row_says_the_same(database: Database) -> None:
    meeting = meet(database)
    with time_machine.travel(NOON, tick=False), database.write() as db:
        webinar = meeting.webinar(db)
        _change(db, webinar, presenters=speaking(meeting.stage.people["expert"]))
    assert (webinar.sequence, webinar.changed_at) == (0, NOON + timedelta(seconds=1))


def test_a_title_is_heard_of_when_the_row_is_read_anew_and_its_relations_are_not_loaded(database: Database) -> None:
    meeting = meet(database)
    with time_machine.travel(NOON, tick=False):
        with database.write() as db:
            number = meeting.webinar(db).key
        with database.write() as db:
            webinar = db.get_one(AgendaSession, number)
            change_gathering(db, webinar, Details(title="Another title", audience=EVERYONE, format=WEBINAR), by=BY)
    assert webinar.changed_at == NOON + timedelta(seconds=1)


def test_called_off_twice_is_called_off_once(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        webinar = meeting.webinar(db)
        call_off(db, webinar, reason="The speaker is ill", by=BY)
        call_off(db, webinar, reason="Another click", by=BY)
    assert (webinar.sequence, webinar.cancellation_reason) == (1, "The speaker is ill")


def test_what_is_called_off_cannot_be_moved_until_it_takes_place_again(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db:
        webinar = meeting.webinar(db)
        call_off(db, webinar, reason="The speaker is ill", by=BY)
        with pytest.raises(Refused, match="Take that back before you move it"):
            move_gathering(db, webinar, starts_at=utc(2017, 9, 26, 17), minutes=75, by=BY)
        take_back(db, webinar, by=BY)
        move_gathering(db, webinar, starts_at=utc(2017, 9, 26, 17), minutes=75, by=BY)
    assert webinar.sequence == 3


def test_calling_off_without_a_reason_is_refused_at_its_field(database: Database) -> None:
    meeting = meet(database)
    with database.write() as db, pytest.raises(Refused) as refused:
        call_off(db, meeting.webinar(db), reason="  \n ", by=BY)
    assert refused.value.field == "reason"


def test_the_next_instant_is_a_whole_second_and_always_later() -> None:
    with time_machine.travel(NOON.replace(microsecond=250_000), tick=False):
        assert next_instant(None) == NOON
        assert next_instant(NOON - timedelta(hours=1)) == NOON
        assert next_instant(NOON) == NOON + timedelta(seconds=1)
        assert next_instant(NOON + timedelta(days=1)) == NOON + timedelta(days=1, seconds=1)


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(0, 3)),
        st.tuples(st.just("title"), st.sampled_from(["a", "b", "ב", "<b>"])),
        st.tuples(st.just("notes"), st.sampled_from(["x", "y"])),
        st.tuples(st.just("cancel"), st.just(0)),
        st.tuples(st.just("reinstate"), st.just(0)),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_any_sequence_of_edits_keeps_the_uid_and_tells_each_change_once_rule_16(
    database: Database, edits: list[tuple[str, int | str]]
) -> None:
    with database.write() as db:
        cohort = db.exec(select(Cohort)).first()
        meeting = Meeting(Stage(cohort.key, 0, {}, {}), database) if cohort else None
    meeting = meeting or meet(database)
    with database.write() as db:
        webinar = meeting.webinar(db)
        uid, told, shown = webinar.uid, _told(webinar), _shown(webinar)
        sequence, changed_at = webinar.sequence, webinar.changed_at
        for edit, value in edits:
            _edit(db, webinar, edit, value)
            assert webinar.changed_at is not None
            assert changed_at is not None
            assert webinar.uid == uid
            assert webinar.sequence - sequence == int(_told(webinar) != told)
            assert (webinar.changed_at > changed_at) == (_told(webinar) != told or _shown(webinar) != shown)
            told, shown, sequence, changed_at = _told(webinar), _shown(webinar), webinar.sequence, webinar.changed_at


def _edit(db: Session, webinar: AgendaSession, edit: str, value: int | str) -> None:
    if edit == "move" and not webinar.is_cancelled:
        move_gathering(db, webinar, starts_at=utc(2017, 9, 20 + int(value), 17), minutes=75, by=BY)
    elif edit == "title":
        _change(db, webinar, title=str(value))
    elif edit == "notes":
        _change(db, webinar, internal_notes=str(value))
    elif edit == "cancel":
        call_off(db, webinar, reason="Snow", by=BY)
    elif edit == "reinstate":
        take_back(db, webinar, by=BY)
    db.flush()


def _told(webinar: AgendaSession) -> tuple[object, ...]:
    return webinar.starts_at, webinar.ends_at, webinar.cancelled_at


def _shown(webinar: AgendaSession) -> tuple[object, ...]:
    return webinar.title, webinar.purpose, webinar.cancellation_reason


def _change(db: Session, webinar: AgendaSession, **said: Any) -> None:
    change_gathering(db, webinar, replace(details_of(webinar), **said), by=BY)
