"""Update cycles, the mayors' updates with their versions, commitments and the answers to them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.base import Json, Row, word
from app.models.cities import City, Cohort
from app.models.convenings import Convening
from app.models.people import Person


class ReleaseWay(StrEnum):
    """When approved updates reach their readers: when an organizer says so, all together, or each as it is approved."""

    BY_HAND = "by hand"
    TOGETHER = "together"
    AS_THEY_COME = "as they come"


class UpdateCycle(Row, table=True):
    """The period (both days included) and due date for which each active city owes exactly one update (rule 5).

    The due date ends at midnight of the city's own zone. `release_at` is the instant of a release together, or the
    first at which updates go out as they come. The countdown shows from so many days before the due date; 0: never.
    The commitments' words are what it asks of new ones, as a section's are of it.
    """

    __tablename__ = "update_cycle"
    __table_args__ = (UniqueConstraint("cohort_id", "slug"),)

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    convening_id: int | None = Field(default=None, foreign_key="convening.id")
    slug: str = Field(max_length=80)
    title: str = Field(max_length=300)
    period_starts_on: date
    period_ends_on: date
    due_on: date
    release_way: ReleaseWay = Field(default=ReleaseWay.BY_HAND, sa_type=word(ReleaseWay))
    release_at: datetime | None = None
    countdown_days: int = 28
    nudges_held_at: datetime | None = None
    commitments_prompt: str = ""
    commitments_guidance: str = ""
    commitments_example: str = ""

    cohort: Cohort = Relationship()
    convening: Convening | None = Relationship()
    sections: list["UpdateSection"] = Relationship(
        back_populates="cycle", sa_relationship_kwargs={"order_by": "UpdateSection.position"}
    )


class SectionKind(StrEnum):
    """What a section holds beside its words: nothing, one or more numbers, or what the city wants to learn."""

    PROSE = "prose"
    NUMBER = "number"
    ASK = "ask"


class UpdateSection(Row, table=True):
    """A part of the update that the organizers ask for, with its prompt, guidance, an example and a length in words."""

    __tablename__ = "update_section"
    __table_args__ = (UniqueConstraint("cycle_id", "slug"),)

    cycle_id: int = Field(foreign_key="update_cycle.id", index=True)
    slug: str = Field(max_length=80)
    title: str = Field(max_length=200)
    prompt: str = ""
    guidance: str = ""
    example: str = ""
    kind: SectionKind = Field(default=SectionKind.PROSE, sa_type=word(SectionKind))
    words: int = 200
    required: bool = True
    position: int = 0
    archived_at: datetime | None = None

    cycle: UpdateCycle = Relationship(back_populates="sections")


class UpdateState(StrEnum):
    NOT_STARTED = "not started"
    DRAFTING = "drafting"
    WITH_MAYOR = "with the mayor"
    APPROVED = "approved"
    RELEASED = "released"


class Update(Row, table=True):
    """A city's mayor's account of the last six months. Its unreleased text stays with the city (rule 5).

    Late is forgivable: `extended_to` is a later due date of its own. `public_at`: the city says that everybody may
    read what is released of it (rule 18).
    """

    __tablename__ = "update"
    __table_args__ = (UniqueConstraint("cycle_id", "city_id"),)

    cycle_id: int = Field(foreign_key="update_cycle.id", index=True)
    city_id: int = Field(foreign_key="city.id", index=True)
    state: UpdateState = Field(default=UpdateState.NOT_STARTED, sa_type=word(UpdateState))
    sent_back_note: str = ""
    approved_at: datetime | None = None
    approved_by_id: int | None = Field(default=None, foreign_key="person.id")
    approved_as: str = Field(default="", max_length=300)
    released_at: datetime | None = None
    extended_to: date | None = None
    extension_reason: str = Field(default="", max_length=500)
    public_at: datetime | None = None
    public_by_id: int | None = Field(default=None, foreign_key="person.id")

    cycle: UpdateCycle = Relationship()
    city: City = Relationship()
    approved_by: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Update.approved_by_id"})
    texts: list["UpdateText"] = Relationship(back_populates="update")
    versions: list["UpdateVersion"] = Relationship(
        back_populates="update", sa_relationship_kwargs={"order_by": "UpdateVersion.number"}
    )
    commitments: list["Commitment"] = Relationship(
        back_populates="update", sa_relationship_kwargs={"order_by": "Commitment.position"}
    )

    @property
    def is_public(self) -> bool:
        """Whether everybody may read what is released of it."""
        return self.public_at is not None and self.released_at is not None


class UpdateText(Row, table=True):
    """The draft of one section. `revision` rises with each save: who saves on an older one is told."""

    __tablename__ = "update_text"
    __table_args__ = (UniqueConstraint("update_id", "section_id"),)

    update_id: int = Field(foreign_key="update.id", index=True)
    section_id: int = Field(foreign_key="update_section.id")
    body: str = ""
    revision: int = 0
    edited_by_id: int | None = Field(default=None, foreign_key="person.id")
    edited_at: datetime | None = None

    update: Update = Relationship(back_populates="texts")
    section: UpdateSection = Relationship()
    edited_by: Person | None = Relationship()


class UpdateVersion(Row, table=True):
    """A released text, for good: a correction is a new version, a redaction leaves a tombstone (rule 6).

    `author` and `office` are those of the day: history stays with the person and the office held (rule 8).
    """

    __tablename__ = "update_version"
    __table_args__ = (UniqueConstraint("update_id", "number"),)

    update_id: int = Field(foreign_key="update.id", index=True)
    number: int
    content: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    author: str = Field(default="", max_length=300)
    office: str = Field(default="", max_length=300)
    note: str = ""

    update: Update = Relationship(back_populates="versions")


class Commitment(Row, table=True):
    """What a city says it will do by when; answered for in the next update (rule 7)."""

    __tablename__ = "commitment"

    update_id: int = Field(foreign_key="update.id", index=True)
    city_id: int = Field(foreign_key="city.id", index=True)
    text: str
    due_on: date | None = None
    measure_stage: str = Field(default="", max_length=120)
    position: int = 0
    archived_at: datetime | None = None

    update: Update = Relationship(back_populates="commitments")
    city: City = Relationship()
    answers: list["CommitmentAnswer"] = Relationship(back_populates="commitment")


class AnswerState(StrEnum):
    DONE = "done"
    ON_TRACK = "on track"
    AT_RISK = "at risk"
    DROPPED = "dropped"
    CARRIED = "carried"


class CommitmentAnswer(Row, table=True):
    """What became of a commitment, said in a later update."""

    __tablename__ = "commitment_answer"
    __table_args__ = (UniqueConstraint("commitment_id", "update_id"),)

    commitment_id: int = Field(foreign_key="commitment.id", index=True)
    update_id: int = Field(foreign_key="update.id", index=True)
    state: AnswerState = Field(sa_type=word(AnswerState))
    note: str = ""

    commitment: Commitment = Relationship(back_populates="answers")
    update: Update = Relationship()
