"""After a webinar, for its organizers: what goes into the library, and the letter to those who had registered."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.gatherings.webinars import is_over, webinar_of
from app.learning import library
from app.mailing import webinar_follow_up
from app.models import AgendaSession, Cohort, LibraryItem, LibraryKind
from app.people.audit import Refused
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.webinars_desk import show_desk, webinar_here

router = APIRouter(prefix="/{cohort}/gatherings/{number:int}/webinar")
CHANGE = [Depends(Needs("gathering.change"))]
Text = Annotated[str, Form()]


@router.post("/resources", dependencies=CHANGE)
def add_resource(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    number: int,
    kind: Text = "",
    url: Text = "",
    title: Text = "",
) -> Response:
    """Put a recording, slides or pre-reading of it into the library."""
    session = webinar_here(db, cohort, viewer, number)
    try:
        item = library.add_to_session(db, session, _kind(kind), url, title, by=viewer)
    except Refused as refused:
        written = {"kind": kind, "url": url, "title": title}
        return show_desk(request, db, session, errors=typed.errors(refused), written=written)
    return see_other(f"{_place(cohort, session)}#after", flash=f"“{item.title}” is in the library.")


@router.post("/resources/{item:int}/removal", dependencies=CHANGE)
def remove_resource(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int, item: int) -> Response:
    session = webinar_here(db, cohort, viewer, number)
    library.put_away_item(db, _item(db, session, item), by=viewer)
    return see_other(f"{_place(cohort, session)}#after", flash="Taken out. It can be brought back.")


@router.post("/resources/{item:int}/return", dependencies=CHANGE)
def return_resource(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int, item: int) -> Response:
    session = webinar_here(db, cohort, viewer, number)
    library.bring_back_item(db, _item(db, session, item), by=viewer)
    return see_other(f"{_place(cohort, session)}#after", flash="It is in the library again.")


@router.get("/follow-up", dependencies=CHANGE)
def follow_up(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """The letter in its two wordings, as they would go."""
    return _show(request, db, webinar_here(db, cohort, viewer, number))


@router.post("/follow-up", dependencies=CHANGE)
def write(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    number: int,
    came: Text = "",
    missed: Text = "",
) -> Response:
    """Write it down and look at it; nothing goes."""
    session = webinar_here(db, cohort, viewer, number)
    try:
        webinar_follow_up.write_follow_up(db, session, came=came, missed=missed, by=viewer)
    except Refused as refused:
        return _show(request, db, session, errors=typed.errors(refused), written={"came": came, "missed": missed})
    return see_other(f"{_place(cohort, session)}/follow-up#letters", flash="Written down. This is how it would go.")


@router.post("/follow-up/sending", dependencies=CHANGE)
def send(db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, number: int) -> Response:
    """Send it, once; a second click sends nothing."""
    session = webinar_here(db, cohort, viewer, number)
    sent = webinar_follow_up.send_follow_up(db, session, settings=settings, by=viewer)
    letters = "letter goes" if sent == 1 else "letters go"
    flash = f"{sent} {letters} out now." if sent else "It had gone already; nothing was sent again."
    return see_other(f"{_place(cohort, session)}/follow-up", flash=flash)


def _show(
    request: Request,
    db: Session,
    session: AgendaSession,
    *,
    errors: Mapping[str, str] | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    came, missed = webinar_follow_up.texts_of(db, session)
    context = {
        "one": session,
        "sent_at": webinar_of(db, session).follow_up_sent_at,
        "is_over": is_over(session) and not session.is_cancelled,
        "readings": webinar_follow_up.readings_of(db, session),
        "written": written or {"came": came, "missed": missed},
        "errors": errors or {},
    }
    return page(request, "gatherings/follow_up.html", context, status=422 if errors else 200)


def _kind(text: str) -> LibraryKind:
    try:
        return LibraryKind(text)
    except ValueError as error:
        raise Refused("Choose what it is.", "kind") from error


def _item(db: Session, session: AgendaSession, number: int) -> LibraryItem:
    item = db.get(LibraryItem, number)
    if item is None or item.session_id != session.key:
        raise NotHere("There is no such item in the library of this webinar.")
    return item


def _place(cohort: Cohort, session: AgendaSession) -> str:
    return f"/{cohort.slug}/gatherings/{session.key}/webinar"
