"""The list of participants, for participants: who has a place, by city, with the office held on the first day.

Named is who allows it; the others are counted. Nothing else of a registration stands here, no need, no travel, no
session (rules 12 and 13). Where the organizers show no list, there is none.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.models import ASKED, City, Convening, Person, Registration, RegistrationState, Seat, Standing, Tenure
from app.models.base import relation
from app.people.audit import verb
from app.people.names import matches
from app.people.viewer import Office, Viewer
from app.registration.holding import hold_for
from app.registration.open_matters import comers


@dataclass(frozen=True, slots=True)
class Participant:
    """`photo` is the digest of their picture, where they gave one."""

    person_id: int
    name: str
    office: str
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A city's people, or the lab's, or guests; `more` come and are not named."""

    name: str
    people: tuple[Participant, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Roster:
    groups: tuple[Group, ...]

    @property
    def named(self) -> int:
        return sum(len(group.people) for group in self.groups)

    @property
    def coming(self) -> int:
        return self.named + sum(group.more for group in self.groups)

    def found(self, words: str) -> "Roster":
        """Those whose name, office or city fits; who is not named is not counted in what was looked for."""
        if not words.strip():
            return self
        narrowed = (
            Group(
                group.name,
                tuple(one for one in group.people if matches(words, one.name, one.office, group.name)),
                group.more if matches(words, group.name) else 0,
            )
            for group in self.groups
        )
        return Roster(tuple(group for group in narrowed if group.people or group.more))


def roster(db: Session, convening: Convening) -> Roster | None:
    """Who comes, as participants may know it: cities by name, then the lab, then guests; in each by the cohort's order
    of roles. None where no list is shown. Three queries, however many they are."""
    if not convening.roster_shown:
        return None
    rows = db.execute(
        sa.select(
            col(Registration.person_id),
            col(Registration.listed),
            col(City.name),
            col(Person.name),
            col(Person.sort_name),
            col(Person.photo),
        )
        .join(Person, col(Person.id) == Registration.person_id)
        .outerjoin(City, col(City.id) == Registration.city_id)
        .where(
            col(Registration.convening_id) == convening.key,
            col(Registration.state) == RegistrationState.SUBMITTED,
        )
    ).all()
    seated = {one.person_id: (place, one.offices) for place, one in enumerate(comers(db, convening))}
    lab = convening.cohort.lab_name or convening.cohort.name
    groups: dict[tuple[int, str], list[tuple[tuple[int, str, int], Participant]]] = {}
    more: dict[tuple[int, str], int] = {}
    for person_id, listed, city, name, sort_name, photo in rows:
        place, offices = seated.get(person_id, (len(seated), ()))
        group = group_of(city, offices, lab)
        groups.setdefault(group, [])
        if listed:
            order = (place, sort_name or name, person_id)
            groups[group].append((order, Participant(person_id, name, office_in(city, offices), photo)))
        else:
            more[group] = more.get(group, 0) + 1
    return Roster(
        tuple(
            Group(key[1], tuple(one for _, one in sorted(people, key=lambda pair: pair[0])), more.get(key, 0))
            for key, people in sorted(groups.items(), key=lambda pair: pair[0])
        )
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """What a convening's list says of somebody who comes: named in an `office`, or `listed` False or None: counted.
    `is_shown`: whether participants have a list at all."""

    convening: Convening
    listed: bool | None
    is_shown: bool
    office: str


def listings_of(db: Session, person_id: int) -> list[Listing]:
    """What the lists of the convenings that are not over say of somebody who asked to come, the nearest first. Two
    queries."""
    rows = db.execute(
        sa.select(Registration, Convening, City)
        .join(Convening, col(Convening.id) == Registration.convening_id)
        .outerjoin(City, col(City.id) == Registration.city_id)
        .options(joinedload(relation(Registration.seat)).joinedload(relation(Seat.role)))
        .options(joinedload(relation(Convening.cohort)))
        .where(
            col(Registration.person_id) == person_id,
            col(Registration.state).in_(ASKED),
            col(Convening.ends_on) >= clock.today("UTC"),
            col(Convening.archived_at).is_(None),
        )
        .order_by(col(Convening.starts_on), col(Convening.id))
    ).all()
    held = select(Tenure).where(Tenure.person_id == person_id)
    titles = {
        (tenure.seat_id, convening.key): tenure.title
        for tenure in (db.exec(held) if rows else ())
        for _, convening, _ in rows
        if tenure.title and tenure.held_on(convening.starts_on)
    }
    found = []
    for row, convening, city in rows:
        seat = row.seat
        title = titles.get((seat.key, convening.key)) or seat.label or seat.role.name if seat else ""
        office = ", ".join(part for part in (title, city.name if city else "") if part)
        found.append(Listing(convening, row.listed, convening.roster_shown, office))
    return found


@verb
def set_listed(db: Session, registration: Registration, *, listed: bool, by: Viewer) -> None:
    """Say whether a person is named on the list of participants."""
    hold_for(db, registration)
    registration.listed = listed
    db.add(registration)


def group_of(city: str | None, offices: Iterable[Office], lab: str) -> tuple[int, str]:
    """Where somebody stands in the list: cities before the lab before guests, and what the group is called."""
    if city is not None:
        return 0, city
    if any(office.standing in (Standing.ORGANIZER, Standing.STAFF) for office in offices):
        return 1, lab
    return 2, "Guests"


def office_in(city: str | None, offices: Iterable[Office]) -> str:
    """The title of the office in which they come: that of their city, where they come for one."""
    titles = [office.title for office in offices if (office.city_name or None) == city]
    return next(iter(titles), "")
