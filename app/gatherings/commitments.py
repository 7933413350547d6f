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
    Openness,
    Registration,
)
from app.models.base import relation
from app.people.audiences import Rule, rules_of
from app.people.busy import busy_of
from app.people.standing_in import StandIns, stand_ins

ELSEWHERE = "Taken in another calendar"
OTHER_COHORT = "Taken in another cohort"


@dataclass(frozen=True, slots=True)
class Commitments:
    """What somebody has on, in order, and the convenings that they come to."""

    taken: tuple[Taken, ...] = ()
    stays: tuple[Stay, ...] = ()


def commitments_of(
    db: Session, people: Mapping[int, Somebody], span: Span, *, cohort_id: int
) -> dict[int, Commitments]:
    """The commitments of these people that meet a stretch of time, by number; said as an organizer of the cohort may
    know them."""
    convenings = _convenings(db, span)
    coming = _registrations(db, convenings, people)
    standing = {one.key: stand_ins(db, one.key) for one in convenings}
    sessions = _sessions(db, [one.key for one in convenings], span)
    rules = rules_of(db, {session.audience_id for session in sessions})
    taken: dict[int, list[Taken]] = defaultdict(list)
    for session in sessions:
        rule = rules[session.audience_id]
        for person in people.values():
            registration = coming.get((session.convening_id or 0, person.person_id))
            if registration is not None and registration.state in LEFT:
                continue
            if _takes(session, rule, person, standing.get(session.convening_id or 0)):
                taken[person.person_id].append(_taken(session, cohort_id))
    for number, spans in busy_of(db, people, *span).items():
        taken[number] += [Taken(one, ELSEWHERE) for one in spans]
    return {
        number: Commitments(
            tuple(sorted(taken[number], key=lambda one: (one.span, one.said))),
            tuple(_stay(one, coming.get((one.key, number))) for one in convenings if _comes(coming, one, number)),
        )
        for number in people
    }


def _takes(session: AgendaSession, rule: Rule, person: Somebody, standing: StandIns | None) -> bool:
    if any(e.person_id == person.person_id and e.state not in GONE for e in session.engagements):
        return True
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
