"""Commitments and asks across cities, from released updates alone."""

from datetime import date

import pytest

from app.database import Database
from app.learning.asks import asks_of
from app.learning.kept import Kept, commitments_of, kept_by_city, narrowed
from app.models import AnswerState, Commitment
from app.updates.approval import approve_update
from app.updates.commitments import add_commitment, answer_commitment
from app.updates.content import draft_of
from app.updates.redactions import redact
from app.updates.releases import begin_correction, release_update
from tests.updates.stage import SYSTEM, Stage, set_stage


@pytest.fixture
def stage(database: Database, in_the_sample: object) -> Stage:
    """Spring is out for both cities; Oakland's fall update says what became of its two promises."""
    stage = set_stage(database)
    with database.write() as db:
        for city in ("oakland", "salem"):
            update = stage.update(db, city, "spring")
            for text in ("Eighty seats", "A calendar"):
                add_commitment(
                    db, update, text=f"{city}: {text}", due_on=date(2017, 9, 1), measure_stage=text[:5], by=SYSTEM
                )
            stage.release(db, update, f"Spring of {city}")
        update = stage.update(db)
        stage.fill(db, update, "Fall of oakland")
        seats, calendar = draft_of(db, update).answers
        for answer, state in ((seats, AnswerState.DONE), (calendar, AnswerState.DROPPED)):
            row = db.get_one(Commitment, answer.commitment)
            answer_commitment(db, update, row, state=state, note=f"It is {state.value}.", by=SYSTEM)
        approve_update(db, update, by=SYSTEM)
    return stage


def release_fall(stage: Stage) -> None:
    with stage.database.write() as db:
        release_update(db, stage.update(db), by=SYSTEM)


def test_an_unreleased_answer_is_not_known_here_rule_5(stage: Stage) -> None:
    with stage.database.read() as db:
        assert [(one.text, one.state, one.note) for one in commitments_of(db, stage.cohort_id)] == [
            ("oakland: Eighty seats", None, ""),
            ("oakland: A calendar", None, ""),
            ("salem: Eighty seats", None, ""),
            ("salem: A calendar", None, ""),
        ]


def test_a_released_answer_stands_beside_its_commitment_rule_7(stage: Stage) -> None:
    release_fall(stage)
    with stage.database.read() as db:
        found = commitments_of(db, stage.cohort_id)
    assert [(one.text, one.state, one.note, one.said_in) for one in narrowed(found, city="oakland")] == [
        ("oakland: Eighty seats", AnswerState.DONE, "It is done.", "Fall 2017"),
        ("oakland: A calendar", AnswerState.DROPPED, "It is dropped.", "Fall 2017"),
    ]
    assert [one.text for one in narrowed(found, state="open")] == ["salem: Eighty seats", "salem: A calendar"]
    assert [one.text for one in narrowed(found, state=AnswerState.DONE)] == ["oakland: Eighty seats"]
    assert [one.city for one in narrowed(found, stage="Eight")] == ["Oakland", "Salem"]
    assert narrowed(found, city="salem", state=AnswerState.DONE) == []
    assert kept_by_city(found) == [
        Kept("Oakland", "oakland", dict.fromkeys(AnswerState, 0) | {AnswerState.DONE: 1, AnswerState.DROPPED: 1}, 0),
        Kept("Salem", "salem", dict.fromkeys(AnswerState, 0), 2),
    ]


def test_an_ask_is_that_of_the_last_released_update(stage: Stage) -> None:
    with stage.database.read() as db:
        spring = [(ask.city, ask.cycle, ask.body) for ask in asks_of(db, stage.cohort_id)]
    release_fall(stage)
    with stage.database.read() as db:
        fall = [(ask.city, ask.cycle, ask.body) for ask in asks_of(db, stage.cohort_id)]
    salem = ("Salem", "Spring 2017", "Spring of salem of the ask")
    assert spring == [("Oakland", "Spring 2017", "Spring of oakland of the ask"), salem]
    assert fall == [("Oakland", "Fall 2017", "Fall of oakland of the ask"), salem]


def test_the_draft_of_a_correction_and_redacted_words_have_no_part_in_it_rules_5_and_6(stage: Stage) -> None:
    with stage.database.write() as db:
        spring = stage.update(db, "salem", "spring")
        number = draft_of(db, spring).commitments[0].id
        redact(db, spring, part=f"commitment:{number}", reason="Why", by=SYSTEM)
        redact(db, spring, part="section:ask", reason="Why", by=SYSTEM)
        begin_correction(db, spring, by=SYSTEM)
        stage.write(db, spring, "ask", "Not yet")
        add_commitment(db, spring, text="Not yet", due_on=date(2018, 5, 4), by=SYSTEM)
    with stage.database.read() as db:
        of_salem = narrowed(commitments_of(db, stage.cohort_id), city="salem")
        assert [(one.text, one.redaction is not None) for one in of_salem] == [("", True), ("salem: A calendar", False)]
        ask = next(ask for ask in asks_of(db, stage.cohort_id) if ask.city == "Salem")
        assert (ask.body, ask.redaction is not None) == ("", True)


def test_another_cohort_sees_none_of_it(stage: Stage) -> None:
    with stage.database.read() as db:
        assert (commitments_of(db, stage.cohort_id + 1), asks_of(db, stage.cohort_id + 1)) == ([], [])


def test_each_is_one_query(stage: Stage, queries: list[str]) -> None:
    with stage.database.read() as db:
        queries.clear()
        commitments_of(db, stage.cohort_id)
        asks_of(db, stage.cohort_id)
        assert len([one for one in queries if one.startswith("SELECT")]) == 2
