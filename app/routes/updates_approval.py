"""Approval of an update by its city's mayor, on a phone: approve, or send back with a note (rule 5)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.mailing import letters
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import Db, Needs, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import CityUpdate, UpdateHere, note_look
from app.updates.approval import approve_update, approvers, may_approve, send_back, withdraw_approval
from app.updates.content import draft_of
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
    return see_other(here.place, flash="Approved. The lab releases it to the cohort.")


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
    address = f"{settings.address}{here.place}/edit"
    letters.update_sent_back(db, told, city=here.city.name, cycle=here.cycle.title, address=address)
    return see_other(here.place, flash="Sent back with your note.")


@router.post("/{cohort}/updates/{cycle}/{city}/approval/withdrawal", dependencies=WRITE)
def withdraw(db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    withdraw_approval(db, here.update, by=viewer)
    return see_other(f"{here.place}/edit", flash="The approval is withdrawn; the text can change.")


def _approval(request: Request, db: Session, here: CityUpdate, viewer: Viewer) -> dict[str, object]:
    note_look(request, db, here.update, viewer, Looked.APPROVAL)
    content = draft_of(db, here.update)
    return here.shown() | {
        "content": content,
        "may_approve": may_approve(db, here.update, viewer),
        "approvers": approvers(db, here.update, clock.today(here.city.zone)),
        "errors": {},
        "typed_note": "",
    }
