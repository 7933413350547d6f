"""One's own arrival, departure and nights at a convening, as entries of one's own calendar and of no other's."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.calendars.documents import Entry, When
from app.calendars.history import Happening, changes_of, version
from app.models import HOLDING, Convening, LodgingBlock, Registration, Travel
from app.models.base import relation

LASTS = timedelta(minutes=30)
"""How long an arrival stands in a calendar: many programs draw nothing of an event without a length."""


def travel_entries(db: Session, person_id: int, base: str, since: datetime) -> list[Entry]:
    """The person's travel to convenings that end after an instant; five queries."""
    rows = db.exec(
        select(Registration, Travel)
        .join(Travel, col(Travel.registration_id) == Registration.id)
        .join(Convening, col(Convening.id) == Registration.convening_id)
        .where(
            Registration.person_id == person_id,
            col(Registration.state).in_(HOLDING),
            col(Convening.archived_at).is_(None),
            Convening.ends_on >= since.date(),
        )
        .options(
            joinedload(relation(Registration.convening)).joinedload(relation(Convening.cohort)),
            joinedload(relation(Travel.block)),
        )
        .order_by(col(Convening.starts_on))
    ).all()
    ids = {travel.key for _, travel in rows}
    ways = changes_of(db, "travel", ids, told={"arrives_at", "leaves_at"}, shown={"arrives_by", "leaves_by"})
    nights = changes_of(db, "travel", ids, told={"first_night", "last_night", "block_id"})
    titles = changes_of(db, "convening", {one.convening_id for one, _ in rows}, told=(), shown={"title", "zone"})
    blocks = changes_of(
        db, "lodging_block", {one.block_id for _, one in rows if one.block_id}, told={"name", "address"}
    )
    found: list[Entry] = []
    for registration, travel in rows:
        titled = titles[registration.convening_id]
        on_the_way = [*ways[travel.key], *titled]
        overnight = [*nights[travel.key], *titled, *(blocks[travel.block_id] if travel.block_id else ())]
        found += _of_one(registration.convening, travel, person_id, base, on_the_way, overnight)
    return found


def _of_one(
    convening: Convening,
    travel: Travel,
    person_id: int,
    base: str,
    ways: list[Happening],
    nights: list[Happening],
) -> Iterator[Entry]:
    if travel.is_local:
        return

    def entry(
        kind: str, title: str, starts: When, ends: When, happened: list[Happening], said: str, place: str = ""
    ) -> Entry:
        its = version(travel.created_at, happened)
        return Entry(
            uid=str(uuid5(UUID(convening.uid), f"{kind} of {person_id}")),
            sequence=its.sequence,
            changed_at=its.changed_at,
            title=title,
            starts=starts,
            ends=ends,
            zone=convening.zone,
            address=f"{base}{convening.path}/registration",
            categories=("Travel",),
            is_private=True,
            is_free=True,
            description=said,
            location=place,
        )

    if travel.arrives_at:
        by = f"By {travel.arrives_by}" if travel.arrives_by else ""
        title = f"Arrive: {convening.title}"
        yield entry("arrival", title, travel.arrives_at, travel.arrives_at + LASTS, ways, by)
    if travel.leaves_at:
        by = f"By {travel.leaves_by}" if travel.leaves_by else ""
        title = f"Leave: {convening.title}"
        yield entry("departure", title, travel.leaves_at, travel.leaves_at + LASTS, ways, by)
    if travel.first_night and travel.last_night:
        after = travel.last_night + timedelta(days=1)
        name = travel.block.name if travel.block else f"Nights: {convening.title}"
        place = _place(travel.block)
        yield entry("nights", name, travel.first_night, after, nights, convening.title, place)


def _place(block: LodgingBlock | None) -> str:
    return ", ".join(part for part in (block.name, block.address) if part) if block else ""
