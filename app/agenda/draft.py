"""A convening's whole draft as plain data; loading.py reads it.

What decides by it (findings, cures, budget, grid) is pure: it needs no database, and can be asked "what if".
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from app import clock
from app.agenda.crowd import Crowd
from app.agenda.presence import Span, Windows
from app.models import Openness, SessionFormat
from app.people.audiences import Rule
from app.people.standing_in import NOBODY, StandIns


@dataclass(frozen=True, slots=True)
class Setup:
    id: int
    name: str
    capacity: int


@dataclass(frozen=True, slots=True)
class DraftRoom:
    id: int
    name: str
    building: str
    off_site: bool
    setups: tuple[Setup, ...]

    @property
    def capacity(self) -> int | None:
        """Places in the usual set-up; None where nobody has said."""
        return self.setups[0].capacity if self.setups else None


@dataclass(frozen=True, slots=True)
class Spot:
    """A room as a session uses it. `city_id`: kept for one city's people. `capacity` is that of its set-up."""

    room_id: int
    setup_id: int | None
    city_id: int | None
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a session with minutes of its own; `city_id`: that city's mayor gives its update then."""

    id: int
    title: str
    minutes: int
    city_id: int | None


class Body(NamedTuple):
    """A public body; `members` is a mask of the draft's crowd. From `flag_at` of them on, being together is flagged."""

    id: int
    name: str
    flag_at: int
    members: int


class LetStand(NamedTuple):
    """Who lets a finding stand, and why. `covers` is what was found then (findings/standing.py reads it)."""

    name: str
    reason: str
    covers: str = ""


@dataclass(frozen=True)
class DraftSession:
    """A session as the draft holds it; `audience`, `engaged` and `unconfirmed` are masks of the draft's crowd.

    Whoever has said that they stay away is not of the audience. `unconfirmed` are those of the engaged who have not
    said for certain that they come. `items` follow one another from the start. A `fixed` one is not shifted. Both
    times are None while it waits in the tray.
    """

    id: int
    title: str
    cover_title: str
    format: SessionFormat
    openness: Openness
    excludes_lab: bool
    protected: bool
    choice_group: str
    starts_at: datetime | None
    ends_at: datetime | None
    minutes: int
    cancelled: bool
    changed_at: datetime | None
    rule: Rule
    spots: tuple[Spot, ...]
    audience: int
    engaged: int
    unconfirmed: int = 0
    items: tuple[Item, ...] = ()
    fixed: bool = False

    @cached_property
    def bound(self) -> int:
        """Everyone who is to be there."""
        return self.audience | self.engaged

    @cached_property
    def room_ids(self) -> tuple[int, ...]:
        return tuple(spot.room_id for spot in self.spots)

    @cached_property
    def rooms(self) -> frozenset[int]:
        return frozenset(self.room_ids)

    @cached_property
    def span(self) -> Span:
        """Start and end of a session that is placed; asking one in the tray is a mistake."""
        assert self.starts_at is not None
        assert self.ends_at is not None
        return self.starts_at, self.ends_at

    @property
    def slots(self) -> Iterable[tuple[Item, Span]]:
        """The items of a placed session, each with its time, which is the session's at most."""
        start, last = self.span
        for item in self.items:
            end = min(start + timedelta(minutes=item.minutes), last)
            yield item, (start, end)
            start = end

    def meets(self, span: Span) -> bool:
        """Whether a placed session goes on during some of the span."""
        start, end = self.span
        return start < span[1] and span[0] < end


@dataclass(frozen=True)
class Draft:
    """All of it, as of `today` in its zone.

    `windows` are presence windows by the person's place in the crowd; `away` are those who said that they stay away;
    `overrides` are by the key of a finding; `minimums` are minutes by purpose; `walking` is what one needs from one
    building to another; `cities` are all cities' names and `active` those of the cohort in these days; `lost` says
    when a room is not to be had; `words` are the audiences in words; `standing` who stands in for whom.
    """

    convening_id: int
    cohort_id: int
    zone: str
    starts_on: date
    ends_on: date
    rooms: Mapping[int, DraftRoom]
    sessions: tuple[DraftSession, ...]
    crowd: Crowd
    windows: Windows = field(default_factory=Windows)
    away: int = 0
    overrides: Mapping[str, LetStand] = field(default_factory=dict)
    minimums: Mapping[str, int] = field(default_factory=dict)
    cities: Mapping[int, str] = field(default_factory=dict)
    walking: timedelta = timedelta(0)
    active: frozenset[int] = frozenset()
    bodies: tuple[Body, ...] = ()
    today: date = date.min
    lost: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    words: Mapping[Rule, str] = field(default_factory=dict)
    standing: StandIns = NOBODY

    @cached_property
    def running(self) -> list[DraftSession]:
        """The sessions that take place, in order of their start."""
        return [one for one in self.sessions if one.starts_at is not None and not one.cancelled]

    def placed(self, ids: Iterable[int]) -> list[DraftSession]:
        """Those of some sessions that are on this draft and take place."""
        return [one for number in ids if (one := self.by_id.get(number)) and one.starts_at and not one.cancelled]

    def during(self, span: Span) -> list[DraftSession]:
        """The sessions that go on during some of a span, in order of their start."""
        starts, longest = self._starts
        first, last = bisect_left(starts, span[0] - longest), bisect_left(starts, span[1])
        return [one for one in self.running[first:last] if one.span[1] > span[0]]

    @cached_property
    def _starts(self) -> tuple[list[datetime], timedelta]:
        """When each of the running sessions begins, and how long the longest takes."""
        spans = [one.span for one in self.running]
        return [start for start, _ in spans], max((end - start for start, end in spans), default=timedelta(0))

    @property
    def tray(self) -> list[DraftSession]:
        return [one for one in self.sessions if one.starts_at is None]

    @cached_property
    def by_id(self) -> Mapping[int, DraftSession]:
        return {one.id: one for one in self.sessions}

    def session(self, session_id: int) -> DraftSession:
        return self.by_id[session_id]

    def buildings(self, session: DraftSession) -> frozenset[str]:
        """The buildings of a session's rooms, as far as anybody has said them."""
        return frozenset(name for spot in session.spots if (name := self.rooms[spot.room_id].building))

    def day_of(self, moment: datetime) -> date:
        return clock.local(moment, self.zone).date()

    def with_session(self, session: DraftSession) -> "Draft":
        """This draft with one session new, or otherwise than it was."""
        return self.with_sessions([session])

    def with_sessions(self, sessions: Iterable[DraftSession], without: Collection[int] = ()) -> "Draft":
        """This draft with some sessions new or otherwise than they were, and without some others."""
        changed = {one.id: one for one in sessions}
        kept = [one for one in self.sessions if one.id not in changed and one.id not in without]
        order = Order(self.rooms)
        for one in changed.values():
            insort(kept, one, key=order)
        return replace(self, sessions=tuple(kept))


class Order:
    """The order of a draft's sessions: by start, then by the venue's order of rooms; those in the tray last."""

    def __init__(self, rooms: Mapping[int, DraftRoom]) -> None:
        self._position = {room_id: place for place, room_id in enumerate(rooms)}

    def __call__(self, one: DraftSession) -> tuple[float, int, int]:
        first = min((self._position[number] for number in one.room_ids), default=len(self._position))
        return one.starts_at.timestamp() if one.starts_at else float("inf"), first, one.id


def in_order(sessions: Iterable[DraftSession], rooms: Mapping[int, DraftRoom]) -> tuple[DraftSession, ...]:
    """The sessions as a draft holds them."""
    return tuple(sorted(sessions, key=Order(rooms)))
