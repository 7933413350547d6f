"""Who was at a webinar: a service's list matched to seats, placed by choosing, taken twice without a change."""

from collections.abc import Iterator

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.database import Database
from app.gatherings.attendance import Listed, Taken, plan_attendance, take_attendance, was_there
from app.gatherings.seats import Given, give_back, take_public_seat, take_seat
from app.gatherings.webinars import Terms
from app.models import AgendaSession, AuditEntry, Openness, Revision, SeatState, WebinarSeat
from app.people.audit import Refused
from tests.gatherings.meeting import Meeting, meet, utc
from tests.gatherings.seating import SECRET, seated, webinar
from tests.registration.stage import BY, more_members


@pytest.fixture(autouse=True)
def clock_hand() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=True) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database) -> Meeting:
    return meet(database)


def listed(name: str, email: str = "", minutes: int | None = 30) -> Listed:
    return Listed(email or name.lower(), "row 2", name, email, minutes)


def minutes_of(db: Session) -> dict[str, int | None]:
    seats = db.exec(select(WebinarSeat).order_by(col(WebinarSeat.id))).all()
    return {seat.person.name if seat.person else seat.name: seat.minutes for seat in seats if was_there(seat)}


def set_up(db: Session, meeting: Meeting) -> AgendaSession:
    """Two mayors and Ada registered, a facilitator gave back."""
    session = webinar(db, meeting, openness=Openness.PUBLIC)
    *_, third = seated(db, meeting, session, "oakland mayor", "salem mayor", "salem facilitator")
    take_public_seat(db, session, Given("Ada Roth", "ada@example.org"), secret=SECRET, by=BY)
    give_back(db, third, by=BY)
    return session


def test_addresses_go_before_names_and_what_fits_nobody_is_left_to_choose(database: Database, meeting: Meeting) -> None:
    rows = [
        listed("Somebody’s iPad", "OAKLAND.mayor@example.org".lower()),
        listed("Mayor, Salem"),
        listed("  ADA   Röth "),
        listed("Salem Facilitator"),
        listed("Nobody Known"),
        listed("Organizer", "organizer@example.org"),
    ]
    with database.write() as db:
        plan = plan_attendance(db, set_up(db, meeting), rows)
        assert [(one.listed.name, one.name, one.seat is None) for one in plan.placed] == [
            ("Somebody’s iPad", "Oakland Mayor", False),
            ("Mayor, Salem", "Salem Mayor", False),
            ("  ADA   Röth ", "Ada Roth", False),
            ("Salem Facilitator", "Salem Facilitator", False),
            ("Organizer", "Organizer", True),  # on record, and came without registering
        ]
        assert [one.name for one in plan.unplaced] == ["Nobody Known"]
        assert plan.free == ()


def test_two_of_one_name_are_left_to_choose(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        session = set_up(db, meeting)
        take_public_seat(db, session, Given("Ada Roth", "other@example.org"), secret=SECRET, by=BY)
        plan = plan_attendance(db, session, [listed("Ada Roth"), listed("Ada Roth", "new@example.org")])
        assert plan.placed == ()
        assert len(plan.unplaced) == 2


def test_taken_twice_a_list_changes_nothing_and_another_says_anew_what_it_says(
    database: Database, meeting: Meeting
) -> None:
    rows = [listed("Oakland Mayor"), listed("Organizer", "organizer@example.org"), listed("x", minutes=5), listed("y")]
    with database.write() as db:
        session = set_up(db, meeting)
        facilitator = db.exec(select(WebinarSeat).where(WebinarSeat.state == SeatState.CANCELLED)).one()
        chosen = {"x": facilitator.key}
        assert take_attendance(db, session, rows, chosen, secret=SECRET, by=BY) == Taken(3, 0, 1)
        assert minutes_of(db) == {"Oakland Mayor": 30, "Salem Facilitator": 5, "Organizer": 30}
    with database.write() as db:
        before = db.exec(select(Revision.number)).one()
        session = db.get_one(AgendaSession, session.key)
        assert take_attendance(db, session, rows, chosen, secret=SECRET, by=BY) == Taken(0, 3, 1)
        assert db.exec(select(Revision.number)).one() == before
        assert take_attendance(db, session, rows, {}, secret=SECRET, by=BY) == Taken(0, 2, 2)
        assert take_attendance(db, session, [listed("Oakland Mayor", minutes=45)], {}, secret=SECRET, by=BY) == Taken(
            1, 0, 0
        )
        assert minutes_of(db) == {"Oakland Mayor": 45, "Salem Facilitator": 5, "Organizer": 30}
        acts = {one.act for one in db.exec(select(AuditEntry).where(AuditEntry.subject == "webinar_seat"))}
        assert "take_attendance" in acts  # rule 21


def test_a_seat_is_chosen_for_one_alone(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        session = set_up(db, meeting)
        seat = db.exec(select(WebinarSeat).order_by(col(WebinarSeat.id))).first()
        assert seat is not None
        chosen = {"x": seat.key, "y": seat.key}
        with pytest.raises(Refused, match="Choose again"):
            take_attendance(db, session, [listed("x"), listed("y")], chosen, secret=SECRET, by=BY)
        assert minutes_of(db) == {}
        with pytest.raises(Refused, match="Choose again"):
            take_attendance(db, session, [listed("x")], {"x": 999}, secret=SECRET, by=BY)


def test_who_came_without_registering_has_a_seat_whatever_the_capacity_was(
    database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, terms=Terms(capacity=1))
        seated(db, meeting, session, "oakland mayor")
        rows = [listed("Salem Mayor", "salem.mayor@example.org")]
        assert take_attendance(db, session, rows, {}, secret=SECRET, by=BY) == Taken(1, 0, 0)
        seat = db.exec(select(WebinarSeat).order_by(col(WebinarSeat.id).desc())).first()
        assert seat is not None
        assert (seat.state, seat.minutes) == (SeatState.REGISTERED, 30)


@pytest.mark.parametrize("count", [3, 60])
def test_the_statements_of_a_plan_do_not_grow_with_the_list(
    database: Database, meeting: Meeting, queries: list[str], count: int
) -> None:
    with database.write() as db:
        session = webinar(db, meeting)
        people = more_members(db, meeting.stage, "oakland", count, by=BY)
        for person in people[: count // 2]:
            take_seat(db, session, person, secret=SECRET, by=BY)
        rows = [listed(person.name, person.email or "") for person in people]
    with database.read() as db:
        session = db.get_one(AgendaSession, session.key)
        queries.clear()
        plan = plan_attendance(db, session, rows)
        assert len(queries) == 2
    assert len(plan.placed) == count
