"""Around a call: points before it, ticked while it runs, and its notes. Who may do what there, its circle says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlmodel import Session

from app import clock
from app.gatherings import notes, points
from app.gatherings.calls import call_of
from app.gatherings.circle import Circle, circle_of
from app.gatherings.listing import Gathering, gathering_of
from app.gatherings.points import Said
from app.models import AgendaSession, CallPoint, Cohort
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotAllowed, NotHere, ViewerHere
from app.routes.gatherings import show_one
from app.routes.pages import page, see_other, wants_fragment

router = APIRouter()
TALK = [Depends(Needs("gathering.talk"))]
HERE = "/{cohort}/gatherings/{number:int}"
RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Talked:
    """The gathering that the address names, for somebody who writes around it."""

    cohort: Cohort
    session: AgendaSession
    seen: Gathering
    circle: Circle

    @property
    def place(self) -> str:
        return f"/{self.cohort.slug}/gatherings/{self.session.key}"


def talked_here(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Talked:
    """For those in its circle; to others there is none, or it is not theirs to write in."""
    seen = gathering_of(db, cohort.key, number, viewer)
    if seen is None:
        raise NotHere(f"{cohort.name} has no such gathering.")
    session = db.get_one(AgendaSession, number)
    circle = circle_of(db, session, seen, viewer)
    if not circle.writes:
        raise NotAllowed("This is for those who are in the call.")
    return Talked(cohort, session, seen, circle)


Here = Annotated[Talked, Depends(talked_here, scope="function")]


class PointForm(BaseModel):
    title: str = ""
    text: str = ""
    minutes: str = ""
    confidential: str = ""
    at: str = ""

    def said(self) -> Said:
        return Said(self.title, self.text, _minutes(self.minutes), bool(self.confidential))


class NotesForm(BaseModel):
    """Notes as typed, the text that they were written upon, and who has the page open."""

    text: str = ""
    upon: str = ""
    confidential: str = ""
    by: str = ""


@router.get(HERE + "/running", dependencies=TALK)
def run(request: Request, db: Db, viewer: ViewerHere, here: Here) -> Response:
    """The call while it runs, for the host's phone: points to tick off, notes and actions beside them."""
    return running(request, db, viewer, here)


@router.post(HERE + "/points", dependencies=TALK)
def put(request: Request, db: Db, viewer: ViewerHere, here: Here, form: Annotated[PointForm, Form()]) -> Response:
    try:
        points.put_point(db, here.session, form.said(), by=viewer)
    except Refused as refused:
        return again(request, db, viewer, here, form, refused, "point", form.at)
    return back_to(here, form.at, "points", "It is on the agenda.")


@router.get(HERE + "/points/{point:int}", dependencies=TALK)
def edit(request: Request, db: Db, viewer: ViewerHere, here: Here, point: int) -> Response:
    """The form of one's own point."""
    found = _point(db, here, point)
    form = PointForm(
        title=found.title,
        text=found.text,
        minutes=str(found.minutes or ""),
        confidential="yes" if found.confidential else "",
    )
    return _point_form(request, here, found, form)


@router.post(HERE + "/points/{point:int}", dependencies=TALK)
def change(
    request: Request, db: Db, viewer: ViewerHere, here: Here, point: int, form: Annotated[PointForm, Form()]
) -> Response:
    found = _point(db, here, point)
    try:
        points.change_point(db, here.session, found, form.said(), by=viewer)
    except Refused as refused:
        return _point_form(request, here, found, form, typed.errors(refused))
    return back_to(here, form.at, "points", "Saved.")


@router.post(HERE + "/points/{point:int}/removal", dependencies=TALK)
def take_back(db: Db, viewer: ViewerHere, here: Here, point: int, at: Annotated[str, Form()] = "") -> Response:
    points.take_back_point(db, here.session, _point(db, here, point), by=viewer)
    return back_to(here, at, "points", "Taken off. It can be brought back below the points.")


@router.post(HERE + "/points/{point:int}/restoration", dependencies=TALK)
def bring_back(db: Db, viewer: ViewerHere, here: Here, point: int, at: Annotated[str, Form()] = "") -> Response:
    points.bring_back_point(db, here.session, _point(db, here, point), by=viewer)
    return back_to(here, at, "points", "It is on the agenda again.")


@router.post(HERE + "/points/{point:int}/tick", dependencies=TALK)
def tick(
    request: Request,
    db: Db,
    viewer: ViewerHere,
    here: Here,
    point: int,
    taken: Annotated[str, Form()] = "",
    at: Annotated[str, Form()] = "",
) -> Response:
    """Dealt with, or (with nothing in `taken`) not."""
    points.tick_point(db, here.session, _point(db, here, point), taken=bool(taken), by=viewer)
    if wants_fragment(request) and at == RUNNING:
        return running(request, db, viewer, here, block="points")
    return back_to(here, at, "points")


@router.post(HERE + "/points/{point:int}/place", dependencies=TALK)
def place(
    request: Request,
    db: Db,
    viewer: ViewerHere,
    here: Here,
    point: int,
    before: Annotated[str, Form()] = "",
    at: Annotated[str, Form()] = "",
) -> Response:
    """Put a point before another, or (with none named) at the end."""
    number = typed.number_or_none(before, "before")
    next_one = _point(db, here, number) if number is not None else None
    points.place_point(db, here.session, _point(db, here, point), before=next_one, by=viewer)
    if wants_fragment(request) and at != RUNNING:
        return show_one(request, db, here.cohort, viewer, here.seen, block="points")
    return back_to(here, at, "points")


@router.post(HERE + "/notes", dependencies=TALK)
def write(request: Request, db: Db, viewer: ViewerHere, here: Here, form: Annotated[NotesForm, Form()]) -> Response:
    """Save notes; autosave asks for JSON and hears what stands now."""
    piece = "application/json" in request.headers.get("accept", "")
    try:
        if form.by not in ("", str(viewer.actor_id)):
            raise Refused(f"{viewer.actor_name} is signed in here now, and these notes were typed by somebody else.")
        saved = notes.write_notes(
            db, here.session, text=form.text, upon=form.upon, confidential=bool(form.confidential), by=viewer
        )
    except Refused as refused:
        if piece:
            return JSONResponse({"refused": refused.sentence}, 422)
        return again(request, db, viewer, here, form, refused, "notes", RUNNING)
    if piece:
        zone = here.session.zone
        said = f"{clock.said_time(clock.now(), zone)} {clock.zone_abbreviation(clock.now(), zone)}"
        return JSONResponse({"text": saved.text, "together": saved.with_others, "at": said})
    both = " Somebody else wrote meanwhile: both texts stand together. Look it over."
    return back_to(here, RUNNING, "notes", "Saved." + (both if saved.with_others else ""))


def running(
    request: Request,
    db: Session,
    viewer: Viewer,
    here: Talked,
    *,
    more: Mapping[str, Any] | None = None,
    block: str | None = None,
    status: int = 200,
) -> Response:
    context: dict[str, Any] = {
        "one": here.seen,
        "call": call_of(db, here.seen, viewer),
        "form": None,
        "errors": {},
        "of": "",
    }
    return page(request, "gatherings/running.html", context | dict(more or {}), block=block, status=status)


def again(
    request: Request, db: Session, viewer: Viewer, here: Talked, form: BaseModel, refused: Refused, of: str, at: str
) -> Response:
    """The page that a form was on, with what was typed and what is in the way."""
    more, errors = {"form": form, "of": of}, typed.errors(refused)
    if at == RUNNING:
        return running(request, db, viewer, here, more={**more, "errors": errors}, status=422)
    return show_one(request, db, here.cohort, viewer, here.seen, errors=errors, more=more)


def back_to(here: Talked, at: str, anchor: str, said: str = "") -> Response:
    place = f"{here.place}/running" if at == RUNNING else here.place
    return see_other(f"{place}#{anchor}", flash=said)


def _point(db: Session, here: Talked, number: int) -> CallPoint:
    point = points.point_on(db, here.session, number, here.circle)
    if point is None:
        raise NotHere("There is no such point on this call.")
    return point


def _point_form(
    request: Request, here: Talked, point: CallPoint, form: PointForm, errors: Mapping[str, str] | None = None
) -> Response:
    context = {"one": here.seen, "point": point, "form": form, "errors": errors or {}, "circle": here.circle}
    return page(request, "gatherings/point.html", context, status=422 if errors else 200)


def _minutes(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise Refused("Say how many minutes it takes, such as 10.", "minutes")
    return int(text)
