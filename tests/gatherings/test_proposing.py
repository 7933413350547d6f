"""What people have on, who had the early hour so far, and the times that are proposed for a poll."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from sqlmodel import Session

from app import clock
from app.agenda.placements import Placement
from app.agenda.sessions import create_session
from app.database import Database
from app.gatherings.arranging import arrange_gathering
from app.gatherings.details import Details
from app.gatherings.hours import Free, Proposal
from app.gatherings.offices import somebodies
from app.gatherings.poll_booking import book
from app.gatherings.polls import ask, poll_of, slots_of
from app.gatherings.proposing import as_proposed, desk_of, proposals
from app.gatherings.reach import call_off
from app.gatherings.strips import week_of
from app.models import (
    AgendaSession,
    BusyCalendar,
    BusyTime,
    Invitation,
    Openness,
    Participation,
    PresenceWindow,
    Registration,
    RegistrationState,
    SeatState,
    SessionFormat,
    TimePoll,
    Webinar,
    WebinarSeat,
)
from app.people.audiences import Rule
from app.people.audit import verb
from app.people.founding import found_cohort
from app.people.viewer import Viewer
from tests.gatherings.meeting import EASTERN, closed_to_the_lab, utc
from tests.gatherings.polling import Polling, eastern, polling
from tests.registration.stage import BY, convening, more_members

MONDAY, FRIDAY = date(2017, 11, 6), date(2017, 11, 10)
DAY = time(8), time(19)


@pytest.fixture(autouse=True)
def in_october() -> Iterator[None]:
    with time_machine.travel(utc(2017, 10, 24, 14), tick=True):
        yield


@pytest.fixture
def stage(database: Database, in_october: None) -> Polling:
    return polling(database)


@verb
def lend_hours(db: Session, person_id: int, start: datetime, *, by: Viewer) -> None:
    """An hour in another calendar of somebody's."""
    calendar = BusyCalendar(person_id=person_id, label="Dentist")
    db.add(calendar)
    db.flush()
    db.add(BusyTime(calendar_id=calendar.key, starts_at=start, ends_at=start + timedelta(hours=1)))


@verb
def registered(db: Session, stage: Polling, who: str, *windows: tuple[datetime, datetime], by: Viewer) -> None:
    registration = Registration(
        convening_id=stage.meeting.stage.convening, person_id=stage.people[who], state=RegistrationState.SUBMITTED
    )
    db.add(registration)
    db.flush()
    for starts, ends in windows:
        db.add(PresenceWindow(registration_id=registration.key, starts_at=starts, ends_at=ends))


def at(db: Session, stage: Polling, poll: TimePoll, start: datetime) -> Proposal:
    """A time as everybody has it."""
    ask(db, poll, [start], by=BY)
    desk = desk_of(db, stage.cohort(db), poll, MONDAY, FRIDAY)
    return as_proposed(desk, poll)[stage.slot(poll, start).key]


def why(found: Proposal) -> dict[str, str]:
    return {one.who.name: one.why for group in found.not_free for one in group}


def test_a_gathering_that_somebody_is_invited_to_takes_their_time_and_nobody_elses(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        noon = eastern(6, "12:00")
        oakland = Rule(city_ids=frozenset({stage.meeting.stage.cities["oakland"]}))
        stage.meeting.webinar(db, "Oakland’s own", audience=oakland, starts_at=noon)
        off = stage.meeting.webinar(db, "Called off", starts_at=noon)
        call_off(db, off, reason="Snow", by=BY)
        assert why(at(db, stage, poll, noon)) == {"Oakland Mayor": "Oakland’s own"}


def test_what_excludes_the_lab_takes_the_time_and_is_not_named_rule_13(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        noon = eastern(6, "12:00")
        said = closed_to_the_lab(stage.meeting.of_role(db, "mayor"), cover_title="Among themselves")
        stage.meeting.webinar(db, "What we do not say aloud", starts_at=noon, **said)
        assert why(at(db, stage, poll, noon)) == {
            "Oakland Mayor": "Among themselves",
            "Salem Mayor": "Among themselves",
        }


def test_another_cohorts_affairs_take_the_time_and_are_not_named(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        noon = eastern(6, "12:00")
        other, _ = found_cohort(db, name="Another", zone=EASTERN, organizer="Élise", email="e@example.org", by=BY)
        details = Details(
            title="Their secret",
            audience=Rule(person_ids=frozenset({stage.people["salem mayor"]})),
            format=SessionFormat.CALL,
        )
        arrange_gathering(db, other, details, starts_at=noon, minutes=30, zone=EASTERN, by=BY)
        assert why(at(db, stage, poll, noon)) == {"Salem Mayor": "Taken in another cohort"}


def test_busy_hours_of_other_calendars_take_the_time_without_a_word(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        noon = eastern(6, "12:00")
        lend_hours(db, stage.people["oakland mayor"], noon - timedelta(minutes=30), by=BY)
        assert why(at(db, stage, poll, noon)) == {"Oakland Mayor": "Busy elsewhere"}
        assert why(at(db, stage, poll, eastern(6, "13:00"))) == {}


def test_at_a_convening_sessions_and_presence_windows_say_who_is_free_rule_11(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        registered(db, stage, "oakland mayor", by=BY)
        registered(db, stage, "salem mayor", (eastern(14, "12:30"), eastern(14, "19:00")), by=BY)
        details = Details(title="Welcome", audience=stage.meeting.of_role(db, "mayor"))
        placement = Placement(date(2017, 11, 14), time(15), 60)
        create_session(db, convening(db, stage.meeting.stage), details, to=placement, by=BY)
        morning = at(db, stage, poll, eastern(14, "09:00"))
        assert why(morning) == {"Salem Mayor": "Fall convening: there only Tue 14 Nov, 12:30–19:00 EST"}
        oakland = next(one for one in morning.theirs if one.who.name == "Oakland Mayor")
        assert (f"{oakland.starts:%H:%M}", oakland.where, oakland.free) == ("09:00", "at Fall convening", Free.FREE)
        assert why(at(db, stage, poll, eastern(14, "15:30"))) == {"Oakland Mayor": "Welcome", "Salem Mayor": "Welcome"}
        assert why(at(db, stage, poll, eastern(14, "13:00"))) == {}


def test_a_webinar_with_seats_takes_the_time_of_who_registered_alone(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        noon = eastern(6, "12:00")
        webinar = stage.meeting.webinar(db, "Data", starts_at=noon)
        assert sorted(why(at(db, stage, poll, noon))) == ["Oakland Mayor", "Salem Mayor"]
        with_seats(db, webinar, (stage.people["salem mayor"], SeatState.REGISTERED), by=BY)
        assert why(at(db, stage, poll, noon)) == {"Salem Mayor": "Data"}


def test_who_has_declined_is_free_of_one_date_or_of_a_whole_series(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        noon = eastern(6, "12:00")
        mayors = stage.meeting.of_role(db, "mayor")
        webinar = stage.meeting.webinar(db, "Data", audience=mayors, starts_at=noon)
        series = stage.meeting.calls(db, audience=mayors)
        call = next(one for one in series.sessions if one.starts_at and one.starts_at > noon)
        assert call.starts_at == eastern(9, "12:00")
        answered(db, stage.people["oakland mayor"], Participation.DECLINED, session_id=webinar.key, by=BY)
        answered(db, stage.people["salem mayor"], Participation.TENTATIVE, session_id=webinar.key, by=BY)
        answered(db, stage.people["salem mayor"], Participation.DECLINED, series_id=series.key, by=BY)
        assert why(at(db, stage, poll, noon)) == {"Salem Mayor": "Data"}
        assert why(at(db, stage, poll, call.starts_at)) == {"Oakland Mayor": "Facilitators’ monthly call"}


@verb
def with_seats(db: Session, session: AgendaSession, *seats: tuple[int, SeatState], by: Viewer) -> None:
    """People register for a session, of which there are seats from now on."""
    db.add(Webinar(session_id=session.key))
    for number, state in seats:
        nonce = f"{session.key}-{number}"
        db.add(WebinarSeat(session_id=session.key, person_id=number, state=state, nonce=nonce, token_hash=nonce))


@verb
def answered(
    db: Session,
    person_id: int,
    said: Participation,
    *,
    session_id: int | None = None,
    series_id: int | None = None,
    by: Viewer,
) -> None:
    """Somebody's answer to an invitation."""
    nonce = f"{session_id}-{series_id}-{person_id}"
    db.add(
        Invitation(
            person_id=person_id,
            session_id=session_id,
            series_id=series_id,
            answer=said,
            nonce=nonce,
            token_hash=nonce,
        )
    )


def _booked(db: Session, stage: Polling, *starts: datetime) -> list[AgendaSession]:
    """Mayors' peer sessions that were booked."""
    details = Details(
        title="Peers",
        audience=stage.meeting.of_role(db, "mayor"),
        format=SessionFormat.ROLE_ALIKE,
        openness=Openness.CLOSED,
    )
    cohort = stage.cohort(db)
    return [arrange_gathering(db, cohort, details, starts_at=one, minutes=60, zone=EASTERN, by=BY) for one in starts]


def test_who_had_the_early_hour_last_is_said_and_spared(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        desk = desk_of(db, stage.cohort(db), poll, MONDAY, FRIDAY)
        assert (desk.turns.said, dict(desk.turns.had)) == ((), {})
        # from 11:00 to 12:00 is Oakland's early hour; from 16:30 on is Salem's late one
        span = (MONDAY, MONDAY, time(11), time(12))
        assert [one.turns for one in proposals(desk, poll, *span)] == [(1,)]
        _booked(db, stage, eastern(5, "11:00", month=9), eastern(3, "11:00", month=10))
        desk = desk_of(db, stage.cohort(db), poll, MONDAY, FRIDAY)
        assert desk.turns.said == ("Oakland had the early hour the last two times.",)
        assert [one.turns for one in proposals(desk, poll, *span)] == [(3,)]
        last = _booked(db, stage, eastern(17, "16:30", month=10))[0]
        desk = desk_of(db, stage.cohort(db), poll, MONDAY, FRIDAY)
        assert desk.turns.said == ("Salem had the late hour last time.",)
        call_off(db, last, reason="Snow", by=BY)
        desk = desk_of(db, stage.cohort(db), poll, MONDAY, FRIDAY)
        assert desk.turns.said == ("Oakland had the early hour the last two times.",)


def test_ten_bookings_of_the_best_time_go_round(stage: Polling) -> None:
    """Only the early and the late hour are free, and each booking counts for the next."""
    with stage.database.write() as db:
        cohort = stage.cohort(db)
        counts: dict[str, int] = {}
        for number in range(10):
            day = MONDAY + timedelta(days=7 * number)
            poll = stage.poll(db)
            for wall in ("08:00", "09:00", "10:00", "12:00", "13:00", "14:00", "15:00", "16:00"):
                details = Details(title="Taken", audience=stage.meeting.of_role(db, "mayor"), format=SessionFormat.CALL)
                start = clock.at(day, time.fromisoformat(wall), EASTERN)
                arrange_gathering(db, cohort, details, starts_at=start, minutes=60, zone=EASTERN, by=BY)
            desk = desk_of(db, cohort, poll, day, day)
            first, *_ = proposals(desk, poll, day, day, *DAY)
            ask(db, poll, [first.starts_at], by=BY)
            book(db, cohort, poll, slots_of(poll)[0], by=BY)
            for one in first.theirs:
                counts[one.who.place] = counts.get(one.who.place, 0) + one.suffers
            assert abs(counts["Oakland"] - counts["Salem"]) <= 1
    assert counts == {"Oakland": 5, "Salem": 5}


def test_what_is_asked_about_already_is_not_proposed_again(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        cohort = stage.cohort(db)
        first, *_ = proposals(desk_of(db, cohort, poll, MONDAY, FRIDAY), poll, MONDAY, FRIDAY, *DAY)
        ask(db, poll, [first.starts_at], by=BY)
        again = proposals(desk_of(db, cohort, poll, MONDAY, FRIDAY), poll, MONDAY, FRIDAY, *DAY)
    assert all(one.ends_at <= first.starts_at or first.ends_at <= one.starts_at for one in again)


def test_a_week_is_drawn_with_words_beneath_every_colour(stage: Polling) -> None:
    with stage.database.write() as db:
        poll = stage.poll(db)
        stage.meeting.webinar(db, "Data", audience=stage.meeting.of_role(db, "mayor"), starts_at=eastern(6, "12:00"))
        desk = desk_of(db, stage.cohort(db), poll, MONDAY, FRIDAY)
        days = week_of(MONDAY, FRIDAY, time(8), time(13), desk.people, EASTERN)
    assert [one.day for one in days] == [MONDAY + timedelta(days=number) for number in range(5)]
    assert days[0].hours == tuple((f"{hour:02}", 2) for hour in range(8, 13))
    oakland, salem = days[0].strips
    assert (oakland.name, oakland.where, oakland.begins) == ("Oakland Mayor", "in Oakland", "05:00")
    assert [one.kind for one in oakland.cells] == ["out"] * 6 + ["edge"] * 2 + ["taken"] * 2
    assert [one.said for one in oakland.cells][-3:] == ["08:30, early", "09:00, Data", "09:30, Data"]
    assert [one.kind for one in salem.cells] == ["edge"] * 2 + ["easy"] * 6 + ["taken"] * 2


def test_many_people_are_drawn_by_their_zones(stage: Polling) -> None:
    with stage.database.write() as db:
        more_members(db, stage.meeting.stage, "salem", 12, by=BY)
        poll = stage.poll(db, whom=Rule(everyone=True))
        desk = desk_of(db, stage.cohort(db), poll, MONDAY, MONDAY)
        (day,) = week_of(MONDAY, MONDAY, time(8), time(10), desk.people, EASTERN)
    assert sorted(one.name for one in day.strips) == ["20 people", "5 people"]


def test_a_successor_has_the_turn_of_the_seat_and_a_guest_their_own(stage: Polling) -> None:
    with stage.database.read() as db:
        people = somebodies(db, person_ids=[stage.people["expert"]], cohort_id=stage.meeting.stage.cohort)
        cohort_id = stage.meeting.stage.cohort
        mayor = people[stage.people["oakland mayor"]]
        assert mayor.turn_on(MONDAY, cohort_id).endswith(f":{stage.meeting.stage.cities['oakland']}")
        assert people[stage.people["expert"]].turn_on(MONDAY, cohort_id) == f"person:{stage.people['expert']}"
        assert replace(mayor, zone="Europe/Paris").place_on(MONDAY, cohort_id, EASTERN) == "Paris"


def test_as_many_queries_for_many_people_and_sessions_as_for_few(stage: Polling, queries: list[str]) -> None:
    with stage.database.write() as db:
        few = stage.poll(db)
        registered(db, stage, "oakland mayor", by=BY)
        more_members(db, stage.meeting.stage, "salem", 40, by=BY)
        many = stage.poll(db, whom=Rule(everyone=True))
        numbers = (few.key, many.key)
    counts = []
    for number, sessions in zip(numbers, (2, 40), strict=True):
        with stage.database.write() as db:
            _booked(db, stage, *(five_minutes_on(one) for one in range(sessions)))
        with stage.database.read() as db:
            queries.clear()
            poll = poll_of(db, stage.cohort(db), number)
            assert poll is not None
            desk = desk_of(db, stage.cohort(db), poll, MONDAY, date(2017, 11, 15))
            counts.append(len(queries))
            assert len(desk.people) in (2, 53)
    assert counts[0] == counts[1]


def five_minutes_on(number: int) -> datetime:
    return eastern(7, "09:00") + timedelta(minutes=5 * number)
