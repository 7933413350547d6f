"""Convenings."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Relationship

from app import clock
from app.models.base import Row, new_uid, word
from app.models.cities import Cohort
from app.models.venues import Venue


class ConveningStage(StrEnum):
    CONCEPT = "concept"
    DATES_HELD = "dates held"
    ANNOUNCED = "announced"
    REGISTRATION_OPEN = "registration open"
    AGENDA_PUBLISHED = "agenda published"
    LIVE = "live"
    CLOSED = "closed"
    REPORTED = "reported"


class Convening(Row, table=True):
    """A gathering of the whole cohort over days (both included) at a venue, in the venue's zone.

    `walking_minutes` is what one needs from one of its buildings to another (rule 1). Registration is open between two
    UTC instants, each of which may be missing (registration/terms.py says what holds then). With `needs_approval` an
    organizer decides on each registration; a freed place is offered for `hours_to_accept`. While `reminders_held_at`
    is set, no reminder goes out. `contacts` (whom to call) and `booklet_note` (how things are done
    there) are Markdown, for what is printed.
    """

    __tablename__ = "convening"
    __table_args__ = (
        UniqueConstraint("cohort_id", "slug"),
        CheckConstraint("ends_on >= starts_on", name="in_order"),
    )

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    slug: str = Field(max_length=80)
    title: str = Field(max_length=300)
    theme: str = Field(default="", max_length=500)
    goals: str = ""
    zone: str = Field(default="America/New_York", max_length=64)
    starts_on: date
    ends_on: date
    stage: ConveningStage = Field(default=ConveningStage.CONCEPT, sa_type=word(ConveningStage))
    venue_id: int | None = Field(default=None, foreign_key="venue.id")
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    delegation_cap: int = 10
    sponsored_cap: int = 2
    needs_approval: bool = False
    hours_to_accept: int = 48
    roster_shown: bool = True
    records_notice: str = ""
    photo_notice: str = ""
    minors_notice: str = ""
    reminders_held_at: datetime | None = None
    team_minutes: int = 0
    unstructured_minutes: int = 0
    mayor_minutes: int = 0
    superintendent_minutes: int = 0
    walking_minutes: int = 5
    wifi_network: str = Field(default="", max_length=120)
    wifi_password: str = Field(default="", max_length=120)
    contacts: str = ""
    booklet_note: str = ""
    purge_days: int = 28
    legal_hold: bool = False
    uid: str = Field(default_factory=new_uid, unique=True, max_length=36)
    archived_at: datetime | None = None

    cohort: Cohort = Relationship()
    venue: Venue | None = Relationship()

    @property
    def registration_closes_on(self) -> date | None:
        """The last day on which one can register, in its zone."""
        if self.registration_closes_at is None:
            return None
        return clock.local(self.registration_closes_at - timedelta(microseconds=1), self.zone).date()

    @property
    def path(self) -> str:
        """Where its pages stand in the program."""
        return f"/{self.cohort.slug}/convenings/{self.slug}"
