"""Making a convening, changing what it is, and the venue with its rooms and set-ups."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session, col, select

from app import clock
from app.agenda import venues
from app.agenda.convenings import ConveningDetails, change_convening, create_convening, details_of
from app.agenda.venues import RoomDetails, add_room, archive_room, change_room, change_venue, create_venue, restore_room
from app.models import Cohort, Convening, ConveningStage, Room, Venue
from app.people.audit import Refused
from app.routes import typed
from app.routes.door import CohortHere, ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.workbench import NO_SUCH_NUMBER

HERE = "/{cohort}/convenings/{convening}"

router = APIRouter(dependencies=[Depends(Needs("convening.change"))])
Text = Annotated[str, Form()]


class ConveningFields(BaseModel):
    """As sent, all of it text."""

    title: str = ""
    slug: str = ""
    starts_on: str = ""
    ends_on: str = ""
    zone: str = ""
    theme: str = ""
    goals: str = ""
    stage: str = ConveningStage.CONCEPT
    venue_id: str = ""
    registration_closes_on: str = ""
    delegation_cap: str = "10"
    sponsored_cap: str = "2"
    team_minutes: str = "0"
    unstructured_minutes: str = "0"
    mayor_minutes: str = "0"
    superintendent_minutes: str = "0"
    walking_minutes: str = "5"


class RoomFields(BaseModel):
    """As sent. `setups` holds one a line: "theatre 80"."""

    name: str = ""
    building: str = ""
    off_site: str = ""
    setups: str = ""


@router.get("/{cohort}/convenings/new")
def new_convening(request: Request, db: Db, cohort: CohortHere) -> Response:
    """An empty form, with the cohort's own zone and caps."""
    fields = ConveningFields(
        zone=cohort.zone, delegation_cap=str(cohort.delegation_cap), sponsored_cap=str(cohort.sponsored_cap)
    )
    return _form(request, db, None, fields)


@router.post("/{cohort}/convenings")
def create(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, fields: Annotated[ConveningFields, Form()]
) -> Response:
    """A new convening; its venue is what one says next."""
    try:
        convening = create_convening(db, cohort, _read(fields), by=viewer)
    except Refused as refused:
        return _form(request, db, None, fields, refused)
    where = "" if convening.venue_id else "/venue"
    return see_other(f"{_address(cohort, convening)}{where}", flash=f"{convening.title} is on record.")


@router.get(HERE + "/edit")
def edit_convening(request: Request, db: Db, convening: ConveningHere) -> Response:
    return _form(request, db, convening, _written(convening))


@router.post(HERE + "/edit")
def change(
    request: Request,
    db: Db,
    cohort: CohortHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    fields: Annotated[ConveningFields, Form()],
) -> Response:
    """Change what is said of a convening, how far it has come included."""
    try:
        change_convening(db, convening, _read(fields), by=viewer)
    except Refused as refused:
        return _form(request, db, convening, fields, refused)
    return see_other(_address(cohort, convening), flash="The convening is changed.")


@router.get(HERE + "/venue")
def venue(request: Request, db: Db, convening: ConveningHere) -> Response:
    """The venue's rooms and set-ups; without a venue, a choice of those on record or a new one."""
    return _venue(request, db, convening)


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
        return _venue(request, db, convening, form=form, refused=refused)
    return see_other(f"{_address(cohort, convening)}/venue", flash="The venue is saved.")


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
        return _venue(request, db, convening, room_form=fields, refused=refused)
    return see_other(f"{_address(cohort, convening)}/venue", flash=f"{room.name} is added.")


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
        return _venue(request, db, convening, room_form=fields, room_id=room, refused=refused)
    return see_other(f"{_address(cohort, convening)}/venue", flash=f"{here.name} is saved.")


@router.post(HERE + "/venue/rooms/{room:int}/archival")
def take_out_of_use(db: Db, cohort: CohortHere, convening: ConveningHere, viewer: ViewerHere, room: int) -> Response:
    here = _room(db, convening, room)
    archive_room(db, here, by=viewer)
    return see_other(f"{_address(cohort, convening)}/venue", flash=f"{here.name} is out of use.")


@router.post(HERE + "/venue/rooms/{room:int}/restoration")
def bring_back_into_use(
    db: Db, cohort: CohortHere, convening: ConveningHere, viewer: ViewerHere, room: int
) -> Response:
    here = _room(db, convening, room)
    restore_room(db, here, by=viewer)
    return see_other(f"{_address(cohort, convening)}/venue", flash=f"{here.name} is in use again.")


def _address(cohort: Cohort, convening: Convening) -> str:
    return f"/{cohort.slug}/convenings/{convening.slug}"


def _room(db: Session, convening: Convening, number: int) -> Room:
    room = db.get(Room, min(number, NO_SUCH_NUMBER))
    if room is None or room.venue_id != convening.venue_id:
        raise NotHere("This venue has no such room.")
    return room


def _read(fields: ConveningFields) -> ConveningDetails:
    """What was typed; raises Refused at the field."""
    try:
        stage = ConveningStage(fields.stage)
    except ValueError as error:
        raise Refused("Choose one of the list.", "stage") from error
    numbers = {
        name: _number(getattr(fields, name), name)
        for name in ConveningFields.model_fields
        if name.endswith(("_cap", "_minutes"))
    }
    return ConveningDetails(
        title=fields.title,
        slug=fields.slug.strip(),
        starts_on=typed.day(fields.starts_on, "starts_on"),
        ends_on=typed.day(fields.ends_on, "ends_on"),
        zone=fields.zone,
        theme=fields.theme,
        goals=fields.goals.strip(),
        stage=stage,
        venue_id=typed.number_or_none(fields.venue_id, "venue_id"),
        registration_closes_on=typed.day_or_none(fields.registration_closes_on, "registration_closes_on"),
        **numbers,
    )


def _number(text: str, field: str) -> int:
    if not text.strip().isascii() or not text.strip().isdecimal() or len(text.strip()) > 6:
        raise Refused("This is a number from 0 on.", field)
    return int(text)


def _written(convening: Convening) -> ConveningFields:
    values = details_of(convening)
    shown = {name: getattr(values, name) for name in ConveningFields.model_fields}
    return ConveningFields(**{name: "" if value is None else str(value) for name, value in shown.items()})


def _read_room(fields: RoomFields) -> RoomDetails:
    return RoomDetails(
        name=fields.name,
        building=fields.building,
        off_site=bool(fields.off_site),
        setups=venues.read_setups(fields.setups),
    )


def _form(
    request: Request, db: Session, convening: Convening | None, fields: ConveningFields, refused: Refused | None = None
) -> Response:
    context = {
        "convening": convening,
        "form": fields,
        "errors": typed.errors(refused) if refused else {},
        "stages": [(stage.value, stage.value.capitalize()) for stage in ConveningStage],
        "zones": [(name, name) for name in clock.zone_names()],
        "venues": [(one.key, one.name) for one in db.exec(select(Venue).order_by(col(Venue.name)))],
    }
    return page(request, "agenda/convening_form.html", context, status=422 if refused else 200)


def _venue(
    request: Request,
    db: Session,
    convening: Convening,
    *,
    form: dict[str, str] | None = None,
    room_form: RoomFields | None = None,
    room_id: int | None = None,
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
        "errors": typed.errors(refused) if refused else {},
    }
    return page(request, "agenda/venue.html", context, status=422 if refused else 200)
