"""A calendar file as another program reads it: icalendar with recurring-ical-events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import recurring_ical_events  # type: ignore[import-untyped]  # ships no types
from icalendar import Calendar

from app.calendars.documents import Entry, document

FROM, TO = datetime(2016, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, order=True)
class Occurrence:
    """One event of a reader's list, in UTC."""

    start: datetime
    end: datetime
    title: str
    status: str


def occurrences(body: bytes) -> list[Occurrence]:
    """All events with a time that a reader finds, in order."""
    found = recurring_ical_events.of(Calendar.from_ical(body)).between(FROM, TO)
    return sorted(
        Occurrence(_utc(one["DTSTART"].dt), _utc(one["DTEND"].dt), str(one["SUMMARY"]), str(one["STATUS"]))
        for one in found
        if isinstance(one["DTSTART"].dt, datetime)
    )


def events(body: bytes) -> list[Any]:
    """The events of a file as icalendar reads them; typed by nothing, since a property may be of any kind."""
    return list(Calendar.from_ical(body).walk("VEVENT"))


def by_uid(body: bytes) -> dict[tuple[str, datetime | None], Any]:
    """The events of a file by their identity: uid, and the instant that an override stands for."""
    found: dict[tuple[str, datetime | None], Any] = {}
    for one in events(body):
        recurrence = one.get("RECURRENCE-ID")
        key = (str(one["UID"]), _utc(recurrence.dt) if recurrence is not None else None)
        assert key not in found, f"{key} stands twice"
        found[key] = one
    return found


def written(entries: Iterable[Entry]) -> bytes:
    return document("A calendar", list(entries))


def _utc(moment: date) -> datetime:
    assert isinstance(moment, datetime)
    return moment.astimezone(UTC)
