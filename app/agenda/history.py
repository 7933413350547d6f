"""Undo and redo on a draft: what a person may take back, and taking it back (rule 21)."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app import clock
from app.agenda.taking_back import Met, TakingBack
from app.agenda.telling import tell
from app.agenda.turns import MOST_TURNS, NO_STEPS, REDO, UNDO, Turn, entries_of, latest_turns, with_rows
from app.models import AuditEntry, Convening, Revision
from app.people.audit import Refused, verb
from app.people.viewer import Viewer

FEW_TURNS = 16
"""Acts that are looked at for the buttons; with nothing to take back among them, all are."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What a person can take back on a draft, and do again, the last first; without their rows."""

    undo: tuple[Turn, ...] = ()
    redo: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step on offer: its turn, and what it was or would be, in words ("moved “Keynote” to Tue 14 Nov, 16:15")."""

    turn: str
    said: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The next steps back and forth, if there are any, and the revision at which they are."""

    undo: Step | None
    redo: Step | None
    revision: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken back or done again, in words, and the sessions that it was about."""

    said: str
    session_ids: tuple[int, ...]


def steps(db: Session, convening: Convening, viewer: Viewer, *, most: int = MOST_TURNS) -> Steps:
    """The steps of a viewer on a draft, from their last acts (`most`); in one query.

    A new act leaves nothing to do again.
    """
    if viewer.person_id is None or viewer.acting:
        return Steps()
    undo: list[Turn] = []
    redo: list[Turn] = []
    for turn in reversed(latest_turns(db, convening.key, by_id=viewer.person_id, most=most)):
        if turn.act == UNDO:
            undo = [one for one in undo if one.turn != turn.reverses]
            redo.append(turn)
        elif turn.act in NO_STEPS:
            continue
        elif turn.act == REDO:
            redo = [one for one in redo if one.turn != turn.reverses]
            undo.append(turn)
        else:
            undo.append(turn)
            redo.clear()
    return Steps(tuple(reversed(undo)), tuple(reversed(redo)))


def offer(db: Session, convening: Convening, viewer: Viewer) -> Offer:
    """What the buttons offer. The last few acts are looked at first, for they nearly always tell."""
    revision = db.exec(select(Revision.number)).one()
    found = steps(db, convening, viewer, most=FEW_TURNS)
    if not found.undo:
        found = steps(db, convening, viewer)
    heads = [*found.undo[:1], *found.redo[:1]]
    if not heads:
        return Offer(None, None, revision)
    entries = entries_of(db, [one.turn for one in heads])
    turns = with_rows(db, heads, entries)
    redone = {one.turn for one in found.redo[:1]}
    told = tell(db, convening, [one.inverted() if one.turn in redone else one for one in turns], entries, viewer)
    undo, redo = (
        next((Step(one.turn.turn, one.said) for one in told if (one.turn.turn in redone) is again), None)
        for again in (False, True)
    )
    return Offer(undo, redo, revision)


@verb
def undo_step(db: Session, convening: Convening, *, reverses: str, by: Viewer) -> Taken:
    """Take one of one's own acts on the draft back.

    Refused where somebody has changed the same since, with who and what; where it is not allowed any more, such as
    in a session that excludes the lab (rule 13); and for what is no step of theirs, or is taken back already.
    """
    turn = next((one for one in steps(db, convening, by).undo if one.turn == reverses), None)
    if turn is None:
        raise Refused("That was taken back already, or is not yours to take back. The draft is as you see it.")
    return _take_back(db, convening, turn, by)


@verb
def redo_step(db: Session, convening: Convening, *, reverses: str, by: Viewer) -> Taken:
    """Do again what one has taken back. Refused as undo_step is."""
    turn = next((one for one in steps(db, convening, by).redo if one.turn == reverses), None)
    if turn is None:
        raise Refused("There is nothing of that to do again: you have done something else since.")
    return _take_back(db, convening, turn, by)


def _take_back(db: Session, convening: Convening, head: Turn, by: Viewer) -> Taken:
    entries = entries_of(db, [head.turn], most=None)
    (turn,) = with_rows(db, [head], entries)
    (told,) = tell(db, convening, [turn.inverted() if turn.act == UNDO else turn], entries, by)
    try:
        TakingBack(db, convening, turn, entries, by).do()
    except Met as met:
        raise Refused(_said_met(db, convening, turn, met, by)) from met
    return Taken(told.said, tuple(one.id for one in told.sessions))


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
