"""iCalendar documents (RFC 5545, 7986) out of plain entries; what each client needs of them is in calendars.md.

The same entries make the same bytes: nothing here reads a clock. DTSTAMP and LAST-MODIFIED are the time of the
entry's last change; a request's time would look like a change of every event at every fetch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from markupsafe import escape

from app import clock
from app.calendars.lines import cut, day, escaped, plain, plain_line, utc, wall, web_address, written
from app.calendars.zones import zone_lines

When: TypeAlias = datetime | date

END = b"END:VCALENDAR\r\n"
PRODUCT = "-//Plenary//Calendar//EN"
LONGEST_TITLE = 240
"""Some clients cut at 255, and "CANCELLED: " still has to fit."""

LONGEST_DESCRIPTION = 7600
"""Some clients cut near 8,192; the session's address stands at the end and has to stay."""

COLORS = {
    "crimson": "#DC143C",
    "darkorange": "#FF8C00",
    "goldenrod": "#DAA520",
    "seagreen": "#2E8B57",
    "teal": "#008080",
    "steelblue": "#4682B4",
    "slateblue": "#6A5ACD",
    "purple": "#800080",
    "slategray": "#708090",
}
"""Colours that a calendar may be drawn in: by their names in CSS (RFC 7986, 5.9), and as Apple's programs read them."""


class State(StrEnum):
    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule (RECUR without UNTIL), the start of its last occurrence, and the starts that are left out (UTC)."""

    rule: str
    until: datetime
    without: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One VEVENT. Instants are UTC, meant in `zone`; two dates make an all-day event, whose end is exclusive.

    `occurrence` makes it an override: the instant at which the series of the same uid has the event. `coordinates` are
    latitude and longitude. Nothing may stand here that the calendar's reader may not know.
    """

    uid: str
    sequence: int
    changed_at: datetime
    title: str
    starts: When
    ends: When
    zone: str = "UTC"
    state: State = State.CONFIRMED
    location: str = ""
    coordinates: tuple[float, float] | None = None
    description: str = ""
    address: str = ""
    categories: tuple[str, ...] = ()
    join_url: str = ""
    is_private: bool = False
    is_free: bool = False
    recurrence: Recurrence | None = None
    occurrence: datetime | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How entries are written: an alarm some minutes before each that takes time, and (in files to keep, which Outlook
    opens) the description in HTML beside the plain one."""

    alarm_minutes: int | None = None
    with_html: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """What a calendar says of itself: its name, what it holds, its page and its colour (one of COLORS)."""

    name: str
    about: str = ""
    address: str = ""
    color: str = ""
    refresh: timedelta = field(default=timedelta(hours=1))


PLAIN = Manner()
TO_KEEP = Manner(with_html=True)


def document(cover: Cover | str, entries: Sequence[Entry], *, zone: str = "UTC", manner: Manner = PLAIN) -> bytes:
    """A calendar in UTF-8 with a VTIMEZONE for each zone used; a series stands before its overrides.

    There is no METHOD: PUBLISH wants an ORGANIZER (RFC 5546, 3.2.1), and whoever is invited by mail gets a REQUEST.
    A calendar must hold something (RFC 5545, 3.6): an empty one holds the definition of `zone`.
    """
    head = _head(Cover(cover) if isinstance(cover, str) else cover)
    events = (_written(entry, manner) for entry in in_order(entries))
    return b"".join((head, *_zones(entries, zone), *events, END))


def _head(cover: Cover) -> bytes:
    """The calendar's own lines; each said twice is said once by RFC 7986 and once as programs before it read it."""
    name = escaped(plain_line(cover.name, LONGEST_TITLE))
    about = escaped(cut(plain(cover.about), LONGEST_DESCRIPTION))
    minutes = cover.refresh // timedelta(minutes=1)
    refresh = f"PT{minutes // 60}H" if minutes % 60 == 0 else f"PT{minutes}M"
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"),
        *(f"NAME:{name}", f"X-WR-CALNAME:{name}"),
    ]
    if about:
        lines += [f"DESCRIPTION:{about}", f"X-WR-CALDESC:{about}"]
    if web_address(cover.address):
        lines.append(f"URL:{cover.address}")
    if cover.color in COLORS:
        lines += [f"COLOR:{cover.color}", f"X-APPLE-CALENDAR-COLOR:{COLORS[cover.color]}"]
    return written([*lines, f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}", f"X-PUBLISHED-TTL:{refresh}"])


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Entries by their start; the overrides of a series follow it, by the instants they stand for."""
    entries = list(entries)
    begins = {entry.uid: instant(entry.starts) for entry in entries if entry.occurrence is None}
    return sorted(
        entries,
        key=lambda one: (
            begins.get(one.uid, instant(one.starts)),
            one.uid,
            one.occurrence is not None,
            one.occurrence or instant(one.starts),
        ),
    )


def instant(moment: When) -> datetime:
    """A date as its first instant in UTC, for ordering; an instant as itself."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), UTC)


def _zones(entries: Sequence[Entry], zone: str) -> list[bytes]:
    spans: dict[str, list[datetime]] = {}
    for entry in entries:
        if isinstance(entry.starts, datetime) and isinstance(entry.ends, datetime):
            moments = spans.setdefault(entry.zone, [])
            moments += [entry.starts, entry.ends]
            if entry.recurrence:
                moments += [entry.recurrence.until, *entry.recurrence.without]
            if entry.occurrence:
                moments.append(entry.occurrence)
    if not entries:
        return [zone_lines(zone, 2020, 2020)]
    return [
        zone_lines(name, min(moments).astimezone(UTC).year, max(moments).astimezone(UTC).year)
        for name, moments in sorted(spans.items())
        if name != "UTC"
    ]


@lru_cache(maxsize=8000)
def _written(entry: Entry, manner: Manner) -> bytes:
    """An entry's lines. Most entries stand in the feeds of many people, and seldom change."""
    changed_at = utc(entry.changed_at)
    is_cancelled = entry.state is State.CANCELLED
    title = plain_line(entry.title, LONGEST_TITLE) or "(untitled)"
    summary = escaped(f"CANCELLED: {title}" if is_cancelled else title)
    is_free = entry.is_free or is_cancelled
    join_url, address = web_address(entry.join_url), web_address(entry.address)
    location = plain_line(entry.location, LONGEST_TITLE * 2) or join_url
    description = _description(entry, join_url, address)
    lines = [
        *("BEGIN:VEVENT", f"UID:{entry.uid}", f"SEQUENCE:{entry.sequence}"),
        *(f"DTSTAMP:{changed_at}", f"LAST-MODIFIED:{changed_at}"),
        *_times(entry),
        *(f"SUMMARY:{summary}", f"STATUS:{entry.state.value}", f"TRANSP:{'TRANSPARENT' if is_free else 'OPAQUE'}"),
    ]
    if location:
        lines.append(f"LOCATION:{escaped(location)}")
    if entry.coordinates:
        lines.append("GEO:{:.6f};{:.6f}".format(*entry.coordinates))
    if description:
        lines.append(f"DESCRIPTION:{escaped(description)}")
        if manner.with_html:
            lines.append(f"X-ALT-DESC;FMTTYPE=text/html:{escaped(_html(description))}")
    if address:
        lines.append(f"URL:{address}")
    if entry.categories:
        lines.append(f"CATEGORIES:{','.join(escaped(plain_line(one, LONGEST_TITLE)) for one in entry.categories)}")
    if join_url:
        lines.append(f"CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join:{join_url}")
    if entry.is_private:
        lines.append("CLASS:PRIVATE")
    if manner.alarm_minutes is not None and not is_free and isinstance(entry.starts, datetime):
        trigger = f"TRIGGER:-PT{manner.alarm_minutes}M" if manner.alarm_minutes else "TRIGGER:PT0S"
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{summary}", trigger, "END:VALARM"]
    return written([*lines, "END:VEVENT"])


def _times(entry: Entry) -> list[str]:
    """Local times in the entry's zone; in UTC where a wall time is not one, in the hour that autumn repeats."""
    lines = [f"DTSTART{_moment(entry.starts, entry)}", f"DTEND{_moment(entry.ends, entry)}"]
    tz = f";TZID={entry.zone}"
    if entry.occurrence is not None:
        of = f":{utc(entry.occurrence)}" if entry.zone == "UTC" else f"{tz}:{wall(entry.occurrence, entry.zone)}"
        lines.append(f"RECURRENCE-ID{of}")
    if entry.recurrence is not None:
        lines.append(f"RRULE:{entry.recurrence.rule};UNTIL={utc(entry.recurrence.until)}")
        if entry.recurrence.without:
            if entry.zone == "UTC":
                lines.append(f"EXDATE:{','.join(utc(start) for start in entry.recurrence.without)}")
            else:
                starts = ",".join(wall(start, entry.zone) for start in entry.recurrence.without)
                lines.append(f"EXDATE{tz}:{starts}")
    return lines


def _moment(moment: When, entry: Entry) -> str:
    if not isinstance(moment, datetime):
        return f";VALUE=DATE:{day(moment)}"
    repeated = any(_is_repeated(instant(end), entry.zone) for end in (entry.starts, entry.ends))
    if repeated or entry.zone == "UTC":
        return f":{utc(moment)}"
    return f";TZID={entry.zone}:{wall(moment, entry.zone)}"


def _is_repeated(moment: datetime, zone: str) -> bool:
    """Whether the wall time of an instant comes twice that day. RFC 5545 means the first (3.3.5); programs differ."""
    there = clock.local(moment, zone)
    return there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()


def _description(entry: Entry, join_url: str, address: str) -> str:
    """What it is about, how to join (most clients ignore CONFERENCE), and last the address of its page."""
    parts = [
        cut(plain(entry.description), LONGEST_DESCRIPTION),
        f"Join: {join_url}" if join_url else "",
        address,
    ]
    return "\n\n".join(part for part in parts if part)


def _html(description: str) -> str:
    """A description in paragraphs, its addresses as links, on one line."""
    paragraphs = "".join(f"<p>{_linked(part)}</p>" for part in description.split("\n\n"))
    return f"<!DOCTYPE html><html><body>{paragraphs}</body></html>"


def _linked(paragraph: str) -> str:
    lines = []
    for line in paragraph.split("\n"):
        words = [
            f'<a href="{escape(word)}">{escape(word)}</a>' if web_address(word) else str(escape(word))
            for word in line.split(" ")
        ]
        lines.append(" ".join(words))
    return "<br>".join(lines)
