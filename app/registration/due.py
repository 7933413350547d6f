"""What a person owes a convening: their own registration, and for a facilitator the team's."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.models import UNANSWERED, City, Convening, RegistrationState, Standing
from app.models.base import relation
from app.people.viewer import Viewer
from app.registration.offers import is_offered
from app.registration.registrations import office_at, registration_of
from app.registration.teams import team
from app.registration.terms import closed_because


@dataclass(frozen=True, slots=True)
class Due:
    """A thing owed: what it is, the page where it is done, and its last day in the zone of whoever owes it.

    `due_on` is None where nobody has said a day.
    """

    title: str
    url: str
    due_on: date | None
    detail: str = ""


def due_from(db: Session, viewer: Viewer) -> list[Due]:
    """What the viewer owes the convenings whose registration is open, the nearest first."""
    if viewer.person_id is None:
        return []
    cohorts = {office.cohort_id for office in viewer.offices}
    convenings = db.exec(
        select(Convening)
        .where(col(Convening.cohort_id).in_(cohorts), col(Convening.archived_at).is_(None))
        .where(col(Convening.ends_on) >= clock.today("UTC"))
        .options(joinedload(relation(Convening.cohort)))
        .order_by(col(Convening.starts_on))
    ).all()
    due: list[Due] = []
    for convening in convenings:
        due += _offer(db, convening, viewer)
        if closed_because(convening) is None:
            due += _own(db, convening, viewer) + _team(db, convening, viewer)
    return due


def _offer(db: Session, convening: Convening, viewer: Viewer) -> list[Due]:
    """A place that is kept for the viewer for a time, also after registration has closed."""
    assert viewer.person_id is not None
    registration = registration_of(db, convening, viewer.person_id)
    if registration is None or not is_offered(registration) or registration.offered_until is None:
        return []
    zone = viewer.zone or convening.zone
    return [
        Due(
            f"A place at {convening.title} is kept for you: say yes or no",
            f"{convening.path}/registration",
            clock.local(registration.offered_until, zone).date(),
            f"Until {clock.said_moment(registration.offered_until, zone)}",
        )
    ]


def _own(db: Session, convening: Convening, viewer: Viewer) -> list[Due]:
    assert viewer.person_id is not None
    registration = registration_of(db, convening, viewer.person_id)
    if registration is not None and registration.state not in UNANSWERED:
        return []
    if registration is None and office_at(db, convening, viewer.person_id) is None:
        return []
    started = registration is not None and registration.state is RegistrationState.STARTED
    title = f"Finish registering for {convening.title}" if started else f"Register for {convening.title}"
    days = f"{clock.said_day(convening.starts_on)} to {clock.said_day(convening.ends_on)}"
    where = f", {convening.venue.name}" if convening.venue else ""
    return [Due(title, f"{convening.path}/registration", convening.registration_closes_on, f"{days}{where}")]


def _team(db: Session, convening: Convening, viewer: Viewer) -> list[Due]:
    due = []
    for office in viewer.offices_in(convening.cohort_id):
        if office.standing is not Standing.FACILITATOR or office.city_id is None or viewer.acting:
            continue
        so_far = team(db, convening, db.get_one(City, office.city_id))
        if so_far.settled < so_far.people:
            due.append(
                Due(
                    f"Register {office.city_name}’s team for {convening.title}",
                    f"{convening.path}/registration/team/{office.city_slug}",
                    convening.registration_closes_on,
                    f"{so_far.settled} of {so_far.people} have answered",
                )
            )
    return due
