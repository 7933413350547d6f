"""Who stands at the door without a confirmed place: found first, then let in and checked in with one act."""

from secrets import token_urlsafe
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session, select

from app.models import City, Convening, Person, Seat
from app.people.audit import Refused
from app.people.directory import checked_email
from app.people.names import checked_name
from app.people.viewer import Viewer
from app.registration import walk_ins
from app.registration.substitutions import Newcomer
from app.registration.walk_ins import NoPlace
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_check_in import HERE, was_before

router = APIRouter(prefix=f"{HERE}/walk-in", dependencies=[Depends(Needs("checkin.use"))])
LAB, SEAT = "lab", "seat-"
MOST = 30
"""People shown at once; more words narrow them."""


class Asked(BaseModel):
    """As typed. `person` is who was found, else `name` and `email` say somebody new; `place` is a city, the lab, or a
    vacant seat ("seat-12")."""

    q: str = ""
    person: str = ""
    name: str = ""
    email: str = ""
    place: str = LAB
    raise_cap_of: str = ""
    key: str = ""


@router.get("")
def search(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, asked: Annotated[Asked, Query()]
) -> Response:
    """Who is on record by these words; then the form for who was chosen, or for somebody new."""
    return _shown(request, db, convening, viewer, asked)


@router.post("")
def let_in(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, asked: Annotated[Asked, Form()]
) -> Response:
    """Give them a place and check them in. A second tap changes nothing."""
    key = asked.key[:64] or token_urlsafe(16)
    try:
        made = walk_ins.let_in(
            db,
            convening,
            _who(db, asked),
            city=_city(db, convening, asked),
            seat=_seat(db, convening, asked),
            raise_cap_of=typed.number_or_none(asked.raise_cap_of, "place"),
            device_key=key,
            by=viewer,
        )
    except Refused as refused:
        return _shown(request, db, convening, viewer, asked, refused)
    name = made.registration.person.name
    said = f"{name} is here. Print one badge." if made.device_key == key else f"{name} {was_before(made, convening)}."
    return see_other(f"{convening.path}/registration/check-in", flash=said)


def _who(db: Session, asked: Asked) -> Person | Newcomer:
    """Who was chosen, or somebody new; one whose address is on record is that person. Raises Refused at the field."""
    number = typed.number_or_none(asked.person, "person")
    if number is not None:
        person = _person(db, number)
        if person is None:
            raise Refused("Nobody is on record under this number. Search again.", field="person")
        return person
    newcomer = Newcomer(checked_name(asked.name), checked_email(asked.email) or "")
    known = db.exec(select(Person).where(Person.email == newcomer.email)).first() if newcomer.email else None
    return known or newcomer


def _person(db: Session, number: int) -> Person | None:
    person = db.get(Person, number) if 0 < number < 2**31 else None
    return person if person and person.archived_at is None else None


def _city(db: Session, convening: Convening, asked: Asked) -> City | None:
    if asked.place in ("", LAB) or asked.place.startswith(SEAT):
        return None
    number = typed.number_or_none(asked.place, "place")
    if number not in {room.city_id for room in walk_ins.rooms(db, convening)}:
        raise Refused("Choose one of the list.", field="place")
    return db.get(City, number)


def _seat(db: Session, convening: Convening, asked: Asked) -> Seat | None:
    """The seat that was chosen, whoever holds it by now: after a second tap it is who was let in."""
    if not asked.place.startswith(SEAT):
        return None
    number = typed.number_or_none(asked.place.removeprefix(SEAT), "place")
    seat = db.get(Seat, number) if number is not None and number < 2**31 else None
    if seat is None or seat.cohort_id != convening.cohort_id or seat.archived_at is not None:
        raise Refused("Choose one of the list.", field="place")
    return seat


def _shown(
    request: Request,
    db: Session,
    convening: Convening,
    viewer: Viewer,
    asked: Asked,
    refused: Refused | None = None,
) -> Response:
    words = asked.q.strip()[:200]
    found = walk_ins.known_people(db, convening, words) if words else []
    rooms = walk_ins.rooms(db, convening)
    chosen = _person(db, int(asked.person)) if asked.person.isascii() and asked.person.isdigit() else None
    home = walk_ins.comes_for(db, convening, chosen) if chosen else None
    context: dict[str, Any] = {
        "convening": convening,
        "asked": asked,
        "found": found[:MOST],
        "more": max(len(found) - MOST, 0),
        "rooms": rooms,
        "vacant": walk_ins.vacant_seats(db, convening, viewer),
        "chosen": chosen,
        "home": home,
        "room": next((room for room in rooms if home and room.city_id == home.city_id), None),
        "over": refused.city if isinstance(refused, NoPlace) else None,
        "is_organizer": viewer.is_organizer(convening.cohort_id),
        "key": asked.key or token_urlsafe(16),
        "errors": dict(typed.errors(refused)) if refused else {},
    }
    return page(request, "registration/walk_in.html", context, status=422 if refused else 200)
