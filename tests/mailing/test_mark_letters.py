"""Readers' marks by letter: one to a city for all of an hour, none at night, each told once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select

from app.database import Database
from app.mailing.mark_letters import send_mark_letters
from app.models import MarkKind, OutboxLetter, Revision, UpdateMark
from app.settings import Settings
from app.updates.marks import answer_mark, leave_mark, quarantine_mark, take_back_mark
from tests.updates.stage import Stage, set_stage

TUESDAY = datetime(2017, 10, 24, 17, tzinfo=UTC)
"""10:00 in Oakland, 13:00 in Salem."""

HOUR = timedelta(hours=1)


@pytest.fixture
def stage(database: Database, clock_at: time_machine.Traveller) -> Stage:
    stage = set_stage(database)
    with database.write() as db:
        stage.release(db, stage.update(db))
    return stage


@pytest.fixture
def clock_at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def ask(stage: Stage, text: str = "Who pays?", kind: MarkKind = MarkKind.QUESTION) -> int:
    with stage.database.write() as db:
        by = stage.viewer(db, "salem/mayor")
        mark = leave_mark(db, stage.update(db), kind=kind, part="section:ask", text=text, by=by)
        db.flush()
        return mark.key


def letters(stage: Stage, purpose: str = "update-marks") -> list[OutboxLetter]:
    with stage.database.read() as db:
        wanted = select(OutboxLetter).where(OutboxLetter.purpose == purpose).order_by(col(OutboxLetter.id))
        return list(db.exec(wanted))


def test_a_city_has_one_letter_of_all_that_came_within_the_hour(
    stage: Stage, settings: Settings, clock_at: time_machine.Traveller
) -> None:
    ask(stage)
    clock_at.shift(timedelta(minutes=40))
    ask(stage, "We did this in 2016.", MarkKind.WE_CAN_HELP)
    assert send_mark_letters(stage.database, settings) == 0, "the first has not waited an hour"
    clock_at.shift(timedelta(minutes=21))
    assert send_mark_letters(stage.database, settings) == 3
    assert send_mark_letters(stage.database, settings) == 0
    told = letters(stage)
    assert sorted(letter.recipient for letter in told) == [
        "Assistant of oakland <assistant@oakland.example>",
        "Facilitator of oakland <facilitator@oakland.example>",
        "Mayor of oakland <mayor@oakland.example>",
    ]
    text = told[0].text
    assert text.index("Mayor of salem, Mayor, Salem, asks:\nWho pays?") < text.index("can help:\nWe did this in 2016.")
    assert f"{settings.address}/by-all-means/updates/fall/oakland#marks" in text
    assert told[0].subject == "Oakland’s update for Fall 2017: readers have left 2 things"


def test_what_was_taken_back_or_hidden_meanwhile_is_in_no_letter(
    stage: Stage, settings: Settings, clock_at: time_machine.Traveller
) -> None:
    gone, hidden = ask(stage, "Never mind"), ask(stage, "What of little N.?")
    with stage.database.write() as db:
        take_back_mark(db, db.get_one(UpdateMark, gone), by=stage.viewer(db, "salem/mayor"))
        organizer = stage.viewer(db, "lab/organizer")
        quarantine_mark(db, db.get_one(UpdateMark, hidden), reason="A child", by=organizer)
    clock_at.shift(2 * HOUR)
    assert (send_mark_letters(stage.database, settings), letters(stage)) == (0, [])


def test_nights_and_weekends_of_the_city_are_quiet(
    stage: Stage, settings: Settings, clock_at: time_machine.Traveller
) -> None:
    clock_at.move_to(datetime(2017, 10, 28, 2, 30, tzinfo=UTC))  # Friday 19:30 in Oakland
    ask(stage)
    clock_at.shift(2 * HOUR)
    assert send_mark_letters(stage.database, settings) == 0, "21:30 on a Friday"
    clock_at.move_to(datetime(2017, 10, 30, 14, 59, tzinfo=UTC))
    assert send_mark_letters(stage.database, settings) == 0, "07:59 on Monday in Oakland"
    clock_at.move_to(datetime(2017, 10, 30, 15, 1, tzinfo=UTC))
    assert send_mark_letters(stage.database, settings) == 3


def test_the_author_has_a_letter_of_the_answers_once(
    stage: Stage, settings: Settings, clock_at: time_machine.Traveller
) -> None:
    number = ask(stage)
    with stage.database.write() as db:
        mark = db.get_one(UpdateMark, number)
        answer_mark(db, mark, text="The county does.", by=stage.viewer(db, "oakland/facilitator"))
    clock_at.shift(HOUR + timedelta(minutes=1))
    send_mark_letters(stage.database, settings)
    send_mark_letters(stage.database, settings)
    (letter,) = letters(stage, "update-mark-answers")
    assert (letter.recipient, letter.subject) == ("Mayor of salem <mayor@salem.example>", "Oakland answered you")
    assert "Oakland, Facilitator, Oakland:\nThe county does." in letter.text


def test_two_workers_at_once_write_each_letter_once_and_raise_no_revision(
    stage: Stage, settings: Settings, clock_at: time_machine.Traveller
) -> None:
    for number in range(5):
        ask(stage, f"Question {number}")
    clock_at.shift(2 * HOUR)
    before = revision(stage)
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda _: send_mark_letters(stage.database, settings), range(2)))
    assert (sorted(sent), len(letters(stage)), revision(stage)) == ([0, 3], 3, before)


def revision(stage: Stage) -> int:
    with stage.database.read() as db:
        return one(db)


def one(db: Session) -> int:
    return db.exec(select(Revision.number)).one()
