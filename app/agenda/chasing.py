"""The organizers' list of all who have a part in a convening: how it stands, and what is missing (rule 13: not of
sessions that exclude the lab, except by those who are in them)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app import clock
from app.agenda.speakers import ANSWERED, WAITING, WITH_SLIDES
from app.gatherings.details import GONE
from app.gatherings.knowing import offices_by_day
from app.models import (
    AgendaSession,
    Convening,
    Engagement,
    EngagementState,
    LinkPurpose,
    Material,
    Person,
    PrivateLink,
    Standing,
)
from app.people.audiences import Attendee, roll, rules_of
from app.people.names import matches
from app.people.viewer import Viewer


class Show(StrEnum):
    """What the list is narrowed to."""

    ALL = "all"
    WAITING = "waiting"
    SLIDES = "slides"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Chased:
    """One part. `missing` says in words what is not there yet, the gravest first; `days` until it, None when past.

    `email` is None for somebody whom no letter reaches.
    """

    id: int
    person_id: int
    person: str
    office: str
    email: str | None
    part: str
    session_id: int
    session: str
    starts_at: datetime | None
    ends_at: datetime | None
    state: EngagementState
    cancelled: bool
    missing: tuple[str, ...]
    answer: str
    answered_at: datetime | None
    reminded_at: datetime | None
    days: int | None

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING and not self.cancelled

    @property
    def can_be_written_to(self) -> bool:
        """Whether something is asked of the speaker still, and a letter reaches them."""
        return self.email is not None and bool({"an answer", "slides"} & set(self.missing))


@dataclass(frozen=True, slots=True)
class Chase:
    """The list as narrowed, how many each narrowing holds, and whether parts are left out that the viewer may not
    know of."""

    rows: tuple[Chased, ...]
    counts: dict[Show, int]
    hides_some: bool


def chase(db: Session, convening: Convening, viewer: Viewer, *, show: Show = Show.ALL, words: str = "") -> Chase:
    """All parts of a convening in order of time; the number of queries is the same for six and for six hundred."""
    found = _rows(db, convening)
    unseen = hidden_sessions(db, convening, viewer)
    seen = [row for row in found if row[1].key not in unseen]
    slides = _with_materials(db, convening)
    read = _readers(db, convening)
    people = {one.person_id: one for one in roll(db, convening.starts_on, convening.cohort_id)}
    today = clock.today(convening.zone)
    rows = [
        _chased(convening, engagement, session, person, people.get(person.key), slides, read, today)
        for engagement, session, person in seen
    ]
    counts = {one: sum(_fits(row, one) for row in rows) for one in Show}
    shown = (row for row in rows if _fits(row, show) and matches(words, row.person, row.office, row.session, row.part))
    return Chase(tuple(shown), counts, len(seen) < len(found))


def hidden_sessions(db: Session, convening: Convening, viewer: Viewer) -> set[int]:
    """The sessions of a convening that exclude the lab and that the viewer is not in. At most four queries."""
    secret = db.exec(
        select(AgendaSession).where(
            AgendaSession.convening_id == convening.key, col(AgendaSession.excludes_lab).is_(True)
        )
    ).all()
    if not secret or viewer.is_system:
        return set()
    if viewer.person_id is None or viewer.acting:
        return {session.key for session in secret}
    rules = rules_of(db, {session.audience_id for session in secret})
    offices = offices_by_day(db, viewer.person_id)
    presenting = set(
        db.exec(
            select(Engagement.session_id).where(
                Engagement.person_id == viewer.person_id,
                col(Engagement.session_id).in_([session.key for session in secret]),
                col(Engagement.state).not_in(GONE),
            )
        )
    )
    return {
        session.key
        for session in secret
        if session.key not in presenting
        and not rules[session.audience_id].takes(viewer.person_id, offices(_day(session, convening)))
    }


def speakers_access(db: Session, convening: Convening, viewer: Viewer) -> list[tuple[str, str]]:
    """What speakers need for themselves, as (name, text), each text once. Whoever asks has put the look on record."""
    unseen = hidden_sessions(db, convening, viewer)
    rows = db.exec(
        select(Person.name, Engagement.access)
        .join(Engagement, col(Engagement.person_id) == Person.id)
        .join(AgendaSession, col(AgendaSession.id) == Engagement.session_id)
        .where(
            AgendaSession.convening_id == convening.key,
            Engagement.access != "",
            col(AgendaSession.id).not_in(unseen),
            col(Engagement.state).not_in(GONE),
        )
        .order_by(Person.sort_name, Person.name, col(Engagement.id))
    )
    return list(dict.fromkeys((name, access) for name, access in rows))


def speakers_access_by_session(
    db: Session, convening: Convening, unseen: Collection[int]
) -> dict[int, tuple[tuple[str, str], ...]]:
    """Session → what its speakers need for themselves, as (name, text); the same rule as above, one query."""
    rows = db.exec(
        select(Engagement.session_id, Person.name, Engagement.access)
        .join(Person, col(Person.id) == Engagement.person_id)
        .join(AgendaSession, col(AgendaSession.id) == Engagement.session_id)
        .where(
            AgendaSession.convening_id == convening.key,
            Engagement.access != "",
            col(AgendaSession.id).not_in(unseen),
            col(Engagement.state).not_in(GONE),
        )
        .order_by(Person.sort_name, Person.name, col(Engagement.id))
    )
    found: dict[int, dict[tuple[str, str], None]] = {}
    for session_id, name, access in rows:
        found.setdefault(session_id, {})[name, access] = None
    return {session_id: tuple(said) for session_id, said in found.items()}


def _rows(db: Session, convening: Convening) -> Sequence[Any]:
    return db.execute(
        sa.select(Engagement, AgendaSession, Person)
        .join(AgendaSession, col(AgendaSession.id) == Engagement.session_id)
        .join(Person, col(Person.id) == Engagement.person_id)
        .where(col(AgendaSession.convening_id) == convening.key, col(AgendaSession.archived_at).is_(None))
        .order_by(
            col(AgendaSession.starts_at).is_(None),
            col(AgendaSession.starts_at),
            col(AgendaSession.id),
            col(Engagement.position),
            col(Engagement.id),
        )
    ).all()


def _chased(
    convening: Convening,
    engagement: Engagement,
    session: AgendaSession,
    person: Person,
    seated: Attendee | None,
    slides: Collection[int],
    read: Collection[int],
    today: date,
) -> Chased:
    days = (_day(session, convening) - today).days
    missing = []
    if engagement.state not in GONE and not session.is_cancelled and days >= 0:
        missing = [
            said
            for said, is_missing in (
                ("an answer", engagement.state in WAITING),
                ("slides", _owes_slides(engagement, slides)),
                ("a brief from you", not engagement.brief and not _is_lab(seated)),
                ("a sign that the brief was read", bool(engagement.brief) and person.key not in read),
            )
            if is_missing
        ]
    return Chased(
        id=engagement.key,
        person_id=person.key,
        person=person.name,
        office=(seated.office if seated else "") or person.organization,
        email=person.email,
        part=engagement.part,
        session_id=session.key,
        session=session.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        state=engagement.state,
        cancelled=session.is_cancelled,
        missing=tuple(missing),
        answer=engagement.answer,
        answered_at=engagement.answered_at,
        reminded_at=engagement.reminded_at,
        days=days if days >= 0 else None,
    )


def _owes_slides(engagement: Engagement, slides: Collection[int]) -> bool:
    by_mail = engagement.state is EngagementState.MATERIALS_IN
    return engagement.part in WITH_SLIDES and not by_mail and engagement.key not in slides


def _is_lab(seated: Attendee | None) -> bool:
    """Whether they are of the lab, and so know what it is all about."""
    lab = (Standing.ORGANIZER, Standing.STAFF)
    return seated is not None and any(office.standing in lab for office in seated.offices)


def _fits(row: Chased, show: Show) -> bool:
    if show is Show.WAITING:
        return row.is_waiting
    if show is Show.DECLINED:
        return row.state is EngagementState.DECLINED
    if show is Show.SLIDES:
        return row.state in ANSWERED and "slides" in row.missing
    return True


def _with_materials(db: Session, convening: Convening) -> set[int]:
    """The parts for which something stands that is not being looked at."""
    return set(
        db.exec(
            select(Material.engagement_id)
            .join(Engagement, col(Engagement.id) == Material.engagement_id)
            .join(AgendaSession, col(AgendaSession.id) == Engagement.session_id)
            .where(
                AgendaSession.convening_id == convening.key,
                col(Material.archived_at).is_(None),
                col(Material.quarantined_at).is_(None),
            )
        )
    )


def _readers(db: Session, convening: Convening) -> set[int]:
    """The people who have acted on the page of their link."""
    opened = select(PrivateLink.person_id).where(
        PrivateLink.convening_id == convening.key,
        PrivateLink.purpose == LinkPurpose.SPEAKER,
        col(PrivateLink.opened_at).is_not(None),
    )
    return {person_id for person_id in db.exec(opened) if person_id is not None}


def _day(session: AgendaSession, convening: Convening) -> date:
    return clock.local(session.starts_at, convening.zone).date() if session.starts_at else convening.starts_on
