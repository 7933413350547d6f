"""iCalendar documents (RFC 5545, 7986) out of plain entries; what each client needs of them is in calendars.md.

The same entries make the same bytes: nothing here reads a clock. DTSTAMP and LAST-MODIFIED are the time of the
entry's last change; a request's time would look like a change of every event at every fetch.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from icalendar import Calendar, Event, Parameters, Timezone, vDuration, vRecur, vText, vUri

from app import clock
from app.calendars.zones import vtimezone

When: TypeAlias = datetime | date

END = b"END:VCALENDAR\r\n"
PRODUCT = "-//Plenary//Calendar//EN"
LONGEST_TITLE = 240
"""Some clients cut at 255, and "CANCELLED: " still has to fit."""

LONGEST_DESCRIPTION = 7600
"""Some clients cut near 8,192; the session's address stands at the end and has to stay."""

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")
_WEB = re.compile(r"https?://[^\s\x00-\x20\"<>\\]+", re.ASCII)


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

    `occurrence` makes it an override: the instant at which the series of the same uid has the event. Nothing may
    stand here that the calendar's reader may not know.
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
    description: str = ""
    address: str = ""
    categories: tuple[str, ...] = ()
    join_url: str = ""
    is_private: bool = False
    is_free: bool = False
    recurrence: Recurrence | None = None
    occurrence: datetime | None = None


def document(
    name: str, entries: Sequence[Entry], *, zone: str = "UTC", refresh: timedelta = timedelta(hours=1)
) -> bytes:
    """A calendar in UTF-8 with a VTIMEZONE for each zone used; a series stands before its overrides.

    There is no METHOD: PUBLISH wants an ORGANIZER (RFC 5546, 3.2.1), and whoever is invited by mail gets a REQUEST.
    A calendar must hold something (RFC 5545, 3.6): an empty one holds the definition of `zone`.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for label in ("name", "x-wr-calname"):
        calendar.add(label, vText(plain_line(name)))  # icalendar knows no type of either, and would not escape it
    calendar.add("refresh-interval", vDuration(refresh), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(refresh))
    for component in _zones(entries, zone):
        calendar.add_component(component)
    head = calendar.to_ical().removesuffix(END)
    return b"".join((head, *(_written(entry) for entry in in_order(entries)), END))


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


def plain(text: str) -> str:
    """Text that every client can hold: line ends as one sign, no control characters, nothing that reads as HTML.

    vdirsyncer breaks on U+2028; Google and Outlook would draw a tag in a description.
    """
    return _TAG_LIKE.sub("‹", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))).strip()


def plain_line(text: str, longest: int = LONGEST_TITLE) -> str:
    """The same on one line, cut where clients would."""
    return _cut(" ".join(plain(text).split()), longest)


def web_address(text: str) -> str:
    """A web address that may stand as a URI in a file, else ""."""
    return text if _WEB.fullmatch(text) else ""


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _zones(entries: Sequence[Entry], zone: str) -> list[Timezone]:
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
        return [vtimezone(zone, datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC))]
    return [vtimezone(name, min(moments), max(moments)) for name, moments in sorted(spans.items()) if name != "UTC"]


@lru_cache(maxsize=4000)
def _written(entry: Entry) -> bytes:
    """An entry's lines. Most entries stand in the feeds of many people, and seldom change."""
    written: bytes = _event(entry).to_ical()
    return written


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", entry.changed_at.astimezone(UTC).replace(microsecond=0))
    _add_times(event, entry)
    is_cancelled = entry.state is State.CANCELLED
    title = plain_line(entry.title) or "(untitled)"
    event.add("summary", f"CANCELLED: {title}" if is_cancelled else title)
    event.add("status", entry.state.value)
    event.add("transp", "TRANSPARENT" if entry.is_free or is_cancelled else "OPAQUE")
    join_url = web_address(entry.join_url)
    location = plain_line(entry.location) or join_url
    if location:
        event.add("location", location)
    description = _description(entry, join_url)
    if description:
        event.add("description", description)
    if web_address(entry.address):
        event.add("url", vUri(entry.address))
    if entry.categories:
        event.add("categories", [plain_line(category) for category in entry.categories])
    if join_url:
        parameters = Parameters({"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"], "LABEL": "Join"})
        event.add("conference", vUri(join_url), parameters=parameters)
    if entry.is_private:
        event.add("class", "PRIVATE")
    return event


def _add_times(event: Event, entry: Entry) -> None:
    """Local times in the entry's zone; in UTC where a wall time is not one, in the hour that autumn repeats."""
    event.add("dtstart", _wall(entry.starts, entry))
    event.add("dtend", _wall(entry.ends, entry))
    if entry.occurrence is not None:
        event.add("recurrence-id", clock.local(entry.occurrence, entry.zone))
    if entry.recurrence is not None:
        rule = vRecur.from_ical(entry.recurrence.rule)
        rule["UNTIL"] = [entry.recurrence.until]
        event.add("rrule", rule)
        if entry.recurrence.without:
            event.add("exdate", [clock.local(start, entry.zone) for start in entry.recurrence.without])


def _wall(moment: When, entry: Entry) -> When:
    if not isinstance(moment, datetime):
        return moment
    repeated = any(clock.local(instant(end), entry.zone).fold for end in (entry.starts, entry.ends))
    return moment.astimezone(UTC) if repeated or entry.zone == "UTC" else clock.local(moment, entry.zone)


def _description(entry: Entry, join_url: str) -> str:
    """What it is about, how to join (most clients ignore CONFERENCE), and last the address of its page."""
    parts = [
        _cut(plain(entry.description), LONGEST_DESCRIPTION),
        f"Join: {join_url}" if join_url else "",
        web_address(entry.address),
    ]
    return "\n\n".join(part for part in parts if part)
