"""Two registrations of one person at one convening become one: the further one stays (rules 9 and 12).

The place of the other is given back through the verb that cancels. What only the other one says goes with the person:
a need that was told once, a check-in, how they travel. The rest stays with the other registration, on record (rule 21),
and its needs are deleted when all are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import (
    CheckIn,
    Convening,
    Delegation,
    Person,
    Registration,
    RegistrationAnswer,
    RegistrationState,
    Substitution,
)
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.registration.delegations import hold_delegation
from app.registration.registrations import cancel

FURTHEST_FIRST = (
    RegistrationState.SUBMITTED,
    RegistrationState.OFFERED,
    RegistrationState.PENDING,
    RegistrationState.WAITING,
    RegistrationState.STARTED,
    RegistrationState.INVITED,
    RegistrationState.TURNED_DOWN,
    RegistrationState.DECLINED,
    RegistrationState.CANCELLED,
    RegistrationState.REPLACED,
)
WHY = "The same person is registered already."
NEEDS = ("dietary", "access")
CONTACT = ("emergency_name", "emergency_phone")


@dataclass(frozen=True, slots=True)
class Meeting:
    """Both are on one convening's list. `mine` is the kept person's registration."""

    convening: Convening
    mine: Registration
    theirs: Registration

    @property
    def mine_stays(self) -> bool:
        return _rank(self.mine) <= _rank(self.theirs)

    @property
    def staying(self) -> Registration:
        return self.mine if self.mine_stays else self.theirs

    @property
    def leaving(self) -> Registration:
        return self.theirs if self.mine_stays else self.mine


def meetings(db: Session, keep: Person, gone: Person) -> list[Meeting]:
    """The convenings at which both are registered, by date; one query."""
    mine, theirs = aliased(Registration), aliased(Registration)
    rows = db.exec(
        select(Convening, mine, theirs)
        .join(mine, col(mine.convening_id) == Convening.id)
        .join(theirs, col(theirs.convening_id) == Convening.id)
        .where(mine.person_id == keep.key, theirs.person_id == gone.key)
        .order_by(col(Convening.starts_on), col(Convening.id))
    )
    return [Meeting(*row) for row in rows]


def hold_places(db: Session, keep: Person, gone: Person) -> None:
    """Hold the delegations in which two registrations of the person are counted, before anything is written."""
    places = [
        (Delegation.convening_id == one.convening_id) & (Delegation.city_id == one.city_id)
        for meeting in meetings(db, keep, gone)
        for one in (meeting.mine, meeting.theirs)
        if one.city_id is not None
    ]
    for place in places:
        for number in db.exec(select(Delegation.id).where(place)):
            hold_delegation(db, number or 0)


def refuse_substitutions(db: Session, keep: Person, gone: Person) -> None:
    """Nobody stands in for themselves: such a substitution is taken back first (rule 10)."""
    leaving, coming = aliased(Registration), aliased(Registration)
    both = (keep.key, gone.key)
    convening = db.exec(
        select(Convening)
        .join(Substitution, col(Substitution.convening_id) == Convening.id)
        .join(leaving, col(leaving.id) == Substitution.leaving_id)
        .join(coming, col(coming.id) == Substitution.coming_id)
        .where(col(leaving.person_id).in_(both), col(coming.person_id).in_(both), col(Substitution.undone_at).is_(None))
    ).first()
    if convening is not None:
        raise Refused(
            f"One of the two comes in the other’s place to {convening.title}. If they are one person, take that "
            "substitution back first."
        )


def settle_registrations(
    db: Session, keep: Person, gone: Person, *, put_aside: Callable[[], Person], by: Viewer
) -> tuple[list[Registration], set[int]]:
    """Let one registration a convening stay; returns whom the waiting list let in, and the registrations that stay with
    the record that goes.

    Where the kept person's own has to leave, it goes to the record that `put_aside` gives: a person has one
    registration at a convening, the one who goes too. Called in a verb that holds the places.
    """
    let_in: list[Registration] = []
    staying_behind: set[int] = set()
    for meeting in meetings(db, keep, gone):
        leaving, staying = meeting.leaving, meeting.staying
        _pass_on(db, leaving, staying)
        let_in += cancel(db, leaving, reason=WHY, by=by)
        if meeting.mine_stays:
            staying_behind.add(leaving.key)
        else:
            leaving.person_id = put_aside().key
        db.flush()
    return let_in, staying_behind


def _rank(registration: Registration) -> tuple[int, int]:
    return FURTHEST_FIRST.index(registration.state), registration.waiting_number or 0


def _pass_on(db: Session, leaving: Registration, staying: Registration) -> None:
    """What the registration that stays does not say itself."""
    _pass_needs(leaving, staying)
    if leaving.travel is not None and staying.travel is None:
        leaving.travel.registration_id = staying.key
    if not staying.windows:
        for window in leaving.windows:
            window.registration_id = staying.key
    answered = set(
        db.exec(select(RegistrationAnswer.question_id).where(RegistrationAnswer.registration_id == staying.key))
    )
    for answer in leaving.answers:
        if answer.question_id not in answered:
            answer.registration_id = staying.key
    arrived = {
        one.registration_id: one
        for one in db.exec(
            select(CheckIn).where(
                col(CheckIn.registration_id).in_((leaving.key, staying.key)), col(CheckIn.undone_at).is_(None)
            )
        )
    }
    if leaving.key in arrived and staying.key not in arrived:
        arrived[leaving.key].registration_id = staying.key
    for name in ("listed", "photo_consent"):
        # who said no once has said no
        if getattr(leaving, name) is not None and getattr(staying, name) is not False:
            setattr(staying, name, getattr(leaving, name))
    staying.notices_read_at = staying.notices_read_at or leaving.notices_read_at
    db.flush()
    for one in (leaving, staying):
        db.expire(one, ["needs", "travel", "windows", "answers"])


def _pass_needs(leaving: Registration, staying: Registration) -> None:
    """Needs, whole where there are none, else what is empty: a need that was told is not lost (rule 12)."""
    theirs, mine = leaving.needs, staying.needs
    if theirs is None:
        return
    if mine is None:
        theirs.registration_id = staying.key
        return
    for name in (*NEEDS, *CONTACT):
        if not getattr(mine, name) and getattr(theirs, name):
            setattr(mine, name, getattr(theirs, name))
    mine.answered = mine.answered or theirs.answered
