"""Registering by the private address of a letter, without an account. To open it changes nothing: programs that look
for harm in letters open every address. Whoever holds it can answer in the person's place and read none of the needs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.models import UNANSWERED, Convening, LinkPurpose, Person, PrivateLink
from app.people import private_links
from app.people.viewer import Viewer
from app.registration.links import link_address
from app.routes.door import ConveningHere, Db, Needs, SettingsHere, cohort_here, convening_here, database_here
from app.routes.handed_in import LONGEST_UPLOAD, FilesHere
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
from app.routes.speaker_link import GoneLink

router = APIRouter(prefix=HERE + "/by-link/{token}")
LINK = [Depends(Needs("registration.link"))]
SENT_LINK = [Depends(sent_here), *LINK]


def _good_link(db: Session, convening: Convening, token: str) -> tuple[PrivateLink, Person]:
    link = private_links.find_link(db, LinkPurpose.REGISTRATION, token)
    if link is None or link.person is None or link.convening_id != convening.key:
        raise GoneLink(404)
    if link.revoked_at or link.person.archived_at:
        raise GoneLink(410)
    return link, link.person


def bearer_here(request: Request, db: Db, settings: SettingsHere, convening: ConveningHere, token: str) -> Registrant:
    """The person whose link it is; raises GoneLink for one that opens nothing here.

    The page is theirs whoever else is signed in at this browser, and has the rights of no office.
    """
    link, person = _good_link(db, convening, token)
    request.state.viewer = Viewer.anonymous()
    if request.method == "POST":
        private_links.note_read(db, link)
    viewer = Viewer(person.key, person.name, actor_id=person.key, actor_name=f"{person.name[:250]}, by private link")
    return Registrant(convening, person, viewer, at_link=link_address(convening, link, settings.secret))


BearerHere = Annotated[Registrant, Depends(bearer_here)]


def bearer_first(request: Request, token: str) -> None:
    """Refuses who has no good link before their file is looked at and kept (handed_in.py says why)."""
    with database_here(request).read() as db:
        _good_link(db, convening_here(request, db, cohort_here(request, db)), token)


FILES_LINK = [Depends(bearer_first), Depends(sent_files_here), *LINK]


@router.get("", dependencies=LINK)
def look(request: Request, db: Db, who: BearerHere) -> Response:
    """How the registration stands, or the form while there is nothing to show."""
    registration = who.on_record(db)
    if registration is None or registration.state in UNANSWERED:
        return show_form(request, db, who)
    return page(request, "registration/own.html", standing(db, who, registration))


@router.get("/form", dependencies=LINK)
def form_by_link(request: Request, db: Db, who: BearerHere) -> Response:
    return show_form(request, db, who)


@router.post("", dependencies=LINK)
def register_by_link(request: Request, db: Db, settings: SettingsHere, who: BearerHere, form: Filled) -> Response:
    return save_form(request, db, settings, who, form.model_copy(update={"asks_place": False}))


@router.post("/draft", dependencies=LINK)
def keep_by_link(db: Db, who: BearerHere, form: Filled) -> Response:
    return keep_draft(db, who, form)


@router.post("/stays", dependencies=LINK)
def stays_by_link(request: Request, db: Db, who: BearerHere, form: Filled) -> Response:
    return show_stays(request, db, who, form)


@router.post("/acceptance", dependencies=LINK)
def accept_by_link(db: Db, settings: SettingsHere, who: BearerHere) -> Response:
    """One press takes the place that is offered; opening the letter's address takes nothing."""
    return accept(db, settings, who)


@router.post("/regrets", dependencies=LINK)
def regret_by_link(db: Db, settings: SettingsHere, who: BearerHere, reason: Text = "") -> Response:
    withdraw(db, settings, who, reason)
    return see_other(who.back, flash="Thank you for saying so. Nobody expects you at this convening.")


@router.get("/more", dependencies=LINK)
def more_by_link(request: Request, db: Db, who: BearerHere) -> Response:
    """Travel, the organizers' questions, and sessions to choose."""
    return show_more(request, db, who)


@router.post("/more", dependencies=SENT_LINK)
def keep_more_by_link(db: Db, who: BearerHere, sent: SentHere) -> Response:
    """What was typed since of travel and answers; the page saves it by itself."""
    return keep_more(db, who, sent)


@router.post("/travel", dependencies=SENT_LINK)
def travel_by_link(request: Request, db: Db, who: BearerHere, sent: SentHere) -> Response:
    return keep_travel(request, db, who, sent)


@router.post("/answers", dependencies=FILES_LINK, max_body_size=LONGEST_UPLOAD)
def answers_by_link(request: Request, db: Db, files: FilesHere, who: BearerHere, sent: SentFilesHere) -> Response:
    return keep_answers(request, db, files, who, sent)


@router.post("/choices", dependencies=SENT_LINK)
def choices_by_link(request: Request, db: Db, who: BearerHere, sent: SentHere) -> Response:
    return keep_choices(request, db, who, sent)
