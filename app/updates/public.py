"""Public: everybody may read a released update when its city says so, until it takes that back (rule 18).

The default is the cohort. Who approves the update says it; strangers then read the version that is out, without its
earlier ones, and never a draft.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app import clock
from app.models import City, Cohort, Update, UpdateCycle
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.updates.approvers import as_approver, is_facilitator
from app.updates.writing import hold


@dataclass(frozen=True, slots=True)
class PublicUpdate:
    """A public update in a list; `since` is when it was made public (UTC)."""

    city: str
    cycle: str
    cohort: str
    address: str
    since: datetime


@verb
def make_public(db: Session, update: Update, *, by: Viewer) -> None:
    """Let everybody read what is released of an update: its mayor or a designee on record says so, in person.

    Saying it twice is saying it once. Refuses before the release.
    """
    hold(db, update)
    approver = as_approver(db, update, clock.now(), by)
    if update.released_at is None:
        raise Refused("It is not released yet. Once the cohort can read it, you can let everybody read it.")
    if update.public_at is None:
        update.public_at = clock.now()
        update.public_by_id = approver.person_id
        db.add(update)


@verb
def take_back_from_public(db: Session, update: Update, *, by: Viewer) -> None:
    """Leave an update to the cohort again: by who approves it, or by the city's facilitator when it must be quick."""
    hold(db, update)
    if not is_facilitator(db, update, by):
        as_approver(db, update, clock.now(), by)
    if update.public_at is not None:
        update.public_at = update.public_by_id = None
        db.add(update)


def public_updates(db: Session, *, most: int = 12) -> list[PublicUpdate]:
    """What cities let everybody read, of all cohorts, the latest first. One query."""
    rows = db.exec(
        select(Update, City, UpdateCycle, Cohort)
        .join(City, col(City.id) == Update.city_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .join(Cohort, col(Cohort.id) == UpdateCycle.cohort_id)
        .where(col(Update.public_at).is_not(None), col(Update.released_at).is_not(None))
        .order_by(col(Update.public_at).desc(), col(Update.id).desc())
        .limit(most)
    )
    return [
        PublicUpdate(
            city.name, cycle.title, cohort.name, f"/{cohort.slug}/updates/{cycle.slug}/{city.slug}", update.public_at
        )
        for update, city, cycle, cohort in rows
        if update.public_at
    ]
