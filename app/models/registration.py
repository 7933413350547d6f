"""Delegations, registrations, presence windows, substitutions."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Optional

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.base import Json, Row, word
from app.models.cities import City
from app.models.convenings import Convening
from app.models.people import Person, Seat

if TYPE_CHECKING:
    from app.models.answers import PrivateNeeds, RegistrationAnswer, SessionChoice, Travel


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
    """How far a registration is. A place is held in PENDING, SUBMITTED and OFFERED, and in no other."""

    INVITED = "invited"
    STARTED = "started"
    PENDING = "pending"  # an organizer has to approve it
    SUBMITTED = "submitted"
    WAITING = "waiting"
    OFFERED = "offered"  # a place came free for who waited, until `offered_until`
    DECLINED = "declined"
    TURNED_DOWN = "turned down"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


UNANSWERED = (RegistrationState.INVITED, RegistrationState.STARTED)
"""Who has yet to answer."""

HOLDING = (RegistrationState.PENDING, RegistrationState.SUBMITTED, RegistrationState.OFFERED)
"""Who holds a place: what a delegation counts. Only who is submitted is expected (meals, roster, check-in)."""

ASKED = (*HOLDING, RegistrationState.WAITING)
"""Who has asked for a place, whether they hold one or wait."""

LEFT = (
    RegistrationState.DECLINED,
    RegistrationState.TURNED_DOWN,
    RegistrationState.CANCELLED,
    RegistrationState.REPLACED,
)
"""Who does not come."""


def new_code() -> str:
    """What a badge's QR code says of its bearer: 96 random bits that tell nothing by themselves."""
    return secrets.token_urlsafe(12)


class Registration(Row, table=True):
    """A person's registration for a convening, for a city's seat or (lab, experts) without a city.

    `listed` is the person's consent to stand on the roster, `photo_consent` to be photographed; None is not answered.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("convening_id", "person_id"),
        Index("uq_registration_code", "code", unique=True),
    )

    convening_id: int = Field(foreign_key="convening.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    city_id: int | None = Field(default=None, foreign_key="city.id")
    seat_id: int | None = Field(default=None, foreign_key="seat.id")
    state: RegistrationState = Field(default=RegistrationState.INVITED, sa_type=word(RegistrationState))
    waiting_number: int | None = None
    sponsored: bool = False
    offered_until: datetime | None = None
    invited_at: datetime | None = None
    submitted_at: datetime | None = None
    approved_at: datetime | None = None
    notices_read_at: datetime | None = None
    walk_in: bool = False
    code: str = Field(default_factory=new_code, max_length=32)
    listed: bool | None = None
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
    needs: Optional["PrivateNeeds"] = Relationship(
        back_populates="registration",
        sa_relationship_kwargs={"uselist": False, "cascade": "all, delete-orphan"},
    )
    travel: Optional["Travel"] = Relationship(
        back_populates="registration",
        sa_relationship_kwargs={"uselist": False, "cascade": "all, delete-orphan"},
    )
    answers: list["RegistrationAnswer"] = Relationship(
        back_populates="registration", sa_relationship_kwargs={"cascade": "all, delete-orphan"}
    )
    choices: list["SessionChoice"] = Relationship(
        back_populates="registration", sa_relationship_kwargs={"cascade": "all, delete-orphan"}
    )
    """Those that were given up among them."""


class PresenceWindow(Row, table=True):
    """When a registered person is really there. No window at all means the whole convening (rule 11)."""

    __tablename__ = "presence_window"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="in_order"),)

    registration_id: int = Field(foreign_key="registration.id", index=True)
    starts_at: datetime
    ends_at: datetime

    registration: Registration = Relationship(back_populates="windows")


class Substitution(Row, table=True):
    """Another person takes a seat's place at a convening (rule 10).

    `leaving_id` and `coming_id` are their registrations. `grants` are the numbers of the closed sessions that the
    substitute may come to all the same, given by a named organizer. `coming_before` is the registration of the one who
    comes as it was (empty: there was none), for taking the substitution back. Taken back by `undone_at`.
    """

    __tablename__ = "substitution"

    convening_id: int = Field(foreign_key="convening.id", index=True)
    seat_id: int | None = Field(default=None, foreign_key="seat.id")
    leaving_id: int = Field(foreign_key="registration.id", index=True)
    coming_id: int = Field(foreign_key="registration.id", index=True)
    grants: list[int] = Field(default_factory=list, sa_type=Json)
    reason: str = Field(default="", max_length=500)
    coming_before: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    undone_at: datetime | None = None

    convening: Convening = Relationship()
    seat: Seat | None = Relationship()
    leaving: Registration = Relationship(sa_relationship_kwargs={"foreign_keys": "Substitution.leaving_id"})
    coming: Registration = Relationship(sa_relationship_kwargs={"foreign_keys": "Substitution.coming_id"})
