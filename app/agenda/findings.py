"""What is wrong with a draft: one engine over all of it, for the grid and for publishing (rules 1, 2, 3, 4, 11).

`check` is pure: a draft in, findings out. Sentences are made by wording.py, ways out by cures.py, for those that
are shown. Sessions overlap when one begins before the other ends; one may begin the instant another ends.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from app.agenda import budget
from app.agenda.crowd import bits
from app.agenda.draft import Draft, DraftSession, Span

NOBODY = 0


class Gravity(IntEnum):
    """How bad it is; what must be fixed stands in the way of publishing."""

    MUST_FIX = 1
    SHOULD_LOOK = 2
    NOTE = 3

    @property
    def said(self) -> str:
        return self.name.lower().replace("_", " ")


class Kind(StrEnum):
    """What kind of thing it is; the first word of its key after the rule's number."""

    PEOPLE = "people"  # rule 1: in two sessions at once
    WALK = "walk"  # rule 1: no time to walk from one building to another
    ROOM = "room"  # rule 2: one room, two sessions
    CAPACITY = "capacity"  # rule 2: more people than places
    PROTECTED = "protected"  # rule 3: protected time taken
    MINUTES = "minutes"  # rule 4: less of a purpose than the minimum
    PART = "part"  # rule 11: someone with a part in it is not there
    PRESENCE = "presence"  # rule 11: someone it is for is not there


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `people` is a mask of the draft's crowd; `span` is when it happens (UTC), if at a time.

    `key` names the finding across checks: an override that was given for it holds as long as it is found.
    `have` and `need` are people and places for capacity, minutes for rule 4.
    """

    rule: int
    kind: Kind
    gravity: Gravity
    key: str
    session_ids: tuple[int, ...] = ()
    people: int = NOBODY
    room_id: int | None = None
    span: Span | None = None
    have: int = 0
    need: int = 0
    purpose: str = ""


def check(draft: Draft) -> list[Finding]:
    """All findings of a draft, the gravest first, then by time.

    People who may choose among parallel sessions (one choice group) are not in several of them by being invited to
    all; those with a part in them are.
    """
    running = draft.running
    found = [
        *_people(draft, running),
        *_rooms(running),
        *_capacity(draft, running),
        *_presence(draft, running),
        *_minutes(draft),
    ]
    return sorted(found, key=_order)


def standing_in_the_way(draft: Draft, found: list[Finding]) -> list[Finding]:
    """Those of the findings that must be fixed and that nobody has overridden by name."""
    return [one for one in found if one.gravity is Gravity.MUST_FIX and one.key not in draft.overrides]


def _order(finding: Finding) -> tuple[int, float, str]:
    return finding.gravity, finding.span[0].timestamp() if finding.span else float("inf"), finding.key


def shared_people(one: DraftSession, other: DraftSession) -> int:
    """Those who are bound to be in both: by choice, only who has a part in both."""
    if one.choice_group and one.choice_group == other.choice_group:
        return one.engaged & other.engaged
    return one.bound & other.bound


def _people(draft: Draft, running: list[DraftSession]) -> Iterator[Finding]:
    """Rules 1 and 3: a sweep over the day that keeps only what is still going on, or ended a walk ago."""
    going: list[tuple[datetime, int, DraftSession]] = []
    for later in running:
        start, ends_at = later.span
        going = [entry for entry in going if entry[0] > start]
        bound = later.bound
        for _, people, earlier in going:
            if not people & bound:
                continue
            shared = shared_people(earlier, later)
            if not shared:
                continue
            end = earlier.span[1]
            if end > start:
                yield _double_booked(earlier, later, shared, (start, min(end, ends_at)))
            elif _apart(draft, earlier, later):
                yield _no_time_to_walk(earlier, later, shared, (end, start))
        going.append((ends_at + draft.walking, bound, later))


def _apart(draft: Draft, one: DraftSession, other: DraftSession) -> bool:
    """Whether the two are in different buildings, as far as anybody has said which."""
    here, there = draft.buildings(one), draft.buildings(other)
    return bool(here and there) and here.isdisjoint(there)


def _double_booked(one: DraftSession, other: DraftSession, people: int, span: Span) -> Finding:
    protected = one.protected or other.protected
    rule, kind = (3, Kind.PROTECTED) if protected else (1, Kind.PEOPLE)
    return Finding(
        rule, kind, Gravity.MUST_FIX, _pair_key(rule, kind, one, other), (one.id, other.id), people, None, span
    )


def _no_time_to_walk(one: DraftSession, other: DraftSession, people: int, span: Span) -> Finding:
    key = _pair_key(1, Kind.WALK, one, other)
    return Finding(1, Kind.WALK, Gravity.SHOULD_LOOK, key, (one.id, other.id), people, None, span)


def _pair_key(rule: int, kind: Kind, one: DraftSession, other: DraftSession, room_id: int | None = None) -> str:
    first, second = sorted((one.id, other.id))
    return f"{rule}:{kind}:{f'{room_id}:' if room_id else ''}{first}+{second}"


def _rooms(running: list[DraftSession]) -> Iterator[Finding]:
    """Rule 2: the same sweep, room by room."""
    going: dict[int, list[DraftSession]] = {}
    for later in running:
        start, ends_at = later.span
        for room_id in later.room_ids:
            still = [one for one in going.get(room_id, ()) if one.span[1] > start]
            for earlier in still:
                key = _pair_key(2, Kind.ROOM, earlier, later, room_id)
                span = start, min(earlier.span[1], ends_at)
                ids = earlier.id, later.id
                yield Finding(2, Kind.ROOM, Gravity.MUST_FIX, key, ids, NOBODY, room_id, span)
            going[room_id] = [*still, later]


def _capacity(draft: Draft, running: list[DraftSession]) -> Iterator[Finding]:
    """Rule 2: the places of the set-up against those who are to sit there.

    A room kept for a city has to hold that city's people; the other rooms together hold the rest. Sessions to
    choose from hold their people together.
    """
    groups = _choices(running)
    for session in running:
        seating = draft.crowd.on(draft.day_of(session.span[0]))
        in_own_room = NOBODY
        for spot in session.spots:
            if spot.city_id is not None:
                people = session.bound & seating.by_city.get(spot.city_id, NOBODY)
                in_own_room |= people
                if spot.capacity is not None and people.bit_count() > spot.capacity:
                    yield _too_small(session, people, spot.capacity, spot.room_id)
        places = places_of(session)
        rest = session.bound & ~in_own_room
        if places is None or rest.bit_count() <= places:
            continue
        if session.choice_group:
            rest, places = groups[session.choice_group].beside(session)
        if places is not None and rest.bit_count() > places:
            yield _too_small(session, rest, places, None)


def places_of(session: DraftSession) -> int | None:
    """Places in the rooms that are for all, together; None where there is no such room or one's are not known."""
    capacities = [spot.capacity for spot in session.spots if spot.city_id is None]
    known = [capacity for capacity in capacities if capacity is not None]
    return sum(known) if known and len(known) == len(capacities) else None


class _Choice:
    """The sessions of one choice group, by start, for asking what runs beside one of them."""

    def __init__(self, sessions: list[DraftSession]) -> None:
        self.starts = [one.span[0] for one in sessions]
        self.longest = max(one.span[1] - one.span[0] for one in sessions)
        self.entries = [(one.span[1], one.bound, places_of(one)) for one in sessions]

    def beside(self, session: DraftSession) -> tuple[int, int | None]:
        """The people and the places of what one may choose instead of this session, itself included. Places are
        None where those of one are not known."""
        start, end = session.span
        first = bisect_left(self.starts, start - self.longest)
        people, places = NOBODY, 0
        for ends_at, bound, its_places in self.entries[first : bisect_left(self.starts, end)]:
            if ends_at <= start:
                continue
            if its_places is None:
                return people, None
            people |= bound
            places += its_places
        return people, places


def _choices(running: list[DraftSession]) -> dict[str, _Choice]:
    groups: dict[str, list[DraftSession]] = {}
    for session in running:
        if session.choice_group:
            groups.setdefault(session.choice_group, []).append(session)
    return {name: _Choice(sessions) for name, sessions in groups.items()}


def _too_small(session: DraftSession, people: int, places: int, room_id: int | None) -> Finding:
    key = f"2:{Kind.CAPACITY}:{f'{room_id}:' if room_id else ''}{session.id}"
    return Finding(
        2,
        Kind.CAPACITY,
        Gravity.MUST_FIX,
        key,
        (session.id,),
        people,
        room_id or (session.room_ids[0] if len(session.spots) == 1 else None),
        session.span,
        people.bit_count(),
        places,
    )


def _presence(draft: Draft, running: list[DraftSession]) -> Iterator[Finding]:
    """Rule 11: whoever is bound to be there and, by their registration, is not.

    What one may choose binds nobody, and who has declined or cancelled is missed only where they have a part.
    """
    sharing: dict[tuple[Span, ...], int] = {}
    for position, spans in draft.windows.items():
        sharing[spans] = sharing.get(spans, NOBODY) | 1 << position
    for session in running:
        absent = NOBODY
        for spans, people in sharing.items():
            if people & session.bound and not _covered(session.span, spans):
                absent |= people
        with_part = session.engaged & (absent | draft.away)
        invited = NOBODY if session.choice_group else session.audience & absent & ~draft.away & ~with_part
        for people, kind, gravity in (
            (with_part, Kind.PART, Gravity.SHOULD_LOOK),
            (invited, Kind.PRESENCE, Gravity.NOTE),
        ):
            if people:
                yield Finding(11, kind, gravity, f"11:{kind}:{session.id}", (session.id,), people, None, session.span)


def _covered(span: Span, windows: tuple[Span, ...]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in windows)


def absent(draft: Draft, people: int, span: Span) -> int:
    """Those of the people who, by their registration, are not there throughout a span."""
    missing = people & draft.away
    for position in bits(people & ~missing):
        if position in draft.windows and not _covered(span, draft.windows[position]):
            missing |= 1 << position
    return missing


def _minutes(draft: Draft) -> Iterator[Finding]:
    """Rule 4: minutes of a purpose against the minimum that the convening sets."""
    for line in budget.time_budget(draft):
        if line.minutes < line.minimum:
            yield Finding(
                4,
                Kind.MINUTES,
                Gravity.SHOULD_LOOK,
                f"4:{Kind.MINUTES}:{line.purpose}",
                have=line.minutes,
                need=line.minimum,
                purpose=line.purpose,
            )
