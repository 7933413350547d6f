"""What people have on in a stretch of time, so that no time is proposed in which they are taken.

Of the program's own: gatherings, sessions of convenings, the windows in which they are there (rule 11). Of their other
calendars: hours alone. The queries do not grow with people or sessions; only organizers read this (rule 13).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.details import GONE
from app.gatherings.hours import Span, Stay, Taken
from app.gatherings.knowing import COVER, is_invited
from app.gatherings.offices import Somebody
from app.models import (
    LEFT,
    AgendaSession,
    Convening,
    ConveningStage,
    Invitation,
    Openness,
    Participation,
    Registration,
    SeatState,
    Webinar,
    WebinarSeat,
)
from app.models.base import relation
from app.people.audiences import Rule, rules_of
from app.people.busy import busy_of
from app.people.standing_in import StandIns, stand_ins

ELSEWHERE = "Busy elsewhere"
OTHER_COHORT = "Taken in another cohort"


@dataclass(frozen=True, slots=True)
class HasOn:
    """What somebody has on, in order, and the convenings that they come to."""

    taken: tuple[Taken, ...] = ()
    stays: tuple[Stay, ...] = ()


def what_they_have_on(db: Session, people: Mapping[int, Somebody], span: Span, *, cohort_id: int) -> dict[int, HasOn]:
    """What these people have on in a stretch of time, by number; said as an organizer of the cohort may
    know them."""
    convenings = _convenings(db, span)
    coming = _registrations(db, convenings, people)
    standing = {one.key: stand_ins(db, one.key) for one in convenings}
    sessions = _sessions(db, [one.key for one in convenings], span)
    rules = rules_of(db, {session.audience_id for session in sessions})
    said = _answers(db, sessions, people)
    taken: dict[int, list[Taken]] = defaultdict(list)
    for session in sessions:
        rule = rules[session.audience_id]
        for person in people.values():
            registration = coming.get((session.convening_id or 0, person.person_id))
            if registration is not None and registration.state in LEFT:
                continue
            is_for = _is_for(session, rule, person, standing.get(session.convening_id or 0))
            if said.bind(session, person.person_id, is_for=is_for):
                taken[person.person_id].append(_taken(session, cohort_id))
    for number, spans in busy_of(db, people, *span).items():
        taken[number] += [Taken(one, ELSEWHERE) for one in spans]
    return {
        number: HasOn(
            tuple(sorted(taken[number], key=lambda one: (one.span, one.said))),
            tuple(_stay(one, coming.get((one.key, number))) for one in convenings if _comes(coming, one, number)),
        )
        for number in people
    }


@dataclass(frozen=True, slots=True)
class _Answers:
    """What people have said of sessions, by the session's number and theirs. An invitation to a webinar that has seats
    binds nobody: whoever is `registered` is bound."""

    with_seats: frozenset[int]
    registered: frozenset[tuple[int, int]]
    declined: frozenset[tuple[int, int]]
    declined_series: frozenset[tuple[int, int]]

    def bind(self, session: AgendaSession, person_id: int, *, is_for: bool) -> bool:
        """Whether a session, which is for somebody or not, takes their time."""
        if any(e.person_id == person_id and e.state not in GONE for e in session.engagements):
            return True
        if session.key in self.with_seats:
            return (session.key, person_id) in self.registered
        has_declined = (session.key, person_id) in self.declined
        return is_for and not has_declined and (session.series_id or 0, person_id) not in self.declined_series


def _answers(db: Session, sessions: Sequence[AgendaSession], people: Collection[int]) -> _Answers:
    """Three queries, however many there are."""
    numbers = [session.key for session in sessions]
    seats = db.exec(
        select(WebinarSeat.session_id, WebinarSeat.person_id).where(
            col(WebinarSeat.session_id).in_(numbers),
            col(WebinarSeat.person_id).in_(people),
            WebinarSeat.state == SeatState.REGISTERED,
        )
    )
    with_seats = db.exec(select(Webinar.session_id).where(col(Webinar.session_id).in_(numbers)))
    declined = db.exec(
        select(Invitation.session_id, Invitation.series_id, Invitation.person_id).where(
            col(Invitation.person_id).in_(people), Invitation.answer == Participation.DECLINED
        )
    ).all()
    return _Answers(
        frozenset(with_seats),
        frozenset((number, person_id) for number, person_id in seats if person_id is not None),
        frozenset((number, person_id) for number, _, person_id in declined if number is not None),
        frozenset((series, person_id) for _, series, person_id in declined if series is not None),
    )


def _is_for(session: AgendaSession, rule: Rule, person: Somebody, standing: StandIns | None) -> bool:
    assert session.starts_at is not None
    offices = person.offices(clock.local(session.starts_at, session.zone).date(), session.cohort_id)
    if standing is None:
        return is_invited(rule, person.person_id, offices)
    return standing.takes(
        rule,
        person.person_id,
        standing.offices(person.person_id, offices),
        session_id=session.key,
        is_closed=session.openness is Openness.CLOSED,
    )


def _taken(session: AgendaSession, cohort_id: int) -> Taken:
    assert session.starts_at is not None
    assert session.ends_at is not None
    if session.cohort_id != cohort_id:
        said = OTHER_COHORT
    else:
        said = (session.cover_title or COVER) if session.excludes_lab else session.title
    return Taken((session.starts_at, session.ends_at), said)


def _sessions(db: Session, convening_ids: Collection[int], span: Span) -> Sequence[AgendaSession]:
    """All that takes place in the stretch: gatherings, and sessions of these convenings as they are planned now."""
    return db.exec(
        select(AgendaSession)
        .where(
            col(AgendaSession.starts_at) < span[1],
            col(AgendaSession.ends_at) > span[0],
            col(AgendaSession.cancelled_at).is_(None),
            col(AgendaSession.archived_at).is_(None),
            col(AgendaSession.convening_id).is_(None) | col(AgendaSession.convening_id).in_(convening_ids),
        )
        .order_by(col(AgendaSession.starts_at), col(AgendaSession.id))
        .options(selectinload(relation(AgendaSession.engagements)))
    ).all()


def _convenings(db: Session, span: Span) -> Sequence[Convening]:
    a_day = timedelta(days=1)  # as far as any zone's date is from UTC's
    return db.exec(
        select(Convening)
        .where(
            Convening.starts_on <= (span[1] + a_day).date(),
            Convening.ends_on >= (span[0] - a_day).date(),
            Convening.stage != ConveningStage.CONCEPT,
            col(Convening.archived_at).is_(None),
        )
        .order_by(col(Convening.starts_on), col(Convening.id))
    ).all()


def _registrations(
    db: Session, convenings: Sequence[Convening], people: Collection[int]
) -> dict[tuple[int, int], Registration]:
    rows = db.exec(
        select(Registration)
        .where(
            col(Registration.convening_id).in_([one.key for one in convenings]),
            col(Registration.person_id).in_(people),
        )
        .options(selectinload(relation(Registration.windows)))
    )
    return {(one.convening_id, one.person_id): one for one in rows}


def _comes(coming: Mapping[tuple[int, int], Registration], convening: Convening, number: int) -> bool:
    registration = coming.get((convening.key, number))
    return registration is not None and registration.state not in LEFT


def _stay(convening: Convening, registration: Registration | None) -> Stay:
    windows = registration.windows if registration is not None else ()
    return Stay(
        (_midnight(convening.starts_on, convening), _midnight(convening.ends_on + timedelta(days=1), convening)),
        convening.zone,
        convening.title,
        tuple((one.starts_at, one.ends_at) for one in windows),
    )


def _midnight(day: date, convening: Convening) -> datetime:
    return clock.at(day, time(), convening.zone)
