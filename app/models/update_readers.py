"""What readers and organizers leave at an update: marks, places where they stopped, looks, nudges, holds."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.base import Row, word
from app.models.cities import City
from app.models.people import Person
from app.models.updates import Update, UpdateCycle


class MarkKind(StrEnum):
    QUESTION = "question"
    WE_CAN_HELP = "we can help"


class UpdateMark(Row, table=True):
    """A reader's question to a city, or "we can help", at a part of its released update ("section:ask").

    It reaches the city, and the session where the update is presented; `answer` is the city's. `office` and
    `answered_as` are those of the day (rule 8). Its author takes it back (`archived_at`); an organizer hides it
    (`quarantined_at`, rule 20). `device_key` is made by the device, so that what it sends again is one mark. `told_at`:
    the city has had a letter of it, `answer_told_at`: its author one of the answer.
    """

    __tablename__ = "update_mark"
    __table_args__ = (Index("uq_update_mark_device_key", "device_key", unique=True),)

    update_id: int = Field(foreign_key="update.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    city_id: int | None = Field(default=None, foreign_key="city.id")
    kind: MarkKind = Field(sa_type=word(MarkKind))
    office: str = Field(default="", max_length=300)
    part: str = Field(default="", max_length=120)
    text: str = ""
    device_key: str | None = Field(default=None, max_length=64)
    told_at: datetime | None = None
    answer: str = ""
    answered_at: datetime | None = None
    answered_by_id: int | None = Field(default=None, foreign_key="person.id")
    answered_as: str = Field(default="", max_length=300)
    answer_told_at: datetime | None = None
    quarantined_at: datetime | None = None
    quarantined_by_id: int | None = Field(default=None, foreign_key="person.id")
    quarantine_reason: str = Field(default="", max_length=500)
    archived_at: datetime | None = None

    update: Update = Relationship()
    person: Person = Relationship(sa_relationship_kwargs={"foreign_keys": "UpdateMark.person_id"})
    city: City | None = Relationship()


class UpdateReading(Row, table=True):
    """That a person has read a version, and at which part they stopped. Their own affair: nobody else is shown it."""

    __tablename__ = "update_reading"
    __table_args__ = (UniqueConstraint("person_id", "update_id"),)

    person_id: int = Field(foreign_key="person.id")
    update_id: int = Field(foreign_key="update.id", index=True)
    version: int
    part: str = Field(default="", max_length=120)
    read_at: datetime
    finished_at: datetime | None = None


class UpdateLook(Row, table=True):
    """Somebody looked at an unreleased text: every read is on record (rule 5). `what` is the page or document."""

    __tablename__ = "update_look"
    __table_args__ = (Index("ix_update_look_update_id_at", "update_id", "at"),)

    update_id: int = Field(foreign_key="update.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    for_id: int | None = Field(default=None, foreign_key="person.id")
    what: str = Field(max_length=80)
    at: datetime

    person: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "UpdateLook.person_id"})


class NudgeKind(StrEnum):
    """What is not done: nothing is written, it is not with the mayor, the mayor has not approved it, it is late."""

    NOT_STARTED = "not started"
    NOT_SENT = "not sent"
    NOT_APPROVED = "not approved"
    LATE = "late"


class NudgeRule(Row, table=True):
    """Who has not done something is nudged so many days before the due date (late: after it)."""

    __tablename__ = "nudge_rule"
    __table_args__ = (UniqueConstraint("cycle_id", "kind", "days"),)

    cycle_id: int = Field(foreign_key="update_cycle.id", index=True)
    kind: NudgeKind = Field(sa_type=word(NudgeKind))
    days: int
    archived_at: datetime | None = None

    cycle: UpdateCycle = Relationship()


class Nudge(Row, table=True):
    """A nudge that went out (`sent_at`), or that an organizer stopped before it did (`stopped_at`).

    Without a rule an organizer (`by_id`) sent it by hand, with `words` of their own or none.
    """

    __tablename__ = "nudge"
    __table_args__ = (UniqueConstraint("rule_id", "update_id", "person_id"),)

    rule_id: int | None = Field(default=None, foreign_key="nudge_rule.id", index=True)
    update_id: int = Field(foreign_key="update.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    sent_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by_id: int | None = Field(default=None, foreign_key="person.id")
    by_id: int | None = Field(default=None, foreign_key="person.id")
    words: str = ""

    rule: NudgeRule | None = Relationship()
    update: Update = Relationship()
    person: Person = Relationship(sa_relationship_kwargs={"foreign_keys": "Nudge.person_id"})
    by: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Nudge.by_id"})


class RecordsHold(Row, table=True):
    """A legal hold on a city's records in a cohort: while it stands, nothing of them is purged or taken out."""

    __tablename__ = "records_hold"

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    city_id: int = Field(foreign_key="city.id", index=True)
    reason: str = Field(max_length=500)
    by_id: int | None = Field(default=None, foreign_key="person.id")
    lifted_at: datetime | None = None
    lifted_by_id: int | None = Field(default=None, foreign_key="person.id")

    city: City = Relationship()
    by: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "RecordsHold.by_id"})
