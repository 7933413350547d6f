"""What people chose of the parallel sessions of a convening. Whoever asks whom such a session is for asks here, and
in agenda/parallel.py, which knows what runs beside it.

Whoever chose a session of a choice group is not expected in the others of it. A choice that was given up stays on
record, since calendars count by it (rule 16).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session, col, select

from app.models import HOLDING, Registration, SessionChoice


@dataclass(frozen=True, slots=True)
class Chosen:
    """By person, the sessions that they have chosen, each with when.

    `turns` counts how often each chose or gave up, by which their calendar's sequence rises (rule 16); `turned_at` is
    when they last did.
    """

    at: Mapping[int, Mapping[int, datetime]] = field(default_factory=dict)
    turns: Mapping[int, int] = field(default_factory=dict)
    turned_at: Mapping[int, datetime] = field(default_factory=dict)

    def by(self, session_id: int) -> list[int]:
        """The people who chose a session."""
        return [person_id for person_id, sessions in self.at.items() if session_id in sessions]

    def passed_on(self, leaving_id: int, coming_id: int, closed: Collection[int]) -> "Chosen":
        """The same after one comes in another's place, who gets what the other chose but closed sessions (rule 10)."""
        theirs = {number: at for number, at in self.at.get(leaving_id, {}).items() if number not in closed}
        rest = {person_id: sessions for person_id, sessions in self.at.items() if person_id != leaving_id}
        return replace(self, at={**rest, coming_id: theirs})


NOTHING_CHOSEN = Chosen()


def chosen(db: Session, convening_id: int, person_id: int | None = None) -> Chosen:
    """What the people of a convening, or one of them, chose there. One query."""
    rows = (
        select(SessionChoice, Registration.person_id, Registration.state)
        .join(Registration, col(Registration.id) == SessionChoice.registration_id)
        .where(Registration.convening_id == convening_id)
        .order_by(col(SessionChoice.id))
    )
    if person_id is not None:
        rows = rows.where(Registration.person_id == person_id)
    at: dict[int, dict[int, datetime]] = {}
    turns: dict[int, int] = {}
    turned_at: dict[int, datetime] = {}
    for choice, number, state in db.exec(rows):
        turns[number] = turns.get(number, 0) + (1 if choice.stands else 2)
        last = choice.given_up_at or choice.created_at
        turned_at[number] = max(turned_at.get(number, last), last)
        if choice.stands and state in HOLDING:
            at.setdefault(number, {})[choice.session_id] = choice.created_at
    return Chosen(at, turns, turned_at)
