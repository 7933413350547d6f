"""VTIMEZONE (RFC 5545, 3.6.5) that every calendar program reads alike.

Both observances with a yearly rule, their onsets in the wall time before the change, from the zone's own POSIX
rule. icalendar's `add_missing_timezones` writes onsets an hour late; lists of dates (RDATE) mislead Outlook.
Years before the present rule, and changes that no yearly rule can say, stand as single observances.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from app import clock
from app.calendars.posix import LAST, Day, Rule, Summer, rule_of

WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
EARLIEST = 1971
BEYOND = 3
"""Years after the last event for which changes are listed where no rule says them."""


@dataclass(frozen=True, slots=True)
class Change:
    """Clocks going from one offset to another at an instant (UTC), after which the zone is called `name`."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool

    @property
    def wall(self) -> datetime:
        """The instant on the clocks before the change: an onset as RFC 5545 wants it."""
        return self.at.replace(tzinfo=None) + self.before


def vtimezone(zone_name: str, first: datetime, last: datetime) -> Timezone:
    """The definition of a zone that is right for every event from `first` to `last` (aware instants)."""
    component = Timezone()
    component.add("tzid", zone_name)
    for observance in _observances(zone_name, first.astimezone(UTC).year, last.astimezone(UTC).year):
        component.add_component(observance)
    return component


@lru_cache(maxsize=700)
def zone_lines(zone_name: str, first: int, last: int) -> bytes:
    """The same as written, for events from one year to another."""
    lines: bytes = vtimezone(zone_name, datetime(first, 7, 1, tzinfo=UTC), datetime(last, 7, 1, tzinfo=UTC)).to_ical()
    return lines


@lru_cache(maxsize=700)
def _observances(zone_name: str, first: int, last: int) -> tuple[TimezoneStandard | TimezoneDaylight, ...]:
    rule = rule_of(zone_name)
    since = _rule_holds_since(zone_name, rule, last)
    singles = [change for change in _changes(zone_name, last + BEYOND) if change.at.year < since]
    yearly = []
    if rule is not None and rule.summer is not None and since <= last + BEYOND:
        singles = [] if first > since else _needed(zone_name, singles, first)
        for change, day in zip(_changes_in(zone_name, since), _days(rule.summer), strict=True):
            recurrence = _recurrence(day)
            if recurrence:
                yearly.append(_observance(change, recurrence))
            else:
                singles += _same_each_year(zone_name, change, max(first - 1, since), last + BEYOND)
    else:
        singles = _needed(zone_name, singles, first)
    alone = len(singles) + len(yearly) == 1
    return (*(_observance(change, standard=alone) for change in singles), *yearly)


def _rule_holds_since(zone_name: str, rule: Rule | None, last: int) -> int:
    """The first year since which clocks changed as the rule says, without a break until after the last event."""
    since = last + BEYOND + 1
    while since > EARLIEST and rule is not None and _agrees(zone_name, since - 1, rule):
        since -= 1
    return since


def _agrees(zone_name: str, year: int, rule: Rule) -> bool:
    changes = _changes_in(zone_name, year)
    if rule.summer is None:
        return not changes and clock.local(datetime(year, 6, 1, tzinfo=UTC), zone_name).utcoffset() == rule.offset
    expected = {
        (rule.summer.begins.in_year(year) - rule.offset, rule.summer.offset),
        (rule.summer.ends.in_year(year) - rule.summer.offset, rule.offset),
    }
    return {(change.at.replace(tzinfo=None), change.after) for change in changes} == expected


def _days(summer: Summer) -> tuple[Day, Day]:
    """The two days of change in the order of the year."""
    northern = summer.begins.month < summer.ends.month
    return (summer.begins, summer.ends) if northern else (summer.ends, summer.begins)


def _needed(zone_name: str, changes: list[Change], first: int) -> list[Change]:
    """The changes from the last one before a year on; where none was, what had always been comes first."""
    earlier = [change for change in changes if change.at.year < first]
    return (earlier[-1:] or [_always(zone_name)]) + [change for change in changes if change.at.year >= first]


def _same_each_year(zone_name: str, like: Change, first: int, last: int) -> list[Change]:
    return [
        change
        for year in range(first, last + 1)
        for change in _changes_in(zone_name, year)
        if change.after == like.after
    ]


def _always(zone_name: str) -> Change:
    """The state that a zone was in when 1971 began, as its first observance."""
    start = clock.local(datetime(EARLIEST, 1, 1, tzinfo=UTC), zone_name)
    offset = start.utcoffset() or timedelta()
    return Change(datetime(EARLIEST, 1, 1, tzinfo=UTC) - offset, offset, offset, f"{start:%Z}", False)


def _changes(zone_name: str, last: int) -> Iterator[Change]:
    for year in range(EARLIEST, last + 1):
        yield from _changes_in(zone_name, year)


@lru_cache(maxsize=5000)
def _changes_in(zone_name: str, year: int) -> tuple[Change, ...]:
    """The changes of offset in a year (UTC): looked for day by day, then halved down to the second."""
    changes = []
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while day < end:
        after = min(day + timedelta(days=1), end)
        if _offset(day, zone_name) != _offset(after, zone_name):
            changes.append(_change_between(day, after, zone_name))
        day = after
    return tuple(changes)


def _change_between(low: datetime, high: datetime, zone_name: str) -> Change:
    before, after = _offset(low, zone_name), _offset(high, zone_name)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(middle, zone_name) == before else (low, middle)
    then = clock.local(high, zone_name)
    was_summer = bool(clock.local(high - timedelta(seconds=1), zone_name).dst())
    return Change(high, before, after, f"{then:%Z}", after > before and (bool(then.dst()) or was_summer))


def _offset(moment: datetime, zone_name: str) -> timedelta:
    return clock.local(moment, zone_name).utcoffset() or timedelta()


def _recurrence(day: Day) -> dict[str, object] | None:
    """A day of the rule as a yearly RECUR, or None where it can leave its month and no RECUR that is read says it.

    A time beyond midnight moves the weekday: "the last Sunday at -1 h" is the Saturday among 24 to 30.
    """
    shift = day.wall // timedelta(days=1)
    weekday = WEEKDAYS[(day.weekday + shift) % 7]
    if shift == 0:
        return {"FREQ": "YEARLY", "BYMONTH": day.month, "BYDAY": f"{-1 if day.week == LAST else day.week}{weekday}"}
    length = monthrange(2001, day.month)[1]
    first = (length - 6 if day.week == LAST else 7 * day.week - 6) + shift
    if first < 1 or first + 6 > length or (day.month == 2 and day.week == LAST):
        return None
    return {"FREQ": "YEARLY", "BYMONTH": day.month, "BYMONTHDAY": list(range(first, first + 7)), "BYDAY": weekday}


def _observance(
    change: Change, recurrence: dict[str, object] | None = None, *, standard: bool = False
) -> TimezoneStandard | TimezoneDaylight:
    """A zone with one observance calls it STANDARD: programs look for that one."""
    observance = TimezoneDaylight() if change.is_summer and not standard else TimezoneStandard()
    observance.add("dtstart", change.wall)
    observance.add("tzoffsetfrom", change.before)
    observance.add("tzoffsetto", change.after)
    observance.add("tzname", change.name)
    if recurrence:
        observance.add("rrule", recurrence)
    return observance
