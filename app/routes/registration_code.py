"""One's own code for check-in on a screen."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.models import RegistrationState
from app.printing.badges import code_of
from app.registration.registrations import registration_of
from app.routes.door import ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page

HERE = "/{cohort}/convenings/{convening}"
router = APIRouter(prefix=HERE)


@router.get("/registration/code", dependencies=[Depends(Needs("registration.own"))])
def own_code(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere) -> Response:
    """The code that check-in reads, large, for who has a confirmed place: themselves or who acts for them."""
    assert viewer.person_id is not None
    registration = registration_of(db, convening, viewer.person_id)
    if registration is None or registration.state is not RegistrationState.SUBMITTED:
        raise NotHere("A code for check-in is here once the place is confirmed.")
    context = {"convening": convening, "registration": registration, "code": code_of(registration.code)}
    return page(request, "registration/code.html", context)
