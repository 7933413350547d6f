"""iCalendar files (RFC 5545): single entries, series within bounds, and their exceptions."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # its stubs are a package of their own
from icalendar import Calendar, Component, Event, vRecur
from icalendar.error import BrokenCalendarProperty

from app.exchange.cleaning import Cleaner
from app.exchange.formats import format_of
from app.exchange.gathering import Gathering
from app.exchange.ics_lines import Entry, KnownZones, Lines, lines_of
from app.exchange.placing import YEARS, Placing
from app.exchange.reading import (
    EMAIL_LENGTH,
    Expected,
    Findings,
    ReadAgenda,
    ReadPresenter,
    ReadSession,
    Unreadable,
)

HORIZON = timedelta(days=400)
LAST_CENTURY = 9_950
MAX_SERIES = 300
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
SHORT_PARTS = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})


def read_ics(text: str, expected: Expected) -> ReadAgenda:
    """Read a calendar. A series is read for 400 days from its first date; each of its dates is a session."""
    findings = Findings()
    lines = lines_of(text)
    reader = _Reader(findings, Placing(findings, expected), lines)
    for entries in reader.by_uid().values():
        for number, component in reader.occurrences(entries):
            reader.gathering.session(reader.session(number, component, shared=len(entries) > 1))
    return reader.gathering.agenda(
        title=reader.clean.name(lines.said.get("X-WR-CALNAME") or lines.said.get("NAME"), "", "title"),
        zone=reader.placing.known,
        says=reader.says(),
        complete=all(entry.whole for entry in lines.entries),
    )


Numbered = tuple[int, Component]


class _Reader:
    def __init__(self, findings: Findings, placing: Placing, lines: Lines) -> None:
        self.findings = findings
        self.placing = placing
        self.lines = lines
        self.clean = Cleaner(findings)
        self.gathering = Gathering("iCalendar", findings, placing.expected.rooms)
        self.placing.name_zone(lines.said.get("X-WR-TIMEZONE", ""), "X-WR-TIMEZONE")
        self.series = 0
        self.zones = KnownZones(findings, lines.zones, lambda: placing.floating)

    def says(self) -> frozenset[str]:
        """Every calendar says title, purpose, time and place; only some have categories or people who present."""
        sessions = self.gathering.sessions
        some = {"track": any(one.track for one in sessions), "presenters": any(one.presenters for one in sessions)}
        return frozenset({"title", "purpose", "time", "rooms"} | {name for name, said in some.items() if said})

    def by_uid(self) -> dict[str, list[Numbered]]:
        """The entries that could be parsed, by their UID; one without a UID stands alone."""
        found: dict[str, list[Numbered]] = defaultdict(list)
        for entry in self.lines.entries:
            component = self._parsed(entry)
            if component is not None:
                found[str(component.get("UID", "")) or f"line {entry.line}"].append((entry.line, component))
        return found

    def _parsed(self, entry: Entry) -> Component | None:
        where = f"line {entry.line}"
        if not entry.whole:
            self.findings.problem(where, "This entry has no end: the file breaks off, or END:VEVENT is missing.")
            return None
        settled = (self.zones.settle(line, where) for line in entry.lines)
        try:
            component = Event.from_ical("\r\n".join(line for line in settled if line is not None))
        except (ValueError, IndexError, KeyError) as error:
            self.findings.problem(where, f"This entry cannot be read: {str(error)[:120]}")
            return None
        for name, reason in component.errors:
            if name not in ("DTSTART", "DTEND", "DURATION"):  # said with the session's time
                self.findings.problem(where, f"{name or 'A line'} cannot be read: {str(reason)[:120]}")
        return component

    def occurrences(self, entries: list[Numbered]) -> Iterator[Numbered]:
        """Each session of the entries of one UID: themselves, or (for a series) its dates with their exceptions."""
        masters = [pair for pair in entries if "RRULE" in pair[1] or "RDATE" in pair[1]]
        single = [pair for pair in _latest(entries) if pair not in masters and "RECURRENCE-ID" not in pair[1]]
        yield from single
        exceptions = [pair for pair in entries if "RECURRENCE-ID" in pair[1]]
        if not masters:
            yield from exceptions
            return
        self.series += 1
        if self.series > MAX_SERIES:
            raise Unreadable(f"This calendar holds more than {MAX_SERIES} series; bring it in parts.")
        number, master = max(masters, key=lambda pair: _sequence(pair[1]))
        if not self._bounded(number, master):
            yield number, master
            yield from exceptions
            return
        calendar = Calendar()
        for component in (master, *(component for _, component in exceptions)):
            calendar.add_component(component)
        yield from ((number, component) for component in self._expanded(number, master, calendar))

    def _expanded(self, number: int, master: Component, calendar: Calendar) -> list[Component]:
        # Imported here because few files have series and it takes a tenth of a second.
        import recurring_ical_events  # type: ignore[import-untyped]  # has no types

        start = _moment(master, "DTSTART")
        assert start is not None, "only a series with a first time is expanded"
        try:
            window = recurring_ical_events.of(calendar).between(start - HORIZON, start + HORIZON)
        except (ValueError, TypeError, OverflowError, recurring_ical_events.InvalidCalendar) as error:
            self.findings.problem(f"line {number}", f"Its repetition cannot be read: {str(error)[:120]}")
            return [master]
        if "DTEND" not in master and "DURATION" not in master:
            for component in window:
                if component.get("DTEND") == component["DTSTART"]:
                    del component["DTEND"]  # put there by the expansion; the file says no end
        return sorted(window, key=lambda component: _listed(component["DTSTART"])[0].dt)

    def _bounded(self, number: int, master: Component) -> bool:
        """Give every rule an end within the horizon; False for a rule that is no session's."""
        where = f"line {number}"
        start = _moment(master, "DTSTART")
        if start is None or start.year not in YEARS:
            return False  # said when its first date is placed
        for rule in _listed(master.get("RRULE")):
            if not _is_usual(rule, start):
                self.findings.problem(where, "It repeats in a way that no session does; its first date was read.")
                return False
            last = start + HORIZON
            until = _instant(rule["UNTIL"][0], start) if "UNTIL" in rule else None
            count = int(rule.pop("COUNT", [0])[0])
            rule["UNTIL"] = [min(last, until or last).astimezone(UTC)]
            if count > 0:
                dates = list(islice(rrulestr(rule.to_ical().decode(), dtstart=start), count))
                rule["UNTIL"] = [max((moment.astimezone(UTC) for moment in dates), default=start)]
                cut = len(dates) < count
            else:
                cut = until is not None and until > last
            if cut:
                self.findings.problem(where, f"It repeats for more than {HORIZON.days} days; the rest was not read.")
            elif not count and until is None:
                self.findings.note(where, f"It repeats without end; {HORIZON.days} days of it were read.")
        return True

    def session(self, number: int, event: Component, *, shared: bool) -> ReadSession:
        """The session of an entry, or of one date of a series; `shared` when its UID stands for several."""
        where = f"line {number}"
        title = self.clean.title(_text(event, "SUMMARY"), where)
        cancelled = _text(event, "STATUS").upper() == "CANCELLED" or self.lines.said.get("METHOD", "") == "CANCEL"
        if cancelled:
            title = title.removeprefix("CANCELLED: ")
        if not title:
            title = "Untitled"
            self.findings.problem(where, "This entry has no title.")
        start = _moment(event, "DTSTART")
        times = self.placing.times(where, self.placing.instant(start), self._length(event), self._said(event, start))
        category = self.clean.label(_text(event, "CATEGORIES"), where, "category")
        room = self.clean.name(_text(event, "LOCATION"), where, "place")
        return ReadSession(
            key=_key(event, times.starts_at, shared=shared) or f"{title}|{times.starts_at}|{room}",
            title=title,
            where=where,
            **times._asdict(),
            day=(start - timedelta(hours=4)).date() if start and start.year > 1 else None,
            description=self.clean.text(_text(event, "DESCRIPTION"), where, markup=True),
            track=category,
            format=format_of(category, title),
            rooms=(room,) if room else (),
            presenters=tuple({presenter.key: presenter for presenter in self._presenters(event, where)}.values()),
            url=_text(event, "URL"),
            join_url=_text(event, "CONFERENCE") or _text(event, "X-GOOGLE-CONFERENCE"),
            cancelled=cancelled,
        )

    def _length(self, event: Component) -> timedelta | None:
        start, end = (self.placing.instant(_moment(event, name)) for name in ("DTSTART", "DTEND"))
        if start and end:
            return end - start
        try:
            said = getattr(event.get("DURATION"), "dt", None)
        except BrokenCalendarProperty:
            return None
        return said if isinstance(said, timedelta) else None

    def _said(self, event: Component, start: datetime | None) -> str:
        """What the entry says of its time, for the report of one that cannot be placed."""
        name = "DTSTART" if start is None else "DTEND" if "DTEND" in event else "DURATION"
        for value in _listed(event.get(name)):
            said = value.to_ical().decode(errors="replace")
            return f"all day, {said}" if start is None and said.isdigit() and len(said) == 8 else said
        return ""

    def _presenters(self, event: Component, where: str) -> Iterator[ReadPresenter]:
        """Those who chair (RFC 5545) and the participants who speak (RFC 9073); invited guests present nothing."""
        guests = 0
        for attendee in _listed(event.get("ATTENDEE")):
            parameters = getattr(attendee, "params", {})
            if str(parameters.get("ROLE", "")).upper() != "CHAIR":
                guests += 1
                continue
            email = str(attendee).removeprefix("mailto:").removeprefix("MAILTO:")
            name = self.clean.name(str(parameters.get("CN", "")) or email, where, "presenter's name")
            yield ReadPresenter(key=f"{email} {name}", name=name, email=email[:EMAIL_LENGTH] if "@" in email else "")
        for part in event.subcomponents:
            if part.name == "PARTICIPANT" and _text(part, "PARTICIPANT-TYPE").upper() == "SPEAKER":
                name = self.clean.name(_text(part, "SUMMARY") or _text(part, "NAME"), where, "presenter")
                if name:
                    yield ReadPresenter(key=name, name=name)
        if guests:
            self.findings.note("", "Invited guests (ATTENDEE) were not taken for presenters.")


def _listed(value: Any) -> list[Any]:
    """A property that may stand there never, once or several times."""
    return [] if value is None else value if isinstance(value, list) else [value]


def _text(component: Component, name: str) -> str:
    """The text of a property, the first where there are several; "" for none and for a broken one."""
    first: Any = next(iter(_listed(component.get(name))), None)
    if hasattr(first, "cats"):
        first = next(iter(first.cats), "")
    return "" if first is None else str(first)


def _moment(component: Component, name: str) -> datetime | None:
    """The time of a property; None for a bare date and for what could not be parsed."""
    try:
        moment = getattr(next(iter(_listed(component.get(name))), None), "dt", None)
    except BrokenCalendarProperty:
        return None
    return moment if isinstance(moment, datetime) else None


def _instant(value: Any, start: datetime) -> datetime:
    """An UNTIL as an instant: a date lasts until its end, a time without a zone stands on the series' clocks."""
    moment: datetime = value if isinstance(value, datetime) else datetime.combine(value, time.max)
    return moment if moment.tzinfo else moment.replace(tzinfo=start.tzinfo)


def _is_usual(rule: Any, start: datetime) -> bool:
    """Whether a rule is one of days, weeks, months or years that ever comes true.

    One that never does (30 February) is sought by dateutil through all years to 9999, for seconds, whatever its
    UNTIL says. The calendar repeats itself every 400 years: the same search near its end takes little.
    """
    if not isinstance(rule, vRecur) or SHORT_PARTS & {key.upper() for key in rule}:
        return False
    if rule.get("FREQ", [""])[0] not in FREQUENCIES or int(rule.get("INTERVAL", [1])[0]) < 1:
        return False
    late = start.replace(tzinfo=None, year=start.year + (LAST_CENTURY - start.year) // 400 * 400)
    endless: Any = vRecur({part: value for part, value in rule.items() if part not in ("UNTIL", "COUNT")})
    try:
        return next(iter(rrulestr(endless.to_ical().decode(), dtstart=late)), None) is not None
    except (ValueError, IndexError, TypeError):
        return False


def _sequence(component: Component) -> int:
    said = _text(component, "SEQUENCE")
    return int(said) if said.isdigit() and len(said) < 10 else 0


def _latest(entries: list[Numbered]) -> list[Numbered]:
    """Of entries that are versions of one another (one UID, rising SEQUENCE), the last; else all of them."""
    sequences = [_sequence(component) for _, component in entries]
    if len(set(sequences)) == len(entries) > 1:
        return [max(entries, key=lambda pair: _sequence(pair[1]))]
    return entries


def _key(event: Component, start: datetime | None, *, shared: bool) -> str:
    uid = _text(event, "UID")
    original = _moment(event, "RECURRENCE-ID") or (start if shared else None)
    return f"{uid}|{original.astimezone(UTC):%Y%m%dT%H%M%SZ}" if uid and original else uid
