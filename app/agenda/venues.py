"""Venues, their rooms, and how many a room seats in each set-up (rule 2)."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, Room, RoomSetup, SessionRoom, Venue
from app.people.audit import Refused, verb
from app.people.kept_files import unnamed
from app.people.names import checked_name
from app.people.prose import as_written
from app.people.viewer import Viewer

MOST_PLACES = 100_000
LONGEST_TOLD = 2000
LONGEST_ADDRESS, LONGEST_URL, LONGEST_NOTES = 500, 2000, 5000


@dataclass(frozen=True, slots=True)
class SetupLine:
    """A set-up as typed: "theatre" seats 80. The first of a room is its usual one."""

    name: str
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomDetails:
    name: str
    building: str = ""
    floor: str = ""
    off_site: bool = False
    setups: tuple[SetupLine, ...] = ()


@verb
def create_venue(db: Session, convening: Convening, *, name: str, by: Viewer) -> Venue:
    """A venue without rooms, at which the convening takes place from now on."""
    venue = Venue(name=checked_name(name))
    db.add(venue)
    db.flush()
    convening.venue_id = venue.key
    return venue


@verb
def change_venue(
    db: Session, venue: Venue, *, name: str, address: str = "", map_url: str = "", notes: str = "", by: Viewer
) -> Venue:
    """Say where a venue is and what one has to know of it."""
    if map_url and not map_url.startswith(("https://", "http://")):
        raise Refused("The address of a map begins with https://.", "map_url")
    venue.name = checked_name(name)
    venue.address = as_written(address, longest=LONGEST_ADDRESS, field="address")
    venue.map_url = as_written(map_url, longest=LONGEST_URL, field="map_url")
    venue.notes = as_written(notes, longest=LONGEST_NOTES, field="notes")
    return venue


@verb
def set_plan(db: Session, venue: Venue, digest: str, told: str, *, by: Viewer) -> tuple[str, ...]:
    """The kept picture of this digest ("": the one there is) shows where the rooms are, and `told` says so to who does
    not see it. Answers the digests that nothing names any more."""
    before = venue.plan
    if not (digest or before):
        raise Refused("Choose a picture first.", "plan")
    if not told.strip():
        raise Refused("Say in words what the plan shows: it is read to people who do not see it.", "plan_told")
    venue.plan, venue.plan_told = digest or before, as_written(told, longest=LONGEST_TOLD, field="plan_told")
    db.flush()
    return unnamed(db, (before,))


@verb
def remove_plan(db: Session, venue: Venue, *, by: Viewer) -> tuple[str, ...]:
    """The venue has no plan any more. Answers as set_plan does."""
    before = venue.plan
    venue.plan = venue.plan_told = ""
    db.flush()
    return unnamed(db, (before,))


@verb
def add_room(db: Session, venue: Venue, details: RoomDetails, *, by: Viewer) -> Room:
    """A further room, after the others."""
    name = _free_name(db, venue, details.name)
    last = max((room.position for room in venue.rooms), default=0)
    room = Room(venue_id=venue.key, name=name, position=last + 1)
    db.add(room)
    db.flush()
    _write(db, room, details)
    return room


@verb
def change_room(db: Session, room: Room, to: RoomDetails, *, by: Viewer) -> Room:
    """Rename, furnish or move a room. A set-up that sessions use stays under its id when its name stays."""
    room.name = _free_name(db, room.venue, to.name, but=room)
    kept = {line.name for line in _tidy(to.setups)}
    for setup in room.setups:
        in_use = select(SessionRoom.id).where(SessionRoom.setup_id == setup.key)
        if setup.name not in kept and db.exec(in_use).first() is not None:
            raise Refused(f"Sessions use “{setup.name}”. Give them another set-up first, or keep its name.", "setups")
    _write(db, room, to)
    return room


@verb
def archive_room(db: Session, room: Room, *, by: Viewer) -> Room:
    """Take a room out of use. Sessions that are in it stay in it until they are moved."""
    room.archived_at = clock.now()
    return room


@verb
def restore_room(db: Session, room: Room, *, by: Viewer) -> Room:
    """Bring a room back into use."""
    room.archived_at = None
    return room


def read_setups(text: str) -> tuple[SetupLine, ...]:
    """The set-ups that are typed one a line, "theatre 80"; raises Refused for a line without places."""
    lines = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, _, places = line.strip().rpartition(" ")
        if not places.isdecimal() or not 0 < int(places) <= MOST_PLACES:
            raise Refused(f"“{line.strip()}”: write a name and how many it seats, such as “theatre 80”.", "setups")
        lines.append(SetupLine(name.strip(" ,:=") or "usual", int(places)))
    return _tidy(lines)


def said_setups(room: Room) -> str:
    """The set-ups as they are typed: what `read_setups` reads."""
    return "\n".join(f"{setup.name} {setup.capacity}" for setup in room.setups)


def _tidy(lines: tuple[SetupLine, ...] | list[SetupLine]) -> tuple[SetupLine, ...]:
    names = [line.name for line in lines]
    if len(set(names)) != len(names):
        raise Refused("Two set-ups of a room have the same name.", "setups")
    for name in names:
        checked_name(name, longest=120, field="setups")
    return tuple(lines)


def _write(db: Session, room: Room, details: RoomDetails) -> None:
    room.building, room.off_site = " ".join(details.building.split()), details.off_site
    room.floor = " ".join(details.floor.split())
    held = {setup.name: setup for setup in room.setups}
    wanted = []
    for position, line in enumerate(_tidy(details.setups)):
        setup = held.get(line.name) or RoomSetup(room_id=room.key, name=line.name, capacity=line.capacity)
        setup.capacity, setup.position = line.capacity, position
        wanted.append(setup)
    for setup in room.setups:
        if setup not in wanted:
            db.delete(setup)
    room.setups[:] = wanted


def _free_name(db: Session, venue: Venue, name: str, but: Room | None = None) -> str:
    name = checked_name(name)
    taken = db.exec(select(Room).where(Room.venue_id == venue.key, col(Room.name) == name)).first()
    if taken is not None and taken is not but:
        state = " It is out of use; bring it back instead." if taken.archived_at else ""
        raise Refused(f"{venue.name} has a room of that name.{state}", "name")
    return name
