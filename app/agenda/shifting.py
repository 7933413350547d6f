"""Shifting what follows a session, as a plan: pure, so that it is shown before it is done (placements.shift_sessions).

What follows is the session, or the first thing after its end, and whatever comes later in the same stretch: its rooms
on its day, its whole day, or each day from it on. A shift goes up to the next fixed session of the stretch and no
further. Later, it is taken up by the gaps between sessions unless they are to be kept; earlier, everything keeps its
distance. A plan with stops is not carried out: nothing is ever half shifted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from app import clock
from app.agenda.draft import Draft, DraftSession
from app.agenda.grid import lies_across
from app.agenda.presence import Span
from app.agenda.seeing import programme_day
from app.people.audit import Refused

MINUTE = timedelta(minutes=1)
FARTHEST = 12 * 60
"""Minutes; who wants more moves a session to another day."""


class Scope(StrEnum):
    """The stretch that is shifted: a session's rooms on its day, its day, or its day and those after it."""

    ROOM = "room"
    DAY = "day"
    ALL = "all"


class Hindrance(StrEnum):
    FIXED = "fixed"
    IN_THE_WAY = "in the way"
    END_OF_DAY = "end of day"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Wish:
    """By how many minutes (earlier: below zero) what follows is to be shifted. `itself`: the session moves too, else
    only what comes after its end. `keep_gaps`: gaps take nothing up. `late`: the day may end later than it does."""

    session_id: int
    minutes: int
    scope: Scope = Scope.DAY
    itself: bool = True
    keep_gaps: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    session_id: int
    was: Span
    to: Span


@dataclass(frozen=True, slots=True)
class Buffer:
    """A gap before a session that takes up some of the shift; minutes before and after it."""

    before_id: int
    was: int
    becomes: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a session cannot be shifted so: what hinders it (`by_id`, if a session does), and minutes too many."""

    hindrance: Hindrance
    session_id: int
    by_id: int | None
    minutes: int


@dataclass(frozen=True, slots=True)
class Shift:
    """What would move, what takes it up, and what stops it."""

    moves: tuple[Move, ...]
    buffers: tuple[Buffer, ...]
    stops: tuple[Stop, ...]

    @property
    def ground(self) -> str:
        """Eight hexadecimal digits of what would move from where to where: what somebody saw and agreed to."""
        told = repr([(one.session_id, one.was, one.to) for one in self.moves])
        return blake2b(told.encode(), digest_size=4).hexdigest()

    def done_to(self, draft: Draft) -> Draft:
        """The draft as it would be then."""
        moved = ((draft.session(move.session_id), move.to) for move in self.moves)
        return draft.with_sessions(replace(one, starts_at=start, ends_at=end) for one, (start, end) in moved)

    @property
    def told(self) -> list[Stop]:
        """The stops that are worth saying: the first of each that hinders."""
        first: dict[tuple[Hindrance, int | None], Stop] = {}
        for one in self.stops:
            first.setdefault((one.hindrance, one.by_id), one)
        return list(first.values())


def plan_shift(draft: Draft, wish: Wish) -> Shift:
    """What a shift would do to the draft. Raises Refused for no minutes or too many, and for a session that is in the
    tray or cancelled."""
    if not wish.minutes or abs(wish.minutes) > FARTHEST:
        raise Refused("Say by how many minutes, up to 720, and with a minus for earlier.", "minutes")
    session = next((one for one in draft.running if one.id == wish.session_id), None)
    if session is None:
        raise Refused("Choose a session that stands on the grid and takes place.", "session")
    days = _days(draft)
    first = programme_day(session.span[0], draft.zone)
    moves: list[Move] = []
    buffers: list[Buffer] = []
    stops: list[Stop] = []
    for day, running in days.items():
        if day != first and (day < first or wish.scope is not Scope.ALL):
            continue
        stretch = _stretch(session, running, wish.scope if day == first else Scope.DAY)
        following = _following(session, stretch, wish, from_its_start=day != first)
        moved, taken = _shifted(following, wish)
        moves += moved
        buffers += taken
        stops += _stops(draft, running, stretch, moved, wish)
    if session.fixed and wish.itself:
        stops.insert(0, Stop(Hindrance.FIXED, session.id, session.id, abs(wish.minutes)))
    return Shift(tuple(moves), tuple(buffers), tuple(stops))


def _days(draft: Draft) -> dict[date, list[DraftSession]]:
    """What takes place, by programme day and start."""
    days: dict[date, list[DraftSession]] = {}
    for one in draft.running:
        days.setdefault(programme_day(one.span[0], draft.zone), []).append(one)
    return days


def _stretch(session: DraftSession, running: list[DraftSession], scope: Scope) -> list[DraftSession]:
    """A session without a room is everybody's: what follows it is the day."""
    if scope is not Scope.ROOM or not session.spots:
        return running
    rooms = set(session.room_ids)
    return [one for one in running if rooms & set(one.room_ids)]


def _following(
    session: DraftSession, stretch: list[DraftSession], wish: Wish, *, from_its_start: bool
) -> list[DraftSession]:
    """What of the stretch is to be shifted: from the session (or the day's beginning) up to the next fixed one."""
    start, end = session.span
    anchor = stretch[0].span[0] if from_its_start else start if wish.itself else end
    fixed = min((one.span[0] for one in stretch if one.fixed and one.span[0] > anchor), default=None)
    return [
        one
        for one in stretch
        if one.span[0] >= anchor
        and (fixed is None or one.span[0] < fixed)
        and not one.fixed
        and (wish.itself or one.id != session.id)
    ]


def _shifted(following: list[DraftSession], wish: Wish) -> tuple[list[Move], list[Buffer]]:
    """Each by what is left of the minutes after the gaps before it; what goes on at once moves together."""
    left = wish.minutes * MINUTE
    takes_up = left > timedelta(0) and not wish.keep_gaps
    moves: list[Move] = []
    buffers: list[Buffer] = []
    until: datetime | None = None
    for one in following:
        start, end = one.span
        if takes_up and until is not None and start > until:
            gap, taken = start - until, min(start - until, left)
            buffers.append(Buffer(one.id, gap // MINUTE, (gap - taken) // MINUTE))
            left -= taken
        if not left:
            break
        moves.append(Move(one.id, one.span, (start + left, end + left)))
        until = max(end, until or end)
    return moves, buffers


def _stops(
    draft: Draft, running: list[DraftSession], stretch: list[DraftSession], moves: list[Move], wish: Wish
) -> Iterator[Stop]:
    moved = {move.session_id for move in moves}
    staying = [one for one in running if one.id not in moved]
    in_stretch = {one.id for one in stretch}
    rooms = {one.id: set(one.room_ids) for one in running}
    for move in moves:
        for other in staying:
            everybodys = wish.scope is Scope.ROOM and lies_across(other)
            shared = rooms[move.session_id] & rooms[other.id] or everybodys
            if other.fixed and other.id in in_stretch:
                if too_many := _in_the_way(move, other) or _passed(move, other):
                    yield Stop(Hindrance.FIXED, move.session_id, other.id, too_many)
            elif shared and (too_many := _in_the_way(move, other)):
                yield Stop(Hindrance.IN_THE_WAY, move.session_id, other.id, too_many)
    for move in moves:
        if programme_day(move.to[0], draft.zone) != programme_day(move.was[0], draft.zone):
            yield Stop(Hindrance.NIGHT, move.session_id, None, abs(wish.minutes))
            return
    last = max(moves, key=lambda move: move.to[1], default=None)
    over = last.to[1] - max(one.span[1] for one in running) if last else timedelta(0)
    if last and over > timedelta(0) and not wish.late:
        yield Stop(Hindrance.END_OF_DAY, last.session_id, None, over // MINUTE)


def _in_the_way(move: Move, other: DraftSession) -> int:
    """Minutes by which a move runs into, or past, something that it does not overlap as it stands."""
    start, end = other.span
    if _overlap(move.was, (start, end)):
        return 0
    first, last = min(move.was[0], move.to[0]), max(move.was[1], move.to[1])
    return _overlap((first, last), (start, end))


def _passed(move: Move, other: DraftSession) -> int:
    """Minutes by which a move goes past the start of something that it stood before."""
    start = other.span[0]
    return max((move.to[0] - start) // MINUTE, 1) if move.was[0] < start <= move.to[0] else 0


def _overlap(one: Span, other: Span) -> int:
    """Minutes, a begun one as a whole."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return max(-(-shared // MINUTE), 0)


def said_stop(stop: Stop, draft: Draft, titles: Mapping[int, str], scope: Scope) -> str:
    """Why it cannot be shifted so, and what to do instead: a sentence or two."""
    title = f"“{titles[stop.session_id]}”"
    too_many = f"{stop.minutes} minutes" if stop.minutes != 1 else "one minute"
    if stop.hindrance is Hindrance.NIGHT:
        return f"{title} would go over into another day. Move it by itself."
    if stop.hindrance is Hindrance.END_OF_DAY:
        return f"{title} would end {too_many} after the day ends now. Shift by less, or let the day end later."
    assert stop.by_id is not None, "a session is in the way"
    other = draft.session(stop.by_id)
    walls = clock.NARROW.join(f"{clock.local(moment, draft.zone):%H:%M}" for moment in other.span)
    if stop.by_id == stop.session_id:
        return f"{title} is fixed, {walls}. Shift only what follows it, or say on its form that it may move."
    if stop.hindrance is Hindrance.FIXED:
        return f"“{titles[other.id]}” is fixed, {walls}, and {title} would run into it by {too_many}. Shift by less."
    instead = "Shift the day instead." if scope is Scope.ROOM else "Move it first."
    return f"“{titles[other.id]}” stays, {walls}, and {title} would run into it by {too_many}. {instead}"
