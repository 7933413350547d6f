"""Who of those invited said what: for organizers who may know who is in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from app import clock
from app.gatherings.details import GONE
from app.gatherings.invitations import Said
from app.gatherings.knowing import is_invited
from app.models import AgendaSession, Participation
from app.people.audiences import Attendee, roll, rule_of


@dataclass(frozen=True, slots=True)
class Guest:
    """One who is invited, and what they said, if anything."""

    person_id: int
    name: str
    office: str
    said: Said | None

    @property
    def answer(self) -> str:
        return self.said.answer.value if self.said else Participation.NEEDS_ACTION.value


def who_said_what(db: Session, session: AgendaSession, said: Mapping[int, Said]) -> list[Guest]:
    """All who are invited on the session's day, with their answers, in the order of roles, then by name. The number of
    queries is fixed."""
    people = people_of_session(db, session)
    return [Guest(one.person_id, one.name, one.office, said.get(one.person_id)) for one in people]


def people_of_session(db: Session, session: AgendaSession) -> list[Attendee]:
    """All who are invited to a session on its day, or have a part in it, in the order of roles, then by name."""
    assert session.starts_at is not None
    rule, parts = rule_of(session.audience), {one.person_id for one in session.engagements if one.state not in GONE}
    day = clock.local(session.starts_at, session.zone).date()
    people = roll(db, day, session.cohort_id, rule.person_ids | parts)
    return [one for one in people if one.person_id in parts or is_invited(rule, one.person_id, one.offices)]
