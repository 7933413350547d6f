"""The lines of a run of show as organizers write them: cues of their own, and other words for what the draft gives."""

from datetime import time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session, col, select

from app import clock
from app.agenda.cues import CueDetails, add_cue, change_cue, leave_out, replace_line
from app.agenda.running_order import Line
from app.models import AgendaSession, Convening, Cue, CueAnchor, CueKind
from app.people.audit import Refused
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, ViewerHere
from app.routes.pages import page, see_other
from app.routes.run_of_show import HERE, Text, address_of, line_here
from app.routes.session_choices import choices
from app.routes.session_editor import name_of

router = APIRouter(dependencies=[Depends(Needs("run_of_show.change"))])


class CueFields(BaseModel):
    """As sent, all of it text. `name` is the derived line that the cue replaces, if it does."""

    name: str = ""
    kind: str = CueKind.OTHER
    text: str = ""
    session: str = ""
    anchor: str = CueAnchor.START
    minutes: str = "0"
    day: str = ""
    time: str = ""
    room: str = ""
    responsible: str = ""


@router.get(HERE + "/cues/new")
def new_cue(
    request: Request,
    db: Db,
    convening: ConveningHere,
    session: str = "",
    day: str = "",
    room: str = "",
) -> Response:
    """An empty form, begun with the session, day or room that was pointed at."""
    return _form(request, db, convening, CueFields(session=session, day=day, room=room))


@router.get(HERE + "/lines")
def edit_line(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, name: str = "") -> Response:
    """A line, to be said otherwise: a cue's, or one that the draft gives."""
    line = line_here(db, convening, viewer, name)
    return _form(request, db, convening, _written(db, convening, line), line=line)


@router.post(HERE + "/lines")
def write_line(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    fields: Annotated[CueFields, Form()],
) -> Response:
    """A new cue, or (with a `name`) another wording, time or responsible for a line."""
    line = line_here(db, convening, viewer, fields.name) if fields.name else None
    try:
        if line is not None and not line.name.startswith("cue:"):
            text = "" if fields.text.strip() == line.what else fields.text
            minutes = _minutes(fields.minutes)
            replace_line(db, convening, line, text=text, minutes=minutes, responsible=fields.responsible, by=viewer)
        else:
            details = _details(db, convening, fields)
            if line is None:
                add_cue(db, convening, details, by=viewer)
            else:
                change_cue(db, convening, db.get_one(Cue, line.cue_id), details, by=viewer)
    except Refused as refused:
        return _form(request, db, convening, fields, line=line, refused=refused)
    return see_other(address_of(convening), flash="The run of show is changed.")


@router.post(HERE + "/lines/archival")
def take_off(db: Db, convening: ConveningHere, viewer: ViewerHere, name: Text) -> Response:
    """Leave a line out."""
    line = line_here(db, convening, viewer, name)
    if line.kind == "session":
        raise Refused("A session is on the run of show as long as it is on the draft.")
    leave_out(db, convening, line, by=viewer)
    return see_other(address_of(convening), flash=f"“{line.what}” is left out.")


def _minutes(text: str) -> int:
    try:
        return int(text.strip().replace("−", "-") or "0")
    except ValueError as error:
        raise Refused("Say how many minutes after it, or before it with a minus, such as -15.", "minutes") from error


def _details(db: Session, convening: Convening, fields: CueFields) -> CueDetails:
    """What was typed; raises Refused at the field."""
    try:
        kind, anchor = CueKind(fields.kind), CueAnchor(fields.anchor)
    except ValueError as error:
        raise Refused("Choose one of the list.", "kind") from error
    at = None
    if fields.day.strip() and fields.time.strip() and not fields.session.strip():
        try:
            wall = time.fromisoformat(fields.time.strip()).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError as error:
            raise Refused("Write the time as hours and minutes, such as 07:15.", "time") from error
        at = clock.at(typed.day(fields.day, "day"), wall, convening.zone)
    person, name = _responsible(db, convening, fields.responsible)
    return CueDetails(
        text=fields.text,
        kind=kind,
        session_id=typed.number_or_none(fields.session, "session"),
        anchor=anchor,
        minutes=_minutes(fields.minutes),
        at=at,
        room_id=typed.number_or_none(fields.room, "room"),
        responsible_id=person,
        responsible=name,
    )


def _responsible(db: Session, convening: Convening, text: str) -> tuple[int | None, str]:
    """The person whom the list offers under that name, or the name of somebody who is not on record."""
    if not text.strip():
        return None, ""
    try:
        return choices(db, convening).person(text, "responsible"), ""
    except Refused:
        return None, text


def _written(db: Session, convening: Convening, line: Line) -> CueFields:
    cue = db.get(Cue, line.cue_id) if line.cue_id is not None else None
    at = clock.local(line.at, convening.zone)
    responsible = line.responsible
    if cue is not None and cue.responsible_id is not None:
        responsible = choices(db, convening).labels.get(cue.responsible_id, responsible)
    return CueFields(
        name=line.name,
        kind=line.kind,
        text=line.what,
        session=str(line.session_id or ""),
        anchor=cue.anchor if cue else CueAnchor.START,
        minutes=str(line.minutes),
        day="" if line.session_id else at.date().isoformat(),
        time="" if line.session_id else f"{at:%H:%M}",
        room=str(line.room_id or ""),
        responsible=responsible,
    )


def _form(
    request: Request,
    db: Session,
    convening: Convening,
    fields: CueFields,
    *,
    line: Line | None = None,
    refused: Refused | None = None,
) -> Response:
    placed = select(AgendaSession).where(
        AgendaSession.convening_id == convening.key,
        col(AgendaSession.starts_at).is_not(None),
        col(AgendaSession.archived_at).is_(None),
        col(AgendaSession.cancelled_at).is_(None),
    )
    sessions = db.exec(placed.order_by(col(AgendaSession.starts_at), col(AgendaSession.id))).all()
    context = {
        "convening": convening,
        "form": fields,
        "line": line,
        "errors": typed.errors(refused) if refused else {},
        "kinds": [(kind.value, kind.value.capitalize()) for kind in CueKind],
        "sessions": [
            (one.key, f"{clock.local(one.starts_at, convening.zone):%a %H:%M} {name_of(one)}")
            for one in sessions
            if one.starts_at is not None
        ],
        "rooms": [(one.key, one.name) for one in convening.venue.rooms if one.archived_at is None]
        if convening.venue
        else [],
        "labels": choices(db, convening).labels.values(),
        "at": address_of(convening),
    }
    return page(request, "agenda/cue.html", context, status=422 if refused else 200)
