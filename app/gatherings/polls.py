"""Finding a time: who is asked about which times. What they answer is in poll_answers.py, how a time is booked in
poll_booking.py.

Those asked are whom the gathering will be for. Times that are added later are asked about at once; nothing that was
asked is deleted. A poll is held before anything of it changes, so that of two organizers one finds what the other did.
"""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app import clock
from app.gatherings.arranging import KINDS, checked_minutes
from app.gatherings.details import check_join_url
from app.models import Cohort, Openness, PollPerson, PollSlot, SessionFormat, TimePoll
from app.models.base import relation
from app.people.audiences import Rule, people_of
from app.people.audit import Refused, verb
from app.people.names import checked_zone
from app.people.sign_in import fingerprint, signed
from app.people.viewer import Viewer

MOST_ASKED = 60
MOST_SLOTS = 20
LONGEST_TITLE = 300
COVERS = {
    SessionFormat.ROLE_ALIKE: "Peer session",
    SessionFormat.CALL: "Call",
    SessionFormat.WORKING_GROUP: "Working group",
    SessionFormat.WEBINAR: "Webinar",
}
"""What a closed gathering is called before those who keep somebody's calendar and are not in the room (rule 13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a time is looked for."""

    title: str
    purpose: str = ""
    format: SessionFormat = SessionFormat.ROLE_ALIKE
    openness: Openness = Openness.CLOSED
    minutes: int = 60
    zone: str
    join_url: str = ""
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Who is to be written to: those asked for the first time, and those who have answered and find more times."""

    first: tuple[PollPerson, ...] = ()
    again: tuple[PollPerson, ...] = ()
    slots: tuple[PollSlot, ...] = ()


@verb
def create_poll(db: Session, cohort: Cohort, wanted: Wanted, whom: Rule, *, secret: bytes, by: Viewer) -> TimePoll:
    """Begin to look for a time for the people of an audience. Nobody is asked yet. Raises Refused at the field."""
    wanted = _checked(wanted)
    people = people_of(db, whom, clock.today(cohort.zone), cohort_id=cohort.key)
    if not people:
        raise Refused("Nobody holds such a seat today. Choose others, or name people.", "everyone")
    if len(people) > MOST_ASKED:
        raise Refused(f"That is {len(people)} people; a time can be found for up to {MOST_ASKED}.", "everyone")
    poll = TimePoll(cohort_id=cohort.key, by_id=by.actor_id, **_columns(wanted))
    db.add(poll)
    db.flush()
    _add_people(db, poll, [one.person_id for one in people], secret)
    return poll


@verb
def change_poll(db: Session, poll: TimePoll, to: Wanted, *, by: Viewer) -> TimePoll:
    """Say something else of what a time is looked for."""
    hold(db, poll)
    refuse_closed(poll)
    for name, value in _columns(_checked(to, before=poll)).items():
        setattr(poll, name, value)
    return poll


@verb
def change_asked(
    db: Session,
    poll: TimePoll,
    *,
    needed: Collection[int],
    without: Collection[int] = (),
    more: Iterable[int] = (),
    secret: bytes,
    by: Viewer,
) -> list[PollPerson]:
    """Say whom it cannot be without, leave people out (`without`) and ask more; by their numbers. Returns who is new.

    Who is left out keeps what they answered, and has it again when they are asked again.
    """
    hold(db, poll)
    refuse_closed(poll)
    more = set(more) - set(without)
    if not {one.person_id for one in asked_of(poll)} - set(without) | more:
        raise Refused("Somebody has to be asked.", "needed")
    for one in poll.asked:
        if one.person_id in without:
            one.archived_at = one.archived_at or clock.now()
        elif one.person_id in more:
            one.archived_at = None
        if one.archived_at is None:
            one.needed = one.person_id in needed or one.person_id in more
    known = {one.person_id for one in poll.asked}
    new = _add_people(db, poll, sorted(more - known), secret)
    if len(asked_of(poll)) > MOST_ASKED:
        raise Refused(f"A time can be found for up to {MOST_ASKED} people.", "people")
    return new


@verb
def ask(db: Session, poll: TimePoll, starts: Collection[datetime], *, by: Viewer) -> Told:
    """Ask everybody about these times (UTC), beside those that they were asked about before.

    Without any it asks those who have not been asked about the times there are. Times that stand there already are
    asked about once: the second click tells nobody anything.
    """
    hold(db, poll)
    refuse_closed(poll)
    there = {one.starts_at: one for one in poll.slots}
    new = []
    for start in sorted(set(starts)):
        if start <= clock.now():
            raise Refused("That time is over. Choose one that is still to come.", "starts")
        slot = there.get(start)
        if slot is None:
            slot = PollSlot(poll_id=poll.key, starts_at=start)
            poll.slots.append(slot)
            new.append(slot)
        elif slot.archived_at is not None:
            slot.archived_at = None
            new.append(slot)
    open_slots = slots_of(poll)
    if not open_slots:
        raise Refused("Choose at least one time to ask about.", "starts")
    if len(open_slots) > MOST_SLOTS:
        raise Refused(f"People are asked about {MOST_SLOTS} times at most. Take some back first.", "starts")
    db.flush()
    people = asked_of(poll)
    first = tuple(one for one in people if one.told_at is None)
    again = tuple(one for one in people if one.told_at is not None and one.answered_at is not None) if new else ()
    for one in first:
        one.told_at = clock.now()
    return Told(first, again, tuple(sorted(new, key=lambda one: one.starts_at)))


@verb
def withdraw_slot(db: Session, poll: TimePoll, slot: PollSlot, *, by: Viewer) -> None:
    """Ask about a time no more; what was answered about it stays on record."""
    hold(db, poll)
    refuse_closed(poll)
    slot.archived_at = slot.archived_at or clock.now()


@verb
def close_poll(db: Session, poll: TimePoll, *, by: Viewer) -> None:
    """Stop asking without booking anything."""
    hold(db, poll)
    poll.closed_at = poll.closed_at or clock.now()


@verb
def reopen_poll(db: Session, poll: TimePoll, *, by: Viewer) -> None:
    """Ask again: answers can be given and changed. What was booked has to be called off before."""
    hold(db, poll)
    if is_booked(poll):
        raise Refused("A time is booked. Call that off first, then look for another.")
    poll.closed_at, poll.booked_id = None, None


def hold(db: Session, poll: TimePoll) -> None:
    """Nobody else changes a poll, or answers it, until this transaction ends; then read as it is now."""
    db.flush()
    db.exec(_whole().where(TimePoll.id == poll.key).with_for_update().execution_options(populate_existing=True)).one()


def refuse_closed(poll: TimePoll) -> None:
    """Raises Refused where nobody is asked any more."""
    if poll.closed_at is not None:
        raise Refused("A time is booked: nothing can be changed here." if is_booked(poll) else "This is closed.")


def is_booked(poll: TimePoll) -> bool:
    """Whether a time is booked that was not called off since."""
    return poll.booked is not None and not poll.booked.is_cancelled and poll.booked.archived_at is None


def asked_of(poll: TimePoll) -> list[PollPerson]:
    """Those who are asked, without those who were left out or whose record was put away."""
    return [one for one in poll.asked if one.archived_at is None and one.person.archived_at is None]


def slots_of(poll: TimePoll) -> list[PollSlot]:
    """The times that are asked about, in order."""
    return sorted((one for one in poll.slots if one.archived_at is None), key=lambda one: one.starts_at)


def cover_of(poll: TimePoll) -> str:
    """What a poll is called before those who are not in the room and answer for somebody: a closed one has no title
    there (rule 13)."""
    return COVERS[poll.format] if poll.openness is Openness.CLOSED else poll.title


def token_of(asked: PollPerson, secret: bytes) -> str:
    """The secret part of the address by which somebody, or who acts for them, answers."""
    return signed("poll", asked.key, asked.nonce, secret)


def _add_people(db: Session, poll: TimePoll, person_ids: Iterable[int], secret: bytes) -> list[PollPerson]:
    new = []
    for number in person_ids:
        nonce = secrets.token_urlsafe(24)
        one = PollPerson(poll_id=poll.key, person_id=number, nonce=nonce, token_hash=fingerprint(nonce))
        poll.asked.append(one)
        new.append(one)
    db.flush()
    for one in new:
        one.token_hash = fingerprint(token_of(one, secret))
    db.flush()
    return new


def _columns(wanted: Wanted) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in Wanted.__dataclass_fields__}


def _checked(wanted: Wanted, before: TimePoll | None = None) -> Wanted:
    wanted = replace(wanted, title=" ".join(wanted.title.split()), purpose=wanted.purpose.strip())
    if not wanted.title:
        raise Refused("Say what it is, in a few words.", "title")
    if len(wanted.title) > LONGEST_TITLE:
        raise Refused(f"That is longer than {LONGEST_TITLE} characters. Shorten it.", "title")
    if wanted.format not in KINDS:
        raise Refused("Choose what kind of gathering it is.", "format")
    checked_minutes(wanted.minutes)
    checked_zone(wanted.zone)
    check_join_url(wanted.join_url)
    is_new = before is None or wanted.answer_by != before.answer_by
    if wanted.answer_by is not None and is_new and wanted.answer_by < clock.today(wanted.zone):
        raise Refused("That day is over. Leave people time to answer.", "answer_by")
    return wanted


def poll_of(db: Session, cohort: Cohort, number: int) -> TimePoll | None:
    """A cohort's poll by its number, with times, people and what is booked."""
    here = _whole().where(TimePoll.id == number, TimePoll.cohort_id == cohort.key, col(TimePoll.archived_at).is_(None))
    return db.exec(here).first()


def polls_of(db: Session, cohort: Cohort) -> list[TimePoll]:
    """A cohort's polls, the latest first."""
    here = _whole().where(TimePoll.cohort_id == cohort.key, col(TimePoll.archived_at).is_(None))
    return list(db.exec(here.order_by(col(TimePoll.id).desc())))


def _whole() -> SelectOfScalar[TimePoll]:
    """Polls with what belongs to them, in as many queries however many there are."""
    return select(TimePoll).options(
        selectinload(relation(TimePoll.asked)).selectinload(relation(PollPerson.person)),
        selectinload(relation(TimePoll.slots)),
        selectinload(relation(TimePoll.booked)),
    )


def asked_by_token(db: Session, token: str) -> PollPerson | None:
    """Whom the address of a letter asks; None for one that was given to nobody."""
    return db.exec(select(PollPerson).where(PollPerson.token_hash == fingerprint(token))).first()


def person_asked(poll: TimePoll, person_id: int | None) -> PollPerson | None:
    """Somebody as one of those asked, or None."""
    return next((one for one in asked_of(poll) if one.person_id == person_id), None)
