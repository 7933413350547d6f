"""Whom a release concerns, and what of it they are told (rules 13 and 14).

It concerns who is in a session that it changes, or was in it in the release before. They are told of those sessions
alone, as they may know them now, in the event's time and beside it their own. What only words a session anew (its
audience, its description) is no news to who is in it anyway. Whoever has said that they stay away is concerned only
where they have a part. An assistant is told for their principal, as an assistant may know it.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from app.agenda.changes import Beside, Change, Kind, beside, differences
from app.agenda.published import Sight, closed_since
from app.agenda.readers import Readers
from app.agenda.seeing import SeenSession, cover, date_of, full
from app.agenda.snapshots import SessionEntry, same
from app.models import Convening, Person
from app.people.audiences import Attendee, Rule
from app.people.viewer import Viewer

NO_NEWS = (Kind.AUDIENCE, Kind.DETAILS)
NOTHING: Set[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """What changes on one agenda: the reader's own, or (`whose`: "Imani Okafor, Mayor, Oakland") their principal's."""

    whose: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person whom a release concerns is told. Who has no address (`email` None) cannot be told.

    `is_private`: all that concerns them is in sessions that exclude the lab, so that even their name would tell who
    is in one (rule 13). `parts` are then empty for those who look it over from outside.
    """

    person_id: int
    name: str
    office: str
    email: str | None
    parts: tuple[Part, ...]
    is_private: bool


@dataclass(frozen=True, slots=True)
class Side:
    """An entry of a snapshot and, of the same, all that it says."""

    entry: SessionEntry
    whole: SeenSession


@dataclass(frozen=True, slots=True)
class Pair:
    """A session that differs: as it was (None: not at all), the same as it may be known now, as it is."""

    was: Side | None
    known: Side | None
    now: Side

    @property
    def is_private(self) -> bool:
        return any(side is not None and side.entry["excludes_lab"] for side in (self.was, self.now))


Own = tuple[tuple[int, bool, bool, bool], ...]
"""Of the sessions that a person was in or is in: its place among the pairs, was in it, is in it, has or had a part."""


_Asked = tuple[Rule | None, date, tuple[int, str] | None]


class _Invitations:
    """Who is in which of many sessions, asked once for all sessions of one audience and day among which nobody
    chooses."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._asked: list[SeenSession] = []
        found: dict[_Asked, int] = {}
        self._pairs: list[tuple[int | None, int]] = []
        for pair in pairs:
            was = self._audience(pair.was, found) if pair.was else None
            self._pairs.append((was, self._audience(pair.now, found)))
        self._had_part = _parts(pair.was for pair in pairs)
        self._have_part = _parts(pair.now for pair in pairs)

    def _audience(self, side: Side, found: dict[_Asked, int]) -> int:
        whole = side.whole
        key = (whole.rule, date_of(whole), (whole.id, whole.choice_group) if whole.choice_group else None)
        if key not in found:
            found[key] = len(self._asked)
            self._asked.append(side.whole)
        return found[key]

    def of(self, sight: Sight, *, is_coming: bool) -> Own:
        """The sessions that a person was in or is in; who stays away is in none but those they have a part in."""
        invited = [is_coming and sight.is_invited(session) for session in self._asked]
        person_id = sight.viewer.person_id or 0
        had, have = self._had_part.get(person_id, NOTHING), self._have_part.get(person_id, NOTHING)
        own = []
        for place, (was, now) in enumerate(self._pairs):
            was_in = place in had or (was is not None and invited[was])
            is_in = place in have or invited[now]
            if was_in or is_in:
                own.append((place, was_in, is_in, place in had or place in have))
        return tuple(own)


def _parts(sides: Iterable[Side | None]) -> dict[int, set[int]]:
    """The places of the sessions that each person has a part in."""
    parts: dict[int, set[int]] = {}
    for place, side in enumerate(sides):
        for one in side.whole.presenters if side else ():
            parts.setdefault(one.person_id, set()).add(place)
    return parts


class Notices:
    """Whom the step from one snapshot to the next concerns.

    `looker` is an organizer who looks it over first: what happens in sessions that they know by the cover alone is
    left out, for a name beside it would tell who is in them (rule 13).
    """

    def __init__(
        self,
        db: Session,
        convening: Convening,
        before: Sequence[SessionEntry],
        after: Sequence[SessionEntry],
        *,
        looker: Viewer | None = None,
    ) -> None:
        self.pairs = _differing(before, after)
        entries = [side.entry for pair in self.pairs for side in (pair.was, pair.now) if side is not None]
        self.readers = Readers(db, convening, entries, release=after)
        self._invitations = _Invitations(self.pairs)
        self._worked_out: dict[tuple[object, ...], tuple[Change, ...]] = {}
        self._private = {pair.now.entry["id"] for pair in self.pairs if pair.is_private}
        self._hidden = self._covered(looker) if looker else frozenset[int]()
        self._theirs = {number: self._in_either(number) for number in self.readers.people}

    @property
    def in_calendars(self) -> list[int]:
        """The people whose own calendar shows a session that differs, in whatever it differs."""
        return [number for number, pairs in self._theirs.items() if pairs]

    def all(self, reader: Viewer | None = None) -> list[Notice]:
        """One for everyone whom it concerns, in the order of roles, then by name; with a reader, all in their time."""
        assistants = (one.key for acting in self.readers.assistants.values() for one in acting)
        numbers = dict.fromkeys((*self.readers.people, *assistants))
        return [notice for number in numbers if (notice := self.to(number, reader)) is not None]

    def to(self, person_id: int, reader: Viewer | None = None) -> Notice | None:
        """What one person is told, in their own time unless it is for another reader; None where nothing concerns
        them."""
        parts: list[Part] = []
        person: Attendee | Person | None = None
        office = ""
        if person_id in self.readers.people:
            person = self.readers.people[person_id]
            office = person.office
            viewer = self.readers.viewer(person_id)
            parts.append(Part("", self._changes(viewer, beside(reader or viewer))))
        for principal, assistant in self.readers.principals_of(person_id):
            person = person or assistant
            viewer = self.readers.viewer(principal.person_id, actor_id=person_id)
            whose = ", ".join(filter(None, (principal.name, principal.office)))
            parts.append(Part(whose, self._changes(viewer, beside(reader or _in_place_of(viewer, assistant)))))
        concerned = {change.session_id for part in parts for change in part.changes}
        if person is None or not concerned:
            return None
        shown = (replace(part, changes=tuple(filter(self._is_shown, part.changes))) for part in parts)
        known = tuple(part for part in shown if part.changes)
        return Notice(person_id, person.name, office, person.email, known, concerned <= self._private)

    def sessions_of(self, person_id: int) -> list[SeenSession]:
        """Those of a person's own sessions that differ, as their calendar has them; what is theirs no more is called
        off, as they may know it now. Nothing for who only acts for another."""
        if person_id not in self._theirs:
            return []
        sight = self.readers.sight(self.readers.viewer(person_id))
        found = []
        for place, _, is_in, _ in self._theirs[person_id]:
            pair = self.pairs[place]
            if is_in:
                found.append(sight.of(pair.now.entry, pair.now.whole) or pair.now.whole)
            else:
                was, now = _own(sight, _known(sight, pair)), pair.now.whole
                sequence, changed_at = max(was.sequence, now.sequence) + 1, max(was.changed_at, now.changed_at)
                found.append(
                    replace(was, cancelled=True, sequence=sequence, changed_at=changed_at, purpose="", items=())
                )
        return found

    def near(self, since: datetime, until: datetime) -> dict[int, int]:
        """The sessions that begin, or would have begun, between two instants (UTC), each with its sequence."""
        return {
            pair.now.entry["id"]: pair.now.whole.sequence
            for pair in self.pairs
            if any(side is not None and since <= side.whole.starts_at <= until for side in (pair.was, pair.now))
        }

    def _changes(self, viewer: Viewer, also: Beside) -> tuple[Change, ...]:
        """What a release changes of a viewer's own sessions: worked out once for all who see the same of the same."""
        assert viewer.person_id is not None
        sight, own = self.readers.sight(viewer), self._theirs[viewer.person_id]
        key = (own, sight.of_cohort, sight.is_lab, sight.city_ids, viewer.acting, also)
        if key not in self._worked_out:
            self._worked_out[key] = self._differences(sight, own, also)
        return self._worked_out[key]

    def _differences(self, sight: Sight, own: Own, also: Beside) -> tuple[Change, ...]:
        was, now = [], []
        for place, was_in, is_in, _ in own:
            pair = self.pairs[place]
            if was_in:
                was.append(_own(sight, _known(sight, pair)))
            if is_in:
                now.append(_own(sight, sight.of(pair.now.entry, pair.now.whole) or pair.now.whole))
        return tuple(one for one in differences(was, now, also) if one.kind not in NO_NEWS)

    def _is_shown(self, change: Change) -> bool:
        return change.session_id not in self._hidden

    def _in_either(self, person_id: int) -> Own:
        sight = self.readers.sight(self.readers.viewer(person_id))
        return self._invitations.of(sight, is_coming=person_id not in self.readers.away)

    def _covered(self, looker: Viewer) -> frozenset[int]:
        """The sessions of which a looker may know the cover alone."""
        sight = self.readers.sight(looker)
        sides = (side for pair in self.pairs for side in (pair.known, pair.now) if side is not None)
        seen = (sight.of(side.entry, side.whole) for side in sides)
        return frozenset(one.id for one in seen if one is not None and one.covered)


def _differing(before: Sequence[SessionEntry], after: Sequence[SessionEntry]) -> list[Pair]:
    old = {one["id"]: (one, known) for one, known in zip(before, closed_since(before, after), strict=True)}
    pairs = []
    for entry in after:
        was, known = old.get(entry["id"], (None, None))
        if was is None or not same(entry, was):
            pairs.append(Pair(_side(was), _side(known), Side(entry, full(entry))))
    return pairs


def _side(entry: SessionEntry | None) -> Side | None:
    return Side(entry, full(entry)) if entry is not None else None


def _known(sight: Sight, pair: Pair) -> SeenSession:
    """A session that they were in, as they may know it now: of one that is closed to them since, the cover."""
    assert pair.was is not None
    assert pair.known is not None
    seen = sight.of(pair.known.entry, pair.known.whole)
    if seen is not None:
        return seen
    is_closed_since = pair.known.entry is not pair.was.entry
    return cover(pair.was.whole, pair.known.entry["cover_title"]) if is_closed_since else pair.was.whole


def _own(sight: Sight, seen: SeenSession) -> SeenSession:
    """The session with those of its rooms that they go to and, for people of a city, without other cities' turns."""
    of_all = not sight.city_ids
    items = tuple(one for one in seen.items if of_all or one.city_id is None or one.city_id in sight.city_ids)
    return replace(seen, rooms=seen.my_rooms or seen.rooms, items=items)


def _in_place_of(principal: Viewer, assistant: Person) -> Viewer:
    """In whose time an assistant reads: their own where it is known, else the principal's."""
    is_known = assistant.zone is not None and assistant.zone != principal.zone
    return Viewer(assistant.key, assistant.name, assistant.zone) if is_known else principal
