"""The organizers' own questions of a convening: asked, changed, ordered and put away; never deleted (rule 21)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app import clock
from app.models import Convening, QuestionKind, Registration, RegistrationAnswer, RegistrationQuestion, Role, Seat
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

MOST_QUESTIONS = 30
MOST_OPTIONS = 50
LONGEST_OPTION = 200


@dataclass(frozen=True, slots=True)
class QuestionDetails:
    """What is asked. `role_ids` are the roles that are asked, empty is everybody; `options` are for CHOICE alone."""

    text: str
    kind: QuestionKind = QuestionKind.TEXT
    help: str = ""
    options: tuple[str, ...] = ()
    role_ids: tuple[int, ...] = ()
    required: bool = False


@verb
def ask_question(db: Session, convening: Convening, details: QuestionDetails, *, by: Viewer) -> RegistrationQuestion:
    """Put a question after the last one."""
    standing = questions_of(db, convening)
    if len(standing) >= MOST_QUESTIONS:
        raise Refused(f"{MOST_QUESTIONS} questions are asked already. Put one away first.", field="text")
    question = RegistrationQuestion(
        convening_id=convening.key, position=max((one.position for one in standing), default=0) + 1, text=""
    )
    _write(db, convening, question, details)
    db.add(question)
    db.flush()
    return question


@verb
def change_question(
    db: Session, convening: Convening, question: RegistrationQuestion, details: QuestionDetails, *, by: Viewer
) -> None:
    """Change what is asked. What was answered stays; its kind can change only while nobody has answered."""
    if details.kind is not question.kind and answers_to(db, [question.key]).get(question.key):
        raise Refused("People have answered it as it is. Put it away, and ask another.", field="kind")
    _write(db, convening, question, details)
    db.add(question)


@verb
def move_question(db: Session, convening: Convening, question: RegistrationQuestion, *, up: bool, by: Viewer) -> None:
    """Put a question one place before or after; nothing happens at the ends."""
    standing = questions_of(db, convening)
    here = next((place for place, one in enumerate(standing) if one.key == question.key), None)
    if here is None:
        raise Refused("This question is put away. Bring it back first.")
    there = here - 1 if up else here + 1
    if not 0 <= there < len(standing):
        return
    standing[here], standing[there] = standing[there], standing[here]
    for position, one in enumerate(standing, start=1):
        one.position = position
        db.add(one)


@verb
def archive_question(db: Session, question: RegistrationQuestion, *, by: Viewer) -> None:
    """Ask it no more; what was answered stays on record."""
    question.archived_at = question.archived_at or clock.now()
    db.add(question)


@verb
def restore_question(db: Session, convening: Convening, question: RegistrationQuestion, *, by: Viewer) -> None:
    """Ask it again, after the last one."""
    if question.archived_at is None:
        return
    question.position = max((one.position for one in questions_of(db, convening)), default=0) + 1
    question.archived_at = None
    db.add(question)


def questions_of(db: Session, convening: Convening, *, archived: bool = False) -> list[RegistrationQuestion]:
    """All questions that are asked, in order; with `archived` those put away instead. One query."""
    away = col(RegistrationQuestion.archived_at)
    return list(
        db.exec(
            select(RegistrationQuestion)
            .where(
                RegistrationQuestion.convening_id == convening.key, away.is_not(None) if archived else away.is_(None)
            )
            .order_by(col(RegistrationQuestion.position), col(RegistrationQuestion.id))
        )
    )


def questions_for(db: Session, convening: Convening, role_id: int | None) -> list[RegistrationQuestion]:
    """The questions that somebody in a role is asked (None: of no role), in order. One query."""
    return asked_of(questions_of(db, convening), role_id)


def asked_of(questions: Iterable[RegistrationQuestion], role_id: int | None) -> list[RegistrationQuestion]:
    """Those of the questions that somebody in a role is asked, in their order."""
    return [one for one in questions if not one.role_ids or role_id in one.role_ids]


def role_of(db: Session, registration: Registration) -> int | None:
    """The role of the seat for which somebody is registered."""
    if registration.seat_id is None:
        return None
    return db.exec(select(Seat.role_id).where(Seat.id == registration.seat_id)).one()


def answers_to(db: Session, question_ids: Sequence[int]) -> dict[int, int]:
    """How many have answered each question, by its id; without any it is left out. One query."""
    rows = db.exec(
        select(RegistrationAnswer.question_id, func.count())
        .where(col(RegistrationAnswer.question_id).in_(question_ids), RegistrationAnswer.text != "")
        .group_by(col(RegistrationAnswer.question_id))
    )
    return dict(rows.all())


def _write(db: Session, convening: Convening, question: RegistrationQuestion, details: QuestionDetails) -> None:
    question.text = _line(details.text, 300, "text")
    if not question.text:
        raise Refused("What is asked?", field="text")
    question.help = as_written(details.help, longest=500, field="help")
    question.kind = details.kind
    question.options = _options(details) if details.kind is QuestionKind.CHOICE else []
    known = set(db.exec(select(Role.id).where(Role.cohort_id == convening.cohort_id)))
    if not known.issuperset(details.role_ids):
        raise Refused("Choose of the roles of this cohort.", field="role_ids")
    question.role_ids = sorted(set(details.role_ids))
    question.required = details.required


def _options(details: QuestionDetails) -> list[str]:
    options = list(dict.fromkeys(line for text in details.options if (line := _line(text, LONGEST_OPTION, "options"))))
    if len(options) < 2:
        raise Refused("A choice needs two answers or more, one a line.", field="options")
    if len(options) > MOST_OPTIONS:
        raise Refused(f"{MOST_OPTIONS} answers are the most that fit.", field="options")
    return options


def _line(text: str, longest: int, field: str) -> str:
    return " ".join(as_written(text, longest=longest, field=field).split())
