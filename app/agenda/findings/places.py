"""Rule 2: the places of a session's rooms against those who are to sit there, and rooms that are not to be had."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping

from app.agenda.crowd import Seating
from app.agenda.draft import Draft, DraftSession
from app.agenda.findings.finding import NOBODY, Finding, Gravity, Kind


def places_of(session: DraftSession) -> int | None:
    """Places in the rooms that are for all, together; None where there is no such room or one's are not known."""
    capacities = [spot.capacity for spot in session.spots if spot.city_id is None]
    known = [capacity for capacity in capacities if capacity is not None]
    return sum(known) if known and len(known) == len(capacities) else None


class Choice:
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


def choices(running: Iterable[DraftSession], names: Collection[str] | None = None) -> dict[str, Choice]:
    """The choice groups (all of them, or those of some names) by name."""
    groups: dict[str, list[DraftSession]] = {}
    for session in running:
        if session.choice_group and (names is None or session.choice_group in names):
            groups.setdefault(session.choice_group, []).append(session)
    return {name: Choice(sessions) for name, sessions in groups.items()}


def too_small(session: DraftSession, seating: Seating, groups: Mapping[str, Choice]) -> Iterator[Finding]:
    """A room kept for a city has to hold that city's people; the other rooms together hold the rest. Sessions to
    choose from hold their people together."""
    if not session.spots:
        return
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
        return
    if session.choice_group:
        rest, places = groups[session.choice_group].beside(session)
    if places is not None and rest.bit_count() > places:
        yield _too_small(session, rest, places, None)


def not_to_be_had(draft: Draft, session: DraftSession) -> Iterator[Finding]:
    """Rooms that the session stands in at a time when they are lost."""
    for room_id in session.room_ids:
        for start, end in draft.lost.get(room_id, ()):
            if session.meets((start, end)):
                span = max(start, session.span[0]), min(end, session.span[1])
                key = f"2:{Kind.LOST}:{room_id}:{session.id}"
                yield Finding(2, Kind.LOST, Gravity.MUST_FIX, key, (session.id,), NOBODY, room_id, span)
                break


def _too_small(session: DraftSession, people: int, places: int, room_id: int | None) -> Finding:
    return Finding(
        2,
        Kind.CAPACITY,
        Gravity.MUST_FIX,
        f"2:{Kind.CAPACITY}:{f'{room_id}:' if room_id else ''}{session.id}",
        (session.id,),
        people,
        room_id or (session.room_ids[0] if len(session.spots) == 1 else None),
        session.span,
        people.bit_count(),
        places,
    )
