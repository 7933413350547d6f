"""How people come, go and stay. Seen by the person, by whoever registers them, and by the organizers; when and how
they travel goes with their needs when these are purged (purging.py), and is never in the log."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, LodgingBlock, Payer, Registration, Travel
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.holding import hold_for
from app.registration.lodging import BESIDE, nights_taken


@dataclass(frozen=True, slots=True)
class TravelDetails:
    """A journey: UTC instants, nights both included. Who `is_local` needs neither journey nor bed."""

    is_local: bool = False
    arrives_at: datetime | None = None
    arrives_by: str = ""
    leaves_at: datetime | None = None
    leaves_by: str = ""
    first_night: date | None = None
    last_night: date | None = None
    block_id: int | None = None
    shares_with: str = ""
    payer: Payer | None = None


FIELDS = tuple(TravelDetails.__dataclass_fields__)


def read_moment(text: str, zone: str, field: str) -> datetime | None:
    """The UTC instant of "2017-11-13T18:40" on the clocks of a zone, None for nothing; raises Refused at its field."""
    if not text.strip():
        return None
    try:
        wall = datetime.fromisoformat(text.strip())
        return clock.at(wall.date(), wall.time().replace(tzinfo=None, second=0, microsecond=0), zone)
    except (ValueError, OverflowError) as error:
        raise Refused("Day and time look like 2017-11-13 18:40.", field) from error


def write_moment(moment: datetime | None, zone: str) -> str:
    """The same as a form has it."""
    return f"{clock.local(moment, zone):%Y-%m-%dT%H:%M}" if moment else ""


def travel_errors(db: Session, convening: Convening, details: TravelDetails) -> dict[str, str]:
    """What cannot be, by field. One query where a block is named."""
    errors: dict[str, str] = {}
    if details.is_local:
        return errors
    for field, longest in (("arrives_by", 200), ("leaves_by", 200), ("shares_with", 300)):
        if len(getattr(details, field).strip()) > longest:
            errors[field] = f"{longest} characters fit here. Nothing was cut."
    early = clock.at(convening.starts_on - BESIDE, datetime.min.time(), convening.zone)
    late = clock.at(convening.ends_on + BESIDE + timedelta(days=1), datetime.min.time(), convening.zone)
    for field, moment in (("arrives_at", details.arrives_at), ("leaves_at", details.leaves_at)):
        if moment is not None and not early <= moment < late:
            errors[field] = f"That is more than a week from {convening.title}. Look at the day again."
    if details.arrives_at and details.leaves_at and details.leaves_at <= details.arrives_at:
        errors.setdefault("leaves_at", "Leaving is not after arriving.")
    return {**errors, **_night_errors(db, convening, details)}


def _night_errors(db: Session, convening: Convening, details: TravelDetails) -> dict[str, str]:
    first, last = details.first_night, details.last_night
    if first is None and last is None:
        return {"first_night": "Which nights?"} if details.block_id is not None else {}
    if first is None:
        return {"first_night": "The first night is missing."}
    if last is None:
        return {"last_night": "The last night is missing. For one night it is the same as the first."}
    if last < first:
        return {"last_night": "The last night is before the first."}
    if first < convening.starts_on - BESIDE or last > convening.ends_on + BESIDE:
        field = "first_night" if first < convening.starts_on - BESIDE else "last_night"
        return {field: f"That is more than a week from {convening.title}. Look at the day again."}
    if details.block_id is None:
        return {}
    block = db.get(LodgingBlock, details.block_id)
    if block is None or block.convening_id != convening.key:
        return {"block_id": "Choose one of the list."}
    if first < block.from_on or last > block.until_on:
        held = f"{clock.said_day(block.from_on)} to {clock.said_day(block.until_on)}"
        return {"first_night": f"At {block.name} rooms are held for the nights {held}."}
    return {}


@verb
def keep_travel(
    db: Session,
    registration: Registration,
    details: TravelDetails,
    *,
    only: Collection[str] = FIELDS,
    by: Viewer,
) -> tuple[str, ...]:
    """Keep how somebody comes, goes and stays; returns what to warn of: nights on which a block has too few rooms.

    Of `details` the fields named in `only` are kept, the others stay as they are on record; of who is local none but
    that, so that nothing is lost when they think again. Raises Refused at the first field that cannot be
    (`travel_errors` gives all).
    """
    hold_for(db, registration)
    travel = travel_of(db, registration)
    details = with_changes(travel, details, only)
    for field, sentence in travel_errors(db, registration.convening, details).items():
        raise Refused(sentence, field)
    if details.is_local:
        details = replace(as_written(travel), is_local=True)
    if details.block_id is not None and (travel is None or travel.block_id != details.block_id):
        block = db.get_one(LodgingBlock, details.block_id)
        if block.archived_at is not None:
            raise Refused(f"Rooms at {block.name} are not offered any more. Choose another.", "block_id")
    if travel is None:
        travel = Travel(registration_id=registration.key)
        db.add(travel)
    for field in FIELDS:
        value = getattr(details, field)
        setattr(travel, field, value.strip() if isinstance(value, str) and not isinstance(value, Payer) else value)
    db.flush()
    return _warnings(db, registration.convening, details)


def travel_of(db: Session, registration: Registration | None) -> Travel | None:
    """What is on record of a person's journey. One query."""
    if registration is None:
        return None
    return db.exec(
        select(Travel).where(Travel.registration_id == registration.key).execution_options(populate_existing=True)
    ).first()


def details_of(travel: Travel | None) -> TravelDetails:
    """The journey on record as it counts: empty where there is none, and no more than that of who is local."""
    return TravelDetails(is_local=True) if travel is not None and travel.is_local else as_written(travel)


def as_written(travel: Travel | None) -> TravelDetails:
    """All that is on record of a journey, also what who is local had said before."""
    if travel is None:
        return TravelDetails()
    return replace(TravelDetails(), **{name: getattr(travel, name) for name in FIELDS})


def with_changes(travel: Travel | None, details: TravelDetails, only: Collection[str]) -> TravelDetails:
    """What is on record, with the named fields as in the details."""
    return replace(as_written(travel), **{name: getattr(details, name) for name in only})


def travel_gaps(travel: Travel | None) -> tuple[str, ...]:
    """Which of arrival and departure somebody has not said, in words; who is local says neither."""
    if travel is not None and travel.is_local:
        return ()
    said = {"arrival": travel and travel.arrives_at, "departure": travel and travel.leaves_at}
    return tuple(word for word, moment in said.items() if not moment)


def travel_said(travel: Travel | None) -> bool:
    """Whether somebody has said how they come and go."""
    return not travel_gaps(travel)


def travel_among(db: Session, registration_ids: list[int]) -> dict[int, Travel]:
    """The journeys of many, by registration. One query."""
    rows = db.exec(select(Travel).where(col(Travel.registration_id).in_(registration_ids)))
    return {row.registration_id: row for row in rows}


def _warnings(db: Session, convening: Convening, details: TravelDetails) -> tuple[str, ...]:
    if details.block_id is None or details.first_night is None or details.last_night is None:
        return ()
    nights = nights_taken(db, convening)[details.block_id]
    over = [night for night in nights.over if details.first_night <= night <= details.last_night]
    if not over:
        return ()
    block = db.get_one(LodgingBlock, details.block_id)
    said = ", ".join(clock.said_day(night) for night in over)
    return (
        f"More rooms at {block.name} are asked for than are held ({block.rooms}) on {said}. The organizers see it.",
    )
