"""The reading room: looks at what a file is, whatever it is called, and hands it to its reader."""

import re

from app.exchange.agenda_table import read_agenda_table
from app.exchange.frab import read_frab
from app.exchange.ics import read_ics
from app.exchange.pretalx import read_pretalx
from app.exchange.reading import Expected, Findings, ReadAgenda, Unreadable
from app.exchange.sheets import decoded

MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "This is an old Excel or Word file. Save it as .xlsx."),
    (b"%PDF", "This is a PDF. Ask for the schedule as XML, JSON, iCalendar, CSV or XLSX."),
    (b"\x1f\x8b", "This file is compressed. Unpack it first."),
    (b"BZh", "This file is compressed. Unpack it first."),
    (b"\xfd7zXZ", "This file is compressed. Unpack it first."),
    (b"7z\xbc\xaf", "This file is compressed. Unpack it first."),
    (b"Rar!", "This file is compressed. Unpack it first."),
    (b"\x89PNG", "This is a picture."),
    (b"\xff\xd8\xff", "This is a picture."),
    (b"GIF8", "This is a picture."),
    (b"{\\rtf", "This is a text document. Save its table as .csv or .xlsx."),
)
SPACE = b" \t\r\n\x0b\x0c\0"
BYTE_ORDER = re.compile(rb"\xef\xbb\xbf|\xff\xfe|\xfe\xff")


def read_agenda(data: bytes, expected: Expected | None = None, *, megabytes: int = 20) -> ReadAgenda:
    """Read an agenda from a schedule.xml, a schedule.json, an .ics, a .csv or an .xlsx, told by its content.

    Raises Unreadable with a sentence for whatever is none of these, or larger than `megabytes`.
    """
    expected = expected or Expected()
    kind = kind_of(data, megabytes)
    if kind == "xml":
        return read_frab(data, expected)
    if kind == "json":
        return read_pretalx(data, expected)
    if kind == "ics":
        return read_ics(decoded(data, Findings()), expected)
    return read_agenda_table(data, expected)


def kind_of(data: bytes, megabytes: int) -> str:
    """ "xml", "json", "ics" or "table"; raises Unreadable for anything else."""
    if len(data) > megabytes << 20:
        raise too_large(len(data), megabytes)
    start = BYTE_ORDER.sub(b"", data[:4096], count=1).lstrip(SPACE)
    if not start:
        raise Unreadable("This file is empty.")
    for mark, sentence in MARKS:
        if start.startswith(mark):
            raise Unreadable(sentence)
    if start.startswith(b"PK\x03\x04"):
        return "table"
    plain = start.replace(b"\0", b"")
    if plain[:15].upper() == b"BEGIN:VCALENDAR":
        return "ics"
    if plain[:1] in (b"<", b"{", b"["):
        return "xml" if plain[:1] == b"<" else "json"
    if _is_rubbish(data[:4096]):
        raise Unreadable("This is no text: it is none of schedule XML or JSON, iCalendar, CSV or XLSX.")
    return "table"


def too_large(size: int, megabytes: int) -> Unreadable:
    """What is said of a file above the cap; `size` in bytes."""
    return Unreadable(f"This file has {size >> 20} MB; {megabytes} MB are taken at most.")


def _is_rubbish(start: bytes) -> bool:
    """Whether so many bytes are controls that no coding of text explains them (UTF-16 has a byte order mark)."""
    if BYTE_ORDER.match(start):
        return False
    controls = sum(byte < 9 or 13 < byte < 32 for byte in start)
    return controls * 20 > len(start)
