"""Reads the hours that somebody is busy out of a stranger's calendar. Run apart from the server (apart.py), so that it
stands alone: nothing of the program is imported here, and not a word of what is read comes out."""

import json
import re
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events  # type: ignore[import-untyped]  # has no types
from icalendar import Calendar, Event

MOST_STRETCHES = 6000
LONG_AGO = timedelta(days=40)
TOO_OFTEN = re.compile(r"FREQ=(SECONDLY|MINUTELY)|BYSECOND=|BYMINUTE=|BYSETPOS=", re.IGNORECASE)
STARTS = re.compile(r"^DTSTART[^:\r\n]*:(\d{8})", re.IGNORECASE | re.MULTILINE)
AGAIN = re.compile(r"^(RRULE|RDATE|RECURRENCE-ID)\b", re.IGNORECASE | re.MULTILINE)
ENTRY = re.compile(r"^BEGIN:VEVENT\r?\n.*?^END:VEVENT\r?\n?", re.DOTALL | re.MULTILINE | re.IGNORECASE)


def read(text: str, asked: dict[str, Any]) -> list[list[str]]:
    """The stretches [start, end] (UTC, ISO 8601), merged, in order. `asked`: from, until (ISO 8601), zone (for all-day
    and floating times), email (of the owner), own (UIDs that are not counted)."""
    since, until = datetime.fromisoformat(asked["from"]), datetime.fromisoformat(asked["until"])
    calendar = _parsed(text, since)
    zone, own = ZoneInfo(asked["zone"]), set(asked["own"])
    owners = {asked["email"].lower(), str(calendar.get("X-WR-CALNAME", "")).strip().lower()} - {""}
    _sift(calendar, own)
    found = []
    for event in recurring_ical_events.of(calendar, skip_bad_series=True).between(since, until):
        stretch = _stretch(event, zone)
        if stretch is not None and _is_busy(event, owners):
            found.append(stretch)
    found += _free_busy(calendar)
    return [
        [start.isoformat(), end.isoformat()]
        for start, end in _merged((max(start, since), min(end, until)) for start, end in found)
    ]


def _parsed(text: str, since: datetime) -> Calendar:
    """The calendar without what is over; where a part of it is broken, without that part."""
    early = f"{since - LONG_AGO:%Y%m%d}"
    entries: list[str] = []

    def sift(found: re.Match[str]) -> str:
        starts = STARTS.search(found[0])
        if starts and (AGAIN.search(found[0]) or starts[1] >= early):
            entries.append(found[0])
        return ""

    frame = ENTRY.sub(sift, text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", ""))
    calendar = Calendar.from_ical(frame)
    if not isinstance(calendar, Calendar):
        raise TypeError("this is no calendar")
    for entry in entries:
        if TOO_OFTEN.search(entry):
            continue
        try:
            event = Event.from_ical(entry)
        except (ValueError, IndexError, KeyError, TypeError, AttributeError):
            continue
        if isinstance(event, Event) and "DTSTART" in event and hasattr(event["DTSTART"], "dt"):
            calendar.add_component(event)
    return calendar


def _sift(calendar: Calendar, own: set[str]) -> None:
    calendar.subcomponents = [
        one
        for one in calendar.subcomponents
        if one.name in ("VTIMEZONE", "VFREEBUSY") or (one.name == "VEVENT" and str(one.get("UID", "")) not in own)
    ]


def _is_busy(event: Any, owners: set[str]) -> bool:
    said = {name: str(event.get(name, "")).upper() for name in ("TRANSP", "STATUS", "X-MICROSOFT-CDO-BUSYSTATUS")}
    if said["TRANSP"] == "TRANSPARENT" or said["STATUS"] == "CANCELLED":
        return False
    if said["X-MICROSOFT-CDO-BUSYSTATUS"] in ("FREE", "WORKINGELSEWHERE"):
        return False
    attendees = event.get("ATTENDEE", [])
    for one in attendees if isinstance(attendees, list) else [attendees]:
        who = str(one).lower().removeprefix("mailto:")
        if who in owners and str(getattr(one, "params", {}).get("PARTSTAT", "")).upper() == "DECLINED":
            return False
    return True


def _stretch(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    begins, ends = _moment(event.get("DTSTART"), zone), _moment(event.get("DTEND"), zone)
    if begins is None:
        return None
    if ends is None:
        lasts = getattr(event.get("DURATION"), "dt", None)
        is_day = not isinstance(event["DTSTART"].dt, datetime)
        ends = begins + (lasts if isinstance(lasts, timedelta) else timedelta(days=1) if is_day else timedelta())
    return (begins, ends) if ends > begins else None


def _moment(said: object, zone: ZoneInfo) -> datetime | None:
    """An instant in UTC: a date is its midnight in the owner's zone, a floating time is on the owner's clock."""
    moment = getattr(said, "dt", None)
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    return datetime.combine(moment, time(), zone).astimezone(UTC) if isinstance(moment, date) else None


def _free_busy(calendar: Calendar) -> list[tuple[datetime, datetime]]:
    """The periods of a calendar that publishes nothing but when one is busy (RFC 5545, 3.6.4)."""
    found = []
    for component in calendar.walk("VFREEBUSY"):
        said = component.get("FREEBUSY", [])
        for one in said if isinstance(said, list) else [said]:
            if str(getattr(one, "params", {}).get("FBTYPE", "BUSY")).upper() != "FREE":
                found += [
                    (period.start.astimezone(UTC), period.end.astimezone(UTC))
                    for period in getattr(one, "dts", [one])
                    if isinstance(getattr(period, "start", None), datetime) and period.start.tzinfo is not None
                ]
    return found


def _merged(stretches: Any) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged[:MOST_STRETCHES]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    said = json.loads((folder / "asked.json").read_text())
    try:
        answer = {"hours": read((folder / "calendar.ics").read_text("utf-8", "replace"), said)}
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
        answer = {}
    print(json.dumps(answer))  # noqa: T201  # this program's answer
