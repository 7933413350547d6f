"""Who may know what of a session: all of it, that it takes place, or nothing (rules 13 and 18)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import IntEnum

from sqlmodel import Session, col, select

from app import clock
from app.models import AgendaSession, Openness, Seat, Standing, Tenure
from app.people.audiences import Rule
from app.people.viewer import Office, Viewer, offices_of

COVER = "Closed session"
"""What a session is called before those who may know only that it takes place, unless it has a cover of its own."""


class Knowledge(IntEnum):
    NOTHING = 0
    COVER = 1
    ALL = 2


def knowledge(session: AgendaSession, viewer: Viewer, *, is_inside: bool) -> Knowledge:
    """What a viewer may know of a gathering; `is_inside`: they are of its audience that day or have a part in it.

    Closed means closed: those outside hear nothing, the lab too where it is excluded, but for organizers, who
    have to know that the hour is taken. An assistant keeps their principal's calendar and is not in the room, so
    of a closed one they know the hour.
    """
    is_lab = viewer.is_lab(session.cohort_id) and not viewer.acting
    if viewer.is_system or (is_inside and not viewer.acting) or (is_lab and not session.excludes_lab):
        return Knowledge.ALL
    if session.openness.is_public:
        return Knowledge.ALL
    if session.openness is Openness.COHORT:
        return Knowledge.ALL if is_inside or is_of_cohort(viewer, session.cohort_id) else Knowledge.NOTHING
    return Knowledge.COVER if is_inside or viewer.is_organizer(session.cohort_id) else Knowledge.NOTHING


def is_of_cohort(viewer: Viewer, cohort_id: int) -> bool:
    """Whether the viewer belongs to the cohort, rather than being its guest for a session, as experts are."""
    return not is_guest(viewer.offices_in(cohort_id))


def is_guest(offices: Sequence[Office]) -> bool:
    """Whether these offices in a cohort, an expert's or none, leave their holder a guest."""
    return all(office.standing is Standing.EXPERT for office in offices)


def is_invited(rule: Rule, person_id: int, offices: Sequence[Office]) -> bool:
    """Whether an audience takes in a person with these offices in its cohort. "Everyone" does not mean guests."""
    return (replace(rule, everyone=False) if is_guest(offices) else rule).takes(person_id, offices)


def offices_by_day(db: Session, person_id: int | None) -> Callable[[date], tuple[Office, ...]]:
    """The offices a person holds on any day, looked up once for each stretch between two changes of theirs.

    An audience is whoever holds its seats on the session's day: a mayor-elect is invited from January on. Whoever
    has left a cohort for good has left its past as well: access goes, the record stays.
    """
    if person_id is None:
        return lambda day: ()
    seats = db.exec(
        select(Tenure, Seat.cohort_id).join(Seat, col(Seat.id) == Tenure.seat_id).where(Tenure.person_id == person_id)
    ).all()
    today = clock.today("UTC")
    cohorts = {cohort_id for tenure, cohort_id in seats if tenure.ends_on is None or tenure.ends_on >= today}
    changes = {tenure.starts_on for tenure, _ in seats}
    changes |= {tenure.ends_on + timedelta(days=1) for tenure, _ in seats if tenure.ends_on is not None}
    stretches = [(day, offices_of(db, person_id, day)) for day in sorted(changes)]

    def on(day: date) -> tuple[Office, ...]:
        held = next((offices for since, offices in reversed(stretches) if since <= day), ())
        return tuple(office for office in held if office.cohort_id in cohorts)

    return on
