"""Writing together as it happens: who else has the desk open and where, what they saved, and how a text will read."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.people.policy import may
from app.people.prose import prose
from app.people.viewer import Viewer
from app.routes.door import Needs, SettingsHere, ViewerHere
from app.routes.listening import listen, listeners_of
from app.routes.updates_door import CityUpdate, UpdateHere
from app.routes.updates_writing import FormHere
from app.updates.watching import Standing, changed, parts_of
from app.updates.writing import LONGEST

router = APIRouter(dependencies=[Depends(Needs("update.write"))])
PLACE = "/{cohort}/updates/{cycle}/{city}"


@dataclass(frozen=True, slots=True)
class Desk:
    """An update's desk, as its city's people listen to it (rule 5); known of it is how each part stands."""

    cohort_id: int
    city_id: int
    update_id: int

    def is_open_to(self, viewer: Viewer) -> bool:
        return may(viewer, "update.write", cohort_id=self.cohort_id, city_id=self.city_id)

    def news(self, db: Session, known: dict[str, Standing] | None) -> tuple[dict[str, Standing], list[dict[str, Any]]]:
        """The parts that were saved, none of their words."""
        now = parts_of(db, self.update_id)
        acts = [] if known is None else changed(known, now)
        return now, [{"by": one.by_id, "name": one.by, "said": one.said, "part": part} for part, one in acts]


def desk_of(here: CityUpdate) -> Desk:
    return Desk(here.cohort.key, here.city.key, here.update.key)


@router.get(PLACE + "/live")
async def live(request: Request, here: UpdateHere, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """Who saved what, as it happens, and who is where. Answers browsers that listen, and nobody else."""
    return listen(request, settings, viewer, desk_of(here))


@router.post(PLACE + "/presence")
def presence(
    request: Request, here: UpdateHere, viewer: ViewerHere, at: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Say in which section one writes, to those who have the same desk open at this process; nothing is stored."""
    titles = {section.slug: section.title for section in here.cycle.sections}
    if viewer.actor_id is not None:
        listeners_of(request.app).place(viewer.actor_id, desk_of(here), titles.get(at, ""))
    return Response(status_code=204)


@router.post(PLACE + "/preview")
def preview(form: FormHere, of: str = "") -> HTMLResponse:
    """The text of section `of` as readers will see it, drawn by the hand that draws their pages. Nothing is saved."""
    body = str(form.get(f"body-{of}", ""))
    # A text is drawn once a pause in typing: it would only push what readers share out of what is remembered.
    drawn = prose.__wrapped__(body[:LONGEST])
    return HTMLResponse(drawn or '<p class="quiet">Nothing here yet.</p>')
