"""Who may read a released update beyond the cohort: its city says so, and takes it back (rule 18)."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.people.viewer import Viewer
from app.routes.door import Db, Needs, NotAllowed, ViewerHere
from app.routes.kept import keep
from app.routes.pages import page, see_other
from app.routes.updates_door import CityUpdate, UpdateHere
from app.updates.public import make_public, take_back_from_public
from app.updates.reading import readable_update

router = APIRouter()
APPROVE = [Depends(Needs("update.approve"))]


@router.post("/{cohort}/updates/{cycle}/{city}/publication", dependencies=APPROVE)
def publish(db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    make_public(db, here.update, by=viewer)
    return see_other(here.place, flash="Everybody can read it now, at this address, without signing in.")


@router.post("/{cohort}/updates/{cycle}/{city}/publication/withdrawal", dependencies=APPROVE)
def withdraw(db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    take_back_from_public(db, here.update, by=viewer)
    return see_other(here.place, flash="Only the cohort reads it again.")


def for_strangers(request: Request, db: Session, here: CityUpdate, viewer: Viewer) -> Response:
    """What an update's address shows to whoever is not of the cohort: what is public, or the way to sign in."""
    reading = readable_update(db, here.update, viewer)
    if reading is None or reading.version is None:
        raise NotAllowed()
    context = here.shown() | {"content": reading.content, "version": reading.version}
    return keep(page(request, "updates/public.html", context))
