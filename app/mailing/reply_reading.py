"""What a message that came to a reply address says, read with care: anybody can write there.

A message is small, shallow and has few parts, or it is not read at all. Nothing of it is believed here: whether it
counts is decided in replies.py.
"""

import email
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.message import Message
from email.utils import getaddresses
from hashlib import sha256
from typing import Any

from icalendar import Calendar

LARGEST = 256 << 10
LARGEST_CALENDAR = 64 << 10
MOST_BOUNDARIES = 12
MOST_PARTS = 40
MOST_COMPONENTS = 40
CALENDARS = ("text/calendar", "application/ics")
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
YEARS = range(1970, 2201)
"""Of which a calendar can speak here; further off, not even the hour in another zone can be said."""


class Unreadable(Exception):
    """The message is not read; the sentence is for the record."""


@dataclass(frozen=True, slots=True)
class Voice:
    """An ATTENDEE of a reply: who answers, and what."""

    email: str
    answer: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A calendar object that came back. Instants are UTC; `occurrence_at` is its RECURRENCE-ID."""

    method: str
    uid: str
    sequence: int
    stamp: datetime | None
    voices: tuple[Voice, ...]
    organizer: str = ""
    occurrence_at: datetime | None = None
    comment: str = ""
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message: the key by which it is known again, who sent it, to which addresses it came, and what it replies."""

    key: str
    sender: str = ""
    addresses: tuple[str, ...] = ()
    is_automatic: bool = False
    reply: Reply | None = None
    trouble: str = ""


def key_of(raw: bytes) -> str:
    """The key of a message that cannot be read."""
    return sha256(raw).hexdigest()


def read_message(raw: bytes, envelope: Sequence[str] = ()) -> Arrived:
    """Read a message; `envelope` are the recipients of its delivery, where they are known. Raises Unreadable."""
    if len(raw) > LARGEST:
        raise Unreadable("too large")
    if raw.lower().count(b"boundary") > MOST_BOUNDARIES:
        raise Unreadable("too many parts within parts")
    try:
        return _arrived(email.message_from_bytes(raw, policy=email.policy.compat32), raw, envelope)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise Unreadable("not a letter that can be read") from error


def _arrived(message: Message, raw: bytes, envelope: Sequence[str]) -> Arrived:
    parts = list(message.walk())
    if len(parts) > MOST_PARTS:
        raise Unreadable("too many parts")
    identity = _header(message, "Message-ID").strip()
    reply, trouble = _reply(parts)
    return Arrived(
        key=sha256(identity.encode("utf-8", "replace")).hexdigest() if identity else key_of(raw),
        sender=next(iter(_addresses(message, ("From",))), ""),
        addresses=tuple(dict.fromkeys([*(one.lower() for one in envelope), *_addresses(message, ADDRESSED)])),
        is_automatic=_header(message, "Auto-Submitted").strip().lower() not in ("", "no"),
        reply=reply,
        trouble=trouble,
    )


def _header(message: Message, name: str) -> str:
    return str(message.get(name) or "")[:2000]


def _addresses(message: Message, names: Sequence[str]) -> list[str]:
    said = [_clean(value)[:4000] for name in names for value in message.get_all(name, [])[:20]]
    return [address.lower() for _, address in getaddresses(said)[:50] if "@" in address and len(address) <= 320]


def _reply(parts: Sequence[Message]) -> tuple[Reply | None, str]:
    """The first calendar object among the parts, or why there is none."""
    for part in parts:
        if part.get_content_type() not in CALENDARS:
            continue
        try:
            body = part.get_payload(decode=True)
            if not isinstance(body, bytes):
                continue
            if len(body) > LARGEST_CALENDAR or body.upper().count(b"BEGIN:") > MOST_COMPONENTS:
                return None, "its calendar is too large"
            return _read(Calendar.from_ical(body.decode("utf-8", "replace"))), ""
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
            return None, "its calendar cannot be read"
    return None, "no calendar in it"


def _read(calendar: Any) -> Reply:
    event, *_ = calendar.walk("VEVENT")
    voices = event.get("ATTENDEE", [])
    return Reply(
        method=str(calendar.get("METHOD", "")).strip().upper(),
        uid=str(event.get("UID", ""))[:300],
        sequence=int(event.get("SEQUENCE", 0)),
        stamp=_instant(event.get("DTSTAMP")),
        voices=tuple(_voice(one) for one in (voices if isinstance(voices, list) else [voices])[:20]),
        organizer=_bare(event.get("ORGANIZER", "")),
        occurrence_at=_occurrence(event.get("RECURRENCE-ID")),
        comment=_first(event.get("COMMENT", ""))[:1000],
        starts_at=_instant(event.get("DTSTART")),
    )


def _voice(attendee: Any) -> Voice:
    parameters = getattr(attendee, "params", {})
    answer = _clean(parameters.get("PARTSTAT", "NEEDS-ACTION")).upper()[:40]
    return Voice(_bare(attendee), answer)


def _bare(address: object) -> str:
    return _clean(address).strip().strip('"').lower().removeprefix("mailto:")[:320]


def _first(said: Any) -> str:
    return _clean(said[0] if isinstance(said, list) else said)


def _clean(said: object) -> str:
    """Text without the sign NUL, which PostgreSQL keeps in no text."""
    return str(said).replace("\x00", "")


def _occurrence(said: Any) -> datetime | None:
    """The date of a series that is answered; raises ValueError, since without its date it would answer for all."""
    moment = _instant(said)
    if said is not None and moment is None:
        raise ValueError("no such date")
    return moment


def _instant(said: Any) -> datetime | None:
    moment = getattr(said, "dt", None)
    if isinstance(moment, date) and moment.year not in YEARS:
        return None
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return datetime.combine(moment, time(), UTC) if isinstance(moment, date) else None
