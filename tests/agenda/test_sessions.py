"""Saying what a session is: created, changed, deleted and undone, cancelled; closed to the lab (rule 13)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, col, select

from app.agenda.sessions import (
    archive_session,
    cancel_session,
    change_session,
    create_session,
    reinstate_session,
    restore_session,
)
from app.gatherings.details import Presenter, details_of
from app.models import AgendaSession, AuditEntry, EngagementState, Openness
from app.people.audit import Refused
from tests.agenda.campus import EVERYONE, Campus
from tests.people.rows import BY


def test_a_new_session_waits_in_the_tray_until_it_is_placed(db: Session, place: Campus) -> None:
    session = create_session(
        db, place.convening, place.details("Data"), rooms=place.use("GCC"), minutes=75, by=place.viewer("Ada Roth")
    )
    assert (session.starts_at, session.minutes, session.sequence) == (None, 75, 0)
    assert [one.room_id for one in session.places] == [place.rooms["GCC"].key]


def test_a_session_is_kept_as_it_was_said(db: Session, place: Campus) -> None:
    said = place.details(
        "  Mayors’\n peer   session ",
        rule=place.of_role("mayor"),
        speakers=["Prof. Strand"],
        openness=Openness.CLOSED,
        cover_title="Peer session",
        purpose="Adaptive leadership.",
        excludes_lab=True,
    )
    session = create_session(db, place.convening, said, by=BY)
    db.expire_all()
    assert details_of(session) == replace(said, title="Mayors’ peer session")


def test_a_title_of_300_letters_right_to_left_is_kept(db: Session, place: Campus) -> None:
    title = "שלום עולם " * 30
    session = place.session(title)
    assert session.title == title.strip()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  \n"}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"join_url": "javascript:alert(1)"}, "join_url"),
        ({"excludes_lab": True}, "excludes_lab"),
        ({"presenters": (Presenter(999_999),)}, "presenters"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(
    db: Session, place: Campus, change: dict[str, object], field: str
) -> None:
    session = place.session()
    with pytest.raises(Refused) as refusal:
        change_session(db, session, replace(details_of(session), **change), by=BY)  # type: ignore[arg-type]  # as said
    assert refusal.value.field == field
    assert session.title == "Welcome"


def test_the_same_person_twice_in_one_part_is_refused(db: Session, place: Campus) -> None:
    session = place.session()
    twice = (Presenter(place.person("Jo Park").key),) * 2
    with pytest.raises(Refused, match="twice with the same part"):
        change_session(db, session, replace(details_of(session), presenters=twice), by=BY)


def test_rule_16_a_new_title_moves_the_time_of_change_and_not_the_sequence(db: Session, place: Campus) -> None:
    session = place.session()
    before = session.changed_at
    assert before is not None
    change_session(db, session, replace(details_of(session), title="Welcome and goals"), by=BY)
    assert session.sequence == 0
    assert session.changed_at is not None
    assert session.changed_at > before


def test_rule_16_notes_for_organizers_are_no_change_to_calendars(db: Session, place: Campus) -> None:
    session = place.session()
    before = (session.sequence, session.changed_at)
    change_session(db, session, replace(details_of(session), internal_notes="Ask Salem."), by=BY)
    assert (session.sequence, session.changed_at) == before


def test_a_presenter_who_stays_keeps_how_far_they_agreed(db: Session, place: Campus) -> None:
    session = place.session(speakers=["Jo Park"])
    jo, strand = place.person("Jo Park").key, place.person("Prof. Strand").key
    confirmed = (Presenter(jo, state=EngagementState.CONFIRMED),)
    change_session(db, session, replace(details_of(session), presenters=confirmed), by=BY)
    row = session.engagements[0].id
    change_session(db, session, replace(details_of(session), presenters=(Presenter(strand), *confirmed)), by=BY)
    db.expire_all()
    assert [(one.person_id, one.state.value) for one in session.engagements] == [
        (strand, "invited"),
        (jo, "confirmed"),
    ]
    assert row in [one.id for one in session.engagements]


def test_rule_21_deleting_is_putting_away_and_can_be_undone(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"])
    starts_at = session.starts_at
    archive_session(db, session, by=BY)
    assert (session.archived_at is None, session.sequence) == (False, 1)
    restore_session(db, session, by=BY)
    assert (session.archived_at is None, session.starts_at, len(session.places)) == (True, starts_at, 1)
    assert session.sequence == 2


def test_deleting_twice_keeps_the_first_time(db: Session, place: Campus) -> None:
    session = place.session()
    archive_session(db, session, by=BY)
    first = (session.archived_at, session.sequence)
    archive_session(db, session, by=BY)
    assert (session.archived_at, session.sequence) == first


def test_rule_16_a_cancellation_raises_the_sequence_and_keeps_the_place(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"])
    cancel_session(db, session, reason="  The speaker\nis ill ", by=BY)
    assert (session.is_cancelled, session.cancellation_reason, session.sequence) == (True, "The speaker is ill", 1)
    assert session.starts_at == datetime(2017, 11, 14, 14, tzinfo=UTC)
    cancel_session(db, session, reason="second click", by=BY)
    assert (session.cancellation_reason, session.sequence) == ("The speaker is ill", 1)
    reinstate_session(db, session, by=BY)
    assert (session.is_cancelled, session.cancellation_reason, session.sequence) == (False, "", 2)


def test_what_waits_in_the_tray_is_deleted_rather_than_cancelled(db: Session, place: Campus) -> None:
    session = place.session("Idea", None)
    with pytest.raises(Refused, match="Delete it"):
        cancel_session(db, session, reason="", by=BY)


# Rule 13: a session may exclude even lab staff


def peers(place: Campus) -> AgendaSession:
    """The mayors' session, closed to the lab."""
    return place.session("Peers", rule=place.of_role("mayor"), openness=Openness.CLOSED, excludes_lab=True)


def test_rule_13_an_organizer_cannot_open_a_session_that_excludes_the_lab(db: Session, place: Campus) -> None:
    session = peers(place)
    opened = replace(details_of(session), excludes_lab=False)
    with pytest.raises(Refused, match="Only somebody who is in this session"):
        change_session(db, session, opened, by=place.viewer("Ada Roth"))
    change_session(db, session, opened, by=place.viewer("Imani Okafor"))
    assert not session.excludes_lab


def test_rule_13_an_organizer_cannot_let_themselves_in(db: Session, place: Campus) -> None:
    session = peers(place)
    ada = place.viewer("Ada Roth")
    assert ada.person_id is not None
    ways_in = (
        replace(details_of(session), audience=EVERYONE),
        replace(details_of(session), audience=place.of_people("Ada Roth")),
        replace(details_of(session), presenters=(Presenter(ada.person_id, "timekeeper"),)),
    )
    for way in ways_in:
        with pytest.raises(Refused, match="you cannot let yourself in"):
            change_session(db, session, way, by=ada)


def test_rule_13_an_organizer_may_still_say_its_cover_and_its_format(db: Session, place: Campus) -> None:
    session = peers(place)
    change_session(db, session, replace(details_of(session), cover_title="Peer session"), by=place.viewer("Ada Roth"))
    assert session.cover_title == "Peer session"


def test_rule_13_an_assistant_is_not_in_the_room(db: Session, place: Campus) -> None:
    session = peers(place)
    kai = place.viewer("Kai Weber", acting_for="Imani Okafor")
    with pytest.raises(Refused, match="Only somebody who is in this session"):
        change_session(db, session, replace(details_of(session), excludes_lab=False), by=kai)


def test_rule_21_creation_and_change_are_each_one_act_on_record(db: Session, place: Campus) -> None:
    session = place.session(rooms=["GCC"], by=place.viewer("Ada Roth"))
    change_session(db, session, replace(details_of(session), title="Hello"), by=place.viewer("Theo Lund"))
    rows = db.exec(
        select(AuditEntry.act, AuditEntry.by)
        .where(AuditEntry.subject == "session", AuditEntry.subject_id == session.key)
        .order_by(col(AuditEntry.id))
    ).all()
    assert rows == [("create_session", "Ada Roth"), ("change_session", "Theo Lund")]
