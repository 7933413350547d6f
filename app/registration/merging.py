"""Two records of one person become one, on record (rule 21).

Whatever names the person who goes names the one who is kept from then on (people/references.py says what, and what
stays as it was signed). The record that goes is archived and leads on to the kept one; nothing is deleted but what
would say the same twice. Calendar addresses and private links go on working, for they are in the person's own hands
and a calendar that falls silent is the worst of errors (rule 16); browsers have to sign in again. Here and not among
people, since a place at a convening may have to be given back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.details import GONE
from app.models import (
    AgendaSession,
    Assistance,
    AudienceTerm,
    ChangeMessage,
    Convening,
    Engagement,
    EngagementState,
    Invitation,
    Material,
    Nudge,
    Person,
    PollPerson,
    PublicBodyMember,
    Registration,
    Reminder,
    Seat,
    SignIn,
    SignInLink,
    TablePlace,
    Tenure,
    UpdateReading,
    WebinarSeat,
)
from app.people import sign_in
from app.people.audit import UNAUDITED, Refused, verb
from app.people.directory import end_assistance
from app.people.names import sort_name
from app.people.references import moving
from app.people.viewer import Viewer
from app.registration.holding import hold_log
from app.registration.settling import hold_places, refuse_substitutions, settle_registrations

CHOSEN = ("name", "email", "zone", "organization", "biography", "photo")
"""What of the record that goes may be taken over into the kept one; what is empty there is taken over anyhow."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The kept person, and those whom the waiting list let in, in order."""

    person: Person
    let_in: tuple[Registration, ...] = ()


@verb
def merge_people(
    db: Session, *, keep: Person, gone: Person, taken: Collection[str] = (), reason: str = "", by: Viewer
) -> Merged:
    """Let one record of a person go into another. `taken`: which of CHOSEN the kept one has from it.

    Done already, it changes nothing; not taken back. Refused to who does not organize every cohort that knows either.
    """
    _hold(db, keep, gone)
    if gone.merged_into_id != keep.key:
        check_may_merge(db, keep, gone, by)
        _fill(db, keep, gone, taken)
    aside: list[Person] = []

    def put_aside() -> Person:
        """A record of its own for what the kept person had twice: at one convening the one who goes has theirs."""
        if not aside:
            aside.append(_merged_record(db, keep))
        return aside[0]

    let_in, registrations = settle_registrations(db, keep, gone, put_aside=put_aside, by=by)
    staying: dict[type, set[int]] = {Registration: registrations}
    staying[Engagement] = _settle_engagements(db, keep, gone, put_aside)
    staying[Reminder] = _of_both(db, keep, gone, Reminder, "rule_id")
    staying[Nudge] = _of_both(db, keep, gone, Nudge, "rule_id", "update_id")
    staying[UpdateReading] = _of_both(db, keep, gone, UpdateReading, "update_id")
    staying[PollPerson] = _of_both(db, keep, gone, PollPerson, "poll_id")
    staying[WebinarSeat] = _of_both(db, keep, gone, WebinarSeat, "session_id")
    staying[Invitation] = _of_both(db, keep, gone, Invitation, "session_id", "series_id")
    staying[ChangeMessage] = _of_both(db, keep, gone, ChangeMessage, "session_id", "sequence")
    staying[Assistance] = _settle_assistances(db, keep, gone, by)
    _drop_what_says_the_same(db, keep, gone)
    _move(db, keep, gone, staying)
    _end_sign_ins(db, keep, gone)
    gone.merged_into_id = keep.key
    gone.archived_at = gone.archived_at or clock.now()
    db.flush()
    db.expire_all()
    return Merged(keep, tuple(let_in))


def check_may_merge(db: Session, keep: Person, gone: Person, by: Viewer) -> None:
    """Raise Refused where two records may not be merged by this person, or not as things stand."""
    if keep.key == gone.key:
        raise Refused("Choose two records: this is one.")
    for person in (keep, gone):
        if person.archived_at is not None:
            raise Refused(f"The record of {person.name} has been merged or put away already. Look at the list again.")
    if gone.key in (by.person_id, by.actor_id):
        raise Refused("You are signed in with the record that would go. Keep that one, and let the other go.")
    if any(not by.is_organizer(number) for number in _cohorts_of(db, keep, gone)):
        raise Refused(
            "One of the two is known in another cohort too, which you do not organize. Somebody who organizes both can "
            "merge them."
        )
    refuse_substitutions(db, keep, gone)


def _hold(db: Session, keep: Person, gone: Person) -> None:
    """Places, then the log, at which all changes meet; then both records as they are now."""
    hold_places(db, keep, gone)
    hold_log(db)
    numbers = (keep.key, gone.key)
    both = select(Person).where(col(Person.id).in_(numbers)).order_by(col(Person.id)).with_for_update(key_share=True)
    db.exec(both.execution_options(populate_existing=True)).all()


def _cohorts_of(db: Session, keep: Person, gone: Person) -> set[int]:
    """The cohorts that know either: by a seat, a registration, a part in a session."""
    both = (keep.key, gone.key)
    seats = select(Seat.cohort_id).join(Tenure, col(Tenure.seat_id) == Seat.id).where(col(Tenure.person_id).in_(both))
    lists = (
        select(Convening.cohort_id)
        .join(Registration, col(Registration.convening_id) == Convening.id)
        .where(col(Registration.person_id).in_(both))
    )
    parts = (
        select(AgendaSession.cohort_id)
        .join(Engagement, col(Engagement.session_id) == AgendaSession.id)
        .where(col(Engagement.person_id).in_(both))
    )
    return {*db.exec(seats), *db.exec(lists), *db.exec(parts)}


def _fill(db: Session, keep: Person, gone: Person, taken: Collection[str]) -> None:
    for name in CHOSEN:
        if not getattr(gone, name) or (getattr(keep, name) and name not in taken):
            continue
        if name == "email":
            _swap_addresses(db, keep, gone)
        else:
            setattr(keep, name, getattr(gone, name))
    keep.sort_name = sort_name(keep.name)


def _swap_addresses(db: Session, keep: Person, gone: Person) -> None:
    """An address is one record's only. The other one stays on the record that goes: who signs in by it is found."""
    mine, theirs = keep.email, gone.email
    gone.email = None
    db.flush()
    keep.email = theirs
    db.flush()
    gone.email = mine


def _merged_record(db: Session, keep: Person) -> Person:
    person = Person(name=keep.name, sort_name=keep.sort_name, merged_into_id=keep.key, archived_at=clock.now())
    db.add(person)
    db.flush()
    return person


def _settle_engagements(db: Session, keep: Person, gone: Person, put_aside: Any) -> set[int]:
    """Of one part in one session the further one stays, with all that was handed in; the other counts as replaced."""
    mine = {(one.session_id, one.part): one for one in _engagements(db, keep)}
    behind: set[int] = set()
    for theirs in _engagements(db, gone):
        own = mine.get((theirs.session_id, theirs.part))
        if own is None:
            continue
        staying, leaving = (own, theirs) if _progress(own) >= _progress(theirs) else (theirs, own)
        for name in ("brief", "contact_id", "equipment", "access", "answer"):
            if not getattr(staying, name) and getattr(leaving, name):
                setattr(staying, name, getattr(leaving, name))
        for material in db.exec(select(Material).where(Material.engagement_id == leaving.key)):
            material.engagement_id = staying.key
        if leaving.state not in GONE:
            leaving.state = EngagementState.REPLACED
        if staying is own:
            behind.add(theirs.key)
        else:
            own.person_id = put_aside().key
        db.flush()
    return behind


def _engagements(db: Session, person: Person) -> list[Engagement]:
    return list(db.exec(select(Engagement).where(Engagement.person_id == person.key).order_by(col(Engagement.id))))


def _progress(engagement: Engagement) -> int:
    return -1 if engagement.state in GONE else list(EngagementState).index(engagement.state)


def _of_both(db: Session, keep: Person, gone: Person, model: Any, *columns: str) -> set[int]:
    """What both have of the same (a reminder by one rule, a text that both read): one stays with each."""

    def same(row: Any) -> tuple[int | None, ...]:
        return tuple(getattr(row, name) for name in columns)

    mine = {same(row) for row in _rows(db, model, keep)}
    return {row.key for row in _rows(db, model, gone) if same(row) in mine}


def _settle_assistances(db: Session, keep: Person, gone: Person, by: Viewer) -> set[int]:
    """Nobody assists themselves, or the same person twice: what would say so ends, and stays on record."""
    today = clock.today("UTC")
    both = (keep.key, gone.key)
    rows = db.exec(
        select(Assistance)
        .where(or_(col(Assistance.assistant_id).in_(both), col(Assistance.principal_id).in_(both)))
        .order_by(col(Assistance.id))
    ).all()
    known: set[tuple[int, int]] = {
        (one.assistant_id, one.principal_id) for one in rows if gone.key not in (one.assistant_id, one.principal_id)
        and (one.ends_on is None or one.ends_on >= today)
    }  # fmt: skip
    behind: set[int] = set()
    for one in rows:
        if gone.key not in (one.assistant_id, one.principal_id):
            continue
        ends = tuple(keep.key if number == gone.key else number for number in (one.assistant_id, one.principal_id))
        to_themselves = ends[0] == ends[1]
        stands = one.ends_on is None or one.ends_on >= today
        if stands and (to_themselves or ends in known):
            end_assistance(db, one, by=by)
        if to_themselves:
            behind.add(one.key)
        elif stands:
            known.add((ends[0], ends[1]))
    return behind


def _drop_what_says_the_same(db: Session, keep: Person, gone: Person) -> None:
    """An audience names a person once, a body has them once, and they sit once at the tables of a session."""
    named = {(one.audience_id, one.excepted) for one in _rows(db, AudienceTerm, keep)}
    for term in _rows(db, AudienceTerm, gone):
        if (term.audience_id, term.excepted) in named:
            db.delete(term)
    sits = {one.body_id for one in _rows(db, PublicBodyMember, keep)}
    for member in _rows(db, PublicBodyMember, gone):
        if member.body_id in sits:
            db.delete(member)
    at_table = {one.session_id for one in _rows(db, TablePlace, keep)}
    for place in _rows(db, TablePlace, gone):
        if place.session_id in at_table:
            db.delete(place)
    db.flush()


def _rows(db: Session, model: Any, person: Person) -> Any:
    return db.exec(select(model).where(model.person_id == person.key)).all()


def _move(db: Session, keep: Person, gone: Person, staying: dict[type, set[int]]) -> None:
    """Every reference but those that stay. What is not audited (letters) moves in one statement."""
    for one in moving():
        if issubclass(one.model, UNAUDITED):
            db.execute(update(one.model).where(one.column == gone.key).values({one.name: keep.key}))
            continue
        for row in db.exec(select(one.model).where(one.column == gone.key)):
            if row.key not in staying.get(one.model, ()):
                setattr(row, one.name, keep.key)
        db.flush()


def _end_sign_ins(db: Session, keep: Person, gone: Person) -> None:
    """The record's browsers sign in again, links on their way are spent; who acts for it acts for the kept one."""
    sign_in.end_everywhere(db, gone.key)
    acting = update(SignIn).where(col(SignIn.acting_for_id) == gone.key)
    db.execute(acting.where(col(SignIn.person_id) == keep.key).values(acting_for_id=None))
    db.execute(acting.values(acting_for_id=keep.key))
    unused = update(SignInLink).where(col(SignInLink.person_id) == gone.key, col(SignInLink.used_at).is_(None))
    db.execute(unused.values(used_at=clock.now()))
