"""The history of a draft, page by page: who changed what, from what to what, and when (rule 21)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.agenda.history import steps
from app.agenda.telling import Told, tell
from app.agenda.turns import DRAFTED, MOST_ROWS, Turn, entries_of, latest_turns, with_rows
from app.models import (
    AgendaSession,
    AuditEntry,
    Convening,
    Cue,
    Engagement,
    SessionItem,
    SessionRoom,
    SessionTable,
    TablePlace,
)
from app.people.viewer import Viewer

PAGE = 30
"""Acts on a page."""

PARTS: tuple[Any, ...] = (SessionRoom, SessionItem, Engagement, Cue, SessionTable, TablePlace)


@dataclass(frozen=True, slots=True)
class Sought:
    """What the history is narrowed to; None means all. `below` is the number of the entry above the page."""

    by_id: int | None = None
    session: AgendaSession | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A page of the history, the newest first. `own` are the turns that the viewer may take back or, in `again`, do
    again; `below` leads to the page after it, None on the last; `people` are the (id, name) of all who changed
    anything."""

    acts: tuple[Told, ...]
    own: Collection[str]
    again: Collection[str]
    below: int | None
    people: tuple[tuple[int, str], ...]


def record_of(db: Session, convening: Convening, viewer: Viewer, sought: Sought) -> Record:
    """A page of a draft's history in the words of who looks (rule 13); a number of queries that does not grow."""
    about = _about(convening, sought.session) if sought.session else None
    turns = _turns(db, convening, sought, about)
    shown = turns[:PAGE]
    entries = entries_of(db, [one.turn for one in shown])
    if about is not None:
        entries = _entries_about(db, shown, about)
    acts = with_rows(db, shown, entries)
    if about is not None:
        acts = [replace(one, sessions=0) for one in acts]
    mine = steps(db, convening, viewer)
    return Record(
        acts=tuple(tell(db, convening, acts, entries, viewer)),
        own=frozenset(one.turn for one in mine.undo),
        again=frozenset(one.turn for one in mine.redo),
        below=shown[-1].last if len(turns) > PAGE else None,
        people=_people(db, convening),
    )


def _turns(db: Session, convening: Convening, sought: Sought, about: Any) -> list[Turn]:
    if about is None:
        return latest_turns(db, convening.key, by_id=sought.by_id, below=sought.below, most=PAGE + 1)
    last = sa.func.max(col(AuditEntry.id))
    narrowed = [about, col(AuditEntry.turn) != ""]
    if sought.by_id is not None:
        narrowed.append(col(AuditEntry.by_id) == sought.by_id)
    found = sa.select(last).where(*narrowed).group_by(col(AuditEntry.turn)).order_by(last.desc()).limit(PAGE + 1)
    if sought.below is not None:
        found = found.having(last < sought.below)
    rows = db.exec(select(AuditEntry).where(col(AuditEntry.id).in_(found)).order_by(col(AuditEntry.id).desc()))
    return [Turn(e.turn, e.act, e.by_id, e.by, e.created_at, e.reverses, e.key, e.reason) for e in rows]


def _about(convening: Convening, session: AgendaSession) -> sa.ColumnElement[bool]:
    """The entries about one session, its rooms, parts, presenters and audience, there or gone."""
    subject, number = col(AuditEntry.subject), col(AuditEntry.subject_id)
    audience = session.audience_id
    here = col(AuditEntry.convening_id) == convening.key
    kinds = [
        sa.and_(subject == "session", number == session.key),
        sa.and_(subject == "audience", number == audience),
        sa.and_(here, subject == "audience_term", _says("audience_id", audience)),
        sa.and_(here, subject.in_([str(one.__tablename__) for one in PARTS]), _says("session_id", session.key)),
    ]
    for part in PARTS:
        ids = select(part.id).where(part.session_id == session.key)
        kinds.append(sa.and_(subject == str(part.__tablename__), number.in_(ids), here))
    return sa.or_(*kinds)


def _says(column: str, number: int) -> sa.ColumnElement[bool]:
    sides = (col(AuditEntry.before), col(AuditEntry.after))
    return sa.or_(*(side[column].as_integer() == number for side in sides))


def _entries_about(db: Session, turns: Collection[Turn], about: sa.ColumnElement[bool]) -> list[AuditEntry]:
    query = select(AuditEntry).where(about, col(AuditEntry.turn).in_([one.turn for one in turns]))
    known = col(AuditEntry.subject).in_(DRAFTED)
    return list(db.exec(query.where(known).order_by(col(AuditEntry.id)).limit(MOST_ROWS * PAGE)))


def _people(db: Session, convening: Convening) -> tuple[tuple[int, str], ...]:
    """Everybody who changed anything, under the name they did it by last."""
    rows = db.execute(
        sa.select(col(AuditEntry.by_id), sa.func.max(col(AuditEntry.by)))
        .where(
            col(AuditEntry.convening_id) == convening.key,
            col(AuditEntry.by_id).is_not(None),
            col(AuditEntry.subject).in_(DRAFTED),
        )
        .group_by(col(AuditEntry.by_id))
    )
    return tuple(sorted(((number, name) for number, name in rows), key=lambda one: one[1]))
