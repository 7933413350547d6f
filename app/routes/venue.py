"""The venue of a convening, with its rooms and set-ups; its plan is handed in at venue_plan.py."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session

from app.agenda import venues
from app.agenda.venues import RoomDetails, add_room, archive_room, change_room, change_venue, create_venue, restore_room
from app.models import Convening, Room
from app.people.audit import Refused
from app.routes import typed
from app.routes.convening_forms import HERE
from app.routes.door import CohortHere, ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.workbench import NO_SUCH_NUMBER

router = APIRouter(dependencies=[Depends(Needs("convening.change"))])
Text = Annotated[str, Form()]


class RoomFields(BaseModel):
    """As sent. `setups` holds one a line: "theatre 80"."""

    name: str = ""
    building: str = ""
    floor: str = ""
    off_site: str = ""
    setups: str = ""


@router.get(HERE + "/venue")
def venue(request: Request, db: Db, convening: ConveningHere) -> Response:
    """The venue's rooms and set-ups; without a venue, a choice of those on record or a new one."""
    return venue_page(request, db, convening)


@router.post(HERE + "/venue")
def change_the_venue(
    request: Request,
    db: Db,
    cohort: CohortHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    name: Text = "",
    address: Text = "",
    map_url: Text = "",
    notes: Text = "",
) -> Response:
    """Say where it takes place: the first time this makes the venue, from then on it changes it."""
    form = {"name": name, "address": address, "map_url": map_url, "notes": notes}
    try:
        here = convening.venue or create_venue(db, convening, name=name, by=viewer)
        change_venue(db, here, name=name, address=address, map_url=map_url, notes=notes, by=viewer)
    except Refused as refused:
        return venue_page(request, db, convening, form=form, refused=refused)
    return see_other(f"{convening.path}/venue", flash="The venue is saved.")


@router.post(HERE + "/venue/rooms")
def new_room(
    request: Request,
    db: Db,
    cohort: CohortHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    fields: Annotated[RoomFields, Form()],
) -> Response:
    """A further room of the venue."""
    if convening.venue is None:
        raise Refused("Say first where it takes place, then which rooms it has.")
    try:
        room = add_room(db, convening.venue, _read_room(fields), by=viewer)
    except Refused as refused:
        return venue_page(request, db, convening, room_form=fields, refused=refused)
    return see_other(f"{convening.path}/venue", flash=f"{room.name} is added.")


@router.post(HERE + "/venue/rooms/{room:int}")
def edit_room(
    request: Request,
    db: Db,
    cohort: CohortHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    room: int,
    fields: Annotated[RoomFields, Form()],
) -> Response:
    """Rename or furnish a room."""
    here = _room(db, convening, room)
    try:
        change_room(db, here, _read_room(fields), by=viewer)
    except Refused as refused:
        return venue_page(request, db, convening, room_form=fields, room_id=room, refused=refused)
    return see_other(f"{convening.path}/venue", flash=f"{here.name} is saved.")


@router.post(HERE + "/venue/rooms/{room:int}/archival")
def take_out_of_use(db: Db, cohort: CohortHere, convening: ConveningHere, viewer: ViewerHere, room: int) -> Response:
    here = _room(db, convening, room)
    archive_room(db, here, by=viewer)
    return see_other(f"{convening.path}/venue", flash=f"{here.name} is out of use.")


@router.post(HERE + "/venue/rooms/{room:int}/restoration")
def bring_back_into_use(
    db: Db, cohort: CohortHere, convening: ConveningHere, viewer: ViewerHere, room: int
) -> Response:
    here = _room(db, convening, room)
    restore_room(db, here, by=viewer)
    return see_other(f"{convening.path}/venue", flash=f"{here.name} is in use again.")


def _room(db: Session, convening: Convening, number: int) -> Room:
    room = db.get(Room, min(number, NO_SUCH_NUMBER))
    if room is None or room.venue_id != convening.venue_id:
        raise NotHere("This venue has no such room.")
    return room


def _read_room(fields: RoomFields) -> RoomDetails:
    return RoomDetails(
        name=fields.name,
        building=fields.building,
        floor=fields.floor,
        off_site=bool(fields.off_site),
        setups=venues.read_setups(fields.setups),
    )


def venue_page(
    request: Request,
    db: Session,
    convening: Convening,
    *,
    form: dict[str, str] | None = None,
    room_form: RoomFields | None = None,
    room_id: int | None = None,
    plan_told: str | None = None,
    refused: Refused | None = None,
) -> Response:
    here = convening.venue
    rooms: list[dict[str, Any]] = [
        {
            "room": room,
            "form": room_form
            if room_form is not None and room.key == room_id
            else RoomFields(
                name=room.name,
                building=room.building,
                floor=room.floor,
                off_site="yes" if room.off_site else "",
                setups=venues.said_setups(room),
            ),
        }
        for room in (here.rooms if here else [])
    ]
    stored = {name: getattr(here, name) if here else "" for name in ("name", "address", "map_url", "notes")}
    context = {
        "convening": convening,
        "venue": here,
        "form": form or stored,
        "rooms": rooms,
        "new_room": room_form if room_form is not None and room_id is None else RoomFields(),
        "open_room": room_id,
        "plan_told": (here.plan_told if here else "") if plan_told is None else plan_told,
        "errors": typed.errors(refused) if refused else {},
    }
    return page(request, "agenda/venue.html", context, status=422 if refused else 200)
