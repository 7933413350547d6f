"""What the grid asks while a session is held: when those it needs are busy, and which rooms hold them."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from app.agenda.grid import days_of
from app.agenda.memory import recall
from app.agenda.openings import openings, said, said_fit, wall_of
from app.routes.door import NotHere
from app.routes.workbench import DRAFT, ONE, SessionHere, WorkbenchHere

router = APIRouter(dependencies=DRAFT)


@router.get(ONE + "/openings")
def session_openings(bench: WorkbenchHere, session: SessionHere, day: str = "") -> Response:
    """As JSON: `needs` (people), `busy` (stretches from–to in wall time of the convening's zone, how many, who in
    words), `rooms` by id (`fit` "fits", "small" or "", in words). `day` is a day of the programme; else all days."""
    if session.archived_at is not None:
        raise NotHere("That session was deleted.")
    draft = recall(bench.db, bench.convening).draft
    found = openings(draft, draft.session(session.key), _days(day) or days_of(draft), bench.viewer)
    answer = {
        "needs": found.needs.bit_count(),
        "busy": [
            {
                "from": wall_of(draft, busy.span[0]),
                "to": wall_of(draft, busy.span[1]),
                "count": busy.people.bit_count(),
                "said": said(draft, busy),
            }
            for busy in found.busy
        ],
        "rooms": {
            str(room_id): {"fit": fit, "said": said_fit(draft, found, room_id)} for room_id, fit in found.rooms.items()
        },
    }
    return JSONResponse(answer, headers={"cache-control": "private, no-store"})


def _days(typed: str) -> list[date]:
    try:
        return [date.fromisoformat(typed)]
    except ValueError:
        return []
