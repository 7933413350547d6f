"""What has not been said yet by who has a place: one rule for their own page, a team's cards, the board and its lists,
reminders, letters and what is due.

Registering is never refused for it, and no place depends on it. Who waits, or has yet to accept or to answer, owes
none of it, and a walk-in nothing at all; travel is asked of who is sure to come. Only that it is missing is said, never
what was answered (rule 12).
"""

from collections.abc import Iterable
from enum import StrEnum

from sqlmodel import Session, col, select

from app.models import Convening, Registration, RegistrationState, Seat
from app.registration.needs import answered_among
from app.registration.question_answers import answered_by, unanswered
from app.registration.questions import asked_of, questions_of
from app.registration.travel import travel_among, travel_said

PLACED = (RegistrationState.PENDING, RegistrationState.SUBMITTED)


class Lack(StrEnum):
    """Something that is missing, in words."""

    NOTICES = "the notices"
    FOOD = "food and access"
    PHOTO = "photo consent"
    QUESTIONS = "the organizers’ questions"
    TRAVEL = "arrival and departure"


LATER = (Lack.QUESTIONS, Lack.TRAVEL)
"""What is said on the page beside the form."""


def where_said(lacks: Iterable[str]) -> str:
    """The page under a registration's address where the first of it is said: the form, and after it the page beside."""
    return "more" if all(one in LATER for one in lacks) else "form"


def has_notices(convening: Convening) -> bool:
    """Whether there is something to have read before one registers."""
    return bool(convening.records_notice or convening.minors_notice)


def lacks_among(
    db: Session, convening: Convening, registrations: Iterable[Registration]
) -> dict[int, tuple[Lack, ...]]:
    """Registration id → what is missing, of those of whom something is. Five queries, however many they are."""
    placed = [row for row in registrations if row.state in PLACED and not row.walk_in]
    numbers = [row.key for row in placed]
    needs, journeys = answered_among(db, placed), travel_among(db, numbers)
    questions = questions_of(db, convening)
    answers = answered_by(db, numbers) if questions else {}
    roles = _roles(db, placed) if questions else {}
    found: dict[int, tuple[Lack, ...]] = {}
    for row in placed:
        open_ = {
            Lack.NOTICES: has_notices(convening) and row.notices_read_at is None,
            Lack.FOOD: row.key not in needs,
            Lack.PHOTO: row.photo_consent is None,
            Lack.QUESTIONS: bool(
                unanswered(asked_of(questions, roles.get(row.seat_id)), answers.get(row.key, {})),
            ),
            Lack.TRAVEL: row.state is RegistrationState.SUBMITTED and not travel_said(journeys.get(row.key)),
        }
        if any(open_.values()):
            found[row.key] = tuple(lack for lack, is_open in open_.items() if is_open)
    return found


def _roles(db: Session, registrations: Iterable[Registration]) -> dict[int | None, int]:
    """Seat id → its role, of the seats for which people are registered. One query."""
    seats = {row.seat_id for row in registrations if row.seat_id is not None}
    return dict(db.exec(select(Seat.id, Seat.role_id).where(col(Seat.id).in_(seats))).all())
