"""A city's delegation: its places, its sponsored places, and its waiting list (rule 9).

The two kinds of place are counted apart: a sponsored one (the lab pays the way) is not one of the city's own.
Over the cap is the waiting list, in order; a free place goes to the first who waits for one of its kind, who is asked
to accept it (offers.py) unless the convening gives places at once.

Whatever changes the registrations of a delegation first holds the delegation's row until the commit, so that
counts, states and waiting order are read and written as one. That row is held before any audited row is
written: all changes meet at the audit log's revision, and to hold that first would be a deadlock on PostgreSQL.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, Delegation, Membership, Registration, RegistrationState
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.terms import end_of

_HELD = select(Delegation).with_for_update(key_share=True).execution_options(populate_existing=True)
_BY_NUMBER = _HELD.where(col(Delegation.id) == bindparam("number"))
_OF_CITY = _HELD.where(
    col(Delegation.convening_id) == bindparam("convening"), col(Delegation.city_id) == bindparam("city")
)
"""Put together once: that costs more than asking the database, and all of a city wait for it."""


@verb
def open_delegations(db: Session, convening: Convening, *, by: Viewer) -> list[Delegation]:
    """Give each city that is active on the first day its delegation, with the convening's caps.

    Returns the new ones; a city that has a delegation keeps it as it is.
    """
    hold_convening(db, convening)
    members = db.exec(select(Membership).where(Membership.cohort_id == convening.cohort_id))
    active = {member.city_id for member in members if member.active_on(convening.starts_on)}
    have = set(db.exec(select(Delegation.city_id).where(Delegation.convening_id == convening.key)))
    opened = [_new(convening, city_id) for city_id in sorted(active - have)]
    db.add_all(opened)
    return opened


@verb
def set_caps(db: Session, delegation: Delegation, *, cap: int, sponsored_cap: int, by: Viewer) -> list[Registration]:
    """Change a city's caps. Nobody who has a place loses it; those whom a raise lets in are returned, in order."""
    if cap < 0:
        raise Refused("A cap is a number of places: 0 or more.", field="cap")
    if sponsored_cap < 0:
        raise Refused("A cap is a number of places: 0 or more.", field="sponsored_cap")
    hold_delegation(db, delegation.key)
    delegation.cap, delegation.sponsored_cap = cap, sponsored_cap
    db.flush()
    return promote_from_waiting_list(db, delegation, by=by)


@verb
def promote_from_waiting_list(db: Session, delegation: Delegation, *, by: Viewer) -> list[Registration]:
    """Give free places to those who wait, by their numbers, each kind for itself; returns them in that order.

    Each holds the place from then on: offered with a time to accept, or theirs at once (`time_to_accept`). Once the
    convening is over nobody is let in.
    """
    delegation = hold_delegation(db, delegation.key)
    convening = delegation.convening
    promoted: list[Registration] = []
    if clock.now() >= end_of(convening.ends_on, convening.zone):
        return promoted
    until = time_to_accept(convening)
    for sponsored in (False, True):
        for waiting in _next_in_line(db, delegation, sponsored):
            if not take_place(db, delegation, sponsored):
                break
            waiting.waiting_number, waiting.offered_until = None, until
            waiting.state = RegistrationState.OFFERED if until else state_with_place(convening, waiting)
            promoted.append(waiting)
    return promoted


def time_to_accept(convening: Convening) -> datetime | None:
    """Until when a place that is offered now can be accepted (UTC), which is never after the first day begins.

    None: a free place is the next one's at once, as the convening says (0 hours) or because it has begun.
    """
    begins = end_of(convening.starts_on - timedelta(days=1), convening.zone)
    now = clock.now()
    if convening.hours_to_accept == 0 or now >= begins:
        return None
    return min(now + timedelta(hours=convening.hours_to_accept), begins)


def state_with_place(convening: Convening, registration: Registration) -> RegistrationState:
    """What somebody is who holds a place: submitted, or pending where an organizer has yet to approve."""
    asks = convening.needs_approval and registration.approved_at is None
    return RegistrationState.PENDING if asks else RegistrationState.SUBMITTED


def delegation_of(db: Session, convening: Convening, city_id: int) -> Delegation:
    """A city's delegation, held; opened with the convening's caps for a city that joined late. Called in a verb."""
    city = {"convening": convening.key, "city": city_id}
    delegation = db.exec(_OF_CITY, params=city).first()
    if delegation is None:
        hold_convening(db, convening)
        delegation = db.exec(_OF_CITY, params=city).first()
    if delegation is None:
        delegation = _new(convening, city_id)
        db.add(delegation)
        db.flush()
    return delegation


def hold_delegation(db: Session, number: int) -> Delegation:
    """Lock the row against other writers until the commit, and read it anew.

    On SQLite the one writer holds everything already, and the lock is not asked for.
    """
    return db.exec(_BY_NUMBER, params={"number": number}).one()


def take_place(db: Session, delegation: Delegation, sponsored: bool) -> bool:
    """Take a place if there is one: comparing and counting are one statement."""
    taken, cap = _counters(sponsored)
    took = db.exec(
        update(Delegation)
        .where(col(Delegation.id) == delegation.key, taken < cap)
        .values({taken: taken + 1})
        .execution_options(synchronize_session=False)
    )
    return took.rowcount == 1


def give_place_back(db: Session, delegation: Delegation, sponsored: bool) -> None:
    """Free the place of somebody who had one."""
    taken, _ = _counters(sponsored)
    db.exec(
        update(Delegation)
        .where(col(Delegation.id) == delegation.key)
        .values({taken: taken - 1})
        .execution_options(synchronize_session=False)
    )


def next_waiting_number(db: Session, delegation: Delegation) -> int:
    """The next number of the waiting list; no number is given twice."""
    numbered = db.exec(
        update(Delegation)
        .where(col(Delegation.id) == delegation.key)
        .values(last_waiting_number=Delegation.last_waiting_number + 1)
        .returning(col(Delegation.last_waiting_number))
        .execution_options(synchronize_session=False)
    )
    return int(numbered.scalar_one())


def _new(convening: Convening, city_id: int) -> Delegation:
    return Delegation(
        convening_id=convening.key,
        city_id=city_id,
        cap=convening.delegation_cap,
        sponsored_cap=convening.sponsored_cap,
    )


def hold_convening(db: Session, convening: Convening) -> None:
    """Lock the convening, under which delegations are made, until the commit."""
    db.exec(select(Convening.id).where(Convening.id == convening.key).with_for_update(key_share=True)).one()


def _counters(sponsored: bool) -> tuple[Mapped[int], Mapped[int]]:
    """The columns (taken, cap) of a kind of place."""
    if sponsored:
        return col(Delegation.sponsored_taken), col(Delegation.sponsored_cap)
    return col(Delegation.taken), col(Delegation.cap)


def _next_in_line(db: Session, delegation: Delegation, sponsored: bool) -> list[Registration]:
    """As many of those who wait for a kind of place as there are places free, first come first."""
    own_free, sponsored_free = (
        delegation.cap - delegation.taken,
        delegation.sponsored_cap - delegation.sponsored_taken,
    )
    free = sponsored_free if sponsored else own_free
    if free <= 0:
        return []
    return list(
        db.exec(
            select(Registration)
            .where(
                Registration.convening_id == delegation.convening_id,
                Registration.city_id == delegation.city_id,
                Registration.state == RegistrationState.WAITING,
                col(Registration.sponsored) == sponsored,
            )
            .order_by(col(Registration.waiting_number))
            .limit(free)
        )
    )
