"""The organizers' own questions and the blocks of rooms, put, changed, ordered and put away on the page of terms."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session

from app.models import Convening, LodgingBlock, QuestionKind, RegistrationQuestion
from app.people.audit import Refused
from app.registration import lodging, questions
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import see_other
from app.routes.registration_desk import HERE
from app.routes.registration_terms import show_terms

router = APIRouter(prefix=HERE + "/terms")
TERMS = [Depends(Needs("registration.terms"))]
Act = Annotated[str, Form()]


class QuestionFields(BaseModel):
    """As sent, all of it text; `options` are one a line."""

    text: str = ""
    help: str = ""
    kind: str = QuestionKind.TEXT
    options: str = ""
    role_ids: list[str] = []
    required: str = ""


class BlockFields(BaseModel):
    """As sent, all of it text."""

    name: str = ""
    address: str = ""
    rooms: str = ""
    from_on: str = ""
    until_on: str = ""
    note: str = ""


Asked = Annotated[QuestionFields, Form()]
Held = Annotated[BlockFields, Form()]


@router.post("/questions", dependencies=TERMS)
def ask(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, fields: Asked) -> Response:
    try:
        questions.ask_question(db, convening, _question(fields), by=viewer)
    except Refused as refused:
        return show_terms(request, db, convening, "question-new", fields.model_dump(), refused)
    return _back(convening, "questions", "The question is on the form.")


@router.post("/questions/{number}", dependencies=TERMS)
def change_question(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, number: int, fields: Asked
) -> Response:
    question = _its_question(db, convening, number)
    try:
        questions.change_question(db, convening, question, _question(fields), by=viewer)
    except Refused as refused:
        db.expire(question)
        return show_terms(request, db, convening, f"question-{number}", fields.model_dump(), refused)
    return _back(convening, "questions", "The question is changed.")


@router.post("/questions/{number}/position", dependencies=TERMS)
def move(db: Db, convening: ConveningHere, viewer: ViewerHere, number: int, to: Act = "") -> Response:
    """One place up or down."""
    question = _its_question(db, convening, number)
    if question.archived_at is None:
        questions.move_question(db, convening, question, up=to == "up", by=viewer)
    return see_other(f"{convening.path}/registration/terms#question-{number}")


@router.post("/questions/{number}/archiving", dependencies=TERMS)
def archive_question(db: Db, convening: ConveningHere, viewer: ViewerHere, number: int, back: Act = "") -> Response:
    """Ask it no more, or (`back`) again."""
    question = _its_question(db, convening, number)
    if back:
        questions.restore_question(db, convening, question, by=viewer)
        return _back(convening, "questions", "The question is asked again.")
    questions.archive_question(db, question, by=viewer)
    return _back(convening, "questions", "The question is put away. What was answered is kept.")


@router.post("/blocks", dependencies=TERMS)
def open_block(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, fields: Held) -> Response:
    try:
        lodging.open_block(db, convening, _block(fields), by=viewer)
    except Refused as refused:
        return show_terms(request, db, convening, "block-new", fields.model_dump(), refused)
    return _back(convening, "lodging", "The rooms are offered.")


@router.post("/blocks/{number}", dependencies=TERMS)
def change_block(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, number: int, fields: Held
) -> Response:
    block = _its_block(db, convening, number)
    try:
        lodging.change_block(db, convening, block, _block(fields), by=viewer)
    except Refused as refused:
        db.expire(block)
        return show_terms(request, db, convening, f"block-{number}", fields.model_dump(), refused)
    return _back(convening, "lodging", "The block is changed.")


@router.post("/blocks/{number}/archiving", dependencies=TERMS)
def archive_block(db: Db, convening: ConveningHere, viewer: ViewerHere, number: int, back: Act = "") -> Response:
    """Offer it no more, or (`back`) again."""
    block = _its_block(db, convening, number)
    if back:
        lodging.restore_block(db, block, by=viewer)
        return _back(convening, "lodging", "The rooms are offered again.")
    lodging.archive_block(db, block, by=viewer)
    return _back(convening, "lodging", "The rooms are not offered any more. Who has one keeps it.")


def _question(fields: QuestionFields) -> questions.QuestionDetails:
    try:
        kind = QuestionKind(fields.kind)
    except ValueError as error:
        raise Refused("Choose one of the list.", "kind") from error
    numbers = [typed.number_or_none(text, "role_ids") for text in fields.role_ids]
    return questions.QuestionDetails(
        text=fields.text,
        kind=kind,
        help=fields.help,
        options=tuple(fields.options.splitlines()),
        role_ids=tuple(number for number in numbers if number is not None),
        required=bool(fields.required),
    )


def _block(fields: BlockFields) -> lodging.BlockDetails:
    return lodging.BlockDetails(
        name=fields.name,
        rooms=typed.number_or_none(fields.rooms, "rooms") or 0,
        from_on=typed.day(fields.from_on, "from_on"),
        until_on=typed.day(fields.until_on, "until_on"),
        address=fields.address,
        note=fields.note,
    )


def _its_question(db: Session, convening: Convening, number: int) -> RegistrationQuestion:
    question = db.get(RegistrationQuestion, number) if number < 1 << 62 else None
    if question is None or question.convening_id != convening.key:
        raise NotHere("There is no such question at this convening.")
    return question


def _its_block(db: Session, convening: Convening, number: int) -> LodgingBlock:
    block = db.get(LodgingBlock, number) if number < 1 << 62 else None
    if block is None or block.convening_id != convening.key:
        raise NotHere("There is no such block of rooms at this convening.")
    return block


def _back(convening: Convening, part: str, said: str) -> Response:
    return see_other(f"{convening.path}/registration/terms#{part}", flash=said)
