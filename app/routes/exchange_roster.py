"""People and seats by upload: a table is chosen, what each row would do is looked at, and only then is it done."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app.exchange.reading import Unreadable
from app.exchange.roster import RosterOutcome, rehearse_roster, take_roster
from app.exchange.roster_table import read_roster
from app.exchange.templates import ROSTER_COLUMNS
from app.exchange.waiting import Upload, WaitingRoom
from app.models import Cohort
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes.door import CohortHere, Db, Needs, SettingsHere, ViewerHere, database_here
from app.routes.exchange import GONE, LONGEST_BODY, Sent, receive
from app.routes.pages import page, see_other

router = APIRouter()
IMPORT = [Depends(Needs("roster.import"))]


@router.get("/{cohort}/people/import", dependencies=IMPORT)
def choose(request: Request, cohort: CohortHere) -> Response:
    """Choose a table of people and the seats they hold."""
    return _chooser(request)


@router.post("/{cohort}/people/import", dependencies=IMPORT, max_body_size=LONGEST_BODY)
def upload(request: Request, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, file: Sent) -> Response:
    """Keep the file, unread, and go and look at it."""
    try:
        token = receive(file, settings, whose=_whose(cohort, viewer))
    except Unreadable as error:
        return _chooser(request, error.sentence)
    return see_other(f"/{cohort.slug}/people/import/{token}")


@router.get("/{cohort}/people/import/{token}", dependencies=IMPORT)
def preview(request: Request, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, token: str) -> Response:
    """What each row would do; nothing of it stays."""
    upload = WaitingRoom(settings.data_dir).find(token, whose=_whose(cohort, viewer))
    if upload is None:
        return _chooser(request, GONE)
    try:
        read = read_roster(upload.content, megabytes=settings.upload_megabytes)
    except Unreadable as error:
        return _chooser(request, error.sentence)
    return _shown(request, upload, rehearse_roster(database_here(request), cohort.key, read, by=viewer))


@router.post("/{cohort}/people/import/{token}", dependencies=IMPORT)
def import_roster(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    token: str,
    keep: Annotated[str, Form()] = "readable",
) -> Response:
    """Take the rows; those that are refused are said, and with `keep` "nothing" they refuse all."""
    room = WaitingRoom(settings.data_dir)
    upload = room.find(token, whose=_whose(cohort, viewer))
    if upload is None:
        return _chooser(request, GONE)
    read = read_roster(upload.content, megabytes=settings.upload_megabytes)
    try:
        outcome = take_roster(db, cohort, read, keep="nothing" if keep == "nothing" else "readable", by=viewer)
    except Refused as refused:
        return _chooser(request, refused.sentence)
    room.drop(token)
    return see_other(f"/{cohort.slug}/people", flash=f"Imported: {outcome.lines[0]}")


def _chooser(request: Request, error: str = "") -> Response:
    context = {"columns": ROSTER_COLUMNS, "errors": {"file": error} if error else {}}
    return page(request, "exchange/roster_upload.html", context, status=422 if error else 200)


def _shown(request: Request, upload: Upload, outcome: RosterOutcome) -> Response:
    return page(request, "exchange/roster_preview.html", {"upload": upload, "outcome": outcome})


def _whose(cohort: Cohort, viewer: Viewer) -> str:
    return f"roster {cohort.key} {viewer.actor_id}"
