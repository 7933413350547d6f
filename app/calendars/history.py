"""How often a thing changed and when last, counted from the audit log, which only grows: sequence and time of what has
no sequence of its own (rule 16)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.models import AuditEntry

Happening = tuple[datetime, bool]
"""When something changed, and whether calendars have to be told of it or only show it."""

A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Version:
    """The sequence of a calendar entry, and when what it says last changed (UTC, whole seconds)."""

    sequence: int
    changed_at: datetime


def version(made_at: datetime, happened: Iterable[Happening]) -> Version:
    """The version of what was made at an instant and then changed; two changes within a second are a second apart."""
    sequence, changed_at = 0, made_at.replace(microsecond=0)
    for moment, is_told in sorted(happened):
        sequence += is_told
        changed_at = max(moment.replace(microsecond=0), changed_at + A_SECOND)
    return Version(sequence, changed_at)


def changes_of(
    db: Session, subject: str, ids: Collection[int], *, told: Collection[str], shown: Collection[str] = ()
) -> dict[int, list[Happening]]:
    """The changes on record of rows that were there before, by id: those of the columns that are told, and shown."""
    found: dict[int, list[Happening]] = {number: [] for number in ids}
    for entry in audited(db, subject, found):
        columns = set(entry.after or ())
        if columns & {*told, *shown}:
            found[entry.subject_id].append((entry.created_at, bool(columns & set(told))))
    return found


def audited(db: Session, subject: str, ids: Collection[int]) -> list[AuditEntry]:
    """The entries of changes (not of beginnings) of some rows, in their order."""
    rows = db.exec(
        select(AuditEntry)
        .where(AuditEntry.subject == subject, col(AuditEntry.subject_id).in_(list(ids)))
        .order_by(col(AuditEntry.id))
    )
    return [entry for entry in rows if entry.before]
