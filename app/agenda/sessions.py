"""What is said of a convening's session, and how it ends. Where and when it takes place is said in placements.py.

What all kinds of sessions have in common (Details and their checks) stands in gatherings/details.py.
"""

from sqlmodel import Session

from app import clock
from app.agenda.placements import (
    Placement,
    RoomUse,
    give_rooms,
    move_session,
    resize_session,
    set_minutes,
    set_time,
    unplace_session,
    use_rooms,
    uses_of,
)
from app.gatherings.changes import note_change
from app.gatherings.details import COLUMNS, Details, checked, keep_closed, write_items, write_presenters
from app.models import AgendaSession, Convening
from app.models.base import new_uid
from app.people.audiences import new_audience, write_rule
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST_REASON = 500


@verb
def create_session(
    db: Session,
    convening: Convening,
    details: Details,
    *,
    to: Placement | None = None,
    rooms: tuple[RoomUse, ...] = (),
    minutes: int = 60,
    uid: str = "",
    by: Viewer,
) -> AgendaSession:
    """A new session of a convening, placed at once or (without `to`) waiting in the tray with its length and rooms.

    `uid` is its name for good where it has one already, such as that of the form it was typed in.
    """
    details = checked(db, details)
    session = AgendaSession(
        uid=uid or new_uid(),
        cohort_id=convening.cohort_id,
        convening_id=convening.key,
        audience_id=new_audience(db, details.audience).key,
        zone=convening.zone,
        **{name: getattr(details, name) for name in COLUMNS},
        engagements=[],  # known to be empty, so not asked for
        places=[],
    )
    session.convening = convening
    set_minutes(session, minutes)
    if to is not None:
        set_time(session, to)
    note_change(session)
    db.add(session)
    db.flush()
    write_presenters(session, details.presenters)
    if details.items:
        write_items(session, details.items)
    use_rooms(db, session, to.rooms if to else rooms)
    return session


@verb
def change_session(db: Session, session: AgendaSession, to: Details, *, by: Viewer) -> AgendaSession:
    """Say something else of a session. Its parts that calendars show raise `changed_at` (rule 16).

    Refused where somebody outside a session that excludes the lab would open it, or let themselves in (rule 13).
    """
    to = checked(db, to)
    keep_closed(db, session, to, by)
    write_rule(session.audience, to.audience)
    presented = write_presenters(session, to.presenters)
    parted = write_items(session, to.items)
    for name in COLUMNS:
        setattr(session, name, getattr(to, name))
    note_change(session, shown=presented or parted)
    return session


@verb
def edit_session(
    db: Session,
    session: AgendaSession,
    to: Details,
    *,
    at: Placement | None,
    minutes: int,
    rooms: tuple[RoomUse, ...],
    by: Viewer,
) -> AgendaSession:
    """All that a session's form says, as one act: what it is, and when (`at` None: in the tray) and where."""
    change_session(db, session, to, by=by)
    start = clock.at(at.day, at.start, session.zone) if at else None
    held = set(uses_of(session))
    if (start, minutes, set(rooms)) == (session.starts_at, session.minutes, held):
        return session
    if at is not None:
        return move_session(db, session, to=at, by=by)
    if session.is_placed:
        unplace_session(db, session, by=by)
    resize_session(db, session, minutes=minutes, by=by)
    return give_rooms(db, session, rooms, by=by)


@verb
def archive_session(db: Session, session: AgendaSession, *, by: Viewer) -> AgendaSession:
    """Delete a session, which is: put it away (rule 21). Published before, it is called off by the next release."""
    session.archived_at = session.archived_at or clock.now()
    note_change(session)
    return session


@verb
def restore_session(db: Session, session: AgendaSession, *, by: Viewer) -> AgendaSession:
    """Bring a deleted session back to where it was."""
    session.archived_at = None
    note_change(session)
    return session


@verb
def cancel_session(db: Session, session: AgendaSession, *, reason: str, by: Viewer) -> AgendaSession:
    """Call a session off. It stays on the agenda, marked, with its reason, and keeps its place (rules 16 and 19)."""
    if session.is_cancelled:
        return session
    if not session.is_placed:
        raise Refused(f"“{session.title}” waits in the tray. Delete it instead of cancelling it.")
    session.cancelled_at = clock.now()
    session.cancellation_reason = as_written(" ".join(reason.split()), longest=LONGEST_REASON, field="reason")
    note_change(session)
    return session


@verb
def reinstate_session(db: Session, session: AgendaSession, *, by: Viewer) -> AgendaSession:
    """Take a cancellation back."""
    session.cancelled_at = None
    session.cancellation_reason = ""
    note_change(session)
    return session
