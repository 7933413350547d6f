"""What gatherings are prepared and kept by: hosts, points for a call, notes, actions; finding a time; working groups
and consultations."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.agenda import AgendaSession, Openness, SessionFormat
from app.models.base import FOR_GOOD, Row, word
from app.models.cities import City
from app.models.people import Person


class HostTurn(Row, table=True):
    """A city's place in the order in which a series is hosted; after the last the first comes again."""

    __tablename__ = "host_turn"
    __table_args__ = (UniqueConstraint("series_id", "city_id"), FOR_GOOD)

    series_id: int = Field(foreign_key="series.id", index=True)
    city_id: int = Field(foreign_key="city.id")
    position: int = 0

    city: City = Relationship()


class CallPoint(Row, table=True):
    """Something to talk about on a call, put there by one of those on it before it takes place.

    `session_id` is the occurrence it was put on. What is not `taken_at` when that is over stands on the next one of the
    series. A `confidential` one is for those in the audience who are not of the lab (rule 13).
    """

    __tablename__ = "call_point"

    session_id: int = Field(foreign_key="session.id", index=True)
    series_id: int | None = Field(default=None, foreign_key="series.id", index=True)
    by_id: int = Field(foreign_key="person.id")
    office: str = Field(default="", max_length=300)
    title: str = Field(max_length=300)
    text: str = ""
    minutes: int | None = None
    confidential: bool = False
    position: int = 0
    taken_at: datetime | None = None
    archived_at: datetime | None = None

    session: AgendaSession = Relationship()
    by: Person = Relationship()


class GatheringNote(Row, table=True):
    """The notes of a gathering (Markdown): one text, and one more that the lab does not see (rule 13)."""

    __tablename__ = "gathering_note"
    __table_args__ = (UniqueConstraint("session_id", "confidential"),)

    session_id: int = Field(foreign_key="session.id")
    confidential: bool = False
    text: str = ""
    by_id: int | None = Field(default=None, foreign_key="person.id")
    saved_at: datetime | None = None

    by: Person | None = Relationship()


class CallAction(Row, table=True):
    """What somebody will do after a gathering; it stands on the next ones of the series until it is done."""

    __tablename__ = "call_action"

    session_id: int = Field(foreign_key="session.id", index=True)
    series_id: int | None = Field(default=None, foreign_key="series.id", index=True)
    text: str = Field(max_length=1000)
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    due_on: date | None = None
    confidential: bool = False
    by_id: int | None = Field(default=None, foreign_key="person.id")
    done_at: datetime | None = None
    done_by_id: int | None = Field(default=None, foreign_key="person.id")
    archived_at: datetime | None = None

    session: AgendaSession = Relationship()
    owner: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "CallAction.owner_id"})


class TimePoll(Row, table=True):
    """Finding a time for a gathering: slots that are proposed, people who are asked, answers, and what was booked.

    `zone` is the zone it is proposed in; each is shown their own. Those asked are whom the gathering will be for.
    """

    __tablename__ = "time_poll"

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    title: str = Field(max_length=300)
    purpose: str = ""
    format: SessionFormat = Field(default=SessionFormat.ROLE_ALIKE, sa_type=word(SessionFormat))
    openness: Openness = Field(default=Openness.CLOSED, sa_type=word(Openness))
    minutes: int = 60
    zone: str = Field(max_length=64)
    join_url: str = ""
    answer_by: date | None = None
    by_id: int | None = Field(default=None, foreign_key="person.id")
    booked_id: int | None = Field(default=None, foreign_key="session.id")
    closed_at: datetime | None = None
    archived_at: datetime | None = None

    booked: AgendaSession | None = Relationship()
    slots: list["PollSlot"] = Relationship(
        back_populates="poll", sa_relationship_kwargs={"order_by": "PollSlot.starts_at"}
    )
    asked: list["PollPerson"] = Relationship(
        back_populates="poll", sa_relationship_kwargs={"order_by": "PollPerson.id"}
    )


class PollSlot(Row, table=True):
    """A start that is proposed (UTC)."""

    __tablename__ = "poll_slot"
    __table_args__ = (UniqueConstraint("poll_id", "starts_at"),)

    poll_id: int = Field(foreign_key="time_poll.id")
    starts_at: datetime
    archived_at: datetime | None = None

    poll: TimePoll = Relationship(back_populates="slots")


class PollPerson(Row, table=True):
    """Who is asked, and whether it cannot be without them. Their link answers for them without signing in: it goes to
    them and to their assistant; its token is signed from `nonce`, and only the token's hash looks it up."""

    __tablename__ = "poll_person"
    __table_args__ = (UniqueConstraint("poll_id", "person_id"),)

    poll_id: int = Field(foreign_key="time_poll.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    needed: bool = True
    nonce: str = Field(max_length=64)
    token_hash: str = Field(unique=True, max_length=64)
    told_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by_id: int | None = Field(default=None, foreign_key="person.id")
    note: str = Field(default="", max_length=500)
    archived_at: datetime | None = None

    poll: TimePoll = Relationship(back_populates="asked")
    person: Person = Relationship(sa_relationship_kwargs={"foreign_keys": "PollPerson.person_id"})


class SlotAnswer(StrEnum):
    YES = "yes"
    IF_NEED_BE = "if need be"
    NO = "no"


class PollAnswer(Row, table=True):
    __tablename__ = "poll_answer"
    __table_args__ = (UniqueConstraint("asked_id", "slot_id"), FOR_GOOD)

    asked_id: int = Field(foreign_key="poll_person.id")
    slot_id: int = Field(foreign_key="poll_slot.id", index=True)
    answer: SlotAnswer = Field(sa_type=word(SlotAnswer))


class WorkingGroup(Row, table=True):
    """People of several cities who work on something between convenings; its meetings are sessions of `group_id`."""

    __tablename__ = "working_group"
    __table_args__ = (UniqueConstraint("cohort_id", "slug"),)

    cohort_id: int = Field(foreign_key="cohort.id")
    slug: str = Field(max_length=80)
    name: str = Field(max_length=300)
    purpose: str = ""
    openness: Openness = Field(default=Openness.COHORT, sa_type=word(Openness))
    archived_at: datetime | None = None

    members: list["WorkingGroupMember"] = Relationship(
        back_populates="group", sa_relationship_kwargs={"order_by": "WorkingGroupMember.id"}
    )


class WorkingGroupMember(Row, table=True):
    """A member from a day to a day; never deleted."""

    __tablename__ = "working_group_member"
    __table_args__ = (
        Index("ix_working_group_member_group_id_person_id", "group_id", "person_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="in_order"),
    )

    group_id: int = Field(foreign_key="working_group.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    leads: bool = False
    starts_on: date
    ends_on: date | None = None

    group: WorkingGroup = Relationship(back_populates="members")
    person: Person = Relationship()


class ConsultationState(StrEnum):
    ASKED = "asked"
    ARRANGED = "arranged"
    HELD = "held"
    CLOSED = "closed"


class Consultation(Row, table=True):
    """An expert's work with one city or a few on a topic. `outcome` is what came of it."""

    __tablename__ = "consultation"

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    topic: str = Field(max_length=300)
    question: str = ""
    expert_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    state: ConsultationState = Field(default=ConsultationState.ASKED, sa_type=word(ConsultationState))
    session_id: int | None = Field(default=None, foreign_key="session.id")
    outcome: str = ""
    by_id: int | None = Field(default=None, foreign_key="person.id")
    archived_at: datetime | None = None

    expert: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Consultation.expert_id"})
    session: AgendaSession | None = Relationship()
    cities: list["ConsultationCity"] = Relationship(
        back_populates="consultation",
        sa_relationship_kwargs={"cascade": "all, delete-orphan", "order_by": "ConsultationCity.id"},
    )


class ConsultationCity(Row, table=True):
    __tablename__ = "consultation_city"
    __table_args__ = (UniqueConstraint("consultation_id", "city_id"), FOR_GOOD)

    consultation_id: int = Field(foreign_key="consultation.id")
    city_id: int = Field(foreign_key="city.id", index=True)

    consultation: Consultation = Relationship(back_populates="cities")
    city: City = Relationship()
