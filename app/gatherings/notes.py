"""The notes of a gathering: one text that those in it write together, and one more that the lab does not see (rule 13).

It is saved as it is typed. Who saves says upon which text they wrote; what somebody else saved meanwhile is put
together with it, so that no word of either is lost.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.circle import Circle, circle_around
from app.models import AgendaSession, GatheringNote, Person
from app.people.audit import Refused, verb
from app.people.differences import together
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST = 20_000
TOO_MUCH = (
    "Somebody else wrote meanwhile, and both texts together are longer than 20,000 characters. Copy yours, load "
    "the page again, and shorten it."
)


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes as they stand (Markdown); `at` is when they were last saved (UTC), by whom `who` says."""

    text: str = ""
    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What stands after a save; `with_others`: words that somebody else saved meanwhile are among it."""

    text: str
    with_others: bool


@verb
def write_notes(db: Session, session: AgendaSession, *, text: str, upon: str, confidential: bool, by: Viewer) -> Saved:
    """Save notes that were written upon the text `upon`."""
    circle_around(db, session, by, confidential=confidential)
    text, upon = _plain(text), upon.replace("\r\n", "\n").strip()
    note = _held(db, session, confidential=confidential)
    stands = note.text if note else ""
    if text in (stands, upon):
        return Saved(stands, with_others=stands != upon)
    note = note or _begun(db, session, confidential=confidential)
    with_others = note.text != upon
    if with_others:
        if len(upon) > LONGEST:
            raise Refused(TOO_MUCH, "text")  # nothing that long ever stood here
        text = together(upon, text, note.text)
        if len(text) > LONGEST:
            raise Refused(TOO_MUCH, "text")
    note.text = text
    note.by_id, note.saved_at = by.actor_id, clock.now()
    db.add(note)
    return Saved(note.text, with_others)


def notes_of(db: Session, session: AgendaSession, circle: Circle) -> dict[bool, Notes]:
    """The notes that the circle may read, by whether they are confidential. One query."""
    found = {False: Notes(), True: Notes()} if circle.confides else {False: Notes()}
    rows = db.exec(
        select(GatheringNote, Person.name)
        .outerjoin(Person, col(Person.id) == GatheringNote.by_id)
        .where(GatheringNote.session_id == session.key, col(GatheringNote.confidential).in_(list(found)))
    )
    for row, who in rows:
        found[row.confidential] = Notes(row.text, who or "", row.saved_at)
    return found


def _plain(text: str) -> str:
    return as_written(text, longest=LONGEST, field="text")


def _held(db: Session, session: AgendaSession, *, confidential: bool) -> GatheringNote | None:
    """The stored notes, held until the transaction ends, as they stand at this moment."""
    return db.exec(
        select(GatheringNote)
        .where(GatheringNote.session_id == session.key, col(GatheringNote.confidential).is_(confidential))
        .with_for_update(of=GatheringNote)
        .execution_options(populate_existing=True)
    ).first()


def _begun(db: Session, session: AgendaSession, *, confidential: bool) -> GatheringNote:
    """New notes; where two begin them at once, the second goes on from the first's."""
    note = GatheringNote(session_id=session.key, confidential=confidential)
    try:
        with db.begin_nested():
            db.add(note)
            db.flush()
    except IntegrityError:
        found = _held(db, session, confidential=confidential)
        assert found is not None, "somebody else has just begun them"
        return found
    return note
