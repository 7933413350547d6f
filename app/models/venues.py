"""Venues, their rooms, and how many a room seats in each set-up."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.base import Row


class Venue(Row, table=True):
    """A house with rooms. `plan` is the digest of a picture of where they are, `plan_told` what it shows, in words."""

    __tablename__ = "venue"

    name: str = Field(max_length=300)
    address: str = ""
    map_url: str = ""
    notes: str = ""
    plan: str = Field(default="", max_length=64)
    plan_told: str = ""

    rooms: list["Room"] = Relationship(back_populates="venue", sa_relationship_kwargs={"order_by": "Room.position"})


class Room(Row, table=True):
    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("venue_id", "name"),)

    venue_id: int = Field(foreign_key="venue.id", index=True)
    name: str = Field(max_length=300)
    building: str = Field(default="", max_length=200)
    floor: str = Field(default="", max_length=80)
    position: int = 0
    off_site: bool = False
    archived_at: datetime | None = None

    venue: Venue = Relationship(back_populates="rooms")
    setups: list["RoomSetup"] = Relationship(
        back_populates="room", sa_relationship_kwargs={"order_by": "RoomSetup.position"}
    )

    @property
    def capacity(self) -> int | None:
        """Places in the usual set-up, which is the first; None where nobody has said."""
        return self.setups[0].capacity if self.setups else None


class RoomSetup(Row, table=True):
    """A way to furnish a room (theatre, round tables) and how many it then seats."""

    __tablename__ = "room_setup"
    __table_args__ = (UniqueConstraint("room_id", "name"),)

    room_id: int = Field(foreign_key="room.id", index=True)
    name: str = Field(max_length=120)
    capacity: int
    position: int = 0

    room: Room = Relationship(back_populates="setups")
