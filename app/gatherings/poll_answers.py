"""What those asked say about each time: yes, if need be, or no; they themselves, or who acts for them.

An answer can be changed until the poll is closed. Organizers see who said what; those asked see how many, once they are
signed in; who answers by a letter's link sees their principal's answers and nothing of others' (rule 13).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.offices import Somebody, somebodies
from app.gatherings.polls import asked_of, hold, refuse_closed, slots_of
from app.models import Cohort, Person, PollAnswer, PollPerson, PollSlot, SlotAnswer, TimePoll
from app.people.assistants import assistants_of
from app.people.audit import Refused, verb
from app.people.viewer import Viewer, viewer_of

LONGEST_NOTE = 500


@verb
def answer(
    db: Session, asked: PollPerson, answers: Mapping[int, SlotAnswer], *, note: str = "", by: Viewer
) -> PollPerson:
    """Say when somebody can, by the numbers of times. Times that are not named keep what was said about them; those
    that are not asked about any more are passed over. The same again changes nothing."""
    hold(db, asked.poll)
    refuse_closed(asked.poll)
    if asked.archived_at is not None:
        raise Refused("You are not asked any more.")
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise Refused(f"That is longer than {LONGEST_NOTE} characters. Shorten it.", "note")
    open_slots = {one.key for one in slots_of(asked.poll)}
    given = {number: said for number, said in answers.items() if number in open_slots}
    before = {one.slot_id: one for one in db.exec(select(PollAnswer).where(PollAnswer.asked_id == asked.key))}
    if not given and not before.keys() & open_slots:
        raise Refused("Say for at least one of the times whether it suits.", "answers")
    changed = note != asked.note or any(
        number not in before or before[number].answer is not said for number, said in given.items()
    )
    if not changed:
        return asked
    for number, said in given.items():
        if number in before:
            before[number].answer = said
        else:
            db.add(PollAnswer(asked_id=asked.key, slot_id=number, answer=said))
    asked.note, asked.answered_at, asked.answered_by_id = note, clock.now(), by.actor_id
    db.flush()
    return asked


def bearer_of(db: Session, asked: PollPerson, answers_for: int | None) -> Viewer:
    """Who answers by a letter's link: the person themself, or one of their assistants, by number, in their place.

    Raises Refused for anybody else.
    """
    person = asked.person
    who = next((one for one in helpers_of(db, person.key) if one.key == answers_for), None)
    if answers_for not in (None, person.key) and who is None:
        raise Refused("Say who answers.", "who")
    actor = who or person
    own = viewer_of(db, person.key)
    return replace(own, actor_id=actor.key, actor_name=f"{actor.name[:250]}, by a letter’s link")


def helpers_of(db: Session, person_id: int) -> list[Person]:
    """Who may answer for somebody today."""
    return assistants_of(db, [person_id], clock.today("UTC")).get(person_id, [])


@dataclass(frozen=True, slots=True)
class AskedLine:
    """Somebody who is asked, with what they said by the number of the time. `answered_by` is who answered, where that
    was not they themselves."""

    asked_id: int
    person_id: int
    name: str
    office: str
    place: str
    zone: str
    needed: bool
    told_at: datetime | None
    answered_at: datetime | None
    answered_by: str
    note: str
    answers: Mapping[int, SlotAnswer]
    reachable: bool
    """Whether they, or who acts for them, have an address that a letter can go to."""


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A time with what was said about it."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    yes: int
    if_need_be: int
    no: int
    silent: int
    lacks: tuple[str, ...]
    """Those it cannot be without who said no."""

    @property
    def rank(self) -> tuple[int, int, int, int, datetime]:
        """What suits best first: all needed can, few cannot, few only if need be, few have not said."""
        return len(self.lacks), self.no, self.if_need_be, self.silent, self.starts_at


@dataclass(frozen=True, slots=True)
class Board:
    """All answers of a poll: people by name, times in order."""

    people: tuple[AskedLine, ...]
    slots: tuple[SlotLine, ...]

    @property
    def best(self) -> tuple[SlotLine, ...]:
        return tuple(sorted(self.slots, key=lambda one: one.rank))

    @property
    def answered(self) -> int:
        return sum(one.answered_at is not None for one in self.people)


def board_of(db: Session, cohort: Cohort, poll: TimePoll, people: Mapping[int, Somebody] | None = None) -> Board:
    """Who said what; as many queries for six people as for sixty."""
    asked = asked_of(poll)
    known = people or somebodies(db, person_ids=[one.person_id for one in asked])
    said: dict[int, dict[int, SlotAnswer]] = {one.key: {} for one in asked}
    for row in db.exec(select(PollAnswer).where(col(PollAnswer.asked_id).in_(said))):
        said[row.asked_id][row.slot_id] = row.answer
    others = {one.answered_by_id for one in asked if one.answered_by_id not in (None, one.person_id)}
    names = dict(db.exec(select(Person.id, Person.name).where(col(Person.id).in_(others))).all()) if others else {}
    today = clock.today(cohort.zone)
    helpers = assistants_of(db, [one.person_id for one in asked], clock.today("UTC"))
    lines = []
    for one in asked:
        who = known[one.person_id]
        office = who.office(today, cohort.key)
        lines.append(
            AskedLine(
                one.key,
                one.person_id,
                who.name,
                office.said if office else "",
                who.place_on(today, cohort.key, poll.zone),
                who.zone_on(today, poll.zone),
                one.needed,
                one.told_at,
                one.answered_at,
                names.get(one.answered_by_id, ""),
                one.note,
                said[one.key],
                one.person.email is not None or any(who.email for who in helpers.get(one.person_id, ())),
            )
        )
    lines.sort(key=lambda line: (known[line.person_id].sort_name, line.person_id))
    return Board(tuple(lines), tuple(_slot(slot, lines) for slot in slots_of(poll)))


def _slot(slot: PollSlot, lines: list[AskedLine]) -> SlotLine:
    said = [(line, line.answers.get(slot.key)) for line in lines]

    def count(which: SlotAnswer | None) -> int:
        return sum(answer is which for _, answer in said)

    return SlotLine(
        slot.key,
        slot.starts_at,
        slot.starts_at + timedelta(minutes=slot.poll.minutes),
        count(SlotAnswer.YES),
        count(SlotAnswer.IF_NEED_BE),
        count(SlotAnswer.NO),
        count(None),
        tuple(line.name for line, answer in said if line.needed and answer is SlotAnswer.NO),
    )


def answers_of(db: Session, asked: PollPerson) -> dict[int, SlotAnswer]:
    """What one of those asked said, by the number of the time."""
    rows = db.exec(select(PollAnswer).where(PollAnswer.asked_id == asked.key))
    return {one.slot_id: one.answer for one in rows}
