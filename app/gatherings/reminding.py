"""Who of those registered for a webinar has to be written to: reminders, and that it moved or is called off.

Who may not know of it any more is written nothing (rule 13).

What goes is noted at the seat in the transaction that writes the letter, so that nothing goes twice; whoever takes what
is due holds the webinar's session first, so that of two workers the second finds what the first has done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.holders import who_may_know
from app.gatherings.seats import HELD, told_of
from app.gatherings.webinars import LONGEST_BEFORE, hold, read_hours, webinar_of
from app.models import AgendaSession, SeatState, WebinarSeat
from app.models.base import relation
from app.people.audit import verb
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder that goes now: to whom, and for how many hours before it begins it was meant."""

    seat: WebinarSeat
    hours: int


def webinars_to_tell(db: Session) -> list[int]:
    """The webinars ahead of which somebody with a seat does not know yet that they moved or are called off."""
    rows = db.exec(
        select(AgendaSession, WebinarSeat.told)
        .join(WebinarSeat, col(WebinarSeat.session_id) == AgendaSession.id)
        .where(col(AgendaSession.ends_at) > clock.now(), col(WebinarSeat.state).in_(HELD))
        .distinct()
    ).all()
    moved = {session.key: session for session, told in rows if told != told_of(session)}
    return sorted(number for number, session in moved.items() if _untold(db, session))


def webinars_to_remind(db: Session) -> list[int]:
    """The webinars that begin within the time in which reminders go, and for which somebody is registered."""
    now = clock.now()
    rows = db.exec(
        select(AgendaSession)
        .where(
            col(AgendaSession.starts_at) > now,
            col(AgendaSession.starts_at) <= now + timedelta(hours=LONGEST_BEFORE),
            col(AgendaSession.cancelled_at).is_(None),
            col(AgendaSession.archived_at).is_(None),
            col(AgendaSession.id).in_(
                select(WebinarSeat.session_id).where(col(WebinarSeat.state) == SeatState.REGISTERED)
            ),
        )
        .order_by(col(AgendaSession.id))
    ).all()
    return [session.key for session in rows if _due(db, session)]


@verb
def take_untold(db: Session, session: AgendaSession, *, by: Viewer) -> list[WebinarSeat]:
    """Those with a seat who do not know yet when it takes place now, or that it does not; noted as told.

    Reminders whose hour is past for the new time are not made up for: the letter of the change is one.
    """
    hold(db, session)
    told, untold = told_of(session), _untold(db, session)
    hours = read_hours(webinar_of(db, session).reminder_hours)
    for seat in untold:
        seat.told = told
        seat.reminded = ",".join(str(one) for one in hours if _hour(session, one) <= clock.now())
        db.add(seat)
    return untold


@verb
def take_due_reminders(db: Session, session: AgendaSession, *, by: Viewer) -> list[Reminded]:
    """The reminders that go now, noted as gone: of several that are due at once the latest alone.

    Who registered after a reminder's hour has just had a letter and gets the next one.
    """
    hold(db, session)
    due, hours_said = _due(db, session), _hours(db, session)
    for one in due:
        gone = {*_gone(one.seat), *(hours for hours in hours_said if hours >= one.hours)}
        one.seat.reminded = ",".join(str(hours) for hours in sorted(gone, reverse=True))
        db.add(one.seat)
    return due


def seats_with_people(
    db: Session, session: AgendaSession, states: Sequence[SeatState] = tuple(SeatState)
) -> Sequence[WebinarSeat]:
    """A webinar's seats in these states with their people and cities, in the order of registering; one query."""
    return db.exec(
        select(WebinarSeat)
        .where(WebinarSeat.session_id == session.key, col(WebinarSeat.state).in_(states))
        .options(joinedload(relation(WebinarSeat.person)), joinedload(relation(WebinarSeat.city)))
        .order_by(col(WebinarSeat.id))
    ).all()


def _untold(db: Session, session: AgendaSession) -> list[WebinarSeat]:
    told = told_of(session)
    seats = (seat for seat in seats_with_people(db, session, HELD) if seat.told != told)
    return [one.seat for one in who_may_know(db, session, seats)]


def _due(db: Session, session: AgendaSession) -> list[Reminded]:
    now = clock.now()
    if session.starts_at is None or session.is_cancelled or session.archived_at is not None or now >= session.starts_at:
        return []
    past = [hours for hours in _hours(db, session) if _hour(session, hours) <= now]
    if not past:
        return []
    latest = min(past)
    seats = (
        seat
        for seat in seats_with_people(db, session, (SeatState.REGISTERED,))
        if latest not in _gone(seat) and (seat.changed_at or seat.created_at) <= _hour(session, latest)
    )
    return [Reminded(one.seat, latest) for one in who_may_know(db, session, seats)]


def _hours(db: Session, session: AgendaSession) -> tuple[int, ...]:
    return read_hours(webinar_of(db, session).reminder_hours)


def _hour(session: AgendaSession, hours: int) -> datetime:
    assert session.starts_at is not None
    return session.starts_at - timedelta(hours=hours)


def _gone(seat: WebinarSeat) -> frozenset[int]:
    return frozenset(read_hours(seat.reminded))
