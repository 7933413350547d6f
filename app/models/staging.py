"""Who and what stands behind a session: engagements with what speakers give in, and the run of show."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.agenda import AgendaSession
from app.models.base import FOR_GOOD, Row, word
from app.models.people import Person
from app.models.sealed import Sealed
from app.models.venues import Room


class EngagementState(StrEnum):
    INVITED = "invited"
    VERBAL = "verbal"
    CONFIRMED = "confirmed"
    MATERIALS_IN = "materials in"
    DECLINED = "declined"
    REPLACED = "replaced"


class Engagement(Row, table=True):
    """A speaker's, chair's or expert's part in a session.

    `brief` is what organizers tell this person alone; `contact_id` whom they may turn to. `equipment` is what they
    need in the room; `access` what they need for themselves, which is private (rule 12). `answered_at` is when they
    last confirmed or declined by their own link, `answer` what they wrote with it.
    """

    __tablename__ = "engagement"
    __table_args__ = (UniqueConstraint("session_id", "person_id", "part"), FOR_GOOD)

    session_id: int = Field(foreign_key="session.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    part: str = Field(default="speaker", max_length=80)
    state: EngagementState = Field(default=EngagementState.INVITED, sa_type=word(EngagementState))
    position: int = 0
    brief: str = ""
    contact_id: int | None = Field(default=None, foreign_key="person.id")
    equipment: str = Field(default="", max_length=1000)
    access: str = Field(default="", sa_type=Sealed)
    answer: str = Field(default="", max_length=1000)
    answered_at: datetime | None = None
    reminded_at: datetime | None = None

    session: AgendaSession = Relationship(back_populates="engagements")
    person: Person = Relationship(sa_relationship_kwargs={"foreign_keys": "Engagement.person_id"})
    contact: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Engagement.contact_id"})
    materials: list["Material"] = Relationship(
        back_populates="engagement", sa_relationship_kwargs={"order_by": "Material.id"}
    )


class Material(Row, table=True):
    """Slides or a hand-out that a speaker gave in. The file is kept by its digest (SHA-256, hexadecimal).

    Never deleted: another version archives it; `quarantined_at` hides it at once (rule 20).
    """

    __tablename__ = "material"

    engagement_id: int = Field(foreign_key="engagement.id", index=True)
    name: str = Field(max_length=255)
    media_type: str = Field(max_length=120)
    size: int
    digest: str = Field(max_length=64, index=True)
    quarantined_at: datetime | None = None
    quarantine_reason: str = Field(default="", max_length=500)
    archived_at: datetime | None = None

    engagement: Engagement = Relationship(back_populates="materials")


class CueKind(StrEnum):
    UNLOCK = "unlock"
    SET_UP = "set-up"
    MIC_CHECK = "mic check"
    HAND_OUTS = "hand-outs"
    CREW = "crew"
    OTHER = "cue"
    LOCK = "lock"


class CueAnchor(StrEnum):
    """What a cue's minutes are counted from."""

    START = "start"
    END = "end"


class Cue(Row, table=True):
    """A line of the run of show: what the crew does, where, when, and who is responsible.

    With a session it is `minutes` after (below zero: before) the session's `anchor`, and moves with it; without one
    it stands at `at`. `derived` names a line that the draft itself gives (run_of_show.py says how), which this one
    then replaces. Who answers for it is a person on record or, for crew who are not, a name.
    """

    __tablename__ = "cue"
    __table_args__ = (
        UniqueConstraint("convening_id", "derived"),
        CheckConstraint("session_id IS NOT NULL OR at IS NOT NULL", name="has_a_time"),
        FOR_GOOD,
    )

    convening_id: int = Field(foreign_key="convening.id", index=True)
    session_id: int | None = Field(default=None, foreign_key="session.id", index=True)
    room_id: int | None = Field(default=None, foreign_key="room.id")
    kind: CueKind = Field(default=CueKind.OTHER, sa_type=word(CueKind))
    anchor: CueAnchor = Field(default=CueAnchor.START, sa_type=word(CueAnchor))
    minutes: int = 0
    at: datetime | None = None
    text: str = Field(default="", max_length=1000)
    responsible_id: int | None = Field(default=None, foreign_key="person.id")
    responsible: str = Field(default="", max_length=200)
    derived: str | None = Field(default=None, max_length=120)
    archived_at: datetime | None = None

    session: AgendaSession | None = Relationship()
    room: Room | None = Relationship()
    person: Person | None = Relationship()


class CueTick(Row, table=True):
    """A line of the run of show that is done; `line` names it ("cue:12", or the name of a derived one)."""

    __tablename__ = "cue_tick"
    __table_args__ = (UniqueConstraint("convening_id", "line"), FOR_GOOD)

    convening_id: int = Field(foreign_key="convening.id", index=True)
    line: str = Field(max_length=120)
    done_at: datetime
    done_by_id: int | None = Field(default=None, foreign_key="person.id")

    done_by: Person | None = Relationship()
