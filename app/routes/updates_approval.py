"""Approval of an update by its city's mayor, on a phone: approve, or send back with a note (rule 5)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.mailing import letters
from app.models import City, Cohort, Update, UpdateCycle
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import CityHere, CohortHere, Db, Needs, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import CycleHere, UpdateHere, place_of
from app.updates.approval import approve_update, approvers, may_approve, send_back, withdraw_approval
from app.updates.board import STEPS, line_of
from app.updates.content import draft_of, figure

router = APIRouter()
WRITE = [Depends(Needs("update.write"))]
APPROVE = [Depends(Needs("update.approve"))]


@router.get("/{cohort}/updates/{cycle}/{city}/approval", dependencies=APPROVE)
def approval(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    city: CityHere,
    update: UpdateHere,
    viewer: ViewerHere,
) -> Response:
    """One page for the mayor, made for a phone. Others of the city learn whose approval it needs."""
    return page(request, "updates/approval.html", _approval(db, cohort, cycle, city, update, viewer))


@router.post("/{cohort}/updates/{cycle}/{city}/approval", dependencies=APPROVE)
def approve(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    city: CityHere,
    update: UpdateHere,
    viewer: ViewerHere,
    seen: Annotated[str, Form()] = "",
) -> Response:
    try:
        approve_update(db, update, seen=seen, by=viewer)
    except Refused as refused:
        context = _approval(db, cohort, cycle, city, update, viewer) | {"errors": {"": refused.sentence}}
        return page(request, "updates/approval.html", context, status=409)
    return see_other(place_of(cohort, cycle, city), flash="Approved. The lab releases it to the cohort.")


@router.post("/{cohort}/updates/{cycle}/{city}/return", dependencies=APPROVE)
def hand_back(
    request: Request,
    db: Db,
    cohort: CohortHere,
    cycle: CycleHere,
    city: CityHere,
    update: UpdateHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    note: Annotated[str, Form()] = "",
) -> Response:
    try:
        told = send_back(db, update, note=note, by=viewer)
    except Refused as refused:
        errors = {refused.field or "": refused.sentence}
        context = _approval(db, cohort, cycle, city, update, viewer) | {"errors": errors, "typed_note": note}
        return page(request, "updates/approval.html", context, status=422)
    place = place_of(cohort, cycle, city)
    letters.update_sent_back(db, told, city=city.name, cycle=cycle.title, address=f"{settings.address}{place}/edit")
    return see_other(place, flash="Sent back with your note.")


@router.post("/{cohort}/updates/{cycle}/{city}/approval/withdrawal", dependencies=WRITE)
def withdraw(
    db: Db, cohort: CohortHere, cycle: CycleHere, city: CityHere, update: UpdateHere, viewer: ViewerHere
) -> Response:
    withdraw_approval(db, update, by=viewer)
    return see_other(f"{place_of(cohort, cycle, city)}/edit", flash="The approval is withdrawn; the text can change.")


def _approval(
    db: Session, cohort: Cohort, cycle: UpdateCycle, city: City, update: Update, viewer: Viewer
) -> dict[str, object]:
    content = draft_of(db, update)
    return {
        "cycle": cycle,
        "city": city,
        "update": update,
        "place": place_of(cohort, cycle, city),
        "line": line_of(cycle, update, city),
        "steps": STEPS,
        "content": content,
        "figure": figure(content.number.body) if content.number else None,
        "may_approve": may_approve(db, update, viewer),
        "approvers": approvers(db, update, clock.today(city.zone)),
        "errors": {},
        "typed_note": "",
    }
