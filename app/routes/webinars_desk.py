"""A webinar as its organizers arrange it: one page from the idea to the recording."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session

from app import clock
from app.gatherings import seats
from app.gatherings.attendance import name_of
from app.gatherings.webinar_desk import desk_of
from app.gatherings.webinars import Terms, copy_webinar, read_hours, set_terms, terms_of, webinar_of
from app.learning.library import USUAL_TITLES, items_of_session
from app.mailing import webinar_letters
from app.models import AgendaSession, Cohort, LibraryKind, SessionFormat
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.routes import gatherings_form, typed
from app.routes.door import CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.gatherings import changeable
from app.routes.pages import page, see_other

router = APIRouter(prefix="/{cohort}/gatherings/{number:int}/webinar")
CHANGE = [Depends(Needs("gathering.change"))]


class TermsForm(BaseModel):
    """The terms as they are typed; days and times are those of the webinar's zone."""

    capacity: str = ""
    opens_day: str = ""
    opens_time: str = ""
    closes_day: str = ""
    closes_time: str = ""
    join_minutes: str = ""
    reminder_hours: str = ""


def webinar_here(db: Session, cohort: Cohort, viewer: Viewer, number: int) -> AgendaSession:
    """The webinar, for an organizer who may know all of it (rule 13)."""
    session = changeable(db, cohort, viewer, number)
    if session.format is not SessionFormat.WEBINAR:
        raise NotHere("This gathering is no webinar, so nobody registers for it.")
    return session


@router.get("", dependencies=CHANGE)
def desk(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """What is done and what is next, who registers, and the terms."""
    return show_desk(request, db, webinar_here(db, cohort, viewer, number))


@router.post("", dependencies=CHANGE)
def change_terms(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    number: int,
    form: Annotated[TermsForm, Form()],
) -> Response:
    """Say who may register until when and how many; whom that lets in has a letter."""
    session = webinar_here(db, cohort, viewer, number)
    try:
        set_terms(db, session, _terms(form, session), by=viewer)
        moved_up = seats.move_up(db, session, by=viewer)
    except Refused as refused:
        db.rollback()
        return show_desk(request, db, session, form=form, errors=typed.errors(refused))
    webinar_letters.tell_seats(db, moved_up, settings=settings, moved_up=True)
    more = f" {len(moved_up)} of the line have a place now." if moved_up else ""
    return see_other(_place(cohort, session), flash=f"Saved.{more}")


@router.post("/copies", dependencies=CHANGE)
def copy(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    number: int,
    day: Annotated[str, Form()] = "",
    start: Annotated[str, Form()] = "",
) -> Response:
    """Another webinar like this one, at another time."""
    session = webinar_here(db, cohort, viewer, number)
    try:
        starts_at = clock.at(typed.day(day, "day"), gatherings_form.wall(start, "start"), session.zone).astimezone(UTC)
        made = copy_webinar(db, session, starts_at=starts_at, by=viewer)
    except Refused as refused:
        return show_desk(request, db, session, errors=typed.errors(refused), written={"day": day, "start": start})
    return see_other(_place(cohort, made), flash="Copied. Its address to join is still to be said.")


def show_desk(
    request: Request,
    db: Session,
    session: AgendaSession,
    *,
    form: TermsForm | None = None,
    errors: Mapping[str, str] | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    """The page; after a refusal with what was `written` in one of its small forms, and 422."""
    context = {
        "items": items_of_session(db, session.key),
        "put_away": items_of_session(db, session.key, put_away=True),
        "kinds": [(str(kind), USUAL_TITLES[kind]) for kind in LibraryKind],
        "name_of": name_of,
        "one": session,
        "desk": desk_of(db, session),
        "form": form or _filled(terms_of(webinar_of(db, session)), session),
        "errors": errors or {},
        "written": written or {},
    }
    return page(request, "gatherings/webinar_desk.html", context, status=422 if errors else 200)


def _filled(terms: Terms, session: AgendaSession) -> TermsForm:
    def wall(moment: datetime | None, pattern: str) -> str:
        return f"{clock.local(moment, session.zone):{pattern}}" if moment else ""

    return TermsForm(
        capacity=str(terms.capacity or ""),
        opens_day=wall(terms.opens_at, "%Y-%m-%d"),
        opens_time=wall(terms.opens_at, "%H:%M"),
        closes_day=wall(terms.closes_at, "%Y-%m-%d"),
        closes_time=wall(terms.closes_at, "%H:%M"),
        join_minutes=str(terms.join_minutes),
        reminder_hours=", ".join(str(hours) for hours in terms.reminder_hours),
    )


def _terms(form: TermsForm, session: AgendaSession) -> Terms:
    return Terms(
        capacity=_whole(form.capacity, "capacity", "Places are a number, such as 60; empty where everybody fits."),
        opens_at=_moment(form.opens_day, form.opens_time, "opens", session.zone),
        closes_at=_moment(form.closes_day, form.closes_time, "closes", session.zone),
        join_minutes=_whole(form.join_minutes or "30", "join_minutes", "Say how many minutes before, such as 30.") or 0,
        reminder_hours=read_hours(form.reminder_hours),
    )


def _moment(day: str, time: str, field: str, zone: str) -> datetime | None:
    """A day and a time of the zone as an instant (UTC); a day alone is its first minute."""
    if not day.strip():
        if time.strip():
            raise Refused("Choose the day too.", f"{field}_day")
        return None
    wall = gatherings_form.wall(time or "00:00", f"{field}_time")
    return clock.at(typed.day(day, f"{field}_day"), wall, zone).astimezone(UTC)


def _whole(text: str, field: str, sentence: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise Refused(sentence, field)
    return int(text)


def _place(cohort: Cohort, session: AgendaSession) -> str:
    return f"/{cohort.slug}/gatherings/{session.key}/webinar"
