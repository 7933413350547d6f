"""Presence windows: when a registered person is really there (rule 11).

A person says it per day, on the clocks of the convening's zone; it is stored as UTC instants. No window at
all means the whole convening.
"""

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True)
class DayThere:
    """What a person says of one day: there or not, from and until a wall time; None is the day's own."""

    there: bool = False
    arrives: time | None = None
    leaves: time | None = None


def days_of(convening: Convening) -> tuple[date, ...]:
    """The convening's days, in the dates of its zone."""
    count = (convening.ends_on - convening.starts_on).days + 1
    return tuple(convening.starts_on + timedelta(days=n) for n in range(count))


def read_day(there: bool, arrives: str, leaves: str) -> DayThere:
    """A day as typed ("08:30" or ""); raises ValueError, with a sentence, for what is no time or goes backwards."""
    said = DayThere(there, _time(arrives), _time(leaves))
    if there and said.leaves is not None and said.leaves <= (said.arrives or MIDNIGHT):
        raise ValueError(f"Leaving at {leaves} is not after arriving at {arrives or '00:00'}.")
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
        said = days.get(day, DayThere())
        if not said.there:
            continue
        window = _window(convening.zone, day, said)
        if windows and windows[-1].ends_at == window.starts_at:
            window = Window(windows.pop().starts_at, window.ends_at)
        windows.append(window)
    if not windows:
        raise ValueError("Tick at least one day, or say that you cannot come.")
    return () if windows == [whole(convening)] else tuple(windows)


def _window(zone: str, day: date, said: DayThere) -> Window:
    until = clock.at(day, said.leaves, zone) if said.leaves else clock.at(day + A_DAY, MIDNIGHT, zone)
    return Window(clock.at(day, said.arrives or MIDNIGHT, zone), until)


def whole(convening: Convening) -> Window:
    """From the first midnight of the convening to the last, on the clocks of its zone."""
    return Window(
        clock.at(convening.starts_on, MIDNIGHT, convening.zone),
        clock.at(convening.ends_on + A_DAY, MIDNIGHT, convening.zone),
    )


def days_said(convening: Convening, windows: tuple[Window, ...]) -> dict[date, DayThere]:
    """The windows as a person said them, per day: what `windows_of` was made from.

    Of several windows on one day the first arrival and the last leaving are said.
    """
    said: dict[date, DayThere] = {}
    for day in days_of(convening):
        starts = clock.at(day, MIDNIGHT, convening.zone)
        ends = clock.at(day + A_DAY, MIDNIGHT, convening.zone)
        parts = [w for w in windows or (whole(convening),) if w.starts_at < ends and w.ends_at > starts]
        if not parts:
            said[day] = DayThere()
            continue
        first, last = parts[0].starts_at, parts[-1].ends_at
        said[day] = DayThere(
            True,
            clock.local(first, convening.zone).time() if first > starts else None,
            clock.local(last, convening.zone).time() if last < ends else None,
        )
    return said


def said(convening: Convening, windows: tuple[Window, ...]) -> tuple[str, ...]:
    """In words, a line a day: "Tue 14 Nov, from 13:30"; without windows ("The whole time",)."""
    if not windows:
        return ("The whole time",)
    days = days_said(convening, windows).items()
    return tuple(f"{clock.said_day(day)}, {_hours(hours)}" for day, hours in days if hours.there)


def _hours(day: DayThere) -> str:
    if day.arrives and day.leaves:
        return f"{day.arrives:%H:%M}{clock.NARROW}{day.leaves:%H:%M}"
    if day.arrives:
        return f"from {day.arrives:%H:%M}"
    return f"until {day.leaves:%H:%M}" if day.leaves else "all day"


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
