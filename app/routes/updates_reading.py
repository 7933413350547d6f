"""Reading a cycle's updates: ten minutes on a phone, what one has read, and what stands beside an update's text."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.people.audit import Refused
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes.door import CohortHere, Db, Needs, ViewerHere
from app.routes.offline import offline
from app.routes.pages import page, see_other
from app.routes.updates_door import CityUpdate, CycleHere, UpdateHere
from app.updates.mark_lists import by_part, marks_on
from app.updates.marks import LONGEST
from app.updates.presented import slot_of
from app.updates.reading import Page, released_before
from app.updates.readings import forget_reading, minutes, note_reading
from app.updates.released import standing_of
from app.updates.since import since
from app.updates.ten_minutes import reading_list

router = APIRouter()
READ = [Depends(Needs("update.read"))]


@router.get("/{cohort}/updates/{cycle}/read", dependencies=READ)
def read_all(request: Request, db: Db, cohort: CohortHere, cycle: CycleHere, viewer: ViewerHere) -> Response:
    """One screen a city, the ask and the number first; not kept, since it says what this reader has read."""
    found = reading_list(db, cycle, viewer)
    context = {"cycle": cycle, "reading_list": found}
    return offline(page(request, "updates/ten_minutes.html", context), viewer, standing_of(db, cohort.key))


@router.post("/{cohort}/updates/{cycle}/{city}/reading", dependencies=READ)
def note(
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    version: Annotated[int, Form()] = 0,
    part: Annotated[str, Form(max_length=120)] = "",
    finished: Annotated[str, Form()] = "",
    quietly: Annotated[str, Form()] = "",
) -> Response:
    """Remember what was read; from the page's module `quietly`, from a button with a page to go on to."""
    try:
        note_reading(db, here.update, version=version, part=part, finished=bool(finished), by=viewer)
    except Refused:
        if not quietly:
            raise
    if quietly:
        return Response(status_code=204)
    board = f"/{here.cohort.slug}/updates/{here.cycle.slug}"
    following = reading_list(db, here.cycle, viewer).after(here.city.key)
    if following is None:
        return see_other(f"{board}/read", flash="You have read them all.")
    return see_other(f"{board}/read#{following.update.city.slug}", flash=f"{here.city.name}: read.")


@router.post("/{cohort}/updates/{cycle}/{city}/reading/removal", dependencies=READ)
def forget(db: Db, here: UpdateHere, viewer: ViewerHere) -> Response:
    """Take "read" back: it stands among the unread again."""
    forget_reading(db, here.update, by=viewer)
    return see_other(f"/{here.cohort.slug}/updates/{here.cycle.slug}/read#{here.city.slug}")


def beside(db: Session, here: CityUpdate, viewer: Viewer, reading: Page) -> dict[str, Any]:
    """What stands beside the text of a released update: since last time, its turn on the agenda, readers' marks."""
    if reading.version is None:
        return {"since": None, "slot": None, "marks": {}, "marks_count": 0, "may_mark": False, "minutes": 0}
    organizer = viewer.is_organizer(here.cohort.key)
    marks = marks_on(db, [here.update.key], viewer, organizer=organizer).get(here.update.key, [])
    own = here.city.key in viewer.city_ids(here.cohort.key)
    return {
        "since": since(
            reading.content,
            released_before(db, here.update),
            clock.local(reading.version.at, here.city.zone).date(),
        ),
        "slot": slot_of(db, here.cycle, here.city, viewer),
        "marks": by_part(marks, reading.content.parts()),
        "marks_count": sum(mark.stands for mark in marks),
        "may_mark": reading.is_last and not own and may(viewer, "update.mark", cohort_id=here.cohort.key),
        "may_answer": own,
        "may_hide": organizer,
        "longest_mark": LONGEST,
        "minutes": minutes(reading.content),
    }
