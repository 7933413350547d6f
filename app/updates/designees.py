"""Designees: who, besides the mayor, approves a city's updates, from a day to a day (rule 5).

The mayor in office appoints and ends them in person, or an organizer does, who has the mayor's word; nobody else, and
no assistant in the mayor's place. One of the city's people is appointed, never one of the lab: who releases an update
does not approve it. Nothing is deleted: whoever once was a designee stays on record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app import clock
from app.models import AuditEntry, City, Cohort, Designation, Person, Role, Seat, Standing, Tenure
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

DAY = timedelta(days=1)
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Designee:
    """A designation on record. `starts_on` and `ends_on` are days in the city, both included; `by` is who appointed
    them `at` (UTC), as the log has it."""

    number: int
    person_id: int
    name: str
    starts_on: date
    ends_on: date | None
    note: str
    by: str
    at: datetime

    def is_over_on(self, day: date) -> bool:
        return self.ends_on is not None and self.ends_on < day


@verb
def appoint_designee(
    db: Session,
    cohort: Cohort,
    city: City,
    person: Person,
    *,
    starts_on: date,
    ends_on: date | None,
    note: str,
    by: Viewer,
) -> Designation:
    """Put one of the city's people on record as designee of its mayor; refuses overlapping days of the same person."""
    seat = _hold_seat(db, cohort, city)
    _refuse_others(db, cohort, city, by)
    note = as_written(note, longest=LONGEST_NOTE, field="note")
    if not note:
        raise Refused("Say why: it stands on record with your name.", "note")
    if ends_on is not None and ends_on < starts_on:
        raise Refused("The last day comes before the first.", "ends_on")
    if ends_on is not None and ends_on < clock.today(city.zone):
        raise Refused("That is over already. Choose a last day that is to come.", "ends_on")
    if person.key not in {one.key for one in eligible(db, cohort, city)}:
        raise Refused(f"Choose one of {city.name}’s people who is not its mayor.", "person")
    for other in db.exec(
        select(Designation).where(Designation.seat_id == seat.key, Designation.person_id == person.key)
    ):
        if other.starts_on <= (ends_on or date.max) and starts_on <= (other.ends_on or date.max):
            raise Refused(f"{person.name} is on record for some of these days already. End that first.", "starts_on")
    designation = Designation(seat_id=seat.key, person_id=person.key, starts_on=starts_on, ends_on=ends_on, note=note)
    db.add(designation)
    db.flush()
    return designation


@verb
def end_designation(
    db: Session, cohort: Cohort, city: City, designation: Designation, *, ends_on: date | None, by: Viewer
) -> None:
    """Let a designation end with a day, its last; None: at once. A later end than the one that stands is no ending.

    The links to approve that they have by letter open nothing from the day after.
    """
    _hold_seat(db, cohort, city)
    _refuse_others(db, cohort, city, by)
    db.refresh(designation)
    today = clock.today(city.zone)
    last = ends_on if ends_on is not None else today - DAY
    if designation.ends_on is not None and designation.ends_on < today:
        return  # a second click
    if ends_on is not None and ends_on < today:
        raise Refused(
            "That day is over: what was approved since then stays approved. Choose today or later.", "ends_on"
        )
    if designation.ends_on is not None and last > designation.ends_on:
        raise Refused("It ends before that day. To go on longer, appoint them anew.", "ends_on")
    designation.ends_on = last
    db.add(designation)


def designees_of(db: Session, cohort: Cohort, city: City) -> list[Designee]:
    """All who are or were on record for the city's mayor, the latest first. Two queries."""
    rows = db.exec(
        select(Designation, Person)
        .join(Seat, col(Seat.id) == Designation.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .join(Person, col(Person.id) == Designation.person_id)
        .where(Seat.cohort_id == cohort.key, Seat.city_id == city.key, Role.standing == Standing.MAYOR)
        .order_by(col(Designation.starts_on).desc(), col(Designation.id).desc())
    ).all()
    first_last = db.exec(
        select(AuditEntry.subject_id, AuditEntry.by)
        .where(
            AuditEntry.subject == Designation.__tablename__,
            col(AuditEntry.subject_id).in_([row.key for row, _ in rows]),
        )
        .order_by(col(AuditEntry.id).desc())
    )
    appointed = dict(first_last.all())
    return [
        Designee(
            row.key,
            person.key,
            person.name,
            row.starts_on,
            row.ends_on,
            row.note,
            appointed.get(row.key, ""),
            row.created_at,
        )
        for row, person in rows
    ]


def find_designation(db: Session, cohort: Cohort, city: City, number: int) -> Designation | None:
    """The designation of that number, if it is for this city's mayor."""
    return db.exec(
        select(Designation)
        .join(Seat, col(Seat.id) == Designation.seat_id)
        .where(Designation.id == number, Seat.cohort_id == cohort.key, Seat.city_id == city.key)
    ).first()


def eligible(db: Session, cohort: Cohort, city: City) -> Sequence[Person]:
    """Who can be appointed: who holds a seat of the city today and is not its mayor, by name."""
    today = clock.today(city.zone)
    seated = (
        select(Tenure.person_id)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .join(Role, col(Role.id) == Seat.role_id)
        .where(
            Seat.cohort_id == cohort.key,
            col(Seat.archived_at).is_(None),
            Tenure.starts_on <= today,
            or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= today),
        )
    )
    of_city = seated.where(Seat.city_id == city.key)
    mayors = of_city.where(Role.standing == Standing.MAYOR)
    lab = seated.where(col(Role.standing).in_([Standing.ORGANIZER, Standing.STAFF]))
    return db.exec(
        select(Person)
        .where(
            col(Person.id).in_(of_city),
            col(Person.id).not_in(mayors),
            col(Person.id).not_in(lab),
            col(Person.archived_at).is_(None),
        )
        .order_by(col(Person.sort_name), col(Person.id))
    ).all()


def may_appoint(db: Session, cohort: Cohort, city: City, viewer: Viewer) -> bool:
    """The mayor in office, in person, and the cohort's organizers."""
    if viewer.is_organizer(cohort.key):
        return True
    return not viewer.acting and any(
        office.city_id == city.key and office.standing is Standing.MAYOR and not office.stands_in
        for office in viewer.offices_in(cohort.key)
    )


def _refuse_others(db: Session, cohort: Cohort, city: City, by: Viewer) -> None:
    if not may_appoint(db, cohort, city, by):
        raise Refused(f"Only {city.name}’s mayor, in person, or an organizer of the lab appoints and ends a designee.")


def _hold_seat(db: Session, cohort: Cohort, city: City) -> Seat:
    """Lock the city's seat of mayor, so that two who appoint at once come one after the other."""
    seat = db.exec(
        select(Seat)
        .join(Role, col(Role.id) == Seat.role_id)
        .where(
            Seat.cohort_id == cohort.key,
            Seat.city_id == city.key,
            Role.standing == Standing.MAYOR,
            col(Seat.archived_at).is_(None),
        )
        .order_by(col(Seat.position), col(Seat.id))
    ).first()
    if seat is None:
        raise Refused(f"{city.name} has no seat of mayor in {cohort.name}. Add one on the city’s page first.")
    db.exec(select(Seat.id).where(Seat.id == seat.key).with_for_update()).one()
    return seat
