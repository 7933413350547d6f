"""Where an update is presented: its city's turn in a session of the convening that its cycle is told at, as the viewer
may see the agenda (rule 13); and the other way, what stands behind the turns of a session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.agenda import published
from app.models import AgendaSession, City, Convening, SessionFormat, SessionItem, Update, UpdateCycle
from app.people.viewer import Viewer
from app.updates.mark_lists import SeenMark, marks_on


@dataclass(frozen=True, slots=True)
class Slot:
    """A city's turn: instants in UTC, meant in `zone`."""

    title: str
    url: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    rooms: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What a session's page says beside a city's turn: where its update is, and what readers have left there.

    `url` is None until the update is released; then only its status is known (rule 5).
    """

    url: str | None
    marks: tuple[SeenMark, ...] = field(default=())


def slot_of(db: Session, cycle: UpdateCycle, city: City, viewer: Viewer) -> Slot | None:
    """The city's turn on the published agenda of the cycle's convening; None where the viewer may see none."""
    convening = db.get(Convening, cycle.convening_id) if cycle.convening_id else None
    if convening is None or convening.archived_at is not None:
        return None
    agenda = published.agenda(db, convening, viewer)
    for session in agenda.sessions if agenda else ():
        if session.format is not SessionFormat.MAYOR_UPDATE or session.covered or session.cancelled:
            continue
        for item in session.items:
            if item.city_id == city.key:
                return Slot(
                    title=session.title,
                    url=f"{convening.path}/sessions/{session.id}",
                    starts_at=item.starts_at,
                    ends_at=item.starts_at + timedelta(minutes=item.minutes),
                    zone=session.zone,
                    rooms=", ".join(room.name for room in session.rooms),
                )
    return None


def turns_of(
    db: Session, convening: Convening, city_ids: Iterable[int], viewer: Viewer, *, organizer: bool = False
) -> dict[int, Turn]:
    """What stands behind these cities' turns at a convening, by city. The caller has asked who may read updates."""
    wanted = list(city_ids)
    if not wanted:
        return {}
    rows = db.exec(
        select(Update, UpdateCycle.slug, City.slug)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(City, col(City.id) == Update.city_id)
        .where(UpdateCycle.convening_id == convening.key, col(Update.city_id).in_(wanted))
    ).all()
    marks = marks_on(db, [update.key for update, _, _ in rows if update.released_at], viewer, organizer=organizer)
    home = convening.path.split("/")[1]
    return {
        update.city_id: Turn(
            url=f"/{home}/updates/{cycle}/{city}" if update.released_at else None,
            marks=tuple(marks.get(update.key, ())),
        )
        for update, cycle, city in rows
    }


def marks_by_session(db: Session, convening: Convening, viewer: Viewer) -> Mapping[int, tuple[str, ...]]:
    """For the run of show: what readers have left for the cities of each session of updates, a line each."""
    rows = db.exec(
        select(SessionItem.session_id, SessionItem.city_id, City.name)
        .join(AgendaSession, col(AgendaSession.id) == SessionItem.session_id)
        .join(City, col(City.id) == SessionItem.city_id)
        .where(
            AgendaSession.convening_id == convening.key,
            AgendaSession.format == SessionFormat.MAYOR_UPDATE,
            col(AgendaSession.archived_at).is_(None),
        )
        .order_by(col(SessionItem.session_id), col(SessionItem.position), col(SessionItem.id))
    ).all()
    turns = turns_of(db, convening, {city_id for _, city_id, _ in rows if city_id is not None}, viewer)
    said: dict[int, list[str]] = {}
    for session_id, city_id, city in rows:
        turn = turns.get(city_id or 0)
        for mark in turn.marks if turn else ():
            if mark.stands:
                said.setdefault(session_id, []).append(f"For {city}: {mark.said}")
    return {session_id: tuple(lines) for session_id, lines in said.items()}
