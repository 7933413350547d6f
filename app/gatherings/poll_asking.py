"""Where somebody is asked when they can meet: on their home, and on the list of gatherings."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

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
    """What of it is still to be answered."""
    silent = (one for one in asking(db, viewer) if not one.answered)
    return [Due("Say when you can meet", one.url, one.answer_by, one.title) for one in silent]
