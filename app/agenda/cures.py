"""Ways out of a finding: what would take it away and make no other conflict, the nearest first.

A cure is only ever offered; whoever presses its button posts it like any other change of the session.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app import clock
from app.agenda.draft import Draft, DraftSession, Spot
from app.agenda.findings import Finding, Kind, apart, mayors_with_a_slot, places_of, shared_people
from app.agenda.presence import Span
from app.agenda.slot_cures import OtherSlot, other_slots
from app.agenda.wording import Knowing, joined, said_span

EARLIEST, LATEST = time(7), time(22)
"""Within these wall times a session is offered another place on its day."""

STEP = timedelta(minutes=5)
NO_WALK = timedelta(0)

MOST_EXCUSED = 6
"""More people than this are not excused by one button."""

BY_ROOM = (Kind.ROOM, Kind.CAPACITY, Kind.LOST)
BY_TIME = (Kind.PEOPLE, Kind.PROTECTED, Kind.WALK, Kind.ROOM, Kind.LOST, Kind.PART)
BY_PERSON = (Kind.PEOPLE, Kind.PROTECTED, Kind.WALK, Kind.PRESENCE, Kind.CLOSED)


@dataclass(frozen=True, slots=True)
class Move:
    """Another placement: a day and wall time of the convening's zone, minutes, rooms.

    All cures have `words` with a place for what the session `named_id` is called ("Move {it} to GCC"), and the
    session, the `path` below it and the `fields` that the button posts.
    """

    words: str
    session_id: int
    day: date
    start: time
    minutes: int
    spots: tuple[Spot, ...]

    path = "placement"

    @property
    def named_id(self) -> int:
        return self.session_id

    @property
    def fields(self) -> list[tuple[str, str]]:
        where = [
            field
            for spot in self.spots
            for field in (
                ("room", f"{spot.room_id}:{spot.setup_id}" if spot.setup_id else str(spot.room_id)),
                ("room_city", str(spot.city_id or "")),
            )
        ]
        when = [("day", self.day.isoformat()), ("start", f"{self.start:%H:%M}"), ("minutes", str(self.minutes))]
        return when + where


@dataclass(frozen=True, slots=True)
class Excuse:
    """An exception of the session's audience: these people need not come."""

    words: str
    session_id: int
    person_ids: tuple[int, ...]

    path = "excuses"

    @property
    def named_id(self) -> int:
        return self.session_id

    @property
    def fields(self) -> list[tuple[str, str]]:
        return [("person", str(number)) for number in self.person_ids]


Cure = Move | Excuse | OtherSlot


def cures(finding: Finding, draft: Draft, knowing: Knowing | None = None) -> list[Cure]:
    """The ways out of a finding, at most one of each sort for each of its sessions, lighter sessions first.

    Nobody is named whom the viewer may not know to be in a session (rule 13).
    """
    sessions = sorted((draft.session(number) for number in finding.session_ids), key=_weight)
    found: list[Cure | None] = []
    if finding.kind in BY_ROOM:
        found += [_other_room(draft, session, finding) for session in sessions]
    if finding.kind in BY_TIME:
        found += [_other_time(draft, session, finding) for session in sessions]
    if finding.kind in BY_PERSON and not (knowing and knowing.hides(finding)):
        found += [_excuse(draft, session, finding) for session in sessions]
    if finding.kind is Kind.UPDATE:
        found += other_slots(draft, finding)
    return [cure for cure in found if cure is not None]


def _weight(session: DraftSession) -> tuple[bool, int]:
    """Protected time moves last, and what few attend before what many do."""
    return session.protected, session.bound.bit_count()


def _other_room(draft: Draft, session: DraftSession, finding: Finding) -> Move | None:
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
    return _move(draft, words, session, session.span[0], (Spot(room.id, setup.id, None, setup.capacity),))


def _taken_rooms(draft: Draft, session: DraftSession) -> set[int]:
    """Rooms in which something else goes on during the session, or that are not to be had then."""
    span = session.span
    taken = {room_id for other in draft.during(span) if other.id != session.id for room_id in other.rooms}
    return taken | {room_id for room_id, spans in draft.lost.items() if _meets(span, spans)}


def _other_time(draft: Draft, session: DraftSession, finding: Finding) -> Move | None:
    """The nearest time of the same day at which everyone it needs is free and its rooms are, and at which those are
    there who are there now, or whose absence is the finding."""
    start, end = session.span
    length = end - start
    day = draft.day_of(start)
    first, last = clock.at(day, EARLIEST, draft.zone), clock.at(day, LATEST, draft.zone)
    busy = _busy(draft, session, (first, last))
    needed = session.engaged if session.choice_group else session.bound
    wanted = needed & ~absent(draft, needed, session.span)
    if finding.kind is Kind.PART:
        wanted |= finding.people
    for moment in sorted(_edges(busy, length, session, draft), key=lambda moment: abs(moment - start)):
        span = moment, moment + length
        inside = first <= span[0] and span[1] <= last
        if inside and moment != start and not _meets(span, busy) and not absent(draft, wanted, span):
            return _move(draft, "Move {it} to " + said_span(draft, span), session, moment, session.spots)
    return None


def absent(draft: Draft, people: int, span: Span) -> int:
    """Those of the people who, by their registration, are not there throughout a span."""
    return people & (draft.away | draft.windows.outside(span))


def _busy(draft: Draft, session: DraftSession, day: Span) -> list[Span]:
    """When, on a day, somebody that the session needs (on their way there included), or one of its rooms, is taken."""
    rooms, people = session.rooms, session.bound
    busy = [span for room_id in rooms for span in draft.lost.get(room_id, ())]
    for other in draft.during(day):
        if other.id == session.id:
            continue
        if people & other.bound and shared_people(session, other):
            walk = draft.walking if apart(draft, session, other) else NO_WALK
            busy.append((other.span[0] - walk, other.span[1] + walk))
        elif not rooms.isdisjoint(other.rooms):
            busy.append(other.span)
    return busy


def _edges(busy: Iterable[Span], length: timedelta, session: DraftSession, draft: Draft) -> Iterator[datetime]:
    """Starts worth trying: right after something that takes it, right before, or when somebody arrives or leaves."""
    for start, end in busy:
        yield _rounded(end)
        yield start - length
    for start, end in draft.windows.of(session.bound):
        yield _rounded(start)
        yield end - length


def _rounded(moment: datetime) -> datetime:
    """The next five minutes."""
    past = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not past else moment - past + STEP


def _meets(span: Span, busy: Iterable[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in busy)


def _excuse(draft: Draft, session: DraftSession, finding: Finding) -> Excuse | None:
    """Those whom the finding is about need not come: where they are only invited, the time is not protected, and
    nobody of them is a mayor whose city has its turn there."""
    people = finding.people
    needed = session.engaged | mayors_with_a_slot(session, draft.crowd.on(draft.day_of(session.span[0])))
    if people.bit_count() > MOST_EXCUSED or people & needed or session.protected:
        return None
    if session.choice_group and finding.kind is Kind.PEOPLE:
        return None  # one who may choose need not be excused: they choose another
    members = draft.crowd.members(people)
    names = joined(one.name for one in members) if len(members) <= 2 else f"these {len(members)} people"
    return Excuse(f"Excuse {_plain(names)} from {{it}}", session.id, tuple(one.person_id for one in members))


def _plain(name: str) -> str:
    """A name as part of `words`, in which braces have a meaning."""
    return name.replace("{", "(").replace("}", ")")


def _move(draft: Draft, words: str, session: DraftSession, start: datetime, spots: tuple[Spot, ...]) -> Move:
    wall = clock.local(start, draft.zone)
    minutes = (session.span[1] - session.span[0]) // timedelta(minutes=1)
    return Move(words, session.id, wall.date(), wall.time().replace(tzinfo=None), minutes, spots)
