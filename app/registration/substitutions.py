"""Substitution (rule 10): another person takes a seat's place at a convening, the night before if need be.

One act. The place passes on, so no count moves and nobody of the waiting list is passed over; where the one who comes
had a place of their own, that goes to the next in line. With the seat go its logistics: sponsorship, presence
windows, nights and hotel, choices between parallel sessions that are not closed. What is the person's stays: private
needs, contact, consent, how they travel, the approval of the update (rule 5), and the closed sessions but for those
that an organizer grants. Whom the agenda then takes in is decided in people/standing_in.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.details import is_hidden
from app.models import (
    HOLDING,
    AgendaSession,
    Convening,
    Delegation,
    Openness,
    Person,
    PresenceWindow,
    Registration,
    RegistrationState,
    Seat,
    Substitution,
    Travel,
)
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.directory import add_person
from app.people.viewer import Viewer, offices_of
from app.registration.choices import free_choices, pass_choices, take_again
from app.registration.delegations import (
    delegation_of,
    give_place_back,
    next_waiting_number,
    promote_from_waiting_list,
    take_place,
)
from app.registration.registrations import registration_of

TO_THINK_AGAIN = timedelta(days=1)
"""How long a substitution can be taken back as if it had never been."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who is not on record yet."""

    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Substituted:
    """A substitution made or taken back, and those whom the waiting list let in by it, in order."""

    substitution: Substitution
    let_in: tuple[Registration, ...] = ()


@verb
def substitute(
    db: Session,
    leaving: Registration,
    coming: Person | Newcomer,
    *,
    grants: Collection[int] = (),
    nights: bool = True,
    reason: str = "",
    by: Viewer,
) -> Substituted:
    """Let another person come in the place of one who has a place.

    `grants` are numbers of closed sessions, which organizers alone may grant; `nights`: the hotel's nights pass on too.
    Refused where the place is not (or no longer) that person's, and for people of another city's team.
    """
    convening = leaving.convening
    delegation = _hold(db, leaving)
    _check_may(db, convening, grants, by)
    if leaving.state is not RegistrationState.SUBMITTED:
        raise Refused(_no_place_said(db, leaving), field="coming")
    person = add_person(db, name=coming.name, email=coming.email, by=by) if isinstance(coming, Newcomer) else coming
    db.flush()
    _check_comes(db, leaving, person)
    theirs = registration_of(db, convening, person.key)
    before = _as_it_was(theirs)
    let_in: Sequence[Registration] = ()
    if theirs is None:
        theirs = Registration(convening_id=convening.key, person_id=person.key)
    freed = theirs.state in HOLDING and theirs.city_id is not None
    if freed and delegation is not None:
        give_place_back(db, delegation, theirs.sponsored)
    leaving.state, leaving.waiting_number, leaving.reason = RegistrationState.REPLACED, None, reason.strip()
    _take_over(db, theirs, leaving)
    _pass_on(db, theirs, leaving, nights=nights, by=by)
    made = Substitution(
        convening_id=convening.key,
        seat_id=leaving.seat_id,
        leaving_id=leaving.key,
        coming_id=theirs.key,
        grants=sorted(set(grants)),
        reason=reason.strip(),
        coming_before=before,
    )
    db.add(made)
    db.flush()
    if freed and delegation is not None:
        let_in = promote_from_waiting_list(db, delegation, by=by)
    return Substituted(made, tuple(let_in))


@verb
def undo_substitution(db: Session, substitution: Substitution, *, by: Viewer) -> Substituted:
    """Take a substitution back within a day: the place is the first person's again, the other is where they were.

    Had the other a place of their own, they have it back if it is still free, and wait for it if it is not. Done
    already, it stays done.
    """
    leaving, coming = substitution.leaving, substitution.coming
    delegation = _hold(db, leaving)
    db.refresh(substitution)
    db.refresh(coming, ["state", "waiting_number", "sponsored"])
    if substitution.undone_at is not None:
        return Substituted(substitution)
    _check_may(db, leaving.convening, (), by)
    _check_can_be_undone(substitution)
    substitution.undone_at = clock.now()
    leaving.state, leaving.reason = RegistrationState.SUBMITTED, ""
    before = substitution.coming_before
    _give_back(db, coming, leaving, before)
    _put_back(coming, before)
    db.flush()
    if delegation is not None and coming.state in HOLDING and coming.city_id is not None:
        _find_place_again(db, delegation, coming)
    db.flush()
    return Substituted(substitution)


def can_be_undone(substitution: Substitution) -> bool:
    """Whether a substitution can still be taken back."""
    try:
        _check_can_be_undone(substitution)
    except Refused:
        return False
    return substitution.undone_at is None


def substitutions_of(db: Session, convening: Convening, *, city_id: int | None = None) -> Sequence[Substitution]:
    """All substitutions of a convening (or of one city), the newest first, with their people; one query."""
    wanted = (
        select(Substitution)
        .join(Registration, col(Registration.id) == Substitution.leaving_id)
        .where(Substitution.convening_id == convening.key)
        .options(
            joinedload(relation(Substitution.leaving)).joinedload(relation(Registration.person)),
            joinedload(relation(Substitution.leaving)).joinedload(relation(Registration.city)),
            joinedload(relation(Substitution.coming)).joinedload(relation(Registration.person)),
            joinedload(relation(Substitution.seat)).joinedload(relation(Seat.role)),
        )
        .order_by(col(Substitution.id).desc())
    )
    return db.exec(wanted if city_id is None else wanted.where(Registration.city_id == city_id)).all()


def replaced_by(db: Session, registration: Registration) -> Person | None:
    """Who comes in the place of somebody who was replaced: what the badge's code says at the door."""
    return db.exec(
        select(Person)
        .join(Registration, col(Registration.person_id) == Person.id)
        .join(Substitution, col(Substitution.coming_id) == Registration.id)
        .where(Substitution.leaving_id == registration.key, col(Substitution.undone_at).is_(None))
        .order_by(col(Substitution.id).desc())
    ).first()


def grantable(db: Session, convening: Convening, by: Viewer) -> list[int]:
    """The closed sessions that an organizer may let a substitute into: not those that exclude the organizer (rule 13).

    Nobody else may grant any.
    """
    if not by.is_organizer(convening.cohort_id):
        return []
    return [one.key for one in _closed(db, convening) if by.is_system or not is_hidden(db, one, by)]


def _closed(db: Session, convening: Convening) -> Sequence[AgendaSession]:
    return db.exec(
        select(AgendaSession).where(
            AgendaSession.convening_id == convening.key,
            AgendaSession.openness == Openness.CLOSED,
            col(AgendaSession.archived_at).is_(None),
            col(AgendaSession.cancelled_at).is_(None),
        )
    ).all()


def _hold(db: Session, registration: Registration) -> Delegation | None:
    """Hold what the place is counted in (without a city, the person's row), and read the registration as it is then."""
    if registration.city_id is None:
        db.exec(select(Person.id).where(Person.id == registration.person_id).with_for_update(key_share=True)).one()
        delegation = None
    else:
        delegation = delegation_of(db, registration.convening, registration.city_id)
    db.refresh(registration, ["state", "waiting_number", "sponsored", "city_id", "seat_id"])
    return delegation


def _check_may(db: Session, convening: Convening, grants: Collection[int], by: Viewer) -> None:
    if by.is_organizer(convening.cohort_id):
        if not set(grants) <= set(grantable(db, convening, by)):
            raise Refused(
                "One of these sessions is not closed any more, or is not on the agenda. Choose again.", "grants"
            )
        return
    if grants:
        raise Refused("Closed sessions are granted by the organizers alone.", field="grants")
    if clock.today(convening.zone) > convening.ends_on:
        raise Refused(f"{convening.title} is over. The organizers can still note who came: write to them.")


def _check_comes(db: Session, leaving: Registration, person: Person) -> None:
    convening = leaving.convening
    if person.key == leaving.person_id:
        raise Refused(f"{person.name} has this place. Choose who comes instead.", field="coming")
    theirs = registration_of(db, convening, person.key)
    offices = [one for one in offices_of(db, person.key, convening.starts_on) if one.cohort_id == convening.cohort_id]
    cities: dict[int | None, str] = {one.city_id: one.city_name for one in offices if one.city_id is not None}
    if theirs is not None and theirs.state in HOLDING and theirs.city is not None:
        cities = {theirs.city_id: theirs.city.name}
    if cities and leaving.city_id not in cities:
        raise Refused(
            f"{person.name} is of {next(iter(cities.values()))}’s team. Choose somebody else.", field="coming"
        )


def _no_place_said(db: Session, leaving: Registration) -> str:
    instead = replaced_by(db, leaving) if leaving.state is RegistrationState.REPLACED else None
    if instead is not None:
        return f"{instead.name} comes in the place of {leaving.person.name} already. Look at the list again."
    return f"{leaving.person.name} has no confirmed place to pass on. Register the other person instead."


def _check_can_be_undone(substitution: Substitution) -> None:
    leaving, coming = substitution.leaving.person, substitution.coming.person
    if substitution.coming.state is RegistrationState.REPLACED:
        raise Refused(f"{coming.name} has been replaced since. Take that back first.")
    if substitution.coming.state is not RegistrationState.SUBMITTED:
        raise Refused(f"{coming.name} has given the place up since. Register {leaving.name} again.")
    if substitution.leaving.state is not RegistrationState.REPLACED:
        raise Refused(f"{leaving.name} has a place again already.")
    if clock.now() - substitution.created_at > TO_THINK_AGAIN:
        raise Refused(f"This was more than a day ago. Let {leaving.name} come in the place of {coming.name} instead.")


def _take_over(db: Session, coming: Registration, leaving: Registration) -> None:
    """Put the one who comes where the other was: their place, seat, and who pays for it."""
    coming.state = RegistrationState.SUBMITTED
    coming.waiting_number = coming.offered_until = None
    coming.city_id, coming.seat_id, coming.sponsored = leaving.city_id, leaving.seat_id, leaving.sponsored
    coming.submitted_at, coming.approved_at, coming.reason = clock.now(), leaving.approved_at, ""
    db.add(coming)
    db.flush()


def _pass_on(db: Session, coming: Registration, leaving: Registration, *, nights: bool, by: Viewer) -> None:
    """The seat's windows, nights and choices. How somebody travels and with whom they share is theirs (rule 12)."""
    coming.windows = [
        PresenceWindow(registration_id=coming.key, starts_at=one.starts_at, ends_at=one.ends_at)
        for one in leaving.windows
    ]
    theirs = leaving.travel
    if nights and theirs is not None and theirs.first_night is not None:
        coming.travel = coming.travel or Travel(registration_id=coming.key)
        for name in NIGHTS:
            setattr(coming.travel, name, getattr(theirs, name))
    free_choices(db, coming, by=by)
    closed = {one.key for one in _closed(db, leaving.convening)}
    pass_choices(db, leaving, coming, but=closed)


NIGHTS = ("first_night", "last_night", "block_id", "payer")


def _as_it_was(theirs: Registration | None) -> dict[str, Any]:
    """What is taken from the one who comes, for taking it back; nothing private is among it (rule 12)."""
    if theirs is None:
        return {}
    travel = theirs.travel
    return {
        **{name: _in_json(getattr(theirs, name)) for name in KEPT},
        "windows": [[one.starts_at.isoformat(), one.ends_at.isoformat()] for one in theirs.windows],
        "nights": [_in_json(getattr(travel, name)) for name in NIGHTS] if travel else None,
        "choices": [[one.session_id, one.choice_group] for one in theirs.choices if one.stands],
    }


INSTANTS = ("offered_until", "submitted_at", "approved_at")
KEPT = ("state", "waiting_number", "city_id", "seat_id", "sponsored", "reason", *INSTANTS)


def _in_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _put_back(coming: Registration, before: dict[str, Any]) -> None:
    """The registration as it was; of somebody who had none, it stays as cancelled (nothing is deleted)."""
    if not before:
        coming.state, coming.reason = RegistrationState.CANCELLED, "The substitution was taken back."
        return
    for name in KEPT:
        value = before[name]
        if name in INSTANTS and value is not None:
            value = datetime.fromisoformat(value)
        setattr(coming, name, RegistrationState(value) if name == "state" else value)


def _give_back(db: Session, coming: Registration, leaving: Registration, before: dict[str, Any]) -> None:
    """Windows, nights and choices as they were before, the choices as far as there is still a place."""
    pass_choices(db, coming, leaving)
    windows = before.get("windows", [])
    coming.windows = [
        PresenceWindow(
            registration_id=coming.key,
            starts_at=datetime.fromisoformat(start),
            ends_at=datetime.fromisoformat(end),
        )
        for start, end in windows
    ]
    if coming.travel is not None:
        nights = before.get("nights") or [None] * len(NIGHTS)
        for name, value in zip(NIGHTS, nights, strict=True):
            if name.endswith("night") and value is not None:
                value = datetime.fromisoformat(value).date()
            setattr(coming.travel, name, value)
    db.flush()
    take_again(db, coming, before.get("choices", []))


def _find_place_again(db: Session, delegation: Delegation, coming: Registration) -> None:
    """The place of their own that somebody had before, or the end of the waiting list where it has passed on."""
    if take_place(db, delegation, coming.sponsored):
        return
    coming.state = RegistrationState.WAITING
    coming.waiting_number = next_waiting_number(db, delegation)
