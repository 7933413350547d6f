"""Content lines of iCalendar (RFC 5545, 3.1): text made safe for every client, escaped, folded by octets.

Written here rather than by a library since feeds are made anew all day: a library's event of thirty objects takes
longer to make and to write than all else that a feed needs.
"""

import re
from datetime import UTC, date, datetime

from app import clock

LONGEST = 75
"""Octets in a line, without its end (RFC 5545, 3.1)."""

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")
_WEB = re.compile(r"https?://[^\s\x00-\x20\"<>\\]+", re.ASCII)
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def plain(text: str) -> str:
    """Text that every client can hold: line ends as one sign, no control characters, nothing that reads as HTML.

    vdirsyncer breaks on U+2028; Google and Outlook would draw a tag in a description.
    """
    return _TAG_LIKE.sub("‹", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))).strip()


def plain_line(text: str, longest: int) -> str:
    """The same on one line, cut where clients would."""
    return cut(" ".join(plain(text).split()), longest)


def cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def web_address(text: str) -> str:
    """A web address that may stand as a URI in a file, else ""."""
    return text if _WEB.fullmatch(text) else ""


def escaped(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11) of text that is plain."""
    return text.translate(_ESCAPED)


def utc(moment: datetime) -> str:
    """ "20171114T133000Z"."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S}Z"


def wall(moment: datetime, zone_name: str) -> str:
    """ "20171114T083000": an instant on the clocks of a zone, whose name stands beside it as TZID."""
    return f"{clock.local(moment, zone_name):%Y%m%dT%H%M%S}"


def day(date_: date) -> str:
    """ "20171114"."""
    return f"{date_:%Y%m%d}"


def written(lines: list[str]) -> bytes:
    """The lines in UTF-8, folded where they are long, each with its end."""
    return b"".join(_folded(line) for line in lines)


def _folded(line: str) -> bytes:
    octets = line.encode()
    if len(octets) <= LONGEST:
        return octets + b"\r\n"
    parts, start, room = [], 0, LONGEST
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # inside a character: folded before it
            end -= 1
        parts.append(octets[start:end])
        start, room = end, LONGEST - 1
    parts.append(octets[start:])
    return b"\r\n ".join(parts) + b"\r\n"
