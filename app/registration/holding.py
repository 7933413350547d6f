"""What is held before a registration's answers, travel or choices are written, so that two clicks come one after
the other; in one order everywhere (delegations.py says which): the delegation, then the log, then counters."""

from sqlmodel import Session, select

from app.models import Delegation, Person, Registration, Revision


def hold_for(db: Session, registration: Registration) -> None:
    """Hold, until the commit, what all changes of this registration meet at (its delegation, else its person), and
    read its state as it is then."""
    if registration.city_id is not None:
        here = select(Delegation.id).where(
            Delegation.convening_id == registration.convening_id, Delegation.city_id == registration.city_id
        )
        db.exec(here.with_for_update(key_share=True)).first()
    else:
        db.exec(select(Person.id).where(Person.id == registration.person_id).with_for_update(key_share=True)).one()
    db.refresh(registration, ["state"])


def hold_log(db: Session) -> None:
    """Hold the audit log's revision, at which all changes meet, before a counter that is no delegation's."""
    db.exec(select(Revision.number).where(Revision.id == 1).with_for_update()).one()
