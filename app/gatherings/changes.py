"""When calendars have to hear of a change, and how they are told (rule 16; RFC 5545, 3.8.7.3 and 3.8.7.4).

A change of time, place or state raises `sequence`; whatever else a calendar shows moves `changed_at` alone. Both
only ever rise, `changed_at` by whole seconds, which is all that a calendar file can say. What no calendar shows
(an organizer's notes) moves neither, so that an unchanged event stays the same to the byte.
"""

from datetime import datetime, timedelta

from sqlalchemy import inspect

from app import clock
from app.models import AgendaSession, Series

TOLD = frozenset(
    {"starts_at", "ends_at", "zone", "rrule", "minutes", "join_url", "cancelled_at", "archived_at", "places"}
)
"""Columns and relations that a calendar must raise the sequence for: when, where, whether."""

SHOWN = frozenset(
    {
        "title",
        "cover_title",
        "purpose",
        "format",
        "track",
        "openness",
        "excludes_lab",
        "host_city_id",
        "cancellation_reason",
        "engagements",
    }
)
"""What else can be read in a calendar."""


def note_change(row: AgendaSession | Series, *, told: bool = False, shown: bool = False) -> bool:
    """Raise a row's sequence and move its `changed_at` as its unsaved changes ask; returns whether any did.

    `told` says that something outside the row changed that calendars must hear of, such as a date taken out of
    a series; `shown`, that something outside changed which they show, such as a presenter's part. Called once in
    a verb, after its changes and before they are flushed: reading a relation that is not loaded yet flushes, so
    that relations come first, columns next, and this last.
    """
    state = inspect(row)
    if state.transient or state.pending:
        row.changed_at = row.changed_at or next_instant(None)
        return True
    changed = {name for name in TOLD | SHOWN if name in state.attrs and state.attrs[name].history.has_changes()}
    if not (told or shown or changed):
        return False
    row.sequence, row.changed_at = risen(row.sequence, row.changed_at, told=told or bool(changed & TOLD))
    return True


def risen(sequence: int, changed_at: datetime | None, *, told: bool) -> tuple[int, datetime]:
    """The (sequence, changed_at) that follow a change, of which calendars must be `told` or not."""
    return sequence + told, next_instant(changed_at)


def next_instant(previous: datetime | None) -> datetime:
    """This second (UTC), or the one after `previous` where the clock has not moved on since."""
    now = clock.now().replace(microsecond=0)
    return now if previous is None else max(now, previous.replace(microsecond=0) + timedelta(seconds=1))
