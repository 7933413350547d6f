"""Who has not said when they can meet, and is to be reminded of it: once, on the morning of their last working day
before the answer is due, and never on the day on which they were asked."""

from datetime import datetime, time, timedelta

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.offices import somebodies
from app.gatherings.polls import asked_of, slots_of
from app.models import OutboxLetter, PollPerson, TimePoll
from app.models.base import relation
from app.people.assistants import assistants_of
from app.people.quiet import awake, morning_before

A_DAY = timedelta(days=1)
PURPOSE = "poll-reminder"
"""What the letters are for, as the outbox has it; their keys go on with the number of who is asked."""


def due_reminders(db: Session) -> list[tuple[TimePoll, list[PollPerson]]]:
    """Whom to remind now, by poll. As many queries for many people as for few."""
    today = clock.today("UTC")
    polls = db.exec(
        select(TimePoll)
        .where(
            col(TimePoll.closed_at).is_(None),
            col(TimePoll.archived_at).is_(None),
            col(TimePoll.answer_by) >= today - A_DAY,
            col(TimePoll.answer_by) <= today + 4 * A_DAY,
        )
        .order_by(col(TimePoll.id))
        .options(
            selectinload(relation(TimePoll.asked)).selectinload(relation(PollPerson.person)),
            selectinload(relation(TimePoll.slots)),
        )
    ).all()
    silent = [one for poll in polls for one in asked_of(poll) if one.told_at is not None and one.answered_at is None]
    if not silent:
        return []
    numbers = [one.person_id for one in silent]
    people, helpers = somebodies(db, person_ids=numbers), assistants_of(db, numbers, today)
    lately = select(OutboxLetter.unique_key).where(
        OutboxLetter.purpose == PURPOSE, OutboxLetter.created_at > clock.now() - 10 * A_DAY
    )
    reminded = {key.split(":")[1] for key in db.exec(lately)}
    found = []
    for poll in polls:
        due = [
            one
            for one in silent
            if one.poll_id == poll.key
            and (one.person.email or helpers.get(one.person_id))
            and str(one.key) not in reminded
            and slots_of(poll)
            and _is_due(poll, one, people[one.person_id].zone_on(today, poll.zone))
        ]
        if due:
            found.append((poll, due))
    return found


def _is_due(poll: TimePoll, one: PollPerson, zone: str) -> bool:
    assert poll.answer_by is not None
    assert one.told_at is not None
    over = clock.at(poll.answer_by + A_DAY, time(), zone)
    meant = max(morning_before(over - A_DAY - timedelta(minutes=1), zone), awake(one.told_at + A_DAY, zone))
    return meant <= clock.now() < over and _is_awake(clock.now(), zone)


def _is_awake(moment: datetime, zone: str) -> bool:
    return awake(moment, zone) == moment
