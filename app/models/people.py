"""Roles, seats, tenures, people, assistants, public bodies, audiences."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.base import FOR_GOOD, Row, word
from app.models.cities import City, Cohort


class Standing(StrEnum):
    """What a role may do here; the role's name and wording are the organizers' own."""

    ORGANIZER = "organizer"
    STAFF = "staff"
    FACILITATOR = "facilitator"
    MAYOR = "mayor"
    SUPERINTENDENT = "superintendent"
    MEMBER = "member"
    EXPERT = "expert"


class Role(Row, table=True):
    """Mayor, superintendent, facilitator, data lead, …: a list that organizers edit."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("cohort_id", "slug"),)

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    slug: str = Field(max_length=80)
    name: str = Field(max_length=200)
    plural: str = Field(max_length=200)
    standing: Standing = Field(default=Standing.MEMBER, sa_type=word(Standing))
    position: int = 0

    cohort: Cohort = Relationship(back_populates="roles")


class Seat(Row, table=True):
    """A role in a city, or in the lab (no city). Filled, interim or vacant, as its tenures say."""

    __tablename__ = "seat"
    __table_args__ = (Index("ix_seat_cohort_id_city_id", "cohort_id", "city_id"),)

    cohort_id: int = Field(foreign_key="cohort.id")
    city_id: int | None = Field(default=None, foreign_key="city.id")
    role_id: int = Field(foreign_key="role.id", index=True)
    label: str = Field(default="", max_length=200)
    position: int = 0
    in_cabinet: bool = True
    archived_at: datetime | None = None

    role: Role = Relationship()
    city: City | None = Relationship()
    tenures: list["Tenure"] = Relationship(
        back_populates="seat", sa_relationship_kwargs={"order_by": "Tenure.starts_on"}
    )

    @property
    def title(self) -> str:
        return self.label or self.role.name


class Person(Row, table=True):
    __tablename__ = "person"
    __table_args__ = (Index("uq_person_email", "email", unique=True),)

    name: str = Field(max_length=300)
    sort_name: str = Field(default="", max_length=300, index=True)
    email: str | None = Field(default=None, max_length=320)
    zone: str | None = Field(default=None, max_length=64)
    organization: str = Field(default="", max_length=300)
    biography: str = ""
    photo: str = Field(default="", max_length=64)
    wants_invitations: bool = False
    merged_into_id: int | None = Field(default=None, foreign_key="person.id")
    archived_at: datetime | None = None

    tenures: list["Tenure"] = Relationship(
        back_populates="person", sa_relationship_kwargs={"order_by": "Tenure.starts_on"}
    )


class TwoPeople(Row, table=True):
    """Two records that look alike and are two people, as somebody said who knows; taken back by `archived_at`.

    The lower number stands first, so that a pair is on record once.
    """

    __tablename__ = "two_people"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
    )

    first_id: int = Field(foreign_key="person.id")
    second_id: int = Field(foreign_key="person.id")
    by_id: int | None = Field(default=None, foreign_key="person.id")
    archived_at: datetime | None = None

    by: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "TwoPeople.by_id"})


class Tenure(Row, table=True):
    """A person holding a seat from a day to a day, both included; open while `ends_on` is empty.

    Never deleted; never overlapping on one seat (rule 8), which the databases refuse too.
    """

    __tablename__ = "tenure"
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="in_order"),)

    seat_id: int = Field(foreign_key="seat.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    starts_on: date
    ends_on: date | None = None
    interim: bool = False
    title: str = Field(default="", max_length=200)

    seat: Seat = Relationship(back_populates="tenures")
    person: Person = Relationship(back_populates="tenures")

    def held_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Assistance(Row, table=True):
    """An assistant who acts for a principal, from a day to a day (inclusive)."""

    __tablename__ = "assistance"

    assistant_id: int = Field(foreign_key="person.id", index=True)
    principal_id: int = Field(foreign_key="person.id", index=True)
    starts_on: date
    ends_on: date | None = None

    assistant: Person = Relationship(sa_relationship_kwargs={"foreign_keys": "Assistance.assistant_id"})
    principal: Person = Relationship(sa_relationship_kwargs={"foreign_keys": "Assistance.principal_id"})


class Designation(Row, table=True):
    """A person on record who may approve a seat's updates in its holder's place (rule 5)."""

    __tablename__ = "designation"

    seat_id: int = Field(foreign_key="seat.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    starts_on: date
    ends_on: date | None = None
    note: str = ""

    seat: Seat = Relationship()
    person: Person = Relationship()


class PublicBody(Row, table=True):
    """A board or council. Where `flag_at` of its members are in one room, the law may call it a meeting."""

    __tablename__ = "public_body"

    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    city_id: int | None = Field(default=None, foreign_key="city.id")
    name: str = Field(max_length=300)
    flag_at: int = 2
    archived_at: datetime | None = None

    city: City = Relationship()
    members: list["PublicBodyMember"] = Relationship(
        back_populates="body", sa_relationship_kwargs={"cascade": "all, delete-orphan"}
    )


class PublicBodyMember(Row, table=True):
    """A person who sits on a public body."""

    __tablename__ = "public_body_member"
    __table_args__ = (UniqueConstraint("body_id", "person_id"),)

    body_id: int = Field(foreign_key="public_body.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)

    body: PublicBody = Relationship(back_populates="members")
    person: Person = Relationship()


class Audience(Row, table=True):
    """A rule that resolves to people on a date: see people/audiences.py for its meaning."""

    __tablename__ = "audience"

    everyone: bool = False

    terms: list["AudienceTerm"] = Relationship(
        back_populates="audience",
        sa_relationship_kwargs={"cascade": "all, delete-orphan", "order_by": "AudienceTerm.id"},
    )


class AudienceTerm(Row, table=True):
    """One role, city or person that an audience takes in, or (with `excepted`) leaves out."""

    __tablename__ = "audience_term"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN role_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN city_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="names_one_thing",
        ),
        FOR_GOOD,
    )

    audience_id: int = Field(foreign_key="audience.id", index=True)
    excepted: bool = False
    role_id: int | None = Field(default=None, foreign_key="role.id")
    city_id: int | None = Field(default=None, foreign_key="city.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")

    audience: Audience = Relationship(back_populates="terms")
