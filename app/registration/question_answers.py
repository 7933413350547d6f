"""What people answer to the organizers' own questions: read with a sentence at each mistake, kept, and given back.

An answer is seen by the person, by whoever registers them, and by the organizers. It is never on rosters, feeds or
badges, and the log says only that it changed. A file is known by its content (app/files.py), never by its name, and
is given out to be saved only.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session, col, select

from app.files import Arrival, Files
from app.models import QuestionKind, Registration, RegistrationAnswer, RegistrationQuestion
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.holding import hold_for
from app.registration.questions import asked_of, questions_of, role_of

LONGEST_ANSWER = 2000


def field_of(question: RegistrationQuestion) -> str:
    """The name of a question's field in forms, and of its mistakes."""
    return f"question-{question.key}"


def read_answers(
    questions: Sequence[RegistrationQuestion],
    said: Mapping[int, str],
    handed: Mapping[int, Arrival | str],
) -> tuple[dict[int, str], dict[int, Arrival], dict[str, str]]:
    """Texts and files by the question's id, and the mistakes by field.

    `said` is as typed; a question that is not in it was not shown and is left as it is. `handed` are files looked at,
    or the sentence why one is not taken. A required one may stay open: the registration is then incomplete
    (missing.py), and what else was answered is kept.
    """
    texts: dict[int, str] = {}
    files: dict[int, Arrival] = {}
    errors: dict[str, str] = {}
    for question in questions:
        number = question.key
        if question.kind is QuestionKind.FILE:
            one = handed.get(number)
            if isinstance(one, str):
                errors[field_of(question)] = one
            elif one is not None:
                files[number] = one
        elif number in said:
            try:
                texts[number] = read_answer(question, said[number])
            except Refused as refused:
                errors[field_of(question)] = refused.sentence
    return texts, files, errors


def read_answer(question: RegistrationQuestion, text: str) -> str:
    """An answer as it is kept, "" for none; raises Refused at its field for one that is not of its kind."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    field = field_of(question)
    if len(text) > LONGEST_ANSWER:
        raise Refused(f"That is {len(text):,} characters; {LONGEST_ANSWER:,} fit. Nothing was cut.", field)
    if not text:
        return ""
    if question.kind is QuestionKind.CHOICE and text not in question.options:
        raise Refused("Choose one of the answers.", field)
    if question.kind is QuestionKind.YES_NO and text not in ("yes", "no"):
        raise Refused("Say yes or no.", field)
    if question.kind is QuestionKind.DATE:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise Refused("A day looks like 2017-11-14.", field) from error
    return text


@verb
def answer_questions(
    db: Session,
    registration: Registration,
    texts: Mapping[int, str],
    handed: Mapping[int, Arrival] | None = None,
    files: Files | None = None,
    *,
    by: Viewer,
) -> None:
    """Keep answers by the question's id; an empty text takes one back. Files are put where files are kept.

    Raises Refused at the field of the first that is not of its kind, or is not asked of them.
    """
    hold_for(db, registration)
    asked = {one.key: one for one in asked_of(questions_of(db, registration.convening), role_of(db, registration))}
    handed = handed or {}
    if unknown := (texts.keys() | handed.keys()) - asked.keys():
        raise Refused("This question is not asked any more. Look again.", f"question-{min(unknown)}")
    known = answers_of(db, registration)
    for number, text in texts.items():
        if asked[number].kind is QuestionKind.FILE and text:
            raise Refused("Choose a file.", field_of(asked[number]))
        _keep(db, registration, known, number, read_answer(asked[number], text))
    for number, arrival in handed.items():
        if asked[number].kind is not QuestionKind.FILE or files is None:
            raise Refused("This question asks for no file.", field_of(asked[number]))
        files.keep(arrival)
        _keep(db, registration, known, number, arrival.kind.said, arrival)


def answers_of(db: Session, registration: Registration | None) -> dict[int, RegistrationAnswer]:
    """What is on record of a person, by the question's id; empty ones too. One query."""
    if registration is None:
        return {}
    rows = db.exec(
        select(RegistrationAnswer)
        .where(RegistrationAnswer.registration_id == registration.key)
        .execution_options(populate_existing=True)
    )
    return {row.question_id: row for row in rows}


def unanswered(
    questions: Sequence[RegistrationQuestion], on_record: Mapping[int, RegistrationAnswer]
) -> list[RegistrationQuestion]:
    """The required questions that have no answer yet."""
    return [one for one in questions if one.required and not ((kept := on_record.get(one.key)) and kept.text)]


def answered_by(db: Session, registration_ids: Sequence[int]) -> dict[int, dict[int, RegistrationAnswer]]:
    """The answers of many by registration and question, for the organizers' lists. One query."""
    found: dict[int, dict[int, RegistrationAnswer]] = {}
    rows = db.exec(
        select(RegistrationAnswer).where(
            col(RegistrationAnswer.registration_id).in_(registration_ids), RegistrationAnswer.text != ""
        )
    )
    for row in rows:
        found.setdefault(row.registration_id, {})[row.question_id] = row
    return found


def _keep(
    db: Session,
    registration: Registration,
    known: dict[int, RegistrationAnswer],
    number: int,
    text: str,
    arrival: Arrival | None = None,
) -> None:
    answer = known.get(number)
    if answer is None:
        if not text:
            return
        answer = known[number] = RegistrationAnswer(registration_id=registration.key, question_id=number)
    answer.text = text
    answer.digest = arrival.digest if arrival else None
    answer.file_name = arrival.name if arrival else ""
    db.add(answer)
