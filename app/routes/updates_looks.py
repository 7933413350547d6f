"""Who has looked at an update before its release: for its city's people, and names and times for organizers."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.routes.door import Db, Needs, ViewerHere
from app.routes.pages import page
from app.routes.updates_door import UpdateHere
from app.updates.looks import A_PAGE, lookers_at, looks_at
from app.updates.reading import is_own_city

router = APIRouter()


@router.get("/{cohort}/updates/{cycle}/{city}/looks", dependencies=[Depends(Needs("update.looks"))])
def who_looked(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, before: int | None = None) -> Response:
    """The looks, the latest first, a page at a time, and above them each person once."""
    found = looks_at(db, here.update, before=before, most=A_PAGE + 1)
    context = here.shown() | {
        "looks": found[:A_PAGE],
        "next": found[A_PAGE - 1].number if len(found) > A_PAGE else None,
        "lookers": lookers_at(db, here.update) if before is None else (),
        "own": is_own_city(db, here.update, viewer),
    }
    return page(request, "updates/looks.html", context)
