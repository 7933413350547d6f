"""What last became of a released session, said at the end of its description: where it was, and when.

Of each session the last such change stands until the next, and does not vanish with time: an entry that says
something else without a change would look like one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from app import clock
from app.agenda.changes import Kind
from app.models import AgendaRelease, Convening

WERE = {Kind.MOVED: "it was {before}", Kind.ROOM: "the room was {before}"}
UNTOLD = frozenset({Kind.OPENNESS, Kind.AUDIENCE})
"""Changes after which others read a session than before: what it was then may not be theirs to know (rule 13)."""


@dataclass(frozen=True, slots=True)
class Note:
    """ "Changed Fri 3 Nov: the room was Classroom A." or "", and when a release last said anything new of it (UTC)."""

    said: str
    at: datetime


def notes(db: Session, convenings: Collection[Convening]) -> dict[int, Note]:
    """The note of each session that some release changed, by session; one query however many convenings there are."""
    zones = {convening.key: convening.zone for convening in convenings}
    releases = db.exec(
        select(AgendaRelease.convening_id, AgendaRelease.created_at, AgendaRelease.changes)
        .where(col(AgendaRelease.convening_id).in_(list(zones)))
        .order_by(col(AgendaRelease.number))
    )
    found: dict[int, Note] = {}
    for convening_id, released_at, changes in releases:
        for session_id, its in _by_session(changes).items():
            said = found[session_id].said if session_id in found and not UNTOLD & its.keys() else ""
            were = [words.format(before=its[kind] or "not known") for kind, words in WERE.items() if kind in its]
            if were and not UNTOLD & its.keys():
                said = f"Changed {_day(released_at, zones[convening_id])}: {'; '.join(were)}."
            found[session_id] = Note(said, released_at)
    return found


def _by_session(changes: Iterable[dict[str, Any]]) -> dict[int, dict[Kind, str]]:
    """What each change of a release was before, by session and kind."""
    found: dict[int, dict[Kind, str]] = {}
    for change in changes:
        found.setdefault(change["session_id"], {})[Kind(change["kind"])] = change["before"]
    return found


def _day(moment: datetime, zone: str) -> str:
    return clock.said_day(clock.local(moment, zone).date())
