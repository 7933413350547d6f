"""Calendar objects that invite, change and call off by mail (RFC 5546); what programs make of them is in calendars.md.

The events are the feed's own, under the same UID and SEQUENCE. DTSTAMP is the time of the letter, as RFC 5546 wants it:
of two letters of the same SEQUENCE the later one counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vText

from app.calendars.documents import Entry, document
from app.calendars.lines import plain_line
from app.models import Participation

ONLY_IN_FEEDS = ("NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL", "METHOD", "COLOR", "SOURCE")
NOT_IN_A_CANCEL = ("RRULE", "EXDATE", "DESCRIPTION", "CONFERENCE", "URL", "CATEGORIES", "TRANSP")


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Parties:
    """Who invites whom. With `replies`, answers come back by mail to the organizer's address, which then has to be one
    of this very invitation."""

    organizer: str
    organizer_name: str
    attendee: str
    attendee_name: str
    replies: bool
    answer: Participation = Participation.NEEDS_ACTION


def invitation(method: Method, entries: Sequence[Entry], parties: Parties, *, at: datetime) -> str:
    """One event, with its overrides, as it is sent to one person at an instant: they are the only ATTENDEE named."""
    assert len({entry.uid for entry in entries}) == 1, "a letter is about one event (RFC 5546, 3.2)"
    calendar = Calendar.from_ical(document("", entries))
    for event in calendar.walk("VEVENT"):
        assert isinstance(event, Event)
        _address(event, method, parties, at)
    return _sealed(calendar, method)


def called_back(last: str, parties: Parties, *, sequence: int, at: datetime) -> str | None:
    """A CANCEL of what was last sent, for one who is not invited any more: it says nothing that they were not told.

    `last` is that letter's calendar; None where it cannot be read.
    """
    try:
        calendar = Calendar.from_ical(last)
    except ValueError:
        return None
    events = [one for one in calendar.walk("VEVENT") if isinstance(one, Event) and "RECURRENCE-ID" not in one]
    if len(events) != 1:
        return None
    (event,) = events
    for name in NOT_IN_A_CANCEL:
        event.pop(name, None)
    for name in ("SEQUENCE", "STATUS", "ORGANIZER", "ATTENDEE", "LAST-MODIFIED"):
        event.pop(name, None)
    title = str(event.pop("SUMMARY", "")).removeprefix("CANCELLED: ")
    event.add("summary", f"CANCELLED: {title}")
    event.add("sequence", sequence)
    event.add("status", "CANCELLED")
    _address(event, Method.CANCEL, parties, at)
    calendar.subcomponents = [one for one in calendar.subcomponents if one.name == "VTIMEZONE"] + [event]
    return _sealed(calendar, Method.CANCEL)


def title_in(calendar: str) -> str:
    """What the event of a letter is called."""
    return next((str(one.get("SUMMARY", "")) for one in Calendar.from_ical(calendar).walk("VEVENT")), "")


def _address(event: Event, method: Method, parties: Parties, at: datetime) -> None:
    event.pop("DTSTAMP", None)
    event.add("dtstamp", at.replace(microsecond=0))
    organizer = vCalAddress(f"mailto:{parties.organizer}")
    organizer.params["CN"] = vText(plain_line(parties.organizer_name, 200))
    event.add("organizer", organizer)
    attendee = vCalAddress(f"mailto:{parties.attendee}")
    attendee.params["CN"] = vText(plain_line(parties.attendee_name, 200).replace('"', "'"))
    attendee.params["CUTYPE"] = vText("INDIVIDUAL")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    if method is Method.REQUEST:
        attendee.params["PARTSTAT"] = vText(parties.answer.value)
        attendee.params["RSVP"] = vText("TRUE" if parties.replies else "FALSE")
    event.add("attendee", attendee)


def _sealed(calendar: Calendar, method: Method) -> str:
    for name in ONLY_IN_FEEDS:
        calendar.pop(name, None)
    calendar.add("method", method.value)
    written: bytes = calendar.to_ical()
    return written.decode()
