"""A zone's rule for all years to come: the POSIX TZ string in the foot of its TZif file (RFC 8536, 3.3)."""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from app import clock

_NAME = r"(?:<[A-Za-z0-9+-]+>|[A-Za-z]{3,})"
_TIME = r"[+-]?\d{1,3}(?::\d\d){0,2}"
_DAY = rf"M(\d+)\.(\d)\.(\d)(?:/({_TIME}))?"
_RULE = re.compile(rf"({_NAME})({_TIME})(?:({_NAME})({_TIME})?,{_DAY},{_DAY})?")
LAST = 5
"""The week that POSIX writes for the last such weekday of a month."""


@dataclass(frozen=True, slots=True)
class Day:
    """A clock change: `weekday` (Sunday is 0) number `week` of `month`, `wall` after that day's midnight.

    `wall` is on the clocks before the change and reaches from -167 to 167 hours.
    """

    month: int
    week: int
    weekday: int
    wall: timedelta

    def in_year(self, year: int) -> datetime:
        """The wall time (without a zone, on the clocks before it) of the change in a year."""
        first = date(year, self.month, 1)
        ahead = (self.weekday - first.isoweekday() % 7) % 7
        day = first + timedelta(days=ahead + 7 * (self.week - 1))
        if day.month != self.month:
            day -= timedelta(days=7)
        return datetime.combine(day, time()) + self.wall


@dataclass(frozen=True, slots=True)
class Summer:
    """The other offset of a zone whose clocks change, and the days on which it begins and ends."""

    offset: timedelta
    begins: Day
    ends: Day


@dataclass(frozen=True, slots=True)
class Rule:
    """The standard offset from UTC, and the summer's where there is one."""

    offset: timedelta
    summer: Summer | None = None


@lru_cache(maxsize=700)
def rule_of(zone_name: str) -> Rule | None:
    """The rule that a zone's file ends with; None where it has none or one of a kind no zone uses today."""
    clock.zone(zone_name)  # refuses what is no zone's name, such as a path
    footer = _tzif(zone_name).rsplit(b"\n", 2)[-2].decode("ascii", "replace")
    found = _RULE.fullmatch(footer)
    if found is None:
        return None
    _, offset, other_name, other, *days = found.groups()
    standard = -_span(offset)
    if other_name is None:
        return Rule(standard)
    summer = -_span(other) if other else standard + timedelta(hours=1)
    return Rule(standard, Summer(summer, _day(days[:4]), _day(days[4:])))


def _tzif(zone_name: str) -> bytes:
    """The file from which zoneinfo reads the zone: the system's, else tzdata's."""
    for folder in zoneinfo.TZPATH:
        path = Path(folder) / zone_name
        if path.is_file():
            return path.read_bytes()
    return files("tzdata").joinpath("zoneinfo", *zone_name.split("/")).read_bytes()


def _day(fields: list[str]) -> Day:
    month, week, weekday, wall = fields
    return Day(int(month), int(week), int(weekday), _span(wall or "2"))


def _span(text: str) -> timedelta:
    """ "-3:30" → minus three and a half hours. (A POSIX offset counts westward: its sign is turned by the caller.)"""
    hours, minutes, seconds = [*text.lstrip("+-").split(":"), "0", "0"][:3]
    span = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
    return -span if text.startswith("-") else span
