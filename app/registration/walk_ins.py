"""Walk-ins: who stands at the door without a confirmed place is given one and checked in, in one act.

Nobody is let in beyond a cap (rule 9). Where a city has no place left an organizer may raise its cap by one in the
same step; that place is for the person who stands there, and those who wait keep their numbers.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import contains_eager, joinedload, selectinload
from sqlmodel import Session, col, select

from app import clock
from app.models import (
    HOLDING,
    CheckIn,
    CheckInWay,
    City,
    Convening,
    Delegation,
    Membership,
    Person,
    Registration,
    RegistrationState,
    Role,
    Seat,
)
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.directory import Sought, add_person, current_people, unseated_people
from app.people.tenures import Term, give_seat
from app.people.viewer import Viewer
from app.registration.check_ins import check_in
from app.registration.delegations import delegation_of, take_place
from app.registration.registrations import office_at, registration_of
from app.registration.seating import may_name
from app.registration.substitutions import Newcomer


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody on record who may stand at the door. `number` is their registration's, None when they have none."""

    person_id: int
    name: str
    office: str
    number: int | None
    state: RegistrationState | None

    @property
    def is_expected(self) -> bool:
        """Whether their place is confirmed, so that the list checks them in."""
        return self.state is RegistrationState.SUBMITTED


@dataclass(frozen=True, slots=True)
class Room:
    """A city's places of its own: how many are left, and how many wait for one."""

    city_id: int
    city: str
    cap: int
    taken: int
    waiting: int

    @property
    def free(self) -> int:
        """Never below 0, though a cap was lowered under what is taken."""
        return max(self.cap - self.taken, 0)


@dataclass(frozen=True, slots=True)
class Vacant:
    """A seat that nobody holds or is about to, and its city; "" for the lab's."""

    seat_id: int
    title: str
    city_id: int | None
    city: str


@dataclass(frozen=True, slots=True)
class Home:
    """The city and the seat that somebody comes for, and how that is said; nothing for a guest."""

    city_id: int | None
    seat_id: int | None
    said: str


class NoPlace(Refused):
    """Refused because a city has no place left; `city` is whose cap an organizer could raise."""

    def __init__(self, sentence: str, city: City) -> None:
        super().__init__(sentence, field="place")
        self.city = city


def known_people(db: Session, convening: Convening, words: str) -> list[Known]:
    """Who on record is named by the words, with how they stand at the convening. The number of queries is fixed."""
    cohort, day = convening.cohort_id, convening.starts_on
    rows = db.exec(select(Registration).where(Registration.convening_id == convening.key))
    registered = {row.person_id: row for row in rows}

    def known(person_id: int, name: str, office: str) -> Known:
        row = registered.get(person_id)
        return Known(person_id, name, office, row.key if row else None, row.state if row else None)

    seated = [known(one.person_id, one.name, one.office) for one in current_people(db, cohort, day, Sought(words))]
    return seated + [known(one.key, one.name, one.organization) for one in unseated_people(db, cohort, day, words)]


def rooms(db: Session, convening: Convening) -> list[Room]:
    """The places of each city that is active on the first day, by name, for who comes without being invited."""
    members = db.exec(
        select(Membership)
        .where(Membership.cohort_id == convening.cohort_id)
        .options(joinedload(relation(Membership.city)))
    )
    cities = {one.city_id: one.city.name for one in members if one.active_on(convening.starts_on)}
    of = {one.city_id: one for one in db.exec(select(Delegation).where(Delegation.convening_id == convening.key)).all()}
    waiting = db.exec(
        select(Registration.city_id).where(
            Registration.convening_id == convening.key, Registration.state == RegistrationState.WAITING
        )
    ).all()
    return [
        Room(
            number,
            name,
            of[number].cap if number in of else convening.delegation_cap,
            of[number].taken if number in of else 0,
            waiting.count(number),
        )
        for number, name in sorted(cities.items(), key=lambda one: one[1])
    ]


def vacant_seats(db: Session, convening: Convening, by: Viewer) -> list[Vacant]:
    """The seats that the viewer may give away at the door, by city and the cohort's order of roles; two queries."""
    first_day = _seated_from(convening)
    seats = db.exec(
        select(Seat)
        .join(Role, col(Role.id) == Seat.role_id)
        .where(Seat.cohort_id == convening.cohort_id, col(Seat.archived_at).is_(None))
        .options(
            contains_eager(relation(Seat.role)), joinedload(relation(Seat.city)), selectinload(relation(Seat.tenures))
        )
        .order_by(col(Role.position), col(Seat.position), col(Seat.id))
    )
    found = [
        Vacant(seat.key, seat.title, seat.city_id, seat.city.name if seat.city else "")
        for seat in seats
        if may_name(seat.role.standing, convening, by)
        and all(one.ends_on is not None and one.ends_on < first_day for one in seat.tenures)
    ]
    return sorted(found, key=lambda one: one.city)


def _seated_from(convening: Convening) -> date:
    return min(clock.today(convening.zone), convening.starts_on)


def comes_for(db: Session, convening: Convening, person: Person) -> Home:
    """What a person on record would come for: what they are registered for, else the seat they hold, else nothing."""
    row = registration_of(db, convening, person.key)
    office = office_at(db, convening, person.key)
    if row is not None and (row.city_id is not None or row.seat_id is not None):
        return Home(
            row.city_id,
            row.seat_id,
            ", ".join(one for one in (row.seat and row.seat.title, row.city and row.city.name) if one),
        )
    if office is not None:
        return Home(office.city_id, office.seat_id, office.said)
    return Home(None, None, "")


@verb
def let_in(
    db: Session,
    convening: Convening,
    who: Person | Newcomer,
    *,
    city: City | None = None,
    seat: Seat | None = None,
    raise_cap_of: int | None = None,
    device_key: str,
    by: Viewer,
) -> CheckIn:
    """Give who stands at the door a place, and check them in.

    Who holds a seat on the first day comes for it, and who is registered comes for that; anybody else as a guest of
    `city`, counted among its places, or of the lab, or for a vacant `seat`, which is theirs from now on. Who has a
    confirmed place is only checked in. The same key sent again gives the check-in it made. Raises NoPlace where the
    city's cap is reached, unless an organizer raises it: `raise_cap_of` is the number of the city whose cap they saw
    reached, so that no other is raised unseen.
    """
    known = db.exec(select(CheckIn).where(CheckIn.device_key == device_key)).first()
    if known is not None:
        return known
    person = who if isinstance(who, Person) else None
    home = comes_for(db, convening, person) if person else None
    is_guest = home is None or not home.said
    if home is None or is_guest:
        home = Home(city.key if city else None, None, "")
        if seat is not None:
            home = Home(seat.city_id, seat.key, seat.title)
    delegation = delegation_of(db, convening, home.city_id) if home.city_id is not None else None
    if person is None:
        assert isinstance(who, Newcomer)
        person = add_person(db, name=who.name, email=who.email, by=by)
        db.flush()
    elif delegation is None:
        db.exec(select(Person.id).where(Person.id == person.key).with_for_update(key_share=True)).one()
    if seat is not None and is_guest:
        _give_seat(db, convening, seat, person, by)
    row = registration_of(db, convening, person.key) or Registration(convening_id=convening.key, person_id=person.key)
    if row.state is not RegistrationState.SUBMITTED:
        _check_may(convening, row, person, by)
        if delegation is not None and row.state not in HOLDING:
            may_raise = by.is_organizer(convening.cohort_id) and raise_cap_of == delegation.city_id
            _take_place(db, delegation, sponsored=row.sponsored, may_raise=may_raise)
        row.city_id, row.seat_id = home.city_id, home.seat_id
        row.state, row.walk_in, row.reason = RegistrationState.SUBMITTED, True, ""
        row.waiting_number = row.offered_until = None
        row.submitted_at = row.approved_at = clock.now()
    db.add(row)
    db.flush()
    return check_in(db, row, device_key=device_key, at=clock.now(), way=CheckInWay.WALK_IN, by=by)


def _give_seat(db: Session, convening: Convening, seat: Seat, person: Person, by: Viewer) -> None:
    if not may_name(seat.role.standing, convening, by):
        raise Refused(f"The lab gives the seat “{seat.title}”: one of the organizers has to.", field="place")
    try:
        give_seat(db, seat, person, Term(_seated_from(convening)), by=by)
    except Refused as refused:
        raise Refused(refused.sentence, field="place") from refused


def _check_may(convening: Convening, row: Registration, person: Person, by: Viewer) -> None:
    if row.state is RegistrationState.TURNED_DOWN and not by.is_organizer(convening.cohort_id):
        raise Refused(f"The organizers turned {person.name} down: one of them has to let them in.", field="place")


def _take_place(db: Session, delegation: Delegation, *, sponsored: bool, may_raise: bool) -> None:
    """Take a place of the held delegation; where the cap is reached and may be raised, one more than are taken."""
    if take_place(db, delegation, sponsored):
        return
    if not may_raise:
        cap, kind = (delegation.sponsored_cap, "sponsored places") if sponsored else (delegation.cap, "places")
        raise NoPlace(f"All {cap} {kind} of {delegation.city.name} are taken.", delegation.city)
    if sponsored:
        delegation.sponsored_cap = delegation.sponsored_taken + 1
    else:
        delegation.cap = delegation.taken + 1
    db.flush()
    assert take_place(db, delegation, sponsored), "the delegation is held, so the new place is free"
