"""What organizers write into the run of show, and what the crew ticks off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from app import clock
from app.agenda.running_order import Line
from app.models import AgendaSession, Convening, Cue, CueAnchor, CueKind, CueTick, Person, Room
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

LONGEST_TEXT = 1000
A_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CueDetails:
    """All that is said of a cue. With a session it stands `minutes` after its `anchor` (below zero: before); without
    one at `at` (UTC). Who is responsible is a person on record, or a name."""

    text: str
    kind: CueKind = CueKind.OTHER
    session_id: int | None = None
    anchor: CueAnchor = CueAnchor.START
    minutes: int = 0
    at: datetime | None = None
    room_id: int | None = None
    responsible_id: int | None = None
    responsible: str = ""


@verb
def add_cue(db: Session, convening: Convening, details: CueDetails, *, by: Viewer) -> Cue:
    """A further line of the run of show."""
    cue = Cue(convening_id=convening.key, **_checked(db, convening, details))
    db.add(cue)
    return cue


@verb
def change_cue(db: Session, convening: Convening, cue: Cue, to: CueDetails, *, by: Viewer) -> Cue:
    """Say a cue otherwise. One that stands in the place of a derived line keeps that place."""
    for name, value in _checked(db, convening, to).items():
        setattr(cue, name, value)
    return cue


@verb
def replace_line(
    db: Session, convening: Convening, line: Line, *, text: str, minutes: int, responsible: str, by: Viewer
) -> Cue:
    """Put an organizer's words, minutes (from what the line is counted from) and responsible in a derived line's
    place; left out before, it comes back. An empty text stays the derived one, and so goes on following the draft."""
    details = CueDetails(
        text=text or line.what,
        kind=CueKind(line.kind),
        session_id=line.session_id,
        minutes=minutes,
        room_id=line.room_id,
        responsible=responsible,
    )
    cue = _replacing(db, convening, line) or Cue(convening_id=convening.key, derived=line.name)
    for name, value in {**_checked(db, convening, details), "text": " ".join(text.split())}.items():
        setattr(cue, name, value)
    cue.archived_at = None
    db.add(cue)
    return cue


@verb
def leave_out(db: Session, convening: Convening, line: Line, *, by: Viewer) -> None:
    """Take a line off the run of show; nothing is lost (rule 21)."""
    cue = db.get(Cue, line.cue_id) if line.cue_id is not None else None
    cue = cue or Cue(
        convening_id=convening.key, derived=line.name, session_id=line.session_id, at=line.at, room_id=line.room_id
    )
    cue.archived_at = clock.now()
    db.add(cue)


@verb
def tick_line(db: Session, convening: Convening, line: Line, *, by: Viewer) -> CueTick:
    """Tick a line off. Twice is once: the first to do it stays on record."""
    db.exec(select(Convening.id).where(Convening.id == convening.key).with_for_update()).one()
    tick = _tick(db, convening, line.name)
    if tick is None:
        tick = CueTick(convening_id=convening.key, line=line.name, done_at=clock.now(), done_by_id=by.actor_id)
        db.add(tick)
    return tick


@verb
def untick_line(db: Session, convening: Convening, line: Line, *, by: Viewer) -> None:
    """Take a tick back."""
    tick = _tick(db, convening, line.name)
    if tick is not None:
        db.delete(tick)


def _tick(db: Session, convening: Convening, line: str) -> CueTick | None:
    return db.exec(select(CueTick).where(CueTick.convening_id == convening.key, CueTick.line == line)).first()


def _replacing(db: Session, convening: Convening, line: Line) -> Cue | None:
    return db.exec(select(Cue).where(Cue.convening_id == convening.key, Cue.derived == line.name)).first()


def _checked(db: Session, convening: Convening, details: CueDetails) -> dict[str, Any]:
    text = " ".join(details.text.split())
    if not text:
        raise Refused("Say what is to be done.", "text")
    if len(text) > LONGEST_TEXT:
        raise Refused(f"That is longer than {LONGEST_TEXT} characters. Shorten it.", "text")
    if not -A_DAY <= details.minutes <= A_DAY:
        raise Refused("A cue stands within a day of its session.", "minutes")
    if details.session_id is None and details.at is None:
        raise Refused("Choose a session that it goes with, or a day and a time.", "session")
    if details.session_id is not None:
        session = db.get(AgendaSession, details.session_id)
        if session is None or session.convening_id != convening.key:
            raise Refused("That session is not of this convening.", "session")
    if details.room_id is not None:
        room = db.get(Room, details.room_id)
        if room is None or room.venue_id != convening.venue_id:
            raise Refused("That room is not at this convening’s venue.", "room")
    if details.responsible_id is not None and db.get(Person, details.responsible_id) is None:
        raise Refused("Nobody on record has that name.", "responsible")
    return {
        "text": text,
        "kind": details.kind,
        "session_id": details.session_id,
        "anchor": details.anchor,
        "minutes": details.minutes,
        "at": None if details.session_id is not None else details.at,
        "room_id": details.room_id,
        "responsible_id": details.responsible_id,
        "responsible": " ".join(details.responsible.split()),
    }
