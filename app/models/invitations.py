"""Invitations by mail (RFC 5546) with their answers, and others' calendars of which only the busy hours are kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.agenda import AgendaSession, Series
from app.models.base import Row, word
from app.models.people import Person
from app.models.sealed import Sealed


class Participation(StrEnum):
    """PARTSTAT, as RFC 5545 (3.2.12) names it."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


class Invitation(Row, table=True):
    """A person's invitation to a session, or to a whole series, and their answer.

    `sent` is the SEQUENCE last sent, `fingerprint` what was sent (so that nothing is sent twice), `called_back_at` when
    a CANCEL went. Answers come to an address that holds its token, or by the link in the letter; only the token's hash
    is kept. `stamp` is the DTSTAMP of the answer that counts: one that is older changes nothing.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        Index("uq_invitation_session_id_person_id", "session_id", "person_id", unique=True),
        Index("uq_invitation_series_id_person_id", "series_id", "person_id", unique=True),
        CheckConstraint("(session_id IS NULL) <> (series_id IS NULL)", name="is_to_one"),
    )

    session_id: int | None = Field(default=None, foreign_key="session.id")
    series_id: int | None = Field(default=None, foreign_key="series.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    nonce: str = Field(max_length=64)
    token_hash: str = Field(unique=True, max_length=64)
    sent: int = -1
    sent_at: datetime | None = None
    fingerprint: str = Field(default="", max_length=64)
    called_back_at: datetime | None = None
    answer: Participation = Field(default=Participation.NEEDS_ACTION, sa_type=word(Participation))
    stamp: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str = Field(default="", max_length=300)
    comment: str = Field(default="", max_length=1000)

    session: AgendaSession | None = Relationship()
    series: Series | None = Relationship()
    person: Person = Relationship()


class InvitationReply(Row, table=True):
    """A reply as it arrived, and what became of it: each message counts once, forged and stale ones not at all.

    `occurrence_at` is the RECURRENCE-ID of a reply to one date of a series (UTC).
    """

    __tablename__ = "invitation_reply"

    message_key: str = Field(unique=True, max_length=64)
    invitation_id: int | None = Field(default=None, foreign_key="invitation.id", index=True)
    sender: str = Field(default="", max_length=700)
    answer: str = Field(default="", max_length=40)
    occurrence_at: datetime | None = None
    stamp: datetime | None = None
    verdict: str = Field(max_length=300)
    counted: bool = False


class BusyCalendar(Row, table=True):
    """Another calendar of a person, by its address (sealed) or as a file: of it only the hours are kept, and never a
    word. `trouble` is what went wrong at the last fetch, in words for its owner."""

    __tablename__ = "busy_calendar"

    person_id: int = Field(foreign_key="person.id", index=True)
    label: str = Field(default="", max_length=120)
    address: str = Field(default="", sa_type=Sealed)
    zone: str = Field(default="UTC", max_length=64)
    etag: str = Field(default="", max_length=300)
    last_modified: str = Field(default="", max_length=120)
    fetched_at: datetime | None = None
    read_at: datetime | None = None
    failures: int = 0
    trouble: str = Field(default="", max_length=500)
    archived_at: datetime | None = None

    person: Person = Relationship()


class BusyTime(Row, table=True):
    """A stretch in which a person is taken (UTC)."""

    __tablename__ = "busy_time"
    __table_args__ = (
        Index("ix_busy_time_calendar_id_starts_at", "calendar_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="in_order"),
    )

    calendar_id: int = Field(foreign_key="busy_calendar.id")
    starts_at: datetime
    ends_at: datetime


class ChangeMessage(Row, table=True):
    """That a person was written to at once of a change too near for calendar programs to hear of in time."""

    __tablename__ = "change_message"
    __table_args__ = (UniqueConstraint("session_id", "person_id", "sequence"),)

    session_id: int = Field(foreign_key="session.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    sequence: int
    sent_at: datetime
