"""A place that came free and is offered to the next in line, for a time (rule 9).

The place is held meanwhile. Accepted, it is theirs; refused or not answered in time, it is offered to the next. Whoever
let the time pass is no longer in line: the registration is `started` again with all that it says, and one click puts
them at the end of the line. So an address that nobody reads holds up nobody twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app import clock
from app.models import Delegation, Registration, RegistrationState
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.choices import free_choices
from app.registration.delegations import give_place_back, hold_delegation, promote_from_waiting_list, state_with_place
from app.registration.registrations import hold, leave


@dataclass(frozen=True, slots=True)
class Passed:
    """Whose offers lapsed, and to whom the places went, in order."""

    lapsed: tuple[Registration, ...]
    promoted: tuple[Registration, ...]


def is_offered(registration: Registration) -> bool:
    """Whether a place is offered and can still be accepted."""
    until = registration.offered_until
    return registration.state is RegistrationState.OFFERED and until is not None and clock.now() < until


def has_lapsed(registration: Registration) -> bool:
    """Whether the time to accept a place went by, and nothing was said since."""
    until = registration.offered_until
    waits = registration.state in (RegistrationState.OFFERED, RegistrationState.STARTED)
    return waits and until is not None and clock.now() >= until


@verb
def accept_offer(db: Session, registration: Registration, *, by: Viewer) -> Registration:
    """Accept the place that is offered; a second click changes nothing. Refused when the time has passed."""
    hold(db, registration)
    if registration.state in (RegistrationState.SUBMITTED, RegistrationState.PENDING):
        return registration
    if has_lapsed(registration):
        raise Refused(
            "The time to accept this place has passed, and it goes to the next in line. "
            "Register again to be in line yourself."
        )
    if not is_offered(registration):
        raise Refused(f"No place is offered to {registration.person.name} now. Look at the registration again.")
    if by.is_organizer(registration.convening.cohort_id):
        registration.approved_at = registration.approved_at or clock.now()
    registration.state = state_with_place(registration.convening, registration)
    registration.offered_until = None
    db.add(registration)
    return registration


@verb
def refuse_offer(db: Session, registration: Registration, *, reason: str = "", by: Viewer) -> list[Registration]:
    """Leave the offered place to the next in line, who is returned; refused twice, nothing happens the second time."""
    delegation = hold(db, registration)
    if registration.state is not RegistrationState.OFFERED:
        return []
    return leave(db, registration, delegation, RegistrationState.DECLINED, reason, by)


def lapsed_offers(db: Session) -> Sequence[int]:
    """The delegations that have an offer whose time has passed."""
    late = (
        select(Delegation.id)
        .join(
            Registration,
            (col(Registration.convening_id) == Delegation.convening_id)
            & (col(Registration.city_id) == Delegation.city_id),
        )
        .where(Registration.state == RegistrationState.OFFERED, col(Registration.offered_until) <= clock.now())
        .order_by(col(Delegation.id))
        .distinct()
    )
    return [number for number in db.exec(late) if number is not None]


@verb
def pass_on_lapsed(db: Session, delegation: Delegation, *, by: Viewer) -> Passed:
    """Take back the places whose offers were not accepted in time, and offer them to the next in line."""
    delegation = hold_delegation(db, delegation.key)
    late = list(
        db.exec(
            select(Registration)
            .where(
                Registration.convening_id == delegation.convening_id,
                Registration.city_id == delegation.city_id,
                Registration.state == RegistrationState.OFFERED,
                col(Registration.offered_until) <= clock.now(),
            )
            .order_by(col(Registration.offered_until), col(Registration.id))
            .execution_options(populate_existing=True)
        )
    )
    for registration in late:
        give_place_back(db, delegation, registration.sponsored)
        registration.state = RegistrationState.STARTED
        db.add(registration)
    db.flush()
    for registration in late:
        free_choices(db, registration, by=by)
    return Passed(tuple(late), tuple(promote_from_waiting_list(db, delegation, by=by)))
