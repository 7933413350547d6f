"""What becomes of a place: the letter that fits a registration's state, to the person whom it is about.

No needs, answers or travel stand in any of them (rule 12). Who registers by a private link is sent there again; so is
who is offered a place, for whom one is made: an answer within hours should need no signing in.
"""

from collections.abc import Iterable

from sqlmodel import Session

from app import clock
from app.mailing.letters import convening_said, registration_confirmed
from app.mailing.outbox import enqueue
from app.models import LinkPurpose, Registration, RegistrationState
from app.people.private_links import create_link, link_of
from app.people.viewer import Viewer
from app.registration.links import link_address
from app.registration.registrations import place_in_line
from app.registration.swaps import facilitators_of
from app.settings import Settings


def tell(db: Session, registrations: Iterable[Registration], *, settings: Settings, by: Viewer) -> None:
    """Tell each where they stand now; the letter commits together with its cause, and never goes twice."""
    for registration in registrations:
        address = settings.address + _page(db, registration, settings.secret, by)
        match registration.state:
            case RegistrationState.OFFERED:
                place_offered(db, registration, address=address)
                _tell_facilitators(db, registration, settings.address)
            case RegistrationState.STARTED if registration.offered_until:
                offer_lapsed(db, registration, address=address)
            case RegistrationState.PENDING:
                awaits_approval(db, registration, address=address)
            case RegistrationState.TURNED_DOWN:
                turned_down(db, registration, address=address)
            case RegistrationState.SUBMITTED:
                registration_confirmed(db, registration, line=None, address=address)
            case RegistrationState.WAITING:
                line = place_in_line(db, registration)
                registration_confirmed(db, registration, line=line, address=address)


def _page(db: Session, registration: Registration, secret: bytes, by: Viewer) -> str:
    convening, person = registration.convening, registration.person
    link = link_of(db, LinkPurpose.REGISTRATION, convening.key, person.key)
    if link is None and registration.state is RegistrationState.OFFERED:
        link = create_link(db, LinkPurpose.REGISTRATION, convening, person, secret=secret, by=by)
        db.flush()
    return link_address(convening, link, secret) if link else f"{convening.path}/registration"


def place_offered(db: Session, registration: Registration, *, address: str) -> None:
    """To the next in line: a place is kept until then; one press on the page takes it."""
    assert registration.offered_until is not None
    until = clock.said_moment(registration.offered_until, registration.convening.zone)
    _write(
        db,
        registration,
        subject="a place came free for you",
        text=(
            f"a place came free at {convening_said(registration.convening)}, and you are next in line.\n\n"
            f"It is kept for you until {until}. One press takes it, or leaves it to the next:\n\n"
            f"{address}\n\n"
            "If we do not hear from you by then, it goes to the next in line. Your registration is kept, and you can "
            "put yourself in line again.\n"
        ),
        what=f"offered:{registration.offered_until.isoformat()}",
    )


def _tell_facilitators(db: Session, registration: Registration, address: str) -> None:
    """To who registers the team: a place is kept for one of theirs, until when, and where it can be taken for them."""
    if registration.city is None or registration.offered_until is None:
        return
    convening, city = registration.convening, registration.city
    for facilitator in facilitators_of(db, registration):
        if facilitator.key == registration.person_id:
            continue
        zone = facilitator.zone or city.zone
        until, beside = (clock.said_moment(registration.offered_until, one) for one in (convening.zone, zone))
        also = "" if until == beside else f" ({beside})"
        enqueue(
            db,
            facilitator,
            subject=f"{convening.title}: a place came free for one of your team",
            text=(
                f"Dear {facilitator.name},\n\n"
                f"a place came free at {convening_said(convening)}. It is kept for {registration.person.name}, who was "
                f"next in line, until {until}{also}. They have a letter with a way to take it; you can take it for "
                "them, or leave it to the next, on the team’s page:\n\n"
                f"{address}{convening.path}/registration/team/{city.slug}\n\n"
                "If nobody answers by then, it goes to the next in line.\n"
            ),
            purpose="registration",
            unique_key=(
                f"registration:{registration.key}:offered:{registration.offered_until.isoformat()}:{facilitator.key}"
            ),
        )


def offer_lapsed(db: Session, registration: Registration, *, address: str) -> None:
    """To who let the time pass: the place has gone on, and how to be in line again."""
    assert registration.offered_until is not None
    until = clock.said_moment(registration.offered_until, registration.convening.zone)
    _write(
        db,
        registration,
        subject="the place we kept for you went to the next in line",
        text=(
            f"a place at {convening_said(registration.convening)} was kept for you until {until}. We did not hear from "
            "you, so it went to the next in line, and you are on the waiting list no more.\n\n"
            "What you had filled in is kept. One press registers you again; if no place is free then, you are at the "
            "end of the line:\n\n"
            f"{address}\n"
        ),
        what=f"lapsed:{registration.offered_until.isoformat()}",
    )


def awaits_approval(db: Session, registration: Registration, *, address: str) -> None:
    """To who registered where an organizer decides: the place is kept until then."""
    _write(
        db,
        registration,
        subject="your registration is with the organizers",
        text=(
            f"you are registered for {convening_said(registration.convening)}. An organizer has yet to approve it; a "
            "place is kept for you meanwhile, and a letter tells you of the decision.\n\n"
            "See or change what you told us:\n\n"
            f"{address}\n"
        ),
        what=f"pending:{_moment(registration)}",
    )


def turned_down(db: Session, registration: Registration, *, address: str) -> None:
    """To whom the organizers turned down, with the reason that they gave."""
    _write(
        db,
        registration,
        subject="your registration could not be accepted",
        text=(
            f"the organizers could not accept your registration for {convening_said(registration.convening)}. "
            f"They write:\n\n{registration.reason}\n\n"
            "It stands here, too:\n\n"
            f"{address}\n"
        ),
        what=f"turned-down:{_moment(registration)}",
    )


def _write(db: Session, registration: Registration, *, subject: str, text: str, what: str) -> None:
    enqueue(
        db,
        registration.person,
        subject=f"{registration.convening.title}: {subject}",
        text=f"Dear {registration.person.name},\n\n{text}",
        purpose="registration",
        unique_key=f"registration:{registration.key}:{what}",
    )


def _moment(registration: Registration) -> str:
    return (registration.submitted_at or registration.created_at).isoformat()
