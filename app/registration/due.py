"""What a person owes a convening: their own registration with all that belongs to it, for a facilitator the team's, and
for an organizer what waits for them: decisions, and reminders about to go."""

from collections import Counter
from datetime import timedelta

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, func, select

from app import clock
from app.models import UNANSWERED, City, Convening, Registration, RegistrationState, ReminderKind, Standing
from app.models.base import relation
from app.people.audiences import Attendee
from app.people.due import Due
from app.people.viewer import Viewer, offices_of
from app.registration.missing import where_said
from app.registration.offers import is_offered
from app.registration.open_matters import NO_PLACE_YET, comers, open_matters
from app.registration.registrations import office_at, registration_of
from app.registration.reminder_plan import plan
from app.registration.teams import team
from app.registration.terms import closed_because


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
        is_open = closed_because(convening) is None
        due += _own(db, convening, viewer) if is_open else []
        if clock.today(convening.zone) < convening.starts_on:
            due += _unfinished(db, convening, viewer)
        due += _team(db, convening, viewer) if is_open else []
        if viewer.is_organizer(convening.cohort_id):
            due += _decisions(db, convening) + _reminders(db, convening)
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


def _unfinished(db: Session, convening: Convening, viewer: Viewer) -> list[Due]:
    """What somebody who is registered has not answered, which they can also after registration has closed."""
    assert viewer.person_id is not None
    offices = offices_of(db, viewer.person_id, convening.starts_on)
    here = tuple(office for office in offices if office.cohort_id == convening.cohort_id)
    oneself = Attendee(viewer.person_id, viewer.name, viewer.name, None, viewer.zone, here)
    matters = open_matters(db, convening, [oneself])
    registration = matters[ReminderKind.INCOMPLETE].get(viewer.person_id)
    travel = matters[ReminderKind.NO_TRAVEL].get(viewer.person_id)
    missing = [one for matter in (registration, travel) if matter is not None for one in matter.missing]
    if not missing or NO_PLACE_YET in missing:
        return []
    if registration is None:
        return [Due(f"Say how you travel to {convening.title}", f"{convening.path}/registration/more", None)]
    return [
        Due(
            f"Complete your registration for {convening.title}",
            f"{convening.path}/registration/{where_said(missing)}",
            convening.registration_closes_on,
            f"Missing: {', '.join(missing)}",
        )
    ]


def _team(db: Session, convening: Convening, viewer: Viewer) -> list[Due]:
    due = []
    for office in viewer.offices_in(convening.cohort_id):
        if office.standing is not Standing.FACILITATOR or office.city_id is None or viewer.acting:
            continue
        so_far = team(db, convening, db.get_one(City, office.city_id))
        members = [
            one
            for one in comers(db, convening)
            if one.person_id != viewer.person_id and any(held.city_id == office.city_id for held in one.offices)
        ]
        matters = open_matters(db, convening, members)
        started = [one for one in matters[ReminderKind.INCOMPLETE].values() if NO_PLACE_YET not in one.missing]
        states = [f"{so_far.settled} of {so_far.people} have answered"]
        states += [f"{len(started)} not complete"] if started else []
        states += [f"{len(matters[ReminderKind.NO_TRAVEL])} without travel"] if matters[ReminderKind.NO_TRAVEL] else []
        if so_far.settled < so_far.people or len(states) > 1:
            verb = "Register" if so_far.settled < so_far.people else "Complete"
            what = "team" if verb == "Register" else "team’s registrations"
            due.append(
                Due(
                    f"{verb} {office.city_name}’s {what} for {convening.title}",
                    f"{convening.path}/registration/team/{office.city_slug}",
                    convening.registration_closes_on,
                    ", ".join(states),
                )
            )
    return due


def _decisions(db: Session, convening: Convening) -> list[Due]:
    """The registrations that wait for an organizer's approval."""
    waiting = db.exec(
        select(func.count()).where(
            Registration.convening_id == convening.key, Registration.state == RegistrationState.PENDING
        )
    ).one()
    if not waiting:
        return []
    said = "1 registration waits" if waiting == 1 else f"{waiting} registrations wait"
    title = f"{said} for your approval: {convening.title}"
    return [Due(title, f"{convening.path}/registration/board", convening.registration_closes_on)]


def _reminders(db: Session, convening: Convening) -> list[Due]:
    """The next day on which reminders go, when it is today or tomorrow, so that they can be looked at before."""
    today = clock.today(convening.zone)
    days = Counter(clock.local(one.at, convening.zone).date() for rule in plan(db, convening) for one in rule.going)
    day = min(days, default=None)
    if day is None or day > today + timedelta(days=1):
        return []
    count = f"{days[day]} {'letter' if days[day] == 1 else 'letters'}"
    when = "today" if day <= today else "tomorrow"
    held = f"held; {count} would go {when}" if convening.reminders_held_at else f"{count} {when}"
    return [Due(f"Reminders for {convening.title}: {held}", f"{convening.path}/registration/reminders", day)]
