"""Cohorts and what they are made of: cities, districts, cabinets, the stages of the evaluation framework."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.base import Row

if TYPE_CHECKING:
    from app.models.people import Role


class Cohort(Row, table=True):
    """A set of cities learning together for a term."""

    __tablename__ = "cohort"

    slug: str = Field(unique=True, max_length=80)
    name: str = Field(max_length=300)
    lab_name: str = Field(default="", max_length=300)
    description: str = ""
    zone: str = Field(default="America/New_York", max_length=64)
    starts_on: date | None = None
    ends_on: date | None = None
    cycle_months: int = 6
    delegation_cap: int = 10
    sponsored_cap: int = 2

    memberships: list["Membership"] = Relationship(back_populates="cohort")
    roles: list["Role"] = Relationship(back_populates="cohort", sa_relationship_kwargs={"order_by": "Role.position"})


class MeasureStage(Row, table=True):
    """A stage of the evaluation framework, such as "supports and services": a list that organizers edit."""

    __tablename__ = "measure_stage"
    __table_args__ = (UniqueConstraint("cohort_id", "name"),)

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    name: str = Field(max_length=120)
    position: int = 0
    archived_at: datetime | None = None


class City(Row, table=True):
    __tablename__ = "city"

    slug: str = Field(unique=True, max_length=80)
    name: str = Field(max_length=200)
    state: str = Field(default="", max_length=80)
    zone: str = Field(default="America/New_York", max_length=64)

    districts: list["District"] = Relationship(
        back_populates="city", sa_relationship_kwargs={"order_by": "District.name"}
    )
    cabinet: "Cabinet" = Relationship(back_populates="city", sa_relationship_kwargs={"uselist": False})
    memberships: list["Membership"] = Relationship(back_populates="city")


class Membership(Row, table=True):
    """A city in a cohort, from a day to a day (inclusive; open while `left_on` is empty)."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("cohort_id", "city_id", "joined_on"),)

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    city_id: int = Field(foreign_key="city.id", index=True)
    joined_on: date
    left_on: date | None = None

    cohort: Cohort = Relationship(back_populates="memberships")
    city: City = Relationship(back_populates="memberships")

    def active_on(self, day: date) -> bool:
        return self.joined_on <= day and (self.left_on is None or day <= self.left_on)


class District(Row, table=True):
    """A school district of a city."""

    __tablename__ = "district"

    city_id: int = Field(foreign_key="city.id", index=True)
    name: str = Field(max_length=300)

    city: City = Relationship(back_populates="districts")


class Cabinet(Row, table=True):
    """A city's Children's Cabinet; its members are the holders of the city's seats marked `in_cabinet`."""

    __tablename__ = "cabinet"

    city_id: int = Field(foreign_key="city.id", unique=True)
    name: str = Field(default="Children’s Cabinet", max_length=300)
    stage: str = Field(default="", max_length=200)

    city: City = Relationship(back_populates="cabinet")
    goals: list["CabinetGoal"] = Relationship(
        back_populates="cabinet", sa_relationship_kwargs={"order_by": "CabinetGoal.position"}
    )
    meetings: list["CabinetMeeting"] = Relationship(
        back_populates="cabinet", sa_relationship_kwargs={"order_by": "CabinetMeeting.held_on"}
    )


class CabinetGoal(Row, table=True):
    __tablename__ = "cabinet_goal"

    cabinet_id: int = Field(foreign_key="cabinet.id", index=True)
    position: int = 0
    text: str

    cabinet: Cabinet = Relationship(back_populates="goals")


class CabinetMeeting(Row, table=True):
    __tablename__ = "cabinet_meeting"

    cabinet_id: int = Field(foreign_key="cabinet.id", index=True)
    held_on: date
    note: str = ""

    cabinet: Cabinet = Relationship(back_populates="meetings")
