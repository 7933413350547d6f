"""Reading a convening's draft, in a number of queries that does not grow with it (habit 14)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, or_, select

from app import clock
from app.agenda.crowd import Crowd
from app.agenda.draft import Body, Draft, DraftRoom, DraftSession, Item, LetStand, Setup, Spot, in_order
from app.agenda.parallel import narrowed
from app.agenda.presence import Span, Windows
from app.gatherings.details import GONE, is_protected
from app.models import (
    LEFT,
    AgendaSession,
    City,
    Convening,
    Engagement,
    EngagementState,
    Membership,
    Openness,
    Override,
    Person,
    PresenceWindow,
    PublicBody,
    PublicBodyMember,
    Registration,
    Room,
    RoomSetup,
    Seat,
    SessionItem,
    SessionRoom,
    Tenure,
)
from app.people.audiences import Attendee, Rule, names_for, rules_of, said
from app.people.chosen import NOTHING_CHOSEN, Chosen, chosen
from app.people.standing_in import StandIns, stand_ins
from app.people.viewer import Office

NOT_FOR_CERTAIN = (EngagementState.INVITED, EngagementState.VERBAL)

_Registered = dict[int, tuple[bool, tuple[Span, ...]]]
"""Of each registered person, by id: whether they are coming, and when they are there (none: throughout)."""


def load_draft(db: Session, convening: Convening, *, supposing: "Supposed | None" = None) -> Draft:
    """The draft of a convening as it stands in this transaction, or as it would after one more substitution."""
    registered = _registered(db, convening.key)
    standing = stand_ins(db, convening.key)
    rooms = _rooms(db, convening)
    read = _read(db, convening.key)
    choices = _chosen(db, convening.key, read)
    if supposing is not None:
        registered, standing = supposing.after(registered, standing)
        choices = supposing.choices_after(choices, read)
    named = read.people.union(registered)
    crowd = Crowd.of(_rolls(db, convening, named, standing))
    place = crowd.place
    draft = Draft(
        convening_id=convening.key,
        cohort_id=convening.cohort_id,
        zone=convening.zone,
        starts_on=convening.starts_on,
        ends_on=convening.ends_on,
        rooms=rooms,
        sessions=(),
        crowd=crowd,
        windows=Windows({place[n]: spans for n, (_, spans) in registered.items() if spans and n in place}),
        away=crowd.mask_of(number for number, (coming, _) in registered.items() if not coming),
        overrides=overrides_of(db, convening.key),
        minimums={
            "team": convening.team_minutes,
            "unstructured": convening.unstructured_minutes,
            "mayor": convening.mayor_minutes,
            "superintendent": convening.superintendent_minutes,
        },
        cities={number: name for number, name in db.exec(select(City.id, City.name)) if number is not None},
        walking=timedelta(minutes=convening.walking_minutes),
        active=_active(db, convening),
        bodies=_bodies(db, convening.cohort_id, crowd),
        today=clock.today(convening.zone),
        words=_words(db, read.rules.values(), convening.cohort_id),
        standing=standing,
    )
    return replace(draft, sessions=in_order(narrowed(_planned(draft, read), crowd, choices), rooms))


@dataclass(frozen=True, slots=True)
class Supposed:
    """A substitution that is not made: who leaves, who would come in which office, and to which closed sessions."""

    leaving_id: int
    coming: Attendee
    office: Office | None
    grants: frozenset[int] = frozenset()

    def after(self, registered: "_Registered", standing: StandIns) -> "tuple[_Registered, StandIns]":
        """Who is registered and who stands in for whom, as it would be then: the seat's windows pass on."""
        _, spans = registered.get(self.leaving_id, (True, ()))
        then = {**registered, self.leaving_id: (False, ()), self.coming.person_id: (True, spans)}
        return then, standing.supposing(self.leaving_id, self.coming, self.office, self.grants)

    def choices_after(self, choices: Chosen, read: "_Read") -> Chosen:
        """What was chosen, as it would be then: it passes on, but for closed sessions."""
        closed = frozenset(row.id for row in read.rows if row.openness is Openness.CLOSED)
        return choices.passed_on(self.leaving_id, self.coming.person_id, closed)


def reread(db: Session, draft: Draft, session_ids: Collection[int]) -> Draft | None:
    """The same draft after these sessions have changed, come or gone: only they are read again.

    None where that does not suffice, since they bring in people or rooms whom the draft does not know.
    """
    read = _read(db, draft.convening_id, session_ids)
    rooms = {spot.room_id for spots in read.rooms.values() for spot in spots}
    if not read.people <= draft.crowd.place.keys() or not rooms <= draft.rooms.keys():
        return None
    unsaid = {rule for rule in read.rules.values() if rule not in draft.words}
    if unsaid:
        draft = replace(draft, words={**draft.words, **_words(db, unsaid, draft.cohort_id)})
    beside = [one for one in draft.sessions if one.id not in session_ids]
    choices = _chosen(db, draft.convening_id, read)
    return draft.with_sessions(narrowed(_planned(draft, read), draft.crowd, choices, beside), without=session_ids)


def overrides_of(db: Session, convening_id: int) -> dict[str, LetStand]:
    """What organizers let stand, by the key of the finding."""
    rows = db.exec(
        select(Override.finding, Person.name, Override.reason, Override.covers)
        .join(Person, col(Person.id) == Override.by_id)
        .where(col(Override.convening_id) == convening_id)
    )
    return {finding: LetStand(name, reason, covers) for finding, name, reason, covers in rows}


COLUMNS = (
    *("id", "title", "cover_title", "format", "openness", "excludes_lab", "protected", "choice_group"),
    *("starts_at", "ends_at", "minutes", "cancelled_at", "changed_at", "audience_id", "fixed"),
)
SAME = tuple(name for name in COLUMNS if name not in ("audience_id", "cancelled_at", "protected"))
"""The columns that a draft's session has by the same name."""


@dataclass(frozen=True, slots=True)
class _Read:
    """Rows of sessions, and what belongs to them: rules by the audience's id, the rest by the session's."""

    rows: list[Any]
    rules: dict[int, Rule]
    rooms: dict[int, list["_Use"]]
    engaged: dict[int, list[tuple[int, EngagementState]]]
    items: dict[int, list[Item]]

    @property
    def people(self) -> frozenset[int]:
        """Those who are named in them."""
        engaged = (person_id for entries in self.engaged.values() for person_id, _ in entries)
        return frozenset(engaged).union(*(rule.person_ids for rule in self.rules.values()))


@dataclass(frozen=True, slots=True)
class _Use:
    room_id: int
    setup_id: int | None
    city_id: int | None


def _read(db: Session, convening_id: int, session_ids: Collection[int] | None = None) -> _Read:
    """All sessions of a convening that are not put away, or some of them."""
    here = sa.and_(col(AgendaSession.convening_id) == convening_id, col(AgendaSession.archived_at).is_(None))
    if session_ids is not None:
        here = sa.and_(here, col(AgendaSession.id).in_(session_ids))
    rows = list(db.execute(sa.select(*(getattr(AgendaSession, name) for name in COLUMNS)).where(here)))
    read = _Read(rows, rules_of(db, [row.audience_id for row in rows]), {}, {}, {})
    for number, room_id, setup_id, city_id in db.exec(
        select(SessionRoom.session_id, SessionRoom.room_id, SessionRoom.setup_id, SessionRoom.city_id)
        .join(AgendaSession, col(AgendaSession.id) == SessionRoom.session_id)
        .where(here)
        .order_by(col(SessionRoom.id))
    ):
        read.rooms.setdefault(number, []).append(_Use(room_id, setup_id, city_id))
    for number, person_id, state in db.exec(
        select(Engagement.session_id, Engagement.person_id, Engagement.state)
        .join(AgendaSession, col(AgendaSession.id) == Engagement.session_id)
        .where(here, col(Engagement.state).not_in(GONE))
    ):
        read.engaged.setdefault(number, []).append((person_id, EngagementState(state)))
    for item in db.exec(
        select(SessionItem)
        .join(AgendaSession, col(AgendaSession.id) == SessionItem.session_id)
        .where(here)
        .order_by(col(SessionItem.position), col(SessionItem.id))
    ):
        read.items.setdefault(item.session_id, []).append(Item(item.key, item.title, item.minutes, item.city_id))
    return read


def _planned(draft: Draft, read: _Read) -> list[DraftSession]:
    """The rows as sessions of a draft whose rooms and crowd are known."""
    mask_of = draft.crowd.mask_of
    planned = []
    for row in read.rows:
        day = draft.starts_on if row.starts_at is None else draft.day_of(row.starts_at)
        rule = read.rules[row.audience_id]
        engaged = read.engaged.get(row.id, ())
        certain = mask_of(person_id for person_id, state in engaged if state not in NOT_FOR_CERTAIN)
        session = DraftSession(
            **{name: getattr(row, name) for name in SAME},
            protected=is_protected(row),
            cancelled=row.cancelled_at is not None,
            rule=rule,
            spots=tuple(_spot(draft, use) for use in read.rooms.get(row.id, ())),
            audience=_audience(draft, day, row, rule),
            engaged=mask_of(person_id for person_id, _ in engaged),
            unconfirmed=mask_of(person_id for person_id, _ in engaged) & ~certain,
            items=tuple(read.items.get(row.id, ())),
        )
        planned.append(session)
    return planned


def _audience(draft: Draft, day: date, row: Any, rule: Rule) -> int:
    """Whom a session is for of those who come; substitutes are in closed ones by grant alone (rule 10)."""
    seating = draft.crowd.on(day)
    people = seating.mask(rule) & ~draft.away
    for person_id in draft.standing.seats:
        bit = draft.crowd.mask_of([person_id])
        offices = seating.standing_in.get(person_id, ())
        if not bit & ~draft.away or (not offices and person_id not in draft.standing.grants):
            continue
        takes = draft.standing.takes(
            rule, person_id, offices, session_id=row.id, is_closed=row.openness is Openness.CLOSED
        )
        people = people | bit if takes else people & ~bit
    return people


def _chosen(db: Session, convening_id: int, read: _Read) -> Chosen:
    """What was chosen, where there is anything to choose."""
    return chosen(db, convening_id) if any(row.choice_group for row in read.rows) else NOTHING_CHOSEN


def _spot(draft: Draft, use: _Use) -> Spot:
    room = draft.rooms[use.room_id]
    capacity = next((setup.capacity for setup in room.setups if setup.id == use.setup_id), room.capacity)
    return Spot(use.room_id, use.setup_id, use.city_id, capacity)


def _rooms(db: Session, convening: Convening) -> dict[int, DraftRoom]:
    """The venue's rooms in its order, and whatever other rooms are in use, after them."""
    used = (
        select(SessionRoom.room_id)
        .join(AgendaSession, col(AgendaSession.id) == SessionRoom.session_id)
        .where(col(AgendaSession.convening_id) == convening.key, col(AgendaSession.archived_at).is_(None))
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


def _rolls(db: Session, convening: Convening, named: Iterable[int], standing: StandIns) -> dict[date, list[Attendee]]:
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
    return {day: standing.roll(db, day, convening.cohort_id, people) for day in {convening.starts_on, *during}}


def _registered(db: Session, convening_id: int) -> _Registered:
    rows: Iterable[Any] = db.exec(
        select(Registration.person_id, Registration.state, PresenceWindow.starts_at, PresenceWindow.ends_at)
        .outerjoin(PresenceWindow, col(PresenceWindow.registration_id) == Registration.id)
        .where(col(Registration.convening_id) == convening_id)
        .order_by(col(PresenceWindow.starts_at))
    )
    people: _Registered = {}
    for person_id, state, starts_at, ends_at in rows:
        _, spans = people.get(person_id, (True, ()))
        span = ((starts_at, ends_at),) if starts_at is not None else ()
        people[person_id] = state not in LEFT, spans + span
    return people


def _active(db: Session, convening: Convening) -> frozenset[int]:
    """The cities that are of the cohort when the convening begins."""
    rows = db.exec(select(Membership).where(Membership.cohort_id == convening.cohort_id))
    return frozenset(one.city_id for one in rows if one.active_on(convening.starts_on))


def _bodies(db: Session, cohort_id: int, crowd: Crowd) -> tuple[Body, ...]:
    """The cohort's public bodies with those of their members whom the agenda may concern."""
    bodies = db.exec(
        select(PublicBody)
        .where(PublicBody.cohort_id == cohort_id, col(PublicBody.archived_at).is_(None))
        .order_by(col(PublicBody.id))
    ).all()
    members: dict[int, list[int]] = {}
    for body_id, person_id in db.exec(
        select(PublicBodyMember.body_id, PublicBodyMember.person_id)
        .join(PublicBody, col(PublicBody.id) == PublicBodyMember.body_id)
        .where(PublicBody.cohort_id == cohort_id)
    ):
        members.setdefault(body_id, []).append(person_id)
    found = (Body(one.key, one.name, one.flag_at, crowd.mask_of(members.get(one.key, ()))) for one in bodies)
    return tuple(body for body in found if body.members)


def _words(db: Session, rules: Iterable[Rule], cohort_id: int) -> Mapping[Rule, str]:
    distinct = set(rules)
    names = names_for(db, distinct, cohort_id)
    return {rule: said(rule, names) for rule in distinct}
