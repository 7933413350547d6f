"""Naming somebody for an empty seat of a team, on the way to registering them."""

from sqlmodel import Session, select

from app import clock
from app.models import City, Convening, Person, Seat, Standing
from app.people.audit import Refused, verb
from app.people.directory import add_person
from app.people.tenures import Term, give_seat
from app.people.viewer import Viewer


def seat_of(db: Session, convening: Convening, city: City, seat_id: int) -> Seat | None:
    """A city's seat in the convening's cohort that still stands, or None."""
    seat = db.get(Seat, seat_id)
    if seat is None or seat.archived_at or (seat.cohort_id, seat.city_id) != (convening.cohort_id, city.key):
        return None
    return seat


def may_name(standing: Standing, convening: Convening, by: Viewer) -> bool:
    """Whether a viewer may name who sits in a seat of that standing. A facilitator names members: with the seats of
    mayors, superintendents and facilitators come rights over the city's word (rule 5), and the lab gives them."""
    return standing is Standing.MEMBER or by.is_organizer(convening.cohort_id)


@verb
def name_for_seat(db: Session, convening: Convening, seat: Seat, *, name: str, email: str, by: Viewer) -> Person:
    """Give an empty seat to somebody from today: a person made on the way, or who is on record with that very address
    and name. Raises Refused where the seat is held, or is not the viewer's to give."""
    if not may_name(seat.role.standing, convening, by):
        raise Refused(f"The lab gives the seat “{seat.title}”: write to its organizers.", field="name")
    if not email.strip():
        raise Refused("Where should the invitation go?", field="email")
    person = _on_record(db, name, email) or add_person(db, name=name, email=email, by=by)
    db.flush()
    try:
        give_seat(db, seat, person, Term(min(clock.today(convening.zone), convening.starts_on)), by=by)
    except Refused as refused:
        raise Refused(refused.sentence, field="name") from refused
    return person


def _on_record(db: Session, name: str, email: str) -> Person | None:
    person = db.exec(select(Person).where(Person.email == email.strip().lower())).first()
    if person is None or person.archived_at or person.name.casefold() != " ".join(name.split()).casefold():
        return None
    return person
