"""Registering oneself: the form, where one stands, and regrets."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.models import UNANSWERED, Person
from app.routes.door import ConveningHere, Db, Needs, SettingsHere, ViewerHere
from app.routes.handed_in import LONGEST_UPLOAD, AskedFirst, FilesHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import (
    HERE,
    Filled,
    Registrant,
    Text,
    accept,
    keep_draft,
    save_form,
    show_form,
    show_stays,
    standing,
    withdraw,
)
from app.routes.registration_more import (
    SentFilesHere,
    SentHere,
    keep_answers,
    keep_choices,
    keep_more,
    keep_travel,
    sent_files_here,
    sent_here,
    show_more,
)

router = APIRouter(prefix=HERE)
OWN = [Depends(Needs("registration.own"))]
SENT_OWN = [Depends(sent_here), *OWN]
FILES_OWN = [Depends(AskedFirst("registration.own")), Depends(sent_files_here), *OWN]


def oneself(db: Db, convening: ConveningHere, viewer: ViewerHere) -> Registrant:
    """The viewer, or the principal for whom they act."""
    return Registrant(convening, db.get_one(Person, viewer.person_id), viewer)


Oneself = Annotated[Registrant, Depends(oneself)]


@router.get("", dependencies=OWN)
def own(request: Request, db: Db, who: Oneself) -> Response:
    """How the viewer's registration stands, or the form while there is nothing to show."""
    registration = who.on_record(db)
    if registration is None or registration.state in UNANSWERED:
        return show_form(request, db, who)
    return page(request, "registration/own.html", standing(db, who, registration))


@router.get("/form", dependencies=OWN)
def own_form(request: Request, db: Db, who: Oneself) -> Response:
    return show_form(request, db, who)


@router.post("", dependencies=OWN)
def register_self(request: Request, db: Db, settings: SettingsHere, who: Oneself, form: Filled) -> Response:
    return save_form(request, db, settings, who, form.model_copy(update={"asks_place": False}))


@router.post("/draft", dependencies=OWN)
def keep_own(db: Db, who: Oneself, form: Filled) -> Response:
    """What was typed since; the page saves it by itself."""
    return keep_draft(db, who, form)


@router.post("/stays", dependencies=OWN)
def own_stays(request: Request, db: Db, who: Oneself, form: Filled) -> Response:
    """The viewer's sessions, in and out by the hours as typed."""
    return show_stays(request, db, who, form)


@router.post("/acceptance", dependencies=OWN)
def accept_own(db: Db, settings: SettingsHere, who: Oneself) -> Response:
    """The viewer accepts the place that is offered to them."""
    return accept(db, settings, who)


@router.post("/regrets", dependencies=OWN)
def regret(db: Db, settings: SettingsHere, who: Oneself, reason: Text = "") -> Response:
    """The viewer cannot come."""
    withdraw(db, settings, who, reason)
    return see_other(who.back, flash="Thank you for saying so. Nobody expects you at this convening.")


@router.get("/more", dependencies=OWN)
def more_own(request: Request, db: Db, who: Oneself) -> Response:
    """Travel, the organizers' questions, and sessions to choose."""
    return show_more(request, db, who)


@router.post("/more", dependencies=SENT_OWN)
def keep_more_own(db: Db, who: Oneself, sent: SentHere) -> Response:
    """What was typed since of travel and answers; the page saves it by itself."""
    return keep_more(db, who, sent)


@router.post("/travel", dependencies=SENT_OWN)
def travel_own(request: Request, db: Db, who: Oneself, sent: SentHere) -> Response:
    return keep_travel(request, db, who, sent)


@router.post("/answers", dependencies=FILES_OWN, max_body_size=LONGEST_UPLOAD)
def answers_own(request: Request, db: Db, files: FilesHere, who: Oneself, sent: SentFilesHere) -> Response:
    return keep_answers(request, db, files, who, sent)


@router.post("/choices", dependencies=SENT_OWN)
def choices_own(request: Request, db: Db, who: Oneself, sent: SentHere) -> Response:
    return keep_choices(request, db, who, sent)
