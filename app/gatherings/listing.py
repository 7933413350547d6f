"""Gatherings as one viewer may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app import clock
from app.gatherings.details import GONE
from app.gatherings.knowing import COVER, Knowledge, is_invited, knowledge, offices_by_day
from app.models import AgendaSession, Engagement, Openness, SessionFormat
from app.models.base import relation
from app.people.audiences import rules_of
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Gathering:
    """A gathering with nothing in it that its viewer may not know. Instants are UTC, meant in `zone`.

    `is_whole` is False where only the cover is shown. `join_url` stands for those invited and for the lab.
    """

    session_id: int
    cohort_id: int
    uid: str
    sequence: int
    changed_at: datetime
    title: str
    format: SessionFormat
    openness: Openness
    starts_at: datetime
    ends_at: datetime
    zone: str
    is_whole: bool
    is_invited: bool
    is_cancelled: bool
    purpose: str = ""
    cancellation_reason: str = ""
    host_city: str = ""
    presenters: tuple[str, ...] = ()
    join_url: str = ""
    series_id: int | None = None
    series_slug: str = ""
    series_title: str = ""
    occurrence_at: datetime | None = None


def gatherings_of(
    db: Session, cohort_id: int, viewer: Viewer, *, formats: Iterable[SessionFormat] = ()
) -> list[Gathering]:
    """All gatherings of a cohort that the viewer may know of, by their start; of some formats, or of all."""
    query = _placed().where(col(AgendaSession.cohort_id) == cohort_id)
    if formats:
        query = query.where(col(AgendaSession.format).in_(list(formats)))
    return as_seen(db, db.exec(query).all(), viewer)


def gatherings_of_series(db: Session, series_id: int, viewer: Viewer) -> list[Gathering]:
    """The occurrences of a series that the viewer may know of, by their start."""
    return as_seen(db, db.exec(_placed().where(col(AgendaSession.series_id) == series_id)).all(), viewer)


def gathering_of(db: Session, cohort_id: int, session_id: int, viewer: Viewer) -> Gathering | None:
    """One gathering, or None where there is none that the viewer may know of."""
    query = _placed().where(col(AgendaSession.cohort_id) == cohort_id, col(AgendaSession.id) == session_id)
    return next(iter(as_seen(db, db.exec(query).all(), viewer)), None)


def invitations_of(db: Session, viewer: Viewer, *, ending_after: datetime) -> list[Gathering]:
    """The gatherings of all cohorts to which the viewer is invited, and all of a series of which one is that recent."""
    recent = _placed().where(col(AgendaSession.ends_at) > ending_after)
    sessions = {session.key: session for session in db.exec(recent)}
    series = {session.series_id for session in sessions.values() if session.series_id is not None}
    for session in db.exec(_placed().where(col(AgendaSession.series_id).in_(series))):
        sessions.setdefault(session.key, session)
    return [one for one in as_seen(db, list(sessions.values()), viewer) if one.is_invited]


def as_seen(db: Session, sessions: Sequence[AgendaSession], viewer: Viewer) -> list[Gathering]:
    """What the viewer may know of these sessions, by their start; the queries do not grow with their number."""
    rules = rules_of(db, {session.audience_id for session in sessions})
    offices_on = offices_by_day(db, viewer.person_id)
    seen = []
    for session in sessions:
        assert session.starts_at is not None, "only what has a time is asked for"
        day = clock.local(session.starts_at, session.zone).date()
        has_part = any(e.person_id == viewer.person_id and e.state not in GONE for e in session.engagements)
        offices = tuple(office for office in offices_on(day) if office.cohort_id == session.cohort_id)
        taken = viewer.person_id is not None and is_invited(rules[session.audience_id], viewer.person_id, offices)
        what = knowledge(session, viewer, is_inside=has_part or taken)
        if what is not Knowledge.NOTHING:
            seen.append(_as_seen(session, viewer, what, is_invited=has_part or taken))
    return sorted(seen, key=lambda one: (one.starts_at, one.session_id))


def _placed() -> SelectOfScalar[AgendaSession]:
    return (
        select(AgendaSession)
        .where(
            col(AgendaSession.convening_id).is_(None),
            col(AgendaSession.archived_at).is_(None),
            col(AgendaSession.starts_at).is_not(None),
        )
        .options(
            selectinload(relation(AgendaSession.series)),
            selectinload(relation(AgendaSession.host_city)),
            selectinload(relation(AgendaSession.engagements)).selectinload(relation(Engagement.person)),
        )
    )


def _as_seen(session: AgendaSession, viewer: Viewer, what: Knowledge, *, is_invited: bool) -> Gathering:
    assert session.starts_at is not None
    assert session.ends_at is not None
    whole = what is Knowledge.ALL
    may_join = is_invited or (viewer.is_lab(session.cohort_id) and not viewer.acting)
    return Gathering(
        session_id=session.key,
        cohort_id=session.cohort_id,
        uid=session.uid,
        sequence=session.sequence,
        changed_at=session.changed_at or session.created_at,
        title=session.title if whole else session.cover_title or COVER,
        format=session.format,
        openness=session.openness,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=session.zone,
        is_whole=whole,
        is_invited=is_invited,
        is_cancelled=session.is_cancelled,
        purpose=session.purpose if whole else "",
        cancellation_reason=session.cancellation_reason if whole else "",
        host_city=session.host_city.name if whole and session.host_city else "",
        presenters=_presenters(session) if whole else (),
        join_url=session.join_url if whole and may_join else "",
        series_id=session.series_id,
        series_slug=session.series.slug if session.series else "",
        series_title=session.series.title if whole and session.series else "",
        occurrence_at=session.occurrence_at,
    )


def _presenters(session: AgendaSession) -> tuple[str, ...]:
    return tuple(
        one.person.name if one.part == "speaker" else f"{one.person.name} ({one.part})"
        for one in session.engagements
        if one.state not in GONE
    )
