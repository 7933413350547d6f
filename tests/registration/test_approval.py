"""Approval: a place is held while an organizer decides; turning down needs a reason; letting in again needs a place."""

import pytest
from sqlmodel import Session, col, select

from app.database import Database
from app.mailing import place_letters
from app.models import Convening, OutboxLetter, Registration, RegistrationState
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.approval import approve_registration, restore_registration, turn_down
from app.registration.presence import presence
from app.registration.registrations import cancel, register, registration_of
from app.settings import Settings
from tests.registration.stage import BY, Stage, convening, person, set_stage, viewer
from tests.registration.test_places import counts, state_of

PENDING, SUBMITTED, WAITING = RegistrationState.PENDING, RegistrationState.SUBMITTED, RegistrationState.WAITING
CANCELLED, TURNED_DOWN = RegistrationState.CANCELLED, RegistrationState.TURNED_DOWN
MAYOR, SUPERINTENDENT, FACILITATOR = "oakland mayor", "oakland superintendent", "oakland facilitator"


@verb
def ask_approval(db: Session, of: Convening, *, by: Viewer) -> None:
    of.needs_approval = True


@pytest.fixture
def asking(database: Database, _in_time: None) -> Stage:
    """One place a city, and an organizer decides on each registration."""
    stage = set_stage(database, cap=1)
    with database.write() as db:
        ask_approval(db, convening(db, stage), by=BY)
    return stage


def registers(db: Session, stage: Stage, who: str, by: str | None = None) -> Registration:
    return register(db, convening(db, stage), person(db, stage, who), by=viewer(db, stage, by or who))


def test_where_it_is_asked_for_whoever_registers_is_pending_with_the_place_held(
    database: Database, asking: Stage
) -> None:
    with database.write() as db:
        assert registers(db, asking, MAYOR).state is PENDING
        assert registers(db, asking, SUPERINTENDENT).state is WAITING
    assert counts(database, asking) == (1, 0)


def test_who_is_pending_is_not_expected_yet(database: Database, asking: Stage) -> None:
    with database.write() as db:
        mayor = registers(db, asking, MAYOR)
        assert presence(db, convening(db, asking)) == {}
        approve_registration(db, mayor, by=viewer(db, asking, "organizer"))
        assert presence(db, convening(db, asking)) == {asking.people[MAYOR]: ()}


def test_whom_an_organizer_registers_is_approved_by_that(database: Database, asking: Stage) -> None:
    with database.write() as db:
        assert registers(db, asking, MAYOR, by="organizer").state is SUBMITTED
        assert registers(db, asking, "staff").state is PENDING


def test_an_approval_gives_the_place_once(database: Database, asking: Stage) -> None:
    with database.write() as db:
        mayor = registers(db, asking, MAYOR)
        for _ in range(2):
            assert approve_registration(db, mayor, by=BY).state is SUBMITTED
    assert counts(database, asking) == (1, 0)


def test_who_was_approved_while_waiting_needs_no_second_approval(database: Database, asking: Stage) -> None:
    with database.write() as db:
        mayor, superintendent = registers(db, asking, MAYOR), registers(db, asking, SUPERINTENDENT)
        registers(db, asking, FACILITATOR)
        assert approve_registration(db, superintendent, by=BY).state is WAITING
        cancel(db, mayor, by=BY)
    assert state_of(database, asking, SUPERINTENDENT) == (SUBMITTED, None)
    with database.write() as db:
        theirs = registration_of(db, convening(db, asking), asking.people[SUPERINTENDENT])
        assert theirs is not None
        cancel(db, theirs, by=BY)
    assert state_of(database, asking, FACILITATOR) == (PENDING, None)


def test_turning_down_needs_a_reason_and_gives_the_place_to_the_next(database: Database, asking: Stage) -> None:
    with database.write() as db:
        mayor = registers(db, asking, MAYOR)
        registers(db, asking, SUPERINTENDENT)
        with pytest.raises(Refused) as refusal:
            turn_down(db, mayor, reason="  ", by=BY)
        assert (refusal.value.sentence, refusal.value.field) == (
            "Say why: the person reads it in the letter.",
            "reason",
        )
        assert mayor.state is PENDING
        assert [row.person_id for row in turn_down(db, mayor, reason="Not this time", by=BY)] == [
            asking.people[SUPERINTENDENT]
        ]
        assert turn_down(db, mayor, reason="Not this time", by=BY) == []
    assert state_of(database, asking, MAYOR) == (TURNED_DOWN, None)
    assert counts(database, asking) == (1, 0)


def test_who_has_a_place_is_not_turned_down(database: Database, asking: Stage) -> None:
    with database.write() as db:
        mayor = registers(db, asking, MAYOR, by="organizer")
        with pytest.raises(Refused) as refusal:
            turn_down(db, mayor, reason="No", by=BY)
    assert refusal.value.sentence == "Oakland Mayor has a place. Cancel the registration instead."


def test_who_left_is_let_in_again_with_a_place_or_at_the_end_of_the_line(database: Database, asking: Stage) -> None:
    with database.write() as db:
        mayor = registers(db, asking, MAYOR, by="organizer")
        cancel(db, mayor, reason="a vote", by=BY)
        assert restore_registration(db, mayor, by=BY).state is SUBMITTED
        assert mayor.reason == ""
        cancel(db, mayor, by=BY)
        registers(db, asking, SUPERINTENDENT, by="organizer")
        assert (restore_registration(db, mayor, by=BY).state, mayor.waiting_number) == (WAITING, 1)
    assert counts(database, asking) == (1, 0)


def test_a_second_restoring_takes_no_second_place(database: Database, asking: Stage) -> None:
    with database.write() as db:
        mayor = registers(db, asking, MAYOR, by="organizer")
        cancel(db, mayor, by=BY)
        for _ in range(2):
            restore_registration(db, mayor, by=BY)
    assert counts(database, asking) == (1, 0)


def test_each_decision_is_told_in_a_letter_with_the_reason_that_was_given(
    database: Database, asking: Stage, settings: Settings
) -> None:
    with database.write() as db:
        mayor, superintendent = registers(db, asking, MAYOR), registers(db, asking, SUPERINTENDENT)
        place_letters.tell(db, [mayor, superintendent], settings=settings, by=BY)
        moved_up = turn_down(db, mayor, reason="The hall is full.", by=BY)
        place_letters.tell(db, [mayor, *moved_up], settings=settings, by=BY)
        approve_registration(db, superintendent, by=BY)
        for _ in range(2):
            place_letters.tell(db, [superintendent], settings=settings, by=BY)
    with database.read() as db:
        letters = db.exec(select(OutboxLetter).order_by(col(OutboxLetter.id))).all()
    assert [letter.subject for letter in letters] == [
        "Fall convening: your registration is with the organizers",
        "Fall convening: you are number 1 on the waiting list",
        "Fall convening: your registration could not be accepted",
        "Fall convening: your registration is with the organizers",
        "Fall convening: you have a place",
    ]
    assert "The hall is full." in letters[2].text
