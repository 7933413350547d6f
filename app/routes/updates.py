"""The mayors' updates: the board of a cycle, and reading. Cycles, writing and approval stand beside it."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.models import Convening, Update, UpdateState
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes.door import CohortHere, Db, Needs, NotHere, ViewerHere
from app.routes.kept import keep
from app.routes.offline import offline
from app.routes.pages import page, see_other
from app.routes.updates_door import CycleHere, UpdateHere, note_look
from app.routes.updates_public import for_strangers
from app.routes.updates_reading import beside
from app.updates.approvers import is_facilitator, may_approve
from app.updates.board import STEPS, Line, board_of, stands_until
from app.updates.cycles import cycles_of, days_to_go
from app.updates.history import last_correction
from app.updates.looks import Looked
from app.updates.nudges_by_hand import last_nudged
from app.updates.progress import progress_of
from app.updates.reading import is_own_city, neighbours, readable_update
from app.updates.released import standing_of
from app.updates.ten_minutes import reading_list

router = APIRouter()
BOARD = [Depends(Needs("update.board"))]
READ = [Depends(Needs("update.public"))]


@router.get("/{cohort}/updates", dependencies=BOARD)
def latest(request: Request, db: Db, cohort: CohortHere) -> Response:
    """The board of the latest cycle; before there is one, what will be here."""
    cycles = cycles_of(db, cohort.key)
    if cycles:
        return see_other(f"/{cohort.slug}/updates/{cycles[0].slug}")
    return page(request, "updates/none.html")


@router.get("/{cohort}/updates/{cycle}", dependencies=BOARD)
def board(request: Request, db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere) -> Response:
    """How far each city is, never what it says (rule 5). How much of each is there is counted for the organizers and
    for its own people."""
    found = board_of(db, cycle)
    mine = viewer.city_ids(cohort.key)
    own = [line for line in found.lines if line.city_id in mine]
    steers = may(viewer, "update.steer", cohort_id=cohort.key)
    counted = progress_of(db, cycle) if steers or own else {}
    days = days_to_go(cycle.due_on, cohort.zone)
    context = {
        "cycle": cycle,
        "cycles": cycles_of(db, cohort.key),
        "board": found,
        "own": [(line, _awaits(db, line, viewer)) for line in own],
        "progress": {line.update_id: counted[line.update_id] for line in found.lines if steers or line.city_id in mine},
        "nudged": last_nudged(db, cycle) if steers else {},
        "steps": STEPS,
        "days": days,
        "counts_down": 0 < days <= cycle.countdown_days,
        "convening": db.get(Convening, cycle.convening_id) if cycle.convening_id else None,
        "reading": reading_list(db, cycle, viewer),
    }
    return keep(page(request, "updates/board.html", context), until=stands_until(cycle, found, cohort.zone))


@router.get("/{cohort}/updates/{cycle}/{city}", dependencies=READ)
def read(request: Request, db: Db, here: UpdateHere, viewer: ViewerHere, version: int | None = None) -> Response:
    """The update as this viewer may read it; before its release peers get its status and no text (rule 5)."""
    if not may(viewer, "update.read", cohort_id=here.cohort.key):
        return for_strangers(request, db, here, viewer)
    own = is_own_city(db, here.update, viewer)
    context = here.shown() | {"own": own}
    reading = readable_update(db, here.update, viewer, version)
    if reading is None:
        if version is not None:
            raise NotHere(f"{here.city.name}’s update has no version {version}.")
        return page(request, "updates/waiting.html", context)
    if reading.version is None:
        note_look(request, db, here.update, viewer, Looked.DRAFT)
    context |= {
        "reading": reading,
        "content": reading.content,
        "correction": last_correction(db, here.update, reading),
        "neighbours": neighbours(db, here.update),
        "may_approve": own and may_approve(db, here.update, viewer),
        "is_facilitator": is_facilitator(db, here.update, viewer),
    }
    context |= beside(db, here, viewer, reading)
    drawn = page(request, "updates/read.html", context)
    return offline(keep(drawn), viewer, standing_of(db, here.cohort.key)) if reading.version else drawn


def _awaits(db: Session, line: Line, viewer: Viewer) -> bool:
    """Whether the line's update waits for this very viewer's approval."""
    return line.state is UpdateState.WITH_MAYOR and may_approve(db, db.get_one(Update, line.update_id), viewer)
