"""Reading a convening's draft, in a number of queries that does not grow with it (habit 14)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, or_, select

from app.agenda.crowd import Crowd
from app.agenda.draft import Draft, DraftRoom, DraftSession, Setup, Span, Spot, in_order
from app.gatherings.details import GONE
from app.models import (
    AgendaSession,
    City,
    Convening,
    Engagement,
    Override,
    Person,
    PresenceWindow,
    Registration,
    RegistrationState,
    Room,
    RoomSetup,
    Seat,
    SessionRoom,
    Tenure,
)
from app.people.audiences import Attendee, Rule, roll, rules_of

STAYING_AWAY = (RegistrationState.DECLINED, RegistrationState.CANCELLED, RegistrationState.REPLACED)


def load_draft(db: Session, convening: Convening) -> Draft:
    """The draft of a convening as it stands in this transaction."""
    registered = _registered(db, convening.key)
    rooms = _rooms(db, convening)
    sessions, rules = _rows(db, convening.key), _rules(db, convening.key)
    engaged = _engaged(db, convening.key)
    named = frozenset[int]().union(*(rule.person_ids for rule in rules.values()), *engaged.values(), registered)
    crowd = Crowd.of(_rolls(db, convening, named))
    away = crowd.mask_of(number for number, (coming, _) in registered.items() if not coming)
    draft = Draft(
        convening_id=convening.key,
        cohort_id=convening.cohort_id,
        zone=convening.zone,
        starts_on=convening.starts_on,
        ends_on=convening.ends_on,
        rooms=rooms,
        sessions=(),
        crowd=crowd,
        windows={crowd.place[n]: spans for n, (_, spans) in registered.items() if spans and n in crowd.place},
        away=away,
        overrides=_overrides(db, convening.key),
        minimums={
            "team": convening.team_minutes,
            "unstructured": convening.unstructured_minutes,
            "mayor": convening.mayor_minutes,
            "superintendent": convening.superintendent_minutes,
        },
        walking=timedelta(minutes=convening.walking_minutes),
        cities={number: name for number, name in db.exec(select(City.id, City.name)) if number is not None},
    )
    spots = _spots(db, convening.key, rooms)
    planned = [_planned(draft, row, rules[row.audience_id], spots, engaged) for row in sessions]
    return replace(draft, sessions=in_order(planned, rooms))


def reread(db: Session, draft: Draft, session_id: int) -> Draft:
    """The same draft after one session's time or rooms have changed: only these are read again."""
    row = _rows(db, draft.convening_id, session_id)[0]
    spots = _spots(db, draft.convening_id, draft.rooms, session_id)
    old = draft.session(session_id)
    day = draft.starts_on if row.starts_at is None else draft.day_of(row.starts_at)
    new = replace(
        old,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        minutes=row.minutes,
        changed_at=row.changed_at,
        spots=tuple(spots.get(session_id, ())),
        audience=draft.crowd.on(day).mask(old.rule) & ~draft.away,
    )
    return draft.with_session(new)


COLUMNS = (
    *("id", "title", "cover_title", "format", "openness", "excludes_lab", "protected", "choice_group"),
    *("starts_at", "ends_at", "minutes", "cancelled_at", "changed_at", "audience_id", "fixed"),
)


def _of(convening_id: int, session_id: int | None = None) -> sa.ColumnElement[bool]:
    """The sessions of a convening that are not put away, or one of them."""
    here = sa.and_(col(AgendaSession.convening_id) == convening_id, col(AgendaSession.archived_at).is_(None))
    return here if session_id is None else sa.and_(here, col(AgendaSession.id) == session_id)


def _rows(db: Session, convening_id: int, session_id: int | None = None) -> list[Any]:
    columns = (getattr(AgendaSession, name) for name in COLUMNS)
    return list(db.execute(sa.select(*columns).where(_of(convening_id, session_id))))


def _rules(db: Session, convening_id: int) -> dict[int, Rule]:
    return rules_of(db, db.exec(select(AgendaSession.audience_id).where(_of(convening_id))).all())


def _planned(
    draft: Draft, row: Any, rule: Rule, spots: Mapping[int, list[Spot]], engaged: Mapping[int, list[int]]
) -> DraftSession:
    day = draft.starts_on if row.starts_at is None else draft.day_of(row.starts_at)
    values = {name: getattr(row, name) for name in COLUMNS if name not in ("audience_id", "cancelled_at")}
    return DraftSession(
        **values,
        cancelled=row.cancelled_at is not None,
        rule=rule,
        spots=tuple(spots.get(row.id, ())),
        audience=draft.crowd.on(day).mask(rule) & ~draft.away,
        engaged=draft.crowd.mask_of(engaged.get(row.id, ())),
    )


def _rooms(db: Session, convening: Convening) -> dict[int, DraftRoom]:
    """The venue's rooms in its order, and whatever other rooms are in use, after them."""
    used = (
        select(SessionRoom.room_id)
        .join(AgendaSession, col(AgendaSession.id) == SessionRoom.session_id)
        .where(_of(convening.key))
    )
    here = sa.and_(col(Room.venue_id) == convening.venue_id, col(Room.archived_at).is_(None))
    wanted = or_(here, col(Room.id).in_(used))
    setups: dict[int, list[Setup]] = {}
    for setup in db.exec(
        select(RoomSetup).join(Room).where(wanted).order_by(col(RoomSetup.position), col(RoomSetup.id))
    ):
        setups.setdefault(setup.room_id, []).append(Setup(setup.key, setup.name, setup.capacity))
    rooms = db.exec(
        select(Room).where(wanted).order_by(col(Room.venue_id) != convening.venue_id, col(Room.position), col(Room.id))
    )
    return {
        room.key: DraftRoom(room.key, room.name, room.building, room.off_site, tuple(setups.get(room.key, ())))
        for room in rooms
    }


def _spots(
    db: Session, convening_id: int, rooms: Mapping[int, DraftRoom], session_id: int | None = None
) -> dict[int, list[Spot]]:
    """The rooms of each session, by its id."""
    spots: dict[int, list[Spot]] = {}
    rows = db.exec(
        select(SessionRoom.session_id, SessionRoom.room_id, SessionRoom.setup_id, SessionRoom.city_id)
        .join(AgendaSession, col(AgendaSession.id) == SessionRoom.session_id)
        .where(_of(convening_id, session_id))
        .order_by(col(SessionRoom.id))
    )
    for number, room_id, setup_id, city_id in rows:
        room = rooms[room_id]
        capacity = next((setup.capacity for setup in room.setups if setup.id == setup_id), room.capacity)
        spots.setdefault(number, []).append(Spot(room_id, setup_id, city_id, capacity))
    return spots


def _engaged(db: Session, convening_id: int) -> dict[int, list[int]]:
    """The ids of those who have a part in each session, by its id."""
    engaged: dict[int, list[int]] = {}
    rows = db.exec(
        select(Engagement.session_id, Engagement.person_id)
        .join(AgendaSession, col(AgendaSession.id) == Engagement.session_id)
        .where(_of(convening_id), col(Engagement.state).not_in(GONE))
    )
    for session_id, person_id in rows:
        engaged.setdefault(session_id, []).append(person_id)
    return engaged


def _rolls(db: Session, convening: Convening, named: Iterable[int]) -> dict[date, list[Attendee]]:
    """The people on each day of the convening on which a seat of the cohort changes hands, and on its first."""
    changes = db.exec(
        select(Tenure)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .where(
            Seat.cohort_id == convening.cohort_id,
            or_(
                col(Tenure.starts_on).between(convening.starts_on, convening.ends_on),
                col(Tenure.ends_on).between(convening.starts_on, convening.ends_on),
            ),
        )
    )
    a_day = timedelta(days=1)
    days = {day for one in changes for day in (one.starts_on, one.ends_on + a_day if one.ends_on else one.starts_on)}
    during = {day for day in days if convening.starts_on < day <= convening.ends_on}
    people = list(named)
    return {day: roll(db, day, convening.cohort_id, people) for day in {convening.starts_on, *during}}


def _registered(db: Session, convening_id: int) -> dict[int, tuple[bool, tuple[Span, ...]]]:
    """Of each registered person, by id: whether they are coming, and when they are there (none: throughout)."""
    rows: Iterable[Any] = db.exec(
        select(Registration.person_id, Registration.state, PresenceWindow.starts_at, PresenceWindow.ends_at)
        .outerjoin(PresenceWindow, col(PresenceWindow.registration_id) == Registration.id)
        .where(col(Registration.convening_id) == convening_id)
        .order_by(col(PresenceWindow.starts_at))
    )
    people: dict[int, tuple[bool, tuple[Span, ...]]] = {}
    for person_id, state, starts_at, ends_at in rows:
        _, spans = people.get(person_id, (True, ()))
        span = ((starts_at, ends_at),) if starts_at is not None else ()
        people[person_id] = state not in STAYING_AWAY, spans + span
    return people


def _overrides(db: Session, convening_id: int) -> dict[str, tuple[str, str]]:
    rows = db.exec(
        select(Override.finding, Person.name, Override.reason)
        .join(Person, col(Person.id) == Override.by_id)
        .where(col(Override.convening_id) == convening_id)
    )
    return {finding: (name, reason) for finding, name, reason in rows}
