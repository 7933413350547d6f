"""Approval of an update by its city's mayor, on a phone: approve, or send back with a note (rule 5)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.mailing import approval_letters
from app.models import Person, Update
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import Db, Needs, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import CityUpdate, UpdateHere, note_look
from app.updates.approval import approve_update, send_back, withdraw_approval
from app.updates.approval_links import give_links_again, given_at
from app.updates.approvers import approvers_now, asked_now, may_approve
from app.updates.content import draft_of
from app.updates.last_visit import changes_since, last_visit
from app.updates.looks import Looked

router = APIRouter()
WRITE = [Depends(Needs("update.write"))]
APPROVE = [Depends(Needs("update.approve"))]


@router.get("/{cohort}/updates/{cycle}/{city}/approval", dependencies=APPROVE)
def approval(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    """One page for the mayor, made for a phone. Others of the city learn whose approval it needs."""
    return page(request, "updates/approval.html", _approval(request, db, here, viewer))


@router.post("/{cohort}/updates/{cycle}/{city}/approval", dependencies=APPROVE)
def approve(
    request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, seen: Annotated[str, Form()] = ""
) -> Response:
    try:
        approve_update(db, here.update, seen=seen, by=viewer)
    except Refused as refused:
        context = _approval(request, db, here, viewer) | {"errors": {"": refused.sentence}}
        return page(request, "updates/approval.html", context, status=409)
    return see_other(f"{here.place}/approval", flash="Approved. The lab releases it to the cohort.")


@router.post("/{cohort}/updates/{cycle}/{city}/return", dependencies=APPROVE)
def hand_back(
    request: Request,
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    note: Annotated[str, Form()] = "",
) -> Response:
    try:
        told = send_back(db, here.update, note=note, by=viewer)
    except Refused as refused:
        errors = {refused.field or "": refused.sentence}
        context = _approval(request, db, here, viewer) | {"errors": errors, "typed_note": note}
        return page(request, "updates/approval.html", context, status=422)
    tell_sent_back(db, here, told, settings.address)
    return see_other(here.place, flash="Sent back with your note.")


@router.post("/{cohort}/updates/{cycle}/{city}/approval/withdrawal", dependencies=WRITE)
def withdraw(db: Db, here: UpdateHere, viewer: ViewerHere, settings: SettingsHere) -> Response:
    told = withdraw_approval(db, here.update, by=viewer)
    tell_taken_back(db, here, told, settings.address)
    return see_other(here.place, flash="The approval is withdrawn; the text can change.")


@router.post("/{cohort}/updates/{cycle}/{city}/approval/letters", dependencies=WRITE)
def write_again(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """Another letter with a new link to each approver; the links before it end."""
    tokens = give_links_again(db, here.update, by=viewer)
    told = asked_now(db, here.update)
    approval_letters.approval_asked(
        db,
        told,
        tokens,
        city=here.city.name,
        cycle=here.cycle.title,
        base=settings.address,
        place=here.place,
    )
    return see_other(here.place, flash="Another letter is on its way; the link in the one before opens nothing now.")


# --- shared with the page that a letter's link opens ---


def tell_sent_back(db: Session, here: CityUpdate, told: list[Person], base: str) -> None:
    approval_letters.update_sent_back(
        db, told, city=here.city.name, cycle=here.cycle.title, address=f"{base}{here.place}/edit"
    )


def tell_taken_back(db: Session, here: CityUpdate, told: list[Person], base: str) -> None:
    approval_letters.approval_taken_back(
        db, told, city=here.city.name, cycle=here.cycle.title, address=f"{base}{here.place}/edit"
    )


def to_approve(request: Request, db: Session, update: Update, viewer: Viewer, what: Looked) -> dict[str, object]:
    """What is read before approving: the draft, and what of it is new to this very person; the look goes on record."""
    since = last_visit(db, update, viewer)
    note_look(request, db, update, viewer, what)
    return {
        "content": draft_of(db, update),
        "since": since,
        "changes": changes_since(db, update, since) if since else (),
        "errors": {},
        "typed_note": "",
    }


def _approval(request: Request, db: Session, here: CityUpdate, viewer: Viewer) -> dict[str, object]:
    return (
        here.shown()
        | to_approve(request, db, here.update, viewer, Looked.APPROVAL)
        | {
            "may_approve": may_approve(db, here.update, viewer),
            "approvers": approvers_now(db, here.update),
            "letter_at": given_at(db, here.update),
        }
    )
