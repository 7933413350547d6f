"""The list at the door: who is expected, who has come and by whom they were checked in. No private needs (rule 12)."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.models import CheckIn, Convening, Person, Registration, RegistrationState, Seat, Substitution
from app.models.base import relation
from app.people.names import matches


@dataclass(frozen=True, slots=True)
class Guest:
    """A registered person at the door. `arrived_at` is UTC, None before; `stands_for` is who a substitute replaces."""

    number: int
    name: str
    city: str
    seat: str
    state: RegistrationState
    code: str
    city_slug: str = ""
    stands_for: str = ""
    walk_in: bool = False
    arrived_at: datetime | None = None
    taken_down_by: str = ""
    person_id: int = 0
    sort_name: str = ""

    @property
    def is_expected(self) -> bool:
        """Whether the place is confirmed, so that one can be checked in."""
        return self.state is RegistrationState.SUBMITTED

    @property
    def place(self) -> str:
        """ "Oakland, Mayor"; "Guest" for who comes for no city and no seat."""
        return ", ".join(part for part in (self.city, self.seat) if part) or "Guest"

    @property
    def code_hash(self) -> str:
        """What a device compares a scanned code with while it has no network; the code cannot be told from it."""
        return code_hash(self.code)


def code_hash(code: str) -> str:
    """The SHA-256 of a badge's code, in hexadecimal."""
    return sha256(code.encode()).hexdigest()


def guests(db: Session, convening: Convening, *, words: str = "", number: int | None = None) -> list[Guest]:
    """Those expected, in the order of names; all states where words or a number ask. The number of queries is fixed.

    Each of the words has to stand in the name, the city or the seat, with or without its accents.
    """
    asked = (
        select(Registration)
        .where(Registration.convening_id == convening.key)
        .options(
            joinedload(relation(Registration.person)),
            joinedload(relation(Registration.city)),
            joinedload(relation(Registration.seat)).joinedload(relation(Seat.role)),
        )
        .join(Person, col(Person.id) == Registration.person_id)
        .order_by(col(Person.sort_name), col(Person.name), col(Registration.id))
    )
    if number is not None:
        asked = asked.where(Registration.id == number)
    elif not words.strip():
        asked = asked.where(Registration.state == RegistrationState.SUBMITTED)
    here = {
        row.registration_id: row
        for row in db.exec(
            select(CheckIn)
            .where(CheckIn.convening_id == convening.key, col(CheckIn.undone_at).is_(None))
            .options(joinedload(relation(CheckIn.by)))
        )
    }
    replaced = dict(
        db.exec(
            select(Substitution.coming_id, Person.name)
            .join(Registration, col(Registration.id) == Substitution.leaving_id)
            .join(Person, col(Person.id) == Registration.person_id)
            .where(Substitution.convening_id == convening.key, col(Substitution.undone_at).is_(None))
        ).all()
    )
    found = [_guest(row, here.get(row.key), replaced.get(row.key, "")) for row in db.exec(asked)]
    return [one for one in found if matches(words, one.name, one.place)]


def guest_by_code(db: Session, convening: Convening, code: str) -> Registration | None:
    """The registration that a badge's code names at this convening, in whatever state; None for any other code."""
    return db.exec(
        select(Registration).where(Registration.convening_id == convening.key, Registration.code == code)
    ).first()


def convening_of_code(db: Session, code: str, *, cohort_id: int) -> Convening | None:
    """The convening of the cohort for which a code was given."""
    return db.exec(
        select(Convening).join(Registration).where(Registration.code == code, Convening.cohort_id == cohort_id)
    ).first()


def _guest(row: Registration, arrival: CheckIn | None, stands_for: str) -> Guest:
    return Guest(
        number=row.key,
        name=row.person.name,
        person_id=row.person_id,
        sort_name=row.person.sort_name,
        city=row.city.name if row.city else "",
        seat=row.seat.title if row.seat else "",
        state=row.state,
        code=row.code,
        city_slug=row.city.slug if row.city else "",
        stands_for=stands_for,
        walk_in=row.walk_in,
        arrived_at=arrival.at if arrival else None,
        taken_down_by=arrival.by.name if arrival and arrival.by else "",
    )
