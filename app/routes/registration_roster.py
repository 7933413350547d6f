"""The list of participants as a page, and whether one is named on it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.registration.registrations import registration_of
from app.registration.roster import roster, set_listed
from app.registration.since import Moment, moves_since
from app.routes.door import ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other, wants_fragment
from app.routes.registration_desk import HERE, Text

router = APIRouter(prefix=f"{HERE}/roster")
READ = [Depends(Needs("convening.read"))]
OWN = [Depends(Needs("registration.own"))]


@router.get("", dependencies=READ)
def participants(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    q: Annotated[str, Query(max_length=200)] = "",
    since: Moment | None = None,
) -> Response:
    """Who comes from where, and whether the viewer is named; since a print, who came and who left."""
    everybody = roster(db, convening)
    mine = registration_of(db, convening, viewer.person_id) if viewer.person_id is not None else None
    context = {
        "convening": convening,
        "roster": everybody.found(q) if everybody else None,
        "coming": everybody.coming if everybody else 0,
        "long": everybody is not None and everybody.named > 12,
        "mine": mine if mine is not None and mine.state.value == "submitted" else None,
        "q": q,
        "moves": moves_since(db, convening, since) if since is not None and everybody else None,
    }
    block = "found" if wants_fragment(request) else None
    return page(request, "registration/roster.html", context, block=block)


@router.post("/listing", dependencies=OWN)
def listing(db: Db, convening: ConveningHere, viewer: ViewerHere, listed: Text = "", back: Text = "") -> Response:
    """Be named on the list, or only counted; from there, or (`back`) from the page of one's own settings."""
    assert viewer.person_id is not None
    mine = registration_of(db, convening, viewer.person_id)
    if mine is None:
        raise NotHere("You are not registered for this convening.")
    set_listed(db, mine, listed=listed == "yes", by=viewer)
    whose = "You are" if not viewer.acting else f"{viewer.name} is"
    said = "named on the list of participants." if listed == "yes" else "not named any more, only counted."
    return see_other("/me" if back == "me" else f"{convening.path}/registration/roster", flash=f"{whose} {said}")
