"""Badges and the list at the door on paper, and one's own code on a screen."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.models import RegistrationState
from app.printing.badges import SHEET, badges, code_of
from app.printing.door_list import SHEET as DOOR_SHEET
from app.printing.door_list import door_list
from app.printing.papers import Paper
from app.registration.expected import guests
from app.registration.registrations import registration_of
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page

HERE = "/{cohort}/convenings/{convening}"
router = APIRouter(prefix=HERE)


@router.get("/print/badges.pdf", dependencies=[Depends(Needs("checkin.use"))])
def badges_pdf(
    db: Db,
    convening: ConveningHere,
    city: str = "",
    registration: int | None = None,
    paper: Paper = Paper.LETTER,
) -> Response:
    """The badges of all with a confirmed place, of a city (by its slug), or of one registration by its number."""
    from app.printing.press import render_pdf  # takes a second to import, so only when something is set

    wanted = [
        guest
        for guest in guests(db, convening, number=registration)
        if guest.is_expected and (not city or guest.city_slug == city)
    ]
    if not wanted:
        raise NotHere("Nobody with a confirmed place is asked for, so there is no badge to print.")
    pdf = render_pdf(badges(convening, wanted), sheet=SHEET, paper=paper)
    headers = {
        "Content-Disposition": f'inline; filename="{convening.slug}-badges.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.get("/print/check-in.pdf", dependencies=[Depends(Needs("checkin.use"))])
def door_list_pdf(db: Db, settings: SettingsHere, convening: ConveningHere, paper: Paper = Paper.LETTER) -> Response:
    """The list at the door with a box for each person, by name."""
    from app.printing.press import render_pdf  # takes a second to import, so only when something is set

    html = door_list(convening, guests(db, convening), live=f"{settings.address}{convening.path}/registration/check-in")
    headers = {
        "Content-Disposition": f'inline; filename="{convening.slug}-check-in.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(render_pdf(html, sheet=DOOR_SHEET, paper=paper), media_type="application/pdf", headers=headers)


@router.get("/registration/code", dependencies=[Depends(Needs("registration.own"))])
def own_code(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    """The code that check-in reads, large, for who has a confirmed place: themselves or who acts for them."""
    assert viewer.person_id is not None
    registration = registration_of(db, convening, viewer.person_id)
    if registration is None or registration.state is not RegistrationState.SUBMITTED:
        raise NotHere("A code for check-in is here once the place is confirmed.")
    context = {"convening": convening, "registration": registration, "code": code_of(registration.code)}
    return page(request, "registration/code.html", context)
