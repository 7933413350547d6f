"""Seats at a webinar: taken, given back, and the waiting list over its capacity (rule 9's spirit).

Over the capacity is the line, in order, never an error and never one too many; a place that comes free is the next
one's at once. Whatever changes seats holds the webinar's session first (webinars.py: hold). Who has a seat has a link
of their own: it joins, gives back and says more without signing in.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.changes import next_instant
from app.gatherings.webinars import (
    door_opens_at,
    hold,
    is_door_open,
    is_over,
    kept_webinar,
    refuse_other_kinds,
    webinar_of,
    why_closed,
)
from app.models import AgendaSession, Person, SeatState, Webinar, WebinarSeat
from app.people.audit import Refused, verb
from app.people.directory import checked_email
from app.people.names import checked_name
from app.people.sign_in import fingerprint, person_by_email, signed
from app.people.viewer import Viewer, offices_of

HELD = (SeatState.REGISTERED, SeatState.WAITING)
MOST_STRANGERS = 60
"""How many without an account may register for one webinar in an hour: each gets a letter, so that a program could have
us write to anybody."""


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody without an account who registers for a public webinar, as they name themselves."""

    name: str
    email: str
    organization: str = ""


@verb
def take_seat(db: Session, session: AgendaSession, person: Person, *, secret: bytes, by: Viewer) -> WebinarSeat:
    """Register a person, or put them in line; a second click changes nothing. Raises Refused while it is closed."""
    webinar = _held(db, session)
    seat = seat_of(db, session.key, person.key)
    if seat is not None and seat.state in HELD:
        return seat
    _refuse_closed(session, webinar)
    seat = _of_person(db, session, person, seat)
    _give(db, webinar, seat)
    return _linked(db, session, seat, secret)


def seat_for(db: Session, session: AgendaSession, person: Person, secret: bytes) -> WebinarSeat:
    """The seat of somebody who came without registering, whatever the capacity was. Called inside a verb that holds the
    session."""
    seat = _of_person(db, session, person, seat_of(db, session.key, person.key))
    if seat.state is not SeatState.REGISTERED or seat.changed_at is None:
        _become(seat, SeatState.REGISTERED)
        db.add(seat)
    return _linked(db, session, seat, secret)


def _of_person(db: Session, session: AgendaSession, person: Person, seat: WebinarSeat | None) -> WebinarSeat:
    """Their seat, with the city whose office they hold."""
    if seat is None:
        seat = WebinarSeat(session_id=session.key, person_id=person.key, nonce="", token_hash="")
    home = next((o for o in offices_of(db, person.key) if o.cohort_id == session.cohort_id and o.city_id), None)
    seat.city_id = home.city_id if home else None
    return seat


@verb
def take_public_seat(db: Session, session: AgendaSession, given: Given, *, secret: bytes, by: Viewer) -> WebinarSeat:
    """Register somebody who gives a name and an address for a public webinar. Whose address is on record registers as
    that person. Asked for twice, it is the seat that is there, given back too where it is that of somebody on record:
    anybody can write their address here, and they alone take it again. What is refused is so whoever is on record."""
    if not session.openness.is_public:
        raise Refused("This webinar is for people of the cohort. Sign in to register.")
    name, email = checked_name(given.name), checked_email(given.email)
    if "://" in name or "www." in name.lower():  # it stands in a letter to an address that anybody may have given
        raise Refused("Give your name alone, without an address of a page.", "name")
    if email is None:
        raise Refused("Say your e-mail address: your link to join comes by letter.", "email")
    webinar = _held(db, session)
    _refuse_crowd(db, session)
    person = person_by_email(db, email)
    if person is not None:
        seat = seat_of(db, session.key, person.key)
        if seat is None or seat.state in HELD:
            return take_seat(db, session, person, secret=secret, by=by)
        _refuse_closed(session, webinar)
        return seat
    seat = seat_by_email(db, session, email)
    if seat is not None and seat.state in HELD:
        return seat
    _refuse_closed(session, webinar)
    if seat is None:
        organization = " ".join(given.organization.split())
        seat = WebinarSeat(
            session_id=session.key, name=name, email=email, organization=organization, nonce="", token_hash=""
        )
    _give(db, webinar, seat)
    return _linked(db, session, seat, secret)


@verb
def take_again(db: Session, seat: WebinarSeat, *, by: Viewer) -> WebinarSeat:
    """Take back having given a seat back: a place where one is free, else the end of the line."""
    webinar = _held(db, seat.session)
    db.refresh(seat)
    if seat.state in HELD:
        return seat
    _refuse_closed(seat.session, webinar)
    _give(db, webinar, seat)
    return seat


@verb
def give_back(db: Session, seat: WebinarSeat, *, by: Viewer) -> list[WebinarSeat]:
    """Give a seat back, or leave the line; returns those who move up, in order. Given back twice, nothing happens."""
    webinar = _held(db, seat.session)
    db.refresh(seat)
    if seat.state not in HELD:
        return []
    if is_over(seat.session):
        raise Refused("This webinar is over: what was registered stays on record.")
    _become(seat, SeatState.CANCELLED)
    db.add(seat)
    db.flush()
    return _move_up(db, seat.session, webinar)


@verb
def move_up(db: Session, session: AgendaSession, *, by: Viewer) -> list[WebinarSeat]:
    """Give free places to those in line, in order, as after a higher capacity; returns them."""
    webinar = _held(db, session)
    return _move_up(db, session, webinar)


@verb
def note_joined(db: Session, seat: WebinarSeat, *, by: Viewer) -> str:
    """Let somebody registered in: notes their first click near the time and returns the address to join.

    Raises Refused where they have no place, the door is not open yet or not any more, or nobody has said where it is.
    """
    session = seat.session
    webinar = webinar_of(db, session)
    if seat.state is not SeatState.REGISTERED:
        raise Refused("Only those who have a place can join. Register first.")
    if not is_door_open(session, webinar):
        raise Refused(door_said(session, webinar))
    if not session.join_url:
        raise Refused("The organizers have not said yet where it takes place. Try again in a minute.")
    if seat.joined_at is None:
        seat.joined_at = clock.now()
        db.add(seat)
    return session.join_url


def door_said(session: AgendaSession, webinar: Webinar) -> str:
    """Why nobody can join now, in a sentence."""
    if session.is_cancelled or is_over(session):
        return why_closed(session, webinar)
    assert session.starts_at is not None
    opens = door_opens_at(session.starts_at, webinar.join_minutes)
    return f"The door opens {clock.said_moment(opens, session.zone)}. Come back then."


def seat_of(db: Session, session_id: int, person_id: int) -> WebinarSeat | None:
    """A person's seat at a webinar, whatever became of it."""
    return db.exec(
        select(WebinarSeat).where(WebinarSeat.session_id == session_id, WebinarSeat.person_id == person_id)
    ).first()


def seat_by_email(db: Session, session: AgendaSession, email: str) -> WebinarSeat | None:
    """The seat that an address has, by itself or as that of a person on record; whatever became of it."""
    person = person_by_email(db, email)
    if person is not None:
        return seat_of(db, session.key, person.key)
    return db.exec(
        select(WebinarSeat).where(WebinarSeat.session_id == session.key, WebinarSeat.email == email.strip().lower())
    ).first()


def seat_by_token(db: Session, token: str) -> WebinarSeat | None:
    """The seat that a link opens; None for a token that nobody was ever given."""
    return db.exec(select(WebinarSeat).where(WebinarSeat.token_hash == fingerprint(token))).first()


def token_of(seat: WebinarSeat, secret: bytes) -> str:
    """The secret part of a seat's link."""
    return signed("webinar", seat.key, seat.nonce, secret)


def place_in_line(db: Session, seat: WebinarSeat) -> int:
    """How many wait up to and with this one: 1 is next."""
    ahead = select(func.count()).where(
        WebinarSeat.session_id == seat.session_id,
        col(WebinarSeat.state) == SeatState.WAITING,
        WebinarSeat.line <= seat.line,
    )
    return db.exec(ahead).one()


def counts(db: Session, session_id: int) -> dict[SeatState, int]:
    """How many seats of a webinar are in each state; one query."""
    found = dict.fromkeys(SeatState, 0)
    rows = db.exec(
        select(WebinarSeat.state, func.count())
        .where(WebinarSeat.session_id == session_id)
        .group_by(col(WebinarSeat.state))
    )
    for state, count in rows:
        found[SeatState(state)] = count
    return found


def _held(db: Session, session: AgendaSession) -> Webinar:
    hold(db, session)
    refuse_other_kinds(session)
    return kept_webinar(db, session)


def _refuse_closed(session: AgendaSession, webinar: Webinar) -> None:
    if why := why_closed(session, webinar):
        raise Refused(why)


def _refuse_crowd(db: Session, session: AgendaSession) -> None:
    """Raises Refused where more strangers than usual registered within the hour."""
    lately = select(func.count()).where(
        WebinarSeat.session_id == session.key,
        col(WebinarSeat.person_id).is_(None),
        col(WebinarSeat.created_at) > clock.now() - timedelta(hours=1),
    )
    if db.exec(lately).one() >= MOST_STRANGERS:
        raise Refused("Very many people are registering for this webinar right now. Please try again in an hour.")


def _linked(db: Session, session: AgendaSession, seat: WebinarSeat, secret: bytes) -> WebinarSeat:
    """The seat, stored, with a link where it has none yet."""
    is_new = not seat.nonce
    if is_new:
        seat.nonce = secrets.token_urlsafe(24)
        seat.token_hash = fingerprint(seat.nonce)
    seat.told = told_of(session)
    db.add(seat)
    db.flush()
    if is_new:
        seat.token_hash = fingerprint(token_of(seat, secret))
        db.add(seat)
        db.flush()
    return seat


def told_of(session: AgendaSession) -> str:
    """What there is to tell of a session's time: its start (ISO 8601, UTC), or "off"."""
    assert session.starts_at is not None
    return "off" if session.is_cancelled or session.archived_at else session.starts_at.isoformat()


def _give(db: Session, webinar: Webinar, seat: WebinarSeat) -> None:
    taken = counts(db, webinar.session_id)
    is_free = webinar.capacity is None or taken[SeatState.REGISTERED] < webinar.capacity
    if is_free and not taken[SeatState.WAITING]:
        _become(seat, SeatState.REGISTERED)
    else:
        last = db.exec(select(func.max(WebinarSeat.line)).where(WebinarSeat.session_id == webinar.session_id)).one()
        _become(seat, SeatState.WAITING, line=(last or 0) + 1)
    db.add(seat)


def _move_up(db: Session, session: AgendaSession, webinar: Webinar) -> list[WebinarSeat]:
    """Nobody is let in once it is over or called off."""
    if session.is_cancelled or is_over(session):
        return []
    free = None
    if webinar.capacity is not None:
        free = max(0, webinar.capacity - counts(db, session.key)[SeatState.REGISTERED])
    waiting: Sequence[WebinarSeat] = db.exec(
        select(WebinarSeat)
        .where(WebinarSeat.session_id == session.key, col(WebinarSeat.state) == SeatState.WAITING)
        .order_by(col(WebinarSeat.line), col(WebinarSeat.id))
        .limit(free)
    ).all()
    for seat in waiting:
        _become(seat, SeatState.REGISTERED)
        db.add(seat)
    return list(waiting)


def _become(seat: WebinarSeat, state: SeatState, *, line: int = 0) -> None:
    """A change of state, of which the holder's calendar has to hear (rule 16)."""
    if seat.changed_at is not None:
        seat.sequence += 1
    seat.state, seat.line, seat.changed_at = state, line, next_instant(seat.changed_at)
