"""Who was at a meeting, as the meeting service lists it: Zoom, Teams, Meet, Webex and tables like theirs.

The columns are found by their headings, in any order, below whatever the service says of the meeting first. Whoever
left and came back stands in several rows, which are added up; where a list says it twice (Teams: once for each person
and once for each time they came), the first counts.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from io import StringIO

from app.exchange.cleaning import UNPRINTABLE
from app.exchange.durations import read_minutes, read_moment
from app.exchange.read import kind_of
from app.exchange.reading import Findings, Problem, Unreadable
from app.exchange.sheets import DELIMITERS, FORMULA_STARTS, decoded
from app.exchange.workbooks import Cell, within, workbook_rows
from app.people.names import plain

NAMES = {
    "name": "name",
    "name (original name)": "name",
    "user name (original name)": "name",
    "user name": "name",
    "full name": "name",
    "display name": "name",
    "participant": "name",
    "participant name": "name",
    "attendee": "name",
    "attendee name": "name",
    "first name": "first",
    "last name": "last",
    "surname": "last",
    "email": "email",
    "e-mail": "email",
    "user email": "email",
    "email address": "email",
    "attendee email": "email",
    "participant email": "email",
    "participant id (upn)": "account",
    "duration": "duration",
    "duration (minutes)": "duration",
    "duration (min)": "duration",
    "total duration (minutes)": "duration",
    "time in session (minutes)": "duration",
    "time in meeting (minutes)": "duration",
    "in-meeting duration": "duration",
    "meeting duration": "duration",
    "attendance duration": "duration",
    "duration (seconds)": "seconds",
    "join time": "joined",
    "first join": "joined",
    "time joined": "joined",
    "joined at": "joined",
    "leave time": "left",
    "last leave": "left",
    "time exited": "left",
    "left at": "left",
    "attended": "attended",
}
"""Headings, in small letters, and what stands under them."""

WHO = {"name", "first", "email"}
HOW_LONG = {"duration", "seconds", "joined"}
OF_THE_MEETING = {"topic", "meeting topic", "meeting title", "webinar id"}
"""Headings of what Zoom says first of the meeting itself, among them its host's address and its length."""

EMPTY = {"--", "-", "n/a"}
BESIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*")
"""What services write beside a name: the original one, pronouns, "(Guest)"."""

SECTION = re.compile(r"^\d+\.\s")


@dataclass(frozen=True, slots=True)
class Attended:
    """Somebody on the list: `minutes` in all, None where the list does not say. `key` tells them apart in it: their
    address, else their name. `where` is their first row."""

    key: str
    where: str
    name: str
    email: str
    minutes: int | None
    times: int = 1


@dataclass(frozen=True, slots=True)
class ReadAttendance:
    """A whole list; `absent` counts those whom it names as not having come."""

    attended: tuple[Attended, ...]
    absent: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Person:
    where: str
    name: str
    email: str
    length: timedelta | None = None
    times: int = 0


@dataclass(slots=True)
class _List:
    """What has been read so far."""

    people: dict[str, _Person] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)


def read_attendance(data: bytes, *, megabytes: int = 20) -> ReadAttendance:
    """The people of a list, each once. Raises Unreadable, with the line where there is one, for what is none."""
    if kind_of(data, megabytes) != "table":
        raise Unreadable("This is no table. Ask the meeting service for the list of participants as .csv.")
    findings, found = Findings(), _List()
    headings: list[str] = []
    for number, cells in _rows(data, findings):
        said = [_said(cell) for cell in cells]
        known = [NAMES.get(" ".join(one.lower().replace("_", " ").split()).rstrip(":"), "") for one in said]
        if {one.lower() for one in said} & OF_THE_MEETING:
            headings = []
        elif WHO & {*known} and HOW_LONG & {*known}:
            headings = known
        elif SECTION.match(said[0]) and not any(said[1:]):
            if headings and found.people:
                break  # Teams: what follows says the same once more
            headings = []
        elif headings and any(said[1:]):
            _take(found, number, headings, cells, findings)
    if not headings and not found.people:
        raise Unreadable(
            "No row of headings in this table is known. It needs a name or an e-mail address, and how long each was "
            "there: “Name, Email, Duration (minutes)”."
        )
    _join_namesakes(found)
    attended = tuple(
        Attended(key, one.where, one.name, one.email, _minutes(one.length), one.times)
        for key, one in found.people.items()
    )
    absent = len(found.absent - found.people.keys())
    return ReadAttendance(attended, absent, findings.listed_problems(), tuple(findings.notes))


def _join_namesakes(found: _List) -> None:
    """Who comes back as a guest is listed without their address: the times under a name that is one person's here are
    theirs."""
    for key in [key for key, one in found.people.items() if not one.email]:
        namesakes = [one for one in found.people.values() if one.email and plain(one.name) == key]
        if len(namesakes) == 1:
            guest, person = found.people.pop(key), namesakes[0]
            person.times += guest.times
            if guest.length is not None:
                person.length = (person.length or timedelta()) + guest.length


def _take(found: _List, number: int, headings: list[str], cells: list[Cell], findings: Findings) -> None:
    """One row: one time that somebody was there."""
    where = f"row {number}"
    row: dict[str, Cell] = {}
    for heading, cell in zip(headings, cells, strict=False):
        if heading and row.get(heading) in (None, ""):
            row[heading] = cell
    name, email = _who(row)
    if not name and not email:
        findings.problem(where, "It names nobody.")
        return
    key = email or plain(name)
    if _said(row.get("attended")).lower() == "no":
        found.absent.add(key)
        return
    try:
        length = _length(row)
    except ValueError as error:
        findings.problem(where, f"{name or email}: {error}")
        return
    person = found.people.setdefault(key, _Person(where, name, email))
    person.name = person.name or name
    person.times += 1
    if length is not None:
        person.length = (person.length or timedelta()) + length


def _who(row: dict[str, Cell]) -> tuple[str, str]:
    """Name and address of a row, the name without what stands in brackets beside it."""
    name = _said(row.get("name")) or " ".join(filter(None, (_said(row.get("first")), _said(row.get("last")))))
    email = next((one.lower() for one in (_said(row.get("email")), _said(row.get("account"))) if "@" in one), "")
    bare = BESIDE.sub(" ", name).strip() or name
    return " ".join(bare.split())[:300], email[:320]


def _length(row: dict[str, Cell]) -> timedelta | None:
    """How long they were there this time; raises ValueError with a sentence for what is no length."""
    for heading, unit in (("duration", 60.0), ("seconds", 1.0)):
        if (value := row.get(heading)) not in (None, "") and _said(value):
            return read_minutes(value, unit=unit)
    joined, left = row.get("joined"), row.get("left")
    if not _said(joined) or not _said(left):
        return None
    begin, end = read_moment(joined), read_moment(left)
    if end < begin:
        raise ValueError("they left before they came.")
    return end - begin


def _minutes(length: timedelta | None) -> int | None:
    """Whole minutes; whoever looked in for a moment was there for one."""
    if length is None:
        return None
    return max(1, round(length.total_seconds() / 60)) if length else 0


def _said(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | time | timedelta):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = UNPRINTABLE.sub("", str(cell)).strip()
    return "" if text.lower() in EMPTY else text


def _rows(data: bytes, findings: Findings) -> Iterator[tuple[int, list[Cell]]]:
    """The rows that are not empty, by the number that a spreadsheet gives them."""
    lines = workbook_rows(data) if data.startswith(b"PK") else _text(data, findings)
    return ((number, cells) for number, cells in lines if cells and any(_said(cell) for cell in cells))


def _text(data: bytes, findings: Findings) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a text; it is parted by what most of its lines have, since the first may be a title."""
    text = decoded(data, findings).replace("\0", "")
    lines = text.splitlines()[:60]
    delimiter = max(DELIMITERS, key=lambda one: sum(one in line for line in lines))
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for count, cells in enumerate(reader):
            within(count + 1, len(cells))
            yield begins, [cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"This list cannot be read, from line {begins} on: {error}.") from error
