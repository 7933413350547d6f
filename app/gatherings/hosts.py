"""Whose turn it is: the order in which cities host a series, and the host of each date to come.

The hosts of the dates to come are a queue. When a date is called off or taken out, its host has the next one, and so
on: nobody's turn is lost. When dates come on, the queue is lengthened by the city that has waited longest.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.changes import note_change
from app.gatherings.details import day_of
from app.models import AgendaSession, City, HostTurn, Membership, Series
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

NEVER = -1
"""When a city hosted last that has not hosted yet."""


@verb
def set_hosts(db: Session, series: Series, city_ids: Sequence[int], *, by: Viewer) -> None:
    """Let these cities host in this order from the next date on, over and over. None: nobody hosts by turns."""
    wanted = list(dict.fromkeys(city_ids))
    known = set(db.exec(select(Membership.city_id).where(Membership.cohort_id == series.cohort_id)))
    if not known.issuperset(wanted):
        raise Refused("Choose cities of this cohort.", "city")
    held = {turn.city_id: turn for turn in turns_of(db, series.key)}
    for number, turn in held.items():
        if number not in wanted:
            db.delete(turn)
    for position, number in enumerate(wanted):
        turn = held.get(number) or HostTurn(series_id=series.key, city_id=number)
        turn.position = position
        db.add(turn)
    db.flush()
    _settle(db, series, queue=wanted, position={number: place for place, number in enumerate(wanted)})


@verb
def leave_out(db: Session, series: Series, city_id: int, *, by: Viewer) -> None:
    """Let a city host no more: its dates to come go to those after it."""
    for turn in turns_of(db, series.key):
        if turn.city_id == city_id:
            db.delete(turn)
    db.flush()
    settle_hosts(db, series)


@verb
def swap_hosts(db: Session, one: AgendaSession, other: AgendaSession, *, by: Viewer) -> None:
    """Let the hosts of two dates change places; the others keep theirs."""
    now = clock.now()
    if one.series_id is None or one.series_id != other.series_id:
        raise Refused("Choose two dates of this series.", "other")
    if one.key == other.key:
        raise Refused("Choose two different dates.", "other")
    if not (_is_on(one, now) and _is_on(other, now)):
        raise Refused("One of these dates is over or does not take place. Choose two that are to come.", "other")
    one.host_city_id, other.host_city_id = other.host_city_id, one.host_city_id
    note_change(one)
    note_change(other)


@verb
def pass_on(db: Session, series: Series, *, by: Viewer) -> None:
    """Give the dates of cities that have left the cohort by then to those that are still in it."""
    settle_hosts(db, series)


def settle_hosts(db: Session, series: Series | None) -> None:
    """Give each date to come its host again, after dates came or went. Called inside a verb, last: it reads afresh
    what was written. A series that nobody hosts by turns stays as it is."""
    if series is None:
        return
    db.flush()
    position = {turn.city_id: turn.position for turn in turns_of(db, series.key)}
    if position:
        _settle(db, series, queue=None, position=position)


def turns_of(db: Session, series_id: int) -> Sequence[HostTurn]:
    """The order as it was set, with the cities."""
    return db.exec(
        select(HostTurn)
        .where(HostTurn.series_id == series_id)
        .options(selectinload(relation(HostTurn.city)))
        .order_by(col(HostTurn.position), col(HostTurn.id))
    ).all()


def in_turn(turns: Sequence[HostTurn], coming: Sequence[AgendaSession]) -> list[City]:
    """The cities in the order in which they are next: those with a date to come by that date, then the others."""
    next_at: dict[int, int] = {}
    for place, session in enumerate(coming):
        if session.host_city_id is not None:
            next_at.setdefault(session.host_city_id, place)
    return [turn.city for turn in sorted(turns, key=lambda turn: next_at.get(turn.city_id, len(coming)))]


def coming_dates(db: Session, series_id: int) -> list[AgendaSession]:
    """The dates to come that take place, by their start, as they stand at this moment."""
    now = clock.now()
    return [session for session in _dates(db, series_id) if _is_on(session, now)]


def leaving(db: Session, cohort_id: int, coming: Sequence[AgendaSession]) -> list[AgendaSession]:
    """The dates whose host will not be in the cohort that day."""
    days = _memberships(db, cohort_id)
    return [one for one in coming if one.host_city_id is not None and not _belongs(days, one.host_city_id, one)]


def _settle(db: Session, series: Series, *, queue: Sequence[int] | None, position: Mapping[int, int]) -> None:
    """Hand the dates to come their hosts: those of the queue (None: as they stand), then whoever waited longest."""
    now, memberships = clock.now(), _memberships(db, series.cohort_id)
    dates = _dates(db, series.key)
    ahead = [one for one in dates if one.ends_at is not None and one.ends_at > now]
    if queue is None:
        queue = [one.host_city_id for one in ahead if one.host_city_id is not None]
    waiting = [number for number in queue if number in position]
    past = [one for one in dates if one.ends_at is not None and one.ends_at <= now and _takes_place(one)]
    hosted = {one.host_city_id: place for place, one in enumerate(past)}
    for place, one in enumerate(ahead, start=len(dates)):
        if not _is_on(one, now):
            host = None
        else:
            able = [number for number in position if _belongs(memberships, number, one)]
            host = _taken(waiting, able)
            if host is None:
                host = min(able, key=lambda n: (hosted.get(n, NEVER), position[n]), default=None)
            hosted[host] = place
        if one.host_city_id != host:
            one.host_city_id = host
            note_change(one)


def _taken(waiting: list[int], able: Collection[int]) -> int | None:
    """The first of the queue who can, taken out of it; those who cannot any more fall out."""
    while waiting:
        number = waiting.pop(0)
        if number in able:
            return number
    return None


def _dates(db: Session, series_id: int) -> list[AgendaSession]:
    return list(
        db.exec(
            select(AgendaSession)
            .where(AgendaSession.series_id == series_id, col(AgendaSession.starts_at).is_not(None))
            .options(selectinload(relation(AgendaSession.host_city)))
            .order_by(col(AgendaSession.starts_at), col(AgendaSession.id))
            .execution_options(populate_existing=True)
        )
    )


def _is_on(session: AgendaSession, now: datetime) -> bool:
    """Whether it is to come, and takes place."""
    return _takes_place(session) and session.ends_at is not None and session.ends_at > now


def _takes_place(session: AgendaSession) -> bool:
    return not session.is_cancelled and session.archived_at is None


def _memberships(db: Session, cohort_id: int) -> dict[int, list[Membership]]:
    found: dict[int, list[Membership]] = {}
    for one in db.exec(select(Membership).where(Membership.cohort_id == cohort_id)):
        found.setdefault(one.city_id, []).append(one)
    return found


def _belongs(memberships: Mapping[int, Sequence[Membership]], city_id: int, session: AgendaSession) -> bool:
    """Whether a city is in the cohort on a session's day."""
    day = day_of(session)
    assert isinstance(day, date), "only what has a time is asked for"
    return any(one.active_on(day) for one in memberships.get(city_id, ()))
