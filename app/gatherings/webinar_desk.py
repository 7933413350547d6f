"""A webinar as its organizers see it, from the idea to the recording: what is done, what is next, who registers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.attendance import was_there
from app.gatherings.details import GONE
from app.gatherings.reminding import seats_with_people
from app.gatherings.webinars import Terms, closes_at, door_opens_at, is_over, terms_of, webinar_of, why_closed
from app.models import AgendaSession, LibraryItem, LibraryKind, SeatState, Webinar, WebinarSeat
from app.people.cities import cities_of

A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way: `when` is a day in a word or two; `state` is done, now (the next one), late, or "" (ahead)."""

    name: str
    when: str
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class FromCity:
    """How many of a city are registered; name "" for those of none."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page shows; `more` are those who want to learn more, the latest first."""

    webinar: Webinar
    terms: Terms
    why_closed: str
    registered: int
    waiting: int
    gave_back: int
    came: int
    steps: tuple[Step, ...]
    cities: tuple[FromCity, ...]
    more: tuple[WebinarSeat, ...]

    @property
    def most(self) -> int:
        return max([one.count for one in self.cities], default=0)

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if step.state in ("now", "late")), None)


def desk_of(db: Session, session: AgendaSession) -> Desk:
    """All that the page shows; the queries do not grow with those registered."""
    webinar, seats = webinar_of(db, session), seats_with_people(db, session)
    count = Counter(seat.state for seat in seats)
    on = [seat for seat in seats if seat.state is SeatState.REGISTERED]
    recorded = db.exec(
        select(LibraryItem.id).where(
            LibraryItem.session_id == session.key,
            LibraryItem.kind == LibraryKind.RECORDING,
            col(LibraryItem.archived_at).is_(None),
        )
    ).first()
    wanting = sorted((s for s in seats if s.wants_more_at), key=lambda s: s.wants_more_at or s.created_at, reverse=True)
    return Desk(
        webinar=webinar,
        terms=terms_of(webinar),
        why_closed=why_closed(session, webinar),
        registered=count[SeatState.REGISTERED],
        waiting=count[SeatState.WAITING],
        gave_back=count[SeatState.CANCELLED],
        came=sum(was_there(seat) for seat in seats),
        steps=_in_turn(_steps(session, webinar, seats, has_recording=recorded is not None), session),
        cities=_by_city(db, session, on),
        more=tuple(wanting),
    )


def _steps(
    session: AgendaSession, webinar: Webinar, seats: Sequence[WebinarSeat], *, has_recording: bool
) -> list[Step]:
    """The steps in their order, each done or not; whose turn it is comes after."""
    assert session.starts_at is not None
    assert session.ends_at is not None
    on = sum(seat.state is SeatState.REGISTERED for seat in seats)
    waiting = sum(seat.state is SeatState.WAITING for seat in seats)
    came, over, zone = sum(was_there(seat) for seat in seats), is_over(session), session.zone
    closes = closes_at(session, webinar)
    lacking = _lacking(session)
    places = f"{on} of {webinar.capacity} places" if webinar.capacity is not None else f"{on} registered"
    hours = terms_of(webinar).reminder_hours
    reminders = [session.starts_at - timedelta(hours=one) for one in hours]
    planned = "; ".join(clock.said_moment(one, zone) for one in reminders)
    reminded = not hours or clock.now() >= session.starts_at - timedelta(hours=min(hours))
    listed = any(seat.listed_at for seat in seats)
    return [
        Step(
            "Announced",
            _day(session.created_at, zone),
            _state(not lacking),
            lacking or "What it is about, who speaks and where to join are said.",
        ),
        Step(
            "Registration",
            _day(closes, zone),
            _state(clock.now() >= closes),
            f"{places}{f', {waiting} in line' if waiting else ''}, until {clock.said_moment(closes, zone)}",
        ),
        Step(
            "Reminders", _day(reminders[0], zone) if reminders else "", _state(reminded), planned or "None is planned."
        ),
        Step(
            "Takes place",
            _day(session.starts_at, zone),
            _state(over),
            f"The door opens at {clock.said_time(door_opens_at(session.starts_at, webinar.join_minutes), zone)}.",
        ),
        Step("Attendance", "", _state(listed), f"{came} came" if came or listed else "The list is not here yet."),
        Step(
            "Recording",
            "",
            _state(has_recording),
            "It is in the library." if has_recording else "Nothing is in the library yet.",
        ),
        Step(
            "Follow-up",
            _day(webinar.follow_up_sent_at, zone) if webinar.follow_up_sent_at else "",
            _state(webinar.follow_up_sent_at is not None),
            "The letter went." if webinar.follow_up_sent_at else "The letter has not gone yet.",
        ),
    ]


def _day(moment: datetime, zone: str) -> str:
    there = clock.local(moment, zone)
    return f"{there.day} {there:%b}"


def _state(done: bool) -> str:
    return "done" if done else ""


def _lacking(session: AgendaSession) -> str:
    """What of its announcement is missing, in a sentence; "" for nothing."""
    speakers = [one for one in session.engagements if one.state not in GONE]
    missing = [
        what
        for what, there in (
            ("a description", session.purpose),
            ("a speaker", speakers),
            ("an address to join", session.join_url),
        )
        if not there
    ]
    return f"It lacks {', '.join(missing)}." if missing else ""


def _in_turn(steps: list[Step], session: AgendaSession) -> tuple[Step, ...]:
    """The first that is not done is next; a week after the webinar what is open of it is late."""
    assert session.ends_at is not None
    late = clock.now() > session.ends_at + A_WEEK
    open_ones = [step for step in steps if step.state != "done"]
    return tuple(
        replace(step, state="late" if late else "now") if open_ones and step is open_ones[0] else step for step in steps
    )


def _by_city(db: Session, session: AgendaSession, on: Sequence[WebinarSeat]) -> tuple[FromCity, ...]:
    """The cohort's cities of that day, those without anybody too; last who is of none."""
    assert session.starts_at is not None
    cities = cities_of(db, session.cohort_id, clock.local(session.starts_at, session.zone).date())
    count = Counter(seat.city_id for seat in on)
    known = [FromCity(city.name, count.pop(city.key, 0)) for city in cities]
    others = sum(count.values())
    return (*known, *([FromCity("", others)] if others else []))
