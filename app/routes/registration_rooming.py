"""The rooming list, as a page and as tables."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.exchange.registration_tables import rooming_rows, rooming_widths
from app.registration.rooming import rooming
from app.routes.door import ConveningHere, Db, Needs
from app.routes.pages import page
from app.routes.registration_desk import HERE
from app.routes.registration_people import file_answer

router = APIRouter(prefix=HERE)
BOARD = [Depends(Needs("registration.board"))]


@router.get("/rooming", dependencies=BOARD)
def rooming_list(request: Request, db: Db, convening: ConveningHere) -> Response:
    answer = page(request, "registration/rooming.html", {"convening": convening, "rooming": rooming(db, convening)})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/rooming.{kind}", dependencies=BOARD)
def rooming_file(db: Db, convening: ConveningHere, kind: str) -> Response:
    listed = rooming(db, convening)
    return file_answer(kind, f"{convening.slug}-rooming", rooming_rows(convening, listed), rooming_widths(listed))
