"""The lines of a run of show that follow from a draft alone, and their order on sheets of a day and a room.

Rooms are unlocked before their first session and locked after their last, set-ups change between sessions that are
furnished otherwise, microphones are tried before what is open to the public, and sessions begin.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from app.agenda.draft import Draft, DraftRoom, DraftSession, Spot
from app.agenda.seeing import programme_day
from app.models import CueKind, SessionFormat

MINUTE = timedelta(minutes=1)
UNLOCKED_BEFORE = -30
LOCKED_AFTER = 15
MICROPHONES_BEFORE = -30
SESSION = "session"
"""The kind of a line that says that a session begins."""

RANKS = [*(kind.value for kind in CueKind if kind is not CueKind.LOCK), SESSION, CueKind.LOCK.value]


@dataclass(frozen=True, slots=True)
class Done:
    """Who ticked a line off, and when (UTC)."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do or to know. `name` is what it is ticked off by, `at` its instant (UTC), `kind` a CueKind's word
    or SESSION; `room_id` None is elsewhere. `details` are further sentences, such as a session's items. A derived
    line is counted in `minutes` from the `anchor` instant; a written one names its cue."""

    name: str
    at: datetime
    kind: str
    what: str
    room_id: int | None
    session_id: int | None = None
    until: datetime | None = None
    internal: bool = False
    responsible: str = ""
    details: tuple[str, ...] = ()
    anchor: datetime | None = None
    minutes: int = 0
    cue_id: int | None = None
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What happens in one room (None: elsewhere) on one programme day, in order of time."""

    day: date
    room: DraftRoom | None
    lines: tuple[Line, ...]


def sheets_of(draft: Draft, lines: Iterable[Line]) -> tuple[Sheet, ...]:
    """The lines by programme day and room, in the venue's order of rooms, each sheet in order of time."""
    by_place: dict[tuple[date, int | None], list[Line]] = {}
    for line in lines:
        # what is done before dawn for the day's first session belongs to that day
        moment = line.anchor or line.at
        by_place.setdefault((programme_day(moment, draft.zone), line.room_id), []).append(line)
    order = {room_id: position for position, room_id in enumerate(draft.rooms)}
    places = sorted(by_place, key=lambda place: (place[0], order.get(place[1] or 0, len(order))))
    return tuple(
        Sheet(day, draft.rooms.get(room_id or 0), tuple(sorted(by_place[day, room_id], key=_order)))
        for day, room_id in places
    )


def _order(line: Line) -> tuple[datetime, int, str]:
    """By time; of what happens at once, what is to be done before what begins, and locking last."""
    return line.at, RANKS.index(line.kind), line.name


def derived_lines(draft: Draft, titles: Mapping[int, str], details: Mapping[int, tuple[str, ...]]) -> Iterator[Line]:
    """All lines that the draft gives. `titles` and `details` are by the session's id, as the reader may know them."""
    uses: dict[tuple[date, int | None], list[tuple[DraftSession, Spot | None]]] = {}
    for session in draft.running:
        day = programme_day(session.span[0], draft.zone)
        for spot in session.spots or (None,):
            uses.setdefault((day, spot.room_id if spot else None), []).append((session, spot))
    for (day, room_id), used in uses.items():
        room = draft.rooms.get(room_id or 0)
        yield from (_begins(draft, session, spot, titles, details) for session, spot in used)
        if room is not None:
            yield from _in_room(room, day, used, titles)


def _begins(
    draft: Draft,
    session: DraftSession,
    spot: Spot | None,
    titles: Mapping[int, str],
    details: Mapping[int, tuple[str, ...]],
) -> Line:
    start, end = session.span
    room_id = spot.room_id if spot else None
    title, bound = titles[session.id], session.bound
    if spot and spot.city_id is not None:  # a room kept for one city's people
        title = f"{title}: {draft.cities[spot.city_id]}"
        bound &= draft.crowd.on(draft.day_of(start)).by_city.get(spot.city_id, 0)
    people = bound.bit_count()
    return Line(
        f"session:{session.id}" + (f":{room_id}" if room_id else ""),
        start,
        SESSION,
        f"{title}, {people} {'person' if people == 1 else 'people'}",
        room_id,
        session.id,
        until=end,
        internal=session.format is SessionFormat.INTERNAL,
        details=details.get(session.id, ()),
        anchor=start,
    )


def _in_room(
    room: DraftRoom, day: date, used: Sequence[tuple[DraftSession, Spot | None]], titles: Mapping[int, str]
) -> Iterator[Line]:
    """Unlocking, set-ups, microphones and locking, from the sessions of a room in order of time."""
    first, last = used[0][0], max((session for session, _ in used), key=lambda one: one.span[1])
    if not room.off_site:
        furnished = _setup(room, used[0][1])
        what = f"Unlock {room.name}" + (f" and set it up: {furnished}" if furnished else "")
        yield _line(f"unlock:{room.id}:{day}", CueKind.UNLOCK, what, room, first.id, first.span[0], UNLOCKED_BEFORE)
        yield _line(
            f"lock:{room.id}:{day}", CueKind.LOCK, f"Lock {room.name}", room, last.id, last.span[1], LOCKED_AFTER
        )
    for (before, old), (after, new) in pairwise(used):
        if _setup(room, old) != _setup(room, new) and _setup(room, new):
            minutes = max((after.span[0] - before.span[1]) // MINUTE, 0)
            what = f"Change the set-up to {_setup(room, new)}: {minutes} minutes until “{titles[after.id]}”"
            yield _line(f"set-up:{after.id}:{room.id}", CueKind.SET_UP, what, room, after.id, before.span[1], 0)
    ends = [session.span[1] for session, _ in used]
    for number, (session, _) in enumerate(used):
        if session.openness.is_public:
            start = session.span[0]
            free = max((end for end in ends[:number] if end <= start), default=start + MICROPHONES_BEFORE * MINUTE)
            minutes = max((free - start) // MINUTE, MICROPHONES_BEFORE)
            what = f"Try the microphones for “{titles[session.id]}”"
            yield _line(f"mic-check:{session.id}:{room.id}", CueKind.MIC_CHECK, what, room, session.id, start, minutes)


def _line(
    name: str, kind: CueKind, what: str, room: DraftRoom, session_id: int, anchor: datetime, minutes: int
) -> Line:
    return Line(name, anchor + minutes * MINUTE, kind.value, what, room.id, session_id, anchor=anchor, minutes=minutes)


def _setup(room: DraftRoom, spot: Spot | None) -> str:
    """ "theatre, 120 places", or "" where nobody has said; without a choice, the room's usual set-up."""
    chosen = next((one for one in room.setups if spot and one.id == spot.setup_id), None)
    setup = chosen or (room.setups[0] if room.setups else None)
    return f"{setup.name}, {setup.capacity} places" if setup else ""
