"""Who may know what of a session: all of it, that it takes place, or nothing (rules 13 and 18)."""

from collections.abc import Callable
from datetime import date, timedelta
from enum import IntEnum

from sqlmodel import Session, select

from app.models import AgendaSession, Openness, Standing, Tenure
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
    return any(office.standing is not Standing.EXPERT for office in viewer.offices_in(cohort_id))


def offices_by_day(db: Session, person_id: int | None) -> Callable[[date], tuple[Office, ...]]:
    """The offices a person holds on any day, looked up once for each stretch between two changes of theirs.

    An audience is whoever holds its seats on the session's day: a mayor-elect is invited from January on.
    """
    tenures = db.exec(select(Tenure).where(Tenure.person_id == person_id)).all() if person_id is not None else []
    changes = {tenure.starts_on for tenure in tenures}
    changes |= {tenure.ends_on + timedelta(days=1) for tenure in tenures if tenure.ends_on is not None}
    stretches = [(day, offices_of(db, person_id, day)) for day in sorted(changes)] if person_id is not None else []

    def on(day: date) -> tuple[Office, ...]:
        return next((offices for since, offices in reversed(stretches) if since <= day), ())

    return on
