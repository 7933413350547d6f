"""What a release changes in the calendars of those who want invitations by mail, as it goes with their letter.

One session that changes is what calendar programs act on; several are a file beside the letter, since a message of
theirs is about one event (RFC 5546, 3.2). Nobody is asked to answer: who comes to a convening says so by registering.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from email.utils import parseaddr

from sqlmodel import Session, col, select

from app import clock
from app.agenda.notices import Notices
from app.agenda.seeing import SeenSession
from app.calendars.documents import Cover, document
from app.calendars.itip import Method, Parties, invitation
from app.calendars.pieces import around
from app.gatherings.invitations import Target, held_invitation, write_sending
from app.models import Convening, Invitation, Person
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A calendar that goes with a letter, and what programs are to do with it ("": it is a file)."""

    body: str = ""
    method: str = ""


NOTHING = Enclosed()


def calendars_of(
    db: Session, convening: Convening, person_ids: Collection[int], notices: Notices, settings: Settings
) -> dict[int, Enclosed]:
    """By person, what goes with the letter of those who want it. The queries grow only with who is not in a session any
    more, or is again."""
    wanting = db.exec(
        select(Person).where(col(Person.id).in_(person_ids), col(Person.wants_invitations).is_(True))
    ).all()
    if not wanting:
        return {}
    its = around(db, [convening])[convening.key]
    recalled = _recalled(db, [one.key for one in wanting])
    name, sender = parseaddr(settings.mail_from)
    found = {}
    for person in wanting:
        entries = []
        for session in notices.sessions_of(person.key):
            seen = _above(db, session, person, recalled.get((person.key, session.id)), settings)
            entries.append(its.entry(seen, f"{settings.address}{convening.path}/sessions/{session.id}"))
        if len(entries) == 1:
            method = Method.CANCEL if entries[0].state == "CANCELLED" else Method.REQUEST
            parties = Parties(sender, name or "Plenary", person.email or "", person.name, replies=False)
            found[person.key] = Enclosed(invitation(method, entries, parties, at=clock.now()), method.value)
        elif entries:
            found[person.key] = Enclosed(document(Cover(convening.title), entries).decode())
    return found


def _recalled(db: Session, person_ids: Collection[int]) -> dict[tuple[int, int], Invitation]:
    """What was called back from these people, by person and session."""
    rows = db.exec(
        select(Invitation).where(
            col(Invitation.person_id).in_(person_ids),
            col(Invitation.session_id).is_not(None),
            col(Invitation.called_back_at).is_not(None),
        )
    )
    return {(one.person_id, one.session_id): one for one in rows if one.session_id is not None}


def _above(
    db: Session, session: SeenSession, person: Person, before: Invitation | None, settings: Settings
) -> SeenSession:
    """The session under a SEQUENCE above that with which it was called back from them; notes where it is so now."""
    if session.mine or session.presenting:
        return session if before is None else replace(session, sequence=max(session.sequence, before.sent + 1))
    held = before or held_invitation(db, Target(session_id=session.id), person.key, settings.secret)
    sequence = max(session.sequence, held.sent + 1)
    write_sending(db, held, sent=sequence, sent_at=clock.now(), called_back_at=clock.now())
    return replace(session, sequence=sequence)
