"""Starting a convening from an earlier one: its sessions, their rooms and whom they are for, on days
of its own; and what its registration asks, and on what terms.

Nobody's data comes along: no named people, speakers, notes, addresses to join or registrations. What an earlier
convening of another cohort says of roles and stages is found again by their names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlmodel import Session, col, select

from app import clock
from app.agenda.convenings import ConveningDetails, create_convening
from app.agenda.placements import RoomUse, use_rooms
from app.agenda.seeing import programme_day
from app.agenda.starting_terms import copy_terms
from app.gatherings.changes import note_change
from app.models import (
    AgendaSession,
    Cohort,
    Convening,
    Cue,
    MeasureStage,
    Membership,
    Role,
    Room,
    SessionItem,
    SessionRoom,
)
from app.people.audiences import Rule, new_audience, rule_of
from app.people.audit import verb
from app.people.viewer import Viewer

Named = TypeVar("Named", Role, MeasureStage)

A_DAY = timedelta(days=1)
WEEKS_A_MONTH = 52 / 12

COPIED = (
    *("title", "cover_title", "purpose", "format", "track", "language", "openness", "excludes_lab", "protected"),
    *("protection_note", "choice_group", "fixed"),
)


@dataclass(frozen=True, slots=True)
class Start:
    """A convening that was started from another, and what there is to look after: how many of its sessions wait in
    the tray, are for nobody yet, and have lost a room."""

    convening: Convening
    sessions: int
    in_tray: int
    for_nobody: int
    roomless: int


@verb
def start_convening(db: Session, cohort: Cohort, details: ConveningDetails, earlier: Convening, *, by: Viewer) -> Start:
    """A convening with the sessions of an earlier one that take place or wait in its tray.

    Wall times stay (rule 14); days are shifted as `day_shift` says, and what falls outside the new days waits in the
    tray. Rooms are kept at the same venue, and elsewhere found by their names.
    """
    convening = create_convening(db, cohort, details, by=by)
    db.flush()
    names = _Names(db, earlier, convening)
    shift = day_shift(earlier.starts_on, earlier.ends_on, details.starts_on, details.ends_on)
    copies: dict[int, AgendaSession] = {}
    sessions = db.exec(
        select(AgendaSession)
        .where(
            AgendaSession.convening_id == earlier.key,
            col(AgendaSession.archived_at).is_(None),
            col(AgendaSession.cancelled_at).is_(None),
        )
        .order_by(col(AgendaSession.starts_at), col(AgendaSession.id))
    ).all()
    for session in sessions:
        copies[session.key] = _copy(db, session, earlier, convening, shift, names)
    _copy_cues(db, earlier, convening, shift, copies, names)
    copy_terms(db, earlier, convening, names.roles)
    return Start(
        convening,
        sessions=len(copies),
        in_tray=sum(not one.is_placed for one in copies.values()),
        for_nobody=sum(rule_of(one.audience) == Rule() for one in copies.values()),
        roomless=sum(len(copies[one.key].places) < len(one.places) for one in sessions),
    )


def day_shift(first: date, last: date, new_first: date, new_last: date) -> timedelta:
    """By how many days a programme from `first` to `last` moves: whole weeks where each day then falls on one of
    the new days, so that a Tuesday stays a Tuesday; else from the first day to the first."""
    weeks = -((first - new_first) // (7 * A_DAY)) * 7 * A_DAY
    return weeks if new_first <= first + weeks and last + weeks <= new_last else new_first - first


def next_days(cohort: Cohort, earlier: Convening) -> tuple[date, date]:
    """First and last day to propose: one cycle later, on the same weekdays."""
    ahead = timedelta(weeks=round(cohort.cycle_months * WEEKS_A_MONTH))
    return earlier.starts_on + ahead, earlier.ends_on + ahead


def earlier_convenings(db: Session, viewer: Viewer) -> list[Convening]:
    """Those that a viewer may start another from, the newest first: of all cohorts that they organize."""
    cohorts = [office.cohort_id for office in viewer.offices if viewer.is_organizer(office.cohort_id)]
    here = select(Convening).where(col(Convening.cohort_id).in_(cohorts), col(Convening.archived_at).is_(None))
    return list(db.exec(here.order_by(col(Convening.starts_on).desc(), col(Convening.id).desc())))


class _Names:
    """What is called the same here as there: rooms, roles, stages; and the cities that are members here."""

    def __init__(self, db: Session, earlier: Convening, convening: Convening) -> None:
        self.cities = {
            one.city_id
            for one in db.exec(select(Membership).where(Membership.cohort_id == convening.cohort_id))
            if one.active_on(convening.starts_on)
        }
        roles = {one.slug: one.key for one in _of(db, Role, convening.cohort_id)}
        self.roles = {one.key: roles[one.slug] for one in _of(db, Role, earlier.cohort_id) if one.slug in roles}
        stages = {one.name: one.key for one in _of(db, MeasureStage, convening.cohort_id)}
        old_stages = _of(db, MeasureStage, earlier.cohort_id)
        self.stages = {one.key: stages[one.name] for one in old_stages if one.name in stages}
        here = select(Room).where(Room.venue_id == convening.venue_id, col(Room.archived_at).is_(None))
        rooms = list(db.exec(here)) if convening.venue_id else []
        self.same_venue = {one.key for one in rooms} if earlier.venue_id == convening.venue_id else set()
        self.rooms = {one.name.casefold(): one.key for one in rooms}

    def room(self, room: Room) -> int | None:
        return room.key if room.key in self.same_venue else self.rooms.get(room.name.casefold())

    def use(self, place: SessionRoom) -> RoomUse | None:
        number = self.room(place.room)
        if number is None:
            return None
        setup_id = place.setup_id if number == place.room_id else None
        return RoomUse(number, setup_id, place.city_id if place.city_id in self.cities else None)

    def rule(self, rule: Rule) -> Rule:
        """The rule without the people it names. One of roles or cities that none here answers to is for nobody."""
        roles, cities = self._found(rule.role_ids), rule.city_ids & self.cities
        lost = bool(rule.role_ids and not roles) or bool(rule.city_ids and not cities)
        return Rule(
            everyone=rule.everyone,
            role_ids=frozenset() if lost else roles,
            city_ids=frozenset() if lost else cities,
            but_role_ids=self._found(rule.but_role_ids),
            but_city_ids=rule.but_city_ids & self.cities,
        )

    def _found(self, role_ids: Iterable[int]) -> frozenset[int]:
        return frozenset(self.roles[number] for number in role_ids if number in self.roles)


def _of(db: Session, kind: type[Named], cohort_id: int) -> list[Named]:
    return list(db.exec(select(kind).where(kind.cohort_id == cohort_id)))


def _copy(
    db: Session, session: AgendaSession, earlier: Convening, convening: Convening, shift: timedelta, names: _Names
) -> AgendaSession:
    copy = AgendaSession(
        cohort_id=convening.cohort_id,
        convening_id=convening.key,
        audience_id=new_audience(db, names.rule(rule_of(session.audience))).key,
        zone=convening.zone,
        minutes=session.minutes,
        host_city_id=session.host_city_id if session.host_city_id in names.cities else None,
        serves_id=names.stages.get(session.serves_id) if session.serves_id else None,
        **{name: getattr(session, name) for name in COPIED},
    )
    copy.convening = convening
    if session.starts_at is not None:
        copy.starts_at = _shifted(session.starts_at, earlier, convening, shift)
        copy.ends_at = copy.starts_at and copy.starts_at + timedelta(minutes=session.minutes)
    note_change(copy)
    db.add(copy)
    db.flush()
    copy.items = [
        SessionItem(
            session_id=copy.key,
            position=item.position,
            title=item.title,
            minutes=item.minutes,
            city_id=item.city_id if item.city_id in names.cities else None,
        )
        for item in session.items
    ]
    uses = {use.room_id: use for place in session.places if (use := names.use(place)) is not None}
    use_rooms(db, copy, tuple(uses.values()))
    return copy


def _shifted(moment: datetime, earlier: Convening, convening: Convening, shift: timedelta) -> datetime | None:
    """The same wall time on the day that its programme day moves to; None where that is no day of the convening."""
    day = programme_day(moment, earlier.zone) + shift
    if not convening.starts_on - _beside(moment, earlier) <= day <= convening.ends_on + _beside(moment, earlier):
        return None
    wall = clock.local(moment, earlier.zone)
    return clock.at(wall.date() + shift, wall.time().replace(tzinfo=None), convening.zone)


def _beside(moment: datetime, earlier: Convening) -> timedelta:
    """What stood on the day before or after the convening may do so again."""
    inside = earlier.starts_on <= programme_day(moment, earlier.zone) <= earlier.ends_on
    return timedelta(0) if inside else A_DAY


def _copy_cues(
    db: Session,
    earlier: Convening,
    convening: Convening,
    shift: timedelta,
    copies: Mapping[int, AgendaSession],
    names: _Names,
) -> None:
    """What the crew has to do, without who did it; a derived line comes again from the draft itself."""
    here = select(Cue).where(
        Cue.convening_id == earlier.key, col(Cue.archived_at).is_(None), col(Cue.derived).is_(None)
    )
    for cue in db.exec(here):
        session = copies.get(cue.session_id) if cue.session_id is not None else None
        at = _shifted(cue.at, earlier, convening, shift) if cue.at else None
        if session is None and at is None:
            continue
        room_id = names.room(cue.room) if cue.room else None
        db.add(
            Cue(
                convening_id=convening.key,
                session_id=session.key if session else None,
                room_id=room_id,
                at=at,
                **{name: getattr(cue, name) for name in ("kind", "anchor", "minutes", "text")},
            )
        )
