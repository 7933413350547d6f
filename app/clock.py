"""Time: the only room that asks the system for it, and the words in which it is said (rule 14).

Instants are aware and in UTC; the IANA zone they were meant in stands beside them. A day is the day in a
named zone, never the server's.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

NARROW = "\N{EN DASH}"


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone_name: str) -> date:
    """The date it is now in the zone."""
    return now().astimezone(zone(zone_name)).date()


@lru_cache(maxsize=700)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; raises ValueError with a sentence for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"“{name}” is not the name of a time zone, such as America/New_York.") from error


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """All zone names a person may choose, sorted: continents and oceans, without aliases such as US/Pacific."""
    regions = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    return (*sorted(name for name in available_timezones() if name.split("/")[0] in regions), "UTC")


def day_after(zone_name: str) -> datetime:
    """The UTC instant at which the next day begins in a zone."""
    return at(today(zone_name) + timedelta(days=1), time(0), zone_name)


def at(day: date, wall: time, zone_name: str) -> datetime:
    """The UTC instant of a wall time on a day in a zone.

    A wall time that the spring change skips is the instant as far after the gap's start (01:59 + 31 min for
    02:30 → 03:30); one that autumn repeats is its first occurrence (RFC 5545, 3.3.5).
    """
    return datetime.combine(day, wall, zone(zone_name)).astimezone(UTC)


def local(moment: datetime, zone_name: str) -> datetime:
    """The instant on the clocks of a zone."""
    return moment.astimezone(zone(zone_name))


def place(zone_name: str) -> str:
    """A zone said as a place: "America/Los_Angeles" → "Los Angeles"."""
    return zone_name.rsplit("/", 1)[-1].replace("_", " ")


def said_day(day: date | datetime, *, year: bool = False) -> str:
    """ "Tue 14 Nov", with the year where it helps."""
    text = f"{day:%a} {day.day} {day:%b}"
    return f"{text} {day.year}" if year else text


def said_time(moment: datetime, zone_name: str) -> str:
    """ "13:30"."""
    return f"{local(moment, zone_name):%H:%M}"


def said_moment(moment: datetime, zone_name: str) -> str:
    """ "Tue 14 Nov 2017 at 13:30 EST"."""
    there = local(moment, zone_name)
    return f"{said_day(there, year=True)} at {there:%H:%M} {zone_abbreviation(moment, zone_name)}"


def said_in_both(moment: datetime, zone_name: str, own_zone: str) -> str:
    """ "Tue 7 Nov 2017, 23:59 EST (20:59 in Los Angeles)": the event's clock and, where it differs, the reader's."""
    there, here = local(moment, zone_name), local(moment, own_zone)
    said = f"{said_day(there, year=True)}, {there:%H:%M} {zone_abbreviation(moment, zone_name)}"
    if there.utcoffset() == here.utcoffset():
        return said
    day = "" if there.date() == here.date() else f"{said_day(here)}, "
    return f"{said} ({day}{here:%H:%M} in {place(own_zone)})"


def said_ago(moment: datetime, zone_name: str) -> str:
    """How long ago, as one says it: "just now", "a minute ago", "3 hours ago", "on Tue 14 Nov, 13:30"."""
    minutes = int((now() - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return "a minute ago" if minutes == 1 else f"{minutes} minutes ago"
    hours = minutes // 60
    if hours < 12:
        return "an hour ago" if hours == 1 else f"{hours} hours ago"
    return f"on {said_day(local(moment, zone_name))}, {said_time(moment, zone_name)}"


def said_span(start: datetime, end: datetime, zone_name: str, also: tuple[str, str] | None = None) -> str:
    """ "Tue 14 Nov, 13:30–14:45 EST (10:30–11:45 in Oakland)".

    `also` is the viewer's (zone, place); it is said only when its clocks differ from the event's then.
    """
    first, last = local(start, zone_name), local(end, zone_name)
    until = f"{last:%H:%M}" if last.date() == first.date() else f"{said_day(last)} {last:%H:%M}"
    if last.date() == first.date() + timedelta(days=1) and last.hour < 6:
        until = f"{last:%H:%M}"  # "22:00–00:30": the night belongs to the evening
    text = f"{said_day(first)}, {first:%H:%M}{NARROW}{until} {zone_abbreviation(start, zone_name)}"
    beside = said_beside(start, end, zone_name, also)
    return f"{text} ({beside})" if beside else text


def said_beside(start: datetime, end: datetime, zone_name: str, also: tuple[str, str] | None) -> str:
    """The viewer's own times, "10:30–11:45 in Oakland", or "" when their clocks agree with the event's."""
    if also is None or local(start, also[0]).utcoffset() == local(start, zone_name).utcoffset():
        return ""
    first, last = local(start, also[0]), local(end, also[0])
    day = "" if first.date() == local(start, zone_name).date() else f"{said_day(first)}, "
    return f"{day}{first:%H:%M}{NARROW}{last:%H:%M} in {also[1]}"


def zone_abbreviation(moment: datetime, zone_name: str) -> str:
    """ "EST"; zones that have no letters are said as "UTC+05:45"."""
    name = f"{local(moment, zone_name):%Z}"
    if name and name[0] not in "+-":
        return name
    offset = f"{local(moment, zone_name):%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"
