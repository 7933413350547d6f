"""Who approves a city's update: its mayor in office and designees on record (rule 5); who is told; who writes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_
from sqlalchemy import select as select_all
from sqlmodel import Session, col, select

from app import clock
from app.models import Assistance, City, Designation, Person, Role, Seat, Standing, Tenure, Update, UpdateCycle
from app.people.audit import Refused
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Approver:
    """Who may approve: the mayor in office, or a designee. `office` is said "Mayor, Oakland"."""

    person_id: int
    name: str
    office: str
    is_mayor: bool


def approvers(db: Session, update: Update, on: date) -> list[Approver]:
    """The holder of the city's seat of mayor on a day, and the designees on record then who still are of the city:
    who leaves it approves nothing more, whatever their designation says."""
    city = db.get_one(City, update.city_id)
    cohort_id = db.get_one(UpdateCycle, update.cycle_id).cohort_id
    of_mayor = (
        Seat.cohort_id == cohort_id,
        Seat.city_id == update.city_id,
        Role.standing == Standing.MAYOR,
        col(Seat.archived_at).is_(None),
    )
    tenures = db.exec(
        select(Tenure, Seat, Role, Person)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .join(Person, col(Person.id) == Tenure.person_id)
        .where(*of_mayor, Tenure.starts_on <= on, or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= on))
        .order_by(col(Seat.position), col(Seat.id))
    )
    found = [
        Approver(person.key, person.name, f"{tenure.title or seat.label or role.name}, {city.name}", is_mayor=True)
        for tenure, seat, role, person in tenures
    ]
    designations = db.exec(
        select(Designation, Role, Person)
        .join(Seat, col(Seat.id) == Designation.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .join(Person, col(Person.id) == Designation.person_id)
        .where(
            *of_mayor,
            Designation.starts_on <= on,
            or_(col(Designation.ends_on).is_(None), col(Designation.ends_on) >= on),
            col(Designation.person_id).in_(_seated(cohort_id, update.city_id, on)),
        )
        .order_by(col(Designation.id))
    )
    found += [
        Approver(person.key, person.name, f"designee of the {role.name}, {city.name}", is_mayor=False)
        for _, role, person in designations
        if person.key not in {one.person_id for one in found}
    ]
    return found


def _seated(cohort_id: int, city_id: int, on: date) -> Select[int]:
    """Who holds any seat of the city on a day."""
    return (
        select_all(col(Tenure.person_id))
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .where(
            col(Seat.cohort_id) == cohort_id,
            col(Seat.city_id) == city_id,
            col(Seat.archived_at).is_(None),
            col(Tenure.starts_on) <= on,
            or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= on),
        )
    )


def approvers_now(db: Session, update: Update) -> list[Approver]:
    """Who may approve today, by the city's own clock."""
    return approvers(db, update, today_of(db, update))


def may_approve(db: Session, update: Update, viewer: Viewer) -> bool:
    """Whether the viewer, in person and today, is one who approves this update."""
    if viewer.acting or not viewer.is_signed_in:
        return False
    return viewer.person_id in {one.person_id for one in approvers_now(db, update)}


def as_approver(db: Session, update: Update, moment: datetime, by: Viewer) -> Approver:
    """The viewer as one who approves at a moment; raises Refused for everybody else, assistants and organizers too.

    The program itself stands for whoever was mayor then.
    """
    city = db.get_one(City, update.city_id)
    entitled = approvers(db, update, clock.local(moment, city.zone).date())
    if by.is_system and entitled:
        return entitled[0]
    if not by.acting:
        for one in entitled:
            if one.person_id == by.person_id:
                return one
    names = listed([one.name for one in entitled], "or") or "nobody, until the seat of mayor is filled"
    raise Refused(f"Only {city.name}’s mayor or a designee on record approves its update, in person: {names}.")


def asked_now(db: Session, update: Update) -> list[Person]:
    """Who is told today that an update waits for the mayor: approvers, and the assistants who act for them."""
    return told(db, [one.person_id for one in approvers_now(db, update)])


def told(db: Session, approver_ids: Sequence[int]) -> list[Person]:
    """Approvers and those who act for them today, each once, in order."""
    today = clock.today("UTC")
    assistants = select(Assistance.assistant_id).where(
        col(Assistance.principal_id).in_(approver_ids),
        Assistance.starts_on <= today,
        or_(col(Assistance.ends_on).is_(None), col(Assistance.ends_on) >= today),
    )
    return list(
        db.exec(
            select(Person)
            .where(or_(col(Person.id).in_(approver_ids), col(Person.id).in_(assistants)))
            .where(col(Person.archived_at).is_(None))
            .order_by(col(Person.id))
        )
    )


def facilitators_of(db: Session, update: Update) -> list[Person]:
    """Who holds the city's seat of facilitator today."""
    today = today_of(db, update)
    return list(
        db.exec(
            select(Person)
            .join(Tenure, col(Tenure.person_id) == Person.id)
            .join(Seat, col(Seat.id) == Tenure.seat_id)
            .join(Role, col(Role.id) == Seat.role_id)
            .where(
                Seat.cohort_id == db.get_one(UpdateCycle, update.cycle_id).cohort_id,
                Seat.city_id == update.city_id,
                Role.standing == Standing.FACILITATOR,
                col(Seat.archived_at).is_(None),
                Tenure.starts_on <= today,
                or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= today),
            )
            .order_by(col(Person.id))
        )
    )


def is_facilitator(db: Session, update: Update, viewer: Viewer) -> bool:
    """Whether the viewer, in person, holds the seat of facilitator of the update's city."""
    cohort_id = db.get_one(UpdateCycle, update.cycle_id).cohort_id
    return not viewer.acting and any(
        office.city_id == update.city_id and office.standing is Standing.FACILITATOR and not office.stands_in
        for office in viewer.offices_in(cohort_id)
    )


def today_of(db: Session, update: Update) -> date:
    """Today by the city's own clock."""
    return clock.today(db.get_one(City, update.city_id).zone)


def listed(items: Sequence[str], word: str = "and") -> str:
    """ "a, b and c"."""
    return f" {word} ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
