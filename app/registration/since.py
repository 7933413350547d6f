"""Who came to have a place and who gave theirs up since a list was printed: what its code asks (rule 15)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.models import AuditEntry, Convening, Registration, RegistrationState, Seat
from app.models.base import relation

Moment = Annotated[int, Field(ge=0, lt=2**33)]
"""Seconds since 1970, as they stand in the code of a print."""


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody who came or left; `listed` says that other participants may read their name."""

    name: str
    city: str
    seat: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Moves:
    """What has changed since an instant (UTC), each by name."""

    at: datetime
    came: tuple[Mover, ...]
    left: tuple[Mover, ...]


def moves_since(db: Session, convening: Convening, moment: int) -> Moves:
    """By the record: whose state at the moment and now differ, one of them being a confirmed place. Two queries."""
    at = datetime.fromtimestamp(moment, UTC)
    entries = db.exec(
        select(AuditEntry)
        .where(
            AuditEntry.convening_id == convening.key,
            AuditEntry.subject == "registration",
            col(AuditEntry.created_at) > at,
        )
        .order_by(col(AuditEntry.id))
    )
    before: dict[int, object] = {}
    after: dict[int, object] = {}
    for entry in entries:
        if "state" in (entry.after or {}):
            before.setdefault(entry.subject_id, (entry.before or {}).get("state"))
            after[entry.subject_id] = (entry.after or {})["state"]
    place = RegistrationState.SUBMITTED.value
    came = {number for number, state in after.items() if state == place != before[number]}
    left = {number for number, state in after.items() if state != place == before[number]}
    rows = db.exec(
        select(Registration)
        .where(col(Registration.id).in_(came | left))
        .options(
            joinedload(relation(Registration.person)),
            joinedload(relation(Registration.city)),
            joinedload(relation(Registration.seat)).joinedload(relation(Seat.role)),
        )
    ).all()
    people = {row.key: _mover(row) for row in sorted(rows, key=lambda row: (row.person.sort_name, row.person.name))}
    return Moves(
        at,
        tuple(one for number, one in people.items() if number in came),
        tuple(one for number, one in people.items() if number in left),
    )


def _mover(row: Registration) -> Mover:
    city, seat = row.city.name if row.city else "", row.seat.title if row.seat else ""
    return Mover(row.person.name, city, seat, bool(row.listed))
