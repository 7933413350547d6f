"""A week drawn as strips: for each day a row a person (or, of many, a zone), for each half hour whether it suits.

Beneath the colour every cell has its words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app import clock
from app.gatherings.hours import STEP, WEEKEND, Hour, Theirs, Who, as_theirs, starts_between

BY_PERSON = 12
"""Of more people a row stands for all who live by the same clocks."""

HALF_HOUR = int(STEP.total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Cell:
    """Half an hour of a row: how it is drawn, and in words."""

    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A row. `where` its people are in the morning; `begins` is their own wall time at the left edge."""

    name: str
    where: str
    begins: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the poll's zone: its whole hours as (label, half hours), and the rows."""

    day: date
    hours: tuple[tuple[str, int], ...]
    strips: tuple[Strip, ...]


def week_of(first: date, last: date, earliest: time, latest: time, people: Sequence[Who], zone: str) -> tuple[Day, ...]:
    """The working days of at most a week from `first` on, none later than `last`."""
    days = [first + timedelta(days=number) for number in range(7)]
    rows = _rows(people)
    found = []
    for day in days:
        if day <= last and day.weekday() < WEEKEND:
            long_ago = clock.at(day, time(), zone) - timedelta(days=1)
            starts = list(starts_between(day, day, earliest, latest, HALF_HOUR, zone, after=long_ago))
            if starts:
                found.append(Day(day, _hours(starts, zone), tuple(_strip(name, row, starts) for name, row in rows)))
    return tuple(found)


def _rows(people: Sequence[Who]) -> list[tuple[str, list[Who]]]:
    if len(people) <= BY_PERSON:
        return [(one.name, [one]) for one in people]
    by_zone: dict[str, list[Who]] = {}
    for one in people:
        by_zone.setdefault(one.zone, []).append(one)
    return [(f"{len(row)} people" if len(row) > 1 else row[0].name, row) for row in by_zone.values()]


def _hours(starts: Sequence[datetime], zone: str) -> tuple[tuple[str, int], ...]:
    hours: dict[str, int] = {}
    for start in starts:
        label = f"{clock.local(start, zone):%H}"
        hours[label] = hours.get(label, 0) + 1
    return tuple(hours.items())


def _strip(name: str, row: Sequence[Who], starts: Sequence[datetime]) -> Strip:
    cells = []
    for start in starts:
        theirs = [as_theirs(one, (start, start + STEP)) for one in row]
        cells.append(_cell(theirs))
    first = as_theirs(row[0], (starts[0], starts[0] + STEP))
    return Strip(name, first.where, f"{first.starts:%H:%M}", tuple(cells))


def _cell(theirs: Sequence[Theirs]) -> Cell:
    """The worst of those that a row stands for: taken, away, out of the day, early or late."""
    hour = f"{theirs[0].starts:%H:%M}"
    not_free = [one for one in theirs if not one.is_free]
    if len(theirs) > 1 and not_free:
        return Cell("some" if len(not_free) < len(theirs) else "taken", f"{hour}, {len(not_free)} taken")
    if not_free:
        return Cell(not_free[0].free.value, f"{hour}, {not_free[0].why}")
    if any(one.strain for one in theirs):
        return Cell("out", f"{hour}, {_when(theirs)}")
    if any(one.suffers for one in theirs):
        return Cell("edge", f"{hour}, {_when(theirs)}")
    return Cell("easy", f"{hour}, free")


def _when(theirs: Sequence[Theirs]) -> str:
    hours: Mapping[Hour, str] = {Hour.EARLY: "early", Hour.LATE: "late"}
    return next((hours[one.hour] for one in theirs if one.suffers), "free")
