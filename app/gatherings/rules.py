"""The rules that series recur by: an RFC 5545 RECUR on the local wall time of a zone (rule 14)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # python-dateutil ships no types

from app import clock

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
MOST = 600
"""Occurrences of one series: weekly for more than eleven years."""


class Rhythm(StrEnum):
    """The rhythms that organizers choose from. Outlook reads no monthly rule but one weekday of one week."""

    MONTHLY = "monthly"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    DATES = "dates"


def rule_for(rhythm: Rhythm, first: date) -> str:
    """The RECUR of a rhythm that begins on a day: the weekday, and its week in the month, are that day's.

    A fifth one is the last of the month: not every month has five. Dates that follow no rule have "".
    """
    weekday = WEEKDAYS[first.weekday()]
    week = (first.day + 6) // 7
    match rhythm:
        case Rhythm.MONTHLY:
            return f"FREQ=MONTHLY;BYDAY={-1 if week == 5 else week}{weekday}"
        case Rhythm.WEEKLY:
            return f"FREQ=WEEKLY;BYDAY={weekday}"
        case Rhythm.FORTNIGHTLY:
            return f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}"
        case Rhythm.DATES:
            return ""


def rhythm_of(rule: str) -> Rhythm | None:
    """The rhythm of a rule; None for one that nobody can choose here, and for dates without a rule."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    day, interval = parts.get("BYDAY", ""), parts.get("INTERVAL", "1")
    match parts.get("FREQ"), interval:
        case "MONTHLY", "1" if day[-2:] in WEEKDAYS and len(day) > 2:
            return Rhythm.MONTHLY
        case "WEEKLY", "1" if day in WEEKDAYS:
            return Rhythm.WEEKLY
        case "WEEKLY", "2" if day in WEEKDAYS:
            return Rhythm.FORTNIGHTLY
        case _:
            return None


def said_rule(rule: str) -> str:
    """ "the second Thursday of each month", "every Tuesday", "every other Wednesday"; "" for dates without a rule."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    day = parts.get("BYDAY", "")
    if day[-2:] not in WEEKDAYS:
        return ""
    weekday, week = NAMES[WEEKDAYS.index(day[-2:])], day[:-2]
    if parts.get("FREQ") == "MONTHLY" and week:
        return f"the {NTH.get(int(week), week)} {weekday} of each month"
    return f"every {weekday}" if parts.get("INTERVAL", "1") == "1" else f"every other {weekday}"


def occurrences(rule: str, starts_at: datetime, zone: str) -> Iterator[datetime]:
    """The instants (UTC) of a rule from its first on, at the same wall time of the zone all year; at most MOST.

    A wall time that a spring day skips makes no occurrence (RFC 5545, 3.3.10). Raises ValueError for a rule that
    cannot be read.
    """
    first = clock.local(starts_at, zone).replace(tzinfo=None, fold=0)
    for count, wall in enumerate(rrulestr(rule, dtstart=first)):
        if count == MOST:
            return
        moment = clock.at(wall.date(), wall.time(), zone)
        if clock.local(moment, zone).replace(tzinfo=None, fold=0) == wall:
            yield moment


def until(rule: str, starts_at: datetime, zone: str, last_day: date) -> list[datetime]:
    """The occurrences up to a day of the zone, that day included."""
    end = clock.at(last_day + timedelta(days=1), datetime.min.time(), zone)
    found = []
    for moment in occurrences(rule, starts_at, zone):
        if moment >= end:
            break
        found.append(moment.astimezone(UTC))
    return found
