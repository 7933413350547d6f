"""Delegations, registrations, presence windows, private needs."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.base import Row, word
from app.models.cities import City
from app.models.convenings import Convening
from app.models.people import Person, Seat
from app.models.sealed import Sealed


class Delegation(Row, table=True):
    """A city's places at a convening: its two caps and how many of each are taken (rule 9).

    The counts are changed only by an UPDATE that compares them with the cap in the same statement.
    """

    __tablename__ = "delegation"
    __table_args__ = (
        UniqueConstraint("convening_id", "city_id"),
        CheckConstraint("taken >= 0 AND sponsored_taken >= 0", name="counts"),
    )

    convening_id: int = Field(foreign_key="convening.id", index=True)
    city_id: int = Field(foreign_key="city.id")
    cap: int
    sponsored_cap: int
    taken: int = 0
    sponsored_taken: int = 0
    last_waiting_number: int = 0

    convening: Convening = Relationship()
    city: City = Relationship()


class RegistrationState(StrEnum):
    INVITED = "invited"
    STARTED = "started"
    SUBMITTED = "submitted"
    WAITING = "waiting"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


class Registration(Row, table=True):
    """A person's registration for a convening, for a city's seat or (lab, experts) without a city."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("convening_id", "person_id"),)

    convening_id: int = Field(foreign_key="convening.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    city_id: int | None = Field(default=None, foreign_key="city.id")
    seat_id: int | None = Field(default=None, foreign_key="seat.id")
    state: RegistrationState = Field(default=RegistrationState.INVITED, sa_type=word(RegistrationState))
    waiting_number: int | None = None
    sponsored: bool = False
    submitted_at: datetime | None = None
    photo_consent: bool | None = None
    reason: str = Field(default="", max_length=500)

    convening: Convening = Relationship()
    person: Person = Relationship()
    city: City | None = Relationship()
    seat: Seat | None = Relationship()
    windows: list["PresenceWindow"] = Relationship(
        back_populates="registration",
        sa_relationship_kwargs={"cascade": "all, delete-orphan", "order_by": "PresenceWindow.starts_at"},
    )
    needs: "PrivateNeeds" = Relationship(
        back_populates="registration",
        sa_relationship_kwargs={"uselist": False, "cascade": "all, delete-orphan"},
    )


class PresenceWindow(Row, table=True):
    """When a registered person is really there. No window at all means the whole convening (rule 11)."""

    __tablename__ = "presence_window"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="in_order"),)

    registration_id: int = Field(foreign_key="registration.id", index=True)
    starts_at: datetime
    ends_at: datetime

    registration: Registration = Relationship(back_populates="windows")


class PrivateNeeds(Row, table=True):
    """Dietary and access needs: encrypted, and never in the audit log (rule 12)."""

    __tablename__ = "private_needs"

    registration_id: int = Field(foreign_key="registration.id", unique=True)
    dietary: str = Field(default="", sa_type=Sealed)
    access: str = Field(default="", sa_type=Sealed)

    registration: Registration = Relationship(back_populates="needs")
