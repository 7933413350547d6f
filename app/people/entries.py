"""Which session an entry of the audit log is about, and which of them its readers may not know (rule 13)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from app.models import (
    AgendaSession,
    Ask,
    AudienceTerm,
    AuditEntry,
    CallAction,
    CallPoint,
    Cue,
    Engagement,
    GatheringNote,
    Invitation,
    LibraryItem,
    Material,
    SessionItem,
    SessionRoom,
    SessionTable,
    TablePlace,
    Webinar,
    WebinarSeat,
)

_OF: Mapping[str, tuple[str, Any]] = {
    "session_room": ("session_id", select(SessionRoom.id, SessionRoom.session_id)),
    "session_item": ("session_id", select(SessionItem.id, SessionItem.session_id)),
    "engagement": ("session_id", select(Engagement.id, Engagement.session_id)),
    "cue": ("session_id", select(Cue.id, Cue.session_id)),
    "call_point": ("session_id", select(CallPoint.id, CallPoint.session_id)),
    "call_action": ("session_id", select(CallAction.id, CallAction.session_id)),
    "gathering_note": ("session_id", select(GatheringNote.id, GatheringNote.session_id)),
    "library_item": ("session_id", select(LibraryItem.id, LibraryItem.session_id)),
    "webinar": ("session_id", select(Webinar.id, Webinar.session_id)),
    "webinar_seat": ("session_id", select(WebinarSeat.id, WebinarSeat.session_id)),
    "ask": ("session_id", select(Ask.id, Ask.session_id)),
    "session_table": ("session_id", select(SessionTable.id, SessionTable.session_id)),
    "table_place": ("session_id", select(TablePlace.id, TablePlace.session_id)),
    "invitation": ("session_id", select(Invitation.id, Invitation.session_id)),
    "material": ("engagement_id", select(Material.id, Material.engagement_id)),
    "audience_term": ("audience_id", select(AudienceTerm.id, AudienceTerm.audience_id)),
}
"""Rows that are a part of something: the column that says of what, and how to ask the row itself."""

_SESSIONS: Mapping[str, Any] = {
    "engagement_id": select(Engagement.id, Engagement.session_id),
    "audience_id": select(AgendaSession.audience_id, AgendaSession.id),
}
"""Of things that are a part of a session themselves: theirs."""

Place = tuple[str, int]
"""A table and a row's number in it."""


def sessions_of(db: Session, entries: Sequence[AuditEntry]) -> dict[Place, int]:
    """The session that each of the entries' rows belongs to, or is; a handful of queries, however many they are.

    An entry tells only the columns that changed, so that the row itself is asked what it is part of, and where it
    is gone, the entry of its end.
    """
    known: dict[Place, int] = {}
    of: dict[str, dict[Place, int]] = {"session_id": known, "engagement_id": {}, "audience_id": {}}
    for entry in entries:
        place = (entry.subject, entry.subject_id)
        if entry.subject == "session":
            known[place] = entry.subject_id
        elif entry.subject == "audience":
            of["audience_id"][place] = entry.subject_id
        elif entry.subject in _OF:
            column = _OF[entry.subject][0]
            number = {**(entry.before or {}), **(entry.after or {})}.get(column)
            if isinstance(number, int):
                of[column][place] = number
    told = {place for places in of.values() for place in places}
    unknown = {(e.subject, e.subject_id) for e in entries if e.subject in _OF} - told
    for place, number in (*_asked(db, unknown).items(), *_at_their_end(db, unknown).items()):
        of[_OF[place[0]][0]].setdefault(place, number)
    for column, query in _SESSIONS.items():
        owners = _pairs(db, query, of[column].values())
        known.update({place: owners[number] for place, number in of[column].items() if number in owners})
    return known


def confided() -> sa.ColumnElement[bool]:
    """Whether an entry is of the confidential part of a call, for a query: it is on record, and the lab, who read the
    record, learn neither what it says nor that it is there (rule 13). What was confided stays so, so that the row as it
    is says it of all its entries."""
    return or_(
        *(
            and_(
                col(AuditEntry.subject) == table, col(AuditEntry.subject_id).in_(select(number).where(is_confidential))
            )
            for table, number, is_confidential in (
                ("call_point", CallPoint.id, col(CallPoint.confidential).is_(True)),
                ("call_action", CallAction.id, col(CallAction.confidential).is_(True)),
                ("gathering_note", GatheringNote.id, col(GatheringNote.confidential).is_(True)),
            )
        )
    )


def secret_sessions(db: Session, numbers: Collection[int]) -> set[int]:
    """Those of the sessions that exclude the lab, or ever have."""
    if not numbers:
        return set()
    now = db.exec(
        select(AgendaSession.id).where(col(AgendaSession.id).in_(numbers), col(AgendaSession.excludes_lab).is_(True))
    )
    once = db.exec(
        select(AuditEntry.subject_id).where(
            AuditEntry.subject == "session",
            col(AuditEntry.subject_id).in_(numbers),
            or_(
                col(AuditEntry.before)["excludes_lab"].as_boolean().is_(True),
                col(AuditEntry.after)["excludes_lab"].as_boolean().is_(True),
            ),
        )
    )
    return {number for number in (*now, *once) if number is not None}


def _asked(db: Session, places: Iterable[Place]) -> dict[Place, int]:
    found: dict[Place, int] = {}
    for subject, ids in _by_subject(places).items():
        owners = _pairs(db, _OF[subject][1], ids)
        found.update({(subject, number): owner for number, owner in owners.items()})
    return found


def _at_their_end(db: Session, places: Collection[Place]) -> dict[Place, int]:
    """What rows that are deleted were part of."""
    held = _by_subject(places)
    if not held:
        return {}
    about = (
        (col(AuditEntry.subject) == subject) & col(AuditEntry.subject_id).in_(ids) for subject, ids in held.items()
    )
    found: dict[Place, int] = {}
    for entry in db.exec(select(AuditEntry).where(or_(*about)).order_by(col(AuditEntry.id))):
        number = {**(entry.after or {}), **(entry.before or {})}.get(_OF[entry.subject][0])
        if isinstance(number, int):
            found[entry.subject, entry.subject_id] = number
    return found


def _by_subject(places: Iterable[Place]) -> dict[str, set[int]]:
    held: dict[str, set[int]] = {}
    for subject, number in places:
        held.setdefault(subject, set()).add(number)
    return held


def _pairs(db: Session, query: Any, numbers: Collection[int]) -> dict[int, int]:
    if not numbers:
        return {}
    rows = db.execute(query.where(query.selected_columns[0].in_(set(numbers))))
    return {number: owner for number, owner in rows if owner is not None}
