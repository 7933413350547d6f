"""What is still open about a convening, person by person: not begun, not finished, travel not said.

Only of those who would come in a seat they hold on the first day (or stand in for one); of who declined, cancelled,
was replaced or waits in line nothing is open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.models import Convening, Registration, RegistrationState, ReminderKind
from app.people.audiences import Attendee
from app.people.standing_in import stand_ins
from app.registration.needs import answered_among
from app.registration.question_answers import answered_by, unanswered
from app.registration.questions import asked_of, questions_of
from app.registration.teams import answers_missing
from app.registration.travel import travel_among, travel_said

PLACED = (RegistrationState.PENDING, RegistrationState.SUBMITTED)
WITH_MATTERS = (RegistrationState.STARTED, *PLACED)

NO_PLACE_YET = "the registration itself"
QUESTIONS = "the organizers’ questions"
TRAVEL = "arrival and departure"


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that is open. `city_id` is that of the team, None for lab people and experts; `missing` says it in
    words, never what was answered (rule 12). `since` is when the person last did something about it, or was asked."""

    person_id: int
    name: str
    office: str
    city_id: int | None
    missing: tuple[str, ...]
    since: datetime | None


Matters = dict[ReminderKind, dict[int, Matter]]


def comers(db: Session, convening: Convening) -> list[Attendee]:
    """Who would come: the holders of seats on the first day, and those who stand in for them. Two queries."""
    return stand_ins(db, convening.key).roll(db, convening.starts_on, convening.cohort_id)


def open_matters(db: Session, convening: Convening, people: Iterable[Attendee]) -> Matters:
    """Kind → person → what is open, in the order of the people. Five queries, however many they are."""
    people = list(people)
    registered = select(Registration).where(
        Registration.convening_id == convening.key, col(Registration.person_id).in_([one.person_id for one in people])
    )
    rows = {row.person_id: row for row in db.exec(registered)}
    numbers = [row.key for row in rows.values()]
    needs = answered_among(db, rows.values())
    travel = travel_among(db, numbers)
    questions = questions_of(db, convening)
    answers = answered_by(db, numbers) if questions else {}
    found: Matters = {kind: {} for kind in ReminderKind}
    for one in people:
        row = rows.get(one.person_id)
        if row is None or row.state is RegistrationState.INVITED:
            if row is not None or any(office.city_id is not None for office in one.offices):
                found[ReminderKind.NOT_STARTED][one.person_id] = _matter(one, row, (NO_PLACE_YET,))
            continue
        if row.walk_in or row.state not in WITH_MATTERS:
            continue
        role_id = one.offices[0].role_id if one.offices else None
        missing = _missing(row, needs)
        if row.state in PLACED and unanswered(asked_of(questions, role_id), answers.get(row.key, {})):
            missing = (*missing, QUESTIONS)
        if missing:
            found[ReminderKind.INCOMPLETE][one.person_id] = _matter(one, row, missing)
        if row.state is RegistrationState.SUBMITTED and not travel_said(travel.get(row.key)):
            found[ReminderKind.NO_TRAVEL][one.person_id] = _matter(one, row, (TRAVEL,))
    return found


def _missing(row: Registration, needs: set[int]) -> tuple[str, ...]:
    if row.state is RegistrationState.STARTED:
        return (NO_PLACE_YET,)
    return answers_missing(row, needs_answered=row.key in needs)


def _matter(one: Attendee, row: Registration | None, missing: tuple[str, ...]) -> Matter:
    city_ids = [office.city_id for office in one.offices if office.city_id is not None]
    city_id = row.city_id if row is not None and row.city_id is not None else next(iter(city_ids), None)
    moments = [moment for moment in (row.invited_at, row.submitted_at) if moment] if row is not None else []
    since = max(moments) if moments else row.created_at if row is not None else None
    return Matter(one.person_id, one.name, one.office, city_id, missing, since)
