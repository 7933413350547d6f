"""The sample's calendar: written in the dates of 2016 to 2018, moved by whole weeks to lie around today.

Weekdays and wall-clock times stay; instants are made after the move, so that a session at 13:30 is at 13:30 on
whichever side of a clock change it lands (rule 14).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from app import clock
from app.gatherings import rules

AHEAD = timedelta(weeks=3)
HALF_YEAR_DAYS = 182.6
SEASONS = ("spring", "fall")


@dataclass(frozen=True, slots=True)
class Season:
    """The half-year a convening and its updates are named after: slug "2017-fall", said "Fall 2017"."""

    year: int
    name: str

    @property
    def slug(self) -> str:
        return f"{self.year}-{self.name}"

    @property
    def said(self) -> str:
        return f"{self.name.capitalize()} {self.year}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Moves the files' dates. `anchor` is the first day, as written, of the convening that is next."""

    anchor: date
    weeks: int = 0

    @classmethod
    def around(cls, anchor: date, today: date | None) -> "Calendar":
        """A calendar whose next convening begins 18 to 24 days after `today`; the dates as written for None."""
        if today is None:
            return cls(anchor)
        return cls(anchor, round((today + AHEAD - anchor).days / 7))

    def day(self, written: date) -> date:
        """The day on which a written date falls."""
        return written + timedelta(weeks=self.weeks)

    def instant(self, written: datetime, zone: str) -> datetime:
        """The UTC instant of a written local date and time in a zone."""
        return clock.at(self.day(written.date()), written.time(), zone)

    def span(self, written: date, wall: str, zone: str) -> tuple[datetime, datetime]:
        """The UTC instants of a span such as "07:45–08:30" on a written day in a zone."""
        day = self.day(written)
        first, last = walls(wall)
        return clock.at(day, first, zone), clock.at(day, last, zone)

    def season(self, written: date) -> Season:
        """The season of a convening that begins on a written date.

        Counted in half-years from the next convening's, because after the move two convenings half a year apart
        can lie in the same half of a calendar year.
        """
        anchor = self.day(self.anchor)
        steps = round((written - self.anchor).days / HALF_YEAR_DAYS)
        year, half = divmod(anchor.year * 2 + (anchor.month > 6) + steps, 2)
        return Season(year, SEASONS[half])

    def occurrences(self, rrule: str, written: date, count: int) -> list[date]:
        """The first `count` days of a rule, beginning in the month into which a written date falls.

        Whole weeks would move "the second Thursday" off its rule, so the rule is followed afresh.
        """
        start = clock.at(self.day(written).replace(day=1), time(), "UTC")
        return [moment.date() for moment in islice(rules.occurrences(rrule, start, "UTC"), count)]


def walls(wall: str) -> tuple[time, time]:
    """The two wall times of "07:45–08:30"."""
    first, last = wall.split(clock.NARROW)
    return time.fromisoformat(first), time.fromisoformat(last)


def minutes(wall: str) -> int:
    """The length of "07:45–08:30" in minutes, as the clock on the wall counts."""
    first, last = walls(wall)
    return (last.hour * 60 + last.minute) - (first.hour * 60 + first.minute)
