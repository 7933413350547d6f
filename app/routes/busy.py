"""One's other calendars, of which only the hours are kept: named by address or as a file, looked at, taken away."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.calendars.others import hours_of, own_uids
from app.files.calendars import LARGEST, Hours
from app.files.kinds import Unacceptable
from app.models import BusyCalendar
from app.people import busy
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.door import (
    Db,
    Needs,
    NotHere,
    SettingsHere,
    ViewerHere,
    database_here,
    own_record,
    settings_here,
    viewer_here,
)
from app.routes.pages import page, see_other

router = APIRouter(prefix="/me/busy")
READ = [Depends(Needs("own.read"))]
CHANGE = [Depends(Needs("own.change"))]
Text = Annotated[str, Form()]
SHOWN = timedelta(days=14)
MOST_SHOWN = 20


@router.get("", dependencies=READ)
def mine(request: Request, db: Db, viewer: ViewerHere) -> Response:
    return _page(request, db, viewer)


@router.post("/addresses", dependencies=CHANGE)
def add_address(
    request: Request, db: Db, viewer: ViewerHere, settings: SettingsHere, label: Text = "", address: Text = ""
) -> Response:
    """Take on a calendar by its address; it is read within a minute."""
    try:
        busy.name_calendar(
            db,
            own_record(db, viewer),
            label=label,
            address=address,
            zone=viewer.zone or "UTC",
            ports=settings.ports_of_calendars,
            by=viewer,
        )
    except Refused as refused:
        return _page(request, db, viewer, {"label": label, "address": address}, typed.errors(refused))
    return see_other("/me/busy", flash="It is read within a minute. Only its hours are kept.")


def hours_here(request: Request, file: Annotated[UploadFile | str | None, File()] = None) -> Hours | str:
    """The hours of the calendar in a form, or the sentence that says why there are none.

    Put this before the permission, and so before the transaction: reading takes seconds, and would hold up every other
    writer. What strangers send is not read at all, nor what could not be kept.
    """
    if file is None or isinstance(file, str) or not file.filename:
        return "Choose a file first."
    with database_here(request).read() as db:
        viewer = viewer_here(request, db, settings_here(request))
        if viewer.person_id is None:
            return "Sign in first."
        oneself = own_record(db, viewer)
        try:
            busy.check_room(db, oneself)
        except Refused as refused:
            return refused.sentence
        email, own = oneself.email or "", own_uids(db)
    try:
        return hours_of(file.file.read(LARGEST + 1), zone=viewer.zone or "UTC", email=email, own=own)
    except Unacceptable as error:
        return error.sentence


@router.post("/files", dependencies=[Depends(hours_here), *CHANGE], max_body_size=LARGEST + (1 << 20))
def add_file(
    request: Request,
    db: Db,
    viewer: ViewerHere,
    hours: Annotated[Hours | str, Depends(hours_here)],
    file_label: Text = "",
) -> Response:
    """Take on a calendar as a file: as it is today, until it is taken away."""
    try:
        if isinstance(hours, str):
            raise Refused(hours, "file")
        busy.name_file(db, own_record(db, viewer), label=file_label, zone=viewer.zone or "UTC", hours=hours, by=viewer)
    except Refused as refused:
        field = "file_label" if refused.field == "label" else refused.field or ""
        return _page(request, db, viewer, {"file_label": file_label}, {field: refused.sentence})
    return see_other("/me/busy", flash="Its hours are kept; the file is not.")


@router.post("/{number:int}/removal", dependencies=CHANGE)
def remove(db: Db, viewer: ViewerHere, number: int) -> Response:
    calendar = db.get(BusyCalendar, number)
    if calendar is None or calendar.person_id != viewer.person_id:
        raise NotHere("No calendar of that number is yours.")
    busy.take_calendar_away(db, calendar, by=viewer)
    return see_other("/me/busy", flash="It is gone, with all its hours.")


def _page(
    request: Request,
    db: Session,
    viewer: Viewer,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    oneself, now = own_record(db, viewer), clock.now()
    calendars = busy.calendars_of(db, oneself.key)
    stretches = busy.busy_of(db, [oneself.key], now, now + SHOWN)[oneself.key]
    context: dict[str, Any] = {
        "calendars": calendars,
        "hosts": {one.key: busy.host_of(one.address) for one in calendars},
        "counts": busy.stretches_in(db, [one.key for one in calendars], now, now + timedelta(days=28)),
        "stretches": stretches[:MOST_SHOWN],
        "more": max(0, len(stretches) - MOST_SHOWN),
        "zone": viewer.zone or "UTC",
        "full": len(calendars) >= busy.MOST_CALENDARS,
        "form": {"label": "", "address": "", "file_label": "", **(form or {})},
        "errors": errors or {},
    }
    response = page(request, "calendars/busy.html", context, status=422 if errors else 200)
    response.headers["cache-control"] = "no-store"
    return response
