"""Gatherings as one viewer may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app import clock
from app.gatherings.details import GONE
from app.gatherings.knowing import COVER, Knowledge, is_invited, knowledge, offices_by_day
from app.gatherings.memberships import shares_audience, stretches_of, was_of
from app.gatherings.webinars import JOIN_MINUTES, door_opens_at
from app.models import AgendaSession, Engagement, Openness, SeatState, SessionFormat, Webinar, WebinarSeat
from app.models.base import relation
from app.people.audiences import rules_of
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Gathering:
    """A gathering with nothing in it that its viewer may not know. Instants are UTC, meant in `zone`.

    `is_whole` is False where only the cover is shown. `join_url` stands for those invited and for the lab. A webinar's
    stands for those registered from shortly before it on, and always only for organizers and those who have a part in
    it; to all others it is `is_walled`, and calendars, which are too slow for that, lead to its door instead.
    `is_for`: the viewer is of its audience that day; `is_invited`: or has a part in it.
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
    is_for: bool = False
    is_walled: bool = False
    seat: "OwnSeat | None" = None

    @property
    def has_place(self) -> bool:
        """Whether the viewer is registered for this webinar."""
        return self.seat is not None and self.seat.state is SeatState.REGISTERED

    @property
    def is_given_up(self) -> bool:
        """Whether the viewer gave back their seat at a webinar to which nobody invited them."""
        return self.seat is not None and self.seat.state is SeatState.CANCELLED and not self.is_invited


@dataclass(frozen=True, slots=True)
class OwnSeat:
    """The viewer's seat at a webinar. `sequence` and `changed_at` rise with each change of it (rule 16)."""

    state: SeatState
    sequence: int
    changed_at: datetime
    join_minutes: int


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


def gatherings_of_group(db: Session, group_id: int, viewer: Viewer) -> list[Gathering]:
    """A working group's meetings that the viewer may know of, by their start."""
    return as_seen(db, db.exec(_placed().where(col(AgendaSession.group_id) == group_id)).all(), viewer)


def gathering_of(db: Session, cohort_id: int, session_id: int, viewer: Viewer) -> Gathering | None:
    """One gathering, or None where there is none that the viewer may know of."""
    query = _placed().where(col(AgendaSession.cohort_id) == cohort_id, col(AgendaSession.id) == session_id)
    return next(iter(as_seen(db, db.exec(query).all(), viewer)), None)


def gatherings_numbered(db: Session, cohort_id: int, numbers: Iterable[int], viewer: Viewer) -> list[Gathering]:
    """Those of some of a cohort's gatherings that the viewer may know of, by their start."""
    query = _placed().where(col(AgendaSession.cohort_id) == cohort_id, col(AgendaSession.id).in_(set(numbers)))
    return as_seen(db, db.exec(query).all(), viewer)


def invitations_of(db: Session, viewer: Viewer, *, ending_after: datetime) -> list[Gathering]:
    """The gatherings of all cohorts to which the viewer is invited or for which they registered, and all of a series of
    which one is that recent."""
    recent = _placed().where(col(AgendaSession.ends_at) > ending_after)
    sessions = {session.key: session for session in db.exec(recent)}
    series = {session.series_id for session in sessions.values() if session.series_id is not None}
    for session in db.exec(_placed().where(col(AgendaSession.series_id).in_(series))):
        sessions.setdefault(session.key, session)
    return [one for one in as_seen(db, list(sessions.values()), viewer) if one.is_invited or one.seat]


def as_seen(db: Session, sessions: Sequence[AgendaSession], viewer: Viewer) -> list[Gathering]:
    """What the viewer may know of these sessions, by their start; the queries do not grow with their number."""
    rules = rules_of(db, {session.audience_id for session in sessions})
    offices_on = offices_by_day(db, viewer.person_id)
    seats = _own_seats(db, sessions, viewer)
    grouped = {session.group_id for session in sessions if session.group_id is not None and shares_audience(session)}
    stretches = stretches_of(db, viewer.person_id, grouped)
    seen = []
    for session in sessions:
        assert session.starts_at is not None, "only what has a time is asked for"
        day = clock.local(session.starts_at, session.zone).date()
        has_part = any(e.person_id == viewer.person_id and e.state not in GONE for e in session.engagements)
        offices = tuple(office for office in offices_on(day) if office.cohort_id == session.cohort_id)
        taken = viewer.person_id is not None and is_invited(rules[session.audience_id], viewer.person_id, offices)
        if taken and shares_audience(session):
            taken = was_of(stretches, session.group_id, day)
        what = knowledge(session, viewer, is_inside=has_part or taken)
        if what is not Knowledge.NOTHING:
            inside = _Inside(has_part, taken, seats.get(session.key))
            seen.append(_as_seen(session, viewer, what, inside))
    return sorted(seen, key=lambda one: (one.starts_at, one.session_id))


@dataclass(frozen=True, slots=True)
class _Inside:
    """How a viewer is in a session: with a part in it, of its audience, with a seat at it."""

    has_part: bool
    is_taken: bool
    seat: OwnSeat | None

    @property
    def is_invited(self) -> bool:
        return self.has_part or self.is_taken


def _own_seats(db: Session, sessions: Sequence[AgendaSession], viewer: Viewer) -> dict[int, OwnSeat]:
    """The viewer's seats by session; one query, and none where there is no webinar."""
    if viewer.person_id is None or all(session.format is not SessionFormat.WEBINAR for session in sessions):
        return {}
    rows = db.exec(
        select(WebinarSeat, func.coalesce(Webinar.join_minutes, JOIN_MINUTES))
        .outerjoin(Webinar, col(Webinar.session_id) == WebinarSeat.session_id)
        .where(WebinarSeat.person_id == viewer.person_id)
    )
    return {
        seat.session_id: OwnSeat(
            seat.state,
            seat.sequence,
            seat.changed_at or seat.created_at,
            join_minutes,
        )
        for seat, join_minutes in rows
    }


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


def _as_seen(session: AgendaSession, viewer: Viewer, what: Knowledge, inside: _Inside) -> Gathering:
    assert session.starts_at is not None
    assert session.ends_at is not None
    whole = what is Knowledge.ALL
    is_walled = _is_walled(session, viewer, inside)
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
        is_for=inside.is_taken,
        is_invited=inside.is_invited,
        is_cancelled=session.is_cancelled,
        purpose=session.purpose if whole else "",
        cancellation_reason=session.cancellation_reason if whole else "",
        host_city=session.host_city.name if whole and session.host_city else "",
        presenters=_presenters(session) if whole else (),
        join_url=session.join_url if whole and _may_join(session, viewer, inside, is_walled=is_walled) else "",
        series_id=session.series_id,
        series_slug=session.series.slug if session.series else "",
        series_title=session.series.title if whole and session.series else "",
        occurrence_at=session.occurrence_at,
        is_walled=is_walled,
        seat=inside.seat,
    )


def _is_walled(session: AgendaSession, viewer: Viewer, inside: _Inside) -> bool:
    """Whether the viewer has to register and wait for the door to open: not who arranges it or has a part in it."""
    if session.format is not SessionFormat.WEBINAR:
        return False
    return not (viewer.is_organizer(session.cohort_id) or (inside.has_part and not viewer.acting))


def _may_join(session: AgendaSession, viewer: Viewer, inside: _Inside, *, is_walled: bool) -> bool:
    """Whether the address to join may be shown now."""
    if session.format is not SessionFormat.WEBINAR:
        return inside.is_invited or (viewer.is_lab(session.cohort_id) and not viewer.acting)
    if not is_walled:
        return True
    if inside.seat is None or inside.seat.state is not SeatState.REGISTERED or session.is_cancelled:
        return False
    assert session.starts_at is not None
    assert session.ends_at is not None
    return door_opens_at(session.starts_at, inside.seat.join_minutes) <= clock.now() < session.ends_at


def _presenters(session: AgendaSession) -> tuple[str, ...]:
    return tuple(
        one.person.name if one.part == "speaker" else f"{one.person.name} ({one.part})"
        for one in session.engagements
        if one.state not in GONE
    )
