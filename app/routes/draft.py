"""The organizers' draft: the grid, its sessions' forms, and what is said of a session; where it stands is
draft_placements.py's.

With htmx a change is answered by the workbench anew; without JavaScript by 303 to the draft.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from app.agenda.findings import check
from app.agenda.loading import load_draft
from app.agenda.releases import override_finding, withdraw_override
from app.agenda.sessions import (
    archive_session,
    cancel_session,
    change_session,
    create_session,
    reinstate_session,
    restore_session,
)
from app.gatherings.details import details_of
from app.people.audit import Refused
from app.routes.door import NotHere
from app.routes.session_form import (
    PlacementFields,
    SessionFields,
    choices,
    read_details,
    read_minutes,
    read_placement,
    read_rooms,
    written,
)
from app.routes.workbench import DRAFT, HERE, ONE, SessionHere, WorkbenchHere, name_of, said_time

router = APIRouter(dependencies=DRAFT)
FORM = HERE + "/agenda/draft/sessions/{session:int}"
Text = Annotated[str, Form()]


@router.get(HERE + "/agenda/draft")
def draft(bench: WorkbenchHere, deleted: int | None = None) -> Response:
    """The grid of a `day` (the first, or today), or of "all", as draft_view.py reads it from the address; `deleted` is
    a session that may be brought back here."""
    return bench.show(deleted)


@router.get(HERE + "/agenda/draft/sessions/new")
def new_session(bench: WorkbenchHere, day: str = "", start: str = "", room: str = "") -> Response:
    """An empty form, begun with the day, start and room that were pointed at."""
    fields = SessionFields(title="", purpose="", day=day, start=start, minutes="60", room=[room], everyone="yes")
    return bench.edit(None, fields)


@router.post(HERE + "/agenda/draft/sessions")
def create(bench: WorkbenchHere, fields: Annotated[SessionFields, Form()]) -> Response:
    """A new session, placed where the form says, or in the tray without a day and start."""
    try:
        details = read_details(fields, choices(bench.db, bench.convening))
        session = create_session(
            bench.db,
            bench.convening,
            details,
            to=read_placement(fields),
            rooms=read_rooms(fields),
            minutes=read_minutes(fields),
            by=bench.viewer,
        )
    except Refused as refused:
        return bench.edit(None, fields, refused)
    return bench.done(f"“{name_of(session)}” is on the draft, {said_time(session)}.", session)


@router.get(FORM)
def edit_session(bench: WorkbenchHere, session: SessionHere) -> Response:
    """All that is said of a session, to be changed."""
    if session.archived_at is not None:
        raise NotHere(f"“{name_of(session)}” was deleted.")
    return bench.edit(session)


@router.post(FORM)
def change(bench: WorkbenchHere, session: SessionHere, fields: Annotated[SessionFields, Form()]) -> Response:
    """Say something else of a session; its time and rooms are changed by its placement."""
    offered = choices(bench.db, bench.convening)
    try:
        change_session(bench.db, session, read_details(fields, offered, details_of(session)), by=bench.viewer)
    except Refused as refused:
        stored = written(session, details_of(session), offered)
        placed = stored.model_dump(include=set(PlacementFields.model_fields))
        return bench.edit(session, fields.model_copy(update=placed), refused)
    return bench.done(f"“{name_of(session)}” is changed.", session)


@router.post(ONE + "/archival")
def delete(bench: WorkbenchHere, session: SessionHere) -> Response:
    """Delete a session; the page that follows offers to undo it."""
    archive_session(bench.db, session, by=bench.viewer)
    return bench.done(f"“{name_of(session)}” is deleted.", session, deleted=session.key)


@router.post(ONE + "/restoration")
def restore(bench: WorkbenchHere, session: SessionHere) -> Response:
    """Undo a deletion."""
    restore_session(bench.db, session, by=bench.viewer)
    return bench.done(f"“{name_of(session)}” is back, {said_time(session)}.", session)


@router.post(ONE + "/cancellation")
def cancel(bench: WorkbenchHere, session: SessionHere, reason: Text = "") -> Response:
    """Call a session off; it stays on the agenda, marked."""
    cancel_session(bench.db, session, reason=reason, by=bench.viewer)
    return bench.done(f"“{name_of(session)}” is cancelled.", session)


@router.post(ONE + "/reinstatement")
def reinstate(bench: WorkbenchHere, session: SessionHere) -> Response:
    """Take a cancellation back."""
    reinstate_session(bench.db, session, by=bench.viewer)
    return bench.done(f"“{name_of(session)}” takes place after all.", session)


@router.post(HERE + "/agenda/draft/overrides")
def let_stand(bench: WorkbenchHere, finding: Text, reason: Text = "") -> Response:
    """Let a finding stand, under the organizer's name and for a reason (rule 3)."""
    found = check(load_draft(bench.db, bench.convening))
    here = next((one for one in found if one.key == finding), None)
    if here is None:
        raise NotHere("That is no longer found on the draft: somebody has cured it.")
    override_finding(bench.db, bench.convening, here, reason=reason, by=bench.viewer)
    return bench.done("It may stay as it is; your name and reason stand beside it.")


@router.post(HERE + "/agenda/draft/overrides/withdrawal")
def no_longer(bench: WorkbenchHere, finding: Text) -> Response:
    """Take back that a finding may stand."""
    withdraw_override(bench.db, bench.convening, finding, by=bench.viewer)
    return bench.done("It has to be fixed again.")
