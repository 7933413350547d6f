"""The run of show: a sheet for each day and room, read, and ticked off on a phone on the day."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.agenda.cues import tick_line, untick_line
from app.agenda.run_of_show import RunOfShow, run_of_show
from app.agenda.running_order import Line
from app.models import Convening
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes.door import ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other, wants_fragment
from app.updates.presented import marks_by_session

HERE = "/{cohort}/convenings/{convening}/run-of-show"
READ = [Depends(Needs("run_of_show.read"))]

router = APIRouter()
Text = Annotated[str, Form()]


@router.get(HERE, dependencies=READ)
def sheets(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    day: str = "",
    room: int | None = None,
    open_only: str = "",
) -> Response:
    """What happens on a day (today, else the first), in all rooms or one; `open_only` leaves out what is done."""
    return _sheets(request, db, convening, viewer, day=day, room=room, open_only=bool(open_only))


@router.post(HERE + "/ticks", dependencies=[Depends(Needs("run_of_show.tick"))])
def tick(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, line: Text, day: Text = "", room: Text = ""
) -> Response:
    """Tick a line off."""
    tick_line(db, convening, line_here(db, convening, viewer, line), by=viewer)
    return _ticked(request, db, convening, viewer, line, day, room)


@router.post(HERE + "/ticks/removal", dependencies=[Depends(Needs("run_of_show.tick"))])
def untick(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, line: Text, day: Text = "", room: Text = ""
) -> Response:
    """Take a tick back."""
    untick_line(db, convening, line_here(db, convening, viewer, line), by=viewer)
    return _ticked(request, db, convening, viewer, line, day, room)


def _sheets(
    request: Request,
    db: Session,
    convening: Convening,
    viewer: Viewer,
    *,
    day: str,
    room: int | None,
    open_only: bool = False,
) -> Response:
    show = run_of_show(db, convening, viewer, beside=marks_by_session(db, convening, viewer))
    chosen = _day(show, day)
    now = clock.now()
    context = {
        "convening": convening,
        "show": show,
        "day": chosen,
        "room": room,
        "open_only": open_only,
        "sheets": show.of(chosen, room),
        "now_at": now,
        "may_write": may(viewer, "run_of_show.change", cohort_id=convening.cohort_id),
        "at": address_of(convening),
    }
    block = "sheets" if wants_fragment(request) else None
    answer = page(request, "agenda/run_of_show.html", context, block=block)
    answer.headers["cache-control"] = "private, no-store"
    return answer


def _ticked(
    request: Request, db: Session, convening: Convening, viewer: Viewer, line: str, day: str, room: str
) -> Response:
    db.flush()
    if wants_fragment(request):
        number = int(room) if room.isascii() and room.isdecimal() else None
        return _sheets(request, db, convening, viewer, day=day, room=number)
    return see_other(f"{address_of(convening)}?day={day}&room={room}" if room else f"{address_of(convening)}?day={day}")


def line_here(db: Session, convening: Convening, viewer: Viewer, name: str) -> Line:
    line = run_of_show(db, convening, viewer).line(name)
    if line is None:
        raise NotHere("That line is no longer on the run of show: the draft has changed.")
    return line


def _day(show: RunOfShow, typed_day: str) -> Any:
    """The day that was asked for; else today while the convening is on, else the first."""
    for day in show.days:
        if day.isoformat() == typed_day:
            return day
    today = clock.today(show.convening.zone)
    return today if today in show.days else show.days[0] if show.days else None


def address_of(convening: Convening) -> str:
    """Where a convening's run of show stands."""
    return f"{convening.path}/run-of-show"
