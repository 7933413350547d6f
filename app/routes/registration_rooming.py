"""The rooming list, as a page, as tables, on paper; and the sheet on which people sign that they have come."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.agenda import published
from app.exchange.registration_tables import rooming_rows, rooming_widths
from app.models import Convening
from app.printing.papers import Paper
from app.printing.registration_lists import SHEET, LiesOn, rooming_sheet, sign_in_sheet
from app.registration.everybody import everybody
from app.registration.rooming import rooming
from app.routes.door import ConveningHere, Db, Needs, SettingsHere
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


@router.get("/rooming.pdf", dependencies=BOARD)
def rooming_pdf(db: Db, settings: SettingsHere, convening: ConveningHere, paper: Paper = Paper.LETTER) -> Response:
    html = rooming_sheet(
        convening,
        rooming(db, convening),
        release=published.latest_number(db, convening),
        live=f"{settings.address}{convening.path}/registration/rooming",
    )
    return _printed(convening, "rooming", html, paper)


@router.get("/rooming.{kind}", dependencies=BOARD)
def rooming_file(db: Db, convening: ConveningHere, kind: str) -> Response:
    listed = rooming(db, convening)
    return file_answer(kind, f"{convening.slug}-rooming", rooming_rows(convening, listed), rooming_widths(listed))


@router.get("/sign-in.pdf", dependencies=BOARD)
def sign_in_pdf(
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    paper: Paper = Paper.LETTER,
    on: LiesOn = LiesOn.TABLE,
) -> Response:
    """Who has a place, by city, with a line to sign on. Unless it is asked for, nobody's name lies about who did not
    agree."""
    html = sign_in_sheet(
        convening,
        everybody(db, convening),
        on=on,
        release=published.latest_number(db, convening),
        live=f"{settings.address}{convening.path}/registration/people?state=submitted",
    )
    return _printed(convening, f"sign-in-{on}", html, paper)


def _printed(convening: Convening, name: str, html: str, paper: Paper) -> Response:
    from app.printing.press import render_pdf  # takes a second to import, so only when something is set

    headers = {
        "Content-Disposition": f'inline; filename="{convening.slug}-{name}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(render_pdf(html, sheet=SHEET, paper=paper), media_type="application/pdf", headers=headers)
