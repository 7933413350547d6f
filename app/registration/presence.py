"""Presence windows: when a registered person is really there (rule 11).

A person says it per day, on the clocks of the convening's zone; it is stored as UTC instants. No window at
all means the whole convening.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, PresenceWindow, Registration, RegistrationState

MIDNIGHT = time()
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From an instant to a later one, both UTC."""

    starts_at: datetime
    ends_at: datetime


Stretch = tuple[time | None, time | None]
"""From a wall time until another; None is the day's own start or end."""


@dataclass(frozen=True, slots=True)
class DayThere:
    """What a person says of one day: there or not, from and until a wall time; None is the day's own.

    `again` are the stretches for which they come back after being away in between.
    """

    there: bool = False
    arrives: time | None = None
    leaves: time | None = None
    again: tuple[Stretch, ...] = ()

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        return ((self.arrives, self.leaves), *self.again) if self.there else ()


def days_of(convening: Convening) -> tuple[date, ...]:
    """The convening's days, in the dates of its zone."""
    count = (convening.ends_on - convening.starts_on).days + 1
    return tuple(convening.starts_on + timedelta(days=n) for n in range(count))


def read_day(there: bool, arrives: str, leaves: str, again: Sequence[tuple[str, str]] = ()) -> DayThere:
    """A day as typed ("08:30" or ""); raises ValueError, with a sentence, for what is no time or goes backwards.

    Of `again` the pairs of which nothing is typed are left out.
    """
    back = tuple((_time(start), _time(end)) for start, end in again if start.strip() or end.strip())
    said = DayThere(there, _time(arrives), _time(leaves), back)
    left: time | None = None
    for number, (start, end) in enumerate(said.stretches):
        if number and left is None:
            raise ValueError("Coming back needs a time of leaving before it.")
        if number and start is None:
            raise ValueError(f"After leaving at {left:%H:%M}, say when coming back.")
        if left is not None and start is not None and start <= left:
            raise ValueError(f"Coming back at {start:%H:%M} is not after leaving at {left:%H:%M}.")
        if end is not None and end <= (start or MIDNIGHT):
            raise ValueError(f"Leaving at {end:%H:%M} is not after arriving at {start or MIDNIGHT:%H:%M}.")
        left = end
    return said


def _time(typed: str) -> time | None:
    if not typed.strip():
        return None
    try:
        return time.fromisoformat(typed.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise ValueError(f"“{typed}” is not a time; write it like 08:30.") from error


def windows_of(convening: Convening, days: Mapping[date, DayThere]) -> tuple[Window, ...]:
    """The windows that say what the days say, neighbours joined; () where that is the whole convening.

    Days that are not the convening's are left out. Raises ValueError with a sentence when no day is left.
    """
    windows: list[Window] = []
    for day in days_of(convening):
        for stretch in days.get(day, DayThere()).stretches:
            window = _window(convening.zone, day, stretch)
            if windows and windows[-1].ends_at == window.starts_at:
                window = Window(windows.pop().starts_at, window.ends_at)
            windows.append(window)
    if not windows:
        raise ValueError("Tick at least one day, or say that you cannot come.")
    return () if windows == [whole(convening)] else tuple(windows)


def _window(zone: str, day: date, stretch: Stretch) -> Window:
    arrives, leaves = stretch
    until = clock.at(day, leaves, zone) if leaves else clock.at(day + A_DAY, MIDNIGHT, zone)
    return Window(clock.at(day, arrives or MIDNIGHT, zone), until)


def whole(convening: Convening) -> Window:
    """From the first midnight of the convening to the last, on the clocks of its zone."""
    return Window(
        clock.at(convening.starts_on, MIDNIGHT, convening.zone),
        clock.at(convening.ends_on + A_DAY, MIDNIGHT, convening.zone),
    )


def days_said(convening: Convening, windows: tuple[Window, ...]) -> dict[date, DayThere]:
    """The windows as a person said them, per day: what `windows_of` was made from."""
    said: dict[date, DayThere] = {}
    for day in days_of(convening):
        starts = clock.at(day, MIDNIGHT, convening.zone)
        ends = clock.at(day + A_DAY, MIDNIGHT, convening.zone)
        stretches: list[Stretch] = [
            (
                clock.local(window.starts_at, convening.zone).time() if window.starts_at > starts else None,
                clock.local(window.ends_at, convening.zone).time() if window.ends_at < ends else None,
            )
            for window in windows or (whole(convening),)
            if window.starts_at < ends and window.ends_at > starts
        ]
        said[day] = DayThere(True, *stretches[0], tuple(stretches[1:])) if stretches else DayThere()
    return said


def said(convening: Convening, windows: tuple[Window, ...]) -> tuple[str, ...]:
    """In words, a line a day: "Tue 14 Nov, from 13:30"; without windows ("The whole time",)."""
    if not windows:
        return ("The whole time",)
    days = days_said(convening, windows).items()
    return tuple(f"{clock.said_day(day)}, {_hours(hours)}" for day, hours in days if hours.there)


def _hours(day: DayThere) -> str:
    return " and ".join(_stretch(*stretch) for stretch in day.stretches)


def _stretch(arrives: time | None, leaves: time | None) -> str:
    if arrives and leaves:
        return f"{arrives:%H:%M}{clock.NARROW}{leaves:%H:%M}"
    if arrives:
        return f"from {arrives:%H:%M}"
    return f"until {leaves:%H:%M}" if leaves else "all day"


def windows_on_record(registration: Registration) -> tuple[Window, ...]:
    """The windows of one registration, in order."""
    return tuple(Window(row.starts_at, row.ends_at) for row in registration.windows)


def presence(db: Session, convening: Convening) -> dict[int, tuple[Window, ...]]:
    """Person id → when they are there, of all who have a place; () is the whole time. One query."""
    rows = db.exec(
        select(Registration.person_id, PresenceWindow)
        .outerjoin(PresenceWindow, col(PresenceWindow.registration_id) == Registration.id)
        .where(Registration.convening_id == convening.key, Registration.state == RegistrationState.SUBMITTED)
        .order_by(col(Registration.person_id), col(PresenceWindow.starts_at))
    )
    there: dict[int, tuple[Window, ...]] = {}
    for person_id, row in rows:
        there.setdefault(person_id, ())
        if row is not None:
            there[person_id] += (Window(row.starts_at, row.ends_at),)
    return there
