"""A small cohort for tests of the rooms of people: two cities, a lab, and whoever is seated."""

from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session

from app.models import City, Cohort, Membership, Person, Role, Seat, Standing, Tenure
from app.people.audit import verb
from app.people.viewer import Viewer

BY = Viewer.system("tests")
SPRING = date(2016, 5, 1)
NOVEMBER = date(2017, 11, 14)


@dataclass
class Town:
    """The rows by the names that tests speak of."""

    cohort: Cohort
    roles: dict[str, Role] = field(default_factory=dict)
    cities: dict[str, City] = field(default_factory=dict)
    seats: dict[tuple[str, str], Seat] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


@verb
def found(db: Session, *, slug: str = "by-all-means", by: Viewer) -> Town:
    """Oakland and Salem with a mayor's, superintendent's and facilitator's seat each; the lab with an organizer's."""
    town = Town(Cohort(slug=slug, name="By All Means", zone="America/New_York"))
    db.add(town.cohort)
    db.flush()
    plurals = {"mayor": "Mayors", "superintendent": "Superintendents", "facilitator": "Facilitators"}
    for position, (word, plural) in enumerate({**plurals, "organizer": "Lab organizers"}.items()):
        town.roles[word] = Role(
            cohort_id=town.cohort.key,
            slug=word,
            name=word.capitalize(),
            plural=plural,
            standing=Standing(word),
            position=position,
        )
    zones = {"Oakland": "America/Los_Angeles", "Salem": "America/New_York"}
    for name, zone in zones.items():
        town.cities[name] = City(slug=f"{name.lower()}-{slug}", name=name, zone=zone)
    db.add_all([*town.roles.values(), *town.cities.values()])
    db.flush()
    for name, city in town.cities.items():
        db.add(Membership(cohort_id=town.cohort.key, city_id=city.key, joined_on=SPRING))
        for word in plurals:
            town.seats[name, word] = Seat(cohort_id=town.cohort.key, city_id=city.key, role_id=town.roles[word].key)
    town.seats["lab", "organizer"] = Seat(cohort_id=town.cohort.key, role_id=town.roles["organizer"].key)
    db.add_all(town.seats.values())
    return town


@verb
def seat(
    db: Session,
    town: Town,
    name: str,
    where: str,
    role: str,
    *,
    starts_on: date = SPRING,
    ends_on: date | None = None,
    by: Viewer,
) -> Person:
    """Seat a person by name, made when new; returns them."""
    person = town.people.get(name)
    if person is None:
        email = f"{len(town.people)}-{town.cohort.slug}@example.org"
        person = town.people[name] = Person(name=name, sort_name=name, email=email)
        db.add(person)
        db.flush()
    db.add(Tenure(seat_id=town.seats[where, role].key, person_id=person.key, starts_on=starts_on, ends_on=ends_on))
    return person
