"""The organizers' own questions: asked by role, ordered, put away; answered with a sentence at each mistake."""

from io import BytesIO
from pathlib import Path

import pytest
from sqlmodel import Session, select

from app.database import Database
from app.files import Arrival, Files, Unacceptable, examine
from app.models import AuditEntry, QuestionKind, Registration, RegistrationQuestion, Role
from app.people.audit import Refused
from app.registration.question_answers import (
    answer_questions,
    answered_by,
    answers_of,
    read_answers,
    unanswered,
)
from app.registration.questions import (
    QuestionDetails,
    archive_question,
    ask_question,
    change_question,
    move_question,
    questions_for,
    questions_of,
    restore_question,
)
from app.registration.registrations import register
from tests.registration.stage import BY, Stage, convening, more_members, person

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"


def asked(database: Database, stage: Stage, **details: object) -> int:
    with database.write() as db:
        return ask_question(db, convening(db, stage), QuestionDetails(**details), by=BY).key  # type: ignore[arg-type]


def role(db: Session, slug: str) -> int:
    return db.exec(select(Role).where(Role.slug == slug)).one().key


def registered(database: Database, stage: Stage, who: str) -> int:
    with database.write() as db:
        return register(db, convening(db, stage), person(db, stage, who), by=BY).key


def texts(database: Database, stage: Stage, *, archived: bool = False) -> list[str]:
    with database.read() as db:
        return [one.text for one in questions_of(db, convening(db, stage), archived=archived)]


def answer(database: Database, number: int, said: dict[int, str]) -> None:
    with database.write() as db:
        answer_questions(db, db.get_one(Registration, number), said, by=BY)


def handed(content: bytes, name: str = "cv.pdf") -> Arrival:
    return examine(BytesIO(content), name, megabytes=1)


def test_questions_stand_in_the_order_in_which_they_are_put(database: Database, stage: Stage) -> None:
    first, _, third = (asked(database, stage, text=text) for text in ("One?", "Two?", "Three?"))
    with database.write() as db:
        here = convening(db, stage)
        move_question(db, here, db.get_one(RegistrationQuestion, third), up=True, by=BY)
        move_question(db, here, db.get_one(RegistrationQuestion, first), up=True, by=BY)
    assert texts(database, stage) == ["One?", "Three?", "Two?"]


def test_a_question_put_away_is_not_asked_and_comes_back_as_the_last_with_its_answers(
    database: Database, stage: Stage
) -> None:
    """Rule 21."""
    first = asked(database, stage, text="One?")
    asked(database, stage, text="Two?")
    mayor = registered(database, stage, "oakland mayor")
    answer(database, mayor, {first: "Yes indeed"})
    with database.write() as db:
        archive_question(db, db.get_one(RegistrationQuestion, first), by=BY)
    assert (texts(database, stage), texts(database, stage, archived=True)) == (["Two?"], ["One?"])
    with pytest.raises(Refused, match="not asked any more"):
        answer(database, mayor, {first: "Again"})
    with database.write() as db:
        restore_question(db, convening(db, stage), db.get_one(RegistrationQuestion, first), by=BY)
    assert texts(database, stage) == ["Two?", "One?"]
    with database.read() as db:
        assert answers_of(db, db.get_one(Registration, mayor))[first].text == "Yes indeed"


def test_a_question_for_a_role_is_asked_of_that_role_alone(database: Database, stage: Stage) -> None:
    with database.read() as db:
        mayors, members = role(db, "mayor"), role(db, "member")
    for_all = asked(database, stage, text="All?")
    for_mayors = asked(database, stage, text="Mayors?", role_ids=(mayors,))
    with database.read() as db:
        here = convening(db, stage)
        assert [one.key for one in questions_for(db, here, mayors)] == [for_all, for_mayors]
        assert [one.key for one in questions_for(db, here, members)] == [for_all]
        assert [one.key for one in questions_for(db, here, None)] == [for_all]
    member = registered(database, stage, "oakland member 1")
    with pytest.raises(Refused, match="not asked any more") as refused:
        answer(database, member, {for_mayors: "I am no mayor"})
    assert refused.value.field == f"question-{for_mayors}"


def test_what_a_question_cannot_be_is_said_at_its_field(database: Database, stage: Stage) -> None:
    for details, field in (
        ({"text": " \n "}, "text"),
        ({"text": "x" * 301}, "text"),
        ({"text": "Which?", "kind": QuestionKind.CHOICE, "options": ("One", " one  ", "")}, None),
        ({"text": "Which?", "kind": QuestionKind.CHOICE, "options": ("One", " One  ", "")}, "options"),
        ({"text": "Which?", "help": "x" * 501}, "help"),
        ({"text": "Which?", "role_ids": (99999,)}, "role_ids"),
    ):
        if field is None:
            asked(database, stage, **details)
            continue
        with pytest.raises(Refused) as refused:
            asked(database, stage, **details)
        assert refused.value.field == field
    assert texts(database, stage) == ["Which?"]


def test_the_kind_of_a_question_stays_once_somebody_has_answered(database: Database, stage: Stage) -> None:
    number = asked(database, stage, text="When?")
    for kind in (QuestionKind.DATE, QuestionKind.TEXT):
        with database.write() as db:
            question = db.get_one(RegistrationQuestion, number)
            change_question(db, convening(db, stage), question, QuestionDetails("When?", kind), by=BY)
    answer(database, registered(database, stage, "oakland mayor"), {number: "Soon"})
    with database.write() as db:
        question, here = db.get_one(RegistrationQuestion, number), convening(db, stage)
        with pytest.raises(Refused, match="Put it away") as refused:
            change_question(db, here, question, QuestionDetails("When?", QuestionKind.DATE), by=BY)
    assert refused.value.field == "kind"


def test_each_answer_that_is_not_of_its_kind_is_said_at_its_own_field(database: Database, stage: Stage) -> None:
    text = asked(database, stage, text="Words?")
    choice = asked(database, stage, text="Which?", kind=QuestionKind.CHOICE, options=("Red", "Blue"))
    yes_no = asked(database, stage, text="Really?", kind=QuestionKind.YES_NO)
    day = asked(database, stage, text="When?", kind=QuestionKind.DATE)
    file = asked(database, stage, text="Your page?", kind=QuestionKind.FILE)
    said = {text: "x" * 2001, choice: "Green", yes_no: "maybe", day: "2017-02-30"}
    with database.read() as db:
        questions = questions_of(db, convening(db, stage))
    kept, files, errors = read_answers(questions, said, {file: "This file is empty."})
    assert (kept, files) == ({}, {})
    assert errors == {
        f"question-{text}": "That is 2,001 characters; 2,000 fit. Nothing was cut.",
        f"question-{choice}": "Choose one of the answers.",
        f"question-{yes_no}": "Say yes or no.",
        f"question-{day}": "A day looks like 2017-11-14.",
        f"question-{file}": "This file is empty.",
    }
    right = {text: " a\r\nb ", choice: "Blue", yes_no: "no", day: "2017-11-14"}
    assert read_answers(questions, right, {}) == (
        {text: "a\nb", choice: "Blue", yes_no: "no", day: "2017-11-14"},
        {},
        {},
    )


def test_a_required_question_may_stay_open_and_is_known_to(database: Database, stage: Stage) -> None:
    number = asked(database, stage, text="Needed?", required=True)
    asked(database, stage, text="Else?")
    registration = registered(database, stage, "oakland mayor")
    with database.read() as db:
        questions = questions_of(db, convening(db, stage))
        assert read_answers(questions, {number: " "}, {}) == ({number: ""}, {}, {})
        assert unanswered(questions, {}) == questions[:1]
    answer(database, registration, {number: "Here"})
    with database.read() as db:
        known = answers_of(db, db.get_one(Registration, registration))
        assert unanswered(questions, known) == []


def test_an_answer_is_changed_and_taken_back_and_the_log_says_only_that(database: Database, stage: Stage) -> None:
    """Rule 12: what was answered never stands in the log."""
    number = asked(database, stage, text="A secret?")
    mayor = registered(database, stage, "oakland mayor")
    for said in ("the first secret", "the second secret", ""):
        answer(database, mayor, {number: said})
        with database.read() as db:
            assert answers_of(db, db.get_one(Registration, mayor))[number].text == said
    with database.read() as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.subject == "registration_answer")).all()
        told = [((one.before or {}).get("text"), (one.after or {}).get("text")) for one in entries]
        assert told == [(None, "(private)"), ("(private)", "(private)"), ("(private)", "")]
        assert "secret" not in "".join(f"{one.before}{one.after}" for one in entries)


def test_a_file_is_kept_by_its_content_under_a_name_that_can_do_no_harm(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    """Rule 20: names are never trusted."""
    number = asked(database, stage, text="Your page?", kind=QuestionKind.FILE, required=True)
    mayor = registered(database, stage, "oakland mayor")
    files = Files(tmp_path)
    arrival = handed(PDF, "../../etc/cron.d/<script>.exe")
    with database.write() as db:
        answer_questions(db, db.get_one(Registration, mayor), {}, {number: arrival}, files, by=BY)
    with database.read() as db:
        kept = answers_of(db, db.get_one(Registration, mayor))[number]
        assert (kept.text, kept.file_name, kept.digest) == ("PDF", "-script-.pdf", arrival.digest)
    assert b"".join(files.pieces(arrival.digest)) == PDF
    answer(database, mayor, {number: ""})
    with database.read() as db:
        kept = answers_of(db, db.get_one(Registration, mayor))[number]
        assert (kept.text, kept.file_name, kept.digest) == ("", "", None)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"<html><script>alert(1)</script>", "face.png", "not a file that is taken"),
        (b"", "face.png", "empty"),
        (b"%PDF-" + b"0" * (1 << 20), "large.pdf", "larger than 1 MB"),
    ],
)
def test_a_hostile_file_is_refused_before_anything_is_kept(content: bytes, name: str, said: str) -> None:
    with pytest.raises(Unacceptable, match=said):
        handed(content, name)


def test_a_text_in_the_place_of_a_file_and_a_file_in_the_place_of_a_text_are_refused(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    text = asked(database, stage, text="Words?")
    file = asked(database, stage, text="Your page?", kind=QuestionKind.FILE)
    mayor = registered(database, stage, "oakland mayor")
    with pytest.raises(Refused, match="Choose a file"):
        answer(database, mayor, {file: "../../etc/passwd"})
    with pytest.raises(Refused, match="asks for no file"), database.write() as db:
        answer_questions(db, db.get_one(Registration, mayor), {}, {text: handed(PDF)}, Files(tmp_path), by=BY)
    assert list(tmp_path.iterdir()) == []


def test_the_answers_of_many_are_read_in_one_query(database: Database, stage: Stage, queries: list[str]) -> None:
    number = asked(database, stage, text="Words?")
    registrations = [registered(database, stage, "oakland mayor")]
    with database.write() as db:
        for member in more_members(db, stage, "oakland", 7, by=BY):
            registrations.append(register(db, convening(db, stage), member, by=BY).key)
    for one in registrations:
        answer(database, one, {number: f"{one}"})
    with database.read() as db:
        queries.clear()
        found = answered_by(db, registrations)
        assert {one: answers[number].text for one, answers in found.items()} == {one: f"{one}" for one in registrations}
        assert len([one for one in queries if one.startswith("SELECT")]) == 1
