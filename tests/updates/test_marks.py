"""Marks of readers: a question or an offer at a part of a released update, and the city's answer."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from app.models import MarkKind, UpdateMark
from app.people.audit import Refused
from app.updates.mark_lists import by_part, due_from, marks_on, news_of_marks
from app.updates.marks import (
    answer_mark,
    bring_back_mark,
    leave_mark,
    quarantine_mark,
    release_mark,
    take_back_mark,
)
from tests.updates.stage import Stage

LONG_AGO = datetime(2017, 1, 1, tzinfo=UTC)


@pytest.fixture
def released(stage: Stage) -> Stage:
    with stage.database.write() as db:
        stage.release(db, stage.update(db))
    return stage


def ask(
    stage: Stage, db: Session, name: str, text: str = "Who pays?", part: str = "section:ask", key: str | None = None
) -> UpdateMark:
    by = stage.viewer(db, name)
    return leave_mark(db, stage.update(db), kind=MarkKind.QUESTION, part=part, text=text, device_key=key, by=by)


def seen(stage: Stage, db: Session, name: str) -> list[str]:
    number = stage.update(db).key
    viewer = stage.viewer(db, name)
    found = marks_on(db, [number], viewer, organizer=viewer.is_organizer(stage.cohort_id))
    return [one.said for one in found.get(number, [])]


def test_a_question_is_read_by_the_cohort_with_the_office_of_the_day_rule_8(released: Stage) -> None:
    with released.database.write() as db:
        ask(released, db, "salem/mayor")
        leave_mark(db, released.update(db), kind=MarkKind.WE_CAN_HELP, by=released.viewer(db, "lab/staff"))
    with released.database.read() as db:
        for name in ("oakland/facilitator", "salem/member", "lab/organizer"):
            assert seen(released, db, name) == [
                "Mayor of salem, Mayor, Salem, asks: Who pays?",
                "Staff of lab, Staff, can help",
            ]


def test_an_assistant_marks_for_the_principal(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.release(db, stage.update(db, "salem"))
        by = stage.viewer(db, "oakland/assistant")
        mark = leave_mark(db, stage.update(db, "salem"), kind=MarkKind.QUESTION, text="How?", by=by)
        db.flush()
        assert (mark.person_id, mark.office) == (stage.people["oakland/mayor"], "Mayor, Oakland")
        take_back_mark(db, mark, by=stage.viewer(db, "oakland/mayor"))
        assert mark.archived_at is not None


def test_a_second_click_and_a_device_that_sends_again_leave_one_mark(released: Stage) -> None:
    with released.database.write() as db:
        first = ask(released, db, "salem/mayor")
        assert ask(released, db, "salem/mayor") is first
        sent = ask(released, db, "salem/mayor", "From the train", key="0123456789")
        db.flush()
        take_back_mark(db, sent, by=released.viewer(db, "salem/mayor"))
        assert ask(released, db, "salem/mayor", "From the train", key="0123456789") is sent, (
            "sent again, not left again"
        )
        assert len(db.exec(select(UpdateMark)).all()) == 2


@pytest.mark.parametrize(
    ("name", "text", "part", "said"),
    [
        ("oakland/member", "Why?", "", "own city"),
        ("oakland/assistant", "Why?", "", "own city"),
        ("lab/expert", "Why?", "", "Only people of the cohort"),
        ("tulsa/mayor", "Why?", "", "Only people of the cohort"),
        ("salem/mayor", " ", "", "Write your question"),
        ("salem/mayor", "x" * 1001, "", "1,000 is the most"),
        ("salem/mayor", "Why?", "section:none", "no longer in the update"),
    ],
)
def test_what_cannot_be_left_is_said(released: Stage, name: str, text: str, part: str, said: str) -> None:
    with released.database.write() as db, pytest.raises(Refused, match=said):
        ask(released, db, name, text, part)


def test_nothing_is_left_at_what_is_not_released_rule_5(stage: Stage) -> None:
    with stage.database.write() as db:
        stage.fill(db, stage.update(db))
        with pytest.raises(Refused, match="not released yet"):
            ask(stage, db, "salem/mayor")


def test_the_city_answers_and_only_the_city(released: Stage) -> None:
    with released.database.write() as db:
        mark = ask(released, db, "salem/mayor")
        db.flush()
        for name in ("salem/mayor", "lab/organizer", "lab/staff"):
            with pytest.raises(Refused, match="Only the people of Oakland"):
                answer_mark(db, mark, text="We do", by=released.viewer(db, name))
        answer_mark(db, mark, text="The county does.", by=released.viewer(db, "oakland/facilitator"))
        (one,) = marks_on(db, [mark.update_id], released.viewer(db, "salem/member"), organizer=False)[mark.update_id]
        assert (one.answer, one.answered_by, one.answered_as) == (
            "The county does.",
            "Facilitator of oakland",
            "Facilitator, Oakland",
        )
        answer_mark(db, mark, text="", by=released.viewer(db, "oakland/mayor"))
        assert (mark.answer, mark.answered_at, mark.answered_as) == ("", None, "")


def test_taken_back_it_is_its_authors_alone_and_comes_back_whole(released: Stage) -> None:
    with released.database.write() as db:
        mark = ask(released, db, "salem/mayor")
        db.flush()
        with pytest.raises(Refused, match="Only who left it"):
            take_back_mark(db, mark, by=released.viewer(db, "salem/member"))
        take_back_mark(db, mark, by=released.viewer(db, "salem/mayor"))
        db.flush()
        counts = {name: len(seen(released, db, name)) for name in ("salem/mayor", "oakland/mayor", "lab/organizer")}
        assert counts == {"salem/mayor": 1, "oakland/mayor": 0, "lab/organizer": 0}
        with pytest.raises(Refused, match="taken back"):
            answer_mark(db, mark, text="We do", by=released.viewer(db, "oakland/mayor"))
        bring_back_mark(db, mark, by=released.viewer(db, "salem/mayor"))
        assert seen(released, db, "oakland/mayor") == ["Mayor of salem, Mayor, Salem, asks: Who pays?"]


def test_an_organizer_hides_one_at_once_rule_20(released: Stage) -> None:
    with released.database.write() as db:
        mark = ask(released, db, "salem/mayor", "What about little N.?")
        db.flush()
        with pytest.raises(Refused, match="Only an organizer"):
            quarantine_mark(db, mark, reason="A child", by=released.viewer(db, "oakland/mayor"))
        with pytest.raises(Refused, match="Say why"):
            quarantine_mark(db, mark, reason=" ", by=released.viewer(db, "lab/organizer"))
        quarantine_mark(db, mark, reason="It names a child.", by=released.viewer(db, "lab/organizer"))
        db.flush()
        names = ("salem/mayor", "salem/member", "oakland/mayor", "lab/staff", "lab/organizer")
        assert [len(seen(released, db, name)) for name in names] == [1, 0, 0, 0, 1]
        release_mark(db, mark, by=released.viewer(db, "lab/organizer"))
        db.flush()
        assert [len(seen(released, db, name)) for name in names] == [1] * 5


def test_marks_at_a_part_that_is_gone_stand_with_the_whole(released: Stage) -> None:
    with released.database.write() as db:
        ask(released, db, "salem/mayor")
        ask(released, db, "salem/mayor", "And who after that?", part="section:more")
        number = released.update(db).key
        marks = marks_on(db, [number], released.viewer(db, "salem/mayor"), organizer=False)[number]
        found = by_part(marks, ["section:ask"])
        assert {part: [one.text for one in of] for part, of in found.items()} == {
            "section:ask": ["Who pays?"],
            "": ["And who after that?"],
        }


def test_homes_hear_of_it_the_city_of_questions_the_author_of_answers(released: Stage) -> None:
    with released.database.write() as db:
        mark = ask(released, db, "salem/mayor")
        leave_mark(db, released.update(db), kind=MarkKind.WE_CAN_HELP, by=released.viewer(db, "salem/mayor"))
        db.flush()

        def news(name: str) -> list[str]:
            return [one.title for one in news_of_marks(db, released.viewer(db, name), LONG_AGO)]

        def due(name: str) -> list[str]:
            return [one.title for one in due_from(db, released.viewer(db, name))]

        told = [
            "Mayor, Salem asks about Oakland’s update for Fall 2017",
            "Mayor, Salem can help with Oakland’s update for Fall 2017",
        ]
        assert news("oakland/member") == told
        assert (
            due("oakland/facilitator")
            == due("oakland/assistant")
            == ["Answer a question about Oakland’s update for Fall 2017"]
        )
        assert [due(name) for name in ("oakland/member", "salem/mayor", "lab/organizer")] == [[], [], []]
        assert [news(name) for name in ("salem/mayor", "lab/organizer", "tulsa/mayor", "lab/expert")] == [[]] * 4
        answer_mark(db, mark, text="The county.", by=released.viewer(db, "oakland/facilitator"))
        db.flush()
        assert news("salem/mayor") == ["Oakland answered you"]
        assert due("oakland/facilitator") == []


def test_marks_of_many_updates_are_one_query(released: Stage, queries: list[str]) -> None:
    with released.database.write() as db:
        ask(released, db, "salem/mayor")
        viewer, number = released.viewer(db, "salem/mayor"), released.update(db).key
        queries.clear()
        marks_on(db, [number], viewer, organizer=False)
        few = len(queries)
        for place in range(60):
            ask(released, db, "salem/mayor", f"Question {place}")
        db.flush()
        queries.clear()
        assert len(marks_on(db, [number], viewer, organizer=False)[number]) == 61
        assert len(queries) == few == 1
