"""The plan of a venue: a picture of where its rooms are, and what it shows in words."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Header, Request, UploadFile
from fastapi.responses import Response
from starlette.background import BackgroundTask

from app.agenda.venues import remove_plan, set_plan
from app.files import JPEG, Arrival, as_plan
from app.people.audit import Refused
from app.routes.convening_forms import HERE
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.handed_in import AskedFirst, FilesHere, jpeg_of, send_ready, throw_away
from app.routes.pages import see_other
from app.routes.venue import venue_page

router = APIRouter(prefix=f"{HERE}/venue/plan")
CHANGE = [Depends(Needs("convening.change"))]


def plan_here(
    settings: SettingsHere, kept: FilesHere, plan: Annotated[UploadFile | str | None, File()] = None
) -> Arrival | str | None:
    """The picture of a form, or why it is not taken; None where there is none in it. Before the permission, and so
    before the transaction (handed_in.py says why)."""
    if plan is None or isinstance(plan, str) or not plan.filename:
        return None
    return jpeg_of(plan, as_plan, settings, kept)


UPLOAD = [Depends(AskedFirst("convening.change")), Depends(plan_here), *CHANGE]


@router.get("", dependencies=[Depends(Needs("convening.read"))])
def plan(
    convening: ConveningHere, kept: FilesHere, known: Annotated[str, Header(alias="if-none-match")] = ""
) -> Response:
    if convening.venue is None or not convening.venue.plan:
        raise NotHere("There is no plan here.")
    digest = convening.venue.plan
    return send_ready(digest, "plan.jpg", kept, media_type=JPEG.media_type, known=known, kept="private, no-cache")


@router.post("", dependencies=UPLOAD)
def give(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    kept: FilesHere,
    arrived: Annotated[Arrival | str | None, Depends(plan_here)],
    plan_told: Annotated[str, Form()] = "",
) -> Response:
    """A plan with its words; without a file only the words change."""
    if convening.venue is None:
        raise Refused("Say first where it takes place, then what it looks like there.")
    try:
        if isinstance(arrived, str):
            raise Refused(arrived, "plan")
        gone = set_plan(db, convening.venue, arrived.digest if arrived else "", plan_told, by=viewer)
    except Refused as refused:
        return venue_page(request, db, convening, plan_told=plan_told, refused=refused)
    answer = see_other(f"{convening.path}/venue", flash="The plan is saved.")
    answer.background = BackgroundTask(throw_away, kept, gone)
    return answer


@router.post("/removal", dependencies=CHANGE)
def remove(db: Db, convening: ConveningHere, viewer: ViewerHere, kept: FilesHere) -> Response:
    if convening.venue is None:
        raise NotHere("There is no plan here.")
    answer = see_other(f"{convening.path}/venue", flash="The plan is removed.")
    answer.background = BackgroundTask(throw_away, kept, remove_plan(db, convening.venue, by=viewer))
    return answer
