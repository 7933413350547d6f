"""Organizers decide on registrations that wait for their approval, and let in again who had left."""

from collections.abc import Iterable

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import joinedload
from sqlmodel import col, select

from app.models import LEFT, Convening, Registration, RegistrationState, Seat
from app.models.base import relation
from app.people.audit import Refused
from app.registration import approval, teams
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import HERE, Text, write_to

router = APIRouter(prefix=HERE)
BOARD = [Depends(Needs("registration.board"))]


@router.get("/approvals", dependencies=BOARD)
def approvals(request: Request, db: Db, convening: ConveningHere) -> Response:
    """Who waits for an organizer's word, longest first."""
    return _approvals(request, db, convening)


@router.post("/approvals", dependencies=BOARD)
def approve_all(db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere) -> Response:
    done = [approval.approve_registration(db, one, by=viewer) for one in _pending(db, convening)]
    write_to(db, settings, done, by=viewer)
    people = (
        f"{len(done)} are approved, and each has a letter." if len(done) != 1 else "One is approved, with a letter."
    )
    return see_other(f"{convening.path}/registration/approvals", flash=people if done else "Nobody was waiting for it.")


@router.post("/approvals/{number:int}", dependencies=BOARD)
def approve_one(db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, number: int) -> Response:
    registration = _registration(db, convening, number)
    try:
        write_to(db, settings, [approval.approve_registration(db, registration, by=viewer)], by=viewer)
    except Refused as refused:
        return see_other(f"{convening.path}/registration/approvals", flash=refused.sentence)
    said = f"{registration.person.name} is approved and has a letter."
    return see_other(f"{convening.path}/registration/approvals", flash=said)


@router.post("/approvals/{number:int}/refusal", dependencies=BOARD)
def turn_one_down(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    number: int,
    reason: Text = "",
) -> Response:
    registration = _registration(db, convening, number)
    try:
        moved_up = approval.turn_down(db, registration, reason=reason, by=viewer)
    except Refused as refused:
        return _approvals(request, db, convening, {number: typed.errors(refused).get("reason", refused.sentence)})
    write_to(db, settings, [registration, *moved_up], by=viewer)
    said = f"{registration.person.name} is turned down and reads why."
    return see_other(f"{convening.path}/registration/approvals", flash=said)


@router.get("/left", dependencies=BOARD)
def left(request: Request, db: Db, convening: ConveningHere) -> Response:
    """Who declined, cancelled or was turned down, the latest first; each can be let in again."""
    rows = _in_state(db, convening, teams.NOT_COMING)[::-1]
    return page(request, "registration/left.html", {"convening": convening, "rows": rows})


@router.post("/left/{number:int}/restoration", dependencies=BOARD)
def restore(db: Db, settings: SettingsHere, convening: ConveningHere, viewer: ViewerHere, number: int) -> Response:
    """With a place if one is free, otherwise at the end of the waiting list."""
    registration = _registration(db, convening, number)
    was_out = registration.state in LEFT
    try:
        restored = approval.restore_registration(db, registration, by=viewer)
    except Refused as refused:
        return see_other(f"{convening.path}/registration/left", flash=refused.sentence)
    if was_out:
        write_to(db, settings, [restored], by=viewer)
    waits = restored.state is RegistrationState.WAITING
    said = "is on the waiting list: no place was free." if waits else "has a place."
    return see_other(f"{convening.path}/registration/left", flash=f"{restored.person.name} {said}")


def _pending(db: Db, convening: Convening) -> list[Registration]:
    return _in_state(db, convening, [RegistrationState.PENDING])


def _in_state(db: Db, convening: Convening, states: Iterable[RegistrationState]) -> list[Registration]:
    return list(
        db.exec(
            select(Registration)
            .where(Registration.convening_id == convening.key, col(Registration.state).in_(list(states)))
            .options(
                joinedload(relation(Registration.person)),
                joinedload(relation(Registration.city)),
                joinedload(relation(Registration.seat)).joinedload(relation(Seat.role)),
            )
            .order_by(col(Registration.submitted_at), col(Registration.id))
        )
    )


def _registration(db: Db, convening: Convening, number: int) -> Registration:
    registration = db.get(Registration, number)
    if registration is None or registration.convening_id != convening.key:
        raise NotHere("Nobody is registered under this number.")
    return registration


def _approvals(request: Request, db: Db, convening: Convening, errors: dict[int, str] | None = None) -> Response:
    context = {"convening": convening, "pending": _pending(db, convening), "errors": errors or {}}
    return page(request, "registration/approvals.html", context, status=422 if errors else 200)
