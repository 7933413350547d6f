"""A webinar's registration and attendance, what cities want to learn more of, and the library."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, Relationship

from app.models.agenda import AgendaSession, Openness
from app.models.base import Row, word
from app.models.cities import City
from app.models.convenings import Convening
from app.models.meetings import WorkingGroup
from app.models.people import Person


class Webinar(Row, table=True):
    """What a webinar has beside its session: who may register until when, how many, and what follows it.

    The address to join is shown to those registered from `join_minutes` before it begins. `reminder_hours` are said
    "24,1". `follow_up` is the letter after it to those who were there, `follow_up_missed` to those who had registered
    and were not (Markdown); they go once.
    """

    __tablename__ = "webinar"
    __table_args__ = (CheckConstraint("capacity IS NULL OR capacity > 0", name="has_room"),)

    session_id: int = Field(foreign_key="session.id", unique=True)
    capacity: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    join_minutes: int = 30
    reminder_hours: str = Field(default="24,1", max_length=60)
    follow_up: str = ""
    follow_up_missed: str = ""
    follow_up_sent_at: datetime | None = None

    session: AgendaSession = Relationship()


class SeatState(StrEnum):
    """Somebody registered for a webinar: has a place, waits for one, or gave it back."""

    REGISTERED = "registered"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class WebinarSeat(Row, table=True):
    """A registration for a webinar, of a person on record or (public webinars) of somebody who gives name and address.

    Their link (token signed from `nonce`) is how they join, give back and say more without signing in. `joined_at` is
    their first click on it near the time; `minutes` is what the meeting service's list says. `wants_more` is an ask.
    `sequence` and `changed_at` rise with each change of the state, as their own calendar has to hear of it (rule 16).
    `told` is what they were last told of the time: the start (ISO 8601, UTC), or "off".
    """

    __tablename__ = "webinar_seat"
    __table_args__ = (
        Index("uq_webinar_seat_session_id_person_id", "session_id", "person_id", unique=True),
        Index("uq_webinar_seat_session_id_email", "session_id", "email", unique=True),
        CheckConstraint("person_id IS NOT NULL OR name <> ''", name="is_somebodys"),
    )

    session_id: int = Field(foreign_key="session.id")
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    name: str = Field(default="", max_length=300)
    email: str | None = Field(default=None, max_length=320)
    organization: str = Field(default="", max_length=300)
    city_id: int | None = Field(default=None, foreign_key="city.id")
    state: SeatState = Field(default=SeatState.REGISTERED, sa_type=word(SeatState))
    line: int = 0
    sequence: int = 0
    changed_at: datetime | None = None
    told: str = Field(default="", max_length=40)
    nonce: str = Field(max_length=64)
    token_hash: str = Field(unique=True, max_length=64)
    reminded: str = Field(default="", max_length=60)
    joined_at: datetime | None = None
    minutes: int | None = None
    listed_at: datetime | None = None
    wants_more: str = Field(default="", max_length=1000)
    wants_more_at: datetime | None = None

    session: AgendaSession = Relationship()
    person: Person | None = Relationship()
    city: City | None = Relationship()


class Ask(Row, table=True):
    """What a city wants to learn, said outside its update: after a webinar, in a meeting."""

    __tablename__ = "ask"

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    city_id: int | None = Field(default=None, foreign_key="city.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    office: str = Field(default="", max_length=300)
    session_id: int | None = Field(default=None, foreign_key="session.id")
    topic: str = Field(default="", max_length=300)
    text: str = Field(max_length=2000)
    archived_at: datetime | None = None

    city: City | None = Relationship()
    person: Person | None = Relationship()
    session: AgendaSession | None = Relationship()


class LibraryKind(StrEnum):
    RECORDING = "recording"
    SLIDES = "slides"
    PRE_READING = "pre-reading"
    DOCUMENT = "document"
    LINK = "link"


class LibraryItem(Row, table=True):
    """A recording, slides, pre-reading or paper: an address or a file, kept by its digest (SHA-256, hexadecimal).

    Of a session it has the session's walls, of a group the group's, and else its own openness. Never deleted: another
    version (`replaces_id`) archives the one before; `quarantined_at` hides it at once (rule 20).
    """

    __tablename__ = "library_item"

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    kind: LibraryKind = Field(default=LibraryKind.DOCUMENT, sa_type=word(LibraryKind))
    title: str = Field(max_length=300)
    text: str = ""
    topics: str = Field(default="", max_length=500)
    city_id: int | None = Field(default=None, foreign_key="city.id", index=True)
    convening_id: int | None = Field(default=None, foreign_key="convening.id", index=True)
    session_id: int | None = Field(default=None, foreign_key="session.id", index=True)
    group_id: int | None = Field(default=None, foreign_key="working_group.id", index=True)
    openness: Openness = Field(default=Openness.COHORT, sa_type=word(Openness))
    url: str = ""
    name: str = Field(default="", max_length=255)
    media_type: str = Field(default="", max_length=120)
    size: int = 0
    digest: str = Field(default="", max_length=64, index=True)
    preview: str = Field(default="", max_length=64)
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    by_id: int | None = Field(default=None, foreign_key="person.id")
    replaces_id: int | None = Field(default=None, foreign_key="library_item.id")
    quarantined_at: datetime | None = None
    quarantined_by_id: int | None = Field(default=None, foreign_key="person.id")
    quarantine_reason: str = Field(default="", max_length=500)
    archived_at: datetime | None = None

    city: City | None = Relationship()
    convening: Convening | None = Relationship()
    session: AgendaSession | None = Relationship()
    group: WorkingGroup | None = Relationship()
    by: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "LibraryItem.by_id"})
