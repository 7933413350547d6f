"""A convening's whole draft as plain data; loading.py reads it.

What decides by it (findings, cures, budget, grid) is pure: it needs no database, and can be asked "what if".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from app import clock
from app.agenda.crowd import Crowd
from app.models import Openness, SessionFormat
from app.people.audiences import Rule

Span = tuple[datetime, datetime]
"""From an instant to a later one, both UTC."""


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
class DraftSession:
    """A session as the draft holds it; `audience` and `engaged` are masks of the draft's crowd.

    Whoever has said that they stay away is in neither mask. A `fixed` one is not shifted. Both times
    are None while it waits in the tray.
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
    fixed: bool = False

    @property
    def bound(self) -> int:
        """Everyone who is to be there."""
        return self.audience | self.engaged

    @property
    def room_ids(self) -> tuple[int, ...]:
        return tuple(spot.room_id for spot in self.spots)

    @property
    def span(self) -> Span:
        """Start and end of a session that is placed; asking one in the tray is a mistake."""
        assert self.starts_at is not None
        assert self.ends_at is not None
        return self.starts_at, self.ends_at


@dataclass(frozen=True, slots=True)
class Draft:
    """All of it. `windows` are presence windows by the person's place in the crowd; `away` are those who said that
    they stay away; `overrides` are (name, reason) by the key of a finding; `minimums` are minutes by purpose;
    `walking` is what one needs from one building to another."""

    convening_id: int
    cohort_id: int
    zone: str
    starts_on: date
    ends_on: date
    rooms: Mapping[int, DraftRoom]
    sessions: tuple[DraftSession, ...]
    crowd: Crowd
    windows: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    away: int = 0
    overrides: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    minimums: Mapping[str, int] = field(default_factory=dict)
    cities: Mapping[int, str] = field(default_factory=dict)
    walking: timedelta = timedelta(0)

    @property
    def running(self) -> list[DraftSession]:
        """The sessions that take place, in order of their start."""
        return [one for one in self.sessions if one.starts_at is not None and not one.cancelled]

    @property
    def tray(self) -> list[DraftSession]:
        return [one for one in self.sessions if one.starts_at is None]

    def session(self, session_id: int) -> DraftSession:
        return next(one for one in self.sessions if one.id == session_id)

    def buildings(self, session: DraftSession) -> frozenset[str]:
        """The buildings of a session's rooms, as far as anybody has said them."""
        return frozenset(name for spot in session.spots if (name := self.rooms[spot.room_id].building))

    def day_of(self, moment: datetime) -> date:
        return clock.local(moment, self.zone).date()

    def with_session(self, session: DraftSession) -> "Draft":
        """This draft with one session new, or otherwise than it was."""
        others = [one for one in self.sessions if one.id != session.id]
        return replace(self, sessions=in_order([*others, session], self.rooms))


def in_order(sessions: Iterable[DraftSession], rooms: Mapping[int, DraftRoom]) -> tuple[DraftSession, ...]:
    """By start, then by the venue's order of rooms; those in the tray last."""
    position = {room_id: place for place, room_id in enumerate(rooms)}

    def place(one: DraftSession) -> tuple[float, int, int]:
        first = min((position[number] for number in one.room_ids), default=len(position))
        return one.starts_at.timestamp() if one.starts_at else float("inf"), first, one.id

    return tuple(sorted(sessions, key=place))
