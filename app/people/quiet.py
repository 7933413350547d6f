"""When people are left in peace: nights and weekends on their own clock. What falls into them waits for the morning."""

from datetime import date, datetime, time, timedelta

from app import clock

QUIET_FROM = time(20)
QUIET_UNTIL = time(8)
QUIET_DAYS = frozenset({5, 6})
"""Saturday and Sunday, as `date.weekday` counts."""

A_DAY = timedelta(days=1)


def awake(moment: datetime, zone: str) -> datetime:
    """The first instant (UTC) from this one on that is not quiet in a zone: itself, or 08:00 of the next working day.

    The morning is a wall time, so that it stays 08:00 when the clocks change in the night.
    """
    local = clock.local(moment, zone)
    day, wall = local.date(), local.time()
    if not _is_quiet(day) and QUIET_UNTIL <= wall < QUIET_FROM:
        return moment
    if wall >= QUIET_FROM:
        day += A_DAY
    while _is_quiet(day):
        day += A_DAY
    return clock.at(day, QUIET_UNTIL, zone)


def morning_before(moment: datetime, zone: str) -> datetime:
    """08:00 (as UTC) of the last working day in a zone that had begun by then."""
    day = clock.local(moment, zone).date()
    if clock.at(day, QUIET_UNTIL, zone) > moment:
        day -= A_DAY
    while _is_quiet(day):
        day -= A_DAY
    return clock.at(day, QUIET_UNTIL, zone)


def meant_for(due: datetime, until: datetime, zone: str) -> datetime:
    """When something due reaches somebody in a zone (UTC): once it is not quiet there.

    What would thereby come after `until` is brought forward to the last working morning.
    """
    moment = awake(due, zone)
    return moment if moment < until else morning_before(due, zone)


def goes_at(meant: datetime, until: datetime, zone: str, now: datetime) -> datetime | None:
    """When it goes from now on (UTC); None where that is too late: after `until`, or two days after it was meant."""
    moment = awake(max(meant, now), zone)
    return moment if moment < until and moment <= awake(meant + 2 * A_DAY, zone) else None


def _is_quiet(day: date) -> bool:
    return day.weekday() in QUIET_DAYS
