"""Who stands in for whom at a convening (rule 10). Whoever asks whom a session of a convening is for asks here.

A substitute holds the seat they come for at that convening: they are in the audiences of its role and of its city, and
of everyone. In closed sessions they are only by their own seat, by name, or by an organizer's grant. Whoever gave
their place up is in no audience of that convening any more. What they present does not pass on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app import clock
from app.models import City, Cohort, Registration, RegistrationState, Role, Seat, Substitution
from app.people.audiences import Attendee, Rule, roll
from app.people.viewer import Office, stand_in_office

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Went:
    """When somebody's coming was taken back (UTC), the seat that they would have come into, and what was granted."""

    at: datetime
    seat: Office | None
    grants: frozenset[int]


@dataclass(frozen=True, slots=True)
class StandIns:
    """The substitutions that stand at one convening, by the number of the person.

    `left` gave their places up, at that instant; `seats` are what the others came into, None without a seat (lab,
    experts); `grants` the closed sessions that they may come to all the same. `turns` counts how often each gave a
    place up or had it back, by which their calendar's sequence rises (rule 16). `went` are those whose coming was taken
    back: when, and what they would have had. `strangers` are not on record yet: only supposed.
    """

    left: Mapping[int, datetime] = field(default_factory=dict)
    seats: Mapping[int, Office | None] = field(default_factory=dict)
    grants: Mapping[int, frozenset[int]] = field(default_factory=dict)
    turns: Mapping[int, int] = field(default_factory=dict)
    went: Mapping[int, "Went"] = field(default_factory=dict)
    strangers: tuple[Attendee, ...] = ()

    def offices(self, person_id: int | None, held: Sequence[Office]) -> tuple[Office, ...]:
        """What a person who holds these offices has at the convening: the seat that they came into, too."""
        seat = self.seats.get(person_id) if person_id is not None else None
        if seat is None or any(office.seat_id == seat.seat_id for office in held):
            return tuple(held)
        return (*held, seat)

    def takes(self, rule: Rule, person_id: int, offices: Sequence[Office], *, session_id: int, is_closed: bool) -> bool:
        """Whether a session is for a person with these offices at the convening (`offices`)."""
        if person_id in self.left:
            return False
        if session_id in self.grants.get(person_id, ()):
            return True
        if is_closed:
            offices = [office for office in offices if not office.stands_in]
        return rule.takes(person_id, offices)

    def took(self, rule: Rule, person_id: int, offices: Sequence[Office], *, session_id: int, is_closed: bool) -> bool:
        """Whether a session would be for a person had their coming not been taken back; `offices` are their own."""
        went = self.went.get(person_id)
        if went is None:
            return False
        seats = offices if is_closed or went.seat is None else (*offices, went.seat)
        return session_id in went.grants or rule.takes(person_id, seats)

    def roll(self, db: Session, on: date, cohort_id: int, named: Iterable[int] = ()) -> list[Attendee]:
        """All who hold a seat of the cohort on a day, those named and the substitutes, with their offices here."""
        people = roll(db, on, cohort_id, {*named, *self.seats})
        seated = [replace(one, offices=self.offices(one.person_id, one.offices)) for one in people]
        return [*seated, *(replace(one, offices=self.offices(one.person_id, ())) for one in self.strangers)]

    def supposing(self, leaving_id: int, coming: Attendee, seat: Office | None, grants: Iterable[int]) -> "StandIns":
        """The same after one more substitution. Somebody who is not on record yet has the number 0."""
        after = self._after(leaving_id, coming.person_id, clock.now(), seat, grants)
        return replace(after, strangers=(*self.strangers, coming)) if coming.person_id == 0 else after

    def _after(
        self, leaving_id: int, coming_id: int, at: datetime, seat: Office | None, grants: Iterable[int]
    ) -> "StandIns":
        turns = {
            **self.turns,
            leaving_id: self.turns.get(leaving_id, 0) + 1,
            coming_id: self.turns.get(coming_id, 0) + (coming_id in self.left or coming_id in self.went),
        }
        return replace(
            self,
            left={**_without(self.left, coming_id), leaving_id: at},
            seats={**_without(self.seats, leaving_id), coming_id: seat},
            grants={**_without(self.grants, leaving_id), coming_id: frozenset(grants)},
            went=_without(self.went, coming_id),
            turns=turns,
        )

    def _after_undoing(self, leaving_id: int, coming_id: int, went: "Went") -> "StandIns":
        """What was taken back is as if it had never been, but that calendars have seen it."""
        counts = {number: self.turns.get(number, 0) + 2 for number in (leaving_id, coming_id)}
        return replace(self, turns={**self.turns, **counts}, went={**self.went, coming_id: went})


def _without(people: Mapping[int, T], person_id: int) -> dict[int, T]:
    return {number: value for number, value in people.items() if number != person_id}


NOBODY = StandIns()


def stand_ins(db: Session, convening_id: int) -> StandIns:
    """The substitutions that stand at a convening, in one query."""
    rows = db.execute(_SUBSTITUTIONS, {"convening": convening_id})
    found, back = NOBODY, set()
    for made, left, coming_id, seat, role, cohort, city in rows:
        if left.state is not RegistrationState.REPLACED:
            back.add(left.person_id)  # with a place of their own since
        office = stand_in_office(seat, role, cohort, city) if seat is not None else None
        if made.undone_at is not None:
            went = Went(made.undone_at, office, frozenset(made.grants))
            found = found._after_undoing(left.person_id, coming_id, went)
            continue
        found = found._after(left.person_id, coming_id, made.created_at, office, made.grants)
    return replace(found, left={number: at for number, at in found.left.items() if number not in back})


_leaving, _coming = aliased(Registration), aliased(Registration)
_SUBSTITUTIONS = (
    sa.select(Substitution, _leaving, col(_coming.person_id), Seat, Role, Cohort, City)
    .join(_leaving, col(_leaving.id) == Substitution.leaving_id)
    .join(_coming, col(_coming.id) == Substitution.coming_id)
    .outerjoin(Seat, col(Seat.id) == Substitution.seat_id)
    .outerjoin(Role, col(Role.id) == Seat.role_id)
    .outerjoin(Cohort, col(Cohort.id) == Seat.cohort_id)
    .outerjoin(City, col(City.id) == Seat.city_id)
    .where(col(Substitution.convening_id) == sa.bindparam("convening"))
    .order_by(col(Substitution.id))
)
"""Put together once: every page of a convening asks who stands in for whom."""
