"""Who invites whom, as it stands in an invitation by mail: the lab, at an address of that very invitation where
replies are read, and the one to whom it goes."""

from email.utils import parseaddr

from app.calendars.itip import Parties
from app.gatherings.invitations import mail_token
from app.models import Invitation, Person
from app.settings import Settings


def parties_of(held: Invitation, person: Person, settings: Settings) -> Parties:
    """The lab as organizer, the person as the only attendee."""
    name, organizer = parseaddr(settings.mail_from)
    if settings.replies_to is not None:
        local, domain = settings.replies_to.rsplit("@", 1)
        organizer = f"{local}+{mail_token(held, settings.secret)}@{domain}"
    return Parties(
        organizer,
        name or "Plenary",
        person.email or "",
        person.name,
        replies=settings.replies_to is not None,
        answer=held.answer,
    )
