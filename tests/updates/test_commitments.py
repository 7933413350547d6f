"""Rule 7: last cycle's commitments come first, and each needs an answer."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from app.models import AnswerState, Cohort, Commitment, Update
from app.people.audit import Refused
from app.updates.approval import approve_update, send_to_mayor
from app.updates.commitments import (
    add_commitment,
    answer_commitment,
    change_commitment,
    last_commitments,
    remove_commitment,
)
from app.updates.content import draft_of
from app.updates.cycles import open_cycle
from app.updates.releases import release_update
from tests.updates.stage import SYSTEM, Stage

MAY = date(2018, 5, 4)


def asked_after(db: Session, update: Update) -> list[str]:
    return [commitment.text for commitment, _ in last_commitments(db, update)]


def promise_in_spring(db: Session, stage: Stage, *texts: str) -> list[Commitment]:
    """Commitments of Oakland's released spring update."""
    update = stage.update(db, cycle="spring")
    made = [add_commitment(db, update, text=text, due_on=date(2017, 9, 1), by=SYSTEM) for text in texts]
    stage.release(db, update)
    return made


def test_the_next_update_answers_for_what_the_released_one_promised_rule_7(stage: Stage) -> None:
    with stage.database.write() as db:
        promise_in_spring(db, stage, "Eighty seats", "A shared calendar")
        add_commitment(db, stage.update(db, "salem", "spring"), text="Salem's", due_on=MAY, by=SYSTEM)
        add_commitment(db, stage.update(db), text="New this time", due_on=MAY, by=SYSTEM)
        assert asked_after(db, stage.update(db)) == ["Eighty seats", "A shared calendar"]
        assert asked_after(db, stage.update(db, cycle="spring")) == []


def test_what_was_never_released_was_not_promised(stage: Stage) -> None:
    with stage.database.write() as db:
        add_commitment(db, stage.update(db, cycle="spring"), text="A draft", due_on=MAY, by=SYSTEM)
        assert asked_after(db, stage.update(db)) == []


@pytest.mark.parametrize("state", list(AnswerState))
def test_each_answer_can_be_given_and_given_anew_rule_7(stage: Stage, state: AnswerState) -> None:
    with stage.database.write() as db:
        (seats,) = promise_in_spring(db, stage, "Eighty seats")
        update = stage.update(db)
        answer_commitment(db, update, seats, state=AnswerState.DONE, note="At first.", by=SYSTEM)
        answer_commitment(db, update, seats, state=state, note="On reflection.", by=SYSTEM)
        assert [(one.state, one.note) for one in draft_of(db, update).answers] == [(state, "On reflection.")]


def test_what_is_done_or_dropped_is_settled_and_the_rest_is_asked_after_again(stage: Stage) -> None:
    with stage.database.write() as db:
        made = promise_in_spring(db, stage, *(state.value for state in AnswerState), "never answered")
        fall = stage.update(db)
        for commitment, state in zip(made, AnswerState, strict=False):
            answer_commitment(db, fall, commitment, state=state, by=SYSTEM)
        later = open_cycle(
            db,
            db.get_one(Cohort, stage.cohort_id),
            slug="later",
            title="Later",
            period=(date(2017, 11, 16), MAY),
            due_on=MAY,
            by=SYSTEM,
        )
        update = stage.update(db, cycle=later.slug)
        everything = [commitment.text for commitment in made]
        assert asked_after(db, update) == everything, "answers of a draft settle nothing yet"
        stage.write(db, fall, "narrative", "x")
        stage.write(db, fall, "ask", "x")
        answer_commitment(db, fall, made[-1], state=AnswerState.CARRIED, by=SYSTEM)
        approve_update(db, fall, by=SYSTEM)
        release_update(db, fall, by=SYSTEM)
        assert asked_after(db, update) == ["on track", "at risk", "carried", "never answered"]


def test_the_mayor_gets_nothing_while_a_commitment_is_unanswered_rule_7(stage: Stage) -> None:
    with stage.database.write() as db:
        promise_in_spring(db, stage, "Eighty seats", "A calendar")
        update = stage.update(db)
        stage.write(db, update, "narrative", "We met.")
        with pytest.raises(Refused) as refused:
            send_to_mayor(db, update, by=SYSTEM)
        assert refused.value.sentence == (
            "Before the mayor can have it, it still needs an answer to “Eighty seats”, an answer to “A calendar” "
            "and the section “Our ask”."
        )


def test_another_citys_commitment_is_not_answered_for(stage: Stage) -> None:
    with stage.database.write() as db:
        (seats,) = promise_in_spring(db, stage, "Eighty seats")
        with pytest.raises(Refused, match="not one that this update answers for"):
            answer_commitment(db, stage.update(db, "salem"), seats, state=AnswerState.DONE, by=SYSTEM)


def test_a_commitment_needs_words_and_a_day(stage: Stage) -> None:
    with stage.database.write() as db:
        for text, due_on, field in ((" ", MAY, "text"), ("Seats", None, "due_on"), ("x" * 2001, MAY, "text")):
            with pytest.raises(Refused) as refused:
                add_commitment(db, stage.update(db), text=text, due_on=due_on, by=SYSTEM)
            assert refused.value.field == field


def test_a_second_click_adds_no_second_commitment(stage: Stage) -> None:
    with stage.database.write() as db:
        for _ in range(2):
            add_commitment(db, stage.update(db), text="Seats", due_on=MAY, by=SYSTEM)
        assert [one.text for one in draft_of(db, stage.update(db)).commitments] == ["Seats"]


def test_a_removed_commitment_is_archived_and_those_left_keep_their_order_rule_21(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        first, second, _ = (
            add_commitment(db, update, text=text, due_on=MAY, by=SYSTEM) for text in ("One", "Two", "Three")
        )
        remove_commitment(db, second, by=SYSTEM)
        change_commitment(db, first, text="One, changed", due_on=MAY, measure_stage="Child outcomes", by=SYSTEM)
        assert [one.text for one in draft_of(db, update).commitments] == ["One, changed", "Three"]
        kept = db.exec(select(Commitment).where(col(Commitment.archived_at).is_not(None))).one()
        assert kept.text == "Two"


def test_another_citys_people_neither_add_nor_change_nor_remove(stage: Stage) -> None:
    with stage.database.write() as db:
        update = stage.update(db)
        commitment = add_commitment(db, update, text="Seats", due_on=MAY, by=SYSTEM)
        salem = stage.viewer(db, "salem/facilitator")
        with pytest.raises(Refused):
            add_commitment(db, update, text="x", due_on=MAY, by=salem)
        with pytest.raises(Refused):
            change_commitment(db, commitment, text="x", due_on=MAY, by=salem)
        with pytest.raises(Refused):
            remove_commitment(db, commitment, by=salem)
        assert (commitment.text, commitment.archived_at) == ("Seats", None)
