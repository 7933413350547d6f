"""Ways out of a finding: placements that would take it away and make no other conflict, the nearest first.

A cure is only ever offered; whoever presses its button posts it as any other placement.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app import clock
from app.agenda.draft import Draft, DraftSession, Span, Spot
from app.agenda.findings import Finding, Kind, absent, places_of, shared_people
from app.agenda.wording import said_span

EARLIEST, LATEST = time(7), time(22)
"""Within these wall times a session is offered another place on its day."""

STEP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Cure:
    """What would help, and the session and placement that the button posts: a day and wall time of the convening's
    zone, minutes, rooms. `words` has a place for what the session is called: "Move {it} to GCC"."""

    words: str
    session_id: int
    day: date
    start: time
    minutes: int
    spots: tuple[Spot, ...]


def cures(finding: Finding, draft: Draft) -> list[Cure]:
    """The ways out of a finding, at most one room and one time for each of its sessions, lighter sessions first."""
    sessions = sorted((draft.session(number) for number in finding.session_ids), key=_weight)
    by_room = finding.kind in (Kind.ROOM, Kind.CAPACITY)
    by_time = finding.kind is not Kind.CAPACITY
    rooms = [_other_room(draft, session, finding) for session in sessions] if by_room else []
    times = [_other_time(draft, session, finding) for session in sessions] if by_time else []
    return [cure for cure in (*rooms, *times) if cure is not None]


def _weight(session: DraftSession) -> tuple[bool, int]:
    """Protected time moves last, and what few attend before what many do."""
    return session.protected, session.bound.bit_count()


def _other_room(draft: Draft, session: DraftSession, finding: Finding) -> Cure | None:
    """The smallest free room that holds the session's people, in the same building if one is there.

    Only for a session in one room: what uses several is moved by hand.
    """
    if len(session.spots) != 1 or session.spots[0].city_id is not None:
        return None
    own = places_of(session) or 0
    if finding.kind is Kind.CAPACITY:
        needed = own + finding.have - finding.need
    else:
        needed = min(session.bound.bit_count(), own) if session.choice_group else session.bound.bit_count()
    taken = _taken_rooms(draft, session)
    fitting = [
        (room.building not in draft.buildings(session), setup.capacity, position, room, setup)
        for position, room in enumerate(draft.rooms.values())
        for setup in room.setups
        if setup.capacity >= needed and room.id not in taken and not room.off_site
    ]
    if not fitting:
        return None
    *_, room, setup = min(fitting, key=lambda entry: entry[:3])
    same = session.spots[0].room_id == room.id
    words = "Use another set-up for {it}: " + _plain(setup.name) if same else "Move {it} to " + _plain(room.name)
    return _cure(draft, words, session, session.span[0], (Spot(room.id, setup.id, None, setup.capacity),))


def _taken_rooms(draft: Draft, session: DraftSession) -> set[int]:
    """Rooms in which something else goes on during the session."""
    start, end = session.span
    return {
        room_id
        for other in draft.running
        if other.id != session.id and other.span[0] < end and start < other.span[1]
        for room_id in other.room_ids
    }


def _other_time(draft: Draft, session: DraftSession, finding: Finding) -> Cure | None:
    """The nearest time of the same day at which everyone it needs is free and its rooms are, and at which those are
    there who are there now, or whose absence is the finding."""
    busy = _busy(draft, session)
    start, end = session.span
    length = end - start
    day = draft.day_of(start)
    first, last = clock.at(day, EARLIEST, draft.zone), clock.at(day, LATEST, draft.zone)
    needed = session.engaged if session.choice_group else session.bound
    wanted = needed & ~absent(draft, needed, session.span)
    if finding.kind in (Kind.PART, Kind.PRESENCE):
        wanted |= finding.people
    for moment in sorted(_edges(busy, length, session, draft), key=lambda moment: abs(moment - start)):
        span = moment, moment + length
        inside = first <= span[0] and span[1] <= last
        if inside and moment != start and not _meets(span, busy) and not absent(draft, wanted, span):
            return _cure(draft, "Move {it} to " + said_span(draft, span), session, moment, session.spots)
    return None


def _busy(draft: Draft, session: DraftSession) -> list[Span]:
    """When somebody that the session needs, or one of its rooms, is taken."""
    rooms = set(session.room_ids)
    return [
        other.span
        for other in draft.running
        if other.id != session.id and (shared_people(session, other) or not rooms.isdisjoint(other.room_ids))
    ]


def _edges(busy: Iterable[Span], length: timedelta, session: DraftSession, draft: Draft) -> Iterator[datetime]:
    """Starts worth trying: right after something that takes it, right before, or when somebody arrives or leaves."""
    for start, end in busy:
        yield _rounded(end)
        yield start - length
    for position, windows in draft.windows.items():
        if session.bound >> position & 1:
            for start, end in windows:
                yield _rounded(start)
                yield end - length


def _rounded(moment: datetime) -> datetime:
    """The next five minutes."""
    past = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not past else moment - past + STEP


def _meets(span: Span, busy: Iterable[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in busy)


def _plain(name: str) -> str:
    """A name as part of `words`, in which braces have a meaning."""
    return name.replace("{", "(").replace("}", ")")


def _cure(draft: Draft, words: str, session: DraftSession, start: datetime, spots: tuple[Spot, ...]) -> Cure:
    wall = clock.local(start, draft.zone)
    minutes = (session.span[1] - session.span[0]) // timedelta(minutes=1)
    return Cure(words, session.id, wall.date(), wall.time().replace(tzinfo=None), minutes, spots)
