"""Two sessions at once: their people (rules 1 and 3), the walk between them (rule 1), their rooms (rule 2).

Sessions overlap when one begins before the other ends; one may begin the instant another ends.
"""

from collections.abc import Collection, Iterator

from app.agenda.draft import Draft, DraftSession, Order
from app.agenda.findings.finding import NOBODY, Finding, Gravity, Kind
from app.agenda.presence import Span


def shared_people(one: DraftSession, other: DraftSession) -> int:
    """Those who are bound to be in both: by choice, only who has a part in both."""
    if one.choice_group and one.choice_group == other.choice_group:
        return one.engaged & other.engaged
    return one.bound & other.bound


def all_pairs(draft: Draft) -> Iterator[Finding]:
    """A sweep over the agenda that keeps only what is still going on, or ended a walk ago."""
    going: list[tuple[float, int, frozenset[int], DraftSession]] = []
    walking = draft.walking.total_seconds()
    for later in draft.running:
        start, end = (moment.timestamp() for moment in later.span)
        going = [entry for entry in going if entry[0] > start]
        bound, rooms = later.bound, later.rooms
        for _, people, taken, earlier in going:
            if people & bound or not rooms.isdisjoint(taken):
                yield from _of_pair(draft, earlier, later)
        going.append((end + walking, bound, rooms, later))


def pairs_with(draft: Draft, changed: Collection[int]) -> Iterator[Finding]:
    """The same, as far as one of these sessions is of the pair."""
    order = Order(draft.rooms)
    done: set[int] = set()
    for session in draft.placed(changed):
        start, end = session.span
        done.add(session.id)
        for other in draft.during((start - draft.walking, end + draft.walking)):
            if other.id not in done:
                earlier, later = sorted((session, other), key=order)
                yield from _of_pair(draft, earlier, later)


def _of_pair(draft: Draft, earlier: DraftSession, later: DraftSession) -> Iterator[Finding]:
    (_, end), (start, ends_at) = earlier.span, later.span
    shared = shared_people(earlier, later)
    if end > start:
        span = start, min(end, ends_at)
        if shared:
            yield _double_booked(earlier, later, shared, span)
        for room_id in later.room_ids:
            if room_id in earlier.room_ids:
                yield _one_room(earlier, later, room_id, span)
    elif shared and start - end < draft.walking and apart(draft, earlier, later):
        yield _no_time_to_walk(earlier, later, shared, (end, start))


def apart(draft: Draft, one: DraftSession, other: DraftSession) -> bool:
    """Whether the two are in different buildings, as far as anybody has said which."""
    here, there = draft.buildings(one), draft.buildings(other)
    return bool(here and there) and here.isdisjoint(there)


def _double_booked(one: DraftSession, other: DraftSession, people: int, span: Span) -> Finding:
    protected = one.protected or other.protected
    rule, kind = (3, Kind.PROTECTED) if protected else (1, Kind.PEOPLE)
    return Finding(
        rule, kind, Gravity.MUST_FIX, _pair_key(rule, kind, one, other), (one.id, other.id), people, None, span
    )


def _one_room(one: DraftSession, other: DraftSession, room_id: int, span: Span) -> Finding:
    key = _pair_key(2, Kind.ROOM, one, other, room_id)
    return Finding(2, Kind.ROOM, Gravity.MUST_FIX, key, (one.id, other.id), NOBODY, room_id, span)


def _no_time_to_walk(one: DraftSession, other: DraftSession, people: int, span: Span) -> Finding:
    key = _pair_key(1, Kind.WALK, one, other)
    return Finding(1, Kind.WALK, Gravity.SHOULD_LOOK, key, (one.id, other.id), people, None, span)


def _pair_key(rule: int, kind: Kind, one: DraftSession, other: DraftSession, room_id: int | None = None) -> str:
    first, second = sorted((one.id, other.id))
    return f"{rule}:{kind}:{f'{room_id}:' if room_id else ''}{first}+{second}"
