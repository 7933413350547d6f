"""What all readers do at the end: rooms that stand for several, keys that are alone, programme days."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from app import clock
from app.exchange.reading import (
    EVERYTHING,
    KEY_LENGTH,
    MAX_NAMES,
    MAX_SESSIONS,
    Findings,
    ReadAgenda,
    ReadRoom,
    ReadSession,
    Unreadable,
)

NUMBERED = re.compile(r"(.*\S) (\d{1,3})\s*[-–]\s*(\d{1,3})$")
SEPARATORS = (", ", " + ", " | ", " & ", "; ", ",")


class Gathering:
    """Takes sessions and rooms in as a reader finds them, and makes the agenda of them."""

    def __init__(self, kind: str, findings: Findings, known_rooms: frozenset[str] = frozenset()) -> None:
        self.kind = kind
        self.findings = findings
        self.known_rooms = known_rooms
        self.sessions: list[ReadSession] = []
        self.rooms: dict[str, ReadRoom] = {}
        self.names = 0

    def room(self, name: str, capacity: int | None = None) -> None:
        """A room that the file names, whether or not anything takes place in it."""
        if name and (name not in self.rooms or capacity):
            self._count()
            self.rooms[name] = ReadRoom(name, capacity)

    def session(self, session: ReadSession) -> None:
        if len(self.sessions) == MAX_SESSIONS:
            raise Unreadable(f"This file holds more than {MAX_SESSIONS:,} sessions; bring it in parts.")
        self._count(len(session.presenters))
        for name in session.rooms:
            self.room(name)
        self.sessions.append(session)

    def _count(self, more: int = 1) -> None:
        self.names += more
        if self.names > MAX_NAMES:
            raise Unreadable(f"This file names more than {MAX_NAMES:,} rooms and presenters; no agenda does that.")

    def tell_apart(self, keys: set[str]) -> None:
        """Add start and rooms to these keys, where a reader made them of titles that turned out not to be alone."""
        self.sessions = [
            replace(session, key=f"{session.key}|{session.starts_at}|{'|'.join(session.rooms)}")
            if session.key in keys
            else session
            for session in self.sessions
        ]

    def agenda(
        self,
        *,
        title: str = "",
        venue: str = "",
        zone: str = "",
        offsets: Iterable[tuple[datetime, timedelta]] = (),
        says: frozenset[str] = EVERYTHING,
        ours: bool = False,
        complete: bool = True,
    ) -> ReadAgenda:
        """The whole, with problems and notes. A file without a single session is a problem."""
        sessions = self._one_key_each(self._several_rooms(self.sessions))
        if not sessions and not self.findings.problems:
            self.findings.problem("", "No session was found in this file.")
        used = {name for session in sessions for name in session.rooms}
        rooms = tuple(room for room in self.rooms.values() if room.name in used or not self._parts(room.name))
        days = {_day(session, zone) for session in sessions if session.starts_at}
        return ReadAgenda(
            kind=self.kind,
            title=title,
            venue=venue,
            says=says,
            ours=ours,
            zone=zone,
            offsets=frozenset(offsets),
            days=tuple(sorted(days)),
            rooms=rooms,
            sessions=tuple(sessions),
            problems=self.findings.listed_problems(),
            notes=tuple(self.findings.notes),
            complete=complete,
        )

    def _several_rooms(self, sessions: Iterable[ReadSession]) -> list[ReadSession]:
        """ "Saal 1, Saal 2" is two rooms, and "Team Rooms 1–6" six, where all of them are known as rooms."""
        split: list[ReadSession] = []
        for session in sessions:
            rooms: list[str] = []
            for name in session.rooms:
                rooms += self._parts(name) or [name]
            split.append(replace(session, rooms=tuple(dict.fromkeys(rooms))))
        return split

    def _parts(self, name: str) -> list[str]:
        """The rooms, of the file or the venue, that a name is put together of; empty when it is not."""
        for separator in SEPARATORS:
            parts = [part.strip() for part in name.split(separator)]
            if len(parts) > 1 and all(self._is_room(part) for part in parts):
                return parts
        if match := NUMBERED.match(name):
            first, last = int(match[2]), int(match[3])
            for base in (match[1], match[1].removesuffix("s")):
                parts = [f"{base} {number}" for number in range(first, min(last, first + 99) + 1)]
                if len(parts) > 1 and all(self._is_room(part) for part in parts):
                    return parts
        return []

    def _is_room(self, name: str) -> bool:
        return name in self.rooms or name in self.known_rooms

    def _one_key_each(self, sessions: list[ReadSession]) -> list[ReadSession]:
        """Joins the rooms of a session that stands there once a room, and tells apart others of one key."""
        kept: dict[str, ReadSession] = {}
        times: Counter[str] = Counter()
        for session in sessions:
            key = short_key(session.key)
            other = kept.get(key)
            if other and _same(other, session):
                if not set(session.rooms) - set(other.rooms):
                    self.findings.note(session.where, f"“{session.title}” stands there twice and was taken once.")
                kept[key] = replace(
                    other,
                    rooms=tuple(dict.fromkeys((*other.rooms, *session.rooms))),
                    presenters=tuple(dict.fromkeys((*other.presenters, *session.presenters))),
                )
                continue
            times[key] += 1
            if other:
                self.findings.note(session.where, f"The key {key} belongs to another session too; both are kept.")
                key = short_key(f"{key}#{times[key]}")
            kept[key] = replace(session, key=key)
        return list(kept.values())


def _same(one: ReadSession, other: ReadSession) -> bool:
    return (one.title, one.starts_at, one.ends_at) == (other.title, other.starts_at, other.ends_at)


def short_key(key: str) -> str:
    """The key, or (when too long for the database) its digest."""
    return key if len(key) <= KEY_LENGTH else hashlib.sha256(key.encode()).hexdigest()


def _day(session: ReadSession, zone: str) -> date:
    """The programme day of a placed session: the one it stands under, unless that is not near its time.

    Until four in the morning it is still the day before.
    """
    assert session.starts_at is not None, "only what is placed has a day"
    day = (clock.local(session.starts_at, zone or "UTC") - timedelta(hours=4)).date()
    return session.day if session.day and abs((session.day - day).days) <= 1 else day
