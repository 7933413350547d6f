"""Which hour suits whom: what a time costs each person on their own clocks, and how times are ranked by it.

All of it is pure: people, what they have on and who had the early hour so far in, times in order out. The same in
gives the same out. Instants are UTC; whoever is at a convening lives by its clocks on its days.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app import clock

DAY = time(8), time(18)
"""Nobody should have to meet outside of these hours of their own."""

EASY = time(9), time(17)
"""What begins before the first of these is somebody's early hour; what ends after the second, their late one."""

WEEKEND = 5
A_WHOLE_DAY = 24 * 60
"""What an hour of somebody's own Saturday or Sunday costs: as much as any."""

STEP = timedelta(minutes=30)
FURTHEST = 31
"""Days over which times are looked for at once."""

Span = tuple[datetime, datetime]


class Free(StrEnum):
    FREE = "free"
    TAKEN = "taken"
    AWAY = "away"  # at a convening then, and not there (rule 11)


class Hour(StrEnum):
    EASY = "easy"
    EARLY = "early"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch in which a person has something on, and what, as an organizer may know it (rule 13)."""

    span: Span
    said: str


@dataclass(frozen=True, slots=True)
class Stay:
    """A convening that a person comes to: its days, its zone, and when they are really there (none: throughout)."""

    span: Span
    zone: str
    title: str
    windows: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who is asked. `place` is where their clock is, in a word; `turn` is whose early hours theirs count with:
    the seat they hold, else themselves. `taken` is in order of its start."""

    person_id: int
    name: str
    office: str
    place: str
    zone: str
    turn: str
    needed: bool = True
    taken: tuple[Taken, ...] = ()
    stays: tuple[Stay, ...] = ()


@dataclass(frozen=True, slots=True)
class Theirs:
    """A time as one person has it. `where` they are then: "in Oakland", "at Fall convening". `strain` is by how many
    minutes it reaches out of 08:00–18:00 of their own."""

    who: Who
    starts: datetime
    ends: datetime
    zone: str
    where: str
    hour: Hour
    strain: int
    free: Free
    why: str = ""

    @property
    def is_free(self) -> bool:
        return self.free is Free.FREE

    @property
    def suffers(self) -> bool:
        return self.hour is not Hour.EASY


@dataclass(frozen=True, slots=True)
class Proposal:
    """A time with everybody's own hour. It is smaller than another where it ranks before it."""

    starts_at: datetime
    ends_at: datetime
    theirs: tuple[Theirs, ...]
    turns: tuple[int, ...]

    @property
    def missing(self) -> tuple[Theirs, ...]:
        """Those it cannot be without who are not free."""
        return tuple(one for one in self.theirs if one.who.needed and not one.is_free)

    @property
    def hours(self) -> tuple[tuple[Theirs, ...], ...]:
        """Those who are free, by their own hour, earliest first; the same hour of two days is two."""
        found: dict[tuple[date, time], list[Theirs]] = {}
        for one in self.theirs:
            if one.is_free:
                found.setdefault((one.starts.date(), one.starts.time()), []).append(one)
        return tuple(tuple(found[hour]) for hour in sorted(found))

    @property
    def not_free(self) -> tuple[tuple[Theirs, ...], ...]:
        """Those who are not, with whom the same is in the way at the same hour."""
        found: dict[tuple[str, datetime, str], list[Theirs]] = {}
        for one in self.theirs:
            if not one.is_free:
                found.setdefault((one.why, one.starts, one.where), []).append(one)
        return tuple(tuple(group) for group in found.values())

    @property
    def suffering(self) -> tuple[str, ...]:
        """Where it is early or late for those who are free: "early in Oakland"."""
        found = {
            hour: sorted({one.where for one in self.theirs if one.is_free and one.hour is hour})
            for hour in (Hour.EARLY, Hour.LATE)
        }
        return tuple(f"{hour} {', '.join(places)}" for hour, places in found.items() if places)

    @property
    def strain(self) -> int:
        """The minutes outside 08:00–18:00 of whoever has it worst."""
        return max((one.strain for one in self.theirs), default=0)

    @property
    def rank(self) -> tuple[int, int, tuple[int, ...], int, datetime]:
        """Everybody needed is free; then nobody, or by the least, outside 08:00–18:00; then whoever had the early or
        the late hour least often so far has it; then the others are free; then the sooner."""
        others = sum(not one.who.needed and not one.is_free for one in self.theirs)
        return len(self.missing), self.strain, self.turns, others, self.starts_at


def ranked(
    starts: Iterable[datetime], minutes: int, people: Sequence[Who], had: Mapping[str, int]
) -> tuple[Proposal, ...]:
    """The times, best first. `had` is how often each had the early or late hour, by `Who.turn`."""
    return tuple(sorted((proposal(start, minutes, people, had) for start in starts), key=lambda one: one.rank))


def proposal(start: datetime, minutes: int, people: Sequence[Who], had: Mapping[str, int]) -> Proposal:
    """One time as everybody has it. `turns` says how often those who suffer by it would have had to, theirs worst."""
    span = start, start + timedelta(minutes=minutes)
    theirs = tuple(as_theirs(who, span) for who in people)
    turns = sorted((had.get(one.who.turn, 0) + 1 for one in theirs if one.suffers), reverse=True)
    return Proposal(*span, theirs, tuple(turns))


def best(ranking: Sequence[Proposal], *, most: int = 8, a_day: int = 2, zone: str) -> tuple[Proposal, ...]:
    """The first few of a ranking, of which no two overlap and no day of the zone has more than two."""
    chosen: list[Proposal] = []
    for one in ranking:
        same_day = [two for two in chosen if _day(two, zone) == _day(one, zone)]
        clear = all(two.ends_at <= one.starts_at or one.ends_at <= two.starts_at for two in same_day)
        if clear and len(same_day) < a_day:
            chosen.append(one)
        if len(chosen) == most:
            break
    return tuple(chosen)


def starts_between(
    first: date, last: date, earliest: time, latest: time, minutes: int, zone: str, *, after: datetime
) -> Iterator[datetime]:
    """Each half hour of the weekdays, on the zone's clocks, that begins at `earliest` or later and is over by `latest`.

    Wall times that a spring day skips are left out, and what begins before `after` (an instant).
    """
    for number in range(min((last - first).days + 1, FURTHEST)):
        day = first + timedelta(days=number)
        if day.weekday() >= WEEKEND:
            continue
        wall, end = datetime.combine(day, earliest), datetime.combine(day, latest)
        while wall + timedelta(minutes=minutes) <= end:
            moment = clock.at(day, wall.time(), zone)
            if moment >= after and clock.local(moment, zone).replace(tzinfo=None, fold=0) == wall:
                yield moment
            wall += STEP


def as_theirs(who: Who, span: Span) -> Theirs:
    """A time as one person has it: on whose clocks, how early or late, and whether they are free."""
    stay = next((one for one in who.stays if one.span[0] <= span[0] and span[1] <= one.span[1]), None)
    there = stay is not None and (not stay.windows or any(_within(span, window) for window in stay.windows))
    zone = stay.zone if stay is not None and there else who.zone
    where = f"at {stay.title}" if stay is not None and there else f"in {who.place}"
    starts, ends = (clock.local(moment, zone) for moment in span)
    strain, hour = _strain(starts, ends)
    free, why = Free.FREE, ""
    taken = _taken(who, span)
    if taken is not None:
        free, why = Free.TAKEN, taken.said
    elif stay is not None and not there:
        free, why = Free.AWAY, f"{stay.title}: there only {_said_windows(stay)}"
    return Theirs(who, starts, ends, zone, where, hour, strain, free, why)


def _strain(starts: datetime, ends: datetime) -> tuple[int, Hour]:
    """How many minutes a local time reaches out of the day, and whether it is early or late for who lives there."""
    if starts.weekday() >= WEEKEND:
        return A_WHOLE_DAY, Hour.LATE
    begins = starts.hour * 60 + starts.minute
    over = begins + round((ends - starts).total_seconds() / 60)
    early, late = (_minutes(DAY[0]) - begins, over - _minutes(DAY[1]))
    from_easy, past_easy = _minutes(EASY[0]) - begins, over - _minutes(EASY[1])
    if from_easy <= 0 and past_easy <= 0:
        return 0, Hour.EASY
    return max(early, late, 0), Hour.EARLY if from_easy >= past_easy else Hour.LATE


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _day(one: Proposal, zone: str) -> date:
    return clock.local(one.starts_at, zone).date()


def _taken(who: Who, span: Span) -> Taken | None:
    """The first thing that somebody has on in a span; what they have on is in order of its start."""
    starts, ends = span
    for one in who.taken:
        if one.span[0] >= ends:
            return None
        if one.span[1] > starts:
            return one
    return None


def _within(span: Span, window: Span) -> bool:
    return window[0] <= span[0] and span[1] <= window[1]


def _said_windows(stay: Stay) -> str:
    return ", ".join(clock.said_span(*window, stay.zone) for window in stay.windows)
