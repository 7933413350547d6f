"""What organizers see of the registering: the board of all cities."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.registration import delegations, terms
from app.registration.board import board as board_of
from app.registration.progress import progress
from app.routes.door import ConveningHere, Db, Needs, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import HERE

router = APIRouter(prefix=HERE)
BOARD = [Depends(Needs("registration.board"))]


@router.get("/board", dependencies=BOARD)
def board(request: Request, db: Db, convening: ConveningHere) -> Response:
    context = {
        "convening": convening,
        "board": board_of(db, convening),
        "progress": progress(db, convening),
        "closed": terms.closed_because(convening),
    }
    return page(request, "registration/board.html", context)


@router.post("/board/delegations", dependencies=BOARD)
def open_delegations(db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    opened = delegations.open_delegations(db, convening, by=viewer)
    said = f"{len(opened)} delegations opened." if opened else "Each city has its delegation already."
    return see_other(f"{convening.path}/registration/board", flash=said)
