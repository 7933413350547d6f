"""Readers' marks on a released update: leaving one, taking it back, answering for the city, hiding one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.models import MarkKind, UpdateMark
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import CityUpdate, UpdateHere
from app.updates.marks import (
    answer_mark,
    bring_back_mark,
    leave_mark,
    quarantine_mark,
    release_mark,
    take_back_mark,
)

AT = "/{cohort}/updates/{cycle}/{city}/marks"
router = APIRouter(prefix=AT)
MARK = [Depends(Needs("update.mark"))]
ANSWER = [Depends(Needs("update.write"))]
HIDE = [Depends(Needs("update.release"))]
Text = Annotated[str, Form()]


class Sent(BaseModel, extra="forbid"):
    """A mark that a device took down, perhaps without a network."""

    device_key: str = Field(min_length=8, max_length=64)
    kind: MarkKind
    part: str = Field(default="", max_length=120)
    text: str = Field(default="", max_length=5000)


@router.post("", dependencies=MARK)
def leave(
    request: Request,
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    kind: Text = "",
    part: Annotated[str, Form(max_length=120)] = "",
    text: Text = "",
) -> Response:
    """Leave a question or an offer of help; what cannot be is said where it was typed."""
    try:
        mark = leave_mark(db, here.update, kind=_kind(kind), part=part, text=text, by=viewer)
    except Refused as refused:
        return _again(request, here, refused, kind=kind, part=part, text=text)
    db.flush()
    said = "Your question is with" if mark.kind is MarkKind.QUESTION else "Your offer of help is with"
    return see_other(f"{here.place}#mark-{mark.key}", flash=f"{said} {here.city.name}.")


@router.post("/sent", dependencies=MARK)
def take_sent(
    db: Db, here: UpdateHere, viewer: ViewerHere, sent: Annotated[list[Sent], Field(max_length=100)]
) -> Response:
    """Take down what a device sends, each by itself: what cannot be is said, and the others are kept."""
    return JSONResponse([_take(db, here, one, viewer) for one in sent])


@router.post("/{number:int}/removal", dependencies=MARK)
def take_back(db: Db, here: UpdateHere, viewer: ViewerHere, number: int) -> Response:
    take_back_mark(db, _mark(db, here, number), by=viewer)
    return see_other(f"{here.place}#marks", flash="Taken back. Nobody reads it any more.")


@router.post("/{number:int}/return", dependencies=MARK)
def bring_back(db: Db, here: UpdateHere, viewer: ViewerHere, number: int) -> Response:
    bring_back_mark(db, _mark(db, here, number), by=viewer)
    return see_other(f"{here.place}#mark-{number}", flash="It stands again.")


@router.post("/{number:int}/answer", dependencies=ANSWER)
def answer(
    request: Request,
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    number: int,
    answer: Annotated[str, Form(alias="answer")] = "",
) -> Response:
    mark = _mark(db, here, number)
    try:
        answer_mark(db, mark, text=answer, by=viewer)
    except Refused as refused:
        return _again(request, here, refused, number=number, text=answer)
    return see_other(f"{here.place}#mark-{number}", flash="Answered." if mark.answer else "The answer is taken away.")


@router.post("/{number:int}/quarantine", dependencies=HIDE)
def hide(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, number: int, reason: Text = "") -> Response:
    try:
        quarantine_mark(db, _mark(db, here, number), reason=reason, by=viewer)
    except Refused as refused:
        return _again(request, here, refused, number=number, text=reason)
    return see_other(f"{here.place}#mark-{number}", flash="Hidden at once. Its author reads why.")


@router.post("/{number:int}/quarantine/removal", dependencies=HIDE)
def show(db: Db, here: UpdateHere, viewer: ViewerHere, number: int) -> Response:
    release_mark(db, _mark(db, here, number), by=viewer)
    return see_other(f"{here.place}#mark-{number}", flash="It is shown again.")


def _kind(typed: str) -> MarkKind:
    try:
        return MarkKind(typed)
    except ValueError as error:
        raise Refused("Choose: a question, or an offer of help.", "kind") from error


def _take(db: Session, here: CityUpdate, sent: Sent, by: Viewer) -> dict[str, Any]:
    try:
        mark = leave_mark(
            db,
            here.update,
            kind=sent.kind,
            part=sent.part,
            text=sent.text,
            device_key=f"{by.actor_id}:{sent.device_key}"[:64],
            by=by,
        )
    except Refused as refused:
        return {"key": sent.device_key, "state": "refused", "said": refused.sentence}
    db.flush()
    return {"key": sent.device_key, "state": "here", "number": mark.key, "said": f"{here.city.name} has it."}


def _mark(db: Session, here: CityUpdate, number: int) -> UpdateMark:
    mark = db.get(UpdateMark, number)
    if mark is None or mark.update_id != here.update.key:
        raise NotHere(f"There is no such question or offer on {here.city.name}’s update.")
    return mark


def _again(request: Request, here: CityUpdate, refused: Refused, **typed: object) -> Response:
    """A page of its own with what was typed, since the update's page is long: nothing is lost."""
    context = here.shown() | {"refused": refused, "typed": typed}
    return page(request, "updates/mark_again.html", context, status=422 if refused.field else 409)
