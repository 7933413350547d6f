"""Undo and redo on a draft, per person, and its history: who changed what, from what to what (rule 21)."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app import clock
from app.agenda.taking_back import Met, TakingBack
from app.agenda.telling import tell
from app.agenda.turns import REDO, UNDO, Turn, entries_of, latest_turns, with_rows
from app.models import AuditEntry, Convening
from app.people.audit import Refused, verb
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Steps:
    """What a person can take back on a draft, and do again, the last first; without their rows."""

    undo: tuple[Turn, ...] = ()
    redo: tuple[Turn, ...] = ()


def steps(db: Session, convening: Convening, viewer: Viewer) -> Steps:
    """The steps of a viewer on a draft, from their last MOST_TURNS acts; in one query.

    A new act leaves nothing to do again.
    """
    undo: list[Turn] = []
    redo: list[Turn] = []
    acts = latest_turns(db, convening.key, by_id=viewer.person_id) if viewer.person_id and not viewer.acting else []
    for turn in reversed(acts):
        if turn.act == UNDO:
            undo = [one for one in undo if one.turn != turn.reverses]
            redo.append(turn)
        elif turn.act == REDO:
            redo = [one for one in redo if one.turn != turn.reverses]
            undo.append(turn)
        else:
            undo.append(turn)
            redo.clear()
    return Steps(tuple(reversed(undo)), tuple(reversed(redo)))


@verb
def undo_step(db: Session, convening: Convening, *, reverses: str, by: Viewer) -> str:
    """Take one of one's own acts on the draft back; returns what that was, in words ("moved “Keynote” to …").

    Refused where somebody has changed the same since, with who and what; where it is not allowed any more, such as
    in a session that excludes the lab (rule 13); and for what is no step of theirs, or is taken back already.
    """
    turn = next((one for one in steps(db, convening, by).undo if one.turn == reverses), None)
    if turn is None:
        raise Refused("That was taken back already, or is not yours to take back. The draft is as you see it.")
    return _take_back(db, convening, turn, by)[0]


@verb
def redo_step(db: Session, convening: Convening, *, reverses: str, by: Viewer) -> str:
    """Do again what one has taken back; returns what that is, in words. Refused as undo_step is."""
    turn = next((one for one in steps(db, convening, by).redo if one.turn == reverses), None)
    if turn is None:
        raise Refused("There is nothing of that to do again: you have done something else since.")
    return _take_back(db, convening, turn, by)[1]


def _take_back(db: Session, convening: Convening, head: Turn, by: Viewer) -> tuple[str, str]:
    """Take an act back; what it did, and what taking it back did, in words."""
    entries = entries_of(db, [head.turn], most=None)
    (turn,) = with_rows(db, [head], entries)
    done, undone = tell(db, convening, [turn, turn.inverted()], entries, by)
    try:
        TakingBack(db, convening, turn, entries, by).do()
    except Met as met:
        raise Refused(_said_met(db, convening, turn, met, by)) from met
    return done.said, undone.said


def _said_met(db: Session, convening: Convening, turn: Turn, met: Met, by: Viewer) -> str:
    """Who has changed the same since, and what, in a sentence."""
    entry = met.since or _since(db, turn, met)
    if entry is None:
        return "This has changed since, so it cannot be taken back."
    entries = entries_of(db, [entry.turn])
    (other,) = with_rows(db, [Turn(entry.turn, entry.act, entry.by_id, entry.by, entry.created_at, None, 0)], entries)
    (told,) = tell(db, convening, [other], entries, by)
    moment = entry.created_at
    at = f"{clock.said_time(moment, convening.zone)} {clock.zone_abbreviation(moment, convening.zone)}"
    if entry.by_id == by.person_id:
        return f"You {told.said} at {at}, after this. Take that back first."
    return (
        f"{entry.by or 'Somebody'} {told.said} at {at}, after you. To take yours back would undo that too, so nothing "
        "was changed."
    )


def _since(db: Session, turn: Turn, met: Met) -> AuditEntry | None:
    """The newest entry after an act about the row that is otherwise than it left it, or about that row's session."""
    number = met.row.values.get("session_id")
    places = [(met.row.subject, met.row.id)] + ([("session", number)] if isinstance(number, int) else [])
    about = [sa.and_(col(AuditEntry.subject) == table, col(AuditEntry.subject_id) == key) for table, key in places]
    query = select(AuditEntry).where(sa.or_(*about), col(AuditEntry.id) > turn.last)
    return db.exec(query.order_by(col(AuditEntry.id).desc()).limit(1)).first()
