"""Everybody who is asked to a convening, a line each: registered or seated on its first day, from a city or the lab.

For organizers only. A line says whether something private was answered and never what (rule 12); how one travels and
stays is in it, for the rooming list.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import or_
from sqlalchemy import select as select_all
from sqlmodel import Session, col, select

from app.models import (
    ASKED,
    LEFT,
    UNANSWERED,
    City,
    Convening,
    Person,
    PresenceWindow,
    Registration,
    RegistrationState,
    Role,
    Seat,
    Tenure,
    Travel,
)
from app.registration.lines import numbers_in_line
from app.registration.missing import Lack, lacks_among
from app.registration.presence import Window, said
from app.registration.travel import TravelDetails, details_of, travel_said

REGISTRATION = "the registration"
LAB = "lab"
"""What stands for a city's name in addresses where people have none."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A person; `state` is None where nobody has asked them yet, `line` their number on the waiting list.

    `missing` is what they have not said (missing.py); `presence` is a line a day; `listed` says that other
    participants may read their name.
    """

    person_id: int
    name: str
    sort_name: str
    email: str | None
    office: str
    role: str
    role_slug: str
    position: int
    city: str
    city_slug: str
    registration_id: int | None = None
    state: RegistrationState | None = None
    line: int | None = None
    sponsored: bool = False
    walk_in: bool = False
    photo_consent: bool | None = None
    listed: bool = False
    submitted_at: datetime | None = None
    presence: tuple[str, ...] = ()
    missing: tuple[Lack, ...] = ()
    travel: TravelDetails = field(default_factory=TravelDetails, repr=False)
    has_travel: bool = False

    @property
    def is_open(self) -> bool:
        """Whether they have yet to answer."""
        return self.state is None or self.state in UNANSWERED

    @property
    def is_coming(self) -> bool:
        """Whether they hold a place or wait for one."""
        return self.state in ASKED

    @property
    def has_left(self) -> bool:
        return self.state in LEFT

    @property
    def nights(self) -> int:
        """How many nights they stay; 0 where they have not said, or stay at home."""
        first, last = self.travel.first_night, self.travel.last_night
        return (last - first).days + 1 if first and last else 0


def everybody(db: Session, convening: Convening) -> list[Listed]:
    """All lines, city by city (the lab last), by the cohort's order of roles. The number of queries is fixed."""
    offices = _offices(db, convening)
    rows = db.execute(
        select_all(Registration, Person, City, Seat, Role)
        .join(Person, col(Person.id) == Registration.person_id)
        .outerjoin(City, col(City.id) == Registration.city_id)
        .outerjoin(Seat, col(Seat.id) == Registration.seat_id)
        .outerjoin(Role, col(Role.id) == Seat.role_id)
        .where(col(Registration.convening_id) == convening.key)
    ).all()
    registrations = [row[0] for row in rows]
    told = _Told(db, convening, registrations)
    lines: list[Listed] = []
    for registration, person, city, seat, role in rows:
        held = offices.pop(person.key, None) or _as_registered(person, city, seat, role)
        if city is not None:  # the team for which they are registered goes before the seat that they hold
            held = replace(held, city=city.name, city_slug=city.slug)
        lines.append(told.of(registration, held))
    lines += offices.values()
    return sorted(lines, key=lambda one: (not one.city, one.city.casefold(), one.position, one.sort_name, one.name))


def _as_registered(person: Person, city: City | None, seat: Seat | None, role: Role | None) -> Listed:
    """Who somebody without a seat of their own is by the one for which they come."""
    return Listed(
        person.key,
        person.name,
        person.sort_name,
        person.email,
        (seat.label if seat else "") or (role.name if role else ""),
        role.name if role else "",
        role.slug if role else "",
        role.position if role else 9999,
        city.name if city else "",
        city.slug if city else LAB,
    )


def _offices(db: Session, convening: Convening) -> dict[int, Listed]:
    """Person id → who they are by the seat they hold on the first day, the first by the cohort's order of roles."""
    day = convening.starts_on
    rows = db.execute(
        select_all(Tenure, Person, Seat, Role, City)
        .join(Person, col(Person.id) == Tenure.person_id)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .outerjoin(City, col(City.id) == Seat.city_id)
        .where(
            col(Seat.cohort_id) == convening.cohort_id,
            col(Seat.archived_at).is_(None),
            col(Person.archived_at).is_(None),
            col(Tenure.starts_on) <= day,
            or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= day),
        )
        .order_by(col(Role.position), col(Seat.position), col(Seat.id))
    )
    found: dict[int, Listed] = {}
    for tenure, person, seat, role, city in rows:
        if person.key not in found:
            found[person.key] = Listed(
                person.key,
                person.name,
                person.sort_name,
                person.email,
                tenure.title or seat.label or role.name,
                role.name,
                role.slug,
                role.position,
                city.name if city else "",
                city.slug if city else LAB,
            )
    return found


class _Told:
    """What registrations say, read for all of them at once."""

    def __init__(self, db: Session, convening: Convening, registrations: list[Registration]) -> None:
        self.convening = convening
        self.numbers = numbers_in_line(registrations)
        self.lacks = lacks_among(db, convening, registrations)
        here = Registration.convening_id == convening.key
        journeys = select(Travel).join(Registration, col(Registration.id) == Travel.registration_id).where(here)
        self.journeys = {row.registration_id: row for row in db.exec(journeys)}
        stretches = (
            select(PresenceWindow)
            .join(Registration, col(Registration.id) == PresenceWindow.registration_id)
            .where(here)
            .order_by(col(PresenceWindow.starts_at))
        )
        self.windows: dict[int, tuple[Window, ...]] = {}
        for row in db.exec(stretches):
            there = self.windows.get(row.registration_id, ())
            self.windows[row.registration_id] = (*there, Window(row.starts_at, row.ends_at))

    def of(self, registration: Registration, who: Listed) -> Listed:
        """The line of somebody with what their registration says."""
        number = registration.key
        journey = self.journeys.get(number)
        coming = registration.state in ASKED
        return replace(
            who,
            registration_id=number,
            state=registration.state,
            line=self.numbers.get(number),
            sponsored=registration.sponsored,
            walk_in=registration.walk_in,
            photo_consent=registration.photo_consent,
            listed=bool(registration.listed),
            submitted_at=registration.submitted_at,
            presence=said(self.convening, self.windows.get(number, ())) if coming else (),
            missing=self.lacks.get(number, ()),
            travel=details_of(journey),
            has_travel=travel_said(journey),
        )
