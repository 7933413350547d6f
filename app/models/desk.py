"""What organizers do with registrations: check-ins, reminders, circulars, saved lists."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, Relationship

from app.models.base import Json, Row, word
from app.models.convenings import Convening
from app.models.people import Person
from app.models.registration import Registration


class CheckInWay(StrEnum):
    SEARCH = "search"
    SCAN = "scan"
    LIST = "list"
    WALK_IN = "walk-in"


class CheckIn(Row, table=True):
    """A person has arrived. `at` is when, by the device that took it down, which may have been offline then.

    `device_key` is made by the device, so that what it sends again is one check-in. Taken back by `undone_at`.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        Index(
            "uq_check_in_standing",
            "registration_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    convening_id: int = Field(foreign_key="convening.id", index=True)
    registration_id: int = Field(foreign_key="registration.id")
    device_key: str = Field(unique=True, max_length=64)
    at: datetime
    way: CheckInWay = Field(default=CheckInWay.SEARCH, sa_type=word(CheckInWay))
    by_id: int | None = Field(default=None, foreign_key="person.id")
    undone_at: datetime | None = None

    registration: Registration = Relationship()
    by: Person | None = Relationship()


class ReminderKind(StrEnum):
    NOT_STARTED = "not started"
    INCOMPLETE = "incomplete"
    NO_TRAVEL = "no travel"


class ReminderRule(Row, table=True):
    """Who has not done something is reminded of it so many days before registration closes (travel: before the
    convening)."""

    __tablename__ = "reminder_rule"
    __table_args__ = (UniqueConstraint("convening_id", "kind", "days_before"),)

    convening_id: int = Field(foreign_key="convening.id", index=True)
    kind: ReminderKind = Field(sa_type=word(ReminderKind))
    days_before: int
    archived_at: datetime | None = None

    convening: Convening = Relationship()


class Reminder(Row, table=True):
    """A reminder that went out (`sent_at`), or that an organizer stopped before it did (`stopped_at`)."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("rule_id", "person_id"),)

    convening_id: int = Field(foreign_key="convening.id", index=True)
    rule_id: int = Field(foreign_key="reminder_rule.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    sent_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by_id: int | None = Field(default=None, foreign_key="person.id")

    rule: ReminderRule = Relationship()
    person: Person = Relationship(sa_relationship_kwargs={"foreign_keys": "Reminder.person_id"})


class Circular(Row, table=True):
    """A letter of the organizers' own to many at once; `chosen` is the filter that chose them, in its own words. One
    that never went can be put away (`archived_at`)."""

    __tablename__ = "circular"

    convening_id: int = Field(foreign_key="convening.id", index=True)
    subject: str = Field(max_length=300)
    text: str
    chosen: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    by_id: int = Field(foreign_key="person.id")
    sent_at: datetime | None = None
    recipients: int = 0
    archived_at: datetime | None = None

    by: Person = Relationship()


class SavedList(Row, table=True):
    """A filter of the board that organizers named, as the query of its address."""

    __tablename__ = "saved_list"
    __table_args__ = (UniqueConstraint("convening_id", "name"),)

    convening_id: int = Field(foreign_key="convening.id", index=True)
    name: str = Field(max_length=120)
    query: str = Field(max_length=1000)
    by_id: int = Field(foreign_key="person.id")
    archived_at: datetime | None = None

    by: Person = Relationship()
