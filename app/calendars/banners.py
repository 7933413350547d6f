"""A convening as an all-day entry: held while there is no agenda, then a banner above its sessions.

The same event all along, so that a save-the-date turns into the convening. It never blocks anybody's days: the
sessions do that. How often it changed stands in the audit log, which therefore gives its sequence.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.calendars.documents import Entry, State
from app.models import AgendaRelease, AuditEntry, Convening, Venue

TOLD = frozenset({"starts_on", "ends_on", "venue_id", "archived_at"})
SHOWN = frozenset({"title", "theme", "zone"})
OF_VENUE = frozenset({"name", "address"})


def banners(db: Session, convenings: Collection[Convening], addresses: Mapping[int, str]) -> dict[int, Entry]:
    """The all-day entry of each convening, by its id; four queries however many they are."""
    releases = _first_releases(db, convenings)
    venues = _venues(db, convenings)
    changes = _changes(db, convenings)
    entries = {}
    for convening in convenings:
        sequence, changed_at = 0, convening.created_at.replace(microsecond=0)
        released_at = releases.get(convening.key)
        happened = changes[convening.key] + ([(released_at, True)] if released_at else [])
        for moment, told in sorted(happened):
            sequence, changed_at = _after(sequence, changed_at, moment, told=told)
        venue = venues.get(convening.venue_id)
        entries[convening.key] = Entry(
            uid=convening.uid,
            sequence=sequence,
            changed_at=changed_at,
            title=convening.title,
            starts=convening.starts_on,
            ends=convening.ends_on + timedelta(days=1),
            zone=convening.zone,
            state=_state(convening, is_released=released_at is not None),
            location=_place(venue),
            description=convening.theme,
            address=addresses[convening.key],
            categories=("Convening",),
            is_free=True,
        )
    return entries


def _state(convening: Convening, *, is_released: bool) -> State:
    if convening.archived_at is not None:
        return State.CANCELLED
    return State.CONFIRMED if is_released else State.TENTATIVE


def _after(sequence: int, changed_at: datetime, moment: datetime, *, told: bool) -> tuple[int, datetime]:
    """The version after a change that was made at a moment; two within a second are a second apart."""
    return sequence + told, max(moment.replace(microsecond=0), changed_at + timedelta(seconds=1))


def _changes(db: Session, convenings: Collection[Convening]) -> dict[int, list[tuple[datetime, bool]]]:
    """When what a banner says was changed, of each convening by id, and whether calendars must be told."""
    found: dict[int, list[tuple[datetime, bool]]] = {convening.key: [] for convening in convenings}
    for entry in _audited(db, "convening", found):
        columns = set(entry.after or ())
        if columns & (TOLD | SHOWN):
            found[entry.subject_id].append((entry.created_at, bool(columns & TOLD)))
    for entry in _audited(db, "venue", {convening.venue_id for convening in convenings}):
        if OF_VENUE & set(entry.after or ()):
            for convening in convenings:
                if convening.venue_id == entry.subject_id and entry.created_at > convening.created_at:
                    found[convening.key].append((entry.created_at, True))
    return found


def _audited(db: Session, subject: str, ids: Collection[int | None]) -> list[AuditEntry]:
    """The changes on record of rows that were there before."""
    rows = db.exec(
        select(AuditEntry)
        .where(
            AuditEntry.subject == subject,
            col(AuditEntry.subject_id).in_([number for number in ids if number is not None]),
        )
        .order_by(col(AuditEntry.id))
    )
    return [entry for entry in rows if entry.before]


def _first_releases(db: Session, convenings: Collection[Convening]) -> dict[int, datetime]:
    rows = db.exec(
        select(AgendaRelease.convening_id, AgendaRelease.created_at).where(
            col(AgendaRelease.convening_id).in_([convening.key for convening in convenings]), AgendaRelease.number == 1
        )
    )
    return dict(rows.all())


def _venues(db: Session, convenings: Collection[Convening]) -> dict[int | None, Venue]:
    ids = {convening.venue_id for convening in convenings if convening.venue_id is not None}
    return {venue.key: venue for venue in db.exec(select(Venue).where(col(Venue.id).in_(ids)))}


def _place(venue: Venue | None) -> str:
    return ", ".join(part for part in (venue.name, venue.address) if part) if venue else ""
