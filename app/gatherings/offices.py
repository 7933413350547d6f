"""Who held which office of a cohort on which day, of many people at once, read in one query."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col

from app import clock
from app.models import City, Cohort, Person, Role, Seat, Tenure
from app.people.viewer import Office, office_of


@dataclass(frozen=True, slots=True)
class Held:
    """An office from a day to a day, both included; open while `until` is None. `zone` is its city's."""

    since: date
    until: date | None
    office: Office
    zone: str | None

    def on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with all the offices they have held; their own zone where they have said one."""

    person_id: int
    name: str
    sort_name: str
    zone: str | None
    held: tuple[Held, ...]

    def offices(self, day: date, cohort_id: int) -> tuple[Office, ...]:
        return tuple(one.office for one in self._held(day) if one.office.cohort_id == cohort_id)

    def office(self, day: date, cohort_id: int) -> Office | None:
        """The office by which they are called in a cohort on a day."""
        return next(iter(self.offices(day, cohort_id)), None)

    def zone_on(self, day: date, other: str) -> str:
        """Where they live: as they say, else where the first city is whose seat they hold; else `other`."""
        return self.zone or next((one.zone for one in self._held(day) if one.zone), None) or other

    def place_on(self, day: date, cohort_id: int, other: str) -> str:
        """That place in a word: the city of their office where it keeps the same time, else the zone's."""
        zone = self.zone_on(day, other)
        city = next((one for one in self._held(day) if one.office.cohort_id == cohort_id and one.zone == zone), None)
        return city.office.city_name if city else clock.place(zone)

    def turn_on(self, day: date, cohort_id: int) -> str:
        """Whose early hours theirs count with: the seat they hold, whoever held it before; else their own."""
        office = next((one for one in self.offices(day, cohort_id) if one.city_id is not None), None)
        return f"{office.role_id}:{office.city_id}" if office else f"person:{self.person_id}"

    def _held(self, day: date) -> list[Held]:
        return [one for one in self.held if one.on(day)]


def somebodies(db: Session, *, person_ids: Collection[int] = (), cohort_id: int | None = None) -> dict[int, Somebody]:
    """These people, and all who have ever held a seat of a cohort, by number; with all their offices anywhere."""
    of_cohort = (
        sa.select(col(Tenure.person_id))
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .where(col(Seat.cohort_id) == cohort_id)
    )
    wanted = sa.or_(col(Person.id).in_(set(person_ids)), col(Person.id).in_(of_cohort))
    rows = db.execute(
        sa.select(Person, Tenure, Seat, Role, Cohort, City)
        .outerjoin(Tenure, col(Tenure.person_id) == Person.id)
        .outerjoin(Seat, sa.and_(col(Seat.id) == col(Tenure.seat_id), col(Seat.archived_at).is_(None)))
        .outerjoin(Role, col(Role.id) == Seat.role_id)
        .outerjoin(Cohort, col(Cohort.id) == Seat.cohort_id)
        .outerjoin(City, col(City.id) == Seat.city_id)
        .where(wanted)
        .order_by(col(Person.id), col(Role.position), col(Seat.id), col(Tenure.id))
    ).all()
    people: dict[int, Person] = {}
    held: dict[int, list[Held]] = {}
    for person, tenure, seat, role, cohort, city in rows:
        people[person.key] = person
        mine = held.setdefault(person.key, [])
        if seat is not None:
            office = office_of(tenure, seat, role, cohort, city)
            mine.append(Held(tenure.starts_on, tenure.ends_on, office, city.zone if city else None))
    return {
        number: Somebody(number, one.name, one.sort_name or one.name, one.zone, tuple(held[number]))
        for number, one in people.items()
    }
