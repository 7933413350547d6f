"""When and where a session takes place, in the wall time of its convening's zone (rule 14)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.changes import note_change
from app.models import AgendaSession, Convening, Membership, Room, RoomSetup, SessionRoom
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

LONGEST = 24 * 60
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RoomUse:
    """A room, how it is furnished (None: its usual set-up), and for which city alone (None: for all)."""

    room_id: int
    setup_id: int | None = None
    city_id: int | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """A day and a wall time in the convening's zone, a length in minutes, and the rooms, if any are known."""

    day: date
    start: time
    minutes: int
    rooms: tuple[RoomUse, ...] = ()


@verb
def move_session(db: Session, session: AgendaSession, *, to: Placement, by: Viewer) -> AgendaSession:
    """Put a session, from the tray or from elsewhere, at a time and into rooms.

    Conflicts are not refused: they are named by findings.check and weighed at publication. Refused are a
    cancelled session, a day far from the convening's, a length of nothing or over a day, an unknown room.
    """
    _refuse_cancelled(session)
    moved = use_rooms(db, session, to.rooms)
    set_time(session, to)
    note_change(session, told=moved)
    return session


@verb
def resize_session(db: Session, session: AgendaSession, *, minutes: int, by: Viewer) -> AgendaSession:
    """Give a session another length; its start stays. One in the tray keeps the length for when it is placed."""
    _refuse_cancelled(session)
    set_minutes(session, minutes)
    note_change(session)
    return session


@verb
def give_rooms(db: Session, session: AgendaSession, uses: Collection[RoomUse], *, by: Viewer) -> AgendaSession:
    """Give a session other rooms, wherever it stands: those for which it waits in the tray, say."""
    note_change(session, told=use_rooms(db, session, uses))
    return session


@verb
def unplace_session(db: Session, session: AgendaSession, *, by: Viewer) -> AgendaSession:
    """Take a session back to the tray. It keeps its length and its rooms; if it was published, the next release
    calls it off until it is placed again."""
    _refuse_cancelled(session)
    session.starts_at = session.ends_at = None
    note_change(session)
    return session


@verb
def swap_sessions(db: Session, session: AgendaSession, other: AgendaSession, *, by: Viewer) -> None:
    """Put each of two sessions where the other stands: its start, its rooms with their set-ups and cities. Each keeps
    its length. One of them may wait in the tray. Done twice, everything is as it was."""
    if session.id == other.id:
        raise Refused("Choose another session to swap with.", "with")
    if session.convening_id != other.convening_id:
        raise Refused(f"“{other.title}” is of another convening.", "with")
    for one in (session, other):
        _refuse_cancelled(one)
    if session.starts_at is None and other.starts_at is None:
        raise Refused("Both wait in the tray: there is nothing to swap.", "with")
    uses, others = uses_of(session), uses_of(other)
    starts = session.starts_at, other.starts_at
    for one, wanted, start in ((session, others, starts[1]), (other, uses, starts[0])):
        moved = use_rooms(db, one, wanted)
        set_start(one, start)
        note_change(one, told=moved)


@verb
def shift_sessions(db: Session, convening: Convening, starts: Mapping[int, datetime], *, by: Viewer) -> None:
    """Give sessions of a convening, by id, other starts (UTC), all of them in one act, as shifting.plan_shift has it.
    Lengths and rooms stay. Refused as a whole for one that is fixed, cancelled or no longer on the grid."""
    here = select(AgendaSession).where(
        AgendaSession.convening_id == convening.key,
        col(AgendaSession.id).in_(starts),
        col(AgendaSession.archived_at).is_(None),
    )
    sessions = db.exec(here).all()
    if len(sessions) != len(starts) or not all(one.is_placed for one in sessions):
        raise Refused("Somebody has taken one of these sessions off the grid meanwhile. Look at the shift once more.")
    for session in sessions:
        _refuse_cancelled(session)
        if session.fixed:
            raise Refused(f"“{session.title}” is fixed. Take that off before you shift it.")
        set_start(session, starts[session.key])
        note_change(session)


def set_start(session: AgendaSession, start: datetime | None) -> None:
    """Let a session begin at an instant (UTC), or (None) wait in the tray; its length stays. Called inside a verb."""
    session.starts_at = start
    session.ends_at = start + timedelta(minutes=session.minutes) if start else None


def uses_of(session: AgendaSession) -> tuple[RoomUse, ...]:
    """The rooms of a session as it uses them."""
    return tuple(RoomUse(place.room_id, place.setup_id, place.city_id) for place in session.places)


def set_time(session: AgendaSession, to: Placement) -> None:
    """Give a session the placement's day, start and length. Called inside a verb; raises Refused."""
    convening = _convening_of(session)
    first, last = convening.starts_on - A_DAY, convening.ends_on + A_DAY
    if not first <= to.day <= last:
        days = f"{clock.said_day(convening.starts_on)} to {clock.said_day(convening.ends_on, year=True)}"
        raise Refused(f"The convening runs from {days}. Choose one of its days, or the day beside it.", "day")
    session.starts_at = clock.at(to.day, to.start, session.zone)
    set_minutes(session, to.minutes)


def set_minutes(session: AgendaSession, minutes: int) -> None:
    """Give a session its length, placed or not. Called inside a verb; raises Refused."""
    if not 1 <= minutes <= LONGEST:
        raise Refused("A session lasts from one minute to a whole day (1,440 minutes).", "minutes")
    session.minutes = minutes
    if session.starts_at is not None:
        session.ends_at = session.starts_at + timedelta(minutes=minutes)


def use_rooms(db: Session, session: AgendaSession, uses: Collection[RoomUse]) -> bool:
    """Make a session use these rooms and no others; returns whether anything changed. Called inside a verb.

    Raises Refused for a room that is not the venue's, a set-up that is not the room's, a city that is not the
    cohort's, and a room named twice.
    """
    wanted = {use.room_id: use for use in uses}
    if len(wanted) != len(uses):
        raise Refused("A room is named twice.", "rooms")
    held = {place.room_id: place for place in session.places}
    _check_rooms(db, session, [use for use in uses if _use_of(held.get(use.room_id)) != use])
    changed = {_use_of(place) for place in session.places} != set(uses)
    for place in session.places:
        if use := wanted.get(place.room_id):
            place.setup_id, place.city_id = use.setup_id, use.city_id
    session.places[:] = [
        held.get(use.room_id)
        or SessionRoom(session_id=session.key, room_id=use.room_id, setup_id=use.setup_id, city_id=use.city_id)
        for use in uses
    ]
    return changed


def _use_of(place: SessionRoom | None) -> RoomUse | None:
    return RoomUse(place.room_id, place.setup_id, place.city_id) if place else None


def _check_rooms(db: Session, session: AgendaSession, uses: Collection[RoomUse]) -> None:
    if not uses:
        return
    venue_id = session.convening.venue_id if session.convening else None
    here = (
        select(Room.id, RoomSetup.id)
        .outerjoin(RoomSetup, col(RoomSetup.room_id) == Room.id)
        .where(Room.venue_id == venue_id, col(Room.archived_at).is_(None))
    )
    known = set(db.exec(here))
    rooms = {room_id for room_id, _setup in known}
    of_cohort = select(Membership.city_id).where(Membership.cohort_id == session.cohort_id)
    cities = set(db.exec(of_cohort)) if any(use.city_id for use in uses) else set()
    for use in uses:
        if use.room_id not in rooms:
            raise Refused("That room is not at this convening’s venue, or is no longer used.", "rooms")
        if use.setup_id is not None and (use.room_id, use.setup_id) not in known:
            raise Refused("That set-up belongs to another room.", "rooms")
        if use.city_id is not None and use.city_id not in cities:
            raise Refused("That city is not of this cohort.", "rooms")


def _convening_of(session: AgendaSession) -> Convening:
    if session.convening is None:
        raise Refused(f"“{session.title}” is not of a convening, so it has no place on an agenda.")
    return session.convening


def _refuse_cancelled(session: AgendaSession) -> None:
    if session.is_cancelled:
        raise Refused(f"“{session.title}” is cancelled. Take the cancellation back before you move it.")
