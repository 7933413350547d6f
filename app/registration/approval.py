"""Deciding on a registration where the convening needs approval; turning down; and letting one in again."""

from sqlmodel import Session

from app import clock
from app.models import ASKED, LEFT, Registration, RegistrationState
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.registrations import hold, leave, seat_or_queue


@verb
def approve_registration(db: Session, registration: Registration, *, by: Viewer) -> Registration:
    """Approve somebody: who holds a place has it for certain, who waits for one needs no second approval later.

    Done already, it stays done. Refused for who has not asked for a place or has left.
    """
    hold(db, registration)
    if registration.state not in ASKED:
        raise Refused(
            f"{registration.person.name} is not asking for a place: the registration is {registration.state}."
        )
    if registration.approved_at is None:
        registration.approved_at = clock.now()
    if registration.state is RegistrationState.PENDING:
        registration.state = RegistrationState.SUBMITTED
    db.add(registration)
    return registration


@verb
def turn_down(db: Session, registration: Registration, *, reason: str, by: Viewer) -> list[Registration]:
    """Turn down somebody who has no confirmed place, with a reason that they will read.

    Returns those who moved up from the waiting list by it, in order. Turned down already, they stay so.
    """
    delegation = hold(db, registration)
    if registration.state is RegistrationState.TURNED_DOWN:
        return []
    if registration.state is RegistrationState.SUBMITTED:
        raise Refused(f"{registration.person.name} has a place. Cancel the registration instead.", field="reason")
    if registration.state not in ASKED:
        raise Refused(
            f"{registration.person.name} is not asking for a place: the registration is {registration.state}.",
            field="reason",
        )
    if not reason.strip():
        raise Refused("Say why: the person reads it in the letter.", field="reason")
    return leave(db, registration, delegation, RegistrationState.TURNED_DOWN, reason, by)


@verb
def restore_registration(db: Session, registration: Registration, *, by: Viewer) -> Registration:
    """Let somebody in again who declined, cancelled or was turned down: with a place if one is free, else waiting.

    An organizer's undo, also when registration is closed. Nothing happens to who is in already; refused for who was
    replaced, which is taken back where it was done.
    """
    delegation = hold(db, registration)
    if registration.state is RegistrationState.REPLACED:
        raise Refused(f"Somebody else comes in the place of {registration.person.name}. Take the substitution back.")
    if registration.state not in LEFT:
        return registration
    registration.reason = ""
    registration.submitted_at = registration.approved_at = clock.now()
    seat_or_queue(db, registration.convening, registration, delegation)
    db.add(registration)
    return registration
