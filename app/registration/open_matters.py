"""What is still open about a convening, person by person: not begun, not finished, travel not said.

Only of those who would come in a seat they hold on the first day (or stand in for one). What is missing of who has a
place, and that of all others nothing is, says missing.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.models import Convening, Registration, RegistrationState, ReminderKind
from app.people.audiences import Attendee
from app.people.standing_in import stand_ins
from app.registration.missing import Lack, lacks_among

NO_PLACE_YET = "the registration itself"


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
    """Kind → person → what is open, in the order of the people. Six queries, however many they are."""
    people = list(people)
    registered = select(Registration).where(
        Registration.convening_id == convening.key, col(Registration.person_id).in_([one.person_id for one in people])
    )
    rows = {row.person_id: row for row in db.exec(registered)}
    lacks = lacks_among(db, convening, rows.values())
    found: Matters = {kind: {} for kind in ReminderKind}
    for one in people:
        row = rows.get(one.person_id)
        if row is None or row.state is RegistrationState.INVITED:
            if row is not None or any(office.city_id is not None for office in one.offices):
                found[ReminderKind.NOT_STARTED][one.person_id] = _matter(one, row, (NO_PLACE_YET,))
            continue
        missing = lacks.get(row.key, ())
        answers = [lack for lack in missing if lack is not Lack.TRAVEL]
        if row.state is RegistrationState.STARTED and not row.walk_in:
            found[ReminderKind.INCOMPLETE][one.person_id] = _matter(one, row, (NO_PLACE_YET,))
        elif answers:
            found[ReminderKind.INCOMPLETE][one.person_id] = _matter(one, row, answers)
        if Lack.TRAVEL in missing:
            found[ReminderKind.NO_TRAVEL][one.person_id] = _matter(one, row, (Lack.TRAVEL,))
    return found


def _matter(one: Attendee, row: Registration | None, missing: Iterable[str]) -> Matter:
    city_ids = [office.city_id for office in one.offices if office.city_id is not None]
    city_id = row.city_id if row is not None and row.city_id is not None else next(iter(city_ids), None)
    moments = [moment for moment in (row.invited_at, row.submitted_at) if moment] if row is not None else []
    since = max(moments) if moments else row.created_at if row is not None else None
    return Matter(one.person_id, one.name, one.office, city_id, tuple(missing), since)
