"""How far the registering of one city's team is, a card a seat."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import or_
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from sqlmodel import Session, col, select

from app.models import (
    ASKED,
    LEFT,
    UNANSWERED,
    City,
    Convening,
    Delegation,
    Person,
    Registration,
    RegistrationState,
    Role,
    Seat,
    Standing,
    Substitution,
    Tenure,
)
from app.models.base import relation
from app.registration.lines import numbers_in_line
from app.registration.missing import Lack, lacks_among, where_said
from app.registration.presence import said, windows_on_record

NOT_COMING = tuple(state for state in LEFT if state is not RegistrationState.REPLACED)
"""Who left a seat empty; in the place of who was replaced another comes."""


@dataclass(frozen=True, slots=True)
class Card:
    """A seat of a team, or a person registered for the city without one, and how far they are.

    `seat_id` and `standing` are those of an empty seat; `line` is the number on the waiting list; `offered_until` the
    instant (UTC) until which a place is kept for them; `reason` what was said when they left; `presence` a line a day;
    `missing` what they have not said (missing.py); `in_place_of` the name of whom they replace (rule 10).
    """

    office: str
    person_id: int | None
    person: str
    seat_id: int | None = None
    standing: Standing | None = None
    interim: bool = False
    state: RegistrationState | None = None
    line: int | None = None
    sponsored: bool = False
    offered_until: datetime | None = None
    reason: str = ""
    presence: tuple[str, ...] = ()
    missing: tuple[Lack, ...] = ()
    registration_id: int | None = field(default=None, compare=False)
    in_place_of: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether the person has answered: comes, waits or does not come."""
        return self.state is not None and self.state not in UNANSWERED

    @property
    def is_open(self) -> bool:
        """Whether somebody sits here who has yet to answer."""
        return self.person_id is not None and not self.is_settled

    @property
    def where_missing(self) -> str:
        """The page under the registration's address where what is missing is said."""
        return where_said(self.missing)

    @property
    def is_coming(self) -> bool:
        """Whether they hold a place or wait for one."""
        return self.state in ASKED


@dataclass(frozen=True, slots=True)
class Team:
    """A city's team for a convening: its cards by the cohort's order of roles, and its places."""

    cards: tuple[Card, ...]
    cap: int
    taken: int
    sponsored_cap: int
    sponsored_taken: int

    @property
    def people(self) -> int:
        return sum(card.person_id is not None for card in self.cards)

    @property
    def settled(self) -> int:
        return sum(card.is_settled for card in self.cards)

    @property
    def next_person_id(self) -> int | None:
        """The first who has yet to answer."""
        return next((card.person_id for card in self.cards if card.is_open), None)

    def next_after(self, person_id: int) -> Card | None:
        """The next who has yet to answer, from a person's card down and then from the top; not that person."""
        at = next((number for number, card in enumerate(self.cards) if card.person_id == person_id), -1)
        around = (*self.cards[at + 1 :], *self.cards[: max(at, 0)])
        return next((card for card in around if card.is_open and card.person_id != person_id), None)

    @property
    def uninvited(self) -> tuple[Card, ...]:
        """Those whom nobody has asked yet."""
        return tuple(card for card in self.cards if card.person_id is not None and card.state is None)


def team(db: Session, convening: Convening, city: City) -> Team:
    """A city's team as it stands on the convening's first day. The number of queries is fixed."""
    delegation = db.exec(
        select(Delegation).where(Delegation.convening_id == convening.key, Delegation.city_id == city.key)
    ).first()
    seated = _seated(db, convening, city.key)
    registrations = _registrations(db, convening, city.key, [tenure.person_id for _, tenure in seated if tenure])
    lacks = lacks_among(db, convening, registrations.values())
    lines = numbers_in_line(registrations.values())
    cards: list[Card] = []
    for seat, tenure in seated:
        if tenure is None:
            cards.append(Card(seat.title, None, "", seat_id=seat.key, standing=seat.role.standing))
            continue
        mine = registrations.pop(tenure.person_id, None)
        office = tenure.title or seat.title
        cards.append(_card(convening, office, tenure.person, mine, lines, lacks, interim=tenure.interim))
    cards += [
        _card(convening, "", left.person, left, lines, lacks) for left in registrations.values() if left.state in ASKED
    ]
    instead = _instead(db, convening)
    return Team(
        tuple(replace(card, in_place_of=instead.get(card.registration_id, "")) for card in cards),
        cap=delegation.cap if delegation else convening.delegation_cap,
        taken=delegation.taken if delegation else 0,
        sponsored_cap=delegation.sponsored_cap if delegation else convening.sponsored_cap,
        sponsored_taken=delegation.sponsored_taken if delegation else 0,
    )


def _card(
    convening: Convening,
    office: str,
    person: Person,
    registration: Registration | None,
    lines: dict[int, int],
    lacks: dict[int, tuple[Lack, ...]],
    *,
    interim: bool = False,
) -> Card:
    if registration is None:
        return Card(office, person.key, person.name, interim=interim)
    coming = registration.state in ASKED
    return Card(
        office,
        person.key,
        person.name,
        interim=interim,
        state=registration.state,
        line=lines.get(registration.key),
        sponsored=registration.sponsored,
        offered_until=registration.offered_until,
        reason=registration.reason if registration.state in LEFT else "",
        presence=said(convening, windows_on_record(registration)) if coming else (),
        missing=lacks.get(registration.key, ()),
        registration_id=registration.key,
    )


def _instead(db: Session, convening: Convening) -> dict[int | None, str]:
    """The registration of who comes → the name of whom they replace."""
    leaving = aliased(Registration)
    rows = db.exec(
        select(Substitution.coming_id, Person.name)
        .join(leaving, col(leaving.id) == Substitution.leaving_id)
        .join(Person, col(Person.id) == leaving.person_id)
        .where(Substitution.convening_id == convening.key, col(Substitution.undone_at).is_(None))
        .order_by(col(Substitution.id))
    )
    return dict(rows.all())


def _seated(db: Session, convening: Convening, city_id: int) -> list[tuple[Seat, Tenure | None]]:
    """The seats of a city with who holds each on the convening's first day."""
    day = convening.starts_on
    held = (
        (col(Tenure.seat_id) == Seat.id)
        & (col(Tenure.starts_on) <= day)
        & or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= day)
    )
    rows = db.exec(
        select(Seat, Tenure)
        .join(Role, col(Role.id) == Seat.role_id)
        .outerjoin(Tenure, held)
        .options(contains_eager(relation(Seat.role)), joinedload(relation(Tenure.person)))
        .where(
            Seat.cohort_id == convening.cohort_id,
            col(Seat.archived_at).is_(None),
            Seat.city_id == city_id,
        )
        .order_by(col(Role.position), col(Seat.position), col(Seat.id))
    )
    return list(rows)


def _registrations(db: Session, convening: Convening, city_id: int, people: Iterable[int]) -> dict[int, Registration]:
    """Person id → registration, of a city's and of the named people."""
    rows = db.exec(
        select(Registration)
        .where(
            Registration.convening_id == convening.key,
            or_(col(Registration.city_id) == city_id, col(Registration.person_id).in_(list(people))),
        )
        .options(
            joinedload(relation(Registration.person)),
            selectinload(relation(Registration.windows)),
        )
        .order_by(col(Registration.id))
    )
    return {row.person_id: row for row in rows}
