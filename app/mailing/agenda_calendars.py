"""What a release changes in the calendars of those who want invitations by mail, as it goes with their letter.

One session that changes is what calendar programs act on, and may be answered; several are a file beside the letter,
since a message of theirs is about one event (RFC 5546, 3.2). An answer is a word to the organizers: who comes to a
convening says so by registering.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from app import clock
from app.agenda.notices import Notices
from app.agenda.seeing import SeenSession
from app.calendars.documents import Cover, Entry, State, document
from app.calendars.itip import Method, invitation
from app.calendars.pieces import around
from app.gatherings.invitations import Target, held_invitations
from app.mailing.parties import parties_of
from app.models import Convening, Invitation, Person
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A calendar that goes with a letter, and what programs are to do with it ("": it is a file)."""

    body: str = ""
    method: str = ""


NOTHING = Enclosed()
Held = dict[tuple[Target, int], Invitation]


def calendars_of(
    db: Session, convening: Convening, person_ids: Collection[int], notices: Notices, settings: Settings
) -> dict[int, Enclosed]:
    """By person, what goes with the letter of those who want it. The number of queries is fixed."""
    wanting = db.exec(
        select(Person).where(col(Person.id).in_(person_ids), col(Person.wants_invitations).is_(True))
    ).all()
    if not wanting:
        return {}
    sessions = {one.key: notices.sessions_of(one.key) for one in wanting}
    held = _held(db, sessions, settings)
    its = around(db, [convening])[convening.key]
    found, sent = {}, []
    for person in wanting:
        entries = []
        for session in sessions[person.key]:
            row = held.get((Target(session_id=session.id), person.key))
            seen = replace(session, sequence=max(session.sequence, _least(row, session)))
            entries.append(its.entry(seen, f"{settings.address}{convening.path}/sessions/{session.id}"))
            if row is not None:
                sent.append(_sent(row, entries[-1]))
        if entries:
            row = held.get((Target(session_id=sessions[person.key][0].id), person.key)) if len(entries) == 1 else None
            found[person.key] = _enclosed(convening, person, entries, row, settings)
    _note(db, sent)
    return found


def _held(db: Session, sessions: dict[int, list[SeenSession]], settings: Settings) -> Held:
    """The invitations of those for whom one session changes or is called back; others have none of their own."""
    pairs = [
        (Target(session_id=one.id), person_id)
        for person_id, theirs in sessions.items()
        for one in theirs
        if len(theirs) == 1 or not one.mine
    ]
    made = held_invitations(db, pairs, settings.secret) if pairs else {}
    recalled = db.exec(
        select(Invitation).where(
            col(Invitation.person_id).in_(sessions),
            col(Invitation.session_id).is_not(None),
            col(Invitation.called_back_at).is_not(None),
        )
    )
    return {(Target.of(one), one.person_id): one for one in recalled} | made


def _least(row: Invitation | None, session: SeenSession) -> int:
    """The SEQUENCE that a letter has at the least: above that with which it was called back, or is now."""
    if row is None:
        return 0
    return row.sent + 1 if row.called_back_at is not None or not session.mine else row.sent


def _enclosed(
    convening: Convening, person: Person, entries: list[Entry], row: Invitation | None, settings: Settings
) -> Enclosed:
    if row is None:
        return Enclosed(document(Cover(convening.title), entries).decode())
    method = Method.CANCEL if entries[0].state is State.CANCELLED else Method.REQUEST
    parties = parties_of(row, person, settings)
    return Enclosed(invitation(method, entries, parties, at=clock.now()), method.value)


def _sent(row: Invitation, entry: Entry) -> dict[str, object]:
    now = clock.now()
    is_off = entry.state is State.CANCELLED
    return {"number": row.key, "sequence": entry.sequence, "moment": now, "off": now if is_off else None}


def _note(db: Session, sent: list[dict[str, object]]) -> None:
    """Note what went, outside the audit log: to be told is no change."""
    if sent:
        db.connection().execute(  # by the connection, which takes many at once
            update(Invitation)
            .where(col(Invitation.id) == bindparam("number"))
            .values(sent=bindparam("sequence"), sent_at=bindparam("moment"), called_back_at=bindparam("off")),
            sent,
        )
        written = select(Invitation).where(col(Invitation.id).in_([one["number"] for one in sent]))
        db.exec(written.execution_options(populate_existing=True)).all()  # the session's own copies say so too
