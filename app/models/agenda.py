"""Series, sessions and their items, agenda releases."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.base import FOR_GOOD, Json, Row, new_uid, word
from app.models.cities import City, MeasureStage
from app.models.convenings import Convening
from app.models.people import Audience, Person
from app.models.venues import Room, RoomSetup

if TYPE_CHECKING:
    from app.models.staging import Engagement


class SessionFormat(StrEnum):
    PLENARY = "plenary"
    MAYOR_UPDATE = "mayors' update"
    ROLE_ALIKE = "role-alike"
    TEAM_TIME = "team time"
    WORKSHOP = "workshop"
    CONSULTANCY = "consultancy"
    GALLERY_WALK = "gallery walk"
    MEAL = "meal"
    UNSTRUCTURED = "unstructured"
    BREAK = "break"
    WEBINAR = "webinar"
    CALL = "call"
    WORKING_GROUP = "working group"
    INTERNAL = "internal"


class Openness(StrEnum):
    """Who may come, and so who may know (rules 13 and 18)."""

    CLOSED = "closed"
    COHORT = "cohort"
    PUBLIC = "public"
    PRESS = "press"

    @property
    def is_public(self) -> bool:
        return self in (Openness.PUBLIC, Openness.PRESS)


class Series(Row, table=True):
    """Recurring sessions, kept on the local wall time of `zone` across clock changes (rule 14).

    `rrule` is an RFC 5545 RECUR without UNTIL or DTSTART; empty when the dates follow no rule. The single
    sessions stand as rows of their own, so that one can be moved or cancelled without the others. A series that is to
    meet at another time ends, and the one that goes on from it `follows` it.
    """

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("cohort_id", "slug"),)

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    slug: str = Field(max_length=80)
    title: str = Field(max_length=300)
    purpose: str = ""
    format: SessionFormat = Field(default=SessionFormat.CALL, sa_type=word(SessionFormat))
    openness: Openness = Field(default=Openness.COHORT, sa_type=word(Openness))
    zone: str = Field(default="America/New_York", max_length=64)
    rrule: str = Field(default="", max_length=300)
    starts_at: datetime
    minutes: int = 60
    ends_on: date | None = None
    join_url: str = ""
    audience_id: int = Field(foreign_key="audience.id")
    group_id: int | None = Field(default=None, foreign_key="working_group.id", index=True)
    follows_id: int | None = Field(default=None, foreign_key="series.id", index=True)
    uid: str = Field(default_factory=new_uid, unique=True, max_length=36)
    sequence: int = 0
    changed_at: datetime | None = None
    archived_at: datetime | None = None

    audience: Audience = Relationship()
    sessions: list["AgendaSession"] = Relationship(
        back_populates="series", sa_relationship_kwargs={"order_by": "AgendaSession.occurrence_at"}
    )


class SessionRoom(Row, table=True):
    """A room that a session uses, how it is furnished, and (team time) for which city."""

    __tablename__ = "session_room"
    __table_args__ = (UniqueConstraint("session_id", "room_id"), FOR_GOOD)

    session_id: int = Field(foreign_key="session.id", index=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    setup_id: int | None = Field(default=None, foreign_key="room_setup.id")
    city_id: int | None = Field(default=None, foreign_key="city.id")

    session: "AgendaSession" = Relationship(back_populates="places")
    room: Room = Relationship()
    setup: RoomSetup | None = Relationship()
    city: City | None = Relationship()

    @property
    def capacity(self) -> int | None:
        return self.setup.capacity if self.setup else self.room.capacity


class AgendaSession(Row, table=True):
    """Anything with a time that people attend; of a convening, of a series, or alone.

    `starts_at` and `ends_at` are UTC instants meant in `zone`; both are empty while the session waits in the
    tray, where `minutes` keeps its length. `sequence` and `changed_at` rise with each change that calendars must
    hear of (rule 16). A `fixed` session stays where it is when what stands before it is shifted. `serves_id` is the
    stage of the evaluation framework that it serves. `cover_title` is what those see who may know that it takes
    place and not what it is (rule 13); with `excludes_lab` organizers and lab staff are among them.
    """

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("convening_id", "import_key"),
        Index("ix_session_convening_id_starts_at", "convening_id", "starts_at"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="placed_whole"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="in_order"),
    )

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    convening_id: int | None = Field(default=None, foreign_key="convening.id")
    series_id: int | None = Field(default=None, foreign_key="series.id", index=True)
    occurrence_at: datetime | None = None
    uid: str = Field(default_factory=new_uid, unique=True, max_length=36)
    title: str = Field(max_length=500)
    cover_title: str = Field(default="", max_length=500)
    purpose: str = ""
    format: SessionFormat = Field(default=SessionFormat.PLENARY, sa_type=word(SessionFormat))
    track: str = Field(default="", max_length=200)
    language: str = Field(default="", max_length=35)
    openness: Openness = Field(default=Openness.COHORT, sa_type=word(Openness))
    excludes_lab: bool = False
    protected: bool = False
    protection_note: str = Field(default="", max_length=500)
    audience_id: int = Field(foreign_key="audience.id")
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    minutes: int = 60
    zone: str = Field(max_length=64)
    fixed: bool = False
    serves_id: int | None = Field(default=None, foreign_key="measure_stage.id")
    host_city_id: int | None = Field(default=None, foreign_key="city.id")
    group_id: int | None = Field(default=None, foreign_key="working_group.id", index=True)
    join_url: str = ""
    internal_notes: str = ""
    choice_group: str = Field(default="", max_length=120)
    import_key: str | None = Field(default=None, max_length=300)
    sequence: int = 0
    changed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancellation_reason: str = Field(default="", max_length=500)
    archived_at: datetime | None = None

    audience: Audience = Relationship()
    convening: Convening | None = Relationship()
    series: Series | None = Relationship(back_populates="sessions")
    host_city: City | None = Relationship()
    serves: MeasureStage | None = Relationship()
    items: list["SessionItem"] = Relationship(
        back_populates="session",
        sa_relationship_kwargs={"cascade": "all, delete-orphan", "order_by": "SessionItem.position"},
    )
    places: list[SessionRoom] = Relationship(
        back_populates="session",
        sa_relationship_kwargs={"cascade": "all, delete-orphan", "order_by": "SessionRoom.id"},
    )
    engagements: list["Engagement"] = Relationship(
        back_populates="session",
        sa_relationship_kwargs={"cascade": "all, delete-orphan", "order_by": "Engagement.position"},
    )

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def is_placed(self) -> bool:
        return self.starts_at is not None


class SessionItem(Row, table=True):
    """A part of a session with minutes of its own, such as one city's turn inside "Mayors' updates I".

    Items follow one another from the session's start, in order of `position`. `city_id` says whose turn it is.
    """

    __tablename__ = "session_item"
    __table_args__ = (CheckConstraint("minutes > 0", name="lasts"), FOR_GOOD)

    session_id: int = Field(foreign_key="session.id", index=True)
    position: int = 0
    title: str = Field(default="", max_length=300)
    minutes: int
    city_id: int | None = Field(default=None, foreign_key="city.id")

    session: AgendaSession = Relationship(back_populates="items")
    city: City | None = Relationship()


class AgendaRelease(Row, table=True):
    """A numbered, immutable publication of a convening's agenda (rule 15).

    `sessions` is the snapshot, `heading` what the agenda was called and where it was, `changes` what differs from the
    release before; agenda/releases.py says their shape. `created_at` is the time of publication. Published `quietly`,
    nobody was written to; `untold` are those who would have been and have no address: {"name", "office"} each.
    """

    __tablename__ = "agenda_release"
    __table_args__ = (UniqueConstraint("convening_id", "number"),)

    convening_id: int = Field(foreign_key="convening.id", index=True)
    number: int
    published_by_id: int | None = Field(default=None, foreign_key="person.id")
    note: str = ""
    sessions: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    heading: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    quietly: bool = False
    untold: list[dict[str, str]] = Field(default_factory=list, sa_type=Json)

    convening: Convening = Relationship()
    published_by: Person | None = Relationship()


class Override(Row, table=True):
    """A must-fix finding that a named organizer lets stand, with the reason (rule 3).

    `covers` is what was found then (agenda/findings/standing.py): when more is found under the same key, it asks again.
    """

    __tablename__ = "override"
    __table_args__ = (UniqueConstraint("convening_id", "finding"), FOR_GOOD)

    convening_id: int = Field(foreign_key="convening.id", index=True)
    finding: str = Field(max_length=300)
    covers: str = ""
    by_id: int = Field(foreign_key="person.id")
    reason: str

    by: Person = Relationship()
