"""Where the draft's sessions stand: placing, moving, resizing, the tray.

With htmx a change is answered by the workbench anew; without JavaScript by 303 to the draft.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from app.agenda.desk import Desk
from app.agenda.findings import Finding, Gravity
from app.agenda.memory import recall
from app.agenda.placements import give_rooms, move_session, resize_session, unplace_session
from app.gatherings.details import details_of
from app.models import AgendaSession
from app.people.audit import Refused
from app.routes.session_choices import choices
from app.routes.session_editor import written
from app.routes.session_form import PlacementFields, PlacementSent, read_minutes, read_placement, read_rooms
from app.routes.stale import moved_meanwhile
from app.routes.workbench import DRAFT, ONE, SessionHere, Workbench, WorkbenchHere, name_of, said_time

router = APIRouter(dependencies=DRAFT)

MOST_SAID = 2
"""New conflicts that are said at once after a change; all of them stand beside the grid."""


@router.post(ONE + "/placement")
def place(bench: WorkbenchHere, session: SessionHere, fields: PlacementSent) -> Response:
    """Move a session, or give it another length or other rooms. What is not sent stays as it is; an empty day and
    start is the tray. The answer says which conflicts that made, and which it cured."""
    if (refusal := moved_meanwhile(bench, session, fields)) is not None:
        return refusal
    before = recall(bench.db, bench.convening)
    try:
        _place(bench, session, fields)
    except Refused as refused:
        typed = written(session, details_of(session), choices(bench.db, bench.convening))
        return bench.edit(session, typed.model_copy(update=fields.model_dump(exclude_none=True)), refused)
    desk = bench.desk()
    said = f"{said_place(desk, session)}. {said_shift(desk, before.found)}"
    return bench.done(said.strip(), session, desk=desk)


@router.post(ONE + "/tray")
def take_back(bench: WorkbenchHere, session: SessionHere, seen: Annotated[str, Form()] = "") -> Response:
    """Take a session off the grid, for another time."""
    if (refusal := moved_meanwhile(bench, session, PlacementFields(day="", start="", seen=seen))) is not None:
        return refusal
    unplace_session(bench.db, session, by=bench.viewer)
    return bench.done(f"“{name_of(session)}” is now {said_time(session)}.", session)


def said_place(desk: Desk, session: AgendaSession) -> str:
    """ "“Welcome” is now on Tue 14 Nov, 09:00–10:00 in GCC", for whoever cannot see where it went."""
    rooms = desk.where(desk.draft.session(session.key)) if session.is_placed else ""
    return f"“{desk.titles[session.key]}” is now {said_time(session)}{f' in {rooms}' if rooms else ''}"


def said_shift(desk: Desk, before: Iterable[Finding]) -> str:
    """How many conflicts a change made and cured, with the first of those that it made."""
    known = {one.key for one in before}
    made = (one.said for one in desk.shown if one.finding.key not in known and one.gravity is not Gravity.NOTE)
    return " ".join((desk.shift(before), *islice(made, MOST_SAID))).strip()


def _place(bench: Workbench, session: AgendaSession, fields: PlacementFields) -> None:
    placement = read_placement(fields, session)
    if placement is not None:
        move_session(bench.db, session, to=placement, by=bench.viewer)
        return
    unplace_session(bench.db, session, by=bench.viewer)
    resize_session(bench.db, session, minutes=read_minutes(fields, session), by=bench.viewer)
    give_rooms(bench.db, session, read_rooms(fields, session), by=bench.viewer)
