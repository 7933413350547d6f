"""The rooming list: who stays in which block of rooms on which nights, who comes and goes when, and who has not said.

For organizers only; how one travels is purged with private needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from app.models import ASKED, Convening, LodgingBlock, RegistrationState
from app.registration.everybody import Listed, everybody
from app.registration.lodging import blocks_of, nights_taken
from app.registration.missing import Lack

GUESTS = (*ASKED, RegistrationState.STARTED)
"""Who may still come: whose nights count, so that a block is not found full too late."""


@dataclass(frozen=True, slots=True)
class Night:
    """A night, named by its evening: rooms `taken` of those `held` (0 outside the block), two who share in one."""

    evening: date
    taken: int
    held: int

    @property
    def over(self) -> int:
        """How many rooms are missing."""
        return max(self.taken - self.held, 0)


@dataclass(frozen=True, slots=True)
class Block:
    """A block with its nights and guests, who are in the order of names; `block` is None for who found a bed
    elsewhere."""

    block: LodgingBlock | None
    nights: tuple[Night, ...]
    guests: tuple[Listed, ...]

    @property
    def name(self) -> str:
        return self.block.name if self.block else "Elsewhere"


@dataclass(frozen=True, slots=True)
class Trip:
    """Somebody's coming or going: when (UTC) and by what."""

    at: datetime
    by: str
    who: Listed


@dataclass(frozen=True, slots=True)
class Rooming:
    """`gaps` are those with a place who have not said how they travel."""

    blocks: tuple[Block, ...]
    arrivals: tuple[Trip, ...]
    departures: tuple[Trip, ...]
    gaps: tuple[Listed, ...]

    @property
    def guests(self) -> int:
        return sum(len(block.guests) for block in self.blocks)


def rooming(db: Session, convening: Convening) -> Rooming:
    """The list as it stands now. The number of queries is fixed."""
    people = [one for one in everybody(db, convening) if one.state in GUESTS]
    by_name = sorted(people, key=lambda one: (one.sort_name or one.name).casefold())
    taken = {number: nights.taken for number, nights in nights_taken(db, convening).items()}
    away = [block for block in blocks_of(db, convening, archived=True) if taken.get(block.key)]
    blocks = [_block(block, by_name, taken.get(block.key, {})) for block in (*blocks_of(db, convening), *away)]
    elsewhere = tuple(one for one in by_name if one.nights and one.travel.block_id is None)
    if elsewhere:
        blocks.append(Block(None, (), elsewhere))
    coming = [one for one in people if not one.travel.is_local]
    return Rooming(
        blocks=tuple(blocks),
        arrivals=_trips((one.travel.arrives_at, one.travel.arrives_by, one) for one in coming),
        departures=_trips((one.travel.leaves_at, one.travel.leaves_by, one) for one in coming),
        gaps=tuple(one for one in people if Lack.TRAVEL in one.missing),
    )


def _block(block: LodgingBlock, people: Sequence[Listed], taken: Mapping[date, int]) -> Block:
    """A block night by night: all that are held, and those that people have asked for beside."""
    evenings = {block.from_on + timedelta(days=n) for n in range((block.until_on - block.from_on).days + 1)}
    nights = tuple(
        Night(evening, taken.get(evening, 0), block.rooms if evening in evenings else 0)
        for evening in sorted(evenings | taken.keys())
    )
    return Block(block, nights, tuple(one for one in people if one.travel.block_id == block.key))


def _trips(said: Iterable[tuple[datetime | None, str, Listed]]) -> tuple[Trip, ...]:
    trips = [Trip(at, by, who) for at, by, who in said if at is not None]
    return tuple(sorted(trips, key=lambda trip: (trip.at, trip.who.sort_name)))
