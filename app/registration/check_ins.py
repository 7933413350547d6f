"""Who has arrived: check-in on the day, taking it back, and the arrivals by city."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app import clock
from app.models import CheckIn, CheckInWay, Convening, Delegation, Registration, RegistrationState, Seat
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.substitutions import replaced_by


@dataclass(frozen=True, slots=True)
class CityArrivals:
    """How many of a city's submitted registrations have arrived; `missing` are the seats of those who have not."""

    city: str
    expected: int
    arrived: int
    missing: tuple[str, ...]


@verb
def check_in(
    db: Session, registration: Registration, *, device_key: str, at: datetime, way: CheckInWay, by: Viewer
) -> CheckIn:
    """Take down that a person has arrived at `at` (UTC, never later than now).

    The same key sent again gives the check-in it made, though it was undone meanwhile. Of who is checked in already
    comes the check-in that stands, whose key is then another. Refused unless the registration is submitted.
    """
    held = _hold(db, registration)
    known = db.exec(select(CheckIn).where(CheckIn.device_key == device_key)).first()
    if known is not None:
        if known.registration_id != held.key:
            raise Refused("This check-in was sent before for another person. Check the person in again.")
        return known
    standing = db.exec(_standing(held)).first()
    if standing is not None:
        return standing
    instead = replaced_by(db, held) if held.state is RegistrationState.REPLACED else None
    if instead is not None:
        raise Refused(f"{held.person.name} is replaced by {instead.name}: this badge is no longer good.")
    if held.state is not RegistrationState.SUBMITTED:
        raise Refused(f"{held.person.name} has no confirmed place: the registration is {held.state}.")
    arrival = CheckIn(
        convening_id=held.convening_id,
        registration_id=held.key,
        device_key=device_key,
        at=min(at, clock.now()),
        way=way,
        by_id=by.actor_id,
    )
    db.add(arrival)
    return arrival


@verb
def undo_check_in(db: Session, registration: Registration, *, by: Viewer) -> None:
    """Take the standing check-in back; nothing happens when there is none."""
    standing = db.exec(_standing(_hold(db, registration))).first()
    if standing is not None:
        standing.undone_at = clock.now()


def arrivals(db: Session, convening: Convening) -> tuple[CityArrivals, ...]:
    """The arrivals by city in the order of names, the lab and experts ("") first. The number of queries is fixed."""
    here = set(
        db.exec(
            select(CheckIn.registration_id).where(
                CheckIn.convening_id == convening.key, col(CheckIn.undone_at).is_(None)
            )
        )
    )
    expected: dict[str, list[Registration]] = {}
    for registration in db.exec(
        select(Registration)
        .where(Registration.convening_id == convening.key, Registration.state == RegistrationState.SUBMITTED)
        .options(
            joinedload(relation(Registration.city)),
            joinedload(relation(Registration.seat)).joinedload(relation(Seat.role)),
        )
        .order_by(col(Registration.id))
    ):
        expected.setdefault(registration.city.name if registration.city else "", []).append(registration)
    return tuple(
        CityArrivals(
            city,
            len(team),
            sum(one.key in here for one in team),
            tuple(one.seat.title for one in team if one.seat and one.key not in here),
        )
        for city, team in sorted(expected.items())
    )


def attendance(db: Session, convening: Convening) -> dict[int, datetime]:
    """Who came, for reports: the number of each person with a standing check-in, and when it was (UTC)."""
    rows = db.exec(
        select(Registration.person_id, CheckIn.at)
        .join(CheckIn, col(CheckIn.registration_id) == Registration.id)
        .where(CheckIn.convening_id == convening.key, col(CheckIn.undone_at).is_(None))
    )
    return dict(rows.all())


def hold(db: Session, registrations: Sequence[Registration]) -> None:
    """Hold the registrations until the end, as they are now, so that devices come one after the other.

    Their delegations come first and all in the order of their numbers, as with every change of a delegation, and
    before anything is audited: who takes many down calls this once for all of them.
    """
    convenings = {one.convening_id for one in registrations}
    cities = {one.city_id for one in registrations if one.city_id is not None}
    db.exec(
        select(Delegation.id)
        .where(col(Delegation.convening_id).in_(convenings), col(Delegation.city_id).in_(cities))
        .order_by(col(Delegation.id))
        .with_for_update(key_share=True)
    ).all()
    db.exec(
        select(Registration)
        .where(col(Registration.id).in_([one.key for one in registrations]))
        .order_by(col(Registration.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _hold(db: Session, registration: Registration) -> Registration:
    hold(db, [registration])
    return registration


def _standing(registration: Registration) -> SelectOfScalar[CheckIn]:
    return select(CheckIn).where(CheckIn.registration_id == registration.key, col(CheckIn.undone_at).is_(None))
