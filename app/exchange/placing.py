"""When a session of a file takes place: which zone its clocks stand in, and what to do where the file is unsure."""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple

from app import clock
from app.exchange.reading import MAX_SESSIONS, Expected, Findings, whole_minutes

ASSUMED = timedelta(hours=1)
YEARS = range(1970, 2101)


class Times(NamedTuple):
    """When a session is, in the fields of a ReadSession: aware UTC instants, or None twice for one that waits in the
    tray; its length in minutes, which is assumed where the file says none that can be read."""

    starts_at: datetime | None
    ends_at: datetime | None
    minutes: int
    length_assumed: bool = False


class Placing:
    """Places the sessions of one file.

    `named` is the zone that the file itself names and `city` the town, "" for none; `offset` is that of the
    day being read, for times without one in a file that names no zone. `offsets` are those that the file wrote
    beside instants: a hint at its zone.
    """

    def __init__(self, findings: Findings, expected: Expected) -> None:
        self.findings = findings
        self.expected = expected
        self.named = ""
        self.city = ""
        self.offset: tzinfo | None = None
        self.offsets: set[tuple[datetime, timedelta]] = set()

    def name_zone(self, name: str, where: str) -> None:
        """The file says which zone it is in; an unknown one is a problem."""
        if not name:
            return
        try:
            clock.zone(name)
        except ValueError:
            self.findings.problem(where, f"“{name[:80]}” is not a time zone that is known here.")
        else:
            self.named = name

    @property
    def known(self) -> str:
        """The zone as far as anyone said it: the file, the person, the file's city; otherwise ""."""
        return self.named or self.expected.zone or _zone_of_city(self.city)

    @property
    def floating(self) -> str:
        """The zone of a time without one; noted when it had to be assumed."""
        if self.named or self.expected.zone:
            return self.known
        place = _zone_of_city(self.city)
        zone, reason = (
            (place, f"of the city it names, {self.city}") if place else (self.expected.fallback_zone, "of the cohort")
        )
        self.findings.note("", f"The file names no time zone; its times were read in that {reason}: {zone}.")
        return zone

    def wall(self, day: date, wall: timedelta) -> datetime | None:
        """The UTC instant of a wall time on a day; "24:30" is half past midnight."""
        later, rest = divmod(wall, timedelta(days=1))
        try:
            return self.instant(datetime.combine(day + later * timedelta(days=1), time.min) + rest)
        except OverflowError:
            return None

    def instant(self, moment: datetime | None) -> datetime | None:
        """The UTC instant; a naive moment stands on the file's clocks."""
        if moment is None:
            return None
        if moment.tzinfo is None and self.offset is not None and not self.named:
            moment = moment.replace(tzinfo=self.offset)
        if isinstance(moment.tzinfo, timezone) and len(self.offsets) < MAX_SESSIONS:
            self.offsets.add((moment.astimezone(UTC), moment.tzinfo.utcoffset(None)))
        try:
            return moment.astimezone(UTC) if moment.tzinfo else clock.at(moment.date(), moment.time(), self.floating)
        except (OverflowError, ValueError):
            return None

    def times(self, where: str, start: datetime | None, length: timedelta | None, said: str = "") -> Times:
        """Start, end and minutes of a session that begins at a UTC instant and lasts `length`.

        `said` is what the file says of the time, for the report. Without a start, or with a length of nothing
        or less, the session waits in the tray; without a length an hour is assumed. All of these are problems.
        """
        minutes = whole_minutes(length) if length is not None and length > timedelta(0) else 60
        told = f"“{said[:80]}”" if said.strip() else "nothing"
        if start is None or start.year not in YEARS:
            self.findings.problem(where, f"Its time cannot be read (the file says {told}); it waits in the tray.")
            return Times(None, None, minutes)
        if length is None:
            self.findings.problem(where, f"It has no end that can be read (the file says {told}); an hour was assumed.")
            return Times(start, start + ASSUMED, 60, length_assumed=True)
        if length <= timedelta(0):
            ending = "has no length" if length == timedelta(0) else "ends before it begins"
            self.findings.problem(where, f"It {ending} (the file says {told}); it waits in the tray.")
            return Times(None, None, minutes)
        return Times(start, start + length, minutes)


def _zone_of_city(city: str) -> str:
    """The zone that bears a city's name ("Brussels" → Europe/Brussels), or ""."""
    name = city.strip().replace(" ", "_").lower()
    found = [zone for zone in clock.zone_names() if zone.rpartition("/")[2].lower() == name] if name else []
    return found[0] if len(found) == 1 else ""
