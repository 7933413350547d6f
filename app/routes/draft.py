"""The organizers' draft: the grid, its sessions' forms, and what is said of a session; where it stands is
draft_placements.py's.

With htmx a change is answered by the workbench anew; without JavaScript by 303 to the draft.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from app.agenda.findings import covers_of
from app.agenda.memory import recall
from app.agenda.releases import override_finding, withdraw_override
from app.agenda.sessions import (
    archive_session,
    cancel_session,
    reinstate_session,
    restore_session,
)
from app.routes.door import NotHere
from app.routes.workbench import DRAFT, HERE, ONE, SessionHere, WorkbenchHere, name_of, said_time

router = APIRouter(dependencies=DRAFT)
Text = Annotated[str, Form()]


@router.get(HERE + "/agenda/draft")
def draft(bench: WorkbenchHere) -> Response:
    """The grid of a `day` (the first, or today), or of "all", as draft_view.py reads it from the address."""
    return bench.show()


@router.post(ONE + "/archival")
def delete(bench: WorkbenchHere, session: SessionHere) -> Response:
    """Delete a session. Undo brings it back, as for anything else; its history does so for everybody."""
    archive_session(bench.db, session, by=bench.viewer)
    return bench.done(f"“{name_of(session)}” is deleted.", session)


@router.post(ONE + "/restoration")
def restore(bench: WorkbenchHere, session: SessionHere) -> Response:
    """Bring a deleted session back, whoever deleted it."""
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
    checked = recall(bench.db, bench.convening)
    here = next((one for one in checked.found if one.key == finding), None)
    if here is None:
        raise NotHere("That is no longer found on the draft: somebody has cured it.")
    covers = covers_of(here, checked.draft)
    override_finding(bench.db, bench.convening, here, covers=covers, reason=reason, by=bench.viewer)
    return bench.done("It may stay as it is; your name and reason stand beside it.")


@router.post(HERE + "/agenda/draft/overrides/withdrawal")
def no_longer(bench: WorkbenchHere, finding: Text) -> Response:
    """Take back that a finding may stand."""
    withdraw_override(bench.db, bench.convening, finding, by=bench.viewer)
    return bench.done("It has to be fixed again.")
