"""Blocks of rooms held at hotels for a convening, and how many of them are taken each night."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.models import ASKED, Convening, LodgingBlock, Registration, RegistrationState, Travel
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

COMES = (RegistrationState.STARTED, *ASKED)
"""Whose nights count: all who may still come, so that a block is not found full too late."""

BESIDE = timedelta(days=7)
"""How long before and after a convening anybody stays for it."""


@dataclass(frozen=True, slots=True)
class BlockDetails:
    """A block: `rooms` each night from a night to a night, both included."""

    name: str
    rooms: int
    from_on: date
    until_on: date
    address: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Nights:
    """How many rooms of a block are taken, night by night, by whom it is named in their travel."""

    rooms: int
    taken: Mapping[date, int]

    @property
    def most(self) -> int:
        return max(self.taken.values(), default=0)

    @property
    def over(self) -> tuple[date, ...]:
        """The nights on which more rooms are taken than there are."""
        return tuple(night for night, taken in sorted(self.taken.items()) if taken > self.rooms)


@verb
def open_block(db: Session, convening: Convening, details: BlockDetails, *, by: Viewer) -> LodgingBlock:
    """Hold rooms at a hotel."""
    block = LodgingBlock(convening_id=convening.key, name="", from_on=details.from_on, until_on=details.until_on)
    _write(convening, block, details)
    db.add(block)
    db.flush()
    return block


@verb
def change_block(db: Session, convening: Convening, block: LodgingBlock, details: BlockDetails, *, by: Viewer) -> None:
    """Change what is held. Who stays there keeps their nights; a night with too many is said, never refused."""
    _write(convening, block, details)
    db.add(block)


@verb
def archive_block(db: Session, block: LodgingBlock, *, by: Viewer) -> None:
    """Offer it no more; who stays there keeps what they have said."""
    block.archived_at = block.archived_at or clock.now()
    db.add(block)


@verb
def restore_block(db: Session, block: LodgingBlock, *, by: Viewer) -> None:
    """Offer it again."""
    block.archived_at = None
    db.add(block)


def blocks_of(db: Session, convening: Convening, *, archived: bool = False) -> list[LodgingBlock]:
    """The blocks that are offered, by name; with `archived` those put away instead. One query."""
    away = col(LodgingBlock.archived_at)
    here = select(LodgingBlock).where(
        LodgingBlock.convening_id == convening.key, away.is_not(None) if archived else away.is_(None)
    )
    return list(db.exec(here.order_by(col(LodgingBlock.name), col(LodgingBlock.id))))


def nights_taken(db: Session, convening: Convening) -> dict[int, Nights]:
    """By block, how many of its rooms are taken each night; two who share a room take one. Two queries."""
    blocks = {block.key: block for block in [*blocks_of(db, convening), *blocks_of(db, convening, archived=True)]}
    halves: dict[int, dict[date, int]] = {number: {} for number in blocks}
    rows = db.exec(
        select(Travel)
        .join(Registration, col(Registration.id) == Travel.registration_id)
        .where(
            Registration.convening_id == convening.key,
            col(Registration.state).in_(COMES),
            col(Travel.block_id).is_not(None),
            col(Travel.is_local).is_(False),
        )
    )
    for travel in rows:
        counted = halves[travel.block_id or 0]
        for night in nights_of(travel):
            counted[night] = counted.get(night, 0) + (1 if travel.shares_with else 2)
    return {
        number: Nights(blocks[number].rooms, {night: -(-count // 2) for night, count in counted.items()})
        for number, counted in halves.items()
    }


def nights_of(travel: Travel) -> list[date]:
    """The nights that somebody stays, each by its evening; none where they have not said."""
    if travel.first_night is None or travel.last_night is None:
        return []
    count = (travel.last_night - travel.first_night).days + 1
    return [travel.first_night + timedelta(days=number) for number in range(count)]


def _write(convening: Convening, block: LodgingBlock, details: BlockDetails) -> None:
    block.name = " ".join(as_written(details.name, longest=300, field="name").split())
    if not block.name:
        raise Refused("What is the hotel called?", field="name")
    if not 0 < details.rooms <= 9999:
        raise Refused("How many rooms are held a night: 1 or more.", field="rooms")
    if details.until_on < details.from_on:
        raise Refused("The last night is before the first.", field="until_on")
    if details.from_on < convening.starts_on - BESIDE:
        raise Refused(f"That is more than a week before {clock.said_day(convening.starts_on, year=True)}.", "from_on")
    if details.until_on > convening.ends_on + BESIDE:
        raise Refused(f"That is more than a week after {clock.said_day(convening.ends_on, year=True)}.", "until_on")
    block.rooms, block.from_on, block.until_on = details.rooms, details.from_on, details.until_on
    block.address = as_written(details.address, longest=500, field="address")
    block.note = as_written(details.note, longest=500, field="note")
