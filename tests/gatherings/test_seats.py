"""Seats at a webinar: places, the line over the capacity (rule 9's spirit), giving back, two at once, refusals."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.database import Database
from app.gatherings.reach import call_off
from app.gatherings.seats import (
    MOST_STRANGERS,
    Given,
    give_back,
    move_up,
    note_joined,
    place_in_line,
    seat_by_token,
    take_again,
    take_public_seat,
    take_seat,
    token_of,
)
from app.gatherings.webinars import Terms, read_hours, set_terms, webinar_of
from app.learning.more import ask_more
from app.models import AgendaSession, AuditEntry, Invitation, Openness, Person, SeatState, SessionFormat, WebinarSeat
from app.people.audit import Refused, verb
from app.people.history import Sought, log_of
from app.people.viewer import Viewer
from tests.gatherings.meeting import Meeting, closed_to_the_lab, meet, utc
from tests.gatherings.seating import LINK, SECRET, seated, webinar
from tests.registration.stage import BY, more_members

REGISTERED, WAITING, CANCELLED = SeatState.REGISTERED, SeatState.WAITING, SeatState.CANCELLED
FOUR = ("oakland mayor", "salem mayor", "oakland facilitator", "salem facilitator")
ADA = Given("Ada Roth", "Ada.Roth@Example.org", "Roth & Co")


@pytest.fixture(autouse=True)
def clock_hand() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(utc(2017, 9, 15, 14), tick=True) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database) -> Meeting:
    return meet(database)


def states(db: Session, session: AgendaSession) -> list[tuple[SeatState, int]]:
    rows = db.exec(select(WebinarSeat).where(WebinarSeat.session_id == session.key).order_by(col(WebinarSeat.id)))
    return [(seat.state, place_in_line(db, seat) if seat.state is WAITING else 0) for seat in rows]


def test_over_the_capacity_is_the_line_in_order_and_who_gives_back_lets_the_next_one_in_rule_9(
    database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, terms=Terms(capacity=2))
        first, _, third, fourth = seated(db, meeting, session, *FOUR)
        assert states(db, session) == [(REGISTERED, 0), (REGISTERED, 0), (WAITING, 1), (WAITING, 2)]
        assert give_back(db, first, by=BY) == [third]
        assert states(db, session) == [(CANCELLED, 0), (REGISTERED, 0), (REGISTERED, 0), (WAITING, 1)]
        assert give_back(db, first, by=BY) == []  # the second click
        take_again(db, first, by=BY)
        assert states(db, session) == [(WAITING, 2), (REGISTERED, 0), (REGISTERED, 0), (WAITING, 1)]
        assert give_back(db, fourth, by=BY) == []
        assert states(db, session)[0] == (WAITING, 1)


def test_a_second_click_is_the_same_seat_and_a_higher_capacity_lets_the_line_in(
    database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, terms=Terms(capacity=1))
        seats = seated(db, meeting, session, *FOUR, FOUR[0], FOUR[3])
        assert [seat.key for seat in seats[4:]] == [seats[0].key, seats[3].key]
        set_terms(db, session, Terms(capacity=3), by=BY)
        assert move_up(db, session, by=BY) == seats[1:3]
        set_terms(db, session, Terms(capacity=1), by=BY)
        assert move_up(db, session, by=BY) == []
        assert states(db, session) == [(REGISTERED, 0)] * 3 + [(WAITING, 1)]  # nobody loses a place
        set_terms(db, session, Terms(), by=BY)
        assert move_up(db, session, by=BY) == [seats[3]]


def test_of_sixteen_at_once_ten_have_a_place_and_six_a_number_each_rule_9(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        session = webinar(db, meeting, terms=Terms(capacity=10))
        people = [person.key for person in more_members(db, meeting.stage, "oakland", 16, by=BY)]

    def click(number: int) -> None:
        with database.write() as db:
            take_seat(db, db.get_one(AgendaSession, session.key), db.get_one(Person, number), secret=SECRET, by=BY)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(click, people))
    with database.read() as db:
        found = states(db, session)
    assert found.count((REGISTERED, 0)) == 10
    assert sorted(line for state, line in found if state is WAITING) == [1, 2, 3, 4, 5, 6]


def test_clicks_of_one_person_and_of_one_address_at_once_are_one_seat_each(
    database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, openness=Openness.PUBLIC, terms=Terms(capacity=3))
    mayor = meeting.stage.people["oakland mayor"]

    def click(kind: int) -> None:
        with database.write() as db:
            here = db.get_one(AgendaSession, session.key)
            if kind % 2:
                take_seat(db, here, db.get_one(Person, mayor), secret=SECRET, by=BY)
            else:
                take_public_seat(db, here, ADA, secret=SECRET, by=BY)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(click, range(12)))
    with database.read() as db:
        assert states(db, session) == [(REGISTERED, 0)] * 2


def test_giving_back_and_registering_at_once_leaves_no_place_empty_while_somebody_waits(
    database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, terms=Terms(capacity=4))
        people = [person.key for person in more_members(db, meeting.stage, "oakland", 16, by=BY)]
        for number in people[:8]:
            take_seat(db, session, db.get_one(Person, number), secret=SECRET, by=BY)

    def go(number: int) -> None:
        with database.write() as db:
            here = db.get_one(AgendaSession, session.key)
            if number in people[8:]:
                take_seat(db, here, db.get_one(Person, number), secret=SECRET, by=BY)
                return
            mine = db.exec(select(WebinarSeat).where(WebinarSeat.person_id == number)).one()
            give_back(db, mine, by=BY)

    pairs = [number for pair in zip(people[:8], people[8:], strict=True) for number in pair]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(go, pairs))
    with database.read() as db:
        found = states(db, session)
    assert found[:8] == [(CANCELLED, 0)] * 8
    assert [state for state, _ in found[8:]].count(REGISTERED) == 4
    assert sorted(line for state, line in found if state is WAITING) == [1, 2, 3, 4]


def test_a_public_one_is_registered_for_by_name_and_address_which_on_record_is_that_person(
    database: Database, meeting: Meeting
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, openness=Openness.PUBLIC)
        ada = take_public_seat(db, session, ADA, secret=SECRET, by=BY)
        mayor = take_public_seat(db, session, Given("Anybody", " OAKLAND.mayor@example.org"), secret=SECRET, by=BY)
        again = take_public_seat(db, session, Given("Another", "ada.roth@example.org"), secret=SECRET, by=BY)
        assert (ada.person_id, ada.name, ada.email, ada.organization) == (
            None,
            "Ada Roth",
            "ada.roth@example.org",
            "Roth & Co",
        )
        assert (mayor.person_id, mayor.name, mayor.email) == (meeting.stage.people["oakland mayor"], "", None)
        assert mayor.city_id == meeting.stage.cities["oakland"]
        assert again.key == ada.key
        assert again.name == "Ada Roth"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Given("", "a@example.org"), "name"),
        (Given("Win now https://bad.example", "a@example.org"), "name"),
        (Given("See WWW.bad.example", "oakland.mayor@example.org"), "name"),
        (Given("x" * 301, "a@example.org"), "name"),
        (Given("Ada", ""), "email"),
        (Given("Ada", "nowhere"), "email"),
    ],
)
def test_who_gives_no_name_or_no_address_is_told_at_the_field(
    database: Database, meeting: Meeting, given: Given, field: str
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, openness=Openness.PUBLIC)
        with pytest.raises(Refused) as refused:
            take_public_seat(db, session, given, secret=SECRET, by=BY)
        assert refused.value.field == field


def test_strangers_are_counted_by_the_hour_and_refused_kindly_above_it_whoever_is_on_record(
    database: Database, meeting: Meeting, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        session, other = webinar(db, meeting, openness=Openness.PUBLIC), webinar(db, meeting, openness=Openness.PUBLIC)
        seated(db, meeting, session, *FOUR[2:])
        for number in range(MOST_STRANGERS):
            take_public_seat(db, session, Given("Ada", f"ada{number}@example.org"), secret=SECRET, by=BY)
        for address in ("new@example.org", "ada1@example.org", "oakland.mayor@example.org"):
            with pytest.raises(Refused, match="try again in an hour"):
                take_public_seat(db, session, Given("Ada", address), secret=SECRET, by=BY)
        seated(db, meeting, session, "oakland mayor")
        take_public_seat(db, other, ADA, secret=SECRET, by=BY)
    clock_hand.move_to(utc(2017, 9, 15, 15, 5))
    with database.write() as db:
        take_public_seat(db, db.get_one(AgendaSession, session.key), ADA, secret=SECRET, by=BY)


def test_what_is_not_public_takes_nobody_by_name_rule_18(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        session = webinar(db, meeting)
        with pytest.raises(Refused, match="for people of the cohort"):
            take_public_seat(db, session, ADA, secret=SECRET, by=BY)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (Terms(opens_at=utc(2017, 9, 16, 13)), "Registration opens Sat 16 Sep 2017 at 09:00 EDT."),
        (Terms(closes_at=utc(2017, 9, 15, 13)), "Registration closed Fri 15 Sep 2017 at 09:00 EDT."),
    ],
)
def test_before_it_opens_and_after_it_closes_one_is_told_when(
    database: Database, meeting: Meeting, terms: Terms, said: str
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, terms=terms)
        with pytest.raises(Refused) as refused:
            seated(db, meeting, session, "oakland mayor")
        assert refused.value.sentence == said


def test_what_is_called_off_or_over_takes_nobody_and_lets_nobody_move_up(
    database: Database, meeting: Meeting, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        off = webinar(db, meeting, terms=Terms(capacity=1))
        first, _ = seated(db, meeting, off, *FOUR[:2])
        call_off(db, off, reason="Snow", by=BY)
        with pytest.raises(Refused, match="called off"):
            seated(db, meeting, off, "salem facilitator")
        assert give_back(db, first, by=BY) == []
        over = webinar(db, meeting, title="Another", terms=Terms(capacity=1))
        (seat,) = seated(db, meeting, over, FOUR[0])
    clock_hand.move_to(utc(2017, 9, 19, 18, 15))
    with database.write() as db:
        with pytest.raises(Refused, match="is over"):
            seated(db, meeting, db.get_one(AgendaSession, over.key), FOUR[1])
        with pytest.raises(Refused, match="stays on record"):
            give_back(db, db.get_one(WebinarSeat, seat.key), by=BY)


def test_only_a_webinar_is_registered_for(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        call = meeting.webinar(db, format=SessionFormat.CALL)
        with pytest.raises(Refused, match="Only for a webinar"):
            seated(db, meeting, call, "oakland mayor")
        with pytest.raises(Refused, match="Only for a webinar"):
            set_terms(db, call, Terms(), by=BY)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(capacity=0), "capacity"),
        (Terms(capacity=100_001), "capacity"),
        (Terms(join_minutes=-1), "join_minutes"),
        (Terms(join_minutes=1441), "join_minutes"),
        (Terms(opens_at=utc(2017, 9, 17, 12), closes_at=utc(2017, 9, 16, 12)), "closes_day"),
        (Terms(opens_at=utc(2017, 9, 20, 12)), "opens_day"),
    ],
)
def test_terms_that_cannot_stand_are_refused_at_their_field(
    database: Database, meeting: Meeting, terms: Terms, field: str
) -> None:
    with database.write() as db:
        session = webinar(db, meeting)
        with pytest.raises(Refused) as refused:
            set_terms(db, session, terms, by=BY)
        assert refused.value.field == field


@pytest.mark.parametrize(
    ("text", "hours"),
    [("24,1", (24, 1)), (" 1 ; 24 24 ", (24, 1)), ("", ()), ("336", (336,)), ("2, 48, 1", (48, 2, 1))],
)
def test_hours_of_reminders_are_read_as_people_write_them(text: str, hours: tuple[int, ...]) -> None:
    assert read_hours(text) == hours


@pytest.mark.parametrize("text", ["0", "-1", "337", "soon", "1.5", "1,2,3,4,5,6", "٣", "9" * 5000])
def test_what_is_no_list_of_hours_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_hours(text)
    assert refused.value.field == "reminder_hours"


def test_a_click_at_the_door_is_noted_once_and_before_it_opens_not_at_all(
    database: Database, meeting: Meeting, clock_hand: time_machine.Traveller
) -> None:
    with database.write() as db:
        session = webinar(db, meeting, terms=Terms(capacity=1))
        seat, waiting = seated(db, meeting, session, *FOUR[:2])
        with pytest.raises(Refused) as refused:
            note_joined(db, seat, by=BY)
        assert refused.value.sentence == "The door opens Tue 19 Sep 2017 at 12:30 EDT. Come back then."
        assert seat.joined_at is None
    clock_hand.move_to(utc(2017, 9, 19, 16, 30))
    with database.write() as db:
        assert note_joined(db, db.get_one(WebinarSeat, seat.key), by=BY) == LINK
        first = db.get_one(WebinarSeat, seat.key).joined_at
        with pytest.raises(Refused, match="Only those who have a place"):
            note_joined(db, db.get_one(WebinarSeat, waiting.key), by=BY)
    clock_hand.move_to(utc(2017, 9, 19, 17, 30))
    with database.write() as db:
        assert note_joined(db, db.get_one(WebinarSeat, seat.key), by=BY) == LINK
        assert db.get_one(WebinarSeat, seat.key).joined_at == first
    clock_hand.move_to(utc(2017, 9, 19, 18, 15))
    with database.write() as db, pytest.raises(Refused, match="is over"):
        note_joined(db, db.get_one(WebinarSeat, seat.key), by=BY)


def test_a_seat_has_a_link_of_its_own_whose_secret_is_in_no_log_rule_21(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        session = webinar(db, meeting)
        seat, other = seated(db, meeting, session, *FOUR[:2])
        token = token_of(seat, SECRET)
        assert seat_by_token(db, token) is seat
        assert seat_by_token(db, token + "x") is None
        assert token != token_of(other, SECRET)
        give_back(db, seat, by=BY)
    with database.read() as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject == "webinar_seat")).all()
        said = str([(entry.before, entry.after) for entry in entries])
    assert {entry.act for entry in entries} == {"take_seat", "give_back"}
    assert seat.nonce not in said
    assert seat.token_hash not in said
    assert "cancelled" in said


@verb
def ask_in(db: Session, session: AgendaSession, person_id: int, *, by: Viewer) -> None:
    token = f"token {session.key}"
    db.add(Invitation(session_id=session.key, person_id=person_id, nonce=token, token_hash=token))


def test_who_sits_in_one_that_excludes_the_lab_and_what_they_ask_is_not_in_its_log_rule_13(
    database: Database, meeting: Meeting
) -> None:
    """Nor who was invited."""
    with database.write() as db:
        db.info["cohort_id"] = meeting.stage.cohort  # as of a page
        closed: dict[str, Any] = closed_to_the_lab(meeting.of_role(db, "mayor"))
        hidden, shown = webinar(db, meeting, **closed), webinar(db, meeting)
        for session in (hidden, shown):
            (seat,) = seated(db, meeting, session, "oakland mayor")
            ask_more(db, seat, "What was cut?", by=BY)
            give_back(db, seat, by=BY)
            ask_in(db, session, meeting.stage.people["oakland mayor"], by=BY)
        for subject, entries in {"webinar": 1, "webinar_seat": 3, "ask": 1, "invitation": 1}.items():
            lines = log_of(db, meeting.cohort(db), Sought(subject=subject)).lines
            assert [bool(line.withheld) for line in lines] == [False] * entries + [True] * entries, subject
            assert not any(line.changes or line.name for line in lines if line.withheld)


def test_nothing_said_of_a_webinar_means_the_usual_terms(database: Database, meeting: Meeting) -> None:
    with database.write() as db:
        session = meeting.webinar(db)
        assert webinar_of(db, session).join_minutes == 30
        (seat,) = seated(db, meeting, session, "oakland mayor")
        assert seat.state is REGISTERED
