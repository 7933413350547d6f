"""Who was at a webinar: the list, as a table to take along, and the meeting service's own list brought in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.exchange.attendance_files import ReadAttendance, read_attendance
from app.exchange.reading import Unreadable
from app.exchange.table_files import CSV_TYPE, csv_file
from app.exchange.waiting import Upload, WaitingRoom
from app.gatherings.attendance import Listed, email_of, name_of, plan_attendance, take_attendance, was_there
from app.gatherings.reminding import seats_with_people
from app.gatherings.seats import give_back
from app.gatherings.webinars import is_over
from app.mailing import webinar_letters
from app.models import AgendaSession, Cohort, SeatState, WebinarSeat
from app.people.audit import Refused
from app.people.names import matches, slug_of
from app.people.viewer import Viewer
from app.routes.door import CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.exchange import GONE, LONGEST_BODY, Sent, receive
from app.routes.pages import page, see_other
from app.routes.webinars_desk import webinar_here
from app.settings import Settings

router = APIRouter(prefix="/{cohort}/gatherings/{number:int}/attendance")
CHANGE = [Depends(Needs("gathering.change"))]
SEARCHED = 12
"""From so many people on, the list has a search."""


@router.get("", dependencies=CHANGE)
def attendance(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    number: int,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Everybody who registered, whether they came, and for how long."""
    session = webinar_here(db, cohort, viewer, number)
    seats = seats_with_people(db, session)
    found = [seat for seat in seats if matches(q, name_of(seat), email_of(seat), _from(seat))]
    context = {
        "one": session,
        "seats": sorted(found, key=lambda seat: (name_of(seat).casefold(), seat.key)),
        "total": len(seats),
        "came": sum(was_there(seat) for seat in seats),
        "long": len(seats) > SEARCHED,
        "q": q,
        "from_of": _from,
        "was_there": was_there,
        "name_of": name_of,
        "email_of": email_of,
        "is_over": is_over(session),
    }
    return page(request, "gatherings/attendance.html", context)


@router.get(".csv", dependencies=CHANGE)
def attendance_csv(db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """The same as a table, in which nothing that people typed is a formula."""
    session = webinar_here(db, cohort, viewer, number)
    heads = ("Name", "E-mail", "From", "State", "Registered", "Came", "Joined", "Minutes")
    rows = [_row(session, seat) for seat in seats_with_people(db, session)]
    disposition = f'attachment; filename="{slug_of(session.title, "webinar")}-attendance.csv"'
    headers = {"content-disposition": disposition, "cache-control": "private, no-store"}
    return Response(csv_file([heads, *rows]), headers=headers, media_type=CSV_TYPE)


@router.post("/{seat:int}/removal", dependencies=CHANGE)
def take_off(
    db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, number: int, seat: int
) -> Response:
    """Take somebody off the list; they have a letter, and who moves up has one."""
    session = webinar_here(db, cohort, viewer, number)
    found = db.get(WebinarSeat, seat)
    if found is None or found.session_id != session.key:
        raise NotHere("Nobody of that number is registered for this webinar.")
    if found.state is not SeatState.CANCELLED:
        moved_up = give_back(db, found, by=viewer)
        webinar_letters.tell_taken_off(db, found, settings=settings)
        webinar_letters.tell_seats(db, moved_up, settings=settings, moved_up=True)
    return see_other(_place(cohort, session), flash=f"{name_of(found)} is not registered any more.")


@router.get("/import", dependencies=CHANGE)
def choose(request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, number: int) -> Response:
    """Choose the list that the meeting service gives."""
    return _chooser(request, webinar_here(db, cohort, viewer, number))


@router.post("/import", dependencies=CHANGE, max_body_size=LONGEST_BODY)
def upload(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, number: int, file: Sent
) -> Response:
    """Keep the file and go and look at it; one that cannot be read is said so at once, with the line."""
    session = webinar_here(db, cohort, viewer, number)
    room, token = WaitingRoom(settings.data_dir), ""
    try:
        token = receive(file, settings, whose=_whose(session, viewer))
        _read(room.find(token, whose=_whose(session, viewer)), settings)
    except Unreadable as error:
        room.drop(token)
        return _chooser(request, session, error.sentence)
    return see_other(f"{_place(cohort, session)}/import/{token}")


@router.get("/import/{token}", dependencies=CHANGE)
def preview(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, settings: SettingsHere, number: int, token: str
) -> Response:
    """Who of the list is who; nothing is written yet."""
    session = webinar_here(db, cohort, viewer, number)
    upload = WaitingRoom(settings.data_dir).find(token, whose=_whose(session, viewer))
    if upload is None:
        return _chooser(request, session, GONE)
    return _shown(request, db, session, upload, _read(upload, settings))


@router.post("/import/{token}", dependencies=CHANGE)
def take(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    number: int,
    token: str,
    listed: Annotated[list[str] | None, Form()] = None,
    seat: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Note who was there; `listed` and `seat` are, line by line, who fits nobody and the seat chosen for them."""
    session, room = webinar_here(db, cohort, viewer, number), WaitingRoom(settings.data_dir)
    upload = room.find(token, whose=_whose(session, viewer))
    if upload is None:
        return _chooser(request, session, GONE)
    read = _read(upload, settings)
    chosen = {key: number for key, text in zip(listed or [], seat or [], strict=False) if (number := _number(text))}
    try:
        done = take_attendance(db, session, _listed(read), chosen, secret=settings.secret, by=viewer)
    except Refused as refused:
        return _shown(request, db, session, upload, read, chosen=chosen, error=refused.sentence)
    room.drop(token)
    said = f"{done.noted} noted" + (f", {done.as_before} as before" if done.as_before else "")
    left = f"; {done.left} of the list left out" if done.left else ""
    return see_other(_place(cohort, session), flash=f"{said}{left}.")


def _chooser(request: Request, session: AgendaSession, error: str = "") -> Response:
    context = {"one": session, "errors": {"file": error} if error else {}}
    return page(request, "gatherings/attendance_upload.html", context, status=422 if error else 200)


def _shown(
    request: Request,
    db: Session,
    session: AgendaSession,
    upload: Upload,
    read: ReadAttendance,
    *,
    chosen: Mapping[str, int] | None = None,
    error: str = "",
) -> Response:
    plan = plan_attendance(db, session, _listed(read))
    choices = [(seat.key, f"{name_of(seat)}{', ' + _from(seat) if _from(seat) else ''}") for seat in plan.free]
    context = {
        "one": session,
        "upload": upload,
        "read": read,
        "plan": plan,
        "choices": sorted(choices, key=lambda choice: choice[1].casefold()),
        "chosen": chosen or {},
        "errors": {"": error} if error else {},
        "name_of": name_of,
    }
    return page(request, "gatherings/attendance_preview.html", context, status=422 if error else 200)


def _read(upload: Upload | None, settings: Settings) -> ReadAttendance:
    assert upload is not None, "asked for right after it was kept, or found"
    return read_attendance(upload.content, megabytes=settings.upload_megabytes)


def _listed(read: ReadAttendance) -> list[Listed]:
    return [Listed(one.key, one.where, one.name, one.email, one.minutes) for one in read.attended]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else 0


def _place(cohort: Cohort, session: AgendaSession) -> str:
    return f"/{cohort.slug}/gatherings/{session.key}/attendance"


def _whose(session: AgendaSession, viewer: Viewer) -> str:
    return f"attendance {session.key} {viewer.actor_id}"


def _from(seat: WebinarSeat) -> str:
    if seat.city is not None:
        return seat.city.name
    return seat.person.organization if seat.person else seat.organization


def _moment(moment: datetime, session: AgendaSession) -> str:
    return f"{clock.local(moment, session.zone):%Y-%m-%d %H:%M}"


def _row(session: AgendaSession, seat: WebinarSeat) -> tuple[object, ...]:
    return (
        name_of(seat),
        email_of(seat),
        _from(seat),
        str(seat.state),
        _moment(seat.created_at, session),
        "yes" if was_there(seat) else "no",
        _moment(seat.joined_at, session) if seat.joined_at else "",
        "" if seat.minutes is None else seat.minutes,
    )
