"""Registering for a convening: invited, started, with a place or waiting for one; declined or cancelled (rule 9).

Where the convening asks for it, whoever registers is pending until an organizer approves (approval.py).
"""

from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from app import clock
from app.models import (
    ASKED,
    HOLDING,
    LEFT,
    Convening,
    Delegation,
    Person,
    PresenceWindow,
    Registration,
    RegistrationState,
)
from app.people.audit import Refused, verb
from app.people.viewer import Office, Viewer, offices_of
from app.registration.choices import free_choices
from app.registration.delegations import (
    delegation_of,
    give_place_back,
    next_waiting_number,
    promote_from_waiting_list,
    state_with_place,
    take_place,
)
from app.registration.needs import keep_needs
from app.registration.presence import Window, windows_on_record
from app.registration.terms import closed_because

SETTLED = (
    "state",
    "waiting_number",
    "sponsored",
    "city_id",
    "seat_id",
    "offered_until",
    "submitted_at",
    "approved_at",
)
"""What decides about places, and is read anew once they are held."""


@dataclass(frozen=True, slots=True)
class Details:
    """What a registration says. None leaves what is on record; no windows are the whole convening."""

    windows: tuple[Window, ...] | None = None
    dietary: str | None = None
    access: str | None = None
    emergency_name: str | None = None
    emergency_phone: str | None = None
    name_to_caterer: bool | None = None
    photo_consent: bool | None = None
    listed: bool | None = None
    notices_read: bool | None = None


AS_IT_IS = Details()


def office_at(db: Session, convening: Convening, person_id: int) -> Office | None:
    """The office in which a person would come: held on the first day, first by the cohort's order of roles."""
    offices = offices_of(db, person_id, convening.starts_on)
    return next((office for office in offices if office.cohort_id == convening.cohort_id), None)


def registration_of(db: Session, convening: Convening, person_id: int) -> Registration | None:
    """The person's registration as it is now, in whatever state, or None."""
    return db.exec(_OF_PERSON, params={"convening": convening.key, "person": person_id}).first()


_OF_PERSON = (
    select(Registration)
    .where(col(Registration.convening_id) == bindparam("convening"), col(Registration.person_id) == bindparam("person"))
    .execution_options(populate_existing=True)
)


@verb
def invite(db: Session, convening: Convening, person: Person, *, by: Viewer) -> Registration:
    """Put a person on the list as invited: no place is taken yet. Who is on it already stays as they are."""
    registration, _ = _held(db, convening, person)
    db.add(registration)
    return registration


@verb
def save_registration(
    db: Session, convening: Convening, person: Person, *, details: Details = AS_IT_IS, by: Viewer
) -> Registration:
    """Keep what is filled in so far without asking for a place; refused when registration is closed."""
    registration, _ = _held(db, convening, person)
    if registration.state not in ASKED:
        _check_open(convening, by)
        registration.state = RegistrationState.STARTED
        registration.offered_until = None
    _fill(db, registration, details)
    return registration


@verb
def register(
    db: Session,
    convening: Convening,
    person: Person,
    *,
    details: Details = AS_IT_IS,
    sponsored: bool | None = None,
    by: Viewer,
) -> Registration:
    """Register a person: submitted with a place, or waiting with the next number where the cap is reached.

    Where the convening needs approval the place is held as pending; whom an organizer registers is approved by that.
    Lab people and experts come without a delegation and have a place at once. A second click finds the
    registration made and changes nothing but the details. `sponsored` asks for one of the places that the lab
    pays for; None leaves that as it is. Refused when registration is closed, and when the person holds no seat
    on the first day.
    """
    registration, delegation = _held(db, convening, person)
    if registration.state not in ASKED:
        _check_open(convening, by)
        registration.reason = ""
        registration.submitted_at = clock.now()
        registration.offered_until = None
        registration.approved_at = clock.now() if by.is_organizer(convening.cohort_id) else None
        if sponsored is not None:
            registration.sponsored = sponsored and delegation is not None
        seat_or_queue(db, convening, registration, delegation)
    elif sponsored is not None and delegation is not None:
        sponsor(db, registration, sponsored=sponsored, by=by)
    _fill(db, registration, details)
    return registration


@verb
def sponsor(db: Session, registration: Registration, *, sponsored: bool, by: Viewer) -> list[Registration]:
    """Move a registration between the city's own places and the sponsored; returns those let in by it.

    Refused, with the place kept, when none of the other kind is free.
    """
    delegation = hold(db, registration)
    if delegation is None:
        raise Refused("Sponsored places are for the cities’ delegations.", field="sponsored")
    if registration.sponsored == sponsored:
        return []
    if registration.state in HOLDING:
        if not take_place(db, delegation, sponsored):
            kind = "sponsored" if sponsored else "own"
            raise Refused(
                f"All {kind} places of {delegation.city.name} are taken. "
                f"{registration.person.name} keeps the place they have.",
                field="sponsored",
            )
        give_place_back(db, delegation, registration.sponsored)
    registration.sponsored = sponsored
    db.flush()
    return promote_from_waiting_list(db, delegation, by=by)


@verb
def decline(db: Session, convening: Convening, person: Person, *, reason: str = "", by: Viewer) -> list[Registration]:
    """Say that a person will not come; returns those who moved up from the waiting list by it, in order."""
    registration, delegation = _held(db, convening, person)
    return leave(db, registration, delegation, RegistrationState.DECLINED, reason, by)


@verb
def cancel(db: Session, registration: Registration, *, reason: str = "", by: Viewer) -> list[Registration]:
    """Take a registration back; returns those who moved up from the waiting list by it, in order."""
    return leave(db, registration, hold(db, registration), RegistrationState.CANCELLED, reason, by)


def place_in_line(db: Session, registration: Registration) -> int:
    """Which number a waiting person is on their city's list for that kind of place: 1 is the next."""
    before = db.exec(
        select(Registration.id).where(
            Registration.convening_id == registration.convening_id,
            Registration.city_id == registration.city_id,
            Registration.state == RegistrationState.WAITING,
            col(Registration.sponsored) == registration.sponsored,
            col(Registration.waiting_number) <= registration.waiting_number,
        )
    )
    return len(before.all())


def _check_open(convening: Convening, by: Viewer) -> None:
    reason = closed_because(convening)
    if reason and not by.is_organizer(convening.cohort_id):
        raise Refused(f"{reason} The organizers can still register you: write to them.")


def _held(db: Session, convening: Convening, person: Person) -> tuple[Registration, Delegation | None]:
    """The person's registration and its delegation, both held until the commit.

    Where there is no registration it is a new one, not yet added: the caller adds it when its state is known.
    """
    registration = registration_of(db, convening, person.key)
    if registration is not None and registration.state not in LEFT:
        return registration, hold(db, registration)
    office = office_at(db, convening, person.key)
    if office is None:
        day = clock.said_day(convening.starts_on, year=True)
        raise Refused(f"{person.name} holds no seat in this cohort on {day}. The organizers can give them one.")
    delegation = _hold_places(db, convening, person, office.city_id)
    registration = registration_of(db, convening, person.key)  # another click may have made it meanwhile
    if registration is None:
        registration = Registration(convening_id=convening.key, person_id=person.key)
    elif registration.state not in LEFT:
        return registration, delegation
    registration.city_id, registration.seat_id = office.city_id, office.seat_id
    return registration, delegation


def hold(db: Session, registration: Registration) -> Delegation | None:
    """Hold what a registration is counted in, and read the registration as it is then."""
    delegation = _hold_places(db, registration.convening, registration.person, registration.city_id)
    db.refresh(registration, SETTLED)
    return delegation


def _hold_places(db: Session, convening: Convening, person: Person, city_id: int | None) -> Delegation | None:
    """The city's delegation, held; for people without a city the person's own row is what a double click meets."""
    if city_id is not None:
        return delegation_of(db, convening, city_id)
    db.exec(select(Person.id).where(Person.id == person.key).with_for_update(key_share=True)).one()
    return None


def seat_or_queue(db: Session, convening: Convening, registration: Registration, delegation: Delegation | None) -> None:
    """Give a place, or the next number of the waiting list; the delegation is held."""
    if delegation is None or take_place(db, delegation, registration.sponsored):
        registration.state = state_with_place(convening, registration)
        registration.waiting_number = None
    else:
        registration.state = RegistrationState.WAITING
        registration.waiting_number = next_waiting_number(db, delegation)


def leave(
    db: Session,
    registration: Registration,
    delegation: Delegation | None,
    state: RegistrationState,
    reason: str,
    by: Viewer,
) -> list[Registration]:
    """Let somebody go, and give the place they held to the next in line; who has left already stays as they are."""
    if registration.state in LEFT:
        return []
    had_place = registration.state in HOLDING
    if had_place and delegation is not None:
        give_place_back(db, delegation, registration.sponsored)
    registration.state = state
    registration.waiting_number = registration.offered_until = registration.approved_at = None
    registration.reason = reason.strip()
    db.add(registration)
    db.flush()
    free_choices(db, registration, by=by)
    return promote_from_waiting_list(db, delegation, by=by) if had_place and delegation is not None else []


def _fill(db: Session, registration: Registration, details: Details) -> None:
    if details.photo_consent is not None:
        registration.photo_consent = details.photo_consent
    if details.listed is not None:
        registration.listed = details.listed
    if details.notices_read and registration.notices_read_at is None:
        registration.notices_read_at = clock.now()
    db.add(registration)
    db.flush()
    if details.windows is not None and details.windows != windows_on_record(registration):
        registration.windows = [
            PresenceWindow(registration_id=registration.key, starts_at=window.starts_at, ends_at=window.ends_at)
            for window in details.windows
        ]
    keep_needs(
        registration,
        dietary=details.dietary,
        access=details.access,
        emergency_name=details.emergency_name,
        emergency_phone=details.emergency_phone,
        name_to_caterer=details.name_to_caterer,
    )
