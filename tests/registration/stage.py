"""A small cohort to register for: two cities and the lab, and the convening of 14–15 November 2017."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlmodel import Session, select

from app.database import Database
from app.models import (
    City,
    Cohort,
    Convening,
    ConveningStage,
    Membership,
    Person,
    Role,
    Seat,
    Standing,
    Tenure,
    Venue,
)
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
from app.registration.delegations import open_delegations
from tests.staged import built_once

BY = Viewer.system("test")
TWO_WEEKS_BEFORE = datetime(2017, 10, 31, 15, tzinfo=UTC)

ROLES = (
    ("organizer", Standing.ORGANIZER),
    ("staff", Standing.STAFF),
    ("expert", Standing.EXPERT),
    ("mayor", Standing.MAYOR),
    ("superintendent", Standing.SUPERINTENDENT),
    ("facilitator", Standing.FACILITATOR),
    ("member", Standing.MEMBER),
)


@dataclass(frozen=True)
class Stage:
    """The ids of what was set; `people["oakland mayor"]`, `people["organizer"]`, `people["oakland member 3"]`."""

    cohort: int
    convening: int
    cities: dict[str, int]
    people: dict[str, int]


def set_stage(database: Database, *, cap: int = 10, sponsored_cap: int = 2, members: int = 2, hours: int = 0) -> Stage:
    """Build the cohort with `members` team members a city, and open its delegations; `hours` to accept a free place
    (0: at once)."""
    with database.write() as db:
        return _set(db, cap, sponsored_cap, members, hours, by=BY)


@built_once
@verb
def _set(db: Session, cap: int, sponsored_cap: int, members: int, hours: int, *, by: Viewer) -> Stage:
    cohort = Cohort(slug="by-all-means", name="By All Means")
    oakland = City(slug="oakland", name="Oakland", zone="America/Los_Angeles")
    salem = City(slug="salem", name="Salem")
    venue = Venue(name="Harvard Graduate School of Education", address="13 Appian Way, Cambridge")
    db.add_all([cohort, oakland, salem, venue])
    db.flush()
    roles = [
        Role(
            cohort_id=cohort.key,
            slug=slug,
            name=slug.capitalize(),
            plural=f"{slug.capitalize()}s",
            standing=standing,
            position=position,
        )
        for position, (slug, standing) in enumerate(ROLES)
    ]
    convening = Convening(
        cohort_id=cohort.key,
        slug="2017-fall",
        title="Fall convening",
        starts_on=date(2017, 11, 14),
        ends_on=date(2017, 11, 15),
        stage=ConveningStage.REGISTRATION_OPEN,
        registration_closes_at=datetime(2017, 11, 8, 5, tzinfo=UTC),
        venue_id=venue.key,
        delegation_cap=cap,
        sponsored_cap=sponsored_cap,
        hours_to_accept=hours,
    )
    db.add_all([*roles, convening])
    db.add_all(
        Membership(cohort_id=cohort.key, city_id=city.key, joined_on=date(2016, 1, 1)) for city in (oakland, salem)
    )
    db.flush()
    by_slug = {role.slug: role for role in roles}
    people: dict[str, int] = {}
    for slug in ("organizer", "staff", "expert"):
        people[slug] = _seat(db, by_slug[slug], None, slug.capitalize())
    for city in (oakland, salem):
        for slug in ("mayor", "superintendent", "facilitator"):
            people[f"{city.slug} {slug}"] = _seat(db, by_slug[slug], city, f"{city.name} {slug.capitalize()}")
        for number in range(1, members + 1):
            name = f"{city.name} Member {number}"
            people[f"{city.slug} member {number}"] = _seat(db, by_slug["member"], city, name)
    open_delegations(db, convening, by=by)
    return Stage(cohort.key, convening.key, {"oakland": oakland.key, "salem": salem.key}, people)


@verb
def more_members(db: Session, stage: Stage, city: str, count: int, *, by: Viewer) -> list[Person]:
    """Seat `count` more members in a city of the stage."""
    role = db.exec(select(Role).where(Role.slug == "member")).one()
    home = db.get_one(City, stage.cities[city])
    names = [f"{home.name} Member {number} of {count}" for number in range(count)]
    return [db.get_one(Person, _seat(db, role, home, name)) for name in names]


def _seat(db: Session, role: Role, city: City | None, name: str) -> int:
    person = Person(name=name, sort_name=name, email=f"{name.lower().replace(' ', '.')}@example.org")
    seat = Seat(cohort_id=role.cohort_id, city_id=city.key if city else None, role_id=role.key)
    db.add_all([person, seat])
    db.flush()
    db.add(Tenure(seat_id=seat.key, person_id=person.key, starts_on=date(2016, 1, 1)))
    return person.key


def convening(db: Session, stage: Stage) -> Convening:
    return db.get_one(Convening, stage.convening)


def person(db: Session, stage: Stage, who: str) -> Person:
    return db.get_one(Person, stage.people[who])


def viewer(db: Session, stage: Stage, who: str) -> Viewer:
    return viewer_of(db, stage.people[who])
