"""Who is looking: a person with today's offices, in plain data that outlives a database session."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, or_
from sqlalchemy import select as select_all
from sqlmodel import Session, col, select

from app import clock
from app.models import (
    Assistance,
    City,
    Cohort,
    Convening,
    Person,
    Registration,
    RegistrationState,
    Role,
    Seat,
    Standing,
    Substitution,
    Tenure,
)


@dataclass(frozen=True, slots=True)
class Office:
    """A seat that the viewer holds today, or `stands_in`: one for which they come to a convening (rule 10)."""

    cohort_id: int
    cohort_slug: str
    cohort_name: str
    seat_id: int
    role_id: int
    standing: Standing
    title: str
    city_id: int | None
    city_slug: str
    city_name: str
    stands_in: bool = False

    @property
    def said(self) -> str:
        """ "Mayor, Oakland", or the role alone in the lab."""
        return f"{self.title}, {self.city_name}" if self.city_name else self.title


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person whose pages these are. `actor` differs from them when an assistant acts in their place.

    `zone` is the IANA zone the person lives in; None when nobody has said. `principals` are the (id, name) of
    those the signed-in person may act for.
    """

    person_id: int | None = None
    name: str = ""
    zone: str | None = None
    offices: tuple[Office, ...] = ()
    actor_id: int | None = None
    actor_name: str = ""
    principals: tuple[tuple[int, str], ...] = ()
    sign_in_id: int | None = None
    is_system: bool = False

    @classmethod
    def anonymous(cls) -> "Viewer":
        return cls()

    @classmethod
    def system(cls, name: str) -> "Viewer":
        """The program itself, under the name of what it does ("seed", "import"); it may do anything."""
        return cls(name=name, actor_name=name, is_system=True)

    @property
    def is_signed_in(self) -> bool:
        return self.person_id is not None

    @property
    def acting(self) -> bool:
        """Whether an assistant is in this person's place."""
        return self.is_signed_in and self.actor_id != self.person_id

    def offices_in(self, cohort_id: int | None) -> tuple[Office, ...]:
        return tuple(office for office in self.offices if office.cohort_id == cohort_id)

    def in_cohort(self, cohort_id: int | None) -> bool:
        return self.is_system or any(office.cohort_id == cohort_id for office in self.offices)

    def has_standing(self, cohort_id: int | None, *standings: Standing) -> bool:
        return any(office.standing in standings for office in self.offices_in(cohort_id))

    def is_organizer(self, cohort_id: int | None) -> bool:
        return self.is_system or (not self.acting and self.has_standing(cohort_id, Standing.ORGANIZER))

    def is_lab(self, cohort_id: int | None) -> bool:
        """Organizers and lab staff."""
        return self.is_system or self.has_standing(cohort_id, Standing.ORGANIZER, Standing.STAFF)

    def city_ids(self, cohort_id: int | None) -> frozenset[int]:
        """The cities whose seats they hold; to stand in for somebody is to be no more than a guest (rule 5)."""
        offices = (o for o in self.offices_in(cohort_id) if not o.stands_in)
        return frozenset(o.city_id for o in offices if o.city_id is not None)

    def role_ids(self, cohort_id: int | None) -> frozenset[int]:
        return frozenset(o.role_id for o in self.offices_in(cohort_id))

    @property
    def office(self) -> Office | None:
        """The office said beside the name: the first by the cohort's order of roles."""
        return self.offices[0] if self.offices else None

    @property
    def place(self) -> str:
        """Where the viewer's clock is, in a word: their city, or the zone's."""
        if self.zone is None:
            return ""
        city = self.office.city_name if self.office else ""
        return city or clock.place(self.zone)


def viewer_of(db: Session, person_id: int, *, acting_for: int | None = None, sign_in_id: int | None = None) -> Viewer:
    """The viewer that a signed-in person is today, or that of their principal while they act for one.

    An assistance that has ended is no longer acted under: the person is then themselves again.
    """
    actor = db.get_one(Person, person_id)
    principals = principals_of(db, person_id)
    person = db.get(Person, acting_for) if acting_for in {principal for principal, _ in principals} else actor
    assert person is not None
    offices = (*offices_of(db, person.key), *_stood_in_for(db, person.key))
    zone = person.zone or _city_zone(db, offices)
    return Viewer(
        person_id=person.key,
        name=person.name,
        zone=zone,
        offices=offices,
        actor_id=actor.key,
        actor_name=actor.name,
        principals=principals,
        sign_in_id=sign_in_id,
    )


def offices_of(db: Session, person_id: int, on: date | None = None) -> tuple[Office, ...]:
    """The seats a person holds on a day (today, in UTC, unless said), in the cohorts' order of roles."""
    day = on or clock.today("UTC")
    rows = db.execute(_OFFICES, {"person": person_id, "day": day})
    return tuple(office_of(tenure, seat, role, cohort, city) for tenure, seat, role, cohort, city in rows)


_OFFICES = (
    select_all(Tenure, Seat, Role, Cohort, City)
    .join(Seat, col(Seat.id) == Tenure.seat_id)
    .join(Role, col(Role.id) == Seat.role_id)
    .join(Cohort, col(Cohort.id) == Seat.cohort_id)
    .outerjoin(City, col(City.id) == Seat.city_id)
    .where(
        col(Tenure.person_id) == bindparam("person"),
        col(Tenure.starts_on) <= bindparam("day"),
        or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= bindparam("day")),
        col(Seat.archived_at).is_(None),
    )
    .order_by(col(Cohort.id), col(Role.position), col(Seat.id))
)
"""Put together once: it is asked for every request and every registration."""


def office_of(tenure: Tenure, seat: Seat, role: Role, cohort: Cohort, city: City | None) -> Office:
    """The office that a tenure gives: its own title goes before the seat's, and that before the role's."""
    return Office(
        cohort_id=cohort.key,
        cohort_slug=cohort.slug,
        cohort_name=cohort.name,
        seat_id=seat.key,
        role_id=role.key,
        standing=role.standing,
        title=tenure.title or seat.label or role.name,
        city_id=city.key if city else None,
        city_slug=city.slug if city else "",
        city_name=city.name if city else "",
    )


def stand_in_office(seat: Seat, role: Role, cohort: Cohort, city: City | None) -> Office:
    """The office in which a substitute comes to a convening: in its audiences, and a guest everywhere else."""
    return Office(
        cohort_id=cohort.key,
        cohort_slug=cohort.slug,
        cohort_name=cohort.name,
        seat_id=seat.key,
        role_id=role.key,
        standing=Standing.EXPERT,
        title=f"{seat.label or role.name} (substitute)",
        city_id=city.key if city else None,
        city_slug=city.slug if city else "",
        city_name=city.name if city else "",
        stands_in=True,
    )


def _stood_in_for(db: Session, person_id: int) -> list[Office]:
    """The seats for which a person comes to convenings that are not over."""
    rows = db.execute(_STOOD_IN_FOR, {"person": person_id, "day": clock.today("UTC")})
    return [stand_in_office(seat, role, cohort, city) for seat, role, cohort, city in rows]


_STOOD_IN_FOR = (
    select_all(Seat, Role, Cohort, City)
    .select_from(Substitution)
    .join(Registration, col(Registration.id) == Substitution.coming_id)
    .join(Convening, col(Convening.id) == Substitution.convening_id)
    .join(Seat, col(Seat.id) == Substitution.seat_id)
    .join(Role, col(Role.id) == Seat.role_id)
    .join(Cohort, col(Cohort.id) == Seat.cohort_id)
    .outerjoin(City, col(City.id) == Seat.city_id)
    .where(
        col(Registration.person_id) == bindparam("person"),
        col(Registration.state) == RegistrationState.SUBMITTED,
        col(Substitution.undone_at).is_(None),
        col(Convening.ends_on) >= bindparam("day"),
    )
    .order_by(col(Convening.starts_on), col(Substitution.id))
)


def principals_of(db: Session, person_id: int) -> tuple[tuple[int, str], ...]:
    """The (id, name) of those a person may act for today."""
    rows = db.exec(_PRINCIPALS, params={"person": person_id, "day": clock.today("UTC")})
    return tuple((number, name) for number, name in rows if number is not None)


_PRINCIPALS = (
    select(Person.id, Person.name)
    .join(Assistance, col(Assistance.principal_id) == Person.id)
    .where(
        col(Assistance.assistant_id) == bindparam("person"),
        col(Assistance.starts_on) <= bindparam("day"),
        or_(col(Assistance.ends_on).is_(None), col(Assistance.ends_on) >= bindparam("day")),
    )
    .order_by(Person.name)
)


def _city_zone(db: Session, offices: tuple[Office, ...]) -> str | None:
    """The zone of the first city the person holds a seat in."""
    for office in offices:
        if office.city_id is not None:
            return db.get_one(City, office.city_id).zone
    return None
