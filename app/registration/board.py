"""The organizers' board: how far the registering is, city by city. Its figures are counts of everybody's lines, so that
each figure and the list behind it say the same."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_
from sqlalchemy.orm import contains_eager
from sqlmodel import Session, col, select

from app.models import City, Convening, Delegation, RegistrationState, Seat, Tenure
from app.models.base import relation
from app.registration.everybody import LAB, Listed, everybody


@dataclass(frozen=True, slots=True)
class Counts:
    """How many stand where; `incomplete` hold a place or wait and have not answered all."""

    not_asked: int = 0
    invited: int = 0
    started: int = 0
    pending: int = 0
    offered: int = 0
    submitted: int = 0
    waiting: int = 0
    not_coming: int = 0
    incomplete: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A city on the board; `missing` are seats whose holder has not answered, `vacant` the titles of those without
    one."""

    city: str
    slug: str
    delegation_id: int
    cap: int
    taken: int
    sponsored_cap: int
    sponsored_taken: int
    counts: Counts
    missing: tuple[str, ...]
    vacant: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The rows by city, `lab` those who come without a delegation, `total` everybody."""

    rows: tuple[Row, ...]
    lab: Counts
    total: Counts

    @property
    def unanswered(self) -> int:
        return self.total.not_asked + self.total.invited + self.total.started

    @property
    def vacant(self) -> int:
        return sum(len(row.vacant) for row in self.rows)


def board(db: Session, convening: Convening, people: Sequence[Listed] | None = None) -> Board:
    """All delegations by city; `people` are everybody's lines where they are read already.

    The number of queries does not grow with cities or people.
    """
    delegations = db.exec(
        select(Delegation)
        .join(City, col(City.id) == Delegation.city_id)
        .options(contains_eager(relation(Delegation.city)))
        .where(Delegation.convening_id == convening.key)
        .order_by(City.name)
    ).all()
    people = everybody(db, convening) if people is None else people
    vacant = _vacant(db, convening)
    by_city: dict[str, list[Listed]] = {}
    for one in people:
        by_city.setdefault(one.city_slug, []).append(one)
    rows = tuple(_row(one, by_city.get(one.city.slug, []), vacant.get(one.city_id, ())) for one in delegations)
    return Board(rows, lab=_counts(by_city.get(LAB, [])), total=_counts(people))


def _row(delegation: Delegation, people: Sequence[Listed], vacant: tuple[str, ...]) -> Row:
    return Row(
        city=delegation.city.name,
        slug=delegation.city.slug,
        delegation_id=delegation.key,
        cap=delegation.cap,
        taken=delegation.taken,
        sponsored_cap=delegation.sponsored_cap,
        sponsored_taken=delegation.sponsored_taken,
        counts=_counts(people),
        missing=tuple(one.office for one in people if one.is_open),
        vacant=vacant,
    )


def _counts(people: Iterable[Listed]) -> Counts:
    people = list(people)
    states = Counter(one.state for one in people)
    return Counts(
        not_asked=states[None],
        invited=states[RegistrationState.INVITED],
        started=states[RegistrationState.STARTED],
        pending=states[RegistrationState.PENDING],
        offered=states[RegistrationState.OFFERED],
        submitted=states[RegistrationState.SUBMITTED],
        waiting=states[RegistrationState.WAITING],
        not_coming=sum(one.has_left and one.state is not RegistrationState.REPLACED for one in people),
        incomplete=sum(bool(one.missing) for one in people),
    )


def _vacant(db: Session, convening: Convening) -> dict[int, tuple[str, ...]]:
    """City id → the titles of its seats that nobody holds on the first day, by the cohort's order of roles."""
    day = convening.starts_on
    held = select(Tenure.seat_id).where(
        Tenure.starts_on <= day, or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= day)
    )
    seats = db.exec(
        select(Seat)
        .join(relation(Seat.role))
        .options(contains_eager(relation(Seat.role)))
        .where(
            Seat.cohort_id == convening.cohort_id,
            col(Seat.city_id).is_not(None),
            col(Seat.archived_at).is_(None),
            col(Seat.id).not_in(held),
        )
    ).all()
    found: dict[int, tuple[str, ...]] = {}
    for seat in sorted(seats, key=lambda seat: (seat.role.position, seat.position, seat.key)):
        assert seat.city_id is not None
        found[seat.city_id] = (*found.get(seat.city_id, ()), seat.title)
    return found
