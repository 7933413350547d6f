"""Who of those who come to a convening is really in a session: by its audience, by what they chose, and by when they
are there (rule 11). For meals and for what a room has to offer; decided on the draft, as it is planned now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload, selectinload
from sqlmodel import Session, col, select

from app.gatherings.details import GONE
from app.models import (
    AgendaSession,
    City,
    Convening,
    Engagement,
    Openness,
    Person,
    PrivateNeeds,
    Registration,
    RegistrationState,
    Role,
    Seat,
    SessionChoice,
    SessionRoom,
)
from app.models.base import relation
from app.people.audiences import Rule, rules_of
from app.people.standing_in import StandIns, stand_ins
from app.people.viewer import Office, stand_in_office
from app.registration.presence import Window, presence


@dataclass(frozen=True, slots=True)
class Guest:
    """One who has a place. `windows` is when they are there, () the whole time; a substitute comes with the office of
    the seat that they take (rule 10)."""

    registration_id: int
    person_id: int
    name: str
    city: str
    offices: tuple[Office, ...]
    windows: tuple[Window, ...]
    needs: PrivateNeeds | None
    chosen: frozenset[int] = frozenset()
    sort_name: str = ""

    def is_there(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether they are there for some of that time."""
        return not self.windows or any(one.starts_at < ends_at and starts_at < one.ends_at for one in self.windows)


@dataclass(frozen=True, slots=True)
class Place:
    """A session that takes place, its rule, and those who are in it whatever the rule says."""

    session: AgendaSession
    rule: Rule
    presenting: frozenset[int]
    standing: StandIns

    def takes(self, guest: Guest) -> bool:
        """Whether a guest is in it; of a session to choose, only who chose it or has a part in it."""
        session = self.session
        assert session.starts_at is not None
        assert session.ends_at is not None
        if not guest.is_there(session.starts_at, session.ends_at):
            return False
        granted = session.key in self.standing.grants.get(guest.person_id, ())
        if guest.person_id in self.presenting or granted:
            return True
        if session.choice_group:
            return session.key in guest.chosen
        is_closed = session.openness is Openness.CLOSED
        if self.standing.takes(self.rule, guest.person_id, guest.offices, session_id=session.key, is_closed=is_closed):
            return True
        return self.rule.everyone and not guest.offices and guest.person_id not in self.rule.but_person_ids


def guests(db: Session, convening: Convening, *, with_needs: bool = True) -> list[Guest]:
    """All who have a place, by city and name, with what they need where that is asked for (rule 12). Six queries,
    however many they are."""
    needs = relation(Registration.needs)
    rows = db.execute(
        sa.select(Registration, Person, City, Seat, Role)
        .join(Person, col(Person.id) == Registration.person_id)
        .outerjoin(City, col(City.id) == Registration.city_id)
        .outerjoin(Seat, col(Seat.id) == Registration.seat_id)
        .outerjoin(Role, col(Role.id) == Seat.role_id)
        .where(
            col(Registration.convening_id) == convening.key,
            col(Registration.state) == RegistrationState.SUBMITTED,
        )
        .options(joinedload(needs) if with_needs else lazyload(needs))
        .order_by(col(City.name), Person.sort_name, Person.name, col(Person.id))
    ).all()
    standing = stand_ins(db, convening.key)
    seated = {one.person_id: one.offices for one in standing.roll(db, convening.starts_on, convening.cohort_id)}
    windows = presence(db, convening)
    chosen = _chosen(db, convening)
    found = []
    for registration, person, city, seat, role in rows:
        guest = Guest(
            registration_id=registration.key,
            person_id=person.key,
            name=person.name,
            city=city.name if city else "",
            offices=seated.get(person.key, ()),
            windows=windows.get(person.key, ()),
            needs=registration.needs if with_needs else None,
            chosen=chosen.get(registration.key, frozenset()),
            sort_name=person.sort_name or person.name,
        )
        if not guest.offices and seat is not None:
            guest = replace(guest, offices=(stand_in_office(seat, role, convening.cohort, city),))
        found.append(guest)
    return found


def places(db: Session, convening: Convening) -> list[Place]:
    """The sessions of a convening that take place, in order of time, with their rooms. Seven queries."""
    sessions = db.exec(
        select(AgendaSession)
        .where(
            AgendaSession.convening_id == convening.key,
            col(AgendaSession.starts_at).is_not(None),
            col(AgendaSession.cancelled_at).is_(None),
            col(AgendaSession.archived_at).is_(None),
        )
        .options(
            selectinload(relation(AgendaSession.places)).options(
                joinedload(relation(SessionRoom.room)),
                joinedload(relation(SessionRoom.setup)),
                joinedload(relation(SessionRoom.city)),
            )
        )
        .order_by(col(AgendaSession.starts_at), col(AgendaSession.id))
    ).all()
    rules = rules_of(db, {session.audience_id for session in sessions})
    presenting: dict[int, set[int]] = {}
    engaged = select(Engagement.session_id, Engagement.person_id).where(
        col(Engagement.session_id).in_([session.key for session in sessions]), col(Engagement.state).not_in(GONE)
    )
    for session_id, person_id in db.exec(engaged):
        presenting.setdefault(session_id, set()).add(person_id)
    standing = stand_ins(db, convening.key)
    return [
        Place(session, rules[session.audience_id], frozenset(presenting.get(session.key, ())), standing)
        for session in sessions
    ]


def those_in(place: Place, among: Iterable[Guest]) -> list[Guest]:
    """The guests who are in a session, in their order."""
    return [guest for guest in among if place.takes(guest)]


def rooms_said(session: AgendaSession) -> str:
    """The rooms of a session, "Askwith Hall and GCC"; "" before it has one."""
    names = [use.room.name for use in session.places]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _chosen(db: Session, convening: Convening) -> dict[int, frozenset[int]]:
    rows = db.exec(
        select(SessionChoice.registration_id, SessionChoice.session_id)
        .join(Registration, col(Registration.id) == SessionChoice.registration_id)
        .where(Registration.convening_id == convening.key, col(SessionChoice.given_up_at).is_(None))
    )
    return _gathered(rows.all())


def _gathered(pairs: Sequence[tuple[int, int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for key, number in pairs:
        found.setdefault(key, set()).add(number)
    return {key: frozenset(numbers) for key, numbers in found.items()}
