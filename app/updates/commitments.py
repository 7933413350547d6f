"""Commitments, and rule 7: last cycle's come first in the next update, and each needs an answer."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from app import clock
from app.models import AnswerState, Commitment, CommitmentAnswer, Update, UpdateCycle
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.updates.writing import hold_for_writing

CLOSED = (AnswerState.DONE, AnswerState.DROPPED)
LONGEST = 2000


@verb
def answer_commitment(
    db: Session, update: Update, commitment: Commitment, *, state: AnswerState, note: str = "", by: Viewer
) -> CommitmentAnswer:
    """Say in this update what became of an earlier commitment (rule 7). Answering again changes the answer."""
    hold_for_writing(db, update, by)
    if commitment.key not in {row.key for row, _ in last_commitments(db, update)}:
        raise Refused("This commitment is not one that this update answers for.")
    note = as_written(note, longest=LONGEST, field="note")
    answer = db.exec(
        select(CommitmentAnswer).where(
            CommitmentAnswer.commitment_id == commitment.key, CommitmentAnswer.update_id == update.key
        )
    ).first() or CommitmentAnswer(commitment_id=commitment.key, update_id=update.key, state=state)
    answer.state = state
    answer.note = note
    db.add(answer)
    return answer


@verb
def add_commitment(
    db: Session, update: Update, *, text: str, due_on: date | None, measure_stage: str = "", by: Viewer
) -> Commitment:
    """Commit the city to something by a day. The same words twice are one commitment: a second click adds none."""
    hold_for_writing(db, update, by)
    text, stage = _checked(text, due_on, measure_stage)
    mine = db.exec(select(Commitment).where(Commitment.update_id == update.key, col(Commitment.archived_at).is_(None)))
    for twin in mine:
        if (twin.text, twin.due_on) == (text, due_on):
            return twin
    last = select(func.coalesce(func.max(Commitment.position), -1)).where(Commitment.update_id == update.key)
    commitment = Commitment(
        update_id=update.key,
        city_id=update.city_id,
        text=text,
        due_on=due_on,
        measure_stage=stage,
        position=db.exec(last).one() + 1,
    )
    db.add(commitment)
    return commitment


@verb
def change_commitment(
    db: Session, commitment: Commitment, *, text: str, due_on: date | None, measure_stage: str = "", by: Viewer
) -> Commitment:
    """Say a commitment anew. Refuses when the update is closed to writing, and what does not fit."""
    hold_for_writing(db, commitment.update, by)
    commitment.text, commitment.measure_stage = _checked(text, due_on, measure_stage)
    commitment.due_on = due_on
    db.add(commitment)
    return commitment


@verb
def remove_commitment(db: Session, commitment: Commitment, *, by: Viewer) -> None:
    """Take a commitment out of its draft; it is archived, not deleted (rule 21)."""
    hold_for_writing(db, commitment.update, by)
    commitment.archived_at = commitment.archived_at or clock.now()
    db.add(commitment)


def last_commitments(db: Session, update: Update) -> Sequence[tuple[Commitment, UpdateCycle]]:
    """The city's commitments that this update answers for, the latest cycle's first, each with its cycle.

    They are those of its earlier released updates in this cohort which no update before this one has called
    done or dropped: what is on track, at risk or carried is asked after again.
    """
    this = db.get_one(UpdateCycle, update.cycle_id)
    return db.exec(_open_before(this).where(Commitment.city_id == update.city_id)).all()


def open_before(db: Session, cycle: UpdateCycle) -> Sequence[tuple[Commitment, UpdateCycle]]:
    """What the updates of a cycle answer for, of all cities; one query."""
    return db.exec(_open_before(cycle)).all()


def _open_before(this: UpdateCycle) -> Select[Commitment, UpdateCycle]:
    closed_before = (
        select(CommitmentAnswer.id)
        .join(Update, col(Update.id) == CommitmentAnswer.update_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(
            CommitmentAnswer.commitment_id == Commitment.id,
            col(CommitmentAnswer.state).in_(CLOSED),
            col(Update.released_at).is_not(None),
            UpdateCycle.period_ends_on < this.period_ends_on,
        )
        .correlate(Commitment)
        .exists()
    )
    return (
        select(Commitment, UpdateCycle)
        .join(Update, col(Update.id) == Commitment.update_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(
            UpdateCycle.cohort_id == this.cohort_id,
            UpdateCycle.period_ends_on < this.period_ends_on,
            col(Update.released_at).is_not(None),
            col(Commitment.archived_at).is_(None),
            ~closed_before,
        )
        .order_by(col(UpdateCycle.period_ends_on).desc(), col(Commitment.position), col(Commitment.id))
    )


def _checked(text: str, due_on: date | None, measure_stage: str) -> tuple[str, str]:
    text = as_written(text, longest=LONGEST, field="text")
    if not text:
        raise Refused("Say what the city will do.", "text")
    if due_on is None:
        raise Refused("A commitment says by when: give a date.", "due_on")
    return text, as_written(measure_stage, longest=120, field="measure_stage")
