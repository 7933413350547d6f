"""What organizers see of the registering: the board of all cities."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session, select

from app.models import Convening, Delegation
from app.people.audit import Refused
from app.registration import delegations, teams, terms
from app.routes import typed
from app.routes.door import CityHere, ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import HERE, Text, write_to

router = APIRouter(prefix=HERE)
BOARD = [Depends(Needs("registration.board"))]


@router.get("/board", dependencies=BOARD)
def board(request: Request, db: Db, convening: ConveningHere) -> Response:
    return _board(request, db, convening)


@router.post("/board/delegations", dependencies=BOARD)
def open_delegations(db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    opened = delegations.open_delegations(db, convening, by=viewer)
    said = f"{len(opened)} delegations opened." if opened else "Each city has its delegation already."
    return see_other(f"{convening.path}/registration/board", flash=said)


@router.post("/board/caps/{city}", dependencies=BOARD)
def change_caps(
    request: Request,
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    city: CityHere,
    cap: Text = "",
    sponsored_cap: Text = "",
) -> Response:
    delegation = db.exec(
        select(Delegation).where(Delegation.convening_id == convening.key, Delegation.city_id == city.key)
    ).first()
    if delegation is None:
        raise NotHere(f"{city.name} has no delegation at this convening.")
    try:
        own, sponsored = typed.number_or_none(cap, "cap"), typed.number_or_none(sponsored_cap, "sponsored_cap")
        if own is None or sponsored is None or max(own, sponsored) > 9999:
            raise Refused("A cap is a number of places, such as 10.", field="cap")
        promoted = delegations.set_caps(db, delegation, cap=own, sponsored_cap=sponsored, by=viewer)
    except Refused as refused:
        kept = {"city": city.slug, "cap": cap, "sponsored_cap": sponsored_cap, "error": refused.sentence}
        return _board(request, db, convening, kept)
    write_to(db, settings, promoted, by=viewer)
    let_in = f" {len(promoted)} moved up from the waiting list." if promoted else ""
    said = f"{city.name} has {own} places of its own and {sponsored} sponsored.{let_in}"
    return see_other(f"{convening.path}/registration/board", flash=said)


def _board(request: Request, db: Session, convening: Convening, kept: dict[str, str] | None = None) -> Response:
    context = {
        "convening": convening,
        "board": teams.board(db, convening),
        "closed": terms.closed_because(convening),
        "kept": kept or {},
    }
    return page(request, "registration/board.html", context, status=422 if kept else 200)
