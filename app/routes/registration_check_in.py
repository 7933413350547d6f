"""Check-in on the day: the list at the door, one tap a person, what devices send later, and the arrivals by city."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session

from app import clock
from app.exchange.table_files import CSV_TYPE, csv_file
from app.models import CheckIn, CheckInWay, Convening, Registration
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.registration import check_ins, expected
from app.registration.since import Moment, moves_since
from app.routes.door import ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other, wants_fragment

HERE = "/{cohort}/convenings/{convening}/registration/check-in"
router = APIRouter(prefix=HERE)
USE = [Depends(Needs("checkin.use"))]
CAMERA = "camera=(self), geolocation=(), microphone=()"
"""This page alone may ask for the camera."""


class Sent(BaseModel, extra="forbid"):
    """A check-in that a device took down, perhaps without a network. `code` or `registration` says whose."""

    device_key: str = Field(min_length=8, max_length=64)
    at: AwareDatetime
    way: CheckInWay = CheckInWay.LIST
    code: str = Field(default="", max_length=200)
    registration: int | None = None


@router.get("", dependencies=USE)
def door(request: Request, db: Db, convening: ConveningHere, q: str = "", since: Moment | None = None) -> Response:
    """The list at the door, narrowed by words of a name, a city or a seat; since a print, who came and who left."""
    return _door(request, db, convening, q[:200], since=since)


@router.get("/list.json", dependencies=USE)
def door_list(db: Db, convening: ConveningHere) -> Response:
    """What a device keeps for when it has no network: names, seats, hashes of codes, and who has come."""
    people = [
        {
            "number": one.number,
            "name": one.name,
            "place": one.place,
            "hash": one.code_hash,
            "notes": _notes(one),
            "arrived": _arrived(one, convening),
        }
        for one in expected.guests(db, convening)
    ]
    return JSONResponse({"people": people}, headers={"Cache-Control": "private, no-cache"})


@router.get("/list.csv", dependencies=USE)
def door_list_csv(db: Db, convening: ConveningHere) -> Response:
    """The list for a day without a network: who is expected and who has come, in the convening's zone."""
    rows = [
        [
            one.name,
            one.city,
            one.seat,
            ", ".join(_notes(one)),
            f"{clock.local(one.arrived_at, convening.zone):%Y-%m-%d %H:%M}" if one.arrived_at else "",
            one.taken_down_by,
        ]
        for one in expected.guests(db, convening)
    ]
    head = ["Name", "City", "Seat", "Note", f"Arrived ({convening.zone})", "Checked in by"]
    headers = {"Content-Disposition": f'attachment; filename="{convening.slug}-check-in.csv"'}
    return Response(csv_file([head, *rows]), media_type=CSV_TYPE, headers=headers)


@router.get("/arrivals", dependencies=USE)
def arrivals(request: Request, db: Db, convening: ConveningHere) -> Response:
    """The arrivals by city, for a big screen; it asks again by itself."""
    cities = check_ins.arrivals(db, convening)
    context = {
        "convening": convening,
        "cities": cities,
        "arrived": sum(one.arrived for one in cities),
        "expected": sum(one.expected for one in cities),
    }
    block = "board" if wants_fragment(request) else None
    return page(request, "registration/arrivals.html", context, block=block)


@router.post("/sent", dependencies=USE)
def take_sent(
    db: Db, convening: ConveningHere, viewer: ViewerHere, sent: Annotated[list[Sent], Field(max_length=500)]
) -> Response:
    """Take down what a device sends, each by itself: what cannot be is said, and the others are kept."""
    rows = [_sent_for(db, convening, one) for one in sent]
    check_ins.hold(db, [row for row in rows if row is not None])
    return JSONResponse([_take(db, convening, one, row, viewer) for one, row in zip(sent, rows, strict=True)])


@router.post("/{registration:int}", dependencies=USE)
def check_in(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    registration: int,
    q: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
) -> Response:
    """Check a person in by hand; a second tap, or a second device, changes nothing and says who was first."""
    row = _registration(db, convening, registration)
    key = key[:64] or token_urlsafe(16)
    try:
        made = check_ins.check_in(db, row, device_key=key, at=clock.now(), way=CheckInWay.SEARCH, by=viewer)
    except Refused as refused:
        return _door(request, db, convening, q, refused=refused.sentence)
    said = f"{row.person.name} is here."
    if made.device_key != key:
        said = f"{row.person.name} {_before(made.at, made.by.name if made.by else '', convening)}."
    return _door(request, db, convening, q, said=said)


@router.post("/{registration:int}/undo", dependencies=USE)
def undo(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    registration: int,
    q: Annotated[str, Form()] = "",
) -> Response:
    """Take a check-in back."""
    row = _registration(db, convening, registration)
    check_ins.undo_check_in(db, row, by=viewer)
    return _door(request, db, convening, q, said=f"{row.person.name} is not here yet.")


def _door(
    request: Request,
    db: Session,
    convening: Convening,
    q: str,
    *,
    said: str = "",
    refused: str = "",
    since: int | None = None,
) -> Response:
    if request.method == "POST" and not wants_fragment(request) and not refused:
        query = f"?{urlencode({'q': q})}" if q else ""
        return see_other(f"{convening.path}/registration/check-in{query}", flash=said)
    db.flush()
    found = expected.guests(db, convening, words=q)
    cities = check_ins.arrivals(db, convening)
    context = {
        "convening": convening,
        "q": q,
        "guests": found,
        "said": said,
        "refused": refused,
        "arrived": sum(one.arrived for one in cities),
        "expected": sum(one.expected for one in cities),
        "new_key": token_urlsafe,
        "moves": moves_since(db, convening, since) if since is not None else None,
    }
    block = "found" if wants_fragment(request) else None
    answer = page(request, "registration/check_in.html", context, block=block, status=422 if refused else 200)
    answer.headers["Permissions-Policy"] = CAMERA
    return answer


def _sent_for(db: Session, convening: Convening, sent: Sent) -> Registration | None:
    if sent.code:
        return expected.guest_by_code(db, convening, sent.code)
    return _registration_or_none(db, convening, sent.registration)


def _take(db: Session, convening: Convening, sent: Sent, row: Registration | None, by: Viewer) -> dict[str, Any]:
    if row is None:
        return {"key": sent.device_key, "state": "unknown", "said": _unknown(db, convening, sent)}
    try:
        made = check_ins.check_in(db, row, device_key=sent.device_key, at=sent.at, way=sent.way, by=by)
    except Refused as refused:
        return {"key": sent.device_key, "state": "refused", "said": refused.sentence, "name": row.person.name}
    (guest,) = expected.guests(db, convening, number=row.key)
    answer = {
        "key": sent.device_key,
        "state": "here",
        "number": row.key,
        "name": guest.name,
        "place": guest.place,
        "notes": _notes(guest),
        "said": f"{guest.name} is here.",
    }
    if made.device_key != sent.device_key:
        answer |= {"state": "before", "said": f"{guest.name} {was_before(made, convening)}."}
    elif made.undone_at is not None:
        answer |= {"state": "undone", "said": f"{guest.name} was checked in, and this was taken back since."}
    return answer


def _unknown(db: Session, convening: Convening, sent: Sent) -> str:
    if not sent.code:
        return "This person is not registered here."
    elsewhere = expected.convening_of_code(db, sent.code, cohort_id=convening.cohort_id)
    return f"This badge is for {elsewhere.title}." if elsewhere else "This code is on no badge. Search by name."


def was_before(made: CheckIn, convening: Convening) -> str:
    """ "was checked in at 08:02 by Ana", in the convening's zone."""
    return _before(made.at, made.by.name if made.by else "", convening)


def _before(at: datetime, by: str, convening: Convening) -> str:
    return f"was checked in at {clock.said_time(at, convening.zone)}{f' by {by}' if by else ''}"


def _arrived(guest: expected.Guest, convening: Convening) -> str:
    return _before(guest.arrived_at, guest.taken_down_by, convening) if guest.arrived_at else ""


def _notes(guest: expected.Guest) -> list[str]:
    notes = [f"substitute for {guest.stands_for}"] if guest.stands_for else []
    return [*notes, "walk-in"] if guest.walk_in else notes


def _registration(db: Session, convening: Convening, number: int) -> Registration:
    row = _registration_or_none(db, convening, number)
    if row is None:
        raise NotHere("This person is not registered here.")
    return row


def _registration_or_none(db: Session, convening: Convening, number: int | None) -> Registration | None:
    row = db.get(Registration, number) if number is not None else None
    return row if row and row.convening_id == convening.key else None
