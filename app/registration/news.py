"""What changed in who comes, for organizers: substitutions, made and taken back."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, Registration, Seat, Substitution
from app.models.base import relation


@dataclass(frozen=True, slots=True)
class Swap:
    """A substitution in a sentence, where it stands, and when it was made or taken back (UTC)."""

    said: str
    url: str
    at: datetime


def swaps_since(db: Session, cohort_ids: Collection[int], since: datetime) -> Iterator[Swap]:
    """The substitutions made or taken back after an instant, at convenings of these cohorts that are not over."""
    if not cohort_ids:
        return
    rows = db.exec(
        select(Substitution)
        .join(Convening, col(Convening.id) == Substitution.convening_id)
        .where(
            col(Convening.cohort_id).in_(cohort_ids),
            Convening.ends_on >= clock.today("UTC"),
            or_(col(Substitution.created_at) > since, col(Substitution.undone_at) > since),
        )
        .options(
            joinedload(relation(Substitution.convening)).joinedload(relation(Convening.cohort)),
            joinedload(relation(Substitution.leaving)).joinedload(relation(Registration.person)),
            joinedload(relation(Substitution.leaving)).joinedload(relation(Registration.city)),
            joinedload(relation(Substitution.coming)).joinedload(relation(Registration.person)),
            joinedload(relation(Substitution.seat)).joinedload(relation(Seat.role)),
        )
        .order_by(col(Substitution.id))
    )
    for one in rows:
        leaving, coming = one.leaving.person.name, one.coming.person.name
        city = one.leaving.city.name if one.leaving.city else ""
        office = ", ".join(part for part in (one.seat.title if one.seat else "", city) if part)
        said = f"{coming} comes in the place of {leaving}{f' ({office})' if office else ''}"
        if one.undone_at is not None:
            said = f"{leaving} comes after all{f' ({office})' if office else ''}, and {coming} does not"
        yield Swap(said, f"{one.convening.path}/registration/substitutions", one.undone_at or one.created_at)
