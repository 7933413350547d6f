"""Legal holds on a city's records in a cohort: while one stands, nothing is purged or swept away (rules 12, 21).

It is set and lifted by organizers, each time with a reason and a name. The rooms that throw things away ask
`held_cities` first; what a redaction takes out of the pages is kept either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app import clock
from app.models import AuditEntry, City, Cohort, Person, RecordsHold
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as its page tells of it; times are UTC. `lifted_because` is the reason of who lifted it."""

    reason: str
    by: str
    at: datetime
    lifted_at: datetime | None
    lifted_by: str
    lifted_because: str


@verb
def hold_records(db: Session, cohort: Cohort, city: City, *, reason: str, by: Viewer) -> RecordsHold:
    """Set a hold on a city's records; the one that stands already is the same."""
    _lock(db, city)
    _refuse_others(cohort, by)
    reason = _checked(reason)
    standing = hold_on(db, cohort.key, city.key)
    if standing is not None:
        return standing
    hold = RecordsHold(cohort_id=cohort.key, city_id=city.key, reason=reason, by_id=by.actor_id)
    db.add(hold)
    db.flush()
    return hold


@verb
def lift_records_hold(db: Session, cohort: Cohort, city: City, *, reason: str, by: Viewer) -> None:
    """Lift the hold; what is overdue goes within the hour. Lifting twice is lifting once."""
    _lock(db, city)
    _refuse_others(cohort, by)
    _checked(reason)
    hold = hold_on(db, cohort.key, city.key)
    if hold is not None:
        hold.lifted_at, hold.lifted_by_id = clock.now(), by.actor_id
        db.add(hold)


def hold_on(db: Session, cohort_id: int, city_id: int) -> RecordsHold | None:
    """The hold that stands on a city's records, or None."""
    return db.exec(
        select(RecordsHold).where(
            RecordsHold.cohort_id == cohort_id,
            RecordsHold.city_id == city_id,
            col(RecordsHold.lifted_at).is_(None),
        )
    ).first()


def held_cities(db: Session, cohort_id: int) -> Sequence[City]:
    """The cities of a cohort whose records are held, by name."""
    return db.exec(
        select(City)
        .where(
            col(City.id).in_(
                select(RecordsHold.city_id).where(
                    RecordsHold.cohort_id == cohort_id, col(RecordsHold.lifted_at).is_(None)
                )
            )
        )
        .order_by(col(City.name), col(City.id))
    ).all()


def holds_of(db: Session, cohort_id: int, city_id: int) -> list[Hold]:
    """All holds that were ever set on a city's records, the latest first. Two queries."""
    lifter = aliased(Person)
    rows = db.exec(
        select(RecordsHold, Person.name, lifter.name)
        .outerjoin(Person, col(Person.id) == RecordsHold.by_id)
        .outerjoin(lifter, col(lifter.id) == RecordsHold.lifted_by_id)
        .where(RecordsHold.cohort_id == cohort_id, RecordsHold.city_id == city_id)
        .order_by(col(RecordsHold.id).desc())
    ).all()
    reasons = dict(
        db.exec(
            select(AuditEntry.subject_id, AuditEntry.reason).where(
                AuditEntry.subject == RecordsHold.__tablename__,
                AuditEntry.act == lift_records_hold.__name__,
                col(AuditEntry.subject_id).in_([row.key for row, _, _ in rows]),
            )
        ).all()
    )
    return [
        Hold(row.reason, by or "the program", row.created_at, row.lifted_at, lifted_by or "", reasons.get(row.key, ""))
        for row, by, lifted_by in rows
    ]


def _lock(db: Session, city: City) -> None:
    """Two who set a hold at once set one."""
    db.exec(select(City.id).where(City.id == city.key).with_for_update(key_share=True)).one()


def _refuse_others(cohort: Cohort, by: Viewer) -> None:
    if not by.is_organizer(cohort.key):
        raise Refused("Only an organizer of the cohort sets and lifts a legal hold.")


def _checked(reason: str) -> str:
    reason = as_written(reason, longest=LONGEST_REASON, field="hold_reason")
    if not reason:
        raise Refused("Say why: it stands on record with your name.", "hold_reason")
    return reason
