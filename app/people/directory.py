"""The people of a cohort: finding them, adding them, and who may act for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import and_, or_
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app import clock
from app.models import Assistance, Person, Role, Seat, Standing, Tenure
from app.models.base import relation
from app.people.audiences import Attendee, roll
from app.people.audit import Refused, verb
from app.people.names import checked_name, checked_zone, matches, sort_name
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list of people is narrowed to; empty means all."""

    words: str = ""
    role_id: int | None = None
    city_id: int | None = None


def current_people(db: Session, cohort_id: int, on: date, sought: Sought | None = None) -> list[Attendee]:
    """Those who hold a seat of the cohort on a day, by role and then by name, narrowed as asked; one query."""
    sought = sought or Sought()
    return [one for one in roll(db, on, cohort_id) if _fits(one, sought)]


def seated_people(db: Session, cohort_id: int, on: date) -> list[Person]:
    """Those who hold a seat of the cohort on a day, for choosing one: by sorted name."""
    seated = (
        select(Tenure.person_id)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .where(
            Seat.cohort_id == cohort_id,
            col(Seat.archived_at).is_(None),
            Tenure.starts_on <= on,
            or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= on),
        )
    )
    query = select(Person).where(col(Person.archived_at).is_(None), col(Person.id).in_(seated))
    return list(db.exec(query.order_by(col(Person.sort_name), col(Person.name), col(Person.id))))


def unseated_people(db: Session, cohort_id: int, on: date, words: str = "") -> list[Person]:
    """Those without a seat of the cohort on a day: its former people, and those never seated anywhere."""
    of_cohort = and_(col(Tenure.seat_id) == col(Seat.id), col(Seat.cohort_id) == cohort_id)
    seated = (
        select(Tenure.person_id)
        .join(Seat, of_cohort)
        .where(
            Tenure.starts_on <= on,
            or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= on),
            col(Seat.archived_at).is_(None),
        )
    )
    people = db.exec(
        select(Person)
        .where(
            col(Person.archived_at).is_(None),
            col(Person.id).not_in(seated),
            or_(
                col(Person.id).in_(select(Tenure.person_id).join(Seat, of_cohort)),
                col(Person.id).not_in(select(Tenure.person_id)),
            ),
        )
        .order_by(col(Person.sort_name), col(Person.name), col(Person.id))
    )
    return [person for person in people if matches(words, person.name, person.organization)]


def all_people(db: Session) -> Sequence[Person]:
    """Everybody on record, for choosing one: by sorted name."""
    return db.exec(
        select(Person)
        .where(col(Person.archived_at).is_(None))
        .order_by(col(Person.sort_name), col(Person.name), col(Person.id))
    ).all()


def person_with_tenures(db: Session, cohort_id: int, person_id: int) -> tuple[Person, list[Tenure]] | None:
    """A person with their tenures in the cohort, the latest first. None for one whom the cohort does not know:
    archived, or seated in other cohorts only."""
    person = db.get(Person, person_id)
    if person is None or person.archived_at is not None:
        return None
    tenures = db.exec(
        select(Tenure)
        .where(Tenure.person_id == person_id)
        .order_by(col(Tenure.starts_on).desc())
        .options(
            selectinload(relation(Tenure.seat)).selectinload(relation(Seat.role)),
            selectinload(relation(Tenure.seat)).selectinload(relation(Seat.city)),
        )
    ).all()
    here = [tenure for tenure in tenures if tenure.seat.cohort_id == cohort_id]
    return (person, here) if here or not tenures else None


def merged_into(db: Session, person_id: int) -> int | None:
    """The record into which this one was merged; None for one that stands for itself."""
    person = db.get(Person, person_id)
    return person.merged_into_id if person is not None else None


def organizers(db: Session, cohort_id: int) -> list[Person]:
    """The lab organizers of a cohort today, by name."""
    day = clock.today("UTC")
    return list(
        db.exec(
            select(Person)
            .join(Tenure, col(Tenure.person_id) == Person.id)
            .join(Seat, col(Seat.id) == Tenure.seat_id)
            .join(Role, col(Role.id) == Seat.role_id)
            .where(
                Role.standing == Standing.ORGANIZER,
                Seat.cohort_id == cohort_id,
                col(Seat.archived_at).is_(None),
                col(Person.archived_at).is_(None),
                Tenure.starts_on <= day,
                or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= day),
            )
            .order_by(col(Person.sort_name), col(Person.name), col(Person.id))
            .distinct()
        )
    )


@verb
def add_person(
    db: Session, *, name: str, email: str = "", zone: str = "", organization: str = "", by: Viewer
) -> Person:
    """A new person. Raises Refused for an empty name, an address that is none, or one that somebody has."""
    person = Person(name=checked_name(name))
    db.add(person)
    _fill(db, person, name=name, email=email, zone=zone, organization=organization)
    return person


@verb
def edit_person(
    db: Session, person: Person, *, name: str, email: str, zone: str, organization: str, by: Viewer
) -> Person:
    """Change what is on record of a person. Raises Refused as `add_person` does."""
    _fill(db, person, name=name, email=email, zone=zone, organization=organization)
    return person


@verb
def set_own(db: Session, person: Person, *, name: str, zone: str, by: Viewer) -> Person:
    """A person's own settings: how they are called, and the zone whose clock stands beside the event's."""
    person.name = checked_name(name)
    person.sort_name = sort_name(person.name)
    person.zone = checked_zone(zone) if zone else None
    return person


@verb
def add_assistant(db: Session, principal: Person, *, email: str, name: str = "", by: Viewer) -> Assistance:
    """Let the person with this address act for the principal from today; `name` is needed for a new address.

    Raises Refused for an address that is none, the principal's own, or an assistant's of theirs already.
    """
    address = checked_email(email)
    if address is None:
        raise Refused("Say your assistant's e-mail address; sign-in links go there.", field="email")
    assistant = db.exec(select(Person).where(Person.email == address)).first()
    if assistant is None:
        if not name.strip():
            raise Refused("Nobody with this address is on record yet. Say their name too.", field="name")
        assistant = add_person(db, name=name, email=address, by=by)
        db.flush()
    if assistant.key == principal.key:
        raise Refused("This is your own address.", field="email")
    if any(one.assistant_id == assistant.key for one in assistants_of(db, principal.key)):
        raise Refused(f"{assistant.name} acts for you already.", field="email")
    today = clock.today("UTC")
    assistance = Assistance(assistant_id=assistant.key, principal_id=principal.key, starts_on=today)
    db.add(assistance)
    return assistance


@verb
def end_assistance(db: Session, assistance: Assistance, *, by: Viewer) -> None:
    """From now on the assistant no longer acts for the principal; yesterday was their last day. What they did
    stays on record."""
    today = clock.today("UTC")
    assistance.ends_on = today - timedelta(days=1)


def assistants_of(db: Session, principal_id: int) -> Sequence[Assistance]:
    """Who may act for a person today, with their names; two queries."""
    today = clock.today("UTC")
    return db.exec(
        select(Assistance)
        .where(
            Assistance.principal_id == principal_id,
            Assistance.starts_on <= today,
            or_(col(Assistance.ends_on).is_(None), col(Assistance.ends_on) >= today),
        )
        .order_by(col(Assistance.starts_on), col(Assistance.id))
        .options(selectinload(relation(Assistance.assistant)))
    ).all()


def _fits(one: Attendee, sought: Sought) -> bool:
    if sought.role_id is not None and all(office.role_id != sought.role_id for office in one.offices):
        return False
    if sought.city_id is not None and all(office.city_id != sought.city_id for office in one.offices):
        return False
    return matches(sought.words, one.name, *(office.said for office in one.offices))


def _fill(db: Session, person: Person, *, name: str, email: str, zone: str, organization: str) -> None:
    address = checked_email(email)
    if address is not None:
        other = db.exec(select(Person).where(Person.email == address)).first()
        if other is not None and other is not person:
            raise Refused(f"{other.name} has this address on record already.", field="email")
    person.name = checked_name(name)
    person.sort_name = sort_name(person.name)
    person.email = address
    person.zone = checked_zone(zone) if zone else None
    person.organization = " ".join(organization.split())


def checked_email(email: str) -> str | None:
    """The address in the form it is kept and compared in, lower case; None for none."""
    if not email.strip():
        return None
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Refused("An e-mail address looks like name@city.gov.", field="email") from error
