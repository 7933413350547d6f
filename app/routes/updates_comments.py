"""What a city's people say to each other about their draft: beside each section of the desk, and on a page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.mailing import letters
from app.models import UpdateComment
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import CityUpdate, UpdateHere, note_look
from app.routes.updates_form import number_in
from app.updates.comments import (
    comment_of,
    comments_of,
    open_comment,
    say_comment,
    settle_comment,
    take_back_comment,
    those_who_write,
)
from app.updates.looks import Looked
from app.updates.sections import asked_of

router = APIRouter(dependencies=[Depends(Needs("update.write"))])
COMMENTS = "/{cohort}/updates/{cycle}/{city}/comments"


@router.get(COMMENTS)
def comments(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    """All that was said, whether the draft can be written at this moment or not."""
    note_look(request, db, here.update, viewer, Looked.COMMENTS)
    return page(request, "updates/comments.html", _shown(db, here, viewer))


@router.post(COMMENTS)
def say(
    request: Request,
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    text: Annotated[str, Form()] = "",
    section: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Say something; those who write have a letter that says so, one an hour at most."""
    chosen = next((one for one in asked_of(db, here.update) if one.slug == section), None)
    if section and chosen is None:
        raise NotHere("This update has no such section.")
    try:
        say_comment(db, here.update, chosen, text=text, by=viewer)
    except Refused as refused:
        context = _shown(db, here, viewer) | {"errors": {f"text-{section}": refused.sentence}, "typed": {section: text}}
        return page(request, "updates/comments.html", context, status=422)
    letters.update_commented(
        db,
        those_who_write(db, here.update, but=viewer),
        by=viewer.actor_name,
        city=here.city.name,
        cycle=here.cycle.title,
        update=here.update.key,
        address=f"{settings.address}{here.place}/comments",
    )
    return see_other(_back(request, here, section))


@router.post(COMMENTS + "/{number}/settlement")
def settle(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    settle_comment(db, here.update, _comment(request, db, here), by=viewer)
    return see_other(_back(request, here))


@router.post(COMMENTS + "/{number}/opening")
def open_again(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    open_comment(db, here.update, _comment(request, db, here), by=viewer)
    return see_other(_back(request, here))


@router.post(COMMENTS + "/{number}/return")
def take_back(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    take_back_comment(db, here.update, _comment(request, db, here), by=viewer)
    return see_other(_back(request, here))


def _comment(request: Request, db: Session, here: CityUpdate) -> UpdateComment:
    found = comment_of(db, here.update, number_in(request.path_params["number"]) or 0)
    if found is None:
        raise NotHere("There is no such comment any more.")
    return found


def _back(request: Request, here: CityUpdate, section: str = "") -> str:
    """To the desk where it was said there, else to the comments' own page."""
    is_desk = request.headers.get("referer", "").split("?")[0].endswith("/edit")
    return f"{here.place}/{'edit' if is_desk else 'comments'}#comments-{section or 'whole'}"


def _shown(db: Session, here: CityUpdate, viewer: Viewer) -> dict[str, object]:
    return here.shown() | {
        "comments": comments_of(db, here.update, viewer),
        "sections": asked_of(db, here.update),
        "errors": {},
        "typed": {},
    }
