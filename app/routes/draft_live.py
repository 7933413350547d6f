"""What others do on a draft, told to whoever has it open: server-sent events."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.agenda.telling import tell
from app.agenda.turns import Turn, entries_of, latest_turns, with_rows
from app.models import Convening
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes.door import ConveningHere, SettingsHere, ViewerHere
from app.routes.listening import listen
from app.routes.workbench import DRAFT, HERE

router = APIRouter(dependencies=DRAFT)

MOST_ACTS = 20
"""Acts that are told of at one look; the page is drawn anew however many they were."""


@dataclass(frozen=True, slots=True)
class AgendaDraft:
    """The draft of a convening's agenda, as it is listened to; what is known of it are the names of its last turns."""

    cohort_id: int
    convening_id: int

    def is_open_to(self, viewer: Viewer) -> bool:
        return may(viewer, "agenda.draft", cohort_id=self.cohort_id)

    def news(self, db: Session, known: set[str] | None) -> tuple[set[str], list[dict[str, Any]]]:
        """What was done, in words for everybody."""
        turns = latest_turns(db, self.convening_id, most=MOST_ACTS)
        # By their names and not after a number: on PostgreSQL a lower number may be committed later.
        new = [] if known is None else [one for one in reversed(turns) if one.turn not in known]
        told = []
        if new:
            entries = entries_of(db, [one.turn for one in new])
            convening = db.get_one(Convening, self.convening_id)
            told = tell(db, convening, with_rows(db, new, entries), entries, Viewer.anonymous())
        return {one.turn for one in turns}, [
            _said(one.turn, one.said, (each.id for each in one.sessions)) for one in told
        ]


@router.get(HERE + "/agenda/draft/live")
async def live(request: Request, convening: ConveningHere, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """Who did what, as it happens, and who else is here. Answers browsers that listen, and nobody else: the stream
    has no end."""
    return listen(request, settings, viewer, AgendaDraft(convening.cohort_id, convening.key))


def _said(turn: Turn, said: str, session_ids: Iterable[int]) -> dict[str, Any]:
    return {"by": turn.by_id, "name": turn.by or "Somebody", "said": said, "sessions": list(session_ids)}
