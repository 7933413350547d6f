"""The audit log, the revision that tells whether anything changed, letters, sign-ins, feed and private addresses."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, Relationship

from app.models.base import Json, Row, word
from app.models.convenings import Convening
from app.models.people import Person


class AuditEntry(Row, table=True):
    """One row's change: who, what, when, before and after (rule 21). `created_at` is when. Never changed or deleted.

    Entries of one `turn` (32 hexadecimal digits) were made by one act. `reverses` is the turn that this one took
    back.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject_subject_id", "subject", "subject_id"),
        Index("ix_audit_entry_convening_id_id", "convening_id", "id"),
    )

    by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    for_id: int | None = Field(default=None, foreign_key="person.id")
    by: str = Field(max_length=300)
    cohort_id: int | None = Field(default=None, foreign_key="cohort.id", index=True)
    convening_id: int | None = Field(default=None, foreign_key="convening.id")
    turn: str = Field(default="", max_length=32, index=True)
    reverses: str | None = Field(default=None, max_length=32)
    act: str = Field(max_length=80)
    subject: str = Field(max_length=80)
    subject_id: int
    before: dict[str, Any] | None = Field(default=None, sa_type=Json)
    after: dict[str, Any] | None = Field(default=None, sa_type=Json)
    reason: str = ""


class Revision(Row, table=True):
    """One row whose number rises with every audited change: what was made at this number is still true."""

    __tablename__ = "revision"

    number: int = 0


class OutboxLetter(Row, table=True):
    """A letter that is committed together with its cause and sent afterwards. `unique_key` sends it once."""

    __tablename__ = "outbox_letter"
    __table_args__ = (
        Index("ix_outbox_letter_sent_at_due_at", "sent_at", "due_at"),
        Index("ix_outbox_letter_purpose", "purpose", "sent_at"),
    )

    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    recipient: str = Field(max_length=700)
    subject: str = Field(max_length=500)
    text: str
    html: str = ""
    calendar: str = ""
    calendar_method: str = Field(default="", max_length=20)
    purpose: str = Field(max_length=80)
    unique_key: str = Field(unique=True, max_length=200)
    due_at: datetime
    sent_at: datetime | None = None
    attempts: int = 0
    last_error: str = ""
    kept_as: str = Field(default="", max_length=500)


class SignInLink(Row, table=True):
    """A one-time link: only the hash of its token is kept; used once, for twenty minutes."""

    __tablename__ = "sign_in_link"

    person_id: int = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    expires_at: datetime
    used_at: datetime | None = None

    person: Person = Relationship()


class SignIn(Row, table=True):
    """A signed-in browser, ended by its owner from anywhere. `acting_for_id`: an assistant in a principal's place."""

    __tablename__ = "sign_in"

    person_id: int = Field(foreign_key="person.id", index=True)
    acting_for_id: int | None = Field(default=None, foreign_key="person.id")
    token_hash: str = Field(unique=True, max_length=64)
    browser: str = Field(default="", max_length=300)
    expires_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None = None
    looked_at: datetime | None = None
    is_demo: bool = False

    person: Person = Relationship(sa_relationship_kwargs={"foreign_keys": "SignIn.person_id"})


class FeedScope(StrEnum):
    """What a calendar holds: all that a person is invited to, or what of a role, city or convening they may know."""

    PERSON = "person"
    ROLE = "role"
    CITY = "city"
    CONVENING = "convening"


class Feed(Row, table=True):
    """A calendar address of a person. Its token is signed from `nonce`, and only the token's hash looks it up.

    `scope_id` is the role, city or convening of its scope. What is in it beside sessions, and how programs show
    it, is its owner's choice: travel, holds (dates not yet fixed), what is due, what is called off; alarm (minutes
    before) and colour (a CSS name).
    """

    __tablename__ = "feed"

    person_id: int = Field(foreign_key="person.id", index=True)
    scope: FeedScope = Field(default=FeedScope.PERSON, sa_type=word(FeedScope))
    scope_id: int | None = None
    with_travel: bool = False
    with_holds: bool = True
    with_dues: bool = False
    hides_cancelled: bool = False
    alarm_minutes: int | None = None
    color: str = Field(default="", max_length=40)
    nonce: str = Field(max_length=64)
    token_hash: str = Field(unique=True, max_length=64)
    revoked_at: datetime | None = None
    fetched_at: datetime | None = None
    fetched_by: str = Field(default="", max_length=300)
    fetches: int = 0

    person: Person = Relationship()


class LinkPurpose(StrEnum):
    SPEAKER = "speaker"
    REGISTRATION = "registration"
    CATERER = "caterer"


class PrivateLink(Row, table=True):
    """A private address for one convening, without an account: what it opens is what its purpose says.

    Its token is signed from `nonce`, and only the token's hash looks it up. Revoked for good by `revoked_at`. A caterer
    is no person on record: `holder` names them, and with `with_names` they see the names of those who allow it.
    """

    __tablename__ = "private_link"
    __table_args__ = (
        CheckConstraint("person_id IS NOT NULL OR holder <> ''", name="is_somebodys"),
        Index("ix_private_link_convening_id_person_id", "convening_id", "person_id"),
    )

    purpose: LinkPurpose = Field(sa_type=word(LinkPurpose))
    convening_id: int = Field(foreign_key="convening.id")
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    holder: str = Field(default="", max_length=300)
    with_names: bool = False
    nonce: str = Field(max_length=64)
    token_hash: str = Field(unique=True, max_length=64)
    opened_at: datetime | None = None
    revoked_at: datetime | None = None

    convening: Convening = Relationship()
    person: Person | None = Relationship()
