"""What an invitation is to, as the one who was invited may know it now."""

from dataclasses import dataclass

from sqlmodel import Session

from app import clock
from app.agenda import published
from app.calendars.documents import Entry, State
from app.calendars.offers import Offer, offers_to
from app.calendars.pieces import around
from app.gatherings.invitations import Target
from app.gatherings.listing import Gathering
from app.models import AgendaSession, Convening, Invitation
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Invited:
    """The event; of a series how it recurs and its next dates."""

    entry: Entry
    rhythm: str = ""
    dates: tuple[Gathering, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether there is nothing to answer any more."""
        return self.entry.state is State.CANCELLED


def invited_to(db: Session, invitation: Invitation, viewer: Viewer, base: str) -> Invited | None:
    """What the viewer was invited to; None where it is over or they are not invited any more."""
    session = db.get(AgendaSession, invitation.session_id) if invitation.session_id is not None else None
    if session is not None and session.convening_id is not None:
        return _of_agenda(db, session, viewer, base)
    offer = next((one for one in offers_to(db, viewer, base) if one.target == Target.of(invitation)), None)
    return _of(offer) if offer is not None else None


def _of(offer: Offer) -> Invited:
    entry = offer.entries[0] if offer.entries else offer.called_off[0]
    return Invited(entry, offer.rhythm, tuple(one for one in offer.dates if not one.is_cancelled))


def _of_agenda(db: Session, session: AgendaSession, viewer: Viewer, base: str) -> Invited | None:
    convening = db.get_one(Convening, session.convening_id)
    agenda = published.agenda(db, convening, viewer) if convening.archived_at is None else None
    seen = agenda.session(session.key) if agenda else None
    if seen is None or not seen.mine or seen.ends_at <= clock.now():
        return None
    entry = around(db, [convening])[convening.key].entry(seen, f"{base}{convening.path}/sessions/{seen.id}")
    return Invited(entry)
