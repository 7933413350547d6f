"""Where somebody is asked when they can meet: on their home, and on the list of gatherings."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.polls import cover_of
from app.models import Cohort, PollPerson, TimePoll
from app.people.due import Due
from app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Asking:
    """A poll that asks the viewer, or whom they act for; by its cover where they are not in the room (rule 13)."""

    cohort_id: int
    title: str
    url: str
    answer_by: date | None
    answered: bool


def asking(db: Session, viewer: Viewer) -> list[Asking]:
    """The open polls by which the viewer was asked, those without their answer first. One query."""
    if viewer.person_id is None:
        return []
    rows = db.exec(
        select(PollPerson, TimePoll, Cohort)
        .join(TimePoll, col(TimePoll.id) == PollPerson.poll_id)
        .join(Cohort, col(Cohort.id) == TimePoll.cohort_id)
        .where(
            PollPerson.person_id == viewer.person_id,
            col(PollPerson.archived_at).is_(None),
            col(PollPerson.told_at).is_not(None),
            col(TimePoll.closed_at).is_(None),
            col(TimePoll.archived_at).is_(None),
        )
        .order_by(col(PollPerson.answered_at).is_not(None), col(TimePoll.answer_by), col(TimePoll.id))
    )
    in_cohorts = {office.cohort_id for office in viewer.offices}
    return [
        Asking(
            cohort.key,
            cover_of(poll) if viewer.acting else poll.title,
            f"/{cohort.slug}/gatherings/times/{poll.key}/answer",
            poll.answer_by,
            row.answered_at is not None,
        )
        for row, poll, cohort in rows
        if cohort.key in in_cohorts
    ]


def due_from(db: Session, viewer: Viewer) -> list[Due]:
    """What of it is still to be answered; and for organizers what is to be booked, once all have answered or nobody
    needs to any more."""
    silent = (one for one in asking(db, viewer) if not one.answered)
    return [
        *(Due("Say when you can meet", one.url, one.answer_by, one.title) for one in silent),
        *_to_book(db, viewer),
    ]


def _to_book(db: Session, viewer: Viewer) -> list[Due]:
    """One query, whatever there is."""
    organized = {office.cohort_id for office in viewer.offices if viewer.is_organizer(office.cohort_id)}
    if not organized:
        return []
    is_asked = col(PollPerson.told_at).is_not(None) & col(PollPerson.archived_at).is_(None)
    rows = db.execute(
        sa.select(TimePoll, Cohort, sa.func.count(col(PollPerson.id)), sa.func.count(col(PollPerson.answered_at)))
        .join(Cohort, col(Cohort.id) == TimePoll.cohort_id)
        .join(PollPerson, sa.and_(col(PollPerson.poll_id) == TimePoll.id, is_asked))
        .where(
            col(TimePoll.cohort_id).in_(organized),
            col(TimePoll.closed_at).is_(None),
            col(TimePoll.archived_at).is_(None),
        )
        .group_by(col(TimePoll.id), col(Cohort.id))
        .order_by(col(TimePoll.id))
    )
    found = []
    for poll, cohort, asked, answered in rows:
        is_over = poll.answer_by is not None and poll.answer_by < clock.today(poll.zone)
        if answered == asked or is_over:
            url, detail = f"/{cohort.slug}/gatherings/times/{poll.key}", f"{poll.title}: {answered} of {asked} answered"
            found.append(Due("Book a time", url, poll.answer_by, detail))
    return found
