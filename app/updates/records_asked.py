"""Asking for a city's records: by whom, with what, and why, on record before anything is made (rules 5 and 21)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import AuditEntry, City, Cohort, Update, UpdateCycle, UpdateFile, UpdateVersion
from app.people.audit import Refused, verb
from app.people.policy import may
from app.people.prose import as_written
from app.people.records_holds import hold_on
from app.people.viewer import Viewer
from app.updates import looks
from app.updates.looks import Looked

ACT = "export_records"
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of a city's records beside what was released, and why."""

    drafts: bool = False
    originals: bool = False
    reason: str = ""


@verb
def ask_for_records(db: Session, cohort: Cohort, city: City, wanted: Wanted, *, by: Viewer) -> None:
    """Put on record that somebody has a city's records exported; what is unreleased in it is looked at (rule 5).

    Refuses without a reason where more than what was released is wanted, and originals where no legal hold stands.
    """
    if not may(by, "update.records", cohort_id=cohort.key, city_id=city.key):
        raise Refused(f"Only {city.name}’s mayor and facilitator, and organizers of the lab, export its records.")
    reason = as_written(wanted.reason, longest=LONGEST_REASON, field="reason")
    if wanted.originals and not by.is_organizer(cohort.key):
        raise Refused("What was taken out is an organizer’s to export.", "originals")
    if wanted.originals and hold_on(db, cohort.key, city.key) is None:
        raise Refused("What was taken out is exported only while a legal hold stands.", "originals")
    if (wanted.drafts or wanted.originals) and not reason:
        raise Refused("Say why: it stands on record with your name, and the city sees that you looked.", "reason")
    db.add(
        AuditEntry(
            by_id=by.actor_id,
            by=by.actor_name,
            cohort_id=cohort.key,
            act=ACT,
            subject="city",
            subject_id=city.key,
            after={"drafts": wanted.drafts, "originals": wanted.originals},
            reason=reason,
        )
    )
    if wanted.drafts:
        note_looks(db, cohort, city, by)


def note_looks(db: Session, cohort: Cohort, city: City, viewer: Viewer) -> None:
    """Note a look at each update of a city whose unreleased text an export holds, in a write transaction."""
    for update in updates_of(db, cohort, city):
        looks.note_look(db, update, viewer, Looked.EXPORT)


def updates_of(db: Session, cohort: Cohort, city: City) -> Sequence[Update]:
    """All updates that a city owed in a cohort, the earliest cycle's first."""
    return db.exec(
        select(Update)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(UpdateCycle.cohort_id == cohort.key, Update.city_id == city.key)
        .order_by(col(UpdateCycle.period_ends_on), col(Update.id))
    ).all()


def state_of(db: Session, cohort: Cohort, city: City) -> str:
    """What an export is made of, in a word: another one once something was released, corrected, taken out or hidden,
    so that what was taken out since is fetched in no older export (rule 6)."""
    numbers = [row.key for row in updates_of(db, cohort, city)]
    last = db.exec(select(func.max(UpdateVersion.id)).where(col(UpdateVersion.update_id).in_(numbers))).one()
    hidden = db.exec(
        select(UpdateFile.id)
        .where(col(UpdateFile.update_id).in_(numbers), col(UpdateFile.quarantined_at).is_not(None))
        .order_by(col(UpdateFile.id))
    ).all()
    return f"{last or 0}:{','.join(map(str, hidden))}"
