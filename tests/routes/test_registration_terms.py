"""The organizers' page of terms: when, places, questions, rooms, choices, notices; and the files of answers."""

from collections.abc import Iterator
from io import BytesIO

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app.database import Database
from app.files import examine, files_of
from app.models import (
    AuditEntry,
    ChoicePlaces,
    Convening,
    LodgingBlock,
    QuestionKind,
    Registration,
    RegistrationQuestion,
)
from app.registration.question_answers import answer_questions, answers_of
from app.registration.questions import QuestionDetails, ask_question
from app.registration.registrations import register
from app.settings import Settings
from tests.conftest import VisitorOf
from tests.registration.choices_stage import workshops
from tests.registration.stage import BY, TWO_WEEKS_BEFORE, Stage, convening, person, set_stage

AT = "/by-all-means/convenings/2017-fall/registration/terms"
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    with time_machine.travel(TWO_WEEKS_BEFORE, tick=True):
        yield set_stage(database)


def here(database: Database, stage: Stage) -> Convening:
    with database.read() as db:
        return convening(db, stage)


def test_an_organizer_sets_each_part_of_the_terms_and_the_others_stay(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    organizer = visitor(stage.people["organizer"])
    assert "Look at the suggested notices" in organizer.get(AT).text
    for fields in (
        {"part": "opening", "opens_at": "2017-10-01T09:00", "closes_at": "2017-11-08T17:30"},
        {"part": "places", "needs_approval": "yes", "hours_to_accept": "24"},
        {"part": "notices", "records_notice": "Kept.", "photo_notice": "", "minors_notice": "None."},
        {"part": "afterwards", "purge_days": "14"},
    ):
        organizer.follow(AT, fields)
    now = here(database, stage)
    assert (f"{now.registration_opens_at:%F %R}", f"{now.registration_closes_at:%F %R}") == (
        "2017-10-01 13:00",  # daylight time in Cambridge until 5 November: rule 14
        "2017-11-08 22:30",
    )
    assert (now.needs_approval, now.hours_to_accept, now.roster_shown, now.purge_days) == (True, 24, False, 14)
    assert (now.records_notice, now.photo_notice, now.minors_notice) == ("Kept.", "", "None.")
    assert "It closes on Wed 8 Nov 2017 at 17:30 EST." in organizer.get(AT).text
    with database.read() as db:
        acts = db.exec(select(AuditEntry.act).where(AuditEntry.subject == "convening").order_by(col(AuditEntry.id)))
        assert list(acts)[-4:] == ["set_opening", *["set_conditions"] * 3]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"part": "opening", "opens_at": "soon"}, "Day and time look like"),
        ({"part": "opening", "opens_at": "2017-11-08T10:00", "closes_at": "2017-11-07T10:00"}, "close before it opens"),
        ({"part": "places", "hours_to_accept": "337"}, "up to two weeks"),
        ({"part": "places", "hours_to_accept": "many"}, "This is a number"),
        ({"part": "afterwards", "purge_days": "999"}, "1 to 365 days"),
        ({"part": "notices", "photo_notice": "x" * 2001}, "2,000 is the most"),
    ],
)
def test_a_mistake_is_said_and_what_was_typed_is_kept(
    database: Database, stage: Stage, visitor: VisitorOf, fields: dict[str, str], said: str
) -> None:
    before = here(database, stage).model_dump()
    answer = visitor(stage.people["organizer"]).post(AT, fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert all(value in answer.text for value in fields.values())
    assert here(database, stage).model_dump() == before


def test_questions_are_asked_changed_ordered_put_away_and_seen_as_a_role_sees_them(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    organizer = visitor(stage.people["organizer"])
    organizer.follow(f"{AT}/questions", {"text": "Where from?", "kind": "text"})
    organizer.follow(f"{AT}/questions", {"text": "Which?", "kind": "choice", "options": "Red\nBlue", "required": "yes"})
    wrong = organizer.post(f"{AT}/questions", {"text": "Alone?", "kind": "choice", "options": "One"})
    assert (wrong.status_code, "two answers or more" in wrong.text, "Alone?" in wrong.text) == (422, True, True)

    def on_record() -> list[tuple[str, bool]]:
        with database.read() as db:
            rows = db.exec(select(RegistrationQuestion).order_by(col(RegistrationQuestion.position)))
            return [(one.text, one.archived_at is None) for one in rows]

    organizer.follow(f"{AT}/questions/2/position", {"to": "up"})
    assert on_record() == [("Which?", True), ("Where from?", True)]
    assert organizer.post(f"{AT}/questions/1", {"text": "", "kind": "text"}).status_code == 422
    organizer.follow(f"{AT}/questions/1", {"text": "From where?", "kind": "text", "role_ids": ["4"]})
    organizer.follow(f"{AT}/questions/2/archiving", {})
    assert on_record() == [("Which?", False), ("From where?", True)]
    assert "From where?" in organizer.get(f"{AT}/preview?role=4").text
    nobody = organizer.get(f"{AT}/preview").text
    assert ("From where?" in nobody, "No question for this role" in nobody) == (False, True)
    organizer.follow(f"{AT}/questions/2/archiving", {"back": "yes"})
    assert on_record() == [("From where?", True), ("Which?", True)]
    assert organizer.post(f"{AT}/questions/99/archiving", {}).status_code == 404


def test_rooms_are_held_changed_and_put_away(database: Database, stage: Stage, visitor: VisitorOf) -> None:
    organizer = visitor(stage.people["organizer"])
    rooms = {"name": "Sheraton " * 30, "rooms": "12", "from_on": "2017-11-13", "until_on": "2017-11-14"}
    organizer.follow(f"{AT}/blocks", rooms)
    wrong = organizer.post(f"{AT}/blocks/1", {**rooms, "until_on": "2017-11-12"})
    assert (wrong.status_code, "The last night is before the first." in wrong.text) == (422, True)
    shown = organizer.follow(f"{AT}/blocks/1", {**rooms, "rooms": "15"}).text
    assert "15 rooms a night, Mon 13 Nov to Tue 14 Nov 2017; 0 taken on the fullest night" in shown
    for form, standing in (({}, False), ({"back": "yes"}, True)):
        organizer.follow(f"{AT}/blocks/1/archiving", form)
        with database.read() as db:
            assert (db.get_one(LodgingBlock, 1).archived_at is None) is standing


def test_the_places_of_a_session_to_choose_are_set_and_a_plenary_has_none(
    database: Database, stage: Stage, visitor: VisitorOf
) -> None:
    with database.write() as db:
        laid = workshops(db, stage)
    organizer = visitor(stage.people["organizer"])
    organizer.follow(f"{AT}/choices", {"session": str(laid["Equity"]), "cap": "30"})
    assert organizer.post(f"{AT}/choices", {"session": str(laid["Equity"]), "cap": "lots"}).status_code == 422
    assert organizer.post(f"{AT}/choices", {"session": str(laid["Welcome"]), "cap": "3"}).status_code == 422
    with database.read() as db:
        assert [(one.session_id, one.cap) for one in db.exec(select(ChoicePlaces))] == [(laid["Equity"], 30)]


def test_the_page_takes_as_many_queries_for_many_questions_and_blocks_as_for_few(
    database: Database, stage: Stage, visitor: VisitorOf, queries: list[str]
) -> None:
    organizer = visitor(stage.people["organizer"])
    counted = []
    for number in range(3):
        for more in range(number * 4 + 1):
            organizer.follow(f"{AT}/questions", {"text": f"{number} {more}?", "kind": "text"})
            block = {"name": f"H{more}", "rooms": "2", "from_on": "2017-11-13", "until_on": "2017-11-14"}
            organizer.follow(f"{AT}/blocks", block)
        queries.clear()
        assert organizer.get(AT).status_code == 200
        counted.append(len(queries))
    assert len(set(counted)) == 1


def test_a_file_of_an_answer_is_for_its_person_and_the_organizers_to_save_only(
    database: Database, stage: Stage, app: FastAPI, settings: Settings, visitor: VisitorOf
) -> None:
    """Rules 12 and 20."""
    with database.write() as db:
        question = ask_question(db, convening(db, stage), QuestionDetails("CV?", QuestionKind.FILE), by=BY)
        mayor = register(db, convening(db, stage), person(db, stage, "oakland mayor"), by=BY)
        arrival = examine(BytesIO(PDF), "../a <b>.html", megabytes=1)
        answer_questions(db, mayor, {}, {question.key: arrival}, files_of(settings), by=BY)
        number = _answer(db, mayor, question.key)
    address = f"{AT.removesuffix('/terms')}/answers/{number}/file"
    answers = {who: visitor(stage.people[who]).get(address) for who in stage.people}
    assert {who for who, answer in answers.items() if answer.status_code == 200} == {"oakland mayor", "organizer"}
    assert {answer.status_code for answer in answers.values()} == {200, 404}
    sent = answers["organizer"]
    assert sent.content == PDF
    assert sent.headers["content-disposition"].startswith("attachment;")
    assert (sent.headers["x-content-type-options"], sent.headers["content-type"]) == (
        "nosniff",
        "application/octet-stream",
    )


def _answer(db: Session, registration: Registration, question_id: int) -> int:
    return answers_of(db, registration)[question_id].key
