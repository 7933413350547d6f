"""The ground that an edit stands on: what stood there when it was begun, in short, and who has changed it since.

A form or a block carries its ground along. When what stands now has another one, somebody else was there meanwhile.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from app.agenda.draft import DraftSession
from app.gatherings.details import Details
from app.models import AgendaSession, AuditEntry

DETAILS = tuple(field.name for field in fields(Details))
DIGITS = 8
"""Hexadecimal digits of one ground: 32 bits tell two versions of one thing apart."""

MANY = 200
"""Entries of the audit log that are looked through for who was the last to change something."""


@dataclass(frozen=True, slots=True)
class Touch:
    """Who changed something last, by name, and when (UTC)."""

    by: str
    at: datetime


class Use(Protocol):
    """A room as it is used; stored, drafted and typed ones are alike."""

    @property
    def room_id(self) -> int: ...
    @property
    def setup_id(self) -> int | None: ...
    @property
    def city_id(self) -> int | None: ...


def placement_ground(session: AgendaSession | DraftSession) -> str:
    """Eight hexadecimal digits of when and where: start, minutes, rooms with set-up and city. The same for a session
    as it is stored and as the draft holds it."""
    uses = session.places if isinstance(session, AgendaSession) else session.spots
    return ground_of(session.starts_at, session.minutes, uses)


def ground_of(starts_at: datetime | None, minutes: int, uses: Iterable[Use]) -> str:
    """The same of a time, a length and rooms, wherever they come from."""
    rooms = sorted((use.room_id, use.setup_id or 0, use.city_id or 0) for use in uses)
    return _digest((starts_at and int(starts_at.timestamp()), minutes, rooms))


def details_ground(details: Details) -> str:
    """The grounds of all details, one after the other in their order. Of a session that is hidden from whoever gets
    it, the details as `covered`: a ground would let a guess be checked (rule 13)."""
    return "".join(_digest(_plain(getattr(details, name))) for name in DETAILS)


def changed_since(seen: str, details: Details) -> frozenset[str]:
    """The names of the details that are otherwise than on the ground `seen`: all of them where it cannot be read.

    An edit without a ground ("") was made on none that could have changed.
    """
    if not seen:
        return frozenset()
    now = details_ground(details)
    if len(seen) != len(now):
        return frozenset(DETAILS)
    places = [slice(place, place + DIGITS) for place in range(0, len(now), DIGITS)]
    return frozenset(name for name, place in zip(DETAILS, places, strict=True) if seen[place] != now[place])


def last_moved(db: Session, session: AgendaSession) -> Touch | None:
    """Who was the last to change a session's time or rooms."""
    return _newest(_entries(db, session), _moves)


def last_changed(db: Session, session: AgendaSession, names: Collection[str]) -> dict[str, Touch]:
    """Who was the last to change each of these details, by name; in one query, however many there are."""
    entries = _entries(db, session)
    found = {name: _newest(entries, partial(_says, name)) for name in names}
    return {name: touch for name, touch in found.items() if touch}


_SUBJECTS = {"audience": ("audience", "audience_term"), "presenters": ("engagement",), "items": ("session_item",)}
"""Where the details stand that are no columns of the session."""

_MOVES = frozenset({"starts_at", "ends_at", "minutes", "archived_at", "cancelled_at"})


def _says(name: str, entry: AuditEntry) -> bool:
    if name in _SUBJECTS:
        return entry.subject in _SUBJECTS[name]
    return entry.subject == "session" and name in (entry.after or {})


def _moves(entry: AuditEntry) -> bool:
    return entry.subject == "session_room" or (entry.subject == "session" and bool(_MOVES & set(entry.after or {})))


def _newest(entries: list[AuditEntry], fits: Callable[[AuditEntry], bool]) -> Touch | None:
    return next((Touch(entry.by, entry.created_at) for entry in entries if fits(entry)), None)


def _entries(db: Session, session: AgendaSession) -> list[AuditEntry]:
    """The newest entries about a session, its audience, rooms, presenters and items, newest first."""
    held: Mapping[str, set[int]] = {
        "session_room": {one.key for one in session.places},
        "engagement": {one.key for one in session.engagements},
        "session_item": {one.key for one in session.items},
        "audience_term": {one.key for one in session.audience.terms},
    }
    about = [_about("session", {session.key}), _about("audience", {session.audience_id})]
    about += [_about(subject, ids) for subject, ids in held.items() if ids]
    for subject in ("session_room", "engagement", "session_item"):
        about.append(_gone(subject, "session_id", session.key))
    about.append(_gone("audience_term", "audience_id", session.audience_id))
    newest = select(AuditEntry).where(or_(*about)).order_by(col(AuditEntry.id).desc()).limit(MANY)
    return list(db.exec(newest))


def _about(subject: str, ids: set[int]) -> ColumnElement[bool]:
    return and_(col(AuditEntry.subject) == subject, col(AuditEntry.subject_id).in_(ids))


def _gone(subject: str, column: str, number: int) -> ColumnElement[bool]:
    """Rows of a session that are no longer there: their last entry has all that they said."""
    return and_(col(AuditEntry.subject) == subject, col(AuditEntry.before)[column].as_integer() == number)


def _plain(value: Any) -> Any:
    """A detail in a form that is the same for the same."""
    if isinstance(value, frozenset):
        return sorted(value)
    if hasattr(value, "__dataclass_fields__"):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _digest(value: Any) -> str:
    return blake2b(repr(value).encode(), digest_size=DIGITS // 2).hexdigest()
